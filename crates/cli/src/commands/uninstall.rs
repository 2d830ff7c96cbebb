//! `countersign uninstall`: the settings as they would be without us.

use std::process::ExitCode;

use anstream::println;
use anyhow::{Context as _, Result};
use countersign_agents::claude_code;
use countersign_evidence::Event;
use countersign_hook::now;
use countersign_model::Runtime;
use serde_json::{Map, Value, json};

use super::install::{RuntimeName, Scope, read_settings, write_settings};
use crate::desk::Desk;
use crate::output::{self, GOOD, WithHint as _, styled};

#[derive(clap::Args)]
pub struct Arguments {
    /// The runtime
    runtime: RuntimeName,
    /// Whose settings
    #[arg(long, value_enum, default_value_t = Scope::User)]
    scope: Scope,
}

/// Takes the hook out; home, keys and evidence stay.
pub fn run(arguments: Arguments, json: bool) -> Result<ExitCode> {
    let RuntimeName::ClaudeCode = arguments.runtime;
    let settings = arguments.scope.settings()?;
    let old = read_settings(&settings)?;
    let new = claude_code::uninstall(&old, "countersign-hook")
        .with_context(|| format!("in `{}`", settings.display()))
        .hint("mend the file by hand; nothing was changed")?;
    let changed = !same(&old, &new);
    if changed {
        write_settings(&settings, &new)?;
    }
    let mut desk = Desk::open()?;
    let known = desk.authorities()?.installs.iter().any(|install| install.settings == settings);
    if changed || known {
        desk.ledger.locked(now, |log| {
            log.append(vec![Event::Uninstalled {
                runtime: Runtime::ClaudeCode,
                scope: arguments.scope.word().to_owned(),
                settings: settings.clone(),
            }])
            .map(drop)
        })?;
    }
    if json {
        output::json(&json!({"settings": settings, "changed": changed}))?;
    } else if !changed {
        println!("Nothing of Countersign was wired in `{}`.", settings.display());
    } else {
        println!(
            "{} `{}`; evidence and keys stay in `{}`",
            styled(GOOD, "unwired"),
            settings.display(),
            desk.home().path().display()
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether two texts are the same settings, however they are laid out.
fn same(old: &str, new: &str) -> bool {
    let read = |text: &str| match text.trim() {
        "" => Some(Value::Object(Map::new())),
        text => serde_json::from_str(text).ok(),
    };
    read(old) == read(new)
}
