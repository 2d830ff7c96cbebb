//! What a bundle can never allow, proved symbolically.
//!
//! Start at [`Prover`]: it asks of an [`Invariant`] whether there is any request that the invariant forbids and the
//! bundle allows. Policies are read as formulas (`read`); what is known of each kind of request is folded away
//! (`corner`), which leaves some hundred questions of many thousand kinds of request; each goes to the solver
//! `cvc5` by way of Cedar's own symbolic compiler (`solver`). A counterexample is asked of the engine that
//! decides (`counterexample`) before anybody sees it.
//!
//! Architecture invariant: the only crate besides `policy` that knows Cedar, and the only one that knows an
//! async runtime or a solver. The hook's path does not depend on it. `docs/proving.md` says what is assumed.

mod assumed;
mod atom;
mod corner;
mod counterexample;
mod formula;
mod invariant;
mod prover;
mod read;
mod relations;
mod solver;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use cedar_policy_symcc::err::{EncodeError, Error};

pub use counterexample::Counterexample;
pub use invariant::Invariant;
pub use prover::{Outcome, Proof, Prover};
pub use relations::{AS_STRICT, MONOTONE, NEVER_FAILS, SHADOWS};
pub use solver::find;

/// Why something could be neither proved nor refuted.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// There is no `cvc5`.
    #[error("cannot prove anything without the solver `cvc5`, which is not on PATH")]
    NoSolver,
    /// The variable CVC5 names no file.
    #[error("cannot prove anything without the solver: `{0}`, which CVC5 names, is no file")]
    NoSolverThere(PathBuf),
    /// The question took the solver too long, or could not be put to it.
    #[error("the solver gave no answer: {0}")]
    Solver(String),
    /// The solver does not run, or does not speak as `cvc5` does.
    #[error("the solver failed: {0}")]
    SolverFailed(String),
    /// A policy of the bundle cannot be read.
    #[error("policy `{0}` cannot be read")]
    Policy(String),
    /// The solver and the engine disagree, or a part of this crate is wrong.
    #[error("internal error: {0}")]
    Internal(String),
}

impl ProveError {
    fn solver(error: &cedar_policy_symcc::err::Error) -> Self {
        let io = matches!(error, Error::EncodeError(EncodeError::Io(_)));
        if io || matches!(error, Error::SolverError(_)) {
            return Self::SolverFailed(error.to_string());
        }
        Self::Solver(error.to_string())
    }

    /// What to do about it, for the line `hint: ...`.
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoSolver | Self::NoSolverThere(_) => {
                Some("run `apt-get install cvc5`, or set CVC5 to where the program is")
            }
            Self::Solver(_) => {
                Some("try once more; a policy that keeps the solver busy may be too intricate to prove")
            }
            Self::SolverFailed(_) => {
                Some("see that `cvc5`, or what CVC5 names, is the solver and runs: `cvc5 --version`")
            }
            Self::Internal(_) => Some("this is a fault of Countersign: please report it with the bundle"),
            Self::Policy(_) => None,
        }
    }
}
