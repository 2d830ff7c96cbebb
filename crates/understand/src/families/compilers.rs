//! Compilers and build tools of languages whose tools have few subcommands: what only builds, tests or shows is told from
//! what runs a program that they are given.

use countersign_model::{Verb, verbs};

use super::subcommands::{Table, read, rule};
use super::{Family, opaque};
use crate::arguments::files::{Operands, touched};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::Word;

pub(super) const FAMILY: Family = Family {
    programs: &[
        "zig", "ghc", "stack", "cabal", "dune", "opam", "nim", "nimble", "crystal", "shards", "swift", "dart", "flutter", "buf", "sqlc", "swag", "templ", "pants", "buck2", "rush", "staticcheck", "govulncheck", "gofumpt",
        "gci", "revive", "gosec", "gotestsum", "gomock", "mockgen", "wire", "graphql-codegen", "openapi-generator", "openapi-generator-cli", "gleam", "v", "odin", "elm", "purs", "spago", "scalac", "kotlinc", "ktlint", "detekt",
        "swiftlint", "swiftformat", "dartfmt", "ormolu", "fourmolu", "hlint", "stylua", "luacheck", "luacheck.exe", "selene",
    ],
    about: "Building, testing, checking and formatting is `exec.build` and `exec.test`; what the project's own build \
        files execute is not looked into. A program that is run, and code on the command line, is opaque.",
    examples: &[
        "zig version",
        "zig build test",
        "zig run a.zig",
        "ghc Main.hs -o main",
        "stack test",
        "stack exec -- ./deploy",
        "cabal build",
        "swift test",
        "dart pub get",
        "flutter build apk",
        "buf push",
        "govulncheck ./...",
        "mockgen -destination a.go -source b.go",
        "buck2 test //...",
    ],
    effects,
};

/// Options that take the next word, of any of them.
const VALUES: &[&str] = &[
    "-o", "-C", "-I", "-L", "-j", "--jobs", "--target", "-target", "--filter", "--test-arguments", "--ta", "-c", "--configuration", "--package-path", "--scratch-path", "--build-path", "--flavor", "--dart-define", "-d", "--device-id",
    "--template", "--path", "-f", "--file", "--output", "-i", "-g", "-destination", "-source", "-package", "--against", "--prefix", "--profile", "--root", "-p", "--project", "--to", "--config", "--format",
];

/// Options by which code is run that stands on the command line, or another program in a tool's place.
const RUNS: &[&str] = &[
    "-e", "--eval", "-toolexec", "--ghc-options", "-F", "-exec", "--exec", "--run", "-run", "--test-runner", "--plugin", "--plugins", "-load", "-fplugin", "--raw-command", "--post-run-command", "--cmd", "--before", "--then", "--else", "--test-wrapper",
    "-wrapper", "--require", "-script", "-exec_only", "--interactive", "-specs", "--proxy",
];

/// How options begin by which another program is put in a tool's place.
const STARTS: &[&str] = &["-pgm", "--with-", "-Xplugin", "-fplugin"];

