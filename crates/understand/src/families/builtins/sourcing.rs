//! `source` and `.`: what a file says is run in the shell itself.

use std::collections::BTreeMap;

use countersign_model::{Effect, PathClass, Resource, Zone, verbs};

use super::{is_open_file, is_stdin, set_up};
use crate::code::{self, Looked};
use crate::context::Context;
use crate::families::opaque;
use crate::invocation::{Invocation, Stdin};
use crate::paths;
use crate::shell::variables::SECRET;
use crate::shell::{self, Place};
use crate::word::{Value, Word};

/// Adds what the file does that is named.
pub(super) fn source(invocation: &Invocation, context: &mut Context<'_>) {
    if invocation.substituted.is_foreign() {
        context.program(verbs::EXEC_REMOTE_CODE, &invocation.title());
    }
    let here = match (&invocation.stdin, invocation.words.first().map(|word| &word.value)) {
        (Stdin::Text(Value::Known(text)), Some(Value::Known(path))) if is_stdin(path) => Some(text.clone()),
        (Stdin::Pipe(source), Some(Value::Known(path))) if is_stdin(path) => source.text.clone(),
        // A process substitution was written as no word.
        (_, Some(Value::Known(_))) if invocation.words.first().is_some_and(|word| word.raw.is_empty()) => {
            invocation.substituted.text.clone()
        }
        _ => None,
    };
    if let Some(text) = here {
        let outer = context.state.shell.parameters.clone();
        if invocation.words.len() > 1 {
            context.state.shell.parameters =
                shell::functions::parameters(invocation.words.get(1..).unwrap_or_default());
        }
        let sourced = std::mem::replace(&mut context.state.shell.sourced, true);
        shell::run(&text, Place::Within(context.here), context);
        context.state.shell.sourced = sourced;
        context.state.shell.parameters = outer;
        return;
    }
    let Some(word) = invocation.words.first() else {
        opaque(invocation, "it runs a file that is not named", context);
        return;
    };
    if is_open_file(word.text()) {
        crate::families::hidden(invocation, "it runs what an open file holds", context);
        context.state.shell.directory = Err("a sourced file may have changed it".to_owned());
        context.state.shell.poison("a sourced file may have set it");
        return;
    }
    let located = paths::locate(&word.value, context);
    let loads = loads_settings(word, &located, context);
    if loads {
        let resource = Resource::Path { class: PathClass::Ordinary, path: located.path.clone(), zone: located.zone };
        let why = "a script loads it for what it runs; what shows one of its values is told where it does";
        context.push(Effect::new(verbs::FS_READ, resource).because(why));
    } else {
        context.read(word);
    }
    if invocation.environment.is_empty() && code::activation::activates(&located, context) {
        return;
    }
    if set_up::sources(&located, invocation, context) {
        return;
    }
    let before = if loads { context.state.shell.variables.clone() } else { Default::default() };
    let looked = code::look(&located, "source", context, &mut |text, context| {
        let sourced = std::mem::replace(&mut context.state.shell.sourced, true);
        context.first_line = Some(1);
        shell::run(text, Place::Within(context.here), context);
        context.state.shell.sourced = sourced;
        Ok(())
    });
    let why = match looked {
        Looked::Understood => None,
        Looked::Absent => Some("it runs a file that is not there yet".to_owned()),
        Looked::Opaque(why) => Some(why),
    };
    if loads {
        keeps_values(&before, context);
    }
    let is_understood = why.is_none();
    if let Some(why) = why {
        if loads {
            context.opaque("source", &why);
        } else {
            opaque(invocation, &why, context);
        }
        context.state.shell.directory = Err("a sourced file may have changed it".to_owned());
    }
    // One that consists of values sets these, and nothing else.
    if !(is_understood && code::environment_files::is_plain(&located.path, context)) {
        context.state.shell.poison("a sourced file may have set it");
    }
}

/// Takes the values of secrets that were loaded for what they are, though the file says them.
fn keeps_values(before: &BTreeMap<String, Value>, context: &mut Context<'_>) {
    let surroundings = context.surroundings;
    let variables = &mut context.state.shell.variables;
    for (name, value) in variables.iter_mut() {
        let is_kept = surroundings.keeps_secret(name) || value.known().is_some_and(looks_secret);
        if before.get(name) != Some(&*value) && is_kept {
            *value = Value::unknown(&format!("{SECRET}{name}"));
        }
    }
}

/// Whether a value is one by itself, whatever its name is: a token, an address with a login, letters and digits at random.
fn looks_secret(text: &str) -> bool {
    let has = |is: fn(&char) -> bool| text.chars().any(|letter| is(&letter));
    let is_random = text.len() >= 16 && has(char::is_ascii_digit) && has(char::is_ascii_alphabetic) && !text.contains('/');
    is_random || text.contains('@') || countersign_redact::token_class(text).is_some()
}

/// Whether a script, and not the call itself, loads a project's file of variables: `. "$ROOT/.env"`.
fn loads_settings(word: &Word, located: &paths::Located, context: &Context<'_>) -> bool {
    let text = match &word.value {
        Value::Known(text) | Value::Pattern(text) => text,
        Value::Unknown { suffix, .. } => suffix,
    };
    let name = text.rsplit('/').next().unwrap_or_default();
    context.origin.is_some() && name.starts_with(".env") && !matches!(located.zone, Zone::Home)
}
