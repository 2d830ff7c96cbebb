use crate::fixture::check;

#[test]
fn what_starts_or_ends_something() {
    for command in [
        "drone build promote acme/shop 5 production", "drone build create acme/shop --branch main", "woodpecker-cli deploy acme/shop 5 production", "jenkins-cli build deploy", "jenkins-cli delete-job deploy",
        "jenkins-cli safe-restart", "java -jar jenkins-cli.jar -s https://ci.example build deploy", "bb pipeline run --branch main", "spin pipeline execute --application shop --name deploy", "spin application delete shop",
        "octo deploy-release --project shop --deployTo production", "octo create-release --project shop", "sem rebuild pipeline x", "modal deploy x.py", "encore deploy", "ampx pipeline-deploy --branch main",
        "platform environment:delete", "mina deploy", "shipit production deploy", "shorebird release android", "code-push release x", "ecs-cli compose up",
    ] {
        let found = check(command);
        assert!(["app.deploy", "app.delete"].iter().any(|verb| found.contains(verb)), "{command}: {found}");
    }
}

#[test]
fn tasks_of_several_packages_that_deliver() {
    for command in ["turbo deploy", "turbo run deploy --filter=web", "nx deploy web", "nx run-many -t deploy", "lerna run deploy", "pnpm run '/deploy:.*/'", "pnpm -r run deploy", "npm run deploy --workspaces", "yarn workspaces foreach run deploy"] {
        let found = check(command);
        assert!(found.contains("app.deploy"), "{command}: {found}");
    }
    for command in ["turbo run build --filter=deploy-tools", "turbo run lint", "nx build web", "pnpm -r run build", "pnpm run '/build:.*/'", "turbo run deploy:check", "turbo run deploy --dry", "nx g @nx/react:app x"] {
        let found = check(command);
        assert!(!found.contains("app.deploy"), "{command}: {found}");
    }
}

#[test]
fn what_only_looks() {
    for command in [
        "drone build ls acme/shop", "drone build info acme/shop 5", "woodpecker-cli pipeline ls acme/shop", "jenkins-cli list-jobs", "jenkins-cli console deploy", "jenkins-cli who-am-i", "bb pipeline list",
        "spin pipeline list --application shop", "octo list-releases --project shop", "sem get jobs", "modal app list", "drone lint", "drone --help", "platform environment:list",
    ] {
        let found = check(command);
        assert!(found.contains("read") && !found.contains("opaque") && !found.contains("deploy *"), "{command}: {found}");
    }
    for command in ["drone exec", "encore run", "modal run x.py"] {
        let found = check(command);
        assert!(found.contains("exec.opaque") && !found.contains("app."), "{command}: {found}");
    }
}
