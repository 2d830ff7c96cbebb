//! Files and what else PowerShell keeps on drives: variables, the registry, certificates.

use countersign_model::{Effect, Resource, verbs};

use super::arguments::Call;
use super::value::Item;
use super::{names, word};
use crate::context::Context;
use crate::families;
use crate::word::Value;

/// A path as it would be written elsewhere. The drive of files takes `~` for the home, in quotes, too.
pub(super) fn path(value: &Value, context: &Context<'_>) -> Value {
    let mut path = names::path(value);
    let start = match &mut path {
        Value::Known(text) | Value::Pattern(text) => text,
        Value::Unknown { prefix, .. } => prefix,
    };
    if start.strip_prefix('~').is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
        start.replace_range(..1, &context.state.shell.home);
    }
    path
}

/// Says that a file, or something on another drive, is read.
pub(super) fn read(value: &Value, context: &mut Context<'_>) {
    if let Some(host) = names::host(value) {
        context.push(Effect::new(verbs::NET_READ, Resource::Host { host, url: None }));
    }
    match names::drive(value).as_deref() {
        Some("env") => {
            let name = value.text().rsplit([':', '\\', '/']).next().unwrap_or_default().to_ascii_uppercase();
            let all = name.is_empty() || name.contains('*') || value.is_unknown();
            if all || families::is_secret_name(&name) {
                families::reads_environment(if all { "*" } else { &name }, context);
            } else {
                context.program(verbs::EXEC_READ, "env:");
            }
        }
        Some(drive) => context.program(verbs::EXEC_READ, &format!("{drive}:")),
        None => context.read_value(&path(value, context)),
    }
}

/// Says that a file, or something on another drive, is created or changed.
pub(super) fn write(value: &Value, context: &mut Context<'_>) {
    if matches!(value.known(), Some("" | "false")) {
        // `> $null`
        return;
    }
    if let Some(host) = names::host(value) {
        context.push(Effect::new(verbs::NET_SEND, Resource::Host { host, url: None }));
    }
    match names::drive(value) {
        Some(drive) => provider(&drive, context),
        None => context.write_value(&path(value, context)),
    }
}

/// Says that a file, or something on another drive, is deleted.
pub(super) fn delete(value: &Value, context: &mut Context<'_>) {
    match names::drive(value) {
        Some(drive) => provider(&drive, context),
        None => context.delete(&word(&path(value, context))),
    }
}

/// A change to a drive that holds no files.
fn provider(drive: &str, context: &mut Context<'_>) {
    match drive {
        "env" | "variable" => context.program(verbs::EXEC_READ, &format!("{drive}:")),
        "function" | "alias" => context.opaque(&format!("{drive}:"), "it changes what commands mean"),
        "cert" => context
            .push(Effect::new(verbs::EXEC_SYSTEM, Resource::Program { name: "certificates".to_owned() })),
        _ => context.push(
            Effect::new(verbs::EXEC_SYSTEM, Resource::Program { name: "registry".to_owned() })
                .because("it changes the registry"),
        ),
    }
}

/// `Set-Item env:NAME value`.
pub(super) fn sets_environment(place: &Value, value: Option<&Item>, context: &mut Context<'_>) {
    if names::drive(place).as_deref() != Some("env") {
        return;
    }
    let name = place.text().rsplit([':', '\\', '/']).next().unwrap_or_default().to_ascii_uppercase();
    let value = value.map_or_else(|| Value::unknown("what the pipe gives it"), |item| item.value.clone());
    context.state.shell.environment.push((name, value));
    if place.is_unknown() {
        context.opaque("env:", "a variable is set whose name is not known");
    }
}

/// What a listing finds: each of it, as a pattern.
pub(super) fn listed(call: &Call, context: &mut Context<'_>) -> Item {
    let mut given = call
        .value(&["path", "literalpath"])
        .map_or_else(|| call.operands.iter().flat_map(Item::each).collect(), Item::each);
    if given.is_empty() {
        given.push(Value::Known(".".to_owned()));
    }
    for value in &given {
        read(value, context);
    }
    if call.name == "get-item" {
        return Item { list: given, ..Item::unknown("what is found") };
    }
    let filter = call
        .value(&["filter", "include"])
        .or_else(|| call.operands.get(1))
        .and_then(|item| item.value.known())
        .unwrap_or("*");
    let below = |value: &Value| match names::path(value) {
        Value::Known(path) => Value::Pattern(format!("{}/{filter}", path.trim_end_matches('/'))),
        // `*.log` finds what it says.
        other => other,
    };
    Item { list: given.iter().map(below).collect(), ..Item::unknown("what is found") }
}

/// `New-Item`.
pub(super) fn new_item(call: &Call, context: &mut Context<'_>) {
    let place = call
        .at(&["path", "literalpath", "name"], 0)
        .map_or_else(|| Value::unknown("the call does not name it"), |item| item.value.clone());
    let place = match (call.value(&["path"]), call.value(&["name"])) {
        (Some(directory), Some(name)) => super::value::concatenated(
            &directory.value,
            &super::value::concatenated(&Value::Known("/".to_owned()), &name.value),
        ),
        _ => place,
    };
    let kind = call
        .value(&["itemtype", "type"])
        .and_then(|item| item.value.known())
        .unwrap_or_default()
        .to_ascii_lowercase();
    if kind.contains("link") || kind == "junction" {
        let target = call
            .value(&["target", "value"])
            .map_or_else(|| Value::unknown("the target is not known"), |item| item.value.clone());
        context.names_again(&path(&target, context));
    }
    write(&place, context);
}

/// Files that are copied, moved, or packed.
pub(super) fn moved(call: &Call, piped: Option<&Item>, context: &mut Context<'_>) {
    let from: Vec<Value> = match (call.value(&["path", "literalpath"]), call.operands.first(), piped) {
        (Some(item), _, _) | (None, Some(item), _) => item.each(),
        (None, None, Some(item)) => item.each(),
        (None, None, None) => vec![Value::unknown("the call does not name it")],
    };
    let named = call.value(&["path", "literalpath"]).is_some() || call.operands.is_empty();
    let to = call.at(&["destination", "destinationpath", "newname"], usize::from(!named));
    for value in &from {
        match call.name.as_str() {
            "move-item" | "rename-item" => context.moves(&word(&path(value, context))),
            _ => read(value, context),
        }
    }
    write(&to.map_or_else(|| Value::Known(".".to_owned()), |item| item.value.clone()), context);
}
