//! The edge: HTTP. [`configure`] holds the only list of URLs; each line names the file that answers.
//!
//! A handler asks for what it needs: [`auth::Caller`] guards it, [`access`] says whether the caller may, and only then is
//! the [`body::Body`] read. `docs/PROTOCOL.md` section 5 describes the requests for people, `docs/openapi.json` for programs.

pub mod access;
pub mod address;
pub mod assets;
mod attached;
pub mod auth;
pub mod avatars;
pub mod body;
mod bot;
mod bot_turns;
pub mod bucket;
mod canned;
mod channel_check;
mod channel_settings;
mod channels;
mod coming_files;
mod commands;
mod connection;
mod contacts;
mod conversations;
pub mod csv;
mod deliveries;
pub mod edge;
mod error;
mod file_links;
pub mod files;
mod finish;
pub mod fragments;
pub mod frame_guard;
mod health;
pub mod hooks;
pub mod invitations;
mod keys;
pub mod known_channels;
pub mod list;
mod logins;
mod mail;
mod members;
mod mentions;
mod metrics;
pub mod origin;
pub mod password;
pub mod post_office;
mod profile;
mod push;
mod ranges;
mod reply_window;
mod reports;
pub mod retention;
mod scopes;
pub mod seats;
pub mod secret;
pub mod session;
pub mod socket;
mod sockets;
mod tags;
pub mod throttle;
pub mod tickets;
mod to_the_end;
mod trail;
pub mod upgrade;
pub mod visitor_token;
pub mod visitors;
mod webhooks;
mod widget;
mod widget_files;
mod widget_history;
mod widget_settings;

pub use error::ApiError;
pub use finish::finish;

use std::future::ready;

use actix_web::http::Method;
use actix_web::web::{self, PathConfig, QueryConfig, ServiceConfig};
use actix_web::{FromRequest, Handler, HttpResponse, Responder, Route};

/// One URL with one method.
struct Url {
    method: Method,
    path: &'static str,
    route: Route,
}

