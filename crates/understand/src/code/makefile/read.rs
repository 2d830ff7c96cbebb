//! A makefile's lines as rules and variables.

use std::collections::{BTreeMap, BTreeSet};

use super::functions;

/// A rule with its recipe.
#[derive(Clone, Debug, Default)]
pub(super) struct Rule {
    /// Before the colon.
    pub targets: String,
    /// After it.
    pub needs: String,
    /// The commands, one a line, each with its line in the file.
    pub recipe: Vec<(usize, String)>,
    /// The file it stands in.
    pub file: String,
    /// Which rule of the file it is.
    pub line: usize,
}

impl Rule {
    /// What the `%` of the pattern stands for by which it makes a target.
    pub fn stem<'t>(&self, target: &'t str) -> Option<&'t str> {
        let is_plain = |text: &str| !text.contains(['$', '/', super::expand::UNKNOWN]);
        let mut patterns = self.targets.split_ascii_whitespace().filter(|pattern| pattern.contains('%'));
        let pattern = patterns.next().filter(|pattern| patterns.next().is_none() && is_plain(pattern))?;
        functions::stem(pattern, target).filter(|stem| !stem.is_empty() && is_plain(target))
    }
}

/// An assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Assigned {
    /// Such as `:=`.
    pub sign: String,
    /// What follows it, as written.
    pub text: String,
}

/// A makefile.
#[derive(Debug, Default)]
pub(super) struct Makefile {
    /// Variables with all their assignments.
    pub variables: BTreeMap<String, Vec<Assigned>>,
    /// Rules in order.
    pub rules: Vec<Rule>,
    /// Files it includes, and whether they may be absent.
    pub includes: Vec<(String, bool)>,
    /// Texts that are worked out while the file is read.
    pub immediate: Vec<String>,
    /// Variables that recipes are given as their environment; `*`: all of them.
    pub exported: BTreeSet<String>,
    /// Whether a recipe runs in one shell.
    pub one_shell: bool,
    /// Whether what rules need is worked out twice.
    pub twice: bool,
    /// Why it cannot be followed.
    pub doubt: Option<String>,
    /// The line of a file that is being read.
    at: usize,
    /// What follows `define` of the definition that is being read.
    defines: String,
}

/// Words that start a line and are taken as if they were not there.
const CONDITIONS: &[&str] =
    &["ifeq", "ifneq", "ifdef", "ifndef", "else", "endif", "vpath", "unexport", "undefine"];

impl Makefile {
    /// The first target, which is made where none is named.
    pub fn first(&self) -> Option<String> {
        if let Some([Assigned { text, .. }]) = self.variables.get(".DEFAULT_GOAL").map(Vec::as_slice) {
            return Some(text.trim().to_owned());
        }
        let mut names = self.rules.iter().flat_map(|rule| rule.targets.split_ascii_whitespace());
        names
            .find(|name| !name.contains('%') && (!name.starts_with('.') || name.contains('/')))
            .map(str::to_owned)
    }

    fn doubts(&mut self, why: &str) {
        self.doubt.get_or_insert_with(|| why.to_owned());
    }

    /// Takes in the text of a file.
    pub fn read(&mut self, file: &str, text: &str) {
        let mut open: Option<Rule> = None;
        let mut defining = false;
        let mut defined: Vec<String> = Vec::new();
        let mut lines = text.lines();
        self.at = 0;
        let known = self.rules.len();
        while let Some(line) = lines.next() {
            self.at += 1;
            let start = self.at;
            let mut whole = line.to_owned();
            let recipe = line.starts_with('\t') && open.is_some() && !defining;
            while whole.ends_with('\\') && !whole.ends_with("\\\\") {
                let Some(next) = lines.next() else { break };
                self.at += 1;
                if recipe {
                    whole.push('\n');
                    whole.push_str(next.strip_prefix('\t').unwrap_or(next));
                } else {
                    whole.pop();
                    whole.push(' ');
                    whole.push_str(next);
                }
            }
            if defining {
                defining = !whole.trim_start().starts_with("endef");
                if defining {
                    defined.push(whole);
                } else {
                    self.define(&std::mem::take(&mut defined));
                }
            } else if recipe {
                if let Some(rule) = &mut open {
                    rule.recipe.push((start, whole.get(1..).unwrap_or_default().to_owned()));
                }
            } else {
                self.line(without_comment(&whole).trim(), &mut open, &mut defining);
            }
        }
        self.rules.extend(open);
        for rule in self.rules.iter_mut().skip(known) {
            file.clone_into(&mut rule.file);
        }
    }

