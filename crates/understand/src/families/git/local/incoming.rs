//! What a merge, a rebase, a cherry-pick or a stash brings into the working tree that programs trust: hooks, settings of
//! tools and of the runtime, what a shell reads. Other files are what such commands are for.

use countersign_model::{Answer, PathClass, Question};

use super::super::Git;
use crate::Workspace as _;
use crate::context::Context;
use crate::paths;
use crate::word::{Value, Word};

/// Files of note that are told one by one.
const MOST: usize = 16;
/// Commits of one command that are looked at.
const MOST_COMMITS: usize = 4;

/// Options that take the next word.
fn takes_next(subcommand: &str, option: &str) -> bool {
    let own: &[&str] = match subcommand {
        "merge" => &["-m", "-s", "-F", "--file", "--into-name"],
        "cherry-pick" => &["-m", "--mainline"],
        "rebase" => &["-s", "-x", "--exec", "--onto", "-C", "--whitespace"],
        _ => &[],
    };
    own.contains(&option) || matches!(option, "-X" | "--strategy" | "--strategy-option" | "--cleanup" | "--empty")
}

/// Adds the files of note that the subcommand brings from commits that are known here. Of others, and of those it adds
/// to what is there, nobody knows more than that the working tree changes.
pub(super) fn effects(git: &Git<'_>, context: &mut Context<'_>) {
    let Some(root) = git.repo.root.clone() else { return };
    let Some(old) = git.repo.commit("HEAD", context) else { return };
    let mut told = 0;
    for revision in revisions(git, context) {
        // Of a range, its end has all that comes.
        let revision = revision.rsplit("..").next().unwrap_or(&revision).trim_start_matches('.');
        let Some(new) = git.repo.commit(revision, context).filter(|new| *new != old) else { continue };
        let question = Question::Changed { repository: root.clone(), old: Some(old.clone()), new };
        let Answer::Values { values } = context.workspace.ask(&question) else { continue };
        for line in &values {
            let path = line.split_once('\t').map_or(line.as_str(), |(_, path)| path);
            let value = Value::Known(format!("{root}/{path}"));
            let class = paths::locate_entry(&value, context).class;
            let is_of_note = matches!(class, PathClass::Countersign | PathClass::ToolConfiguration | PathClass::ShellConfiguration);
            if path == "*" || !is_of_note || told >= MOST {
                continue;
            }
            told += 1;
            let directory = std::mem::replace(&mut context.state.shell.directory, Ok(root.clone()));
            context.replace(&value);
            context.state.shell.directory = directory;
            let why = format!("{} brings it from {revision}", git.title());
            context.collected.amend_last(|effect| {
                effect.because.get_or_insert(why);
            });
        }
    }
}

/// The revisions that it takes files from.
fn revisions(git: &Git<'_>, context: &Context<'_>) -> Vec<String> {
    let mut words = git.words.iter();
    let mut operands: Vec<&Word> = Vec::new();
    while let Some(word) = words.next() {
        match word.text() {
            // What was begun before goes on, or is taken back.
            "--abort" | "--quit" | "--continue" | "--skip" => return Vec::new(),
            text if takes_next(&git.subcommand, text) => {
                words.next();
            }
            text if text.starts_with('-') => {}
            _ => operands.push(word),
        }
    }
    let known = |word: &&Word| word.known().map(str::to_owned);
    match git.subcommand.as_str() {
        "merge" | "cherry-pick" => operands.iter().take(MOST_COMMITS).filter_map(known).collect(),
        // What the remote had when it was last asked; what it has got since then is not known.
        "pull" => match operands.as_slice() {
            [] => upstream(git, context).into_iter().collect(),
            [remote, branch] => known(remote).zip(known(branch)).map(|(remote, branch)| format!("{remote}/{branch}")).into_iter().collect(),
            _ => Vec::new(),
        },
        "rebase" => operands.first().and_then(known).into_iter().collect(),
        "stash" if matches!(operands.first().and_then(|word| word.known()), Some("pop" | "apply" | "branch")) => {
            let named = operands.last().and_then(known).filter(|text| operands.len() > 1 && text.starts_with("stash@") || Some(text.as_str()) == Some("refs/stash"));
            // Older ones are in a log that is not read.
            match named.as_deref() {
                None | Some("stash@{0}" | "refs/stash") => vec!["refs/stash".to_owned()],
                Some(_) => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

/// The branch that a pull without words takes, as it was when it was last asked for.
fn upstream(git: &Git<'_>, context: &Context<'_>) -> Option<String> {
    let [branch] = <[String; 1]>::try_from(git.repo.branches(context).ok()?).ok()?;
    let own = branch.strip_prefix("refs/heads/")?;
    let setting = |name: &str| git.repo.last(&format!("branch.{own}.{name}"), context).ok().flatten();
    let merged = setting("merge")?;
    Some(format!("{}/{}", setting("remote")?, merged.strip_prefix("refs/heads/")?))
}

#[cfg(test)]
mod tests;
