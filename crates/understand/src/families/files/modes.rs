//! `chmod` by which nobody gains anything, and nothing more is run.

use countersign_model::{Answer, Effect, PathClass, Question, Resource, Zone, verbs};

use crate::Workspace as _;
use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::Word;

/// What a mode gives.
#[derive(Clone, Copy, Default)]
struct Gives {
    /// Others than the owner anything.
    others: bool,
    /// Others may write, or it runs as its owner.
    others_write: bool,
    /// The owner may not do all that one does with a directory.
    owner_less: bool,
    /// The owner may run it.
    runs: bool,
}

/// Takes the new mode of a directory of one's own, in which nobody else may write, for no change of what tools and shells
/// run; that of a secret only where others get nothing. A directory that the command itself makes counts.
pub(super) fn weigh(word: &Word, invocation: &Invocation, before: usize, context: &mut Context<'_>) {
    let is_deep = |text: &str| text == "--recursive" || text.starts_with('-') && !text.starts_with("--") && text.contains('R');
    let gives = invocation.words.iter().find(|word| word.known().is_none_or(|text| !text.starts_with('-')));
    let gives = gives.and_then(|mode| read(mode.known()?));
    let is_one = context.collected.len() == before + 1;
    let Some(gives) = gives.filter(|_| is_one && !invocation.words.iter().any(|word| is_deep(word.text()))) else { return };
    let located = paths::locate(&word.value, context);
    let is_own = located.why.is_none() && located.leads.is_empty() && matches!(located.zone, Zone::Home | Zone::Workspace);
    let is_secret = located.class == PathClass::Secret;
    let there = context.workspace.ask(&Question::Path { path: located.path.clone() });
    let made = &context.state.world.made_here;
    let is_directory = match there {
        Answer::Directory { .. } => true,
        Answer::Absent => made.iter().any(|made| paths::is_within(made, &located.path)) && !context.state.world.written.iter().any(|written| written.touches(&located)),
        _ => false,
    };
    let is_harmless = if is_directory {
        !(gives.others_write || gives.owner_less || is_secret && gives.others)
    } else {
        is_secret && !gives.others && !gives.others_write && !gives.runs
    };
    if is_own && is_harmless {
        context.collected.amend_last(|effect| gives_nothing(effect, is_secret));
    }
}

/// Says so where a mode lets whoever starts a file act as its owner or group.
pub(super) fn takes_rights(invocation: &Invocation, context: &mut Context<'_>) {
    let modes = invocation.words.iter().take(4).filter_map(Word::known).filter(|text| !text.starts_with('-') || text.starts_with("-m"));
    let sets_id = |mode: &str| match u32::from_str_radix(mode, 8) {
        Ok(bits) => mode.len() >= 4 && bits & 0o6000 != 0 && bits <= 0o7777,
        Err(_) => mode.split(',').any(|clause| {
            clause.split_once(['+', '=']).is_some_and(|(who, what)| {
                who.chars().all(|letter| "ugoa".contains(letter)) && what.contains('s') && what.chars().all(|letter| "rwxXst".contains(letter))
            })
        }),
    };
    if modes.map(|mode| mode.trim_start_matches("-m").trim_start_matches('=')).any(sets_id) {
        let resource = Resource::Program { name: invocation.program.clone() };
        let why = "whoever starts the file then acts with its owner's or group's rights";
        context.push(Effect::new(verbs::EXEC_PRIVILEGE, resource).because(why));
    }
}

fn gives_nothing(effect: &mut Effect, is_secret: bool) {
    use PathClass::{Secret, ShellConfiguration, ToolConfiguration};
    if let Resource::Path { class: class @ (Secret | ShellConfiguration | ToolConfiguration), .. } = &mut effect.resource
        && effect.verb == verbs::FS_PERMISSION
        && effect.because.is_none()
    {
        *class = PathClass::Ordinary;
        let why = if is_secret { "nobody else gets at it" } else { "nobody else may write in it" };
        effect.because = Some(why.to_owned());
    }
}

