//! What the verdicts so far amount to.

use std::collections::BTreeSet;

use countersign_model::Requirement;

use crate::{Reviewer, Verdict};

/// What the verdicts so far amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// More approvals are needed.
    Waiting,
    /// Enough reviewers approved, each needed group among them.
    Approved,
    /// Somebody denied.
    Denied,
}

/// Counts verdicts, each already verified to be this reviewer's, in force, and over this action.
/// One denial ends it; a reviewer counts once; a requirement of none still takes one.
pub fn standing(requirement: &Requirement, verdicts: &[(&Reviewer, Verdict)]) -> Standing {
    if verdicts.iter().any(|(_, verdict)| *verdict == Verdict::Deny) {
        return Standing::Denied;
    }
    let names: BTreeSet<_> = verdicts.iter().map(|(reviewer, _)| &reviewer.name).collect();
    let groups: BTreeSet<_> = verdicts.iter().flat_map(|(reviewer, _)| &reviewer.groups).collect();
    let enough = names.len() >= usize::from(requirement.approvals.max(1));
    if enough && requirement.groups.iter().all(|group| groups.contains(group)) {
        Standing::Approved
    } else {
        Standing::Waiting
    }
}

#[cfg(test)]
mod tests {
    use countersign_model::Timestamp;
    use ed25519_dalek::SigningKey;
    use insta::assert_snapshot;

    use super::*;
    use crate::PublicKey;

    /// `verdicts` such as `first:dba+ second-`: name, groups, `+` or `-`.
    fn check(approvals: u8, groups: &str, verdicts: &str) -> String {
        let groups = groups.split_whitespace().map(str::to_owned).collect();
        let reviewers: Vec<_> = verdicts
            .split_whitespace()
            .map(|text| {
                let (person, verdict) = text.split_at(text.len() - 1);
                let (name, group) = person.split_once(':').unwrap_or((person, ""));
                let reviewer = Reviewer {
                    name: name.into(),
                    key: PublicKey::of(&SigningKey::from_bytes(&[1; 32])),
                    groups: vec![group.to_owned()],
                    enrolled: Timestamp::UNIX_EPOCH,
                    retired: None,
                };
                (reviewer, if verdict == "+" { Verdict::Approve } else { Verdict::Deny })
            })
            .collect();
        let verdicts: Vec<_> = reviewers.iter().map(|(reviewer, verdict)| (reviewer, *verdict)).collect();
        format!("{:?}", standing(&Requirement { approvals, groups }, &verdicts))
    }

    #[test]
    fn counts_people_not_votes() {
        assert_snapshot!(check(1, "", ""), @"Waiting");
        assert_snapshot!(check(1, "", "first+"), @"Approved");
        assert_snapshot!(check(2, "", "first+ first+"), @"Waiting");
        assert_snapshot!(check(2, "", "first+ second+"), @"Approved");
    }

    #[test]
    fn nothing_is_approved_by_nobody() {
        assert_snapshot!(check(0, "", ""), @"Waiting");
    }

    #[test]
    fn one_denial_ends_it() {
        assert_snapshot!(check(1, "", "first+ second+ third-"), @"Denied");
        assert_snapshot!(check(1, "", "first- first+"), @"Denied");
    }

    #[test]
    fn each_group_must_be_there() {
        assert_snapshot!(check(1, "dba", "first+"), @"Waiting");
        assert_snapshot!(check(2, "dba", "first+ second+"), @"Waiting");
        assert_snapshot!(check(2, "dba", "first+ second:dba+"), @"Approved");
        assert_snapshot!(check(2, "dba ops", "first:ops+ second:dba+"), @"Approved");
    }
}
