//! Requests over HTTP.

use super::Topic;

pub(super) const TOPIC: Topic = Topic {
    name: "http",
    about: "Requests to the APIs of forges, clouds, clusters, search engines and databases are what they do there, \
        whichever program sends them; so are the deploy hooks of platforms and the triggers of CI servers. GraphQL documents are parsed, and a mutation no table has is a write. Any \
        other request is a read or something sent, by its method.",
    changed: None,
    declared: None,
    examples: &[
        ("Bash", "curl https://api.github.com/repos/acme/shop/pulls"),
        ("Bash", "curl -X PUT https://api.github.com/repos/acme/shop/pulls/12/merge"),
        ("Bash", "curl -X DELETE https://api.github.com/repos/acme/shop"),
        ("Bash", "http PUT https://gitlab.com/api/v4/projects/acme%2Fshop/merge_requests/7/merge"),
        ("Bash", "curl -X POST https://es.prod.example:9200/logs/_delete_by_query -d '{}'"),
        ("Bash", "curl http://es.example:9200/orders/_search -d '{\"query\": {\"match_all\": {}}}'"),
        ("Bash", "gh api graphql -f query='query { viewer { login } }'"),
        (
            "Bash",
            "gh api graphql -f query='mutation { mergePullRequest(input: {pullRequestId: \"x\"}) { clientMutationId } }'",
        ),
        ("Bash", "curl https://api.render.com/deploy/srv-1"),
        ("Bash", "curl -X POST https://ci.example.com/job/shop/build"),
        ("Bash", "curl -X POST https://hooks.example.com/x -d '{\"text\": \"hi\"}'"),
        ("Bash", "curl https://example.com/ -o page.html"),
        ("WebFetch", r#"{"url": "https://example.com/docs"}"#),
    ],
};
