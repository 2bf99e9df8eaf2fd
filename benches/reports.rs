//! How long a report takes beside a million entries: ten a conversation, 100,000 conversations within two weeks.
//!
//! A plain timed harness, as filling the database is most of the work: `cargo bench --bench reports`. SQLite always; PostgreSQL
//! when `SWITCHBOARD_TEST_POSTGRES_URL` names a server. `CHATS` (100000) changes the size. The logs are written straight into the
//! tables; the episodes are then made from them as `switchboard rebuild-reports` does.

#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

#[path = "../tests/it/support/chat.rs"]
#[expect(dead_code, reason = "shared with the tests, which use more of it")]
mod chat;
#[path = "../tests/it/support/database.rs"]
#[expect(dead_code, reason = "shared with the tests, which use more of it")]
mod database;
#[path = "../tests/it/support/folder.rs"]
mod folder;

use std::fmt::Write;
use std::time::Instant;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use switchboard::domain::Millis;
use switchboard::domain::report::{Period, report};
use switchboard::store::episodes;

use chat::Chat;
use database::Database;

/// Saturday, 21 November 2026, 23:00 UTC: the end of the last day.
const NOW: Millis = 1_795_302_000_000;
const TWO_WEEKS: Millis = 14 * 24 * 60 * 60_000;

/// Entries of each conversation after the opening: author, kind, body, seconds later.
fn life() -> Vec<(&'static str, &'static str, String, i64)> {
    let said = |text: &str| format!(r#"{{"kind":"message","text":"{text}"}}"#);
    vec![
        ("contact", "message", said("Where is my order?"), 0),
        ("contact", "handed_off", r#"{"kind":"handed_off","reason":"customer"}"#.into(), 20),
        ("member", "joined", r#"{"kind":"joined","from":"queued"}"#.into(), 60),
        ("member", "message", said("Let me look."), 61),
        ("contact", "message", said("Thank you"), 90),
        ("member", "message", said("It leaves today."), 200),
        ("contact", "message", said("Great"), 260),
        ("contact", "feedback", r#"{"kind":"feedback","rating":5}"#.into(), 290),
        ("contact", "ended", r#"{"kind":"ended","reason":"customer"}"#.into(), 300),
    ]
}

/// Copies one told conversation `chats` times, spread over the two weeks, all by SQL.
fn fill(chat: &Chat, chats: i64) -> String {
    let (scope, channel, member) = (chat.scope.id, chat.channel.id, chat.agent.id);
    let step = TWO_WEEKS / chats;
    let begin = NOW - TWO_WEEKS;
    let numbers = format!(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {chats}), \
         c(id, at, i) AS (SELECT 'c_' || substr('00000000000000000000000000000000' || i, -32), {begin} + i * {step}, i FROM n)"
    );
    let contact = "'ct_' || substr(id, 3)";
    let mut sql = format!(
        "INSERT INTO contacts (id, scope_id, channel_id, name, verified, attributes, token_generation, first_seen) \
         {numbers} SELECT {contact}, '{scope}', '{channel}', 'Visitor', FALSE, '{{}}', 0, at FROM c;\n\
         INSERT INTO conversations (id, scope_id, channel_id, contact_id, version, status, epoch, episode, bot_messages, \
         first_text, opened_at, last_at, ended_at, end_reason, rated, session) \
         {numbers} SELECT id, '{scope}', '{channel}', {contact}, 10, 'ended', 2, 1, 0, 'Where', at, at, at + 300000, \
         'customer', TRUE, '{{}}' FROM c;\n"
    );
    let opened = r#"{"kind":"opened","first_text":"Where","start":"bot"}"#.to_owned();
    let all = std::iter::once(("contact", "opened", opened, 0)).chain(life());
    for (seq, (author, kind, body, later)) in (1..).zip(all) {
        let (id, name) = if author == "member" {
            (format!("'{member}'"), "'Sam Ortega'")
        } else {
            ("NULL".to_owned(), "NULL")
        };
        writeln!(
            sql,
            "INSERT INTO entries (conversation_id, seq, at, author_kind, author_id, author_name, kind, body) \
             {numbers} SELECT id, {seq}, at + {later} * 1000 + (i % 997) * 31, '{author}', {id}, {name}, '{kind}', \
             '{body}' FROM c;"
        )
        .unwrap();
    }
    sql
}

async fn run(database: Database, name: &str, chats: i64) {
    let chat = Chat::new(&database.open()).await;
    let sql = fill(&chat, chats);
    if let Some(path) = database.url.strip_prefix("sqlite://") {
        let mut connection = SqliteConnection::establish(path).unwrap();
        connection.batch_execute("PRAGMA synchronous = OFF").unwrap();
        connection.batch_execute(&sql).unwrap();
    } else {
        let padded = "substr('00000000000000000000000000000000' || i, -32)";
        let mut connection = PgConnection::establish(&database.url).unwrap();
        connection.batch_execute(&sql.replace(padded, "lpad(i::text, 32, '0')")).unwrap();
        connection.batch_execute("ANALYZE").unwrap();
    }
    let begun = Instant::now();
    chat.store.rebuild_episodes().await.unwrap();
    println!(
        "{name:<10} {:>9} entries   counted anew in {:>6.1} s",
        chats * 10,
        begun.elapsed().as_secs_f64()
    );
    let scope = chat.scope.id;
    let mut times = Vec::new();
    let mut seen = 0;
    for _ in 0..7 {
        let begun = Instant::now();
        let found = chat
            .store
            .read(move |connection| {
                let period = Period::new("Europe/Berlin", None, None, NOW - 1).unwrap();
                let figures =
                    episodes::figures(connection, scope, None, period.before(), period.ends(), i64::MAX)?;
                Ok(report(&period, &figures))
            })
            .await
            .unwrap();
        times.push(begun.elapsed().as_secs_f64() * 1e3);
        seen = found.current.chats;
    }
    times.sort_by(f64::total_cmp);
    println!("{name:<10} a report of {seen} chats: median {:.0} ms, slowest {:.0} ms", times[3], times[6]);
    chat.store.close().await.unwrap();
}

#[actix_web::main]
async fn main() {
    let chats = std::env::var("CHATS").ok().and_then(|value| value.parse().ok()).unwrap_or(100_000);
    run(Database::sqlite(), "SQLite", chats).await;
    if std::env::var_os("SWITCHBOARD_TEST_POSTGRES_URL").is_some() {
        run(Database::postgres(), "PostgreSQL", chats).await;
    }
}
