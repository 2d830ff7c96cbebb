//! A bundle in lines that people can read and compare.

use std::collections::BTreeSet;

use anstream::{eprintln, println};
use countersign_policy::{Bundle, Pack, Proposal};
use serde_json::{Map, Value, json};

use crate::output::{BAD, FAINT, GOOD, WARN, styled};
use crate::terminal;

/// What a bundle says: pack, map, and the repository's own policies.
pub fn lines(bundle: &Bundle) -> Vec<String> {
    let mut lines = vec![
        format!("pack {}", bundle.pack()),
        format!("on_allow {}", format!("{:?}", bundle.on_allow()).to_lowercase()),
    ];
    lines.extend(bundle.layer_names().first().map(|layer| format!("layer {layer}, the highest")));
    lines.extend(bundle.layers_below().map(|layer| format!("layer {layer}, which can only tighten")));
    let repository = bundle.repository();
    lines.extend(
        repository.remotes.iter().chain(&repository.roots).map(|place| format!("repository {place}")),
    );
    lines.extend(repository.default_branch.iter().map(|branch| format!("default branch {branch}")));
    for (environment, places) in &bundle.map().environments {
        for (list, patterns) in places.lists() {
            lines.extend(patterns.iter().map(|pattern| format!("{environment} {list} {pattern}")));
            // The last that matches counts.
            if patterns.iter().any(|pattern| pattern.starts_with('!')) {
                lines.push(format!("{environment} {list} in this order: {}", patterns.join(", ")));
            }
        }
    }
    for program in bundle.programs() {
        let name = program.names.join(", ");
        for (what, words) in [("target", &program.target), ("values", &program.values)] {
            if !words.is_empty() {
                lines.push(format!("program {name}: {what} {}", words.join(" ")));
            }
        }
        for (does, subcommands) in [
            ("only reads", &program.read),
            ("changes", &program.write),
            ("destroys", &program.destroy),
            ("runs", &program.execute),
        ] {
            lines.extend(
                subcommands.iter().map(|words| format!("program {name} {words}: {does}").replace(" :", ":")),
            );
        }
    }
    let in_one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    lines.extend(
        bundle.invariants().iter().map(|one| format!("invariant {}: {}", one.id, in_one_line(&one.cedar))),
    );
    let shadows: BTreeSet<_> = bundle.shadows().collect();
    let own: BTreeSet<_> = bundle.own_policies().collect();
    let own = bundle.policies().filter(|(id, _)| own.contains(id));
    lines.extend(own.map(|(id, text)| {
        let text = in_one_line(&text);
        let word = if shadows.contains(id) { "policy in shadow" } else { "policy" };
        format!("{word} {id}: {text}")
    }));
    lines
}

/// The same for programs.
pub fn json(bundle: &Bundle) -> Map<String, Value> {
    let shadows: BTreeSet<_> = bundle.shadows().collect();
    let own: BTreeSet<_> = bundle.own_policies().collect();
    let policies: Vec<Value> = bundle
        .policies()
        .filter(|(id, _)| own.contains(id))
        .map(|(id, text)| json!({ "id": id, "shadow": shadows.contains(id), "cedar": text }))
        .collect();
    let weights: Vec<Value> = bundle
        .own_weights()
        .into_iter()
        .map(|(name, points, shipped)| json!({ "name": name, "points": points, "shipped": shipped }))
        .collect();
    let on_allow = format!("{:?}", bundle.on_allow()).to_lowercase();
    let fields = [
        ("pack", json!(bundle.pack())),
        ("on_allow", json!(on_allow)),
        ("layers", json!(bundle.layer_names())),
        ("layers_below", json!(bundle.layers_below().collect::<Vec<_>>())),
        ("map", json!(bundle.map())),
        ("programs", json!(bundle.programs())),
        ("weights", json!(weights)),
        ("policies", json!(policies)),
        ("invariants", json!(bundle.invariants())),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Prints them, indented.
pub fn print(bundle: &Bundle) {
    for line in lines(bundle) {
        println!("  {}", terminal::block(&line, 2, terminal::columns()));
    }
}

/// The layers above the repository's own that a bundle has and another one has no longer.
pub fn lost_layers<'b>(old: &'b Bundle, new: &Bundle) -> Vec<&'b str> {
    let kept = new.layer_names();
    old.layer_names().into_iter().filter(|layer| *layer != "repository" && !kept.contains(layer)).collect()
}

