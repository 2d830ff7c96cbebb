//! Where git works, where that hangs on whether earlier parts of the command did: in a repository that the command
//! makes, or in the one around it.

use countersign_model::{Answer, Question};

use crate::Workspace as _;
use crate::context::Context;
use crate::paths;

/// Subcommands for which it counts in which repository they run.
const BOUND: &[&str] = &["init", "push", "remote"];

/// The directories in which a subcommand may start, the likeliest first.
pub(super) fn meant(subcommand: &str, directory: &Result<String, String>, context: &Context<'_>) -> Vec<Result<String, String>> {
    if !BOUND.contains(&subcommand) {
        return vec![directory.clone()];
    }
    let shell = &context.state.shell;
    let (start, left) = match (directory, &shell.either) {
        (Ok(start), _) => (start, None),
        (Err(why), Some((start, left))) if shell.directory.as_ref() == Err(why) => (start, Some(left)),
        (Err(_), _) => return vec![directory.clone()],
    };
    let scratch = context.surroundings.temporary.first().map(|directory| format!("{directory}/mktemp"));
    let is_scratch = scratch.is_some_and(|scratch| paths::is_within(start, &scratch));
    let Some(fresh) = context.state.world.fresh_around(start) else {
        // What `mktemp` has just made is there, for a repository to be made in.
        let begins = subcommand == "init" && is_scratch;
        return vec![if begins { Ok(start.clone()) } else { directory.clone() }];
    };
    let mut places = vec![start.clone()];
    let around = (!context.is_surely_made(fresh)).then(|| paths::split(&fresh.path).0.to_owned());
    let left = left.filter(|_| !is_scratch).cloned();
    for place in around.into_iter().chain(left) {
        let is_own = context.state.world.fresh_around(&place).is_some();
        let is_nowhere = || context.workspace.ask(&Question::Repository { directory: place.clone() }) == Answer::Absent;
        if !places.contains(&place) && (is_own || !is_nowhere()) {
            places.push(place);
        }
    }
    places.into_iter().map(Ok).collect()
}
