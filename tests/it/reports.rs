//! Reports: hand-counted cases on both databases, the roll-up beside the log, and who may read.

use serde_json::{Value, json};
use switchboard::domain::Millis;
use switchboard::domain::conversation::{
    Assignee, Command, Conversation, Fact, NewConversation, Rules, Target, decide, number, open,
};
use switchboard::domain::episode::Episode;
use switchboard::domain::feedback::{Feedback, Rating};
use switchboard::domain::ids::ConversationId;
use switchboard::domain::member::{Actor, Role};
use switchboard::store::{Commit, Opening, Store, contacts, episodes};
use uuid::Uuid;

use crate::support::app::TestApp;
use crate::support::chat::Chat;
use crate::support::database::Database;
use crate::support::stage::Stage;
use crate::support::{eventually, on_both};

on_both! {
    figures_are_those_counted_by_hand
    a_rebuilt_roll_up_is_the_one_that_was_kept
    conversations_of_before_get_their_episodes
    an_erased_contact_still_counts
    the_wallboard_shows_the_scope_as_it_is
}

/// Monday, 2 November 2026, 09:00 in Berlin.
const MONDAY: Millis = 1_793_606_400_000;
const SECOND: Millis = 1_000;
const MINUTE: Millis = 60 * SECOND;
const DAY: Millis = 24 * 60 * MINUTE;

/// A conversation that is written at given times.
struct Told<'a> {
    chat: &'a Chat,
    state: Conversation,
    rules: Rules,
}

