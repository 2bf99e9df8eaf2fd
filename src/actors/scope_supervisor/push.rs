//! What of a scope's news goes to members who look at no dashboard, and to whom.

use super::ScopeSupervisor;
use crate::domain::conversation::Side;
use crate::domain::ids::MemberId;
use crate::domain::push::{Notice, Standing, news};
use crate::protocol::view::Row;

impl ScopeSupervisor {
    /// Does this member belong to the scope, and look at no dashboard without having said that they are away?
    pub(super) fn may_be_pushed_to(&self, member: MemberId) -> bool {
        !self.undisturbed.contains(&member)
            && self.rules.as_ref().is_some_and(|rules| rules.members.contains_key(&member))
    }

    /// What is to be pushed about a chat that changed, if anything.
    pub(super) fn news(&self, before: Option<&Row>, row: &Row) -> Option<Notice> {
        if !self.shared.push.reaches_anybody() || before.is_some_and(|before| before.version >= row.version) {
            return None;
        }
        let (kind, owner) = news(before.map(standing), standing(row))?;
        let members: Vec<MemberId> = match (owner, self.rules.as_ref()) {
            (Some(owner), _) => vec![owner],
            (None, Some(rules)) => rules.members.keys().copied().collect(),
            (None, None) => Vec::new(),
        };
        let members = members.into_iter().filter(|member| self.may_be_pushed_to(*member)).collect();
        let text = row.preview.as_ref().map_or_else(|| row.first_text.clone(), |last| last.text.clone());
        let (scope, conversation, name) = (self.id, row.id, row.contact.name.clone());
        Some(Notice { kind, scope, conversation, members, name, text })
    }
}

fn standing(row: &Row) -> Standing {
    Standing {
        status: row.status,
        owner: row.assignee.as_ref().map(|assignee| assignee.id),
        last_at: row.last_at,
        by_contact: row.preview.as_ref().is_some_and(|preview| preview.by == Side::Contact),
    }
}
