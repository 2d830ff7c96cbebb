//! Commands of mysql.

use super::{MOST_COMMANDS, flush, known, output, run_file_in, shell_command};
use crate::context::Context;
use crate::sql::{DatabasePlace, Dialect, lexer, unknown};

/// mysql: commands with a backslash, and some words at the beginning of a line.
pub(super) fn run(text: &str, place: &mut DatabasePlace, context: &mut Context<'_>) {
    let mut sql = String::new();
    let mut delimiter = String::from(";");
    for (count, line) in text.split_inclusive('\n').enumerate() {
        let trimmed = line.trim();
        let word = trimmed.split(|c: char| c.is_whitespace() || c == ';').next().unwrap_or_default();
        let arguments = trimmed.get(word.len()..).unwrap_or_default().trim().trim_end_matches(';').trim_end();
        let fresh = sql.trim_end().is_empty() || sql.trim_end().ends_with(';') || word.starts_with('\\');
        let taken = fresh
            && count < 5000
            && client_word(&word.to_ascii_lowercase(), arguments, &mut delimiter, &mut sql, place, context);
        if !taken {
            if delimiter == ";" || delimiter.is_empty() {
                sql.push_str(line);
            } else {
                // The server parts what stands between two delimiters of one's own at semicolons too, unless it is
                // the body of something stored: that is listed as if it ran.
                sql.push_str(&line.replace(&delimiter, ";"));
            }
        }
    }
    for line in sql.lines().filter(|line| line.contains('\\')).take(MOST_COMMANDS) {
        short_commands(line, place, context);
    }
    let mut sql = sql.replace("\\G", ";").replace("\\g", ";");
    flush(&mut sql, place, context);
}

/// Commands of a backslash and a letter that stand within a line.
fn short_commands(line: &str, place: &mut DatabasePlace, context: &mut Context<'_>) {
    let found = lexer::tokens(line, Dialect::MySql).tokens;
    for token in found.iter().filter(|token| token.is_symbol("\\")) {
        let rest = line.get(token.end()..).unwrap_or_default();
        if let Some(command) = rest.strip_prefix('!') {
            shell_command(command, context);
            return;
        }
        if let Some(file) = rest.strip_prefix('.') {
            run_file_in(&known(file.trim()), place, context);
            return;
        }
        if !rest.starts_with(['G', 'g', 'c', 'p', 'q', 's', 'w', 'W', 'N', 'n', 'h', 't', 'x', 'C']) {
            unknown("a command of mysql that is not known", place, context);
            return;
        }
    }
}

fn client_word(
    word: &str,
    arguments: &str,
    delimiter: &mut String,
    sql: &mut String,
    place: &mut DatabasePlace,
    context: &mut Context<'_>,
) -> bool {
    match word {
        "source" | "\\." => {
            flush(sql, place, context);
            run_file_in(&known(arguments), place, context);
        }
        "system" | "\\!" => shell_command(arguments, context),
        "tee" | "\\t" if !arguments.is_empty() => output(arguments, context),
        "pager" | "\\p" if !arguments.is_empty() => shell_command(arguments, context),
        "edit" | "\\e" => unknown("it runs what an editor gives back", place, context),
        "delimiter" | "\\d" => arguments.clone_into(delimiter),
        "use" | "\\u" => {
            flush(sql, place, context);
            place.database = Some(arguments.trim_matches('`').to_owned());
        }
        "connect" | "\\r" => {
            flush(sql, place, context);
            let mut words = arguments.split_ascii_whitespace();
            place.database = words.next().map(str::to_owned);
            if let Some(host) = words.next() {
                place.host = host.to_owned();
            }
        }
        "quit" | "exit" | "status" | "\\s" | "\\q" | "notee" | "nopager" | "rehash" | "warnings"
        | "nowarning" | "prompt" | "\\h" | "\\c" | "\\g" => {}
        _ => return false,
    }
    true
}
