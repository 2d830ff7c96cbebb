//! Options by which a program that builds, tests, checks or shows is told to load code, or to start another program in
//! a tool's place: `--plugin ./x.js`, `-ccbin ./x`, `--processor-path x.jar`.
//!
//! They are known by what their names say, whatever the program is, and count only where their value is a file: a mere
//! name is that of something installed with the project. A family that tells of such an option by itself goes first.

use countersign_model::{Certainty, Effect, Resource, Zone, verbs};

use super::told;
use crate::code::source;
use crate::context::Context;
use crate::environment;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::{Value, Word};

/// Parts of the names of options that load code, without dashes and capitals.
const PARTS: &[&str] = &[
    "plugin",
    "preload",
    "launcher",
    "wrapper",
    "javaagent",
    "agentpath",
    "agentlib",
    "doclet",
    "taglet",
    "ruleset",
    "rulesdir",
    "initscript",
    "inithook",
    "setupfile",
    "globalsetup",
    "globalteardown",
    "customsyntax",
    "customformatter",
    "customreporter",
    "testenvironment",
    "preset",
    "ccbin",
    "compilerbindir",
    "processorpath",
    "processormodulepath",
    "pythonpath",
    "interpreter",
    "externalchecks",
    "useld",
    "ldpath",
];

/// Whole names of such options.
const NAMES: &[&str] = &[
    "require",
    "import",
    "reporter",
    "reporters",
    "formatter",
    "parser",
    "resolver",
    "runner",
    "load",
    "rules",
    "syntax",
    "transform",
    "transformer",
    "processor",
    "printer",
    "listener",
    "hooks",
    "nodearguments",
    "runtool",
    "testruntool",
];

/// Letters and words that mean the same to some programs only.
const LETTERS: &[(&[&str], &[&str])] = &[
    (&["markdownlint"], &["r"]),
    (&["ktlint"], &["R"]),
    (&["detekt", "rollup"], &["p"]),
    (&["postcss", "remark"], &["u"]),
    (&["jsdoc"], &["t", "template"]),
    (&["ansible-lint"], &["r"]),
];

/// Parts of the names of options that take settings in which code can be named.
const SETTINGS: &[&str] = &["config", "options", "bootstrap", "autoload", "settings", "defaults", "confdir"];

/// Letters for the same.
const SETTINGS_LETTERS: &[(&[&str], &[&str])] = &[
    (&["mkdocs"], &["f"]),
    (&["sphinx-build", "jsdoc", "phpunit", "golangci-lint"], &["c"]),
    (&["commitlint"], &["g", "extends", "x"]),
];

/// Programs whose settings name code even where they are no code themselves.
const NAMING: &[&str] = &[
    "mkdocs",
    "sphinx-build",
    "jsdoc",
    "typedoc",
    "phpunit",
    "golangci-lint",
    "swc",
    "cspell",
    "commitlint",
    "markdownlint",
    "rspec",
    "jest",
    "clang",
    "clang++",
    "webpack",
    "babel",
    "ava",
    "cypress",
    "doxygen",
];

/// Endings of files that are code.
const CODE: &[&str] = &[
    "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "py", "rb", "php", "pl", "lua", "so", "dll", "dylib",
    "jar", "war", "class", "sh", "bash", "exe", "kts", "groovy", "gradle", "el", "scm", "ex", "exs", "jl",
];

/// Endings of files that are none.
const DATA: &[&str] = &[
    "json", "jsonc", "json5", "yml", "yaml", "toml", "xml", "txt", "md", "html", "css", "scss", "csv", "ini",
    "cfg", "log", "neon", "xsl", "xslt", "tex",
];

/// Programs that only read, and load what these options name.
const READERS: &[&str] = &["nm", "size", "strings", "objdump", "objcopy", "strip", "ansible-lint"];

/// Adds what is loaded by an invocation whose family has nothing opaque to say of it.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let weighs = context.unseen.as_ref().map_or(READERS.contains(&program), |effect| {
        told::is_unseen(&effect.verb) && effect.certainty != Certainty::Opaque
    });
    if !weighs {
        return;
    }
    let end = invocation.words.iter().position(|word| word.known() == Some("--"));
    let own = invocation.words.get(..end.unwrap_or(invocation.words.len())).unwrap_or_default();
    for (index, word) in own.iter().enumerate() {
        let Some((name, value)) = option(index, word, own) else { continue };
        let acts = if loads(program, &name) {
            value.text().split(',').any(|part| is_code_of_its_own(part, context))
        } else {
            is_settings(program, &name) && is_elsewhere(program, &value, context)
        };
        if acts {
            let resource = Resource::Program { name: format!("{program} {name}=..") };
            let why = "its options make it load code, or start a program, of their own";
            context.push(Effect::new(verbs::EXEC_OPAQUE, resource).certain(Certainty::Opaque, why));
        }
    }
}

/// The name of an option, and its value: in the same word, or the next but for `-Xclang` and the like.
fn option(index: usize, word: &Word, words: &[Word]) -> Option<(String, Value)> {
    let dashed = word.text().strip_prefix('-')?;
    let written = dashed.split(['=', ':']).next().unwrap_or(dashed);
    let attached = || word.value.strip_prefix(&format!("-{written}")).filter(|rest| !rest.text().is_empty());
    let value = match attached() {
        Some(rest) => rest.strip_prefix("=").or_else(|| rest.strip_prefix(":"))?,
        None => words.get(index + 1..)?.iter().find(|next| !next.text().starts_with("-X"))?.value.clone(),
    };
    Some((written.trim_start_matches('-').to_owned(), value))
}

