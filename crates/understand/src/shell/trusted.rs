//! What a shell may do before the end of its tests is said beforehand: few things, all of them plain. Anything else (a
//! builtin that sets variables in its own way, arithmetic, a trap, a redirection that may fail) and no test is decided
//! any more: both of its ways count.

use brush_parser::ast::{
    BinaryPredicate, Command, CommandPrefixOrSuffixItem as Item, CompoundCommand, ExtendedTestExpr,
    IoFileRedirectTarget, IoRedirect, RedirectList, SimpleCommand, Word,
};

use crate::context::Context;

use super::options;
use super::outcomes::{self, Tests};

/// Builtins and reserved words of bash, zsh and other shells that may change what a test finds: sorted.
const CHANGING: &[&str] = &[
    "alias",
    "autoload",
    "bind",
    "bindkey",
    "break",
    "builtin",
    "bye",
    "caller",
    "chdir",
    "command",
    "compadd",
    "compctl",
    "compgen",
    "complete",
    "compopt",
    "continue",
    "coproc",
    "declare",
    "dirs",
    "disable",
    "disown",
    "echotc",
    "echoti",
    "emulate",
    "enable",
    "eval",
    "exec",
    "fc",
    "fg",
    "float",
    "functions",
    "getln",
    "hash",
    "history",
    "integer",
    "jobs",
    "kill",
    "let",
    "limit",
    "local",
    "logout",
    "mapfile",
    "nocorrect",
    "noglob",
    "popd",
    "print",
    "printf",
    "private",
    "pushd",
    "pushln",
    "r",
    "read",
    "readarray",
    "readonly",
    "rehash",
    "repeat",
    "return",
    "sched",
    "select",
    "setopt",
    "shopt",
    "suspend",
    "times",
    "trap",
    "type",
    "typeset",
    "ulimit",
    "umask",
    "unalias",
    "unfunction",
    "unhash",
    "unlimit",
    "unset",
    "unsetopt",
    "vared",
    "wait",
    "whence",
    "where",
    "which",
    "zcompile",
    "zformat",
    "zle",
    "zmodload",
    "zparseopts",
    "zregexparse",
    "zstat",
    "zstyle",
];
/// Builtins whose name a function must not take.
const TESTS: &[&str] = &[
    "[", "test", "true", "false", ":", "echo", "exit", "shift", "set", "export", "cd", "pwd", "getopts", ".",
    "source",
];
/// Variables that are not what they are set to, or that change what others are; some by their beginnings.
const SPECIAL: &[&str] = &[
    "BASH*",
    "COMPREPLY",
    "COMP_*",
    "DIRSTACK",
    "EPOCH*",
    "EUID",
    "FIGNORE",
    "FUNCNAME",
    "FUNCNEST",
    "GLOBIGNORE",
    "GLOBSORT",
    "GROUPS",
    "HIST*",
    "HOSTTYPE",
    "IFS",
    "LANG",
    "LANGUAGE",
    "LC_*",
    "LINENO",
    "MACHTYPE",
    "MAPFILE",
    "OPTARG",
    "OPTERR",
    "OPTIND",
    "OSTYPE",
    "PIPESTATUS",
    "POSIX*",
    "PPID",
    "PROMPT*",
    "PS0",
    "PS1",
    "PS2",
    "PS3",
    "PS4",
    "RANDOM",
    "READLINE_*",
    "REPLY",
    "SECONDS",
    "SHELLOPTS",
    "SHLVL",
    "SRANDOM",
    "TMOUT",
    "UID",
    "ZDOTDIR",
    "ZSH*",
    "_",
];

/// Takes note of a simple command before it runs.
pub(super) fn simple(command: &SimpleCommand, context: &mut Context<'_>) {
    if context.state.shell.tests == Tests::Tainted {
        return;
    }
    let prefix = command.prefix.iter().flat_map(|prefix| &prefix.0);
    let suffix = command.suffix.iter().flat_map(|suffix| &suffix.0);
    for item in prefix.chain(suffix) {
        let Item::AssignmentWord(_, word) = item else { continue };
        if let Some((name, value)) = word.value.split_once('=') {
            let is_told = is_told(value, context);
            tells(name, is_told, context);
        }
    }
    if !is_plain(command, context) {
        context.state.shell.tests = Tests::Tainted;
    }
}

