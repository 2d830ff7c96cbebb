//! Layers tighten, what only looks on changes nothing, weights of one's own are weights.

use countersign_model::DecisionKind;
use insta::assert_snapshot;
use proptest::prelude::*;

use super::properties::{any_context, any_effect};
use super::*;
use crate::{Layer, build, build_layers};

/// Policies that loosen and tighten, in all ways.
const POLICIES: &[&str] = &[
    "permit (principal, action, resource);",
    "permit (principal, action in Action::\"write\", resource) when { context.oversight.monitored };",
    "forbid (principal, action in Action::\"destroy\", resource) unless { context.oversight.approvals >= 2 };",
    "forbid (principal, action in Action::\"fs\", resource);",
    "forbid (principal, action, resource) when { context.risk > 20 } unless { context.oversight.monitored };",
    "forbid (principal, action in Action::\"read\", resource in Environment::\"production\") \
     unless { context.oversight.approverGroups.contains(\"dba\") };",
];

fn own(policies: &[&str], mode: &str) -> String {
    let policy = |(index, cedar): (usize, &&str)| {
        format!("[[policy]]\nid = \"own-{index}\"\nmode = \"{mode}\"\ncedar = '''{cedar}'''\n")
    };
    policies.iter().enumerate().map(policy).collect()
}

fn layered(below: &[(Layer, &str)]) -> Result<Bundle, String> {
    let top = Proposal::parse(SHOP).unwrap();
    let below: Vec<(Layer, Proposal)> =
        below.iter().map(|(layer, text)| (*layer, Proposal::parse(text).unwrap())).collect();
    let mut layers = vec![(Layer::Organisation, &top)];
    layers.extend(below.iter().map(|(layer, proposal)| (*layer, proposal)));
    build_layers(&layers).map_err(|error| match error.hint() {
        Some(hint) => format!("{error}\n  hint: {hint}"),
        None => error.to_string(),
    })
}

/// Which of [`POLICIES`] a layer has.
const CHOICES: &[&[usize]] = &[&[], &[0], &[2], &[0, 1, 3], &[4, 5], &[0, 2, 4]];

fn chosen(choice: &[usize]) -> Vec<&'static str> {
    choice.iter().map(|index| POLICIES[*index]).collect()
}

fn of_one(rules: &[&str], mode: &str) -> Bundle {
    build(&Proposal::parse(&format!("{SHOP}{}", own(rules, mode))).unwrap()).unwrap()
}

/// What a lower layer says of the map.
const MAPS: [&str; 4] = [
    "",
    "[repository]\ndefault_branch = \"feature\"\n",
    "[environments.production]\nbranches = [\"feature/**\", \"develop\"]\nhosts = [\"**\"]\n",
    "[repository]\nremotes = [\"github.com/acme/shop\"]\ndefault_branch = \"main\"\n",
];

/// A layer more never loosens, whatever it says.
#[test]
fn a_lower_layer_only_tightens() {
    let stacks: Vec<(Bundle, Bundle)> = CHOICES
        .iter()
        .zip(CHOICES.iter().rev())
        .zip(["", "pack = \"observe\"\n", "pack = \"strict\"\n"].iter().cycle())
        .zip(MAPS.iter().cycle())
        .map(|(((team, repository), pack), map)| {
            let team = format!("version = 1\n{map}{}", own(&chosen(team), "enforce"));
            let repository = format!("version = 1\n{pack}{map}{}", own(&chosen(repository), "enforce"));
            let two = layered(&[(Layer::Team, &team)]).unwrap();
            (two, layered(&[(Layer::Team, &team), (Layer::Repository, &repository)]).unwrap())
        })
        .collect();
    proptest!(|(effects in prop::collection::vec(any_effect(), 1..3), context in any_context(), index in 0..stacks.len())| {
        let (two, three) = &stacks[index];
        let [one, two, three] = [shop(Pack::Graduated), two, three].map(|bundle| decide(&effects, &context, bundle));
        prop_assert!(one.kind <= two.kind, "{one:?} {two:?}");
        prop_assert!(two.kind <= three.kind, "{two:?} {three:?}");
    });
}

/// One rule more in any layer that forbids never loosens, and asking for an approval never denies what was allowed.
#[test]
fn tightening_any_layer_never_loosens() {
    let mut pairs = Vec::new();
    for (index, choice) in CHOICES.iter().enumerate() {
        let rule = POLICIES[2 + index % 4];
        let (some, mut more) = (chosen(choice), chosen(choice));
        more.push(rule);
        let low = |rules: &[&str]| {
            layered(&[(Layer::Repository, &format!("version = 1\n{}", own(rules, "enforce")))]).unwrap()
        };
        pairs.push((rule, of_one(&some, "enforce"), of_one(&more, "enforce")));
        pairs.push((rule, low(&some), low(&more)));
    }
    proptest!(|(effects in prop::collection::vec(any_effect(), 1..3), context in any_context(), index in 0..pairs.len())| {
        let (rule, before, after) = &pairs[index];
        let [before, after] = [before, after].map(|bundle| decide(&effects, &context, bundle));
        prop_assert!(before.kind <= after.kind, "{before:?} {after:?}");
        if rule.contains("approvals >= 2") && before.kind == DecisionKind::Allow {
            prop_assert!(after.kind != DecisionKind::Deny, "{after:?}");
        }
    });
}

