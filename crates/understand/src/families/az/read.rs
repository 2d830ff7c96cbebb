//! The words of an `az` command: its own words, which come first, then options with their values.

use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::{Value, Word};

/// Options of all commands that may be cut short and say where it acts.
const WHERE: &[(&str, &str)] = &[("--subs", "--subscription"), ("--resource-g", "--resource-group"), ("--destination-s", "--destination-subscription-id")];

/// Options that take no value and may come before the command's words.
const SWITCHES: &[&str] = &["--debug", "--verbose", "--only-show-errors", "--help", "-h", "--yes", "-y", "--no-wait"];

/// An `az` command taken apart.
#[derive(Debug, Default)]
pub(super) struct Read<'w> {
    /// Its own words.
    pub words: Vec<&'w Word>,
    options: Vec<(String, Vec<Value>)>,
    /// Whether it only prints help.
    pub is_help: bool,
    /// Why a word of it is not known.
    pub doubt: Option<String>,
}

impl Read<'_> {
    /// Whether an option was given.
    pub fn has(&self, name: &str) -> bool {
        self.options.iter().any(|(given, _)| given == name)
    }

    /// The first value of the last option of this name.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.options.iter().rfind(|(given, _)| given == name).and_then(|(_, values)| values.first())
    }

    /// The same as text: `*` where it is given and not known.
    pub fn text(&self, name: &str) -> Option<String> {
        self.value(name).map(|value| value.known().unwrap_or("*").to_owned())
    }

    /// All values of its options, with the options' names.
    pub fn values(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.options.iter().flat_map(|(name, values)| values.iter().map(move |value| (name.as_str(), value)))
    }

    /// Says which files its values are read from.
    pub fn reads_files(&self, context: &mut Context<'_>) {
        for (name, value) in self.values() {
            if let Some(file) = value.strip_prefix("@") {
                context.read_value(&file);
            } else if matches!(name, "--template-file" | "--parameters-file" | "--src") {
                context.read_value(value);
            }
        }
    }

    /// What it acts on: the resource group and the name, or the ids.
    pub fn names(&self, words: &[&str]) -> Vec<String> {
        let text = |value: &Value| value.known().unwrap_or("*").to_owned();
        if let Some((_, values)) = self.options.iter().rfind(|(name, _)| name == "--ids" || name == "--id") {
            return values.iter().map(text).collect();
        }
        let group = self.text("--resource-group").or_else(|| self.text("-g"));
        let name = ["--name", "-n", "--vault-name", "--account-name", "--container-name", "--server", "--assignee", "--scope"]
            .iter()
            .find_map(|name| self.text(name));
        vec![match (group, name) {
            (Some(group), Some(name)) => format!("{group}/{name}"),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) if words.len() < 2 => "*".to_owned(),
            (None, None) => words.get(1..).unwrap_or_default().join(" "),
        }]
    }
}

/// Takes an invocation apart.
pub(super) fn read(invocation: &Invocation) -> Read<'_> {
    let mut found = Read::default();
    let mut words = invocation.words.iter().peekable();
    while let Some(word) = words.next() {
        let text = word.text();
        if let Value::Unknown { why, .. } = &word.value {
            found.doubt.get_or_insert_with(|| why.clone());
        }
        if !text.starts_with('-') || text == "-" {
            found.words.push(word);
            continue;
        }
        let (name, attached) = match text.split_once('=') {
            Some((name, _)) => (name, word.value.strip_prefix(&format!("{name}="))),
            // `-nprod`: a short option with its value.
            None if !text.starts_with("--") && text.len() > 2 && text.is_char_boundary(2) => {
                let short = text.get(..2).unwrap_or(text);
                (short, word.value.strip_prefix(short))
            }
            None => (text, None),
        };
        let name = WHERE.iter().find(|(start, whole)| name.starts_with(start) && whole.starts_with(name)).map_or(name, |(_, whole)| whole);
        found.is_help |= matches!(name, "--help" | "-h") && attached.is_none();
        let mut values: Vec<Value> = attached.into_iter().collect();
        // Before the command's words an option has one value at most, after them as many as follow.
        let most = if SWITCHES.contains(&name) || !values.is_empty() {
            0
        } else if found.words.is_empty() {
            1
        } else {
            usize::MAX
        };
        while values.len() < most
            && let Some(next) = words.next_if(|next| !next.text().starts_with('-'))
        {
            if let Value::Unknown { why, .. } = &next.value {
                found.doubt.get_or_insert_with(|| why.clone());
            }
            values.push(next.value.clone());
        }
        found.options.push((name.to_owned(), values));
    }
    found
}
