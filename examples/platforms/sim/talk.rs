//! Both sides of a customer on any platform: what they say, as the platform would send it, and what they read.

use serde_json::{Value, json};
use switchboard::outgoing::signature::{ID, SIGNATURE, Secret, TIMESTAMP};
use switchboard::sources::Sources;
use url::form_urlencoded;

use super::{Taken, discord, line, meta, slack, telegram, twilio, viber, webhook};

/// A text of a customer.
#[derive(Debug, Clone, Copy)]
pub struct Writing<'a> {
    /// Where the platform sends its events; Twilio signs it.
    pub hook: &'a str,
    /// Telegram: `webhook_secret`; webhook: `inbound_secret`. The others have secrets of their own.
    pub secret: &'a str,
    /// Names the message, and so the event.
    pub id: u64,
    /// Which customer.
    pub customer: u64,
    /// What they say.
    pub text: &'a str,
}

/// A request of a platform.
#[derive(Debug, Clone)]
pub struct Request {
    /// Its headers.
    pub headers: Vec<(&'static str, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

impl Request {
    /// The same as `http` sends it to `hook`.
    pub fn by(&self, http: &reqwest::Client, hook: &str) -> reqwest::RequestBuilder {
        let post = http.post(hook).body(self.body.clone());
        self.headers.iter().fold(post, |post, (name, value)| post.header(*name, value))
    }
}

/// The platform's id of a customer.
pub fn customer(platform: &str, number: u64) -> String {
    match platform {
        "telegram" => (55_000 + number).to_string(),
        "whatsapp" => format!("1555{number:07}"),
        "line" => format!("U{number:032}"),
        "viber" => format!("AbCdEfGhIjKlMn{number:06}=="),
        "twilio" => format!("+1555{number:07}"),
        // Of the direct messages with them.
        "slack" => format!("D{number:08}"),
        "webhook" => format!("cust-{number}"),
        "email" => format!("cust-{number}@customer.example"),
        // Ids of a page or account are digits.
        _ => (700_000 + number).to_string(),
    }
}

/// What the platform sends when a customer says something; none for a platform that is not known.
pub fn say(platform: &str, text: &Writing<'_>) -> Option<Request> {
    let who = customer(platform, text.customer);
    let id = text.id;
    let json = |headers: Vec<(&'static str, String)>, body: Vec<u8>| {
        let kind = ("content-type", "application/json".to_owned());
        Some(Request { headers: [vec![kind], headers].concat(), body })
    };
    let of_meta = |body: Value| {
        let body = body.to_string().into_bytes();
        json(vec![("x-hub-signature-256", format!("sha256={}", meta::signed(meta::APP_SECRET, &body)))], body)
    };
    match platform {
        "telegram" => {
            let chat = who.parse().ok()?;
            let update = telegram::text(i64::try_from(id).ok()?, chat, "Zoë", text.text);
            let secret = ("x-telegram-bot-api-secret-token", text.secret.to_owned());
            json(vec![secret], update.to_string().into_bytes())
        }
        "whatsapp" => of_meta(meta::whatsapp_text(&format!("wamid.{id}"), &who, "Zoë", text.text)),
        "messenger" => of_meta(meta::page_text("page", meta::PAGE, &format!("m_{id}"), &who, text.text)),
        "instagram" => {
            of_meta(meta::page_text("instagram", meta::INSTAGRAM, &format!("m_{id}"), &who, text.text))
        }
        "line" => {
            let body = line::request(&[line::text(&format!("event-{id}"), &who, text.text)]);
            json(vec![("x-line-signature", line::signature(&body))], body)
        }
        "slack" => {
            let mut happened = slack::text(&format!("1767225600.{id:06}"), &who.replace('D', "U"), text.text);
            happened["channel"] = json!(who);
            let body = slack::event(&format!("Ev{id}"), &happened).to_string().into_bytes();
            let seconds = Sources::default().now() / 1_000;
            let signature = ("x-slack-signature", slack::signature(seconds, &body));
            json(vec![("x-slack-request-timestamp", seconds.to_string()), signature], body)
        }
        "viber" => {
            let body = viber::text(id, &who, "Zoë", text.text).to_string().into_bytes();
            json(vec![("x-viber-content-signature", viber::signature(&body))], body)
        }
        "twilio" => {
            let fields = twilio::text(&format!("SMIN{id:030}"), &who, "+15550001111", text.text);
            let (signature, body) = twilio::signed(text.hook, twilio::TOKEN, &fields);
            let kind = ("content-type", "application/x-www-form-urlencoded".to_owned());
            Some(Request { headers: vec![kind, ("x-twilio-signature", signature)], body })
        }
        "webhook" => {
            let id = format!("ext-{id}");
            let body = webhook::text(&id, &who, text.text).to_string().into_bytes();
            let seconds = Sources::default().now() / 1_000;
            let signature = text.secret.parse::<Secret>().ok()?.sign(&id, seconds, &body);
            json(vec![(ID, id), (TIMESTAMP, seconds.to_string()), (SIGNATURE, signature)], body)
        }
        _ => None,
    }
}

/// Whom a call tells something, by the platform's id, and what; none when it tells nothing.
pub fn told(platform: &str, call: &Taken) -> Option<(String, String)> {
    if platform == "twilio" {
        let form: Vec<(String, String)> = form_urlencoded::parse(&call.body).into_owned().collect();
        let field = |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        return field("To").zip(field("Body"));
    }
    let body = call.json();
    if platform == "discord" {
        // In the chat with them, which has the number of its customer here.
        let chat = call.path.strip_prefix("/api/v10/channels/")?.strip_suffix("/messages")?;
        return body["content"].as_str().map(|text| (chat.to_owned(), text.to_owned()));
    }
    let (to, text) = match platform {
        "telegram" => (&body["chat_id"], &body["text"]),
        "whatsapp" => (&body["to"], &body["text"]["body"]),
        "messenger" | "instagram" => (&body["recipient"]["id"], &body["message"]["text"]),
        "line" => (&body["to"], &body["messages"][0]["text"]),
        "slack" => (&body["channel"], &body["text"]),
        "viber" => (&body["receiver"], &body["text"]),
        "webhook" => (&body["data"]["conversation_key"], &body["data"]["text"]),
        _ => (&Value::Null, &Value::Null),
    };
    let to = to.as_str().map_or_else(|| to.to_string(), str::to_owned);
    text.as_str().map(|text| (to, text.to_owned()))
}

/// What a channel of the platform is made with: its settings and its secrets. `base` is where the fakes are.
pub fn account(platform: &str, base: &str) -> (Value, Value) {
    let of_meta = json!({"access_token": meta::TOKEN, "app_secret": meta::APP_SECRET});
    match platform {
        "telegram" => (json!({"api_base": base}), json!({"bot_token": telegram::TOKEN})),
        "whatsapp" => {
            let ids = json!({"api_base": base, "phone_number_id": meta::NUMBER, "business_account_id": meta::BUSINESS});
            (ids, of_meta)
        }
        "messenger" => (json!({"api_base": base, "page_id": meta::PAGE}), of_meta),
        "instagram" => (json!({"api_base": base, "account_id": meta::INSTAGRAM}), of_meta),
        "line" => {
            let secrets = json!({"channel_secret": line::SECRET, "channel_access_token": line::TOKEN});
            (json!({"api_base": base}), secrets)
        }
        "slack" => {
            let secrets = json!({"bot_token": slack::TOKEN, "signing_secret": slack::SECRET});
            (json!({"api_base": format!("{base}/api")}), secrets)
        }
        "discord" => {
            let (id, key) = (discord::APPLICATION, discord::public_key());
            let base = format!("{base}/api/v10");
            let settings =
                json!({"api_base": base, "application_id": id, "public_key": key, "gateway": "off"});
            (settings, json!({"bot_token": discord::TOKEN}))
        }
        "viber" => (json!({"api_base": format!("{base}/pa")}), json!({"auth_token": viber::TOKEN})),
        "twilio" => {
            (json!({"api_base": base, "account_sid": twilio::SID}), json!({"auth_token": twilio::TOKEN}))
        }
        _ => (json!({"url": format!("{base}/hook")}), json!({})),
    }
}
