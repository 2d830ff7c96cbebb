//! An in-memory workspace for tests and for the pages of [`crate::catalogue`]: `/repo` on branch `feature`, with a
//! remote on a forge.

#[cfg(test)]
mod checks;

use countersign_model::{
    Answer, Commit, Declared, Digest, Question, Runtime, SessionId, ToolCall, ToolCallId,
};
use serde_json::{Map, Value};

use crate::{Surroundings, Workspace};

#[cfg(test)]
pub(crate) use checks::{check, check_because, check_declared, check_tool, check_with, pinned, understood};

/// Where the fixture's branches are.
const REFS: &[(&str, char)] = &[
    ("refs/heads/feature", 'a'),
    ("refs/heads/main", 'b'),
    ("refs/remotes/origin/main", 'c'),
    ("refs/remotes/origin/feature", 'd'),
    ("refs/tags/v1", 'e'),
];

const SETTINGS: &[(&str, &str)] = &[
    ("remote.origin.url", "git@github.com:acme/shop.git"),
    ("remote.fork.url", "git@github.com:someone/shop.git"),
    ("branch.feature.remote", "origin"),
    ("branch.feature.merge", "refs/heads/feature"),
    ("alias.ship", "push origin HEAD:main"),
];

/// The fixture's links.
const LINKS: &[(&str, &str)] = &[
    ("/repo/link", "/repo/.git/hooks"),
    ("/repo/c.json", "/repo/.claude/settings.json"),
    ("/repo/again.json", "/repo/c.json"),
    ("/repo/ag", "/repo/.claude/agents"),
    ("/repo/new-hook", "/repo/.git/hooks/pre-push"),
    ("/repo/plain.txt", "/repo/.git/config"),
    ("/repo/values", "/repo/.env"),
    ("/repo/words", "/home/dev/.ssh/id_rsa"),
    ("/repo/harmless", "/repo/src/a.rs"),
];

/// Names of one and the same file.
const SAME: &[&str] = &["/repo/hard.json", "/repo/.claude/settings.json"];

/// Where a path of the fixture leads.
fn target(path: &str) -> String {
    let mut at = String::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        at = crate::paths::normal(&at, part);
        while let Some((_, target)) = LINKS.iter().find(|(name, _)| *name == at) {
            at = (*target).to_owned();
        }
    }
    if at.is_empty() { "/".to_owned() } else { at }
}

/// The fixture with some settings of its own: of git by their keys, texts of files by their absolute paths, and
/// variables by their names in capitals.
pub(crate) struct Fixture<'s>(pub &'s [(&'s str, &'s str)]);

impl Fixture<'_> {
    fn own(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }
}

/// A made-up commit id.
pub(crate) fn commit(digit: char) -> Commit {
    Commit::from(digit.to_string().repeat(40))
}

