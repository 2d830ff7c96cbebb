//! Whatever comes in on standard input, something safe comes out: one denial the runtime
//! understands, or an answer to a well-formed call that the evidence holds.

use std::fs;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::machine::{Answer, Machine, run};

static MACHINE: LazyLock<Machine> = LazyLock::new(Machine::governed);

/// Payloads that the real client sent.
static PAYLOADS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../agents/fixtures/claude-code");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().filter_map(|file| serde_json::from_slice(&fs::read(file).unwrap()).ok()).collect()
});

/// Answers that need no person: the runtime takes them for "go on".
fn check(input: &[u8]) -> Result<(), TestCaseError> {
    let answer = Answer::of(run(&mut MACHINE.hook(0), input));
    let event: Value = serde_json::from_slice(input).unwrap_or_default();
    let name = event.get("hook_event_name").and_then(Value::as_str);
    match answer.exit {
        Some(2) => {
            prop_assert!(!answer.reason().is_empty());
        }
        Some(0) if name == Some("PreToolUse") => {
            // A call asked again keeps the record it has, so this may be an old one.
            let decided = MACHINE.events("decided");
            let which = (&event["session_id"], &event["tool_use_id"]);
            let ours = decided.iter().rfind(|one| (&one["call"]["session"], &one["call"]["id"]) == which);
            let decision = ours.map(|ours| ours["decision"]["kind"]["decision"].clone());
            let fine = decision == Some(json!("allow")) || decision == Some(json!("monitor"));
            prop_assert!(fine, "{answer:?} without a record: {decision:?}");
        }
        Some(0) if name == Some("ConfigChange") => {
            let changes = MACHINE.events_among_last(40, "configuration_changed");
            prop_assert!(changes.last().is_some_and(|change| change["vetoed"].is_null()), "{answer:?}");
        }
        Some(0) => prop_assert!(name.is_some(), "{answer:?}"),
        exit => prop_assert!(false, "exit {exit:?}: {answer:?}"),
    }
    Ok(())
}

/// A payload with something done to it.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let payload = prop::sample::select(PAYLOADS.clone());
    (payload, any::<prop::sample::Index>(), any::<prop::sample::Index>(), change()).prop_map(
        |(mut payload, place, byte, change)| {
            if let Some(fields) = payload.as_object_mut() {
                let name = fields.keys().nth(place.index(fields.len().max(1))).cloned().unwrap_or_default();
                change.apply(fields, &name);
            }
            let mut bytes = serde_json::to_vec(&payload).unwrap();
            change.damage(&mut bytes, byte);
            bytes
        },
    )
}

#[derive(Clone, Debug)]
enum Change {
    Remove,
    Set(Value),
    Add(String, Value),
    Truncate,
    Flip(u8),
    Insert(Vec<u8>),
    Twice,
}

impl Change {
    fn apply(&self, fields: &mut Map<String, Value>, name: &str) {
        match self {
            Self::Remove => drop(fields.remove(name)),
            Self::Set(value) => drop(fields.insert(name.to_owned(), value.clone())),
            Self::Add(name, value) => drop(fields.insert(name.clone(), value.clone())),
            Self::Truncate | Self::Flip(_) | Self::Insert(_) | Self::Twice => {}
        }
    }

