//! The workspace that a past call is understood in.
//!
//! The machine of then is gone. What the session tells of it is used: where it started, the branch
//! that was checked out, the files it wrote and read. Beyond that it is assumed, and the report says
//! so: the directory a session starts in is a clone of the map's repository under the name `origin`,
//! the default branch is checked out where nothing names another, pushes go to the branch of the same name,
//! files that it did not make itself are tracked, there are no links, nothing is within reach.
//! What is in a file that the session did not write is unknown.

mod written;

use std::collections::{BTreeMap, BTreeSet};

use countersign_model::{Answer, Commit, Digest, Effect, Question, Resource, ToolCall, is_within, verbs};
use countersign_policy::{self as policy, Bundle};
use countersign_understand::{LINES_OF_VARIABLES, Surroundings, Workspace, is_usual_secret, shadows_python};

use written::{Written, written};

/// A session's workspace as far as it is known, or assumed.
#[derive(Debug)]
pub struct Assumed {
    home: String,
    root: String,
    remote: String,
    default_branch: String,
    branch: String,
    /// Whether there is a remote before the call that is understood, as far as its words tell.
    has_remote: bool,
    /// Whether the branch has an upstream before it.
    has_upstream: bool,
    /// Files that the session wrote, with their text where it is known whole.
    written: BTreeMap<String, Option<String>>,
    /// Those in which nothing is left of what others may have had there: nobody else loses them.
    made: BTreeSet<String>,
    /// Those that were there when the session first looked.
    looked_at: BTreeSet<String>,
    /// The words of the call that is understood.
    words: String,
    /// Files and directories that it removed.
    removed: BTreeSet<String>,
}

impl Assumed {
    /// Where a session starts.
    pub fn new(directory: &str, bundle: &Bundle) -> Self {
        let map = bundle.repository();
        let name = directory.rsplit('/').find(|part| !part.is_empty()).unwrap_or("repository");
        let remote = match map.remotes.first() {
            Some(remote) => format!("https://{}", remote.replace(['*', '?'], name)),
            None => format!("https://origin.invalid/{name}"),
        };
        let default_branch = map.default_branch.clone().unwrap_or_else(|| "main".to_owned());
        Self {
            home: home(directory),
            root: if directory.is_empty() {
                "/workspace".to_owned()
            } else {
                directory.trim_end_matches('/').to_owned()
            },
            remote,
            branch: default_branch.clone(),
            default_branch,
            has_remote: true,
            has_upstream: true,
            written: BTreeMap::new(),
            made: BTreeSet::new(),
            looked_at: BTreeSet::new(),
            words: String::new(),
            removed: BTreeSet::new(),
        }
    }

    /// The directory that the session starts in.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// The branch that is checked out from now on.
    pub fn on(&mut self, branch: Option<&str>) {
        if let Some(branch) = branch {
            branch.clone_into(&mut self.branch);
        }
    }

    /// Takes from a call's own words what they tell of the time before it: who adds a remote or gives the first
    /// branch its name has no remote of that name, and no upstream; a file of secrets that is named is there.
    pub fn foresees(&mut self, call: &ToolCall) {
        self.words = serde_json::to_string(&call.input).unwrap_or_default();
        let command = call.input.get("command").and_then(|command| command.as_str()).unwrap_or_default();
        self.has_remote = !command.contains("git remote add origin ");
        self.has_upstream = self.has_remote && !command.contains("git branch -M ");
    }

    /// What of the machine is the same for every call.
    pub fn surroundings(&self, bundle: &Bundle) -> Surroundings {
        let projects = [self.root.as_str()];
        Surroundings {
            programs: bundle.programs().to_vec(),
            ..Surroundings::usual(&self.home, &format!("{}/.countersign", self.home), &projects)
        }
    }