/// Takes note of whether the text tells what a variable is from here on.
fn tells(name: &str, is_told: bool, context: &mut Context<'_>) {
    if is_told {
        context.state.shell.untold.remove(name);
    } else {
        context.state.shell.untold.insert(name.to_owned());
    }
}

fn is_plain(command: &SimpleCommand, context: &Context<'_>) -> bool {
    let prefix = command.prefix.iter().flat_map(|prefix| &prefix.0);
    let suffix = command.suffix.iter().flat_map(|suffix| &suffix.0);
    let mut assigns = false;
    let mut redirects = false;
    for item in prefix.clone().chain(suffix.clone()) {
        match item {
            Item::Word(word) => {
                if !expands_plainly(&word.value)
                    && options::count(&word.value, &context.state.shell).is_none()
                {
                    return false;
                }
            }
            Item::AssignmentWord(_, word) => {
                assigns = true;
                // Of another form: `X+=a`, `X[0]=a`, `X=(a b)`.
                if !is_assignment(&word.value) || !expands_plainly(&word.value) {
                    return false;
                }
            }
            Item::IoRedirect(redirect) => redirects |= may_fail(redirect),
            Item::ProcessSubstitution(..) => {}
        }
    }
    let Some(name) = &command.word_or_name else { return !redirects };
    let name = name.value.as_str();
    let is_literal =
        name == "[" || name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./:+@%".contains(&byte));
    let shell = &context.state.shell;
    if !is_literal || CHANGING.binary_search(&name).is_ok() || shell.aliases.contains_key(name) {
        return false;
    }
    let is_own =
        shell.functions.contains_key(name) || matches!(name, "shift" | "set" | "export" | "cd" | "getopts");
    if is_own && (assigns && command.prefix.is_some() || redirects) {
        return false;
    }
    let words: Vec<&str> = suffix
        .filter_map(|item| match item {
            Item::Word(word) | Item::AssignmentWord(_, word) => Some(word.value.as_str()),
            Item::IoRedirect(_) | Item::ProcessSubstitution(..) => None,
        })
        .collect();
    match name {
        // Who reads the file says more.
        "." | "source" => words.len() == 1 && !assigns && !redirects,
        "getopts" => options::outcome(&words, shell).is_some(),
        "set" if words.first() == Some(&"--") => words.iter().skip(1).all(|word| is_told(word, context)),
        "set" => matches!(
            words.as_slice(),
            ["-e" | "-u" | "-eu" | "-ue" | "-x" | "-ex" | "-eux"]
                | ["-euo" | "-eo" | "-o" | "-uo" | "-euxo", "pipefail"]
        ),
        "shift" => {
            let count = match words.as_slice() {
                [] => Some(1),
                [count] => count.parse().ok().or_else(|| options::count(count, shell)),
                [_, _, ..] => None,
            };
            count
                .zip(shell.parameters.as_ref())
                .is_some_and(|(count, parameters): (usize, _)| count <= parameters.len())
        }
        "export" => words.iter().all(|word| is_assignment(word) || is_name(word)),
        _ => true,
    }
}

