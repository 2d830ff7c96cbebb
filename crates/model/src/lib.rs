//! The words of Countersign, as types: one word for one thing (see `docs/glossary.md`).
//!
//! Start at [`ToolCall`] (what a runtime reports), follow it to [`Effect`] (what it would do to
//! what, where) and end at [`Decision`] (what Countersign answers, and why). [`Question`] and
//! [`Answer`] are the facts of the workspace that the way from one to the other depended on.
//!
//! Architecture invariant: this crate knows nothing of the others and does no I/O.

mod call;
mod decision;
mod declared;
mod digest;
mod effect;
mod environment;
mod fact;
mod finding;
mod hex;
mod host;
mod ids;
pub mod remote_address;
mod resource;
mod risk;
mod task;
mod usual_tools;
pub mod verbs;

pub use call::{McpServer, Runtime, ToolAnnotations, ToolCall};
pub use decision::{Decision, DecisionKind, Requirement, Shadow};
pub use declared::Declared;
pub use digest::{Digest, ParseDigestError};
pub use effect::{Access, Certainty, Effect, Origin, Reversible, Span};
pub use environment::{Environment, Place};
pub use fact::{Answer, Fact, Question};
pub use finding::Finding;
pub use hex::{Hex, ParseHexError};
pub use host::{host_alone, host_groups, is_endpoint_of_this_machine, is_this_machine};
pub use ids::{
    AgentId, Commit, GrantId, LogId, PolicyId, PromptId, ReviewerName, SessionId, TaskId, Ticket, ToolCallId,
};
pub use jiff::Timestamp;
pub use resource::{
    ForgeRepository, PathClass, Remote, Repository, Resource, Zone, is_cluster_of_this_machine, is_within,
    page_action, registry_of_image,
};
pub use risk::{Factor, Risk};
pub use task::{Task, TaskLimits, TaskScope};
pub use usual_tools::{is_called, works_here};
pub use verbs::Verb;
