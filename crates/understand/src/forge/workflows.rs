//! GitHub's workflows of the repository at hand: what an event starts, and whether that delivers, as far as the files
//! of the working tree say. <https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax>

use std::rc::Rc;

use countersign_model::{Answer, Certainty, Commit, Effect, ForgeRepository, Question, Resource, verbs};
use countersign_yaml::Node;

use super::object;
use crate::Workspace as _;
use crate::context::Context;
use crate::families::addresses;
use crate::families::resolve::Repo;
use crate::paths;

/// Workflows of one repository that are read.
const MOST: usize = 40;

/// Words in names, and parts of what is run, that say a job delivers.
const SIGNS: &[&str] = &[
    "deploy",
    "releas",
    "publish",
    "rollout",
    "promot",
    "kubectl",
    "helm",
    "terraform",
    "pulumi",
    "ansible",
    "docker push",
    "--push",
    "git push",
    "aws ",
    "aws-actions",
    "gcloud",
    "google-github-actions",
    "azure/",
    "flyctl",
    "vercel",
    "netlify",
    "wrangler",
    "heroku",
    "ssh ",
    "rsync",
    "migrate",
    "gh release",
    "environment:",
];

/// What in a file may give a run more than the code it tests: secrets, rights, machines of one's own, other workflows.
const POWERS: &[&str] = &[
    "secrets.",
    "secrets[",
    "inherit",
    "id-token",
    "write",
    "self-hosted",
    "github.token",
    "github_token",
    "./.github",
];

struct Workflow {
    path: String,
    text: String,
    node: Rc<Node>,
}

/// Adds what a repository's workflows do when something happens to a pull request, such as `labeled`.
pub(crate) fn pull_request(repository: &ForgeRepository, kind: &str, context: &mut Context<'_>) {
    for workflow in read(repository, context).unwrap_or_default() {
        if !starts(&workflow.node, kind) {
            continue;
        }
        let name = paths::split(&workflow.path).1;
        if let Some((job, environment)) = production(&workflow.node) {
            let why = format!(
                "{name} is started by pull requests that are {kind}, and its job {job} delivers to {environment}"
            );
            let resource = object(repository, "workflow", name);
            context.push(Effect::new(verbs::FORGE_WORKFLOW, resource).because(&why));
        } else if delivers(&workflow.text) {
            let why = format!("{name} is started by pull requests that are {kind}, and may deliver");
            let resource = Resource::Program { name: workflow.path.clone() };
            context.push(Effect::new(verbs::EXEC_OPAQUE, resource).certain(Certainty::Partial, &why));
        }
    }
}

/// A run of a workflow that can do no more than test: it delivers nothing, and is given nothing that could. None where
/// that is not known, as where the branch it runs on, the default one if none is named, has other workflows than the
/// working tree.
pub(crate) fn harmless(
    repository: &ForgeRepository,
    name: &str,
    branch: Option<&str>,
    context: &Context<'_>,
) -> Option<Effect> {
    let repo = Repo::open(&context.state.shell.directory, Vec::new(), context);
    let remote = remote_of(repository, &repo, context)?;
    let there = format!("refs/remotes/{remote}/{}", branch.unwrap_or("HEAD"));
    let there = repo.tip(&there, context).commit()?;
    let here = repo.commit("HEAD", context)?;
    let question = Question::Uncommitted { repository: repo.root.clone()? };
    let is_same = (here == there || has_same(&repo, &here, &there, context))
        && !tells_of_workflows(&context.workspace.ask(&question));
    if !is_same || !is_untouched(context) {
        return None;
    }
    let workflows = read(repository, context)?;
    let is_it = |workflow: &&Workflow| {
        let own = workflow.node.get("name").and_then(Node::text);
        paths::split(&workflow.path).1 == name || own == Some(name)
    };
    let mut named = workflows.iter().filter(is_it);
    let workflow = named.next().filter(|workflow| named.next().is_none() && is_harmless(workflow))?;
    let resource = Resource::Program { name: workflow.path.clone() };
    let why = "the forge runs it, it delivers nothing as far as its file here says, and it gets no secrets";
    Some(Effect::new(verbs::EXEC_TEST, resource).certain(Certainty::Partial, why))
}

