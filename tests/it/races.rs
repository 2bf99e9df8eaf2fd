//! Two who want different things at the same moment: whoever's change is committed first decides. Both orders are legal,
//! and in the end everybody has read the same log.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::{Value, json};
use switchboard::domain::member::Role;
use tokio::join;

use crate::bots::fake::{Act, FakeBot};
use crate::support::app::Person;
use crate::support::database::Database;
use crate::support::sockets::{Socket, client_id};
use crate::support::stage::{Stage, assert_gapless, command, kinds, said};
use crate::support::{eventually, on_both};

const ROUNDS: usize = 50;

on_both! {
    customer_ends_while_an_agent_claims
    resolve_meets_a_message_of_the_customer
    resolve_meets_transfer
    transfer_meets_transfer
    transfer_meets_the_removal_of_its_target
    reactivation_meets_a_new_conversation
    reactivation_meets_reactivation
    four_tabs_write_first
    feedback_meets_feedback
    one_client_id_from_several_sockets
    a_reply_of_the_bot_meets_a_join
}

/// Two agents, a customer with a second tab, and one conversation they all hear.
struct Table {
    stage: Stage,
    people: Vec<Person>,
    agents: Vec<Socket>,
    /// How often each outcome came.
    outcomes: BTreeMap<&'static str, usize>,
}

/// One conversation and those who read it.
struct Round {
    id: String,
    customer: Socket,
    token: Value,
    /// What the two agents had when they opened it.
    opened: Vec<Vec<Value>>,
}

impl Table {
    async fn set(stage: Stage) -> Self {
        let people = stage.members(2, Role::Agent).await;
        let mut agents = Vec::new();
        for person in &people {
            agents.push(Socket::dashboard(person).await.0);
        }
        Self { stage, people, agents, outcomes: BTreeMap::new() }
    }

    /// A new conversation, opened by both agents.
    async fn round(&mut self) -> Round {
        let (mut customer, welcome) = self.stage.returning(json!({})).await;
        let id = customer.writes("hello").await;
        let mut opened = Vec::new();
        for agent in &mut self.agents {
            agent.forget();
            let answer = agent.ok(json!({"type": "open", "conversation": id})).await;
            opened.push(answer["entries"].as_array().unwrap().clone());
        }
        Round { id, customer, token: welcome["visitor_token"].clone(), opened }
    }

    /// A new conversation that the first agent owns.
    async fn owned(&mut self) -> Round {
        let round = self.round().await;
        self.agents[0].ok(command("join", &round.id, json!({}))).await;
        round
    }

    fn came(&mut self, outcome: &'static str) {
        *self.outcomes.entry(outcome).or_default() += 1;
    }

    /// Everybody has the same log as the store; answers it.
    async fn same_log(&mut self, round: Round) -> Vec<Value> {
        let Round { id, mut customer, token, opened } = round;
        // A note is the last entry for all: whoever has it has everything before it.
        let last = self.agents[0].ok(command("note", &id, json!({"text": "the end"}))).await["seq"].clone();
        let log = self.stage.log(&id).await;
        assert_gapless(&log);
        assert_eq!(log.last().unwrap()["seq"], last);
        for (agent, mut seen) in self.agents.iter_mut().zip(opened) {
            while seen.last().unwrap()["seq"] != last {
                let frame = agent
                    .until(|frame| frame["type"] == "entry" && frame["conversation"] == id.as_str())
                    .await;
                seen.push(frame["entry"].clone());
            }
            assert_eq!(seen, log);
        }
        let mut seen = Vec::new();
        while seen.last().is_none_or(|entry: &Value| entry["seq"] != last) {
            let frame = customer
                .until(|frame| frame["type"] == "entry" && frame["conversation"] == id.as_str())
                .await;
            seen.push(frame["entry"].clone());
        }
        assert_gapless(&seen);
        assert_eq!(said(&seen, "member"), said(&log, "member"));
        assert_eq!(said(&seen, "contact"), said(&log, "contact"));
        // Another tab reads the same from the beginning.
        let (tab, welcome) = self.stage.returning(json!({"visitor_token": token, "after": 0})).await;
        if welcome["conversation"] == id.as_str() {
            assert_eq!(welcome["entries"].as_array().unwrap()[..], seen);
        }
        tab.close().await;
        customer.close().await;
        log
    }

