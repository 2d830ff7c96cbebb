//! awk: its program reads and prints, and can run commands and read and write other files. It is read word for word:
//! what it runs or opens by a literal is known, and only what it puts together is not.

use countersign_model::{Effect, Resource, verbs};

use super::{Family, opaque, reads_environment};
use crate::code::{self, Looked};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &["awk", "gawk", "mawk", "nawk", "goawk"],
    about: "The program is read word for word: commands it runs and files it opens by literals are known. \
        What it puts together as it runs is not.",
    examples: &[
        "awk '{ print $1 }' access.log",
        "awk -F: '$3 > 1000 { print $1 }' /etc/passwd",
        r#"awk '{ print > "out.txt" }' in.txt"#,
        r#"awk 'BEGIN { system("git push origin main") }'"#,
        r#"awk '{ system("rm " $1) }' list"#,
        r#"awk 'BEGIN { print ENVIRON["API_TOKEN"] }'"#,
        "gawk -i inplace '{ print }' src/a.rs",
        r#"awk "$PROGRAM" in.txt"#,
    ],
    effects,
};

/// Longer programs are not read, in bytes.
const LONGEST: usize = 64 * 1024;

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let mut programs: Vec<String> = Vec::new();
    let mut operands: Vec<&Word> = Vec::new();
    let (mut from_file, mut in_place) = (false, false);
    let mut words = invocation.words.iter();
    while let Some(word) = words.next() {
        let text = word.text();
        match text {
            "--" => operands.extend(words.by_ref()),
            "-F" | "-v" | "--field-separator" | "--assign" => {
                words.next();
            }
            "-f" | "--file" | "-E" | "--exec" => {
                from_file = true;
                words.next().into_iter().for_each(|word| file(word, invocation, context));
            }
            "-e" | "--source" => {
                from_file = true;
                match words.next().and_then(Word::known) {
                    Some(text) => programs.push(text.to_owned()),
                    None => opaque(invocation, "its program is not known", context),
                }
            }
            "-i" | "--include" | "-l" | "--load" => match words.next().map(Word::text) {
                Some("inplace") => in_place = true,
                _ => opaque(invocation, "its options load other code", context),
            },
            "--version" | "-V" | "--help" | "-h" | "--posix" | "--traditional" | "--re-interval" | "--csv" | "-k" | "-b"
            | "-c" | "-P" | "-r" | "-S" | "--sandbox" | "-n" | "-N" | "-M" | "-O" | "-s" => {}
            _ if operands.is_empty() && text.starts_with("-F") || text.starts_with("-v") => {}
            _ if operands.is_empty() && text.starts_with("--field-separator=") || text.starts_with("--assign=") => {}
            _ if operands.is_empty() && text.starts_with('-') && text.len() > 1 => {
                opaque(invocation, "its options can load a program", context);
                return;
            }
            // After the program come files and settings.
            _ => {
                operands.push(word);
                operands.extend(words.by_ref());
            }
        }
    }
    let mut operands = operands.into_iter();
    if !from_file && let Some(word) = operands.next() {
        match &word.value {
            Value::Known(text) | Value::Pattern(text) => programs.push(text.clone()),
            Value::Unknown { why, .. } => opaque(invocation, &format!("its program is not known: {why}"), context),
        }
    }
    for text in &programs {
        let read = program(text, context);
        let is_followed = read.is_ok();
        if let Err(why) = read {
            opaque(invocation, &why, context);
        }
        code::named::look(text, is_followed, context);
    }
    let is_setting = |word: &&Word| {
        word.text().split_once('=').is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
    };
    for word in operands.filter(|word| !is_setting(word)) {
        context.read(word);
        if in_place {
            context.write(word);
        }
    }
    context.program(verbs::EXEC_READ, "awk");
}

