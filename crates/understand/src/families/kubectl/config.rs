//! `kubectl config`, `kubectx` and `kubens`: where later commands act.

use countersign_model::{Effect, PathClass, Resource, Zone, verbs};

use super::place::{self, Spot};
use crate::context::Context;
use crate::environment;
use crate::families::subcommands::Subcommand;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::Value;

/// `kubectl config`: where later commands act.
pub(super) fn config(found: &Subcommand<'_>, spot: &Spot, context: &mut Context<'_>) {
    let action = found.name.split(' ').nth(1).unwrap_or_default();
    if found.verb.is_some() {
        // `--flatten` writes the credentials out in full as well, also without `--raw`.
        let shown = ["--raw", "--flatten"].into_iter().find(|option| found.has(&[option]));
        if let Some(option) = shown.filter(|_| action == "view") {
            let resource = Resource::Path { path: spot.kubeconfig(), zone: Zone::Home, class: PathClass::Secret };
            context.push(Effect::new(verbs::SECRET_READ, resource).because(&format!("{option} shows the credentials in it")));
        } else {
            context.program(verbs::EXEC_READ, "kubectl config");
        }
        return;
    }
    let operand = found.operands.get(2).map(|word| word.text());
    match action {
        "use-context" | "use" => chooses(operand, spot, context),
        "set" | "unset" if operand == Some("current-context") => {
            chooses(found.operands.get(3).map(|word| word.known().unwrap_or("*")).filter(|_| action == "set"), spot, context);
        }
        // The name of a context is what the map goes by: one that leads elsewhere from now on is another place.
        "rename-context" => place::moves(spot.kubeconfig(), context),
        "set-context" if found.has(&["--cluster", "--user"]) => place::moves(spot.kubeconfig(), context),
        "set-context" => chooses(None, spot, context),
        "delete-context" => {
            chooses(None, spot, context);
            place::rewrites(context);
        }
        "set-credentials" => {
            context.write_value(&Value::Known(spot.kubeconfig()));
            if let Some(command) = found.value(&["--exec-command"]).cloned() {
                environment::command("--exec-command", &command, context);
                let resource = Resource::Program { name: "kubectl".to_owned() };
                let why = "whatever reaches the cluster from now on starts the program that it names";
                context.push(Effect::new(verbs::EXEC_SCHEDULE, resource).because(why));
            }
        }
        _ => place::moves(spot.kubeconfig(), context),
    }
}

/// Later commands act on another context or namespace.
pub(super) fn chooses(name: Option<&str>, spot: &Spot, context: &mut Context<'_>) {
    let path = spot.kubeconfig();
    let zone = paths::zone(&path, context);
    let resource = Resource::Path { path, zone, class: PathClass::Ordinary };
    let place = name.map_or_else(|| "another place".to_owned(), |name| format!("`{name}`"));
    context.push(Effect::new(verbs::FS_WRITE, resource).because(&format!("later commands act on {place}")));
    context.chooses(place::TOOL, &spot.kubeconfig(), name.unwrap_or("*"));
}

/// The program that a plugin of kubectl is.
pub(super) fn of_plugin(name: &str) -> Option<&'static str> {
    match name {
        "ctx" => Some("kubectx"),
        "ns" => Some("kubens"),
        _ => None,
    }
}

/// `kubectx` and `kubens`.
pub(super) fn switch(invocation: &Invocation, context: &mut Context<'_>) {
    let is_context = invocation.program == "kubectx";
    let has = |options: &[&str]| invocation.words.iter().any(|word| options.contains(&word.text()));
    if is_context && has(&["-d", "--delete", "-u", "--unset"]) {
        // Where the current one goes, nothing says what later commands act on.
        let spot = Spot::anywhere(invocation, context);
        chooses(None, &spot, context);
        place::rewrites(context);
        return;
    }
    let operand = invocation.words.iter().find(|word| !word.text().starts_with('-') || word.text() == "-");
    let reads = invocation.words.iter().any(|word| matches!(word.text(), "-c" | "--current" | "-h" | "--help" | "-V" | "--version"));
    match operand {
        Some(word) if !reads => {
            let spot = Spot::anywhere(invocation, context);
            // `kubectx new=old` renames one.
            if is_context && word.known().is_none_or(|name| name.contains('=')) {
                place::moves(spot.kubeconfig(), context);
                return;
            }
            let name = word.known().filter(|name| *name != "-" && !name.contains('=')).unwrap_or("*").to_owned();
            if is_context {
                chooses(Some(&name), &spot, context);
            } else {
                chooses(None, &spot, context);
                context.chooses(place::NAMESPACE, &spot.kubeconfig(), &name);
            }
        }
        _ => context.program(verbs::EXEC_READ, &invocation.program),
    }
}
