//! `countersign policy`: the proposal checked, and signed into force.

mod activate;
mod directories;
mod layers;
mod prove;
mod rules;
mod suggest;
mod trial;
mod words;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::println;
use anyhow::{Context as _, Result, bail};
use clap::Subcommand;
use countersign_local::Standing;
use countersign_model::Digest;
use countersign_policy::{Bundle, Lint};
use serde_json::json;

use crate::desk::Desk;
use crate::output::{self, FAINT, GOOD, WARN, styled};
use crate::{outputs, repository, terminal};

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Say whether countersign.toml can be built, and where it is wrong
    Check {
        /// The proposal; countersign.toml of this repository by default
        file: Option<PathBuf>,
    },
    /// Try the proposal's policies on the examples beside them, and say what no example ever touched
    Test(trial::Arguments),
    /// Prove what the proposal's bundle can never allow, and show an action where it can
    Prove(prove::Arguments),
    /// Draft policies that would cut the most needless holds over real history
    Suggest(suggest::Arguments),
    /// Compile the proposal and the layers above it into one bundle, and write that into a file
    Build {
        /// The proposal; countersign.toml of this repository by default
        file: Option<PathBuf>,
        /// Where the bundle goes
        #[arg(long, short, value_name = "FILE", default_value = "countersign-bundle.json")]
        output: PathBuf,
    },
    /// List the verbs that policies can name, with their access and what they are about
    Verbs,
    /// Print the schema that policies are held against, in Cedar's text or as JSON
    Schema,
    /// Say what is in force here, and whether the proposal differs
    Show,
    /// Prove the proposal, and sign it into force for this repository
    Activate(activate::Arguments),
}

