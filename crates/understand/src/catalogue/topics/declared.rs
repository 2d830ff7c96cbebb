//! What `countersign.toml` describes.

use countersign_model::Declared;

use super::Topic;

pub(super) const TOPIC: Topic = Topic {
    name: "declared",
    about: "Programs and tools that `countersign.toml` describes, as `docs/policy.md` shows with the same `shipctl`. A \
        subcommand that stands nowhere is a change; a program that a family knows stays what it is.",
    changed: None,
    declared: Some(shipctl),
    examples: &[
        ("Bash", "shipctl status"),
        ("Bash", "shipctl --env production deploy web"),
        ("Bash", "shipctl env delete -e staging"),
        ("Bash", "shipctl --reason 'env delete' env list"),
        ("Bash", "shipctl ssh web"),
        ("Bash", "shipctl frob"),
        ("Bash", "shipctl --help"),
    ],
};

/// The program that `docs/policy.md` describes.
fn shipctl() -> Declared {
    let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    Declared {
        names: list(&["shipctl"]),
        values: list(&["--reason"]),
        target: list(&["--env", "-e"]),
        read: list(&["status", "env list", ""]),
        write: list(&["deploy", "env create|update"]),
        destroy: list(&["env delete"]),
        execute: list(&["ssh"]),
    }
}
