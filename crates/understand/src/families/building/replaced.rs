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
    /// Flags for a compiler or a linker.
    Flags,
    /// Options of the tool itself.
    Options,
    /// A program that is started, perhaps behind a name of its own and `=`; those that are installed are part of the build.
    Plugin,
}

use Is::{Code, Command, Flags, Module, Options, Place, Plugin};

/// Names and what the value of each is.
type Names = &'static [(Is, &'static [&'static str])];

/// Options by program, without dashes; one letter is a short one.
const OPTIONS: &[(&[&str], Names)] = &[
    (&["make", "gmake"], &[(Code, &["eval", "E"]), (Place, &["f", "file", "makefile", "C", "directory"])]),
    (&["just"], &[(Code, &["shell", "shell-arg", "command", "c", "set"]), (Place, &["f", "justfile", "d", "working-directory"])]),
    (&["cargo"], &[(Place, &["manifest-path", "C", "config-file", "tool-config-file"]), (Command, &["test-runner-command"])]),
    (&["rustc"], &[(Flags, &["C", "codegen", "Z", "link-arg"])]),
    (&["npm", "pnpm", "yarn", "npx"], &[(Command, &["script-shell"]), (Code, &["node-options", "userconfig", "globalconfig", "git", "shell", "pnpmfile"]), (Place, &["prefix", "C", "dir", "cwd"])]),
    (&["go"], &[(Command, &["exec", "toolexec"]), (Code, &["vettool", "overlay", "modfile"]), (Place, &["C"]), (Flags, &["ldflags", "gcflags", "gccgoflags", "asmflags"])]),
    (&["mocha", "ava", "jest", "vitest", "rspec", "playwright", "cypress"], &[(Module, &["r", "require", "import", "loader", "globalSetup", "setupFiles", "setupFilesAfterEnv", "resolver", "runner", "testRunner", "transform", "reporter"]), (Place, &["config", "c", "rootDir", "root", "opts"])]),
    (&["pytest", "py.test", "tox", "nox", "coverage"], &[(Module, &["p"]), (Code, &["override-ini"]), (Place, &["c", "rootdir", "confcutdir", "rcfile", "f", "noxfile"])]),
    (&["gradle", "gradlew", "mvn", "mvnw"], &[(Code, &["I", "init-script"]), (Place, &["b", "build-file", "p", "project-dir", "c", "settings-file", "f", "file", "s", "settings", "include-build"])]),
    (&["cmake"], &[(Code, &["P", "E"]), (Place, &["C", "build", "toolchain", "S"])]),
    (&["ctest"], &[(Code, &["S", "script", "SP", "test-command"]), (Place, &["test-dir"])]),
    (&["ninja", "meson"], &[(Place, &["C", "f", "native-file", "cross-file"])]),
    (&["gcc", "g++", "clang", "clang++", "cc", "c++"], &[(Command, &["wrapper"]), (Code, &["fplugin", "specs", "B"]), (Flags, &["fuse-ld", "Wl"])]),
    (&["eslint", "prettier", "stylelint", "babel", "webpack", "rollup", "tsc"], &[(Module, &["plugin", "parser", "require", "f", "format", "formatter", "custom-formatter"]), (Place, &["rulesdir", "resolve-plugins-relative-to", "config", "c"])]),
    (&["pylint", "mypy", "flake8", "ruff", "black", "isort"], &[(Module, &["load-plugins"]), (Command, &["python-executable"]), (Code, &["init-hook"]), (Place, &["rcfile", "config-file", "config"])]),
    (&["protoc"], &[(Plugin, &["plugin"])]),
    (&["ld", "ar"], &[(Code, &["plugin"])]),
    (&["rubocop"], &[(Module, &["r", "require", "plugin"]), (Place, &["c", "config"])]),
];

/// Variables, some by their beginning and end.
const VARIABLES: Names = &[
    (Command, &["CARGO_TARGET_*_RUNNER", "CARGO_TARGET_*_LINKER", "CARGO_BUILD_RUSTC*", "CARGO_BUILD_RUSTDOC", "RUSTC", "RUSTC_*WRAPPER", "RUSTDOC", "RUSTFMT", "NPM_CONFIG_SCRIPT_SHELL", "NPM_CONFIG_GIT", "CMAKE_*_LAUNCHER", "CMAKE_*_COMPILER"]),
    (Code, &["NPM_CONFIG_NODE_OPTIONS", "NPM_CONFIG_USERCONFIG", "NPM_CONFIG_GLOBALCONFIG", "NPM_CONFIG_PREFIX", "CARGO_ALIAS_*", "PYTEST_PLUGINS", "DOTNET_STARTUP_HOOKS", "GOENV", "GOROOT", "COMPILER_PATH", "GCC_EXEC_PREFIX", "BUNDLE_GEMFILE", "MAKEFILES"]),
    (Flags, &["RUSTFLAGS", "RUSTDOCFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS", "CARGO_BUILD_RUSTDOCFLAGS", "CARGO_TARGET_*_RUSTFLAGS", "GOFLAGS", "MAVEN_OPTS", "MAVEN_ARGS", "GRADLE_OPTS", "CFLAGS", "CXXFLAGS", "LDFLAGS", "CGO_*FLAGS", "JAVA_OPTS"]),
    (Options, &["MAKEFLAGS", "GNUMAKEFLAGS", "PYTEST_ADDOPTS"]),
];

/// Parts of flags that name a program or code.
const ACTING_FLAGS: &[&str] = &[
    "linker", "link-arg", "codegen-backend", "toolexec", "-exec", "vettool", "overlay", "modfile", "extld", "plugin", "wrapper", "-javaagent", "-agentpath", "-agentlib", "--init-script", "-B/", "-B.", "-B ", "@", "runner", "fuse-ld=/", "fuse-ld=.",
];

/// Parts of a tool's own options that do.
const ACTING_OPTIONS: &[&str] = &["--eval", "SHELL", "-f", "--file", "--makefile", "-C", "-I", "-E", "-p ", "-pno", "-c", "--directory", "plugin", "="];

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
            let starts = ["-javaagent", "-agentpath", "-agentlib", "java.home=", "ext.class.path="];
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
    let long = written.strip_prefix('-');
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
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn commands_in_plain_sight_are_followed() {
        for command in [
            "cargo test --config 'target.\"cfg(all())\".runner=\"git push origin main\"'", "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER='git push origin main' cargo test", "go test -exec 'git push origin main' ./...",
            "go build -toolexec='git push origin main'", "npm run build --script-shell='git push origin main'", "NPM_CONFIG_SCRIPT_SHELL='git push origin main' npm test",
        ] {
            let found = check(command);
            assert!(found.contains("git.push main@origin"), "{command}: {found}");
        }
    }

    #[test]
    fn what_the_settings_of_cargo_put_in_place() {
        let with = |text: &str| check_with("cargo test", &[("/repo/.cargo/config.toml", text), ("/repo/ship.sh", "git push origin main")]);
        for text in [
            "[build]\nrustc-wrapper = \"./ship.sh\"\n", "[target.x86_64-unknown-linux-gnu]\nrunner = \"git push origin main\"\n", "target.x.runner = ['git', 'push', 'origin', 'main'] # x\n",
        ] {
            let found = with(text);
            assert!(found.contains("git.push main@origin") && found.contains("exec.opaque"), "{text}: {found}");
        }
        for text in ["[build]\nrustc-wrapper = \"sccache\"\n", "[target.x]\nlinker = \"clang\"\nrunner = \"qemu-arm\"\n", "[env]\nA = \"./x\"\n", "[alias]\nrunner = 'x'\n"] {
            let found = with(text);
            assert!(!found.contains("opaque"), "{text}: {found}");
        }
    }

    #[test]
    fn another_build_is_no_known_build() {
        for command in [
            "make -f <(echo x)", "make -f - <<X\nall:\n\tx\nX", "make -f /tmp/x/Makefile", "make -f/tmp/x/Makefile test", "make --makef=/tmp/x test", "MAKEFLAGS='--eval=x' make", "make --eval=x", "make --ev x", "make -C /tmp/x test", "make test PYTEST='git push;'",
            "CARGO_BUILD_RUSTC_WRAPPER=./x cargo build", "RUSTC=./x cargo build", "RUSTFLAGS='-C linker=./x' cargo build", "cargo test --manifest-path /tmp/x/Cargo.toml", "GOFLAGS=-toolexec=./x go build", "go vet -vettool=./x", "mocha -r ./x",
            "gradle -I x.gradle test", "gcc -wrapper ./x,y a.c", "cargo rustc -- -C linker=./x", "npm test --prefix /tmp/x", "cmake -P x.cmake", "prettier --plugin=./x a.js",
        ] {
            let found = check(command);
            assert!(found.contains("exec.opaque"), "{command}: {found}");
        }
    }

    #[test]
    fn code_of_the_project_that_a_tool_loads() {
        let files = [("/repo/ship.sh", "git push origin HEAD:main"), ("/repo/evil.py", "x"), ("/repo/node_modules/.bin/protoc-gen-ts", "\0")];
        for command in [
            "protoc --plugin=protoc-gen-x=./ship.sh --x_out=. a.proto", "protoc --plugin ./node_modules/.bin/protoc-gen-ts a.proto", "jest --config='{\"globalSetup\":\"./x.js\"}'", "eslint -f ./x.js src", "eslint --format=./x.js src",
            "pylint --load-plugins evil src", "pylint --load-plugins=pylint_django,evil src", "ld --plugin ./x.so a.o", "ld -plugin=./x.so a.o", "ar --plugin ./x.so rc a.a a.o",
        ] {
            let found = check_with(command, &files);
            assert!(found.contains("exec.opaque"), "{command}: {found}");
        }
        assert!(check_with("protoc --plugin=protoc-gen-x=./ship.sh a.proto", &files).contains("git.push main@origin"));
        for command in [
            "protoc --plugin=protoc-gen-ts=./node_modules/.bin/protoc-gen-ts a.proto", "protoc --plugin=protoc-gen-go a.proto", "protoc --plugin=/home/dev/go/bin/protoc-gen-go a.proto", "protoc --go_out=. a.proto", "jest --config jest.config.js",
            "eslint -f json -o report.json src", "eslint --format stylish src", "pylint --load-plugins=pylint_django src", "ld -o a a.o",
        ] {
            let found = check_with(command, &[]);
            assert!(!found.contains("exec.opaque"), "{command}: {found}");
        }
    }

    #[test]
    fn ordinary_builds_stay_known() {
        for command in [
            "make -j8 test", "make -f Makefile test", "make -C src test CFLAGS='-O2 -g' V=1", "RUSTFLAGS='-D warnings -C target-cpu=native' cargo build --release", "MAKEFLAGS=-j8 make", "RUSTFLAGS='-C link-arg=-fuse-ld=lld' cargo build", "cargo test --config profile.dev.debug=0 -p shop -- --nocapture",
            "cargo clippy --all-targets -- -D warnings", "cargo build --manifest-path src/Cargo.toml", "go test -run X ./...", "go build -ldflags='-s -w' -o bin/x .", "GOFLAGS=-mod=mod go test ./...", "jest --config jest.config.js", "mocha -r dotenv --timeout 5",
            "pytest -q -x tests", "eslint -c .eslintrc.json src", "npm run build --workspace a", "gcc -O2 -o x x.c", "cmake -S . -B build", "gradle test -p app",
        ] {
            let found = check(command);
            assert!(!found.contains("exec.opaque"), "{command}: {found}");
        }
    }

    #[test]
    fn outputs_are_seen() {
        assert_snapshot!(check("pytest --junitxml=.claude/settings.json"), @"
        exec.test pytest, execute
        countersign.tamper /repo/.claude/settings.json, destroy
        ");
        assert_snapshot!(check("eslint -o .claude/settings.json src"), @"
        exec.build eslint, execute
        countersign.tamper /repo/.claude/settings.json, destroy
        ");
        assert_snapshot!(check("prettier --write .claude/settings.json"), @"
        exec.build prettier, execute
        countersign.tamper /repo/.claude/settings.json, destroy
        ");
        assert_snapshot!(check("cargo build --target-dir .claude"), @"
        exec.build cargo build, execute
        fs.write /repo/.claude, write
        ");
        assert_snapshot!(check("prettier --check .claude/settings.json"), @"
        exec.build prettier, execute
        fs.read /repo/.claude/settings.json, read
        ");
        assert_snapshot!(check("prettier --write=true .claude/settings.json"), @"
        exec.build prettier, execute
        countersign.tamper /repo/.claude/settings.json, destroy
        ");
        assert_snapshot!(check("eslint --fix-type layout .claude/settings.json"), @"
        exec.build eslint, execute
        countersign.tamper /repo/.claude/settings.json, destroy
        ");
        assert_snapshot!(check("prettier --check .claude/settings.json .env"), @"
        exec.build prettier, execute
        fs.read /repo/.claude/settings.json, read
        secret.read /repo/.env, read
        ");
        assert_snapshot!(check("shellcheck .env"), @"
        exec.build shellcheck, execute
        secret.read /repo/.env, read
        ");
    }

    #[test]
    fn formatting_all_below_a_directory_is_within_it() {
        for command in [
            "prettier --write 'src/**/*.ts'", "prettier --write '**/*.{js,json,yml}'", "prettier --write src/**/*.ts", "eslint --fix 'src/**/*.{ts,tsx}'", "npx prettier --write .", "black .", "ruff format",
            "gofmt -w .", "cargo fmt", "isort 'src/**/*.py'", "stylelint --fix '**/*.css'",
        ] {
            let found = check(command);
            let found = found.strip_prefix("package.read * on npm, read\n").filter(|_| command.starts_with("npx")).unwrap_or(&found);
            assert!(!found.contains('\n') && found.starts_with("exec.build"), "{command}: {found}");
        }
        assert_snapshot!(check("prettier --write '.claude/**/*.json'; prettier --write '.github/**/*.yml'; prettier --write '**/.env'; black '.git/hooks/**/*.py'"), @"
        exec.build prettier, execute
        countersign.tamper /repo/.claude/**/*.json, destroy
        fs.write /repo/.github/**/*.yml, write
        fs.write /repo/**/.env, write
        exec.build black, execute
        fs.write /repo/.git/hooks/**/*.py, write
        ");
        assert_snapshot!(check("cat src/**/*.ts; wc -l **/*.py; cat **/.env; cat ~/.ssh/**/*.txt"), @"
        fs.read /repo/src/*/*.ts, read
        fs.read /repo/*/*.py, read
        secret.read /repo/*/.env, read, partial
        secret.read /home/dev/.ssh/*/*.txt, read, partial
        ");
        assert_snapshot!(check("sed -i s/a/b/ src/**/*.ts; sed -i s/a/b/ **/*.yml"), @"
        fs.write /repo/src/*/*.ts, write, partial
        exec.read sed, read
        fs.write /repo/*/*.yml, write, partial
        ");
    }

    #[test]
    fn programs_that_options_start() {
        let has = |verb: &str, commands: &[&str]| {
            for command in commands {
                assert!(check(command).contains(verb), "{command}: {}", check(command));
            }
        };
        has("exec.opaque", &[
            "gcc -B. src/a.c",
            "gcc @opts src/a.c",
            "gcc -Wl,-plugin,x.so a.c",
            "javac -J-javaagent:x.jar A.java",
            "gradle -Dorg.gradle.jvmargs=-javaagent:./x.jar build",
            "gradle -Dorg.gradle.java.home=./x build",
            "mvn -Dmaven.ext.class.path=x.jar test",
            "cmake -DCMAKE_C_COMPILER_LAUNCHER=x .",
            "ctest --build-and-test . b --test-command x",
            "mypy --python-executable ./x src",
            "go list -export -toolexec=./x ./...",
            "SPEC_OPTS='-r ./x' rspec",
            "BAT_PAGER=./x bat --paging=always f",
        ]);
        has("git.push main", &["convert '|git push origin main' y.png", "identify '|git push origin main'"]);
        has("fs.write /repo/.git/hooks/pre-push", &["gcc -MF .git/hooks/pre-push -c a.c"]);
    }
}
