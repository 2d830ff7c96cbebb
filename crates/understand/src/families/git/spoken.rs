//! Programs beside git that push in words of their own: a helper of a transport that is told so on its standard input,
//! and `git flow`.

use super::Git;
use crate::context::Context;
use crate::families::dispatch;
use crate::invocation::{Invocation, Stdin};
use crate::word::{Value, Word};

/// Lines for a helper that are looked at.
const MOST: usize = 64;

/// Adds the pushes that such a program makes; false where it is none of these, or what it is told is not known.
pub(super) fn effects(git: &Git<'_>, context: &mut Context<'_>) -> bool {
    match git.subcommand.as_str() {
        "remote-http" | "remote-https" | "remote-ftp" | "remote-ftps" => helper(git, context),
        "flow" => {
            flow(git, context);
            false
        }
        _ => false,
    }
}

/// `push SOURCE:TARGET` on the standard input: <https://git-scm.com/docs/gitremote-helpers>.
fn helper(git: &Git<'_>, context: &mut Context<'_>) -> bool {
    let text = match &git.invocation.stdin {
        Stdin::Text(Value::Known(text)) => Some(text.clone()),
        Stdin::Pipe(source) => source.text.clone(),
        Stdin::Text(_) | Stdin::Inherited | Stdin::File(_) => None,
    };
    let (Some(text), Some(address)) = (text, git.words.last()) else { return false };
    let pushed = text.lines().filter_map(|line| line.trim().strip_prefix("push ")).take(MOST);
    let references: Vec<&str> = pushed.collect();
    for reference in &references {
        push(git, vec![address.clone(), Word::known_as(reference)], context);
    }
    !references.is_empty()
}

/// `git flow release finish -p`: the production branch, and the one that work goes to, are pushed.
fn flow(git: &Git<'_>, context: &mut Context<'_>) {
    let words: Vec<&str> = git.words.iter().map(Word::text).collect();
    let pushes = words.iter().any(|word| {
        matches!(*word, "--push" | "--pushproduction") || word.starts_with('-') && !word.starts_with("--") && word.contains('p')
    });
    if !matches!(words.as_slice(), ["release" | "hotfix", "finish", ..]) || !pushes {
        return;
    }
    for (key, usual) in [("gitflow.branch.master", "main"), ("gitflow.branch.develop", "develop")] {
        let branch = git.repo.last(key, context).ok().flatten().unwrap_or_else(|| usual.to_owned());
        push(git, vec![Word::known_as("origin"), Word::known_as(&branch)], context);
    }
}

/// `sl push --to main`: Sapling pushes to a repository of git.
pub(crate) fn sapling(invocation: &Invocation, context: &mut Context<'_>) {
    if invocation.program != "sl" || invocation.known(0) != Some("push") {
        return;
    }
    let attached = invocation.words.iter().find_map(|word| word.value.strip_prefix("--to="));
    let at = invocation.words.iter().position(|word| word.text() == "--to");
    let next = at.and_then(|at| invocation.words.get(at + 1)).map(|word| word.value.clone());
    let Some(target) = attached.or(next) else { return };
    let reference = match target.known() {
        Some(name) => Word::known_as(&format!("HEAD:{}", name.strip_prefix("remote/").unwrap_or(name))),
        None => Word::made(target),
    };
    let words = vec![Word::known_as("push"), Word::known_as("origin"), reference];
    dispatch(Invocation { program: String::new(), first: Word::known_as("git"), words, contiguous: false, ..invocation.clone() }, context);
}

fn push(git: &Git<'_>, words: Vec<Word>, context: &mut Context<'_>) {
    let before = git.invocation.words.iter().take(git.index).cloned();
    let words = before.chain([Word::known_as("push")]).chain(words).collect();
    let first = Word::known_as("git");
    let stdin = Stdin::Inherited;
    dispatch(Invocation { program: String::new(), first, words, stdin, contiguous: false, ..git.invocation.clone() }, context);
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn pushes_in_other_words() {
        for command in [
            "printf 'push HEAD:refs/heads/main\\n\\n' | git remote-https origin https://github.com/acme/shop.git",
            "git flow release finish -p 1",
            "git flow hotfix finish --push 1",
            "sl push --to main",
        ] {
            assert!(check(command).contains("git.push main@"), "{command}: {}", check(command));
        }
        for command in ["sl push --to feature", "sl log", "git flow release start 1", "git flow release finish 1", "git flow feature finish -p x", "printf 'list\\n' | git remote-https origin https://github.com/acme/shop.git"] {
            assert!(!check(command).contains("git.push main@"), "{command}: {}", check(command));
        }
    }
}
