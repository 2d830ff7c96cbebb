//! The calls decided, one by one in their session, many sessions at once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use countersign_agents::PastResult;
use countersign_model::{Decision, Effect, Timestamp};
use countersign_policy::{self as policy, Bundle, Context};
use countersign_redact::Redactor;
use countersign_understand::{Left, Pinning, Surroundings, Workspace, understand};
use serde_json::{Value, json};

use crate::assumed::{as_unix, is_all_or_nothing};
use crate::checkout::{Checkout, Files};
use crate::history::{Call, Session, Source};
use crate::memo::{Memo, Memos};
use crate::{Approvals, Assumed, History};

/// A history as one or two bundles decide it.
#[derive(Debug)]
pub struct Simulation<'h> {
    /// Each call with its decision, in the order of the history's sessions.
    pub decided: Vec<Decided<'h>>,
}

impl Simulation<'_> {
    /// How often somebody would have been asked.
    pub fn price(&self) -> Approvals {
        Approvals::of(&self.decided)
    }
}

/// A call as it would have been decided.
#[derive(Debug)]
pub struct Decided<'h> {
    /// Its session.
    pub session: &'h Session,
    /// The call.
    pub call: &'h Call,
    /// What it would have done, environments filled in by the bundle.
    pub effects: Vec<Effect>,
    /// What would have been decided.
    pub decision: Decision,
    /// What the other bundle would have decided, where it is not the same.
    pub other: Option<Decision>,
}

impl Decided<'_> {
    /// One line of JSON: where the call stands, what it would have done, what would have been decided.
    pub fn line(&self, redactor: &Redactor) -> Value {
        let effects: Vec<String> = self.effects.iter().map(ToString::to_string).collect();
        let shown = json!({
            "session": self.session.id, "call": self.call.call.id, "file": self.call.file, "tool": self.call.call.tool,
            "effects": effects, "reason": self.decision.reason,
        });
        let mut line = self.without_secrets(redactor, shown);
        if let Value::Object(line) = &mut line {
            line.insert("line".to_owned(), self.call.line.into());
            line.insert("text".to_owned(), crate::report::text(self, redactor).into());
            line.insert("decision".to_owned(), self.decision.kind.word().into());
            line.insert("risk".to_owned(), self.decision.risk.score.into());
            line.insert("policies".to_owned(), json!(self.decision.policies));
        }
        line
    }

    /// What is shown of a call, without its secrets: those too that only their place in its input gives away.
    pub(crate) fn without_secrets(&self, redactor: &Redactor, shown: Value) -> Value {
        let record = json!([shown, self.call.call.input]);
        match redactor.redact(&record) {
            Value::Array(mut parts) if !parts.is_empty() => parts.swap_remove(0),
            _ => Value::Null,
        }
    }

    /// The same of some texts: looking for secrets costs more than they do.
    pub(crate) fn texts_without_secrets<const N: usize>(
        &self,
        redactor: &Redactor,
        texts: [&str; N],
    ) -> [String; N] {
        let clean = self.without_secrets(redactor, texts.as_slice().into());
        let mut clean = clean.as_array().into_iter().flatten();
        texts.map(|_| clean.next().and_then(Value::as_str).unwrap_or_default().to_owned())
    }
}

/// Decides a history under a bundle, and under another one to compare with. `done` is told how many calls more are
/// decided, for whoever shows how far it is. `files` are those of a working tree of today, for what a session tells
/// nothing of.
pub fn run<'h>(
    history: &'h History,
    bundle: &Bundle,
    against: Option<&Bundle>,
    files: Option<Files<'_>>,
    done: &(dyn Fn(usize) + Sync),
) -> Simulation<'h> {
    let next = AtomicUsize::new(0);
    let parts: Mutex<Vec<(usize, Vec<Decided<'h>>)>> = Mutex::new(Vec::new());
    let work = || {
        let mut own = Vec::new();
        let mut memos = Memos::default();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(session) = history.sessions.get(index) else { break };
            own.push((index, decide_session(session, bundle, against, files, &mut memos)));
            done(session.calls.len());
        }
        // What another thread left is whole: it only ever appends.
        parts.lock().unwrap_or_else(PoisonError::into_inner).append(&mut own);
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(history.sessions.len().max(1));
    thread::scope(|scope| {
        for _ in 0..threads {
            // Parsing recurses, within limits, as deep as a hook's main thread allows.
            let started = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
            if started.is_err() {
                work();
            }
        }
    });
    let mut parts = parts.into_inner().unwrap_or_else(PoisonError::into_inner);
    parts.sort_by_key(|(index, _)| *index);
    Simulation { decided: parts.into_iter().flat_map(|(_, decided)| decided).collect() }
}

const STACK: usize = 16 << 20;

