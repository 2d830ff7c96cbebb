//! Programs that keep several versions of a language or several environments of it and start programs in one of them:
//! `conda run`, `pyenv exec`, `nvm use`, `fnm exec`, `volta run`, `asdf exec`, `corepack pnpm`.
//!
//! Which version is used changes nothing of what a command does, so that a command they start is understood as itself.
//! One in an environment at a path of its own is opaque besides: its programs may be anything.

use countersign_model::{Effect, Resource, verbs};

use super::{Family, dispatch, opaque};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &[
        "conda", "mamba", "micromamba", "pyenv", "rbenv", "nodenv", "goenv", "jenv", "nvm", "fnm", "volta", "asdf", "corepack", "n", "sdk",
    ],
    about: "Versions of languages and environments of them: which are listed, installed and chosen, and the command that \
        is started in one, understood as itself. An environment named by its path may hold other programs: opaque.",
    examples: &[
        "conda env list",
        "conda install -n web numpy",
        "conda run -n web pytest -q",
        "conda run -n web git push origin main",
        "conda run -p ./env ls",
        "pyenv versions",
        "pyenv exec python --version",
        "nvm use 20",
        "nvm exec 20 npm test",
        "fnm exec --using 20 npm test",
        "volta install node@20",
        "asdf exec rm -rf src",
        "corepack enable",
        "conda config --add channels defaults",
        "conda frob",
    ],
    effects,
};

/// What one of them knows, by its first words.
struct Manager {
    programs: &'static [&'static str],
    /// Subcommands that show something, or choose for this shell.
    reads: &'static [&'static str],
    /// Those that install, choose for a directory, or remove.
    installs: &'static [&'static str],
    /// Those after which a command follows.
    starts: &'static [&'static str],
    /// Options of starting that take the next word.
    values: &'static [&'static str],
    /// Words of its own before the command: a version.
    operands: usize,
}

