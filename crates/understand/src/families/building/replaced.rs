//! What puts another program, other code or another place under a build tool that is known: its
//! options, and the variables it is given. Then it is no longer the build of this project.

use countersign_model::{Certainty, Effect, Resource, Zone, verbs};

use crate::arguments::programs::is_beginning;
use crate::code;
use crate::context::Context;
use crate::environment;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::{Value, Word};

/// What the value of an option or a variable is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Is {
    /// A command that is run.
    Command,
    /// Code, or a file of code.
    Code,
    /// Code too, but one of the project's own dependencies where it is only a name.
    Module,
    /// A file or folder of the project; a fault only where it is elsewhere.
    Place,
    /// The folder in which the project's own build runs; one that is elsewhere is another project.
    Directory,
    /// Flags for a compiler or a linker.
    Flags,
    /// Options of the tool itself.
    Options,
    /// A program that is started, perhaps behind a name of its own and `=`; those that are installed are part of the build.
    Plugin,
}

use Is::{Code, Command, Directory, Flags, Module, Options, Place, Plugin};

/// Names and what the value of each is.
type Names = &'static [(Is, &'static [&'static str])];

/// Options by program, without dashes; one letter is a short one.
const OPTIONS: &[(&[&str], Names)] = &[
    (&["make", "gmake"], &[(Code, &["eval", "E"]), (Place, &["f", "file", "makefile"]), (Directory, &["C", "directory"])]),
    (&["just"], &[(Code, &["shell", "shell-arg", "command", "c", "set"]), (Place, &["f", "justfile"]), (Directory, &["d", "working-directory"])]),
    (&["cargo"], &[(Place, &["manifest-path", "config-file", "tool-config-file"]), (Directory, &["C"]), (Command, &["test-runner-command"])]),
    (&["rustc"], &[(Flags, &["C", "codegen", "Z", "link-arg"])]),
    (&["npm", "pnpm", "yarn", "npx"], &[(Command, &["script-shell"]), (Code, &["node-options", "userconfig", "globalconfig", "git", "shell", "pnpmfile", "global-pnpmfile"]), (Directory, &["prefix", "C", "dir", "cwd"])]),
    (&["go"], &[(Command, &["exec", "toolexec"]), (Code, &["vettool", "overlay", "modfile"]), (Directory, &["C"]), (Flags, &["ldflags", "gcflags", "gccgoflags", "asmflags"])]),
    (&["mocha", "ava", "jest", "vitest", "rspec", "playwright", "cypress"], &[(Module, &["r", "require", "import", "loader", "globalSetup", "setupFiles", "setupFilesAfterEnv", "resolver", "runner", "testRunner", "transform", "reporter"]), (Place, &["config", "c", "rootDir", "root", "opts"])]),
    (&["pytest", "py.test", "tox", "nox", "coverage"], &[(Module, &["p"]), (Code, &["override-ini"]), (Place, &["c", "rootdir", "confcutdir", "rcfile", "f", "noxfile"])]),
    (&["gradle", "gradlew", "mvn", "mvnw"], &[(Code, &["I", "init-script"]), (Place, &["b", "build-file", "p", "project-dir", "c", "settings-file", "f", "file", "s", "settings", "include-build"])]),
    (&["cmake"], &[(Code, &["P", "E"]), (Place, &["C", "build", "toolchain", "S"])]),
    (&["ctest"], &[(Command, &["build-makeprogram"]), (Code, &["S", "script", "SP", "test-command"]), (Place, &["test-dir"])]),
    (&["meson"], &[(Command, &["gdb-path", "wrapper"]), (Place, &["C", "f", "native-file", "cross-file"])]),
    (&["ninja"], &[(Place, &["C", "f", "native-file", "cross-file"])]),
    (&["gcc", "g++", "clang", "clang++", "cc", "c++"], &[(Command, &["wrapper"]), (Code, &["fplugin", "specs", "B"]), (Flags, &["fuse-ld", "Wl"])]),
    (&["eslint", "prettier", "stylelint", "babel", "webpack", "rollup", "tsc"], &[(Module, &["plugin", "parser", "require", "f", "format", "formatter", "custom-formatter"]), (Place, &["rulesdir", "resolve-plugins-relative-to", "config", "c"])]),
    (&["pylint", "mypy", "flake8", "ruff", "black", "isort"], &[(Module, &["load-plugins"]), (Command, &["python-executable"]), (Code, &["init-hook"]), (Place, &["rcfile", "config-file", "config"])]),
    (&["protoc"], &[(Plugin, &["plugin"])]),
    (&["ld", "ar"], &[(Code, &["plugin"])]),
    (&["rubocop"], &[(Module, &["r", "require", "plugin"]), (Place, &["c", "config"])]),
];

/// Variables, some by their beginning and end.
const VARIABLES: Names = &[
    (Command, &["CARGO_TARGET_*_RUNNER", "CARGO_TARGET_*_LINKER", "CARGO_BUILD_RUSTC*", "CARGO_BUILD_RUSTDOC", "RUSTC", "RUSTC_*WRAPPER", "RUSTDOC", "RUSTFMT", "NPM_CONFIG_SCRIPT_SHELL", "PNPM_CONFIG_SCRIPT_SHELL", "NPM_CONFIG_GIT", "CMAKE_*_LAUNCHER", "CMAKE_*_COMPILER"]),
    (Code, &["NPM_CONFIG_NODE_OPTIONS", "NPM_CONFIG_USERCONFIG", "NPM_CONFIG_*PNPMFILE", "PNPM_CONFIG_*PNPMFILE", "PNPM_CONFIG_NODE_OPTIONS", "NPM_CONFIG_GLOBALCONFIG", "NPM_CONFIG_PREFIX", "CARGO_ALIAS_*", "PYTEST_PLUGINS", "DOTNET_STARTUP_HOOKS", "GOENV", "GOROOT", "COMPILER_PATH", "GCC_EXEC_PREFIX", "BUNDLE_GEMFILE", "MAKEFILES"]),
    (Flags, &["RUSTFLAGS", "RUSTDOCFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS", "CARGO_BUILD_RUSTDOCFLAGS", "CARGO_TARGET_*_RUSTFLAGS", "GOFLAGS", "MAVEN_OPTS", "MAVEN_ARGS", "GRADLE_OPTS", "CFLAGS", "CXXFLAGS", "LDFLAGS", "CGO_*FLAGS", "JAVA_OPTS"]),
    (Options, &["MAKEFLAGS", "GNUMAKEFLAGS", "PYTEST_ADDOPTS"]),
];

/// Parts of flags that name a program or code.
const ACTING_FLAGS: &[&str] = &[
    "linker", "link-arg", "codegen-backend", "toolexec", "-exec", "vettool", "overlay", "modfile", "extld", "plugin", "wrapper", "-javaagent", "-agentpath", "-agentlib", "--init-script", "-B/", "-B.", "-B ", "@", "runner", "fuse-ld=/", "fuse-ld=.",
];

/// Parts of a tool's own options that do.
const ACTING_OPTIONS: &[&str] = &["--eval", "SHELL", "-f", "--file", "--makefile", "-C", "-I", "-E", "-p ", "-pno", "-c", "--directory", "plugin", "="];

/// Whether what is put in place counts where a tool only tells something: Go's own tools run, and pnpm loads a file of
/// hooks.
pub(super) fn in_reads(invocation: &Invocation) -> bool {
    let names_hooks = |text: &str| text.to_ascii_lowercase().contains("pnpmfile");
    invocation.program == "go" || invocation.program == "pnpm" && (invocation.words.iter().any(|word| names_hooks(word.text())) || invocation.environment.iter().any(|(name, _)| names_hooks(name)))
}

/// Adds what is put in place of a build tool's own; true if anything is.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let mut any = false;
    for (name, value) in &invocation.environment {
        let upper = name.to_ascii_uppercase();
        if let Some((is, _)) = VARIABLES.iter().find(|(_, names)| names.iter().any(|pattern| crate::glob::matches(pattern, &upper))) {
            any |= weigh(*is, name, value, context);
        }
        // Places for modules: the project's own are part of it.
        if matches!(upper.as_str(), "PYTHONPATH" | "RUBYLIB") {
            let places: Vec<Value> = match value {
                Value::Known(text) => text.split(':').filter(|part| !part.is_empty()).map(|part| Value::Known(part.to_owned())).collect(),
                Value::Pattern(_) | Value::Unknown { .. } => vec![value.clone()],
            };
            for place in places {
                any |= weigh(Place, name, &place, context);
            }
        }
    }
    let words = &invocation.words;
    let end = words.iter().position(|word| word.known() == Some("--")).unwrap_or(words.len());
    let own = words.get(..end).unwrap_or_default();
    if invocation.program == "cargo" {
        any |= cargo(words, end, context);
    }
    if own.iter().any(|word| loads_by_itself(&invocation.program, word.text())) {
        any |= weigh(Code, &format!("{} ..", invocation.program), &Value::unknown("a part of a word"), context);
    }
    any |= super::definitions::effects(invocation, context);
    let Some((_, options)) = OPTIONS.iter().find(|(programs, _)| programs.contains(&invocation.program.as_str())) else { return any };
    for (index, word) in own.iter().enumerate() {
        for (is, names) in *options {
            if let Some((name, value)) = names.iter().find_map(|name| given(name, index, word, own, invocation)) {
                any |= weigh(*is, &format!("{} {name}", invocation.program), &value, context);
            }
        }
    }
    if matches!(invocation.program.as_str(), "make" | "gmake") {
        any |= own.iter().any(|word| assigns(word, context));
    }
    any
}

