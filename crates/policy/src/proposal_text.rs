//! The proposal as text for people: every pattern with its reason beside it.

use std::fmt::Write as _;

use countersign_model::Environment;

use crate::map::MAPPED;
use crate::proposal::{Listed, Mode, OwnInvariant, Proposal};
use crate::seen::Named;
use crate::{Example, OnAllow, risk};

impl Proposal {
    /// `countersign.toml`, with comments. Parsing it gives the same proposal, but for the reasons.
    pub fn to_toml(&self) -> String {
        let mut text = String::from(HEAD);
        for note in &self.notes {
            put(&mut text, &format!("#\n# {}\n", one_line(note)));
        }
        put(&mut text, "\nversion = 1\n\n");
        put(
            &mut text,
            "# observe (record only), graduated (low risk flows, medium is shown, high waits) or strict.\n",
        );
        put(&mut text, &format!("pack = {}\n", quoted(self.pack.name())));
        put(
            &mut text,
            "\n# What a plain allow tells the agent program: pass (its own prompts stay on) or grant.\n",
        );
        let on_allow: &OnAllow = &self.on_allow;
        put(&mut text, &format!("on_allow = {}\n", quoted(&risk::word(on_allow))));
        self.put_repository(&mut text);
        for environment in MAPPED {
            if let Some(listed) = self.environments.get(&environment) {
                put_environment(&mut text, environment, listed, &self.named);
            }
        }
        for environment in [Environment::Staging, Environment::Development] {
            if !self.environments.contains_key(&environment) {
                put_unlisted(&mut text, environment, &self.named);
            }
        }
        for policy in &self.policies {
            put(&mut text, &format!("\n[[policy]]\nid = {}\n", quoted(&policy.id)));
            if let Some(says) = &policy.says {
                put(&mut text, &format!("says = {}\n", quoted(says)));
            }
            if policy.mode == Mode::Shadow {
                put(&mut text, "mode = \"shadow\"\n");
            }
            put(&mut text, &format!("cedar = {}\n", block(&policy.cedar)));
        }
        for OwnInvariant { id, says, cedar } in &self.invariants {
            put(&mut text, &format!("\n[[invariant]]\nid = {}\nsays = {}\n", quoted(id), quoted(says)));
            put(&mut text, &format!("cedar = {}\n", block(cedar)));
        }
        for program in &self.programs {
            put(&mut text, "\n[[program]]\n");
            for (name, list) in [
                ("names", &program.names),
                ("values", &program.values),
                ("target", &program.target),
                ("read", &program.read),
                ("write", &program.write),
                ("destroy", &program.destroy),
                ("execute", &program.execute),
            ] {
                if !list.is_empty() {
                    put(&mut text, &format!("{name} = {}\n", row(list)));
                }
            }
        }
        let tests: Vec<_> = self.tests.iter().filter_map(Example::as_command).collect();
        if !tests.is_empty() {
            put(
                &mut text,
                "\n# What is expected of this map and its policies: `countersign policy test` tries it.\n",
            );
        }
        for (index, (command, expect)) in tests.into_iter().enumerate() {
            let before = if index == 0 { "" } else { "\n" };
            let (command, expect) = (quoted(command), quoted(expect));
            put(&mut text, &format!("{before}[[test]]\ncall = {command}\nexpect = {expect}\n"));
        }
        text
    }

    fn put_repository(&self, text: &mut String) {
        let repository = &self.repository;
        put(
            text,
            "\n# The repository this map speaks of. A push anywhere else is a push to an unknown place.\n",
        );
        put(text, "[repository]\n");
        put(text, &format!("remotes = {}\n", row(&repository.remotes)));
        if !repository.roots.is_empty() {
            put(text, &format!("roots = {}\n", row(&repository.roots)));
        }
        if let Some(branch) = &repository.default_branch {
            put(text, &format!("default_branch = {}\n", quoted(branch)));
        }
    }
}

const HEAD: &str = "\
# What Countersign should treat as production here, and how careful it should be.
#
# This file is a proposal. Until a reviewer signs it, what `countersign init` saw is in force, and an edit changes nothing:
#   countersign policy activate
# Patterns: `*` is anything but `/`, `**` anything, `?` one character, a leading `!` an exception.
# Of several environments that match, the worst counts.
";

/// Directories of the repository are shown, and not proposed.
const OWN_DIRECTORIES: &str = "Called production. A push, a pull request or an apply of what is in there is judged \
     without this line; take the sign\n# away, and each edit in the working tree waits already";

