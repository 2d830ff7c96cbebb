//! Programs that configure many machines: Ansible, Salt, Chef, Puppet.

mod hosts;
mod inventory;
pub(super) mod passwords;
mod playbook;
mod puppet;

use countersign_model::{Certainty, Effect, Resource, is_this_machine, verbs};

use inventory::Machine;

use super::subcommands::{Subcommand, Table, read};
use super::{Family, ask_file, opaque};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths;
use crate::shell::{self, Place};
use crate::word::Word;

pub(super) const FAMILY: Family = Family {
    programs: &[
        "ansible", "ansible-playbook", "ansible-galaxy", "ansible-inventory", "ansible-doc", "ansible-config", "ansible-lint",
        "ansible-pull", "ansible-console", "salt", "salt-call", "salt-run", "salt-key", "salt-ssh", "salt-cp", "knife", "chef-client", "chef-solo", "puppet",
        "bolt",
    ],
    about: "Which hosts are configured, by ad-hoc modules and playbooks: those of the inventory where that is a \
        file of INI or YAML, else its pattern. Commands of a shell module are followed to those hosts; \
        what other modules of a playbook change is opaque, unless it is a check.",
    examples: &[
        "ansible-playbook -i inventory/production site.yml --limit web",
        "ansible-playbook site.yml --check --diff",
        "ansible web -m ping",
        "ansible all -i hosts -m shell -a 'rm -rf /srv'",
        "ansible-galaxy install x",
        "ansible-inventory --list",
        "salt '*' test.ping",
        "salt 'web*' cmd.run 'rm -rf /srv'",
        "knife node list",
        "puppet agent -t --noop",
        "ansible db -b -m service -a 'name=x state=stopped'",
    ],
    effects,
};

/// Options of the others that take the next word.
const VALUES: &[&str] = &[
    "-m", "--module-name", "-a", "--args", "-i", "--inventory", "--inventory-file", "-l", "--limit", "-u", "--user", "-e", "--extra-vars", "-f",
    "--forks", "-t", "--tags", "--tree", "--skip-tags", "-M", "--module-path", "-P", "--poll", "-B", "--background", "-c", "--connection",
    "--private-key", "--key-file", "--vault-id", "--vault-password-file", "--become-user", "--become-method", "--start-at-task", "-T", "--timeout",
    "--ssh-common-args", "--ssh-extra-args", "--sftp-extra-args", "--scp-extra-args", "--playbook-dir", "--become-password-file",
    "--connection-password-file", "--vault-pass-file", "--become-pass-file", "--conn-pass-file", "--task-timeout", "--encrypt-vault-id", "--output", "-n", "--name", "-p", "--roles-path", "-r", "--role-file",
    "-U", "--url", "-s", "--server", "--host", "-o", "--out", "-C", "--batch", "-b", "--batch-size", "--config", "--environment", "-E",
    "-x", "--ssh-user", "-P", "--ssh-password", "--targets", "--query", "--run-as",
];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let values = match invocation.program.as_str() {
        // Its flags have letters that others take values with.
        "ansible" | "ansible-playbook" => ANSIBLE_VALUES,
        "puppet" => &["--modulepath", "--server", "--environment", "-e", "--execute"],
        _ => VALUES,
    };
    let found = read(invocation, &Table { values, rules: &[] });
    if found.is_help || invocation.words.is_empty() {
        context.program(verbs::EXEC_READ, &invocation.title());
        return;
    }
    passwords::effects(&found, invocation, context);
    for value in found.values(&["-e", "--extra-vars"]) {
        value.strip_prefix("@").iter().for_each(|file| context.read_value(file));
    }
    for value in found.values(&["--ssh-common-args", "--ssh-extra-args", "--sftp-extra-args", "--scp-extra-args"]) {
        if value.known().is_none_or(|text| text.to_ascii_lowercase().contains("command")) {
            context.opaque("ansible", "options for ssh may run programs here");
        }
    }
    match invocation.program.as_str() {
        "ansible" => ad_hoc(&found, invocation, context),
        "ansible-playbook" => playbooks(&found, invocation, context),
        "ansible-galaxy" if found.operand(0).as_deref() == Some("collection") && found.operand(1).as_deref() == Some("publish") => {
            super::publishers::publishes("galaxy", verbs::PACKAGE_PUBLISH, context);
        }
        "ansible-galaxy" => {
            let reads = matches!(found.operand(0).as_deref(), Some("list" | "search" | "info")) || matches!(found.operand(1).as_deref(), Some("list" | "verify" | "search" | "info"));
            context.program(if reads { verbs::EXEC_READ } else { verbs::EXEC_INSTALL }, &invocation.title());
        }
        "ansible-inventory" => {
            inventory::read(&found, invocation, context);
            context.program(verbs::EXEC_READ, &invocation.title());
        }
        "ansible-doc" | "ansible-config" | "ansible-lint" => context.program(verbs::EXEC_READ, &invocation.title()),
        "salt" | "salt-ssh" => salt(&found, invocation, context),
        "salt-key" if found.has(&["-L", "--list-all", "-l", "-F", "-f"]) => context.push(Effect::new(verbs::NET_READ, machines("salt", &found))),
        "salt-key" | "salt-run" | "salt-cp" => context.push(Effect::new(verbs::NET_WRITE, machines("salt", &found))),
        "knife" => knife(invocation, context),
        "bolt" => elsewhere(&found.text(&["-t", "--targets", "-n"]).unwrap_or_else(|| "*".to_owned()), invocation, context),
        "puppet" if puppet::runs(&found, invocation, context) => {}
        "puppet" if found.has(&["--noop"]) && !found.has(&["--no-noop"]) || matches!(found.operand(0).as_deref(), Some("facts" | "parser" | "describe" | "module" | "config" | "help")) => {
            context.program(verbs::EXEC_READ, &invocation.title());
        }
        _ => {
            context.program(verbs::EXEC_SYSTEM, &invocation.title());
            opaque(invocation, "what it changes is said elsewhere", context);
        }
    }
}

