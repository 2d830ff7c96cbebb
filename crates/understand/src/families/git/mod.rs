//! git: global options, aliases, and which file understands which subcommand.
//!
//! [`push`] is the heart: it is what changes other machines. [`resolve`] reads refs and
//! configuration as git would, [`local`] has everything that stays here, [`config`] what changes
//! how git itself behaves.

pub(crate) use local::Switch;
pub(super) use patching::keeps_names;

pub(crate) mod addresses;
mod config;
mod exposing;
mod foreign;
mod hooks;
mod local;
mod local_files;
mod orders;
mod patching;
mod places;
mod push;
mod refspec;
pub(crate) mod resolve;
mod spoken;
mod stored;
mod transports;

use countersign_model::{Effect, Remote, Repository, Resource, Verb};

use super::{Family, opaque};
use crate::context::Context;
use crate::environment;
use crate::invocation::{Invocation, Printed};
use crate::paths;
use crate::shell::{self, Place};
use crate::word::{Value, Word};

pub(super) use local::is_of_strangers;
pub(super) use spoken::{jujutsu, sapling};
use resolve::Repo;

pub(super) const FAMILY: Family = Family {
    programs: &["git"],
    about: "Every subcommand, with aliases, `-c` settings, hooks and refspecs read as git reads them. A push \
        names the branch it changes and what it carries there; a subcommand that neither git nor the \
        repository's aliases know is opaque.",
    examples: &[
        "git status",
        r#"git commit -m "stop using rm -rf""#,
        "git push origin HEAD:main",
        "git push --force-with-lease origin feature",
        "git ship",
        "git push origin --delete old",
        "git fetch origin",
        "git switch -c experiment",
        "git reset --hard HEAD~3",
        "git clean -fdx",
        "git rebase -i main",
        "git -c core.hooksPath=/tmp/hooks commit -m x",
        "git -c alias.x='!rm -rf src' x",
        "git push --dry-run origin main",
        "git log --oneline -5",
        "git frob",
        "git config user.name x",
        "git filter-branch --tree-filter 'rm -f x' HEAD",
        "git --git-dir=elsewhere status",
        "git --work-tree=/home/dev checkout -f",
    ],
    effects,
};

/// One run of git, taken apart.
pub(crate) struct Git<'i> {
    /// As the shell starts it.
    pub invocation: &'i Invocation,
    /// Where, with the settings given on the command line.
    pub repo: Repo,
    /// Such as `push`.
    pub subcommand: String,
    /// What follows the subcommand.
    pub words: &'i [Word],
    /// The index of the subcommand among the invocation's words.
    pub index: usize,
    /// Whether the environment or an option changes settings in ways that cannot be seen.
    pub doubt: Option<String>,
    /// Where it starts.
    pub directory: Result<String, String>,
    /// What git is told to take for the repository's own directory, or why that is not known.
    pub store: Option<Result<String, String>>,
}

