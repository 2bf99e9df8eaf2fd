//! A channel: a place where contacts come in.

use serde::{Deserialize, Serialize};

use super::hours::{Away, Staffing};
use super::ids::{ChannelId, ScopeId};
use super::invalid::{Invalid, NAME_MAX, check_length, check_name};
use super::messaging::MessagingSettings;
use super::proactive::{self, ProactiveRule};

/// Which kind of place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// The widget on a web site.
    Widget,
    /// Any program that speaks our webhooks.
    Webhook,
    /// A mail address.
    Email,
    /// A Telegram bot.
    Telegram,
    /// A page of Facebook Messenger.
    Messenger,
    /// An account of Instagram.
    Instagram,
    /// A number of `WhatsApp`.
    Whatsapp,
    /// Numbers at Twilio: SMS and `WhatsApp`.
    Twilio,
    /// A LINE official account.
    Line,
    /// A Viber bot.
    Viber,
    /// A Slack app.
    Slack,
    /// A Discord app.
    Discord,
}

impl ChannelKind {
    /// Customers write from a platform, not from a page of ours.
    pub const fn is_messaging(self) -> bool {
        !matches!(self, Self::Widget)
    }

    /// The stable name in storage and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Widget => "widget",
            Self::Webhook => "webhook",
            Self::Email => "email",
            Self::Telegram => "telegram",
            Self::Messenger => "messenger",
            Self::Instagram => "instagram",
            Self::Whatsapp => "whatsapp",
            Self::Twilio => "twilio",
            Self::Line => "line",
            Self::Viber => "viber",
            Self::Slack => "slack",
            Self::Discord => "discord",
        }
    }
}

/// A channel as the store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Id.
    pub id: ChannelId,
    /// Its scope.
    pub scope: ScopeId,
    /// Kind.
    pub kind: ChannelKind,
    /// Name shown to members, 1 to 80 characters.
    pub name: String,
    /// Names the channel in the embed snippet; random, not secret.
    pub public_key: String,
    /// Key of the HMAC that proves known customers; secret, hex text of 32 bytes.
    pub identity_secret: String,
    /// How the widget behaves.
    pub settings: WidgetSettings,
    /// How a channel behaves that is no widget.
    pub messaging: MessagingSettings,
    /// Off: no new connection. What a platform sends meanwhile is kept and waits.
    pub enabled: bool,
}

/// The languages that the pages of `web/` speak, by their ISO 639 codes.
pub const LANGUAGES: [&str; 8] = ["en", "de", "fr", "es", "pt", "ar", "hi", "ja"];

/// Settings of a widget. Every field has a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WidgetSettings {
    /// Head line of the panel; empty = the scope's name.
    pub title: String,
    /// Brand colour as `#rrggbb`.
    pub colour: String,
    /// What the widget says its own words in: one of [`LANGUAGES`]; `auto` = the first of the visitor's that there is.
    pub language: String,
    /// Sites that may embed it, as exact origins (`https://shop.example`); `*` = any.
    pub allowed_origins: Vec<String>,
    /// "Talk to a human" appears after this many bot messages; 0 = always.
    pub human_after: u32,
    /// What it says by itself to visitors who have not written yet.
    pub proactive: Vec<ProactiveRule>,
    /// What is asked before the first message; empty = nothing.
    pub pre_chat: Vec<FormField>,
    /// Outside hours a customer may leave a message, where the scope says so; off: they wait in the queue instead.
    pub offline_form: bool,
    /// Stands over the offline form; empty = the widget's own words.
    pub offline_lead: String,
}

/// One question of the pre-chat form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct FormField {
    /// `name`, `email`, or the name of an attribute: 1 to 40 lower-case letters, digits and `_`.
    pub key: String,
    /// The question, 1 to 80 characters; for `name` and `email` it may be empty = the widget's own word.
    #[serde(default)]
    pub label: String,
    /// The chat begins only with an answer.
    #[serde(default)]
    pub required: bool,
}

