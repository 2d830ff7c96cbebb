//! Python's virtual environments: the script that `source venv/bin/activate` runs.
//!
//! It puts the environment's `bin` first on the `PATH` and does nothing else, whichever of the tools wrote it. Its
//! lines are held against what such a script consists of, so that one with anything more is read like any other.

mod conda;

use crate::context::Context;
use crate::paths::{self, Located};
use crate::word::Value;

/// A longer script is read like any other.
const MOST_LINES: usize = 300;

/// Variables that activation sets, keeps and takes away.
const NAMES: &[&str] = &[
    "VIRTUAL_ENV",
    "VIRTUAL_ENV_PROMPT",
    "PYTHONHOME",
    "PS1",
    "TCL_LIBRARY",
    "TK_LIBRARY",
    "PKG_CONFIG_PATH",
    "_OLD_PKG_CONFIG_PATH",
];

/// Variables that say where the script is, from which some work out the environment's directory: what they are set
/// to must be that.
const PLACES: &[(&str, &[&str])] = &[
    ("SCRIPT_PATH", &["\"${BASH_SOURCE[0]}\"", "\"${(%):-%x}\"", "\"${.sh.file}\"", "\"$_OLD_SCRIPT_PATH\""]),
    ("_OLD_SCRIPT_PATH", &["\"$SCRIPT_PATH\""]),
    (
        "CURRENT_PATH",
        &["$(realpath \"${0}\")", "$(realpath \"${BASH_SOURCE[0]}\")", "$(realpath \"${SCRIPT_PATH}\")"],
    ),
    ("CURRENT_DIR", &["$(dirname \"${CURRENT_PATH}\")"]),
    ("CURRENT_ENV", &["\"$(realpath \"${CURRENT_DIR}/../\")\""]),
];

/// Lines that stand as they are.
const WHOLE: &[&str] = &[
    "fi",
    "else",
    "}",
    ";;",
    "esac",
    "exit 33",
    "return 1",
    "false",
    "done",
    "deactivate () {",
    "deactivate() {",
    "pydoc () {",
    "pydoc() {",
    "deactivate nondestructive",
    "unset -f deactivate",
    "unset -f pydoc >/dev/null 2>&1",
    "hash -r",
    "unalias pydoc",
    "alias pydoc 2>/dev/null >/dev/null && unalias pydoc",
    "alias pydoc=\"python -m pydoc\"",
    "alias pydoc='python -m pydoc'",
    "python -m pydoc \"$@\"",
    "case \"$(uname)\" in",
    "case \"$(uname -r)\" in",
    "if ([ \"$OSTYPE\" = \"cygwin\" ] || [ \"$OSTYPE\" = \"msys\" ]) && $(command -v cygpath &> /dev/null) ; then",
    "export PATH",
    "PATH=\"$_OLD_VIRTUAL_PATH\"",
    "PATH=\"${_OLD_VIRTUAL_PATH:-}\"",
    "_OLD_VIRTUAL_PATH=\"$PATH\"",
    "PATH=\"$VIRTUAL_ENV/bin:$PATH\"",
    "PATH=\"$VIRTUAL_ENV/\"bin\":$PATH\"",
    "PATH=\"$VIRTUAL_ENV/\"'bin'\":$PATH\"",
    "PATH=\"$VIRTUAL_ENV/\"bin\"${PATH:+:$PATH}\"",
    "PATH=\"$VIRTUAL_ENV/\"'bin'\"${PATH:+:$PATH}\"",
    "if [ \"$(command -v deactivate)\" != deactivate ]; then",
    "case \"${CURRENT_ENV#*%}\" in",
    "case \"$VIRTUAL_ENV\" in",
    // The prompt, whose letters are quoted one by one.
    "psvar[9]=\"$_OLD_VIRTUAL_PSVAR\"",
    "psvar[9]=\"$VIRTUAL_ENV_PROMPT\"",
    "_OLD_VIRTUAL_PSVAR=\"${psvar[9]-}\"",
    "unset _OLD_VIRTUAL_PSVAR",
    "if [[ -o ksharrays ]]; then",
    "_virtualenv_escape_prompt () {",
    "_virtualenv_escape_prompt \"$VIRTUAL_ENV_PROMPT\"",
    "unset -f _virtualenv_escape_prompt",
    "local LC_ALL=C || :",
    "local _VIRTUAL_INDEX=0 _VIRTUAL_MARK= _VIRTUAL_CHARACTER",
    "while [ \"$_VIRTUAL_INDEX\" -lt \"${#1}\" ]; do",
    "_VIRTUAL_CHARACTER=${1:_VIRTUAL_INDEX:1}",
    "_VIRTUAL_INDEX=$((_VIRTUAL_INDEX + 1))",
    "case $_VIRTUAL_CHARACTER in",
    "\\\\) _VIRTUAL_PROMPT+=\"$_VIRTUAL_MARK\\\\\\\\\\\\\\\\\" ;;",
    "\\$ | \\`) _VIRTUAL_PROMPT+=\"$_VIRTUAL_MARK\\\\$_VIRTUAL_CHARACTER\" ;;",
    "*) _VIRTUAL_PROMPT+=$_VIRTUAL_CHARACTER ;;",
    "[\\ -~]) _VIRTUAL_MARK= ;;",
    "*) _VIRTUAL_MARK=$'\\001\\002' ;;",
    "_VIRTUAL_PROMPT=",
    "_VIRTUAL_PROMPT='%10v'",
    "_VIRTUAL_PROMPT='%9v'",
    "unset _VIRTUAL_PROMPT",
];

