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
        matches!(name, "$" | "?") || is_sure && NAMES.contains(&name) && !is_set()
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
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn names_with_a_part_that_is_made_up() {
        assert_snapshot!(check("rm -f /tmp/x.$$"), @"fs.delete /tmp/x.*, destroy, partial");
        assert_snapshot!(check("trap 'rm -f /tmp/x.$$' EXIT"), @"
        exec.read trap, read
        fs.delete /tmp/x.*, destroy, partial
        ");
        assert_snapshot!(check("rm -rf /tmp/build-$(date +%s)"), @"
        exec.read date, read
        fs.delete /tmp/build-*, destroy, partial
        ");
        assert_snapshot!(check("rm -rf \"/tmp/build-$(date -u +%Y-%m-%dT%H:%M:%SZ)-$$.d/out\""), @"
        exec.read date, read
        fs.delete /tmp/build-*.d/out, destroy, partial
        ");
        assert_snapshot!(check("D=/tmp/a-$RANDOM; mkdir $D && cp src/a.rs $D/ && rm -rf \"$D\""), @"
        fs.write /tmp/a-*, write, partial
        fs.read /repo/src/a.rs, read
        fs.delete /tmp/a-*, destroy, partial
        ");
        assert_snapshot!(check("rm -rf /tmp/b-$(git rev-parse --short HEAD) /tmp/c-$(id -u) /tmp/d-`whoami`"), @"
        git.read /repo, read
        exec.read id, read
        exec.read whoami, read
        fs.delete /tmp/b-*, destroy, partial
        fs.delete /tmp/c-*, destroy, partial
        fs.delete /tmp/d-*, destroy, partial
        ");
        assert_snapshot!(check("rm -rf build-$(uname -m)"), @"
        exec.read uname, read
        fs.delete /repo/build-*, destroy, partial
        ");
    }

    #[test]
    fn what_may_be_more_than_a_part_of_a_name() {
        for command in [
            "rm -rf /tmp/x-$(date +%D)",
            "rm -rf /tmp/x-$(date +%x)",
            "rm -rf /tmp/x-$(date +%Y/%m)",
            "rm -rf /tmp/x-$(date)",
            "rm -rf /tmp/x-$(date -d \"$X\" +%s)$Y",
            "date() { echo ../../home; }; rm -rf /tmp/x-$(date +%s)",
            "alias date=x; rm -rf /tmp/x-$(date +%s)",
            "PATH=/tmp/bin:$PATH; rm -rf /tmp/x-$(date +%s)",
            "unset RANDOM; RANDOM=$X; rm -rf /tmp/x-$RANDOM",
            "read RANDOM; rm -rf /tmp/x-$RANDOM",
            ". ./x; rm -rf /tmp/x-$RANDOM",
            "RANDOM=$Y sh -c 'rm -rf /tmp/x-$RANDOM'",
            "rm -rf /tmp/x-$X.$$",
            "rm -rf /tmp/x-$$.$X",
            "rm -rf /tmp/x-$$/../../home/$RANDOM",
            "rm -rf /tmp/x-$$/$RANDOM",
            "rm -rf /tmp/$$/..",
            "rm -rf /tmp/$$",
            "rm -rf $$",
            "rm -rf /tmp/x{a,b}-$$",
            "IFS=1; rm -rf /tmp/x-$$",
            "rm -rf /tmp/x-$(git rev-parse --short ../../home)",
            "rm -rf /tmp/x-$(uname -a)",
            "Y=x-$$; rm -rf /tmp/${Y//[0-9]//}",
        ] {
            let found = check(command);
            assert!(
                found.lines().any(|line| line.starts_with("fs.delete *, destroy, partial"))
                    || found.contains("hidden"),
                "{command}: {found}"
            );
        }
    }
}
