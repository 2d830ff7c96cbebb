//! Takes each question to the file that answers it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use countersign_model::{Answer, Question};
use countersign_understand::Workspace;

use crate::changed::{self, Budget};
use crate::configuration::Configuration;
use crate::references::{self, Head};
use crate::repository::Repository;
use crate::revision;
use crate::sources::Sources;
use crate::unknown::{Known, Unknown, path_text};
use crate::{index, look, lost, names, target, uncommitted};

/// This machine, as the agent's commands will find it.
///
/// What is read of a repository's place, HEAD and configuration, and of links on a way, is kept, so
/// that the answers of one machine fit together; make a new one for each decision.
///
/// A variable among `variables` that sends git elsewhere (`GIT_DIR`, `GIT_CONFIG_COUNT` and the like)
/// makes what it could change unknown: the agent's shell most likely has it too, or the agent can
/// remove it.
pub struct Machine {
    key: [u8; 32],
    /// At least one. Where they disagree, nobody knows.
    sources: Vec<Sources>,
    variables: BTreeSet<String>,
    /// The values of those that [`SETTINGS`](crate::SETTINGS) lists.
    settings: BTreeMap<String, String>,
    repositories: RefCell<BTreeMap<PathBuf, Known<Option<Rc<Repository>>>>>,
    configurations: RefCell<BTreeMap<PathBuf, Known<Rc<Vec<Configuration>>>>>,
    /// By git directory.
    heads: RefCell<BTreeMap<PathBuf, Known<Head>>>,
    links: RefCell<target::Links>,
    /// How long git may still be asked.
    budget: Budget,
    /// Git directories under other names than the canonical one.
    spellings: RefCell<BTreeMap<PathBuf, Vec<PathBuf>>>,
}

impl Machine {
    /// A machine that digests files under `key`. `variables` are the names set for this process.
    pub fn new(key: [u8; 32], sources: Sources, variables: BTreeSet<String>) -> Self {
        Self {
            key,
            sources: vec![sources],
            variables,
            settings: BTreeMap::new(),
            repositories: RefCell::new(BTreeMap::new()),
            configurations: RefCell::new(BTreeMap::new()),
            heads: RefCell::new(BTreeMap::new()),
            links: RefCell::new(target::Links::new()),
            budget: Budget::default(),
            spellings: RefCell::new(BTreeMap::new()),
        }
    }

    /// The same machine, where git may also read these: say so when the environment's `HOME` or
    /// `XDG_CONFIG_HOME` differ from the user's, since a repository's settings can forge them and a
    /// command can undo that. A setting that the two do not agree on is unknown.
    #[must_use]
    pub fn or_with(mut self, sources: Sources) -> Self {
        self.sources.push(sources);
        self
    }

    /// The same machine, where these variables have these values: what is not listed in [`SETTINGS`](crate::SETTINGS) is
    /// never told.
    #[must_use]
    pub fn with_settings(mut self, settings: BTreeMap<String, String>) -> Self {
        self.settings = settings;
        self
    }

    fn answer(&self, question: &Question) -> Known<Answer> {
        match question {
            Question::Path { path } => look::look(absolute(path)?, &self.key),
            Question::Names { directory, endings } => names::ending(absolute(directory)?, endings),
            Question::Target { path } => target::answer(absolute(path)?, &mut self.links.borrow_mut()),
            Question::Repository { directory } => {
                let directory = absolute(directory)?;
                let Some(repository) = self.find(directory)? else { return Ok(Answer::Absent) };
                self.remember_spelling(directory, &repository);
                Ok(Answer::Directory { path: path_text(&repository.top)? })
            }
            Question::Head { repository } => Ok(match self.head(&*self.repository(repository)?)? {
                Head::Detached(commit) => Answer::Commit { commit },
                Head::On(reference, commit) => Answer::Reference { reference, commit },
            }),
            Question::Reference { repository, reference } => {
                let commit = references::find(&*self.repository(repository)?, reference)?;
                Ok(commit.map_or(Answer::Absent, |commit| Answer::Commit { commit }))
            }
            Question::References { repository, prefix } => {
                let found = references::below(&*self.repository(repository)?, prefix)?;
                Ok(Answer::References { references: found.into_iter().collect() })
            }
            Question::Configuration { repository, key } => {
                let values = self.agreed(repository, |configuration| configuration.values(key))?;
                Ok(Answer::Values { values })
            }
            Question::Subsections { repository, section } => {
                let values = self.agreed(repository, |configuration| configuration.subsections(section))?;
                Ok(Answer::Values { values })
            }
            Question::Tracked { repository, path } => {
                self.refuse_variables(&["GIT_INDEX_FILE"])?;
                let tracked = index::is_tracked(&*self.repository(repository)?, absolute(path)?)?;
                Ok(if tracked { Answer::Yes } else { Answer::No })
            }
            // That it is not set gives nothing away.
            Question::Setting { name }
                if !countersign_understand::SETTINGS.contains(&name.as_str())
                    && self.variables.contains(name) =>
            {
                Err(Unknown::because(format!("the value of {name} is nobody's business")))
            }
            Question::Setting { name } => match self.settings.get(name) {
                Some(value) => Ok(Answer::Values { values: vec![value.clone()] }),
                None if self.variables.contains(name) => {
                    Err(Unknown::because(format!("the value of {name} is not known")))
                }
                None => Ok(Answer::Values { values: Vec::new() }),
            },
            Question::Changed { repository, old, new } => {
                changed::files(&self.repository(repository)?.top, old.as_ref(), new, &self.budget)
            }
            Question::Revision { repository, revision } => {
                let replaced = Question::References {
                    repository: repository.clone(),
                    prefix: "refs/replace/".to_owned(),
                };
                // A commit that stands in another's place has other ancestors.
                match self.answer(&replaced)? {
                    Answer::References { references } if references.is_empty() => {
                        revision::commit(&self.repository(repository)?.top, revision, &self.budget)
                    }
                    _ => Err(Unknown::because("some commits of this repository are replaced by others")),
                }
            }
            Question::Uncommitted { repository } => {
                self.refuse_variables(&["GIT_INDEX_FILE"])?;
                uncommitted::files(&*self.repository(repository)?, &self.budget)
            }
            Question::Lost { repository, pattern, passing } => {
                self.refuse_variables(&["GIT_INDEX_FILE"])?;
                lost::files(&*self.repository(repository)?, pattern, passing, &self.budget)
            }
            Question::Patch { repository, old, new, paths } => {
                let top = &self.repository(repository)?.top;
                changed::patch(top, old.as_ref(), new, paths, &self.key, &self.budget)
            }
            Question::Variable { name } => {
                Ok(if self.variables.contains(name) { Answer::Yes } else { Answer::No })
            }
        }
    }

