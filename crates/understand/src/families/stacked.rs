//! Tools that keep branches stacked on one another: they push them, open a pull request for each and merge these.

use countersign_model::verbs;

use super::releasing::starts;
use super::{Family, dispatch, opaque};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::Word;

pub(super) const FAMILY: Family = Family {
    programs: &["gt", "git-town", "ghstack", "spr", "av"],
    about: "Pushes, pull requests and merges, as if git and gh were called for them; what only moves branches here is \
        a change of the repository. A subcommand that is not known is opaque.",
    examples: &[
        "gt submit --stack",
        "gt merge",
        "gt log",
        "gt create -m 'part one'",
        "git town ship",
        "git town sync",
        "ghstack land",
        "spr update",
    ],
    effects,
};

/// What a subcommand does, whichever tool has it.
enum Does {
    Look,
    Local,
    Fetch,
    Submit,
    Merge,
}

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let has = |names: &[&str]| invocation.words.iter().any(|word| names.contains(&word.text()));
    if has(&["--help", "-h", "--version"]) {
        context.program(verbs::EXEC_READ, &invocation.title());
        return;
    }
    if invocation.program == "git-town" && super::starters::started(invocation, context) {
        return;
    }
    let operand = invocation.words.iter().find(|word| !word.text().starts_with('-'));
    let name = operand.map_or(Some(""), Word::known);
    match name.and_then(|name| does(&invocation.program, name)) {
        Some(Does::Look) => context.program(verbs::EXEC_READ, &invocation.title()),
        Some(Does::Local) => starts(&["git", "rebase", "HEAD"], invocation, context),
        Some(Does::Fetch) => starts(&["git", "pull", "--rebase"], invocation, context),
        Some(Does::Submit) if has(&["--dry-run"]) => context.program(verbs::EXEC_READ, &invocation.title()),
        Some(Does::Submit) => {
            starts(&["git", "push", "--force-with-lease", "origin", "HEAD"], invocation, context);
            starts(&["gh", "pr", "create"], invocation, context);
        }
        Some(Does::Merge) if has(&["--dry-run"]) => context.program(verbs::EXEC_READ, &invocation.title()),
        Some(Does::Merge) => starts(&["gh", "pr", "merge", "*"], invocation, context),
        // What is none of its own it hands to git.
        None if invocation.program == "gt" => {
            let words = invocation.words.clone();
            dispatch(Invocation { program: String::new(), first: Word::known_as("git"), words, contiguous: false, ..invocation.clone() }, context);
        }
        None => opaque(invocation, "the subcommand is not known", context),
    }
}

fn does(program: &str, name: &str) -> Option<Does> {
    Some(match (program, name) {
        ("ghstack", "land") | ("spr", "land" | "merge") | ("gt", "merge") | ("git-town", "ship") | ("av", "pr-merge") => Does::Merge,
        ("ghstack", "" | "submit") | ("spr", "update" | "diff" | "up" | "u") | ("git-town", "propose" | "sync") => Does::Submit,
        ("gt", "submit" | "s" | "ss") | ("av", "pr" | "sync") => Does::Submit,
        ("gt", "sync" | "get") | ("av", "fetch") | ("ghstack", "checkout" | "rage" | "sync") => Does::Fetch,
        ("gt", "log" | "l" | "ls" | "ll" | "state" | "info" | "parent" | "children" | "trunk" | "docs" | "changelog" | "completion")
        | ("git-town", "branch" | "status" | "diff-parent" | "help" | "completions")
        | ("av", "tree" | "diff" | "version")
        | ("spr", "list" | "status" | "st" | "version") => Does::Look,
        (
            "gt",
            "create" | "c" | "modify" | "m" | "absorb" | "squash" | "sq" | "split" | "sp" | "restack" | "r" | "move" | "fold" | "continue" | "abort"
            | "track" | "untrack" | "checkout" | "co" | "up" | "u" | "down" | "d" | "top" | "t" | "bottom" | "b" | "rename" | "reorder" | "init" | "pop",
        )
        | (
            "git-town",
            "hack" | "append" | "prepend" | "switch" | "up" | "down" | "continue" | "skip" | "undo" | "compress" | "set-parent" | "park" | "observe"
            | "commit" | "detach" | "swap" | "merge",
        )
        | ("av", "branch" | "commit" | "next" | "prev" | "switch" | "restack" | "reorder" | "adopt" | "init")
        | ("spr", "amend" | "edit" | "init" | "format") => Does::Local,
        _ => return None,
    })
}

/// `git town …`, which git hands on.
pub(super) fn town(words: &[Word], invocation: &Invocation, context: &mut Context<'_>) {
    let nested = Invocation { program: "git-town".to_owned(), words: words.to_vec(), ..invocation.clone() };
    effects(&nested, context);
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn what_goes_out() {
        assert_snapshot!(check("gt submit --stack"), @"
        git.force-push feature@origin, destroy
        forge.pull-request acme/shop pull request, write
        change.unknown files, write, partial
        ");
        assert_snapshot!(check("git town ship"), @"forge.merge acme/shop pull request, write, partial");
        assert_snapshot!(check("ghstack land https://github.com/acme/shop/pull/3; spr merge"), @"forge.merge acme/shop pull request, write, partial");
        assert_snapshot!(check("git town sync"), @"
        git.force-push feature@origin, destroy
        forge.pull-request acme/shop pull request, write
        change.unknown files, write, partial
        ");
        for command in ["git town walk -- git push origin main", "git town walk --stack git push origin main", "git-town walk git push origin main"] {
            assert!(check(command).contains("git.push main@origin"), "{command}: {}", check(command));
        }
        assert!(check("git town walk").contains("exec.read"));
        assert!(check("gt frobnicate").contains("opaque"));
        assert!(check("gt $x").contains("opaque"));
        assert_snapshot!(check("gt push --force origin HEAD:main"), @"git.force-push main@origin, destroy");
        assert_snapshot!(check("gt reset --hard"), @"
        git.discard /repo, destroy
        git.branch /repo, write
        ");
    }

    #[test]
    fn what_stays() {
        assert_snapshot!(check("gt log; gt submit --dry-run; git town ship --help; spr status"), @"
        exec.read gt log, read
        exec.read gt submit --dry-run, read
        exec.read git-town ship --help, read
        exec.read spr status, read
        ");
        assert_snapshot!(check("gt create -am 'part one'; gt restack; git town hack x"), @"git.merge /repo, write");
        assert_snapshot!(check("gt sync"), @"
        git.fetch repository@origin, read
        git.merge /repo, write
        ");
    }
}