const ANSIBLE_VALUES: &[&str] = &[
    "-m", "--module-name", "-a", "--args", "-i", "--inventory", "--inventory-file", "-l", "--limit", "-u", "--user", "-e", "--extra-vars", "-f",
    "--forks", "-t", "--tags", "--tree", "--skip-tags", "-M", "--module-path", "-P", "--poll", "-B", "--background", "-c", "--connection",
    "--private-key", "--key-file", "--vault-id", "--vault-password-file", "--become-user", "--become-method", "--start-at-task", "-T", "--timeout",
    "--ssh-common-args", "--ssh-extra-args", "--sftp-extra-args", "--scp-extra-args", "--playbook-dir", "--become-password-file",
    "--connection-password-file", "--vault-pass-file", "--become-pass-file", "--conn-pass-file", "--task-timeout",
];
/// Options of `ansible` that take no value.
const FLAGS: &[&str] = &["-b", "--become", "-K", "--ask-become-pass", "-k", "-D", "--diff", "-v", "-vv", "-vvv", "-vvvv", "-J", "--ask-vault-pass", "-o", "--flush-cache", "--force-handlers"];

/// The machines of a pattern, with the inventory that says which they are.
fn machines(pattern: &str, found: &Subcommand<'_>) -> Resource {
    let limit = found.text(&["-l", "--limit"]);
    let pattern = limit.as_deref().unwrap_or(pattern);
    let inventories: Vec<&str> = found.values(&["-i", "--inventory", "--inventory-file"]).map(|value| value.known().unwrap_or("*")).collect();
    // What an inventory has is some machines and not any.
    let pattern = if pattern == "*" && !inventories.is_empty() && !inventories.contains(&"*") { "all" } else { pattern };
    let host = match inventories.as_slice() {
        [] => pattern.to_owned(),
        some => format!("{pattern} of {}", some.join(" ").trim_end_matches(',')),
    };
    Resource::Host { host, url: None }
}

