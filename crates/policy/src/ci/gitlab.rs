//! GitLab CI: <https://docs.gitlab.com/ci/yaml/>.

use countersign_model::Environment;

use super::condition::{self, equal_to, unquoted};
use super::{Delivery, Refs, from_regex, signs, widened};
use countersign_yaml::Node;

/// Keys at the top that are not jobs.
const NOT_JOBS: &[&str] = &[
    "stages",
    "variables",
    "default",
    "include",
    "workflow",
    "image",
    "services",
    "before_script",
    "after_script",
    "cache",
    "spec",
];

/// What the pushes to this repository set off, by its CI file; and what else people should know.
pub fn deliveries(path: &str, file: &Node, default: Option<&str>) -> (Vec<Delivery>, Vec<String>) {
    let mut deliveries = Vec::new();
    let mut notes = Vec::new();
    if file.get("include").is_some() {
        // What is included is not here to be read, so the branch everybody's work ends on may deliver.
        let refs = default.map_or_else(|| Refs::branch("**"), Refs::branch);
        let why = format!("{path} includes files that are not here to be read, and they may deliver");
        let file = path.to_owned();
        deliveries.push(Delivery { file, environment: Environment::Production, refs, why });
    }
    for (name, job) in file.entries() {
        if name.starts_with('.') || NOT_JOBS.contains(&name.as_str()) || !matches!(job, Node::Map(_)) {
            continue;
        }
        let job = extended(file, job, 0);
        let Some((what, environment)) = sign(name, &job) else { continue };
        let refs = refs(&job, default);
        let why = format!("{path}: job `{name}` delivers ({what})");
        if refs.is_empty() {
            notes.push(format!("{why}, but no push starts it."));
        } else {
            deliveries.push(Delivery { file: path.to_owned(), environment, refs, why });
        }
    }
    (deliveries, notes)
}

/// The job with what it extends below its own keys.
fn extended(file: &Node, job: &Node, depth: usize) -> Node {
    let mut entries = job.entries().to_vec();
    let parents = job.get("extends").map(Node::texts).unwrap_or_default();
    for parent in parents.into_iter().rev().filter_map(|name| file.get(name)).filter(|_| depth < 8) {
        for (name, node) in extended(file, parent, depth + 1).entries() {
            if !entries.iter().any(|(known, _)| known == name) {
                entries.push((name.clone(), node.clone()));
            }
        }
    }
    Node::Map(entries)
}

fn sign(name: &str, job: &Node) -> Option<(String, Environment)> {
    if let Some(environment) = job.get("environment") {
        let named = environment.get("name").or(Some(environment)).and_then(Node::text).unwrap_or_default();
        return Some((format!("environment `{named}`"), signs::environment(named)));
    }
    let production = |what: String| Some((what, Environment::Production));
    let stage = job.get("stage").and_then(Node::text);
    if let Some(title) =
        [Some(name), stage].into_iter().flatten().find(|title| signs::in_name(title).is_some())
    {
        return production(format!("named `{title}`"));
    }
    if let Some(key) = ["release", "trigger", "pages"].into_iter().find(|key| job.get(key).is_some()) {
        return production(format!("has `{key}`"));
    }
    let scripts = ["before_script", "script", "after_script"].into_iter().filter_map(|key| job.get(key));
    let command = scripts.flat_map(Node::texts).find_map(signs::in_command)?;
    production(format!("runs `{}`", command.trim()))
}

