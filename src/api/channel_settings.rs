//! Settings and secrets of a messaging channel, judged by its platform before they are stored.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::edge::Edge;
use super::scopes::merged;
use super::{ApiError, secret};
use crate::channels::{Account, Form, Made, Platform, SecretField, previous};
use crate::delivery::Courier;
use crate::domain::Millis;
use crate::domain::ids::ChannelId;
use crate::domain::messaging::MessagingSettings;
use crate::store::{Connection, secrets};
use crate::vault::VaultError;

/// A secret that was replaced is good for another day.
const ROTATION: Millis = 24 * 60 * 60 * 1_000;

/// Longest value of a setting, in bytes.
const SETTING_MAX: usize = 2_000;

/// Secrets as an admin gives them: null removes one.
pub type Given = BTreeMap<String, Option<String>>;

/// The settings with what is given, judged.
///
/// # Errors
/// `bad_request` names what is wrong.
pub fn settings(
    edge: &Edge,
    platform: &dyn Platform,
    before: &MessagingSettings,
    given: Map<String, Value>,
) -> Result<MessagingSettings, ApiError> {
    let settings: MessagingSettings = merged(before, given)?;
    settings.check()?;
    let bad = |name: &str, why: &str| Err(ApiError::bad_request(format!("settings.platform.{name} {why}")));
    for (name, value) in &settings.platform {
        let Some(field) = platform.settings().iter().find(|field| field.name == name) else {
            return bad(name, "is not a setting of this kind of channel");
        };
        if value.len() > SETTING_MAX || value.chars().any(char::is_control) {
            return bad(name, "is too long or has a control character");
        }
        if let Some(why) = field.form.unsound(value) {
            return bad(name, why);
        }
        if field.form == Form::Url
            && let Err(refused) = edge.courier.outgoing.check_url(value)
        {
            return bad(name, &format!("cannot be called: {refused}"));
        }
    }
    let missing = |field: &&crate::channels::Setting| {
        field.default.is_none() && settings.platform.get(field.name).is_none_or(String::is_empty)
    };
    if let Some(field) = platform.settings().iter().find(missing) {
        return bad(field.name, "is missing");
    }
    let no_secrets = BTreeMap::new();
    let account = Account::new(platform, &settings.platform, &no_secrets);
    if let Some((name, why)) = platform.unsound(&account) {
        return bad(name, why);
    }
    for (name, server) in platform.servers(&account) {
        if let Err(refused) = edge.courier.outgoing.check_mail_server(&server) {
            return bad(name, &format!("cannot be reached: {refused}"));
        }
    }
    Ok(settings)
}

/// Secrets, checked: those to be set and those to be removed.
pub struct Changes {
    set: Vec<(&'static SecretField, String)>,
    removed: Vec<&'static SecretField>,
    /// Those that we made, to be shown once.
    pub made: BTreeMap<&'static str, String>,
}

/// Judges given secrets. For a `new` channel those that we make ourselves are made; later an empty text makes a new one.
///
/// # Errors
/// `bad_request` names what is wrong.
pub fn secrets(edge: &Edge, platform: &dyn Platform, given: &Given, new: bool) -> Result<Changes, ApiError> {
    let bad = |name: &str, why: &str| Err(ApiError::bad_request(format!("secrets.{name} {why}")));
    let mut changes = Changes { set: Vec::new(), removed: Vec::new(), made: BTreeMap::new() };
    let known = |name: &str| platform.secrets().iter().find(|field| field.name == name);
    if let Some(name) = given.keys().find(|name| known(name).is_none()) {
        return bad(name, "is not a secret of this kind of channel");
    }
    for field in platform.secrets() {
        let wanted = given.get(field.name);
        let make = match (wanted, field.made_by_us) {
            (Some(Some(text)), Some(made)) if text.is_empty() => Some(made),
            (None, Some(made)) if new => Some(made),
            _ => None,
        };
        match (make, wanted) {
            (Some(made), _) => {
                let text = match made {
                    Made::Signing => secret::signing_secret(&edge.sources),
                    Made::Token => secret::token(&edge.sources, ""),
                };
                changes.made.insert(field.name, text.clone());
                changes.set.push((field, text));
            }
            (None, Some(Some(text))) => match (field.check)(text) {
                Ok(text) => changes.set.push((field, text)),
                Err(why) => return bad(field.name, why),
            },
            (None, Some(None)) => changes.removed.push(field),
            (None, None) if new && !platform.optional_secrets().contains(&field.name) => {
                return bad(field.name, "is missing");
            }
            (None, None) => {}
        }
    }
    Ok(changes)
}

impl Changes {
    /// Names of what changes, for the audit trail.
    pub fn names(&self) -> Vec<&'static str> {
        let set = self.set.iter().map(|(field, _)| field.name);
        set.chain(self.removed.iter().map(|field| field.name)).collect()
    }

    /// Those to be set, by their names.
    pub fn plain(&self) -> BTreeMap<String, String> {
        self.set.iter().map(|(field, text)| (field.name.to_owned(), text.clone())).collect()
    }

    /// Stores them, sealed. One that rotates leaves the one it replaces for another day.
    ///
    /// # Errors
    /// The store's failures; `unavailable` when they cannot be sealed.
    pub fn store(
        &self,
        courier: &Courier,
        connection: &mut Connection,
        channel: ChannelId,
    ) -> Result<(), ApiError> {
        let now = courier.sources.now();
        let before = secrets::of_channel(connection, channel, now)?;
        for (field, text) in &self.set {
            let old = before.iter().find(|old| field.rotates && old.name == field.name);
            if let Some(Ok(old)) = old.map(|old| crate::delivery::open(&courier.vault, old)) {
                let name = previous(field.name);
                let sealed = courier
                    .seal(channel, &name, &old, Some(now + ROTATION))
                    .map_err(|error| unsealed(&error))?;
                secrets::put(connection, &sealed)?;
            }
            secrets::put(
                connection,
                &courier.seal(channel, field.name, text, None).map_err(|error| unsealed(&error))?,
            )?;
        }
        for field in &self.removed {
            secrets::remove(connection, channel, field.name)?;
            secrets::remove(connection, channel, &previous(field.name))?;
        }
        Ok(())
    }
}

fn unsealed(error: &VaultError) -> ApiError {
    log::error!("secret not sealed error=\"{error}\"");
    ApiError::Plain(crate::protocol::code::Code::Unavailable, "the secret cannot be sealed".into())
}
