//! Passwords as argon2id hashes. Slow and hungry by design, so only a few are worked on at the same time.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::rt::task::spawn_blocking;
use argon2::password_hash::{self, Output, ParamsString, PasswordHash, SaltString};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::sync::Semaphore;

use super::ApiError;
use super::edge::Edge;
use crate::domain::member::Member;
use crate::outgoing::mail::Letter;
use crate::protocol::code::Code;
use crate::sources::Sources;

/// Memory in KiB and passes, as OWASP's password storage cheat sheet recommends for one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

/// So much is asked for although less is used: what is larger than 32 MiB the C library takes from the system and gives back at
/// once, while each thread that ever hashed would keep what is smaller (mallopt(3), `M_MMAP_THRESHOLD`).
const ASKED_FOR: usize = 33 * 1024 * 1024;

/// Checks that may wait for their turn, for each that runs. More are refused.
const WAITING_EACH: usize = 16;

/// Tells a member by mail that their password is another one now, if there is a mail server. Nothing waits for it.
pub fn tell(edge: &Edge, member: &Member, from: IpAddr) {
    let Some(office) = &edge.mail else { return };
    let letter = Letter {
        to: member.email.clone(),
        subject: "Your password was changed".into(),
        text: format!(
            "Hello {},\n\nyour password for Switchboard was changed, from the address {from}. Your other sessions have ended.\n\n\
             If this was not you, ask an admin for a new link at once.\n",
            member.name
        ),
    };
    if let Err(error) = office.post(letter) {
        log::warn!("new password not told member={} error=\"{error}\"", member.id);
    }
}

/// Hashes and checks passwords.
#[derive(Clone)]
pub struct Passwords {
    sources: Sources,
    running: Arc<Semaphore>,
    /// Running and waiting.
    admitted: Arc<Semaphore>,
    /// Checked when there is no such account, so that the answer takes as long.
    nobody: Arc<str>,
}

impl Passwords {
    /// At most `at_once` are worked on at the same time.
    ///
    /// # Errors
    /// None with the parameters above.
    pub fn new(sources: Sources, at_once: usize) -> Result<Self, password_hash::Error> {
        let nobody = hash(&sources, "nobody has this password")?.into();
        Ok(Self {
            sources,
            running: Arc::new(Semaphore::new(at_once)),
            admitted: Arc::new(Semaphore::new(at_once * (WAITING_EACH + 1))),
            nobody,
        })
    }

    /// The hash to keep of a new password.
    ///
    /// # Errors
    /// `overloaded` when too many wait.
    pub async fn hash(&self, password: String) -> Result<String, ApiError> {
        let sources = self.sources.clone();
        self.work(move || hash(&sources, &password)).await?.map_err(|error| {
            log::error!("password not hashed error=\"{error}\"");
            ApiError::Plain(Code::Unavailable, "the password could not be stored".into())
        })
    }

    /// Does the password belong to this hash? Without a hash the answer is no, after the same work.
    ///
    /// # Errors
    /// `overloaded` when too many wait.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, ApiError> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.to_string());
        let fits = self.work(move || fits(&password, &hash).unwrap_or(false));
        Ok(fits.await? && known)
    }

    async fn work<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
        let overloaded =
            || ApiError::Plain(Code::Overloaded, "too many log-ins at the same time; try again".into());
        let _admitted = self.admitted.try_acquire().map_err(|_| overloaded())?;
        // Kept by the job: a client that goes away does not make room before its job is done.
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(|_| overloaded())?;
        let job = spawn_blocking(move || {
            let done = job();
            drop(running);
            done
        });
        job.await.map_err(|_| overloaded())
    }
}

/// The hash of a password, with a new salt. Takes tens of milliseconds.
///
/// # Errors
/// None with the parameters above and passwords of bounded length.
pub fn hash(sources: &Sources, password: &str) -> Result<String, password_hash::Error> {
    let salt = SaltString::encode_b64(&sources.secret::<16>())?;
    let params = Params::new(MEMORY_KIB, PASSES, 1, None)?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params)?,
        salt: Some(salt.as_salt()),
        hash: Some(digest(password, &salt, params)?),
    };
    Ok(hash.to_string())
}

/// Does the password belong to this hash?
///
/// # Errors
/// It is no hash of ours.
fn fits(password: &str, hash: &str) -> Result<bool, password_hash::Error> {
    let hash = PasswordHash::new(hash)?;
    if hash.algorithm != Algorithm::Argon2id.ident() || hash.version != Some(Version::V0x13.into()) {
        return Err(password_hash::Error::Algorithm);
    }
    let salt = SaltString::from_b64(hash.salt.ok_or(password_hash::Error::PhcStringField)?.as_str())?;
    // Compared in a time that tells nothing.
    Ok(hash.hash == Some(digest(password, &salt, Params::try_from(&hash)?)?))
}

fn digest(password: &str, salt: &SaltString, params: Params) -> Result<Output, password_hash::Error> {
    let mut bytes = [0; 64];
    let salt = salt.decode_b64(&mut bytes)?;
    let mut memory = Vec::with_capacity(params.block_count().max(ASKED_FOR / Block::SIZE));
    memory.resize(params.block_count(), Block::default());
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    Output::init_with(Params::DEFAULT_OUTPUT_LEN, |out| {
        Ok(argon.hash_password_into_with_memory(password.as_bytes(), salt, out, &mut memory)?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn only_the_right_password_fits_and_nobody_has_none() {
        let passwords = Passwords::new(Sources::default(), 1).unwrap();
        let hash = passwords.hash("correct horse".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify("correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("wrong horse".into(), Some(hash)).await.unwrap());
        assert!(!passwords.verify("nobody has this password".into(), None).await.unwrap());
    }

    #[test]
    fn hashes_are_those_of_the_standard() {
        // RFC 9106's reference implementation: `echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -l 32`.
        let known = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert!(fits("password", known).unwrap());
        assert!(!fits("Password", known).unwrap());
        for bad in ["", "password", &known.replace("id$", "i$"), &known.replace("$c29tZXNhbHQ", "")] {
            assert!(!fits("password", bad).unwrap_or(false), "{bad}");
        }
    }
}
