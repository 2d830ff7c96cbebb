//! From a word of the syntax tree to the values it stands for: the commands in it run first.

use brush_parser::ast::Word as RawWord;
use countersign_model::Span;

use crate::context::Context;
use crate::paths;
use crate::word::{Value, Word};

use super::outputs::Here;
use super::words::{Decoded, decode, decode_expression, decode_text};
use super::{Place, Walker, braces, reprinted, subscripts, taken};

impl Walker {
    /// Decodes a word and runs the substitutions in it.
    pub(super) fn word(&self, word: &RawWord, context: &mut Context<'_>) -> Vec<Word> {
        let (span, unchanged) = self.span(word.loc.as_ref());
        let start = word.loc.as_ref().and_then(|location| self.local(location)).map(|(start, _)| start);
        let exact = unchanged
            && start.is_some_and(|start| {
                self.source.text.get(start..start + word.value.len()) == Some(&word.value)
            })
            && span.is_some_and(|span| span.end - span.start == word.value.len());
        if let Some(words) = braces::expand(&word.value) {
            let each = words.iter().map(|word| decode(word, &Here::in_context(context))).collect::<Vec<_>>();
            let values = each.into_iter().flat_map(|decoded| self.follow(decoded, None, span, context));
            let values: Vec<Value> = values.collect();
            let made = |value| Word { value, raw: word.value.clone(), span, exact: false };
            return values.into_iter().map(made).collect();
        }
        let decoded = decode(&word.value, &Here::in_context(context));
        let start = span.map(|span| span.start).filter(|_| exact);
        let lists = context.takes_files
            && decoded.as_ref().is_ok_and(|decoded| is_one_substitution(&word.value, decoded));
        let outside = context.flow.found.take();
        let mut values = self.follow(decoded, start, span, context);
        let found = std::mem::replace(&mut context.flow.found, outside)
            .filter(|_| lists && values.iter().all(is_output));
        if let Some(found) = found {
            context.weighed = found
                .patterns
                .first()
                .filter(|_| found.is_weighed && found.patterns.len() == 1)
                .and_then(|pattern| paths::weighable(pattern, context));
            // The last of them may be what others are copied onto.
            values =
                found.patterns.into_iter().chain(found.protected.into_iter().map(Value::Known)).collect();
        }
        let several = values.len() != 1;
        let made = |value| Word { value, raw: word.value.clone(), span, exact: exact && !several };
        values.into_iter().map(made).collect()
    }

    /// Decodes text that is expanded as between double quotes.
    pub(super) fn text_word(&self, word: &RawWord, context: &mut Context<'_>) -> Value {
        let (span, _) = self.span(word.loc.as_ref());
        let decoded = decode_text(&word.value, &Here::in_context(context));
        self.follow(decoded, None, span, context).pop().unwrap_or_else(|| Value::Known(String::new()))
    }

    /// Runs the substitutions in a regular expression.
    pub(super) fn regular_expression(&self, word: &RawWord, context: &mut Context<'_>) {
        let (span, _) = self.span(word.loc.as_ref());
        let decoded = decode_expression(&word.value, &Here::in_context(context));
        for value in self.follow(decoded, None, span, context) {
            subscripts::value(&value, context);
        }
    }

