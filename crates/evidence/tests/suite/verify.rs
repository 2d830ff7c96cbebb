//! What an auditor is told of a log, whole, broken, or telling of broken rules.

use std::fs;
use std::sync::LazyLock;

use countersign_approval::{Anchor, Approval, Signed, Verdict};
use countersign_evidence::{Authority, Event, Expected, Log, Severity, verify};
use countersign_model::{DecisionKind, Digest, Runtime};
use insta::assert_snapshot;
use proptest::prelude::*;

use crate::story::{Story, bundle, commitment, fingerprint, key, told, waits};

/// What an auditor is told of a log with a reviewer `first` and the steps given.
fn check(steps: impl FnOnce(&mut Story)) -> String {
    let mut story = Story::begin();
    steps(&mut story);
    story.told().replace(&story.path().display().to_string(), "LOG")
}

#[test]
fn a_log_where_all_went_well_holds() {
    assert_snapshot!(check(|story| {
        story.decide("c1", DecisionKind::Allow);
        story.ended("c1", None);
        story.whole("c2", "cs-one");
        story.whole("c3", "cs-two-pinned");
        story.decide("c4", DecisionKind::Deny);
        story.enroll("second", "first");
        story.hold("c5", "cs-three", 2);
        story.approve("cs-three", "first");
        story.approve("cs-three", "second");
        story.release("cs-three", "c5");
        story.ended("c5", None);
        story.grant("cg-1", 1, "second");
        story.decide("c6", waits(1));
        story.release_by_grant("cg-1", "c6");
        story.ended("c6", None);
    }), @"27 records hold");
}

#[test]
fn a_parked_call_passes_under_another_id() {
    assert_snapshot!(check(|story| {
        story.hold("c1", "cs-one", 1);
        story.approve("cs-one", "first");
        story.decide("c2", waits(1));
        story.release("cs-one", "c2");
        story.ended("c2", None);
    }), @"9 records hold");
}

#[test]
fn a_call_without_an_outcome_is_told_of() {
    assert_snapshot!(check(|story| story.decide("c1", DecisionKind::Allow)), @"warning: calls that flowed and have no outcome: 1, the last decided in record 3");
}

#[test]
fn what_ran_must_have_been_let() {
    assert_snapshot!(check(|story| story.ended("c1", None)), @"violation: record 3: the call `c1` ran without a decision");
    assert_snapshot!(check(|story| {
        story.decide("c1", DecisionKind::Deny);
        story.ended("c1", None);
    }), @"violation: record 4: the call `c1` ran although it was denied");
    assert_snapshot!(check(|story| {
        story.hold("c1", "cs-one", 1);
        story.ended("c1", None);
    }), @"violation: record 5: the call `c1` ran although it was held and never released");
}

