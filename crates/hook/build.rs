//! Tells the linker which functions a usual call runs, so that they lie together: a process of milliseconds pays for
//! each page of its program that it touches. See ADR 15; `cargo xtask bench --accept` writes the list.

#![expect(clippy::disallowed_methods, reason = "a build script is told everything by its environment")]

use std::env;
use std::path::Path;
use std::process::Command;

/// What `rust-lld` takes is what it is asked on this target only; others link as they do.
const TARGET: &str = "x86_64-unknown-linux-gnu";

fn main() {
    println!("cargo::rerun-if-changed=order.txt");
    let says = |name: &str, value: &str| env::var(name).is_ok_and(|said| said == value);
    // Whoever chooses another linker chooses one that may not know the option.
    let other = env::var_os("RUSTC_LINKER").is_some()
        || env::var("CARGO_ENCODED_RUSTFLAGS")
            .is_ok_and(|flags| flags.contains("fuse-ld") || flags.contains("link-self-contained"));
    if says("TARGET", TARGET) && says("PROFILE", "release") && !other && has_lld() {
        let folder = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
        let ordered = format!("-Wl,--symbol-ordering-file={folder}/order.txt");
        for argument in [ordered.as_str(), "-Wl,--no-warn-symbol-ordering"] {
            println!("cargo::rustc-link-arg-bin=countersign-hook={argument}");
        }
    }
}

/// Whether this compiler brings its own linker, which is then the one it takes: not every distribution's does.
fn has_lld() -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let Ok(output) = Command::new(rustc).args(["--print", "sysroot"]).output() else { return false };
    let sysroot = String::from_utf8_lossy(&output.stdout);
    Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).join("bin/gcc-ld/ld.lld").is_file()
}
