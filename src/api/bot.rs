//! The bot of a scope. Its secret can be written and is shown once when it is made; it cannot be read.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{self, Action};
use super::auth::Caller;
use super::body::Body;
use super::edge::Edge;
use super::{ApiError, secret, trail};
use crate::domain::bot::{BotConfig, HttpBot, Script};
use crate::domain::ids::ScopeId;
use crate::store::{audit, scopes};

/// Stands for a secret that is kept.
const MASK: &str = "***";

/// What may be sent. As [`BotConfig`], but a secret may be missing.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum Given {
    // With braces, or unknown fields beside it would pass.
    None {},
    Scripted(Script),
    Http(GivenHttp),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenHttp {
    url: String,
    /// Missing or masked: the one there is, or a new one.
    #[serde(default)]
    secret: Option<String>,
    #[serde(default)]
    greeting: String,
    #[serde(default)]
    quick_replies: Vec<String>,
}

/// `GET …/bot`.
///
/// # Errors
/// `forbidden` below admin.
pub async fn show(edge: Data<Edge>, caller: Caller, scope: Path<ScopeId>) -> Result<HttpResponse, ApiError> {
    let scope = scope.into_inner();
    access::scope(&caller, scope, Action::ManageBot)?;
    let bot = edge.read(move |connection| Ok(scopes::bot(connection, scope)?)).await?;
    Ok(HttpResponse::Ok().json(masked(&bot)))
}

/// `PUT …/bot`. When a secret was made, the answer has it, once.
///
/// # Errors
/// `forbidden` below admin, `bad_request` when the bot cannot work.
pub async fn put(
    edge: Data<Edge>,
    caller: Caller,
    scope: Path<ScopeId>,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    let scope = scope.into_inner();
    access::scope(&caller, scope, Action::ManageBot)?;
    let given: Given = body.json().await?;
    let shared = edge.clone();
    let answer = edge
        .write(move |connection| {
            let made = secret::signing_secret(&shared.sources);
            let bot = complete(given, &scopes::bot(connection, scope)?, made.clone());
            shared.directory.shared().bots.check(&bot).map_err(ApiError::bad_request)?;
            scopes::set_bot(connection, scope, &bot)?;
            let mut answer = masked(&bot);
            let details = json!({"kind": answer["kind"]});
            let line = trail::line(&shared.sources, &caller, Some(scope), "bot_changed", &scope, details);
            audit::append(connection, line)?;
            if let BotConfig::Http(bot) = &bot
                && bot.secret == made
            {
                answer["secret"] = json!(made);
            }
            Ok(answer)
        })
        .await?;
    edge.directory.scope_changed(scope).await;
    Ok(HttpResponse::Ok().json(answer))
}

fn complete(given: Given, before: &BotConfig, new_secret: String) -> BotConfig {
    match given {
        Given::None {} => BotConfig::None,
        Given::Scripted(script) => BotConfig::Scripted(script),
        Given::Http(http) => {
            let kept = match before {
                BotConfig::Http(bot) => bot.secret.clone(),
                _ => new_secret,
            };
            let secret = http.secret.filter(|secret| secret != MASK).unwrap_or(kept);
            let GivenHttp { url, greeting, quick_replies, .. } = http;
            BotConfig::Http(HttpBot { url, secret, greeting, quick_replies })
        }
    }
}

fn masked(bot: &BotConfig) -> Value {
    let mut view = json!(bot);
    if let BotConfig::Http(_) = bot {
        view["secret"] = json!(MASK);
    }
    view
}
