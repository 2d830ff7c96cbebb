//! The line: one event of a runtime, from its bytes to its answer.
//!
//! | file | what |
//! |---|---|
//! | `judge` | what would this call do, and what is decided? Reads, writes nothing |
//! | `decide` | a call about to run: record the decision, answer it |
//! | `changed` | is what would happen now still what was reviewed? |
//! | `overtaken` | holds that need no answer any more |
//! | `hold` | a call that waits: look for approvals, release or park it |
//! | `review` | what a reviewer will see of a held call |
//! | `report` | every other event: what is recorded of it |
//! | `words` | what the agent reads |

mod changed;
mod credentials;
mod decide;
mod hold;
mod judge;
mod overtaken;
mod places;
mod report;
mod review;
mod words;

use std::time::Instant;

use countersign_agents::claude_code::{self, Answer, Event, Output, deny_anything};
use countersign_evidence as evidence;
use countersign_local::{Home, Ledger, LedgerError, Trust, users};
use countersign_model::Timestamp;
use countersign_redact::Redactor;
use serde_json::Value;

use crate::environment::{self, Environment};
use crate::options::Options;

pub use judge::{Judge, Known, Others, Policy, Seen, fingerprint, nobody};
pub use review::{never_pinned, pinned_form};

/// Texts longer than this are cut before they are stored.
const LONGEST_STORED: usize = 16 << 10;
/// The same for a call that is held: a reviewer has to see all of it.
const LONGEST_HELD: usize = 1 << 20;
/// How a text ends that was cut.
const CUT: &str = " bytes more]";

/// Whether a stored text is not the whole text.
pub fn is_cut(text: &str) -> bool {
    text.ends_with(CUT)
}

/// Reads one event, answers it.
pub fn answer(options: Options, environment: Environment) -> Output {
    let input = match environment::read_input() {
        Ok(input) => input,
        Err(problem) => return deny_anything(&format!("Countersign denies this: {problem}")),
    };
    let event = match claude_code::parse(&input) {
        Ok(event) => event,
        Err(problem) => {
            return deny_anything(&format!("Countersign denies what it cannot read: {problem}"));
        }
    };
    let answered = Line::open(options, environment).and_then(|mut line| line.event(&event));
    match answered {
        Ok((answer, notice)) => claude_code::answer(event.name(), &answer, notice.as_deref()),
        Err(problem) => failed(&event, &problem),
    }
}

/// What is said when the line itself failed: no to whatever waits for an answer.
fn failed(event: &Event, problem: &LedgerError) -> Output {
    let reason = words::failed(problem);
    match event {
        Event::PreToolUse(_) | Event::ConfigChange { .. } => {
            claude_code::answer(event.name(), &Answer::Deny { reason }, None)
        }
        Event::SessionStart { .. }
        | Event::Prompt { .. }
        | Event::PostToolUse { .. }
        | Event::PostToolUseFailure { .. }
        | Event::PermissionRequest { .. }
        | Event::SubagentStart { .. }
        | Event::SubagentStop { .. }
        | Event::Stop { .. }
        | Event::SessionEnd { .. }
        | Event::Other { .. } => claude_code::answer(event.name(), &Answer::Pass, Some(&reason)),
    }
}

/// One event's way through: everything it needs, opened once.
struct Line {
    options: Options,
    environment: Environment,
    started: Instant,
    ledger: Ledger,
    redactor: Redactor,
    judge: Judge,
}

type Answered = Result<(Answer, Option<String>), LedgerError>;

impl Line {
    fn open(mut options: Options, environment: Environment) -> Result<Self, LedgerError> {
        let started = Instant::now();
        let (home, trust) = match &options.managed {
            None => (Home::at(&options.home), Trust::user(options.root)),
            Some(folder) => {
                let trust = Trust::managed(folder)?;
                let user = users().into_iter().find(|user| user.id == environment.user);
                options.user_home = user.map(|user| user.home).unwrap_or_default();
                (trust.home_of(environment.user), trust)
            }
        };
        let ledger = Ledger::open(home, options.log.as_ref(), &options.user_home, environment::now())?;
        let key = ledger.home().key()?;
        let judge = Judge {
            key,
            policy: Policy::InForce { trust, log: ledger.log_id().clone() },
            home: ledger.home().clone(),
            user_home: options.user_home.clone(),
            project: environment.project.clone(),
            git: environment.git.clone(),
            variables: environment.variables.clone(),
            settings: environment.settings.clone(),
        };
        Ok(Self { options, environment, started, ledger, redactor: Redactor::new(key), judge })
    }

    fn event(&mut self, event: &Event) -> Answered {
        match event {
            Event::PreToolUse(call) => self.decide(call),
            Event::PostToolUse { .. }
            | Event::PostToolUseFailure { .. }
            | Event::SessionStart { .. }
            | Event::Prompt { .. }
            | Event::PermissionRequest { .. }
            | Event::SubagentStart { .. }
            | Event::SubagentStop { .. }
            | Event::Stop { .. }
            | Event::SessionEnd { .. }
            | Event::ConfigChange { .. }
            | Event::Other { .. } => self.report(event),
        }
    }

    fn now(&self) -> Timestamp {
        environment::now()
    }

    /// The event as it may be stored: secrets replaced, long texts cut.
    fn storable(&self, event: evidence::Event) -> Result<evidence::Event, LedgerError> {
        let longest = match &event {
            evidence::Event::Decided(decided) if decided.decision.kind.waits() => LONGEST_HELD,
            evidence::Event::Held { .. } | evidence::Event::Released { .. } => LONGEST_HELD,
            _ => LONGEST_STORED,
        };
        let value = serde_json::to_value(&event).map_err(LedgerError::unwritable)?;
        let storable = self.redacted(&value, longest);
        if storable == value {
            return Ok(event);
        }
        serde_json::from_value(storable).map_err(LedgerError::unwritable)
    }

    /// Secrets replaced, long texts cut.
    fn redacted(&self, value: &Value, longest: usize) -> Value {
        let mut value = self.redactor.redact(value);
        shorten(&mut value, longest);
        value
    }
}

/// Cuts every text that is too long to store, saying how much is missing.
fn shorten(value: &mut Value, longest: usize) {
    match value {
        Value::String(text) if is_cut(text) && text.len() < longest + 64 => {}
        Value::String(text) if text.len() > longest => {
            let end = text.floor_char_boundary(longest);
            let missing = text.len() - end;
            text.truncate(end);
            text.push_str(&format!(" … [{missing}{CUT}"));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| shorten(item, longest)),
        Value::Object(fields) => fields.values_mut().for_each(|field| shorten(field, longest)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
