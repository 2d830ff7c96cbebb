//! An effect and its context, as Cedar's entities and requests.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock, OnceLock};

use cedar_policy::{EntityId, EntityTypeName, EntityUid};
use cedar_policy_core::FromNormalizedStr as _;
use cedar_policy_core::ast::{self, RestrictedExpr, UnreservedId, Value};
use cedar_policy_core::entities::{Entities, NoEntitiesSchema, TCComputation};
use cedar_policy_core::extensions::Extensions;
use countersign_model::{
    Access, Certainty, Effect, Environment, ForgeRepository, Place, Repository, Resource, Reversible, Zone,
    host_alone, verbs,
};

use crate::map::EnvironmentMap;
use crate::oversight::Rung;
use crate::risk::Beside;
use crate::scope::Kind;
use crate::{Context, classify, remote, risk};

/// The action of every verb outside the catalogue, and of an effect worse than its verb.
pub const UNLISTED: &str = "unlisted";

/// Something Cedar would not take; the sentence says what.
#[derive(Debug)]
pub struct Unaskable(pub String);

impl<E: std::error::Error> From<E> for Unaskable {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// What a policy's scope can see of an effect.
pub fn kind(effect: &Effect) -> Kind {
    let listed = verbs::find(effect.verb.as_str()).filter(|entry| effect.access <= entry.access);
    Kind {
        action: listed.map_or(UNLISTED, |entry| entry.name),
        groups: listed.map(|entry| (area(entry.name), entry.access)),
        resource: resource_type(&effect.resource),
        environment: effect.environment,
        place: effect.resource.place(),
    }
}

/// The part of a verb's name before the first dot.
pub fn area(verb: &str) -> &str {
    verb.split('.').next().unwrap_or(verb)
}

/// Everything Cedar is asked about one effect, but for the rung.
pub struct Question {
    entities: Entities,
    session: EntityUid,
    action: EntityUid,
    resource: EntityUid,
    /// All that is known but for the oversight, evaluated once for all rungs.
    facts: ast::Context,
}

impl Question {
    /// Prepares the entities and the facts.
    pub fn new(
        effect: &Effect,
        kind: &Kind,
        risk: u8,
        beside: &Beside<'_>,
        map: &EnvironmentMap,
    ) -> Result<Self, Unaskable> {
        let action = uid("Action", kind.action)?;
        let mut groups = HashSet::new();
        if let Some((area, access)) = &kind.groups {
            groups.insert(uid("Action", area)?);
            groups.insert(uid("Action", access_word(*access))?);
        }
        let resource = uid(kind.resource, &effect.resource.to_string())?;
        let parents = HashSet::from([
            uid("Environment", environment_word(kind.environment))?,
            uid("Place", place_word(kind.place))?,
        ]);
        let attributes = attributes(&effect.resource)
            .into_iter()
            .map(|(name, value)| (name.into(), RestrictedExpr::val(value)));
        let resource_entity = ast::Entity::new(
            resource.clone().into(),
            attributes,
            HashSet::new(),
            parents.into_iter().map(Into::into).collect(),
            [],
            Extensions::none(),
        )?;
        let action_entity = ast::Entity::new(
            action.clone().into(),
            [],
            HashSet::new(),
            groups.into_iter().map(Into::into).collect(),
            [],
            Extensions::none(),
        )?;
        let entities = Entities::from_entities(
            [action_entity, resource_entity],
            None::<&NoEntitiesSchema>,
            // What these belong to belongs to nothing.
            TCComputation::AssumeAlreadyComputed,
            Extensions::none(),
        )?;
        let session = uid("Session", SESSION)?;
        let facts = facts(effect, risk, beside, map).into_iter().map(|(name, value)| (name.into(), value));
        let facts = ast::Context::Value(Arc::new(facts.collect()));
        Ok(Self { entities, session, action, resource, facts })
    }

    /// The effect's entities.
    pub const fn entities(&self) -> &Entities {
        &self.entities
    }

