//! `inventory`: what agents here can reach, by name and never by value, and what governs the way there.

use std::fs;
use std::process::Output;
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::doctor::{COUNTERSIGN, as_installed, installed};
use crate::machine::{Machine, run};

/// What stands in every value: none of it may be told.
const SECRET: &str = "zq7Ktw0";

/// A server of MCP in a line of shell: one page of tools, then another.
const TICKETS: &str = r#"while read -r line; do case "$line" in
*'"initialize"'*) echo 'starting up'; echo '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18"}}';;
*'"cursor":"more"'*) echo '{"id":3,"result":{"tools":[{"name":"frobnicate"}]}}';;
*'"tools/list"'*) echo '{"id":2,"result":{"tools":[{"name":"list_tickets"},{"name":"delete_ticket"}],"nextCursor":"more"}}';;
esac; done"#;

/// Puts the files of many tools into a machine's home and repository.
fn furnish(machine: &Machine) {
    let sh = |script: &str| json!({"command": "/bin/sh", "args": ["-c", script], "env": {"TOKEN": SECRET}});
    let write = |below: &str, text: &str| {
        let path = machine.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text.replace("SECRET", SECRET)).unwrap();
    };
    write(
        ".kube/config",
        "contexts:\n- {name: shop-prod, context: {cluster: eu-1, user: admin}}\n- {name: kind-dev, context: {cluster: kind-dev}}\nusers:\n- {name: admin, user: {token: SECRET}}\n",
    );
    write(".aws/config", "[profile shop-live]\nrole_arn = arn:aws:iam::1:role/admin\n");
    write(".aws/credentials", "[shop-live]\naws_access_key_id = SECRET\naws_secret_access_key = SECRET\n");
    write(".config/gcloud/configurations/config_work", "[core]\naccount = SECRET\nproject = shop-staging\n");
    write(
        ".docker/contexts/meta/1f/meta.json",
        "{\"Name\":\"shop-live\",\"Endpoints\":{\"docker\":{\"Host\":\"ssh://root:SECRET@prod-1.acme.io\"}}}",
    );
    write(
        ".ssh/config",
        "Include more/*.conf\nHost *\n  User SECRET\nHost prod-1\n  HostName prod-1.acme.io\n  User deploy\n  IdentityFile ~/.ssh/id_ed25519\n  SetEnv T=SECRET\n",
    );
    write(".ssh/more/a.conf", "Host stage-1\n");
    write("shop/infra/.terraform/environment", "live");
    write(
        "shop/infra/.terraform/terraform.tfstate",
        "{\"backend\":{\"type\":\"s3\",\"config\":{\"access_key\":\"SECRET\"}}}",
    );
    write("shop/infra/terraform.tfstate.d/stage/terraform.tfstate", "{}");
    write("shop/dns/main.tf", "terraform {\n  backend \"gcs\" {\n    credentials = \"SECRET\"\n  }\n}\n");
    write(".npmrc", "//registry.npmjs.org/:_authToken=npm_SECRET\n");
    write(".pypirc", "[pypi]\nusername = __token__\npassword = pypi-SECRET\n");
    write(".cargo/credentials.toml", "[registry]\ntoken = \"SECRET\"\n");
    write(".docker/config.json", "{\"auths\":{\"ghcr.io\":{\"auth\":\"SECRET\"}}}");
    write(".pgpass", "db.live.acme.io:5432:shop:app:SECRET\n");
    write(".ssh/id_ed25519", "-----BEGIN OPENSSH PRIVATE KEY-----\nSECRET\n");
    write(".config/gh/hosts.yml", "github.com:\n  oauth_token: gho_SECRET\n");
    write(".bashrc", "alias yes='codex --dangerously-bypass-approvals-and-sandbox SECRET'\n");
    write(
        ".codex/config.toml",
        "approval_policy = \"never\"\n[mcp_servers.prod-db]\nurl = \"https://app:SECRET@mcp.acme.io/SECRET\"\n",
    );
    write("shop/.env", "DATABASE_URL=postgres://app:SECRET@db/shop\nSTRIPE_KEY=sk_live_SECRET\n");
    write("shop/.env.production", "DATABASE_URL=postgres://app:SECRET@db/shop\n");
    write(
        "shop/deploy/account.json",
        "{\"type\":\"service_account\",\"project_id\":\"shop-live\",\"private_key\":\"SECRET\"}",
    );
    let mut tickets = sh(TICKETS);
    tickets["args"].as_array_mut().unwrap().extend(["--token".into(), SECRET.into()]);
    write("shop/.mcp.json", &json!({"mcpServers": {"tickets": tickets}}).to_string());
    machine.git(&["remote", "add", "forge", &format!("https://app:{SECRET}@github.com/acme/shop.git")]);
}

