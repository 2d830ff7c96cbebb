//! What was done, by where.

use std::collections::BTreeMap;

use countersign_model::Environment;

use crate::figures::ratio;
use crate::report::{Counts, EffectRow};

/// The columns, from harmless to harmful.
pub const ENVIRONMENTS: [Environment; 4] =
    [Environment::Development, Environment::Staging, Environment::Unknown, Environment::Production];
/// Most rows that are shown.
const MOST_ROWS: usize = 24;

/// Kinds of effects by environment.
pub struct Matrix<'r> {
    /// The columns' names.
    pub environments: Vec<String>,
    /// Most calls first.
    pub rows: Vec<Row<'r>>,
    /// How many more rows there are.
    pub left_off: usize,
}

/// One kind of effect.
pub struct Row<'r> {
    /// What is done.
    pub verb: &'r str,
    /// By environment; nothing where it was never done there.
    pub cells: Vec<Option<Cell>>,
}

/// How often, and what came of it.
pub struct Cell {
    /// The calls, by decision.
    pub counts: Counts,
    /// How deep it is coloured, from 1 to 4.
    pub depth: u8,
}

impl<'r> Matrix<'r> {
    /// Lays out the rows, which come sorted.
    pub fn of(effects: &'r [EffectRow]) -> Self {
        let mut verbs: Vec<&str> = Vec::new();
        let mut counts: BTreeMap<(&str, &str), Counts> = BTreeMap::new();
        for row in effects {
            if !verbs.contains(&row.verb.as_str()) {
                verbs.push(&row.verb);
            }
            counts.insert((&row.verb, &row.environment), row.decided);
        }
        let most = effects.iter().map(|row| row.decided.all()).max().unwrap_or_default();
        let environments: Vec<String> = ENVIRONMENTS.iter().map(ToString::to_string).collect();
        let row = |verb: &'r str| {
            let cell = |environment: &String| {
                let counts = *counts.get(&(verb, environment.as_str()))?;
                Some(Cell { counts, depth: depth(counts.all(), most) })
            };
            Row { verb, cells: environments.iter().map(cell).collect() }
        };
        let left_off = verbs.len().saturating_sub(MOST_ROWS);
        let rows = verbs.into_iter().take(MOST_ROWS).map(row).collect();
        Self { rows, environments, left_off }
    }
}

/// A step for each tenfold.
fn depth(calls: usize, most: usize) -> u8 {
    match ratio(calls, most) {
        share if share > 0.3 => 4,
        share if share > 0.03 => 3,
        share if share > 0.003 => 2,
        _ => 1,
    }
}
