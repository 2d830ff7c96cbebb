//! Builtins that declare, set and forget variables.

use countersign_model::verbs;

use super::super::{is_secret_name, opaque, reads_environment};
use crate::code::environment_files;
use crate::context::Context;
use crate::invocation::{Invocation, Stdin};
use crate::shell::taken;
use crate::word::{Value, Word};

/// `export`, `declare`, `typeset`, `local`, `readonly`.
pub(super) fn declare(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let mut exports = program == "export";
    let mut is_global = matches!(program, "export" | "readonly");
    let mut locks = program == "readonly";
    let (mut odd, mut functions, mut removes, mut refers) = (false, false, false, false);
    for word in &invocation.words {
        let text = word.text();
        if let Some(flags) = text.strip_prefix(['-', '+']).filter(|_| !text.starts_with("--")) {
            exports |= flags.contains('x') && text.starts_with('-');
            removes |= flags.contains('n') && program == "export";
            is_global |= flags.contains('g');
            locks |= flags.contains('r');
            functions |= flags.contains(['f', 'F']);
            refers |= flags.contains('n') && program != "export";
            odd |= flags.contains(['i', 'A', 'u', 'l', 'c']);
            // A reference gives every later assignment to it another meaning.
            if (flags.contains('n') && program != "export") || word.value.is_unknown() {
                context.state.shell.distrust("its declaration gives it another meaning");
            }
            continue;
        }
        let (name, value) = match text.split_once('=') {
            Some((name, _)) => (name, word.value.strip_prefix(&format!("{name}="))),
            None => (text, None),
        };
        // The name is worked out, whatever is known of the value: `export $k=$v`.
        let is_made = word.raw.split_once('=').is_some_and(|(name, _)| name.contains(['$', '`'])) && word.value.is_unknown();
        let printed = if word.value.is_unknown() && value.is_none() { environment_files::printed(word, context) } else { None };
        if let Some(found) = printed {
            for (name, value) in found.into_iter().filter(|(name, _)| !name.is_empty()) {
                if exports {
                    context.state.shell.export(&name, value);
                } else {
                    one(program, &name, Some(value), false, is_global, context);
                }
            }
            continue;
        }
        if (word.value.is_unknown() && value.is_none()) || is_made || name.contains('[') {
            let why = "a variable of unknown name is set";
            if exports && !name.contains('[') && !removes {
                context.state.shell.exports_anything(why);
            } else {
                context.state.shell.poison(why);
            }
            if name.contains('[') && text.contains('=') {
                context.state.shell.set(name, value.unwrap_or_else(|| Value::unknown("an array")));
            }
            continue;
        }
        if functions {
            if let Some(function) = context.state.shell.functions.get_mut(name) {
                function.exported |= exports;
            }
            if locks {
                context.state.shell.odd.insert(name.to_owned());
            }
            continue;
        }
        if refers {
            context.state.shell.refers_to(&value.clone().unwrap_or_else(|| Value::unknown("a reference to be set")));
        }
        // Through a reference, another variable is read.
        if refers && let Some(value) = &value && (value.is_unknown() || is_secret_name(value.text())) {
            reads_environment(value.known().unwrap_or("*"), context);
        }
        // The value may be that of an array, which is expanded once more.
        if let Some(value) = value.as_ref().map(Value::text).filter(|text| text.starts_with('(') && text.contains(['$', '`'])) {
            crate::shell::expand_text(value, context);
        }
        one(program, name.trim_end_matches('+'), value, name.ends_with('+'), is_global, context);
        let shell = &mut context.state.shell;
        if removes {
            shell.exported.remove(name);
            shell.environment.retain(|(known, _)| known != name);
        } else if exports {
            let value = shell.variables.get(name).cloned();
            let value = value.unwrap_or_else(|| Value::unknown("a variable of the environment"));
            shell.export(name, value);
        }
        if odd {
            shell.makes_odd(name);
        } else if locks {
            // Its value is settled; no later assignment changes it.
            shell.odd.insert(name.to_owned());
        }
    }
    context.program(verbs::EXEC_READ, program);
}

