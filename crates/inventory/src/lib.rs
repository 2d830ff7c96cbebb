//! What an agent on this machine can reach, what would be decided about it, and what governs the way there.
//!
//! Start at [`Item`]: one thing within reach, by name, with the use of it that the policy is asked about. Each kind
//! of reach is one file that takes the text of tools' files and gives items; [`Report`] puts what was judged
//! together and finds the gaps; [`page`] draws it.
//!
//! | file | what it reads |
//! |---|---|
//! | `runtimes` | settings of agent runtimes: modes, switches, whether the hook is wired |
//! | `mcp`, `protocol` | MCP servers in the settings of every runtime; what is said to a server and what it answers |
//! | `remotes` | git remotes and what opens them |
//! | `workflows` | CI: what triggers it, where it delivers |
//! | `kube`, `clouds`, `docker`, `ssh`, `terraform`, `databases`, `registries`, `secrets` | the files in which tools keep contexts, profiles, hosts, workspaces, addresses, tokens, keys |
//!
//! Architecture invariant: names and reach, never values. No secret, token, password or address with a credential in
//! it gets into an item; the text that was read is dropped where it was read. No I/O: the edge reads files and
//! starts servers.

pub mod clouds;
pub mod databases;
pub mod docker;
mod gaps;
mod item;
pub mod kube;
mod logins;
pub mod mcp;
mod page;
pub mod protocol;
pub mod registries;
pub mod remotes;
mod report;
pub mod runtimes;
pub mod secrets;
pub mod ssh;
pub mod terraform;
pub mod workflows;

pub use gaps::{Gap, GapKind};
pub use item::{Found, Item, Kind, Through, Use};
pub use logins::without_logins;
pub use page::page;
pub use report::{Answer, Judged, Reached, Report};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Everything that reads text of a tool, on the same text.
    fn all(text: &str) -> String {
        let files = [("w.yml".to_owned(), text.to_owned()), (".gitlab-ci.yml".to_owned(), text.to_owned())];
        let found = [
            kube::items(text, "f"),
            clouds::aws(text, "f"),
            clouds::gcloud("work", text, "f"),
            clouds::azure(text, "f"),
            docker::context(text, "f", docker::current(text).as_deref()),
            ssh::hosts(text, "f"),
            terraform::Directory {
                backend: terraform::initialised(text).or_else(|| terraform::declared(text)),
                ..terraform::Directory::default()
            }
            .items(),
            databases::variables(text.lines(), "f"),
            databases::pgpass(text, "f"),
            databases::pg_services(text, "f"),
            registries::npm(text, "f"),
            registries::pypi(text, "f"),
            registries::cargo(text, "f"),
            registries::docker(text, "f"),
            registries::gems(text, "f"),
            workflows::items(&files, "origin", None),
        ];
        let forms =
            [mcp::Form::Json(&["/mcpServers", ""]), mcp::Form::Toml("mcp_servers"), mcp::Form::ClaudeState];
        let servers = forms.map(|form| match mcp::servers(text, form, "/repo", "codex", "f") {
            Ok(servers) => servers.iter().map(mcp::Server::item).collect(),
            Err(why) => vec![Item::broken(Kind::McpServer, "f", &why)],
        });
        let names = [".env", "id_rsa", "a.json", "x.pem", ".npmrc"];
        let held: Vec<_> = names.iter().map(|name| secrets::holds(name, text)).collect();
        let hosts = [remotes::stored(text), remotes::gh(text)];
        let settings = runtimes::KNOWN.iter().map(|known| {
            let text = Ok(text.to_owned());
            let file =
                runtimes::Settings { from: "f".to_owned(), base: runtimes::Base::Home, text, wired: None };
            runtimes::runtime(known, Vec::new(), &[file])
        });
        let settings: Vec<_> = settings.collect();
        format!("{found:?} {servers:?} {held:?} {hosts:?} {settings:?} {:?}", runtimes::skipping(text, "f"))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_text_is_taken(text in "[ -~\n\t]{0,400}") {
            all(&text);
        }

        /// Wherever values stand in the files of tools, none of them is told.
        #[test]
        fn no_value_is_told(
            lines in prop::collection::vec((0_usize..15, "[A-Za-z_]{1,12}"), 0..12),
            known in prop::sample::select(vec![
                "_authToken", "password", "DATABASE_URL", "aws_secret_access_key", "token", "API_KEY", "env", "args", "url",
            ]),
        ) {
            const SECRET: &str = "zq7Ktw0Vx";
            let line = |(form, key): &(usize, String)| match form {
                11 => format!("Host {key}\n  SetEnv {known}={SECRET}"),
                12 => format!("backend \"{key}\" {{\n  access_key = \"{SECRET}\""),
                13 => format!("{{\"Name\":\"{key}\",\"Endpoints\":{{\"docker\":{{\"Host\":\"ssh://u:{SECRET}@h/{SECRET}\"}}}}}}"),
                0 => format!("{known}={SECRET}"),
                1 => format!("{known}: {SECRET}"),
                2 => format!("{known} = \"{SECRET}\""),
                3 => format!("[{key}]\npassword = {SECRET}"),
                4 => format!("//{key}.org/:_authToken={SECRET}"),
                5 => format!("https://{key}:{SECRET}@{key}.org/"),
                6 => format!("{key}:5432:{key}:{key}:{SECRET}"),
                7 => format!("export {known}='{SECRET}'"),
                8 => format!("- name: {key}\n  user: {{token: {SECRET}}}"),
                9 => format!("[mcp_servers.{key}]\ncommand = \"{key}\"\nargs = [\"{SECRET}\"]"),
                10 => format!("{{\"mcpServers\":{{\"{key}\":{{\"url\":\"https://u:{SECRET}@h/{SECRET}\"}}}}}}"),
                _ => format!("{{\"auths\":{{\"{key}\":{{\"auth\":\"{SECRET}\"}}}}}}"),
            };
            let text: Vec<String> = lines.iter().map(line).collect();
            prop_assert!(!all(&text.join("\n")).contains(SECRET));
        }
    }
}
