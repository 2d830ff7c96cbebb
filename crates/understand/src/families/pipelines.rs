//! Programs that start pipelines and deployments on servers of continuous integration and delivery, and of which little
//! else is known: Drone, Woodpecker, Jenkins, Bitbucket, Spinnaker, Octopus, Semaphore, Modal, Encore and the like.

use countersign_model::{Certainty, Effect, Resource, verbs};

use super::subcommands::{Rule, Subcommand, Table, read, rule};
use super::{Family, opaque, told};
use crate::context::Context;
use crate::invocation::Invocation;

pub(super) const FAMILY: Family = Family {
    programs: &[
        "drone", "woodpecker-cli", "jenkins-cli", "jcli", "bb", "bitbucket-cli", "spin", "octo", "sem", "gocd", "codefresh",
        "modal", "encore", "ampx", "gigalixir", "platform", "dep", "mina", "shipit", "ecs-deploy", "ecs-cli", "shorebird", "code-push",
        "appcenter", "buildkite-agent",
    ],
    about: "Programs that start pipelines and deployments on a server. What a pipeline does there is not known: to start one is a \
        deployment. A pipeline or a function that is run here is opaque.",
    examples: &[
        "drone build ls acme/shop",
        "drone build promote acme/shop 5 production",
        "woodpecker-cli pipeline start acme/shop 5",
        "jenkins-cli build deploy",
        "jenkins-cli console deploy",
        "octo deploy-release --project shop --deployTo production",
        "modal app list",
        "modal deploy app.py",
    ],
    effects,
};

const TABLE: Table<'_> = Table {
    values: &[
        "--branch", "-b", "--application", "-a", "--name", "-n", "--project", "-p", "--environment", "--deployTo", "--version", "--server", "-s", "--token", "-t", "--apiKey", "--user",
        "--auth", "-auth", "--env", "-e", "--param", "--app-id", "--region", "--cluster", "--output", "-o", "--format", "--config", "-c", "-m", "--mod", "--stack", "--space", "--file", "-f",
    ],
    rules: RULES,
};

/// What they call what they do: alone, behind a kind of thing, or joined to one.
const RULES: &[Rule<'_>] = &[
    rule("list|ls|info|show|get|view|describe|status|logs|log|console|queue|version|help|whoami|who-am-i|lint|validate|diff|render|fmt|functions|completion|doctor|inspect|ps|images|tail|jsonnet|starlark|convert|check|test|docs", verbs::APP_READ),
    rule("* list|ls|last|info|show|get|view|describe|status|logs|log|queue|history|diff|validate|lint|ps|inspect|decode", verbs::APP_READ),
    rule("build|trigger|promote|deploy|redeploy|release|patch|rollback|restart|start|create|approve|rerun|rebuild|retry|submit|publish|push|scale|up|apply|pipeline-deploy|groovy|groovysh", verbs::APP_DEPLOY),
    rule("* build|trigger|promote|deploy|redeploy|release|patch|rollback|restart|start|create|approve|rerun|rebuild|retry|submit|publish|push|scale|up|apply|run|new|execute|resume|upload|cancel|release-react|android|ios", verbs::APP_DEPLOY),
    rule("pipeline|pipelines run|execute|trigger|start", verbs::APP_DEPLOY),
    rule("delete|destroy|rm|remove|stop|down|kill|purge", verbs::APP_DELETE),
    rule("* delete|destroy|rm|remove|stop|down|kill|purge", verbs::APP_DELETE),
    rule("secret|secrets|orgsecret add|create|set|update|rm|delete", verbs::SECRET_WRITE),
    rule("secret|secrets|orgsecret ls|list|info", verbs::APP_READ),
    rule("login|logout|auth|setup", verbs::SECRET_WRITE),
];

/// First words whose operands are names of what is looked at.
const LOOKS: &[&str] = &["console", "logs", "log", "view", "describe", "inspect", "lint", "validate", "status", "show", "info"];

