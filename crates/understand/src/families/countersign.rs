//! Countersign itself: an agent may look and propose, nothing else.

use countersign_model::{Answer, Effect, Question, Resource, verbs};

use super::Family;
use super::subcommands::{Subcommand, Table, read, rule};
use crate::Workspace as _;
use crate::context::Context;
use crate::environment;
use crate::invocation::{Invocation, Stdin};
use crate::paths;
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &["countersign", "countersign-hook"],
    about: "Countersign itself: an agent may look and propose. Whatever is not known to be harmless is \
        tampering.",
    examples: &[
        "countersign explain 'git push origin main'",
        "countersign approvals list",
        "countersign evidence verify",
        "countersign policy check",
        "countersign simulate logs --html report.html",
        "countersign init --yes",
        "countersign approvals approve cs-1",
        "countersign approvals revoke cg-1",
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

/// Subcommands that only show something, and those that change nothing until a reviewer signs.
const TABLE: Table<'_> = Table {
    values: &[BUNDLE, AGAINST, HTML, DECISIONS, OUTPUT, "-o", "--invariant", "--most", "--timeout", "--last", "--file"],
    rules: &[
        rule("", verbs::COUNTERSIGN_READ),
        rule("explain|doctor|help|simulate|inventory|completions|man", verbs::COUNTERSIGN_READ),
        rule("evidence show|verify", verbs::COUNTERSIGN_READ),
        rule("approvals list|show|grants", verbs::COUNTERSIGN_READ),
        rule("reviewers list", verbs::COUNTERSIGN_READ),
        rule("policy show|check|test|build|prove|suggest|schema|verbs", verbs::COUNTERSIGN_READ),
        rule("task show|list", verbs::COUNTERSIGN_READ),
        rule("init", verbs::COUNTERSIGN_PROPOSE),
        rule("policy propose", verbs::COUNTERSIGN_PROPOSE),
    ],
};

const BUNDLE: &str = "--bundle";
const AGAINST: &str = "--against";
const HTML: &str = "--html";
const DECISIONS: &str = "--decisions";
const OUTPUT: &str = "--output";

/// Adds the effects of a run of Countersign; whatever is not known to be harmless is tampering.
pub(super) fn run(invocation: &Invocation, context: &mut Context<'_>) {
    let found = read(invocation, &TABLE);
    let hook = invocation.first.text().ends_with("-hook");
    // A home, a key or a log of its own would be an imitation.
    let redirected = invocation.environment.iter().any(|(name, _)| name.starts_with("COUNTERSIGN_"))
        || invocation.words.iter().any(|word| ["--home", "--root", "--key"].iter().any(|option| word.text().starts_with(option)));
    let known = if hook || redirected || found.doubt.is_some() { None } else { found.verb.clone() };
    let is_help = !hook && !redirected && found.is_help;
    let verb = if is_help { verbs::COUNTERSIGN_READ } else { known.clone().unwrap_or(verbs::COUNTERSIGN_TAMPER) };
    let given = invocation.words.iter().map(|word| word.known().unwrap_or("*")).filter(|word| *word != "--json");
    let name = given.take(2).collect::<Vec<_>>().join(" ");
    context.push(Effect::new(verb, Resource::Program { name: format!("countersign {name}").trim_end().to_owned() }));
    if known == Some(verbs::COUNTERSIGN_READ) && !is_help {
        touches(&found, invocation, context);
    }
}

