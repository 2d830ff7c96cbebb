//! GitHub Actions: <https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax>.

use countersign_model::Environment;

use super::condition::{self, equal_to, unquoted};
use super::{Delivery, Refs, signs, widened};
use countersign_yaml::Node;

/// A workflow file.
pub struct Workflow {
    /// Its path in the repository.
    pub path: String,
    /// What it says.
    pub node: Node,
}

/// Events that people set off by talking: comments, reviews, labels and pull requests, which flow.
const TALK: &[&str] = &[
    "issues",
    "issue_comment",
    "commit_comment",
    "discussion",
    "discussion_comment",
    "pull_request",
    "pull_request_target",
    "pull_request_review",
    "pull_request_review_comment",
];

/// What the pushes to this repository set off, by its workflows; and what else people should know.
pub fn deliveries(workflows: &[Workflow], default: Option<&str>) -> (Vec<Delivery>, Vec<String>) {
    let mut deliveries = Vec::new();
    let mut notes = Vec::new();
    for workflow in workflows {
        let pushed = triggers(workflow, workflows, default);
        let talk = events(workflow).into_iter().map(|(event, _)| event).find(|event| TALK.contains(event));
        let mut quiet = None;
        for (job, node) in workflow.node.get("jobs").map(Node::entries).unwrap_or_default() {
            let Some(sign) = job_sign(workflow, job, node, workflows, 0) else { continue };
            let refs = pushed.clone().and(sign.refs(default));
            let why = format!("{}: job `{job}` delivers ({})", workflow.path, sign.what);
            if refs.is_empty() {
                quiet = Some(why);
            } else {
                let file = workflow.path.clone();
                deliveries.push(Delivery { file, environment: sign.environment, refs, why });
            }
        }
        match (quiet, talk) {
            (Some(why), Some(event)) => {
                notes.push(format!(
                    "{why}, and `{event}` may start it: comments and pull requests are not held."
                ));
            }
            (Some(why), None) if pushed.is_empty() && !is_called(workflow) => {
                notes.push(format!("{why}, but no push starts it; starting it is held."));
            }
            _ => {}
        }
    }
    (deliveries, notes)
}

/// Whether other workflows call it: then theirs are the triggers that count.
fn is_called(workflow: &Workflow) -> bool {
    events(workflow).into_iter().any(|(event, _)| event == "workflow_call")
}

/// Why a job is thought to deliver, and under which conditions.
struct Sign {
    what: String,
    environment: Environment,
    /// The job's own condition, then those of the steps that deliver: one of these must hold too.
    job: Option<String>,
    steps: Option<Vec<String>>,
}

impl Sign {
    fn refs(&self, default: Option<&str>) -> Refs {
        let known =
            |text: &String| condition::refs(&plain(text), |comparison| comparison_refs(comparison, default));
        let job = self.job.as_ref().and_then(known).unwrap_or_else(Refs::all);
        let steps = self.steps.as_ref().and_then(|steps| {
            steps.iter().map(known).try_fold(Refs::default(), |all, refs| Some(all.or(refs?)))
        });
        job.and(steps.unwrap_or_else(Refs::all))
    }
}

fn job_sign(workflow: &Workflow, name: &str, job: &Node, all: &[Workflow], depth: usize) -> Option<Sign> {
    let text = |key: &str| job.get(key).and_then(Node::text);
    let condition = text("if").map(str::to_owned);
    let whole =
        |what: String, environment| Some(Sign { what, environment, job: condition.clone(), steps: None });
    if let Some(environment) = job.get("environment") {
        let named = environment.get("name").or(Some(environment)).and_then(Node::text).unwrap_or_default();
        return whole(format!("environment `{named}`"), signs::environment(named));
    }
    if let Some(called) = text("uses") {
        return match called.strip_prefix("./") {
            Some(path) => called_sign(path, all, depth).and_then(|what| whole(what, Environment::Production)),
            None => whole(format!("calls `{called}`, which is not here to be read"), Environment::Production),
        };
    }
    let titles =
        [Some(name), text("name"), workflow.node.get("name").and_then(Node::text), file_stem(&workflow.path)];
    if let Some(title) = titles.into_iter().flatten().find(|title| signs::in_name(title).is_some()) {
        return whole(format!("named `{title}`"), Environment::Production);
    }
    let steps = job.get("steps").map(Node::items).unwrap_or_default();
    let mut what = None;
    let mut conditions = Vec::new();
    for step in steps {
        let Some(sign) = step_sign(step) else { continue };
        what.get_or_insert(sign);
        conditions.push(step.get("if").and_then(Node::text).unwrap_or_default().to_owned());
    }
    let what = what?;
    Some(Sign { what, environment: Environment::Production, job: condition, steps: Some(conditions) })
}

