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
//! | `kube`, `clouds`, `databases`, `registries`, `secrets` | the files in which tools keep contexts, profiles, addresses, tokens, keys |
//!
//! Architecture invariant: names and reach, never values. No secret, token, password or address with a credential in
//! it gets into an item; the text that was read is dropped where it was read. No I/O: the edge reads files and
//! starts servers.

pub mod clouds;
pub mod databases;
mod gaps;
mod item;
pub mod kube;
pub mod mcp;
mod page;
pub mod protocol;
pub mod registries;
pub mod remotes;
mod report;
pub mod runtimes;
pub mod secrets;
pub mod workflows;

pub use gaps::{Gap, GapKind};
pub use item::{Found, Item, Kind, Through, Use};
pub use page::page;
pub use report::{Answer, Judged, Reached, Report};
