//! Fakes of the messaging platforms, to try channels without an account:
//!
//! ```sh
//! cargo run --example platforms -- 127.0.0.1:9100 [WEBHOOK_SECRET]
//! ```
//!
//! Point `api_base` of a channel of Telegram, `WhatsApp`, Messenger, Instagram, LINE or Twilio, `api_base` with `/pa` of a Viber
//! channel, with `/api` of a Slack channel, with `/api/v10` of a Discord channel, or `url` of a webhook channel, at it, and allow
//! the addresses that it prints in `outgoing.allow`; `sim/meta.rs` names the ids and secrets that Meta's fakes know. Every call
//! that it takes or refuses is printed. Lines that are typed become updates of a Telegram customer, once the channel was
//! connected. A mail server for e-mail channels says where it is.

#[expect(dead_code, reason = "shared with the tests, which use more of it")]
mod sim;

use std::error::Error;
use std::time::Duration;

use sim::email::{self, MailServers};
use sim::{Simulator, discord, line, slack, telegram, twilio, viber};
use tokio::io::{AsyncBufReadExt, BufReader};

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:9100".into());
    let sim = Simulator::start(&address)?;
    if let Some(secret) = arguments.next() {
        sim.expect_signed_with(&secret);
    }
    println!("platforms listen on {}; the Telegram bot's token is {}", sim.base, telegram::TOKEN);
    println!("Discord: application_id {}, public_key {}", discord::APPLICATION, discord::public_key());
    println!("Discord: bot_token {}; the gateway listens on {}", discord::TOKEN, sim.gateway.url);
    println!("LINE: channel_secret {}, channel_access_token {}", line::SECRET, line::TOKEN);
    println!("Slack: bot_token {}, signing_secret {}", slack::TOKEN, slack::SECRET);
    println!("Twilio: account_sid {}, auth_token {}", twilio::SID, twilio::TOKEN);
    println!("Viber: auth_token {}", viber::TOKEN);
    let mail = MailServers::start().await?;
    println!("E-mail: address and users {}, passwords {}, no TLS", email::USER, email::PASSWORD);
    println!("        SMTP at {}, IMAP at {}; allow both in outgoing.allow", mail.smtp, mail.imap);
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    let http = reqwest::Client::builder().no_proxy().build()?;
    let (mut shown, mut mails, mut update) = ((0, 0), 0, 0);
    loop {
        tokio::select! {
            line = lines.next_line() => {
                let Some(line) = line? else { return Ok(()) };
                update += 1;
                match sim.telegram_hook() {
                    None => println!("connect a Telegram channel first"),
                    Some(hook) => {
                        let url = hook["url"].as_str().unwrap_or_default();
                        let secret = hook["secret_token"].as_str().unwrap_or_default();
                        let body = telegram::text(update, 55_501, "Zoë", &line).to_string();
                        let request = http
                            .post(url)
                            .header("x-telegram-bot-api-secret-token", secret)
                            .header("content-type", "application/json")
                            .body(body);
                        println!("update {update}: {}", request.send().await?.status());
                    }
                }
            }
            () = tokio::time::sleep(Duration::from_millis(200)) => {
                let (taken, refused) = (sim.taken(), sim.refused());
                for call in &taken[shown.0..] {
                    println!("taken {} {}", method(&call.path), String::from_utf8_lossy(&call.body));
                }
                for call in &refused[shown.1..] {
                    println!("refused {} {}", call.status, method(&call.path));
                }
                shown = (taken.len(), refused.len());
                let received = mail.received();
                for mail in &received[mails..] {
                    println!("mail from {} to {}\n{}", mail.from, mail.to, mail.raw);
                }
                mails = received.len();
            }
        }
    }
}

/// The path without a token.
fn method(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}
