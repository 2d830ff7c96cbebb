//! GitLab's command line client.

mod api;
#[cfg(test)]
mod tests;

use countersign_model::{Certainty, Effect, ForgeRepository, Resource, Verb, verbs};

use super::gh::switches;
use super::git::resolve::Repo;
use super::subcommands::{self, Subcommand, Table, rule};
use super::{Family, addresses, opaque, read_all};
use crate::context::Context;
use crate::environment;
use crate::forge::{self, object, pull_request};
use crate::invocation::Invocation;
use crate::pin;
use crate::word::Value;

pub(super) use api::request;

pub(super) const FAMILY: Family = Family {
    programs: &["glab"],
    about: "Merge requests, issues, pipelines, variables and settings on GitLab, and `glab api` by method \
        and path. What its tables do not name is taken as a write.",
    examples: &[
        "glab mr list",
        "glab mr create --target-branch main --title x",
        "glab mr merge 7 --yes",
        "glab mr note 7 -m ok",
        "glab ci run -b main",
        "glab variable get TOKEN",
        "glab variable set TOKEN x",
        "glab repo delete acme/shop",
        "glab api --method DELETE projects/acme%2Fshop",
        "glab mr approve 7",
        "glab release create v2",
    ],
    effects,
};

const READ: Verb = verbs::FORGE_READ;
const SETTINGS: Verb = verbs::FORGE_SETTINGS;
const WORKFLOW: Verb = verbs::FORGE_WORKFLOW;
const REQUEST: Verb = verbs::FORGE_PULL_REQUEST;
const COMMENT: Verb = verbs::FORGE_COMMENT;
const DELETE: Verb = verbs::FORGE_DELETE;

