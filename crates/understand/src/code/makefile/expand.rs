//! Variables and functions of make in a text.

use countersign_model::{Answer, Question};

use super::Goal;
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
    pub rule: Option<(&'e Rule, &'e str)>,
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
            "call" | "eval" | "file" | "guile" | "let" | "intcmp" => {
                self.doubt.get_or_insert_with(|| format!("it puts its commands together by {name}"));
                return UNKNOWN.to_string();
            }
            _ if PURE.contains(&name) && !arguments.is_empty() => {
                self.text(arguments, depth + 1, context);
                return UNKNOWN.to_string();
            }
            _ => {}
        }
        if let Some((rule, target)) = self.rule {
            match inner {
                "@" => return target.to_owned(),
                "<" => {
                    let needs = self.text(&rule.needs, depth + 1, context);
                    return needs
                        .split_ascii_whitespace()
                        .next()
                        .filter(|need| !need.contains('%'))
                        .map_or_else(|| UNKNOWN.to_string(), str::to_owned);
                }
                "^" | "?" | "*" | "+" | "|" | "%" => return UNKNOWN.to_string(),
                _ => {}
            }
        }
        if inner.contains('$') || inner.contains(':') || inner.starts_with(['@', '<', '^', '*', '?', '+']) {
            self.text(inner, depth + 1, context);
            return UNKNOWN.to_string();
        }
        self.variable(inner, depth, context)
    }

    fn variable(&mut self, name: &str, depth: usize, context: &Context<'_>) -> String {
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
                "MAKEFLAGS" | "MFLAGS" | "MAKECMDGOALS" | "MAKEFILE_LIST" | "MAKELEVEL" => {
                    UNKNOWN.to_string()
                }
                _ if context.workspace.ask(&question) == Answer::No => String::new(),
                _ => UNKNOWN.to_string(),
            },
            _ if soft && context.workspace.ask(&question) == Answer::Yes => UNKNOWN.to_string(),
            [only] if only.sign != "define" && only.sign != "!=" => {
                self.text(&only.text.clone(), depth + 1, context)
            }
            [first, more @ ..] if more.iter().all(|next| next.sign == "+=") && first.sign != "define" => {
                let mut whole = first.text.clone();
                for next in more {
                    whole.push(' ');
                    whole.push_str(&next.text);
                }
                self.text(&whole, depth + 1, context)
            }
            _ => {
                // It has one of several values, or the lines of a definition.
                if assigned.iter().any(|assigned| assigned.sign == "define") {
                    self.doubt.get_or_insert_with(|| format!("it runs what {name} is defined as"));
                }
                UNKNOWN.to_string()
            }
        }
    }
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