/// A run that is repeated, of a repository whose every workflow can do no more than test: whichever it is, it is one
/// of them, as it ran before.
pub(crate) fn harmless_again(repository: &ForgeRepository, context: &Context<'_>) -> Option<Effect> {
    let workflows = read(repository, context).filter(|_| is_untouched(context))?;
    if workflows.is_empty() || !workflows.iter().all(is_harmless) {
        return None;
    }
    let resource = Resource::Program { name: "the workflows of the repository".to_owned() };
    let why = "the forge runs it again, and none of the workflows here delivers or gets secrets";
    Some(Effect::new(verbs::EXEC_TEST, resource).certain(Certainty::Partial, why))
}

/// Whether two commits have the same workflows.
fn has_same(repo: &Repo, one: &Commit, other: &Commit, context: &Context<'_>) -> bool {
    let Some(root) = &repo.root else { return false };
    [(one, other), (other, one)].into_iter().all(|(old, new)| {
        let question =
            Question::Changed { repository: root.clone(), old: Some(old.clone()), new: new.clone() };
        !tells_of_workflows(&context.workspace.ask(&question))
    })
}

/// Whether a list of changed files has, or may have, one of the workflows'.
fn tells_of_workflows(answer: &Answer) -> bool {
    let Answer::Values { values } = answer else { return true };
    values.iter().any(|line| line.starts_with('*') || line.contains(".github"))
}

/// The remote of the working tree that is this repository.
fn remote_of(repository: &ForgeRepository, repo: &Repo, context: &Context<'_>) -> Option<String> {
    let remotes = repo.subsections("remote", context).unwrap_or_default();
    let is_it = |name: &String| {
        let url = repo.last(&format!("remote.{name}.url"), context).ok().flatten();
        repository.name == "*" || url.as_deref().and_then(addresses::forge).as_ref() == Some(repository)
    };
    remotes.into_iter().take(8).find(is_it)
}

/// A run that is stopped, of a repository of which no workflow delivers: nothing is left half delivered.
pub(crate) fn harmless_stop(repository: &ForgeRepository, context: &Context<'_>) -> Option<Effect> {
    let workflows = read(repository, context).filter(|_| is_untouched(context))?;
    let is_seen = |job: &Node| job.get("uses").is_none() && job.get("steps").is_some();
    let only_tests = |workflow: &Workflow| {
        let jobs = workflow.node.get("jobs").map(Node::entries).unwrap_or_default();
        !jobs.is_empty() && jobs.iter().all(|(_, job)| is_seen(job)) && !delivers(&workflow.text)
    };
    if workflows.is_empty() || !workflows.iter().all(only_tests) {
        return None;
    }
    let resource = Resource::Program { name: "the workflows of the repository".to_owned() };
    let why = "a run is stopped, and none of the workflows here delivers";
    Some(Effect::new(verbs::EXEC_TEST, resource).certain(Certainty::Partial, why))
}

/// Whether the working tree has what it had before the call.
fn is_untouched(context: &Context<'_>) -> bool {
    let world = &context.state.world;
    world.tree_changed.is_none() && world.written.is_empty() && !world.opaque
}

/// The workflows of a repository, where it is the one at hand; none where they are not all known.
fn read(repository: &ForgeRepository, context: &Context<'_>) -> Option<Vec<Workflow>> {
    let repo = Repo::open(&context.state.shell.directory, Vec::new(), context);
    let top = repo.root.clone()?;
    if repository.name != "*" {
        remote_of(repository, &repo, context)?;
    }
    let (files, is_all) = context.files_in(&format!("{top}/.github/workflows"), &[".yml", ".yaml"]);
    if !is_all || files.len() > MOST {
        return None;
    }
    let mut workflows = Vec::new();
    for path in files {
        let text = context.file(&path).ok()??;
        let node = context.yaml(text.clone())?;
        workflows.push(Workflow { path, text: text.to_lowercase(), node });
    }
    Some(workflows)
}

