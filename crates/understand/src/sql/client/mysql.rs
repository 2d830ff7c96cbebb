//! Commands of mysql.

use super::{MOST_COMMANDS, flush, known, output, run_file_in, shell_command};
use crate::context::Context;
use crate::sql::{DatabasePlace, Dialect, lexer, unknown};

/// Client commands at the beginning of a statement that are looked at.
const MOST_STATEMENTS: usize = 1000;

/// mysql: commands with a backslash, and some words at the beginning of a statement.
pub(super) fn run(text: &str, place: &mut DatabasePlace, context: &mut Context<'_>) {
    let mut sql = String::new();
    let mut delimiter = String::from(";");
    let mut count = 0;
    let mut quote = None;
    for line in text.split_inclusive('\n') {
        let mut rest = line;
        while !rest.is_empty() {
            if rest.trim().is_empty() {
                sql.push_str(rest);
                break;
            }
            let fresh = quote.is_none() && (sql.trim_end().is_empty() || sql.trim_end().ends_with(';'));
            count += usize::from(fresh);
            let taken = if fresh && count < MOST_STATEMENTS {
                client_command(rest, &mut delimiter, &mut sql, place, context)
            } else {
                None
            };
            // The client looks at what comes after a delimiter as it looks at a line of its own.
            let length = taken.unwrap_or_else(|| statement(rest, &delimiter, &mut quote, &mut sql)).max(1);
            rest = rest.get(length..).unwrap_or_default();
        }
    }
    for line in sql.lines().filter(|line| line.contains('\\')).take(MOST_COMMANDS) {
        short_commands(line, place, context);
    }
    let mut sql = sql.replace("\\G", ";").replace("\\g", ";");
    flush(&mut sql, place, context);
}

/// Adds a statement to those that go to the server; how long it is with the delimiter behind it. `quote`: the one that is
/// open before it, and then after it.
fn statement(text: &str, delimiter: &str, quote: &mut Option<u8>, sql: &mut String) -> usize {
    let end = end(text, delimiter, quote);
    if end.is_comment {
        // What a comment holds is left to who reads the statements.
        if delimiter == ";" {
            sql.push_str(text);
        } else {
            // The server parts what stands between two delimiters of one's own at semicolons too, unless it is
            // the body of something stored: that is listed as if it ran.
            sql.push_str(&text.replace(delimiter, ";"));
        }
        return text.len();
    }
    sql.push_str(text.get(..end.start).unwrap_or_default());
    if end.start < end.after {
        sql.push(';');
    }
    end.after
}

/// Where a statement ends.
struct End {
    /// Where the delimiter begins.
    start: usize,
    after: usize,
    /// Whether a comment begins before it.
    is_comment: bool,
}

/// Where the delimiter, `\g` or `\G` stands outside of quotes, or the end of the line.
fn end(text: &str, delimiter: &str, quote: &mut Option<u8>) -> End {
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        let ends = |length: usize| End { start: at, after: at + length, is_comment: false };
        match (byte, *quote) {
            (_, None) if rest.starts_with(delimiter.as_bytes()) => return ends(delimiter.len()),
            (b'\\', None) if matches!(rest.get(1), Some(b'g' | b'G')) => return ends(2),
            (b'#', None) => return End { is_comment: true, ..ends(0) },
            (_, None) if rest.starts_with(b"--") || rest.starts_with(b"/*") => {
                return End { is_comment: true, ..ends(0) };
            }
            (b'\\', Some(b'\'' | b'"')) => drop(bytes.next()),
            (b'\'' | b'"' | b'`', None) => *quote = Some(byte),
            (_, Some(open)) if open == byte => *quote = None,
            _ => {}
        }
    }
    End { start: text.len(), after: text.len(), is_comment: false }
}

/// Adds what a command of the client at the beginning of a text does; how long it is, if there is one.
fn client_command(
    text: &str,
    delimiter: &mut String,
    sql: &mut String,
    place: &mut DatabasePlace,
    context: &mut Context<'_>,
) -> Option<usize> {
    let start = text.len() - text.trim_start().len();
    let trimmed = text.get(start..)?;
    let short = trimmed.starts_with('\\');
    let word = if short {
        trimmed.get(..2)?
    } else {
        let ends = |c: char| c.is_whitespace() || c == ';' || c == '\\';
        let word = trimmed.split(ends).next().unwrap_or_default();
        word.split(delimiter.as_str()).next().unwrap_or_default()
    };
    let begin = start + word.len();
    // The delimiter itself takes the rest of its line, whatever stands there.
    let lower = if short { word.to_owned() } else { word.to_ascii_lowercase() };
    let after = text.get(begin..)?;
    let mut quote = None;
    let found = match lower.as_str() {
        "delimiter" | "\\d" => End { start: after.len(), after: after.len(), is_comment: false },
        _ => argument(after, delimiter, &mut quote),
    };
    let arguments = after.get(..found.start)?.trim();
    // A shell is given the whole line by `\\!`, and the server what comes after the delimiter too.
    let arguments = if lower == "\\!" { after.trim() } else { arguments };
    if !client_word(&lower, arguments, delimiter, sql, place, context) {
        return None;
    }
    let takes_nothing = short && !TAKING.contains(&lower.as_str());
    Some(if takes_nothing { begin } else { begin + found.after })
}

/// Where the arguments of a command end: a quote that stays open is none.
fn argument(text: &str, delimiter: &str, quote: &mut Option<u8>) -> End {
    let found = end(text, delimiter, quote);
    let plain = || {
        let ends =
            [delimiter, "\\g", "\\G"].iter().filter_map(|end| Some((text.find(end)?, end.len()))).min();
        let (start, length) = ends.unwrap_or((text.len(), 0));
        End { start, after: start + length, is_comment: false }
    };
    if found.is_comment || quote.is_some() { plain() } else { found }
}

