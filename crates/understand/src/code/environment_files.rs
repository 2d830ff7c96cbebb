//! Files of variables, such as `.env`, that a runner gives to what it starts: none of what they hold is shown by
//! that, but it counts for what the commands do.

use crate::context::Context;
use crate::paths;
use crate::word::Value;

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
    let located = paths::locate(&Value::Known(path.to_owned()), context);
    let written = context.state.world.written.iter().any(|written| written.touches(&located));
    if written || located.why.is_some() {
        return Err("a file of variables is not known".to_owned());
    }
    let text = match context.file(&located.path) {
        Ok(Some(text)) => text,
        Ok(None) => return Ok(()),
        Err(why) => return Err(format!("a file of variables is not known: {why}")),
    };
    for (name, value) in assignments(&text).into_iter().take(MOST) {
        context.state.shell.environment.push((name, value));
    }
    Ok(())
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
