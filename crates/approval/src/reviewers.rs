//! Who may countersign: the chain of reviewers of one log.

use std::collections::BTreeMap;

use countersign_model::{LogId, ReviewerName, Timestamp};

use crate::{ApprovalError, Enrollment, Fingerprint, PublicKey, Retirement, Signed, Statement};

/// Longest name of a reviewer or a group, in characters.
const LONGEST_NAME: usize = 64;

/// A person with an enrolled key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewer {
    /// What people know them by.
    pub name: ReviewerName,
    /// Their key.
    pub key: PublicKey,
    /// The groups they stand for.
    pub groups: Vec<String>,
    /// When they were enrolled, by the signer's clock.
    pub enrolled: Timestamp,
    /// Since when they are one no longer, by the signer's clock.
    pub retired: Option<Timestamp>,
}

/// The reviewers of one log. A fold: feed it every enrollment and retirement in log order.
#[derive(Clone, Debug)]
pub struct Reviewers {
    root: Fingerprint,
    log: LogId,
    members: BTreeMap<Fingerprint, Reviewer>,
}

impl Reviewers {
    /// Nobody yet. Only the key with the fingerprint `root`, which the caller knows from elsewhere
    /// than the log, can be the first.
    pub const fn new(root: Fingerprint, log: LogId) -> Self {
        Self { root, log, members: BTreeMap::new() }
    }

    /// Takes a reviewer in.
    ///
    /// # Errors
    ///
    /// The signer may not, the signature or the log is wrong, or the name or key cannot be used.
    /// Nothing has changed then.
    pub fn enroll(&mut self, signed: &Signed<Enrollment>) -> Result<&Reviewer, ApprovalError> {
        let enrollment = &signed.statement;
        let refused = |why: &str| ApprovalError::Refused {
            doing: "enroll",
            name: enrollment.name.as_str().escape_debug().to_string(),
            why: why.to_owned(),
        };
        let fingerprint = enrollment.key.fingerprint();
        if self.members.is_empty() {
            if fingerprint != self.root {
                return Err(refused("the first reviewer must be the root this installation names"));
            }
            signed.verify(&enrollment.key)?;
            self.same_log(enrollment)?;
        } else {
            self.verify(signed)?;
        }
        if !is_name(enrollment.name.as_str()) || !enrollment.groups.iter().all(|group| is_name(group)) {
            return Err(refused("names are 1 to 64 letters, digits, spaces or any of `-_.@`"));
        }
        if self.members.values().any(|reviewer| reviewer.name == enrollment.name) {
            return Err(refused("the name is or was another reviewer's"));
        }
        if self.members.contains_key(&fingerprint) {
            return Err(refused("the key is or was another reviewer's"));
        }
        Ok(self.members.entry(fingerprint).or_insert_with(|| Reviewer {
            name: enrollment.name.clone(),
            key: enrollment.key.clone(),
            groups: enrollment.groups.clone(),
            enrolled: enrollment.at,
            retired: None,
        }))
    }

    /// Retires a reviewer.
    ///
    /// # Errors
    ///
    /// The signer may not, the signature or the log is wrong, or there is no such reviewer.
    /// Nothing has changed then.
    pub fn retire(&mut self, signed: &Signed<Retirement>) -> Result<&Reviewer, ApprovalError> {
        self.verify(signed)?;
        let retirement = &signed.statement;
        if signed.key == retirement.key {
            return Err(ApprovalError::Refused {
                doing: "retire",
                name: retirement.key.to_string(),
                why: "another reviewer has to sign it".to_owned(),
            });
        }
        match self.members.get_mut(&retirement.key) {
            Some(reviewer) if reviewer.retired.is_none() => {
                reviewer.retired = Some(retirement.at);
                Ok(reviewer)
            }
            Some(_) | None => Err(ApprovalError::NotAReviewer(retirement.key)),
        }
    }

    /// The reviewer in force with this key.
    pub fn find(&self, key: Fingerprint) -> Option<&Reviewer> {
        self.members.get(&key).filter(|reviewer| reviewer.retired.is_none())
    }

    /// Everyone who is or was one, in the order of their fingerprints.
    pub fn all(&self) -> impl Iterator<Item = &Reviewer> {
        self.members.values()
    }

    /// Whether nobody was ever enrolled, so that nobody can approve anything.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The reviewer in force who signed this statement for this log.
    ///
    /// # Errors
    ///
    /// There is none: the key is unknown or retired, or the signature or the log is wrong.
    pub fn verify<T: Statement>(&self, signed: &Signed<T>) -> Result<&Reviewer, ApprovalError> {
        let reviewer = self.find(signed.key).ok_or(ApprovalError::NotAReviewer(signed.key))?;
        self.same_log(signed.verify(&reviewer.key)?)?;
        Ok(reviewer)
    }

    fn same_log<T: Statement>(&self, statement: &T) -> Result<(), ApprovalError> {
        let log = &statement.after().log;
        if *log == self.log {
            Ok(())
        } else {
            Err(ApprovalError::OtherLog { kind: T::KIND, log: log.clone() })
        }
    }
}