/// Takes over what activation does, where the file is a plain script of that kind; whether it is.
pub(crate) fn activates(located: &Located, context: &mut Context<'_>) -> bool {
    if conda::is_script(located, context) {
        return true;
    }
    let Some(root) = located.path.strip_suffix("/bin/activate").filter(|_| located.why.is_none()) else {
        return false;
    };
    let world = &context.state.world;
    let is_changed =
        world.tree_changed.is_some() || world.written.iter().any(|written| written.touches(located));
    // Kept by an earlier activation, they are put back.
    let kept = ["_OLD_VIRTUAL_PATH", "_OLD_VIRTUAL_PYTHONHOME"];
    let is_set = kept
        .iter()
        .chain(PLACES.iter().map(|(name, _)| name))
        .any(|name| context.state.shell.variables.contains_key(*name));
    // What the script calls could mean something else by now.
    let shell = &context.state.shell;
    let is_renamed = !shell.functions.is_empty() || !shell.aliases.is_empty() || shell.distrusted;
    // The script has its own directory's name in quotes that bash reads.
    let is_odd = !root
        .chars()
        .all(|letter| letter.is_alphanumeric() || matches!(letter, '/' | '.' | '-' | '_' | '+' | '@'));
    if is_changed || is_set || is_renamed || is_odd {
        return false;
    }
    let is_made = || context.state.world.environments.iter().any(|made| made == root);
    let is_activation = match context.file(&located.path) {
        Ok(Some(text)) => {
            is_plain(&text, root) && matches!(context.file(&format!("{root}/pyvenv.cfg")), Ok(Some(_)))
        }
        Ok(None) => is_made(),
        Err(_) => false,
    };
    if !is_activation {
        return false;
    }
    let shell = &mut context.state.shell;
    shell.set("VIRTUAL_ENV", Value::Known(root.to_owned()));
    let directory = format!("{root}/bin");
    if !shell.activated.contains(&directory) {
        shell.activated.push(directory);
    }
    true
}

/// Whether a script only does what activating the environment at `root` takes.
fn is_plain(text: &str, root: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    // A line that goes on in the next is more than is known here.
    text.lines().count() <= MOST_LINES && !text.contains("\\\n") && lines.all(|line| is_part(line, root))
}

fn is_part(line: &str, root: &str) -> bool {
    let bare = line.strip_suffix(" || true").or_else(|| line.strip_suffix(" || return 1")).unwrap_or(line);
    let bare = bare.strip_suffix("2> /dev/null").or_else(|| bare.strip_suffix("2>/dev/null")).unwrap_or(bare);
    let bare = bare.trim_end();
    if WHOLE.contains(&bare) || WHOLE.contains(&line) {
        return true;
    }
    let is_pattern = |text: &str| {
        text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '*' | '|' | '_' | ':'))
    };
    if line.strip_suffix(')').is_some_and(is_pattern) {
        return true;
    }
    let test = line.strip_prefix("if ").or_else(|| line.strip_prefix("elif "));
    if let Some(test) = test.and_then(|rest| rest.strip_suffix("then")) {
        return test.trim_end().strip_suffix(';').is_some_and(is_test);
    }
    // A test that the next line goes on: `if [ … ] &&`, `{ [ … ] || [ … ]; }; then`.
    if let Some(test) = line.strip_prefix("if ").and_then(|rest| rest.strip_suffix(" &&")) {
        return is_test(test);
    }
    if let Some(test) = line.strip_prefix("{ ").and_then(|rest| rest.strip_suffix("; }; then")) {
        return is_test(test);
    }
    if let Some(text) = line.strip_prefix("echo \"").and_then(|rest| rest.strip_suffix(" >&2")) {
        return !text.contains(['`', ';', '&', '|', '<', '>']) && !text.contains("$(");
    }
    let is_place = |name: &str| PLACES.iter().any(|(known, _)| *known == name);
    if let Some(names) = line.strip_prefix("unset ") {
        return names.split(' ').all(|name| is_name(name) || is_place(name));
    }
    let bare = line.strip_suffix(" || return 1").unwrap_or(line);
    let assigns = bare.strip_prefix("export ").unwrap_or(bare);
    match assigns.split_once('=') {
        Some(("VIRTUAL_ENV", value)) => is_root(value, root),
        Some((name, value)) if is_place(name) => {
            PLACES.iter().any(|(known, values)| *known == name && values.contains(&value))
        }
        Some((name, value)) => is_name(name) && is_harmless(value),
        None => assigns != bare && (is_name(assigns) || is_place(assigns)),
    }
}

