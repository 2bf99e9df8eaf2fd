//! Conversations that sleep, die, expire, lose their owner, survive a restart, and are erased.

use std::time::Duration;

use actix::Addr;
use serde_json::{Value, json};
use switchboard::actors::conversation::{Conversation, Panic};
use switchboard::actors::directory::Options;
use switchboard::bots::BotLimits;
use switchboard::config::Config;
use switchboard::domain::bot::BotConfig;
use switchboard::domain::conversation::{Command, Status};
use switchboard::domain::event::{EndReason, Event, RequeueReason};
use switchboard::domain::ids::ConversationId;
use switchboard::domain::scope::Settings;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

use crate::bots::fake::{Act, FakeBot};
use crate::support::app::{Person, TestApp};
use crate::support::database::Database;
use crate::support::engine::{Engine, Shop, http_bot};
use crate::support::on_both;
use crate::support::sockets::{Socket, client_id};

on_both! {
    sleep_and_waking_keep_everything
    a_panic_costs_one_conversation_a_moment
    what_an_absent_member_had_is_first_in_line_again
    what_a_removed_member_had_waits_again
    only_silence_ends_a_conversation
    a_restart_goes_on_where_the_server_stopped
    customers_are_told_their_place_and_a_likely_wait
    a_running_conversation_is_erased
}

/// Nothing here takes longer, unless it is broken.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server with an owner, and a channel without a bot.
struct Stage {
    app: TestApp,
    owner: Person,
    scope: String,
    channel: String,
}

/// A customer with a socket, in a conversation.
struct Customer {
    socket: Socket,
    token: String,
    conversation: String,
}

impl Stage {
    async fn new(database: Database, settings: Value, change: impl FnOnce(&mut Config)) -> Self {
        let app = TestApp::start(database, |config| {
            config.limits.enabled = false;
            change(config);
        })
        .await;
        let owner = app.owner().await;
        let (scope, channel) = (owner.scope().await, owner.channel_open_to_all().await);
        owner.patch(&format!("/api/v1/scopes/{scope}"), json!({"settings": settings})).await.good();
        Self { app, owner, scope, channel }
    }

    async fn customer(&self, text: &str) -> Customer {
        let (mut socket, welcome) = Socket::widget(&self.app.base, &self.channel, json!({})).await;
        let start = json!({"type": "start", "client_id": client_id(), "text": text});
        let conversation = text_of(&socket.ok(start).await["conversation"]);
        Customer { socket, token: text_of(&welcome["visitor_token"]), conversation }
    }

    /// The customer goes and comes back; answers `welcome`.
    async fn reconnect(&self, customer: &mut Customer) -> Value {
        customer.socket.send(Message::Close(None)).await;
        customer.socket.closed().await;
        let hello = json!({"visitor_token": customer.token});
        let (socket, welcome) = Socket::widget(&self.app.base, &self.channel, hello).await;
        customer.socket = socket;
        welcome
    }

    async fn row(&self, conversation: &str) -> Value {
        self.owner.get(&format!("/api/v1/conversations/{conversation}")).await.good()["row"].clone()
    }

    async fn actor(&self, conversation: &str) -> Addr<Conversation> {
        let directory = &self.app.running.edge.directory;
        directory.conversation(self.scope.parse().unwrap(), conversation.parse().unwrap()).await.unwrap()
    }
}

impl Customer {
    async fn says(&mut self, text: &str) -> Value {
        self.socket.ok(json!({"type": "send", "client_id": client_id(), "text": text})).await
    }

    /// Where they are told to stand.
    async fn stands(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        self.socket.until(|frame| frame["type"] == "status" && fits(frame)).await
    }

