//! Commands of `tox`: those of the chosen environments in `tox.ini`, `setup.cfg`, `tox.toml` or `pyproject.toml`. See
//! <https://tox.wiki/en/latest/config.html>. It starts them itself, but each of their lines is read as a shell would.

mod settings;

use crate::context::Context;
use crate::paths;
use crate::word::{Value, Word};

use super::{Chosen, Looked, apart, packages, peek, sure};
use settings::Settings;

/// How many directories up the file is looked for.
const MOST_UP: usize = 6;
/// Environments of one call, and lines of their commands.
const MOST: usize = 128;
/// How often places in a line lead to others.
const DEEPEST: usize = 6;
/// Files in which the settings may be, those first that win.
const FILES: &[&str] = &["tox.ini", "setup.cfg", "pyproject.toml", "tox.toml"];

/// Adds what the chosen environments run; absent where no file has settings. `file`: the one that is named.
pub(crate) fn run(
    chosen: &Chosen,
    file: Option<&str>,
    directory: &str,
    arguments: &[Word],
    context: &mut Context<'_>,
) -> Looked {
    sure(context, |context| match file {
        Some(file) => {
            let (above, name) = paths::split(file);
            in_directory(chosen, above, &[name], arguments, context)
        }
        None => upward(chosen, directory, arguments, context),
    })
}

fn upward(chosen: &Chosen, directory: &str, arguments: &[Word], context: &mut Context<'_>) -> Looked {
    let mut at = directory.to_owned();
    for _ in 0..MOST_UP {
        match in_directory(chosen, &at, FILES, arguments, context) {
            Looked::Absent => {}
            other => return other,
        }
        if at == "/" {
            break;
        }
        let above = paths::split(&at).0;
        at = if above.is_empty() { "/".to_owned() } else { above.to_owned() };
    }
    Looked::Absent
}

/// The same for the first of some files of a directory that has settings.
fn in_directory(
    chosen: &Chosen,
    directory: &str,
    files: &[&str],
    arguments: &[Word],
    context: &mut Context<'_>,
) -> Looked {
    for file in files {
        let located = paths::locate(&Value::Known(paths::normal(directory, file)), context);
        let mut missing = false;
        let looked =
            peek(&located, &format!("tox {chosen:?}"), context, &mut |text, context| match Settings::of(
                file, text,
            )? {
                Some(settings) => environments(&settings, chosen, directory, arguments, context),
                None => {
                    missing = true;
                    Ok(())
                }
            });
        match looked {
            Looked::Absent => {}
            Looked::Understood if missing => {}
            other => return other,
        }
    }
    Looked::Absent
}

fn environments(
    settings: &Settings,
    chosen: &Chosen,
    directory: &str,
    arguments: &[Word],
    context: &mut Context<'_>,
) -> Result<(), String> {
    let own = paths::locate(&Value::Known(paths::normal(directory, "toxfile.py")), context);
    if !matches!(context.file(&own.path), Ok(None)) {
        return Err("a file of its own changes what it runs".to_owned());
    }
    let mut names = match chosen {
        Chosen::Named(names) => names.iter().flat_map(|text| settings::names(text)).collect(),
        Chosen::Usual | Chosen::All => settings.usual(),
    };
    if matches!(chosen, Chosen::All) || names.iter().any(|name| name == "ALL") {
        names.retain(|name| name != "ALL");
        names.extend(settings.usual());
        names.extend(settings.named());
    }
    if names.len() > MOST {
        return Err("it has too many environments".to_owned());
    }
    let mut seen = Vec::new();
    let mut result = Ok(());
    for name in &names {
        let kept = context.state.shell.clone();
        let one = environment(settings, name, directory, arguments, &mut seen, context);
        context.state.shell = kept;
        result = result.and(one);
    }
    result
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
    let mut result = Ok(());
    for line in settings.lines(name, &["set_env", "setenv"]) {
        let line = filled(&line);
        let Some((variable, value)) = line.split_once('=') else {
            result = Err("from which file it takes variables is not known".to_owned());
            continue;
        };
        let value = value.trim();
        let value = if value.contains('$') {
            Value::unknown("its settings work it out")
        } else {
            Value::Known(value.to_owned())
        };
        context.state.shell.environment.push((variable.trim().to_owned(), value));
    }
    // Directories that are emptied before: those it makes itself hold nothing else.
    for keys in [["env_dir", "envdir"], ["env_tmp_dir", "envtmpdir"], ["env_log_dir", "envlogdir"]] {
        for place in settings.lines(name, &keys).iter().map(|place| filled(place)) {
            let place = place.trim();
            if !place.starts_with(&format!("{directory}/.tox/")) || place.contains("..") {
                once(format!("rm -rf {place}"), seen, context)?;
            }
        }
    }
    let keys = [
        "install_command",
        "list_dependencies_command",
        "recreate_commands",
        "commands_pre",
        "commands",
        "commands_post",
    ];
    for key in keys {
        for line in settings.lines(name, &[key]) {
            let line = filled(&line);
            once(line.trim().trim_start_matches(['-', '!']).trim_start().to_owned(), seen, context)?;
        }
    }
    result
}

/// Runs a line, but for one that ran before in the same place and with the same variables: environments that differ in
/// their versions only run the same.
fn once(line: String, seen: &mut Vec<String>, context: &mut Context<'_>) -> Result<(), String> {
    let shell = &context.state.shell;
    let whole = format!("{line}\n{:?}\n{:?}", shell.directory, shell.environment);
    if line.is_empty() || seen.contains(&whole) {
        return Ok(());
    }
    if seen.len() >= MOST {
        return Err("it has too many commands".to_owned());
    }
    let state = context.state.shell.clone();
    apart(&line, context);
    context.state.shell = state;
    seen.push(whole);
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
            "toxworkdir" | "work_dir" => format!("{directory}/.tox"),
            "envdir" | "env_dir" => format!("{directory}/.tox/{name}"),
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
