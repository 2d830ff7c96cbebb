//! Programs that run others in an environment they prepare or watch over, and that do more besides:
//! `perf stat`, `nodemon --exec`. [`scripts`] has those that run several of a package's scripts,
//! [`variables`] those that only set variables.

mod scripts;
mod variables;

use super::{Family, dispatch, is_understood, opaque, unknown_text};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths;
use crate::shell;
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &[
        "rtx", "perf", "dotenv", "env-cmd", "concurrently", "nodemon", "npm-run-all", "npm-run-all2", "run-s", "run-p", "cross-env-shell", "lint-staged",
    ],
    about: "Programs that prepare something and then run others: the commands they run are understood. What \
        they set up, from files of their own, is not looked at, and is opaque; a package's scripts and files \
        of variables are read.",
    examples: &[
        "perf stat cargo test",
        "concurrently 'npm test' 'git push origin main'",
        "nodemon --exec 'rm -rf src'",
        "run-s build deploy",
        "dotenv -e .env.test -- npm test",
        "perf --version",
        "echo perf stat rm -rf src",
    ],
    effects,
};

/// Subcommands after which a command follows; none where it may follow at once.
fn starters(program: &str) -> &'static [&'static str] {
    match program {
        "rtx" => &["exec", "x", "en", "watch"],
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
        "nodemon" if watched(invocation, context) => return,
        _ => {}
    }
    // What it prepares is not seen: files of its own name tools, variables and tasks.
    opaque(invocation, "what it sets up for the commands it runs is not known", context);
    match invocation.program.as_str() {
        "nodemon" => texts(invocation, context),
        program => command(starters(program), invocation, context),
    }
}

/// `nodemon src/server.js`: the file is run as its ending says, where no file of settings says something else.
fn watched(invocation: &Invocation, context: &mut Context<'_>) -> bool {
    const VALUES: &[&str] = &["-w", "--watch", "-e", "--ext", "-i", "--ignore", "-d", "--delay", "-s", "--signal"];
    const PLAIN: &[&str] = &["-q", "--quiet", "-V", "--verbose", "-L", "--legacy-watch", "-I", "--no-stdin", "-C", "--on-change-only"];
    let mut at = 0;
    let file = loop {
        let Some(text) = invocation.known(at) else { return false };
        match text {
            _ if VALUES.contains(&text) => at += 2,
            _ if PLAIN.contains(&text) || VALUES.iter().any(|name| text.strip_prefix(name).is_some_and(|rest| rest.starts_with('='))) => at += 1,
            _ if text.starts_with('-') => return false,
            file => break file,
        }
    };
    let program = match file.rsplit_once('.').map(|(_, ending)| ending) {
        Some("js" | "mjs" | "cjs") => "node",
        Some("ts") => "ts-node",
        Some("py") => "python3",
        _ => return false,
    };
    let own = |name: &str| paths::locate(&Value::Known(name.to_owned()), context).path;
    let is_absent = |path: &str| matches!(context.file(path), Ok(None));
    let package = context.file(&own("package.json"));
    let says_more = !package.is_ok_and(|text| text.is_none_or(|text| !text.contains("nodemonConfig")));
    let home = format!("{}/nodemon.json", context.surroundings.home);
    if says_more || !is_absent(&own("nodemon.json")) || !is_absent(&home) {
        return false;
    }
    let words = invocation.words.get(at..).unwrap_or_default().to_vec();
    dispatch(Invocation { program: String::new(), first: Word::known_as(program), words, contiguous: false, ..invocation.clone() }, context);
    true
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

    use crate::fixture::{check, check_with};

    #[test]
    fn files_that_are_watched_and_run() {
        let push = "require('child_process').execSync('git push origin main')";
        let files = [("/repo/src/server.ts", push), ("/repo/x.js", push)];
        for command in ["tsx watch src/server.ts", "tsx watch --clear-screen=false --tsconfig t.json src/server.ts", "npx --no-install tsx watch src/server.ts", "node --watch x.js", "node --watch-path src x.js", "ts-node-dev --respawn src/server.ts", "nodemon x.js", "nodemon --watch src -e ts src/server.ts"] {
            let found = check_with(command, &files);
            assert!(found.contains("git.push main@origin") && !found.contains("/repo/watch"), "{command}: {found}");
        }
        let harmless = [("/repo/src/server.ts", "console.log(1)"), ("/repo/x.js", "console.log(1)")];
        for command in ["tsx watch src/server.ts", "node --watch x.js", "nodemon x.js", "nodemon src/server.ts"] {
            let found = check_with(command, &harmless);
            assert!(!found.contains("opaque"), "{command}: {found}");
        }
        for settings in [("/repo/nodemon.json", "{\"exec\": \"rm -rf src\"}"), ("/repo/package.json", "{\"nodemonConfig\": {}}")] {
            let found = check_with("nodemon x.js", &[settings, ("/repo/x.js", "console.log(1)")]);
            assert!(found.contains("opaque"), "{found}");
        }
        for command in ["tsx watch", "nodemon --config c.json x.js", "nodemon -r ./y x.js", "nodemon x", "tsx watch \"$X\""] {
            assert!(check(command).contains("opaque") || check(command).contains("hidden"), "{command}: {}", check(command));
        }
    }

    #[test]
    fn scripts_that_node_runs() {
        let package = [("/repo/package.json", "{\"scripts\": {\"deploy\": \"git push origin main\", \"build\": \"tsc\"}}")];
        for command in ["node --run deploy", "node --run=deploy", "node --no-warnings --run deploy"] {
            assert!(check_with(command, &package).contains("git.push main@origin"), "{command}: {}", check_with(command, &package));
        }
        assert!(!check_with("node --run build", &package).contains("git.push"));
        assert!(check_with("node x.js --run deploy", &package).contains("opaque"));
    }

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
