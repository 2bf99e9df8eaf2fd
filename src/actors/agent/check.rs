//! Sessions end with what they came with, also when nobody could tell: it expired, or fell silent for too long.

use std::time::Duration;

use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};

use super::{Agent, Credential};
use crate::actors::directory::Shared;
use crate::actors::link::Push;
use crate::protocol::code::CloseCode;
use crate::store::{StoreError, keys, logins};

impl Shared {
    /// Those of these credentials that still count.
    ///
    /// # Errors
    /// The store's failures.
    pub async fn standing(&self, credentials: Vec<Credential>) -> Result<Vec<Credential>, StoreError> {
        let now = self.sources.now();
        let idle_since = now - self.options.login_idle_ms;
        let (mut by_login, mut by_key) = (Vec::new(), Vec::new());
        for credential in credentials {
            match credential {
                Credential::Login(login) => by_login.push(login),
                Credential::Key(key) => by_key.push(key),
            }
        }
        let look = move |connection: &mut _| {
            let logins = logins::standing(connection, &by_login, now, idle_since)?;
            let keys = keys::standing(connection, &by_key, now)?;
            Ok(logins
                .into_iter()
                .map(Credential::Login)
                .chain(keys.into_iter().map(Credential::Key))
                .collect())
        };
        self.store.read(look).await
    }
}

impl Agent {
    /// Looks now and then.
    pub(super) fn check_often(&self, ctx: &mut Context<Self>) {
        let often = Duration::from_millis(self.shared.options.login_check_ms);
        ctx.run_interval(often, |actor, ctx| actor.check(ctx));
    }

    /// Closes the sessions whose log-in or key does not count any more.
    fn check(&self, ctx: &mut Context<Self>) {
        let mut asked: Vec<Credential> = Vec::new();
        for session in self.sessions.values() {
            if !asked.contains(&session.credential) {
                asked.push(session.credential);
            }
        }
        if asked.is_empty() {
            return;
        }
        let (shared, about) = (self.shared.clone(), asked.clone());
        let looking = async move { shared.standing(about).await };
        ctx.spawn(looking.into_actor(self).map(move |standing, actor, _| match standing {
            Ok(standing) => {
                let void =
                    |credential: &Credential| asked.contains(credential) && !standing.contains(credential);
                for session in actor.sessions.values().filter(|session| void(&session.credential)) {
                    session.link.push(Push::Close(CloseCode::Forbidden));
                }
            }
            // The next look tells.
            Err(error) => log::debug!("log-ins of open sockets not checked error=\"{error}\""),
        }));
    }
}
