//! This machine: Countersign's home, its log with the state folded from it, and the bundle in force.
//!
//! Start at [`Ledger`]: it opens a [`Home`], and [`Ledger::locked`] makes reading the [`State`] and
//! appending to the log one step. [`Trust`] says whose signatures count, and which bundles are in
//! force because of them.
//!
//! Architecture invariant: this crate does not know runtimes or shell syntax, and reads no clock:
//! the time is handed in.

mod followed;
mod home;
mod ledger;
mod state;
mod trust;
mod users;
mod witness;

pub use followed::{AllDenials, Denials, Followed, Given};
pub use home::{Home, HomeError, Identity, read_regular, read_regular_within, write_private};
pub use ledger::{Ledger, LedgerError, Transaction};
pub use state::{Adoption, Authorities, Call, Change, Hold, Install, Session, State, Status, new_ticket};
pub use trust::{Believed, InForce, ManagedSettings, Standing, Trust};
pub use users::{User, users};
pub use witness::{WITNESSES, Witness};

/// Fresh random bytes.
///
/// # Errors
/// Where the system has none.
pub fn random<const N: usize>() -> Result<[u8; N], LedgerError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| LedgerError::Random(error.to_string()))?;
    Ok(bytes)
}