    /// The request under this much oversight.
    pub fn at(&self, rung: &Rung) -> Result<ast::Request, Unaskable> {
        let ast::Context::Value(facts) = &self.facts else {
            return Err(Unaskable("a fact is no value".to_owned()));
        };
        let mut all = (**facts).clone();
        all.insert(OVERSIGHT.into(), oversight_value(rung));
        let context = ast::Context::Value(Arc::new(all));
        let entry = |uid: &EntityUid| ast::EntityUIDEntry::known(uid.clone().into(), None);
        Ok(ast::Request::new_unchecked(
            entry(&self.session),
            entry(&self.action),
            entry(&self.resource),
            Some(context),
        ))
    }
}

/// The facts under this much oversight.
pub fn under<'a>(
    facts: impl IntoIterator<Item = (&'a str, RestrictedExpr)>,
    rung: &Rung,
) -> Result<ast::Context, Unaskable> {
    let oversight = RestrictedExpr::from(oversight_value(rung));
    let facts = facts.into_iter().chain([(OVERSIGHT, oversight)]);
    Ok(ast::Context::from_pairs(facts.map(|(name, value)| (name.into(), value)), Extensions::none())?)
}

const OVERSIGHT: &str = "oversight";

fn oversight_value(rung: &Rung) -> Value {
    let groups = Value::set_of_lits(rung.groups.iter().map(|group| group.as_str().into()), None);
    let parts = [
        ("monitored", Value::from(rung.monitored)),
        ("approvals", Value::from(i64::from(rung.approvals))),
        ("approverGroups", groups),
    ];
    Value::record(parts, None)
}

fn facts(effect: &Effect, risk: u8, beside: &Beside<'_>, map: &EnvironmentMap) -> Vec<(&'static str, Value)> {
    let long = |number: i64| Value::from(number);
    let flag = |flag: bool| Value::from(flag);
    let text = |word: &str| Value::from(word);
    let count = |number: usize| long(i64::try_from(number).unwrap_or(i64::MAX));
    let Beside { context, outside, burst, .. } = beside;
    let Context { history, circumstances, .. } = context;
    let certainty = match effect.certainty {
        Certainty::Exact => "exact",
        Certainty::Partial => "partial",
        Certainty::Opaque => "opaque",
    };
    let reversible = match effect.reversible {
        Reversible::Yes => "yes",
        Reversible::Unknown => "unknown",
        Reversible::No => "no",
    };
    let reach = context.reach.iter().map(|name| text(name));
    vec![
        ("risk", long(risk.into())),
        ("certainty", text(certainty)),
        ("reversible", text(reversible)),
        ("findings", count(context.carried(effect.resource.place()).count())),
        ("secretRead", flag(history.secret_read)),
        ("untrustedContent", flag(history.untrusted_content)),
        ("denials", long(history.denials.into())),
        ("holds", long(history.holds.into())),
        ("pushes", long(history.pushes.into())),
        ("deniedBefore", flag(circumstances.denied(effect))),
        ("firstTime", flag(circumstances.is_first(effect))),
        ("burst", flag(*burst)),
        ("overlap", flag(circumstances.overlap(effect).is_some())),
        ("task", flag(context.task.is_some())),
        ("outside", Value::set(outside.iter().map(|outside| text(outside.part)), None)),
        ("reach", Value::set(reach, None)),
        ("pinnable", flag(context.pinnable)),
        ("collaboration", flag(classify::is_collaboration(effect, map))),
    ]
}

/// The attributes of `packs/schema.cedarschema`.
pub fn attributes(resource: &Resource) -> Vec<(&'static str, String)> {
    match resource {
        Resource::Ref { repository, reference, .. } => {
            vec![("repository", address(repository)), ("reference", whole(reference))]
        }
        Resource::Repository { repository } => vec![("repository", address(repository))],
        Resource::PullRequest { repository, base, .. } => vec![
            ("repository", forge_address(repository)),
            ("base", base.clone().unwrap_or_else(|| "*".to_owned())),
        ],
        Resource::Forge { repository, object, name, .. } => vec![
            ("repository", forge_address(repository)),
            ("object", object.clone()),
            ("name", name.clone()),
        ],
        Resource::Path { path, zone, class } => {
            vec![("path", path.clone()), ("zone", zone_word(*zone).to_owned()), ("class", risk::word(class))]
        }
        Resource::Host { host, .. } => vec![("host", host_alone(host).to_owned())],
        Resource::Program { name } => vec![("name", name.clone())],
        Resource::Tool { server, name } => {
            vec![("server", server.clone().unwrap_or_default()), ("name", name.clone())]
        }
        Resource::Secret { store, name } => vec![("store", store.clone()), ("name", name.clone())],
        Resource::Cluster { context, namespace, object, name } => vec![
            ("context", context.clone()),
            ("namespace", namespace.clone().unwrap_or_default()),
            ("object", object.clone()),
            ("name", name.clone()),
        ],
        Resource::Cloud { provider, account, region, service, name } => vec![
            ("provider", provider.clone()),
            ("account", account.clone()),
            ("region", region.clone().unwrap_or_default()),
            ("service", service.clone()),
            ("name", name.clone()),
        ],
        Resource::Database { system, host, database, object } => vec![
            ("system", system.clone()),
            ("host", host.clone()),
            ("database", database.clone().unwrap_or_else(|| "*".to_owned())),
            ("object", object.clone()),
        ],
        Resource::Stack { tool, directory, workspace, target } => vec![
            ("tool", tool.clone()),
            ("directory", directory.clone()),
            ("workspace", workspace.clone().unwrap_or_default()),
            ("target", target.clone()),
        ],
        Resource::App { platform, name, target } => vec![
            ("platform", platform.clone()),
            ("name", name.clone()),
            ("target", target.clone().unwrap_or_default()),
        ],
        Resource::Container { host, object, name } => vec![
            ("host", host.clone().unwrap_or_default()),
            ("object", object.clone()),
            ("name", name.clone()),
        ],
        Resource::Package { registry, name } => {
            vec![("registry", registry.clone()), ("name", name.clone())]
        }
        Resource::Change { repository, base, .. } => {
            vec![("repository", repository.clone()), ("base", base.clone().unwrap_or_else(|| "*".to_owned()))]
        }
    }
}

/// The whole name of a reference: a branch by its short name is one, too. Proofs rest on it (`prove`'s `assumed.rs`).
fn whole(reference: &str) -> String {
    let is_whole =
        reference.starts_with("refs/") || reference.contains('*') || matches!(reference, "" | "HEAD");
    if is_whole { reference.to_owned() } else { format!("refs/heads/{reference}") }
}

/// A repository's address in the one spelling; its path where no remote is meant.
pub fn address(repository: &Repository) -> String {
    match &repository.remote {
        Some(remote) => remote.url.as_deref().map_or_else(|| "*".to_owned(), remote::normalise),
        None => repository.root.clone().unwrap_or_else(|| "*".to_owned()),
    }
}

/// A forge repository's address in the one spelling.
pub fn forge_address(repository: &ForgeRepository) -> String {
    remote::normalise(&format!("{}/{}", repository.host, repository.name))
}

pub const fn resource_type(resource: &Resource) -> &'static str {
    match resource {
        Resource::Ref { .. } => "Ref",
        Resource::Repository { .. } => "Repository",
        Resource::PullRequest { .. } => "PullRequest",
        Resource::Forge { .. } => "Forge",
        Resource::Path { .. } => "Path",
        Resource::Host { .. } => "Host",
        Resource::Program { .. } => "Program",
        Resource::Tool { .. } => "Tool",
        Resource::Secret { .. } => "Secret",
        Resource::Cluster { .. } => "Cluster",
        Resource::Cloud { .. } => "Cloud",
        Resource::Database { .. } => "Database",
        Resource::Stack { .. } => "Stack",
        Resource::App { .. } => "App",
        Resource::Container { .. } => "Container",
        Resource::Package { .. } => "Package",
        Resource::Change { .. } => "Change",
    }
}

