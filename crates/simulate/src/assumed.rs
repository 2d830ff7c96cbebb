//! The workspace that a past call is understood in.
//!
//! The machine of then is gone. What the session tells of it is used: where it started, the branch
//! that was checked out, the files it wrote and read. Beyond that it is assumed, and the report says
//! so: the directory a session starts in is a clone of the map's repository under the name `origin`,
//! the default branch is checked out where nothing names another, pushes go to the branch of the same name,
//! files that it did not make itself are tracked, there are no links, nothing is within reach.
//! What is in a file that the session did not write is unknown.

mod begun;
mod usual;
mod written;

use std::collections::{BTreeMap, BTreeSet};

use countersign_model::{Answer, Commit, Digest, Effect, Question, Resource, ToolCall, is_within, verbs};
use countersign_policy::{self as policy, Bundle};
use countersign_understand::{
    LINES_OF_VARIABLES, Left, Surroundings, Switched, Workspace, Wrote, is_usual_secret, shadows_python,
};

pub use usual::as_unix;
use usual::{fits, home, is_never_tracked, is_of_settings, is_of_tool, normal};
pub use written::is_all_or_nothing;
use written::{LONGEST_KEPT, Written, written};

/// Where Countersign's own home is below a user's, unless somebody chose another place.
const OWN_HOMES: &[&str] = &[".local/state/countersign", "Library/Application Support/countersign"];

