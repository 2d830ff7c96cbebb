//! Redirections: files read and written, and what becomes standard input.

use brush_parser::ast::{
    CommandPrefixOrSuffixItem, IoFileRedirectKind, IoFileRedirectTarget, IoRedirect, SimpleCommand,
    SubshellCommand, Word as RawWord,
};
use countersign_model::{Effect, Resource, verbs};

use crate::context::Context;
use crate::invocation::{Source, Stdin};
use crate::word::Value;

use super::{Place, Walker, reprinted};

impl Walker {
    /// Adds the effects of one redirection; returns what standard input is afterwards.
    pub(super) fn redirect(&self, redirect: &IoRedirect, stdin: Stdin, context: &mut Context<'_>) -> Stdin {
        match redirect {
            IoRedirect::File(number, kind, target) => {
                let is_input = matches!(number, None | Some(0));
                self.file(kind, target, is_input, stdin, context)
            }
            IoRedirect::OutputAndError(word, _) => {
                let target = self.target(word, context);
                write_to(&target, context);
                stdin
            }
            IoRedirect::HereDocument(_, document) => {
                if document.requires_expansion {
                    Stdin::Text(self.text_word(&document.doc, context))
                } else {
                    Stdin::Text(Value::Known(document.doc.value.clone()))
                }
            }
            IoRedirect::HereString(_, word) => match self.target(word, context) {
                Value::Known(text) => Stdin::Text(Value::Known(text + "\n")),
                value => Stdin::Text(value),
            },
        }
    }

    fn file(
        &self,
        kind: &IoFileRedirectKind,
        target: &IoFileRedirectTarget,
        is_input: bool,
        stdin: Stdin,
        context: &mut Context<'_>,
    ) -> Stdin {
        let word = match target {
            IoFileRedirectTarget::Fd(_) => return stdin,
            IoFileRedirectTarget::ProcessSubstitution(_, command) => {
                return Stdin::Pipe(self.process(command, context));
            }
            IoFileRedirectTarget::Filename(word) | IoFileRedirectTarget::Duplicate(word) => word,
        };
        let value = self.target(word, context);
        match kind {
            IoFileRedirectKind::Read => {
                if !network(&value, context) {
                    context.read_value(&value);
                }
                if is_input { Stdin::File(value) } else { stdin }
            }
            IoFileRedirectKind::Write | IoFileRedirectKind::Append | IoFileRedirectKind::Clobber => {
                write_to(&value, context);
                stdin
            }
            IoFileRedirectKind::ReadAndWrite => {
                write_to(&value, context);
                if is_input { Stdin::File(value) } else { stdin }
            }
            IoFileRedirectKind::DuplicateInput => stdin,
            IoFileRedirectKind::DuplicateOutput => {
                let descriptor = value
                    .known()
                    .is_some_and(|text| text.trim_end_matches('-').bytes().all(|byte| byte.is_ascii_digit()));
                if !descriptor {
                    write_to(&value, context);
                }
                stdin
            }
        }
    }

    /// Runs a process substitution; says where its output comes from.
    pub(super) fn process(&self, command: &SubshellCommand, context: &mut Context<'_>) -> Source {
        let outer = std::mem::take(&mut context.flow);
        let begun = context.tree.len();
        // As deep as a text of its own: what is printed again counts the substitutions around it.
        if context.enters() {
            self.apart(context, |walker, context| walker.list(&command.list, context));
            context.leaves();
        }
        if let Some((start, end)) = self.local(&command.loc) {
            let inner = self.source.text.get(start + 1..end.saturating_sub(1)).unwrap_or_default();
            reprinted::run_again(inner, Place::Within(context.here), context);
        }
        let commands = context.tree.since(begun);
        Source { commands, ..std::mem::replace(&mut context.flow, outer) }
    }

    /// The one word a redirection names.
    fn target(&self, word: &RawWord, context: &mut Context<'_>) -> Value {
        let mut words = self.word(word, context);
        match (words.pop(), words.is_empty()) {
            (Some(word), true) => word.value,
            _ => Value::unknown("a redirection to several words"),
        }
    }
}

/// Whether a command's one redirection of its output adds to a file; none where there is another number of them.
pub(super) fn appends(command: &SimpleCommand) -> Option<bool> {
    let items = command.prefix.iter().flat_map(|prefix| &prefix.0);
    let items = items.chain(command.suffix.iter().flat_map(|suffix| &suffix.0));
    let mut found = None;
    for item in items {
        let CommandPrefixOrSuffixItem::IoRedirect(redirect) = item else { continue };
        match redirect {
            IoRedirect::File(None | Some(1), kind, IoFileRedirectTarget::Filename(_)) => {
                let adds = match kind {
                    IoFileRedirectKind::Append => true,
                    IoFileRedirectKind::Write | IoFileRedirectKind::Clobber => false,
                    IoFileRedirectKind::Read
                    | IoFileRedirectKind::ReadAndWrite
                    | IoFileRedirectKind::DuplicateInput
                    | IoFileRedirectKind::DuplicateOutput => return None,
                };
                if found.replace(adds).is_some() {
                    return None;
                }
            }
            IoRedirect::HereDocument(..) | IoRedirect::HereString(..) => {}
            IoRedirect::File(..) | IoRedirect::OutputAndError(..) => return None,
        }
    }
    found
}

fn write_to(value: &Value, context: &mut Context<'_>) {
    if !network(value, context) {
        context.write_value(value);
    }
}

/// The shell's own network paths, `/dev/tcp/host/port`.
fn network(value: &Value, context: &mut Context<'_>) -> bool {
    let text = value.text();
    let Some(rest) = text.strip_prefix("/dev/tcp/").or_else(|| text.strip_prefix("/dev/udp/")) else {
        return false;
    };
    let host = rest.split('/').next().filter(|host| !host.is_empty() && !value.is_unknown()).unwrap_or("*");
    let resource = Resource::Host { host: host.to_owned(), url: None };
    context.push(Effect::new(verbs::NET_SEND, resource).because("the shell opens a connection"));
    context.flow.fetched = true;
    true
}
