//! Scripts of a `package.json`, with those that run before and after them.

mod settings;

use crate::context::Context;
use crate::paths;
use crate::search::regexes;
use crate::word::{Value, Word};

use super::{Looked, apart, doubt, look, peek, sure};

/// Why a script is not run.
const NO_SCRIPT: &str = "its package has no script";
/// How many directories up a package is looked for.
const MOST_UP: usize = 6;

/// Adds what a script does, looked for from `directory` upward.
pub(crate) fn script(name: &str, directory: &str, arguments: &[Word], context: &mut Context<'_>) -> Looked {
    sure(context, |context| upward(&["package.json"], name, directory, arguments, context))
}

/// Adds what the scripts do whose names an expression matches; of one that is not simple it may be any.
pub(crate) fn matching(
    expression: &str,
    directory: &str,
    arguments: &[Word],
    context: &mut Context<'_>,
) -> Looked {
    let patterns = regexes::patterns(expression, regexes::Syntax::Extended, false);
    let is_meant = |name: &str| {
        patterns
            .as_ref()
            .is_none_or(|patterns| patterns.iter().any(|pattern| crate::glob::matches(pattern, name)))
    };
    let package = match nearest(directory, context) {
        Ok((package, _)) => package,
        Err(why) => return Looked::Opaque(why),
    };
    let scripts = package.get("scripts").and_then(serde_json::Value::as_object);
    let names: Vec<&String> = scripts.into_iter().flat_map(|scripts| scripts.keys()).collect();
    let mut looked = Looked::Absent;
    for name in names.into_iter().filter(|name| is_meant(name)) {
        match script(name, directory, arguments, context) {
            Looked::Opaque(why) => return Looked::Opaque(why),
            Looked::Understood => looked = Looked::Understood,
            Looked::Absent => {}
        }
    }
    looked
}

/// Adds what a task of Deno's does, which may be a script of a package, too.
pub(crate) fn task(name: &str, directory: &str, arguments: &[Word], context: &mut Context<'_>) -> Looked {
    const FILES: &[&str] = &["deno.json", "deno.jsonc", "package.json"];
    sure(context, |context| upward(FILES, name, directory, arguments, context))
}

fn upward(
    files: &[&str],
    name: &str,
    directory: &str,
    arguments: &[Word],
    context: &mut Context<'_>,
) -> Looked {
    let mut at = directory.to_owned();
    for _ in 0..MOST_UP {
        let mut without = None;
        for file in files {
            let path = format!("{}/{file}", at.trim_end_matches('/'));
            let located = paths::locate(&Value::Known(path), context);
            let looked = peek(&located, &format!("script {name}"), context, &mut |text, context| {
                run(name, text, &at, arguments, context)
            });
            match looked {
                Looked::Absent => {}
                // The other file may have it.
                Looked::Opaque(why) if files.len() > 1 && why.starts_with(NO_SCRIPT) => without = Some(why),
                other => return other,
            }
        }
        match without {
            Some(why) => return Looked::Opaque(why),
            None if at == "/" => break,
            None => at = paths::split(&at).0.to_owned(),
        }
    }
    Looked::Absent
}

/// The text of the nearest package from `directory` upward, and its directory.
fn nearest(directory: &str, context: &mut Context<'_>) -> Result<(serde_json::Value, String), String> {
    let mut at = directory.to_owned();
    for _ in 0..MOST_UP {
        let path = format!("{}/package.json", at.trim_end_matches('/'));
        let located = paths::locate(&Value::Known(path), context);
        let mut found = None;
        let looked = look(&located, "package", context, &mut |text, _| {
            found = serde_json::from_str(text).ok();
            Ok(())
        });
        match (looked, found) {
            (Looked::Understood, Some(package)) => return Ok((package, at)),
            (Looked::Understood, None) => return Err("its package.json cannot be read".to_owned()),
            (Looked::Opaque(why), _) => return Err(why),
            (Looked::Absent, _) if at == "/" || at.is_empty() => break,
            (Looked::Absent, _) => at = paths::split(&at).0.to_owned(),
        }
    }
    Err("it runs scripts of the project".to_owned())
}

/// Whether the nearest package has a script of this name; an error says why that is not known.
pub(crate) fn has(name: &str, directory: &str, context: &mut Context<'_>) -> Result<bool, String> {
    let mut found = false;
    let ((), doubt) = doubt(context, |context| {
        let mut at = directory.to_owned();
        for _ in 0..MOST_UP {
            let path = format!("{}/package.json", at.trim_end_matches('/'));
            let located = paths::locate(&Value::Known(path), context);
            let looked = peek(&located, "package", context, &mut |text, _| {
                let package: Option<serde_json::Value> = serde_json::from_str(text).ok();
                found |= package.is_some_and(|package| {
                    package.get("scripts").is_some_and(|scripts| scripts.get(name).is_some())
                });
                Ok(())
            });
            if !matches!(looked, Looked::Absent) || at == "/" || at.is_empty() {
                break;
            }
            at = paths::split(&at).0.to_owned();
        }
    });
    match doubt {
        Some(why) if !found => Err(why),
        _ => Ok(found),
    }
}

