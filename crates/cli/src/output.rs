//! What people and programs read: tables and sentences, or JSON.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::ExitCode;

use anstream::{eprintln, println};
use anstyle::{AnsiColor, Style};
use anyhow::Result;
use countersign_approval::ApprovalError;
use countersign_evidence::LogError;
use countersign_local::LedgerError;
use countersign_policy::{BuildError, ProposalError};
use countersign_prove::ProveError;
use serde::Serialize;
use serde_json::{Value, json};

use crate::terminal;

/// What a shell calls a program that ended because nobody reads its output any more: 128 and SIGPIPE.
pub const NOBODY_READS: u8 = 141;

/// For headings and names.
pub const STRONG: Style = Style::new().bold();
/// For what went well.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();
/// For what a person should look at.
pub const WARN: Style = AnsiColor::Yellow.on_default().bold();
/// For what was refused or is wrong.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// For what can be skipped.
pub const FAINT: Style = Style::new().dimmed();

/// Text in a style, ended properly.
pub fn styled(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// An error with a sentence on what to do next.
#[derive(Debug)]
pub struct Hint {
    /// What to do.
    pub hint: String,
}

impl std::fmt::Display for Hint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.hint)
    }
}

/// The file that an error is about.
#[derive(Debug)]
pub struct InFile(pub PathBuf);

impl std::fmt::Display for InFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "in `{}`", self.0.display())
    }
}

/// What is wrong in a file of the user's that is no proposal.
#[derive(Debug)]
pub struct Placed {
    /// The file.
    pub file: PathBuf,
    /// Where in it, by line and column from 1; none where something is missing.
    pub at: Option<(usize, usize)>,
    /// What is wrong, a fragment.
    pub message: String,
}

