//! What an organisation says of its own programs and tools, which no shipped family knows.

use serde::{Deserialize, Serialize};

/// A program, or a tool of the runtime or of an MCP server, described in `countersign.toml`. It is part of the
/// bundle that a reviewer signs.
///
/// Subcommands are patterns of whole words: `env delete`, `a|b` for either word, `*` for any one. Of those that fit
/// the one with the most words counts. A subcommand that stands nowhere is a change of which part is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// The program's names, or patterns of full tool names, such as `mcp__billing__*`.
    pub names: Vec<String>,
    /// Options, with their dashes, that take a value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// The options or arguments whose value says where it acts, such as `--env`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub target: Vec<String>,
    /// Subcommands that only read; `""` stands for none at all, and for a tool.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read: Vec<String>,
    /// Subcommands that change something.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub write: Vec<String>,
    /// Subcommands after which something is gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub destroy: Vec<String>,
    /// Subcommands that run something elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub execute: Vec<String>,
}