/// Reads a program in a file.
fn file(word: &Word, invocation: &Invocation, context: &mut Context<'_>) {
    let located = paths::locate(&word.value, context);
    context.reads(&located);
    match code::look(&located, "awk", context, &mut program) {
        Looked::Understood => {}
        Looked::Absent => opaque(invocation, "its program is in a file that is not there yet", context),
        Looked::Opaque(why) => opaque(invocation, &format!("its program is in a file: {why}"), context),
    }
}

/// A token of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'p> {
    /// A literal, with its escapes.
    Text(&'p str),
    /// A name, a keyword or a number.
    Name(&'p str),
    /// `/../`, as far as it matters.
    Expression,
    /// An operator or a bracket.
    Sign(&'p str),
    /// The end of a line.
    Line,
}

const SIGNS: &[&str] =
    &["**=", "||", "&&", "|&", ">>", "==", "<=", ">=", "!=", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "!~", "**"];

fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next()?;
        // Where a value stands before it, a slash divides.
        let divides = match tokens.last() {
            Some(Token::Text(_) | Token::Expression | Token::Sign(")" | "]" | "$" | "++" | "--")) => true,
            Some(Token::Name(name)) => !matches!(*name, "print" | "printf" | "return" | "case" | "in" | "getline"),
            Some(Token::Sign(_) | Token::Line) | None => false,
        };
        let (token, length) = match first {
            '\n' => (Some(Token::Line), 1),
            '\\' if rest.starts_with("\\\n") => (None, 2),
            _ if first.is_whitespace() => (None, first.len_utf8()),
            '#' => (None, rest.find('\n').unwrap_or(rest.len())),
            '"' => {
                let length = closed(rest, '"')?;
                (Some(Token::Text(rest.get(1..length - 1)?)), length)
            }
            '/' if !divides => (Some(Token::Expression), closed(rest, '/')?),
            _ if first.is_alphanumeric() || first == '_' => {
                let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                (Some(Token::Name(rest.get(..length)?)), length)
            }
            _ => {
                let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
                let length = sign.map_or(first.len_utf8(), |sign| sign.len());
                (Some(Token::Sign(rest.get(..length)?)), length)
            }
        };
        tokens.extend(token);
        at += length;
    }
    Some(tokens)
}

/// The length of what starts with a quote or slash, to its end.
fn closed(rest: &str, end: char) -> Option<usize> {
    let mut escaped = false;
    let mut bracket = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if std::mem::take(&mut escaped) => {}
            '\\' => escaped = true,
            '\n' => return None,
            '[' if end == '/' => bracket = true,
            ']' if end == '/' => bracket = false,
            _ if letter == end && !bracket => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Adds what a program does; why it cannot be read, or what it does not say.
pub(crate) fn program(text: &str, context: &mut Context<'_>) -> Result<(), String> {
    let read = if text.len() > LONGEST { None } else { tokens(text) };
    let tokens = read.ok_or("its program cannot be read")?;
    let mut result = Ok(());
    let mut unclear = |why: &str| result = Err(why.to_owned());
    // The depth of parentheses at which a `print` waits for where it goes.
    let mut prints: Option<usize> = None;
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        let before = |back: usize| index.checked_sub(back).and_then(|at| tokens.get(at));
        let after = |on: usize| tokens.get(index + on);
        match token {
            Token::Sign("(") => depth += 1,
            Token::Sign(")") => depth = depth.saturating_sub(1),
            Token::Sign("{" | "}" | ";") | Token::Line => prints = None,
            Token::Name("print" | "printf") => prints = Some(depth),
            Token::Name("system") => match (after(2), after(3)) {
                (Some(Token::Text(command)), Some(Token::Sign(")"))) => runs(command, context).unwrap_or_else(|why| unclear(&why)),
                _ => context.hidden("awk", "its program runs text that it puts together"),
            },
            Token::Name("ENVIRON") => match (after(1), after(2)) {
                (Some(Token::Sign("[")), Some(Token::Text(name))) => {
                    if super::is_secret_name(name) {
                        reads_environment(name, context);
                    }
                }
                _ => reads_environment("*", context),
            },
            Token::Sign("@") => unclear("its program calls what it names later"),
            Token::Sign("|&") if service(before(1), after(1), after(2)).is_some_and(|service| connects(&service, context)) => {}
            Token::Sign("|" | "|&") => match after(1) {
                Some(Token::Name("getline")) => match (before(1), before(2)) {
                    (
                        Some(Token::Text(command)),
                        None | Some(Token::Line | Token::Sign("{" | "}" | ";" | "(" | "!" | "&&" | "||")),
                    ) => runs(command, context).unwrap_or_else(|why| unclear(&why)),
                    _ => unclear("its program runs text that it puts together"),
                },
                Some(Token::Text(command)) if ends(after(2)) => runs(command, context).unwrap_or_else(|why| unclear(&why)),
                _ => unclear("its program runs text that it puts together"),
            },
            Token::Sign(">" | ">>") if prints == Some(depth) => {
                let target = target(after(1), after(2));
                if !connects(&target, context) {
                    context.write_value(&target);
                }
            }
            Token::Sign("<") if matches!((before(1), before(2)), (Some(Token::Name("getline")), _) | (_, Some(Token::Name("getline")))) => {
                let target = target(after(1), after(2));
                if !connects(&target, context) {
                    context.read_value(&target);
                }
            }
            Token::Text(_) | Token::Name(_) | Token::Expression | Token::Sign(_) => {}
        }
    }
    result
}

