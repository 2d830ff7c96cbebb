//! What a push or a pull request brings to a branch, by the files in which it differs from there: one
//! effect for each kind of file that more hangs on than on source code.
//!
//! Start at [`by_push`] and [`by_pull_request`]. `table` says which files are of which kind, `packages`
//! which packages a manifest gains.

mod commits;
mod committed;
mod packages;
mod table;

use std::collections::BTreeMap;

use countersign_model::{
    Answer, Certainty, Commit, Effect, ForgeRepository, PathClass, Question, Remote, Resource, Verb, verbs,
};

use crate::Workspace as _;
use crate::context::Context;
use crate::families::addresses;
use crate::families::resolve::{Repo, Tip};
use crate::families::says_production;
use crate::path_classes;
use crate::path_table::segments;

pub(crate) use commits::Commits;
pub(crate) use committed::{Paths, by_request, listed};

/// A kind of file, from the least that hangs on it to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Carried {
    Dependencies,
    Migration,
    Infrastructure,
    Delivery,
    Owners,
    Secrets,
}

impl Carried {
    const fn verb(self) -> Verb {
        match self {
            Self::Dependencies => verbs::CHANGE_DEPENDENCIES,
            Self::Migration => verbs::CHANGE_MIGRATION,
            Self::Infrastructure => verbs::CHANGE_INFRASTRUCTURE,
            Self::Delivery => verbs::CHANGE_DELIVERY,
            Self::Owners => verbs::CHANGE_OWNERS,
            Self::Secrets => verbs::CHANGE_SECRETS,
        }
    }
}

/// So many paths are named in an effect.
const FEW: usize = 5;

/// Why a change of Countersign's own file is looked at.
const PROPOSES: &str =
    "countersign.toml proposes what waits for approval here, and is in force once a reviewer signs it";

/// What stands at the end of a list of files that is not whole.
const MORE: &str = "*";

/// A branch of a remote that a push moves.
pub(crate) struct Pushed<'p> {
    pub repo: &'p Repo,
    pub remote: &'p Remote,
    /// Without `refs/heads/`.
    pub branch: &'p str,
    /// What it names now, as last seen from here.
    pub old: &'p Tip,
    /// What it would name.
    pub new: &'p Commit,
}

/// Adds what a push brings to a branch. Where that is not known the push itself says enough.
pub(crate) fn by_push(pushed: &Pushed<'_>, context: &mut Context<'_>) {
    let Some(root) = &pushed.repo.root else { return };
    let trunk = trunk(pushed.repo, &pushed.remote.name, context);
    let old = match pushed.old {
        Tip::At(old) => Some(old.clone()),
        Tip::Absent | Tip::Unknown => trunk.clone(),
    };
    if old.is_none() && *pushed.old == Tip::Unknown {
        return;
    }
    let Some(mut files) = changed(root, old.as_ref(), pushed.new, context) else { return };
    if files.kinds.is_empty() && !files.more {
        return;
    }
    // What the branch got from the trunk it does not bring.
    if trunk.is_some()
        && trunk != old
        && let Some(beyond) = changed(root, trunk.as_ref(), pushed.new, context)
    {
        files.keep(&beyond);
    }
    let repository = pushed.remote.url.clone().unwrap_or_else(|| "*".to_owned());
    let commits = [(old, pushed.new.clone())];
    files.push(root, &commits, &Place { repository, base: Some(pushed.branch.to_owned()) }, context);
}

