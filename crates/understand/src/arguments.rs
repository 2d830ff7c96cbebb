//! Options and operands, read by a table of what the program knows.

pub(crate) mod files;
pub(crate) mod programs;

use crate::word::{Value, Word};

/// Whether an option takes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// It does not.
    Nothing,
    /// It does, in the same word or the next.
    Value,
    /// It may, in the same word only.
    Attached,
}

/// The options a program knows. Long names are without dashes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spec {
    pub long: &'static [(&'static str, Takes)],
    pub short: &'static [(char, Takes)],
    /// Whether unique beginnings of long names are accepted.
    pub abbreviations: bool,
    /// Whether options end at the first operand.
    pub operands_end_options: bool,
}

/// One option that was given.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    /// Its full name, or one letter.
    pub name: String,
    /// Its value, if it has one.
    pub value: Option<Value>,
}

/// The arguments of a command, taken apart.
#[derive(Debug, Default)]
pub(crate) struct Arguments<'w> {
    /// Known options in order.
    pub options: Vec<Given>,
    /// What is no option.
    pub operands: Vec<&'w Word>,
    /// Options the table does not have, as written.
    pub unknown: Vec<String>,
    /// Why some word could be an option or several words: it is not known what it says.
    pub uncertain: Option<String>,
}

impl Arguments<'_> {
    /// Whether any of these options was given.
    pub fn has(&self, names: &[&str]) -> bool {
        self.options.iter().any(|option| names.contains(&option.name.as_str()))
    }

    /// Whether of these options and the one that takes them back, one of these is the last.
    pub fn ends_with(&self, names: &[&str], back: &str) -> bool {
        let is_one = |name: &str| names.contains(&name);
        let last = self.options.iter().rfind(|option| is_one(&option.name) || option.name == back);
        last.is_some_and(|option| is_one(&option.name))
    }

    /// The value of the last of these options that was given.
    pub fn value(&self, names: &[&str]) -> Option<&Value> {
        self.values(names).last()
    }

    /// The values of these options in order.
    pub fn values(&self, names: &[&str]) -> impl DoubleEndedIterator<Item = &Value> {
        self.options
            .iter()
            .filter(move |option| names.contains(&option.name.as_str()))
            .filter_map(|option| option.value.as_ref())
    }

    /// Why it is not sure which options there are.
    pub fn doubt(&self) -> Option<String> {
        let unknown = self.unknown.first().map(|option| format!("the option {option} is not known"));
        unknown.or_else(|| self.uncertain.clone())
    }
}

/// Takes `words` apart.
pub(crate) fn parse<'w>(words: &'w [Word], spec: &Spec) -> Arguments<'w> {
    let mut arguments = Arguments::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let text = word.text();
        if word.known() == Some("--") {
            arguments.operands.extend(words.by_ref());
        } else if let Some(long) = text.strip_prefix("--") {
            take_long(word, long, spec, &mut words, &mut arguments);
        } else if text.len() > 1 && text.starts_with('-') {
            take_short(word, spec, &mut words, &mut arguments);
        } else {
            if let Value::Unknown { why, .. } = &word.value {
                arguments.uncertain.get_or_insert_with(|| why.clone());
            }
            arguments.operands.push(word);
            if spec.operands_end_options {
                arguments.operands.extend(words.by_ref());
            }
        }
    }
    for operand in &arguments.operands {
        if let Value::Unknown { why, .. } = &operand.value {
            arguments.uncertain.get_or_insert_with(|| why.clone());
        }
    }
    arguments
}

fn take_long<'w>(
    word: &'w Word,
    long: &str,
    spec: &Spec,
    words: &mut std::slice::Iter<'w, Word>,
    arguments: &mut Arguments<'w>,
) {
    let (name, attached) = match long.split_once('=') {
        Some((name, _)) => (name, word.value.strip_prefix(&format!("--{name}="))),
        None => (long, None),
    };
    // Only the start of the name may be known: then it could be any option.
    if attached.is_none() && word.value.is_unknown() {
        arguments.unknown.push(word.raw.clone());
        return;
    }
    let Some((name, takes)) = find(name, spec) else {
        arguments.unknown.push(format!("--{name}"));
        return;
    };
    let value = match (takes, attached) {
        (_, Some(value)) => Some(value),
        (Takes::Value, None) => words.next().map(|word| word.value.clone()),
        (Takes::Nothing | Takes::Attached, None) => None,
    };
    arguments.options.push(Given { name: name.to_owned(), value });
}

