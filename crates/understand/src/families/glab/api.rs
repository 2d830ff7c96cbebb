//! `glab api`, and for all others [`request`]: requests to GitLab's REST API, <https://docs.gitlab.com/api/rest/>.

use countersign_model::{Certainty, Effect, ForgeRepository, Resource, Verb, verbs};

use super::super::one_word;
use super::super::subcommands::Subcommand;
use crate::carried;
use crate::context::Context;
use crate::forge::{self, anything, branch, normal_path, object, pull_request};
use crate::invocation::Invocation;
use crate::word::{Value, Word};

/// Adds what a request does.
pub(super) fn effects(invocation: &Invocation, found: &Subcommand<'_>, repository: ForgeRepository, context: &mut Context<'_>) {
    let fields: Vec<&Value> = found.values(&["-f", "--raw-field", "-F", "--field"]).collect();
    for value in &fields {
        if let Some((name, text)) = value.text().split_once('=')
            && text.starts_with('@')
            && let Some(file) = value.strip_prefix(&format!("{name}=@"))
        {
            context.read_value(&file);
        }
    }
    if let Some(value) = found.value(&["--input"]) {
        context.read_value(value);
    }
    let method = match found.value(&["-X", "--method"]) {
        Some(value) => value.known().map(str::to_ascii_uppercase),
        None if fields.is_empty() && !found.has(&["--input"]) => Some("GET".to_owned()),
        None => Some("POST".to_owned()),
    };
    let path = found.operands.get(1).and_then(|word| word.known());
    let is_one = |word: &&Word| one_word::is_one(word, invocation, context);
    if let (Some("GET" | "HEAD"), None, Some(word)) = (method.as_deref(), path, found.operands.get(1).copied().filter(is_one)) {
        let others = found.operands.iter().skip(2).all(|word| word.known().is_some());
        if others && !word.text().contains("graphql") && found.options.iter().all(|(_, value)| value.as_ref().is_none_or(|value| value.known().is_some())) {
            context.push(Effect::new(verbs::FORGE_READ, object(&repository, "api", word.text())));
            return;
        }
    }
    let (Some(method), Some(path)) = (method, path) else {
        anything(&repository, "the request to the forge is not known", context);
        return;
    };
    // A project's id keeps its encoded slash: `projects/acme%2Fshop`.
    let path = path.split(['?', '#']).next().unwrap_or(path).trim_start_matches('/').trim_start_matches("api/v4/");
    if path.split('/').next() == Some("graphql") {
        let text: String = fields.iter().map(|value| value.text()).collect();
        if text.contains("mutation") || fields.iter().any(|value| value.known().is_none()) || found.has(&["--input"]) {
            anything(&repository, "the mutation names its object by an id", context);
        } else {
            context.push(Effect::new(verbs::FORGE_READ, object(&repository, "api", "graphql")));
        }
        return;
    }
    let field = |name: &str| {
        let start = format!("{name}=");
        fields.iter().find_map(|value| value.known()?.strip_prefix(&start).map(str::to_owned))
    };
    request(&method, path, &repository, &field, found.doubt.as_deref(), context);
}

