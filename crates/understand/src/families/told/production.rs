//! Whether production is where a program acts, as its words and variables say.

use super::place;
use crate::invocation::Invocation;

/// Whether a variable gives a program a kubeconfig or a context that is called after production.
pub(super) fn is_given_production(invocation: &Invocation) -> bool {
    invocation.environment.iter().any(|(name, value)| match name.as_str() {
        "KUBECONFIG" | "KUBE_CONFIG_PATH" | "KUBE_CONFIG_PATHS" => value
            .text()
            .split([':', ','])
            .filter_map(place::named::of_path)
            .any(place::named::says_production),
        "KUBECONTEXT" | "KUBE_CONTEXT" | "HELM_KUBECONTEXT" => place::named::says_production(value.text()),
        _ => false,
    })
}

/// Whether a variable makes tests run with production's settings, and its database.
pub(super) fn tests_production(invocation: &Invocation) -> bool {
    invocation.environment.iter().any(|(name, value)| match name.as_str() {
        "RAILS_ENV" | "RACK_ENV" | "APP_ENV" | "MIX_ENV" | "HANAMI_ENV" => {
            ["production", "prod", "live"].contains(&value.text())
        }
        "DJANGO_SETTINGS_MODULE" => {
            value.text().split(['.', '_']).any(|part| ["production", "prod", "live"].contains(&part))
        }
        _ => false,
    })
}

/// Whether the words of a program say that something is delivered, and that production is where.
pub(super) fn delivers_to_production(invocation: &Invocation) -> bool {
    const DELIVERS: &[&str] = &[
        "deploy",
        "deployment",
        "release",
        "promote",
        "rollout",
        "rollback",
        "ship",
        "provision",
        "migrate",
        "destroy",
        "apply",
        "restart",
        "publish",
        "push",
        "delete",
        "remove",
        "rm",
        "drop",
        "purge",
        "wipe",
        "flush",
        "truncate",
        "terminate",
        "kill",
        "stop",
        "shutdown",
        "reboot",
        "uninstall",
        "teardown",
        "down",
        "reset",
        "update",
        "upgrade",
        "scale",
        "import",
        "restore",
        "sync",
        "write",
        "seed",
        "failover",
        "rotate",
    ];
    const PRODUCTION: &[&str] = &["production", "prod", "prd", "live"];
    const STAGES: &[&str] = &["", "e", "s", "env", "environment", "stage", "target", "deploy"];
    let says = |text: &str, names: &[&str]| {
        text.split(|letter: char| !letter.is_ascii_alphanumeric())
            .any(|part| names.iter().any(|name| part.eq_ignore_ascii_case(name)))
    };
    let program = invocation.first.text().rsplit('/').next().unwrap_or_default();
    let words = || {
        std::iter::once(program)
            .chain(invocation.words.iter().map(|word| word.text()))
            .take(32)
            .filter(|text| text.len() <= 64)
    };
    // A file or an address is about production; what stands alone, or behind the option of a stage, is where it goes.
    let is_stage = |text: &str| {
        let (name, value) = text.split_once(['=', ':']).unwrap_or(("", text));
        let name = name.trim_start_matches('-');
        PRODUCTION.iter().any(|stage| value.trim_start_matches(['-', '@']).eq_ignore_ascii_case(stage))
            && STAGES.iter().any(|stage| name.eq_ignore_ascii_case(stage))
    };
    let is_both = |text: &str| !text.contains('/') && says(text, DELIVERS) && says(text, PRODUCTION);
    words().any(is_both)
        || words().any(is_stage) && words().any(|text| !text.contains('/') && says(text, DELIVERS))
}

/// The word of an invocation that names a task by which something is delivered: `deploy`, `web:deploy`, `/deploy:.*/`.
pub(in crate::families) fn delivering_word(invocation: &Invocation) -> Option<String> {
    const DELIVERS: &[&str] =
        &["deploy", "deploys", "release", "publish", "promote", "rollout", "rollback", "ship"];
    const LOOKS: &[&str] =
        &["check", "dry", "dryrun", "lint", "test", "validate", "notes", "plan", "status", "diff"];
    let words: Vec<&str> = invocation.words.iter().map(|word| word.text()).collect();
    let is_value = |at: usize| {
        at.checked_sub(1).and_then(|before| words.get(before)).is_some_and(|before| {
            matches!(
                *before,
                "--filter" | "-F" | "-w" | "--workspace" | "--scope" | "-p" | "--projects" | "workspace"
            )
        })
    };
    let parts = |text: &str| -> Vec<String> {
        let parts = text.split(|letter: char| !letter.is_ascii_alphanumeric());
        parts.map(str::to_ascii_lowercase).collect()
    };
    let delivers = |text: &str| {
        let parts = parts(text);
        let has = |names: &[&str]| parts.iter().any(|part| names.contains(&part.as_str()));
        has(DELIVERS) && !has(LOOKS)
    };
    let is_target = |text: &str| {
        text.starts_with("--target=") || text.starts_with("--targets=") || text.starts_with("-t=")
    };
    let task = words
        .iter()
        .enumerate()
        .find(|(at, text)| (!text.starts_with('-') || is_target(text)) && !is_value(*at) && delivers(text));
    task.map(|(_, text)| text.rsplit_once('=').map_or(*text, |(_, target)| target).to_owned())
}
