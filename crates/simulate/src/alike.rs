//! Rows that say the same, told once.

use std::collections::HashMap;
use std::hash::Hash;

/// A row, and how often it came.
pub struct Alike<'r, T> {
    /// The first of them.
    pub row: &'r T,
    /// How many there are.
    pub times: usize,
}

/// Rows by what they say, in the order of the first of each.
pub fn alike<'r, T, K: Eq + Hash>(rows: &'r [T], key: impl Fn(&'r T) -> K) -> Vec<Alike<'r, T>> {
    let mut seen: HashMap<K, usize> = HashMap::new();
    let mut told: Vec<Alike<'r, T>> = Vec::new();
    for row in rows {
        let index = *seen.entry(key(row)).or_insert(told.len());
        match told.get_mut(index) {
            Some(alike) => alike.times += 1,
            None => told.push(Alike { row, times: 1 }),
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_again_is_counted_at_its_first_place() {
        let told = alike(&["a", "b", "a", "c", "a"], |row| *row);
        let shown: Vec<_> = told.iter().map(|alike| (*alike.row, alike.times)).collect();
        assert_eq!(shown, [("a", 3), ("b", 1), ("c", 1)]);
    }
}
