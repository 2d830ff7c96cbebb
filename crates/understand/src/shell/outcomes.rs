//! How a test ends whose words are all known: what a branch stands for that is never taken does not run.

use brush_parser::ast::{BinaryPredicate, ExtendedTestExpr, UnaryPredicate, Word as RawWord};

use crate::context::Context;
use crate::glob;
use crate::word::{Value, Word};

use super::outputs::Here;
use super::words::{Decoded, decode, decode_joined};
use super::{Walker, options, trusted};

/// Longer texts are not held against patterns.
const LONGEST: usize = 1024;

/// Which tests of a shell end as they do in bash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tests {
    /// None, nor those of what it starts: something may have changed what they find.
    Tainted,
    /// None: what the variables are that it looks at is not sure.
    #[default]
    Unsure,
    /// Those of `[`: another shell takes `[[` for a program that is not there.
    Posix,
    /// All of them.
    Bash,
}

impl Tests {
    /// Those of a shell, by its name, that one with these starts.
    pub fn in_child(self, program: &str) -> Self {
        match program {
            _ if self == Self::Tainted => Self::Tainted,
            "bash" | "zsh" => Self::Bash,
            "sh" | "dash" | "ash" | "ksh" => Self::Posix,
            _ => Self::Unsure,
        }
    }
}

/// How a builtin ends that does nothing else than that, given to words without redirections.
pub(super) fn of_command(name: &str, words: &[Word], context: &Context<'_>) -> Option<bool> {
    if !matches!(name, "true" | ":" | "false" | "test" | "[" | "getopts") {
        return None;
    }
    if !words.iter().all(|word| trusted::is_told(&word.raw, context) || (name == "[" && word.raw == "]")) {
        return None;
    }
    let words: Vec<String> =
        words.iter().map(|word| word.known().map(str::to_owned)).collect::<Option<_>>()?;
    of_words(name, &words, context)
}

/// The same of words that are known.
pub(super) fn of_words(name: &str, words: &[String], context: &Context<'_>) -> Option<bool> {
    let shell = &context.state.shell;
    let is_renamed =
        shell.functions.contains_key(name) || shell.aliases.contains_key(name) || shell.distrusted;
    if is_renamed || shell.tests < Tests::Posix {
        return None;
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match (name, words.as_slice()) {
        ("getopts", words) => options::outcome(words, shell),
        ("true" | ":", _) => Some(true),
        ("false", _) => Some(false),
        ("test", words) | ("[", [words @ .., "]"]) => posix(words),
        _ => None,
    }
}

/// What `test` finds of these words.
fn posix(words: &[&str]) -> Option<bool> {
    let is_operand = |word: &str| !word.starts_with(['-', '!', '(', ')']);
    // No operator begins so.
    let is_alone = |word: &str| is_operand(word) || word.starts_with("--") && word.len() > 2;
    match words {
        ["!", rest @ ..] if rest.len() > 1 && rest.first() != Some(&"!") => {
            posix(rest).map(|outcome| !outcome)
        }
        ["-n", word] if is_alone(word) => Some(!word.is_empty()),
        ["-z", word] if is_alone(word) => Some(word.is_empty()),
        [left, operator, right] if is_operand(left) && is_operand(right) => match *operator {
            "=" => same(left, right),
            "!=" => same(left, right).map(|is_same| !is_same),
            // Some shells do not know it, which is the same as a test that fails.
            "==" => same(left, right).filter(|is_same| !is_same),
            _ => numbers(left, operator, right),
        },
        _ => None,
    }
}

/// Whether two texts are one; not said of two that differ in the case of letters alone.
fn same(left: &str, right: &str) -> Option<bool> {
    (left == right || !left.eq_ignore_ascii_case(right)).then_some(left == right)
}

/// Compares two plain numbers.
fn numbers(left: &str, operator: &str, right: &str) -> Option<bool> {
    let number = |text: &str| {
        let is_plain = text.len() < 16 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u64>().ok().filter(|_| is_plain && (text == "0" || !text.starts_with('0')))
    };
    ordered(number(left)?, operator, number(right)?)
}

/// How `(( .. ))` ends that asks for the number of parameters, and for nothing else: `(( $# > 1 ))`.
pub(super) fn of_count(expression: &str, context: &Context<'_>) -> Option<bool> {
    let (operator, number) = asked_of_count(expression)?;
    let shell = &context.state.shell;
    let count = shell.parameters.as_ref()?.len().to_string();
    if shell.tests == Tests::Bash { numbers(&count, operator, number) } else { None }
}

/// The operator and the number that an expression holds the number of parameters against.
pub(super) fn asked_of_count(expression: &str) -> Option<(&'static str, &str)> {
    let rest = expression.trim().strip_prefix("$#")?.trim_start();
    if rest.is_empty() {
        return Some(("-ne", "0"));
    }
    let operators = [(">=", "-ge"), ("<=", "-le"), ("==", "-eq"), ("!=", "-ne"), (">", "-gt"), ("<", "-lt")];
    let (written, operator) = operators.iter().find(|(written, _)| rest.starts_with(written))?;
    let number = rest.get(written.len()..)?.trim();
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some((operator, number))
}

/// What an operator of `test` says of two numbers.
pub(super) fn ordered<N: Ord>(left: N, operator: &str, right: N) -> Option<bool> {
    match operator {
        "-eq" => Some(left == right),
        "-ne" => Some(left != right),
        "-lt" => Some(left < right),
        "-le" => Some(left <= right),
        "-gt" => Some(left > right),
        "-ge" => Some(left >= right),
        _ => None,
    }
}

/// Whether a pattern of `case` or `[[` matches a text, where that is sure.
pub(super) fn matches(pattern: &RawWord, values: &[Value], text: &str) -> Option<bool> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:,=@%+ \"'*?".contains(&byte);
    if !pattern.value.bytes().all(is_plain) || !text.is_ascii() {
        return None;
    }
    match values {
        [value] if text.len() <= LONGEST => match value {
            // Without quotes, what is left of a choice or of a class may still be one.
            Value::Known(known) if !pattern.value.contains(['~', '(', '\\', '[']) => same(text, known),
            Value::Pattern(known) if is_simple(&pattern.value) && known.len() <= LONGEST => {
                let found = glob::matches(known, text);
                (found == glob::matches(&known.to_ascii_lowercase(), &text.to_ascii_lowercase()))
                    .then_some(found)
            }
            Value::Known(_) | Value::Pattern(_) | Value::Unknown { .. } => None,
        },
        [] | [_, ..] => None,
    }
}

