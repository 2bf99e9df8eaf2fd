//! `rotate-secrets-key`: secrets of channels and webhooks are sealed anew, whole or not at all, whenever it is interrupted.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use rand::Rng;
use serde_json::{Value, json};
use switchboard::delivery;
use switchboard::sources::Sources;
use switchboard::store::secrets::{self, SealedSecret};
use switchboard::vault::Vault;
use tempfile::TempDir;

use crate::channels::sim::{Simulator, telegram};
use crate::support::app::Person;
use crate::support::database::Database;
use crate::support::on_both;
use crate::support::process::Launch;

on_both! {
    a_new_key_seals_everything_and_the_old_one_opens_nothing
    it_may_be_interrupted_at_any_moment
    with_the_wrong_key_nothing_is_changed
}

/// Base64 of 32 bytes each.
const OLD: &str = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
const NEW: &str = "YGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn8=";

pub const ROTATE: [&str; 1] = ["rotate-secrets-key"];

/// A server's data: a key in a file beside it, and some channels.
pub struct House {
    pub sim: Simulator,
    database: Database,
    folder: TempDir,
    pub launch: Launch,
}

impl House {
    pub fn new(database: Database) -> Self {
        let sim = Simulator::start("127.0.0.1:0").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let launch = Launch::on(&database.url).with(&[
            ("OUTGOING__ALLOW", sim.base.trim_start_matches("http://")),
            ("DATA_DIR", folder.path().to_str().unwrap()),
            ("SECRETS_KEY", ""),
        ]);
        Self { sim, database, folder, launch }
    }

    /// With this key in its configuration, in place of the file.
    fn configured(&self, key: &str) -> Launch {
        self.launch.clone().with(&[("SECRETS_KEY", key)])
    }

    fn key_file(&self) -> PathBuf {
        self.folder.path().join("secrets.key")
    }

    pub fn keys(&self) -> Vec<String> {
        std::fs::read_to_string(self.key_file()).unwrap().lines().map(str::to_owned).collect()
    }

    async fn sealed(&self) -> Vec<SealedSecret> {
        let store = self.database.open();
        let sealed = store.read(secrets::all).await.unwrap();
        store.close().await.unwrap();
        sealed
    }

    /// What the secrets say, opened with the key file as it is.
    pub async fn opened(&self) -> BTreeSet<String> {
        let vault = Vault::open_file(&self.key_file(), &Sources::default()).unwrap();
        let sealed = self.sealed().await;
        sealed.iter().map(|secret| delivery::open(&vault, secret).expect("a key opens it")).collect()
    }
}

/// Makes Telegram channels; answers the first one's path.
pub async fn channels(owner: &Person, sim: &Simulator, count: usize) -> String {
    let path = format!("/api/v1/scopes/{}/channels", owner.scope().await);
    let body = json!({
        "kind": "telegram", "name": "Bot", "settings": {"platform": {"api_base": sim.base}},
        "secrets": {"bot_token": telegram::TOKEN},
    });
    let mut first = Value::Null;
    for _ in 0..count {
        let made = owner.post(&path, body.clone()).await.good();
        if first.is_null() {
            first = made["id"].clone();
        }
    }
    format!("{path}/{}", first.as_str().unwrap())
}

async fn a_new_key_seals_everything_and_the_old_one_opens_nothing(database: Database) {
    let house = House::new(database);
    let mut server = house.launch.start().await;
    let owner = server.owner().await;
    let channel = channels(&owner, &house.sim, 2).await;
    let hooks = format!("/api/v1/scopes/{}/webhooks", owner.scope().await);
    owner.post(&hooks, json!({"url": "https://app.example/told"})).await.good();
    server.kill();

    let (before, sealed, plain) = (house.keys(), house.sealed().await, house.opened().await);
    assert_eq!((before.len(), sealed.len()), (1, 4));
    let ended = house.launch.run(&ROTATE);
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(ended.out, "5 secrets are sealed with the new key\n");

    let after = house.keys();
    assert!(after.len() == 1 && after != before, "only the new key is left");
    assert_eq!(house.opened().await, plain);
    let names = |all: &[SealedSecret]| all.iter().map(|one| one.key_name.clone()).collect::<BTreeSet<_>>();
    assert!(names(&sealed).is_disjoint(&names(&house.sealed().await)));
    let old = Vault::from_text(&before[0]).unwrap();
    assert!(house.sealed().await.iter().all(|secret| delivery::open(&old, secret).is_err()));

    // The server goes on where it was: the platform lets it in with the old token.
    let server = house.launch.start().await;
    owner.at(&server.base).post(&format!("{channel}/connect"), json!({})).await.good();
    assert!(house.sim.telegram_hook().is_some());
}

async fn it_may_be_interrupted_at_any_moment(database: Database) {
    let house = House::new(database);
    let mut server = house.launch.start().await;
    let owner = server.owner().await;
    channels(&owner, &house.sim, 40).await;
    server.kill();
    let plain = house.opened().await;
    // How long it takes when nobody interrupts it.
    let begun = std::time::Instant::now();
    assert!(house.launch.run(&ROTATE).status.success());
    let whole = begun.elapsed();

    let mut interrupted = 0;
    for _ in 0..12 {
        let after = Duration::from_micros(rand::rng().random_range(0..whole.as_micros() as u64));
        interrupted += usize::from(!house.launch.run_and_kill(&ROTATE, after).await);
        assert_eq!(house.opened().await, plain, "everything opens, with the keys that are there");
    }
    assert!(interrupted > 0, "it was never interrupted");
    assert!(house.launch.run(&ROTATE).status.success());
    assert_eq!((house.keys().len(), house.opened().await), (1, plain));
}

async fn with_the_wrong_key_nothing_is_changed(database: Database) {
    let house = House::new(database);
    let mut server = house.configured(OLD).start().await;
    let owner = server.owner().await;
    let channel = channels(&owner, &house.sim, 1).await;
    server.kill();
    let sealed = house.sealed().await;

    let refused = house.configured(NEW).run(&ROTATE);
    assert!(!refused.status.success());
    assert!(refused.errors.contains("a secret was sealed with another key"), "{refused:?}");
    assert!(!house.configured("short").run(&ROTATE).status.success());
    assert_eq!(house.sealed().await, sealed);

    // A server with the wrong key runs, and says so where the secret is needed.
    let mut server = house.configured(NEW).start().await;
    let answer = owner.at(&server.base).post(&format!("{channel}/connect"), json!({})).await;
    assert_eq!((answer.status.as_u16(), house.sim.telegram_hook()), (400, None), "{answer:?}");
    server.kill();

    // The new one before the old one: sealed anew, and the old one is needed no more.
    let both = house.configured(&format!("{NEW},{OLD}"));
    assert!(both.run(&ROTATE).status.success());
    assert!(!house.configured(OLD).run(&ROTATE).status.success());
    let server = house.configured(NEW).start().await;
    owner.at(&server.base).post(&format!("{channel}/connect"), json!({})).await.good();
    assert!(house.sim.telegram_hook().is_some());
}
