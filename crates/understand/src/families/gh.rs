//! GitHub's command line client.

mod other;

use countersign_model::{Certainty, Commit, Effect, ForgeRepository, Resource, Verb, verbs};

use super::git::resolve::Repo;
use super::{Family, addresses, one_word, opaque};
use crate::arguments::{Arguments, Spec, Takes, parse};
use crate::carried::{self, Offered};
use crate::context::Context;
use crate::environment;
use crate::forge::{self, Request, object, pull_request};
use crate::graphql;
use crate::invocation::Invocation;
use crate::pin;
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &["gh", "hub"],
    about: "Pull requests, issues, releases, workflows, secrets and settings on GitHub, and `gh api` by a \
        table of its operations and GraphQL mutations. The repository comes from `--repo`, `GH_REPO` or \
        the remote; what an extension does is not known. A workflow of the repository that delivers and that an opened \
        or labeled pull request starts is an effect of its own, and a run of one that gets no secrets and delivers nothing is a test.",
    examples: &[
        "gh pr list",
        "gh pr view 12 --json title",
        r#"gh pr create --base main --title x --body "git push --force""#,
        "gh pr merge 12 --squash --admin",
        "gh pr comment 12 --body ok",
        "gh pr review 12 --approve",
        "gh workflow run deploy.yml --ref main",
        "gh secret set TOKEN --body x",
        "gh release create v2",
        "gh repo delete acme/shop --yes",
        "gh api repos/acme/shop/pulls",
        "gh api -X PUT repos/acme/shop/pulls/12/merge",
        "gh auth token",
        "gh repo edit --visibility public",
        "gh pr checkout 12",
        "gh api graphql -f query='mutation { frob }'",
    ],
    effects,
};

