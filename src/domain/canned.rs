//! Canned replies: prepared answers that members insert by their shortcut.

use super::Millis;
use super::ids::{CannedReplyId, MemberId, ScopeId};
use super::invalid::{Invalid, check_length, check_name};

/// Most characters of a shortcut.
pub const SHORTCUT_MAX: usize = 40;
/// Most characters of a reply's text.
pub const REPLY_MAX: usize = 4_000;
/// Most replies that a scope shares, and most that one member has there for themselves.
pub const SHARED_MAX: usize = 500;
/// See [`SHARED_MAX`].
pub const PERSONAL_MAX: usize = 200;

/// A prepared answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CannedReply {
    /// Id.
    pub id: CannedReplyId,
    /// Where it can be used.
    pub scope: ScopeId,
    /// Whose it is; none when the whole scope shares it.
    pub owner: Option<MemberId>,
    /// What is typed after `/`; once in the scope, and once for each owner.
    pub shortcut: String,
    /// What it is about.
    pub title: String,
    /// What is inserted. The dashboard replaces `{customer}`, `{agent}` and `{scope}` by names.
    pub text: String,
    /// When it was made.
    pub created_at: Millis,
}

impl CannedReply {
    /// Lower-case letters, digits and hyphens as shortcut, a title, and a text that is not blank.
    ///
    /// # Errors
    /// [`Invalid`] names the field.
    pub fn check(&self) -> Result<(), Invalid> {
        let fits = |c: char| c == '-' || (c.is_alphanumeric() && !c.is_uppercase());
        if self.shortcut.is_empty() || !self.shortcut.chars().all(fits) {
            return Err(Invalid::new("shortcut", "is not made of lower-case letters, digits and hyphens"));
        }
        check_length("shortcut", &self.shortcut, SHORTCUT_MAX)?;
        check_name("title", &self.title)?;
        if self.text.trim().is_empty() {
            return Err(Invalid::new("text", "is empty"));
        }
        check_length("text", &self.text, REPLY_MAX)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn shortcut_title_and_text_are_checked() {
        let good = CannedReply {
            id: CannedReplyId::from_uuid(Uuid::from_u128(1)),
            scope: ScopeId::from_uuid(Uuid::from_u128(2)),
            owner: None,
            shortcut: "rückgabe-30".into(),
            title: "Returns".into(),
            text: "Within 30 days, {customer}.".into(),
            created_at: 0,
        };
        assert_eq!(good.check(), Ok(()));
        for bad in ["", "two words", "Upper", "a/b", "a_b", &"x".repeat(SHORTCUT_MAX + 1)] {
            let reply = CannedReply { shortcut: bad.into(), ..good.clone() };
            assert_eq!(reply.check().unwrap_err().field, "shortcut", "{bad:?}");
        }
        for bad in [" \n", &"x".repeat(REPLY_MAX + 1), "a\0b"] {
            let reply = CannedReply { text: bad.into(), ..good.clone() };
            assert_eq!(reply.check().unwrap_err().field, "text", "{bad:?}");
        }
        assert_eq!(CannedReply { title: " ".into(), ..good }.check().unwrap_err().field, "title");
    }
}