/// Modules that only look.
const LOOKS: &[&str] = &["ping", "setup", "gather_facts", "debug", "stat", "assert", "service_facts", "package_facts", "find", "win_ping"];
/// Modules that bring over what a file or a database of the machine holds.
const TAKES: &[&str] = &["slurp", "fetch", "getent"];
/// Variables and options that name code of the user's own.
const OWN_CODE: &[&str] = &["ANSIBLE_LIBRARY", "ANSIBLE_MODULE_UTILS", "ANSIBLE_CONFIG"];
/// Beginnings of modules that speak to a service: a cluster, a cloud, an address.
const ACTS_ELSEWHERE: &[&str] = &[
    "k8s", "kubernetes", "helm", "ec2", "ecs", "eks", "rds", "s3", "route53", "cloudformation", "lambda", "iam", "elb", "azure_rm", "gcp", "terraform", "uri", "jenkins",
    "github", "gitlab", "docker_swarm", "docker_stack", "postgresql", "mysql", "mongodb", "proxysql", "vmware", "openstack", "os_", "digital_ocean", "hcloud", "cloudflare", "grafana",
];
/// Modules whose argument a shell or a program runs.
const RUNS: &[&str] = &["command", "shell", "raw", "win_shell", "win_command"];

fn ad_hoc(found: &Subcommand<'_>, invocation: &Invocation, context: &mut Context<'_>) {
    let pattern = found.operand(0).unwrap_or_else(|| "*".to_owned());
    let module = found.text(&["-m", "--module-name"]).unwrap_or_else(|| "command".to_owned());
    let module = module.rsplit('.').next().unwrap_or(&module).to_owned();
    let inventory = inventory::read(found, invocation, context);
    let limit = found.text(&["-l", "--limit"]);
    let is_local = found.text(&["-c", "--connection"]).as_deref() == Some("local");
    let known = inventory.machines(&pattern, limit.as_deref());
    let mut machines = known.unwrap_or_else(|| vec![Machine { place: machines(&pattern, found), is_here: is_local && is_this_machine(&pattern) }]);
    if let Some(how) = found.text(&["-c", "--connection"]) {
        machines.iter_mut().for_each(|machine| machine.is_here = how == "local");
    }
    let looks = found.has(&["--list-hosts", "--syntax-check"]) || found.surely(&["-C", "--check"], FLAGS) || LOOKS.contains(&module.as_str());
    let text = found.value(&["-a", "--args"]).map(|value| value.known().map(str::to_owned));
    let becomes = found.has(&["-b", "--become"]);
    template(text.as_ref(), invocation, context);
    let is_own = |name: &str| OWN_CODE.contains(&name) || name.starts_with("ANSIBLE_") && name.contains("PLUGIN");
    if found.has(&["-M", "--module-path"]) || invocation.environment.iter().any(|(name, _)| is_own(name)) {
        opaque(invocation, "its modules or plugins are the user's own", context);
    }
    if machines.is_empty() {
        context.program(verbs::EXEC_READ, &invocation.title());
    }
    for machine in machines {
        if TAKES.contains(&module.as_str()) && !found.has(&["--list-hosts"]) {
            let store = machine.place.to_string();
            let name = text.clone().flatten().unwrap_or_else(|| "*".to_owned());
            let effect = Effect::new(verbs::SECRET_READ, Resource::Secret { store, name });
            context.push(effect.certain(Certainty::Partial, "what the machine keeps there may be a secret"));
            continue;
        }
        if looks {
            context.push(Effect::new(verbs::NET_READ, machine.place));
            continue;
        }
        // These act on what their arguments name, wherever they run.
        if machine.is_here && ACTS_ELSEWHERE.iter().any(|start| module.starts_with(start)) {
            let effect = Effect::new(verbs::NET_WRITE, Resource::Host { host: "*".to_owned(), url: None });
            context.push(effect.certain(Certainty::Partial, "the module changes what its arguments name elsewhere"));
            continue;
        }
        if let Some(Some(text)) = text.as_ref().filter(|_| module == "script") {
            let run = |context: &mut Context<'_>| shell::run_apart(&format!("sh {text}"), Place::Within(context.here), context);
            if machine.is_here { run(context) } else { context.elsewhere(machine.place, run) }
            continue;
        }
        let run = |context: &mut Context<'_>| {
            if becomes {
                context.program(verbs::EXEC_PRIVILEGE, "become");
            }
            match &text {
                Some(Some(text)) if RUNS.contains(&module.as_str()) => shell::run_apart(text, Place::Within(context.here), context),
                _ => opaque(invocation, "the module changes what its arguments say", context),
            }
        };
        if machine.is_here {
            run(context);
        } else {
            context.elsewhere(machine.place, run);
        }
    }
}

