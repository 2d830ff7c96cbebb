//! Dot commands of sqlite3 and DuckDB.

use countersign_model::{Certainty, verbs};

use super::{MOST_COMMANDS, flush, known, output, run_file_in, shell_command, unquote};
use crate::context::Context;
use crate::sql::{DatabasePlace, unknown};

/// sqlite3: a line that begins with a dot is a command.
pub(super) fn run(text: &str, place: &mut DatabasePlace, context: &mut Context<'_>) {
    let mut sql = String::new();
    let mut commands = 0;
    for line in text.split_inclusive('\n') {
        let Some(command) = line
            .trim_start()
            .strip_prefix('.')
            .filter(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()))
        else {
            sql.push_str(line);
            continue;
        };
        commands += 1;
        if commands > MOST_COMMANDS {
            unknown("it has too many commands to look at each", place, context);
            break;
        }
        flush(&mut sql, place, context);
        let (name, arguments) = command.split_once(|c: char| c.is_whitespace()).unwrap_or((command, ""));
        dot(name, arguments.trim(), place, context);
    }
    flush(&mut sql, place, context);
}

/// Dot commands that do more than show, of which a beginning is enough to name one.
const DOTS: &[&str] = &[
    "archive", "backup", "clone", "edit", "excel", "import", "load", "log", "open", "output", "once", "read",
    "restore", "save", "shell", "system", "trace", "www",
];
/// Dot commands that only show, or change what is shown.
const SHOWING: &[&str] = &[
    "bail",
    "binary",
    "changes",
    "check",
    "columns",
    "connection",
    "crlf",
    "databases",
    "dbconfig",
    "dbinfo",
    "dbtotxt",
    "dump",
    "echo",
    "eqp",
    "exit",
    "expert",
    "explain",
    "fullschema",
    "headers",
    "header",
    "help",
    "indexes",
    "indices",
    "intck",
    "limit",
    "lint",
    "mode",
    "nullvalue",
    "parameter",
    "print",
    "progress",
    "prompt",
    "quit",
    "recover",
    "rows",
    "schema",
    "separator",
    "selftest",
    "sha3sum",
    "show",
    "stats",
    "tables",
    "timeout",
    "timer",
    "version",
    "vfsinfo",
    "vfslist",
    "width",
    "maxrows",
    "maxwidth",
    "highlight",
    "box",
    "q",
];

fn dot(name: &str, arguments: &str, place: &mut DatabasePlace, context: &mut Context<'_>) {
    let file = || unquote(arguments.rsplit_once(' ').map_or(arguments, |(_, last)| last)).to_owned();
    let first = unquote(arguments).to_owned();
    if SHOWING.contains(&name) {
        context.push(place.effect(verbs::DB_READ, "*"));
        return;
    }
    if name == "cd" {
        context.state.shell.directory = context.directory_at(&first, false);
        return;
    }
    match DOTS.iter().find(|dot| dot.starts_with(name)).copied().unwrap_or_default() {
        "shell" | "system" => shell_command(arguments, context),
        "import" => {
            let words = arguments.split_ascii_whitespace().filter(|word| !word.starts_with("--"));
            let table = words.fold("*", |_, word| word).to_owned();
            match arguments.trim_start_matches(['"', '\'']).strip_prefix('|') {
                Some(program) => shell_command(
                    program.rsplit_once(['"', '\'']).map_or(program, |(program, _)| program),
                    context,
                ),
                None => context.read_value(&known(&first)),
            }
            context.push(place.effect(verbs::DB_WRITE, unquote(&table)));
        }
        "output" | "once" | "log" | "trace" => output(arguments.trim_matches(['"', '\'']), context),
        "read" => match arguments.trim_start_matches(['"', '\'']).strip_prefix('|') {
            Some(program) => {
                shell_command(program.trim_end_matches(['"', '\'']), context);
                unknown("it runs what another command writes", place, context);
            }
            None => run_file_in(&known(&first), place, context),
        },
        "backup" | "save" | "clone" => {
            context.write_value(&known(&file()));
            context.push(place.effect(verbs::DB_READ, "*"));
        }
        "restore" => {
            context.read_value(&known(&file()));
            context.push(
                place
                    .effect(verbs::DB_DESTROY, "*")
                    .because("it puts a backup in the place of what is there"),
            );
        }
        "open" => {
            place.host = crate::paths::locate(&known(&file()), context).path;
            if arguments.contains("--new") {
                context.write_value(&known(&file()));
            }
        }
        "load" => {
            let why = "it loads code into the database, which runs here";
            context.push(place.effect(verbs::DB_EXECUTE, "*").certain(Certainty::Partial, why));
            crate::families::ask_file(&crate::paths::locate(&known(&first), context).path, context);
        }
        "" => unknown("a command of the shell that is not known", place, context),
        _ => unknown("it hands data to another program or to files", place, context),
    }
}
