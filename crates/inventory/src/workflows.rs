//! CI workflows: what triggers them, and where they deliver to.

use countersign_policy::{Delivery, deliveries};
use countersign_yaml::{self as yaml, Node};

use crate::item::quoted;
use crate::{Found, Item, Kind, Use};

/// Each workflow file with its text. `remote` is the remote that is pushed to, `default` its default branch.
pub fn items(files: &[(String, String)], remote: &str, default: Option<&str>) -> Found {
    let (delivered, _) = deliveries(files, default);
    let item = |(path, text): &(String, String)| {
        let mut item = Item::new(Kind::Workflow, path, path);
        let node = match yaml::read(text) {
            Ok(node) => node,
            Err(why) => return item.note(format!("it cannot be read, so it may deliver: {why}")),
        };
        let triggers = triggers(&node);
        if !triggers.is_empty() {
            item = item.about(format!("on {}", triggers.join(", ")));
        }
        let own: Vec<&Delivery> = delivered.iter().filter(|delivery| delivery.file == *path).collect();
        let worst = own.iter().max_by_key(|delivery| delivery.environment);
        let by_hand = triggers.iter().any(|trigger| trigger == "workflow_dispatch");
        let file = path.rsplit('/').next().unwrap_or_default();
        match worst {
            Some(delivery) => {
                let to = delivery.environment;
                item.about(format!("delivers to {to} from {}", refs(delivery)))
                    .used(pushing(delivery, remote, default))
            }
            None if by_hand => item.used(Use::command(format!("gh workflow run {}", quoted(file)))),
            None => item.about("delivers nothing, as far as it says"),
        }
    };
    files.iter().map(item).collect()
}

/// The events that start a workflow, pushes with their branches.
fn triggers(workflow: &Node) -> Vec<String> {
    let Some(on) = workflow.get("on") else { return Vec::new() };
    match on {
        Node::Text(event) => vec![event.clone()],
        Node::List(_) => on.texts().into_iter().map(str::to_owned).collect(),
        Node::Map(events) => {
            let named = |(event, node): &(String, Node)| {
                let refs: Vec<&str> = ["branches", "tags"]
                    .iter()
                    .filter_map(|key| node.get(key))
                    .flat_map(Node::texts)
                    .collect();
                if refs.is_empty() { event.clone() } else { format!("{event} to {}", refs.join(" ")) }
            };
            events.iter().map(named).collect()
        }
    }
}

fn refs(delivery: &Delivery) -> String {
    let tags = delivery.refs.tags.iter().map(|tag| format!("tag {tag}"));
    let all: Vec<String> = delivery.refs.branches.iter().cloned().chain(tags).collect();
    if all.iter().any(|name| name == "**") { "any branch or tag".to_owned() } else { all.join(", ") }
}

/// A push that sets it off.
fn pushing(delivery: &Delivery, remote: &str, default: Option<&str>) -> Use {
    let named = |patterns: &[String]| patterns.iter().find(|pattern| !pattern.starts_with('!')).cloned();
    let remote = quoted(remote);
    let any = default.unwrap_or("main");
    let command = match (named(&delivery.refs.branches), named(&delivery.refs.tags)) {
        (Some(branch), _) if branch.trim_matches('*').is_empty() => {
            format!("git push {remote} HEAD:{}", quoted(any))
        }
        (Some(branch), _) => format!("git push {remote} HEAD:{}", quoted(&branch.replace('*', "x"))),
        (None, Some(tag)) => {
            let tag = tag.replace("**", "1").replace('*', "1");
            format!("git push {remote} {}", quoted(&format!("refs/tags/{tag}")))
        }
        (None, None) => format!("git push {remote} HEAD:{}", quoted(any)),
    };
    Use::command(command)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::item::shown;

    fn check(files: &[(&str, &str)]) -> String {
        let files: Vec<(String, String)> =
            files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        shown(&items(&files, "origin", Some("main")))
    }

    #[test]
    fn what_starts_them_and_where_they_deliver() {
        let deploy = "on:\n  push:\n    branches: [main]\n  workflow_dispatch:\njobs:\n  deploy:\n    environment: production\n    steps: [{run: ./deploy.sh}]\n";
        let release = "on:\n  push:\n    tags: ['v*']\njobs:\n  publish:\n    steps: [{run: npm publish}]\n";
        let test = "on: [push, pull_request]\njobs:\n  test:\n    steps: [{run: make test}]\n";
        let by_hand = "on: workflow_dispatch\njobs:\n  clean:\n    steps: [{run: make clean}]\n";
        assert_snapshot!(check(&[
            (".github/workflows/deploy.yml", deploy),
            (".github/workflows/release.yml", release),
            (".github/workflows/test.yml", test),
            (".github/workflows/hand.yml", by_hand),
            (".github/workflows/broken.yml", "on: [push"),
        ]), @"
        Workflow .github/workflows/deploy.yml [on push to main, workflow_dispatch; delivers to production from main] git push origin HEAD:main
        Workflow .github/workflows/release.yml [on push to v*; delivers to production from tag v*] git push origin refs/tags/v1
        Workflow .github/workflows/test.yml [on push, pull_request; delivers nothing, as far as it says] 
        Workflow .github/workflows/hand.yml [on workflow_dispatch] gh workflow run hand.yml
        Workflow .github/workflows/broken.yml []  !it cannot be read, so it may deliver: while parsing a flow sequence, expected ',' or ']' at line 2, column 1
        ");
    }

    #[test]
    fn of_gitlab() {
        let text = "deploy:\n  environment: staging\n  script: [./deploy.sh]\n  rules:\n    - if: $CI_COMMIT_BRANCH == \"main\"\n";
        assert_snapshot!(check(&[(".gitlab-ci.yml", text)]), @"Workflow .gitlab-ci.yml [delivers to staging from main] git push origin HEAD:main");
    }
}
