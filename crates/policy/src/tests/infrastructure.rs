//! Where clusters, clouds, databases and the like land, by the map and by their names.

use countersign_model::{Environment, Resource};

use super::*;
use crate::classify;

pub fn cluster(context: &str, namespace: Option<&str>) -> Resource {
    let namespace = namespace.map(str::to_owned);
    Resource::Cluster {
        context: context.to_owned(),
        namespace,
        object: "pod".to_owned(),
        name: "x".to_owned(),
    }
}

pub fn cloud(account: &str) -> Resource {
    Resource::Cloud {
        provider: "aws".to_owned(),
        account: account.to_owned(),
        region: None,
        service: "s3".to_owned(),
        name: "x".to_owned(),
    }
}

pub fn database(host: &str) -> Resource {
    Resource::Database {
        system: "postgresql".to_owned(),
        host: host.to_owned(),
        database: Some("shop".to_owned()),
        object: "users".to_owned(),
    }
}

pub fn stack(workspace: &str) -> Resource {
    Resource::Stack {
        tool: "terraform".to_owned(),
        directory: "/home/dev/shop/infra".to_owned(),
        workspace: Some(workspace.to_owned()),
        target: "x".to_owned(),
    }
}

pub fn app(target: &str) -> Resource {
    Resource::App { platform: "vercel".to_owned(), name: "shop".to_owned(), target: Some(target.to_owned()) }
}

pub fn container(host: Option<&str>) -> Resource {
    Resource::Container {
        host: host.map(str::to_owned),
        object: "container".to_owned(),
        name: "web".to_owned(),
    }
}

pub fn package(registry: &str) -> Resource {
    Resource::Package { registry: registry.to_owned(), name: "shop".to_owned() }
}

pub fn change(base: &str) -> Resource {
    Resource::Change {
        repository: "https://github.com/acme/shop".to_owned(),
        base: Some(base.to_owned()),
        paths: vec![".github/workflows/ci.yml".to_owned()],
        count: 1,
    }
}

fn environment(bundle: &Bundle, resource: Resource) -> Environment {
    let mut effects = [Effect::new(Verb::new("x.y"), resource)];
    classify(&mut effects, bundle, None);
    effects[0].environment
}

#[test]
fn the_map_says_where() {
    use Environment::{Development, Production, Staging, Unknown};
    for (resource, expected) in [
        (cluster("sandbox", Some("web")), Development),
        (cluster("sandbox", Some("kube-system")), Unknown),
        (cluster("*", Some("web")), Development.max(Unknown)),
        (cluster("eu-prod", None), Production),
        (cluster("eu-1", Some("production")), Production),
        (cluster("minikube", None), Development),
        (cluster("sandbox at cluster eu-prod", Some("web")), Production),
        (cluster("sandbox at cluster sandbox-2", Some("web")), Development),
        (cloud("play"), Development),
        (cloud("shop-live"), Production),
        (cloud("shop"), Unknown),
        (database("$STAGING_DATABASE_URL"), Staging),
        (database("$DATABASE_URL"), Unknown),
        (database("127.0.0.1"), Development),
        (database("db.prod.example"), Production),
        (stack("prod"), Production),
        (stack("eu"), Unknown),
        (app("preview"), Development),
        (app("production"), Production),
        (container(None), Development),
        (container(Some("api.shop.example")), Production),
        (package("npm"), Unknown),
    ] {
        assert_eq!(environment(shop(Pack::Graduated), resource.clone()), expected, "{resource}");
    }
}

/// A bucket is reached by its name, whichever account the client is told of; any other name can only raise.
#[test]
fn buckets_by_their_names() {
    use Environment::{Development, Production};
    for (service, name, expected) in [
        ("storage", "shop-prod/assets/x", Production),
        ("storage", "shop-live", Production),
        ("s3", "shop-prod", Production),
        ("storage", "shop-dev/prod/x", Development),
        ("storage", "assets", Development),
        ("compute", "shop-prod", Production),
        ("compute", "shop-nonprod", Development),
    ] {
        let mut resource = cloud("play");
        if let Resource::Cloud { service: own, name: known, .. } = &mut resource {
            (*own, *known) = (service.to_owned(), name.to_owned());
        }
        assert_eq!(environment(shop(Pack::Graduated), resource), expected, "{service} {name}");
    }
}

