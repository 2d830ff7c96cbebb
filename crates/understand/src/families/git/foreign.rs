//! Repositories that are not the call's own: those that an option, a variable or a directory leads git to.
//!
//! What git runs by itself is named by a repository's settings and hooks. Nobody here decided on those of another
//! repository, and text in any directory can be one.

use countersign_model::{Answer, Question};

use super::{Git, config, hooks, resolve};
use crate::Workspace as _;
use crate::code::{self, Looked};
use crate::context::Context;
use crate::environment;
use crate::paths;
use crate::word::{Value, Word};

/// Settings that are looked at in one file.
const MOST_SETTINGS: usize = 1000;

/// Settings whose programs run only where git connects to another machine.
const CONNECTING: &[&str] = &["core.sshcommand", "core.gitproxy", "core.askpass", "credential.", "remote.", "uploadpack.", "protocol."];

/// Subcommands that connect.
const CONNECTS: &[&str] = &["fetch", "pull", "push", "clone", "ls-remote", "remote", "submodule", "send-pack", "fetch-pack", "archive", "lfs", "subtree"];

/// Where `value` leads from `directory`: what git is told to take for a repository's own directory.
pub(super) fn store(value: &Value, directory: &Result<String, String>) -> Result<String, String> {
    match (value.known(), directory) {
        (Some(path), _) if path.starts_with('/') => Ok(paths::normal("/", path)),
        (Some(path), Ok(from)) => Ok(paths::normal(from, path)),
        (Some(_), Err(why)) => Err(why.clone()),
        (None, _) => Err("the repository given to git is not known".to_owned()),
    }
}

/// The directory from which git would find the repository that is kept in `store` by itself.
pub(super) fn beside(store: &Result<String, String>, context: &Context<'_>) -> Result<String, String> {
    let store = store.as_ref().map_err(Clone::clone)?;
    let top = store.strip_suffix("/.git").unwrap_or(store);
    match context.workspace.ask(&Question::Repository { directory: top.to_owned() }) {
        Answer::Directory { path } if path == top => Ok(path),
        _ => Err("what git is told to take for the repository is not known".to_owned()),
    }
}

/// Adds what another repository's settings and hooks run; `directory`: where git starts.
pub(super) fn effects(git: &Git<'_>, directory: &Result<String, String>, context: &mut Context<'_>) {
    // Who works on another machine decided on the settings of its repositories; that git acts there is said.
    if context.elsewhere.is_some() && git.store.is_none() && !context.has_mounts() {
        return;
    }
    let own = context.top().map(|top| format!("{top}/.git"));
    let is_named = git.store.is_some();
    let store = match &git.store {
        Some(Ok(store)) => store.clone(),
        Some(Err(why)) => {
            let what = git.title();
            context.opaque(&what, &format!("it works on a repository whose settings can run programs: {why}"));
            return;
        }
        None => {
            let Some(top) = git.repo.root.as_ref().or(directory.as_ref().ok()) else { return };
            if context.top() == Some(top) || git.repo.made().is_some_and(|tree| context.top() == Some(&tree.home)) {
                return;
            }
            let bare = git.repo.root.is_some() && context.file(&format!("{top}/.git/config")) == Ok(None);
            if bare { top.clone() } else { format!("{top}/.git") }
        }
    };
    if own.as_ref() == Some(&store) || matches!(git.subcommand.as_str(), "init" | "clone") {
        return;
    }
    let store = shared(&store, is_named, context);
    if own.is_some_and(|own| own == store || shared(&own, false, context) == store) {
        return;
    }
    settings(git, &store, context);
    if is_named {
        hooks::of_store(git, &store, context);
    }
}

/// The directory with a repository's settings: another than `store` where that is one of several working trees.
fn shared(store: &str, is_named: bool, context: &Context<'_>) -> String {
    let (store, is_led) = match context.file(store) {
        Ok(Some(text)) => {
            let parent = store.rsplit_once('/').map_or("/", |(parent, _)| parent);
            let to = text.trim().strip_prefix("gitdir:").map(|to| paths::normal(parent, to.trim()));
            (to.unwrap_or_else(|| store.to_owned()), true)
        }
        Ok(None) | Err(_) => (store.to_owned(), is_named),
    };
    match is_led.then(|| context.file(&format!("{store}/commondir"))) {
        Some(Ok(Some(text))) => paths::normal(&store, text.trim()),
        Some(Ok(None) | Err(_)) | None => store,
    }
}

