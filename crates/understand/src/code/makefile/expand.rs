//! Variables and functions of make in a text.

use countersign_model::{Answer, Question};

use super::Goal;
use super::functions;
use super::read::{Makefile, Rule};
use crate::Workspace as _;
use crate::context::Context;

/// Stands for what is not known.
pub(crate) const UNKNOWN: char = '\u{1}';
/// How deep variables may name each other.
const DEEPEST: usize = 12;
/// Variables that are put in, in one run of make.
const MOST_STEPS: usize = 20_000;
/// Longer texts are not put together, in bytes.
const LONGEST: usize = 64 * 1024;

/// Functions that run nothing.
const PURE: &[&str] = &[
    "wildcard",
    "patsubst",
    "subst",
    "strip",
    "filter",
    "filter-out",
    "sort",
    "word",
    "words",
    "wordlist",
    "firstword",
    "lastword",
    "dir",
    "notdir",
    "suffix",
    "basename",
    "addsuffix",
    "addprefix",
    "join",
    "realpath",
    "abspath",
    "if",
    "or",
    "and",
    "foreach",
    "origin",
    "flavor",
    "value",
    "findstring",
];

/// Commands whose output is plain words.
const PLAIN_OUTPUT: &[&str] = &[
    "git describe",
    "git rev-parse",
    "git log",
    "git branch",
    "git symbolic-ref",
    "git show",
    "git status",
    "git tag",
    "git config --get",
    "date",
    "uname",
    "pwd",
    "whoami",
    "hostname",
    "nproc",
    "go env",
    "go list",
    "go version",
    "which",
    "command -v",
    "basename",
    "dirname",
    "id",
    "getconf",
    "sysctl -n",
    "arch",
    "node -p",
    "node -v",
    "cat VERSION",
    "find",
    "ls",
    "realpath",
    "rustc",
    "cargo metadata",
    "pkg-config",
];

/// The work of expanding one text.
pub(super) struct Expansion<'e> {
    pub file: &'e Makefile,
    pub goal: &'e Goal,
    pub directory: &'e str,
    /// The makefile's path.
    pub path: &'e str,
    pub rule: Option<(&'e Rule, &'e str)>,
    /// What is given to the functions of the makefile's own that are being called, the innermost last.
    pub called: Vec<Vec<String>>,
    /// Variables of loops.
    pub bound: Vec<(String, String)>,
    /// Commands that it runs.
    pub commands: Vec<String>,
    /// Variables that were put in.
    pub steps: usize,
    /// Why what it runs is not known.
    pub doubt: Option<String>,
}

