//! Refs and configuration of a repository, read as git would: settings of the command line first,
//! then the workspace; unknown once an earlier part of the command may have changed them.

use countersign_model::{Answer, Commit, Question, Remote};

use super::addresses;
use crate::Workspace as _;
use crate::context::{Context, World, Worktree};
use crate::word::Value;

/// Tags that are looked at one by one.
const MOST_TAGS: usize = 16;

/// Why a directory has no repository.
const NOWHERE: &str = "there is no repository";

/// A repository and the settings that a command line adds to it.
#[derive(Clone, Debug)]
pub(crate) struct Repo {
    /// Its top directory, if it is known.
    pub root: Option<String>,
    /// Why it is not.
    why: String,
    overlay: Vec<(String, Value)>,
    /// What the command says of it, where it makes that working tree.
    made: Option<Worktree>,
    /// Its top directory, where the command makes the repository itself.
    fresh: Option<String>,
    /// Whether it may be any repository.
    is_any: bool,
}

/// What a local ref points at, as known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tip {
    At(Commit),
    Absent,
    Unknown,
}

impl Tip {
    /// The commit, if there is one and it is known.
    pub fn commit(&self) -> Option<Commit> {
        match self {
            Self::At(commit) => Some(commit.clone()),
            Self::Absent | Self::Unknown => None,
        }
    }
}

impl Repo {
    /// The repository that `directory` is in.
    pub fn open(directory: &Result<String, String>, overlay: Vec<(String, Value)>, context: &Context<'_>) -> Self {
        if let Some(tree) = made(directory, context) {
            return Self { root: Some(tree.path.clone()), why: String::new(), overlay, made: Some(tree), fresh: None, is_any: false };
        }
        if let Some(fresh) = directory.as_ref().ok().and_then(|directory| context.state.world.fresh_around(directory)) {
            let why = "an earlier part of the command makes the repository".to_owned();
            return Self { root: None, why, overlay, made: None, fresh: Some(fresh.path.clone()), is_any: false };
        }
        let (root, why) = match directory {
            Ok(directory) => {
                let question = Question::Repository { directory: directory.clone() };
                match context.workspace.ask(&question) {
                    Answer::Directory { path } => (Some(path), String::new()),
                    Answer::Unknown { why } => (None, why),
                    _ => (None, NOWHERE.to_owned()),
                }
            }
            Err(why) => (None, why.clone()),
        };
        Self { root, why, overlay, made: None, fresh: None, is_any: directory.is_err() }
    }

    /// The top directory of the working tree whose settings and refs these are.
    pub fn home(&self) -> Option<&str> {
        self.made.as_ref().map(|tree| tree.home.as_str()).or(self.root.as_deref())
    }

    /// The top directory of the repository that its remotes belong to, where that is known.
    pub fn owner(&self) -> Option<&str> {
        self.fresh.as_deref().or_else(|| self.home())
    }

    /// The top directory, where the command makes the repository itself.
    pub fn fresh(&self) -> Option<&str> {
        self.fresh.as_deref()
    }

    /// Whether the command line sets anything below one of these sections.
    pub fn sets_any(&self, sections: &[&str]) -> bool {
        self.overlay.iter().any(|(key, _)| sections.iter().any(|section| key.starts_with(section)))
    }

    /// What the command says of this working tree, where it makes it.
    pub const fn made(&self) -> Option<&Worktree> {
        self.made.as_ref()
    }

    /// Another branch is checked out from now on, by its full name; an empty one: any.
    pub fn switches(&self, branch: String, context: &mut Context<'_>) {
        let World { heads, left, .. } = &mut context.state.world;
        if self.is_any {
            heads.loses_track();
        } else {
            left.switches(self.root.as_deref().unwrap_or_default(), &branch, false);
            heads.switches(self.root.as_deref(), branch);
        }
    }