/// Takes note of any other command before it runs.
pub(super) fn other(command: &Command, context: &mut Context<'_>) {
    if context.state.shell.tests == Tests::Tainted {
        return;
    }
    let is_plain = match command {
        Command::Simple(_) => true,
        Command::Compound(compound, redirects) => {
            let is_known = match compound {
                CompoundCommand::Arithmetic(counted) => {
                    outcomes::asked_of_count(&counted.expr.value).is_some()
                }
                CompoundCommand::ArithmeticForClause(_) | CompoundCommand::Coprocess(_) => false,
                CompoundCommand::ForClause(clause) => {
                    let values = clause.values.iter().flatten();
                    // Each parameter is told as `$1` is.
                    let is_each_told = |word: &Word| word.value == "\"$@\"" || is_told(&word.value, context);
                    let are_told = clause.values.iter().flatten().all(is_each_told);
                    tells(&clause.variable_name, are_told, context);
                    is_variable(&clause.variable_name)
                        && values.into_iter().all(|word| expands_plainly(&word.value))
                }
                CompoundCommand::CaseClause(clause) => {
                    let patterns = clause.cases.iter().flat_map(|case| &case.patterns);
                    expands_plainly(&clause.value.value)
                        && patterns.into_iter().all(|word| expands_plainly(&word.value))
                }
                CompoundCommand::BraceGroup(_)
                | CompoundCommand::Subshell(_)
                | CompoundCommand::IfClause(_)
                | CompoundCommand::WhileClause(_)
                | CompoundCommand::UntilClause(_) => true,
            };
            is_known && !may_any_fail(redirects.as_ref())
        }
        Command::Function(function) => {
            let name = function.fname.value.as_str();
            !TESTS.contains(&name) && CHANGING.binary_search(&name).is_err()
        }
        Command::ExtendedTest(test, redirects) => {
            compares_texts(&test.expr) && !may_any_fail(redirects.as_ref())
        }
    };
    if !is_plain {
        context.state.shell.tests = Tests::Tainted;
    }
}

/// Whether a test in `[[ .. ]]` can set nothing: `[[ a -eq X=5 ]]` does.
fn compares_texts(expression: &ExtendedTestExpr) -> bool {
    use brush_parser::ast::BinaryPredicate::{
        StringDoesNotExactlyMatchPattern, StringDoesNotExactlyMatchString, StringExactlyMatchesPattern,
        StringExactlyMatchesString,
    };
    use brush_parser::ast::UnaryPredicate::{ShellVariableIsSetAndAssigned, ShellVariableIsSetAndNameRef};
    match expression {
        ExtendedTestExpr::And(left, right) | ExtendedTestExpr::Or(left, right) => {
            compares_texts(left) && compares_texts(right)
        }
        ExtendedTestExpr::Not(inner) | ExtendedTestExpr::Parenthesized(inner) => compares_texts(inner),
        ExtendedTestExpr::UnaryTest(kind, word) => {
            !matches!(kind, ShellVariableIsSetAndAssigned | ShellVariableIsSetAndNameRef)
                && expands_plainly(&word.value)
        }
        ExtendedTestExpr::BinaryTest(kind, left, right) => {
            let is_text = matches!(
                kind,
                StringExactlyMatchesPattern
                    | StringDoesNotExactlyMatchPattern
                    | StringExactlyMatchesString
                    | StringDoesNotExactlyMatchString
            );
            let is_number = |word: &str| {
                let word = word.trim_matches('"');
                word == "$#" || !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
            };
            let is_count = || compares_numbers(kind) && is_number(&left.value) && is_number(&right.value);
            (is_text && expands_plainly(&left.value) && expands_plainly(&right.value)) || is_count()
        }
    }
}

/// Whether a test takes both of its words for numbers.
pub(super) const fn compares_numbers(kind: &BinaryPredicate) -> bool {
    matches!(
        kind,
        BinaryPredicate::ArithmeticEqualTo
            | BinaryPredicate::ArithmeticNotEqualTo
            | BinaryPredicate::ArithmeticLessThan
            | BinaryPredicate::ArithmeticLessThanOrEqualTo
            | BinaryPredicate::ArithmeticGreaterThan
            | BinaryPredicate::ArithmeticGreaterThanOrEqualTo
    )
}

fn may_any_fail(redirects: Option<&RedirectList>) -> bool {
    redirects.is_some_and(|redirects| redirects.0.iter().any(may_fail))
}

/// Whether what is redirected may not run, as where there is no such file.
fn may_fail(redirect: &IoRedirect) -> bool {
    match redirect {
        IoRedirect::File(_, _, IoFileRedirectTarget::Filename(word)) => word.value != "/dev/null",
        IoRedirect::File(_, _, IoFileRedirectTarget::Duplicate(word)) => {
            !matches!(word.value.as_str(), "1" | "2")
        }
        IoRedirect::File(..) | IoRedirect::OutputAndError(..) | IoRedirect::HereString(..) => true,
        IoRedirect::HereDocument(..) => false,
    }
}

