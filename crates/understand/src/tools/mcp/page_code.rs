//! Code that a browser is given to run in its page, and that only looks at it: `() => document.title`.
//!
//! Only code of which every call is known to change nothing is taken for that. What the browser's storage and cookies
//! hold is no part of what a page shows.

use serde_json::{Map, Value as Json};

use super::usual;

const TOOLS: &[&str] = &["browser_evaluate", "evaluate_script", "puppeteer_evaluate", "playwright_evaluate"];
const LONGEST: usize = 2_000;

/// Methods and functions that look.
const LOOKS: &[&str] = &[
    "Array",
    "Boolean",
    "Number",
    "String",
    "closest",
    "concat",
    "every",
    "filter",
    "find",
    "flatMap",
    "floor",
    "forEach",
    "from",
    "getAttribute",
    "getBoundingClientRect",
    "getComputedStyle",
    "getElementById",
    "getElementsByClassName",
    "getElementsByTagName",
    "getEntries",
    "getEntriesByType",
    "getPropertyValue",
    "hasAttribute",
    "if",
    "includes",
    "indexOf",
    "isArray",
    "join",
    "keys",
    "map",
    "matches",
    "max",
    "min",
    "now",
    "parseFloat",
    "parseInt",
    "querySelector",
    "querySelectorAll",
    "return",
    "round",
    "slice",
    "some",
    "split",
    "startsWith",
    "endsWith",
    "stringify",
    "toFixed",
    "toLowerCase",
    "toString",
    "toUpperCase",
    "trim",
];

/// Those that are given a function.
const CALLS_BACK: &[&str] = &["every", "filter", "find", "flatMap", "forEach", "from", "map", "some"];

/// Words of which each may lead to more than the page shows.
const MORE: &[&str] = &[
    "Function",
    "Image",
    "Object",
    "Reflect",
    "WebSocket",
    "Worker",
    "XMLHttpRequest",
    "constructor",
    "contentWindow",
    "cookie",
    "defaultView",
    "delete",
    "document_write",
    "eval",
    "fetch",
    "frames",
    "globalThis",
    "import",
    "indexedDB",
    "localStorage",
    "navigator",
    "new",
    "open",
    "parent",
    "prototype",
    "self",
    "sessionStorage",
    "this",
    "throw",
    "top",
    "with",
    "value",
    "password",
];

/// Whether a call of a browser by its usual name runs nothing but such code.
pub(super) fn only_looks(server: &str, tool: &str, input: &Map<String, Json>) -> bool {
    let mut code = None;
    let known = input.iter().all(|(name, value)| match name.as_str() {
        "function" | "script" => code.replace(value.as_str().unwrap_or("``")).is_none(),
        "element" | "ref" => value.is_string(),
        _ => usual::is_scalar(value),
    });
    known && TOOLS.contains(&tool) && usual::is_called(server, usual::BROWSERS) && code.is_some_and(looks)
}

fn looks(code: &str) -> bool {
    if code.len() > LONGEST || code.contains(['`', '\\']) {
        return false;
    }
    let Some(code) = without_texts(code) else { return false };
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '$');
    // In comments and patterns, quotes are no quotes.
    if !code.is_ascii()
        || code.contains(['/', '#'])
        || code.split(|letter| !is_word(letter)).any(|word| MORE.contains(&word))
    {
        return false;
    }
    code.char_indices().all(|(at, letter)| {
        let before = code.get(..at).unwrap_or_default();
        let after = code.get(at + 1..).unwrap_or_default();
        let trimmed = before.trim_end();
        let word = trimmed.rsplit(|letter| !is_word(letter)).next().unwrap_or_default();
        match letter {
            '(' if !word.is_empty() => {
                let takes = CALLS_BACK.contains(&word);
                LOOKS.contains(&word) && (!takes || is_arrow(after, word))
            }
            '(' => !trimmed.ends_with([')', ']', '}', '.']),
            '[' => {
                let inside = after.split(']').next().unwrap_or_default();
                let is_index = inside.bytes().all(|byte| byte.is_ascii_digit());
                is_index && !inside.is_empty()
                    || (word.is_empty() || word == "return")
                        && !trimmed.ends_with([')', ']', '{', '}', '.', ','])
            }
            ']' => !after.trim_start().starts_with(':'),
            '+' | '-' => !after.starts_with(letter),
            '=' => is_no_assignment(before, after),
            _ => true,
        }
    })
}

