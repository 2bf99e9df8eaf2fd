//! The far side of a channel: the platform that customers are with, or their mail server.

use std::collections::{BTreeMap, BTreeSet};

use rand::Rng;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use switchboard::domain::channel::ChannelKind;

use super::super::email;
use super::super::sim::email::{MailFault, MailServers};
use super::super::sim::talk::{self, Writing};
use super::super::sim::{Fault, Simulator, discord};

/// One of them.
#[derive(Clone)]
pub enum Far {
    /// It is called by HTTP, and calls us.
    Platform(Simulator),
    /// It is called by HTTP, and tells by the socket that we open.
    Gateway(Simulator),
    /// It takes mails, and keeps them.
    Mail(MailServers),
}

impl Far {
    /// The one of this kind.
    pub async fn start(kind: ChannelKind) -> Self {
        match kind {
            ChannelKind::Email => Self::Mail(MailServers::start().await.unwrap()),
            ChannelKind::Discord => Self::Gateway(Simulator::start("127.0.0.1:0").unwrap()),
            _ => Self::Platform(Simulator::start("127.0.0.1:0").unwrap()),
        }
    }

    /// What the server must be allowed to reach.
    pub fn addresses(&self) -> String {
        let host = |url: &str| url.split_once("://").unwrap().1.to_owned();
        match self {
            Self::Platform(sim) => host(&sim.base),
            Self::Gateway(sim) => format!("{},{}", host(&sim.base), host(&sim.gateway.url)),
            Self::Mail(servers) => format!("{},{}", servers.smtp, servers.imap),
        }
    }

    /// What a channel there is made with.
    pub fn account(&self, kind: ChannelKind) -> (Value, Value) {
        match self {
            Self::Platform(sim) => talk::account(kind.as_str(), &sim.base),
            Self::Gateway(sim) => {
                let (mut settings, secrets) = talk::account(kind.as_str(), &sim.base);
                settings["gateway"] = json!("on");
                (settings, secrets)
            }
            Self::Mail(servers) => {
                let (mut settings, secrets) = email::settings(servers, true);
                settings["per_minute"] = json!("1000");
                (settings, secrets)
            }
        }
    }

    /// Waits until it can tell us of what customers say.
    pub async fn is_listened_to(&self) {
        match self {
            Self::Platform(_) => {}
            Self::Gateway(sim) => {
                drop(sim.gateway.wait_until(|heard| heard.iter().any(|f| f["op"] == 2)).await)
            }
            Self::Mail(servers) => servers.wait_for_reader(1).await,
        }
    }

    /// A customer says something there, of which it tells us when it can; false for one that tells us by a request.
    pub fn says(&self, writing: &Writing<'_>) -> bool {
        match self {
            Self::Platform(_) => false,
            Self::Gateway(sim) => {
                let who = talk::customer("discord", writing.customer);
                let mut message = discord::message(&writing.id.to_string(), &who, writing.text);
                // The chat with this customer.
                message["channel_id"] = json!(who);
                sim.gateway.happens("MESSAGE_CREATE", &message);
                true
            }
            Self::Mail(servers) => {
                let (who, id) = (talk::customer("email", writing.customer), writing.id);
                servers.deliver(&format!(
                    "From: {who}\r\nTo: {}\r\nSubject: \r\nDate: Thu, 01 Jan 2026 00:00:00 +0000\r\n\
                     Message-ID: <m{id}@customer.example>\r\nMIME-Version: 1.0\r\n\
                     Content-Type: text/plain; charset=utf-8\r\n\r\n{}\r\n",
                    super::super::sim::email::USER,
                    writing.text
                ));
                true
            }
        }
    }

    /// How many messages it took.
    pub fn count(&self) -> usize {
        match self {
            Self::Platform(sim) | Self::Gateway(sim) => sim.count(),
            Self::Mail(servers) => servers.received().len(),
        }
    }

    /// How often it was asked for something.
    pub fn calls(&self) -> usize {
        match self {
            Self::Platform(sim) | Self::Gateway(sim) => sim.calls(),
            Self::Mail(servers) => servers.received().len() + servers.failed(),
        }
    }

    /// How many of them failed, as far as it knows.
    pub fn failed(&self) -> usize {
        match self {
            Self::Platform(sim) | Self::Gateway(sim) => sim.refused().len(),
            Self::Mail(servers) => servers.failed(),
        }
    }

    /// One of the next calls fails in some way; `may_hang`: perhaps by saying nothing. True when it will.
    pub fn fail(&self, dice: &mut StdRng, may_hang: bool) -> bool {
        let way = dice.random_range(0..9);
        let hangs = way == 6 && may_hang;
        match self {
            Self::Platform(sim) | Self::Gateway(sim) => {
                sim.fail_next(match way {
                    0 | 1 => Fault::Answer(429, "{}"),
                    2 | 3 => Fault::Answer(500, "{}"),
                    4 | 5 => Fault::Lost,
                    6 if hangs => Fault::Hang,
                    _ => Fault::TakenButLost,
                });
                if let (Self::Gateway(sim), true) = (self, dice.random_bool(0.2)) {
                    sim.gateway.closes(4_000);
                }
            }
            Self::Mail(servers) => {
                servers.fail_next(match way {
                    0 | 1 => MailFault::Answer("RCPT", "450 4.2.1 try later"),
                    2 | 3 => MailFault::Answer(".", "451 4.3.0 try later"),
                    4 | 5 => MailFault::Closed,
                    6 if hangs => MailFault::TakenInSilence,
                    _ => MailFault::TakenButLost,
                });
                if dice.random_bool(0.1) {
                    servers.renumber();
                } else if dice.random_bool(0.2) {
                    servers.cut_connections();
                }
            }
        }
        hangs
    }

    /// Who was told what, in order. What carries the same key as before counts once, where the platform drops it.
    pub fn told(&self, kind: ChannelKind) -> BTreeMap<String, Vec<String>> {
        let mut keys = BTreeSet::new();
        let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
        match self {
            Self::Platform(sim) | Self::Gateway(sim) => {
                for call in sim.taken() {
                    let key = if matches!(self, Self::Gateway(_)) {
                        call.json()["nonce"].as_str().unwrap_or_default().to_owned()
                    } else {
                        call.header("webhook-id").to_owned()
                    };
                    if let Some((to, text)) = talk::told(kind.as_str(), &call)
                        && (key.is_empty() || keys.insert(key))
                    {
                        told.entry(to).or_default().push(text);
                    }
                }
            }
            Self::Mail(servers) => {
                for mail in servers.received() {
                    let read = mail_parser::MessageParser::default().parse(&mail.raw).unwrap();
                    let text = read.body_text(0).unwrap_or_default().trim().to_owned();
                    told.entry(mail.to).or_default().push(text);
                }
            }
        }
        told
    }
}
