//! `ext::sh -c ..`: an address that is a command, which git runs to connect where settings let it.

use super::Git;
use crate::context::Context;
use crate::environment;
use crate::tools::quoted;
use crate::word::{Value, Word};

/// Subcommands that connect to the addresses of remotes, or to those that they are given.
const CONNECTS: &[&str] = &["archive", "clone", "fetch", "ls-remote", "pull", "push", "remote", "submodule"];

/// Adds what the commands do that git runs to connect.
pub(super) fn run(git: &Git<'_>, context: &mut Context<'_>) {
    let subcommand = git.subcommand.as_str();
    if !CONNECTS.contains(&subcommand) || git.asks_for_help() {
        return;
    }
    let operands = git.operands();
    let first = operands.first().map(|word| word.text()).unwrap_or_default();
    let stays = subcommand == "remote" && !matches!(first, "update" | "show" | "prune") && !git.has_short('f');
    if stays || !is_allowed(git, context) {
        return;
    }
    let mut addresses: Vec<String> = git.words.iter().map(|word| word.text().to_owned()).collect();
    let names = git.repo.subsections("remote", context).unwrap_or_default();
    let is_named = |name: &String| git.words.iter().any(|word| word.text() == *name);
    let any = !names.iter().any(is_named);
    for name in names.iter().filter(|name| any || is_named(name)) {
        addresses.extend(git.repo.values(&format!("remote.{name}.url"), context).unwrap_or_default());
        addresses.extend(git.repo.push_addresses(name, context).unwrap_or_default());
    }
    addresses.sort();
    addresses.dedup();
    for command in addresses.iter().filter_map(|address| address.strip_prefix("ext::")) {
        environment::command("an address of git", &Value::Known(spelled(command)), context);
    }
}

/// Whether git runs such a command at all; by itself it does not.
fn is_allowed(git: &Git<'_>, context: &Context<'_>) -> bool {
    if let Some(allowed) = environment::value(git.invocation, "GIT_ALLOW_PROTOCOL") {
        return allowed.is_unknown() || allowed.text().split(':').any(|protocol| protocol == "ext");
    }
    match (git.repo.last("protocol.ext.allow", context), git.repo.last("protocol.allow", context)) {
        (Ok(Some(own)), _) | (Ok(None), Ok(Some(own))) => own != "never",
        (Ok(None), Ok(None)) => false,
        (Err(_), _) | (_, Err(_)) => true,
    }
}

/// The words of such an address for a shell: blanks part them, unless there is `%` before.
fn spelled(command: &str) -> String {
    let mut words = vec![String::new()];
    let mut letters = command.chars();
    while let Some(letter) = letters.next() {
        let last = words.last_mut();
        match (letter, last) {
            (' ', _) => words.push(String::new()),
            ('%', Some(word)) => match letters.next() {
                Some(letter @ (' ' | '%')) => word.push(letter),
                Some('G' | 'V') | None => {}
                Some(_) => word.push_str("git-upload-pack"),
            },
            (letter, Some(word)) => word.push(letter),
            (_, None) => {}
        }
    }
    let words: Vec<String> = words.iter().filter(|word| !word.is_empty()).map(|word| Word::known_as(word)).map(|word| quoted(word.text())).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_with;

    #[test]
    fn addresses_that_are_commands() {
        let allowed = ("protocol.ext.allow", "always");
        for (command, settings) in [
            ("git remote add x 'ext::git push origin HEAD:main'; git fetch x", &[allowed][..]),
            ("git fetch", &[allowed, ("remote.x.url", "ext::sh -c git% push% origin% HEAD:main")]),
            ("git -c protocol.ext.allow=always fetch x", &[("remote.x.url", "ext::git push origin HEAD:main")]),
            ("git -c protocol.allow=user pull 'ext::git push origin HEAD:main'", &[]),
        ] {
            let found = check_with(command, settings);
            assert!(found.contains("git.push main@origin"), "{command}: {found}");
        }
        let told = check_with("GIT_ALLOW_PROTOCOL=ext:https git ls-remote 'ext::rm -rf /home/dev/docs'", &[]);
        assert!(told.contains("fs.delete /home/dev/docs"), "{told}");
        for (command, settings) in [
            ("git fetch x", &[("remote.x.url", "ext::git push origin HEAD:main")][..]),
            ("git fetch origin", &[allowed, ("remote.x.url", "ext::git push origin HEAD:main")]),
            ("git remote add x 'ext::git push origin HEAD:main'", &[allowed]),
            ("git status; git remote -v", &[allowed, ("remote.x.url", "ext::git push origin HEAD:main")]),
        ] {
            let found = check_with(command, settings);
            assert!(!found.contains("git.push"), "{command}: {found}");
        }
    }
}