/// A context may be called anything: the map may know its server.
#[test]
fn clusters_by_their_servers() {
    use Environment::{Development, Production, Unknown};
    let secret = || Resource::Secret { store: "kubernetes sandbox/web".to_owned(), name: "*".to_owned() };
    for (resource, host, expected) in [
        (cluster("sandbox", Some("web")), "api.shop.example", Production),
        (cluster("sandbox", Some("web")), "k8s.prod.acme.example", Production),
        (secret(), "api.shop.example", Production),
        (cluster("sandbox", Some("web")), "k8s.acme.example", Development),
        (cluster("sandbox", Some("web")), "*", Development),
        (cluster("other", Some("web")), "k8s.acme.example", Unknown),
        (stack("eu"), "api.shop.example", Unknown),
    ] {
        let mut effect = Effect::new(Verb::new("x.y"), resource.clone());
        effect.speaks_to = vec![host.to_owned(), "*".to_owned()];
        let mut effects = [effect];
        classify(&mut effects, shop(Pack::Graduated), None);
        assert_eq!(effects[0].environment, expected, "{resource} at {host}");
    }
}

/// A directory in the map is one from the top of any repository that holds it, unless it starts at the root.
#[test]
fn stacks_by_directory() {
    use Environment::{Production, Staging, Unknown};
    let text = "version = 1\n[environments.production]\nstacks = [\"infra/eu\", \"./cells/*/\", \"!cells/test\", \"/srv/infra\", \"eu-1\"]\n\
                [environments.staging]\nstacks = [\"infra/staging\", \"stage\"]\n";
    let built = Bundle::shipped(Pack::Graduated, &Proposal::parse(text).unwrap()).unwrap();
    for (directory, workspace, expected) in [
        ("/home/dev/shop/infra/eu", None, Production),
        ("/home/dev/shop/cells/a", None, Production),
        ("/home/dev/shop/cells/test", None, Unknown),
        ("/srv/infra", None, Production),
        ("/home/srv/infra", None, Unknown),
        ("/home/dev/shop/infra/staging", None, Staging),
        ("/home/dev/shop/infra/staging/sub", None, Unknown),
        ("/home/dev/shop/other-infra/staging", None, Unknown),
        ("/home/dev/shop/infra/eu", Some("stage"), Production),
        ("/home/dev/shop", Some("stage"), Staging),
        ("/home/dev/stage", None, Unknown),
        ("/home/dev/shop/*", None, Production),
        ("*", None, Production),
    ] {
        let resource = Resource::Stack {
            tool: "terraform".to_owned(),
            directory: directory.to_owned(),
            workspace: workspace.map(str::to_owned),
            target: "x".to_owned(),
        };
        assert_eq!(environment(&built, resource), expected, "{directory} {workspace:?}");
    }
}

/// A directory at the top of the working tree has one word only; elsewhere that word names a workspace.
#[test]
fn stacks_by_directory_at_the_top() {
    for name in ["terraform", "./terraform", "terraform/", "./terraform/"] {
        let text = format!("version = 1\n[environments.staging]\nstacks = [{name:?}]\n");
        let built = Bundle::shipped(Pack::Graduated, &Proposal::parse(&text).unwrap()).unwrap();
        let found = |directory: &str, tree: Option<&str>| {
            let resource = Resource::Stack {
                tool: "terraform".to_owned(),
                directory: directory.to_owned(),
                workspace: None,
                target: "*".to_owned(),
            };
            let mut effects = [Effect::new(verbs::STACK_APPLY, resource)];
            classify(&mut effects, &built, tree);
            effects[0].environment
        };
        let tree = Some("/home/dev/shop");
        assert_eq!(found("/home/dev/shop/terraform", tree), Environment::Staging, "{name}");
        for (directory, tree) in [
            ("/home/dev/shop/terraform/sub", tree),
            ("/home/dev/shop2/terraform", tree),
            ("/home/dev/shop/terraform", None),
        ] {
            assert_eq!(found(directory, tree), Environment::Unknown, "{name} {directory}");
        }
    }
}

