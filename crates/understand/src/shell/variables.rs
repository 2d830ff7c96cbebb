//! Which values variables have at a point of the text.

use std::collections::HashMap;

use crate::context::ShellState;
use crate::environment;
use crate::families;
use crate::word::Value;

use super::arithmetic;
use super::made_up::MADE_UP;
use super::words::Names;

/// More variables than this are not followed.
const MOST: usize = 64;
/// More elements of an array than this are not followed.
pub(crate) const MOST_ELEMENTS: usize = 256;
/// A value that grows beyond this is not followed.
pub(crate) const LONGEST: usize = 16 * 1024;

/// Why a value is not known that is a secret's, or may be; its name follows.
pub(crate) const SECRET: &str = "the secret ";

/// Why the value of what a command prints is not known, where that is no secret.
pub(crate) const PRINTED: &str = "the output of a command";

/// The name of the secret of which a value is, or holds, the value.
pub(crate) fn secret_in(value: &Value) -> Option<&str> {
    match value {
        Value::Unknown { why, .. } => why.strip_prefix(SECRET),
        Value::Known(_) | Value::Pattern(_) => None,
    }
}

/// What is known of several values, or of words put together of them, where one holds a secret's value.
pub(crate) fn tainted<'v>(values: impl IntoIterator<Item = &'v Value>) -> Option<Value> {
    values.into_iter().find_map(|value| match value {
        Value::Unknown { why, .. } if why.starts_with(SECRET) => Some(Value::unknown(why)),
        Value::Known(_) | Value::Pattern(_) | Value::Unknown { .. } => None,
    })
}

/// The variable that holds the secret which makes a value unknown.
pub(crate) fn secret_name(why: &str) -> Option<&str> {
    why.strip_prefix(SECRET)
}

/// Whether nothing but a variable, which somebody has set outside, makes a value unknown.
pub(crate) fn is_plain(why: &str) -> bool {
    matches!(
        why,
        "a variable of the environment" | "a positional parameter" | "a value of the running shell" | MADE_UP
    )
}

/// Of the reasons why parts of a value are not known, the one of most weight is told.
pub(super) fn weight(why: &str) -> u8 {
    match why {
        environment::AS_IT_WAS => 0,
        _ if is_plain(why) => 1,
        _ if why.starts_with(SECRET) => 3,
        _ => 2,
    }
}

/// The value of a variable whose name is not known.
pub(super) fn any() -> Value {
    Value::unknown(&format!("{SECRET}*"))
}

const REFERENCE: &str = "a reference may have set it";

pub(super) const SOMETIMES: &str = "a variable that is not always set";

/// Whether values are few and short enough to be kept.
pub(crate) fn is_short<'t>(texts: impl Iterator<Item = &'t str>) -> bool {
    let (count, length) = texts.fold((0, 0), |(count, length), text| (count + 1, length + text.len()));
    count <= MOST_ELEMENTS && length <= LONGEST
}