    pub(super) fn follow(
        &self,
        decoded: Result<Decoded, String>,
        start: Option<usize>,
        span: Option<Span>,
        context: &mut Context<'_>,
    ) -> Vec<Value> {
        let decoded = match decoded {
            Ok(decoded) => decoded,
            Err(why) => {
                context.opaque("a word of the command", &why);
                return vec![Value::unknown(&why)];
            }
        };
        for hazard in &decoded.hazards {
            context.opaque("an expansion", hazard);
        }
        for (name, value) in decoded.assigned {
            if name.is_empty() {
                context.state.shell.poison("arithmetic may have changed it");
            } else {
                context.state.shell.set(&name, value);
            }
        }
        let outside = context.taken.take();
        for found in &decoded.substitutions {
            let place = match (start, found.offset) {
                (Some(start), Some(offset)) => Place::From(start + offset),
                _ => Place::Within(span),
            };
            let here = context.here;
            reprinted::run(&found.text, place, context);
            context.here = here;
        }
        match std::mem::replace(&mut context.taken, outside) {
            Some(secret) => {
                // What holds the substitution prints it as well.
                context.taken.get_or_insert_with(|| secret.clone());
                decoded.values.into_iter().map(|value| taken::printed_by(value, &secret)).collect()
            }
            None => decoded.values,
        }
    }

    /// Whether a word is the variable that a redirection gives the number of a file: `{name}>file`.
    pub(super) fn names_descriptor(&self, word: &RawWord) -> bool {
        let Some(inner) = word.value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
            return false;
        };
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = inner.find(|c| !is_name(c)).unwrap_or(inner.len());
        let is_variable = inner.get(end..).is_some_and(|rest| rest.is_empty() || rest.starts_with('['));
        let after = word.loc.as_ref().and_then(|location| self.local(location));
        let after = after.and_then(|(_, end)| self.source.text.get(end..)).unwrap_or_default();
        end > 0
            && is_variable
            && after.starts_with(['<', '>'])
            && !after.starts_with("<(")
            && !after.starts_with(">(")
    }

    /// Whether a process substitution is part of a word that starts before it, and of one that goes on behind.
    pub(super) fn is_joined(&self, location: &brush_parser::SourceSpan) -> (bool, bool) {
        let Some((start, end)) = self.local(location) else { return (true, true) };
        let text = &self.source.text;
        let is_end = |letter: char| letter.is_ascii_whitespace() || ";&|()".contains(letter);
        let before = text.get(..start.saturating_sub(1)).and_then(|before| before.chars().last());
        let after = text.get(end..).and_then(|after| after.chars().next());
        let continues = text.get(..start.saturating_sub(1)).is_some_and(|before| before.ends_with("\\\n"));
        let goes_on = after.is_some_and(|letter| !is_end(letter));
        (
            before.is_some_and(|letter| letter == ')' || !is_end(letter)) && !continues,
            // A redirection may follow at once, and another substitution is a part of the word.
            goes_on
                && text.get(end..).is_some_and(|after| {
                    !after.starts_with(['<', '>']) || after.starts_with("<(") || after.starts_with(">(")
                })
                && !text.get(end..).is_some_and(|after| after.starts_with("\\\n")),
        )
    }

    /// Whether the words stand in the call's text with only blanks between them.
    pub(super) fn contiguous(&self, first: &Word, words: &[Word]) -> bool {
        let Place::From(base) = self.source.place else { return false };
        let words = std::iter::once(first).chain(words);
        let spans: Option<Vec<Span>> = words.map(|word| word.span.filter(|_| word.exact)).collect();
        spans.is_some_and(|spans| {
            spans.windows(2).all(|pair| {
                let [before, after] = pair else { return false };
                let between = before.end.checked_sub(base).zip(after.start.checked_sub(base));
                between
                    .and_then(|(start, end)| self.source.text.get(start..end))
                    .is_some_and(|gap| !gap.is_empty() && gap.trim_matches([' ', '\t']).is_empty())
            })
        })
    }
}

/// Whether a word is a substitution and nothing else.
fn is_one_substitution(word: &str, decoded: &Decoded) -> bool {
    let inner = word.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(word);
    let inner = inner.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')'));
    matches!((decoded.substitutions.as_slice(), inner), ([one], Some(inner)) if one.text == inner)
}

/// Whether nothing is known of it but that a command prints it.
fn is_output(value: &Value) -> bool {
    matches!(value, Value::Unknown { prefix, suffix, .. } if prefix.is_empty() && suffix.is_empty())
}