/// The value of a variable that is read in: of a secret, where it is one that is read.
fn read_in(stdin: &Stdin, context: &Context<'_>) -> Value {
    match stdin {
        Stdin::Text(value @ Value::Unknown { why, .. }) if crate::shell::variables::secret_in(value).is_some() => Value::unknown(why),
        Stdin::Inherited | Stdin::Text(_) | Stdin::Pipe(_) | Stdin::File(_) => {
            taken::marked("a variable that is read in", taken::given_by(stdin, context))
        }
    }
}

/// Whether it prints the variables that it names: `declare -p NAME`.
pub(super) fn shows(invocation: &Invocation) -> bool {
    matches!(invocation.program.as_str(), "export" | "declare" | "typeset" | "readonly" | "local")
        && invocation.words.iter().any(|word| {
            let text = word.text();
            text.starts_with('-') && !text.starts_with("--") && text.contains('p')
        })
}

fn one(program: &str, name: &str, value: Option<Value>, appends: bool, is_global: bool, context: &mut Context<'_>) {
    let shell = &mut context.state.shell;
    if !is_global {
        shell.makes_local(name);
    }
    let value = match value {
        // Outside of a function, some shells refuse it.
        Some(_) if program == "local" && shell.locals.is_empty() => {
            Some(Value::unknown("a local variable outside of a function"))
        }
        value => value,
    };
    match value {
        Some(value) if appends => {
            let before = shell.variables.get(name).and_then(Value::known).map(str::to_owned);
            let whole = before.zip(value.known()).map(|(before, after)| before + after);
            shell.set(name, whole.map_or_else(|| Value::unknown("a variable put together"), Value::Known));
        }
        Some(Value::Pattern(text)) => shell.set(name, Value::Known(text)),
        Some(value) => shell.set(name, value),
        // In a function it starts empty, in most shells.
        None if !is_global && !shell.locals.is_empty() => {
            shell.set(name, Value::unknown("a variable that is declared without a value"));
        }
        None => {}
    }
}

