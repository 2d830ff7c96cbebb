//! Logs found and read, many at once.

use std::collections::BTreeMap;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result};
use countersign_agents::{Broken, Past, PastResult};
use countersign_evidence::{Event, Log, Ran};
use countersign_local::Home;
use countersign_simulate::{Call, History, Source};
use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::commands::doctor::CANARY_SESSION;
use crate::output::WithHint as _;
use crate::reading;

/// What logs are called.
const ENDINGS: &[&str] = &["jsonl", "json"];

/// How a file was asked for.
#[derive(Clone, Copy)]
enum Asked {
    /// It was named: it may be the pipe that `<(…)` makes.
    ByName,
    /// A folder that it is in was named.
    ByFolder,
}

/// Everything below these paths. A file that is named counts whatever it is called; in a folder those that are called
/// like logs.
pub fn all(paths: &[PathBuf]) -> Result<History> {
    let mut files = BTreeMap::new();
    let (mut evidence, mut others) = (Vec::new(), Vec::new());
    for path in paths {
        let path = path.as_path();
        let metadata = std::fs::metadata(path)
            .with_context(|| format!("cannot read `{}`", path.display()))
            .hint(NAME)?;
        if metadata.is_dir() {
            gather(path, &mut files, &mut evidence, &mut others)?;
        } else {
            files.insert(path.to_path_buf(), Asked::ByName);
        }
    }
    let files: Vec<(PathBuf, Asked)> = files.into_iter().collect();
    let read = parse(&files)?;
    let mut history = History::of(read);
    others.sort();
    history.skipped.extend(others.iter().map(|path| path.display().to_string()));
    for folder in evidence {
        let (calls, broken) = recorded(&folder)?;
        history = history.with_evidence(calls, broken);
    }
    Ok(history)
}

/// What to do about a path that cannot be read.
const NAME: &str = "name logs that you can read, or folders that hold them";

/// Logs below a folder. Links to folders are not followed: they could lead in circles.
/// `others` are the files that are not called like logs.
fn gather(
    folder: &Path,
    files: &mut BTreeMap<PathBuf, Asked>,
    evidence: &mut Vec<PathBuf>,
    others: &mut Vec<PathBuf>,
) -> Result<()> {
    let home = Home::at(folder);
    if home.exists() {
        evidence.push(home.log());
        return Ok(());
    }
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("cannot look into `{}`", folder.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot look into `{}`", folder.display()))?;
        let path = entry.path();
        if entry.file_type().with_context(|| format!("cannot look at `{}`", path.display()))?.is_dir() {
            gather(&path, files, evidence, others)?;
        } else if path
            .extension()
            .and_then(|ending| ending.to_str())
            .is_some_and(|ending| ENDINGS.contains(&ending))
        {
            files.entry(path).or_insert(Asked::ByFolder);
        } else {
            others.push(path);
        }
    }
    Ok(())
}

/// A file that is named: a regular one, or the pipe that a shell makes of `<(…)`. Any other pipe may never be written
/// to, and a device may never end.
fn named(path: &Path) -> std::io::Result<Vec<u8>> {
    let is_pipe = std::fs::metadata(path)?.file_type().is_fifo();
    let is_of_shell = is_pipe && ["/dev/fd/", "/proc/self/fd/"].iter().any(|start| path.starts_with(start));
    if is_of_shell || path == Path::new("/dev/stdin") && is_pipe {
        std::fs::read(path)
    } else {
        reading::bytes(path, u64::MAX)
    }
}

