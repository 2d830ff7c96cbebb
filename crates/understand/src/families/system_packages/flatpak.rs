//! `flatpak run --command=sh org.x.App -c text`: an application's box starts another program than the application.

use crate::context::Context;
use crate::families::{dispatch, opaque};
use crate::invocation::Invocation;
use crate::word::{Value, Word};

/// Options that take the next word where they have no value of their own.
const VALUES: &[&str] = &[
    "--arch", "--branch", "--runtime", "--runtime-version", "--runtime-commit", "--app-path", "--usr-path", "--cwd", "--share", "--unshare", "--socket",
    "--nosocket", "--device", "--nodevice", "--allow", "--disallow", "--filesystem", "--nofilesystem", "--add-policy", "--remove-policy", "--env",
    "--unset-env", "--own-name", "--talk-name", "--no-talk-name", "--system-own-name", "--system-talk-name", "--persist", "--commit", "--parent-pid",
    "--instance-id-fd", "--bind-fd", "--ro-bind-fd",
];
/// Options that take none.
const FLAGS: &[&str] = &[
    "-d", "--devel", "-p", "-v", "--verbose", "--ostree-verbose", "-u", "--user", "--system", "--log-session-bus", "--log-system-bus", "--log-a11y-bus",
    "--no-session-bus", "--session-bus", "--no-a11y-bus", "--a11y-bus", "--no-documents-portal", "--file-forwarding", "--die-with-parent", "--sandbox",
    "--parent-expose-pids", "--parent-share-pids", "--clear-env",
];

/// Adds what the program does that an option names; false where none does. Which of this machine's files the box has
/// is not known: it is as if it had them all.
pub(super) fn runs(invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let Some(begin) = invocation.words.iter().position(|word| word.known() == Some("run")) else { return false };
    let mut command: Option<Value> = None;
    let mut at = begin + 1;
    while let Some(word) = invocation.words.get(at).filter(|word| word.text().starts_with('-')) {
        let text = word.text();
        let next = || invocation.words.get(at + 1).map(|word| word.value.clone());
        let length = match text.split_once('=') {
            Some(("--command", _)) => {
                command = word.value.strip_prefix("--command=");
                1
            }
            None if text == "--command" => {
                command = next();
                2
            }
            None if VALUES.contains(&text) => 2,
            None if FLAGS.contains(&text) => 1,
            Some((name, _)) if VALUES.contains(&name) => 1,
            Some(_) | None => {
                opaque(invocation, &format!("the option {} is not known", word.raw), context);
                1
            }
        };
        at += length;
    }
    let Some(command) = command else { return false };
    let words = invocation.words.get(at + 1..).unwrap_or_default().to_vec();
    let nested = Invocation { program: String::new(), first: Word::made(command), words, contiguous: false, ..invocation.clone() };
    dispatch(nested, context);
    true
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn commands_in_the_box_of_an_application() {
        assert_snapshot!(check("flatpak run --command=sh --filesystem=host org.x.App -c 'git push origin main'"), @"git.push main@origin, write");
        assert_snapshot!(check("flatpak run --user --command rm org.x.App -rf src"), @"fs.delete /repo/src, destroy");
        assert_snapshot!(check("flatpak run --frob --command=$C org.x.App"), @"
        exec.opaque flatpak, execute, opaque
        exec.hidden , execute, opaque
        exec.opaque flatpak told of org.x.App, execute, opaque
        ");
        assert_snapshot!(check("flatpak run org.x.App --command=rm; flatpak list; flatpak install org.x.App"), @"
        exec.install flatpak run, execute
        exec.opaque flatpak, execute, opaque
        exec.opaque flatpak told of org.x.App, execute, opaque
        exec.read flatpak list, read
        exec.install flatpak install, execute
        ");
    }
}
