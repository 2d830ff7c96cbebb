//! Comments that robots take for commands: `@dependabot merge`, `/deploy production`, `bors r+`.
//!
//! Which robots a repository has is not known here: a line that has the form of such a command counts as one.

use countersign_model::{Certainty, Effect, Resource, Verb, verbs};

use crate::context::Context;

/// Lines of one comment that are looked at.
const MOST_LINES: usize = 200;

/// Words after the name of a robot with which it merges.
const MERGES: &[&str] = &["merge", "squash", "queue", "r+", "land", "submit", "automerge", "merge-queue"];

/// Words with which it takes a change for reviewed, after which it may merge.
const APPROVES: &[&str] = &["approve", "lgtm"];

/// Words with which it changes what runs somewhere.
const RUNS: &[&str] = &[
    "deploy",
    "promote",
    "release",
    "rollback",
    "publish",
    "ship",
    "apply",
    "destroy",
    "undeploy",
    "backport",
    "cherry-pick",
    "cherrypick",
];

/// Robots that are spoken to by their names alone.
const ROBOTS: &[&str] = &["bors", "atlantis", "homu"];

/// Adds what a comment on `resource` tells robots to do.
pub(crate) fn effects<'t>(
    texts: impl Iterator<Item = &'t str>,
    resource: &Resource,
    context: &mut Context<'_>,
) {
    let lines = texts.flat_map(|text| text.lines().take(MOST_LINES));
    let asked: Vec<(Verb, String)> =
        lines.filter_map(|line| Some((asked(line)?, line.trim().chars().take(80).collect()))).collect();
    for (verb, line) in asked {
        let resource = if verb == verbs::FORGE_WORKFLOW { run(resource, &line) } else { resource.clone() };
        context.push(
            Effect::new(verb, resource)
                .certain(Certainty::Partial, &format!("robots take `{line}` for a command")),
        );
    }
}

fn run(resource: &Resource, line: &str) -> Resource {
    match resource {
        Resource::PullRequest { repository, .. } | Resource::Forge { repository, .. } => {
            super::object(repository, "workflow", line)
        }
        other => other.clone(),
    }
}

/// What a line tells a robot to do.
fn asked(line: &str) -> Option<Verb> {
    let mut words = line.split_whitespace();
    let first = words.next()?;
    let command = match first.strip_prefix('/') {
        Some(command) => command,
        None if first.starts_with('@') || ROBOTS.contains(&first.trim_end_matches(':')) => words.next()?,
        None => return None,
    };
    let command = command.to_ascii_lowercase();
    let is = |known: &[&str]| {
        known.iter().any(|word| command == *word || command.starts_with("r=") && *word == "r+")
    };
    if is(MERGES) {
        Some(verbs::FORGE_MERGE)
    } else if is(APPROVES) {
        Some(verbs::FORGE_APPROVE)
    } else {
        is(RUNS).then_some(verbs::FORGE_WORKFLOW)
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn commands_in_comments() {
        assert_snapshot!(check("gh pr comment 1 -b '@dependabot merge'"), @"
        forge.merge acme/shop#1, write, partial
        forge.comment acme/shop#1, write
        ");
        assert_snapshot!(check("gh pr comment 1 --body '/deploy production'; gh issue comment 2 -b 'bors r+'"), @"
        forge.workflow acme/shop workflow /deploy production, execute, partial
        forge.comment acme/shop#1, write
        forge.merge acme/shop#2, write, partial
        forge.comment acme/shop issue 2, write
        ");
        assert_snapshot!(check("gh pr review 1 --comment -b '/lgtm'"), @"
        forge.approve acme/shop#1, write, partial
        forge.comment acme/shop#1, write
        ");
        assert_snapshot!(check("glab mr note 7 -m '/merge'"), @"
        forge.merge acme/shop#7, write, partial
        forge.comment acme/shop#7, write
        ");
        assert_snapshot!(check("gh api repos/acme/shop/issues/1/comments -f body='@dependabot squash and merge'"), @"
        fs.read /repo/dependabot squash and merge, read
        forge.merge acme/shop#1, write, partial
        forge.comment acme/shop#1, write
        ");
    }

    #[test]
    fn comments_that_are_none() {
        assert_snapshot!(check("gh pr comment 1 -b 'please merge; see /deploy/live and @octocat, who can approve'"), @"forge.comment acme/shop#1, write");
        assert_snapshot!(check("gh pr comment 1 -b '@octocat please merge this'; gh pr comment 1 -b '/retest'; gh pr comment 1 -b '@dependabot rebase'"), @"forge.comment acme/shop#1, write");
        assert_snapshot!(check("gh pr comment 1 -b '/usr/bin/merge is missing'; glab mr note 7 -m ok"), @"
        forge.comment acme/shop#1, write
        forge.comment acme/shop#7, write
        ");
    }
}
