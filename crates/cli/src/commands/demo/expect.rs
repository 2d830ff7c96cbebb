//! What must hold when the scenario has played, checked one by one.

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::Verdict;
use super::agent::Done;
use super::script::Step;
use super::stage::Stage;
use crate::output::{BAD, GOOD, STRONG, styled};

/// The expectations checked so far.
#[derive(Default)]
pub struct Expectations {
    checked: Vec<(bool, String)>,
}

impl Expectations {
    fn expect(&mut self, held: bool, says: impl Into<String>) {
        self.checked.push((held, says.into()));
    }

    /// Low-risk work must not be stopped, and must have done what it was meant to.
    pub fn flowed(&mut self, step: &Step, done: &Done) {
        let ran = done.refused.is_none() && done.succeeded != step.fails;
        let detail = done.refused.as_deref().unwrap_or(&done.printed);
        let says =
            if ran { format!("flows: {}", step.says) } else { format!("flows: {}: {detail}", step.says) };
        self.expect(ran && done.granted.is_none(), says);
    }

    /// Two commits, or whatever, are the same.
    pub fn equal(&mut self, says: &str, is: &str, should_be: &str) {
        let says =
            if is == should_be { says.to_owned() } else { format!("{says}: it is {is}, not {should_be}") };
        self.expect(is == should_be, says);
    }

    /// The push had to wait for the reviewer.
    pub fn held(&mut self, step: &Step, done: &Done, answered: bool) {
        self.expect(answered, format!("held until the reviewer answered: {}", step.says));
        if !answered && done.refused.is_none() {
            self.expect(false, "noticed: the push that moves the remote main ran without being held");
        }
    }

    /// An approved push ran in a form that can only make the reviewed transition.
    pub fn pinned(&mut self, done: &Done, old: &str, new: &str) {
        let command = done
            .granted
            .as_ref()
            .and_then(|input| input.get("command"))
            .and_then(Value::as_str)
            .unwrap_or_default();
        let pinned = command.contains(&format!(":{old}")) && command.contains(new);
        self.expect(pinned, "what ran was pinned to the old and the new commit");
        if let Some(reason) = &done.refused {
            self.expect(false, format!("noticed: {reason}"));
        }
    }

    /// The agent got a reason it can act on.
    pub fn told(&mut self, done: &Done) {
        self.expect(done.refused.as_ref().is_some_and(|reason| reason.len() > 20), "the agent was told why");
    }

    /// The approval did for one transition only.
    pub fn refused_again(&mut self, done: &Done) {
        self.expect(done.refused.is_some(), "another push to main is not covered by that answer");
    }

    /// The record verifies and tells the whole story.
    pub fn evidence(&mut self, stage: &Stage, verdict: Option<Verdict>) -> Result<()> {
        let report: Value = match stage.countersign(&["evidence", "verify", "--json"]) {
            Ok(report) => {
                serde_json::from_str(&report).context("`evidence verify --json` printed something else")?
            }
            Err(error) => {
                self.expect(false, format!("the evidence verifies: {error:#}"));
                return Ok(());
            }
        };
        self.expect(report.get("ok").and_then(Value::as_bool) == Some(true), "the evidence verifies");
        let text = stage.countersign(&["evidence", "show", "--json"])?;
        let has = |kind: &str| text.contains(&format!("\"type\": \"{kind}\""));
        let mut story = vec!["prompted", "decided", "outcome"];
        if verdict.is_some() {
            story.extend(["held", "reviewed"]);
        }
        if verdict == Some(Verdict::Approve) {
            story.push("released");
        }
        for kind in story {
            self.expect(has(kind), format!("the evidence has `{kind}` records"));
        }
        Ok(())
    }

    /// Prints all of them; true if every one held.
    pub fn report(&self) -> bool {
        anstream::println!("\n{}", styled(STRONG, "Checked:"));
        for (held, says) in &self.checked {
            let mark = if *held { styled(GOOD, "✓") } else { styled(BAD, "✗") };
            anstream::println!("  {mark} {says}");
        }
        let failed = self.checked.iter().filter(|(held, _)| !held).count();
        if failed == 0 {
            anstream::println!("{}", styled(GOOD, format!("all {} expectations held", self.checked.len())));
        } else {
            anstream::println!(
                "{}",
                styled(BAD, format!("{failed} of {} expectations failed", self.checked.len()))
            );
        }
        failed == 0 && !self.checked.is_empty()
    }
}
