//! The kinds of requests there are: every action, on every type of resource, in every environment and place, at
//! every rung.
//!
//! What a policy tests of these is known in each corner, so it is folded away ([`Formulas::fold`]), and what
//! remains speaks of the context and of attributes. This is sound: `action`, the type of `resource`, the
//! entities that hold it and `context.oversight` are the same in every request of a corner, so each folded test
//! has there the value it is replaced by, and a condition and its remainder have the same value in every request
//! of the corner. Two corners with the same remainder are then one question, unless the remainder still
//! reads what differs between them ([`Reads`]), which [`Corner::key`] keeps.

use std::collections::{BTreeSet, HashMap};

use countersign_model::{Environment, Place};
use countersign_policy::{Rung, actions, can_stand, resource_types, usual_types};
use serde_json::Value;

use crate::atom::{self, Atom, Reads, Test};
use crate::formula::{Formula, Formulas};

/// The environments, from the one that matters most.
const ENVIRONMENTS: [Environment; 4] =
    [Environment::Production, Environment::Unknown, Environment::Staging, Environment::Development];
const PLACES: [Place; 3] = [Place::Remote, Place::Machine, Place::Workspace];

/// All corners, in parts: what is asked of one part need not be asked of all below it.
pub struct Space {
    /// Actions, with their groups.
    pub actions: Vec<(String, Vec<String>)>,
    /// Types of resources.
    pub resources: Vec<String>,
    /// Oversight, from the lowest.
    pub rungs: Vec<Rung>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Corner {
    /// The verb, or `unlisted`.
    pub action: String,
    /// The type of resource.
    pub resource: String,
    /// Where it lands.
    pub environment: Environment,
    /// How far away that is.
    pub place: Place,
    /// The oversight, by its number in the space.
    pub rung: usize,
}

/// What a remainder still needs to know of its corner.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    formula: Formula,
    action: Option<String>,
    resource: Option<String>,
    standing: Option<(Environment, Place)>,
    place: Option<Place>,
    rung: Option<usize>,
}

impl Space {
    /// Everything the engine can be asked, at these rungs.
    pub fn whole(rungs: &[Rung]) -> Self {
        let owned = |(name, groups): (&str, Vec<&str>)| {
            (name.to_owned(), groups.into_iter().map(str::to_owned).collect())
        };
        Self {
            actions: actions().map(owned).collect(),
            resources: resource_types().map(str::to_owned).collect(),
            rungs: rungs.to_vec(),
        }
    }

    /// What remains of `within`, and of it together with `about`, in every corner: each once.
    pub fn walk(&self, formulas: &mut Formulas, within: Formula, about: Formula) -> Visits {
        let mut visits = Visits::default();
        let mut folds = Folds::default();
        let each =
            [true, false].into_iter().flat_map(|natural| self.actions.iter().map(move |one| (natural, one)));
        for (natural, (action, groups)) in each {
            let known = Known::Action(action.clone(), groups.clone());
            let Some(pair) = folds.fold(formulas, (within, about), &known) else { continue };
            let mut resources: Vec<&String> =
                self.resources.iter().filter(|name| is_natural(action, name) == natural).collect();
            let usual = usual_types(action).unwrap_or_default();
            resources.sort_by_key(|name| usual.iter().position(|usual| usual == name));
            for resource in resources {
                let known = Known::Resource(resource.clone());
                let Some(pair) = folds.fold(formulas, pair, &known) else { continue };
                for environment in ENVIRONMENTS {
                    let known = Known::Environment(environment);
                    let Some(pair) = folds.fold(formulas, pair, &known) else { continue };
                    for place in PLACES.into_iter().filter(|place| can_stand(resource, environment, *place)) {
                        let Some(pair) = folds.fold(formulas, pair, &Known::Place(place)) else { continue };
                        for (rung, oversight) in self.rungs.iter().enumerate() {
                            let known = Known::Rung(rung, oversight.clone());
                            let Some(pair) = folds.fold(formulas, pair, &known) else { continue };
                            let corner = Corner {
                                action: action.clone(),
                                resource: resource.clone(),
                                environment,
                                place,
                                rung,
                            };
                            visits.add(formulas, corner, pair);
                        }
                    }
                }
            }
        }
        visits
    }

    /// A corner for every action and type of resource that a policy can tell apart, the others alike.
    ///
    /// A policy can tell two actions apart only by an action or a group that stands in its text, since there is
    /// nothing else in a request to compare an action with; and two types only by one that stands in its text, or
    /// where it reads the resource at all.
    pub fn told_apart(&self, formulas: &mut Formulas, policy: &Value) -> Vec<Question> {
        let (mut actions, mut types) = (BTreeSet::new(), BTreeSet::new());
        named(policy, &mut actions, &mut types);
        let reads = Reads::of(policy);
        let typed = reads.resource || !reads.attributes.is_empty();
        let mut found: Vec<Question> = Vec::new();
        let mut seen = HashMap::new();
        for (action, groups) in &self.actions {
            let tests: Vec<_> = actions.iter().map(|name| (name == action, groups.contains(name))).collect();
            for resource in &self.resources {
                let is: Vec<_> = types.iter().map(|name| name == resource).collect();
                let index =
                    *seen.entry((tests.clone(), is, typed.then_some(resource))).or_insert(found.len());
                match found.get_mut(index) {
                    Some(question) => question.corners += 1,
                    None => found.push(Question {
                        formula: formulas.known(true),
                        corner: Corner {
                            action: action.clone(),
                            resource: resource.clone(),
                            environment: Environment::Development,
                            place: Place::Remote,
                            rung: 0,
                        },
                        corners: 1,
                    }),
                }
            }
        }
        found
    }
}

