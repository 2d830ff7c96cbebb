//! The repository a command is run in, as `init` sees it.

use std::path::{Path, PathBuf};

use anyhow::Result;
use countersign_model::{Answer, Question};
use countersign_policy::Seen;
use countersign_understand::Workspace as _;
use countersign_workspace::{Machine, Sources};

use crate::output::WithHint as _;
use crate::{edge, nearby, reading};

/// The proposal's file name, at the repository's top.
pub const PROPOSAL: &str = "countersign.toml";

/// The top directory of the repository here.
pub fn top() -> Result<PathBuf> {
    let here = edge::here()?;
    let question = Question::Repository { directory: here.display().to_string() };
    match machine()?.ask(&question) {
        Answer::Directory { path } => Ok(PathBuf::from(path)),
        Answer::Unknown { why } => {
            Err(anyhow::anyhow!("cannot tell the repository of `{}`: {why}", here.display()))
        }
        _ => Err(anyhow::anyhow!("`{}` is not in a git repository", here.display()))
            .hint("go to the repository that agents work in"),
    }
}

/// Whether there is a proposal in a working tree, whatever it holds.
pub fn has_proposal(top: &Path) -> bool {
    std::fs::symlink_metadata(top.join(PROPOSAL)).is_ok()
}

/// This machine, for questions about files and repositories.
pub fn machine() -> Result<Machine> {
    // Digests of files are not kept from this machine, so any key will do.
    Ok(Machine::new([0; 32], Sources::of_user(&edge::user_home()?, None), edge::variables()))
}

/// Answers what stands at a path below a directory, for as many threads as ask.
pub fn files(top: PathBuf) -> impl Fn(&str) -> Answer + Sync {
    // What a machine keeps is one thread's: each question has its own.
    move |file| match machine() {
        Ok(machine) => machine.ask(&Question::Path { path: top.join(file).display().to_string() }),
        Err(error) => Answer::Unknown { why: error.to_string() },
    }
}

/// Remotes, branches, CI workflows, and names in the files of tools.
pub fn look(top: &Path) -> Result<Seen> {
    let machine = machine()?;
    let repository = top.display().to_string();
    let names =
        values(&machine, Question::Subsections { repository: repository.clone(), section: "remote".into() });
    let mut remotes = Vec::new();
    for name in names {
        for kind in ["pushurl", "url"] {
            let key = format!("remote.{name}.{kind}");
            let urls = values(&machine, Question::Configuration { repository: repository.clone(), key });
            remotes.extend(urls.into_iter().map(|url| (name.clone(), url)));
        }
    }
    let branches = |prefix: &str| references(&machine, &repository, prefix);
    Ok(Seen {
        remotes,
        default_branch: default_branch(top),
        workflows: workflows(top),
        local_branches: branches("refs/heads/"),
        remote_branches: branches("refs/remotes/origin/").into_iter().filter(|name| name != "HEAD").collect(),
        root: Some(repository),
        named: nearby::names(top)?,
    })
}

/// What git asks for credentials here, for any host or for some.
pub fn credential_helpers(top: &Path) -> Result<Vec<String>> {
    let machine = machine()?;
    let repository = top.display().to_string();
    let section = Question::Subsections { repository: repository.clone(), section: "credential".into() };
    let scoped = values(&machine, section).into_iter().map(|scope| format!("credential.{scope}.helper"));
    let keys = std::iter::once("credential.helper".to_owned()).chain(scoped);
    let helpers = keys
        .flat_map(|key| values(&machine, Question::Configuration { repository: repository.clone(), key }));
    Ok(helpers.filter(|helper| !helper.is_empty()).collect())
}

fn values(machine: &Machine, question: Question) -> Vec<String> {
    match machine.ask(&question) {
        Answer::Values { values } => values,
        _ => Vec::new(),
    }
}

fn references(machine: &Machine, repository: &str, prefix: &str) -> Vec<String> {
    let question = Question::References { repository: repository.to_owned(), prefix: prefix.to_owned() };
    match machine.ask(&question) {
        Answer::References { references } => references
            .into_iter()
            .filter_map(|(name, _)| name.strip_prefix(prefix).map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}

/// The branch that the remote's HEAD named when it was cloned.
fn default_branch(top: &Path) -> Option<String> {
    let text = reading::text(&top.join(".git/refs/remotes/origin/HEAD")).ok()?;
    text.trim().strip_prefix("ref: refs/remotes/origin/").map(str::to_owned)
}

/// GitHub's and GitLab's workflow files, with their text.
fn workflows(top: &Path) -> Vec<(String, String)> {
    let folder = top.join(".github/workflows");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(std::result::Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "yml" || ending == "yaml"))
        .collect();
    files.sort();
    files.push(top.join(".gitlab-ci.yml"));
    files
        .into_iter()
        .filter_map(|path| {
            let text = reading::text(&path).ok()?;
            let name = path.strip_prefix(top).ok()?.display().to_string();
            Some((name, text))
        })
        .collect()
}
