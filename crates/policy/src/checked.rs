//! Policies as text, read by Cedar and held against the schema.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use cedar_policy::{
    ActionConstraint, ParseErrors, Policy, PolicyId as CedarId, PolicySet, ValidationMode, Validator,
};
use countersign_model::{self as model, Environment, verbs};
use miette::Diagnostic;

use crate::build_error::{BuildError, Place};
use crate::packs::{self, Pack};
use crate::proposal::Mode;
use crate::request::{SESSION, access_word, area, environment_word, place_word};
use crate::{nearest, nesting, schema};

/// A policy that Cedar can read.
#[derive(Clone)]
pub struct Checked {
    /// Its id as people wrote it.
    pub name: String,
    /// Why, for people.
    pub says: String,
    /// What Cedar read, under its full id.
    pub policy: Policy,
    /// Whether it counts.
    pub mode: Mode,
}

/// What to do about a policy that is nested too deeply.
pub const FLATTER: &str =
    "list values in a set, as in `[\"a\", \"b\"].contains(…)`, or write several policies";

/// Reads one policy of a repository's own.
pub fn read(id: &str, name: &str, text: &str, says: Option<&str>) -> Result<Checked, BuildError> {
    // Cedar's parser recurses as deep as the text is nested.
    if let Some(offset) = nesting::too_deep(text) {
        return Err(BuildError::Policy {
            policy: name.to_owned(),
            message: "it is nested too deeply".to_owned(),
            place: Place(line_and_column(text, offset)),
            hint: Some(FLATTER.to_owned()),
        });
    }
    let policy = Policy::parse(Some(CedarId::new(id)), text).map_err(|errors| {
        let place = errors.iter().next().and_then(|error| place(error, text));
        BuildError::Policy {
            policy: name.to_owned(),
            message: errors.iter().map(ToString::to_string).next().unwrap_or_default(),
            place: Place(place),
            hint: several(text)
                .or_else(|| errors.iter().find_map(|error| error.help().map(|help| help.to_string()))),
        }
    })?;
    let says =
        says.or_else(|| policy.annotation("says")).unwrap_or("this repository's own policy asks for it");
    Ok(Checked { name: name.to_owned(), says: says.to_owned(), policy: policy.clone(), mode: Mode::Enforce })
}

/// What to do about a text of several policies, or of one without its end.
fn several(text: &str) -> Option<String> {
    let policies = |text: &str| text.parse::<PolicySet>().map_or(0, |set| set.policies().count());
    if policies(text) > 1 {
        return Some("`cedar` holds one policy: give the next a `[[policy]]` of its own".to_owned());
    }
    (policies(&format!("{text};")) == 1).then(|| "a policy ends with `;`".to_owned())
}

/// The policies of a pack, in their order; read once.
pub fn read_pack(pack: Pack) -> Result<Vec<Checked>, BuildError> {
    type Read = Result<Vec<Checked>, String>;
    static PACKS: LazyLock<BTreeMap<Pack, Read>> = LazyLock::new(|| {
        let read = |pack: Pack| {
            let sources = pack.sources().map(|source| read_source(pack, source));
            Ok(sources.into_iter().collect::<Result<Vec<_>, String>>()?.concat())
        };
        Pack::ALL.into_iter().map(|pack| (pack, read(pack))).collect()
    });
    let read = PACKS.get(&pack).cloned();
    read.unwrap_or_else(|| Err("the pack is not shipped".to_owned())).map_err(BuildError::Shipped)
}

