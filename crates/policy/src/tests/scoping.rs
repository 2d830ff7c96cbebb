//! What is outside of a task, and that a narrower scope never loosens.

use countersign_model::{Decision, TaskLimits, TaskScope};
use insta::assert_snapshot;
use proptest::prelude::*;
use proptest::sample::select;

use super::properties::{any_context, any_effect};
use super::*;
use crate::UnderTask;

fn under(scope: TaskScope) -> Context {
    let task = UnderTask { root: "/home/dev/shop".to_owned(), scope, ..UnderTask::default() };
    Context { task: Some(task), pinnable: true, ..Context::default() }
}

fn list(patterns: &[&str]) -> Vec<String> {
    patterns.iter().map(|pattern| (*pattern).to_owned()).collect()
}

/// `decision: outside what`, for each effect.
fn check(effects: &[Effect], scope: TaskScope) -> String {
    let context = under(scope);
    let lines = effects.iter().map(|effect| {
        let decision = decide(std::slice::from_ref(effect), &context, shop(Pack::Graduated));
        let scope = decision.risk.factors.iter().find(|factor| factor.name == "scope");
        let said = scope.map_or("inside", |factor| factor.sentence.as_str());
        format!("{} {}: {}, {said}", effect.verb, effect.resource, decision.kind.word())
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn write(name: &str) -> Effect {
    in_development(Effect::new(verbs::FS_WRITE, path(name, Zone::Workspace, PathClass::Ordinary)))
}

fn in_development(mut effect: Effect) -> Effect {
    effect.environment = Environment::Development;
    effect
}

#[test]
fn paths_are_inside_where_all_of_them_are() {
    let scope = TaskScope {
        paths: list(&["src/billing/**", "!src/billing/keys/**", "/srv/notes"]),
        ..TaskScope::default()
    };
    let names = [
        "src/billing/a.rs",
        "src/billing",
        "src/billing/*",
        "src/*",
        "src",
        "src/billing/keys/a",
        "src/billing/keys",
        "src/billing/ke?s",
        "src/billing/other",
        "src/billing/k*",
        "src/web/a.rs",
    ];
    let mut effects: Vec<Effect> = names.map(|name| write(&format!("/home/dev/shop/{name}"))).into();
    effects.push(write("*"));
    effects.push(in_development(Effect::new(
        verbs::FS_WRITE,
        path("/srv/notes", Zone::System, PathClass::Ordinary),
    )));
    effects.push(in_development(Effect::new(
        verbs::FS_WRITE,
        path("/srv/other", Zone::System, PathClass::Ordinary),
    )));
    effects.push(in_development(Effect::new(
        verbs::FS_WRITE,
        path("/tmp/x", Zone::Temporary, PathClass::Ordinary),
    )));
    effects.push(in_development(Effect::new(
        verbs::FS_READ,
        path("/home/dev/shop/src/web/a.rs", Zone::Workspace, PathClass::Ordinary),
    )));
    assert_snapshot!(check(&effects, scope), @"
    fs.write /home/dev/shop/src/billing/a.rs: allow, inside
    fs.write /home/dev/shop/src/billing: monitor, `src/billing` is outside the task's `src/billing/**`, `!src/billing/keys/**`, `/srv/notes`
    fs.write /home/dev/shop/src/billing/*: monitor, `src/billing/*` is outside the task's `src/billing/**`, `!src/billing/keys/**`, `/srv/notes`
    fs.write /home/dev/shop/src/*: monitor, `src/*` is outside the task's `src/billing/**`, `!src/billing/keys/**`, `/srv/notes`
    fs.write /home/dev/shop/src: monitor, `src` is outside the task's `src/billing/**`, `!src/billing/keys/**`, `/srv/notes`
    fs.write /home/dev/shop/src/billing/keys/a: monitor, `src/billing/keys/a` is outside the task's `src/billing/**`, `!src/billing/keys/**`, `/srv/notes`
    fs.write /home/dev/shop/src/billing/keys: monitor, `src/billing/keys` is outside the task's `src/billing/**`, `!src/billing/keys/**`, `/srv/notes`
    fs.write /home/dev/shop/src/billing/ke?s: monitor, `src/billing/ke?s` is outside the task's `src/billing/**`, `!src/billing/keys/**`, `/srv/notes`
    fs.write /home/dev/shop/src/billing/other: allow, inside
    fs.write /home/dev/shop/src/billing/k*: monitor, `src/billing/k*` is outside the task's `src/billing/**`, `!src/billing/keys/**`, `/srv/notes`
    fs.write /home/dev/shop/src/web/a.rs: monitor, `src/web/a.rs` is outside the task's `src/billing/**`, `!src/billing/keys/**`, `/srv/notes`
    fs.write *: monitor, `*` is outside the task's `src/billing/**`, `!src/billing/keys/**`, `/srv/notes`
    fs.write /srv/notes: monitor, inside
    fs.write /srv/other: require_approval, `/srv/other` is outside the task's `src/billing/**`, `!src/billing/keys/**`, `/srv/notes`
    fs.write /tmp/x: allow, inside
    fs.read /home/dev/shop/src/web/a.rs: allow, inside
    ");
}

#[test]
fn a_directory_covers_what_is_below_it() {
    let write = |file: &str| {
        let path = path(&format!("/home/dev/shop/{file}"), Zone::Workspace, PathClass::Ordinary);
        in_development(Effect::new(verbs::FS_WRITE, path))
    };
    let scope = TaskScope {
        paths: ["src", "!src/keys", "docs/", "*.md"].map(str::to_owned).to_vec(),
        ..TaskScope::default()
    };
    let files =
        ["src/a.js", "src/web/b.js", "src/web", "src", "srcs/a.js", "src/keys/a", "docs/a", "x.md", "x.md/a"];
    assert_snapshot!(check(&files.map(write), scope), @"
    fs.write /home/dev/shop/src/a.js: allow, inside
    fs.write /home/dev/shop/src/web/b.js: allow, inside
    fs.write /home/dev/shop/src/web: allow, inside
    fs.write /home/dev/shop/src: monitor, `src` is outside the task's `src`, `!src/keys`, `docs/`, …
    fs.write /home/dev/shop/srcs/a.js: monitor, `srcs/a.js` is outside the task's `src`, `!src/keys`, `docs/`, …
    fs.write /home/dev/shop/src/keys/a: monitor, `src/keys/a` is outside the task's `src`, `!src/keys`, `docs/`, …
    fs.write /home/dev/shop/docs/a: allow, inside
    fs.write /home/dev/shop/x.md: allow, inside
    fs.write /home/dev/shop/x.md/a: monitor, `x.md/a` is outside the task's `src`, `!src/keys`, `docs/`, …
    ");
}

#[test]
fn what_is_elsewhere_is_held_outside() {
    let url = Some("git@github.com:acme/shop.git");
    let push = |verb, url, name| in_development(Effect::new(verb, reference(remote_repository(url), name)));
    let host = |verb, host: &str| {
        in_development(Effect::new(verb, Resource::Host { host: host.to_owned(), url: None }))
    };
    let tool = |server: &str| {
        in_development(Effect::new(
            verbs::MCP_READ,
            Resource::Tool { server: Some(server.to_owned()), name: "list".to_owned() },
        ))
    };
    let effects = [
        push(verbs::GIT_PUSH, url, "refs/heads/feature/a"),
        push(verbs::GIT_PUSH, url, "refs/heads/other"),
        push(verbs::GIT_PUSH, Some("https://github.com/else/where"), "refs/heads/feature/a"),
        push(verbs::GIT_FETCH, Some("https://github.com/else/where"), "refs/heads/x"),
        host(verbs::NET_READ, "api.example"),
        host(verbs::NET_READ, "evil.example"),
        host(verbs::NET_READ, "localhost"),
        tool("tickets"),
        tool("billing"),
    ];
    let scope = TaskScope {
        repositories: list(&["https://github.com/acme/*"]),
        branches: list(&["feature/*"]),
        hosts: list(&["*.Example", "!evil.example"]),
        tools: list(&["tickets"]),
        ..TaskScope::default()
    };
    assert_snapshot!(check(&effects, scope), @"
    git.push feature/a@origin: require_approval, `github.com` is outside the task's `*.Example`, `!evil.example`
    git.push other@origin: require_approval, `other` is outside the task's `feature/*`; `github.com` is outside the task's `*.Example`, `!evil.example`
    git.push feature/a@origin: require_approval, `github.com/else/where` is outside the task's `https://github.com/acme/*`; `github.com` is outside the task's `*.Example`, `!evil.example`
    git.fetch x@origin: require_approval, `github.com` is outside the task's `*.Example`, `!evil.example`
    net.read api.example: allow, inside
    net.read evil.example: require_approval, `evil.example` is outside the task's `*.Example`, `!evil.example`
    net.read localhost: allow, inside
    mcp.read tickets/list: allow, inside
    mcp.read billing/list: require_approval, `billing/list` is outside the task's `tickets`
    ");
    let allow = |words: &[&str]| TaskScope { allow: Some(list(words)), ..TaskScope::default() };
    let some = &effects[1..6];
    assert_snapshot!(check(some, allow(&["pr.open"])), @"
    git.push other@origin: require_approval, `git.push` is outside the task's `pr.open`
    git.push feature/a@origin: require_approval, `git.push` is outside the task's `pr.open`
    git.fetch x@origin: allow, inside
    net.read api.example: allow, inside
    net.read evil.example: allow, inside
    ");
    assert_snapshot!(check(some, allow(&["git"])), @"
    git.push other@origin: allow, inside
    git.push feature/a@origin: allow, inside
    git.fetch x@origin: allow, inside
    net.read api.example: allow, inside
    net.read evil.example: allow, inside
    ");
    assert_snapshot!(check(&effects[..1], allow(&[])), @"git.push feature/a@origin: require_approval, `git.push` is outside the task, which stays in the workspace");
}

#[test]
fn counts_are_of_the_whole_call() {
    let scope =
        TaskScope { limits: TaskLimits { files: Some(3), pull_requests: Some(1) }, ..TaskScope::default() };
    let mut context = under(scope);
    let effects = ["/home/dev/shop/a", "/home/dev/shop/b", "/home/dev/shop/c"].map(write);
    let reason =
        |effects: &[Effect], context: &Context| decide(effects, context, shop(Pack::Graduated)).reason;
    let is_over = |reason: String| reason.contains("limit");
    if let Some(task) = &mut context.task {
        task.files = 1;
    }
    assert!(!is_over(reason(&effects[..2], &context)));
    assert_snapshot!(reason(&effects, &context), @"would create or change a file (/home/dev/shop/c, development): what is outside of the task is shown to people; with it there are 4 changed files, outside the task's limit of 3");
    // Alone, each still knows of the others.
    let alone = crate::alone(&effects, &context);
    assert!(is_over(reason(&effects[..1], &alone)));
    if let Some(task) = &mut context.task {
        task.again = list(&["/home/dev/shop/a"]);
    }
    assert!(!is_over(reason(&effects, &context)));
}

#[test]
fn each_pull_request_of_a_call_counts() {
    let limits = TaskLimits { files: None, pull_requests: Some(1) };
    let context = under(TaskScope { limits, ..TaskScope::default() });
    let open = |times| {
        let repository = countersign_model::ForgeRepository {
            host: "github.com".to_owned(),
            name: "acme/shop".to_owned(),
        };
        let resource =
            Resource::PullRequest { repository, number: None, base: None, head: None, commit: None };
        Effect { times, ..Effect::new(verbs::FORGE_PULL_REQUEST, resource) }
    };
    let said = |times| {
        let decision = decide(&[open(times)], &context, shop(Pack::Graduated));
        decision
            .risk
            .factors
            .iter()
            .find(|factor| factor.name == "scope")
            .map(|factor| factor.sentence.clone())
    };
    assert_eq!(said(1), None);
    assert_snapshot!(said(2).unwrap(), @"with it there are 2 pull requests, outside the task's limit of 1");
    assert_snapshot!(said(u32::MAX).unwrap(), @"with it there are any number of pull requests, outside the task's limit of 1");
}

#[test]
fn to_open_a_pull_request_is_not_to_edit_one() {
    let pull = |times, number| {
        let repository = countersign_model::ForgeRepository {
            host: "github.com".to_owned(),
            name: "acme/shop".to_owned(),
        };
        let head = (times > 0).then(|| "other".to_owned());
        let resource = Resource::PullRequest { repository, number, base: None, head, commit: None };
        in_development(Effect { times, ..Effect::new(verbs::FORGE_PULL_REQUEST, resource) })
    };
    let effects = [pull(1, None), pull(0, None), pull(0, Some(3))];
    let allow = |word: &str| TaskScope { allow: Some(list(&[word])), ..TaskScope::default() };
    assert_snapshot!(check(&effects, allow("pr.open")), @"
    forge.pull-request acme/shop pull request: allow, inside
    forge.pull-request acme/shop pull request: require_approval, `forge.pull-request` is outside the task's `pr.open`
    forge.pull-request acme/shop#3: require_approval, `forge.pull-request` is outside the task's `pr.open`
    ");
    assert_snapshot!(check(&effects, allow("pr.edit")), @"
    forge.pull-request acme/shop pull request: require_approval, `forge.pull-request` is outside the task's `pr.edit`
    forge.pull-request acme/shop pull request: allow, inside
    forge.pull-request acme/shop#3: allow, inside
    ");
    assert_snapshot!(check(&effects, allow("forge.pull-request")), @"
    forge.pull-request acme/shop pull request: allow, inside
    forge.pull-request acme/shop pull request: allow, inside
    forge.pull-request acme/shop#3: allow, inside
    ");
    let limits = TaskLimits { files: None, pull_requests: Some(0) };
    assert_snapshot!(check(&effects, TaskScope { limits, ..TaskScope::default() }), @"
    forge.pull-request acme/shop pull request: require_approval, with it there are 1 pull requests, outside the task's limit of 0
    forge.pull-request acme/shop pull request: allow, inside
    forge.pull-request acme/shop#3: allow, inside
    ");
    assert_snapshot!(check(&effects, TaskScope { branches: list(&["feature/*"]), ..TaskScope::default() }), @"
    forge.pull-request acme/shop pull request: require_approval, `other` is outside the task's `feature/*`
    forge.pull-request acme/shop pull request: allow, inside
    forge.pull-request acme/shop#3: allow, inside
    ");
}

#[test]
fn a_merge_changes_files_that_nobody_knows_one_by_one() {
    let here = |verb, root: &str| {
        let repository = Repository { root: Some(root.to_owned()), remote: None };
        in_development(Effect::new(verb, Resource::Repository { repository }))
    };
    let shop = "/home/dev/shop";
    let effects =
        [here(verbs::GIT_MERGE, shop), here(verbs::GIT_MERGE, "/srv/other"), here(verbs::GIT_INDEX, shop)];
    let paths = |patterns: &[&str]| TaskScope { paths: list(patterns), ..TaskScope::default() };
    assert_snapshot!(check(&effects, paths(&["src/billing"])), @"
    git.merge /home/dev/shop: monitor, `*` is outside the task's `src/billing`
    git.merge /srv/other: monitor, `/srv/other/*` is outside the task's `src/billing`
    git.index /home/dev/shop: allow, inside
    ");
    assert_snapshot!(check(&effects, paths(&["**"])), @"
    git.merge /home/dev/shop: allow, inside
    git.merge /srv/other: allow, inside
    git.index /home/dev/shop: allow, inside
    ");
    assert_snapshot!(check(&effects, paths(&["**", "!src/keys"])), @"
    git.merge /home/dev/shop: monitor, `*` is outside the task's `**`, `!src/keys`
    git.merge /srv/other: allow, inside
    git.index /home/dev/shop: allow, inside
    ");
    let limits = TaskLimits { files: Some(2), pull_requests: None };
    assert_snapshot!(check(&effects, TaskScope { limits, ..TaskScope::default() }), @"
    git.merge /home/dev/shop: monitor, with it there are any number of changed files, outside the task's limit of 2
    git.merge /srv/other: monitor, with it there are any number of changed files, outside the task's limit of 2
    git.index /home/dev/shop: allow, inside
    ");
}

#[test]
fn what_could_be_any_number_of_files_is_more_than_any_limit() {
    let limits = TaskLimits { files: Some(20), pull_requests: None };
    let scope = TaskScope { limits, ..TaskScope::default() };
    let tree = Effect { times: u32::MAX, ..write("/home/dev/shop/src2") };
    let effects = [tree, write("/home/dev/shop/src/*"), write("*"), write("/home/dev/shop/src/[id].ts")];
    assert_snapshot!(check(&effects, scope), @"
    fs.write /home/dev/shop/src2: monitor, with it there are any number of changed files, outside the task's limit of 20
    fs.write /home/dev/shop/src/*: monitor, with it there are any number of changed files, outside the task's limit of 20
    fs.write *: monitor, with it there are any number of changed files, outside the task's limit of 20
    fs.write /home/dev/shop/src/[id].ts: allow, inside
    ");
}

#[test]
fn tasks_beside_it_tighten_too() {
    let task = |root: &str, scope| UnderTask { root: root.to_owned(), scope, ..UnderTask::default() };
    let limits = TaskLimits { files: Some(1), pull_requests: None };
    let own = task("/home/dev/shop", TaskScope { paths: list(&["src"]), ..TaskScope::default() });
    let beside = task("/srv/other", TaskScope { limits, allow: Some(Vec::new()), ..TaskScope::default() });
    let said = |beside: Vec<UnderTask>, effects: &[Effect]| {
        let task = UnderTask { beside, ..own.clone() };
        let context = Context { task: Some(task), pinnable: true, ..Context::default() };
        let decision = decide(effects, &context, shop(Pack::Graduated));
        let scope = decision.risk.factors.iter().find(|factor| factor.name == "scope");
        scope.map_or_else(|| "inside".to_owned(), |factor| factor.sentence.clone())
    };
    let push = in_development(Effect::new(
        verbs::GIT_PUSH,
        reference(remote_repository(Some("git@github.com:acme/shop.git")), "refs/heads/feature/a"),
    ));
    let two = ["/home/dev/shop/src/a", "/home/dev/shop/src/b"].map(write);
    assert_eq!(said(Vec::new(), std::slice::from_ref(&push)), "inside");
    assert_eq!(said(Vec::new(), &two), "inside");
    assert_snapshot!(said(vec![beside.clone()], &[push]), @"`git.push` is outside the task, which stays in the workspace");
    assert_snapshot!(said(vec![beside.clone()], &two), @"with it there are 2 changed files, outside the task's limit of 1");
    assert_snapshot!(said(vec![beside], &[write("/home/dev/shop/docs/a")]), @"`docs/a` is outside the task's `src`");
}

#[test]
fn a_file_in_another_clone_is_of_that_repository() {
    let scope = TaskScope { repositories: list(&["github.com/acme/lib*"]), ..TaskScope::default() };
    let mut context = under(scope);
    if let Some(task) = &mut context.task {
        task.trees = list(&["/home/dev/shop", "/srv/other"]);
    }
    let said = |path: &str| {
        let mut effect = write(path);
        if let Resource::Path { zone, .. } = &mut effect.resource
            && path.starts_with("/srv")
        {
            *zone = Zone::System;
        }
        let decision = decide(&[effect], &context, shop(Pack::Graduated));
        let scope = decision.risk.factors.iter().find(|factor| factor.name == "scope");
        scope.map_or_else(|| "inside".to_owned(), |factor| factor.sentence.clone())
    };
    assert_eq!(said("/home/dev/shop/a"), "inside");
    assert_eq!(said("/srv/elsewhere/a"), "inside");
    assert_snapshot!(said("/srv/other/a"), @"`/srv/other` is outside the task's `github.com/acme/lib*`");
}

#[test]
fn resources_belong_to_their_server() {
    let read = |server: &str| {
        let resource =
            Resource::Tool { server: Some(server.to_owned()), name: "ListMcpResourcesTool".to_owned() };
        in_development(Effect::new(verbs::MCP_READ, resource))
    };
    let scope = TaskScope { tools: list(&["github"]), ..TaskScope::default() };
    assert_snapshot!(check(&["github", "github2", "*"].map(read), scope), @"
    mcp.read github/ListMcpResourcesTool: allow, inside
    mcp.read github2/ListMcpResourcesTool: require_approval, `github2/ListMcpResourcesTool` is outside the task's `github`
    mcp.read */ListMcpResourcesTool: require_approval, `*/ListMcpResourcesTool` is outside the task's `github`
    ");
}

fn any_scope() -> impl Strategy<Value = TaskScope> {
    let lists = |patterns: &'static [&'static str]| prop::collection::vec(select(patterns), 0..3);
    (
        lists(&["**", "/some/**", "src/*", "!/some/where"]),
        lists(&["**", "github.com/acme/*", "!github.com/acme/shop"]),
        lists(&["**", "feature", "f*", "!main"]),
        lists(&["**", "api.example", "*.example"]),
        lists(&["tickets", "*", "tickets/close"]),
        prop::collection::vec(select(&ENVIRONMENTS[..]), 0..3),
        proptest::option::of(lists(&["git", "git.push", "pr.open", "pr.edit", "net"])),
        (proptest::option::of(0..3_u32), proptest::option::of(0..3_u32)),
    )
        .prop_map(
            |(paths, repositories, branches, hosts, tools, environments, allow, (files, pull_requests))| {
                TaskScope {
                    paths: list(&paths),
                    repositories: list(&repositories),
                    branches: list(&branches),
                    hosts: list(&hosts),
                    tools: list(&tools),
                    environments,
                    allow: allow.map(|allow| list(&allow)),
                    limits: TaskLimits { files, pull_requests },
                }
            },
        )
}

/// Narrows one part of the scope.
fn narrower(scope: &TaskScope, part: usize, by: &TaskScope) -> TaskScope {
    let mut narrow = scope.clone();
    let exception = |list: &mut Vec<String>, by: &[String]| match list.is_empty() {
        // What was open is closed but for this.
        true => *list = by.to_vec(),
        false => list.push("!**".to_owned()),
    };
    let less = |limit: Option<u32>, by: Option<u32>| match (limit, by) {
        (Some(limit), Some(by)) => Some(limit.min(by)),
        (limit, by) => limit.or(by),
    };
    match part {
        0 => exception(&mut narrow.paths, &by.paths),
        1 => exception(&mut narrow.repositories, &by.repositories),
        2 => exception(&mut narrow.branches, &by.branches),
        3 => exception(&mut narrow.hosts, &by.hosts),
        4 => exception(&mut narrow.tools, &by.tools),
        5 if scope.environments.is_empty() => narrow.environments.clone_from(&by.environments),
        5 if scope.environments.len() > 1 => drop(narrow.environments.pop()),
        6 => match &mut narrow.allow {
            Some(allow) => drop(allow.pop()),
            None => narrow.allow.clone_from(&by.allow),
        },
        _ => {
            narrow.limits.files = less(scope.limits.files, by.limits.files);
            narrow.limits.pull_requests = less(scope.limits.pull_requests, by.limits.pull_requests);
        }
    }
    narrow
}

fn never_looser(before: &Decision, after: &Decision) -> Result<(), TestCaseError> {
    prop_assert!(after.kind >= before.kind, "{before:#?}\nbecame looser\n{after:#?}");
    prop_assert!(after.risk.score >= before.risk.score, "{before:#?}\nscores less\n{after:#?}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_task_and_a_narrower_scope_never_loosen(
        effects in prop::collection::vec(any_effect(), 1..3),
        context in any_context(),
        scope in any_scope(),
        by in any_scope(),
        part in 0..8_usize,
        files in 0..3_u32,
    ) {
        let with = |scope| Context {
            task: Some(UnderTask { root: "/some".to_owned(), scope, files, ..UnderTask::default() }),
            ..context.clone()
        };
        let (wide, narrow) = (with(scope.clone()), with(narrower(&scope, part, &by)));
        for pack in Pack::ALL {
            let decide = |context: &Context| decide(&effects, context, shop(pack));
            never_looser(&decide(&context), &decide(&wide))?;
            never_looser(&decide(&wide), &decide(&narrow))?;
        }
    }

    /// Under observe a scope is recorded and holds nothing.
    #[test]
    fn observe_holds_nothing_for_a_scope(effect in any_effect(), scope in any_scope()) {
        let one = |context: &Context| decide(std::slice::from_ref(&effect), context, shop(Pack::Observe)).kind;
        let (without, with) = (one(&Context::default()), one(&under(scope)));
        prop_assert!(with == without || with == countersign_model::DecisionKind::Monitor);
    }
}
