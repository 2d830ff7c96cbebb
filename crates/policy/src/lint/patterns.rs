//! `never-matches`: entries of the map that are written as nothing is ever called.

use countersign_model::Environment;

use crate::checked::line_and_column;
use crate::lint::{Lint, entries};
use crate::proposal::Proposal;
use crate::request::environment_word;
use crate::{Layer, Place, glob, letters};

/// Every entry of a proposal's map that can match nothing.
pub(super) fn lint(proposal: &Proposal, text: &str, layer: Layer) -> Vec<Lint> {
    let mut lints = Vec::new();
    for (environment, listed) in &proposal.environments {
        let word = environment_word(*environment);
        for (list, patterns) in listed.places.lists() {
            let about = || format!("{layer}/environments.{word}.{list}");
            if let Some(first) = patterns.first().filter(|_| patterns.iter().all(|one| one.starts_with('!')))
            {
                lints.push(Lint {
                    rule: "exceptions-alone",
                    about: about(),
                    place: place(text, word, first),
                    message: "it has exceptions alone, so that nothing is in it".to_owned(),
                    hint: "put what they are exceptions of before them, such as `**`".to_owned(),
                });
            }
            if let Some(first) = first_exception(patterns) {
                lints.push(Lint {
                    rule: "exception-first",
                    about: about(),
                    place: place(text, word, first),
                    message: format!(
                        "`{first}` comes before what it is an exception of, and excepts nothing"
                    ),
                    hint: "put it behind: the last pattern that matches counts".to_owned(),
                });
            }
            for (index, pattern) in patterns.iter().enumerate() {
                if let Some(exception) = excepted(pattern, patterns.get(index + 1..).unwrap_or_default()) {
                    lints.push(Lint {
                        rule: "excepted-again",
                        about: about(),
                        place: place(text, word, pattern),
                        message: format!(
                            "`{pattern}` names nothing, since `{exception}` further on excepts all of it"
                        ),
                        hint: "put the exception before it, or leave one of them out".to_owned(),
                    });
                }
                if let Some(mixed) = letters::mixed(pattern) {
                    lints.push(Lint {
                        rule: "mixed-letters",
                        about: about(),
                        place: place(text, word, pattern),
                        message: format!(
                            "`{mixed}` has letters of several scripts, which look alike and are others"
                        ),
                        hint: "write the name anew, in letters of one script".to_owned(),
                    });
                }
                if let Some(worse) = worse(proposal, *environment, list, pattern) {
                    lints.push(Lint {
                        rule: "never-counts",
                        about: about(),
                        place: place(text, word, pattern),
                        message: format!("`{pattern}` never counts here, since {worse}"),
                        hint: "of several environments the worst counts: leave it out here, or except it there with `!`"
                            .to_owned(),
                    });
                }
                let Some((message, hint)) = entries::never(list, pattern) else { continue };
                lints.push(Lint {
                    rule: "never-matches",
                    about: about(),
                    place: place(text, word, pattern),
                    message: format!("`{pattern}` can never match: {message}"),
                    hint,
                });
            }
        }
    }
    lints
}

/// An exception that stands before all that it could be one of.
pub fn first_exception(patterns: &[String]) -> Option<&str> {
    let first = patterns.first().filter(|first| first.starts_with('!'))?;
    patterns.iter().any(|pattern| !pattern.starts_with('!')).then_some(first)
}

/// The exception among the patterns that follow that leaves nothing of this one.
fn excepted<'l>(pattern: &str, following: &'l [String]) -> Option<&'l str> {
    let covers = |exception: &str| {
        exception == pattern
            || exception == "**"
            || !pattern.contains(['*', '?']) && glob::matches(exception, pattern)
    };
    if pattern.starts_with('!') {
        return None;
    }
    following.iter().find(|next| next.strip_prefix('!').is_some_and(covers)).map(String::as_str)
}

/// The list of a worse environment that takes in all that this entry names.
fn worse(proposal: &Proposal, environment: Environment, list: &str, pattern: &str) -> Option<String> {
    if pattern.starts_with('!') {
        return None;
    }
    let takes = |patterns: &[String], name: &str| {
        if name.contains(['*', '?']) {
            patterns.iter().any(|one| one == name) && !patterns.iter().any(|one| one.starts_with('!'))
        } else {
            glob::in_list_any_case(patterns, name)
        }
    };
    let worse = proposal.environments.iter().filter(|(other, _)| **other > environment);
    worse.rev().find_map(|(other, listed)| {
        let lists = listed.places.lists();
        let of = |name: &str| {
            lists.iter().find(|(list, _)| *list == name).map(|(_, patterns)| patterns.as_slice())
        };
        let host = (list == "databases" && !pattern.starts_with(['/', '$', '~', '.']))
            .then(|| pattern.split('/').next().unwrap_or(pattern));
        let other = environment_word(*other);
        if takes(of(list)?, pattern) {
            return Some(format!("{other} has it too"));
        }
        host.filter(|host| takes(of("hosts").unwrap_or_default(), host))
            .map(|_| format!("{other} has its host among `hosts`"))
    })
}