/// Options of all subcommands together; those that take a value must be here.
const SPEC: Spec = Spec {
    long: &[
        ("repo", Takes::Value), ("base", Takes::Value), ("head", Takes::Value), ("title", Takes::Value), ("body", Takes::Value), ("body-file", Takes::Value), ("env-file", Takes::Value), ("output", Takes::Value), ("label", Takes::Value), ("reviewer", Takes::Value),
        ("assignee", Takes::Value), ("milestone", Takes::Value), ("project", Takes::Value), ("template", Takes::Value), ("match-head-commit", Takes::Value), ("subject", Takes::Value), ("author-email", Takes::Value),
        ("json", Takes::Value), ("jq", Takes::Value), ("limit", Takes::Value), ("state", Takes::Value), ("search", Takes::Value), ("author", Takes::Value), ("ref", Takes::Value), ("field", Takes::Value), ("raw-field", Takes::Value),
        ("method", Takes::Value), ("header", Takes::Value), ("input", Takes::Value), ("hostname", Takes::Value), ("cache", Takes::Value), ("preview", Takes::Value), ("notes", Takes::Value), ("notes-file", Takes::Value), ("target", Takes::Value),
        ("env", Takes::Value), ("org", Takes::Value), ("app", Takes::Value), ("branch", Takes::Value), ("workflow", Takes::Value), ("job", Takes::Value), ("add-label", Takes::Value), ("remove-label", Takes::Value), ("dir", Takes::Value), ("pattern", Takes::Value), ("name", Takes::Value),
        ("merge", Takes::Nothing), ("squash", Takes::Nothing), ("rebase", Takes::Nothing), ("auto", Takes::Nothing), ("disable-auto", Takes::Nothing), ("admin", Takes::Nothing), ("delete-branch", Takes::Nothing), ("draft", Takes::Nothing), ("fill", Takes::Nothing), ("fill-first", Takes::Nothing),
        ("web", Takes::Nothing), ("approve", Takes::Nothing), ("request-changes", Takes::Nothing), ("comment", Takes::Nothing), ("paginate", Takes::Nothing), ("silent", Takes::Nothing), ("include", Takes::Nothing), ("slurp", Takes::Nothing), ("verbose", Takes::Nothing), ("watch", Takes::Nothing), ("failed", Takes::Nothing), ("log", Takes::Nothing), ("log-failed", Takes::Nothing),
        ("exit-status", Takes::Nothing), ("name-only", Takes::Nothing), ("force", Takes::Nothing), ("yes", Takes::Nothing), ("help", Takes::Nothing), ("version", Takes::Nothing), ("required", Takes::Nothing), ("dry-run", Takes::Nothing), ("no-maintainer-edit", Takes::Nothing), ("comments", Takes::Nothing), ("show-token", Takes::Nothing), ("all", Takes::Nothing), ("fill-verbose", Takes::Nothing), ("patch", Takes::Nothing), ("color", Takes::Value), ("latest", Takes::Nothing), ("prerelease", Takes::Nothing), ("generate-notes", Takes::Nothing), ("detach", Takes::Nothing), ("interval", Takes::Value),
        ("visibility", Takes::Value), ("source", Takes::Value), ("remote", Takes::Value), ("description", Takes::Value), ("homepage", Takes::Value), ("team", Takes::Value), ("user", Takes::Value), ("repos", Takes::Value), ("gitignore", Takes::Value), ("license", Takes::Value), ("fork-name", Takes::Value), ("upstream-remote-name", Takes::Value),
        ("event", Takes::Value), ("status", Takes::Value), ("commit", Takes::Value), ("created", Takes::Value), ("add-reviewer", Takes::Value), ("remove-reviewer", Takes::Value), ("add-assignee", Takes::Value), ("remove-assignee", Takes::Value), ("add-project", Takes::Value), ("remove-project", Takes::Value), ("reason", Takes::Value), ("attempt", Takes::Value), ("recover", Takes::Value),
        ("archive", Takes::Value), ("discussion-category", Takes::Value), ("notes-from-tag", Takes::Nothing), ("notes-start-tag", Takes::Value), ("order", Takes::Value), ("sort", Takes::Value), ("key", Takes::Value), ("topic", Takes::Value), ("language", Takes::Value), ("owner", Takes::Value), ("type", Takes::Value), ("filename", Takes::Value), ("add", Takes::Value), ("remove", Takes::Value), ("desc", Takes::Value), ("add-topic", Takes::Value), ("remove-topic", Takes::Value), ("default-branch", Takes::Value), ("scopes", Takes::Value), ("git-protocol", Takes::Value), ("remove-scopes", Takes::Value), ("id", Takes::Value), ("url", Takes::Value), ("format", Takes::Value), ("number", Takes::Value), ("machine", Takes::Value), ("codespace", Takes::Value), ("idle-timeout", Takes::Value), ("location", Takes::Value), ("parent", Takes::Value), ("exclude", Takes::Value), ("field-id", Takes::Value), ("project-id", Takes::Value), ("text", Takes::Value), ("match", Takes::Value), ("head-repo", Takes::Value), ("predicate-type", Takes::Value), ("signer-workflow", Takes::Value), ("bundle", Takes::Value), ("host", Takes::Value), ("pin", Takes::Value), ("checkout-dir", Takes::Value), ("duplicate-of", Takes::Value), ("base-repo", Takes::Value),
        ("public", Takes::Nothing), ("private", Takes::Nothing), ("internal", Takes::Nothing), ("push", Takes::Nothing), ("clone", Takes::Attached), ("no-store", Takes::Nothing), ("no-repos-selected", Takes::Nothing), ("cleanup-tag", Takes::Nothing), ("edit-last", Takes::Nothing), ("create-if-none", Takes::Nothing), ("delete-last", Takes::Nothing), ("editor", Takes::Nothing), ("remove-milestone", Takes::Nothing), ("skip-existing", Takes::Nothing), ("clobber", Takes::Nothing), ("verify-tag", Takes::Nothing), ("fail-on-no-commits", Takes::Nothing), ("exclude-drafts", Takes::Nothing), ("exclude-pre-releases", Takes::Nothing), ("raw", Takes::Nothing), ("files", Takes::Nothing), ("include-content", Takes::Nothing), ("with-token", Takes::Nothing), ("skip-ssh-key", Takes::Nothing), ("insecure-storage", Takes::Nothing), ("secure-storage", Takes::Nothing), ("clipboard", Takes::Nothing), ("reset-scopes", Takes::Nothing), ("active", Takes::Nothing), ("debug", Takes::Nothing), ("recursive", Takes::Nothing), ("undo", Takes::Nothing), ("expand", Takes::Nothing), ("confirm", Takes::Nothing), ("add-readme", Takes::Nothing), ("disable-issues", Takes::Nothing), ("disable-wiki", Takes::Nothing), ("include-all-branches", Takes::Nothing), ("default-branch-only", Takes::Nothing), ("no-archived", Takes::Nothing), ("archived", Takes::Attached), ("fork", Takes::Nothing), ("accept-visibility-change-consequences", Takes::Nothing), ("compact", Takes::Nothing), ("allow-write", Takes::Nothing), ("list", Takes::Nothing), ("checkout", Takes::Nothing), ("succeed-on-no-caches", Takes::Nothing), ("yaml", Takes::Nothing), ("fail-fast", Takes::Nothing), ("stop", Takes::Nothing), ("force-push", Takes::Nothing), ("no-external", Takes::Nothing), ("custom-trusted-root", Takes::Value), ("enable-issues", Takes::Attached), ("enable-wiki", Takes::Attached), ("enable-projects", Takes::Attached), ("enable-discussions", Takes::Attached), ("enable-merge-commit", Takes::Attached), ("enable-squash-merge", Takes::Attached), ("enable-rebase-merge", Takes::Attached), ("enable-auto-merge", Takes::Attached), ("delete-branch-on-merge", Takes::Attached), ("allow-forking", Takes::Attached), ("allow-update-branch", Takes::Attached), ("enable-advanced-security", Takes::Attached), ("enable-secret-scanning", Takes::Attached), ("enable-secret-scanning-push-protection", Takes::Attached), ("shell", Takes::Nothing),
    ],
    short: &[
        ('R', Takes::Value), ('B', Takes::Value), ('H', Takes::Value), ('t', Takes::Value), ('b', Takes::Value), ('F', Takes::Value), ('l', Takes::Value), ('a', Takes::Value), ('m', Takes::Nothing), ('p', Takes::Value), ('X', Takes::Value), ('f', Takes::Value), ('q', Takes::Value), ('L', Takes::Value),
        ('s', Takes::Nothing), ('r', Takes::Nothing), ('d', Takes::Nothing), ('w', Takes::Nothing), ('c', Takes::Nothing), ('i', Takes::Nothing), ('A', Takes::Value), ('S', Takes::Value), ('T', Takes::Value), ('n', Takes::Value), ('e', Takes::Value), ('o', Takes::Value), ('D', Takes::Value), ('v', Takes::Nothing), ('h', Takes::Nothing), ('y', Takes::Nothing), ('u', Takes::Nothing), ('O', Takes::Value),
    ],
    abbreviations: false,
    operands_end_options: false,
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    if invocation.words.iter().any(|word| word.text() == "checkout" || word.text() == "co") {
        let why = "gh may have changed the file by then".to_owned();
        context.state.world.tree_changed.get_or_insert(why);
    }
    let Some(group) = invocation.known(0).map(str::to_owned) else {
        if invocation.words.is_empty() {
            context.program(verbs::EXEC_READ, "gh");
        } else {
            worst(invocation, "the subcommand is not known", context);
        }
        return;
    };
    let spec = match group.as_str() {
        // There `-f` and `-F` are fields, `-m` is nothing.
        "api" | "workflow" => Spec { short: API_SHORT, ..SPEC },
        "gist" => Spec { short: GIST_SHORT, ..SPEC },
        "codespace" | "cs" => Spec { short: CODESPACE_SHORT, ..SPEC },
        _ => SPEC,
    };
    let arguments = parse(invocation.words.get(1..).unwrap_or_default(), &spec);
    if asks_for_help(invocation) && arguments.unknown.is_empty() {
        context.program(verbs::EXEC_READ, "gh");
        return;
    }
    let repository = repository(invocation, &arguments, context);
    if group == "api" {
        api(invocation, &arguments, repository, context);
        return;
    }
    if group == "copilot" {
        opaque(invocation, "it starts another agent", context);
        return;
    }
    let Some(action) = arguments.operands.first() else {
        if !GROUPS.contains(&group.as_str()) && !matches!(group.as_str(), "--version" | "--help" | "-h") {
            worst(invocation, "the subcommand may be an alias or an extension", context);
            return;
        }
        let verb = if group.starts_with('-') || ["status", "search", "browse", "help", "version", "completion", "licenses", "credits"].contains(&group.as_str()) { verbs::FORGE_READ } else { verbs::EXEC_READ };
        context.push(Effect::new(verb, object(&repository, "client", &group)));
        return;
    };
    let Some(action) = action.known().map(str::to_owned) else {
        worst(invocation, "the subcommand is not known", context);
        return;
    };
    let call = Call { invocation, arguments: &arguments, repository };
    match group.as_str() {
        "pr" => call.pull_request(&action, context),
        // An alias the client comes with.
        "co" => call.pull_request("checkout", context),
        _ => call.other(&group, &action, context),
    }
}

