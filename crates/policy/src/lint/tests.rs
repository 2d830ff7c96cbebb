use insta::assert_snapshot;

use super::*;

/// The lints of policies, each given with what stands beside its text.
fn check(policies: &[(&str, &str)]) -> String {
    let policy = |(index, (cedar, beside)): (usize, &(&str, &str))| {
        format!("[[policy]]\nid = \"p{index}\"\n{beside}\ncedar = '''\n{cedar}\n'''\n")
    };
    let text: String = policies.iter().enumerate().map(policy).collect();
    let text = format!("version = 1\n{text}");
    let proposal = Proposal::parse(&text).unwrap();
    let shown =
        |lint: Lint| format!("{} {}{}: {}; {}", lint.rule, lint.about, lint.place, lint.message, lint.hint);
    let lints: Vec<String> =
        lint(&proposal, &text, Layer::Repository, false).into_iter().map(shown).collect();
    lints.join("\n")
}

/// What a policy that nothing is wrong with has beside it.
const GOOD: &str = "says = \"people do it\"\nhits = [\"x\"]\nmisses = [\"y\"]";

#[test]
fn what_is_meant_is_not_odd() {
    assert_snapshot!(check(&[
            ("forbid (principal, action == Action::\"forge.release\", resource);", GOOD),
            ("forbid (principal, action in Action::\"fs\", resource is Path) when { resource.class == \"secret\" };", GOOD),
            ("permit (principal, action, resource) when { context.certainty == \"exact\" && context.risk < 30 };", GOOD),
            ("forbid (principal, action, resource is Path) when { resource.path like \"/srv/live/*\" };", GOOD),
            ("forbid (principal, action, resource is Path) when { resource.path like \"*/migrations/*\" };", GOOD),
            ("forbid (principal, action in Action::\"mcp\", resource is Tool) when { resource.name like \"refund*\" };", GOOD),
        ]), @"");
}

#[test]
fn odd_policies() {
    assert_snapshot!(check(&[
            ("forbid (principal, action, resource is Program)\nwhen { resource.name like \"*rm -rf*\" };", GOOD),
            ("forbid (principal, action == Action::\"fs.write\", resource is Host);", GOOD),
            ("forbid (principal, action, resource)\nwhen { context.certainty == \"sure\" || context.risk > 100 };", GOOD),
            ("forbid (principal, action in Action::\"fs\", resource is Path)\nunless { resource.zone == \"tmp\" };", GOOD),
            ("forbid (principal, action in Action::\"git\", resource);", GOOD),
            ("forbid (principal, action == Action::\"git.push\", resource) when { context.risk > 3 };", GOOD),
            ("forbid (principal, action == Action::\"db.read\", resource);", ""),
            ("forbid (principal, action, resource is Path) when { resource.path like \"migrations/*\" || resource.path == \"./a.sql\" };", GOOD),
        ]), @r#"
    text-matching repository/p0 at line 9, column 8: it looks for words in `resource.name`, and one effect has many commands; decide on the verb and the environment: `countersign explain COMMAND` names them
    never-applies repository/p1 at line 17, column 62: no effect of these verbs is on a Host; see what `countersign explain` shows for a call that it should meet
    never-applies repository/p2 at line 26, column 39: risk is a number from 0 to 100, so `context.risk > 100` is always the same; below 30 is low, from 60 is high
    unknown-word repository/p2 at line 26, column 29: `context.certainty` is never "sure"; it is one of: exact, partial, opaque
    unknown-word repository/p3 at line 35, column 27: `resource.zone` is never "tmp"; did you mean `home`? It is one of: workspace, temporary, home, system
    repeated repository/p5 at line 51, column 1: `p4` already forbids all that it does; leave one of them out, or narrow the wider one down
    no-reason repository/p6 at line 57, column 1: it does not say why, and whoever is held reads only that; add `says = "..."`, read after "would ...:"
    no-example repository/p6 at line 57, column 1: it has no example, so nobody will notice when it no longer does what it should; add `hits = ["..."]` and `misses = ["..."]`; `countersign policy test` tries them
    never-matches repository/p7 at line 65, column 53: paths are absolute, so nothing matches "migrations/*"; write `resource.path like "*/migrations/*"`, which is in any directory
    never-matches repository/p7 at line 65, column 53: paths are absolute, so nothing matches "./a.sql"; write `resource.path like "*/a.sql"`, which is in any directory
    "#);
}
