//! Tasks of mise: those of its settings files, and scripts in folders for tasks, from a directory upward. See
//! <https://mise.jdx.dev/tasks/>. What changes how tasks run, beyond plain variables, is not followed.

use std::collections::BTreeSet;

use toml::{Table, Value as Toml};

use crate::context::Context;
use crate::glob;
use crate::paths;
use crate::word::{Value, Word};

use super::language::Language;
use super::{Looked, justfile, packages, peek, understand};

/// How many directories up settings are looked for.
const MOST_UP: usize = 6;
/// Tasks that are followed.
const MOST_TASKS: usize = 100;
/// How deep tasks may run mise again.
const DEEPEST: usize = 4;

/// Files of settings, those that win first.
const FILES: &[&str] = &[
    "mise.local.toml",
    ".mise.local.toml",
    ".config/mise.local.toml",
    "mise/config.local.toml",
    ".mise/config.local.toml",
    ".config/mise/config.local.toml",
    "mise.toml",
    ".mise.toml",
    ".config/mise.toml",
    "mise/config.toml",
    ".mise/config.toml",
    ".config/mise/config.toml",
];
/// Folders whose files are tasks.
const FOLDERS: &[&str] = &["mise-tasks", ".mise-tasks", "mise/tasks", ".mise/tasks", ".config/mise/tasks"];
/// What in a file of settings runs other code or changes how tasks run.
const CHANGES: &[&str] = &["postinstall", "inline_shell", "file_shell", "task_templates", "includes"];

/// A file of settings, and the directory it is for.
struct Settings {
    path: String,
    directory: String,
    table: Table,
}

/// What is there to look for a task in.
#[derive(Default)]
struct Found {
    settings: Vec<Settings>,
    folders: Vec<(String, String)>,
    asked: Vec<String>,
}

/// What became of a task.
pub(crate) enum Ran {
    /// As with any file.
    Looked(Looked),
    /// There are neither settings nor folders for tasks: none of these files is there.
    Nowhere(Vec<String>),
}

/// Adds what a task does, with what it runs before and after it.
pub(crate) fn run(name: &str, directory: &str, arguments: &[Word], context: &mut Context<'_>) -> Ran {
    let key = format!("{directory}/mise#mise {name}");
    if context.chain.contains(&key) {
        return Ran::Looked(Looked::Understood);
    }
    if context.chain.iter().filter(|key| key.contains("/mise#mise ")).count() >= DEEPEST {
        return Ran::Looked(Looked::Opaque("tasks run each other too deep".to_owned()));
    }
    let (ran, doubt) = super::doubt(context, |context| found(name, directory, arguments, key, context));
    match (ran, doubt) {
        (Ran::Nowhere(_) | Ran::Looked(Looked::Understood | Looked::Absent), Some(why)) => {
            Ran::Looked(Looked::Opaque(why))
        }
        (ran, _) => ran,
    }
}

fn found(name: &str, directory: &str, arguments: &[Word], key: String, context: &mut Context<'_>) -> Ran {
    let found = match find(directory, context) {
        Ok(found) => found,
        Err(why) => return Ran::Looked(Looked::Opaque(why)),
    };
    if found.settings.is_empty() && found.folders.is_empty() {
        return Ran::Nowhere(found.asked);
    }
    let kept = context.state.shell.clone();
    context.chain.push(key);
    let mut seen = BTreeSet::new();
    let result = variables(&found, context).and_then(|()| task(name, arguments, &found, &mut seen, context));
    context.chain.pop();
    context.state.shell = kept;
    Ran::Looked(match result {
        Ok(()) => Looked::Understood,
        Err(why) => Looked::Opaque(why),
    })
}

fn find(directory: &str, context: &mut Context<'_>) -> Result<Found, String> {
    let mut found = Found::default();
    let mut visited = Vec::new();
    let mut at = directory.to_owned();
    let home = context.state.shell.home.clone();
    for step in 0..=MOST_UP {
        if step == MOST_UP {
            at.clone_from(&home);
        }
        let is_new = !visited.contains(&at);
        visited.push(at.clone());
        for file in FILES.iter().filter(|_| is_new) {
            let path = beneath(&at, file);
            if is_nowhere(&path, context) {
                if let Some(why) = context.state.world.tree_changed.clone() {
                    context.unsure.get_or_insert(why);
                }
                found.asked.push(path);
                continue;
            }
            let located = paths::locate(&Value::Known(path.clone()), context);
            let mut texts = Vec::new();
            match peek(&located, "mise", context, &mut |text, _| {
                texts.push(text.to_owned());
                Ok(())
            }) {
                Looked::Absent => found.asked.push(path),
                Looked::Opaque(why) => return Err(why),
                Looked::Understood => {
                    let [text] = texts.as_slice() else {
                        return Err("its settings may be one of several".to_owned());
                    };
                    if CHANGES.iter().any(|word| text.contains(word)) {
                        return Err("its settings change how tasks run".to_owned());
                    }
                    let table = toml::from_str(text).map_err(|_| "its settings cannot be read".to_owned())?;
                    found.settings.push(Settings { path, directory: at.clone(), table });
                }
            }
        }
        for folder in FOLDERS.iter().filter(|_| is_new) {
            let path = beneath(&at, folder);
            match context.file(&path) {
                Ok(None) => found.asked.push(path),
                Ok(Some(_)) | Err(_) => found.folders.push((path, at.clone())),
            }
        }
        if at == "/" {
            at.clone_from(&home);
        } else if step + 1 < MOST_UP {
            at = paths::split(&at).0.to_owned();
            if at.is_empty() {
                "/".clone_into(&mut at);
            }
        }
    }
    Ok(found)
}