/// Where a pattern first stands in an environment's part of the text.
fn place(text: &str, environment: &str, pattern: &str) -> Place {
    let from = text.find(&format!("environments.{environment}")).unwrap_or_default();
    let at = text.get(from..).and_then(|rest| rest.find(&format!("\"{pattern}\"")));
    Place(at.and_then(|at| line_and_column(text, from + at)))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn check(text: &str) -> String {
        let text = format!("version = 1\n[environments.production]\n{text}\n");
        let shown =
            |found: Lint| format!("{}{}: {}; {}", found.about, found.place, found.message, found.hint);
        let lints = lint(&Proposal::parse(&text).unwrap(), &text, Layer::Repository);
        lints.into_iter().map(shown).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_nothing_is_called() {
        assert_snapshot!(check(
            "branches = [\"main\", \"!refs/heads/x\"]\nhosts = [\"https://api.example\", \"api.example/v1\"]\n\
             databases = [\"postgresql://db.example/shop\"]\nstacks = [\"~/infra\", \"../infra/eu\"]\nmcp_servers = [\"mcp__billing__pay\"]\npaths = [\"a//b\"]"
        ), @"
        repository/environments.production.branches at line 3, column 21: `!refs/heads/x` can never match: branches go by their short names; leave out `refs/heads/`
        repository/environments.production.hosts at line 4, column 10: `https://api.example` can never match: it is a whole address; write the host's name alone
        repository/environments.production.hosts at line 4, column 33: `api.example/v1` can never match: a host's name has no `/`; write the host's name alone
        repository/environments.production.paths at line 8, column 10: `a//b` can never match: paths are known without `..` and `//`; write the path as it is from the top of the repository
        repository/environments.production.mcp_servers at line 7, column 16: `mcp__billing__pay` can never match: it is a tool's full name; write `server`, or `server/tool`
        repository/environments.production.databases at line 5, column 14: `postgresql://db.example/shop` can never match: it is a whole address; write `host`, `host/database`, or the `$VARIABLE` that holds it
        repository/environments.production.stacks at line 6, column 11: `~/infra` can never match: a home directory is known by its whole path; start it with `/` or `**/`
        repository/environments.production.stacks at line 6, column 22: `../infra/eu` can never match: paths are known without `..` and `//`; write the path as it is from the top of the repository
        ");
    }

    #[test]
    fn what_has_a_port_a_last_dot_or_a_remote() {
        assert_snapshot!(check(
            "branches = [\"origin/release\", \"!remotes/origin/x\", \"upstream/latest\"]\nhosts = [\"*.acme.example:443\", \"!api.acme.example.\", \"b.example.:80\"]\n\
             databases = [\"db:5432/billing\", \"db.acme.example.\", \"*:5432\"]"
        ), @"
        repository/environments.production.branches at line 3, column 13: `origin/release` can never match: branches go by their names in the remote; write `release`
        repository/environments.production.branches at line 3, column 31: `!remotes/origin/x` can never match: branches go by their names in the remote; write `!x`
        repository/environments.production.hosts at line 4, column 10: `*.acme.example:443` can never match: ports do not count; write `*.acme.example`
        repository/environments.production.hosts at line 4, column 32: `!api.acme.example.` can never match: hosts are known without the dot at the end; write `!api.acme.example`
        repository/environments.production.hosts at line 4, column 54: `b.example.:80` can never match: ports do not count; write `b.example`
        repository/environments.production.databases at line 5, column 14: `db:5432/billing` can never match: ports do not count; write `db/billing`
        repository/environments.production.databases at line 5, column 33: `db.acme.example.` can never match: hosts are known without the dot at the end; write `db.acme.example`
        repository/environments.production.databases at line 5, column 53: `*:5432` can never match: ports do not count; write `*`
        ");
        assert_eq!(
            check(
                "hosts = [\"2001:db8::1\", \"::1\", \"*\"]\ndatabases = [\"db/billing\", \"./a.db.\", \"/srv/a:1\"]"
            ),
            ""
        );
    }

    #[test]
    fn what_git_never_calls_a_ref() {
        assert_snapshot!(check("branches = [\"release/.*\", \"^main$\"]\ntags = [\"v1.*\", \"!v1 \"]"), @"
        repository/environments.production.branches at line 3, column 13: `release/.*` can never match: git has no such names; a pattern is no regular expression: `*` is anything but `/`, `**` anything, `?` one character
        repository/environments.production.branches at line 3, column 27: `^main$` can never match: git has no such names; a pattern is no regular expression: `*` is anything but `/`, `**` anything, `?` one character
        repository/environments.production.tags at line 4, column 17: `!v1 ` can never match: it has a blank around it; write `!v1`
        ");
    }

    #[test]
    fn what_cannot_do_what_it_says() {
        assert_snapshot!(check(
            "branches = [\"/main\", \"m\u{430}in\", \"日本-main\"]\ntags = [\"!v1\"]\npaths = [\"deploy/./live/**\", \"$HOME/x/**\", \"deploy/live/\"]"
        ), @"
        repository/environments.production.branches at line 3, column 13: `/main` can never match: git has no such names; a pattern is no regular expression: `*` is anything but `/`, `**` anything, `?` one character
        repository/environments.production.branches at line 3, column 22: `mаin` has letters of several scripts, which look alike and are others; write the name anew, in letters of one script
        repository/environments.production.tags at line 4, column 9: it has exceptions alone, so that nothing is in it; put what they are exceptions of before them, such as `**`
        repository/environments.production.paths at line 5, column 10: `deploy/./live/**` can never match: paths are known without `.`; write the path as it is from the top of the repository
        repository/environments.production.paths at line 5, column 30: `$HOME/x/**` can never match: variables are not looked up; write the path itself, from the top of the repository or from `/`
        repository/environments.production.paths at line 5, column 44: `deploy/live/` can never match: a path does not end with `/`; end it with `/**` for all that is below the directory
        ");
    }

    #[test]
    fn what_a_worse_environment_has_too() {
        assert_snapshot!(check(
            "kube_contexts = [\"acme\"]\nhosts = [\"*.acme.example\", \"!dev.acme.example\"]\nbranches = [\"rel/*\"]\n\
             [environments.staging]\nkube_contexts = [\"acme\", \"stg\"]\nhosts = [\"dev.acme.example\"]\nbranches = [\"rel/*\", \"rel/x\"]\n\
             databases = [\"db.acme.example/shop\", \"dev.acme.example\", \"$URL\"]\n[environments.development]\nkube_contexts = [\"STG\"]"
        ), @"
        repository/environments.development.kube_contexts at line 12, column 18: `STG` never counts here, since staging has it too; of several environments the worst counts: leave it out here, or except it there with `!`
        repository/environments.staging.branches at line 9, column 13: `rel/*` never counts here, since production has it too; of several environments the worst counts: leave it out here, or except it there with `!`
        repository/environments.staging.branches at line 9, column 22: `rel/x` never counts here, since production has it too; of several environments the worst counts: leave it out here, or except it there with `!`
        repository/environments.staging.kube_contexts at line 7, column 18: `acme` never counts here, since production has it too; of several environments the worst counts: leave it out here, or except it there with `!`
        repository/environments.staging.databases at line 10, column 14: `db.acme.example/shop` never counts here, since production has its host among `hosts`; of several environments the worst counts: leave it out here, or except it there with `!`
        ");
    }

    #[test]
    fn what_a_later_exception_takes_back() {
        assert_snapshot!(check("branches = [\"main\", \"!**\"]\ntags = [\"!v1\", \"v1\", \"v*\", \"!v?\"]"), @"
        repository/environments.production.branches at line 3, column 13: `main` names nothing, since `!**` further on excepts all of it; put the exception before it, or leave one of them out
        repository/environments.production.tags at line 4, column 9: `!v1` comes before what it is an exception of, and excepts nothing; put it behind: the last pattern that matches counts
        repository/environments.production.tags at line 4, column 16: `v1` names nothing, since `!v?` further on excepts all of it; put the exception before it, or leave one of them out
        ");
        assert_snapshot!(check("hosts = [\"!db.internal.example\", \"*.internal.example\"]"), @"repository/environments.production.hosts at line 3, column 10: `!db.internal.example` comes before what it is an exception of, and excepts nothing; put it behind: the last pattern that matches counts");
        assert_eq!(check("branches = [\"release/*\", \"!release/old\", \"release/old\"]"), "");
    }

    #[test]
    fn what_things_are_called() {
        assert_snapshot!(check(
            "branches = [\"release/**\"]\ntags = [\"v*\"]\nhosts = [\"*.example\"]\ndatabases = [\"db.example/shop\", \"$URL\", \"/srv/a.db\"]\n\
             stacks = [\"live\", \"infra/live\", \"./cells/*/\"]\nmcp_servers = [\"billing/pay\"]\npaths = [\"deploy/live/**\"]\n\
             credentials = [\"vault:live//x\", \"~/.kube/live\"]\nregistries = [\"ghcr.io/acme/*\"]"
        ), @"");
    }
}
