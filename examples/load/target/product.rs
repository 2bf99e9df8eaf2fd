//! Drives the product, through what `docs/PROTOCOL.md` describes and nothing else.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::rest::Rest;
use super::{Chat, Target, Watch};
use crate::Fallible;
use crate::postgres::Database;
use crate::process::{Server, free_address};
use crate::socket::Socket;
use crate::wire::Commands;

/// Longest wait for the set-up link.
const LINK_LIMIT: Duration = Duration::from_secs(10);

/// The product, set up with one scope without a bot, one widget and some members.
pub struct Product {
    server: Server,
    program: PathBuf,
    address: SocketAddr,
    folder: TempDir,
    /// `None` = `SQLite` in the folder.
    database: Option<Database>,
    scope: String,
    /// The widget's public key.
    channel: String,
    /// One API key a member.
    keys: Vec<String>,
}

/// What the product is told by its environment. The load tool is one address with thousands of
/// customers, which the limits against floods are made to prevent, so they are off.
fn product_environment(
    address: SocketAddr,
    folder: &Path,
    database: Option<&Database>,
) -> Vec<(&'static str, String)> {
    let mut environment = vec![
        ("SWITCHBOARD_LISTEN", address.to_string()),
        ("SWITCHBOARD_DATA_DIR", folder.join("data").to_string_lossy().into_owned()),
        ("SWITCHBOARD_LIMITS__ENABLED", "false".into()),
        ("SWITCHBOARD_DEMO", "false".into()),
        ("SWITCHBOARD_LOG", "warn".into()),
    ];
    if let Some(database) = database {
        environment.push(("SWITCHBOARD_DATABASE_URL", database.url().to_owned()));
    }
    environment
}

impl Product {
    /// Starts it on an empty folder and sets it up. Without members nothing is set up.
    ///
    /// # Errors
    /// It does not start, or refuses something.
    pub fn start(program: &Path, database: Option<Database>, members: usize) -> Fallible<Self> {
        let (address, folder) = (free_address()?, TempDir::new()?);
        let mut server = launch(program, address, folder.path(), database.as_ref())?;
        let link = set_up_token(server.output().ok_or("the product's output is not piped")?);
        let mut product = Self {
            server,
            program: program.to_owned(),
            address,
            folder,
            database,
            scope: String::new(),
            channel: String::new(),
            keys: Vec::new(),
        };
        if members > 0 {
            product.set_up(
                &link.recv_timeout(LINK_LIMIT).map_err(|_| "the product printed no set-up link")?,
                members,
            )?;
        }
        Ok(product)
    }

    fn set_up(&mut self, token: &str, members: usize) -> Fallible<()> {
        let mut owner = Rest::new(self.address)?;
        let session = owner.accept(token, "Olga Owner", "owner@example.test")?;
        self.scope = if let Some(scope) = session["scopes"][0]["id"].as_str() {
            scope.to_owned()
        } else {
            let scope = json!({"name": "Load", "mode": "production", "time_zone": "UTC"});
            text(&owner.post("/api/v1/scopes", &scope)?, "id")?
        };
        let scope = format!("/api/v1/scopes/{}", self.scope);
        owner.put(&format!("{scope}/bot"), &json!({"kind": "none"}))?;
        let channels = owner.get(&format!("{scope}/channels"))?;
        let channel = match channels["items"].get(0) {
            Some(channel) => channel.clone(),
            None => owner.post(&format!("{scope}/channels"), &json!({"kind": "widget", "name": "Site"}))?,
        };
        self.channel = text(&channel, "public_key")?;
        let settings = json!({"settings": {"allowed_origins": ["*"]}});
        owner.patch(&format!("{scope}/channels/{}", text(&channel, "id")?), &settings)?;
        for number in 0..members {
            let (name, email) = (format!("Member {number}"), format!("member{number}@example.test"));
            let invited = owner
                .post(&format!("{scope}/members"), &json!({"email": email, "name": name, "role": "admin"}))?;
            let token = invited["token"]
                .as_str()
                .or_else(|| invited["link"].as_str()?.rsplit_once('#').map(|(_, token)| token));
            let mut member = Rest::new(self.address)?;
            member.accept(token.ok_or("no one-time link for a member")?, &name, &email)?;
            // A key acts as the member who made it, and only admins make keys.
            let key = member.post(&format!("{scope}/keys"), &json!({"name": name, "role": "agent"}))?;
            self.keys.push(text(&key, "key")?);
        }
        Ok(())
    }