/// Whether a word of a compiler has it load a plugin, take more options from a file, or start another compiler.
fn loads_by_itself(program: &str, text: &str) -> bool {
    match program {
        "gcc" | "g++" | "clang" | "clang++" | "cc" | "c++" => text.starts_with('@') || text.starts_with("-Wl,") && text.contains("-plugin"),
        "javac" => text.starts_with('@') || ["-J-javaagent", "-J-agent"].iter().any(|start| text.starts_with(start)),
        "mvn" | "mvnw" | "gradle" | "gradlew" => {
            let starts = ["-javaagent", "-agentpath", "-agentlib", "compiler.executable=", "java.home=", "ext.class.path="];
            ["-D", "-P"].iter().any(|start| text.starts_with(start)) && starts.iter().any(|part| text.contains(part))
        }
        _ => false,
    }
}

/// An option's value: in the same word or the next.
fn given(name: &str, index: usize, word: &Word, words: &[Word], invocation: &Invocation) -> Option<(String, Value)> {
    let text = word.text();
    let dashed = text.strip_prefix('-')?;
    let next = || words.get(index + 1).map_or_else(|| Value::unknown("no value"), |word| word.value.clone());
    let (written, _) = dashed.split_once('=').unwrap_or((dashed, ""));
    // pnpm's name for any of its settings.
    let long = written.strip_prefix('-').map(|long| long.strip_prefix("config.").unwrap_or(long));
    let abbreviates = matches!(invocation.program.as_str(), "make" | "gmake" | "pytest" | "py.test" | "npm");
    // Without a value it is the project's own file.
    let is_default = invocation.program == "rollup" && !dashed.contains('=') && words.get(index + 1).is_none_or(|next| next.known().is_some_and(|text| text.starts_with('-')));
    if is_default && matches!(written, "c" | "-config") {
        return None;
    }
    let same = match long {
        Some(long) => long == name || (abbreviates && name.len() > 1 && is_beginning(long, name)),
        // Go and the compilers have long options with one dash.
        None => written == name,
    };
    if same {
        let value = if dashed.contains('=') { word.value.strip_prefix(&format!("-{written}="))? } else { next() };
        return Some((name.to_owned(), value));
    }
    if name.len() == 1 && long.is_none() && dashed.starts_with(name) && invocation.program != "go" {
        return Some((name.to_owned(), word.value.strip_prefix(&format!("-{name}"))?));
    }
    None
}

