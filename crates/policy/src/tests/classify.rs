//! Where effects land, and what follows from it in the default pack.

use countersign_model::{Certainty, Origin, Reversible};
use insta::assert_snapshot;

use super::*;
use crate::classify;

/// `environment, decision (risk): reason` under the map [`SHOP`].
fn check_effect(effect: Effect) -> String {
    let bundle = shop(Pack::Graduated);
    let mut effects = [effect];
    classify(&mut effects, bundle, None);
    let decision = decide(&effects, &Context { pinnable: true, ..Context::default() }, bundle);
    let policies: Vec<&str> = decision.policies.iter().map(countersign_model::PolicyId::as_str).collect();
    format!(
        "{}, {} ({}) by {}",
        effects[0].environment,
        decision.kind,
        decision.risk.score,
        policies.join(" ").replace("graduated/", "")
    )
}

fn check(verb: Verb, resource: Resource) -> String {
    check_effect(Effect::new(verb, resource))
}

fn push(url: &str, name: &str) -> String {
    check(verbs::GIT_PUSH, reference(remote_repository(Some(url)), name))
}

const SHOP_URL: &str = "ssh://git@GitHub.com:22/acme/shop.git";
const OTHER_URL: &str = "https://github.com/other/thing";

#[test]
fn pushes_to_the_mapped_repository() {
    assert_snapshot!(push(SHOP_URL, "refs/heads/main"), @"production, require 1 approval (65) by high-risk production-change");
    assert_snapshot!(push(SHOP_URL, "refs/heads/release/2"), @"production, require 1 approval (65) by high-risk production-change");
    assert_snapshot!(push(SHOP_URL, "refs/heads/MAIN"), @"production, require 1 approval (65) by high-risk production-change");
    assert_snapshot!(push(SHOP_URL, "main"), @"production, require 1 approval (65) by high-risk production-change");
    assert_snapshot!(push(SHOP_URL, "refs/heads/next"), @"staging, monitor (35) by medium-risk remote-write");
    assert_snapshot!(push(SHOP_URL, "refs/heads/develop"), @"unknown, require 1 approval (50) by unknown-remote-write");
    assert_snapshot!(push(SHOP_URL, "refs/heads/feature/x"), @"development, allow (25) by feature-push");
    assert_snapshot!(push(SHOP_URL, "refs/heads/feature/*"), @"development, monitor (35) by feature-push medium-risk remote-write");
    assert_snapshot!(push(SHOP_URL, "refs/heads/*"), @"production, require 1 approval (75) by high-risk production-change");
    assert_snapshot!(push(SHOP_URL, "*"), @"production, require 1 approval (75) by high-risk production-change");
    assert_snapshot!(push(SHOP_URL, "refs/heads/production"), @"production, require 1 approval (65) by high-risk production-change");
    assert_snapshot!(push(SHOP_URL, "refs/heads/gh-pages"), @"unknown, require 1 approval (50) by unknown-remote-write");
    assert_snapshot!(push(SHOP_URL, "refs/heads/fix/prod-crash"), @"development, allow (25) by feature-push");
    assert_snapshot!(push(SHOP_URL, "refs/heads/hotfix/x"), @"development, allow (25) by feature-push");
    assert_snapshot!(push(SHOP_URL, "refs/tags/v2"), @"production, require 1 approval (65) by high-risk production-change");
    assert_snapshot!(push(SHOP_URL, "refs/tags/nightly"), @"unknown, monitor (50) by collaboration medium-risk");
    assert_snapshot!(push(SHOP_URL, "refs/for/main"), @"unknown, require 1 approval (50) by unknown-remote-write");
}

#[test]
fn pushes_elsewhere() {
    assert_snapshot!(push(OTHER_URL, "refs/heads/main"), @"unknown, require 1 approval (50) by unknown-remote-write");
    assert_snapshot!(push(OTHER_URL, "refs/heads/develop"), @"unknown, require 1 approval (50) by unknown-remote-write");
    assert_snapshot!(push(OTHER_URL, "refs/heads/release/2"), @"unknown, require 1 approval (50) by unknown-remote-write");
    assert_snapshot!(push(OTHER_URL, "refs/heads/feature"), @"unknown, monitor (50) by collaboration medium-risk");
    // To a host where nobody is who decides on it here.
    assert_snapshot!(push("https://elsewhere.example/x", "refs/heads/feature"), @"unknown, require 1 approval (50) by unknown-remote-write");
    assert_snapshot!(push("/srv/backup.git", "refs/heads/feature"), @"unknown, monitor (50) by collaboration medium-risk");
    assert_snapshot!(push(OTHER_URL, "refs/tags/x"), @"unknown, require 1 approval (50) by unknown-remote-write");
    assert_snapshot!(push(OTHER_URL, "*"), @"unknown, require 1 approval (60) by high-risk unknown-remote-write");
}

