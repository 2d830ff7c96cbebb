//! `policy test`: policies tried on their examples, and what nothing ever tried.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::println;
use anyhow::Result;
use countersign_model::{Environment, verbs};
use countersign_policy::{Bundle, Place};
use countersign_simulate::{Trial, try_all};
use serde_json::json;

use super::layers::{self, Layers};
use crate::commands::simulate::read;
use crate::output::{self, BAD, FAINT, GOOD, STRONG, WARN, styled};
use crate::{repository, terminal};

#[derive(clap::Args)]
pub struct Arguments {
    /// The proposal; countersign.toml of this repository by default
    file: Option<PathBuf>,
    /// Session logs that count as tried, too: what happened there needs no example
    #[arg(long, value_name = "PATH")]
    history: Vec<PathBuf>,
    /// List what no example touched of the pack's policies, of the environments and of the verbs, too
    #[arg(long)]
    all: bool,
}

/// Tries, prints, and fails where anything is not as expected.
pub fn run(arguments: Arguments, json: bool) -> Result<ExitCode> {
    let path = super::path_of(arguments.file)?;
    let layers = layers::read(&path)?;
    let bundle = layers.build()?;
    let trials = of(&path, &layers, &bundle)?;
    let mut touched = Touched::default();
    trials.iter().for_each(|trial| touched.by_trial(trial));
    if !arguments.history.is_empty() {
        touched.by_history(&arguments.history, &bundle)?;
    }
    let failed = trials.iter().filter(|trial| trial.wrong.is_some()).count();
    let places = layers.examples();
    if json {
        let trials: Vec<_> =
            trials.iter().zip(&places).map(|(trial, place)| trial_json(trial, *place)).collect();
        output::json(&json!({
            "file": path, "bundle": bundle.digest(), "passed": trials.len() - failed, "failed": failed,
            "trials": trials, "untouched": touched.untouched(&bundle),
        }))?;
    } else {
        for (trial, place) in trials.iter().zip(&places) {
            print(trial, *place);
        }
        if trials.is_empty() {
            println!(
                "{} no example stands in the file: add `hits` and `misses` to a [[policy]], or a [[test]]",
                styled(WARN, "note:")
            );
        }
        println!("{} passed, {failed} failed", trials.len() - failed);
        if arguments.all { touched.print(&bundle) } else { touched.print_own(&bundle) }
    }
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// The examples of a proposal and its layers, tried in a clone that has the files beside it.
pub fn of(path: &Path, layers: &Layers, bundle: &Bundle) -> Result<Vec<Trial>> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let top = std::path::absolute(folder.unwrap_or(Path::new(".")))?;
    Ok(try_all(&layers.proposals(), bundle, &repository::files(top)))
}

fn trial_json(trial: &Trial, (file, place): (&Path, Place)) -> serde_json::Value {
    let mut value = serde_json::to_value(trial).unwrap_or_default();
    let (line, column) = place.0.unzip();
    if let Some(fields) = value.as_object_mut() {
        fields.insert("file".to_owned(), json!(file));
        fields.insert("line".to_owned(), json!(line));
        fields.insert("column".to_owned(), json!(column));
    }
    value
}

/// Prints what came of one, and where it stands if it is wrong.
pub fn print(trial: &Trial, (file, place): (&Path, Place)) {
    let (style, word) = if trial.wrong.is_some() { (BAD, "wrong") } else { (GOOD, "ok") };
    let policy = trial.policy.as_deref().map(|id| format!("{id} ")).unwrap_or_default();
    let call = terminal::line(&trial.call);
    println!("{} {policy}{} `{call}` → {}", styled(style, word), trial.kind, trial.decision);
    if let Some(wrong) = &trial.wrong {
        println!("      {}", terminal::block(&terminal::line(wrong), 6, terminal::columns()));
        let line = place.0.map(|(line, column)| format!(":{line}:{column}")).unwrap_or_default();
        println!("      {}", styled(FAINT, format!("{}{line}", file.display())));
    }
}

/// What examples and history tried.
#[derive(Default)]
struct Touched {
    policies: BTreeSet<String>,
    verbs: BTreeSet<String>,
    environments: BTreeSet<String>,
}

impl Touched {
    fn by_trial(&mut self, trial: &Trial) {
        self.policies.extend(trial.policies.iter().cloned());
        for (verb, environment) in &trial.effects {
            self.verbs.insert(verb.clone());
            self.environments.insert(environment.clone());
        }
    }

    fn by_history(&mut self, paths: &[PathBuf], bundle: &Bundle) -> Result<()> {
        let history = read::all(paths)?;
        let simulation = countersign_simulate::run(&history, bundle, None, None, &|_| {});
        for decided in &simulation.decided {
            self.policies.extend(decided.decision.policies.iter().map(ToString::to_string));
            for effect in &decided.effects {
                self.verbs.insert(effect.verb.to_string());
                self.environments.insert(effect.environment.to_string());
            }
        }
        Ok(())
    }

    /// What nothing ever tried: policies, environments, verbs.
    fn untouched(&self, bundle: &Bundle) -> serde_json::Value {
        let [policies, environments, verbs] = self.lists(bundle);
        json!({ "policies": policies, "environments": environments, "verbs": verbs })
    }

    fn lists(&self, bundle: &Bundle) -> [Vec<String>; 3] {
        let environments =
            [Environment::Development, Environment::Staging, Environment::Unknown, Environment::Production];
        let missing = |all: Vec<String>, touched: &BTreeSet<String>| {
            all.into_iter().filter(|name| !touched.contains(name)).collect::<Vec<_>>()
        };
        [
            missing(bundle.policy_ids().map(ToString::to_string).collect(), &self.policies),
            missing(environments.map(|environment| environment.to_string()).into(), &self.environments),
            missing(verbs::CATALOGUE.iter().map(|entry| entry.name.to_owned()).collect(), &self.verbs),
        ]
    }

    /// Says which of the file's own policies nothing tried.
    fn print_own(&self, bundle: &Bundle) {
        let own: Vec<String> = bundle.own_policies().map(ToString::to_string).collect();
        let missing: Vec<&String> = own.iter().filter(|id| !self.policies.contains(*id)).collect();
        match (own.len(), missing.as_slice()) {
            (0, _) => {}
            (_, []) => println!("Every policy of your own had a say in one of them."),
            (all, missing) => {
                println!("\n{}", styled(STRONG, "What nothing here ever tried"));
                println!("  policies of your own: {} of {all}", missing.len());
                missing.iter().for_each(|id| println!("    {id}"));
            }
        }
        println!(
            "{}",
            styled(FAINT, "--all lists what was not tried of the pack, the environments and the verbs")
        );
    }

    fn print(&self, bundle: &Bundle) {
        let all = [bundle.policy_ids().count(), 4, verbs::CATALOGUE.len()];
        println!("\n{}", styled(STRONG, "What nothing here ever tried"));
        for ((list, all), name) in
            self.lists(bundle).iter().zip(all).zip(["policies", "environments", "verbs"])
        {
            println!("  {name}: {} of {all}", list.len());
            if !list.is_empty() {
                let names = terminal::block(&list.join(" "), 4, terminal::columns());
                println!("    {}", styled(FAINT, names));
            }
        }
    }
}