const TABLE: Table = Table {
    values: &[
        "-R", "--repo", "-b", "--branch", "--target-branch", "-s", "--source-branch", "-H", "--head", "-t", "--title", "-d",
        "--description", "-l", "--label", "-a", "--assignee", "--reviewer", "-m", "--message", "--sha", "--squash-message",
        "--milestone", "-g", "--group", "-n", "--notes", "-F", "--notes-file", "--output", "--output-format", "-X", "--method",
        "-f", "--raw-field", "--field", "--header", "--input", "--hostname", "-v", "--value", "-k", "--key", "--scope",
        "--ref", "--name", "--variables", "--variables-env", "--variables-file", "-p", "--page", "-P", "--per-page",
        "--author", "--search", "--state", "--token", "--user", "--duration", "--expires-at", "--access-level", "--tag",
        "--visibility", "--filename", "--path", "--pipeline-id", "--stdin-file", "--cron", "-j", "--job", "--unlabel",
    ],
    rules: &[
        rule("mr list|ls|view|show|diff|issues|approvers|checkout|for", READ),
        rule("mr create|new|close|reopen|update|rebase|edit", REQUEST),
        rule("mr merge|accept", verbs::FORGE_MERGE),
        rule("mr approve", verbs::FORGE_APPROVE),
        rule("mr revoke|unapprove|note|comment|todo|subscribe|unsubscribe", COMMENT),
        rule("mr delete|del", DELETE),
        rule("issue|incident list|ls|view|show|board", READ),
        rule("issue|incident create|new|close|reopen|update|note|comment|subscribe|unsubscribe", COMMENT),
        rule("issue|incident delete|del", DELETE),
        rule("ci|pipe|pipeline list|get|status|view|trace|lint|config|artifact", READ),
        rule("ci|pipe|pipeline run|create|retry|trigger|cancel|run-trig", WORKFLOW),
        rule("ci|pipe|pipeline delete", DELETE),
        rule("job artifact", READ),
        rule("schedule list", READ),
        rule("schedule create|update|run", WORKFLOW),
        rule("schedule delete", DELETE),
        rule("repo|project view|search|list|contributors|archive", READ),
        rule("repo|project clone", verbs::GIT_FETCH),
        rule("repo|project create|new|fork|transfer|mirror|update|members|publish", SETTINGS),
        rule("repo|project delete", DELETE),
        rule("release list|view|download", READ),
        rule("release create|upload", verbs::FORGE_RELEASE),
        rule("release delete", DELETE),
        rule("variable list|ls", READ),
        rule("variable get|export", verbs::SECRET_READ),
        rule("variable set|new|create|update|delete|remove", verbs::SECRET_WRITE),
        rule("securefile list", READ),
        rule("securefile download|get", verbs::SECRET_READ),
        rule("securefile create|upload|remove", verbs::SECRET_WRITE),
        rule("token list", READ),
        rule("token create|rotate", verbs::SECRET_READ),
        rule("token revoke", SETTINGS),
        rule("auth status", READ),
        rule("auth login|logout|configure-docker", verbs::SECRET_WRITE),
        rule("auth docker-helper|dpop-gen", verbs::SECRET_READ),
        rule("label|milestone|iteration list|view|get", READ),
        rule("label|milestone create|edit|update", COMMENT),
        rule("label|milestone delete", DELETE),
        rule("snippet create", verbs::NET_SEND),
        rule("ssh-key|deploy-key|gpg-key list|get", READ),
        rule("ssh-key|deploy-key|gpg-key add|delete", SETTINGS),
        rule("cluster|user|changelog|runner|work-items list|events|generate|graph|status", READ),
        rule("cluster agent list|check_manifest_usage", READ),
        rule("cluster agent bootstrap|update-kubeconfig|get-token", verbs::SECRET_READ),
        rule("config get", READ),
        rule("alias list|ls", READ),
        rule("help|version|completion|check-update", READ),
        rule("duo ask", verbs::NET_SEND),
    ],
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let found = subcommands::read(invocation, &TABLE);
    if found.is_help || invocation.words.is_empty() || found.operands.is_empty() && found.name.is_empty() {
        context.program(verbs::EXEC_READ, "glab");
        return;
    }
    let repository = repository(invocation, &found, context);
    let is_listing = matches!(found.name.as_str(), "variable list" | "variable ls");
    if is_listing && found.text(&["-F", "--output"]).is_some_and(|form| form != "text") {
        let resource = Resource::Secret { store: format!("gitlab {}", repository.name), name: "*".to_owned() };
        context.push(Effect::new(verbs::SECRET_READ, resource).because("the whole list has the values, too"));
        return;
    }
    if found.name == "config get" && found.operand(0).is_none_or(|key| key == "*" || key.contains("token")) {
        let resource = Resource::Secret { store: "gitlab".to_owned(), name: "token".to_owned() };
        context.push(Effect::new(verbs::SECRET_READ, resource));
        return;
    }
    if found.operand(0).as_deref() == Some("api") {
        api::effects(invocation, &found, repository, context);
        return;
    }
    let Some(verb) = found.verb.clone() else {
        unknown(invocation, &found, &repository, context);
        return;
    };
    for value in found.values(&["-F", "--notes-file", "--variables-file", "--filename", "--path"]) {
        context.read_value(value);
    }
    let (group, action) = found.name.split_once(' ').unwrap_or((&found.name, ""));
    let name = found.operand(0).unwrap_or_else(|| "*".to_owned());
    let on = |verb: Verb| Effect::new(verb, object(&repository, group, &name));
    let number = name.trim_start_matches(['!', '#']).parse().ok();
    let base = found.text(&["-b", "--target-branch"]).filter(|_| matches!(action, "create" | "new" | "update"));
    let on_request = |verb: Verb| Effect::new(verb, pull_request(&repository, number, base.as_deref(), None));
    let secret = |verb: Verb| {
        let resource = Resource::Secret { store: format!("gitlab {}", repository.name), name: name.clone() };
        Effect::new(verb, resource)
    };
    let effect = match (group, action) {
        ("mr", "merge" | "accept") => {
            merge(&found, &repository, number, invocation, context);
            return;
        }
        ("mr", "checkout") => {
            context.state.world.refs_changed = Some("an earlier part of the command checks out a merge request".to_owned());
            switches(context);
            let here = Resource::Repository { repository: countersign_model::Repository::default() };
            context.push(Effect::new(verbs::GIT_BRANCH, here));
            on_request(READ)
        }
        ("mr", "create" | "new") => {
            let source = forge::head(found.value(&["-s", "--source-branch"]), context);
            // With `--fill` it pushes as well.
            if found.has(&["--push", "--fill", "-f"]) {
                context.push(forge::branch(&repository, source.as_deref(), verbs::GIT_PUSH, None));
            }
            forge::opened(&repository, base.as_deref(), source)
        }
        ("mr", "rebase") => {
            let source = forge::head(found.operands.first().map(|word| &word.value), context).filter(|_| number.is_none());
            forge::branch(&repository, source.as_deref(), verbs::GIT_FORCE_PUSH, None)
        }
        ("mr", _) if verb == REQUEST => forge::edited(&repository, number, base.as_deref()),
        ("mr", "note" | "comment") => {
            let texts: Vec<String> = found.values(&["-m", "--message"]).map(|value| value.text().to_owned()).collect();
            forge::comments::effects(texts.iter().map(String::as_str), &pull_request(&repository, number, None, None), context);
            on_request(verb)
        }
        ("mr", _) => on_request(verb),
        ("repo" | "project", "clone") => {
            let directory = found.operand(1).unwrap_or_else(|| name.rsplit('/').next().unwrap_or("clone").to_owned());
            context.write_value(&Value::Known(directory));
            on(verb)
        }
        ("release" | "securefile" | "job", "download" | "artifact") | ("ci", "artifact") => {
            let directory = found.value(&["-D", "--dir", "-p", "--path"]).cloned();
            context.write_value(&directory.unwrap_or_else(|| Value::Known("./download".to_owned())));
            if verb == verbs::SECRET_READ { secret(verb) } else { on(verb) }
        }
        ("release", "create" | "upload") => {
            read_all(found.operands.iter().skip(1).copied(), context);
            on(verb)
        }
        ("auth", "status") if found.has(&["-t", "--show-token"]) => secret(verbs::SECRET_READ),
        _ if verb == verbs::SECRET_READ || verb == verbs::SECRET_WRITE => secret(verb),
        _ if verb == verbs::NET_SEND => {
            read_all(found.operands.iter().copied().filter(|_| group == "snippet"), context);
            Effect::new(verb, Resource::Host { host: repository.host.clone(), url: None })
        }
        _ => on(verb),
    };
    context.push(match &found.doubt {
        Some(why) => effect.certain(Certainty::Partial, why),
        None => effect,
    });
}

