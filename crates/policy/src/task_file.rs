//! A task as a file in a repository says it, and what its parts may hold.

use countersign_model::{Environment, TaskLimits, TaskScope, verbs};
use serde::Deserialize;
use toml::Spanned;

use crate::checked::line_and_column;
use crate::proposal::ProposalError;
use crate::wording::explain;
use crate::{glob, nearest, request, scoping};

/// The most changed files that a task may be limited to: so many are remembered of a session.
const MOST_FILES: u32 = 500;
/// The most pull requests that a task may be limited to.
const MOST_PULL_REQUESTS: u32 = 50;

/// What is wrong with a part of a task, and what to do about it.
pub type Wrong = (String, Option<String>);
type Check<'c> = &'c dyn Fn(&str) -> Result<(), Wrong>;

/// The fields of a task file. All of them may also be given to `countersign task start`.
#[derive(Debug, Default)]
pub struct TaskFile {
    /// What it is.
    pub title: Option<String>,
    /// How far it goes.
    pub scope: TaskScope,
    /// The issue it is about.
    pub issue: Option<String>,
    /// How long it goes on, such as `4h`.
    pub lasts: Option<String>,
    /// Where in the file that stands, by line and column from 1.
    pub lasts_at: Option<(usize, usize)>,
    /// Where in the file each path of the scope stands.
    pub paths_at: Vec<(usize, usize)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    title: Option<String>,
    #[serde(alias = "ticket")]
    issue: Option<String>,
    #[serde(rename = "for")]
    lasts: Option<Spanned<String>>,
    scope: Option<Spanned<Vec<Spanned<String>>>>,
    repository: Option<Spanned<Vec<Spanned<String>>>>,
    branch: Option<Spanned<Vec<Spanned<String>>>>,
    host: Option<Spanned<Vec<Spanned<String>>>>,
    tool: Option<Spanned<Vec<Spanned<String>>>>,
    environment: Option<Spanned<Vec<Environment>>>,
    allow: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    limit: Option<Spanned<TaskLimits>>,
}

impl TaskFile {
    /// Reads a task file.
    ///
    /// # Errors
    /// It is no TOML, or holds what a task does not have: the error says where.
    pub fn parse(text: &str) -> Result<Self, ProposalError> {
        let fields: Fields = toml::from_str(text).map_err(|error| explain(text, &error))?;
        let place = |start: usize| line_and_column(text, start).unwrap_or((1, 1));
        let at = |start: usize, (message, hint): Wrong| {
            let (line, column) = place(start);
            ProposalError { message, line, column, hint }
        };
        let each = |patterns: Vec<Spanned<String>>, check: Check<'_>| {
            let mut checked = Vec::new();
            for pattern in patterns {
                check(pattern.get_ref()).map_err(|wrong| at(pattern.span().start, wrong))?;
                checked.push(pattern.into_inner());
            }
            Ok::<_, ProposalError>(checked)
        };
        let list = |name: &str, patterns: Option<Spanned<Vec<Spanned<String>>>>, check: Check<'_>| {
            each(filled(name, patterns).map_err(|(start, wrong)| at(start, wrong))?, check)
        };
        let patterns = |name, patterns| list(name, patterns, &check_pattern);
        let hosts = list("host", fields.host, &check_host)?;
        let begins = fields.environment.as_ref().map_or(0, |listed| listed.span().start);
        let environments =
            filled("environment", fields.environment).map_err(|(start, wrong)| at(start, wrong))?;
        if environments.contains(&Environment::Unknown) {
            let hint = "it is one of: development, staging, production".to_owned();
            return Err(at(begins, ("a task has no `unknown` environment".to_owned(), Some(hint))));
        }
        let mut limits = TaskLimits::default();
        if let Some(given) = fields.limit {
            let start = given.span().start;
            limits = given.into_inner();
            check_limits(&limits).map_err(|wrong| at(start, wrong))?;
        }
        let paths = fields.scope.iter().flat_map(Spanned::get_ref);
        let paths_at = paths.map(|path| place(path.span().start)).collect();
        Ok(Self {
            title: fields.title,
            issue: fields.issue,
            lasts_at: fields.lasts.as_ref().map(|lasts| place(lasts.span().start)),
            lasts: fields.lasts.map(Spanned::into_inner),
            paths_at,
            scope: TaskScope {
                paths: list("scope", fields.scope, &check_path)?,
                repositories: patterns("repository", fields.repository)?,
                branches: patterns("branch", fields.branch)?,
                hosts,
                tools: patterns("tool", fields.tool)?,
                environments,
                allow: fields.allow.map(|words| each(words, &check_allowed)).transpose()?,
                limits,
            },
        })
    }
}

