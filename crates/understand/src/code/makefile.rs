//! Makefiles: which commands a target runs, its prerequisites first.
//!
//! Conditional parts are taken as if all of them counted. What cannot be worked out stands for any one word.

mod expand;
mod functions;
mod implied;
mod read;

pub(crate) use expand::{UNKNOWN, quoted};

use std::collections::BTreeSet;

use crate::context::Context;
use crate::environment;
use crate::paths;
use crate::shell::{self, Place};
use crate::word::Value;

use super::{Looked, origin, peek};
use read::{Makefile, Rule};

/// Targets that are followed, prerequisites included.
const MOST_TARGETS: usize = 200;
/// Rules that are looked at.
const MOST_RULES: usize = 1000;
/// Lines of recipes that are run.
const MOST_LINES: usize = 400;

/// What make is asked for.
#[derive(Debug, Default)]
pub(crate) struct Goal {
    /// The targets; none for the first one of the file.
    pub targets: Vec<String>,
    /// Variables set on the command line or in its environment, and whether they win over the file's.
    pub variables: Vec<(String, Value, bool)>,
    /// Whether commands are only printed: `make -n`.
    pub rehearses: bool,
}

/// Adds what make does with the file at `path`, run in `directory`.
pub(crate) fn run(path: &str, directory: &str, goal: &Goal, context: &mut Context<'_>) -> Looked {
    let located = paths::locate(&Value::Known(path.to_owned()), context);
    let part = format!("make {}", goal.targets.join(" "));
    peek(&located, &part, context, &mut |text, context| follow(path, text, directory, goal, context))
}

/// The names of a makefile's targets that people give.
pub(crate) fn names(path: &str, context: &mut Context<'_>) -> Vec<String> {
    let located = paths::locate(&Value::Known(path.to_owned()), context);
    let mut file = Makefile::default();
    peek(&located, "names", context, &mut |text, _| {
        file.read(path, text);
        Ok(())
    });
    let names = file.rules.iter().flat_map(|rule| rule.targets.split_ascii_whitespace());
    let plain = names.filter(|name| !name.starts_with('.') && !name.contains(['%', '$']));
    plain.take(MOST_TARGETS / 2).map(str::to_owned).collect()
}

/// Adds what make does with rules that it reads from its standard input.
pub(crate) fn run_text(text: &str, directory: &str, goal: &Goal, context: &mut Context<'_>) -> Looked {
    if !super::counts(text.len(), context) {
        return Looked::Opaque("there is too much code to read".to_owned());
    }
    match follow("-", text, directory, goal, context) {
        Ok(()) => Looked::Understood,
        Err(why) => Looked::Opaque(why),
    }
}

fn follow(
    path: &str,
    text: &str,
    directory: &str,
    goal: &Goal,
    context: &mut Context<'_>,
) -> Result<(), String> {
    let mut file = Makefile::default();
    file.read(path, text);
    let mut sets_options = text.contains("MAKEFLAGS");
    sets_options |= includes(&mut file, directory, context)?;
    let mut run = Run {
        file: &file,
        goal,
        directory,
        path,
        seen: BTreeSet::new(),
        lines: 0,
        steps: 0,
        names: Vec::new(),
        doubt: file.doubt.clone(),
        rehearses: goal.rehearses && !sets_options,
        exports: false,
        implies: false,
    };
    run.remakes(paths::split(path).1, context);
    run.all(context);
    run.doubt.map_or(Ok(()), Err)
}

/// Takes in the files that a makefile includes by a plain name; whether one of them changes make's options.
fn includes(file: &mut Makefile, directory: &str, context: &mut Context<'_>) -> Result<bool, String> {
    let mut at = 0;
    let mut sets_options = false;
    while let Some((name, optional)) = file.includes.get(at).cloned() {
        at += 1;
        if at > 16 || name.contains(['$', '*', '?']) {
            return Err(format!("it includes {name}, which is not known"));
        }
        let path = paths::normal(directory, &name);
        let located = paths::locate(&Value::Known(path.clone()), context);
        let mut text = String::new();
        let looked = peek(&located, "include", context, &mut |found, _| {
            text.push_str(found);
            text.push('\n');
            Ok(())
        });
        match looked {
            Looked::Understood => {
                sets_options |= text.contains("MAKEFLAGS");
                file.read(&path, &text);
            }
            Looked::Absent if optional => {}
            Looked::Absent => return Err(format!("it includes {name}, which is not there")),
            Looked::Opaque(why) => return Err(why),
        }
    }
    Ok(sets_options)
}

/// Variables that are make's own, which it works out anew for recipes.
const OF_MAKE: &[&str] = &["GNUMAKEFLAGS", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "SHELL"];

/// Variables that recipes are given and that are looked at.
const MOST_EXPORTED: usize = 64;