impl Workspace for Fixture<'_> {
    fn ask(&self, question: &Question) -> Answer {
        let settings = |key: &str| -> Vec<String> {
            let own: Vec<String> = self
                .0
                .iter()
                .filter(|(name, _)| *name == key)
                .map(|(_, value)| (*value).to_owned())
                .collect();
            if own.is_empty() {
                SETTINGS
                    .iter()
                    .filter(|(name, _)| *name == key)
                    .map(|(_, value)| (*value).to_owned())
                    .collect()
            } else {
                own
            }
        };
        match question {
            Question::Repository { directory } if directory.starts_with("/repo") => {
                Answer::Directory { path: "/repo".to_owned() }
            }
            Question::Repository { .. } => Answer::Absent,
            Question::Head { .. } => {
                Answer::Reference { reference: "refs/heads/feature".to_owned(), commit: Some(commit('a')) }
            }
            Question::Reference { reference, .. } if self.own(reference).is_some() => {
                let digit = self.own(reference).and_then(|own| own.chars().next()).unwrap_or('0');
                Answer::Commit { commit: commit(digit) }
            }
            Question::Reference { reference, .. } => match REFS.iter().find(|(name, _)| name == reference) {
                Some((_, digit)) => Answer::Commit { commit: commit(*digit) },
                None => Answer::Absent,
            },
            Question::Configuration { key, .. } => Answer::Values { values: settings(key) },
            Question::Subsections { section, .. } => {
                let mut values = Vec::new();
                for (name, _) in SETTINGS.iter().chain(self.0) {
                    let inner = name.strip_prefix(section.as_str()).and_then(|rest| rest.strip_prefix('.'));
                    if let Some((name, _)) = inner.and_then(|inner| inner.rsplit_once('.'))
                        && !values.contains(&name.to_owned())
                    {
                        values.push(name.to_owned());
                    }
                }
                Answer::Values { values }
            }
            Question::Tracked { path, .. } => {
                let is_listed =
                    self.own("tracked").is_some_and(|lines| lines.lines().any(|line| line == path));
                if is_listed || path.starts_with("/repo/src/") { Answer::Yes } else { Answer::No }
            }
            Question::Target { path } => {
                let path = target(path);
                let several_names = SAME.contains(&path.as_str()).then(|| "1:2".to_owned());
                Answer::Target { path, several_names }
            }
            Question::Names { directory, endings } => {
                let names = self
                    .0
                    .iter()
                    .filter_map(|(path, _)| path.strip_prefix(directory.as_str())?.strip_prefix('/'));
                let is_one = |name: &&str| endings.iter().any(|end| name.ends_with(end.as_str()));
                let names = names.map(|name| name.split('/').next().unwrap_or(name));
                let mut values: Vec<String> = names.filter(is_one).map(str::to_owned).collect();
                values.sort();
                values.dedup();
                Answer::Values { values }
            }
            // A NUL stands for bytes that are no text.
            Question::Path { path } if self.own(path).is_some() => Answer::Text {
                text: self.own(path).filter(|text| !text.contains('\0')).unwrap_or_default().to_owned(),
                whole: self.own(path).is_some_and(|text| !text.contains('\0')),
                digest: Digest::of([self.own(path).unwrap_or_default().as_bytes()]),
            },
            // Of others, a real machine tells no more than that they are not set.
            Question::Setting { name }
                if !crate::SETTINGS.contains(&name.as_str()) && self.own(name).is_some() =>
            {
                Answer::Unknown { why: format!("the value of {name} is not told") }
            }
            Question::Setting { name } => {
                Answer::Values { values: self.own(name).map(str::to_owned).into_iter().collect() }
            }
            Question::Path { path } => match target(path).as_str() {
                "/repo/.git/hooks" | "/repo/.claude" | "/repo/.claude/agents"
                    if path != "/repo/.git/hooks" =>
                {
                    Answer::Directory { path: target(path) }
                }
                "/" | "/repo" | "/repo/src" | "/home/dev" | "/tmp" | "/home/dev/.ssh" => {
                    Answer::Directory { path: path.clone() }
                }
                "/repo/Makefile" => Answer::Text {
                    text: "test:\n".to_owned(),
                    whole: true,
                    digest: Digest::of([b"x".as_slice()]),
                },
                _ => Answer::Absent,
            },
            Question::Changed { .. } => match self.own("changed") {
                Some(lines) => Answer::Values { values: lines.lines().map(str::to_owned).collect() },
                None => Answer::Unknown { why: "the fixture does not say".to_owned() },
            },
            Question::Revision { .. } => match self.own("revision").and_then(Commit::parse) {
                Some(commit) => Answer::Commit { commit },
                None => Answer::Unknown { why: "the fixture does not say".to_owned() },
            },
            Question::Uncommitted { .. } => match self.own("uncommitted") {
                Some(lines) => Answer::Values { values: lines.lines().map(str::to_owned).collect() },
                None => Answer::Unknown { why: "the fixture does not say".to_owned() },
            },
            Question::Lost { .. } => match self.own("lost") {
                Some(lines) => Answer::Values { values: lines.lines().map(str::to_owned).collect() },
                None => Answer::Unknown { why: "the fixture does not say".to_owned() },
            },
            Question::Patch { .. } => match self.own("patch") {
                Some(text) => {
                    Answer::Text { text: text.to_owned(), whole: true, digest: Digest::of([text.as_bytes()]) }
                }
                None => Answer::Unknown { why: "the fixture does not say".to_owned() },
            },
            Question::Variable { name } if self.0.contains(&("unset", name.as_str())) => Answer::No,
            Question::References { prefix, .. } if prefix == "refs/tags/" && self.own("tags").is_some() => {
                let names = self.own("tags").unwrap_or_default().split_whitespace();
                let named = names.map(|name| (format!("{prefix}{name}"), commit('e')));
                Answer::References { references: named.collect() }
            }
            Question::References { .. } | Question::Variable { .. } => {
                Answer::Unknown { why: "the fixture does not say".to_owned() }
            }
        }
    }
}

/// What is known of the machine.
pub(crate) fn surroundings() -> Surroundings {
    Surroundings {
        home: "/home/dev".to_owned(),
        temporary: vec!["/tmp".to_owned()],
        protected: [
            "/home/dev/.countersign",
            "/home/dev/.local/state/countersign",
            "/home/dev/.claude/settings.json",
            "/home/dev/.claude/settings.local.json",
            "/repo/.claude/settings.json",
            "/repo/.claude/settings.local.json",
        ]
        .map(str::to_owned)
        .to_vec(),
        programs: Vec::new(),
        secrets: Vec::new(),
    }
}

/// A call of a tool in `/repo`.
pub(crate) fn call(tool: &str, input: Value) -> ToolCall {
    let input = match input {
        Value::Object(input) => input,
        _ => Map::new(),
    };
    ToolCall {
        runtime: Runtime::Script,
        session: SessionId::from("s"),
        agent: None,
        id: ToolCallId::from("t"),
        prompt: None,
        cwd: "/repo".to_owned(),
        mode: None,
        tool: tool.to_owned(),
        input,
        mcp_server: None,
    }
}

/// The program that `docs/policy.md` describes.
pub(crate) fn shipctl() -> Declared {
    let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    Declared {
        names: list(&["shipctl"]),
        values: list(&["--reason"]),
        target: list(&["--env", "-e"]),
        read: list(&["status", "env list", ""]),
        write: list(&["deploy", "env create|update"]),
        destroy: list(&["env delete"]),
        execute: list(&["ssh"]),
    }
}
