//! Countersign itself: an agent may look and propose, nothing else.

use countersign_model::{Effect, Resource, Verb, verbs};

use super::Family;
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::Word;

pub(super) const FAMILY: Family = Family {
    programs: &["countersign", "countersign-hook"],
    about: "Countersign itself: an agent may look and propose. Whatever is not known to be harmless is \
        tampering.",
    examples: &[
        "countersign explain 'git push origin main'",
        "countersign approvals list",
        "countersign evidence verify",
        "countersign init --yes",
        "countersign approvals approve cs-1",
        "countersign policy activate",
        "countersign task show",
        "countersign task start 'Anything' --for 8h",
        "countersign task end",
        "COUNTERSIGN_HOME=/tmp/x countersign doctor",
        "countersign $SUBCOMMAND",
        "rm -rf ~/.countersign",
    ],
    effects: run,
};

/// Subcommands that only show something.
const READS: &[&str] = &["explain", "doctor", "help", "--help", "-h", "--version", "-V", "evidence show", "evidence verify", "approvals list", "approvals show", "policy show", "policy test", "task show", "task list"];

/// Subcommands that change nothing until a reviewer signs.
const PROPOSES: &[&str] = &["init", "policy propose"];

/// Adds the effects of a run of Countersign; whatever is not known to be harmless is tampering.
pub(super) fn run(invocation: &Invocation, context: &mut Context<'_>) {
    let mut words = invocation.words.iter().map(|word| word.known().unwrap_or("*"));
    let first = words.next().unwrap_or("help").to_owned();
    let both = format!("{first} {}", words.next().unwrap_or_default());
    let says = |list: &[&str]| list.contains(&first.as_str()) || list.contains(&both.as_str());
    let hook = invocation.first.text().ends_with("-hook");
    // A home, a key or a log of its own would be an imitation.
    let redirected = invocation.environment.iter().any(|(name, _)| name.starts_with("COUNTERSIGN_"))
        || invocation.words.iter().any(|word| ["--home", "--root", "--key"].iter().any(|option| word.text().starts_with(option)));
    let helps = invocation.words.iter().any(|word| matches!(word.known(), Some("--help" | "-h")));
    let verb: Verb = match (hook || redirected, helps || says(READS), says(PROPOSES)) {
        (false, true, _) => verbs::COUNTERSIGN_READ,
        (false, false, true) => verbs::COUNTERSIGN_PROPOSE,
        _ => verbs::COUNTERSIGN_TAMPER,
    };
    let resource = Resource::Program { name: format!("countersign {}", both.trim_end()) };
    context.push(Effect::new(verb, resource));
}

/// Programs that install and remove other programs.
const INSTALLERS: &[&str] = &[
    "apt", "apt-get", "aptitude", "dpkg", "dnf", "yum", "rpm", "zypper", "pacman", "apk", "brew", "port", "snap", "flatpak", "nix-env", "nix", "cargo", "npm", "pnpm", "yarn", "bun", "pip", "pip3", "pipx", "uv", "gem", "go", "mise", "asdf", "winget",
    "choco", "scoop",
];

/// What installers are told in order to take a program away, or to put another in its place.
const CHANGES: &[&str] = &[
    "install", "i", "add", "uninstall", "un", "remove", "rm", "r", "erase", "purge", "autoremove", "upgrade", "update", "reinstall", "downgrade", "unlink", "link", "delete", "del", "disable", "tool", "-r", "-e", "-P", "-R", "-Rs", "-Rns", "-U", "-S",
    "--remove", "--purge", "--erase", "--uninstall", "-i",
];

/// Programs that change, move or remove files.
const CHANGERS: &[&str] = &["rm", "unlink", "shred", "mv", "cp", "install", "ln", "chmod", "chown", "truncate", "tee", "dd", "sed", "rsync", "trash", "patch"];

