//! Identifiers, each a type of its own so that one cannot be passed for another.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The identifier as its issuer wrote it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

id! {
    /// One run of an agent, as its runtime names it.
    SessionId,
    /// A subagent within a session.
    AgentId,
    /// One tool call within a session.
    ToolCallId,
    /// One prompt a person gave a session.
    PromptId,
    /// A held action that waits for a reviewer, such as `cs-7k3f9q`.
    Ticket,
    /// A grant, such as `cg-2m8x4d`.
    GrantId,
    /// A task that a person gave an agent, such as `ct-5e9a1c`.
    TaskId,
    /// A log of evidence: the one name that is the same on every copy of it.
    LogId,
    /// A policy within a bundle, such as `graduated/production-write`.
    PolicyId,
    /// The name a reviewer enrolled with.
    ReviewerName,
    /// A git object id of a commit: 40 or 64 lower-case hexadecimal digits.
    Commit,
}

impl Commit {
    /// The id of `text`, if it has the form of a full object id.
    pub fn parse(text: &str) -> Option<Self> {
        let full = text.len() == 40 || text.len() == 64;
        let hex = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        (full && hex).then(|| Self(text.to_owned()))
    }

    /// The first ten digits, for people.
    pub fn short(&self) -> &str {
        self.0.get(..10).unwrap_or(&self.0)
    }
}