/// The client's own subcommands: any other name is an alias or an extension.
const GROUPS: &[&str] = &[
    "pr", "issue", "repo", "release", "run", "workflow", "api", "auth", "gist", "search", "browse", "status", "help", "version", "completion", "config", "alias", "extension", "ext",
    "extensions", "secret", "variable", "ssh-key", "gpg-key", "label", "org", "project", "cache", "codespace", "cs", "ruleset", "attestation", "preview", "discussion", "agent-task", "agent", "copilot", "licenses", "accessibility", "a11y", "credits", "co",
];

/// Whether it only shows how it is used: `--help` that is neither switched off nor another option's value.
fn asks_for_help(invocation: &Invocation) -> bool {
    let words = invocation.words.iter().take_while(|word| word.known() != Some("--"));
    let texts: Vec<&str> = words.map(Word::text).collect();
    let helps = |text: &str| matches!(text, "--help" | "--help=true");
    let denied = texts.iter().any(|text| text.starts_with("--help") && !helps(text));
    let alone = texts.iter().enumerate().any(|(index, text)| {
        let before = index.checked_sub(1).and_then(|before| texts.get(before));
        helps(text) && before.is_some_and(|before| !before.starts_with('-'))
    });
    alone && !denied && !invocation.words.iter().any(|word| word.value.is_unknown())
}

