//! Expressions that Emacs is given: the commands of a shell in them, written out.

/// Forms whose parts are expressions that are evaluated in turn, and that do nothing else.
const PLAIN: &[&str] = &["progn", "message", "princ", "print", "concat", "kill-emacs", "save-buffer"];
/// Functions whose first argument is the text of a shell command.
const SHELL: &[&str] = &["shell-command", "shell-command-to-string", "async-shell-command", "compile"];
/// Functions that start a program: how many arguments stand between its name and its own.
const PROGRAMS: &[(&str, usize)] = &[("call-process", 3), ("process-file", 3), ("process-lines", 0)];

/// How deep expressions are looked into.
const DEEPEST: usize = 16;

/// What an expression starts.
pub(super) struct Started {
    /// Texts for a shell.
    pub commands: Vec<String>,
    /// Whether it does nothing else.
    pub is_all: bool,
}

/// The commands that an expression starts.
pub(super) fn started(text: &str) -> Started {
    let mut started = Started { commands: Vec::new(), is_all: true };
    let mut rest = text;
    while let Some((expression, after)) = next(rest, 0) {
        evaluate(&expression, &mut started);
        rest = after;
    }
    started.is_all &= rest.trim_start().is_empty();
    started
}

/// What an expression is written as.
enum Expression {
    Text(String),
    /// A number or a name.
    Atom(String),
    /// A list; one that is quoted has nothing in it.
    List(Vec<Expression>),
}

fn evaluate(expression: &Expression, started: &mut Started) {
    let Expression::List(parts) = expression else {
        return;
    };
    let Some((Expression::Atom(name), arguments)) = parts.split_first() else {
        started.is_all = false;
        return;
    };
    let texts = |arguments: &[Expression]| {
        let text = |argument: &Expression| match argument {
            Expression::Text(text) => Some(text.clone()),
            Expression::Atom(_) | Expression::List(_) => None,
        };
        arguments.iter().map(text).collect::<Option<Vec<String>>>()
    };
    if SHELL.contains(&name.as_str()) {
        match arguments.first() {
            Some(Expression::Text(text)) => started.commands.push(text.clone()),
            _ => started.is_all = false,
        }
        arguments.iter().skip(1).for_each(|argument| evaluate(argument, started));
    } else if let Some((_, between)) = PROGRAMS.iter().find(|(known, _)| known == name) {
        let own = arguments.get(1 + between..).unwrap_or_default();
        let between = arguments.get(1..=*between).unwrap_or_default();
        // A file that it reads or writes is a text there.
        let plain = between.iter().all(|argument| matches!(argument, Expression::Atom(_)));
        match (arguments.first().and_then(|first| texts(std::slice::from_ref(first))), texts(own)) {
            (Some(first), Some(own)) if plain => {
                let words: Vec<String> = first.iter().chain(&own).map(|word| quoted(word)).collect();
                started.commands.push(words.join(" "));
            }
            _ => started.is_all = false,
        }
    } else {
        started.is_all &= PLAIN.contains(&name.as_str());
        arguments.iter().for_each(|argument| evaluate(argument, started));
    }
}

/// A word that a shell takes as it is.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// The first expression of a text, and what follows it.
fn next(text: &str, depth: usize) -> Option<(Expression, &str)> {
    let text = text.trim_start();
    let first = text.chars().next().filter(|_| depth < DEEPEST)?;
    match first {
        '"' => string(text.get(1..)?),
        '(' => {
            let mut parts = Vec::new();
            let mut rest = text.get(1..)?;
            loop {
                rest = rest.trim_start();
                if let Some(after) = rest.strip_prefix(')') {
                    return Some((Expression::List(parts), after));
                }
                let (part, after) = next(rest, depth + 1)?;
                parts.push(part);
                rest = after;
            }
        }
        '\'' => {
            let (quoted, after) = next(text.get(1..)?, depth + 1)?;
            Some(match quoted {
                Expression::Atom(name) | Expression::Text(name) => (Expression::Atom(name), after),
                Expression::List(_) => (Expression::List(Vec::new()), after),
            })
        }
        _ => {
            let end = text.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"' | '\'' | ';' | '`' | ',' | '#'));
            let (atom, after) = text.split_at_checked(end.unwrap_or(text.len()))?;
            // `?"` is a letter.
            (!atom.is_empty() && !atom.contains(['?', '\\'])).then(|| (Expression::Atom(atom.to_owned()), after))
        }
    }
}

/// A string whose quote is open; escapes but those of quotes and backslashes are none of those that are read here.
fn string(text: &str) -> Option<(Expression, &str)> {
    let mut found = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((Expression::Text(found), text.get(at + 1..)?)),
            '\\' => match letters.next()?.1 {
                'n' => found.push('\n'),
                't' => found.push('\t'),
                letter @ ('"' | '\\') => found.push(letter),
                _ => return None,
            },
            letter => found.push(letter),
        }
    }
    None
}
