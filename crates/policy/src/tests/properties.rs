//! What must hold of every decision, whatever the call.

use std::collections::BTreeSet;

use cedar_policy::{AuthorizationError, Authorizer, Decision as Ruling, Entities, PolicySet, Request};
use countersign_model::{
    Access, Certainty, Decision, DecisionKind, Digest, Finding, PolicyId, Reversible, Timestamp,
};
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::ask::{Answer, Compiled, ask};
use crate::oversight::Rung;
use crate::proposal::Mode;
use crate::request::{self, Question};
use crate::risk::Beside;
use crate::{Circumstances, History, Overlap, build, compile};

fn resources() -> Vec<Resource> {
    let url = Some("git@github.com:acme/shop.git");
    let elsewhere = Some("https://github.com/other/thing");
    let mut all = vec![
        Resource::Repository { repository: local_repository() },
        Resource::Repository { repository: remote_repository(url) },
        Resource::PullRequest {
            repository: forge(),
            number: Some(7),
            base: Some("main".to_owned()),
            head: None,
            commit: None,
        },
        Resource::PullRequest { repository: forge(), number: None, base: None, head: None, commit: None },
        Resource::Forge {
            repository: forge(),
            object: "workflow".to_owned(),
            name: "x.yml".to_owned(),
            reference: None,
        },
        Resource::Host { host: "*".to_owned(), url: None },
        Resource::Host { host: "api.example".to_owned(), url: None },
        Resource::Host { host: "localhost".to_owned(), url: None },
        Resource::Program { name: "make".to_owned() },
        Resource::Tool { server: None, name: "Task".to_owned() },
        Resource::Tool { server: Some("tickets".to_owned()), name: "close".to_owned() },
        Resource::Secret { store: "vault".to_owned(), name: "live/db".to_owned() },
    ];
    for name in ["refs/heads/main", "refs/heads/feature", "refs/heads/*", "refs/tags/v1", "*"] {
        all.push(reference(remote_repository(url), name));
        all.push(reference(remote_repository(elsewhere), name));
        all.push(reference(remote_repository(None), name));
        all.push(reference(local_repository(), name));
    }
    for class in CLASSES {
        for zone in [Zone::Workspace, Zone::Temporary, Zone::Home, Zone::System] {
            all.push(path("/some/where", zone, class));
        }
    }
    all
}

const CLASSES: [PathClass; 7] = [
    PathClass::Ordinary,
    PathClass::Rebuildable,
    PathClass::Delivery,
    PathClass::ToolConfiguration,
    PathClass::ShellConfiguration,
    PathClass::Secret,
    PathClass::Countersign,
];
const ACCESSES: [Access; 5] = [Access::Read, Access::Write, Access::Send, Access::Execute, Access::Destroy];
const CERTAINTIES: [Certainty; 3] = [Certainty::Exact, Certainty::Partial, Certainty::Opaque];
const REVERSIBLES: [Reversible; 3] = [Reversible::Yes, Reversible::Unknown, Reversible::No];

prop_compose! {
    pub(super) fn any_effect()(
        verb in prop_oneof![
            9 => select(verbs::CATALOGUE).prop_map(|entry| entry.name.to_owned()),
            1 => "[a-z]{1,4}\\.[a-z]{1,4}",
        ],
        resource in select(resources()),
        access in proptest::option::weighted(0.1, select(&ACCESSES[..])),
        certainty in select(&CERTAINTIES[..]),
        reversible in select(&REVERSIBLES[..]),
        environment in select(&ENVIRONMENTS[..]),
        hosts in prop::collection::vec(select(&["api.example", "other.example", "localhost", "*"][..]), 0..2),
    ) -> Effect {
        let mut effect = Effect::new(Verb::new(&verb), resource).reversible(reversible);
        effect.access = access.unwrap_or(effect.access);
        effect.certainty = certainty;
        effect.environment = environment;
        effect.speaks_to = hosts.into_iter().map(str::to_owned).collect();
        effect
    }
}

/// What the past may say; of the verbs and files that effects have here.
fn any_circumstances() -> impl Strategy<Value = Circumstances> {
    let denied = prop::collection::vec(
        any_effect().prop_map(|effect| format!("{} {}", effect.verb, effect.resource)),
        0..3,
    );
    let first =
        prop::collection::vec(select(verbs::CATALOGUE).prop_map(|entry| entry.name.to_owned()), 0..40);
    (denied, first, 0..60_u32, any::<bool>()).prop_map(|(denied_before, first_time, changes, overlaps)| {
        let overlap =
            Overlap { path: "/some/where".to_owned(), session: "s2".into(), at: Timestamp::UNIX_EPOCH };
        Circumstances { denied_before, first_time, changes, overlaps: vec![overlap; overlaps.into()] }
    })
}

