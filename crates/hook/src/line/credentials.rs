//! Which of the map's production credentials a process of the agent's could use.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use countersign_model::{Access, Answer, Certainty, Effect, Fact, Question, Resource, ToolCall};
use countersign_policy::{Bundle, fits_pattern};

/// Where credentials are looked for.
pub(super) struct Near<'n> {
    /// The user's own home.
    pub home: &'n Path,
    /// Names of the variables that are set.
    pub variables: &'n BTreeSet<String>,
    /// Where a path of a repository may begin: the working trees that a call acts in, and its own directory.
    pub directories: &'n [PathBuf],
}

impl Near<'_> {
    /// Those that are there for a process of the agent's. Exceptions count among variables; a file that one leaves out is
    /// there all the same.
    pub fn of<'l>(&self, listed: &'l [String]) -> impl Iterator<Item = &'l String> {
        listed.iter().enumerate().filter_map(|(index, name)| {
            let later = listed.get(index + 1..).unwrap_or_default();
            let exceptions: Vec<&str> = later.iter().filter_map(|one| one.strip_prefix('!')).collect();
            (!name.starts_with('!') && self.has(name, &exceptions)).then_some(name)
        })
    }

    fn has(&self, name: &str, exceptions: &[&str]) -> bool {
        if let Some(pattern) = variable(name) {
            let is_excepted = |set: &str| {
                exceptions.iter().filter_map(|one| variable(one)).any(|one| fits_pattern(one, set))
            };
            return self.variables.iter().any(|set| fits_pattern(pattern, set) && !is_excepted(set));
        }
        let below_home = ["~/", "$HOME/"].iter().find_map(|start| name.strip_prefix(start));
        match below_home {
            Some(below) => is_there(self.home, below),
            // Where another variable leads nobody knows here.
            None if name.starts_with('$') => true,
            None if name.starts_with('/') => is_there(Path::new("/"), name.trim_start_matches('/')),
            None => self.directories.iter().any(|directory| is_there(directory, name)),
        }
    }
}

/// Whether something below a directory is called so. Below one whose own name is a pattern, and where nobody can look, it
/// may be.
fn is_there(directory: &Path, name: &str) -> bool {
    let Some(first) = name.split('/').position(|part| part.contains(['*', '?'])) else {
        return directory.join(name).try_exists().unwrap_or(true);
    };
    let parts: Vec<&str> = name.split('/').collect();
    let (before, from) = parts.split_at(first);
    let Some(pattern) = from.first() else { return true };
    let entries = match std::fs::read_dir(directory.join(before.join("/"))) {
        Ok(entries) => entries,
        Err(error) => return !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
    };
    let fits = |name: &str| pattern.contains("**") || fits_pattern(pattern, name);
    entries.into_iter().any(|entry| entry.map_or(true, |entry| fits(&entry.file_name().to_string_lossy())))
}

/// The variable, or pattern of variables, that the name of a credential is; none where it is a file's.
fn variable(name: &str) -> Option<&str> {
    let is_letter = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '_' | '*' | '?');
    match name.strip_prefix('$') {
        Some(named) => (!named.contains('/')).then_some(named),
        None => (name.chars().all(is_letter) && name.chars().any(|c| c.is_ascii_uppercase())).then_some(name),
    }
}

/// Whether what a call starts is to be thought to use a credential. A file of the repository the project's own builds
/// and tests, and its services in containers, leave alone where nothing tells them of it: neither the call, nor what was
/// looked at to understand it. Whoever runs what nobody can read may not.
pub(super) fn is_usable(name: &str, call: &ToolCall, effects: &[Effect], facts: &[Fact]) -> bool {
    let known = ["exec.build", "exec.test", "exec.install", "exec.read", "container.build", "container.run"];
    let is_image = |effect: &Effect| {
        let Resource::Container { object, .. } = &effect.resource else { return false };
        effect.verb.as_str() == "container.run" && object == "image"
    };
    let is_own = |effect: &Effect| {
        effect.access != Access::Execute
            || known.contains(&effect.verb.as_str())
                && effect.certainty != Certainty::Opaque
                && !is_image(effect)
    };
    if variable(name).is_some() || name.starts_with(['~', '/', '$']) || !effects.iter().all(is_own) {
        return true;
    }
    let file = name.rsplit('/').next().unwrap_or(name).to_lowercase();
    let start = file.split(['*', '?']).next().unwrap_or(&file);
    let is_it = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
        name == file || start.len() < file.len() && name.starts_with(start)
    };
    let looked_at = facts.iter().any(|fact| {
        matches!(&fact.question, Question::Path { path } if is_it(path)) && fact.answer != Answer::Absent
    });
    if looked_at {
        return true;
    }
    let told = serde_json::to_string(&(&call.input, effects)).unwrap_or_default().to_lowercase();
    let mut parts =
        file.split(|letter: char| !letter.is_alphanumeric()).filter(|part| part.len() > 3).peekable();
    parts.peek().is_none() || parts.any(|part| told.contains(part))
}

/// The variables that a bundle's map names and that the call's text may read.
pub(super) fn mentioned(bundle: &Bundle, call: &ToolCall) -> Vec<String> {
    let mut names = bundle.map().variables().peekable();
    if names.peek().is_none() {
        return Vec::new();
    }
    let text = serde_json::to_string(&call.input).unwrap_or_default();
    names.filter(|name| text.contains(name)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there() {
        let home = tempfile::tempdir().unwrap();
        let tree = home.path().join("tree");
        std::fs::create_dir_all(tree.join("keys/a")).unwrap();
        for file in ["live.env", ".hidden.env", "keys/a/x.pem"] {
            std::fs::write(tree.join(file), "").unwrap();
        }
        std::fs::write(home.path().join(".live"), "").unwrap();
        let variables = ["SHOP_TOKEN", "token", "KUBECONFIG"].map(str::to_owned).into();
        let directories = [PathBuf::from("/nowhere"), tree.clone()];
        let near = Near { home: home.path(), variables: &variables, directories: &directories };
        let of = |listed: &[&str]| {
            let listed: Vec<String> = listed.iter().map(|name| (*name).to_owned()).collect();
            near.of(&listed).cloned().collect::<Vec<_>>().join(" ")
        };
        let whole = format!("{}/live.e*", tree.display());
        for name in [
            "SHOP_TOKEN",
            "SHOP_*",
            "*_TOKEN",
            "$token",
            "$tok*",
            "~/.live",
            "$HOME/.live",
            "~/.l*",
            "live.env",
            "*.env",
            ".*.env",
            "**/x.pem",
            "keys/*/x.pem",
            "keys/**",
            "$XDG_CONFIG_HOME/x",
            &whole,
        ] {
            assert_eq!(of(&[name]), name);
        }
        for name in [
            "SHOP",
            "OTHER_*",
            "$other",
            "~/.other",
            "$HOME/.other",
            "~/.o*",
            "dead.env",
            "*.pem",
            "keys/*.pem",
            "token",
            "vault:live/*",
            "nokeys/**",
        ] {
            assert_eq!(of(&[name]), "");
        }
        assert_eq!(of(&["*_TOKEN", "!SHOP_TOKEN", "KUBE*", "live.env", "!live.env"]), "KUBE* live.env");
    }
}
