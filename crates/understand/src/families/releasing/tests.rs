    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn releases() {
        let package = [("/repo/package.json", r#"{"name": "shop", "devDependencies": {"semantic-release": "1"}}"#)];
        assert_snapshot!(check_with("npx semantic-release", &package), @"
        package.publish shop on npm, write, partial
        git.push feature@origin, write
        git.push refs/tags/*@origin, write, partial
        forge.release acme/shop release *, write, partial
        ");
        assert_snapshot!(check_with("npx release-it --ci; np minor", &package), @"
        package.read * on npm, read
        package.publish shop on npm, write, partial
        git.push feature@origin, write
        git.push refs/tags/*@origin, write, partial
        forge.release acme/shop release *, write, partial
        ");
        assert_snapshot!(check("npx changeset publish --tag next"), @"
        package.read * on npm, read
        package.publish * on npm, write, partial
        ");
        assert_snapshot!(check("goreleaser release --clean"), @"
        package.publish * on *, write, partial
        forge.release acme/shop release *, write, partial
        ");
        assert_snapshot!(check("vsce publish; ovsx publish x.vsix; release-please release-pr"), @"
        package.publish * on vscode-marketplace, write, partial
        package.publish * on open-vsx, write, partial
        forge.pull-request acme/shop pull request, write
        change.unknown files, write, partial
        ");
        for command in ["goreleaser frob", "changeset frob", "changeset \"$X\"", "semantic-release --dry-run=false", "release-it \"$X\"", "goreleaser release --skip=announce"] {
            assert!(check(command).contains("package.publish"), "{command}: {}", check(command));
        }
    }

    #[test]
    fn rehearsals_and_what_stays_here() {
        for command in [
            "npx --no-install semantic-release --dry-run", "release-it -d", "np --preview", "changeset", "changeset version", "changeset status", "goreleaser release --snapshot --clean", "goreleaser build",
            "goreleaser check", "standard-version", "vsce package", "vsce ls", "semantic-release --help", "echo semantic-release", "grep -r 'changeset publish' .",
        ] {
            let found = check(command);
            assert!(!found.contains("publish") && !found.contains("opaque") && !found.contains("push"), "{command}: {found}");
        }
    }