/// Reads and parses files in parallel, in the order they are listed.
fn parse(files: &[(PathBuf, Asked)]) -> Result<Vec<(String, Option<Past>)>> {
    let bar = bar(files.len(), "logs read");
    let next = AtomicUsize::new(0);
    let read: Mutex<Vec<(usize, std::io::Result<Option<Past>>)>> = Mutex::new(Vec::new());
    let work = || loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some((path, asked)) = files.get(index) else { break };
        let past = match asked {
            // A pipe in a folder would be waited for, a device has no end, a link may lead nowhere: they are no logs.
            Asked::ByFolder if std::fs::metadata(path).map_or(true, |found| !found.is_file()) => Ok(None),
            Asked::ByFolder => reading::bytes(path, u64::MAX).map(|text| countersign_agents::read(&text)),
            Asked::ByName => named(path).map(|text| countersign_agents::read(&text)),
        };
        read.lock().unwrap_or_else(PoisonError::into_inner).push((index, past));
        bar.inc(1);
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    bar.finish_and_clear();
    let mut read = read.into_inner().unwrap_or_else(PoisonError::into_inner);
    read.sort_by_key(|(index, _)| *index);
    read.into_iter()
        .zip(files)
        .map(|((_, past), (path, _))| {
            let past = past.with_context(|| format!("cannot read `{}`", path.display())).hint(NAME)?;
            Ok((path.display().to_string(), past))
        })
        .collect()
}

/// What stands at a log's end and is no record, with the log's name.
type Torn = Option<(String, Broken)>;

/// The calls that a log of evidence holds, with what was concluded of them then, and the record at its end that was torn.
fn recorded(folder: &Path) -> Result<(Vec<Call>, Torn)> {
    let name = folder.display().to_string();
    let log = Log::open(folder).with_context(|| format!("cannot read the log in `{name}`"))?;
    let mut calls: Vec<Call> = Vec::new();
    let mut by_id = BTreeMap::new();
    let mut entries = log.read_from(log.start());
    let mut last = 0;
    for entry in entries.by_ref() {
        let record = entry.with_context(|| format!("cannot read the log in `{name}`"))?.record;
        last = record.sequence;
        match record.event {
            // No agent made it: `doctor` tried whether the hook refuses.
            Event::Decided(decided) if decided.call.session.as_str() == CANARY_SESSION => {}
            Event::Decided(decided) => {
                let context = serde_json::from_value(decided.context).with_context(|| {
                    format!("record {} of `{name}` says nothing of what was known", record.sequence)
                })?;
                by_id.insert((decided.call.session.clone(), decided.call.id.clone()), calls.len());
                calls.push(Call {
                    call: decided.call,
                    at: Some(record.time),
                    branch: None,
                    result: PastResult::Unknown,
                    source: Source::Evidence { effects: decided.effects, context: Box::new(context) },
                    file: name.clone(),
                    line: usize::try_from(record.sequence).unwrap_or(usize::MAX),
                });
            }
            Event::Outcome { session, call, result, .. } => {
                let call = by_id.get(&(session, call)).and_then(|index| calls.get_mut(*index));
                if let Some(call) = call {
                    call.result = match result {
                        Ran::Succeeded => PastResult::Succeeded,
                        _ => PastResult::Failed,
                    };
                }
            }
            _ => {}
        }
    }
    let unfinished = entries.unfinished().with_context(|| format!("cannot read the log in `{name}`"))?;
    let broken = (unfinished > 0).then(|| {
        let line = usize::try_from(last).unwrap_or(usize::MAX).saturating_add(1);
        let what = format!("{unfinished} bytes of a record that was never finished");
        (name, Broken { line, what })
    });
    Ok((calls, broken))
}

/// A bar on standard error, where that is a terminal.
pub fn bar(length: usize, what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(length).unwrap_or(u64::MAX));
    let style =
        ProgressStyle::with_template("{bar:32} {human_pos} of {human_len} {msg} ({rate}, {eta} left)");
    let rate = |state: &ProgressState, text: &mut dyn std::fmt::Write| {
        // Writing to the bar's own text does not fail.
        let _ = write!(text, "{:.0} a second", state.per_sec());
    };
    let style = style.map(|style| style.with_key("rate", rate));
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())).with_message(what)
}
