//! A session told to a log step by step, as the hook and the CLI would.

use std::path::PathBuf;

use countersign_approval::{
    Activation, Anchor, Approval, Commitment, Enrollment, Fingerprint, Grant, PublicKey, Retirement,
    Revocation, Signed, SigningKey, Verdict,
};
use countersign_evidence::{Authority, Decided, Event, Expected, Log, Ran, Report, Review, verify};
use countersign_model::{
    Decision, DecisionKind, Digest, Effect, Environment, Requirement, Resource, Risk, Runtime, Timestamp,
    ToolCall, verbs,
};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

/// A log that is written to, with a clock that moves one second with each step.
pub struct Story {
    directory: TempDir,
    log: Log,
    pub events: Vec<(Timestamp, Event)>,
    pub now: Timestamp,
}

pub fn key(person: &str) -> SigningKey {
    SigningKey::from_bytes(Digest::of([person.as_bytes()]).as_bytes())
}

pub fn fingerprint(person: &str) -> Fingerprint {
    PublicKey::of(&key(person)).fingerprint()
}

fn seconds(number: i64) -> Timestamp {
    Timestamp::from_second(1_900_000_000 + number).unwrap()
}

impl Story {
    /// A log with a reviewer `first`, the root, and a bundle in force.
    pub fn begin() -> Self {
        let mut story = Self::empty();
        story.enroll("first", "first");
        let activation = Activation { bundle: bundle(), repository: None, at: story.now, after: story.end() };
        story.record(Event::BundleActivated { activation: Signed::new(activation, &key("first")).unwrap() });
        story
    }

