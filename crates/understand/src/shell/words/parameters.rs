//! What stands in `${..}`: defaults, prefixes and suffixes taken off, parts of text, elements of arrays.

use super::changes::{Change, Pattern};
use super::{Decoder, Substitution, decode_text};
use crate::shell::{arithmetic, extent, variables};
use crate::word::Value;

const RUNNING: &str = "an expansion that depends on the running shell";

/// A parameter taken apart.
struct Parameter<'r> {
    /// `${!name}`.
    indirect: bool,
    /// `${#name}`.
    length: bool,
    name: &'r str,
    subscript: Option<&'r str>,
    /// Where the operator starts.
    operator_at: usize,
}

/// What a parameter holds.
enum Held {
    /// One value.
    One(Value),
    /// Each of these, `"$*"` as one word.
    Each(Vec<Value>, bool),
    Unset,
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Whether it is a variable's, and no special parameter or argument.
fn is_name_of_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

fn take_apart(inner: &str) -> Option<Parameter<'_>> {
    let prefix = inner.chars().next().filter(|c| matches!(c, '#' | '!') && inner.len() > 1);
    let start = usize::from(prefix.is_some());
    let rest = inner.get(start..)?;
    let first = rest.chars().next()?;
    let length = if is_name(first) {
        rest.find(|c| !is_name(c)).unwrap_or(rest.len())
    } else if matches!(first, '@' | '*' | '?' | '-' | '$' | '!' | '#') {
        1
    } else {
        return None;
    };
    let (name, after) = rest.split_at(length);
    let mut operator_at = start + length;
    let mut subscript = None;
    if after.starts_with('[') {
        let end = extent::matching(after, 0, '[', ']')?;
        subscript = after.get(1..end);
        operator_at += end + 1;
    }
    Some(Parameter {
        indirect: prefix == Some('!'),
        length: prefix == Some('#'),
        name,
        subscript,
        operator_at,
    })
}

impl<'w> Decoder<'w> {
    /// Puts what `${..}` stands for in place; the cursor is before its brace.
    pub(super) fn braced(&mut self, start: usize, quoted: bool) -> Result<(), String> {
        let end = extent::matching(self.raw, start + 1, '{', '}').ok_or("a parameter is not closed")?;
        let raw = self.raw;
        let inner = raw.get(start + 2..end).unwrap_or_default();
        if inner.ends_with("@P") {
            let why = "a variable is expanded as a prompt, which runs commands in it";
            self.done.hazards.push(why.to_owned());
        }
        match take_apart(inner) {
            Some(parameter) => self.parameter(&parameter, inner, start + 2, quoted),
            None => {
                self.inside(start + 2, end);
                self.mark_unknown(RUNNING);
            }
        }
        self.seek(end + 1);
        Ok(())
    }

    fn parameter(&mut self, parameter: &Parameter<'w>, inner: &'w str, at: usize, quoted: bool) {
        if let Some(subscript) = parameter.subscript
            && subscript.contains(['$', '`'])
        {
            let from = inner.find(subscript).unwrap_or_default();
            self.inside(at + from, at + from + subscript.len());
        }
        let operator = inner.get(parameter.operator_at..).unwrap_or_default();
        let operator_at = at + parameter.operator_at;
        let held = self.held(parameter, operator);
        if parameter.length {
            let value = if operator.is_empty() { length(&held) } else { None };
            self.put(Held::One(value.unwrap_or_else(|| Value::unknown(RUNNING))), quoted);
            return;
        }
        let (colon, kind) = match operator.strip_prefix(':') {
            Some(rest) if rest.starts_with(['-', '=', '?', '+']) => (true, rest),
            _ => (false, operator),
        };
        let word_at = operator_at + (operator.len() - kind.len()) + 1;
        match kind.chars().next() {
            None => self.put(held, quoted),
            Some(kind @ ('-' | '=' | '?' | '+')) => {
                self.otherwise(parameter, &held, kind, colon, word_at, operator_at + operator.len(), quoted);
            }
            Some(_) => {
                self.changed(held, operator, operator_at, quoted);
            }
        }
    }

