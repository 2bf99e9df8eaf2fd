//! Whoever is erased has left nothing: not in any column of any table, not in the file of the database, not among the files.

use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use serde_json::{Value, json};

use crate::channels::Office;
use crate::channels::sim::{Fault, webhook};
use crate::support::app::Answer;
use crate::support::database::Database;
use crate::support::files::{PNG, upload};
use crate::support::sockets::{Socket, client_id};

/// In everything that is about the customer.
const SIGN: &str = "zebra4711";

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Each `table.column` that holds the sign.
fn found(url: &str) -> Vec<String> {
    let mut database = SqliteConnection::establish(url.strip_prefix("sqlite://").unwrap()).unwrap();
    database.batch_execute("PRAGMA busy_timeout = 5000").unwrap();
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let tables: Vec<Name> = sql_query(tables).load(&mut database).unwrap();
    assert!(tables.len() > 20, "{} tables", tables.len());
    let mut found = Vec::new();
    for Name { name: table } in tables {
        let columns = format!("SELECT name FROM pragma_table_info('{table}')");
        for Name { name: column } in sql_query(columns).load::<Name>(&mut database).unwrap() {
            let query = format!(
                "SELECT count(*) AS count FROM \"{table}\" WHERE instr(lower(CAST(\"{column}\" AS TEXT)), '{SIGN}')"
            );
            if sql_query(query).get_result::<Count>(&mut database).unwrap().count > 0 {
                found.push(format!("{table}.{column}"));
            }
        }
    }
    found
}

#[actix_web::test]
async fn whoever_is_erased_has_left_nothing() {
    let database = Database::sqlite();
    let url = database.url.clone();
    let office = Office::open(database).await;
    let owner = &office.owner;
    let at = |what: &str| format!("/api/v1/scopes/{}/{what}", office.scope);
    // A webhook that is told nothing, so that what it should be told waits.
    owner.post(&at("webhooks"), json!({"url": "https://app.example.invalid/told"})).await.good();

    // A customer of a messaging channel, whose answer cannot be delivered.
    let line = office.webhook().await;
    let event = webhook::text("m-1", &format!("key-{SIGN}"), &format!("{SIGN} is my card"));
    assert_eq!(office.webhook_event(&line, "e-1", &event).await.0, 200);
    let by_channel = office.conversations(1).await.remove(0);
    office.does("join", &by_channel, json!({})).await;
    office.sim.fail_next(Fault::Answer(400, "no"));
    office.does("send", &by_channel, json!({"text": format!("{SIGN} noted")})).await;

    // A customer of the widget, in the middle of a chat.
    let key = owner.channel_open_to_all().await;
    let (mut customer, welcome) = Socket::widget(&owner.base, &key, json!({})).await;
    let visitor = welcome["visitor_token"].as_str().unwrap().to_owned();
    let start = json!({"type": "start", "client_id": client_id(), "text": format!("I am {SIGN}")});
    let by_widget = customer.ok(start).await["conversation"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/conversations/{by_widget}");
    let file = upload(owner, &format!("{path}/files"), &format!("{SIGN}.png"), PNG.to_vec());
    let file = Answer::to(file).await.good();
    office.does("note", &by_widget, json!({"text": SIGN, "attachments": [file["id"]]})).await;
    office.does("join", &by_widget, json!({})).await;
    let mut contacts = Vec::new();
    for conversation in [&by_channel, &by_widget] {
        let shown = owner.get(&format!("/api/v1/conversations/{conversation}")).await.good();
        let contact = format!("/api/v1/contacts/{}", shown["contact"]["id"].as_str().unwrap());
        let email = format!("{SIGN}@shop.example");
        let about = json!({"name": SIGN, "email": email, "attributes": {"plan": SIGN}});
        owner.patch(&contact, about).await.good();
        contacts.push(contact);
    }
    let before = found(&url);
    for expected in ["entries.body", "contacts.name", "contacts.attributes", "conversations.first_text"] {
        assert!(before.iter().any(|place| place == expected), "{expected} is not among {before:?}");
    }

    for contact in &contacts {
        // Both at once: the export ends whole or refused, and the erasing is done.
        let (export, erase) = (format!("{contact}/export"), format!("{contact}/erase"));
        let (export, erased) = tokio::join!(owner.get(&export), owner.post(&erase, json!({})));
        assert!(export.status.is_success(), "{}", export.text);
        assert_eq!(erased.status, 204, "{}", erased.text);
    }
    assert_eq!(customer.entry("ended").await["body"]["reason"], "erased");
    assert_eq!(found(&url), Vec::<String>::new());
    let files = office.app.folder.path().join("files");
    assert_eq!(std::fs::read_dir(files).unwrap().count(), 0);

    // Nor does anybody get it, however they ask.
    for path in [
        path.clone(),
        format!("{path}/entries"),
        format!("{path}/transcript"),
        format!("/api/v1/conversations/{by_channel}/entries"),
        at(&format!("conversations?state=all&q={SIGN}")),
        at("conversations?state=all"),
        at("audit"),
        format!("{}/export", contacts[0]),
        format!("{}/export", contacts[1]),
    ] {
        let answer = owner.get(&path).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text);
        assert!(!answer.text.contains(SIGN), "{path}: {}", answer.text);
    }
    let gone = Socket::widget(&owner.base, &key, json!({"visitor_token": visitor})).await.1;
    assert_eq!(gone["conversation"], Value::Null, "the token is void");
    let store = office.app.running.edge.store.clone();

    // What was deleted is overwritten, not only unlinked.
    store.close().await.unwrap();
    let file = std::fs::read(url.strip_prefix("sqlite://").unwrap()).unwrap();
    let left = file.windows(SIGN.len()).filter(|window| *window == SIGN.as_bytes()).count();
    assert_eq!(left, 0, "{left} times in the file");
}
