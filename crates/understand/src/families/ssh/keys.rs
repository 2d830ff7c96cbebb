//! Keys of `ssh`: made, shown, loaded, sent.

use countersign_model::{Effect, Resource, verbs};

use super::{configured, here, host_of, taken};
use crate::context::Context;
use crate::families::opaque;
use crate::invocation::Invocation;
use crate::word::Word;

pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    match invocation.program.as_str() {
        "ssh-keygen" => keygen(invocation, context),
        "ssh-add" => add(invocation, context),
        "ssh-copy-id" => sends(invocation, context),
        _ => {
            let host = invocation.words.iter().rfind(|word| !word.text().starts_with('-')).map_or("*", Word::text);
            context.push(Effect::new(verbs::NET_READ, Resource::Host { host: host.to_owned(), url: None }));
            context.flow.fetched = true;
        }
    }
}

/// Shows the fingerprint of a key, or makes and changes keys.
fn keygen(invocation: &Invocation, context: &mut Context<'_>) {
    let mut words = invocation.words.iter();
    let (mut shows, mut other) = (false, false);
    let mut file = None;
    while let Some(word) = words.next() {
        match word.known() {
            Some("-l" | "-lv" | "-B" | "-F" | "-H") => shows = true,
            Some("-v" | "-q") => {}
            Some("-lf" | "-lvf") => {
                shows = true;
                file = words.next();
            }
            Some("-f") => file = words.next(),
            Some("-E") => {
                words.next();
            }
            Some("--help") => {
                context.program(verbs::EXEC_READ, "ssh-keygen");
                return;
            }
            _ => other = true,
        }
    }
    match file.filter(|_| shows && !other) {
        Some(file) => {
            context.read(file);
            context.program(verbs::EXEC_READ, "ssh-keygen");
        }
        None => {
            file.into_iter().for_each(|file| context.write(file));
            opaque(invocation, "it makes, signs or changes keys", context);
        }
    }
}

/// Lists the keys of the agent, or gives it others.
fn add(invocation: &Invocation, context: &mut Context<'_>) {
    if matches!(invocation.known(0), Some("-l" | "-L" | "--help" | "-T")) {
        context.program(verbs::EXEC_READ, "ssh-add");
        return;
    }
    if invocation.words.iter().any(|word| matches!(word.text(), "-s" | "-S")) {
        context.opaque("ssh-add", "it loads a library");
    }
    let resource = Resource::Secret { store: "ssh-agent".to_owned(), name: "*".to_owned() };
    context.push(Effect::new(verbs::SECRET_WRITE, resource).because("it changes which keys programs can use"));
}

/// Lets a key in on another machine.
fn sends(invocation: &Invocation, context: &mut Context<'_>) {
    let call = taken(invocation, "iopFt");
    for value in call.values('o') {
        configured(value, context);
    }
    here(&call, false, context);
    let host = call.host.map_or_else(|| "*".to_owned(), host_of);
    let effect = Effect::new(verbs::FS_WRITE, Resource::Host { host, url: None });
    context.push(effect.because("whoever has the key gets in there afterwards"));
}
