//! A throw-away repository and home, with the hook as it would be installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::timing::{quietly, time};
use crate::run::root;

/// What a session remembers of its calls is full after so many.
const WARM: usize = 20;

/// The reviewer's, who signs the policies.
const PASSPHRASE: &[u8] = b"nine brass lanterns over quiet water\n";

/// The release builds.
pub struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// Where cargo put them: the folder is named after the host.
    pub fn find() -> Result<Self> {
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
        let listing = fs::read_dir(&target).with_context(|| format!("cannot read {}", target.display()))?;
        let has_all = |folder: &PathBuf| {
            ["countersign", "countersign-hook", "countersign-measure"]
                .iter()
                .all(|program| folder.join(program).is_file())
        };
        let folder = listing
            .filter_map(std::result::Result::ok)
            .map(|entry| entry.path().join("release"))
            .chain([target.join("release")])
            .find(has_all)
            .with_context(|| format!("no release builds below {}", target.display()))?;
        Ok(Self { folder })
    }

    /// The program that measures from inside.
    pub fn measure(&self) -> Command {
        Command::new(self.folder.join("countersign-measure"))
    }

    /// How long the yardstick takes now: a fixed piece of work that is none of ours.
    pub fn yardstick(&self) -> Result<Duration> {
        let text = quietly(self.measure().arg("yardstick"))?;
        Ok(Duration::from_nanos(text.trim().parse().context("the yardstick printed no number")?))
    }
}

/// Everything lies below one folder whose path has always the same length, so that it costs the same.
pub struct Stage {
    folder: tempfile::TempDir,
    calls: std::cell::Cell<usize>,
    /// The reviewers' root that the hook is told; none where nobody is enrolled.
    root: Option<String>,
}

impl Stage {
    /// A repository of `files` tracked files, a home, and a session in the middle of its work.
    pub fn set(programs: &Programs, files: usize) -> Result<Self> {
        let stage = Self::unused(programs, files)?;
        stage.warm()?;
        Ok(stage)
    }

    /// The same with a few files, and these policies of its own signed into force.
    pub fn governed(programs: &Programs, policies: &str) -> Result<Self> {
        let mut stage = Self::unused(programs, 10)?;
        let proposal = stage.repository().join("countersign.toml");
        let text = fs::read_to_string(&proposal).context("cannot read the proposal")?;
        fs::write(&proposal, format!("{text}\n{policies}"))?;
        let reviewer = stage.signed(programs, &["--json", "reviewers", "enroll", "ada"])?;
        stage.root = reviewer.get("fingerprint").and_then(Value::as_str).map(str::to_owned);
        let activated = stage.signed(programs, &["--json", "policy", "activate", "--unproved"])?;
        stage.warm()?;
        // Otherwise what is measured would be something else.
        let log = fs::read_dir(stage.home().join("log"))?.collect::<Result<Vec<_>, _>>()?;
        let records = log.iter().map(|file| fs::read(file.path())).collect::<Result<Vec<_>, _>>()?.concat();
        let bundle = activated.get("bundle").and_then(Value::as_str).unwrap_or_default();
        let last = String::from_utf8_lossy(&records)
            .lines()
            .rfind(|line| line.contains("\"decided\""))
            .map(str::to_owned);
        if bundle.is_empty() || !last.is_some_and(|last| last.contains(bundle)) {
            bail!("the signed policies do not decide");
        }
        Ok(stage)
    }

    /// What a command prints that a reviewer signs.
    fn signed(&self, programs: &Programs, arguments: &[&str]) -> Result<Value> {
        let mut command = self.countersign(programs);
        command.args(arguments).arg("--passphrase-stdin");
        let ran = time(command, PASSPHRASE)?;
        if ran.exit != Some(0) {
            bail!("`countersign {}` failed", arguments.join(" "));
        }
        serde_json::from_str(&ran.stdout)
            .with_context(|| format!("`countersign {}` printed no JSON", arguments.join(" ")))
    }

    /// The program that people use, for this home.
    fn countersign(&self, programs: &Programs) -> Command {
        let mut command = Command::new(programs.folder.join("countersign"));
        command
            .current_dir(self.repository())
            .env_clear()
            .env("HOME", self.user_home())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("COUNTERSIGN_HOME", self.home());
        command
    }

    /// Calls until the session is in the middle of its work.
    fn warm(&self) -> Result<()> {
        for _ in 0..WARM {
            self.call("git status")?;
        }
        Ok(())
    }