/// What a mode says, where that can be told without the one before it.
fn read(mode: &str) -> Option<Gives> {
    if mode.bytes().all(|byte| byte.is_ascii_digit()) {
        let bits = u32::from_str_radix(mode, 8).ok().filter(|_| (3..=4).contains(&mode.len()))?;
        return Some(Gives {
            others: bits & 0o077 != 0,
            others_write: bits & 0o7022 != 0,
            owner_less: bits & 0o700 != 0o700,
            runs: bits & 0o111 != 0,
        });
    }
    let mut gives = Gives::default();
    for clause in mode.split(',') {
        let at = clause.find(['+', '-', '='])?;
        let (who, rest) = clause.split_at(at);
        let (does, what) = rest.split_at(1);
        if !who.chars().all(|letter| "ugoa".contains(letter)) || !what.chars().all(|letter| "rwxX".contains(letter)) {
            return None;
        }
        let is_for = |letters: &[char]| who.is_empty() || who.contains(letters);
        let is_given = does != "-" && !what.is_empty();
        gives.others |= is_given && is_for(&['g', 'o', 'a']);
        gives.others_write |= is_given && is_for(&['g', 'o', 'a']) && what.contains('w');
        gives.owner_less |= does != "+" && is_for(&['u', 'a']) && !(does == "=" && ['r', 'w', 'x'].iter().all(|letter| what.contains(*letter)));
        gives.runs |= is_given && what.contains(['x', 'X']);
    }
    Some(gives)
}

#[cfg(test)]
mod tests {
    use countersign_model::{PathClass, Resource};

    use crate::fixture::understood;

    fn is_harmless(command: &str) -> bool {
        let effects = understood(command, &[("/home/dev/.bashrc", "x"), ("/home/dev/.ssh/id_rsa", "x"), ("/repo/.git/hooks/pre-commit", "x")]).effects;
        let mut modes = effects.iter().filter(|effect| effect.verb.as_str() == "fs.permission").peekable();
        modes.peek().is_some() && modes.all(|effect| matches!(&effect.resource, Resource::Path { class: PathClass::Ordinary, .. }))
    }

    #[test]
    fn modes_by_which_nobody_gains_anything() {
        for command in [
            "mkdir -p ~/.postman/logs && chmod 755 ~/.postman ~/.postman/logs",
            "mkdir ~/.x; chmod u+rwx,go-w ~/.x",
            "mkdir -p ~/.ssh/a && chmod 700 ~/.ssh",
            "mkdir -p ~/.ssh/a && chmod go-rwx ~/.ssh",
            "chmod 600 ~/.ssh/id_rsa",
            "chmod 0400 ~/.ssh/id_rsa",
            "chmod go= ~/.ssh/id_rsa",
        ] {
            assert!(is_harmless(command), "{command}");
        }
    }

    #[test]
    fn modes_by_which_somebody_may() {
        for command in [
            "mkdir ~/.x; chmod 777 ~/.x",
            "mkdir ~/.x; chmod -R 755 ~/.x",
            "mkdir ~/.x; chmod 2755 ~/.x",
            "mkdir ~/.x; chmod a+w ~/.x",
            "mkdir ~/.x; chmod $MODE ~/.x",
            "mkdir ~/.x; chmod 000 ~/.x",
            "mkdir ~/.x; chmod --reference=y ~/.x",
            "mkdir ~/.x; cp a ~/.x; chmod 755 ~/.x",
            "chmod 755 ~/.x",
            "chmod 644 ~/.ssh/id_rsa",
            "chmod 700 ~/.ssh/id_rsa",
            "chmod 600 ~/.bashrc",
            "chmod +x .git/hooks/pre-commit",
            "chmod -x .git/hooks/pre-commit",
        ] {
            assert!(!is_harmless(command), "{command}");
        }
    }
}