/// Whether nothing but `*` and `?` has a meaning in a pattern as it stands.
fn is_simple(raw: &str) -> bool {
    // At its start, one shell takes `=` for the path of a program.
    !raw.starts_with('=')
        && raw.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"*?-_./:, =".contains(&byte))
}

impl Walker {
    /// How `[[ .. ]]` ends, whose parts have been walked.
    pub(super) fn outcome(&self, expression: &ExtendedTestExpr, context: &mut Context<'_>) -> Option<bool> {
        let tests = context.state.shell.tests;
        // Where it is no test it is a program that is not there, and that fails.
        let found = self.extended(expression, context);
        found.filter(|found| tests == Tests::Bash || (tests == Tests::Posix && !found))
    }

    fn extended(&self, expression: &ExtendedTestExpr, context: &mut Context<'_>) -> Option<bool> {
        match expression {
            ExtendedTestExpr::And(left, right) => {
                match (self.extended(left, context), self.extended(right, context)) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    (None, _) | (_, None) => None,
                }
            }
            ExtendedTestExpr::Or(left, right) => {
                match (self.extended(left, context), self.extended(right, context)) {
                    (Some(true), _) | (_, Some(true)) => Some(true),
                    (Some(false), Some(false)) => Some(false),
                    (None, _) | (_, None) => None,
                }
            }
            ExtendedTestExpr::Not(inner) => self.extended(inner, context).map(|outcome| !outcome),
            ExtendedTestExpr::Parenthesized(inner) => self.extended(inner, context),
            ExtendedTestExpr::UnaryTest(kind, word) => {
                let is_empty = single(word, context)?.is_empty();
                match kind {
                    UnaryPredicate::StringHasZeroLength => Some(is_empty),
                    UnaryPredicate::StringHasNonZeroLength => Some(!is_empty),
                    _ => None,
                }
            }
            ExtendedTestExpr::BinaryTest(kind, left, right) => {
                let text = single(left, context)?;
                let mut matches = || {
                    let values = peeked(right, context)?;
                    matches(right, &values, &text)
                };
                match kind {
                    _ if trusted::compares_numbers(kind) => {
                        numbers(&text, &kind.to_string(), &single(right, context)?)
                    }
                    BinaryPredicate::StringExactlyMatchesPattern
                    | BinaryPredicate::StringExactlyMatchesString => matches(),
                    BinaryPredicate::StringDoesNotExactlyMatchPattern
                    | BinaryPredicate::StringDoesNotExactlyMatchString => matches().map(|found| !found),
                    _ => None,
                }
            }
        }
    }

    /// What `case` finds of the patterns of one item, and of all before it.
    pub(super) fn selects(
        &self,
        text: Option<&str>,
        patterns: &[RawWord],
        context: &mut Context<'_>,
    ) -> Option<bool> {
        let text = text.filter(|_| context.state.shell.tests >= Tests::Posix);
        let mut found = Some(false);
        for pattern in patterns {
            let matched = text.and_then(|text| matches(pattern, &peeked(pattern, context)?, text));
            found = match (found, matched) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                (None, _) | (_, None) => None,
            };
        }
        found
    }
}

