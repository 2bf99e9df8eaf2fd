//! What the product is compared with: a **bare relay** (WebSocket in, WebSocket out) and a **durable
//! bare relay** (the same, but a message is on disk before it is relayed and acknowledged).
//!
//! Both run as a child process of the load tool, on the same crates as the product (actix-web,
//! actix-web-actors, diesel), with two workers, `TCP_NODELAY` and bounded queues. They do what no
//! chat server can leave out, and nothing else: no identities, no permissions, no state of a
//! conversation, no resuming, no heartbeat, no limits. A frame is read as JSON, given a number in its
//! conversation, written once as JSON of the same shape and size as the product's, and given to
//! everybody on the other side of the conversation; the sender gets an `ok`.
//!
//! `GET /socket?conversation=N&role=customer|agent` joins; the first frame sent back is `welcome`.

mod group;
mod journal;
mod session;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use actix_web_actors::ws::WsResponseBuilder;

use crate::Fallible;
use group::{Groups, Role};
use journal::Journal;
use session::Session;

/// As many as the product has by default on the machine that the goals were measured on.
const WORKERS: usize = 2;

/// The product's limit on a frame.
const FRAME_LIMIT: usize = 64 * 1024;

#[derive(serde::Deserialize)]
struct Join {
    conversation: u64,
    role: Role,
}

/// Runs a relay until the process is ended. With a `database` it is the durable one.
///
/// # Errors
/// The address is taken or the database cannot be opened.
pub fn serve(address: SocketAddr, database: Option<&Path>) -> Fallible<()> {
    let journal = database.map(Journal::start).transpose()?;
    let groups = web::Data::from(Arc::new(Groups::default()));
    actix_web::rt::System::new().block_on(async move {
        HttpServer::new(move || {
            let journal = web::Data::new(journal.clone());
            App::new().app_data(groups.clone()).app_data(journal).route("/socket", web::get().to(join))
        })
        .workers(WORKERS)
        .backlog(4_096)
        .max_connections(100_000)
        .on_connect(|connection, _| {
            if let Some(stream) = connection.downcast_ref::<actix_web::rt::net::TcpStream>() {
                // A socket that is already gone needs no setting.
                let _ = stream.set_nodelay(true);
            }
        })
        .bind(address)?
        .run()
        .await
    })?;
    Ok(())
}

async fn join(
    request: HttpRequest,
    body: web::Payload,
    query: web::Query<Join>,
    groups: web::Data<Groups>,
    journal: web::Data<Option<Journal>>,
) -> Result<HttpResponse, actix_web::Error> {
    let group = groups.get(query.conversation);
    let session = Session::new(group, query.role, journal.as_ref().clone());
    WsResponseBuilder::new(session, &request, body).frame_size(FRAME_LIMIT).start()
}
