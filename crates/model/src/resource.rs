//! What an effect touches: typed names.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::host::{is_endpoint_of_this_machine, is_this_machine, one_spelling};
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
        /// Name or address, and in parentheses what an inventory says of it; `*` where it could be any.
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
    /// An object of a Kubernetes cluster.
    Cluster {
        /// The context of the kubeconfig that is used; `*` where it could be any.
        context: String,
        /// Its namespace; none where it has none, `*` where it could be any.
        namespace: Option<String>,
        /// Its kind, such as `deployment`; `*` where it could be any.
        object: String,
        /// Its name; `*` where it could be any.
        name: String,
    },
    /// Something in a cloud.
    Cloud {
        /// Such as `aws`, `gcp` or `azure`.
        provider: String,
        /// The profile, project, subscription or account; `*` where it could be any.
        account: String,
        /// The region, if one is named.
        region: Option<String>,
        /// The service, such as `s3`.
        service: String,
        /// What of it, such as a bucket or an instance; else the operation; `*` where it could be any.
        name: String,
    },
    /// A database, or a table of it.
    Database {
        /// Such as `postgresql`, `mysql`, `sqlite`, `mongodb`, `redis`.
        system: String,
        /// Where it is: a host, a file, or `$VARIABLE` where only the variable is known that says so;
        /// `*` where it could be any.
        host: String,
        /// The database's name, if known.
        database: Option<String>,
        /// The table, collection or key; `*` where it could be any.
        object: String,
    },
    /// Infrastructure that a tool keeps a state of: Terraform, Pulumi, CloudFormation, CDK.
    Stack {
        /// Such as `terraform`.
        tool: String,
        /// Where its code is, absolute; `*` where it could be any.
        directory: String,
        /// The workspace or stack; none for the only one, `*` where it could be any.
        workspace: Option<String>,
        /// What of it; `*` for all.
        target: String,
    },
    /// An application on a platform that runs it: Vercel, Fly, Heroku, Argo CD.
    App {
        /// Such as `vercel`.
        platform: String,
        /// Its name; `*` where it could be any.
        name: String,
        /// The platform's own word for where, such as `production`, if one is said.
        target: Option<String>,
    },
    /// A container, an image, a volume or a network of a container engine.
    Container {
        /// The engine, where it is not this machine's own.
        host: Option<String>,
        /// Such as `container`, `image`, `volume`, `network`, `project`.
        object: String,
        /// Its name; `*` where it could be any.
        name: String,
    },
    /// A package on a registry others install from.
    Package {
        /// Such as `npm`, or the registry's address.
        registry: String,
        /// Its name; `*` where it is not known.
        name: String,
    },
    /// Files that a push or a pull request brings to a branch.
    Change {
        /// The repository's address; `*` where it is not known.
        repository: String,
        /// The branch they are brought to, if known.
        base: Option<String>,
        /// The paths, from the repository's top, the first few of them.
        paths: Vec<String>,
        /// How many there are.
        count: usize,
    },
}

impl Resource {
    /// The same with the host's name as everybody writes it.
    pub fn in_one_spelling(mut self) -> Self {
        let host = match &mut self {
            Self::Host { host, .. } => host,
            // Those of a file have it as their host.
            Self::Database { system, host, .. } if system != "sqlite" => host,
            _ => return self,
        };
        if let Some(usual) = one_spelling(host) {
            *host = usual;
        }
        self
    }