/// Subcommands of each; none: whatever its words are, it builds or checks.
const TOOLS: &[(&[&str], Option<&Table<'static>>)] = &[
    (&["zig"], Some(&Table { values: VALUES, rules: &[
        rule("version|env|targets|help|zen|std|libc|ast-check", verbs::EXEC_READ),
        rule("build|build-exe|build-lib|build-obj|fmt|cc|c++|ar|init|translate-c|fetch", verbs::EXEC_BUILD),
        rule("test", verbs::EXEC_TEST),
    ] })),
    (&["stack", "cabal", "dune"], Some(&Table { values: VALUES, rules: &[
        rule("path|list|info|ls|query|list-bin|outdated|show-build-info|describe|diagnostics", verbs::EXEC_READ),
        rule("build|configure|clean|haddock|dot|hpc|check|format|fmt|gen-bounds|freeze|init|new|sdist|promote|subst", verbs::EXEC_BUILD),
        rule("test|bench|runtest", verbs::EXEC_TEST),
        rule("install|update|setup|upgrade|fetch|get|unpack", verbs::EXEC_INSTALL),
        rule("upload|report", verbs::PACKAGE_PUBLISH),
    ] })),
    (&["opam", "nimble", "shards", "spago"], Some(&Table { values: VALUES, rules: &[
        rule("list|show|search|var|env|tree|check|outdated|dump|path", verbs::EXEC_READ),
        rule("switch list|show", verbs::EXEC_READ),
        rule("build|lint|c|init", verbs::EXEC_BUILD),
        rule("test", verbs::EXEC_TEST),
        rule("install|update|upgrade|remove|reinstall|pin|switch|uninstall|refresh|sync|lock", verbs::EXEC_INSTALL),
        rule("publish", verbs::PACKAGE_PUBLISH),
    ] })),
    (&["nim", "crystal", "gleam", "v", "odin", "elm", "purs"], Some(&Table { values: VALUES, rules: &[
        rule("version|env|dump|help", verbs::EXEC_READ),
        rule("deps list", verbs::EXEC_READ),
        rule("c|cc|compile|cpp|js|check|build|doc|docs|format|fmt|vet|make|bundle|tool|init|new|add|deps|clean", verbs::EXEC_BUILD),
        rule("spec|test", verbs::EXEC_TEST),
        rule("publish", verbs::PACKAGE_PUBLISH),
    ] })),
    (&["swift"], Some(&Table { values: VALUES, rules: &[
        rule("build|format", verbs::EXEC_BUILD),
                rule("package describe|dump-package|clean|reset|show-dependencies|init|tools-version", verbs::EXEC_BUILD),
        rule("test", verbs::EXEC_TEST),
        rule("package resolve|update", verbs::EXEC_INSTALL),
    ] })),
    (&["dart", "flutter"], Some(&Table { values: VALUES, rules: &[
        rule("doctor|devices|emulators|info|logs|outdated|config", verbs::EXEC_READ),
        rule("pub deps|outdated", verbs::EXEC_READ),
        rule("analyze|format|fix|compile|doc|build|clean|create|gen-l10n|assemble|precache", verbs::EXEC_BUILD),
        rule("test", verbs::EXEC_TEST),
        rule("pub get|add|remove|upgrade|downgrade|cache", verbs::EXEC_INSTALL),
        rule("upgrade|downgrade|channel", verbs::EXEC_INSTALL),
        rule("pub publish|lish", verbs::PACKAGE_PUBLISH),
        rule("pub uploader|retract", verbs::PACKAGE_SETTINGS),
    ] })),
    (&["buf", "sqlc", "swag", "templ", "openapi-generator", "openapi-generator-cli"], Some(&Table { values: VALUES, rules: &[
        rule("version|list|help|config-help|author|meta|info|ls-files|diff", verbs::EXEC_READ),
        rule("build|lint|format|fmt|breaking|generate|gen|compile|vet|init|validate|batch|verify|mod|dep|config", verbs::EXEC_BUILD),
        rule("push", verbs::PACKAGE_PUBLISH),
    ] })),
    (&["pants", "buck2", "rush"], Some(&Table { values: VALUES, rules: &[
        rule("list|dependencies|dependents|paths|peek|roots|filedeps|targets|query|cquery|uquery|audit|log|status|version|help", verbs::EXEC_READ),
        rule("build|rebuild|check|lint|fmt|fix|tailor|package|clean|killall|kill|export", verbs::EXEC_BUILD),
        rule("test", verbs::EXEC_TEST),
        rule("install|update|add|remove|link", verbs::EXEC_INSTALL),
        rule("publish", verbs::PACKAGE_PUBLISH),
    ] })),
];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let runs = |word: &Word| {
        word.value.is_unknown() && (word.text().is_empty() || word.text().starts_with('-')) || STARTS.iter().any(|start| word.text().starts_with(start)) || RUNS.iter().any(|option| word.text() == *option || word.text().strip_prefix(option).is_some_and(|rest| rest.starts_with('=')))
    };
    // Behind `--` stand words of what is tested.
    let own = invocation.words.iter().take_while(|word| word.text() != "--");
    if own.clone().any(runs) {
        opaque(invocation, "it may run code that it is given", context);
        return;
    }
    let words: Vec<Word> = own.cloned().collect();
    if program == "graphql-codegen" && words.iter().any(|word| word.text() == "-r") || program == "mockgen" && words.iter().any(|word| word.text().starts_with("-exec")) {
        opaque(invocation, "it may run code that it is given", context);
        return;
    }
    let Some((_, Some(table))) = TOOLS.iter().find(|(programs, _)| programs.contains(&program)) else {
        touched(&words, Operands::Read, context);
        context.program(verbs::EXEC_BUILD, program);
        return;
    };
    let found = read(invocation, table);
    let tells = found.verb.is_none() && found.operands.is_empty() && found.has(&["--version", "-v", "-V", "--numeric-version"]);
    if found.is_help || tells {
        context.program(verbs::EXEC_READ, program);
        return;
    }
    match found.verb.clone().filter(|_| found.doubt.is_none()) {
        // Its options may take a word that is looked at as the subcommand.
        None if invocation.words.iter().any(|word| PUBLISHES.contains(&word.text())) => publishes(program, verbs::PACKAGE_PUBLISH, false, context),
        None if program == "swift" => (super::interpreters::FAMILY.effects)(invocation, context),
        None => opaque(invocation, "what it runs is not known", context),
        Some(verb) if verb.area() == "package" => publishes(program, verb, found.has(&["--dry-run", "-n"]), context),
        // Steps of a build that run what is built, or bring it somewhere.
        Some(_) if program == "zig" && found.name == "build" && found.operands.iter().any(|word| !matches!(word.text(), "test" | "install" | "check" | "fmt" | "uninstall")) => opaque(invocation, "it runs a step of the project's build", context),
        Some(_) if matches!(program, "nim" | "graphql-codegen") && found.has(&["-r", "--run", "-run"]) => opaque(invocation, "it runs what it builds", context),
        Some(_) if program == "buf" && found.values(&["--template"]).any(|value| value.text().contains(['{', ':'])) => opaque(invocation, "its plugins are programs", context),
        Some(verb) => {
            for value in words.iter().filter_map(|word| ["--out:", "--outdir:", "-o:", "--nimcache:"].iter().find_map(|name| word.value.strip_prefix(name))) {
                context.write_value(&value);
            }
            touched(&words, Operands::Skipped, context);
            context.program(verb, &format!("{program} {}", found.name));
        }
    }
}

