//! Policies tried on examples: the ones that stand beside them, and calls with the decision that is expected.

use std::collections::BTreeSet;

use countersign_model::{Decision, DecisionKind, Effect, PolicyId, Runtime, ToolCall};
use countersign_policy::{self as policy, Bundle, Context, Example, History, Layer, Proposal};
use countersign_redact::Redactor;
use countersign_understand::{Pinning, Workspace, understand};
use serde::Serialize;
use serde_json::Value;

use crate::Assumed;
use crate::checkout::{Checkout, Files};

/// Where examples are tried: a clone of the map's repository.
const DIRECTORY: &str = "/home/dev/work";

/// What came of one example.
#[derive(Clone, Debug, Serialize)]
pub struct Trial {
    /// The policy it stands beside, as `layer/id`; none for a test of its own.
    pub policy: Option<String>,
    /// `hit`, `miss` or `test`.
    pub kind: &'static str,
    /// The call.
    pub call: String,
    /// What was decided.
    pub decision: String,
    /// The policies that had a say in it.
    pub policies: Vec<String>,
    /// What is not as expected, a sentence; none where all is.
    pub wrong: Option<String>,
    /// What it does, as `verb environment`.
    #[serde(skip)]
    pub effects: BTreeSet<(String, String)>,
}

/// Tries every example of every layer under their bundle, in the order of [`policy::all_examples`], in a clone that has these files.
pub fn try_all(layers: &[(Layer, &Proposal)], bundle: &Bundle, files: Files<'_>) -> Vec<Trial> {
    let mut trials = Vec::new();
    for (layer, proposal) in layers {
        for own in &proposal.policies {
            let id = format!("{layer}/{}", own.id);
            for (kind, examples) in [("hit", &own.hits), ("miss", &own.misses)] {
                trials.extend(examples.iter().map(|example| one(Some(&id), kind, example, bundle, files)));
            }
        }
        trials.extend(proposal.tests.iter().map(|example| one(None, "test", example, bundle, files)));
    }
    trials
}

fn one(
    policy: Option<&str>,
    kind: &'static str,
    example: &Example,
    bundle: &Bundle,
    files: Files<'_>,
) -> Trial {
    let call = call(example);
    let assumed = assumed(example, bundle);
    let workspace = Checkout { assumed: &assumed, files };
    let (effects, decision, policies) = decide(&call, &workspace, &assumed, History::default(), bundle);
    let has_a_say = |id: &str| policies.contains(id);
    let decided = format!("it is decided as {}: {}", decision.kind, decision.reason);
    let without = |id: &str| {
        let exists = bundle.policy_ids().any(|known| known.as_str() == id);
        let what = if exists { "has no say in it" } else { "is no policy of this bundle" };
        format!("`{id}` {what}; {decided}")
    };
    let wrong = match (kind, policy) {
        ("hit", Some(id)) if !has_a_say(id) => Some(without(id)),
        // A permit that something overrules does not do what it was written for, unless that is what is expected.
        ("hit", Some(id))
            if example.expect.is_none() && decision.reason.contains(&policy::overruling(&id.into())) =>
        {
            Some(format!("`{id}` does not let it pass; {decided}; if that is meant, say `expect`"))
        }
        ("miss", Some(id)) if has_a_say(id) => Some(format!("`{id}` has a say in it; {decided}")),
        _ => None,
    };
    let wrong = wrong.or_else(|| match &example.expect {
        Some(expected) if !is(&decision.kind, expected) => Some(format!(
            "it is decided as {}, and {expected} was expected: {}",
            decision.kind, decision.reason
        )),
        None if kind == "test" => {
            Some("it expects nothing: say `expect = \"allow\"`, for example".to_owned())
        }
        Some(_) | None => None,
    });
    let wrong = wrong.or_else(|| {
        let missing = example.by.iter().find(|id| !has_a_say(id))?;
        Some(without(missing))
    });
    Trial {
        policy: policy.map(str::to_owned),
        kind,
        call: shown(&call),
        decision: decision.kind.to_string(),
        policies: policies.into_iter().collect(),
        wrong,
        effects: effects
            .iter()
            .map(|effect| (effect.verb.to_string(), effect.environment.to_string()))
            .collect(),
    }
}

/// What an example would do in a clone of the map's repository, and what is decided over it after `history`.
pub fn decide_example(example: &Example, history: History, bundle: &Bundle) -> (Vec<Effect>, Decision) {
    let assumed = assumed(example, bundle);
    let (effects, decision, _) = decide(&call(example), &assumed, &assumed, history, bundle);
    (effects, decision)
}

/// Whether a decision is the one that was expected: as it is shown, or `hold` for any that waits.
fn is(kind: &DecisionKind, expected: &str) -> bool {
    kind.to_string() == expected || kind.word() == expected || (kind.waits() && expected == "hold")
}

