//! One simple command: its words, its environment, its redirections, then its family.

use brush_parser::ast::{
    Assignment, AssignmentName, AssignmentValue, CommandPrefixOrSuffixItem as Item, SimpleCommand,
    Word as RawWord,
};
use countersign_model::{Span, verbs};

use crate::context::Context;
use crate::families;
use crate::invocation::{Invocation, Stdin};
use crate::word::{Value, Word};

use super::outputs::Here;
use super::variables::MOST_ELEMENTS;
use super::words::{Decoded, Names as _, decode, decode_expression, decode_joined, decode_text};
use super::{Place, Walker, arithmetic, braces, functions, reprinted, run as run_text, subscripts};

/// Builtins whose arguments can be assignments, which are not split into words.
fn declares(program: &str) -> bool {
    matches!(program, "export" | "declare" | "typeset" | "local" | "readonly")
}

/// Builtins that keep what is set before them, in some shells.
const SPECIAL: &[&str] = &[
    ":", ".", "source", "eval", "exec", "export", "readonly", "set", "shift", "trap", "unset", "break",
    "continue", "exit", "return", "times",
];

/// Adds the effects of one simple command.
pub(super) fn run(walker: &Walker, command: &SimpleCommand, stdin: Stdin, context: &mut Context<'_>) {
    let outer = std::mem::take(&mut context.flow);
    let mark = context.tree.mark();
    let mut parts = Parts { sets: command.word_or_name.is_none(), stdin, ..Parts::default() };
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
    let Parts { words, assignments, arrays, stdin, printed, .. } = parts;
    let mut words = words.into_iter();
    let Some(first) = words.next() else {
        // `$X git push` with nothing in `$X`, or only assignments.
        if command.word_or_name.is_some() {
            context.program(verbs::EXEC_READ, "nothing");
        }
        for (name, value) in assignments {
            context.state.shell.set(&name, value);
        }
        context.flow = outer;
        context.flow.join(&substituted);
        context.flow.text = Some(String::new());
        return;
    };
    substituted.text = printed;
    let is_given_foreign =
        substituted.is_foreign() || matches!(&stdin, Stdin::Pipe(source) if source.is_foreign());
    let words: Vec<Word> = words.collect();
    let contiguous = walker.contiguous(&first, &words);
    let mut environment = context.state.shell.environment.clone();
    environment.extend(assignments.iter().cloned());
    let inherits = stdin == Stdin::Inherited;
    let stdin = if inherits { context.piped.clone() } else { stdin };
    let outside = (!inherits)
        .then(|| (std::mem::replace(&mut context.piped, stdin.clone()), std::mem::take(&mut context.fed)));
    let name = first.known().unwrap_or_default().to_owned();
    let may_read = !families::is_builtin(&name)
        && !matches!(name.as_str(), "echo" | "printf")
        && !context.state.shell.functions.contains_key(&name);
    let own_stdin = std::mem::replace(&mut context.own_stdin, !inherits);
    let invocation =
        Invocation { program: String::new(), first, words, environment, stdin, substituted, contiguous };
    context.tree.hands_over(mark);
    if invocation.first.known() == Some("exec") && invocation.words.is_empty() {
        context.state.world.keeps_open(written);
    }
    started(invocation, &assignments, context);
    context.own_stdin = own_stdin;
    match outside {
        Some((piped, fed)) => (context.piped, context.fed) = (piped, fed),
        None => context.fed |= may_read,
    }
    for (name, elements) in arrays {
        context.state.shell.set_array(&name, elements);
    }
    let flow = std::mem::replace(&mut context.flow, outer);
    let (text, found) = (flow.text.clone(), flow.found.clone());
    if flow.is_foreign() || is_given_foreign {
        context.state.world.brings(written);
    }
    context.flow.join(&flow);
    (context.flow.text, context.flow.found) = (text, found);
    if let (true, Some(appends)) = (writes, super::redirects::appends(command)) {
        let text = context.flow.text.clone().filter(|_| is_exact(command));
        if let Some(text) = text {
            context.state.world.wrote(written, &text, appends);
        }
    }
}

