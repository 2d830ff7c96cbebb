//! What understanding asks of the workspace on a family's behalf: directories, settings and files.

use std::rc::Rc;

use countersign_model::{Answer, Question};
use countersign_yaml::Node;

use super::Context;
use crate::Workspace as _;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::Value;

/// Bytes of files read for what stands in them, such as a tool's settings; those read again count again.
const MOST_OF_FILES: usize = 4 << 20;

impl Context<'_> {
    /// The directory that is the agent's workspace: the repository's top, or the call's directory.
    /// Never the home directory or one above it.
    pub fn top(&self) -> Option<&str> {
        let top = self.top.get_or_init(|| {
            let question = Question::Repository { directory: self.call_directory.clone() };
            let top = match self.workspace.ask(&question) {
                Answer::Directory { path } => path,
                _ => paths::normal("/", &self.call_directory),
            };
            let too_wide = top == "/" || paths::is_within(&self.surroundings.home, &top);
            (!too_wide && self.call_directory.starts_with('/')).then_some(top)
        });
        top.as_deref()
    }

    /// Where a change of the shell's directory to `path` leads; `physical`: links are followed
    /// before `..` is taken.
    pub fn directory_at(&self, path: &str, physical: bool) -> Result<String, String> {
        let directory = match &self.state.shell.directory {
            Ok(directory) => directory.as_str(),
            Err(_) if path.starts_with('/') => "/",
            Err(why) => return Err(why.clone()),
        };
        let whole = if path.starts_with('/') { path.to_owned() } else { format!("{directory}/{path}") };
        let links = &self.state.world.links;
        let literal = paths::normal("/", &whole);
        if links.iter().any(|link| paths::is_within(&literal, &link.name)) && whole.contains("..") {
            return Err("the command made a link on the way".to_owned());
        }
        if !physical {
            return Ok(literal);
        }
        match self.workspace.ask(&Question::Target { path: whole }) {
            Answer::Target { path, .. } => Ok(path),
            _ => Err("where the directory leads is not known".to_owned()),
        }
    }

    /// The value of a variable that chooses where a tool acts: set for the command, set in this text, or set
    /// for the runtime. `Ok(None)`: not set; `Err`: why that is not known.
    pub fn setting(&self, invocation: &Invocation, name: &str) -> Result<Option<String>, String> {
        match crate::environment::value(invocation, name) {
            Some(Value::Known(text)) => return Ok(Some(text)),
            Some(Value::Pattern(_)) => return Err(format!("{name} is a file name pattern")),
            Some(Value::Unknown { why, .. }) => return Err(why),
            None => {}
        }
        if let Some(why) = &self.state.shell.exports_unsure {
            return Err(why.clone());
        }
        match self.workspace.ask(&Question::Setting { name: name.to_owned() }) {
            // What every command inherits, this text may have set anew without exporting it.
            Answer::Values { values }
                if !values.is_empty() && self.state.shell.variables.contains_key(name) =>
            {
                match self.state.shell.variables.get(name) {
                    Some(Value::Known(text)) => Ok(Some(text.clone())),
                    _ => Err(format!("the value of {name} is not known")),
                }
            }
            Answer::Values { values } => Ok(values.into_iter().next()),
            Answer::Unknown { why } => Err(why),
            _ => Err(format!("the value of {name} is not known")),
        }
    }

    /// The text of a file that is read whole now, and whose change voids an approval. `Ok(None)`: there is no
    /// such file; `Err`: why its text is not known. `path` is absolute.
    pub fn file(&self, path: &str) -> Result<Option<String>, String> {
        if !path.starts_with('/') {
            return Err("the file's path is not known".to_owned());
        }
        match self.workspace.ask(&Question::Path { path: path.to_owned() }) {
            Answer::Text { text, whole: true, .. } => {
                self.files.set(self.files.get() + text.len());
                if self.files.get() > MOST_OF_FILES {
                    return Err("the call has too much of files to read".to_owned());
                }
                Ok(Some(text))
            }
            Answer::Text { .. } => Err("the file is too long, or no text".to_owned()),
            Answer::Absent => Ok(None),
            Answer::Directory { .. } => Err("it is a directory".to_owned()),
            Answer::Unknown { why } => Err(why),
            _ => Err("the file's text is not known".to_owned()),
        }
    }

    /// The files of a directory whose names end so, with those that the command itself writes; and whether these are
    /// all. Where nobody tells what is there, they are those that are not committed.
    pub fn files_in(&self, directory: &str, endings: &[&str]) -> (Vec<String>, bool) {
        let directory = directory.trim_end_matches('/');
        let is_one = |path: &str| {
            let (above, name) = paths::split(path);
            above.trim_end_matches('/') == directory && endings.iter().any(|end| name.ends_with(end))
        };
        let written = self.state.world.written.iter();
        let mut found: Vec<String> = written.clone().flat_map(|written| written.paths()).cloned().collect();
        let endings = endings.iter().map(|end| (*end).to_owned()).collect();
        let question = Question::Names { directory: directory.to_owned(), endings };
        let mut is_all =
            self.state.world.tree_changed.is_none() && !written.clone().any(|written| written.is_pattern);
        match self.workspace.ask(&question) {
            Answer::Values { values } => {
                is_all &= !values.iter().any(|name| name == "*");
                let names = values.iter().filter(|name| *name != "*");
                found.extend(names.map(|name| format!("{directory}/{name}")));
            }
            Answer::Absent => {}
            _ => {
                is_all = false;
                found.extend(self.top().into_iter().flat_map(|top| self.uncommitted(top)));
            }
        }
        found.retain(|path| is_one(path));
        found.sort();
        found.dedup();
        (found, is_all)
    }

    /// The files of a repository that are not committed, as far as git says.
    fn uncommitted(&self, top: &str) -> Vec<String> {
        let question = Question::Uncommitted { repository: top.to_owned() };
        let Answer::Values { values } = self.workspace.ask(&question) else { return Vec::new() };
        let paths = values.iter().filter_map(|line| line.split_once('\t'));
        paths.map(|(_, path)| format!("{}/{path}", top.trim_end_matches('/'))).collect()
    }

    /// A text as YAML; none where it is none. The same text again is not read again.
    pub fn yaml(&self, text: String) -> Option<Rc<Node>> {
        let mut last = self.yaml.borrow_mut();
        if let Some((known, node)) = last.as_ref()
            && *known == text
        {
            return node.clone();
        }
        let node = countersign_yaml::read(&text).ok().map(Rc::new);
        *last = Some((text, node.clone()));
        node
    }
}
