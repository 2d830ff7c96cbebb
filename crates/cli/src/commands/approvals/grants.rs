//! `approvals grants`: what is approved beforehand, and how much of it is left.

use anstream::println;
use anyhow::{Context as _, Result};
use countersign_approval::{Grant, Revocation, Signed};
use countersign_evidence::{Event, Position};
use countersign_hook::now;
use countersign_local::{Believed, Given};
use countersign_model::{GrantId, Timestamp, verbs};
use serde_json::{Value, json};

use super::show::standing::{between, clock};
use crate::desk::Desk;
use crate::output::{self, FAINT, GOOD, STRONG, WARN, WithHint as _, styled};
use crate::terminal;

/// Why a grant covers nothing, or that it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    InForce,
    Revoked,
    UsedUp,
    Expired,
    NotBelieved,
}

impl State {
    pub const fn word(self) -> &'static str {
        match self {
            Self::InForce => "in force",
            Self::Revoked => "revoked",
            Self::UsedUp => "used up",
            Self::Expired => "expired",
            Self::NotBelieved => "not believed",
        }
    }
}

/// A grant as the hook would count it now.
pub struct Row {
    pub grant: Grant,
    pub state: State,
    /// Who signed it; the key's fingerprint where nobody has it.
    by: String,
    uses: Vec<Timestamp>,
    revoked: Option<(Revocation, String)>,
}

/// Prints the grants that have not expired, or all that the record has.
pub fn run(desk: &mut Desk, all: bool, json: bool) -> Result<()> {
    let now = now();
    let mut rows = Vec::new();
    for (grant, position) in recorded(desk, all)? {
        let row = row(desk, &grant, &position, now)?;
        if all || row.grant.expires > now {
            rows.push(row);
        }
    }
    if json {
        return output::json(&json!({ "grants": rows.iter().map(as_json).collect::<Vec<_>>() }));
    }
    if rows.is_empty() {
        let (nothing, more) =
            if all { ("was ever granted", "") } else { ("is granted", "; --all shows what was") };
        println!("Nothing {nothing}{more}.");
        return Ok(());
    }
    for row in &rows {
        print(row, now);
    }
    if rows.iter().any(|row| row.state == State::InForce) {
        println!("`countersign approvals revoke GRANT` ends one before its time.");
    }
    Ok(())
}

/// A grant by its name, wherever the record has it.
pub fn find(desk: &mut Desk, id: &GrantId) -> Result<Row> {
    let is_it = |(grant, _): &(Signed<Grant>, Position)| grant.statement.id == *id;
    let found = match recorded(desk, false)?.into_iter().find(is_it) {
        Some(found) => Some(found),
        None => recorded(desk, true)?.into_iter().find(is_it),
    };
    let (grant, position) = found
        .with_context(|| format!("there is no grant `{}`", terminal::line(id.as_str())))
        .hint("`countersign approvals grants` shows what is granted")?;
    row(desk, &grant, &position, now())
}

/// The grants that may still count, or all there ever were, oldest first. A copy of a record is none of its own.
fn recorded(desk: &mut Desk, all: bool) -> Result<Vec<(Signed<Grant>, Position)>> {
    let mut grants: Vec<(Signed<Grant>, Position)> = Vec::new();
    let mut take = |grant: Signed<Grant>, position| {
        if grants.iter().all(|(old, _)| old != &grant) {
            grants.push((grant, position));
        }
    };
    if all {
        // What was cut off would be missing here and nobody would know.
        desk.read(|_| Ok(()))?;
        for entry in desk.ledger.log().read_from(desk.ledger.log().start()) {
            let entry = entry?;
            if let Event::Granted { grant } = entry.record.event {
                take(grant, entry.position);
            }
        }
    } else {
        for (grant, position) in desk.authorities()?.grants {
            take(grant, position);
        }
    }
    Ok(grants)
}

