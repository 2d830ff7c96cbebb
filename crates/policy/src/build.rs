//! From a proposal to a bundle: everything is checked here, once, so that deciding need not.

use std::collections::BTreeSet;

use cedar_policy::{Effect, Policy};
use countersign_model::{Declared, PolicyId};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::build_error::{BuildError, NO_WORD, Place};
use crate::bundle::{Bundle, Contents, FORMAT, StoredInvariant, StoredLayer, StoredPolicy};
use crate::checked::{Checked, FLATTER, read, read_pack, validate};
use crate::layers::{self, Layer};
use crate::map::RepositoryMap;
use crate::oversight::{self, Asked, MOST_APPROVALS, Refusal};
use crate::packs::Pack;
use crate::points;
use crate::proposal::{INVARIANT, Mode, OwnInvariant, OwnPolicy, Proposal};
use crate::{At, above, glob, letters, nearest, remote};

/// Builds the bundle a reviewer may sign, of one repository's proposal. Validates every policy against the schema and
/// proves the ladder monotone.
pub fn build(proposal: &Proposal) -> Result<Bundle, BuildError> {
    build_layers(&[(Layer::Repository, proposal)])
}

/// The same, of several layers, from the highest. Only the highest says how things start: with its pack.
pub fn build_layers(layers: &[(Layer, &Proposal)]) -> Result<Bundle, BuildError> {
    let Some(((highest, top), _)) = layers.split_first() else {
        return Err(BuildError::Shipped("there is no layer to build from".to_owned()));
    };
    for (layer, proposal) in layers {
        check_patterns(*layer, proposal)?;
        check_programs(*layer, &proposal.programs)?;
        check_delegates(*layer, &proposal.delegates)?;
        read_invariants(*layer, &proposal.invariants)?;
    }
    let (map, programs) = layers::join(layers)?;
    let mut seen = BTreeSet::new();
    let mut own = Vec::new();
    for (layer, proposal) in layers {
        own.push(read_own(*layer, &proposal.policies, &mut seen)?);
    }
    // The shipped policies are part of this program; a test validates them, once for all.
    validate(&own.concat())?;
    let mut asked = Asked::default();
    let mut stored = Vec::new();
    for (index, ((layer, proposal), mut checked)) in layers.iter().zip(own).enumerate() {
        if index == 0 || proposal.names_pack {
            checked.extend(read_pack(proposal.pack)?);
        } else {
            checked.push(everything(*layer)?);
        }
        let policies =
            checked.into_iter().map(|checked| settle(checked, &mut asked)).collect::<Result<Vec<_>, _>>()?;
        stored.push(StoredLayer { name: layer.name().to_owned(), policies });
    }
    let top_policies = if stored.is_empty() { Vec::new() } else { stored.remove(0).policies };
    Ok(Bundle::from_contents(&Contents {
        format: FORMAT,
        pack: top.pack.name().to_owned(),
        on_allow: top.on_allow,
        above: above::maps(layers, &map),
        map,
        rungs: oversight::rungs(&asked),
        weights: points::weights(*highest, &top.weights)?,
        policies: top_policies,
        highest: (!stored.is_empty()).then(|| highest.name().to_owned()),
        below: stored,
        programs,
        invariants: layers.iter().flat_map(|(layer, proposal)| stored_invariants(*layer, proposal)).collect(),
    })?)
}

impl Bundle {
    /// A shipped pack over the proposal's map and nothing else of it: what is in force before anybody
    /// has signed a bundle.
    pub fn shipped(pack: Pack, proposal: &Proposal) -> Result<Self, BuildError> {
        build(&Proposal {
            pack,
            on_allow: crate::OnAllow::Pass,
            programs: Vec::new(),
            policies: Vec::new(),
            invariants: Vec::new(),
            weights: toml::Table::new(),
            ..proposal.clone()
        })
    }
}

fn read_own(
    layer: Layer,
    own: &[OwnPolicy],
    seen: &mut BTreeSet<String>,
) -> Result<Vec<Checked>, BuildError> {
    let mut checked = Vec::new();
    for (index, policy) in own.iter().enumerate() {
        let id = format!("{layer}/{}", policy.id);
        let is_new = seen.insert(id.clone());
        check_id(layer, ["policy", &index.to_string(), "id"], &policy.id, &policy.id, is_new)?;
        let read = read(&id, &policy.id, &policy.cedar, policy.says.as_deref())?;
        checked.push(Checked { mode: policy.mode, ..read });
    }
    Ok(checked)
}

