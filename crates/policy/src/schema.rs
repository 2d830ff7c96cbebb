//! The schema policies are validated against: the shipped types, and one action per verb of the
//! catalogue, in the groups of its area and its access.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::LazyLock;

use cedar_policy::{Schema, SchemaFragment};
use countersign_model::{Access, verbs};

use crate::packs;
use crate::request::{ENTITY_TYPES, UNLISTED, access_word, area};

/// The types of `packs/schema.cedarschema` that are resources: all but the action, the principal and
/// the two groups.
pub fn resource_types() -> impl Iterator<Item = &'static str> {
    ENTITY_TYPES.into_iter().skip(4)
}

/// The schema as text, for people and for other tools that read Cedar.
pub fn schema_text() -> String {
    let accesses = [Access::Read, Access::Write, Access::Send, Access::Execute, Access::Destroy];
    let mut groups: BTreeSet<&str> = accesses.into_iter().map(access_word).collect();
    groups.extend(verbs::CATALOGUE.iter().map(|entry| area(entry.name)));
    let resources = resource_types().collect::<Vec<_>>().join(", ");
    let applies = format!("appliesTo {{ principal: [Session], resource: [{resources}], context: Facts }}");
    let mut text = packs::SCHEMA.to_owned();
    let mut line = |action: String| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{action}");
    };
    line(String::new());
    for group in groups {
        line(format!("action \"{group}\";"));
    }
    for entry in verbs::CATALOGUE {
        let (name, area, access) = (entry.name, area(entry.name), access_word(entry.access));
        line(format!("// {}\naction \"{name}\" in [\"{area}\", \"{access}\"] {applies};", entry.says));
    }
    line(format!("// every verb outside the catalogue\naction \"{UNLISTED}\" {applies};"));
    text
}

/// The schema as JSON, in Cedar's own form of it.
pub fn schema_json() -> Result<serde_json::Value, String> {
    let (fragment, _) =
        SchemaFragment::from_cedarschema_str(&schema_text()).map_err(|error| error.to_string())?;
    fragment.to_json_value().map_err(|error| error.to_string())
}

/// The schema, read once.
pub(crate) fn schema() -> Result<&'static Schema, String> {
    static SCHEMA: LazyLock<Result<Schema, String>> = LazyLock::new(|| {
        Schema::from_cedarschema_str(&schema_text())
            .map(|(schema, _)| schema)
            .map_err(|error| error.to_string())
    });
    SCHEMA.as_ref().map_err(Clone::clone)
}
