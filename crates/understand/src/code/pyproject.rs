//! Scripts that a `pyproject.toml` describes for a runner of Python projects: pdm, hatch, rye, poe, taskipy.

use std::collections::BTreeSet;

use toml::Value as Toml;

use crate::context::Context;
use crate::paths;
use crate::word::{Value, Word};

use super::{Looked, apart, environment_files, packages, peek, sure};

/// How many directories up the file is looked for.
const MOST_UP: usize = 6;
/// Scripts that are followed.
const MOST_SCRIPTS: usize = 60;

/// Why it is not known what a program does that the project brings.
pub(crate) const FUNCTION: &str = "it is a program that the project brings";

/// Who reads the scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runner {
    /// `pdm run`.
    Pdm,
    /// `hatch run`.
    Hatch,
    /// `rye run`.
    Rye,
    /// `poe`.
    Poe,
    /// `task`.
    Taskipy,
    /// `pipenv run`, of a `Pipfile`.
    Pipenv,
    /// The programs that the project itself brings.
    Own,
}

impl Runner {
    /// Whether it runs `pre_x` before and `post_x` after `x`.
    fn surrounds(self) -> bool {
        !matches!(self, Self::Hatch | Self::Pipenv | Self::Own)
    }
}

/// Adds what a script does, looked for from `directory` upward; absent where there is no file or no such script.
pub(crate) fn run(
    runner: Runner,
    name: &str,
    directory: &str,
    arguments: &[Word],
    context: &mut Context<'_>,
) -> Looked {
    sure(context, |context| upward(runner, name, directory, arguments, context))
}

fn upward(
    runner: Runner,
    name: &str,
    directory: &str,
    arguments: &[Word],
    context: &mut Context<'_>,
) -> Looked {
    let mut at = directory.to_owned();
    for _ in 0..MOST_UP {
        let name_of_file = if runner == Runner::Pipenv { "Pipfile" } else { "pyproject.toml" };
        let path = paths::normal(&at, name_of_file);
        let located = paths::locate(&Value::Known(path), context);
        let mut missing = false;
        let looked = peek(&located, &format!("{runner:?} {name}"), context, &mut |text, context| {
            let file: toml::Table =
                toml::from_str(text).map_err(|_| format!("its {name_of_file} cannot be read"))?;
            let tool = match runner {
                Runner::Pipenv | Runner::Own => Toml::Table(file),
                _ => file.get("tool").cloned().unwrap_or(Toml::Boolean(false)),
            };
            let scripts = Scripts { runner, tool, directory: at.clone() };
            if scripts.find(name).is_none() {
                missing = true;
                return Ok(());
            }
            let kept = context.state.shell.clone();
            context.state.shell.directory = Ok(at.clone());
            let result = scripts.script(name, arguments, &mut BTreeSet::new(), context);
            context.state.shell = kept;
            result
        });
        match looked {
            Looked::Absent if at != "/" => {
                at = paths::split(&at).0.to_owned();
                if at.is_empty() {
                    "/".clone_into(&mut at);
                }
            }
            Looked::Understood if missing => return Looked::Absent,
            other => return other,
        }
    }
    Looked::Absent
}

struct Scripts {
    runner: Runner,
    /// What is below `tool`, or the whole file.
    tool: Toml,
    directory: String,
}

