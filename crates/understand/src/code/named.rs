//! Texts in inline code that as a whole are the path of a file with secrets, or of one of Countersign's own: whatever
//! function they are given to, it may read the one and change the other.

use countersign_model::{Certainty, Effect, PathClass, Resource, verbs};

use crate::context::Context;
use crate::path_classes;
use crate::paths;
use crate::word::Value;

/// Longer code is not searched, in bytes.
const LONGEST: usize = 64 * 1024;
/// Texts that are looked at, and uses of a name.
const MOST: usize = 400;
/// How far back the function is looked for that a text is given to, in bytes.
const BACK: usize = 400;

/// Functions, words and methods that only print a text, compare it, or ask whether there is such a file: sorted.
const HARMLESS: &[&str] = &[
    "Println",
    "access",
    "accessSync",
    "basename",
    "count",
    "debug",
    "directory?",
    "dirname",
    "echo",
    "end_with?",
    "endsWith",
    "endswith",
    "error",
    "exist?",
    "exists",
    "exists?",
    "existsSync",
    "extname",
    "file?",
    "file_exists",
    "fnmatch",
    "getmtime",
    "getsize",
    "include?",
    "includes",
    "indexOf",
    "info",
    "is_dir",
    "is_file",
    "isdir",
    "isfile",
    "islink",
    "lexists",
    "log",
    "lstat",
    "lstatSync",
    "name",
    "p",
    "parent",
    "pp",
    "print",
    "printf",
    "println",
    "puts",
    "say",
    "splitext",
    "start_with?",
    "startsWith",
    "startswith",
    "stat",
    "statSync",
    "stem",
    "suffix",
    "warn",
    "warning",
    "when",
];
/// Those that give on the path they are given.
const THROUGH: &[&str] = &[
    "join",
    "resolve",
    "expanduser",
    "expandvars",
    "abspath",
    "realpath",
    "normpath",
    "str",
    "fspath",
    "String",
    "expand_path",
    "normalize",
];
/// Those that make an object of a path, whose methods say what becomes of the file.
const OBJECTS: &[&str] = &["Path", "PurePath", "PosixPath", "Pathname", "File"];
/// Functions that are looked at where they are called, so that what they do with a path is said: sorted.
const FOLLOWED: &[&str] = &[
    "Popen",
    "call",
    "check_call",
    "check_output",
    "chmod",
    "copy",
    "copy2",
    "copyFile",
    "copyFileSync",
    "copyfile",
    "cp",
    "cpSync",
    "createReadStream",
    "createWriteStream",
    "execFile",
    "execFileSync",
    "file_get_contents",
    "file_put_contents",
    "getoutput",
    "makedirs",
    "mkdir",
    "mkdirSync",
    "move",
    "open",
    "openSync",
    "readFile",
    "readFileSync",
    "remove",
    "rename",
    "renameSync",
    "replace",
    "require",
    "rm",
    "rmSync",
    "rmdir",
    "rmtree",
    "run",
    "spawn",
    "spawnSync",
    "system",
    "unlink",
    "unlinkSync",
    "writeFile",
    "writeFileSync",
];
/// Modules they are functions of; others have functions of the same names.
const OWNERS: &[&str] = &[
    "bz2",
    "child_process",
    "codecs",
    "cp",
    "fs",
    "fsp",
    "gzip",
    "io",
    "lzma",
    "os",
    "promises",
    "shutil",
    "sp",
    "subprocess",
];
/// Methods of a path's object that are looked at.
const METHODS: &[&str] = &[
    "chmod",
    "mkdir",
    "open",
    "read_bytes",
    "read_text",
    "rename",
    "replace",
    "rmdir",
    "touch",
    "unlink",
    "write_bytes",
    "write_text",
];

/// What is done with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Taken {
    Harmlessly,
    /// What a function does that is looked at where it is called.
    AsFollowed,
    BySomething,
}

/// Adds what the texts of `code` name that no effect says yet; `is_followed`: whether all of it was looked at.
pub(crate) fn look(code: &str, is_followed: bool, context: &mut Context<'_>) {
    if code.len() <= LONGEST {
        within(code, is_followed, 0, context);
    }
}

