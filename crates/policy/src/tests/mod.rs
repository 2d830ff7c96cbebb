//! What the crate promises as a whole.

mod bundle;
mod classify;
mod infrastructure;
mod layers;
mod matrix;
mod properties;
mod proposal;
mod propose;
mod scoping;
mod wording;

use std::sync::LazyLock;

use countersign_model::{
    Certainty, Effect, Environment, ForgeRepository, PathClass, Place, Remote, Repository, Resource, Verb,
    Zone, verbs,
};

use crate::{Bundle, Context, Pack, Proposal, decide};

/// A map with one of everything.
const SHOP: &str = r#"
version = 1
[repository]
remotes = ["https://github.com/acme/shop.git"]
default_branch = "develop"
[environments.production]
branches = ["main", "release/**"]
tags = ["v*"]
hosts = ["*.shop.example"]
paths = ["/srv/live/**", "deploy/live/**"]
mcp_servers = ["billing"]
credentials = ["KUBECONFIG", "/home/dev/.kube/live", "vault:live/*"]
[environments.staging]
branches = ["next"]
hosts = ["*.staging.example"]
mcp_servers = ["tickets/*"]
databases = ["$STAGING_DATABASE_URL"]
[environments.development]
kube_contexts = ["sandbox", "!sandbox/kube-system"]
accounts = ["aws:play"]
stacks = ["/home/dev/shop/infra/play"]
apps = ["preview"]
"#;

/// The shipped pack over [`SHOP`], built once.
fn shop(pack: Pack) -> &'static Bundle {
    static SHOPS: LazyLock<[Bundle; 3]> = LazyLock::new(|| {
        let proposal = Proposal::parse(SHOP).unwrap();
        Pack::ALL.map(|pack| Bundle::shipped(pack, &proposal).unwrap())
    });
    match pack {
        Pack::Observe => &SHOPS[0],
        Pack::Graduated => &SHOPS[1],
        Pack::Strict => &SHOPS[2],
    }
}

fn path(path: &str, zone: Zone, class: PathClass) -> Resource {
    Resource::Path { path: path.to_owned(), zone, class }
}

fn remote_repository(url: Option<&str>) -> Repository {
    let remote = Remote { name: "origin".to_owned(), url: url.map(str::to_owned) };
    Repository { root: Some("/home/dev/shop".to_owned()), remote: Some(remote) }
}

fn local_repository() -> Repository {
    Repository { root: Some("/home/dev/shop".to_owned()), remote: None }
}

fn reference(repository: Repository, name: &str) -> Resource {
    Resource::Ref { repository, reference: name.to_owned(), old: None, new: None }
}

fn forge() -> ForgeRepository {
    ForgeRepository { host: "github.com".to_owned(), name: "acme/shop".to_owned() }
}

/// What the verb is usually done to at this distance; nothing where that makes no sense.
fn usual_resource(verb: &str, place: Place) -> Option<Resource> {
    let url = Some("https://github.com/acme/shop");
    let host = || Resource::Host { host: "api.example".to_owned(), url: None };
    let tool =
        |server: Option<&str>| Resource::Tool { server: server.map(str::to_owned), name: "do".to_owned() };
    let program = || Resource::Program { name: "make".to_owned() };
    let away = matches!(verb, "git.push" | "git.force-push" | "git.delete-remote-ref" | "git.fetch");
    Some(match (verb.split('.').next()?, place) {
        ("fs", Place::Workspace) => path("/home/dev/shop/a.rs", Zone::Workspace, PathClass::Ordinary),
        ("fs", Place::Machine) => path("/home/dev/notes", Zone::Home, PathClass::Ordinary),
        ("secret", Place::Workspace) => path("/home/dev/shop/.env", Zone::Workspace, PathClass::Secret),
        ("secret", Place::Machine) => path("/home/dev/.netrc", Zone::Home, PathClass::Secret),
        ("git", Place::Workspace) if !away => reference(local_repository(), "refs/heads/feature"),
        ("git", Place::Remote) if away => reference(remote_repository(url), "refs/heads/feature"),
        ("forge", Place::Remote) => Resource::Forge {
            repository: forge(),
            object: "api".to_owned(),
            name: "thing".to_owned(),
            reference: None,
        },
        ("net", Place::Remote) => host(),
        ("exec", Place::Machine) | ("countersign", Place::Machine) => program(),
        ("agent", Place::Workspace) => tool(None),
        ("mcp", Place::Remote) => tool(Some("tickets")),
        ("change", Place::Remote) => infrastructure::change("feature"),
        ("kube", Place::Remote) => infrastructure::cluster("eu-1", Some("shop")),
        ("cloud", Place::Remote) => infrastructure::cloud("shop-1"),
        ("db", Place::Machine) => infrastructure::database("/home/dev/shop/dev.db"),
        ("db", Place::Remote) => infrastructure::database("db.example"),
        ("stack", Place::Remote) => infrastructure::stack("eu"),
        ("app", Place::Remote) => infrastructure::app("preview"),
        ("container", Place::Machine) => infrastructure::container(None),
        ("container", Place::Remote) => infrastructure::container(Some("build-1")),
        ("package", Place::Remote) => infrastructure::package("npm"),
        _ => return None,
    })
}

/// Every verb at every distance and in every environment that makes sense for it, exact.
fn usual_effects() -> Vec<Effect> {
    let mut effects = Vec::new();
    for entry in verbs::CATALOGUE {
        for place in [Place::Workspace, Place::Machine, Place::Remote] {
            let Some(resource) = usual_resource(entry.name, place) else { continue };
            let environments: &[Environment] = match place {
                Place::Workspace | Place::Machine => &[Environment::Development],
                Place::Remote => &ENVIRONMENTS,
            };
            for environment in environments {
                let mut effect = Effect::new(Verb::new(entry.name), resource.clone());
                effect.environment = *environment;
                effects.push(effect);
            }
        }
    }
    effects
}

const ENVIRONMENTS: [Environment; 4] =
    [Environment::Development, Environment::Staging, Environment::Unknown, Environment::Production];

fn word(effect: &Effect, context: &Context, bundle: &Bundle) -> &'static str {
    match decide(std::slice::from_ref(effect), context, bundle).kind.word() {
        "require_approval" => "hold",
        word => word,
    }
}

#[test]
fn a_proof_leaves_out_no_place_where_a_resource_stands() {
    let mut effects = usual_effects();
    for (host, name) in [(None, "live"), (Some("shop.prod.example"), "live")] {
        let host = host.map(str::to_owned);
        let container = Resource::Container { host, object: "container".to_owned(), name: name.to_owned() };
        effects.push(Effect::new(verbs::CONTAINER_RUN, container));
    }
    for host in ["localhost", "/repo/data.db", "db.prod.example"] {
        let database = Resource::Database {
            system: "postgresql".to_owned(),
            host: host.to_owned(),
            database: None,
            object: "*".to_owned(),
        };
        effects.push(Effect::new(verbs::DB_WRITE, database));
    }
    effects.push(Effect::new(verbs::KUBE_DELETE, infrastructure::cluster("kind-live", Some("shop"))));
    effects.push(Effect::new(verbs::CLOUD_DELETE, infrastructure::cloud("localhost:4566")));
    crate::classify(&mut effects, shop(Pack::Graduated), None);
    let mut types = std::collections::BTreeSet::new();
    for effect in &effects {
        let kind = crate::request::kind(effect);
        types.insert(kind.resource);
        assert!(crate::can_stand(kind.resource, kind.environment, kind.place), "{kind:?}");
    }
    assert!(types.len() > 10, "{types:?}");
}
