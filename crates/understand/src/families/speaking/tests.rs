use super::{address_within, host_of};
use crate::fixture::understood;

fn spoken_to(command: &str) -> String {
    let effects = understood(command, &[]).effects;
    let mut hosts: Vec<String> = effects.into_iter().flat_map(|effect| effect.speaks_to).collect();
    hosts.sort();
    hosts.dedup();
    hosts.join(" ")
}

#[test]
fn addresses_in_any_spelling() {
    for (text, host) in [
        ("https://user:word@Evil.Example:8443/npm/?x", Some("evil.example")),
        ("sparse+https://evil.example/index/", Some("evil.example")),
        ("tcp://[2001:db8::1]:2375", Some("2001:db8::1")),
        ("root@evil.example:22", Some("evil.example")),
        ("evil.example/x:1", Some("evil.example")),
        ("evil.example.", Some("evil.example")),
        ("http://evil.example\\@good.example/", Some("*")),
        ("unix:///run/docker.sock", None),
        ("file:///srv/x", None),
        ("./dist", None),
        ("/srv/x", None),
        ("", None),
    ] {
        assert_eq!(host_of(text).as_deref(), host, "{text}");
    }
    assert_eq!(
        address_within("registries.x.index=\"https://evil.example/i\"").as_deref(),
        Some("evil.example")
    );
    assert_eq!(address_within("no address"), None);
}

#[test]
fn what_is_told_counts_before_what_is_usual() {
    for (command, hosts) in [
        ("npm view x", "registry.npmjs.org"),
        ("npm view x --registry https://npm.acme.example", "npm.acme.example"),
        ("NPM_CONFIG_REGISTRY=https://npm.acme.example npm view x", "npm.acme.example"),
        ("npm i @acme/x --@acme:registry=https://npm.acme.example", "npm.acme.example registry.npmjs.org"),
        ("npm view x --registry $WHERE", "*"),
        ("https_proxy=$WHERE npm view x", "* registry.npmjs.org"),
        ("npm run build", ""),
        ("pip install x --extra-index-url https://py.acme.example", "py.acme.example pypi.org"),
        ("cargo +nightly search x", "crates.io"),
        ("cargo build", ""),
        ("go get acme.example/x@latest", "acme.example proxy.golang.org"),
        ("go run main.go", ""),
        ("GOPROXY=https://go.acme.example,direct go mod download", "go.acme.example"),
        ("gem list", ""),
        ("gem list --remote", "rubygems.org"),
    ] {
        assert_eq!(spoken_to(command), hosts, "{command}");
    }
}

/// The same thing done twice speaks to both.
#[test]
fn the_hosts_of_equal_effects_are_joined() {
    let both = "npm view x; npm view x --registry https://npm.acme.example";
    assert_eq!(spoken_to(both), "npm.acme.example registry.npmjs.org");
    let many: Vec<String> = (0..40).map(|n| format!("git fetch https://host{n}.example/x")).collect();
    assert_eq!(spoken_to(&many.join("; ")), "*");
}

#[test]
fn a_program_that_is_started_by_another_speaks_for_itself() {
    assert_eq!(
        spoken_to("sudo -E env A=1 npm view x --registry https://npm.acme.example"),
        "npm.acme.example"
    );
    assert_eq!(spoken_to("ssh -J jump.example web 'npm view x'"), "jump.example registry.npmjs.org");
    assert_eq!(
        spoken_to("export https_proxy=http://proxy.example:3128; git ls-remote origin; ls"),
        "proxy.example"
    );
}