/// Whether a value replaces what would run; adds what it runs.
fn weigh(is: Is, name: &str, value: &Value, context: &mut Context<'_>) -> bool {
    let acts = match is {
        Command => {
            environment::command(name, value, context);
            true
        }
        // A module's name is one of the project's own dependencies.
        Code => true,
        Plugin => plugs_in(name, value, context),
        Module => is_of_project(name, value, context) || value.is_unknown() || !value.text().chars().all(|letter| letter.is_ascii_alphanumeric() || "-_@".contains(letter)),
        Place => is_elsewhere(value, context),
        Directory => return runs_elsewhere(name, value, context),
        Options => value.is_unknown() || ACTING_OPTIONS.iter().any(|part| value.text().contains(part)),
        Flags => value.is_unknown() || ACTING_FLAGS.iter().any(|part| value.text().contains(part)) && !is_plain_linker(value.text()),
    };
    if acts {
        let resource = Resource::Program { name: format!("{name}=..") };
        let why = "it puts other code in place of the project's own build";
        context.push(Effect::new(verbs::EXEC_OPAQUE, resource).certain(Certainty::Opaque, why));
    }
    acts
}

/// `make -C ../shop`: whether a build runs in a directory that is none of this project; adds that it does.
fn runs_elsewhere(name: &str, value: &Value, context: &mut Context<'_>) -> bool {
    if !is_elsewhere(value, context) {
        return false;
    }
    let (program, option) = name.split_once(' ').unwrap_or((name, ""));
    let dash = if option.len() == 1 { "-" } else { "--" };
    let resource = Resource::Program { name: format!("{program} {dash}{option} {}", value.known().unwrap_or("..")) };
    // What is temporary may have come from anywhere.
    let is_known = value.known().is_some() && paths::locate(value, context).zone != Zone::Temporary;
    let certainty = if is_known { Certainty::Partial } else { Certainty::Opaque };
    context.push(Effect::new(verbs::EXEC_OPAQUE, resource).certain(certainty, "it runs the build of another directory"));
    true
}

