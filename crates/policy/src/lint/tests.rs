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

#[test]
fn names_that_no_call_has() {
    let policy = |kind: &str, condition: &str| {
        check(&[(&format!("forbid (principal, action, resource is {kind}) when {{ {condition} }};"), GOOD)])
    };
    let odd = [
        ("Host", "resource.host like \"*.EXAMPLE.com\""),
        ("Host", "resource.host == \"https://x.example/a\""),
        ("Database", "resource.host == \"x.example:5432\""),
        ("Host", "[\"a.example\", \"b.example:443\"].contains(resource.host)"),
        ("Ref", "resource.repository == \"acme/shop\""),
        ("Ref", "resource.repository == \"github.com/acme/shop.git\""),
        ("Ref", "resource.repository != \"git@github.com:acme/shop\""),
        ("Repository", "resource.repository like \"GitHub.com/acme/*\""),
        ("PullRequest", "resource.base == \"refs/heads/main\""),
        ("Tool", "resource.server == \"mcp__billing\""),
        ("Cluster", "resource.object == \"deployments\""),
        ("Cluster", "resource.object == \"Pod\""),
        ("Database", "resource.system == \"postgres\""),
        ("Cloud", "resource.provider == \"AWS\""),
        ("Path", "resource.path == \"/etc/\""),
    ];
    let lints: Vec<String> = odd.iter().map(|(kind, condition)| policy(kind, condition)).collect();
    assert_snapshot!(lints.join("\n"), @r#"
    never-matches repository/p0 at line 8, column 53: nothing matches "*.EXAMPLE.com": hosts are known in small letters; write "*.example.com"
    never-matches repository/p0 at line 8, column 53: nothing matches "https://x.example/a": it is a whole address, and a host has its name alone; write "x.example"
    never-matches repository/p0 at line 8, column 57: nothing matches "x.example:5432": ports do not count; write "x.example"
    never-matches repository/p0 at line 8, column 93: nothing matches "b.example:443": ports do not count; write "b.example"
    never-matches repository/p0 at line 8, column 52: nothing matches "acme/shop": a repository has its host in front; write "github.com/acme/shop"
    never-matches repository/p0 at line 8, column 52: nothing matches "github.com/acme/shop.git": a repository goes by `host/path`; write "github.com/acme/shop"
    never-matches repository/p0 at line 8, column 52: nothing matches "git@github.com:acme/shop": a repository goes by `host/path`; write "github.com/acme/shop"
    never-matches repository/p0 at line 8, column 59: nothing matches "GitHub.com/acme/*": hosts are known in small letters; write "github.com/acme/*"
    never-matches repository/p0 at line 8, column 60: nothing matches "refs/heads/main": the base of a pull request goes by its short name; write "main"
    never-matches repository/p0 at line 8, column 53: nothing matches "mcp__billing": a server goes by its own name; write "billing"
    never-matches repository/p0 at line 8, column 56: nothing matches "deployments": kinds are named in the singular; write "deployment"
    never-matches repository/p0 at line 8, column 56: nothing matches "Pod": it is known in small letters; write "pod"
    never-matches repository/p0 at line 8, column 57: nothing matches "postgres": this system has another name here; write "postgresql"
    never-matches repository/p0 at line 8, column 54: nothing matches "AWS": it is known in small letters; write "aws"
    never-matches repository/p0 at line 8, column 53: nothing matches "/etc/": a path does not end with `/`; write "/etc"
    "#);
    for (kind, condition) in [
        ("Host", "resource.host like \"*.example.com\""),
        ("Host", "resource.host == \"2001:db8::1\""),
        ("Database", "resource.host == \"$DATABASE_URL\""),
        ("Database", "resource.host == \"/repo/Shop.db\""),
        ("Ref", "resource.repository == \"github.com/Acme/Shop\""),
        ("Ref", "resource.repository like \"*/acme/shop\""),
        ("Ref", "resource.repository like \"gitlab*/acme/shop\""),
        ("Ref", "resource.repository == \"/srv/shop.git\""),
        ("PullRequest", "resource.base == \"main\""),
        ("Tool", "resource.server == \"billing\""),
        ("Cluster", "resource.object == \"deployment\""),
        ("Cluster", "resource.object == \"ingress\""),
        ("Container", "resource.object == \"pods\""),
        ("Database", "resource.system == \"postgresql\""),
        ("Cloud", "resource.provider == \"aws\""),
        ("Path", "resource.path == \"/\""),
        ("Path", "resource.path like \"*/etc\""),
    ] {
        assert_eq!(policy(kind, condition), "", "{kind} {condition}");
    }
}

#[test]
fn a_group_is_no_action() {
    let unless = |condition: &str| {
        check(&[(&format!("forbid (principal, action, resource) unless {{ {condition} }};"), GOOD)])
    };
    assert_snapshot!(unless("action == Action::\"git\" || Action::\"read\" == action"), @r#"
    never-matches repository/p0 at line 8, column 57: no action is `git` itself, so this is always the same; `git` is a group of verbs: write `action in Action::"git"`
    never-matches repository/p0 at line 8, column 74: no action is `read` itself, so this is always the same; `read` is a group of verbs: write `action in Action::"read"`
    "#);
    assert_eq!(unless("action == Action::\"git.push\" || action in Action::\"read\""), "");
}