    /// Takes in what a call did that has run.
    pub fn ran(&mut self, call: &ToolCall, effects: &[Effect]) {
        if let Some(branch) =
            call.input.get("command").and_then(|command| command.as_str()).and_then(made_branch)
        {
            self.branch = branch;
        }
        for effect in effects {
            let Resource::Path { path, .. } = &effect.resource else { continue };
            if effect.verb == verbs::FS_WRITE {
                self.wrote(path, call);
            } else if [verbs::FS_READ, verbs::SECRET_READ].contains(&effect.verb) && !self.made.contains(path)
            {
                self.looked_at.insert(path.clone());
            } else if effect.verb == verbs::FS_DELETE {
                let is_left = |other: &String| !is_within(other, path);
                self.written.retain(|other, _| is_left(other));
                self.made.retain(is_left);
                self.looked_at.retain(is_left);
                self.removed.insert(path.clone());
            }
        }
        // What was moved there is whoever's it was.
        for path in policy::moved_onto(effects) {
            self.made.remove(path);
        }
    }

    fn wrote(&mut self, path: &str, call: &ToolCall) {
        let before = self.written.get(path).and_then(Option::as_deref);
        let text = match written(call, path, before) {
            Written::Whole(text) => {
                if !self.looked_at.contains(path) {
                    self.made.insert(path.to_owned());
                }
                text
            }
            Written::Partly(text) => {
                if !self.made.contains(path) {
                    self.looked_at.insert(path.to_owned());
                }
                text
            }
        };
        self.written.insert(path.to_owned(), text);
    }

    /// Whether the session made, changed or removed a file, so that what others have there says nothing of it.
    pub(crate) fn has_touched(&self, path: &str) -> bool {
        self.written.contains_key(path) || self.removed.iter().any(|removed| is_within(path, removed))
    }

    /// Marks what would be deleted and was made by this very session: it can be made again, and nobody else's work
    /// is lost with it.
    pub fn mark_own(&self, effects: &mut [Effect]) {
        policy::mark_own(effects, |path| self.made.contains(path));
    }

    fn is_within(&self, path: &str) -> bool {
        is_within(path, &self.root)
    }

    fn path(&self, path: &str) -> Answer {
        match self.written.get(path) {
            Some(Some(text)) => {
                Answer::Text { text: text.clone(), whole: true, digest: Digest::of([text.as_bytes()]) }
            }
            _ if path == self.root || path == self.home => Answer::Directory { path: path.to_owned() },
            // What tools look for and what is usually not there.
            _ if path.contains("/.git/") && !self.written.contains_key(path) => Answer::Absent,
            // Whoever searches a directory does not say that there are files of secrets in it.
            _ if is_usual_secret(path) && !self.knows_of(path) => Answer::Absent,
            // Nobody calls a file of his own like a module of the language, without a word of it.
            _ if shadows_python(path) && !self.knows_of(path) => Answer::Absent,
            // What the session wrote there may be anything.
            _ if self.is_of_variables(path) => Answer::Unknown { why: LINES_OF_VARIABLES.to_owned() },
            // Under a tool's name there is that tool, and settings of a project name no program.
            _ if is_of_tool(path) && !self.has_touched(path) => Answer::Absent,
            _ if is_of_settings(path) && !self.knows_of(path) => Answer::Absent,
            _ => unknown(),
        }
    }

    /// Whether it is a file of variables that the session did not write: it has a line for each, as such files do.
    fn is_of_variables(&self, path: &str) -> bool {
        path.rsplit('/').next().is_some_and(|name| name.starts_with(".env")) && !self.has_touched(path)
    }

    /// Whether the session has named a file, or looked at it, so that it is there.
    fn knows_of(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_home =
            path.strip_suffix(name).is_some_and(|directory| directory.trim_end_matches('/') == self.home);
        is_home || self.has_touched(path) || self.looked_at.contains(path) || self.words.contains(name)
    }

    fn reference(&self, reference: &str) -> Answer {
        let known = self.references().into_iter().find(|(name, _)| name == reference);
        known.map_or_else(unknown, |(_, commit)| Answer::Commit { commit })
    }

    fn references(&self) -> Vec<(String, Commit)> {
        let default = &self.default_branch;
        let names = BTreeSet::from([
            format!("refs/heads/{default}"),
            format!("refs/remotes/origin/{default}"),
            format!("refs/heads/{}", self.branch),
        ]);
        names.into_iter().map(|name| (name.clone(), commit(&name))).collect()
    }