    fn report(&self, race: &str) {
        println!("{race}: {:?}", self.outcomes);
    }
}

fn is_ok(answer: &Value) -> bool {
    answer["type"] == "ok"
}

async fn customer_ends_while_an_agent_claims(database: Database) {
    let mut table = Table::set(Stage::new(database).await).await;
    for number in 0..ROUNDS {
        let mut round = table.round().await;
        let claim = command("send", &round.id, json!({"text": "I help"}));
        let end = json!({"type": "end", "client_id": client_id()});
        let (claimed, ended) = in_turn(number, table.agents[0].ask(claim), round.customer.ask(end)).await;
        assert!(is_ok(&ended), "{ended}");
        let log = table.same_log(round).await;
        if is_ok(&claimed) {
            assert_eq!(kinds(&log), ["opened", "message", "joined", "message", "ended", "note"]);
            table.came("claim first");
        } else {
            assert_eq!(claimed["code"], "ended");
            assert_eq!(kinds(&log), ["opened", "message", "ended", "note"]);
            table.came("end first");
        }
    }
    table.report("customer ends || agent claims");
}

/// Both at once; every other round the other one is polled first.
async fn in_turn<A, B>(round: usize, one: impl Future<Output = A>, other: impl Future<Output = B>) -> (A, B) {
    if round.is_multiple_of(2) {
        join!(one, other)
    } else {
        let (second, first) = join!(other, one);
        (first, second)
    }
}

/// Sends the command after so many round trips, which gives the other side a head start.
async fn after(trips: usize, socket: &mut Socket, command: Value) -> Value {
    for _ in 0..trips {
        socket.ok(json!({"type": "presence", "status": "online"})).await;
    }
    socket.ask(command).await
}

async fn resolve_meets_a_message_of_the_customer(database: Database) {
    let mut table = Table::set(Stage::new(database).await).await;
    for number in 0..ROUNDS {
        let mut round = table.owned().await;
        let resolve = command("resolve", &round.id, json!({}));
        let write = json!({"type": "send", "client_id": client_id(), "text": "wait"});
        let (resolved, written) =
            in_turn(number, table.agents[0].ask(resolve), round.customer.ask(write)).await;
        assert!(is_ok(&resolved), "{resolved}");
        let log = table.same_log(round).await;
        if is_ok(&written) {
            assert_eq!(kinds(&log)[3..], ["message", "ended", "note"]);
            assert!(resolved["seq"].as_i64() > written["seq"].as_i64());
            table.came("message first");
        } else {
            assert_eq!(written["code"], "ended");
            assert_eq!(kinds(&log)[3..], ["ended", "note"]);
            table.came("resolve first");
        }
    }
    table.report("resolve || customer's message");
}

async fn resolve_meets_transfer(database: Database) {
    let mut table = Table::set(Stage::new(database).await).await;
    let (mut phone, _) = Socket::dashboard(&table.people[0]).await;
    for number in 0..ROUNDS {
        let round = table.owned().await;
        let to = json!({"to": {"kind": "member", "id": table.people[1].id}});
        let transfer = command("transfer", &round.id, to);
        let resolve = command("resolve", &round.id, json!({}));
        // The phone has named this chat before too, so that both ways are equally long.
        phone.ok(json!({"type": "read", "conversation": round.id, "seq": 1})).await;
        let (resolved, moved) = in_turn(number, table.agents[0].ask(resolve), phone.ask(transfer)).await;
        let log = table.same_log(round).await;
        if is_ok(&moved) {
            assert_eq!(resolved["code"], "not_assignee");
            assert_eq!(kinds(&log)[3..], ["transferred", "note"]);
            table.came("transfer first");
        } else {
            assert!(is_ok(&resolved));
            assert_eq!(moved["code"], "ended");
            assert_eq!(kinds(&log)[3..], ["ended", "note"]);
            table.came("resolve first");
        }
    }
    table.report("resolve || transfer");
}