fn call(example: &Example) -> ToolCall {
    ToolCall {
        runtime: Runtime::Script,
        session: "test".into(),
        agent: None,
        id: "test".into(),
        prompt: None,
        cwd: DIRECTORY.to_owned(),
        mode: None,
        tool: example.tool.clone(),
        input: example.input.clone(),
        mcp_server: None,
    }
}

/// The clone that an example runs in.
fn assumed(example: &Example, bundle: &Bundle) -> Assumed {
    let mut assumed = Assumed::new(DIRECTORY, bundle);
    assumed.on(Some(example.branch.as_deref().unwrap_or("feature")));
    assumed
}

/// What a call would do, what is decided, and every policy that has a say in any of its effects, those that only look
/// on included.
fn decide(
    call: &ToolCall,
    workspace: &dyn Workspace,
    assumed: &Assumed,
    history: History,
    bundle: &Bundle,
) -> (Vec<Effect>, Decision, BTreeSet<String>) {
    let understanding = understand(call, &assumed.surroundings(bundle), workspace);
    let context = Context {
        history,
        findings: Redactor::new([0; 32]).scan(&Value::Object(call.input.clone())),
        pinnable: !matches!(understanding.pinning, Pinning::Impossible { .. }),
        ..Context::default()
    };
    let mut effects = understanding.effects;
    policy::classify(&mut effects, bundle, Some(DIRECTORY));
    let decision = policy::decide(&effects, &context, bundle);
    let mut policies = ids(&decision);
    for effect in &effects {
        policies.extend(ids(&policy::decide(std::slice::from_ref(effect), &context, bundle)));
    }
    (effects, decision, policies)
}

fn ids(decision: &Decision) -> BTreeSet<String> {
    let shadow = decision.shadow.iter().flat_map(|shadow| &shadow.policies);
    decision.policies.iter().chain(shadow).map(PolicyId::to_string).collect()
}

fn shown(call: &ToolCall) -> String {
    call.command().unwrap_or_else(|| format!("{} {}", call.tool, Value::Object(call.input.clone())))
}

#[cfg(test)]
mod tests {
    use countersign_model::Answer;
    use countersign_policy::build_layers;
    use insta::assert_snapshot;

    use super::*;

    const PROPOSAL: &str = r#"
version = 1
[repository]
remotes = ["github.com/acme/shop"]
default_branch = "main"
[environments.production]
branches = ["main"]
[[policy]]
id = "no-releases"
cedar = 'forbid (principal, action == Action::"forge.release", resource);'
hits = ["gh release create v1", { call = "gh release delete v1", expect = "deny" }, "gh release view v1"]
misses = ["gh release list", "gh release create v2"]
[[policy]]
id = "watch-pushes"
mode = "shadow"
cedar = 'forbid (principal, action == Action::"git.push", resource) unless { context.oversight.approvals >= 1 };'
hits = [{ call = "git push origin feature", expect = "allow" }]
[[test]]
call = "git push origin main"
expect = "hold"
by = ["graduated/production-change"]
[[test]]
tool = "Write"
input = { file_path = "src/a.rs", content = "x" }
expect = "monitor"
[[test]]
call = "git push origin HEAD"
branch = "main"
expect = "require 1 approval"
by = ["graduated/leak"]
"#;

    #[test]
    fn examples_are_tried_and_what_is_wrong_is_said() {
        let proposal = Proposal::parse(PROPOSAL).unwrap();
        let layers = [(Layer::Repository, &proposal)];
        let bundle = build_layers(&layers).unwrap();
        let shown: Vec<String> = try_all(&layers, &bundle, &|_| Answer::Absent)
            .iter()
            .map(|trial| {
                let wrong = trial.wrong.as_deref().unwrap_or("as expected");
                format!("{} {} → {}: {wrong}", trial.kind, trial.call, trial.decision)
            })
            .collect();
        assert_snapshot!(shown.join("\n"), @r#"
        hit gh release create v1 → deny: as expected
        hit gh release delete v1 → require 1 approval: `repository/no-releases` has no say in it; it is decided as require 1 approval: would delete something on a forge (acme/shop release v1, production): a change to production waits for an approval
        hit gh release view v1 → allow: `repository/no-releases` has no say in it; it is decided as allow: would read from a forge (acme/shop release v1, development): reading flows
        miss gh release list → allow: as expected
        miss gh release create v2 → deny: `repository/no-releases` has a say in it; it is decided as deny: would publish or change a release (acme/shop release v2, production): this repository's own policy asks for it
        hit git push origin feature → allow: as expected
        test git push origin main → require 1 approval: as expected
        test Write {"content":"x","file_path":"src/a.rs"} → allow: it is decided as allow, and monitor was expected: would create or change a file (/home/dev/work/src/a.rs, development): work in the workspace flows
        test git push origin HEAD → require 1 approval: `graduated/leak` has no say in it; it is decided as require 1 approval: would move a ref of a remote repository forward, or create it (main of github.com/acme/shop, production): a change to production waits for an approval
        "#);
    }
}
