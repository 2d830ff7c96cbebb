//! A call through the real hook that it must refuse, for the right reason.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use countersign_agents::claude_code::Wiring;
use serde_json::{Value, json};

use super::Checks;
use crate::output::WithHint as _;
use crate::{edge, output};

/// How the policy that refuses it is named, behind the name of the pack.
const POLICY: &str = "/tampering";

/// The session that the canary's calls are of.
pub(in crate::commands) const SESSION: &str = "countersign-doctor";

/// Asks the installed hook to allow an edit of our own home: it must refuse in every way at once.
pub(super) fn canary(checks: &mut Checks, wiring: &Wiring, home: &Path) {
    match ask(wiring, home) {
        Ok(()) => checks.good("canary: the installed hook refuses an edit of Countersign's own files"),
        Err(error) => checks.bad(format!("canary: {}", output::sentence(&error))),
    }
}

fn ask(wiring: &Wiring, home: &Path) -> Result<()> {
    let id: String = edge::random::<8>()?.iter().map(|byte| format!("{byte:02x}")).collect();
    let call = json!({
        "session_id": SESSION, "transcript_path": "/nonexistent", "cwd": "/",
        "hook_event_name": "PreToolUse", "permission_mode": "default", "tool_name": "Write",
        "tool_input": {"file_path": home.join("canary"), "content": ""}, "tool_use_id": format!("doctor-{id}"),
    });
    let mut child = Command::new(&wiring.command)
        .args(&wiring.args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{}`", wiring.command))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(call.to_string().as_bytes())?;
    }
    let output = child.wait_with_output()?;
    let answer: Value =
        serde_json::from_slice(&output.stdout).context("it printed something else than JSON")?;
    let said = |name: &str| {
        let pointer = format!("/hookSpecificOutput/{name}");
        answer.pointer(&pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    if said("permissionDecision") != "deny" || output.status.code() != Some(2) || output.stderr.is_empty() {
        return Err(anyhow::anyhow!("the installed hook let an edit of Countersign's own files through"))
            .hint("do not let agents run until this is mended: install again");
    }
    let reason = said("permissionDecisionReason");
    if reason.contains(POLICY) {
        return Ok(());
    }
    // A hook that denies everything, or from trouble of its own, shows nothing about what it would let through.
    Err(anyhow::anyhow!("the installed hook denied it, but not because it is tampering: {reason}"))
        .hint("put right what it says, then run this again")
}
