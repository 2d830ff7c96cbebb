//! The programs as people and runtimes meet them: one installation, real git, real processes.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what goes wrong in a test fails it"
)]

mod bad_input;
mod crashes;
mod cut_off;
mod demo;
mod doctor;
mod elsewhere;
mod explain;
mod fails_closed;
mod forging;
mod gone_readers;
mod hosts;
mod inventory;
mod layers;
mod machine;
mod own_files;
mod proving;
mod record;
mod replay;
mod review;
mod scope;
mod setting_up;
mod simulate;
mod suggesting;
mod tasks;
mod trying;
mod voids;
