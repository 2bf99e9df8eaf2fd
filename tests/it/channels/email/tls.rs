//! Connections to mail servers are secret, and only with a server that is who it says.

use std::io::Write;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use tempfile::NamedTempFile;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::super::sim::email::MailServers;
use super::super::sim::pipe::Secrecy;
use super::{PostOffice, mail, settings, texts};
use crate::channels::Office;
use crate::support::app::TestApp;
use crate::support::database::Database;
use crate::support::eventually;

/// A server's side of TLS with a certificate for this name that it signed itself, and the file that has the certificate.
fn certificate(name: &str) -> (Arc<ServerConfig>, NamedTempFile) {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    let text = STANDARD.encode(made.cert.der());
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let mut file = NamedTempFile::new().unwrap();
    writeln!(file, "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----", lines.join("\n")).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    (Arc::new(config), file)
}

/// An office that believes the certificates of this file, with a mail channel at these servers.
async fn office(servers: MailServers, security: &str, ca_file: &str) -> PostOffice {
    let allow = vec![servers.smtp.to_string(), servers.imap.to_string()];
    let app = TestApp::start(Database::sqlite(), |config| {
        config.outgoing.allow = allow;
        config.outgoing.ca_file = ca_file.to_owned();
        config.limits.enabled = false;
    })
    .await;
    let office = Office::of(app).await;
    let (mut platform, secrets) = settings(&servers, true);
    platform["smtp_security"] = json!(security);
    platform["imap_security"] = json!(security);
    let line = office.add("email", platform, secrets).await;
    PostOffice { office, servers, line }
}

async fn talks_both_ways(secrecy: Secrecy, security: &str, file: &NamedTempFile) {
    let servers = MailServers::start_with(secrecy).await.unwrap();
    let post = office(servers, security, file.path().to_str().unwrap()).await;
    post.servers.wait_for_reader(1).await;
    post.servers.deliver(&mail("c1", "Your order", "", "Where is it?"));
    let chat = post.office.conversations(1).await.remove(0);
    post.office.log(&chat, |log| !texts(log).is_empty()).await;
    post.servers.wait_for_seen(1).await;
    let seq = post.say(&chat, "On its way").await;
    post.office.delivered(&chat, seq, "sent").await;
    assert!(post.servers.received()[0].raw.contains("On its way"));
}

#[actix_web::test]
async fn a_server_that_begins_with_tls_is_talked_to() {
    let (config, file) = certificate("127.0.0.1");
    talks_both_ways(Secrecy::Tls(config), "tls", &file).await;
}

#[actix_web::test]
async fn a_server_that_changes_to_tls_is_talked_to() {
    let (config, file) = certificate("127.0.0.1");
    talks_both_ways(Secrecy::Starttls(config), "starttls", &file).await;
}

/// Nobody learns a password, and nothing is sent, where the certificate is of a stranger or for another name.
#[actix_web::test]
async fn a_server_that_nobody_knows_hears_nothing() {
    let (config, _) = certificate("127.0.0.1");
    let (_, stranger) = certificate("127.0.0.1");
    let (other_name, file) = certificate("mail.other.example");
    for (config, file) in [(config, stranger), (other_name, file)] {
        for (secrecy, security) in
            [(Secrecy::Tls(config.clone()), "tls"), (Secrecy::Starttls(config.clone()), "starttls")]
        {
            let servers = MailServers::start_with(secrecy).await.unwrap();
            let post = office(servers, security, file.path().to_str().unwrap()).await;
            let chat = post.chat().await;
            let seq = post.say(&chat, "Secret").await;
            let path = format!("/api/v1/conversations/{chat}/entries/{seq}/deliveries");
            let lines =
                async || post.office.owner.get(&path).await.good()["items"].as_array().unwrap().clone();
            let lines = eventually(lines, |lines| !lines.is_empty()).await;
            assert_eq!(
                (&lines[0]["state"], &lines[0]["outcome"]),
                (&json!("queued"), &json!("again")),
                "{lines:?}"
            );
            assert!(post.servers.received().is_empty());
            assert_eq!(post.servers.log_ins(), 0);
        }
    }
}
