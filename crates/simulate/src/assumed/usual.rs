//! Paths by what is usually there, and patterns of them.

/// Whether a path is one under which a package manager or a build tool puts programs.
pub(super) fn is_of_tool(path: &str) -> bool {
    path.contains("/node_modules/.bin/") || ["/gradlew", "/mvnw"].iter().any(|name| path.ends_with(name))
}

/// Whether a path is one where a tool looks for settings that most projects have not.
pub(super) fn is_of_settings(path: &str) -> bool {
    const NAMES: &[&str] = &[
        "/.npmrc",
        "/bunfig.toml",
        "/deno.json",
        "/deno.jsonc",
        "mise.toml",
        "mise.local.toml",
        "mise/config.toml",
        "mise/config.local.toml",
    ];
    NAMES.iter().any(|name| path.ends_with(name))
}

/// Whether a path, or a directory it lies below, matches a pattern in which `*` is any text. Capitals do not count.
pub(super) fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, path) = (pattern.to_lowercase(), path.to_lowercase());
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|start| path.strip_prefix(start)) else { return false };
    let mut last = "";
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
        last = part;
    }
    let ends = pattern.ends_with('*') || !last.is_empty() && rest.ends_with(last);
    rest.is_empty() || rest.starts_with('/') || ends
}

/// Files that nobody commits.
pub(super) fn is_never_tracked(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == ".env"
        || name.starts_with(".env.") && !name.ends_with(".example")
        || name.ends_with(".local.json")
}

/// The home directory that a path is in, or the one that agents in containers have.
pub(super) fn home(path: &str) -> String {
    let mut parts = path.split('/').skip(1);
    match (parts.next(), parts.next()) {
        (Some(homes @ ("home" | "Users")), Some(name)) if !name.is_empty() => format!("/{homes}/{name}"),
        _ => "/root".to_owned(),
    }
}

/// Writes a path that begins with the letter of a Windows drive as other systems would: what is within what can then
/// be told alike.
pub fn as_unix(path: &mut String) {
    let mut start = path.chars();
    if let (Some('A'..='Z' | 'a'..='z'), Some(':'), Some('\\' | '/')) =
        (start.next(), start.next(), start.next())
    {
        *path = path.chars().skip(2).map(|letter| if letter == '\\' { '/' } else { letter }).collect();
    }
}

/// A path without `.`, `..` and doubled slashes.
pub(super) fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        match part {
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_files_and_what_lies_below() {
        for (pattern, path) in
            [("/r/*.log", "/r/a.log"), ("/r/*.log", "/r/a.log/b"), ("/r/out", "/r/out/b"), ("/r/*", "/r/A")]
        {
            assert!(fits(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [("/r/*.log", "/r/a.rs"), ("/r/out", "/r/outer"), ("/s/*", "/r/a")] {
            assert!(!fits(pattern, path), "{pattern} {path}");
        }
    }

    #[test]
    fn what_stands_behind_the_names_of_tools() {
        let tools = ["/r/node_modules/.bin/eslint", "/r/a/gradlew", "/r/mvnw"];
        assert!(tools.iter().all(|path| is_of_tool(path)));
        assert!(
            ["/r/.npmrc", "/r/.mise.toml", "/r/.config/mise/config.toml"]
                .iter()
                .all(|path| is_of_settings(path))
        );
        for path in
            ["/r/node_modules/eslint/bin/eslint.js", "/r/my-gradlew", "/r/package.json", "/r/tsconfig.json"]
        {
            assert!(!is_of_tool(path) && !is_of_settings(path), "{path}");
        }
    }

    #[test]
    fn paths_of_windows() {
        for (path, unix) in [
            ("C:\\Users\\dev\\shop", "/Users/dev/shop"),
            ("d:/work", "/work"),
            ("/r/C:\\x", "/r/C:\\x"),
            ("C:", "C:"),
        ] {
            let mut written = path.to_owned();
            as_unix(&mut written);
            assert_eq!(written, unix);
        }
    }
}