const MANAGERS: &[Manager] = &[
    Manager {
        programs: &["conda", "mamba", "micromamba"],
        reads: &["activate", "compare", "deactivate", "doctor", "info", "list", "notices", "repoquery", "search"],
        installs: &["clean", "create", "install", "package", "remove", "rename", "uninstall", "update", "upgrade"],
        starts: &["run"],
        values: &["-n", "--name", "-p", "--prefix", "--cwd"],
        operands: 0,
    },
    Manager {
        programs: &["pyenv", "rbenv", "nodenv", "goenv", "jenv"],
        reads: &["commands", "completions", "deactivate", "help", "init", "latest", "prefix", "root", "shell", "version", "version-file", "version-name", "version-origin", "versions", "virtualenvs", "whence", "which", "activate"],
        installs: &["add", "enable-plugin", "global", "install", "local", "rehash", "remove", "uninstall", "update", "virtualenv", "virtualenv-delete"],
        starts: &["exec"],
        values: &[],
        operands: 0,
    },
    Manager {
        programs: &["nvm"],
        reads: &["current", "deactivate", "help", "list", "list-remote", "ls", "ls-remote", "unload", "use", "version", "version-remote", "which"],
        installs: &["alias", "cache", "install", "install-latest-npm", "reinstall-packages", "set-colors", "unalias", "uninstall"],
        starts: &["exec", "run"],
        values: &[],
        operands: 1,
    },
    Manager {
        programs: &["fnm"],
        reads: &["completions", "current", "env", "help", "list", "list-remote", "ls", "ls-remote", "use"],
        installs: &["alias", "default", "install", "unalias", "uninstall"],
        starts: &["exec"],
        values: &["--using", "--log-level", "--arch", "--fnm-dir", "--node-dist-mirror", "--version-file-strategy"],
        operands: 0,
    },
    Manager {
        programs: &["volta"],
        reads: &["completions", "help", "list", "which"],
        installs: &["fetch", "install", "pin", "setup", "uninstall"],
        starts: &["run"],
        values: &["--node", "--npm", "--pnpm", "--yarn", "--env"],
        operands: 0,
    },
    Manager {
        programs: &["asdf"],
        reads: &["current", "help", "info", "latest", "list", "list-all", "shimversions", "version", "where", "which", "completion"],
        installs: &["global", "install", "local", "plugin", "plugin-add", "plugin-remove", "plugin-update", "reshim", "set", "uninstall", "update"],
        starts: &["exec"],
        values: &[],
        operands: 0,
    },
    Manager {
        programs: &["corepack"],
        reads: &["help"],
        installs: &["cache", "disable", "enable", "hydrate", "install", "pack", "prepare", "up", "use"],
        starts: &[],
        values: &[],
        operands: 0,
    },
    Manager { programs: &["n"], reads: &["bin", "doctor", "ls", "ls-remote", "list", "lsr", "which"], installs: &["i", "install", "prune", "rm", "uninstall", "lts", "latest", "stable", "current", "auto"], starts: &["exec", "run"], values: &[], operands: 1 },
    Manager { programs: &["sdk"], reads: &["current", "c", "env", "help", "home", "list", "ls", "offline", "use", "version", "v"], installs: &["default", "d", "flush", "i", "install", "rm", "selfupdate", "uninstall", "update", "upgrade", "ug"], starts: &[], values: &[], operands: 0 },
];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let Some(manager) = MANAGERS.iter().find(|manager| manager.programs.contains(&program)) else { return };
    let words: Vec<&str> = invocation.words.iter().map(|word| word.known().unwrap_or_default()).collect();
    let is_conda = manager.starts == ["run"] && manager.programs.contains(&"conda");
    match words.as_slice() {
        [] => context.program(verbs::EXEC_READ, program),
        [.., "--help" | "-h"] | ["--version" | "-V" | "-v"] if !manager.starts.contains(words.first().unwrap_or(&"")) => context.program(verbs::EXEC_READ, program),
        ["env" | "config" | "init" | "shell.bash" | "shell.zsh" | "shell.posix" | "shell" | "build" | "activate", ..] if is_conda => environments(&words, invocation, context),
        ["env"] if program == "asdf" => context.program(verbs::EXEC_READ, "asdf env"),
        ["env", _] if program == "asdf" => {
            super::reads_environment("*", context);
            context.program(verbs::EXEC_READ, "asdf env");
        }
        ["env", _, _, ..] if program == "asdf" => {
            if let Some(nested) = invocation.nested(2) {
                dispatch(nested, context);
            }
        }
        ["plugin", "list" | "list-all", ..] if program == "asdf" => context.program(verbs::EXEC_READ, "asdf plugin list"),
        ["alias"] if program == "nvm" => context.program(verbs::EXEC_READ, "nvm alias"),
        ["cache", "dir"] if program == "nvm" => context.program(verbs::EXEC_READ, "nvm cache"),
        ["local" | "global"] if manager.starts == ["exec"] => context.program(verbs::EXEC_READ, program),
        [.., "--dry-run"] if is_conda => context.program(verbs::EXEC_READ, program),
        [name, ..] if manager.starts.contains(name) => starts(manager, invocation, context),
        [name, ..] if manager.reads.contains(name) => context.program(verbs::EXEC_READ, &format!("{program} {name}")),
        [name, ..] if manager.installs.contains(name) => {
            context.program(verbs::EXEC_INSTALL, &format!("{program} {name}"));
            sources(invocation, context);
        }
        // A package manager by its own name, in the version that the project asks for.
        [name, ..] if program == "corepack" && is_package_manager(name) => manages(name, invocation, context),
        // `n 20`
        [version] if program == "n" && version.starts_with(|letter: char| letter.is_ascii_digit()) => context.program(verbs::EXEC_INSTALL, "n"),
        _ => opaque(invocation, "the subcommand is not known", context),
    }
}