/// Whether verbs of this action's area act on such resources.
pub fn is_natural(action: &str, resource: &str) -> bool {
    usual_types(action).is_none_or(|types| types.contains(&resource))
}

/// What is to be asked, and what was seen to need no asking.
#[derive(Default)]
pub struct Visits {
    /// How many corners the class has.
    pub corners: usize,
    /// What remains of the class alone, each once.
    pub classes: Vec<Question>,
    /// What remains of both, each once; none that cannot be.
    pub questions: Vec<Question>,
    seen: HashMap<Key, usize>,
    seen_classes: HashMap<Key, usize>,
    reads: HashMap<Formula, Reads>,
}

/// A remainder to be asked, with the first corner it came from.
#[derive(Clone, Debug)]
pub struct Question {
    /// When there is a counterexample.
    pub formula: Formula,
    /// Where.
    pub corner: Corner,
    /// How many corners it stands for.
    pub corners: usize,
}

impl Visits {
    fn add(&mut self, formulas: &mut Formulas, corner: Corner, (within, about): (Formula, Formula)) {
        self.corners += 1;
        let both = formulas.and(within, about);
        for (formula, list, seen) in
            [(within, &mut self.classes, &mut self.seen_classes), (both, &mut self.questions, &mut self.seen)]
        {
            if formulas.is(formula, false) {
                continue;
            }
            let reads = self.reads.entry(formula).or_insert_with(|| formulas.reads(formula));
            let index = *seen.entry(corner.key(formula, reads)).or_insert(list.len());
            match list.get_mut(index) {
                Some(question) => question.corners += 1,
                None => list.push(Question { formula, corner: corner.clone(), corners: 1 }),
            }
        }
    }
}

impl Corner {
    /// What tells this corner's question from another's.
    fn key(&self, formula: Formula, reads: &Reads) -> Key {
        let typed = reads.resource || !reads.attributes.is_empty();
        Key {
            formula,
            action: reads.action.then(|| self.action.clone()),
            resource: typed.then(|| self.resource.clone()),
            standing: reads.resource.then_some((self.environment, self.place)),
            place: reads.attributes.contains("zone").then_some(self.place),
            rung: reads.oversight.then_some(self.rung),
        }
    }
}

/// The actions and the types of entities that stand in a policy.
fn named(json: &Value, actions: &mut BTreeSet<String>, types: &mut BTreeSet<String>) {
    match json {
        Value::Object(fields) => {
            let text = |name: &str| fields.get(name).and_then(Value::as_str);
            match (text("type"), text("id")) {
                (Some("Action"), Some(id)) => actions.extend([id.to_owned()]),
                (Some(kind), Some(_)) => types.extend([kind.to_owned()]),
                _ => {}
            }
            types.extend(text("entity_type").map(str::to_owned));
            fields.values().for_each(|part| named(part, actions, types));
        }
        Value::Array(items) => items.iter().for_each(|item| named(item, actions, types)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Part of what is known in a corner.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Known {
    Action(String, Vec<String>),
    Resource(String),
    Environment(Environment),
    Place(Place),
    Rung(usize, Rung),
}

impl Known {
    fn value(&self, atom: &Atom) -> Option<bool> {
        match (self, &atom.test) {
            (Self::Action(action, _), Test::ActionIs(name)) => Some(action == name),
            (Self::Action(action, groups), Test::ActionIn(name)) => {
                Some(action == name || groups.contains(name))
            }
            (Self::Resource(resource), Test::ResourceIs(name)) => Some(resource == name),
            // Nothing but an environment and a place holds a resource.
            (Self::Resource(resource), Test::ResourceIn(kind, _))
                if kind != resource && !["Environment", "Place"].contains(&kind.as_str()) =>
            {
                Some(false)
            }
            (Self::Resource(resource), Test::ResourceEqual(kind, _)) if kind != resource => Some(false),
            (Self::Environment(environment), Test::ResourceIn(kind, id)) if kind == "Environment" => {
                Some(*id == environment.to_string())
            }
            (Self::Place(place), Test::ResourceIn(kind, id)) if kind == "Place" => {
                Some(*id == place.to_string())
            }
            (Self::Rung(_, rung), test) => atom::at(test, rung),
            _ => None,
        }
    }
}

/// What was folded already, under each part of what can be known.
#[derive(Default)]
struct Folds(HashMap<Known, HashMap<Formula, Formula>>);

impl Folds {
    /// Both, folded; nothing where the first cannot hold, or the second cannot.
    fn fold(
        &mut self,
        formulas: &mut Formulas,
        (within, about): (Formula, Formula),
        known: &Known,
    ) -> Option<(Formula, Formula)> {
        let seen = self.0.entry(known.clone()).or_default();
        let knows = |atom: &Atom| known.value(atom);
        let within = formulas.fold(within, &knows, seen);
        if formulas.is(within, false) {
            return None;
        }
        Some((within, formulas.fold(about, &knows, seen)))
    }
}
