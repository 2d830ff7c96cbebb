//! Where understanding asks its questions: the boundary to the world.

use std::cell::{Cell, RefCell};

use countersign_model::{Answer, Fact, Question};

/// Answers questions about the workspace: files, git, the environment's variable names.
///
/// An implementation answers `Unknown` whenever it is not sure; understanding then takes the
/// worst it can be.
pub trait Workspace {
    /// The answer to one question.
    fn ask(&self, question: &Question) -> Answer;
}

/// A workspace that asks each question once and keeps the facts in first-asked order.
pub struct Recording<'a> {
    workspace: &'a dyn Workspace,
    facts: RefCell<Vec<Fact>>,
    away: Cell<bool>,
    /// Directories of this machine that the other one has, too.
    open: RefCell<Vec<String>>,
}

impl<'a> Recording<'a> {
    /// Records what is asked of `workspace`.
    pub const fn new(workspace: &'a dyn Workspace) -> Self {
        Self {
            workspace,
            facts: RefCell::new(Vec::new()),
            away: Cell::new(false),
            open: RefCell::new(Vec::new()),
        }
    }

    /// Says whether what is asked from now on is about another machine, of which nothing is known here;
    /// returns what was said before.
    pub fn is_away(&self, away: bool) -> bool {
        self.away.replace(away)
    }

    /// Says which directories of this machine may be asked about while all else is about another machine; returns
    /// those before.
    pub(crate) fn opens(&self, directories: Vec<String>) -> Vec<String> {
        self.open.replace(directories)
    }

    fn is_open(&self, question: &Question) -> bool {
        match question {
            Question::Path { path } | Question::Target { path } | Question::Names { directory: path, .. } => {
                self.open.borrow().iter().any(|directory| crate::paths::is_within(path, directory))
            }
            _ => false,
        }
    }

    /// Whether so much was asked that nothing more is.
    pub fn is_full(&self) -> bool {
        self.facts.borrow().len() >= MOST_FACTS
    }

    /// What was asked so far.
    pub fn facts(&self) -> Vec<Fact> {
        self.facts.borrow().clone()
    }

    /// What was asked.
    pub fn into_facts(self) -> Vec<Fact> {
        self.facts.into_inner()
    }
}

impl Workspace for Recording<'_> {
    fn ask(&self, question: &Question) -> Answer {
        if self.away.get() && !self.is_open(question) {
            return Answer::Unknown { why: "it is not a path of this machine".to_owned() };
        }
        if let Some(answer) = find(&self.facts.borrow(), question) {
            return answer;
        }
        if self.is_full() {
            return Answer::Unknown { why: "the call asks too many questions".to_owned() };
        }
        let answer = self.workspace.ask(question);
        self.facts.borrow_mut().push(Fact { question: question.clone(), answer: answer.clone() });
        answer
    }
}

/// A call that needs more facts than this is not understood better by asking more.
const MOST_FACTS: usize = 512;

/// A workspace that answers from recorded facts; everything else is unknown.
///
/// Replaying a recorded call against it gives the same effects, as long as they did not depend on
/// a file's text, which is never stored.
pub struct Recorded {
    facts: Vec<Fact>,
}

impl Recorded {
    /// Answers from `facts`.
    pub const fn new(facts: Vec<Fact>) -> Self {
        Self { facts }
    }
}

impl Workspace for Recorded {
    fn ask(&self, question: &Question) -> Answer {
        match find(&self.facts, question) {
            // What was stored has no texts: an empty one says nothing of the file.
            Some(Answer::Text { text, digest, .. }) if text.is_empty() => {
                Answer::Text { text, whole: false, digest }
            }
            Some(answer) => answer,
            None => Answer::Unknown { why: "it was not recorded".to_owned() },
        }
    }
}

fn find(facts: &[Fact], question: &Question) -> Option<Answer> {
    facts.iter().find(|fact| fact.question == *question).map(|fact| fact.answer.clone())
}

#[cfg(test)]
mod tests;
