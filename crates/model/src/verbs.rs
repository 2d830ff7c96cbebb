//! The catalogue of verbs: what an effect can be. One more verb is one line here.
//!
//! A verb's area is the part before the first dot. Policies may name a verb (`Action::"git.push"`),
//! an area (`Action::"git"`) or an access (`Action::"write"`).

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Access, Reversible};

/// What an effect does, such as `git.push`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Verb(Cow<'static, str>);

impl Verb {
    /// A verb by its name; one outside the catalogue is kept as it is.
    pub fn new(name: &str) -> Self {
        Self(Cow::Owned(name.to_owned()))
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the first dot.
    pub fn area(&self) -> &str {
        self.0.split('.').next().unwrap_or(&self.0)
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A line of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The verb's name.
    pub name: &'static str,
    /// The kind of change it usually is.
    pub access: Access,
    /// Whether it can usually be undone.
    pub reversible: Reversible,
    /// What it does, read after "would": "move a ref of a remote repository".
    pub says: &'static str,
}

/// The catalogue's line for a verb.
pub fn find(name: &str) -> Option<&'static Entry> {
    CATALOGUE.iter().find(|entry| entry.name == name)
}

macro_rules! verbs {
    ($($constant:ident $name:literal $access:ident $reversible:ident $says:literal;)*) => {
        $(#[doc = $says] pub const $constant: Verb = Verb(Cow::Borrowed($name));)*

        /// All verbs, in the order they are documented.
        pub const CATALOGUE: &[Entry] = &[$(Entry {
            name: $name,
            access: Access::$access,
            reversible: Reversible::$reversible,
            says: $says,
        }),*];
    };
}

verbs! {
    FS_READ "fs.read" Read Yes "read a file or list a directory";
    FS_WRITE "fs.write" Write Unknown "create or change a file";
    FS_DELETE "fs.delete" Destroy No "delete a file or directory";
    FS_PERMISSION "fs.permission" Write Yes "change a file's mode or owner";
    SECRET_READ "secret.read" Read No "read a secret's value";
    SECRET_WRITE "secret.write" Write Unknown "store or change a secret";

    GIT_READ "git.read" Read Yes "read a repository's history or state";
    GIT_FETCH "git.fetch" Read Yes "bring a remote's commits here";
    GIT_COMMIT "git.commit" Write Yes "record a commit on a local branch";
    GIT_BRANCH "git.branch" Write Yes "create, move or switch a local branch or tag";
    GIT_MERGE "git.merge" Write Yes "merge, rebase or cherry-pick into a local branch";
    GIT_INDEX "git.index" Write Yes "stage files or stash them";
    GIT_DISCARD "git.discard" Destroy No "discard uncommitted work";
    GIT_DELETE_REF "git.delete-ref" Destroy Yes "delete a local branch or tag";
    GIT_REWRITE "git.rewrite" Destroy No "rewrite or prune local history";
    GIT_CONFIG "git.config" Write Yes "change a repository's configuration or remotes";
    GIT_PUSH "git.push" Write Unknown "move a ref of a remote repository forward, or create it";
    GIT_FORCE_PUSH "git.force-push" Destroy Unknown "overwrite a ref of a remote repository";
    GIT_DELETE_REMOTE_REF "git.delete-remote-ref" Destroy Unknown "delete a ref of a remote repository";

    FORGE_READ "forge.read" Read Yes "read from a forge";
    FORGE_COMMENT "forge.comment" Write Unknown "comment, review or label on a forge";
    FORGE_PULL_REQUEST "forge.pull-request" Write Yes "open or edit a pull request";
    FORGE_APPROVE "forge.approve" Write Unknown "approve a pull request";
    FORGE_MERGE "forge.merge" Write Unknown "merge a pull request into its base branch";
    FORGE_WORKFLOW "forge.workflow" Execute No "start, stop or change a CI workflow";
    FORGE_RELEASE "forge.release" Write Unknown "publish or change a release";
    FORGE_SETTINGS "forge.settings" Write Unknown "change a repository's settings, access or protection";
    FORGE_WRITE "forge.write" Write Unknown "change something else on a forge";
    FORGE_DELETE "forge.delete" Destroy No "delete something on a forge";

    CHANGE_DELIVERY "change.delivery" Write Yes "bring changes to CI or delivery configuration to a branch";
    CHANGE_INFRASTRUCTURE "change.infrastructure" Write Yes "bring changes to infrastructure code to a branch";
    CHANGE_SECRETS "change.secrets" Write Yes "bring changes to secrets or their management to a branch";
    CHANGE_DEPENDENCIES "change.dependencies" Write Yes "bring other dependencies to a branch";
    CHANGE_OWNERS "change.owners" Write Yes "bring a change of who must review, or of what waits for approval, to a branch";
    CHANGE_MIGRATION "change.migration" Write Yes "bring changes to a database's schema to a branch";
    CHANGE_UNKNOWN "change.unknown" Write Yes "bring changes nobody has looked at to a branch";

    KUBE_READ "kube.read" Read Yes "read a cluster's objects";
    KUBE_EXPORT "kube.export" Read Yes "copy files out of a cluster";
    KUBE_WRITE "kube.write" Write Unknown "create or change a cluster's objects";
    KUBE_DELETE "kube.delete" Destroy No "delete a cluster's objects";
    KUBE_EXECUTE "kube.execute" Execute Unknown "run a program inside a cluster";
    KUBE_PERMISSION "kube.permission" Write Unknown "change who may do what in a cluster";

    CLOUD_READ "cloud.read" Read Yes "read what is in a cloud";
    CLOUD_EXPORT "cloud.export" Read Yes "copy a bucket, or many objects of it, out of a cloud";
    CLOUD_WRITE "cloud.write" Write Unknown "create or change something in a cloud";
    CLOUD_DELETE "cloud.delete" Destroy No "delete something in a cloud";
    CLOUD_EXECUTE "cloud.execute" Execute Unknown "run something in a cloud";
    CLOUD_PERMISSION "cloud.permission" Write Unknown "change who may do what in a cloud";

    DB_READ "db.read" Read Yes "read from a database";
    DB_EXPORT "db.export" Read Yes "copy whole tables, or all of them, out of a database";
    DB_WRITE "db.write" Write Unknown "add or change data in a database";
    DB_SCHEMA "db.schema" Write Unknown "create or change tables, indexes and the like";
    DB_DESTROY "db.destroy" Destroy No "drop, truncate or delete data in a database";
    DB_PRIVILEGE "db.privilege" Write Unknown "change who may do what in a database";
    DB_EXECUTE "db.execute" Execute Unknown "run code or programs inside a database, or read and write its server's files";

    STACK_READ "stack.read" Read Yes "read or plan infrastructure";
    STACK_APPLY "stack.apply" Write Unknown "create or change infrastructure";
    STACK_DESTROY "stack.destroy" Destroy No "destroy infrastructure";
    STACK_STATE "stack.state" Destroy Unknown "change what is remembered of infrastructure";

    APP_READ "app.read" Read Yes "read from a platform that runs applications";
    APP_DEPLOY "app.deploy" Write Unknown "deploy, restart or roll back an application";
    APP_SETTINGS "app.settings" Write Unknown "change an application's settings, domains or access";
    APP_DELETE "app.delete" Destroy No "delete an application or what belongs to it";
    APP_EXECUTE "app.execute" Execute Unknown "run a program where an application runs";

    CONTAINER_READ "container.read" Read Yes "read what a container engine has";
    CONTAINER_BUILD "container.build" Execute Yes "build an image";
    CONTAINER_RUN "container.run" Execute Yes "start containers";
    CONTAINER_WRITE "container.write" Write Yes "change containers, images, volumes or networks";
    CONTAINER_DELETE "container.delete" Destroy Unknown "delete containers, images, volumes or networks";

    PACKAGE_READ "package.read" Read Yes "read from a package registry";
    PACKAGE_PUBLISH "package.publish" Write No "publish a package or an image that others install";
    PACKAGE_WITHDRAW "package.withdraw" Destroy No "withdraw what others install";
    PACKAGE_SETTINGS "package.settings" Write Unknown "change who may publish, or which version others get";

    NET_READ "net.read" Read Yes "fetch from a host";
    NET_SEND "net.send" Send No "send data to a host";
    NET_UPLOAD "net.upload" Send No "send files, or what is read from them, to a host";
    NET_WRITE "net.write" Write Unknown "change something on a host through its API";
    NET_DELETE "net.delete" Destroy No "delete something on a host through its API";
    NET_LISTEN "net.listen" Write Yes "accept connections from the network";

    EXEC_READ "exec.read" Read Yes "run a program that only reads or prints";
    EXEC_BUILD "exec.build" Execute Yes "run a known build tool";
    EXEC_TEST "exec.test" Execute Yes "run a known test tool";
    EXEC_INSTALL "exec.install" Execute Unknown "install packages, whose scripts run";
    EXEC_OPAQUE "exec.opaque" Execute Unknown "run something nobody can see into";
    EXEC_HIDDEN "exec.hidden" Execute Unknown "run what is put together, or named, only as it runs";
    EXEC_REMOTE_CODE "exec.remote-code" Execute No "run code fetched from the network or decoded from text";
    EXEC_PRIVILEGE "exec.privilege" Execute Unknown "run with another user's rights";
    EXEC_PROCESS "exec.process" Destroy Unknown "stop or signal processes";
    EXEC_SYSTEM "exec.system" Destroy No "change or stop the machine itself";
    EXEC_SCHEDULE "exec.schedule" Execute Yes "arrange for something to run later";

    AGENT_INTERNAL "agent.internal" Read Yes "use the agent's own bookkeeping";
    AGENT_SPAWN "agent.spawn" Execute Yes "start a subagent whose own calls are decided one by one";
    AGENT_OVERSIGHT "agent.oversight" Destroy Unknown "switch off or change what watches over agents";
    AGENT_MESSAGE "agent.message" Write Yes "message another agent or the user";

    MCP_READ "mcp.read" Read Yes "read through an MCP server";
    MCP_WRITE "mcp.write" Write Unknown "change something through an MCP server";
    MCP_SEND "mcp.send" Send No "send something through an MCP server";
    MCP_DELETE "mcp.delete" Destroy No "delete something through an MCP server";
    MCP_CALL "mcp.call" Execute Unknown "call an MCP tool that says nothing of its effect";

    COUNTERSIGN_READ "countersign.read" Read Yes "read what Countersign shows";
    COUNTERSIGN_PROPOSE "countersign.propose" Write Yes "propose policy, which changes nothing until a reviewer signs it";
    COUNTERSIGN_TAMPER "countersign.tamper" Destroy No "change, disable or impersonate Countersign";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_is_there_once_and_has_an_area() {
        let names: BTreeSet<_> = CATALOGUE.iter().map(|entry| entry.name).collect();
        assert_eq!(names.len(), CATALOGUE.len());
        assert!(names.iter().all(|name| name.contains('.')));
    }
}
