//! A person's machine: a home of its own, a repository whose `main` deploys, Countersign set up.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use countersign_model::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;

/// What the reviewer types.
pub const PASSPHRASE: &str = "nine brass lanterns over quiet water";
const COUNTERSIGN: &str = env!("CARGO_BIN_EXE_countersign");
/// How long anybody waits for something that must come.
const PATIENCE: Duration = Duration::from_secs(40);
const DEPLOY: &str = "on:\n  push:\n    branches: [main]\njobs:\n  deploy:\n    environment: production\n    steps:\n      - run: ./deploy.sh\n";

pub struct Machine {
    folder: TempDir,
    calls: AtomicU32,
}

/// What the hook answered.
#[derive(Debug)]
pub struct Answer {
    pub exit: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Answer {
    pub fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { exit: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// What a runtime takes from it: `pass`, or the host's `allow` or `deny`.
    pub fn word(&self) -> String {
        if self.stdout.is_empty() {
            return if self.exit == Some(0) { "pass".to_owned() } else { format!("{:?}", self.exit) };
        }
        let answer: Value = serde_json::from_str(&self.stdout).unwrap();
        let decision = answer.pointer("/hookSpecificOutput/permissionDecision").and_then(Value::as_str);
        decision.unwrap_or("pass").to_owned()
    }

    /// The reason of a denial, with tickets replaced.
    pub fn reason(&self) -> String {
        assert_eq!((self.word().as_str(), self.exit), ("deny", Some(2)), "{self:?}");
        let answer: Value = serde_json::from_str(&self.stdout).unwrap();
        let reason = answer["hookSpecificOutput"]["permissionDecisionReason"].as_str().unwrap().to_owned();
        assert_eq!(self.stderr.trim(), reason);
        let words = reason.split_inclusive(' ').map(|word| match word.find("cs-") {
            Some(at) => format!("{}TICKET{}", &word[..at], word.get(at + 11..).unwrap_or_default()),
            None => word.to_owned(),
        });
        words.collect()
    }
}

impl Machine {
    /// A repository with a bare remote, and nothing of Countersign yet.
    pub fn new() -> Self {
        let machine = Self { folder: tempfile::tempdir().unwrap(), calls: AtomicU32::new(0) };
        fs::create_dir_all(machine.repository().join(".github/workflows")).unwrap();
        fs::create_dir(machine.path("theirs")).unwrap();
        fs::write(
            machine.path(".gitconfig"),
            "[user]\n name = dev\n email = dev@example.org\n[init]\n defaultBranch = main\n",
        )
        .unwrap();
        fs::write(machine.repository().join(".github/workflows/deploy.yml"), DEPLOY).unwrap();
        for remote in ["shop.git", "other.git"] {
            machine.git(&["init", "--quiet", "--bare", &machine.path(remote).display().to_string()]);
        }
        machine.git(&["init", "--quiet"]);
        machine.git(&["remote", "add", "origin", &machine.path("shop.git").display().to_string()]);
        machine.commit("Sell one");
        machine.git(&["push", "--quiet", "-u", "origin", "main"]);
        machine
    }

    /// The same with a reviewer enrolled, the proposal signed, and a fix on the local `main`.
    pub fn governed() -> Self {
        let machine = Self::new();
        machine.countersign(&["init", "--yes"], "");
        machine.countersign(&["reviewers", "enroll", "ada", "--passphrase-stdin"], PASSPHRASE);
        machine.activate();
        machine.commit("Sell two");
        machine
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(below)
    }

    pub fn repository(&self) -> PathBuf {
        self.path("shop")
    }

    pub fn home(&self) -> PathBuf {
        self.path("countersign")
    }

    /// A program in the repository, with nothing of this process's environment.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.repository()).env_clear();
        command.env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HOME", self.path(""));
        command.env("COUNTERSIGN_HOME", self.home()).env("LANG", "C.UTF-8").env("NO_COLOR", "1");
        command
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        let output = self.command("git").args(arguments).output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub fn commit(&self, message: &str) {
        fs::write(self.repository().join("shop.txt"), message).unwrap();
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    /// The commit that the remote's `main` is at.
    pub fn deployed(&self) -> String {
        self.git(&["--git-dir", &self.path("shop.git").display().to_string(), "rev-parse", "main"])
    }

    /// Runs `countersign` to its end, whatever that is.
    pub fn try_countersign(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = self.command(COUNTERSIGN);
        run(command.args(arguments), input.as_bytes())
    }

    /// Runs `countersign`, which must succeed; gives what it printed.
    pub fn countersign(&self, arguments: &[&str], input: &str) -> String {
        let output = self.try_countersign(arguments, input);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Signs the proposal; that it is proved first has tests of its own.
    pub fn activate(&self) {
        self.countersign(&["policy", "activate", "--unproved", "--passphrase-stdin"], PASSPHRASE);
    }

    pub fn approve(&self, ticket: &str) {
        self.countersign(&["approvals", "approve", ticket, "--passphrase-stdin"], PASSPHRASE);
    }

    /// The events of one kind, as the evidence has them.
    pub fn events(&self, kind: &str) -> Vec<Value> {
        self.events_among_last(usize::MAX, kind)
    }

    /// The same, among so many last records.
    pub fn events_among_last(&self, last: usize, kind: &str) -> Vec<Value> {
        let show = ["--json", "evidence", "show", "--last", &last.to_string()];
        let records: Value = serde_json::from_str(&self.countersign(&show, "")).unwrap();
        let events = records.as_array().unwrap().iter().map(|record| record["event"].clone());
        events.filter(|event| event["type"] == kind).collect()
    }

    /// When the last record was made.
    pub fn last_time(&self) -> Timestamp {
        let records: Value =
            serde_json::from_str(&self.countersign(&["--json", "evidence", "show", "--last", "1"], ""))
                .unwrap();
        records[0]["time"].as_str().unwrap().parse().unwrap()
    }

    /// The hook as it is wired, waiting so many seconds for a reviewer.
    pub fn hook(&self, wait: u32) -> Command {
        let mut command = self.command(COUNTERSIGN);
        command.args(["hook", "claude-code", "--timeout", "60", "--wait", &wait.to_string()]);
        command.arg("--home").arg(self.home()).arg("--user-home").arg(self.path(""));
        let root = self.events("reviewer_enrolled");
        let root = root.first().map(|event| event["enrollment"]["key"].as_str().unwrap().to_owned());
        root.map(|root| command.args(["--root", &root]));
        command
    }

    /// A tool call about to run, under an id of its own.
    pub fn call(&self, tool: &str, input: Value, cwd: &Path) -> Value {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        json!({
            "session_id": "s1", "transcript_path": "/nowhere", "cwd": cwd, "permission_mode": "default",
            "hook_event_name": "PreToolUse", "tool_name": tool, "tool_input": input,
            "tool_use_id": format!("toolu_{number}"),
        })
    }

    pub fn bash(&self, command: &str) -> Value {
        self.call("Bash", json!({ "command": command, "description": "a command" }), &self.repository())
    }

    /// Asks the hook, which parks what it holds.
    pub fn ask(&self, call: &Value) -> Answer {
        Answer::of(run(&mut self.hook(0), call.to_string().as_bytes()))
    }

    /// Asks the hook and leaves it waiting for a reviewer; gives the ticket.
    pub fn hold(&self, command: &str) -> (Child, String) {
        let mut hook = self.hook(50);
        let mut child = start(&mut hook);
        let call = self.bash(command).to_string();
        child.stdin.take().unwrap().write_all(call.as_bytes()).unwrap();
        (child, self.ticket())
    }

    /// The ticket of the one action that waits, once it does.
    pub fn ticket(&self) -> String {
        let started = Instant::now();
        loop {
            let list: Value =
                serde_json::from_str(&self.countersign(&["--json", "approvals", "list"], "")).unwrap();
            match list["waiting"].as_array().unwrap().as_slice() {
                [] => assert!(started.elapsed() < PATIENCE, "nothing was held"),
                [only] => return only["ticket"].as_str().unwrap().to_owned(),
                several => panic!("several are held: {several:?}"),
            }
        }
    }
}

fn start(command: &mut Command) -> Child {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Runs a program to its end with this on its standard input.
pub fn run(command: &mut Command, input: &[u8]) -> Output {
    let mut child = start(command);
    // A program that ends without reading closes the pipe: that is its business.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}
