//! An address that stands for AWS's own: all that a command asks goes there, signed with the account's keys.

use countersign_model::{Effect, is_this_machine, verbs};

use super::super::web::host_named;
use super::read::Read;
use crate::context::Context;
use crate::environment;
use crate::invocation::Invocation;
use crate::word::Value;

/// Where requests go that are not for AWS.
pub(super) struct Endpoint {
    /// The host, with its port.
    pub host: String,
    /// Whether it is this machine.
    pub is_here: bool,
}

/// Services that speak as AWS's object store does, at which buckets are named by an address.
const STORES: &[&str] = &[
    ".r2.cloudflarestorage.com", ".digitaloceanspaces.com", ".backblazeb2.com", ".wasabisys.com", "storage.googleapis.com", ".scw.cloud", ".linodeobjects.com",
    ".vultrobjects.com", ".hetzner.com", ".ovh.net", ".oraclecloud.com", ".supabase.co", ".tigris.dev",
];

/// The address that an option or a variable names; none where it is AWS's own.
pub(super) fn of(invocation: &Invocation, read: &Read<'_>, context: &Context<'_>) -> Option<Result<Endpoint, &'static str>> {
    let url = match read.value("--endpoint-url") {
        Some(value) => match value.known() {
            Some(url) => url.to_owned(),
            None => return Some(Err("the endpoint is not known")),
        },
        None => match of_service(invocation, read) {
            Some(Value::Known(url)) => url,
            Some(Value::Pattern(_) | Value::Unknown { .. }) => return Some(Err("the endpoint is not known")),
            None => context.setting(invocation, "AWS_ENDPOINT_URL").ok().flatten()?,
        },
    };
    let host = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let host = host.split('/').next().unwrap_or(host);
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_here = is_this_machine(name) && !host.contains('@');
    (!name.ends_with(".amazonaws.com")).then(|| Ok(Endpoint { host: host.to_owned(), is_here }))
}

/// The address that the command's own text sets for its service alone.
fn of_service(invocation: &Invocation, read: &Read<'_>) -> Option<Value> {
    let service = read.operands.first()?.known()?.trim_end_matches("api").replace('-', "_").to_ascii_uppercase();
    environment::value(invocation, &format!("AWS_ENDPOINT_URL_{service}"))
}

/// Adds that requests go to a host that is neither AWS's nor known to keep objects as AWS does.
pub(super) fn effects(invocation: &Invocation, read: &Read<'_>, context: &mut Context<'_>) {
    if let Some(Ok(Endpoint { host, is_here: false })) = of(invocation, read, context) {
        let host = host.rsplit('@').next().unwrap_or(&host);
        let name = host.split(':').next().unwrap_or(host);
        if !STORES.iter().any(|store| name.ends_with(store)) {
            let why = "requests that are signed with the account's keys go there instead of to AWS";
            context.push(Effect::new(verbs::NET_WRITE, host_named(name)).because(why));
        }
    }
}
