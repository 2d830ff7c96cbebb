//! `countersign install --managed`: everything that decides belongs to root.
//!
//! | path | what |
//! |---|---|
//! | `/etc/claude-code/managed-settings.json` | the wiring, which no user setting switches off |
//! | `/usr/local/lib/countersign/countersign-hook` | the program |
//! | `/etc/countersign/` | root fingerprint, chain of reviewers, signed bundles |
//! | `/var/lib/countersign/<user id>/` | each user's log and state, which the user's own hook writes |

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anstream::println;
use anyhow::{Context as _, Result, bail};
use countersign_agents::claude_code::{self, ManagedSwitches};
use countersign_evidence::Event;
use countersign_hook::{Options, now};
use countersign_local::{Authorities, Home, Ledger, ManagedSettings, User, WITNESSES, users};
use countersign_model::Runtime;
use serde::Serialize;
use serde_json::json;

use super::install;
use crate::desk::Desk;
use crate::edge;
use crate::output::{self, GOOD, WARN, WithHint as _, styled};

const SETTINGS: &str = "/etc/claude-code/managed-settings.json";
const PROGRAM: &str = "/usr/local/lib/countersign/countersign-hook";
const HOMES: &str = "/var/lib/countersign";

/// Publishes the reviewers and bundles of the administrator's own home, and wires every user's agents.
pub fn install(
    desk: &mut Desk,
    source: &Path,
    names: &[String],
    (timeout, wait): (Duration, Duration),
    json: bool,
) -> Result<ExitCode> {
    if !rustix::process::geteuid().is_root() {
        return Err(anyhow::anyhow!("a managed install belongs to root")).hint("run it with sudo");
    }
    let Some(root) = desk.root()? else {
        return Err(anyhow::anyhow!("nobody is enrolled who could release what is held"))
            .hint("run `countersign reviewers enroll NAME` as root first");
    };
    let governed = governed(names)?;
    let authorities = desk.authorities()?;
    publish(desk, &authorities, root)?;
    folder(Path::new(PROGRAM).parent().unwrap_or_else(|| Path::new("/")))?;
    let binary = install::copy(source, Path::new(PROGRAM), 0o755)?;
    let homes = governed.iter().map(make_home).collect::<Result<Vec<_>>>()?;
    let options = Options {
        runtime: "claude-code".to_owned(),
        home: PathBuf::new(),
        log: None,
        root: None,
        user_home: PathBuf::new(),
        timeout,
        event_timeout: None,
        wait,
        managed: Some(PathBuf::from(edge::MANAGED)),
    };
    let wiring = options.wiring(PROGRAM.to_owned());
    let settings = Path::new(SETTINGS);
    let old = install::read_settings(settings)?;
    let new = claude_code::manage(&old, &wiring, ManagedSwitches::default())
        .with_context(|| format!("in `{SETTINGS}`"))?;
    install::write_settings(settings, &new)?;
    fs::set_permissions(settings, fs::Permissions::from_mode(0o644))?;
    desk.ledger.locked(now, |log| {
        log.append(vec![Event::Installed {
            runtime: Runtime::ClaudeCode,
            scope: "managed".to_owned(),
            settings: settings.to_path_buf(),
            binary,
            root: Some(root),
        }])
        .map(drop)
    })?;
    if json {
        output::json(
            &json!({"settings": settings, "hook": PROGRAM, "binary": binary, "root": root, "homes": homes}),
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    println!("{} `{PROGRAM}` in `{SETTINGS}`", styled(GOOD, "wired"));
    for user in &governed {
        println!("{} {}", styled(GOOD, "governed:"), user.name);
    }
    println!(
        "{} after enrolling reviewers or activating policy, install again to publish them",
        styled(WARN, "note:")
    );
    Ok(ExitCode::SUCCESS)
}

fn governed(names: &[String]) -> Result<Vec<User>> {
    if names.is_empty() {
        return Err(anyhow::anyhow!("say whose agents are governed"))
            .hint("pass --user NAME, once for each user");
    }
    let all = users();
    let find = |name: &String| {
        all.iter()
            .find(|user| user.name == *name)
            .cloned()
            .with_context(|| format!("there is no user `{name}` in /etc/passwd"))
    };
    names.iter().map(find).collect()
}

/// Writes root's copy of what the hook believes.
fn publish(
    desk: &mut Desk,
    authorities: &Authorities,
    root: countersign_approval::Fingerprint,
) -> Result<()> {
    let target = Home::at(edge::MANAGED);
    folder(target.path())?;
    folder(&target.path().join("bundles"))?;
    let digests = authorities
        .activations
        .iter()
        .map(|activation| activation.statement.bundle)
        .chain(authorities.adoptions.iter().map(|adoption| adoption.bundle));
    for digest in digests {
        let source = desk.home().bundle(&digest);
        let bytes = fs::read(&source).with_context(|| format!("cannot read `{}`", source.display()))?;
        write(&target.bundle(&digest), &bytes)?;
    }
    let settings = ManagedSettings {
        version: 1,
        root: Some(root),
        authority: desk.ledger.log_id().clone(),
        homes: PathBuf::from(HOMES),
    };
    write_json(&target.path().join("authorities.json"), authorities)?;
    write_json(&target.path().join("managed.json"), &settings)
}

/// A user's own log and state, made by root once and the user's from then on.
fn make_home(user: &User) -> Result<PathBuf> {
    folder(Path::new(HOMES))?;
    let path = Path::new(HOMES).join(user.id.to_string());
    let home = Home::at(&path);
    if home.exists() {
        return Ok(path);
    }
    Ledger::create(home, &user.home, now(), &edge::random()?)
        .with_context(|| format!("cannot make the home of `{}`", user.name))?;
    give(&path, user)?;
    let witnesses = user.home.join(WITNESSES);
    for folder in witnesses.ancestors().take_while(|folder| *folder != user.home) {
        rustix::fs::chown(folder, Some(id(user.id)), Some(group(user.group)))?;
    }
    give(&witnesses, user)?;
    Ok(path)
}

/// Gives a folder with everything in it to a user.
fn give(path: &Path, user: &User) -> Result<()> {
    let metadata =
        fs::symlink_metadata(path).with_context(|| format!("cannot look at `{}`", path.display()))?;
    if metadata.is_symlink() {
        bail!("`{}` is a link: not followed as root", path.display());
    }
    rustix::fs::chown(path, Some(id(user.id)), Some(group(user.group)))?;
    if metadata.is_dir() {
        for entry in fs::read_dir(path)? {
            give(&entry?.path(), user)?;
        }
    }
    Ok(())
}

fn id(id: u32) -> rustix::fs::Uid {
    rustix::fs::Uid::from_raw(id)
}

fn group(id: u32) -> rustix::fs::Gid {
    rustix::fs::Gid::from_raw(id)
}

/// A folder that everyone may read and only root may change.
fn folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).with_context(|| format!("cannot make `{}`", path.display()))?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    write(path, &serde_json::to_vec_pretty(value)?)
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    countersign_local::write_private(path, bytes)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644))?;
    Ok(())
}
