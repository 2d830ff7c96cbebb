//! Caches of package managers in a home, in their usual place: who removes one loses nothing but time, since the program
//! fills it again by itself.

use countersign_model::{PathClass, Zone};

use super::{Located, is_within};
use crate::context::Context;
use crate::glob;

/// Below a home. What holds more than can be fetched again is not among them: `~/.m2/repository` has what was
/// installed from here, `~/.cache/huggingface` models that nothing names any more. Sorted.
const CACHES: &[&str] = &[
    ".bun/install/cache",
    ".cache/Cypress",
    ".cache/act",
    ".cache/actcache",
    ".cache/bazel",
    ".cache/bazelisk",
    ".cache/biome",
    ".cache/black",
    ".cache/buf",
    ".cache/ccache",
    ".cache/composer",
    ".cache/coursier",
    ".cache/deno",
    ".cache/electron",
    ".cache/electron-builder",
    ".cache/go-build",
    ".cache/golangci-lint",
    ".cache/gopls",
    ".cache/helm",
    ".cache/ms-playwright",
    ".cache/nix",
    ".cache/node-gyp",
    ".cache/node/corepack",
    ".cache/pip",
    ".cache/pnpm",
    ".cache/pre-commit",
    ".cache/prisma",
    ".cache/puppeteer",
    ".cache/pylint",
    ".cache/pypoetry/artifacts",
    ".cache/pypoetry/cache",
    ".cache/rattler",
    ".cache/ruff",
    ".cache/sccache",
    ".cache/selenium",
    ".cache/staticcheck",
    ".cache/trivy",
    ".cache/turbo",
    ".cache/typescript",
    ".cache/uv",
    ".cache/vcpkg",
    ".cache/yarn",
    ".cache/zig",
    ".cargo/git/checkouts",
    ".cargo/git/db",
    ".cargo/registry",
    ".gradle/caches",
    ".ivy2/cache",
    ".npm/_cacache",
    ".npm/_logs",
    ".npm/_npx",
    ".npm/_prebuilds",
    ".nuget/packages",
    ".terraform.d/plugin-cache",
    ".yarn/berry/cache",
    "Library/Developer/Xcode/DerivedData",
    "go/pkg/mod/cache",
];

/// Whether all that is removed there is a cache that is filled again. A link may lead out of it.
pub(crate) fn is_refilled(located: &Located, context: &Context<'_>) -> bool {
    let home = context.surroundings.home.trim_end_matches('/');
    let is_plain = matches!(located.class, PathClass::Ordinary | PathClass::Rebuildable);
    let goes_on = !located.leads.is_empty() || !context.state.world.links.is_empty();
    let shell = &context.state.shell;
    let is_moved = shell.variables.contains_key("HOME") || shell.poisoned.is_some();
    if home.is_empty() || is_moved || located.zone != Zone::Home || !is_plain || goes_on {
        return false;
    }
    let Some(below) = located.path.strip_prefix(home).and_then(|rest| rest.strip_prefix('/')) else {
        return false;
    };
    CACHES.iter().any(|cache| is_within(below, cache)) || is_of_a_program(below)
}

/// Whether it is below macOS' directory of caches, in that of one program: what is in there, the system may take away
/// at any time.
fn is_of_a_program(below: &str) -> bool {
    let name = below.strip_prefix("Library/Caches/").and_then(|rest| rest.split('/').next());
    name.is_some_and(|name| !name.is_empty() && !glob::is_pattern(name))
}

#[cfg(test)]
mod tests {
    use crate::fixture::understood;

    fn is_refilled(command: &str) -> bool {
        let effects = understood(command, &[]).effects;
        let mut deleted = effects.iter().filter(|effect| effect.verb.as_str() == "fs.delete").peekable();
        deleted.peek().is_some()
            && deleted.all(|effect| effect.because.as_deref() == Some("its program fills this cache again"))
    }

    #[test]
    fn the_list_is_in_order() {
        assert!(super::CACHES.is_sorted());
    }

    #[test]
    fn caches_in_their_usual_place_are_filled_again() {
        for command in [
            "rm -rf ~/.cache/pip",
            "rm -rf ~/.npm/_cacache",
            "rm -rf \"$HOME/.cache/go-build\"",
            "rm -rf /home/dev/.cache/uv/",
            "rm -rf ~/.cache/pip/http ~/.cargo/registry/cache",
            "rm -rf ~/.cache/pip/*",
            "cd ~/.cache && rm -rf yarn",
            "rm -rf ~/Library/Caches/Homebrew",
            "rm -rf ~/Library/Caches/org.swift.swiftpm/artifacts/*",
        ] {
            assert!(is_refilled(command), "{command}");
        }
    }

    #[test]
    fn what_else_is_in_a_home_is_not() {
        for command in [
            "rm -rf ~/.cache",
            "rm -rf ~/.cache/*",
            "rm -rf ~/.cache/huggingface",
            "rm -rf ~/Library/Caches",
            "rm -rf ~/Library/Caches/*",
            "rm -rf ~/Library/Caches/../Keychains",
            "rm -rf ~/Library/Application\\ Support/Code",
            "rm -rf ~/.cache/pip/../../work",
            "rm -rf ~/.cache/p*",
            "rm -rf ~/.cache/pip*",
            "rm -rf ~/.cache/pip/ ~/work",
            "rm -rf ~/.cache/$X",
            "rm -rf ~/.npm",
            "rm -rf ~/.m2/repository",
            "rm -rf ~/.cargo",
            "rm -rf ~/.cargo/bin",
            "rm -rf ~/go",
            "rm -rf /home/other/.cache/pip",
            "rm -rf /srv/.cache/pip",
            "HOME=/srv; rm -rf ~/.cache/pip",
            "ln -s ~/work ~/.cache/pip/x; rm -rf ~/.cache/pip/x/",
            "mv ~/work ~/.cache/pip/; rm -rf ~/.cache/pip",
        ] {
            assert!(!is_refilled(command), "{command}");
        }
    }
}