/// `read` and `mapfile`.
pub(super) fn read(invocation: &Invocation, context: &mut Context<'_>) {
    if invocation.words.iter().any(|word| word.value.is_unknown()) {
        context.state.shell.poison("a variable of unknown name is set");
    }
    let mut names: Vec<&Word> = Vec::new();
    let (mut raw, mut plain, mut array) = (false, true, false);
    let is_lines = matches!(invocation.program.as_str(), "mapfile" | "readarray");
    let mut lines = false;
    let mut words = invocation.words.iter();
    while let Some(word) = words.next() {
        match word.text() {
            "-r" | "-s" | "-e" | "-rs" | "-sr" => raw |= word.text().contains('r'),
            "-a" | "-ra" | "-ar" => {
                raw |= word.text().contains('r');
                array = true;
            }
            "-t" if invocation.program != "read" => lines = true,
            "-p" | "-rp" | "-t" => {
                raw |= word.text().contains('r');
                words.next();
            }
            text if text.starts_with('-') => {
                plain = false;
                // The value of an option is no name, or one that is set as well.
            }
            _ => names.push(word),
        }
    }
    let found_by = match &invocation.stdin {
        Stdin::Pipe(source) => source.commands,
        Stdin::Inherited | Stdin::Text(_) | Stdin::File(_) => None,
    };
    for name in &names {
        context.state.world.finds(name.text(), found_by);
    }
    let text = match &invocation.stdin {
        Stdin::Text(Value::Known(text)) => Some(text.clone()),
        Stdin::Pipe(source) => source.text.clone(),
        Stdin::Inherited | Stdin::Text(_) | Stdin::File(_) => None,
    };
    // What is read twice from one input is something else the second time.
    let is_fresh = context.own_stdin || !((context.repeated && !context.opened) || context.fed);
    if is_fresh && plain && invocation.stdin == context.piped {
        let read = text.as_deref().map_or(0, |text| if is_lines { text.len() } else { read_length(text) });
        let rest = text.as_deref().and_then(|text| text.get(read..));
        context.piped = match rest {
            Some(rest) => Stdin::Text(Value::Known(rest.to_owned())),
            None => Stdin::Text(Value::unknown("some of it was read before")),
        };
    } else {
        context.fed = true;
    }
    if is_lines {
        let text = text.filter(|_| plain && is_fresh);
        let elements = text.map(|text| {
            let whole = text.split_inclusive('\n');
            let one = |line: &str| if lines { line.trim_end_matches('\n') } else { line }.to_owned();
            whole.map(|line| Value::Known(one(line))).collect::<Vec<_>>()
        });
        for name in &names {
            match &elements {
                Some(elements) if names.len() == 1 => context.state.shell.set_array(name.text(), elements.clone()),
                _ => {
                    let given = match &invocation.stdin {
                        Stdin::Text(value) => crate::shell::variables::tainted([value]),
                        Stdin::Inherited | Stdin::Pipe(_) | Stdin::File(_) => None,
                    };
                    let secret = taken::given_by(&invocation.stdin, context);
                    let value = given.unwrap_or_else(|| taken::marked("an array that is read in", secret));
                    context.state.shell.set(name.text(), value);
                }
            }
        }
        if invocation.words.iter().any(|word| word.text().starts_with("-C")) {
            opaque(invocation, "it runs a command for each line", context);
        }
        context.program(verbs::EXEC_READ, &invocation.program);
        return;
    }
    let line = text.filter(|text| plain && (raw || !text.contains('\\')) && is_fresh);
    let line = line.map(|text| text.lines().next().unwrap_or_default().to_owned());
    let separators = match crate::environment::value(invocation, "IFS") {
        Some(value) => value.known().map(str::to_owned),
        None => crate::shell::separators(&context.state.shell),
    };
    let values = line.zip(separators).map(|(line, separators)| fields(&line, &separators, names.len(), array));
    if array {
        for name in names.iter().take(1) {
            match &values {
                Some(values) => context.state.shell.set_array(name.text(), values.clone()),
                None => context.state.shell.set(name.text(), read_in(&invocation.stdin, context)),
            }
        }
    } else {
        for (index, name) in names.iter().enumerate() {
            let known = values.as_ref().map(|values| values.get(index).cloned());
            let value = match known {
                Some(value) => value.unwrap_or_else(|| Value::Known(String::new())),
                None => read_in(&invocation.stdin, context),
            };
            context.state.shell.set(name.text(), value);
        }
    }
    context.program(verbs::EXEC_READ, &invocation.program);
}

/// How much of a text one `read` takes.
fn read_length(text: &str) -> usize {
    text.find('\n').map_or(text.len(), |end| end + 1)
}

/// A line taken apart: the last of several names takes what is left.
fn fields(line: &str, separators: &str, names: usize, all: bool) -> Vec<Value> {
    let is_separator = |c: char| separators.contains(c);
    let blank = |c: char| is_separator(c) && c.is_whitespace();
    let mut rest = line.trim_matches(blank);
    let mut values = Vec::new();
    while (all || values.len() + 1 < names) && !rest.is_empty() {
        let Some(end) = rest.find(is_separator) else { break };
        let (field, after) = rest.split_at(end);
        values.push(Value::Known(field.to_owned()));
        let after = after.trim_start_matches(blank);
        let skipped = after.chars().next().filter(|c| is_separator(*c)).map_or(0, char::len_utf8);
        rest = after.get(skipped..).unwrap_or_default().trim_start_matches(blank);
    }
    if !rest.is_empty() || (!all && values.len() < names) {
        values.push(Value::Known(rest.to_owned()));
    }
    values
}