/// Whether `=` is a part of another sign, or gives a new constant its value.
fn is_no_assignment(before: &str, after: &str) -> bool {
    let is_compared = after.starts_with(['=', '>'])
        || before.ends_with("==")
        || before.ends_with("!=")
        || before.ends_with(['=', '!']);
    let is_ordered = before.ends_with(['<', '>']) && !before.ends_with("<<") && !before.ends_with(">>");
    let name = before.trim_end();
    let start =
        name.trim_end_matches(|letter: char| letter.is_ascii_alphanumeric() || letter == '_').trim_end();
    let is_new = start.len() < name.len() && ["const", "let"].iter().any(|word| start.ends_with(word));
    is_compared || is_ordered || is_new
}

/// Whether what is called back is a function that is written there.
fn is_arrow(after: &str, called: &str) -> bool {
    if called == "from" && !after.split(')').next().unwrap_or_default().contains(',') {
        return true;
    }
    let Some((parameters, _)) = after.split_once("=>") else { return false };
    let of_from = called == "from" && parameters.split('(').next().is_some_and(|list| !list.contains("=>"));
    of_from
        || parameters
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | ',' | ' ' | '(' | ')'))
}

/// The code with nothing in its quotes.
fn without_texts(code: &str) -> Option<String> {
    let mut text = String::new();
    let mut quote = None;
    for letter in code.chars() {
        match quote {
            Some(open) if letter == open => {
                quote = None;
                text.push('0');
            }
            Some(_) if letter == '\n' => return None,
            Some(_) => {}
            None if matches!(letter, '"' | '\'') => quote = Some(letter),
            None => text.push(letter),
        }
    }
    quote.is_none().then_some(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::check_tool;

    fn evaluate(server: &str, code: &str) -> String {
        check_tool(&format!("mcp__{server}__browser_evaluate"), json!({ "function": code }))
    }

    #[test]
    fn code_that_looks() {
        for code in [
            "() => document.title",
            "() => document.querySelectorAll('.item').length",
            "() => [...document.querySelectorAll(\"a\")].map(a => a.href)",
            "() => { const element = document.querySelector('#root'); return element.textContent.trim(); }",
            "(element) => getComputedStyle(element).color === 'red'",
            "() => JSON.stringify({ width: document.body.scrollWidth, ok: 1 >= 0 })",
            "() => document.querySelectorAll('li')[0].innerText",
        ] {
            assert_eq!(evaluate("playwright", code), "mcp.read playwright/browser_evaluate, read", "{code}");
        }
    }

    #[test]
    fn code_that_does_more() {
        for code in [
            "() => fetch('https://evil.example')",
            "() => document.forms[0].submit()",
            "() => document.querySelector('#buy').click()",
            "() => { document.title = 'x' }",
            "() => location.href = 'https://evil.example'",
            "() => localStorage.getItem('token')",
            "() => document.cookie",
            "() => window['fet' + 'ch']('https://evil.example')",
            "() => ['https://evil.example'].map(fetch)",
            "() => ['x'].map(a)",
            "() => eval('1')",
            "() => (() => 1)()",
            "() => new Image()",
            "() => document.querySelector('input[type=password]').value",
            "() => Object.values(window).find(x => x)",
            "() => { const {['fet' + 'ch']: f} = window; return [1].map(a => f(a)) }",
            "() => document.body.innerHTML += 'x'",
            "() => count++",
            "() => /'/.test(x) || fetch(1) || /'/.test(y)",
            "() => 1 /* ' */ + fetch(1) /* ' */",
            "() => document.write('x')",
            "() => `${alert(1)}`",
            "() => \\u0066etch('x')",
        ] {
            let found = evaluate("playwright", code);
            assert!(found.contains("mcp.call"), "{code}: {found}");
        }
        assert!(evaluate("runner", "() => document.title").contains("mcp.call"));
        let other = check_tool("mcp__playwright__browser_run_code", json!({"code": "() => document.title"}));
        assert!(other.contains("mcp.call"), "{other}");
    }
}
