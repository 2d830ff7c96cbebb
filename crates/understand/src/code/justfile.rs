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
    parameters: Vec<Parameter>,
    needs: Vec<Goal>,
    lines: Vec<String>,
    /// Lines of the file before the first of these.
    before: usize,
}

/// What a recipe is given.
#[derive(Debug)]
struct Parameter {
    name: String,
    /// Its text where nothing is given; none of an expression that is not followed.
    default: Option<String>,
    is_variadic: bool,
}

/// A recipe that is to run.
#[derive(Clone, Debug)]
struct Goal {
    name: String,
    /// What it is given, as far as that is known.
    arguments: Vec<Given>,
}

/// A text that a recipe is given.
#[derive(Clone, Debug)]
enum Given {
    Text(String),
    /// What a parameter of the recipe that needs this one stands for.
    Parameter(String),
    Unknown,
}

/// What the command line asks of a justfile.
pub(crate) struct Asked<'w> {
    /// Variables that are set in it, and their text.
    pub overrides: Vec<(&'w str, &'w str)>,
    /// Recipes, each with its arguments after it.
    pub words: Vec<&'w str>,
}

/// Adds what the recipes that are `asked` for do, of the file at `path`.
pub(crate) fn run(path: &str, directory: &str, asked: &Asked<'_>, context: &mut Context<'_>) -> Looked {
    let located = paths::locate(&Value::Known(path.to_owned()), context);
    let title = format!("just {}", asked.words.first().copied().unwrap_or_default());
    peek(&located, &title, context, &mut |text, context| {
        let recipes = read(text)?;
        let kept = context.state.shell.clone();
        context.state.shell.directory = Ok(directory.to_owned());
        let mut open = goals(&recipes, &asked.words)?;
        open.reverse();
        let mut seen = BTreeSet::new();
        let mut result = Ok(());
        while let Some(goal) = open.pop() {
            let Some(recipe) = recipes.iter().find(|recipe| recipe.name == goal.name) else {
                result = Err(format!("it has no recipe named {}", goal.name));
                continue;
            };
            let values = bound(recipe, &goal);
            if seen.len() > MOST_RECIPES || !seen.insert((recipe.name.clone(), values.clone())) {
                continue;
            }
            open.extend(recipe.needs.iter().map(|need| passed_on(need, &values)));
            if let Err(why) = body(recipe, &values, asked, &located, context) {
                result = Err(why);
            }
        }
        context.state.shell = kept;
        result
    })
}

/// The recipes that words name, with what each is given: as many words as it takes.
fn goals(recipes: &[Recipe], words: &[&str]) -> Result<Vec<Goal>, String> {
    let mut goals = Vec::new();
    let mut words = words.iter().peekable();
    if words.peek().is_none() {
        let first = recipes.first().map(|recipe| Goal { name: recipe.name.clone(), arguments: Vec::new() });
        return Ok(first.into_iter().collect());
    }
    while let Some(name) = words.next() {
        let Some(recipe) = recipes.iter().find(|recipe| recipe.name == *name) else {
            return Err(format!("it has no recipe named {name}"));
        };
        let is_variadic = recipe.parameters.iter().any(|parameter| parameter.is_variadic);
        let most = if is_variadic { usize::MAX } else { recipe.parameters.len() };
        let arguments = words.by_ref().take(most).map(|word| Given::Text((*word).to_owned())).collect();
        goals.push(Goal { name: recipe.name.clone(), arguments });
        if goals.len() > MOST_RECIPES {
            return Err("it runs too many recipes".to_owned());
        }
    }
    Ok(goals)
}

/// What the parameters of a recipe stand for.
fn bound(recipe: &Recipe, goal: &Goal) -> Vec<(String, Option<String>)> {
    let mut given = goal.arguments.iter();
    let mut values = Vec::new();
    for parameter in &recipe.parameters {
        let taken: Vec<&Given> =
            given.by_ref().take(if parameter.is_variadic { usize::MAX } else { 1 }).collect();
        let text = if taken.is_empty() {
            parameter.default.clone()
        } else {
            let texts: Option<Vec<&str>> = taken.into_iter().map(Given::text).collect();
            texts.map(|texts| texts.join(" "))
        };
        values.push((parameter.name.clone(), text));
    }
    values
}

/// What a recipe is given that another one needs.
fn passed_on(need: &Goal, values: &[(String, Option<String>)]) -> Goal {
    let arguments = need.arguments.iter().map(|given| match given {
        Given::Parameter(name) => match values.iter().find(|(known, _)| known == name) {
            Some((_, Some(text))) => Given::Text(text.clone()),
            Some((_, None)) | None => Given::Unknown,
        },
        Given::Text(_) | Given::Unknown => given.clone(),
    });
    Goal { name: need.name.clone(), arguments: arguments.collect() }
}

impl Given {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Parameter(_) | Self::Unknown => None,
        }
    }
}