    fn configuration(&self, key: &str) -> Answer {
        let own = key.strip_prefix("branch.").and_then(|rest| rest.strip_prefix(self.branch.as_str()));
        let values = match (key, own) {
            ("remote.origin.url", _) if self.has_remote => vec![self.remote.clone()],
            (_, Some(".remote")) if self.has_upstream => vec!["origin".to_owned()],
            (_, Some(".merge")) if self.has_upstream => vec![format!("refs/heads/{}", self.branch)],
            _ => Vec::new(),
        };
        Answer::Values { values }
    }

    /// What a push carries is at least what the session wrote.
    fn carried(&self, letter: &str) -> Answer {
        let within = |path: &String| {
            path.strip_prefix(&self.root)?.strip_prefix('/').map(|path| format!("{letter}\t{path}"))
        };
        Answer::Values { values: self.written.keys().filter_map(within).collect() }
    }

    /// The files that git could not bring back: those that the session made or changed.
    fn lost(&self, pattern: &str) -> Answer {
        let values = self.written.keys().filter(|path| fits(pattern, path)).filter_map(|path| {
            let word = if self.made.contains(path) { "new" } else { "changed" };
            Some(format!("{word}\t{}", path.strip_prefix(&self.root)?.strip_prefix('/')?))
        });
        Answer::Values { values: values.collect() }
    }
}

impl Workspace for Assumed {
    fn ask(&self, question: &Question) -> Answer {
        match question {
            Question::Path { path } => self.path(path),
            Question::Target { path } => Answer::Target { path: normal(path), several_names: None },
            Question::Repository { directory } if self.is_within(directory) => {
                Answer::Directory { path: self.root.clone() }
            }
            Question::Repository { directory } if directory.starts_with("/tmp") => Answer::Absent,
            Question::Repository { .. } => unknown(),
            Question::Head { .. } => {
                let reference = format!("refs/heads/{}", self.branch);
                let commit = Some(commit(&reference));
                Answer::Reference { reference, commit }
            }
            Question::Reference { reference, .. } => self.reference(reference),
            Question::References { prefix, .. } => {
                let below = |(name, _): &(String, Commit)| name.starts_with(prefix);
                Answer::References { references: self.references().into_iter().filter(below).collect() }
            }
            Question::Configuration { key, .. } => self.configuration(key),
            Question::Subsections { section, .. } if section == "remote" => {
                let values = if self.has_remote { vec!["origin".to_owned()] } else { Vec::new() };
                Answer::Values { values }
            }
            Question::Subsections { .. } | Question::Setting { .. } => Answer::Values { values: Vec::new() },
            Question::Tracked { path, .. } if self.made.contains(path) || is_never_tracked(path) => {
                Answer::No
            }
            Question::Tracked { .. } => Answer::Yes,
            Question::Changed { .. } => self.carried("M"),
            Question::Uncommitted { .. } => self.carried("changed"),
            Question::Lost { pattern, .. } => self.lost(pattern),
            Question::Names { .. } | Question::Patch { .. } | Question::Revision { .. } => unknown(),
            Question::Variable { .. } => Answer::No,
        }
    }
}

/// Whether a path is one under which a package manager or a build tool puts programs.
fn is_of_tool(path: &str) -> bool {
    path.contains("/node_modules/.bin/") || ["/gradlew", "/mvnw"].iter().any(|name| path.ends_with(name))
}

/// Whether a path is one where a tool looks for settings that most projects have not.
fn is_of_settings(path: &str) -> bool {
    const NAMES: &[&str] = &[
        "/.npmrc",
        "/bunfig.toml",
        "/deno.json",
        "/deno.jsonc",
        "mise.toml",
        "mise.local.toml",
        "mise/config.toml",
        "mise/config.local.toml",
    ];
    NAMES.iter().any(|name| path.ends_with(name))
}

/// Whether a path, or a directory it lies below, matches a pattern in which `*` is any text. Capitals do not count.
fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, path) = (pattern.to_lowercase(), path.to_lowercase());
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|start| path.strip_prefix(start)) else { return false };
    let mut last = "";
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
        last = part;
    }
    let ends = pattern.ends_with('*') || !last.is_empty() && rest.ends_with(last);
    rest.is_empty() || rest.starts_with('/') || ends
}

