//! Justfiles: which commands a recipe runs, those it depends on first. Only plain ones are followed.

use std::collections::BTreeSet;

use crate::context::Context;
use crate::paths;
use crate::word::Value;

use super::language::Language;
use super::{Looked, peek, understand};

/// Recipes that are followed.
const MOST_RECIPES: usize = 100;

/// A recipe.
#[derive(Debug, Default)]
struct Recipe {
    name: String,
    needs: Vec<String>,
    lines: Vec<String>,
    /// Lines of the file before the first of these.
    before: usize,
}

/// Adds what a recipe of the file at `path` does.
pub(crate) fn run(path: &str, directory: &str, name: Option<&str>, context: &mut Context<'_>) -> Looked {
    let located = paths::locate(&Value::Known(path.to_owned()), context);
    peek(&located, &format!("just {}", name.unwrap_or_default()), context, &mut |text, context| {
        let recipes = read(text)?;
        let first = recipes.first().map(|recipe| recipe.name.clone());
        let Some(name) = name.map(str::to_owned).or(first) else { return Ok(()) };
        let kept = context.state.shell.clone();
        context.state.shell.directory = Ok(directory.to_owned());
        let mut open = vec![name];
        let mut seen = BTreeSet::new();
        let mut result = Ok(());
        while let Some(name) = open.pop() {
            if seen.len() > MOST_RECIPES || !seen.insert(name.clone()) {
                continue;
            }
            let Some(recipe) = recipes.iter().find(|recipe| recipe.name == name) else {
                result = Err(format!("it has no recipe named {name}"));
                continue;
            };
            open.extend(recipe.needs.iter().cloned());
            let text = recipe.lines.join("\n");
            let language =
                if text.starts_with("#!") { Language::of_first_line(&text) } else { Ok(Language::Shell) };
            // So that its lines are counted as those of the file.
            let text = match language {
                Ok(Language::Shell) => "\n".repeat(recipe.before) + &text,
                _ => text,
            };
            if let Err(why) =
                language.and_then(|language| understand(language, &text, &located, &[], context))
            {
                result = Err(why);
            }
        }
        context.state.shell = kept;
        result
    })
}

fn read(text: &str) -> Result<Vec<Recipe>, String> {
    let mut recipes: Vec<Recipe> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let is_inner = line.starts_with([' ', '\t']);
        let first = line.split_ascii_whitespace().next().unwrap_or_default();
        if line.trim().is_empty() || (!is_inner && line.starts_with(['#', '['])) {
            if let Some(recipe) = recipes.last_mut() {
                recipe.lines.push(String::new());
            }
            continue;
        }
        if is_inner {
            let Some(recipe) = recipes.last_mut() else { return Err("it cannot be read".to_owned()) };
            let line = line.trim();
            // A script keeps its signs; a line may start with what make's may.
            let is_script = recipe.lines.first().is_some_and(|line| line.starts_with("#!"));
            let line = if is_script { line } else { line.trim_start_matches(['@', '-']) };
            recipe.lines.push(filled(line));
            continue;
        }
        match first {
            "set"
                if line.contains("shell")
                    || line.contains("dotenv")
                    || line.contains("working-directory") =>
            {
                return Err("it sets by what its commands run".to_owned());
            }
            "import" | "mod" | "import?" | "mod?" => return Err("it takes in another file".to_owned()),
            "set" | "alias" => continue,
            _ => {}
        }
        if line.contains(":=") {
            // What is between backquotes runs.
            if line.contains('`') || line.contains("shell(") {
                return Err("it runs a command to find out a variable".to_owned());
            }
            continue;
        }
        let Some((head, needs)) = line.split_once(':') else { return Err("it cannot be read".to_owned()) };
        let name = head.trim_start_matches('@').split_ascii_whitespace().next().unwrap_or_default();
        let needs = needs.replace("&&", " ").replace(['(', ')'], " ");
        let needs = needs
            .split_ascii_whitespace()
            .filter(|need| !need.starts_with(['"', '\'', '#']))
            .map(str::to_owned)
            .collect();
        recipes.push(Recipe { name: name.to_owned(), needs, lines: Vec::new(), before: index + 1 });
    }
    Ok(recipes)
}

/// A line with `{{..}}` as what nobody knows.
pub(super) fn filled(line: &str) -> String {
    let mut made = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("{{") {
        made.push_str(before);
        made.push(super::makefile::UNKNOWN);
        rest = after.split_once("}}").map_or("", |(_, rest)| rest);
    }
    made.push_str(rest);
    super::makefile::quoted(&made)
}

#[cfg(test)]
mod tests;
