//! Shell text → effects: walks the parser's syntax tree in the order the shell would run it.
//!
//! Start at [`run`]. [`limits`] is the door to the parser, [`words`] turns words into values,
//! [`simple`] handles one simple command and hands it to its family.

mod braces;
mod extent;
mod heredocs;
mod limits;
mod outputs;
mod redirects;
mod simple;
pub(crate) mod subscripts;
pub(crate) mod variables;
mod words;

use brush_parser::SourceSpan;
use brush_parser::ast::{
    AndOr, AndOrList, Command, CommandPrefixOrSuffixItem, CompoundCommand, CompoundList, ExtendedTestExpr,
    FunctionDefinition, Pipeline, RedirectList, SeparatorOperator, SimpleCommand, Word as RawWord,
};
use countersign_model::Span;

use crate::context::{Context, ShellState};
use crate::invocation::{Source, Stdin};
use crate::word::Value;

use variables::Mentions;

/// Values of a loop's variable that are looked at one by one.
const MOST_VALUES: usize = 8;

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
    let walker = Walker { text, place, offsets: offsets(text), mentions: Mentions::of(text) };
    for list in &program.complete_commands {
        walker.list(list, context);
    }
    context.leaves();
    context.here = outside;
}

/// Runs `text` as a shell of its own would: what it sets is lost when it ends.
pub(crate) fn run_apart(text: &str, place: Place, context: &mut Context<'_>) {
    let kept = context.state.shell.clone();
    run(text, place, context);
    context.state.shell = kept;
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
    let effect = countersign_model::Effect::opaque("a shell command", why);
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

pub(crate) struct Walker<'t> {
    text: &'t str,
    place: Place,
    offsets: Option<Vec<usize>>,
    mentions: Mentions,
}

