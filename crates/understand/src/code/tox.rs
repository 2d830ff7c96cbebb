//! Commands of `tox`: those of the chosen environments in `tox.ini`, `setup.cfg`, `tox.toml` or `pyproject.toml`. See
//! <https://tox.wiki/en/latest/config.html>. It starts them itself, but each of their lines is read as a shell would.

mod settings;

use crate::context::Context;
use crate::paths;
use crate::word::{Value, Word};

use super::{Looked, apart, packages, peek, sure};
use settings::Settings;

/// How many directories up the file is looked for.
const MOST_UP: usize = 6;
/// Environments of one call, and lines of their commands.
const MOST: usize = 128;
/// How often places in a line lead to others.
const DEEPEST: usize = 6;
/// Files in which the settings may be, those first that win.
const FILES: &[&str] = &["tox.ini", "setup.cfg", "pyproject.toml", "tox.toml"];

/// Adds what the environments of these names run, of the usual ones where none is named; absent where no file has
/// settings.
pub(crate) fn run(
    names: &[String],
    directory: &str,
    arguments: &[Word],
    context: &mut Context<'_>,
) -> Looked {
    sure(context, |context| upward(names, directory, arguments, context))
}

fn upward(names: &[String], directory: &str, arguments: &[Word], context: &mut Context<'_>) -> Looked {
    let mut at = directory.to_owned();
    for _ in 0..MOST_UP {
        for file in FILES {
            let located = paths::locate(&Value::Known(paths::normal(&at, file)), context);
            let mut missing = false;
            let looked =
                peek(&located, &format!("tox {}", names.join(",")), context, &mut |text, context| {
                    match Settings::of(file, text)? {
                        Some(settings) => environments(&settings, names, &at, arguments, context),
                        None => {
                            missing = true;
                            Ok(())
                        }
                    }
                });
            match looked {
                Looked::Absent => {}
                Looked::Understood if missing => {}
                other => return other,
            }
        }
        if at == "/" {
            break;
        }
        let above = paths::split(&at).0;
        at = if above.is_empty() { "/".to_owned() } else { above.to_owned() };
    }
    Looked::Absent
}

fn environments(
    settings: &Settings,
    names: &[String],
    directory: &str,
    arguments: &[Word],
    context: &mut Context<'_>,
) -> Result<(), String> {
    let own = paths::locate(&Value::Known(paths::normal(directory, "toxfile.py")), context);
    if !matches!(context.file(&own.path), Ok(None)) {
        return Err("a file of its own changes what it runs".to_owned());
    }
    let is_all = names.iter().any(|name| name == "ALL");
    let mut chosen = if names.is_empty() || is_all { settings.usual() } else { names.to_vec() };
    if is_all {
        chosen.extend(settings.named());
    }
    if chosen.len() > MOST {
        return Err("it has too many environments".to_owned());
    }
    let mut seen = Vec::new();
    for name in &chosen {
        let kept = context.state.shell.clone();
        let result = environment(settings, name, directory, arguments, &mut seen, context);
        context.state.shell = kept;
        result?;
    }
    Ok(())
}

fn environment(
    settings: &Settings,
    name: &str,
    directory: &str,
    arguments: &[Word],
    seen: &mut Vec<String>,
    context: &mut Context<'_>,
) -> Result<(), String> {
    let filled = |text: &str| filled(text, settings, name, directory, arguments, 0);
    let below = settings.lines(name, &["change_dir", "changedir"]).first().map(|below| filled(below));
    context.state.shell.directory = match below {
        None => Ok(directory.to_owned()),
        Some(below) if below.contains(['$', '~']) => Err("its settings say where it runs".to_owned()),
        Some(below) => Ok(paths::normal(directory, below.trim())),
    };
    for line in settings.lines(name, &["set_env", "setenv"]) {
        let line = filled(&line);
        let Some((variable, value)) = line.split_once('=') else {
            return Err("from which file it takes variables is not known".to_owned());
        };
        let value = value.trim();
        let value = if value.contains('$') {
            Value::unknown("its settings work it out")
        } else {
            Value::Known(value.to_owned())
        };
        context.state.shell.environment.push((variable.trim().to_owned(), value));
    }
    for key in ["install_command", "commands_pre", "commands", "commands_post"] {
        for line in settings.lines(name, &[key]) {
            let line = filled(&line);
            let line = line.trim().trim_start_matches(['-', '!']).trim_start().to_owned();
            // Environments that differ in their versions only run the same.
            if line.is_empty() || seen.contains(&line) {
                continue;
            }
            if seen.len() >= MOST {
                return Err("it has too many commands".to_owned());
            }
            let state = context.state.shell.clone();
            apart(&line, &[], context);
            context.state.shell = state;
            seen.push(line);
        }
    }
    Ok(())
}

/// A line with what stands for its places: `{posargs}`, `{toxinidir}`, `{[testenv]deps}`. What is not known is a
/// variable that nobody sets.
fn filled(
    text: &str,
    settings: &Settings,
    name: &str,
    directory: &str,
    arguments: &[Word],
    depth: usize,
) -> String {
    let mut whole = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        whole.push_str(before);
        let Some((place, behind)) = inside(after) else {
            whole.push('{');
            rest = after;
            continue;
        };
        rest = behind;
        let again = |text: &str| {
            if depth < DEEPEST {
                filled(text, settings, name, directory, arguments, depth + 1)
            } else {
                "\"$tox_value\"".to_owned()
            }
        };
        let (key, usual) = place.split_once(':').unwrap_or((place, ""));
        whole.push_str(&match key {
            "posargs" if arguments.is_empty() => again(usual),
            "posargs" => arguments.iter().map(packages::quoted).collect::<Vec<_>>().join(" "),
            "toxinidir" | "tox_root" | "tox_ini_dir" => directory.to_owned(),
            "envname" | "env_name" => name.to_owned(),
            "envpython" | "env_python" => "python".to_owned(),
            "/" => "/".to_owned(),
            "opts" | "packages" => "x".to_owned(),
            "env" => {
                let (variable, usual) = usual.split_once(':').unwrap_or((usual, ""));
                if usual.is_empty() {
                    format!("${{{variable}}}")
                } else {
                    format!("${{{variable}:-{usual}}}")
                }
            }
            _ => match place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                Some((section, key)) => again(&settings.of_section(section, key).unwrap_or_default()),
                None => "\"$tox_value\"".to_owned(),
            },
        });
    }
    whole.push_str(rest);
    whole
}

/// What stands up to the bracket that closes one which was opened before, and what follows it.
fn inside(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => return Some((text.get(..at)?, text.get(at + 1..)?)),
            '}' => depth -= 1,
            '\n' => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests;