/// What is known of a session by one bundle as its calls are decided.
struct Progress {
    start: String,
    surroundings: Surroundings,
    workspace: Assumed,
    history: policy::History,
    past: policy::Past,
}

fn decide_session<'h>(
    session: &'h Session,
    bundle: &Bundle,
    against: Option<&Bundle>,
    files: Option<Files<'_>>,
    memos: &mut Memos,
) -> Vec<Decided<'h>> {
    // Fingerprints are compared with nothing here.
    let redactor = Redactor::new([0; 32]);
    let mut start = session.calls.first().map(|call| call.call.cwd.clone()).unwrap_or_default();
    as_unix(&mut start);
    let progress = |bundle: &Bundle| {
        let workspace = Assumed::new(&start, bundle);
        Progress {
            start: start.clone(),
            surroundings: workspace.surroundings(bundle),
            workspace,
            history: policy::History::default(),
            past: policy::Past::default(),
        }
    };
    let mut own = progress(bundle);
    let mut other = against.map(|against| (against, progress(against)));
    let mut decided = Vec::new();
    for call in &session.calls {
        let key = memos.key(&call.call);
        let findings = memos.scan(key, &call.call, || redactor.scan(&Value::Object(call.call.input.clone())));
        let decide = |progress: &mut Progress, bundle: &Bundle, memo: &mut Memo| {
            let guarded = catch_unwind(AssertUnwindSafe(|| {
                progress.decide((key, call), &findings, bundle, files, memo)
            }));
            guarded.unwrap_or_else(|_| (Vec::new(), policy::decide(&[], &Context::default(), bundle)))
        };
        let (effects, decision) = decide(&mut own, bundle, &mut memos.own);
        let other = other.as_mut().map(|(against, progress)| decide(progress, against, &mut memos.against).1);
        let other = other.filter(|other| other.kind != decision.kind);
        decided.push(Decided { session, call, effects, decision, other });
    }
    decided
}

impl Progress {
    fn decide(
        &mut self,
        (key, call): (Option<u64>, &Call),
        findings: &[countersign_model::Finding],
        bundle: &Bundle,
        files: Option<Files<'_>>,
        memo: &mut Memo,
    ) -> (Vec<Effect>, Decision) {
        self.workspace.on(call.branch.as_deref());
        self.workspace.foresees(&call.call);
        let (mut effects, context, left) = match &call.source {
            Source::Evidence { effects, context } => (effects.clone(), (**context).clone(), Left::default()),
            Source::Log => self.understand((key, call), findings, files, memo),
        };
        policy::classify(&mut effects, bundle, Some(self.workspace.root()));
        let decision = memo.decide(key, &effects, &context, || policy::decide(&effects, &context, bundle));
        self.history.decided(&decision.kind);
        // Without a time there is no saying how fast calls followed each other.
        let at = call.at.unwrap_or(Timestamp::MIN);
        self.past.decided(&call.call.id, &effects, &decision.kind, at);
        // It did run, or may have, whatever we would have said; what was held would have been approved to.
        if matches!(call.result, PastResult::Succeeded | PastResult::Failed | PastResult::Unknown) {
            self.history.ran(&effects);
            let has_failed = call.result == PastResult::Failed;
            self.workspace.leaves(&left, has_failed);
            if !(has_failed && is_all_or_nothing(&call.call)) {
                self.workspace.ran(&call.call, &effects, &left);
            }
        }
        (effects, decision)
    }

    fn understand(
        &self,
        (key, call): (Option<u64>, &Call),
        findings: &[countersign_model::Finding],
        files: Option<Files<'_>>,
        memo: &mut Memo,
    ) -> (Vec<Effect>, Context, Left) {
        let mut asked = call.call.clone();
        if asked.cwd.is_empty() {
            self.workspace.root().clone_into(&mut asked.cwd);
        }
        as_unix(&mut asked.cwd);
        for name in ["file_path", "notebook_path", "path"] {
            if let Some(Value::String(path)) = asked.input.get_mut(name) {
                as_unix(path);
            }
        }
        let assumed = &self.workspace;
        let checkout = files.map(|files| Checkout { assumed, files });
        let workspace = checkout.as_ref().map_or(assumed as &dyn Workspace, |checkout| checkout);
        let make = || understand(&asked, &self.surroundings, workspace);
        let understanding = memo.understand(key, &self.start, &asked, workspace, make);
        let now = call.at.unwrap_or(Timestamp::MAX);
        let context = Context {
            findings: findings.to_vec(),
            history: self.history.clone(),
            circumstances: self.past.circumstances(&call.call.id, &understanding.effects, now),
            pinnable: !matches!(understanding.pinning, Pinning::Impossible { .. }),
            ..Context::default()
        };
        let mut effects = understanding.effects;
        self.workspace.mark_own(&mut effects);
        (effects, context, understanding.left)
    }
}

#[cfg(test)]
mod tests;
