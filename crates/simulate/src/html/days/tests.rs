//! Tests of `days`.

use super::*;

fn day(developer: &str, day: &str, held: usize) -> Day {
    Day { developer: developer.to_owned(), day: day.to_owned(), tool_calls: 9, held, denied: 0 }
}

#[test]
fn days_without_work_are_gaps_until_there_are_too_many_days() {
    let mut approvals = Approvals {
        days: vec![day("ada", "2026-02-09", 4), day("ada", "2026-02-12", 0), day("ben", "unknown", 1)],
        most: 4,
        mean: 2.0,
        ..Approvals::default()
    };
    let days = Days::of(&approvals);
    let shown: Vec<String> = days
        .rows
        .iter()
        .flat_map(|row| {
            row.bars.iter().map(|bar| format!("{} {} {}+{}", row.developer, bar.x, bar.y, bar.height))
        })
        .collect();
    assert_eq!(shown, ["ada 0 0.0+50.0", "ada 30 48.5+1.5"]);
    assert_eq!((days.count, &*days.mean_y, days.packed), (4, "25.0", false));
    approvals.days.push(day("ada", "2026-09-01", 1));
    let days = Days::of(&approvals);
    assert_eq!((days.count, days.packed), (3, true));
}
