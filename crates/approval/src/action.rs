//! What a reviewer agrees to: one exact action.

use countersign_model::{Digest, Effect, Fact, McpServer, Runtime, SessionId};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::ApprovalError;
use crate::canonical::message;

/// One exact action, as it is signed. It leaves out ids of calls and agents and what the model
/// wrote for people, so that the same action asked again is the same; it holds every fact the
/// decision depended on, so that an action whose surroundings changed is another one.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Action<'a> {
    /// The run of the agent.
    pub session: &'a SessionId,
    /// The agent program.
    pub runtime: Runtime,
    /// The tool, as the runtime names it.
    pub tool: &'a str,
    /// The MCP server behind it.
    pub server: Option<&'a McpServer>,
    /// The directory it would run in.
    pub cwd: &'a str,
    /// The arguments that bear on what happens.
    pub input: &'a Map<String, Value>,
    /// What understanding asked of the workspace, with the answers.
    pub facts: &'a [Fact],
    /// What it would do, environments filled in.
    pub effects: &'a [Effect],
    /// The policy and map in force.
    pub bundle: Digest,
}

impl Action<'_> {
    /// The digest of its canonical JSON.
    ///
    /// # Errors
    ///
    /// An argument is a number that canonical JSON cannot carry exactly: the action cannot be
    /// approved, so a caller must deny it.
    pub fn digest(&self) -> Result<Digest, ApprovalError> {
        Ok(Digest::of([message("action", self)?.as_slice()]))
    }
}

#[cfg(test)]
mod tests {
    use countersign_model::{Answer, Environment, Question, Resource, ToolAnnotations, verbs};
    use insta::assert_snapshot;
    use serde_json::json;

    use super::*;

    /// The parts of an action, to change one at a time.
    struct Parts {
        session: SessionId,
        runtime: Runtime,
        tool: String,
        server: Option<McpServer>,
        cwd: String,
        input: Map<String, Value>,
        facts: Vec<Fact>,
        effects: Vec<Effect>,
        bundle: Digest,
    }

    fn parts() -> Parts {
        let question = Question::Head { repository: "/r".into() };
        Parts {
            session: "s1".into(),
            runtime: Runtime::ClaudeCode,
            tool: "Bash".into(),
            server: None,
            cwd: "/r".into(),
            input: json!({"command": "git push"}).as_object().unwrap().clone(),
            facts: vec![Fact { question, answer: Answer::Absent }],
            effects: vec![Effect::new(verbs::GIT_PUSH, Resource::Program { name: "x".into() })],
            bundle: Digest::of([b"bundle".as_slice()]),
        }
    }

    fn check(change: impl FnOnce(&mut Parts)) -> String {
        let mut parts = parts();
        change(&mut parts);
        Action {
            session: &parts.session,
            runtime: parts.runtime,
            tool: &parts.tool,
            server: parts.server.as_ref(),
            cwd: &parts.cwd,
            input: &parts.input,
            facts: &parts.facts,
            effects: &parts.effects,
            bundle: parts.bundle,
        }
        .digest()
        .unwrap()
        .to_string()
    }

    #[test]
    fn stays_what_it_is() {
        assert_snapshot!(check(|_| ()), @"sha256:82739fde9c7ba1ba0f6bbea7df0d22e97f33ba787ad1ff134c8c38eea6c24be2");
    }

    #[test]
    fn every_part_counts() {
        let server = McpServer { name: "m".into(), source: None, annotations: ToolAnnotations::default() };
        let digests = std::collections::BTreeSet::from([
            check(|_| ()),
            check(|p| p.session = "s2".into()),
            check(|p| p.runtime = Runtime::Script),
            check(|p| p.tool = "bash".into()),
            check(|p| p.server = Some(server)),
            check(|p| p.cwd = "/q".into()),
            check(|p| drop(p.input.insert("timeout".into(), json!(1)))),
            check(|p| p.facts.clear()),
            check(|p| p.facts[0].answer = Answer::Yes),
            check(|p| p.effects[0].environment = Environment::Production),
            check(|p| p.bundle = Digest::of([b"other".as_slice()])),
        ]);
        assert_eq!(digests.len(), 11);
    }

    #[test]
    fn the_order_of_arguments_does_not_count() {
        let one = check(|p| p.input = json!({"a": 1, "b": 2}).as_object().unwrap().clone());
        let two = check(|p| p.input = json!({"b": 2, "a": 1}).as_object().unwrap().clone());
        assert_eq!(one, two);
    }
}
