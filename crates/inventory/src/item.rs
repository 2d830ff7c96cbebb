//! One thing within reach.

use std::collections::BTreeSet;

use countersign_model::ToolAnnotations;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Longer names are cut: none of a tool's own is as long.
const LONGEST_NAME: usize = 160;

/// Something an agent can reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub kind: Kind,
    /// Its name, as the tool that uses it has it.
    pub name: String,
    /// The file or the like in which it was found, for people, such as `~/.kube/config`.
    pub from: String,
    /// What is known of it: fragments for people.
    pub about: Vec<String>,
    /// What could not be read or is wrong: sentences for people.
    pub notes: Vec<String>,
    /// The use of it that the policy is asked about; none where there is nothing to ask.
    pub usual: Option<Use>,
    /// Who gets there.
    pub through: Through,
    /// Further names that may say where it leads, such as that of the file it stands in.
    pub also_named: Vec<String>,
    /// Whether the usual use stays on this machine although what it opens may be anywhere.
    pub opens_elsewhere: bool,
}

/// The kinds of things within reach, in the order in which people read them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A git remote.
    Remote,
    /// The API of a forge.
    Forge,
    /// A CI workflow.
    Workflow,
    /// A context of a kubeconfig.
    KubeContext,
    /// A profile, project or subscription of a cloud.
    Cloud,
    /// A workspace of infrastructure as code.
    Workspace,
    /// A context of Docker.
    DockerContext,
    /// A host of the configuration of SSH.
    SshHost,
    /// A database's address.
    Database,
    /// A package registry that can be published to.
    Registry,
    /// An MCP server whose tools are not known.
    McpServer,
    /// A tool of an MCP server.
    McpTool,
    /// A file that holds secrets.
    Secrets,
}

impl Kind {
    /// All of them, in order.
    pub const ALL: [Self; 13] = [
        Self::Remote,
        Self::Forge,
        Self::Workflow,
        Self::KubeContext,
        Self::Cloud,
        Self::Workspace,
        Self::DockerContext,
        Self::SshHost,
        Self::Database,
        Self::Registry,
        Self::McpServer,
        Self::McpTool,
        Self::Secrets,
    ];

    /// What people call several of them.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Remote => "Git remotes",
            Self::Forge => "Forge accounts",
            Self::Workflow => "CI workflows",
            Self::KubeContext => "Kube contexts",
            Self::Cloud => "Cloud profiles",
            Self::Workspace => "Terraform workspaces",
            Self::DockerContext => "Docker contexts",
            Self::SshHost => "SSH hosts",
            Self::Database => "Databases",
            Self::Registry => "Package registries",
            Self::McpServer => "MCP servers, tools unknown",
            Self::McpTool => "MCP tools",
            Self::Secrets => "Secrets files",
        }
    }
}

/// A tool call that stands for what an agent would usually do with a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The runtime's tool.
    pub tool: String,
    /// Its arguments.
    pub input: Map<String, Value>,
    /// The MCP server and what it says of its own tool.
    pub server: Option<(String, ToolAnnotations)>,
    /// The same in words for people.
    pub shown: String,
}

/// Who gets to a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Through {
    /// Every runtime that can run commands.
    Shell,
    /// The runtimes that were told of it, by their ids.
    Runtimes(BTreeSet<&'static str>),
}

/// What was found in one file.
pub type Found = Vec<Item>;

impl Use {
    /// A command of the shell.
    pub fn command(command: impl Into<String>) -> Self {
        let command = command.into();
        let Value::Object(input) = json!({ "command": command }) else { return Self::nothing() };
        Self { tool: "Bash".to_owned(), input, server: None, shown: command }
    }

    /// Reading a file by the runtime's own tool.
    pub fn reading(path: &str, shown: &str) -> Self {
        let Value::Object(input) = json!({ "file_path": path }) else { return Self::nothing() };
        Self { tool: "Read".to_owned(), input, server: None, shown: format!("read {shown}") }
    }

    /// Calling a tool of an MCP server.
    pub fn mcp(server: &str, tool: &str, annotations: ToolAnnotations) -> Self {
        let name = format!("mcp__{server}__{tool}");
        Self {
            shown: plain(&name),
            tool: name,
            input: Map::new(),
            server: Some((server.to_owned(), annotations)),
        }
    }

    fn nothing() -> Self {
        Self { tool: "Bash".to_owned(), input: Map::new(), server: None, shown: String::new() }
    }
}

impl Item {
    /// A thing that whoever runs commands gets to.
    pub fn new(kind: Kind, name: impl AsRef<str>, from: &str) -> Self {
        Self {
            kind,
            name: plain(name.as_ref()),
            from: from.to_owned(),
            about: Vec::new(),
            notes: Vec::new(),
            usual: None,
            through: Through::Shell,
            also_named: Vec::new(),
            opens_elsewhere: false,
        }
    }

    /// A file that should tell what is within reach and cannot be read: what stands in it is not known.
    pub fn broken(kind: Kind, from: &str, why: &str) -> Self {
        Self::new(kind, "*", from).note(format!("it cannot be read: {}", plain(why)))
    }

    /// The same with the use that the policy is asked about.
    #[must_use]
    pub fn used(mut self, usual: Use) -> Self {
        self.usual = Some(usual);
        self
    }

    /// The same with something known of it.
    #[must_use]
    pub fn about(mut self, about: impl AsRef<str>) -> Self {
        self.about.push(plain(about.as_ref()));
        self
    }

    /// The same with something to be said.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The same, with a further name that may say where it leads.
    #[must_use]
    pub fn also_named(mut self, name: &str) -> Self {
        self.also_named.push(name.to_owned());
        self
    }
}

/// A name from outside on one line, cut where it is longer than names are.
pub fn plain(name: &str) -> String {
    let letters = name.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    let mut plain: String = letters.clone().take(LONGEST_NAME).collect();
    if letters.count() > LONGEST_NAME {
        plain.push('…');
    }
    plain.trim().to_owned()
}

/// A word as a shell takes it as it is.
pub fn quoted(word: &str) -> String {
    let simple = |letter: char| {
        letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '/' | ':' | '@' | '+')
    };
    if !word.is_empty() && word.chars().all(simple) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// What a test shows of items: kind, name, what is known, the use, notes.
#[cfg(test)]
pub fn shown(items: &[Item]) -> String {
    let line = |item: &Item| {
        let usual = item.usual.as_ref().map(|usual| usual.shown.clone()).unwrap_or_default();
        let notes: String = item.notes.iter().map(|note| format!(" !{note}")).collect();
        format!("{:?} {} [{}] {usual}{notes}", item.kind, item.name, item.about.join("; "))
    };
    items.iter().map(line).collect::<Vec<_>>().join("\n")
}
