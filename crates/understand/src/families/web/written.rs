//! Files that curl and wget write: those that options name, and those that an address or the server does.

use countersign_model::PathClass;

use crate::arguments::Arguments;
use crate::context::Context;
use crate::paths;
use crate::word::Value;

/// Adds what is written.
pub(super) fn writes(arguments: &Arguments<'_>, is_curl: bool, context: &mut Context<'_>) {
    let names: &[&str] = if is_curl {
        &["o", "output", "c", "cookie-jar", "D", "dump-header", "trace", "trace-ascii", "stderr"]
    } else {
        &["O", "output-document", "o", "output-file", "a", "append-output", "save-cookies"]
    };
    let files: Vec<Value> = arguments.values(names).cloned().collect();
    files.iter().for_each(|value| context.write_value(value));
    if is_curl {
        also_writes(arguments, context);
    }
    let named = arguments.has(&["O", "remote-name", "remote-name-all", "J", "remote-header-name"]) && is_curl;
    let spider = arguments.has(&["spider"]) || arguments.has(&["O", "output-document"]);
    if named || (!is_curl && !spider) {
        let names: &[&str] = if is_curl { &["output-dir"] } else { &["P", "directory-prefix"] };
        let directory = arguments.value(names).cloned();
        // The address may name the file; the server does so only where it is asked to.
        for address in arguments.operands.iter().filter(|word| !word.value.is_unknown()) {
            let path = address.text().split(['?', '#']).next().unwrap_or_default();
            let name = path.split_once("://").map_or(path, |(_, rest)| rest).rsplit_once('/').map_or("", |(_, name)| name);
            let above = directory.as_ref().map_or(".", Value::text);
            let file = Value::Known(format!("{above}/{name}"));
            if !name.is_empty() && paths::locate(&file, context).class > PathClass::Rebuildable {
                context.write_value(&file);
            }
        }
        if let Some(files) = brings(arguments, directory.as_ref(), is_curl, context) {
            files.iter().for_each(|file| context.write_value(file));
        } else {
            context.write_value(&directory.unwrap_or_else(|| Value::Known("./download".to_owned())));
        }
    }
}

/// Takes note of the files that are named by their addresses, so that what runs them is known to run what was fetched;
/// returns them if they are all that is written.
fn brings(arguments: &Arguments<'_>, directory: Option<&Value>, is_curl: bool, context: &mut Context<'_>) -> Option<Vec<Value>> {
    let mut files = Vec::new();
    let chooses = ["J", "remote-header-name", "content-disposition", "trust-server-names", "r", "recursive", "i", "input-file", "m", "mirror"];
    let mut unclear = arguments.has(&chooses) || arguments.operands.is_empty();
    let above = directory.map_or(".", Value::text);
    unclear |= directory.is_some_and(Value::is_unknown);
    for address in &arguments.operands {
        let path = address.text().split(['?', '#']).next().unwrap_or_default();
        let name = path.split_once("://").map_or(path, |(_, rest)| rest).rsplit_once('/').map_or("", |(_, name)| name);
        let name = if name.is_empty() && !is_curl { "index.html" } else { name };
        unclear |= address.value.is_unknown() || name.contains(['%', '{', '[']) || (!is_curl && address.text().contains('?'));
        let file = Value::Known(format!("{above}/{name}"));
        let located = paths::locate(&file, context);
        if !name.is_empty() {
            context.state.world.writes(&located);
            files.push(file);
        }
    }
    if unclear {
        let located = paths::locate(&Value::unknown("the server or the address names the file"), context);
        context.state.world.writes(&located);
    }
    (!unclear && !files.is_empty() && files.len() <= 16).then_some(files)
}

/// Files that curl writes besides what it fetches.
fn also_writes(arguments: &Arguments<'_>, context: &mut Context<'_>) {
    for value in arguments.values(&["etag-save", "hsts", "alt-svc", "libcurl"]) {
        context.write_value(value);
    }
    for value in arguments.values(&["w", "write-out"]) {
        for part in value.text().split("%output{").skip(1) {
            let file = part.split('}').next().unwrap_or(part).trim_start_matches(">>");
            context.write_value(&Value::Known(file.to_owned()));
        }
    }
    let directories: Vec<&Value> = arguments.values(&["output-dir"]).collect();
    for directory in directories {
        for file in arguments.values(&["o", "output"]).filter(|file| !file.text().starts_with('/')) {
            context.write_value(&match (directory, file) {
                (Value::Known(directory), Value::Known(file)) => Value::Known(format!("{directory}/{file}")),
                _ => Value::unknown("the file it writes is not known"),
            });
        }
    }
}
