//! A throw-away world: working copy, bare remote, Countersign's home, stand-ins for `gh` and, where there is no
//! Rust, for `cargo`. Gone when dropped.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::{Control, script};
use crate::output::{FAINT, WithHint as _, styled};

/// The world the scenario plays in.
pub struct Stage {
    folder: tempfile::TempDir,
    /// The reviewer's passphrase, made for this run.
    pub passphrase: String,
    /// The hook's program and arguments, as the runtime would read them from its settings.
    pub hook: Vec<String>,
}

const REVIEWER: &str = "you";

impl Stage {
    /// Builds it with the same commands a person would type.
    pub fn set(control: Option<Control>) -> Result<Self> {
        build_hook_when_run_by_cargo()?;
        let folder = tempfile::Builder::new()
            .prefix("countersign-demo-")
            .tempdir()
            .context("cannot make a temporary folder")?;
        let mut stage = Self { folder, passphrase: passphrase()?, hook: Vec::new() };
        stage.make_repository()?;
        stage.make_stand_ins()?;
        stage.countersign(&["init", "--yes"])?;
        if control == Some(Control::Observe) {
            let file = stage.repository().join("countersign.toml");
            let text = std::fs::read_to_string(&file)?;
            std::fs::write(&file, text.replace("pack = \"graduated\"", "pack = \"observe\""))?;
        }
        stage.countersign_signed(&["reviewers", "enroll", REVIEWER, "--passphrase-stdin"])?;
        stage.countersign_signed(&[
            "policy",
            "activate",
            "--unproved",
            "--untested",
            "--passphrase-stdin",
        ])?;
        stage.countersign(&["install", "claude-code", "--scope", "project", "--any-client"])?;
        stage.hook = match control {
            Some(Control::NoHook) => ["/bin/sh", "-c", "cat >/dev/null"].map(str::to_owned).to_vec(),
            Some(Control::Observe | Control::Moved) | None => stage.installed_hook()?,
        };
        Ok(stage)
    }

    /// The agent's working copy.
    pub fn repository(&self) -> PathBuf {
        self.folder.path().join("shop")
    }

    fn origin(&self) -> PathBuf {
        self.folder.path().join("origin.git")
    }

    /// The commit a branch of the remote is at.
    pub fn remote(&self, branch: &str) -> Result<String> {
        self.git(&self.origin(), &["rev-parse", &format!("refs/heads/{branch}")])
    }

    /// The commit a branch of the working copy is at.
    pub fn local(&self, branch: &str) -> Result<String> {
        self.git(&self.repository(), &["rev-parse", &format!("refs/heads/{branch}")])
    }

    /// Somebody adds a commit to the current branch.
    pub fn add_commit(&self) -> Result<()> {
        self.git(
            &self.repository(),
            &["commit", "--quiet", "--allow-empty", "-m", "Added while the push waits"],
        )?;
        Ok(())
    }

    /// A command in the environment of the stage: nothing of this user's configuration.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        let path = variable("PATH").unwrap_or_default();
        let rustup = variable("RUSTUP_HOME")
            .or_else(|| variable("HOME").map(|home| format!("{home}/.rustup")))
            .unwrap_or_default();
        command
            .current_dir(self.repository())
            .env_clear()
            .env("PATH", format!("{}:{path}", self.folder.path().join("bin").display()))
            .env("HOME", self.folder.path())
            .env("RUSTUP_HOME", rustup)
            .env("CARGO_HOME", self.folder.path().join("cargo"))
            .env("CARGO_TARGET_DIR", self.folder.path().join("target"))
            .env("COUNTERSIGN_HOME", self.folder.path().join("countersign"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("LANG", "C.UTF-8");
        if let Some(toolchain) = variable("RUSTUP_TOOLCHAIN") {
            command.env("RUSTUP_TOOLCHAIN", toolchain);
        }
        command
    }

    /// Runs a `countersign` command to its end and gives what it printed.
    pub fn countersign(&self, arguments: &[&str]) -> Result<String> {
        let output = self.command(std::env::current_exe()?).args(arguments).output()?;
        printed(output, arguments)
    }

    /// The same, giving the reviewer's passphrase on standard input.
    pub fn countersign_signed(&self, arguments: &[&str]) -> Result<String> {
        use std::io::Write as _;
        use std::process::Stdio;
        let mut child = self
            .command(std::env::current_exe()?)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(self.passphrase.as_bytes())?;
        }
        printed(child.wait_with_output()?, arguments)
    }

