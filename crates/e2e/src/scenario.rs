//! What the scripted model will say.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The model's turns, in one conversation or several.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Scenario {
    turns: Vec<Vec<Call>>,
    tracks: Vec<Track>,
}

/// Turns for the conversations that begin with a certain text, such as a subagent's.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Track {
    marker: String,
    turns: Vec<Vec<Call>>,
}

/// One tool call of a turn.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Call {
    /// The tool.
    pub tool: String,
    /// Its arguments.
    pub input: Value,
}

/// A call of any tool.
pub fn call(tool: &str, input: Value) -> Call {
    Call { tool: tool.to_owned(), input }
}

/// A shell command.
pub fn bash(command: &str) -> Call {
    call("Bash", json!({ "command": command, "description": "run a command" }))
}

/// Where in the scenario a conversation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// 0 for the main conversation, else the track counted from 1.
    pub track: usize,
    /// How many turns the model has had.
    pub turn: usize,
}

impl Scenario {
    /// The turns of the main conversation, each a list of calls made at once. After them the model
    /// says that it is finished.
    pub fn new<const TURNS: usize>(turns: [Vec<Call>; TURNS]) -> Self {
        Self { turns: turns.into(), tracks: Vec::new() }
    }

    /// The same, and these turns where a conversation's first message holds `marker`.
    #[must_use]
    pub fn track<const TURNS: usize>(mut self, marker: &str, turns: [Vec<Call>; TURNS]) -> Self {
        self.tracks.push(Track { marker: marker.to_owned(), turns: turns.into() });
        self
    }

    /// Where a conversation with this first message stands after so many turns.
    pub(crate) fn position(&self, first_message: &str, turn: usize) -> Position {
        let track = self.tracks.iter().position(|track| first_message.contains(&track.marker));
        Position { track: track.map_or(0, |at| at + 1), turn }
    }

    /// The calls to make there; none when the model is finished.
    pub(crate) fn calls(&self, position: Position) -> &[Call] {
        let turns = match position.track.checked_sub(1) {
            None => Some(&self.turns),
            Some(at) => self.tracks.get(at).map(|track| &track.turns),
        };
        turns.and_then(|turns| turns.get(position.turn)).map_or(&[], Vec::as_slice)
    }
}