    /// How far from the agent's own workspace it is.
    pub fn place(&self) -> Place {
        match self {
            Self::Ref { repository, .. } | Self::Repository { repository } => {
                if repository.remote.is_some() {
                    Place::Remote
                } else {
                    Place::Workspace
                }
            }
            Self::PullRequest { .. }
            | Self::Forge { .. }
            | Self::Stack { .. }
            | Self::App { .. }
            | Self::Package { .. }
            | Self::Change { .. } => Place::Remote,
            Self::Host { host, .. } => {
                if is_this_machine(host) {
                    Place::Machine
                } else {
                    Place::Remote
                }
            }
            Self::Database { host, .. } => {
                if host.starts_with('/') || is_this_machine(host) {
                    Place::Machine
                } else {
                    Place::Remote
                }
            }
            Self::Cluster { context, .. } => {
                if is_cluster_of_this_machine(context) {
                    Place::Machine
                } else {
                    Place::Remote
                }
            }
            Self::Cloud { account, .. } => {
                if is_endpoint_of_this_machine(account) {
                    Place::Machine
                } else {
                    Place::Remote
                }
            }
            Self::Container { host, .. } => {
                if host.is_some() {
                    Place::Remote
                } else {
                    Place::Machine
                }
            }
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

/// The registry that an image is pulled from by its name, such as `ghcr.io` for `ghcr.io/acme/app:1`, and the rest of the name.
pub fn registry_of_image(name: &str) -> (&str, &str) {
    match name.split_once('/') {
        Some((host, rest)) if host.contains(['.', ':', '*']) || host == "localhost" => (host, rest),
        _ if name.starts_with('*') => ("*", name),
        _ => ("docker.io", name),
    }
}

/// Whether an absolute, normal path is a directory or lies below it.
pub fn is_within(path: &str, directory: &str) -> bool {
    let rest = path.strip_prefix(directory.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a kubeconfig's context has a name that tools give to the clusters they run on one machine only. Where
/// its server is known to be elsewhere, `understand` says so in the name, which then is none of these.
pub fn is_cluster_of_this_machine(context: &str) -> bool {
    const WHOLE: &[&str] = &[
        "minikube",
        "docker-desktop",
        "docker-for-desktop",
        "rancher-desktop",
        "orbstack",
        "colima",
        "microk8s",
    ];
    const STARTS: &[&str] = &["kind-", "k3d-"];
    WHOLE.contains(&context)
        || (STARTS.iter().any(|start| context.starts_with(start)) && !context.contains([' ', '*', '/']))
}

/// What a tool of a browser does to the page that is open, such as `click`; none for a tool of another server, or one
/// that goes to an address, runs code or hands over a file. `tool` in snake case or as it is.
pub fn page_action<'t>(server: &str, tool: &'t str) -> Option<&'t str> {
    const SERVERS: &[&str] =
        &["playwright", "puppeteer", "chrome-devtools", "chrome_devtools", "browsermcp", "browser"];
    const ACTIONS: &[&str] = &[
        "check",
        "clear",
        "click",
        "close",
        "close_page",
        "double_click",
        "drag",
        "drag_and_drop",
        "fill",
        "fill_form",
        "focus",
        "go_back",
        "go_forward",
        "handle_dialog",
        "hover",
        "key",
        "navigate_back",
        "navigate_forward",
        "press",
        "press_key",
        "reload",
        "resize",
        "resize_page",
        "right_click",
        "scroll",
        "select",
        "select_option",
        "select_page",
        "tab_close",
        "tab_select",
        "type",
        "type_text",
        "uncheck",
        "wait_for",
    ];
    let prefixes = ["browser_", "puppeteer_", "playwright_"];
    let own = prefixes.iter().find_map(|prefix| tool.strip_prefix(prefix));
    let action = own.or_else(|| SERVERS.contains(&server).then_some(tool))?;
    ACTIONS.contains(&action).then_some(action)
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
            Self::Cluster { context, namespace, object, name } => match namespace {
                Some(namespace) => write!(f, "{object}/{name} in {context}/{namespace}"),
                None => write!(f, "{object}/{name} in {context}"),
            },
            Self::Cloud { provider, account, region, service, name } => {
                write!(f, "{service} {name} in {provider}:{account}")?;
                region.as_ref().map_or(Ok(()), |region| write!(f, " {region}"))
            }
            Self::Database { system, host, database, object } => {
                write!(f, "{object} in {system}://{host}")?;
                database.as_ref().map_or(Ok(()), |database| write!(f, "/{database}"))
            }
            Self::Stack { tool, directory, workspace, target } => {
                write!(f, "{target} of {tool} {directory}")?;
                workspace.as_ref().map_or(Ok(()), |workspace| write!(f, " ({workspace})"))
            }
            Self::App { platform, name, target } => {
                write!(f, "{name} on {platform}")?;
                target.as_ref().map_or(Ok(()), |target| write!(f, " ({target})"))
            }
            Self::Container { host, object, name } => {
                write!(f, "{object} {name}")?;
                host.as_ref().map_or(Ok(()), |host| write!(f, " on {host}"))
            }
            Self::Package { registry, name } => write!(f, "{name} on {registry}"),
            Self::Change { base, paths, count, .. } => {
                f.write_str(if paths.is_empty() { "files" } else { "" })?;
                f.write_str(&paths.join(", "))?;
                let more = count.saturating_sub(paths.len());
                if more > 0 {
                    write!(f, " and {more} more")?;
                }
                base.as_ref().map_or(Ok(()), |base| write!(f, " into {base}"))
            }
        }
    }
}
