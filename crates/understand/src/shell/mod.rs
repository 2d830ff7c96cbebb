//! Shell text → effects: walks the parser's syntax tree in the order the shell would run it.
//!
//! Start at [`run`]. [`limits`] is the door to the parser, [`words`] turns words into values,
//! [`simple`] handles one simple command and hands it to its family.

mod arithmetic;
mod braces;
mod compound;
mod endless;
mod extent;
pub(crate) mod functions;
mod heredocs;
pub(crate) mod lenient;
mod limits;
mod masked;
mod outputs;
mod parentheses;
mod redirects;
mod reprinted;
mod simple;
pub(crate) mod subscripts;
pub(crate) mod texts;
mod traps;
pub(crate) mod variables;
mod words;

use std::rc::Rc;

use brush_parser::SourceSpan;
use brush_parser::ast::{
    AndOr, AndOrList, Command, CommandPrefixOrSuffixItem, CompoundCommand, CompoundList, Pipeline,
    RedirectList, SeparatorOperator,
};
use countersign_model::Span;

use crate::context::{Context, ShellState};
use crate::invocation::{Source, Stdin};
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
    let source = Text { text: text.to_owned(), place, offsets: offsets(text) };
    let walker = Walker { source: Rc::new(source) };
    let mut printed = Some(String::new());
    for list in &program.complete_commands {
        context.flow.text = None;
        walker.list(list, context);
        printed = joined(printed, context.flow.text.take());
    }
    context.flow.text = printed;
    if is_outermost {
        traps::run_new(0, context);
    }
    context.leaves();
    context.here = outside;
}

