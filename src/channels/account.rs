//! What a platform needs to know of one channel: its settings and secrets, and how they are checked.

use std::collections::BTreeMap;
use std::fmt;

use crate::domain::template::Template;

/// One setting of a platform.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Stable name.
    pub name: &'static str,
    /// Used while nobody sets it; none = it must be set.
    pub default: Option<&'static str>,
    /// What may stand in it.
    pub form: Form,
}

/// What may stand in a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Anything.
    Text,
    /// The target of outgoing calls, and judged as one.
    Url,
    /// `on` or `off`.
    Switch,
    /// How many a second: a number from 1 to 1,000.
    Rate,
}

/// Most messages that a channel may send in a second.
const RATE_MAX: u32 = 1_000;

impl Form {
    /// What is wrong with this value, apart from where a URL leads.
    pub fn unsound(self, value: &str) -> Option<&'static str> {
        match self {
            Self::Switch if !matches!(value, "on" | "off") => Some("is neither on nor off"),
            Self::Rate if !value.parse().is_ok_and(|rate| (1..=RATE_MAX).contains(&rate)) => {
                Some("is not a number from 1 to 1,000")
            }
            _ => None,
        }
    }
}

/// One secret of a platform.
#[derive(Debug, Clone, Copy)]
pub struct SecretField {
    /// Stable name.
    pub name: &'static str,
    /// We make one, and show it once, when nobody gives one.
    pub made_by_us: Option<Made>,
    /// The one it replaces is good for another day.
    pub rotates: bool,
    /// Answers it in its stored form, or what is wrong with it.
    pub check: fn(&str) -> Result<String, &'static str>,
}

/// The form of secrets that we make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// `whsec_` and base64 of 32 bytes.
    Signing,
    /// 43 letters, digits, `-` and `_`.
    Token,
}

/// Most characters of an account's name that are shown.
const ACCOUNT_MAX: usize = 200;

/// Behind the name of a secret that was replaced.
const PREVIOUS: &str = "_previous";

/// Settings and secrets of one channel. Its `Debug` shows no secret.
#[derive(Clone, Copy)]
pub struct Account<'a> {
    fields: &'static [Setting],
    settings: &'a BTreeMap<String, String>,
    secrets: &'a BTreeMap<String, String>,
    hook: &'a str,
    templates: &'a [Template],
}

impl fmt::Debug for Account<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("settings", self.settings).finish_non_exhaustive()
    }
}

impl<'a> Account<'a> {
    /// The account of a channel of this platform.
    pub fn new(
        platform: &dyn super::Platform,
        settings: &'a BTreeMap<String, String>,
        secrets: &'a BTreeMap<String, String>,
    ) -> Self {
        Self { fields: platform.settings(), settings, secrets, hook: "", templates: &[] }
    }

    /// The same, with the address where the platform's events arrive.
    #[must_use]
    pub const fn with_hook(self, hook: &'a str) -> Self {
        Self { hook, ..self }
    }

    /// The same, with the messages that the platform has approved.
    #[must_use]
    pub const fn with_templates(self, templates: &'a [Template]) -> Self {
        Self { templates, ..self }
    }

    /// The template that this text is, and what stands in its places.
    pub fn template(&self, text: &str) -> Option<(&'a Template, Vec<String>)> {
        self.templates.iter().find_map(|template| Some((template, template.filled_in(text)?)))
    }

    /// Where the platform's events arrive; empty when nobody said.
    pub const fn hook(&self) -> &'a str {
        self.hook
    }

    /// A setting, or its default; empty when there is neither.
    pub fn setting(&self, name: &str) -> &'a str {
        let default = || self.fields.iter().find(|field| field.name == name).and_then(|field| field.default);
        self.settings.get(name).map(String::as_str).or_else(default).unwrap_or_default()
    }

    /// A base URL, without a slash at its end.
    pub fn base(&self, name: &str) -> &'a str {
        self.setting(name).trim_end_matches('/')
    }

    /// A secret that is set.
    pub fn secret(&self, name: &str) -> Option<&'a str> {
        self.secrets.get(name).map(String::as_str).filter(|secret| !secret.is_empty())
    }

    /// A secret and the one it replaced, newest first.
    pub fn secrets(&self, name: &str) -> impl Iterator<Item = &'a str> {
        [self.secret(name), self.secret(&previous(name))].into_iter().flatten()
    }
}

/// Under this name a replaced secret is kept.
pub fn previous(name: &str) -> String {
    format!("{name}{PREVIOUS}")
}

/// How an account is shown: by its name, and what else it is known by.
pub fn named(name: Option<&str>, more: Option<&str>) -> Option<String> {
    let given = |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let text = match (given(name), given(more)) {
        (Some(name), Some(more)) => format!("{name} ({more})"),
        (name, more) => name.or(more)?,
    };
    Some(text.chars().take(ACCOUNT_MAX).collect())
}

/// A secret of 1 to 4,096 visible ASCII characters.
///
/// # Errors
/// What is wrong with it.
pub fn visible(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if !(1..=4_096).contains(&text.len()) {
        return Err("must be 1 to 4,096 characters long");
    }
    if text.bytes().any(|byte| !byte.is_ascii_graphic()) {
        return Err("has a character that no such secret has");
    }
    Ok(text.to_owned())
}
