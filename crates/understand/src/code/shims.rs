//! What package managers of JavaScript put into `node_modules/.bin` where they make no links: a few lines of shell
//! that start a file of a package.
//!
//! <https://github.com/npm/cmd-shim>, <https://github.com/pnpm/cmd-shim>

use crate::paths;

/// Lines that every one of them may have.
const LINES: &[&str] = &[
    "",
    "#!/bin/sh",
    r#"basedir=$(dirname "$(echo "$0" | sed -e 's,\\,/,g')")"#,
    "case `uname` in",
    "*CYGWIN*|*MINGW*|*MSYS*)",
    "*CYGWIN*|*MINGW*|*MSYS*) basedir=`cygpath -w \"$basedir\"`;;",
    "if command -v cygpath > /dev/null 2>&1; then",
    "basedir=`cygpath -w \"$basedir\"`",
    ";;",
    "esac",
    r#"if [ -z "$NODE_PATH" ]; then"#,
    r#"if [ -x "$basedir/node" ]; then"#,
    "else",
    "fi",
    "exit $?",
    "ret=$?",
    "exit $ret",
];

/// Whether a text in `directory` does no more than start a package's file.
pub(super) fn is_one(text: &str, directory: &str) -> bool {
    let mut starts = false;
    for line in text.lines().map(str::trim) {
        match started(line) {
            Some(file) if is_of_package(&paths::normal(directory, file)) => starts = true,
            Some(_) => return false,
            None if LINES.contains(&line) || is_search(line) => {}
            None => return false,
        }
    }
    starts
}

/// Whether a file is one of a package's own.
pub(super) fn is_of_package(path: &str) -> bool {
    ["/node_modules/", "/vendor/"].iter().any(|folder| path.contains(folder))
        && !["/node_modules/.bin/", "/vendor/bin/"].iter().any(|folder| path.contains(folder))
}

/// The file beside it that a line starts, by node or by itself.
fn started(line: &str) -> Option<&str> {
    let line = line.strip_suffix(r#" "$@""#)?.trim_end();
    let line = line.strip_prefix("exec ").unwrap_or(line).trim_start();
    let by_node = ["node ", r#""$basedir/node" "#].iter().find_map(|node| line.strip_prefix(node));
    let file = by_node.unwrap_or(line).trim_start().strip_prefix(r#""$basedir/"#)?.strip_suffix('"')?;
    is_plain(file).then_some(file)
}

/// `export NODE_PATH=".."`
fn is_search(line: &str) -> bool {
    let value = line.strip_prefix("export NODE_PATH=\"").and_then(|rest| rest.strip_suffix('"'));
    value.is_some_and(|value| is_plain(value.strip_suffix(":$NODE_PATH").unwrap_or(value)))
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.contains(['$', '`', '"', '\\'])
}

#[cfg(test)]
mod tests {
    use super::is_one;

    const HEAD: &str = "#!/bin/sh\nbasedir=$(dirname \"$(echo \"$0\" | sed -e 's,\\\\,/,g')\")\n\n\
        case `uname` in\n    *CYGWIN*|*MINGW*|*MSYS*)\n        if command -v cygpath > /dev/null 2>&1; then\n            \
        basedir=`cygpath -w \"$basedir\"`\n        fi\n    ;;\nesac\n\n";
    const NODE: &str = "if [ -z \"$NODE_PATH\" ]; then\n  export NODE_PATH=\"/repo/node_modules/.pnpm/node_modules\"\nelse\n  \
        export NODE_PATH=\"/repo/node_modules/.pnpm/node_modules:$NODE_PATH\"\nfi\n\
        if [ -x \"$basedir/node\" ]; then\n  exec \"$basedir/node\"  \"$basedir/../eslint/bin/eslint.js\" \"$@\"\nelse\n  \
        exec node  \"$basedir/../eslint/bin/eslint.js\" \"$@\"\nfi\n";

    #[test]
    fn shims_start_a_file_of_a_package() {
        let is = |text: &str| is_one(text, "/repo/node_modules/.bin");
        assert!(is(&format!("{HEAD}{NODE}")));
        assert!(is(&format!("{HEAD}\"$basedir/../esbuild/bin/esbuild\"   \"$@\"\nexit $?\n")));
        assert!(!is(HEAD));
        assert!(!is(&format!("{HEAD}{NODE}git push origin main\n")));
        for line in [
            r#"exec node "$basedir/../../evil.js" "$@""#,
            r#"exec node "$basedir/evil" "$@""#,
            r#"exec sh "$basedir/../eslint/bin/eslint.js" "$@""#,
            r#"exec node "$basedir/../eslint/$(x)" "$@""#,
            r#"export NODE_PATH="$(git push)""#,
        ] {
            assert!(!is(&format!("{HEAD}{NODE}{line}\n")), "{line}");
        }
    }
}