#[test]
fn a_release_takes_its_approvals() {
    assert_snapshot!(check(|story| {
        story.hold("c1", "cs-one", 1);
        story.release("cs-one", "c1");
    }), @r"
    violation: record 5: the call `c1` was released by `cs-one` without the approvals it takes
    warning: calls that flowed and have no outcome: 1, the last decided in record 3
    ");
    assert_snapshot!(check(|story| {
        story.hold("c1", "cs-one", 2);
        story.approve("cs-one", "first");
        story.approve("cs-one", "first");
        story.release("cs-one", "c1");
    }), @r"
    violation: record 7: the call `c1` was released by `cs-one` without the approvals it takes
    warning: calls that flowed and have no outcome: 1, the last decided in record 3
    ");
    assert_snapshot!(check(|story| {
        story.enroll("second", "first");
        story.hold("c1", "cs-one", 1);
        story.approve("cs-one", "first");
        story.review(story.approval("cs-one", Verdict::Deny), "second");
        story.release("cs-one", "c1");
    }), @r"
    violation: record 8: the call `c1` was released by `cs-one` after it was denied
    warning: calls that flowed and have no outcome: 1, the last decided in record 4
    ");
    assert_snapshot!(check(|story| {
        story.enroll("second", "first");
        story.hold("c1", "cs-one", 1);
        story.approve("cs-one", "second");
        story.retire("second", "first");
        story.release("cs-one", "c1");
    }), @r"
    violation: record 8: the call `c1` was released by `cs-one` without the approvals it takes
    warning: calls that flowed and have no outcome: 1, the last decided in record 4
    ");
}

#[test]
fn an_approval_ends() {
    assert_snapshot!(check(|story| {
        story.hold("c1", "cs-one", 1);
        story.approve("cs-one", "first");
        story.now = story.now.checked_add(jiff::SignedDuration::from_mins(11)).unwrap();
        story.release("cs-one", "c1");
    }), @r"
    violation: record 6: the call `c1` was released by `cs-one` without the approvals it takes
    warning: calls that flowed and have no outcome: 1, the last decided in record 3
    ");
    assert_snapshot!(check(|story| {
        story.hold("c1", "cs-one", 1);
        story.record(Event::Expired { ticket: "cs-one".into() });
        story.approve("cs-one", "first");
        story.release("cs-one", "c1");
    }), @r"
    violation: record 7: the call `c1` was released by `cs-one` after it had expired
    warning: calls that flowed and have no outcome: 1, the last decided in record 3
    ");
    assert_snapshot!(check(|story| {
        story.hold("c1", "cs-one", 1);
        story.approve("cs-one", "first");
        story.record(Event::Voided {
            ticket: "cs-one".into(),
            session: "s1".into(),
            call: "c1".into(),
            why: "HEAD moved".into(),
        });
        story.release("cs-one", "c1");
    }), @r"
    violation: record 7: the call `c1` was released by `cs-one` after it was void
    warning: calls that flowed and have no outcome: 1, the last decided in record 3
    ");
}

#[test]
fn an_approval_that_cannot_be_pinned_counts_once() {
    let twice = |ticket: &'static str, landed: Option<bool>| {
        move |story: &mut Story| {
            story.hold("c1", ticket, 1);
            story.approve(ticket, "first");
            story.release(ticket, "c1");
            story.ended("c1", landed);
            story.decide("c2", waits(1));
            story.release(ticket, "c2");
            story.ended("c2", None);
        }
    };
    assert_snapshot!(check(twice("cs-one", None)), @"violation: record 9: the call `c2` was released by `cs-one`, whose approval was used before and counts once");
    assert_snapshot!(check(twice("cs-pinned", None)), @"11 records hold");
    assert_snapshot!(check(twice("cs-pinned", Some(true))), @"violation: record 9: the call `c2` was released by `cs-pinned` after its transition had landed");
}

#[test]
fn an_approval_holds_for_its_action() {
    assert_snapshot!(check(|story| {
        story.hold("c1", "cs-one", 1);
        story.approve("cs-one", "first");
        story.decide_in("c2", waits(1), "/elsewhere", "git push");
        story.release("cs-one", "c2");
    }), @r"
    violation: record 7: the call `c2` was released by `cs-one`, which holds another action
    warning: calls that flowed and have no outcome: 1, the last decided in record 6
    ");
    assert_snapshot!(check(|story| {
        story.hold("c1", "cs-one", 1);
        let mut approval = story.approval("cs-one", Verdict::Approve);
        approval.commitment = commitment("cs-other");
        story.review(approval, "first");
        story.release("cs-one", "c1");
    }), @r"
    violation: record 5: a verdict over another action than `cs-one` holds
    violation: record 6: the call `c1` was released by `cs-one` without the approvals it takes
    warning: calls that flowed and have no outcome: 1, the last decided in record 3
    ");
}

#[test]
fn other_words_for_the_same_effects_are_told_of() {
    assert_snapshot!(check(|story| {
        story.hold("c1", "cs-one", 1);
        story.approve("cs-one", "first");
        story.decide_in("c2", waits(1), "/r", "git  push");
        story.release("cs-one", "c2");
        story.ended("c2", None);
    }), @"warning: record 7: the call `c2` is not word for word the one `cs-one` held; its effects are the same");
}

#[test]
fn a_denial_outlives_its_reviewer() {
    assert_snapshot!(check(|story| {
        story.enroll("second", "first");
        story.hold("c1", "cs-one", 1);
        story.review(story.approval("cs-one", Verdict::Deny), "second");
        story.retire("second", "first");
        story.approve("cs-one", "first");
        story.release("cs-one", "c1");
    }), @r"
    violation: record 9: the call `c1` was released by `cs-one` after it was denied
    warning: calls that flowed and have no outcome: 1, the last decided in record 4
    ");
}

#[test]
fn nothing_is_said_of_a_hold_that_is_none() {
    assert_snapshot!(check(|story| {
        story.decide("c1", waits(1));
        story.record(Event::Joined { ticket: "cs-x".into(), session: "s1".into(), call: "c1".into() });
        story.approve("cs-x", "first");
        story.record(Event::Expired { ticket: "cs-x".into() });
        story.release("cs-x", "c1");
    }), @r"
    violation: record 4: `cs-x` is no hold
    violation: record 5: a verdict over `cs-x`, which is no hold
    violation: record 6: `cs-x` is no hold
    violation: record 7: the call `c1` was released by `cs-x`, which is no hold
    warning: calls that flowed and have no outcome: 1, the last decided in record 3
    ");
    assert_snapshot!(check(|story| {
        story.decide("c1", DecisionKind::Allow);
        story.release("cs-x", "c1");
        story.hold("c2", "cs-one", 1);
        story.hold("c3", "cs-one", 1);
    }), @r"
    violation: record 4: the call `c1` was released; it was decided as allow
    violation: record 8: `cs-one` is the ticket of another hold
    warning: calls that flowed and have no outcome: 1, the last decided in record 3
    ");
}

#[test]
fn an_approval_holds_for_its_session_and_form() {
    let released = |session: &str, ticket: &str, call: &str| Event::Released {
        authority: Authority::Ticket { ticket: ticket.into() },
        session: session.into(),
        call: call.into(),
        pinned: None,
    };
    assert_snapshot!(check(|story| {
        story.hold("c1", "cs-one", 1);
        story.approve("cs-one", "first");
        let Event::Decided(mut other) = story.events[2].1.clone() else { panic!("it was decided") };
        other.call.session = "s2".into();
        story.record(Event::Decided(other));
        story.record(released("s2", "cs-one", "c1"));
    }), @r"
    violation: record 7: the call `c1` was released by `cs-one`, which is another session's
    warning: calls that flowed and have no outcome: 1, the last decided in record 6
    ");
    assert_snapshot!(check(|story| {
        story.hold("c1", "cs-pinned", 1);
        story.approve("cs-pinned", "first");
        story.record(released("s1", "cs-pinned", "c1"));
    }), @r"
    violation: record 6: the call `c1` was released by `cs-pinned`, but not in the pinned form that was reviewed
    warning: calls that flowed and have no outcome: 1, the last decided in record 3
    ");
}

#[test]
fn a_verdict_comes_between_its_hold_and_its_end() {
    assert_snapshot!(check(|story| {
        let before = story.end();
        story.hold("c1", "cs-one", 1);
        let approval = Approval { after: before, ..story.approval("cs-one", Verdict::Approve) };
        story.review(approval, "first");
    }), @"violation: record 5: a verdict that is older than `cs-one`");
    assert_snapshot!(check(|story| {
        story.hold("c1", "cs-one", 1);
        story.now = story.now.checked_add(jiff::SignedDuration::from_hours(2)).unwrap();
        story.approve("cs-one", "first");
        story.release("cs-one", "c1");
    }), @r"
    warning: record 5: `cs-one` was approved after it expired; that does not count
    violation: record 6: the call `c1` was released by `cs-one` after it had expired
    warning: calls that flowed and have no outcome: 1, the last decided in record 3
    ");
}

#[test]
fn a_hook_told_another_root_is_told_of() {
    assert_snapshot!(check(|story| story.record(Event::Installed {
        runtime: Runtime::ClaudeCode,
        scope: "user".into(),
        settings: "settings.json".into(),
        binary: bundle(),
        root: Some(fingerprint("stranger")),
    })), @"violation: record 3: a hook was told that ed25519:4776f270090b25303f76d43ed95d8a64785f0b144482ddad04d4da20bbd13b56 is the root; it is ed25519:141095f15c4b84e7172070294abcd5ce575d24ef4f9fdd1784a7f649bda03d78");
}

#[test]
fn nobody_else_approves() {
    assert_snapshot!(check(|story| {
        story.hold("c1", "cs-one", 1);
        story.approve("cs-one", "stranger");
        story.release("cs-one", "c1");
    }), @r"
    violation: record 5: a forged approval: ed25519:4776f270090b25303f76d43ed95d8a64785f0b144482ddad04d4da20bbd13b56 is not the key of a reviewer in force
    violation: record 6: the call `c1` was released by `cs-one` without the approvals it takes
    warning: calls that flowed and have no outcome: 1, the last decided in record 3
    ");
    assert_snapshot!(check(|story| {
        story.hold("c1", "cs-one", 1);
        let mut signed = Signed::new(story.approval("cs-one", Verdict::Approve), &key("stranger")).unwrap();
        signed.key = fingerprint("first");
        story.record(Event::Reviewed { approval: signed });
        story.release("cs-one", "c1");
    }), @r"
    violation: record 5: a forged approval: the signature of this approval does not belong to it and to ed25519:141095f15c4b84e7172070294abcd5ce575d24ef4f9fdd1784a7f649bda03d78
    violation: record 6: the call `c1` was released by `cs-one` without the approvals it takes
    warning: calls that flowed and have no outcome: 1, the last decided in record 3
    ");
}

#[test]
fn nobody_enrolls_themselves() {
    assert_snapshot!(check(|story| {
        story.enroll("stranger", "stranger");
        story.hold("c1", "cs-one", 1);
        story.approve("cs-one", "stranger");
        story.release("cs-one", "c1");
    }), @r"
    violation: record 3: a forged enrollment: ed25519:4776f270090b25303f76d43ed95d8a64785f0b144482ddad04d4da20bbd13b56 is not the key of a reviewer in force
    violation: record 6: a forged approval: ed25519:4776f270090b25303f76d43ed95d8a64785f0b144482ddad04d4da20bbd13b56 is not the key of a reviewer in force
    violation: record 7: the call `c1` was released by `cs-one` without the approvals it takes
    warning: calls that flowed and have no outcome: 1, the last decided in record 4
    ");
    let mut story = Story::empty();
    story.enroll("stranger", "stranger");
    assert_snapshot!(story.told(), @"violation: record 1: a forged enrollment: cannot enroll `stranger`: the first reviewer must be the root this installation names");
}

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
fn text_out_of_the_log_does_not_reach_the_terminal_raw() {
    let told = check(|story| story.ended("\u{1b}[2J\u{202e}c1", None));
    assert_snapshot!(told, @r"violation: record 3: the call `\u{1b}[2J\u{202e}c1` ran without a decision");
    let long = check(|story| {
        story.record(Event::Failure { during: "test".into(), error: "x".repeat(9000) });
    });
    assert!(long.len() < 300, "{long}");
}

/// A log of some length, cut up by the tests that follow.
fn long() -> Story {
    let mut story = Story::begin();
    story.whole("c1", "cs-one");
    story.record(Event::Tampering { what: "settings".into(), detail: "gone".into(), session: None });
    story.whole("c2", "cs-two-pinned");
    story
}

static LONG: LazyLock<Story> = LazyLock::new(long);

fn lines(story: &Story) -> Vec<String> {
    let text = fs::read_to_string(story.path().join("00000001.jsonl")).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// What is told of [`long`] after its lines were changed.
fn check_lines(change: impl FnOnce(&mut Vec<String>)) -> String {
    let story = long();
    let mut lines = lines(&story);
    let expected = Expected { root: Some(fingerprint("first")), head: Some(story.end()) };
    change(&mut lines);
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write(story.path().join("00000001.jsonl"), text).unwrap();
    let report = verify(&story.path(), &expected);
    let told: Vec<_> = report
        .problems
        .iter()
        .filter(|problem| problem.severity == Severity::Violation)
        .map(ToString::to_string)
        .collect();
    told.join("\n").replace(&story.path().display().to_string(), "LOG")
}

#[test]
fn lines_cannot_be_changed_moved_or_removed() {
    assert_snapshot!(check_lines(|_| ()), @"");
    assert_snapshot!(check_lines(|lines| lines[8] = lines[8].replace("gone", "fine")), @r"
    violation: `LOG/00000001.jsonl` is broken at byte 4100 (record 8): its hash does not fit it and the record before it; nothing after it is verified
    violation: the head file names record 13, which is behind what could be verified
    violation: the head given names record 13, which is behind what could be verified
    ");
    assert_snapshot!(check_lines(|lines| drop(lines.remove(8))), @r"
    violation: `LOG/00000001.jsonl` is broken at byte 4100 (record 8): its hash does not fit it and the record before it; nothing after it is verified
    violation: the head file names record 13, which is behind what could be verified
    violation: the head given names record 13, which is behind what could be verified
    ");
    assert_snapshot!(check_lines(|lines| lines.swap(8, 9)), @r"
    violation: `LOG/00000001.jsonl` is broken at byte 4100 (record 8): its hash does not fit it and the record before it; nothing after it is verified
    violation: the head file names record 13, which is behind what could be verified
    violation: the head given names record 13, which is behind what could be verified
    ");
    assert_snapshot!(check_lines(|lines| lines.insert(8, lines[7].clone())), @r"
    violation: `LOG/00000001.jsonl` is broken at byte 4100 (record 8): its hash does not fit it and the record before it; nothing after it is verified
    violation: the head file names record 13, which is behind what could be verified
    violation: the head given names record 13, which is behind what could be verified
    ");
    assert_snapshot!(check_lines(|lines| drop(lines.remove(0))), @"violation: the first line does not say that a log begins");
    assert_snapshot!(check_lines(Vec::clear), @"violation: the first line does not say that a log begins");
}

#[test]
fn a_tail_cannot_be_cut_off_unseen() {
    assert_snapshot!(check_lines(|lines| lines.truncate(9)), @r"
    violation: the head file names record 13, which is behind what could be verified
    violation: the head given names record 13, which is behind what could be verified
    ");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_bit_can_be_changed(at: prop::sample::Index, bit in 0_u32..8) {
        let segment = LONG.path().join("00000001.jsonl");
        let mut bytes = fs::read(&segment).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let copy = tempfile::tempdir().unwrap();
        fs::copy(LONG.path().join("head"), copy.path().join("head")).unwrap();
        fs::write(copy.path().join("00000001.jsonl"), bytes).unwrap();
        prop_assert!(!verify(copy.path(), &Expected::default()).holds());
    }
}

/// Somebody who can write the files can make a chain that fits itself. What reviewers signed
/// tells.
#[test]
fn a_log_written_anew_does_not_fit_what_was_signed() {
    let story = long();
    let forged = tempfile::tempdir().unwrap();
    let path = forged.path().join("log");
    let first = lines(&story);
    let (_, first) = first[0].split_once(' ').unwrap();
    let begun = serde_json::from_str::<countersign_evidence::Record>(first).unwrap().time;
    let log = Log::create(&path, &"log".into(), begun).unwrap();
    for (now, event) in &story.events {
        if !matches!(event, Event::Tampering { .. }) {
            log.append(*now, std::slice::from_ref(event)).unwrap();
        }
    }
    let report = verify(&path, &Expected { root: Some(fingerprint("first")), head: None });
    assert_snapshot!(told(&report), @r"
    violation: record 10: this approval was signed when record 10 of `log` had another hash: the log was rewritten, or it was signed for a copy
    violation: record 11: the call `c2` was released by `cs-two-pinned` without the approvals it takes
    ");
}

#[test]
fn another_log_is_not_taken_for_the_one_expected() {
    let story = long();
    let other = Anchor { log: "other".into(), ..story.end() };
    let expected = Expected { root: Some(fingerprint("second")), head: Some(other) };
    assert_snapshot!(told(&verify(&story.path(), &expected)), @r"
    violation: record 1: a forged enrollment: cannot enroll `first`: the first reviewer must be the root this installation names
    violation: record 2: a forged activation: ed25519:141095f15c4b84e7172070294abcd5ce575d24ef4f9fdd1784a7f649bda03d78 is not the key of a reviewer in force
    warning: record 3: a decision by sha256:1e6ed65d77d6364eeaed5a745ba5c4985ae2b700dd85d7cf7f027bdf294a33fc, which nothing put in force
    violation: record 5: a forged approval: ed25519:141095f15c4b84e7172070294abcd5ce575d24ef4f9fdd1784a7f649bda03d78 is not the key of a reviewer in force
    violation: record 6: the call `c1` was released by `cs-one` without the approvals it takes
    warning: record 8: tampering was seen: `settings`: `gone`
    warning: record 9: a decision by sha256:1e6ed65d77d6364eeaed5a745ba5c4985ae2b700dd85d7cf7f027bdf294a33fc, which nothing put in force
    violation: record 11: a forged approval: ed25519:141095f15c4b84e7172070294abcd5ce575d24ef4f9fdd1784a7f649bda03d78 is not the key of a reviewer in force
    violation: record 12: the call `c2` was released by `cs-two-pinned` without the approvals it takes
    violation: the head given names record 13 with another hash: the log was rewritten
    ");
}

#[test]
fn what_is_missing_is_a_violation() {
    let story = long();
    fs::remove_file(story.path().join("head")).unwrap();
    fs::write(story.path().join("00000003.jsonl"), "").unwrap();
    fs::write(story.path().join("notes"), "").unwrap();
    assert_snapshot!(check_path(&story), @r"
    violation: `LOG/head` is missing, so the log was moved or tampered with
    warning: record 8: tampering was seen: `settings`: `gone`
    violation: files that do not belong to the log: `00000003.jsonl`, `notes`
    ");
    fs::remove_file(story.path().join("00000001.jsonl")).unwrap();
    assert_snapshot!(check_path(&story), @r"
    violation: `LOG/head` is missing, so the log was moved or tampered with
    violation: `LOG/00000001.jsonl` is missing, so the log was moved or tampered with
    ");
}

fn check_path(story: &Story) -> String {
    let report = verify(&story.path(), &Expected::default());
    told(&report).replace(&story.path().display().to_string(), "LOG")
}

#[test]
fn a_torn_tail_is_told_of_and_is_no_violation() {
    let story = Story::begin();
    let segment = story.path().join("00000001.jsonl");
    let text = fs::read_to_string(&segment).unwrap();
    fs::write(&segment, format!("{text}0123")).unwrap();
    assert_snapshot!(told(&story.verify()), @"warning: the log ends with 4 bytes of a record that was never acknowledged");
    assert!(story.verify().holds());
}

#[test]
fn it_says_what_it_does_not_prove() {
    let mut story = Story::begin();
    story.decide("c1", DecisionKind::Deny);
    assert_snapshot!(verify(&story.path(), &Expected::default()).unproven.join("\n"), @r"
    that the first reviewer is the right one: the log says ed25519:141095f15c4b84e7172070294abcd5ce575d24ef4f9fdd1784a7f649bda03d78; compare it with what you know
    that the records after 1 are all and as written: whoever can write the files could have cut off or rewritten them; up to 1 a reviewer's signature or the head given vouches
    that the clock of the machine was right
    that the runtime reported every call, and every outcome as it was
    that a held payload is the one committed to: only who has the action can compute that
    that each decision follows from what it records: deciding it again shows that
    that a reviewer's key was used by that reviewer alone
    ");
    let head = Some(story.end());
    let known = Expected { root: Some(fingerprint("first")), head };
    assert_eq!(verify(&story.path(), &known).unproven.len(), 5);
    let empty = Story::empty();
    let unproven = verify(&empty.path(), &Expected::default()).unproven;
    assert_snapshot!(unproven[..2].join("\n"), @r"
    who may approve: nobody is enrolled
    that nothing was rewritten or cut off: no head was given and no reviewer signed anything
    ");
}

#[test]
fn a_clock_that_goes_back_is_told_of() {
    assert_snapshot!(check(|story| {
        story.now = story.now.checked_sub(jiff::SignedDuration::from_hours(1)).unwrap();
        story.decide("c1", DecisionKind::Deny);
    }), @"warning: record 3: its time 2030-03-17T16:46:43Z is before 2030-03-17T17:46:42Z, the time of one before it");
}

#[test]
fn the_same_id_is_not_decided_twice_in_two_ways() {
    assert_snapshot!(check(|story| {
        story.decide("c1", DecisionKind::Deny);
        story.decide("c1", DecisionKind::Deny);
        story.decide("c1", DecisionKind::Allow);
    }), @r"
    warning: record 4: the call `c1` was decided before
    violation: record 5: the call `c1` is decided as allow, after it was decided as deny
    ");
    let digest = Digest::of([b"x".as_slice()]);
    assert_snapshot!(check(|story| story.record(Event::BundleAdopted {
        bundle: digest,
        repository: None,
        pack: "observe".into(),
        why: "why not".into(),
    })), @"warning: record 3: sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881 is in force unsigned although there are reviewers");
}
