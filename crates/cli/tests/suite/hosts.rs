//! A task that names hosts says of every spelling which other host a call speaks to.

use serde_json::{Value, json};

use crate::machine::Machine;

/// Commands with `{}` where a host is named that is spoken to.
const NAMED: &[&str] = &[
    // Registries.
    "npm view x --registry=https://{}",
    "npm --registry https://{} view x",
    "npm search x --registry https://{}/npm/",
    "npm audit --registry https://{}",
    "npm outdated --registry https://{}",
    "npm pack x --registry https://{}",
    "npm info https://{}/x.tgz",
    "npm_config_registry=https://{} npm view x",
    "pnpm view x --registry https://{}",
    "yarn info x --registry https://{}",
    "npm i @corp/x --@corp:registry=https://{}",
    "YARN_REGISTRY=https://{} yarn add x",
    "pip index versions x -i https://{}",
    "pip search -i https://{} x",
    "python3 -m pip index versions x -i https://{}",
    "PIP_INDEX_URL=https://{}/simple pip index versions x",
    "pip download x -i https://good.example --extra-index-url https://user:word@{}/simple",
    "cargo search x --index https://{}",
    "cargo search x --index sparse+https://{}/index/",
    "go list -m -versions {}/x",
    "composer require x --repository-url https://{}",
    "gem search x -s https://{}",
    "npm view x --registry https://good.example --https-proxy http://{}:3128",
    "https_proxy=http://{}:3128 npm view x",
    // Containers.
    "docker -H tcp://{}:2375 ps",
    "DOCKER_HOST=tcp://{} docker ps",
    "podman --url ssh://root@{} ps",
    "docker manifest inspect {}/x",
    "docker buildx imagetools inspect {}/x",
    "docker search {}/x",
    "docker pull {}/x:1",
    "docker login {}",
    // git.
    "git -c remote.origin.url=https://{}/x fetch origin",
    "git -c url.https://{}/.insteadOf=https://github.com/ clone https://github.com/x/y /tmp/y",
    "git clone --config url.https://{}/.insteadOf=https://github.com/ https://github.com/x/y /tmp/y",
    "git -c http.proxy=http://{} ls-remote https://github.com/x/y",
    "https_proxy=http://{} git ls-remote https://github.com/x/y",
    "git submodule add https://{}/x",
    "git submodule add git@{}:x/y.git",
    // ssh and what runs over it.
    "ssh -J {} github.com ls",
    "ssh -o ProxyJump=dev@{}:22 github.com ls",
    "ssh -AJ good.example,{} github.com ls",
    "scp -J {} github.com:x /tmp/x",
    "sftp -oProxyJump={} github.com",
    "rsync -e \"ssh -J {}\" github.com:x /tmp/x",
    "rsync --rsh='ssh -p 22 -J {}' github.com:x /tmp/x",
    // Forges, lookups, servers.
    "GH_HOST={} gh api /user",
    "GH_HOST={} gh repo view a/b",
    "gh auth status -h {}",
    "gh api https://{}/user",
    "gh repo view {}/a/b",
    "gh api --hostname {} /user",
    "glab repo view --hostname {}",
    "dig @{} github.com",
    "whois -h {} github.com",
    "nslookup github.com {}",
    "kubectl --server https://{} get pods",
    "helm list --kube-apiserver https://{}",
    "helm pull oci://{}/charts/x",
    "hg clone https://{}/x /tmp/z",
    "journalctl --host {}",
    "systemctl -H root@{} status x",
    "pg_isready -h {}",
    "PGHOST={} pg_isready",
    "vault kv get -address=https://{}:8200 s/x",
    "VAULT_ADDR=https://{} vault kv get s/x",
    "terraform init -from-module=https://{}/m.zip",
];

/// Commands that name no host, and the one that is said to be outside.
const USUAL: &[(&str, &str)] = &[
    ("pip index versions x", "pypi.org"),
    ("cargo search x", "crates.io"),
    ("cargo +nightly info x", "crates.io"),
    ("yarn add x", "registry.yarnpkg.com"),
    ("composer show x --available", "repo.packagist.org"),
    ("composer require x", "repo.packagist.org"),
    ("gem search x", "rubygems.org"),
    ("docker search x", "docker.io"),
    ("docker pull x", "docker.io"),
    ("aws s3 ls", "s3.amazonaws.com"),
    ("terraform plan", "*"),
    ("kubectl get pods", "*"),
    ("apt-get update", "*"),
    ("git submodule update --init", "*"),
    ("npm view x --registry=$(cat where)", "*"),
    ("docker compose pull", "*"),
];