impl ShellState {
    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: Value) {
        if let Some((array, _)) = name.split_once('[') {
            let why =
                secret_in(&value).map_or_else(|| "an array".to_owned(), |name| format!("{SECRET}{name}"));
            return self.set(array, Value::unknown(&why));
        }
        if self.distrusted && environment::matters(value.text()) {
            // A reference that is given another target: what is assigned later goes there.
            self.inherit(value.text(), Value::unknown(REFERENCE));
        }
        if self.variables.len() >= MOST && !self.variables.contains_key(name) {
            self.forget_all("there are too many variables to follow");
        }
        if self.odd.contains(name)
            && let Some(expression) = value.known().filter(|text| !text.contains(['$', '`']))
        {
            // A number is an expression, which may set others.
            let assigned = arithmetic::evaluate(expression, self).assigned;
            for (other, _) in assigned.iter().filter(|(other, _)| other != name) {
                if self.variables.contains_key(other) {
                    self.variables.insert(other.clone(), Value::unknown(SOMETIMES));
                }
            }
        }
        let value = self.settled(name, value);
        self.separators_set |= name == "IFS";
        self.absent.remove(name);
        self.perhaps_absent.remove(name);
        self.spelled.remove(name);
        if name == "PS4" {
            self.prompts.push(value.clone());
        }
        if self.exports_all && !self.exported.contains(name) {
            self.exported.insert(name.to_owned());
        }
        if is_inherited(name) || self.exported.contains(name) {
            self.inherit(name, value.clone());
        }
        if self.distrusted {
            return;
        }
        if value.is_unknown() {
            // Arithmetic may have set any element.
            self.arrays.remove(name);
        }
        if let Some(first) = self.arrays.get_mut(name).and_then(|elements| elements.first_mut()) {
            first.clone_from(&value);
        } else {
            self.arrays.remove(name);
        }
        self.variables.insert(name.to_owned(), value);
    }

    /// Makes a variable an array.
    pub fn set_array(&mut self, name: &str, elements: Vec<Value>) {
        self.arrays.remove(name);
        let first = elements.first().cloned().unwrap_or_else(|| Value::Known(String::new()));
        self.set(name, first);
        let plain = !self.leaving && !self.odd.contains(name) && !self.distrusted;
        if plain && is_short(elements.iter().map(Value::text)) {
            self.arrays.insert(name.to_owned(), elements);
        } else if !self.distrusted {
            self.variables.insert(name.to_owned(), Value::unknown("an array"));
        }
    }

    /// A variable has this value, which is one of those that it may have.
    pub fn is_one(&mut self, name: &str, text: String) {
        self.spelled.remove(name);
        if is_inherited(name) || self.exported.contains(name) {
            self.inherit(name, Value::Known(text.clone()));
        }
        self.variables.insert(name.to_owned(), Value::Known(text));
    }

    /// The value that a variable really has after it was set to this one.
    fn settled(&self, name: &str, value: Value) -> Value {
        if let Some(value) = tainted([&value]) {
            return value;
        }
        if self.odd.contains(name) {
            return Value::unknown("its declaration gives it another meaning");
        }
        if self.leaving && self.variables.get(name) != Some(&value) {
            return Value::unknown("the shell may have left before it was set");
        }
        if value.text().len() > LONGEST { Value::unknown("the value is too long to follow") } else { value }
    }

    /// Through a reference, this variable may be set to anything from here on; any, where it is not known which.
    pub fn refers_to(&mut self, target: &Value) {
        let name = target.known().map_or("PATH", |text| text.split('[').next().unwrap_or(text));
        if environment::matters(name) {
            self.inherit(name, Value::unknown(REFERENCE));
        }
    }

    /// Nothing is known of a variable of the running shell any more.
    pub fn forget(&mut self, name: &str) {
        self.variables.remove(name);
    }

    /// Hands a variable to the commands that follow.
    pub fn export(&mut self, name: &str, value: Value) {
        self.exported.insert(name.to_owned());
        self.set(name, value);
    }

    fn inherit(&mut self, name: &str, value: Value) {
        match self.environment.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = value,
            None => self.environment.push((name.to_owned(), value)),
        }
    }

    /// A variable does not exist any more.
    pub fn unset(&mut self, name: &str) {
        self.arrays.remove(name);
        self.exported.remove(name);
        self.environment.retain(|(known, _)| known != name);
        let is_local = self.locals.iter().flatten().any(|local| local.name == name);
        let value = if is_local {
            Value::unknown("a variable of an outer function")
        } else if name == "IFS" {
            Value::Known(" \t\n".to_owned())
        } else {
            Value::Known(String::new())
        };
        let is_absent = !is_local && name != "IFS" && !self.leaving && !self.odd.contains(name);
        self.set(name, value);
        if is_absent && !self.distrusted {
            self.absent.insert(name.to_owned());
        }
    }

    /// From now on, what is assigned to this variable does not say what its value is.
    pub fn makes_odd(&mut self, name: &str) {
        self.odd.insert(name.to_owned());
        if self.variables.contains_key(name) {
            self.arrays.remove(name);
            self.set(name, Value::unknown("its declaration gives it another meaning"));
        }
    }

    /// No variable can be trusted from here on, whatever it is set to.
    pub fn distrust(&mut self, why: &str) {
        self.poison(why);
        self.distrusted = true;
    }

    /// Any variable may have been set to anything; what is set after this is known again.
    pub fn poison(&mut self, why: &str) {
        self.separators_unsure = true;
        self.forget_all(why);
    }

    /// Any variable may have been set to anything, and commands that follow are given it: also where programs are found.
    pub fn exports_anything(&mut self, why: &str) {
        self.poison(why);
        self.export("PATH", Value::unknown(why));
        self.exports_unsure = Some(why.to_owned());
    }

    /// Any variable that this text has set may be anything; what is set after this is known again. One that it has
    /// not is as it was, so that words are split as before.
    pub fn forget_all(&mut self, why: &str) {
        self.separators_unsure |= self.variables.contains_key("IFS");
        self.variables.clear();
        self.choices.clear();
        self.absent.clear();
        self.perhaps_absent.clear();
        self.arrays.clear();
        self.parameters = None;
        for (_, value) in &mut self.environment {
            *value = Value::unknown(why);
        }
        self.poisoned = Some(why.to_owned());
    }

    /// Forgets the value of every variable that a text sets more than once.
    pub fn keep_constants(&mut self, text: &str) {
        if self.variables.is_empty() {
            return;
        }
        let counts = mentions(text);
        for (name, value) in &mut self.variables {
            if counts.get(name.as_str()).is_some_and(|count| *count > 1) {
                *value = Value::unknown("a variable that changes");
                self.absent.remove(name);
                self.arrays.remove(name);
            }
        }
    }

    /// What follows runs whether or not the last `cd` worked.
    pub fn settle(&mut self) {
        if std::mem::take(&mut self.directory_unsure) {
            self.either = self.directory.clone().ok().zip(self.previous.clone());
            self.directory = Err("the directory may not exist".to_owned());
        }
    }
}