/// Reads the policies of a shipped text.
fn read_source(pack: Pack, source: &str) -> Result<Vec<Checked>, String> {
    let set: PolicySet = source.parse().map_err(|error: ParseErrors| error.to_string())?;
    let mut policies: Vec<&Policy> = set.policies().collect();
    // Cedar numbers the policies of a text in their order: `policy0`, `policy1`, ...
    policies.sort_by_key(|policy| {
        let id: &str = policy.id().as_ref();
        id.trim_start_matches("policy").parse::<usize>().unwrap_or(usize::MAX)
    });
    let read = |policy: &Policy| {
        let name = policy.annotation("id")?;
        let id = format!("{}/{name}", pack.name());
        let says = policy.annotation("says")?.to_owned();
        let policy = policy.new_id(CedarId::new(&id));
        Some(Checked { name: id, says, policy, mode: Mode::Enforce })
    };
    policies
        .into_iter()
        .map(|policy| read(policy).ok_or_else(|| format!("a policy without id or says: {policy}")))
        .collect()
}

/// Strict validation; a warning (a policy that can never apply) is an error too, since a forbid that
/// never applies protects nothing.
pub fn validate(checked: &[Checked]) -> Result<(), BuildError> {
    if checked.is_empty() {
        return Ok(());
    }
    let schema = schema::schema().map_err(BuildError::Shipped)?;
    let set = PolicySet::from_policies(checked.iter().map(|checked| checked.policy.clone()))
        .map_err(|error| BuildError::Shipped(error.to_string()))?;
    let result = Validator::new(schema.clone()).validate(&set, ValidationMode::Strict);
    checked.iter().try_for_each(named)?;
    // Cedar finds them in no fixed order.
    if let Some(error) = result.validation_errors().min_by_key(ToString::to_string) {
        return Err(invalid(checked, error.policy_id(), error));
    }
    match result.validation_warnings().min_by_key(ToString::to_string) {
        Some(warning) => Err(invalid(checked, warning.policy_id(), warning)),
        None => Ok(()),
    }
}

/// That what a policy names is something: Cedar lets an entity have any name, and what is asked of one that never comes
/// is never true.
fn named(checked: &Checked) -> Result<(), BuildError> {
    for literal in checked.policy.entity_literals() {
        let (kind, id) = (literal.type_name().basename().to_owned(), literal.id().unescaped().to_owned());
        let known: &[&str] = match kind.as_str() {
            "Environment" => &ENVIRONMENTS.map(environment_word),
            "Place" => &PLACES.map(place_word),
            "Session" => &[SESSION],
            "Action" => continue,
            _ => {
                let message = format!("nothing is called `{kind}::\"{id}\"`, so that this is never true");
                return Err(unnamed(checked, &id, message, by_attribute(&kind)));
            }
        };
        if !known.contains(&id.as_str()) {
            let message = format!("there is no `{kind}::\"{id}\"`, so that this is never true");
            return Err(unnamed(checked, &id, message, nearest::hint(&id, known)));
        }
    }
    Ok(())
}

/// How a policy asks for resources of a type, each of which is known by its attributes alone.
fn by_attribute(kind: &str) -> String {
    let attribute = match kind {
        "Ref" => "reference",
        "Repository" | "PullRequest" | "Forge" | "Change" => "repository",
        "Path" => "path",
        "Host" => "host",
        _ => "name",
    };
    format!("ask for attributes: `resource is {kind}`, and `when {{ resource.{attribute} == \"…\" }}`")
}

/// An entity that never comes, at the place where the policy has it.
fn unnamed(checked: &Checked, id: &str, message: String, hint: String) -> BuildError {
    let text = checked.policy.to_string();
    let offset = text.find(&format!("\"{id}\""));
    BuildError::Policy {
        policy: checked.name.clone(),
        message,
        place: Place(offset.and_then(|offset| line_and_column(&text, offset))),
        hint: Some(hint),
    }
}

const ENVIRONMENTS: [Environment; 4] =
    [Environment::Development, Environment::Staging, Environment::Unknown, Environment::Production];
const PLACES: [model::Place; 3] = [model::Place::Workspace, model::Place::Machine, model::Place::Remote];

