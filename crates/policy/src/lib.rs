//! Effects and a bundle in, a decision with its reasons out.
//!
//! Start at [`decide`]: it asks Cedar, for each effect, the lowest rung of the oversight ladder at
//! which the bundle's policies permit it, and answers the strictest. Before it, [`classify`] says by the
//! bundle's map in which environment each effect lands. A [`Bundle`] is built once by [`build`] from a
//! [`Proposal`] (`countersign.toml`), where everything is checked, and read cheaply ever after.
//! [`propose`] writes the first proposal from what is seen in a repository.
//!
//! Architecture invariant: the only crate besides `prove` that knows Cedar. It does no I/O, reads no clock, and does
//! not know which runtime asks.

mod above;
mod ask;
mod build;
mod build_error;
mod bundle;
mod checked;
mod ci;
mod classify;
mod compile;
mod context;
mod decide;
mod draft;
mod escapes;
mod example;
mod glob;
mod imagined;
mod layers;
mod letters;
mod lint;
mod map;
mod names;
mod naming;
mod nearest;
mod nesting;
mod oversight;
mod own;
mod own_texts;
mod packs;
mod past;
mod points;
mod proposal;
mod proposal_text;
mod propose;
mod remote;
mod request;
mod risk;
mod schema;
mod scope;
mod scoping;
mod seen;
mod sentence;
mod slice;
mod task_file;
mod wording;
mod written;

pub use build::{build, build_layers, read_invariants};
pub use build_error::{BuildError, Place};
pub use bundle::{Bundle, BundleError, BundlePolicy, OnAllow, StoredInvariant};
pub use ci::{Delivery, Refs};
pub use classify::classify;
pub use context::{Context, History, pushes, secret_read, takes_in_untrusted};
pub use decide::{decide, overruling};
pub use draft::{Draft, draft};
pub use example::Example;
pub use glob::matches as fits_pattern;
pub use imagined::{Answered, Imagined, actions, can_stand, resource_types, usual_types};
pub use layers::{Layer, Loosening};
pub use lint::{Lint, all_examples, first_exception, lint, lint_file};
pub use map::{EnvironmentMap, Places, RepositoryMap};
pub use names::says_production;
pub use naming::naming;
pub use oversight::Rung;
pub use own::{mark_own, may_make, moved_onto};
pub use packs::Pack;
pub use past::{Circumstances, Overlap, Past, changing_actions};
pub use points::WrongPoints;
pub use proposal::{Above, Listed, Mode, OwnInvariant, OwnPolicy, Proposal, ProposalError};
pub use propose::{Seen, deliveries, left_out, propose};
pub use remote::normalise;
pub use request::access_word;
pub use schema::{schema_json, schema_text};
pub use scoping::{UnderTask, alone, changed_file, changed_files, opened};
pub use seen::{Kind, Named};
pub use task_file::{TaskFile, check_allowed, check_host, check_limits, check_path, check_pattern};
pub use written::At;

#[cfg(test)]
mod tests;
