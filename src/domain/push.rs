//! Being told by Web Push: what about, in which words, and by which browser.

use serde::{Deserialize, Serialize};

use super::Millis;
use super::conversation::Status;
use super::ids::{ConversationId, LoginId, MemberId, ScopeId};
use super::invalid::{Invalid, check_length};

/// Most browsers of one member; another one takes the place of the oldest.
pub const BROWSERS_MAX: i64 = 10;
/// Most characters of a push service's address.
pub const ENDPOINT_MAX: usize = 1_000;
/// Most characters of a title in [`Wording`].
pub const TITLE_MAX: usize = 100;
/// Most characters of what somebody wrote that leave the server in one message.
pub const BODY_MAX: usize = 80;

/// What a member is told about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A customer begins to wait for a person.
    Unassigned,
    /// A customer wrote in the member's chat.
    Mine,
    /// A chat of somebody else became the member's.
    Given,
    /// A note names the member.
    Mention,
    /// The member asked for a test.
    Test,
}

/// What a browser's reader wants to be told about; set in its notification settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wishes {
    /// [`Kind::Unassigned`].
    pub unassigned: bool,
    /// [`Kind::Mine`] and [`Kind::Given`].
    pub mine: bool,
    /// [`Kind::Mention`].
    pub mention: bool,
    /// Nothing before this time; 0 = do disturb.
    pub quiet_until: Millis,
}

impl Wishes {
    /// Is a message of this kind wanted now?
    pub fn want(&self, kind: Kind, now: Millis) -> bool {
        let is_quiet = self.quiet_until > now;
        match kind {
            Kind::Unassigned => self.unassigned && !is_quiet,
            Kind::Mine | Kind::Given => self.mine && !is_quiet,
            Kind::Mention => self.mention && !is_quiet,
            Kind::Test => true,
        }
    }
}

/// Titles in the reader's language, which only their browser knows. `{name}` stands for the customer or colleague.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    /// Of [`Kind::Unassigned`].
    pub unassigned: String,
    /// Of [`Kind::Mine`].
    pub mine: String,
    /// Of [`Kind::Given`].
    pub given: String,
    /// Of [`Kind::Mention`].
    pub mention: String,
    /// Of [`Kind::Test`].
    pub test: String,
}

impl Wording {
    /// The title of a message of this kind about this person.
    pub fn title(&self, kind: Kind, name: &str) -> String {
        let pattern = match kind {
            Kind::Unassigned => &self.unassigned,
            Kind::Mine => &self.mine,
            Kind::Given => &self.given,
            Kind::Mention => &self.mention,
            Kind::Test => &self.test,
        };
        pattern.replace("{name}", name)
    }

    /// # Errors
    /// [`Invalid`] names the title that is empty or too long.
    pub fn check(&self) -> Result<(), Invalid> {
        for (field, title) in [
            ("wording.unassigned", &self.unassigned),
            ("wording.mine", &self.mine),
            ("wording.given", &self.given),
            ("wording.mention", &self.mention),
            ("wording.test", &self.test),
        ] {
            if title.trim().is_empty() {
                return Err(Invalid::new(field, "is empty"));
            }
            check_length(field, title, TITLE_MAX)?;
        }
        Ok(())
    }
}

/// A browser that is told.
#[derive(Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The log-in it belongs to and ends with.
    pub login: LoginId,
    /// Whose.
    pub member: MemberId,
    /// Where the browser's push service takes messages for it. Whoever knows it can send: never log it.
    pub endpoint: String,
    /// The browser's public key, base64url.
    pub p256dh: String,
    /// The secret it shares with us, base64url.
    pub auth: String,
    /// What about.
    pub wishes: Wishes,
    /// In which words.
    pub wording: Wording,
    /// When it was made.
    pub created_at: Millis,
}

/// Something to tell, before it is known in which words and to which browsers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What it is about.
    pub kind: Kind,
    /// Where.
    pub scope: ScopeId,
    /// Which chat.
    pub conversation: ConversationId,
    /// Who is told.
    pub members: Vec<MemberId>,
    /// The customer, or the colleague who names somebody.
    pub name: String,
    /// What was written; shortened before it leaves.
    pub text: String,
}

