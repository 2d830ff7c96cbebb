//! Files of variables, such as `.env`, that a runner gives to what it starts: none of what they hold is shown by
//! that, but it counts for what the commands do.

use crate::context::Context;
use crate::paths;
use crate::word::{Value, Word};

/// Variables of one file that are taken.
const MOST: usize = 500;

/// Takes the variables of all files of a list.
pub(crate) fn all(files: &[&str], directory: &str, context: &mut Context<'_>) -> Result<(), String> {
    files.iter().try_for_each(|file| {
        if file.contains(['{', '$', '~', '*']) {
            return Err("from which file it takes variables is not known".to_owned());
        }
        take(&paths::normal(directory, file), context)
    })
}

/// Takes the variables of a file; one that is not there has none.
pub(crate) fn take(path: &str, context: &mut Context<'_>) -> Result<(), String> {
    let found = variables(path, context)?;
    context.state.shell.environment.extend(found);
    Ok(())
}

/// The variables that a substitution puts into a command which prints the lines of files, some left out or changed:
/// `$(grep -v '^#' .env | xargs)`; none where it prints something else, or a file is not known.
pub(crate) fn printed(word: &Word, context: &mut Context<'_>) -> Option<Vec<(String, Value)>> {
    let lines = crate::shell::printed_lines(&word.raw, context)?;
    let mut found = Vec::new();
    for file in &lines.files {
        let located = paths::locate(file, context);
        if context.has_no_file(&located) {
            continue;
        }
        // One that is not there yet may be made by then, with anything in it.
        context.file(&located.path).ok()??;
        found.extend(split(&located.path, context).ok()?);
    }
    if lines.are_changed {
        for (_, value) in &mut found {
            *value = Value::unknown("a file of variables says it, and is changed before");
        }
    }
    Some(found)
}

/// The variables of a file whose text a shell splits at blanks; one without a name stands for a word that sets none.
fn split(path: &str, context: &mut Context<'_>) -> Result<Vec<(String, Value)>, String> {
    let first = variables(path, context)?;
    let Ok(Some(text)) = context.file(path) else { return Ok(first) };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut found = Vec::new();
    for word in lines
        .flat_map(str::split_whitespace)
        .take_while(|word| !word.starts_with('#'))
        .filter(|word| *word != "export")
    {
        let set = assignments(word);
        if set.is_empty() {
            found.push((String::new(), Value::Known(word.to_owned())));
        }
        found.extend(set);
        if found.len() > MOST {
            return Err("a file of variables is too long".to_owned());
        }
    }
    Ok(found)
}

/// Whether a file has nothing but comments and lines which set a variable to a value that is written out.
pub(crate) fn is_plain(path: &str, context: &Context<'_>) -> bool {
    let Ok(Some(text)) = context.file(path) else { return false };
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).all(|line| {
        let Some((name, value)) = line.strip_prefix("export ").unwrap_or(line).split_once('=') else {
            return false;
        };
        let is_name = !name.is_empty()
            && !name.starts_with(|letter: char| letter.is_ascii_digit())
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        let quoted = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
        let is_value = |letter: char| letter.is_ascii_alphanumeric() || "_-./:,@%+=".contains(letter);
        is_name
            && match quoted {
                Some(inner) => !inner.contains(['"', '\'', '$', '`', '\\', '!']),
                None => value.chars().all(is_value),
            }
    })
}

/// The variables of a file; one that is not there has none.
fn variables(path: &str, context: &mut Context<'_>) -> Result<Vec<(String, Value)>, String> {
    let located = paths::locate(&Value::Known(path.to_owned()), context);
    let written = context.state.world.written.iter().any(|written| written.touches(&located));
    if written || located.why.is_some() {
        return Err("a file of variables is not known".to_owned());
    }
    let text = match context.file(&located.path) {
        Ok(Some(text)) => text,
        Ok(None) => return Ok(Vec::new()),
        Err(why) => return Err(format!("a file of variables is not known: {why}")),
    };
    let found = assignments(&text);
    if found.len() > MOST { Err("a file of variables is too long".to_owned()) } else { Ok(found) }
}

/// Whether a value of a file of variables goes on in the next line, where a line is not what it looks like.
pub(crate) fn spans_lines(text: &str) -> bool {
    text.lines().map(str::trim).filter(|line| !line.starts_with('#')).any(|line| {
        let value = line.split_once('=').map_or("", |(_, value)| value.trim_start());
        let quote = value.chars().next().filter(|letter| matches!(letter, '"' | '\'' | '`'));
        quote.is_some_and(|quote| {
            let mut is_escaped = false;
            !value.chars().skip(1).any(|letter| {
                let closes = letter == quote && !is_escaped;
                is_escaped = letter == '\\' && !is_escaped;
                closes
            })
        })
    })
}

/// The lines that set something; a value that is worked out is not known.
fn assignments(text: &str) -> Vec<(String, Value)> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| line.strip_prefix("export ").unwrap_or(line).split_once('='));
    let is_name = |name: &&str| {
        !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    pairs
        .map(|(name, value)| (name.trim(), value.trim()))
        .filter(|(name, _)| is_name(name))
        .map(|(name, value)| {
            let bare = value.trim_matches(['"', '\'']);
            let value = if bare.contains(['$', '`', '\\', '"', '\'']) {
                Value::unknown("a file of variables works it out")
            } else {
                Value::Known(bare.to_owned())
            };
            (name.to_owned(), value)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_set_something() {
        let text = "# A=1\nexport B='two'\n C = 3\nD=$(ls)\nnothing\n-x=1\n";
        let found: Vec<String> =
            assignments(text).iter().map(|(name, value)| format!("{name} {:?}", value.known())).collect();
        insta::assert_snapshot!(found.join("; "), @r#"B Some("two"); C Some("3"); D None"#);
    }
}
