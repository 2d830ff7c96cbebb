//! What a request to a forge's API does: one table for `gh api`, for plain HTTP, and for MCP tools.
//!
//! The paths are those of <https://docs.github.com/rest>.

pub(crate) mod comments;
pub(crate) mod workflows;

use countersign_model::{Certainty, Commit, Effect, ForgeRepository, Repository, Resource, Verb, verbs};

use crate::carried::{self, Offered};
use crate::context::Context;
use crate::families::resolve::Repo;
use crate::word::Value;

/// A request to a forge.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// In capitals; unknown is taken for the worst.
    pub method: Option<String>,
    /// Such as `repos/acme/shop/pulls/12/merge`.
    pub path: Value,
    /// The forge's host.
    pub host: String,
    /// The repository meant where the path leaves it open.
    pub repository: ForgeRepository,
    /// Fields of the body, as far as known.
    pub fields: Vec<(String, Value)>,
    /// Whether there may be fields that are not known.
    pub open: bool,
}

impl Request {
    /// A field's value: none where a part of the body that nobody has read may say something else.
    fn field(&self, name: &str) -> Option<&str> {
        if self.open {
            return None;
        }
        self.fields.iter().rfind(|(known, _)| known == name).and_then(|(_, value)| value.known())
    }

    fn mentions(&self, name: &str) -> bool {
        self.open || self.fields.iter().any(|(known, value)| known == name && value.known().is_none())
    }
}

/// Adds what a request does.
pub(crate) fn effects(request: &Request, context: &mut Context<'_>) {
    let normal = normal_path(request.path.text());
    let path = normal.trim_start_matches("api/v3/").trim_start_matches("api/");
    if path == "graphql" {
        crate::graphql::on_forge(request, context);
        return;
    }
    let reads = matches!(request.method.as_deref(), Some("GET" | "HEAD"));
    let segments: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    let (repository, rest) = match segments.split_first() {
        Some((&"repos", [owner, name, rest @ ..])) => (named(owner, name, request), rest),
        _ => (ForgeRepository { host: request.host.clone(), name: "*".to_owned() }, segments.as_slice()),
    };
    if reads {
        let object = object(&repository, "api", path);
        context.push(Effect::new(verbs::FORGE_READ, object));
        return;
    }
    if request.path.known().is_none() || request.method.is_none() || is_unclear(path) {
        anything(&repository, "the request to the forge is not known", context);
        return;
    }
    let is_repository = segments.first() == Some(&"repos");
    if is_repository {
        on_repository(request, &repository, rest, context);
    } else {
        let deletes = request.method.as_deref() == Some("DELETE");
        let otherwise = if deletes { verbs::FORGE_DELETE } else { verbs::FORGE_SETTINGS };
        context.push(listed(request, path, &repository, path, otherwise));
    }
}

/// The path a server sees: without a query, with encoded bytes decoded and dot segments followed.
pub(crate) fn normal_path(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        let decoded = match (byte, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => u8::try_from(high * 16 + low).ok(),
            _ => None,
        };
        bytes.push(decoded.unwrap_or(byte));
        rest = after.get(if decoded.is_some() { 2 } else { 0 }..).unwrap_or_default();
    }
    let decoded = String::from_utf8_lossy(&bytes);
    let mut segments: Vec<&str> = Vec::new();
    for segment in decoded.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    segments.join("/")
}

/// Whether servers may still read another path out of one that [`normal_path`] made.
pub(crate) fn is_unclear(path: &str) -> bool {
    path.contains("..") || path.contains(['%', '\\', '?', '#', ';']) || path.chars().any(char::is_control)
}

/// The worst a request can be: a merge of anything.
pub(crate) fn anything(repository: &ForgeRepository, why: &str, context: &mut Context<'_>) {
    let resource = pull_request(repository, None, None, None);
    context.push(Effect::new(verbs::FORGE_MERGE, resource).certain(Certainty::Partial, why));
}

fn named(owner: &str, name: &str, request: &Request) -> ForgeRepository {
    let placeholder = |text: &str| text.starts_with(':') || text.starts_with('{');
    if placeholder(owner) || placeholder(name) {
        return request.repository.clone();
    }
    ForgeRepository { host: request.host.clone(), name: format!("{owner}/{name}") }
}

