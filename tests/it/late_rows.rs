//! Rows of lists carry versions: one that comes late changes nothing.

use serde_json::{Value, json};
use switchboard::actors::scope_supervisor::Published;

use crate::support::database::Database;
use crate::support::sockets::Socket;
use crate::support::stage::Stage;

/// The one row of the scope, from a new snapshot.
async fn row(member: &mut Socket, stage: &Stage) -> Value {
    member.ok(json!({"type": "subscribe", "scope": stage.scope})).await;
    member.event("snapshot").await["rows"][0].clone()
}

#[actix_web::test]
async fn a_row_that_comes_late_changes_no_list() {
    let stage = Stage::new(Database::sqlite()).await;
    let (mut customer, _) = stage.writes("one").await;
    let (_, mut member) = stage.agent().await;
    let before = row(&mut member, &stage).await;
    customer.writes("two").await;
    let now = loop {
        let now = row(&mut member, &stage).await;
        if now["version"] != before["version"] {
            break now;
        }
    };
    assert_eq!(now["preview"]["text"], "two");

    let lists = stage.app.running.edge.directory.shared().scope(stage.channel.scope);
    lists.do_send(Published { row: serde_json::from_value(before).unwrap(), generation: 1 });
    assert_eq!(row(&mut member, &stage).await, now);
}
