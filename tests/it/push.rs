//! Web Push, with a push service on loopback that checks who we are and reads what we sent, as a browser would.

use aes_gcm::aead::Aead;
use aes_gcm::{Aes128Gcm, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::elliptic_curve::sec1::ToEncodedPoint;
use p256::{PublicKey, SecretKey, ecdh};
use serde_json::{Value, json};
use sha2::Sha256;
use switchboard::domain::push::BROWSERS_MAX;

use crate::bots::fake::{Act, FakeBot, Seen};
use crate::support::app::Person;
use crate::support::database::Database;
use crate::support::on_both;
use crate::support::sockets::Socket;
use crate::support::stage::{Stage, command};

on_both! {
    who_looks_at_no_dashboard_is_told
    wishes_of_the_reader_are_obeyed
    a_service_that_is_busy_is_asked_once_more_and_a_browser_that_is_gone_is_forgotten
    a_browser_is_told_as_long_as_its_log_in_lasts
    who_is_named_in_a_note_is_told
}

/// A browser with keys of its own, subscribed at the service.
struct Browser {
    service: FakeBot,
    key: SecretKey,
}

const AUTH: [u8; 16] = [7; 16];

impl Browser {
    async fn new(acts: Vec<Act>) -> Self {
        Self { service: FakeBot::start(acts).await, key: SecretKey::from_slice(&[9; 32]).unwrap() }
    }

    async fn served() -> Self {
        Self::new(vec![created()]).await
    }

    /// A server that may call this service.
    async fn stage(&self, database: Database) -> Stage {
        let allow = vec![self.service.address.to_string()];
        Stage::with(database, |config| {
            config.limits.enabled = false;
            config.outgoing.allow = allow;
        })
        .await
    }

    fn subscription(&self) -> Value {
        let point = self.key.public_key().to_encoded_point(false);
        json!({
            "endpoint": format!("http://{}/send/1", self.service.address),
            "keys": {"p256dh": URL_SAFE_NO_PAD.encode(point), "auth": URL_SAFE_NO_PAD.encode(AUTH)},
            "wishes": {"unassigned": true, "mine": true, "mention": true, "quiet_until": 0},
            "wording": {
                "unassigned": "{name} wartet", "mine": "{name} schrieb", "given": "Von {name}",
                "mention": "{name} nennt dich", "test": "Probe",
            },
        })
    }

    async fn subscribe(&self, person: &Person) {
        assert_eq!(person.put("/api/v1/push/subscription", self.subscription()).await.status, 204);
    }

    /// The next message: checked and decrypted.
    async fn message(&mut self, public_key: &str) -> Value {
        let seen = self.service.request().await;
        assert_eq!(seen.headers["request"], "POST /send/1 HTTP/1.1");
        assert_eq!((&*seen.headers["content-encoding"], &*seen.headers["ttl"]), ("aes128gcm", "3600"));
        self.check_sender(&seen, public_key);
        let message = self.read(&seen.body);
        let topic = message["conversation"].as_str().map_or("test", |id| &id["c_".len()..]);
        assert_eq!(seen.headers["topic"], topic);
        message
    }

    /// RFC 8292: signature, audience, expiry and contact.
    fn check_sender(&self, seen: &Seen, public_key: &str) {
        let header = seen.headers["authorization"].strip_prefix("vapid t=").unwrap();
        let (token, key) = header.split_once(", k=").unwrap();
        assert_eq!(key, public_key);
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let signature = Signature::from_slice(&decode(signature)).unwrap();
        let point = VerifyingKey::from_sec1_bytes(&decode(key)).unwrap();
        point.verify(signed.as_bytes(), &signature).unwrap();
        let claims: Value = serde_json::from_slice(&decode(signed.split_once('.').unwrap().1)).unwrap();
        assert_eq!(claims["aud"], format!("http://{}", self.service.address));
        assert!(claims["sub"].as_str().unwrap().starts_with("http"));
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let left = claims["exp"].as_u64().unwrap() - now;
        assert!((1..=24 * 3_600).contains(&left), "{left}");
    }

    /// RFC 8291 from the other side.
    fn read(&self, body: &[u8]) -> Value {
        let (salt, rest) = body.split_at(16);
        let (length, rest) = (rest[4], &rest[5..]);
        let (sender, sealed) = rest.split_at(length.into());
        let theirs = PublicKey::from_sec1_bytes(sender).unwrap();
        let shared = ecdh::diffie_hellman(self.key.to_nonzero_scalar(), theirs.as_affine());
        let own = self.key.public_key().to_encoded_point(false);
        let info = [b"WebPush: info\0".as_slice(), own.as_bytes(), sender].concat();
        let (mut input, mut key, mut nonce) = ([0; 32], [0; 16], [0; 12]);
        Hkdf::<Sha256>::new(Some(&AUTH), shared.raw_secret_bytes()).expand(&info, &mut input).unwrap();
        let derive = Hkdf::<Sha256>::new(Some(salt), &input);
        derive.expand(b"Content-Encoding: aes128gcm\0", &mut key).unwrap();
        derive.expand(b"Content-Encoding: nonce\0", &mut nonce).unwrap();
        let mut record = Aes128Gcm::new(&key.into()).decrypt(&nonce.into(), sealed).unwrap();
        assert_eq!(record.pop(), Some(2), "the last record");
        serde_json::from_slice(&record).unwrap()
    }
}

fn created() -> Act {
    Act::Answer("201 Created", String::new())
}

async fn public_key(person: &Person) -> String {
    person.get("/api/v1/push/key").await.good()["key"].as_str().unwrap().to_owned()
}

/// Returns when the scope has heard all that the member's session said before.
async fn heard(socket: &mut Socket, scope: &str) {
    socket.ok(json!({"type": "subscribe", "scope": scope})).await;
    socket.event("snapshot").await;
    socket.forget();
}

async fn who_looks_at_no_dashboard_is_told(database: Database) {
    let mut browser = Browser::served().await;
    let stage = browser.stage(database).await;
    let owner = stage.app.owner().await;
    let kim = owner.invites(&stage.scope, "agent", "Kim Lee").await;
    let key = public_key(&kim).await;
    browser.subscribe(&kim).await;

    let long = "Where is my order? ".repeat(20);
    let (mut customer, id) = stage.writes(&long).await;
    let message = browser.message(&key).await;
    assert_eq!((&message["kind"], &message["scope"]), (&json!("unassigned"), &json!(stage.scope)));
    assert_eq!(message["conversation"], id.as_str());
    assert!(message["title"].as_str().unwrap().ends_with(" wartet"), "{message}");
    let body = message["body"].as_str().unwrap();
    assert!(body.chars().count() == 80 && body.ends_with('…'), "{body}");

    // Taking it is no news to the one who does; the customer's next words are.
    let claim = json!({"client_id": uuid::Uuid::new_v4(), "text": "Hello"});
    kim.post(&format!("/api/v1/conversations/{id}/send"), claim).await.good();
    customer.writes("Still there?").await;
    let message = browser.message(&key).await;
    assert_eq!((&message["kind"], &message["body"]), (&json!("mine"), &json!("Still there?")));

    let (mut socket, _) = Socket::dashboard(&kim).await;
    for silence in [
        [json!({"type": "looking", "on": true}), json!({"type": "looking", "on": false})],
        [json!({"type": "presence", "status": "away"}), json!({"type": "presence", "status": "online"})],
    ] {
        let [begin, end] = silence;
        socket.ok(begin).await;
        heard(&mut socket, &stage.scope).await;
        customer.writes("unheard").await;
        // Once the lists show it, it was judged.
        socket.until(|frame| frame.to_string().contains("unheard")).await;
        socket.ok(end).await;
        heard(&mut socket, &stage.scope).await;
        customer.writes("heard").await;
        assert_eq!(browser.message(&key).await["body"], "heard");
    }

    // Who gave it away is told no more; who got it is.
    let to = json!({"to": {"kind": "member", "id": owner.id}});
    socket.ok(command("transfer", &id, to)).await;
    customer.writes("for the owner").await;
    let to = json!({"client_id": uuid::Uuid::new_v4(), "to": {"kind": "member", "id": kim.id}});
    owner.post(&format!("/api/v1/conversations/{id}/transfer"), to).await.good();
    assert_eq!(browser.message(&key).await["kind"], "given");

    assert_eq!(kim.post("/api/v1/push/test", json!({})).await.status, 204);
    let message = browser.message(&key).await;
    assert_eq!((&message["kind"], &message["title"]), (&json!("test"), &json!("Probe")));
    let metrics = stage.app.stranger().get("/metrics").await.text;
    assert!(metrics.contains("switchboard_push_total{result=\"failed\"} 0\n"), "{metrics}");
}

async fn wishes_of_the_reader_are_obeyed(database: Database) {
    let mut browser = Browser::served().await;
    let stage = browser.stage(database).await;
    let kim = stage.app.owner().await;
    let key = public_key(&kim).await;
    let usual = browser.subscription();
    let tell = async |change: Value| {
        let mut subscription = usual.clone();
        subscription["wishes"].as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        assert_eq!(kim.put("/api/v1/push/subscription", subscription).await.status, 204);
    };
    for (silent, talking) in [
        (json!({"unassigned": false}), json!({})),
        (json!({"quiet_until": 9_007_199_254_740_991_i64}), json!({"quiet_until": 1})),
    ] {
        tell(silent).await;
        let (_customer, unheard) = stage.writes("unheard").await;
        // The queue is worked off in its order: a test to this browser would overtake, a second chat does not.
        let owner_reads = kim.get(&format!("/api/v1/conversations/{unheard}")).await.good();
        assert_eq!(owner_reads["row"]["status"], "queued");
        settled(&stage).await;
        tell(talking).await;
        let (_customer, id) = stage.writes("heard").await;
        let message = browser.message(&key).await;
        assert_eq!((&message["conversation"], &message["body"]), (&json!(id), &json!("heard")));
    }
}

/// Returns when what was offered so far has been looked at: reads are answered in their order.
async fn settled(stage: &Stage) {
    for _ in 0..20 {
        stage.store().read(|_| Ok(())).await.unwrap();
        tokio::task::yield_now().await;
    }
}

async fn a_service_that_is_busy_is_asked_once_more_and_a_browser_that_is_gone_is_forgotten(
    database: Database,
) {
    let busy = Act::Answer("503 Busy\r\nretry-after: 0", String::new());
    let gone = Act::Answer("410 Gone", String::new());
    let mut browser = Browser::new(vec![busy, created(), gone]).await;
    let stage = browser.stage(database).await;
    let kim = stage.app.owner().await;
    let key = public_key(&kim).await;
    browser.subscribe(&kim).await;
    let (_customer, id) = stage.writes("Hello").await;
    let (first, second) = (browser.message(&key).await, browser.message(&key).await);
    assert_eq!((&first["conversation"], &first), (&json!(id), &second));
    let (_customer, id) = stage.writes("Anybody?").await;
    assert_eq!(browser.message(&key).await["conversation"], json!(id));
    // Whether it was forgotten by then or answers "gone" again, it is not there.
    assert_eq!(kim.post("/api/v1/push/test", json!({})).await.code(), "not_found");
    let taken = browser.service.connections();
    assert_eq!(kim.post("/api/v1/push/test", json!({})).await.code(), "not_found");
    assert_eq!(browser.service.connections(), taken, "nobody asks for it any more");
}

async fn a_browser_is_told_as_long_as_its_log_in_lasts(database: Database) {
    let mut browser = Browser::served().await;
    let stage = browser.stage(database).await;
    let owner = stage.app.owner().await;
    let kim = owner.invites(&stage.scope, "agent", "Kim Lee").await;
    let key = public_key(&kim).await;
    let path = "/api/v1/push/subscription";

    let good = browser.subscription();
    let with = |pointer: &str, value: Value| {
        let mut changed = good.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        changed
    };
    for bad in [
        with("/endpoint", json!("http://push.example.com/send/1")),
        with("/endpoint", json!("https://127.0.0.1:1/send/1")),
        with("/endpoint", json!(format!("https://push.example.com/{}", "x".repeat(1_000)))),
        with("/keys/p256dh", json!("AAAA")),
        with("/keys/auth", json!("AAAA")),
        with("/wording/mine", json!(" ")),
        json!({}),
    ] {
        assert_eq!(kim.put(path, bad.clone()).await.code(), "bad_request", "{bad}");
    }
    let robot = owner.with_key(&stage.scope, "agent").await;
    assert_eq!(robot.put(path, good.clone()).await.code(), "forbidden");
    assert_eq!(robot.get("/api/v1/push/key").await.code(), "forbidden");
    assert_eq!(kim.post("/api/v1/push/test", json!({})).await.code(), "not_found");

    // Said twice it is one browser, and one line in the trail.
    browser.subscribe(&kim).await;
    browser.subscribe(&kim).await;
    let audit = owner.get(&format!("/api/v1/scopes/{}/audit", stage.scope)).await.good();
    let lines = audit["items"].as_array().unwrap();
    assert_eq!(lines.iter().filter(|line| line["action"] == "push_subscribed").count(), 1);

    // The same browser under another log-in belongs to that one alone.
    browser.subscribe(&owner).await;
    assert_eq!(kim.post("/api/v1/push/test", json!({})).await.code(), "not_found");
    assert_eq!(owner.post("/api/v1/push/test", json!({})).await.status, 204);
    browser.message(&key).await;
    assert_eq!(owner.delete(path).await.status, 204);
    assert_eq!(owner.post("/api/v1/push/test", json!({})).await.code(), "not_found");

    // One more than there may be takes the place of the oldest.
    let address = browser.service.address;
    let mut logins = vec![kim.clone()];
    for number in 0..=BROWSERS_MAX {
        let login = kim.another_login().await;
        let endpoint = json!(format!("http://{address}/send/{number}"));
        assert_eq!(login.put(path, with("/endpoint", endpoint)).await.status, 204);
        stage.app.running.edge.sources.shift_clock(10);
        logins.push(login);
    }
    assert_eq!(logins[1].post("/api/v1/push/test", json!({})).await.code(), "not_found");
    assert_eq!(logins[2].post("/api/v1/push/test", json!({})).await.status, 204);
    browser.service.request().await;

    // Logged out, none of them hears of the next customer but the one that is left.
    let last = logins.pop().unwrap();
    browser.subscribe(&last).await;
    for login in &logins {
        assert_eq!(login.delete("/api/v1/session").await.status, 204);
    }
    let (_customer, id) = stage.writes("Hello").await;
    assert_eq!(browser.message(&key).await["conversation"], json!(id));
    let taken = browser.service.connections();
    assert_eq!(last.delete("/api/v1/session").await.status, 204);
    let (_customer, _) = stage.writes("Hello again").await;
    settled(&stage).await;
    assert_eq!(browser.service.connections(), taken);
}

async fn who_is_named_in_a_note_is_told(database: Database) {
    let mut browser = Browser::served().await;
    let stage = browser.stage(database).await;
    let owner = stage.app.owner().await;
    let kim = owner.invites(&stage.scope, "agent", "Kim Lee").await;
    let key = public_key(&kim).await;
    let (_customer, id) = stage.writes("Hello").await;
    browser.subscribe(&kim).await;
    let (_, mut agent) = stage.agent().await;
    agent.ok(command("note", &id, json!({"text": "@Kim please look", "mentions": [kim.id]}))).await;
    let message = browser.message(&key).await;
    assert_eq!((&message["kind"], &message["conversation"]), (&json!("mention"), &json!(id)));
    assert_eq!(message["title"], "Sam1 Ortega nennt dich");
    assert_eq!(message["body"], "@Kim please look");
}
