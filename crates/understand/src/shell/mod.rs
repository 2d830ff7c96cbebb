//! Shell text → effects: walks the parser's syntax tree in the order the shell would run it.
//!
//! Start at [`run`]. [`limits`] is the door to the parser, [`words`] turns words into values,
//! [`simple`] handles one simple command and hands it to its family.

mod arithmetic;
mod assignments;
mod braces;
mod branches;
mod choices;
mod compound;
mod endless;
pub(crate) mod expanded;
mod expansions;
pub(crate) mod extent;
pub(crate) mod functions;
mod heredocs;
pub(crate) mod lenient;
mod limits;
mod lists;
pub(crate) mod made_up;
mod masked;
mod meeting;
mod menu;
pub(crate) mod names_only;
pub(crate) mod options;
mod origin;
mod outcomes;
mod outputs;
mod parentheses;
mod parts;
mod pipelines;
mod printed;
mod read_lines;
mod redirects;
mod reprinted;
mod scratch;
mod simple;
pub(crate) mod subscripts;
pub(crate) mod taken;
pub(crate) mod texts;
mod traps;
mod trusted;
mod turns;
pub(crate) mod variables;
mod words;

use std::rc::Rc;

use brush_parser::SourceSpan;
use countersign_model::Span;

use crate::context::{Context, ShellState};
use crate::invocation::Stdin;
use crate::word::{Value, Word};

/// Where a shell text stands in the text of the call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// Unchanged, from this byte on.
    From(usize),
    /// Somewhere in this part, quoted or escaped.
    Within(Option<Span>),
}

/// Adds the effects of `text`, run by a shell in the context's state.
pub(crate) fn run(text: &str, place: Place, context: &mut Context<'_>) {
    let first_line = context.first_line.take();
    if !context.counts_text(text.len()) {
        context.gives_up("there is too much text in nested commands");
        return;
    }
    let program = match limits::parse(text) {
        Ok(program) => program,
        Err(why) => {
            context.push(effect_at(place, text, &why));
            look_at(text, context);
            lenient::read(text, context);
            // In the shell that runs it, it may have done anything.
            context.state.shell.poison("a text that cannot be read may have set it");
            context.state.shell.tests = Tests::Tainted;
            return;
        }
    };
    let outside = context.here;
    if let Place::Within(span) = place {
        context.here = span.or(outside);
    }
    if !context.enters() {
        context.here = outside;
        return;
    }
    let is_outermost = context.depth == 1;
    let first_hand = std::mem::replace(&mut context.first_hand, matches!(place, Place::From(_)));
    let file = first_line
        .zip(context.origin.as_ref())
        .map(|(first, origin)| origin::Lines::new(text, first, origin));
    let source = Text { text: text.to_owned(), place, offsets: offsets(text), file };
    let walker = Walker { source: Rc::new(source) };
    let mut printed = Some(String::new());
    for (index, list) in program.complete_commands.iter().enumerate() {
        context.flow.text = None;
        if index > 0 {
            context.state.world.chosen.settle();
        }
        walker.list(list, context);
        printed = joined(printed, context.flow.text.take());
    }
    context.flow.text = printed;
    if is_outermost {
        traps::run_new(0, context);
    }
    context.first_hand = first_hand;
    context.leaves();
    context.here = outside;
}

/// Runs `text` as a shell of its own would, here or elsewhere: what it sets is lost when it ends.
pub(crate) fn run_apart(text: &str, place: Place, context: &mut Context<'_>) {
    let tests = context.state.shell.tests;
    context.state.shell.tests = tests.min(Tests::Unsure);
    run_within(text, place, context);
    context.state.shell.tests = tests;
}

/// Runs `text` as a subshell does.
fn run_within(text: &str, place: Place, context: &mut Context<'_>) {
    let kept = context.state.shell.clone();
    let opened = std::mem::take(&mut context.opened);
    run(text, place, context);
    traps::run_new(kept.traps.len(), context);
    context.opened = opened;
    context.state.shell = kept;
}

/// Runs `text` in a shell `program` that is started with `$0` and its parameters: of this one it has what is
/// inherited.
pub(crate) fn run_child(
    program: &str,
    text: &str,
    arguments: &[Word],
    environment: &[(String, Value)],
    context: &mut Context<'_>,
) {
    let kept = context.state.shell.clone();
    let shell = &mut context.state.shell;
    shell.options = options::Reached::default();
    shell.variables.clear();
    shell.choices.clear();
    shell.arrays.clear();
    shell.odd.clear();
    shell.aliases.clear();
    shell.locals.clear();
    shell.traps.clear();
    shell.absent.clear();
    shell.perhaps_absent.clear();
    shell.watched.clear();
    (shell.leaving, shell.distrusted, shell.poisoned, shell.sourced) = (false, false, None, false);
    (shell.separators_unsure, shell.separators_set) = (false, false);
    shell.zero = arguments.first().map(|word| word.value.clone());
    shell.parameters = functions::parameters(arguments.get(1..).unwrap_or_default());
    shell.given = variables::tainted(arguments.iter().skip(1).map(|word| &word.value));
    shell.functions.retain(|_, function| function.exported);
    functions::inherited(environment, context);
    let shell = &mut context.state.shell;
    let is_plain =
        shell.functions.is_empty() && environment.iter().all(|(name, _)| trusted::is_variable(name));
    shell.tests = if is_plain { shell.tests.in_child(program) } else { Tests::Tainted };
    // Another shell than bash does not know them.
    shell.functions.values_mut().for_each(|function| function.certain &= program == "bash");
    for (name, value) in environment {
        shell.export(name, value.clone());
    }
    let calling = std::mem::take(&mut context.calling);
    let opened = std::mem::take(&mut context.opened);
    run(text, Place::Within(context.here), context);
    traps::run_new(0, context);
    (context.calling, context.opened) = (calling, opened);
    context.state.shell = kept;
}