/// Whether something that happens to a pull request starts a workflow.
fn starts(workflow: &Node, kind: &str) -> bool {
    const USUAL: &[&str] = &["opened", "synchronize", "reopened"];
    let events = ["pull_request", "pull_request_target"];
    match workflow.get("on") {
        Some(Node::Map(entries)) => entries.iter().any(|(event, filter)| {
            let types = filter.get("types").map(Node::texts);
            let is_meant = types.map_or_else(|| USUAL.contains(&kind), |types| types.contains(&kind));
            events.contains(&event.as_str()) && is_meant
        }),
        Some(on) => USUAL.contains(&kind) && on.texts().iter().any(|event| events.contains(event)),
        None => false,
    }
}

/// A job that delivers to an environment whose name says production, and that environment.
fn production(workflow: &Node) -> Option<(&str, &str)> {
    let is_production = |name: &str| {
        let mut words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
        words.any(|word| ["production", "prod", "prd", "live"].contains(&word.to_ascii_lowercase().as_str()))
    };
    workflow.get("jobs")?.entries().iter().find_map(|(job, node)| {
        let environment = node.get("environment")?;
        let name = environment.get("name").unwrap_or(environment).text()?;
        is_production(name).then_some((job.as_str(), name))
    })
}

/// Whether a workflow's text, in small letters, has a sign that it delivers.
fn delivers(text: &str) -> bool {
    let plain = text.replace("--release", " ");
    SIGNS.iter().any(|sign| plain.contains(sign))
}

