//! What a push moves: from refspecs as written to full ref names on the remote.

use crate::context::Context;
use crate::word::{Value, Word};

use super::resolve::{Repo, Tip};

/// One ref of a remote that a push moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Move {
    /// The full name on the remote; `*` where it could be any.
    pub reference: String,
    /// The local revision that it would name; none for a deletion.
    pub source: Option<String>,
    /// Whether history may be overwritten.
    pub forced: bool,
    /// Why it is not exactly known.
    pub why: Option<String>,
}

impl Move {
    /// Any ref at all.
    pub fn anything(why: &str) -> Self {
        Self { reference: "*".to_owned(), source: Some("*".to_owned()), forced: false, why: Some(why.to_owned()) }
    }

    fn deletion(reference: String) -> Self {
        Self { reference, source: None, forced: false, why: None }
    }
}

/// What one refspec of the command line moves.
pub(crate) fn given(word: &Word, remote: &str, repo: &Repo, context: &Context<'_>) -> Vec<Move> {
    let text = match &word.value {
        Value::Known(text) => text.as_str(),
        Value::Pattern(text) => {
            let forced = text.starts_with('+');
            return vec![Move { forced, ..Move::anything("a pattern of refs") }];
        }
        Value::Unknown { prefix, why, .. } => {
            // Between quotes it is one refspec, whose start says whether it forces.
            let one = word.raw.starts_with('"') && !prefix.is_empty() && !prefix.starts_with('+');
            return vec![Move { forced: !one, ..Move::anything(why) }];
        }
    };
    if text.starts_with('^') {
        return Vec::new();
    }
    let (spec, forced) = text.strip_prefix('+').map_or((text, false), |spec| (spec, true));
    let moves = match spec.split_once(':') {
        Some(("", "")) => vec![Move::anything("every branch that both sides have")],
        Some(("", destination)) => destinations(destination, None, repo, context).into_iter().map(Move::deletion).collect(),
        Some((source, "")) => alone(source, remote, repo, context),
        Some((source, destination)) => pair(source, destination, repo, context),
        None => alone(spec, remote, repo, context),
    };
    moves.into_iter().map(|found| Move { forced: forced || found.forced, ..found }).collect()
}

/// What `--delete name` deletes.
pub(crate) fn deleted(value: &Value, repo: &Repo, context: &Context<'_>) -> Vec<Move> {
    match value.known() {
        Some(name) => destinations(name, None, repo, context).into_iter().map(Move::deletion).collect(),
        None => vec![Move { source: None, ..Move::anything("a ref that is not known") }],
    }
}

fn pair(source: &str, destination: &str, repo: &Repo, context: &Context<'_>) -> Vec<Move> {
    if destination.contains('*') {
        return vec![Move { source: Some(source.to_owned()), ..Move::anything("a pattern of refs") }];
    }
    if destination == "HEAD" || destination == "@" {
        return vec![Move { source: Some(source.to_owned()), ..Move::anything("the remote's own HEAD") }];
    }
    destinations(destination, Some(source), repo, context)
        .into_iter()
        .map(|reference| Move { reference, source: Some(source.to_owned()), forced: false, why: None })
        .collect()
}

/// The full names a destination can mean on the remote.
fn destinations(name: &str, source: Option<&str>, repo: &Repo, context: &Context<'_>) -> Vec<String> {
    if name.starts_with("refs/") {
        return vec![name.to_owned()];
    }
    if name.starts_with("heads/") || name.starts_with("tags/") || name.starts_with("remotes/") {
        return vec![format!("refs/{name}")];
    }
    let branch = format!("refs/heads/{name}");
    let of_tag = match source {
        // A branch of that name may exist there, and would be meant then.
        Some(source) => repo.full_names(source, context).iter().any(|full| full.starts_with("refs/tags/")),
        None => matches!(repo.tip(&format!("refs/tags/{name}"), context), Tip::At(_)),
    };
    if of_tag { vec![format!("refs/tags/{name}"), branch] } else { vec![branch] }
}

/// A refspec without a destination: the ref of the same name, unless configuration maps it.
fn alone(source: &str, remote: &str, repo: &Repo, context: &Context<'_>) -> Vec<Move> {
    if source.contains('*') {
        return vec![Move::anything("a pattern of refs")];
    }
    let names = if matches!(source, "HEAD" | "@") {
        match repo.branches(context) {
            Ok(branches) if !branches.is_empty() => branches,
            Ok(_) => return vec![Move::anything("no branch is checked out")],
            Err(why) => return vec![Move::anything(&why)],
        }
    } else {
        let mut names = repo.full_names(source, context);
        if names.is_empty() {
            names.push(if source.starts_with("refs/") { source.to_owned() } else { format!("refs/heads/{source}") });
            // What is made before the push runs is most likely a tag then.
            let is_branch = names.iter().any(|name| context.state.world.branches_made.contains(name));
            if is_version(source) && !is_branch {
                names.push(format!("refs/tags/{source}"));
            }
        }
        names
    };
    names.into_iter().flat_map(|name| mapped(&name, remote, repo, context)).collect()
}

