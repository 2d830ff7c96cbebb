//! Where on this machine a call acts: the working trees and the remotes whose policies have a say in it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use countersign_model::{Access, Answer, Effect, Question, Resource};
use countersign_understand::{Understanding, Workspace};

/// What a call concerns.
pub(super) struct Concerned {
    /// Working trees, by their tops.
    pub roots: BTreeSet<String>,
    /// Addresses of remotes.
    pub remotes: BTreeSet<String>,
}

impl Concerned {
    /// The working tree of the call, those that its commands work in or change files in, and those of `beside`, where its
    /// session began: to step out of a working tree does not leave its policy behind.
    pub fn by<'d>(
        understanding: &'d Understanding,
        tree: Option<&String>,
        beside: impl Iterator<Item = &'d str>,
        machine: &dyn Workspace,
    ) -> Self {
        let mut roots: BTreeSet<String> = tree.into_iter().cloned().collect();
        let directories = understanding.directories.iter().map(String::as_str).chain(beside);
        roots.extend(directories.filter_map(|directory| tree_or_itself(directory, machine)));
        roots.extend(trees(&understanding.effects, machine));
        let mut remotes = BTreeSet::new();
        for effect in &understanding.effects {
            match &effect.resource {
                Resource::Ref { repository, .. } | Resource::Repository { repository } => {
                    roots.extend(repository.root.clone());
                    remotes.extend(repository.remote.as_ref().and_then(|remote| remote.url.clone()));
                }
                Resource::PullRequest { repository, .. } | Resource::Forge { repository, .. } => {
                    remotes.insert(format!("https://{}/{}", repository.host, repository.name));
                }
                Resource::Path { .. }
                | Resource::Host { .. }
                | Resource::Program { .. }
                | Resource::Tool { .. }
                | Resource::Secret { .. }
                | Resource::Cluster { .. }
                | Resource::Cloud { .. }
                | Resource::Database { .. }
                | Resource::Stack { .. }
                | Resource::App { .. }
                | Resource::Container { .. }
                | Resource::Package { .. }
                | Resource::Change { .. } => {}
            }
        }
        Self { roots, remotes }
    }
}

/// The addresses of a working tree's remotes; none where they cannot be told.
pub(super) fn remotes_of(root: &str, machine: &dyn Workspace) -> Option<Vec<String>> {
    let repository = root.to_owned();
    let section = "remote".to_owned();
    let names = values(machine.ask(&Question::Subsections { repository: repository.clone(), section }))?;
    let keys = names.iter().flat_map(|name| ["pushurl", "url"].map(|kind| format!("remote.{name}.{kind}")));
    let address =
        |key: String| values(machine.ask(&Question::Configuration { repository: repository.clone(), key }));
    keys.map(address).collect::<Option<Vec<_>>>().map(|addresses| addresses.concat())
}

fn values(answer: Answer) -> Option<Vec<String>> {
    match answer {
        Answer::Values { values } => Some(values),
        Answer::Absent | Answer::No => Some(Vec::new()),
        _ => None,
    }
}

/// The top of the working tree that a directory is in.
pub(super) fn working_tree(directory: &str, workspace: &dyn Workspace) -> Option<String> {
    let question = Question::Repository { directory: directory.to_owned() };
    match workspace.ask(&question) {
        Answer::Directory { path } => Some(path),
        _ => None,
    }
}

/// The top of the working tree; where that cannot be told, the directory itself, whose remotes then cannot be told either.
fn tree_or_itself(directory: &str, machine: &dyn Workspace) -> Option<String> {
    match machine.ask(&Question::Repository { directory: directory.to_owned() }) {
        Answer::Directory { path } => Some(path),
        Answer::Unknown { .. } => Some(directory.to_owned()),
        _ => None,
    }
}

/// The working trees that the files lie in which a call changes.
pub(super) fn trees(effects: &[Effect], machine: &dyn Workspace) -> Vec<String> {
    let changed = effects.iter().filter(|effect| effect.access != Access::Read);
    let paths = changed.filter_map(|effect| match &effect.resource {
        Resource::Path { path, .. } => Some(Path::new(path)),
        _ => None,
    });
    // What is changed may be a directory itself; many files lie in few.
    let places: BTreeSet<&Path> =
        paths.map(|path| path.parent().filter(|_| !path.is_dir()).unwrap_or(path)).collect();
    let above = |path: &Path| path.ancestors().find(|above| above.is_dir()).map(Path::to_path_buf);
    let directories: BTreeSet<PathBuf> = places.into_iter().filter_map(above).collect();
    let tree = |directory: PathBuf| working_tree(&directory.to_string_lossy(), machine);
    directories.into_iter().filter_map(tree).collect::<BTreeSet<String>>().into_iter().collect()
}
