//! `countersign doctor`: what is wired, what could switch it off, and a canary through the real hook.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anstream::println;
use anyhow::{Context as _, Result};
use countersign_agents::claude_code::{self, Wiring};
use countersign_hook::Options;
use countersign_model::Digest;
use serde::Serialize;
use serde_json::{Value, json};

use super::{install, policy};
use crate::desk::Desk;
use crate::output::{BAD, GOOD, STRONG, WARN, WithHint as _, styled};
use crate::{edge, elf, output, repository, terminal};

#[derive(clap::Args)]
pub struct Arguments {}

/// One thing that was looked at.
#[derive(Serialize)]
struct Check {
    state: State,
    what: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Good,
    Warning,
    Bad,
}

/// Looks at everything; fails if something is bad.
pub fn run(_: Arguments, json: bool) -> Result<ExitCode> {
    let mut checks = Checks::default();
    match Desk::open() {
        Ok(mut desk) => look(&mut desk, &mut checks)?,
        Err(error) => checks.bad(output::sentence(&error)),
    }
    let bad = checks.list.iter().any(|check| check.state == State::Bad);
    if json {
        output::json(&json!({"ok": !bad, "level": checks.level, "checks": checks.list}))?;
    } else {
        if !checks.level.is_empty() {
            println!("{} {}", styled(STRONG, "assurance level:"), checks.level);
        }
        for check in &checks.list {
            let mark = match check.state {
                State::Good => styled(GOOD, "✓"),
                State::Warning => styled(WARN, "!"),
                State::Bad => styled(BAD, "✗"),
            };
            println!("{mark} {}", terminal::safe(&check.what));
        }
    }
    Ok(if bad { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

#[derive(Default)]
struct Checks {
    level: String,
    list: Vec<Check>,
}

impl Checks {
    fn good(&mut self, what: impl Into<String>) {
        self.list.push(Check { state: State::Good, what: what.into() });
    }

    fn warn(&mut self, what: impl Into<String>) {
        self.list.push(Check { state: State::Warning, what: what.into() });
    }

    fn bad(&mut self, what: impl Into<String>) {
        self.list.push(Check { state: State::Bad, what: what.into() });
    }
}

fn look(desk: &mut Desk, checks: &mut Checks) -> Result<()> {
    "user install: what the agent does through its tools is denied, the rest is detected"
        .clone_into(&mut checks.level);
    look_at_home(desk, checks)?;
    look_at_reviewers(desk, checks)?;
    look_at_policy(desk, checks);
    let installs = desk.authorities()?.installs;
    let managed = edge::managed();
    if let Ok(Some(_)) = &managed {
        "managed install: a same-user agent cannot switch it off or approve itself"
            .clone_into(&mut checks.level);
        look_at_settings(desk, checks, Path::new("/etc/claude-code/managed-settings.json"), true)?;
    } else if let Err(error) = managed {
        checks.bad(output::sentence(&error));
    }
    if installs.is_empty() && checks.level.starts_with("user") {
        checks.bad("the hook is not installed: run `countersign install claude-code`");
    }
    for install in installs.iter().filter(|install| install.scope != "managed") {
        look_at_settings(desk, checks, &install.settings, false)?;
    }
    for other in other_settings(&installs) {
        look_for_switches(checks, &other);
    }
    Ok(())
}

fn look_at_home(desk: &Desk, checks: &mut Checks) -> Result<()> {
    let exposed = desk.home().exposed();
    for path in &exposed {
        checks.bad(format!("`{}` can be read or written by others: chmod go= it", path.display()));
    }
    let head = desk.ledger.head()?;
    checks.good(format!("home `{}`, log of {} records", desk.home().path().display(), head.sequence + 1));
    Ok(())
}

fn look_at_reviewers(desk: &mut Desk, checks: &mut Checks) -> Result<()> {
    match desk.believed()? {
        Some(believed) => {
            let names: Vec<String> = believed.reviewers().map(|one| one.name.to_string()).collect();
            checks.good(format!("reviewers: {}", names.join(", ")));
        }
        None => checks.warn(
            "nobody is enrolled, so nobody can release what is held: run `countersign reviewers enroll NAME`",
        ),
    }
    Ok(())
}

fn look_at_policy(desk: &mut Desk, checks: &mut Checks) {
    let Ok(top) = repository::top() else {
        checks.warn("not in a repository: the policy of none was looked at");
        return;
    };
    match policy::in_force(desk, &top) {
        Ok(Some((digest, true))) => checks.good(format!("policy in force here, signed: {digest}")),
        Ok(Some((digest, false))) => {
            checks.warn(format!(
                "policy in force here as proposed, unsigned: {digest}; `countersign policy activate`"
            ));
        }
        Ok(None) => checks.warn("no policy was put in force here: the shipped pack applies without a map"),
        Err(error) => checks.bad(output::sentence(&error)),
    }
    if let Err(error) = policy::proposed(None) {
        checks.warn(format!(
            "the proposal is broken; what is in force stays in force: {}",
            output::sentence(&error)
        ));
    }
}

/// Wiring, program and canary of one installed settings file.
fn look_at_settings(desk: &mut Desk, checks: &mut Checks, settings: &Path, managed: bool) -> Result<()> {
    let text = install::read_settings(settings)?;
    let Some(wiring) = wired(&text) else {
        checks.bad(format!("`{}` no longer wires the hook: install it again", settings.display()));
        return Ok(());
    };
    let options = match Options::parse(wiring.args.iter().cloned()) {
        Ok(options) => options,
        Err(problem) => {
            checks.bad(format!("`{}` wires the hook wrongly: {problem}", settings.display()));
            return Ok(());
        }
    };
    let expected = options.wiring(wiring.command.clone());
    match claude_code::inspect(&text, &expected) {
        Ok(found) if found.complete() => checks.good(format!("`{}` wires every event", settings.display())),
        Ok(_) => checks
            .bad(format!("`{}` does not wire every event as it should: install again", settings.display())),
        Err(problem) => checks.bad(format!("`{}`: {problem}", settings.display())),
    }
    if !managed {
        if options.root != desk.root()? {
            checks.bad(format!(
                "`{}` names another root of the reviewers than the log: install again",
                settings.display()
            ));
        }
        if options.home.canonicalize().ok() != desk.home().path().canonicalize().ok() {
            checks.bad(format!("`{}` uses another home, `{}`", settings.display(), options.home.display()));
        }
    }
    look_for_switches(checks, settings);
    look_at_program(checks, Path::new(&wiring.command));
    canary(checks, &wiring, desk.home().path());
    Ok(())
}

/// The hook as a settings file has it on `PreToolUse`.
fn wired(text: &str) -> Option<Wiring> {
    let settings: Value = serde_json::from_str(text).ok()?;
    let groups = settings.pointer("/hooks/PreToolUse")?.as_array()?;
    let handlers = groups.iter().filter_map(|group| group.get("hooks")?.as_array()).flatten();
    let ours = |handler: &&Value| {
        handler
            .get("command")
            .and_then(Value::as_str)
            .is_some_and(|command| command.ends_with("/countersign-hook"))
    };
    let handler = handlers.into_iter().find(ours)?;
    Some(Wiring {
        command: handler.get("command")?.as_str()?.to_owned(),
        args: handler
            .get("args")?
            .as_array()?
            .iter()
            .filter_map(|word| word.as_str().map(str::to_owned))
            .collect(),
        timeout_seconds: u32::try_from(handler.get("timeout")?.as_u64()?).ok()?,
        status_message: String::new(),
    })
}

fn look_at_program(checks: &mut Checks, program: &Path) {
    let Ok(bytes) = std::fs::read(program) else {
        checks.bad(format!("`{}` is missing: install again", program.display()));
        return;
    };
    match elf::interpreter(&bytes) {
        Some(loader) => {
            checks.bad(format!("`{}` is loaded by `{loader}`, which obeys LD_PRELOAD", program.display()))
        }
        None => checks.good(format!("`{}` needs no loader", program.display())),
    }
    let beside = std::env::current_exe()
        .ok()
        .and_then(|path| std::fs::read(path.with_file_name("countersign-hook")).ok());
    if beside.is_some_and(|beside| Digest::of([beside.as_slice()]) != Digest::of([bytes.as_slice()])) {
        checks.warn(format!(
            "`{}` is not the build beside this program: install again to update it",
            program.display()
        ));
    }
}

/// Settings beside the installed ones that the client reads here.
fn other_settings(installs: &[countersign_local::Install]) -> Vec<PathBuf> {
    let folders = [edge::user_home().ok(), repository::top().ok()];
    folders
        .into_iter()
        .flatten()
        .flat_map(|folder| {
            ["settings.json", "settings.local.json"].map(|name| folder.join(".claude").join(name))
        })
        .filter(|path| path.exists() && !installs.iter().any(|install| install.settings == *path))
        .collect()
}

fn look_for_switches(checks: &mut Checks, settings: &Path) {
    let nothing = Wiring {
        command: String::new(),
        args: Vec::new(),
        timeout_seconds: 0,
        status_message: String::new(),
    };
    let found =
        install::read_settings(settings).ok().and_then(|text| claude_code::inspect(&text, &nothing).ok());
    let Some(found) = found else {
        checks.warn(format!("`{}` cannot be read, so the client ignores it as a whole", settings.display()));
        return;
    };
    for switch in found.switches {
        checks.bad(format!("`{}` sets {switch}, which weakens or switches off the hook", settings.display()));
    }
    for name in found.environment {
        checks.warn(format!("`{}` sets {name} for every program the client starts", settings.display()));
    }
}

/// Asks the installed hook to allow an edit of our own home: it must refuse in every way at once.
fn canary(checks: &mut Checks, wiring: &Wiring, home: &Path) {
    match ask(wiring, home) {
        Ok(()) => checks.good("canary: the installed hook refuses an edit of Countersign's own files"),
        Err(error) => checks.bad(format!("canary: {}", output::sentence(&error))),
    }
}

fn ask(wiring: &Wiring, home: &Path) -> Result<()> {
    let id: String = edge::random::<8>()?.iter().map(|byte| format!("{byte:02x}")).collect();
    let call = json!({
        "session_id": "countersign-doctor", "transcript_path": "/nonexistent", "cwd": "/",
        "hook_event_name": "PreToolUse", "permission_mode": "default", "tool_name": "Write",
        "tool_input": {"file_path": home.join("canary"), "content": ""}, "tool_use_id": format!("doctor-{id}"),
    });
    let mut child = Command::new(&wiring.command)
        .args(&wiring.args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{}`", wiring.command))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(call.to_string().as_bytes())?;
    }
    let output = child.wait_with_output()?;
    let answer: Value =
        serde_json::from_slice(&output.stdout).context("it printed something else than JSON")?;
    let denied =
        answer.pointer("/hookSpecificOutput/permissionDecision").and_then(Value::as_str) == Some("deny");
    if denied && output.status.code() == Some(2) && !output.stderr.is_empty() {
        return Ok(());
    }
    Err(anyhow::anyhow!("the installed hook let an edit of Countersign's own files through"))
        .hint("do not let agents run until this is mended: install again")
}