/// Commands of a backslash and a letter that take what comes up to the delimiter.
const TAKING: &[&str] = &["\\.", "\\!", "\\T", "\\P", "\\R", "\\d", "\\u", "\\r", "\\C"];

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
        "tee" | "\\T" if !arguments.is_empty() => output(arguments, context),
        "pager" | "\\P" if !arguments.is_empty() => shell_command(arguments, context),
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
        // What stands behind words that take nothing is for the server.
        "quit" | "exit" | "status" | "notee" | "nopager" | "rehash" | "warnings" | "nowarning" | "clear"
        | "go" | "ego" | "print" | "resetconnection"
            if arguments.is_empty() => {}
        "pager" | "tee" | "prompt" | "charset" | "help" => {}
        "\\s" | "\\q" | "\\h" | "\\?" | "\\c" | "\\g" | "\\G" | "\\t" | "\\n" | "\\p" | "\\P" | "\\T"
        | "\\R" | "\\W" | "\\w" | "\\x" | "\\C" | "\\#" => {}
        _ => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn a_command_of_the_client_ends_at_the_delimiter() {
        assert_snapshot!(check("mysql -h db.example -e 'use shop; drop table orders'"), @"db.destroy orders in mysql://db.example/shop, destroy");
        assert_snapshot!(check("echo 'USE shop; update users set admin=1 where id=7; use other; delete from b' | mysql -h db.example"), @"
        exec.read echo, read
        db.write users in mysql://db.example/shop, write
        db.destroy b in mysql://db.example/other, destroy
        ");
        assert_snapshot!(check("mysql -h db.example -e 'status; warnings; rehash; nopager; notee; prompt x; charset utf8; drop table a'"), @"db.destroy a in mysql://db.example, destroy");
        assert_snapshot!(check(r"mysql -e '\s drop table a'; mysql -e '\u shop; drop table b'; mysql -e 'use shop \g drop table c'"), @"
        db.destroy a in mysql://localhost, destroy
        db.destroy b in mysql://localhost/shop, destroy
        db.destroy c in mysql://localhost/shop, destroy
        ");
        assert_snapshot!(check(r"mysql -e '\W\w drop table a'; mysql -e 'select 1; \u shop; drop table b'; mysql -e 'use shop\Gdrop table c'"), @"
        db.destroy a in mysql://localhost, destroy
        db.read * in mysql://localhost, read
        db.destroy b in mysql://localhost/shop, destroy
        db.destroy c in mysql://localhost/shop, destroy
        ");
        assert_snapshot!(check("mysql -e 'connect x db.prod.example; drop table y'"), @"db.destroy y in mysql://db.prod.example/x, destroy");
        assert_snapshot!(check("mysql -e 'select 1; connect x db.prod.example; drop table y; system rm -rf src; tee a.log; delete from z'"), @"
        db.read * in mysql://localhost, read
        fs.delete /repo/src, destroy
        fs.write /repo/a.log, write
        db.destroy y in mysql://db.prod.example/x, destroy
        db.destroy z in mysql://db.prod.example/x, destroy
        ");
        assert_snapshot!(check_with("mysql -e 'source a.sql; drop table y'", &[("/repo/a.sql", "use b; delete from c")]), @"
        fs.read /repo/a.sql, read
        db.destroy c in mysql://localhost/b, destroy
        db.destroy y in mysql://localhost/b, destroy
        ");
        assert_snapshot!(check("mysql -e 'delimiter //\nuse shop// drop table a; drop table b//\ndelimiter ;\nuse x; drop table c'"), @"
        db.destroy a in mysql://localhost/shop, destroy
        db.destroy b in mysql://localhost/shop, destroy
        db.destroy c in mysql://localhost/x, destroy
        ");
        assert_snapshot!(check("mysqlsh --sql mysql://db.example -e 'use shop; drop table x'; usql mysql://db.example -c 'use shop; drop table x'"), @"db.destroy x in mysql://db.example/shop, destroy");
    }

    #[test]
    fn a_delimiter_in_quotes_ends_nothing() {
        assert_snapshot!(check("mysql -e \"use shop; select 'a; drop table b' from c\""), @"db.read c in mysql://localhost/shop, read");
        assert_snapshot!(check("mysql -e \"select 1; -- it's; system rm -rf src\nselect 2\""), @"db.read * in mysql://localhost, read");
        assert_snapshot!(check("mysql -e \"use shop; select 'it\\'s; drop table b' from c; status\""), @"db.read c in mysql://localhost/shop, read");
        assert_snapshot!(check("mysql -e \"select 'a\nuse x; system rm -rf src' from c\""), @"db.read c in mysql://localhost, read");
        assert_snapshot!(check("mysql -e \"insert into t values ('a\nb; use c'); drop table x; use it's; drop table y\""), @"
        db.write t in mysql://localhost, write
        db.destroy x in mysql://localhost, destroy
        db.destroy y in mysql://localhost/it's, destroy
        ");
        assert_snapshot!(check("mysql -e 'use shop; show tables'; mysql -e 'use shop'; mysql -e status"), @"db.read * in mysql://localhost/shop, read");
        assert_snapshot!(check("mysql -e \"system sh -c 'ls; rm -rf src'; select 1\""), @"
        fs.read /repo, read
        fs.delete /repo/src, destroy
        db.read * in mysql://localhost, read
        ");
    }
}
