//! The stored format: what version 1 wrote is read for ever, and its description is true.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use countersign_approval::{Anchor, Verdict};
use countersign_evidence::{Event, Expected, Log, Ran, verify};
use countersign_model::{DecisionKind, Digest, Finding, Runtime};
use insta::assert_snapshot;
use serde_json::Value;

use crate::fixture::Fixture;
use crate::story::{Story, bundle, fingerprint, told, waits};

/// A log with every kind of event there is in version 1.
fn every_kind() -> Story {
    let mut story = Story::empty();
    let session = || "s1".into();
    story.record(Event::Installed {
        runtime: Runtime::ClaudeCode,
        scope: "user".into(),
        settings: "/home/user/.claude/settings.json".into(),
        binary: Digest::of([b"hook".as_slice()]),
        root: Some(fingerprint("first")),
    });
    story.record(Event::BundleAdopted {
        bundle: bundle(),
        repository: Some("/r".into()),
        pack: "graduated".into(),
        why: "nobody is enrolled".into(),
    });
    story.enroll("first", "first");
    story.enroll("second", "first");
    story.activate("first");
    story.record(Event::SessionStarted {
        session: session(),
        runtime: Runtime::ClaudeCode,
        cwd: "/r".into(),
        source: Some("startup".into()),
        attended: Some(true),
        mode: Some("default".into()),
    });
    story.record(Event::Prompted {
        session: session(),
        prompt: Some("p1".into()),
        text: "refactor the parser; the key is [redacted]".into(),
        findings: vec![Finding {
            class: "generic-key".into(),
            pointer: "/prompt".into(),
            fingerprint: Digest::of([b"finding".as_slice()]),
        }],
    });
    story.decide("c1", DecisionKind::Allow);
    story.ended("c1", None);
    story.decide("c2", DecisionKind::Monitor);
    story.outcome("c2", Ran::Background { id: Some("b1".into()) }, None);
    story.decide("c3", DecisionKind::Deny);
    story.hold("c4", "cs-one-pinned", 2);
    story.record(Event::Parked { ticket: "cs-one-pinned".into(), session: session(), call: "c4".into() });
    story.approve("cs-one-pinned", "first");
    story.approve("cs-one-pinned", "second");
    story.decide("c5", waits(2));
    story.record(Event::Joined { ticket: "cs-one-pinned".into(), session: session(), call: "c5".into() });
    story.release("cs-one-pinned", "c5");
    story.ended("c5", Some(true));
    story.hold("c6", "cs-two", 1);
    story.review(story.approval("cs-two", Verdict::Deny), "second");
    story.hold("c7", "cs-three", 1);
    story.record(Event::Expired { ticket: "cs-three".into() });
    story.hold("c8", "cs-four", 1);
    story.approve("cs-four", "first");
    story.record(Event::Voided {
        ticket: "cs-four".into(),
        session: session(),
        call: "c8".into(),
        why: "HEAD moved".into(),
    });
    story.grant("cg-1", 2, "first");
    story.decide("c9", waits(1));
    story.release_by_grant("cg-1", "c9");
    story.outcome("c9", Ran::Failed, Some(false));
    story.retire("second", "first");
    story.record(Event::SubagentStarted { session: session(), agent: "a1".into(), agent_type: None });
    story.record(Event::SubagentStopped { session: session(), agent: "a1".into(), agent_type: None });
    story.record(Event::PermissionAsked {
        session: session(),
        agent: None,
        tool: "Bash".into(),
        call: Some("c1".into()),
    });
    story.record(Event::ConfigurationChanged {
        session: session(),
        source: "project_settings".into(),
        path: Some("/r/.claude/settings.json".into()),
        vetoed: Some("it drops the hook".into()),
    });
    story.record(Event::Tampering {
        what: "settings-changed".into(),
        detail: "the hook is gone".into(),
        session: Some(session()),
    });
    story.record(Event::Repaired { segment: 1, removed_bytes: 9, why: "a write was cut short".into() });
    story.record(Event::Failure { during: "deciding".into(), error: "out of time".into() });
    story.record(Event::Stopped { session: session(), background: vec!["b1".into()] });
    story.record(Event::SessionEnded { session: session(), reason: Some("clear".into()) });
    story.record(Event::Uninstalled {
        runtime: Runtime::ClaudeCode,
        scope: "user".into(),
        settings: "/home/user/.claude/settings.json".into(),
    });
    story
}