    fn damage(&self, bytes: &mut Vec<u8>, place: prop::sample::Index) {
        let at = place.index(bytes.len());
        match self {
            Self::Truncate => bytes.truncate(at),
            Self::Flip(bit) => bytes[at] ^= 1 << (bit % 8),
            Self::Insert(more) => drop(bytes.splice(at..at, more.iter().copied())),
            Self::Twice => bytes.extend(bytes.clone()),
            Self::Remove | Self::Set(_) | Self::Add(..) => {}
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    let value = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!({"command": 7})),
        Just(json!({"command": "git push origin main"})),
        Just(json!({"command": "git status", "extra": {"deep": [[[[1]]]]}})),
        Just(Value::from("PreToolUse")),
        Just(Value::from("Bash")),
    ];
    prop_oneof![
        Just(Change::Remove),
        value.clone().prop_map(Change::Set),
        ("[a-z_]{1,12}", value).prop_map(|(name, value)| Change::Add(name, value)),
        Just(Change::Truncate),
        any::<u8>().prop_map(Change::Flip),
        prop::collection::vec(any::<u8>(), 1..9).prop_map(Change::Insert),
        Just(Change::Twice),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(input in prop::collection::vec(any::<u8>(), 0..300)) {
        check(&input)?;
    }

    #[test]
    fn damaged_payloads(input in mutated()) {
        check(&input)?;
    }

    #[test]
    fn any_command(command in "\\PC{0,80}") {
        check(MACHINE.bash(&command).to_string().as_bytes())?;
    }
}

/// Inputs that end careless parsers, each as the whole input and as a command.
#[test]
fn hostile_shapes() {
    let shapes =
        ["[", "{\"a\":", "\"", "$(", "{ ", "if ", "`", "((", "<(", "${a:-", "case x in x) ", "\\", "\0"];
    for shape in shapes {
        let long = shape.repeat(60_000 / shape.len());
        check(long.as_bytes()).unwrap();
        check(MACHINE.bash(&long).to_string().as_bytes()).unwrap();
    }
    let huge = vec![b' '; 17 << 20];
    check(&huge).unwrap();
    check(b"").unwrap();
}

/// Nothing that the hook needs may be missing without the call being denied.
#[test]
fn a_broken_installation_denies() {
    type Damage = fn(&Machine);
    let breaks: [(&str, Damage); 7] = [
        ("no home", |machine| fs::remove_dir_all(machine.home()).unwrap()),
        ("no log", |machine| fs::remove_dir_all(machine.home().join("log")).unwrap()),
        ("no key", |machine| fs::remove_file(machine.home().join("key")).unwrap()),
        ("no bundles", |machine| fs::remove_dir_all(machine.home().join("bundles")).unwrap()),
        ("a damaged log", |machine| {
            let file = machine.home().join("log/00000001.jsonl");
            let text = fs::read_to_string(&file).unwrap();
            fs::write(&file, text.replacen("reviewer_enrolled", "reviewer_unrolled", 1)).unwrap();
            fs::remove_dir_all(machine.home().join("state")).unwrap();
        }),
        ("a shortened log", |machine| {
            let file = machine.home().join("log/00000001.jsonl");
            let text = fs::read_to_string(&file).unwrap();
            let end = text.trim_end().rfind('\n').unwrap() + 1;
            fs::write(&file, &text[..end]).unwrap();
        }),
        ("a log that cannot be written", |machine| {
            let file = machine.home().join("log/00000001.jsonl");
            fs::remove_file(&file).unwrap();
            fs::create_dir(&file).unwrap();
        }),
    ];
    for (what, damage) in breaks {
        let machine = Machine::governed();
        let mut hook = machine.hook(0);
        damage(&machine);
        let answer = Answer::of(run(&mut hook, machine.bash("git status").to_string().as_bytes()));
        assert!(!answer.reason().is_empty(), "{what}");
    }
}

/// State is derived from the log: losing it loses nothing, damage to it denies once at most.
#[test]
fn lost_state_is_folded_anew() {
    let machine = Machine::governed();
    machine.ask(&machine.bash("git push origin main"));
    fs::remove_dir_all(machine.home().join("state")).unwrap();
    assert_eq!(machine.ask(&machine.bash("git status")).word(), "pass");
    machine.approve(&machine.ticket());
    assert_eq!(machine.ask(&machine.bash("git push origin main")).word(), "allow");
}

/// What a repository's settings can set must not loosen anything.
#[test]
fn the_environment_loosens_nothing() {
    let machine = Machine::governed();
    for (name, value) in [
        ("COUNTERSIGN_HOME", "/nowhere"),
        ("COUNTERSIGN_WAIT", "999999"),
        ("HOME", "/nowhere"),
        ("XDG_STATE_HOME", "/nowhere"),
        ("XDG_CONFIG_HOME", "/nowhere"),
        ("GIT_DIR", "/nowhere"),
        ("GIT_CONFIG_GLOBAL", "/nowhere"),
        ("PATH", "/nowhere"),
        ("CLAUDE_PROJECT_DIR", "/nowhere"),
        ("TZ", "\u{1}"),
    ] {
        let mut hook = machine.hook(0);
        hook.env(name, value);
        let answer = Answer::of(run(&mut hook, machine.bash("git push origin main").to_string().as_bytes()));
        assert!(answer.reason().contains("holds this"), "{name}: {answer:?}");
    }
}