/// A repository by the name a command line has for it: with its owner, or another of the same owner.
pub(crate) fn named_by(near: &ForgeRepository, name: &str) -> ForgeRepository {
    let owner = near.name.split('/').next().unwrap_or("*");
    let name = match name {
        "*" => "*".to_owned(),
        name if name.contains('/') => name.to_owned(),
        name => format!("{owner}/{name}"),
    };
    ForgeRepository { host: near.host.clone(), name }
}

/// A thing on a forge.
pub(crate) fn object(repository: &ForgeRepository, kind: &str, name: &str) -> Resource {
    Resource::Forge {
        repository: repository.clone(),
        object: kind.to_owned(),
        name: name.to_owned(),
        reference: None,
    }
}

/// A pull request.
pub(crate) fn pull_request(
    repository: &ForgeRepository,
    number: Option<u64>,
    base: Option<&str>,
    commit: Option<Commit>,
) -> Resource {
    let base = base.map(str::to_owned);
    Resource::PullRequest { repository: repository.clone(), number, base, head: None, commit }
}

/// A pull request that is opened; where the branch it comes from is not known, it may be any.
pub(crate) fn opened(repository: &ForgeRepository, base: Option<&str>, from: Option<String>) -> Effect {
    let mut resource = pull_request(repository, None, base, None);
    if let Resource::PullRequest { head, .. } = &mut resource {
        *head = Some(from.unwrap_or_else(|| "*".to_owned()));
    }
    Effect::new(verbs::FORGE_PULL_REQUEST, resource)
}

/// A pull request that is there already and is changed.
pub(crate) fn edited(repository: &ForgeRepository, number: Option<u64>, base: Option<&str>) -> Effect {
    let resource = pull_request(repository, number, base, None);
    Effect { times: 0, ..Effect::new(verbs::FORGE_PULL_REQUEST, resource) }
}

/// The branch that a pull request comes from: the one given, else the one checked out; none where it is not known.
pub(crate) fn head(given: Option<&Value>, context: &Context<'_>) -> Option<String> {
    match given {
        Some(name) => name.known().map(str::to_owned),
        None => Repo::open(&context.state.shell.directory, Vec::new(), context).checked_out(context).ok(),
    }
}

/// A branch, moved through the forge's API.
pub(crate) fn branch(
    repository: &ForgeRepository,
    name: Option<&str>,
    verb: Verb,
    new: Option<Commit>,
) -> Effect {
    let url = format!("https://{}/{}", repository.host, repository.name);
    let remote =
        countersign_model::Remote { name: url.clone(), url: (repository.name != "*").then_some(url) };
    let reference = match name {
        Some(name) if name.starts_with("refs/") => name.to_owned(),
        Some(name) if name.starts_with("heads/") || name.starts_with("tags/") => format!("refs/{name}"),
        Some(name) => format!("refs/heads/{name}"),
        None => "*".to_owned(),
    };
    let repository = Repository { root: None, remote: Some(remote) };
    let effect = Effect::new(verb, Resource::Ref { repository, reference, old: None, new });
    match name {
        Some(_) => effect,
        None => effect.certain(Certainty::Partial, "the branch is not named"),
    }
}