impl Names for ShellState {
    fn variable(&self, name: &str) -> Value {
        if name == "#" {
            return match &self.parameters {
                Some(parameters) => Value::Known(parameters.len().to_string()),
                None => Value::unknown("the number of parameters"),
            };
        }
        if name == "0" {
            return self.zero.clone().unwrap_or_else(|| Value::unknown("the name of the running shell"));
        }
        if matches!(name, "@" | "*") && self.parameters.is_none() {
            return self.given.clone().unwrap_or_else(|| Value::unknown("a positional parameter"));
        }
        if let Some(value) = self.option_value(name) {
            return value;
        }
        let carried = || tainted(self.variables.get(name));
        if let Some(value) = is_volatile(name).then(carried).flatten() {
            return value;
        }
        if self.makes_up(name) {
            return Value::unknown(MADE_UP);
        }
        if is_volatile(name) {
            return Value::unknown("a value of the running shell");
        }
        if let Ok(number) = name.parse::<usize>() {
            return match &self.parameters {
                Some(parameters) => {
                    parameters.get(number.saturating_sub(1)).cloned().unwrap_or(Value::Known(String::new()))
                }
                None => self.given.clone().unwrap_or_else(|| Value::unknown("a positional parameter")),
            };
        }
        if let Some(value) = self.variables.get(name) {
            return value.clone();
        }
        match (name, &self.directory) {
            _ if self.poisoned.is_some() => Value::unknown(self.poisoned.as_deref().unwrap_or_default()),
            ("HOME", _) if !self.home.is_empty() => Value::Known(self.home.clone()),
            ("PWD", Ok(directory)) => Value::Known(directory.clone()),
            ("OLDPWD", _) => match &self.previous {
                Some(directory) => Value::Known(directory.clone()),
                None => Value::unknown("the shell's earlier directory"),
            },
            ("PATH", _) => Value::unknown(environment::AS_IT_WAS),
            _ if families::is_secret_name(name) || self.secrets.iter().any(|secret| secret == name) => {
                Value::unknown(&format!("{SECRET}{name}"))
            }
            _ => Value::unknown("a variable of the environment"),
        }
    }

    fn is_absent(&self, name: &str) -> bool {
        self.absent.contains(name)
    }

    fn elements(&self, name: &str) -> Option<Vec<Value>> {
        if name == "@" {
            return self.parameters.clone();
        }
        if let Some(elements) = self.arrays.get(name) {
            return Some(elements.clone());
        }
        match self.variables.get(name) {
            Some(Value::Known(text)) => Some(vec![Value::Known(text.clone())]),
            Some(Value::Pattern(_) | Value::Unknown { .. }) | None => None,
        }
    }

    fn folds_names(&self) -> bool {
        self.folds_names
    }

    fn folds_text(&self) -> bool {
        self.folds_text
    }

    fn home(&self) -> &str {
        &self.home
    }

    fn separators(&self) -> Option<&str> {
        match self.variables.get("IFS") {
            None if self.separators_unsure => None,
            None => Some(" \t\n"),
            Some(value) => value.known(),
        }
    }
}

/// How often each name stands in a text other than as `$name` or `${name}`.
fn mentions(text: &str) -> HashMap<&str, usize> {
    let mut counts = HashMap::new();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut rest = text;
    while let Some(start) = rest.find(is_name) {
        let (skipped, tail) = rest.split_at(start);
        let end = tail.find(|c| !is_name(c)).unwrap_or(tail.len());
        let (name, after) = tail.split_at(end);
        let plain = skipped.ends_with('$') || (skipped.ends_with("${") && after.starts_with('}'));
        if !plain {
            *counts.entry(name).or_default() += 1;
        }
        rest = after;
    }
    counts
}

/// Variables that the shell itself changes all the time.
fn is_volatile(name: &str) -> bool {
    matches!(
        name,
        "?" | "-"
            | "$"
            | "!"
            | "_"
            | "RANDOM"
            | "SRANDOM"
            | "SECONDS"
            | "LINENO"
            | "EPOCHSECONDS"
            | "EPOCHREALTIME"
            | "FUNCNAME"
            | "PIPESTATUS"
            | "DIRSTACK"
            | "OPTIND"
            | "OPTARG"
            | "COPROC"
            | "MAPFILE"
            | "REPLY"
    ) || name.starts_with("BASH")
}

/// Variables that are part of every environment, or may be: setting one is taken for exporting it.
fn is_inherited(name: &str) -> bool {
    environment::matters(name)
        && (matches!(
            name,
            "PATH"
                | "HOME"
                | "PWD"
                | "SHELL"
                | "EDITOR"
                | "VISUAL"
                | "PAGER"
                | "BASH_ENV"
                | "ENV"
                | "BASH_CMDS"
                | "BASH_ALIASES"
        ) || ["GIT_", "LD_", "DYLD_", "GH_", "SSH_"].iter().any(|prefix| name.starts_with(prefix)))
}