async fn transfer_meets_transfer(database: Database) {
    let mut table = Table::set(Stage::new(database).await).await;
    let others = table.stage.members(2, Role::Agent).await;
    let (mut phone, _) = Socket::dashboard(&table.people[0]).await;
    for number in 0..ROUNDS {
        let round = table.owned().await;
        let to = |person: &Person| json!({"to": {"kind": "member", "id": person.id}});
        let one = command("transfer", &round.id, to(&others[0]));
        let other = command("transfer", &round.id, to(&others[1]));
        phone.ok(json!({"type": "read", "conversation": round.id, "seq": 1})).await;
        let (one, other) = in_turn(number, table.agents[0].ask(one), phone.ask(other)).await;
        let state = table.stage.state(&round.id).await;
        let log = table.same_log(round).await;
        assert_eq!(kinds(&log)[3..], ["transferred", "note"]);
        assert_ne!(is_ok(&one), is_ok(&other), "{one} {other}");
        let (lost, winner) = if is_ok(&one) { (&other, &others[0]) } else { (&one, &others[1]) };
        assert_eq!(lost["code"], "not_assignee");
        assert_eq!(state.assignee.unwrap().id.to_string(), winner.id);
        table.came(if is_ok(&one) { "first" } else { "second" });
    }
    table.report("transfer || transfer");
}

async fn transfer_meets_the_removal_of_its_target(database: Database) {
    let mut table = Table::set(Stage::new(database).await).await;
    let owner = table.stage.app.owner().await;
    for number in 0..ROUNDS {
        let target = table.stage.members(1, Role::Agent).await.remove(0);
        let round = table.owned().await;
        let to = json!({"to": {"kind": "member", "id": target.id}});
        let transfer = command("transfer", &round.id, to);
        let path = format!("/api/v1/scopes/{}/members/{}", table.stage.scope, target.id);
        let (moved, removed) =
            in_turn(number, after(number % 10, &mut table.agents[0], transfer), owner.delete(&path)).await;
        assert!(removed.status.is_success(), "{}", removed.text);
        // Never a removed agent as the owner, once all is quiet.
        if is_ok(&moved) {
            table.agents[1]
                .until(|frame| {
                    frame["conversation"] == round.id.as_str()
                        && frame["entry"]["body"] == json!({"kind": "requeued", "reason": "member_removed"})
                })
                .await;
            assert_eq!(table.stage.state(&round.id).await.assignee, None);
            let log = table.stage.log(&round.id).await;
            assert_eq!(kinds(&log)[3..], ["transferred", "requeued"]);
            table.came("transfer first");
        } else {
            assert_eq!(moved["code"], "no_such_agent");
            let log = table.same_log(round).await;
            assert_eq!(kinds(&log)[3..], ["note"]);
            table.came("removal first");
        }
    }
    table.report("transfer || removal of the target");
}

async fn reactivation_meets_a_new_conversation(database: Database) {
    let mut table = Table::set(Stage::new(database).await).await;
    for number in 0..ROUNDS {
        let mut round = table.owned().await;
        table.agents[0].ok(command("resolve", &round.id, json!({}))).await;
        round.customer.until(|frame| frame["status"] == "ended").await;
        let activate = command("activate", &round.id, json!({}));
        let start = json!({"type": "start", "client_id": client_id(), "text": "again"});
        let (activated, started) =
            in_turn(number, after(number % 4, &mut table.agents[1], activate), round.customer.ask(start))
                .await;
        assert!(is_ok(&started), "{started}");
        let now = started["conversation"].as_str().unwrap().to_owned();
        if is_ok(&activated) {
            assert_eq!(now, round.id, "the newcomer's message lands in the activated conversation");
            table.came("activation first");
        } else {
            assert_eq!(
                (&activated["code"], &activated["details"]["conversation"]),
                (&json!("active_exists"), &json!(now))
            );
            assert_ne!(now, round.id);
            table.came("new conversation first");
        }
        let log = table.stage.log(&now).await;
        assert_gapless(&log);
        assert_eq!(said(&log, "contact").last(), Some(&"again"));
        // The customer's socket has followed: what is written there now is heard here.
        table.agents[1].ok(command("note", &now, json!({"text": "still here"}))).await;
        round
            .customer
            .until(|frame| {
                frame["conversation"] == now.as_str()
                    && (frame["entry"]["body"]["kind"] == "hidden"
                        || frame["entries"]
                            .as_array()
                            .is_some_and(|all| all.iter().any(|e| e["body"]["kind"] == "hidden")))
            })
            .await;
    }
    table.report("reactivate || new conversation");
}

