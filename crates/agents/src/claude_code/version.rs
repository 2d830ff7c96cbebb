//! Which versions of the client obey the hook.

use std::fmt;

/// The oldest version whose hooks block when they fail: before it, `onFailure` is ignored.
pub const OLDEST: Version = Version { major: 2, minor: 1, patch: 295 };

/// A version of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number.
    pub patch: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// Why a client is not known to obey the hook.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// It runs the tool when the hook fails.
    #[error("Claude Code {0} runs the tool when a hook fails; {OLDEST} is the first that does not")]
    TooOld(Version),
    /// It printed something else than a version.
    #[error("cannot tell a version of Claude Code from `{0}`")]
    Unreadable(String),
}

/// Judges what `claude --version` printed, such as `2.1.330 (Claude Code)`.
pub fn check_version(printed: &str) -> Result<Version, VersionError> {
    let version = read(printed).ok_or_else(|| VersionError::Unreadable(printed.trim().to_owned()))?;
    if version < OLDEST {
        return Err(VersionError::TooOld(version));
    }
    Ok(version)
}

fn read(printed: &str) -> Option<Version> {
    let first = printed.split_whitespace().next()?;
    let mut numbers = first.split('.').map(|number| number.parse().ok());
    let version = Version { major: numbers.next()??, minor: numbers.next()??, patch: numbers.next()?? };
    numbers.next().is_none().then_some(version)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn check(printed: &str) -> String {
        check_version(printed).map_or_else(|error| error.to_string(), |version| version.to_string())
    }

    #[test]
    fn accepts_a_version_that_blocks_when_the_hook_fails() {
        assert_snapshot!(check("2.1.295 (Claude Code)\n"), @"2.1.295");
        assert_snapshot!(check("3.0.0"), @"3.0.0");
    }

    #[test]
    fn refuses_one_that_does_not() {
        assert_snapshot!(check("2.1.290 (Claude Code)"), @"Claude Code 2.1.290 runs the tool when a hook fails; 2.1.295 is the first that does not");
    }

    #[test]
    fn refuses_what_is_no_version() {
        assert_snapshot!(check("command not found: claude"), @"cannot tell a version of Claude Code from `command not found: claude`");
        assert_snapshot!(check("2.1.x"), @"cannot tell a version of Claude Code from `2.1.x`");
        assert_snapshot!(check("2.1.330.4"), @"cannot tell a version of Claude Code from `2.1.330.4`");
    }
}
