//! A fixed piece of work that times are compared with, so that a bound says something of our work and not of the
//! machine: a slower or busier machine takes longer for both.
//!
//! It does what the product does (takes a script, a query and settings apart, sorts small strings, writes and reads
//! JSON, evaluates policies), with the libraries the product does it with, and none of it is the product's code, so that
//! no change of ours moves it. It is of so many kinds for a reason: a loop that stays in a processor's nearest cache does
//! not notice the neighbours who push everything else out of the farther ones, and what is measured does. See ADR 15.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use cedar_policy::{Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request};
use serde_json::Value;
use sqlparser::dialect::PostgreSqlDialect;

use crate::Problem;

/// Runs of which the middle one counts.
const RUNS: usize = 101;

const SCRIPT: &str = "git push origin main | tail";
const QUERY: &str = "DELETE FROM carts";
const SETTINGS: &str = "[package]\nname = \"shop\"\n";
const POLICIES: &str = r#"
    permit (principal, action == Action::"push", resource) when { context.branch like "feature/*" };
    forbid (principal, action == Action::"push", resource) when { context.branch == "main" && !context.approved };
"#;

/// The work, with what is set up for it once. It is some 95,000 instructions.
pub struct Yardstick {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    request: Request,
}

impl Yardstick {
    /// # Errors
    /// Where the evaluator takes its policies or the question for wrong.
    pub fn new() -> Result<Self, Problem> {
        let named = |text: &str| -> Result<EntityUid, Problem> { Ok(text.parse()?) };
        let context =
            Context::from_json_value(serde_json::json!({"branch": "main", "approved": false}), None)?;
        let request = Request::new(
            named("Agent::\"agent\"")?,
            named("Action::\"push\"")?,
            named("Branch::\"main\"")?,
            context,
            None,
        )?;
        Ok(Self {
            authorizer: Authorizer::new(),
            policies: POLICIES.parse()?,
            entities: Entities::empty(),
            request,
        })
    }

    /// How long the work takes now.
    pub fn length(&self) -> Duration {
        let mut times: Vec<Duration> = (0..RUNS)
            .map(|_| {
                let started = Instant::now();
                black_box(self.work());
                started.elapsed()
            })
            .collect();
        times.sort_unstable();
        times.get(RUNS / 2).copied().unwrap_or_default()
    }

    fn work(&self) -> usize {
        words(black_box(SCRIPT))
            + script(black_box(SCRIPT))
            + query(black_box(QUERY))
            + settings(black_box(SETTINGS))
            + self.policy()
    }

    fn policy(&self) -> usize {
        let response =
            self.authorizer.is_authorized(black_box(&self.request), &self.policies, &self.entities);
        usize::from(response.decision() == Decision::Deny) + response.diagnostics().reason().count()
    }
}

fn words(text: &str) -> usize {
    let mut words: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, word) in text.split([' ', '/', ':', ';', '"']).enumerate() {
        words.entry(word.to_ascii_lowercase()).or_default().push(place);
    }
    let written = serde_json::to_string(&words).unwrap_or_default();
    let read: Value = serde_json::from_str(&written).unwrap_or_default();
    written.len() + read.as_object().map_or(0, serde_json::Map::len)
}

fn script(text: &str) -> usize {
    let options = brush_parser::ParserOptions::default();
    let tokens = brush_parser::uncached_tokenize_str(text, &options.tokenizer_options()).unwrap_or_default();
    brush_parser::parse_tokens(&tokens, &options).map_or(0, |program| program.complete_commands.len())
}

fn query(text: &str) -> usize {
    sqlparser::parser::Parser::parse_sql(&PostgreSqlDialect {}, text).map_or(0, |statements| statements.len())
}

fn settings(text: &str) -> usize {
    text.parse::<toml::Table>().map_or(0, |table| table.len())
}

/// Prints it in nanoseconds.
pub fn print() -> Result<(), Problem> {
    println!("{}", Yardstick::new()?.length().as_nanos());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_the_work_is_done() {
        let yardstick = Yardstick::new().unwrap();
        assert!(words(SCRIPT) > SCRIPT.len());
        assert_eq!([script(SCRIPT), query(QUERY), settings(SETTINGS)], [1, 1, 1]);
        assert_eq!(yardstick.policy(), 2);
        assert_eq!(yardstick.work(), yardstick.work());
    }
}