prop_compose! {
    pub(super) fn any_context()(
        findings in 0..3_usize,
        secret_read in any::<bool>(),
        untrusted_content in any::<bool>(),
        denials in 0..9_u32,
        holds in 0..9_u32,
        reach in 0..2_usize,
        pinnable in any::<bool>(),
        pushes in 0..9_u32,
        circumstances in any_circumstances(),
    ) -> Context {
        let finding = Finding { class: "token".to_owned(), pointer: "/x".to_owned(), fingerprint: Digest::of([]) };
        Context {
            findings: vec![finding; findings],
            history: History { secret_read, secret: None, untrusted_content, denials, holds, pushes },
            reach: vec!["KUBECONFIG".to_owned(); reach],
            pinnable,
            circumstances,
            ..Context::default()
        }
    }
}

/// The context without a task.
const fn beside(context: &Context) -> Beside<'_> {
    Beside { context, refs: 1, outside: Vec::new(), burst: false }
}

fn one(effect: &Effect, context: &Context, pack: Pack) -> Decision {
    decide(std::slice::from_ref(effect), context, shop(pack))
}

/// Asserts that the second is at least as strict and as risky as the first.
fn never_looser(before: &Decision, after: &Decision) -> Result<(), TestCaseError> {
    prop_assert!(after.kind >= before.kind, "{before:#?}\nbecame looser\n{after:#?}");
    prop_assert!(after.risk.score >= before.risk.score, "{before:#?}\nscores less\n{after:#?}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_worse_environment_never_loosens(effect in any_effect(), context in any_context(), worse in select(&ENVIRONMENTS[..])) {
        let mut other = effect.clone();
        other.environment = worse.max(effect.environment);
        for pack in Pack::ALL {
            never_looser(&one(&effect, &context, pack), &one(&other, &context, pack))?;
        }
    }

    #[test]
    fn less_certainty_never_loosens(effect in any_effect(), context in any_context(), worse in select(&CERTAINTIES[..])) {
        let mut other = effect.clone();
        other.certainty = worse.max(effect.certainty);
        for pack in Pack::ALL {
            never_looser(&one(&effect, &context, pack), &one(&other, &context, pack))?;
        }
    }

    #[test]
    fn what_cannot_be_undone_is_never_looser(effect in any_effect(), context in any_context(), worse in select(&REVERSIBLES[..])) {
        let mut other = effect.clone();
        other.reversible = worse.max(effect.reversible);
        for pack in Pack::ALL {
            never_looser(&one(&effect, &context, pack), &one(&other, &context, pack))?;
        }
    }

    #[test]
    fn a_worse_class_of_file_never_loosens(
        effect in any_effect(),
        context in any_context(),
        zone in select(&[Zone::Workspace, Zone::Temporary, Zone::Home, Zone::System][..]),
        class in select(&CLASSES[..]),
        worse in select(&CLASSES[1..]),
    ) {
        // A rebuildable file is worse to write than none, but better to lose.
        prop_assume!(class != PathClass::Ordinary || worse != PathClass::Rebuildable);
        // Classes are ordered by how much a write can do.
        prop_assume!(verbs::find(effect.verb.as_str()).is_none_or(|entry| entry.access != Access::Read));
        // A secret of the workspace's own is watched; what tools there run by themselves waits.
        prop_assume!(worse != PathClass::Secret || !matches!(zone, Zone::Workspace | Zone::Temporary));
        let with = |class| Effect { resource: path("/some/where", zone, class), ..effect.clone() };
        prop_assume!(class != PathClass::Rebuildable || worse.max(class) == class);
        for pack in Pack::ALL {
            never_looser(&one(&with(class), &context, pack), &one(&with(worse.max(class)), &context, pack))?;
        }
    }

    #[test]
    fn a_worse_session_never_loosens(effect in any_effect(), context in any_context(), other in any_context()) {
        let mut worse = context.clone();
        if other.findings.len() > worse.findings.len() {
            worse.findings = other.findings;
        }
        if worse.reach.is_empty() {
            worse.reach = other.reach;
        }
        worse.pinnable &= other.pinnable;
        worse.history.secret_read |= other.history.secret_read;
        worse.history.untrusted_content |= other.history.untrusted_content;
        worse.history.denials += other.history.denials;
        worse.history.holds += other.history.holds;
        worse.history.pushes += other.history.pushes;
        worse.circumstances.denied_before.extend(other.circumstances.denied_before);
        worse.circumstances.first_time.extend(other.circumstances.first_time);
        worse.circumstances.changes += other.circumstances.changes;
        worse.circumstances.overlaps.extend(other.circumstances.overlaps);
        for pack in Pack::ALL {
            never_looser(&one(&effect, &context, pack), &one(&effect, &worse, pack))?;
        }
    }

    #[test]
    fn a_worse_access_never_loosens(effect in any_effect(), context in any_context(), worse in select(&ACCESSES[..])) {
        // Observe shows everything alike, and what is not listed cannot be worse than monitored there.
        let mut other = effect.clone();
        other.access = worse.max(effect.access);
        for pack in Pack::ALL {
            let (before, after) = (one(&effect, &context, pack), one(&other, &context, pack));
            prop_assert!(after.kind >= before.kind || before.kind == DecisionKind::Deny, "{before:?} {after:?}");
        }
    }

    #[test]
    fn one_more_effect_never_loosens(effects in prop::collection::vec(any_effect(), 1..4), more in any_effect(), context in any_context()) {
        let mut all = effects.clone();
        all.push(more);
        for pack in Pack::ALL {
            let bundle = shop(pack);
            never_looser(&decide(&effects, &context, bundle), &decide(&all, &context, bundle))?;
        }
    }

    #[test]
    fn a_stricter_pack_is_stricter(effect in any_effect(), context in any_context()) {
        let [observe, graduated, strict] = Pack::ALL.map(|pack| one(&effect, &context, pack));
        prop_assert!(observe.kind <= graduated.kind && graduated.kind <= strict.kind, "{observe:#?}{graduated:#?}{strict:#?}");
    }

    /// The packs leave no gap: only tampering is denied, and what is in no catalogue never flows unseen.
    #[test]
    fn only_tampering_is_denied(effect in any_effect(), context in any_context()) {
        let tampers = effect.verb == verbs::COUNTERSIGN_TAMPER && effect.access <= Access::Destroy
            || matches!(effect.resource, Resource::Path { class: PathClass::Countersign, .. })
                && ["fs.write", "fs.delete", "fs.permission", "secret.write"].contains(&effect.verb.as_str());
        for pack in Pack::ALL {
            let decision = one(&effect, &context, pack);
            let listed = verbs::find(effect.verb.as_str()).is_some_and(|entry| effect.access <= entry.access);
            if listed {
                prop_assert_eq!(decision.kind == DecisionKind::Deny, tampers, "{:?}", decision);
            } else {
                prop_assert!(decision.kind >= DecisionKind::Monitor, "{:?}", decision);
                prop_assert!(pack == Pack::Observe || decision.kind > DecisionKind::Monitor, "{:?}", decision);
            }
            prop_assert!(!decision.policies.is_empty() && decision.policies.is_sorted());
            prop_assert!(!decision.reason.is_empty() && !decision.reason.chars().any(char::is_control));
        }
    }

    /// Asking only the policies that can apply, and Cedar's evaluator alone, gives the authorizer's answer
    /// over all of them, for the same reasons.
    #[test]
    fn our_way_of_asking_is_the_authorizers(effect in any_effect(), context in any_context()) {
        static ALL: LazyLock<PolicySet> = LazyLock::new(|| {
            let policies = &laddered().contents().policies;
            PolicySet::from_policies(policies.iter().map(|stored| compile::slow(stored).unwrap())).unwrap()
        });
        let bundle = laddered();
        let contents = bundle.contents();
        let kind = request::kind(&effect);
        let slice = bundle.slices.get(0, &kind, &contents.policies);
        let question = Question::new(&effect, &kind, 31, &beside(&context), bundle.map()).unwrap();
        for rung in &contents.rungs {
            let ours = ask(slice.as_ref().as_ref().unwrap(), Mode::Enforce, question.at(rung).unwrap(), question.entities());
            prop_assert_eq!(as_told(ours), authorizer(&ALL, &question, rung));
        }
    }

    /// What a rung permits, every higher rung permits, asked of Cedar itself.
    #[test]
    fn the_ladder_is_monotone(effect in any_effect(), context in any_context()) {
        let bundle = laddered();
        let kind = request::kind(&effect);
        let contents = bundle.contents();
        let slice = bundle.slices.get(0, &kind, &contents.policies);
        let policies = slice.as_ref().as_ref().unwrap();
        let risk = contents.weights.score(&effect, &beside(&context)).score;
        let question = Question::new(&effect, &kind, risk, &beside(&context), bundle.map()).unwrap();
        let permits = |rung: &Rung| {
            matches!(ask(policies, Mode::Enforce, question.at(rung).unwrap(), question.entities()), Answer::Permitted(_))
        };
        let higher = |one: &Rung, other: &Rung| {
            one.monitored <= other.monitored
                && one.approvals <= other.approvals
                && one.groups.iter().all(|group| other.groups.contains(group))
        };
        let answers: Vec<(&Rung, bool)> = contents.rungs.iter().map(|rung| (rung, permits(rung))).collect();
        for (one, permitted) in &answers {
            for (other, also) in &answers {
                prop_assert!(!permitted || *also || !higher(one, other), "{one:?} permits, {other:?} does not");
            }
        }
    }
}