/// The same for a push of what the command itself commits before it.
pub(crate) fn by_own_commits(
    repo: &Repo,
    source: &str,
    remote: &Remote,
    reference: &str,
    old: &Tip,
    context: &mut Context<'_>,
) {
    let Some(root) = &repo.root else { return };
    let name = source.strip_prefix("refs/heads/").unwrap_or(source);
    let branches = repo.branches(context);
    let is_head = matches!(name, "HEAD" | "@")
        || branches.is_ok_and(|branches| {
            branches.iter().any(|branch| branch.strip_prefix("refs/heads/") == Some(name))
        });
    let world = &context.state.world;
    let made = &world.made;
    let is_tag = reference.starts_with("refs/tags/")
        && (reference.contains('*') || made.iter().any(|tag| tag == reference));
    let is_made = is_tag && !made.is_empty();
    let is_made_here =
        world.branches_made.iter().any(|branch| branch.strip_prefix("refs/heads/") == Some(name));
    let repository = remote.url.clone().unwrap_or_else(|| "*".to_owned());
    let base = reference.strip_prefix("refs/heads/").unwrap_or(reference);
    let place = Place { repository, base: Some(base.to_owned()) };
    let from = old.commit().or_else(|| trunk(repo, &remote.name, context));
    let brought = if is_head || is_made { commits::brought(root, from.as_ref(), context) } else { None };
    match brought {
        Some(Ok(files)) => return files.push(root, &[], &place, context),
        // What cannot be seen into may do more than commit, and says so itself.
        Some(Err(_)) if context.state.world.opaque => return,
        _ => {}
    }
    // What it had before the command it has after a fetch, and at least that after a merge.
    let before = repo.tip_before(&format!("refs/heads/{name}"), context).commit();
    let before =
        before.or_else(|| if is_head || is_made_here { head(root, context).ok().flatten() } else { None });
    if let Some(new) = &before {
        by_push(&Pushed { repo, remote, branch: base, old, new }, context);
    }
    if let Some(why) = context.state.world.commits.unclear.clone().filter(|_| is_head || is_made_here) {
        unknown(&place, &why, context);
    }
}

/// The commit that was checked out before the command.
fn head(root: &str, context: &Context<'_>) -> Result<Option<Commit>, String> {
    match context.workspace.ask(&Question::Head { repository: root.to_owned() }) {
        Answer::Reference { commit, .. } => Ok(commit),
        Answer::Commit { commit } => Ok(Some(commit)),
        _ => Err("the branch's commit is not known".to_owned()),
    }
}

/// Says that it is not known what is brought.
fn unknown(place: &Place, why: &str, context: &mut Context<'_>) {
    // Who asks too much to be looked at does not get by.
    let full = context.workspace.is_full();
    let verb = if full { verbs::CHANGE_DELIVERY } else { verbs::CHANGE_UNKNOWN };
    let resource = place.resource(Vec::new(), 0);
    let why = format!("what it carries is not known: {why}");
    context.push(Effect::new(verb, resource).certain(Certainty::Partial, &why));
}

/// A pull request that is offered.
pub(crate) struct Offered<'o> {
    pub repository: &'o ForgeRepository,
    /// The branch it would change; none: the repository's default one.
    pub base: Option<&'o str>,
    /// The branch it comes from; none: the one that is checked out.
    pub head: Option<&'o str>,
    /// Why it is not sure which branches these are.
    pub doubt: Option<&'o str>,
}

/// Adds what a pull request brings to its base; says so where that is not known.
pub(crate) fn by_pull_request(offered: &Offered<'_>, context: &mut Context<'_>) {
    let repository = match offered.repository.name.as_str() {
        "*" => "*".to_owned(),
        name => format!("https://{}/{name}", offered.repository.host),
    };
    let place = Place { repository, base: offered.base.map(str::to_owned) };
    let looked = match offered.doubt {
        Some(why) => Err(why.to_owned()),
        None => look(offered, &place, context),
    };
    if let Err(why) = looked {
        unknown(&place, &why, context);
    }
}

/// Adds what a pull request brings that is merged, where that is known here: the merge itself says enough.
pub(crate) fn by_merge(offered: &Offered<'_>, context: &mut Context<'_>) {
    let repository = format!("https://{}/{}", offered.repository.host, offered.repository.name);
    let place = Place { repository, base: offered.base.map(str::to_owned) };
    // A failed look leaves nothing said.
    let _ = look(offered, &place, context);
}