/// Says aloud that layers are gone, for the person whose signature would take them away.
pub fn warn_of_lost(lost: &[&str]) {
    for layer in lost {
        eprintln!(
            "{} the bundle in force has the {layer}'s layer, and this one does not: nothing that the {layer} asks for \
             would count here any more. Sign it only if the {layer} agreed.",
            styled(BAD, "WARNING:")
        );
    }
}

/// Prints what changes from one bundle to another, and says where that loosens.
pub fn print_changes(old: Option<&Bundle>, new: &Bundle) {
    let before: BTreeSet<_> = old.map(lines).unwrap_or_default().into_iter().collect();
    let after = lines(new);
    let gone = before.iter().filter(|line| !after.contains(line));
    let come = after.iter().filter(|line| !before.contains(*line));
    let looks_on = |line: &str| line.starts_with("policy in shadow");
    let gone = gone.map(|line| ("-", line, if looks_on(line) { "" } else { taken_away(line) }));
    let is_laxer = old.is_some_and(|old| strictness(new) < strictness(old));
    let come = come.map(|line| {
        let loosens = line.contains(": permit") && !looks_on(line) && !adds_nothing(line, new)
            || line.starts_with("pack ") && is_laxer
            || line.starts_with("production ") && line.contains(" !") && !line.contains(ORDER)
            || line.starts_with("repository ")
            || lets_pass(line, &before)
            || line == "on_allow grant";
        let mark = match old {
            _ if takes_in_all(line) => "  ← loosens: it takes in everything that nothing else names",
            None => "",
            Some(_) if loosens => LOOSENS,
            Some(_) if line.contains(ORDER) || line.starts_with("default branch ") => MAY_LOOSEN,
            Some(_) => described(line),
        };
        ("+", line, mark)
    });
    for (sign, line, loosens) in gone.chain(come) {
        let style = if sign == "-" { BAD } else { GOOD };
        let loosens = if loosens.is_empty() { String::new() } else { styled(BAD, loosens) };
        println!("  {} {}{loosens}", styled(style, sign), terminal::block(line, 4, terminal::columns()));
    }
    let shipped = Pack::ALL.into_iter().find(|pack| pack.name() == new.pack());
    let shipped = shipped.and_then(|pack| Bundle::shipped(pack, &Proposal::default()).ok());
    let beside = old.or(shipped.as_ref());
    for (name, points, before) in beside.map(|old| new.weights_beside(old)).unwrap_or_default() {
        // The count from which calls are a burst is no number of points: less of it is stricter.
        let loosens = (points < before) != (name == "other.burst_calls");
        let say = |points: Option<u64>| points.map_or_else(|| "none".to_owned(), |points| points.to_string());
        let mark = if loosens { styled(BAD, LOOSENS) } else { String::new() };
        println!("  {} points {name}: {} instead of {}{mark}", styled(WARN, "~"), say(points), say(before));
    }
    if let Some(old) = old.filter(|old| old.digest() != new.digest())
        && lines(old) == after
        && new.weights_beside(old).is_empty()
    {
        println!("  {} something these lines do not say{}", styled(WARN, "~"), styled(BAD, MAY_LOOSEN));
    }
    if old.is_none() {
        println!("  {}", styled(FAINT, "no reviewer has signed anything for this repository before"));
    }
}

/// Whether a line is a policy of a layer that starts from all that those above it permit: a permit adds nothing to that.
fn adds_nothing(line: &str, bundle: &Bundle) -> bool {
    let starts = bundle.policy_ids().filter_map(|id| id.as_str().strip_suffix("/as-above"));
    starts.into_iter().any(|layer| line.starts_with(&format!("policy {layer}/")))
}

/// Whether a line of the map says that what lands there waits less: it is no place that nobody has named any longer.
fn lets_pass(line: &str, before: &BTreeSet<String>) -> bool {
    let rest =
        |word: &str| line.strip_prefix(word).filter(|rest| !rest.contains(" !") && !rest.contains(ORDER));
    match rest("staging ") {
        // Of what was development more waits.
        Some(place) => !before.contains(&format!("development {place}")),
        None => rest("development ").is_some(),
    }
}

/// Whether a line of the map calls everything development or staging.
fn takes_in_all(line: &str) -> bool {
    let pattern =
        ["development ", "staging "].iter().find_map(|word| line.strip_prefix(word)?.split_once(' '));
    pattern
        .is_some_and(|(_, pattern)| pattern.contains('*') && pattern.trim_matches(['*', '/', '.']).is_empty())
}

/// The place of a bundle's pack among the packs, from the laxest.
fn strictness(bundle: &Bundle) -> Option<usize> {
    Pack::ALL.into_iter().position(|pack| pack.name() == bundle.pack())
}