/// A merge, which has an immutable form where the commit is given.
fn merge(
    found: &Subcommand<'_>,
    repository: &ForgeRepository,
    number: Option<u64>,
    invocation: &Invocation,
    context: &mut Context<'_>,
) {
    let commit = found.value(&["--sha"]).and_then(Value::known).and_then(countersign_model::Commit::parse);
    let effect = Effect::new(verbs::FORGE_MERGE, pull_request(repository, number, None, commit.clone()));
    context.push(match (number, &found.doubt) {
        (_, Some(why)) => effect.certain(Certainty::Partial, why),
        (None, None) => effect.certain(Certainty::Partial, "the merge request is not named by its number"),
        (Some(_), None) => effect,
    });
    if found.has(&["-d", "--remove-source-branch"]) {
        context.push(forge::branch(repository, None, verbs::GIT_DELETE_REMOTE_REF, None));
    }
    let span = invocation.span().filter(|_| invocation.contiguous && !context.repeated);
    context.candidates.push(match (commit, span) {
        (Some(commit), Some(span)) => {
            pin::as_it_is(span, &format!("merges only if the merge request is still at {}", commit.short()))
        }
        (None, _) => pin::impossible("the commit of the merge request is not known here; give it with --sha"),
        (Some(_), None) => pin::impossible("the merge is not written out in one piece"),
    });
}

