//! The product's REST interface, as far as setting it up needs it.

use std::net::SocketAddr;

use reqwest::header::{COOKIE, HeaderMap, HeaderValue, ORIGIN, SET_COOKIE};
use reqwest::{Client, Method};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::Fallible;

/// A member's logged-in session.
pub struct Rest {
    runtime: Runtime,
    client: Client,
    base: String,
    headers: HeaderMap,
}

impl Rest {
    /// Nobody yet.
    ///
    /// # Errors
    /// No HTTP client can be made.
    pub fn new(address: SocketAddr) -> Fallible<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let base = format!("http://{address}");
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, HeaderValue::from_str(&base)?);
        let client = Client::builder().no_proxy().build()?;
        Ok(Self { runtime, client, base, headers })
    }

    /// Uses a one-time link: sets name and password, and is that member from now on.
    ///
    /// # Errors
    /// The server refuses.
    pub fn accept(&mut self, token: &str, name: &str, email: &str) -> Fallible<Value> {
        let body = serde_json::json!({
            "token": token, "name": name, "email": email, "password": "correct horse battery staple",
        });
        let (answer, headers) = self.call(&Method::POST, "/api/v1/invitations/accept", &body)?;
        let cookie = headers.get(SET_COOKIE).ok_or("no cookie after the invitation")?.to_str()?;
        let cookie = cookie.split(';').next().unwrap_or_default();
        self.headers.insert(COOKIE, HeaderValue::from_str(cookie)?);
        let csrf = answer["csrf_token"].as_str().ok_or("no csrf_token after the invitation")?;
        self.headers.insert("x-csrf-token", HeaderValue::from_str(csrf)?);
        Ok(answer)
    }

    /// Reads.
    ///
    /// # Errors
    /// The server refuses.
    pub fn get(&self, path: &str) -> Fallible<Value> {
        Ok(self.call(&Method::GET, path, &Value::Null)?.0)
    }

    /// Makes or does something.
    ///
    /// # Errors
    /// The server refuses.
    pub fn post(&self, path: &str, body: &Value) -> Fallible<Value> {
        Ok(self.call(&Method::POST, path, body)?.0)
    }

    /// Replaces something.
    ///
    /// # Errors
    /// The server refuses.
    pub fn put(&self, path: &str, body: &Value) -> Fallible<Value> {
        Ok(self.call(&Method::PUT, path, body)?.0)
    }

    /// Changes something.
    ///
    /// # Errors
    /// The server refuses.
    pub fn patch(&self, path: &str, body: &Value) -> Fallible<Value> {
        Ok(self.call(&Method::PATCH, path, body)?.0)
    }

    fn call(&self, method: &Method, path: &str, body: &Value) -> Fallible<(Value, HeaderMap)> {
        self.runtime.block_on(async {
            let mut request = self.client.request(method.clone(), format!("{}{path}", self.base));
            request = request.headers(self.headers.clone());
            if !body.is_null() {
                request = request.header("content-type", "application/json").body(body.to_string());
            }
            let response = request.send().await?;
            let (status, headers) = (response.status(), response.headers().clone());
            let text = response.text().await?;
            if !status.is_success() {
                return Err(format!("{method} {path}: {status} {text}").into());
            }
            let value = if text.is_empty() { Value::Null } else { serde_json::from_str(&text)? };
            Ok((value, headers))
        })
    }
}