/// `protoc --plugin=protoc-gen-x=./x`: whether a plugin is none that is installed; adds what it does.
fn plugs_in(name: &str, value: &Value, context: &mut Context<'_>) -> bool {
    let program = match value.text().split_once('=') {
        Some((own, _)) => value.strip_prefix(&format!("{own}=")).unwrap_or_else(|| value.clone()),
        None => value.clone(),
    };
    let Some(path) = program.known() else { return true };
    let base = paths::split(path).1;
    let located = paths::locate(&program, context);
    let is_installed = code::source::is_installed(&located, base, context) || environment::is_of_tools(paths::split(&located.path).0, context);
    if !path.contains('/') || is_installed {
        return false;
    }
    environment::command(name, &program, context);
    true
}

/// Whether a module that a tool of Python is told to load is a file beside it.
fn is_of_project(name: &str, value: &Value, context: &Context<'_>) -> bool {
    const PYTHON: &[&str] = &["pylint", "mypy", "flake8", "ruff", "black", "isort"];
    let is_python = name.split_once(' ').is_some_and(|(program, _)| PYTHON.contains(&program));
    is_python && value.text().split(',').any(|module| {
        let files = [format!("{module}.py"), format!("{module}/__init__.py")];
        files.iter().any(|file| code::source::is_there(&paths::locate(&Value::Known(file.clone()), context), context))
    })
}

/// `-C link-arg=-fuse-ld=lld` and nothing else of note.
fn is_plain_linker(flags: &str) -> bool {
    let mut rest = flags.to_owned();
    for name in ["lld", "mold", "gold", "bfd"] {
        for form in ["link-arg=-fuse-ld=", "-fuse-ld="] {
            rest = rest.replace(&format!("{form}{name}"), "");
        }
    }
    !ACTING_FLAGS.iter().any(|part| rest.contains(part))
}

/// Whether a path is not one of the project: standard input, the output of a command, another folder, or the settings
/// themselves.
fn is_elsewhere(value: &Value, context: &mut Context<'_>) -> bool {
    if value.is_unknown() || value.text() == "-" || value.text().starts_with("/dev/") || value.text().starts_with('{') {
        return true;
    }
    let located = paths::locate(value, context);
    if located.zone == Zone::Workspace {
        super::ask_file(&located.path, context);
    }
    located.zone != Zone::Workspace
}