/// Whether a statement ends here, or an expression that nothing is added to.
fn ends(token: Option<&Token<'_>>) -> bool {
    matches!(token, None | Some(Token::Line | Token::Sign(";" | "}" | ")")))
}

fn target(token: Option<&Token<'_>>, next: Option<&Token<'_>>) -> Value {
    match token {
        Some(Token::Text(path)) if ends(next) && !path.contains('\\') => Value::Known((*path).to_owned()),
        Some(Token::Text(path)) if !path.contains('\\') => Value::starting(path, "a name that awk puts together"),
        _ => Value::unknown("a name that awk puts together"),
    }
}

/// What a two-way pipe leads to, where it is written out: before a `getline`, else after the sign.
fn service(before: Option<&Token<'_>>, after: Option<&Token<'_>>, next: Option<&Token<'_>>) -> Option<Value> {
    match (before, after) {
        (Some(Token::Text(path)), Some(Token::Name("getline"))) => Some(Value::Known((*path).to_owned())),
        (_, Some(Token::Text(_))) => Some(target(after, next)),
        _ => None,
    }
}

/// gawk's own network paths, `/inet/tcp/0/host/port`.
fn connects(target: &Value, context: &mut Context<'_>) -> bool {
    if !target.text().starts_with("/inet") {
        return false;
    }
    let host = target.known().and_then(|text| text.split('/').nth(4)).unwrap_or("*");
    let resource = Resource::Host { host: host.to_owned(), url: None };
    context.push(Effect::new(verbs::NET_SEND, resource).because("awk opens a connection"));
    true
}