const API_SHORT: &[(char, Takes)] = &[
    ('X', Takes::Value), ('f', Takes::Value), ('F', Takes::Value), ('H', Takes::Value), ('q', Takes::Value), ('t', Takes::Value), ('i', Takes::Nothing), ('p', Takes::Value), ('R', Takes::Value), ('r', Takes::Value), ('h', Takes::Nothing), ('a', Takes::Nothing), ('L', Takes::Value), ('y', Takes::Nothing), ('w', Takes::Nothing),
];

/// There `-p` is a flag: the gist is public.
const GIST_SHORT: &[(char, Takes)] = &[
    ('a', Takes::Value), ('d', Takes::Value), ('f', Takes::Value), ('r', Takes::Value), ('p', Takes::Nothing), ('w', Takes::Nothing), ('h', Takes::Nothing), ('L', Takes::Value), ('s', Takes::Value),
];

/// There `-c` names the codespace.
const CODESPACE_SHORT: &[(char, Takes)] = &[
    ('c', Takes::Value), ('R', Takes::Value), ('b', Takes::Value), ('m', Takes::Value), ('l', Takes::Value), ('e', Takes::Nothing), ('r', Takes::Nothing), ('f', Takes::Nothing), ('w', Takes::Nothing), ('s', Takes::Nothing), ('q', Takes::Value), ('t', Takes::Value), ('h', Takes::Nothing), ('L', Takes::Value), ('o', Takes::Value), ('u', Takes::Value), ('d', Takes::Value), ('p', Takes::Value),
];

/// A subcommand nobody knows could be a merge.
fn worst(invocation: &Invocation, why: &str, context: &mut Context<'_>) {
    let unknown = ForgeRepository { host: "github.com".to_owned(), name: "*".to_owned() };
    forge::anything(&unknown, why, context);
    opaque(invocation, why, context);
}

