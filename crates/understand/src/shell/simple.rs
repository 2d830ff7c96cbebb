//! One simple command: its words, its environment, its redirections, then its family.

use brush_parser::ast::{
    Assignment, AssignmentName, AssignmentValue, CommandPrefixOrSuffixItem as Item, SimpleCommand,
    Word as RawWord,
};
use countersign_model::Span;

use crate::context::Context;
use crate::families;
use crate::invocation::{Invocation, Source, Stdin};
use crate::word::{Value, Word};

use super::outputs::{Here, printed};
use super::words::{Decoded, decode, decode_text};
use super::{Place, Walker, braces, run_apart, subscripts};

/// Adds the effects of one simple command.
pub(super) fn run(walker: &Walker<'_>, command: &SimpleCommand, stdin: Stdin, context: &mut Context<'_>) {
    let outer = std::mem::take(&mut context.flow);
    let mark = context.tree.mark();
    let mut parts =
        Parts { words: Vec::new(), assignments: Vec::new(), stdin, printed: None, substitutes: false };
    let written = context.state.world.written.len();
    for item in command.prefix.iter().flat_map(|prefix| &prefix.0) {
        parts.take(item, true, walker, context);
    }
    if let Some(name) = &command.word_or_name {
        parts.words.extend(walker.word(name, context));
    }
    for item in command.suffix.iter().flat_map(|suffix| &suffix.0) {
        parts.take(item, false, walker, context);
    }
    let mut substituted = std::mem::take(&mut context.flow);
    let writes = written + 1 == context.state.world.written.len();
    let Parts { words, assignments, stdin, printed, .. } = parts;
    if words.is_empty() {
        for (name, value) in assignments {
            let constant = walker.mentions.is_constant(&name);
            let value = if constant { value } else { Value::unknown("a variable that changes") };
            context.state.shell.set(&name, value);
        }
        if command.word_or_name.is_some() {
            context.opaque("a command", "the name of the program is not known");
        }
        context.flow = outer;
        context.flow.join(&substituted);
        return;
    }
    substituted.text = printed;
    let prints = prints(&words);
    let contiguous = walker.contiguous(&words);
    let mut environment = context.state.shell.environment.clone();
    environment.extend(assignments);
    let mut words = words.into_iter();
    let Some(first) = words.next() else { return };
    let stdin = if stdin == Stdin::Inherited { context.piped.clone() } else { stdin };
    let invocation = Invocation {
        program: String::new(),
        first,
        words: words.collect(),
        environment,
        stdin,
        substituted,
        contiguous,
    };
    context.tree.hands_over(mark);
    families::dispatch(invocation, context);
    let flow = std::mem::replace(&mut context.flow, outer);
    let (text, found) = (flow.text.clone(), flow.found.clone());
    context.flow.join(&flow);
    (context.flow.text, context.flow.found) = (text.or(prints), found);
    if let (true, Some(appends)) = (writes, super::redirects::appends(command)) {
        let text = context.flow.text.clone().and_then(|text| ended(command, text));
        if let Some(text) = text {
            context.state.world.wrote(written, &text, appends);
        }
    }
}

/// What a command prints, to the last byte: `echo` ends it with a line end, and reads escapes as it likes.
fn ended(command: &SimpleCommand, text: String) -> Option<String> {
    let words = command.suffix.iter().flat_map(|suffix| &suffix.0);
    let mut words = words.filter_map(|item| match item {
        Item::Word(word) => Some(word.value.as_str()),
        _ => None,
    });
    match command.word_or_name.as_ref().map(|word| word.value.as_str()) {
        Some("echo") => {
            let plain = words.all(|word| !word.starts_with('-') && !word.contains('\\'));
            plain.then(|| format!("{text}\n"))
        }
        Some("printf" | "cat") => Some(text),
        _ => None,
    }
}

/// What `printf` and `echo` write, where all their words are known.
fn prints(words: &[Word]) -> Option<String> {
    let (program, arguments) = words.split_first()?;
    let arguments: Option<Vec<&str>> = arguments.iter().map(Word::known).collect();
    printed(program.known()?, &arguments?)
}

struct Parts {
    words: Vec<Word>,
    assignments: Vec<(String, Value)>,
    stdin: Stdin,
    /// What a process substitution among the words prints.
    printed: Option<String>,
    /// Whether there was one.
    substitutes: bool,
}

