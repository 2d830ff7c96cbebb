//! `git init`: a repository where none was before, or once more where one is.

use countersign_model::verbs;

use super::super::Git;
use super::copies::made;
use crate::context::Context;
use crate::word::{Value, Word};

/// Options whose value is a word of its own.
const TAKES: [&str; 6] = ["-b", "--initial-branch", "--template", "--separate-git-dir", "--object-format", "--ref-format"];

/// Options, besides those, that leave a repository without anything of its own.
const PLAIN: [&str; 3] = ["-q", "--quiet", "--bare"];

pub(super) fn effects(git: &Git<'_>, context: &mut Context<'_>) {
    context.push(git.here(verbs::GIT_BRANCH));
    let operands = git.operands();
    let is_value = |word: &Word| git.words.windows(2).any(|pair| matches!(pair, [option, value] if TAKES.contains(&option.text()) && std::ptr::eq(value, word)));
    let named = operands.iter().find(|word| !is_value(word)).map(|word| &word.value);
    let is_bare = git.has(&["--bare"]);
    let here = Value::Known(".".to_owned());
    let is_known = named.is_some() || context.state.shell.directory.is_ok();
    let place = context.place_of_fresh(named.unwrap_or(&here), is_bare);
    let fresh = place.filter(|_| is_known && git.subcommand == "init" && is_plain(git));
    if let Some(target) = named {
        made(target, context);
        context.write_value(target);
    }
    let is_led = |word: &Word| (word.text().starts_with("--template") && word.known() != Some("--template=")) || word.text().starts_with("--separate-git-dir");
    if git.words.iter().any(is_led) {
        context.opaque("git init", "a template brings hooks");
    }
    context.makes_fresh(fresh, is_bare, false);
}

/// Whether all that is said of it is where it is and what its first branch is called.
fn is_plain(git: &Git<'_>) -> bool {
    let is_name = |text: &str| ["-b", "--initial-branch"].contains(&text) || text.starts_with("--initial-branch=");
    let is_plain = |text: &str| !text.starts_with('-') || PLAIN.contains(&text) || is_name(text);
    git.store.is_none() && git.doubt.is_none() && git.words.iter().all(|word| word.known().is_some_and(is_plain))
}