/// The word policies use.
pub const fn access_word(access: Access) -> &'static str {
    match access {
        Access::Read => "read",
        Access::Write => "write",
        Access::Send => "send",
        Access::Execute => "execute",
        Access::Destroy => "destroy",
    }
}

/// The id of the only principal there is.
pub const SESSION: &str = "session";

/// The word policies use.
pub const fn environment_word(environment: Environment) -> &'static str {
    match environment {
        Environment::Development => "development",
        Environment::Staging => "staging",
        Environment::Unknown => "unknown",
        Environment::Production => "production",
    }
}

/// The word policies use.
pub const fn place_word(place: Place) -> &'static str {
    match place {
        Place::Workspace => "workspace",
        Place::Machine => "machine",
        Place::Remote => "remote",
    }
}

const fn zone_word(zone: Zone) -> &'static str {
    match zone {
        Zone::Workspace => "workspace",
        Zone::Temporary => "temporary",
        Zone::Home => "home",
        Zone::System => "system",
    }
}

/// Every entity type of the schema.
pub const ENTITY_TYPES: [&str; 21] = [
    "Action",
    "Session",
    "Environment",
    "Place",
    "Ref",
    "Repository",
    "PullRequest",
    "Forge",
    "Path",
    "Host",
    "Program",
    "Tool",
    "Secret",
    "Cluster",
    "Cloud",
    "Database",
    "Stack",
    "App",
    "Container",
    "Package",
    "Change",
];

/// The schema's entity types, each parsed when it is first needed.
static TYPES: LazyLock<HashMap<&str, OnceLock<EntityTypeName>>> =
    LazyLock::new(|| ENTITY_TYPES.into_iter().map(|name| (name, OnceLock::new())).collect());

fn entity_type(name: &str) -> Result<&'static EntityTypeName, Unaskable> {
    let parsed = TYPES.get(name).ok_or_else(|| Unaskable(format!("`{name}` is no entity type")))?;
    if let Some(parsed) = parsed.get() {
        return Ok(parsed);
    }
    // By way of the identifier: a name would be parsed, and setting up that parser is not cheap.
    let id = UnreservedId::from_normalized_str(name)?;
    Ok(parsed.get_or_init(|| ast::EntityType::from(ast::Name::from(id)).into()))
}

/// The entity of this type and name.
pub fn uid(kind: &str, id: &str) -> Result<EntityUid, Unaskable> {
    Ok(EntityUid::from_type_name_and_id(entity_type(kind)?.clone(), EntityId::new(id)))
}