#[test]
fn what_is_not_known_is_the_worst() {
    let partial = |name| {
        let resource = reference(remote_repository(Some(SHOP_URL)), name);
        Effect::new(verbs::GIT_PUSH, resource).certain(Certainty::Partial, "the branch is a variable")
    };
    assert_snapshot!(check_effect(partial("refs/heads/feature")), @"production, require 1 approval (75) by high-risk production-change");
    assert_snapshot!(check(verbs::GIT_PUSH, reference(remote_repository(None), "refs/heads/main")), @"production, require 1 approval (65) by high-risk production-change");
    assert_snapshot!(check(verbs::GIT_PUSH, reference(remote_repository(None), "refs/heads/feature")), @"unknown, monitor (50) by collaboration medium-risk");
    let pull = |base: Option<&str>| Resource::PullRequest {
        repository: forge(),
        number: Some(12),
        base: base.map(str::to_owned),
        head: None,
        commit: None,
    };
    assert_snapshot!(check(verbs::FORGE_MERGE, pull(None)), @"production, require 1 approval (65) by high-risk production-change");
    assert_snapshot!(check(verbs::FORGE_MERGE, pull(Some("feature"))), @"development, monitor (25) by remote-write");
    assert_snapshot!(check(verbs::FORGE_MERGE, pull(Some("main"))), @"production, require 1 approval (65) by high-risk production-change");
    assert_snapshot!(check(verbs::FORGE_READ, pull(None)), @"development, allow (10) by read");
    assert_snapshot!(check(verbs::FORGE_PULL_REQUEST, pull(Some("main"))), @"development, allow (20) by pull-request");
    assert_snapshot!(check(verbs::FORGE_APPROVE, pull(None)), @"production, require 1 approval (65) by high-risk production-change");
}

#[test]
fn force_pushes() {
    let force = |name| check(verbs::GIT_FORCE_PUSH, reference(remote_repository(Some(SHOP_URL)), name));
    assert_snapshot!(force("refs/heads/feature"), @"development, require 1 approval (40) by destroy");
    assert_snapshot!(force("refs/heads/develop"), @"unknown, require 1 approval (65) by destroy force-push-protected high-risk");
    assert_snapshot!(force("refs/heads/main"), @"production, require 1 approval (80) by destroy force-push-protected high-risk production-change");
}

#[test]
fn branches_that_are_deleted() {
    let deleted = |name, kept| {
        let resource = reference(remote_repository(Some(SHOP_URL)), name);
        check_effect(Effect::new(verbs::GIT_DELETE_REMOTE_REF, resource).reversible(kept))
    };
    let found = deleted("refs/heads/feature/x", Reversible::Yes);
    assert!(found.contains("monitor") && found.contains("branch-removal"), "{found}");
    for (name, kept) in [
        ("refs/heads/feature/x", Reversible::Unknown),
        ("refs/heads/feature/x", Reversible::No),
        ("refs/heads/main", Reversible::Yes),
        ("refs/heads/develop", Reversible::Yes),
        ("refs/heads/next", Reversible::Yes),
    ] {
        let found = deleted(name, kept);
        assert!(found.contains("require 1 approval"), "{name}: {found}");
    }
}

#[test]
fn forges() {
    let thing = |verb, name: &str, reference: Option<&str>| {
        let (host, name) = name.split_once('/').unwrap();
        let repository = ForgeRepository { host: host.to_owned(), name: name.to_owned() };
        let reference = reference.map(str::to_owned);
        check(
            verb,
            Resource::Forge { repository, object: "thing".to_owned(), name: "x".to_owned(), reference },
        )
    };
    assert_snapshot!(thing(verbs::FORGE_WORKFLOW, "github.com/acme/shop", None), @"production, require 1 approval (70) by high-risk production-change remote-execution workflow");
    assert_snapshot!(thing(verbs::FORGE_WORKFLOW, "github.com/acme/shop", Some("feature")), @"development, require 1 approval (30) by remote-execution workflow");
    assert_snapshot!(thing(verbs::FORGE_RELEASE, "github.com/acme/shop", None), @"production, require 1 approval (65) by high-risk production-change");
    assert_snapshot!(thing(verbs::FORGE_SETTINGS, "github.com/*", None), @"production, require 1 approval (85) by high-risk production-change");
    assert_snapshot!(thing(verbs::FORGE_COMMENT, "github.com/acme/shop", None), @"development, allow (25) by pull-request");
    assert_snapshot!(thing(verbs::FORGE_COMMENT, "github.com/other/thing", None), @"unknown, monitor (50) by collaboration medium-risk");
    assert_snapshot!(thing(verbs::FORGE_READ, "github.com/acme/shop", None), @"development, allow (10) by read");
}

