//! Where the hook is wired, what else is there, and whether the program is the one that was installed.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use countersign_agents::claude_code::{self, Wiring};
use countersign_evidence::Event;
use countersign_hook::Options;
use countersign_model::Digest;
use serde_json::Value;

use super::super::install;
use super::{Checks, age, canary};
use crate::desk::Desk;
use crate::{edge, elf, repository};

/// A hook built for debugging is a hundred megabytes.
const LONGEST_PROGRAM: u64 = 1 << 30;

/// Wiring, program and canary of one installed settings file.
pub(super) fn look_at_settings(
    desk: &mut Desk,
    checks: &mut Checks,
    settings: &Path,
    managed: bool,
) -> Result<()> {
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
    look_at_program(desk, checks, Path::new(&wiring.command), managed);
    canary::canary(checks, &wiring, desk.home().path());
    Ok(())
}

/// Whether the hook is wired in the text of a settings file as it should be; none where there is nothing of it.
pub(in crate::commands) fn state(text: &str) -> Option<bool> {
    let Some(wiring) = wired(text) else { return text.contains("countersign-hook").then_some(false) };
    let Ok(options) = Options::parse(wiring.args.iter().cloned()) else { return Some(false) };
    let expected = options.wiring(wiring.command.clone());
    let complete = claude_code::inspect(text, &expected).is_ok_and(|found| found.complete());
    Some(complete && Path::new(&wiring.command).is_file())
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

fn look_at_program(desk: &Desk, checks: &mut Checks, program: &Path, managed: bool) {
    let bytes = match countersign_local::read_regular_within(program, LONGEST_PROGRAM) {
        Ok(bytes) => bytes,
        Err(error) => {
            checks.bad(format!("`{}` cannot be looked at: {error}: install again", program.display()));
            return;
        }
    };
    match elf::interpreter(&bytes) {
        Some(loader) => {
            checks.bad(format!("`{}` is loaded by `{loader}`, which obeys LD_PRELOAD", program.display()))
        }
        None => checks.good(format!("`{}` needs no loader", program.display())),
    }
    let digest = Digest::of([bytes.as_slice()]);
    match recorded(desk, managed) {
        Ok(Some(recorded)) if recorded != digest => checks.bad(format!(
            "`{}` is not the program that was installed: its digest is another than the record of installing has; \
             install again",
            program.display()
        )),
        Ok(None) if !managed => {
            checks.bad(format!("`{}` was never installed, says the record: install again", program.display()));
        }
        // A log that cannot be read was said to be so already.
        Ok(_) | Err(_) => {}
    }
    // In a managed install the record of installing is in the log of root, not in this user's.
    if managed && !std::fs::metadata(program).is_ok_and(|file| file.uid() == 0 && file.mode() & 0o022 == 0) {
        checks.bad(format!("`{}` must belong to root and be writable by nobody else", program.display()));
    }
    let beside = std::env::current_exe()
        .ok()
        .and_then(|path| std::fs::read(path.with_file_name("countersign-hook")).ok());
    let other = beside.is_some_and(|beside| Digest::of([beside.as_slice()]) != digest);
    if let Some(how) = age::differs(age::told(program).as_deref(), other, managed) {
        checks.warn(format!("`{}` {how}", program.display()));
    }
}

/// The digest of the program that was installed last, as it was recorded then.
fn recorded(desk: &Desk, managed: bool) -> Result<Option<Digest>> {
    let log = desk.ledger.log();
    let mut installed = None;
    for entry in log.read_from(log.start()) {
        match entry?.record.event {
            Event::Installed { scope, binary, .. } if (scope == "managed") == managed => {
                installed = Some(binary)
            }
            _ => {}
        }
    }
    Ok(installed)
}

/// Settings beside the installed ones that the client reads here.
pub(super) fn other_settings(installs: &[countersign_local::Install]) -> Vec<PathBuf> {
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

pub(super) fn look_for_switches(checks: &mut Checks, settings: &Path) {
    let nothing = Wiring {
        command: "countersign-hook".to_owned(),
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
    for other in found.others.iter().filter(|other| other.event == "PreToolUse") {
        checks.warn(format!(
            "`{}` also runs `{}` before each call, which could rewrite it after it was decided",
            settings.display(),
            other.what
        ));
    }
    for switch in found.switches {
        checks.bad(format!("`{}` sets {switch}, which weakens or switches off the hook", settings.display()));
    }
    for name in found.environment {
        checks.warn(format!("`{}` sets {name} for every program the client starts", settings.display()));
    }
}
