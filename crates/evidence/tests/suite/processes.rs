//! Several processes, and what is left of them. A child is this test binary, started again with a
//! test that does nothing unless it finds a log in its working directory.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use countersign_evidence::{Event, Expected, Log, verify};
use countersign_model::Timestamp;

use crate::fixture::{Fixture, event};

/// Starts one of the child tests below in the directory that holds the log.
fn start(fixture: &Fixture, child: &str, before: &[&str]) -> Child {
    let program = std::env::current_exe().unwrap();
    let (name, arguments) = [before, &[program.to_str().unwrap()]].concat().split_first().map_or_else(
        || panic!("there is a program"),
        |(name, arguments)| {
            ((*name).to_owned(), arguments.iter().map(ToString::to_string).collect::<Vec<_>>())
        },
    );
    Command::new(name)
        .args(arguments)
        .args(["--exact", &format!("processes::{child}"), "--nocapture"])
        .current_dir(fixture.path().parent().unwrap())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The log in the working directory of a child; none in an ordinary run of this test.
fn given() -> Option<Log> {
    Path::new("log/head").exists().then(|| Log::open(Path::new("log")).unwrap())
}

/// Every text that a line `ack <text>` of this output acknowledges.
fn acknowledged(output: &str) -> Vec<String> {
    output.lines().filter_map(|line| line.strip_prefix("ack ").map(str::to_owned)).collect()
}

/// A number below `bound`, from a seed that moves on: the same ones in each run.
fn random(seed: &mut u64, bound: u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) % bound
}

/// Texts differ in length from nothing to half a megabyte, so that a kill can hit within a write.
#[test]
fn child_until_killed() {
    let Some(log) = given() else { return };
    let mut seed = u64::from(std::process::id());
    for number in 0.. {
        let name = format!("{}-{number}", std::process::id());
        let length = 1 << random(&mut seed, 20);
        log.append(Timestamp::UNIX_EPOCH, &[event(&format!("{name} {}", "x".repeat(length)))]).unwrap();
        eprintln!("ack {name}");
    }
}

#[test]
fn a_kill_at_any_moment_loses_nothing_acknowledged() {
    let fixture = Fixture::new();
    let mut seed = 1;
    let mut expected = Vec::new();
    for _ in 0..24 {
        let mut children = [0, 1].map(|_| start(&fixture, "child_until_killed", &[]));
        for child in &mut children {
            let mut output = BufReader::new(child.stderr.take().unwrap());
            let mut seen = String::new();
            for _ in 0..random(&mut seed, 6) {
                output.read_line(&mut seen).unwrap();
            }
            let until = Instant::now() + Duration::from_micros(random(&mut seed, 3000));
            while Instant::now() < until {
                std::hint::spin_loop();
            }
            child.kill().unwrap();
            child.wait().unwrap();
            output.read_to_string(&mut seen).unwrap();
            expected.extend(acknowledged(&seen));
        }
        fixture.append(&["round"]).unwrap();
    }
    let texts = fixture.texts().unwrap();
    let kept: std::collections::BTreeSet<_> =
        texts.iter().filter_map(|text| text.split(' ').next()).collect();
    assert!(expected.len() > 24, "too few were acknowledged: {}", expected.len());
    assert!(expected.iter().all(|name| kept.contains(name.as_str())));
    let report = verify(&fixture.path(), &Expected::default());
    assert!(report.holds(), "{:?}", report.problems);
}

#[test]
fn child_200() {
    let Some(log) = given() else { return };
    for number in 0..200 {
        let name = format!("{}-{number}", std::process::id());
        log.append(Timestamp::UNIX_EPOCH, &[event(&name)]).unwrap();
        eprintln!("ack {name}");
    }
}

#[test]
fn eight_at_once_lose_nothing() {
    let fixture = Fixture::new();
    let children: Vec<_> = (0..8).map(|_| start(&fixture, "child_200", &[])).collect();
    let mut expected = Vec::new();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        expected.extend(acknowledged(&String::from_utf8(output.stderr).unwrap()));
    }
    let mut texts = fixture.texts().unwrap();
    assert_eq!(expected.len(), 1600);
    expected.sort();
    texts.sort();
    assert_eq!(texts, expected);
    assert_eq!(verify(&fixture.path(), &Expected::default()).tally.records, 1601);
}

/// Writes until nothing more fits, then something small.
#[test]
fn child_until_full() {
    let Some(log) = given() else { return };
    let mut number = 0;
    loop {
        let name = format!("{number}");
        let text = format!("{name} {}", "x".repeat(3000));
        match log.append(Timestamp::UNIX_EPOCH, &[event(&text), event(&text)]) {
            Ok(_) => eprintln!("ack {name}"),
            Err(error) => {
                eprintln!("full {error}");
                break;
            }
        }
        number += 1;
    }
    log.append(Timestamp::UNIX_EPOCH, &[event("small")]).unwrap();
    eprintln!("ack small");
}

/// Without the trap the limit kills the process, in the middle of a write.
#[test]
fn what_a_kill_within_a_write_leaves_is_mended() {
    let fixture = Fixture::new();
    let limited = "ulimit -f 32; exec \"$0\" \"$@\"";
    let output = start(&fixture, "child_until_full", &["sh", "-c", limited]).wait_with_output().unwrap();
    assert!(output.status.code().is_none(), "a signal ends it");
    let torn = fs::metadata(fixture.segment()).unwrap().len() - fixture.log().head().unwrap().end;
    assert!(torn > 0);
    fixture.append(&["after"]).unwrap();
    let texts = fixture.texts().unwrap();
    let kept: Vec<_> = texts.iter().map(|text| text.split(" x").next().unwrap()).collect();
    // The first line of the write that was cut short was complete, though never acknowledged.
    assert_eq!(kept, ["0", "0", "1", "1", "2", &format!("repaired {torn}"), "after"]);
    assert_eq!(acknowledged(&String::from_utf8(output.stderr).unwrap()), ["0", "1"]);
    assert!(verify(&fixture.path(), &Expected::default()).holds());
}

/// A limit of 16 KiB on the size of files stands in for a full disk: writes end in the middle of
/// a record with an error.
#[test]
fn a_full_disk_acknowledges_nothing_it_does_not_keep() {
    let fixture = Fixture::new();
    let limited = "trap '' XFSZ; ulimit -f 32; exec \"$0\" \"$@\"";
    let child = start(&fixture, "child_until_full", &["sh", "-c", limited]);
    let output = child.wait_with_output().unwrap();
    let output_text = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{output_text}");
    assert!(output_text.contains("full cannot write `log/00000001.jsonl`"), "{output_text}");
    let texts = fixture.texts().unwrap();
    let kept: Vec<_> = texts.iter().filter_map(|text| text.split(' ').next()).collect();
    assert_eq!(kept, ["0", "0", "1", "1", "small"]);
    assert_eq!(acknowledged(&output_text), ["0", "1", "small"]);
    let report = verify(&fixture.path(), &Expected::default());
    let only_ours = |event: &Event| matches!(event, Event::Failure { .. } | Event::LogCreated { .. });
    let log = fixture.log();
    assert!(log.read_from(log.start()).all(|entry| only_ours(&entry.unwrap().record.event)));
    assert!(report.holds(), "{:?}", report.problems);
}