/// Whether a text is `NAME=value` for a variable that stays what it is set to.
fn is_assignment(text: &str) -> bool {
    text.split_once('=').is_some_and(|(name, value)| is_variable(name) && !value.starts_with('('))
}

fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

pub(super) fn is_variable(name: &str) -> bool {
    let is_special = |special: &&str| match special.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == *special,
    };
    is_name(name) && !SPECIAL.iter().any(is_special)
}

/// Whether the expansions in a word set nothing, and cannot fail: `$X`, `${X}`, `${X:-word}`, `$(command)`.
fn expands_plainly(raw: &str) -> bool {
    if !raw.contains(['$', '`']) {
        return true;
    }
    let mut rest = raw;
    while let Some((_, after)) = rest.split_once('$') {
        rest = after;
        let Some(first) = after.chars().next() else { break };
        match first {
            '(' if after.starts_with("((") => return false,
            '[' | '\'' | '"' if !(first == '"' && raw.starts_with('"')) => return false,
            '{' => {
                let inside = after.split(['}', '$', '`']).next().unwrap_or_default();
                let name = inside.get(1..).unwrap_or_default();
                let end = name
                    .find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))
                    .unwrap_or(name.len());
                let (name, operator) = name.split_at(end);
                let is_plain = operator.is_empty()
                    || [":-", "-", ":+", "+", ":?", "?", "%", "#"]
                        .iter()
                        .any(|known| operator.starts_with(known));
                if name.is_empty() || !is_plain || operator.contains('!') {
                    return false;
                }
            }
            _ => {}
        }
    }
    !raw.contains("$'") && !raw.contains('`')
}

/// Whether what a word stands for can be told from its text: letters, `$X`, `${X}`, `${X:-word}`, `${X:?words}`,
/// `${X#*=}`, `$1` and `$#`.
pub(super) fn is_told(raw: &str, context: &Context<'_>) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "_-./:,=@%+ \"'".contains(letter);
    let mut rest = raw;
    if raw.matches('"').count() % 2 == 1 || (raw.contains('\'') && raw.contains('$')) {
        return false;
    }
    while let Some((before, after)) = rest.split_once('$') {
        if !before.chars().all(is_letter) {
            return false;
        }
        let (name, left) = if let Some(inner) = after.strip_prefix('{') {
            let Some((inside, left)) = inner.split_once('}') else { return false };
            // The words of `${X:?words}` are said to a person, and no value.
            let asked = || inside.split_once(":?").or_else(|| inside.split_once('?'));
            let (inside, is_cut) = match inside.split_once(['#', '%']) {
                Some((name, pattern)) if !name.is_empty() => {
                    if !pattern.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_=*#%".contains(&byte))
                    {
                        return false;
                    }
                    (name, true)
                }
                _ => (inside, false),
            };
            if is_cut && inside.contains([':', '?', '-']) {
                return false;
            }
            let (name, usual) = match asked().filter(|(_, said)| !said.contains(['$', '`', '\\', '"', '\'']))
            {
                Some((name, _)) => (name, ""),
                None => inside.split_once(":-").or_else(|| inside.split_once('-')).unwrap_or((inside, "")),
            };
            if !usual.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte)) {
                return false;
            }
            (name, left)
        } else if let Some(left) = after.strip_prefix('#') {
            ("", left)
        } else {
            let end = after
                .find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))
                .unwrap_or(after.len());
            after.split_at(if after.starts_with(|first: char| first.is_ascii_digit()) { 1 } else { end })
        };
        let is_parameter = name.len() == 1 && name.bytes().all(|byte| byte.is_ascii_digit() && byte != b'0');
        let is_count = name.is_empty() && after.starts_with('#');
        let is_option = name == "OPTARG" && context.state.shell.follows_options();
        if !(is_count
            || is_option
            || is_parameter
            || (is_variable(name) && !context.state.shell.untold.contains(name)))
        {
            return false;
        }
        rest = left;
    }
    rest.chars().all(is_letter)
}

#[cfg(test)]
mod tests;
