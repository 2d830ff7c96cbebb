//! What is left of a shell's state where ways meet.

use std::collections::{BTreeMap, BTreeSet};

use crate::context::{Heads, ShellState, World};
use crate::word::Value;

use super::options::Reached;
use super::variables::{SOMETIMES, tainted};

impl ShellState {
    /// What is known where the way that led to `self` and the one that led to `other` meet.
    pub fn merge(&mut self, other: &Self) {
        if let Some(why) = &other.poisoned {
            self.poisoned.get_or_insert_with(|| why.clone());
        }
        if let Some(why) = &other.exports_unsure {
            self.exports_unsure.get_or_insert_with(|| why.clone());
        }
        if other.variables.contains_key("IFS")
            && let Some(separators) = self.first_separators()
        {
            self.variables.insert("IFS".to_owned(), separators);
        }
        self.separators_unsure |= other.separators_unsure;
        self.separators_set |= other.separators_set;
        if other.distrusted {
            self.variables.clear();
            self.arrays.clear();
            self.distrusted = true;
        }
        for name in self.absent.symmetric_difference(&other.absent).cloned().collect::<Vec<_>>() {
            if !self.distrusted {
                let either = self.variables.get(&name).into_iter().chain(other.variables.get(&name));
                let value = tainted(either).or_else(|| self.one_or_another(&name, other));
                self.variables.insert(name.clone(), value.unwrap_or_else(|| Value::unknown(SOMETIMES)));
            }
            self.absent.remove(&name);
        }
        self.spelled.retain(|name, pattern| other.spelled.get(name) == Some(pattern));
        self.watched.extend(other.watched.iter().cloned());
        for directory in &other.activated {
            if !self.activated.contains(directory) {
                self.activated.push(directory.clone());
            }
        }
        let differ = |name: &str, value: &Value| {
            let is_first = name == "IFS" && other.first_separators().as_ref() == Some(value);
            (other.variables.get(name) != Some(value) && !is_first) || self.may_differ(name, other)
        };
        let different = self.variables.iter().filter(|(name, value)| differ(name, value));
        for name in different.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
            let either = self.variables.get(&name).into_iter().chain(other.variables.get(&name));
            let value = tainted(either).or_else(|| self.one_or_another(&name, other));
            let value = value.unwrap_or_else(|| Value::unknown(SOMETIMES));
            self.variables.insert(name, value);
        }
        for (name, value) in &other.variables {
            if !self.variables.contains_key(name) && !self.distrusted {
                let value = tainted([value]).unwrap_or_else(|| Value::unknown(SOMETIMES));
                self.variables.insert(name.clone(), value);
            }
        }
        let arrays = self.arrays.iter().chain(&other.arrays).map(|(name, _)| name);
        let differ = |name: &&String| self.arrays.get(*name) != other.arrays.get(*name);
        for name in arrays.filter(differ).cloned().collect::<Vec<_>>() {
            let here = self.arrays.remove(&name).unwrap_or_default();
            let either = here.iter().chain(other.arrays.get(&name).into_iter().flatten());
            let value = tainted(either.chain(self.variables.get(&name)));
            if !self.distrusted {
                self.variables.insert(name, value.unwrap_or_else(|| Value::unknown(SOMETIMES)));
            }
        }
        if self.environment != other.environment {
            let there: BTreeMap<&str, &Value> =
                other.environment.iter().map(|(name, value)| (name.as_str(), value)).collect();
            let here: BTreeSet<String> = self.environment.iter().map(|(name, _)| name.clone()).collect();
            for (name, value) in &mut self.environment {
                let other = there.get(name.as_str()).copied();
                if other != Some(&*value) {
                    let either = tainted([&*value].into_iter().chain(other));
                    *value = either.unwrap_or_else(|| Value::unknown(SOMETIMES));
                }
            }
            for (name, value) in there.iter().filter(|(name, _)| !here.contains(**name)) {
                let value = tainted([*value]).unwrap_or_else(|| Value::unknown(SOMETIMES));
                self.environment.push(((*name).to_owned(), value));
            }
        }
        self.exported.extend(other.exported.iter().cloned());
        self.odd.extend(other.odd.iter().cloned());
        if self.parameters != other.parameters {
            let every = [&*self, other].into_iter().filter_map(|shell| shell.parameters.as_ref()).flatten();
            let given = tainted(every.chain(&other.given));
            self.given = given.or(self.given.take());
            self.parameters = None;
        }
        self.merge_functions(other);
        self.merge_locals(other);
        for (name, meaning) in &other.aliases {
            self.aliases.entry(name.clone()).or_insert_with(|| meaning.clone());
        }
        let same = self.traps.iter().zip(&other.traps).take_while(|(trap, known)| trap == known).count();
        self.traps.extend(other.traps.iter().skip(same).cloned());
        self.physical |= other.physical;
        self.folds_names |= other.folds_names;
        self.folds_text |= other.folds_text;
        self.tests = self.tests.min(other.tests);
        self.untold.extend(other.untold.iter().cloned());
        if self.options != other.options {
            self.options = Reached::Lost;
        }
        self.left |= other.left;
        self.skipped |= other.skipped;
        self.matches_hidden |= other.matches_hidden;
        self.traced |= other.traced;
        self.exports_all |= other.exports_all;
        if self.either != other.either {
            self.either = None;
        }
        if self.directory != other.directory {
            self.directory = Err("the directory is not always changed".to_owned());
        }
        if self.earlier != other.earlier {
            self.earlier = Vec::new();
        }
        if self.previous != other.previous {
            self.previous = None;
        }
        self.leaving |= other.leaving;
    }

    /// What separates words where nothing has said so: the same as where that was unset.
    fn first_separators(&self) -> Option<Value> {
        let is_first = !self.separators_unsure && !self.variables.contains_key("IFS");
        is_first.then(|| Value::Known(" \t\n".to_owned()))
    }

    /// What is known at every turn of a loop whose first turn starts with `self` and ends with `after`; none where
    /// that is no less than at the first.
    pub fn loosened(&self, after: &Self) -> Option<Self> {
        let changed = |name: &str, value: &Value| {
            (!value.is_unknown() && after.variables.get(name) != Some(value)) || self.may_differ(name, after)
        };
        let same = self.absent == after.absent
            && !self.variables.iter().any(|(name, value)| changed(name, value))
            && self.arrays.iter().all(|(name, elements)| after.arrays.get(name) == Some(elements))
            && self.directory == after.directory
            && self.parameters == after.parameters
            && self.earlier.len() == after.earlier.len()
            && self.separators_unsure == after.separators_unsure
            && self.separators_set == after.separators_set
            && (self.folds_names, self.folds_text, self.matches_hidden)
                == (after.folds_names, after.folds_text, after.matches_hidden)
            && self.environment == after.environment
            && self.options == after.options
            // A test that was decided in this turn may not be in the next.
            && (self.tests, &self.untold) == (after.tests, &after.untold);
        if same {
            return None;
        }
        let mut loose = self.clone();
        loose.merge(after);
        // What one turn changes, the next may change once more.
        for name in self.variables.iter().filter(|(name, value)| changed(name, value)).map(|(name, _)| name) {
            let value = tainted(after.variables.get(name)).unwrap_or_else(|| Value::unknown(SOMETIMES));
            loose.variables.insert(name.clone(), value);
        }
        Some(loose)
    }
}