/// Runs it with nothing but files to find: no program is on PATH.
fn inventory(machine: &Machine, arguments: &[&str]) -> Output {
    let mut command = machine.command(COUNTERSIGN);
    command.env("PATH", "/nowhere").env("PROD_DATABASE_URL", SECRET).env("NPM_TOKEN", SECRET);
    run(command.arg("inventory").args(arguments), b"")
}

fn text(bytes: &[u8], machine: &Machine) -> String {
    String::from_utf8_lossy(bytes).replace(&machine.path("").display().to_string(), "~/")
}

fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

/// One line for each thing.
fn lines(report: &Value) -> String {
    let word = |value: &Value| value.as_str().unwrap_or("–").to_owned();
    let item = |item: &Value| {
        let reached = item["reached_by"].as_array().unwrap().iter();
        let reached: Vec<String> =
            reached.map(|one| format!("{}: {}", word(&one["runtime"]), word(&one["governed_by"]))).collect();
        let notes = item["notes"].as_array().unwrap().iter().map(|note| format!(" !{}", word(note)));
        let answer = word(&item["answer"]["decision"]);
        let [kind, name, environment] = ["kind", "name", "environment"].map(|key| word(&item[key]));
        format!(
            "{kind} {name} → {environment}, {answer}, [{}]{}",
            reached.join(", "),
            notes.collect::<String>()
        )
    };
    report["items"].as_array().unwrap().iter().map(item).collect::<Vec<_>>().join("\n")
}