/// An answer without what the authorizer does not say: who permits what others forbid.
fn as_told(answer: Answer) -> Answer {
    match answer {
        Answer::Refused(policies, _) => Answer::Refused(policies, BTreeSet::new()),
        other => other,
    }
}

/// What Cedar's own authorizer says.
fn authorizer(policies: &PolicySet, question: &Question, rung: &Rung) -> Answer {
    let request = Request::from(question.at(rung).unwrap());
    let entities = Entities::from(question.entities().clone());
    let response = Authorizer::new().is_authorized(&request, policies, &entities);
    let deciding =
        response.diagnostics().reason().map(|id| PolicyId::from(AsRef::<str>::as_ref(id))).collect();
    let failing: BTreeSet<PolicyId> = response
        .diagnostics()
        .errors()
        .map(|AuthorizationError::PolicyEvaluationError(error)| {
            AsRef::<str>::as_ref(error.policy_id()).into()
        })
        .collect();
    match response.decision() {
        _ if !failing.is_empty() => Answer::Failed(failing),
        Ruling::Allow => Answer::Permitted(deciding),
        Ruling::Deny => Answer::Refused(deciding, BTreeSet::new()),
    }
}

/// A policy that errs fails the question, and one that calls an extension function is still understood.
#[test]
fn what_errs_fails_and_what_extends_is_understood() {
    let effect = Effect::new(verbs::FS_READ, path("/a", Zone::Workspace, PathClass::Ordinary));
    let kind = request::kind(&effect);
    let context = Context::default();
    let question = Question::new(&effect, &kind, 0, &beside(&context), laddered().map()).unwrap();
    let rung = &laddered().contents().rungs[0];
    let answer = |text: &str, extensions| {
        let policies = text.parse::<PolicySet>().unwrap();
        let mut ours = Compiled::default();
        ours.extensions = extensions;
        policies.policies().for_each(|policy| ours.push(policy.clone(), Mode::Enforce));
        let answer = as_told(ask(&ours, Mode::Enforce, question.at(rung).unwrap(), question.entities()));
        assert_eq!(answer, authorizer(&policies, &question, rung), "{text}");
        answer
    };
    let id = BTreeSet::from([PolicyId::from("policy0")]);
    let wrong = "permit (principal, action, resource) when { context.nowhere };";
    assert_eq!(answer(wrong, false), Answer::Failed(id.clone()));
    let address = r#"permit (principal, action, resource) when { ip("127.0.0.1").isLoopback() };"#;
    assert_eq!(answer(address, true), Answer::Permitted(id));
}

