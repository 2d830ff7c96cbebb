//! Verification without the programs that wrote the log, its keys or its machine.
//!
//! First the chain: every line, its hash, its number. Then what it says: signatures back to the
//! root of the reviewers, and the links from decision to hold, verdict, release and outcome.
//! Last, what none of that proves.

mod calls;
mod holds;
mod people;
mod report;
mod tasks;

use std::path::Path;

use countersign_approval::Anchor;
use countersign_model::{LogId, Timestamp};

use self::calls::Calls;
use self::holds::{Hold, Holds};
use self::people::People;
pub use self::report::{Expected, Managed, Problem, Report, Severity, Tally};
use self::report::{Problems, quoted};
pub use self::tasks::BESIDE as TASK_BESIDE_A_CALL;
use self::tasks::Tasks;
use crate::files::{FIRST_SEGMENT, Files, Lock};
use crate::lock::read_head;
use crate::{Entries, Entry, Event, Head, LogError, Position, Record, genesis, line};

/// Verifies the log in a directory, which may be a copy. Never fails: what keeps it from being
/// read is a violation.
pub fn verify(directory: &Path, expected: &Expected) -> Report {
    let files = Files::at(directory);
    let mut problems = Problems::default();
    let known = head_file(&files, &mut problems);
    let log = match first_record(&files) {
        Ok(log) => log,
        Err(why) => {
            problems.violation(why);
            return Report { problems: problems.list, ..Report::default() };
        }
    };
    let mut story = Story::new(log.clone(), expected, problems);
    let start = Position { segment: FIRST_SEGMENT, offset: 0, sequence: 0, previous: genesis(&log) };
    let mut entries = Entries::new(files.clone(), start);
    for entry in entries.by_ref() {
        match entry {
            Ok(entry) => story.take(&entry),
            Err(error) => {
                story.problems.at = None;
                story.problems.violation(format!("{error}; nothing after it is verified"));
            }
        }
    }
    story.problems.at = None;
    let end = entries.position();
    surroundings(&files, &end, &mut story.problems);
    for (what, anchor) in [("the head file", known), ("the head given", expected.head.clone())] {
        if let Some(anchor) = anchor.filter(|anchor| !story.people.holds(anchor)) {
            let sequence = anchor.sequence;
            story.problems.violation(if sequence >= end.sequence {
                format!("{what} names record {sequence}, which is behind what could be verified")
            } else {
                format!("{what} names record {sequence} with another hash: the log was rewritten")
            });
        }
    }
    story.end(expected, &end)
}

/// What the log says, as far as it was read.
struct Story {
    log: LogId,
    problems: Problems,
    times: Option<(Timestamp, Timestamp)>,
    tally: Tally,
    calls: Calls,
    holds: Holds,
    people: People,
    tasks: Tasks,
}

impl Story {
    fn new(log: LogId, expected: &Expected, problems: Problems) -> Self {
        Self {
            people: People::new(log.clone(), expected),
            log,
            problems,
            times: None,
            tally: Tally::default(),
            calls: Calls::default(),
            holds: Holds::default(),
            tasks: Tasks::default(),
        }
    }

    fn take(&mut self, entry: &Entry) {
        let Record { sequence, time, event } = &entry.record;
        let (sequence, now) = (*sequence, *time);
        let Self { problems, tally, calls, holds, people, times, tasks, .. } = self;
        problems.at = Some(sequence);
        tally.records += 1;
        let (_, latest) = times.get_or_insert((now, now));
        if now < *latest {
            problems.warning(format!("its time {now} is before {latest}, the time of one before it"));
        }
        *latest = now.max(*latest);
        match event {
            Event::LogCreated { .. } if sequence == 0 => {}
            Event::LogCreated { .. } => problems.violation("a log begins within the log"),
            Event::Decided(decided) => {
                tally.decisions += 1;
                people.decided_by(decided, now, problems);
                tasks.decided(decided);
                calls.decided(decided, sequence, problems);
            }
            Event::Held { ticket, session, call, commitment, requirement, expires, review, .. } => {
                tally.holds += 1;
                let hold = Hold::new(
                    sequence,
                    (session.clone(), call.clone()),
                    commitment.clone(),
                    requirement.clone(),
                    *expires,
                    review.pinned.clone(),
                );
                holds.held(ticket, hold, calls, problems);
            }
            Event::Reviewed { approval } => {
                if holds.reviewed(approval, (calls, people), problems) {
                    tally.verdicts += 1;
                }
            }
            Event::Granted { grant } => holds.granted(grant, people, problems),
            Event::Revoked { revocation } => holds.revoked(revocation, people, problems),
            Event::Parked { ticket, .. } | Event::Joined { ticket, .. } => holds.known(ticket, problems),
            Event::Voided { ticket, .. } => holds.over(ticket, "it was void", problems),
            Event::Expired { ticket } => holds.over(ticket, "it had expired", problems),
            Event::Released { authority, session, call, pinned } => {
                tally.releases += 1;
                let which = (session, call);
                holds.released(authority, which, pinned.is_some(), now, (calls, people), problems);
                calls.released(session, call);
                tasks.released(session, call);
            }
            Event::Outcome { session, call, result, landed, .. } => {
                tally.outcomes += 1;
                calls.ended(session, call, result, problems);
                tasks.ended(session, call);
                if *landed == Some(true) {
                    holds.landed(session, call);
                }
            }
            Event::ReviewerEnrolled { enrollment } => people.enrolled(enrollment, problems),
            Event::ReviewerRetired { retirement } => people.retired(retirement, problems),
            Event::BundleAdopted { bundle, repository, .. } => {
                people.adopted(*bundle, repository.as_ref(), now, problems);
            }
            Event::BundleActivated { activation } => people.activated(activation, now, problems),
            Event::Installed { root, .. } => people.installed(*root, problems),
            Event::Tampering { what, detail, .. } => {
                problems.warning(format!("tampering was seen: {}: {}", quoted(what), quoted(detail)));
            }
            Event::Failure { during, error } => {
                problems.warning(format!("a failure during {}: {}", quoted(during), quoted(error)));
            }
            Event::Repaired { removed_bytes, why, .. } => {
                problems.warning(format!("{removed_bytes} bytes were moved away: {}", quoted(why)));
            }
            Event::Unknown => problems.warning("a kind of record that this version cannot check"),
            Event::TaskStarted { task } => tasks.started(task, problems),
            Event::TaskEnded { task } => tasks.closed(task, problems),
            Event::SessionStarted { session, .. }
            | Event::SessionEnded { session, .. }
            | Event::Stopped { session, .. }
            | Event::Prompted { session, .. } => tasks.rests(session),
            Event::Uninstalled { .. }
            | Event::SubagentStarted { .. }
            | Event::SubagentStopped { .. }
            | Event::PermissionAsked { .. }
            | Event::ConfigurationChanged { .. } => {}
        }
        people.record(entry.hash);
    }

