//! Real history, decided again: what a policy would have done, before it is switched on.
//!
//! Start at [`History`], which sorts what was read into sessions, and [`run`], which decides each of
//! their calls as the hook would have; [`Report`] says what came of it.
//!
//! | file | what |
//! |---|---|
//! | `history` | calls of many files, each once, by session |
//! | `assumed` | the workspace that a call is understood in: what the session itself tells of it |
//! | `checkout` | the files of a working tree of today, where the session tells nothing of them |
//! | `run` | the calls decided, in parallel |
//! | `trial` | policies tried on the examples that stand beside them |
//! | `report` | the counts, the reasons, the differences |
//! | `suggest` | policies drafted for what was held most |
//! | `html` | the report as one page |
//!
//! Architecture invariant: it understands and decides by the same code as the hook, does no I/O and
//! reads no clock. The same history and bundle give the same report, byte for byte.

mod alike;
mod assumed;
mod checkout;
mod figures;
mod history;
mod html;
mod memo;
mod report;
mod run;
mod suggest;
mod trial;

pub use alike::{Alike, alike};
pub use assumed::Assumed;
pub use checkout::Files;
pub use figures::{grouped, share};
pub use history::{Call, History, Session, Source};
pub use html::html;
pub use report::{
    Approvals, Counts, Day, Difference, EffectRow, Factor, PolicyRow, Reason, Rejected, Report, Side,
    Stopped, ToolRow, Unforeseen,
};
pub use run::{Decided, Simulation, run};
pub use suggest::{Suggestion, candidates};
pub use trial::{Trial, decide_example, try_all};
