//! Programs that run others in an environment they prepare or watch over, and that do more besides: `asdf exec`,
//! `direnv exec`, `perf stat`, `nodemon --exec`. [`scripts`] has those that run several of a package's scripts,
//! [`variables`] those that only set variables.

mod scripts;
mod variables;

use super::{Family, dispatch, is_understood, opaque, unknown_text};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::shell;
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &[
        "rtx", "asdf", "direnv", "devbox", "perf", "dotenv", "env-cmd", "concurrently", "nodemon", "npm-run-all", "npm-run-all2", "run-s", "run-p", "cross-env-shell", "lint-staged",
    ],
    about: "Programs that prepare something and then run others: the commands they run are understood. What \
        they set up, from files of their own, is not looked at, and is opaque; a package's scripts and files \
        of variables are read.",
    examples: &[
        "direnv exec . git push origin main",
        "perf stat cargo test",
        "asdf exec rm -rf src",
        "concurrently 'npm test' 'git push origin main'",
        "nodemon --exec 'rm -rf src'",
        "run-s build deploy",
        "dotenv -e .env.test -- npm test",
        "perf --version",
        "direnv allow",
        r#"devbox run "$TASK""#,
        "echo direnv exec . rm -rf src",
    ],
    effects,
};

/// Subcommands after which a command follows; none where it may follow at once.
fn starters(program: &str) -> &'static [&'static str] {
    match program {
        "rtx" => &["exec", "x", "en", "watch"],
        "asdf" | "direnv" => &["exec"],
        "devbox" => &["run"],
        "perf" => &["stat", "record", "trace", "mem", "c2c", "kvm", "lock", "sched"],
        _ => &[],
    }
}

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    if matches!(invocation.known(0), Some("--version" | "--help" | "-h" | "version" | "help")) && invocation.words.len() == 1 {
        context.program(countersign_model::verbs::EXEC_READ, &invocation.program);
        return;
    }
    match invocation.program.as_str() {
        "concurrently" => return scripts::concurrently(invocation, context),
        "npm-run-all" | "npm-run-all2" | "run-s" | "run-p" => return scripts::several(invocation, context),
        "dotenv" | "env-cmd" => return variables::effects(invocation, context),
        "cross-env-shell" => return variables::shell(invocation, context),
        "lint-staged" => return scripts::staged(invocation, context),
        _ => {}
    }
    // What it prepares is not seen: files of its own name tools, variables and tasks.
    opaque(invocation, "what it sets up for the commands it runs is not known", context);
    match invocation.program.as_str() {
        "nodemon" => texts(invocation, context),
        program => command(starters(program), invocation, context),
    }
}

/// The command starts at the first word that names a program someone understands.
fn command(starters: &[&str], invocation: &Invocation, context: &mut Context<'_>) {
    let mut words = invocation.words.iter().enumerate();
    if !starters.is_empty() && !words.any(|(_, word)| word.known().is_some_and(|text| starters.contains(&text))) {
        return;
    }
    let start = words.find(|(_, word)| {
        word.known().is_some_and(|text| is_understood(text.rsplit('/').next().unwrap_or(text)))
    });
    if let Some(mut nested) = start.and_then(|(index, _)| invocation.nested(index)) {
        nested.contiguous = false;
        with_variables(context, |context| dispatch(nested, context));
    }
}

/// Runs what may have been given any variable.
pub(super) fn with_variables(context: &mut Context<'_>, run: impl FnOnce(&mut Context<'_>)) {
    let why = "the program that starts it sets variables of its own".to_owned();
    let kept = context.state.shell.poisoned.replace(why);
    run(context);
    context.state.shell.poisoned = kept;
}

/// Words that are each a command, and those that stand apart from each other and are one.
pub(super) fn texts(invocation: &Invocation, context: &mut Context<'_>) {
    let several = |word: &&Word| word.text().trim().contains(' ');
    let mut any = false;
    for word in invocation.words.iter().filter(several) {
        any = true;
        text(&word.value, invocation, context);
    }
    if !any {
        command(&[], invocation, context);
    }
}

/// A shell that runs a text.
pub(super) fn text(code: &Value, invocation: &Invocation, context: &mut Context<'_>) {
    match code {
        Value::Known(text) => {
            let sh = Word::known_as("sh");
            shell::run_child("sh", text, std::slice::from_ref(&sh), &invocation.environment, context);
        }
        Value::Pattern(_) | Value::Unknown { .. } => unknown_text(code, invocation, context),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn what_they_run_is_seen() {
        for command in [
            "mise exec -- git push origin main", "mise x node@20 -- git push origin main", "asdf exec git push origin main",
            "direnv exec . git push origin main", "devbox run git push origin main", "perf stat -e x git push origin main",
            "dotenv -f .env.test git push origin main", "concurrently 'git push origin main' 'npm test'",
            "npx -c 'git push origin main'", "npm exec -c 'git push origin main'", "hyperfine 'git push origin main'",
            "tmux new -d 'git push origin main'", "tmux send-keys 'git push origin main' Enter", "screen -dmS x git push origin main",
            "nodemon --exec 'git push origin main'",
        ] {
            let found = check(command);
            assert!(found.contains("git.push main@origin"), "{command}: {found}");
        }
    }

    #[test]
    fn what_runs_nothing_is_no_more_than_unknown() {
        assert_snapshot!(check("direnv allow; perf report"), @"
        exec.opaque direnv, execute, opaque
        exec.opaque perf, execute, opaque
        ");
    }
}
