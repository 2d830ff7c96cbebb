//! Claude Code: its hook's input, the answers it obeys, and its settings.
//!
//! [`parse()`] reads what the hook is handed, [`answer()`] spells what it prints, [`install`] writes it
//! into a settings file and [`inspect()`] says what is wired there. What is known about the client
//! was found by driving it; `crates/e2e` drives the pinned version again in every test run.
//!
//! Architecture invariant: everything that only Claude Code calls so stays inside this module.

mod answer;
mod event;
mod fields;
mod inspect;
mod parse;
mod settings;
mod transcript;
mod version;

pub use answer::{Answer, Output, answer, deny_anything};
pub use event::{BackgroundTask, Context, Event};
pub use fields::FieldError;
pub use inspect::{Inspection, OtherHook, Wired, inspect};
pub use parse::{ParseError, parse};
pub use settings::{
    EVENT_TIMEOUT, EVENTS, ManagedSwitches, SettingsError, Wiring, install, manage, uninstall,
};
pub(crate) use transcript::transcript;
pub use version::{OLDEST, Version, VersionError, check_version};