/// How a line is marked that lets pass what did not.
const LOOSENS: &str = "  ← loosens";

/// How a line is marked that may.
const MAY_LOOSEN: &str = "  ← may loosen";

/// How lines begin that say in which order patterns stand, after the list.
const ORDER: &str = " in this order: ";

/// How a line is marked that is no longer there.
fn taken_away(line: &str) -> &'static str {
    match line.split_once(' ') {
        // Without an exception, more is production.
        Some(("production", rest)) if rest.contains(ORDER) || rest.contains(" !") => "",
        Some(("production" | "layer" | "repository", _)) => LOOSENS,
        Some(("development" | "staging", rest)) if rest.contains(" !") && !rest.contains(ORDER) => LOOSENS,
        Some(("default", _)) => MAY_LOOSEN,
        Some(("invariant", _)) => "  ← may loosen: nothing proves it from then on",
        // What it did counts as a program nobody can see into from then on.
        Some(("program", rest)) if rest.ends_with("only reads") => "",
        Some(("program", _)) => MAY_LOOSEN,
        _ if line.contains(": forbid") => LOOSENS,
        _ => "",
    }
}

/// How what is said of a program is marked: until then nobody could see into it, or it was what its name says.
fn described(line: &str) -> &'static str {
    match line.strip_prefix("program ").and_then(|line| line.rsplit_once(": ")) {
        Some((_, "only reads")) => LOOSENS,
        Some((_, "changes" | "runs")) => {
            "  ← may loosen: until now it was weighed as a program nobody can see into"
        }
        // What destroys waits wherever it lands.
        Some(_) | None => "",
    }
}

#[cfg(test)]
mod tests {
    use countersign_policy::build;
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn says_what_may_loosen() {
        let marked = |line| described(line).trim_start().split(':').next().unwrap_or_default();
        assert_eq!(marked("program shipctl status: only reads"), "← loosens");
        assert_eq!(marked("program mcp__shop__*: changes"), "← may loosen");
        assert_eq!(marked("program shipctl rollback: destroys"), "");
        assert_eq!(marked("production branches main"), "");
    }

    #[test]
    fn says_what_may_loosen_where_it_goes() {
        for (line, mark) in [
            ("production branches main", LOOSENS),
            ("production branches !release/9", ""),
            ("production branches in this order: main, !main", ""),
            ("repository github.com/acme/shop", LOOSENS),
            ("layer repository, which can only tighten", LOOSENS),
            ("development hosts !live.example", LOOSENS),
            ("development hosts *.example", ""),
            ("default branch main", MAY_LOOSEN),
            (
                "invariant repository/a: forbid(principal, action, resource);",
                "  ← may loosen: nothing proves it from then on",
            ),
            ("program shipctl drop: destroys", MAY_LOOSEN),
            ("program shipctl: target --env", MAY_LOOSEN),
            ("program shipctl status: only reads", ""),
            ("policy repository/a: forbid(principal, action, resource);", LOOSENS),
            ("policy repository/a: permit(principal, action, resource);", ""),
        ] {
            assert_eq!(taken_away(line), mark, "{line}");
        }
    }

    #[test]
    fn says_what_the_map_lets_pass() {
        let before = BTreeSet::from(["development hosts a.example".to_owned()]);
        for (line, passes, all) in [
            ("development hosts b.example", true, false),
            ("staging hosts b.example", true, false),
            ("staging hosts a.example", false, false),
            ("development hosts !b.example", false, false),
            ("development hosts **", true, true),
            ("staging databases */**", true, true),
            ("development hosts **.b.example", true, false),
            ("production hosts **", false, false),
        ] {
            assert_eq!((lets_pass(line, &before), takes_in_all(line)), (passes, all), "{line}");
        }
    }

    #[test]
    fn says_what_a_bundle_says() {
        let text = "version = 1\npack = \"strict\"\n[repository]\nremotes = [\"github.com/acme/shop\"]\n\
            [environments.production]\nbranches = [\"main\"]\n[[policy]]\nid = \"none\"\n\
            cedar = 'forbid (principal, action == Action::\"forge.release\", resource);'\n";
        let bundle = build(&Proposal::parse(text).unwrap()).unwrap();
        assert_snapshot!(lines(&bundle).join("\n"), @r#"
        pack strict
        on_allow pass
        repository github.com/acme/shop
        production branches main
        policy repository/none: forbid(principal, action == Action::"forge.release", resource);
        "#);
    }
}
