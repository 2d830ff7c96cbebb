//! What nothing governs, or governs badly.

use std::collections::{BTreeMap, BTreeSet};

use countersign_model::Environment;
use serde::Serialize;

use crate::Kind;
use crate::report::Judged;
use crate::runtimes::{Governor, Runtime};

/// So many things are named for one gap; the others are counted.
const NAMED: usize = 8;

/// Something to be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// What kind of gap.
    pub kind: GapKind,
    /// The worst environment behind it; none where it is about no place.
    pub environment: Option<Environment>,
    /// What is the matter, a sentence without its end.
    pub title: String,
    /// Why.
    pub why: String,
    /// What to do.
    pub next: String,
    /// What it concerns, the worst first; cut at some length.
    pub items: Vec<String>,
    /// How many it concerns.
    pub count: usize,
}

/// The kinds of gaps, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GapKind {
    /// A runtime that nothing governs.
    Ungoverned,
    /// A setting or a way of starting that weakens.
    Weakened,
    /// A change in production that the policy lets flow.
    Flows,
    /// Something that could not be read.
    Unreadable,
    /// Places that nobody has named.
    Unmapped,
}

impl GapKind {
    /// For people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ungoverned => "nothing governs it",
            Self::Weakened => "weakened",
            Self::Flows => "flows",
            Self::Unreadable => "not readable",
            Self::Unmapped => "environment not named",
        }
    }
}

impl Gap {
    /// How many it concerns beside those that are named.
    pub fn more(&self) -> Option<usize> {
        Some(self.count.saturating_sub(self.items.len())).filter(|more| *more > 0)
    }
}

/// All gaps, the worst first.
pub fn find(runtimes: &[Runtime], items: &[Judged]) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = runtimes.iter().filter_map(|runtime| ungoverned(runtime, items)).collect();
    if runtimes.is_empty() && items.iter().any(Judged::matters) {
        let concerned: Vec<&Judged> = items.iter().filter(|item| item.matters()).collect();
        gaps.push(gap(
            GapKind::Ungoverned,
            &concerned,
            "No agent runtime was found here, so nothing is governed".to_owned(),
            "neither a program on PATH nor settings in the home directory were seen".to_owned(),
            "run this where the agents run",
        ));
    }
    gaps.extend(runtimes.iter().flat_map(weakened));
    gaps.extend(items.iter().filter(|item| flows(item)).map(|item| {
        let (title, next) = match item.kind {
            Kind::Secrets => (
                format!("Secrets would be read, and nobody asked: `{}`", item.name),
                out_of_reach(&item.name),
            ),
            _ => (
                format!("A change in production would flow: `{}`", item.name),
                "tighten the policy in countersign.toml, then `countersign policy activate`",
            ),
        };
        let why = item.answer.as_ref().map(|answer| answer.reason.clone()).unwrap_or_default();
        gap(GapKind::Flows, &[item], title, why, next)
    }));
    gaps.extend(items.iter().filter(|item| !item.notes.is_empty() && item.answer.is_none()).map(|item| {
        gap(
            GapKind::Unreadable,
            &[item],
            format!("`{}` could not be taken stock of", item.from),
            item.notes.join("; "),
            "mend it, then run this again",
        )
    }));
    gaps.extend(runtimes.iter().flat_map(|runtime| &runtime.notes).map(|note| {
        gap(GapKind::Unreadable, &[], "Settings could not be read".to_owned(), note.clone(), "mend the file")
    }));
    // A map names places; that it cannot name what a file of secrets opens is no gap of the map.
    let unnamed = |item: &&Judged| {
        let known = item.environment != Some(Environment::Unknown) || item.answer.is_none();
        !known && item.kind != Kind::Secrets
    };
    let unnamed: Vec<&Judged> = items.iter().filter(unnamed).collect();
    if !unnamed.is_empty() {
        let such_as: String = lines(&unnamed).iter().map(|line| format!(", `{line}`")).collect();
        gaps.push(gap(
            GapKind::Unmapped,
            &unnamed,
            "Places whose environment nobody has named".to_owned(),
            "they are taken as the worst they can be: more waits than has to, and production may be among them".to_owned(),
            &format!("name them under their environment in countersign.toml{such_as}, then `countersign policy activate`"),
        ));
    }
    // Stable, so that what is alike stays in the order of the report.
    gaps.sort_by_key(|gap| (gap.kind, std::cmp::Reverse(gap.environment)));
    gaps
}

