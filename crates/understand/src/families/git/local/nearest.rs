//! Subcommands that git takes for the nearest one it knows: `help.autocorrect`.

use super::super::{Git, push};
use crate::context::Context;

/// Adds what a name that git does not have may be taken for.
pub(in super::super) fn effects(git: &Git<'_>, context: &mut Context<'_>) {
    let runs = match git.repo.last("help.autocorrect", context) {
        Ok(None) => false,
        Ok(Some(value)) => !matches!(value.to_ascii_lowercase().as_str(), "" | "0" | "never" | "show" | "false" | "no" | "off" | "prompt"),
        Err(_) => true,
    };
    if runs {
        push::anything(git, "help.autocorrect makes git run the subcommand whose name is nearest", context);
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn a_name_that_is_nearly_one() {
        assert_snapshot!(check("git -c help.autocorrect=immediate psuh origin main"), @"
        exec.opaque git psuh, execute, opaque
        git.force-push *@*, destroy, partial
        ");
        assert_snapshot!(check("git config help.autocorrect 1; git psuh origin main"), @"
        git.config /repo, write
        exec.opaque git, execute, opaque
        git.force-push *@*, destroy, partial
        ");
        assert_snapshot!(check_with("git psuh origin main", &[("help.autocorrect", "20")]), @"
        exec.opaque git psuh, execute, opaque
        git.force-push *@*, destroy, partial
        ");
        assert_snapshot!(check_with("git psuh origin main", &[("help.autocorrect", "prompt")]), @"exec.opaque git psuh, execute, opaque");
        assert_snapshot!(check("git config help.autocorrect never; git status"), @"
        git.config /repo, write
        git.read /repo, read
        ");
    }
}