/// `conda env list`, `conda config --show`, `conda activate ./env`.
fn environments(words: &[&str], invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let home = context.state.shell.home.clone();
    match words {
        ["env", "list" | "export" | "config", ..] | ["env"] | ["shell.bash" | "shell.zsh" | "shell.posix" | "shell", ..] => context.program(verbs::EXEC_READ, program),
        ["env", "create" | "update" | "remove", ..] => {
            context.program(verbs::EXEC_INSTALL, &format!("{program} env"));
            sources(invocation, context);
        }
        ["config", rest @ ..] if rest.iter().any(|word| matches!(*word, "--show" | "--show-sources" | "--get" | "--describe" | "--validate" | "list" | "sources")) => {
            context.program(verbs::EXEC_READ, program);
        }
        // From where packages come, and what else counts for every later use.
        ["config", ..] => context.write_value(&Value::Known(format!("{home}/.condarc"))),
        ["init", rest @ ..] if rest.contains(&"--dry-run") => context.program(verbs::EXEC_READ, program),
        ["init", ..] => {
            for file in [".bashrc", ".bash_profile", ".zshrc"] {
                context.write_value(&Value::Known(format!("{home}/{file}")));
            }
        }
        ["build", ..] => opaque(invocation, "it runs the scripts of a recipe", context),
        ["activate", name] if !name.is_empty() && !name.contains(['/', '~', '.']) => context.program(verbs::EXEC_READ, program),
        ["activate"] => context.program(verbs::EXEC_READ, program),
        _ => opaque(invocation, "programs of an environment that nobody has seen are found first from here on", context),
    }
}

/// Adds the command that is started.
fn starts(manager: &Manager, invocation: &Invocation, context: &mut Context<'_>) {
    let mut at = 1;
    let mut operands = manager.operands;
    let mut is_at_path = false;
    while let Some(word) = invocation.words.get(at) {
        // What follows the version is the command.
        let Some(text) = word.known().filter(|_| manager.operands == 0 || operands > 0) else { break };
        let name = text.split('=').next().unwrap_or(text);
        if text == "--" {
            at += 1;
            break;
        }
        if text.starts_with('-') {
            is_at_path |= matches!(name, "-p" | "--prefix" | "--cwd" | "--env") || text.starts_with("-p");
            at += if manager.values.contains(&text) { 2 } else { 1 };
        } else if operands > 0 && is_version(text) {
            operands -= 1;
            at += 1;
        } else {
            break;
        }
    }
    if is_at_path {
        opaque(invocation, "the environment that it runs in is named by a path, or has variables of its own", context);
    }
    // `nvm run 20 x.js` is given to node.
    if manager.programs == ["nvm"] && invocation.known(0) == Some("run") || manager.programs == ["n"] && invocation.known(0) == Some("run") {
        let words = invocation.words.get(at..).unwrap_or_default().to_vec();
        dispatch(Invocation { program: String::new(), first: Word::known_as("node"), words, contiguous: false, ..invocation.clone() }, context);
        return;
    }
    match invocation.nested(at) {
        Some(nested) => dispatch(nested, context),
        None => opaque(invocation, "it runs a program that is not named", context),
    }
}

/// `20`, `v18.2`, `lts/*`, `stable`
fn is_version(text: &str) -> bool {
    text.trim_start_matches('v').starts_with(|letter: char| letter.is_ascii_digit()) || text.starts_with("lts") || matches!(text, "node" | "stable" | "default" | "system" | "iojs" | "current" | "latest")
}

fn is_package_manager(text: &str) -> bool {
    let name = text.split('@').next().unwrap_or(text);
    matches!(name, "npm" | "npx" | "pnpm" | "pnpx" | "yarn" | "yarnpkg")
}

fn manages(name: &str, invocation: &Invocation, context: &mut Context<'_>) {
    let Some(mut nested) = invocation.nested(0) else { return };
    let bare = match name.split('@').next().unwrap_or(name) {
        "pnpx" => "npx",
        "yarnpkg" => "yarn",
        other => other,
    };
    nested.first = Word { raw: nested.first.raw.clone(), ..Word::known_as(bare) };
    nested.contiguous = false;
    dispatch(nested, context);
}

