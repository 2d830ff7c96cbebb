//! What pushes and pull requests carry.

use insta::assert_snapshot;
use serde_json::json;

use super::{Carried, kind, table};
use crate::fixture::{Fixture, call, check_with, surroundings};
use crate::understand;

#[test]
fn the_tables_are_in_order() {
    table::TABLE.check();
    table::NO_SOURCE.check();
    for list in [table::ASIDE, table::DOCUMENTATION, table::SOURCE] {
        assert!(list.is_sorted());
    }
}

#[test]
fn kinds_of_files() {
    use Carried::{Delivery, Dependencies, Infrastructure, Migration, Owners, Secrets};
    for (path, expected) in [
        (".github/workflows/ci.yml", Delivery),
        (".gitlab-ci.yml", Delivery),
        ("Jenkinsfile", Delivery),
        (".circleci/config.yml", Delivery),
        ("deploy/run.sh", Delivery),
        ("Procfile", Delivery),
        ("fly.toml", Delivery),
        ("argocd/app.yaml", Delivery),
        ("main.tf", Infrastructure),
        ("infra/index.ts", Infrastructure),
        ("terraform/prod.tfvars", Infrastructure),
        ("k8s/deployment.yaml", Infrastructure),
        ("charts/shop/values.yaml", Infrastructure),
        ("Pulumi.prod.yaml", Infrastructure),
        ("ansible/site.yml", Infrastructure),
        ("k8s/overlays/prod/kustomization.yaml", Infrastructure),
        ("envs/Production/eu/web.yml", Infrastructure),
        ("shop-live/web.yaml", Infrastructure),
        (".env", Secrets),
        (".env.production", Secrets),
        ("certs/server.pem", Secrets),
        (".sops.yaml", Secrets),
        (".gitleaks.toml", Secrets),
        ("k8s/db-sealed-secret.yaml", Secrets),
        ("vault/policies/app.hcl", Secrets),
        (".npmrc", Secrets),
        ("package.json", Dependencies),
        ("web/yarn.lock", Dependencies),
        ("Cargo.toml", Dependencies),
        ("requirements-dev.txt", Dependencies),
        ("src/Shop.csproj", Dependencies),
        ("CODEOWNERS", Owners),
        (".github/CODEOWNERS", Owners),
        (".github/settings.yml", Owners),
        ("countersign.toml", Owners),
        ("db/migrate/20240101_x.rb", Migration),
        ("app/migrations/0002_x.py", Migration),
        ("sql/V2__users.sql", Migration),
        ("prisma/migrations/1/migration.sql", Migration),
    ] {
        assert_eq!(kind(path), Some(expected), "{path}");
    }
    for path in [
        "src/main.rs",
        "README.md",
        "docs/deploy.md",
        ".github/ISSUE_TEMPLATE/bug.md",
        "src/kubernetes/client.rs",
        "web/charts/bar.tsx",
        "src/deploy/mod.rs",
        "src/commands/deploy.ts",
        "src/migrations.md",
        "tests/fixtures/.env",
        "testdata/server.pem",
        ".env.example",
        "src/environment.rs",
        "envs/product/web.yaml",
        "envs/dev/web.yaml",
        "src/prod/list.ts",
        "locales/production.yml",
        "src/secrets/mod.rs",
        "tokenizer.py",
        "notes.txt",
        "vendor/x/go.mod",
        "Dockerfile",
        "Makefile",
    ] {
        assert_eq!(kind(path), None, "{path}");
    }
}

const MIXED: &str = "M\tsrc/main.rs\nA\t.github/workflows/ci.yml\nM\tpackage.json\nD\tCODEOWNERS\nM\tinfra/a.tf\nM\tinfra/b.tf";
const PATCH: &str = "+++ b/package.json\n+    \"left-pad\": \"^1.3.0\",\n";