/// The invariants of a proposal as Cedar reads them, held against the schema: each a `forbid` under its own id.
pub fn read_invariants(layer: Layer, own: &[OwnInvariant]) -> Result<Vec<Policy>, BuildError> {
    let mut seen = BTreeSet::new();
    let mut checked = Vec::new();
    for (index, invariant) in own.iter().enumerate() {
        let name = format!("{INVARIANT}{}", invariant.id);
        let is_new = seen.insert(&invariant.id);
        check_id(layer, ["invariant", &index.to_string(), "id"], &invariant.id, &name, is_new)?;
        let read = read(&invariant.id, &name, &invariant.cedar, Some(&invariant.says))?;
        if read.policy.effect() != Effect::Forbid {
            let hint = "write a `forbid`: what it forbids, the bundle must never allow";
            return Err(refused(&name, "an invariant permits nothing", Some(hint)));
        }
        checked.push(read);
    }
    validate(&checked)?;
    Ok(checked.into_iter().map(|checked| checked.policy).collect())
}

/// The invariants of a layer as the bundle keeps them.
fn stored_invariants(layer: Layer, proposal: &Proposal) -> impl Iterator<Item = StoredInvariant> {
    proposal.invariants.iter().map(move |OwnInvariant { id, says, cedar }| StoredInvariant {
        id: format!("{layer}/{id}"),
        says: says.clone(),
        cedar: cedar.clone(),
    })
}

/// An id is shown in reasons, listed, and typed by people; it stands for one policy.
fn check_id(layer: Layer, path: [&str; 3], id: &str, name: &str, is_new: bool) -> Result<(), BuildError> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let is_word = !id.is_empty() && id.chars().all(plain);
    let message = match (is_word, is_new) {
        (true, true) => return Ok(()),
        (false, _) => NO_WORD,
        (true, false) => "its id stands there twice",
    };
    Err(BuildError::Id { layer, name: name.to_owned(), message, at: At::path(path) })
}

/// How the id ends of the policy that a lower layer starts from.
pub(crate) const AS_ABOVE: &str = "/as-above";

/// What a lower layer starts from: the layers above have decided already.
fn everything(layer: Layer) -> Result<Checked, BuildError> {
    let id = format!("{layer}{AS_ABOVE}");
    read(&id, &id, "permit (principal, action, resource);", Some("the layers above permit it"))
}

/// A policy as the bundle keeps it, once nothing is wrong with it.
fn settle(checked: Checked, asked: &mut Asked) -> Result<StoredPolicy, BuildError> {
    let Checked { name, says, policy, mode } = checked;
    let json = policy.to_json().map_err(|error| refused(&name, &error.to_string(), None))?;
    if !numbers_fit(&json) {
        return Err(refused(&name, &format!("it holds a number beyond {LARGEST}"), None));
    }
    oversight::prove_monotone(&json, asked).map_err(|refusal| not_monotone(&name, &refusal))?;
    let stored = store(&policy, says, mode, &json).map_err(|error| BuildError::Shipped(error.to_string()))?;
    // JSON that is nested too deeply can be written and not be read again.
    if serde_json::from_str::<Value>(stored.conditions.get()).is_err() {
        return Err(refused(&name, "its conditions are nested too deeply", Some(FLATTER)));
    }
    Ok(stored)
}

fn check_delegates(layer: Layer, delegates: &[String]) -> Result<(), BuildError> {
    match delegates.iter().find(|name| !layers::DELEGATES.contains(&name.as_str())) {
        None => Ok(()),
        Some(wrong) => Err(BuildError::Delegate {
            layer,
            name: wrong.clone(),
            hint: nearest::hint(wrong, &layers::DELEGATES),
            at: At::path(["delegates", wrong]),
        }),
    }
}

/// The parts of a policy that count; annotations are for the reader of its text.
fn store(policy: &Policy, says: String, mode: Mode, json: &Value) -> Result<StoredPolicy, serde_json::Error> {
    let part = |name: &str| json.get(name).cloned().unwrap_or_default();
    let id: &str = policy.id().as_ref();
    Ok(StoredPolicy {
        id: PolicyId::from(id),
        says,
        mode,
        effect: serde_json::from_value(part("effect"))?,
        principal: serde_json::from_value(part("principal"))?,
        action: serde_json::from_value(part("action"))?,
        resource: serde_json::from_value(part("resource"))?,
        conditions: RawValue::from_string(part("conditions").to_string())?,
    })
}

/// The largest number that canonical JSON keeps as it is: it stores numbers as doubles.
const LARGEST: u64 = (1 << 53) - 1;