fn runs(command: &str, context: &mut Context<'_>) -> Result<(), String> {
    let text = command.replace("\\\"", "\"").replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\");
    // Other escapes are rare in commands.
    if command.replace("\\\"", "").replace("\\n", "").replace("\\t", "").replace("\\\\", "").contains('\\') {
        context.hidden("awk", "its program runs text with unusual escapes");
        return Ok(());
    }
    let outside = std::mem::replace(&mut context.repeated, true);
    code::apart(&text, context);
    context.repeated = outside;
    Ok(())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn programs_that_only_print() {
        for command in [
            "awk '{print $1}' a.txt",
            "awk '$3 > 5 {print $1 \" > \" $2}' a.txt",
            "awk -F: '/a|b/ && $1 >= 3 || $2 ~ /x>y/ { n++ } END { print n }' a.txt",
            "awk 'BEGIN { OFS = \"|\" } { print $1, $2 }' a.txt",
            "awk -v n=3 'NR > n { print (a > b) }' a.txt",
            "awk '{ print $1 / 2 > \"/dev/stderr\" }' a.txt",
            "awk '{ print \"git push origin main\" } # system(\"x\")' a.txt",
            "awk '/start/{f=1} f{print} /end/{exit}' a.txt",
            "awk 'length($0) > 100' a.txt",
            "awk '{ while ((getline line) > 0) n++; print n }' a.txt",
        ] {
            assert_eq!(check(command), "fs.read /repo/a.txt, read\nexec.read awk, read", "{command}");
        }
    }

    #[test]
    fn services_on_the_network() {
        for program in ["print \"x\" |& \"/inet/tcp/0/cache.example/6379\"", "\"/inet4/tcp/0/cache.example/80\" |& getline x"] {
            let found = check(&format!("awk 'BEGIN {{ {program} }}'"));
            assert_eq!(found, "net.send cache.example, send\nexec.read awk, read", "{program}");
        }
        assert!(check("awk 'BEGIN { print \"x\" |& \"/inet/tcp/0/\" h \"/80\" }'").contains("net.send *, send"));
        assert!(!check("awk 'BEGIN { print \"x\" |& \"sort\" }'").contains("net.send"));
    }

    #[test]
    fn programs_that_run_and_write() {
        assert_snapshot!(check("awk 'BEGIN{system(\"git push origin main\")}'"), @"
        git.push main@origin, write
        exec.read awk, read
        ");
        assert_snapshot!(check("awk '{ print | \"git push origin main\" }' x"), @"
        git.push main@origin, write
        fs.read /repo/x, read
        exec.read awk, read
        ");
        assert_snapshot!(check("awk 'BEGIN { \"git push origin main\" | getline x }'"), @"
        git.push main@origin, write
        exec.read awk, read
        ");
        assert_snapshot!(check("awk '{ print $1 > \"out.txt\" }' x"), @"
        fs.write /repo/out.txt, write
        fs.read /repo/x, read
        exec.read awk, read
        ");
        assert_snapshot!(check("awk '{ print $1 >> $2 }' x"), @"
        fs.write *, write, partial
        fs.read /repo/x, read
        exec.read awk, read
        ");
        assert_snapshot!(check("awk '{ system(\"rm \" $1) }' x"), @"
        exec.hidden awk, execute, opaque
        fs.read /repo/x, read
        exec.read awk, read
        ");
        assert_snapshot!(check("awk 'BEGIN { while ((getline l < \".env\") > 0) print l }'"), @"
        secret.read /repo/.env, read
        exec.read awk, read
        ");
        assert_snapshot!(check("awk 'BEGIN { print ENVIRON[\"API_TOKEN\"] }'"), @"
        secret.read environment:API_TOKEN, read
        exec.read awk, read
        ");
        assert_snapshot!(check("awk 'BEGIN { print \"x\" > \"/inet/tcp/0/example.com/80\" }'"), @"
        net.send example.com, send
        exec.read awk, read
        ");
        assert_snapshot!(check("gawk -i inplace '{ print }' src/a.rs"), @"
        fs.read /repo/src/a.rs, read
        fs.write /repo/src/a.rs, write
        exec.read awk, read
        ");
        assert_snapshot!(check("awk \"$P\" x"), @"
        exec.opaque awk, execute, opaque
        fs.read /repo/x, read
        exec.read awk, read
        ");
        assert_snapshot!(check_with("awk -f p.awk x", &[("/repo/p.awk", "BEGIN { system(\"git push origin main\") }")]), @"
        fs.read /repo/p.awk, read
        git.push main@origin, write
        fs.read /repo/x, read
        exec.read awk, read
        ");
    }
}
