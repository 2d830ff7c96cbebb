//! What an auditor is told of a log that somebody changed behind Countersign's back.

use std::fs;
use std::sync::LazyLock;

use countersign_approval::{Anchor, PublicKey, Reviewer};
use countersign_evidence::{Event, Expected, Log, Managed, Severity, verify};
use countersign_model::{DecisionKind, Timestamp};
use insta::assert_snapshot;
use proptest::prelude::*;

use crate::story::{Story, bundle, fingerprint, key, told};

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
    let expected =
        Expected { root: Some(fingerprint("first")), head: Some(story.end()), ..Expected::default() };
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
    assert_snapshot!(check_lines(|lines| lines[8] = lines[8].replace("gone", "fine")), @"
    violation: `LOG/00000001.jsonl` is broken at byte 4204 (record 8): its hash does not fit it and the record before it; nothing after it is verified
    violation: the head file names record 13, which is behind what could be verified
    violation: the head given names record 13, which is behind what could be verified
    ");
    assert_snapshot!(check_lines(|lines| drop(lines.remove(8))), @"
    violation: `LOG/00000001.jsonl` is broken at byte 4204 (record 8): its hash does not fit it and the record before it; nothing after it is verified
    violation: the head file names record 13, which is behind what could be verified
    violation: the head given names record 13, which is behind what could be verified
    ");
    assert_snapshot!(check_lines(|lines| lines.swap(8, 9)), @"
    violation: `LOG/00000001.jsonl` is broken at byte 4204 (record 8): its hash does not fit it and the record before it; nothing after it is verified
    violation: the head file names record 13, which is behind what could be verified
    violation: the head given names record 13, which is behind what could be verified
    ");
    assert_snapshot!(check_lines(|lines| lines.insert(8, lines[7].clone())), @"
    violation: `LOG/00000001.jsonl` is broken at byte 4204 (record 8): its hash does not fit it and the record before it; nothing after it is verified
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
    let report =
        verify(&path, &Expected { root: Some(fingerprint("first")), head: None, ..Expected::default() });
    assert_snapshot!(told(&report), @r"
    violation: record 10: this approval was signed when record 10 of `log` had another hash: the log was rewritten, or it was signed for a copy
    violation: record 11: the call `c2` was released by `cs-two-pinned` without the approvals it takes
    ");
}

#[test]
fn another_log_is_not_taken_for_the_one_expected() {
    let story = long();
    let other = Anchor { log: "other".into(), ..story.end() };
    let expected = Expected { root: Some(fingerprint("second")), head: Some(other), ..Expected::default() };
    assert_snapshot!(told(&verify(&story.path(), &expected)), @"
    violation: record 1: a forged enrollment: cannot enroll `first`: the first reviewer must be the root this installation names
    violation: record 2: a forged activation: ed25519:141095f15c4b84e7172070294abcd5ce575d24ef4f9fdd1784a7f649bda03d78 is not the key of a reviewer in force
    violation: record 3: a decision by sha256:1e6ed65d77d6364eeaed5a745ba5c4985ae2b700dd85d7cf7f027bdf294a33fc, which nothing put in force
    violation: record 5: a forged approval: ed25519:141095f15c4b84e7172070294abcd5ce575d24ef4f9fdd1784a7f649bda03d78 is not the key of a reviewer in force
    violation: record 6: the call `c1` was released by `cs-one` without the approvals it takes
    warning: record 8: tampering was seen: `settings`: `gone`
    violation: record 9: a decision by sha256:1e6ed65d77d6364eeaed5a745ba5c4985ae2b700dd85d7cf7f027bdf294a33fc, which nothing put in force
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
    let known = Expected { root: Some(fingerprint("first")), head, ..Expected::default() };
    assert_eq!(verify(&story.path(), &known).unproven.len(), 5);
    let empty = Story::empty();
    let unproven = verify(&empty.path(), &Expected::default()).unproven;
    assert_snapshot!(unproven[..2].join("\n"), @r"
    who may approve: nobody is enrolled
    that nothing was rewritten or cut off: no head was given and no reviewer signed anything
    ");
}

/// What root's files of a managed install say: one reviewer, one bundle.
fn managed(reviewers: &[&str]) -> Expected {
    let reviewer = |name: &&str| Reviewer {
        name: (*name).into(),
        key: PublicKey::of(&key(name)),
        groups: Vec::new(),
        enrolled: Timestamp::UNIX_EPOCH,
        retired: None,
    };
    let reviewers = reviewers.iter().map(reviewer).collect();
    Expected { managed: Some(Managed { reviewers, bundles: [bundle()].into() }), ..Expected::default() }
}

#[test]
fn a_managed_log_is_held_against_roots_files() {
    let mut story = Story::empty();
    story.whole("c1", "cs-1");
    assert_snapshot!(told(&verify(&story.path(), &managed(&["first"]))), @"6 records hold");
    assert_snapshot!(told(&verify(&story.path(), &managed(&["second"]))), @"
    violation: record 3: a forged approval: ed25519:141095f15c4b84e7172070294abcd5ce575d24ef4f9fdd1784a7f649bda03d78 is not the key of a reviewer in force
    violation: record 4: the call `c1` was released by `cs-1` without the approvals it takes
    ");
}

#[test]
fn nobody_is_enrolled_in_a_managed_log() {
    let story = Story::begin();
    assert_snapshot!(told(&verify(&story.path(), &managed(&["first"]))), @"
    violation: record 1: a forged enrollment: in a managed install root's files say that
    violation: record 2: a forged activation: in a managed install root's files say that
    ");
}