#[test]
fn files() {
    let write = |name, zone, class| check(verbs::FS_WRITE, path(name, zone, class));
    assert_snapshot!(write("/home/dev/shop/src/a.rs", Zone::Workspace, PathClass::Ordinary), @"development, allow (15) by workspace-write");
    assert_snapshot!(write("/home/dev/shop/.github/workflows/x.yml", Zone::Workspace, PathClass::Delivery), @"development, monitor (25) by watched-workspace-write");
    assert_snapshot!(write("/home/dev/shop/.git/hooks/pre-commit", Zone::Workspace, PathClass::ToolConfiguration), @"development, require 1 approval (35) by configuration-write");
    assert_snapshot!(write("/home/dev/.bashrc", Zone::Home, PathClass::ShellConfiguration), @"development, require 1 approval (40) by configuration-write");
    assert_snapshot!(write("/srv/live/app/x", Zone::System, PathClass::Ordinary), @"production, require 1 approval (60) by high-risk production-change");
    assert_snapshot!(write("/home/dev/shop/deploy/live/x", Zone::Workspace, PathClass::Ordinary), @"production, require 1 approval (55) by production-change");
    assert_snapshot!(write("/home/dev/.config/countersign/key", Zone::Home, PathClass::Countersign), @"development, deny (70) by tampering-with-files");
    assert_snapshot!(check(verbs::FS_DELETE, path("/srv", Zone::System, PathClass::Ordinary)), @"production, require 1 approval (80) by destroy high-risk production-change");
    assert_snapshot!(check(verbs::FS_DELETE, path("/tmp/x", Zone::Temporary, PathClass::Ordinary)), @"development, monitor (35) by medium-risk recoverable-destroy");
    assert_snapshot!(check(verbs::FS_DELETE, path("/w/target", Zone::Workspace, PathClass::Rebuildable)), @"development, monitor (35) by medium-risk recoverable-destroy");
    assert_snapshot!(check(verbs::FS_READ, path("/home/dev/.kube/live", Zone::Home, PathClass::Secret)), @"production, require 1 approval (50) by secret-read");
    assert_snapshot!(check(verbs::FS_READ, path("/home/dev/shop/.env", Zone::Workspace, PathClass::Secret)), @"development, monitor (25) by workspace-secret-read");
}

#[test]
fn hosts_and_tools() {
    let host = |verb, host: &str| check(verb, Resource::Host { host: host.to_owned(), url: None });
    let tool = |verb, server: &str| {
        check(verb, Resource::Tool { server: Some(server.to_owned()), name: "do".to_owned() })
    };
    assert_snapshot!(host(verbs::NET_WRITE, "API.shop.example."), @"production, require 1 approval (65) by high-risk production-change");
    assert_snapshot!(host(verbs::NET_WRITE, "api.staging.example"), @"staging, monitor (35) by medium-risk remote-write");
    assert_snapshot!(host(verbs::NET_WRITE, "127.0.0.1"), @"development, monitor (20) by machine-write");
    assert_snapshot!(host(verbs::NET_WRITE, "localhost.evil.example"), @"unknown, require 1 approval (50) by unknown-remote-write");
    assert_snapshot!(host(verbs::NET_WRITE, "api.staging.example (web of hosts.ini)"), @"staging, monitor (35) by medium-risk remote-write");
    assert_snapshot!(host(verbs::NET_WRITE, "api.staging.example (api.shop.example, web of hosts.ini)"), @"production, require 1 approval (65) by high-risk production-change");
    assert_snapshot!(host(verbs::NET_WRITE, "10.0.0.7 (db1, production of hosts.ini)"), @"production, require 1 approval (65) by high-risk production-change");
    assert_snapshot!(host(verbs::NET_WRITE, "10.0.0.7 (db1 of hosts.ini)"), @"unknown, require 1 approval (50) by unknown-remote-write");
    assert_snapshot!(host(verbs::NET_READ, "*"), @"production, monitor (40) by medium-risk watched-read");
    assert_snapshot!(tool(verbs::MCP_WRITE, "billing"), @"production, require 1 approval (65) by high-risk production-change");
    assert_snapshot!(tool(verbs::MCP_WRITE, "tickets"), @"staging, monitor (35) by medium-risk remote-write");
    assert_snapshot!(tool(verbs::MCP_READ, "other"), @"unknown, allow (15) by read");
}

