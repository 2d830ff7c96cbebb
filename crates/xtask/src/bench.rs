//! The price of the hook, as a ratio to starting a program that does nothing.
//!
//! Both are started the same way, in turn, in the same run, so that a noisy machine disturbs both.
//! `docs/performance.md` holds the figures and this command.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::run::{cargo, root, step};

/// The hook may cost this many times what the floor costs.
const BOUND: f64 = 6.0;
/// One megabyte of hostile input is answered within this time.
const HOSTILE_BOUND: Duration = Duration::from_millis(100);

/// Measures and prints; with `check`, fails where a figure is above its bound.
pub fn run(check: bool, runs: usize) -> Result<()> {
    step(
        "release binaries",
        cargo().args([
            "build",
            "--quiet",
            "--release",
            "--locked",
            "-p",
            "countersign",
            "-p",
            "countersign-hook",
        ]),
    )?;
    let stage = Stage::set()?;
    let mut floor = Vec::new();
    let mut before = Vec::new();
    let mut after = Vec::new();
    for turn in 0..runs {
        floor.push(time(Command::new("/bin/true"), b"{}")?.0);
        let payload = stage.pre_tool_use("git status", turn);
        before.push(time(stage.hook(), &serde_json::to_vec(&payload)?)?.0);
        let payload = stage.post_tool_use("git status", turn);
        after.push(time(stage.hook(), &serde_json::to_vec(&payload)?)?.0);
    }
    let floor = median(&mut floor);
    let mut slow = Vec::new();
    println!("{:<44} {:>9} {:>7} {:>7}", "what", "p50", "ratio", "bound");
    println!("{:<44} {:>9} {:>7} {:>7}", "floor: /bin/true", milliseconds(floor), "1.0", "");
    for (name, times) in
        [("hook, PreToolUse, durable", &mut before), ("hook, PostToolUse, durable", &mut after)]
    {
        let time = median(times);
        let ratio = time.as_secs_f64() / floor.as_secs_f64();
        println!("{name:<44} {:>9} {ratio:>7.1} {BOUND:>7.1}", milliseconds(time));
        if ratio > BOUND {
            slow.push(name.to_owned());
        }
    }
    for (name, command) in hostile() {
        let payload = serde_json::to_vec(&stage.pre_tool_use(&command, runs))?;
        let mut times: Vec<Duration> = Vec::new();
        for _ in 0..5 {
            times.push(time(stage.hook(), &payload)?.0);
        }
        let time = median(&mut times);
        println!("{name:<44} {:>9} {:>7} {:>7}", milliseconds(time), "", milliseconds(HOSTILE_BOUND));
        if time > HOSTILE_BOUND {
            slow.push(name.to_owned());
        }
    }
    if check && !slow.is_empty() {
        bail!("above the bound: {}", slow.join(", "));
    }
    Ok(())
}

/// Inputs of one megabyte that a careless parser is slow on.
fn hostile() -> Vec<(String, String)> {
    const MEGABYTE: usize = 1 << 20;
    [
        ("$(", "$("),
        ("{ ", "{ "),
        ("quotes", "'\""),
        ("backticks", "`"),
        ("words", "a "),
        ("if", "if "),
        ("newlines", "x\n"),
    ]
    .into_iter()
    .map(|(name, part)| (format!("1 MB of {name}"), part.repeat(MEGABYTE / part.len())))
    .collect()
}

/// A throw-away repository and home, with the hook as it would be installed.
struct Stage {
    folder: tempfile::TempDir,
    binaries: PathBuf,
}

impl Stage {
    fn set() -> Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
        let stage = Self { folder, binaries: binaries()? };
        std::fs::create_dir(stage.repository())?;
        let git = |arguments: &[&str]| {
            step_quietly(Command::new("git").args(arguments).current_dir(stage.repository()))
        };
        git(&["init", "--quiet", "-b", "main"])?;
        git(&[
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example.com",
            "commit",
            "--quiet",
            "--allow-empty",
            "-m",
            "start",
        ])?;
        git(&["remote", "add", "origin", "https://example.com/acme/shop.git"])?;
        step_quietly(
            Command::new(stage.binaries.join("countersign"))
                .args(["init", "--yes"])
                .current_dir(stage.repository())
                .env("COUNTERSIGN_HOME", stage.home()),
        )?;
        Ok(stage)
    }

    fn repository(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    fn hook(&self) -> Command {
        let mut command = Command::new(self.binaries.join("countersign-hook"));
        command
            .args(["claude-code", "--timeout", "60", "--wait", "0", "--home"])
            .arg(self.home())
            .arg("--user-home")
            .arg(self.folder.path());
        command
    }

    fn pre_tool_use(&self, command: &str, turn: usize) -> Value {
        json!({
            "session_id": "bench", "cwd": self.repository(), "permission_mode": "default",
            "transcript_path": "/nowhere", "hook_event_name": "PreToolUse", "tool_name": "Bash",
            "tool_input": {"command": command, "description": "bench"},
            "tool_use_id": format!("toolu_{turn}_{}", command.len()),
        })
    }

    fn post_tool_use(&self, command: &str, turn: usize) -> Value {
        let mut payload = self.pre_tool_use(command, turn);
        if let Some(fields) = payload.as_object_mut() {
            fields.insert("hook_event_name".into(), json!("PostToolUse"));
            fields.insert(
                "tool_response".into(),
                json!({"stdout": "On branch main", "stderr": "", "interrupted": false}),
            );
            fields.insert("duration_ms".into(), json!(5));
        }
        payload
    }
}

/// Where cargo put the release binaries: the folder is named after the host.
fn binaries() -> Result<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let candidates =
        std::fs::read_dir(&target).with_context(|| format!("cannot read {}", target.display()))?;
    candidates
        .filter_map(std::result::Result::ok)
        .map(|entry| entry.path().join("release"))
        .chain([target.join("release")])
        .find(|folder| folder.join("countersign-hook").is_file() && folder.join("countersign").is_file())
        .with_context(|| format!("no release binaries below {}", target.display()))
}

fn step_quietly(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("cannot start {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

fn time(mut command: Command, input: &[u8]) -> Result<(Duration, Vec<u8>)> {
    let started = Instant::now();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot start {}", Path::new(command.get_program()).display()))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read its input closes the pipe; that is not our failure.
        match stdin.write_all(input) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => return Err(error.into()),
            Ok(()) | Err(_) => {}
        }
    }
    let output = child.wait_with_output()?;
    Ok((started.elapsed(), output.stdout))
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}
