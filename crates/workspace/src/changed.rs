//! Which files does a push or a pull request carry, and what do they say differently?

use std::cell::Cell;
use std::path::Path;
use std::time::{Duration, Instant};

use countersign_model::{Answer, Commit, Digest};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::git::{self, PLAIN, Ran};
use crate::unknown::{Known, Unknown};

/// Git takes no longer than this for all questions of one call together: a runtime waits.
const LONGEST: Duration = Duration::from_secs(2);
/// No more files are named.
pub(crate) const MOST_FILES: usize = 2000;
/// Said after the last file where there are more.
pub(crate) const MORE: &str = "*\t*";

/// What is left of the time that git may take.
pub(crate) struct Budget(Cell<Duration>);

impl Default for Budget {
    fn default() -> Self {
        Self(Cell::new(LONGEST))
    }
}

impl Budget {
    /// What `ask` finds by a deadline; none where that has passed.
    pub(crate) fn spend<T>(&self, ask: impl FnOnce(Instant) -> Known<T>) -> Option<Known<T>> {
        let start = Instant::now();
        let found = ask(start + self.0.get());
        self.0.set(self.0.get().saturating_sub(start.elapsed()));
        (!self.0.get().is_zero()).then_some(found)
    }
}

/// The files that `old` and `new` differ in from where they parted, or all of `new`'s. Where there is no
/// time to look, there are more than are listed.
pub(crate) fn files(top: &Path, old: Option<&Commit>, new: &Commit, budget: &Budget) -> Known<Answer> {
    let ran = budget.spend(|deadline| match old {
        Some(old) => between(top, deadline, old, new, &["--name-status", "-z", "--no-renames"], &[]),
        None => {
            let arguments = ["ls-tree", "-r", "-z", "--full-tree", "--name-only", new.as_str()];
            finished(git::run(top, deadline, &arguments))
        }
    });
    let Some(ran) = ran else { return Ok(Answer::Values { values: vec![MORE.to_owned()] }) };
    let ran = ran?;
    let mut parts = ran.printed.split('\0').collect::<Vec<_>>();
    // What stands after the last end is nothing, or was cut.
    parts.pop();
    let mut values: Vec<String> = match old {
        Some(_) => parts.chunks_exact(2).map(|pair| pair.join("\t")).collect(),
        None => parts.iter().map(|path| format!("A\t{path}")).collect(),
    };
    if ran.cut || values.len() > MOST_FILES {
        values.truncate(MOST_FILES);
        values.push(MORE.to_owned());
    }
    Ok(Answer::Values { values })
}

/// The lines that these files differ in, with one line around each.
pub(crate) fn patch(
    top: &Path,
    old: Option<&Commit>,
    new: &Commit,
    paths: &[String],
    key: &[u8; 32],
    budget: &Budget,
) -> Known<Answer> {
    let old = old.ok_or_else(|| Unknown::because("there is nothing to compare with"))?;
    let mut after = vec!["--"];
    after.extend(paths.iter().map(String::as_str));
    let ran = budget
        .spend(|deadline| between(top, deadline, old, new, &["-p", "-U1", "--no-renames"], &after))
        .ok_or_else(|| Unknown::because("git took too long"))??;
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key).map_err(|_| Unknown::because("the key does not fit"))?;
    mac.update(b"patch\0");
    mac.update(ran.printed.as_bytes());
    let digest = Digest::from_bytes(mac.finalize().into_bytes().into());
    Ok(Answer::Text { text: ran.printed, whole: !ran.cut, digest })
}

/// Compares `new` with the commit where it parted from `old`.
fn between(
    top: &Path,
    deadline: Instant,
    old: &Commit,
    new: &Commit,
    how: &[&str],
    after: &[&str],
) -> Known<Ran> {
    let compared = |old: &str, more: &[&str]| {
        git::run(top, deadline, &[&PLAIN[..], how, more, &[old, new.as_str()], after].concat())
    };
    if let Some(ran) = compared(old.as_str(), &["--merge-base"]).filter(Ran::is_fine) {
        return Ok(ran);
    }
    // Where there are several such commits, or git is too old to be asked like that.
    let base = finished(git::run(top, deadline, &["merge-base", old.as_str(), new.as_str()]))?;
    finished(compared(base.printed.trim(), &[]))
}

fn finished(ran: Option<Ran>) -> Known<Ran> {
    match ran {
        Some(ran) if ran.is_fine() => Ok(ran),
        Some(_) => Err(Unknown::because("git cannot compare the two commits")),
        None => Err(Unknown::because("git could not be asked")),
    }
}
