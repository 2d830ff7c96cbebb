//! What a log keeps, whatever happens between two writes.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::time::Duration;

use countersign_evidence::{Authority, Event, LONGEST_LINE, Log, LogError};
use countersign_model::Timestamp;
use proptest::prelude::*;

use crate::fixture::{Fixture, event};

#[test]
fn keeps_what_was_appended_in_order() {
    let fixture = Fixture::new();
    fixture.append(&["a", "b"]).unwrap();
    fixture.append(&["c"]).unwrap();
    fixture.append(&[]).unwrap();
    assert_eq!(fixture.texts().unwrap(), ["a", "b", "c"]);
}

#[test]
fn places_lead_back_to_their_records() {
    let fixture = Fixture::new();
    let mut places = fixture.append(&["a", "b"]).unwrap();
    places.extend(fixture.append(&["c"]).unwrap());
    let log = fixture.log();
    let texts = places.iter().map(|place| log.at(*place).unwrap().unwrap().record.event);
    assert!(texts.eq(["a", "b", "c"].map(event)));
    assert_eq!(log.at(log.head().unwrap().next()).unwrap(), None);
}

#[test]
fn reading_goes_on_where_it_ended() {
    let fixture = Fixture::new();
    let log = fixture.log();
    let mut entries = log.read_from(log.head().unwrap().next());
    assert!(entries.next().is_none());
    fixture.append(&["a"]).unwrap();
    assert_eq!(entries.next().unwrap().unwrap().record.event, event("a"));
    assert!(entries.next().is_none());
    assert_eq!(entries.position(), log.head().unwrap().next());
}

/// What is not looked for is checked against its hash all the same.
#[test]
fn only_the_records_that_hold_a_text_are_read_and_all_are_checked() {
    let fixture = Fixture::new();
    fixture.append(&["a", "wanted", "b"]).unwrap();
    let log = fixture.log();
    let mut entries = log.read_from(log.start()).holding("wanted");
    let found = |entries: &mut countersign_evidence::Entries| entries.by_ref().collect::<Vec<_>>();
    let first = found(&mut entries);
    assert_eq!(first.len(), 1);
    let only = first.into_iter().next().unwrap().unwrap();
    assert_eq!((only.record.event, only.position.sequence), (event("wanted"), 2));
    assert_eq!(entries.position(), log.head().unwrap().next());
    fixture.append(&["c", "wanted"]).unwrap();
    assert_eq!(found(&mut entries).len(), 1);

    let text = fs::read_to_string(fixture.segment()).unwrap();
    fs::write(fixture.segment(), text.replacen("\"b\"", "\"x\"", 1)).unwrap();
    let broken = found(&mut log.read_from(log.start()).holding("wanted"));
    assert!(matches!(broken.as_slice(), [Ok(_), Err(LogError::Broken { sequence: 3, .. })]), "{broken:?}");
}

