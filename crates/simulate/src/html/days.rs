//! The price in interruptions: for each developer a bar for each day.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::figures::{grouped, number, ratio};
use crate::report::{Approvals, Day};

/// Most developers that are drawn: those who are asked most.
const MOST_DEVELOPERS: usize = 12;
/// Most days that are drawn with the gaps between them; beyond that days without work are left out.
const MOST_WITH_GAPS: usize = 100;
/// Most days that are drawn at all: the last ones.
const MOST_DAYS: usize = 366;
/// How wide a day is drawn, and how much of that its bar takes.
const DAY: usize = 10;
/// How high a bar is drawn at most.
const HEIGHT: f64 = 50.0;

/// A picture for each developer, on one scale.
pub struct Days<'r> {
    /// Those who are asked most, first.
    pub rows: Vec<Row<'r>>,
    /// How many developers there are.
    pub developers: usize,
    /// How many of them are not drawn.
    pub left_off: usize,
    /// The first and the last day that is drawn.
    pub span: Option<(String, String)>,
    /// Whether days without work are left out.
    pub packed: bool,
    /// How many days are drawn.
    pub count: usize,
    /// How wide a picture is.
    pub width: usize,
    /// How high the mean lies.
    pub mean_y: String,
    /// What the highest bar stands for.
    pub most: usize,
}

/// One developer.
pub struct Row<'r> {
    /// Who.
    pub developer: &'r str,
    /// Days with work.
    pub days: usize,
    /// Held calls.
    pub held: usize,
    /// Where each day's bar lies.
    pub bars: Vec<DayBar<'r>>,
    /// What the picture says, in words.
    pub label: String,
}

/// One day with work.
pub struct DayBar<'r> {
    /// The day.
    pub day: &'r Day,
    /// Where it starts.
    pub x: usize,
    /// Its top.
    pub y: String,
    /// How high it is.
    pub height: String,
}

impl<'r> Days<'r> {
    /// Lays out the days.
    pub fn of(approvals: &'r Approvals) -> Self {
        let dates: BTreeSet<Date> = approvals.days.iter().filter_map(date).collect();
        let (columns, packed) = columns(&dates);
        let most = approvals.most.max(1);
        let mut by_developer: BTreeMap<&str, Vec<&'r Day>> = BTreeMap::new();
        for day in &approvals.days {
            by_developer.entry(&day.developer).or_default().push(day);
        }
        let mut rows: Vec<Row<'_>> =
            by_developer.into_iter().map(|(developer, days)| row(developer, &days, &columns, most)).collect();
        // The sort is stable: those alike stay in the order of their names.
        rows.sort_by_key(|row| std::cmp::Reverse(row.held));
        let developers = rows.len();
        let left_off = rows.len().saturating_sub(MOST_DEVELOPERS);
        rows.truncate(MOST_DEVELOPERS);
        let ends = columns.first_key_value().zip(columns.last_key_value());
        Self {
            rows,
            developers,
            left_off,
            span: ends.map(|((first, _), (last, _))| (first.to_string(), last.to_string())),
            packed,
            count: columns.len(),
            width: columns.len().max(1) * DAY,
            mean_y: format!("{:.1}", HEIGHT - (approvals.mean / number(most)).min(1.0) * HEIGHT),
            most,
        }
    }
}

/// The day, where the log says which.
fn date(day: &Day) -> Option<Date> {
    day.day.parse().ok()
}

/// Which column each day is drawn in, and whether days without work are left out.
fn columns(dates: &BTreeSet<Date>) -> (BTreeMap<Date, usize>, bool) {
    let Some((first, last)) = dates.first().copied().zip(dates.last().copied()) else {
        return (BTreeMap::new(), false);
    };
    let all: Vec<Date> = first
        .series(jiff::Span::new().days(1))
        .take_while(|day| *day <= last)
        .take(MOST_WITH_GAPS + 1)
        .collect();
    let packed = all.len() > MOST_WITH_GAPS;
    let drawn = if packed { dates.iter().rev().take(MOST_DAYS).rev().copied().collect() } else { all };
    (drawn.into_iter().enumerate().map(|(column, day)| (day, column)).collect(), packed)
}

fn row<'r>(developer: &'r str, days: &[&'r Day], columns: &BTreeMap<Date, usize>, most: usize) -> Row<'r> {
    let bar = |day: &&'r Day| {
        let x = columns.get(&date(day)?)? * DAY;
        let height = if day.held == 0 { 1.5 } else { (HEIGHT * ratio(day.held, most)).max(3.0) };
        Some(DayBar { day, x, y: format!("{:.1}", HEIGHT - height), height: format!("{height:.1}") })
    };
    let held: usize = days.iter().map(|day| day.held).sum();
    let worst = days.iter().max_by_key(|day| day.held).filter(|day| day.held > 0);
    let worst = worst.map(|day| format!(", most on {}: {}", day.day, grouped(day.held))).unwrap_or_default();
    let label = format!("{}: {} held on {} days with work{worst}", developer, grouped(held), days.len());
    Row { developer, days: days.len(), held, bars: days.iter().filter_map(bar).collect(), label }
}

#[cfg(test)]
mod tests;
