//! The map as one self-contained page: no network, no script.

mod map;

use askama::Template;
use countersign_model::Environment;

use crate::Kind;
use crate::gaps::Gap;
use crate::report::{Judged, Report};
use crate::runtimes::{Governor, Runtime};
use map::Map;

/// Writes the page.
///
/// # Errors
/// Where the template cannot be filled, which the build should have found.
pub fn page(report: &Report) -> Result<String, String> {
    let page = Page {
        notes: &report.notes,
        tiles: tiles(report),
        maps: [Map::wide(report), Map::narrow(report)],
        gaps: report
            .gaps
            .iter()
            .map(|gap| Shown { gap, class: environment_class(gap.environment) })
            .collect(),
        runtimes: &report.runtimes,
        sections: Kind::ALL.into_iter().filter_map(|kind| section(report, kind)).collect(),
        unasked: report.unasked(),
    };
    let page = page.render().map_err(|error| error.to_string())?;
    Ok(page.chars().map(|letter| if is_unseen(letter) { '\u{fffd}' } else { letter }).collect())
}

/// Whether a character would rearrange or hide what is around it.
fn is_unseen(letter: char) -> bool {
    (letter.is_control() && letter != '\n')
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        || matches!(letter, '\u{fffe}' | '\u{ffff}')
}

#[derive(Template)]
#[template(path = "inventory.html")]
struct Page<'r> {
    notes: &'r [String],
    tiles: [Tile; 4],
    maps: [Map; 2],
    gaps: Vec<Shown<'r>>,
    runtimes: &'r [Runtime],
    sections: Vec<Section<'r>>,
    unasked: usize,
}

/// A number with what it counts.
struct Tile {
    number: usize,
    text: &'static str,
    class: &'static str,
}

struct Shown<'r> {
    gap: &'r Gap,
    class: &'static str,
}

/// The things of one kind.
struct Section<'r> {
    title: &'static str,
    rows: Vec<Row<'r>>,
}

struct Row<'r> {
    item: &'r Judged,
    environment: &'static str,
    environment_word: String,
    governed: &'static str,
}

fn tiles(report: &Report) -> [Tile; 4] {
    let count = |holds: &dyn Fn(&Judged) -> bool| report.items.iter().filter(|item| holds(item)).count();
    let production = |item: &Judged| item.environment == Some(Environment::Production);
    let open =
        |item: &Judged| item.matters() && item.governor().is_none_or(|worst| worst == Governor::Nothing);
    let open = count(&open);
    [
        Tile {
            number: report.gaps.len(),
            text: if report.gaps.len() == 1 { "gap" } else { "gaps" },
            class: good_or_bad(report.gaps.is_empty()),
        },
        Tile {
            number: open,
            text: "ways to production, or to where nobody knows, that some runtime can go ungoverned",
            class: good_or_bad(open == 0),
        },
        Tile { number: count(&production), text: "things that lead to production", class: "" },
        Tile { number: report.items.len(), text: "things within reach", class: "" },
    ]
}

const fn good_or_bad(good: bool) -> &'static str {
    if good { "good" } else { "bad" }
}

fn section(report: &Report, kind: Kind) -> Option<Section<'_>> {
    let row = |item| Row {
        item,
        environment: environment_class(item.environment),
        environment_word: item
            .environment
            .map_or("nowhere".to_owned(), |environment| environment.to_string()),
        governed: item.governor().map_or("none", class_of),
    };
    let rows: Vec<Row<'_>> = report.of(kind).map(row).collect();
    (!rows.is_empty()).then(|| Section { title: kind.title(), rows })
}

/// The class of an environment on the page.
const fn environment_class(environment: Option<Environment>) -> &'static str {
    match environment {
        Some(Environment::Production) => "production",
        Some(Environment::Unknown) => "unknown",
        Some(Environment::Staging) => "staging",
        Some(Environment::Development) => "development",
        None => "none",
    }
}

/// The class of what governs.
const fn class_of(governor: Governor) -> &'static str {
    match governor {
        Governor::Hook | Governor::ManagedHook => "governed",
        Governor::Nothing => "open",
    }
}

/// What the template calls.
mod filters {
    use askama::Values;

    use crate::runtimes::Governor;

    /// A piece of prose.
    pub struct Part {
        pub code: bool,
        pub text: String,
    }

    /// Prose in its pieces: what stands between backticks is code.
    #[askama::filter_fn]
    pub fn parts(text: &str, _: &dyn Values) -> askama::Result<Vec<Part>> {
        Ok(pieces(text))
    }

    /// The same of a fragment, as a sentence.
    #[askama::filter_fn]
    pub fn said(text: &str, _: &dyn Values) -> askama::Result<Vec<Part>> {
        let mut letters = text.trim_end_matches('.').chars();
        let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        Ok(pieces(&format!("{first}{}.", letters.as_str())))
    }

    fn pieces(text: &str) -> Vec<Part> {
        let pieces = text.split('`').enumerate();
        pieces.map(|(number, text)| Part { code: number % 2 == 1, text: text.to_owned() }).collect()
    }

    /// The class of what governs.
    #[askama::filter_fn]
    pub fn class_of(governor: &Governor, _: &dyn Values) -> askama::Result<&'static str> {
        Ok(super::class_of(*governor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Item;

    #[test]
    fn names_from_outside_stay_text() {
        let name = "<script>alert(1)</script>\"'&`x`";
        let item = Judged::new(&Item::new(Kind::KubeContext, name, name).about(name).note(name), None, &[]);
        let page = page(&Report::new(Vec::new(), vec![item], vec![name.to_owned()], false)).unwrap();
        assert!(!page.contains("<script") && page.contains("alert(1)"));
    }

    #[test]
    fn no_name_turns_or_hides_what_is_around_it() {
        let name = "a\u{202e}b\u{200b}c\u{1b}[2Jd";
        let item = Judged::new(&Item::new(Kind::KubeContext, name, name).about(name).note(name), None, &[]);
        let page = page(&Report::new(Vec::new(), vec![item], vec![name.to_owned()], false)).unwrap();
        assert!(!page.contains(['\u{202e}', '\u{200b}', '\u{1b}']) && page.contains("[2Jd"));
    }

    #[test]
    fn it_needs_no_network_and_runs_nothing() {
        let page = page(&Report::new(Vec::new(), Vec::new(), Vec::new(), true)).unwrap();
        for reaches_out in ["http:", "https:", "<script", "<link", "<img", "@import", "url("] {
            assert!(!page.contains(reaches_out), "{reaches_out}");
        }
    }
}