/// What the map would take them by, a line for each of its lists.
fn lines(unnamed: &[&Judged]) -> Vec<String> {
    let mut lists: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (list, name) in unnamed.iter().filter_map(|item| item.named_by.as_deref()?.split_once(" = [")) {
        lists.entry(list).or_default().insert(name.trim_end_matches(']'));
    }
    let line = |(list, names): (&str, BTreeSet<&str>)| {
        let names: Vec<&str> = names.into_iter().take(NAMED).collect();
        format!("{list} = [{}]", names.join(", "))
    };
    lists.into_iter().map(line).collect()
}

fn ungoverned(runtime: &Runtime, items: &[Judged]) -> Option<Gap> {
    if runtime.governor != Governor::Nothing {
        return None;
    }
    let reached = |item: &&Judged| item.reached_by.iter().any(|reached| reached.runtime == runtime.id);
    let concerned: Vec<&Judged> = items.iter().filter(reached).filter(|item| item.matters()).collect();
    let next = match runtime.id {
        "claude-code" => "run `countersign install claude-code`",
        _ => "let it run only where none of this is within reach",
    };
    let title = format!("Nothing governs {}", runtime.name);
    Some(gap(GapKind::Ungoverned, &concerned, title, runtime.why.clone(), next))
}

fn weakened(runtime: &Runtime) -> Vec<Gap> {
    let why = match runtime.governor {
        Governor::Nothing => "it then asks nobody, and nothing governs it",
        Governor::Hook | Governor::ManagedHook => {
            "it then asks nobody: the hook still decides, and is all that does"
        }
    };
    // What switches the hook off is said where the runtime is.
    let left = runtime.weakened.iter().filter(|one| !one.switches_off);
    left.map(|one| {
        gap(
            GapKind::Weakened,
            &[],
            format!("`{}` weakens {} by {}", one.from, runtime.name, one.setting),
            why.to_owned(),
            "take it out, unless somebody decided so",
        )
    })
    .collect()
}

/// What to do about a file of secrets that would be read, as people see its path.
fn out_of_reach(shown: &str) -> &'static str {
    if shown.starts_with(['~', '/']) {
        "let agents run as a user who cannot read it, or hold reads of it by a policy in countersign.toml"
    } else {
        "move it out of the repository, or hold reads of it by a policy in countersign.toml"
    }
}

/// Whether something that should be asked about is not: a change in production, or a look at secrets.
fn flows(item: &Judged) -> bool {
    let flows = item.answer.as_ref().is_some_and(|answer| matches!(answer.decision, "allow" | "monitor"));
    let changes = item.access.is_some_and(|access| access != "read");
    let asks_for_it = match item.kind {
        Kind::Secrets => item.matters(),
        _ => changes && item.environment == Some(Environment::Production),
    };
    flows && asks_for_it
}

fn gap(kind: GapKind, concerned: &[&Judged], title: String, why: String, next: &str) -> Gap {
    let mut sorted = concerned.to_vec();
    sorted.sort_by_key(|item| std::cmp::Reverse(item.environment));
    let mut seen = BTreeSet::new();
    let names = sorted.iter().map(|item| item.name.as_str()).filter(|name| seen.insert(*name));
    Gap {
        kind,
        environment: sorted.first().and_then(|item| item.environment),
        title,
        why,
        next: next.to_owned(),
        items: names.take(NAMED).map(str::to_owned).collect(),
        count: concerned.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::out_of_reach;

    #[test]
    fn only_what_is_in_the_repository_is_to_be_moved_out_of_it() {
        for (shown, is_moved) in
            [("deploy/account.json", true), (".env", true), ("~/.ssh/work", false), ("/etc/key.pem", false)]
        {
            assert_eq!(out_of_reach(shown).contains("out of the repository"), is_moved, "{shown}");
        }
    }
}
