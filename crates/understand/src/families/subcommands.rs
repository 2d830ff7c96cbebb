//! Programs of many subcommands, as tables: `kubectl rollout restart`, `aws ec2 terminate-instances`.
//!
//! A family gives its [`Table`] to [`read`] and gets the rule that fits best, the operands that follow and
//! the options. Options that its table does not have are looked up in a table made from public data. Reading is
//! lenient: an option nobody knows takes no value, so that a word too many looks like
//! a subcommand nobody knows, which is taken as a change.

use countersign_model::{Certainty, Effect, Resource, Verb};

use crate::invocation::Invocation;
use crate::tables::options;
use crate::word::{Value, Word};

/// What a program knows.
pub(crate) struct Table<'t> {
    /// Options, with their dashes, that take the next word or what follows `=`; a short one also what follows
    /// it in the same word.
    pub values: &'t [&'t str],
    /// Subcommands; of those that fit, the one with the most words counts.
    pub rules: &'t [Rule<'t>],
}

/// A subcommand and what it does.
pub(crate) struct Rule<'t> {
    /// Its words with one blank between: `a|b` is either of them, `*` any one word; none: no word at all.
    pub words: &'t str,
    /// What it does.
    pub verb: Verb,
}

/// A line of a table.
pub(crate) const fn rule(words: &str, verb: Verb) -> Rule<'_> {
    Rule { words, verb }
}

/// A command taken apart by a table.
#[derive(Debug)]
pub(crate) struct Subcommand<'w> {
    /// What it does; none where the table does not know it.
    pub verb: Option<Verb>,
    /// The subcommand's own words, for people: `rollout restart`.
    pub name: String,
    /// What follows them and is no option.
    pub operands: Vec<&'w Word>,
    /// Options in order, with their dashes, and their values.
    pub options: Vec<(String, Option<Value>)>,
    /// What follows `--`.
    pub rest: Vec<&'w Word>,
    /// Where `rest` begins among the arguments.
    pub rest_at: Option<usize>,
    /// Why a word of it is not known.
    pub doubt: Option<String>,
    /// Whether it only prints help or a version.
    pub is_help: bool,
    /// Where in `options` those are that could be the value of the option before them.
    pub loose: Vec<usize>,
}

impl Subcommand<'_> {
    /// Whether one of these options was given, and not as `--x=false`.
    pub fn has(&self, names: &[&str]) -> bool {
        let off =
            |value: &Option<Value>| value.as_ref().and_then(Value::known).is_some_and(|text| text == "false");
        self.options.iter().any(|(name, value)| names.contains(&name.as_str()) && !off(value))
    }

    /// The value of the last of these options.
    pub fn value(&self, names: &[&str]) -> Option<&Value> {
        self.values(names).last()
    }

    /// The values of these options, in order.
    pub fn values(&self, names: &[&str]) -> impl Iterator<Item = &Value> {
        let given = self.options.iter().filter(move |(name, _)| names.contains(&name.as_str()));
        given.filter_map(|(_, value)| value.as_ref())
    }

    /// The value of the last of these options as text: `*` where it is given and not known.
    pub fn text(&self, names: &[&str]) -> Option<String> {
        self.value(names).map(|value| value.known().unwrap_or("*").to_owned())
    }

    /// Whether one of these options, and not as `--x=false`, was surely given: the word before it is no option
    /// that could take it for its value. `flags` are options that take none.
    pub fn surely(&self, names: &[&str], flags: &[&str]) -> bool {
        let before = |index: usize| index.checked_sub(1).and_then(|before| self.options.get(before));
        self.has(names)
            && !self.takes_back(names)
            && self.options.iter().enumerate().any(|(index, (name, _))| {
                names.contains(&name.as_str())
                    && (!self.loose.contains(&index)
                        || before(index).is_some_and(|(name, _)| flags.contains(&name.as_str())))
            })
    }

    /// Whether one of these options is taken back, by its opposite or by what may be its value: `--dry-run false`.
    fn takes_back(&self, names: &[&str]) -> bool {
        let opposite = |name: &str| {
            name.strip_prefix("--no-")
                .is_some_and(|rest| names.iter().any(|name| name.trim_start_matches('-') == rest))
        };
        self.options.iter().any(|(name, _)| opposite(name))
            || self.operands.iter().any(|word| matches!(word.text(), "false" | "False" | "no" | "0"))
    }

    /// What it does to `resource`: `otherwise` where the table does not know it, `worst` where its words are not
    /// known either.
    pub fn effect(&self, otherwise: &Verb, worst: &Verb, resource: Resource) -> Effect {
        match (&self.verb, &self.doubt) {
            (Some(verb), None) => Effect::new(verb.clone(), resource),
            (Some(verb), Some(why)) => Effect::new(verb.clone(), resource).certain(Certainty::Partial, why),
            (None, None) => Effect::new(otherwise.clone(), resource)
                .certain(Certainty::Partial, "the subcommand is not known"),
            (None, Some(why)) => Effect::new(worst.clone(), resource).certain(Certainty::Partial, why),
        }
    }

    /// Where an operand stands among the arguments.
    pub fn position(&self, index: usize, invocation: &Invocation) -> Option<usize> {
        let operand = *self.operands.get(index)?;
        invocation.words.iter().position(|word| std::ptr::eq(word, operand))
    }

    /// The operand at `index` as text: `*` where it is there and not known.
    pub fn operand(&self, index: usize) -> Option<String> {
        self.operands.get(index).map(|word| word.known().unwrap_or("*").to_owned())
    }
}

