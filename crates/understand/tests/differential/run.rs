//! The kept scripts, then new ones: a fixed number, or as many as there is time for.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use countersign_understand::Understanding;

use crate::bash::Place;
use crate::compare::opaque;
use crate::script::{self, Script};
use crate::stub::IDLE;
use crate::templates::{FRAMES, LITERAL, NOT_YET, SIMPLE, UNKNOWN};
use crate::{Problem, compare, corpus, shorten};

/// New scripts of a usual run; they take some ten seconds.
const CASES: u64 = 400;
/// The first of a usual run.
const SEED: u64 = 1;
/// Faults that are shortened and kept; after that, something more basic is wrong.
const MOST_FAULTS: usize = 200;

/// Runs; what is wrong is printed.
pub fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS;
    }
    let number = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)?.parse::<u64>().ok()
    };
    let minutes = number("--minutes");
    let seed = number("--seed").unwrap_or(SEED);
    let run = Place::new().and_then(|place| match (place, minutes) {
        (None, _) => {
            println!("not compared with bash: there is none on this machine");
            Ok(())
        }
        (Some(place), Some(minutes)) => explore(&place, seed, Duration::from_secs(minutes * 60)),
        (Some(place), None) if arguments.iter().any(|argument| argument == "--templates") => {
            templates(&place)
        }
        (Some(place), None) if arguments.iter().any(|argument| argument == "--script") => {
            show(&place, arguments.last().map(String::as_str).unwrap_or_default())
        }
        (Some(place), None) => {
            if number("--cases").is_none() {
                replay(&place)?;
                known(&place)?;
            }
            check(&place, seed, number("--cases").unwrap_or(CASES))
        }
    });
    match run {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// What we say a script does, with its files as it will find them.
fn understood(place: &Place, script: &Script) -> Result<Understanding, Problem> {
    place.clean()?;
    Ok(compare::understood(&script.text, &place.name()))
}

/// What is wrong with our reading of a script, a sentence.
fn fault(place: &Place, script: &Script) -> Result<Option<String>, Problem> {
    let understanding = understood(place, script)?;
    // What is opaque has no fault that running it would show.
    if opaque(&understanding).is_some() {
        return Ok(compare::fault(script, &[], &understanding));
    }
    let (ran, _) = place.run(&script.text)?;
    let found = compare::fault(script, &ran, &understanding);
    if found.is_none() {
        return Ok(None);
    }
    // On a busy machine, what an earlier script left running may have noted itself.
    place.clean()?;
    let (ran, _) = place.run(&script.text)?;
    Ok(compare::fault(script, &ran, &understanding))
}

/// Prints what one script runs, and what we say of it.
fn show(place: &Place, path: &str) -> Result<(), Problem> {
    let script = Script { text: fs::read_to_string(path)?, is_literal: true };
    let understanding = understood(place, &script)?;
    for command in &understanding.commands {
        let arguments: Option<Vec<_>> = command.arguments().map(Iterator::collect);
        println!("listed {:?} {arguments:?}", command.program);
    }
    println!("opaque {:?}", opaque(&understanding));
    let (ran, in_time) = place.run(&script.text)?;
    for ran in &ran {
        println!("ran    {} {:?}", ran.program, ran.arguments);
    }
    println!("in time {in_time}; {:?}", compare::fault(&script, &ran, &understanding));
    Ok(())
}

/// The kept scripts have no faults but those that are known.
fn replay(place: &Place) -> Result<(), Problem> {
    let kept = corpus::all()?;
    let mut wrong = 0;
    for kept in &kept {
        let found = fault(place, &kept.script)?;
        if found.is_some() != kept.known.is_some() {
            wrong += 1;
            let what = found.unwrap_or_else(|| "has no fault any more: take its `# known` away".to_owned());
            eprintln!("{}: {what}", kept.name);
        }
    }
    if wrong > 0 {
        return Err(format!("{wrong} of {} kept scripts are not as expected", kept.len()).into());
    }
    println!("{} kept scripts are as expected", kept.len());
    Ok(())
}

/// Of new scripts nothing runs that is not listed, and nothing of a literal one is opaque.
fn check(place: &Place, seed: u64, cases: u64) -> Result<(), Problem> {
    let mut literal = 0;
    for seed in seed..seed + cases {
        let script = script::of_seed(seed);
        literal += u64::from(script.is_literal);
        let Some(found) = fault(place, &script)? else { continue };
        let shorter = shorter(place, &script);
        return Err(format!("seed {seed}: {found}\n{}\nshorter:\n{}", script.text, shorter.text).into());
    }
    println!(
        "{cases} scripts from seed {seed}: nothing ran that was not listed, and nothing of {literal} literal ones \
         is opaque"
    );
    Ok(())
}

/// Each literal statement by itself is seen into, but for those that are known not to be.
fn known(place: &Place) -> Result<(), Problem> {
    let is_opaque = |template: &&&str| {
        let scripts = (0..4).map(|seed| script::of_template(template, seed));
        scripts.map(|script| compare::understood(&script.text, &place.name())).any(|it| opaque(&it).is_some())
    };
    let new: Vec<&str> = SIMPLE.iter().chain(LITERAL.iter()).filter(is_opaque).copied().collect();
    let old: Vec<&str> = NOT_YET.iter().filter(|template| !is_opaque(template)).copied().collect();
    if new.is_empty() && old.is_empty() {
        return Ok(());
    }
    Err(format!("opaque: {new:#?}; no longer opaque, to be moved from NOT_YET to LITERAL: {old:#?}").into())
}

/// Prints every template that has a fault, with an example.
fn templates(place: &Place) -> Result<(), Problem> {
    for template in SIMPLE.iter().chain(LITERAL.iter()).chain(NOT_YET).chain(UNKNOWN.iter()).chain(FRAMES) {
        let is_literal = !UNKNOWN.contains(template);
        for seed in 0..8 {
            let script = Script { is_literal, ..script::of_template(template, seed) };
            if let Some(found) = fault(place, &script)? {
                println!("── {found}\n{template:?}\n{}", script.text);
                break;
            }
        }
    }
    Ok(())
}

/// A shorter script with a fault of the same kind, that bash can read if it can read the long one.
fn shorter(place: &Place, script: &Script) -> Script {
    let sound = place.reads(&script.text);
    let kind = |script: &Script| {
        let found = fault(place, script).ok().flatten()?;
        // Why it is opaque is the kind of what is opaque without need.
        let kind = found.split_once(':').filter(|_| !found.starts_with("opaque"));
        Some(kind.map_or(found.as_str(), |(kind, _)| kind).to_owned())
    };
    let before = kind(script);
    shorten::shorten(script, |shorter| {
        before.is_some() && kind(shorter) == before && (!sound || place.reads(&shorter.text))
    })
}

/// Looks for faults until the time is over, and keeps what it finds, shortened, one a file.
fn explore(place: &Place, seed: u64, time: Duration) -> Result<(), Problem> {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("differential");
    fs::create_dir_all(&directory)?;
    let started = Instant::now();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut seeds = seed..;
    let (mut cases, mut literal, mut seen) = (0_u64, 0_u64, 0_u64);
    while started.elapsed() < time && kinds.len() < MOST_FAULTS {
        let Some(seed) = seeds.next() else { break };
        let script = script::of_seed(seed);
        cases += 1;
        literal += u64::from(script.is_literal);
        let understanding = understood(place, &script)?;
        seen += u64::from(opaque(&understanding).is_none());
        let Some(found) = fault(place, &script)? else { continue };
        // Of text that is opaque without need, the reason is the kind; of what was missed, the shortest script.
        let is_opaque = opaque(&understanding).is_some();
        let shorter = shorter(place, &script);
        let kind = if is_opaque { found.clone() } else { pattern(&shorter.text) };
        let times = kinds.entry(kind).or_default();
        *times += 1;
        if *times == 1 {
            let found = fault(place, &shorter)?.unwrap_or(found);
            println!("── seed {seed}: {found}\n{}", shorter.text);
            fs::write(directory.join(format!("{seed}.sh")), &shorter.text)?;
        }
    }
    let minutes = started.elapsed().as_secs_f64() / 60.0;
    println!(
        "{cases} scripts in {minutes:.1} minutes, {literal} of them literal; {seen} not opaque were held next to bash"
    );
    for (kind, count) in kinds.iter().filter(|(_, count)| **count > 1) {
        println!("{count:6} × {kind}");
    }
    Ok(())
}

/// A script without what differs between those with the same fault: numbers and programs.
fn pattern(text: &str) -> String {
    let mut text: String = text.chars().filter(|character| !character.is_ascii_digit()).collect();
    for name in IDLE {
        text = text.replace(name, "x");
    }
    text
}
