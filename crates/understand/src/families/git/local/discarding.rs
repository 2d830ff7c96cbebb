//! Subcommands that may throw away what no commit has.

use countersign_model::verbs;

use super::super::{Git, exposing};
use super::{cleaning, moves_refs, resetting};
use crate::arguments::{Spec, Takes, parse};
use crate::context::Context;

/// Of `git rm`: the last of an option and its opposite counts.
const REMOVE: Spec = Spec {
    long: &[
        ("cached", Takes::Nothing), ("no-cached", Takes::Nothing), ("force", Takes::Nothing), ("no-force", Takes::Nothing), ("dry-run", Takes::Nothing), ("no-dry-run", Takes::Nothing),
        ("ignore-unmatch", Takes::Nothing), ("quiet", Takes::Nothing), ("sparse", Takes::Nothing), ("pathspec-from-file", Takes::Value), ("pathspec-file-nul", Takes::Nothing),
    ],
    short: &[('f', Takes::Nothing), ('n', Takes::Nothing), ('r', Takes::Nothing), ('q', Takes::Nothing)],
    abbreviations: true,
    operands_end_options: false,
};

pub(super) fn discarding(git: &Git<'_>, context: &mut Context<'_>) {
    let first = git.operands().first().map(|word| word.text().to_owned()).unwrap_or_default();
    match git.subcommand.as_str() {
        "reset" => {
            let hard = ["--hard", "--merge", "--keep"].iter().any(|mode| git.has_long(mode));
            let soft = ["--soft", "--mixed"].iter().any(|mode| git.has_long(mode)) || !first.is_empty();
            if hard || git.words.iter().any(|word| word.value.is_unknown()) {
                context.push(resetting::tree(git, context));
            }
            moves_refs(git, if soft || hard { verbs::GIT_BRANCH } else { verbs::GIT_INDEX }, context);
        }
        "clean" => {
            let dry = cleaning::only_says(git);
            context.push(if dry { git.here(verbs::GIT_READ) } else { cleaning::files(git, context) });
        }
        "rm" => {
            let options = parse(git.words, &REMOVE);
            let cached = options.ends_with(&["cached"], "no-cached");
            if options.ends_with(&["dry-run", "n"], "no-dry-run") && !git.words.iter().any(|word| word.value.is_unknown()) {
                context.push(git.here(verbs::GIT_READ));
                return;
            }
            context.push(git.here(verbs::GIT_INDEX));
            if (options.ends_with(&["force"], "no-force") || options.has(&["f"])) && !cached {
                context.push(git.here(verbs::GIT_DISCARD).because("it removes files that hold changes, too"));
            }
            for word in git.operands() {
                let located = crate::paths::locate_entry(&word.value, context);
                context.state.world.commits.named.push(located.path);
            }
            if !cached {
                for word in git.operands() {
                    context.delete(word);
                }
            }
        }
        "stash" => {
            let verb = match first.as_str() {
                "list" | "show" => verbs::GIT_READ,
                "drop" | "clear" => verbs::GIT_DISCARD,
                _ => verbs::GIT_INDEX,
            };
            if first == "branch" {
                let name = git.operands().get(1).and_then(|word| word.known()).map(|name| format!("refs/heads/{name}"));
                moves_refs(git, verbs::GIT_BRANCH, context);
                git.repo.switches(name.unwrap_or_default(), context);
            }
            let takes_all = git.has_short('a') || git.has_long("--all");
            if let Some(root) = git.repo.root.as_deref().filter(|_| takes_all && !matches!(first.as_str(), "list" | "show")) {
                exposing::takes_ignored(root, context);
            }
            // What is stashed may be a person's work, and only whoever reads git's output learns the name of its commit.
            context.push(git.here(verb));
        }
        _ => {
            let destroys = matches!(first.as_str(), "expire" | "delete" | "drop");
            context.push(git.here(if destroys { verbs::GIT_REWRITE } else { verbs::GIT_READ }));
        }
    }
}
