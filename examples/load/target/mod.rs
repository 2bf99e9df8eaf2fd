//! What a scenario may ask of a server, so that the product and the relays look alike to it.

pub mod product;
pub mod relay;
mod rest;

use std::fmt;

use serde::Serialize;

use crate::Fallible;
use crate::process::Server;
use crate::socket::Socket;
use crate::wire::Commands;

/// Who takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Contestant {
    /// The product as it starts by default.
    Switchboard,
    /// The product on the larger of its two databases.
    SwitchboardOnPostgres,
    /// WebSocket in, WebSocket out.
    Relay,
    /// The same with a commit in between.
    DurableRelay,
}

impl fmt::Display for Contestant {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(match self {
            Self::Switchboard => "switchboard",
            Self::SwitchboardOnPostgres => "on PostgreSQL",
            Self::Relay => "relay",
            Self::DurableRelay => "durable relay",
        })
    }
}

/// A conversation that was made for a scenario.
#[derive(Debug, Clone)]
pub struct Chat {
    /// How the server names it.
    pub id: String,
    /// What its customer shows to come back.
    pub token: String,
}

/// What a dashboard looks at.
#[derive(Clone, Copy)]
pub enum Watch<'a> {
    /// The list of conversations.
    List,
    /// One conversation.
    Chat(&'a Chat),
    /// One conversation, which its member has taken by writing to it.
    Own(&'a Chat),
    /// The list and one conversation, as a person at work does.
    Both(&'a Chat),
}

/// A running server.
pub trait Target: Sync {
    /// Its process.
    fn server(&self) -> &Server;

    /// A customer comes in and writes a first message. Nobody has answered it.
    ///
    /// # Errors
    /// The server refuses.
    fn start_chat(&self) -> Fallible<(Chat, Socket)>;

    /// The customer of `chat` comes back.
    ///
    /// # Errors
    /// The server refuses.
    fn rejoin(&self, chat: &Chat) -> Fallible<Socket>;

    /// The customer says that the chat is over.
    ///
    /// # Errors
    /// The server refuses.
    fn end_chat(&self, customer: &mut Socket) -> Fallible<()>;

    /// A dashboard of the member with this number, counted round those who exist.
    ///
    /// # Errors
    /// The server refuses.
    fn dashboard(&self, member: usize, watch: Watch) -> Fallible<Socket>;

    /// A dashboard opens one more conversation and has its entries when this returns.
    ///
    /// # Errors
    /// The server refuses.
    fn open(&self, dashboard: &mut Socket, chat: &Chat) -> Fallible<()>;

    /// The messages of a customer.
    fn customer_commands(&self, text_length: usize) -> Commands;

    /// The messages of a member to `chat`.
    fn member_commands(&self, chat: &Chat, text_length: usize) -> Commands;

    /// Does exactly one member win a conversation? A relay knows no winners.
    fn has_winners(&self) -> bool;

    /// Ends the process in good order and starts it again with the same data.
    ///
    /// # Errors
    /// It does not end, or does not start.
    fn restart(&mut self) -> Fallible<()>;
}