/// The refs whose push starts the job.
fn refs(job: &Node, default: Option<&str>) -> Refs {
    if let Some(rules) = job.get("rules") {
        return match rules {
            Node::List(rules) => {
                rules.iter().fold(Refs::default(), |all, rule| all.or(rule_refs(rule, default)))
            }
            Node::Text(_) | Node::Map(_) => Refs::all(),
        };
    }
    let list = |node: &Node| -> Vec<String> {
        node.get("refs").unwrap_or(node).texts().into_iter().map(str::to_owned).collect()
    };
    let refs = match job.get("only") {
        Some(only) if only.get("refs").is_some() || only.entries().is_empty() => {
            list(only).iter().fold(Refs::default(), |all, entry| all.or(entry_refs(entry)))
        }
        Some(_) | None => Refs::all(),
    };
    job.get("except").map(list).unwrap_or_default().iter().fold(refs, |refs, entry| without(refs, entry))
}

fn rule_refs(rule: &Node, default: Option<&str>) -> Refs {
    if rule.get("when").and_then(Node::text) == Some("never") {
        return Refs::default();
    }
    match rule.get("if").and_then(Node::text) {
        Some(text) => {
            condition::refs(text, |comparison| comparison_refs(comparison, default)).unwrap_or_else(Refs::all)
        }
        None => Refs::all(),
    }
}

/// The refs one comparison lets through; nothing if it does not speak of refs.
fn comparison_refs(comparison: &str, default: Option<&str>) -> Option<Refs> {
    const BRANCH: &[&str] = &["$CI_COMMIT_BRANCH", "$CI_COMMIT_REF_NAME"];
    if matches!(comparison, "$CI_COMMIT_TAG") {
        return Some(Refs::tag("**"));
    }
    if matches!(comparison, "$CI_MERGE_REQUEST_IID" | "$CI_MERGE_REQUEST_ID") {
        return Some(Refs::default());
    }
    if let Some(source) = equal_to(comparison, &["$CI_PIPELINE_SOURCE"]).and_then(unquoted) {
        return match source {
            "push" => None,
            "schedule" => Some(default.map_or_else(|| Refs::branch("**"), Refs::branch)),
            _ => Some(Refs::default()),
        };
    }
    if let Some(value) = equal_to(comparison, BRANCH) {
        return match value {
            "$CI_DEFAULT_BRANCH" => Some(default.map_or_else(|| Refs::branch("**"), Refs::branch)),
            value => unquoted(value).map(Refs::branch),
        };
    }
    let (left, right) = comparison.split_once("=~")?;
    match left.trim() {
        "$CI_COMMIT_TAG" => Some(Refs::tag("**")),
        "$CI_COMMIT_BRANCH" => Some(Refs::branch(&from_regex(right.trim()))),
        "$CI_COMMIT_REF_NAME" => {
            let pattern = from_regex(right.trim());
            Some(Refs::branch(&pattern).or(Refs::tag(&pattern)))
        }
        _ => None,
    }
}

/// One entry of `only`.
fn entry_refs(entry: &str) -> Refs {
    match entry {
        "branches" => Refs::branch("**"),
        "tags" => Refs::tag("**"),
        "pushes" => Refs::all(),
        "merge_requests" | "schedules" | "web" | "api" | "triggers" | "pipelines" | "external" | "chat" => {
            Refs::default()
        }
        expression if expression.starts_with('/') => {
            let pattern = from_regex(expression);
            Refs::branch(&pattern).or(Refs::tag(&pattern))
        }
        name => {
            let name = name.split('@').next().unwrap_or(name);
            let pattern = widened(name).unwrap_or_else(|| "**".to_owned());
            Refs::branch(&pattern).or(Refs::tag(&pattern))
        }
    }
}

/// One entry of `except`: an exception only where it can be told exactly.
fn without(mut refs: Refs, entry: &str) -> Refs {
    match entry {
        "branches" => refs.branches.clear(),
        "tags" => refs.tags.clear(),
        "pushes" => refs = Refs::default(),
        name if name.contains(['/', '@', '*', '$']) => {}
        name => {
            for list in [&mut refs.branches, &mut refs.tags] {
                if let Some(exception) = widened(&format!("!{name}")).filter(|_| !list.is_empty()) {
                    list.push(exception);
                }
            }
        }
    }
    refs
}
