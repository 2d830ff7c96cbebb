//! Where the programs are that a lab runs.

use std::fs;
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

/// Builds `countersign` and `countersign-hook` as they ship, and links both, and nothing else, into
/// the folder `into`.
pub fn product(into: &Path) -> Result<()> {
    #[expect(clippy::disallowed_methods, reason = "cargo says where it is through the environment")]
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.current_dir(root()).args(["build", "--release", "--locked", "--message-format=json"]);
    build.args(["--package=countersign", "--package=countersign-hook", "--bins"]);
    let output = build.output().context("cannot start cargo")?;
    ensure!(output.status.success(), "cannot build Countersign: {}", String::from_utf8_lossy(&output.stderr));
    fs::create_dir_all(into)?;
    let messages = String::from_utf8_lossy(&output.stdout);
    for message in messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        if let Some(program) = message.get("executable").and_then(Value::as_str).map(Path::new) {
            // Replaced as a whole: a lab of another run may be using it.
            let link = into.join(program.file_name().unwrap_or_default());
            let new = link.with_extension("new");
            fs::hard_link(program, &new).with_context(|| format!("cannot link {}", new.display()))?;
            fs::rename(&new, &link)?;
            let _ = fs::remove_file(&new);
        }
    }
    Ok(())
}

fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).unwrap_or(manifest).to_path_buf()
}
