//! How long a decision takes: `cargo run --release -p countersign-policy --example time`.

use std::time::{Duration, Instant};

use countersign_model::{Effect, PathClass, Remote, Repository, Resource, Zone, verbs};
use countersign_policy::{Bundle, Context, Pack, Proposal, classify, decide};

const PROPOSAL: &str = "version = 1\n[repository]\nremotes = [\"github.com/acme/shop\"]\n\
                        [environments.production]\nbranches = [\"main\"]\n";

/// What is measured: the call's name and its effects.
fn calls() -> [(&'static str, Vec<Effect>); 4] {
    let remote = Remote { name: "origin".to_owned(), url: Some("git@github.com:acme/shop.git".to_owned()) };
    let push = |name: &str| {
        let repository = Repository { root: Some("/home/dev/shop".to_owned()), remote: Some(remote.clone()) };
        let reference = format!("refs/heads/{name}");
        Effect::new(verbs::GIT_PUSH, Resource::Ref { repository, reference, old: None, new: None })
    };
    let path = "/home/dev/shop/src/main.rs".to_owned();
    let file = Resource::Path { path, zone: Zone::Workspace, class: PathClass::Ordinary };
    [
        ("read a file", vec![Effect::new(verbs::FS_READ, file.clone())]),
        ("write a file", vec![Effect::new(verbs::FS_WRITE, file)]),
        ("push a feature", vec![push("feature")]),
        ("push to production", vec![push("main")]),
    ]
}

fn once(bytes: &[u8], effects: &[Effect]) -> (Duration, Duration) {
    let start = Instant::now();
    let Ok(bundle) = Bundle::from_bytes(bytes) else { return Default::default() };
    let loaded = start.elapsed();
    let mut effects = effects.to_vec();
    classify(&mut effects, &bundle);
    let decision = decide(&effects, &Context::default(), &bundle);
    std::hint::black_box(decision);
    (loaded, start.elapsed())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    if let (Some(file), Some(number)) = (arguments.next(), arguments.next()) {
        // In a process of its own: nothing is warm.
        let bytes = std::fs::read(file)?;
        let index: usize = number.parse()?;
        if let Some((_, effects)) = calls().into_iter().nth(index) {
            let (loaded, all) = once(&bytes, &effects);
            println!("{} {}", loaded.as_nanos(), all.as_nanos());
        }
        return Ok(());
    }
    let bytes = Bundle::shipped(Pack::Graduated, &Proposal::parse(PROPOSAL)?)?.to_bytes();
    let file = std::env::temp_dir().join(format!("countersign-time-{}.json", std::process::id()));
    std::fs::write(&file, &bytes)?;
    println!("bundle of {} bytes; medians in µs", bytes.len());
    println!("{:20}{:>14}{:>14}{:>14}", "", "cold: load", "+ decide", "warm: decide");
    for (index, (name, effects)) in calls().into_iter().enumerate() {
        let mut cold = Vec::new();
        for _ in 0..41 {
            let output = std::process::Command::new(std::env::current_exe()?)
                .args([file.as_os_str(), index.to_string().as_ref()])
                .output()?;
            let text = String::from_utf8(output.stdout)?;
            let mut numbers = text.split_whitespace().filter_map(|number| number.parse::<u64>().ok());
            cold.push((numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default()));
        }
        cold.sort_by_key(|(_, all)| *all);
        let bundle = Bundle::from_bytes(&bytes)?;
        let mut effects = effects;
        classify(&mut effects, &bundle);
        let mut warm = Vec::new();
        for _ in 0..2001 {
            let start = Instant::now();
            std::hint::black_box(decide(&effects, &Context::default(), &bundle));
            warm.push(start.elapsed().as_nanos());
        }
        warm.sort_unstable();
        let (load, all) = cold.get(cold.len() / 2).copied().unwrap_or_default();
        let warm = warm.get(warm.len() / 2).copied().unwrap_or_default();
        println!("{name:20}{:>14}{:>14}{:>14}", load / 1000, all / 1000, warm / 1000);
    }
    std::fs::remove_file(&file)?;
    Ok(())
}