struct Run<'f> {
    file: &'f Makefile,
    goal: &'f Goal,
    directory: &'f str,
    path: &'f str,
    seen: BTreeSet<String>,
    lines: usize,
    /// Variables that were put in.
    steps: usize,
    /// What each rule makes.
    names: Vec<String>,
    doubt: Option<String>,
    /// Whether commands are only printed.
    rehearses: bool,
    /// Whether variables are worked out that recipes are given.
    exports: bool,
    /// Whether the rules that make has itself were looked at.
    implies: bool,
}

impl Run<'_> {
    /// Makes the makefile and what it includes where rules say how, as make does before anything else, also where
    /// it otherwise only prints.
    fn remakes(&mut self, name: &str, context: &mut Context<'_>) {
        if self.file.rules.len() > MOST_RULES {
            self.doubts("it has too many rules to look at");
            return;
        }
        for rule in &self.file.rules {
            let name = self.expanded(&rule.targets, None, context);
            self.names.push(name);
        }
        let file = self.file;
        let rehearses = std::mem::replace(&mut self.rehearses, false);
        for name in file.includes.iter().map(|(name, _)| name.as_str()).chain([name]) {
            let is_made =
                self.names.iter().any(|names| names.split_ascii_whitespace().any(|made| made == name));
            if is_made {
                self.target(name, context);
            }
        }
        self.rehearses = rehearses;
    }

    fn all(&mut self, context: &mut Context<'_>) {
        for text in &self.file.immediate {
            self.expanded(text, None, context);
        }
        let targets = match self.goal.targets.as_slice() {
            [] => self.file.first().into_iter().collect(),
            targets => targets.to_vec(),
        };
        for target in &targets {
            let found = self.target(target, context);
            if !found && !looks_like_file(target) {
                self.doubts(&format!("it has no target named {target}"));
            }
        }
    }

    fn doubts(&mut self, why: &str) {
        self.doubt.get_or_insert_with(|| why.to_owned());
    }

    /// A text with its variables; the commands that it runs to find them out are run.
    fn expanded(&mut self, text: &str, rule: Option<(&Rule, &str)>, context: &mut Context<'_>) -> String {
        let mut expansion = expand::Expansion {
            file: self.file,
            goal: self.goal,
            directory: self.directory,
            path: self.path,
            rule,
            called: Vec::new(),
            bound: Vec::new(),
            commands: Vec::new(),
            steps: self.steps,
            doubt: None,
        };
        let expanded = expansion.text(text, 0, context);
        let expand::Expansion { commands, doubt, steps, .. } = expansion;
        self.steps = steps;
        for command in commands {
            self.shell(&command, context);
        }
        if let Some(why) = doubt {
            self.doubts(&why);
        }
        expanded
    }

    /// Makes a target; false where no rule says how.
    fn target(&mut self, name: &str, context: &mut Context<'_>) -> bool {
        if self.seen.len() >= MOST_TARGETS {
            self.doubts("it has too many targets to look at");
            return true;
        }
        if !self.seen.insert(name.to_owned()) {
            return true;
        }
        let file = self.file;
        let mut found = false;
        let mut is_told = false;
        for (at, rule) in file.rules.iter().enumerate() {
            let targets = self.names.get(at).cloned().unwrap_or_default();
            let is_it = targets
                .split_ascii_whitespace()
                .any(|target| target == name || target.contains(expand::UNKNOWN) && looks_like_file(name));
            if is_it {
                found = true;
                is_told |= !rule.recipe.is_empty();
                self.rule(rule, name, context);
            }
        }
        if !is_told && !self.is_phony(name, context) {
            for rule in file.rules.iter().filter(|rule| rule.targets.contains('%')) {
                let fits = rule.targets.split_ascii_whitespace().any(|pattern| {
                    let (start, end) = pattern.split_once('%').unwrap_or((pattern, ""));
                    name.contains(expand::UNKNOWN)
                        || (name.starts_with(start)
                            && name.ends_with(end)
                            && name.len() >= start.len() + end.len())
                });
                if fits && (rule.targets != "%" || self.has_source(&rule.needs, name, context)) {
                    found = true;
                    is_told |= !rule.recipe.is_empty();
                    self.rule(rule, name, context);
                }
            }
            if !is_told {
                self.implied(name, context);
            }
        }
        if !found {
            for rule in file.rules.iter().filter(|rule| rule.targets == ".DEFAULT") {
                found = true;
                self.rule(rule, name, context);
            }
        }
        if name.contains(expand::UNKNOWN) {
            // It can be any file that the makefile makes.
            for rule in file.rules.iter().filter(|rule| looks_like_file(&rule.targets)) {
                self.rule(rule, name, context);
            }
        }
        found
    }

    fn rule(&mut self, rule: &Rule, target: &str, context: &mut Context<'_>) {
        if !self.seen.insert(format!("{target}\0{}", rule.line)) {
            return;
        }
        let mut needs = self.expanded(&rule.needs, Some((rule, target)), context);
        if self.file.twice && needs.contains('$') {
            needs = self.expanded(&needs, Some((rule, target)), context);
        }
        if needs.contains(expand::UNKNOWN) && !looks_like_file(&rule.needs) && !rule.needs.contains('%') {
            self.doubts("which targets it needs is not known");
        }
        let stem = rule.stem(target);
        for need in needs.split_ascii_whitespace().filter(|need| *need != "|") {
            self.target(&stem.map_or_else(|| need.to_owned(), |stem| need.replacen('%', stem, 1)), context);
        }
        let mut together = String::new();
        let outside = context.origin.clone();
        for (number, line) in &rule.recipe {
            if together.is_empty() {
                context.origin = Some(origin(&rule.file, Some(*number), context));
            }
            self.lines += 1;
            if self.lines > MOST_LINES {
                self.doubts("it has too many commands to look at");
                break;
            }
            let (marks, line) = marked(line);
            // Those run all the same.
            let runs = !self.rehearses
                || marks.contains('+')
                || line.contains("$(MAKE)")
                || line.contains("${MAKE}");
            let expanded = self.expanded(line, Some((rule, target)), context);
            if !runs && !expanded.trim_start_matches([' ', '\t', '@', '-']).starts_with('+') {
                continue;
            }
            if self.file.one_shell {
                together.push_str(&expand::quoted(&expanded));
                together.push('\n');
                continue;
            }
            for command in commands(&expanded) {
                self.shell(&expand::quoted(marked(command).1), context);
            }
        }
        if !together.is_empty() {
            self.shell(&together, context);
        }
        context.origin = outside;
    }

    /// The variables that recipes are given as their environment.
    fn exported(&mut self, context: &mut Context<'_>) -> Vec<(String, Value)> {
        // What such a variable starts is not given them.
        if std::mem::replace(&mut self.exports, true) {
            return Vec::new();
        }
        let file = self.file;
        let is_given = |name: &&String| file.exported.contains("*") || file.exported.contains(*name);
        // What make is given itself is handed on, as the makefile leaves it.
        let own = self.goal.variables.iter().rev().filter(|(name, ..)| !OF_MAKE.contains(&name.as_str()));
        let mut given: Vec<(String, Value)> = Vec::new();
        for (name, value, wins) in own.take(MOST_EXPORTED) {
            if given.iter().any(|(known, _)| known == name) {
                continue;
            }
            let is_plain = value.known().is_some_and(|text| !text.contains('$'));
            let is_set = !wins && file.variables.contains_key(name);
            let value = match is_plain && !is_set {
                true => value.clone(),
                false => self.worked_out(name, context),
            };
            if value.known().is_some() {
                given.push((name.clone(), value));
            }
        }
        let names: Vec<&String> = file
            .variables
            .keys()
            .filter(is_given)
            .filter(|name| environment::matters(name))
            .take(MOST_EXPORTED)
            .collect();
        for name in names {
            let value = self.worked_out(name, context);
            given.push((name.clone(), value));
        }
        self.exports = false;
        given
    }

    /// The value of a variable.
    fn worked_out(&mut self, name: &str, context: &mut Context<'_>) -> Value {
        let text = self.expanded(&format!("$({name})"), None, context);
        if text.contains(expand::UNKNOWN) {
            Value::unknown("a variable of the makefile")
        } else {
            Value::Known(text)
        }
    }

    fn shell(&mut self, command: &str, context: &mut Context<'_>) {
        let kept = context.state.shell.clone();
        context.state.shell.directory = Ok(self.directory.to_owned());
        context.state.shell.variables.clear();
        context.state.shell.poisoned = None;
        context.state.shell.tests = shell::Tests::Unsure;
        context.state.shell.separators_unsure = false;
        for (name, value) in self.exported(context) {
            context.state.shell.export(&name, value);
        }
        shell::run(command, Place::Within(context.here), context);
        context.state.shell = kept;
    }
}

/// The lines of what a recipe's line is expanded to, each a command: several where it names a definition.
fn commands(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices('\n') {
        let line = text.get(start..at).unwrap_or_default();
        if !line.ends_with('\\') {
            found.push(line);
            start = at + 1;
        }
    }
    found.push(text.get(start..).unwrap_or_default());
    found
}

/// A line of a recipe without what make takes off its start, and that.
fn marked(line: &str) -> (&str, &str) {
    let command = line.trim_start_matches([' ', '\t', '@', '-', '+']);
    (line.strip_suffix(command).unwrap_or_default(), command)
}

/// Whether a target is more likely a file than a name.
fn looks_like_file(target: &str) -> bool {
    target.contains(['.', '/'])
}

#[cfg(test)]
mod tests;
