//! What is proposed for what is seen.

use insta::assert_snapshot;

use crate::{Kind, Named, Proposal, Seen, propose};

/// The lists that are proposed, one line per pattern with its reason.
fn check(files: &[(&str, &str)]) -> String {
    let seen = Seen {
        remotes: vec![("origin".to_owned(), "git@github.com:acme/shop.git".to_owned())],
        default_branch: Some("main".to_owned()),
        workflows: files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect(),
        ..Seen::default()
    };
    let proposal = propose(&seen);
    let again = Proposal::parse(&proposal.to_toml()).unwrap();
    assert_eq!(again.map(), proposal.map(), "the text says what the proposal says");
    let mut lines = Vec::new();
    for (environment, listed) in &proposal.environments {
        for (list, patterns) in listed.places.lists() {
            for pattern in patterns {
                let why = listed.reasons.get(&(list, pattern.clone())).map_or("", String::as_str);
                lines.push(format!("{environment} {list} {pattern}: {why}"));
            }
        }
    }
    lines.extend(proposal.notes.iter().map(|note| format!("note: {note}")));
    lines.join("\n")
}

fn github(text: &str) -> String {
    check(&[(".github/workflows/ci.yml", text)])
}

fn gitlab(text: &str) -> String {
    check(&[(".gitlab-ci.yml", text)])
}