/// Adds that an installer changes Countersign's own package, or another program a file that a command finds by
/// Countersign's name: `rm $(which countersign)`.
pub(super) fn package(invocation: &Invocation, context: &mut Context<'_>) {
    if CHANGERS.contains(&invocation.program.as_str()) {
        let finds = |word: &Word| word.value.is_unknown() && word.raw.contains("countersign") && word.raw.contains(['$', '`']);
        if invocation.words.iter().any(finds) {
            let resource = Resource::Program { name: invocation.title() };
            context.push(Effect::new(verbs::COUNTERSIGN_TAMPER, resource).because("which file it changes is found by Countersign's name"));
        }
        return;
    }
    let is_its = |text: &str| {
        let name = text.rsplit('/').next().unwrap_or(text).split(['@', '=', '^', '~']).next().unwrap_or(text);
        FAMILY.programs.contains(&name)
    };
    if !INSTALLERS.contains(&invocation.program.as_str()) {
        return;
    }
    let at = invocation.words.iter().position(|word| CHANGES.contains(&word.text()));
    let named = at.is_some_and(|at| invocation.words.iter().skip(at + 1).any(|word| is_its(word.text())));
    if named {
        let resource = Resource::Program { name: invocation.title() };
        context.push(Effect::new(verbs::COUNTERSIGN_TAMPER, resource).because("it removes Countersign, or puts another in its place"));
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn its_programs() {
        for command in ["rm -f /usr/local/bin/countersign", "chmod -x ~/.cargo/bin/countersign-hook", "mv ~/.local/bin/countersign-hook /tmp", "cp /bin/true ~/.cargo/bin/countersign-hook", "echo x > /usr/local/bin/countersign", "rm ~/.cargo/bin/counter*", "ln -sf /bin/true ~/.cargo/bin/countersign"] {
            let found = check(command);
            assert!(found.contains("countersign.tamper"), "{command}: {found}");
        }
        for command in ["ls -l /usr/local/bin/countersign", "~/.cargo/bin/countersign doctor", "rm target/debug/countersign", "rm ~/.cargo/bin/countersigner", "file /usr/bin/countersign", "cp target/release/countersign dist/"] {
            let found = check(command);
            assert!(!found.contains("tamper"), "{command}: {found}");
        }
    }

    #[test]
    fn its_package() {
        for command in ["brew uninstall countersign", "sudo apt-get remove -y countersign", "npm uninstall -g countersign", "cargo uninstall countersign", "pip uninstall -y countersign", "cargo install countersign@0.0.1", "pacman -Rns countersign", "go install example.com/x/countersign@latest", "rm -f $(which countersign)", "mv \"$(command -v countersign-hook)\" /tmp", "cp /bin/true `which countersign`", "chmod -x $(which countersign)"] {
            let found = check(command);
            assert!(found.contains("countersign.tamper"), "{command}: {found}");
        }
        for command in ["brew info countersign", "cargo search countersign", "cargo build -p countersign", "cargo run -p countersign -- doctor", "npm view countersign", "npm install countersigned", "apt list countersign", "ls -l $(which countersign)", "rm countersign.log", "rm $(ls | head -1)", "cp $X docs/countersign.md"] {
            let found = check(command);
            assert!(!found.contains("tamper"), "{command}: {found}");
        }
    }

    #[test]
    fn looking_is_not_tampering() {
        assert_snapshot!(check("countersign explain 'git push'; countersign approvals list; countersign init --yes"), @r#"
        countersign.read countersign explain git push, read
        countersign.read countersign approvals list, read
        countersign.propose countersign init --yes, write
        "#);
    }

    #[test]
    fn a_task_may_be_looked_at() {
        assert_snapshot!(check("countersign task show; countersign task list"), @"
        countersign.read countersign task show, read
        countersign.read countersign task list, read
        ");
    }

    #[test]
    fn everything_else_is() {
        assert_snapshot!(check("countersign approvals approve cs-1"), @"countersign.tamper countersign approvals approve, destroy");
        assert_snapshot!(check("COUNTERSIGN_HOME=/tmp/x countersign doctor"), @"
        agent.oversight COUNTERSIGN_HOME=.., destroy
        countersign.tamper countersign doctor, destroy
        ");
        assert_snapshot!(check("~/.countersign/bin/countersign-hook claude-code"), @"countersign.tamper countersign claude-code, destroy");
        assert_snapshot!(check("countersign task start 'All of it' --for 8h"), @"countersign.tamper countersign task start, destroy");
        assert_snapshot!(check("countersign --json task end; countersign task $X; countersign task"), @"
        countersign.tamper countersign --json task, destroy
        countersign.tamper countersign task *, destroy
        countersign.tamper countersign task, destroy
        ");
        assert_snapshot!(check("countersign $X"), @"countersign.tamper countersign *, destroy");
    }
}