fn on_repository(request: &Request, repository: &ForgeRepository, rest: &[&str], context: &mut Context<'_>) {
    let method = request.method.as_deref().unwrap_or_default();
    let number = |text: &str| text.parse::<u64>().ok();
    let commit = request.field("sha").and_then(Commit::parse);
    let field = |name: &str| request.field(name);
    let deletes = method == "DELETE";
    let effect = match rest {
        ["pulls", id, "merge" | "merge-async"] => {
            Effect::new(verbs::FORGE_MERGE, pull_request(repository, number(id), None, commit))
        }
        ["pulls"] => {
            context.push(opened(repository, field("base"), field("head").map(str::to_owned)));
            let (base, head) = (field("base"), field("head"));
            let doubt = (base.is_none() || head.is_none()).then_some("the branches are not known");
            carried::by_pull_request(&Offered { repository, base, head, doubt }, context);
            workflows::pull_request(repository, "opened", context);
            return;
        }
        ["pulls", id] => edited(repository, number(id), field("base")),
        ["pulls", id, "reviews"] | ["pulls", id, "reviews", _, "events"] => {
            let approves = field("event") == Some("APPROVE") || request.mentions("event");
            let verb = if approves { verbs::FORGE_APPROVE } else { verbs::FORGE_COMMENT };
            Effect::new(verb, pull_request(repository, number(id), None, None))
        }
        ["pulls", id, "comments" | "requested_reviewers", ..] | ["issues", id, ..] if !deletes => {
            if rest.last() == Some(&"labels") || request.fields.iter().any(|(name, _)| name == "labels") {
                workflows::pull_request(repository, "labeled", context);
            }
            comments::effects(
                field("body").into_iter(),
                &pull_request(repository, number(id), None, None),
                context,
            );
            Effect::new(verbs::FORGE_COMMENT, pull_request(repository, number(id), None, None))
        }
        ["issues"] => Effect::new(verbs::FORGE_COMMENT, object(repository, "issue", "*")),
        ["comments", ..] | ["pulls" | "issues", "comments", ..] | ["labels", ..] | ["milestones", ..]
            if !deletes =>
        {
            Effect::new(verbs::FORGE_COMMENT, object(repository, "comment", "*"))
        }
        ["merges"] => branch(repository, field("base"), verbs::GIT_PUSH, None),
        ["merge-upstream"] => branch(repository, field("branch"), verbs::GIT_PUSH, None),
        ["git", "refs"] if !deletes => branch(repository, field("ref"), verbs::GIT_PUSH, commit),
        ["git", "refs", reference @ ..] => {
            let forced = request.mentions("force") || field("force") == Some("true");
            let verb = match (deletes, forced) {
                (true, _) => verbs::GIT_DELETE_REMOTE_REF,
                (false, true) => verbs::GIT_FORCE_PUSH,
                (false, false) => verbs::GIT_PUSH,
            };
            branch(repository, Some(&reference.join("/")), verb, commit)
        }
        ["contents", path @ ..] => {
            let base = field("branch");
            context.push(branch(repository, base, verbs::GIT_PUSH, None));
            let paths = match path {
                [] | ["*"] => carried::listed(field("files").or_else(|| field("actions"))),
                path => vec![Some(path.join("/"))],
            };
            carried::by_request(repository, base, &paths, context);
            return;
        }
        // What a commit will hold that a reference is set to later.
        ["git", "trees"] if !deletes => {
            let whole = format!("repos/owner/name/{}", rest.join("/"));
            context.push(listed(request, &whole, repository, &rest.join("/"), verbs::FORGE_WRITE));
            let given = request.fields.iter().filter(|(name, _)| name == "tree[][path]");
            let mut paths: carried::Paths =
                given.map(|(_, value)| value.known().map(str::to_owned)).collect();
            paths.extend(carried::listed(field("tree")));
            carried::by_request(repository, None, &paths, context);
            return;
        }
        ["actions" | "dependabot" | "codespaces", "secrets", name @ ..]
        | ["environments", _, "secrets", name @ ..] => {
            let name = name.first().copied().unwrap_or("*").to_owned();
            Effect::new(
                verbs::SECRET_WRITE,
                Resource::Secret { store: format!("github {}", repository.name), name },
            )
        }
        ["actions", "variables", ..] | ["environments", ..] => settings(repository, rest),
        ["actions", "workflows", name, what] => {
            let mut resource = object(repository, "workflow", name);
            if let Resource::Forge { reference, .. } = &mut resource {
                *reference = field("ref").filter(|_| *what == "dispatches").map(str::to_owned);
            }
            Effect::new(verbs::FORGE_WORKFLOW, resource)
        }
        ["actions", ..] | ["dispatches"] | ["deployments", ..] | ["pages", "builds" | "deployments", ..] => {
            Effect::new(verbs::FORGE_WORKFLOW, object(repository, "workflow", &rest.join("/")))
        }
        ["releases", ..] if !deletes => {
            Effect::new(verbs::FORGE_RELEASE, object(repository, "release", &rest.join("/")))
        }
        [] if deletes => Effect::new(verbs::FORGE_DELETE, object(repository, "repository", &repository.name)),
        []
        | [
            "branches"
            | "rulesets"
            | "collaborators"
            | "hooks"
            | "keys"
            | "topics"
            | "transfer"
            | "pages"
            | "autolinks"
            | "vulnerability-alerts"
            | "automated-security-fixes"
            | "teams"
            | "tags"
            | "interaction-limits",
            ..,
        ] => settings(repository, rest),
        _ => {
            let whole = format!("repos/owner/name/{}", rest.join("/"));
            let otherwise = if deletes { verbs::FORGE_DELETE } else { verbs::FORGE_WRITE };
            listed(request, &whole, repository, &rest.join("/"), otherwise)
        }
    };
    context.push(effect);
}

