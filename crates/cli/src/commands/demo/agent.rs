//! The scripted agent: asks the hook before each tool call, obeys, acts, reports.

use std::io::Write as _;
use std::process::{Child, Command, Output, Stdio};

use anyhow::{Context as _, Result};
use serde_json::{Map, Value, json};

use super::reviewer::Reviewer;
use super::script::Step;
use super::stage::Stage;
use crate::output::{BAD, FAINT, GOOD, WARN, styled};

/// A session of the scripted agent.
pub struct Agent<'a> {
    stage: &'a Stage,
    session: String,
    calls: u32,
}

/// What became of one step.
pub struct Done {
    /// Why the hook refused, if it did.
    pub refused: Option<String>,
    /// The hook's own allow: its rewritten input, for a countersigned call.
    pub granted: Option<Value>,
    /// Whether the tool ran and succeeded.
    pub succeeded: bool,
    /// What the tool printed.
    pub printed: String,
}

impl<'a> Agent<'a> {
    /// A session that has not started.
    pub fn new(stage: &'a Stage) -> Result<Self> {
        let session = crate::edge::random::<8>()?.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { stage, session, calls: 0 })
    }

    /// Starts the session with the person's prompt.
    pub fn start(&self, prompt: &str) -> Result<()> {
        self.report("SessionStart", json!({"source": "startup"}))?;
        self.report("UserPromptSubmit", json!({"prompt": prompt, "permission_mode": "default"}))
    }

    /// Ends the session.
    pub fn stop(&self) -> Result<()> {
        self.report("Stop", json!({"stop_hook_active": false}))?;
        self.report("SessionEnd", json!({"reason": "other"}))
    }

    /// Takes one step: asks, waits with the reviewer where it is held, acts if it may.
    pub fn act(&mut self, step: &Step, reviewer: &mut Reviewer) -> Result<Done> {
        self.step(step, reviewer, None)
    }

    /// The same, parking at once where it is held.
    pub fn act_without_waiting(&mut self, step: &Step, reviewer: &mut Reviewer) -> Result<Done> {
        self.step(step, reviewer, Some("0"))
    }

    fn step(&mut self, step: &Step, reviewer: &mut Reviewer, wait: Option<&str>) -> Result<Done> {
        self.calls += 1;
        let id = format!("toolu_demo_{}_{}", self.session, self.calls);
        let input = self.located(&step.input);
        let call = json!({"tool_name": step.tool, "tool_input": input, "tool_use_id": id});
        anstream::print!("  agent {:<44} ", step.says);
        std::io::stdout().flush()?;
        let mut hook = self.start_hook("PreToolUse", &call, wait)?;
        if wait.is_none() {
            reviewer.attend(&mut hook)?;
        }
        let answer = hook.wait_with_output().context("cannot read the hook's answer")?;
        let answered: Value = serde_json::from_slice(&answer.stdout).unwrap_or(Value::Null);
        let specific = answered.get("hookSpecificOutput").cloned().unwrap_or_default();
        let decision = specific.get("permissionDecision").and_then(Value::as_str);
        if decision == Some("deny") || answer.status.code() != Some(0) {
            let reason = String::from_utf8_lossy(&answer.stderr).trim().to_owned();
            let parked = reason.starts_with("Countersign holds");
            anstream::println!("{}", if parked { styled(WARN, "held") } else { styled(BAD, "refused") });
            anstream::println!("        {}", styled(FAINT, reason.replace('\n', "\n        ")));
            return Ok(Done {
                refused: Some(reason),
                granted: None,
                succeeded: false,
                printed: String::new(),
            });
        }
        let granted =
            (decision == Some("allow")).then(|| specific.get("updatedInput").cloned().unwrap_or_default());
        let run_with = granted.as_ref().filter(|input| input.is_object()).unwrap_or(&input);
        let (succeeded, printed) = self.run(step.tool, run_with)?;
        anstream::println!("{}", styled(GOOD, if granted.is_some() { "countersigned" } else { "flows" }));
        if let Some(command) = granted.as_ref().and_then(|input| input.get("command")).and_then(Value::as_str)
        {
            anstream::println!("        {}", styled(FAINT, format!("ran, pinned: {command}")));
        }
        self.report_outcome(&call, succeeded, &printed)?;
        Ok(Done { refused: None, granted, succeeded, printed })
    }

    fn report_outcome(&self, call: &Value, succeeded: bool, printed: &str) -> Result<()> {
        let mut fields = call.clone();
        if let Some(fields) = fields.as_object_mut() {
            fields.insert("duration_ms".into(), json!(1));
            if succeeded {
                fields.insert(
                    "tool_response".into(),
                    json!({"stdout": printed, "stderr": "", "interrupted": false}),
                );
            } else {
                fields.insert("error".into(), json!(format!("Exit code 1\n{printed}")));
                fields.insert("is_interrupt".into(), json!(false));
            }
        }
        self.report(if succeeded { "PostToolUse" } else { "PostToolUseFailure" }, fields)
    }

    /// Does what the runtime's tool would do.
    fn run(&self, tool: &str, input: &Value) -> Result<(bool, String)> {
        let text = |name: &str| input.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        match tool {
            "Bash" => {
                let Output { status, stdout, stderr } = self
                    .stage
                    .command("/bin/sh")
                    .args(["-c", &text("command")])
                    .output()
                    .context("cannot start sh")?;
                let printed = String::from_utf8_lossy(&stdout) + String::from_utf8_lossy(&stderr);
                Ok((status.success(), printed.into_owned()))
            }
            "Write" => {
                std::fs::write(text("file_path"), text("content"))?;
                Ok((true, String::new()))
            }
            _ => Ok((true, std::fs::read_to_string(text("file_path"))?)),
        }
    }

    fn report(&self, event: &str, fields: Value) -> Result<()> {
        self.start_hook(event, &fields, None)?
            .wait_with_output()
            .with_context(|| format!("{event} was not answered"))?;
        Ok(())
    }

    /// Starts the hook as the runtime would: exec form, the event as JSON on standard input.
    fn start_hook(&self, event: &str, fields: &Value, wait: Option<&str>) -> Result<Child> {
        let (program, arguments) = self.stage.hook.split_first().context("no hook is installed")?;
        let mut payload = Map::new();
        payload.insert("session_id".into(), json!(self.session));
        payload.insert("transcript_path".into(), json!(self.stage.repository().join("transcript.jsonl")));
        payload.insert("cwd".into(), json!(self.stage.repository()));
        payload.insert("hook_event_name".into(), json!(event));
        payload.insert("permission_mode".into(), json!("default"));
        payload.extend(fields.as_object().cloned().unwrap_or_default());
        let mut command: Command = self.stage.command(program);
        command.env_remove("COUNTERSIGN_HOME").env("CLAUDE_CODE_SESSION_ATTENDED", "1");
        if let Some(wait) = wait {
            command.env("COUNTERSIGN_WAIT", wait);
        }
        let mut child = command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start the hook `{program}`"))?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(&serde_json::to_vec(&payload)?)?;
        }
        Ok(child)
    }

    fn located(&self, input: &Value) -> Value {
        let mut input = input.clone();
        if let Some(path) = input.get_mut("file_path")
            && let Some(relative) = path.as_str().and_then(|path| path.strip_prefix("@/"))
        {
            *path = json!(self.stage.repository().join(relative));
        }
        input
    }
}
