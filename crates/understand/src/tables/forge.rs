//! What the operations of GitHub's API change.

use countersign_model::{Verb, verbs};

use super::{any_starts, find};

/// Operations of the REST API that do more than `GET`: `METHOD path`, the parts that are filled in as `*`.
static REST: &str = include_str!("github_rest.txt");
/// Mutations of the GraphQL API.
static MUTATIONS: &str = include_str!("github_mutations.txt");

/// What a request of the REST API changes: the method in capitals, the path without a slash at its start. None where
/// there is no such operation.
pub(crate) fn operation(method: &str, path: &str) -> Option<Verb> {
    let mut segments: Vec<&str> = path.split('/').collect();
    if segments.len() > 16 {
        return None;
    }
    segments.reverse();
    let first = segments.pop()?;
    verb(template(format!("{method} {first}"), &mut segments)?)
}

/// The code of the operation that starts with `prefix` and goes on with `segments`, of which the last comes first.
fn template(prefix: String, segments: &mut Vec<&str>) -> Option<&'static str> {
    let Some(segment) = segments.pop() else { return find(REST, '\n', '=', &prefix) };
    let mut found = None;
    for part in [segment, "*"] {
        let longer = format!("{prefix}/{part}");
        if found.is_none() && any_starts(REST, '\n', &longer) {
            found = template(longer, segments);
        }
    }
    segments.push(segment);
    found
}

/// What a mutation of the GraphQL API changes, by its exact name. None where there is no such mutation.
pub(crate) fn mutation(name: &str) -> Option<Verb> {
    verb(find(MUTATIONS, '\n', '=', name)?)
}

fn verb(code: &str) -> Option<Verb> {
    Some(match code {
        "r" => verbs::FORGE_READ,
        "c" => verbs::FORGE_COMMENT,
        "P" => verbs::FORGE_PULL_REQUEST,
        "a" => verbs::FORGE_APPROVE,
        "m" => verbs::FORGE_MERGE,
        "g" => verbs::GIT_PUSH,
        "f" => verbs::GIT_FORCE_PUSH,
        "G" => verbs::GIT_DELETE_REMOTE_REF,
        "x" => verbs::FORGE_WORKFLOW,
        "l" => verbs::FORGE_RELEASE,
        "S" => verbs::FORGE_SETTINGS,
        "s" => verbs::SECRET_WRITE,
        "k" => verbs::SECRET_READ,
        "w" => verbs::FORGE_WRITE,
        "d" => verbs::FORGE_DELETE,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sound() {
        for (table, count) in [(REST, 584), (MUTATIONS, 242)] {
            super::super::tests::is_sound(table, '\n', '=');
            assert_eq!(table.lines().count(), count);
            assert!(table.lines().all(|line| verb(line.rsplit_once('=').unwrap().1).is_some()));
        }
    }

    #[test]
    fn operations() {
        for (method, path, verb) in [
            ("PUT", "repos/acme/shop/pulls/12/merge", Some("forge.merge")),
            ("POST", "repos/acme/shop/issues/1/comments", Some("forge.comment")),
            ("DELETE", "repos/acme/shop", Some("forge.delete")),
            ("PUT", "orgs/acme/actions/secrets/KEY", Some("secret.write")),
            ("POST", "repos/acme/shop/actions/workflows/a.yml/dispatches", Some("forge.workflow")),
            ("PUT", "orgs/acme/memberships/someone", Some("forge.settings")),
            ("POST", "markdown", Some("forge.read")),
            ("POST", "app/installations/1/access_tokens", Some("secret.read")),
            ("POST", "repos/acme/shop/explode", None),
            ("POST", "repos/acme", None),
            ("POST", "", None),
        ] {
            assert_eq!(operation(method, path).as_ref().map(Verb::as_str), verb, "{method} {path}");
        }
    }

    #[test]
    fn mutations() {
        for (name, verb) in [
            ("mergePullRequest", Some("forge.merge")),
            ("enablePullRequestAutoMerge", Some("forge.merge")),
            ("disablePullRequestAutoMerge", Some("forge.pull-request")),
            ("createCommitOnBranch", Some("git.push")),
            ("updateRefs", Some("git.force-push")),
            ("addComment", Some("forge.comment")),
            ("deleteIssue", Some("forge.delete")),
            ("updateBranchProtectionRule", Some("forge.settings")),
            ("mergepullrequest", None),
            ("merge", None),
        ] {
            assert_eq!(mutation(name).as_ref().map(Verb::as_str), verb, "{name}");
        }
    }
}
