//! Commands joined by `&&`, `||` and `|`: what one of them hands to the next, and what is known where ways meet.

use brush_parser::ast::{
    AndOr, AndOrList, Command, CommandPrefixOrSuffixItem, CompoundCommand, IoFileRedirectKind, IoRedirect,
    Pipeline, SeparatorOperator,
};

use crate::context::Context;
use crate::invocation::{Source, Stdin};

use super::{Walker, names_only, scratch, traps};

impl Walker {
    pub(super) fn and_or(&self, list: &AndOrList, context: &mut Context<'_>) {
        if !context.counts_step() {
            return;
        }
        let heads = context.state.world.heads.clone();
        if list.additional.is_empty() {
            self.pipeline(&list.first, context);
            context.state.world.may_have(&heads);
            return;
        }
        let unset = scratch::begins_unset(list, context);
        self.pipeline(&list.first, context);
        let conditional = std::mem::replace(&mut context.conditional, true);
        let mut first = context.state.shell.clone();
        let mut last_leaves = false;
        for next in &list.additional {
            last_leaves = false;
            let (before, is_and) = (context.outcome, matches!(next, AndOr::And(_)));
            if before == Some(!is_and) {
                // It does not run: the list ends so far as it ended before.
                continue;
            }
            let values = unset.values(context);
            match next {
                AndOr::And(pipeline) => self.pipeline(pipeline, context),
                AndOr::Or(pipeline) if leaves_by(pipeline, &["exit", "return"]) => {
                    let kept = context.state.shell.clone();
                    let mut chosen = context.state.world.chosen.clone();
                    context.state.world.chosen.settle();
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
                    if leaves_by(pipeline, &["exit"]) && !context.state.shell.functions.contains_key("exit") {
                        chosen.must_work();
                    } else {
                        chosen.settle();
                    }
                    context.state.world.chosen = chosen;
                    last_leaves = true;
                }
                AndOr::Or(pipeline) => {
                    context.state.shell.merge(&first);
                    context.state.shell.settle();
                    context.state.world.may_have(&heads);
                    let chosen = context.state.world.chosen.clone();
                    context.state.world.chosen.settle();
                    self.pipeline(pipeline, context);
                    context.state.world.chosen.may_be(&chosen);
                    context.state.shell.merge(&first);
                }
            }
            unset.forgets_changed(&values, &mut first, context);
            if before.is_none() {
                context.outcome = context.outcome.filter(|outcome| *outcome != is_and);
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
        let chosen = context.state.world.chosen.clone();
        let outer = context.tree.begins_pipeline();
        self.parts(pipeline, context);
        context.tree.ends_pipeline(outer);
        if pipeline.seq.len() > 1 {
            context.state.world.chosen.doubt(&chosen);
            context.outcome = None;
        }
        if pipeline.bang {
            context.state.world.chosen.settle();
            context.outcome = context.outcome.map(|outcome| !outcome);
        }
    }

    fn parts(&self, pipeline: &Pipeline, context: &mut Context<'_>) {
        if let [command] = pipeline.seq.as_slice() {
            let names_only = names_only::are_left(&pipeline.seq, 0, context);
            let outside = std::mem::replace(&mut context.names_only, names_only);
            self.command(command, Stdin::Inherited, context);
            context.names_only = outside;
            context.flow.found = context.flow.found.take().filter(|_| lists(command));
            return;
        }
        let mut source = Source::default();
        let begun = context.tree.len();
        let beside = std::mem::replace(&mut context.beside, true);
        for (index, command) in pipeline.seq.iter().enumerate() {
            let outer = std::mem::take(&mut context.flow);
            source.commands = context.tree.since(begun);
            let stdin = if index == 0 { Stdin::Inherited } else { Stdin::Pipe(source.clone()) };
            let kept = context.state.shell.clone();
            let names_only = names_only::are_left(&pipeline.seq, index, context);
            let outside = std::mem::replace(&mut context.names_only, names_only);
            let taken = context.taken.take();
            self.command(command, stdin, context);
            context.names_only = outside;
            let secret = std::mem::replace(&mut context.taken, taken);
            if secret.is_some() {
                context.taken.clone_from(&secret);
            }
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
            source.secret = secret.or(source.secret);
            // Of a compound command, nobody says what all of it finds.
            let alone = index == 0 && matches!(command, Command::Simple(_));
            source.printed = flow.printed.filter(|_| alone);
            source.found = if index == 0 { flow.found.filter(|_| lists(command)) } else { earlier };
        }
        context.beside = beside;
        context.flow.join(&source);
        (context.flow.text, context.flow.found) = (source.text, source.found);
    }
}

/// Whether a command, which may print names of files that it finds, is one search and no other.
fn lists(command: &Command) -> bool {
    let Command::Simple(simple) = command else { return false };
    let name = simple.word_or_name.as_ref().map(|word| word.value.as_str());
    let searches = [
        "find", "gfind", "fd", "fdfind", "grep", "egrep", "fgrep", "rg", "ag", "ack", "git", "sudo",
        "command",
    ];
    name.is_some_and(|name| searches.contains(&name))
}

/// Whether a command passes on some of the lines it reads, as they are, and nothing else.
fn is_filter(command: &Command) -> bool {
    let Command::Simple(simple) = command else { return false };
    let mut words = Vec::new();
    for item in simple.suffix.iter().flat_map(|suffix| &suffix.0) {
        match item {
            CommandPrefixOrSuffixItem::Word(word) => words.push(word.value.as_str()),
            // Where errors go does not change what is passed on.
            CommandPrefixOrSuffixItem::IoRedirect(IoRedirect::File(
                Some(2),
                IoFileRedirectKind::Write,
                _,
            )) => {}
            _ => return false,
        }
    }
    let (options, operands): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| word.starts_with('-'));
    let letters =
        |known: &str| options.iter().all(|option| option.chars().skip(1).all(|c| known.contains(c)));
    let numbers =
        operands.iter().all(|word| word.trim_start_matches('+').bytes().all(|byte| byte.is_ascii_digit()));
    match simple.word_or_name.as_ref().map(|word| word.value.as_str()) {
        Some("grep" | "egrep" | "fgrep") => operands.len() == 1 && letters("viEFGPwxz"),
        Some("head" | "tail") => numbers && letters("nz0123456789"),
        // The ends of names, written otherwise.
        Some("tr") => {
            options.is_empty()
                && matches!(operands.as_slice(), [r"'\n'" | r#""\n""#, "' '" | "\" \"" | r"'\0'" | r#""\0""#])
        }
        Some("sort" | "uniq" | "tac" | "shuf") => operands.is_empty() && letters("urnzVRh"),
        _ => false,
    }
}

/// Whether a pipeline does nothing but end the shell or the function, by one of these commands.
fn leaves_by(pipeline: &Pipeline, names: &[&str]) -> bool {
    let ends = |command: &Command| match command {
        Command::Simple(simple) => {
            simple.prefix.is_none()
                && simple.word_or_name.as_ref().is_some_and(|word| names.contains(&word.value.as_str()))
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
    fn directories_and_variables_where_ways_meet() {
        assert_snapshot!(check("D=src; cd $D && rm a.rs"), @r#"
        exec.read cd, read
        fs.delete /repo/src/a.rs, destroy
        "#);
        assert_snapshot!(check("if x; then B=main; else B=dev; fi; git push origin $B"), @"
        exec.opaque x, execute, opaque
        git.push main@origin, write
        git.push dev@origin, write
        ");
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
}
