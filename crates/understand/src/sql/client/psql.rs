//! Commands of psql.

use countersign_model::verbs;

use super::{MOST_COMMANDS, flush, known, output, run_file_in, shell_command, unquote};
use crate::context::Context;
use crate::sql::lexer::Kind;
use crate::sql::{DatabasePlace, Dialect, effects, lexer, unknown};

/// psql: a backslash outside of quotes begins a command that ends with the line.
pub(super) fn run(text: &str, place: &mut DatabasePlace, context: &mut Context<'_>) {
    let mut sql = String::new();
    let mut rest = text;
    let mut replaced = false;
    for _ in 0..MOST_COMMANDS {
        let Some(at) = lexer::backslash(rest, Dialect::Postgres) else {
            sql.push_str(rest);
            rest = "";
            break;
        };
        sql.push_str(rest.get(..at).unwrap_or_default());
        let command = rest.get(at + 1..).unwrap_or_default();
        if let Some(after) = command.strip_prefix(';') {
            sql.push(';');
            rest = after;
            continue;
        }
        let (line, after) = command.split_at(extent(command));
        // Two backslashes end the commands of a line.
        rest = after.strip_prefix("\\\\").unwrap_or(after);
        let name = line.split(|c: char| c.is_whitespace() || c == '|').next().unwrap_or_default();
        if matches!(name, "c" | "connect") {
            flush(&mut sql, place, context);
        } else if name.starts_with('g') || matches!(name, "watch" | "crosstabview" | ";") {
            sql.push(';');
        }
        replaced |= matches!(name, "set" | "gset" | "prompt" | "getenv");
        sql.push('\n');
        backslash(name, line.get(name.len()..).unwrap_or_default(), place, context);
    }
    if !rest.is_empty() {
        unknown("it has too many commands to look at each", place, context);
        sql.push_str(rest);
    }
    if replaced && lexer::variables(&sql) {
        unknown("a variable of psql is put into the text", place, context);
    }
    flush(&mut sql, place, context);
}

/// Commands that take the rest of the line, backslashes and all.
const WHOLE_LINE: &[&str] = &["copy", "h", "help", "ef", "ev", "sf", "sf+", "sv", "sv+"];

/// How long a command is: to the end of the line, or to the next backslash outside of quotes.
fn extent(command: &str) -> usize {
    let line = command.find('\n').unwrap_or(command.len());
    let text = command.get(..line).unwrap_or_default();
    let name = text.split(|c: char| c.is_whitespace()).next().unwrap_or_default();
    if text.starts_with('!')
        || WHOLE_LINE.contains(&name)
        || text.get(name.len()..).unwrap_or_default().trim_start().starts_with('|')
    {
        return line;
    }
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (byte, quote) {
            (b'\\', None) => return at,
            (b'\'' | b'"' | b'`', None) => quote = Some(byte),
            (_, Some(open)) if open == byte => quote = None,
            _ => {}
        }
    }
    line
}

fn backslash(name: &str, arguments: &str, place: &mut DatabasePlace, context: &mut Context<'_>) {
    if name.starts_with('!') {
        let inline = name.get(1..).unwrap_or_default();
        shell_command(&format!("{inline}{arguments}"), context);
        return;
    }
    // What stands in backquotes is run by a shell.
    for command in arguments.split('`').skip(1).step_by(2) {
        shell_command(command, context);
    }
    let argument = arguments.trim();
    match name {
        "copy" => copy(argument, place, context),
        "i" | "ir" | "include" | "include_relative" => run_file_in(&known(unquote(argument)), place, context),
        "o" | "out" | "w" | "write" | "s" | "log" => output(argument, context),
        "g" | "gx" => output(argument.rsplit_once(')').map_or(argument, |(_, file)| file), context),
        "gexec" => unknown("it runs what a query gives", place, context),
        "c" | "connect" => connect(argument, place),
        "e" | "edit" | "ef" | "ev" => unknown("it runs what an editor gives back", place, context),
        "password" => context.push(place.effect(verbs::DB_PRIVILEGE, "*")),
        "lo_import" => {
            context.read_value(&known(unquote(argument)));
            context.push(place.effect(verbs::DB_WRITE, "*"));
        }
        "lo_export" => {
            let file = argument.split_ascii_whitespace().nth(1).unwrap_or_default();
            context.write_value(&known(file));
            context.push(place.effect(verbs::DB_READ, "*"));
        }
        "lo_unlink" => context.push(place.effect(verbs::DB_DESTROY, "*")),
        "getenv" => {
            let variable = unquote(argument.split_ascii_whitespace().nth(1).unwrap_or_default());
            if crate::families::is_secret_name(variable) {
                crate::families::reads_environment(variable, context);
            }
        }
        _ if is_telling(name) => context.push(place.effect(verbs::DB_READ, "*")),
        _ if is_silent(name) => {}
        _ => unknown("a command of psql that is not known", place, context),
    }
}

