//! Why a value that somebody typed in is refused, and the rules that several nouns share.

/// A value that breaks a rule. Shown to the person who sent it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {why}")]
pub struct Invalid {
    /// The field as the API names it.
    pub field: &'static str,
    /// What is wrong, to be read after the field's name.
    pub why: String,
}

impl Invalid {
    /// This field, for this reason.
    pub fn new(field: &'static str, why: impl Into<String>) -> Self {
        Self { field, why: why.into() }
    }
}

/// Most characters of a name of a scope, channel, member or key.
pub const NAME_MAX: usize = 80;

/// A name: 1 to [`NAME_MAX`] characters on one line, not only blanks.
///
/// # Errors
/// [`Invalid`] names the field.
pub fn check_name(field: &'static str, name: &str) -> Result<(), Invalid> {
    if name.trim().is_empty() {
        return Err(Invalid::new(field, "is empty"));
    }
    if name.chars().any(char::is_control) {
        return Err(Invalid::new(field, "has a control character"));
    }
    check_length(field, name, NAME_MAX)
}

/// A text of at most `most` characters without NUL, which PostgreSQL stores not.
///
/// # Errors
/// [`Invalid`] names the field.
pub fn check_length(field: &'static str, text: &str, most: usize) -> Result<(), Invalid> {
    if text.contains('\0') {
        return Err(Invalid::new(field, "has a NUL character"));
    }
    if text.chars().count() > most {
        return Err(Invalid::new(field, format!("is longer than {most} characters")));
    }
    Ok(())
}

/// A number of milliseconds from `least` to `most`.
///
/// # Errors
/// [`Invalid`] names the field.
pub fn check_millis(
    field: &'static str,
    value: super::Millis,
    least: super::Millis,
    most: super::Millis,
) -> Result<(), Invalid> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(Invalid::new(field, format!("is not between {least} and {most} milliseconds")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_to_eighty_characters_on_one_line() {
        assert!(check_name("name", &"ü".repeat(NAME_MAX)).is_ok());
        for bad in ["", " \u{a0}", "a\nb", "a\0b", &"ü".repeat(NAME_MAX + 1)] {
            assert!(check_name("name", bad).is_err(), "{bad:?}");
        }
    }
}