/// Verbs that begin a word or end it: `list-jobs`, `deploy-release`, `environment:delete`.
const JOINED: &[(&[&str], countersign_model::Verb)] = &[
    (&["delete", "remove", "destroy", "clear", "offline", "shutdown"], verbs::APP_DELETE),
    (&["deploy", "create", "build", "promote", "redeploy", "push", "activate", "restart", "run", "update", "reload", "safe", "quiet", "enable", "disable", "replay", "set", "import", "rollback", "install", "merge", "sync", "scale"], verbs::APP_DEPLOY),
    (&["list", "get", "show", "logs", "info", "status", "who", "version", "dump", "export"], verbs::APP_READ),
];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let found = read(invocation, &TABLE);
    if found.is_help || invocation.words.is_empty() {
        context.program(verbs::EXEC_READ, &invocation.title());
        return;
    }
    let program = invocation.program.as_str();
    let first = found.name.split(' ').next().unwrap_or_default();
    let is_of_project = matches!(
        (program, first),
        ("ampx", "sandbox" | "generate")
            | ("drone" | "woodpecker-cli", "exec")
            | ("encore", "run" | "test" | "exec" | "gen")
            | ("modal", "run" | "serve" | "shell")
            | ("spin", "build" | "watch" | "new")
            | ("buildkite-agent", "start" | "bootstrap")
            | ("dep", "ensure" | "init" | "prune")
    );
    let verb = if LOOKS.contains(&first) { Some(verbs::APP_READ) } else if is_of_project { None } else { joined(first).or_else(|| found.verb.clone()) };
    let Some(verb) = verb.filter(|_| found.doubt.is_none()) else {
        opaque(invocation, "what it runs or starts is not known", context);
        return;
    };
    let reads = verb == verbs::APP_READ;
    context.push(started(&found, program, verb));
    // These run what the project says.
    if !reads && matches!(program, "dep" | "mina" | "shipit" | "modal" | "encore") {
        opaque(invocation, "what it runs is in the project's file", context);
    }
}

/// What a word says that joins a verb and a kind of thing.
fn joined(word: &str) -> Option<countersign_model::Verb> {
    let parts: Vec<&str> = word.split(['-', ':']).collect();
    let (first, last) = (parts.first()?, parts.last()?);
    let says = |names: &[&str], part: &str| names.contains(&part);
    let found = JOINED.iter().find(|(names, _)| says(names, first) || word.contains(':') && says(names, last));
    found.filter(|_| parts.len() > 1 && word != "who-am-i").map(|(_, verb)| verb.clone())
}

fn started(found: &Subcommand<'_>, program: &str, verb: countersign_model::Verb) -> Effect {
    let named = found.text(&["--application", "--project", "-p", "--name", "-a", "--app-id"]);
    let name = named.or_else(|| found.operand(0)).unwrap_or_else(|| "*".to_owned());
    let target = found.text(&["--environment", "--deployTo", "--env", "-e"]).or_else(|| found.operand(2));
    let name_only = Resource::Secret { store: program.to_owned(), name: name.clone() };
    let resource = if verb.area() == "secret" { name_only } else { Resource::App { platform: program.to_owned(), name, target } };
    let starts = verb == verbs::APP_DEPLOY;
    let effect = Effect::new(verb, resource);
    if starts { effect.certain(Certainty::Partial, "what it starts on the server is not known") } else { effect }
}

/// Runners of tasks of several packages.
const RUNNERS: &[&str] = &["turbo", "nx", "lerna", "rush", "moon", "npm", "pnpm", "yarn", "bun"];
/// Words by which package managers run a task in several packages.
const OF_SEVERAL: &[&str] = &["-r", "--recursive", "-w", "-ws", "--workspace", "--workspaces", "--filter", "-F", "workspace", "workspaces", "foreach"];

/// Adds that a task is deployed of which nothing is known but its name, where it is run in several packages or found by
/// a pattern.
pub(super) fn by_name(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let is_hidden = context.unseen.as_ref().is_some_and(|effect| effect.verb == verbs::EXEC_OPAQUE && effect.certainty == Certainty::Opaque);
    if !is_hidden || !RUNNERS.contains(&program) {
        return;
    }
    let is_of_package = matches!(program, "npm" | "pnpm" | "yarn" | "bun");
    let of_several = |text: &str| OF_SEVERAL.contains(&text.split('=').next().unwrap_or(text)) || text.len() > 2 && text.starts_with('/') && text.ends_with('/');
    if is_of_package && !invocation.words.iter().any(|word| of_several(word.text())) {
        return;
    }
    if let Some(task) = told::delivering_word(invocation) {
        let resource = Resource::App { platform: program.to_owned(), name: task, target: None };
        context.push(Effect::new(verbs::APP_DEPLOY, resource).certain(Certainty::Partial, "the task is called so, and what it runs is not known"));
    }
}

#[cfg(test)]
mod tests;
