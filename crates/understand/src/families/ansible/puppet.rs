//! Code that `puppet apply` is given with `-e`: some of its functions run programs as it is compiled, `--noop` or not.

use super::super::opaque;
use crate::context::Context;
use crate::families::subcommands::Subcommand;
use crate::invocation::Invocation;
use crate::shell::{self, Place};
use crate::word::Value;

/// Functions that run something, or Ruby, on the machine that compiles.
const RUNNING: &[&str] = &["generate(", "template(", "inline_epp("];

/// Calls of one text that are looked at.
const MOST: usize = 16;

/// Adds what functions in code among the words run; false where there is none.
pub(super) fn runs(found: &Subcommand<'_>, invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let codes: Vec<&Value> = found.values(&["-e", "--execute"]).collect();
    let acting = |value: &&&Value| {
        value.known().is_none_or(|text| RUNNING.iter().any(|name| text.contains(name)))
    };
    let acting: Vec<&Value> = codes.iter().filter(acting).copied().collect();
    for text in acting.iter().filter_map(|value| value.known()) {
        let text = text.replace('\\', "");
        for call in text.split("generate(").skip(1).take(MOST) {
            let words = quoted(call.split(')').next().unwrap_or(call));
            let line: Vec<String> = words.into_iter().map(crate::tools::quoted).collect();
            shell::run_apart(&line.join(" "), Place::Within(context.here), context);
        }
        for command in text.split('`').skip(1).step_by(2).take(MOST) {
            shell::run_apart(command, Place::Within(context.here), context);
        }
        crate::code::literals::look(&text, context);
    }
    if !acting.is_empty() {
        opaque(invocation, "functions in its code run programs as it is compiled", context);
    }
    !acting.is_empty()
}

/// The texts between quotes.
fn quoted(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\'']) {
        let (Some(quote), Some(after)) = (rest.get(at..=at), rest.get(at + 1..)) else { break };
        let Some((inner, behind)) = after.split_once(quote) else { break };
        found.push(inner);
        rest = behind;
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn functions_that_run_programs() {
        for command in [
            r#"puppet apply --noop -e 'notify{"${generate(\"/usr/bin/git\",\"push\",\"origin\",\"HEAD:main\")}":}'"#,
            r#"puppet apply --noop -e 'notify{inline_template("<%= `git push origin HEAD:main` %>"):}'"#,
        ] {
            assert!(check(command).contains("git.push main@origin"), "{command}: {}", check(command));
        }
    }

    #[test]
    fn code_that_only_describes() {
        for command in ["puppet apply --noop -e 'notify{hi:}'", "puppet apply --noop site.pp"] {
            assert!(!check(command).contains("opaque"), "{command}: {}", check(command));
        }
    }
}