fn find(name: &str, spec: &Spec) -> Option<(&'static str, Takes)> {
    if let Some(found) = spec.long.iter().find(|(long, _)| *long == name) {
        return Some(*found);
    }
    let mut starting = spec.long.iter().filter(|(long, _)| spec.abbreviations && long.starts_with(name));
    let found = starting.next()?;
    starting.next().is_none().then_some(*found)
}

fn take_short<'w>(
    word: &'w Word,
    spec: &Spec,
    words: &mut std::slice::Iter<'w, Word>,
    arguments: &mut Arguments<'w>,
) {
    let text = word.text();
    for (at, letter) in text.char_indices().skip(1) {
        let (taken, left) = text.split_at(at + letter.len_utf8());
        let rest = || word.value.strip_prefix(taken).unwrap_or(Value::Known(String::new()));
        let nothing_left = left.is_empty() && word.known().is_some();
        let Some((_, takes)) = spec.short.iter().find(|(short, _)| *short == letter) else {
            arguments.unknown.push(word.raw.clone());
            return;
        };
        let value = match takes {
            Takes::Nothing => None,
            Takes::Attached => (!nothing_left).then(rest),
            Takes::Value if nothing_left => words.next().map(|word| word.value.clone()),
            Takes::Value => Some(rest()),
        };
        let ends = *takes == Takes::Value || value.is_some();
        arguments.options.push(Given { name: letter.to_string(), value });
        if ends {
            return;
        }
    }
    if word.value.is_unknown() {
        arguments.unknown.push(word.raw.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: Spec = Spec {
        long: &[
            ("force", Takes::Nothing),
            ("follow", Takes::Nothing),
            ("repo", Takes::Value),
            ("lease", Takes::Attached),
        ],
        short: &[('f', Takes::Nothing), ('o', Takes::Value)],
        abbreviations: true,
        operands_end_options: false,
    };

    fn check(words: &[Value]) -> String {
        let words: Vec<Word> = words.iter().cloned().map(Word::made).collect();
        let arguments = parse(&words, &SPEC);
        let options: Vec<_> = arguments
            .options
            .iter()
            .map(|given| format!("{}={:?}", given.name, given.value.as_ref().map(Value::text)))
            .collect();
        let operands: Vec<_> = arguments.operands.iter().map(|word| word.text()).collect();
        format!("{} | {} | {:?}", options.join(" "), operands.join(" "), arguments.doubt())
    }

    fn known(words: &[&str]) -> String {
        check(&words.iter().map(|word| Value::Known((*word).to_owned())).collect::<Vec<_>>())
    }

    #[test]
    fn takes_words_apart() {
        insta::assert_snapshot!(known(&["a", "--forc", "-fox", "b", "--repo", "c", "--lease"]), @r#"force=None f=None o=Some("x") repo=Some("c") lease=None | a b | None"#);
        insta::assert_snapshot!(known(&["-o", "x", "--", "-f"]), @r#"o=Some("x") | -f | None"#);
        insta::assert_snapshot!(known(&["--fo", "--nope=1", "-z"]), @r#" |  | Some("the option --fo is not known")"#);
    }

    #[test]
    fn doubts_what_it_cannot_see() {
        let unknown = |prefix: &str| Value::starting(prefix, "a variable");
        insta::assert_snapshot!(check(&[unknown("--repo=x")]), @r#"repo=Some("x") |  | None"#);
        insta::assert_snapshot!(check(&[unknown("--")]), @r#" |  | Some("the option -- is not known")"#);
        insta::assert_snapshot!(check(&[unknown("")]), @r#" |  | Some("a variable")"#);
        insta::assert_snapshot!(check(&[unknown("-f")]), @r#"f=None |  | Some("the option -f is not known")"#);
    }
}