/// Runs `text` as a shell of its own would: what it sets is lost when it ends.
pub(crate) fn run_apart(text: &str, place: Place, context: &mut Context<'_>) {
    let kept = context.state.shell.clone();
    run(text, place, context);
    traps::run_new(kept.traps.len(), context);
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
    shell.variables.clear();
    shell.arrays.clear();
    shell.odd.clear();
    shell.aliases.clear();
    shell.locals.clear();
    shell.traps.clear();
    shell.absent.clear();
    shell.watched.clear();
    (shell.leaving, shell.distrusted, shell.poisoned, shell.sourced) = (false, false, None, false);
    shell.zero = arguments.first().map(|word| word.value.clone());
    shell.parameters = functions::parameters(arguments.get(1..).unwrap_or_default());
    shell.functions.retain(|_, function| function.exported);
    // Another shell than bash does not know them.
    shell.functions.values_mut().for_each(|function| function.certain &= program == "bash");
    for (name, value) in environment {
        shell.export(name, value.clone());
    }
    let calling = std::mem::take(&mut context.calling);
    run(text, Place::Within(context.here), context);
    traps::run_new(0, context);
    context.calling = calling;
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

/// Remembers the command of a `trap`.
pub(crate) use traps::set as trap;

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
                run_apart(&found.text, Place::Within(context.here), context);
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

    fn list(&self, list: &CompoundList, context: &mut Context<'_>) {
        let mut printed = Some(String::new());
        for item in &list.0 {
            context.flow.text = None;
            match item.1 {
                SeparatorOperator::Sequence => {
                    self.and_or(&item.0, context);
                    printed = joined(printed, context.flow.text.take());
                }
                SeparatorOperator::Async => {
                    let beside = std::mem::replace(&mut context.beside, true);
                    self.apart(context, |walker, context| walker.and_or(&item.0, context));
                    context.beside = beside;
                    printed = None;
                }
            }
            context.state.shell.settle();
            prompts(context);
        }
        context.flow.text = printed;
    }

    fn and_or(&self, list: &AndOrList, context: &mut Context<'_>) {
        if !context.counts_step() {
            return;
        }
        let heads = context.state.world.heads.clone();
        if list.additional.is_empty() {
            self.pipeline(&list.first, context);
            context.state.world.may_have(&heads);
            return;
        }
        self.pipeline(&list.first, context);
        let conditional = std::mem::replace(&mut context.conditional, true);
        let first = context.state.shell.clone();
        let mut last_leaves = false;
        for next in &list.additional {
            last_leaves = false;
            match next {
                AndOr::And(pipeline) => self.pipeline(pipeline, context),
                AndOr::Or(pipeline) if leaves(pipeline) => {
                    let kept = context.state.shell.clone();
                    context.state.shell.merge(&first);
                    context.state.shell.settle();
                    self.pipeline(pipeline, context);
                    let traps = std::mem::take(&mut context.state.shell.traps);
                    let leaving = context.state.shell.leaving;
                    // What follows runs only where the part before it worked.
                    context.state.shell = kept;
                    context.state.shell.directory_unsure = false;
                    context.state.shell.traps = traps;
                    context.state.shell.leaving |= leaving;
                    last_leaves = true;
                }
                AndOr::Or(pipeline) => {
                    context.state.shell.merge(&first);
                    context.state.shell.settle();
                    context.state.world.may_have(&heads);
                    self.pipeline(pipeline, context);
                    context.state.shell.merge(&first);
                }
            }
        }
        let all_and = list.additional.iter().rev().skip(1).all(|next| matches!(next, AndOr::And(_)));
        if !(last_leaves && all_and) {
            context.state.shell.merge(&first);
        }
        context.state.world.may_have(&heads);
        context.conditional = conditional;
        context.flow.text = None;
    }

    fn pipeline(&self, pipeline: &Pipeline, context: &mut Context<'_>) {
        if let [command] = pipeline.seq.as_slice() {
            self.command(command, Stdin::Inherited, context);
            return;
        }
        let mut source = Source::default();
        let beside = std::mem::replace(&mut context.beside, true);
        for (index, command) in pipeline.seq.iter().enumerate() {
            let outer = std::mem::take(&mut context.flow);
            let stdin = if index == 0 { Stdin::Inherited } else { Stdin::Pipe(source.clone()) };
            let kept = context.state.shell.clone();
            self.command(command, stdin, context);
            traps::run_new(kept.traps.len(), context);
            if index + 1 < pipeline.seq.len() {
                context.state.shell = kept;
            } else {
                // Some shells run the last part themselves.
                context.state.shell.merge(&kept);
                context.state.shell.leaving = kept.leaving;
            }
            let flow = std::mem::replace(&mut context.flow, outer);
            let earlier = source.found.take().filter(|_| is_filter(command));
            source.join(&flow);
            source.text = flow.text;
            // Of a compound command, nobody says what all of it finds.
            let alone = index == 0 && matches!(command, Command::Simple(_));
            source.found = if index == 0 { flow.found.filter(|_| alone) } else { earlier };
        }
        context.beside = beside;
        context.flow.join(&source);
        context.flow.text = source.text;
    }

    /// Runs something in a subshell.
    fn apart(&self, context: &mut Context<'_>, run: impl FnOnce(&Self, &mut Context<'_>)) {
        let kept = context.state.shell.clone();
        run(self, context);
        traps::run_new(kept.traps.len(), context);
        context.state.shell = kept;
    }

    fn command(&self, command: &Command, stdin: Stdin, context: &mut Context<'_>) {
        match command {
            Command::Simple(simple) => simple::run(self, simple, stdin, context),
            Command::Compound(compound, redirects) => {
                let outer = std::mem::take(&mut context.flow);
                let written = context.state.world.written.len();
                let stdin = self.redirects_of(redirects.as_ref(), stdin, context);
                self.compound(compound, &stdin, context);
                if redirects.is_some() && context.flow.is_foreign() {
                    context.state.world.brings(written);
                }
                let flow = std::mem::replace(&mut context.flow, outer);
                context.flow.join(&flow);
                (context.flow.text, context.flow.found) = (flow.text, flow.found);
            }
            Command::Function(function) => {
                functions::define(self, function, context);
                context.flow.text = Some(String::new());
            }
            Command::ExtendedTest(test, redirects) => {
                self.redirects_of(redirects.as_ref(), stdin, context);
                self.test(&test.expr, context);
                context.flow.text = Some(String::new());
            }
        }
    }

    fn redirects_of(&self, list: Option<&RedirectList>, stdin: Stdin, context: &mut Context<'_>) -> Stdin {
        let redirects = list.map(|list| list.0.as_slice()).unwrap_or_default();
        redirects.iter().fold(stdin, |stdin, redirect| self.redirect(redirect, stdin, context))
    }
}

