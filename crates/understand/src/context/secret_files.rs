//! Files of secrets of which no value is shown by what is done to them.

use countersign_model::{Answer, Effect, PathClass, Question, Resource, Zone, verbs};

use super::Context;
use crate::Workspace as _;
use crate::code::source::Written;
use crate::paths::{self, Located};
use crate::shell::names_only;
use crate::word::Value;
use crate::{glob, path_classes};

/// Files of one pattern that are named.
const MOST_NAMED: usize = 16;

/// Why the text of a file of variables is not known, where it is taken for granted that it has a line for each.
pub const LINES_OF_VARIABLES: &str = "the history does not tell which variables it sets";

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
                Err(why) => why == LINES_OF_VARIABLES,
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

    /// The secret files of the workspace that are there and that a pattern stands for, where its own text does not say
    /// that it names secrets.
    pub(super) fn secrets_named(&self, value: &Value, located: &Located) -> Vec<String> {
        let (directory, name) = paths::split(&located.path);
        let ending = name.rsplit(['*', '?', ']', '}', ')']).next().unwrap_or_default();
        let is_looked_at = matches!(value, Value::Pattern(_))
            && located.zone == Zone::Workspace
            && located.class != PathClass::Secret
            && glob::is_pattern(name)
            && !glob::is_pattern(directory)
            && !path_classes::is_any_of_kind(name);
        if !is_looked_at {
            return Vec::new();
        }
        let hidden = name.starts_with('.') || self.state.shell.matches_hidden;
        let is_named = |path: &String| {
            let file = paths::split(path).1;
            (hidden || !file.starts_with('.'))
                && glob::matches(name, file)
                && paths::class(path, self) == PathClass::Secret
        };
        self.files_in(directory, &[ending]).0.into_iter().filter(is_named).take(MOST_NAMED).collect()
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

    /// Whether git surely leaves a file of the workspace out, by what the ignore file in its own directory says.
    pub fn is_ignored(&self, value: &Value) -> bool {
        let located = paths::locate(value, self);
        let (directory, name) = paths::split(&located.path);
        let file = paths::locate(&Value::Known(format!("{directory}/.gitignore")), self);
        if !is_plain(&located) || !is_plain(&file) || self.may_be_another(&file) {
            return false;
        }
        let Ok(Some(text)) = self.file(&file.path) else { return false };
        let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with('#'));
        // Of a line that may take it back, nothing is weighed.
        let is_it = |pattern: &str| {
            let pattern = pattern.trim_start_matches("**/").trim_start_matches('/');
            !pattern.contains(['/', '[', '\\']) && glob::matches(pattern, name)
        };
        let lines: Vec<&str> = lines.collect();
        lines.iter().any(|line| is_it(line))
            && !lines.iter().any(|line| line.starts_with('!') && may_mean(line, name))
    }

    /// Whether there is no such file of variables, and no part of the command makes one: what reads it reads nothing.
    pub fn has_no_file(&mut self, located: &Located) -> bool {
        let world = &self.state.world;
        let is_untouched =
            !world.makes_unseen && !world.written.iter().any(|written| written.touches(located));
        let is_none = located.class == PathClass::Secret
            && is_plain(located)
            && is_untouched
            && self.is_absent(located);
        if is_none {
            self.collected.amend(|effect| {
                let is_it = matches!(&effect.resource, Resource::Path { path, .. } if *path == located.path);
                if is_it && effect.verb == verbs::SECRET_READ {
                    let resource = Resource::Path {
                        path: located.path.clone(),
                        zone: located.zone,
                        class: PathClass::Ordinary,
                    };
                    *effect = Effect {
                        span: effect.span,
                        origin: effect.origin.clone(),
                        ..Effect::new(verbs::FS_READ, resource)
                    };
                    effect.because = Some("there is no such file".to_owned());
                }
            });
        }
        is_none
    }

    /// A pattern that may name a secret, as what is there says: of the strictest kind of these.
    pub(super) fn as_listed(&self, value: &Value, mut located: Located) -> Located {
        if located.class == PathClass::Secret
            && let Some(names) = self.listed(value)
        {
            let directory = paths::split(&located.path).0;
            let classes = names.iter().map(|name| paths::class(&format!("{directory}/{name}"), self));
            located.class = classes.max().unwrap_or(PathClass::Ordinary);
        }
        located
    }

    /// The names in one directory of the workspace that a pattern stands for, where all are known.
    pub fn listed(&self, value: &Value) -> Option<Vec<String>> {
        let located = paths::locate_entry(value, self);
        let (directory, name) = paths::split(&located.path);
        let is_pattern = matches!(value, Value::Pattern(_)) && glob::is_pattern(name);
        let world = &self.state.world;
        let is_plain = located.zone == Zone::Workspace && located.leads.is_empty() && world.links.is_empty();
        // What is moved away leaves no new name behind.
        let gone = |path: &str| world.moved_away.iter().filter(|moved| *moved == path).count();
        let brings = |written: &&Written| {
            written.holds(&format!("{directory}/.x")) || written.may_bring(&located.path)
        };
        let brought = world.written.iter().filter(brings).count();
        let all_gone =
            gone(&format!("{directory}/*")) + gone(&located.path) + gone(paths::split(directory).0);
        let is_same = brought <= all_gone && !world.opaque && !world.makes_unseen;
        if !is_pattern || glob::is_pattern(directory) || !is_plain || !is_same {
            return None;
        }
        let question = Question::Names { directory: directory.to_owned(), endings: vec![String::new()] };
        let values = match self.workspace.ask(&question) {
            Answer::Values { values } => values,
            Answer::Absent => Vec::new(),
            _ => return None,
        };
        let is_all = values.iter().all(|name| name != "*");
        is_all.then(|| values.into_iter().filter(|found| glob::matches(name, found)).collect())
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

/// Whether a line that takes names back from what is ignored may take this one.
fn may_mean(line: &str, name: &str) -> bool {
    let pattern = line.trim_start_matches('!').rsplit('/').next().unwrap_or_default();
    pattern.is_empty() || pattern.contains(['[', '\\']) || glob::matches(pattern, name)
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
    fn variables_of_a_file_that_is_not_there() {
        for command in ["export $(grep -v '^#' .env | xargs) && npm test", "export $(cat .env 2>/dev/null)"] {
            let found = check(command);
            assert!(!found.contains("secret") && !found.contains("opaque"), "{command}: {found}");
        }
        for command in [
            "cp ~/.env .env; export $(cat .env | xargs) && npm test",
            "./make-it; export $(cat .env | xargs)",
            "export $(cat .env none.txt | xargs) && npm test",
            "cat .env",
            "export $(cat ~/.env | xargs)",
        ] {
            let found = check(command);
            assert!(found.contains("secret.read") || found.contains("PATH=.."), "{command}: {found}");
        }
        let found = check_with("export $(cat .env | xargs)", &[("/repo/.env", "TOKEN=x\n")]);
        assert!(found.contains("secret.read"), "{found}");
    }

    #[test]
    fn copies_that_git_leaves_out() {
        let copies = |command: &str, ignored: &str| {
            check_with(command, &[("/repo/.env", "A=b\n"), ("/repo/.gitignore", ignored)])
        };
        for ignored in [".env*\n", "node_modules\n/.env.*\n!.env.example\n", "*.backup\n"] {
            let found = copies("cp .env .env.backup", ignored);
            assert!(!found.contains("secret.read"), "{ignored}: {found}");
        }
        for ignored in ["", ".env\n", ".env*\n!.env.*\n", "conf/.env.backup\n", "#.env*\n"] {
            assert!(copies("cp .env .env.backup", ignored).contains("secret.read"), "{ignored}");
        }
        for command in [
            "cp .env env.txt",
            "cp .env /tmp/.env.backup",
            "echo > .gitignore; cp .env .env.backup",
            "cp ~/.env .env.backup",
        ] {
            assert!(copies(command, ".env*\nenv.txt\n").contains("secret.read"), "{command}");
        }
    }

    #[test]
    fn a_pattern_of_hidden_names_is_what_is_there() {
        let scaffold = [("/repo/scaf/.gitignore", "x"), ("/repo/scaf/a.js", "x")];
        for command in [
            "mv scaf/* . && mv scaf/.[^.]* . 2>/dev/null; rmdir scaf",
            "mv scaf/* scaf/.[^.]* . && rmdir scaf",
        ] {
            let found = check_with(command, &scaffold);
            assert!(!found.contains("secret.read") && !found.contains("/repo/.[^.]*"), "{command}: {found}");
        }
        let delivers = [("/repo/scaf/.gitlab-ci.yml", "x")];
        assert!(check_with("mv scaf/.[^.]* .", &delivers).contains("fs.write /repo/.gitlab-ci.yml"));
        let secret = [("/repo/scaf/.env", "A=b"), ("/repo/scaf/a.js", "x")];
        for command in ["mv scaf/* . && mv scaf/.[^.]* .", "mv scaf/.* ."] {
            assert!(check_with(command, &secret).contains("secret.read"), "{command}");
        }
        for command in [
            "cp ~/.env scaf/; mv scaf/.[^.]* .",
            "tar xf a.tar -C scaf; mv scaf/.[^.]* .",
            "cp -r x/. scaf; mv scaf/* . && mv scaf/.[^.]* .",
            "./fill; mv scaf/.[^.]* .",
        ] {
            assert!(check_with(command, &scaffold).contains("secret.read /repo/scaf"), "{command}");
        }
    }

    #[test]
    fn patterns_that_name_a_secret_file() {
        let files = [
            ("/repo/.env.production", "A=b"),
            ("/repo/certs/server.pem", "x"),
            ("/repo/prod.env", "A=b"),
            ("/repo/product.txt", "x"),
        ];
        for (command, file) in [
            ("cat .*production", ".env.production"),
            ("shopt -s dotglob; cat ./*production", ".env.production"),
            ("cat certs/*pem", "certs/server.pem"),
            ("cat prod*", "prod.env"),
            ("head -3 ./*", "prod.env"),
        ] {
            let found = check_with(command, &files);
            assert!(found.contains(&format!("secret.read /repo/{file}")), "{command}: {found}");
        }
        for command in [
            "cat ./*production",
            "cat product*",
            "cat certs/x*",
            "ls .*production",
            "cat *.txt",
            "shopt -s dotglob; shopt -u dotglob; cat *production",
        ] {
            let found = check_with(command, &files);
            assert!(!found.contains("secret.read"), "{command}: {found}");
        }
    }

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
