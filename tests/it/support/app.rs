//! The real server on a free port, and people who talk to it over HTTP.

use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderMap, ORIGIN, SET_COOKIE};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use switchboard::actors::scope_supervisor::ScopeRules;
use switchboard::app::{self, Running};
use switchboard::config::Config;
use switchboard::domain::ids::ScopeId;
use switchboard::domain::member::{Actor, Role};
use switchboard::sources::Sources;
use switchboard::store::{channels, scopes};

use super::chat::Chat;
use super::database::Database;
use super::eventually;
use super::folder::Folder;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse";

/// The real server with a database of its own. It ends with this value.
pub struct TestApp {
    /// The server.
    pub running: Running,
    /// `http://127.0.0.1:port`.
    pub base: String,
    // Go away after the server.
    _database: Database,
    /// Its data folder.
    pub folder: Folder,
}

impl TestApp {
    /// Waits until the scope's conversations know what was set.
    pub async fn until_known(&self, scope: ScopeId, is_so: impl Fn(&ScopeRules) -> bool) {
        let rules = async || self.running.edge.directory.look(scope).await.unwrap().rules.unwrap();
        eventually(rules, |rules| is_so(rules)).await;
    }

    /// On an empty SQLite database, without the demo.
    pub async fn sqlite() -> Self {
        Self::start(Database::sqlite(), |_| {}).await
    }

    /// On this database, with a changed configuration.
    pub async fn start(database: Database, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::defaults().unwrap();
        config.listen = "127.0.0.1:0".parse().unwrap();
        config.database_url.0.clone_from(&database.url);
        config.demo = false;
        let folder = Folder::new();
        config.data_dir = folder.path().to_owned();
        config.workers = 1;
        config.timers.drain_ms = 1_000;
        change(&mut config);
        let running = app::start(config, Sources::default()).await.unwrap();
        let base = format!("http://127.0.0.1:{}", running.address.port());
        Self { running, base, _database: database, folder }
    }

    /// Somebody without any credentials.
    pub fn stranger(&self) -> Person {
        stranger(&self.base)
    }

    /// The token of the set-up link.
    pub fn setup_token(&self) -> String {
        token_of(self.running.setup_link.as_deref().unwrap())
    }

    /// The owner, after the set-up.
    pub async fn owner(&self) -> Person {
        let body = json!({
            "token": self.setup_token(),
            "name": "Olga Owner",
            "email": "olga@shop.example",
            "password": PASSWORD,
        });
        self.stranger().accept(body).await
    }

    /// A new member, invited by `by`.
    pub async fn invited(&self, by: &Person, scope: &str, role: &str, name: &str) -> Person {
        by.invites(scope, role, name).await
    }

    /// A scope of the server for seeding conversations; the agent is this person.
    pub async fn chat(&self, scope: &str, agent: &Person) -> Chat {
        let id: ScopeId = scope.parse().unwrap();
        let store = self.running.edge.store.clone();
        let (scope, channel) =
            store.read(move |c| Ok((scopes::by_id(c, id)?, channels::list(c, id)?.remove(0)))).await.unwrap();
        let agent = Actor { id: agent.id.parse().unwrap(), name: "Sam Ortega".into(), role: Role::Agent };
        Chat { store, sources: self.running.edge.sources.clone(), scope, channel, agent }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.running.stop();
    }
}

/// Somebody without any credentials at this server.
pub fn stranger(base: &str) -> Person {
    let http =
        reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    Person {
        http,
        base: base.to_owned(),
        email: String::new(),
        id: String::new(),
        cookie: String::new(),
        csrf: String::new(),
        key: String::new(),
    }
}

/// The token behind the `#` of a one-time link.
pub fn token_of(link: &str) -> String {
    link.split_once("/setup#").unwrap().1.to_owned()
}

/// Somebody with an HTTP client, and what they got from the server.
#[derive(Clone)]
pub struct Person {
    http: reqwest::Client,
    /// Where the server is.
    pub base: String,
    /// Log-in name.
    pub email: String,
    /// Member id.
    pub id: String,
    /// `name=value`.
    pub cookie: String,
    /// The session's CSRF token.
    pub csrf: String,
    /// An API key, used instead of the cookie when not empty.
    pub key: String,
}

impl Person {
    /// A request as a page of ours, or a program with a key, sends it.
    pub fn request(&self, method: &Method, path: &str) -> RequestBuilder {
        let mut request = self.bare(method, path);
        if !self.key.is_empty() {
            return request.bearer_auth(&self.key);
        }
        if !self.cookie.is_empty() {
            request = request.header(COOKIE, &self.cookie).header("X-CSRF-Token", &self.csrf);
        }
        request.header(ORIGIN, &self.base)
    }