    fn held(&mut self, parameter: &Parameter<'_>, operator: &str) -> Held {
        let mut name = parameter.name.to_owned();
        if parameter.indirect {
            let pointer = self.names.variable(&name);
            let plain = !matches!(operator, "@" | "*") && parameter.subscript.is_none();
            match pointer.known().filter(|text| plain && !text.is_empty() && text.chars().all(is_name)) {
                Some(text) => name = text.to_owned(),
                // Of any variable, unless it is the names of some.
                None if plain && is_name_of_variable(parameter.name) => return Held::One(variables::any()),
                None => return Held::One(Value::unknown(RUNNING)),
            }
        }
        if self.done.assigned.iter().any(|(known, _)| *known == name) {
            return Held::One(Value::unknown("a variable that is set in the same word"));
        }
        let unclear = |names: &dyn super::Names| {
            variables::tainted([&names.variable(&name)]).unwrap_or_else(|| Value::unknown("an array"))
        };
        let many = |star: bool, elements: Option<Vec<Value>>| match elements {
            Some(elements) => Held::Each(elements, star),
            None => Held::One(unclear(self.names)),
        };
        match (name.as_str(), parameter.subscript) {
            ("@" | "*", _) => many(name == "*", self.names.elements("@")),
            (_, Some(all @ ("@" | "*"))) => many(all == "*", self.names.elements(&name)),
            (_, Some(subscript)) => {
                let Some(elements) = self.names.elements(&name) else {
                    return Held::One(unclear(self.names));
                };
                match self.number(subscript) {
                    Some(index) => {
                        let count = i64::try_from(elements.len()).unwrap_or(i64::MAX);
                        let index = if index < 0 { index.saturating_add(count) } else { index };
                        let element =
                            usize::try_from(index).ok().and_then(|index| elements.get(index).cloned());
                        element.map_or(Held::Unset, Held::One)
                    }
                    None => Held::One(
                        variables::tainted(&elements)
                            .unwrap_or_else(|| Value::unknown("an element of an array")),
                    ),
                }
            }
            (_, None) => {
                let positional = name.parse::<usize>().ok().filter(|number| *number > 0);
                let parameters = positional.and_then(|_| self.names.elements("@"));
                match (positional, parameters) {
                    (Some(number), Some(parameters)) if number > parameters.len() => Held::Unset,
                    _ if self.names.is_absent(&name) => Held::Unset,
                    _ => Held::One(self.names.variable(&name)),
                }
            }
        }
    }

    /// The number an expression in the word comes to.
    fn number(&mut self, text: &str) -> Option<i64> {
        let decoded = decode_text(text, self.names).ok()?;
        let [Value::Known(text)] = decoded.values.as_slice() else { return None };
        let result = arithmetic::evaluate(text, self.names);
        // Whether it is evaluated in order, or at all, is not followed.
        let changed = result.assigned.into_iter().map(|(name, _)| (name, Value::unknown(RUNNING)));
        self.done.assigned.extend(changed);
        result.value
    }

    fn put(&mut self, held: Held, quoted: bool) {
        match held {
            Held::One(value) => self.insert(&value, quoted),
            Held::Each(values, star) => self.insert_each(&values, quoted, star),
            Held::Unset => self.insert(&Value::Known(String::new()), quoted),
        }
    }