/// Adds the files that a subcommand reads and writes, and the programs it starts.
fn touches(found: &Subcommand<'_>, invocation: &Invocation, context: &mut Context<'_>) {
    let is = |names: &[&str]| names.contains(&found.name.as_str());
    // What is wrong with a file is shown with the line that is.
    if is(&["simulate", "policy check", "policy test", "policy build", "policy prove", "policy suggest"]) {
        super::read_all(found.operands.iter().copied(), context);
        found.values(&[BUNDLE, AGAINST]).for_each(|value| context.read_value(value));
    }
    found.values(&[HTML, DECISIONS, OUTPUT, "-o"]).for_each(|value| context.write_value(value));
    if is(&["policy build"]) && found.values(&[OUTPUT, "-o"]).next().is_none() {
        context.write_value(&Value::Known("countersign-bundle.json".to_owned()));
    }
    if is(&["man"]) {
        found.operands.iter().for_each(|word| context.write(word));
    }
    if is(&["inventory"]) && found.has(&["--ask-servers"]) {
        context.opaque("the MCP servers that settings name", "it starts each of them");
    }
    if is(&["policy prove", "policy suggest"])
        && let Some(solver) = environment::value(invocation, "CVC5")
    {
        context.opaque(solver.known().unwrap_or("*"), "CVC5 names it as the solver");
    }
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
const CHANGERS: &[&str] = &["rm", "unlink", "shred", "mv", "cp", "install", "ln", "link", "chmod", "chown", "truncate", "tee", "dd", "sed", "rsync", "trash", "patch"];

/// Adds that an installer changes Countersign's own package, or another program a file that a command finds by
/// Countersign's name: `rm $(which countersign)`.
pub(super) fn package(invocation: &Invocation, context: &mut Context<'_>) {
    if hands_on(invocation, context) {
        let resource = Resource::Program { name: invocation.title() };
        context.push(Effect::new(verbs::COUNTERSIGN_TAMPER, resource).because("it hands on the bytes of Countersign's program, which can be given another name"));
        return;
    }
    if CHANGERS.contains(&invocation.program.as_str()) {
        if renames(invocation, context) {
            let resource = Resource::Program { name: invocation.title() };
            context.push(Effect::new(verbs::COUNTERSIGN_TAMPER, resource).because("it gives Countersign's program another name"));
        }
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

/// Programs that print what a file holds, or make another of it.
const READERS: &[&str] = &["cat", "head", "tail", "tac", "tee", "pv", "base64", "gzip", "bzip2", "xz", "zstd"];

/// Whether the bytes of one of its programs are printed, from where they may go into a file of any name. A text of that
/// name is none.
fn hands_on(invocation: &Invocation, context: &Context<'_>) -> bool {
    if !READERS.contains(&invocation.program.as_str()) {
        return false;
    }
    let is_its = |value: &Value| FAMILY.programs.contains(&value.text().rsplit('/').next().unwrap_or_default());
    let is_program = |value: &Value| {
        let path = paths::locate(value, context).path;
        matches!(context.workspace.ask(&Question::Path { path }), Answer::Text { text, .. } if text.is_empty())
    };
    let input = match &invocation.stdin {
        Stdin::File(value) => Some(value),
        Stdin::Inherited | Stdin::Pipe(_) | Stdin::Text(_) => None,
    };
    let words = invocation.words.iter().map(|word| &word.value).filter(|_| invocation.program != "tee");
    words.chain(input).any(|value| is_its(value) && is_program(value))
}

/// Whether a copy, a link or a move gives one of its programs another name, under which nobody would know it.
fn renames(invocation: &Invocation, context: &Context<'_>) -> bool {
    let is_its = |text: &str| FAMILY.programs.contains(&text.rsplit('/').next().unwrap_or(text));
    let words = &invocation.words;
    if invocation.program == "dd" {
        let given = |name: &str| words.iter().find_map(|word| word.text().strip_prefix(name));
        return given("if=").is_some_and(is_its) && !given("of=").is_some_and(is_its);
    }
    let to_directory = |word: &Word| word.text().starts_with("-t") || word.text().starts_with("--target-directory");
    if !["cp", "mv", "ln", "link", "install", "rsync"].contains(&invocation.program.as_str()) || words.iter().any(to_directory) {
        return false;
    }
    let operands: Vec<&Word> = words.iter().filter(|word| !word.text().starts_with('-')).collect();
    let Some((last, sources)) = operands.split_last() else { return false };
    let there = |word: &Word| context.workspace.ask(&Question::Path { path: paths::locate(&word.value, context).path });
    // A directory of that name is the source of Countersign, or of something else.
    let recurses = words.iter().any(|word| word.text().starts_with('-') && !word.text().starts_with("--") && word.text().contains(['r', 'R', 'a']));
    let is_program = |word: &&&Word| {
        is_its(word.text()) && match there(word) {
            Answer::Directory { .. } => false,
            Answer::Text { .. } => true,
            _ => !recurses && (word.text().contains('/') || invocation.program != "mv"),
        }
    };
    let keeps = is_its(last.text()) || last.text().ends_with(['/', '.']) || matches!(there(last), Answer::Directory { .. });
    !keeps && sources.iter().any(|source| is_program(&source))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

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
    fn under_another_name_nobody_would_know_it() {
        for command in ["cp /tmp/cs/countersign ./cs2", "ln -s ~/bin/countersign cs", "mv /opt/x/countersign /tmp/c", "install -m755 dist/countersign-hook h", "dd if=dist/countersign of=x", "cp dist/countersign \"$X\"", "/lib64/ld-linux-x86-64.so.2 /tmp/cs/countersign task end", "ld.so --library-path /x ./countersign task end", "make -f - <<< 'x:; countersign task end'", "perl -e 'system qw(countersign task end)'"] {
            let found = check(command);
            assert!(found.contains("countersign.tamper"), "{command}: {found}");
        }
        for command in ["cp target/release/countersign dist/", "cp dist/countersign .", "cp -t /tmp dist/countersign", "ln -s dist/countersign out/countersign", "cp -r ~/src/countersign /tmp/copy", "mv countersign countersign-old", "cp countersign.toml x.toml", "dd if=countersign.log of=x", "/lib64/ld-linux-x86-64.so.2 --list /bin/ls"] {
            let found = check(command);
            assert!(!found.contains("tamper"), "{command}: {found}");
        }
    }

    #[test]
    fn its_bytes_are_handed_to_nobody() {
        let there = [("/repo/dist/countersign", ""), ("/repo/notes/countersign", "some words")];
        for command in ["cat dist/countersign > z", "tee z < dist/countersign", "gzip -c dist/countersign | gunzip > z", "head -c 99999999 dist/countersign > z"] {
            assert!(check_with(command, &there).contains("countersign.tamper"), "{command}: {}", check_with(command, &there));
        }
        for command in ["cat notes/countersign", "ls -l dist/countersign", "sha256sum dist/countersign", "cat countersign.toml"] {
            assert!(!check_with(command, &there).contains("tamper"), "{command}: {}", check_with(command, &there));
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
    fn trying_and_proving_is_not_tampering() {
        for command in ["countersign policy check", "countersign --json policy prove", "countersign policy --json test", "countersign reviewers list", "countersign approvals grants --all", "countersign completions bash", "countersign policy activate --help", "countersign"] {
            let found = check(command);
            assert!(found.starts_with("countersign.read") && found.lines().count() == 1, "{command}: {found}");
        }
        assert_snapshot!(check("countersign simulate logs --html=report.html --against old.json"), @"
        countersign.read countersign simulate logs, read
        fs.read /repo/logs, read
        fs.read /repo/old.json, read
        fs.write /repo/report.html, write
        ");
        assert_snapshot!(check("countersign policy check ~/.aws/credentials"), @"
        countersign.read countersign policy check, read
        secret.read /home/dev/.aws/credentials, read
        ");
        assert_snapshot!(check("countersign policy build -o.git/hooks/pre-push; countersign policy build"), @"
        countersign.read countersign policy build, read
        fs.write /repo/.git/hooks/pre-push, write
        fs.write /repo/countersign-bundle.json, write
        ");
        assert_snapshot!(check("countersign inventory --ask-servers; CVC5=/tmp/x countersign policy prove"), @"
        countersign.read countersign inventory --ask-servers, read
        exec.opaque the MCP servers that settings name, execute, opaque
        countersign.read countersign policy prove, read
        exec.opaque /tmp/x, execute, opaque
        ");
        for command in ["countersign policy check; countersign policy activate", "countersign --json approvals approve cs-1", "countersign policy -- activate", "countersign -o policy activate", "countersign check policy", "countersign policy activate -- --help", "countersign demo", "countersign approvals grant --like cs-1 --count 9 --hours 9", "countersign approvals revoke cg-1", "countersign approvals grants --all; countersign approvals revoke cg-1", "countersign --$X policy check", "countersign $X policy check"] {
            let found = check(command);
            assert!(found.contains("countersign.tamper"), "{command}: {found}");
        }
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
        countersign.tamper countersign task end, destroy
        countersign.tamper countersign task *, destroy
        countersign.tamper countersign task, destroy
        ");
        assert_snapshot!(check("countersign $X"), @"countersign.tamper countersign *, destroy");
    }
}