/// What says itself that it is for staging or development, to choose from: a name that an agent may have written lets
/// nothing pass until a person takes the sign away and signs.
fn put_unlisted(text: &mut String, environment: Environment, named: &[Named]) {
    let named: Vec<&Named> = named.iter().filter(|named| says(named) == environment).collect();
    if named.is_empty() {
        return;
    }
    let lead =
        format!("Names that say {environment}. Take the signs away where they are right: what lands there");
    put(text, &format!("\n# {lead} waits less.\n# [environments.{environment}]\n"));
    let mut lists: Vec<&str> = named.iter().map(|named| named.kind.list()).collect();
    lists.sort_unstable();
    lists.dedup();
    for list in lists {
        let of: Vec<&Named> = named.iter().copied().filter(|named| named.kind.list() == list).collect();
        let from = of.first().map(|first| one_line(&first.from)).unwrap_or_default();
        put(text, &format!("# {list} = {}  # {from} names it\n", names(&of)));
    }
}

/// The environment that a name says, or that it is offered for.
fn says(named: &Named) -> Environment {
    if named.says_development() {
        Environment::Development
    } else if named.says_staging() {
        Environment::Staging
    } else {
        Environment::Production
    }
}

fn put_environment(text: &mut String, environment: Environment, listed: &Listed, named: &[Named]) {
    let is_production = environment == Environment::Production;
    put(text, &format!("\n[environments.{environment}]\n"));
    for (name, patterns) in listed.places.lists() {
        let expected = ["branches", "tags", "hosts", "paths", "mcp_servers", "credentials"].contains(&name);
        let always = name == "branches" || (is_production && expected);
        let others: Vec<&Named> =
            named.iter().filter(|named| named.kind.list() == name && says(named) == environment).collect();
        if let Some(first) = others.first().filter(|_| patterns.is_empty()) {
            let seen = match name {
                "paths" => OWN_DIRECTORIES.to_owned(),
                "credentials" => {
                    "Seen; where one is named, what runs code that nobody can read waits, tests and builds \
                                  too (docs/policy.md)"
                        .to_owned()
                }
                _ => format!("Seen, such as in {}; keep what is {environment}", one_line(&first.from)),
            };
            put(text, &format!("# {seen}:\n# {name} = {}\n", names(&others)));
            continue;
        }
        if patterns.is_empty() && !always {
            if is_production {
                put(text, &format!("# {name} = []  # {}\n", example(name)));
            }
            continue;
        }
        let reasons: Vec<Option<&String>> =
            patterns.iter().map(|pattern| listed.reasons.get(&(name, pattern.clone()))).collect();
        let comment = match name {
            "hosts" => "  # such as \"*.example.com\"",
            "paths" => "  # such as \"deploy/live/**\"",
            "mcp_servers" => "  # such as \"billing\" or \"billing/refund\"",
            "credentials" => "  # variables and files that open it, such as \"KUBECONFIG\"",
            _ => "",
        };
        if patterns.is_empty() {
            put(text, &format!("{name} = []{comment}\n"));
        } else if reasons.iter().all(Option::is_none) {
            put(text, &format!("{name} = {}\n", row(patterns)));
        } else {
            put(text, &format!("{name} = [\n"));
            for (pattern, reason) in patterns.iter().zip(reasons) {
                let reason = reason.map(|reason| format!("  # {}", one_line(reason))).unwrap_or_default();
                put(text, &format!("  {},{reason}\n", quoted(pattern)));
            }
            put(text, "]\n");
        }
        if !others.is_empty() {
            put(
                text,
                &format!("# seen as well, to be added above where it is {environment}: {}\n", names(&others)),
            );
        }
    }
}

/// What stands in a list that is seldom filled in.
fn example(list: &str) -> &'static str {
    match list {
        "kube_contexts" => "such as \"eu-live\" or \"eu/payments\" for one namespace",
        "accounts" => "profiles, projects and accounts of clouds, such as \"shop-live\" or \"aws:1234\"",
        "databases" => "such as \"db.example.com\" or \"$DATABASE_URL\"",
        "stacks" => {
            "workspaces, stacks and directories of infrastructure, such as \"live\" or \"infra/live\""
        }
        "apps" => "such as \"shop-web\" or \"heroku:shop\"",
        "registries" => "such as \"registry.example.com\" or \"npm/shop\"",
        _ => "",
    }
}

fn names(named: &[&Named]) -> String {
    let names: Vec<String> = named.iter().map(|named| named.pattern()).collect();
    one_line(&row(&names))
}

fn put(text: &mut String, part: &str) {
    // Writing to a string does not fail.
    let _ = text.write_str(part);
}

fn row(items: &[String]) -> String {
    format!("[{}]", items.iter().map(|item| quoted(item)).collect::<Vec<_>>().join(", "))
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A TOML string over several lines where the text allows it.
fn block(text: &str) -> String {
    let plain = |letter: char| letter == '\n' || !letter.is_control();
    if text.contains("'''") || text.ends_with('\'') || !text.chars().all(plain) {
        quoted(text)
    } else {
        format!("'''\n{text}'''")
    }
}

/// A comment that cannot end and become something else.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