    /// `${name:-word}` and its like.
    #[expect(clippy::too_many_arguments, reason = "these are the parts of one expansion")]
    fn otherwise(
        &mut self,
        parameter: &Parameter<'_>,
        held: &Held,
        kind: char,
        colon: bool,
        from: usize,
        to: usize,
        quoted: bool,
    ) {
        let values = self.inner_word(from, to, quoted);
        // Whether it counts as set, if that is known.
        let is_set = match held {
            Held::Unset => Some(false),
            Held::One(Value::Known(text)) => Some(!(colon && text.is_empty())),
            Held::One(Value::Pattern(_)) => Some(true),
            Held::One(Value::Unknown { prefix, suffix, .. }) => {
                (!prefix.is_empty() || !suffix.is_empty()).then_some(true)
            }
            Held::Each(values, _) => match values.as_slice() {
                [] => Some(false),
                [Value::Known(text)] => Some(!(colon && text.is_empty())),
                _ => Some(true),
            },
        };
        let whole = |held: &Held| match held {
            Held::One(value) => Held::One(value.clone()),
            Held::Each(values, star) => Held::Each(values.clone(), *star),
            Held::Unset => Held::Unset,
        };
        let word = |values: Vec<Value>| match values.len() {
            0 => Held::One(Value::Known(String::new())),
            _ => Held::Each(values, false),
        };
        let unknown = || {
            let given = values.iter().find(|value| variables::secret_in(value).is_some());
            Held::One(match (held, given) {
                (_, Some(value)) => unclear(value),
                (Held::One(value), None) if kind != '+' => unclear(value),
                (Held::One(_) | Held::Each(..) | Held::Unset, None) => Value::unknown(RUNNING),
            })
        };
        let result = match (kind, is_set) {
            ('+', Some(true)) => word(values),
            ('+', Some(false)) => Held::One(Value::Known(String::new())),
            ('=', Some(false)) => {
                let value = match values.as_slice() {
                    [value] => value.clone(),
                    [] => Value::Known(String::new()),
                    _ => Value::unknown(RUNNING),
                };
                self.done.assigned.push((parameter.name.to_owned(), value));
                word(values)
            }
            ('=', None) => {
                let given = values.first().map_or_else(|| Value::unknown(RUNNING), unclear);
                self.done.assigned.push((parameter.name.to_owned(), given));
                unknown()
            }
            ('-', Some(false)) => word(values),
            ('-' | '=' | '?', Some(true)) => whole(held),
            _ => unknown(),
        };
        match result {
            Held::Each(values, star) if kind != '?' && !matches!(held, Held::Each(..)) => {
                // The words of a default are split already.
                if quoted || self.joins {
                    self.insert_each(&values, true, star)
                } else {
                    self.insert_words(&values)
                }
            }
            other => self.put(other, quoted),
        }
    }

    /// The words of a part of this one; the commands in it are collected.
    fn inner_word(&mut self, from: usize, to: usize, quoted: bool) -> Vec<Value> {
        let text = self.raw.get(from..to).unwrap_or_default();
        let decoded = if quoted {
            // Quotes inside quotes only say that there are quotes.
            if text.contains('"') && !text.contains('\\') {
                decode_text(&text.replace('"', ""), self.names)
            } else {
                decode_text(text, self.names)
            }
        } else {
            let mut decoder = Decoder::new(text, self.names);
            decoder.splits = true;
            decoder.tilde();
            decoder.unquoted().map(|()| {
                decoder.finish_field(false);
                decoder.done
            })
        };
        match decoded {
            Ok(decoded) => {
                self.done.hazards.extend(decoded.hazards);
                self.done.assigned.extend(decoded.assigned);
                self.done.substitutions.extend(decoded.substitutions.into_iter().map(|found| Substitution {
                    offset:
                        found.offset.map(|offset| offset + from).filter(|_| !quoted || !text.contains('"')),
                    ..found
                }));
                decoded.values
            }
            Err(why) => {
                self.done.hazards.push(why);
                vec![Value::unknown(RUNNING)]
            }
        }
    }

    /// `${name#pattern}`, `${name:offset}` and the other changes to what is held.
    fn changed(&mut self, held: Held, operator: &str, operator_at: usize, quoted: bool) {
        if let (Some(range), Held::Each(values, star)) = (operator.strip_prefix(':'), &held) {
            let (from, count) =
                range.split_once(':').map_or((range, None), |(from, count)| (from, Some(count)));
            self.inside(operator_at + 1, operator_at + operator.len());
            let from = self.number(from).and_then(|from| usize::try_from(from).ok());
            let count = count.map(|count| self.number(count).and_then(|count| usize::try_from(count).ok()));
            let is_parameters =
                self.raw.get(..operator_at).is_some_and(|before| before.ends_with(['@', '*']));
            let from = match from {
                Some(0) if is_parameters => None,
                Some(from) if is_parameters => Some(from - 1),
                from => from,
            };
            let part: Option<Vec<Value>> = match (from, count) {
                (Some(from), None) => Some(values.iter().skip(from).cloned().collect()),
                (Some(from), Some(Some(count))) => {
                    Some(values.iter().skip(from).take(count).cloned().collect())
                }
                _ => None,
            };
            match part {
                Some(part) => self.insert_each(&part, quoted, *star),
                None => self.mark_unknown(RUNNING),
            }
            return;
        }
        let to = operator_at + operator.len();
        let change = match self.change(operator, operator_at, to) {
            Change::Replace { .. } if self.names.folds_text() => Change::Unclear,
            change => change,
        };
        let apply = |value: &Value| change.apply(value).unwrap_or_else(|| unclear(value));
        match held {
            Held::One(value) => self.insert(&apply(&value), quoted),
            Held::Each(values, star) => {
                let values: Vec<Value> = values.iter().map(apply).collect();
                self.insert_each(&values, quoted, star);
            }
            Held::Unset => self.insert(&apply(&Value::Known(String::new())), quoted),
        }
    }

