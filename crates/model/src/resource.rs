//! What an effect touches: typed names.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Commit, Place};

/// A thing an effect touches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Resource {
    /// A ref of a repository: on a remote if `repository.remote` is set, local otherwise.
    Ref {
        /// The repository.
        repository: Repository,
        /// The full name, such as `refs/heads/main`; `*` where it could be any.
        reference: String,
        /// The commit it is known to name now.
        old: Option<Commit>,
        /// The commit it would name afterwards.
        new: Option<Commit>,
    },
    /// A whole repository, or its working tree, index, stash or configuration.
    Repository {
        /// The repository.
        repository: Repository,
    },
    /// A pull request on a forge.
    PullRequest {
        /// Where it is.
        repository: ForgeRepository,
        /// Its number; unknown when it is found from the current branch, or is not open yet.
        number: Option<u64>,
        /// The branch it would change, if known.
        base: Option<String>,
        /// The branch it comes from, if known.
        head: Option<String>,
        /// The commit reviewed, if known.
        commit: Option<Commit>,
    },
    /// A workflow run, release, secret, setting or anything else on a forge.
    Forge {
        /// Where it is.
        repository: ForgeRepository,
        /// What it is, such as `workflow`, `release`, `secret`, `api`.
        object: String,
        /// Its name, such as a workflow's file or an API path; `*` where it could be any.
        name: String,
        /// The git ref it acts on, if there is one and it is known.
        reference: Option<String>,
    },
    /// A file or a directory on this machine.
    Path {
        /// Absolute, without `.` and `..`; a `*` stands for any.
        path: String,
        /// Which part of the machine.
        zone: Zone,
        /// What kind of file.
        class: PathClass,
    },
    /// A host on the network.
    Host {
        /// Name or address; `*` where it could be any.
        host: String,
        /// The whole address without credentials, if known.
        url: Option<String>,
    },
    /// A program that runs.
    Program {
        /// Its name, or a short description of what runs.
        name: String,
    },
    /// A tool of the runtime itself or of an MCP server.
    Tool {
        /// The MCP server, for its tools.
        server: Option<String>,
        /// The tool.
        name: String,
    },
    /// A secret held by some store, by name.
    Secret {
        /// The store, such as `github` or `keychain`.
        store: String,
        /// Its name there.
        name: String,
    },
}

impl Resource {
    /// How far from the agent's own workspace it is.
    pub const fn place(&self) -> Place {
        match self {
            Self::Ref { repository, .. } | Self::Repository { repository } => {
                if repository.remote.is_some() {
                    Place::Remote
                } else {
                    Place::Workspace
                }
            }
            Self::PullRequest { .. } | Self::Forge { .. } | Self::Host { .. } => Place::Remote,
            Self::Path { zone, .. } => match zone {
                Zone::Workspace | Zone::Temporary => Place::Workspace,
                Zone::Home | Zone::System => Place::Machine,
            },
            Self::Program { .. } | Self::Secret { .. } => Place::Machine,
            Self::Tool { server, .. } => {
                if server.is_some() {
                    Place::Remote
                } else {
                    Place::Workspace
                }
            }
        }
    }
}

/// A git repository as seen from this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    /// Its working tree's top directory (or the bare repository), if it is on this machine.
    pub root: Option<String>,
    /// The remote meant, if a remote is meant.
    pub remote: Option<Remote>,
}

/// A remote of a repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remote {
    /// The name it has in the local configuration, such as `origin`; the address if it has none.
    pub name: String,
    /// Where a push goes, without credentials, if known.
    pub url: Option<String>,
}

/// A repository on a forge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForgeRepository {
    /// The forge's host, such as `github.com`.
    pub host: String,
    /// `owner/name`; `*` where it could be any.
    pub name: String,
}

/// A part of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Zone {
    /// The repository (or, outside any, the directory) the agent works in.
    Workspace,
    /// Temporary directories.
    Temporary,
    /// The user's home, outside the workspace.
    Home,
    /// Everything else.
    System,
}

/// What kind of file a path names. Ordered by how much a write to it can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PathClass {
    /// Anything else.
    Ordinary,
    /// Built from other files: `target`, `node_modules`, `dist`.
    Rebuildable,
    /// CI and delivery configuration.
    Delivery,
    /// Read by a tool that then runs what it says: `.git/hooks`, `.envrc`, `.mcp.json`, agent settings.
    ToolConfiguration,
    /// Read by a shell at start.
    ShellConfiguration,
    /// Holds credentials.
    Secret,
    /// Countersign's own files, keys, settings and binary.
    Countersign,
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ref { repository, reference, .. } => {
                let short = reference.strip_prefix("refs/heads/").unwrap_or(reference);
                match &repository.remote {
                    Some(remote) => write!(f, "{short}@{}", remote.name),
                    None => write!(f, "{short}"),
                }
            }
            Self::Repository { repository } => match (&repository.remote, &repository.root) {
                (Some(remote), _) => write!(f, "repository@{}", remote.name),
                (None, Some(root)) => f.write_str(root),
                (None, None) => f.write_str("repository"),
            },
            Self::PullRequest { repository, number, base, .. } => {
                write!(f, "{}", repository.name)?;
                match number {
                    Some(number) => write!(f, "#{number}")?,
                    None => write!(f, " pull request")?,
                }
                base.as_ref().map_or(Ok(()), |base| write!(f, " into {base}"))
            }
            Self::Forge { repository, object, name, reference } => {
                write!(f, "{} {object} {name}", repository.name)?;
                reference.as_ref().map_or(Ok(()), |reference| write!(f, " on {reference}"))
            }
            Self::Path { path, .. } => f.write_str(path),
            Self::Host { host, url } => f.write_str(url.as_ref().unwrap_or(host)),
            Self::Program { name } => f.write_str(name),
            Self::Tool { server: Some(server), name } => write!(f, "{server}/{name}"),
            Self::Tool { server: None, name } => f.write_str(name),
            Self::Secret { store, name } => write!(f, "{store}:{name}"),
        }
    }
}