/// Takes an invocation apart.
pub(crate) fn read<'w>(invocation: &'w Invocation, table: &Table<'_>) -> Subcommand<'w> {
    let mut found = Subcommand {
        verb: None,
        name: String::new(),
        operands: Vec::new(),
        options: Vec::new(),
        rest: Vec::new(),
        rest_at: None,
        doubt: None,
        is_help: false,
        loose: Vec::new(),
    };
    let mut words = invocation.words.iter().enumerate();
    let mut may_take_more = false;
    while let Some((index, word)) = words.next() {
        let text = word.text();
        let is_loose = std::mem::take(&mut may_take_more);
        if let Value::Unknown { why, .. } = &word.value {
            found.doubt.get_or_insert_with(|| why.clone());
        }
        if word.known() == Some("--") {
            found.rest_at = Some(index + 1);
            found.rest = words.by_ref().map(|(_, word)| word).collect();
        } else if text.len() > 1 && text.starts_with('-') {
            let (name, attached) = option(word, table);
            let value = match attached {
                Some(value) => Some(value),
                None if takes(name, table, invocation, found.operands.first().copied()) => {
                    words.next().map(|(_, word)| word.value.clone())
                }
                None => None,
            };
            if let Some(Value::Unknown { why, .. }) = &value {
                found.doubt.get_or_insert_with(|| why.clone());
            }
            let is_first = found.operands.is_empty() && found.options.is_empty();
            found.is_help |= match word.known() {
                Some(help @ ("--help" | "-help" | "-h")) => !is_loose && !table.values.contains(&help),
                Some("--version" | "-version") => is_first,
                _ => false,
            };
            if is_loose {
                found.loose.push(found.options.len());
            }
            may_take_more = value.is_none() && !text.contains('=');
            found.options.push((name.to_owned(), value));
        } else {
            found.operands.push(word);
        }
    }
    let fits = table.rules.iter().filter_map(|rule| Some((length(rule, &found.operands)?, rule)));
    if let Some((length, rule)) = fits.max_by_key(|(length, _)| *length) {
        let name: Vec<&str> = found.operands.drain(..length).map(|word| word.text()).collect();
        found.name = name.join(" ");
        found.verb = Some(rule.verb.clone());
    } else {
        let first: Vec<&str> = found.operands.iter().take(2).map(|word| word.text()).collect();
        found.name = first.join(" ");
    }
    found
}