impl Parts {
    fn take(&mut self, item: &Item, prefix: bool, walker: &Walker<'_>, context: &mut Context<'_>) {
        match item {
            Item::Word(word) => self.words.extend(walker.word(word, context)),
            Item::AssignmentWord(assignment, _) if prefix => {
                let (name, value) = walker.assignment(assignment, context);
                self.assignments.push((name, value));
            }
            Item::AssignmentWord(assignment, word) => match &assignment.value {
                AssignmentValue::Scalar(_) => self.words.extend(walker.word(word, context)),
                AssignmentValue::Array(_) => {
                    let (name, value) = walker.assignment(assignment, context);
                    let prefix = format!("{name}=");
                    self.words.push(Word::made(Value::starting(&prefix, value.text())));
                }
            },
            Item::IoRedirect(redirect) => {
                let stdin = std::mem::take(&mut self.stdin);
                self.stdin = walker.redirect(redirect, stdin, context);
            }
            Item::ProcessSubstitution(_, command) => {
                let source = walker.process(command, context);
                context.flow.join(&source);
                // Which of several is meant, nobody says.
                self.printed = source.text.filter(|_| !self.substitutes);
                self.substitutes = true;
                self.words.push(Word::made(Value::unknown("the output of a command")));
            }
        }
    }
}

impl Walker<'_> {
    /// Decodes a word and runs the substitutions in it.
    pub(super) fn word(&self, word: &RawWord, context: &mut Context<'_>) -> Vec<Word> {
        let (span, unchanged) = self.span(word.loc.as_ref());
        let start = word.loc.as_ref().and_then(|location| self.local(location)).map(|(start, _)| start);
        let exact = unchanged
            && start.is_some_and(|start| self.text.get(start..start + word.value.len()) == Some(&word.value))
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
        let values = self.follow(decoded, start, span, context);
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

    fn follow(
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
        for found in &decoded.substitutions {
            let place = match (start, found.offset) {
                (Some(start), Some(offset)) => Place::From(start + offset),
                _ => Place::Within(span),
            };
            let here = context.here;
            run_apart(&found.text, place, context);
            context.here = here;
        }
        decoded.values
    }

    fn assignment(&self, assignment: &Assignment, context: &mut Context<'_>) -> (String, Value) {
        let (AssignmentName::VariableName(name) | AssignmentName::ArrayElementName(name, _)) =
            &assignment.name;
        let plain = matches!(assignment.name, AssignmentName::VariableName(_)) && !assignment.append;
        let value = match &assignment.value {
            AssignmentValue::Scalar(word) => {
                let mut words = self.quoted(word, context);
                match (words.pop(), words.is_empty()) {
                    (Some(value), true) if plain => value,
                    (None, _) if plain => Value::Known(String::new()),
                    _ => Value::unknown("a variable put together"),
                }
            }
            AssignmentValue::Array(elements) => {
                let mut values = Vec::new();
                for (subscript, word) in elements {
                    for word in subscript.iter() {
                        self.quoted(word, context);
                    }
                    values.extend(self.quoted(word, context));
                }
                values.iter().for_each(|value| subscripts::value(value, context));
                self.array(values, context);
                Value::unknown("an array")
            }
        };
        if let AssignmentName::ArrayElementName(_, subscript) = &assignment.name {
            super::expand_text(subscript, context);
        }
        subscripts::value(&value, context);
        (name.clone(), value)
    }

    /// The elements of an array may be run as `"${array[@]}"`.
    fn array(&self, values: Vec<Value>, context: &mut Context<'_>) {
        let mut words = values.into_iter().map(Word::made);
        let Some(first) = words.next() else { return };
        let invocation = Invocation {
            program: String::new(),
            first,
            words: words.collect(),
            environment: context.state.shell.environment.clone(),
            stdin: Stdin::Inherited,
            substituted: Source::default(),
            contiguous: false,
        };
        families::run_later(invocation, context);
    }

    /// The value of an assignment: not split, not matched against files.
    fn quoted(&self, word: &RawWord, context: &mut Context<'_>) -> Vec<Value> {
        let decoded = decode(&word.value, &Here::in_context(context));
        let (span, _) = self.span(word.loc.as_ref());
        let values = self.follow(decoded, None, span, context);
        let one = |value| match value {
            Value::Pattern(text) => Value::Known(text),
            other => other,
        };
        values.into_iter().map(one).collect()
    }

    /// Whether the words stand in the call's text with only blanks between them.
    fn contiguous(&self, words: &[Word]) -> bool {
        let Place::From(base) = self.place else { return false };
        let spans: Option<Vec<Span>> = words.iter().map(|word| word.span.filter(|_| word.exact)).collect();
        spans.is_some_and(|spans| {
            spans.windows(2).all(|pair| {
                let [before, after] = pair else { return false };
                let between = before.end.checked_sub(base).zip(after.start.checked_sub(base));
                between
                    .and_then(|(start, end)| self.text.get(start..end))
                    .is_some_and(|gap| !gap.is_empty() && gap.trim_matches([' ', '\t']).is_empty())
            })
        })
    }
}