/// Adds what runs where the settings above a directory take variables from scripts or commands; whether they set any.
pub(crate) fn sourced(directory: &str, context: &mut Context<'_>) -> Result<bool, String> {
    let mut at = directory.to_owned();
    let mut sets = false;
    for _ in 0..MOST_UP {
        for file in FILES {
            let path = beneath(&at, file);
            if is_nowhere(&path, context) {
                continue;
            }
            let located = paths::locate(&Value::Known(path), context);
            let mut texts = Vec::new();
            let looked = super::look(&located, "mise", context, &mut |text, _| {
                texts.push(text.to_owned());
                Ok(())
            });
            // What was checked out is as it is elsewhere.
            match looked {
                Looked::Opaque(why) if context.state.world.tree_changed.as_ref() != Some(&why) => {
                    return Err(why);
                }
                Looked::Opaque(_) | Looked::Understood | Looked::Absent => {}
            }
            sets |= texts.iter().any(|text| text.contains("env"));
            for text in texts.iter().filter(|text| text.contains("source") || text.contains("exec(")) {
                taken(text, &at, context)?;
            }
        }
        if at == "/" {
            break;
        }
        at = paths::normal(&at, "..");
    }
    Ok(sets)
}

fn beneath(directory: &str, name: &str) -> String {
    format!("{}/{name}", directory.trim_end_matches('/'))
}

/// Whether there is no such file and nothing in the command could put one there: asked before what the path means, which
/// costs more, since most of the names are of files that nobody has.
fn is_nowhere(path: &str, context: &Context<'_>) -> bool {
    let world = &context.state.world;
    let is_as_found = world.written.is_empty() && world.links.is_empty() && !context.has_mounts();
    is_as_found && matches!(context.file(path), Ok(None))
}