#[test]
fn everything_within_reach_gaps_first_and_no_value_of_it() {
    let machine = installed();
    furnish(&machine);
    let page = machine.path("map.html");
    let shown = inventory(&machine, &["--ask-servers", "--html", &page.display().to_string()]);
    assert!(shown.status.success(), "{shown:?}");
    let asked = inventory(&machine, &["--ask-servers", "--json"]);
    let unasked = inventory(&machine, &["--json"]);
    let page = fs::read(page).unwrap();
    for told in [&shown.stdout, &shown.stderr, &asked.stdout, &asked.stderr, &unasked.stdout, &page] {
        assert!(!String::from_utf8_lossy(told).contains(SECRET));
    }
    assert!(!String::from_utf8_lossy(&page).contains("http://") && !page.is_empty());
    // The same again, byte for byte.
    assert_eq!(inventory(&machine, &["--json"]).stdout, unasked.stdout);
    assert_snapshot!(text(&shown.stdout, &machine), @r#"
    5 gaps
    ✗ Nothing governs Codex CLI (production)
        Countersign has no hook for Codex CLI yet
        reaches origin (~/shop), .github/workflows/deploy.yml, shop-prod, aws:shop-live, infra:live, shop-live, prod-1, $DATABASE_URL and 29 more
        next: let it run only where none of this is within reach
    ✗ `~/.codex/config.toml` weakens Codex CLI by approval_policy: never
        it then asks nobody, and nothing governs it
        next: take it out, unless somebody decided so
    ✗ `~/.bashrc:1` weakens Codex CLI by --dangerously-bypass-approvals-and-sandbox
        it then asks nobody, and nothing governs it
        next: take it out, unless somebody decided so
    ✗ Secrets would be read, and nobody asked: `deploy/account.json` (production)
        would read a file or list a directory (~/shop/deploy/account.json, development): reading flows
        reaches deploy/account.json
        next: move it out of the repository, or hold reads of it by a policy in countersign.toml
    ✗ Places whose environment nobody has named (unknown)
        they are taken as the worst they can be: more waits than has to, and production may be among them
        reaches forge (github.com/acme/shop), github.com, gcp:shop-staging, dns:default, infra:stage, stage-1, $DATABASE_URL, cargo:crates.io and 7 more
        next: name them under their environment in countersign.toml, `accounts = ["shop-staging"]`, `databases = ["db/shop"]`, `hosts = ["stage-1"]`, `mcp_servers = ["tickets"]`, `registries = ["crates.io", "ghcr.io", "npm", "pypi"]`, `stacks = ["dns", "stage"]`, then `countersign policy activate`

    Agent runtimes
      runtime      governed by  why
      Claude Code  hook         wired in `~/.claude/settings.json`, which the agent's own user can change
      Codex CLI    nothing      Countersign has no hook for Codex CLI yet

    Git remotes
      what                                                                                             environment  its use                      governed by                        found in
      origin (~/shop) (a folder of this machine)                                                       production   write: waits for 1 approval  claude-code: hook, codex: nothing  git's configuration
      forge (github.com/acme/shop) (a login in the address itself; a login in ~/.config/gh/hosts.yml)  unknown      write: waits for 1 approval  claude-code: hook, codex: nothing  git's configuration

    Forge accounts
      what                                             environment  its use                      governed by                        found in
      github.com (a login of the forge's own program)  unknown      write: waits for 1 approval  claude-code: hook, codex: nothing  ~/.config/gh/hosts.yml

    CI workflows
      what                                                                              environment  its use                      governed by                        found in
      .github/workflows/deploy.yml (on push to main; delivers to production from main)  production   write: waits for 1 approval  claude-code: hook, codex: nothing  .github/workflows/deploy.yml

    Kube contexts
      what                                              environment  its use                            governed by                        found in
      shop-prod (cluster eu-1; by a token in the file)  production   destroy: waits for 1 approval      claude-code: hook, codex: nothing  ~/.kube/config
      kind-dev                                          development  destroy: allowed, shown to people  claude-code: hook, codex: nothing  ~/.kube/config

    Cloud profiles
      what                                                          environment  its use                        governed by                        found in
      aws:shop-live (takes on a role; a key in ~/.aws/credentials)  production   destroy: waits for 1 approval  claude-code: hook, codex: nothing  ~/.aws/config
      gcp:shop-staging (configuration work)                         unknown      destroy: waits for 1 approval  claude-code: hook, codex: nothing  ~/.config/gcloud/configurations/config_work

    Terraform workspaces
      what                                environment  its use                        governed by                        found in
      infra:live (chosen; state in s3)    production   destroy: waits for 1 approval  claude-code: hook, codex: nothing  infra
      dns:default (chosen; state in gcs)  unknown      destroy: waits for 1 approval  claude-code: hook, codex: nothing  dns
      infra:stage (state in s3)           unknown      destroy: waits for 1 approval  claude-code: hook, codex: nothing  infra

    Docker contexts
      what                                  environment  its use                        governed by                        found in
      shop-live (engine on prod-1.acme.io)  production   destroy: waits for 1 approval  claude-code: hook, codex: nothing  ~/.docker/contexts/meta/1f/meta.json

    SSH hosts
      what                                                            environment  its use                        governed by                        found in
      prod-1 (host prod-1.acme.io; as deploy; key ~/.ssh/id_ed25519)  production   destroy: waits for 1 approval  claude-code: hook, codex: nothing  ~/.ssh/config
      stage-1                                                         unknown      destroy: waits for 1 approval  claude-code: hook, codex: nothing  ~/.ssh/more/a.conf

    Databases
      what                                                        environment  its use                        governed by                        found in
      $DATABASE_URL                                               production   destroy: waits for 1 approval  claude-code: hook, codex: nothing  .env.production
      $PROD_DATABASE_URL                                          production   destroy: waits for 1 approval  claude-code: hook, codex: nothing  the environment
      postgresql://db.live.acme.io/shop (a password in the file)  production   destroy: waits for 1 approval  claude-code: hook, codex: nothing  ~/.pgpass
      $DATABASE_URL                                               unknown      destroy: waits for 1 approval  claude-code: hook, codex: nothing  .env

    Package registries
      what                                          environment  its use                      governed by                        found in
      cargo:crates.io (a token in the file)         unknown      write: waits for 1 approval  claude-code: hook, codex: nothing  ~/.cargo/credentials.toml
      docker:ghcr.io (a login in the file)          unknown      write: waits for 1 approval  claude-code: hook, codex: nothing  ~/.docker/config.json
      npm:$NPM_TOKEN                                unknown      write: waits for 1 approval  claude-code: hook, codex: nothing  the environment
      npm:registry.npmjs.org (a token in the file)  unknown      write: waits for 1 approval  claude-code: hook, codex: nothing  ~/.npmrc
      pypi:pypi (a token in the file)               unknown      write: waits for 1 approval  claude-code: hook, codex: nothing  ~/.pypirc

    MCP servers, tools unknown
      what                      environment  its use                          governed by  found in
      prod-db (at mcp.acme.io)  production   not known: waits for 1 approval  nothing      ~/.codex/config.toml

    MCP tools
      what                               environment  its use                          governed by  found in
      tickets/delete_ticket (runs `sh`)  unknown      destroy: waits for 1 approval    hook         .mcp.json
      tickets/frobnicate (runs `sh`)     unknown      not known: waits for 1 approval  hook         .mcp.json
      tickets/list_tickets (runs `sh`)   unknown      read: allowed                    hook         .mcp.json

    Secrets files
      what                                                                                                        environment  its use                     governed by                        found in
      .env.production (values of DATABASE_URL)                                                                    production   read: waits for 1 approval  claude-code: hook, codex: nothing  .env.production
      deploy/account.json (a key of a service account; of project shop-live)                                      production   read: allowed               claude-code: hook, codex: nothing  deploy/account.json
      .env (values of DATABASE_URL, STRIPE_KEY)                                                                   unknown      read: waits for 1 approval  claude-code: hook, codex: nothing  .env
      infra/.terraform/terraform.tfstate (the state of infrastructure, with what is secret in it)                 unknown      read: waits for 1 approval  claude-code: hook, codex: nothing  infra/.terraform/terraform.tfstate
      infra/terraform.tfstate.d/stage/terraform.tfstate (the state of infrastructure, with what is secret in it)  unknown      read: waits for 1 approval  claude-code: hook, codex: nothing  infra/terraform.tfstate.d/stage/terraform.tfstate
      ~/.aws/credentials (keys of AWS)                                                                            unknown      read: waits for 1 approval  claude-code: hook, codex: nothing  ~/.aws/credentials
      ~/.cargo/credentials.toml (tokens of Cargo)                                                                 unknown      read: waits for 1 approval  claude-code: hook, codex: nothing  ~/.cargo/credentials.toml
      ~/.config/gh/hosts.yml (tokens of GitHub)                                                                   unknown      read: waits for 1 approval  claude-code: hook, codex: nothing  ~/.config/gh/hosts.yml
      ~/.docker/config.json (logins of registries)                                                                unknown      read: waits for 1 approval  claude-code: hook, codex: nothing  ~/.docker/config.json
      ~/.kube/config (credentials of clusters)                                                                    unknown      read: waits for 1 approval  claude-code: hook, codex: nothing  ~/.kube/config
      ~/.npmrc (tokens of npm)                                                                                    unknown      read: waits for 1 approval  claude-code: hook, codex: nothing  ~/.npmrc
      ~/.pgpass (passwords of PostgreSQL)                                                                         unknown      read: waits for 1 approval  claude-code: hook, codex: nothing  ~/.pgpass
      ~/.pypirc (tokens of PyPI)                                                                                  unknown      read: waits for 1 approval  claude-code: hook, codex: nothing  ~/.pypirc
      ~/.ssh/id_ed25519 (a private key)                                                                           unknown      read: waits for 1 approval  claude-code: hook, codex: nothing  ~/.ssh/id_ed25519

    note: prod-db: not asked: it is remote over HTTPS; only servers that listen on this machine are asked, over plain HTTP
    note: decided by the policy in force here
    "#);
    assert_snapshot!(lines(&json_of(&unasked)).replace(&machine.path("").display().to_string(), "~/"), @"
    remote origin (~/shop) → production, require_approval, [claude-code: hook, codex: nothing]
    remote forge (github.com/acme/shop) → unknown, require_approval, [claude-code: hook, codex: nothing]
    forge github.com → unknown, require_approval, [claude-code: hook, codex: nothing]
    workflow .github/workflows/deploy.yml → production, require_approval, [claude-code: hook, codex: nothing]
    kube_context shop-prod → production, require_approval, [claude-code: hook, codex: nothing]
    kube_context kind-dev → development, monitor, [claude-code: hook, codex: nothing]
    cloud aws:shop-live → production, require_approval, [claude-code: hook, codex: nothing]
    cloud gcp:shop-staging → unknown, require_approval, [claude-code: hook, codex: nothing]
    workspace infra:live → production, require_approval, [claude-code: hook, codex: nothing]
    workspace dns:default → unknown, require_approval, [claude-code: hook, codex: nothing]
    workspace infra:stage → unknown, require_approval, [claude-code: hook, codex: nothing]
    docker_context shop-live → production, require_approval, [claude-code: hook, codex: nothing]
    ssh_host prod-1 → production, require_approval, [claude-code: hook, codex: nothing]
    ssh_host stage-1 → unknown, require_approval, [claude-code: hook, codex: nothing]
    database $DATABASE_URL → production, require_approval, [claude-code: hook, codex: nothing]
    database $PROD_DATABASE_URL → production, require_approval, [claude-code: hook, codex: nothing]
    database postgresql://db.live.acme.io/shop → production, require_approval, [claude-code: hook, codex: nothing]
    database $DATABASE_URL → unknown, require_approval, [claude-code: hook, codex: nothing]
    registry cargo:crates.io → unknown, require_approval, [claude-code: hook, codex: nothing]
    registry docker:ghcr.io → unknown, require_approval, [claude-code: hook, codex: nothing]
    registry npm:$NPM_TOKEN → unknown, require_approval, [claude-code: hook, codex: nothing]
    registry npm:registry.npmjs.org → unknown, require_approval, [claude-code: hook, codex: nothing]
    registry pypi:pypi → unknown, require_approval, [claude-code: hook, codex: nothing]
    mcp_server prod-db → production, require_approval, [codex: nothing]
    mcp_server tickets → unknown, require_approval, [claude-code: hook]
    secrets .env.production → production, require_approval, [claude-code: hook, codex: nothing]
    secrets deploy/account.json → production, allow, [claude-code: hook, codex: nothing]
    secrets .env → unknown, require_approval, [claude-code: hook, codex: nothing]
    secrets infra/.terraform/terraform.tfstate → unknown, require_approval, [claude-code: hook, codex: nothing]
    secrets infra/terraform.tfstate.d/stage/terraform.tfstate → unknown, require_approval, [claude-code: hook, codex: nothing]
    secrets ~/.aws/credentials → unknown, require_approval, [claude-code: hook, codex: nothing]
    secrets ~/.cargo/credentials.toml → unknown, require_approval, [claude-code: hook, codex: nothing]
    secrets ~/.config/gh/hosts.yml → unknown, require_approval, [claude-code: hook, codex: nothing]
    secrets ~/.docker/config.json → unknown, require_approval, [claude-code: hook, codex: nothing]
    secrets ~/.kube/config → unknown, require_approval, [claude-code: hook, codex: nothing]
    secrets ~/.npmrc → unknown, require_approval, [claude-code: hook, codex: nothing]
    secrets ~/.pgpass → unknown, require_approval, [claude-code: hook, codex: nothing]
    secrets ~/.pypirc → unknown, require_approval, [claude-code: hook, codex: nothing]
    secrets ~/.ssh/id_ed25519 → unknown, require_approval, [claude-code: hook, codex: nothing]
    ");
}

#[test]
fn a_hook_that_is_switched_off_governs_nothing() {
    let machine = installed();
    let gaps = |settings: Value| {
        fs::create_dir_all(machine.repository().join(".claude")).unwrap();
        fs::write(machine.repository().join(".claude/settings.local.json"), settings.to_string()).unwrap();
        let report = json_of(&inventory(&machine, &["--json"]));
        let gaps = report["gaps"].as_array().unwrap().iter();
        let line =
            |gap: &Value| format!("{}: {}", gap["title"].as_str().unwrap(), gap["why"].as_str().unwrap());
        gaps.map(line).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(gaps(json!({})), @"Places whose environment nobody has named: they are taken as the worst they can be: more waits than has to, and production may be among them");
    assert_snapshot!(gaps(json!({"disableAllHooks": true})), @"
    Nothing governs Claude Code: `.claude/settings.local.json` sets disableAllHooks: true
    Places whose environment nobody has named: they are taken as the worst they can be: more waits than has to, and production may be among them
    ");
    assert_snapshot!(gaps(json!({"permissions": {"defaultMode": "bypassPermissions"}})), @r#"
    `.claude/settings.local.json` weakens Claude Code by permissions.defaultMode: "bypassPermissions": it then asks nobody: the hook still decides, and is all that does
    Places whose environment nobody has named: they are taken as the worst they can be: more waits than has to, and production may be among them
    "#);
    assert!(as_installed(&machine, &["uninstall", "claude-code"]).status.success());
    assert_snapshot!(gaps(json!({})), @"
    Nothing governs Claude Code: the hook is not installed
    Places whose environment nobody has named: they are taken as the worst they can be: more waits than has to, and production may be among them
    ");
}

/// A server that hangs, floods, ends or speaks nonsense is an item with a note, as is a file that cannot be read.
#[test]
fn what_is_broken_is_listed_and_never_waited_for() {
    let machine = Machine::new();
    let sh = |script: &str| json!({"command": "/bin/sh", "args": ["-c", script]});
    let servers = json!({
        "hangs": sh("read line; while :; do read line || exec /bin/sleep 1000; done"),
        "floods": sh("while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done"),
        "ends": sh("exit 3"), "nonsense": sh("echo '{'; echo '[1]'; echo null"),
        "refuses": sh(r#"read line; echo '{"id":1,"error":{"code":-32600,"message":"no"}}'"#),
        "gone": {"command": "/nowhere/server"}, "web": {"url": "http://127.0.0.1:1/mcp"}, "odd": 7,
    });
    let write = |below: &str, text: &str| {
        let path = machine.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("shop/.mcp.json", &json!({ "mcpServers": servers }).to_string());
    write(".claude.json", "{\"mcpServers\":");
    write(".kube/config", "contexts: [\n");
    write(".cargo/credentials.toml", "token = zq7Ktw0");
    write(".docker/config.json", "{\"auths\": zq7Ktw0}");
    write(".codex/config.toml", "a = zq7Ktw0");
    fs::create_dir_all(machine.path(".aws/config")).unwrap();
    let started = Instant::now();
    let output = inventory(&machine, &["--json", "--ask-servers", "--timeout", "2"]);
    assert!(started.elapsed() < Duration::from_secs(10));
    assert!(output.status.success() && !String::from_utf8_lossy(&output.stdout).contains(SECRET));
    assert_snapshot!(lines(&json_of(&output)), @"
    remote origin (~/shop) → production, require_approval, [claude-code: nothing, codex: nothing]
    workflow .github/workflows/deploy.yml → production, require_approval, [claude-code: nothing, codex: nothing]
    kube_context * → unknown, –, [claude-code: nothing, codex: nothing] !it cannot be read: while parsing a node, did not find expected node content at line 2, column 1
    cloud * → unknown, –, [claude-code: nothing, codex: nothing] !it cannot be read: it is no plain file
    database $PROD_DATABASE_URL → production, require_approval, [claude-code: nothing, codex: nothing]
    registry * → unknown, –, [claude-code: nothing, codex: nothing] !it cannot be read: it is not well-formed TOML at line 1
    registry * → unknown, –, [claude-code: nothing, codex: nothing] !it cannot be read: it is not well-formed JSON at line 1, column 11
    registry npm:$NPM_TOKEN → unknown, require_approval, [claude-code: nothing, codex: nothing]
    mcp_server * → unknown, –, [claude-code: nothing, codex: nothing] !it cannot be read: it is not well-formed JSON at line 1, column 14
    mcp_server * → unknown, –, [claude-code: nothing, codex: nothing] !it cannot be read: it is not well-formed TOML at line 1
    mcp_server ends → unknown, require_approval, [claude-code: nothing] !it ended without an answer
    mcp_server floods → unknown, require_approval, [claude-code: nothing] !it printed too much without an answer
    mcp_server gone → unknown, require_approval, [claude-code: nothing] !it cannot be started: entity not found
    mcp_server hangs → unknown, require_approval, [claude-code: nothing] !it did not answer in time
    mcp_server nonsense → unknown, require_approval, [claude-code: nothing] !it ended without an answer
    mcp_server odd → unknown, require_approval, [claude-code: nothing] !not asked: its settings are not understood
    mcp_server refuses → unknown, require_approval, [claude-code: nothing] !it answered with error -32600
    mcp_server web → unknown, require_approval, [claude-code: nothing] !it does not listen
    secrets ~/.cargo/credentials.toml → unknown, require_approval, [claude-code: nothing, codex: nothing]
    ");
}

#[test]
fn outside_a_repository_and_with_nothing_installed() {
    let machine = Machine::new();
    let mut command = machine.command(COUNTERSIGN);
    command.env("PATH", "/nowhere").current_dir(machine.path("theirs")).arg("inventory");
    assert_snapshot!(text(&run(&mut command, b"").stdout, &machine), @"
    nothing was found that an agent could reach

    Agent runtimes
      none was found on PATH or in the home directory

    note: nothing is installed here: decided by what `countersign init` would propose
    ");
}