impl Git<'_> {
    /// An effect on this repository as a whole.
    pub fn here(&self, verb: Verb) -> Effect {
        Effect::new(verb, Resource::Repository { repository: self.repository(None) })
    }

    /// This repository, or a remote of it.
    pub fn repository(&self, remote: Option<Remote>) -> Repository {
        Repository { root: self.repo.root.clone(), remote }
    }

    /// `git push`, for people.
    pub fn title(&self) -> String {
        format!("git {}", self.subcommand)
    }

    /// Whether it only shows how it is used: anywhere else `--help` can be a value or a file.
    pub fn asks_for_help(&self) -> bool {
        // These have a `-h` of their own, which is help only where nothing follows.
        let has_own = matches!(self.subcommand.as_str(), "grep" | "ls-remote") && self.words.len() > 1;
        match self.words.first().and_then(Word::known) {
            Some("-h") => !has_own,
            Some("--help") => true,
            _ => false,
        }
    }

    /// Whether any of these words is given.
    pub fn has(&self, words: &[&str]) -> bool {
        self.words.iter().any(|word| words.contains(&word.text()))
    }

    /// Whether a long option is given, also abbreviated or with a value.
    pub fn has_long(&self, option: &str) -> bool {
        self.words.iter().take_while(|word| word.text() != "--").any(|word| {
            let text = word.text().split('=').next().unwrap_or_default();
            text.len() > 2 && text.starts_with("--") && option.starts_with(text)
        })
    }

    /// Whether a one-letter option is given, also bundled.
    pub fn has_short(&self, letter: char) -> bool {
        self.words.iter().take_while(|word| word.text() != "--").any(|word| {
            let text = word.text();
            text.starts_with('-') && !text.starts_with("--") && text.contains(letter)
        })
    }

    /// Words that are no options.
    pub fn operands(&self) -> Vec<&Word> {
        self.words.iter().filter(|word| !word.text().starts_with('-') || word.text() == "-").collect()
    }
}

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let mut directory = context.state.shell.directory.clone();
    let mut overlay: Vec<(String, Value)> = Vec::new();
    let mut git_directory = environment::value(invocation, "GIT_DIR");
    let mut tree = environment::value(invocation, "GIT_WORK_TREE");
    let mut doubt = variables(invocation, context);
    let mut index = 0;
    while let Some(word) = invocation.words.get(index) {
        let text = word.text();
        let next = invocation.words.get(index + 1).map(|word| &word.value);
        if word.value.is_unknown() && !text.starts_with("--git-dir=") && !text.starts_with("--work-tree=") {
            opaque(invocation, "the subcommand is not known", context);
            worst(invocation, context);
            return;
        }
        match text {
            "-C" => {
                directory = match (next.and_then(Value::known), &directory) {
                    (Some(path), Ok(from)) => Ok(paths::normal(from, path)),
                    (Some(path), Err(_)) if path.starts_with('/') => Ok(path.to_owned()),
                    (Some(_), Err(why)) => Err(why.clone()),
                    (None, _) => Err("the directory given to git is not known".to_owned()),
                };
                index += 1;
            }
            "-c" | "--config-env" => {
                setting(text, next, &mut overlay, &mut doubt, context);
                index += 1;
            }
            "--git-dir" | "--work-tree" | "--namespace" | "--super-prefix" | "--attr-source" => {
                match text {
                    "--git-dir" => git_directory = next.cloned(),
                    "--work-tree" => tree = next.cloned(),
                    _ => {}
                }
                index += 1;
            }
            "--exec-path" | "-p" | "--paginate" | "-P" | "--no-pager" | "--no-replace-objects" | "--bare"
            | "--literal-pathspecs" | "--glob-pathspecs" | "--noglob-pathspecs" | "--icase-pathspecs"
            | "--no-optional-locks" | "--no-lazy-fetch" | "--no-advice" => {}
            "-h" | "--help" | "-v" | "--version" | "--html-path" | "--man-path" | "--info-path" => {
                context.push(Effect::new(countersign_model::verbs::GIT_READ, program("git")));
                return;
            }
            _ if text.starts_with("--git-dir=") => git_directory = word.value.strip_prefix("--git-dir="),
            _ if text.starts_with("--config-env=") => {
                let value = word.value.strip_prefix("--config-env=");
                setting("--config-env", value.as_ref(), &mut overlay, &mut doubt, context);
            }
            _ if text.starts_with("--exec-path=") => {
                opaque(invocation, "git runs its subcommands from another place", context);
            }
            _ if text.starts_with("--work-tree=") => tree = word.value.strip_prefix("--work-tree="),
            _ if text.starts_with("--namespace=") || text.starts_with("--attr-source") => {}
            _ if text.starts_with('-') => {
                opaque(invocation, &format!("the option {text} is not known"), context);
                worst(invocation, context);
                return;
            }
            _ => break,
        }
        index += 1;
    }
    let Some(subcommand) = invocation.known(index).map(str::to_owned) else {
        context.push(Effect::new(countersign_model::verbs::GIT_READ, program("git")));
        return;
    };
    if git_directory.is_none() && tree.is_none() {
        for directory in places::meant(&subcommand, &directory, context) {
            let repo = Repo::open(&directory, overlay.clone(), context);
            let words = invocation.words.get(index + 1..).unwrap_or_default();
            let (subcommand, doubt) = (subcommand.clone(), doubt.clone());
            let git = Git { invocation, repo, subcommand, words, index, doubt, directory: directory.clone(), store: None };
            foreign::effects(&git, &directory, context);
            run(&git, context);
        }
        return;
    }
    let started = directory.clone();
    let store = git_directory.map(|value| foreign::store(&value, &started));
    if let Some(store) = &store {
        directory = foreign::beside(store, context);
    }
    let repo = Repo::open(&directory, overlay, context);
    let words = invocation.words.get(index + 1..).unwrap_or_default();
    let git = Git { invocation, repo, subcommand, words, index, doubt, directory: started.clone(), store };
    foreign::effects(&git, &started, context);
    if let Some(tree) = tree {
        foreign::tree(&git, &tree, &started, context);
    }
    run(&git, context);
}