/// The same for a text that the shell reads from its standard input: its commands may read the rest of it.
pub(crate) fn run_fed(
    program: &str,
    text: &str,
    arguments: &[Word],
    environment: &[(String, Value)],
    context: &mut Context<'_>,
) {
    let rest = Stdin::Text(Value::unknown("the rest of the script"));
    let piped = std::mem::replace(&mut context.piped, rest);
    run_child(program, text, arguments, environment, context);
    context.piped = piped;
}

/// What two commands, one after the other, print.
fn joined(before: Option<String>, after: Option<String>) -> Option<String> {
    let whole = before? + &after?;
    (whole.len() <= limits::LONGEST).then_some(whole)
}

pub(crate) use outcomes::Tests;
pub(crate) use printed::lines as printed_lines;
/// Remembers the command of a `trap`.
pub(crate) use traps::{set as trap, trapped_alias};

/// What separates words in a value that is not quoted.
pub(crate) fn separators(shell: &ShellState) -> Option<String> {
    words::Names::separators(shell).map(str::to_owned)
}

/// Evaluates arithmetic and sets the variables it sets.
pub(crate) fn calculate(text: &str, context: &mut Context<'_>) {
    let assigned = arithmetic::evaluate(text, &context.state.shell).assigned;
    assigned.into_iter().for_each(|(name, value)| context.state.shell.set(&name, value));
}

/// Runs the substitutions of a text that is expanded as between double quotes.
pub(crate) fn expand_text(text: &str, context: &mut Context<'_>) {
    let decoded = words::decode_text(text, &outputs::Here::in_context(context));
    match decoded {
        Ok(decoded) => {
            for hazard in &decoded.hazards {
                context.opaque("an expansion", hazard);
            }
            for found in &decoded.substitutions {
                run_within(&found.text, Place::Within(context.here), context);
            }
        }
        Err(why) => {
            context.opaque("an expansion", &why);
            look_at(text, context);
        }
    }
}

fn effect_at(place: Place, text: &str, why: &str) -> countersign_model::Effect {
    let effect = countersign_model::Effect::hidden("a shell command", why);
    match place {
        Place::From(start) => effect.at(Span { start, end: start + text.len() }),
        Place::Within(Some(span)) => effect.at(span),
        Place::Within(None) => effect,
    }
}

/// Text that cannot be read may still name what matters most.
fn look_at(text: &str, context: &mut Context<'_>) {
    crate::families::mentions(text, context);
    crate::families::unreadable(text, context);
}

/// The byte offset of every character, where they differ.
fn offsets(text: &str) -> Option<Vec<usize>> {
    if text.is_ascii() {
        return None;
    }
    Some(text.char_indices().map(|(at, _)| at).chain([text.len()]).collect())
}

/// A text that is walked, and where it stands.
#[derive(Debug)]
pub(crate) struct Text {
    text: String,
    place: Place,
    offsets: Option<Vec<usize>>,
    /// Where its lines are, if it is that of a file.
    file: Option<origin::Lines>,
}

/// Goes along the syntax tree of a text.
#[derive(Clone, Debug)]
pub(crate) struct Walker {
    source: Rc<Text>,
}

impl Walker {
    /// Where a part of this text stands in it, in bytes.
    fn local(&self, location: &SourceSpan) -> Option<(usize, usize)> {
        let at = |index: usize| match &self.source.offsets {
            None => Some(index),
            Some(offsets) => offsets.get(index).copied(),
        };
        Some((at(location.start.index)?, at(location.end.index)?))
    }

    /// Where it stands in the text of the call, and whether unchanged.
    fn span(&self, location: Option<&SourceSpan>) -> (Option<Span>, bool) {
        let length = self.source.text.len();
        match (self.source.place, location.and_then(|location| self.local(location))) {
            (Place::From(base), Some((start, end))) if start <= end && end <= length => {
                (Some(Span { start: base + start, end: base + end }), true)
            }
            (Place::From(base), _) => (Some(Span { start: base, end: base + length }), false),
            (Place::Within(span), _) => (span, false),
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn what_cannot_be_read_is_opaque() {
        assert_snapshot!(check("git push origin main &&& x"), @"
        exec.hidden a shell command, execute, opaque
        git.force-push *@*, destroy, partial
        git.push main@origin, write, partial
        ");
        assert_snapshot!(check("echo 'unclosed"), @"
        exec.hidden a shell command, execute, opaque
        exec.read echo, read, partial
        ");
    }
}
