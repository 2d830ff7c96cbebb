//! What a tool's arguments do: each kind of argument goes through the analyser of its own.

use countersign_model::{Access, PathClass};
use serde_json::{Map, Value as Json};

use super::names::{Says, in_snake_case};
use super::{Tool, commands, files, given, queries, resources, web};
use crate::context::Context;
use crate::graphql;
use crate::paths;
use crate::word::Value;

/// Texts among the arguments that are looked at as paths.
const MOST_TEXTS: usize = 200;

/// What a tool runs that is given to it.
pub(super) enum Ran {
    /// Nothing was given.
    Nothing,
    /// All that was given is known, and this is the worst of it.
    All(Access),
    /// Something that was given is not read, and why.
    Unread(&'static str),
}

/// What the arguments do.
pub(super) struct Found {
    /// What is run.
    pub ran: Ran,
    /// The least that the tool does, by its arguments.
    pub raised: Access,
}

/// Code in other languages than the shell's.
const CODE: &[&str] = &[
    "code",
    "javascript",
    "js",
    "python",
    "expression",
    "function",
    "source_code",
    "script",
    "snippet",
    "program",
];

/// Adds what the arguments of a tool do.
pub(super) fn effects(tool: &Tool<'_>, context: &mut Context<'_>) -> Found {
    let mut found = Found { ran: Ran::Nothing, raised: Access::Read };
    let is_asked = matches!(tool.says, Says::Reads | Says::ReadsSecret);
    if !is_asked && let Some(ran) = commands::effects(tool, context) {
        found.ran = ran;
    } else if !is_asked && tool.takes(CODE) {
        found.ran = Ran::Unread("the code it is given is not read");
    } else {
        statements(tool, &mut found, context);
    }
    web::effects(tool, context);
    files::effects(tool, context);
    resources::effects(tool, context);
    given::effects(tool, &mut found, context);
    found
}

/// Queries and statements: SQL, GraphQL, or a question in a person's words.
fn statements(tool: &Tool<'_>, found: &mut Found, context: &mut Context<'_>) {
    if let Some(access) = asked(tool) {
        found.ran = Ran::All(access);
        found.raised = access;
        return;
    }
    if queries::pipeline_acts(tool.input) {
        found.raised = Access::Execute;
    }
    if let Some(access) = queries::graph(tool) {
        found.raised = found.raised.max(access);
    }
    if let Some(access) = queries::effects(tool, context) {
        found.ran = Ran::All(access);
        found.raised = found.raised.max(access);
    }
}

/// What a GraphQL document among the arguments does, if there is one.
fn asked(tool: &Tool<'_>) -> Option<Access> {
    let document = tool.text(&["query", "document", "graphql", "gql", "mutation", "graphql_query"])?;
    // GraphQL takes commas and a mark of the byte order for blanks.
    let start = document.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '\u{feff}'));
    let named = ["query", "mutation", "subscription", "fragment"].iter().any(|word| start.starts_with(word));
    if !named && !start.starts_with(['{', '#']) {
        return None;
    }
    let operation = tool.text(&["operation_name"]).map(str::to_owned);
    access_of(document, operation)
}

/// What a mutation does that stands in any argument; none where the text is none.
pub(super) fn mutation(text: &str) -> Option<Access> {
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '\u{feff}'));
    let after = start.strip_prefix("mutation")?;
    let opens = after.starts_with(|c: char| c.is_whitespace() || matches!(c, '{' | '(' | '@'));
    (opens && after.contains('{')).then(|| access_of(text, None).unwrap_or(Access::Write))
}

fn access_of(document: &str, operation: Option<String>) -> Option<Access> {
    let start = document.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '\u{feff}'));
    let query = graphql::Query { document: document.to_owned(), operation, variables: Map::new() };
    let Ok(operations) = graphql::operations(&query) else {
        return start.starts_with("mutation").then_some(Access::Write);
    };
    let worst = operations.iter().map(|operation| {
        let deletes = operation.fields.iter().any(|field| graphql::deletes(&field.name));
        match operation.kind {
            graphql::Kind::Query | graphql::Kind::Subscription => Access::Read,
            graphql::Kind::Mutation if deletes => Access::Destroy,
            graphql::Kind::Mutation => Access::Write,
        }
    });
    worst.max()
}

/// Arguments that hold prose or a file's content: what they mention is data.
pub(super) const PROSE: &[&str] = &[
    "body",
    "comment",
    "content",
    "contents",
    "description",
    "html",
    "input_text",
    "markdown",
    "message",
    "messages",
    "notes",
    "prompt",
    "summary",
    "text",
    "thought",
    "title",
    "new_text",
    "old_text",
    "new_string",
    "old_string",
    "edits",
    "file_content",
    "observations",
    "entities",
    "question",
    "subject",
];

/// Adds what the arguments mention besides: files that hold credentials, and Countersign's own unless the tool
/// only `reads`.
pub(super) fn mentions(input: &Map<String, Json>, reads: bool, context: &mut Context<'_>) {
    let mut waiting: Vec<&Json> = input
        .iter()
        .filter(|(name, _)| !PROSE.contains(&in_snake_case(name).as_str()))
        .map(|(_, value)| value)
        .collect();
    let away = input.keys().any(|name| files::ELSEWHERE.contains(&in_snake_case(name).as_str()));
    let mut looked = 0;
    while let Some(value) = waiting.pop() {
        match value {
            Json::Array(inner) => waiting.extend(inner),
            Json::Object(inner) => {
                waiting.extend(
                    inner.iter().filter(|(name, _)| !PROSE.contains(&name.as_str())).map(|(_, value)| value),
                );
            }
            Json::String(text) => {
                looked += 1;
                let file =
                    text.strip_prefix("file://").map(|file| file.strip_prefix("localhost").unwrap_or(file));
                let text = file.unwrap_or(text);
                let is_hidden = !away && (text.starts_with('.') || text.contains("/."));
                let is_path = (["/", "~", "./", "../"].iter().any(|start| text.starts_with(start))
                    || is_hidden)
                    && !text.contains([' ', '\n'])
                    && !text.contains("://");
                if !is_path || looked > MOST_TEXTS {
                    crate::families::mentions(text, context);
                    continue;
                }
                let value = Value::Known(text.to_owned());
                match paths::locate(&value, context).class {
                    PathClass::Secret => context.read_value(&value),
                    PathClass::Countersign if reads => {}
                    _ => {
                        if paths::mentions_protected(text, context) {
                            crate::families::mentions(text, context);
                        }
                    }
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }
}