impl Expansion<'_> {
    /// The text with what is known put in.
    pub fn text(&mut self, text: &str, depth: usize, context: &Context<'_>) -> String {
        let mut expanded = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            expanded.push_str(before);
            self.steps += 1;
            if expanded.len() > LONGEST || depth > DEEPEST || self.steps > MOST_STEPS {
                self.doubt.get_or_insert_with(|| "its variables name each other too deep".to_owned());
                return expanded;
            }
            let Some(first) = after.chars().next() else { break };
            let (inner, behind) = match first {
                '$' => {
                    expanded.push('$');
                    rest = after.get(1..).unwrap_or_default();
                    continue;
                }
                '(' | '{' => match closing(after) {
                    Some(end) => {
                        (after.get(1..end).unwrap_or_default(), after.get(end + 1..).unwrap_or_default())
                    }
                    None => {
                        self.doubt.get_or_insert_with(|| "a variable in it is not closed".to_owned());
                        return expanded;
                    }
                },
                letter => after.split_at(letter.len_utf8()),
            };
            let value = self.one(inner, depth, context);
            expanded.push_str(&value);
            rest = behind;
        }
        expanded.push_str(rest);
        expanded
    }

    fn one(&mut self, inner: &str, depth: usize, context: &Context<'_>) -> String {
        let (name, arguments) = inner.split_once([' ', '\t']).unwrap_or((inner, ""));
        match name {
            "shell" => {
                let command = self.text(arguments, depth + 1, context);
                let trimmed = command.trim_start();
                if !PLAIN_OUTPUT.iter().any(|plain| trimmed.starts_with(plain)) || command.contains(UNKNOWN) {
                    self.doubt.get_or_insert_with(|| {
                        "its commands are made of what another command prints".to_owned()
                    });
                }
                self.commands.push(quoted(&command));
                return UNKNOWN.to_string();
            }
            "info" | "warning" | "error" => {
                self.text(arguments, depth + 1, context);
                return String::new();
            }
            "call" if !arguments.is_empty() => return self.call(arguments, depth, context),
            "if" | "or" | "and" | "foreach" if !arguments.is_empty() => {
                return self.chosen(name, arguments, depth, context);
            }
            "call" | "eval" | "file" | "guile" | "let" | "intcmp" => {
                self.doubt.get_or_insert_with(|| format!("it puts its commands together by {name}"));
                return UNKNOWN.to_string();
            }
            _ if PURE.contains(&name) && !arguments.is_empty() => {
                let given: Vec<String> = functions::arguments(arguments)
                    .into_iter()
                    .map(|argument| self.text(argument, depth + 1, context))
                    .collect();
                let is_known = !given.iter().any(|argument| argument.contains(UNKNOWN));
                let value = functions::value(name, &given, self.directory);
                let value = value.filter(|value| is_known && value.len() <= LONGEST);
                return value.unwrap_or_else(|| UNKNOWN.to_string());
            }
            _ => {}
        }
        if let Some((rule, target)) = self.rule {
            match inner {
                "@" => return target.to_owned(),
                "<" => {
                    let needs = self.text(&rule.needs, depth + 1, context);
                    let stem = rule.stem(target).unwrap_or("%");
                    return needs
                        .split_ascii_whitespace()
                        .next()
                        .map(|need| need.replacen('%', stem, 1))
                        .filter(|need| !need.contains('%'))
                        .unwrap_or_else(|| UNKNOWN.to_string());
                }
                "*" => return rule.stem(target).map_or_else(|| UNKNOWN.to_string(), str::to_owned),
                "^" | "?" | "+" | "|" | "%" => return UNKNOWN.to_string(),
                _ => {}
            }
        }
        if let Some((name, changed)) = inner.split_once(':').filter(|_| !inner.contains('$'))
            && let Some((from, to)) = changed.split_once('=')
        {
            let value = self.variable(name, depth, context);
            let (from, to) = match from.contains('%') {
                true => (from.to_owned(), to.to_owned()),
                false => (format!("%{from}"), format!("%{to}")),
            };
            let words = value.split_ascii_whitespace().map(|word| functions::patsubst(&from, &to, word));
            return match value.contains(UNKNOWN) {
                true => UNKNOWN.to_string(),
                false => words.collect::<Vec<_>>().join(" "),
            };
        }
        if inner.contains('$') || inner.contains(':') || inner.starts_with(['@', '<', '^', '*', '?', '+']) {
            self.text(inner, depth + 1, context);
            return UNKNOWN.to_string();
        }
        self.variable(inner, depth, context)
    }

    /// What a function of the makefile's own makes of what it is given.
    fn call(&mut self, arguments: &str, depth: usize, context: &Context<'_>) -> String {
        let mut given = functions::arguments(arguments).into_iter();
        let name = self.text(given.next().unwrap_or_default(), depth + 1, context).trim().to_owned();
        let given: Vec<String> = given.map(|argument| self.text(argument, depth + 1, context)).collect();
        if !self.file.variables.contains_key(&name) {
            self.doubt.get_or_insert_with(|| "it puts its commands together by call".to_owned());
            return UNKNOWN.to_string();
        }
        self.called.push(given);
        let value = self.variable(&name, depth + 1, context);
        self.called.pop();
        value
    }

    /// Functions that leave some of their arguments out, or take one several times.
    fn chosen(&mut self, name: &str, arguments: &str, depth: usize, context: &Context<'_>) -> String {
        let given = functions::arguments(arguments);
        let mut text = |argument: &str| self.text(argument, depth + 1, context);
        let unknown = || UNKNOWN.to_string();
        match (name, given.as_slice()) {
            ("if", [condition, then, rest @ ..]) => {
                let condition = text(condition);
                let says = condition.trim().trim_matches(UNKNOWN);
                let otherwise = rest.join(",");
                if !says.is_empty() {
                    return text(then);
                }
                if !condition.contains(UNKNOWN) {
                    return text(&otherwise);
                }
                let both = (text(then), text(&otherwise));
                if both.0 == both.1 { both.0 } else { unknown() }
            }
            ("or" | "and", given) => {
                let mut last = String::new();
                for argument in given {
                    last = text(argument.trim());
                    if last.contains(UNKNOWN) {
                        return unknown();
                    }
                    if last.is_empty() == (name == "and") {
                        break;
                    }
                }
                last
            }
            ("foreach", [variable, list, body @ ..]) => {
                let (variable, list) = (text(variable).trim().to_owned(), text(list));
                let mut made = Vec::new();
                let words = if list.contains(UNKNOWN) { vec![UNKNOWN.to_string()] } else { words(&list) };
                let mut length = 0;
                for word in words {
                    self.steps += 1;
                    if self.steps > MOST_STEPS || length > LONGEST {
                        self.doubt.get_or_insert_with(|| "its loops are too long".to_owned());
                        return unknown();
                    }
                    self.bound.push((variable.clone(), word));
                    let one = self.text(&body.join(","), depth + 1, context);
                    self.bound.pop();
                    length += one.len();
                    made.push(one);
                }
                if list.contains(UNKNOWN) { unknown() } else { made.join(" ") }
            }
            _ => unknown(),
        }
    }

    fn variable(&mut self, name: &str, depth: usize, context: &Context<'_>) -> String {
        if let Some((_, value)) = self.bound.iter().rev().find(|(bound, _)| bound == name) {
            return value.clone();
        }
        if let (Some(given), Ok(at)) = (self.called.last(), name.parse::<usize>()) {
            let given = at.checked_sub(1).map(|at| given.get(at).cloned().unwrap_or_default());
            return given.unwrap_or_else(|| UNKNOWN.to_string());
        }
        let given = |wins: bool| {
            self.goal
                .variables
                .iter()
                .rev()
                .find(|(known, _, over)| known == name && *over == wins)
                .map(|(_, value, _)| value.known().map_or_else(|| UNKNOWN.to_string(), str::to_owned))
        };
        if let Some(value) = given(true) {
            return value;
        }
        let assigned = self.file.variables.get(name).map(Vec::as_slice).unwrap_or_default();
        let soft = assigned.iter().all(|assigned| assigned.sign == "?=");
        if let Some(value) = given(false).filter(|_| soft) {
            return value;
        }
        let question = Question::Variable { name: name.to_owned() };
        match assigned {
            [] => match name {
                "MAKE" if self.goal.rehearses => "make -n".to_owned(),
                "MAKE" => "make".to_owned(),
                "CURDIR" | "PWD" => self.directory.to_owned(),
                "SHELL" => "/bin/sh".to_owned(),
                "RM" => "rm -f".to_owned(),
                "CC" => "cc".to_owned(),
                "CXX" => "c++".to_owned(),
                "AR" => "ar".to_owned(),
                "LD" => "ld".to_owned(),
                "INSTALL" => "install".to_owned(),
                "HOME" if !context.surroundings.home.is_empty() => context.surroundings.home.clone(),
                "MAKEFILE_LIST" if self.file.includes.is_empty() => self.path.to_owned(),
                "MAKEFLAGS" | "MFLAGS" | "MAKECMDGOALS" | "MAKEFILE_LIST" | "MAKELEVEL" => {
                    UNKNOWN.to_string()
                }
                _ if context.workspace.ask(&question) == Answer::No => String::new(),
                _ => UNKNOWN.to_string(),
            },
            _ if soft && context.workspace.ask(&question) == Answer::Yes => UNKNOWN.to_string(),
            [only] if only.sign != "!=" => self.text(&only.text.clone(), depth + 1, context),
            [first, more @ ..] if more.iter().all(|next| next.sign == "+=") && first.sign != "define" => {
                let mut whole = first.text.clone();
                for next in more {
                    whole.push(' ');
                    whole.push_str(&next.text);
                }
                self.text(&whole, depth + 1, context)
            }
            _ => {
                // It has one of several values.
                if assigned.iter().any(|assigned| assigned.sign == "define") {
                    self.doubt.get_or_insert_with(|| format!("it runs what {name} is defined as"));
                }
                UNKNOWN.to_string()
            }
        }
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_ascii_whitespace().map(str::to_owned).collect()
}

/// Where the bracket that `text` starts with closes.
fn closing(text: &str) -> Option<usize> {
    let opens = text.chars().next()?;
    let closes = if opens == '(' { ')' } else { '}' };
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        if letter == opens {
            depth += 1;
        } else if letter == closes {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// Shell text in which a variable that nobody knows stands for what is unknown, also between single quotes.
pub(crate) fn quoted(text: &str) -> String {
    if !text.contains(UNKNOWN) {
        return text.to_owned();
    }
    let mut quote = None;
    let mut escaped = false;
    let mut made = String::new();
    for letter in text.chars() {
        match (letter, quote) {
            (UNKNOWN, Some('\'')) => made.push_str("'\"${UNKNOWN_HERE}\"'"),
            (UNKNOWN, _) => made.push_str("${UNKNOWN_HERE}"),
            _ => made.push(letter),
        }
        if escaped {
            escaped = false;
            continue;
        }
        match (letter, quote) {
            ('\\', None | Some('"')) => escaped = true,
            ('\'' | '"', None) => quote = Some(letter),
            (_, Some(open)) if open == letter => quote = None,
            _ => {}
        }
    }
    made
}
