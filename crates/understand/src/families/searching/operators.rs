//! The operator of `yq` that runs a program, which an option lets in: `system("git"; ["push"])`.

use crate::context::Context;
use crate::families::{dispatch, hidden};
use crate::invocation::{Invocation, Stdin};
use crate::word::{Value, Word};

/// The option without which the operator is an error.
const OPTION: &str = "--security-enable-system-operator";
const HIDDEN: &str = "its expression runs a program that is not known";

/// Adds what the programs do that expressions start.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let is_let_in = |word: &Word| word.text().starts_with(OPTION) && word.known() != Some("--security-enable-system-operator=false");
    if !invocation.words.iter().any(is_let_in) {
        return;
    }
    for word in &invocation.words {
        let text = word.text();
        let is_elsewhere = text.starts_with("--from-file") || word.value.is_unknown();
        // Text that is put together may be an expression, too.
        if is_elsewhere || !text.starts_with('-') && (text.contains("eval") || text.contains("load")) {
            hidden(invocation, HIDDEN, context);
        }
        if text.starts_with(OPTION) {
            continue;
        }
        for (at, name) in text.match_indices("system") {
            match text.get(at + name.len()..).and_then(started) {
                Some(words) => start(words, invocation, context),
                None => hidden(invocation, HIDDEN, context),
            }
        }
    }
}

/// The words of `("git"; ["push", "origin"])`; none where they are put together.
fn started(rest: &str) -> Option<Vec<String>> {
    let inside = rest.trim_start().strip_prefix('(')?;
    let mut read = serde_json::Deserializer::from_str(inside).into_iter::<serde_json::Value>();
    let program = read.next()?.ok()?.as_str()?.to_owned();
    let rest = inside.get(read.byte_offset()..)?.trim_start();
    if rest.starts_with(')') {
        return Some(vec![program]);
    }
    let rest = rest.strip_prefix(';')?;
    let mut read = serde_json::Deserializer::from_str(rest).into_iter::<serde_json::Value>();
    let given = read.next()?.ok()?;
    let ends = rest.get(read.byte_offset()..)?.trim_start().starts_with(')');
    let mut words = vec![program];
    match given {
        serde_json::Value::String(word) => words.push(word),
        serde_json::Value::Array(list) => words.extend(list.iter().map(|word| word.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()?),
        _ => return None,
    }
    ends.then_some(words)
}

fn start(words: Vec<String>, invocation: &Invocation, context: &mut Context<'_>) {
    let mut words = words.iter().map(|word| Word::known_as(word));
    let Some(first) = words.next() else { return };
    let stdin = Stdin::Text(Value::unknown("the document of the expression"));
    dispatch(Invocation { program: String::new(), first, words: words.collect(), stdin, contiguous: false, ..invocation.clone() }, context);
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn programs_of_expressions() {
        for command in [
            "yq --security-enable-system-operator -n 'system(\"git\"; [\"push\",\"origin\",\"main\"])'",
            "yq --security-enable-system-operator=true '.a = system( \"sh\" ; [\"-c\", \"git push origin main\"] )' a.yml",
            "yq -n --security-enable-system-operator '[system(\"date\"), system(\"git\"; [\"push\", \"origin\", \"main\"])]'",
        ] {
            assert!(check(command).contains("git.push main@origin"), "{command}: {}", check(command));
        }
        for command in [
            "yq --security-enable-system-operator -n 'system(.a; [\"x\"])' a.yml", "yq --security-enable-system-operator 'system(\"git\"; .words)' a.yml", "yq --security-enable-system-operator --from-file x.yq a.yml",
            "yq --security-enable-system-operator \"$X\" a.yml", "yq --security-enable-system-operator 'eval(.a)' a.yml", "yq --security-enable-system-operator 'system(\"ls\" + \"x\")' a.yml",
            "yq --security-enable-system-operator -n '\"git\" as $p | system($p; [\"push\"])'", "yq --security-enable-system-operator -n 'system(\"\\(env(X))\")'",
        ] {
            assert!(check(command).contains("exec.hidden"), "{command}: {}", check(command));
        }
        for command in ["yq .a x.yml", "yq '.system(\"git\")' x.yml", "yq --security-enable-system-operator .a x.yml", "yq --security-enable-system-operator -n 'system(\"date\")'"] {
            let found = check(command);
            assert!(!found.contains("execute"), "{command}: {found}");
        }
    }
}