fn program(name: &str) -> Resource {
    Resource::Program { name: name.to_owned() }
}

/// A subcommand that is not known could be the worst: a forced push of anything.
fn worst(invocation: &Invocation, context: &mut Context<'_>) {
    let repo = Repo::open(&context.state.shell.directory.clone(), Vec::new(), context);
    let subcommand = "push".to_owned();
    let directory = context.state.shell.directory.clone();
    let git = Git { invocation, repo, subcommand, words: &[], index: 0, doubt: None, directory, store: None };
    push::anything(&git, "the subcommand is not known", context);
}

fn run(git: &Git<'_>, context: &mut Context<'_>) {
    subcommand(git, context);
    hooks::run(git, context);
    stored::run(git, context);
    transports::run(git, context);
    if changes_files(git) && !local::leaves_files(git, context) {
        let why = format!("{} {}", git.title(), crate::families::MAY_HAVE_CHANGED);
        context.state.world.tree_changed.get_or_insert(why);
        context.state.world.brings_work |= !local::only_commits(git);
    }
    context.state.world.brings_work |= git.subcommand == "apply";
    let root = git.repo.root.clone().filter(|_| patching::prints_changes(git, context));
    context.flow.printed = root.map(|root| Printed::Changes { root, has_messages: git.subcommand == "show" });
}

/// Whether other files may be in the working tree afterwards.
fn changes_files(git: &Git<'_>) -> bool {
    let operands = git.operands().len();
    match git.subcommand.as_str() {
        // A new branch at the commit that is checked out changes nothing.
        "checkout" | "switch" => {
            let creates = git.has(&["-b", "-B", "-c", "-C", "--create"]);
            !(creates && operands == 1)
        }
        "stash" => git.operands().first().is_none_or(|word| !matches!(word.text(), "list" | "show" | "drop" | "clear")),
        "reset" => git.words.iter().any(|word| matches!(word.text(), "--hard" | "--merge" | "--keep") || word.value.is_unknown()),
        "pull" | "merge" | "rebase" | "cherry-pick" | "revert" | "restore" | "submodule" | "read-tree" | "sparse-checkout" | "bisect"
        | "checkout-index" | "clean" | "mv" | "filter-branch" | "filter-repo" | "lfs" | "subtree" => true,
        _ => false,
    }
}

fn subcommand(git: &Git<'_>, context: &mut Context<'_>) {
    if let Some(why) = git.doubt.as_ref().filter(|_| git.subcommand == "push") {
        push::anything(git, why, context);
        return;
    }
    match git.subcommand.as_str() {
        "push" => push::effects(git, context),
        "send-pack" | "http-push" | "svn" | "lfs" | "subtree" | "p4" | "cvsexportcommit" | "request-pull" | "send-email" | "imap-send" => {
            push::relatives(git, context);
        }
        "config" => config::config(git, context),
        "remote" => config::remote(git, context),
        name if local::understands(name) => {
            // Paths are read from where `-C` leads.
            let directory = std::mem::replace(&mut context.state.shell.directory, git.directory.clone());
            local::effects(git, context);
            context.state.shell.directory = directory;
        }
        _ if spoken::effects(git, context) => {}
        _ => alias(git, context),
    }
}

