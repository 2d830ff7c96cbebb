use insta::assert_snapshot;

use crate::fixture::{check, check_with};

const PACKAGE: &str = r#"{"scripts": {"test": "jest", "build": "tsc && node tools/b.js", "predeploy": "npm run build", "deploy": "git push origin main", "lint": "eslint ."}}"#;

fn npm(command: &str) -> String {
    check_with(command, &[("/repo/package.json", PACKAGE), ("/repo/tools/b.js", "console.log(1)")])
}

#[test]
fn scripts_are_followed() {
    assert_snapshot!(npm("npm test"), @"exec.test jest, execute");
    assert_snapshot!(npm("npm run deploy"), @"
        exec.build tsc, execute
        fs.read /repo/tools/b.js, read
        git.push main@origin, write
        ");
    assert_snapshot!(npm("yarn deploy"), @"
        exec.build tsc, execute
        fs.read /repo/tools/b.js, read
        git.push main@origin, write
        ");
    assert_snapshot!(npm("pnpm run lint -- --fix"), @"exec.build eslint, execute");
    assert_snapshot!(npm("cd src && npm run lint"), @"
        exec.read cd, read
        exec.build eslint, execute
        ");
    assert_snapshot!(npm("bun run test"), @"exec.test jest, execute");
    assert_snapshot!(npm("npm run gone"), @"exec.opaque npm, execute, opaque");
    assert_snapshot!(check("npm test"), @"exec.test npm test, execute");
}

#[test]
fn installed_programs_are_what_their_names_say() {
    assert_snapshot!(check("npx jest --ci"), @"
    package.read * on npm, read
    exec.test jest, execute
    ");
    assert_snapshot!(check("pnpm exec tsc -p ."), @"exec.build tsc, execute");
    assert_snapshot!(check("npx some-package"), @"
    package.read * on npm, read
    exec.opaque npx, execute, opaque
    ");
    assert_snapshot!(check("./node_modules/.bin/eslint src"), @"exec.build eslint, execute");
}

#[test]
fn what_a_script_is_given() {
    let files = [
        ("/repo/package.json", r#"{"scripts": {"drop": "dropdb shop"}}"#),
        ("/repo/Makefile", "drop:\n\tdropdb shop\n"),
        ("/repo/drop.sh", "dropdb shop\n"),
    ];
    for command in ["npm run drop", "make drop", "bash drop.sh", "env make drop", "sudo -E npm run drop"] {
        let found = check_with(&format!("PGHOST=db.shop.example {command}"), &files);
        assert!(found.contains("db.shop.example"), "{command}: {found}");
        let after = check_with(&format!("PGHOST=db.shop.example ls; {command}"), &files);
        assert!(!after.contains("db.shop.example"), "{command}: {after}");
    }
}

#[test]
fn an_audit_that_mends_installs() {
    for command in ["npm audit fix", "npm audit fix --force", "pnpm audit --fix"] {
        assert!(check(command).contains("exec.install"), "{command}: {}", check(command));
    }
    for command in ["npm audit", "npm audit fix --dry-run", "yarn audit --json"] {
        assert!(!check(command).contains("exec.install"), "{command}: {}", check(command));
    }
}

#[test]
fn programs_beside_packages_are_looked_at() {
    const PUSH: &str = "#!/bin/sh\ngit push origin HEAD:main\n";
    const SHIM: &str = "#!/bin/sh\nbasedir=$(dirname \"$(echo \"$0\" | sed -e 's,\\\\,/,g')\")\n\nexec node  \"$basedir/../eslint/bin/eslint.js\" \"$@\"\n";
    let program = "/repo/node_modules/.bin/eslint";
    for command in
        ["npx eslint src", "npm run lint", "pnpm eslint src", "cd src && npx eslint .", "yarn run lint"]
    {
        let found = check_with(command, &[("/repo/package.json", PACKAGE), (program, PUSH)]);
        assert!(
            found.contains("git.push main@origin") && found.contains("exec.build eslint"),
            "{command}: {found}"
        );
        let found = check_with(command, &[("/repo/package.json", PACKAGE), (program, SHIM)]);
        assert!(!found.contains("opaque") && found.contains("exec.build eslint"), "{command}: {found}");
        let found = check_with(command, &[("/repo/package.json", PACKAGE)]);
        assert!(!found.contains("opaque"), "{command}: {found}");
    }
    for command in [
        "git pull && npx eslint src",
        "npm ci && npm run lint",
        "git checkout other && pnpm exec eslint src",
        "npm ci && npx eslint src",
    ] {
        let found = check_with(command, &[("/repo/package.json", PACKAGE), (program, SHIM)]);
        assert!(!found.contains("opaque"), "{command}: {found}");
    }
    let written = "printf 'git push origin HEAD:main' > node_modules/.bin/eslint; npm run lint";
    assert!(check_with(written, &[("/repo/package.json", PACKAGE)]).contains("git.push main@origin"));
}
