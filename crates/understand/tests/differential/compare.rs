//! What ran next to what was listed.

use countersign_model::{Answer, Certainty, Digest, Effect, Question, Runtime, ToolCall, verbs};
use countersign_understand::{Argument, Surroundings, Understanding, Workspace, understand};
use serde_json::{Map, Value};

use crate::bash::Ran;
use crate::script::Script;

/// Why a program is opaque that is what it seems to be, but which no family knows.
const UNKNOWN_PROGRAM: &str = "nobody knows what this program does";

/// Files as they are in the directory of the scripts, and nothing else known.
struct Files;

impl Workspace for Files {
    fn ask(&self, question: &Question) -> Answer {
        match question {
            Question::Path { path } if std::path::Path::new(path).is_dir() => {
                Answer::Directory { path: path.clone() }
            }
            Question::Path { path } if !std::path::Path::new(path).exists() => Answer::Absent,
            Question::Path { path } => match std::fs::read_to_string(path) {
                Ok(text) => Answer::Text { digest: Digest::of([text.as_bytes()]), text, whole: true },
                Err(_) => Answer::Unknown { why: "it cannot be read".to_owned() },
            },
            Question::Target { path } => Answer::Target { path: path.clone(), several_names: None },
            Question::Setting { .. } | Question::Configuration { .. } => {
                Answer::Values { values: Vec::new() }
            }
            Question::Repository { .. } => Answer::Absent,
            _ => Answer::Unknown { why: "the test does not say".to_owned() },
        }
    }
}

/// What we say a script does that runs in `directory`.
pub fn understood(text: &str, directory: &str) -> Understanding {
    let call = ToolCall {
        runtime: Runtime::Script,
        session: "s".into(),
        agent: None,
        id: "t".into(),
        prompt: None,
        cwd: directory.to_owned(),
        mode: None,
        tool: "Bash".to_owned(),
        input: Map::from_iter([("command".to_owned(), Value::from(text))]),
        mcp_server: None,
    };
    let surroundings = Surroundings {
        home: directory.to_owned(),
        temporary: vec!["/tmp".to_owned()],
        ..Surroundings::default()
    };
    understand(&call, &surroundings, &Files)
}

/// Why the shell's text cannot be seen into, where we say so.
pub fn opaque(understanding: &Understanding) -> Option<&str> {
    let because = |effect: &'_ Effect| effect.because.as_deref() != Some(UNKNOWN_PROGRAM);
    let found = understanding.effects.iter().find(|effect| {
        (effect.certainty == Certainty::Opaque && because(effect)) || effect.verb == verbs::EXEC_REMOTE_CODE
    })?;
    Some(found.because.as_deref().unwrap_or("no reason"))
}

/// What of it is wrong, a sentence.
pub fn fault(script: &Script, ran: &[Ran], understanding: &Understanding) -> Option<String> {
    if let Some(why) = opaque(understanding) {
        return script.is_literal.then(|| format!("opaque, although its text says it all: {why}"));
    }
    let missed = ran.iter().find(|ran| !is_listed(ran, understanding))?;
    let named =
        understanding.commands.iter().any(|command| command.program.as_deref() == Some(&missed.program));
    let how = if named { "ran with other arguments than any listed" } else { "ran and is not listed" };
    Some(format!("{how}: {} {:?}", missed.program, missed.arguments))
}

fn is_listed(ran: &Ran, understanding: &Understanding) -> bool {
    understanding.commands.iter().any(|command| {
        command.program.as_deref() == Some(&ran.program)
            && command.arguments().is_none_or(|arguments| {
                let arguments: Vec<Argument<'_>> = arguments.collect();
                allows(&arguments, &ran.arguments)
            })
    })
}

/// Whether a program that was started with `words` is one of those which `arguments` may stand for.
fn allows(arguments: &[Argument<'_>], words: &[String]) -> bool {
    let Some((first, others)) = arguments.split_first() else { return words.is_empty() };
    match first {
        Argument::Known(text) => {
            // Which number the output of a process gets, the shell chooses.
            let is_open = |text: &str| text.starts_with("/dev/fd/");
            words.split_first().is_some_and(|(word, rest)| {
                (word == text || (is_open(word) && is_open(text))) && allows(others, rest)
            })
        }
        Argument::Pattern(text) => {
            let start = text.split(['*', '?', '[', '\\']).next().unwrap_or_default();
            let directory = start.strip_suffix('/');
            let fits = |word: &String| word.starts_with(start) || Some(word.as_str()) == directory;
            some_of(words, others, |some| some.iter().all(fits))
        }
        Argument::Unknown { prefix, suffix } => {
            some_of(words, others, |some| match (some.first(), some.last()) {
                (Some(first), Some(last)) => first.starts_with(prefix) && last.ends_with(suffix),
                _ => prefix.is_empty() && suffix.is_empty(),
            })
        }
    }
}

fn some_of(words: &[String], others: &[Argument<'_>], fit: impl Fn(&[String]) -> bool) -> bool {
    (0..=words.len()).any(|count| {
        words.split_at_checked(count).is_some_and(|(some, rest)| fit(some) && allows(others, rest))
    })
}
