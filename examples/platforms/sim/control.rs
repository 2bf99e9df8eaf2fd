//! The fakes' own addresses, for programs that are no Rust: below `/_sim/`.
//!
//! | request | does |
//! | --- | --- |
//! | `POST /_sim/say` `{platform,hook,secret,id,customer,text}` | sends the hook what a customer says; answers `{status,body}` of the hook |
//! | `POST /_sim/fail` `{status,body}` | the next call is answered so |
//! | `POST /_sim/expect` `{secret}` | calls of the generic platform are to be signed with it |
//! | `GET /_sim/calls` | `{taken,refused}`: `[{status,path,body}]`, oldest first |

use serde::Deserialize;
use serde_json::{Value, json};

use super::talk::{self, Writing};
use super::{Fault, State, Taken};

#[derive(Deserialize)]
struct Say {
    platform: String,
    hook: String,
    #[serde(default)]
    secret: String,
    id: u64,
    customer: u64,
    text: String,
}

/// What is said to the hook of a `say`; none for another request, or when it makes no sense.
pub fn saying(call: &Taken) -> Option<(String, talk::Request)> {
    if call.path != "/_sim/say" {
        return None;
    }
    let say: Say = serde_json::from_slice(&call.body).ok()?;
    let Say { platform, hook, secret, id, customer, text } = &say;
    let text = Writing { hook, secret, id: *id, customer: *customer, text };
    Some((hook.clone(), talk::say(platform, &text)?))
}

/// Sends it; answers the hook's status and body, 0 when there is no answer.
pub async fn send(hook: &str, request: talk::Request) -> Value {
    let Ok(http) = reqwest::Client::builder().no_proxy().build() else { return Value::Null };
    match request.by(&http, hook).send().await {
        Err(error) => json!({"status": 0, "body": error.to_string()}),
        Ok(answer) => {
            let status = answer.status().as_u16();
            json!({"status": status, "body": answer.text().await.unwrap_or_default()})
        }
    }
}

/// Answers every other request of control; none when there is no such address.
pub(super) fn answer(state: &mut State, call: &Taken) -> Option<Value> {
    let body = call.json();
    match call.path.as_str() {
        "/_sim/calls" => {
            let all = |calls: &[Taken]| -> Vec<Value> { calls.iter().map(shown).collect() };
            Some(json!({"taken": all(&state.taken), "refused": all(&state.refused)}))
        }
        "/_sim/fail" => {
            let status = u16::try_from(body["status"].as_u64()?).ok()?;
            let text = body["body"].as_str().unwrap_or("{}").to_owned();
            state.faults.push_back(Fault::Told(status, text));
            Some(json!({}))
        }
        "/_sim/expect" => {
            state.webhook.expect(body["secret"].as_str()?);
            Some(json!({}))
        }
        _ => None,
    }
}

fn shown(call: &Taken) -> Value {
    json!({"status": call.status, "path": call.path, "body": String::from_utf8_lossy(&call.body)})
}
