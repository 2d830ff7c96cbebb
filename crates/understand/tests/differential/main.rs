//! Our reading of shell text against real bash: whatever bash starts, understanding must have listed, unless
//! it said that it cannot see into the text.
//!
//! Scripts are made at random ([`script`], from the grammar in [`templates`]) and run by the bash of this
//! machine in a directory of their own, with nothing on `PATH` but stubs that note what they were started as
//! ([`stub`]: this very program, under other names). [`compare`] holds both next to each other. Every run
//! replays the scripts of `corpus`, each of which once showed a fault, then tries a fixed number of new ones
//! from a fixed seed:
//!
//! - `cargo test -p countersign-understand --test differential` is that;
//! - `cargo xtask fuzz --minutes 20` goes on with other seeds, and shortens what it finds.

#![expect(
    clippy::disallowed_methods,
    reason = "a test against the real program reads the clock and waits for it, with a deadline"
)]

#[cfg(target_os = "linux")]
mod bash;
#[cfg(target_os = "linux")]
mod compare;
#[cfg(target_os = "linux")]
mod corpus;
#[cfg(target_os = "linux")]
mod random;
#[cfg(target_os = "linux")]
mod run;
#[cfg(target_os = "linux")]
mod script;
#[cfg(target_os = "linux")]
mod shorten;
#[cfg(target_os = "linux")]
mod stub;
#[cfg(target_os = "linux")]
mod templates;

/// What went wrong, in words.
#[cfg(target_os = "linux")]
type Problem = Box<dyn std::error::Error>;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    match stub::name() {
        Some(name) => stub::run(&name),
        None => run::main(),
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("not compared with bash: its processes are followed as only Linux can");
}
