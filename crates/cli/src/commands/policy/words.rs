//! `policy verbs` and `policy schema`: what policies can speak of.

use anstream::println;
use anyhow::Result;
use countersign_model::verbs;
use countersign_policy::{access_word, schema_json, schema_text, usual_types};
use serde_json::json;

use crate::output;

/// Prints the catalogue of verbs.
pub fn verbs(json: bool) -> Result<()> {
    let area = |name: &str| name.split('.').next().unwrap_or(name).to_owned();
    let resources = |name: &str| usual_types(name).unwrap_or_default();
    if json {
        let rows: Vec<_> = verbs::CATALOGUE
            .iter()
            .map(|entry| {
                json!({
                    "verb": entry.name, "area": area(entry.name), "access": access_word(entry.access),
                    "would": entry.says, "resources": resources(entry.name),
                })
            })
            .collect();
        return output::json(&rows);
    }
    let rows = verbs::CATALOGUE.iter().map(|entry| {
        [
            entry.name.to_owned(),
            access_word(entry.access).to_owned(),
            resources(entry.name).join(", "),
            entry.says.to_owned(),
        ]
    });
    output::wrapped(["VERB", "ACCESS", "USUALLY ON", "WOULD"], rows);
    println!(
        "A policy names a verb, its area (the part before the dot), or its access: Action::\"git\", Action::\"write\"."
    );
    Ok(())
}

/// Prints the schema that policies are held against: as Cedar's text, or as Cedar's JSON.
pub fn schema(json: bool) -> Result<()> {
    if json {
        return output::json(&schema_json().map_err(anyhow::Error::msg)?);
    }
    println!("{}", schema_text());
    Ok(())
}