fn step_sign(step: &Node) -> Option<String> {
    let text = |key: &str| step.get(key).and_then(Node::text);
    if let Some(name) = text("name").filter(|name| signs::in_name(name).is_some()) {
        return Some(format!("step `{name}`"));
    }
    if let Some(action) = text("uses") {
        let action = action.split('@').next().unwrap_or(action);
        let pushes = step.get("with").and_then(|with| with.get("push")).and_then(Node::text);
        let builds = action.contains("build-push") && matches!(pushes, None | Some("false"));
        return signs::in_action(action).filter(|_| !builds).map(|_| format!("uses `{action}`"));
    }
    text("run").and_then(signs::in_command).map(|sign| format!("runs `{}`", sign.trim()))
}

/// Whether a reusable workflow of this repository delivers. One that is not here may.
fn called_sign(path: &str, all: &[Workflow], depth: usize) -> Option<String> {
    let Some(called) = all.iter().find(|workflow| workflow.path == path).filter(|_| depth < 4) else {
        return Some(format!("calls `{path}`, which is not here to be read"));
    };
    let jobs = called.node.get("jobs").map(Node::entries).unwrap_or_default();
    let sign = jobs.iter().find_map(|(name, job)| job_sign(called, name, job, all, depth + 1))?;
    Some(format!("calls `{path}`: {}", sign.what))
}

/// The events that start the workflow, with their filters.
fn events(workflow: &Workflow) -> Vec<(&str, &Node)> {
    static NOTHING: Node = Node::Text(String::new());
    match workflow.node.get("on") {
        Some(Node::Map(entries)) => entries.iter().map(|(event, filter)| (event.as_str(), filter)).collect(),
        Some(on) => on.texts().into_iter().map(|event| (event, &NOTHING)).collect(),
        // A workflow without events is broken, and may be meant for any.
        None => vec![("push", &NOTHING)],
    }
}

/// The refs whose push starts the workflow.
fn triggers(workflow: &Workflow, all: &[Workflow], default: Option<&str>) -> Refs {
    let base = || default.map_or_else(|| Refs::branch("**"), Refs::branch);
    events(workflow).into_iter().fold(Refs::default(), |refs, (event, filter)| {
        refs.or(match event {
            "push" => push_filter(filter),
            "create" => Refs::all(),
            "pull_request" | "pull_request_target" if is_closed(filter) => branch_filter(filter),
            "workflow_run" => after(filter, all, default),
            // What stands on the default branch is delivered without another push.
            "schedule" | "repository_dispatch" | "merge_group" => base(),
            _ => Refs::default(),
        })
    })
}

fn push_filter(filter: &Node) -> Refs {
    let has = |key: &str| filter.get(key).is_some();
    let about_branches = has("branches") || has("branches-ignore");
    let about_tags = has("tags") || has("tags-ignore");
    let list = |kind: &str, ignore: &str, other: bool| match (filter.get(kind), filter.get(ignore)) {
        (Some(patterns), _) => patterns.texts().into_iter().filter_map(widened).collect(),
        (None, Some(ignored)) => {
            let ignored = ignored.texts().into_iter().filter_map(|pattern| widened(&format!("!{pattern}")));
            std::iter::once("**".to_owned()).chain(ignored).collect()
        }
        (None, None) if other => Vec::new(),
        (None, None) => vec!["**".to_owned()],
    };
    Refs {
        branches: list("branches", "branches-ignore", about_tags),
        tags: list("tags", "tags-ignore", about_branches),
    }
}

