//! Every event but a call about to run: what is recorded of it, and the veto of settings.

use std::path::{Path, PathBuf};
use std::time::Duration;

use countersign_agents::claude_code::{Answer, Context, Event};
use countersign_evidence::{self as evidence, Ran};
use countersign_local::{Call, LedgerError};
use countersign_model::{Fact, Question, Resource, Runtime, SessionId, ToolCall, ToolCallId};
use countersign_understand::Workspace as _;
use serde_json::{Map, Value};

use super::{Answered, LONGEST_STORED, Line, fingerprint, judge, shorten};

impl Line {
    /// Records an event. Only a change of settings is ever answered.
    pub(super) fn report(&mut self, event: &Event) -> Answered {
        let record = match event {
            Event::SessionStart { context, source, .. } => Some(self.session_started(context, source)),
            Event::Prompt { context, text, notification } => {
                (!notification).then(|| self.prompted(context, text))
            }
            Event::PostToolUse { call, response, duration, background } => {
                let ran = match background {
                    Some(id) => Ran::Background { id: Some(id.clone()) },
                    None => Ran::Succeeded,
                };
                return self.ended(call, ran, Some(response.to_string()), *duration);
            }
            Event::PostToolUseFailure { call, error, interrupted, duration } => {
                let ran = if *interrupted { Ran::Interrupted } else { Ran::Failed };
                return self.ended(call, ran, Some(error.clone()), *duration);
            }
            Event::PermissionRequest { context, tool, input } => Some(self.asked(context, tool, input)?),
            Event::SubagentStart { context, kind } => context.agent.clone().map(|agent| {
                let session = context.session.clone();
                evidence::Event::SubagentStarted { session, agent, agent_type: Some(kind.clone()) }
            }),
            Event::SubagentStop { context, kind, .. } => context.agent.clone().map(|agent| {
                let session = context.session.clone();
                evidence::Event::SubagentStopped { session, agent, agent_type: Some(kind.clone()) }
            }),
            Event::Stop { context, tasks, .. } => Some(evidence::Event::Stopped {
                session: context.session.clone(),
                background: tasks.iter().map(|task| task.id.clone()).collect(),
            }),
            Event::SessionEnd { context, reason } => Some(evidence::Event::SessionEnded {
                session: context.session.clone(),
                reason: Some(reason.clone()),
            }),
            Event::ConfigChange { context, source, path } => {
                return self.configuration(&context.session, source, path.as_deref());
            }
            Event::PreToolUse(_) | Event::Other { .. } => None,
        };
        if let Some(record) = record {
            self.append(record)?;
        }
        Ok((Answer::Pass, None))
    }

    fn append(&mut self, event: evidence::Event) -> Result<(), LedgerError> {
        let event = self.storable(event)?;
        self.ledger.locked(crate::now, |log| log.append(vec![event]).map(drop))
    }

    fn session_started(&self, context: &Context, source: &str) -> evidence::Event {
        evidence::Event::SessionStarted {
            session: context.session.clone(),
            runtime: Runtime::ClaudeCode,
            cwd: context.cwd.clone().unwrap_or_default(),
            source: Some(source.to_owned()),
            attended: Some(self.environment.attended),
            mode: context.mode.clone(),
        }
    }

    fn prompted(&self, context: &Context, text: &str) -> evidence::Event {
        evidence::Event::Prompted {
            session: context.session.clone(),
            prompt: context.prompt.clone(),
            text: text.to_owned(),
            findings: self.redactor.scan(&Value::String(text.to_owned())),
        }
    }

    /// The host asks a person: that belongs to the latest call with the same tool and arguments.
    fn asked(
        &mut self,
        context: &Context,
        tool: &str,
        input: &Map<String, Value>,
    ) -> Result<evidence::Event, LedgerError> {
        let like = ToolCall {
            runtime: Runtime::ClaudeCode,
            session: context.session.clone(),
            agent: context.agent.clone(),
            id: ToolCallId::from(""),
            prompt: None,
            cwd: context.cwd.clone().unwrap_or_default(),
            mode: None,
            tool: tool.to_owned(),
            input: input.clone(),
            mcp_server: None,
        };
        let wanted = fingerprint(&self.judge.key, &like);
        let call = self.ledger.read(|state| {
            let session = state.session(&context.session)?;
            let found = session.calls.iter().rev().find(|call| call.fingerprint == wanted && !call.ended);
            Ok(found.map(|call| call.id.clone()))
        })?;
        Ok(evidence::Event::PermissionAsked {
            session: context.session.clone(),
            agent: context.agent.clone(),
            tool: tool.to_owned(),
            call,
        })
    }