/// A session's workspace as far as it is known, or assumed.
#[derive(Debug)]
pub struct Assumed {
    home: String,
    root: String,
    remote: String,
    default_branch: String,
    /// The branch that is checked out; empty where that is not known.
    branch: String,
    /// What the log last said of it.
    logged: Option<String>,
    /// Whether a call has switched it since, and said so plainly.
    is_switched: bool,
    /// The one that was checked out before; empty where that is not known.
    previous: String,
    /// Branches that were checked out, and are there.
    branches: BTreeSet<String>,
    /// Settings of git that the session changed, with their values now.
    settings: BTreeMap<String, Option<String>>,
    /// Why others that say where pushes go are not known.
    unclear: Option<String>,
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
    /// Files that it puts whole text in.
    begun: Vec<String>,
    /// Files and directories that the session removed.
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
            branches: BTreeSet::from([default_branch.clone()]),
            default_branch,
            previous: String::new(),
            logged: None,
            is_switched: false,
            settings: BTreeMap::new(),
            unclear: None,
            has_remote: true,
            has_upstream: true,
            written: BTreeMap::new(),
            made: BTreeSet::new(),
            looked_at: BTreeSet::new(),
            words: String::new(),
            begun: Vec::new(),
            removed: BTreeSet::new(),
        }
    }

    /// The directory that the session starts in.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// The branch that the log says is checked out. Where it says what it said before a call switched, it may have been
    /// written down before that.
    pub fn on(&mut self, branch: Option<&str>) {
        let Some(branch) = branch else { return };
        if self.logged.as_deref() != Some(branch) || !self.is_switched {
            self.switches(branch);
            self.is_switched = false;
        }
        self.logged = Some(branch.to_owned());
    }

    fn switches(&mut self, branch: &str) {
        if self.branch != branch {
            self.previous = std::mem::replace(&mut self.branch, branch.to_owned());
        }
        if !branch.is_empty() {
            self.branches.insert(branch.to_owned());
        }
    }

    /// Takes from a call's own words what they tell of the time before it: who adds a remote or gives the first
    /// branch its name has no remote of that name, and no upstream; a file of secrets that is named is there, and one
    /// that the call puts whole text in is not.
    pub fn foresees(&mut self, call: &ToolCall) {
        self.words = serde_json::to_string(&call.input).unwrap_or_default();
        let command = call.input.get("command").and_then(|command| command.as_str()).unwrap_or_default();
        self.has_remote = !command.contains("git remote add origin ");
        self.has_upstream = self.has_remote && !command.contains("git branch -M ");
        self.begun = begun::files(command);
    }

    /// What of the machine is the same for every call.
    pub fn surroundings(&self, bundle: &Bundle) -> Surroundings {
        let projects = [self.root.as_str()];
        let own = |below: &&str| format!("{}/{below}", self.home);
        let mut usual = Surroundings::usual(&self.home, &own(&".countersign"), &projects);
        usual.protected.extend(OWN_HOMES.iter().map(own));
        Surroundings { programs: bundle.programs().to_vec(), ..usual }
    }

    /// Takes in what a call left of git that has run, or failed at the end.
    pub fn leaves(&mut self, left: &Left, has_failed: bool) {
        // What may be the name of a file does not lead away from the branch that counts most.
        let is_default = self.branch == self.default_branch;
        let switched = left.switched(&self.root).filter(|switched| !(switched.is_doubted && is_default));
        if let Some(Switched { branch, is_doubted }) = switched {
            self.is_switched = !has_failed && !is_doubted && !branch.is_empty();
            self.switches(branch.strip_prefix("refs/heads/").unwrap_or_default());
        }
        if let Some(why) = left.unclear() {
            self.settings.clear();
            self.unclear = Some(why.to_owned());
        }
        self.settings.extend(left.settings().iter().map(|(key, value)| (key.clone(), value.clone())));
    }

    /// Takes in what a call did that has run.
    pub fn ran(&mut self, call: &ToolCall, effects: &[Effect], left: &Left) {
        let mut texts = self.texts(left);
        for effect in effects {
            let Resource::Path { path, .. } = &effect.resource else { continue };
            if effect.verb == verbs::FS_WRITE {
                let left = texts.remove(path);
                self.wrote(path, call, left);
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

    /// What the files hold that a command writes, where that is not what the call's input says plainly.
    fn texts(&self, left: &Left) -> BTreeMap<String, Option<String>> {
        let mut texts: Vec<(&str, Option<String>)> = Vec::new();
        for (path, wrote) in left.files() {
            let held = |path: &str, at: usize| {
                let own = texts.iter().take(at).rev().find(|(own, _)| *own == path).map(|(_, text)| text);
                own.or_else(|| self.written.get(path)).cloned().flatten()
            };
            let path = path.unwrap_or_default();
            let text = match wrote {
                Wrote::Text(text) => Some(text.to_owned()),
                Wrote::Appended(text) => held(path, texts.len()).map(|before| before + text),
                Wrote::Copied { from, at } => held(from, at),
                Wrote::Unknown => None,
            };
            texts.push((path, text.filter(|text| text.len() <= LONGEST_KEPT)));
        }
        // Of several times the last counts.
        texts.into_iter().map(|(path, text)| (path.to_owned(), text)).collect()
    }

    /// A call wrote a file. What its input says is in there counts before what it `left`, where the text of a tool that
    /// writes files is not known.
    fn wrote(&mut self, path: &str, call: &ToolCall, left: Option<Option<String>>) {
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
        self.written.insert(path.to_owned(), text.or_else(|| left.flatten()));
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

    /// Whether the call that is understood is the first that tells of a file, and puts whole text in it.
    fn begins(&self, path: &str) -> bool {
        let is_it = |name: &String| {
            path.strip_suffix(name.as_str()).is_some_and(|above| above.is_empty() || above.ends_with('/'))
        };
        self.begun.iter().any(is_it) && !self.has_touched(path) && !self.looked_at.contains(path)
    }

    fn is_within(&self, path: &str) -> bool {
        is_within(path, &self.root)
    }

    fn path(&self, path: &str) -> Answer {
        match self.written.get(path) {
            Some(Some(written)) => text(written),
            None if self.is_log_of_head(path) => text(&format!(
                "- - - <-> 0 +0000\tcheckout: moving from {} to {}\n",
                self.previous, self.branch
            )),
            _ if path == self.root || path == self.home => Answer::Directory { path: path.to_owned() },
            _ if self.begins(path) => Answer::Absent,
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
            // Who writes a Makefile has no other that make would take in its place.
            _ if self.is_beside_own_makefile(path) => Answer::Absent,
            _ => unknown(),
        }
    }

    /// Whether git says there which branch was left last.
    fn is_log_of_head(&self, path: &str) -> bool {
        !self.previous.is_empty() && path.strip_prefix(&self.root) == Some("/.git/logs/HEAD")
    }

    /// Whether it is a file of variables that the session did not write: it has a line for each, as such files do.
    fn is_of_variables(&self, path: &str) -> bool {
        path.rsplit('/').next().is_some_and(|name| name.starts_with(".env")) && !self.has_touched(path)
    }

    /// Whether make would look for a file before the one that the session wrote next to it, and nobody named it.
    fn is_beside_own_makefile(&self, path: &str) -> bool {
        let folder = ["/GNUmakefile", "/makefile"].iter().find_map(|name| path.strip_suffix(name));
        let is_there = |folder: &str| {
            let own = format!("{folder}/Makefile");
            self.written.contains_key(&own) || self.begins(&own)
        };
        folder.is_some_and(is_there) && !self.has_touched(path) && !self.looked_at.contains(path)
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
        let mut names = BTreeSet::from([format!("refs/remotes/origin/{}", self.default_branch)]);
        names.extend(self.branches.iter().map(|branch| format!("refs/heads/{branch}")));
        names.into_iter().map(|name| (name.clone(), commit(&name))).collect()
    }

    fn configuration(&self, key: &str) -> Answer {
        let own = key.strip_prefix("branch.").and_then(|rest| rest.strip_prefix(self.branch.as_str()));
        match (self.settings.get(key), &self.unclear) {
            (Some(value), _) => return Answer::Values { values: value.iter().cloned().collect() },
            (None, Some(why)) if Left::is_destination(key) => return Answer::Unknown { why: why.clone() },
            (None, _) => {}
        }
        let values = match (key, own) {
            ("remote.origin.url", _) if self.has_remote => vec![self.remote.clone()],
            (_, Some(".remote")) if self.has_upstream => vec!["origin".to_owned()],
            (_, Some(".merge")) if self.has_upstream => vec![format!("refs/heads/{}", self.branch)],
            _ => Vec::new(),
        };
        Answer::Values { values }
    }

    fn subsections(&self, section: &str) -> Answer {
        if let Some(why) = self.unclear.as_ref().filter(|_| Left::is_destination(&format!("{section}."))) {
            return Answer::Unknown { why: why.clone() };
        }
        let mut names = BTreeSet::new();
        if section == "remote" {
            names.extend(self.has_remote.then_some("origin"));
            let addresses = self.settings.iter().filter_map(|(key, value)| {
                Some((key.strip_prefix("remote.")?.strip_suffix(".url")?, value.is_some()))
            });
            for (name, is_there) in addresses {
                if is_there {
                    names.insert(name)
                } else {
                    names.remove(name)
                };
            }
        }
        Answer::Values { values: names.into_iter().map(str::to_owned).collect() }
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
            Question::Head { .. } if self.branch.is_empty() => Answer::Unknown {
                why: "the session switched to a branch that its log does not name".to_owned(),
            },
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
            Question::Subsections { section, .. } => self.subsections(section),
            Question::Setting { .. } => Answer::Values { values: Vec::new() },
            Question::Tracked { path, .. }
                if self.made.contains(path) || self.begins(path) || is_never_tracked(path) =>
            {
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

fn text(text: &str) -> Answer {
    Answer::Text { text: text.to_owned(), whole: true, digest: Digest::of([text.as_bytes()]) }
}

fn unknown() -> Answer {
    Answer::Unknown { why: "the history does not tell it".to_owned() }
}

/// A commit id made of a name.
fn commit(name: &str) -> Commit {
    Commit::from(Digest::of([name.as_bytes()]).hex().chars().take(40).collect::<String>())
}
