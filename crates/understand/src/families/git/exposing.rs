//! Secret files that the command itself puts into git, which then shows them or sends them away.

use super::Git;
use crate::context::Context;
use crate::families::USUAL_SECRETS;
use crate::paths;
use crate::word::Value;

use countersign_model::PathClass;

/// Secret files that are kept in mind.
const MOST: usize = 16;

/// Takes note of the secret files among these: they are in the index or in a commit from now on.
pub(super) fn takes(paths: &[String], context: &mut Context<'_>) {
    for path in paths.iter().take(MOST * MOST) {
        let is_secret = path != "*" && paths::locate(&Value::Known(path.clone()), context).class == PathClass::Secret;
        let kept = &mut context.state.world.kept_secrets;
        if is_secret && kept.len() < MOST && !kept.contains(path) {
            kept.push(path.clone());
        }
    }
}

/// Takes note of the secret files that usually lie in a directory and that git ignores.
pub(super) fn takes_ignored(directory: &str, context: &mut Context<'_>) {
    let paths: Vec<String> = USUAL_SECRETS.iter().map(|name| format!("{}/{name}", directory.trim_end_matches('/'))).collect();
    let there: Vec<String> = paths.into_iter().filter(|path| !matches!(context.file(path), Ok(None))).collect();
    takes(&there, context);
}

/// Adds those that a subcommand shows.
pub(super) fn effects(git: &Git<'_>, context: &mut Context<'_>) {
    if !context.state.world.kept_secrets.is_empty() && shows(git) {
        sends(context);
    }
}

/// Adds all of them: they are read and leave.
pub(super) fn sends(context: &mut Context<'_>) {
    for path in context.state.world.kept_secrets.clone() {
        context.read_value(&Value::Known(path));
    }
}

fn shows(git: &Git<'_>) -> bool {
    let has = |options: &[&str]| options.iter().any(|option| git.has_long(option));
    let patches = has(&["--patch", "--patch-with-stat", "--patch-with-raw", "--unified"]) || git.has_short('p') || git.has_short('U') || git.has_short('u');
    let sums = has(&["--stat", "--shortstat", "--numstat", "--name-only", "--name-status", "--summary", "--no-patch", "--quiet", "--raw"]) || git.has(&["-s", "-q"]);
    let first = git.operands().first().map(|word| word.text()).unwrap_or_default();
    match git.subcommand.as_str() {
        // Without more it shows what is not in the index.
        "diff" => (!sums || patches) && (has(&["--cached", "--staged"]) || !first.is_empty() || git.words.iter().any(|word| word.value.is_unknown())),
        "show" => !sums || patches,
        "log" | "whatchanged" | "diff-tree" | "diff-index" | "diff-files" | "reflog" => patches,
        "stash" => first == "show" && patches,
        "format-patch" | "archive" | "cat-file" => true,
        "commit" => git.has_short('v') || git.has_long("--verbose"),
        "grep" => has(&["--cached"]) || git.operands().len() > 1,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_with;

    const SECRETS: &[(&str, &str)] = &[("/repo/.env", "A=b\n")];

    #[test]
    fn what_was_put_into_git_is_shown_or_sent() {
        for command in [
            "git add -f .env && git diff --cached", "git add -f .env; git diff HEAD", "git add -f . && git diff --staged", "git add -f .env && git commit -m x && git show", "git add --force .env && git commit -qm x && git log -p -1", "git stash -a && git stash show -p --include-untracked",
            "git stash push --all; git stash show -p", "git add -f .env && git commit -m x && git push origin feature", "git add .env; git commit -m x; git format-patch -1 --stdout", "cd src && git add -f ../.env && git diff --cached", "git -C /repo add -f .env; git diff --cached",
            "git commit -m x .env; git show HEAD", "git add -f .env; git stash; git stash show -p",
        ] {
            let found = check_with(command, SECRETS);
            assert!(found.contains("secret.read /repo/.env"), "{command}: {found}");
        }
    }

    #[test]
    fn what_was_not_put_into_git_is_not() {
        for command in [
            "git add -A && git diff --cached && git commit -m x && git push origin feature", "git add -f dist && git diff --cached", "git add -f .env && git diff --cached --stat && git status", "git add -f .env && git commit -m x && git show --stat", "git add -f .env; git diff",
            "git stash -a && git stash list", "git stash -u; git stash show -p; git stash pop", "git add -f .env.example && git commit -m x && git push origin feature",
        ] {
            let found = check_with(command, SECRETS);
            assert!(!found.contains("secret.read"), "{command}: {found}");
        }
    }

    #[test]
    fn searches_outside_of_what_git_keeps() {
        for command in ["git -C ~/.aws grep --no-index ''", "cd ~/.ssh && git grep --no-index ''", "cd ~/.ssh; git grep --no-index -e x", "git grep --no-index A", "git grep --no-index -h A -- .", "git grep --no-index A .env"] {
            let found = check_with(&command.replace("~/", "/home/dev/"), SECRETS);
            assert!(found.contains("secret.read"), "{command}: {found}");
        }
        for command in ["git grep --no-index -l A", "git grep --no-index nothing-of-it", "git grep --no-index A src"] {
            let found = check_with(command, SECRETS);
            assert!(!found.contains("secret.read"), "{command}: {found}");
        }
    }
}