impl World {
    /// The branches checked out may also still be these.
    pub fn may_have(&mut self, heads: &Heads) {
        if self.heads != *heads {
            self.heads.may_be(heads);
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn words_are_separated_as_at_first_where_that_is_unset() {
        assert_snapshot!(check("if [ x ]; then IFS=:; unset IFS; fi; A='rm a b'; $A"), @"
        exec.read test, read
        exec.read unset, read
        fs.delete /repo/a, destroy
        fs.delete /repo/b, destroy
        ");
        assert_snapshot!(check("while [ x ]; do IFS=:; unset IFS; done; A='rm a b'; $A"), @"
        exec.read test, read
        exec.read unset, read
        fs.delete /repo/a, destroy
        fs.delete /repo/b, destroy
        ");
        assert_snapshot!(check("if [ x ]; then IFS=_; fi; A='rm a_b'; $A"), @"
        exec.read test, read
        exec.hidden $A, execute, opaque
        ");
        assert_snapshot!(check("if [ x ]; then IFS=_; else unset IFS; fi; A='rm a_b'; $A"), @"
        exec.read test, read
        exec.read unset, read
        exec.hidden $A, execute, opaque
        ");
        assert_snapshot!(check("while [ x ]; do A='rm a_b'; $A; IFS=_; done; $A"), @"
        exec.read test, read
        fs.delete /repo/a_b, destroy
        exec.hidden $A, execute, opaque
        ");
        assert_snapshot!(check("f() { local IFS=_; [ x ] && unset IFS; A='rm a_b'; $A; }; f; $A"), @"
        exec.read local, read
        exec.read test, read
        exec.read unset, read
        exec.hidden $A, execute, opaque
        fs.delete /repo/a_b, destroy
        ");
        assert_snapshot!(check(". ./x; if [ x ]; then unset IFS; fi; A='rm a_b'; $A"), @"
        fs.read /repo/x, read
        exec.opaque ., execute, opaque
        exec.read test, read
        exec.read unset, read
        exec.hidden $A, execute, opaque
        ");
    }
}
