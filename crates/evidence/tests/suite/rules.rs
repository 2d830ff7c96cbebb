//! What an auditor is told of a log that tells of broken rules, or of none.

use countersign_approval::{Activation, Approval, Signed, Verdict};
use countersign_evidence::{Authority, Event};
use countersign_model::{DecisionKind, Digest, Runtime};
use insta::assert_snapshot;

use crate::story::{Story, bundle, commitment, fingerprint, key, waits};

/// What an auditor is told of a log with a reviewer `first` and the steps given.
pub(crate) fn check(steps: impl FnOnce(&mut Story)) -> String {
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
fn a_task_that_begins_or_ends_while_an_agent_acts_is_told_of() {
    let task = |root: &str| countersign_model::Task {
        id: "t1".into(),
        title: "Refactor billing".to_owned(),
        root: root.to_owned(),
        scope: countersign_model::TaskScope::default(),
        issue: None,
        started: countersign_model::Timestamp::MIN,
        ends: countersign_model::Timestamp::MAX,
    };
    let started = |root: &str| Event::TaskStarted { task: task(root) };
    let ended = || Event::TaskEnded { task: "t1".into() };
    assert_snapshot!(check(|story| {
        story.record(started("/r"));
        story.decide("c1", DecisionKind::Allow);
        story.record(ended());
        story.ended("c1", None);
    }), @"warning: record 5: the task `t1` was ended while the call `c1` of `Bash` ran in the session `s1`: if that was not you, an agent did it");
    assert_snapshot!(check(|story| {
        story.decide("c1", DecisionKind::Allow);
        story.record(started("/r/web"));
        story.ended("c1", None);
        story.record(ended());
    }), @"warning: record 4: the task `t1` was started while the call `c1` of `Bash` ran in the session `s1`: if that was not you, an agent did it");
    assert_snapshot!(check(|story| {
        story.record(started("/r"));
        story.decide("c1", DecisionKind::Allow);
        story.ended("c1", None);
        story.decide("c2", DecisionKind::Deny);
        story.hold("c3", "cs-one", 1);
        story.record(ended());
        story.decide("c4", DecisionKind::Allow);
        story.record(started("/other"));
        story.record(Event::Stopped { session: "s1".into(), background: Vec::new() });
        story.record(started("/r"));
        story.ended("c4", None);
    }), @"15 records hold");
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
fn other_words_are_another_action() {
    assert_snapshot!(check(|story| {
        story.hold("c1", "cs-one", 1);
        story.approve("cs-one", "first");
        story.decide_in("c2", waits(1), "/r", "git  push");
        story.release("cs-one", "c2");
        story.ended("c2", None);
    }), @"violation: record 7: the call `c2` was released by `cs-one`, which holds another action");
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
fn text_out_of_the_log_does_not_reach_the_terminal_raw() {
    let told = check(|story| story.ended("\u{1b}[2J\u{202e}c1", None));
    assert_snapshot!(told, @r"violation: record 3: the call `\u{1b}[2J\u{202e}c1` ran without a decision");
    let long = check(|story| {
        story.record(Event::Failure { during: "test".into(), error: "x".repeat(9000) });
    });
    assert!(long.len() < 300, "{long}");
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

/// Rolling back to an older policy, signed as it was, is found.
#[test]
fn a_bundle_that_was_replaced_decides_nothing_more() {
    let replace = |minutes: i64| {
        check(|story| {
            let other = Digest::of([b"other".as_slice()]);
            let activation =
                Activation { bundle: other, repository: None, at: story.now, after: story.end() };
            story.record(Event::BundleActivated {
                activation: Signed::new(activation, &key("first")).unwrap(),
            });
            story.now = story.now.checked_add(jiff::SignedDuration::from_mins(minutes)).unwrap();
            story.decide("c1", DecisionKind::Allow);
            story.ended("c1", None);
        })
    };
    assert_snapshot!(replace(0), @"6 records hold");
    assert_snapshot!(replace(5), @"violation: record 4: a decision by sha256:1e6ed65d77d6364eeaed5a745ba5c4985ae2b700dd85d7cf7f027bdf294a33fc, which was replaced before");
}
