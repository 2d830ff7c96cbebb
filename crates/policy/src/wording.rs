//! What is wrong with a file, in the words of who wrote it.

use crate::checked::line_and_column;
use crate::nearest;
use crate::proposal::{ProposalError, VERSION};

pub(crate) fn explain(text: &str, error: &toml::de::Error) -> ProposalError {
    let span = error.span().unwrap_or(0..0);
    let (line, column) = line_and_column(text, span.start).unwrap_or((1, 1));
    let message = error.message().lines().next().unwrap_or_default();
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let (message, hint) = match quoted.split_first() {
        Some((wrong, known)) if message.starts_with("unknown field") => {
            (format!("unknown key `{wrong}`"), Some(nearest::hint(wrong, known)))
        }
        Some((wrong, known)) if message.starts_with("unknown variant") => {
            (format!("unknown value `{wrong}`"), Some(nearest::hint(wrong, known)))
        }
        _ if message.starts_with("missing field `version`") => {
            (message.to_owned(), Some(format!("start the file with `version = {VERSION}`")))
        }
        _ => (in_words(message), None),
    };
    ProposalError { message, line, column, hint }
}

/// A message on a value of the wrong type; any other message as it is.
fn in_words(message: &str) -> String {
    if message.starts_with("invalid length") && message.contains("struct ") {
        return "expected a table, and found a list".to_owned();
    }
    let wrong = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "));
    let Some((found, expected)) = wrong.and_then(|wrong| wrong.split_once(", expected ")) else {
        return message.replace("wanted string or table", "expected a text in quotes");
    };
    let expected = match expected {
        "a sequence" => "a list, such as `[\"main\"]`",
        "a string" | "string" => "a text in quotes",
        "a boolean" => "true or false",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number",
        _ if expected.starts_with("a map") || expected.starts_with("struct ") => "a table",
        other => other,
    };
    let found = match found.split_once(' ').unwrap_or((found, "")) {
        ("string", text) => format!("the text {text}"),
        ("integer" | "floating", number) => format!("the number {}", number.trim_start_matches("point ")),
        ("boolean", word) => word.to_owned(),
        ("sequence", _) => "a list".to_owned(),
        ("map", _) => "a table".to_owned(),
        _ => found.to_owned(),
    };
    format!("expected {expected}, and found {found}")
}