/// What only looks on decides nothing, and what it would decide is what it decides once it counts.
#[test]
fn what_looks_on_changes_nothing() {
    let pairs: Vec<(Bundle, Bundle)> = CHOICES
        .iter()
        .map(|choice| (of_one(&chosen(choice), "shadow"), of_one(&chosen(choice), "enforce")))
        .collect();
    proptest!(|(effects in prop::collection::vec(any_effect(), 1..3), context in any_context(), index in 0..pairs.len())| {
        let (looking_on, counting) = &pairs[index];
        let plain = decide(&effects, &context, shop(Pack::Graduated));
        let (mut looking_on, counting) = (decide(&effects, &context, looking_on), decide(&effects, &context, counting));
        let shadow = looking_on.shadow.take();
        prop_assert_eq!(&looking_on, &plain);
        match shadow {
            Some(shadow) => prop_assert_eq!((shadow.kind.clone(), shadow.policies.clone()), (counting.kind, counting.policies)),
            None => prop_assert_eq!(counting.kind, plain.kind),
        }
    });
}

#[test]
fn what_a_lower_layer_may_not_say() {
    let refused = |text: &str| {
        layered(&[(Layer::Repository, &format!("version = 1\n{text}"))]).err().unwrap_or_default()
    };
    let errors = [
        refused("[environments.development]\nhosts = [\"*.shop.example\"]\n"),
        refused("[environments.production]\nbranches = [\"**\", \"!main\"]\n"),
        refused("[repository]\nremotes = [\"github.com/other/thing\"]\n"),
        refused("[repository]\nremotes = [\"github.com/*/*\"]\n"),
        refused("on_allow = \"grant\"\n"),
        refused("[weights.access]\ndestroy = 0\n"),
        refused("delegates = [\"programs\"]\n"),
        refused("[[program]]\nnames = [\"shipctl\"]\nread = [\"\"]\n"),
        refused(
            "[environments.production]\nhosts = [\"db.example\"]\n[repository]\nremotes = [\"github.com/acme/shop\"]\n",
        ),
    ];
    assert_snapshot!(errors.join("\n"), @r#"
    cannot join the layers: the layer `repository` may not say what development is
      hint: the highest layer can delegate that: `delegates = ["development"]`
    cannot join the layers: the layer `repository` may not say what is no production, as `!main` in `branches` does
      hint: leave the exception out, or put it into the highest layer
    cannot join the layers: the layer `repository` may not say that `github.com/other/thing` is its repository
      hint: the highest layer lists the repositories it speaks of: add a pattern to its `remotes`, or to its `roots` for working trees without a remote
    cannot join the layers: the layer `repository` may not say that `github.com/*/*` is its repository
      hint: the highest layer lists the repositories it speaks of: add a pattern to its `remotes`, or to its `roots` for working trees without a remote
    cannot join the layers: the layer `repository` may not say that a plain allow skips the runtime's own prompts
      hint: leave `on_allow` to the highest layer
    cannot join the layers: the layer `repository` may not say how risk is weighed
      hint: leave `[weights]` to the highest layer
    cannot join the layers: the layer `repository` may not say what is delegated
      hint: leave `delegates` to the highest layer
    cannot join the layers: the layer `repository` may not say what programs do
      hint: the highest layer can delegate that: `delegates = ["programs"]`
    "#);
}

#[test]
fn a_lower_layer_names_more_of_production_and_asks_for_more() {
    let text = "version = 1\n[environments.production]\nhosts = [\"api.example\"]\n[[policy]]\nid = \"two\"\nsays = \"two people\"\n\
                cedar = 'forbid (principal, action in Action::\"write\", resource is Host) unless { context.oversight.approvals >= 2 };'\n";
    let bundle = layered(&[(Layer::Repository, text)]).unwrap();
    let mut effects =
        [Effect::new(verbs::NET_WRITE, Resource::Host { host: "api.example".to_owned(), url: None })];
    crate::classify(&mut effects, &bundle, None);
    let decision = decide(&effects, &Context::default(), &bundle);
    let policies: Vec<&str> = decision.policies.iter().map(countersign_model::PolicyId::as_str).collect();
    assert_snapshot!(format!("{} by {}: {}", decision.kind, policies.join(" "), decision.reason), @"require 2 approvals by graduated/high-risk graduated/production-change repository/two: would change something on a host through its API (api.example, production): two people (by 2)");
}

/// What the highest layer forbids where nobody has named a place stays forbidden where a lower one calls that production.
#[test]
fn naming_a_place_production_loosens_nothing() {
    let forbid = "[[policy]]\nid = \"no-uploads\"\nsays = \"no uploads to hosts that nobody has named\"\n\
                  cedar = 'forbid (principal, action == Action::\"net.upload\", resource in Environment::\"unknown\");'\n";
    let top = Proposal::parse(&format!("{SHOP}{forbid}")).unwrap();
    let decided = |text: &str, host: &str| {
        let low = Proposal::parse(text).unwrap();
        let bundle = build_layers(&[(Layer::Organisation, &top), (Layer::Repository, &low)]).unwrap();
        let host = Resource::Host { host: host.to_owned(), url: None };
        let mut effects = [Effect::new(verbs::NET_UPLOAD, host)];
        crate::classify(&mut effects, &bundle, None);
        let decision = decide(&effects, &Context::default(), &bundle);
        format!("{}: {}", decision.kind, decision.reason)
    };
    let plain = decided("version = 1\n", "files.example");
    let named =
        decided("version = 1\n[environments.production]\nhosts = [\"files.example\"]\n", "files.example");
    assert_snapshot!(format!("{plain}\n{named}"), @"
    deny: would send files, or what is read from them, to a host (files.example, in an environment nobody has named): no uploads to hosts that nobody has named
    deny: would send files, or what is read from them, to a host (files.example, production): no uploads to hosts that nobody has named; by what `organisation` names itself it is unknown
    ");
}

#[test]
fn weights_of_ones_own() {
    let with = |text: &str| build(&Proposal::parse(&format!("{SHOP}{text}")).unwrap());
    let bundle = with("[weights.change]\nproduction = 90\n[weights.verb]\n\"git.push\" = 5\n").unwrap();
    let mut push = Effect::new(
        verbs::GIT_PUSH,
        reference(remote_repository(Some("github.com/acme/shop")), "refs/heads/main"),
    );
    push.environment = Environment::Production;
    assert_eq!(decide(&[push], &Context::default(), &bundle).risk.score, 100);
    let errors = [
        "[weights.change]\nproduktion = 1\n",
        "[weights.chance]\na = 1\n",
        "[weights.change]\nproduction = 1\n",
        "[weights.change]\nproduction = 300\n",
        "[weights]\nchange = 1\n",
    ]
    .map(|text| with(text).unwrap_err().to_string());
    assert_snapshot!(errors.join("\n"), @"
    cannot use `produktion` in `[weights.change]`: it is not known there
    cannot use `[weights.chance]`: there is no such table of points
    cannot use `production` in `[weights.change]`: `production` has 1 point, fewer than `unknown` with 25
    cannot use `production` in `[weights.change]`: `300` is no number of points
    cannot use `[weights.change]`: it is a table of points
    ");
}

/// A lower layer that says which repository it is leaves the rules above as they were for the others, and for the branch
/// that they call the default.
#[test]
fn what_a_lower_layer_says_of_its_repository() {
    for default in ["default_branch = \"integration\"\n", ""] {
        lower_layer_after(default);
    }
}

fn lower_layer_after(default: &str) {
    let top = format!(
        "version = 1\n[repository]\nremotes = [\"github.com/acme/*\"]\n{default}\
               [environments.production]\nbranches = [\"main\"]\n\
               [[policy]]\nid = \"no-merges\"\ncedar = '''forbid (principal, action in Action::\"forge\", resource in Environment::\"production\");'''\n"
    );
    let own =
        "version = 1\n[repository]\nremotes = [\"github.com/acme/shop\"]\ndefault_branch = \"feature\"\n";
    let (top, own) = (Proposal::parse(&top).unwrap(), Proposal::parse(own).unwrap());
    let alone = build(&top).unwrap();
    let both = build_layers(&[(Layer::Organisation, &top), (Layer::Repository, &own)]).unwrap();
    let push = |name: &str, branch: &str| {
        let url = Some(format!("https://github.com/acme/{name}"));
        let remote = Some(Remote { name: "origin".to_owned(), url });
        let repository = Repository { root: None, remote };
        let reference = format!("refs/heads/{branch}");
        Effect::new(verbs::GIT_PUSH, Resource::Ref { repository, reference, old: None, new: None })
    };
    let repository = ForgeRepository { host: "github.com".to_owned(), name: "acme/billing".to_owned() };
    let base = Some("main".to_owned());
    let merge = Effect::new(
        verbs::FORGE_MERGE,
        Resource::PullRequest { repository, number: Some(12), base, head: None, commit: None },
    );
    let pushes = [("shop", "integration"), ("billing", "main"), ("shop", "feature"), ("shop", "develop")];
    for effect in pushes.map(|(name, branch)| push(name, branch)).into_iter().chain([merge]) {
        let decided = |bundle: &Bundle| {
            let mut effects = [effect.clone()];
            crate::classify(&mut effects, bundle, None);
            decide(&effects, &Context::default(), bundle)
        };
        let (one, two) = (decided(&alone), decided(&both));
        assert!(one.kind <= two.kind, "{effect:?}: {} / {}", one.reason, two.reason);
    }
}
