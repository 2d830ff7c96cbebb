//! The commands of the programs around a database, which stand between the statements: `\copy` and `\!` of
//! psql, `.shell` of sqlite3, `source` and `system` of mysql.

mod mysql;
mod psql;
mod sqlcmd;
mod sqlite;

use super::effects::effects_in;
use super::{DatabasePlace, Dialect, unknown};
use crate::code::source::{self, Source};
use crate::context::Context;
use crate::shell::{self, Place};
use crate::word::{Value, Word};

/// Commands of one text that are looked at.
const MOST_COMMANDS: usize = 200;

/// Adds what a text does that is given to a client: statements, and the client's own commands.
pub(crate) fn run(text: &str, place: &DatabasePlace, context: &mut Context<'_>) {
    run_in(text, &mut place.clone(), context);
}

/// The same in a session that goes on: what it connects to or attaches is where the next text is run.
fn run_in(text: &str, place: &mut DatabasePlace, context: &mut Context<'_>) {
    match place.dialect() {
        Dialect::Postgres => psql::run(text, place, context),
        Dialect::Sqlite | Dialect::DuckDb => sqlite::run(text, place, context),
        Dialect::MySql => mysql::run(text, place, context),
        Dialect::MsSql => sqlcmd::run(text, place, context),
        Dialect::ClickHouse | Dialect::Snowflake | Dialect::Generic => effects_in(text, place, context),
    }
}

/// Adds what a file does that is given to a client. It is read whole now.
pub(crate) fn run_file(file: &Value, place: &DatabasePlace, context: &mut Context<'_>) {
    run_file_in(file, &mut place.clone(), context);
}

/// The same in a session that goes on.
pub(crate) fn run_file_in(file: &Value, place: &mut DatabasePlace, context: &mut Context<'_>) {
    context.read_value(file);
    let located = crate::paths::locate(file, context);
    if let Some(why) = &located.why {
        unknown(&format!("it runs a file whose name is not known: {why}"), place, context);
        return;
    }
    let (texts, doubt) = match source::of(&located, context) {
        Source::Texts(texts) => (texts, None),
        Source::Perhaps(texts, why) => (texts, Some(format!("it may run another file: {why}"))),
        Source::Absent => (Vec::new(), Some("it runs a file that is not there now".to_owned())),
        Source::Foreign => (Vec::new(), Some("it runs a file that comes from elsewhere".to_owned())),
        Source::Unknown(why) => (Vec::new(), Some(why)),
    };
    if !texts.is_empty() && context.enters() {
        for text in texts {
            run_in(&text, place, context);
        }
        context.leaves();
    }
    if let Some(why) = doubt {
        unknown(&why, place, context);
    }
}

fn known(text: &str) -> Value {
    Value::Known(text.to_owned())
}

fn shell_command(text: &str, context: &mut Context<'_>) {
    if text.trim().is_empty() {
        context.opaque("a shell", "it starts an interactive shell");
    } else {
        shell::run_apart(text, Place::Within(context.here), context);
    }
}

/// A file that is written, or a program that gets the output: `| less`.
fn output(target: &str, context: &mut Context<'_>) {
    let target = target.trim();
    match target.strip_prefix('|') {
        Some(program) => shell_command(program, context),
        None if target.is_empty() || target == "stdout" => {}
        None => context.write_value(&known(unquote(target))),
    }
}

fn unquote(text: &str) -> &str {
    let text = text.trim();
    let inner = text.strip_prefix('\'').and_then(|rest| rest.split_once('\'')).map(|(inner, _)| inner);
    let inner = inner
        .or_else(|| text.strip_prefix('"').and_then(|rest| rest.split_once('"')).map(|(inner, _)| inner));
    inner.unwrap_or_else(|| text.split_ascii_whitespace().next().unwrap_or_default())
}

fn flush(sql: &mut String, place: &mut DatabasePlace, context: &mut Context<'_>) {
    let text = std::mem::take(sql);
    if !text.trim().is_empty() {
        effects_in(&text, place, context);
    }
}

/// Adds that a session is opened in which anything may be typed.
pub(crate) fn interactive(place: &DatabasePlace, context: &mut Context<'_>) {
    if !place.is_of_this_machine() {
        unknown("an interactive session", place, context);
        return;
    }
    let effect = place.effect(countersign_model::verbs::DB_EXECUTE, "*");
    context.push(effect.because("an interactive session on this machine: nothing is given to it yet"));
}

/// The text of a word that is run as SQL, or that it is not known.
pub(crate) fn run_word(word: &Word, place: &DatabasePlace, context: &mut Context<'_>) {
    run_word_in(word, &mut place.clone(), context);
}

/// The same in a session that goes on.
pub(crate) fn run_word_in(word: &Word, place: &mut DatabasePlace, context: &mut Context<'_>) {
    match &word.value {
        Value::Known(text) | Value::Pattern(text) => run_in(text, place, context),
        Value::Unknown { prefix, suffix, why } => {
            super::effects::partly(prefix, suffix, why, place, context);
        }
    }
}
