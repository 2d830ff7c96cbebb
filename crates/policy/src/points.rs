//! Points of risk of one's own, checked and laid over the shipped ones.

use countersign_model::verbs;
use toml::{Table, Value};

use crate::risk::{Fall, Weights};
use crate::{At, BuildError, Layer, nearest, packs};

/// Why points of one's own cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot use {what}: {message}{at}")]
pub struct WrongPoints {
    /// The layer that says it.
    pub layer: Layer,
    /// The table or the points, as in `` `production` in `[weights.change]` ``.
    pub what: String,
    /// What is wrong, a fragment.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// Where it is written.
    pub at: At,
}

/// The most points that one factor can have; risk ends there.
const MOST: i64 = 100;

/// The shipped points of risk, with those that the highest layer changes.
pub fn weights(layer: Layer, own: &Table) -> Result<Weights, BuildError> {
    let shipped = |error: toml::de::Error| BuildError::Shipped(error.to_string());
    let mut table: Table = toml::from_str(packs::WEIGHTS).map_err(shipped)?;
    for (name, own) in own {
        let Some(Value::Table(points)) = table.get_mut(name) else {
            let names: Vec<&str> = table.keys().map(String::as_str).collect();
            let hint = nearest::hint(name, &names);
            return Err(wrong(layer, &[name], "there is no such table of points", &hint));
        };
        let Value::Table(own) = own else {
            let hint = format!("write `[weights.{name}]`, and below it a line such as `production = 60`");
            return Err(wrong(layer, &[name], "it is a table of points", &hint));
        };
        for (key, value) in own {
            check_key(layer, (name, key), value, points)?;
            points.insert(key.clone(), value.clone());
        }
    }
    let weights: Weights = table.try_into().map_err(shipped)?;
    weights.check().map_err(|fall| fallen(layer, own, &fall))?;
    Ok(weights)
}

/// Refuses what names no points, and points that are no number of them.
fn check_key(
    layer: Layer,
    (name, key): (&str, &str),
    value: &Value,
    points: &Table,
) -> Result<(), BuildError> {
    let refused = |message: &str, hint: &str| Err(wrong(layer, &[name, key], message, hint));
    if name == "verb" {
        // Any verb may have points of its own.
        if verbs::find(key).is_none() {
            let names: Vec<&str> = verbs::CATALOGUE.iter().map(|entry| entry.name).collect();
            let hint = match value.as_table().and_then(|rest| rest.keys().next()) {
                Some(rest) => format!("a verb stands in quotes: `\"{key}.{rest}\" = 10`"),
                None => nearest::hint_or(key, &names, "`countersign policy verbs` lists them"),
            };
            return refused("there is no such verb", &hint);
        }
    } else if !points.contains_key(key) {
        let names: Vec<&str> = points.keys().map(String::as_str).collect();
        return refused("it is not known there", &nearest::hint(key, &names));
    }
    let most = if key == "burst_calls" { u8::MAX.into() } else { MOST };
    match value.as_integer() {
        Some(number) if (0..=most).contains(&number) => Ok(()),
        _ => refused(
            &format!("`{value}` is no number of points"),
            &format!("write a whole number from 0 to {most}"),
        ),
    }
}

/// Points that would let something worse score lower, said of those that the file changes.
fn fallen(layer: Layer, own: &Table, fall: &Fall) -> BuildError {
    let is_own = |table: &str, key: &str| {
        own.get(table).and_then(Value::as_table).is_some_and(|points| points.contains_key(key))
    };
    let ((better_table, better, less), (table, worse, more)) = (fall.better, fall.worse);
    let at = if is_own(table, worse) { [table, worse] } else { [better_table, better] };
    let (message, hint) = if table == better_table {
        (
            format!("`{worse}` has {}, fewer than `{better}` with {less}", number(more)),
            format!("give `{worse}` {less} or more, or `{better}` {more} or fewer"),
        )
    } else {
        (
            format!("for `{worse}` a change has {}, fewer than a read with {less}", number(more)),
            format!(
                "give `{worse}` {less} or more under `[weights.{table}]`, or {more} or fewer under `[weights.{better_table}]`"
            ),
        )
    };
    wrong(layer, &at, &message, &hint)
}

fn number(points: u8) -> String {
    format!("{points} {}", if points == 1 { "point" } else { "points" })
}

fn wrong(layer: Layer, path: &[&str], message: &str, hint: &str) -> BuildError {
    let what = match path {
        [table, key] => format!("`{key}` in `[weights.{table}]`"),
        path => format!("`[weights.{}]`", path.join(".")),
    };
    let path = std::iter::once(&"weights").chain(path).map(ToString::to_string).collect();
    let at = At { path, ..At::default() };
    BuildError::Weights(Box::new(WrongPoints {
        layer,
        what,
        message: message.to_owned(),
        hint: hint.to_owned(),
        at,
    }))
}