/// Whether what a command prints is known to the last byte: `echo` reads escapes as it likes.
fn is_exact(command: &SimpleCommand) -> bool {
    let words = command.suffix.iter().flat_map(|suffix| &suffix.0);
    let mut words = words.filter_map(|item| match item {
        Item::Word(word) => Some(word.value.as_str()),
        _ => None,
    });
    match command.word_or_name.as_ref().map(|word| word.value.as_str()) {
        Some("echo") => words.all(|word| !word.contains('\\')),
        Some("printf" | "cat") => true,
        _ => false,
    }
}

/// Runs what the shell finds under the name: an alias, a function, a builtin, a program.
fn started(invocation: Invocation, assignments: &[(String, Value)], context: &mut Context<'_>) {
    let name = invocation.first.known().unwrap_or_default().to_owned();
    let function = context.state.shell.functions.get(&name).cloned();
    let sees = function.is_some() || SPECIAL.contains(&name.as_str());
    let before = (sees && !assignments.is_empty()).then(|| context.state.shell.clone());
    if before.is_some() {
        for (name, value) in assignments {
            context.state.shell.set(name, value.clone());
        }
    }
    alias(&invocation, &name, context);
    let mut certain = false;
    if let Some(function) = function {
        certain = function.certain;
        let kept = (!certain).then(|| context.state.shell.clone());
        functions::call(&name, &function, Some(&invocation.words), Stdin::Inherited, context);
        context.flow.text = None;
        if let Some(kept) = kept {
            context.state.shell.merge(&kept);
        }
    }
    if !certain {
        families::dispatch(invocation, context);
    }
    if let Some(before) = before {
        for (name, _) in assignments {
            let value = before.variables.get(name).cloned();
            let same = value.as_ref() == context.state.shell.variables.get(name);
            if !same && !context.state.shell.distrusted {
                context
                    .state
                    .shell
                    .variables
                    .insert(name.clone(), Value::unknown("some shells keep its value"));
            }
        }
        context.state.shell.environment = before.environment;
    }
}

/// A shell may expand aliases or not: what the alias stands for may run as well.
fn alias(invocation: &Invocation, name: &str, context: &mut Context<'_>) {
    if invocation.first.raw != name {
        return;
    }
    if let Some(meaning) = context.state.shell.aliases.remove(name) {
        let mut arguments: Vec<&str> = invocation.words.iter().map(|word| word.raw.as_str()).collect();
        // After one that ends in a blank, the next word is looked up as well.
        let mut goes_on = meaning.ends_with([' ', '\t']);
        for word in &mut arguments {
            match context.state.shell.aliases.get(*word).filter(|_| goes_on) {
                Some(next) => {
                    goes_on = next.ends_with([' ', '\t']);
                    *word = next.as_str();
                }
                None => break,
            }
        }
        let text = format!("{meaning} {}", arguments.join(" "));
        let kept = context.state.shell.clone();
        let piped = std::mem::replace(&mut context.piped, invocation.stdin.clone());
        run_text(&text, Place::Within(context.here), context);
        context.piped = piped;
        context.state.shell.merge(&kept);
        context.state.shell.aliases.insert(name.to_owned(), meaning);
    }
}

#[derive(Default)]
struct Parts {
    words: Vec<Word>,
    assignments: Vec<(String, Value)>,
    /// Arrays among the words, as of `declare`.
    arrays: Vec<(String, Vec<Value>)>,
    stdin: Stdin,
    /// What a process substitution among the words prints.
    printed: Option<String>,
    /// Whether what follows is a part of the last word.
    goes_on: bool,
    /// Whether there was one.
    substitutes: bool,
    /// Whether there is nothing but assignments, which then hold for the shell and at once.
    sets: bool,
}

impl Parts {
    /// The last word has more to it than is written there.
    fn glue(&mut self) {
        if let Some(last) = self.words.last_mut() {
            let prefix = if last.raw.is_empty() { String::new() } else { last.text().to_owned() };
            last.value = Value::starting(&prefix, "a process substitution is a part of it");
            last.exact = false;
        }
    }

