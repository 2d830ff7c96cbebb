//! What the plays of a playbook run, and on which machines: commands where they are written out.

use std::cell::Cell;

use countersign_model::{Effect, Resource, verbs};
use countersign_yaml::Node;

use super::inventory::{Inventory, Machine};
use super::{LOOKS, RUNS, hosts};
use crate::code::{self, Looked, justfile};
use crate::context::Context;
use crate::families::opaque;
use crate::invocation::Invocation;
use crate::paths;
use crate::shell::{self, Place};
use crate::word::Value;

/// Tasks that are looked at, in all of a call's playbooks together.
const MOST_TASKS: usize = 200;
/// Blocks and files within each other.
const DEEPEST: usize = 8;

/// What a playbook is run with.
pub(super) struct Run<'r> {
    pub inventory: &'r Inventory,
    pub invocation: &'r Invocation,
    pub limit: Option<&'r str>,
    /// Whether it only says what it would change.
    pub rehearses: bool,
    /// Whether every play runs on this machine.
    pub is_local: bool,
    /// Variables that the command sets, as far as they are known.
    pub variables: Vec<(String, String)>,
    /// Whether there are others.
    pub has_other_variables: bool,
    /// Whether a play may add machines to groups as it runs.
    pub adds_machines: Cell<bool>,
    /// The machines of a pattern that the inventory does not tell.
    pub otherwise: &'r dyn Fn(&str) -> Resource,
}

/// What of a play's tasks is left to say once for its machines.
#[derive(Default)]
struct Rest {
    tasks: usize,
    changes: bool,
    looks: bool,
}

/// What a task is in.
#[derive(Clone, Copy)]
struct Around<'a> {
    /// The directory of its file.
    directory: &'a str,
    machines: &'a [Machine],
    becomes: bool,
    depth: usize,
}

/// Adds what the playbook in a file does.
pub(super) fn run(file: &Value, run: &Run<'_>, context: &mut Context<'_>) {
    let located = paths::locate(file, context);
    let mut plays = 0;
    let looked = code::look(&located, "playbook", context, &mut |text, context| {
        if calls_programs(text) {
            context.opaque("ansible-playbook", "a lookup of the playbook may run a command here");
        }
        run.adds_machines.set(run.adds_machines.get() || adds_machines(text));
        let node = context.yaml(text.to_owned()).ok_or("the playbook cannot be read")?;
        let directory = paths::split(&located.path).0.to_owned();
        for item in node.items() {
            plays += 1;
            let imported = ["import_playbook", "ansible.builtin.import_playbook", "include"].iter().find_map(|key| item.get(key));
            match imported.map(|node| node.text()) {
                Some(Some(file)) if !file.contains("{{") && plays <= MOST_TASKS => {
                    let file = paths::normal(&directory, file.split(' ').next().unwrap_or(file));
                    self::run(&Value::Known(file), run, context);
                }
                Some(_) => unseen("*", "which playbook it takes in is not known", run, context),
                None => play(item, &directory, run, context),
            }
        }
        if plays == 0 { Err("it has no plays".to_owned()) } else { Ok(()) }
    });
    match looked {
        Looked::Understood => {}
        Looked::Absent => unseen("*", "its playbook is not there", run, context),
        Looked::Opaque(why) => unseen("*", &why, run, context),
    }
}

/// Whether what is put into a text comes from commands of this machine.
fn calls_programs(text: &str) -> bool {
    let looks_up = ["lookup(", "query(", "q("].iter().any(|call| text.contains(call));
    looks_up && ["pipe", "lines"].iter().any(|name| text.contains(name))
}

/// Whether later plays may have machines that no inventory lists.
fn adds_machines(text: &str) -> bool {
    text.contains("add_host") || text.contains("group_by")
}

/// Adds that nobody can see what happens to the machines of a pattern.
fn unseen(pattern: &str, why: &str, run: &Run<'_>, context: &mut Context<'_>) {
    for machine in machines(pattern, run) {
        if run.rehearses {
            context.push(Effect::new(verbs::NET_READ, machine.place).because("--check only says what it would change"));
        } else {
            on(&machine, context, |context| opaque(run.invocation, why, context));
        }
    }
}

/// The machines of a play's pattern.
fn machines(pattern: &str, run: &Run<'_>) -> Vec<Machine> {
    let pattern = if pattern.contains(['{', '$']) { "*" } else { pattern };
    let known = run.inventory.machines(if pattern == "*" { "all" } else { pattern }, run.limit);
    let others = || Machine { place: (run.otherwise)(pattern), is_here: false };
    match known {
        Some(mut known) => {
            known.extend(Some(()).filter(|()| run.adds_machines.get() && known.iter().all(|machine| !machine.is_here)).map(|()| others()));
            known
        }
        None => vec![others()],
    }
}