/// Each name of a stack counts by itself, and the worst of them decides, with the account that the tool acts in.
#[test]
fn stacks_by_each_name() {
    use Environment::{Development, Production, Unknown};
    let text = "version = 1\n[environments.production]\nstacks = [\"eu1\", \"infra/eu.tfvars\"]\naccounts = [\"acme\", \"prod\"]\nkube_contexts = [\"blue\"]\n\
                [environments.development]\nstacks = [\"dev\", \"*dev*\", \"local.tfvars\"]\naccounts = [\"play\"]\n";
    let built = Bundle::shipped(Pack::Graduated, &Proposal::parse(text).unwrap()).unwrap();
    for (workspace, expected) in [
        ("eu1", Production),
        ("eu1 common.tfvars", Production),
        ("eu1 dev.tfvars", Production),
        ("eu1 dev.hcl", Production),
        ("dev eu1.tfvars", Production),
        ("dev infra/eu.tfvars", Production),
        ("dev eu.tfvars", Production),
        ("dev prod.tfvars", Production),
        ("dev *", Production),
        ("acme/shop/eu1", Production),
        ("acme/shop/dev", Development),
        ("acme/eu1/dev", Development),
        ("dev", Development),
        ("dev dev.tfvars", Development),
        ("dev common.tfvars", Development),
        ("dev /tmp/common.tfvars", Development),
        ("eu2 dev.tfvars", Unknown),
        ("eu2", Unknown),
        ("common.tfvars", Unknown),
        ("/tmp/common.tfvars", Unknown),
        ("local.tfvars", Development),
        ("dev aws:play", Development),
        ("dev aws:other", Development),
        ("dev aws:acme", Production),
        ("dev aws:shop-live", Production),
        ("dev aws:*", Production),
        ("dev context:blue", Production),
        ("eu2 aws:play", Unknown),
        ("aws:play", Unknown),
    ] {
        let found = environment(&built, stack(workspace));
        assert_eq!(found, expected, "{workspace}");
    }
}

/// What is removed on this machine is shown to people where it can be made again, and waits where it cannot, where
/// something of it is not known, or where it is not this machine.
#[test]
fn local_removals_are_shown() {
    use countersign_model::{Certainty, DecisionKind, Reversible};
    let kind = |verb: &str, resource: Resource, reversible, certainty| {
        let mut effect = Effect::new(Verb::new(verb), resource).reversible(reversible);
        effect.certainty = certainty;
        classify(std::slice::from_mut(&mut effect), shop(Pack::Graduated), None);
        crate::decide(&[effect], &crate::Context::default(), shop(Pack::Graduated)).kind
    };
    for (verb, here, elsewhere) in [
        ("kube.delete", cluster("kind-dev", Some("web")), cluster("kind-dev at eu.example", Some("web"))),
        ("kube.delete", cluster("minikube", None), cluster("sandbox", Some("web"))),
        ("cloud.delete", cloud("localhost:4566"), cloud("play")),
        ("db.destroy", database("localhost"), database("$STAGING_DATABASE_URL")),
        ("container.delete", container(None), container(Some("build-1"))),
    ] {
        let shown = kind(verb, here.clone(), Reversible::Unknown, Certainty::Exact);
        assert_eq!(shown, DecisionKind::Monitor, "{here}");
        for (resource, reversible, certainty) in [
            (here.clone(), Reversible::No, Certainty::Exact),
            (here, Reversible::Unknown, Certainty::Partial),
            (elsewhere, Reversible::Unknown, Certainty::Exact),
        ] {
            let waits = kind(verb, resource.clone(), reversible, certainty);
            assert!(waits > DecisionKind::Monitor, "{resource} {waits:?}");
        }
    }
}

/// What is done to a page of a browser is shown; what goes elsewhere, runs code, carries a secret, or is of a server
/// that the map lists waits.
#[test]
fn page_actions_are_shown() {
    use countersign_model::{DecisionKind, Digest, Finding};
    let kind = |server: &str, tool: &str, findings: usize| {
        let resource = Resource::Tool { server: Some(server.to_owned()), name: tool.to_owned() };
        let mut effect = Effect::new(Verb::new("mcp.write"), resource);
        classify(std::slice::from_mut(&mut effect), shop(Pack::Graduated), None);
        let finding =
            Finding { class: "token".to_owned(), pointer: "/x".to_owned(), fingerprint: Digest::of([]) };
        let context = crate::Context { findings: vec![finding; findings], ..crate::Context::default() };
        crate::decide(&[effect], &context, shop(Pack::Graduated)).kind
    };
    for (server, tool) in [
        ("playwright", "browser_click"),
        ("x", "browser_type"),
        ("chrome-devtools", "click"),
        ("memory", "create_entities"),
        ("linear", "create_issue"),
        ("atlassian", "addCommentToJiraIssue"),
    ] {
        assert_eq!(kind(server, tool, 0), DecisionKind::Monitor, "{server} {tool}");
        assert!(kind(server, tool, 1) > DecisionKind::Monitor, "{server} {tool}");
    }
    for (server, tool) in [
        ("playwright", "browser_navigate"),
        ("playwright", "browser_evaluate"),
        ("playwright", "browser_file_upload"),
        ("crm", "click"),
        ("crm", "create_issue"),
        ("linear", "delete_issue"),
        ("billing", "browser_click"),
        ("prod-browser", "browser_click"),
    ] {
        assert!(kind(server, tool, 0) > DecisionKind::Monitor, "{server} {tool}");
    }
}

