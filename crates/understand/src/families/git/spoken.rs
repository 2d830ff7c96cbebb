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

/// `jj git push`: without the name of a bookmark Jujutsu pushes all that it tracks, wherever they were moved.
pub(crate) fn jujutsu(invocation: &Invocation, context: &mut Context<'_>) {
    let words = &invocation.words;
    let pair = |pair: &[Word]| matches!(pair, [git, push] if git.text() == "git" && push.text() == "push");
    let Some(at) = words.windows(2).position(pair).filter(|_| invocation.program == "jj") else { return };
    let options: Vec<&Word> = words.iter().skip(at + 2).collect();
    let values = |names: &[&str]| -> Vec<Value> {
        let of = |(index, word): (usize, &&Word)| {
            let next = || options.get(index + 1).map_or_else(|| Value::unknown("unclear"), |word| word.value.clone());
            if names.contains(&word.text()) {
                return Some(next());
            }
            let attached = |name: &&str| {
                let rest = word.value.strip_prefix(name)?;
                rest.strip_prefix("=").or_else(|| Some(rest).filter(|_| !name.starts_with("--")))
            };
            names.iter().filter(|_| !word.text().starts_with("--") || word.text().contains('=')).find_map(attached)
        };
        options.iter().enumerate().filter_map(of).collect()
    };
    let has = |names: &[&str]| options.iter().any(|word| names.contains(&word.text()));
    if has(&["--dry-run", "--help", "-h"]) {
        return;
    }
    let bookmarks: Vec<Value> = values(&["-b", "--bookmark", "--branch"])
        .into_iter()
        .chain(values(&["--named"]).into_iter().map(|value| match value.known().and_then(|text| text.split_once('=')) {
            Some((name, _)) => Value::Known(name.to_owned()),
            None => value,
        }))
        .collect();
    let makes = !values(&["-c", "--change"]).is_empty();
    let any = || vec![Value::unknown("every bookmark that is tracked")];
    let is_more = has(&["--all", "--tracked", "--deleted"]) || !values(&["-r", "--revisions", "--revision"]).is_empty();
    let pushed = if is_more || bookmarks.is_empty() && !makes { any() } else { bookmarks };
    let is_name = |text: &str| !text.contains(['*', '?', ':', '|', '&', '~', '(', '"', '\'', '[']);
    let remote = values(&["--remote"]).pop().unwrap_or_else(|| Value::Known("origin".to_owned()));
    for bookmark in pushed {
        let reference = match bookmark.known().map(|text| text.strip_prefix("exact:").unwrap_or(text)) {
            Some(name) if is_name(name) => Word::known_as(&format!("HEAD:refs/heads/{name}")),
            _ => Word::made(Value::unknown("any bookmark")),
        };
        let words = vec![Word::known_as("push"), Word::known_as("--force-with-lease"), Word::made(remote.clone()), reference];
        dispatch(Invocation { program: String::new(), first: Word::known_as("git"), words, contiguous: false, ..invocation.clone() }, context);
    }
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
    fn pushes_of_bookmarks() {
        for command in [
            "jj bookmark set main -r @; jj git push", "jj git push --all", "jj git push --tracked", "jj git push --deleted", "jj -R . git push", "jj git push -r @", "jj git push -b 'glob:*'", "jj git push -b \"$B\"",
            "jj git push -c @ --all",
        ] {
            assert!(check(command).contains("force-push *@origin"), "{command}: {}", check(command));
        }
        assert!(check("jj git push --remote upstream").contains("force-push *@upstream"));
        for command in ["jj git push -b main", "jj git push --bookmark=main", "jj git push -bmain", "jj git push -b exact:main", "jj git push --named main=@", "jj git push -c @ -b main", "jj git push -b x -b main"] {
            assert!(check(command).contains("push main@origin"), "{command}: {}", check(command));
        }
        for command in ["jj git push -b topic", "jj git push -c @", "jj git push --dry-run", "jj git fetch", "jj log", "jj git push --named topic=main"] {
            let found = check(command);
            assert!(!found.contains("push *@origin") && !found.contains("push main@"), "{command}: {found}");
        }
    }

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
