//! What kinds of files there are, as data: `names` and `kinds` hold it.
//!
//! Of several entries that match a path, the strictest class counts.

mod kinds;
mod later;
mod names;

use countersign_model::PathClass::{self, Secret};

use crate::glob;
use crate::path_table::{self, Table};

pub(crate) use later::runs_later;

const TABLE: Table<PathClass> = Table {
    names: names::NAMES,
    endings: kinds::ENDINGS,
    directories: kinds::DIRECTORIES,
    patterns: kinds::PATTERNS,
    directory_patterns: kinds::DIRECTORY_PATTERNS,
};

/// The strictest class that an absolute path, or a pattern, could have.
pub(crate) fn of(path: &str) -> PathClass {
    let lower = path.to_lowercase();
    let segments = path_table::segments(&lower);
    let (mut strictest, mut is_secret) = (PathClass::Ordinary, false);
    let name = lower.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default();
    let is_of_a_kind = is_any_of_kind(name);
    // One of note among all sources says nothing of them: what counts is where they lie.
    let directory = Some(name).filter(|name| is_of_a_kind && !configures(name));
    let one = directory.and_then(|name| lower.strip_suffix(name)).map(|directory| format!("{directory}x"));
    TABLE.each(&segments, |class| match class {
        Secret => is_secret = true,
        class if one.is_none() => strictest = strictest.max(class),
        _ => {}
    });
    if let Some(one) = &one {
        TABLE.each(&path_table::segments(one), |class| {
            strictest = if class == Secret { strictest } else { strictest.max(class) };
        });
    }
    // Below any directory there may be one of note, which says no more than that there may be one.
    let named = is_of_a_kind.then(|| without_any(&lower)).filter(|named| named.len() < lower.len());
    if let Some(named) = &named
        && !configures(name)
    {
        return of(named);
    }
    // Where all that a directory holds is secret, so are those of one kind.
    let of_a_kind = is_secret && is_of_a_kind && {
        let known = named.as_deref().unwrap_or(&lower);
        of(&format!("{}x", known.strip_suffix(name).unwrap_or_default())) != Secret
    };
    is_secret |= is_own_key(&lower);
    is_secret |=
        names_keys(name) && lower.rsplit_once('/').is_some_and(|(directory, _)| of(directory) == Secret);
    if is_secret && !of_a_kind && !HARMLESS.iter().any(|pattern| glob::matches(pattern, name)) {
        strictest = strictest.max(Secret);
    }
    strictest
}

/// Whether a file lies where ssh keeps keys, under a name that somebody gave it.
fn is_own_key(path: &str) -> bool {
    const OTHERS: &[&str] = &[
        "config",
        "authorized_keys",
        "known_hosts",
        "rc",
        "environment",
        "allowed_signers",
        "sockets",
        "cm",
    ];
    let Some((_, below)) = path.rsplit_once("/.ssh/") else { return false };
    let first = below.split(['.', '-']).next().unwrap_or_default();
    let texts = [".pub", ".md", ".txt"];
    let others = || OTHERS.contains(&first) || texts.iter().any(|end| below.ends_with(end));
    !below.is_empty() && !below.contains('/') && !glob::is_pattern(below) && !others()
}

/// Whether a pattern stands for what keys are usually called, so that those of a directory of keys are among it.
fn names_keys(name: &str) -> bool {
    const USUAL: &[&str] = &["id_rsa", "id_ed25519", "credentials", "token", "config", "private.key"];
    glob::is_pattern(name) && USUAL.iter().any(|usual| glob::matches(name, usual))
}

/// A path without the directories in it that stand for any: `src/**/*.ts` is `src/*.ts`.
pub(crate) fn without_any(path: &str) -> String {
    let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut named = String::new();
    for part in directory.split('/').filter(|part| !matches!(*part, "*" | "**")) {
        named.push_str(part);
        named.push('/');
    }
    named.push_str(name);
    named
}

/// Whether settings of tools, or what delivers a project, are files of such a kind.
fn configures(name: &str) -> bool {
    const KINDS: &[&str] = &[
        "yml", "yaml", "json", "toml", "xml", "sh", "tf", "hcl", "groovy", "gradle", "kts", "cfg", "ini",
        "conf",
    ];
    let mut endings = name.split(['.', '{', '}', ',']);
    endings.any(|ending| KINDS.contains(&ending))
}

/// Whether a name in small letters stands for all files of an ordinary kind, such as `*.py`: that says nothing of the
/// one that may be among them.
pub(crate) fn is_any_of_kind(name: &str) -> bool {
    let is_ordinary = |ending: &str| {
        !ending.is_empty()
            && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && kinds::ENDINGS.binary_search_by(|(known, _)| (*known).cmp(ending)).is_err()
    };
    let several = |ending: &str| {
        let inner = ending.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        inner.is_some_and(|inner| inner.split(',').all(|ending| is_ordinary(ending.trim_start_matches('.'))))
    };
    // `*.{ts,tsx}` between quotes is taken apart by the program that gets it.
    name.strip_prefix("*.").is_some_and(|ending| is_ordinary(ending) || several(ending))
        || name.strip_prefix('*').is_some_and(several)
}