/// The branch that a command makes and checks out, as agents write it. What the log says of the next call goes first.
fn made_branch(command: &str) -> Option<String> {
    let words: Vec<&str> = command.split([' ', '\n', ';', '&']).filter(|word| !word.is_empty()).collect();
    let is_plain = |name: &str| {
        name.chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '/' | '-' | '_' | '.' | '#'))
    };
    let mut made = words.windows(4).filter_map(|four| match four {
        ["git", "checkout", "-b" | "-B", name] | ["git", "switch", "-c" | "-C", name] => Some(*name),
        _ => None,
    });
    made.next_back().filter(|name| is_plain(name) && !name.starts_with('-')).map(str::to_owned)
}

fn unknown() -> Answer {
    Answer::Unknown { why: "the history does not tell it".to_owned() }
}

/// A commit id made of a name.
fn commit(name: &str) -> Commit {
    Commit::from(Digest::of([name.as_bytes()]).hex().chars().take(40).collect::<String>())
}

/// Files that nobody commits.
fn is_never_tracked(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == ".env"
        || name.starts_with(".env.") && !name.ends_with(".example")
        || name.ends_with(".local.json")
}

/// The home directory that a path is in, or the one that agents in containers have.
fn home(path: &str) -> String {
    let mut parts = path.split('/').skip(1);
    match (parts.next(), parts.next()) {
        (Some(homes @ ("home" | "Users")), Some(name)) if !name.is_empty() => format!("/{homes}/{name}"),
        _ => "/root".to_owned(),
    }
}

/// Writes a path that begins with the letter of a Windows drive as other systems would: what is within what can then
/// be told alike.
pub fn as_unix(path: &mut String) {
    let mut start = path.chars();
    if let (Some('A'..='Z' | 'a'..='z'), Some(':'), Some('\\' | '/')) =
        (start.next(), start.next(), start.next())
    {
        *path = path.chars().skip(2).map(|letter| if letter == '\\' { '/' } else { letter }).collect();
    }
}

/// A path without `.`, `..` and doubled slashes.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        match part {
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_files_and_what_lies_below() {
        for (pattern, path) in
            [("/r/*.log", "/r/a.log"), ("/r/*.log", "/r/a.log/b"), ("/r/out", "/r/out/b"), ("/r/*", "/r/A")]
        {
            assert!(fits(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [("/r/*.log", "/r/a.rs"), ("/r/out", "/r/outer"), ("/s/*", "/r/a")] {
            assert!(!fits(pattern, path), "{pattern} {path}");
        }
    }

    #[test]
    fn what_stands_behind_the_names_of_tools() {
        let tools = ["/r/node_modules/.bin/eslint", "/r/a/gradlew", "/r/mvnw"];
        assert!(tools.iter().all(|path| is_of_tool(path)));
        assert!(
            ["/r/.npmrc", "/r/.mise.toml", "/r/.config/mise/config.toml"]
                .iter()
                .all(|path| is_of_settings(path))
        );
        for path in
            ["/r/node_modules/eslint/bin/eslint.js", "/r/my-gradlew", "/r/package.json", "/r/tsconfig.json"]
        {
            assert!(!is_of_tool(path) && !is_of_settings(path), "{path}");
        }
    }

    #[test]
    fn paths_of_windows() {
        for (path, unix) in [
            ("C:\\Users\\dev\\shop", "/Users/dev/shop"),
            ("d:/work", "/work"),
            ("/r/C:\\x", "/r/C:\\x"),
            ("C:", "C:"),
        ] {
            let mut written = path.to_owned();
            as_unix(&mut written);
            assert_eq!(written, unix);
        }
    }

    #[test]
    fn branches_that_a_session_makes() {
        let made = |command| super::made_branch(command);
        assert_eq!(made("git checkout -b feat/x && git add ."), Some("feat/x".to_owned()));
        assert_eq!(made("cd a; git switch -c y;git push"), Some("y".to_owned()));
        assert_eq!(made("git checkout -b \"$NAME\""), None);
        assert_eq!(made("git checkout -b a && git checkout -b $(x)"), None);
        assert_eq!(made("git checkout main"), None);
    }
}