/// Whether an option takes the next word: as the family's own table says, else as the common one does.
fn takes(name: &str, table: &Table, invocation: &Invocation, subcommand: Option<&Word>) -> bool {
    let common = || {
        let subcommand = subcommand.and_then(Word::known);
        options::takes_value(&invocation.program, subcommand, name) == Some(true)
    };
    table.values.contains(&name) || common()
}

/// An option's name, and its value if that stands in the same word.
fn option<'w>(word: &'w Word, table: &Table<'_>) -> (&'w str, Option<Value>) {
    let text = word.text();
    if let Some((name, _)) = text.split_once('=') {
        return (name, word.value.strip_prefix(&format!("{name}=")));
    }
    let is_short = text.len() > 2 && !text.starts_with("--") && !table.values.contains(&text);
    match text.get(..2).filter(|short| is_short && table.values.contains(short)) {
        Some(short) => (short, word.value.strip_prefix(short)),
        None => (text, None),
    }
}

/// How many words of the command a rule takes, if it fits.
fn length(rule: &Rule<'_>, operands: &[&Word]) -> Option<usize> {
    if rule.words.is_empty() {
        return operands.is_empty().then_some(0);
    }
    let mut length = 0;
    for part in rule.words.split(' ') {
        let word = operands.get(length)?;
        let fits = part == "*" || word.known().is_some_and(|text| part.split('|').any(|name| name == text));
        if !fits {
            return None;
        }
        length += 1;
    }
    Some(length)
}

#[cfg(test)]
mod tests {
    use countersign_model::verbs;

    use super::*;
    use crate::invocation::{Source, Stdin};

    const TABLE: Table<'_> = Table {
        values: &["--context", "-n", "-f"],
        rules: &[
            rule("get", verbs::KUBE_READ),
            rule("rollout", verbs::KUBE_READ),
            rule("rollout restart|undo", verbs::KUBE_WRITE),
        ],
    };

    fn check(words: &[&str]) -> String {
        let invocation = Invocation {
            program: "x".to_owned(),
            first: Word::known_as("x"),
            words: words.iter().map(|word| Word::known_as(word)).collect(),
            environment: Vec::new(),
            stdin: Stdin::Inherited,
            substituted: Source::default(),
            contiguous: true,
        };
        let found = read(&invocation, &TABLE);
        let operands: Vec<&str> = found.operands.iter().map(|word| word.text()).collect();
        let verb = found.verb.map_or_else(|| "?".to_owned(), |verb| verb.to_string());
        let value = |value: &Option<Value>| value.as_ref().map_or("", Value::text).to_owned();
        let options: Vec<String> =
            found.options.iter().map(|(name, given)| format!("{name}={}", value(given))).collect();
        format!("{verb} [{}] {} | {}", found.name, operands.join(" "), options.join(" "))
    }

    #[test]
    fn finds_the_verb_between_options() {
        insta::assert_snapshot!(check(&["--context", "prod", "-nweb", "rollout", "restart", "deploy/x"]), @"kube.write [rollout restart] deploy/x | --context=prod -n=web");
        insta::assert_snapshot!(check(&["rollout", "--wait", "status", "x", "-f=a"]), @"kube.read [rollout] status x | --wait= -f=a");
        insta::assert_snapshot!(check(&["explode", "now", "--help"]), @"? [explode now] explode now | --help=");
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

        /// Where the options stand changes nothing.
        #[test]
        fn options_may_stand_anywhere(places in proptest::collection::vec(0_usize..4, 3)) {
            let mut words = vec!["rollout", "undo", "x"];
            let options: [&[&str]; 3] = [&["--context=prod"], &["-n", "rollout"], &["--wait"]];
            for (place, option) in places.into_iter().zip(options) {
                let at = place.min(words.len());
                let between = at > 0 && words[at - 1] == "-n";
                let at = if between { at - 1 } else { at };
                words.splice(at..at, option.iter().copied());
            }
            let found = check(&words);
            proptest::prop_assert!(found.starts_with("kube.write [rollout undo] x |"), "{:?}: {}", words, found);
        }

        #[test]
        fn any_words_are_read(words in proptest::collection::vec(".{0,6}", 0..8)) {
            check(&words.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }
}