/// Who owns a chat, how it stands, and when and by whom it was last written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Status.
    pub status: Status,
    /// Owner.
    pub owner: Option<MemberId>,
    /// Time of the last message.
    pub last_at: Millis,
    /// That message is the customer's.
    pub by_contact: bool,
}

/// What is worth telling about a chat that changed: the kind, and its owner unless it concerns everybody.
pub fn news(before: Option<Standing>, now: Standing) -> Option<(Kind, Option<MemberId>)> {
    if now.status == Status::Queued {
        let waited = before.is_some_and(|before| before.status == Status::Queued);
        return (!waited).then_some((Kind::Unassigned, None));
    }
    let owner = now.owner.filter(|_| now.status == Status::Assigned)?;
    let before = before?;
    // Who takes a chat that nobody has knows it.
    if before.owner? != owner {
        return Some((Kind::Given, Some(owner)));
    }
    (now.by_contact && now.last_at > before.last_at).then_some((Kind::Mine, Some(owner)))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn sam() -> MemberId {
        MemberId::from_uuid(Uuid::from_u128(1))
    }

    fn standing(status: Status, owner: Option<MemberId>) -> Standing {
        Standing { status, owner, last_at: 5, by_contact: false }
    }

    #[test]
    fn who_begins_to_wait_is_told_once() {
        let waits = standing(Status::Queued, None);
        let everybody = Some((Kind::Unassigned, None));
        assert_eq!(news(None, waits), everybody);
        assert_eq!(news(Some(standing(Status::Bot, None)), waits), everybody);
        assert_eq!(news(Some(standing(Status::Assigned, Some(sam()))), waits), everybody);
        assert_eq!(news(Some(waits), Standing { last_at: 9, by_contact: true, ..waits }), None);
    }

    #[test]
    fn owners_hear_of_the_customer_and_of_being_given() {
        let own = standing(Status::Assigned, Some(sam()));
        let wrote = Standing { last_at: 6, by_contact: true, ..own };
        assert_eq!(news(Some(own), wrote), Some((Kind::Mine, Some(sam()))));
        assert_eq!(news(Some(wrote), Standing { by_contact: true, ..wrote }), None);
        assert_eq!(news(Some(own), Standing { last_at: 6, ..own }), None);
        let other = standing(Status::Assigned, Some(MemberId::from_uuid(Uuid::from_u128(2))));
        assert_eq!(news(Some(other), own), Some((Kind::Given, Some(sam()))));
        assert_eq!(news(None, own), None);
        assert_eq!(news(Some(standing(Status::Queued, None)), own), None);
        assert_eq!(news(Some(own), standing(Status::Ended, None)), None);
    }

    #[test]
    fn wishes_and_do_not_disturb_are_obeyed() {
        let all = Wishes { unassigned: true, mine: true, mention: true, quiet_until: 0 };
        assert!([Kind::Unassigned, Kind::Mine, Kind::Given, Kind::Mention].iter().all(|k| all.want(*k, 10)));
        assert!(!Wishes { unassigned: false, ..all }.want(Kind::Unassigned, 10));
        assert!(!Wishes { mine: false, ..all }.want(Kind::Given, 10));
        assert!(!Wishes { mention: false, ..all }.want(Kind::Mention, 10));
        let quiet = Wishes { quiet_until: 11, ..all };
        assert!(!quiet.want(Kind::Mine, 10) && quiet.want(Kind::Mine, 11) && quiet.want(Kind::Test, 10));
    }

    #[test]
    fn titles_are_the_readers_own_words() {
        let wording = Wording {
            unassigned: "{name} wartet".into(),
            mine: "m".into(),
            given: "g".into(),
            mention: "n".into(),
            test: "t".into(),
        };
        assert_eq!(wording.title(Kind::Unassigned, "Zoë"), "Zoë wartet");
        assert_eq!(wording.check(), Ok(()));
        let long = Wording { test: "x".repeat(TITLE_MAX + 1), ..wording.clone() };
        assert_eq!(long.check().unwrap_err().field, "wording.test");
        assert_eq!(Wording { mine: " ".into(), ..wording }.check().unwrap_err().field, "wording.mine");
    }
}