/// The text of a word that is not split, if it is known and expanding it changes nothing.
pub(super) fn single(word: &RawWord, context: &mut Context<'_>) -> Option<String> {
    if !trusted::is_told(&word.value, context) {
        return None;
    }
    let decoded = decode_joined(&word.value, &Here::in_context(context)).ok();
    match idle(decoded?)?.as_slice() {
        [Value::Known(text)] => Some(text.clone()),
        [] => Some(String::new()),
        [Value::Pattern(_) | Value::Unknown { .. }] | [_, _, ..] => None,
    }
}

/// The values of a pattern, if expanding it changes nothing.
fn peeked(word: &RawWord, context: &mut Context<'_>) -> Option<Vec<Value>> {
    idle(decode(&word.value, &Here::in_context(context)).ok()?)
}

fn idle(decoded: Decoded) -> Option<Vec<Value>> {
    let is_idle =
        decoded.substitutions.is_empty() && decoded.hazards.is_empty() && decoded.assigned.is_empty();
    is_idle.then_some(decoded.values)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::fixture::check;

    #[test]
    fn tests_as_bash_has_them() {
        for (words, outcome) in [
            (&["a", "=", "a"][..], Some(true)),
            (&["a", "=", "b"], Some(false)),
            (&["a", "!=", "b"], Some(true)),
            (&["a", "==", "b"], Some(false)),
            (&["!", "a", "=", "b"], Some(true)),
            (&["-n", ""], Some(false)),
            (&["-z", ""], Some(true)),
            (&["-n", "--env"], Some(true)),
            (&["9", "-lt", "10"], Some(true)),
            // Another shell fails where bash does not, or the other way round.
            (&["a", "==", "a"], None),
            (&["a", "=", "A"], None),
            (&["-n", "=", "-n"], None),
            (&["-n", "-a"], None),
            (&["-n", "--"], None),
            (&["!", "=", "!"], None),
            (&["08", "-eq", "8"], None),
            (&["a", "-eq", "a"], None),
            (&["-f", "a"], None),
            (&["a", "=", "a", "-o", "b"], None),
            (&["a"], None),
            (&[], None),
        ] {
            assert_eq!(posix(words), outcome, "{words:?}");
        }
    }

    #[test]
    fn what_is_not_taken_does_not_run() {
        assert_snapshot!(check("E=a; if [ \"$E\" = a ]; then git push; else rm a; fi; [ $E = b ] && rm b || git fetch"), @"
        exec.read test, read
        git.push feature@origin, write
        git.fetch repository@origin, read
        ");
        assert_snapshot!(check("E=a; case $E in b*) rm a;; a|c) X=1;; *) rm c;; esac; git show $X"), @"git.read /repo, read");
        assert_snapshot!(check("for E in a b; do if [[ $E == b ]]; then rm \"$E\"; fi; done"), @"fs.delete /repo/b, destroy");
    }

    #[test]
    fn what_one_of_two_prints() {
        let choice = |to: &str| format!("E={to}; rm $([ \"$E\" = a ] && echo b || echo c)");
        assert_snapshot!(check(&choice("a")), @"
        exec.read test, read
        exec.read echo, read
        fs.delete /repo/b, destroy
        ");
        assert_snapshot!(check(&choice("d")), @"
        exec.read test, read
        exec.read echo, read
        fs.delete /repo/c, destroy
        ");
        assert_snapshot!(check(&choice("$X")), @"
        exec.read test, read
        exec.read echo, read
        fs.delete *, destroy, partial
        ");
        assert_snapshot!(check("rm $(true && ls || echo c)"), @"
        exec.read true, read
        fs.read /repo, read
        exec.read echo, read
        fs.delete *, destroy, partial
        ");
    }

    #[test]
    fn what_may_be_taken_runs() {
        // A shell that has no `[[` takes the other branch.
        assert_snapshot!(check("sh -c 'if [[ a == a ]]; then git fetch; else rm a; fi'"), @"
        git.fetch repository@origin, read
        fs.delete /repo/a, destroy
        ");
        assert_snapshot!(check("shopt -s nocasematch; E=a; case $E in A) rm a;; esac"), @"
        exec.read shopt, read
        fs.delete /repo/a, destroy
        ");
        assert_snapshot!(check("test() { :; }; test a = b && rm a"), @"
        exec.read :, read
        fs.delete /repo/a, destroy
        ");
        // The other machine has other variables.
        assert_snapshot!(check("E=a; ssh host 'if [ \"$E\" = a ]; then ls; else rm a; fi'"), @"
        net.read host, read
        exec.read host, read
        fs.read host, read, partial
        fs.delete host, destroy, partial
        ");
        assert!(
            check("E=010; while ls; do [ \"$E\" = 8 ] && rm a; E=$(printf %d 010); done")
                .contains("fs.delete")
        );
        assert_snapshot!(check("E=a; while ls; do if [ $E = b ]; then rm a; fi; E=b; done"), @"
        fs.read /repo, read
        exec.read test, read
        fs.delete /repo/a, destroy
        ");
    }
}
