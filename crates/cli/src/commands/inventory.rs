//! `countersign inventory`: what agents here can reach, and what governs the way there.

mod agents;
mod ask;
mod files;
mod look;
mod places;
mod shown;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anstream::eprintln;
use anyhow::{Context as _, Result};
use countersign_hook::Judge;
use countersign_inventory::{Item, Judged, Report, page};
use countersign_local::Authorities;
use countersign_model::McpServer;
use countersign_redact::Redactor;

use super::explain;
use crate::output::{self, GOOD, styled};
use crate::{outputs, repository};

#[derive(clap::Args)]
pub struct Arguments {
    /// Start the MCP servers that runtimes here name, and ask each for its tools; else none is started or reached
    #[arg(long)]
    ask_servers: bool,
    /// How long the servers have to answer, in seconds
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=10), requires = "ask_servers")]
    timeout: u64,
    /// Write the map as one self-contained page
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Judge by countersign.toml as it lies here instead of by what is in force
    #[arg(long)]
    proposal: bool,
}

/// Looks, asks, judges, shows.
pub fn run(arguments: Arguments, json: bool) -> Result<ExitCode> {
    let place = files::Place::here()?;
    let (judge, authorities, mut notes) = explain::judge(arguments.proposal)?;
    if notes.is_empty() {
        notes.push("decided by the policy in force here".to_owned());
    }
    let mut runtimes = agents::runtimes(&place);
    let (mut items, left_out) = look::items(&place)?;
    notes.extend(left_out);
    let (servers, broken) = agents::servers(&place);
    items.extend(broken);
    if arguments.ask_servers {
        items.extend(ask::all(&servers, &place, Duration::from_secs(arguments.timeout)));
    } else {
        items.extend(servers.iter().map(countersign_inventory::mcp::Server::item));
    }
    // Names are told and values never are; should a name be a secret itself, it is taken out as in all records.
    let redactor = Redactor::new([0; 32]);
    let redact = |text: &str| countersign_inventory::without_logins(&redactor.redact_text(text).0);
    let judged = items.iter().map(|item| {
        let mut judged = judged(&judge, &authorities, item, &runtimes, &place);
        judged.map_text(&redact);
        judged
    });
    let judged = judged.collect();
    runtimes.iter_mut().for_each(|runtime| runtime.map_text(&redact));
    let report = Report::new(runtimes, judged, notes, arguments.ask_servers);
    if let Some(path) = &arguments.html {
        let text = page(&report).map_err(|why| anyhow::anyhow!("cannot draw the page: {why}"))?;
        outputs::create(path, outputs::Kind::Page)?
            .write_all(text.as_bytes())
            .with_context(|| format!("cannot write `{}`", path.display()))?;
        eprintln!("{} `{}`", styled(GOOD, "wrote"), path.display());
    }
    if json {
        output::json(&report)?;
    } else {
        shown::print(&report);
    }
    Ok(ExitCode::SUCCESS)
}

/// What would be decided over the usual use of a thing, as the hook would.
fn judged(
    judge: &Judge,
    authorities: &Authorities,
    item: &Item,
    runtimes: &[countersign_inventory::runtimes::Runtime],
    place: &files::Place,
) -> Judged {
    let Some(usual) = &item.usual else { return Judged::new(item, None, runtimes) };
    let mut call = explain::call(usual.tool.clone(), usual.input.clone(), place.top.display().to_string());
    call.mcp_server = usual.server.as_ref().map(|(name, annotations)| McpServer {
        name: name.clone(),
        source: None,
        annotations: *annotations,
    });
    match explain::judged(judge, &call, authorities) {
        Ok(seen) => Judged::new(item, Some((&seen.effects, &seen.decision)), runtimes)
            .named(&seen.effects, &place.top.display().to_string()),
        Err(error) => {
            let item = item.clone().note(format!("nothing can be decided, so it is denied: {error}"));
            Judged::new(&item, None, runtimes)
        }
    }
}

/// The repository's top, or where we are.
fn top() -> Result<PathBuf> {
    repository::top().or_else(|_| crate::edge::here())
}