/// What the table of the forge's own operations says of a request; `otherwise` where it has none like it.
fn listed(
    request: &Request,
    path: &str,
    repository: &ForgeRepository,
    name: &str,
    otherwise: Verb,
) -> Effect {
    let method = request.method.as_deref().unwrap_or_default();
    let found = crate::tables::forge::operation(method, path.trim_end_matches('/'));
    let known = found.is_some();
    let verb = found.unwrap_or(otherwise);
    let effect = if verb == verbs::SECRET_WRITE || verb == verbs::SECRET_READ {
        let environment = name.split_once("environments/").and_then(|(_, rest)| rest.split('/').next());
        let own = name.rsplit('/').next().unwrap_or(name);
        let name =
            environment.map_or_else(|| own.to_owned(), |environment| format!("{own} of {environment}"));
        Effect::new(verb, Resource::Secret { store: format!("github {}", repository.name), name })
    } else if verb.area() == "git" {
        branch(repository, None, verb, None)
    } else {
        Effect::new(verb, object(repository, "api", name))
    };
    if known {
        effect
    } else {
        effect.certain(Certainty::Partial, "the forge is not known to have this operation")
    }
}

fn settings(repository: &ForgeRepository, rest: &[&str]) -> Effect {
    Effect::new(verbs::FORGE_SETTINGS, object(repository, "settings", &rest.join("/")))
}

/// Mutations by the beginning of their names; the longest that fits counts.
const MUTATIONS: &[(&str, Verb)] = &[
    ("mergepullrequest", verbs::FORGE_MERGE),
    ("enablepullrequestautomerge", verbs::FORGE_MERGE),
    ("enqueuepullrequest", verbs::FORGE_MERGE),
    ("mergerequestaccept", verbs::FORGE_MERGE),
    ("mergebranch", verbs::GIT_PUSH),
    ("createcommitonbranch", verbs::GIT_PUSH),
    ("createref", verbs::GIT_PUSH),
    ("updateref", verbs::GIT_FORCE_PUSH),
    ("updatebranch", verbs::GIT_PUSH),
    ("deleteref", verbs::GIT_DELETE_REMOTE_REF),
    ("revertpullrequest", verbs::FORGE_PULL_REQUEST),
    ("addpullrequestreview", verbs::FORGE_APPROVE),
    ("submitpullrequestreview", verbs::FORGE_APPROVE),
    ("createpullrequest", verbs::FORGE_PULL_REQUEST),
    ("updatepullrequest", verbs::FORGE_PULL_REQUEST),
    ("closepullrequest", verbs::FORGE_PULL_REQUEST),
    ("reopenpullrequest", verbs::FORGE_PULL_REQUEST),
    ("markpullrequestready", verbs::FORGE_PULL_REQUEST),
    ("addcomment", verbs::FORGE_COMMENT),
    ("updateissuecomment", verbs::FORGE_COMMENT),
    ("addlabels", verbs::FORGE_COMMENT),
    ("addreaction", verbs::FORGE_COMMENT),
    ("createissue", verbs::FORGE_COMMENT),
    ("resolvereviewthread", verbs::FORGE_COMMENT),
    ("requestreviews", verbs::FORGE_COMMENT),
    ("createdeployment", verbs::FORGE_WORKFLOW),
    ("approvedeployments", verbs::FORGE_WORKFLOW),
    ("updatebranchprotectionrule", verbs::FORGE_SETTINGS),
    ("deletebranchprotectionrule", verbs::FORGE_SETTINGS),
    ("createbranchprotectionrule", verbs::FORGE_SETTINGS),
    ("updaterepository", verbs::FORGE_SETTINGS),
    ("archiverepository", verbs::FORGE_SETTINGS),
    ("delete", verbs::FORGE_DELETE),
];

