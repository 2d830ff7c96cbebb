//! Tasks, for people and programs.

use anstream::println;
use anyhow::Result;
use countersign_hook::now;
use countersign_model::{Task, Timestamp};
use serde_json::json;

use crate::{output, terminal};

/// Prints the task that counts here, if one does.
pub fn show(task: Option<&Task>, json: bool) -> Result<()> {
    if json {
        return output::json(&json!({ "task": task }));
    }
    match task {
        Some(task) => {
            println!("{}: {}", task.id, terminal::line(&task.title));
            print(task);
        }
        None => println!("No task is open in this working tree: nothing is outside of it."),
    }
    Ok(())
}

/// Prints the open tasks, newest last.
pub fn list(tasks: &[Task], json: bool) -> Result<()> {
    if json {
        return output::json(&json!({ "tasks": tasks }));
    }
    if tasks.is_empty() {
        println!("No task is open.");
        return Ok(());
    }
    output::table(
        ["TASK", "LEFT", "ISSUE", "WORKING TREE", "TITLE"],
        tasks.iter().map(|task| {
            let issue = task.issue.as_deref().unwrap_or("-");
            let [issue, root, title] = [issue, &task.root, &task.title].map(terminal::line);
            [task.id.to_string(), left(task.ends), issue, root, title]
        }),
    );
    Ok(())
}

/// What a task is limited to, one line each.
pub fn print(task: &Task) {
    let line = |name: &str, text: &str| println!("  {name:<14}{}", terminal::line(text));
    line("working tree", &task.root);
    line("left", &left(task.ends));
    if let Some(issue) = &task.issue {
        line("issue", issue);
    }
    let scope = &task.scope;
    let environments: Vec<String> = scope.environments.iter().map(ToString::to_string).collect();
    let lists = [
        ("files", &scope.paths),
        ("repositories", &scope.repositories),
        ("branches", &scope.branches),
        ("hosts", &scope.hosts),
        ("tools", &scope.tools),
        ("environments", &environments),
    ];
    let mut open = scope.limits.is_empty();
    for (name, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        line(name, &list.join(", "));
        open = false;
    }
    if let Some(allow) = &scope.allow {
        let words = if allow.is_empty() { "nothing".to_owned() } else { allow.join(", ") };
        line("elsewhere", &words);
        open = false;
    }
    if let Some(limit) = scope.limits.pull_requests {
        line("limit", &output::count(limit.into(), "pull request"));
    }
    if let Some(limit) = scope.limits.files {
        line("limit", &output::count(limit.into(), "changed file"));
    }
    if open {
        line("scope", "none given: nothing is outside of it");
    }
}

fn left(ends: Timestamp) -> String {
    let minutes = ends.as_second().saturating_sub(now().as_second()).max(0).div_euclid(60);
    match minutes {
        0..120 => output::count(minutes.unsigned_abs(), "minute"),
        120..2880 => output::count(minutes.div_euclid(60).unsigned_abs(), "hour"),
        _ => output::count(minutes.div_euclid(1440).unsigned_abs(), "day"),
    }
}