/// A crash may leave any part of the last write behind, here of two records.
#[test]
fn a_torn_tail_costs_nothing_acknowledged() {
    let fixture = Fixture::new();
    let head = fixture.path().join("head");
    fixture.append(&["kept"]).unwrap();
    let (old_head, whole) = (fs::read(&head).unwrap(), fs::read(fixture.segment()).unwrap());
    fixture.append(&["lost", "too"]).unwrap();
    let torn = fs::read(fixture.segment()).unwrap();
    let first = whole.len() + torn[whole.len()..].iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for end in whole.len()..=torn.len() {
        fs::write(fixture.segment(), &torn[..end]).unwrap();
        fs::write(&head, &old_head).unwrap();
        fixture.append(&["after"]).unwrap();

        let begin = if end < first { whole.len() } else { first };
        let mut expected = vec!["kept"];
        expected.extend((end >= first).then_some("lost"));
        expected.extend((end == torn.len()).then_some("too"));
        let repaired = format!("repaired {}", end - begin);
        if end > begin && end < torn.len() {
            expected.push(&repaired);
            let saved = fs::read(fixture.path().join(format!("torn/00000001-{begin}"))).unwrap();
            assert_eq!(saved, &torn[begin..end]);
        }
        expected.push("after");
        assert_eq!(fixture.texts().unwrap(), expected, "cut at {end}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Against the plainest model there is: a list.
    #[test]
    fn behaves_like_a_list(batches in prop::collection::vec(prop::collection::vec("[a-z]{0,9}", 0..4), 0..12)) {
        let fixture = Fixture::new();
        let kept_open = fixture.log();
        for (number, batch) in batches.iter().enumerate() {
            let events: Vec<_> = batch.iter().map(|text| event(text)).collect();
            let log = if number % 2 == 0 { fixture.log() } else { kept_open.clone() };
            let places = log.append(Timestamp::UNIX_EPOCH, &events).unwrap();
            prop_assert_eq!(places.len(), batch.len());
            for (place, event) in places.iter().zip(events) {
                prop_assert_eq!(kept_open.at(*place).unwrap().unwrap().record.event, event);
            }
        }
        prop_assert_eq!(fixture.texts().unwrap(), batches.concat());
        prop_assert_eq!(kept_open.head().unwrap().sequence, batches.concat().len() as u64);
    }
}

#[test]
fn a_segment_is_followed_by_another() {
    let fixture = Fixture::new();
    let long = "x".repeat(1024 * 1024);
    let mut places = Vec::new();
    for number in 0..20 {
        places.extend(fixture.append(&[&format!("{number} {long}")]).unwrap());
    }
    for name in ["00000001.jsonl", "00000002.jsonl"] {
        let length = fs::metadata(fixture.path().join(name)).unwrap().len();
        assert!((1..=16 * 1024 * 1024).contains(&length), "{name} has {length}");
    }
    let texts = fixture.texts().unwrap();
    assert_eq!(texts.len(), 20);
    assert!(texts.iter().enumerate().all(|(number, text)| text.starts_with(&format!("{number} "))));
    let log = fixture.log();
    assert!(places.iter().all(|place| log.at(*place).unwrap().is_some()));
    assert_eq!(places.last().unwrap().segment, 2);
}

#[test]
fn what_is_too_long_is_refused_whole() {
    let fixture = Fixture::new();
    let long = "x".repeat(LONGEST_LINE);
    assert!(matches!(fixture.append(&["before", &long]), Err(LogError::TooLong { .. })));
    assert!(fixture.texts().unwrap().is_empty());
    let just = "x".repeat(LONGEST_LINE - 200);
    fixture.append(&[&just]).unwrap();
    assert_eq!(fixture.texts().unwrap(), [just]);
}

/// A tool's arguments can be nested more deeply than a record can be read with.
#[test]
fn what_could_not_be_read_again_is_not_written() {
    let fixture = Fixture::new();
    let nested = (0..126).fold(serde_json::Value::Null, |inner, _| serde_json::json!([inner]));
    let pinned = serde_json::Map::from_iter([("deep".to_owned(), nested)]);
    let authority = Authority::Ticket { ticket: "cs-one".into() };
    let event = Event::Released { authority, session: "s".into(), call: "c".into(), pinned: Some(pinned) };
    let refused = fixture.log().append(Timestamp::UNIX_EPOCH, &[event]);
    assert!(matches!(refused, Err(LogError::Unwritable { .. })));
    fixture.append(&["after"]).unwrap();
    assert_eq!(fixture.texts().unwrap(), ["after"]);
}

#[test]
fn a_second_log_is_not_begun_over_the_first() {
    let fixture = Fixture::new();
    fixture.append(&["a"]).unwrap();
    let again = Log::create(&fixture.path(), &"other".into(), Timestamp::UNIX_EPOCH);
    assert!(matches!(again, Err(LogError::AlreadyThere { .. })));
    assert_eq!(fixture.texts().unwrap(), ["a"]);
}

#[test]
fn only_its_user_can_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let fixture = Fixture::new();
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(fixture.path()), 0o700);
    assert_eq!(mode(fixture.segment()), 0o600);
    assert_eq!(mode(fixture.path().join("head")), 0o600);
}

/// What appending and reading say after `change` was done to the files of a log of `a` and `b`.
fn check(change: impl FnOnce(&Fixture)) -> String {
    let fixture = Fixture::new();
    fixture.append(&["a"]).unwrap();
    fixture.append(&["b"]).unwrap();
    change(&fixture);
    let said = match fixture.append(&["c"]) {
        Ok(_) => match fixture.texts() {
            Ok(texts) => texts.join(" "),
            Err(error) => format!("appended, then reading said: {error}"),
        },
        Err(error) => {
            format!("{}: {error}", if error.is_tampering() { "tampering" } else { "trouble" })
        }
    };
    said.replace(&fixture.path().display().to_string(), "LOG")
}

#[test]
fn nothing_done_is_nothing_seen() {
    insta::assert_snapshot!(check(|_| ()), @"a b c");
}

#[test]
fn what_is_gone_is_not_begun_again() {
    insta::assert_snapshot!(check(|log| fs::remove_dir_all(log.path()).unwrap()), @"tampering: `LOG/head` is missing, so the log was moved or tampered with");
    insta::assert_snapshot!(check(|log| fs::remove_file(log.segment()).unwrap()), @"tampering: `LOG/00000001.jsonl` is missing, so the log was moved or tampered with");
    insta::assert_snapshot!(check(|log| fs::remove_file(log.path().join("head")).unwrap()), @"tampering: `LOG/head` is missing, so the log was moved or tampered with");
}

#[test]
fn a_shorter_log_is_noticed() {
    insta::assert_snapshot!(check(|log| File::create(log.segment()).map(drop).unwrap()), @"tampering: `LOG/00000001.jsonl` ends at byte 0, but records up to byte 495 were written");
    insta::assert_snapshot!(check(|log| {
        let text = fs::read_to_string(log.segment()).unwrap();
        let (kept, _) = text.trim_end().rsplit_once('\n').unwrap();
        fs::write(log.segment(), format!("{kept}\n")).unwrap();
    }), @"tampering: `LOG/00000001.jsonl` ends at byte 330, but records up to byte 495 were written");
}

