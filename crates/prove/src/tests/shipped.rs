//! What the shipped packs promise.

use countersign_policy::{Bundle, Layer, Pack, Proposal};

use super::{bundle, proposal, prover, shipped, shown};
use crate::{Invariant, Outcome};

#[test]
fn each_pack_keeps_what_it_promises_and_promises_all_it_keeps() {
    let mut prover = prover();
    let mut table = String::new();
    for pack in Pack::ALL {
        let bundle = Bundle::shipped(pack, &Proposal::default()).unwrap();
        for invariant in Invariant::shipped().unwrap() {
            let proof = prover.prove(&bundle, &invariant).unwrap();
            let holds = proof.outcome == Outcome::Holds;
            let promised = invariant.packs.iter().any(|name| name == pack.name());
            assert_eq!(holds, promised, "{} {}: {}", pack.name(), invariant.id, shown(&proof.outcome));
            if holds {
                table += &format!("{} {}\n", pack.name(), proof.id);
                assert!(proof.kinds > 30 && proof.questions < 30, "{} of {}", proof.questions, proof.kinds);
            }
        }
    }
    insta::assert_snapshot!(table, @"
    observe tampering
    observe secret-read
    observe force-push
    observe unlisted
    graduated tampering
    graduated production-change
    graduated opaque-production
    graduated secret-read
    graduated secret-out
    graduated force-push
    graduated unlisted
    strict tampering
    strict production-change
    strict opaque-production
    strict secret-read
    strict secret-out
    strict force-push
    strict unlisted
    ");
}

#[test]
fn the_shipped_packs_never_fail_and_rise_with_oversight() {
    let mut prover = prover();
    for pack in Pack::ALL {
        let bundle = Bundle::shipped(pack, &Proposal::default()).unwrap();
        assert_eq!(prover.never_fails(&bundle).unwrap().outcome, Outcome::Holds);
        assert_eq!(prover.more_oversight_never_loses(&bundle).unwrap().outcome, Outcome::Holds);
        assert_eq!(prover.shadows_never_decide(&bundle).unwrap().outcome, Outcome::Holds);
    }
}

#[test]
fn a_weakened_pack_gives_the_action_it_lets_through() {
    let weakened = bundle(
        r#"
        [[policy]]
        id = "quick-merge"
        cedar = 'permit (principal, action == Action::"forge.merge", resource) when { context.risk < 10 };'
        "#,
    );
    let proof = prover().prove(&weakened, &shipped("production-change")).unwrap();
    insta::assert_snapshot!(shown(&proof.outcome), @"
    would merge a pull request into its base branch (forge.merge)
    on a pull request, in the environment production, place remote
    with outside [], overlap false, risk 9
    decided: allow, by repository/quick-merge
    and 24 other kinds of request alike
    ");
}

/// A reference is never called by a branch's short name, so what is said of one says nothing.
#[test]
fn an_invariant_about_a_short_name_is_vacuous() {
    let outcome = |name: &str| {
        let text = format!(
            "[[invariant]]\nid = \"two\"\nsays = \"two people\"\ncedar = 'forbid (principal, action == Action::\"git.push\", \
             resource is Ref) when {{ resource.reference == \"{name}\" && context.oversight.approvals < 2 }};'\n"
        );
        let own = Invariant::own(Layer::Repository, &proposal(&text)).unwrap();
        shown(&prover().prove(&bundle(&text), &own[0]).unwrap().outcome)
    };
    assert!(outcome("main").contains("vacuous"), "{}", outcome("main"));
    assert!(outcome("refs/heads/main").contains("git.push"), "{}", outcome("refs/heads/main"));
}

#[test]
fn an_invariant_of_ones_own_is_proved_like_a_shipped_one() {
    let text = r#"
        [[policy]]
        id = "dba"
        cedar = '''
        forbid (principal, action in Action::"db", resource in Environment::"production")
        unless { context.oversight.approverGroups.contains("dba") };
        '''

        [[invariant]]
        id = "databases"
        says = "no production database changes without a database administrator"
        cedar = '''
        forbid (principal, action in [Action::"db.write", Action::"db.schema"], resource in Environment::"production")
        unless { context.oversight.approverGroups.contains("dba") };
        '''

        [[invariant]]
        id = "tables"
        says = "nobody drops a table of the shop"
        cedar = '''
        forbid (principal, action in Action::"db", resource is Database)
        when { resource.database == "shop" && resource.object like "table *" && context.oversight.approvals < 2 };
        '''
    "#;
    let own = Invariant::own(Layer::Repository, &proposal(text)).unwrap();
    let (bundle, mut prover) = (bundle(text), prover());
    let shown: Vec<String> = own
        .iter()
        .map(|invariant| {
            format!("{}: {}", invariant.id, shown(&prover.prove(&bundle, invariant).unwrap().outcome))
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n\n"), @r#"
    repository/databases: holds

    repository/tables: would read from a database (db.read)
    on a database, in the environment production, place remote
    with resource.database "shop", resource.object "table "
    decided: require 1 approval including dba, by graduated/watched-read
    and 85 other kinds of request alike
    "#);
}

#[test]
fn what_no_request_can_meet_is_vacuous() {
    let invariants = [
        r#"forbid (principal, action in Action::"git", resource) when { context.risk > 100 };"#,
        r#"forbid (principal, action, resource is Program) when { resource in Place::"remote" };"#,
        r#"forbid (principal, action, resource) when { context.certainty == "sure" };"#,
        r#"forbid (principal, action, resource is Container) when { resource in Environment::"production" && resource in Place::"machine" };"#,
    ];
    let (bundle, mut prover) = (bundle(""), prover());
    for cedar in invariants {
        let text = format!("[[invariant]]\nid = \"x\"\nsays = \"x\"\ncedar = '{cedar}'");
        let own = Invariant::own(Layer::Repository, &proposal(&text)).unwrap();
        assert_eq!(prover.prove(&bundle, &own[0]).unwrap().outcome, Outcome::Vacuous, "{cedar}");
    }
}

#[test]
fn what_is_wrong_with_an_invariant_is_said_with_its_place() {
    let error = |cedar: &str| {
        let text = format!("version = 1\n[[invariant]]\nid = \"x\"\nsays = \"x\"\ncedar = '{cedar}'");
        let proposal = countersign_policy::Proposal::parse(&text).unwrap();
        countersign_policy::build(&proposal).unwrap_err().within(&text).to_string()
    };
    insta::assert_snapshot!(error(r#"permit (principal, action, resource);"#), @"cannot use policy `invariant x`: an invariant permits nothing at line 5, column 10");
    insta::assert_snapshot!(error(r#"forbid (principal, action == Action::"git.psh", resource);"#), @r#"cannot use policy `invariant x`: unrecognized action `Action::"git.psh"` at line 5, column 39"#);
    insta::assert_snapshot!(error(r#"forbid (principal, action resource);"#), @"cannot use policy `invariant x`: unexpected token `resource` at line 5, column 36");
}
