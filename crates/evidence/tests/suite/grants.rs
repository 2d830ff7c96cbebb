//! What an approval for many calls covers, and when it ends.

use crate::rules::check;
use crate::story::{Story, waits};
use countersign_approval::Verdict;
use insta::assert_snapshot;

#[test]
fn a_grant_ends_with_its_count() {
    assert_snapshot!(check(|story| {
        story.grant("cg-1", 1, "first");
        for call in ["c1", "c2"] {
            story.decide(call, waits(1));
            story.release_by_grant("cg-1", call);
            story.ended(call, None);
        }
    }), @"violation: record 8: the call `c2` was released by `cg-1`, which does not cover it, or no longer");
    assert_snapshot!(check(|story| {
        story.enroll("second", "first");
        story.grant("cg-1", 1, "second");
        story.retire("second", "first");
        story.decide("c1", waits(1));
        story.release_by_grant("cg-1", "c1");
    }), @r"
    violation: record 7: the call `c1` was released by `cg-1`, whose signer is no longer a reviewer
    warning: calls that flowed and have no outcome: 1, the last decided in record 6
    ");
    assert_snapshot!(check(|story| {
        story.grant("cg-1", 1, "stranger");
        story.decide("c1", waits(1));
        story.release_by_grant("cg-1", "c1");
    }), @r"
    violation: record 3: a forged grant: ed25519:4776f270090b25303f76d43ed95d8a64785f0b144482ddad04d4da20bbd13b56 is not the key of a reviewer in force
    violation: record 5: the call `c1` was released by `cg-1`, which is no grant
    warning: calls that flowed and have no outcome: 1, the last decided in record 4
    ");
}

#[test]
fn a_grant_ends_when_it_is_revoked() {
    let by = |signer: &'static str| {
        check(|story| {
            story.enroll("second", "first");
            story.grant("cg-1", 3, "first");
            story.revoke("cg-1", signer);
            story.retire("second", "first");
            story.decide("c1", waits(1));
            story.release_by_grant("cg-1", "c1");
            story.ended("c1", None);
        })
    };
    assert_snapshot!(by("second"), @"violation: record 8: the call `c1` was released by `cg-1` after it was revoked");
    assert_snapshot!(by("stranger"), @"violation: record 5: a forged revocation: ed25519:4776f270090b25303f76d43ed95d8a64785f0b144482ddad04d4da20bbd13b56 is not the key of a reviewer in force");
    assert_snapshot!(check(|story| story.revoke("cg-1", "first")), @"violation: record 3: `cg-1` was revoked, which is no grant");
}

#[test]
fn a_denial_wins_over_a_grant_whichever_came_first() {
    let check_with = |before: bool, command: &str| {
        check(|story| {
            let grant = |story: &mut Story| story.grant("cg-1", 3, "first");
            if before {
                grant(story);
            }
            story.hold("c1", "cs-one", 1);
            story.review(story.approval("cs-one", Verdict::Deny), "first");
            if !before {
                grant(story);
            }
            story.decide_in("c2", waits(1), "/r", command);
            story.release_by_grant("cg-1", "c2");
            story.ended("c2", None);
        })
    };
    assert_snapshot!(check_with(true, "git push"), @"violation: record 8: the call `c2` was released by a grant, after a reviewer denied it as `cs-one`");
    assert_snapshot!(check_with(false, "git push"), @"violation: record 8: the call `c2` was released by a grant, after a reviewer denied it as `cs-one`");
    assert_snapshot!(check_with(false, "git push origin docs"), @"10 records hold");
}