    fn line(&mut self, line: &str, open: &mut Option<Rule>, defining: &mut bool) {
        let first = line.split_ascii_whitespace().next().unwrap_or_default();
        let rest = line.get(first.len()..).unwrap_or_default().trim();
        if line.is_empty() || CONDITIONS.contains(&first) || (first == "export" && !rest.contains('=')) {
            if line.contains("$(shell") || line.contains("$(eval") {
                self.immediate.push(line.to_owned());
            }
            if first == "export" {
                let all = if rest.is_empty() { "*" } else { rest };
                self.exported.extend(all.split_ascii_whitespace().map(str::to_owned));
            }
            return;
        }
        match first {
            "include" | "-include" | "sinclude" => {
                let optional = first != "include";
                self.includes.extend(rest.split_ascii_whitespace().map(|name| (name.to_owned(), optional)));
                return;
            }
            "define" => {
                rest.clone_into(&mut self.defines);
                *defining = true;
                return;
            }
            "load" | "-load" => return self.doubts("it loads a program into make"),
            "export" => {
                self.exported.extend(assignment(rest).map(|(name, ..)| name.trim().to_owned()));
                return self.line(rest, open, defining);
            }
            "override" | "private" => return self.line(rest, open, defining),
            _ => {}
        }
        if let Some((name, sign, text)) = assignment(line) {
            self.assign(name, sign, text);
            return;
        }
        match colon(line) {
            Some(at) => {
                self.rules.extend(open.take());
                *open = self.rule(line.get(..at).unwrap_or_default(), line.get(at + 1..).unwrap_or_default());
            }
            None if ["$(info", "$(warning", "$(error"].iter().any(|harmless| line.starts_with(harmless)) => {
                self.immediate.push(line.to_owned());
            }
            None => self.doubts("it makes rules as it goes"),
        }
    }

    /// Takes in the lines of a definition that ends.
    fn define(&mut self, lines: &[String]) {
        let head = std::mem::take(&mut self.defines);
        let name = head.split(['=', ':', '+', '?', '!', ' ', '\t']).next().unwrap_or_default();
        let sign = head.get(name.len()..).unwrap_or_default().trim();
        let is_plain = matches!(sign, "" | "=" | ":=" | "::=")
            && !lines.iter().any(|line| line.trim_start().starts_with("define "));
        let text = lines.join("\n");
        if text.contains("$(shell") || text.contains("${shell") || text.contains("$(eval") {
            self.immediate.push(text.clone());
        }
        let all = self.variables.entry(name.to_owned()).or_default();
        all.push(Assigned { sign: "define".to_owned(), text });
        if !is_plain {
            // One of several.
            all.push(Assigned { sign: "define".to_owned(), text: String::new() });
        }
    }

    fn assign(&mut self, name: &str, sign: &str, text: &str) {
        if sign == "!=" {
            self.immediate.push(format!("$(shell {text})"));
        } else if text.contains("$(shell") || text.contains("${shell") || text.contains("$(eval") {
            self.immediate.push(text.to_owned());
        }
        let shells = ["/bin/bash", "/bin/sh", "bash", "sh", "/usr/bin/env bash", "/usr/bin/bash"];
        match name {
            "SHELL" if !shells.contains(&text.trim()) => {
                self.doubts("it runs its commands by another program")
            }
            ".SHELLFLAGS" if !text.split_ascii_whitespace().all(is_shell_flag) => {
                self.immediate.push(format!("$(shell sh {text})"));
                self.doubts("it runs its commands by another program");
            }
            "PATH" | "LD_PRELOAD" | "BASH_ENV" | "MAKEFLAGS" => {
                if name == "BASH_ENV" {
                    self.immediate.push(format!("$(shell sh {text})"));
                }
                self.doubts("it sets a variable that makes programs run other code");
            }
            _ => {}
        }
        let assigned = Assigned { sign: sign.to_owned(), text: text.to_owned() };
        self.variables.entry(name.to_owned()).or_default().push(assigned);
    }