/// Refuses a pattern that would match nothing, with a hint.
///
/// # Errors
/// What is wrong with it, and what to do.
pub fn check_pattern(pattern: &str) -> Result<(), Wrong> {
    let bare = pattern.strip_prefix('!').unwrap_or(pattern);
    let has_blanks = (pattern.trim() != pattern || bare.trim() != bare) && !bare.is_empty();
    match glob::refuse(pattern).or_else(|| has_blanks.then_some("take away the blanks around it")) {
        Some(why) => Err((format!("`{pattern}` is no pattern"), Some(why.to_owned()))),
        None => Ok(()),
    }
}

/// Refuses a pattern of files that is written as no file is ever called, with a hint.
///
/// # Errors
/// What is wrong with it, and what to do.
pub fn check_path(pattern: &str) -> Result<(), Wrong> {
    check_pattern(pattern)?;
    let (sign, bare) = pattern.strip_prefix('!').map_or(("", pattern), |bare| ("!", bare));
    let (start, rest) = bare.strip_prefix('/').map_or(("", bare), |rest| ("/", rest));
    // What leads out of the working tree, or begins with where it is, is for whoever knows the tree.
    let inner = rest.trim_start_matches("./").trim_start_matches("../").trim_end_matches('/');
    if matches!(inner, "" | "." | "..") || !inner.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Ok(());
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in rest.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let parts = if parts.is_empty() { vec!["**"] } else { parts };
    Err((
        format!("`{pattern}` can match no file: paths are known without `//`, `.` and `..`"),
        Some(format!("write `{sign}{start}{}`", parts.join("/"))),
    ))
}

/// A list, where it is given; refused where nothing is in it, since that could mean all or nothing.
fn filled<T>(name: &str, list: Option<Spanned<Vec<T>>>) -> Result<Vec<T>, (usize, Wrong)> {
    match list {
        Some(list) if list.get_ref().is_empty() => {
            let hint = format!("leave `{name}` out where it is to stay open");
            Err((list.span().start, (format!("`{name}` is empty, which bounds nothing"), Some(hint))))
        }
        Some(list) => Ok(list.into_inner()),
        None => Ok(Vec::new()),
    }
}

/// Refuses a pattern of hosts that would match none, with a hint.
///
/// # Errors
/// What is wrong with it, and what to do.
pub fn check_host(pattern: &str) -> Result<(), Wrong> {
    check_pattern(pattern)?;
    let bare = pattern.trim_start_matches('!');
    let rest = bare.split_once("://").map_or(bare, |(_, rest)| rest);
    // An address of many parts may begin with colons.
    let has_name = bare.starts_with(':') && bare.matches(':').count() > 1
        || bare.split(':').next().is_some_and(|name| !name.trim_matches('.').is_empty());
    if rest == bare && !bare.contains(['/', '@', ' ']) && has_name {
        return Ok(());
    }
    let authority = rest.split('/').next().unwrap_or_default();
    let name = authority.rsplit('@').next().unwrap_or_default().trim();
    let hint = match name.split(':').next() {
        Some(host) if !host.is_empty() && !host.contains(' ') => {
            format!("write the host's name alone: {host}")
        }
        Some(_) | None => "write a host's name alone, such as docs.example.com or '*.example.com'".to_owned(),
    };
    Err((format!("`{pattern}` is no host's name"), Some(hint)))
}