/// The kinds of event in a log.
fn kinds(log: &Path) -> BTreeSet<String> {
    let log = Log::open(log).unwrap();
    let kind = |event: &Event| serde_json::to_value(event).unwrap()["type"].as_str().unwrap().to_owned();
    log.read_from(log.start()).map(|entry| kind(&entry.unwrap().record.event)).collect()
}

/// Where a log lies that this version of the format was first written with. Never written again.
fn committed(version: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(version)
}

#[test]
fn every_kind_is_in_the_log_of_version_1() {
    assert_eq!(kinds(&committed("v1")), kinds(&every_kind().path()));
}

#[test]
fn version_1_verifies() {
    let root = Some(fingerprint("first"));
    let report = verify(&committed("v1"), &Expected { root, head: None, ..Expected::default() });
    assert_snapshot!(told(&report), @"
    warning: record 16: `cs-one-pinned` was approved without saying what the reviewer saw
    warning: record 17: `cs-one-pinned` was approved without saying what the reviewer saw
    warning: record 30: `cs-four` was approved without saying what the reviewer saw
    warning: record 34: the call `c9` was released by a grant, after a reviewer denied it as `cs-two`
    warning: record 41: tampering was seen: `settings-changed`: `the hook is gone`
    warning: record 42: 9 bytes were moved away: `a write was cut short`
    warning: record 43: a failure during `deciding`: `out of time`
    ");
    assert!(report.holds());
}

#[test]
fn nothing_that_version_1_wrote_is_lost_on_reading() {
    let text = fs::read_to_string(committed("v1").join("00000001.jsonl")).unwrap();
    for line in text.lines() {
        let (_, json) = line.split_once(' ').unwrap();
        let record: countersign_evidence::Record = serde_json::from_str(json).unwrap();
        let (old, new) = (serde_json::from_str(json).unwrap(), serde_json::to_value(&record).unwrap());
        assert!(covers(&new, &old), "{new}\n{old}");
    }
}

/// Whether `new` says all that `old` says.
fn covers(new: &Value, old: &Value) -> bool {
    match (new, old) {
        (Value::Object(new), Value::Object(old)) => {
            old.iter().all(|(key, old)| new.get(key).is_some_and(|new| covers(new, old)))
        }
        (Value::Array(new), Value::Array(old)) => {
            new.len() == old.len() && new.iter().zip(old).all(|(new, old)| covers(new, old))
        }
        _ => new == old,
    }
}

/// The first shell block of the description, run on a log.
fn recipe(log: &Path) -> String {
    let description = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/evidence-format.md");
    let description = fs::read_to_string(description).unwrap();
    let (_, rest) = description.split_once("```sh\n").unwrap();
    let (recipe, _) = rest.split_once("```").unwrap();
    let output = Command::new("sh").args(["-c", recipe, "sh"]).arg(log).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

#[test]
fn the_description_checks_a_log_with_a_shell() {
    let Anchor { hash, .. } = every_kind().end();
    assert_eq!(recipe(&every_kind().path()), hash.hex());
    let fixture = Fixture::new();
    fixture.append(&["a \\ b 'c' \"d\" $e é\n", "%s \u{1}"]).unwrap();
    assert_eq!(recipe(&fixture.path()), fixture.log().head().unwrap().hash.hex());
    let text = fs::read_to_string(fixture.segment()).unwrap();
    fs::write(fixture.segment(), text.replace("%s", "%d")).unwrap();
    assert_snapshot!(recipe(&fixture.path()), @r#"broken: {"sequence":2,"time":"1970-01-01T00:00:00Z","event":{"type":"failure","during":"test","error":"%d \u0001"}}"#);
}

/// The kinds that came after version 1 was first written.
#[test]
fn a_task_is_stored_with_what_it_says_alone() {
    let text = r#"{"type":"task_started","task":{"id":"ct-1","title":"Refactor","root":"/r","scope":{"paths":["src/**"],"limits":{"files":2}},"started":"2030-01-31T08:00:00Z","ends":"2030-01-31T12:00:00Z"}}"#;
    let event: Event = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&event).unwrap(), text);
    let text = r#"{"type":"task_ended","task":"ct-1"}"#;
    let event: Event = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&event).unwrap(), text);
}