fn invalid(checked: &[Checked], id: &CedarId, error: &(impl Diagnostic + fmt::Display)) -> BuildError {
    let found = checked.iter().find(|checked| checked.policy.id() == id);
    let text = found.map(|found| found.policy.to_string()).unwrap_or_default();
    let message = error.to_string();
    let message = match message.split_once(", ") {
        Some((start, rest)) if start.starts_with("for policy") => rest.to_owned(),
        _ => message,
    };
    BuildError::Policy {
        policy: found.map_or_else(|| id.to_string(), |found| found.name.clone()),
        place: Place(place(error, &text)),
        hint: found
            .and_then(meant_group)
            .or_else(|| known_action(&message))
            .or_else(|| known_attribute(&message))
            .or_else(|| error.help().map(|help| help.to_string())),
        message,
    }
}

/// What was meant by a group of verbs that an action is said to be: no action is one.
fn meant_group(checked: &Checked) -> Option<String> {
    let ActionConstraint::Eq(uid) = checked.policy.action_constraint() else { return None };
    let id: &str = uid.id().unescaped();
    is_group(id).then(|| in_group(id))
}

/// Whether a name is that of a group of verbs: an area, or a kind of change.
pub fn is_group(id: &str) -> bool {
    let is_of = |entry: &verbs::Entry| area(entry.name) == id || access_word(entry.access) == id;
    verbs::find(id).is_none() && verbs::CATALOGUE.iter().any(is_of)
}

/// How a group of verbs is named.
pub fn in_group(id: &str) -> String {
    format!("`{id}` is a group of verbs: write `action in Action::\"{id}\"`")
}

/// Which verb a misspelt one may have meant: Cedar knows only of shorter distances.
fn known_action(message: &str) -> Option<String> {
    let wrong = message.strip_prefix("unrecognized action `Action::\"")?.split('"').next()?;
    let names: Vec<&str> = verbs::CATALOGUE.iter().map(|entry| entry.name).collect();
    let hint = nearest::hint(wrong, &names);
    hint.starts_with("did you mean").then_some(hint)
}

/// What was meant by an attribute that not every type of resource has: Cedar speaks of the first type that lacks it.
fn known_attribute(message: &str) -> Option<String> {
    let wrong = message.strip_prefix("attribute `")?.split('`').next()?;
    let types = packs::SCHEMA.lines().filter_map(|line| {
        let (name, attributes) = line.strip_prefix("entity ")?.split_once(" in [Environment, Place] = {")?;
        let attributes =
            attributes.split(',').filter_map(|attribute| Some(attribute.split_once(':')?.0.trim()));
        Some((name, attributes.collect::<Vec<_>>()))
    });
    let types: Vec<(&str, Vec<&str>)> = types.collect();
    let mut known: Vec<&str> = types.iter().flat_map(|(_, attributes)| attributes).copied().collect();
    known.sort_unstable();
    known.dedup();
    let meant = known.contains(&wrong).then_some(wrong);
    let meant = meant.or_else(|| nearest::nearest(wrong, &known))?;
    let having = types.iter().filter(|(_, attributes)| attributes.contains(&meant));
    let having: Vec<String> = having.map(|(name, _)| format!("`resource is {name}`")).collect();
    let question = if meant == wrong { String::new() } else { format!("did you mean `{meant}`? ") };
    Some(format!("{question}ask first for a type that has `{meant}`: {}", having.join(" or ")))
}

/// Where in `text` the error points.
fn place(error: &impl Diagnostic, text: &str) -> Option<(usize, usize)> {
    line_and_column(text, error.labels()?.next()?.offset())
}

/// Both counted from 1, the column in characters.
pub fn line_and_column(text: &str, offset: usize) -> Option<(usize, usize)> {
    let before = text.get(..offset)?;
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
    Some((line, column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_policy_is_valid() {
        for pack in Pack::ALL {
            let checked = read_pack(pack).expect("the pack can be read");
            assert!(!checked.is_empty());
            assert_eq!(validate(&checked).err().map(|error| error.to_string()), None);
        }
    }
}
