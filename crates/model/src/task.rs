//! What a person asked for, and how far it goes.

use serde::{Deserialize, Serialize};

use crate::{Environment, TaskId, Timestamp};

/// Work that a person gave the agents of one working tree. It only ever tightens what they may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// What it is, a line.
    pub title: String,
    /// The top of the working tree whose sessions belong to it, absolute.
    pub root: String,
    /// How far it goes.
    #[serde(default)]
    pub scope: TaskScope,
    /// The issue it is about, as the tracker names it, such as `ABC-12`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<String>,
    /// When it began.
    pub started: Timestamp,
    /// When it ends by itself.
    pub ends: Timestamp,
}

/// What a task is about. A list that is empty says nothing: all is inside of it.
///
/// Patterns are those of the environment map: `*` is anything but `/`, `**` anything, `?` one character, and a
/// leading `!` an exception from those before it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskScope {
    /// Files that may change: absolute, or from the working tree's top.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
    /// Addresses of repositories that may change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub repositories: Vec<String>,
    /// Branches that may move, without `refs/heads/`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub branches: Vec<String>,
    /// Hosts that may be spoken to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// MCP servers that may be used, by name, or `server/tool`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<String>,
    /// Environments that may be touched.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<Environment>,
    /// Verbs, or areas of them, that may change something on other machines; none given leaves that open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow: Option<Vec<String>>,
    /// How much of it.
    #[serde(skip_serializing_if = "TaskLimits::is_empty")]
    pub limits: TaskLimits,
}

/// How much a task may come to, in each session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct TaskLimits {
    /// Pull requests that are opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pull_requests: Option<u32>,
    /// Different files of the working tree that change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<u32>,
}

impl TaskLimits {
    /// Whether nothing is limited.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Task {
    /// Whether what runs in this directory belongs to the task's working tree.
    pub fn holds(&self, directory: &str) -> bool {
        let root = self.root.trim_end_matches('/');
        directory.strip_prefix(root).is_some_and(|below| below.is_empty() || below.starts_with('/'))
    }
}
