//! The commands of a call, each below the one that runs it, with what it does and where that lands.

use anstream::println;
use countersign_model::Effect;
use countersign_redact::Beside;
use countersign_understand::Command;

use super::decided;
use crate::output::{FAINT, STRONG, WARN, count, styled};
use crate::terminal;

/// Commands that are shown one by one; the effects of the others are shown without them.
const MOST: usize = 60;
/// Deeper commands are shown as if they were this deep.
const DEEPEST: usize = 12;

/// Prints the tree, then the effects that belong to no command of it. Where there is no command, the effects
/// are all there is. `text` is that of the call.
pub fn print(commands: &[Command], effects: &[Effect], text: &str, beside: &Beside) {
    let mut shown = vec![false; effects.len()];
    if !commands.is_empty() {
        println!("{}", styled(STRONG, "commands"));
    }
    let mut depths: Vec<usize> = Vec::new();
    for command in commands.iter().take(MOST) {
        let above = command.parent.and_then(|parent| depths.get(parent));
        let depth = above.map_or(0, |above| above + 1);
        depths.push(depth);
        let indent = 2 + 2 * depth.min(DEEPEST);
        println!(
            "{:indent$}{}{}",
            "",
            terminal::line(&decided::title(command, beside)),
            place(command, text)
        );
        for index in &command.effects {
            let Some((effect, shown)) = effects.get(*index).zip(shown.get_mut(*index)) else { continue };
            print_effect(effect, indent + 2, !*shown);
            *shown = true;
        }
    }
    if commands.len() > MOST {
        let more = count((commands.len() - MOST) as u64, "more command");
        println!("  {}", styled(WARN, format!("and {more}, which --json lists")));
    }
    let others: Vec<&Effect> =
        effects.iter().zip(&shown).filter(|(_, shown)| !**shown).map(|(effect, _)| effect).collect();
    if !others.is_empty() {
        println!("{}", styled(STRONG, if commands.is_empty() { "effects" } else { "other effects" }));
        for effect in others {
            print_effect(effect, 2, true);
            if let Some(origin) = &effect.origin {
                println!("      {}", styled(FAINT, format!("in {}", terminal::line(&origin.to_string()))));
            }
        }
    }
}

fn print_effect(effect: &Effect, indent: usize, with_reason: bool) {
    println!("{:indent$}{}{}", "", styled(FAINT, "→ "), terminal::line(&effect.to_string()));
    if let Some(because) = effect.because.as_ref().filter(|_| with_reason) {
        println!("{:indent$}    {}", "", styled(FAINT, terminal::line(because)));
    }
}

/// Where a command stands: in a file behind the call, or in which of several lines of the call.
fn place(command: &Command, text: &str) -> String {
    let place = match (&command.origin, command.span) {
        (Some(origin), _) => terminal::line(&origin.to_string()),
        (None, Some(span)) if text.contains('\n') => {
            let before = text.get(..span.start).unwrap_or_default();
            format!("line {}", before.matches('\n').count() + 1)
        }
        (None, _) => return String::new(),
    };
    format!("  {}", styled(FAINT, place))
}
