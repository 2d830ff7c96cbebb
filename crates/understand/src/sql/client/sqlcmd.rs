//! Commands of sqlcmd.

use super::{flush, known, output, run_file_in, shell_command, unquote};
use crate::context::Context;
use crate::sql::{DatabasePlace, unknown};

/// sqlcmd: `:r file`, `:!! command`, `!! command`.
pub(super) fn run(text: &str, place: &mut DatabasePlace, context: &mut Context<'_>) {
    let mut sql = String::new();
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        let command = trimmed
            .strip_prefix(':')
            .filter(|rest| !rest.starts_with(':'))
            .or_else(|| trimmed.strip_prefix("!!").map(|_| trimmed));
        let Some(command) = command else {
            sql.push_str(line);
            continue;
        };
        let (name, arguments) = command.split_once(|c: char| c.is_whitespace()).unwrap_or((command, ""));
        match name.to_ascii_lowercase().as_str() {
            "r" => run_file_in(&known(unquote(arguments)), place, context),
            "out" | "error" | "perftrace" => output(arguments, context),
            "connect" => {
                flush(&mut sql, place, context);
                *place = DatabasePlace {
                    host: unquote(arguments).to_owned(),
                    ..DatabasePlace::any(&place.system)
                };
            }
            "setvar" | "on" | "list" | "help" | "quit" | "exit" | "reset" | "listvar" | "serverlist"
            | "xml" => {}
            _ => shell_command(command.trim_start_matches('!'), context),
        }
    }
    if sql.contains("$(") {
        unknown("a variable of sqlcmd is put into the text", place, context);
    }
    flush(&mut sql, place, context);
}