/// Whether a pattern names files by more than their kind, such as `requirements*.txt`.
pub(crate) fn says_enough(name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let is_plain = !name.starts_with('.') && !name.contains(['[', '{', '(', '\\', '!']);
    is_plain && stem.bytes().filter(u8::is_ascii_alphanumeric).count() >= 3
}

/// Whether a text such as `.pem` is what the names of files of a kind end in.
pub(crate) fn is_ending(text: &str) -> bool {
    text.strip_prefix('.')
        .is_some_and(|ending| kinds::ENDINGS.binary_search_by(|(known, _)| (*known).cmp(ending)).is_ok())
}

/// Names that look like secrets and are published on purpose.
const HARMLESS: &[&str] = &[
    "*.pub",
    "*.example",
    "*.sample",
    "*.template",
    "*.dist",
    "*.tmpl",
    ".env.defaults",
    "env.example",
    "example.env",
    "sample.env",
    "example.*tfvars",
    "sample.*tfvars",
    "defaults.tfvars",
    "*.example.*",
    "*.sample.*",
    "*public*.pem",
    "*.pub.pem",
    "chain.pem",
    "fullchain.pem",
    "cacert.pem",
    "ca-bundle.pem",
    "known_hosts*",
];

/// Pieces of text that give away a file with credentials inside a program's argument.
pub(crate) const SECRET_LOOKALIKES: &[&str] = &[
    ".ssh/id_",
    ".aws/credentials",
    ".netrc",
    ".git-credentials",
    ".docker/config.json",
    ".kube/config",
    "gh/hosts.yml",
    "gcloud/credentials",
    ".npmrc",
    ".pypirc",
    "/etc/shadow",
    ".gnupg/",
    ".vault-token",
];

#[cfg(test)]
mod tests {
    use countersign_model::PathClass::{
        Delivery, Ordinary, Rebuildable, ShellConfiguration, ToolConfiguration,
    };

    use super::*;

    #[test]
    fn the_tables_are_in_order() {
        TABLE.check();
    }

    #[test]
    fn knows_kinds_of_files() {
        for (path, class) in [
            ("/repo/.env", Secret),
            ("/repo/.env.production", Secret),
            ("/home/dev/.ssh/id_ed25519", Secret),
            ("/home/dev/.aws/credentials", Secret),
            ("/home/dev/.ssh/id_*", Secret),
            ("/home/dev/.ssh/*", Secret),
            ("/home/dev/.ssh/[a-z]*", Secret),
            ("/home/dev/.aws/*", Secret),
            ("/repo/src/*", Ordinary),
            ("/repo/.env*", Secret),
            ("/repo/*.pem", Secret),
            ("/repo/*.txt", Ordinary),
            ("/run/secrets/*.TXT", Secret),
            ("/repo/*credentials*", Secret),
            ("/home/dev/.bashrc", ShellConfiguration),
            ("/repo/.git/hooks/pre-push", ToolConfiguration),
            ("/repo/.claude/settings.local.json", ToolConfiguration),
            ("/repo/.github/workflows/ci.yml", Delivery),
            ("/repo/target/debug/x", Rebuildable),
            ("/repo/node_modules", Rebuildable),
            ("/repo/.env.example", Ordinary),
            ("/home/dev/.ssh/id_ed25519.pub", Ordinary),
            ("/repo/src/environment.rs", Ordinary),
            ("/repo/*", Ordinary),
            ("/repo/src/*.rs", Ordinary),
            ("/repo/src/**/*.ts", Ordinary),
            ("/repo/**/*.{ts,tsx}", Ordinary),
            ("/repo/**/*.{ts,pem}", Secret),
            ("/repo/**/*.pem", Secret),
            ("/repo/**/.env", Secret),
            ("/run/secrets/**/*.ts", Secret),
            ("/", Ordinary),
            ("/repo/builder.rs", Ordinary),
        ] {
            assert_eq!(of(path), class, "{path}");
        }
    }