/// A name that git does not have: an alias, or a program called `git-name`.
fn alias(git: &Git<'_>, context: &mut Context<'_>) {
    let expansion = git.repo.last(&format!("alias.{}", git.subcommand), context);
    match expansion {
        Ok(Some(expansion)) => {
            let arguments: Vec<&str> = git.words.iter().map(|word| word.raw.as_str()).collect();
            let arguments = arguments.join(" ");
            let kept = context.state.shell.clone();
            // Git knows no functions and aliases of the shell.
            context.state.shell.functions.clear();
            context.state.shell.aliases.clear();
            context.state.shell.tests = shell::Tests::Unsure;
            let text = match expansion.trim_start().strip_prefix('!') {
                Some(command) => {
                    if let Some(root) = &git.repo.root {
                        context.state.shell.directory = Ok(root.clone());
                    }
                    format!("{command} {arguments}")
                }
                None => {
                    let globals: Vec<&str> =
                        git.invocation.words.iter().take(git.index).map(|word| word.raw.as_str()).collect();
                    format!("git {} {expansion} {arguments}", globals.join(" "))
                }
            };
            shell::run(&text, Place::Within(context.here), context);
            context.state.shell = kept;
        }
        Ok(None) if git.subcommand == "town" => super::stacked::town(git.words, git.invocation, context),
        Ok(None) => {
            let what = git.title();
            context.opaque(&what, "git has no such subcommand, and it is not an alias");
            local::nearest(git, context);
            super::named_by_arguments(git.invocation, context);
        }
        Err(why) => {
            opaque(git.invocation, &format!("it may be an alias: {why}"), context);
            push::anything(git, &format!("it may be an alias: {why}"), context);
        }
    }
}

/// Takes in one `-c name=value`.
fn setting(
    option: &str,
    value: Option<&Value>,
    overlay: &mut Vec<(String, Value)>,
    doubt: &mut Option<String>,
    context: &mut Context<'_>,
) {
    let value = value.cloned().unwrap_or_else(|| Value::unknown("a setting without a value"));
    let text = value.text();
    let (key, given) = match text.split_once('=') {
        Some((key, _)) => (key, value.strip_prefix(&format!("{key}="))),
        None if value.is_unknown() => ("", None),
        None => (text, Some(Value::Known("true".to_owned()))),
    };
    let key = resolve::canonical_key(key);
    let given = match given {
        Some(given) if option == "-c" => given,
        _ => Value::unknown("a setting taken from the environment"),
    };
    if key.is_empty() {
        *doubt = Some("a setting of git is not known".to_owned());
        context.opaque("git -c ..", "a setting of git is not known");
    }
    config::given(&key, &given, context);
    if key == "sequence.editor" {
        orders::edited(&key, &given, context);
    }
    overlay.push((key, given));
}