    fn change(&mut self, operator: &str, from: usize, to: usize) -> Change {
        let mut word = |skip: usize, until: usize| {
            let raw = self.raw.get(from + skip..until).unwrap_or_default().to_owned();
            match self.inner_word(from + skip, until, false).as_slice() {
                [] => Some(Pattern { text: String::new(), is_plain: true }),
                [Value::Known(text)] => Some(Pattern { text: text.clone(), is_plain: true }),
                [Value::Pattern(text)] if !raw.contains(['\'', '"', '\\', '[']) => {
                    Some(Pattern { text: text.clone(), is_plain: false })
                }
                _ => None,
            }
        };
        let made = match operator {
            "^" => Some(Change::Case { upper: true, all: false }),
            "^^" | "@U" => Some(Change::Case { upper: true, all: true }),
            "," => Some(Change::Case { upper: false, all: false }),
            ",," | "@L" => Some(Change::Case { upper: false, all: true }),
            _ if operator.starts_with("##") => word(2, to).map(|p| Change::Prefix(p, true)),
            _ if operator.starts_with('#') => word(1, to).map(|p| Change::Prefix(p, false)),
            _ if operator.starts_with("%%") => word(2, to).map(|p| Change::Suffix(p, true)),
            _ if operator.starts_with('%') => word(1, to).map(|p| Change::Suffix(p, false)),
            _ if operator.starts_with('/') => {
                let skip =
                    if operator.starts_with("//") || operator.starts_with("/#") || operator.starts_with("/%")
                    {
                        2
                    } else {
                        1
                    };
                let slash = plain_slash(operator, skip);
                let pattern = word(skip, from + slash.unwrap_or(operator.len()));
                let other = slash.map_or_else(
                    || Some(Pattern { text: String::new(), is_plain: true }),
                    |slash| word(slash + 1, to),
                );
                pattern.zip(other).map(|(pattern, other)| Change::Replace {
                    pattern,
                    other: other.text,
                    kind: operator.chars().nth(1).filter(|_| skip == 2),
                })
            }
            _ if operator.starts_with(':') => {
                self.inside(from + 1, to);
                let range = operator.get(1..).unwrap_or_default();
                let (start, count) =
                    range.split_once(':').map_or((range, None), |(start, count)| (start, Some(count)));
                let start = self.number(start);
                let count = count.map(|count| self.number(count));
                match (start, count) {
                    (Some(start), None) => Some(Change::Part(start, None)),
                    (Some(start), Some(Some(count))) => Some(Change::Part(start, Some(count))),
                    _ => None,
                }
            }
            _ => {
                self.inside(from, to);
                None
            }
        };
        made.unwrap_or(Change::Unclear)
    }
}

/// Where the pattern of a replacement ends: at a slash that nothing quotes.
fn plain_slash(operator: &str, from: usize) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, letter) in operator.char_indices().skip_while(|(at, _)| *at < from) {
        match (letter, quote) {
            _ if std::mem::take(&mut escaped) => {}
            ('\\', None | Some('"')) => escaped = true,
            ('\'' | '"', None) => quote = Some(letter),
            (letter, Some(open)) if letter == open => quote = None,
            // A slash inside of a nested parameter is not looked for.
            ('$' | '`', _) => return None,
            ('/', None) => return Some(at),
            _ => {}
        }
    }
    None
}

/// What becomes of a value in a way that is not known: of a secret's, a part of it.
fn unclear(value: &Value) -> Value {
    match value {
        Value::Unknown { why, .. } if variables::secret_in(value).is_some() => Value::unknown(why),
        Value::Unknown { .. } | Value::Known(_) | Value::Pattern(_) => Value::unknown(RUNNING),
    }
}

fn length(held: &Held) -> Option<Value> {
    let number = match held {
        Held::One(Value::Known(text)) => text.chars().count(),
        Held::One(Value::Pattern(_) | Value::Unknown { .. }) => return None,
        Held::Each(values, _) => values.len(),
        Held::Unset => 0,
    };
    Some(Value::Known(number.to_string()))
}