#[test]
fn a_branch_that_delivers_on_push_is_production() {
    assert_snapshot!(github("
name: CD
on:
  push:
    branches: [main]
jobs:
  live:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - run: ./ship.sh
"), @"production branches main: .github/workflows/ci.yml: job `live` delivers (environment `production`)");
}

#[test]
fn tests_alone_are_no_delivery() {
    assert_snapshot!(github("
on: [push, pull_request]
jobs:
  test:
    steps:
      - uses: actions/checkout@v4
      - run: cargo build --release && cargo test
"), @"");
}

#[test]
fn every_branch_where_nothing_narrows() {
    assert_snapshot!(github("
on: push
jobs:
  go:
    steps:
      - run: npm publish
"), @"
    production branches **: .github/workflows/ci.yml: job `go` delivers (runs `publish`)
    production tags **: .github/workflows/ci.yml: job `go` delivers (runs `publish`)
    ");
}

#[test]
fn conditions_narrow() {
    assert_snapshot!(github("
on:
  push:
  pull_request:
jobs:
  go:
    if: github.event_name == 'push' && github.ref == 'refs/heads/main' && !contains(github.event.head_commit.message, 'skip')
    steps:
      - run: kubectl apply -f k8s
  tagged:
    steps:
      - run: make
      - if: ${{ startsWith(github.ref, 'refs/tags/v') || github.ref_name == 'next' }}
        uses: softprops/action-gh-release@v2
"), @"
    production branches main: .github/workflows/ci.yml: job `go` delivers (runs `kubectl`)
    production branches next: .github/workflows/ci.yml: job `tagged` delivers (uses `softprops/action-gh-release`)
    production tags v**: .github/workflows/ci.yml: job `tagged` delivers (uses `softprops/action-gh-release`)
    ");
}

#[test]
fn conditions_that_cannot_be_told_do_not() {
    assert_snapshot!(github("
on:
  push:
    branches-ignore: ['docs/**', 'wip-?']
jobs:
  go:
    if: ${{ !(github.ref == 'refs/heads/main') || vars.GO }}
    steps:
      - run: ./scripts/deploy.sh
"), @"
    production branches **: .github/workflows/ci.yml: job `go` delivers (runs `deploy`)
    production branches !docs/**: .github/workflows/ci.yml: job `go` delivers (runs `deploy`)
    ");
}

#[test]
fn an_exception_of_one_workflow_is_none_for_another() {
    assert_snapshot!(check(&[
        (".github/workflows/a.yml", "on: {push: {branches-ignore: [main]}}\njobs: {deploy: {steps: [{run: x}]}}"),
        (".github/workflows/b.yml", "on: {push: {branches: [main]}}\njobs: {deploy: {steps: [{run: x}]}}"),
    ]), @"
    production branches **: .github/workflows/a.yml: job `deploy` delivers (named `deploy`)
    production branches main: .github/workflows/b.yml: job `deploy` delivers (named `deploy`)
    ");
}

#[test]
fn chains_and_calls_are_followed() {
    assert_snapshot!(check(&[
        (".github/workflows/ci.yml", "name: CI\non: {push: {branches: [main, next]}}\njobs: {t: {steps: [{run: make}]}}"),
        (".github/workflows/after.yml", "on: {workflow_run: {workflows: [CI], types: [completed]}}\njobs: {go: {uses: ./.github/workflows/called.yml}}"),
        (".github/workflows/called.yml", "on: workflow_call\njobs: {go: {steps: [{run: helm upgrade shop}]}}"),
        (".github/workflows/lint.yml", "on: push\njobs: {go: {uses: ./.github/workflows/linter.yml}}"),
        (".github/workflows/linter.yml", "on: workflow_call\njobs: {go: {steps: [{run: make lint}]}}"),
    ]), @"
    production branches main: .github/workflows/after.yml: job `go` delivers (calls `.github/workflows/called.yml`: runs `helm upgrade`)
    production branches next: .github/workflows/after.yml: job `go` delivers (calls `.github/workflows/called.yml`: runs `helm upgrade`)
    ");
}

#[test]
fn what_people_start_is_noted() {
    assert_snapshot!(github("
on: {workflow_dispatch: {}, release: {types: [published]}}
jobs: {go: {environment: live, steps: [{run: x}]}}
"), @"note: .github/workflows/ci.yml: job `go` delivers (environment `live`), but no push starts it; starting it is held.");
}

#[test]
fn what_comments_start_is_noted() {
    assert_snapshot!(github("
on: {issue_comment: {types: [created]}, push: {branches: [main]}}
jobs: {ship: {if: github.event_name == 'issue_comment', steps: [{run: ./deploy.sh}]}}
"), @"note: .github/workflows/ci.yml: job `ship` delivers (named `ship`), and `issue_comment` may start it: comments and pull requests are not held.");
}

#[test]
fn staging_is_staging() {
    assert_snapshot!(github("
on: {push: {branches: [develop]}}
jobs:
  go: {environment: {name: staging, url: 'https://x'}, steps: [{run: x}]}
"), @"staging branches develop: .github/workflows/ci.yml: job `go` delivers (environment `staging`)");
}

#[test]
fn broken_files_may_deliver() {
    assert_snapshot!(github("on: [push\njobs:"), @"production branches main: .github/workflows/ci.yml cannot be read (illegal placement of ':' indicator at line 2, column 5), so it may deliver");
}

#[test]
fn gitlab_rules_and_only() {
    assert_snapshot!(gitlab(r#"
stages: [test, deploy]
.live: &live
  stage: deploy
  environment: production
test: {script: [make test]}
a:
  <<: *live
  script: [./go]
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
      when: never
    - if: '$CI_COMMIT_BRANCH =~ /^release\/.*$/ && $GO'
b:
  extends: .live
  environment: {name: review/$CI_COMMIT_REF_SLUG}
  only: [tags, next]
c:
  script: docker push x
  only: {refs: [branches]}
  except: [docs]
"#), @"
    staging branches next: .gitlab-ci.yml: job `b` delivers (environment `review/$CI_COMMIT_REF_SLUG`)
    staging tags **: .gitlab-ci.yml: job `b` delivers (environment `review/$CI_COMMIT_REF_SLUG`)
    staging tags next: .gitlab-ci.yml: job `b` delivers (environment `review/$CI_COMMIT_REF_SLUG`)
    production branches main: .gitlab-ci.yml: job `a` delivers (environment `production`)
    production branches release/**: .gitlab-ci.yml: job `a` delivers (environment `production`)
    production branches **: .gitlab-ci.yml: job `c` delivers (runs `docker push`)
    production branches !docs: .gitlab-ci.yml: job `c` delivers (runs `docker push`)
    ");
}

#[test]
fn no_ci_is_said() {
    assert_snapshot!(check(&[]), @"note: No CI file was found. If something else delivers from a branch, name that branch under production.");
}

#[test]
fn names_that_tools_know() {
    let named = |kind, name: &str, from: &str| Named { kind, name: name.to_owned(), from: from.to_owned() };
    let seen = Seen {
        named: vec![
            named(Kind::KubeContext, "eu-live", "~/.kube/config"),
            named(Kind::KubeContext, "kind-dev", "~/.kube/config"),
            named(Kind::Account, "shop\" ]\n", "~/.aws/config"),
            named(Kind::Account, "shop-dev", "~/.aws/config"),
            named(Kind::Account, "live-[1]", "~/.aws/config"),
            named(Kind::Stack, "live", "infra/terraform.tfstate.d"),
            named(Kind::Database, "$DATABASE_URL", ".env"),
            named(Kind::KubeContext, "eu-staging", "package.json"),
            named(Kind::KubeContext, "us", "package.json"),
            named(Kind::Credential, ".env.production", ".env.production"),
            named(Kind::Directory, "k8s/prod", "k8s/prod"),
            named(Kind::Directory, "prod/k8s", "prod/k8s"),
            named(Kind::Stack, "dev", "terraform/dev.tfvars"),
        ],
        ..Seen::default()
    };
    let proposal = propose(&seen);
    let text = proposal.to_toml();
    assert_eq!(Proposal::parse(&text).unwrap().map(), proposal.map());
    let shown: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("hosts =")).collect();
    assert_snapshot!(shown.join("\n"), @r#"
    hosts = []  # such as "*.example.com"
    # Called production. A push, a pull request or an apply of what is in there is judged without this line; take the sign
    # away, and each edit in the working tree waits already:
    # paths = ["k8s/prod/**"]
    mcp_servers = []  # such as "billing" or "billing/refund"
    # Seen; where one is named, what runs code that nobody can read waits, tests and builds too (docs/policy.md):
    # credentials = [".env.production"]
    kube_contexts = [
      "eu-live",  # ~/.kube/config names it
    ]
    # seen as well, to be added above where it is production: ["us"]
    # accounts = []  # profiles, projects and accounts of clouds, such as "shop-live" or "aws:1234"
    # Seen, such as in .env; keep what is production:
    # databases = ["$DATABASE_URL"]
    stacks = [
      "live",  # infra/terraform.tfstate.d names it
    ]
    # apps = []  # such as "shop-web" or "heroku:shop"
    # registries = []  # such as "registry.example.com" or "npm/shop"

    # Names that say staging. Take the signs away where they are right: what lands there waits less.
    # [environments.staging]
    # kube_contexts = ["eu-staging"]  # package.json names it

    # Names that say development. Take the signs away where they are right: what lands there waits less.
    # [environments.development]
    # accounts = ["shop-dev"]  # ~/.aws/config names it
    # kube_contexts = ["kind-dev"]  # ~/.kube/config names it
    # stacks = ["dev"]  # terraform/dev.tfvars names it

    # What is expected of this map and its policies: `countersign policy test` tries it.
    [[test]]
    call = "git status"
    expect = "allow"
    "#);
}

#[test]
fn the_file_people_read() {
    let seen = Seen {
        remotes: vec![("origin".to_owned(), "https://token:x@github.com/acme/shop.git".to_owned())],
        default_branch: Some("main".to_owned()),
        workflows: vec![(
            ".github/workflows/deploy.yml".to_owned(),
            "on: {push: {branches: [main]}}\njobs: {deploy: {environment: live, steps: [{run: x}]}}"
                .to_owned(),
        )],
        ..Seen::default()
    };
    assert_snapshot!(propose(&seen).to_toml(), @r#"
    # What Countersign should treat as production here, and how careful it should be.
    #
    # This file is a proposal. Until a reviewer signs it, what `countersign init` saw is in force, and an edit changes nothing:
    #   countersign policy activate
    # Patterns: `*` is anything but `/`, `**` anything, `?` one character, a leading `!` an exception.
    # Of several environments that match, the worst counts.

    version = 1

    # observe (record only), graduated (low risk flows, medium is shown, high waits) or strict.
    pack = "graduated"

    # What a plain allow tells the agent program: pass (its own prompts stay on) or grant.
    on_allow = "pass"

    # The repository this map speaks of. A push anywhere else is a push to an unknown place.
    [repository]
    remotes = ["github.com/acme/shop"]
    default_branch = "main"

    [environments.production]
    branches = [
      "main",  # .github/workflows/deploy.yml: job `deploy` delivers (environment `live`)
    ]
    tags = []
    hosts = []  # such as "*.example.com"
    paths = []  # such as "deploy/live/**"
    mcp_servers = []  # such as "billing" or "billing/refund"
    credentials = []  # variables and files that open it, such as "KUBECONFIG"
    # kube_contexts = []  # such as "eu-live" or "eu/payments" for one namespace
    # accounts = []  # profiles, projects and accounts of clouds, such as "shop-live" or "aws:1234"
    # databases = []  # such as "db.example.com" or "$DATABASE_URL"
    # stacks = []  # workspaces, stacks and directories of infrastructure, such as "live" or "infra/live"
    # apps = []  # such as "shop-web" or "heroku:shop"
    # registries = []  # such as "registry.example.com" or "npm/shop"

    # What is expected of this map and its policies: `countersign policy test` tries it.
    [[test]]
    call = "git push origin main"
    expect = "hold"

    [[test]]
    call = "git status"
    expect = "allow"
    "#);
}

#[test]
fn an_address_that_is_not_shown_is_left_out_and_the_proposal_builds() {
    let remote = |address: &str| ("origin".to_owned(), address.to_owned());
    let seen = Seen {
        remotes: vec![
            remote("https://github.com/acme/shop\n.git"),
            remote("https://github.com/acme/shop.git"),
        ],
        ..Seen::default()
    };
    let proposal = propose(&seen);
    assert_eq!(proposal.repository.remotes, ["github.com/acme/shop"]);
    assert!(proposal.to_toml().contains("holds characters that are not shown"));
    assert!(crate::build(&crate::Proposal::parse(&proposal.to_toml()).unwrap()).is_ok());
}

/// A login that stands in a remote's address, or in a name, is neither proposed nor told.
#[test]
fn logins_are_left_out() {
    let secret = "s3cr3t".repeat(3);
    let seen = Seen {
        remotes: [
            "https://u:p/S@h.example/x",
            "u:S@h.example:x",
            "ext::ssh -i S h %S x",
            "https://u:S@h.example/y",
        ]
        .iter()
        .map(|address| ("origin".to_owned(), address.replace('S', &secret)))
        .collect(),
        named: vec![
            Named {
                kind: Kind::KubeContext,
                name: format!("https://a:{secret}@prod/x"),
                from: "~/.kube/config".to_owned(),
            },
            Named {
                kind: Kind::KubeContext,
                name: "admin@prod".to_owned(),
                from: "~/.kube/config".to_owned(),
            },
        ],
        ..Seen::default()
    };
    let proposal = propose(&seen);
    assert!(!proposal.to_toml().contains(&secret));
    assert_eq!(proposal.repository.remotes, ["h.example/y"]);
    assert_snapshot!(proposal.notes.join("\n"), @"
    The address of the remote `origin` may hold a login, and leaves open which host it means, so it is left out: set it anew without one, `git remote set-url origin …`.
    A name in ~/.kube/config holds a login, and is left out.
    No CI file was found. If something else delivers from a branch, name that branch under production.
    ");
    let own = Proposal {
        repository: crate::RepositoryMap {
            remotes: vec![format!("https://u:p/{secret}@h/x")],
            ..Default::default()
        },
        ..proposal
    };
    let error = crate::build(&own).unwrap_err().to_string();
    assert!(!error.contains(&secret), "{error}");
}

/// A remote that no pattern can name is left out with a note, whatever else is seen.
#[test]
fn a_remote_that_no_pattern_can_name_is_left_out() {
    for address in [
        "/srv/git/[x]/y.git",
        "/srv/{a}/b",
        r"C:\repos\x",
        r"\\server\share\x",
        "https://h.example/a/!b",
        "file:///srv/x[1]",
    ] {
        let seen = Seen {
            remotes: vec![
                ("origin".to_owned(), address.to_owned()),
                ("fork".to_owned(), "git@[fd00::1]:a/b".to_owned()),
            ],
            ..Seen::default()
        };
        let proposal = propose(&seen);
        assert_eq!(proposal.repository.remotes, ["fd00::1/a/b"], "{address}");
        assert!(crate::left_out(&seen)[0].contains("`origin`"), "{address}");
        crate::build(&proposal).unwrap();
        // What the note says to do helps.
        let listed = vec![address.replace(['[', ']', '{', '}', '\\', '!'], "*")];
        let repository = crate::RepositoryMap { remotes: listed, ..Default::default() };
        let map = crate::build(&Proposal { repository, ..proposal }).unwrap();
        assert!(map.map().speaks_of(Some(address), None), "{address}");
    }
}
