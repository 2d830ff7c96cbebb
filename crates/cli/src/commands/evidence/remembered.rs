//! What the places beside the log remember of how far it had come. A log that was cut off fits itself, so only they tell.

use anyhow::Result;
use countersign_evidence::{Problem, Severity};
use countersign_hook::now;
use countersign_local::{Home, Ledger, LedgerError, Witness};

use crate::edge;

/// What cannot be told of a cut, of this user's log as of any other.
pub const UNTOLD: &str = "that nothing was cut off the end: its head file, the derived state and the witness can be set \
                          back with it by whoever runs as this user. Only a head kept where that user cannot write shows \
                          it, given back with --contains";

/// The file of the derived state that says how far the log was folded.
const FOLDED: &str = "folded.json";

/// What the witness and the derived state say against the log as it is; `is_contained`: a head that was kept elsewhere is
/// in the log. Nothing is written.
///
/// # Errors
/// Where the user's own home is not known.
pub fn problems(home: &Home, is_contained: bool) -> Result<Vec<Problem>> {
    let user_home = edge::user_home()?;
    let looked = Ledger::open(home.clone(), None, &user_home, now()).and_then(|ledger| {
        ledger.look(|_| Ok(()))?;
        let witness = Witness::below(&user_home, ledger.log_id());
        Ok(witness.check(&ledger.head()?).is_ok_and(|missing| missing).then_some(witness))
    });
    let found = match looked {
        Ok(None) => None,
        Ok(Some(witness)) => {
            let gone = format!(
                "`{}` is gone, which remembers outside the home how long the log was",
                witness.file().display()
            );
            let untold = "whether the log was cut off before cannot be told";
            Some(if is_contained {
                (Severity::Warning, format!("the witness {gone}: {untold}"))
            } else {
                // A derived state that lies there may be set back with the log, as the witness could not be unseen.
                let beside = match home.state().join(FOLDED).exists() {
                    true => String::new(),
                    false => format!(", and the derived state `{}` is gone with it", home.state().display()),
                };
                let what = format!(
                    "the witness {gone}{beside}: {untold}. Where the home was moved or restored by you, the next call \
                     makes it anew and records it; give a head that was kept elsewhere with --contains"
                );
                (Severity::Violation, what)
            })
        }
        // Whatever is wrong with the log by itself is said already.
        Err(LedgerError::Log(_)) => None,
        Err(error) => Some((Severity::Violation, error.to_string())),
    };
    Ok(found.into_iter().map(|(severity, what)| Problem { severity, sequence: None, what }).collect())
}
