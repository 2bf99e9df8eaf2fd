//! The program is killed again and again while customers write and are answered, by every platform, whose fakes fail as they
//! please: what came in is stored once, what went out arrives in order, and twice only where the platform has no key to
//! drop repeats by.
//!
//! `SWITCHBOARD_CHANNEL_MESSAGES` = how many each way (20; a kill for every ten), `SWITCHBOARD_SEED` = which faults and when.

mod far;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use switchboard::channels::platform;
use switchboard::domain::channel::ChannelKind;
use tokio::sync::watch;
use uuid::Uuid;

use super::sim::talk::{self, Writing};
use crate::support::app::{Person, with_json};
use crate::support::database::Database;
use crate::support::process::Launch;
use far::Far;

/// Customers who are talked with at the same time; no more than one channel's lane has room for.
const CUSTOMERS: u64 = 4;

/// Nothing takes longer, unless something is lost.
const PATIENCE: Duration = Duration::from_secs(180);

/// Between two tries while nobody takes the connection.
const AWAY: Duration = Duration::from_millis(5);

/// Platforms that drop what they got before, so that nothing may come twice.
const DROP_REPEATS: [ChannelKind; 2] = [ChannelKind::Webhook, ChannelKind::Line];

/// A number of the environment.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number")))
}

/// What customers and members share.
#[derive(Clone)]
struct Town {
    kind: ChannelKind,
    platform: &'static str,
    /// Where the server is now.
    base: watch::Receiver<String>,
    owner: Person,
    channel: String,
    /// Of the channel, where the platform shares one with us.
    secret: String,
    far: Far,
    http: reqwest::Client,
    each: u64,
    hangs: Rc<Cell<u64>>,
}

impl Town {
    /// The platform tells us of a text; false when it does not hear that we have it.
    async fn tell(&self, id: u64, customer: u64, text: &str, patience: Duration) -> bool {
        let hook = format!("{}/hooks/{}", self.base.borrow().as_str(), self.channel);
        let text = Writing { hook: &hook, secret: &self.secret, id, customer, text };
        if self.far.says(&text) {
            return true;
        }
        let request = talk::say(self.platform, &text).unwrap();
        let answer = tokio::time::timeout(patience, request.by(&self.http, &hook).send()).await;
        answer.is_ok_and(|answer| answer.is_ok_and(|answer| answer.status().is_success()))
    }

    /// A customer who writes when they have been answered, whose platform loses answers and repeats itself.
    async fn customer(self, customer: u64, mut dice: StdRng) {
        for number in 1..=self.each {
            let answered = usize::try_from((number - 1) * CUSTOMERS / 2).unwrap();
            self.until(|| self.far.count() >= answered).await;
            let patience = |dice: &mut StdRng| {
                let cut = dice.random_bool(0.2);
                if cut { Duration::from_micros(dice.random_range(0..5_000)) } else { Duration::from_secs(10) }
            };
            while !self
                .tell(id(customer, number), customer, &came(customer, number), patience(&mut dice))
                .await
            {
                tokio::time::sleep(AWAY).await;
            }
            if dice.random_bool(0.3) {
                let old = dice.random_range(0..=number);
                self.tell(id(customer, old), customer, &came(customer, old), patience(&mut dice)).await;
            }
        }
    }

    /// A member who answers, whatever becomes of the answers.
    async fn member(self, customer: u64, conversation: String) {
        for number in 1..=self.each {
            let body = json!({"client_id": Uuid::new_v4(), "text": went(customer, number)});
            let path = format!("/api/v1/conversations/{conversation}/send");
            loop {
                let person = self.owner.at(self.base.borrow().as_str());
                let answer = with_json(person.request(&Method::POST, &path), &body).send().await;
                if answer.is_ok_and(|answer| answer.status() == StatusCode::OK) {
                    break;
                }
                tokio::time::sleep(AWAY).await;
            }
        }
    }