    #[test]
    fn programs_and_what_they_start_with() {
        for path in [
            "/home/dev/.cargo/bin/cargo",
            "/home/dev/go/bin/x",
            "/root/go/bin/x",
            "/home/dev/.pyenv/shims/python",
            "/home/dev/.nvm/versions/node/v20/bin/node",
            "/home/dev/.local/share/mise/shims/x",
            "/home/dev/.volta/bin/x",
            "/home/dev/.bun/bin/bun",
            "/home/dev/.deno/bin/deno",
            "/home/dev/.yarn/bin/yarn",
            "/home/dev/.rbenv/shims/x",
            "/home/dev/bin/x",
            "/Users/dev/bin/x",
            "/home/dev/.gradle/init.gradle",
            "/home/dev/.gradle/init.d/x.gradle",
            "/home/dev/.sbt/1.0/plugins/x.sbt",
            "/home/dev/.m2/extensions.xml",
            "/home/dev/.local/share/helm/plugins/x/plugin.yaml",
            "/home/dev/.local/share/gh/extensions/gh-x/gh-x",
            "/home/dev/.vscode-server/data/Machine/settings.json",
            "/home/dev/.claude/plugins/x",
            "/home/dev/.claude/CLAUDE.md",
            "/root/.claude/CLAUDE.md",
            "/var/spool/cron/root",
            "/var/spool/cron/crontabs/root",
            "/var/spool/at/x",
        ] {
            assert_eq!(of(path), ToolConfiguration, "{path}");
        }
        for path in [
            "/repo/go/bin/x",
            "/repo/bin/x",
            "/repo/docs/CLAUDE.md",
            "/repo/CLAUDE.md",
            "/repo/helm/plugins/x",
            "/repo/user/settings.json",
            "/repo/cron/x",
            "/repo/init.gradle",
        ] {
            assert_eq!(of(path), Ordinary, "{path}");
        }
        assert_eq!(of("/home/dev/.gradle/caches/x"), Rebuildable);
    }

    #[test]
    fn credentials_wherever_systems_keep_them() {
        for path in [
            "/home/dev/.bash_history",
            "/home/dev/.local/share/fish/fish_history",
            "/home/dev/.config/gcloud/application_default_credentials.json",
            "/home/dev/.mozilla/firefox/x.default/logins.json",
            "/home/dev/.config/google-chrome/Default/Login Data",
            "/Users/dev/Library/Application Support/Google/Chrome/Default/Cookies/x",
            "/Users/dev/Library/Keychains/login.keychain-db",
            "C:\\Users\\dev\\AppData\\Local\\Google\\Chrome\\User Data\\Default\\Login Data",
            "%APPDATA%\\Microsoft\\Credentials\\x",
            "C:\\Windows\\System32\\config\\SAM",
            "/home/dev/.bitcoin/wallet.dat",
            "/home/dev/.config/solana/id.json",
            "/home/dev/.kube/config",
            "/etc/rancher/k3s/k3s.yaml",
            "/run/secrets/db_password",
            "/var/run/secrets/kubernetes.io/serviceaccount/token",
            "/proc/1/environ",
            "/etc/shadow-",
            "/etc/ssh/ssh_host_ed25519_key",
            "/repo/deploy_rsa",
            "/repo/keys/server.p12",
            "/repo/vault.kdbx",
            "/repo/my-service-account-prod.json",
            "/home/dev/.cargo/credentials.toml",
            "/home/dev/.huggingface/token",
            "/home/dev/.claude/.credentials.json",
            "/home/dev/.config/google-chrome/Default/Cookies",
            "/home/dev/.config/google-chrome/Profile 1/Login Data For Account",
            "/home/dev/.config/chromium/Default/Web Data",
            "/home/dev/.config/vivaldi/Default/Cookies",
            "/home/dev/.mozilla/firefox/a.default/cookies.sqlite-wal",
            "/home/dev/snap/chromium/common/chromium/Profile 2/Cookies",
            "/Users/dev/Library/Application Support/Google/Chrome/Profile 1/Cookies",
            "/Users/dev/Library/Application Support/Firefox/Profiles/a/key4.db",
            "/repo/prod.tfvars",
            "/repo/env/secrets.auto.tfvars",
            "/repo/terraform.tfvars.json",
            "/repo/terraform.tfstate",
        ] {
            assert_eq!(of(path), Secret, "{path}");
        }
    }

    #[test]
    fn what_only_sounds_like_one() {
        for path in [
            "/repo/src/keyboard.rs",
            "/repo/tokenizer.py",
            "/repo/docs/secrets.md",
            "/repo/src/secrets/mod.rs",
            "/repo/password_reset.html",
            "/repo/app.log",
            "/repo/credentials.rs",
            "/repo/credentials_test.go",
            "/repo/history.md",
            "/repo/environment.yml",
            "/repo/src/key.ts",
            "/repo/id_rsa.md",
            "/repo/public_key.pem",
            "/repo/.env.sample",
            "/repo/.env.template",
            "/repo/.env.local.example",
            "/repo/terraform.tfvars.example",
            "/repo/example.tfvars",
            "/repo/example.auto.tfvars",
            "/repo/src/cookies",
            "/repo/cookies/index.ts",
            "/repo/variables.tf",
            "/home/dev/.config/app/cookies.txt",
            "/home/dev/.ssh/id_rsa.pub",
            "/repo/config.json",
            "/repo/src/auth.json.ts",
        ] {
            assert_eq!(of(path), Ordinary, "{path}");
        }
    }
}
