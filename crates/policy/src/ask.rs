//! Cedar's evaluator, asked policy by policy.
//!
//! `cedar_policy::Authorizer` sets up the functions for addresses, decimals and dates in every
//! process, through a parser: a third of what a whole hook cost. They are set up here only where a
//! policy may use them. Otherwise this is the authorizer's own loop, and a test holds the two
//! against each other.

use std::collections::BTreeSet;

use cedar_policy::Policy;
use cedar_policy_core::ast::{self, Literal, Request, ValueKind};
use cedar_policy_core::entities::Entities;
use cedar_policy_core::evaluator::Evaluator;
use cedar_policy_core::extensions::Extensions;
use countersign_model::PolicyId;

use crate::proposal::Mode;

/// The compiled policies of one kind of effect.
#[derive(Debug, Default)]
pub struct Compiled {
    /// In the order of the bundle.
    policies: Vec<Counting>,
    /// Whether any only looks on.
    pub shadows: bool,
    /// Whether one of them may call one of Cedar's extension functions.
    pub extensions: bool,
}

/// One of them. Cedar would write its condition anew each time it is asked.
#[derive(Debug)]
struct Counting {
    policy: Policy,
    mode: Mode,
    condition: ast::Expr,
}

impl Compiled {
    /// Adds a policy after the others, with whether it counts.
    pub fn push(&mut self, policy: Policy, mode: Mode) {
        let condition = AsRef::<ast::Policy>::as_ref(&policy).condition();
        self.shadows |= mode == Mode::Shadow;
        self.policies.push(Counting { policy, mode, condition });
    }
}

/// What the policies come to.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// No policy forbids, and these permit.
    Permitted(BTreeSet<PolicyId>),
    /// These forbid, none where no policy permits either; and those that permit, which these overrule.
    Refused(BTreeSet<PolicyId>, BTreeSet<PolicyId>),
    /// These cannot be evaluated. Cedar would leave them out; a forbid left out lets something through.
    Failed(BTreeSet<PolicyId>),
}

/// Asks every policy that counts, or that would count if those that look on did.
pub fn ask(compiled: &Compiled, counting: Mode, request: Request, entities: &Entities) -> Answer {
    let extensions = if compiled.extensions { Extensions::all_available() } else { Extensions::none() };
    let evaluator = Evaluator::new(request, entities, extensions);
    let (mut permits, mut forbids, mut fails) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for Counting { policy, mode, condition } in &compiled.policies {
        if *mode > counting {
            continue;
        }
        let policy: &ast::Policy = policy.as_ref();
        let value = evaluator.interpret(condition, policy.env()).map(|value| value.value);
        let deciding = match (value, policy.effect()) {
            (Ok(ValueKind::Lit(Literal::Bool(false))), _) => continue,
            (Ok(ValueKind::Lit(Literal::Bool(true))), ast::Effect::Permit) => &mut permits,
            (Ok(ValueKind::Lit(Literal::Bool(true))), ast::Effect::Forbid) => &mut forbids,
            // Neither true nor false is as much an error.
            (Ok(_) | Err(_), _) => &mut fails,
        };
        deciding.insert(PolicyId::from(AsRef::<str>::as_ref(policy.id())));
    }
    if !fails.is_empty() {
        Answer::Failed(fails)
    } else if permits.is_empty() || !forbids.is_empty() {
        Answer::Refused(forbids, permits)
    } else {
        Answer::Permitted(permits)
    }
}
