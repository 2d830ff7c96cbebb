//! What is said of programs and texts that nobody can see into: that they are opaque, and the worst that
//! their words give away.

use countersign_model::{
    Certainty, Effect, ForgeRepository, PathClass, Remote, Repository, Resource, Zone, verbs,
};

use super::{dispatch, interpreters, is_understood};
use crate::context::Context;
use crate::invocation::{Invocation, Stdin};
use crate::paths;
use crate::shell::{self, Place};
use crate::sought;
use crate::word::Value;

/// Arguments of a program nobody knows that are looked at as paths; all are searched as text.
const MOST_ARGUMENTS: usize = 200;

/// Programs whose work is worth looking for in words that something else may run.
const SOUGHT: &[&str] = &["git", "gh", "countersign", "countersign-hook"];

/// Adds something nobody can see into, and what its arguments give away.
pub(crate) fn opaque(invocation: &Invocation, why: &str, context: &mut Context<'_>) {
    let name = if invocation.program.is_empty() { &invocation.first.raw } else { &invocation.program };
    let short: String = name.chars().take(80).collect();
    context.opaque(&short, why);
    named_by_arguments(invocation, context);
    folders(invocation, context);
    sought_in_arguments(invocation, context);
}

/// The same for what is put together or named only as it runs.
pub(crate) fn hidden(invocation: &Invocation, why: &str, context: &mut Context<'_>) {
    let name = if invocation.program.is_empty() { &invocation.first.raw } else { &invocation.program };
    let short: String = name.chars().take(80).collect();
    context.hidden(&short, why);
    named_by_arguments(invocation, context);
    folders(invocation, context);
    sought_in_arguments(invocation, context);
}

/// Adds that something runs text of which as much is known as the value says.
pub(crate) fn unknown_text(value: &Value, invocation: &Invocation, context: &mut Context<'_>) {
    if says_nothing(value) {
        hidden(invocation, "it runs text that is not known", context);
    } else {
        opaque(invocation, "it runs text of which a part is not known", context);
    }
}

/// Whether nothing at all is known of a value.
pub(crate) fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Known(_) | Value::Pattern(_) => false,
        Value::Unknown { prefix, suffix, .. } => prefix.trim().is_empty() && suffix.trim().is_empty(),
    }
}

/// Adds what commands of note among the arguments, or in a text given with them, would do.
pub(crate) fn sought_in_arguments(invocation: &Invocation, context: &mut Context<'_>) {
    if sought::shows(&invocation.program) {
        return;
    }
    let code = interpreters::FAMILY.programs.contains(&invocation.program.as_str());
    let mut prose = false;
    let mut texts: Vec<String> = Vec::new();
    let mut rest = None;
    for (index, word) in invocation.words.iter().enumerate() {
        let skipped = std::mem::replace(&mut prose, !code && sought::introduces_prose(word.text()));
        let text = word.text();
        if skipped
            || (!code
                && text.starts_with("--")
                && text.split('=').next().is_some_and(sought::introduces_prose))
        {
            continue;
        }
        let name = text.rsplit('/').next().unwrap_or(text);
        let plain = text == name || text.starts_with('/');
        if rest.is_none() && plain && SOUGHT.contains(&name) && !code {
            rest = Some(index);
        }
        texts.push(match &word.value {
            Value::Known(_) | Value::Pattern(_) => text.to_owned(),
            Value::Unknown { prefix, suffix, .. } => format!("{prefix} {suffix}"),
        });
    }
    if let Some(index) = rest
        && let Some(mut nested) = invocation.nested(index)
        && sought::find(&format!("{} {}", nested.first.text(), nested.written())).any()
    {
        nested.contiguous = false;
        dispatch(nested, context);
        return;
    }
    match &invocation.stdin {
        Stdin::Text(value) => texts.push(value.text().to_owned()),
        Stdin::Pipe(source) => texts.extend(source.text.clone()),
        Stdin::Inherited | Stdin::File(_) => {}
    }
    for text in &texts {
        let first = text.split_ascii_whitespace().next().unwrap_or_default();
        if !code && text.contains([' ', '\n']) && is_understood(first) && sought::find(text).any() {
            shell::run_apart(text, Place::Within(context.here), context);
        } else {
            sought_in(text, context);
        }
    }
    if code {
        // `-c git -c push`: what one word does not say, all may.
        sought_in(&texts.join(" "), context);
    }
}