#[test]
fn pushes() {
    assert_snapshot!(check_with("git push", &[("changed", "M\tsrc/main.rs\nA\tREADME.md")]), @"git.push feature@origin, write");
    assert_snapshot!(check_with("git push", &[("changed", MIXED)]), @"
    git.push feature@origin, write
    change.owners CODEOWNERS into feature, write
    change.delivery .github/workflows/ci.yml into feature, write
    change.infrastructure infra/a.tf, infra/b.tf into feature, write
    change.dependencies package.json into feature, write
    ");
    assert_snapshot!(check_with("git push origin HEAD:main", &[("changed", MIXED)]), @"
    git.push main@origin, write
    change.owners CODEOWNERS into main, write
    change.delivery .github/workflows/ci.yml into main, write
    change.infrastructure infra/a.tf, infra/b.tf into main, write
    change.dependencies package.json into main, write
    ");
    assert_snapshot!(check_with("git push origin v1", &[("changed", MIXED)]), @"
    git.push refs/tags/v1@origin, write
    change.owners CODEOWNERS into refs/tags/v1, write
    change.delivery .github/workflows/ci.yml into refs/tags/v1, write
    change.infrastructure infra/a.tf, infra/b.tf into refs/tags/v1, write
    change.dependencies package.json into refs/tags/v1, write
    ");
    assert_snapshot!(check_with("git push origin :feature", &[("changed", MIXED)]), @"git.delete-remote-ref feature@origin, destroy");
    assert_snapshot!(check_with("git push --dry-run", &[("changed", MIXED)]), @"git.read /repo, read");
    assert_snapshot!(check_with("git commit -m x && git push", &[("changed", MIXED)]), @"
    git.commit /repo, write
    git.push feature@origin, write
    change.owners CODEOWNERS into feature, write
    change.delivery .github/workflows/ci.yml into feature, write
    change.infrastructure infra/a.tf, infra/b.tf into feature, write
    change.dependencies package.json into feature, write
    ");
    assert_snapshot!(check_with("git push", &[("changed", "M\ta\n*\t*")]), @"
    git.push feature@origin, write
    change.delivery files into feature, write, partial
    ");
}

#[test]
fn pull_requests() {
    assert_snapshot!(check_with("gh pr create --fill", &[("changed", "M\tsrc/main.rs")]), @"forge.pull-request acme/shop pull request, write");
    assert_snapshot!(check_with("gh pr create --base main --title x --body y", &[("changed", MIXED)]), @"
    forge.pull-request acme/shop pull request into main, write
    change.owners CODEOWNERS into main, write
    change.delivery .github/workflows/ci.yml into main, write
    change.infrastructure infra/a.tf, infra/b.tf into main, write
    change.dependencies package.json into main, write
    ");
    assert_snapshot!(check_with("gh pr create -B next -H feature -f", &[("changed", MIXED)]), @"
    forge.pull-request acme/shop pull request into next, write
    change.unknown files into next, write, partial
    ");
    assert_snapshot!(check_with("gh pr create --head someone:feature", &[("changed", MIXED)]), @"
    forge.pull-request acme/shop pull request, write
    change.owners CODEOWNERS, write
    change.delivery .github/workflows/ci.yml, write
    change.infrastructure infra/a.tf, infra/b.tf, write
    change.dependencies package.json, write
    ");
    assert_snapshot!(check_with("gh pr create --fill", &[]), @"
    forge.pull-request acme/shop pull request, write
    change.unknown files, write, partial
    ");
    assert_snapshot!(check_with("gh pr create --fill", &[("remote.origin.url", "/srv/shop.git"), ("changed", "M\tsrc/main.rs")]), @"forge.pull-request * pull request, write");
    assert_snapshot!(check_with("gh pr create -R other/thing --fill", &[("changed", MIXED)]), @"
    forge.pull-request other/thing pull request, write
    change.unknown files, write, partial
    ");
    assert_snapshot!(check_with("git commit -m x; gh pr create --fill", &[("changed", MIXED)]), @"
    git.commit /repo, write
    forge.pull-request acme/shop pull request, write
    change.unknown files, write, partial
    ");
    assert_snapshot!(check_with("gh pr create --help", &[("changed", MIXED)]), @"exec.read gh, read");
    assert_snapshot!(check_with("gh api repos/acme/shop/pulls -f head=feature -f base=main -f title=x", &[("changed", MIXED)]), @"
    forge.pull-request acme/shop pull request into main, write
    change.owners CODEOWNERS into main, write
    change.delivery .github/workflows/ci.yml into main, write
    change.infrastructure infra/a.tf, infra/b.tf into main, write
    change.dependencies package.json into main, write
    ");
    assert_snapshot!(check_with("gh pr merge 12", &[("changed", MIXED)]), @"forge.merge acme/shop#12, write");
}

#[test]
fn tools_and_packages() {
    let input = json!({"owner": "acme", "repo": "shop", "base": "main", "head": "feature", "title": "x"});
    let fixture = Fixture(&[("changed", "M\tpackage.json"), ("patch", PATCH)]);
    let found = understand(&call("mcp__github__create_pull_request", input), &surroundings(), &fixture);
    let last = found.effects.last().unwrap();
    assert_snapshot!(last.to_string(), @"change.dependencies package.json into main, write");
    assert_snapshot!(last.because.as_deref().unwrap_or_default(), @"it brings left-pad ^1.3.0");
}

#[test]
fn what_the_command_commits_itself() {
    const NOW: &str = "staged\tsrc/main.rs\nchanged\t.github/workflows/ci.yml\nnew\tinfra/new.tf";
    let check = |command: &str| check_with(command, &[("changed", "M\tpackage.json"), ("uncommitted", NOW)]);
    assert_snapshot!(check("git add -A && git commit -m x && git push && gh pr create --fill"), @"
    git.index /repo, write
    git.commit /repo, write
    git.push feature@origin, write
    change.delivery .github/workflows/ci.yml into feature, write
    change.infrastructure infra/new.tf into feature, write
    change.dependencies package.json into feature, write
    forge.pull-request acme/shop pull request, write
    change.delivery .github/workflows/ci.yml, write
    change.infrastructure infra/new.tf, write
    change.dependencies package.json, write
    ");
    assert_snapshot!(check("git commit -am x && git push origin HEAD"), @"
    git.commit /repo, write
    git.push feature@origin, write
    change.delivery .github/workflows/ci.yml into feature, write
    change.dependencies package.json into feature, write
    ");
    assert_snapshot!(check("git commit -m x && git push"), @"
    git.commit /repo, write
    git.push feature@origin, write
    change.dependencies package.json into feature, write
    ");
    assert_snapshot!(check("git add infra && git commit -m 'ci.yml' && git push origin feature"), @"
    git.index /repo, write
    git.commit /repo, write
    git.push feature@origin, write
    change.infrastructure infra/new.tf into feature, write
    change.dependencies package.json into feature, write
    ");
    assert_snapshot!(check("git checkout -b fix && git add .github && git commit -m x && git push -u origin fix"), @"
    git.branch /repo, write
    git.index /repo, write
    git.commit /repo, write
    git.push fix@origin, write
    change.delivery .github/workflows/ci.yml into fix, write
    change.dependencies package.json into fix, write
    ");
    assert_snapshot!(check("echo x > CODEOWNERS && git add . && git commit -m x && git push"), @"
    fs.write /repo/CODEOWNERS, write
    exec.read echo, read
    git.index /repo, write
    git.commit /repo, write
    git.push feature@origin, write
    change.owners CODEOWNERS into feature, write
    change.delivery .github/workflows/ci.yml into feature, write
    change.infrastructure infra/new.tf into feature, write
    change.dependencies package.json into feature, write
    ");
    assert_snapshot!(check("git rm -q CODEOWNERS && git commit -m x && git push"), @"
    git.index /repo, write
    fs.delete /repo/CODEOWNERS, destroy
    git.commit /repo, write
    git.push feature@origin, write
    change.owners CODEOWNERS into feature, write
    change.dependencies package.json into feature, write
    ");
    assert_snapshot!(check("git add -A && git commit -m x && git push origin HEAD:main"), @"
    git.index /repo, write
    git.commit /repo, write
    git.push main@origin, write
    change.delivery .github/workflows/ci.yml into main, write
    change.infrastructure infra/new.tf into main, write
    change.dependencies package.json into main, write
    ");
    assert_snapshot!(check("git tag v2 && git push --tags"), @"
    git.branch /repo, write
    git.push refs/tags/*@origin, write, partial
    change.dependencies package.json into refs/tags/*, write
    ");
    assert_snapshot!(check("git tag v2 && git push origin v2"), @"
    git.branch /repo, write
    git.push refs/tags/v2@origin, write
    change.dependencies package.json into refs/tags/v2, write
    ");
    assert_snapshot!(check("git add -A && git commit -m x && git push origin other"), @"
    git.index /repo, write
    git.commit /repo, write
    git.push other@origin, write
    ");
    assert_snapshot!(check("git merge x && git commit -am x && git push"), @"
    git.merge /repo, write
    git.commit /repo, write
    git.push feature@origin, write
    change.dependencies package.json into feature, write
    change.unknown files into feature, write, partial
    ");
    assert_snapshot!(check("git add -A && git commit -m x"), @"
    git.index /repo, write
    git.commit /repo, write
    ");
    let full = [("changed", "M\ta"), ("uncommitted", "changed\ta\n*\t*")];
    assert_snapshot!(check_with("git commit -am x && git push", &full), @"
    git.commit /repo, write
    git.push feature@origin, write
    change.delivery files into feature, write, partial
    ");
}

#[test]
fn pull_requests_that_are_there() {
    let check = |command: &str| check_with(command, &[("changed", MIXED)]);
    assert_snapshot!(check("gh pr edit --base main"), @"
    forge.pull-request acme/shop pull request into main, write
    change.owners CODEOWNERS into main, write
    change.delivery .github/workflows/ci.yml into main, write
    change.infrastructure infra/a.tf, infra/b.tf into main, write
    change.dependencies package.json into main, write
    ");
    assert_snapshot!(check("gh pr edit 12 --base main"), @"
    forge.pull-request acme/shop#12 into main, write
    change.unknown files into main, write, partial
    ");
    assert_snapshot!(check("gh pr edit 12 --title x"), @"forge.pull-request acme/shop#12, write");
    assert_snapshot!(check("gh pr merge --squash"), @"
    forge.merge acme/shop pull request, write, partial
    change.owners CODEOWNERS, write
    change.delivery .github/workflows/ci.yml, write
    change.infrastructure infra/a.tf, infra/b.tf, write
    change.dependencies package.json, write
    ");
    assert_snapshot!(check("gh pr merge feature"), @"
    forge.merge acme/shop pull request, write, partial
    change.owners CODEOWNERS, write
    change.delivery .github/workflows/ci.yml, write
    change.infrastructure infra/a.tf, infra/b.tf, write
    change.dependencies package.json, write
    ");
    assert_snapshot!(check("gh release create v2 --notes x"), @"forge.release acme/shop release v2, write");
}

#[test]
fn a_secret_that_git_ignores_leaves_where_it_is_added_by_force() {
    let push = |command: &str| {
        let found = check_with(
            command,
            &[("uncommitted", "changed\tsrc/main.rs"), ("changed", ""), ("/repo/.env", "A=b")],
        );
        found.lines().filter(|line| line.contains("change.")).collect::<Vec<_>>().join("; ")
    };
    for command in [
        "git add -f .env && git commit -m x && git push",
        "git add --force .env && git commit -m x && git push",
        "git add -f . && git commit -m x && git push origin HEAD",
        "git add -Af . && git commit -m x && git push",
    ] {
        assert_eq!(push(command), "change.secrets .env into feature, write", "{command}");
    }
    assert_eq!(push("git add . && git commit -m x && git push"), "");
    assert_eq!(push("git add -f src && git commit -m x && git push"), "");
}

#[test]
fn an_earlier_part_of_the_command_hides_nothing_that_was_committed_before() {
    let check = |command: &str| check_with(command, &[("changed", MIXED)]);
    for before in [
        "git fetch",
        "git fetch origin main",
        "git remote update",
        "git pull",
        "git merge origin/main",
        "git rebase origin/main",
        "git cherry-pick abc",
        "git revert HEAD --no-edit",
    ] {
        let found = check(&format!("{before} && git push"));
        assert!(found.contains("change.delivery .github/workflows/ci.yml into feature"), "{before}: {found}");
        let is_known = before.contains("fetch") || before.contains("update");
        assert_eq!(found.contains("change.unknown"), !is_known, "{before}: {found}");
    }
    for command in [
        "git checkout -b y && git push -u origin y",
        "git switch -c y && git push -u origin HEAD",
        "git branch y && git push origin y",
        "bash -c 'git fetch && git push'",
    ] {
        let found = check(command);
        assert!(found.contains("change.delivery .github/workflows/ci.yml"), "{command}: {found}");
    }
    assert!(check("git branch y other && git push origin y").contains("change.unknown"));
    assert!(!check("git fetch && git push --tags").contains("change.unknown"));
}