impl Scripts {
    fn at<'t>(&'t self, keys: &[&str]) -> Option<&'t Toml> {
        keys.iter().try_fold(&self.tool, |value, key| value.get(key))
    }

    fn find(&self, name: &str) -> Option<&Toml> {
        match self.runner {
            Runner::Pdm => self.at(&["pdm", "scripts"])?.get(name),
            Runner::Rye => self.at(&["rye", "scripts"])?.get(name),
            Runner::Poe => self.at(&["poe", "tasks"])?.get(name),
            Runner::Taskipy => self.at(&["taskipy", "tasks"])?.get(name),
            Runner::Pipenv => self.at(&["scripts"])?.get(name),
            Runner::Own => {
                [&["project", "scripts"][..], &["project", "gui-scripts"], &["tool", "poetry", "scripts"]]
                    .into_iter()
                    .find_map(|keys| self.at(keys)?.get(name))
            }
            Runner::Hatch => {
                let (environment, name) = name.split_once(':').unwrap_or(("default", name));
                let own = |environment: &str| self.at(&["hatch", "envs", environment, "scripts"])?.get(name);
                own(environment).or_else(|| own("default"))
            }
        }
    }

    fn script(
        &self,
        name: &str,
        arguments: &[Word],
        seen: &mut BTreeSet<String>,
        context: &mut Context<'_>,
    ) -> Result<(), String> {
        if !seen.insert(name.to_owned()) {
            return Ok(());
        }
        if seen.len() > MOST_SCRIPTS || !context.enters() {
            return Err("it runs too many scripts".to_owned());
        }
        let result = self.around(name, arguments, seen, context);
        context.leaves();
        result
    }

    /// A script with those that run before and after it.
    fn around(
        &self,
        name: &str,
        arguments: &[Word],
        seen: &mut BTreeSet<String>,
        context: &mut Context<'_>,
    ) -> Result<(), String> {
        let Some(script) = self.find(name) else { return Err(format!("there is no script named {name}")) };
        for before in [format!("pre_{name}")] {
            if self.runner.surrounds() && self.find(&before).is_some() {
                self.script(&before, &[], seen, context)?;
            }
        }
        self.one(script, arguments, seen, context)?;
        for after in [format!("post_{name}")] {
            if self.runner.surrounds() && self.find(&after).is_some() {
                self.script(&after, &[], seen, context)?;
            }
        }
        Ok(())
    }

    fn one(
        &self,
        script: &Toml,
        arguments: &[Word],
        seen: &mut BTreeSet<String>,
        context: &mut Context<'_>,
    ) -> Result<(), String> {
        match script {
            _ if self.runner == Runner::Own => return Err(FUNCTION.to_owned()),
            Toml::String(text) => return self.text(text, arguments, seen, context),
            Toml::Array(parts) => {
                return parts.iter().try_for_each(|part| match part {
                    // In a sequence of poe's, a text is the name of another.
                    Toml::String(name) if self.runner == Runner::Poe => self.script(name, &[], seen, context),
                    part => self.one(part, arguments, seen, context),
                });
            }
            Toml::Table(_) => {}
            Toml::Integer(_) | Toml::Float(_) | Toml::Boolean(_) | Toml::Datetime(_) => {
                return Err("its script is not plain text".to_owned());
            }
        }
        for key in ["env_file", "envfile", "env-file"] {
            let files: Vec<&str> = match script.get(key) {
                None => Vec::new(),
                Some(Toml::String(file)) => vec![file.as_str()],
                Some(Toml::Array(files)) => files.iter().filter_map(Toml::as_str).collect(),
                Some(_) => return Err("from which file it takes variables is not known".to_owned()),
            };
            environment_files::all(&files, &self.directory, context)?;
        }
        for (name, value) in script.get("env").and_then(Toml::as_table).into_iter().flatten() {
            let value = match value {
                Toml::String(text) if !text.contains('$') => Value::Known(text.clone()),
                _ => Value::unknown("the script works it out"),
            };
            context.state.shell.environment.push((name.clone(), value));
        }
        if let Some(below) = script.get("cwd").or_else(|| script.get("working_dir")) {
            context.state.shell.directory =
                match below.as_str().filter(|below| !below.contains(['$', '~', '{'])) {
                    Some(below) => Ok(paths::normal(&self.directory, below)),
                    None => Err("the script says where it runs".to_owned()),
                };
        }
        for key in ["deps", "pre"] {
            for name in
                script.get(key).and_then(Toml::as_array).into_iter().flatten().filter_map(Toml::as_str)
            {
                self.script(name, &[], seen, context)?;
            }
        }
        for key in ["cmd", "shell", "chain"] {
            match script.get(key) {
                Some(Toml::String(text)) => return self.text(text, arguments, seen, context),
                Some(Toml::Array(words)) if key == "cmd" => {
                    let words: Option<Vec<&str>> = words.iter().map(Toml::as_str).collect();
                    let Some(words) = words else { return Err("its script is not plain text".to_owned()) };
                    let words: Vec<String> =
                        words.into_iter().map(|word| packages::quoted(&Word::known_as(word))).collect();
                    return self.text(&words.join(" "), arguments, seen, context);
                }
                Some(parts @ Toml::Array(_)) => return self.one(parts, arguments, seen, context),
                _ => {}
            }
        }
        if let Some(parts) =
            script.get("sequence").or_else(|| script.get("composite")).and_then(Toml::as_array)
        {
            for part in parts {
                match part {
                    Toml::String(text) => {
                        let first = text.split_ascii_whitespace().next().unwrap_or_default();
                        if self.find(first).is_some() {
                            self.script(first, &[], seen, context)?;
                        } else {
                            self.text(text, &[], seen, context)?;
                        }
                    }
                    part => self.one(part, &[], seen, context)?,
                }
            }
            return Ok(());
        }
        if let Some(name) = script.get("ref").and_then(Toml::as_str) {
            let name = name.split_ascii_whitespace().next().unwrap_or_default();
            return self.script(name, arguments, seen, context);
        }
        Err("its script is no command but a function".to_owned())
    }

    /// A command, or in scripts of hatch the name of another script first.
    fn text(
        &self,
        text: &str,
        arguments: &[Word],
        seen: &mut BTreeSet<String>,
        context: &mut Context<'_>,
    ) -> Result<(), String> {
        let given: Vec<String> = arguments.iter().map(packages::quoted).collect();
        let given = given.join(" ");
        let mut whole = text.trim().trim_start_matches("- ").to_owned();
        let takes = ["{args}", "{args:}"].into_iter().find(|place| whole.contains(place));
        match takes {
            Some(place) => whole = whole.replace(place, &given),
            None if whole.contains("{args:") => {
                // What stands there where no arguments are given.
                let (before, rest) = whole.split_once("{args:").unwrap_or_default();
                let (usual, after) = rest.split_once('}').unwrap_or((rest, ""));
                whole = format!("{before}{}{after}", if given.is_empty() { usual } else { &given });
            }
            None if self.runner != Runner::Hatch => whole = format!("{whole} {given}"),
            None => {}
        }
        let first = whole.split_ascii_whitespace().next().unwrap_or_default().to_owned();
        if self.runner == Runner::Hatch && self.find(&first).is_some() && !seen.contains(&first) {
            return self.script(&first, &[], seen, context);
        }
        apart(&whole, context);
        Ok(())
    }
}