    fn take(&mut self, item: &Item, prefix: bool, walker: &Walker, context: &mut Context<'_>) {
        match item {
            Item::Word(word) if walker.names_descriptor(word) => {
                let name = word.value.trim_matches(['{', '}']).split('[').next().unwrap_or_default();
                context.state.shell.set(name, Value::unknown("the number of an open file"));
                super::subscripts::text(&word.value, context);
            }
            Item::Word(word) => {
                let words = walker.word(word, context);
                if std::mem::take(&mut self.goes_on) {
                    // It goes on the word of a process substitution.
                    self.glue();
                } else {
                    self.words.extend(words);
                }
            }
            Item::AssignmentWord(assignment, word) if prefix => {
                let (name, assigned) = walker.assignment(assignment, context);
                // Whether it already sees those before it, shells do not agree on.
                let refers = self.assignments.iter().any(|(name, _)| {
                    word.value.contains(&format!("${name}")) || word.value.contains(&format!("{{{name}"))
                });
                match assigned {
                    Assigned::One(value) if self.sets => context.state.shell.set(&name, value),
                    Assigned::Each(values) if self.sets => context.state.shell.set_array(&name, values),
                    Assigned::One(value) if !refers => self.assignments.push((name, value)),
                    Assigned::One(_) | Assigned::Each(_) => {
                        self.assignments.push((name, Value::unknown("a variable put together")));
                    }
                }
            }
            Item::AssignmentWord(assignment, word) => match &assignment.value {
                AssignmentValue::Scalar(_)
                    if self.words.first().and_then(Word::known).is_some_and(declares) =>
                {
                    let mut words = walker.quoted(word, context).into_iter();
                    let value = words.next().unwrap_or_else(|| Value::unknown("a variable put together"));
                    subscripts::value(&value, context);
                    let (span, _) = walker.span(word.loc.as_ref());
                    self.words.push(Word { value, raw: word.value.clone(), span, exact: false });
                }
                AssignmentValue::Scalar(_) => self.words.extend(walker.word(word, context)),
                AssignmentValue::Array(_) => {
                    let (name, assigned) = walker.assignment(assignment, context);
                    let prefix = format!("{name}=");
                    self.words.push(Word::made(Value::starting(&prefix, "an array")));
                    if let Assigned::Each(values) = assigned {
                        self.arrays.push((name, values));
                    }
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
                let (before, after) = walker.is_joined(&command.loc);
                self.goes_on = after;
                if before && !self.words.is_empty() {
                    self.glue();
                    return;
                }
                let path = Value::Known("/dev/fd/63".to_owned());
                self.words.push(Word { value: path, raw: String::new(), span: None, exact: false });
            }
        }
    }
}

/// What a variable is set to.
enum Assigned {
    One(Value),
    Each(Vec<Value>),
}

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
        let values = self.follow(decoded, start, span, context);
        let several = values.len() != 1;
        let made = |value| Word { value, raw: word.value.clone(), span, exact: exact && !several };
        values.into_iter().map(made).collect()
    }

    /// Whether a process substitution is part of a word that starts before it, and of one that goes on behind.
    fn is_joined(&self, location: &brush_parser::SourceSpan) -> (bool, bool) {
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

    /// Whether a word is the variable that a redirection gives the number of a file: `{name}>file`.
    fn names_descriptor(&self, word: &RawWord) -> bool {
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
        for (name, value) in decoded.assigned {
            if name.is_empty() {
                context.state.shell.poison("arithmetic may have changed it");
            } else {
                context.state.shell.set(&name, value);
            }
        }
        for found in &decoded.substitutions {
            let place = match (start, found.offset) {
                (Some(start), Some(offset)) => Place::From(start + offset),
                _ => Place::Within(span),
            };
            let here = context.here;
            reprinted::run(&found.text, place, context);
            context.here = here;
        }
        decoded.values
    }

    fn assignment(&self, assignment: &Assignment, context: &mut Context<'_>) -> (String, Assigned) {
        let (AssignmentName::VariableName(name) | AssignmentName::ArrayElementName(name, _)) =
            &assignment.name;
        let unknown = || Assigned::One(Value::unknown("a variable put together"));
        let assigned = match &assignment.value {
            AssignmentValue::Scalar(word) => {
                let mut words = self.quoted(word, context);
                let value = match (words.pop(), words.is_empty()) {
                    (Some(value), true) => value,
                    (None, _) => Value::Known(String::new()),
                    (Some(_), false) => Value::unknown("a variable put together"),
                };
                subscripts::value(&value, context);
                match &assignment.name {
                    AssignmentName::ArrayElementName(_, subscript) => {
                        super::expand_text(subscript, context);
                        self.element(name, subscript, value, assignment.append, context)
                    }
                    AssignmentName::VariableName(_) if !assignment.append => Assigned::One(value),
                    AssignmentName::VariableName(_) => {
                        let before = context.state.shell.variable(name);
                        match (before, value, context.state.shell.arrays.contains_key(name)) {
                            (Value::Known(before), Value::Known(after), false) => {
                                Assigned::One(Value::Known(before + &after))
                            }
                            (Value::Known(before), _, false) => {
                                Assigned::One(Value::starting(&before, "a variable put together"))
                            }
                            _ => unknown(),
                        }
                    }
                }
            }
            AssignmentValue::Array(elements) => {
                let before = context
                    .state
                    .shell
                    .elements(name)
                    .filter(|_| context.state.shell.arrays.contains_key(name));
                let mut values = if assignment.append { before } else { Some(Vec::new()) };
                for (subscript, word) in elements {
                    if let Some(subscript) = subscript {
                        self.quoted(subscript, context);
                        values = None;
                    }
                    for word in self.word(word, context) {
                        subscripts::value(&word.value, context);
                        match (&mut values, &word.value) {
                            // How many words it is, nobody says.
                            (values, Value::Unknown { .. } | Value::Pattern(_))
                                if !word.raw.starts_with('"') =>
                            {
                                *values = None
                            }
                            (Some(values), value) => values.push(value.clone()),
                            (None, _) => {}
                        }
                    }
                }
                values.map_or_else(|| Assigned::One(Value::unknown("an array")), Assigned::Each)
            }
        };
        (name.clone(), assigned)
    }

    /// One element of an array is set.
    fn element(
        &self,
        name: &str,
        subscript: &str,
        value: Value,
        append: bool,
        context: &mut Context<'_>,
    ) -> Assigned {
        let unknown = Assigned::One(Value::unknown("an array"));
        let elements = match context.state.shell.arrays.get(name) {
            Some(elements) => Some(elements.clone()),
            None => (!context.state.shell.variables.contains_key(name)).then(Vec::new),
        };
        subscripts::changes(subscript, context);
        let index = match arithmetic::evaluate(subscript, &context.state.shell).value.map(usize::try_from) {
            Some(Ok(index)) if !append => index,
            _ => return unknown,
        };
        let Some(mut elements) = elements.filter(|elements| index <= elements.len() && index < MOST_ELEMENTS)
        else {
            return unknown;
        };
        match elements.get_mut(index) {
            Some(element) => *element = value,
            None => elements.push(value),
        }
        Assigned::Each(elements)
    }

    /// The value of an assignment: not split, not matched against files.
    pub(super) fn quoted(&self, word: &RawWord, context: &mut Context<'_>) -> Vec<Value> {
        let decoded = decode_joined(&word.value, &Here::in_context(context));
        let (span, _) = self.span(word.loc.as_ref());
        let values = self.follow(decoded, None, span, context);
        let one = |value| match value {
            Value::Pattern(text) => Value::Known(text),
            other => other,
        };
        values.into_iter().map(one).collect()
    }

    /// Whether the words stand in the call's text with only blanks between them.
    fn contiguous(&self, first: &Word, words: &[Word]) -> bool {
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