/// A subcommand the table does not have: what changes the client, or anything.
fn unknown(
    invocation: &Invocation,
    found: &Subcommand<'_>,
    repository: &ForgeRepository,
    context: &mut Context<'_>,
) {
    let group = found.operand(0).unwrap_or_default();
    let changes_client = matches!(group.as_str(), "alias" | "config");
    if group == "config" && found.operand(1).as_deref() == Some("set") {
        // What seems to be an option's value may be the setting's name.
        let words = invocation.words.iter().skip_while(|word| word.known() != Some("set")).skip(1);
        let names: Vec<&str> = words.map(|word| word.known().unwrap_or("*")).filter(|word| !word.starts_with('-')).collect();
        let at = names.iter().position(|name| matches!(*name, "editor" | "browser" | "pager" | "glamour_style" | "*"));
        let plain = at.and_then(|at| names.get(at + 1)).is_some_and(|value| environment::is_editor(value));
        let runs = names.is_empty() || (at.is_some() && !plain);
        if !runs {
            context.write_value(&Value::Known(format!("{}/.config/glab-cli/config.yml", context.state.shell.home)));
            return;
        }
    }
    let stands_for = found.operand(3).and_then(|text| text.split_ascii_whitespace().next().map(str::to_owned));
    let shells = found.has(&["--shell", "-s"]) || found.doubt.is_some();
    if group == "alias" && found.operand(1).as_deref() == Some("set") && !shells && stands_for.is_some_and(|name| is_group(&name)) {
        context.write_value(&Value::Known(format!("{}/.config/glab-cli/aliases.yml", context.state.shell.home)));
        return;
    }
    let groups = is_group(&group);
    if groups && found.operands.len() == 1 {
        context.push(Effect::new(verbs::EXEC_READ, object(repository, "client", &group)));
        return;
    }
    if groups && found.doubt.is_none() && !changes_client {
        let name = found.operand(1).unwrap_or_else(|| "*".to_owned());
        let effect = Effect::new(verbs::FORGE_WRITE, object(repository, &group, &name));
        context.push(effect.certain(Certainty::Partial, "the subcommand is not known"));
        return;
    }
    if !changes_client {
        let why = "the subcommand may be an alias";
        forge::anything(&ForgeRepository { name: "*".to_owned(), ..repository.clone() }, why, context);
    }
    opaque(invocation, "it changes or runs what the client runs", context);
}

/// Whether the client itself has subcommands below this word.
fn is_group(name: &str) -> bool {
    TABLE.rules.iter().any(|rule| {
        rule.words.split(' ').next().is_some_and(|words| words.split('|').any(|word| word == name))
    })
}

/// The repository meant: `-R`, `GITLAB_REPO`, or the remotes of the one the command runs in.
fn repository(invocation: &Invocation, found: &Subcommand<'_>, context: &Context<'_>) -> ForgeRepository {
    let host = ["GITLAB_HOST", "GL_HOST"].iter().find_map(|name| environment::value(invocation, name));
    let host = found.value(&["--hostname"]).cloned().or(host);
    let is_told = host.is_some();
    let host = host.map_or_else(|| "gitlab.com".to_owned(), |value| value.known().unwrap_or("*").to_owned());
    let any = ForgeRepository { host: host.clone(), name: "*".to_owned() };
    let named = found.value(&["-R", "--repo"]).cloned().or_else(|| environment::value(invocation, "GITLAB_REPO"));
    if let Some(value) = named {
        let Some(text) = value.known() else { return any };
        return match addresses::forge(text).filter(|_| text.contains(':')) {
            Some(found) => found,
            None => ForgeRepository { host, name: text.to_owned() },
        };
    }
    let repo = Repo::open(&context.state.shell.directory, Vec::new(), context);
    for remote in ["upstream", "origin"] {
        if let Ok(Some(url)) = repo.last(&format!("remote.{remote}.url"), context)
            && let Some(found) = addresses::forge(&url).filter(|found| !is_told || found.host == host)
        {
            return found;
        }
    }
    any
}
