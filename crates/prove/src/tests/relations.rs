//! What is proved of a whole bundle, and of two.

use countersign_policy::{Layer, build_layers};

use super::{bundle, proposal, prover, shipped, shown};
use crate::Outcome;

#[test]
fn a_calculation_that_overflows_is_found() {
    let policy = |condition: &str| {
        bundle(&format!(
            "[[policy]]\nid = \"sum\"\ncedar = 'forbid (principal, action in Action::\"git\", resource) when {{ {condition} }};'"
        ))
    };
    let mut prover = prover();
    let small = prover.never_fails(&policy("context.denials + context.holds * 2 > 30")).unwrap();
    insta::assert_snapshot!(shown(&small.outcome), @"holds");
    let large = prover.never_fails(&policy("context.denials * 9007199254740991 > 30")).unwrap();
    insta::assert_snapshot!(shown(&large.outcome), @"
    would read a repository's history or state (git.read)
    on a branch or tag, in the environment development, place remote
    with denials 4294967295
    decided: deny, by repository/sum
    and 220 other kinds of request alike
    ");
}

#[test]
fn a_bundle_is_as_strict_as_another_where_every_permit_costs_as_much() {
    let plain = bundle("");
    let tightened = bundle(
        r#"
        [[policy]]
        id = "merge"
        cedar = 'forbid (principal, action == Action::"forge.merge", resource) unless { context.oversight.approvals >= 2 };'
        "#,
    );
    let loosened = bundle(
        r#"
        [[policy]]
        id = "merge"
        cedar = 'permit (principal, action == Action::"forge.merge", resource in Environment::"staging");'
        "#,
    );
    let (strict, observe) = (bundle("pack = \"strict\""), bundle("pack = \"observe\""));
    let mut prover = prover();
    let mut compare = |one, other| shown(&prover.at_least_as_strict(one, other).unwrap().outcome);
    insta::assert_snapshot!(compare(&plain, &plain), @"holds");
    insta::assert_snapshot!(compare(&tightened, &plain), @"holds");
    insta::assert_snapshot!(compare(&plain, &tightened), @"
    would merge a pull request into its base branch (forge.merge)
    on a pull request, in the environment production, place remote
    decided: require 1 approval, by graduated/production-change
    where the other bundle decides: require 2 approvals
    and 62 other kinds of request alike
    ");
    insta::assert_snapshot!(compare(&loosened, &plain), @"
    would merge a pull request into its base branch (forge.merge)
    on a pull request, in the environment staging, place remote
    with outside [], overlap false, risk 5
    decided: allow, by repository/merge
    where the other bundle decides: monitor
    and 20 other kinds of request alike
    ");
    insta::assert_snapshot!(compare(&plain, &loosened), @"holds");
    insta::assert_snapshot!(compare(&strict, &plain), @"holds");
    insta::assert_snapshot!(compare(&plain, &observe), @r#"
    would run a known build tool (exec.build)
    on a file, in the environment unknown, place machine
    with certainty "exact", outside [], overlap false, reach [], resource.class "secret", risk 29
    decided: allow, by graduated/build-and-test
    where the other bundle decides: monitor
    and 11 other kinds of request alike
    "#);
}

#[test]
fn policies_that_look_on_decide_nothing() {
    let shadowed = bundle(
        r#"
        [[policy]]
        id = "no-push"
        mode = "shadow"
        cedar = 'forbid (principal, action in Action::"git", resource);'

        [[policy]]
        id = "free-merge"
        mode = "shadow"
        cedar = 'permit (principal, action == Action::"forge.merge", resource);'
        "#,
    );
    let proof = prover().shadows_never_decide(&shadowed).unwrap();
    assert!(proof.questions > 10, "{} questions", proof.questions);
    insta::assert_snapshot!(shown(&proof.outcome), @"holds");
}

#[test]
fn one_layer_that_never_permits_is_enough() {
    let organisation = proposal("pack = \"observe\"\n[repository]\nremotes = [\"github.com/acme/*\"]");
    let repository = proposal("pack = \"strict\"");
    let layers = [(Layer::Organisation, &organisation), (Layer::Repository, &repository)];
    let both = build_layers(&layers).expect("it builds");
    let alone = build_layers(&layers[..1]).expect("it builds");
    let mut prover = prover();
    let invariant = shipped("production-change");
    assert_eq!(prover.prove(&both, &invariant).unwrap().outcome, Outcome::Holds);
    assert_ne!(prover.prove(&alone, &invariant).unwrap().outcome, Outcome::Holds);
    assert_eq!(prover.at_least_as_strict(&both, &alone).unwrap().outcome, Outcome::Holds);
}