/// `make VARIABLE=..`: values that can be commands.
fn assigns(word: &Word, context: &mut Context<'_>) -> bool {
    let acts = names_a_program(word);
    if acts {
        let name = word.text().split('=').next().unwrap_or_default();
        context.opaque(&format!("make {name}=.."), "a variable of the build can name a program to run");
    }
    acts
}

/// Whether a word for `make` gives a variable that names a program, or a value that is a command.
pub(super) fn names_a_program(word: &Word) -> bool {
    let text = word.text();
    let Some((name, value)) = text.split_once('=').filter(|_| !text.starts_with('-')) else { return false };
    let names_program = !crate::environment::is_usual(name, value) && matches!(name.trim_end_matches([':', '+', '?']), "SHELL" | ".SHELLFLAGS" | "MAKE" | "MAKEFLAGS" | "CC" | "CXX" | "LD" | "AR");
    let is_command = !value.starts_with('-') && value.contains([' ', ';', '|', '&', '$', '`', '(']);
    word.value.is_unknown() || names_program || is_command
}

/// Programs that the project's settings of cargo put in place of its own: those that are only a name are installed.
fn configured(context: &mut Context<'_>) -> bool {
    const KEYS: &[&str] = &["runner", "linker", "rustc", "rustc-wrapper", "rustc-workspace-wrapper", "rustdoc"];
    let mut any = false;
    // Where they are not known, neither is the code that is built.
    let beside = paths::locate(&Value::Known(".cargo/config.toml".to_owned()), context);
    if matches!(code::source::of(&beside, context), code::source::Source::Foreign) {
        return false;
    }
    let (texts, _) = code::doubt(context, super::projects::cargo_settings);
    for text in texts {
        let assigned = text.lines().filter_map(|line| line.split(" #").next()?.split_once('='));
        for (key, value) in assigned.filter(|(key, _)| KEYS.iter().any(|known| key.trim().trim_matches('"').rsplit('.').next() == Some(known))) {
            let words: Vec<&str> = value.split(['"', '\'']).skip(1).step_by(2).collect();
            let command = words.join(" ");
            let first = command.split(' ').next().unwrap_or_default();
            let is_command = command.contains(' ') && !first.starts_with("qemu") && super::super::is_understood(first);
            if first.contains('/') || is_command {
                any |= weigh(Command, &format!("cargo {}", key.trim()), &Value::Known(command), context);
            }
        }
    }
    any
}

/// `cargo --config 'target.x.runner="…"'`, and flags for the compiler after `--`.
fn cargo(words: &[Word], end: usize, context: &mut Context<'_>) -> bool {
    let mut any = configured(context);
    for (index, word) in words.iter().take(end).enumerate() {
        let value = match word.text() {
            "--config" => words.get(index + 1).map_or_else(|| Value::unknown("no value"), |word| word.value.clone()),
            _ => match word.value.strip_prefix("--config=") {
                Some(value) => value,
                None => continue,
            },
        };
        let (key, given) = value.text().split_once('=').map_or(("", ""), |(key, given)| (key.trim(), given.trim()));
        let harmless = ["profile.", "net.", "term.", "build.jobs", "build.target", "http.timeout", "http.multiplexing", "http.check-revoke", "env.RUST_LOG", "env.RUST_BACKTRACE"];
        if value.known().is_some() && harmless.iter().any(|start| key.starts_with(start)) {
            continue;
        }
        let runs = ["runner", "linker", "rustc", "rustc-wrapper", "rustc-workspace-wrapper", "rustdoc"].iter().any(|name| key.ends_with(&format!(".{name}")));
        if runs && let Some(command) = given.strip_prefix(['"', '\'']).and_then(|rest| rest.strip_suffix(['"', '\''])) {
            environment::command("cargo --config", &Value::Known(command.to_owned()), context);
        }
        context.opaque("cargo --config", "this setting can put another program in place");
        any = true;
    }
    if words.iter().take(end).any(|word| matches!(word.text(), "rustc" | "rustdoc" | "clippy")) {
        let flags: Vec<&str> = words.iter().skip(end + 1).map(Word::text).collect();
        any |= weigh(Flags, "rustc", &Value::Known(flags.join(" ")), context);
    }
    any
}

#[cfg(test)]
mod tests;