#[test]
fn a_repository_without_a_map() {
    let bundle = Bundle::shipped(Pack::Graduated, &Proposal::default()).unwrap();
    let environment = |name: &str| {
        let resource = reference(remote_repository(Some(OTHER_URL)), name);
        let mut effect = [Effect::new(verbs::GIT_PUSH, resource)];
        classify(&mut effect, &bundle, None);
        format!("{} {}", effect[0].environment, word(&effect[0], &Context::default(), &bundle))
    };
    assert_snapshot!(environment("refs/heads/main"), @"unknown hold");
    assert_snapshot!(environment("refs/heads/feature"), @"unknown monitor");
    assert_snapshot!(environment("refs/heads/production"), @"unknown hold");
    assert_snapshot!(environment("*"), @"unknown hold");
}

#[test]
fn a_wide_change_is_told_as_what_it_is() {
    let path = |class| Resource::Path { path: "/etc".to_owned(), zone: Zone::System, class };
    let origin = Origin { file: "scripts/deploy.sh".to_owned(), line: Some(4) };
    let mut effects = [
        Effect::new(verbs::COUNTERSIGN_TAMPER, path(PathClass::Countersign))
            .because("it reaches Countersign's own files too"),
        Effect { origin: Some(origin), ..Effect::new(verbs::FS_PERMISSION, path(PathClass::Ordinary)) },
    ];
    let bundle = shop(Pack::Graduated);
    classify(&mut effects, bundle, None);
    let decide = |effects: &[Effect]| {
        let decision = decide(effects, &Context::default(), bundle);
        format!("{}: {}", decision.kind, decision.reason)
    };
    assert_snapshot!(decide(&effects), @"deny: would change a file's mode or owner (/etc, development), in scripts/deploy.sh:4, it reaches Countersign's own files too: only a person changes Countersign");
    assert_snapshot!(decide(&effects[..1]), @"deny: would change, disable or impersonate Countersign (/etc, development), it reaches Countersign's own files too: only a person changes Countersign");
    assert_snapshot!(decide(&effects[1..]), @"monitor: would change a file's mode or owner (/etc, development), in scripts/deploy.sh:4: a change elsewhere on this machine is shown to people");
}

/// What can be brought back is monitored; where only its risk stands in the way, the risk is the reason.
#[test]
fn the_reason_is_what_stands_in_the_way() {
    let mut effects = [Effect::new(verbs::FS_DELETE, path("/repo/.env", Zone::Workspace, PathClass::Secret))];
    classify(&mut effects, shop(Pack::Graduated), None);
    effects[0].reversible = countersign_model::Reversible::Yes;
    let reason = |changes| {
        let circumstances = crate::Circumstances { changes, ..crate::Circumstances::default() };
        decide(&effects, &Context { circumstances, ..Context::default() }, shop(Pack::Graduated)).reason
    };
    assert_snapshot!(reason(0), @"would delete a file or directory (/repo/.env, development): removing what can be brought back, or is temporary, is shown to people");
    assert_snapshot!(reason(1000), @"would delete a file or directory (/repo/.env, development): a risk of 60 or more waits for an approval");
}