/// The names of all scripts of the nearest package.
pub(crate) fn names(directory: &str, context: &mut Context<'_>) -> Result<Vec<String>, String> {
    let (package, _) = nearest(directory, context)?;
    let scripts = package.get("scripts").and_then(serde_json::Value::as_object);
    Ok(scripts.map(|scripts| scripts.keys().cloned().collect()).unwrap_or_default())
}

/// The commands that the nearest package gives to `lint-staged`, each with files nobody knows.
pub(crate) fn staged(directory: &str, context: &mut Context<'_>) -> Result<Vec<String>, String> {
    let (package, _) = nearest(directory, context)?;
    let Some(settings) = package.get("lint-staged").and_then(serde_json::Value::as_object) else {
        return Err("which commands it runs is not known".to_owned());
    };
    let mut found = Vec::new();
    for commands in settings.values() {
        match commands {
            serde_json::Value::String(text) => found.push(text.clone()),
            serde_json::Value::Array(texts) => {
                for text in texts {
                    found.push(text.as_str().ok_or("a part of its settings is not plain text")?.to_owned());
                }
            }
            _ => return Err("a part of its settings is not plain text".to_owned()),
        }
    }
    Ok(found)
}

fn run(
    name: &str,
    text: &str,
    directory: &str,
    arguments: &[Word],
    context: &mut Context<'_>,
) -> Result<(), String> {
    let package: serde_json::Value =
        serde_json::from_str(text).map_err(|_| "its package.json cannot be read".to_owned())?;
    let scripts = package.get("scripts").or_else(|| package.get("tasks"));
    let one = |name: &str| scripts.and_then(|scripts| scripts.get(name));
    if one(name).is_some_and(|task| task.get("dependencies").is_some()) {
        return Err("the task runs others first".to_owned());
    }
    // A task of Deno's may be described by more than its command.
    let script = |name: &str| {
        let command = one(name).map(|task| task.get("command").unwrap_or(task));
        command.and_then(serde_json::Value::as_str).map(str::to_owned)
    };
    let given: Vec<String> = arguments.iter().filter(|word| word.known() != Some("--")).map(quoted).collect();
    let main = match script(name) {
        Some(main) => format!("{main} {}", given.join(" ")),
        None if name == "start" => "node server.js".to_owned(),
        None if name == "restart" => {
            [script("stop"), script("start")].into_iter().flatten().collect::<Vec<_>>().join("; ")
        }
        None => return Err(format!("{NO_SCRIPT} named {name}")),
    };
    let kept = context.state.shell.clone();
    context.state.shell.directory = Ok(directory.to_owned());
    finds_programs(directory, context);
    let result = settings::apply(directory, context);
    for text in
        [script(&format!("pre{name}")), Some(main), script(&format!("post{name}"))].into_iter().flatten()
    {
        apart(&text, context);
    }
    context.state.shell = kept;
    result
}

/// Takes what settings in a directory give to the programs of packages that are started there.
pub(crate) fn told(
    directory: &str,
    environment: &mut Vec<(String, Value)>,
    context: &mut Context<'_>,
) -> Result<(), String> {
    let kept = context.state.shell.environment.clone();
    let (result, doubt) = doubt(context, |context| settings::apply(directory, context));
    environment.extend(context.state.shell.environment.iter().skip(kept.len()).cloned());
    context.state.shell.environment = kept;
    // What was checked out is as it is elsewhere.
    let doubt = doubt.filter(|why| context.state.world.tree_changed.as_ref() != Some(why));
    result.and(doubt.map_or(Ok(()), Err))
}

/// Has the programs of the packages found first that are installed for what is in a directory.
pub(crate) fn finds_programs(directory: &str, context: &mut Context<'_>) {
    let top = context.top().filter(|top| *top != directory).map(str::to_owned);
    for directory in top.into_iter().chain([directory.to_owned()]) {
        let programs = format!("{}/node_modules/.bin", directory.trim_end_matches('/'));
        context.state.shell.activated.push(programs);
    }
}

/// A word as shell text that means it.
pub(super) fn quoted(word: &Word) -> String {
    match word.known() {
        Some(text) => crate::tools::quoted(text),
        None => "\"${UNKNOWN_HERE}\"".to_owned(),
    }
}

#[cfg(test)]
mod tests;
