//! Files that a request to a forge commits, by the paths that it names: the same as a push of them.

use countersign_model::{Certainty, Effect, ForgeRepository, verbs};
use serde_json::Value as Json;

use super::{Files, Place, kind};
use crate::context::Context;
use crate::forge::{is_unclear, normal_path};

/// Keys of a file's path, as forges and their tools name them.
const KEYS: &[&str] = &["path", "file_path", "filePath", "previous_path", "previousPath"];

/// Paths that a request names; none for one that is not known.
pub(crate) type Paths = Vec<Option<String>>;

/// Adds what the files bring to a branch. Where not all are known, any may be what delivers.
pub(crate) fn by_request(
    repository: &ForgeRepository,
    base: Option<&str>,
    paths: &Paths,
    context: &mut Context<'_>,
) {
    let name = match repository.name.as_str() {
        "*" => "*".to_owned(),
        name => format!("https://{}/{name}", repository.host),
    };
    let base = base.map(|base| base.strip_prefix("refs/heads/").unwrap_or(base).to_owned());
    let place = Place { repository: name, base };
    let mut files = Files::default();
    for path in paths.iter().flatten() {
        let path = normal_path(path);
        if let Some(kind) = kind(&path) {
            files.kinds.insert(path, kind);
        }
    }
    let is_clear = |path: &Option<String>| path.as_deref().is_some_and(|path| !is_unclear(path));
    if paths.is_empty() || !paths.iter().all(is_clear) {
        let effect = Effect::new(verbs::CHANGE_DELIVERY, place.resource(Vec::new(), 0));
        let why = "which files it commits is not known, and any may be configuration of what delivers";
        context.push(effect.certain(Certainty::Partial, why));
    }
    files.push("", &[], &place, context);
}

/// The paths in a list of files, as JSON has them.
pub(crate) fn listed(text: Option<&str>) -> Paths {
    let Some(Ok(Json::Array(items))) = text.map(serde_json::from_str) else { return Vec::new() };
    let mut paths = Vec::new();
    for item in &items {
        let found = KEYS.iter().filter_map(|key| item.get(key)).map(|path| path.as_str().map(str::to_owned));
        let before = paths.len();
        paths.extend(found);
        if paths.len() == before {
            paths.push(None);
        }
    }
    paths
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use serde_json::json;

    use crate::fixture::{check, check_tool, check_with};

    #[test]
    fn files_of_requests() {
        assert_snapshot!(check("gh api -X PUT repos/acme/shop/contents/.github/workflows/x.yml -f message=m -f content=eA== -f branch=feature/x"), @"
        git.push feature/x@https://github.com/acme/shop, write
        change.delivery .github/workflows/x.yml into feature/x, write
        ");
        assert_snapshot!(check("curl -X PUT https://api.github.com/repos/acme/shop/contents/.github%2fworkflows/x.yml -d '{\"message\":\"m\",\"content\":\"eA==\",\"branch\":\"feature/x\"}'"), @"
        git.push feature/x@https://github.com/acme/shop, write
        change.delivery .github/workflows/x.yml into feature/x, write
        ");
        assert_snapshot!(check("gh api repos/acme/shop/git/trees -f 'tree[][path]=k8s/prod/a.yml' -f 'tree[][mode]=100644' -f 'tree[][content]=x'"), @"
        forge.write acme/shop api git/trees, write
        change.infrastructure k8s/prod/a.yml, write
        ");
        assert_snapshot!(check("curl https://api.github.com/repos/acme/shop/git/trees -d '{\"tree\":[{\"path\":\"CODEOWNERS\",\"sha\":\"x\"},{\"path\":\"src/a.js\"}]}'"), @"
        forge.write acme/shop api git/trees, write
        change.owners CODEOWNERS, write
        ");
        assert_snapshot!(check("glab api -X POST projects/acme%2Fshop/repository/files/.gitlab-ci.yml -f branch=x -f content=y"), @"
        change.delivery .gitlab-ci.yml into x, write
        git.push x@https://github.com/acme/shop, write
        ");
        assert_snapshot!(check_with("curl --json @b https://gitlab.com/api/v4/projects/acme%2Fshop/repository/commits", &[("/repo/b", "{\"branch\":\"x\",\"actions\":[{\"action\":\"create\",\"file_path\":\".env.production\"}]}")]), @"
        fs.read /repo/b, read
        change.secrets .env.production into x, write
        git.push x@https://gitlab.com/acme/shop, write
        ");
    }

    #[test]
    fn files_of_mutations() {
        let mutation = |files: &str| {
            format!(
                "gh api graphql -f query='mutation {{ createCommitOnBranch(input: {{branch: {{repositoryNameWithOwner: \"acme/shop\", branchName: \"feature/x\"}}, fileChanges: {files}, message: {{headline: \"m\"}}}}) {{ commit {{ oid }} }} }}'"
            )
        };
        assert_snapshot!(check(&mutation("{additions: [{path: \".github/workflows/x.yml\", contents: \"eA==\"}, {path: \"src/a.js\", contents: \"eA==\"}]}")), @"
        git.push feature/x@https://github.com/acme/shop, write
        change.delivery .github/workflows/x.yml into feature/x, write
        ");
        assert_snapshot!(check(&mutation("{additions: [{path: \"src/a.js\", contents: \"eA==\"}]}")), @"git.push feature/x@https://github.com/acme/shop, write");
        assert_snapshot!(check(&mutation("$files")), @"
        git.push feature/x@https://github.com/acme/shop, write
        change.delivery files into feature/x, write, partial
        ");
    }

    #[test]
    fn files_of_tools() {
        let base = json!({"owner": "acme", "repo": "shop", "branch": "feature/x", "message": "m"});
        let call = |tool: &str, more: serde_json::Value| {
            let mut input = base.clone();
            if let (Some(input), serde_json::Value::Object(more)) = (input.as_object_mut(), more) {
                input.extend(more);
            }
            check_tool(tool, input)
        };
        assert_snapshot!(call("mcp__github__create_or_update_file", json!({"path": ".github/workflows/x.yml", "content": "x"})), @"
        git.push feature/x@https://github.com/acme/shop, write
        change.delivery .github/workflows/x.yml into feature/x, write
        ");
        assert_snapshot!(call("mcp__github__push_files", json!({"files": [{"path": "src/a.js", "content": "x"}, {"path": "main.tf", "content": "x"}]})), @"
        git.push feature/x@https://github.com/acme/shop, write
        change.infrastructure main.tf into feature/x, write
        ");
        assert_snapshot!(call("mcp__github__push_files", json!({"files": "?"})), @"
        git.push feature/x@https://github.com/acme/shop, write
        change.delivery files into feature/x, write, partial
        ");
        assert_snapshot!(call("mcp__github__delete_file", json!({"path": "src/a.js"})), @"git.push feature/x@https://github.com/acme/shop, write");
        assert_snapshot!(check_tool("mcp__gitlab__push_files", json!({"project_id": "acme/shop", "branch": "x", "files": [{"file_path": ".gitlab-ci.yml", "content": "x"}]})), @"
        change.delivery .gitlab-ci.yml into x, write
        git.push x@https://gitlab.com/acme/shop, write
        ");
    }
}