fn url<H, A>(method: Method, path: &'static str, handler: H) -> Url
where
    H: Handler<A>,
    A: FromRequest + 'static,
    H::Output: Responder + 'static,
{
    Url { route: web::method(method.clone()).to(handler), method, path }
}

/// Which URL does what?
#[expect(clippy::too_many_lines, reason = "a table: one line for each URL")]
fn urls() -> Vec<Url> {
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    const PUT: Method = Method::PUT;
    const PATCH: Method = Method::PATCH;
    const DELETE: Method = Method::DELETE;
    vec![
        // In this order they are looked for, so what is asked for most comes first.
        url(GET, "/api/v1/widget/socket", sockets::of_widget),
        url(GET, "/api/v1/dashboard/socket", sockets::dashboard),
        url(GET, "/healthz", health::alive),
        url(GET, "/readyz", health::ready),
        url(GET, "/metrics", metrics::show),
        url(GET, "/api/v1/openapi.json", openapi),
        url(POST, "/api/v1/session", logins::create),
        url(GET, "/api/v1/session", logins::show),
        url(DELETE, "/api/v1/session", logins::delete),
        url(PATCH, "/api/v1/session", profile::change),
        url(PUT, "/api/v1/session/avatar", avatars::put),
        url(DELETE, "/api/v1/session/avatar", avatars::delete),
        url(GET, "/api/v1/avatars/{avatar}", avatars::show),
        url(POST, "/api/v1/mail/test", mail::test),
        url(POST, "/api/v1/session/ticket", logins::ticket),
        url(GET, "/api/v1/push/key", push::key),
        url(PUT, "/api/v1/push/subscription", push::put),
        url(DELETE, "/api/v1/push/subscription", push::delete),
        url(POST, "/api/v1/push/test", push::test),
        url(GET, "/api/v1/session/list", logins::list),
        url(DELETE, "/api/v1/session/list/{id}", logins::delete_one),
        url(PUT, "/api/v1/session/password", logins::password),
        url(POST, "/api/v1/invitations/look", invitations::look),
        url(POST, "/api/v1/invitations/accept", invitations::accept),
        url(GET, "/api/v1/scopes", scopes::list),
        url(POST, "/api/v1/scopes", scopes::create),
        url(GET, "/api/v1/scopes/{scope}", scopes::show),
        url(PATCH, "/api/v1/scopes/{scope}", scopes::change),
        url(DELETE, "/api/v1/scopes/{scope}", scopes::delete),
        url(GET, "/api/v1/scopes/{scope}/bot", bot::show),
        url(PUT, "/api/v1/scopes/{scope}/bot", bot::put),
        url(GET, "/api/v1/scopes/{scope}/channels", channels::list),
        url(POST, "/api/v1/scopes/{scope}/channels", channels::create),
        url(POST, "/api/v1/scopes/{scope}/channels/check", channel_check::check),
        url(PATCH, "/api/v1/scopes/{scope}/channels/{channel}", channels::change),
        url(DELETE, "/api/v1/scopes/{scope}/channels/{channel}", channels::delete),
        url(GET, "/api/v1/scopes/{scope}/channels/{channel}/state", deliveries::state),
        url(POST, "/api/v1/scopes/{scope}/channels/{channel}/connect", deliveries::connect),
        url(GET, "/api/v1/scopes/{scope}/channels/{channel}/deliveries", deliveries::of_channel),
        url(GET, "/api/v1/scopes/{scope}/channels/{channel}/dead_events", deliveries::dead_events),
        url(POST, "/api/v1/scopes/{scope}/channels/{channel}/dead_events/{event}/replay", deliveries::replay),
        url(GET, "/api/v1/scopes/{scope}/members", members::list),
        url(POST, "/api/v1/scopes/{scope}/members", members::create),
        url(PATCH, "/api/v1/scopes/{scope}/members/{member}", members::change),
        url(DELETE, "/api/v1/scopes/{scope}/members/{member}", members::delete),
        url(GET, "/api/v1/scopes/{scope}/keys", keys::list),
        url(POST, "/api/v1/scopes/{scope}/keys", keys::create),
        url(DELETE, "/api/v1/scopes/{scope}/keys/{key}", keys::delete),
        url(GET, "/api/v1/scopes/{scope}/webhooks", webhooks::list),
        url(POST, "/api/v1/scopes/{scope}/webhooks", webhooks::create),
        url(PATCH, "/api/v1/scopes/{scope}/webhooks/{webhook}", webhooks::change),
        url(DELETE, "/api/v1/scopes/{scope}/webhooks/{webhook}", webhooks::delete),
        url(POST, "/api/v1/scopes/{scope}/webhooks/{webhook}/test", webhooks::test),
        url(POST, "/api/v1/scopes/{scope}/webhooks/{webhook}/rotate_secret", webhooks::rotate_secret),
        url(GET, "/api/v1/scopes/{scope}/webhooks/{webhook}/deliveries", webhooks::deliveries),
        url(POST, "/api/v1/scopes/{scope}/webhooks/{webhook}/deliveries/{event}/replay", webhooks::replay),
        url(GET, "/api/v1/scopes/{scope}/canned_replies", canned::list),
        url(POST, "/api/v1/scopes/{scope}/canned_replies", canned::create),
        url(PATCH, "/api/v1/scopes/{scope}/canned_replies/{reply}", canned::change),
        url(DELETE, "/api/v1/scopes/{scope}/canned_replies/{reply}", canned::delete),
        url(GET, "/api/v1/scopes/{scope}/tags", tags::list),
        url(POST, "/api/v1/scopes/{scope}/tags", tags::create),
        url(PATCH, "/api/v1/scopes/{scope}/tags/{tag}", tags::rename),
        url(DELETE, "/api/v1/scopes/{scope}/tags/{tag}", tags::delete),
        url(GET, "/api/v1/scopes/{scope}/tag_counts", tags::counts),
        url(GET, "/api/v1/scopes/{scope}/mentions", mentions::list),
        url(GET, "/api/v1/scopes/{scope}/audit", trail::show),
        url(GET, "/api/v1/scopes/{scope}/reports", reports::show),
        url(GET, "/api/v1/scopes/{scope}/reports/csv", reports::table),
        url(GET, "/api/v1/scopes/{scope}/reports/live", reports::live),
        url(GET, "/api/v1/scopes/{scope}/conversations", conversations::list),
        url(GET, "/api/v1/conversations/{id}", conversations::show),
        url(GET, "/api/v1/conversations/{id}/entries", conversations::entries),
        url(GET, "/api/v1/conversations/{id}/entries/{seq}/deliveries", deliveries::of_entry),
        url(POST, "/api/v1/conversations/{id}/entries/{seq}/retry", deliveries::retry),
        url(POST, "/api/v1/conversations/{id}/coming_files/{coming}/retry", coming_files::retry),
        url(GET, "/api/v1/conversations/{id}/reply_window", reply_window::show),
        url(GET, "/api/v1/conversations/{id}/transcript", conversations::transcript),
        url(POST, "/api/v1/conversations/{id}/mail_transcript", mail::to_member),
        url(POST, "/api/v1/conversations/{id}/send", commands::run),
        url(POST, "/api/v1/conversations/{id}/note", commands::run),
        url(POST, "/api/v1/conversations/{id}/join", commands::run),
        url(POST, "/api/v1/conversations/{id}/take_over", commands::run),
        url(POST, "/api/v1/conversations/{id}/transfer", commands::run),
        url(POST, "/api/v1/conversations/{id}/resolve", commands::run),
        url(POST, "/api/v1/conversations/{id}/activate", commands::run),
        url(POST, "/api/v1/conversations/{id}/tag", commands::run),
        url(POST, "/api/v1/conversations/{id}/untag", commands::run),
        url(POST, "/api/v1/conversations/{id}/read", commands::run),
        url(POST, "/api/v1/conversations/{id}/files", files::upload),
        url(GET, "/api/v1/conversations/{id}/files/{file}", files::show),
        url(PATCH, "/api/v1/contacts/{id}", contacts::change),
        url(GET, "/api/v1/contacts/{id}/export", contacts::export),
        url(POST, "/api/v1/contacts/{id}/erase", contacts::erase),
        url(POST, "/api/v1/widget/session", widget::session),
        url(POST, "/api/v1/widget/start", widget::command),
        url(POST, "/api/v1/widget/send", widget::command),
        url(POST, "/api/v1/widget/leave_message", widget::command),
        url(POST, "/api/v1/widget/request_human", widget::command),
        url(POST, "/api/v1/widget/end", widget::command),
        url(POST, "/api/v1/widget/feedback", widget::command),
        url(POST, "/api/v1/widget/read", widget::command),
        url(POST, "/api/v1/widget/mail_transcript", widget::mail_transcript),
        url(GET, "/api/v1/widget/entries", widget::entries),
        url(POST, "/api/v1/widget/files", widget_files::upload),
        url(GET, "/api/v1/widget/files/{file}", widget_files::show),
        url(GET, "/api/v1/widget/settings", widget_settings::show),
        url(GET, "/api/v1/widget/conversations", widget_history::list),
        url(GET, "/api/v1/widget/conversations/{id}/entries", widget_history::entries_of),
        url(GET, "/hooks/{channel}", hooks::receive),
        url(POST, "/hooks/{channel}", hooks::receive),
        url(GET, "/files/{file}/{until}/{proof}", file_links::show),
        url(POST, "/api/v1/bot/turns/{turn_id}/actions", bot_turns::answer),
    ]
}

/// Every method and path, for tests and documentation.
pub fn paths() -> Vec<(Method, &'static str)> {
    urls().into_iter().map(|url| (url.method, url.path)).collect()
}

/// Adds every URL to an application, and the error answers of whatever else is asked. What is no URL of ours is a page or
/// a file of the web bundle.
pub fn configure(config: &mut ServiceConfig) {
    config.app_data(PathConfig::default().error_handler(|_, _| ApiError::not_found().into()));
    config.app_data(
        QueryConfig::default().error_handler(|error, _| ApiError::bad_request(error.to_string()).into()),
    );
    let mut by_path: Vec<(&'static str, Vec<Url>)> = Vec::new();
    for url in urls() {
        match by_path.iter_mut().find(|(path, _)| *path == url.path) {
            Some((_, of_path)) => of_path.push(url),
            None => by_path.push((url.path, vec![url])),
        }
    }
    for (path, of_path) in by_path {
        let allowed = of_path.iter().map(|url| url.method.as_str()).collect::<Vec<_>>().join(", ");
        let resource =
            of_path.into_iter().fold(web::resource(path), |resource, url| resource.route(url.route));
        // Pages of other sites ask before they speak.
        let resource = if path.starts_with("/api/v1/widget/") {
            resource.route(web::method(Method::OPTIONS).to(widget::preflight))
        } else {
            resource
        };
        config.service(resource.default_service(web::to(move || {
            ready(Err::<HttpResponse, _>(ApiError::Method(allowed.clone())))
        })));
    }
    config.default_service(web::to(assets::serve));
}

/// `GET /api/v1/openapi.json`.
async fn openapi() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(include_str!("../../docs/openapi.json"))
}
