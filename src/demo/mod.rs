//! The demo: a scope for a made-up shop whose pages at `/demo/` embed the widget as a customer's site would.

use std::sync::Arc;

use crate::api::secret;
use crate::domain::bot::{BotConfig, Script};
use crate::domain::channel::{Channel, ChannelKind, WidgetSettings};
use crate::domain::messaging::MessagingSettings;
use crate::domain::scope::{Mode, Scope, Settings};
use crate::setup::FirstScope;
use crate::sources::Sources;
use crate::store::StoreError;

/// The shop's name, as its pages have it.
const SHOP: &str = "Morrow & Wick";

/// The public key in the script tag of the shop's pages.
const PUBLIC_KEY: &str = "demo";

/// The demo's scope. `own_origins` are those its pages are served from.
///
/// # Errors
/// When the compiled-in script cannot be read; a test reads it.
pub fn scope(sources: &Sources, own_origins: &[String]) -> Result<FirstScope, StoreError> {
    let scope = Scope {
        id: sources.id(),
        name: SHOP.to_owned(),
        mode: Mode::Development,
        time_zone: "UTC".to_owned(),
        settings: Settings::default(),
    };
    let settings = WidgetSettings {
        title: SHOP.to_owned(),
        allowed_origins: own_origins.to_vec(),
        human_after: 3,
        ..WidgetSettings::default()
    };
    let channel = Channel {
        id: sources.id(),
        scope: scope.id,
        kind: ChannelKind::Widget,
        name: "Demo shop".to_owned(),
        public_key: PUBLIC_KEY.to_owned(),
        identity_secret: secret::hex_secret(sources),
        settings,
        messaging: MessagingSettings::default(),
        enabled: true,
    };
    Ok(FirstScope { scope, bot: BotConfig::Scripted(script()?), channel })
}

fn script() -> Result<Script, StoreError> {
    serde_json::from_str(include_str!("script.json")).map_err(|error| StoreError::Broken(Arc::new(error)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bots::scripted;

    #[test]
    fn the_script_can_be_read_and_is_sound() {
        assert_eq!(scripted::check(&script().unwrap()), Ok(()));
    }
}