#[test]
fn a_changed_line_stays_broken() {
    insta::assert_snapshot!(check(|log| {
        let text = fs::read_to_string(log.segment()).unwrap();
        fs::write(log.segment(), text.replace(r#""error":"a""#, r#""error":"x""#)).unwrap();
    }), @"appended, then reading said: `LOG/00000001.jsonl` is broken at byte 165 (record 1): its hash does not fit it and the record before it");
}

#[test]
fn a_complete_line_with_a_wrong_hash_is_not_a_torn_tail() {
    insta::assert_snapshot!(check(|log| {
        let mut text = fs::read_to_string(log.segment()).unwrap();
        text.push_str(&format!("{} {{}}\n", "0".repeat(64)));
        fs::write(log.segment(), text).unwrap();
    }), @"tampering: `LOG/00000001.jsonl` is broken at byte 495 (record 3): its hash does not fit it and the record before it");
}

#[test]
fn a_damaged_head_file_is_noticed() {
    insta::assert_snapshot!(check(|log| {
        let head = File::options().write(true).open(log.path().join("head")).unwrap();
        head.write_all_at(b"9", 100).unwrap();
    }), @"tampering: `LOG/head` is broken at byte 0 (record 0): its hash does not fit it");
    insta::assert_snapshot!(check(|log| fs::write(log.path().join("head"), "").unwrap()), @"tampering: `LOG/head` is broken at byte 0 (record 0): it is not a hash, a space and JSON");
}

#[test]
fn the_head_file_of_another_log_is_noticed() {
    let (fixture, other) = (Fixture::new(), tempfile::tempdir().unwrap());
    Log::create(&other.path().join("log"), &"other".into(), Timestamp::UNIX_EPOCH).unwrap();
    let log = fixture.log();
    fs::copy(other.path().join("log/head"), fixture.path().join("head")).unwrap();
    let refused = log.append(Timestamp::UNIX_EPOCH, &[event("a")]).unwrap_err();
    insta::assert_snapshot!(refused.to_string().replace(&fixture.path().display().to_string(), "LOG"), @"`LOG/head` is broken at byte 0 (record 0): it is now that of the log `other`");
    assert!(fixture.append(&["a"]).unwrap_err().is_tampering());
}

#[test]
fn an_older_head_file_is_caught_up_with() {
    let fixture = Fixture::new();
    let old = fs::read(fixture.path().join("head")).unwrap();
    fixture.append(&["a", "b"]).unwrap();
    fs::write(fixture.path().join("head"), old).unwrap();
    assert_eq!(fixture.log().head().unwrap().sequence, 2);
    fixture.append(&["c"]).unwrap();
    assert_eq!(fixture.texts().unwrap(), ["a", "b", "c"]);
}

#[test]
fn links_and_pipes_in_place_of_files_are_refused() {
    insta::assert_snapshot!(check(|log| {
        let elsewhere = log.path().join("../elsewhere");
        fs::rename(log.segment(), &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, log.segment()).unwrap();
    }), @"trouble: cannot open `LOG/00000001.jsonl`");
    insta::assert_snapshot!(check(|log| {
        fs::remove_file(log.path().join("head")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(log.path().join("head")).status().unwrap();
        assert!(made.success());
    }), @"trouble: cannot open `LOG/head`");
}

#[test]
fn a_lock_that_others_keep_is_given_up_on() {
    let fixture = Fixture::new();
    let head = File::open(fixture.path().join("head")).unwrap();
    let log = fixture.log().waiting(Duration::from_millis(50));
    head.lock().unwrap();
    assert!(matches!(log.append(Timestamp::UNIX_EPOCH, &[event("a")]), Err(LogError::Busy { .. })));
    head.unlock().unwrap();
    log.append(Timestamp::UNIX_EPOCH, &[event("b")]).unwrap();
    assert_eq!(fixture.texts().unwrap(), ["b"]);
}

#[test]
fn what_is_read_under_the_lock_is_all_there_is() {
    let fixture = Fixture::new();
    let log = fixture.log();
    let mut locked = log.lock(Timestamp::UNIX_EPOCH).unwrap();
    let other = fixture.log().waiting(Duration::from_millis(50));
    assert!(matches!(other.append(Timestamp::UNIX_EPOCH, &[event("late")]), Err(LogError::Busy { .. })));
    assert_eq!(locked.read_from(log.start()).count(), 1);
    locked.append(Timestamp::UNIX_EPOCH, &[event("a")]).unwrap();
    assert_eq!(locked.read_from(log.start()).count(), 2);
    drop(locked);
    other.append(Timestamp::UNIX_EPOCH, &[event("b")]).unwrap();
    assert_eq!(fixture.texts().unwrap(), ["a", "b"]);
}

#[test]
fn a_kind_of_record_from_a_later_version_is_read_as_unknown() {
    let later = r#"{"type":"witnessed","by":"somebody"}"#;
    assert_eq!(serde_json::from_str::<Event>(later).unwrap(), Event::Unknown);
}