/// Takes in `GIT_*` variables.
fn variables(invocation: &Invocation, context: &mut Context<'_>) -> Option<String> {
    let mut doubt = None;
    for (name, _) in invocation.environment.iter().filter(|(name, _)| name.starts_with("GIT_")) {
        let value = environment::value(invocation, name).unwrap_or_else(|| Value::unknown("unclear"));
        match name.as_str() {
            "GIT_EDITOR" | "GIT_SEQUENCE_EDITOR" | "GIT_PAGER" | "GIT_SSH_COMMAND" | "GIT_SSH" | "GIT_ASKPASS"
            | "GIT_EXTERNAL_DIFF" | "GIT_PROXY_COMMAND" => {
                let harmless = matches!(value.known(), Some("cat" | "true" | ":" | "" | "less" | "vi" | "vim" | "nano"));
                if !harmless {
                    environment::command(name, &value, context);
                }
                let rebases = || invocation.words.iter().any(|word| word.text() == "rebase");
                if name == "GIT_SEQUENCE_EDITOR" || name == "GIT_EDITOR" && rebases() {
                    orders::edited(name, &value, context);
                }
                if name.starts_with("GIT_SSH") && !value.known().is_some_and(environment::is_plain_ssh) {
                    context.hidden(&format!("{name}=.."), "git is told to run another program where it connects");
                }
                if name.starts_with("GIT_SSH") {
                    doubt = Some("another program carries what is pushed".to_owned());
                }
            }
            "GIT_TERMINAL_PROMPT" | "GIT_OPTIONAL_LOCKS" | "GIT_MERGE_AUTOEDIT" | "GIT_PAGER_IN_USE" | "GIT_LITERAL_PATHSPECS" | "GIT_DIR" | "GIT_WORK_TREE"
            | "GIT_FLUSH" | "GIT_ADVICE" | "GIT_CEILING_DIRECTORIES" | "GIT_LFS_SKIP_SMUDGE" | "GIT_CONFIG_NOSYSTEM" | "GIT_REFLOG_ACTION" => {}
            // Without the user's own settings it does less; where a push leads may differ.
            "GIT_CONFIG_GLOBAL" | "GIT_CONFIG_SYSTEM" if value.known() == Some("/dev/null") => {
                doubt = Some(format!("{name} changes what git reads"));
            }
            _ if name.starts_with("GIT_AUTHOR_") || name.starts_with("GIT_COMMITTER_") => {}
            _ if name.starts_with("GIT_TRACE") || name.starts_with("GIT_CURL_VERBOSE") => {
                if value.text().starts_with('/') || value.is_unknown() {
                    context.write_value(&value);
                }
            }
            _ => {
                let why = "this variable changes what git does";
                context.hidden(&format!("{name}=.."), why);
                doubt = Some(format!("{name} changes what git does"));
            }
        }
    }
    doubt
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn global_options() {
        assert_snapshot!(check("git -C /repo --no-pager log --oneline -3"), @"git.read /repo, read");
        assert_snapshot!(check("git -c core.sshCommand='sh x' fetch"), @"
        exec.opaque /repo/x, execute, opaque
        exec.hidden git -c core.sshCommand=.., execute, opaque
        git.fetch repository@origin, read
        ");
        assert_snapshot!(check("git -c user.name=x commit -m 'git push origin main'"), @"git.commit /repo, write");
        assert_snapshot!(check("git --weird push origin main"), @r#"
        exec.opaque git, execute, opaque
        git.force-push *@*, destroy, partial
        "#);
        assert_snapshot!(check("git $X origin main"), @r#"
        exec.opaque git, execute, opaque
        git.force-push *@*, destroy, partial
        "#);
    }

    #[test]
    fn programs_that_settings_start() {
        for command in [
            "git -c credential.helper='!git push origin main' fetch", "git -c credential.https://x.example.helper='!git push origin main' fetch", "git -c gpg.program='git push origin main' commit -S", "git -c filter.x.clean='git push origin main' add a",
            "git -c diff.x.textconv='git push origin main' log -p", "git -c trailer.x.command='git push origin main' commit --trailer x", "git -c trailer.x.cmd='git push origin main' commit --trailer x", "git -c merge.x.driver='git push origin main' merge y",
            "git -c core.sshCommand='git push origin main' fetch", "git -c core.askPass='git push origin main' fetch", "git -c interactive.diffFilter='git push origin main' add -p", "git -c submodule.x.update='!git push origin main' submodule update",
            "git -c tar.x.command='git push origin main' archive HEAD", "git -c difftool.x.cmd='git push origin main' difftool", "git -c remote.origin.uploadpack='git push origin main' fetch", "git -c gpg.ssh.defaultKeyCommand='git push origin main' commit -S",
        ] {
            let found = check(command);
            assert!(found.contains("git.push main@origin"), "{command}: {found}");
            assert!(found.contains("opaque"), "{command}: {found}");
        }
        for command in ["git -c credential.helper=cache fetch", "git -c credential.helper='store --file x' fetch", "git -c filter.lfs.required=true checkout x", "git -c submodule.x.update=rebase submodule update"] {
            assert!(!check(command).contains("git.push"), "{command}: {}", check(command));
        }
    }

    #[test]
    fn aliases() {
        assert_snapshot!(check("git -c alias.x='push origin HEAD:main' x"), @"git.push main@origin, write");
        assert_snapshot!(check("git -c alias.x='!git push' x origin main"), @"git.push main@origin, write");
        assert_snapshot!(check("git ship"), @"git.push main@origin, write");
        assert_snapshot!(check("git unheard-of"), @"exec.opaque git unheard-of, execute, opaque");
    }

    #[test]
    fn environment() {
        assert_snapshot!(check("GIT_EDITOR=true git rebase -i HEAD~2"), @"git.merge /repo, write");
        assert_snapshot!(check("GIT_SSH_COMMAND='./x.sh' git push origin feature"), @"
        exec.opaque /repo/x.sh, execute, opaque
        exec.hidden GIT_SSH_COMMAND=.., execute, opaque
        git.force-push *@origin, destroy, partial
        ");
        assert_snapshot!(check("GIT_CONFIG_COUNT=1 git push origin feature"), @"
        exec.hidden GIT_CONFIG_COUNT=.., execute, opaque
        git.force-push *@origin, destroy, partial
        ");
        assert_snapshot!(check("export GIT_DIR=/elsewhere/.git; git push origin feature"), @r#"
        exec.read export, read
        git.force-push *@origin, destroy, partial
        "#);
    }
}
