//! Builds that deliver because a variable or a property says so.

use crate::invocation::Invocation;
use crate::word::Word;

/// Maven with the goals and options that a variable puts before its own: `MAVEN_ARGS=deploy mvn test`.
pub(super) fn with_goals(invocation: &Invocation) -> Option<Invocation> {
    let at = invocation.environment.iter().rposition(|(name, _)| name == "MAVEN_ARGS").filter(|_| matches!(invocation.program.as_str(), "mvn" | "mvnw"))?;
    let mut told = Invocation { contiguous: false, ..invocation.clone() };
    let (_, value) = told.environment.remove(at);
    told.environment.retain(|(name, _)| name != "MAVEN_ARGS");
    let given: Vec<Word> = match value.known() {
        Some(text) => text.split_ascii_whitespace().map(Word::known_as).collect(),
        None => vec![Word::made(value)],
    };
    told.words.splice(0..0, given);
    Some(told)
}

/// Where a build of .NET is put by itself, if it is: the profile that says so.
pub(super) fn deploys(invocation: &Invocation) -> Option<Option<String>> {
    let mut profile = None;
    let mut is_told = false;
    for word in &invocation.words {
        let text = word.text().to_ascii_lowercase();
        let Some((option, value)) = text.trim_start_matches(['-', '/']).split_once([':', '=']) else { continue };
        match option {
            "p" | "property" if value.starts_with("deployonbuild=true") => is_told = true,
            "p" | "property" if value.starts_with("publishprofile=") => {
                is_told = true;
                profile = value.split_once('=').map(|(_, name)| name.to_owned());
            }
            "t" | "target" if value.split(';').any(|target| target.contains("deploy") || target.contains("publishcontainer")) => is_told = true,
            _ => {}
        }
    }
    is_told.then_some(profile)
}