fn row(desk: &mut Desk, grant: &Signed<Grant>, position: &Position, now: Timestamp) -> Result<Row> {
    let believed = desk.believed()?;
    let given = desk.ledger.given(grant, position)?;
    let mut row = Row {
        grant: grant.statement.clone(),
        state: State::NotBelieved,
        by: grant.key.to_string(),
        uses: Vec::new(),
        revoked: None,
    };
    if let Some(believed) = believed
        && let Ok(reviewer) = believed.verify_of_anyone(grant)
    {
        row.by = reviewer.name.to_string();
        if let Some(given) = given {
            became(&mut row, given, &believed, now)?;
        }
        if believed.verify(grant).is_err() {
            row.state = State::NotBelieved;
        }
    }
    Ok(row)
}

fn became(row: &mut Row, mut given: Given, believed: &Believed, now: Timestamp) -> Result<()> {
    row.uses = given.uses()?.to_vec();
    row.revoked = given.revoked(believed)?.map(|(said, by)| (said.clone(), by.name.to_string()));
    row.state = match &row.revoked {
        Some(_) => State::Revoked,
        None if row.grant.expires <= now => State::Expired,
        None if row.uses.len() as u64 >= u64::from(row.grant.count) => State::UsedUp,
        None => State::InForce,
    };
    Ok(())
}

/// What it covers, as a sentence.
pub fn covers(grant: &Grant) -> String {
    let verb = grant.verb.as_str();
    let does = verbs::find(verb).map_or("do what nobody has described", |entry| entry.says);
    let session = match &grant.session {
        Some(session) => format!("in the session {session}"),
        None => "in any session".to_owned(),
    };
    format!(
        "to {does} ({verb}), on `{}`, at most in {}, {session}, for {}, until {}",
        grant.resource,
        grant.environment,
        output::count(grant.count.into(), "call"),
        clock(grant.expires)
    )
}

fn print(row: &Row, now: Timestamp) {
    let grant = &row.grant;
    let style = if row.state == State::InForce { GOOD } else { WARN };
    let left = match row.state {
        State::InForce => format!(", {} left", between(now, grant.expires)),
        State::Revoked | State::UsedUp | State::Expired | State::NotBelieved => String::new(),
    };
    println!(
        "{}  {}{left}, used {} of {}, by {}",
        styled(STRONG, terminal::line(grant.id.as_str())),
        styled(style, row.state.word()),
        row.uses.len(),
        grant.count,
        terminal::line(&row.by),
    );
    println!("  {}", terminal::block(&covers(grant), 2, terminal::columns()));
    if let Some(last) = row.uses.last() {
        println!("  {}", styled(FAINT, format!("last used {} ago", between(*last, now))));
    }
    if let Some(note) = &grant.note {
        println!("  note: {}", terminal::block(note, 8, terminal::columns()));
    }
    if let Some((revocation, by)) = &row.revoked {
        let note = revocation.note.as_deref().map(|note| format!(": {note}")).unwrap_or_default();
        let said = format!("revoked by {by} at {}{note}", clock(revocation.at));
        println!("  {}", terminal::block(&said, 2, terminal::columns()));
    }
    if row.state == State::NotBelieved {
        let why = "its signer is no reviewer, or its record is a copy: nothing is released by it";
        println!("  {}", terminal::block(why, 2, terminal::columns()));
    }
}

fn as_json(row: &Row) -> Value {
    let Row { grant, state, by, uses, revoked } = row;
    json!({
        "id": grant.id, "state": state.word(), "covers": covers(grant), "verb": grant.verb,
        "resource": grant.resource, "environment": grant.environment, "session": grant.session,
        "count": grant.count, "used": uses.len(), "uses": uses, "at": grant.at, "expires": grant.expires,
        "by": by, "note": grant.note,
        "revoked": revoked.as_ref().map(|(said, by)| json!({"by": by, "at": said.at, "note": said.note})),
    })
}