#[test]
fn reasons_are_sentences() {
    let reason = |effect: Effect| {
        let mut effects = [effect];
        classify(&mut effects, shop(Pack::Graduated), None);
        decide(&effects, &Context::default(), shop(Pack::Graduated)).reason
    };
    let main = reference(remote_repository(Some(SHOP_URL)), "refs/heads/main");
    assert_snapshot!(reason(Effect::new(verbs::GIT_PUSH, main)), @"would move a ref of a remote repository forward, or create it (main of github.com/acme/shop, production): a change to production waits for an approval");
    let tag =
        |name: &str| reason(Effect::new(verbs::GIT_PUSH, reference(remote_repository(Some(SHOP_URL)), name)));
    assert_snapshot!(tag("refs/tags/v2"), @"would move a ref of a remote repository forward, or create it (tag v2 of github.com/acme/shop, production): a change to production waits for an approval; the map has tags like `v*` under production");
    assert_snapshot!(tag("refs/tags/*"), @"would move a ref of a remote repository forward, or create it (tag * of github.com/acme/shop, production): a change to production waits for an approval; the map has tags like `v*` under production");
    assert_snapshot!(tag("refs/tags/nightly"), @"would move a ref of a remote repository forward, or create it (tag nightly of github.com/acme/shop, in an environment nobody has named): collaboration on a forge is shown to people");
    let together = |others: &[Effect]| {
        let mut effects = others.to_vec();
        classify(&mut effects, shop(Pack::Graduated), None);
        decide(&effects, &Context::default(), shop(Pack::Graduated)).reason
    };
    let pushed =
        |name: &str| Effect::new(verbs::GIT_PUSH, reference(remote_repository(Some(SHOP_URL)), name));
    let tags = pushed("refs/tags/*").certain(Certainty::Partial, "annotated tags go along");
    // What is known exactly leads, unless another command does the rest.
    assert!(
        together(&[tags.clone(), pushed("refs/heads/main")])
            .starts_with("would move a ref of a remote repository forward, or create it (main of")
    );
    let elsewhere = countersign_model::Span { start: 20, end: 30 };
    let other = Effect { span: Some(elsewhere), ..tags };
    assert!(together(&[other, pushed("refs/heads/main")]).contains("annotated tags go along"));
    let odd = path("/tmp/a\u{1b}[2J\nallow\u{202e}", Zone::Temporary, PathClass::Ordinary);
    assert_snapshot!(reason(Effect::new(verbs::FS_WRITE, odd)), @r"would create or change a file (/tmp/a\u{1b}[2J\u{a}allow\u{202e}, development): work in the workspace flows");
    assert_snapshot!(reason(Effect::opaque("$CMD", "its name is a variable")), @"would run something nobody can see into ($CMD, development), its name is a variable: running what nobody can see into is shown to people");
    assert_snapshot!(reason(Effect::new(Verb::new("db.drop"), Resource::Program { name: "x".to_owned() })), @"would do `db.drop`, which nobody has described (x, development): an effect outside the catalogue waits for an approval");
}

#[test]
fn what_a_push_or_a_pull_request_carries() {
    let change = |verb: Verb, base: Option<&str>| {
        let (repository, paths) = ("https://github.com/acme/shop".to_owned(), vec!["a".to_owned()]);
        check(verb, Resource::Change { repository, base: base.map(str::to_owned), paths, count: 1 })
    };
    for verb in
        [verbs::CHANGE_DELIVERY, verbs::CHANGE_INFRASTRUCTURE, verbs::CHANGE_SECRETS, verbs::CHANGE_OWNERS]
    {
        assert_eq!(
            change(verb.clone(), Some("main")),
            change(verbs::CHANGE_DELIVERY, Some("main")),
            "{verb}"
        );
        // Who can read the remote reads a secret there, and CI runs what is pushed, whichever branch it is on.
        let held = verb == verbs::CHANGE_SECRETS || verb == verbs::CHANGE_DELIVERY;
        let own = change(verbs::CHANGE_INFRASTRUCTURE, Some(if held { "main" } else { "x" }));
        assert_eq!(change(verb.clone(), Some("x")), own, "{verb}");
    }
    assert_snapshot!(change(verbs::CHANGE_DELIVERY, Some("main")), @"development, require 1 approval (20) by carried-change");
    assert_snapshot!(change(verbs::CHANGE_DELIVERY, Some("develop")), @"development, require 1 approval (20) by carried-change");
    assert_snapshot!(change(verbs::CHANGE_DELIVERY, Some("refs/heads/release/2")), @"development, require 1 approval (20) by carried-change");
    assert_snapshot!(change(verbs::CHANGE_DELIVERY, None), @"development, require 1 approval (20) by carried-change");
    assert_snapshot!(change(verbs::CHANGE_DELIVERY, Some("feature/x")), @"development, require 1 approval (20) by carried-change");
    assert_snapshot!(change(verbs::CHANGE_DEPENDENCIES, Some("main")), @"development, monitor (20) by carried-files");
    assert_snapshot!(change(verbs::CHANGE_MIGRATION, Some("feature/x")), @"development, monitor (20) by carried-files carried-to-own-branch");
    assert_snapshot!(change(verbs::CHANGE_UNKNOWN, None), @"development, monitor (20) by carried-files");
}

#[test]
fn variables_that_a_map_names() {
    use crate::map::{EnvironmentMap, Places};
    let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let places = Places {
        databases: list(&["$DATABASE_URL", "db.shop.test"]),
        credentials: list(&["STRIPE_LIVE", "KUBECONFIG", "vault:shop", "config/live.key"]),
        ..Places::default()
    };
    let mut map = EnvironmentMap::default();
    map.environments.insert(Environment::Production, places);
    assert_eq!(map.variables().collect::<Vec<_>>(), ["DATABASE_URL", "STRIPE_LIVE"]);
}
