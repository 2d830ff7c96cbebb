//! Reasons in one sentence, for the agent and the reviewer alike.

use countersign_model::{Decision, DecisionKind, Effect, Environment, Resource, verbs};

use crate::request;

/// The longest name quoted in full, in characters.
const LONGEST: usize = 160;

/// `would <what the verb does> (<what to>, <environment>): <why>`.
pub fn reason(effect: &Effect, kind: &DecisionKind, why: &str) -> String {
    let mut sentence = would(effect);
    if let Some(origin) = &effect.origin {
        sentence.push_str(&format!(", in {}", plain(&origin.to_string())));
    }
    if let Some(because) = &effect.because {
        sentence.push_str(&format!(", {}", plain(because)));
    }
    sentence.push_str(": ");
    sentence.push_str(why);
    if let DecisionKind::RequireApproval { requirement } = kind
        && (requirement.approvals > 1 || !requirement.groups.is_empty())
    {
        sentence.push_str(&format!(" (by {}", requirement.approvals));
        if !requirement.groups.is_empty() {
            sentence.push_str(&format!(", including {}", requirement.groups.join(", ")));
        }
        sentence.push(')');
    }
    sentence
}

/// `would <what the verb does> (<what to>, <environment>)`.
pub fn would(effect: &Effect) -> String {
    let does = verbs::find(effect.verb.as_str()).map_or_else(
        || format!("do `{}`, which nobody has described", plain(effect.verb.as_str())),
        |entry| entry.says.to_owned(),
    );
    let place = place(effect).map(|place| format!(", {place}")).unwrap_or_default();
    format!("would {does} ({}{place})", plain(&what(&effect.resource)))
}

/// A denial because something inside failed, never an allow.
pub fn broken(policies: Vec<countersign_model::PolicyId>, what: &str) -> Decision {
    Decision {
        kind: DecisionKind::Deny,
        risk: countersign_model::Risk { score: 100, factors: Vec::new() },
        policies,
        reason: format!("denied, since it could not be decided: {}", plain(what)),
        shadow: None,
    }
}

/// Where it lands; of a change that a push brings, the push itself says it.
fn place(effect: &Effect) -> Option<String> {
    match (&effect.resource, effect.environment) {
        (Resource::Change { .. }, _) => None,
        (_, Environment::Unknown) => Some("in an environment nobody has named".to_owned()),
        (_, environment) => Some(environment.to_string()),
    }
}

/// The resource with the whole address of its repository.
fn what(resource: &Resource) -> String {
    match resource {
        Resource::Ref { repository, reference, .. } => {
            let short = reference.strip_prefix("refs/heads/").unwrap_or(reference);
            let short =
                short.strip_prefix("refs/tags/").map_or_else(|| short.to_owned(), |tag| format!("tag {tag}"));
            let short = if short == "*" { "any branch".to_owned() } else { short };
            match request::address(repository).as_str() {
                "*" => format!("{short} of a repository not known"),
                address => format!("{short} of {address}"),
            }
        }
        Resource::Repository { repository } => match request::address(repository).as_str() {
            "*" => "a repository not known".to_owned(),
            address => address.to_owned(),
        },
        other => other.to_string(),
    }
}

/// Text that an agent may have written, made safe for a terminal and short.
pub fn plain(text: &str) -> String {
    let mut safe = String::new();
    for (count, letter) in text.chars().enumerate() {
        if count == LONGEST {
            safe.push('…');
            break;
        }
        if letter.is_control() || is_invisible(letter) {
            safe.extend(letter.escape_unicode());
        } else {
            safe.push(letter);
        }
    }
    safe
}

/// Characters that reorder or hide the text around them.
const fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ad}' | '\u{61c}' | '\u{e0000}'..='\u{e007f}')
}
