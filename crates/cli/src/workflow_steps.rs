//! What the steps of a repository's workflows run, as commands that can be understood.

use std::path::Path;

use countersign_yaml::{self as yaml, Node};

use crate::{nearby, reading};

/// So many steps are looked at.
const MOST: usize = 60;

/// Commands of the steps, each with the file it stands in. What an expression computes is a variable that nobody has set.
pub fn commands(top: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for path in nearby::entries(&top.join(".github/workflows")) {
        let is_workflow = path.extension().is_some_and(|end| end == "yml" || end == "yaml");
        let Some(text) = reading::text(&path).ok().filter(|_| is_workflow) else { continue };
        let Ok(workflow) = yaml::read(&text) else { continue };
        let from = path.strip_prefix(top).unwrap_or(&path).display().to_string();
        for (_, job) in workflow.get("jobs").map(Node::entries).unwrap_or_default() {
            for step in job.get("steps").map(Node::items).unwrap_or_default() {
                let Some(run) = step.get("run").and_then(Node::text) else { continue };
                let set: String = [&workflow, job, step].into_iter().map(variables).collect();
                found.push((from.clone(), set + &without_expressions(run)));
            }
        }
    }
    found.truncate(MOST);
    found
}

/// The variables that a workflow, a job or a step sets, as a shell would.
fn variables(node: &Node) -> String {
    let set = node.get("env").map(Node::entries).unwrap_or_default().iter();
    let is_name = |name: &str| name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    set.filter(|(name, _)| is_name(name))
        .filter_map(|(name, value)| {
            let value = value.text()?;
            // In double quotes an expression stays unknown, in single ones a text stays itself.
            Some(if value.contains("${{") {
                format!("export {name}=\"{UNKNOWN}\"\n")
            } else {
                format!("export {name}='{}'\n", value.replace('\'', "'\\''"))
            })
        })
        .collect()
}

/// Stands for what nobody can know before the workflow runs.
const UNKNOWN: &str = "${__COMPUTED_BY_THE_WORKFLOW}";

/// Whether a name is not written in a workflow, but computed.
pub fn is_computed(name: &str) -> bool {
    name.contains(UNKNOWN.trim_matches(['$', '{', '}']))
}

/// A text in which what stands between `${{` and `}}` is not known.
fn without_expressions(text: &str) -> String {
    let mut parts = text.split("${{");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(UNKNOWN);
        plain.push_str(part.split_once("}}").map_or("", |(_, rest)| rest));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_not_known() {
        assert_eq!(without_expressions("a ${{ x }} b ${{ y"), format!("a {UNKNOWN} b {UNKNOWN}"));
        assert_eq!(without_expressions("a"), "a");
    }
}