/// Subcommands by which something is published.
const PUBLISHES: &[&str] = &["publish", "push", "upload", "lish"];

/// A package that goes to the registry of its language.
fn publishes(program: &str, verb: Verb, rehearses: bool, context: &mut Context<'_>) {
    let registry = match program {
        "stack" | "cabal" => "hackage",
        "dart" | "flutter" => "pub",
        "gleam" => "hex",
        other => other,
    };
    if rehearses {
        context.program(verbs::EXEC_BUILD, program);
    } else {
        super::publishers::publishes(registry, verb, context);
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn what_builds_and_tests() {
        for command in [
            "zig build test", "zig fmt src", "ghc Main.hs -o main", "stack test", "cabal build all", "dune build @all", "nim c a.nim", "crystal build src/a.cr -o bin/a", "swift build -c release", "swift package describe",
            "dart analyze", "flutter build apk --release", "buf generate", "sqlc generate", "pants test ::", "staticcheck ./...", "swiftlint --fix", "stylua src", "opam list", "flutter doctor", "swift test --filter A",
            "zig test src/a.zig", "dart --version", "openapi-generator generate -i a.yaml -g go -o out",
        ] {
            let found = check(command);
            assert!(["exec.build", "exec.test", "exec.read"].iter().any(|verb| found.contains(verb)) && !found.contains("opaque"), "{command}: {found}");
        }
        assert_snapshot!(check("ghc Main.hs -o /home/dev/.bashrc; mockgen -destination .git/hooks/pre-push -source a.go; nim c --out:/home/dev/.claude/settings.json a.nim"), @"
        fs.write /home/dev/.bashrc, write
        exec.build ghc, execute
        fs.write /repo/.git/hooks/pre-push, write
        exec.build mockgen, execute
        countersign.tamper /home/dev/.claude/settings.json, destroy
        exec.build nim c, execute
        ");
        assert_snapshot!(check("flutter pub get; dart pub publish; dart pub publish --dry-run; cabal upload --publish a.tar.gz; buf push; buf --timeout 5s push; stack --resolver lts upload ."), @"
        exec.install flutter pub get, execute
        package.publish * on pub, write, partial
        exec.build dart, execute
        package.publish * on hackage, write, partial
        package.publish * on buf, write, partial
        ");
    }

    #[test]
    fn what_runs_something() {
        for command in [
            "zig run a.zig", "ghc -e 'System.Process.system \"x\"'", "stack exec -- ./deploy", "stack ghci", "cabal run", "dune exec ./a.exe", "nim r a.nim", "nim e a.nims", "crystal run a.cr", "crystal eval 'puts 1'", "crystal a.cr",
            "swift run", "swift a.swift", "dart run a", "dart a.dart", "flutter run", "flutter drive", "rush update-autoinstaller x", "pants run a", "buck2 run //a", "v run a.v", "elm reactor", "go vet -toolexec ./x", "nimble run",
            "ghc -pgmF ./x -F a.hs", "nim c -r a.nim", "zig build deploy", "zig cc -wrapper ./x a.c", "opam config exec -- ./deploy", "ghc -pgmc=./x a.hs", "cabal build --with-gcc=./x", "graphql-codegen -r ./x.js", "scalac -Xplugin:./x.jar a", "kotlinc -script a.kts", "opam exec -- ./deploy", "$X build",
        ] {
            let found = check(command);
            assert!(["opaque", "exec.hidden", "fs.read", "destroy"].iter().any(|part| found.contains(part)), "{command}: {found}");
        }
    }
}
