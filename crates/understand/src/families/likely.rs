//! A program of which only the name is known, not where it is: most likely it is what it is called.

use super::is_understood;
use super::program::{dashed_git, named, unversioned};
use crate::context::Context;
use crate::invocation::Invocation;

/// Adds what a program of this name most likely does, wherever it is; false where nobody knows one.
pub(super) fn named_so(name: &str, invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let mut likely = Invocation { contiguous: false, ..invocation.clone() };
    if let Some(subcommand) = name.strip_prefix("git-").filter(|subcommand| !subcommand.is_empty()) {
        dashed_git(subcommand, &mut likely, context);
        return true;
    }
    let name = unversioned(name);
    if !is_understood(name) {
        return false;
    }
    likely.program = name.to_owned();
    named(&likely, context);
    true
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn a_program_in_a_directory_that_is_not_known_is_most_likely_what_it_is_called() {
        for command in [
            "$(git --exec-path)/git-push -f origin main",
            "\"$(git --exec-path)\"/git-push -f origin main",
            "`git --exec-path`/git-push -f origin main",
            "d=$(git --exec-path); $d/git-push -f origin main",
            "$(dirname $(which git))/git push -f origin main",
            "./git-push -f origin main",
            "git-push -f origin main",
            "/usr/lib/git-core/git-push -f origin main",
        ] {
            let found = check(command);
            assert!(found.contains("git.force-push main@origin"), "{command}: {found}");
        }
        let found = check("cd $(git --exec-path); ./git-push -f origin main");
        assert!(found.contains("git.force-push"), "{found}");
        assert_snapshot!(check("$VENV/bin/python3.12 -c 'print(1)'; \"$X/unheard-of\" push"), @r#"
        exec.opaque $VENV/bin/python3.12, execute, opaque
        exec.read python, read
        exec.opaque "$X/unheard-of", execute, opaque
        git.push feature@origin, write
        "#);
    }
}
