//! Text that bash evaluates though it stands in quotes: the subscript of an array's element, wherever
//! a number or the name of a variable is expected. `[[ -v 'a[$(date)]' ]]` runs `date`.

use crate::context::Context;
use crate::word::Value;

use super::{arithmetic, expand_text, look_at};

/// Builtins that take names of variables or numbers.
const EVALUATING: &[&str] = &[
    "[",
    "test",
    "let",
    "declare",
    "typeset",
    "local",
    "export",
    "readonly",
    "read",
    "unset",
    "wait",
    "mapfile",
    "readarray",
    "getopts",
    "printf",
    "set",
];

/// Whether the arguments of a program can be evaluated so.
pub(crate) fn evaluates(program: &str) -> bool {
    EVALUATING.contains(&program)
}

/// Runs the commands in the subscripts of a text, should it ever be evaluated.
pub(crate) fn text(text: &str, context: &mut Context<'_>) {
    if let Some(subscript) = subscript(text) {
        expand_text(subscript, context);
    }
    for inner in text.split(']').filter_map(after_name).filter(|inner| arithmetic::may_assign(inner)) {
        changes(inner, context);
    }
}

/// What follows the first bracket behind a name.
fn after_name(text: &str) -> Option<&str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut found =
        text.match_indices('[').filter(|(at, _)| text.get(..*at).is_some_and(|it| it.ends_with(is_name)));
    found.next().and_then(|(at, _)| text.get(at + 1..))
}

/// The variables of an expression that sets some are not known any more.
pub(super) fn changes(expression: &str, context: &mut Context<'_>) {
    for (name, _) in arithmetic::evaluate(expression, &context.state.shell).assigned {
        if context.state.shell.variables.contains_key(&name) {
            context.state.shell.set(&name, Value::unknown("a subscript may have changed it"));
        }
    }
}

/// The same for a value; one that is known in part only cannot be read.
pub(crate) fn value(value: &Value, context: &mut Context<'_>) {
    match value {
        Value::Known(known) | Value::Pattern(known) => text(known, context),
        Value::Unknown { prefix, suffix, .. } => {
            let known = format!("{prefix} {suffix}");
            if subscript(&known).is_some() {
                context.opaque("a subscript", "it runs text that is not known");
                look_at(&known, context);
            }
        }
    }
}

/// From the first subscript on, if a command is in it.
fn subscript(text: &str) -> Option<&str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let at = text
        .match_indices('[')
        .map(|(at, _)| at)
        .find(|at| text.get(..*at).is_some_and(|before| before.ends_with(is_name)))?;
    text.get(at..).filter(|rest| rest.contains("$(") || rest.contains('`') || rest.contains("${"))
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn subscripts_run_what_is_in_them() {
        let inner = "$(git push origin main)";
        for command in [
            format!("a=([{inner}]=1)"),
            format!("[[ -v 'a[{inner}]' ]]"),
            format!("[[ 'a[{inner}]' -eq 1 ]]"),
            format!("printf -v 'a[{inner}]' x"),
            format!("read 'a[{inner}]' <<< x"),
            format!("read x <<< 'a[{inner}]'; ((x))"),
            format!("let 'a[{inner}]=1'"),
            format!("declare 'a[{inner}]=1'"),
            format!("declare -i z='a[{inner}]'"),
            format!("declare -n r='a[{inner}]'; echo $r"),
            format!("typeset -i z='a[{inner}]'"),
            format!("f() {{ local -i z='a[{inner}]'; }}; f"),
            format!("x='a[{inner}]'; ((x))"),
            format!("x='a[{inner}]'; echo $((x))"),
            format!("x='a[{inner}]'; [[ $x -eq 1 ]]"),
            format!("x='a[{inner}]'; echo ${{s:x:1}}"),
            format!("x='a[{inner}]'; b[x]=1"),
            format!("x='a[{inner}]'; for ((i=x;i<1;i++)); do :; done"),
            format!("x='a[{inner}]'; echo ${{!x}}"),
            format!("for x in 'a[{inner}]'; do ((x)); done"),
            format!("f() {{ (($1)); }}; f 'a[{inner}]'"),
            format!("set -- 'a[{inner}]'; (($1))"),
            format!("unset 'a[{inner}]'"),
            format!("wait -n -p 'a[{inner}]'"),
            format!("mapfile 'a[{inner}]' < x"),
            format!("getopts x 'a[{inner}]'"),
            format!("[ -v 'a[{inner}]' ]"),
            "p='$('; x=\"a[${p}git push origin main)]\"".to_owned(),
            "compgen -C 'git push origin main'".to_owned(),
            format!("compgen -W '{inner}' x"),
            "history -s 'git push origin main'; fc -s".to_owned(),
        ] {
            let found = check(&command);
            assert!(
                found.contains("git.push main@origin") || found.contains("git.force-push"),
                "{command}: {found}"
            );
        }
    }

    #[test]
    fn subscripts_and_numbers_set_variables() {
        for command in [
            "n=1; [[ n++ -eq 1 ]]; git push origin v$n",
            "n=1; a=(x y z); : ${a[n++]}; git push origin v$n",
            "n=1; s=abc; : ${s:n++:1}; git push origin v$n",
            "n=1; a[n++]=x; git push origin v$n",
            "n=1; declare -i m; m=n++; git push origin v$n",
            "n=1; read 'a[n++]' <<< x; git push origin v$n",
            "n=1; [ -v 'a[n++]' ]; git push origin v$n",
            "x='n=7'; n=1; ((x)); git push origin v$n",
            "x='n=7'; n=1; [[ x -gt 0 ]]; git push origin v$n",
        ] {
            let found = check(command);
            assert!(!found.contains("git.push refs/tags/v1@"), "{command}: {found}");
        }
        assert!(
            check("n=1; [[ n -eq 1 ]]; echo 'a[n=2]'; git push origin v$n")
                .contains("git.push refs/tags/v1@")
        );
    }

    #[test]
    fn subscripts_of_plain_words_are_text() {
        for command in [
            "echo 'a[$(git push origin main)]'",
            "a[1]=x; b=([x]=1)",
            "grep 'a[$(git push)]' x",
            "x='[a] $(b)'",
        ] {
            let found = check(command);
            assert!(!found.contains("git."), "{command}: {found}");
        }
    }
}
