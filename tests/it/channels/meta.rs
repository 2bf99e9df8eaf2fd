//! What the tests of Meta's three platforms share: signed events, and whether Graph takes what is rendered.

use serde_json::{Value, json};
use switchboard::channels::{
    Account, Headers, Inbound, Recipient, Request, Saying, SentFile, Writer, platform,
};
use switchboard::domain::Millis;
use switchboard::domain::channel::ChannelKind;
use switchboard::domain::ids::ConversationId;
use uuid::Uuid;

use super::sim::Taken;
use super::sim::meta::{APP_SECRET, State, TOKEN, signed};
use super::{Line, Office};

/// Carries the signature.
pub const HEADER: &str = "x-hub-signature-256";

/// When customers of [`rendered`] last wrote.
pub const LAST_IN: Millis = 1_767_225_600_000;

/// 24 hours.
pub const DAY: Millis = 24 * 60 * 60 * 1_000;

impl Office {
    /// A channel of Meta at the simulator.
    pub async fn meta(&self, kind: &str, mut settings: Value) -> Line {
        settings["api_base"] = self.sim.base.clone().into();
        self.add(kind, settings, json!({"access_token": TOKEN, "app_secret": APP_SECRET})).await
    }

    /// A signed event.
    pub async fn meta_event(&self, line: &Line, event: &Value) -> (u16, String) {
        let body = event.to_string().into_bytes();
        let signature = format!("sha256={}", signed(APP_SECRET, &body));
        self.post(&line.id, &[(HEADER, &signature)], body).await
    }

