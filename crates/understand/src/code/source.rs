//! Which text a file has when a command runs it: the one on disk, unless the command itself writes it first.

use crate::context::{Context, World};
use crate::glob;
use crate::paths::{self, Located};

/// Files that one call may write and that are followed.
pub(super) const MOST_WRITTEN: usize = 64;
/// Texts that a file may have, all of which are looked at.
const MOST_TEXTS: usize = 4;

/// A file that an earlier part of the command writes.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    /// All paths it can mean.
    paths: Vec<String>,
    /// Whether its path is not exactly known.
    pub is_pattern: bool,
    /// What is written, if that is known.
    text: Option<String>,
    /// Whether it comes after what is there.
    appends: bool,
    /// Whether what is written comes from the network or out of a decoder.
    pub foreign: bool,
    /// Whether the shell keeps it open, so that later commands write it.
    pub is_open: bool,
}

/// The text of a file by the time it runs.
#[derive(Debug)]
pub(crate) enum Source {
    /// One of these.
    Texts(Vec<String>),
    /// There is no such file.
    Absent,
    /// It comes from the network or out of a decoder.
    Foreign,
    /// It is not known: why.
    Unknown(String),
}

impl World {
    /// Says that a file is written, with what nobody knows.
    pub fn writes(&mut self, located: &Located) {
        if self.written.len() >= MOST_WRITTEN {
            self.tree_changed.get_or_insert_with(|| "the command writes too many files first".to_owned());
            return;
        }
        self.written.push(Written {
            paths: located.readings().map(str::to_owned).collect(),
            is_pattern: located.why.is_some(),
            text: None,
            appends: false,
            foreign: false,
            is_open: false,
        });
    }

    /// Says what the file that was written last holds; only if it is the only one since there were `before`.
    pub fn wrote(&mut self, before: usize, text: &str, appends: bool) {
        if let Some([written]) = self.written.get_mut(before..)
            && !written.is_pattern
        {
            written.text = Some(text.to_owned());
            written.appends = appends;
        }
    }
}

impl Written {
    /// All paths it can mean.
    pub fn paths(&self) -> &[String] {
        &self.paths
    }

    /// Whether it may be the file, or hold it.
    pub fn touches(&self, located: &Located) -> bool {
        located.readings().any(|path| self.holds(path))
    }

    /// Whether this path is what was written, or within it.
    pub fn holds(&self, path: &str) -> bool {
        self.paths.iter().any(|written| {
            written == "*"
                || paths::is_within(path, written)
                || (self.is_pattern && glob::is_pattern(written) && glob::matches(written, path))
        })
    }

    /// Whether a path that is not exactly known may mean it.
    pub fn is_meant_by(&self, pattern: &str) -> bool {
        self.paths.iter().any(|written| pattern == "*" || glob::matches(pattern, written))
    }
}

/// The text that a file has at this point of the command.
pub(crate) fn of(located: &Located, context: &Context<'_>) -> Source {
    let world = &context.state.world;
    if world.is_foreign(located) {
        return Source::Foreign;
    }
    if let Some(why) = &located.why {
        return Source::Unknown(format!("which file it runs is not known: {why}"));
    }
    if world.links.iter().any(|link| located.readings().any(|path| paths::is_within(path, &link.name))) {
        return Source::Unknown("the command itself makes a link there first".to_owned());
    }
    let on_disk = context.file(&located.path);
    let mut texts: Vec<String> = match on_disk {
        Ok(text) => text.into_iter().collect(),
        Err(why) => return Source::Unknown(format!("it runs a file whose text is not known: {why}")),
    };
    if let Some(why) = &world.tree_changed {
        return Source::Unknown(why.clone());
    }
    for written in world.written.iter().filter(|written| written.touches(located)) {
        let Some(text) = &written.text else {
            return Source::Unknown("the command itself writes this file first".to_owned());
        };
        if written.appends {
            let mut longer: Vec<String> = texts.iter().map(|before| format!("{before}{text}")).collect();
            if longer.is_empty() {
                longer.push(text.clone());
            }
            texts.extend(longer);
        } else {
            texts.push(text.clone());
        }
        texts.dedup();
        if texts.len() > MOST_TEXTS {
            return Source::Unknown("the command itself writes this file several times first".to_owned());
        }
    }
    if texts.is_empty() { Source::Absent } else { Source::Texts(texts) }
}

/// Whether a file is a program of this name that a package manager put there, and still is.
pub(crate) fn is_installed(located: &Located, name: &str, context: &Context<'_>) -> bool {
    let world = &context.state.world;
    let wrapper = matches!(name, "gradlew" | "mvnw");
    let folder = ["/node_modules/.bin/", "/.venv/bin/", "/venv/bin/", "/vendor/bin/"]
        .iter()
        .any(|folder| located.path.ends_with(&format!("{folder}{name}")));
    (wrapper || folder)
        && located.why.is_none()
        && world.tree_changed.is_none()
        && !world.written.iter().any(|written| written.touches(located))
}
