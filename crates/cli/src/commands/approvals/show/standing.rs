//! Whose approval a hold takes, who has given theirs, and how long it still waits, in a person's words.

use anyhow::Result;
use countersign_approval::{Standing, Verdict};
use countersign_evidence::Event;
use countersign_local::{Hold, Status};
use countersign_model::{Requirement, Timestamp};

use crate::desk::Desk;

/// The approvals of a hold so far.
#[derive(Debug, Default)]
pub struct Approved {
    /// Names of the reviewers whose approvals count.
    pub names: Vec<String>,
    /// Whether these are all it takes.
    pub enough: bool,
    /// Who denied it, and the sentence they gave.
    pub denied: Option<(String, Option<String>)>,
}

/// The approvals there are, as the hook would count them.
pub fn approved(desk: &mut Desk, hold: &Hold, now: Timestamp) -> Result<Approved> {
    let Some(believed) = desk.believed()? else { return Ok(Approved::default()) };
    let mut names = Vec::new();
    let mut verdicts = Vec::new();
    let mut denied = None;
    for position in &hold.answers {
        let Event::Reviewed { approval } = desk.ledger.record(position)?.event else { continue };
        let Ok(reviewer) = believed.verify(&approval) else { continue };
        let statement = &approval.statement;
        let fits = statement.ticket == hold.ticket && statement.commitment == hold.commitment;
        if fits && statement.verdict == Verdict::Deny && denied.is_none() {
            denied = Some((reviewer.name.to_string(), statement.note.clone()));
        }
        if fits && statement.verdict == Verdict::Approve && statement.in_force(now) {
            names.push(reviewer.name.to_string());
            verdicts.push((reviewer, statement.verdict));
        }
    }
    names.sort();
    names.dedup();
    let enough = countersign_approval::standing(&hold.requirement, &verdicts) == Standing::Approved;
    Ok(Approved { names, enough, denied })
}

/// Whose approval it takes, such as `2 reviewers, among them dba`.
pub fn takes(requirement: &Requirement) -> String {
    let many = match requirement.approvals {
        0 | 1 => "one reviewer".to_owned(),
        several => format!("{several} reviewers"),
    };
    match (requirement.groups.as_slice(), requirement.approvals) {
        ([], _) => many,
        ([group], 0 | 1) => format!("{many}, of {group}"),
        (groups, _) => format!("{many}, among them {}", groups.join(" and ")),
    }
}

/// The approvals there are, such as `1 of 2: ada`.
pub fn given(requirement: &Requirement, approved: &[String]) -> String {
    match approved {
        [] => "nobody has approved it yet".to_owned(),
        names => {
            format!("{} of {} approved it: {}", names.len(), requirement.approvals.max(1), names.join(", "))
        }
    }
}

/// Where the hold stands now: one whose time is over has expired, recorded or not.
pub fn word(hold: &Hold, approved: &Approved, now: Timestamp) -> &'static str {
    match hold.status.is_open() {
        true if hold.expires <= now => Status::Expired.word(),
        // An approved hold is over once the call that it releases was made.
        true if approved.enough => "approved",
        true | false => hold.status.word(),
    }
}

/// A time to the minute.
pub fn clock(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// How long from one time to a later one, in the one or two units that matter.
pub fn between(from: Timestamp, to: Timestamp) -> String {
    let exact = to.as_second().saturating_sub(from.as_second()).max(0);
    // Beyond an hour to the nearest minute.
    let seconds = if exact < 3_600 { exact } else { exact.saturating_add(30) };
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, 0, _) => format!("{days} d"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// Until when it waits.
pub fn until(hold: &Hold, now: Timestamp) -> String {
    let clock = clock(hold.expires);
    if hold.expires <= now {
        format!("{clock}, which is over")
    } else {
        format!("{clock}, {} left", between(now, hold.expires))
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn says_whom_it_takes() {
        let check = |approvals, groups: &[&str], names: &[&str]| {
            let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
            let requirement = Requirement { approvals, groups: words(groups) };
            format!("{}; {}", takes(&requirement), given(&requirement, &words(names)))
        };
        assert_snapshot!(check(1, &[], &[]), @"one reviewer; nobody has approved it yet");
        assert_snapshot!(check(1, &["dba"], &[]), @"one reviewer, of dba; nobody has approved it yet");
        assert_snapshot!(check(2, &[], &["ada"]), @"2 reviewers; 1 of 2 approved it: ada");
        assert_snapshot!(check(3, &["dba", "ops"], &["ada", "bob"]), @"3 reviewers, among them dba and ops; 2 of 3 approved it: ada, bob");
    }

    #[test]
    fn says_how_long() {
        let check = |seconds| between(Timestamp::UNIX_EPOCH, Timestamp::from_second(seconds).unwrap());
        let said: Vec<String> = [-5, 0, 59, 60, 3_599, 3_600, 5_400, 86_400, 100_000].map(check).into();
        assert_snapshot!(said.join(", "), @"0 s, 0 s, 59 s, 1 min, 59 min, 1 h, 1 h 30 min, 1 d, 1 d 3 h");
        assert_snapshot!(clock(Timestamp::UNIX_EPOCH), @"1970-01-01 00:00 UTC");
    }
}
