//! git's configuration as seen from one repository: system, user, repository, working tree.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::repository::Repository;
use crate::sources::Sources;
use crate::unknown::{Known, Unknown, text};

mod include;
mod pattern;
mod syntax;

use include::{Conditions, Reader};
pub(crate) use syntax::{Entry, parse};

/// All settings, in the order in which later ones win.
pub(crate) struct Configuration {
    /// The system's: one list for each git that could run.
    system: Vec<Vec<Entry>>,
    /// The user's, the repository's and the working tree's.
    own: Vec<Entry>,
    /// Whether remotes may also be defined in the old way, in files of their own.
    old_remotes: bool,
}

impl Configuration {
    /// Reads what git would read in `repository`, whose git directory was also asked for as `also`.
    ///
    /// `without_system` says that git may have been told to leave out the system's configuration.
    pub(crate) fn read(
        sources: &Sources,
        without_system: bool,
        repository: &Repository,
        also: &[PathBuf],
        branch: &Known<Option<String>>,
    ) -> Known<Self> {
        let conditions = Conditions { home: &sources.home, git_dir: &repository.git_dir, also, branch };
        let mut own = sources.of_own().to_vec();
        own.push(repository.common_dir.join("config"));
        if repository.worktree_configuration {
            own.push(repository.git_dir.join("config.worktree"));
        }
        let read = |reader: &Reader<'_>| -> Known<(Vec<Vec<Entry>>, Vec<Entry>)> {
            let mut system = Vec::new();
            for path in &sources.system {
                system.push(reader.read(path)?);
            }
            if without_system {
                system.push(Vec::new());
            }
            let mut entries = Vec::new();
            for path in &own {
                entries.append(&mut reader.read(path)?);
            }
            Ok((system, entries))
        };
        let reader = Reader::new(&conditions);
        let (mut system, mut own) = read(&reader)?;
        if let Some(reader) = reader.with_addresses(system.iter().flatten().chain(&own))? {
            (system, own) = read(&reader)?;
        }
        Ok(Self { system, own, old_remotes: repository.has_old_remotes()? })
    }

    /// All values of `key`, in order. A setting without `=` is `true`.
    pub(crate) fn values(&self, key: &str) -> Known<Vec<String>> {
        let key = canonical(key)?;
        if self.old_remotes && key.starts_with(b"remote.") {
            return Err(Unknown::because("remotes are also defined in files of the old kind"));
        }
        let of = |entries: &[Entry]| -> Vec<Vec<u8>> {
            let entries = entries.iter().filter(|entry| entry.key == key);
            entries.map(|entry| entry.value.clone().unwrap_or_else(|| b"true".to_vec())).collect()
        };
        let values = self.agreed(of)?.into_iter().chain(of(&self.own));
        values.map(|value| text(&value)).collect()
    }

    /// The subsections of `section`, each once, in order.
    pub(crate) fn subsections(&self, section: &str) -> Known<Vec<String>> {
        let prefix = [section.to_ascii_lowercase().as_bytes(), b"."].concat();
        if self.old_remotes && prefix == b"remote." {
            return Err(Unknown::because("remotes are also defined in files of the old kind"));
        }
        let of = |entries: &[Entry]| -> Vec<Vec<u8>> {
            let keys = entries.iter().filter_map(|entry| entry.key.strip_prefix(prefix.as_slice()));
            keys.filter_map(|rest| {
                let dot = rest.iter().rposition(|&byte| byte == b'.')?;
                rest.get(..dot).map(<[u8]>::to_vec)
            })
            .collect()
        };
        let mut seen = BTreeSet::new();
        let names = self.agreed(of)?.into_iter().chain(of(&self.own));
        names.filter(|name| seen.insert(name.clone())).map(|name| text(&name)).collect()
    }

    /// What every system configuration says.
    fn agreed(&self, of: impl Fn(&[Entry]) -> Vec<Vec<u8>>) -> Known<Vec<Vec<u8>>> {
        let mut each = self.system.iter().map(|entries| of(entries));
        let first = each.next().unwrap_or_default();
        if each.all(|other| other == first) {
            Ok(first)
        } else {
            Err(Unknown::because("it depends on which installed git runs"))
        }
    }
}

/// Section and name in lower case, the subsection as it is.
fn canonical(key: &str) -> Known<Vec<u8>> {
    let (section, rest) = key.split_once('.').ok_or_else(|| Unknown::because("not the name of a setting"))?;
    let (subsection, name) = rest.rsplit_once('.').map_or((None, rest), |(sub, name)| (Some(sub), name));
    let (section, name) = (section.to_ascii_lowercase(), name.to_ascii_lowercase());
    Ok(match subsection {
        Some(subsection) => format!("{section}.{subsection}.{name}"),
        None => format!("{section}.{name}"),
    }
    .into_bytes())
}