/// The repository meant: `-R`, `GH_REPO`, or the remotes of the one the command runs in.
fn repository(invocation: &Invocation, arguments: &Arguments<'_>, context: &Context<'_>) -> ForgeRepository {
    let told = environment::value(invocation, "GH_HOST").map(|value| value.known().unwrap_or("*").to_owned());
    let host = told.clone().unwrap_or_else(|| "github.com".to_owned());
    let any = || ForgeRepository { host: host.clone(), name: "*".to_owned() };
    let named = arguments.value(&["R", "repo"]).cloned().or_else(|| environment::value(invocation, "GH_REPO"));
    if let Some(value) = named {
        return value.known().map_or_else(any, |text| spelled(text, &host));
    }
    let repo = Repo::open(&context.state.shell.directory, Vec::new(), context);
    for remote in ["upstream", "origin"] {
        if let Ok(Some(url)) = repo.last(&format!("remote.{remote}.url"), context)
            && let Some(found) = addresses::forge(&url).filter(|found| told.as_ref().is_none_or(|host| *host == found.host))
        {
            return found;
        }
    }
    any()
}

/// `owner/name`, `host/owner/name`, or an address.
fn spelled(text: &str, host: &str) -> ForgeRepository {
    if text.contains(':') {
        return addresses::forge(text).unwrap_or_else(|| ForgeRepository { host: host.to_owned(), name: "*".to_owned() });
    }
    match text.split('/').collect::<Vec<_>>().as_slice() {
        [host, owner, name] => ForgeRepository { host: (*host).to_owned(), name: format!("{owner}/{name}") },
        _ => ForgeRepository { host: host.to_owned(), name: text.to_owned() },
    }
}

/// Another branch is checked out where the command runs; which is not known.
pub(super) fn switches(context: &mut Context<'_>) {
    let repo = Repo::open(&context.state.shell.directory, Vec::new(), context);
    repo.switches(String::new(), context);
}

struct Call<'c> {
    invocation: &'c Invocation,
    arguments: &'c Arguments<'c>,
    repository: ForgeRepository,
}

