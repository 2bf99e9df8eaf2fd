//! Tags: words that members put on conversations to find and count them by.

use super::invalid::{Invalid, check_length};

/// Most characters of a tag.
pub const TAG_MAX: usize = 40;
/// Most tags of one conversation.
pub const TAGS_MAX: usize = 20;

/// Lower-case letters, digits and hyphens, at least one.
///
/// # Errors
/// [`Invalid`] for `tag`.
pub fn check_tag(tag: &str) -> Result<(), Invalid> {
    let fits = |c: char| c == '-' || (c.is_alphanumeric() && !c.is_uppercase());
    if tag.is_empty() || !tag.chars().all(fits) {
        return Err(Invalid::new("tag", "is not made of lower-case letters, digits and hyphens"));
    }
    check_length("tag", tag, TAG_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_one_word_in_lower_case() {
        for good in ["vip", "damaged-item", "größe-42", "返品"] {
            assert_eq!(check_tag(good), Ok(()), "{good}");
        }
        for bad in ["", "two words", "VIP", "a,b", "a/b", "\0", &"x".repeat(TAG_MAX + 1)] {
            assert!(check_tag(bad).is_err(), "{bad:?}");
        }
    }
}
