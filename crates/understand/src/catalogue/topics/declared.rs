//! What `countersign.toml` describes.

use super::Topic;
use crate::fixture::shipctl;

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
