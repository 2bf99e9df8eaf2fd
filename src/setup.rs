//! What an empty database gets at the first start, and what an operator does from the command line.

use serde_json::json;

use crate::api::invitations::{self, link};
use crate::api::secret;
use crate::config::Config;
use crate::demo;
use crate::domain::bot::BotConfig;
use crate::domain::channel::{Channel, ChannelKind, WidgetSettings};
use crate::domain::ids::MemberId;
use crate::domain::invalid::check_name;
use crate::domain::member::{Member, Role, check_email};
use crate::domain::messaging::MessagingSettings;
use crate::domain::scope::{Mode, Scope, Settings};
use crate::sources::Sources;
use crate::store::audit::{self, AuditActor, AuditRow};
use crate::store::invitations::Purpose;
use crate::store::{Connection, Store, StoreError, channels, members, meta, scopes};

/// Under this key the first owner's id is kept.
const OWNER: &str = "first_owner";

/// A scope with its one channel, for an empty database.
pub struct FirstScope {
    /// The scope.
    pub scope: Scope,
    /// Its bot.
    pub bot: BotConfig,
    /// Where customers come in.
    pub channel: Channel,
}

/// Fills an empty database with the owner and the first scope: the demo, or an empty one. Never touches existing data.
/// Answers a new set-up link's token as long as the owner has no password.
///
/// # Errors
/// The store's failures.
pub async fn first_start(
    store: &Store,
    sources: &Sources,
    config: &Config,
    own_origins: &[String],
) -> Result<Option<String>, StoreError> {
    let first = if config.demo { demo::scope(sources, own_origins)? } else { empty_scope(sources) };
    let (sources, life) = (sources.clone(), config.login.setup_link_ms);
    store
        .write(move |connection| {
            if members::count(connection)? == 0 && scopes::count(connection)? == 0 {
                fill(connection, &sources, &first)?;
            }
            let Some(owner) = meta::get(connection, OWNER)? else { return Ok(None) };
            let Ok(owner) = owner.parse::<MemberId>() else { return Ok(None) };
            if members::credentials(connection, owner)?.password_hash.is_some() {
                return Ok(None);
            }
            invitations::make(connection, &sources, owner, Purpose::Setup, life).map(Some)
        })
        .await
}

fn fill(connection: &mut Connection, sources: &Sources, first: &FirstScope) -> Result<(), StoreError> {
    let now = sources.now();
    let owner = Member {
        id: sources.id(),
        // Replaced at the set-up; nobody can log in with it, as there is no password.
        email: "owner@localhost".to_owned(),
        name: "Owner".to_owned(),
        disabled: false,
    };
    members::insert(connection, &owner, None, now)?;
    scopes::insert(connection, &first.scope, &first.bot, now)?;
    channels::insert(connection, &first.channel, now)?;
    members::set_role(connection, owner.id, first.scope.id, Role::Owner)?;
    meta::put_once(connection, OWNER, &owner.id.to_string())?;
    Ok(())
}

fn empty_scope(sources: &Sources) -> FirstScope {
    let scope = Scope {
        id: sources.id(),
        name: "My team".to_owned(),
        mode: Mode::Production,
        time_zone: "UTC".to_owned(),
        settings: Settings::default(),
    };
    let channel = Channel {
        id: sources.id(),
        scope: scope.id,
        kind: ChannelKind::Widget,
        name: "Website".to_owned(),
        public_key: secret::token(sources, ""),
        identity_secret: secret::hex_secret(sources),
        settings: WidgetSettings::default(),
        messaging: MessagingSettings::default(),
        enabled: true,
    };
    FirstScope { scope, bot: BotConfig::None, channel }
}

/// Why a member was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// A value breaks a rule.
    #[error(transparent)]
    Invalid(#[from] crate::domain::invalid::Invalid),
    /// No scope has this name or id.
    #[error("no scope is called {0:?}")]
    NoSuchScope(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whom to add, as told on the command line.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Log-in name. Somebody who exists gets the role and, without a password, a link.
    pub email: String,
    /// Name to show.
    pub name: String,
    /// Name or id of the scope.
    pub scope: String,
    /// Role in it.
    pub role: Role,
}

/// `switchboard user add`: answers a one-time link with which the new member sets a password.
///
/// # Errors
/// See [`AddError`].
pub async fn add_user(
    store: &Store,
    sources: &Sources,
    config: &Config,
    origin: &str,
    user: NewUser,
) -> Result<String, AddError> {
    check_email(&user.email)?;
    check_name("name", &user.name)?;
    let scopes = store.read(scopes::list).await?;
    let wanted = scopes.iter().find(|scope| scope.name == user.scope || scope.id.to_string() == user.scope);
    let scope = wanted.ok_or_else(|| AddError::NoSuchScope(user.scope.clone()))?.id;
    let (sources, life) = (sources.clone(), config.login.invitation_ms);
    let token = store
        .write(move |connection| {
            let (id, purpose) = match members::by_email(connection, &user.email) {
                Ok(known) if known.password_hash.is_some() => (known.member.id, Purpose::Reset),
                Ok(known) => (known.member.id, Purpose::Invite),
                Err(StoreError::NotFound) => {
                    let id = sources.id();
                    let email = user.email.to_lowercase();
                    let member = Member { id, email, name: user.name.trim().to_owned(), disabled: false };
                    members::insert(connection, &member, None, sources.now())?;
                    (id, Purpose::Invite)
                }
                Err(error) => return Err(error),
            };
            members::set_role(connection, id, scope, user.role)?;
            let operator = AuditActor { kind: "operator".into(), id: None, name: "command line".into() };
            let row = AuditRow {
                id: sources.id(),
                scope: Some(scope),
                at: sources.now(),
                actor: operator,
                action: "member_invited".into(),
                object: id.to_string(),
                address: None,
                details: json!({"email": user.email, "role": user.role}),
            };
            audit::append(connection, row)?;
            invitations::make(connection, &sources, id, purpose, life)
        })
        .await?;
    Ok(link(origin, &token))
}