fn is_harmless(workflow: &Workflow) -> bool {
    let jobs = workflow.node.get("jobs").map(Node::entries).unwrap_or_default();
    let is_hosted = |job: &Node| {
        let machine = job.get("runs-on").and_then(Node::text).unwrap_or_default();
        job.get("uses").is_none()
            && ["ubuntu-", "windows-", "macos-"].iter().any(|start| machine.starts_with(start))
    };
    let has = |parts: &[&str]| parts.iter().any(|part| workflow.text.contains(part));
    !jobs.is_empty()
        && jobs.iter().all(|(_, job)| is_hosted(job))
        && !delivers(&workflow.text)
        && !has(POWERS)
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_with;

    fn file(on: &str, job: &str) -> String {
        format!(
            "on: {on}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    {job}\n    steps: [{{run: make all}}]\n"
        )
    }

    #[test]
    fn deliveries_that_pull_requests_start() {
        let found = |command: &str, on: &str, job: &str| {
            check_with(command, &[("/repo/.github/workflows/x.yml", &file(on, job))])
        };
        let production = "environment: production";
        for (command, on) in [
            ("gh pr edit 12 --add-label deploy", "{pull_request: {types: [labeled]}}"),
            ("gh pr edit 12 --remove-label x", "{pull_request: {types: [unlabeled]}}"),
            ("gh pr create --fill", "{pull_request: {types: [opened]}}"),
            ("gh pr create --fill", "[push, pull_request]"),
            ("gh pr reopen 12", "pull_request_target"),
            ("gh pr ready 12", "{pull_request: {types: [ready_for_review]}}"),
            ("gh api repos/acme/shop/issues/12/labels -f labels[]=x", "{pull_request: {types: [labeled]}}"),
            ("gh api repos/acme/shop/pulls -f base=main -f head=feature", "pull_request"),
        ] {
            let delivered = found(command, on, production);
            assert!(delivered.contains("forge.workflow acme/shop workflow x.yml"), "{command}: {delivered}");
            let perhaps = found(command, on, "name: Deploy it");
            assert!(perhaps.contains("exec.opaque /repo/.github/workflows/x.yml"), "{command}: {perhaps}");
            let tested = found(command, on, "name: Test it");
            assert!(!tested.contains("x.yml"), "{command}: {tested}");
        }
        for (command, on) in [
            ("gh pr edit 12 --add-label deploy", "[push, pull_request]"),
            ("gh pr edit 12 --title x", "{pull_request: {types: [labeled]}}"),
            ("gh pr create --fill", "{pull_request: {types: [labeled]}}"),
            ("gh pr create --fill -R other/thing", "pull_request"),
            ("gh pr view 12", "pull_request"),
        ] {
            let found = found(command, on, production);
            assert!(!found.contains("x.yml"), "{command}: {found}");
        }
    }

    #[test]
    fn runs_that_only_test() {
        let pushed = ("refs/remotes/origin/feature", "a");
        let started = |command: &str, job: &str, more: (&str, &str)| {
            let text = file("workflow_dispatch", job);
            check_with(command, &[("/repo/.github/workflows/test.yml", &text), more, ("uncommitted", "")])
        };
        let run = "gh workflow run test.yml --ref feature";
        let found = started(run, "name: Tests", pushed);
        assert!(found.starts_with("exec.test"), "{found}");
        assert!(
            started(run, "name: Tests", ("x", "y")).contains("forge.workflow"),
            "it was not pushed as it is"
        );
        let default = "gh workflow run test.yml";
        assert!(started(default, "name: Tests", ("refs/remotes/origin/HEAD", "a")).starts_with("exec.test"));
        // Commits that differ have the same workflows, or others.
        let differs = |command: &str, changed: &str| {
            let text = file("workflow_dispatch", "name: Tests");
            let files = [
                ("/repo/.github/workflows/test.yml", text.as_str()),
                ("refs/remotes/origin/HEAD", "c"),
                ("uncommitted", ""),
                ("changed", changed),
            ];
            check_with(command, &files)
        };
        for command in [default, "gh workflow run test.yml --ref main"] {
            assert!(differs(command, "M\tsrc/main.rs").starts_with("exec.test"), "{command}");
            for changed in ["M\t.github/workflows/test.yml", "M\tsrc/main.rs\n*\t*"] {
                assert!(differs(command, changed).contains("forge.workflow"), "{command} {changed}");
            }
        }
        for job in [
            "environment: production",
            "name: Publish",
            "env: {A: '${{ secrets.A }}'}",
            "permissions: {id-token: write}",
            "uses: ./.github/workflows/y.yml",
        ] {
            let found = started(run, job, pushed);
            assert!(found.contains("forge.workflow"), "{job}: {found}");
        }
        for command in [
            "gh workflow run test.yml",
            "gh workflow run test.yml --ref main",
            "gh workflow run other.yml --ref feature",
            "gh workflow run test.yml --ref feature -R other/thing",
            "echo x > .github/workflows/test.yml; gh workflow run test.yml --ref feature",
            "gh workflow disable test.yml",
            "gh run rerun 1 --failed -R other/thing",
            "echo x > .github/workflows/test.yml; gh run rerun 1",
        ] {
            let found = started(command, "name: Tests", pushed);
            assert!(found.contains("forge.workflow"), "{command}: {found}");
        }
    }

    #[test]
    fn runs_that_are_repeated() {
        let again = |command: &str, jobs: &[&str]| {
            let names = ["/repo/.github/workflows/a.yml", "/repo/.github/workflows/b.yml"];
            let texts: Vec<String> = jobs.iter().map(|job| file("push", job)).collect();
            let files: Vec<(&str, &str)> = names.into_iter().zip(texts.iter().map(String::as_str)).collect();
            check_with(command, &files)
        };
        for command in ["gh run rerun 1", "gh run rerun 1 --failed"] {
            assert!(again(command, &["name: Tests", "name: Lint"]).starts_with("exec.test"), "{command}");
            for job in ["environment: production", "name: Publish", "env: {A: '${{ secrets.A }}'}"] {
                assert!(again(command, &["name: Tests", job]).contains("forge.workflow"), "{command}: {job}");
            }
            assert!(again(command, &[]).contains("forge.workflow"), "{command}: no workflow is known");
        }
        for job in ["name: Lint", "env: {A: '${{ secrets.A }}'}"] {
            assert!(again("gh run cancel 1", &["name: Tests", job]).starts_with("exec.test"), "{job}");
        }
        for job in ["environment: production", "name: Publish", "uses: ./.github/workflows/c.yml"] {
            assert!(again("gh run cancel 1", &["name: Tests", job]).contains("forge.workflow"), "{job}");
        }
        for command in [
            "gh run cancel 1 -R other/thing",
            "echo x > .github/workflows/a.yml; gh run cancel 1",
            "gh run delete 1",
        ] {
            assert!(again(command, &["name: Tests"]).contains("forge."), "{command}");
        }
    }
}