fn numbers_fit(json: &Value) -> bool {
    match json {
        Value::Number(number) => number.as_i64().is_some_and(|number| number.unsigned_abs() <= LARGEST),
        Value::Array(items) => items.iter().all(numbers_fit),
        Value::Object(fields) => fields.values().all(numbers_fit),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

/// What is wrong with a name that people would not be shown as it is.
const HIDES: &str = "it holds a character that is not shown";

fn check_patterns(layer: Layer, proposal: &Proposal) -> Result<(), BuildError> {
    let map = proposal.map();
    // As it is written: a spelling of nothing would be one of something.
    let RepositoryMap { remotes, roots, default_branch } = &proposal.repository;
    for (list, names) in
        [("remotes", remotes.as_slice()), ("roots", roots), ("default_branch", default_branch.as_slice())]
    {
        for pattern in names {
            let hides = letters::hides(pattern).then_some(HIDES);
            if let Some(message) = hides.or_else(|| strange(list, pattern)) {
                let at = At::path(["repository", list, pattern]);
                let (list, pattern) = (format!("repository.{list}"), remote::shown(pattern));
                return Err(BuildError::Pattern { layer, list, pattern, message, at });
            }
        }
    }
    for (environment, places) in &map.environments {
        for (list, patterns) in places.lists() {
            for pattern in patterns {
                let hides = letters::hides(pattern).then_some(HIDES);
                if let Some(message) = hides.or_else(|| glob::refuse(pattern)) {
                    let at = At::path(["environments", &environment.to_string(), list, pattern]);
                    let list = format!("environments.{environment}.{list}");
                    return Err(BuildError::Pattern { layer, list, pattern: pattern.clone(), message, at });
                }
            }
        }
    }
    Ok(())
}

/// What is wrong with an entry of `[repository]` that no repository is ever called.
fn strange(list: &str, entry: &str) -> Option<&'static str> {
    if entry.trim() != entry || entry.is_empty() {
        return Some("it is empty, or has spaces around it");
    }
    match list {
        "remotes" if entry.starts_with('!') => Some("a repository is listed or not: `!` says nothing here"),
        "remotes" => remote::refuse(entry),
        "roots" if !entry.starts_with('/') => {
            Some("a root is the whole path of a working tree, which starts with `/`")
        }
        "roots" if entry == "/" => Some("the top of the file system is no working tree"),
        _ => None,
    }
}

/// Refuses what would silently say nothing, or two things.
fn check_programs(layer: Layer, programs: &[Declared]) -> Result<(), BuildError> {
    let mut seen = BTreeSet::new();
    for (index, program) in programs.iter().enumerate() {
        let refused = |name: &str, message| BuildError::Program {
            layer,
            name: name.to_owned(),
            message,
            at: At::path(["program", &index.to_string(), "names", name]),
        };
        let first = program.names.first().ok_or_else(|| refused("", "it has no name"))?;
        let subcommands = [&program.read, &program.write, &program.destroy, &program.execute];
        if subcommands.iter().all(|list| list.is_empty()) {
            return Err(refused(
                first,
                "it says nothing: list subcommands under `read`, `write`, `destroy` or `execute`",
            ));
        }
        let lists = [&program.names, &program.values, &program.target].into_iter().chain(subcommands);
        if let Some(word) = lists.flatten().find(|word| letters::hides(word)) {
            return Err(refused(word, HIDES));
        }
        for name in &program.names {
            if name.is_empty() || name.contains(['/', ' ']) {
                return Err(refused(name, "a name is one word without `/`"));
            }
            if !seen.insert(name) {
                return Err(refused(name, "it is described twice"));
            }
        }
        let options = program.values.iter().filter(|option| !option.starts_with('-'));
        if options.count() > 0 {
            return Err(refused(first, "what `values` lists are options and start with a dash"));
        }
        // Of a tool they are the names of its arguments.
        let is_tool = |name: &String| name.contains(['_', '*']) || name.starts_with(char::is_uppercase);
        if !program.names.iter().any(is_tool) && program.target.iter().any(|option| !option.starts_with('-'))
        {
            return Err(refused(
                first,
                "what `target` lists are options of the program and start with a dash",
            ));
        }
        let mut words = BTreeSet::new();
        if !subcommands.into_iter().flatten().all(|subcommand| words.insert(subcommand)) {
            return Err(refused(first, "a subcommand is listed twice"));
        }
    }
    Ok(())
}

fn not_monotone(name: &str, refusal: &Refusal) -> BuildError {
    match refusal {
        Refusal::NotMonotone => refused(
            name,
            "more oversight could take away what less of it permits",
            Some(
                "in a permit ask for at least as much, as in `context.oversight.approvals >= 1`; in a forbid put \
                 that under `unless`",
            ),
        ),
        Refusal::TooMany => refused(name, &format!("it asks for more than {MOST_APPROVALS} approvals"), None),
    }
}

fn refused(name: &str, message: &str, hint: Option<&str>) -> BuildError {
    BuildError::Policy {
        policy: name.to_owned(),
        message: message.to_owned(),
        place: Place::default(),
        hint: hint.map(str::to_owned),
    }
}