/// Whether a name is that of a version, such as `v1.2.3` or `2.0`.
fn is_version(name: &str) -> bool {
    let mut parts = name.strip_prefix(['v', 'V']).unwrap_or(name).split('.');
    let is_number = |part: &str| part.starts_with(|letter: char| letter.is_ascii_digit());
    parts.next().is_some_and(is_number) && (name.starts_with(['v', 'V']) || parts.next().is_some_and(is_number))
}

/// Where a full local name goes: `remote.<r>.push` and `push.default = upstream` map it.
fn mapped(name: &str, remote: &str, repo: &Repo, context: &Context<'_>) -> Vec<Move> {
    let same = Move { reference: name.to_owned(), source: Some(name.to_owned()), forced: false, why: None };
    let refspecs = match repo.values(&format!("remote.{remote}.push"), context) {
        Ok(refspecs) => refspecs,
        Err(why) if repo.is_nowhere(context) => return vec![Move { why: Some(why), ..same }],
        Err(why) => return vec![Move { forced: true, ..Move::anything(&why) }],
    };
    for refspec in &refspecs {
        let (spec, forced) = refspec.strip_prefix('+').map_or((refspec.as_str(), false), |spec| (spec, true));
        let (source, destination) = spec.split_once(':').unwrap_or((spec, spec));
        if let Some(reference) = map_one(name, source, destination) {
            return vec![Move { reference, forced, ..same }];
        }
    }
    let upstream = matches!(repo.last("push.default", context), Ok(Some(mode)) if mode == "upstream" || mode == "tracking");
    let merges = name
        .strip_prefix("refs/heads/")
        .filter(|_| upstream)
        .and_then(|branch| repo.values(&format!("branch.{branch}.merge"), context).ok());
    match merges.as_deref() {
        Some([reference]) => vec![Move { reference: reference.clone(), ..same }],
        _ => vec![same],
    }
}

fn map_one(name: &str, source: &str, destination: &str) -> Option<String> {
    let full = |text: &str| {
        if text.starts_with("refs/") { text.to_owned() } else { format!("refs/heads/{text}") }
    };
    let (source, destination) = (full(source), full(destination));
    match source.split_once('*') {
        Some((before, after)) => {
            let middle = name.strip_prefix(before)?.strip_suffix(after)?;
            Some(destination.replacen('*', middle, 1))
        }
        None => (source == name).then_some(destination),
    }
}

/// What a push without refspecs moves, for the branch that is checked out.
pub(crate) fn configured(remote: &str, repo: &Repo, context: &Context<'_>) -> Vec<Move> {
    match configured_or_why(remote, repo, context) {
        Ok(moves) => moves,
        Err(why) => vec![Move { forced: true, ..Move::anything(&why) }],
    }
}

fn configured_or_why(remote: &str, repo: &Repo, context: &Context<'_>) -> Result<Vec<Move>, String> {
    let refspecs = repo.values(&format!("remote.{remote}.push"), context)?;
    if !refspecs.is_empty() {
        let each = |refspec: &String| given(&Word::known_as(refspec), remote, repo, context);
        return Ok(refspecs.iter().flat_map(each).collect());
    }
    let mode = repo.last("push.default", context)?.unwrap_or_else(|| "simple".to_owned());
    if mode == "nothing" {
        return Ok(Vec::new());
    }
    if mode == "matching" {
        return Ok(vec![Move::anything("every branch that both sides have")]);
    }
    let branches = repo.branches(context)?;
    if branches.is_empty() {
        return Err("no branch is checked out".to_owned());
    }
    let mut moves = Vec::new();
    for name in branches {
        let to = |reference: &str| Move { reference: reference.to_owned(), source: Some(name.clone()), forced: false, why: None };
        let short = name.strip_prefix("refs/heads/").unwrap_or(&name);
        let merges = repo.values(&format!("branch.{short}.merge"), context)?;
        let of = repo.last(&format!("branch.{short}.remote"), context)?;
        let same_remote = of.as_deref().is_none_or(|of| of == remote);
        match (mode.as_str(), merges.last()) {
            ("upstream" | "tracking", Some(merge)) => moves.push(to(merge)),
            // git refuses where names differ; both are said, in case it is told otherwise.
            ("simple", Some(merge)) if same_remote && *merge != name => moves.extend([to(merge), to(&name)]),
            ("current" | "simple" | "upstream" | "tracking", _) => moves.push(to(&name)),
            _ => return Err(format!("push.default is {mode}")),
        }
    }
    Ok(moves)
}
