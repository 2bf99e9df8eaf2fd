//! What a conversation cannot take any more is refused at once, with a code and a time, and what it took is done.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use switchboard::actors::directory::Options;
use switchboard::actors::reply::code_and_details;
use switchboard::bots::BotLimits;
use switchboard::domain::bot::BotConfig;
use switchboard::domain::conversation::Command;
use switchboard::domain::scope::Settings;

use crate::support::chat::hold_journal;
use crate::support::database::Database;
use crate::support::engine::{Engine, new_id};

/// Most commands of one conversation between decision and commit.
const IN_HAND: usize = 256;
const TOO_MANY: usize = 44;

#[actix_web::test]
async fn more_than_a_conversation_holds_is_refused_with_a_time() {
    let database = Database::sqlite();
    let engine = Engine::start(&database.open(), Options::default(), BotLimits::default());
    let shop = engine.shop(BotConfig::None, Settings::default()).await;
    let id = shop.opened("Hello").await;
    let (held, release) = hold_journal(&shop.chat.store).await;
    let post = |number: usize| Command::Post { text: format!("{number}").into() };
    let mut asked: FuturesUnordered<_> =
        (0..IN_HAND + TOO_MANY).map(|number| shop.ask(id, post(number), Some(new_id()))).collect();
    // While nothing can be committed, only those who are refused hear anything.
    for _ in 0..TOO_MANY {
        let (code, details) = code_and_details(&asked.next().await.unwrap().unwrap_err());
        assert_eq!((code.as_str(), details.retry_after_ms), ("overloaded", Some(1_000)));
    }
    release.await;
    held.await.unwrap();
    while let Some(answer) = asked.next().await {
        answer.unwrap();
    }
    assert_eq!(shop.chat.log(id).await.len(), 2 + IN_HAND);
}