/// Names reach terminals and pages: nothing in them may hide, move or imitate other text.
fn is_name(text: &str) -> bool {
    let length = text.chars().count();
    let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '@');
    (1..=LONGEST_NAME).contains(&length) && text.trim() == text && text.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use countersign_model::Digest;
    use ed25519_dalek::SigningKey;
    use insta::assert_snapshot;

    use super::*;
    use crate::Anchor;

    fn key(person: &str) -> SigningKey {
        SigningKey::from_bytes(Digest::of([person.as_bytes()]).as_bytes())
    }

    fn fingerprint(person: &str) -> Fingerprint {
        PublicKey::of(&key(person)).fingerprint()
    }

    fn anchor(log: &str) -> Anchor {
        Anchor { log: log.into(), sequence: 0, hash: Digest::of([b"h".as_slice()]) }
    }

    fn enrollment(name: &str, by: &str, log: &str) -> Signed<Enrollment> {
        let statement = Enrollment {
            name: name.into(),
            key: PublicKey::of(&key(name)),
            groups: vec![],
            at: Timestamp::UNIX_EPOCH,
            after: anchor(log),
        };
        Signed::new(statement, &key(by)).unwrap()
    }

    /// Plays `script` against a log `log` with the root `first`: `name<signer` enrolls, `name>signer`
    /// retires; a `!` after it uses another log. Prints why a step failed, or who is left.
    fn check(script: &str) -> String {
        let mut reviewers = Reviewers::new(fingerprint("first"), "log".into());
        for step in script.split_whitespace() {
            let (step, log) = step.strip_suffix('!').map_or((step, "log"), |step| (step, "elsewhere"));
            let result = if let Some((name, signer)) = step.split_once('<') {
                reviewers.enroll(&enrollment(&name.replace('_', " "), signer, log)).map(drop)
            } else {
                let (name, signer) = step.split_once('>').unwrap();
                let statement = Retirement {
                    key: fingerprint(name),
                    why: None,
                    at: Timestamp::UNIX_EPOCH,
                    after: anchor(log),
                };
                reviewers.retire(&Signed::new(statement, &key(signer)).unwrap()).map(drop)
            };
            if let Err(error) = result {
                return format!("{}: {error}", step.escape_debug());
            }
        }
        let mut names: Vec<_> =
            reviewers.all().filter(|r| r.retired.is_none()).map(|r| r.name.as_str()).collect();
        names.sort_unstable();
        names.join(" ")
    }

    #[test]
    fn each_is_signed_in_by_one_before() {
        assert_snapshot!(check("first<first second<first third<second"), @"first second third");
    }

    #[test]
    fn nobody_but_the_root_comes_first() {
        assert_snapshot!(check("stranger<stranger"), @"stranger<stranger: cannot enroll `stranger`: the first reviewer must be the root this installation names");
        assert_snapshot!(check("first<stranger"), @"first<stranger: the signature of this enrollment does not belong to it and to ed25519:4776f270090b25303f76d43ed95d8a64785f0b144482ddad04d4da20bbd13b56");
    }

    #[test]
    fn nobody_signs_themselves_in_after_the_root() {
        assert_snapshot!(check("first<first stranger<stranger"), @"stranger<stranger: ed25519:4776f270090b25303f76d43ed95d8a64785f0b144482ddad04d4da20bbd13b56 is not the key of a reviewer in force");
        assert_snapshot!(check("first<first first<first"), @"first<first: cannot enroll `first`: the name is or was another reviewer's");
    }

    #[test]
    fn retired_is_retired() {
        assert_snapshot!(check("first<first second<first first>second"), @"second");
        assert_snapshot!(check("first<first second<first first>second third<first"), @"third<first: ed25519:141095f15c4b84e7172070294abcd5ce575d24ef4f9fdd1784a7f649bda03d78 is not the key of a reviewer in force");
        assert_snapshot!(check("first<first second<first second>first second<first"), @"second<first: cannot enroll `second`: the name is or was another reviewer's");
        assert_snapshot!(check("first<first second<first second>first second>first"), @"second>first: ed25519:0b7b7d7064f1317359b89fd2b188a00e0900984568e4a7bece402bdfa1fe8305 is not the key of a reviewer in force");
    }

    #[test]
    fn somebody_else_signs_a_reviewer_out() {
        assert_snapshot!(check("first<first first>first"), @"first>first: cannot retire `ed25519:141095f15c4b84e7172070294abcd5ce575d24ef4f9fdd1784a7f649bda03d78`: another reviewer has to sign it");
        assert_snapshot!(check("first<first second<first second>stranger"), @"second>stranger: ed25519:4776f270090b25303f76d43ed95d8a64785f0b144482ddad04d4da20bbd13b56 is not the key of a reviewer in force");
    }

    #[test]
    fn what_was_signed_for_another_log_does_not_count() {
        assert_snapshot!(check("first<first!"), @"first<first: this enrollment was signed for the log `elsewhere`, which is another one");
        assert_snapshot!(check("first<first second<first!"), @"second<first: this enrollment was signed for the log `elsewhere`, which is another one");
    }

    #[test]
    fn names_show_what_they_are() {
        assert_snapshot!(check("first<first s\u{202e}econd<first"), @r"s\u{202e}econd<first: cannot enroll `s\u{202e}econd`: names are 1 to 64 letters, digits, spaces or any of `-_.@`");
        assert_snapshot!(check("first<first _second<first"), @"_second<first: cannot enroll ` second`: names are 1 to 64 letters, digits, spaces or any of `-_.@`");
    }

    #[test]
    fn a_failed_step_changes_nothing() {
        let mut reviewers = Reviewers::new(fingerprint("first"), "log".into());
        assert!(reviewers.enroll(&enrollment("stranger", "stranger", "log")).is_err());
        assert!(reviewers.is_empty());
        assert!(reviewers.enroll(&enrollment("first", "first", "log")).is_ok());
        assert!(reviewers.find(fingerprint("first")).is_some());
        assert!(reviewers.find(fingerprint("stranger")).is_none());
    }
}
