//! Tools that build, test, check, install and publish, as a table.

mod asked;
mod cleaned;
mod definitions;
mod delivering;
mod formatters;
mod just;
mod jvm;
pub(super) mod made;
mod make;
mod members;
mod monorepos;
mod ninja;
mod options_first;
mod own_programs;
mod packaged;
mod packages;
mod portable;
mod projects;
mod publishing;
mod python_projects;
mod replaced;
pub(super) mod scripts;
mod sources;
mod spelled;
mod started;
mod targets;
mod tasks;

#[cfg(test)]
mod tests;

pub(super) use cleaned::made_anew;
pub(crate) use options_first::effects as where_its_options_say;

use countersign_model::{Effect, PathClass, Resource, Verb, verbs};

use super::{Family, ask_file, opaque};
use crate::arguments::files::{Operands, touched};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::{Value, Word};

/// What a tool's subcommand does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    Read,
    Build,
    Test,
    Install,
    Publish,
    /// Runs a command given after this many more words.
    Runs,
    /// Runs something of the project that has a name of its own.
    Script,
}

use Does::{Build, Install, Publish, Read, Runs, Script, Test};

type Table = &'static [(&'static str, &'static [(Does, &'static [&'static str])])];

/// Tools by their first word; a list without words is for no subcommand at all.
const TOOLS: Table = &[
    ("cargo", &[
        (Read, &["--version", "-V", "version", "tree", "metadata", "search", "info", "locate-project", "pkgid", "verify-project", "help", "--list", "config"]),
        (Build, &["build", "b", "check", "c", "clippy", "doc", "rustc", "rustdoc", "fmt", "fix", "clean", "generate-lockfile", "vendor", "new", "init", "deny", "audit", "expand", "machete", "outdated"]),
        (Test, &["test", "t", "bench", "nextest", "llvm-cov", "tarpaulin", "insta", "miri", "mutants", "fuzz"]),
        (Install, &["install", "add", "remove", "update", "fetch", "uninstall"]),
        (Publish, &["publish", "yank", "owner", "login", "logout", "release"]),
        (Script, &["run", "r"]),
    ]),
    ("npm", NODE), ("pnpm", NODE), ("yarn", NODE),
    ("go", &[
        (Read, &["version", "env", "list", "doc", "help"]), (Build, &["build", "vet", "fmt", "clean", "fix", "mod", "work"]),
        (Test, &["test"]), (Install, &["get", "install"]), (Script, &["run", "generate", "tool"]),
    ]),
    ("uv", &[(Read, &["--version", "tree", "version"]), (Build, &["build", "lock"]), (Install, &["sync", "add", "remove", "pip", "venv", "tool", "python"]), (Publish, &["publish"]), (Runs, &["run"])]),
    ("poetry", &[(Read, &["show", "check", "--version", "env"]), (Build, &["build", "lock"]), (Install, &["install", "add", "remove", "update"]), (Publish, &["publish"]), (Runs, &["run"])]),
    ("pdm", &[(Read, &["show", "list", "info", "--version", "-V", "search", "outdated"]), (Build, &["build", "lock", "init", "export", "fix", "use"]), (Install, &["install", "sync", "add", "remove", "update", "self", "plugin", "venv", "cache", "python", "py"]), (Publish, &["publish"]), (Runs, &["run"])]),
    ("hatch", &[(Read, &["--version", "version", "status", "dep", "project"]), (Build, &["build", "fmt", "clean", "new"]), (Test, &["test"]), (Install, &["env", "python", "self"]), (Publish, &["publish"]), (Runs, &["run"])]),
    ("rye", &[(Read, &["--version", "show", "list", "version"]), (Build, &["build", "lock", "init", "fmt", "lint"]), (Test, &["test"]), (Install, &["sync", "add", "remove", "install", "uninstall", "fetch", "self", "toolchain", "pin"]), (Publish, &["publish"]), (Runs, &["run"])]),
    ("pipenv", &[(Install, &["install", "sync", "update", "uninstall"]), (Runs, &["run"])]),
    ("bundle", &[(Install, &["install", "update", "add"]), (Read, &["list", "show", "outdated", "check"]), (Runs, &["exec"])]),
    ("pip", PIP), ("pip3", PIP), ("pipx", PIP),
    ("gem", &[(Read, &["list", "search", "info"]), (Install, &["install", "update", "uninstall"]), (Publish, &["push", "yank", "owner", "signin"]), (Build, &["build"])]),
    ("twine", &[(Read, &["check"]), (Publish, &["upload", "register"])]),
    ("dotnet", &[(Build, &["build", "restore", "clean", "format"]), (Test, &["test"]), (Install, &["add", "tool"]), (Publish, &["nuget"]), (Read, &["--version", "--info", "list"]), (Script, &["run"])]),
    ("rustup", &[(Read, &["show", "--version", "which"]), (Install, &["update", "install", "component", "toolchain", "target", "default", "override"])]),
];

const NODE: &[(Does, &[&str])] = &[
    (Read, &["--version", "-v", "ls", "list", "view", "info", "outdated", "why", "explain", "audit", "help", "root", "prefix", "fund", "search"]),
    (Test, &["test", "t", "tst"]),
    (Install, &["install", "i", "ci", "add", "remove", "rm", "uninstall", "update", "up", "upgrade", "link", "dedupe", "prune", "rebuild", "dlx", "exec", "x", "create", "init", "import"]),
    (Publish, &["publish", "unpublish", "deprecate", "dist-tag", "owner", "access", "login", "adduser", "logout", "token", "team", "org", "profile", "star", "hook", "config", "c", "set", "get", "whoami", "ping", "npm", "trust"]),
    (Script, &["run", "run-script", "start", "restart", "stop"]),
    (Build, &["build", "pack"]),
];
const PIP: &[(Does, &[&str])] = &[
    (Read, &["list", "show", "freeze", "check", "--version", "search", "index"]),
    (Install, &["install", "uninstall", "download", "wheel", "upgrade", "inject", "run"]),
    (Publish, &["config"]),
];

/// Tools that do one thing whatever their arguments.
const SINGLE: &[(Does, &[&str])] = &[
    (Test, &["pytest", "py.test", "tox", "nox", "jest", "vitest", "mocha", "ava", "rspec", "phpunit", "ctest", "playwright", "cypress", "coverage", "nextest"]),
    (Build, &["tsc", "webpack", "rollup", "esbuild", "swc", "babel", "ninja", "cmake", "meson", "gcc", "g++", "clang", "clang++", "cc", "c++", "rustc", "javac", "ld", "ar", "protoc", "sass"]),
    (Build, &["eslint", "prettier", "ruff", "black", "isort", "flake8", "pylint", "mypy", "pyright", "rustfmt", "gofmt", "goimports", "golangci-lint", "shellcheck", "shfmt", "rubocop", "stylelint", "markdownlint", "hadolint", "actionlint", "clang-format", "biome", "typos", "yamllint", "jsonlint"]),
    (Script, &["make", "gmake", "just", "task", "go-task", "rake", "composer", "poe", "inv", "fab", "npx", "bunx", "pre-commit", "lefthook", "gulp", "grunt", "vite", "next", "nuxt", "ninja-build", "earthly", "invoke", "mage"]),
];

pub(super) const FAMILY: Family = Family {
    programs: &[
        "cargo", "npm", "pnpm", "yarn", "go", "uv", "uvx", "poetry", "pdm", "hatch", "rye", "pipenv", "bundle", "pip", "pip3", "pipx", "gem", "twine", "mvn", "mvnw", "gradle",
        "gradlew", "dotnet", "rustup", "pytest", "py.test", "tox", "nox", "jest", "vitest",
        "mocha", "ava", "rspec", "phpunit", "ctest", "playwright", "cypress", "coverage", "nextest", "tsc", "webpack", "rollup", "esbuild", "swc",
        "babel", "ninja", "cmake", "meson", "gcc", "g++", "clang", "clang++", "cc", "c++", "rustc", "javac", "ld", "ar", "protoc", "sass", "eslint", "prettier",
        "ruff", "black", "isort", "flake8", "pylint", "mypy", "pyright", "rustfmt", "gofmt", "goimports", "golangci-lint", "shellcheck", "shfmt",
        "rubocop", "stylelint", "markdownlint", "hadolint", "actionlint", "clang-format", "biome", "typos", "yamllint", "jsonlint", "make", "gmake", "just", "task", "go-task", "composer", "poe", "inv", "fab", "npx", "bunx",
        "pre-commit", "lefthook", "turbo", "nx", "lerna", "bazel", "bazelisk", "gulp", "grunt", "vite", "next", "nuxt", "ninja-build", "earthly", "invoke", "mage",
    ],
    about: "Builds, tests, linters and language package managers. Scripts of the project (`npm run`, `make`, \
        `just`, `cargo` aliases) are read and understood; publishing names the registry and the package. \
        What a build itself executes is not looked into: it is `exec.build`. What stands behind a tool's name in the \
        project counts besides: a wrapper such as `./gradlew`, a script in `node_modules/.bin`, commands of `build.ninja`.",
    examples: &[
        "cargo test",
        "npm test",
        "npm run deploy",
        "make deploy",
        "task --list",
        "uv run pytest -q",
        "mvn clean deploy",
        "turbo run build test",
        "bazel run //tools:push",
        "pre-commit run",
        "make -n deploy",
        "npm install left-pad",
        "npm publish",
        "cargo publish --dry-run",
        "pip install git+https://github.com/a/b",
        "eslint --fix src",
        "prettier --check src",
        "npx some-tool",
        "npm view react",
        "npm unpublish left-pad --force",
    ],
    effects,
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    if options_first::effects(invocation, context, effects) {
        return;
    }
    if let Some(told) = delivering::with_goals(invocation) {
        effects(&told, context);
        return;
    }
    let program = invocation.program.as_str();
    if program == "bun" && invocation.known(0) == Some("pm") {
        match invocation.known(1) {
            Some("version") if invocation.words.len() > 2 => {
                let mut version = invocation.clone();
                version.words.remove(0);
                version.contiguous = false;
                effects(&version, context);
                return;
            }
            Some("trust") => {
                context.program(verbs::EXEC_INSTALL, "bun pm trust");
                return;
            }
            _ => {}
        }
    }
    if program == "dotnet" && let Some(profile) = delivering::deploys(invocation) {
        let resource = Resource::App { platform: "dotnet".to_owned(), name: "*".to_owned(), target: profile };
        context.push(Effect::new(verbs::APP_DEPLOY, resource).because("the build puts what it makes where its profile says"));
    }
    cleaned::effects(invocation, context);
    ninja::effects(invocation, context);
    if program == "pnpm" && invocation.known(0) == Some("pkg") && packages::effects(invocation, context) || portable::effects(invocation, context) || own_programs::effects(invocation, context) {
        return;
    }
    if started::effects(invocation, context) || jvm::effects(invocation, context) || targets::effects(invocation, context) || monorepos::effects(invocation, context) {
        return;
    }
    if program == "uvx" {
        python_projects::fetched(0, invocation, context);
        return;
    }
    if matches!(program, "npm" | "pnpm") && packages::effects(invocation, context) {
        return;
    }
    if let Some((_, table)) = TOOLS.iter().find(|(name, _)| *name == program) {
        let skips = usize::from(invocation.words.first().is_some_and(|word| word.text().starts_with('+')));
        let found = invocation.words.iter().enumerate().skip(skips).find_map(|(index, word)| {
            if is_value(index, invocation) {
                return None;
            }
            let does = word.known().and_then(|text| table.iter().find(|(_, words)| words.contains(&text)));
            let option = word.text().starts_with('-') && does.is_none();
            (!option).then_some((index, does.map(|(does, _)| *does)))
        });
        match found {
            // What an audit finds it can mend, by installing other versions.
            Some((index, Some(Read))) if invocation.known(index) == Some("audit") && mends(index, invocation) => {
                act(Install, index, invocation, context);
            }
            Some((index, Some(does))) => act(does, index, invocation, context),
            Some((index, None)) if program == "cargo" && projects::alias(index, invocation, context) => {}
            Some((index, None)) if matches!(program, "yarn" | "pnpm") && projects::run(Script, index, invocation, context) => {}
            Some((index, None)) => projects::of_several(index, invocation, context),
            None if program == "yarn" || program == "bundle" => act(Install, 0, invocation, context),
            None => opaque(invocation, "the subcommand is not known", context),
        }
    } else {
        let does = SINGLE.iter().find(|(_, names)| names.contains(&program)).map_or(Script, |(does, _)| *does);
        act(does, 0, invocation, context);
    }
}

/// Whether an audit is told to mend, and not only to say how.
fn mends(index: usize, invocation: &Invocation) -> bool {
    let words = || invocation.words.iter().skip(index + 1);
    let tells = words().any(|word| matches!(word.text(), "fix" | "--fix") || word.value.is_unknown());
    tells && !words().any(|word| word.text() == "--dry-run")
}

fn act(does: Does, index: usize, invocation: &Invocation, context: &mut Context<'_>) {
    let title = match invocation.known(index) {
        Some(subcommand) if TOOLS.iter().any(|(name, _)| *name == invocation.program) => {
            format!("{} {subcommand}", invocation.program)
        }
        _ => invocation.program.clone(),
    };
    let replaced = (!matches!(does, Read | Runs) || does == Read && replaced::in_reads(invocation)) && replaced::effects(invocation, context);
    if replaced {
        super::sought_in_arguments(invocation, context);
        super::unseen::folders(invocation, context);
    }
    // What the project says counts besides what may be put in its place.
    if projects::run(does, index, invocation, context) {
        touched(&invocation.words, Operands::Read, context);
        return;
    }
    if does == Install && python_projects::runs_fetched(index, invocation, context) {
        return;
    }
    if does == Read && invocation.program == "go" && settings(index, invocation, context) {
        return;
    }
    if let Some(subcommand) = invocation.known(index) {
        members::runs_by_itself(subcommand, invocation, context);
    }
    let mut add = |verb: Verb| context.program(verb, &title);
    match does {
        Publish if rehearses(index, invocation) => add(verbs::EXEC_BUILD),
        Build | Test | Script if replaced => {}
        Read => add(verbs::EXEC_READ),
        Build => add(verbs::EXEC_BUILD),
        Test => {
            add(verbs::EXEC_TEST);
            scripts::tested(invocation, context);
        }
        Install => {
            add(verbs::EXEC_INSTALL);
            publishing::other_sources(invocation, context);
            sources::by_variables(invocation, context);
            sources::effects(index, invocation, context);
        }
        Publish => publishing::effects(index, invocation, context),
        Runs => python_projects::run(index, invocation, context),
        Script => script(&title, invocation, context),
    }
    if does != Runs {
        let written = match writes_operands(invocation) {
            true => Operands::Written,
            false if only_checks(invocation) => Operands::OnlyRead,
            false => Operands::Read,
        };
        touched(&invocation.words, written, context);
        if written == Operands::Written {
            formatters::formatted(invocation, context);
        }
        if does == Build {
            made::outputs(invocation, context);
        }
        made::directories(invocation, context);
    }
}

/// Whether a word is the value of the option before it: of runners that start programs which stand after it.
fn is_value(index: usize, invocation: &Invocation) -> bool {
    const UV: &[&str] = &[
        "--directory", "--project", "--with", "--with-editable", "--with-requirements", "--python", "-p", "--extra", "--group", "--only-group", "--env-file",
        "--package", "--index", "--index-url", "--config-file", "--cache-dir",
    ];
    let takes: &[&str] = match invocation.program.as_str() {
        "uv" => UV,
        "hatch" => &["-e", "--env", "-p", "--project", "--data-dir", "--cache-dir", "--config"],
        "pdm" => &["-c", "--config", "-p", "--project"],
        "poetry" => &["-C", "--directory", "-P", "--project"],
        _ => return false,
    };
    index.checked_sub(1).and_then(|before| invocation.words.get(before)).is_some_and(|word| takes.contains(&word.text()))
}

/// Runs what a runner starts, which its options may have it do in another directory than this one.
fn in_its_directory(mut nested: Invocation, runner: &Invocation, context: &mut Context<'_>) {
    const MOVES: &[&str] = &[
        "-C", "-F", "-P", "-r", "-w", "-ws", "--cwd", "--dir", "--directory", "--filter", "--filter-prod", "--prefix", "--project", "--recursive",
        "--workspace", "--workspaces",
    ];
    let own = runner.words.len().saturating_sub(nested.words.len() + 1);
    let moves = |word: &Word| {
        let text = word.text();
        let name = text.split('=').next().unwrap_or(text);
        MOVES.contains(&name) || text.starts_with("-C") || text.starts_with("-F")
    };
    let unsure = context.state.shell.directory_unsure || runner.words.iter().take(own).any(moves);
    let kept = std::mem::replace(&mut context.state.shell.directory_unsure, unsure);
    let activated = context.state.shell.activated.clone();
    let is_of_packages = matches!(runner.program.as_str(), "npx" | "bunx" | "npm" | "pnpm" | "yarn");
    if let (true, Ok(directory)) = (is_of_packages, context.state.shell.directory.clone()) {
        crate::code::packages::finds_programs(&directory, context);
        if let Err(why) = crate::code::packages::told(&directory, &mut nested.environment, context) {
            opaque(runner, &why, context);
        }
    }
    super::dispatch(nested, context);
    context.state.shell.directory_unsure = kept;
    context.state.shell.activated = activated;
}

/// Adds that `go env -w` sets what every later use of it goes by; false where it only shows.
fn settings(index: usize, invocation: &Invocation, context: &mut Context<'_>) -> bool {
    const PLAIN: &[&str] = &["GOPATH", "GOBIN", "GOCACHE", "GOMODCACHE", "GOTMPDIR", "GOOS", "GOARCH", "GOARM", "GOAMD64", "CGO_ENABLED", "GO111MODULE", "GOTELEMETRY"];
    let words = invocation.words.get(index..).unwrap_or_default();
    if invocation.known(index) != Some("env") || !words.iter().any(|word| matches!(word.text(), "-w" | "--w" | "-u" | "--u")) {
        return false;
    }
    let named = words.iter().skip(1).filter(|word| !word.text().starts_with('-'));
    let plain = named.clone().all(|word| PLAIN.contains(&word.text().split('=').next().unwrap_or_default()));
    let class = if plain { PathClass::Ordinary } else { PathClass::ToolConfiguration };
    let located = paths::locate(&Value::Known(format!("{}/.config/go/env", context.surroundings.home)), context);
    let resource = Resource::Path { path: located.path, zone: located.zone, class };
    let names: Vec<&str> = named.map(|word| word.text().split('=').next().unwrap_or_default()).collect();
    let why = format!("it sets {} for every later use of go", names.join(" and "));
    context.push(Effect::new(verbs::FS_WRITE, resource).because(&why));
    true
}

/// Adds what a subcommand does on a registry, whose first word is at `index`.
pub(super) fn publishes(index: usize, invocation: &Invocation, context: &mut Context<'_>) {
    publishing::effects(index, invocation, context);
}

/// Whether a word is a subcommand of a tool.
fn is_own(program: &str, word: &str) -> bool {
    let table = TOOLS.iter().find(|(name, _)| *name == program);
    table.is_some_and(|(_, table)| table.iter().any(|(_, words)| words.contains(&word)))
}

/// Whether a program changes the files it is given.
fn writes_operands(invocation: &Invocation) -> bool {
    let has = |names: &[&str]| invocation.words.iter().any(|word| names.contains(&word.text()));
    match invocation.program.as_str() {
        "black" | "isort" | "rustfmt" | "autopep8" => !has(&["--check", "--check-only", "--diff", "-c"]),
        "ruff" => has(&["format", "--fix", "--fix-only"]) && !has(&["--check", "--diff"]),
        _ => has(&["--write", "-w", "--fix", "-i", "--in-place", "--apply", "-a", "-A", "--autocorrect", "--autocorrect-all", "--write-changes"]),
    }
}

/// Programs that look at files, and change them only where an option says so.
const CHECKERS: &[&str] = &[
    "actionlint", "biome", "eslint", "flake8", "hadolint", "jsonlint", "markdownlint", "mypy", "prettier", "pylint", "pyright", "shellcheck", "stylelint", "typos", "yamllint",
];

/// Whether a program only looks at the files it is given.
fn only_checks(invocation: &Invocation) -> bool {
    const CHANGES: &[&str] = &["--write", "--fix", "--apply", "--in", "--auto", "--unsafe", "--suppress", "--add", "--init", "--migrate"];
    let changes = |word: &Word| {
        let text = word.text();
        let short = text.starts_with('-') && !text.starts_with("--") && text.contains(['w', 'i', 'f', 'a', 'A', 'o']);
        word.value.is_unknown() || short || CHANGES.iter().any(|start| text.starts_with(start)) || matches!(text, "migrate" | "init" | "rage" | "start")
    };
    CHECKERS.binary_search(&invocation.program.as_str()).is_ok() && !invocation.words.iter().any(changes)
}

/// Whether a package is only prepared: a plain `--dry-run`, neither switched off nor another option's value.
fn rehearses(index: usize, invocation: &Invocation) -> bool {
    let tells = matches!(invocation.program.as_str(), "cargo" | "npm" | "pnpm" | "poetry" | "uv") && invocation.known(index) == Some("publish");
    let words = invocation.words.iter().skip(index).take_while(|word| word.known() != Some("--"));
    let texts: Vec<Option<&str>> = words.map(Word::known).collect();
    let all_known = texts.iter().all(Option::is_some);
    let switched_off = texts.iter().flatten().any(|text| text.starts_with("--dry-run=") || text.starts_with("--no-dry"));
    let said = texts.windows(2).enumerate().any(|(at, pair)| {
        let plain = pair.first().copied().flatten().is_some_and(|before| !before.starts_with('-') || before.contains('='));
        let after = texts.get(at + 2).copied().flatten();
        plain && pair.get(1).copied().flatten() == Some("--dry-run") && !matches!(after, Some("false" | "0" | "no" | "null"))
    });
    tells && all_known && said && !switched_off
}

/// Names of targets and scripts that usually build or test.
const TESTS: &[&str] = &["test", "tests", "check", "lint", "typecheck", "unit", "coverage", "spec", "e2e", "verify", "bench"];
const BUILDS: &[&str] = &["build", "all", "clean", "format", "fmt", "compile", "docs", "doc", "dev", "watch", "generate", "codegen", "prepare"];

/// What a target of this name usually is.
pub(super) fn usual(name: &str) -> Option<Verb> {
    projects::usual(&[name.to_owned()])
}

/// Adds what tasks of a Rakefile do; false where there is none.
pub(super) fn rake(invocation: &Invocation, context: &mut Context<'_>) -> bool {
    projects::run(Script, 0, invocation, context)
}

/// A target of a build file: named like a build or a test it is taken for one, since the build file
/// becomes a fact; any other name could do anything.
fn script(title: &str, invocation: &Invocation, context: &mut Context<'_>) {
    if matches!(invocation.program.as_str(), "vite" | "next" | "nuxt") && bundles(invocation) {
        context.program(verbs::EXEC_BUILD, title);
        return;
    }
    let files: &[&str] = match invocation.program.as_str() {
        "make" | "gmake" => &["Makefile"],
        "just" => &["justfile"],
        "npm" | "pnpm" | "yarn" | "npx" => &["package.json"],
        "pre-commit" => &[".pre-commit-config.yaml"],
        _ => &[],
    };
    let (directory, named, targets) = targets(invocation);
    let directory = directory.map_or_else(String::new, |directory| format!("{directory}/"));
    for file in named.iter().map(String::as_str).chain(files.iter().copied().filter(|_| named.is_none())) {
        ask_file(&paths::locate(&Value::Known(format!("{directory}{file}")), context).path, context);
    }
    let is_make = matches!(invocation.program.as_str(), "make" | "gmake" | "just" | "npm" | "pnpm" | "yarn");
    let base = |word: &Word| word.known().map(|text| text.split([':', '-']).next().unwrap_or(text).to_owned());
    let every = |names: &[&str]| {
        is_make && !targets.is_empty() && targets.iter().all(|word| base(word).is_some_and(|base| names.contains(&base.as_str())))
    };
    if every(TESTS) {
        context.program(verbs::EXEC_TEST, title);
    } else if every(BUILDS) || (is_make && targets.is_empty() && files == ["Makefile"]) {
        context.program(verbs::EXEC_BUILD, title);
    } else {
        opaque(invocation, why_unknown(invocation), context);
    }
}

/// Whether a bundler of web pages builds or serves the project, by the project's own settings.
fn bundles(invocation: &Invocation) -> bool {
    let elsewhere = ["-c", "--config", "--configLoader", "--dotenv", "--preload"];
    let known = invocation.words.iter().all(|word| word.known().is_some_and(|text| !elsewhere.contains(&text.split('=').next().unwrap_or(text))));
    let first = invocation.words.iter().find(|word| !word.text().starts_with('-')).and_then(Word::known);
    known && matches!(first, None | Some("build" | "dev" | "serve" | "preview" | "optimize" | "start" | "lint" | "info" | "generate" | "prepare" | "analyze" | "typecheck" | "cleanup" | "test"))
}

/// Why what runs is not known.
fn why_unknown(invocation: &Invocation) -> &'static str {
    match invocation.program.as_str() {
        "cargo" | "go" | "dotnet" => "it runs a program of the project",
        "npx" | "bunx" => "it runs a program of a package, fetched where it is not here",
        "vite" | "next" | "nuxt" | "earthly" | "ninja-build" => "what it runs is not known",
        _ => "it runs a script of the project",
    }
}

