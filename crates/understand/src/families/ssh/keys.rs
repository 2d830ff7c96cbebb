//! Keys of `ssh`: made, shown, loaded, sent.

use countersign_model::{Answer, Effect, PathClass, Question, Resource, verbs};

use super::{configured, here, host_of, taken};
use crate::Workspace as _;
use crate::context::Context;
use crate::families::opaque;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::{Value, Word};

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
        None if makes_new(invocation, context) => context.program(verbs::EXEC_READ, "ssh-keygen"),
        None => {
            file.into_iter().for_each(|file| context.write(file));
            opaque(invocation, "it makes, signs or changes keys", context);
        }
    }
}

/// Adds what it writes where it makes a key in a file that is not there: nobody uses that key yet, and none is read.
fn makes_new(invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let mut words = invocation.words.iter();
    let mut file = None;
    while let Some(word) = words.next() {
        match word.known() {
            Some("-q" | "-v" | "-o") => {}
            Some("-t" | "-b" | "-C" | "-N" | "-a" | "-m") => {
                if words.next().is_none() {
                    return false;
                }
            }
            Some("-f") => file = words.next(),
            _ => return false,
        }
    }
    let Some(name) = file.and_then(|file| file.known()).map(str::to_owned) else { return false };
    for path in [name.clone(), format!("{name}.pub")] {
        let located = paths::locate(&Value::Known(path), context);
        let is_there = context.workspace.ask(&Question::Path { path: located.path.clone() }) != Answer::Absent;
        let is_brought = context.state.world.opaque || context.state.world.has_moved;
        let is_brought = is_brought || context.state.world.written.iter().any(|written| written.touches(&located));
        let is_key = match located.class {
            PathClass::Secret | PathClass::Ordinary => true,
            // Its public half lies among the settings of ssh, which does not go by it.
            PathClass::ToolConfiguration => located.path.ends_with(".pub"),
            _ => false,
        };
        if is_there || is_brought || !is_key || located.why.is_some() || !located.leads.is_empty() {
            return false;
        }
    }
    for path in [name.clone(), format!("{name}.pub")] {
        let located = paths::locate(&Value::Known(path), context);
        let resource = Resource::Path { path: located.path, zone: located.zone, class: PathClass::Ordinary };
        context.push(Effect::new(verbs::FS_WRITE, resource).because("it makes a key that nobody uses yet"));
    }
    true
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

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn a_new_key() {
        assert_snapshot!(check("ssh-keygen -t ed25519 -f ~/.ssh/id_test -N '' -C x -q"), @"
        fs.write /home/dev/.ssh/id_test, write
        fs.write /home/dev/.ssh/id_test.pub, write
        exec.read ssh-keygen, read
        ");
        assert_snapshot!(check("ssh-keygen -t rsa -b 4096 -f deploy"), @"
        fs.write /repo/deploy, write
        fs.write /repo/deploy.pub, write
        exec.read ssh-keygen, read
        ");
        let there = &[("/home/dev/.ssh/id_test", "x")];
        for command in [
            "ssh-keygen -f ~/.ssh/id_test -N ''",
            "ssh-keygen -y -f ~/.ssh/id_test",
            "ssh-keygen -p -f ~/.ssh/id_test",
            "ssh-keygen -s ca -I x -f ~/.ssh/new k.pub",
            "ssh-keygen -t ed25519 -N ''",
            "ssh-keygen -f $X -N ''",
            "ssh-keygen -f .git/hooks/pre-commit -N ''",
            "ssh-keygen -D ./lib.so -f new",
            "mv ~/.ssh/id_test ~/.ssh/new; ssh-keygen -f ~/.ssh/new -N ''",
        ] {
            let found = check_with(command, there);
            assert!(found.contains("opaque"), "{command}: {found}");
        }
    }
}