    fn rule(&mut self, targets: &str, rest: &str) -> Option<Rule> {
        let rest = rest.strip_prefix(':').unwrap_or(rest);
        let (needs, inline) = match rest.split_once(';') {
            Some((needs, inline)) => (needs, Some(inline.to_owned())),
            None => (rest, None),
        };
        // `target: VARIABLE = value`
        let (assigned, is_exported) = modified(needs.trim());
        if let Some((name, sign, text)) = assignment(assigned) {
            // Its value may have what would begin a recipe.
            let text = inline.as_ref().map_or_else(|| text.to_owned(), |rest| format!("{text};{rest}"));
            if is_exported {
                self.exported.insert(name.to_owned());
            }
            self.assign(name, sign, &text);
            return None;
        }
        // `targets: %.o: %.c`
        let needs = colon(needs).map_or(needs, |at| needs.get(at + 1..).unwrap_or_default());
        self.one_shell |= targets.trim() == ".ONESHELL";
        self.twice |= targets.trim() == ".SECONDEXPANSION";
        let line = self.rules.len();
        let suffixes = suffix_rule(targets.trim()).filter(|_| needs.trim().is_empty());
        let (targets, needs) =
            suffixes.unwrap_or_else(|| (targets.trim().to_owned(), needs.trim().to_owned()));
        Some(Rule {
            targets,
            needs,
            recipe: inline.map(|text| (self.at, text)).into_iter().collect(),
            file: String::new(),
            line,
        })
    }
}

/// An assignment without the words that say how it counts, and whether recipes are given it.
fn modified(line: &str) -> (&str, bool) {
    let mut rest = line;
    let mut is_exported = false;
    while let Some((word, after)) = rest.split_once([' ', '\t']) {
        match word {
            "export" => is_exported = true,
            "override" | "private" => {}
            _ => break,
        }
        rest = after.trim_start();
    }
    (rest, is_exported)
}

/// `.c.o:` as `%.o: %.c`, `.c:` as `%: %.c`.
fn suffix_rule(targets: &str) -> Option<(String, String)> {
    const SINGLE: &[&str] = &[
        "c", "cc", "C", "cpp", "p", "f", "F", "m", "r", "y", "l", "s", "S", "mod", "sym", "sh", "o", "a",
        "w", "tex",
    ];
    let is_plain = |suffix: &&str| {
        !suffix.is_empty() && suffix.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '+')
    };
    let names = targets.strip_prefix('.')?;
    match names.split_once('.') {
        Some((from, to)) if is_plain(&from) && is_plain(&to) => {
            Some((format!("%.{to}"), format!("%.{from}")))
        }
        None if SINGLE.contains(&names) => Some(("%".to_owned(), format!("%.{names}"))),
        Some(_) | None => None,
    }
}

/// Whether a word has a shell read its commands as any other does.
fn is_shell_flag(word: &str) -> bool {
    let is_letters = |letters: &str| letters.chars().all(|letter| "ceuxovE".contains(letter));
    matches!(word, "pipefail" | "errexit" | "nounset") || word.strip_prefix('-').is_some_and(is_letters)
}

fn without_comment(line: &str) -> &str {
    let mut before = ' ';
    for (at, letter) in line.char_indices() {
        if letter == '#' && before != '\\' {
            return line.get(..at).unwrap_or(line);
        }
        before = letter;
    }
    line
}

/// The first colon outside a variable.
fn colon(line: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, letter) in line.char_indices() {
        match letter {
            '(' | '{' => depth += 1,
            ')' | '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => return Some(at),
            _ => {}
        }
    }
    None
}

fn assignment(line: &str) -> Option<(&str, &str, &str)> {
    let mut depth = 0_usize;
    let equals = line.char_indices().find(|(_, letter)| {
        match letter {
            '(' | '{' => depth += 1,
            ')' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        *letter == '=' && depth == 0
    });
    let (at, _) = equals?;
    let before = line.get(..at)?;
    let name = before.trim_end_matches([':', '?', '+', '!']);
    let sign = line.get(name.len()..=at)?;
    let name = name.trim();
    let plain = !name.is_empty() && !name.contains([' ', '\t', ':']);
    plain.then(|| (name, sign, line.get(at + 1..).unwrap_or_default().trim()))
}
