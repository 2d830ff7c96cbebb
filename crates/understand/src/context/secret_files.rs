//! Files of secrets of which no value is shown by what is done to them.

use countersign_model::{Answer, PathClass, Question, Zone};

use super::Context;
use crate::Workspace as _;
use crate::paths::{self, Located};
use crate::shell::names_only;
use crate::word::Value;

impl Context<'_> {
    /// Whether a file of the workspace holds names and their values, line by line, and nothing else.
    pub(super) fn holds_names(&self, value: &Value, located: &Located) -> bool {
        let is_file = value.known().is_some()
            && is_plain(located)
            && located.class == PathClass::Secret
            && paths::split(&located.path).1.starts_with(".env");
        let is_moved = self.state.world.secrets_moved.contains(&located.path);
        is_file
            && !is_moved
            && !self.may_be_another(located)
            && match self.file(&located.path) {
                Ok(text) => text.is_none_or(|text| names_only::are_names(&text)),
                Err(_) => false,
            }
    }

    /// Whether a file of the workspace that often holds credentials is known to hold none: `.npmrc` in most
    /// repositories names a registry, and a token by its variable.
    pub(super) fn keeps_none(&self, value: &Value, located: &Located) -> bool {
        let is_plain = value.known().is_some()
            && located.class == PathClass::Secret
            && is_plain(located)
            && !self.may_be_another(located);
        is_plain
            && match paths::split(&located.path).1 {
                ".npmrc" => {
                    matches!(self.file(&located.path), Ok(Some(text)) if text.lines().all(shows_none))
                }
                // Encrypted; its key is in another file.
                "credentials.yml.enc" => true,
                _ => false,
            }
    }

    /// Whether a secret file of the workspace that is copied or moved to the name `target` is one there as well:
    /// whoever reads it there reads a secret. Only within one directory: what another one is for is not known, and a
    /// web server may serve it.
    pub fn stays_secret(&self, source: &Value, target: &Value) -> bool {
        self.secret_places(source, target).is_some_and(|_| {
            !self.may_be_another(&paths::locate(source, self))
                && !self.may_be_another(&paths::locate(target, self))
        })
    }

    /// Where it is and where it goes then.
    pub(super) fn secret_places(&self, source: &Value, target: &Value) -> Option<[String; 2]> {
        let (_, text) = (source.known()?, target.known()?);
        let from = paths::locate(source, self);
        if from.class != PathClass::Secret || !is_plain(&from) || self.is_led_elsewhere(&from) {
            return None;
        }
        let to = paths::locate(target, self);
        let there = self.workspace.ask(&Question::Path { path: to.path.clone() });
        let is_file = matches!(there, Answer::Absent | Answer::Text { .. }) && !text.ends_with('/');
        let is_beside = paths::split(&from.path).0 == paths::split(&to.path).0;
        let stays = is_file
            && is_beside
            && to.class == PathClass::Secret
            && is_plain(&to)
            && !self.is_led_elsewhere(&to);
        stays.then_some([from.path, to.path])
    }

    /// Whether an earlier part of the command may have put another file there, or led the path elsewhere.
    fn may_be_another(&self, located: &Located) -> bool {
        let world = &self.state.world;
        world.makes_unseen || world.opaque || self.is_led_elsewhere(located)
    }

    /// The same for what the command itself is seen to do: a name that is moved is whatever it was.
    fn is_led_elsewhere(&self, located: &Located) -> bool {
        let world = &self.state.world;
        !world.links.is_empty()
            || world.written.iter().filter(|written| written.touches(located)).count()
                > world.secrets_moved.iter().filter(|path| **path == located.path).count()
    }
}

/// Whether a line of `.npmrc` sets nothing that opens anything.
fn shows_none(line: &str) -> bool {
    const OPENS: &[&str] = &["auth", "pass", "token", "secret", "cert", "key", "user"];
    let (name, value) = line.split_once('=').unwrap_or((line, ""));
    let value = value.trim().trim_matches(['"', '\'']);
    if matches!(value, "true" | "false") {
        return true;
    }
    let variable = value.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    if variable.is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')) {
        return true;
    }
    let address = value.split_once("://").map_or(value, |(_, rest)| rest);
    let name = name.to_ascii_lowercase();
    !OPENS.iter().any(|word| name.contains(word)) && !address.contains('@') && line.len() <= 256
}

/// Whether a path leads to nothing but one file of the workspace.
fn is_plain(located: &Located) -> bool {
    located.zone == Zone::Workspace && located.why.is_none() && located.leads.is_empty()
}

#[cfg(test)]
mod tests {
    use crate::fixture::{check, check_with};

    #[test]
    fn package_settings_without_a_token() {
        let harmless = "registry=https://npm.corp.example/\nsave-exact=true\nalways-auth=true\n@acme:registry=https://npm.corp.example\n//npm.corp.example/:_authToken=${NPM_TOKEN}\n# of the team\n";
        assert_eq!(
            check_with("cat .npmrc", &[("/repo/.npmrc", harmless)]).trim(),
            "fs.read /repo/.npmrc, read"
        );
        for line in [
            "//npm.corp.example/:_authToken=abc",
            "_auth=abc",
            "proxy=http://u:p@proxy.example",
            "# token abc",
            "password = x",
            "_password=${A}b",
        ] {
            let text = format!("{harmless}{line}\n");
            assert!(
                check_with("cat .npmrc", &[("/repo/.npmrc", &text)]).contains("secret.read /repo/.npmrc"),
                "{line}"
            );
        }
        assert!(check("cat .npmrc").contains("secret.read"));
        assert!(
            check_with("cp ~/.npmrc .npmrc; cat .npmrc", &[("/repo/.npmrc", harmless)])
                .contains("secret.read /repo/.npmrc")
        );
        assert!(check_with("cat ~/.npmrc", &[("/home/dev/.npmrc", harmless)]).contains("secret.read"));
        assert!(!check("cat config/credentials.yml.enc").contains("secret.read"));
        assert!(check("cat config/master.key config/credentials.yml").contains("secret.read"));
    }
}