impl Call<'_> {
    /// The pull request named by number or address, and its repository.
    fn named(&self) -> (ForgeRepository, Option<u64>) {
        let text = self.arguments.operands.get(1).and_then(|word| word.known()).unwrap_or_default();
        let number = text.trim_start_matches('#').parse().ok();
        if let (None, Some((address, tail))) = (number, text.split_once("/pull/")) {
            let number = tail.split('/').next().and_then(|number| number.parse().ok());
            return (addresses::forge(address).unwrap_or_else(|| self.repository.clone()), number);
        }
        (self.repository.clone(), number)
    }

    fn pull_request(&self, action: &str, context: &mut Context<'_>) {
        let (repository, number) = self.named();
        let base = self.arguments.value(&["B", "base"]).and_then(Value::known);
        let plain = |verb: Verb| Effect::new(verb, pull_request(&repository, number, base, None));
        let edited = || forge::edited(&repository, number, base);
        self.reads_files(context);
        let effect = match action {
            "list" | "view" | "checks" | "diff" | "status" => plain(verbs::FORGE_READ),
            "checkout" | "co" => {
                switches(context);
                context.state.world.refs_changed = Some("an earlier part of the command checks out a pull request".to_owned());
                let here = Resource::Repository { repository: countersign_model::Repository::default() };
                context.push(Effect::new(verbs::GIT_BRANCH, here));
                plain(verbs::FORGE_READ)
            }
            "create" | "new" => {
                let head = self.arguments.value(&["H", "head"]).cloned();
                let from = forge::head(head.as_ref(), context);
                context.push(self.doubted(forge::opened(&repository, base, from)));
                self.carries(&repository, head, None, context);
                if !self.arguments.has(&["dry-run", "web", "w"]) {
                    forge::workflows::pull_request(&repository, "opened", context);
                    self.labels("label", "labeled", &repository, context);
                }
                return;
            }
            "revert" => {
                let number = number.map_or_else(|| "*".to_owned(), |number| number.to_string());
                let effect = forge::opened(&repository, None, Some(format!("revert-{number}-*")));
                context.push(self.doubted(effect));
                self.carries(&repository, None, Some("what it takes back is not known here".to_owned()), context);
                return;
            }
            "update-branch" => {
                let from = self.branch(number);
                let named = forge::head(from.as_ref(), context).filter(|name| number.is_none() && !name.contains(':'));
                let verb = if self.arguments.has(&["rebase"]) { verbs::GIT_FORCE_PUSH } else { verbs::GIT_PUSH };
                forge::branch(&repository, named.as_deref(), verb, None)
            }
            "close" if self.arguments.has(&["delete-branch", "d"]) => {
                context.push(forge::branch(&repository, None, verbs::GIT_DELETE_REMOTE_REF, None));
                edited()
            }
            "edit" if self.arguments.has(&["base", "B"]) => {
                // Into another branch it brings other files; which they are is known for the branch at hand.
                context.push(self.doubted(edited()));
                let named = number.map(|number| format!("it is not known here which branch #{number} comes from"));
                self.carries(&repository, self.branch(number), named, context);
                return;
            }
            "close" | "reopen" | "edit" | "ready" | "lock" | "unlock" => {
                match action {
                    "reopen" => forge::workflows::pull_request(&repository, "reopened", context),
                    "ready" if !self.arguments.has(&["undo"]) => forge::workflows::pull_request(&repository, "ready_for_review", context),
                    _ => {}
                }
                self.labels("add-label", "labeled", &repository, context);
                self.labels("remove-label", "unlabeled", &repository, context);
                edited()
            }
            "comment" => {
                self.speaks(&pull_request(&repository, number, None, None), context);
                plain(verbs::FORGE_COMMENT)
            }
            "review" => {
                self.speaks(&pull_request(&repository, number, None, None), context);
                let comments = self.arguments.has(&["comment", "c", "request-changes", "r"]) && !self.arguments.has(&["approve", "a"]);
                plain(if comments { verbs::FORGE_COMMENT } else { verbs::FORGE_APPROVE })
            }
            "merge" if self.arguments.has(&["disable-auto"]) => edited(),
            "merge" => {
                self.merge(&repository, number, context);
                return;
            }
            action => {
                // It may be one of a newer client, an extension or an alias.
                let why = "the subcommand is not known";
                let resource = object(&repository, "pr", action);
                context.push(Effect::new(verbs::FORGE_WRITE, resource).certain(Certainty::Partial, why));
                context.candidates.push(crate::pin::impossible(why));
                opaque(self.invocation, why, context);
                return;
            }
        };
        context.push(self.doubted(effect));
    }

    /// What labels start.
    fn labels(&self, option: &str, kind: &str, repository: &ForgeRepository, context: &mut Context<'_>) {
        let short = if option == "label" { "l" } else { option };
        if self.arguments.has(&[option, short]) {
            forge::workflows::pull_request(repository, kind, context);
        }
    }

    /// The branch that names a pull request; none: the one at hand.
    fn branch(&self, number: Option<u64>) -> Option<Value> {
        self.arguments.operands.get(1).filter(|_| number.is_none()).map(|word| word.value.clone())
    }

    /// What a pull request carries from a branch.
    fn carries(&self, repository: &ForgeRepository, head: Option<Value>, doubt: Option<String>, context: &mut Context<'_>) {
        if self.arguments.has(&["dry-run", "web", "w"]) {
            return;
        }
        let (base, head) = (self.arguments.value(&["B", "base"]), head.as_ref());
        let unknown = |value: Option<&Value>| value.is_some_and(|value| value.known().is_none());
        let unclear = (unknown(base) || unknown(head)).then(|| "the branches are not known".to_owned());
        let doubt = self.arguments.doubt().or(unclear).or(doubt);
        let (base, head) = (base.and_then(Value::known), head.and_then(Value::known));
        carried::by_pull_request(&Offered { repository, base, head, doubt: doubt.as_deref() }, context);
    }

    fn merge(&self, repository: &ForgeRepository, number: Option<u64>, context: &mut Context<'_>) {
        let value = self.arguments.value(&["match-head-commit"]);
        let commit = value.and_then(Value::known).and_then(Commit::parse);
        let resource = pull_request(repository, number, None, commit.clone());
        let effect = Effect::new(verbs::FORGE_MERGE, resource);
        context.push(match (number, self.arguments.doubt()) {
            (_, Some(why)) => effect.certain(Certainty::Partial, &why),
            (None, None) => effect.certain(Certainty::Partial, "the pull request is not named by its number"),
            (Some(_), None) => effect,
        });
        let head = self.branch(number);
        if number.is_none() && head.as_ref().is_none_or(|head| head.known().is_some()) {
            let offered = Offered { repository, base: None, head: head.as_ref().and_then(Value::known), doubt: None };
            carried::by_merge(&offered, context);
        }
        if self.arguments.has(&["delete-branch", "d"]) {
            context.push(forge::branch(repository, None, verbs::GIT_DELETE_REMOTE_REF, None));
        }
        let span = self.invocation.span().filter(|_| self.invocation.contiguous && !context.repeated);
        context.candidates.push(match (commit, span) {
            (Some(commit), Some(span)) => {
                pin::as_it_is(span, &format!("merges only if the pull request is still at {}", commit.short()))
            }
            (None, _) => pin::impossible("the commit of the pull request is not known here; give it with --match-head-commit"),
            (Some(_), None) => pin::impossible("the merge is not written out in one piece"),
        });
    }

    /// The texts and files that options give it to send.
    fn reads_files(&self, context: &mut Context<'_>) {
        let values = self.arguments.values(&["F", "body-file", "notes-file", "env-file"]);
        values.for_each(|value| context.read_value(value));
    }

    /// What a comment tells robots.
    fn speaks(&self, resource: &Resource, context: &mut Context<'_>) {
        let files = self.arguments.values(&["F", "body-file"]).filter_map(|value| context.file(&crate::paths::locate(value, context).path).ok().flatten());
        let files: Vec<String> = files.collect();
        let given = self.arguments.values(&["b", "body"]).map(Value::text);
        forge::comments::effects(given.chain(files.iter().map(String::as_str)), resource, context);
    }

    fn doubted(&self, effect: Effect) -> Effect {
        match self.arguments.doubt() {
            Some(why) => effect.certain(Certainty::Partial, &why),
            None => effect,
        }
    }
}

