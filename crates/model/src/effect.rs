//! What a tool call would do.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Environment, Resource, Verb, verbs};

/// One thing a tool call would do to one resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// What is done, such as `git.push`.
    pub verb: Verb,
    /// The kind of change.
    pub access: Access,
    /// What it is done to.
    pub resource: Resource,
    /// Where that is. `understand` leaves it unknown; `policy` fills it in from the bundle's map.
    pub environment: Environment,
    /// Whether it can be undone with what is left afterwards.
    pub reversible: Reversible,
    /// How much of it is known.
    pub certainty: Certainty,
    /// Why it is not exact, or what else a person should know: a sentence fragment.
    pub because: Option<String>,
    /// The part of the command's text that does it.
    pub span: Option<Span>,
    /// The line of a file behind the command that does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// How often it is done, or to how many files of a directory, where that counts; the largest number where it could be
    /// any, and none where a pull request is there already.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub times: u32,
    /// Other machines that are spoken to for it, besides the one whose address the resource names; `*` where it could
    /// be any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub speaks_to: Vec<String>,
    /// What arguments call the place where a server's tool acts: an application, a stage, a cluster.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acts_in: Vec<String>,
    /// Whether the path is a pattern that the shell expands, and whose last name alone has a wildcard: it then stands
    /// for names in that one directory, and for nothing with a `/` in it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub expanded: bool,
    /// The path that was named, where a link leads from it to the one the resource names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub led_by: Option<String>,
}

const fn once() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference over")]
const fn is_once(times: &u32) -> bool {
    *times == 1
}

impl Effect {
    /// An exact effect with the verb's own access, whose environment nobody has said yet.
    pub fn new(verb: Verb, resource: Resource) -> Self {
        let entry = verbs::find(verb.as_str());
        Self {
            verb,
            access: entry.map_or(Access::Execute, |entry| entry.access),
            resource,
            environment: Environment::Unknown,
            reversible: entry.map_or(Reversible::Unknown, |entry| entry.reversible),
            certainty: Certainty::Exact,
            because: None,
            span: None,
            origin: None,
            times: 1,
            speaks_to: Vec::new(),
            acts_in: Vec::new(),
            expanded: false,
            led_by: None,
        }
    }

    /// What nobody can see into, and why.
    pub fn opaque(description: &str, because: &str) -> Self {
        Self::new(verbs::EXEC_OPAQUE, Resource::Program { name: description.to_owned() })
            .certain(Certainty::Opaque, because)
    }

    /// What is put together or named only as it runs, and why nobody can see it before.
    pub fn hidden(description: &str, because: &str) -> Self {
        Self::new(verbs::EXEC_HIDDEN, Resource::Program { name: description.to_owned() })
            .certain(Certainty::Opaque, because)
    }

    /// The same effect, less certain.
    #[must_use]
    pub fn certain(mut self, certainty: Certainty, because: &str) -> Self {
        self.certainty = certainty;
        self.because = Some(because.to_owned());
        self
    }

    /// The same effect with a sentence for people.
    #[must_use]
    pub fn because(mut self, because: &str) -> Self {
        self.because = Some(because.to_owned());
        self
    }

    /// The same effect, found in this part of the command.
    #[must_use]
    pub const fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// Adds other machines that are spoken to for it.
    pub fn speaks(&mut self, hosts: &[String]) {
        for host in hosts {
            if !self.speaks_to.contains(host) {
                self.speaks_to.push(host.clone());
            }
        }
    }

    /// Whether it opens a pull request, or may.
    pub fn opens_pull_request(&self) -> bool {
        self.verb == verbs::FORGE_PULL_REQUEST
            && self.times > 0
            && !matches!(self.resource, Resource::PullRequest { number: Some(_), .. })
    }

    /// The same effect, reversible as said.
    #[must_use]
    pub const fn reversible(mut self, reversible: Reversible) -> Self {
        self.reversible = reversible;
        self
    }
}

/// `git.push main@origin → production, write`.
impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.resource)?;
        // Where a change of a push is brought to is an effect of its own.
        if !matches!(self.resource, Resource::Change { .. }) {
            write!(f, " → {}", self.environment)?;
        }
        write!(f, ", {}", self.access)?;
        match self.certainty {
            Certainty::Exact => Ok(()),
            Certainty::Partial | Certainty::Opaque => write!(f, ", {}", self.certainty),
        }
    }
}

/// The kind of change, from harmless to harmful.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Nothing changes.
    Read,
    /// Something changes or appears.
    Write,
    /// Data leaves this machine.
    Send,
    /// A program runs whose own effects are not listed.
    Execute,
    /// Something is gone afterwards.
    Destroy,
}

/// Whether an effect can be undone with what is left afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reversible {
    /// It can.
    Yes,
    /// Nobody knows.
    Unknown,
    /// It cannot.
    No,
}

/// How much of an effect is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// All of it.
    Exact,
    /// The verb is known, something about the resource is not: taken as the worst it can be.
    Partial,
    /// Nothing but that something runs.
    Opaque,
}

/// A range of bytes in the command's text, `start..end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// Where in a file that a call runs something stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// The file: below the working tree's top as it is from there, else with its whole path.
    pub file: String,
    /// The line, from 1 on, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

/// `scripts/deploy.sh:4`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}", self.file),
            None => f.write_str(&self.file),
        }
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Send => "send",
            Self::Execute => "execute",
            Self::Destroy => "destroy",
        })
    }
}

impl fmt::Display for Certainty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exact => "exact",
            Self::Partial => "partial",
            Self::Opaque => "opaque",
        })
    }
}
