//! Where the policies and invariants of a proposal's own stand in its text.

use std::collections::HashMap;

use serde::Deserialize;
use toml::Spanned;

use crate::checked::line_and_column;
use crate::escapes;
use crate::proposal::INVARIANT;

/// The Cedar texts of a proposal, by the names of their policies. The proposal is read once, however many places are asked for.
pub(crate) struct OwnTexts<'t> {
    text: &'t str,
    policies: HashMap<String, Spanned<String>>,
    invariants: HashMap<String, Spanned<String>>,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    policy: Vec<Policy>,
    #[serde(default)]
    invariant: Vec<Policy>,
}

#[derive(Deserialize)]
struct Policy {
    id: String,
    cedar: Spanned<String>,
}

impl<'t> OwnTexts<'t> {
    /// Of a proposal's text; of one that is no proposal there are none.
    pub(crate) fn of(text: &'t str) -> Self {
        let (policies, invariants) = match toml::from_str(text) {
            Ok(File { policy, invariant }) => (by_name(policy), by_name(invariant)),
            Err(_) => Default::default(),
        };
        Self { text, policies, invariants }
    }

    /// The line and column of a policy or an invariant, or of a place that is counted in its own text.
    pub(crate) fn place(&self, id: &str, within: Option<(usize, usize)>) -> Option<(usize, usize)> {
        let cedar = match id.strip_prefix(INVARIANT) {
            Some(bare) => self.invariants.get(bare)?,
            None => self.policies.get(id)?,
        };
        let (span, says) = (cedar.span(), cedar.get_ref().as_str());
        let raw = self.text.get(span.clone())?;
        let verbatim = raw.find(says);
        if let Some((line, column)) = within.filter(|_| verbatim.is_none()) {
            let before = says.split('\n').take(line.saturating_sub(1)).map(|line| line.chars().count() + 1);
            let at = escapes::offset(raw, before.sum::<usize>() + column.saturating_sub(1));
            return line_and_column(self.text, span.start + at.unwrap_or_default());
        }
        let (line, column) = line_and_column(self.text, span.start + verbatim.unwrap_or_default())?;
        Some(match within {
            None => (line, column),
            Some((1, further)) => (line, column + further - 1),
            Some((lines, further)) => (line + lines - 1, further),
        })
    }
}

/// The first of each name.
fn by_name(policies: Vec<Policy>) -> HashMap<String, Spanned<String>> {
    policies.into_iter().rev().map(|policy| (policy.id, policy.cedar)).collect()
}