async fn reactivation_meets_reactivation(database: Database) {
    let mut table = Table::set(Stage::new(database).await).await;
    for number in 0..ROUNDS {
        let round = table.owned().await;
        table.agents[0].ok(command("resolve", &round.id, json!({}))).await;
        let [one, other] = [0, 1].map(|_| command("activate", &round.id, json!({})));
        let [first, second] = &mut table.agents[..] else { unreachable!() };
        let (one, other) = in_turn(number, first.ask(one), second.ask(other)).await;
        assert_ne!(is_ok(&one), is_ok(&other), "{one} {other}");
        assert_eq!(if is_ok(&one) { &other } else { &one }["code"], "not_ended");
        let winner = table.people[usize::from(is_ok(&other))].id.clone();
        let state = table.stage.state(&round.id).await;
        assert_eq!(state.assignee.unwrap().id.to_string(), winner);
        let log = table.same_log(round).await;
        assert_eq!(kinds(&log)[3..], ["ended", "activated", "note"]);
        table.came(if is_ok(&one) { "first" } else { "second" });
    }
    table.report("reactivate || reactivate");
}

async fn four_tabs_write_first(database: Database) {
    let stage = Stage::new(database).await;
    for _ in 0..ROUNDS {
        let (first, welcome) = stage.returning(json!({})).await;
        let hello = json!({"visitor_token": welcome["visitor_token"]});
        let mut tabs = vec![first];
        for _ in 0..3 {
            tabs.push(stage.returning(hello.clone()).await.0);
        }
        let answers = join_all(tabs.iter_mut().enumerate().map(|(number, tab)| {
            tab.ask(json!({"type": "send", "client_id": client_id(), "text": format!("tab {number}")}))
        }))
        .await;
        assert!(answers.iter().all(is_ok), "{answers:?}");
        let id = answers[0]["conversation"].as_str().unwrap();
        assert!(answers.iter().all(|answer| answer["conversation"] == id), "{answers:?}");
        let log = stage.log(id).await;
        assert_gapless(&log);
        let mut texts = said(&log, "contact");
        texts.sort_unstable();
        assert_eq!(texts, ["tab 0", "tab 1", "tab 2", "tab 3"]);
        for tab in &mut tabs {
            // Entries by themselves, or a fresh page with those that were there already.
            let mut seen: Vec<Value> = Vec::new();
            while seen.len() < log.len() {
                let frame = tab.until(|frame| frame["type"] == "entry" || frame["type"] == "welcome").await;
                if frame["type"] == "welcome" {
                    assert_eq!((&frame["resync"], &frame["conversation"]), (&json!(true), &json!(id)));
                    seen.clone_from(frame["entries"].as_array().unwrap());
                } else {
                    seen.push(frame["entry"].clone());
                }
            }
            assert_gapless(&seen);
        }
    }
}

