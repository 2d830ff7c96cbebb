//! `.npmrc` beside a package: which shell runs the scripts, and what each node in them is told.

use crate::code::{self, Looked, peek};
use crate::context::Context;
use crate::environment;
use crate::paths;
use crate::word::Value;

/// Shells that read a script as it is read here.
const SHELLS: &[&str] = &["sh", "bash", "dash", "zsh", "ksh", "ash"];

/// Takes what the settings in `directory` give to scripts; an error says why these run by something else.
pub(super) fn apply(directory: &str, context: &mut Context<'_>) -> Result<(), String> {
    let path = format!("{}/.npmrc", directory.trim_end_matches('/'));
    let located = paths::locate(&Value::Known(path), context);
    let mut found = Vec::new();
    let looked = peek(&located, "settings", context, &mut |text, _| {
        found.extend(settings(text));
        Ok(())
    });
    if let Looked::Opaque(why) = looked {
        return Err(format!("the settings of its package manager are not known: {why}"));
    }
    let mut result = Ok(());
    for (name, value) in found {
        match name.as_str() {
            "script-shell" | "scriptShell" if !is_shell(&value) => {
                environment::command(&name, &Value::Known(value), context);
                result = Err("its settings name another program that runs the scripts".to_owned());
            }
            "node-options" => {
                loaded(&value, directory, context);
                let environment = &mut context.state.shell.environment;
                environment.push(("NODE_OPTIONS".to_owned(), Value::Known(value)));
            }
            _ => {}
        }
    }
    result
}

/// `name = value`, one a line.
fn settings(text: &str) -> impl Iterator<Item = (String, String)> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with(['#', ';']));
    lines.filter_map(|line| line.split_once('=')).map(|(name, value)| {
        let bare = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
        (bare(name), bare(value))
    })
}

/// Whether a program is a shell of the system, or one that is found by its name.
fn is_shell(program: &str) -> bool {
    let windows = program.replace('\\', "/");
    let (directory, name) =
        windows.rsplit_once('/').map_or(("", windows.as_str()), |(above, name)| (above, name));
    let is_of_system = matches!(directory, "" | "/bin" | "/usr/bin" | "/usr/local/bin" | "/opt/homebrew/bin")
        || directory.to_ascii_lowercase().starts_with("c:/program files");
    is_of_system && SHELLS.contains(&name.strip_suffix(".exe").unwrap_or(name))
}

/// Adds what the files do that node is told to load first.
fn loaded(options: &str, directory: &str, context: &mut Context<'_>) {
    let names =
        options.split_ascii_whitespace().map(|word| word.rsplit_once('=').map_or(word, |(_, file)| file));
    for name in names.filter(|name| name.starts_with(['.', '/'])) {
        let located = paths::locate(&Value::Known(paths::normal(directory, name)), context);
        match code::run(&located, Some("node"), &[], context) {
            Looked::Opaque(why) => code::opaque(&located, &why, context),
            Looked::Understood | Looked::Absent => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check_with;

    fn npm(settings: &str) -> String {
        let files = [
            ("/repo/package.json", r#"{"scripts": {"test": "jest"}}"#),
            ("/repo/.npmrc", settings),
            ("/repo/ship.sh", "git push origin HEAD:main"),
            ("/repo/ship.js", "require('child_process').execSync('git push origin HEAD:main')"),
        ];
        check_with("npm test", &files)
    }

    #[test]
    fn settings_say_what_runs_the_scripts() {
        for command in ["npx eslint src", "pnpm exec eslint src"] {
            let files = [
                ("/repo/.npmrc", "node-options=--require ./ship.js\n"),
                ("/repo/ship.js", "require('child_process').execSync('git push origin HEAD:main')"),
            ];
            assert!(check_with(command, &files).contains("git.push main@origin"), "{command}");
        }
        assert_snapshot!(npm("script-shell = ./ship.sh\n"), @"
        git.push main@origin, write
        fs.read /repo/ship.sh, read
        exec.test jest, execute
        exec.opaque npm, execute, opaque
        ");
        assert_snapshot!(npm("script-shell=\"/usr/bin/python3\"\n"), @"
        exec.hidden python3, execute, opaque
        exec.test jest, execute
        exec.opaque npm, execute, opaque
        ");
        assert_snapshot!(npm("node-options=--require ./ship.js\n"), @"
        git.push main@origin, write
        exec.opaque NODE_OPTIONS=.., execute, opaque
        exec.test jest, execute
        ");
    }

    #[test]
    fn settings_of_another_kind_change_nothing() {
        for settings in [
            "save-exact=true\nregistry=https://registry.npmjs.org/\n//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n",
            "script-shell=bash\n",
            "script-shell = \"C:\\Program Files\\Git\\bin\\bash.exe\"\n",
            "script-shell=/bin/zsh",
            "# script-shell=./ship.sh\n",
            "node-options=--max-old-space-size=4096\n",
        ] {
            assert_eq!(npm(settings), "exec.test jest, execute", "{settings}");
        }
    }
}
