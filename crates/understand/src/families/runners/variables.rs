//! Runners that only set variables, out of a file or as given: `dotenv`, `env-cmd`, `cross-env-shell`.

use countersign_model::verbs;

use crate::code::environment_files;
use crate::context::Context;
use crate::families::{self, dispatch, opaque};
use crate::invocation::Invocation;
use crate::paths;
use crate::word::{Value, Word};

/// Adds what the command does with the variables of the files.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let mut files: Vec<Value> = Vec::new();
    let mut given = Vec::new();
    let mut unsure = false;
    let mut at = 0;
    while let Some(word) = invocation.words.get(at) {
        let text = word.text();
        let next = || invocation.words.get(at + 1).map(|word| word.value.clone());
        match text {
            "--help" | "-h" | "--version" => {
                context.program(verbs::EXEC_READ, &invocation.program);
                return;
            }
            "-e" | "-f" | "--file" if invocation.program == "dotenv" || text != "-e" => {
                files.extend(next());
                at += 2;
            }
            "-v" if invocation.program == "dotenv" => {
                given.extend(next());
                at += 2;
            }
            "-c" if invocation.program == "dotenv" => {
                files.extend([".env", ".env.local"].map(|file| Value::Known(file.to_owned())));
                at += 1;
            }
            "-r" | "--rc-file" | "--environments" | "-e" => {
                opaque(invocation, "which variables it sets is not known", context);
                unsure = true;
                at += 2;
            }
            "-p" if invocation.program == "dotenv" => return shows(next().as_ref(), context),
            "run" if invocation.program == "dotenv" => at += 1,
            "list" | "get" if invocation.program == "dotenv" => return shows(next().as_ref().filter(|_| text == "get"), context),
            "set" | "unset" if invocation.program == "dotenv" => {
                context.write_value(files.last().unwrap_or(&Value::Known(".env".to_owned())));
                return;
            }
            "--" => {
                at += 1;
                break;
            }
            _ if text.starts_with('-') => at += 1,
            _ => break,
        }
    }
    let Some(nested) = invocation.nested(at) else {
        context.program(verbs::EXEC_READ, &invocation.program);
        return;
    };
    if files.is_empty() {
        files.push(Value::Known(".env".to_owned()));
    }
    let kept = context.state.shell.environment.clone();
    for file in files {
        let located = paths::locate(&file, context);
        if let Err(why) = environment_files::take(&located.path, context).and(located.why.clone().map_or(Ok(()), Err)) {
            opaque(invocation, &format!("which variables it sets is not known: {why}"), context);
            unsure = true;
        }
    }
    for pair in given {
        let text = pair.text().to_owned();
        if let Some((name, _)) = text.split_once('=') {
            let value = pair.strip_prefix(&format!("{name}=")).unwrap_or_else(|| Value::unknown("unclear"));
            context.state.shell.environment.push((name.to_owned(), value));
        }
    }
    if unsure {
        super::with_variables(context, |context| started(nested, kept.len(), context));
    } else {
        started(nested, kept.len(), context);
    }
    context.state.shell.environment = kept;
}

/// Starts a command with the variables that were added since.
fn started(mut nested: Invocation, since: usize, context: &mut Context<'_>) {
    nested.environment.extend(context.state.shell.environment.iter().skip(since).cloned());
    nested.contiguous = false;
    dispatch(nested, context);
}

/// Shows variables of a file.
fn shows(name: Option<&Value>, context: &mut Context<'_>) {
    context.read_value(&Value::Known(".env".to_owned()));
    if let Some(name) = name.and_then(Value::known).filter(|name| families::is_secret_name(name)) {
        families::reads_environment(name, context);
    }
}

/// `NAME=value ... 'a command line'`
pub(super) fn shell(invocation: &Invocation, context: &mut Context<'_>) {
    let kept = context.state.shell.environment.clone();
    let mut at = 0;
    while let Some((word, (name, _))) = invocation.words.get(at).and_then(|word| Some((word, word.text().split_once('=')?))) {
        if name.is_empty() || !name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
            break;
        }
        let value = word.value.strip_prefix(&format!("{name}=")).unwrap_or_else(|| Value::unknown("unclear"));
        context.state.shell.environment.push((name.to_owned(), value));
        at += 1;
    }
    let words: Option<Vec<&str>> = invocation.words.get(at..).unwrap_or_default().iter().map(Word::known).collect();
    let text = words.map_or_else(|| Value::unknown("a part of it is not known"), |words| Value::Known(words.join(" ")));
    let nested = Invocation { environment: context.state.shell.environment.clone(), ..invocation.clone() };
    super::text(&text, &nested, context);
    context.state.shell.environment = kept;
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check_with;

    #[test]
    fn variables_then_a_command() {
        let file = [("/repo/.env", "DATABASE_URL=postgres://db.example/shop\nLD_PRELOAD=./x.so\n"), ("/repo/.env.test", "A=1\n")];
        assert_snapshot!(check_with("dotenv -e .env.test -- npm test", &file), @"exec.test npm test, execute");
        assert_snapshot!(check_with("dotenv -f .env.test run git push origin main", &file), @"git.push main@origin, write");
        assert_snapshot!(check_with("dotenv -- ls", &file), @"
        exec.opaque LD_PRELOAD=.., execute, opaque
        fs.read /repo, read
        exec.opaque LD_PRELOAD=.. told of db.example/shop, execute, opaque
        ");
        assert_snapshot!(check_with("env-cmd -f .env.test cargo test", &file), @"exec.test cargo test, execute");
        assert_snapshot!(check_with("dotenv -e $F -- ls", &file), @"
        exec.opaque dotenv, execute, opaque
        fs.read /repo, read
        ");
        assert_snapshot!(check_with("cross-env-shell A=1 'git push origin main'", &file), @"git.push main@origin, write");
        assert_snapshot!(check_with("dotenv list; dotenv --help", &file), @"
        secret.read /repo/.env, read
        exec.read dotenv, read
        ");
    }
}