fn branch_filter(filter: &Node) -> Refs {
    Refs {
        tags: Vec::new(),
        ..push_filter(&Node::Map(
            filter.entries().iter().filter(|(key, _)| key.starts_with("branches")).cloned().collect(),
        ))
    }
}

/// Merging a pull request closes it.
fn is_closed(filter: &Node) -> bool {
    filter.get("types").is_some_and(|types| types.texts().contains(&"closed"))
}

/// What starts the workflows that this one runs after.
fn after(filter: &Node, all: &[Workflow], default: Option<&str>) -> Refs {
    if filter.get("branches").is_some() || filter.get("branches-ignore").is_some() {
        return branch_filter(filter);
    }
    let names = filter.get("workflows").map(Node::texts).unwrap_or_default();
    let named = |workflow: &&Workflow| {
        let own = workflow.node.get("name").and_then(Node::text).unwrap_or(&workflow.path);
        names.contains(&own)
    };
    let is_chained =
        |workflow: &&Workflow| workflow.node.get("on").is_some_and(|on| on.get("workflow_run").is_some());
    let before: Vec<&Workflow> = all.iter().filter(named).collect();
    if before.is_empty() || before.iter().any(is_chained) {
        return Refs::branch("**");
    }
    let refs =
        before.into_iter().fold(Refs::default(), |refs, workflow| refs.or(triggers(workflow, all, default)));
    Refs { tags: Vec::new(), ..refs }
}

/// The refs one comparison lets through; nothing if it does not speak of refs.
fn comparison_refs(comparison: &str, default: Option<&str>) -> Option<Refs> {
    const EVENT: &[&str] = &["github.event_name"];
    const REF: &[&str] = &["github.ref"];
    const NAME: &[&str] = &["github.ref_name", "github.event.workflow_run.head_branch", "github.base_ref"];
    let is_default =
        |value: &str| value.contains("github.event.repository.default_branch") && !value.contains("!=");
    if let Some(event) = equal_to(comparison, EVENT).and_then(unquoted) {
        let by_push = matches!(
            event,
            "push"
                | "create"
                | "workflow_run"
                | "schedule"
                | "pull_request"
                | "pull_request_target"
                | "merge_group"
                | "repository_dispatch"
        );
        return (!by_push).then(Refs::default);
    }
    if let Some(kind) = equal_to(comparison, &["github.ref_type"]).and_then(unquoted) {
        return Some(if kind == "tag" { Refs::tag("**") } else { Refs::branch("**") });
    }
    if let Some(value) = equal_to(comparison, REF) {
        if is_default(value) {
            return default.map(Refs::branch);
        }
        let full = unquoted(value)?;
        return full
            .strip_prefix("refs/heads/")
            .map(Refs::branch)
            .or_else(|| full.strip_prefix("refs/tags/").map(Refs::tag));
    }
    if let Some(value) = equal_to(comparison, NAME) {
        return if is_default(value) { default.map(Refs::branch) } else { unquoted(value).map(Refs::branch) };
    }
    let start = comparison.strip_prefix("startsWith(")?.strip_suffix(')')?;
    let (subject, start) = start.split_once(',')?;
    let start = unquoted(start.trim())?;
    match subject.trim() {
        "github.ref" => start
            .strip_prefix("refs/heads/")
            .map(|start| Refs::branch(&format!("{start}**")))
            .or_else(|| start.strip_prefix("refs/tags/").map(|start| Refs::tag(&format!("{start}**")))),
        "github.ref_name" => Some(Refs::branch(&format!("{start}**")).or(Refs::tag(&format!("{start}**")))),
        _ => None,
    }
}

/// The condition without the marks of an expression.
fn plain(condition: &str) -> String {
    condition.replace("${{", " ").replace("}}", " ").replace('\n', " ")
}

fn file_stem(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next()?;
    name.split('.').next()
}
