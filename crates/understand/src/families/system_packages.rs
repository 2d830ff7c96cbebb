//! Package managers of a system: what they install runs with its rights, what they remove is gone.

mod expressions;
mod flatpak;

use countersign_model::{Effect, Resource, Reversible, verbs};

use super::{Family, dispatch, opaque};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::Word;

pub(super) const FAMILY: Family = Family {
    programs: &[
        "apt", "apt-get", "apt-cache", "apt-key", "apt-mark", "aptitude", "add-apt-repository", "dpkg", "dpkg-query", "dnf", "yum", "microdnf", "rpm",
        "zypper", "apk", "pacman", "yay", "paru", "emerge", "xbps-install", "xbps-remove", "pkg", "pkgin", "brew", "port", "snap", "flatpak", "nix",
        "nix-env", "nix-shell", "nix-build", "nix-store", "nix-collect-garbage", "nixos-rebuild", "home-manager", "choco", "winget", "scoop", "mas",
    ],
    about: "Package managers of a system: what they install runs code with their rights, what they remove is \
        gone, queries are reads.",
    examples: &[
        "apt-cache search jq",
        "apt list --installed",
        "sudo apt-get install -y jq",
        "apt purge nginx",
        "apt-get install --dry-run jq",
        "brew install jq",
        "brew services restart postgresql",
        "nix-shell -p jq --run 'rm -rf src'",
        "pacman -Syu",
    ],
    effects,
};

/// What a subcommand does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Does {
    Read,
    Install,
    Remove,
    /// Changes where packages come from, or which are trusted.
    Trust,
    /// Runs something of a package.
    Runs,
}

use Does::{Install, Read, Remove, Runs, Trust};

/// First words, of all managers that have subcommands.
const WORDS: &[(Does, &[&str])] = &[
    (
        Read,
        &[
            "list", "ls", "shellenv", "search", "show", "info", "policy", "outdated", "deps", "doctor", "config", "depends", "rdepends", "showpkg", "madison",
            "changelog", "check", "provides", "whatprovides", "repolist", "repoquery", "history", "why", "dot", "find", "view", "home", "desc",
            "leaves", "uses", "cat", "--version", "--prefix", "--cellar", "--cache", "--repository", "commands", "contents", "installed", "variants",
            "refresh-info", "known", "interface", "interfaces", "connections", "services-info", "remotes", "ps", "stats", "pkgnames", "dump-solver",
            "showmanual", "showauto", "showhold", "help", "version", "updates", "changes", "log", "fetch", "download", "source", "formulae", "casks", "analytics", "check-update", "lint", "audit-info",
            "search-pkg", "query", "what-provides", "list-updates", "lu", "se", "if", "flake", "eval", "hash", "path-info", "why-depends", "profile-info", "search-info", "missing",
        ],
    ),
    (
        Install,
        &[
            "install", "in", "update", "upgrade", "up", "dist-upgrade", "full-upgrade", "reinstall", "add", "build-dep", "localinstall", "groupinstall",
            "distro-sync", "refresh", "patch", "dup", "downgrade", "link", "unlink", "pin", "unpin", "get", "sync", "selfupdate", "bundle", "switch", "fix",
            "hold", "unhold", "auto", "manual", "satisfy", "makecache", "activate", "connect", "revert", "enable", "restart", "lock", "lucky", "mark", "update-reset", "set",
            "build", "develop-info", "profile", "import", "upgrade-minimal", "swap", "load", "postinstall", "fetch-deps",
        ],
    ),
    (
        Remove,
        &[
            "remove", "rm", "purge", "autoremove", "uninstall", "del", "delete", "erase", "autopurge", "clean", "autoclean", "cleanup", "zap", "disable",
            "deactivate", "unmerge", "reclaim", "groupremove", "distclean", "disconnect", "store",
        ],
    ),
    (Trust, &["tap", "untap", "add-repository", "config-manager", "addrepo", "ar", "removerepo", "rr", "remote-add", "remote-delete", "source-add", "adv", "edit-sources", "registry", "module", "copr"]),
    (Runs, &["run", "shell", "develop", "exec", "sh", "services"]),
];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let has = |names: &[&str]| invocation.words.iter().any(|word| names.contains(&word.text()));
    let first = invocation.words.iter().find(|word| !word.text().starts_with('-') && !word.text().starts_with('+')).map(Word::text);
    let rehearses = has(&["--help", "-h", "--version"])
        || has(&["--dry-run", "--simulate", "--just-print", "--no-act", "--recon", "--assumeno"])
        || matches!(program, "apt" | "apt-get" | "aptitude" | "dpkg" | "apk") && has(&["-s"])
        || program == "brew" && has(&["-n"]);
    if program == "flatpak" && flatpak::runs(invocation, context) {
        return;
    }
    let does = match program {
        _ if rehearses || invocation.words.is_empty() => Read,
        "apt-cache" | "dpkg-query" => Read,
        "apt-key" if has(&["list", "finger", "exportall"]) => Read,
        "apt-key" | "add-apt-repository" => Trust,
        "dnf" | "yum" | "dnf5" | "microdnf" if first == Some("history") && has(&["undo", "rollback", "redo"]) => Remove,
        "dpkg" | "rpm" | "pacman" | "yay" | "paru" | "nix-env" | "nix-store" | "emerge" | "xbps-install" => by_letters(program, invocation),
        "xbps-remove" | "nix-collect-garbage" => Remove,
        "nixos-rebuild" | "home-manager" if matches!(first, Some("dry-build" | "dry-activate" | "build" | "generations" | "news" | "packages" | "list-generations")) => Read,
        "nixos-rebuild" | "home-manager" | "nix-build" => Install,
        "nix-shell" => Runs,
        _ => match first.and_then(|word| WORDS.iter().find(|(_, words)| words.contains(&word))) {
            Some((does, _)) => *does,
            None if first.is_none() => Read,
            None => {
                opaque(invocation, "the subcommand is not known", context);
                return;
            }
        },
    };
    if program.starts_with("nix") && !rehearses {
        expressions::effects(invocation, context);
    }
    act(does, first, invocation, context);
}

