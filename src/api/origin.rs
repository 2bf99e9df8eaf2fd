//! Which pages are our own? Decided by exact comparison of the `Origin` header: scheme, host and port.

use std::net::SocketAddr;

use actix_web::HttpRequest;
use actix_web::http::header::ORIGIN;

use super::ApiError;
use crate::config::Config;
use crate::protocol::code::Code;

/// The origins our own pages are served from.
#[derive(Debug, Clone)]
pub struct OwnOrigins(Vec<String>);

impl OwnOrigins {
    /// The public address if one is configured; else the address we listen on, by number and as `localhost`.
    pub fn new(config: &Config, bound: SocketAddr) -> Self {
        if let Some(public) = config.public() {
            return Self(vec![public.origin().ascii_serialization()]);
        }
        let port = bound.port();
        let mut origins = vec![format!("http://{}", shown(bound))];
        for host in ["localhost", "127.0.0.1", "[::1]"] {
            let origin = if port == 80 { format!("http://{host}") } else { format!("http://{host}:{port}") };
            if !origins.contains(&origin) {
                origins.push(origin);
            }
        }
        Self(origins)
    }

    /// The one to put into links; without a slash at its end.
    pub fn main(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// All of them.
    pub fn all(&self) -> &[String] {
        &self.0
    }

    /// Does the request come from a page of ours? A missing or repeated header is a no.
    ///
    /// # Errors
    /// `origin_denied`.
    pub fn check(&self, request: &HttpRequest) -> Result<(), ApiError> {
        let mut given = request.headers().get_all(ORIGIN);
        let first = given.next().and_then(|value| value.to_str().ok());
        if given.next().is_none() && first.is_some_and(|origin| self.0.iter().any(|own| own == origin)) {
            return Ok(());
        }
        Err(ApiError::Plain(Code::OriginDenied, "this page may not do this".into()))
    }

    /// As [`Self::check`], but programs, which send no such header, may pass.
    ///
    /// # Errors
    /// `origin_denied`.
    pub fn check_if_given(&self, request: &HttpRequest) -> Result<(), ApiError> {
        if request.headers().contains_key(ORIGIN) { self.check(request) } else { Ok(()) }
    }
}

/// An address people can open: "every address" is shown as this machine.
fn shown(bound: SocketAddr) -> SocketAddr {
    let mut shown = bound;
    if bound.ip().is_unspecified() {
        shown.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    shown
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn own(public: &str) -> OwnOrigins {
        let mut config = Config::defaults().unwrap();
        config.public_url = public.to_owned();
        OwnOrigins::new(&config, "127.0.0.1:8080".parse().unwrap())
    }

    #[test]
    fn only_the_exact_origin_is_ours() {
        let own = own("https://chat.example.com");
        let check = |origins: &[&str]| {
            let request = origins.iter().fold(TestRequest::get(), |r, o| r.append_header((ORIGIN, *o)));
            own.check(&request.to_http_request()).is_ok()
        };
        assert!(check(&["https://chat.example.com"]));
        for bad in [
            "http://chat.example.com",
            "https://chat.example.com:8443",
            "https://chat.example.com:443",
            "https://chat.example.com.evil.example",
            "https://evil-chat.example.com",
            "https://evilchat.example.com",
            "https://chat.example.com@evil.example",
            "https://chat.example.com/",
            "https://CHAT.example.com",
            "https://example.com",
            "chat.example.com",
            "null",
            "",
        ] {
            assert!(!check(&[bad]), "{bad}");
        }
        assert!(!check(&[]));
        assert!(!check(&["https://chat.example.com", "https://chat.example.com"]));
        assert!(!check(&["https://chat.example.com", "https://evil.example"]));
    }

    #[test]
    fn without_a_public_address_this_machine_is_ours() {
        let own = own("");
        assert_eq!(own.main(), "http://127.0.0.1:8080");
        assert!(own.all().contains(&"http://localhost:8080".to_owned()));
        assert!(own.check_if_given(&TestRequest::get().to_http_request()).is_ok());
    }
}
