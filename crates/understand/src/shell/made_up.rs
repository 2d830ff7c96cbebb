//! Text that is made up as a command runs, and that surely is no more than a part of a file's name: a process id, a
//! date, a commit's short id. It holds no slash and no blank, and nobody can have chosen it.

use crate::context::ShellState;
use crate::glob;

/// Why such a text is not known.
pub(crate) const MADE_UP: &str = "a number or name that is made up as it runs";

/// Variables whose value the shell makes up itself, for as long as nothing sets them.
const NAMES: &[&str] =
    &["BASHPID", "EPOCHSECONDS", "EUID", "LINENO", "PPID", "RANDOM", "SECONDS", "SRANDOM", "UID"];

impl ShellState {
    /// Whether the value of a variable is such a text.
    pub(super) fn makes_up(&self, name: &str) -> bool {
        let is_sure = self.poisoned.is_none() && !self.distrusted;
        let is_set =
            || self.variables.contains_key(name) || self.environment.iter().any(|(set, _)| set == name);
        // Nothing can set these.
        matches!(name, "$" | "?" | "!") || is_sure && NAMES.contains(&name) && !is_set()
    }
}

/// Whether a program may print such a text.
pub(super) fn may(program: &str) -> bool {
    matches!(program, "date" | "nproc" | "id" | "whoami" | "uname" | "hostname" | "uuidgen" | "git")
}

/// Whether that is all a program prints, given these words.
pub(super) fn prints(program: &str, words: &[&str]) -> bool {
    match (program, words) {
        ("date", ["-u" | "--utc", format] | [format]) => is_date(format),
        ("nproc", [] | ["--all"]) | ("whoami" | "uuidgen", []) | ("hostname", [] | ["-s"]) => true,
        ("id", [option]) => matches!(*option, "-u" | "-g" | "-un" | "-gn" | "-nu" | "-ng"),
        ("uname", [option]) => matches!(*option, "-s" | "-m" | "-r"),
        // Of what is no commit it prints the name that it is given.
        (
            "git",
            ["rev-parse", "HEAD"] | ["rev-parse", "--short", "HEAD"] | ["rev-list", "--count", "HEAD"],
        ) => true,
        ("git", ["rev-parse", length, "HEAD"]) => length
            .strip_prefix("--short=")
            .is_some_and(|length| length.bytes().all(|byte| byte.is_ascii_digit())),
        _ => false,
    }
}

/// Whether a format of `date` gives a name without a slash: `%D` and `%x` write one.
fn is_date(format: &str) -> bool {
    let Some(mut rest) = format.strip_prefix('+') else { return false };
    let mut parts = 0;
    while let Some(first) = rest.chars().next() {
        let width = match first {
            '%' => {
                parts += 1;
                let digits =
                    rest.bytes().skip(1).take_while(|byte| matches!(byte, b'-' | b'0'..=b'9')).count();
                let kind = rest.as_bytes().get(1 + digits);
                if !kind.is_some_and(|kind| b"YmdHMSsNjyFTCGgVuwUI".contains(kind)) {
                    return false;
                }
                2 + digits
            }
            _ if first.is_ascii_alphanumeric() || matches!(first, '-' | '_' | ':' | '.') => 1,
            _ => return false,
        };
        rest = rest.get(width..).unwrap_or_default();
    }
    parts > 0
}

/// The pattern of the files that a text of which only the middle is made up may name; none where what is known of it
/// could mean more than that: the made up part may be empty, too.
pub(crate) fn pattern(prefix: &str, suffix: &str) -> Option<String> {
    let special = |text: &str| text.contains(['*', '?', '[', ']', '\\', '{', '}']);
    let start = prefix.rsplit('/').next().unwrap_or_default();
    let end = suffix.split('/').next().unwrap_or_default();
    let name = format!("{start}{end}");
    let is_named = name.bytes().any(|byte| byte.is_ascii_alphanumeric());
    let climbs = suffix.split('/').any(|part| part == "..");
    let pattern = format!("{prefix}*{suffix}");
    (is_named && !climbs && !special(prefix) && !special(suffix) && glob::is_pattern(&pattern))
        .then_some(pattern)
}

#[cfg(test)]
mod tests;
