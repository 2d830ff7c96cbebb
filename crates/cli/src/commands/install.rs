//! `countersign install`: the hook, copied to a stable place and wired into a runtime's settings.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use anstream::println;
use anyhow::{Context as _, Result, bail};
use countersign_agents::claude_code::{self, check_version};
use countersign_evidence::Event;
use countersign_hook::{Options, now};
use countersign_model::{Digest, Runtime};
use serde_json::json;

use super::managed;
use crate::desk::Desk;
use crate::output::{self, GOOD, WARN, WithHint as _, styled};
use crate::{edge, elf, repository};

#[derive(clap::Args)]
pub struct Arguments {
    /// The runtime
    runtime: RuntimeName,
    /// Whose settings: this user's everywhere, or this repository's (settings.local.json)
    #[arg(long, value_enum, default_value_t = Scope::User)]
    scope: Scope,
    /// As root: managed settings, binary, reviewers and bundles that only root can change
    #[arg(long)]
    managed: bool,
    /// With --managed: a user whose agents are governed; may be given more than once
    #[arg(long = "user", requires = "managed")]
    users: Vec<String>,
    /// Install for a client of any version, or where none is found
    #[arg(long)]
    any_client: bool,
    /// How long an attended session waits for a reviewer, in seconds
    #[arg(long, default_value_t = 120)]
    wait: u64,
    /// The time-out the runtime is told, in seconds; an unattended session waits almost as long
    #[arg(long, default_value_t = 600)]
    timeout: u64,
}

#[derive(Clone, Copy, clap::ValueEnum)]
pub enum RuntimeName {
    ClaudeCode,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Scope {
    User,
    Project,
}

impl Scope {
    /// As records name it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Project => "project",
        }
    }

    /// The settings file it means here.
    pub fn settings(self) -> Result<PathBuf> {
        Ok(match self {
            Self::User => edge::user_home()?.join(".claude/settings.json"),
            Self::Project => repository::top()?.join(".claude/settings.local.json"),
        })
    }
}

/// Installs.
pub fn run(arguments: Arguments, json: bool) -> Result<ExitCode> {
    let RuntimeName::ClaudeCode = arguments.runtime;
    if !arguments.any_client {
        refuse_old_clients()?;
    }
    let source = hook_beside_us()?;
    let mut desk = Desk::open()?;
    if arguments.managed {
        return managed::install(&mut desk, &source, &arguments.users, times(&arguments)?, json);
    }
    let program = desk.home().hook();
    let binary = copy(&source, &program, 0o700)?;
    let (timeout, wait) = times(&arguments)?;
    let root = desk.root()?;
    let options = Options {
        runtime: "claude-code".to_owned(),
        home: desk.home().path().canonicalize()?,
        log: Some(desk.ledger.log_id().clone()),
        root,
        user_home: desk.user_home.canonicalize()?,
        timeout,
        event_timeout: None,
        wait,
        managed: None,
    };
    let wiring = options.wiring(program.canonicalize()?.to_string_lossy().into_owned());
    let settings = arguments.scope.settings()?;
    let old = read_settings(&settings)?;
    let new = claude_code::install(&old, &wiring)
        .with_context(|| format!("in `{}`", settings.display()))
        .hint("mend the file by hand; nothing was changed")?;
    write_settings(&settings, &new)?;
    desk.ledger.locked(now, |log| {
        log.append(vec![Event::Installed {
            runtime: Runtime::ClaudeCode,
            scope: arguments.scope.word().to_owned(),
            settings: settings.clone(),
            binary,
            root,
        }])
        .map(drop)
    })?;
    if json {
        output::json(&json!({"settings": settings, "hook": program, "binary": binary, "root": root}))?;
        return Ok(ExitCode::SUCCESS);
    }
    println!("{} `{}` in `{}`", styled(GOOD, "wired"), program.display(), settings.display());
    if root.is_none() {
        println!(
            "{} nobody is enrolled, so nobody can release what is held: `countersign reviewers enroll NAME`, then install again",
            styled(WARN, "note:")
        );
    }
    println!("Undo with `countersign uninstall claude-code --scope {}`.", arguments.scope.word());
    Ok(ExitCode::SUCCESS)
}

fn times(arguments: &Arguments) -> Result<(Duration, Duration)> {
    if arguments.timeout < 10 {
        bail!("--timeout must be at least 10 seconds");
    }
    Ok((Duration::from_secs(arguments.timeout), Duration::from_secs(arguments.wait)))
}

/// What the client on PATH says of its version, if there is one.
pub fn client_version() -> Option<String> {
    let output = Command::new("claude").arg("--version").output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Older clients let a tool run when the hook crashes.
fn refuse_old_clients() -> Result<()> {
    let Some(printed) = client_version() else {
        return Err(anyhow::anyhow!("no `claude` was found on PATH to check its version"))
            .hint("install Claude Code first, or pass --any-client");
    };
    check_version(&printed).map(drop).hint("update Claude Code, or pass --any-client if you know what you do")
}

/// The small program that gets installed, built beside this one.
pub fn hook_beside_us() -> Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name("countersign-hook");
    if !path.is_file() {
        return Err(anyhow::anyhow!("`{}` is missing", path.display()))
            .hint(
                "put the `countersign-hook` of the same version beside it; both are built by `cargo build --release -p \
                 countersign -p countersign-hook` in Countersign's sources",
            );
    }
    let bytes = fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    if let Some(loader) = elf::interpreter(&bytes) {
        return Err(anyhow::anyhow!("`{}` is loaded by `{loader}`, which obeys LD_PRELOAD", path.display()))
            .hint("build it without RUSTFLAGS of your own, so that .cargo/config.toml links it statically");
    }
    Ok(path)
}

/// Copies a program so that a running one is never half-written; gives its digest.
pub fn copy(source: &Path, target: &Path, mode: u32) -> Result<Digest> {
    let bytes = fs::read(source).with_context(|| format!("cannot read `{}`", source.display()))?;
    let temporary = target.with_extension("new");
    fs::write(&temporary, &bytes).with_context(|| format!("cannot write `{}`", temporary.display()))?;
    fs::set_permissions(&temporary, fs::Permissions::from_mode(mode))?;
    fs::rename(&temporary, target).with_context(|| format!("cannot replace `{}`", target.display()))?;
    Ok(Digest::of([bytes.as_slice()]))
}

/// A settings file's text; none where there is no file.
pub fn read_settings(path: &Path) -> Result<String> {
    match countersign_local::read_regular(path) {
        Ok(bytes) => String::from_utf8(bytes).with_context(|| format!("`{}` is not UTF-8", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display())),
    }
}

/// Replaces a settings file as a whole, keeping its permissions. A link stays a link: what it leads to,
/// such as a file among others under version control, is what is replaced.
pub fn write_settings(path: &Path, text: &str) -> Result<()> {
    let path = &behind_links(path);
    let folder = path.parent().context("the settings file has no folder")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let temporary = path.with_extension("json.new");
    fs::write(&temporary, text).with_context(|| format!("cannot write `{}`", temporary.display()))?;
    if let Ok(metadata) = fs::metadata(path) {
        fs::set_permissions(&temporary, metadata.permissions())?;
    }
    fs::rename(&temporary, path).with_context(|| format!("cannot replace `{}`", path.display()))
}

/// Where a path leads; the file there may be missing.
fn behind_links(path: &Path) -> PathBuf {
    /// As many as the kernel follows.
    const MOST: usize = 40;
    let mut path = path.to_path_buf();
    for _ in 0..MOST {
        let Ok(target) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or_else(|| Path::new("/")).join(target);
    }
    path
}