/// Refuses a word that is neither a verb nor an area of them, with a hint.
///
/// # Errors
/// What is wrong with it, and what to do.
pub fn check_allowed(word: &str) -> Result<(), Wrong> {
    let verb = scoping::verb_of(word);
    let known = |entry: &verbs::Entry| entry.name == verb || request::area(entry.name) == verb;
    if verbs::CATALOGUE.iter().any(known) {
        return Ok(());
    }
    let everyday = scoping::EVERYDAY.iter().map(|(word, _)| *word);
    let names: Vec<&str> = everyday.chain(verbs::CATALOGUE.iter().map(|entry| entry.name)).collect();
    Err((format!("`{word}` is neither a verb nor an area of them"), Some(nearest::hint(word, &names))))
}

/// Refuses limits that could not be counted.
///
/// # Errors
/// What is wrong with them, and what to do.
pub fn check_limits(limits: &TaskLimits) -> Result<(), Wrong> {
    let over = |limit: Option<u32>, most: u32| limit.filter(|limit| *limit > most).map(|limit| (limit, most));
    let (what, (limit, most)) =
        match (over(limits.files, MOST_FILES), over(limits.pull_requests, MOST_PULL_REQUESTS)) {
            (Some(over), _) => ("files", over),
            (None, Some(over)) => ("pull requests", over),
            (None, None) => return Ok(()),
        };
    Err((
        format!("{limit} {what} are too many for a limit"),
        Some(format!("a task is limited to {most} {what} at most")),
    ))
}

#[cfg(test)]
mod tests {
    use super::{TaskFile, check_host, check_path};

    #[test]
    fn a_path_is_written_as_files_are_called() {
        for path in
            ["src/billing/**", "!src/billing/keys", "**", "/srv/x", "src/", "./src", "../x", "..", "."]
        {
            assert_eq!(check_path(path), Ok(()), "{path}");
        }
        for (path, hint) in [
            ("!src/billing//keys/**", "write `!src/billing/keys/**`"),
            ("src/./billing", "write `src/billing`"),
            ("src/x/../billing/keys/**", "write `src/billing/keys/**`"),
            ("/srv//x", "write `/srv/x`"),
            ("src/../README.md", "write `README.md`"),
            ("! src/billing/keys", "take away the blanks around it"),
        ] {
            assert_eq!(check_path(path).unwrap_err().1.as_deref(), Some(hint), "{path}");
        }
    }

    #[test]
    fn an_empty_list_is_refused() {
        for name in ["scope", "repository", "branch", "host", "tool", "environment"] {
            let wrong = TaskFile::parse(&format!("title = \"a\"\n{name} = []\n")).unwrap_err();
            assert_eq!(
                (wrong.line, wrong.hint),
                (2, Some(format!("leave `{name}` out where it is to stay open")))
            );
        }
        let wrong = TaskFile::parse("title = \"a\"\nenvironment = [\"staging\", \"unknown\"]\n").unwrap_err();
        assert_eq!((wrong.line, wrong.message.as_str()), (2, "a task has no `unknown` environment"));
        assert_eq!(TaskFile::parse("allow = []").unwrap().scope.allow, Some(Vec::new()));
    }

    #[test]
    fn a_host_is_named_alone() {
        for host in [
            "docs.example.com",
            "*.example.com",
            "!evil.example",
            "**",
            "*.x:443",
            "2001:db8::1",
            "::1",
            "localhost",
        ] {
            assert_eq!(check_host(host), Ok(()), "{host}");
        }
        for (host, hint) in [
            ("https://docs.example.com/x", "write the host's name alone: docs.example.com"),
            ("!git@docs.example.com:x", "write the host's name alone: docs.example.com"),
            ("docs.example.com/x", "write the host's name alone: docs.example.com"),
            ("http://", "write a host's name alone, such as docs.example.com or '*.example.com'"),
            (":443", "write a host's name alone, such as docs.example.com or '*.example.com'"),
            ("a b", "write a host's name alone, such as docs.example.com or '*.example.com'"),
            ("", "a pattern cannot be empty"),
            ("!", "a pattern cannot be empty"),
            (" x", "take away the blanks around it"),
        ] {
            assert_eq!(check_host(host).unwrap_err().1.as_deref(), Some(hint), "{host}");
        }
    }
}