impl std::fmt::Display for Placed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some((line, column)) = self.at {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for Placed {}

/// Adds a hint to an error.
pub trait WithHint<T> {
    /// The same result; where it is an error, with this sentence on what to do next.
    fn hint(self, hint: impl Into<String>) -> Result<T>;
}

impl<T, E: Into<anyhow::Error>> WithHint<T> for Result<T, E> {
    fn hint(self, hint: impl Into<String>) -> Result<T> {
        self.map_err(|error| error.into().context(Hint { hint: hint.into() }))
    }
}

/// Prints an error with its causes and hint; gives the exit code for failures.
pub fn report(error: &anyhow::Error) -> ExitCode {
    let (messages, hint) = parts(error);
    let mut messages = messages.into_iter();
    eprintln!("{}: {}", styled(BAD, "error"), messages.next().unwrap_or_default());
    for cause in messages {
        eprintln!("  caused by: {cause}");
    }
    if let Some(hint) = hint {
        eprintln!("{}: {hint}", styled(WARN, "hint"));
    }
    ExitCode::from(1)
}

/// Prints an error for programs, as one line of JSON on standard error; gives the exit code for failures.
pub fn report_json(error: &anyhow::Error) -> ExitCode {
    eprintln!("{}", error_json(error));
    ExitCode::from(1)
}

/// An error for programs: what went wrong, because of what, what to do, and where in a file of the user's it is.
pub fn error_json(error: &anyhow::Error) -> Value {
    let (messages, hint) = parts(error);
    let placed = || error.chain().find_map(|cause| cause.downcast_ref::<Placed>());
    let file = error.downcast_ref::<InFile>().map(|file| &file.0).or_else(|| Some(&placed()?.file));
    let (line, column) = error.chain().find_map(place).unzip();
    let (first, causes) = messages.split_first().unzip();
    json!({
        "error": first, "causes": causes.unwrap_or_default(), "hint": hint,
        "file": file, "line": line, "column": column,
    })
}

/// Where in a file a cause is.
fn place(cause: &(dyn std::error::Error + 'static)) -> Option<(usize, usize)> {
    let proposal = cause.downcast_ref().map(|error: &ProposalError| (error.line, error.column));
    let placed = || cause.downcast_ref::<Placed>().and_then(|placed| placed.at);
    let built = || cause.downcast_ref().and_then(|error: &BuildError| error.place().0);
    proposal.or_else(placed).or_else(built)
}

/// An error in one line: what went wrong, because of what, and what to do.
pub fn sentence(error: &anyhow::Error) -> String {
    let (messages, hint) = parts(error);
    let hint = hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
    format!("{}{hint}", messages.join(": "))
}

/// The messages from the outermost to the first cause, and what to do: about the cause where that says it,
/// else the outermost hint.
fn parts(error: &anyhow::Error) -> (Vec<String>, Option<String>) {
    let hint = error.downcast_ref::<Hint>().map(|hint| hint.hint.clone());
    let mut messages: Vec<String> = Vec::new();
    for message in error.chain().map(ToString::to_string) {
        // Some errors quote their cause.
        let said = messages.last().is_some_and(|last| last.ends_with(&message));
        if Some(&message) != hint.as_ref() && !said {
            messages.push(message);
        }
    }
    let hint =
        error.chain().find_map(said).or_else(|| error.chain().find_map(remedy).map(str::to_owned)).or(hint);
    // Both quote files that an agent may have written.
    (messages.iter().map(|message| terminal::line(message)).collect(), hint.as_deref().map(terminal::line))
}

/// What the cause itself says on what to do.
fn said(cause: &(dyn std::error::Error + 'static)) -> Option<String> {
    let proposal = cause.downcast_ref().and_then(|error: &ProposalError| error.hint.clone());
    let unproved = || cause.downcast_ref().and_then(|error: &ProveError| error.hint()).map(str::to_owned);
    proposal
        .or_else(unproved)
        .or_else(|| cause.downcast_ref().and_then(|error: &BuildError| error.hint()).map(str::to_owned))
}

/// What helps against a cause, whatever was being done.
fn remedy(cause: &(dyn std::error::Error + 'static)) -> Option<&'static str> {
    if let Some(LedgerError::Log(LogError::Busy { .. })) = cause.downcast_ref() {
        return Some("another `countersign` or a hook is at work on it: try again in a moment");
    }
    if cause.downcast_ref().is_some_and(LedgerError::is_tampering) {
        return Some(
            "if this was not you, keep the home as it is: it is evidence; `countersign doctor` and `countersign \
             evidence verify` say more",
        );
    }
    if let Some(ApprovalError::WrongPassphrase) = cause.downcast_ref() {
        return Some(
            "try again; a forgotten passphrase cannot be recovered. Another enrolled reviewer can sign, and sign in a new \
             key (`countersign reviewers enroll NAME --by OTHER`); where there is none, move the home aside, which \
             keeps its evidence, and begin anew with `countersign init`",
        );
    }
    match cause.downcast_ref::<std::io::Error>()?.kind() {
        ErrorKind::ReadOnlyFilesystem => {
            Some("it lies on a file system that is mounted read-only: mount it writable")
        }
        ErrorKind::PermissionDenied => {
            Some("see whose it is with `ls -ld`, and make it yours and writable for you")
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Some("make room on the disk, then try again"),
        _ => None,
    }
}

/// Prints a value as JSON, over several lines.
pub fn json(value: &impl Serialize) -> Result<()> {
    println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}

/// A number with its noun, such as `1 hold` or `2 holds`.
pub fn count(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Prints a table whose columns are as wide as their content.
pub fn table<const N: usize>(header: [&str; N], rows: impl IntoIterator<Item = [String; N]>) {
    // On a terminal a long cell goes on below itself: it must not run into the first column.
    within(terminal::terminal_columns(), header, rows);
}

/// Prints a table of sentences, which go on below themselves in a pipe or a file too.
pub fn wrapped<const N: usize>(header: [&str; N], rows: impl IntoIterator<Item = [String; N]>) {
    within(Some(terminal::columns()), header, rows);
}

fn within<const N: usize>(
    columns: Option<usize>,
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_header(header);
    if let Some(columns) = columns.and_then(|columns| u16::try_from(columns).ok()) {
        table.set_content_arrangement(comfy_table::ContentArrangement::Dynamic).set_width(columns);
    }
    for row in rows {
        table.add_row(row);
    }
    println!("{table}");
}