/// What a template in a module's arguments does, which is filled in on this machine.
fn template(text: Option<&Option<String>>, invocation: &Invocation, context: &mut Context<'_>) {
    match text {
        // Of some modules an argument is an expression by itself.
        Some(Some(text)) if ["{{", "{%", "lookup", "query", "q("].iter().any(|part| text.contains(part)) => {
            opaque(invocation, "a template is filled in on this machine", context);
            if ["lookup", "query", "q(", "vars", "password", "secret", "token", "vault"].iter().any(|part| text.to_ascii_lowercase().contains(part)) {
                let resource = Resource::Secret { store: "ansible".to_owned(), name: "*".to_owned() };
                context.push(Effect::new(verbs::SECRET_READ, resource).certain(Certainty::Partial, "a template gives out what it looks up"));
            }
        }
        Some(Some(text)) if text.split_ascii_whitespace().any(|part| part.starts_with("var=") && ["vars", "pass", "secret", "token", "vault"].iter().any(|name| part.contains(name))) => {
            let resource = Resource::Secret { store: "ansible".to_owned(), name: "*".to_owned() };
            context.push(Effect::new(verbs::SECRET_READ, resource).certain(Certainty::Partial, "variables of machines hold secrets"));
        }
        _ => {}
    }
}

fn playbooks(found: &Subcommand<'_>, invocation: &Invocation, context: &mut Context<'_>) {
    for word in &found.operands {
        ask_file(&paths::locate(&word.value, context).path, context);
    }
    let inventory = inventory::read(found, invocation, context);
    let limit = found.text(&["-l", "--limit"]);
    if found.has(&["--syntax-check", "--list-hosts", "--list-tasks", "--list-tags"]) {
        context.program(verbs::EXEC_READ, &invocation.title());
        return;
    }
    let (variables, has_other_variables) = playbook::variables(found.values(&["-e", "--extra-vars"]));
    let run = playbook::Run {
        inventory: &inventory,
        invocation,
        limit: limit.as_deref(),
        rehearses: found.surely(&["-C", "--check"], FLAGS),
        is_local: found.text(&["-c", "--connection"]).as_deref() == Some("local"),
        variables,
        has_other_variables,
        adds_machines: std::cell::Cell::new(false),
        otherwise: &|pattern| machines(pattern, found),
    };
    let listed = context.collected.len();
    for word in &found.operands {
        playbook::run(&word.value, &run, context);
    }
    if context.collected.len() == listed {
        context.program(verbs::EXEC_READ, &invocation.title());
    }
    if found.operands.is_empty() {
        opaque(invocation, "which playbook it runs is not known", context);
    }
}

fn elsewhere(host: &str, invocation: &Invocation, context: &mut Context<'_>) {
    let place = Resource::Host { host: host.to_owned(), url: None };
    context.elsewhere(place, |context| opaque(invocation, "it changes other machines", context));
}