    fn git(&self, folder: &Path, arguments: &[&str]) -> Result<String> {
        let output =
            self.command("git").current_dir(folder).args(arguments).output().context("cannot start git")?;
        if !output.status.success() {
            bail!("git {} failed: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    fn make_repository(&self) -> Result<()> {
        std::fs::create_dir_all(self.repository())?;
        std::fs::write(
            self.folder.path().join(".gitconfig"),
            "[user]\n\tname = Demo Agent\n\temail = agent@example.com\n[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n",
        )?;
        let here = self.repository();
        self.git(self.folder.path(), &["init", "--quiet", "--bare", "origin.git"])?;
        self.git(&here, &["init", "--quiet"])?;
        for (path, text) in script::FILES {
            let path = here.join(path);
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            std::fs::write(path, text)?;
        }
        self.git(&here, &["add", "."])?;
        self.git(&here, &["commit", "--quiet", "-m", "The shop"])?;
        self.git(&here, &["remote", "add", "origin", &self.origin().display().to_string()])?;
        self.git(&here, &["push", "--quiet", "-u", "origin", "main"])?;
        self.git(&here, &["switch", "--quiet", "-c", "fix-rounding"])?;
        std::fs::write(here.join("src/rounding.rs"), script::FIXED)?;
        self.git(&here, &["commit", "--quiet", "-am", "Round half up"])?;
        self.git(&here, &["switch", "--quiet", "main"])?;
        Ok(())
    }

    /// The forge is not here: its program only says what the real one would have been asked. Rust need not be here
    /// either, and then the tests of the shop are played.
    fn make_stand_ins(&self) -> Result<()> {
        let mut programs = vec![("gh", script::GH)];
        if !["cargo", "rustc", "cc"].into_iter().all(|program| self.has(program)) {
            programs.push(("cargo", script::CARGO));
        }
        let folder = self.folder.path().join("bin");
        std::fs::create_dir(&folder)?;
        for (name, text) in programs {
            let file = folder.join(name);
            std::fs::write(&file, text)?;
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755))?;
        }
        Ok(())
    }

    /// Whether a program is here and can say its version: that of rustup is there before a toolchain is.
    fn has(&self, program: &str) -> bool {
        self.command(program).arg("--version").output().is_ok_and(|output| output.status.success())
    }

    /// Reads the hook's command line back from the settings that `install` wrote.
    fn installed_hook(&self) -> Result<Vec<String>> {
        let file = self.repository().join(".claude/settings.local.json");
        let settings: Value = serde_json::from_slice(&std::fs::read(&file)?)?;
        let hook = settings
            .pointer("/hooks/PreToolUse/0/hooks/0")
            .with_context(|| format!("`{}` has no PreToolUse hook", file.display()))?;
        let command = hook.get("command").and_then(Value::as_str).context("the hook has no command")?;
        let arguments = hook.get("args").and_then(Value::as_array).context("the hook has no args")?;
        Ok(std::iter::once(command)
            .chain(arguments.iter().filter_map(Value::as_str))
            .map(str::to_owned)
            .collect())
    }
}

fn printed(output: Output, arguments: &[&str]) -> Result<String> {
    if !output.status.success() {
        bail!(
            "countersign {} failed: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// 32 hexadecimal digits nobody has seen.
fn passphrase() -> Result<String> {
    Ok(crate::edge::random::<16>()?.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// `cargo run` builds only this program; what is installed is the small one beside it.
fn build_hook_when_run_by_cargo() -> Result<()> {
    let exe = std::env::current_exe()?;
    let (Some(cargo), Some(_)) = (variable("CARGO"), variable("CARGO_MANIFEST_DIR")) else {
        return Ok(());
    };
    anstream::eprintln!("{}", styled(FAINT, "building countersign-hook, the program that gets installed …"));
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "-p", "countersign-hook"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    if exe.parent().is_some_and(|folder| folder.ends_with("release")) {
        command.arg("--release");
    }
    let status = command.status().context("cannot start cargo")?;
    if !status.success() {
        return Err(anyhow::anyhow!("countersign-hook could not be built"))
            .hint("run `cargo build --release -p countersign-hook` and read what it says");
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the stage hands the toolchain's own variables on")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
