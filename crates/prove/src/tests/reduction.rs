//! Folding against the long way: every request environment asked for itself, with the policies as they stand.

use cedar_policy::{Effect, Policy, PolicyId};
use countersign_model::{Environment, Place};
use countersign_policy::{Layer as From, Rung, can_stand};
use serde_json::{Value, json};

use super::{proposal, prover};
use crate::corner::Space;
use crate::formula::Formulas;
use crate::prover::when;
use crate::read::{self, Layer};
use crate::{Invariant, Prover, assumed};

/// Policies that use every form that folding knows.
const POLICIES: &[&str] = &[
    r#"permit (principal, action in [Action::"git", Action::"read"], resource) unless { context.findings > 2 };"#,
    r#"permit (principal, action, resource is Path) when { resource.class == "ordinary" && context.risk < 20 };"#,
    r#"permit (principal, action, resource in Environment::"staging") when { context.oversight.monitored || action == Action::"git.push" };"#,
    r#"permit (principal, action, resource) when { if resource is Path then context.oversight.approvals >= 1 else context.oversight.approverGroups.contains("sre") };"#,
    r#"forbid (principal, action in Action::"write", resource) when { resource in [Environment::"production", Environment::"unknown"] && context.certainty != "exact" } unless { context.oversight.approvals > 1 };"#,
    r#"forbid (principal, action == Action::"git.push", resource) when { resource == Ref::"x" || context.secretRead };"#,
    r#"forbid (principal, action in Action::"fs", resource is Path in Place::"machine") when { !["ordinary", "rebuildable"].contains(resource.class) };"#,
];

const INVARIANTS: &[&str] = &[
    r#"forbid (principal, action in Action::"write", resource in Environment::"production") when { context.oversight.approvals < 1 };"#,
    r#"forbid (principal, action, resource is Path) when { resource.class == "secret" && !context.oversight.monitored };"#,
    r#"forbid (principal, action in Action::"git", resource) when { context.secretRead };"#,
    r#"forbid (principal, action == Action::"fs.write", resource is Path) when { resource.zone == "home" && resource.class == "secret" };"#,
    r#"forbid (principal, action, resource) when { context.certainty == "opaque" && context.risk >= 20 && context.oversight.approvals * 2 == 0 && !(context.oversight.monitored == true) };"#,
    r#"forbid (principal, action, resource) when { context.findings > 2 && context.oversight.approvals < 2 && !context.oversight.approverGroups.contains("sre") };"#,
];

#[test]
fn folding_finds_what_the_long_way_finds() {
    stacker::grow(crate::solver::STACK, compare);
}

fn compare() {
    let mut prover = prover();
    let (mut holding, mut broken) = (0, 0);
    let groups = vec!["sre".to_owned()];
    let space = Space {
        actions: [("fs.write", ["fs", "write"]), ("git.push", ["git", "write"])]
            .map(|(name, groups)| (name.to_owned(), groups.map(str::to_owned).to_vec()))
            .to_vec(),
        resources: ["Path", "Ref"].map(str::to_owned).to_vec(),
        rungs: vec![
            Rung::default(),
            Rung { monitored: true, ..Rung::default() },
            Rung { monitored: true, approvals: 2, groups },
        ],
    };
    let parsed = POLICIES.iter().enumerate().map(|(index, cedar)| {
        Policy::parse(Some(PolicyId::new(format!("p{index}"))), cedar).expect("it is a policy")
    });
    let parsed: Vec<Policy> = parsed.collect();
    // Some of the policies are left out each time.
    for (from, to, invariants) in [(0, 7, INVARIANTS), (3, 7, &INVARIANTS[..4])] {
        let policies = &parsed[from..to];
        for cedar in invariants {
            let text = format!("[[invariant]]\nid = \"x\"\nsays = \"x\"\ncedar = '{cedar}'");
            let invariant = Invariant::own(From::Repository, &proposal(&text)).unwrap().remove(0);
            let folded = folded(&mut prover, &space, policies, &invariant);
            let mut long = true;
            for (action, _) in &space.actions {
                for resource in &space.resources {
                    let class = class(&invariant, resource, &space);
                    long &= prover.solvers.disjoint(policies, &[class], action, resource);
                }
            }
            assert_eq!(folded, long, "{from}..{to}: {cedar}");
            if long { holding += 1 } else { broken += 1 }
        }
    }
    assert!(holding > 2 && broken > 2, "{holding} hold, {broken} are broken");
}

/// Whether the policies never allow what is forbidden, by way of folding.
fn folded(prover: &mut Prover, space: &Space, policies: &[Policy], invariant: &Invariant) -> bool {
    let mut formulas = Formulas::default();
    let forbidden = read::applies(&mut formulas, &invariant.policy).unwrap();
    let mut layer = Layer { permits: Vec::new(), forbids: Vec::new() };
    for policy in policies {
        let applies = read::applies(&mut formulas, policy).unwrap();
        match policy.effect() {
            Effect::Permit => layer.permits.push(applies),
            Effect::Forbid => layer.forbids.push(applies),
        }
    }
    let allowed = layer.permitted(&mut formulas);
    let visits = space.walk(&mut formulas, forbidden, allowed);
    prover.first(&formulas, &visits.questions, &space.rungs).unwrap().is_none()
}

/// What the invariant forbids, of the requests that there can be.
fn class(invariant: &Invariant, resource: &str, space: &Space) -> Policy {
    let json = invariant.policy.to_json().unwrap();
    let any = |tests: Vec<Value>| {
        tests.into_iter().reduce(|one, other| json!({"||": {"left": one, "right": other}})).unwrap()
    };
    let exactly = |kind: &str, names: &[&str], of: &[&str]| {
        any(names
            .iter()
            .map(|name| {
                of.iter().fold(json!({"Value": true}), |all, other| {
                    let uid = json!({"Value": {"__entity": {"type": kind, "id": other}}});
                    let test = json!({"in": {"left": {"Var": "resource"}, "right": uid}});
                    assumed::and(all, if other == name { test } else { json!({"!": {"arg": test}}) })
                })
            })
            .collect())
    };
    let environments = ["development", "staging", "unknown", "production"];
    let mut body = exactly("Environment", &environments, &environments);
    let places = [Place::Workspace, Place::Machine, Place::Remote];
    let words = places.map(|place| place.to_string());
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // In both of these types, any environment goes with any place.
    let standing = places.into_iter().filter(|place| can_stand(resource, Environment::Production, *place));
    let standing = standing.map(|place| {
        let standing = exactly("Place", &[&place.to_string()], &words);
        let zone = assumed::of_attribute(resource, &place.to_string(), "zone");
        zone.map_or(standing.clone(), |zone| assumed::and(standing, zone))
    });
    body = assumed::and(body, any(standing.collect()));
    if let Some(class) = assumed::of_attribute(resource, "workspace", "class") {
        body = assumed::and(body, class);
    }
    body = assumed::and(body, any(space.rungs.iter().map(assumed::oversight).collect()));
    for (name, ..) in assumed::FACTS {
        body = assumed::of_fact(name).map_or(body.clone(), |assumed| assumed::and(body, assumed));
    }
    let mut whole = when(body).unwrap().to_json().unwrap();
    for name in ["principal", "action", "resource"] {
        whole[name] = json[name].clone();
    }
    let conditions = whole["conditions"].as_array_mut().unwrap();
    conditions.extend(json["conditions"].as_array().unwrap().iter().cloned());
    Policy::from_json(Some(PolicyId::new("class")), whole).unwrap()
}