/// Managers whose first letters say what they do: `pacman -Syu`, `dpkg -i`, `rpm -qa`.
fn by_letters(program: &str, invocation: &Invocation) -> Does {
    let letters: String = invocation.words.iter().map(Word::text).filter(|text| text.starts_with('-') && !text.starts_with("--")).flat_map(str::chars).collect();
    let has = |names: &[&str]| invocation.words.iter().any(|word| names.contains(&word.text()));
    let starts = |set: &[char]| letters.contains(set);
    match program {
        "dpkg" if has(&["--list", "--status", "--listfiles", "--search", "--print-architecture", "--get-selections", "--verify", "--audit", "--info", "--contents", "--compare-versions"]) || starts(&['l', 's', 'L', 'S', 'I', 'c', 'p', 'V']) => Read,
        "dpkg" if has(&["--remove", "--purge"]) || starts(&['r', 'P']) => Remove,
        "rpm" if has(&["--query", "--verify", "--checksig", "--eval", "--showrc"]) || starts(&['q', 'V', 'K']) => Read,
        "rpm" if has(&["--import", "--rebuilddb"]) => Trust,
        "rpm" if has(&["--erase"]) || starts(&['e']) => Remove,
        "pacman" | "yay" | "paru" if has(&["--query"]) || starts(&['Q', 'T', 'V']) || starts(&['F']) => Read,
        "pacman" | "yay" | "paru" if starts(&['S']) && starts(&['s', 'i', 'g', 'l', 'p']) && !starts(&['u']) => Read,
        "pacman" | "yay" | "paru" if has(&["--remove"]) || starts(&['R']) || has(&["-Sc", "-Scc"]) => Remove,
        "nix-env" if has(&["--query", "--list-generations"]) || starts(&['q']) => Read,
        "nix-env" if has(&["--uninstall", "--delete-generations"]) || starts(&['e']) => Remove,
        "nix-store" if has(&["--query", "--verify", "--gc-info", "--print-env"]) || starts(&['q']) => Read,
        "nix-store" if has(&["--gc", "--delete"]) => Remove,
        "emerge" if has(&["--search", "--info", "--pretend"]) || starts(&['s', 'p']) => Read,
        "emerge" if has(&["--unmerge", "--depclean", "--prune"]) || starts(&['C', 'c', 'P']) => Remove,
        _ => Install,
    }
}

fn act(does: Does, first: Option<&str>, invocation: &Invocation, context: &mut Context<'_>) {
    let title = first.map_or_else(|| invocation.title(), |first| format!("{} {first}", invocation.program));
    let resource = Resource::Program { name: title };
    match does {
        Read => context.push(Effect::new(verbs::EXEC_READ, resource)),
        Install => {
            let effect = Effect::new(verbs::EXEC_INSTALL, resource);
            let unchecked = ["--allow-unauthenticated", "--nogpgcheck", "--no-gpg-checks", "--allow-untrusted", "--force-yes", "--dangerous", "--nosignature", "--no-verify"];
            let unchecked = invocation.words.iter().any(|word| unchecked.contains(&word.text()));
            let fetched = invocation.words.iter().any(|word| word.text().contains("://"));
            if unchecked && fetched {
                let resource = Resource::Program { name: invocation.title() };
                context.push(Effect::new(verbs::EXEC_REMOTE_CODE, resource).because("nobody checks who made the package"));
            }
            context.push(match () {
                () if unchecked => effect.because("nobody checks who made the package"),
                () if fetched => effect.because("the package comes from an address, not from a repository"),
                () => effect,
            });
        }
        Remove => {
            let purges = invocation.words.iter().any(|word| matches!(word.text(), "purge" | "--purge" | "autopurge" | "--zap" | "zap" | "-P" | "autoremove" | "store" | "--gc"));
            let cleans = matches!(first, Some("clean" | "autoclean" | "cleanup" | "reclaim" | "distclean"));
            if cleans {
                context.push(Effect::new(verbs::EXEC_BUILD, resource).because("only what was downloaded is deleted"));
                return;
            }
            let reversible = if purges { Reversible::Unknown } else { Reversible::Yes };
            context.push(Effect::new(verbs::EXEC_SYSTEM, resource).reversible(reversible).because("programs of the machine are removed"));
        }
        Trust => {
            let why = "what comes from there is trusted from then on";
            context.push(Effect::new(verbs::EXEC_SYSTEM, resource).reversible(Reversible::Yes).because(why));
        }
        Runs => runs(first, resource, invocation, context),
    }
}

