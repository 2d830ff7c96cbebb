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
        are listed, stopped and deleted. What runs in one is opaque: it may have directories of this machine.",
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
    ],
    effects,
};

/// Copies, in either direction.
const COPY: Verb = verbs::NET_UPLOAD;

const TABLE: Table = Table {
    values: &["--timeout", "--format", "-f", "--project", "--backend", "--uid", "--gid", "--mode", "--remote"],
    rules: &[
        rule("transfer|copy-files|copy|cp|scp|upload", COPY),
        rule("file push|pull", COPY),
        rule("list|ls|info|version|help|find|networks|aliases|status|global-status|port|ssh-config|validate|box", verbs::CONTAINER_READ),
        rule("config show|get", verbs::CONTAINER_READ),
        rule("image|network|storage|profile|snapshot list|ls|info|show", verbs::CONTAINER_READ),
        rule("stop|suspend|pause|halt|restart|reload|resume|recover|snapshot", verbs::CONTAINER_WRITE),
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
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn files_in_and_out() {
        assert_snapshot!(check("multipass transfer box:/x ~/.claude/settings.json; multipass transfer box:/a/.envrc ."), @"
        container.read machine box, read
        countersign.tamper /home/dev/.claude/settings.json, destroy
        fs.write /repo, write
        fs.write /repo/.envrc, write
        ");
        assert_snapshot!(check("multipass transfer ~/.ssh/id_ed25519 box:/tmp; lxc file push .env box/srv/.env; incus file pull box/x .git/hooks/pre-commit"), @"
        container.write machine box, write
        secret.read /home/dev/.ssh/id_ed25519, read
        secret.read /repo/.env, read
        container.read machine box, read
        fs.write /repo/.git/hooks/pre-commit, write
        ");
        assert_snapshot!(check("limactl cp default:/x ~/.bashrc; vagrant scp default:/x/.envrc .; vagrant upload .env; lxc file pull far:box/x out"), @"
        container.read machine default, read
        fs.write /home/dev/.bashrc, write
        fs.write /repo, write
        fs.write /repo/.envrc, write
        container.write machine default, write
        secret.read /repo/.env, read
        container.read machine box on far, read
        fs.write /repo/out, write
        ");
    }

    #[test]
    fn the_rest() {
        assert_snapshot!(check("multipass list; limactl delete default; vagrant status; lxc config show box; multipass --help"), @"
        container.read machine *, read
        container.delete machine default, destroy
        container.read machine box, read
        exec.read multipass --help, read
        ");
        assert_snapshot!(check("vagrant up; multipass exec box -- ls; lxc copy a b; multipass launch"), @"
        exec.opaque vagrant, execute, opaque
        exec.opaque multipass, execute, opaque
        exec.opaque lxc, execute, opaque
        ");
    }
}
