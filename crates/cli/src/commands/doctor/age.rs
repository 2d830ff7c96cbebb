//! Whether the installed hook is older or newer than this program, and what to do about it.

use std::path::Path;
use std::process::{Command, Stdio};

/// The version of this program, and of the hook that it installs.
const OURS: &str = env!("CARGO_PKG_VERSION");

/// The version that the installed hook says it is; none for one that does not say.
pub(super) fn told(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).output();
    let output = output.ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    let version = text.trim().strip_prefix("countersign-hook ")?;
    numbers(version).map(|_| version.to_owned())
}

/// How a hook of this version differs from this program, with the next step; `other` where it is not the build
/// beside it.
pub(super) fn differs(version: Option<&str>, other: bool, managed: bool) -> Option<String> {
    let install = if managed {
        "sudo countersign install claude-code --managed"
    } else {
        "countersign install claude-code"
    };
    let ours = numbers(OURS);
    let theirs = version.and_then(numbers);
    Some(match version {
        None if other => format!("is not the build beside this program: `{install}` updates it"),
        None => format!(
            "does not say its version, so it is older than this program, {OURS}: `{install}` updates it"
        ),
        Some(version) if theirs < ours => {
            format!("is version {version}, older than this program, {OURS}: `{install}` updates it")
        }
        Some(version) if theirs > ours => format!(
            "is version {version}, newer than this program, {OURS}, which may not know all that it records: update \
             `countersign`, or go back with `{install}`"
        ),
        Some(version) if other => {
            format!("is another build of {version} than the one beside this program: `{install}` updates it")
        }
        Some(_) => return None,
    })
}

/// A version's three numbers; what follows a hyphen or a plus is not weighed.
fn numbers(version: &str) -> Option<[u64; 3]> {
    let plain = version.split(['-', '+']).next()?;
    let mut numbers = plain.split('.').map(|number| number.parse().ok());
    let three = [numbers.next()??, numbers.next()??, numbers.next()??];
    numbers.next().is_none().then_some(three)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn a_hook_that_is_older_or_newer_is_named_with_the_next_step() {
        let check = |version, other| differs(version, other, false).unwrap_or("is the same".to_owned());
        assert_snapshot!(check(Some(OURS), false), @"is the same");
        assert_snapshot!(check(Some(OURS), true), @"is another build of 0.1.0 than the one beside this program: `countersign install claude-code` updates it");
        assert_snapshot!(check(Some("0.0.9"), true), @"is version 0.0.9, older than this program, 0.1.0: `countersign install claude-code` updates it");
        assert_snapshot!(check(Some("99.0.0-rc.1"), true), @"is version 99.0.0-rc.1, newer than this program, 0.1.0, which may not know all that it records: update `countersign`, or go back with `countersign install claude-code`");
        assert_snapshot!(check(None, false), @"does not say its version, so it is older than this program, 0.1.0: `countersign install claude-code` updates it");
        assert_snapshot!(check(None, true), @"is not the build beside this program: `countersign install claude-code` updates it");
        assert_snapshot!(differs(Some("0.0.9"), false, true).unwrap(), @"is version 0.0.9, older than this program, 0.1.0: `sudo countersign install claude-code --managed` updates it");
        assert!(numbers("1.2").is_none() && numbers("1.2.3.4").is_none() && numbers("1.x.3").is_none());
    }
}