impl<'a> Told<'a> {
    /// Opened by a new contact at this time, with a bot or without.
    async fn opened(chat: &'a Chat, at: Millis, has_bot: bool) -> Told<'a> {
        let contact = chat.contact();
        let new = NewConversation {
            id: chat.sources.id(),
            scope: chat.scope.id,
            channel: chat.channel.id,
            contact: contact.id,
        };
        let rules = Rules { has_bot, ..Rules::default() };
        let mut told = Self { chat, state: Conversation::unopened(&new), rules };
        let facts = open(&told.rules, &"Hello".into());
        let opening = Opening { contact, session: Default::default() };
        told.write(at, facts, Some(opening)).await;
        told
    }

    async fn write(&mut self, at: Millis, facts: Vec<Fact>, opening: Option<Opening>) {
        let before = self.state.version;
        let entries = number(before, facts, None, at);
        for entry in &entries {
            self.state.apply(entry);
        }
        let after = self.state.clone();
        let commit =
            Commit { before, after, entries, opening, audit: vec![], outbox: vec![], events: vec![] };
        self.chat.store.commit(commit).await.unwrap();
    }

    /// A command at this time.
    async fn at(&mut self, at: Millis, command: Command) -> &mut Self {
        let facts = decide(&self.state, &command, &self.rules, at).unwrap();
        self.write(at, facts, None).await;
        self
    }

    fn id(&self) -> ConversationId {
        self.state.id
    }
}

fn actor(chat: &Chat, name: &str) -> Actor {
    Actor { id: chat.sources.id(), name: name.into(), role: Role::Admin }
}

fn send(by: &Actor) -> Command {
    Command::Send { by: by.clone(), text: "Good morning".into() }
}

fn end(stars: Option<u8>) -> Command {
    Command::End {
        feedback: Feedback { rating: stars.and_then(|s| Rating::try_from(s).ok()), comment: None },
    }
}

fn to(member: &Actor) -> Target {
    Target::Member(Some(Assignee { id: member.id, name: member.name.clone() }))
}

async fn kept(store: &Store, id: ConversationId) -> Vec<Episode> {
    store.read(move |connection| episodes::of_conversation(connection, id)).await.unwrap()
}

async fn figures_are_those_counted_by_hand(database: Database) {
    let app = TestApp::start(database, |_| {}).await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    owner.patch(&format!("/api/v1/scopes/{scope}"), json!({"time_zone": "Europe/Berlin"})).await.good();
    let chat = app.chat(&scope, &owner).await;
    let (sam, kim) = (chat.agent.clone(), actor(&chat, "Kim"));

    // Monday 09:00: waits 30 s, first reply with the claim, handled 10 min, five stars.
    let mut told = Told::opened(&chat, MONDAY, false).await;
    told.at(MONDAY + 30 * SECOND, send(&sam)).await;
    told.at(MONDAY + 30 * SECOND + 10 * MINUTE, end(Some(5))).await;

    // Monday 10:00 with the bot, handed over after 1 min; waits 60 s, is given back after 2 min without a word, waits 90 s more;
    // Sam replies 20 s later, hands it to Kim, who resolves it 4 min after Sam's claim. First reply: 60 + 120 + 90 + 20 s.
    let ten = MONDAY + 60 * MINUTE;
    let mut told = Told::opened(&chat, ten, true).await;
    let queued = ten + MINUTE;
    told.at(queued, Command::RequestHuman).await;
    let joined = queued + 60 * SECOND;
    told.at(joined, Command::Join { by: kim.clone() }).await;
    let back = joined + 120 * SECOND;
    told.at(back, Command::Release { member: kim.id }).await;
    let again = back + 90 * SECOND;
    told.at(again, Command::Join { by: sam.clone() }).await;
    told.at(again + 20 * SECOND, send(&sam)).await;
    told.at(again + 60 * SECOND, Command::Transfer { by: sam.clone(), to: to(&kim) }).await;
    told.at(again + 240 * SECOND, Command::Resolve { by: kim.clone() }).await;
    told.at(
        again + 300 * SECOND,
        Command::Feedback { feedback: Feedback { rating: Rating::try_from(2).ok(), comment: None } },
    )
    .await;
    // Kim activates it on Tuesday: another chat that waited for nobody, still open.
    told.at(MONDAY + DAY, Command::Activate { by: kim.clone() }).await;
    told.at(MONDAY + DAY + MINUTE, send(&kim)).await;

    // Tuesday 09:00 with the bot alone until silence ends it; another that a member took from the bot and wrote in.
    let tuesday = MONDAY + DAY;
    let mut told = Told::opened(&chat, tuesday, true).await;
    let version = told.state.version;
    told.at(tuesday + 30 * MINUTE, Command::Expire { version }).await;
    let mut told = Told::opened(&chat, tuesday, true).await;
    told.at(tuesday + MINUTE, send(&sam)).await;
    told.at(tuesday + 3 * MINUTE, Command::Resolve { by: sam.clone() }).await;

    // Wednesday 00:30 in Berlin, which is Tuesday in UTC: nobody came, the customer left.
    let night = MONDAY + DAY + 15 * 60 * MINUTE + 30 * MINUTE;
    let mut told = Told::opened(&chat, night, false).await;
    told.at(night + 5 * MINUTE, end(None)).await;

    // The week before, and one too early to be seen.
    Told::opened(&chat, MONDAY - DAY, false).await.at(MONDAY - DAY + 4 * SECOND, send(&kim)).await;
    Told::opened(&chat, MONDAY - 20 * DAY, false).await;

    let path = format!("/api/v1/scopes/{scope}/reports");
    let all = owner.get(&format!("{path}?from=2026-11-02&to=2026-11-08")).await.good();
    assert_eq!(
        (&all["from"], &all["to"], &all["time_zone"]),
        (&json!("2026-11-02"), &json!("2026-11-08"), &json!("Europe/Berlin"))
    );
    let second_handled = 120 * SECOND + 240 * SECOND;
    assert_eq!(
        all["current"],
        json!({
            "chats": 6,
            "ended": 5,
            "wait": {"count": 2, "median": (30_000 + 150_000) / 2, "p90": 150_000},
            "first_reply": {"count": 2, "median": (30_000 + 290_000) / 2, "p90": 290_000},
            "handle": {"count": 3, "median": second_handled, "p90": 10 * MINUTE},
            "gave_up": 1,
            "feedback": {"answers": 2, "average": 3.5, "stars": [0, 1, 0, 0, 1]},
            "bot": {"chats": 3, "contained": 1},
        })
    );
    assert_eq!(all["before"]["chats"], 1);
    assert_eq!(all["before"]["first_reply"], json!({"count": 1, "median": 4_000, "p90": 4_000}));
    let days = all["days"].as_array().unwrap();
    let chats: Vec<(&str, &Value)> =
        days.iter().map(|day| (day["day"].as_str().unwrap(), &day["figures"]["chats"])).collect();
    assert_eq!(chats.len(), 7);
    let counted = [("2026-11-02", 2), ("2026-11-03", 3), ("2026-11-04", 1), ("2026-11-05", 0)];
    for (place, (day, count)) in counted.into_iter().enumerate() {
        assert_eq!(chats[place], (day, &json!(count)));
    }
    assert_eq!(days[2]["figures"]["gave_up"], 1);
    assert_eq!(
        (&all["hours"][0][9], &all["hours"][0][10], &all["hours"][1][9]),
        (&json!(1), &json!(1), &json!(3))
    );
    assert_eq!(all["hours"][2][0], 1);
    let members = all["members"].as_array().unwrap();
    let of =
        |id: String| members.iter().find(|member| member["id"] == id.as_str()).unwrap()["figures"].clone();
    let (of_sam, of_kim) = (of(sam.id.to_string()), of(kim.id.to_string()));
    assert_eq!((&of_sam["chats"], &of_sam["first_reply"]["count"]), (&json!(2), &json!(2)));
    assert_eq!((&of_kim["chats"], &of_kim["first_reply"]["count"]), (&json!(2), &json!(0)));
    assert_eq!((&of_sam["feedback"]["average"], &of_kim["feedback"]["average"]), (&json!(5.0), &json!(2.0)));
    assert_eq!(all["channels"].as_array().unwrap().len(), 1);
    assert_eq!(all["channels"][0]["figures"]["chats"], 6);

    let other =
        owner.post(&format!("/api/v1/scopes/{scope}/channels"), json!({"name": "=Shop, \"two\""})).await;
    let other = other.good()["id"].as_str().unwrap().to_owned();
    let none = owner.get(&format!("{path}?from=2026-11-02&to=2026-11-08&channel={other}")).await.good();
    assert_eq!(none["current"]["chats"], 0);
    assert_eq!(none["current"]["wait"], json!({"count": 0, "median": null, "p90": null}));

    let csv = owner.get(&format!("{path}/csv?from=2026-11-02&to=2026-11-08&table=days")).await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(csv.header("content-disposition").contains("days-2026-11-02-2026-11-08.csv"));
    let lines: Vec<&str> = csv.text.split("\r\n").collect();
    assert_eq!(lines[1], "2026-11-02,2,2,90.000,150.000,160.000,290.000,480.000,600.000,0,2,3.50,1,0");
    assert_eq!(lines.len(), 1 + 7 + 1);
    let hours = owner.get(&format!("{path}/csv?from=2026-11-02&to=2026-11-08&table=hours")).await;
    assert!(hours.text.contains("\r\n2,9,3\r\n"), "{}", hours.text);

    for bad in
        ["?from=x", "?from=2026-11-09&to=2026-11-08", "?from=2025-01-01&to=2026-11-08", "?table=days", "?a=b"]
    {
        assert_eq!(owner.get(&format!("{path}{bad}")).await.code(), "bad_request", "{bad}");
    }
    let agent = app.invited(&owner, &scope, "agent", "Lee Agent").await;
    for part in ["", "/csv", "/live"] {
        assert_eq!(agent.get(&format!("{path}{part}")).await.code(), "forbidden");
        assert_eq!(app.stranger().get(&format!("{path}{part}")).await.code(), "unauthenticated");
    }
    // Somebody else's chats are nobody's business, whoever asks.
    let elsewhere = Chat::new(&chat.store).await;
    Told::opened(&elsewhere, MONDAY, false).await;
    let path = format!("/api/v1/scopes/{}/reports", elsewhere.scope.id);
    assert_eq!(owner.get(&path).await.code(), "not_found");
    let still =
        owner.get(&format!("/api/v1/scopes/{scope}/reports?from=2026-11-02&to=2026-11-08")).await.good();
    assert_eq!(still["current"]["chats"], 6);
}

/// Random lives of conversations, told by chance from a seed that a failure prints.
async fn random_lives(chat: &Chat, seed: u64, count: usize) -> Vec<ConversationId> {
    let people: Vec<Actor> = (0..3).map(|number| actor(chat, &format!("Member {number}"))).collect();
    let mut state = seed | 1;
    let mut dice = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    let mut all = Vec::new();
    for _ in 0..count {
        let mut at = MONDAY + dice(5_000) as Millis;
        let mut told = Told::opened(chat, at, dice(2) == 0).await;
        told.rules.has_bot = true;
        for _ in 0..dice(25) {
            at += dice(3) as Millis * SECOND;
            let by = people[dice(3)].clone();
            let version = told.state.version;
            let command = match dice(13) {
                0 => Command::RequestHuman,
                1 | 2 => Command::Send { by, text: "Words".into() },
                3 => Command::Post { text: "Words".into() },
                4 => Command::Join { by },
                5 => Command::TakeOver { by },
                6 => Command::Transfer { by, to: to(&people[dice(3)]) },
                7 => Command::Transfer { by, to: Target::Queue },
                8 => Command::Transfer { by, to: Target::Bot },
                9 => Command::Resolve { by },
                10 => Command::Activate { by },
                11 => [end(Some(3)), end(None), Command::Expire { version }][dice(3)].clone(),
                _ => Command::Feedback {
                    feedback: Feedback { rating: Rating::try_from(1).ok(), comment: None },
                },
            };
            if let Ok(facts) = decide(&told.state, &command, &told.rules, at)
                && !facts.is_empty()
            {
                told.write(at, facts, None).await;
            }
        }
        all.push(told.id());
    }
    all
}

async fn a_rebuilt_roll_up_is_the_one_that_was_kept(database: Database) {
    let seed = Uuid::new_v4().as_u64_pair().0;
    println!("seed {seed}");
    let chat = Chat::new(&database.open()).await;
    let all = random_lives(&chat, seed, 120).await;
    let mut before = Vec::new();
    for id in &all {
        before.push(kept(&chat.store, *id).await);
    }
    assert!(before.iter().any(|episodes| episodes.len() > 1));
    assert!(before.iter().flatten().any(|episode| episode.replied_at.is_some() && episode.waited.is_some()));
    chat.store.rebuild_episodes().await.unwrap();
    for (id, before) in all.iter().zip(before) {
        assert_eq!(kept(&chat.store, *id).await, before, "seed {seed}");
    }
}

async fn conversations_of_before_get_their_episodes(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let mut told = Told::opened(&chat, MONDAY, false).await;
    told.at(MONDAY + SECOND, Command::Join { by: chat.agent.clone() }).await;
    let forget = |id: ConversationId| {
        let url = database.url.clone();
        move || forget_episodes(&url, id)
    };
    forget(told.id())();
    assert_eq!(kept(&chat.store, told.id()).await, vec![]);

    // The next thing that happens brings all of it back.
    told.at(MONDAY + 2 * SECOND, send(&chat.agent)).await;
    let found = kept(&chat.store, told.id()).await;
    assert_eq!((found[0].waited, found[0].replied_at), (Some(SECOND), Some(MONDAY + 2 * SECOND)));

    // And so does the start of the server, once.
    forget(told.id())();
    chat.store.complete_episodes().await.unwrap();
    assert_eq!(kept(&chat.store, told.id()).await, found);
    forget(told.id())();
    chat.store.complete_episodes().await.unwrap();
    assert_eq!(kept(&chat.store, told.id()).await, vec![]);
}

fn forget_episodes(url: &str, id: ConversationId) {
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, PgConnection, SqliteConnection};

