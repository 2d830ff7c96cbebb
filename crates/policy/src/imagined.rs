//! Requests that nobody made: what a proof found, asked of the engine that decides.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use cedar_policy::EntityUid;
use cedar_policy_core::ast::{self, RestrictedExpr};
use cedar_policy_core::entities::{Entities, NoEntitiesSchema, TCComputation};
use cedar_policy_core::extensions::Extensions;
use cedar_policy_core::validator::ValidatorSchema;
use countersign_model::{Environment, Place, PolicyId, verbs};
use serde_json::Value;

use crate::ask::{Answer, ask};
use crate::oversight::Rung;
use crate::proposal::Mode;
use crate::request::{ENTITY_TYPES, UNLISTED, Unaskable, area};
use crate::request::{access_word, environment_word, place_word, uid};
use crate::scope::Kind;
use crate::{Bundle, schema};

/// Every action that policies can be asked about, with the groups it is in.
pub fn actions() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    let listed =
        verbs::CATALOGUE.iter().map(|entry| (entry.name, vec![area(entry.name), access_word(entry.access)]));
    listed.chain([(UNLISTED, Vec::new())])
}

/// Every type of resource.
pub fn resource_types() -> impl Iterator<Item = &'static str> {
    schema::resource_types()
}

/// What the effects of a verb, or else of its area, are on, what comes most first.
const TYPES: &[(&str, &[&str])] = &[
    ("fs", &["Path"]),
    ("secret", &["Secret", "Path", "Program", "Cluster", "Cloud", "App", "Forge", "Tool"]),
    ("git", &["Ref", "Repository"]),
    ("forge.merge", &["PullRequest", "Forge"]),
    ("forge.approve", &["PullRequest", "Forge"]),
    ("forge", &["PullRequest", "Forge", "Repository"]),
    ("change", &["Change"]),
    ("kube", &["Cluster"]),
    ("cloud", &["Cloud"]),
    ("db", &["Database"]),
    ("stack", &["Stack"]),
    ("app", &["App"]),
    ("container", &["Container"]),
    ("package", &["Package"]),
    ("net", &["Host"]),
    ("exec", &["Program", "Path", "Host", "Tool"]),
    ("agent", &["Program", "Tool"]),
    ("mcp", &["Tool"]),
    ("countersign", &["Path", "Program"]),
];

/// The types of resource that a verb is usually about. Nothing but the code that understands a call keeps it from
/// others, so a proof speaks of those too.
pub fn usual_types(verb: &str) -> Option<&'static [&'static str]> {
    TYPES.iter().find(|(known, _)| *known == verb || *known == area(verb)).map(|(_, types)| *types)
}

/// Whether a resource of this type can stand there. It may say yes too often, and never no where one can.
pub fn can_stand(resource: &str, environment: Environment, place: Place) -> bool {
    let places: &[Place] = match resource {
        "Ref" | "Repository" | "Tool" => &[Place::Workspace, Place::Remote],
        "Path" => &[Place::Workspace, Place::Machine],
        "Host" | "Database" | "Container" | "Cluster" | "Cloud" => &[Place::Machine, Place::Remote],
        "Program" | "Secret" => &[Place::Machine],
        "PullRequest" | "Forge" | "Stack" | "App" | "Package" | "Change" => &[Place::Remote],
        _ => &[Place::Workspace, Place::Machine, Place::Remote],
    };
    let own_container = resource == "Container" && place == Place::Machine;
    places.contains(&place) && (!own_container || environment == Environment::Development)
}

/// An action that could be asked about.
#[derive(Clone, Debug, PartialEq)]
pub struct Imagined {
    /// The verb, or `unlisted`.
    pub action: String,
    /// The type of what it acts on.
    pub resource: String,
    /// The name of what it acts on.
    pub name: String,
    /// Attributes of what it acts on.
    pub attributes: BTreeMap<String, String>,
    /// Where it lands.
    pub environment: Environment,
    /// How far away that is.
    pub place: Place,
    /// The context but for the oversight: booleans, whole numbers, text, and lists of text.
    pub facts: BTreeMap<String, Value>,
}

/// What one rung of a bundle says to an imagined action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The rung.
    pub rung: Rung,
    /// Whether every layer permits.
    pub permitted: bool,
    /// The policies that permit, of all layers; where one refuses, those that forbid or fail there.
    pub policies: BTreeSet<PolicyId>,
}

impl Bundle {
    /// Asks the engine about an imagined action, at each of these rungs. An error says what cannot be asked.
    pub fn imagine(&self, imagined: &Imagined, rungs: &[Rung]) -> Result<Vec<Answered>, String> {
        self.ask_about(imagined, rungs).map_err(|error| error.0)
    }

