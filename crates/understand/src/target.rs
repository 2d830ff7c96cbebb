//! Where a path leads: through the system's own names for places of a process, through links made
//! earlier in the same call, and through links on disk.

use countersign_model::{Answer, Question};

use crate::Workspace as _;
use crate::context::Context;
use crate::glob;
use crate::paths::normal;

/// More readings of one path are not followed.
const MOST_READINGS: usize = 8;

/// A second name that an earlier part of the call gave to something.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    /// Absolute and normal.
    pub name: String,
    /// What it names now, absolute; none where that is not known.
    pub target: Option<String>,
}

/// Whether a link at the end of a path is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Last {
    /// As opening a file does.
    Followed,
    /// As deleting and renaming do.
    Kept,
}

/// A path through another process, of which only the end is known.
pub(crate) struct OfAnother {
    /// What follows the process's part.
    pub rest: String,
    /// Why it is not known.
    pub why: String,
}

/// All that a path can mean.
#[derive(Debug, Default)]
pub(crate) struct Readings {
    /// Absolute and normal, as written first.
    pub paths: Vec<String>,
    /// Why there may be others.
    pub unclear: Option<String>,
    /// Whether it is one of Countersign's own files under another name.
    pub is_protected: bool,
}

/// What an absolute path, `..` still in it, can mean to the command that uses it.
pub(crate) fn readings(
    spelled: &str,
    last: Last,
    is_pattern: bool,
    context: &Context<'_>,
) -> Result<Readings, OfAnother> {
    let spelled = through_process(spelled, context)?;
    let mut readings = Readings::default();
    let mut open = vec![spelled];
    while let Some(spelled) = open.pop() {
        let literal = normal("/", &spelled);
        if readings.paths.contains(&literal) {
            continue;
        }
        if readings.paths.len() >= MOST_READINGS {
            readings.unclear = Some("it leads through too many links".to_owned());
            break;
        }
        let outside = !literal.starts_with("/proc/");
        readings.paths.push(literal);
        match through_links(&spelled, last, context) {
            Some(Ok(other)) => open.push(other),
            Some(Err(why)) => readings.unclear = Some(why),
            None => {}
        }
        if outside {
            match on_disk(&spelled, last, is_pattern, &mut readings, context) {
                Ok(target) => open.push(target),
                Err(why) => readings.unclear = Some(why),
            }
        }
    }
    Ok(readings)
}

/// Resolves `/dev/fd`, `/proc/self/cwd`, `/proc/<id>/root` and the like.
fn through_process(spelled: &str, context: &Context<'_>) -> Result<String, OfAnother> {
    if !(spelled.contains("proc") || spelled.contains("dev") || spelled.contains(['*', '?', '['])) {
        return Ok(spelled.to_owned());
    }
    let mut written: Vec<&str> = Vec::new();
    let mut lexical: Vec<&str> = Vec::new();
    let parts: Vec<&str> = spelled.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    for (index, part) in parts.iter().enumerate() {
        written.push(part);
        if *part == ".." {
            lexical.pop();
        } else {
            lexical.push(part);
        }
        let instead: Vec<&str> = match lexical.as_slice() {
            ["dev", "fd"] => vec!["proc", "self", "fd"],
            ["proc", _, inner @ ..] => match strip_task(inner) {
                ["root"] => Vec::new(),
                ["cwd"] => match &context.state.shell.directory {
                    Ok(directory) => directory.split('/').filter(|part| !part.is_empty()).collect(),
                    Err(why) => return Err(of_another(&parts, index, why)),
                },
                ["fd", _] if parts.len() > index + 1 && parts.get(index + 1) != Some(&"..") => {
                    return Err(of_another(&parts, index, "it leads through an open file"));
                }
                _ => continue,
            },
            _ => continue,
        };
        written.clone_from(&instead);
        lexical = instead;
    }
    let slash = if spelled.ends_with('/') { "/" } else { "" };
    Ok(format!("/{}{slash}", written.join("/")))
}

fn of_another(parts: &[&str], index: usize, why: &str) -> OfAnother {
    let rest = parts.get(index + 1..).unwrap_or_default().join("/");
    OfAnother { rest: format!("/{rest}"), why: why.to_owned() }
}

fn strip_task<'p, 's>(inner: &'s [&'p str]) -> &'s [&'p str] {
    match inner {
        ["task", _, rest @ ..] => rest,
        rest => rest,
    }
}

/// The path with the first name in it that this call made replaced by what it names.
fn through_links(spelled: &str, last: Last, context: &Context<'_>) -> Option<Result<String, String>> {
    let links = &context.state.world.links;
    if links.is_empty() {
        return None;
    }
    let parts: Vec<&str> = spelled.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let mut at = String::from("/");
    for (index, part) in parts.iter().enumerate() {
        at = normal(&at, part);
        let rest = parts.get(index + 1..).unwrap_or_default().join("/");
        if rest.is_empty() && last == Last::Kept {
            return None;
        }
        let same = |name: &str| name == at || (glob::is_pattern(part) && glob::matches(&at, name));
        // The newest meaning of the name counts.
        if let Some(link) = links.iter().rfind(|link| same(&link.name)) {
            let why = "it leads through a link whose target is not known";
            return Some(match &link.target {
                Some(target) if rest.is_empty() => Ok(target.clone()),
                Some(target) => Ok(format!("{target}/{rest}")),
                None => Err(why.to_owned()),
            });
        }
    }
    None
}

/// Where the path leads on disk. Of a pattern, the directories before it are looked at.
fn on_disk(
    spelled: &str,
    last: Last,
    is_pattern: bool,
    readings: &mut Readings,
    context: &Context<'_>,
) -> Result<String, String> {
    let spelled = spelled.trim_end_matches('/');
    let first = spelled.split('/').position(|part| is_pattern && glob::is_pattern(part));
    let (head, tail) = match first {
        Some(first) => cut(spelled, first),
        None if last == Last::Kept && !spelled.ends_with("/..") => {
            cut(spelled, spelled.split('/').count().saturating_sub(1))
        }
        None => (spelled, ""),
    };
    let head = if head.is_empty() { "/" } else { head };
    let question = Question::Target { path: plain(head) };
    match context.workspace.ask(&question) {
        Answer::Target { path, several_names } => {
            if tail.is_empty() && several_names.is_some() {
                readings.is_protected |= is_protected(several_names.as_deref(), context);
            }
            Ok(if tail.is_empty() { path } else { format!("{}/{tail}", path.trim_end_matches('/')) })
        }
        Answer::Unknown { why } => Err(why),
        _ => Err("where it leads is not known".to_owned()),
    }
}

/// The first `count` parts of a path, and the rest.
fn cut(path: &str, count: usize) -> (&str, &str) {
    let at = path.match_indices('/').nth(count.saturating_sub(1)).map_or(path.len(), |(at, _)| at);
    (path.get(..at).unwrap_or(path), path.get(at + 1..).unwrap_or_default())
}

/// Without double slashes and `.`: the same path is one question.
fn plain(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    format!("/{}", parts.join("/"))
}

/// Whether one of Countersign's own files is the one of this identity.
fn is_protected(identity: Option<&str>, context: &Context<'_>) -> bool {
    context.surroundings.protected.iter().any(|protected| {
        let question = Question::Target { path: protected.clone() };
        match context.workspace.ask(&question) {
            Answer::Target { several_names, .. } => several_names.as_deref() == identity,
            _ => false,
        }
    })
}