/// A pattern that is open at its start finds what is known of a name, and what is not known at all, but not this
/// machine's own servers and files of which no database is named.
#[test]
fn open_patterns_leave_this_machine_alone() {
    use Environment::{Development, Production, Staging, Unknown};
    let map = "version = 1\n[environments.production]\ndatabases = [\"*/billing\", \"db.prod.example\"]\n\
        kube_contexts = [\"*/payments\"]\n\
        [environments.staging]\ndatabases = [\"*.staging.example\", \"$STAGING_URL\", \"127.0.0.2/*\"]\n\
        [environments.development]\ndatabases = [\"localhost\", \"$DATABASE_URL\"]\n";
    let bundle = Bundle::shipped(Pack::Graduated, &Proposal::parse(map).unwrap()).unwrap();
    let found = |resource: Resource| {
        let mut effects = [Effect::new(verbs::DB_WRITE, resource)];
        classify(&mut effects, &bundle, None);
        effects[0].clone()
    };
    let at = |host: &str, database: Option<&str>| Resource::Database {
        system: "sql".to_owned(),
        host: host.to_owned(),
        database: database.map(str::to_owned),
        object: "*".to_owned(),
    };
    for (resource, expected) in [
        (at("localhost", None), Development),
        (at("127.0.0.1", Some("*")), Development),
        (at("/repo/test.db", None), Development),
        (at("localhost", Some("shop")), Development),
        (at("localhost", Some("billing")), Production),
        (at("127.0.0.2", None), Production),
        (at("db.dev.example", None), Production),
        (at("db.dev.example", Some("shop")), Unknown),
        (at("db.staging.example", Some("shop")), Staging),
        (at("*", None), Production),
        (at("*", Some("shop")), Production),
        (at("$PGHOST", None), Production),
        (at("$PGHOST", Some("shop")), Unknown),
        (at("$STAGING_URL", Some("shop")), Staging),
        (at("$STAGING_URL", None), Staging),
        (at("$DATABASE_URL", None), Development),
        (at("$DATABASE_URL", Some("billing")), Production),
        (at("$OTHER_URL", None), Production),
        (cluster("kind-dev", None), Development),
        (cluster("kind-dev", Some("payments")), Production),
        (cluster("eu", None), Production),
    ] {
        assert_eq!(found(resource.clone()).environment, expected, "{resource}");
    }
    assert_eq!(
        found(at("db.dev.example", None)).because.as_deref(),
        Some("it may be one of `*/billing`, which the map has under production")
    );
    assert_eq!(
        found(at("*", Some("shop"))).because.as_deref(),
        Some("it may be one of `db.prod.example`, which the map has under production")
    );
    for known in
        [at("localhost", None), at("localhost", Some("billing")), at("db.staging.example", Some("shop"))]
    {
        assert_eq!(found(known).because, None);
    }
}

