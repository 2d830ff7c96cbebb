//! `task start`.

use std::path::{Path, PathBuf};

use anstream::println;
use anyhow::{Context as _, Result};
use countersign_evidence::Event;
use countersign_hook::now;
use countersign_model::{Environment, Task, TaskId, TaskLimits, TaskScope};
use countersign_policy::{
    ProposalError, TaskFile, check_allowed, check_host, check_limits, check_path, check_pattern,
};

use super::{lasting, odd, root, shown};
use crate::desk::Desk;
use crate::output::{self, GOOD, Placed, WARN, WithHint as _, styled};
use crate::{reading, terminal};

/// Tasks that may be open at once, so that what every call reads stays small.
const MOST_OPEN: usize = 100;

#[derive(clap::Args)]
pub struct Arguments {
    /// What is to be done, in a line
    #[arg(required_unless_present = "file")]
    title: Option<String>,
    /// Read what is not given here from a file of this repository, such as task.toml
    #[arg(long)]
    file: Option<PathBuf>,
    /// Files that may change, from the working tree's top, such as 'src/billing'; a leading ! is an exception
    #[arg(long, value_name = "PATTERN")]
    scope: Vec<String>,
    /// Repositories that may change, such as 'github.com/acme/*'
    #[arg(long, value_name = "PATTERN")]
    repository: Vec<String>,
    /// Branches that may move, such as 'feature/*'
    #[arg(long, value_name = "PATTERN")]
    branch: Vec<String>,
    /// Hosts that may be spoken to, such as '*.staging.example'
    #[arg(long, value_name = "PATTERN")]
    host: Vec<String>,
    /// MCP servers that may be used, or server/tool
    #[arg(long, value_name = "PATTERN")]
    tool: Vec<String>,
    /// Environments that may be touched
    #[arg(long, value_enum)]
    environment: Vec<Named>,
    /// What may change something on other machines: a verb such as git.push, an area such as forge, or pr.open
    #[arg(long, value_name = "VERB")]
    allow: Vec<String>,
    /// How much of it: pull-requests=1 or files=20
    #[arg(long, value_name = "WHAT=NUMBER")]
    limit: Vec<String>,
    /// The issue it is about, such as ABC-12
    #[arg(long, alias = "ticket")]
    issue: Option<String>,
    /// How long it goes on: 90m, 4h, 2d [default: 8h]
    #[arg(long = "for", value_name = "TIME")]
    lasts: Option<String>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Named {
    Development,
    Staging,
    Production,
}

/// Records the task.
pub fn run(arguments: Arguments, json: bool) -> Result<()> {
    let file = match &arguments.file {
        Some(path) => {
            let text = reading::text(path)
                .with_context(|| format!("cannot read the task `{}`", path.display()))
                .hint("a task file has the fields of `countersign task start --help`, as TOML")?;
            TaskFile::parse(&text).map_err(|wrong| {
                let ProposalError { message, line, column, hint } = wrong;
                faulty(path, Some((line, column)), message, hint)
            })?
        }
        None => TaskFile::default(),
    };
    let title = arguments.title.clone().or(file.title).filter(|title| !title.trim().is_empty());
    let in_file = |at: Option<(usize, usize)>, (message, hint): (String, Option<String>)| {
        let path = arguments.file.clone().unwrap_or_default();
        faulty(&path, at, message, hint)
    };
    let title = match (title, &arguments.file) {
        (Some(title), _) => title,
        (None, Some(_)) => {
            let wrong = "the task has no title".to_owned();
            return Err(in_file(None, (wrong, Some("say what is to be done: title = \"…\"".to_owned()))));
        }
        (None, None) => {
            return Err(anyhow::anyhow!("the task has no title")).hint("say what is to be done, in a line");
        }
    };
    let lasts = match (&arguments.lasts, &file.lasts) {
        (None, Some(said)) => lasting::parse(said).map_err(|wrong| in_file(file.lasts_at, wrong))?,
        (said, _) => {
            let said = said.as_deref().unwrap_or("8h");
            lasting::parse(said).map_err(|wrong| refused("--for", wrong))?
        }
    };
    let scope = arguments.over(file.scope)?;
    let root = root()?;
    let unmatched = unmatched(&scope.paths, &root).map_err(|(index, wrong)| {
        if arguments.scope.is_empty() {
            in_file(file.paths_at.get(index).copied(), wrong)
        } else {
            refused("--scope", wrong)
        }
    })?;
    let odd = odd::odd(&scope, Path::new(&root));
    let mut desk = Desk::open()?;
    let started = now();
    let id: String = crate::edge::random::<4>()?.iter().map(|byte| format!("{byte:02x}")).collect();
    let task = Task {
        id: TaskId::from(format!("ct-{id}")),
        title: title.lines().next().unwrap_or_default().trim().to_owned(),
        root,
        scope,
        issue: arguments.issue.or(file.issue),
        started,
        ends: started.checked_add(lasts)?,
    };
    let replaced = desk.authorities()?.task(&[&task.root], started).cloned();
    if super::open(&mut desk)?.len() >= MOST_OPEN {
        return Err(anyhow::anyhow!("{MOST_OPEN} tasks are open")).hint("end some: `countersign task list`");
    }
    let event = Event::TaskStarted { task: task.clone() };
    desk.ledger.locked(now, |log| log.append(vec![event]).map(drop))?;
    if json {
        return output::json(&task);
    }
    println!("{} {}: {}", styled(GOOD, "started"), task.id, terminal::line(&task.title));
    shown::print(&task);
    if let Some(replaced) = replaced {
        println!(
            "{} it counts here in place of {}: {}, which stays open (`countersign task end {}` if it is done)",
            styled(WARN, "note:"),
            replaced.id,
            terminal::line(&replaced.title),
            replaced.id
        );
    }
    if !unmatched.is_empty() {
        println!(
            "{} no file of this working tree is in its scope: whatever changes here is outside of the task",
            styled(WARN, "note:")
        );
    }
    for odd in odd {
        println!("{} {}", styled(WARN, "note:"), terminal::line(&odd));
    }
    Ok(())
}

/// What is wrong with a pattern, by its index, and how to write it.
type Refused = (usize, (String, Option<String>));

/// The patterns of files elsewhere, where all are. One that is meant for the working tree and can match nothing there is
/// refused, by its index.
fn unmatched(paths: &[String], root: &str) -> Result<Vec<String>, Refused> {
    let mut elsewhere = Vec::new();
    let wanted: Vec<&String> = paths.iter().filter(|path| !path.starts_with('!')).collect();
    for (index, path) in paths.iter().enumerate() {
        let pattern = path.strip_prefix('!').unwrap_or(path);
        let inner = pattern.strip_prefix(root.trim_end_matches('/')).and_then(|rest| rest.strip_prefix('/'));
        let inner = inner.or_else(|| pattern.strip_prefix("./"));
        let is_top = pattern == "." || pattern.trim_end_matches('/') == root.trim_end_matches('/');
        if let Some(inner) = inner.or_else(|| is_top.then_some("")) {
            let inner = if inner.trim_matches(['.', '/']).is_empty() { "**" } else { inner };
            let inner = if path.starts_with('!') { &format!("!{inner}") } else { inner };
            let wrong = format!("`{pattern}` can match no file: patterns count from the working tree's top");
            return Err((index, (wrong, Some(format!("write `{}`", terminal::line(inner))))));
        }
        if pattern.starts_with("../") || pattern == ".." || pattern.starts_with('~') {
            let wrong = format!("`{pattern}` can match no file");
            let hint = "write a path from the working tree's top, or an absolute one for files elsewhere";
            return Err((index, (wrong, Some(hint.to_owned()))));
        }
        if pattern.starts_with('/') && !path.starts_with('!') {
            elsewhere.push(path.clone());
        }
    }
    Ok(if elsewhere.len() == wanted.len() { elsewhere } else { Vec::new() })
}

impl Arguments {
    /// What the options say, over what the file says.
    fn over(&self, mut scope: TaskScope) -> Result<TaskScope> {
        let lists = [
            ("--scope", &self.scope, &mut scope.paths),
            ("--repository", &self.repository, &mut scope.repositories),
            ("--branch", &self.branch, &mut scope.branches),
            ("--host", &self.host, &mut scope.hosts),
            ("--tool", &self.tool, &mut scope.tools),
        ];
        for (option, given, list) in lists {
            for pattern in given {
                let check = match option {
                    "--host" => check_host,
                    "--scope" => check_path,
                    _ => check_pattern,
                };
                check(pattern).map_err(|wrong| refused(option, wrong))?;
            }
            if !given.is_empty() {
                list.clone_from(given);
            }
        }
        for word in &self.allow {
            check_allowed(word).map_err(|wrong| refused("--allow", wrong))?;
        }
        if !self.allow.is_empty() {
            scope.allow = Some(self.allow.clone());
        }
        if !self.environment.is_empty() {
            let named = |named: &Named| match named {
                Named::Development => Environment::Development,
                Named::Staging => Environment::Staging,
                Named::Production => Environment::Production,
            };
            scope.environments = self.environment.iter().map(named).collect();
        }
        for limit in &self.limit {
            set(&mut scope.limits, limit)?;
        }
        check_limits(&scope.limits).map_err(|wrong| refused("--limit", wrong))?;
        Ok(scope)
    }
}

/// Takes in `pull-requests=1`.
fn set(limits: &mut TaskLimits, text: &str) -> Result<()> {
    let parts = text.split_once('=').and_then(|(what, number)| Some((what, number.parse::<u32>().ok()?)));
    let (limit, number) = match parts {
        Some(("pull-requests", number)) => (&mut limits.pull_requests, number),
        Some(("files", number)) => (&mut limits.files, number),
        Some(_) | None => {
            return Err(anyhow::anyhow!("`{}` is no limit", terminal::line(text)))
                .hint("write --limit pull-requests=1 or --limit files=20");
        }
    };
    match limit.replace(number) {
        Some(before) if before != number => {
            Err(anyhow::anyhow!("`{}` comes after {before}, which is another limit", terminal::line(text)))
                .hint("give each limit once")
        }
        _ => Ok(()),
    }
}

/// Where a task file is wrong, and what to do.
fn faulty(path: &Path, at: Option<(usize, usize)>, message: String, hint: Option<String>) -> anyhow::Error {
    let message = terminal::line(&message);
    let error = anyhow::Error::new(Placed { file: path.to_path_buf(), at, message });
    with_hint(error, hint).context(format!("cannot use the task `{}`", path.display()))
}

fn refused(option: &str, (message, hint): (String, Option<String>)) -> anyhow::Error {
    with_hint(anyhow::anyhow!("{option}: {}", terminal::line(&message)), hint)
}

fn with_hint(error: anyhow::Error, hint: Option<String>) -> anyhow::Error {
    match hint {
        Some(hint) => error.context(crate::output::Hint { hint }),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn hint(pattern: &str) -> String {
        match unmatched(&[pattern.to_owned()], "/srv/shop") {
            Ok(elsewhere) => format!("{elsewhere:?}"),
            Err((_, wrong)) => crate::output::sentence(&refused("--scope", wrong)),
        }
    }

    #[test]
    fn a_pattern_that_can_match_nothing_is_refused_with_one_that_can() {
        assert_snapshot!(["src", "./src", "!./src", "/srv/shop/src", ".", "./", "/srv/shop", "/srv/other", "../x"].map(hint).join("\n"), @r#"
        []
        --scope: `./src` can match no file: patterns count from the working tree's top (write `src`)
        --scope: `./src` can match no file: patterns count from the working tree's top (write `!src`)
        --scope: `/srv/shop/src` can match no file: patterns count from the working tree's top (write `src`)
        --scope: `.` can match no file: patterns count from the working tree's top (write `**`)
        --scope: `./` can match no file: patterns count from the working tree's top (write `**`)
        --scope: `/srv/shop` can match no file: patterns count from the working tree's top (write `**`)
        ["/srv/other"]
        --scope: `../x` can match no file (write a path from the working tree's top, or an absolute one for files elsewhere)
        "#);
    }
}