/// A name without dashes, underscores and capitals.
fn plain(name: &str) -> String {
    name.chars().filter(|letter| !matches!(letter, '-' | '_' | '.')).collect::<String>().to_ascii_lowercase()
}

fn is_letter(table: &[(&[&str], &[&str])], program: &str, name: &str) -> bool {
    table.iter().any(|(programs, names)| programs.contains(&program) && names.contains(&name))
}

/// Whether an option of this name loads what it is given.
fn loads(program: &str, name: &str) -> bool {
    let plain = plain(name);
    let names_places = plain.contains("cache") || name.starts_with("no-") || plain.contains("ignore");
    !names_places && (PARTS.iter().any(|part| plain.contains(part)) || NAMES.contains(&plain.as_str()))
        || is_letter(LETTERS, program, name)
}

/// Whether an option of this name takes settings.
fn is_settings(program: &str, name: &str) -> bool {
    let plain = plain(name);
    SETTINGS
        .iter()
        .any(|part| plain.starts_with(part) || plain.ends_with("config") || plain.ends_with("configfile"))
        || is_letter(SETTINGS_LETTERS, program, name)
}

/// Whether a value is a file of code by itself, and none that installers put there: `./x`, `/tmp/x.js`, `x.so`.
fn is_code_of_its_own(text: &str, context: &Context<'_>) -> bool {
    let text = text.rsplit_once("require=").map_or(text, |(_, module)| module);
    let ending = ending(text);
    if DATA.contains(&ending) || text.contains("://") || text.starts_with('@') {
        return false;
    }
    let located = paths::locate(&Value::Known(text.to_owned()), context);
    let is_path = text.starts_with(['.', '/', '~']) && text.contains('/');
    let is_there = || text.contains('/') && source::is_there(&located, context);
    let names_it = is_path || CODE.contains(&ending) || is_there();
    names_it && !environment::is_of_tools(paths::split(&located.path).0, context)
}

/// Whether settings are none of the project's, and may be code or name some.
fn is_elsewhere(program: &str, value: &Value, context: &Context<'_>) -> bool {
    let Some(text) = value.known() else { return false };
    let can_be_code = CODE.contains(&ending(text)) || NAMING.contains(&program);
    let located = paths::locate(value, context);
    can_be_code
        && text.contains(['/', '.'])
        && !text.contains("://")
        && located.zone != Zone::Workspace
        && !environment::is_of_tools(paths::split(&located.path).0, context)
}

/// What follows the last point of a file's name.
fn ending(text: &str) -> &str {
    let name = text.rsplit('/').next().unwrap_or(text);
    name.rsplit_once('.').map_or("", |(_, ending)| ending)
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn code_that_options_load() {
        for command in [
            "nvcc -ccbin ./x a.cu",
            "nvcc -ccbin=./x a.cu",
            "nvcc --compiler-bindir ./x a.cu",
            "nm --plugin ./x.so a.o",
            "nm --plugin=./x.so a.o",
            "size --plugin x.so a.o",
            "objcopy --plugin ./x.so a.o",
            "gcc -fuse-ld=./x a.c",
            "clang -fpass-plugin=./x.so a.c",
            "clang -Xclang -load -Xclang ./x.so a.c",
            "clang --config=/tmp/x.cfg a.c",
            "javac -processorpath x.jar A.java",
            "kotlinc -Xcompiler-plugin=x.jar a.kt",
            "typedoc --plugin ./x.js",
            "stylelint --custom-syntax ./x.js a.css",
            "jest --testEnvironment ./x.js",
            "jest --reporters=./x.js",
            "cypress run --config-file /tmp/x.js",
            "rollup -p ./x.js a.js",
            "babel --plugins /tmp/x.js a.js",
            "babel --presets=./x.js a.js",
            "ktlint -R x.jar",
            "markdownlint -r ./x.js a.md",
            "commitlint -g /tmp/x.js",
            "phpunit --bootstrap /tmp/x.php",
            "mkdocs build -f /tmp/mkdocs.yml",
            "sphinx-build -c /tmp/x . out",
            "jsdoc -t /tmp/template src",
            "pyright --pythonpath ./x",
            "knip --config /tmp/x.ts",
            "ava --node-arguments=--require=/tmp/x.js",
            "ansible-lint -r /tmp/rules",
        ] {
            let found = check(command);
            assert!(found.contains("exec.opaque"), "{command}: {found}");
        }
    }

    #[test]
    fn names_of_what_is_installed_and_settings_of_the_project() {
        for command in [
            "nvcc -ccbin g++-12 a.cu -o a",
            "nvcc -ccbin /usr/bin/g++ a.cu",
            "nm -C a.o",
            "objdump -d a.o",
            "gcc -fuse-ld=lld a.c",
            "javac -processor lombok.launch A.java",
            "typedoc --plugin typedoc-plugin-markdown",
            "jest --reporters=default",
            "jest --testEnvironment jsdom",
            "babel --presets=@babel/preset-env a.js",
            "babel --plugins @babel/plugin-x a.js",
            "phpunit --bootstrap vendor/autoload.php",
            "mkdocs build -f docs/mkdocs.yml",
            "markdownlint -c .markdownlint.json a.md",
            "mocha --reporter dot",
            "playwright test --reporter=html",
            "turbo run build --filter ./apps/web",
            "yamllint -c /tmp/x.yml .",
            "prettier --plugin=prettier-plugin-svelte --check src",
            "eslint --format json src",
            "pyright --pythonpath /usr/bin/python3",
            "eslint --no-ignore --cache --cache-location .cache/x src",
            "cargo build --config profile.dev.debug=0",
        ] {
            let found = check(command);
            assert!(!found.contains("opaque"), "{command}: {found}");
        }
    }
}