/// `nix shell x -c command`, `brew services restart x`, `snap run x`.
fn runs(first: Option<&str>, resource: Resource, invocation: &Invocation, context: &mut Context<'_>) {
    if first == Some("services") {
        let reads = matches!(invocation.known(1), None | Some("list" | "info"));
        let effect = Effect::new(if reads { verbs::EXEC_READ } else { verbs::EXEC_SYSTEM }, resource);
        context.push(if reads { effect } else { effect.reversible(Reversible::Yes) });
        return;
    }
    context.push(Effect::new(verbs::EXEC_INSTALL, resource));
    if invocation.program == "nix" && first == Some("run") {
        run_of_flake(invocation, context);
        return;
    }
    let at = invocation.words.iter().position(|word| matches!(word.text(), "-c" | "--command" | "--run" | "--"));
    let text = at.and_then(|at| invocation.words.get(at + 1)).filter(|_| invocation.program == "nix-shell").and_then(|word| word.known());
    match (text, at.and_then(|at| invocation.nested(at + 1))) {
        (Some(text), _) => crate::shell::run_apart(text, crate::shell::Place::Within(context.here), context),
        (None, Some(nested)) => dispatch(nested, context),
        (None, None) => opaque(invocation, "it runs a program of a package", context),
    }
}

/// Attributes of nixpkgs whose program has another name.
const ATTRIBUTES: &[(&str, &str)] = &[
    ("awscli", "aws"), ("awscli2", "aws"), ("azure-cli", "az"), ("bun", "bun"), ("google-cloud-sdk", "gcloud"), ("kubernetes-helm", "helm"),
    ("nodejs", "node"), ("opentofu", "tofu"), ("postgresql", "psql"), ("ripgrep", "rg"), ("sqlite", "sqlite3"),
];

/// `nix run nixpkgs#kubectl -- delete ns x`: the attribute names the program, which is given what follows.
fn run_of_flake(invocation: &Invocation, context: &mut Context<'_>) {
    let why = "it runs a program of a package";
    let mut operands = invocation.words.iter().take_while(|word| word.text() != "--").filter(|word| !word.text().starts_with('-'));
    let installable = operands.nth(1).and_then(Word::known).unwrap_or_default();
    // What a flake of one's own calls so is another program.
    let (flake, attribute) = installable.split_once('#').unwrap_or(("", ""));
    let is_nixpkgs = flake.trim_end_matches('/').split(['/', ':', '?']).any(|part| part == "nixpkgs");
    let last = attribute.rsplit('.').next().unwrap_or(attribute);
    let name = ATTRIBUTES.iter().find(|(known, _)| *known == last).map_or(last, |(_, program)| program);
    if !is_nixpkgs || name.is_empty() || !super::is_understood(name) {
        opaque(invocation, why, context);
        return;
    }
    let at = invocation.words.iter().position(|word| word.text() == "--");
    let words = at.and_then(|at| invocation.words.get(at + 1..)).unwrap_or_default().to_vec();
    let started = Invocation { program: String::new(), first: Word::known_as(name), words, contiguous: false, ..invocation.clone() };
    dispatch(started, context);
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn reading() {
        for command in [
            "apt list --installed", "apt-cache policy curl", "dpkg -l", "rpm -qa", "pacman -Qs x", "pacman -Ss x", "brew list", "snap list", "apt-get -s install x",
            "brew services list", "nix flake show", "apt --help", "brew info x", "yum check-update",
        ] {
            assert!(check(command).starts_with("exec.read"), "{command}: {}", check(command));
        }
    }

    #[test]
    fn changing() {
        assert_snapshot!(check("sudo apt-get install -y curl; brew install jq; pacman -Syu"), @"
        exec.privilege sudo, execute
        exec.install apt-get install, execute
        exec.install brew install, execute
        exec.install pacman -Syu, execute
        ");
        assert_snapshot!(check("apt purge nginx; brew uninstall jq; dpkg -r x; apt autoremove"), @"
        exec.system apt purge, destroy
        exec.system brew uninstall, destroy
        exec.system dpkg x, destroy
        exec.system apt autoremove, destroy
        ");
        assert_snapshot!(check("apt-key add x.gpg; brew tap a/b; brew services restart x; apt clean"), @"
        exec.system apt-key add, destroy
        exec.system brew tap, destroy
        exec.system brew services, destroy
        exec.build apt clean, execute
        ");
        assert_snapshot!(check("nix-shell -p jq --run 'rm -rf src'; nix shell nixpkgs#jq -c jq . x; snap frob"), @"
        exec.install nix-shell jq, execute
        fs.delete /repo/src, destroy
        exec.install nix shell, execute
        fs.read /repo/x, read
        exec.opaque snap, execute, opaque
        ");
    }
}
