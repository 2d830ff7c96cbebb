//! Programs that a runner of packages starts and that are understood by themselves: `npx prisma migrate reset`,
//! `pnpm exec playwright test`, `yarn knex migrate:latest`.

use crate::context::Context;
use crate::families::is_understood;
use crate::invocation::Invocation;
use crate::word::Word;

/// Options of the runners that take the next word.
const VALUES: &[&str] = &["-p", "--package", "--filter", "-F", "-w", "--workspace", "-C", "--dir", "--cwd", "--prefix", "-c", "--call"];

/// Adds what such a program does; false where it is none.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let runs: &[&str] = match invocation.program.as_str() {
        "npx" | "bunx" => &[],
        "npm" => &["exec", "x"],
        "pnpm" => &["exec", "dlx"],
        "yarn" => &["exec", "dlx", "run"],
        _ => return false,
    };
    let mut words = invocation.words.iter().enumerate().peekable();
    let mut takes_subcommand = !runs.is_empty();
    while let Some((index, word)) = words.next() {
        let Some(text) = word.known() else { return false };
        if matches!(text, "-c" | "--call") && matches!(invocation.program.as_str(), "npx" | "npm") {
            let Some((_, text)) = words.next() else { return false };
            crate::families::runners::text(&text.value, invocation, context);
            return true;
        }
        if matches!(text, "-c" | "--call" | "--shell-mode") {
            return false;
        }
        if VALUES.contains(&text) {
            words.next();
        } else if text.starts_with('-') {
        } else if takes_subcommand && runs.contains(&text) {
            takes_subcommand = false;
        } else if takes_subcommand && (invocation.program == "npm" || super::is_own(&invocation.program, text)) {
            return false;
        } else {
            return start(index, text, invocation, context);
        }
    }
    false
}

fn start(index: usize, text: &str, invocation: &Invocation, context: &mut Context<'_>) -> bool {
    // `prisma@5`, `@scope/name` keeps its scope.
    let name = match text.rsplit_once('@') {
        Some((name, _)) if !name.is_empty() => name,
        _ => text,
    };
    if !is_understood(name) || super::FAMILY.programs.contains(&name) && matches!(name, "npx" | "npm" | "pnpm" | "yarn" | "bunx") {
        return false;
    }
    let Some(mut nested) = invocation.nested(index) else { return false };
    nested.first = Word { raw: nested.first.raw.clone(), ..Word::known_as(name) };
    nested.contiguous = false;
    super::in_its_directory(nested, invocation, context);
    true
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn programs_that_are_fetched_and_run() {
        assert_snapshot!(check("uvx kubectl delete ns x"), @"
        exec.install uvx kubectl delete, execute
        kube.delete namespace/x in *, destroy, partial
        ");
        assert_snapshot!(check("uvx --from awscli aws s3 rb s3://x"), @"
        exec.install uvx --from awscli, execute
        exec.opaque uvx, execute, opaque
        cloud.delete s3 x in aws:default, destroy
        ");
        assert_snapshot!(check("uv tool run --python 3.12 ruff@0.5 check src"), @"
        exec.install uv tool run, execute
        exec.build ruff, execute
        ");
        assert_snapshot!(check("pipx run awscli s3 ls; pipx run ruff check"), @"
        exec.install pipx run awscli, execute
        exec.opaque pipx, execute, opaque
        exec.install pipx run ruff, execute
        exec.build ruff, execute
        ");
        assert_snapshot!(check("npx -y kubectl delete ns x"), @"kube.delete namespace/x in *, destroy, partial");
        assert_snapshot!(check("nix run nixpkgs#kubectl -- delete ns x"), @"
        exec.install nix run, execute
        kube.delete namespace/x in *, destroy, partial
        ");
        assert_snapshot!(check("nix run github:NixOS/nixpkgs/nixos-24.05#awscli2 -- s3 rb s3://x"), @"
        exec.install nix run, execute
        cloud.delete s3 x in aws:default, destroy
        ");
        assert_snapshot!(check("nix shell nixpkgs#kubectl nixpkgs#jq -c kubectl delete ns x"), @"
        exec.install nix shell, execute
        kube.delete namespace/x in *, destroy, partial
        ");
        assert_snapshot!(check("nix develop --command bash -c 'kubectl delete ns x'"), @"
        exec.install nix develop, execute
        kube.delete namespace/x in *, destroy, partial
        ");
    }

    #[test]
    fn programs_that_nobody_knows() {
        assert_snapshot!(check("uvx some-tool --x"), @"
        exec.install uvx some-tool --x, execute
        exec.opaque uvx, execute, opaque
        ");
        assert_snapshot!(check("uv tool install ruff; pipx install x"), @"
        exec.install uv tool, execute
        exec.install pipx install, execute
        ");
        assert_snapshot!(check("nix run .#deploy -- prod"), @"
        exec.install nix run, execute
        exec.opaque nix, execute, opaque
        ");
        assert_snapshot!(check("nix run nixpkgs#hello"), @"
        exec.install nix run, execute
        exec.opaque nix, execute, opaque
        ");
        assert_snapshot!(check("nix run nixpkgs#kubectl -- get pods"), @"
        exec.install nix run, execute
        kube.read pod/* in */*, read, partial
        ");
    }
}
