//! What calls and statements are given: texts, hosts, and what `ATTACH` opens.

use super::GAP;
use crate::sql::lexer::{Kind, Token};

/// The system of what is attached, where it is no file.
pub(super) fn attached_system(tokens: &[Token<'_>], text: &str) -> Option<&'static str> {
    let of_type = tokens.iter().position(|token| token.is("TYPE")).and_then(|at| tokens.get(at + 1));
    let of_type = of_type.map_or("", |token| token.unquoted()).to_ascii_lowercase();
    match (of_type.as_str(), text.split_once(':').map_or("", |(scheme, _)| scheme)) {
        ("postgres" | "postgres_scanner", _) | (_, "postgres" | "postgresql") => Some("postgresql"),
        ("mysql" | "mysql_scanner", _) | (_, "mysql") => Some("mysql"),
        (_, "md" | "motherduck") => Some("motherduck"),
        _ => None,
    }
}

/// Whether an `ATTACH` opens a file or an address rather than a database on a server.
pub(in crate::sql) fn attaches_file(tokens: &[Token<'_>]) -> bool {
    let text = tokens.iter().find(|token| token.kind == Kind::Text).map_or("", |token| token.unquoted());
    attached_system(tokens, text).is_none()
}

/// One host of ClickHouse's `host:port`; none where there are several or it is put together.
pub(super) fn plain_host(text: &str) -> Option<&str> {
    let host = text.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let host = host.map_or(text, |(host, _)| host);
    (!host.contains(['{', ',', '|', '*', '?', GAP])).then_some(host)
}

/// How many arguments a call has whose name stands at `index`, their texts, and those that are one bare word.
pub(super) fn arguments<'t>(
    tokens: &[Token<'t>],
    index: usize,
) -> (usize, Vec<Option<String>>, Vec<&'t str>) {
    let mut depth = 0_usize;
    let (mut texts, mut bare) = (Vec::new(), Vec::new());
    let mut start = index + 2;
    for (at, token) in tokens.iter().enumerate().skip(index + 1) {
        let closes = token.is_symbol(")") || token.is_symbol("]");
        if token.is_symbol("(") || token.is_symbol("[") {
            depth += 1;
        } else if closes {
            depth = depth.saturating_sub(1);
        }
        if (depth == 1 && token.is_symbol(",")) || (depth == 0 && closes) {
            let part = tokens.get(start..at).unwrap_or_default();
            texts.push(literal(part));
            bare.push(match part {
                [one] if one.kind != Kind::Text => one.unquoted(),
                _ => "",
            });
            start = at + 1;
        }
        if depth == 0 || texts.len() > 8 {
            break;
        }
    }
    if texts.len() == 1
        && start == index + 3
        && tokens.get(index + 2).is_some_and(|token| token.is_symbol(")"))
    {
        texts.clear();
        bare.clear();
    }
    (texts.len(), texts, bare)
}

/// The text of strings that are put together of nothing else; none where a part is not known.
pub(super) fn literal(tokens: &[Token<'_>]) -> Option<String> {
    let mut text = String::new();
    let mut expects = true;
    let mut rest = tokens.iter();
    while let Some(token) = rest.next() {
        match token.kind {
            Kind::Text if expects => {
                let inner = token.unquoted();
                let quoted = !token.text.starts_with('$');
                if inner.contains(GAP) || (quoted && inner.contains('\\')) {
                    return None;
                }
                text.push_str(&if quoted { inner.replace("''", "'") } else { inner.to_owned() });
                expects = false;
            }
            // A cast.
            Kind::Symbol if token.text == ":" && !expects => {
                rest.next().filter(|next| next.is_symbol(":"))?;
                rest.next().filter(|next| next.kind == Kind::Word)?;
            }
            Kind::Symbol if matches!(token.text, "|" | "+") && !expects => {
                if token.text == "|" {
                    rest.next().filter(|next| next.is_symbol("|"))?;
                }
                expects = true;
            }
            _ => return None,
        }
    }
    (!expects).then_some(text)
}