/// Adds what the lines of a recipe do.
fn body(
    recipe: &Recipe,
    values: &[(String, Option<String>)],
    asked: &Asked<'_>,
    located: &paths::Located,
    context: &mut Context<'_>,
) -> Result<(), String> {
    let known = |name: &str| {
        let given = values.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_deref());
        let set =
            || asked.overrides.iter().rev().find(|(known, _)| *known == name).map(|(_, text)| Some(*text));
        given.or_else(set).flatten()
    };
    // Just puts texts into its lines as they are: what ends a command in them ends one there.
    let given = values.iter().filter_map(|(_, text)| text.as_deref());
    let is_plain = given
        .chain(asked.overrides.iter().map(|(_, text)| *text))
        .all(|text| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_./:=@,+%- ".contains(&byte)));
    let mut lines = Vec::new();
    for line in &recipe.lines {
        lines.push(put_in(line, &known, is_plain)?);
    }
    let text = lines.join("\n");
    let language = if text.starts_with("#!") { Language::of_first_line(&text) } else { Ok(Language::Shell) };
    // So that its lines are counted as those of the file.
    let text = match language {
        Ok(Language::Shell | Language::Bash) => "\n".repeat(recipe.before) + &text,
        _ => text,
    };
    language.and_then(|language| understand(language, &text, located, &[], context))
}

/// A line with what is known in the place of `{{..}}`; an error where something else of what is given, which is not
/// `is_plain`, may be there.
fn put_in<'k>(
    line: &str,
    known: &impl Fn(&str) -> Option<&'k str>,
    is_plain: bool,
) -> Result<String, String> {
    let mut made = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("{{") {
        made.push_str(before);
        let (expression, after) = after.split_once("}}").unwrap_or((after, ""));
        let expression = expression.trim();
        let quoted = expression.strip_prefix("quote(").and_then(|rest| rest.strip_suffix(')'));
        match (known(expression), quoted.and_then(|name| known(name.trim()))) {
            (Some(text), _) => made.push_str(text),
            (None, Some(text)) => made.push_str(&format!("'{}'", text.replace('\'', "'\\''"))),
            (None, None) if is_plain => made.push(super::makefile::UNKNOWN),
            (None, None) => return Err("what it makes of its arguments is not known".to_owned()),
        }
        rest = after;
    }
    made.push_str(rest);
    Ok(super::makefile::quoted(&made))
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
            recipe.lines.push(line.to_owned());
            continue;
        }
        match first {
            "set"
                if line.contains("shell")
                    || line.contains("dotenv")
                    || line.contains("positional")
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
        let (head, needs) = tokens(line).ok_or("it cannot be read")?;
        let (name, parameters) = head.split_first().ok_or("it cannot be read")?;
        recipes.push(Recipe {
            name: name.trim_start_matches('@').to_owned(),
            parameters: parameters.iter().map(|text| parameter(text)).collect(),
            needs: needed(&needs),
            lines: Vec::new(),
            before: index + 1,
        });
    }
    Ok(recipes)
}

/// The words of a recipe's first line before its colon and those after it; quotes are left in them.
fn tokens(line: &str) -> Option<(Vec<String>, Vec<String>)> {
    let mut head = None;
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for letter in line.chars() {
        match (letter, quote) {
            ('`', _) => return None,
            (_, Some(open)) => {
                word.push(letter);
                quote = Some(open).filter(|open| *open != letter);
            }
            ('"' | '\'', None) => {
                word.push(letter);
                quote = Some(letter);
            }
            ('#', None) if word.is_empty() => break,
            (' ' | '\t', None) => {
                words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()))
            }
            ('(' | ')', None) => {
                words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
                words.push(letter.to_string());
            }
            (':', None) if head.is_none() => {
                words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
                head = Some(std::mem::take(&mut words));
            }
            _ => word.push(letter),
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    Some((head?, words))
}

/// `name`, `name="text"`, `*names`, `+names` or `$name`.
fn parameter(text: &str) -> Parameter {
    let is_variadic = text.starts_with(['*', '+']);
    let text = text.trim_start_matches(['*', '+']).trim_start_matches('$');
    let (name, default) = match text.split_once('=') {
        Some((name, default)) => (name, literal(default)),
        None => (text, is_variadic.then(String::new)),
    };
    Parameter { name: name.to_owned(), default, is_variadic }
}

/// The text between quotes, where nothing in it stands for something else.
fn literal(text: &str) -> Option<String> {
    let inner = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    let inner = inner('"').or_else(|| inner('\''))?;
    (!inner.contains(['\\', '"', '\'', '{'])).then(|| inner.to_owned())
}

/// Recipes that run before or after another one: `build (push "main" name) && tell`.
fn needed(words: &[String]) -> Vec<Goal> {
    let mut goals: Vec<Goal> = Vec::new();
    let (mut is_within, mut is_named) = (false, false);
    for word in words {
        match word.as_str() {
            "&&" => {}
            "(" => (is_within, is_named) = (true, false),
            ")" => is_within = false,
            text if is_within && is_named => {
                let given = match literal(text) {
                    Some(text) => Given::Text(text),
                    None if text.starts_with(['"', '\'']) => Given::Unknown,
                    None => Given::Parameter(text.to_owned()),
                };
                goals.last_mut().into_iter().for_each(|goal| goal.arguments.push(given.clone()));
            }
            text => {
                is_named = true;
                goals.push(Goal { name: text.to_owned(), arguments: Vec::new() });
            }
        }
    }
    goals
}

/// A line with `{{..}}` as what nobody knows.
pub(crate) fn filled(line: &str) -> String {
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
