//! Settings in a home: what programs of the user read there, whichever program it is.

use super::is_within;
use crate::context::Context;

/// Directories right below a home, hidden by their names, that hold no settings: caches, packages, what tools
/// make and can make again, and the runtimes' own bookkeeping, whose settings are classes of their own. Sorted.
const KEPT: &[&str] = &[
    ".android",
    ".bun",
    ".cabal",
    ".cache",
    ".cargo",
    ".claude",
    ".codex",
    ".conda",
    ".copilot",
    ".cursor-server",
    ".deno",
    ".dotnet",
    ".expo",
    ".gem",
    ".gemini",
    ".gradle",
    ".hex",
    ".ipython",
    ".ivy2",
    ".julia",
    ".keras",
    ".lima",
    ".local",
    ".m2",
    ".matplotlib",
    ".minikube",
    ".mix",
    ".npm",
    ".nuget",
    ".nvm",
    ".ollama",
    ".opam",
    ".opencode",
    ".pnpm-store",
    ".pub-cache",
    ".pyenv",
    ".rbenv",
    ".rustup",
    ".sbt",
    ".sdkman",
    ".stack",
    ".swiftpm",
    ".torch",
    ".trash",
    ".virtualenvs",
    ".volta",
    ".vscode-server",
    ".yarn",
];

/// Whether a file in a home is read by a program as its settings, or found there as a program.
pub(super) fn is_settings(path: &str, context: &Context<'_>) -> bool {
    let Some(below) = below_home(path, &context.surroundings.home) else { return false };
    if context.top().is_some_and(|top| is_within(path, top)) {
        return false;
    }
    let mut parts = below.split('/').filter(|part| !part.is_empty());
    let (first, second) = (parts.next().unwrap_or_default(), parts.next());
    match (first, second) {
        (".local", second) => second == Some("bin"),
        ("bin", Some(_)) => true,
        (hidden, second) => {
            let is_kept = KEPT.binary_search(&hidden.to_ascii_lowercase().as_str()).is_ok();
            hidden.starts_with('.')
                && hidden.len() > 1
                && !is_kept
                && (second.is_some() || hidden != ".DS_Store")
        }
    }
}

/// What follows a home's path: the user's, or another that systems would give.
fn below_home<'p>(path: &'p str, home: &str) -> Option<&'p str> {
    if !home.is_empty() && is_within(path, home) {
        return path.get(home.len()..);
    }
    if let Some(below) = path.strip_prefix("/root/") {
        return Some(below);
    }
    let below = path.strip_prefix("/home/").or_else(|| path.strip_prefix("/Users/"))?;
    below.split_once('/').map(|(_, below)| below)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn the_list_is_in_order() {
        assert!(super::KEPT.is_sorted());
    }

    #[test]
    fn settings_of_any_program() {
        for command in [
            "echo x > ~/.tool/rules.json",
            "cp a ~/.config/tool/x.toml",
            "chmod 0 ~/.local/bin/tool",
            "rm ~/.tool/x",
            "touch /home/other/.guard/trust",
            "ln -s a ~/bin/git",
            "echo x > ~/.toolrc",
            "tar -xf a.tar -C ~/.tool",
        ] {
            let effects = crate::fixture::understood(command, &[]).effects;
            let classes: Vec<String> =
                effects.iter().map(|effect| format!("{:?}", effect.resource)).collect();
            assert!(
                classes.iter().any(|class| class.contains("ToolConfiguration")),
                "{command}: {classes:?}"
            );
        }
        for command in [
            "echo x > ~/notes.md",
            "echo x > ~/.cache/a/b",
            "rm -rf ~/.npm/_cacache",
            "echo x > .tool/x",
            "echo x > ~/.claude/plans/x.md",
            "mkdir ~/.local/share/app",
        ] {
            let effects = crate::fixture::understood(command, &[]).effects;
            let classes: Vec<String> =
                effects.iter().map(|effect| format!("{:?}", effect.resource)).collect();
            assert!(
                !classes.iter().any(|class| class.contains("ToolConfiguration")),
                "{command}: {classes:?}"
            );
        }
        assert_snapshot!(check("cat ~/.config/tool/x.toml"), @"fs.read /home/dev/.config/tool/x.toml, read");
    }
}