async fn feedback_meets_feedback(database: Database) {
    let mut table = Table::set(Stage::new(database).await).await;
    for number in 0..ROUNDS {
        let mut round = table.round().await;
        round.customer.ok(json!({"type": "end", "client_id": client_id()})).await;
        let (mut tab, _) = table.stage.returning(json!({"visitor_token": round.token})).await;
        let rate = |rating: i64| json!({"type": "feedback", "client_id": client_id(), "rating": rating});
        let (one, other) = in_turn(number, round.customer.ask(rate(1)), tab.ask(rate(5))).await;
        assert_ne!(is_ok(&one), is_ok(&other), "{one} {other}");
        assert_eq!(if is_ok(&one) { &other } else { &one }["code"], "already_rated");
        let log = table.same_log(round).await;
        assert_eq!(kinds(&log), ["opened", "message", "ended", "feedback", "note"]);
        assert_eq!(log[3]["body"]["rating"], if is_ok(&one) { 1 } else { 5 });
        table.came(if is_ok(&one) { "first" } else { "second" });
        tab.close().await;
    }
    table.report("feedback || feedback");
}

async fn one_client_id_from_several_sockets(database: Database) {
    let mut table = Table::set(Stage::new(database).await).await;
    let (phone, _) = Socket::dashboard(&table.people[0]).await;
    let (tablet, _) = Socket::dashboard(&table.people[0]).await;
    let mut more = [phone, tablet];
    for _ in 0..ROUNDS {
        let mut round = table.round().await;
        let claim = command("send", &round.id, json!({"text": "once"}));
        let sockets = more.iter_mut().chain(table.agents.first_mut());
        let answers = join_all(sockets.map(|socket| socket.ask(claim.clone()))).await;
        for answer in &answers {
            assert_eq!((&answer["type"], &answer["seq"]), (&json!("ok"), &json!(4)), "{answers:?}");
        }
        let (mut tab, _) = table.stage.returning(json!({"visitor_token": round.token})).await;
        let write = json!({"type": "send", "client_id": client_id(), "text": "thanks"});
        let (one, other) = join!(round.customer.ask(write.clone()), tab.ask(write));
        assert_eq!((&one["seq"], &other["seq"]), (&json!(5), &json!(5)), "{one} {other}");
        let log = table.same_log(round).await;
        assert_eq!(kinds(&log), ["opened", "message", "joined", "message", "message", "note"]);
        tab.close().await;
    }
}

async fn a_reply_of_the_bot_meets_a_join(database: Database) {
    let answers = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
    let reply = json!({"actions": [{"type": "message", "text": "I am a bot"}]}).to_string();
    let mut bot = FakeBot::start(vec![Act::AnswerWhen(answers.clone(), "200 OK", reply)]).await;
    let address = bot.address.to_string();
    let stage = Stage::with(database, |config| {
        config.limits.enabled = false;
        config.outgoing.allow = vec![address];
    })
    .await;
    stage.set_bot(json!({"kind": "http", "url": bot.url()})).await;
    let mut table = Table::set(stage).await;
    for number in 0..ROUNDS {
        let mut round = table.round().await;
        bot.request().await;
        let by_customer = number.is_multiple_of(2);
        let join = command("join", &round.id, json!({}));
        let ask = json!({"type": "request_human", "client_id": client_id()});
        answers.add_permits(1);
        // The bot's answer is on its way; now and then it is given a head start.
        if number % 3 == 0 {
            let is_reply = |frame: &Value| frame["entry"]["by"]["kind"] == "bot";
            let heard = table.agents[1].until(is_reply).await;
            round.opened[1].push(heard["entry"].clone());
        }
        let left = if by_customer { round.customer.ask(ask).await } else { table.agents[0].ask(join).await };
        assert!(is_ok(&left), "{left}");
        let id = round.id.clone();
        // Spoken or suppressed, the answer comes.
        let has_bot = |log: &Vec<Value>| log.iter().any(|entry| entry["by"]["kind"] == "bot");
        eventually(async || table.stage.log(&id).await, has_bot).await;
        let log = table.same_log(round).await;
        let leaves = if by_customer { "handed_off" } else { "joined" };
        if kinds(&log)[2] == "message" {
            assert_eq!(kinds(&log)[2..], ["message", leaves, "note"]);
            table.came("reply first");
        } else {
            assert_eq!(kinds(&log)[2..], [leaves, "suppressed", "note"]);
            table.came("join first");
        }
    }
    table.report("bot's reply || join or request for a human");
}
