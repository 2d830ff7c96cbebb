//! Proofs, and what stops them.

mod reduction;
mod relations;
mod shipped;

use countersign_policy::{Bundle, Proposal, build};

use crate::{Invariant, Outcome, Prover};

/// A prover; these tests cannot do without the solver.
#[expect(clippy::disallowed_methods, reason = "a test finds the solver as the edge does")]
fn prover() -> Prover {
    let (named, path) = (std::env::var_os("CVC5"), std::env::var_os("PATH"));
    let program = crate::find(named.as_deref(), path.as_deref())
        .expect("these tests need the solver cvc5: run `apt-get install cvc5`");
    Prover::start(&program).expect("cvc5 starts")
}

fn proposal(text: &str) -> Proposal {
    Proposal::parse(&format!("version = 1\n{text}")).expect("it is a proposal")
}

fn bundle(text: &str) -> Bundle {
    build(&proposal(text)).expect("it builds")
}

/// The outcome in one word, or the counterexample.
fn shown(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Holds => "holds".to_owned(),
        Outcome::Vacuous => "vacuous".to_owned(),
        Outcome::Broken(found) => found.to_string(),
    }
}

fn shipped(id: &str) -> Invariant {
    let mut shipped = Invariant::shipped().expect("they can be read").into_iter();
    shipped.find(|invariant| invariant.id == id).expect("it ships")
}
