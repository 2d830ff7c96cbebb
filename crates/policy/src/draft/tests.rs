use insta::assert_snapshot;

use super::*;

fn host(host: &str, environment: Environment) -> Effect {
    let effect = Effect::new(verbs::NET_WRITE, Resource::Host { host: host.to_owned(), url: None });
    Effect { environment, ..effect }
}

fn path(path: &str, class: PathClass) -> Effect {
    let resource = Resource::Path { path: path.to_owned(), zone: Zone::Home, class };
    Effect { environment: Environment::Development, ..Effect::new(verbs::FS_WRITE, resource) }
}

#[test]
fn a_draft_names_one_place() {
    assert_snapshot!(draft(&host("hooks.example", Environment::Unknown)).unwrap().cedar, @r#"
        permit (principal, action == Action::"net.write", resource is Host in Environment::"unknown")
        when {
          context.oversight.monitored && resource.host == "hooks.example" &&
          context.certainty == "exact" && context.reversible != "no" && context.findings == 0 && !context.secretRead && context.reach.isEmpty()
        };
        "#);
    assert_snapshot!(draft(&path("/home/dev/notes/a.md", PathClass::Ordinary)).unwrap().cedar, @r#"
        permit (principal, action == Action::"fs.write", resource is Path in Environment::"development")
        when {
          context.oversight.monitored && resource.path like "/home/dev/notes/*" && resource.zone == "home" && resource.class == "ordinary" &&
          context.certainty == "exact" && context.reversible != "no" && context.findings == 0 && !context.secretRead && context.reach.isEmpty()
        };
        "#);
}

#[test]
fn what_no_policy_should_let_flow_has_no_draft() {
    let opaque = Effect::opaque("tool", "nobody knows");
    for effect in [
        host("db.example", Environment::Production),
        host("*", Environment::Unknown),
        host("a\" || true || \"", Environment::Unknown),
        path("/home/dev/.bashrc", PathClass::ShellConfiguration),
        path("/home/dev/key/a", PathClass::Secret),
        path("/etc", PathClass::Ordinary),
        opaque.clone(),
        Effect::new(verbs::EXEC_PRIVILEGE, Resource::Program { name: "shipctl".to_owned() }),
        Effect {
            environment: Environment::Development,
            ..Effect::new(verbs::EXEC_OPAQUE, Resource::Program { name: "python3".to_owned() })
        },
        Effect { environment: Environment::Production, ..opaque },
        Effect {
            verb: verbs::NET_UPLOAD,
            reversible: Reversible::No,
            ..host("a.example", Environment::Unknown)
        },
        Effect {
            verb: verbs::FS_DELETE,
            access: Access::Destroy,
            ..path("/home/dev/notes/a.md", PathClass::Ordinary)
        },
    ] {
        assert_eq!(draft(&effect), None, "{effect}");
    }
}