/// Adds what the settings of a repository run.
fn settings(git: &Git<'_>, store: &str, context: &mut Context<'_>) {
    let file = format!("{store}/config");
    let located = paths::locate(&Value::Known(file), context);
    // No commit brings what is below a directory of this name, and a clone has settings of its own.
    let is_gits = store.ends_with("/.git") || store.contains("/.git/");
    if is_gits && context.state.world.cloned.iter().any(|cloned| paths::is_within(store, cloned)) {
        return;
    }
    let changed = if is_gits { context.state.world.tree_changed.take() } else { None };
    let looked = code::look(&located, &git.subcommand, context, &mut |text, context| {
        for (key, value) in read(text).into_iter().take(MOST_SETTINGS) {
            setting(git, store, &key, value, context);
        }
        Ok(())
    });
    if changed.is_some() {
        context.state.world.tree_changed = changed;
    }
    let why = match looked {
        Looked::Understood => return,
        // One that git has made is called so, and no commit brings it: others may be there by then.
        Looked::Absent if git.store.is_none() || is_gits => return,
        Looked::Absent => "it is not there now".to_owned(),
        Looked::Opaque(why) => why,
    };
    context.opaque(&git.title(), &format!("the settings of this repository can run programs: {why}"));
}

fn setting(git: &Git<'_>, store: &str, key: &str, value: String, context: &mut Context<'_>) {
    let connecting = CONNECTING.iter().any(|start| key.starts_with(start));
    let is_of_lfs = key.starts_with("filter.lfs.") && value.starts_with("git-lfs ");
    if !config::names_program(key, &value) || is_of_lfs || (connecting && !CONNECTS.contains(&git.subcommand.as_str())) {
        return;
    }
    if config::is_command(key) {
        environment::command(key, &Value::Known(value), context);
        return;
    }
    context.opaque(&format!("{key} of {store}"), "another repository's settings name what git then runs");
}

/// Keys and values of a file of settings, as git reads it.
pub(super) fn read(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut section = String::new();
    let joined = text.replace("\\\r\n", "").replace("\\\n", "");
    for line in joined.lines() {
        let mut line = line.trim();
        if let Some((head, rest)) = line.strip_prefix('[').and_then(|line| line.split_once(']')) {
            section = match head.split_once([' ', '\t']) {
                Some((name, inner)) => format!("{name}.{}", inner.trim().trim_matches('"')),
                None => head.to_owned(),
            };
            line = rest.trim();
        }
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let (name, value) = line.split_once('=').unwrap_or((line, "true"));
        let key = resolve::canonical_key(&format!("{section}.{}", name.trim()));
        found.push((key, unquoted(value.trim())));
    }
    found
}

/// A value without its quotes and what comes after it.
fn unquoted(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut is_quoted = false;
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => is_quoted = !is_quoted,
            '\\' => text.extend(letters.next()),
            '#' | ';' if !is_quoted => break,
            _ => text.push(letter),
        }
    }
    text.trim_end().to_owned()
}