    /// The repository whose top is `top`.
    fn repository(&self, top: &str) -> Known<Rc<Repository>> {
        let path = absolute(top)?;
        match self.find(path)? {
            Some(repository) if repository.top == path => Ok(repository),
            Some(_) | None => Err(Unknown::because(format!("{top} is not the top of a repository"))),
        }
    }

    fn find(&self, directory: &Path) -> Known<Option<Rc<Repository>>> {
        self.refuse_variables(&[
            "GIT_DIR",
            "GIT_WORK_TREE",
            "GIT_COMMON_DIR",
            "GIT_OBJECT_DIRECTORY",
            "GIT_NAMESPACE",
            "GIT_CEILING_DIRECTORIES",
            "GIT_DISCOVERY_ACROSS_FILESYSTEM",
        ])?;
        if let Some(known) = self.repositories.borrow().get(directory) {
            return known.clone();
        }
        let found = Repository::find(directory).map(|found| found.map(Rc::new));
        self.repositories.borrow_mut().insert(directory.to_owned(), found.clone());
        found
    }

    fn head(&self, repository: &Repository) -> Known<Head> {
        if let Some(known) = self.heads.borrow().get(&repository.git_dir) {
            return known.clone();
        }
        let head = references::head(repository);
        self.heads.borrow_mut().insert(repository.git_dir.clone(), head.clone());
        head
    }

    /// What every configuration that git may read says.
    fn agreed(&self, top: &str, of: impl Fn(&Configuration) -> Known<Vec<String>>) -> Known<Vec<String>> {
        let configurations = self.configurations(top)?;
        let mut each = configurations.iter().map(of);
        let first = each.next().ok_or_else(|| Unknown::because("there is no configuration"))??;
        for other in each {
            if other? != first {
                return Err(Unknown::because("it depends on which home directory git is told of"));
            }
        }
        Ok(first)
    }

    fn configurations(&self, top: &str) -> Known<Rc<Vec<Configuration>>> {
        let repository = self.repository(top)?;
        self.refuse_variables(&["GIT_CONFIG", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"])?;
        self.refuse_variables(&["GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS"])?;
        if self.sources.iter().all(|sources| sources.configuration_home.is_none()) {
            self.refuse_variables(&["XDG_CONFIG_HOME"])?;
        }
        if let Some(known) = self.configurations.borrow().get(&repository.git_dir) {
            return known.clone();
        }
        let branch = self.head(&repository).map(|head| match head {
            Head::On(name, _) => name.strip_prefix("refs/heads/").map(str::to_owned),
            Head::Detached(_) => None,
        });
        let without_system = self.variables.contains("GIT_CONFIG_NOSYSTEM");
        let spellings = self.spellings.borrow().get(&repository.git_dir).cloned().unwrap_or_default();
        let read = self
            .sources
            .iter()
            .map(|sources| Configuration::read(sources, without_system, &repository, &spellings, &branch));
        let read = read.collect::<Known<Vec<_>>>().map(Rc::new);
        self.configurations.borrow_mut().insert(repository.git_dir.clone(), read.clone());
        read
    }

    /// Conditional includes see a git directory under the name it is reached by, too.
    fn remember_spelling(&self, directory: &Path, repository: &Repository) {
        let spelled = directory
            .ancestors()
            .find(|ancestor| ancestor.canonicalize().is_ok_and(|canonical| canonical == repository.top));
        let Some(spelled) = spelled.filter(|spelled| **spelled != repository.top) else { return };
        let git_dir = match repository.git_dir.strip_prefix(&repository.top) {
            Ok(below) => spelled.join(below),
            Err(_) => return,
        };
        let mut spellings = self.spellings.borrow_mut();
        let known = spellings.entry(repository.git_dir.clone()).or_default();
        if !known.contains(&git_dir) {
            known.push(git_dir);
            self.configurations.borrow_mut().remove(&repository.git_dir);
        }
    }

    fn refuse_variables(&self, names: &[&str]) -> Known<()> {
        match names.iter().find(|name| self.variables.contains(**name)) {
            Some(name) => Err(Unknown::because(format!("{name} is set, so git may look elsewhere"))),
            None => Ok(()),
        }
    }
}

impl Workspace for Machine {
    fn ask(&self, question: &Question) -> Answer {
        self.answer(question).unwrap_or_else(Answer::from)
    }
}

fn absolute(path: &str) -> Known<&Path> {
    let path = Path::new(path);
    if path.has_root() && !path.as_os_str().as_encoded_bytes().contains(&0) {
        Ok(path)
    } else {
        Err(Unknown::because("not an absolute path"))
    }
}
