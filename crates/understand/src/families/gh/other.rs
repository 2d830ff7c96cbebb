//! Everything but pull requests and `gh api`.

use countersign_model::{Certainty, Effect, Resource, Verb, verbs};

use super::super::landing::{self, End};
use super::super::{dispatch, opaque, read_all};
use super::{Call, GROUPS, switches, worst};
use crate::context::Context;
use crate::forge::{self, object};
use crate::word::{Value, Word};

/// Actions that only read, whatever they are about.
const READS: &[&str] = &[
    "list", "ls", "view", "status", "diff", "download", "verify", "check", "get", "watch", "ports", "logs", "verify-asset",
    "item-list", "field-list", "trusted-root", "search",
];

impl Call<'_> {
    /// What a subcommand does to what it is about.
    pub(super) fn other(&self, group: &str, action: &str, context: &mut Context<'_>) {
        self.reads_files(context);
        if (group, action) == ("issue", "comment") {
            // A pull request is an issue too.
            let (repository, number) = self.named();
            self.speaks(&crate::forge::pull_request(&repository, number, None, None), context);
        }
        if let Some(effect) = self.special(group, action, context) {
            let effect = match effect.certainty {
                Certainty::Exact => self.doubted(effect),
                Certainty::Partial | Certainty::Opaque => effect,
            };
            context.push(effect);
        }
    }

    /// Whether a setting is one that names a program, and another than the usual ones. What is given for an option
    /// that is not known may be taken for the setting's name.
    fn names_program(&self) -> bool {
        let words: Vec<Option<&str>> = self.arguments.operands.iter().skip(1).map(|word| word.known()).collect();
        let at = words.iter().position(|word| word.is_none_or(|word| matches!(word, "editor" | "pager" | "browser" | "prompter")));
        at.is_some_and(|at| !words.get(at + 1).copied().flatten().is_some_and(crate::environment::is_editor))
    }

    /// Whether an alias stands for another subcommand of the client, and for nothing that a shell runs.
    fn aliases_itself(&self) -> bool {
        let group = |text: &str| GROUPS.contains(&text.split_ascii_whitespace().next().unwrap_or_default());
        !self.arguments.has(&["shell", "s"]) && self.arguments.unknown.is_empty() && self.operand(1).is_some_and(group)
    }

    /// A repository that is made: one that everybody sees publishes what is brought to it.
    fn created(&self, effect: Effect) -> Effect {
        let is = |name: &str| self.arguments.has(&[name]);
        let visibility = self.arguments.value(&["visibility"]).and_then(Value::known);
        if is("private") || is("internal") || matches!(visibility, Some("private" | "internal")) {
            return effect.because("a new repository is made, which only its members see");
        }
        Effect::new(verbs::FORGE_RELEASE, effect.resource).because("a new repository is made, and everybody may see what is brought to it")
    }

    /// The value of an operand after the action.
    fn operand(&self, index: usize) -> Option<&str> {
        self.arguments.operands.get(index + 1).and_then(|word| word.known())
    }

    /// The effect left to add; none where all of them were added.
    fn special(&self, group: &str, action: &str, context: &mut Context<'_>) -> Option<Effect> {
        let name = self.operand(0).unwrap_or("*").to_owned();
        // What is done to a repository by its name is done there, wherever the command runs.
        let named = group == "repo" && !matches!(action, "rename" | "deploy-key" | "autolink" | "gitignore" | "license");
        let repository = &match self.operand(0).filter(|_| named) {
            Some(name) if !name.contains(':') => forge::named_by(&self.repository, name),
            _ => self.repository.clone(),
        };
        let on = |verb: Verb| Effect::new(verb, object(repository, group, &name));
        let token = |verb: Verb| Effect::new(verb, Resource::Secret { store: "github".to_owned(), name: "token".to_owned() });
        let home = |path: &str, context: &Context<'_>| Value::Known(format!("{}/{path}", context.state.shell.home));
        let nested = self.operand(0).filter(|_| group == "repo");
        Some(match (group, action) {
            ("auth", "token") => token(verbs::SECRET_READ),
            ("auth", "status") if self.arguments.has(&["show-token", "t"]) => token(verbs::SECRET_READ),
            ("auth", "status") => on(verbs::FORGE_READ),
            ("auth", "setup-git") => {
                context.write_value(&home(".gitconfig", context));
                return None;
            }
            ("auth", _) => token(verbs::SECRET_WRITE),
            ("config", "get") if self.arguments.operands.get(1).is_none_or(|word| word.known().is_none_or(|key| key.contains("token"))) => token(verbs::SECRET_READ),
            ("config", "get" | "list") => on(verbs::FORGE_READ),
            ("config", "set") if self.names_program() => {
                opaque(self.invocation, "the client runs what its configuration names", context);
                return None;
            }
            ("config", _) | ("alias", "delete") | ("alias", "set") if action != "set" || group == "config" || self.aliases_itself() => {
                context.write_value(&home(".config/gh/config.yml", context));
                return None;
            }
            ("alias", "list") | ("extension" | "ext" | "extensions", "list" | "search" | "browse") => on(verbs::FORGE_READ),
            ("alias" | "extension" | "ext" | "extensions", _) => {
                opaque(self.invocation, "it changes or runs what the client runs", context);
                return None;
            }
            ("run" | "release" | "attestation", "download") => {
                let directory = self.arguments.value(&["dir", "D"]).cloned();
                self.arguments.values(&["O", "output"]).for_each(|value| context.write_value(value));
                let into = directory.unwrap_or_else(|| Value::Known(".".to_owned()));
                let named: Vec<&Value> = self.arguments.values(&["p", "pattern"]).filter(|_| group == "release").collect();
                if self.arguments.has(&["O", "output"]) {
                    // One file, under the name that is given.
                } else if named.is_empty() || !named.iter().all(|pattern| landing::is_one(pattern)) {
                    landing::tree(&Value::unknown("which files there are is not known"), &into, context);
                } else {
                    named.into_iter().for_each(|name| landing::file(name, &into, context));
                }
                on(verbs::FORGE_READ)
            }
            ("repo", "clone") | ("gist", "clone") => {
                self.clones(&name, context);
                on(verbs::GIT_FETCH)
            }
            ("repo", "deploy-key" | "autolink" | "gitignore" | "license") if matches!(nested, Some("list" | "view")) => on(verbs::FORGE_READ),
            ("repo", "create") if self.arguments.has(&["push"]) => {
                context.push(forge::branch(repository, None, verbs::GIT_PUSH, None));
                self.created(on(verbs::FORGE_WRITE))
            }
            ("repo", "create" | "new") => self.created(on(verbs::FORGE_WRITE)),
            ("repo", "fork") => on(verbs::FORGE_WRITE).because("a copy of the repository is made in an account of one's own"),
            ("repo", "sync") => self.syncs(context),
            ("repo", "set-default") => on(verbs::FORGE_READ),
            ("repo", "delete") => on(verbs::FORGE_DELETE),
            // `ports visibility 80:public`: everybody reaches what listens there.
            ("codespace" | "cs", "ports") if self.arguments.operands.iter().any(|word| word.text() == "visibility") => on(verbs::FORGE_SETTINGS),
            (_, action) if READS.contains(&action) => on(verbs::FORGE_READ),
            ("search" | "browse" | "status" | "help" | "version" | "completion" | "attestation" | "licenses" | "credits", _) => {
                on(verbs::FORGE_READ)
            }
            ("issue", "develop") if !self.arguments.has(&["list", "l"]) => {
                if self.arguments.has(&["checkout", "c"]) {
                    switches(context);
                    context.state.world.refs_changed = Some("an earlier part of the command checks out a branch".to_owned());
                }
                let named = self.arguments.value(&["name", "n"]);
                let name = match named {
                    Some(name) => name.known().map(str::to_owned),
                    // Of one that is not named the forge makes a new name of the issue's number and title.
                    None => self.issue().map(|number| format!("{number}-…")),
                };
                let elsewhere = self.arguments.has(&["branch-repo", "issue-repo"]);
                forge::branch(repository, name.as_deref().filter(|_| !elsewhere), verbs::GIT_PUSH, None)
            }
            ("issue", "develop") => on(verbs::FORGE_READ),
            ("issue", "delete" | "transfer") => on(verbs::FORGE_DELETE),
            ("issue" | "label" | "discussion", _) => on(verbs::FORGE_COMMENT),
            ("workflow" | "run" | "cache" | "gist" | "codespace" | "cs" | "agent-task", "delete") => on(verbs::FORGE_DELETE),
            ("project", action) if action.ends_with("delete") => on(verbs::FORGE_DELETE),
            ("workflow" | "run" | "agent-task" | "agent", _) => {
                let given = self.arguments.value(&["ref", "r"]);
                let branch = given.and_then(Value::known);
                let is_run = (group, action) == ("workflow", "run")
                    && self.arguments.unknown.is_empty()
                    && given.is_some() == branch.is_some();
                if let (true, Some(file)) = (is_run, self.operand(0))
                    && let Some(effect) = forge::workflows::harmless(repository, file, branch, context)
                {
                    return Some(effect);
                }
                if (group, action) == ("run", "rerun") && self.arguments.doubt().is_none()
                    && let Some(effect) = forge::workflows::harmless_again(repository, context)
                {
                    return Some(effect);
                }
                if (group, action) == ("run", "cancel") && self.arguments.doubt().is_none()
                    && let Some(effect) = forge::workflows::harmless_stop(repository, context)
                {
                    return Some(effect);
                }
                let mut effect = on(verbs::FORGE_WORKFLOW);
                if let Resource::Forge { reference, .. } = &mut effect.resource {
                    *reference = self.arguments.value(&["ref", "r"]).and_then(Value::known).map(str::to_owned);
                }
                effect
            }
            ("release", "delete" | "delete-asset") => {
                if self.arguments.has(&["cleanup-tag"]) {
                    let tag = self.operand(0).map(|tag| format!("tags/{tag}"));
                    context.push(forge::branch(repository, tag.as_deref(), verbs::GIT_DELETE_REMOTE_REF, None));
                }
                on(verbs::FORGE_DELETE)
            }
            ("release", action) => {
                if matches!(action, "create" | "upload" | "new") {
                    read_all(self.arguments.operands.iter().skip(2).copied(), context);
                }
                on(verbs::FORGE_RELEASE)
            }
            ("secret", _) => Effect::new(
                verbs::SECRET_WRITE,
                Resource::Secret {
                    store: format!("github {}", repository.name),
                    // One of an environment is another one than the repository's of that name.
                    name: match self.arguments.value(&["env", "e"]) {
                        Some(environment) => format!("{name} of {}", environment.known().unwrap_or("*")),
                        None => name,
                    },
                },
            ),
            ("gist", "create" | "edit" | "rename" | "new") => {
                read_all(self.arguments.operands.iter().skip(1).copied(), context);
                Effect::new(verbs::NET_SEND, Resource::Host { host: "gist.github.com".to_owned(), url: None })
            }
            ("codespace" | "cs", "ssh" | "code" | "jupyter") => {
                self.reaches_codespace(context);
                return None;
            }
            ("codespace" | "cs", "cp") => {
                let ends: Vec<End<'_>> = self.arguments.operands.iter().skip(1).map(|word| End::of(word)).collect();
                if let Some((target, sources)) = ends.split_last() {
                    landing::copied(sources, target, context);
                }
                on(verbs::FORGE_WRITE)
            }
            ("ssh-key" | "gpg-key", "add") => {
                read_all(self.arguments.operands.iter().skip(1).copied(), context);
                on(verbs::FORGE_SETTINGS)
            }
            ("repo" | "ruleset" | "variable" | "ssh-key" | "gpg-key" | "org", _) => on(verbs::FORGE_SETTINGS),
            ("gist" | "project" | "cache" | "codespace" | "cs" | "preview", _) => on(verbs::FORGE_WRITE),
            _ => {
                worst(self.invocation, "the subcommand may be an alias or an extension", context);
                return None;
            }
        })
    }

    /// The issue that is named by its number or its address.
    fn issue(&self) -> Option<u64> {
        let text = self.operand(0)?;
        let number = text.split_once("/issues/").map_or(text, |(_, number)| number);
        number.trim_start_matches('#').parse().ok().filter(|_| self.arguments.unknown.is_empty())
    }

    /// A clone: where it goes, and what git is told.
    fn clones(&self, name: &str, context: &mut Context<'_>) {
        let named = Value::Known(name.rsplit('/').next().unwrap_or("clone").to_owned());
        let (options, places): (Vec<&Word>, Vec<&Word>) =
            self.arguments.operands.iter().skip(2).copied().partition(|word| word.text().starts_with('-'));
        let written = context.state.world.written.len();
        context.write_value(&places.first().map_or(named, |word| word.value.clone()));
        let address = if name.contains(':') { name.to_owned() } else { format!("https://github.com/{name}") };
        if name.contains('/') && crate::families::git::is_of_strangers(&address, context) {
            context.state.world.brings(written);
        }
        places.iter().skip(1).for_each(|word| context.write(word));
        let harmless = |text: &str| {
            matches!(text, "--depth" | "--branch" | "-b" | "-q" | "--quiet" | "--single-branch" | "--no-tags")
                || text.starts_with("--depth=")
                || text.starts_with("--branch=")
        };
        if options.iter().any(|word| !harmless(word.text())) {
            opaque(self.invocation, "options for git follow", context);
        }
    }

    /// `gh repo sync`: of the repository named, else of the one here.
    fn syncs(&self, context: &mut Context<'_>) -> Effect {
        let forced = self.arguments.has(&["force"]);
        let branch = self.arguments.value(&["branch", "b"]).and_then(Value::known);
        if let Some(word) = self.arguments.operands.get(1) {
            let repository = match word.known() {
                Some(name) => forge::named_by(&self.repository, name),
                None => forge::named_by(&self.repository, "*"),
            };
            let verb = if forced { verbs::GIT_FORCE_PUSH } else { verbs::GIT_PUSH };
            return forge::branch(&repository, branch, verb, None);
        }
        context.state.world.refs_changed = Some("an earlier part of the command syncs the branch".to_owned());
        let root = context.top().map(str::to_owned);
        let here = Resource::Repository { repository: countersign_model::Repository { root, remote: None } };
        Effect::new(if forced { verbs::GIT_DISCARD } else { verbs::GIT_MERGE }, here)
    }

    /// A shell in a codespace, or a command that runs there.
    fn reaches_codespace(&self, context: &mut Context<'_>) {
        let name = self.arguments.value(&["c", "codespace"]).and_then(Value::known).unwrap_or("*").to_owned();
        let place = Resource::App { platform: "codespaces".to_owned(), name, target: None };
        context.push(Effect::new(verbs::APP_EXECUTE, place.clone()));
        let words = &self.invocation.words;
        let at = words.iter().position(|word| word.known() == Some("--")).map(|index| index + 1);
        if let Some(nested) = at.and_then(|index| self.invocation.nested(index)) {
            context.elsewhere(place, |context| dispatch(nested, context));
        }
    }
}