/// Runs the commands in texts that the shell expands by itself: `PS4` before each command that it traces.
fn prompts(context: &mut Context<'_>) {
    for value in std::mem::take(&mut context.state.shell.prompts) {
        match value {
            Value::Known(text) | Value::Pattern(text) => {
                if text.contains(['$', '`']) {
                    expand_text(&text, context);
                }
            }
            Value::Unknown { .. } => {
                context.opaque("PS4", "the text before traced commands is expanded, and is not known");
            }
        }
    }
}

/// Whether a command passes on some of the lines it reads, as they are, and nothing else.
fn is_filter(command: &Command) -> bool {
    let Command::Simple(simple) = command else { return false };
    let mut words = Vec::new();
    for item in simple.suffix.iter().flat_map(|suffix| &suffix.0) {
        match item {
            CommandPrefixOrSuffixItem::Word(word) => words.push(word.value.as_str()),
            _ => return false,
        }
    }
    let (options, operands): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| word.starts_with('-'));
    let letters =
        |known: &str| options.iter().all(|option| option.chars().skip(1).all(|c| known.contains(c)));
    let numbers = operands.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    match simple.word_or_name.as_ref().map(|word| word.value.as_str()) {
        Some("grep" | "egrep" | "fgrep") => operands.len() == 1 && letters("viEFGPwxz"),
        Some("head" | "tail") => numbers && letters("nz0123456789"),
        Some("sort" | "uniq" | "tac" | "shuf") => operands.is_empty() && letters("urnzVRh"),
        _ => false,
    }
}

/// Whether a pipeline does nothing but end the shell or the function.
fn leaves(pipeline: &Pipeline) -> bool {
    let ends = |command: &Command| match command {
        Command::Simple(simple) => {
            simple.prefix.is_none()
                && simple
                    .word_or_name
                    .as_ref()
                    .is_some_and(|word| matches!(word.value.as_str(), "exit" | "return"))
        }
        Command::Compound(..) | Command::Function(_) | Command::ExtendedTest(..) => false,
    };
    match pipeline.seq.as_slice() {
        [command @ Command::Simple(_)] => ends(command),
        [Command::Compound(CompoundCommand::BraceGroup(group), None)] => {
            let last = group.list.0.last().filter(|item| matches!(item.1, SeparatorOperator::Sequence));
            last.is_some_and(|item| {
                item.0.additional.is_empty()
                    && matches!(item.0.first.seq.as_slice(), [command] if ends(command))
            })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn loops_and_functions() {
        assert_snapshot!(check("for b in main dev; do git push origin $b; done"), @r#"
        git.push main@origin, write
        git.push dev@origin, write
        "#);
        assert_snapshot!(check("for f in *.tmp; do rm \"$f\"; done"), @"fs.delete /repo/*.tmp, destroy, partial");
        assert_snapshot!(check(":(){ :|:& };:"), @"exec.system :, destroy");
        assert_snapshot!(check("f() { git push origin \"$1\"; }; f main"), @"git.push main@origin, write");
    }

    #[test]
    fn directories_and_variables_where_ways_meet() {
        assert_snapshot!(check("D=src; cd $D && rm a.rs"), @r#"
        exec.read cd, read
        fs.delete /repo/src/a.rs, destroy
        "#);
        assert_snapshot!(check("if x; then B=main; else B=dev; fi; git push origin $B"), @r#"
        exec.opaque x, execute, opaque
        git.force-push *@origin, destroy, partial
        "#);
        assert_snapshot!(check("false && B=feature; git push origin $B"), @r#"
        exec.read false, read
        git.force-push *@origin, destroy, partial
        "#);
        assert_snapshot!(check("(cd /tmp; rm a); rm b"), @r#"
        exec.read cd, read
        fs.delete /tmp/a, destroy
        fs.delete /repo/b, destroy
        "#);
        assert_snapshot!(check("B=main; B=feature; git push origin $B"), @"git.push feature@origin, write");
        assert_snapshot!(check("B=feature; read B; git push origin \"$B\""), @r#"
        exec.read read, read
        git.force-push *@origin, destroy, partial
        "#);
    }

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