/// Checks, shows, activates.
pub fn run(arguments: Arguments, json: bool) -> Result<ExitCode> {
    match arguments.command {
        Command::Check { file } => {
            let path = path_of(file)?;
            let layers = layers::read(&path)?;
            let bundle = layers.build()?;
            if json {
                let lints: Vec<_> =
                    layers.lints(&bundle).iter().map(|(file, lint)| lint_json(file, lint)).collect();
                output::json(&json!({
                    "file": path, "bundle": bundle.digest(), "pack": bundle.pack(), "lints": lints,
                }))?;
            } else {
                println!("{} `{}` builds bundle {}", styled(GOOD, "ok:"), path.display(), bundle.digest());
                layers.lints(&bundle).iter().for_each(|(file, lint)| show_lint(file, lint));
            }
        }
        Command::Test(arguments) => return trial::run(arguments, json),
        Command::Prove(arguments) => return prove::run(&arguments, json),
        Command::Suggest(arguments) => return suggest::run(&arguments, json),
        Command::Build { file, output } => compile(file, &output, json)?,
        Command::Verbs => words::verbs(json)?,
        Command::Schema => words::schema(json)?,
        Command::Show => show(json)?,
        Command::Activate(arguments) => activate::run(arguments, json)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The proposal's file.
fn path_of(file: Option<PathBuf>) -> Result<PathBuf> {
    Ok(match file {
        Some(file) => file,
        None => repository::top()?.join(repository::PROPOSAL),
    })
}

fn lint_json(file: &Path, lint: &Lint) -> serde_json::Value {
    let (line, column) = lint.place.0.unzip();
    json!({
        "rule": lint.rule, "about": lint.about, "file": file, "line": line, "column": column,
        "message": lint.message, "hint": lint.hint,
    })
}

fn show_lint(file: &Path, lint: &Lint) {
    let place = lint.place.0.map(|(line, column)| format!(":{line}:{column}")).unwrap_or_default();
    println!(
        "{} {}{place}: `{}`: {} ({})",
        styled(WARN, "note:"),
        terminal::line(&file.display().to_string()),
        terminal::line(&lint.about),
        terminal::line(&lint.message),
        lint.rule
    );
    println!("      {}", styled(FAINT, terminal::line(&lint.hint)));
}

/// The bundle that a proposal file builds.
pub fn proposed(file: Option<PathBuf>) -> Result<(PathBuf, Bundle)> {
    let path = path_of(file)?;
    let bundle = layers::read(&path)?.build()?;
    Ok((path, bundle))
}

fn compile(file: Option<PathBuf>, output: &Path, json: bool) -> Result<()> {
    let (path, bundle) = proposed(file)?;
    let bytes = bundle.to_bytes();
    outputs::create(output, outputs::Kind::Bundle)?
        .write_all(&bytes)
        .with_context(|| format!("cannot write `{}`", output.display()))?;
    if json {
        return output::json(&json!({
            "file": path, "output": output, "bundle": bundle.digest(), "pack": bundle.pack(),
            "policies": bundle.policy_ids().count(), "bytes": bytes.len(),
        }));
    }
    println!(
        "{} {} policies of `{}` as {} in `{}`",
        styled(GOOD, "built:"),
        bundle.policy_ids().count(),
        path.display(),
        bundle.digest(),
        output.display()
    );
    println!("It changes nothing until a reviewer signs it: `countersign policy activate`.");
    Ok(())
}

/// Keeps a bundle's bytes in the home under their digest.
pub fn store(desk: &Desk, bundle: &Bundle) -> Result<()> {
    countersign_local::write_private(&desk.home().bundle(&bundle.digest()), &bundle.to_bytes())?;
    Ok(())
}

fn show(json: bool) -> Result<()> {
    let top = repository::top()?;
    let mut desk = Desk::open()?;
    let in_force = in_force(&mut desk, &top)?;
    let others = others(&mut desk, &top)?;
    let proposal = proposed(None);
    let differs = match (&in_force, &proposal) {
        (Some((digest, _)), Ok((_, bundle))) => Some(*digest != bundle.digest()),
        _ => None,
    };
    if json {
        let mut shown = json!({
            "repository": top, "bundle": in_force.as_ref().map(|(digest, _)| digest),
            "signed": in_force.as_ref().map(|(_, signed)| signed), "proposal_differs": differs,
            "proposal_error": proposal.as_ref().err().map(output::error_json),
            "others": others.iter().map(other_json).collect::<Vec<_>>(),
        });
        if let (Some((digest, _)), Some(shown)) = (&in_force, shown.as_object_mut()) {
            let bundle = desk.trust()?.bundle(&desk.home(), digest)?;
            shown.extend(rules::json(&bundle));
        }
        return output::json(&shown);
    }
    match &in_force {
        Some((digest, true)) => println!("in force, signed: {digest}"),
        Some((digest, false)) => {
            println!("in force as proposed by `countersign init`, {}: {digest}", styled(WARN, "unsigned"))
        }
        None if others.is_empty() => {
            println!("nothing is in force for `{}`: the shipped pack applies without a map", top.display())
        }
        None => println!("nothing was put in force for `{}` itself", top.display()),
    }
    if let Some((digest, _)) = &in_force {
        rules::print(&desk.trust()?.bundle(&desk.home(), digest)?);
    }
    for (digest, standing) in &others {
        let note = styled(WARN, "note:");
        match in_force {
            Some(_) => println!("{note} {standing} speaks here as well: the strictest answer counts"),
            None => println!("{note} {standing} decides here: {digest}"),
        }
    }
    match (proposal, differs) {
        (Err(_), _) if !repository::has_proposal(&top) => {
            println!("{} there is no {} here", styled(WARN, "note:"), repository::PROPOSAL);
        }
        (Err(error), _) => println!(
            "{} the proposal is broken and changes nothing: {}",
            styled(WARN, "note:"),
            output::sentence(&error)
        ),
        (Ok(_), Some(true)) => println!(
            "{} countersign.toml differs; `countersign policy activate` signs it",
            styled(WARN, "note:")
        ),
        (Ok(_), _) => {}
    }
    Ok(())
}

fn other_json((digest, standing): &(Digest, Standing)) -> serde_json::Value {
    let Standing { repository, signed, here } = standing;
    json!({"repository": repository, "signed": signed, "here": here, "bundle": digest})
}

/// What else speaks for pushes from this working tree, by the bundles: other working trees of its remotes, and the machine's own.
pub fn others(desk: &mut Desk, top: &Path) -> Result<Vec<(Digest, Standing)>> {
    let remotes = repository::look(top)?.remotes.into_iter().map(|(_, url)| url).collect();
    let roots = BTreeSet::from([top.display().to_string()]);
    let (trust, home, authorities) = (desk.trust()?, desk.home(), desk.authorities()?);
    let in_force =
        trust.bundles(&home, desk.ledger.log_id(), &authorities, &roots, &remotes, |_| Some(Vec::new()))?;
    let here = Some(top.display().to_string());
    let all = in_force.bundles.into_iter().map(|(bundle, standing)| (bundle.digest(), standing));
    let beside =
        |(_, standing): &(Digest, Standing)| standing.repository != here && *standing != Standing::SHIPPED;
    Ok(all.filter(beside).collect())
}

/// The bundle of a working tree, and whether a reviewer signed it.
pub fn in_force(desk: &mut Desk, top: &Path) -> Result<Option<(Digest, bool)>> {
    let top = top.display().to_string();
    let authorities = desk.authorities()?;
    let believed = desk.believed()?;
    let signed = authorities.activations.iter().rev().find(|activation| {
        activation.statement.repository.as_deref() == Some(&top)
            && believed.as_ref().is_some_and(|believed| believed.verify(activation).is_ok())
    });
    if let Some(activation) = signed {
        return Ok(Some((activation.statement.bundle, true)));
    }
    let adopted =
        authorities.adoptions.iter().rev().find(|adoption| adoption.repository.as_deref() == Some(&top));
    if adopted.is_none() && authorities.adoptions.is_empty() {
        bail!("no bundle was ever adopted: run `countersign init`");
    }
    Ok(adopted.map(|adoption| (adoption.bundle, false)))
}
