//! `countersign policy suggest`: drafts of policies that would cut needless holds, each proved to keep what must hold.

mod proved;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use anstream::println;
use anyhow::Result;
use countersign_policy::{Proposal, build};
use countersign_simulate::{Approvals, Files, History, Simulation, Suggestion, candidates};
use serde_json::{Value, json};

use crate::commands::simulate::{bundles, read, tree};
use crate::output::{self, FAINT, GOOD, STRONG, styled};
use crate::terminal;
use proved::Dropped;

#[derive(clap::Args)]
pub struct Arguments {
    /// The history to learn from: session logs, or folders of them, as for `countersign simulate`
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// What the drafts would be added to: a countersign.toml or a pack's name [default: countersign.toml of this
    /// repository, else graduated]
    #[arg(long, value_name = "POLICY")]
    bundle: Option<String>,
    #[command(flatten)]
    tree: tree::Tree,
    /// Most drafts
    #[arg(long, default_value = "5", value_name = "NUMBER")]
    most: NonZeroUsize,
    /// Show drafts without proving that they keep what the policy promises (there is no solver, for example)
    #[arg(long)]
    unproved: bool,
}

/// Simulates, drafts, proves, simulates again with the drafts, shows.
pub fn run(arguments: &Arguments, json: bool) -> Result<ExitCode> {
    let (name, proposal) = bundles::proposal(arguments.bundle.as_deref())?;
    let history = read::all(&arguments.paths)?;
    let bundle = build(&proposal)?;
    let files = arguments.tree.files()?;
    let files = files.as_deref();
    let before = countersign_simulate::run(&history, &bundle, None, files, &|_| {});
    let drafts = candidates(&before, &bundle);
    let (mut drafts, dropped) = if arguments.unproved {
        (drafts.into_iter().take(arguments.most.get()).collect(), Vec::new())
    } else {
        proved::keep(drafts, arguments.most.get(), &bundle, &proposal)?
    };
    // What another policy forbids all the same is no use.
    let after = with(&proposal, &drafts, &history, files)?;
    drafts.iter_mut().for_each(|draft| draft.count(&before, &after));
    drafts.retain(|draft| draft.calls > 0);
    let (before, after) = (before.price(), after.price());
    if json {
        output::json(&json!({
            "policy": name, "proved": !arguments.unproved,
            "suggestions": drafts.iter().map(row).collect::<Result<Vec<_>>>()?, "dropped": dropped,
            "before": price(&before), "after": price(&after),
        }))?;
    } else {
        show(&name, &drafts, &before, &after);
        dropped.iter().for_each(Dropped::print);
        if !drafts.is_empty() {
            println!("They change nothing until they stand in countersign.toml and a reviewer signs it.");
            let proof = if arguments.unproved {
                "Nothing is proved of them: run `countersign policy prove` once they stand there."
            } else {
                "Each is proved to keep what this policy promises (`countersign policy prove`)."
            };
            println!("{proof}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The history under the proposal with these drafts added.
fn with<'h>(
    proposal: &Proposal,
    drafts: &[Suggestion],
    history: &'h History,
    files: Option<Files<'_>>,
) -> Result<Simulation<'h>> {
    let mut proposal = proposal.clone();
    proposal.policies.extend(drafts.iter().map(|draft| draft.policy.clone()));
    Ok(countersign_simulate::run(history, &build(&proposal)?, None, files, &|_| {}))
}

fn row(draft: &Suggestion) -> Result<Value> {
    let mut row = serde_json::to_value(draft)?;
    if let Some(row) = row.as_object_mut() {
        row.insert("toml".to_owned(), Value::String(draft.block()));
    }
    Ok(row)
}

fn price(approvals: &Approvals) -> Value {
    json!({
        "held": approvals.calls, "mean": approvals.mean, "median": approvals.median, "most": approvals.most,
    })
}

fn show(name: &str, drafts: &[Suggestion], before: &Approvals, after: &Approvals) {
    if drafts.is_empty() {
        println!(
            "{} nothing that {name} holds in this history should flow without a person",
            styled(GOOD, "none:")
        );
        return;
    }
    for draft in drafts {
        let calls = output::count(u64::try_from(draft.calls).unwrap_or(u64::MAX), "held call");
        println!("{}", styled(STRONG, format!("# would let {calls} flow:")));
        for example in &draft.examples {
            let call: String = terminal::line(&example.call).chars().take(100).collect();
            println!("{}", styled(FAINT, format!("#   {} {call}", terminal::line(&example.tool))));
        }
        println!("{}", draft.block());
    }
    println!(
        "{} held for each developer and day: {} before, {} with these ({} calls instead of {})",
        styled(GOOD, "price:"),
        before.mean,
        after.mean,
        after.calls,
        before.calls
    );
}