/// `unset`.
pub(super) fn unset(invocation: &Invocation, context: &mut Context<'_>) {
    let functions = invocation.words.iter().any(|word| word.text() == "-f");
    for word in invocation.words.iter().filter(|word| !word.text().starts_with('-')) {
        match word.known() {
            Some(name) => {
                let shell = &mut context.state.shell;
                let is_variable = shell.variables.contains_key(name);
                if (functions || !is_variable) && !shell.leaving && !shell.odd.contains(name) {
                    shell.functions.remove(name);
                }
                match name.split_once('[') {
                    _ if functions => {}
                    Some((name, _)) => shell.set(name, Value::unknown("an array without one of its elements")),
                    None => shell.unset(name),
                }
            }
            None => context.state.shell.poison("a variable of unknown name is set"),
        }
    }
    context.program(verbs::EXEC_READ, &invocation.program);
}

/// `let`.
pub(super) fn calculate(invocation: &Invocation, context: &mut Context<'_>) {
    for word in &invocation.words {
        match word.known() {
            Some(text) => crate::shell::calculate(text, context),
            None => context.state.shell.poison("a variable of unknown name is set"),
        }
    }
    context.program(verbs::EXEC_READ, &invocation.program);
}

/// `set -- words` and `shift`.
pub(super) fn parameters(invocation: &Invocation, context: &mut Context<'_>) {
    let shell = &mut context.state.shell;
    if invocation.program == "shift" {
        let count = match invocation.words.first() {
            None => Some(1),
            Some(word) => word.known().and_then(|text| text.parse::<usize>().ok()),
        };
        shell.parameters = match (shell.parameters.take(), count) {
            (Some(known), Some(count)) if !shell.leaving && count <= known.len() => {
                Some(known.into_iter().skip(count).collect())
            }
            (Some(known), Some(count)) if !shell.leaving && count > known.len() => Some(known),
            _ => None,
        };
        return;
    }
    let marker = invocation.words.iter().position(|word| word.text() == "--");
    let first = marker.map(|at| at + 1).or_else(|| {
        let mut words = invocation.words.iter().enumerate();
        let operand = words.find(|(_, word)| !word.text().starts_with(['-', '+']))?.0;
        // `set -o pipefail`: a name of an option is no parameter.
        let before = operand.checked_sub(1).and_then(|before| invocation.words.get(before));
        before.is_none_or(|word| !word.text().ends_with('o')).then_some(operand)
    });
    if let Some(first) = first {
        let words = invocation.words.get(first..).unwrap_or_default();
        shell.parameters = crate::shell::functions::parameters(words).filter(|_| !shell.leaving);
        shell.given = crate::shell::variables::tainted(words.iter().map(|word| &word.value)).or(shell.given.take().filter(|_| shell.leaving));
    }
}

