//! Bundles: their bytes, their digest, and what breaks them.

use countersign_model::{DecisionKind, Digest};
use insta::assert_snapshot;

use super::*;
use crate::{OnAllow, build, classify, compile};

#[test]
fn the_digest_is_of_the_bytes_and_the_bytes_are_stable() {
    let bundle = shop(Pack::Graduated);
    let bytes = bundle.to_bytes();
    assert_eq!(bundle.digest(), Digest::of([bytes.as_slice()]));
    let again = Bundle::from_bytes(bytes.clone()).unwrap();
    assert_eq!((again.digest(), again.to_bytes()), (bundle.digest(), bytes.clone()));
    let rebuilt = Bundle::shipped(Pack::Graduated, &Proposal::parse(SHOP).unwrap()).unwrap();
    assert_eq!(rebuilt.digest(), bundle.digest());
    let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(serde_json_canonicalizer::to_vec(&value).unwrap(), bytes, "canonical JSON");
    assert_ne!(shop(Pack::Strict).digest(), bundle.digest());
}

#[test]
fn what_is_signed_reads_back_as_policy() {
    let bundle = shop(Pack::Graduated);
    let (_, text) = bundle.policies().find(|(id, _)| id.as_str() == "graduated/production-change").unwrap();
    assert!(text.contains("context.oversight.approvals >= 1"), "{text}");
    assert_eq!((bundle.pack(), bundle.on_allow()), ("graduated", OnAllow::Pass));
    assert_eq!(bundle.repository().remotes, ["github.com/acme/shop"]);
    assert_eq!(bundle.production_credentials(), ["KUBECONFIG", "/home/dev/.kube/live", "vault:live/*"]);
}