    fn widget(&self, token: Option<&str>) -> Fallible<(Socket, Value)> {
        let path = format!("/api/v1/widget/socket?channel={}", self.channel);
        let origin = format!("Origin: http://{}\r\n", self.address);
        let mut socket = Socket::connect(self.address, &path, &origin)?;
        let mut hello = json!({"type": "hello", "ref": "hello"});
        if let Some(token) = token {
            hello["visitor_token"] = token.into();
        }
        socket.send(hello.to_string().as_bytes())?;
        let welcome = socket.receive_with(r#""type":"welcome""#)?;
        Ok((socket, serde_json::from_str(&welcome)?))
    }

    /// Sends a command and waits for its `ok`.
    fn ask(socket: &mut Socket, mut command: Value) -> Fallible<Value> {
        command["ref"] = "set-up".into();
        socket.send(command.to_string().as_bytes())?;
        loop {
            let answer = socket.receive_with(r#""ref":"set-up""#)?;
            let answer: Value = serde_json::from_str(&answer)?;
            match answer["type"].as_str() {
                Some("ok") => return Ok(answer),
                Some("error") => return Err(format!("{command} was refused: {answer}").into()),
                _ => {}
            }
        }
    }
}

impl Target for Product {
    fn server(&self) -> &Server {
        &self.server
    }

    fn start_chat(&self) -> Fallible<(Chat, Socket)> {
        let (mut socket, welcome) = self.widget(None)?;
        let start = json!({"type": "start", "client_id": client_id(), "text": "Where is my order?"});
        let started = Self::ask(&mut socket, start)?;
        Ok((Chat { id: text(&started, "conversation")?, token: text(&welcome, "visitor_token")? }, socket))
    }

    fn rejoin(&self, chat: &Chat) -> Fallible<Socket> {
        Ok(self.widget(Some(&chat.token))?.0)
    }

    fn end_chat(&self, customer: &mut Socket) -> Fallible<()> {
        Self::ask(customer, json!({"type": "end", "client_id": client_id()}))?;
        Ok(())
    }

    fn dashboard(&self, member: usize, watch: Watch) -> Fallible<Socket> {
        let key = &self.keys[member % self.keys.len()];
        let headers = format!("Authorization: Bearer {key}\r\n");
        let mut socket = Socket::connect(self.address, "/api/v1/dashboard/socket", &headers)?;
        socket.send(br#"{"type":"hello","ref":"hello"}"#)?;
        socket.receive_with(r#""type":"welcome""#)?;
        if matches!(watch, Watch::List | Watch::Both(_)) {
            let subscribe = json!({"type": "subscribe", "ref": "list", "scope": self.scope});
            socket.send(subscribe.to_string().as_bytes())?;
            socket.receive_with(r#""done":true"#)?;
        }
        if let Watch::Chat(chat) | Watch::Own(chat) | Watch::Both(chat) = watch {
            self.open(&mut socket, chat)?;
        }
        if let Watch::Own(chat) = watch {
            let first =
                json!({"type": "send", "conversation": chat.id, "client_id": client_id(), "text": "Hello!"});
            Self::ask(&mut socket, first)?;
        }
        Ok(socket)
    }

    fn open(&self, dashboard: &mut Socket, chat: &Chat) -> Fallible<()> {
        Self::ask(dashboard, json!({"type": "open", "conversation": chat.id}))?;
        Ok(())
    }

    fn customer_commands(&self, text_length: usize) -> Commands {
        Commands::new("", text_length)
    }

    fn member_commands(&self, chat: &Chat, text_length: usize) -> Commands {
        Commands::new(&format!(r#""conversation":"{}","#, chat.id), text_length)
    }

    fn has_winners(&self) -> bool {
        true
    }

    fn restart(&mut self) -> Fallible<()> {
        self.server.stop()?;
        self.server = launch(&self.program, self.address, self.folder.path(), self.database.as_ref())?;
        if let Some(output) = self.server.output() {
            set_up_token(output);
        }
        Ok(())
    }
}

fn launch(
    program: &Path,
    address: SocketAddr,
    folder: &Path,
    database: Option<&Database>,
) -> Fallible<Server> {
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped());
    command.envs(product_environment(address, folder, database));
    Server::start(command, address)
}

/// Reads all that the product prints, so that it never waits for a reader, and hands out the token of the set-up link.
fn set_up_token(output: ChildStdout) -> mpsc::Receiver<String> {
    let (sender, token) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if let Some((_, rest)) = line.split_once("/setup#") {
                let token = rest.split_ascii_whitespace().next().unwrap_or_default();
                // Nobody may want it any more.
                let _ = sender.send(token.to_owned());
            }
        }
    });
    token
}

fn client_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

fn text(value: &Value, field: &str) -> Fallible<String> {
    let text = value[field].as_str().ok_or_else(|| format!("no {field} in {value}"))?;
    Ok(text.to_owned())
}