fn within(code: &str, is_followed: bool, depth: usize, context: &mut Context<'_>) {
    for (start, end) in quoted(code) {
        let text = code.get(start + 1..end - 1).unwrap_or_default();
        if text.contains(['"', '\'']) && depth < 2 {
            within(text, false, depth + 1, context);
        }
        let Some(path) = guarded(text, context) else { continue };
        let taken = taken(code, start, end, 0);
        if taken == Taken::BySomething || (taken == Taken::AsFollowed && !is_followed) {
            names(&path, context);
        }
    }
}

/// The path that a text is, where that is a file with secrets or one of Countersign's own.
fn guarded(text: &str, context: &Context<'_>) -> Option<String> {
    // Perl has the mode before the name.
    let text = text.trim_start_matches(['+', '>', '<']);
    let is_path = text.len() > 2
        && text.len() < 512
        && !text.contains(|c: char| c.is_whitespace() || "*?{}|;\\".contains(c));
    // `.pem` is what names end in.
    let is_ending =
        text != ".env" && text.starts_with('.') && !text.contains('/') && path_classes::is_ending(text);
    if !is_path || is_ending || !text.contains(['.', '/']) {
        return None;
    }
    let home = context.surroundings.home.trim_end_matches('/');
    let path = match text.strip_prefix("~/").or_else(|| text.strip_prefix("$HOME/")) {
        Some(rest) => format!("{home}/{rest}"),
        None => text.to_owned(),
    };
    let base = context.state.shell.directory.as_deref().unwrap_or("/");
    let whole = paths::normal(base, &path);
    // What follows the home's name in the code: `os.environ["HOME"] + "/.aws/credentials"`.
    let below_home = format!("{home}{path}");
    let is_guarded =
        |path: &str| matches!(paths::class(path, context), PathClass::Secret | PathClass::Countersign);
    match path {
        path if is_guarded(&whole) => Some(path),
        path if path.starts_with("/.") && is_guarded(&below_home) => Some(below_home),
        _ => None,
    }
}

fn names(path: &str, context: &mut Context<'_>) {
    let value = Value::Known(path.to_owned());
    let located = paths::locate(&value, context);
    if context.collected.guards(&located.path) {
        return;
    }
    if located.class == PathClass::Countersign {
        let resource =
            Resource::Path { path: located.path.clone(), zone: located.zone, class: located.class };
        let why = "code is given one of Countersign's own files, and may change it";
        context.push(Effect::new(verbs::COUNTERSIGN_TAMPER, resource).certain(Certainty::Partial, why));
    } else if located.class == PathClass::Secret {
        context.read_value(&value);
    }
}

/// What is done with the text, or the name, that stands between two places of code.
fn taken(code: &str, start: usize, end: usize, depth: usize) -> Taken {
    let after = code.get(end..).unwrap_or_default().trim_start();
    let mut before = code.get(..start).unwrap_or_default();
    if ["in ", "not in ", "==", "!=", "=~"].iter().any(|sign| after.starts_with(sign)) {
        return Taken::Harmlessly;
    }
    let prefix = before.trim_end_matches(|letter: char| "rRbBuUfF".contains(letter));
    if before.len() - prefix.len() <= 2 && !prefix.ends_with(is_name) {
        before = prefix;
    }
    let before = before.trim_end();
    if ["==", "!=", "=~", "!~"].iter().any(|sign| before.ends_with(sign)) {
        return Taken::Harmlessly;
    }
    // `print ".env"`
    if before.len() < start && HARMLESS.binary_search(&last_name(before)).is_ok() {
        return Taken::Harmlessly;
    }
    let from = (before.len().saturating_sub(BACK)..before.len()).find(|at| before.is_char_boundary(*at));
    let floor = from.unwrap_or(0);
    let mut at = before.len();
    let mut closed = 0_usize;
    while let Some(sign) = before.get(floor..at).and_then(|rest| rest.chars().next_back()) {
        at -= sign.len_utf8();
        match sign {
            ')' | ']' => closed += 1,
            '(' | '[' if closed > 0 => closed -= 1,
            '(' => {
                let opening = before.get(..at).unwrap_or_default();
                let name = last_name(opening);
                if HARMLESS.binary_search(&name).is_ok() {
                    return Taken::Harmlessly;
                }
                if OBJECTS.contains(&name) {
                    let close = after.strip_prefix(')').map(str::trim_start);
                    return match close {
                        Some(after) if after.starts_with('.') => by_method(after),
                        Some(_) => bound(opening.strip_suffix(name).unwrap_or(opening), code, depth),
                        None => Taken::BySomething,
                    };
                }
                if is_followed(opening, name) {
                    return Taken::AsFollowed;
                }
                if !name.is_empty() && !THROUGH.contains(&name) {
                    return Taken::BySomething;
                }
            }
            '[' => {
                let opening = before.get(..at).unwrap_or_default().trim_end();
                // The name of a field.
                if opening.ends_with(is_name) && last_name(opening) != "in" && after.starts_with(']') {
                    return Taken::Harmlessly;
                }
                if last_name(opening) == "in" {
                    let opening = opening.strip_suffix("in").unwrap_or(opening).trim_end();
                    let opening = opening.strip_suffix("not").unwrap_or(opening).trim_end();
                    let name = last_name(opening);
                    let head = opening.strip_suffix(name).unwrap_or(opening).trim_end();
                    return if last_name(head) == "for" {
                        uses(name, code, depth)
                    } else {
                        Taken::Harmlessly
                    };
                }
            }
            ';' | '\n' | '{' | '}' if closed == 0 => {
                at += sign.len_utf8();
                break;
            }
            _ => {}
        }
    }
    let statement = before.get(at.max(floor)..).unwrap_or_default().trim_start();
    let first = statement.split(|letter: char| !is_name(letter)).next().unwrap_or_default();
    let is_said = HARMLESS.binary_search(&first).is_ok() && statement.len() > first.len();
    if is_said && !statement.contains(['>', '(', '=']) {
        return Taken::Harmlessly;
    }
    bound(before, code, depth)
}

