use insta::assert_snapshot;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value as Json, json};

use super::{Kind, Query, operations};
use crate::fixture::{check, check_with};

fn asked(document: &str, operation: Option<&str>, variables: Json) -> Query {
    let variables = variables.as_object().cloned().unwrap_or_default();
    Query { document: document.to_owned(), operation: operation.map(str::to_owned), variables }
}

/// What a labelled case turns out to be: the worst of the operations that may run.
fn class(query: &Query) -> String {
    let Ok(operations) = operations(query) else { return "opaque".to_owned() };
    let mutations: Vec<&super::Operation> =
        operations.iter().filter(|operation| operation.kind == Kind::Mutation).collect();
    if mutations.is_empty() {
        return "read".to_owned();
    }
    let verb =
        |name: &str| crate::forge::mutation(name).map_or_else(|| "write".to_owned(), |verb| verb.to_string());
    let fields = mutations.iter().flat_map(|operation| &operation.fields);
    let mut verbs: Vec<String> = fields.map(|field| verb(&field.name)).collect();
    verbs.sort();
    verbs.dedup();
    verbs.join(" ")
}

#[test]
fn labelled_cases() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in include_str!("../../tests/labels/graphql.jsonl").lines().filter(|line| !line.is_empty()) {
        let case: Json = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        let text = |name: &str| case.get(name).and_then(Json::as_str);
        let variables = case.get("variables").cloned().unwrap_or(Json::Null);
        let found = class(&asked(text("query").unwrap_or_default(), text("operation"), variables));
        count += 1;
        if Some(found.as_str()) != text("class") {
            wrong.push(format!("{found}: {line}"));
        }
    }
    assert!(count >= 60, "{count}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn arguments_are_read_through_variables() {
    let document = "mutation($input: X!, $b: String) { createCommitOnBranch(input: $input) { x } b: f(a: {branchName: $b, n: [1, 2]}, k: $none) }";
    let variables = json!({"input": {"branch": {"repositoryNameWithOwner": "acme/shop", "branchName": "main"}}, "b": "x"});
    let found = operations(&asked(document, None, variables)).unwrap();
    let [first, second] = found[0].fields.as_slice() else { panic!("{found:?}") };
    assert_eq!(first.argument("branchName"), Some("main"));
    assert_eq!(first.argument("repositoryNameWithOwner"), Some("acme/shop"));
    assert_eq!(
        (second.name.as_str(), second.argument("branchName"), second.argument("n")),
        ("f", Some("x"), None)
    );
    assert_eq!(second.argument("k"), None);
}