/// Adds what happens to the files of a working tree that git is told of.
pub(super) fn tree(git: &Git<'_>, tree: &Value, directory: &Result<String, String>, context: &mut Context<'_>) {
    let path = store(tree, directory);
    if path.is_ok() && path.as_ref().ok() == git.repo.root.as_ref() {
        return;
    }
    let all = match &path {
        Ok(path) => Value::Pattern(format!("{}/*", path.trim_end_matches('/'))),
        Err(why) => Value::unknown(why),
    };
    let below = |word: &Word| match (&path, word.known()) {
        (Ok(path), Some(text)) => Value::Known(paths::normal(path, text)),
        _ => all.clone(),
    };
    match git.subcommand.as_str() {
        "clean" | "rm" => context.delete(&Word::made(all)),
        "add" | "stage" | "hash-object" | "commit" | "stash" | "update-index" => {
            let operands = git.operands();
            if operands.is_empty() || git.subcommand == "stash" || git.has(&["."]) {
                let whole = path.as_ref().map_or_else(|_| all.clone(), |path| Value::Known(path.clone()));
                context.read_tree(&Word::made(whole));
            } else {
                operands.into_iter().for_each(|word| context.read_value(&below(word)));
            }
        }
        _ if super::changes_files(git) => context.write_value(&all),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_because, check_with};

    const EVIL: &[(&str, &str)] = &[
        ("/repo/evil/config", "[core]\n\tfsmonitor = ./x # y\n[user]\n\tname = z\n"),
        ("/repo/evil/hooks/pre-commit", "#!/bin/sh\n./x\n"),
        ("/other/.git/config", "[core] editor = vim\n[filter \"a\"]\n\tclean = \"sh -c 'x'\"\n"),
        ("/plain/.git/config", "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = git@x.example:a\n[filter \"lfs\"]\n\tclean = git-lfs clean -- %f\n"),
        ("/repo/tree/.git", "gitdir: /repo/.git/worktrees/tree\n"),
        ("/repo/.git/worktrees/tree/commondir", "../..\n"),
        ("/repo/.git/config", "[core]\n\tfsmonitor = ./mine\n"),
    ];

    #[test]
    fn settings_of_another_repository() {
        for command in ["GIT_DIR=evil git status", "git --git-dir evil status", "git --git-dir=evil status", "export GIT_DIR=./src/../evil; git diff", "git --git-dir=/other/.git log", "git --git-dir=not-there diff", "git -C /other status", "cd /other && git status"] {
            let found = check_with(command, EVIL);
            assert!(found.contains("exec.opaque"), "{command}: {found}");
        }
        assert_snapshot!(check_with("GIT_DIR=evil git status", EVIL), @"
        exec.opaque /repo/x, execute, partial
        git.read repository, read
        ");
        assert_snapshot!(check_with("GIT_DIR=evil git commit -m x", EVIL), @"
        exec.opaque /repo/x, execute, opaque
        git.commit repository, write
        ");
        assert_snapshot!(check("git --git-dir=$X status"), @"
        exec.opaque git status, execute, opaque
        git.read repository, read
        ");
        assert_snapshot!(check("mkdir e; echo '[core] fsmonitor=./x' > e/config; git --git-dir=e status"), @"
        fs.write /repo/e, write
        fs.write /repo/e/config, write
        exec.read echo, read
        exec.opaque /repo/x, execute, partial
        git.read repository, read
        ");
        assert_snapshot!(check("cp -r /tmp/y e; git --git-dir=e status"), @"
        fs.read /tmp/y, read
        fs.write /repo/e, write
        exec.opaque git status, execute, opaque
        exec.opaque /repo/e/hooks/post-index-change, execute, opaque
        git.read repository, read
        ");
        assert_snapshot!(check_with("GIT_DIR=evil git push origin main", EVIL), @"
        exec.opaque /repo/x, execute, opaque
        git.force-push *@origin, destroy, partial
        ");
    }

    #[test]
    fn usual_repositories() {
        for command in [
            "git -C /plain status", "cd /plain && git log", "git --git-dir=/plain/.git --work-tree=/plain diff", "git --git-dir=.git status", "GIT_DIR=/repo/.git git log", "git -C src status", "git --git-dir=/repo/tree/.git status",
            "git clone https://x.example/a && cd a && git status", "git pull; git -C /plain log", "git -C /tmp/none status", "git init /tmp/n && cd /tmp/n && git status",
        ] {
            let found = check_with(command, EVIL);
            assert!(!found.contains("opaque"), "{command}: {found}");
        }
    }

    #[test]
    fn another_working_tree() {
        assert_snapshot!(check("git --work-tree=/home/dev checkout -f"), @"
        countersign.tamper /home/dev/*, destroy
        git.discard /repo, destroy
        git.branch /repo, write
        ");
        assert_snapshot!(check("GIT_WORK_TREE=/home/dev git clean -fdx"), @"
        countersign.tamper /home/dev/*, destroy
        git.discard /repo, destroy
        ");
        assert_snapshot!(check_with("git --git-dir=/home/dev/.dotfiles --work-tree=/home/dev add .vimrc .ssh/id_rsa", &[("/home/dev/.dotfiles/config", "[core]\nbare = true\n")]), @"
        fs.read /home/dev/.vimrc, read
        secret.read /home/dev/.ssh/id_rsa, read
        git.index repository, write
        ");
        assert_snapshot!(check("git --work-tree=$HOME add -A"), @"
        fs.read /home/dev, read
        secret.read /home/dev, read, partial
        git.index /repo, write
        ");
        assert_snapshot!(check("git --work-tree=/repo checkout -f; git --work-tree=/home/dev status"), @"
        git.discard /repo, destroy
        git.branch /repo, write
        git.read /repo, read
        ");
    }

    #[test]
    fn clones_with_settings() {
        assert_snapshot!(check_because("git clone -c core.fsmonitor=./x https://x.example/a"), @"
        git.fetch repository@https://x.example/a, read: -
        fs.write /repo/a, write: -
        exec.opaque /repo/x, execute, opaque: the command itself may make the file that it runs
        ");
        assert_snapshot!(check("git clone --config user.name=x --template= -c core.autocrlf=input https://x.example/a"), @"
        git.fetch repository@https://x.example/a, read
        fs.write /repo/a, write
        ");
        assert_snapshot!(check("git clone --config=core.hooksPath=/tmp/h https://x.example/a"), @"
        git.fetch repository@https://x.example/a, read
        fs.write /repo/a, write
        exec.opaque git -c core.hookspath=.., execute, opaque
        exec.opaque git -c core.hookspath=.. told of core.hooksPath, x.example, execute, opaque
        ");
        assert_snapshot!(check("git init -b main; git init --initial-branch main x"), @"
        git.branch /repo, write
        fs.write /repo/x, write
        ");
        assert_snapshot!(check("git clone --template=/tmp/t https://x.example/a"), @"
        git.fetch repository@https://x.example/a, read
        fs.write /repo/a, write
        exec.opaque git clone, execute, opaque
        exec.opaque git clone told of x.example, execute, opaque
        ");
    }
}