    /// Another branch may be checked out from now on, or still the same: there may be none of that name, or a file has it.
    pub fn may_switch(&self, branch: String, may_be_file: bool, context: &mut Context<'_>) {
        let World { heads, left, .. } = &mut context.state.world;
        if self.is_any {
            heads.loses_track();
        } else {
            left.switches(self.root.as_deref().unwrap_or_default(), &branch, may_be_file);
            heads.may_switch(self.root.as_deref(), branch);
        }
    }

    /// Whether git finds no repository there, so that it does nothing.
    pub fn is_nowhere(&self, context: &Context<'_>) -> bool {
        let world = &context.state.world;
        self.root.is_none() && self.why == NOWHERE && !world.opaque && world.cloned.is_empty() && world.written.is_empty() && world.configuration_changed.is_none()
    }

    /// The same repository as it is configured, whatever the command line adds.
    pub fn without_overlay(&self) -> Self {
        Self { overlay: Vec::new(), ..self.clone() }
    }

    fn ask(&self, question: impl FnOnce(String) -> Question, context: &Context<'_>) -> Answer {
        match self.home() {
            Some(root) => context.workspace.ask(&question(root.to_owned())),
            None => Answer::Unknown { why: self.why.clone() },
        }
    }

    /// All values of a setting, or why they are not known.
    pub fn values(&self, key: &str, context: &Context<'_>) -> Result<Vec<String>, String> {
        let key = canonical_key(key);
        if let Some(upstream) = context.state.world.upstreams.get(&key).filter(|_| !self.sets(&key)) {
            return upstream.clone().map(|value| vec![value]).ok_or_else(|| "the command gives the branch an upstream".to_owned());
        }
        let added = key.strip_prefix("remote.").and_then(|rest| rest.rsplit_once('.'));
        let added = added.zip(self.owner()).and_then(|((name, last), home)| {
            let of = (home.to_owned(), name.to_owned());
            Some((context.state.world.remotes_added.get(&of)?, last))
        });
        let mut values = match (&context.state.world.configuration_changed, added) {
            (_, Some((url, "url"))) => vec![url.clone()],
            (_, Some((_, "push" | "pushurl" | "mirror"))) => Vec::new(),
            (Some(why), _) => return Err(why.clone()),
            (None, _) => {
                let asked = key.clone();
                match self.ask(|repository| Question::Configuration { repository, key: asked }, context) {
                    Answer::Values { values } => values,
                    Answer::Absent => Vec::new(),
                    Answer::Unknown { why } => return Err(why),
                    _ => return Err("the configuration could not be read".to_owned()),
                }
            }
        };
        for (_, value) in self.overlay.iter().filter(|(known, _)| *known == key) {
            values.push(value.known().ok_or("a setting of the command is not known")?.to_owned());
        }
        Ok(values)
    }

    /// The value of a setting as it is stored, whatever the command line adds to it.
    pub fn stored(&self, key: &str, context: &Context<'_>) -> Option<String> {
        let asked = canonical_key(key);
        match self.ask(|repository| Question::Configuration { repository, key: asked }, context) {
            Answer::Values { values } => values.last().cloned(),
            _ => None,
        }
    }

    /// Whether the command line says a setting.
    pub fn sets(&self, key: &str) -> bool {
        let key = canonical_key(key);
        self.overlay.iter().any(|(known, _)| *known == key)
    }

    /// The value of a setting that has one: the last.
    pub fn last(&self, key: &str, context: &Context<'_>) -> Result<Option<String>, String> {
        if let Some((_, value)) = self.overlay.iter().rfind(|(known, _)| *known == canonical_key(key)) {
            let value = value.known().map(str::to_owned);
            return value.map(Some).ok_or_else(|| "a setting of the command is not known".to_owned());
        }
        Ok(self.values(key, context)?.pop())
    }