/// What a mutation does, by its name: as GitHub's own list says, else by how it begins. None where nobody knows it.
pub(crate) fn mutation(name: &str) -> Option<Verb> {
    if let Some(verb) = crate::tables::forge::mutation(name) {
        return Some(verb);
    }
    let lower = name.to_ascii_lowercase();
    let known = MUTATIONS.iter().filter(|(start, _)| lower.starts_with(start));
    known.max_by_key(|(start, _)| start.len()).map(|(_, verb)| verb.clone())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::normal_path;
    use crate::fixture::check;

    #[test]
    fn paths_are_read_as_servers_read_them() {
        for (path, normal) in [
            ("repos/a/b/issues/1/../../pulls/2/merge", "repos/a/b/pulls/2/merge"),
            ("/repos//a/./b/%2e%2E/c%2fd?x=..", "repos/a/c/d"),
            ("a/%252e%252e/b", "a/%2e%2e/b"),
            ("../../a%", "a%"),
            ("a/%zz%4", "a/%zz%4"),
        ] {
            assert_eq!(normal_path(path), normal, "{path}");
        }
    }

    #[test]
    fn dot_segments_do_not_hide_a_merge() {
        assert_snapshot!(check("curl -X PUT -d '{}' https://api.github.com/repos/acme/shop/issues/1/../../pulls/12/merge"), @"forge.merge acme/shop#12, write");
        assert_snapshot!(check("curl --path-as-is -X PUT https://api.github.com/repos/acme/shop/issues/1/%2e%2e/%2E./pulls/12/merge"), @"forge.merge acme/shop#12, write");
        assert_snapshot!(check("curl -X PATCH -d '{\"sha\":\"x\"}' https://api.github.com/repos/acme/shop/issues/1/../../git/refs/heads/main"), @"git.push main@https://github.com/acme/shop, write");
        assert_snapshot!(check("curl -d '{\"ref\":\"main\"}' https://api.github.com/repos/acme/shop/issues/1/../../actions/workflows/deploy.yml/dispatches"), @"forge.workflow acme/shop workflow deploy.yml on main, execute");
        assert_snapshot!(check("gh api -X PUT repos/acme/shop/issues/1/../../pulls/12/merge"), @"forge.merge acme/shop#12, write");
        assert_snapshot!(check("gh api -X PUT repos/acme/shop/issues/1/%252e%252e/comments"), @"forge.merge acme/shop pull request, write, partial");
        assert_snapshot!(check("curl -X PUT 'https://api.github.com/repos/acme/shop/issues/1/{labels,../../pulls/12/merge}'"), @"forge.merge acme/shop pull request, write, partial");
        assert_snapshot!(check("gh api -X DELETE repos/acme/shop/git/refs/heads/feature%2Fx"), @"git.delete-remote-ref feature/x@https://github.com/acme/shop, destroy");
    }

    #[test]
    fn an_unread_body_can_say_anything() {
        assert_snapshot!(check("gh api graphql --input m.json -f query='query{viewer{login}}'"), @"
        fs.read /repo/m.json, read
        forge.merge * pull request, write, partial
        ");
        assert_snapshot!(check("gh api repos/acme/shop/git/refs --input body.json -f ref=refs/heads/feature"), @"
        fs.read /repo/body.json, read
        git.push *@https://github.com/acme/shop, write, partial
        ");
        assert_snapshot!(check("curl --json '{\"query\":\"query{viewer{login}}\"}' --json @m https://api.github.com/graphql"), @"
        fs.read /repo/m, read
        forge.merge * pull request, write, partial
        ");
    }
}