/// `wait -p name` sets that variable.
pub(super) fn wait(invocation: &Invocation, context: &mut Context<'_>) {
    let at = invocation.words.iter().position(|word| word.text().starts_with("-p"));
    if let Some(at) = at {
        let named = invocation.known(at).and_then(|text| text.strip_prefix("-p")).filter(|name| !name.is_empty());
        match named.or_else(|| invocation.known(at + 1)).map(str::to_owned) {
            Some(name) => context.state.shell.forget(&name),
            None => context.state.shell.poison("it may have set it"),
        }
    }
    context.program(verbs::EXEC_READ, "wait");
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn what_is_declared_is_known() {
        assert_snapshot!(check("declare B=main; git push origin $B"), @"
        exec.read declare, read
        git.push main@origin, write
        ");
        assert_snapshot!(check("export X='git push'; $X origin main"), @"
        exec.read export, read
        git.push main@origin, write
        ");
        assert_snapshot!(check("readonly B=main; B=dev; git push origin $B"), @"
        exec.read readonly, read
        git.force-push *@origin, destroy, partial
        ");
        assert_snapshot!(check("declare -i B=1; B=x; git push origin $B"), @"
        exec.read declare, read
        git.force-push *@origin, destroy, partial
        ");
        assert_snapshot!(check("declare -a c=(git push origin main); \"${c[@]}\""), @"
        exec.read declare, read
        git.push main@origin, write
        ");
        assert_snapshot!(check("declare -n r=B; B=feature; r=main; git push origin $B"), @"
        exec.read declare, read
        git.force-push *@origin, destroy, partial
        ");
        assert_snapshot!(check("B=feature; unset B; git push origin \"${B:-main}\""), @"
        exec.read unset, read
        git.push main@origin, write
        ");
        assert_snapshot!(check("let n=1+1; git push origin v$n"), @"
        exec.read let, read
        git.push v2@origin, write
        git.push refs/tags/v2@origin, write
        ");
    }

    #[test]
    fn what_is_read_is_known_where_the_text_is() {
        assert_snapshot!(check("read -r B <<< main; git push origin $B"), @"
        exec.read read, read
        git.push main@origin, write
        ");
        assert_snapshot!(check("IFS=: read -r A B <<< 'x:main'; git push origin $B"), @"
        exec.read read, read
        git.push main@origin, write
        ");
        assert_snapshot!(check("read -ra c <<< 'git push origin main'; \"${c[@]}\""), @"
        exec.read read, read
        git.push main@origin, write
        ");
        assert_snapshot!(check("B=feature; read -r B < file; git push origin $B"), @"
        fs.read /repo/file, read
        exec.read read, read
        git.force-push *@origin, destroy, partial
        ");
        assert_snapshot!(check("while read -r f; do echo \"$f\"; done < list"), @"
        fs.read /repo/list, read
        exec.read read, read
        exec.read echo, read
        ");
        assert_snapshot!(check("for a in 1 2; do { read B; } <<< main; git push origin $B; done"), @"
        exec.read read, read
        git.push main@origin, write
        ");
        assert_snapshot!(check("{ for a in 1 2; do read B; git push origin $B; done; } <<< main"), @"
        exec.read read, read
        git.force-push *@origin, destroy, partial
        ");
        assert_snapshot!(check("printf -v B '%s' main; git push origin $B"), @"
        exec.read printf, read
        git.push main@origin, write
        ");
    }

    #[test]
    fn what_is_taken_away_is_not_known() {
        assert_snapshot!(check("a=(x main); unset 'a[0]'; git push origin ${a[1]} ${a[0]}"), @"
        exec.read unset, read
        git.force-push *@origin, destroy, partial
        ");
        assert_snapshot!(check("export B=main; export -n B; bash -c 'git push origin ${B:-dev}'"), @"
        exec.read export, read
        git.force-push *@origin, destroy, partial
        ");
        assert_snapshot!(check("export B=main; env -u B bash -c 'git push origin ${B:-dev}'"), @"
        exec.read export, read
        git.force-push *@origin, destroy, partial
        ");
        assert_snapshot!(check("export B=main; env -i A=1 bash -c 'git push origin ${B:-dev}'"), @"
        exec.read export, read
        git.force-push *@origin, destroy, partial
        ");
    }

    #[test]
    fn parameters_are_followed() {
        assert_snapshot!(check("set -- git push origin main; \"$@\""), @"
        exec.read set, read
        git.push main@origin, write
        ");
        assert_snapshot!(check("set -- main dev; shift; git push origin $1"), @"
        exec.read set, read
        exec.read shift, read
        git.push dev@origin, write
        ");
        assert_snapshot!(check("set -euo pipefail; bash -c 'git push origin \"$1\"' _ main"), @"
        exec.read set, read
        git.push main@origin, write
        ");
        assert_snapshot!(check("bash -c '\"$@\"' _ git push origin main"), @"git.push main@origin, write");
    }
}
