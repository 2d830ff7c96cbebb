//! `terraform console`: expressions over the state, which can show what is marked sensitive and read files.

use countersign_model::{Certainty, Effect, Resource, verbs};

use super::place::Spot;
use crate::context::Context;
use crate::invocation::{Invocation, Stdin};
use crate::paths;
use crate::word::Value;

/// Functions whose first argument is a file of this machine.
pub(super) const READERS: &[&str] = &["file", "filebase64", "templatefile", "filemd5", "filesha1", "filesha256", "filesha512", "filebase64sha256", "filebase64sha512"];

/// Files that the calls of one function read which are told one by one.
const MOST_READ: usize = 16;

/// Adds what the expressions tell that the console is given. Without any it has nobody to answer.
pub(super) fn effects(spot: &Spot, invocation: &Invocation, context: &mut Context<'_>) {
    let text = match &invocation.stdin {
        Stdin::Inherited => return,
        Stdin::Text(Value::Known(text)) => Some(text.clone()),
        Stdin::Pipe(source) => source.text.clone(),
        Stdin::File(file) => {
            context.read_value(file);
            let located = paths::locate(file, context);
            if located.why.is_some() { None } else { context.file(&located.path).ok().flatten() }
        }
        Stdin::Text(_) => None,
    };
    let secret = Effect::new(verbs::SECRET_READ, Resource::Secret { store: spot.store(), name: "*".to_owned() });
    let Some(text) = text else {
        context.push(secret.certain(Certainty::Partial, "which expressions it is given is not known"));
        return;
    };
    // Whatever is put together of a sensitive value stays hidden; only this function shows it.
    if called(&text, "nonsensitive").next().is_some() {
        context.push(secret.because("`nonsensitive` shows what is marked sensitive"));
    }
    files(&text, context);
}

/// Adds the files that expressions read.
pub(in crate::families) fn files(text: &str, context: &mut Context<'_>) {
    for reader in READERS {
        for (at, arguments) in called(text, reader).enumerate() {
            if at == MOST_READ {
                context.read_value(&Value::unknown("it reads more files than can be looked at"));
                break;
            }
            let literal = arguments.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"'));
            context.read_value(&match literal {
                Some((path, _)) if !path.contains(['$', '%', '\\']) => Value::Known(match path.strip_prefix("~/") {
                    Some(below) => format!("{}/{below}", context.surroundings.home),
                    None => path.to_owned(),
                }),
                _ => Value::unknown("the expression puts the file's name together"),
            });
        }
    }
}

/// What stands after the parenthesis of each call of a function.
pub(super) fn called<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = &'t str> {
    text.match_indices(name).filter_map(move |(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let rest = text.get(at + name.len()..)?.trim_start();
        let is_part = before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
        if is_part { None } else { rest.strip_prefix('(') }
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn expressions_that_tell_secrets() {
        assert_snapshot!(check("echo 'nonsensitive(var.password)' | terraform console"), @"
        exec.read echo, read
        stack.read * of terraform /repo, read
        secret.read terraform /repo:*, read
        ");
        assert_snapshot!(check("terraform console <<< 'jsonencode( nonsensitive (aws_db_instance.a) )'"), @"
        stack.read * of terraform /repo, read
        secret.read terraform /repo:*, read
        ");
        assert_snapshot!(check("terraform console <<< 'file(\"~/.ssh/id_rsa\")'"), @"
        stack.read * of terraform /repo, read
        secret.read /home/dev/.ssh/id_rsa, read
        ");
        assert_snapshot!(check("terraform console < x.tf"), @"
        fs.read /repo/x.tf, read
        stack.read * of terraform /repo, read
        secret.read terraform /repo:*, read, partial
        ");
        assert_snapshot!(check_with("terraform console < x.tf", &[("/repo/x.tf", "nonsensitive(var.a)")]), @"
        fs.read /repo/x.tf, read
        stack.read * of terraform /repo, read
        secret.read terraform /repo:*, read
        ");
        assert_snapshot!(check("cat x | terraform console"), @"
        fs.read /repo/x, read
        stack.read * of terraform /repo, read
        secret.read terraform /repo:*, read, partial
        ");
    }

    #[test]
    fn expressions_that_only_compute() {
        assert_snapshot!(check("echo 'length(var.zones)' | terraform console"), @"
        exec.read echo, read
        stack.read * of terraform /repo, read
        ");
        assert_snapshot!(check("echo 'issensitive(var.password)' | terraform console"), @"
        exec.read echo, read
        stack.read * of terraform /repo, read
        ");
        assert_snapshot!(check("terraform console"), @"stack.read * of terraform /repo, read");
    }
}
