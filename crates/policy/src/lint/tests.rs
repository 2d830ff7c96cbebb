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
            ("permit (principal, action, resource is Path) when { resource.path like \"*/migrations/*\" };", GOOD),
            ("forbid (principal, action, resource is Path) when { resource.path like \"*/.env*\" };", GOOD),
            ("forbid (principal, action in [Action::\"git.push\", Action::\"forge\"], resource is Ref);", GOOD),
            ("forbid (principal, action, resource) when { context.outside.contains(\"paths\") };", GOOD),
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
    unknown-word repository/p3 at line 35, column 27: `resource.zone` is never "tmp"; it is one of: workspace, temporary, home, system
    repeated repository/p5 at line 51, column 1: `p4` already forbids all that it does; leave one of them out, or narrow the wider one down
    no-reason repository/p6 at line 57, column 1: it does not say why, and whoever is held reads only that; add `says = "..."`, read after "would ...:"
    no-example repository/p6 at line 57, column 1: it has no example, so nobody will notice when it no longer does what it should; add `hits = ["..."]` and `misses = ["..."]`; `countersign policy test` tries them
    never-matches repository/p7 at line 65, column 53: paths are absolute, so nothing matches "migrations/*"; write `resource.path like "*/migrations/*"`, which is in any directory
    never-matches repository/p7 at line 65, column 53: paths are absolute, so nothing matches "./a.sql"; write `resource.path like "*/a.sql"`, which is in any directory
    "#);
}

#[test]
fn a_reference_is_a_whole_name() {
    let when = |test: &str| {
        check(&[(
            &format!(
                "forbid (principal, action == Action::\"git.push\", resource is Ref) when {{ {test} }};"
            ),
            GOOD,
        )])
    };
    assert_snapshot!(when("resource.reference == \"main\" || resource.reference like \"tags/v*\""), @r#"
    never-matches repository/p0 at line 8, column 74: references are whole names, so nothing matches "main"; write "refs/heads/main"; a tag is "refs/tags/...", and "*" is where it could be any
    never-matches repository/p0 at line 8, column 74: references are whole names, so nothing matches "tags/v*"; write "refs/tags/v*"; a tag is "refs/tags/...", and "*" is where it could be any
    "#);
    assert_eq!(
        when(
            "resource.reference == \"refs/heads/main\" || resource.reference like \"*main\" || resource.reference == \"*\""
        ),
        ""
    );
}

#[test]
fn what_lies_below_a_directory_is_not_the_directory() {
    let policy = (
        "forbid (principal, action, resource is Path) when { resource.path like \"*/migrations/*\" || resource.path like \"/srv/live/*\" };",
        GOOD,
    );
    assert_snapshot!(check(&[policy]), @r#"
    below-directory repository/p0 at line 8, column 53: "*/migrations/*" is what lies below a directory: moving or deleting the directory itself, or one above it, is not; name it as `**/migrations/**` under `[environments.production] paths`, where directories count, too, and decide on the environment
    below-directory repository/p0 at line 8, column 53: "/srv/live/*" is what lies below a directory: moving or deleting the directory itself, or one above it, is not; name it as `/srv/live/**` under `[environments.production] paths`, where directories count, too, and decide on the environment
    "#);
    let mapped = "[environments.production]\npaths = [\"**/migrations/**\"]\n";
    let text = format!("version = 1\n{mapped}[[policy]]\nid = \"p\"\n{GOOD}\ncedar = '{}'\n", policy.0);
    let lints = lint(&Proposal::parse(&text).unwrap(), &text, Layer::Repository, false);
    assert_eq!(lints.iter().map(|lint| lint.hint.contains("`/srv/live/**`")).collect::<Vec<_>>(), [true]);
}

#[test]
fn odd_invariants() {
    let invariant = |(index, cedar): (usize, &&str)| {
        format!("[[invariant]]\nid = \"i{index}\"\nsays = \"never\"\ncedar = '{cedar}'\n")
    };
    let text: String = [
        "forbid (principal, action == Action::\"forge.merge\", resource is Ref);",
        "forbid (principal, action in [Action::\"git.push\", Action::\"forge.merge\"], resource is Ref);",
        "forbid (principal, action, resource) when { context.outside.contains(\"path\") };",
        "forbid (principal, action, resource is Path) when { resource.path like \"db/x\" };",
        // As it should be.
        "forbid (principal, action == Action::\"forge.merge\", resource is PullRequest) when { context.certainty == \"opaque\" };",
    ]
    .iter()
    .enumerate()
    .map(invariant)
    .collect();
    let text = format!("version = 1\n{text}");
    let shown =
        |lint: Lint| format!("{} {}{}: {}; {}", lint.rule, lint.about, lint.place, lint.message, lint.hint);
    let lints = lint(&Proposal::parse(&text).unwrap(), &text, Layer::Repository, false);
    assert_snapshot!(lints.into_iter().map(shown).collect::<Vec<_>>().join("\n"), @r#"
    never-applies invariant repository/i0 at line 5, column 74: no effect of these verbs is on a Ref; see what `countersign explain` shows for a call that it should meet
    never-applies invariant repository/i1 at line 9, column 68: no effect of `forge.merge` is on a Ref; it is on PullRequest or Forge
    unknown-word invariant repository/i2 at line 13, column 79: `context.outside` is never "path"; did you mean `paths`? It is one of: paths, repositories, branches, hosts, tools, environments, verbs, count
    never-matches invariant repository/i3 at line 17, column 62: paths are absolute, so nothing matches "db/x"; write `resource.path like "*/db/x"`, which is in any directory
    "#);
}