/// The directory and the file that options name, and the targets.
fn targets(invocation: &Invocation) -> (Option<String>, Option<String>, Vec<&Word>) {
    let (mut directory, mut file, mut targets) = (None, None, Vec::new());
    let is_make = matches!(invocation.program.as_str(), "make" | "gmake");
    let mut words = invocation.words.iter();
    while let Some(word) = words.next() {
        match word.text() {
            text if is_make && text.starts_with("-C") && text.len() > 2 => directory = text.get(2..).map(str::to_owned),
            text if is_make && text.starts_with("--directory=") => directory = text.split_once('=').map(|(_, value)| value.to_owned()),
            text if is_make && text.starts_with("-f") && text.len() > 2 => file = text.get(2..).map(str::to_owned),
            text if is_make && (text.starts_with("--file=") || text.starts_with("--makefile=")) => file = text.split_once('=').map(|(_, value)| value.to_owned()),
            "-C" | "--directory" if is_make => directory = words.next().map(|word| word.text().to_owned()),
            "-f" | "--file" | "--makefile" if is_make => file = words.next().map(|word| word.text().to_owned()),
            "-o" | "-W" | "-I" | "-E" | "--eval" | "--include-dir" | "--old-file" | "--assume-old" | "--what-if" | "--new-file" | "--assume-new" if is_make => {
                words.next();
            }
            // Nothing behind it is an option.
            "--" if is_make => targets.extend(words.by_ref().filter(|word| !word.text().contains('='))),
            "-w" | "--workspace" | "--filter" if !is_make => drop(words.next()),
            "run" | "run-script" => {}
            text if text.starts_with('-') && !word.value.is_unknown() => {}
            // Of a variable's value nothing need be known here.
            text if is_make && text.contains('=') => {}
            _ => targets.push(word),
        }
    }
    (directory, file, targets)
}