    /// A request with nothing but method and path.
    pub fn bare(&self, method: &Method, path: &str) -> RequestBuilder {
        self.http.request(method.clone(), format!("{}{path}", self.base))
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::to(self.request(&Method::GET, path)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::to(self.request(&Method::DELETE, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(&Method::POST, path, &body).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(&Method::PATCH, path, &body).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(&Method::PUT, path, &body).await
    }

    /// A request with a JSON body.
    pub async fn send(&self, method: &Method, path: &str, body: &Value) -> Answer {
        Answer::to(with_json(self.request(method, path), body)).await
    }

    /// Accepts a one-time link.
    pub async fn accept(self, body: Value) -> Self {
        let answer = self.post("/api/v1/invitations/accept", body).await;
        self.logged_in(answer)
    }

    /// Logs in anew, as another browser would.
    pub async fn another_login(&self) -> Self {
        let nobody = Self { cookie: String::new(), csrf: String::new(), ..self.clone() };
        let answer = nobody.log_in(&self.email, PASSWORD).await;
        nobody.logged_in(answer)
    }

    /// Tries to log in.
    pub async fn log_in(&self, email: &str, password: &str) -> Answer {
        self.post("/api/v1/session", json!({"email": email, "password": password})).await
    }

    /// The same person after this answer to a log-in.
    pub fn logged_in(self, answer: Answer) -> Self {
        let cookie = answer.cookie().unwrap();
        let body = answer.good();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Self {
            cookie,
            csrf: text(&body["csrf_token"]),
            email: text(&body["member"]["email"]),
            id: text(&body["member"]["id"]),
            ..self
        }
    }

    /// A new member, invited by this one.
    pub async fn invites(&self, scope: &str, role: &str, name: &str) -> Self {
        let email = format!("{}@shop.example", name.to_lowercase().replace(' ', "."));
        let body = json!({"email": email, "name": name, "role": role});
        let answer = self.post(&format!("/api/v1/scopes/{scope}/members"), body).await.good();
        let token = token_of(answer["link"].as_str().unwrap());
        stranger(&self.base).accept(json!({"token": token, "name": name, "password": PASSWORD})).await
    }

    /// The same person at the same server, started anew on another port.
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// The first of their scopes.
    pub async fn scope(&self) -> String {
        let scopes = self.get("/api/v1/scopes").await.good();
        scopes["items"][0]["id"].as_str().unwrap().to_owned()
    }

    /// Lets every page use the channel of their first scope; answers its key.
    pub async fn channel_open_to_all(&self) -> String {
        let channels = format!("/api/v1/scopes/{}/channels", self.scope().await);
        let channel = self.get(&channels).await.good()["items"][0].clone();
        let path = format!("{channels}/{}", channel["id"].as_str().unwrap());
        self.patch(&path, json!({"settings": {"allowed_origins": ["*"]}})).await.good();
        channel["public_key"].as_str().unwrap().to_owned()
    }

    /// The same person acting through a new API key.
    pub async fn with_key(&self, scope: &str, role: &str) -> Self {
        let body = json!({"name": "robot", "role": role});
        let answer = self.post(&format!("/api/v1/scopes/{scope}/keys"), body).await.good();
        self.holding(answer["key"].as_str().unwrap())
    }

    /// The same person acting through this API key.
    pub fn holding(&self, key: &str) -> Self {
        Self { key: key.to_owned(), ..self.clone() }
    }
}

/// Adds a JSON body.
pub fn with_json(request: RequestBuilder, body: &Value) -> RequestBuilder {
    request.header(CONTENT_TYPE, "application/json").body(body.to_string())
}

/// What the server said.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub async fn to(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, text: response.text().await.unwrap() }
    }

    /// The body as JSON; null when there is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// The body of a success.
    pub fn good(&self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        self.json()
    }

    /// The code of an error whose body and status are as documented.
    pub fn code(&self) -> String {
        let body = self.json();
        assert!(self.status.is_client_error() || self.status.is_server_error(), "{} {body}", self.status);
        assert!(!body["message"].as_str().unwrap_or_default().is_empty(), "{} {}", self.status, self.text);
        let known = ["code", "message", "details", "request_id"];
        assert!(body.as_object().unwrap().keys().all(|key| known.contains(&key.as_str())), "{body}");
        assert_eq!(body["request_id"], self.header("x-request-id"), "{body}");
        body["code"].as_str().unwrap().to_owned()
    }

    /// What an error says but for the name of the request.
    pub fn told(&self) -> Value {
        let mut body = self.json();
        body.as_object_mut().and_then(|fields| fields.remove("request_id"));
        body
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// `name=value` of the cookie it sets.
    pub fn cookie(&self) -> Option<String> {
        let text = self.headers.get(SET_COOKIE)?.to_str().unwrap();
        Some(text.split(';').next().unwrap().to_owned())
    }
}
