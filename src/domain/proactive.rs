//! What a widget says by itself to visitors who have not written yet.

use serde::{Deserialize, Serialize};

use super::invalid::{Invalid, check_length};

/// Most rules of one widget.
pub const RULES_MAX: usize = 10;
/// Most characters of the words and of the address of a rule.
pub const RULE_TEXT_MAX: usize = 300;
/// Longest wait of a rule, in seconds.
pub const RULE_SECONDS_MAX: u32 = 3_600;

/// One rule: on these pages, after this time, say this. A visitor sees each rule once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProactiveRule {
    /// What is said; 1 to [`RULE_TEXT_MAX`] characters.
    pub text: String,
    /// Seconds on the page before it is said, at most [`RULE_SECONDS_MAX`].
    #[serde(default)]
    pub after_seconds: u32,
    /// The page's whole address, without what follows `#`; `*` stands for any text. Empty: every page.
    #[serde(default)]
    pub url: String,
}

/// Are these rules sound?
///
/// # Errors
/// [`Invalid`] names the rules and says which one.
pub fn check(rules: &[ProactiveRule]) -> Result<(), Invalid> {
    const FIELD: &str = "proactive";
    if rules.len() > RULES_MAX {
        return Err(Invalid::new(FIELD, format!("has more than {RULES_MAX} rules")));
    }
    for (at, rule) in rules.iter().enumerate() {
        if rule.text.trim().is_empty() {
            return Err(Invalid::new(FIELD, format!("[{at}].text is empty")));
        }
        check_length(FIELD, &rule.text, RULE_TEXT_MAX)?;
        check_length(FIELD, &rule.url, RULE_TEXT_MAX)?;
        if rule.after_seconds > RULE_SECONDS_MAX {
            return Err(Invalid::new(FIELD, format!("[{at}].after_seconds is above {RULE_SECONDS_MAX}")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_checked_one_by_one() {
        let good = ProactiveRule { text: "Hi".into(), after_seconds: RULE_SECONDS_MAX, url: "*/cart".into() };
        assert_eq!(check(&vec![good.clone(); RULES_MAX]), Ok(()));
        assert!(check(&vec![good.clone(); RULES_MAX + 1]).is_err());
        for bad in [
            ProactiveRule { text: " \n".into(), ..good.clone() },
            ProactiveRule { text: "x".repeat(RULE_TEXT_MAX + 1), ..good.clone() },
            ProactiveRule { url: "x".repeat(RULE_TEXT_MAX + 1), ..good.clone() },
            ProactiveRule { after_seconds: RULE_SECONDS_MAX + 1, ..good.clone() },
        ] {
            assert_eq!(check(&[good.clone(), bad]).unwrap_err().field, "proactive");
        }
    }
}