/// What is done with what is bound to the name at the end of `before`: `path = `.
fn bound(before: &str, code: &str, depth: usize) -> Taken {
    match before.trim_end().strip_suffix('=').map(|before| last_name(before.trim_end())) {
        Some(name) if !name.is_empty() => uses(name, code, depth),
        Some(_) | None => Taken::BySomething,
    }
}

/// Whether the function whose name ends `opening` is one that is looked at.
fn is_followed(opening: &str, name: &str) -> bool {
    let owner = opening.strip_suffix(name).unwrap_or_default().strip_suffix('.').map(last_name);
    FOLLOWED.binary_search(&name).is_ok()
        && (name.ends_with("Sync") || owner.is_none_or(|owner| OWNERS.contains(&owner)))
}

/// The worst that is done with a name anywhere in the code.
fn uses(name: &str, code: &str, depth: usize) -> Taken {
    if name.is_empty() || depth > 1 {
        return Taken::BySomething;
    }
    let mut worst = Taken::Harmlessly;
    for (count, (at, _)) in code.match_indices(name).enumerate() {
        let end = at + name.len();
        let (before, after) = (code.get(..at).unwrap_or_default(), code.get(end..).unwrap_or_default());
        if count >= MOST {
            return Taken::BySomething;
        }
        let is_whole =
            !before.ends_with(|letter: char| is_name(letter) || letter == '.') && !after.starts_with(is_name);
        let after = after.trim_start();
        let is_assigned = after.starts_with('=') && !after.starts_with("==");
        if !is_whole || is_assigned || after.starts_with("in ") || last_name(before.trim_end()) == "const" {
            continue;
        }
        let one = if after.starts_with('.') { by_method(after) } else { taken(code, at, end, depth + 1) };
        worst = worst.max(one);
    }
    worst
}

/// What the method whose name follows the dot does.
fn by_method(after: &str) -> Taken {
    let name =
        after.trim_start_matches('.').split(|letter: char| !is_name(letter)).next().unwrap_or_default();
    match name {
        _ if HARMLESS.binary_search(&name).is_ok() => Taken::Harmlessly,
        _ if METHODS.contains(&name) => Taken::AsFollowed,
        _ => Taken::BySomething,
    }
}

const fn is_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '$')
}

/// The name that a text ends with, to which a `?` or a `!` may belong.
fn last_name(text: &str) -> &str {
    let bare = text.strip_suffix(['?', '!']).unwrap_or(text);
    let start = bare.trim_end_matches(is_name).len();
    text.get(start..).unwrap_or_default()
}

/// Where texts between quotes of one kind or another start and end.
fn quoted(code: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut letters = code.char_indices();
    while let Some((start, quote)) = letters.next() {
        if !matches!(quote, '"' | '\'' | '`') {
            continue;
        }
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\\' => {
                    letters.next();
                }
                '\n' if quote != '`' => break,
                _ if letter == quote => {
                    found.push((start, at + 1));
                    break;
                }
                _ => {}
            }
        }
        if found.len() >= MOST {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests;
