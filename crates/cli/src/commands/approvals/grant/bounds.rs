//! What a grant is for: as a reviewer says it, or as an action that was held has it.

mod names;

use anyhow::{Context as _, Result};
use countersign_approval::resource_name;
use countersign_local::Status;
use countersign_model::{Certainty, DecisionKind, Environment, Ticket, Verb, verbs};
use countersign_policy::{Context, decide};

use super::super::find;
use crate::desk::Desk;
use crate::output::WithHint as _;
use crate::terminal;

/// What may be done to what, and the most that may hang on it.
pub struct Bounds {
    pub verb: Verb,
    pub resource: String,
    pub environment: Environment,
}

/// Bounds as they were given. A pattern that nothing of the verb is ever called by is refused: it would cover nothing.
pub fn given(verb: &str, resource: String, environment: Environment) -> Result<Bounds> {
    if verbs::find(verb).is_none() {
        return Err(anyhow::anyhow!("`{}` is not a verb", terminal::line(verb)))
            .hint("`countersign explain COMMAND` shows the verbs of a command");
    }
    names::check(verb, &resource)?;
    Ok(Bounds { verb: Verb::new(verb), resource, environment })
}

/// What of a held action waits by itself.
pub fn like(desk: &mut Desk, ticket: &str) -> Result<Vec<Bounds>> {
    let held = find(desk, &Ticket::from(ticket.to_owned()))?;
    if held.hold.status == Status::Denied {
        // Ahead of the key: a denial would win over the grant in any case.
        return Err(anyhow::anyhow!("`{ticket}` can no longer be granted: it is denied")).hint(
            "the denial stands for its session; for other sessions say --verb, --resource and --environment",
        );
    }
    let decided = held.decided.with_context(|| format!("there is no record of what `{ticket}` would do"))?;
    let bundle = desk.trust()?.bundle(&desk.home(), &decided.bundle)?;
    let mut all = Vec::new();
    for effect in &decided.effects {
        match decide(std::slice::from_ref(effect), &Context::default(), &bundle).kind {
            DecisionKind::Allow | DecisionKind::Monitor => continue,
            DecisionKind::RequireApproval { requirement }
                if requirement.approvals == 1 && requirement.groups.is_empty() => {}
            DecisionKind::RequireApproval { .. } | DecisionKind::Deny => {
                return Err(anyhow::anyhow!("no grant can cover `{effect}`"))
                    .hint("a grant is one reviewer's word, and this takes more");
            }
        }
        let name = resource_name(&effect.resource).filter(|_| effect.certainty == Certainty::Exact);
        let Some(resource) = name else {
            let part = match (&effect.because, effect.certainty) {
                (Some(why), Certainty::Partial | Certainty::Opaque) => why.clone(),
                _ => format!("`{}` could be any of several", effect.resource),
            };
            return Err(anyhow::anyhow!("no grant can cover `{effect}`: {}", terminal::line(&part)))
                .hint("a grant covers only what is known exactly: say that part in the command, as an argument or variable that \
                       a script takes in place of what it makes up, or approve this one alone");
        };
        all.push(Bounds { verb: effect.verb.clone(), resource, environment: effect.environment });
    }
    if all.is_empty() {
        return Err(anyhow::anyhow!("nothing of `{ticket}` waits by itself"))
            .hint("it was held because of what came before it in its session; approve it as it is");
    }
    Ok(all)
}
