//! Two programs on one PostgreSQL database. Nobody tells one what the other does, and still a chat has one owner and one
//! log: the database decides, and whoever lost reads what is stored, tells it to their sockets, and is judged again.

use serde_json::{Value, json};
use tokio::join;

use crate::support::database::Database;
use crate::support::process::Launch;
use crate::support::sockets::Socket;
use crate::support::stage::command;

const ROUNDS: usize = 50;

/// Numbers of the entries of a conversation that a socket hears, up to this one.
async fn hears(socket: &mut Socket, conversation: &str, last: &Value) -> Vec<i64> {
    let mut numbers = Vec::new();
    loop {
        let is_entry = |frame: &Value| frame["type"] == "entry" && frame["conversation"] == conversation;
        let seq = socket.until(is_entry).await["entry"]["seq"].clone();
        numbers.push(seq.as_i64().unwrap());
        if seq == *last {
            return numbers;
        }
    }
}

#[actix_web::test]
async fn two_programs_give_a_chat_one_owner_and_one_log() {
    let database = Database::postgres();
    let launch = Launch::on(&database.url);
    let mut here = launch.start().await;
    let owner = here.owner().await;
    let (scope, channel) = (owner.scope().await, owner.channel_open_to_all().await);
    let kim = owner.invites(&scope, "agent", "Kim Lee").await;
    let sam = owner.invites(&scope, "agent", "Sam Ortega").await;
    let there = launch.start().await;
    let (mut kims, _) = Socket::dashboard(&kim).await;
    let (mut sams, _) = Socket::dashboard(&sam.at(&there.base)).await;
    let mut won_here = 0;
    for round in 0..ROUNDS {
        let (mut customer, _) = Socket::widget(&here.base, &channel, json!({})).await;
        let id = customer.writes("Hello").await;
        let open = json!({"type": "open", "conversation": id});
        join!(kims.ok(open.clone()), sams.ok(open));

        let claim = |text: &str| command("send", &id, json!({"text": text}));
        let (a, b) = join!(kims.ask(claim("here")), sams.ask(claim("there")));
        let is_here = a["type"] == "ok";
        won_here += usize::from(is_here);
        let (won, lost, winner) = if is_here { (a, b, &kim) } else { (b, a, &sam) };
        assert_eq!((&won["type"], &won["seq"]), (&json!("ok"), &json!(4)), "round {round}: {won} {lost}");
        assert_eq!(lost["code"], "already_assigned", "round {round}: {won} {lost}");
        assert_eq!(lost["details"]["assignee"]["id"], winner.id.as_str());

        // With its next change each program has read what the other one did, and has told it.
        let fifth = sams.ok(command("note", &id, json!({"text": "there"}))).await["seq"].clone();
        let sixth = kims.ok(command("note", &id, json!({"text": "here"}))).await["seq"].clone();
        assert_eq!(hears(&mut sams, &id, &fifth).await, [3, 4, 5], "round {round}");
        assert_eq!(hears(&mut kims, &id, &sixth).await, [3, 4, 5, 6], "round {round}");
        assert_eq!(hears(&mut customer, &id, &sixth).await, [1, 2, 3, 4, 5, 6], "round {round}");
        kims.forget();
        sams.forget();
        customer.close().await;
    }
    println!("two programs: {ROUNDS} rounds, {won_here} won by the one, {} by the other", ROUNDS - won_here);
}