/// Adds what a request does; `path` begins below the API's root, `doubt` says why it may be another request.
pub(in super::super) fn request(
    method: &str,
    path: &str,
    repository: &ForgeRepository,
    field: &dyn Fn(&str) -> Option<String>,
    doubt: Option<&str>,
    context: &mut Context<'_>,
) {
    let parts: Vec<&str> = path.split('/').collect();
    if parts.contains(&"..") || path.contains("%2e") || path.contains("%2E") {
        anything(repository, "the path of the request is not clear", context);
        return;
    }
    let repository = match parts.as_slice() {
        ["projects", id, ..] if !id.starts_with(':') => {
            let is_number = id.bytes().all(|byte| byte.is_ascii_digit());
            let name = if is_number { "*".to_owned() } else { normal_path(id) };
            ForgeRepository { name, host: repository.host.clone() }
        }
        _ => repository.clone(),
    };
    let rest = if parts.first() == Some(&"projects") { parts.get(2..).unwrap_or_default() } else { &[] };
    let number = |text: &str| text.parse::<u64>().ok();
    let on = |verb: Verb| Effect::new(verb, object(&repository, "api", path));
    let secret = |verb: Verb, name: &str| {
        let store = format!("gitlab {}", repository.name);
        Effect::new(verb, Resource::Secret { store, name: name.to_owned() })
    };
    let deletes = method == "DELETE";
    let effect = match (method, rest) {
        ("GET" | "HEAD", ["variables", ..] | ["triggers", ..] | ["secure_files", _, "download"]) => {
            secret(verbs::SECRET_READ, rest.get(1).unwrap_or(&"*"))
        }
        ("GET" | "HEAD", _) if path.contains("/variables") || path.ends_with("admin/ci/variables") => {
            secret(verbs::SECRET_READ, parts.last().unwrap_or(&"*"))
        }
        ("GET" | "HEAD", _) => on(verbs::FORGE_READ),
        (_, ["merge_requests", id, "merge"]) => {
            Effect::new(verbs::FORGE_MERGE, pull_request(&repository, number(id), None, None))
        }
        (_, ["merge_requests", id, "approve"]) => {
            Effect::new(verbs::FORGE_APPROVE, pull_request(&repository, number(id), None, None))
        }
        (_, ["merge_requests", id, "notes" | "discussions" | "unapprove" | "award_emoji", ..]) => {
            Effect::new(verbs::FORGE_COMMENT, pull_request(&repository, number(id), None, None))
        }
        (_, ["merge_requests"]) if !deletes => {
            forge::opened(&repository, field("target_branch").as_deref(), field("source_branch"))
        }
        // It brings the branch that the request comes from onto its target anew.
        (_, ["merge_requests", _, "rebase"]) if !deletes => branch(&repository, None, verbs::GIT_FORCE_PUSH, None),
        (_, ["merge_requests", id, ..]) if !deletes => forge::edited(&repository, number(id), field("target_branch").as_deref()),
        (_, ["repository", what @ ("commits" | "files"), path @ ..]) => {
            let base = field("branch");
            let paths = match (*what, path) {
                ("files", [path]) => vec![Some(normal_path(path))],
                ("commits", []) => carried::listed(field("actions").as_deref()),
                // A pick or a revert of what is there.
                ("commits", _) => vec![Some(String::new())],
                _ => Vec::new(),
            };
            carried::by_request(&repository, base.as_deref(), &paths, context);
            branch(&repository, base.as_deref(), verbs::GIT_PUSH, None)
        }
        (_, ["repository", "branches", name]) if deletes => {
            branch(&repository, Some(&normal_path(name)), verbs::GIT_DELETE_REMOTE_REF, None)
        }
        (_, ["repository", "branches", ..]) => branch(&repository, field("branch").as_deref(), verbs::GIT_PUSH, None),
        (_, ["repository", "tags", name]) if deletes => {
            branch(&repository, Some(&format!("tags/{name}")), verbs::GIT_DELETE_REMOTE_REF, None)
        }
        (_, ["repository", "tags", ..]) => branch(&repository, None, verbs::GIT_PUSH, None),
        (_, ["variables", name @ ..]) => secret(verbs::SECRET_WRITE, name.first().copied().or(field("key").as_deref()).unwrap_or("*")),
        (_, ["access_tokens" | "deploy_tokens", ..]) if !deletes => secret(verbs::SECRET_READ, "token"),
        (_, ["pipelines" | "pipeline", ..] | ["jobs", _, "play" | "retry" | "cancel", ..] | ["trigger", ..] | ["pipeline_schedules", ..])
            if !deletes =>
        {
            on(verbs::FORGE_WORKFLOW)
        }
        (_, ["issues", ..] | ["labels", ..] | ["milestones", ..] | ["snippets", ..]) if !deletes => on(verbs::FORGE_COMMENT),
        (_, ["releases", ..]) if !deletes => on(verbs::FORGE_RELEASE),
        (_, ["protected_branches" | "protected_tags" | "members" | "hooks" | "deploy_keys" | "approval_rules" | "environments"
            | "protected_environments" | "share" | "remote_mirrors" | "runners", ..]) => on(verbs::FORGE_SETTINGS),
        _ if deletes => on(verbs::FORGE_DELETE),
        (_, []) => on(verbs::FORGE_SETTINGS),
        _ => on(verbs::FORGE_WRITE),
    };
    context.push(match doubt {
        Some(why) => effect.certain(Certainty::Partial, why),
        None => effect,
    });
}