    let statement = format!("DELETE FROM episodes WHERE conversation_id = '{id}'");
    match url.strip_prefix("sqlite://") {
        Some(path) => SqliteConnection::establish(path).unwrap().batch_execute(&statement).unwrap(),
        None => PgConnection::establish(url).unwrap().batch_execute(&statement).unwrap(),
    }
}

async fn an_erased_contact_still_counts(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let mut told = Told::opened(&chat, MONDAY, false).await;
    told.at(MONDAY + SECOND, send(&chat.agent)).await;
    told.at(MONDAY + 2 * SECOND, Command::Resolve { by: chat.agent.clone() }).await;
    let (before, contact) = (kept(&chat.store, told.id()).await, told.state.contact);
    chat.store.write(move |connection| contacts::erase(connection, contact)).await.unwrap();
    chat.store.rebuild_episodes().await.unwrap();
    assert_eq!(kept(&chat.store, told.id()).await, before);
}

async fn the_wallboard_shows_the_scope_as_it_is(database: Database) {
    let stage = Stage::new(database).await;
    let admin = stage.members(1, Role::Admin).await.remove(0);
    let agents = stage.members(2, Role::Agent).await;
    let (_first, waiting) = stage.writes("Where is my parcel?").await;
    let (_second, taken) = stage.writes("Do you sell pots?").await;
    let path = format!("/api/v1/conversations/{taken}/join");
    agents[0].post(&path, json!({"client_id": Uuid::new_v4().to_string()})).await.good();

    let path = format!("/api/v1/scopes/{}/reports/live", stage.scope);
    let is_known = |board: &Value| board["waiting"] == 1 && board["assigned"] == 1;
    let board = eventually(async || admin.get(&path).await.good(), is_known).await;
    let since = stage.state(&waiting).await.waiting_since.unwrap();
    assert_eq!((&board["oldest_since"], &board["with_bot"]), (&json!(since), &json!(0)));
    let members = board["members"].as_array().unwrap();
    let busy = members.iter().find(|member| member["id"] == agents[0].id.as_str()).unwrap();
    assert_eq!(
        (&busy["chats"], &busy["presence"], &busy["role"]),
        (&json!(1), &json!("offline"), &json!("agent"))
    );
    assert_eq!(agents[1].get(&path).await.code(), "forbidden");
}
