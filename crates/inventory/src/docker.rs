//! Contexts of Docker: the engines that `docker --context NAME` acts on.

use serde_json::Value;

use crate::clouds::place;
use crate::item::quoted;
use crate::{Found, Item, Kind, Use};

/// The context that is used where nothing says which, by `~/.docker/config.json`.
pub fn current(text: &str) -> Option<String> {
    let config: Value = serde_json::from_str(text).ok()?;
    Some(config.get("currentContext")?.as_str()?.to_owned())
}

/// The context of a `meta.json`, with the host of its engine.
pub fn context(text: &str, from: &str, current: Option<&str>) -> Found {
    let meta: Value = match serde_json::from_str(text) {
        Ok(meta) => meta,
        Err(error) => return vec![Item::broken(Kind::DockerContext, from, &place(&error))],
    };
    let Some(name) = meta.get("Name").and_then(Value::as_str).filter(|name| !name.is_empty()) else {
        return vec![Item::broken(Kind::DockerContext, from, "it names no context")];
    };
    let remove = format!("docker --context {} rm --force example", quoted(name));
    let mut item = Item::new(Kind::DockerContext, name, from).used(Use::command(remove));
    if current == Some(name) {
        item = item.about("current");
    }
    let address = meta.pointer("/Endpoints/docker/Host").and_then(Value::as_str).unwrap_or_default();
    match host(address) {
        Some(host) => vec![item.about(format!("engine on {host}")).also_named(&host)],
        None if address.starts_with("unix:") || address.starts_with("npipe:") => {
            vec![item.about("engine of this machine")]
        }
        None => vec![item],
    }
}

/// The host of an engine's address, without a login.
fn host(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    if !matches!(scheme, "ssh" | "tcp" | "http" | "https") {
        return None;
    }
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = match host.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next()?,
        None => host.split(':').next()?,
    };
    (!host.is_empty()).then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::item::shown;

    #[test]
    fn contexts_by_name_and_host() {
        let check = |name: &str, host: &str| {
            let meta = serde_json::json!({"Name": name, "Metadata": {"Description": "zq7"}, "Endpoints": {"docker": {"Host": host}}});
            shown(&context(&meta.to_string(), "f", Some("live")))
        };
        assert_snapshot!(check("live", "ssh://root:zq7@prod-1.acme.io:22"), @"DockerContext live [current; engine on prod-1.acme.io] docker --context live rm --force example");
        assert_snapshot!(check("a b", "tcp://[2001:db8::1]:2376"), @"DockerContext a b [engine on 2001:db8::1] docker --context 'a b' rm --force example");
        assert_snapshot!(check("desktop-linux", "unix:///home/dev/.docker/desktop/docker.sock"), @"DockerContext desktop-linux [engine of this machine] docker --context desktop-linux rm --force example");
        assert_snapshot!(check("odd", "prod-1"), @"DockerContext odd [] docker --context odd rm --force example");
    }

    #[test]
    fn a_broken_file_is_an_item() {
        assert_snapshot!(shown(&context("{\"Name\":", "f", None)), @"DockerContext * []  !it cannot be read: it is not well-formed JSON at line 1, column 8");
        assert_snapshot!(shown(&context("{}", "f", None)), @"DockerContext * []  !it cannot be read: it names no context");
        assert_eq!(current("{\"currentContext\":\"live\"}").as_deref(), Some("live"));
        assert_eq!([current("{"), current("{}")], [None, None]);
    }
}