/// A secret is of the environment that its file's name says, or that the cluster, account or stack is of which it is one.
#[test]
fn secrets_are_where_they_open_something() {
    use Environment::{Development, Production, Staging, Unknown};
    let map = "version = 1\n[environments.production]\nkube_contexts = [\"eu-1\"]\naccounts = [\"acme\"]\nstacks = [\"/repo/infra/eu\"]\n\
        [environments.staging]\ncredentials = [\"kubernetes eu-1/web:token\", \"/repo/.env.live\"]\nkube_contexts = [\"eu-2/web\"]\n";
    let bundle = Bundle::shipped(Pack::Graduated, &Proposal::parse(map).unwrap()).unwrap();
    let found = |verb: Verb, resource: Resource| {
        let mut effects = [Effect::new(verb, resource)];
        classify(&mut effects, &bundle, None);
        effects[0].environment
    };
    for (store, name, expected) in [
        ("kubernetes eu-1/web", "password", Production),
        ("kubernetes eu-1/web", "token", Staging),
        ("kubernetes eu-2/web", "token", Staging),
        ("kubernetes eu-3/web", "token", Unknown),
        ("kubernetes kind-dev/web", "token", Development),
        ("helm prod/web", "web", Production),
        ("helm", "web", Unknown),
        ("aws acme", "db", Production),
        ("aws other", "db", Unknown),
        ("terraform /repo/infra/eu", "*", Production),
        ("terraform /repo/infra/dev", "*", Unknown),
        ("terraform /repo/infra prod", "*", Production),
        ("github acme/shop", "X of production", Production),
        ("github acme/shop", "X", Unknown),
    ] {
        let resource = Resource::Secret { store: store.to_owned(), name: name.to_owned() };
        assert_eq!(found(verbs::SECRET_READ, resource), expected, "{store}:{name}");
    }
    for (name, class, verb, expected) in [
        ("/repo/.env.production", PathClass::Secret, verbs::SECRET_READ, Production),
        ("/repo/.env.prod.local", PathClass::Secret, verbs::FS_READ, Production),
        ("/repo/.env.staging", PathClass::Secret, verbs::SECRET_READ, Staging),
        ("/repo/.env.live", PathClass::Secret, verbs::SECRET_READ, Staging),
        ("/repo/.env", PathClass::Secret, verbs::SECRET_READ, Development),
        ("/repo/prod/.env", PathClass::Secret, verbs::SECRET_READ, Development),
        ("/repo/.env.production", PathClass::Secret, verbs::FS_WRITE, Development),
        ("/repo/webpack.prod.js", PathClass::Ordinary, verbs::FS_READ, Development),
    ] {
        let resource = path(name, countersign_model::Zone::Workspace, class);
        assert_eq!(found(verb, resource), expected, "{name}");
    }
}

#[test]
fn what_a_program_is_told_of_is_within_its_reach() {
    let program =
        |name: &str| environment(shop(Pack::Graduated), Resource::Program { name: name.to_owned() });
    for name in [
        "npm test told of db.shop.example",
        "npm test told of db.shop.example/orders",
        "npm test told of context:live, www.SHOP.example.",
        "npm test told of *",
        "deploytool told of stage:production",
    ] {
        assert_eq!(program(name), Environment::Production, "{name}");
    }
    // Where the map is silent, a profile or a context is taken at its word; what only looks like a host is not.
    for name in ["npm test told of aws:acme-prod", "npm test told of db.example, context:prod"] {
        assert_eq!(program(name), Environment::Production, "{name}");
    }
    for name in [
        "npm test",
        "npm test told of db.prod.example",
        "npm test told of shop.example.org, aws:acme, context:eu-3",
        "npm test told of db.staging.example, context:sandbox, aws:play",
    ] {
        assert_eq!(program(name), Environment::Development, "{name}");
    }
}

/// A host of the map is one for the databases on it, too; of both lists the worst counts.
#[test]
fn a_database_lands_where_its_host_does() {
    use Environment::{Development, Production, Staging, Unknown};
    let map = "version = 1\n[environments.production]\nhosts = [\"*.shop.example\"]\n\
        [environments.staging]\nhosts = [\"*.staging.example\"]\ndatabases = [\"copy.shop.example\"]\n\
        [environments.development]\nhosts = [\"*.dev.example\"]\n";
    let bundle = Bundle::shipped(Pack::Graduated, &Proposal::parse(map).unwrap()).unwrap();
    for (host, expected) in [
        ("db.shop.example", Production),
        ("copy.shop.example", Production),
        ("db.staging.example", Staging),
        ("db.dev.example", Development),
        ("shop.example.org", Unknown),
        ("localhost", Development),
        ("$DATABASE_URL", Unknown),
    ] {
        let mut effects = [Effect::new(verbs::DB_READ, database(host))];
        classify(&mut effects, &bundle, None);
        assert_eq!(effects[0].environment, expected, "{host}");
    }
}
