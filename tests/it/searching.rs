//! Lists by text, tag, rating and order: what is found, in parts, and that a search ends.

use serde_json::{Value, json};
use switchboard::domain::conversation::Command;
use switchboard::domain::feedback::{Feedback, Rating};

use crate::support::app::{Answer, TestApp};
use crate::support::database::Database;
use crate::support::files::{PNG, upload};
use crate::support::on_both;
use crate::support::sockets::client_id;

on_both! {
    every_message_is_searched_in_any_script_and_case
    ratings_and_order
    a_search_goes_on_where_it_stopped
    names_of_files_are_searched
}

fn ids(list: &Value) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

async fn every_message_is_searched_in_any_script_and_case(database: Database) {
    let app = TestApp::start(database, |_| {}).await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let chat = app.chat(&scope, &owner).await;
    let mut contact = chat.contact();
    (contact.name, contact.email) = ("Zoë ÅBERG".into(), Some("Zoe@z.example".into()));
    let open = chat.open_for(&contact, "Hello").await;
    let open = chat.does(&open, Command::Join { by: chat.agent.clone() }).await;
    let says = ["Die GRÖẞE \"42\" passt", "注文 4711", "100% off_sale \\o/"];
    let mut now_is = open;
    for text in says {
        now_is = chat.does(&now_is, Command::Send { by: chat.agent.clone(), text: text.into() }).await;
    }
    let note = Command::Note { by: chat.agent.clone(), text: "careful".into(), mentions: Vec::new() };
    let now_is = chat.does(&now_is, note).await;
    chat.open("Something else").await;
    let id = now_is.id.to_string();
    let list = async |state: &str, q: &str| {
        let path = format!("/api/v1/scopes/{scope}/conversations?state={state}&q={}", encoded(q));
        ids(&owner.get(&path).await.good())
    };
    let words = ["größe \"42\"", "ZOË åberg", "zoe@Z", "注文", "% OFF_", "\\O", "CAREFUL", "hello", "o/"];
    for wanted in words {
        assert_eq!(list("active", wanted).await, vec![id.clone()], "{wanted}");
        assert_eq!(list("all", wanted).await, vec![id.clone()], "{wanted}");
        assert_eq!(list("ended", wanted).await, [""; 0], "{wanted}");
    }
    for unwanted in ["kind", "%", "of__sale", "message\",\"", "'; DROP TABLE entries; --"] {
        let found = list("active", unwanted).await;
        assert_eq!(found, if unwanted == "%" { vec![id.clone()] } else { vec![] }, "{unwanted}");
    }
    chat.resolve(&now_is).await;
    assert_eq!(list("ended", "passt").await, [id]);
}

async fn ratings_and_order(database: Database) {
    let app = TestApp::start(database, |_| {}).await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let chat = app.chat(&scope, &owner).await;
    let mut ended = Vec::new();
    for stars in [5_u8, 1, 5] {
        let open = chat.open("Hello").await;
        let feedback = Feedback { rating: Rating::try_from(stars).ok(), comment: None };
        ended.push(chat.does(&open, Command::End { feedback }).await.id.to_string());
    }
    let list = async |query: &str| owner.get(&format!("/api/v1/scopes/{scope}/conversations?{query}")).await;
    let found = async |query: &str| ids(&list(query).await.good());
    assert_eq!(found("state=ended&rating=5&sort=oldest").await, [ended[0].clone(), ended[2].clone()]);
    assert_eq!(found("state=ended&rating=1").await, [ended[1].clone()]);
    assert_eq!(found("state=ended&sort=oldest").await, ended);
    assert_eq!(found("state=all&sort=oldest&q=hello").await, ended);
    let part = list("state=ended&sort=oldest&limit=2").await.good();
    let next = part["next"].as_str().unwrap();
    let rest = list(&format!("state=ended&sort=oldest&limit=2&cursor={next}")).await.good();
    assert_eq!([ids(&part), ids(&rest)].concat(), ended);
    for bad in ["rating=0", "rating=6", "sort=up", "tag=No", "state=none"] {
        assert_eq!(list(bad).await.code(), "bad_request", "{bad}");
    }
    let long = format!("q={}", "x".repeat(201));
    assert_eq!(list(&long).await.code(), "bad_request");
}

async fn a_search_goes_on_where_it_stopped(database: Database) {
    use switchboard::store::search::{self, Among, Filter};

    let app = TestApp::start(database, |_| {}).await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let chat = app.chat(&scope, &owner).await;
    let wanted = chat.open("needle").await.id;
    let most = usize::try_from(search::EXAMINED_MAX).unwrap();
    for _ in 0..most {
        chat.open("hay").await;
    }
    let filter = Filter { among: Among::All, text: Some("NEEDLE".into()), ..Filter::default() };
    let id = chat.scope.id;
    let search = async |from| {
        let filter = filter.clone();
        chat.store.read(move |connection| search::list(connection, id, &filter, from, 50)).await.unwrap()
    };
    let first = search(None).await;
    assert_eq!(first.items, [], "the oldest of all is out of reach of one request");
    let second = search(first.next).await;
    let found: Vec<_> = second.items.into_iter().map(|(conversation, _)| conversation.id).collect();
    assert_eq!((found, second.next), (vec![wanted], None));
}

async fn names_of_files_are_searched(database: Database) {
    let app = TestApp::start(database, |_| {}).await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let chat = app.chat(&scope, &owner).await;
    let found = chat.open("Hello").await.id.to_string();
    chat.open("Hello").await;
    let path = format!("/api/v1/conversations/{found}");
    for (verb, name) in [("note", "Rechnung März.png"), ("send", "Größe_42%.png")] {
        let file = upload(&owner, &format!("{path}/files"), name, PNG.to_vec());
        let id = Answer::to(file).await.good()["id"].clone();
        let body = json!({"client_id": client_id(), "attachments": [id]});
        owner.post(&format!("{path}/{verb}"), body).await.good();
    }
    let list = async |q: &str| {
        ids(&owner.get(&format!("/api/v1/scopes/{scope}/conversations?q={}", encoded(q))).await.good())
    };
    for wanted in ["rechnung MÄRZ", "GRÖSSE".replace("SS", "ß").as_str(), "_42%.PNG"] {
        assert_eq!(list(wanted).await, std::slice::from_ref(&found), "{wanted}");
    }
    assert_eq!(list("image/png").await, [""; 0], "only what people read");
}