/// A bundle whose own policies ask for numbers and groups.
fn laddered() -> &'static Bundle {
    static LADDERED: LazyLock<Bundle> = LazyLock::new(|| {
        let text = format!(
            "{SHOP}{}",
            r#"
[[policy]]
id = "two"
cedar = '''
forbid (principal, action in Action::"destroy", resource in Environment::"production")
unless { context.oversight.approvals >= 2 && context.oversight.approverGroups.contains("dba") };
'''
[[policy]]
id = "sre"
cedar = '''
forbid (principal, action in Action::"execute", resource)
unless { context.oversight.approverGroups.contains("sre") || context.risk < 50 };
'''
"#
        );
        build(&Proposal::parse(&text).unwrap()).unwrap()
    });
    &LADDERED
}

#[test]
fn requirements_of_several_effects_are_joined() {
    let effect = |verb, environment, resource| {
        let mut effect = Effect::new(verb, resource);
        effect.environment = environment;
        effect
    };
    let delete = effect(
        verbs::NET_DELETE,
        Environment::Production,
        Resource::Host { host: "x".to_owned(), url: None },
    );
    let run =
        effect(verbs::EXEC_REMOTE_CODE, Environment::Production, Resource::Program { name: "x".to_owned() });
    let decision = decide(&[delete, run], &Context::default(), laddered());
    assert_eq!(decision.kind.to_string(), "require 2 approvals including dba, sre");
}

#[test]
fn nothing_known_is_not_nothing_done() {
    let decision = decide(&[], &Context::default(), shop(Pack::Graduated));
    assert_eq!(decision.kind, DecisionKind::Monitor);
    assert_eq!(decide(&[], &Context::default(), shop(Pack::Strict)).kind.word(), "require_approval");
}

#[test]
fn too_many_effects_are_denied() {
    let effect = Effect::new(verbs::FS_READ, path("/a", Zone::Workspace, PathClass::Ordinary));
    let decision = decide(&vec![effect; 2000], &Context::default(), shop(Pack::Observe));
    assert_eq!(decision.kind, DecisionKind::Deny);
}