    fn unused(programs: &Programs, files: usize) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("countersign-bench-")
            .tempdir_in("/tmp")
            .context("cannot make a temporary folder")?;
        let stage = Self { folder, calls: std::cell::Cell::new(0), root: None };
        stage.fill(files)?;
        fs::create_dir(stage.user_home())?;
        fs::copy(programs.folder.join("countersign-hook"), stage.hook_program())?;
        quietly(stage.countersign(programs).args(["init", "--yes"]))?;
        Ok(stage)
    }

    fn fill(&self, files: usize) -> Result<()> {
        let repository = self.repository();
        for folder in ["src", "scripts"] {
            fs::create_dir_all(repository.join(folder))?;
        }
        fs::write(repository.join("src/main.rs"), "fn main() {}\n")?;
        fs::write(repository.join("src/old.rs"), "fn old() {}\n")?;
        fs::write(repository.join("scripts/check.sh"), "set -e\ncargo fmt --check\ncargo test -q\n")?;
        fs::write(repository.join("Cargo.toml"), "[package]\nname = \"shop\"\n")?;
        for number in 4..files {
            let folder = repository.join(format!("src/part_{}", number / 100));
            fs::create_dir_all(&folder)?;
            fs::write(folder.join(format!("file_{number}.rs")), format!("pub const N: u32 = {number};\n"))?;
        }
        let git = |arguments: &[&str]| {
            let who = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
            let mut command = Command::new("git");
            command.args(who).args(arguments).current_dir(&repository).env("HOME", self.folder.path());
            // A hook of git's that runs the tests hands them the repository it runs in.
            for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
                command.env_remove(name);
            }
            quietly(&mut command)
        };
        git(&["init", "--quiet", "-b", "main"])?;
        git(&["add", "--all"])?;
        git(&["commit", "--quiet", "-m", "start"])?;
        git(&["branch", "feature"])?;
        git(&["remote", "add", "origin", "https://example.com/acme/shop.git"]).map(drop)
    }

    /// Of the repository; its parent is nobody's home.
    pub fn repository(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    /// The user's own home.
    pub fn user_home(&self) -> PathBuf {
        self.folder.path().join("user")
    }

    /// Countersign's home.
    pub fn home(&self) -> PathBuf {
        self.user_home().join(".countersign")
    }

    fn hook_program(&self) -> PathBuf {
        self.folder.path().join("countersign-hook")
    }

    /// The hook, as a runtime starts it, in an environment that is always the same.
    pub fn hook(&self) -> Command {
        self.hook_within(Duration::from_secs(60), &[])
    }

    /// The hook with another time-out, started by way of other words, such as valgrind's.
    pub fn hook_within(&self, timeout: Duration, by: &[&str]) -> Command {
        let program = self.hook_program();
        let mut command = match by.split_first() {
            None => Command::new(&program),
            Some((first, rest)) => {
                let mut command = Command::new(first);
                command.args(rest).arg(&program);
                command
            }
        };
        command
            .env_clear()
            .env("HOME", self.user_home())
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .arg("claude-code")
            .args(["--timeout", &timeout.as_secs().to_string(), "--wait", "0", "--home"])
            .arg(self.home())
            .arg("--user-home")
            .arg(self.user_home());
        if let Some(root) = &self.root {
            command.arg("--root").arg(root);
        }
        command
    }

    /// A shell command and its outcome, as the runtime reports them: the two payloads.
    pub fn payloads(&self, command: &str) -> Result<(Vec<u8>, Vec<u8>)> {
        self.tool_payloads("Bash", &json!({ "command": command, "description": "measured" }))
    }

    /// A call of any tool and its outcome, under a fresh id.
    pub fn tool_payloads(&self, tool: &str, input: &Value) -> Result<(Vec<u8>, Vec<u8>)> {
        let number = self.calls.get();
        self.calls.set(number + 1);
        let mut payload = json!({
            "session_id": "bench", "cwd": self.repository(), "permission_mode": "default",
            "transcript_path": "/nowhere", "hook_event_name": "PreToolUse", "tool_name": tool,
            "tool_input": input, "tool_use_id": format!("toolu_{number:08}"),
        });
        let before = serde_json::to_vec(&payload)?;
        if let Some(fields) = payload.as_object_mut() {
            fields.insert("hook_event_name".into(), json!("PostToolUse"));
            fields.insert(
                "tool_response".into(),
                json!({"stdout": "On branch main", "stderr": "", "interrupted": false}),
            );
            fields.insert("duration_ms".into(), json!(5));
        }
        Ok((before, serde_json::to_vec(&payload)?))
    }

    /// One shell command, before and after: how long each hook took.
    pub fn call(&self, command: &str) -> Result<(Duration, Duration)> {
        let (before, after) = self.payloads(command)?;
        let before = time(self.hook(), &before)?;
        if !before.passed() {
            bail!(
                "the hook did not let `{command}` go on, so there is nothing to measure: {}",
                before.stdout
            );
        }
        Ok((before.time, time(self.hook(), &after)?.time))
    }

    /// Keeps home and witness as they are now, to come back to.
    pub fn keep(&self) -> Result<()> {
        let kept = self.scratch("kept");
        if kept.exists() {
            fs::remove_dir_all(&kept)?;
        }
        copy(&self.user_home(), &kept)
    }

    /// Goes back to what was kept.
    pub fn go_back(&self) -> Result<()> {
        fs::remove_dir_all(self.user_home())?;
        copy(&self.scratch("kept"), &self.user_home())
    }

    /// A path for a file that is no part of what is measured.
    pub fn scratch(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    quietly(Command::new("cp").arg("-a").arg(from).arg(to)).map(drop)
}