/// Commands that speak to nobody, or to a host of the task.
const INSIDE: &[&str] = &[
    "npm view x",
    "npm i x",
    "npm ls",
    "npm test",
    "npm run build",
    "pip list",
    "cargo build",
    "cargo test",
    "cargo search x --offline",
    "cargo tree",
    "go build ./...",
    "go list -m all",
    "composer show",
    "gem list",
    "docker ps",
    "docker images",
    "docker context ls",
    "docker compose ps",
    "DOCKER_HOST=unix:///run/docker.sock docker ps",
    "git status",
    "git fetch origin",
    "git -c user.name=x commit -m 'see https://evil.example'",
    "git submodule status",
    "https_proxy=http://localhost:3128 git ls-remote https://github.com/x/y",
    "HTTPS_PROXY=http://evil.example ls",
    "gh repo view",
    "gh pr create --title x --body 'see https://evil.example'",
    "dig github.com",
    "kubectl version --client",
    "kubectl config get-contexts",
    "kubectl --context minikube get pods",
    "helm template ./chart",
    "helm lint ./chart",
    "helm search repo x",
    "journalctl -u x",
    "pg_isready",
    "vault status",
    "terraform init",
    "terraform fmt",
    "terraform validate",
    "rsync -a src/ dst/",
];

/// What is said to be outside, of each command.
fn outside(machine: &Machine, commands: &[String]) -> Vec<String> {
    let line = |command: &String| format!("{}\n", json!({ "command": command }));
    let lines: String = commands.iter().map(line).collect();
    let answers = machine.countersign(&["explain", "--jsonl"], &lines);
    let answers: Vec<Value> = answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), commands.len());
    let scope = |answer: &Value| {
        let factors = answer["risk"]["factors"].as_array().unwrap().clone();
        let scope = factors.iter().find(|factor| factor["name"] == "scope").cloned();
        let said = scope.map_or_else(String::new, |factor| factor["sentence"].as_str().unwrap().to_owned());
        // Whatever is outside, is shown at least.
        assert!(said.is_empty() || answer["decision"] != "allow", "{answer}");
        said
    };
    answers.iter().map(scope).collect()
}

#[test]
fn every_spelling_of_a_host_counts() {
    let machine = Machine::governed();
    let hosts =
        ["good.example", "github.com", "proxy.golang.org", "registry.npmjs.org", "registry.terraform.io"];
    let options: Vec<&str> = hosts.iter().flat_map(|host| ["--host", host]).collect();
    machine.countersign(&[&["task", "start", "Read the manual"], options.as_slice()].concat(), "");
    let with = |host: &str| NAMED.iter().map(|command| command.replace("{}", host)).collect::<Vec<_>>();
    let mut wrong = Vec::new();
    for (command, said) in NAMED.iter().zip(outside(&machine, &with("evil.example"))) {
        if !said.starts_with("`evil.example` is outside the task's") {
            wrong.push(format!("{command}: {said}"));
        }
    }
    let usual: Vec<String> = USUAL.iter().map(|(command, _)| (*command).to_owned()).collect();
    for ((command, host), said) in USUAL.iter().zip(outside(&machine, &usual)) {
        if !said.starts_with(&format!("`{host}` is outside the task's")) {
            wrong.push(format!("{command}: {said}, not {host}"));
        }
    }
    let mut inside = with("good.example");
    inside.extend(INSIDE.iter().map(|command| (*command).to_owned()));
    for (command, said) in inside.iter().zip(outside(&machine, &inside)) {
        if !said.is_empty() {
            wrong.push(format!("{command}: {said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Without hosts in its scope, a task says nothing of them.
#[test]
fn a_task_without_hosts_holds_no_host() {
    let machine = Machine::governed();
    machine.countersign(&["task", "start", "Read the manual", "--scope", "src/**"], "");
    let commands: Vec<String> = NAMED.iter().map(|command| command.replace("{}", "evil.example")).collect();
    for (command, said) in commands.iter().zip(outside(&machine, &commands)) {
        assert!(!said.contains("evil.example"), "{command}: {said}");
    }
}

/// Whatever else of the call holds it.
#[test]
fn the_reason_says_what_is_outside_beside_what_is_worse() {
    let machine = Machine::governed();
    machine.countersign(&["task", "start", "Read the manual", "--host", "github.com"], "");
    let text = machine.countersign(&["--json", "explain", "ssh -L 80:evil.example:80 github.com"], "");
    let answer: Value = serde_json::from_str(&text).unwrap();
    let reason = answer["reason"].as_str().unwrap();
    assert!(reason.ends_with("; `evil.example` is outside the task's `github.com`"), "{reason}");
}
