//! Which patterns the shell itself expands, so that they name files of one directory.
//!
//! `rm *.log` can remove nothing below another directory, while what a search finds by `*.log` may lie anywhere below its
//! start. Both come to the families as patterns; this tells the first kind by how it was written.

use countersign_model::Resource;

use crate::context::{Context, ShellState};
use crate::invocation::Invocation;
use crate::paths;
use crate::word::{Value, Word};

/// Programs that take names of files as they are, and look for none by a pattern themselves.
const TAKE_NAMES: &[&str] = &[
    "cat", "chgrp", "chmod", "chown", "cp", "gzip", "head", "ln", "ls", "mv", "perl", "rm", "sed", "shred",
    "stat", "tail", "tee", "touch", "truncate", "unlink", "wc",
];

/// The paths of the patterns among a command's words that the shell expands, in a directory that is named.
pub(crate) fn paths(invocation: &Invocation, context: &Context<'_>) -> Vec<String> {
    let shell = &context.state.shell;
    let Some(name) = invocation.first.known() else { return Vec::new() };
    if !TAKE_NAMES.contains(&name) || shell.functions.contains_key(name) || shell.aliases.contains_key(name) {
        return Vec::new();
    }
    let patterns = || invocation.words.iter().filter(|word| matches!(word.value, Value::Pattern(_)));
    // One that a search brought may look like one that was written.
    if !patterns().all(|word| is_written(word) || is_of_a_loop(word, shell)) {
        return Vec::new();
    }
    patterns()
        .filter(|word| is_in_one_directory(word.text()))
        .filter_map(|word| paths::weighable(&word.value, context))
        .collect()
}

/// Whether the path is one of these. A link that the call makes may lead elsewhere.
pub(crate) fn is_expanded(resource: &Resource, context: &Context<'_>) -> bool {
    let Resource::Path { path, .. } = resource else { return false };
    !context.expanded.is_empty() && context.state.world.links.is_empty() && context.expanded.contains(path)
}

/// Whether it is a pattern that the shell expands, in a directory that is named.
pub(super) fn is_spelled(word: &Word) -> bool {
    matches!(word.value, Value::Pattern(_)) && is_written(word) && is_in_one_directory(word.text())
}

impl ShellState {
    /// A loop's variable stands for the files of a pattern that the shell spelled, one by one.
    pub(super) fn spells(&mut self, name: &str, pattern: &Value) {
        if self.variables.get(name) == Some(pattern) {
            self.spelled.insert(name.to_owned(), pattern.text().to_owned());
        }
    }
}

/// Whether the word is a loop's variable that stands for one such file. Without quotes a blank in the file's name would
/// make several words of it, which may name anything.
fn is_of_a_loop(word: &Word, shell: &ShellState) -> bool {
    let Some(name) = word.raw.strip_prefix("\"$").and_then(|rest| rest.strip_suffix('"')) else {
        return false;
    };
    let name = name.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(name);
    word.span.is_some() && shell.spelled.get(name).is_some_and(|pattern| pattern == word.text())
}

/// Whether the word stands in the command as it is: no variable, no output, no brace made it.
fn is_written(word: &Word) -> bool {
    word.span.is_some() && word.raw == word.text()
}

/// Whether only its last name has a wildcard, and nothing that some shell takes for directories as well.
fn is_in_one_directory(text: &str) -> bool {
    let (directory, name) = text.rsplit_once('/').unwrap_or(("", text));
    let special = ['(', ')', '{', '}', '#', '^', '~', '\\', '|', '<', '>'];
    !directory.contains(['*', '?', '[']) && !text.contains(special) && !name.contains("**")
}

#[cfg(test)]
mod tests {
    use crate::fixture::understood;

    fn expanded(command: &str) -> bool {
        let effects = understood(command, &[]).effects;
        effects.iter().any(|effect| effect.expanded)
    }

    #[test]
    fn a_pattern_as_it_is_written_stays_in_its_directory() {
        for command in [
            "rm -f *.log",
            "rm -f ../*.log",
            "sed -i 's/a/b/' *.md",
            "sed -i s/a/b/ src/*.js",
            "mv *.log /tmp/",
            "touch src/?.js",
            "cd src && rm -- [ab].js",
            "find . -maxdepth 1 -name '*.log' -delete",
            "find . -maxdepth 1 -type f -name '*.log' -mtime +3 -delete",
            "for f in *.md; do sed -i 's/a/b/' \"$f\"; done",
            "for f in src/*.js lib/*.js; do rm -f \"${f}\"; done",
            "for f in *.md; do [ -f \"$f\" ] || continue; truncate -s 0 \"$f\"; done",
        ] {
            assert!(expanded(command), "{command}");
        }
    }

    #[test]
    fn what_a_search_finds_and_what_a_program_looks_for_does_not() {
        for command in [
            "find . -name '*.bak' -delete",
            "find . -name *.bak -delete",
            "find . -name '*.bak' -exec rm {} +",
            "find . -name '*.bak' | xargs rm",
            "rm *.bak $(find . -name '*.bak')",
            "for f in $(find . -name '*.bak'); do rm $f; done",
            "grep -rl total . --include=*.js | xargs sed -i s/a/b/",
            "git rm *.log",
            "git checkout -- *.yml",
            "alias rm='git rm'; rm *.log",
            "rm -f **/*.log",
            "rm -f **.log",
            "rm -f */a.log",
            "ln -s k8s/prod a.log; touch *.log",
            "A='*.log'; rm $A",
            "rm {a,b}/*.log",
            "find . -maxdepth 2 -name '*.log' -delete",
            "find src -maxdepth 1 -name '*.log' -delete",
            "find . src -maxdepth 1 -name '*.log' -delete",
            "find . -maxdepth 1 -name '*.log' -delete -maxdepth 3",
            "find . -name -maxdepth 1 -name '*.log' -delete",
            "find . -maxdepth $N -maxdepth 1 -name '*.log' -delete",
            "find . -maxdepth 1 -name '*.log' -exec rm {} +",
            "for f in *.log; do rm -rf $f; done",
            "for f in **/*.log; do rm \"$f\"; done",
            "for f in */a?.log; do rm \"$f\"; done",
            "for f in *.log; do f=$(find . -name '*.log'); rm \"$f\"; done",
            "for f in *.log; do for f in $(find . -name '*.log'); do rm \"$f\"; done; done",
            "for f in *.log; do rm \"$f/\"*; done",
            "for f in {a,b}/*.log; do rm \"$f\"; done",
            "A='*.log'; for f in $A; do rm \"$f\"; done",
            "for f in *.log; do find \"$f\" -delete; done",
            "ln -s k8s/prod a.log; for f in *.log; do touch \"$f\"; done",
            "rm -f *.log; find . -name '*.log' -delete",
            "find . -name '*.log' -delete; rm -f *.log",
        ] {
            assert!(!expanded(command), "{command}");
        }
    }
}