fn is_name(name: &str) -> bool {
    NAMES.contains(&name)
        || name.strip_prefix("_OLD_VIRTUAL_").is_some_and(|rest| rest == "PATH" || NAMES.contains(&rest))
}

/// `[ … ]`, or several that are joined by `||` and `&&`.
fn is_test(text: &str) -> bool {
    text.trim_end().split(" || ").flat_map(|part| part.split(" && ")).all(|part| {
        part.strip_prefix("! ").unwrap_or(part).starts_with("[ ")
            && part.ends_with(" ]")
            && !part.contains(['`', ';', '&', '|', '<', '>'])
            && !part.contains("$(")
    })
}

/// What `VIRTUAL_ENV` is set to: the environment's own directory, on some systems spelled in another way.
fn is_root(value: &str, root: &str) -> bool {
    let unquoted = |text: &str| text.trim_matches(['"', '\'']) == root;
    let spelled = |program: &str| {
        let inner = value.trim_matches('"').strip_prefix(program).and_then(|rest| rest.strip_suffix(')'));
        inner.is_some_and(|inner| unquoted(inner) || inner == "\"$VIRTUAL_ENV\"")
    };
    unquoted(value)
        || spelled("$(cygpath ")
        || spelled("$(cygpath -u ")
        || spelled("$(wslpath ")
        || value == "\"$(realpath \"${CURRENT_DIR}/../\")\""
        || value == "\"$CURRENT_ENV\""
        || value == "''\"$(dirname -- \"$(dirname -- \"$(realpath -- \"$SCRIPT_PATH\")\")\")\"''"
}

/// A value that runs nothing but programs which print a part of a path.
fn is_harmless(value: &str) -> bool {
    let mut rest = value.to_owned();
    for program in ["$(basename ", "$(dirname ", "$(realpath "] {
        rest = rest.replace(program, "");
    }
    is_one_word(value) && !rest.contains(['`', ';', '&', '<', '>', '|']) && !rest.contains("$(")
}

/// Whether the shell reads a value as one word, after which nothing follows on its line.
fn is_one_word(value: &str) -> bool {
    // What is open: a quote of either kind, or the bracket of a substitution.
    let mut open: Vec<char> = Vec::new();
    let mut letters = value.chars().peekable();
    while let Some(letter) = letters.next() {
        match (open.last(), letter) {
            (Some('\''), '\'') => drop(open.pop()),
            (Some('\''), _) => {}
            (_, '\\') => drop(letters.next()),
            (Some('"'), '"') | (Some('('), ')') => drop(open.pop()),
            (_, '"') => open.push('"'),
            (_, '$') if letters.peek() == Some(&'(') => {
                letters.next();
                open.push('(');
            }
            (Some('"'), _) => {}
            // `$'…'` has escapes of its own, and a bracket alone begins a list.
            (_, '$') if matches!(letters.peek(), Some('\'' | '"')) => return false,
            (_, '(') => return false,
            (_, '\'') => open.push('\''),
            (None, letter) if letter.is_whitespace() => return false,
            _ => {}
        }
    }
    open.is_empty()
}

/// The file that a program's name leads to in an environment that this text activated.
pub(crate) fn program(name: &str, context: &Context<'_>) -> Option<Located> {
    if context.elsewhere.is_some() {
        return None;
    }
    let candidates = context.state.shell.activated.iter().rev();
    let mut found =
        candidates.map(|directory| paths::locate(&Value::Known(format!("{directory}/{name}")), context));
    let written = &context.state.world.written;
    found.find(|located| {
        written.iter().any(|written| written.touches(located))
            || !matches!(context.file(&located.path), Ok(None))
    })
}

#[cfg(test)]
mod tests;