    /// Lets every few calls fail, for as long as it runs.
    async fn trouble(self, mut dice: StdRng) {
        loop {
            let enough = self.far.calls() + dice.random_range(1..6);
            while self.far.calls() < enough {
                tokio::time::sleep(AWAY).await;
            }
            // Each costs the whole time limit of a call, so there are few.
            let may_hang = self.hangs.get() < 1 + self.each / 20;
            self.hangs.set(self.hangs.get() + u64::from(self.far.fail(&mut dice, may_hang)));
        }
    }

    /// Waits for something that comes by itself.
    async fn until(&self, there: impl Fn() -> bool) {
        let begun = Instant::now();
        while !there() {
            assert!(begun.elapsed() < PATIENCE, "{}: it does not come: {:?}", self.platform, self.told());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Who was told what, in order.
    fn told(&self) -> BTreeMap<String, Vec<String>> {
        self.far.told(self.kind)
    }
}

/// The platform's number of a message.
const fn id(customer: u64, number: u64) -> u64 {
    (customer + 1) * 100_000 + number
}

/// What a customer says.
fn came(customer: u64, number: u64) -> String {
    format!("in {customer} {number}")
}

/// What they are told.
fn went(customer: u64, number: u64) -> String {
    format!("out {customer} {number}")
}

/// What the server answers once it is not too busy, as one that begins again on a busy machine may be.
async fn look(person: &Person, path: &str) -> Value {
    loop {
        let answer = person.get(path).await;
        if answer.status != StatusCode::SERVICE_UNAVAILABLE {
            return answer.good();
        }
        tokio::time::sleep(AWAY).await;
    }
}

/// Entries that are messages: number, who wrote it, text.
async fn messages(person: &Person, conversation: &str) -> Vec<(i64, String, String)> {
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let path = format!("/api/v1/conversations/{conversation}/entries?after={after}&limit=200");
        let answer = look(person, &path).await;
        for entry in answer["entries"].as_array().unwrap() {
            after = entry["seq"].as_i64().unwrap();
            if entry["body"]["kind"] == "message" {
                let word = |value: &Value| value.as_str().unwrap().to_owned();
                all.push((after, word(&entry["by"]["kind"]), word(&entry["body"]["text"])));
            }
        }
        if answer["more"] == false {
            return all;
        }
    }
}

/// The state of the delivery of an entry, and why.
async fn state(person: &Person, conversation: &str, seq: i64) -> (String, Value) {
    let path = format!("/api/v1/conversations/{conversation}/entries/{seq}/deliveries");
    let lines = look(person, &path).await["items"].clone();
    let last = lines.as_array().unwrap().last().cloned().unwrap_or_default();
    (last["state"].as_str().unwrap_or("queued").to_owned(), last["reason"].clone())
}

async fn survives_kills(kind: ChannelKind, database: Database) {
    let messages_each_way = number("SWITCHBOARD_CHANNEL_MESSAGES").unwrap_or(20);
    let seed = number("SWITCHBOARD_SEED").unwrap_or_else(rand::random);
    let mut dice = StdRng::seed_from_u64(seed);
    let far = Far::start(kind).await;
    let launch = Launch::on(&database.url).with(&[("OUTGOING__ALLOW", &far.addresses())]);
    let mut server = launch.start().await;
    let owner = server.owner().await;
    let scope = owner.scope().await;
    let (settings, secrets) = far.account(kind);
    let body = json!({"kind": kind, "name": "Shop", "settings": {"platform": settings}, "secrets": secrets});
    let channels = format!("/api/v1/scopes/{scope}/channels");
    let channel = owner.post(&channels, body).await.good();
    let made = |name: &str| channel["made_secrets"][name].as_str().unwrap_or_default().to_owned();
    if let Far::Platform(sim) = &far {
        sim.expect_signed_with(&made("outbound_secret"));
    }
    let secret = made(if kind == ChannelKind::Telegram { "webhook_secret" } else { "inbound_secret" });
    let channel = channel["id"].as_str().unwrap().to_owned();
    if kind == ChannelKind::Viber {
        // Without it the platform sends nothing.
        owner.post(&format!("{channels}/{channel}/connect"), json!({})).await.good();
    }
    let (place, here) = watch::channel(server.base.clone());
    let town = Town {
        kind,
        platform: kind.as_str(),
        base: here,
        owner: owner.clone(),
        channel,
        secret,
        far: far.clone(),
        http: reqwest::Client::builder().no_proxy().build().unwrap(),
        each: messages_each_way / CUSTOMERS,
        hangs: Rc::default(),
    };

    // Everybody is known by name before anything fails.
    far.is_listened_to().await;
    for customer in 0..CUSTOMERS {
        assert!(town.tell(id(customer, 0), customer, &came(customer, 0), PATIENCE).await);
    }
    let mut chats = BTreeMap::new();
    while chats.len() < CUSTOMERS as usize {
        let rows = owner.get(&format!("/api/v1/scopes/{scope}/conversations?state=all")).await.good();
        for row in rows["items"].as_array().unwrap() {
            let first = row["first_text"].as_str().unwrap().to_owned();
            chats.insert(first, row["id"].as_str().unwrap().to_owned());
        }
    }
    let begun = Instant::now();
    let before = far.count() as u64;
    let mut people = Vec::new();
    for customer in 0..CUSTOMERS {
        let chat = chats[&came(customer, 0)].clone();
        people.push(actix_web::rt::spawn(town.clone().customer(customer, StdRng::from_rng(&mut dice))));
        people.push(actix_web::rt::spawn(town.clone().member(customer, chat)));
    }
    let trouble = actix_web::rt::spawn(town.clone().trouble(StdRng::from_rng(&mut dice)));
    let kills = messages_each_way / 10;
    for kill in 1..=kills {
        // In the midst of the work, and then at any moment of a call or a commit.
        let enough = before + kill * messages_each_way / (kills + 1);
        town.until(|| far.count() as u64 >= enough).await;
        tokio::time::sleep(Duration::from_micros(dice.random_range(0..20_000))).await;
        server.kill();
        server = launch.start().await;
        place.send_replace(server.base.clone());
    }
    for person in people {
        tokio::time::timeout(PATIENCE, person).await.expect("everybody should have been answered").unwrap();
    }
    trouble.abort();

    // Nobody knows whether what is unconfirmed arrived; where it did not, a member has it sent again.
    let person = owner.at(&server.base);
    let mut again: BTreeSet<String> = BTreeSet::new();
    let mut unconfirmed = BTreeSet::new();
    for customer in 0..CUSTOMERS {
        let chat = &chats[&came(customer, 0)];
        let ours: Vec<_> =
            messages(&person, chat).await.into_iter().filter(|(_, by, _)| by == "member").collect();
        assert_eq!(ours.len() as u64, town.each, "every answer is stored once");
        for (seq, _, text) in ours {
            let begun = Instant::now();
            loop {
                let (state, reason) = state(&person, chat, seq).await;
                let arrived = town
                    .told()
                    .get(&talk::customer(kind.as_str(), customer))
                    .is_some_and(|t| t.contains(&text));
                match state.as_str() {
                    "sent" if arrived => break,
                    "unconfirmed" => {
                        unconfirmed.insert(text.clone());
                        if arrived {
                            break;
                        }
                        again.insert(text.clone());
                        let path = format!("/api/v1/conversations/{chat}/entries/{seq}/retry");
                        while !person.post(&path, json!({})).await.status.is_success() {
                            tokio::time::sleep(AWAY).await;
                        }
                    }
                    "queued" if begun.elapsed() < PATIENCE => {
                        tokio::time::sleep(AWAY).await;
                    }
                    _ => panic!("{kind:?} seed {seed}: {text} is {state}: {reason}"),
                }
            }
        }
    }
    let took = begun.elapsed();

    let mut doubled = 0;
    for (customer, told) in
        (0..CUSTOMERS).map(|c| (c, town.told()[&talk::customer(kind.as_str(), c)].clone()))
    {
        let wanted: Vec<String> = (1..=town.each).map(|number| went(customer, number)).collect();
        let mut in_order = told.clone();
        in_order.dedup();
        doubled += told.len() - in_order.len();
        in_order.retain(|text| !again.contains(text));
        // What a member had sent again may have come between two copies, which count as two none the less.
        let kept = in_order.len();
        in_order.dedup();
        doubled += kept - in_order.len();
        let expected: Vec<_> = wanted.iter().filter(|text| !again.contains(*text)).cloned().collect();
        assert_eq!(in_order, expected, "{kind:?} seed {seed}: each arrives, in order");
        for text in &wanted {
            let copies = told.iter().filter(|each| *each == text).count();
            let most = 2 + usize::from(again.contains(text));
            assert!((1..=most).contains(&copies), "{kind:?} seed {seed}: {text} came {copies} times");
        }
        let chat = &chats[&came(customer, 0)];
        let theirs: Vec<String> = loop {
            let all = messages(&person, chat).await;
            let theirs: Vec<_> =
                all.into_iter().filter(|(_, by, _)| by == "contact").map(|(.., text)| text).collect();
            if theirs.len() as u64 > town.each || begun.elapsed() > took + PATIENCE {
                break theirs;
            }
        };
        let wanted: Vec<String> = (0..=town.each).map(|number| came(customer, number)).collect();
        assert_eq!(theirs, wanted, "{kind:?} seed {seed}: each is stored once, in order");
    }
    if platform(kind).unwrap().drops_repeats() {
        assert_eq!((doubled, unconfirmed.len()), (0, 0), "{kind:?} seed {seed}: this platform drops repeats");
    }
    println!(
        "{}: {messages_each_way} each way, {kills} kills, {} calls failed, {doubled} doubled, \
         {} unconfirmed, {} sent again by a member, {:.1} s, seed {seed}",
        kind.as_str(),
        far.failed(),
        unconfirmed.len(),
        again.len(),
        took.as_secs_f64(),
    );
}

/// Only these have a key to drop repeats by; the pages in `docs/channels/` say so of the others.
#[test]
fn repeats_are_dropped_by_these_platforms_only() {
    use ChannelKind::{
        Discord, Email, Instagram, Line, Messenger, Slack, Telegram, Twilio, Viber, Webhook, Whatsapp,
    };
    let all = [Discord, Email, Instagram, Line, Messenger, Slack, Telegram, Twilio, Viber, Webhook, Whatsapp];
    for kind in all {
        assert_eq!(platform(kind).unwrap().drops_repeats(), DROP_REPEATS.contains(&kind), "{kind:?}");
    }
}

#[actix_web::test]
async fn discord_survives_kills() {
    survives_kills(ChannelKind::Discord, Database::sqlite()).await;
}

#[actix_web::test]
async fn email_survives_kills() {
    survives_kills(ChannelKind::Email, Database::sqlite()).await;
}

#[actix_web::test]
async fn instagram_survives_kills() {
    survives_kills(ChannelKind::Instagram, Database::sqlite()).await;
}

#[actix_web::test]
async fn line_survives_kills() {
    survives_kills(ChannelKind::Line, Database::sqlite()).await;
}

#[actix_web::test]
async fn messenger_survives_kills() {
    survives_kills(ChannelKind::Messenger, Database::sqlite()).await;
}

#[actix_web::test]
async fn slack_survives_kills() {
    survives_kills(ChannelKind::Slack, Database::sqlite()).await;
}

#[actix_web::test]
async fn telegram_survives_kills() {
    survives_kills(ChannelKind::Telegram, Database::sqlite()).await;
}

#[actix_web::test]
async fn twilio_survives_kills() {
    survives_kills(ChannelKind::Twilio, Database::sqlite()).await;
}

#[actix_web::test]
async fn viber_survives_kills() {
    survives_kills(ChannelKind::Viber, Database::sqlite()).await;
}

#[actix_web::test]
async fn whatsapp_survives_kills() {
    survives_kills(ChannelKind::Whatsapp, Database::sqlite()).await;
}

#[actix_web::test]
async fn nothing_is_lost_or_doubled_by_kills_on_sqlite() {
    survives_kills(ChannelKind::Webhook, Database::sqlite()).await;
}

#[actix_web::test]
async fn nothing_is_lost_or_doubled_by_kills_on_postgres() {
    survives_kills(ChannelKind::Webhook, Database::postgres()).await;
}
