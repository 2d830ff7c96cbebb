//! The narrowest permit that would let effects like one flow under the eyes of people: a draft for a reviewer.

use countersign_model::{
    Access, Certainty, Effect, Environment, PathClass, Resource, Reversible, Zone, verbs,
};

use crate::request::{area, attributes, environment_word, kind, resource_type};

/// A permit that is drafted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Draft {
    /// What is done, such as `net.write`.
    pub verb: String,
    /// To what, for people.
    pub what: String,
    /// The permit's text in Cedar.
    pub cedar: String,
}

/// What would let an effect like this one flow and be shown to people. Nothing where no policy should: in production, for
/// secrets, for what runs or guards Countersign and other tools, for another user's rights, for what may not come back,
/// for what nobody can see into outside development or in an interpreter, and where the effect is not known exactly
/// enough to name it.
///
/// The permit counts only for calls that carry no secret, in sessions that have read none, with no production
/// credential within reach.
pub fn draft(effect: &Effect) -> Option<Draft> {
    let listed = verbs::find(effect.verb.as_str()).filter(|entry| effect.access <= entry.access)?;
    if !may_ever_flow(effect, listed.name) {
        return None;
    }
    let (conditions, what) = conditions(&effect.resource)?;
    let certainty = match effect.certainty {
        Certainty::Exact => "context.certainty == \"exact\"",
        Certainty::Partial => "context.certainty != \"opaque\"",
        Certainty::Opaque => "context.certainty == \"opaque\"",
    };
    let reversible = match effect.reversible {
        Reversible::Yes => "context.reversible == \"yes\" && ",
        Reversible::Unknown => "context.reversible != \"no\" && ",
        Reversible::No => "",
    };
    let (verb, resource) = (listed.name, resource_type(&effect.resource));
    let environment = environment_word(kind(effect).environment);
    let cedar = format!(
        "permit (principal, action == Action::\"{verb}\", resource is {resource} in Environment::\"{environment}\")\n\
         when {{\n  context.oversight.monitored && {conditions} &&\n  {certainty} && {reversible}context.findings == 0 && \
         !context.secretRead && context.reach.isEmpty()\n}};\n"
    );
    Some(Draft { verb: verb.to_owned(), what, cedar })
}

/// Programs that run whatever they are told to.
const ANYTHING: &str = "bash bun cmd dash deno docker env eval fish java ksh lua node npx osascript perl php powershell \
    pwsh python python2 python3 R ruby sh ssh sudo tclsh xargs zsh";

/// Whether any policy should let this flow without an approval.
fn may_ever_flow(effect: &Effect, verb: &str) -> bool {
    const NEVER: &str = "agent.oversight exec.hidden exec.privilege exec.remote-code exec.schedule exec.system \
    forge.approve forge.merge forge.settings forge.workflow git.force-push net.upload package.publish";
    let harmless = match &effect.resource {
        // Its name says nothing of what it runs.
        Resource::Program { name } => !ANYTHING.split(' ').any(|program| program == name),
        Resource::Path { class, .. } => {
            matches!(class, PathClass::Ordinary | PathClass::Rebuildable | PathClass::Delivery)
        }
        Resource::Secret { .. } => false,
        _ => true,
    };
    let near = matches!(&effect.resource, Resource::Path { zone: Zone::Workspace | Zone::Temporary, .. });
    harmless
        && effect.environment != Environment::Production
        && !["secret", "countersign"].contains(&area(verb))
        && !NEVER.split(' ').any(|never| never == verb)
        && (effect.certainty != Certainty::Opaque || effect.environment == Environment::Development)
        && (effect.access < Access::Destroy || effect.reversible == Reversible::Yes || near)
}

/// The conditions that name a resource, and how people name it.
fn conditions(resource: &Resource) -> Option<(String, String)> {
    if let Resource::Path { path, .. } = resource {
        let (folder, _) = path.rsplit_once('/').filter(|(folder, _)| folder.matches('/').count() >= 2)?;
        let folder = Some(folder).filter(|folder| is_plain(folder))?;
        // A folder can hold files of any class.
        let rest = attributes(resource).into_iter().filter(|(name, _)| *name != "path");
        let rest: String = rest.map(|(name, value)| format!(" && resource.{name} == \"{value}\"")).collect();
        return Some((format!("resource.path like \"{folder}/*\"{rest}"), format!("files below {folder}")));
    }
    let attributes = attributes(resource);
    let named =
        |(name, value): &(&str, String)| is_plain(value).then(|| format!("resource.{name} == \"{value}\""));
    let conditions: Option<Vec<String>> = attributes.iter().map(named).collect();
    let values: Vec<&str> =
        attributes.iter().map(|(_, value)| value.as_str()).filter(|value| !value.is_empty()).collect();
    Some((conditions.filter(|conditions| !conditions.is_empty())?.join(" && "), values.join(" ")))
}

/// Whether a name is known and needs no escaping in Cedar or TOML.
fn is_plain(text: &str) -> bool {
    text.chars().all(|char| char.is_ascii_alphanumeric() || " -_./:@+~=,#%".contains(char))
}

#[cfg(test)]
mod tests;
