//! The drawing: runtimes on the left, what they reach on the right, a line for each way there.

use countersign_model::Environment;

use super::{class_of, environment_class};
use crate::Kind;
use crate::report::{Judged, Report};
use crate::runtimes::Governor;

/// The height of a runtime's box.
const AGENT: usize = 58;
/// The height of a kind's box, and the room between two.
const GROUP: usize = 68;
const ROOM: usize = 12;

/// A drawing of one width.
pub struct Map {
    pub class: &'static str,
    pub width: usize,
    pub height: usize,
    pub agents: Vec<Agent>,
    pub groups: Vec<Group>,
    pub links: Vec<Link>,
}

/// A runtime.
pub struct Agent {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
    pub title: String,
    pub word: String,
    pub class: &'static str,
}

/// A kind of things.
pub struct Group {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
    pub right: usize,
    pub title: &'static str,
    pub count: usize,
    pub names: String,
    pub bars: Vec<Bar>,
}

/// The share of an environment.
pub struct Bar {
    pub x: usize,
    pub width: usize,
    pub class: &'static str,
    pub count: usize,
}

/// A way from a runtime to things.
pub struct Link {
    pub class: &'static str,
    pub width: usize,
    pub path: String,
}

/// Where the columns are.
struct Columns {
    class: &'static str,
    width: usize,
    agents: usize,
    groups: usize,
    /// How many letters fit into a box of the right column, and of the left one.
    letters: usize,
    title: usize,
}

impl Map {
    /// For a screen.
    pub fn wide(report: &Report) -> Self {
        draw(
            report,
            &Columns { class: "wide", width: 1100, agents: 230, groups: 560, letters: 84, title: 24 },
        )
    }

    /// For a telephone.
    pub fn narrow(report: &Report) -> Self {
        draw(
            report,
            &Columns { class: "narrow", width: 430, agents: 120, groups: 180, letters: 33, title: 13 },
        )
    }
}

fn draw(report: &Report, columns: &Columns) -> Map {
    let kinds: Vec<(Kind, Vec<&Judged>)> = Kind::ALL
        .into_iter()
        .map(|kind| (kind, report.of(kind).collect::<Vec<_>>()))
        .filter(|(_, items)| !items.is_empty())
        .collect();
    let column = |count: usize, height: usize| (count * (height + ROOM)).saturating_sub(ROOM);
    let height = column(kinds.len(), GROUP).max(column(report.runtimes.len(), AGENT)).max(AGENT) + 4;
    let start = |count: usize, of: usize| 2 + (height - 4).saturating_sub(column(count, of)) / 2;
    let top = start(kinds.len(), GROUP);
    let groups: Vec<Group> = kinds
        .iter()
        .enumerate()
        .map(|(number, (kind, items))| group(*kind, items, top + number * (GROUP + ROOM), columns))
        .collect();
    // Spread over the height, so that the lines do not lie on one another.
    let count = report.runtimes.len().max(1);
    let step = (height - 4) / count;
    let agents: Vec<Agent> = report
        .runtimes
        .iter()
        .enumerate()
        .map(|(number, runtime)| Agent {
            x: 1,
            y: 2 + number * step + step.saturating_sub(AGENT) / 2,
            width: columns.agents,
            height: AGENT,
            title: cut(runtime.name, columns.title),
            word: match runtime.governor {
                Governor::Nothing => "ungoverned".to_owned(),
                Governor::Hook | Governor::ManagedHook => runtime.governor.word().to_owned(),
            },
            class: class_of(runtime.governor),
        })
        .collect();
    let mut links = Vec::new();
    for (runtime, agent) in report.runtimes.iter().zip(&agents) {
        for ((_, items), group) in kinds.iter().zip(&groups) {
            let reached =
                items.iter().flat_map(|item| &item.reached_by).filter(|one| one.runtime == runtime.id);
            let governors: Vec<Governor> = reached.map(|one| one.governed_by).collect();
            let Some(worst) = governors.iter().min() else { continue };
            let (x, y) = (1 + columns.agents, agent.y + AGENT / 2);
            let (to, at) = (columns.groups, group.y + GROUP / 2);
            let middle = x.midpoint(to);
            links.push(Link {
                class: class_of(*worst),
                width: 2 + governors.len().min(24) / 4,
                path: format!("M{x} {y}C{middle} {y} {middle} {at} {to} {at}"),
            });
        }
    }
    Map { class: columns.class, width: columns.width, height, agents, groups, links }
}

fn group(kind: Kind, items: &[&Judged], y: usize, columns: &Columns) -> Group {
    let width = columns.width - columns.groups - 1;
    let mut names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
    names.dedup();
    Group {
        x: columns.groups,
        y,
        width,
        height: GROUP,
        right: width - 14,
        title: kind.title(),
        count: items.len(),
        names: cut(&names.join(", "), columns.letters),
        bars: bars(items, width - 28),
    }
}

/// One bar for each environment, as wide as its share.
fn bars(items: &[&Judged], width: usize) -> Vec<Bar> {
    const ORDER: [Option<Environment>; 5] = [
        Some(Environment::Production),
        Some(Environment::Unknown),
        Some(Environment::Staging),
        Some(Environment::Development),
        None,
    ];
    let mut bars = Vec::new();
    let mut before = 0;
    for environment in ORDER {
        let count = items.iter().filter(|item| item.environment == environment).count();
        if count == 0 {
            continue;
        }
        let (start, end) = (before * width / items.len(), (before + count) * width / items.len());
        bars.push(Bar {
            x: 14 + start,
            width: (end - start).saturating_sub(2).max(1),
            class: environment_class(environment),
            count,
        });
        before += count;
    }
    bars
}

/// As much of a text as fits into so many letters of middling width, with a sign where there is more.
fn cut(text: &str, letters: usize) -> String {
    let wide =
        |letter: char| if letter.is_uppercase() || matches!(letter, '$' | '_' | 'm' | 'w') { 13 } else { 10 };
    let room = letters * 10;
    if text.chars().map(wide).sum::<usize>() <= room {
        return text.to_owned();
    }
    let mut used = 10;
    let fits = |letter: &char| {
        used += wide(*letter);
        used <= room
    };
    let mut cut: String = text.chars().take_while(fits).collect();
    cut.push('…');
    cut
}