fn on(machine: &Machine, context: &mut Context<'_>, run: impl FnOnce(&mut Context<'_>)) {
    if machine.is_here {
        run(context);
    } else {
        context.elsewhere(machine.place.clone(), run);
    }
}

fn play(play: &Node, directory: &str, run: &Run<'_>, context: &mut Context<'_>) {
    let hosts = match play.get("hosts") {
        Some(Node::Text(text)) => text.clone(),
        Some(list @ Node::List(_)) => list.texts().join(","),
        Some(Node::Map(_)) | None => "*".to_owned(),
    };
    let pattern = filled(&hosts, run).unwrap_or_else(|| "*".to_owned());
    let mut machines = machines(&pattern, run);
    if machines.is_empty() {
        return;
    }
    if run.is_local || play.get("connection").and_then(Node::text) == Some("local") {
        machines.iter_mut().for_each(|machine| machine.is_here = true);
    }
    let around = Around { directory, machines: &machines, becomes: is_set(play, "become"), depth: 0 };
    let mut rest = Rest::default();
    for key in ["pre_tasks", "tasks", "post_tasks", "handlers"] {
        play.get(key).into_iter().for_each(|list| tasks(list, around, &mut rest, run, context));
    }
    for role in play.get("roles").map(Node::items).unwrap_or_default() {
        let name = role.text().or_else(|| role.get("role").or_else(|| role.get("name")).and_then(Node::text));
        of_role(name, around, &mut rest, run, context);
    }
    // Before its tasks, it asks every machine what it is.
    rest.looks |= !matches!(play.get("gather_facts").and_then(Node::text), Some("false" | "no" | "False"));
    for machine in &machines {
        if run.rehearses {
            context.push(Effect::new(verbs::NET_READ, machine.place.clone()).because("--check only says what it would change"));
        } else if rest.changes {
            on(machine, context, |context| opaque(run.invocation, "modules of the playbook change what their arguments say", context));
        } else if rest.looks {
            context.push(Effect::new(verbs::NET_READ, machine.place.clone()));
        }
    }
}

fn is_set(node: &Node, key: &str) -> bool {
    node.get(key).and_then(Node::text).is_some_and(|text| !matches!(text, "false" | "no" | "False"))
}

/// Keys of a task that are no module.
const KEYWORDS: &[&str] = &[
    "args", "async", "become", "become_user", "become_method", "changed_when", "check_mode", "connection", "delay", "delegate_to", "diff",
    "environment", "failed_when", "ignore_errors", "loop", "loop_control", "name", "no_log", "notify", "poll", "register", "retries",
    "run_once", "tags", "until", "vars", "when", "listen", "with_items", "with_dict", "with_fileglob", "any_errors_fatal", "throttle", "timeout",
    "delegate_facts", "ignore_unreachable", "remote_user", "become_flags", "module_defaults", "collections", "first_available_file",
];

fn tasks(list: &Node, around: Around<'_>, rest: &mut Rest, run: &Run<'_>, context: &mut Context<'_>) {
    for task in list.items() {
        rest.tasks += 1;
        if rest.tasks > MOST_TASKS || around.depth > DEEPEST {
            rest.changes = true;
            return;
        }
        let becomes = around.becomes || is_set(task, "become");
        let mut inner = Around { becomes, depth: around.depth + 1, ..around };
        let delegated: Vec<Machine>;
        if let Some(other) = task.get("delegate_to").and_then(Node::text) {
            delegated = machines(&filled(other, run).unwrap_or_else(|| "*".to_owned()), run);
            inner.machines = &delegated;
        }
        let mut is_block = false;
        for key in ["block", "rescue", "always"] {
            if let Some(list) = task.get(key) {
                is_block = true;
                tasks(list, inner, rest, run, context);
            }
        }
        if !is_block {
            one(task, inner, rest, run, context);
        }
    }
}

/// Adds what one task does.
fn one(task: &Node, around: Around<'_>, rest: &mut Rest, run: &Run<'_>, context: &mut Context<'_>) {
    let module = task.entries().iter().find(|(key, _)| !KEYWORDS.contains(&key.as_str()) && !key.starts_with("with_"));
    let Some((key, value)) = module else {
        rest.looks = true;
        return;
    };
    let name = key.rsplit('.').next().unwrap_or(key);
    let here = [Machine { place: Resource::Host { host: "localhost".to_owned(), url: None }, is_here: true }];
    match name {
        "include_tasks" | "import_tasks" | "include" => {
            let file = value.text().or_else(|| value.get("file").and_then(Node::text));
            taken_in(file, around, rest, run, context);
        }
        "include_role" | "import_role" => of_role(value.get("name").and_then(Node::text), around, rest, run, context),
        "local_action" => {
            let (module, text) = match value {
                Node::Text(text) => text.split_once(' ').map_or((text.as_str(), None), |(module, text)| (module, Some(text))),
                _ => (value.get("module").and_then(Node::text).unwrap_or_default(), value.get("cmd").and_then(Node::text)),
            };
            command(module.rsplit('.').next().unwrap_or(module), text, Around { machines: &here, ..around }, run, task, context);
        }
        _ if RUNS.contains(&name) => {
            let list;
            let text = match value {
                Node::Text(text) => Some(text.as_str()),
                _ => match value.get("argv") {
                    Some(argv) => {
                        list = argv.texts().join(" ");
                        Some(list.as_str()).filter(|text| !text.contains(['\'', '"', '\\', '$', ';', '&', '|', '<', '>', '(']))
                    }
                    None => value.get("cmd").or_else(|| value.get("_raw_params")).and_then(Node::text),
                },
            };
            command(name, text, around, run, task, context);
        }
        _ if LOOKS.contains(&name) || matches!(name, "set_fact" | "fail" | "meta" | "pause" | "wait_for" | "wait_for_connection" | "add_host" | "group_by" | "include_vars") => {
            rest.looks = true;
        }
        _ => rest.changes = true,
    }
}

