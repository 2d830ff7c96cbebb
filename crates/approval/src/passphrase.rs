//! Whether a passphrase would hold.

use zxcvbn::zxcvbn;

use crate::ApprovalError;

/// At a third of a second a guess, which is what opening a sealed key costs, this many take one
/// core about a century.
const ENOUGH_GUESSES: u64 = 10_000_000_000;

/// Refuses a passphrase that could be guessed by someone who has the key file.
///
/// # Errors
///
/// It is too weak; the error says what would make it stronger.
pub fn check_passphrase(passphrase: &str, reviewer: &str) -> Result<(), ApprovalError> {
    let estimate = zxcvbn(passphrase, &[reviewer, "countersign"]);
    if estimate.guesses() >= ENOUGH_GUESSES {
        return Ok(());
    }
    let mut advice: Vec<String> = Vec::new();
    if let Some(feedback) = estimate.feedback() {
        advice.extend(feedback.warning().map(|warning| warning.to_string()));
        advice.extend(feedback.suggestions().iter().map(ToString::to_string));
    }
    if advice.is_empty() {
        advice.push("Add another uncommon word or two.".to_owned());
    }
    Err(ApprovalError::WeakPassphrase { advice: advice.join(" ") })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn check(passphrase: &str) -> String {
        check_passphrase(passphrase, "first").map_or_else(|error| error.to_string(), |()| "fine".into())
    }

    #[test]
    fn takes_a_few_uncommon_words() {
        assert_snapshot!(check("walnut orbit seventeen lantern"), @"fine");
    }

    #[test]
    fn refuses_what_comes_to_mind_first() {
        assert_snapshot!(check(""), @"the passphrase is too weak: Use a few words, avoid common phrases. No need for symbols, digits, or uppercase letters.");
        assert_snapshot!(check("password1"), @"the passphrase is too weak: This is a very common password. Add another word or two. Uncommon words are better.");
        assert_snapshot!(check("first-countersign"), @"the passphrase is too weak: Add another uncommon word or two.");
        assert_snapshot!(check("qwertyuiop"), @"the passphrase is too weak: This is a top-100 common password. Add another word or two. Uncommon words are better.");
        assert_snapshot!(check("velvet9"), @"the passphrase is too weak: This is similar to a commonly used password. Add another word or two. Uncommon words are better.");
    }
}