    async fn waits_at(&mut self, position: u64) {
        self.stands(|status| status["status"] == "waiting" && status["position"] == position).await;
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

async fn claims(member: &mut Socket, customer: &Customer) -> Value {
    let id = client_id();
    let send =
        json!({"type": "send", "conversation": customer.conversation, "client_id": id, "text": "Hello"});
    let answer = member.ok(send.clone()).await;
    json!({"command": send, "seq": answer["seq"]})
}

#[actix_web::test]
async fn who_comes_back_to_an_open_chat_needs_nothing_of_the_database() {
    let stage = Stage::new(Database::sqlite(), json!({}), |config| config.store.pool = 1).await;
    let mut customer = stage.customer("Hello").await;
    let store = stage.app.running.edge.store.clone();
    let (reading, begun) = tokio::sync::oneshot::channel();
    let (release, held) = std::sync::mpsc::channel::<()>();
    let occupied = actix_web::rt::spawn(async move {
        let occupy = store.read(move |_| {
            let _ = reading.send(());
            let _ = held.recv();
            Ok(())
        });
        occupy.await
    });
    begun.await.unwrap();
    let welcome = stage.reconnect(&mut customer).await;
    assert_eq!(welcome["conversation"], customer.conversation.as_str());
    customer.says("I am back").await;
    drop(release);
    occupied.await.unwrap().unwrap();
}

/// Waits until this actor has ended.
async fn ended(actor: &Addr<Conversation>) {
    let ending = async {
        while actor.connected() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, ending).await.expect("the actor ends");
}

async fn sleep_and_waking_keep_everything(database: Database) {
    let stage = Stage::new(database, json!({"release_after": 0}), |config| {
        // Longer than a busy machine takes from an actor's start to its first session, which would begin anew.
        config.timers.conversation_sleep_ms = 1_000;
    })
    .await;
    let mut customer = stage.customer("Where is my order?").await;
    let (mut member, _) = Socket::dashboard(&stage.owner).await;
    let claimed = claims(&mut member, &customer).await;
    let open = json!({"type": "open", "conversation": customer.conversation});
    let before = member.ok(open.clone()).await;
    let actor = stage.actor(&customer.conversation).await;
    member.close().await;
    let welcome = stage.reconnect(&mut customer).await;
    let Customer { socket, token, conversation } = customer;
    socket.close().await;
    ended(&actor).await;

    let (mut member, _) = Socket::dashboard(&stage.owner).await;
    let after = member.ok(open).await;
    assert_eq!(after["entries"], before["entries"]);
    let again = member.ok(claimed["command"].clone()).await;
    assert_eq!(again["seq"], claimed["seq"], "the client id is known");
    let mut other = claimed["command"].clone();
    other["text"] = json!("something else");
    member.refused(other, "id_reused").await;
    assert_eq!(stage.row(&conversation).await["status"], "assigned");
    let (_socket, again) =
        Socket::widget(&stage.app.base, &stage.channel, json!({"visitor_token": token})).await;
    assert_eq!((&again["conversation"], &again["entries"]), (&welcome["conversation"], &welcome["entries"]));
}

async fn a_panic_costs_one_conversation_a_moment(database: Database) {
    let stage = Stage::new(database, json!({}), |_| {}).await;
    let mut unlucky = stage.customer("Where is my order?").await;
    let mut neighbour = stage.customer("Do you sell pots?").await;
    for seq in 3..6 {
        let actor = stage.actor(&unlucky.conversation).await;
        actor.do_send(Panic);
        assert_eq!(unlucky.socket.closed().await, 1012, "its sockets start over");
        ended(&actor).await;
        neighbour.says("Or pans?").await;
        if seq < 5 {
            let welcome = stage.reconnect(&mut unlucky).await;
            assert_eq!(welcome["conversation"], unlucky.conversation.as_str());
            assert_eq!(unlucky.says("Hello?").await["seq"], seq, "nothing is lost");
        }
    }
    let (mut member, _) = Socket::dashboard(&stage.owner).await;
    let open = |customer: &Customer| json!({"type": "open", "conversation": customer.conversation});
    member.refused(open(&unlucky), "unavailable").await;
    member.ok(open(&neighbour)).await;
}

async fn what_an_absent_member_had_is_first_in_line_again(database: Database) {
    let stage = Stage::new(database, json!({"release_after": 1_000}), |_| {}).await;
    let sam = stage.owner.invites(&stage.scope, "agent", "Sam Ortega").await;
    let kim = stage.owner.invites(&stage.scope, "agent", "Kim Lee").await;
    let mut of_sam = stage.customer("I was first").await;
    let of_kim = stage.customer("I was second").await;
    let mut waiting = stage.customer("I was third").await;
    let age = stage.row(&of_sam.conversation).await["waiting_since"].clone();
    let (mut sams, _) = Socket::dashboard(&sam).await;
    let (mut kims, _) = Socket::dashboard(&kim).await;
    claims(&mut kims, &of_kim).await;
    claims(&mut sams, &of_sam).await;
    waiting.waits_at(1).await;
    kims.close().await;
    let (_back, _) = Socket::dashboard(&kim).await;
    sams.close().await;

    let requeued = of_sam.socket.entry("requeued").await;
    assert_eq!(requeued["body"]["reason"], "assignee_gone");
    of_sam.waits_at(1).await;
    waiting.waits_at(2).await;
    let row = stage.row(&of_sam.conversation).await;
    assert_eq!((&row["status"], &row["waiting_since"]), (&json!("queued"), &age));
    let row = stage.row(&of_kim.conversation).await;
    assert_eq!(row["assignee"]["id"], kim.id.as_str(), "who comes back in time keeps what they have");
}

async fn what_a_removed_member_had_waits_again(database: Database) {
    let stage = Stage::new(database, json!({}), |_| {}).await;
    let sam = stage.owner.invites(&stage.scope, "agent", "Sam Ortega").await;
    let mut customer = stage.customer("Where is my order?").await;
    let (mut sams, _) = Socket::dashboard(&sam).await;
    claims(&mut sams, &customer).await;
    stage.owner.delete(&format!("/api/v1/scopes/{}/members/{}", stage.scope, sam.id)).await.good();
    assert_eq!(customer.socket.entry("requeued").await["body"]["reason"], "member_removed");
    assert_eq!(sams.closed().await, 4003);
    assert_eq!(stage.row(&customer.conversation).await["status"], "queued");
}

async fn only_silence_ends_a_conversation(database: Database) {
    let stage = Stage::new(database, json!({"idle_queued": 1_000}), |_| {}).await;
    let mut silent = stage.customer("Where is my order?").await;
    let mut restless = stage.customer("I come and go").await;
    let mut busy = stage.customer("I write and write").await;
    let ending = async {
        loop {
            busy.says("And another thing").await;
            stage.reconnect(&mut restless).await;
            let row = stage.row(&restless.conversation).await;
            if row["status"] == "ended" {
                return row;
            }
        }
    };
    let row = timeout(PATIENCE, ending).await.expect("to come and go breaks no silence");
    assert_eq!(row["end_reason"], "expired");
    assert_eq!(silent.socket.entry("ended").await["body"]["reason"], "expired");
    assert_eq!(stage.row(&busy.conversation).await["status"], "queued", "what is written in goes on");
}

/// Reads the log until its last entry is this.
async fn until_last(shop: &Shop, id: ConversationId, wanted: &Event) {
    let reading = async {
        while shop.chat.log(id).await.last().map(|entry| &entry.body) != Some(wanted) {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, reading).await.unwrap_or_else(|_| panic!("{wanted:?} never came"));
}

async fn a_restart_goes_on_where_the_server_stopped(database: Database) {
    let answer = Act::Answer("200 OK", r#"{"actions":[{"type":"message","text":"answer"}]}"#.into());
    let mut bot = FakeBot::start(vec![Act::Hang, answer]).await;
    let store = database.open();
    let start = || Engine::start(&store, Options::default(), BotLimits::default());
    let before = start();
    let asked = before.shop(http_bot(bot.url()), Settings::default()).await;
    let settings = Settings { idle_queued: 60_000, release_after: 1_000, ..Settings::default() };
    let people = before.shop(BotConfig::None, settings).await;
    let unanswered = asked.opened("Where is my order?").await;
    let silent = people.opened("Anybody there?").await;
    let owned = people.opened("Do you sell pots?").await;
    people.does(owned, Command::Join { by: people.sam.clone() }).await;
    let first = timeout(PATIENCE, bot.request()).await.expect("the bot is asked");
    drop(before);

    let after = start();
    after.sources.shift_clock(59_000);
    after.directory.start_all().await.unwrap();
    let second = timeout(PATIENCE, bot.request()).await.expect("the bot is asked again");
    assert_eq!(second.headers["webhook-id"], first.headers["webhook-id"]);
    let said = Event::Message {
        text: "answer".into(),
        attachments: Vec::new(),
        quick_replies: Vec::new(),
        cards: Vec::new(),
        coming: Vec::new(),
    };
    until_last(&asked, unanswered, &said).await;
    until_last(&people, silent, &Event::Ended { reason: EndReason::Expired }).await;
    until_last(&people, owned, &Event::Requeued { reason: RequeueReason::AssigneeGone }).await;
    assert_eq!(people.chat.stored(owned).await.unwrap().status, Status::Queued);
}

async fn customers_are_told_their_place_and_a_likely_wait(database: Database) {
    let stage = Stage::new(database, json!({}), |_| {}).await;
    let mut customers = Vec::new();
    for number in 1..=5 {
        let mut customer = stage.customer(&format!("I am number {number}")).await;
        customer.waits_at(number).await;
        customers.push(customer);
    }
    let mut last = customers.pop().unwrap();
    let (mut member, _) = Socket::dashboard(&stage.owner).await;
    for (customer, left) in customers.iter().zip([4, 3, 2, 1]) {
        claims(&mut member, customer).await;
        last.waits_at(left).await;
    }
    let welcome = stage.reconnect(&mut last).await;
    assert_eq!(welcome["status"]["position"], 1, "{welcome}");
    assert!(welcome["status"]["estimate_ms"].is_i64(), "{welcome}");
}

async fn a_running_conversation_is_erased(database: Database) {
    let stage = Stage::new(database, json!({}), |_| {}).await;
    let mut customer = stage.customer("My card number is 4711").await;
    let (mut member, _) = Socket::dashboard(&stage.owner).await;
    claims(&mut member, &customer).await;
    let open = json!({"type": "open", "conversation": customer.conversation});
    member.ok(open.clone()).await;
    let contact = text_of(&stage.row(&customer.conversation).await["contact"]["id"]);
    stage.owner.post(&format!("/api/v1/contacts/{contact}/erase"), json!({})).await.good();

    assert_eq!(customer.socket.entry("ended").await["body"]["reason"], "erased");
    assert_eq!(member.entry("ended").await["body"]["reason"], "erased");
    let (mut member, _) = Socket::dashboard(&stage.owner).await;
    let opened = member.ok(open).await;
    assert!(!opened.to_string().contains("My card"), "{opened}");
    let kinds: Vec<_> = opened["entries"].as_array().unwrap().iter().map(|e| &e["body"]["kind"]).collect();
    assert_eq!(kinds, ["erased", "erased", "joined", "erased", "ended"]);
    let activate =
        json!({"type": "activate", "conversation": customer.conversation, "client_id": client_id()});
    member.refused(activate, "ended").await;
}