impl Default for WidgetSettings {
    fn default() -> Self {
        Self {
            title: String::new(),
            colour: "#1f6b4a".into(),
            language: "auto".into(),
            allowed_origins: Vec::new(),
            human_after: 3,
            proactive: Vec::new(),
            pre_chat: Vec::new(),
            offline_form: true,
            offline_lead: String::new(),
        }
    }
}

impl WidgetSettings {
    /// What stands in for them on a channel that is no widget: no page may use it, and there is no form to fill in.
    pub fn of_no_widget() -> Self {
        Self { offline_form: false, ..Self::default() }
    }

    /// May a page of this origin use the widget? Compared exactly; a missing origin only passes with `*`.
    pub fn allows(&self, origin: Option<&str>) -> bool {
        self.allowed_origins.iter().any(|allowed| allowed == "*" || Some(allowed.as_str()) == origin)
    }

    /// What asking leads to here: without an offline form the customer waits, and is told until when.
    #[must_use]
    pub const fn staffing(&self, of_scope: Staffing) -> Staffing {
        match of_scope.asking {
            Away::OfflineForm if !self.offline_form => {
                Staffing { asking: Away::QueueWithExpectation, ..of_scope }
            }
            _ => of_scope,
        }
    }

    /// Are these settings sound?
    ///
    /// # Errors
    /// [`Invalid`] names the first field that is not.
    pub fn check(&self) -> Result<(), Invalid> {
        check_length("title", &self.title, NAME_MAX)?;
        if !is_colour(&self.colour) {
            return Err(Invalid::new("colour", "is not of the form #rrggbb"));
        }
        if self.language != "auto" && !LANGUAGES.contains(&self.language.as_str()) {
            return Err(Invalid::new(
                "language",
                format!("is neither auto nor one of {}", LANGUAGES.join(", ")),
            ));
        }
        check_form(&self.pre_chat)?;
        check_length("offline_lead", &self.offline_lead, OFFLINE_LEAD_MAX)?;
        if self.human_after > HUMAN_AFTER_MAX {
            return Err(Invalid::new("human_after", format!("is above {HUMAN_AFTER_MAX}")));
        }
        proactive::check(&self.proactive)?;
        if self.allowed_origins.len() > ORIGINS_MAX {
            return Err(Invalid::new("allowed_origins", format!("has more than {ORIGINS_MAX} origins")));
        }
        match self.allowed_origins.iter().find(|origin| *origin != "*" && !is_origin(origin)) {
            Some(_) => Err(Invalid::new(
                "allowed_origins",
                "must be exact origins in lower case, such as https://shop.example, or *",
            )),
            None => Ok(()),
        }
    }
}

/// Most origins of one widget.
pub const ORIGINS_MAX: usize = 100;

/// Most bot messages before the human button may appear.
pub const HUMAN_AFTER_MAX: u32 = 100;

/// Most questions of a pre-chat form.
pub const FORM_FIELDS_MAX: usize = 10;

/// Most characters of [`WidgetSettings::offline_lead`].
pub const OFFLINE_LEAD_MAX: usize = 300;

fn check_form(fields: &[FormField]) -> Result<(), Invalid> {
    let wrong = |why: &str| Err(Invalid::new("pre_chat", why));
    if fields.len() > FORM_FIELDS_MAX {
        return wrong(&format!("has more than {FORM_FIELDS_MAX} questions"));
    }
    for (index, field) in fields.iter().enumerate() {
        let key = field.key.as_bytes();
        let word = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'_';
        if !(1..=40).contains(&key.len()) || !key.iter().all(word) {
            return wrong("has a key that is not 1 to 40 lower-case letters, digits and _");
        }
        if fields.iter().take(index).any(|other| other.key == field.key) {
            return wrong("asks for one thing twice");
        }
        let known = matches!(field.key.as_str(), "name" | "email");
        if !(known && field.label.is_empty()) {
            check_name("pre_chat", &field.label)?;
        }
    }
    Ok(())
}