impl Walker<'_> {
    /// Where a part of this text stands in it, in bytes.
    fn local(&self, location: &SourceSpan) -> Option<(usize, usize)> {
        let at = |index: usize| match &self.offsets {
            None => Some(index),
            Some(offsets) => offsets.get(index).copied(),
        };
        Some((at(location.start.index)?, at(location.end.index)?))
    }

    /// Where it stands in the text of the call, and whether unchanged.
    fn span(&self, location: Option<&SourceSpan>) -> (Option<Span>, bool) {
        match (self.place, location.and_then(|location| self.local(location))) {
            (Place::From(base), Some((start, end))) if start <= end && end <= self.text.len() => {
                (Some(Span { start: base + start, end: base + end }), true)
            }
            (Place::From(base), _) => (Some(Span { start: base, end: base + self.text.len() }), false),
            (Place::Within(span), _) => (span, false),
        }
    }

    fn list(&self, list: &CompoundList, context: &mut Context<'_>) {
        for item in &list.0 {
            match item.1 {
                SeparatorOperator::Sequence => self.and_or(&item.0, context),
                SeparatorOperator::Async => {
                    let kept = context.state.shell.clone();
                    self.and_or(&item.0, context);
                    context.state.shell = kept;
                }
            }
            context.state.shell.settle();
        }
    }

    fn and_or(&self, list: &AndOrList, context: &mut Context<'_>) {
        if !context.counts_step() {
            return;
        }
        let heads = context.state.world.heads.clone();
        self.pipeline(&list.first, context);
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
                    // What follows runs only where the part before it worked.
                    context.state.shell = kept;
                    context.state.shell.directory_unsure = false;
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
        let only_worked = last_leaves && all_and;
        if !only_worked && !list.additional.is_empty() {
            context.state.shell.merge(&first);
        }
        context.state.world.may_have(&heads);
    }

    fn pipeline(&self, pipeline: &Pipeline, context: &mut Context<'_>) {
        if let [command] = pipeline.seq.as_slice() {
            self.command(command, Stdin::Inherited, context);
            return;
        }
        let mut source = Source::default();
        for (index, command) in pipeline.seq.iter().enumerate() {
            let outer = std::mem::take(&mut context.flow);
            let stdin = if index == 0 { Stdin::Inherited } else { Stdin::Pipe(source.clone()) };
            self.apart(context, |walker, context| walker.command(command, stdin, context));
            let flow = std::mem::replace(&mut context.flow, outer);
            let earlier = source.found.take().filter(|_| is_filter(command));
            source.join(&flow);
            // Of a compound command, nobody says what all of it prints.
            let alone = index == 0 && matches!(command, Command::Simple(_));
            source.text = flow.text.filter(|_| alone);
            source.found = if index == 0 { flow.found.filter(|_| alone) } else { earlier };
        }
        context.flow.join(&source);
    }

    /// Runs something in a subshell.
    fn apart(&self, context: &mut Context<'_>, run: impl FnOnce(&Self, &mut Context<'_>)) {
        let kept = context.state.shell.clone();
        run(self, context);
        context.state.shell = kept;
    }

    /// Runs something that may not run, or run more than once.
    fn perhaps(&self, context: &mut Context<'_>, repeated: bool, run: impl FnOnce(&Self, &mut Context<'_>)) {
        let before: ShellState = context.state.shell.clone();
        let heads = context.state.world.heads.clone();
        let outside = context.repeated;
        context.repeated |= repeated;
        run(self, context);
        context.repeated = outside;
        context.state.shell.merge(&before);
        context.state.world.may_have(&heads);
    }

    fn command(&self, command: &Command, stdin: Stdin, context: &mut Context<'_>) {
        match command {
            Command::Simple(simple) => self.simple(simple, stdin, context),
            Command::Compound(compound, redirects) => {
                let stdin = self.redirects_of(redirects.as_ref(), stdin, context);
                self.compound(compound, &stdin, context);
            }
            Command::Function(function) => self.function(function, context),
            Command::ExtendedTest(test, redirects) => {
                self.redirects_of(redirects.as_ref(), stdin, context);
                self.test(&test.expr, context);
            }
        }
    }

    fn redirects_of(&self, list: Option<&RedirectList>, stdin: Stdin, context: &mut Context<'_>) -> Stdin {
        let redirects = list.map(|list| list.0.as_slice()).unwrap_or_default();
        redirects.iter().fold(stdin, |stdin, redirect| self.redirect(redirect, stdin, context))
    }

    fn compound(&self, compound: &CompoundCommand, stdin: &Stdin, context: &mut Context<'_>) {
        if !context.enters() {
            return;
        }
        let outer = std::mem::replace(&mut context.piped, stdin.clone());
        match compound {
            CompoundCommand::BraceGroup(group) => self.list(&group.list, context),
            CompoundCommand::Subshell(subshell) => {
                self.apart(context, |walker, context| walker.list(&subshell.list, context));
            }
            CompoundCommand::IfClause(clause) => {
                self.list(&clause.condition, context);
                self.perhaps(context, false, |walker, context| walker.list(&clause.then, context));
                for branch in clause.elses.iter().flatten() {
                    self.perhaps(context, false, |walker, context| {
                        if let Some(condition) = &branch.condition {
                            walker.list(condition, context);
                        }
                        walker.list(&branch.body, context);
                    });
                }
            }
            CompoundCommand::WhileClause(clause) | CompoundCommand::UntilClause(clause) => {
                self.perhaps(context, true, |walker, context| {
                    walker.list(&clause.0, context);
                    walker.list(&clause.1.list, context);
                });
            }
            CompoundCommand::ForClause(clause) => {
                let words: Vec<_> =
                    clause.values.iter().flatten().flat_map(|word| self.word(word, context)).collect();
                let mut values: Vec<Value> = words.into_iter().map(|word| word.value).collect();
                let unclear = clause.values.is_none() || values.iter().any(Value::is_unknown);
                if unclear || values.len() > MOST_VALUES || values.len() > context.turns {
                    values = vec![Value::unknown("the variable of a loop")];
                }
                for value in &values {
                    subscripts::value(value, context);
                }
                for value in values {
                    context.turns = context.turns.saturating_sub(1);
                    self.perhaps(context, true, |walker, context| {
                        context.state.shell.set(&clause.variable_name, value);
                        walker.list(&clause.body.list, context);
                    });
                }
            }
            CompoundCommand::CaseClause(clause) => {
                self.word(&clause.value, context);
                for case in &clause.cases {
                    for pattern in &case.patterns {
                        self.word(pattern, context);
                    }
                    if let Some(list) = &case.cmd {
                        self.perhaps(context, false, |walker, context| walker.list(list, context));
                    }
                }
            }
            CompoundCommand::Arithmetic(arithmetic) => self.arithmetic(&arithmetic.expr.value, context),
            CompoundCommand::ArithmeticForClause(clause) => {
                for part in [&clause.initializer, &clause.condition, &clause.updater].into_iter().flatten() {
                    self.arithmetic(&part.value, context);
                }
                self.perhaps(context, true, |walker, context| walker.list(&clause.body.list, context));
            }
            CompoundCommand::Coprocess(coprocess) => {
                self.apart(context, |walker, context| {
                    walker.command(&coprocess.body, Stdin::Inherited, context);
                });
            }
        }
        context.piped = outer;
        context.leaves();
    }

    /// A function's effects are listed where it is defined: with its own directory and variables
    /// unknown, since nobody says when it is called.
    fn function(&self, function: &FunctionDefinition, context: &mut Context<'_>) {
        let before = context.state.shell.clone();
        context.state.shell.directory = Err("it depends on where the function is called".to_owned());
        context.defining.push(function.fname.value.clone());
        self.perhaps(context, true, |walker, context| {
            let stdin = walker.redirects_of(function.body.1.as_ref(), Stdin::Inherited, context);
            walker.compound(&function.body.0, &stdin, context);
        });
        context.defining.pop();
        context.state.shell.directory = before.directory;
        context.state.shell.functions.insert(function.fname.value.clone());
    }

    /// A word of `[[ .. ]]`: what looks like an array's element is evaluated.
    fn tested(&self, word: &RawWord, context: &mut Context<'_>) {
        for word in self.word(word, context) {
            subscripts::value(&word.value, context);
        }
    }

    fn test(&self, expression: &ExtendedTestExpr, context: &mut Context<'_>) {
        match expression {
            ExtendedTestExpr::And(left, right) | ExtendedTestExpr::Or(left, right) => {
                self.test(left, context);
                self.test(right, context);
            }
            ExtendedTestExpr::Not(inner) | ExtendedTestExpr::Parenthesized(inner) => {
                self.test(inner, context)
            }
            ExtendedTestExpr::UnaryTest(_, word) => {
                self.tested(word, context);
            }
            ExtendedTestExpr::BinaryTest(_, left, right) => {
                self.tested(left, context);
                self.tested(right, context);
            }
        }
    }

    fn arithmetic(&self, expression: &str, context: &mut Context<'_>) {
        let raw = RawWord::new(expression);
        self.text_word(&raw, context);
        if expression.contains(['=', '+', '-']) {
            context.state.shell.poison("arithmetic may have changed it");
        }
    }

    fn simple(&self, command: &SimpleCommand, stdin: Stdin, context: &mut Context<'_>) {
        simple::run(self, command, stdin, context);
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
        assert_snapshot!(check(":(){ :|:& };:"), @r#"
        exec.opaque :, execute, opaque
        exec.read :, read
        "#);
        assert_snapshot!(check("f() { git push origin \"$1\"; }; f main"), @"git.force-push *@origin, destroy, partial");
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
        assert_snapshot!(check("B=main; B=feature; git push origin $B"), @"git.force-push *@origin, destroy, partial");
        assert_snapshot!(check("B=feature; read B; git push origin \"$B\""), @r#"
        exec.read read, read
        git.force-push *@origin, destroy, partial
        "#);
    }

    #[test]
    fn what_cannot_be_read_is_opaque() {
        assert_snapshot!(check("git push origin main &&& x"), @r#"
        exec.opaque a shell command, execute, opaque
        git.force-push *@*, destroy, partial
        "#);
        assert_snapshot!(check("echo 'unclosed"), @"exec.opaque a shell command, execute, opaque");
    }
}