/// Adds what scripts and commands do that settings in a directory take variables from.
fn taken(text: &str, directory: &str, context: &mut Context<'_>) -> Result<(), String> {
    let settings: Table = toml::from_str(text).map_err(|_| "its settings cannot be read".to_owned())?;
    // `_` may be a table, or one of several.
    let own = match settings.get("env") {
        Some(Toml::Array(parts)) => parts.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    for script in own.iter().filter_map(|variables| variables.get("_")?.get("source")) {
        let scripts = match script {
            Toml::Array(scripts) => scripts.iter().collect(),
            one => vec![one],
        };
        for script in scripts {
            let path = script.as_str().or_else(|| script.get("path")?.as_str());
            let path = path
                .filter(|path| !path.contains("{{"))
                .ok_or("which script it takes variables from is not known")?;
            let located = paths::locate(&Value::Known(paths::normal(directory, path)), context);
            if let Looked::Opaque(why) = super::run(&located, Some("bash"), &[], context) {
                return Err(why);
            }
        }
    }
    for run in text.split("exec(").skip(1) {
        let quote = run.split_once("command=").and_then(|(_, rest)| rest.chars().next());
        let command =
            quote.filter(|quote| matches!(quote, '\'' | '"')).and_then(|quote| run.split(quote).nth(1));
        let command = command.ok_or("which command it takes variables from is not known")?;
        super::apart(command, context);
    }
    Ok(())
}

/// Takes the variables that the settings give to every task.
fn variables(found: &Found, context: &mut Context<'_>) -> Result<(), String> {
    for settings in found.settings.iter().rev() {
        set(settings.table.get("env"), context)?;
    }
    Ok(())
}

fn set(variables: Option<&Toml>, context: &mut Context<'_>) -> Result<(), String> {
    let why = || "its settings take variables from elsewhere".to_owned();
    let Some(variables) = variables else { return Ok(()) };
    for (name, value) in variables.as_table().ok_or_else(why)? {
        let value = match value {
            Toml::String(text) if !text.contains("{{") && !text.contains("{%") && !text.contains('$') => {
                Value::Known(text.clone())
            }
            Toml::Integer(number) => Value::Known(number.to_string()),
            Toml::String(_) | Toml::Float(_) | Toml::Boolean(_) => Value::unknown("the settings work it out"),
            Toml::Datetime(_) | Toml::Array(_) | Toml::Table(_) => return Err(why()),
        };
        context.state.shell.environment.push((name.clone(), value));
    }
    Ok(())
}

fn task(
    name: &str,
    arguments: &[Word],
    found: &Found,
    seen: &mut BTreeSet<String>,
    context: &mut Context<'_>,
) -> Result<(), String> {
    if !seen.insert(name.to_owned()) {
        return Ok(());
    }
    if seen.len() > MOST_TASKS || !context.enters() {
        return Err("it runs too many tasks".to_owned());
    }
    let result = one(name, arguments, found, seen, context);
    context.leaves();
    result
}

fn one(
    name: &str,
    arguments: &[Word],
    found: &Found,
    seen: &mut BTreeSet<String>,
    context: &mut Context<'_>,
) -> Result<(), String> {
    for settings in &found.settings {
        let Some(tasks) = settings.table.get("tasks").and_then(Toml::as_table) else { continue };
        let is_alias = |task: &Toml| {
            strings(task.get("alias")).is_ok_and(|names| names.iter().any(|known| known == name))
        };
        let named = tasks.get(name).or_else(|| tasks.values().find(|task| task.is_table() && is_alias(task)));
        if let Some(task) = named {
            return defined(task, settings, arguments, found, seen, context);
        }
    }
    let file = name.replace(':', "/");
    for (folder, directory) in &found.folders {
        for path in [format!("{folder}/{file}"), format!("{folder}/{file}.sh")] {
            let located = paths::locate(&Value::Known(path), context);
            let kept = context.state.shell.clone();
            context.state.shell.directory = Ok(directory.clone());
            let looked = peek(&located, "task", context, &mut |text, context| {
                if text.lines().any(|line| line.contains("MISE ") && line.contains("=")) {
                    return Err("its file says how it runs".to_owned());
                }
                understand(Language::of_first_line(text)?, text, &located, arguments, context)
            });
            context.state.shell = kept;
            match looked {
                Looked::Absent => {}
                Looked::Understood => return Ok(()),
                Looked::Opaque(why) => return Err(why),
            }
        }
    }
    Err(format!("there is no task named {name}"))
}

fn defined(
    task: &Toml,
    settings: &Settings,
    arguments: &[Word],
    found: &Found,
    seen: &mut BTreeSet<String>,
    context: &mut Context<'_>,
) -> Result<(), String> {
    if let Some(other) =
        ["shell", "file", "extends", "usage", "tools"].into_iter().find(|key| task.get(key).is_some())
    {
        return Err(format!("its task says {other}, which is not followed"));
    }
    for key in ["depends", "depends_post"] {
        for name in strings(task.get(key))? {
            depends(&name, found, seen, context)?;
        }
    }
    let kept = context.state.shell.clone();
    let result = commands(task, settings, arguments, context);
    context.state.shell = kept;
    result
}

fn commands(
    task: &Toml,
    settings: &Settings,
    arguments: &[Word],
    context: &mut Context<'_>,
) -> Result<(), String> {
    context.state.shell.directory = match task.get("dir").map(Toml::as_str) {
        None => Ok(settings.directory.clone()),
        Some(Some(below)) if !below.contains(['{', '$', '~']) => {
            Ok(paths::normal(&settings.directory, below))
        }
        Some(_) => Err("the task says where it runs".to_owned()),
    };
    set(task.get("env"), context)?;
    let mut texts = strings(if task.is_table() { task.get("run") } else { Some(task) })?;
    if let Some(last) = texts.last_mut() {
        for word in arguments {
            last.push(' ');
            last.push_str(&packages::quoted(word));
        }
    }
    let located = paths::locate(&Value::Known(settings.path.clone()), context);
    for text in texts {
        if text.contains("{%") {
            return Err("its commands are put together as it runs".to_owned());
        }
        let text = if text.contains("{{") { justfile::filled(&text) } else { text };
        let language = if text.starts_with("#!") { Language::of_first_line(&text)? } else { Language::Shell };
        understand(language, &text, &located, &[], context)?;
    }
    Ok(())
}

/// Runs the tasks that a name, which may be a pattern and may have arguments after it, stands for.
fn depends(
    text: &str,
    found: &Found,
    seen: &mut BTreeSet<String>,
    context: &mut Context<'_>,
) -> Result<(), String> {
    let mut words = text.split_ascii_whitespace();
    let name = words.next().unwrap_or_default();
    let arguments: Vec<Word> = words.map(Word::known_as).collect();
    if !glob::is_pattern(name) {
        return task(name, &arguments, found, seen, context);
    }
    if !found.folders.is_empty() {
        return Err("which tasks it runs first is not known".to_owned());
    }
    let tasks =
        found.settings.iter().filter_map(|settings| settings.table.get("tasks").and_then(Toml::as_table));
    let names: Vec<&String> =
        tasks.flat_map(Table::keys).filter(|known| glob::matches(name, known)).collect();
    names.into_iter().try_for_each(|name| task(name, &arguments, found, seen, context))
}

/// A string, or a list of them.
fn strings(value: Option<&Toml>) -> Result<Vec<String>, String> {
    let text = |value: &Toml| {
        value.as_str().map(str::to_owned).ok_or_else(|| "a part of its task is not plain text".to_owned())
    };
    match value {
        None => Ok(Vec::new()),
        Some(Toml::Array(values)) => values.iter().map(text).collect(),
        Some(value) => text(value).map(|text| vec![text]),
    }
}