fn look(offered: &Offered<'_>, place: &Place, context: &mut Context<'_>) -> Result<(), String> {
    let repo = Repo::open(&context.state.shell.directory, Vec::new(), context);
    let root = repo.root.clone().ok_or("there is no repository here")?;
    let remotes = forges(&repo, context)?;
    // A client that cannot tell the forge's repository by a remote's address takes the usual one.
    let unnamed = offered.repository.name == "*";
    let is_meant = |name: &str, forge: &Option<ForgeRepository>| match forge {
        Some(forge) => forge == offered.repository,
        None => unnamed && name == "origin",
    };
    let into = remotes.iter().find(|(name, forge)| is_meant(name, forge));
    let (into, _) = into.ok_or("the repository is none of the remotes here")?;
    let old = match offered.base {
        Some(base) => repo.tip(&format!("refs/remotes/{into}/{base}"), context).commit(),
        None => trunk(&repo, into, context),
    };
    let old = old.ok_or("the branch it goes to was not fetched")?;
    let head = match offered.head {
        Some(head) => head.to_owned(),
        None => repo.checked_out(context)?,
    };
    let own = head.rsplit(':').next().unwrap_or(&head);
    let is_own = repo.branches(context)?.iter().any(|branch| branch.strip_prefix("refs/heads/") == Some(own));
    if let Some(brought) = commits::brought(&root, Some(&old), context).filter(|_| is_own) {
        brought?.push(&root, &[], place, context);
        return Ok(());
    }
    let (owner, head) =
        head.split_once(':').map_or((None, head.as_str()), |(owner, head)| (Some(owner), head));
    // The branch may be ahead here, or on a remote: what either has may be in the request.
    let mut tips = vec![repo.tip(&format!("refs/heads/{head}"), context)];
    for (name, forge) in &remotes {
        let of = forge.as_ref().and_then(|forge| forge.name.split('/').next());
        if owner.is_none() || of == owner {
            tips.push(repo.tip(&format!("refs/remotes/{name}/{head}"), context));
        }
    }
    if tips.contains(&Tip::Unknown) {
        let changed = context.state.world.refs_changed.clone();
        return Err(changed.unwrap_or_else(|| "the branch's commit is not known".to_owned()));
    }
    let mut commits: Vec<Commit> = tips.iter().filter_map(Tip::commit).collect();
    commits.dedup();
    if commits.is_empty() {
        return Err("the branch it comes from is not here".to_owned());
    }
    let mut files = Files::default();
    let mut pairs = Vec::new();
    for new in commits {
        let found = changed(&root, Some(&old), &new, context).ok_or("git cannot compare its commits here")?;
        files.add(found);
        pairs.push((Some(old.clone()), new));
    }
    files.push(&root, &pairs, place, context);
    Ok(())
}

/// The remotes here, each with the repository of a forge that it is.
fn forges(repo: &Repo, context: &Context<'_>) -> Result<Vec<(String, Option<ForgeRepository>)>, String> {
    let mut found = Vec::new();
    for name in repo.subsections("remote", context)?.into_iter().take(8) {
        let url = repo.last(&format!("remote.{name}.url"), context)?;
        found.push((name, url.as_deref().and_then(addresses::forge)));
    }
    Ok(found)
}

/// The branch of a remote that others start from, as last seen from here.
fn trunk(repo: &Repo, remote: &str, context: &Context<'_>) -> Option<Commit> {
    let remote = if addresses::is_address(remote) { "origin" } else { remote };
    let names = ["HEAD", "main", "master"];
    names.iter().find_map(|name| repo.tip(&format!("refs/remotes/{remote}/{name}"), context).commit())
}

/// Where files are brought to.
struct Place {
    repository: String,
    base: Option<String>,
}

impl Place {
    fn resource(&self, paths: Vec<String>, count: usize) -> Resource {
        Resource::Change { repository: self.repository.clone(), base: self.base.clone(), paths, count }
    }
}

/// Files that more hangs on, each with its kind.
#[derive(Default)]
struct Files {
    kinds: BTreeMap<String, Carried>,
    /// Whether there are more files than were looked at.
    more: bool,
}

