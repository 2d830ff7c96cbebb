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

#[test]
fn hosts_that_are_named_in_ways_of_their_own() {
    for (command, hosts) in [
        ("gpg --keyserver hkps://keys.example --recv-keys ABC", "keys.example"),
        ("gpg --recv-keys ABC", "*"),
        ("gpg --verify a.sig a", ""),
        ("getent hosts web.example", "web.example"),
        ("getent passwd root", ""),
        ("nc -x proxy.example:1080 web.example 80", "proxy.example"),
        ("ncat -x dump.hex web.example 80", ""),
        ("openssl s_client -proxy proxy.example:1 -connect web.example:443", "proxy.example web.example"),
        ("openssl x509 -in a.pem -noout -subject", ""),
        ("ollama pull models.example/acme/x", "models.example"),
        ("ollama pull acme/x", "registry.ollama.ai"),
        ("ollama list", ""),
        ("HF_ENDPOINT=https://hf.example hf download acme/x", "hf.example"),
        ("vim https://web.example/x", "web.example"),
        ("vim notes.txt", ""),
        (
            "php -r \"echo file_get_contents('https://a.example/x'), fopen('http://b.example/y', 'r');\"",
            "a.example b.example",
        ),
        ("deno run https://web.example/x.ts", "web.example"),
        ("deno run main.ts", ""),
        (
            "conda install -c https://conda.example/main numpy",
            "conda.anaconda.org conda.example repo.anaconda.com",
        ),
        ("NVM_NODEJS_ORG_MIRROR=https://node.example nvm install 20", "node.example"),
        ("nvm use 20", ""),
        ("ansible-galaxy install -s https://galaxy.example acme.web", "galaxy.example"),
        ("ansible-galaxy role install git+https://git.example/web", "galaxy.ansible.com git.example"),
        ("ansible-galaxy list", ""),
        ("GOPROXY=https://go.example go build ./...", "go.example"),
        ("go build ./...", ""),
        ("git archive --remote=https://git.example/x HEAD", "git.example"),
        ("git archive --remote git@git.example:x HEAD", "git.example"),
        ("git archive HEAD", ""),
        ("terraform init", "registry.terraform.io"),
        ("mount -t nfs files.example:/x /mnt", "files.example"),
        ("mount /dev/sda1 /mnt", ""),
        ("skopeo copy docker://a.example/x docker://b.example/y", "a.example b.example"),
        ("playwright open https://web.example", "web.example"),
        ("unheard-of --to web.prod.example", "web.prod.example"),
        ("ruby -e \"URI.open('https://web.example/x')\"", "web.example"),
    ] {
        assert_eq!(spoken_to(command), hosts, "{command}");
    }
}

#[test]
fn hosts_that_the_configuration_of_ssh_jumps_over() {
    let text = "Host web\n  HostName web.example\n  ProxyJump me@gate:22,inner.example\nHost gate\n  HostName gate.example\n  ProxyJump outer.example\nHost db\n  ProxyJump none\n";
    let spoken_to = |command: &str| {
        let effects = understood(command, &[("/home/dev/.ssh/config", text)]).effects;
        let mut hosts: Vec<String> = effects.into_iter().flat_map(|effect| effect.speaks_to).collect();
        hosts.sort();
        hosts.dedup();
        hosts.join(" ")
    };
    assert_eq!(spoken_to("ssh web uptime"), "gate.example inner.example outer.example");
    assert_eq!(spoken_to("scp a.txt me@web:/srv"), "gate.example inner.example outer.example");
    assert_eq!(spoken_to("rsync -a web:/srv/ out/"), "gate.example inner.example outer.example");
    assert_eq!(spoken_to("ssh db uptime"), "");
    assert_eq!(spoken_to("scp web other"), "");
}