    fn ask_about(&self, imagined: &Imagined, rungs: &[Rung]) -> Result<Vec<Answered>, Unaskable> {
        let kind = kind(imagined)?;
        let entities = entities(imagined, &kind)?;
        let mut answers = Vec::new();
        for rung in rungs {
            let mut answered = Answered { rung: rung.clone(), permitted: true, policies: BTreeSet::new() };
            for (index, policies) in self.stored_layers().enumerate() {
                let slice = self.slices.get(index, &kind, policies);
                let compiled = slice.as_ref().as_ref();
                let compiled = compiled.map_err(|id| Unaskable(format!("policy `{id}` cannot be read")))?;
                let request = request(imagined, rung)?;
                match ask(compiled, Mode::Enforce, request, &entities) {
                    Answer::Permitted(permitting) => answered.policies.extend(permitting),
                    Answer::Refused(policies, _) | Answer::Failed(policies) => {
                        answered.permitted = false;
                        answered.policies = policies;
                        break;
                    }
                }
            }
            answers.push(answered);
        }
        Ok(answers)
    }
}

fn kind(imagined: &Imagined) -> Result<Kind, Unaskable> {
    let listed = verbs::find(&imagined.action);
    let action = match listed {
        Some(entry) => entry.name,
        None if imagined.action == UNLISTED => UNLISTED,
        None => return Err(Unaskable(format!("`{}` is no action", imagined.action))),
    };
    let resource = ENTITY_TYPES.into_iter().find(|name| *name == imagined.resource);
    Ok(Kind {
        action,
        groups: listed.map(|entry| (area(entry.name), entry.access)),
        resource: resource.ok_or_else(|| Unaskable(format!("`{}` is no entity type", imagined.resource)))?,
        environment: imagined.environment,
        place: imagined.place,
    })
}

fn entities(imagined: &Imagined, kind: &Kind) -> Result<Entities, Unaskable> {
    let entity = |uid: EntityUid, attributes: &BTreeMap<String, String>, parents: Vec<EntityUid>| {
        let attributes = attributes.iter();
        ast::Entity::new(
            uid.into(),
            attributes.map(|(name, value)| (name.into(), RestrictedExpr::val(value.as_str()))),
            HashSet::new(),
            parents.into_iter().map(Into::into).collect(),
            [],
            Extensions::none(),
        )
        .map_err(Unaskable::from)
    };
    let mut groups = Vec::new();
    if let Some((area, access)) = &kind.groups {
        groups.push(uid("Action", area)?);
        groups.push(uid("Action", access_word(*access))?);
    }
    let action = entity(uid("Action", kind.action)?, &BTreeMap::new(), groups)?;
    let parents =
        vec![uid("Environment", environment_word(kind.environment))?, uid("Place", place_word(kind.place))?];
    let attributes = complete(imagined, kind.resource)?;
    let resource = entity(uid(kind.resource, &imagined.name)?, &attributes, parents)?;
    Ok(Entities::from_entities(
        [action, resource],
        None::<&NoEntitiesSchema>,
        TCComputation::ComputeNow,
        Extensions::none(),
    )?)
}

/// The attributes of what is imagined, and any value for those it leaves out.
fn complete(imagined: &Imagined, resource: &str) -> Result<BTreeMap<String, String>, Unaskable> {
    let schema: &ValidatorSchema = schema::schema().map_err(Unaskable)?.as_ref();
    let kind = uid(resource, "")?.type_name().clone();
    let declared = schema.get_entity_type(kind.as_ref()).into_iter();
    let declared = declared.flat_map(|kind| kind.attributes().iter().map(|(name, _)| name.to_string()));
    let mut attributes: BTreeMap<String, String> = declared.map(|name| (name, "*".to_owned())).collect();
    attributes.extend(imagined.attributes.clone());
    Ok(attributes)
}

fn request(imagined: &Imagined, rung: &Rung) -> Result<ast::Request, Unaskable> {
    let mut facts = Vec::new();
    for (name, value) in &imagined.facts {
        facts.push((name.as_str(), fact(name, value)?));
    }
    let entry = |uid: EntityUid| ast::EntityUIDEntry::known(uid.into(), None);
    Ok(ast::Request::new_unchecked(
        entry(uid("Session", "session")?),
        entry(uid("Action", &imagined.action)?),
        entry(uid(&imagined.resource, &imagined.name)?),
        Some(crate::request::under(facts, rung)?),
    ))
}

fn fact(name: &str, value: &Value) -> Result<RestrictedExpr, Unaskable> {
    let unfit = || Unaskable(format!("`{value}` is no value of `{name}`"));
    Ok(match value {
        Value::Bool(flag) => RestrictedExpr::val(*flag),
        Value::Number(number) => RestrictedExpr::val(number.as_i64().ok_or_else(unfit)?),
        Value::String(text) => RestrictedExpr::val(text.as_str()),
        Value::Array(items) => {
            let items = items.iter().map(|item| item.as_str().map(RestrictedExpr::val));
            RestrictedExpr::set(items.collect::<Option<Vec<_>>>().ok_or_else(unfit)?)
        }
        Value::Null | Value::Object(_) => return Err(unfit()),
    })
}
