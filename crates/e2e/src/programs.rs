//! Where the programs are that a lab runs.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

/// The version of Claude Code that the suite drives.
pub const CLAUDE_CODE: &str = include_str!("../claude-code.version").trim_ascii_end();

/// The folder that holds the client's own program, `claude`, as npm installed it.
pub(crate) fn claude_code() -> Result<PathBuf> {
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => bail!("there is no Claude Code for {other}"),
    };
    let modules = root().join(format!(".tools/claude-code-{CLAUDE_CODE}/node_modules/@anthropic-ai"));
    let folders = ["", "-musl"].map(|libc| modules.join(format!("claude-code-linux-{architecture}{libc}")));
    let found = folders.into_iter().find(|folder| folder.join("claude").is_file());
    found.with_context(|| {
        format!("Claude Code {CLAUDE_CODE} is not below {}: run `cargo xtask test`", modules.display())
    })
}

/// Builds the binary `name` of `package` as the tests themselves were built, and says where it is.
pub fn build(package: &str, name: &str) -> Result<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "cargo says where it is through the environment")]
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(root())
        .args(["build", "--quiet", "--locked", "--message-format=json", "--package", package, "--bin", name])
        .output()
        .context("cannot start cargo")?;
    ensure!(output.status.success(), "cannot build {name}: {}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8_lossy(&output.stdout);
    let mut executables = messages.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        message.get("executable")?.as_str().map(PathBuf::from)
    });
    executables.next_back().with_context(|| format!("cargo built no {name}"))
}

fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).unwrap_or(manifest).to_path_buf()
}
