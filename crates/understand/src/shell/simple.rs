//! One simple command: its words, its environment, its redirections, then its family.

use std::collections::BTreeSet;

use brush_parser::ast::{AssignmentName, CommandPrefixOrSuffixItem as Item, SimpleCommand};
use countersign_model::verbs;

use crate::context::Context;
use crate::families;
use crate::invocation::{Invocation, Printed, Stdin};
use crate::paths;
use crate::word::{Value, Word};

use super::parts::Parts;
use super::{Place, Walker, choices, functions, outcomes, run as run_text, trusted};

/// Builtins that keep what is set before them, in some shells.
const SPECIAL: &[&str] = &[
    ":", ".", "source", "eval", "exec", "export", "readonly", "set", "shift", "trap", "unset", "break",
    "continue", "exit", "return", "times",
];

/// Programs that print what they read, or most of it.
const FILTERS: &[&str] = &[
    "cat", "sed", "gsed", "awk", "gawk", "mawk", "envsubst", "head", "tail", "grep", "cut", "tr", "sort",
    "uniq", "m4", "dos2unix", "expand", "perl", "tac",
];

/// Files that are taken for what such a program reads.
const MOST_SOURCES: usize = 8;

/// Adds the effects of one simple command.
pub(super) fn run(walker: &Walker, command: &SimpleCommand, stdin: Stdin, context: &mut Context<'_>) {
    let outside = context.origin.clone();
    if let Some(origin) = walker.origin(command) {
        context.origin = Some(origin);
    }
    choices::each(command, context, &|context| run_there(walker, command, stdin.clone(), context));
    context.origin = outside;
}

/// Programs whose operands are files, and that without any do nothing to one.
const TAKE_FILES: &[&str] = &[
    "cat",
    "chmod",
    "chown",
    "cp",
    "file",
    "grep",
    "gsed",
    "head",
    "mv",
    "perl",
    "rm",
    "sed",
    "shellcheck",
    "stat",
    "tail",
    "touch",
    "wc",
];

fn run_there(walker: &Walker, command: &SimpleCommand, stdin: Stdin, context: &mut Context<'_>) {
    trusted::simple(command, context);
    let outer = std::mem::take(&mut context.flow);
    let mark = context.tree.mark();
    let begun = context.tree.len();
    let mut parts = Parts { sets: command.word_or_name.is_none(), stdin, ..Parts::default() };
    let written = context.state.world.written.len();
    let weighed = context.weighed.clone();
    let takes_files = std::mem::take(&mut context.takes_files);
    for item in command.prefix.iter().flat_map(|prefix| &prefix.0) {
        parts.take(item, true, walker, context);
    }
    if let Some(name) = &command.word_or_name {
        parts.words.extend(walker.word(name, context));
        context.takes_files = TAKE_FILES.contains(&name.value.as_str());
    }
    for item in command.suffix.iter().flat_map(|suffix| &suffix.0) {
        parts.take(item, false, walker, context);
    }
    context.takes_files = takes_files;
    let mut substituted = std::mem::take(&mut context.flow);
    let writes = written + 1 == context.state.world.written.len();
    let Parts { words, assignments, arrays, stdin, printed, .. } = parts;
    if writes && prints_nothing(&words) && super::redirects::appends(command) == Some(false) {
        let paths = context.state.world.written.get(written).filter(|written| !written.is_pattern);
        let path = paths.and_then(|written| written.paths().first().cloned());
        path.into_iter().for_each(|path| context.empties(&Value::Known(path)));
    }
    if context.state.shell.traced {
        printed_values(command, &words, &assignments, context);
    }
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
        context.weighed = weighed;
        context.outcome = None;
        return;
    };
    substituted.text = printed;
    substituted.commands = context.tree.since(begun);
    let is_given_foreign =
        substituted.is_foreign() || matches!(&stdin, Stdin::Pipe(source) if source.is_foreign());
    let words: Vec<Word> = words.collect();
    if first.known().is_some_and(super::parts::declares) {
        for (name, _) in words.iter().filter_map(|word| word.text().split_once('=')) {
            context.state.world.finds(name, substituted.commands);
        }
    }
    match super::variables::tainted(words.last().map(|word| &word.value)) {
        Some(value) => context.state.shell.set("_", value),
        None => context.state.shell.forget("_"),
    }
    let contiguous = walker.contiguous(&first, &words);
    let mut environment = context.state.shell.environment.clone();
    environment.extend(assignments.iter().cloned());
    let inherits = stdin == Stdin::Inherited;
    let stdin = if inherits { context.piped.clone() } else { stdin };
    let outside = (!inherits)
        .then(|| (std::mem::replace(&mut context.piped, stdin.clone()), std::mem::take(&mut context.fed)));
    let name = first.known().unwrap_or_default().to_owned();
    if writes && FILTERS.contains(&name.as_str()) {
        passes_on(&name, &words, &stdin, command, written, context);
    }
    let outcome = has_words_alone(command).then(|| outcomes::of_command(&name, &words, context)).flatten();
    let may_read = !families::is_builtin(&name)
        && !matches!(name.as_str(), "echo" | "printf")
        && !context.state.shell.functions.contains_key(&name);
    let prints_itself = matches!(name.as_str(), "cat" | "git")
        && !context.state.shell.functions.contains_key(&name)
        && !context.state.shell.aliases.contains_key(&name);
    let own_stdin = std::mem::replace(&mut context.own_stdin, !inherits);
    let invocation =
        Invocation { program: String::new(), first, words, environment, stdin, substituted, contiguous };
    context.tree.hands_over(mark);
    if invocation.first.known() == Some("exec") && invocation.words.is_empty() {
        context.state.world.keeps_open(written);
    }
    let expanded = super::expanded::paths(&invocation, context);
    let outer_expanded = std::mem::replace(&mut context.expanded, expanded);
    started(invocation, &assignments, context);
    context.expanded = outer_expanded;
    context.outcome = outcome;
    context.weighed = weighed;
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
    // What functions and shells print is not looked at so closely.
    let printed = flow.printed.clone().filter(|_| prints_itself);
    if let (true, Some(Printed::Changes { root, has_messages: false }), Some(false)) =
        (writes, &printed, super::redirects::appends(command))
    {
        context.state.world.wrote_changes(written, root);
    }
    context.flow.printed = printed;
    if let (true, Some(appends)) = (writes, super::redirects::appends(command)) {
        let text = context.flow.text.clone().filter(|_| is_exact(command));
        if let Some(text) = text {
            context.state.world.wrote(written, &text, appends);
        }
    }
}

