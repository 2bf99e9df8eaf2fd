//! What is old goes by itself: customers whose last chat ended longer ago than their scope keeps it are erased, as by hand.

use serde_json::json;

use super::edge::Edge;
use super::files;
use crate::actors::error::CallError;
use crate::domain::ids::ScopeId;
use crate::store::audit::{AuditActor, AuditRow};
use crate::store::{retention, scopes};

/// Customers erased before the store is asked for more.
const AT_ONCE: i64 = 100;

/// Erases them in every scope that wants it. Answers how many; what cannot be done now is left for the next time.
pub async fn sweep(edge: &Edge) -> usize {
    let mut count = 0;
    let all = match edge.store.read(scopes::list).await {
        Ok(all) => all,
        Err(error) => {
            log::warn!("old chats not swept error=\"{error}\"");
            return 0;
        }
    };
    for scope in all.iter().filter(|scope| scope.settings.keep_for > 0) {
        let before = edge.sources.now().saturating_sub(scope.settings.keep_for);
        if let Err(error) = sweep_scope(edge, scope.id, before, &mut count).await {
            log::warn!("old chats not swept scope={} error=\"{error}\"", scope.id);
        }
    }
    if count > 0 {
        files::sweep(edge).await;
    }
    count
}

async fn sweep_scope(edge: &Edge, scope: ScopeId, before: i64, count: &mut usize) -> Result<(), CallError> {
    loop {
        let found = edge.store.read(move |c| retention::outdated(c, scope, before, AT_ONCE)).await?;
        if found.is_empty() {
            return Ok(());
        }
        for contact in found {
            let line = AuditRow {
                id: edge.sources.id(),
                scope: Some(scope),
                at: edge.sources.now(),
                actor: AuditActor { kind: "system".into(), id: None, name: String::new() },
                action: "contact_erased".into(),
                object: contact.to_string(),
                address: None,
                details: json!({"reason": "age"}),
            };
            edge.directory.erase_contact(scope, contact, line).await?;
            *count += 1;
        }
    }
}
