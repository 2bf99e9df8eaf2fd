//! The server as its own process, set up with an owner; its channels, and customers who write by them.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::header::{COOKIE, ORIGIN, SET_COOKIE};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use switchboard::outgoing::signature::{ID, SIGNATURE, Secret, TIMESTAMP};
use switchboard::sources::Sources;
use tempfile::TempDir;

use crate::peer::Peer;
use crate::{Fallible, Options};

/// Longest wait for anything at the beginning.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server. Ends with this value.
pub struct Office {
    child: Child,
    _folder: TempDir,
    http: Client,
    base: String,
    key: String,
    scope: String,
}

/// A channel of the generic platform.
#[derive(Clone)]
pub struct Line {
    hook: String,
    secret: Secret,
}

impl Office {
    /// Starts a server that may call these peers, and makes its owner.
    ///
    /// # Errors
    /// It does not start, or refuses something.
    pub async fn open(options: &Options, peers: &[Peer]) -> Fallible<Self> {
        let folder = TempDir::new()?;
        let allowed: Vec<String> = peers.iter().map(|peer| peer.address.to_string()).collect();
        let mut child = Command::new(&options.server)
            .current_dir(folder.path())
            .env("SWITCHBOARD_LISTEN", "127.0.0.1:0")
            .env("SWITCHBOARD_DATA_DIR", folder.path())
            .env("SWITCHBOARD_LIMITS__ENABLED", "false")
            .env("SWITCHBOARD_DEMO", "false")
            .env("SWITCHBOARD_LOG", "error")
            .env("SWITCHBOARD_OUTGOING__ALLOW", allowed.join(","))
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start {}: {error}", options.server.display()))?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let mut after = |mark: &str| -> Fallible<String> {
            let line = lines.next().ok_or("the server ended")??;
            Ok(line.split_once(mark).ok_or("the server said something else")?.1.to_owned())
        };
        let (base, token) = (after("listens on ")?, after("/setup#")?);
        // It must not wait for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        // Shorter than the server keeps a connection that nobody uses.
        let http = Client::builder().no_proxy().pool_idle_timeout(Duration::from_secs(1)).build()?;
        let mut office =
            Self { child, _folder: folder, http, base, key: String::new(), scope: String::new() };
        office.set_up(&token).await?;
        Ok(office)
    }

    async fn set_up(&mut self, token: &str) -> Fallible<()> {
        let owner = json!({
            "token": token, "name": "Olga Owner", "email": "olga@shop.example", "password": "correct horse",
        });
        let answer =
            self.bare("/invitations/accept").body(owner.to_string()).send().await?.error_for_status()?;
        let cookie = answer.headers().get(SET_COOKIE).ok_or("no cookie")?.to_str()?;
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        let session: Value = serde_json::from_slice(&answer.bytes().await?)?;
        self.scope = text(&session["scopes"][0]["id"])?;
        let csrf = text(&session["csrf_token"])?;
        let key = self
            .bare(&format!("/scopes/{}/keys", self.scope))
            .header(COOKIE, cookie)
            .header("x-csrf-token", csrf)
            .body(json!({"name": "deliveries", "role": "admin"}).to_string());
        self.key = text(&answer_of(key).await?["key"])?;
        Ok(())
    }

    fn bare(&self, path: &str) -> RequestBuilder {
        let url = format!("{}/api/v1{path}", self.base);
        self.http.post(url).header(ORIGIN, &self.base).header("content-type", "application/json")
    }

    /// What the server answers to an admin.
    async fn ask(&self, method: Method, path: &str, body: &Value) -> Fallible<Value> {
        let url = format!("{}/api/v1{path}", self.base);
        let mut request = self.http.request(method, url).bearer_auth(&self.key);
        if !body.is_null() {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        answer_of(request).await
    }

    /// A channel whose answers go to this peer.
    ///
    /// # Errors
    /// The server refuses it.
    pub async fn channel(&self, peer: &Peer) -> Fallible<Line> {
        let body = json!({"kind": "webhook", "name": "Shop", "settings": {"platform": {"url": peer.url()}}});
        let made = self.ask(Method::POST, &format!("/scopes/{}/channels", self.scope), &body).await?;
        let secret = text(&made["made_secrets"]["inbound_secret"])?;
        Ok(Line { hook: text(&made["hook"])?, secret: secret.parse().map_err(|_| "a strange secret")? })
    }

    /// Has this peer told of every message, and waits until the scope knows.
    ///
    /// # Errors
    /// The server refuses it.
    pub async fn webhook(&self, peer: &Peer) -> Fallible<()> {
        let body = json!({"url": peer.url(), "events": ["message.created"]});
        self.ask(Method::POST, &format!("/scopes/{}/webhooks", self.scope), &body).await?;
        Ok(())
    }

    /// A customer writes; the time until the server has it.
    ///
    /// # Errors
    /// It is not taken.
    pub async fn writes(&self, line: &Line, id: &str, customer: &str, words: &str) -> Fallible<Duration> {
        let body = json!({"type": "message.inbound", "data": {
            "message_id": id, "conversation_key": customer, "sender": {"id": customer, "name": "Zoë"}, "text": words,
        }});
        let body = body.to_string();
        let seconds = Sources::default().now() / 1_000;
        let request = self
            .http
            .post(&line.hook)
            .header("content-type", "application/json")
            .header(ID, id)
            .header(TIMESTAMP, seconds)
            .header(SIGNATURE, line.secret.sign(id, seconds, body.as_bytes()))
            .body(body);
        let begun = Instant::now();
        request.send().await?.error_for_status()?;
        Ok(begun.elapsed())
    }

    /// Waits for the conversations that begin with these words; answers their ids in the same order.
    ///
    /// # Errors
    /// They do not come.
    pub async fn conversations(&self, first: &[String]) -> Fallible<Vec<String>> {
        let begun = Instant::now();
        let path = format!("/scopes/{}/conversations?state=all&limit=200", self.scope);
        loop {
            let rows = self.ask(Method::GET, &path, &Value::Null).await?;
            let rows = rows["items"].as_array().ok_or("no rows")?;
            let id =
                |words: &String| rows.iter().find(|row| row["first_text"] == words.as_str())?["id"].as_str();
            if let Some(ids) = first.iter().map(id).collect::<Option<Vec<_>>>() {
                return Ok(ids.into_iter().map(str::to_owned).collect());
            }
            if begun.elapsed() > PATIENCE {
                return Err("not all conversations were opened".into());
            }
        }
    }

    /// A member answers.
    ///
    /// # Errors
    /// It is refused.
    pub async fn answers(&self, conversation: &str, words: &str) -> Fallible<()> {
        let body = json!({"client_id": uuid::Uuid::new_v4(), "text": words});
        self.ask(Method::POST, &format!("/conversations/{conversation}/send"), &body).await?;
        Ok(())
    }

    /// Most memory that the server ever held, in MiB.
    ///
    /// # Errors
    /// The process is gone.
    pub fn peak(&self) -> Fallible<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no such figure")?;
        Ok(line.trim().trim_end_matches(" kB").trim().parse::<u64>()? / 1_024)
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn answer_of(request: RequestBuilder) -> Fallible<Value> {
    let answer = request.send().await?;
    let status = answer.status();
    let body = answer.bytes().await?;
    if !status.is_success() {
        return Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into());
    }
    Ok(serde_json::from_slice(&body)?)
}

fn text(value: &Value) -> Fallible<String> {
    Ok(value.as_str().ok_or("the answer misses something")?.to_owned())
}