/// Adds the worst that commands of note in a text, which something may run, could do.
pub(crate) fn sought_in(text: &str, context: &mut Context<'_>) {
    let why = "a program nobody can see into is given these words";
    let found = sought::find(text);
    if found.push {
        pushes_anything(why, context);
    }
    if found.merge {
        let any = ForgeRepository { host: "github.com".to_owned(), name: "*".to_owned() };
        crate::forge::anything(&any, why, context);
    }
    if found.tamper {
        tampers(context);
    }
}

fn pushes_anything(why: &str, context: &mut Context<'_>) {
    let remote = Remote { name: "*".to_owned(), url: None };
    let repository = Repository { root: None, remote: Some(remote) };
    let resource = Resource::Ref { repository, reference: "*".to_owned(), old: None, new: None };
    context.push(Effect::new(verbs::GIT_FORCE_PUSH, resource).certain(Certainty::Partial, why));
    context.candidates.push(crate::pin::impossible(why));
}

/// Adds what the arguments of a program that could do anything with them give away.
pub(crate) fn named_by_arguments(invocation: &Invocation, context: &mut Context<'_>) {
    mentions(&format!("{} {}", invocation.first.raw, invocation.written()), context);
    for word in invocation.words.iter().take(MOST_ARGUMENTS) {
        let text = word.text();
        if word.value.is_unknown() || text.starts_with('-') || text.contains([' ', '\n']) || text.len() > 4096
        {
            continue;
        }
        let located = paths::locate(&word.value, context);
        if located.class == PathClass::Countersign {
            tampers(context);
        } else if located.class == PathClass::Secret {
            reads_secret(&located.path, located.zone, context);
        }
    }
}

/// Adds that a directory with the settings that start Countersign is given to what nobody can see into.
pub(crate) fn folders(invocation: &Invocation, context: &mut Context<'_>) {
    for word in invocation.words.iter().take(MOST_ARGUMENTS).filter(|word| !word.value.is_unknown()) {
        let after = word.text().split_once('=').map(|(_, after)| Value::Known(after.to_owned()));
        let value = after.unwrap_or_else(|| word.value.clone());
        if !value.text().starts_with('-') && value.text().len() < 4096 && !value.text().contains([' ', '\n'])
        {
            let why =
                "a program nobody can see into is given the directory of settings that start Countersign";
            context.may_change_settings(&value, why);
        }
    }
}

/// Adds what a text that some program runs gives away.
pub(crate) fn mentions(text: &str, context: &mut Context<'_>) {
    if paths::mentions_protected(text, context) {
        tampers(context);
    }
    if paths::mentions_secret(text) {
        reads_secret("*", Zone::Home, context);
    }
}

/// Adds the worst that a text which cannot be read gives away by the words in it.
pub(crate) fn unreadable(text: &str, context: &mut Context<'_>) {
    let why = "the command cannot be read, and these words are in it";
    let any = ForgeRepository { host: "github.com".to_owned(), name: "*".to_owned() };
    if text.contains("git") && text.contains("push") {
        pushes_anything(why, context);
    }
    if text.contains("merge") && (text.contains("gh ") || text.contains("api")) {
        crate::forge::anything(&any, why, context);
    }
    if text.contains("countersign") {
        tampers(context);
    }
}

fn tampers(context: &mut Context<'_>) {
    let (zone, class) = (Zone::Home, PathClass::Countersign);
    let resource = Resource::Path { path: "*".to_owned(), zone, class };
    let why = "a program nobody can see into is given one of Countersign's own files";
    context.push(Effect::new(verbs::COUNTERSIGN_TAMPER, resource).certain(Certainty::Partial, why));
}

fn reads_secret(path: &str, zone: Zone, context: &mut Context<'_>) {
    let resource = Resource::Path { path: path.to_owned(), zone, class: PathClass::Secret };
    let why = "a program nobody can see into is given a file that holds credentials";
    context.push(Effect::new(verbs::SECRET_READ, resource).certain(Certainty::Partial, why));
}