/// `salt 'web*' cmd.run 'text'`.
fn salt(found: &Subcommand<'_>, invocation: &Invocation, context: &mut Context<'_>) {
    let target = found.operand(0).unwrap_or_else(|| "*".to_owned());
    let function = found.operand(1).unwrap_or_else(|| "*".to_owned());
    let place = Resource::Host { host: target.clone(), url: None };
    let tests = found.operands.iter().rfind(|word| word.text().starts_with("test="));
    let rehearses = tests.is_some_and(|word| matches!(word.text(), "test=True" | "test=true"));
    let looks = ["test.", "grains.", "status.", "network.", "sys.", "disk.", "saltutil.running"];
    match function.as_str() {
        "pillar.items" | "pillar.get" | "pillar.item" => {
            let resource = Resource::Secret { store: "salt".to_owned(), name: target };
            context.push(Effect::new(verbs::SECRET_READ, resource).because("a pillar holds secrets"));
        }
        "cmd.run" | "cmd.shell" | "cmd.run_all" => match found.operands.get(2).map(|word| word.known()) {
            Some(Some(text)) => context.elsewhere(place, |context| shell::run_apart(text, Place::Within(context.here), context)),
            _ => elsewhere(&target, invocation, context),
        },
        _ if looks.iter().any(|start| function.starts_with(start)) || rehearses && function.starts_with("state.") => {
            context.push(Effect::new(verbs::NET_READ, place));
        }
        _ => elsewhere(&target, invocation, context),
    }
}

fn knife(invocation: &Invocation, context: &mut Context<'_>) {
    let words: Vec<&str> = invocation.words.iter().filter_map(Word::known).filter(|text| !text.starts_with('-')).collect();
    let chef = |verb| Effect::new(verb, Resource::Host { host: "chef server".to_owned(), url: None });
    match words.as_slice() {
        ["ssh", query, text, ..] => {
            let place = Resource::Host { host: (*query).to_owned(), url: None };
            context.elsewhere(place, |context| shell::run_apart(text, Place::Within(context.here), context));
        }
        ["data" | "vault", "bag" | "show" | "list", ..] if words.contains(&"show") => {
            let resource = Resource::Secret { store: "chef".to_owned(), name: (*words.last().unwrap_or(&"*")).to_owned() };
            context.push(Effect::new(verbs::SECRET_READ, resource));
        }
        [_, "list" | "show", ..] | ["status" | "search" | "diff" | "list" | "show", ..] | [_, _, "list"] => context.push(chef(verbs::NET_READ)),
        [_, "delete" | "bulk", ..] | [_, _, "delete", ..] => context.push(chef(verbs::NET_DELETE)),
        _ => context.push(chef(verbs::NET_WRITE)),
    }
}

#[cfg(test)]
#[path = "ansible/tests.rs"]
mod places;
#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn ansible() {
        assert_snapshot!(check("ansible-playbook -i inventory/production site.yml --limit web"), @"exec.opaque web of inventory/production, execute, opaque");
        assert_snapshot!(check("ansible-playbook site.yml --check --diff; ansible-playbook --syntax-check site.yml"), @"
        net.read *, read
        exec.read ansible-playbook --syntax-check site.yml, read
        ");
        assert_snapshot!(check("ansible all -i hosts -m shell -a 'rm -rf /srv'; ansible web -m ping; ansible db -b -m service -a 'name=x state=stopped'"), @"
        fs.delete all of hosts, destroy, partial
        net.read web, read
        exec.privilege db, execute
        exec.opaque db, execute, opaque
        ");
        assert_snapshot!(check("ansible-playbook -i staging site.yml --check; ansible-playbook -i inventories/staging site.yml; ansible-playbook -i $X site.yml"), @"
        net.read all of staging, read
        exec.opaque all of inventories/staging, execute, opaque
        exec.opaque * of *, execute, opaque
        ");
        assert_snapshot!(check("ansible localhost -m command -a 'rm -rf src'"), @"fs.delete /repo/src, destroy");
        assert_snapshot!(check("ansible-galaxy install x"), @"
        exec.install ansible-galaxy install x, execute
        ");
    }

    #[test]
    fn others() {
        assert_snapshot!(check("salt '*' test.ping; salt 'web*' cmd.run 'rm -rf /srv'; salt db state.apply; salt db pillar.items"), @"
        net.read *, read
        fs.delete web*, destroy, partial
        exec.opaque db, execute, opaque
        secret.read salt:db, read
        ");
        assert_snapshot!(check("knife node list; knife ssh 'role:web' 'reboot'; knife node delete x; puppet agent -t --noop"), @"
        net.read chef server, read
        exec.system role:web, destroy
        net.delete chef server, destroy
        exec.read puppet agent -t, read
        ");
    }
}
