//! What is odd beside the policies: a pack that adds nothing, examples that say nothing.

use super::Lint;
use crate::{At, Bundle, Example, Pack, Proposal, nearest};

/// Everything odd about the rest of a proposal. `above` are the packs of the layers above it, `bundle` is what all layers
/// build.
pub fn lint_file(proposal: &Proposal, text: &str, above: &[Pack], bundle: &Bundle) -> Vec<Lint> {
    let mut lints: Vec<Found> = pack(proposal, above).into_iter().collect();
    lints.extend(remotes(proposal));
    lints.extend(examples(proposal, bundle));
    lints.into_iter().map(|(lint, at)| Lint { place: at.within(text).place, ..lint }).collect()
}

type Found = (Lint, At);

fn found(rule: &'static str, about: &str, message: String, hint: String, at: At) -> Found {
    (Lint { rule, about: about.to_owned(), message, hint, place: crate::Place::default() }, at)
}

/// A pack of a lower layer that is laxer than what is above it.
fn pack(proposal: &Proposal, above: &[Pack]) -> Option<Found> {
    let strictest = above.iter().max().filter(|above| proposal.names_pack && proposal.pack < **above)?;
    Some(found(
        "needless-pack",
        "pack",
        format!(
            "`{}` adds nothing here: a layer above starts from `{}`, and the strictest counts",
            proposal.pack.name(),
            strictest.name()
        ),
        "leave `pack` out, and the layer starts from what those above it permit".to_owned(),
        At::path(["pack"]),
    ))
}

/// Remotes as no repository of a forge is called: without the host, or without the repository.
fn remotes(proposal: &Proposal) -> Vec<Found> {
    const FORGES: &[&str] = &["github.com", "gitlab.com", "bitbucket.org", "codeberg.org"];
    let odd = |pattern: &&String| {
        let (message, hint) = match pattern.split('/').collect::<Vec<_>>().as_slice() {
            [host] | [host, _] if FORGES.contains(host) => (
                format!("`{pattern}` can never match: a repository of {host} is `{host}/owner/name`"),
                format!("write `{}/*` for all that an owner has", pattern.trim_end_matches('/')),
            ),
            [host, name] if !host.is_empty() && !host.contains(['.', ':', '@', '*', '?', '~']) => (
                format!("`{pattern}` is the repository `{name}` of a host named `{host}`"),
                format!("write `github.com/{pattern}`, or whichever forge has it"),
            ),
            _ => return None,
        };
        Some(found(
            "odd-remote",
            "repository.remotes",
            message,
            hint,
            At::path(["repository", "remotes", pattern]),
        ))
    };
    proposal.repository.remotes.iter().filter_map(|pattern| odd(&pattern)).collect()
}

/// Examples that name policies that do not exist, and calls of tools without their arguments.
fn examples(proposal: &Proposal, bundle: &Bundle) -> Vec<Found> {
    let known: Vec<&str> = bundle.policy_ids().map(|id| id.as_str()).collect();
    let mut lints = Vec::new();
    for (path, example) in all_examples(proposal) {
        let at = |further: &[&str]| {
            let further = further.iter().map(ToString::to_string);
            At { path: path.iter().cloned().chain(further).collect(), ..At::default() }
        };
        let about = path.first().map_or("test", String::as_str);
        for id in example.by.iter().filter(|id| !known.contains(&id.as_str())) {
            lints.push(found(
                "unknown-policy",
                about,
                format!("`by` names `{id}`, and there is no such policy"),
                nearest::hint_or(
                    id,
                    &known,
                    "`countersign explain COMMAND` names the policies that decide a call",
                ),
                at(&["by", id]),
            ));
        }
        // A tool of a server may well take nothing.
        if example.input.is_empty() && !example.tool.starts_with("mcp__") {
            lints.push(found(
                "no-input",
                about,
                format!("`{}` is called without arguments", example.tool),
                "say `input = { ... }`, as the runtime would".to_owned(),
                at(&["tool"]),
            ));
        }
    }
    lints
}

/// Every example of a proposal with the keys that lead to it, in the order in which they are tried.
pub fn all_examples(proposal: &Proposal) -> Vec<(Vec<String>, &Example)> {
    let mut all = Vec::new();
    for (number, own) in proposal.policies.iter().enumerate() {
        for (list, examples) in [("hits", &own.hits), ("misses", &own.misses)] {
            all.extend(examples.iter().enumerate().map(|(index, example)| {
                let path = ["policy", &number.to_string(), list, &index.to_string()];
                (path.map(str::to_owned).to_vec(), example)
            }));
        }
    }
    all.extend(
        proposal
            .tests
            .iter()
            .enumerate()
            .map(|(index, example)| (["test", &index.to_string()].map(str::to_owned).to_vec(), example)),
    );
    all
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn what_is_odd_beside_the_policies() {
        let text = "version = 1\npack = \"observe\"\n\
                    [repository]\nremotes = [\"acme/shop\", \"github.com/acme\", \"github.com/acme/*\", \"git.acme.example/shop\", \"**\"]\n\
                    [[policy]]\nid = \"own\"\ncedar = 'forbid (principal, action, resource is Host);'\nhits = [\"ls\", { call = \"pwd\", by = [\"observe/tampring\"] }]\n\
                    [[test]]\ntool = \"Write\"\nexpect = \"allow\"\n[[test]]\ntool = \"mcp__a__b\"\nexpect = \"allow\"\nby = [\"repository/own\"]\n";
        let proposal = Proposal::parse(text).unwrap();
        let bundle = crate::build(&proposal).unwrap();
        let lints = lint_file(&proposal, text, &[Pack::Graduated], &bundle);
        let shown = |lint: &Lint| format!("{} {}{}: {}", lint.rule, lint.about, lint.place, lint.message);
        assert_snapshot!(lints.iter().map(shown).collect::<Vec<_>>().join("\n"), @"
        needless-pack pack at line 2, column 1: `observe` adds nothing here: a layer above starts from `graduated`, and the strictest counts
        odd-remote repository.remotes at line 4, column 12: `acme/shop` is the repository `shop` of a host named `acme`
        odd-remote repository.remotes at line 4, column 25: `github.com/acme` can never match: a repository of github.com is `github.com/owner/name`
        unknown-policy policy at line 8, column 37: `by` names `observe/tampring`, and there is no such policy
        no-input test at line 10, column 1: `Write` is called without arguments
        ");
        assert_eq!(lint_file(&proposal, text, &[Pack::Observe], &bundle).len(), lints.len() - 1);
    }
}