    /// Meta asks whether we are there; answers status and body.
    pub async fn asked(&self, line: &Line, query: &str) -> (u16, String) {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("{}/hooks/{}?{query}", self.app.base, line.id);
        let answer = client.get(url).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Nothing but the right word is answered, and nothing but the very body is believed; replays do nothing.
    pub async fn is_guarded(&self, line: &Line, event: &Value) {
        let token = line.made["verify_token"].as_str().unwrap();
        let query = format!("hub.mode=subscribe&hub.verify_token={token}&hub.challenge=90817263");
        assert_eq!(self.asked(line, &query).await, (200, "90817263".into()));
        for bad in [
            "",
            "hub.mode=subscribe&hub.challenge=1",
            "hub.mode=subscribe&hub.verify_token=&hub.challenge=1",
            "hub.mode=subscribe&hub.verify_token=other&hub.challenge=1",
            &query.replace("=subscribe", "=unsubscribe"),
        ] {
            assert_eq!(self.asked(line, bad).await, (403, String::new()), "{bad}");
        }
        let body = event.to_string().into_bytes();
        let right = format!("sha256={}", signed(APP_SECRET, &body));
        let sha1 = right.replace("sha256=", "sha1=");
        let foreign = format!("sha256={}", signed("another app's secret", &body));
        let unkeyed = format!("sha256={}", signed("", &body));
        for bad in [
            "",
            "sha256=",
            &right[..70],
            &right[7..],
            &sha1,
            &foreign,
            &unkeyed,
            "sha256=zz",
            &right.repeat(2),
        ] {
            assert_eq!(self.post(&line.id, &[(HEADER, bad)], body.clone()).await.0, 401, "{bad}");
        }
        assert_eq!(self.post(&line.id, &[], body.clone()).await.0, 401);
        assert_eq!(self.post(&line.id, &[(HEADER, &right), (HEADER, &right)], body.clone()).await.0, 401);
        let altered = [&body[..], b" "].concat();
        assert_eq!(self.post(&line.id, &[(HEADER, &right)], altered).await.0, 401);
        let signs = |body: &str| format!("sha256={}", signed(APP_SECRET, body.as_bytes()));
        for (garbage, status) in
            [("garbage", 400), ("{}", 422), ("[]", 422), (r#"{"object":"page","entry":7}"#, 422)]
        {
            let garbage = if status == 422 {
                garbage.replace("page", event["object"].as_str().unwrap())
            } else {
                garbage.into()
            };
            let answer = self.post(&line.id, &[(HEADER, &signs(&garbage))], garbage.into_bytes()).await;
            assert_eq!(answer.0, status);
        }
        let elsewhere = r#"{"object":"user","entry":[{"id":"1"}]}"#;
        assert_eq!(self.post(&line.id, &[(HEADER, &signs(elsewhere))], elsewhere.into()).await.0, 200);
        assert_eq!(self.rows().await.len(), 0);
        let posts = (0..20).map(|_| self.meta_event(line, event));
        assert!(futures_util::future::join_all(posts).await.iter().all(|(status, _)| *status == 200));
        assert_eq!(self.conversations(1).await.len(), 1);
    }
}

/// An account with what the simulator knows.
pub fn with_account<T>(kind: ChannelKind, settings: &Value, work: impl FnOnce(&Account<'_>) -> T) -> T {
    let texts = |value: &Value| {
        let members = value.as_object().unwrap().iter();
        members.map(|(name, text)| (name.clone(), text.as_str().unwrap().to_owned())).collect()
    };
    let settings = texts(settings);
    let secrets = texts(&json!({"access_token": TOKEN, "app_secret": APP_SECRET}));
    work(&Account::new(platform(kind).unwrap(), &settings, &secrets))
}

/// What verifying this body with this header says: 200 or the refusal's status.
pub fn verified(kind: ChannelKind, header: &str, body: &[u8]) -> u16 {
    let mut headers = Headers::default();
    headers.add("X-Hub-Signature-256", header);
    let request = Request { method: "POST", url: "", query: &[], headers: &headers, body };
    with_account(kind, &json!({}), |account| {
        platform(kind).unwrap().verify(&request, account, 0).map_or_else(|refused| refused.status(), |()| 200)
    })
}

/// The events of a body, read.
pub fn read(kind: ChannelKind, body: &Value) -> Vec<(String, Inbound)> {
    let body = body.to_string().into_bytes();
    let request = Request { method: "POST", url: "", query: &[], headers: &Headers::default(), body: &body };
    let platform = platform(kind).unwrap();
    let events = platform.events(&request).unwrap();
    events.iter().map(|event| (event.key.clone(), platform.read(&event.raw).unwrap())).collect()
}

/// Something to say.
pub struct Say<'a> {
    pub text: &'a str,
    pub files: &'a [SentFile],
    pub replies: &'a [String],
    pub writer: Writer<'a>,
    pub address: Value,
    pub after: Millis,
}

impl Default for Say<'_> {
    fn default() -> Self {
        Self { text: "", files: &[], replies: &[], writer: Writer::Bot, address: Value::Null, after: 0 }
    }
}

/// The bodies of the calls that say it, each of which the simulator takes; or why it is not said.
pub fn rendered(kind: ChannelKind, settings: &Value, say: &Say<'_>) -> Result<Vec<Value>, String> {
    let saying = Saying {
        conversation: ConversationId::from_uuid(Uuid::from_u128(7)),
        seq: 5,
        at: LAST_IN,
        writer: say.writer,
        text: say.text,
        files: say.files,
        quick_replies: say.replies,
        to: Recipient { key: "222", address: &say.address, last_in_at: LAST_IN },
    };
    let now = LAST_IN + say.after;
    let render = |account: &Account<'_>| platform(kind).unwrap().render(account, &saying, now);
    let calls = with_account(kind, settings, render)?;
    let mut graph = State::default();
    let judged = calls.iter().map(|call| {
        let url = call.url.strip_prefix("https://graph.facebook.com").unwrap();
        let (path, query) = url.split_once('?').unwrap();
        let headers = call.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let taken =
            Taken { path: path.into(), query: query.into(), headers, body: call.body.clone(), status: 0 };
        let said = graph.judge(&taken);
        assert_eq!(said.status, 200, "{taken:?} {}", said.body);
        taken.json()
    });
    Ok(judged.collect())
}
