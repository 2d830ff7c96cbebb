//! `az repos`, `az pipelines`, `az boards`: Azure DevOps, which is a forge.

use countersign_model::{Effect, ForgeRepository, Verb, verbs};

use super::read::Read;
use crate::context::Context;
use crate::forge::{self, object, pull_request};

/// Adds what a command of Azure DevOps does; false where it is none.
pub(super) fn effects(words: &[&str], read: &Read<'_>, context: &mut Context<'_>) -> bool {
    let (Some(group @ ("repos" | "pipelines" | "boards" | "devops" | "artifacts")), Some(last)) =
        (words.first().copied(), words.last().copied())
    else {
        return false;
    };
    let project = read.text("--project").or_else(|| read.text("-p")).unwrap_or_else(|| "*".to_owned());
    let name = read.text("--repository").or_else(|| read.text("-r")).map_or_else(|| project.clone(), |name| format!("{project}/{name}"));
    let repository = ForgeRepository { host: "dev.azure.com".to_owned(), name };
    let number = read.text("--id").and_then(|id| id.parse().ok());
    let base = read.text("--target-branch");
    let on_request = |verb: Verb| Effect::new(verb, pull_request(&repository, number, base.as_deref(), None));
    let named = || read.text("--name").or_else(|| read.text("-n")).or_else(|| read.text("--id")).unwrap_or_else(|| "*".to_owned());
    let on = |verb: Verb| Effect::new(verb, object(&repository, group, &named()));
    let reads = ["list", "show", "query", "checkout", "download", "configure"].contains(&last) || last.starts_with("list") || last.starts_with("show");
    let status = read.text("--status").unwrap_or_default();
    let completes = !matches!(read.text("--auto-complete").as_deref(), None | Some("false")) || read.has("--auto-complete");
    let effect = match words {
        _ if reads => on(verbs::FORGE_READ),
        ["repos", "pr", "update"] if matches!(status.as_str(), "completed" | "*") || completes => on_request(verbs::FORGE_MERGE),
        ["repos", "pr", "create"] if completes => on_request(verbs::FORGE_MERGE),
        ["repos", "pr", "set-vote"] if read.text("--vote").is_some_and(|vote| !vote.starts_with("approve") && vote != "*") => {
            on_request(verbs::FORGE_COMMENT)
        }
        ["repos", "pr", "set-vote"] => on_request(verbs::FORGE_APPROVE),
        ["repos", "pr", "create"] => {
            let head = forge::head(read.value("--source-branch"), context);
            forge::opened(&repository, base.as_deref(), head)
        }
        ["repos", "pr", ..] => forge::edited(&repository, number, base.as_deref()),
        ["repos", "policy", ..] | ["devops", "security" | "team" | "user" | "service-endpoint", ..] => on(verbs::FORGE_SETTINGS),
        ["pipelines", "variable" | "variable-group" | "agent" | "pool" | "queue" | "folder", ..] => on(verbs::FORGE_SETTINGS),
        [.., "delete"] => on(verbs::FORGE_DELETE),
        ["pipelines", ..] => on(verbs::FORGE_WORKFLOW),
        ["boards", ..] | ["devops", "wiki", ..] => on(verbs::FORGE_COMMENT),
        ["artifacts", "universal", "publish"] => on(verbs::PACKAGE_PUBLISH),
        _ => on(verbs::FORGE_SETTINGS),
    };
    context.push(effect);
    true
}