    fn end(mut self, expected: &Expected, end: &Position) -> Report {
        let open = self.calls.open();
        if let Some(last) = open.last() {
            let number = open.len();
            self.problems.warning(format!(
                "calls that flowed and have no outcome: {number}, the last decided in record {last}"
            ));
        }
        Report {
            unproven: unproven(expected, &self.people, end),
            head: (end.sequence > 0).then(|| Head::before(end)),
            log: Some(self.log),
            times: self.times,
            tally: self.tally,
            problems: self.problems.list,
        }
    }
}

/// The end that the head file says was reached.
fn head_file(files: &Files, problems: &mut Problems) -> Option<Anchor> {
    let patience = std::time::Duration::from_secs(5);
    let read = files.lock(Lock::Shared, patience).and_then(|file| read_head(files, &file));
    read.map(|known| known.head.anchor(&known.log))
        .inspect_err(|error| problems.violation(error.to_string()))
        .ok()
}

/// The log's id, which its first record says and its hash is chained to.
fn first_record(files: &Files) -> Result<LogId, String> {
    let bytes = files.first_line(FIRST_SEGMENT).map_err(|error| error.to_string())?;
    let json = line::split(&bytes).map(|(_, json)| json);
    match json.and_then(|json| serde_json::from_slice(json).ok()) {
        Some(Record { event: Event::LogCreated { log, version: 1 }, .. }) => Ok(log),
        Some(Record { event: Event::LogCreated { version, .. }, .. }) => {
            Err(format!("the log has version {version}, which is not known here"))
        }
        Some(_) | None => Err("the first line does not say that a log begins".to_owned()),
    }
}

/// What else is in the directory, and what follows the last line.
fn surroundings(files: &Files, end: &Position, problems: &mut Problems) {
    match files.tail(end.segment, end.offset) {
        Ok(tail) if tail.is_empty() || !problems.list.is_empty() => {}
        Ok(tail) => problems.warning(format!(
            "the log ends with {} bytes of a record that was never acknowledged",
            tail.len()
        )),
        Err(LogError::Vanished { .. }) => {}
        Err(error) => problems.violation(error.to_string()),
    }
    match files.names() {
        Ok(names) => {
            let mut strange: Vec<_> =
                names.into_iter().filter(|name| !files.belongs(name, end.segment)).map(quoted).collect();
            strange.sort();
            if !strange.is_empty() {
                problems.violation(format!("files that do not belong to the log: {}", strange.join(", ")));
            }
        }
        Err(error) => problems.violation(error.to_string()),
    }
}

/// What is not proven until every decision is made again, which takes the policies.
pub const NOT_REPLAYED: &str =
    "that each decision follows from what it records: deciding it again shows that";

fn unproven(expected: &Expected, people: &People, end: &Position) -> Vec<String> {
    let mut list = Vec::new();
    let last = end.sequence.saturating_sub(1);
    match (expected.root, people.root()) {
        _ if expected.managed.is_some() => {}
        (Some(_), _) => {}
        (None, Some(root)) => list.push(format!(
            "that the first reviewer is the right one: the log says {root}; compare it with what you know"
        )),
        (None, None) => list.push("who may approve: nobody is enrolled".to_owned()),
    }
    let known = expected.head.as_ref().map(|head| head.sequence);
    match known.max(people.vouched()) {
        Some(known) if known >= last => {}
        Some(known) => list.push(format!(
            "that the records after {known} are all and as written: whoever can write the files could have \
             cut off or rewritten them; up to {known} a reviewer's signature or the head given vouches"
        )),
        None => list.push(
            "that nothing was rewritten or cut off: no head was given and no reviewer signed anything"
                .to_owned(),
        ),
    }
    list.extend(
        [
            "that the clock of the machine was right",
            "that the runtime reported every call, and every outcome as it was",
            "that a held payload is the one committed to: only who has the action can compute that",
            NOT_REPLAYED,
            "that a reviewer's key was used by that reviewer alone",
        ]
        .map(str::to_owned),
    );
    list
}
