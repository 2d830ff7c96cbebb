//! Which commit does a revision mean that only history or the reflog tells?

use std::path::Path;

use countersign_model::{Answer, Commit};

use crate::changed::Budget;
use crate::git;
use crate::unknown::{Known, Unknown};

/// The commit that git takes `revision` for.
pub(crate) fn commit(top: &Path, revision: &str, budget: &Budget) -> Known<Answer> {
    let peeled = format!("{revision}^{{commit}}");
    let ran = budget
        .spend(|deadline| {
            let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", &peeled];
            git::run(top, deadline, &arguments).ok_or_else(|| Unknown::because("git could not be asked"))
        })
        .ok_or_else(|| Unknown::because("git took too long"))??;
    match ran.code {
        // What an older git prints before it is no part of the id.
        Some(0) => match ran.printed.lines().last().and_then(Commit::parse) {
            Some(commit) => Ok(Answer::Commit { commit }),
            None => Err(Unknown::because("git names no commit")),
        },
        Some(1) => Ok(Answer::Absent),
        _ => Err(Unknown::because("git does not know the revision")),
    }
}
