//! The home and its record: whether they are whole, private, and what the log itself says they were.

use countersign_evidence::{Event, Expected, Log, Severity, TASK_BESIDE_A_CALL, verify};
use countersign_hook::fingerprint;
use countersign_local::{Home, Witness};
use countersign_model::ToolCall;
use serde_json::Value;

use super::Checks;
use crate::{edge, output};

/// So many findings of one kind are named, the others counted.
const NAMED: usize = 3;
const VERIFY: &str = "`countersign evidence verify` shows all of it";

/// Looks at everything without opening the ledger, which would mend what can be mended.
pub(super) fn look(home: &Home, checks: &mut Checks) {
    let exposed = home.exposed();
    several(checks, &exposed, |path| {
        format!("`{}` can be read or written by others: chmod go= it", path.display())
    });
    evidence(home, checks);
    match home.key() {
        Ok(key) => look_at_key(home, &key, checks),
        Err(error) => checks.bad(format!(
            "{}: nothing is allowed without it; put it back from a backup",
            output::sentence(&error.into())
        )),
    }
    look_at_witness(home, checks);
}

/// The whole log, as an outsider would check it.
fn evidence(home: &Home, checks: &mut Checks) {
    let managed = match edge::managed() {
        Ok(managed) => managed.filter(|(_, managed)| managed.path() == home.path()),
        // Said where the managed install is looked at.
        Err(_) => None,
    };
    let managed = managed.and_then(|(trust, _)| trust.for_verifying());
    let report = verify(&home.log(), &Expected { managed, ..Expected::default() });
    let (violations, warnings): (Vec<_>, Vec<_>) =
        report.problems.iter().partition(|problem| problem.severity == Severity::Violation);
    several(checks, &violations, |problem| format!("the evidence does not verify: {problem}; {VERIFY}"));
    let (beside, warnings): (Vec<_>, Vec<_>) =
        warnings.into_iter().partition(|problem| problem.what.starts_with(TASK_BESIDE_A_CALL));
    if let Some(last) = beside.last() {
        let seen = output::count(beside.len() as u64, "time");
        checks
            .warn(format!("a task began or ended while an agent acted, {seen}, the last: {last}; {VERIFY}"));
    }
    let tampering: Vec<_> =
        warnings.into_iter().filter(|problem| problem.what.starts_with("tampering was seen")).collect();
    if let Some(last) = tampering.last() {
        let seen = output::count(tampering.len() as u64, "time");
        checks.warn(format!("tampering was recorded {seen}, the last in {last}; {VERIFY}"));
    }
    if violations.is_empty() {
        let records = output::count(report.tally.records, "record");
        checks.good(format!("home `{}`, the log of {records} verifies", home.path().display()));
    }
}

/// What was recorded under the key must still fit it: a key that was replaced makes every earlier
/// fingerprint another.
fn look_at_key(home: &Home, key: &[u8; 32], checks: &mut Checks) {
    // A log that cannot be read was said to be so already.
    let Ok(log) = Log::open(&home.log()) else { return };
    let (mut fit, mut differ) = (0_u64, 0_u64);
    for entry in log.read_from(log.start()).map_while(Result::ok) {
        if let Event::Decided(decided) = entry.record.event
            && decided.findings.is_empty()
            && is_stored_as_it_was(&decided.call)
        {
            let fits = fingerprint(key, &decided.call) == decided.fingerprint;
            *if fits { &mut fit } else { &mut differ } += 1;
        }
    }
    if differ > 0 {
        checks.bad(format!(
            "the key in `{}` was replaced: it does not fit what was recorded of calls, {differ} of {}; put it back \
             from a backup",
            home.path().display(),
            fit + differ
        ));
    }
}

/// Whether nothing in a call was replaced or cut before it was stored, nor can read back as another number.
fn is_stored_as_it_was(call: &ToolCall) -> bool {
    fn same(value: &Value) -> bool {
        match value {
            Value::String(text) => !text.contains("[redacted:") && !text.ends_with(" bytes more]"),
            Value::Number(number) => !number.is_f64(),
            Value::Array(items) => items.iter().all(same),
            Value::Object(fields) => {
                fields.iter().all(|(name, value)| !name.contains("[redacted:") && same(value))
            }
            Value::Null | Value::Bool(_) => true,
        }
    }
    let input = Value::Object(call.input.clone());
    [&call.tool, &call.cwd].iter().all(|text| !text.contains("[redacted:")) && same(&input)
}

/// The file outside the home that remembers how long the log was.
fn look_at_witness(home: &Home, checks: &mut Checks) {
    let head = Log::open(&home.log()).and_then(|log| Ok((log.head()?, log)));
    let (Ok((head, log)), Ok(user_home)) = (head, edge::user_home()) else { return };
    let witness = Witness::below(&user_home, log.id());
    match witness.check(&head) {
        Ok(false) => {}
        Ok(true) => checks.bad(format!(
            "the witness `{}` is gone, which remembers outside the home how long the log was; it is made anew, \
             but whether the log was cut off before cannot be told",
            witness.file().display()
        )),
        Err(error) => checks.bad(output::sentence(&error.into())),
    }
}

/// Names the first few, counts the rest.
fn several<T>(checks: &mut Checks, found: &[T], say: impl Fn(&T) -> String) {
    for one in found.iter().take(NAMED) {
        checks.bad(say(one));
    }
    if let Some(more) = found.len().checked_sub(NAMED).filter(|more| *more > 0) {
        checks.bad(format!("… and {more} more like that"));
    }
}
