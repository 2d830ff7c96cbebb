//! Virtual machines and system containers of this machine: what is copied into them and out of them.

use countersign_model::{Certainty, Effect, Resource, Reversible, Verb, verbs};

use super::landing::{self, End};
use super::subcommands::{Subcommand, Table, read, rule};
use super::{Family, opaque};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &["multipass", "lxc", "incus", "limactl", "vagrant"],
    about: "Virtual machines and system containers: which files of this machine are copied in and out, which machines \
        are listed, stopped and deleted. What runs in one is done there; one that by custom has the project's directory of \
        this machine, as Vagrant's and Lima's do, is opaque besides.",
    examples: &[
        "multipass transfer box:/home/ubuntu/x.log .",
        "multipass transfer ~/.ssh/id_ed25519 box:/tmp",
        "lxc file pull box/etc/hosts .envrc",
        "incus file push .env box/srv/.env",
        "limactl copy default:/tmp/x ~/.bashrc",
        "vagrant scp default:/tmp/x .",
        "multipass list",
        "limactl delete default",
        "vagrant up",
        "multipass exec box -- ls",
        "multipass exec box -- sudo rm -rf /srv",
        "limactl shell default rm -rf src",
        "multipass shell box",
    ],
    effects,
};

/// Something runs in one.
const RUN: Verb = verbs::CONTAINER_RUN;
/// Copies, in either direction.
const COPY: Verb = verbs::NET_UPLOAD;

const TABLE: Table = Table {
    values: &["--working-directory", "-d", "--workdir", "--cwd", "--env", "--user", "--group", "-c", "--command", "--shell", "--timeout", "--format", "-f", "--project", "--backend", "--uid", "--gid", "--mode", "--remote"],
    rules: &[
        rule("transfer|copy-files|copy|cp|scp|upload", COPY),
        rule("file push|pull", COPY),
        rule("list|ls|info|version|help|find|networks|aliases|status|global-status|port|ssh-config|validate|box", verbs::CONTAINER_READ),
        rule("config show|get", verbs::CONTAINER_READ),
        rule("image|network|storage|profile|snapshot list|ls|info|show", verbs::CONTAINER_READ),
        rule("stop|suspend|pause|halt|restart|reload|resume|recover|snapshot", verbs::CONTAINER_WRITE),
        rule("exec|shell|ssh", RUN),
        rule("delete|rm|purge|destroy", verbs::CONTAINER_DELETE),
    ],
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let found = read(invocation, &TABLE);
    if found.is_help {
        context.program(verbs::EXEC_READ, &invocation.title());
        return;
    }
    // `lxc copy a b` and `lxc snapshot` are about whole machines; `box add` fetches one.
    let is_system = matches!(invocation.program.as_str(), "lxc" | "incus");
    let is_other = is_system && !found.name.starts_with("file ") && found.verb == Some(COPY)
        || found.name == "box" && !matches!(found.operand(0).as_deref(), Some("list" | "outdated"))
        || found.name == "status" && is_system;
    match found.verb.clone().filter(|_| !is_other) {
        None => opaque(invocation, "what it does in or to a virtual machine is not known", context),
        Some(verb) if verb == COPY => copies(&found, is_system, context),
        Some(verb) if verb == RUN => runs(&found, invocation, context),
        Some(verb) => {
            let name = found.operand(0).unwrap_or_else(|| "*".to_owned());
            let mut effect = Effect::new(verb, machine(&name));
            if effect.verb == verbs::CONTAINER_DELETE {
                effect = effect.reversible(Reversible::No).because("its disk is gone with it");
            }
            context.push(match found.operands.first().filter(|word| word.known().is_none()) {
                Some(_) => effect.certain(Certainty::Partial, "which machine is meant is not known"),
                None => effect,
            });
        }
    }
}

/// Adds what a command does in a machine.
fn runs(found: &Subcommand<'_>, invocation: &Invocation, context: &mut Context<'_>) {
    let text = found.value(&["-c", "--command"]).filter(|_| invocation.program == "vagrant").cloned();
    let name = found.operand(0).unwrap_or_else(|| if invocation.program == "vagrant" { "default" } else { "*" }.to_owned());
    let at = found.rest_at.or_else(|| found.position(1, invocation));
    let nested = at.and_then(|at| invocation.nested(at));
    if matches!(invocation.program.as_str(), "vagrant" | "limactl") {
        opaque(invocation, "the machine may have directories of this one", context);
    }
    context.elsewhere(machine(&name), |context| match (text, nested) {
        (Some(text), _) => super::runners::text(&text, invocation, context),
        (None, Some(nested)) if invocation.program != "vagrant" => super::dispatch(nested, context),
        _ => opaque(invocation, "an interactive shell in a virtual machine", context),
    });
}

/// A machine by its name; `remote:name` is on another host.
fn machine(name: &str) -> Resource {
    let (host, name) = match name.split_once(':') {
        Some((host, name)) if !host.is_empty() && host != "local" => (Some(host.to_owned()), name),
        _ => (None, name),
    };
    Resource::Container { host, object: "machine".to_owned(), name: name.to_owned() }
}

fn copies(found: &Subcommand<'_>, is_system: bool, context: &mut Context<'_>) {
    let Some((target, sources)) = found.operands.split_last() else { return };
    let pulls = found.name == "file pull";
    // `box/srv/x` of these is there by its place among the words.
    let end = |word: &'_ Word, there: bool| -> (Option<(String, Value)>, bool) {
        if !is_system {
            let end = End::of(word);
            return (end.there, end.may_be_here);
        }
        let path = word.text().split_once('/').map(|(name, _)| name.to_owned());
        match there {
            true => (Some((path.unwrap_or_else(|| "*".to_owned()), word.value.clone())), false),
            false => (None, true),
        }
    };
    let made = |word, there| {
        let (there, may_be_here) = end(word, there);
        End { word, there, may_be_here }
    };
    let mut from: Vec<End<'_>> = sources.iter().map(|word| made(word, pulls)).collect();
    let mut to = made(target, !pulls);
    // Of `vagrant upload SOURCE [DESTINATION]` the target is always there.
    if found.name == "upload" {
        if from.is_empty() {
            from.push(End { word: target, there: None, may_be_here: true });
        }
        to = End { word: target, there: Some(("default".to_owned(), Value::unknown("a path of the machine"))), may_be_here: false };
    }
    let sides = from.iter().map(|end| (end, verbs::CONTAINER_READ)).chain([(&to, verbs::CONTAINER_WRITE)]);
    for (end, verb) in sides {
        let Some((name, _)) = &end.there else { continue };
        let effect = Effect::new(verb, machine(name));
        context.push(if name == "*" { effect.certain(Certainty::Partial, "which machine is meant is not known") } else { effect });
    }
    landing::copied(&from, &to, context);
}

#[cfg(test)]
mod tests;