/// Adds other places than the usual that packages come from: `-c https://host/channel`.
fn sources(invocation: &Invocation, context: &mut Context<'_>) {
    for word in &invocation.words {
        let Some((_, rest)) = word.text().split_once("://") else { continue };
        let host = rest.split(['/', ':', '?']).next().unwrap_or_default();
        let host = host.rsplit('@').next().unwrap_or(host);
        let registry = if host.is_empty() || word.value.is_unknown() { "*" } else { host };
        context.push(Effect::new(verbs::PACKAGE_READ, Resource::Package { registry: registry.to_owned(), name: "*".to_owned() }));
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn looks_are_reads() {
        for command in [
            "conda env list", "conda info --envs", "conda list", "mamba env export", "conda config --show channels", "conda activate web", "conda create --help", "conda --version", "conda install numpy --dry-run",
            "pyenv versions", "pyenv which python", "pyenv local", "rbenv version", "nvm ls", "nvm use 20", "nvm --version", "fnm current", "volta list", "asdf current", "asdf plugin list", "corepack --version", "sdk list java",
        ] {
            assert!(check(command).starts_with("exec.read") && !check(command).contains("opaque"), "{command}: {}", check(command));
        }
    }

    #[test]
    fn installs() {
        for command in [
            "conda install -n web numpy", "conda create -n x python=3.12", "conda env create -f environment.yml", "pyenv install 3.12", "pyenv local 3.12", "nvm install 20", "nvm alias default 20", "fnm install 20",
            "volta pin node@20", "asdf plugin add nodejs", "corepack enable", "corepack prepare pnpm@9 --activate", "n 20", "sdk install java", "conda remove -n x --all",
        ] {
            assert!(check(command).starts_with("exec.install") && !check(command).contains("opaque"), "{command}: {}", check(command));
        }
        assert_snapshot!(check("conda install -c https://packages.example/main numpy"), @"
        exec.install conda install, execute
        package.read * on packages.example, read
        ");
    }

    #[test]
    fn what_they_start_is_seen() {
        for command in [
            "conda run -n web git push origin main", "conda run --no-capture-output --name=web git push origin main", "micromamba run -n web git push origin main", "pyenv exec git push origin main",
            "nvm exec 20 git push origin main", "nvm exec --silent 20 git push origin main", "nvm exec git push origin main", "fnm exec --using=20 git push origin main", "fnm exec --using 20 -- git push origin main",
            "volta run --node 20 git push origin main", "asdf exec git push origin main", "rbenv exec git push origin main", "conda run -p ./env git push origin main",
        ] {
            assert!(check(command).contains("git.push main@origin"), "{command}: {}", check(command));
        }
        assert_snapshot!(check("conda run -n web pytest -q; pyenv exec ls; corepack pnpm install; nvm run 20 --version"), @"
        exec.test pytest, execute
        fs.read /repo, read
        exec.install pnpm install, execute
        package.read * on npm, read
        exec.read node, read
        ");
        assert_snapshot!(check("conda run -p ./env ls"), @"
        exec.opaque conda, execute, opaque
        fs.read /repo, read
        ");
    }

    #[test]
    fn near_misses() {
        for command in ["conda frob", "conda activate ./env", "conda run", "nvm frob", "corepack frob", "volta frob", "conda $X", "conda build recipe"] {
            assert!(check(command).contains("opaque"), "{command}: {}", check(command));
        }
        assert_snapshot!(check("conda config --add channels https://evil.example/x; conda init"), @"
        fs.write /home/dev/.condarc, write
        fs.write /home/dev/.bashrc, write
        fs.write /home/dev/.bash_profile, write
        fs.write /home/dev/.zshrc, write
        ");
        assert_snapshot!(check("echo conda remove --all; git commit -m 'nvm install 20'"), @"
        exec.read echo, read
        git.commit /repo, write
        ");
    }
}