#[test]
fn broken_bundles_are_refused() {
    let change = |change: fn(&mut serde_json::Value)| {
        let mut value: serde_json::Value = serde_json::from_slice(&shop(Pack::Graduated).to_bytes()).unwrap();
        change(&mut value);
        Bundle::from_bytes(value.to_string().as_bytes()).unwrap_err().to_string()
    };
    let errors = [
        Bundle::from_bytes(b"").unwrap_err().to_string(),
        change(|value| value["format"] = 2.into()),
        change(|value| {
            value["format"] = 9.into();
            value["later"] = 1.into();
        }),
        change(|value| value["extra"] = 1.into()).chars().take(45).collect(),
        change(|value| value["rungs"] = serde_json::json!([])),
        change(|value| value["rungs"][0]["approvals"] = 200.into()),
        change(|value| value["weights"]["change"]["production"] = 0.into()),
        change(|value| value["weights"]["access"]["destroy"] = 1.into()),
    ];
    assert_snapshot!(errors.join("\n"), @"
    cannot read the bundle: EOF while parsing a value at line 1 column 0
    cannot read a bundle of format 2; this program reads format 1
    cannot read a bundle of format 9; this program reads format 1
    cannot read the bundle: unknown field `extra`
    the bundle's oversight ladder is broken
    the bundle's oversight ladder is broken
    the bundle's weights are broken: `change.production` has fewer points than `change.unknown`
    the bundle's weights are broken: `access.destroy` has fewer points than `access.execute`
    ");
}

/// The quick way of compiling takes every shipped policy, and means what Cedar's own reader means.
#[test]
fn the_quick_way_means_the_same() {
    for pack in Pack::ALL {
        for stored in &shop(pack).contents().policies {
            let (quick, slow) = (compile::quick(stored).unwrap(), compile::slow(stored).unwrap());
            let (mut quick, mut slow) = (quick.to_json().unwrap(), slow.to_json().unwrap());
            for json in [&mut quick, &mut slow] {
                // `action in X` and `action in [X]` are one.
                let action = json["action"].as_object_mut().unwrap();
                if action["op"] == "in"
                    && let Some(entity) = action.remove("entity")
                {
                    action.insert("entities".to_owned(), serde_json::json!([entity]));
                }
            }
            assert_eq!(quick, slow, "{}", stored.id);
        }
    }
}

/// What the quick way does not know goes the long way.
#[test]
fn every_form_of_cedar_is_taken() {
    for condition in [
        "resource has name && resource.name like \"a*\"",
        "if context.risk > 3 then true else -context.risk < 2",
        "{a: context.risk}.a + 1 > 2 && [1, 2].containsAll([1]) && [1].containsAny([2])",
        "principal is Session && resource is Program in Place::\"machine\"",
    ] {
        let scope = "principal is Session, action, resource is Program in Place::\"machine\"";
        let cedar = format!("forbid ({scope}) when {{ {condition} }};");
        let text = format!("{SHOP}[[policy]]\nid = \"own\"\ncedar = '''{cedar}'''\n");
        let bundle = build(&Proposal::parse(&text).unwrap()).unwrap();
        let decision = decide(&[], &Context::default(), &bundle);
        assert!(!decision.reason.contains("could not be decided"), "{condition}: {}", decision.reason);
    }
}

#[test]
fn a_policy_that_fails_denies_and_is_named() {
    let text = format!(
        "{SHOP}[[policy]]\nid = \"overflows\"\ncedar = '''\nforbid (principal, action, resource is Host)\n\
         when {{ context.risk * 9007199254740991 * 9007199254740991 > 0 }};\n'''\n"
    );
    let bundle = build(&Proposal::parse(&text).unwrap()).unwrap();
    let mut effect = Effect::new(verbs::NET_READ, Resource::Host { host: "a.example".to_owned(), url: None });
    effect.environment = Environment::Unknown;
    let decision = decide(&[effect], &Context::default(), &bundle);
    assert_eq!(decision.kind, DecisionKind::Deny);
    assert_eq!(decision.policies[0].as_str(), "repository/overflows");
    assert_snapshot!(decision.reason, @"denied, since it could not be decided: policy `repository/overflows` failed");
}

#[test]
fn a_policy_that_cannot_be_compiled_denies_and_is_named() {
    let mut value: serde_json::Value = serde_json::from_slice(&shop(Pack::Graduated).to_bytes()).unwrap();
    let policy = &mut value["policies"][0];
    policy["conditions"] = serde_json::json!([{ "kind": "when", "body": { "no": 1 } }]);
    policy["action"] = serde_json::json!({ "op": "All" });
    let bundle = Bundle::from_bytes(value.to_string().as_bytes()).unwrap();
    let decision = decide(&[], &Context::default(), &bundle);
    assert_eq!(decision.kind, DecisionKind::Deny);
    assert_snapshot!(decision.reason, @"denied, since it could not be decided: policy `graduated/tampering` cannot be read");
}

#[test]
fn own_policies_tighten_and_own_permits_lose_to_forbids() {
    let text = format!(
        "{SHOP}[[policy]]\nid = \"no-mail\"\nsays = \"nobody mails from here\"\ncedar = '''\nforbid (principal, action in \
         Action::\"send\", resource is Host) when {{ resource.host == \"mail.example\" }};\n'''\n[[policy]]\nid = \
         \"all\"\ncedar = 'permit (principal, action, resource);'\n"
    );
    let bundle = build(&Proposal::parse(&text).unwrap()).unwrap();
    let mut mail =
        Effect::new(verbs::NET_SEND, Resource::Host { host: "mail.example".to_owned(), url: None });
    classify(std::slice::from_mut(&mut mail), &bundle, None);
    let decision = decide(&[mail], &Context::default(), &bundle);
    assert_snapshot!(format!("{}: {}", decision.kind, decision.reason), @"deny: would send data to a host (mail.example, in an environment nobody has named): nobody mails from here; `repository/all` permits it and is overruled by `repository/no-mail`");
    let tamper = Effect::new(verbs::COUNTERSIGN_TAMPER, Resource::Program { name: "x".to_owned() });
    assert_eq!(decide(&[tamper], &Context::default(), &bundle).kind, DecisionKind::Deny);
}

#[test]
fn what_is_not_signed_adds_no_policy() {
    let text = format!(
        "on_allow = \"grant\"\npack = \"observe\"\n{SHOP}[[policy]]\nid = \"all\"\ncedar = 'permit (principal, action, resource);'\n"
    );
    let text = text.replacen("\nversion = 1\n", "\n", 1);
    let proposal = Proposal::parse(&format!("version = 1\n{text}")).unwrap();
    assert_eq!(Bundle::shipped(Pack::Graduated, &proposal).unwrap().digest(), shop(Pack::Graduated).digest());
}

/// What an unsigned bundle may say: any map, and no rules but the shipped ones.
#[test]
fn only_the_shipped_rules_pass_for_shipped() {
    let digest = shop(Pack::Graduated).rules().hex();
    assert_eq!(
        digest,
        include_str!("../../packs/graduated.digest").trim(),
        "a pack changed: write this down"
    );
    assert!(shop(Pack::Graduated).has_shipped_rules());
    assert!(Bundle::shipped(Pack::Graduated, &Proposal::default()).unwrap().has_shipped_rules());
    assert!(!shop(Pack::Observe).has_shipped_rules() && !shop(Pack::Strict).has_shipped_rules());
    let changed = |field: &str, to: serde_json::Value| {
        let mut value: serde_json::Value = serde_json::from_slice(&shop(Pack::Observe).to_bytes()).unwrap();
        value[field] = to;
        Bundle::from_bytes(value.to_string().as_bytes()).unwrap()
    };
    assert!(!changed("pack", "graduated".into()).has_shipped_rules());
    assert!(!changed("on_allow", "grant".into()).has_shipped_rules());
    // The same rules in other words may be other rules to whoever reads only some of them.
    let text = String::from_utf8(shop(Pack::Graduated).to_bytes()).unwrap();
    for other in [format!(" {text}"), text.replacen(",\"on_allow\"", " ,\"on_allow\"", 1), format!("{text} ")]
    {
        assert!(!Bundle::from_bytes(other.as_str()).unwrap().has_shipped_rules(), "{}", &other[..40]);
    }
}