    pub fn empty() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let log = Log::create(&directory.path().join("log"), &"log".into(), seconds(0)).unwrap();
        Self { directory, log, events: Vec::new(), now: seconds(1) }
    }

    pub fn path(&self) -> PathBuf {
        self.directory.path().join("log")
    }

    pub fn record(&mut self, event: Event) {
        self.log.append(self.now, std::slice::from_ref(&event)).unwrap();
        self.events.push((self.now, event));
        self.now = self.now.checked_add(jiff::SignedDuration::from_secs(1)).unwrap();
    }

    pub fn end(&self) -> Anchor {
        self.log.head().unwrap().anchor(self.log.id())
    }

    pub fn enroll(&mut self, name: &str, by: &str) {
        let enrollment = Enrollment {
            name: name.into(),
            key: PublicKey::of(&key(name)),
            groups: vec![],
            at: self.now,
            after: self.end(),
        };
        self.record(Event::ReviewerEnrolled { enrollment: Signed::new(enrollment, &key(by)).unwrap() });
    }

    pub fn activate(&mut self, by: &str) {
        let activation = Activation { bundle: bundle(), repository: None, at: self.now, after: self.end() };
        self.record(Event::BundleActivated { activation: Signed::new(activation, &key(by)).unwrap() });
    }

    pub fn retire(&mut self, name: &str, by: &str) {
        let retirement = Retirement { key: fingerprint(name), why: None, at: self.now, after: self.end() };
        self.record(Event::ReviewerRetired { retirement: Signed::new(retirement, &key(by)).unwrap() });
    }

    pub fn decide(&mut self, call: &str, kind: DecisionKind) {
        self.decide_in(call, kind, "/r", "git push");
    }

    /// The same effects in another directory or in other words.
    pub fn decide_in(&mut self, call: &str, kind: DecisionKind, cwd: &str, command: &str) {
        let decision = Decision {
            kind,
            risk: Risk::default(),
            policies: vec![],
            reason: "because".into(),
            shadow: None,
        };
        let mut effect = Effect::new(
            verbs::GIT_PUSH,
            Resource::Path {
                path: "/r".into(),
                zone: countersign_model::Zone::Workspace,
                class: countersign_model::PathClass::Ordinary,
            },
        );
        effect.environment = Environment::Production;
        self.record(Event::Decided(Box::new(Decided {
            call: ToolCall {
                runtime: Runtime::ClaudeCode,
                session: "s1".into(),
                agent: None,
                id: call.into(),
                prompt: None,
                cwd: cwd.into(),
                mode: None,
                tool: "Bash".into(),
                input: json!({"command": command}).as_object().unwrap().clone(),
                mcp_server: None,
            },
            bearing: vec!["command".into()],
            fingerprint: Digest::of([command.as_bytes()]),
            findings: vec![],
            facts: vec![],
            effects: vec![effect],
            bundle: bundle(),
            context: Value::Null,
            decision,
        })));
    }

    /// Decides a call so that it waits for `approvals`, and holds it.
    pub fn hold(&mut self, call: &str, ticket: &str, approvals: u8) {
        self.decide(call, waits(approvals));
        let pinned = ticket.contains("pinned").then(|| "git push origin <commit>:main".to_owned());
        self.record(Event::Held {
            ticket: ticket.into(),
            session: "s1".into(),
            agent: None,
            call: call.into(),
            commitment: commitment(ticket),
            requirement: Requirement { approvals, groups: vec![] },
            expires: self.now.checked_add(jiff::SignedDuration::from_hours(1)).unwrap(),
            review: Box::new(Review { pinned, ..Review::default() }),
        });
    }

    pub fn approval(&self, ticket: &str, verdict: Verdict) -> Approval {
        Approval {
            ticket: ticket.into(),
            commitment: commitment(ticket),
            shown: self.shown(ticket),
            verdict,
            at: self.now,
            expires: self.now.checked_add(jiff::SignedDuration::from_mins(10)).unwrap(),
            note: None,
            after: self.end(),
        }
    }

    /// What the record of a hold shows.
    fn shown(&self, ticket: &str) -> Option<Digest> {
        let events = || self.events.iter().map(|(_, event)| event);
        let (call, pinned) = events().find_map(|event| match event {
            Event::Held { ticket: held, call, review, .. } if held.as_str() == ticket => {
                Some((call, &review.pinned))
            }
            _ => None,
        })?;
        let decided = events().find_map(|event| match event {
            Event::Decided(decided) if decided.call.id == *call => Some(decided),
            _ => None,
        })?;
        Some(decided.shown(pinned.as_deref()).unwrap())
    }

    pub fn review(&mut self, approval: Approval, by: &str) {
        self.record(Event::Reviewed { approval: Signed::new(approval, &key(by)).unwrap() });
    }

    pub fn approve(&mut self, ticket: &str, by: &str) {
        self.review(self.approval(ticket, Verdict::Approve), by);
    }

    pub fn release(&mut self, ticket: &str, call: &str) {
        let authority = Authority::Ticket { ticket: ticket.into() };
        let pinned = ticket.contains("pinned").then(Map::new);
        self.record(Event::Released { authority, session: "s1".into(), call: call.into(), pinned });
    }

    pub fn release_by_grant(&mut self, grant: &str, call: &str) {
        let authority = Authority::Grants { grants: vec![grant.into()] };
        self.record(Event::Released { authority, session: "s1".into(), call: call.into(), pinned: None });
    }

    pub fn revoke(&mut self, grant: &str, by: &str) {
        let revocation = Revocation { grant: grant.into(), at: self.now, note: None, after: self.end() };
        self.record(Event::Revoked { revocation: Signed::new(revocation, &key(by)).unwrap() });
    }

    pub fn grant(&mut self, id: &str, count: u32, by: &str) {
        let grant = Grant {
            id: id.into(),
            verb: verbs::GIT_PUSH,
            resource: "/*".into(),
            environment: Environment::Production,
            session: None,
            count,
            at: self.now,
            expires: self.now.checked_add(jiff::SignedDuration::from_hours(1)).unwrap(),
            note: None,
            after: self.end(),
            denied: None,
        };
        self.record(Event::Granted { grant: Signed::new(grant, &key(by)).unwrap() });
    }

    pub fn ended(&mut self, call: &str, landed: Option<bool>) {
        self.outcome(call, Ran::Succeeded, landed);
    }

    pub fn outcome(&mut self, call: &str, result: Ran, landed: Option<bool>) {
        self.record(Event::Outcome {
            session: "s1".into(),
            agent: None,
            call: call.into(),
            result,
            detail: None,
            duration_ms: Some(12),
            landed,
            made: Vec::new(),
        });
    }

    /// A hold, its approval, its release and its outcome.
    pub fn whole(&mut self, call: &str, ticket: &str) {
        self.hold(call, ticket, 1);
        self.approve(ticket, "first");
        self.release(ticket, call);
        self.ended(call, Some(true));
    }

    pub fn verify(&self) -> Report {
        verify(
            &self.path(),
            &Expected { root: Some(fingerprint("first")), head: Some(self.end()), ..Expected::default() },
        )
    }

    /// What an auditor is told, one problem a line.
    pub fn told(&self) -> String {
        told(&self.verify())
    }
}

pub fn told(report: &Report) -> String {
    if report.problems.is_empty() {
        return format!("{} records hold", report.tally.records);
    }
    report.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

pub fn bundle() -> Digest {
    Digest::of([b"bundle".as_slice()])
}

pub fn waits(approvals: u8) -> DecisionKind {
    DecisionKind::RequireApproval { requirement: Requirement { approvals, groups: vec![] } }
}

pub fn commitment(ticket: &str) -> Commitment {
    Commitment::new([5; 16], &Digest::of([ticket.as_bytes()]))
}
