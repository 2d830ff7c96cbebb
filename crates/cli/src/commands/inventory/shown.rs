//! What a person is shown: gaps first, then the runtimes, then everything by kind.

use anstream::println;
use anstyle::Style;
use countersign_inventory::runtimes::{Governor, Runtime};
use countersign_inventory::{Gap, Judged, Kind, Report};
use countersign_model::Environment;
use unicode_width::UnicodeWidthStr as _;

use crate::output::{BAD, FAINT, GOOD, STRONG, WARN, count, styled};
use crate::terminal;

pub(super) fn print(report: &Report) {
    if report.gaps.is_empty() && report.items.is_empty() {
        println!("nothing was found that an agent could reach");
    } else if report.gaps.is_empty() {
        println!("{}", styled(GOOD, "no gaps: whatever leads to production is governed"));
    } else {
        println!("{}", styled(STRONG, count(report.gaps.len() as u64, "gap")));
        report.gaps.iter().for_each(print_gap);
    }
    println!("\n{}", styled(STRONG, "Agent runtimes"));
    if report.runtimes.is_empty() {
        println!("  none was found on PATH or in the home directory");
    } else {
        let row = |runtime: &Runtime| {
            let governor = (governor_style(Some(runtime.governor)), runtime.governor.word().to_owned());
            [(PLAIN, runtime.name.to_owned()), governor, (FAINT, terminal::line(&runtime.why))]
        };
        table(["runtime", "governed by", "why"], report.runtimes.iter().map(row).collect());
    }
    for kind in Kind::ALL {
        let items: Vec<&Judged> = report.of(kind).collect();
        if !items.is_empty() {
            println!("\n{}", styled(STRONG, kind.title()));
            let header = ["what", "environment", "its use", "governed by", "found in"];
            table(header, items.into_iter().map(row).collect());
        }
    }
    let notes: Vec<String> = report
        .items
        .iter()
        .filter(|item| item.answer.is_some())
        .flat_map(|item| item.notes.iter().map(move |note| format!("{}: {note}", item.name)))
        .chain(report.notes.iter().cloned())
        .chain(unasked(report))
        .collect();
    println!();
    for note in notes {
        println!("{} {}", styled(WARN, "note:"), terminal::line(&note));
    }
}

fn unasked(report: &Report) -> Option<String> {
    let servers = report.unasked() as u64;
    (servers > 0).then(|| {
        let servers = count(servers, "MCP server");
        format!("{servers} not asked for tools: --ask-servers starts or calls what the settings name")
    })
}

fn print_gap(gap: &Gap) {
    let environment = gap.environment.map(|environment| format!(" ({environment})")).unwrap_or_default();
    let style = if gap.environment == Some(Environment::Production) { BAD } else { WARN };
    println!("{} {}{environment}", styled(style, "✗"), terminal::line(&gap.title));
    println!("    {}", styled(FAINT, terminal::line(&gap.why)));
    if !gap.items.is_empty() {
        let more = gap.more().map(|more| format!(" and {more} more")).unwrap_or_default();
        println!("    reaches {}{more}", terminal::line(&gap.items.join(", ")));
    }
    println!("    next: {}", gap.next);
}

/// A cell with its style.
type Cell = (Style, String);
const PLAIN: Style = Style::new();

/// Prints a table; where it is wider than the terminal, each row below the other.
fn table<const N: usize>(header: [&str; N], rows: Vec<[Cell; N]>) {
    let mut widths = header.map(str::width);
    for row in &rows {
        for (width, (_, text)) in widths.iter_mut().zip(row) {
            *width = text.width().max(*width);
        }
    }
    let whole = widths.iter().sum::<usize>() + 2 * N;
    if terminal::terminal_columns().is_some_and(|columns| whole > columns) {
        for row in &rows {
            let mut cells = row.iter().map(|(style, text)| styled(*style, text));
            println!("  {}", cells.next().unwrap_or_default());
            println!("      {}", cells.collect::<Vec<_>>().join("  "));
        }
        return;
    }
    let line = |cells: &[Cell; N]| {
        let mut line = String::new();
        let mut owed = 2;
        for ((style, text), width) in cells.iter().zip(widths) {
            line.push_str(&" ".repeat(owed));
            line.push_str(&styled(*style, text));
            owed = width.saturating_sub(text.width()) + 2;
        }
        println!("{line}");
    };
    line(&header.map(|text| (FAINT, text.to_owned())));
    rows.iter().for_each(line);
}

fn row(item: &Judged) -> [Cell; 5] {
    let about = match item.about.as_slice() {
        [] => String::new(),
        about => format!(" ({})", about.join("; ")),
    };
    let environment = match item.environment {
        Some(environment) => (environment_style(environment), environment.to_string()),
        None => (FAINT, "–".to_owned()),
    };
    let access = item.access.map(|access| format!("{access}: ")).unwrap_or_default();
    let answer = match &item.answer {
        Some(answer) => (PLAIN, format!("{access}{}", answer.shown)),
        None => (FAINT, "–".to_owned()),
    };
    let name = (PLAIN, terminal::line(&format!("{}{about}", item.name)));
    [name, environment, answer, governed(item), (FAINT, terminal::line(&item.from))]
}

/// What governs the way there, runtime by runtime where they differ.
fn governed(item: &Judged) -> Cell {
    (governor_style(item.governor()), item.governed())
}

fn governor_style(governor: Option<Governor>) -> Style {
    match governor {
        Some(Governor::Hook | Governor::ManagedHook) => GOOD,
        Some(Governor::Nothing) => BAD,
        None => WARN,
    }
}

fn environment_style(environment: Environment) -> Style {
    match environment {
        Environment::Production => BAD,
        Environment::Unknown | Environment::Staging => WARN,
        Environment::Development => GOOD,
    }
}
