//! `countersign doctor`: what is wired, what could switch it off, and a canary through the real hook.

mod age;
mod canary;
mod record;
mod wiring;

use std::path::Path;
use std::process::ExitCode;

use anstream::println;
use anyhow::Result;
use countersign_agents::claude_code::check_version;
use serde::Serialize;
use serde_json::json;

use super::policy;
use crate::desk::Desk;
use crate::output::{BAD, GOOD, STRONG, WARN, styled};
use crate::{edge, output, repository, terminal};

pub(super) use canary::SESSION as CANARY_SESSION;
pub(super) use wiring::state as wired;

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
    match edge::made_home() {
        Ok(home) => {
            record::look(&home, &mut checks);
            let looked = Desk::open().and_then(|mut desk| look(&mut desk, &mut checks));
            looked.unwrap_or_else(|error| checks.bad(output::sentence(&error)));
        }
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
            println!("{mark} {}", terminal::block(&check.what, 2, terminal::columns()));
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
        self.add(State::Good, what.into());
    }

    fn warn(&mut self, what: impl Into<String>) {
        self.add(State::Warning, what.into());
    }

    fn bad(&mut self, what: impl Into<String>) {
        self.add(State::Bad, what.into());
    }

    /// The same cause may be met in several places: it is said once.
    fn add(&mut self, state: State, what: String) {
        if !self.list.iter().any(|check| check.what == what) {
            self.list.push(Check { state, what });
        }
    }
}

fn look(desk: &mut Desk, checks: &mut Checks) -> Result<()> {
    "user install: what the agent does through its tools is denied, the rest is detected"
        .clone_into(&mut checks.level);
    look_at_reviewers(desk, checks)?;
    look_at_policy(desk, checks);
    let installs = desk.authorities()?.installs;
    let managed = edge::managed();
    if let Ok(Some(_)) = &managed {
        "managed install: a same-user agent cannot switch it off or approve itself"
            .clone_into(&mut checks.level);
        wiring::look_at_settings(desk, checks, Path::new("/etc/claude-code/managed-settings.json"), true)?;
    } else if let Err(error) = managed {
        checks.bad(output::sentence(&error));
    }
    if installs.is_empty() && checks.level.starts_with("user") {
        checks.bad("the hook is not installed: run `countersign install claude-code`");
    }
    for install in installs.iter().filter(|install| install.scope != "managed") {
        wiring::look_at_settings(desk, checks, &install.settings, false)?;
    }
    if checks.level.starts_with("user") {
        checks.warn(
            "not to be seen from here: a session started with --bare, or with --settings that set disableAllHooks, \
             runs without this hook; only managed settings bind those",
        );
    }
    if let Some(Err(error)) = super::install::client_version().map(|version| check_version(&version)) {
        checks.bad(format!("{error}: update Claude Code"));
    }
    for other in wiring::other_settings(&installs) {
        wiring::look_for_switches(checks, &other);
    }
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
        Ok(None) => look_at_others(desk, &top, checks),
        Err(error) => checks.bad(output::sentence(&error)),
    }
    if !repository::has_proposal(&top) {
        checks.warn(format!("there is no {} here; what is in force stays in force", repository::PROPOSAL));
    } else if let Err(error) = policy::proposed(None) {
        checks.warn(format!(
            "the proposal is broken; what is in force stays in force: {}",
            output::sentence(&error)
        ));
    }
}

/// Where nothing was put in force for the working tree itself, another one of the same remote may speak for it.
fn look_at_others(desk: &mut Desk, top: &Path, checks: &mut Checks) {
    match policy::others(desk, top) {
        Ok(others) if others.is_empty() => {
            checks.warn("no policy was put in force here: the shipped pack applies without a map");
        }
        Ok(others) => {
            for (digest, standing) in others {
                let found = format!(
                    "no policy was put in force for this working tree itself: {standing} decides here: {digest}"
                );
                checks.add(if standing.signed { State::Good } else { State::Warning }, found);
            }
        }
        Err(error) => checks.bad(output::sentence(&error)),
    }
}
