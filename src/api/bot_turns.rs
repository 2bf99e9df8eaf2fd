//! `POST /api/v1/bot/turns/{turn_id}/actions`: an HTTP bot answers later; `docs/BOTS.md` section 6.

use actix_web::http::header::HeaderMap;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Builder;

use super::ApiError;
use super::body::Body;
use super::edge::Edge;
use crate::bots::TurnId;
use crate::bots::http::parse_actions;
use crate::domain::bot::BotConfig;
use crate::domain::conversation::Command;
use crate::domain::event::Event;
use crate::domain::ids::{ClientId, ScopeId};
use crate::domain::refusal::Refusal;
use crate::outgoing::signature::{self, Secret, Signed};
use crate::store::{StoreError, conversations, entries, scopes};

/// Most bytes of an answer, as in the call itself.
const ANSWER_BYTES: usize = 64 * 1024;

/// Takes the answer if its turn lasts; else keeps it for members to see. The same answer sent again has no second effect.
///
/// # Errors
/// `unauthenticated` when the bot did not sign it, or there is no such turn or bot: who cannot sign learns nothing;
/// `bad_request` when it cannot be read, `stale_bot_turn` when its turn is over.
pub async fn answer(
    edge: Data<Edge>,
    request: HttpRequest,
    turn_id: Path<String>,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    let body = body.at_most(ANSWER_BYTES).raw().await?;
    let (turn_id, scope) = signed(&edge, request.headers(), &turn_id, &body).await?;
    let answer = parse_actions(&body).map_err(|bad| ApiError::bad_request(bad.to_string()))?;
    let TurnId { conversation, turn } = turn_id;
    let command = Command::BotReply { turn, answer };
    let client_id = Some(client_id(&turn_id, &body));
    let done = edge.directory.command(scope, conversation, command, client_id).await?;
    // Whatever a current turn is answered with writes an entry that is not set aside.
    let Some(seq) = done.seq else { return Err(Refusal::StaleBotTurn.into()) };
    let entry = edge.store.read(move |connection| entries::at(connection, conversation, seq)).await?;
    if matches!(entry.body, Event::Suppressed { .. }) {
        return Err(Refusal::StaleBotTurn.into());
    }
    Ok(HttpResponse::Ok().json(json!({"seq": seq})))
}

/// The turn and its scope, if the scope's bot signed this answer to it.
async fn signed(
    edge: &Edge,
    headers: &HeaderMap,
    turn_id: &str,
    body: &[u8],
) -> Result<(TurnId, ScopeId), ApiError> {
    let unsigned = || ApiError::unauthenticated_because("the answer is not signed by the bot of this turn");
    let turn: TurnId = turn_id.parse().map_err(|_| unsigned())?;
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let call = Signed {
        id: header(signature::ID),
        timestamp: header(signature::TIMESTAMP),
        signature: header(signature::SIGNATURE),
    };
    let found = edge.store.read(move |connection| {
        let scope = conversations::by_id(connection, turn.conversation)?.scope;
        Ok((scope, scopes::bot(connection, scope)?))
    });
    let (scope, bot) = match found.await {
        Ok(found) => found,
        Err(StoreError::NotFound) => return Err(unsigned()),
        Err(error) => return Err(error.into()),
    };
    let BotConfig::Http(bot) = bot else { return Err(unsigned()) };
    let secret = bot.secret.parse::<Secret>().map_err(|_| unsigned())?;
    let seconds = edge.sources.now().div_euclid(1_000);
    match signature::verify(&[secret], call, body, seconds) {
        Ok(()) if call.id == turn_id => Ok((turn, scope)),
        Ok(()) => Err(unsigned()),
        Err(why) => {
            log::info!("late bot answer refused scope={scope} turn={turn} why={why}");
            Err(unsigned())
        }
    }
}

/// Made from turn and answer, so that the same answer is known again.
fn client_id(turn: &TurnId, body: &[u8]) -> ClientId {
    let digest = Sha256::new().chain_update(turn.to_string()).chain_update(".").chain_update(body).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    ClientId(Builder::from_custom_bytes(bytes).into_uuid())
}