    /// Whether a setting is on.
    pub fn is_on(&self, key: &str, context: &Context<'_>) -> Result<bool, String> {
        let value = self.last(key, context)?.unwrap_or_default().to_ascii_lowercase();
        Ok(!matches!(value.as_str(), "" | "false" | "no" | "off" | "0"))
    }

    /// The names below a section, such as the remotes.
    pub fn subsections(&self, section: &str, context: &Context<'_>) -> Result<Vec<String>, String> {
        if let Some(why) = &context.state.world.configuration_changed {
            return Err(why.clone());
        }
        let mut names = match self.fresh {
            // It has none but those that the command adds.
            Some(_) if section == "remote" => Vec::new(),
            _ => self.configured(section.to_owned(), context)?,
        };
        if section == "remote" {
            let added = context.state.world.remotes_added.keys();
            names.extend(added.filter(|(home, _)| Some(home.as_str()) == self.owner()).map(|(_, name)| name.clone()));
        }
        for (key, _) in &self.overlay {
            let inner = key.strip_prefix(section).and_then(|rest| rest.strip_prefix('.'));
            if let Some((name, _)) = inner.and_then(|inner| inner.rsplit_once('.'))
                && !names.iter().any(|known| known == name)
            {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    }

    fn configured(&self, section: String, context: &Context<'_>) -> Result<Vec<String>, String> {
        match self.ask(|repository| Question::Subsections { repository, section }, context) {
            Answer::Values { values } => Ok(values),
            Answer::Absent => Ok(Vec::new()),
            Answer::Unknown { why } => Err(why),
            _ => Err("the configuration could not be read".to_owned()),
        }
    }

    /// The full names of the branches that may be checked out here; none if HEAD is detached.
    pub fn branches(&self, context: &Context<'_>) -> Result<Vec<String>, String> {
        let mut branches = Vec::new();
        for head in context.state.world.heads.of(self.root.as_deref()) {
            match head.or_else(|| self.made.as_ref().map(|tree| tree.branch.clone())) {
                Some(branch) if branch.is_empty() => return Err("the command switches branches".to_owned()),
                Some(branch) => branches.push(branch),
                None => match self.ask(|repository| Question::Head { repository }, context) {
                    Answer::Reference { reference, .. } => branches.push(reference),
                    Answer::Unknown { why } => return Err(why),
                    _ => {}
                },
            }
        }
        Ok(branches)
    }

    /// The branch that is checked out here, by its short name.
    pub fn checked_out(&self, context: &Context<'_>) -> Result<String, String> {
        match self.branches(context)?.as_slice() {
            [only] => Ok(only.strip_prefix("refs/heads/").unwrap_or(only).to_owned()),
            _ => Err("which branch it comes from is not known".to_owned()),
        }
    }

    /// What a full ref name points at.
    pub fn tip(&self, reference: &str, context: &Context<'_>) -> Tip {
        if context.state.world.refs_changed.is_some() && !reference.starts_with("refs/remotes/") {
            return Tip::Unknown;
        }
        self.tip_before(reference, context)
    }

    /// Where a reference was before the command.
    pub fn tip_before(&self, reference: &str, context: &Context<'_>) -> Tip {
        let asked = reference.to_owned();
        match self.ask(|repository| Question::Reference { repository, reference: asked }, context) {
            Answer::Commit { commit } => Tip::At(commit),
            Answer::Absent => Tip::Absent,
            _ => Tip::Unknown,
        }
    }

    /// The tags there are, by their full names; none where that is not known, or there are many.
    pub fn tags(&self, context: &Context<'_>) -> Option<Vec<String>> {
        let world = &context.state.world;
        if world.refs_changed.is_some() || world.opaque || !world.made.is_empty() {
            return None;
        }
        let prefix = "refs/tags/".to_owned();
        match self.ask(|repository| Question::References { repository, prefix }, context) {
            Answer::References { references } if references.len() <= MOST_TAGS => {
                Some(references.into_iter().map(|(name, _)| name).collect())
            }
            _ => None,
        }
    }

    /// Whether a full ref name is there, wherever an earlier part of the command may have moved it.
    pub fn has(&self, reference: &str, context: &Context<'_>) -> bool {
        let asked = reference.to_owned();
        let answer = self.ask(|repository| Question::Reference { repository, reference: asked }, context);
        matches!(answer, Answer::Commit { .. })
    }

    /// Whether some remote has a branch of this name, which `git checkout` then makes here.
    pub fn is_remote_branch(&self, name: &str, context: &Context<'_>) -> bool {
        let remotes = self.subsections("remote", context).unwrap_or_default();
        remotes.iter().any(|remote| self.has(&format!("refs/remotes/{remote}/{name}"), context))
    }

    /// Whether a branch of a remote is known here.
    pub fn has_tracked(&self, remote: &str, branch: &str, context: &Context<'_>) -> bool {
        self.has(&format!("refs/remotes/{remote}/{branch}"), context)
    }

    /// The remote and its branch that a name such as `origin/main` means.
    pub fn tracked(&self, name: &str, context: &Context<'_>) -> Option<(String, String)> {
        let name = name.strip_prefix("refs/").unwrap_or(name);
        let name = name.strip_prefix("remotes/").unwrap_or(name);
        let remotes = self.subsections("remote", context).unwrap_or_default();
        remotes.into_iter().find_map(|remote| {
            let branch = name.strip_prefix(&remote)?.strip_prefix('/')?.to_owned();
            Some((remote, branch))
        })
    }

    /// The full names a short name can mean here, as git tries them; empty if it is none.
    pub fn full_names(&self, name: &str, context: &Context<'_>) -> Vec<String> {
        if name.starts_with("refs/") {
            return vec![name.to_owned()];
        }
        ["refs/tags/", "refs/heads/", "refs/"]
            .iter()
            .map(|prefix| format!("{prefix}{name}"))
            .filter(|full| self.has(full, context) || is_made(full, context))
            .collect()
    }

    /// The commit that a revision means, where that is known.
    pub fn commit(&self, revision: &str, context: &Context<'_>) -> Option<Commit> {
        if let Some(commit) = Commit::parse(revision) {
            return Some(commit);
        }
        if context.state.world.refs_changed.is_some() {
            return None;
        }
        if matches!(revision, "HEAD" | "@") {
            if !context.state.world.heads.is_empty() || self.made.is_some() {
                let [branch] = self.branches(context).ok()?.try_into().ok()?;
                return self.tip(&branch, context).commit();
            }
            return match self.ask(|repository| Question::Head { repository }, context) {
                Answer::Reference { commit, .. } => commit,
                Answer::Commit { commit } => Some(commit),
                _ => None,
            };
        }
        let names = self.full_names(revision, context);
        let found = names.first().map(String::as_str);
        let remote = format!("refs/remotes/{revision}");
        self.tip(found.unwrap_or(&remote), context).commit().or_else(|| self.walked(revision, context))
    }

    /// The commit of a revision that only history or the reflog tells, where nothing in the command changes these.
    fn walked(&self, revision: &str, context: &Context<'_>) -> Option<Commit> {
        if !is_walked(revision) || !context.state.world.heads.is_empty() || self.made.is_some() {
            return None;
        }
        match self.ask(|repository| Question::Revision { repository, revision: revision.to_owned() }, context) {
            Answer::Commit { commit } => Some(commit),
            _ => None,
        }
    }

    /// Where a push to `name` goes: every address, rewritten as git would.
    pub fn push_addresses(&self, name: &str, context: &Context<'_>) -> Result<Vec<String>, String> {
        let urls = self.values(&format!("remote.{name}.url"), context)?;
        let push_urls = self.values(&format!("remote.{name}.pushurl"), context)?;
        let named = if urls.is_empty() && push_urls.is_empty() { vec![name.to_owned()] } else { urls };
        if push_urls.is_empty() {
            return named.iter().map(|url| self.rewritten(url, true, context)).collect();
        }
        push_urls.iter().map(|url| self.rewritten(url, false, context)).collect()
    }

    /// Applies `url.<base>.insteadOf`, and `pushInsteadOf` before it where that is asked for.
    fn rewritten(&self, url: &str, push: bool, context: &Context<'_>) -> Result<String, String> {
        let bases = self.subsections("url", context)?;
        for setting in if push { &["pushinsteadof", "insteadof"][..] } else { &["insteadof"] } {
            let mut best: Option<(usize, String)> = None;
            for base in &bases {
                for prefix in self.values(&format!("url.{base}.{setting}"), context)? {
                    let longer = best.as_ref().is_none_or(|(length, _)| prefix.len() > *length);
                    if let Some(rest) = url.strip_prefix(&prefix).filter(|_| longer) {
                        best = Some((prefix.len(), format!("{base}{rest}")));
                    }
                }
            }
            if let Some((_, rewritten)) = best {
                return Ok(rewritten);
            }
        }
        Ok(url.to_owned())
    }

    /// A remote by name or address, once for every address a push goes to.
    pub fn remotes(&self, name: &str, context: &Context<'_>) -> (Vec<Remote>, Option<String>) {
        match self.push_addresses(name, context) {
            Ok(addresses) => {
                let name = if addresses::is_address(name) { addresses::of_remote(name) } else { name.to_owned() };
                let unconfigured = addresses.iter().any(|address| *address == name && !addresses::is_address(address));
                let remote = |address: &String| Remote {
                    name: name.clone(),
                    url: (!unconfigured).then(|| addresses::of_remote(address)),
                };
                let why = unconfigured.then(|| format!("no remote called `{name}` is configured"));
                (addresses.iter().map(remote).collect(), why)
            }
            Err(why) => {
                let name = addresses::of_remote(name);
                (vec![Remote { name, url: None }], Some(why))
            }
        }
    }
}

/// The working tree that the command makes at a directory. What is below may be another repository.
fn made(directory: &Result<String, String>, context: &Context<'_>) -> Option<Worktree> {
    let directory = directory.as_ref().ok()?;
    let trees = &context.state.world.worktrees;
    trees.iter().find(|tree| tree.path == *directory).cloned()
}

/// Section and name of a setting in lower case; what stands between keeps its case.
pub(super) fn canonical_key(key: &str) -> String {
    match (key.split_once('.'), key.rsplit_once('.')) {
        (Some((section, rest)), Some((head, name))) if head.len() > section.len() => {
            let middle = rest.get(..rest.len() - name.len() - 1).unwrap_or_default();
            format!("{}.{middle}.{}", section.to_ascii_lowercase(), name.to_ascii_lowercase())
        }
        _ => key.to_ascii_lowercase(),
    }
}

/// Whether the command makes it: a tag whose name is not known is any tag.
fn is_made(full: &str, context: &Context<'_>) -> bool {
    context.state.world.made.iter().any(|made| made == full || made == "refs/tags/*" && full.starts_with("refs/tags/"))
}
/// Whether a revision goes on from a name by history or by the numbers of the reflog, or is the start of an id. What
/// a date or an upstream stands for may be another soon.
fn is_walked(revision: &str) -> bool {
    let is_short = revision.len() >= 4 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    let Some(at) = revision.find(['~', '^', '{']) else { return is_short };
    let (name, way) = revision.split_at(at);
    let (name, way) = match (name.strip_suffix('@'), way.strip_prefix('{').and_then(|way| way.split_once('}'))) {
        (Some(name), Some((number, way))) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => (name, way),
        _ => (name, way),
    };
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || "/._-@".contains(letter);
    !name.starts_with('-') && name.chars().all(is_name) && way.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '~' | '^'))
}

