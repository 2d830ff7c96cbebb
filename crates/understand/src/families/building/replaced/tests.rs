use insta::assert_snapshot;

use crate::fixture::{check, check_with};

#[test]
fn commands_in_plain_sight_are_followed() {
    for command in [
        "cargo test --config 'target.\"cfg(all())\".runner=\"git push origin main\"'", "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER='git push origin main' cargo test", "go test -exec 'git push origin main' ./...",
        "go build -toolexec='git push origin main'", "npm run build --script-shell='git push origin main'", "NPM_CONFIG_SCRIPT_SHELL='git push origin main' npm test", "meson test --gdb --gdb-path 'git push origin main'", "ctest --build-and-test . b --build-generator Ninja --build-makeprogram 'git push origin main'", "pnpm --config.script-shell='git push origin main' test",
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
        "gradle -I x.gradle test", "gcc -wrapper ./x,y a.c", "cargo rustc -- -C linker=./x", "npm test --prefix /tmp/x", "cmake -P x.cmake", "pnpm --config.node-options='--require ./evil.js' test", "pnpm --config.pnpmfile=./evil.cjs list", "npm_config_pnpmfile=./evil.cjs pnpm list", "mvn compile -Dmaven.compiler.executable=./x.sh", "prettier --plugin=./x a.js",
    ] {
        let found = check(command);
        assert!(found.contains("exec.opaque"), "{command}: {found}");
    }
}

#[test]
fn the_build_of_another_directory() {
    let files = [("/srv/shop/Makefile", "seed:\n\tpsql -h localhost shop -c \"truncate users\"\n"), ("/repo/compose.yaml", "services: {}")];
    let found: Vec<String> = crate::fixture::understood("make -C ../srv/shop seed", &files).effects.iter().map(|effect| format!("{effect}: {}", effect.because.as_deref().unwrap_or("-"))).collect();
    assert_snapshot!(found.join("\n"), @"
    exec.opaque make -C ../srv/shop → unknown, execute, partial: it runs the build of another directory
    db.destroy users in postgresql://localhost/shop → unknown, destroy: -
    ");
    assert_snapshot!(check("make -C /tmp/x test; npm --prefix /srv/x test; make -C $X test; just -d /srv/x x"), @"
    exec.opaque make -C /tmp/x, execute, opaque
    exec.test npm test, execute
    exec.opaque make -C .., execute, opaque
    exec.read make, read
    exec.opaque just -d /srv/x, execute, partial
    ");
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