/// `gh api`: fields make it a POST unless a method is given.
fn api(invocation: &Invocation, arguments: &Arguments<'_>, repository: ForgeRepository, context: &mut Context<'_>) {
    let mut fields = Vec::new();
    // A word that may be several can bring options along.
    let is_doubted = !arguments.unknown.is_empty() || !arguments.operands.iter().all(|word| one_word::is_one(word, invocation, context));
    let mut open = arguments.has(&["input"]) || is_doubted;
    for value in arguments.values(&["f", "F", "field", "raw-field"]) {
        match value.text().split_once('=') {
            Some((name, _)) => {
                let given = value.strip_prefix(&format!("{name}=")).unwrap_or_else(|| Value::unknown("unclear"));
                if let Some(file) = given.strip_prefix("@") {
                    context.read_value(&file);
                }
                fields.push((name.trim_end_matches("[]").to_owned(), given));
            }
            None => open = true,
        }
    }
    if let Some(value) = arguments.value(&["input"]) {
        context.read_value(&value.clone());
        if let (Some(body), true, None) = (graphql::file(value, context), fields.is_empty(), arguments.doubt()) {
            fields = body.into_iter().map(|(name, value)| (name, Value::Known(value))).collect();
            open = false;
        }
    }
    let method = match arguments.value(&["X", "method"]) {
        Some(value) => value.known().map(str::to_ascii_uppercase),
        None if !arguments.unknown.is_empty() => None,
        None if fields.is_empty() && !open => Some("GET".to_owned()),
        None => Some("POST".to_owned()),
    };
    let endpoint: Option<&Word> = arguments.operands.first().copied();
    let path = endpoint.map_or_else(|| Value::unknown("no endpoint"), |word| word.value.clone());
    let path = match path.text().split_once("://").and_then(|(_, rest)| rest.split_once('/')) {
        Some((_, path)) if !path.is_empty() => Value::Known(path.to_owned()),
        _ => path,
    };
    // A pattern stays what it is unless a file has that name; placeholders are in braces.
    let path = match path {
        Value::Pattern(text) => Value::Known(text),
        Value::Unknown { prefix, why, .. } if why == "a brace expansion" => {
            let raw = endpoint.map(|word| word.raw.clone()).unwrap_or_default();
            if raw.contains(',') { Value::starting(&prefix, &why) } else { Value::Known(raw) }
        }
        other => other,
    };
    let host = arguments.value(&["hostname"]).map_or_else(|| repository.host.clone(), |value| value.text().to_owned());
    forge::effects(&Request { method, path, host, repository, fields, open }, context);
}

#[cfg(test)]
mod tests;