fn is_colour(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Is the text an origin exactly as browsers send it: scheme, host, and a port unless it is the scheme's own?
pub fn is_origin(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let own_port = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return false,
    };
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (rest, None),
    };
    let canonical_port = port.is_none_or(|port| {
        let number = port.parse::<u16>().unwrap_or(0);
        number != 0 && number != own_port && number.to_string() == port
    });
    canonical_port && text.len() <= 200 && is_host(host)
}

fn is_host(host: &str) -> bool {
    if let Some(inner) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return inner.contains(':')
            && inner.bytes().all(|b| b == b':' || b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    }
    host.split('.').all(|label| {
        !label.is_empty()
            && !label.starts_with('-')
            && label.bytes().all(|b| b == b'-' || b == b'_' || b.is_ascii_digit() || b.is_ascii_lowercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_origins_as_browsers_send_them_are_taken() {
        for good in
            ["https://shop.example", "http://localhost:8080", "http://[::1]:3000", "https://a-b.c:8443"]
        {
            assert!(is_origin(good), "{good}");
        }
        for bad in [
            "",
            "null",
            "shop.example",
            "ftp://shop.example",
            "https://shop.example/",
            "https://Shop.example",
            "https://shop.example:443",
            "https://shop.example:0443",
            "https://user@shop.example",
            "https://shop..example",
            "https://*.shop.example",
            "https://shop.example:99999",
            "https://shop.example:",
            "https://",
        ] {
            assert!(!is_origin(bad), "{bad}");
        }
    }

    #[test]
    fn settings_are_checked_field_by_field() {
        let good = WidgetSettings { allowed_origins: vec!["*".into()], ..WidgetSettings::default() };
        assert_eq!(good.check(), Ok(()));
        let field = |settings: WidgetSettings| settings.check().unwrap_err().field;
        assert_eq!(field(WidgetSettings { colour: "red".into(), ..good.clone() }), "colour");
        assert_eq!(field(WidgetSettings { language: "tlh".into(), ..good.clone() }), "language");
        assert_eq!(field(WidgetSettings { colour: "#12345g".into(), ..good.clone() }), "colour");
        assert_eq!(field(WidgetSettings { title: "x".repeat(81), ..good.clone() }), "title");
        let question =
            |key: &str, label: &str| FormField { key: key.into(), label: label.into(), required: true };
        let form = |fields: Vec<FormField>| WidgetSettings { pre_chat: fields, ..good.clone() };
        assert_eq!(form(vec![question("email", ""), question("order", "Order number")]).check(), Ok(()));
        assert_eq!(field(form(vec![question("order", "")])), "pre_chat");
        assert_eq!(field(form(vec![question("Order", "Order")])), "pre_chat");
        assert_eq!(field(form(vec![question("name", ""), question("name", "")])), "pre_chat");
        assert_eq!(field(WidgetSettings { offline_lead: "x".repeat(301), ..good.clone() }), "offline_lead");
        assert_eq!(field(WidgetSettings { human_after: 101, ..good.clone() }), "human_after");
        assert_eq!(
            field(WidgetSettings { allowed_origins: vec!["x".into()], ..good.clone() }),
            "allowed_origins"
        );
        let many = vec!["https://shop.example".into(); ORIGINS_MAX + 1];
        assert_eq!(field(WidgetSettings { allowed_origins: many, ..good }), "allowed_origins");
    }

    #[test]
    fn an_origin_is_compared_exactly() {
        let settings =
            WidgetSettings { allowed_origins: vec!["https://shop.example".into()], ..Default::default() };
        assert!(settings.allows(Some("https://shop.example")));
        assert!(!settings.allows(Some("https://shop.example.evil.example")));
        assert!(!settings.allows(None));
    }
}