fn changed(root: &str, old: Option<&Commit>, new: &Commit, context: &Context<'_>) -> Option<Files> {
    if old == Some(new) {
        return Some(Files::default());
    }
    let question = Question::Changed { repository: root.to_owned(), old: old.cloned(), new: new.clone() };
    let Answer::Values { values } = context.workspace.ask(&question) else { return None };
    let mut files = Files::default();
    for line in &values {
        let path = line.split_once('\t').map_or(line.as_str(), |(_, path)| path);
        if path == MORE {
            files.more = true;
        } else if let Some(kind) = kind(path) {
            files.kinds.insert(path.to_owned(), kind);
        }
    }
    Some(files)
}

/// Whether a file holds values of a Terraform configuration, and does not say that they are secret.
fn is_variables(name: &str) -> bool {
    (name.ends_with(".tfvars") || name.ends_with(".tfvars.json")) && !name.contains("secret")
}

/// Whether it is the file in which a repository proposes its policy.
fn is_policy(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.eq_ignore_ascii_case("countersign.toml"))
}

/// What hangs on a file, by its path from the repository's top.
fn kind(path: &str) -> Option<Carried> {
    let lower = format!("{}/{}", table::TOP, path.to_lowercase());
    let segments = segments(&lower);
    let name = lower.rsplit('/').next().unwrap_or_default();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let aside = lower.split('/').any(|part| table::ASIDE.binary_search(&part).is_ok());
    if aside || table::DOCUMENTATION.binary_search(&ending).is_ok() {
        return None;
    }
    let mut most = match path_classes::of(&lower) {
        // Variables of infrastructure that a repository holds are, first of all, what is provisioned.
        PathClass::Secret if is_variables(name) => None,
        PathClass::Secret => Some(Carried::Secrets),
        PathClass::Delivery => Some(Carried::Delivery),
        PathClass::Ordinary
        | PathClass::Rebuildable
        | PathClass::ToolConfiguration
        | PathClass::ShellConfiguration
        | PathClass::Countersign => None,
    };
    let mut found = |kind| most = most.max(Some(kind));
    table::TABLE.each(&segments, &mut found);
    if table::SOURCE.binary_search(&ending).is_err() {
        table::NO_SOURCE.each(&segments, &mut found);
    }
    if table::DESCRIBES.contains(&ending) && directories(path).any(says_production) {
        found(Carried::Infrastructure);
    }
    most
}

/// The names of the directories above a file.
fn directories(path: &str) -> impl Iterator<Item = &str> {
    path.rsplit_once('/').into_iter().flat_map(|(directory, _)| directory.split('/'))
}

impl Files {
    fn add(&mut self, other: Self) {
        self.kinds.extend(other.kinds);
        self.more |= other.more;
    }

    /// Keeps what is among the others too.
    fn keep(&mut self, others: &Self) {
        if !others.more {
            self.more = false;
            self.kinds.retain(|path, _| others.kinds.contains_key(path));
        }
    }

    /// Adds an effect for each kind.
    fn push(
        self,
        root: &str,
        commits: &[(Option<Commit>, Commit)],
        place: &Place,
        context: &mut Context<'_>,
    ) {
        let mut by_kind: BTreeMap<Carried, Vec<String>> = BTreeMap::new();
        for (path, kind) in self.kinds {
            by_kind.entry(kind).or_default().push(path);
        }
        if self.more && !by_kind.contains_key(&Carried::Delivery) {
            by_kind.insert(Carried::Delivery, Vec::new());
        }
        for (kind, mut paths) in by_kind.into_iter().rev() {
            let because = match kind {
                Carried::Dependencies => {
                    let commits = commits.last().cloned();
                    commits.and_then(|(old, new)| packages::gained(root, old, new, &paths, context))
                }
                Carried::Owners if paths.iter().any(|path| is_policy(path)) => Some(PROPOSES.to_owned()),
                _ => None,
            };
            let count = paths.len();
            paths.truncate(FEW);
            let effect = Effect::new(kind.verb(), place.resource(paths, count));
            context.push(match because {
                _ if self.more && kind == Carried::Delivery => {
                    let why = "it carries more files than are looked at, any of which may be configuration";
                    effect.certain(Certainty::Partial, why)
                }
                Some(because) => effect.because(&because),
                None => effect,
            });
        }
    }
}

#[cfg(test)]
mod tests;