/// Adds what a command does on each of the machines.
fn command(module: &str, text: Option<&str>, around: Around<'_>, run: &Run<'_>, task: &Node, context: &mut Context<'_>) {
    // Where the command only rehearses, none runs that does not say that it does.
    if run.rehearses && task.get("check_mode").and_then(Node::text).is_none_or(|text| !matches!(text, "false" | "no" | "False")) {
        return;
    }
    let text = text.filter(|_| RUNS.contains(&module)).and_then(|text| filled(text, run));
    for machine in around.machines {
        on(machine, context, |context| {
            if around.becomes {
                context.program(verbs::EXEC_PRIVILEGE, "become");
            }
            match &text {
                Some(text) => shell::run_apart(text, Place::Within(context.here), context),
                None => opaque(run.invocation, "which command the playbook runs is not known", context),
            }
        });
    }
}

/// A text with the variables in it that the command sets; others are not known. None where what the command sets
/// could be any part of it.
fn filled(text: &str, run: &Run<'_>) -> Option<String> {
    if !text.contains("{{") && !text.contains("{%") {
        return Some(text.to_owned());
    }
    let mut made = text.to_owned();
    for (name, value) in &run.variables {
        made = made.replace(&format!("{{{{ {name} }}}}"), value).replace(&format!("{{{{{name}}}}}"), value);
    }
    if !made.contains("{{") && !made.contains("{%") {
        return Some(made);
    }
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_./:=@,+%- ".contains(&byte));
    if run.has_other_variables || made.contains("{%") || !run.variables.iter().all(|(_, value)| is_plain(value)) {
        return None;
    }
    Some(justfile::filled(&made))
}

/// Adds what the tasks of another file do.
fn taken_in(file: Option<&str>, around: Around<'_>, rest: &mut Rest, run: &Run<'_>, context: &mut Context<'_>) {
    let Some(file) = file.filter(|file| !file.contains("{{")) else {
        rest.changes = true;
        return;
    };
    let located = paths::locate(&Value::Known(paths::normal(around.directory, file)), context);
    let looked = code::look(&located, "tasks", context, &mut |text, context| {
        if calls_programs(text) {
            context.opaque("ansible-playbook", "a lookup of the playbook may run a command here");
        }
        run.adds_machines.set(run.adds_machines.get() || adds_machines(text));
        let node = context.yaml(text.to_owned()).ok_or("its tasks cannot be read")?;
        let directory = paths::split(&located.path).0;
        tasks(&node, Around { directory, depth: around.depth + 1, ..around }, rest, run, context);
        Ok(())
    });
    rest.changes |= !matches!(looked, Looked::Understood);
}

/// Adds what the tasks of a role do, which is beside the playbook.
fn of_role(name: Option<&str>, around: Around<'_>, rest: &mut Rest, run: &Run<'_>, context: &mut Context<'_>) {
    let Some(name) = name.filter(|name| !name.contains("{{") && !name.contains('.')) else {
        rest.changes = true;
        return;
    };
    let top = around.directory.split("/roles/").next().unwrap_or(around.directory);
    // What a role brings besides its tasks, such as those it depends on, is not looked at.
    let file = format!("{top}/roles/{name}/tasks/main.yml");
    taken_in(Some(&file), around, rest, run, context);
    let others = ["meta/main.yml", "handlers/main.yml"].map(|part| format!("{top}/roles/{name}/{part}"));
    rest.changes |= others.iter().any(|path| !matches!(context.file(path), Ok(None)));
}

/// The variables that `-e` sets, and whether there are others.
pub(super) fn variables<'v>(given: impl Iterator<Item = &'v Value>) -> (Vec<(String, String)>, bool) {
    let (mut variables, mut has_others) = (Vec::new(), false);
    for value in given {
        match value.known() {
            Some(text) if !text.starts_with(['@', '{', '[']) => variables.extend(hosts::assigned(text)),
            _ => has_others = true,
        }
    }
    (variables, has_others)
}
