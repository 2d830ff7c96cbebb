//! What the hook costs, against bounds that a slower machine does not move.
//!
//! Times are given as ratios to starting a program that does nothing, or to a fixed piece of work (the yardstick),
//! measured in turn with ours, so that a busy machine disturbs both. What depends on no clock is counted in instructions.
//! `docs/performance.md` explains the table and holds the figures.
//!
//! | file | what |
//! |---|---|
//! | `hook` | the whole process, as a ratio to the floor |
//! | `inside` | understanding and deciding, in one process, as ratios to the yardstick |
//! | `hostile` | inputs made to be slow, the same |
//! | `shapes` | calls that grow: instructions, as a ratio to half the length |
//! | `growth` | a long log, a large repository, many policies |
//! | `instructions` | counts under valgrind, against the accepted ones; `profile` says where they go |
//! | `order` | which functions usual calls run, for the linker |
//! | `stage` | the throw-away home and repository all of it runs in |

mod figure;
mod growth;
mod hook;
mod hostile;
mod inside;
mod instructions;
mod order;
mod profile;
mod shapes;
mod stage;
mod timing;

use anyhow::{Result, bail};
use serde_json::json;

use self::figure::Figure;
use self::stage::Programs;
use crate::run::{cargo, step};

/// A figure above its bound is measured again, this often in all, before it counts.
const ROUNDS: usize = 3;
/// Above its bound by this factor, it is not because the machine is busy: once is enough.
const HOPELESS: f64 = 5.0;

/// What to do with what was measured.
#[derive(clap::Args)]
pub struct Options {
    /// Exit non-zero where a figure is above its bound
    #[arg(long)]
    pub check: bool,
    /// Take the instruction counts of this machine as the ones to compare with from now on, and the functions that it
    /// ran as those to link side by side
    #[arg(long, conflicts_with_all = ["check", "json"])]
    pub accept: bool,
    /// Print JSON instead of a table
    #[arg(long)]
    pub json: bool,
    /// Runs of each measured program
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(10..))]
    pub runs: u32,
}

/// Measures and prints; with `check`, fails where a figure stays above its bound.
pub fn run(options: &Options) -> Result<()> {
    build()?;
    let programs = Programs::find()?;
    if options.accept {
        // First the order, which the counted program is then linked in.
        let functions = order::record(&programs)?;
        println!("{functions} functions written to {}: commit it", order::file().display());
        build()?;
        return instructions::accept(&programs);
    }
    let runs = usize::try_from(options.runs)?;
    let mut figures = measured("the hook against the floor", || hook::measure(&programs, runs))?;
    figures.extend(measured("understand and decide", || inside::measure(&programs))?);
    figures.extend(hostile::measure(&programs)?);
    figures.extend(measured("a long log", || growth::log(&programs, runs))?);
    figures.extend(measured("many policies", || growth::policies(&programs, runs))?);
    figures.extend(measured("a large repository", || growth::repository(&programs, runs))?);
    let counted = instructions::measure(&programs, options.check)?;
    figures.extend(counted.figures);
    figures.extend(shapes::measure(&programs)?);
    if options.json {
        let rows: Vec<_> = figures.iter().map(Figure::to_json).collect();
        println!("{}", serde_json::to_string_pretty(&json!({ "figures": rows, "where": counted.shares }))?);
    } else {
        figure::print(&figures);
        profile::print(&counted.shares);
    }
    let above: Vec<&str> =
        figures.iter().filter(|figure| figure.is_above()).map(|figure| figure.name.as_str()).collect();
    if options.check && !above.is_empty() {
        let counted = figures.iter().any(|figure| figure.is_above() && figure.instructions.is_some());
        let hint = "; where more instructions are meant, `cargo xtask bench --accept` takes the new counts";
        bail!("above the bound: {}{}", above.join("; "), if counted { hint } else { "" });
    }
    Ok(())
}

/// Release builds of what is measured.
pub fn build() -> Result<()> {
    let packages = ["countersign", "countersign-hook", "countersign-measure"];
    let packages = packages.iter().flat_map(|package| ["-p", package]);
    step("release build", cargo().args(["build", "--release", "--locked"]).args(packages))
}

/// The release build of the program that measures from inside.
pub fn measure() -> Result<std::process::Command> {
    Ok(Programs::find()?.measure())
}

/// Measures; where a figure is above its bound, again, in case the machine was busy with something else.
fn measured(what: &str, measure: impl Fn() -> Result<Vec<Figure>>) -> Result<Vec<Figure>> {
    eprintln!("── measuring {what}");
    let mut round = 1;
    loop {
        let figures = measure()?;
        let above: Vec<&Figure> = figures.iter().filter(|figure| figure.is_above()).collect();
        let hopeless = above.iter().any(|figure| figure.times_its_bound() > HOPELESS);
        if above.is_empty() || hopeless || round == ROUNDS {
            return Ok(figures);
        }
        round += 1;
        for figure in above {
            eprintln!("   above its bound: {figure}; measuring again ({round} of {ROUNDS})");
        }
    }
}