#[test]
fn the_forges_client() {
    assert_snapshot!(check("gh api graphql -f query='query { search(query: \"mutation mergePullRequest\") { x } }'"), @"forge.read * api graphql, read");
    assert_snapshot!(check("gh api graphql -f query='mutation($id: ID!) { x: mergePullRequest(input: {pullRequestId: $id}) { clientMutationId } }' -f id=PR_1"), @"forge.merge * pull request, write, partial");
    assert_snapshot!(check("gh api graphql -f query='mutation { createCommitOnBranch(input: {branch: {repositoryNameWithOwner: \"acme/shop\", branchName: \"main\"}, expectedHeadOid: \"x\"}) { x } }'"), @"
    git.push main@https://github.com/acme/shop, write
    change.delivery files into main, write, partial
    ");
    assert_snapshot!(check("gh api graphql -f query='mutation { createRef(input: {name: \"refs/heads/x\", repositoryId: \"R\"}) { x } addStar(input: {}) { x } }'"), @"
    git.push x@https://github.com/*, write, partial
    forge.write * api addStar, write, partial
    ");
    assert_snapshot!(check("gh api graphql -f query='mutation { addPullRequestReview(input: {pullRequestId: 1, event: COMMENT}) { x } }'"), @"forge.comment * pull request, write, partial");
    assert_snapshot!(check("gh api graphql -f query='query A { x } mutation B { deleteRef(input: {}) { x } }' -f operationName=A"), @"forge.read * api graphql, read");
    assert_snapshot!(check("gh api graphql -f query='query A { x } mutation B { deleteRef(input: {}) { x } }'"), @"
    forge.read * api graphql, read
    git.delete-remote-ref *@https://github.com/*, destroy, partial
    ");
    assert_snapshot!(check("gh api graphql -f query='query {'"), @"forge.merge * pull request, write, partial");
    assert_snapshot!(check("gh api graphql -f \"query=$Q\""), @"forge.merge * pull request, write, partial");
}

#[test]
fn documents_in_files() {
    let file = &[("/repo/q.graphql", "# mutation\n{ viewer { login } }")];
    assert_snapshot!(check_with("gh api graphql -F query=@q.graphql", file), @"
    fs.read /repo/q.graphql, read
    forge.read * api graphql, read
    ");
    let body = &[("/repo/b.json", "{\"query\": \"mutation { mergePullRequest(input: {}) { x } }\"}")];
    assert_snapshot!(check_with("gh api graphql --input b.json", body), @"
    fs.read /repo/b.json, read
    forge.merge * pull request, write, partial
    ");
    assert_snapshot!(check_with("curl -d @b.json https://api.github.com/graphql", body), @"
    fs.read /repo/b.json, read
    forge.merge * pull request, write, partial
    ");
    assert_snapshot!(check_with("curl -d @b.json https://shop.example.com/graphql", body), @"
    fs.read /repo/b.json, read
    net.write https://shop.example.com/graphql, write
    ");
}

#[test]
fn other_hosts() {
    assert_snapshot!(check("curl -d '{\"query\":\"{ products { name } }\"}' https://shop.example.com/api/graphql?v=1"), @"forge.read * api graphql, read");
    assert_snapshot!(check("curl --json '{\"query\":\"mutation { deleteUser(id: 1) { id } }\"}' https://shop.example.com/graphql"), @"
    net.write https://shop.example.com/graphql, write
    net.delete https://shop.example.com/graphql, destroy
    ");
    assert_snapshot!(check("curl -d '[{\"query\":\"{ a }\"},{\"query\":\"mutation { b }\"}]' https://shop.example.com/graphql"), @"
    net.read https://shop.example.com/graphql, read
    net.write https://shop.example.com/graphql, write
    ");
    assert_snapshot!(check("curl -d \"$BODY\" https://shop.example.com/graphql"), @"
    net.write https://shop.example.com/graphql, write, partial
    net.send https://shop.example.com/graphql, send
    ");
    assert_snapshot!(check("curl -d '{\"query\":\"{ a }\"}' https://shop.example.com/graphql?query=mutation"), @"
    net.write https://shop.example.com/graphql, write, partial
    net.send https://shop.example.com/graphql, send
    ");
    assert_snapshot!(check("curl -d '{\"query\":\"mutation { a }\"}' http://localhost:4000/graphql"), @"net.write http://localhost:4000/graphql, write");
    assert_snapshot!(check("curl -d '{\"query\":\"{ a }\"}' https://shop.example.com/search"), @"net.send https://shop.example.com/search, send");
    assert_snapshot!(check("curl -d '{\"query\":\"mutation { mergeRequestAccept(input: {}) { x } }\"}' https://gitlab.com/api/graphql"), @"forge.merge * pull request, write, partial");
}

const PIECES: &[&str] = &[
    "query",
    "mutation ",
    "subscription",
    "fragment F on M ",
    "...F",
    "... on M ",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ":",
    "$",
    "a",
    "\"",
    "\"\"\"",
    "\\",
    "#",
    "\n",
    ",",
    "@include(if: true)",
    "...",
    "1",
    "é",
    "on",
    " ",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_can_be_asked_for(text in any::<String>()) {
        drop(operations(&asked(&text, None, Json::Null)));
    }

    #[test]
    fn any_syntax_can_be_asked_for(pieces in proptest::collection::vec(select(PIECES), 0..60)) {
        drop(operations(&asked(&pieces.concat(), Some("a"), json!({"a": [{"a": 1}]}))));
    }

    #[test]
    fn what_is_said_around_a_mutation_does_not_hide_it(before in select(&["", "# x\n", "query Q { a } ", "fragment G on Query { b } ", "\u{feff}", ",,"][..]), after in select(&["", " query Z { a }", " # {", ","][..])) {
        let document = format!("{before}mutation M {{ ... {{ x: ... on M {{ y }} }} }}{after}");
        prop_assert!(operations(&asked(&document, None, Json::Null)).is_err());
        let document = format!("{before}mutation M {{ ... @skip(if: false) {{ ... on M {{ x: deleteRef(i: {{a: \"}}\"}}) {{ y }} }} }} }}{after}");
        prop_assert!(class(&asked(&document, None, Json::Null)).contains("git.delete-remote-ref"));
    }
}

#[test]
fn cost_is_linear() {
    let deep = format!("{{ a {}", "{ a ".repeat(50_000));
    let wide = format!("mutation {{ {} }}", "a(b: $v) ".repeat(20_000));
    let spreads = (0..3000)
        .map(|n| format!("fragment F{n} on M {{ ...F{} ...F{} }} ", n + 1, n + 2))
        .collect::<String>();
    let spreads =
        format!("mutation {{ ...F0 }} {spreads} fragment F3000 on M {{ a }} fragment F3001 on M {{ a }}");
    let variables: Map<String, Json> = [("v".to_owned(), json!(vec![1; 5000]))].into_iter().collect();
    for document in [deep, wide, spreads, "\"\"\"".repeat(60_000), "a(".repeat(90_000)] {
        let started = std::time::Instant::now();
        let query = Query { document, operation: None, variables: variables.clone() };
        assert!(operations(&query).is_err());
        assert!(started.elapsed().as_millis() < 2000);
    }
}