    /// A call has run, or failed.
    fn ended(
        &mut self,
        call: &ToolCall,
        ran: Ran,
        detail: Option<String>,
        duration: Option<Duration>,
    ) -> Answered {
        let known = self.ledger.read(|state| Ok(state.session(&call.session)?.call(&call.id).cloned()))?;
        let landed = match &known {
            Some(known) if known.released.is_some() && ran == Ran::Succeeded => {
                self.landed(&known.decided)?
            }
            Some(_) | None => None,
        };
        let rewritten = match &known {
            Some(known) if self.rewritten(known, call)? => Some(self.storable(evidence::Event::Tampering {
                what: "call-rewritten".to_owned(),
                detail: format!(
                    "{} {} ran with other arguments than were decided; another hook may have rewritten it: {}",
                    call.tool,
                    call.id,
                    Value::Object(call.input.clone())
                ),
                session: Some(call.session.clone()),
            })?),
            Some(_) | None => None,
        };
        // That it should have made a file does not say that it did.
        let created = known.iter().filter(|_| ran == Ran::Succeeded).flat_map(|known| &known.creates);
        let made = created.filter(|path| judge::is_file(path)).cloned().collect();
        let outcome = self.storable(evidence::Event::Outcome {
            session: call.session.clone(),
            agent: call.agent.clone(),
            call: call.id.clone(),
            result: ran,
            detail,
            duration_ms: duration.and_then(|duration| u64::try_from(duration.as_millis()).ok()),
            landed,
            made,
        })?;
        let undecided = evidence::Event::Tampering {
            what: "undecided-call".to_owned(),
            detail: format!("{} {} ran without a decision of this log", call.tool, call.id),
            session: Some(call.session.clone()),
        };
        self.ledger.locked(crate::now, |log| {
            let known = log.state().session(&call.session)?.call(&call.id).map(|known| known.ended);
            match known {
                // Reported twice: the hook is installed twice.
                Some(true) => Ok(()),
                Some(false) => log.append(rewritten.into_iter().chain([outcome]).collect()).map(drop),
                None => log.append(vec![undecided, outcome]).map(drop),
            }
        })?;
        Ok((Answer::Pass, None))
    }

    /// Whether what ran is not what was decided, or, for a released call, not its pinned form.
    fn rewritten(&mut self, known: &Call, call: &ToolCall) -> Result<bool, LedgerError> {
        let released = known.released.map(|position| self.ledger.record(&position)).transpose()?;
        let pinned = released.and_then(|record| match record.event {
            evidence::Event::Released { pinned, .. } => pinned,
            _ => None,
        });
        let decided = match pinned {
            Some(input) => input,
            None => match self.ledger.record(&known.decided)?.event {
                evidence::Event::Decided(decided) => decided.call.input,
                _ => return Ok(true),
            },
        };
        // What is stored is redacted and cut, so it is compared as it would be stored.
        let mut decided = Value::Object(decided);
        shorten(&mut decided, LONGEST_STORED);
        Ok(self.redacted(&Value::Object(call.input.clone()), LONGEST_STORED) != decided)
    }

    /// Whether every ref that a released push was to move is now seen where it was to go.
    fn landed(&mut self, decided: &evidence::Position) -> Result<Option<bool>, LedgerError> {
        let evidence::Event::Decided(decided) = self.ledger.record(decided)?.event else { return Ok(None) };
        let machine = self.judge.machine();
        let mut landed = None;
        for effect in &decided.effects {
            let Resource::Ref { repository, reference, new: Some(new), .. } = &effect.resource else {
                continue;
            };
            let (Some(root), Some(remote)) = (&repository.root, &repository.remote) else { continue };
            let Some(branch) = reference.strip_prefix("refs/heads/") else { continue };
            let question = Question::Reference {
                repository: root.clone(),
                reference: format!("refs/remotes/{}/{branch}", remote.name),
            };
            let answer = machine.ask(&question);
            let seen = Fact { question, answer };
            let there = matches!(&seen.answer, countersign_model::Answer::Commit { commit } if commit == new);
            landed = Some(landed.unwrap_or(true) && there);
        }
        Ok(landed)
    }

    /// A settings file changed: it comes into force only if the hook stays wired as it was.
    fn configuration(&mut self, session: &SessionId, source: &str, path: Option<&str>) -> Answered {
        let vetoed = self.veto(path);
        self.append(evidence::Event::ConfigurationChanged {
            session: session.clone(),
            source: source.to_owned(),
            path: path.map(PathBuf::from),
            vetoed: vetoed.clone(),
        })?;
        match vetoed {
            Some(why) => {
                self.append(evidence::Event::Tampering {
                    what: "settings-changed".to_owned(),
                    detail: why.clone(),
                    session: Some(session.clone()),
                })?;
                let reason = format!("Countersign keeps the settings that are in force: {why}");
                Ok((Answer::Deny { reason }, None))
            }
            None => Ok((Answer::Pass, None)),
        }
    }

    /// The program that is wired: the one that runs now.
    fn program(&self) -> String {
        std::env::current_exe().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Why a settings file must not come into force, if it must not.
    fn veto(&mut self, path: Option<&str>) -> Option<String> {
        let installs = self.ledger.read(|state| Ok(state.authorities()?.installs.clone()));
        let installs = match installs {
            Ok(installs) => installs,
            Err(problem) => return Some(problem.to_string()),
        };
        let path = Path::new(path?);
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Some(format!("`{}` cannot be read: {error}", path.display())),
        };
        let canonical = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let ours = installs.iter().any(|install| install.settings == canonical || install.settings == path);
        match countersign_agents::claude_code::inspect(&text, &self.options.wiring(self.program())) {
            Err(problem) => Some(format!("`{}`: {problem}", path.display())),
            Ok(found) if ours && !found.complete() => {
                Some(format!("`{}` no longer wires the hook as it was installed", path.display()))
            }
            Ok(found) => found
                .switches
                .iter()
                .find(|switch| switch.starts_with("disableAllHooks"))
                .map(|switch| format!("`{}` sets {switch}", path.display())),
        }
    }
}