/// Commands that show something of the database.
fn is_telling(name: &str) -> bool {
    name.starts_with('d')
        || matches!(
            name,
            "l" | "l+"
                | "list"
                | "list+"
                | "z"
                | "sf"
                | "sf+"
                | "sv"
                | "sv+"
                | "conninfo"
                | "lo_list"
                | "lo_list+"
                | "zS"
        )
}

/// Commands that change nothing but what the client shows.
fn is_silent(name: &str) -> bool {
    matches!(
        name,
        "" | "?"
            | "h"
            | "help"
            | "q"
            | "quit"
            | "x"
            | "t"
            | "a"
            | "C"
            | "H"
            | "T"
            | "f"
            | "p"
            | "r"
            | "pset"
            | "timing"
            | "echo"
            | "qecho"
            | "warn"
            | "set"
            | "unset"
            | "if"
            | "elif"
            | "else"
            | "endif"
            | "encoding"
            | "errverbose"
            | "gdesc"
            | "gset"
            | "watch"
            | "crosstabview"
            | "bind"
            | "bind_named"
            | "close"
            | "parse"
            | "prompt"
            | "cd"
            | "setenv"
            | "getenv"
            | "copyright"
            | "print"
            | "reset"
            | ";"
            | "html"
            | "restrict"
            | "unrestrict"
            | "startpipeline"
            | "endpipeline"
            | "syncpipeline"
            | "sendpipeline"
            | "flush"
            | "getresults"
    )
}

/// `\copy t from 'file'`: the file is one of this machine.
fn copy(arguments: &str, place: &DatabasePlace, context: &mut Context<'_>) {
    let found = lexer::tokens(arguments, Dialect::Postgres).tokens;
    let mut level = 0_usize;
    let direction = found.iter().position(|token| {
        if token.is_symbol("(") {
            level += 1;
        } else if token.is_symbol(")") {
            level = level.saturating_sub(1);
        }
        level == 0 && (token.is("FROM") || token.is("TO"))
    });
    let Some((direction, at)) = direction.and_then(|at| Some((found.get(at)?, at))) else {
        unknown("what it copies cannot be read", place, context);
        return;
    };
    let source = arguments.get(..direction.start).unwrap_or_default();
    let is_from = direction.is("FROM");
    effects(&format!("COPY {source} {}", if is_from { "FROM STDIN" } else { "TO STDOUT" }), place, context);
    let after = arguments.get(direction.end()..).unwrap_or_default();
    match found.get(at + 1) {
        Some(token) if token.is("PROGRAM") => {
            match found.get(at + 2).filter(|program| program.kind == Kind::Text) {
                Some(program) => shell_command(&program.unquoted().replace("''", "'"), context),
                None => context.opaque("a program", "its command line cannot be read"),
            }
        }
        Some(token) if ["STDIN", "STDOUT", "PSTDIN", "PSTDOUT"].iter().any(|stream| token.is(stream)) => {}
        Some(_) if is_from => context.read_value(&known(unquote(after))),
        Some(_) => context.write_value(&known(unquote(after))),
        None => unknown("what it copies cannot be read", place, context),
    }
}

/// `\c database user host port`, or an address.
fn connect(arguments: &str, place: &mut DatabasePlace) {
    let words: Vec<&str> =
        arguments.split_ascii_whitespace().map(|word| word.trim_matches(['"', '\''])).collect();
    let Some(first) = words.first().filter(|first| **first != "-") else {
        if let Some(host) = words.get(2) {
            place.host = (*host).to_owned();
        }
        return;
    };
    if let Some(other) = DatabasePlace::of_text(first) {
        *place = other;
    } else if arguments.contains('=') || arguments.contains(':') || first.starts_with('-') {
        *place = DatabasePlace::any(&place.system);
        for (name, value) in words.iter().filter_map(|word| word.split_once('=')) {
            match name {
                "host" | "hostaddr" => place.host = value.to_owned(),
                "dbname" => place.database = Some(value.to_owned()),
                _ => {}
            }
        }
    } else {
        place.database = Some((*first).to_owned());
        if let Some(host) = words.get(2).filter(|host| **host != "-") {
            place.host = (*host).to_owned();
            place.note = None;
        }
    }
}
