//! Drives a relay: this program, started once more.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;

use super::{Chat, Target, Watch};
use crate::Fallible;
use crate::process::{Server, free_address};
use crate::socket::Socket;
use crate::wire::Commands;

/// One of the two relays.
pub struct Relay {
    server: Server,
    durable: bool,
    folder: TempDir,
    chats: AtomicU64,
}

impl Relay {
    /// Starts one on an empty folder.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(durable: bool) -> Fallible<Self> {
        let folder = TempDir::new()?;
        let server = start(durable, &folder)?;
        Ok(Self { server, durable, folder, chats: AtomicU64::new(0) })
    }

    fn join(&self, conversation: &str, role: &str) -> Fallible<Socket> {
        let path = format!("/socket?conversation={conversation}&role={role}");
        let mut socket = Socket::connect(self.server.address, &path, "")?;
        socket.receive_with(r#""type":"welcome""#)?;
        Ok(socket)
    }
}

impl Target for Relay {
    fn server(&self) -> &Server {
        &self.server
    }

    fn start_chat(&self) -> Fallible<(Chat, Socket)> {
        let id = self.chats.fetch_add(1, Ordering::Relaxed).to_string();
        let socket = self.join(&id, "customer")?;
        Ok((Chat { id, token: String::new() }, socket))
    }

    fn rejoin(&self, chat: &Chat) -> Fallible<Socket> {
        self.join(&chat.id, "customer")
    }

    fn end_chat(&self, _customer: &mut Socket) -> Fallible<()> {
        Ok(())
    }

    fn dashboard(&self, _member: usize, watch: Watch) -> Fallible<Socket> {
        match watch {
            // A relay has no list; a socket is in one conversation, and all of these are in the first.
            Watch::List => self.join("0", "agent"),
            Watch::Chat(chat) | Watch::Own(chat) | Watch::Both(chat) => self.join(&chat.id, "agent"),
        }
    }

    fn open(&self, _dashboard: &mut Socket, _chat: &Chat) -> Fallible<()> {
        Ok(())
    }

    fn customer_commands(&self, text_length: usize) -> Commands {
        Commands::new("", text_length)
    }

    fn member_commands(&self, chat: &Chat, text_length: usize) -> Commands {
        Commands::new(&format!(r#""conversation":"{}","#, chat.id), text_length)
    }

    fn has_winners(&self) -> bool {
        false
    }

    fn restart(&mut self) -> Fallible<()> {
        self.server.stop()?;
        self.folder = TempDir::new()?;
        self.server = start(self.durable, &self.folder)?;
        Ok(())
    }
}

fn start(durable: bool, folder: &TempDir) -> Fallible<Server> {
    let address = free_address()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    if durable {
        command.arg("durable-relay").arg(address.to_string()).arg(folder.path().join("relay.db"));
    } else {
        command.arg("relay").arg(address.to_string());
    }
    Server::start(command, address)
}