/// Whether a command has no redirections, and sets nothing.
fn has_words_alone(command: &SimpleCommand) -> bool {
    let suffix = command.suffix.iter().flat_map(|suffix| &suffix.0);
    command.prefix.is_none()
        && suffix.into_iter().all(|item| matches!(item, Item::Word(_) | Item::AssignmentWord(..)))
}

/// Whether a command writes nothing into the file that it opens.
fn prints_nothing(words: &[Word]) -> bool {
    let words: Option<Vec<&str>> = words.iter().map(Word::known).collect();
    matches!(
        words.as_deref(),
        Some(
            [] | [":" | "true" | "false"]
                | ["cat", "/dev/null"]
                | ["echo", "-n"]
                | ["echo" | "printf", "-n", ""]
                | ["printf", ""]
        )
    )
}

/// Where commands are printed before they run, so are the secrets in them.
fn printed_values(
    command: &SimpleCommand,
    words: &[Word],
    assignments: &[(String, Value)],
    context: &mut Context<'_>,
) {
    let values = words.iter().map(|word| &word.value).chain(assignments.iter().map(|(_, value)| value));
    // What stands alone is set by now.
    let set = command.prefix.iter().flat_map(|prefix| &prefix.0).filter_map(|item| match item {
        Item::AssignmentWord(assignment, _) => match &assignment.name {
            AssignmentName::VariableName(name) | AssignmentName::ArrayElementName(name, _) => {
                context.state.shell.variables.get(name)
            }
        },
        Item::Word(_) | Item::IoRedirect(_) | Item::ProcessSubstitution(..) => None,
    });
    let names = values.chain(set).filter_map(super::variables::secret_in).map(str::to_owned);
    for name in names.collect::<BTreeSet<_>>() {
        families::reads_environment(&name, context);
    }
}

/// Takes note that a file is written with what stands in others, changed or as it is.
fn passes_on(
    name: &str,
    words: &[Word],
    stdin: &Stdin,
    command: &SimpleCommand,
    written: usize,
    context: &mut Context<'_>,
) {
    let read = match stdin {
        Stdin::File(value) => Some(value.clone()),
        Stdin::Inherited | Stdin::Text(_) | Stdin::Pipe(_) => None,
    };
    let named = words.iter().filter(|word| !word.text().starts_with('-')).map(|word| word.value.clone());
    let is_same = name == "cat" && words.len() == 1;
    for value in named.chain(read).filter(|value| value.known().is_some()).take(MOST_SOURCES) {
        let from = paths::locate(&value, context);
        context.state.world.copied(written, written, &from);
    }
    if !is_same || super::redirects::appends(command) != Some(false) {
        context.state.world.altered(written);
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
        // What one word of the text became is written once, and expanded again.
        let mut words: Vec<&Word> = invocation.words.iter().collect();
        words.dedup_by(|word, before| {
            word.span.is_some() && (word.span, &word.raw) == (before.span, &before.raw)
        });
        let mut arguments: Vec<&str> = words.iter().map(|word| word.raw.as_str()).collect();
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
