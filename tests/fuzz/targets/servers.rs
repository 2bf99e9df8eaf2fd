//! What mail servers say on a connection of ours. Each input is a whole conversation of a server that does not listen.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener};
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use switchboard::outgoing::mail::Security;
use switchboard::outgoing::wire::MailServer;
use switchboard::outgoing::{Outgoing, OutgoingOptions};
use tokio::runtime::{Builder, Runtime};

static OUTGOING: LazyLock<Outgoing> = LazyLock::new(|| Outgoing::new(&OutgoingOptions::default()).unwrap());

thread_local! {
    static RUNTIME: Runtime = Builder::new_current_thread().enable_all().build().unwrap();
    /// One for all inputs: a port that served rests for a minute, and there are not enough of them for a long run.
    static LISTENER: TcpListener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
}

/// Most bytes of a mail that are fetched.
const MAIL_MAX: usize = 1_000;

/// A server of mailboxes.
pub fn imap(data: &[u8]) {
    with_server(data, |server| async move {
        let Ok(mut mailbox) = OUTGOING.open_mailbox(&server, "INBOX").await else { return };
        let Ok(found) = mailbox.after(3).await else { return };
        assert!(found.iter().all(|uid| *uid > 3) && found.is_sorted(), "mails that were read before");
        for uid in found.into_iter().take(3) {
            if mailbox.size(uid).await.is_err() {
                return;
            }
            let Ok(mail) = mailbox.fetch(uid, MAIL_MAX).await else { return };
            assert!(mail.is_none_or(|mail| mail.len() <= data.len()), "a mail out of nothing");
            if mailbox.mark_seen(uid).await.is_err() {
                return;
            }
        }
        let _ = mailbox.since("1-Jan-2026").await;
        let _ = mailbox.wait(Duration::from_millis(1)).await;
    });
}

/// A server that takes mail.
pub fn smtp(data: &[u8]) {
    with_server(data, |server| async move {
        let mail = b"Subject: x\r\n\r\n.\r\nHi\r\n";
        let words = match OUTGOING.hand_mail(&server, "help@shop.example", "zoe@x.example", mail).await {
            Ok(words) => words,
            Err(error) => error.to_string(),
        };
        assert!(words.chars().count() <= 400, "{} characters of a server's words are kept", words.len());
        assert!(!words.contains(char::is_control), "words of several lines: {words:?}");
    });
}

/// Serves the bytes once, to one connection.
fn with_server<F: Future<Output = ()>>(data: &[u8], work: impl FnOnce(MailServer) -> F) {
    let listener = LISTENER.with(|listener| listener.try_clone().unwrap());
    let server = MailServer {
        host: "127.0.0.1".into(),
        port: listener.local_addr().unwrap().port(),
        security: Security::None,
        login: None,
        trusted: true,
    };
    let said = data.to_vec();
    let talk = thread::spawn(move || {
        let Ok((mut peer, _)) = listener.accept() else { return };
        let _ = peer.write_all(&said);
        let _ = peer.shutdown(Shutdown::Write);
        let _ = peer.read_to_end(&mut Vec::new());
    });
    RUNTIME.with(|runtime| runtime.block_on(work(server)));
    talk.join().unwrap();
}
