"""GitHub: what the operations of its REST API and the mutations of its GraphQL API change.

Codes: r read, c comment, P pull request, a approve, m merge, g a branch moves, f a branch is overwritten, G a branch
is deleted, x workflow, l release, S settings, s secret, k a new credential, w something else, d delete.
"""

import json
import re

# Categories of the REST API whose changes are not just something else.
CATEGORIES = {
    "actions": "x", "agents": "w", "apps": "S", "branches": "S", "collaborators": "S", "code-security": "S",
    "code-scanning": "S", "secret-scanning": "S", "dependabot": "S", "deploy-keys": "S", "deployments": "x",
    "enterprise-teams": "S", "interactions": "S", "issues": "c", "orgs": "S", "pages": "S", "private-registries": "S",
    "pulls": "P", "reactions": "c", "releases": "l", "teams": "S", "users": "S", "activity": "c", "projects": "c",
    "billing": "S", "campaigns": "S", "markdown": "r", "security-advisories": "S", "copilot": "S", "credentials": "S",
}
# What the end of a path says, whatever the category.
PATHS = [
    (r"(access_tokens|registration-token|remove-token|generate-jitconfig|conversions)$", "k"),
    (r"secrets(/|$)", "s"),
    (r"(variables|permissions|runners?|runner-groups|hosted-runners|hooks|keys|gpg_keys|ssh_signing_keys|cache)(/|$)", "S"),
    (r"pulls/\*/merge$", "m"),
    (r"merges$|merge-upstream$|update-branch$|/contents/\*$|git/refs$", "g"),
    (r"git/refs/", "f"),
    (r"pulls/\*/reviews(/\*/events)?$", "a"),
    (r"pulls/.*comments|pulls/\*/(requested_reviewers|reviews)", "c"),
    (r"dispatches$|pages/(builds|deployments)", "x"),
]


def rest_code(method, path, category):
    if method == "DELETE":
        if re.search(r"git/refs/", path):
            return "G"
        if category in ("reactions", "activity") or re.search(r"/(labels|assignees|lock|requested_reviewers)(/|$)", path):
            return "c"
        return "d"
    for pattern, letter in PATHS:
        if re.search(pattern, path):
            return letter
    return CATEGORIES.get(category, "w")


def rest(package):
    """One line for each operation that is no GET: `METHOD path=code`, the parts that are filled in as `*`."""
    document = json.loads((package / "package/generated/api.github.com.json").read_text())
    lines = {}
    for path, operations in document["paths"].items():
        template = re.sub(r"\{[^}]*\}", "*", path).strip("/")
        for method, details in operations.items():
            if method in ("post", "put", "patch", "delete"):
                category = details.get("x-github", {}).get("category")
                letter = rest_code(method.upper(), template, category)
                lines[f"{method.upper()} {template}"] = letter
    return "".join(f"{name}={lines[name]}\n" for name in sorted(lines))


# Mutations by what their names match, the first that fits.
MUTATIONS = [
    (r"^(mergePullRequest|enablePullRequestAutoMerge|enqueuePullRequest)$", "m"),
    (r"^(mergeBranch|createCommitOnBranch|createRef|createLinkedBranch|updatePullRequestBranch)$", "g"),
    (r"^updateRefs?$", "f"),
    (r"^deleteRef$", "G"),
    (r"^(addPullRequestReview|submitPullRequestReview|dismissPullRequestReview)$", "a"),
    (r"^update(PullRequestReview|TeamDiscussion)", "c"),
    (r"^(create|update|close|reopen|revert|convert|mark|dequeue|disable)PullRequest", "P"),
    (r"^(approveDeployments|rejectDeployments|createDeployment|createDeploymentStatus|rerequestCheckSuite)", "x"),
    (r"^delete(BranchProtectionRule|RepositoryRuleset|IpAllowListEntry|VerifiableDomain|Environment)", "S"),
    (r"^(regenerate|import)", "S"),
    (r"^delete", "d"),
    (r"(CheckRun|CheckSuite|Star$|ollowUser|UserList|UserStatus|Notification|^updateSubscription)", "w"),
    (r"(Enterprise|Organization|Repositor|Ruleset|ProtectionRule|Role|IpAllow|Setting|Environment|Domain|Team|"
     r"MigrationSource|Migration|Collaborator|Patreon|Sponsor|InteractionLimit|VulnerabilityAlert|Topics|Invitation)", "S"),
    (r"(Comment|Discussion|Issue|Label|Reaction|Review|Project|Star|Upvote|Assign|Lock|Pin|Subscri|Notification|"
     r"UserList|Follow|follow|Status|File|minimize|Topic|Transfer|pin|lock)", "c"),
]


def mutations(package):
    """One line for each mutation: `name=code`."""
    document = json.loads((package / "package/schema.json").read_text())
    schema = document.get("__schema") or document["data"]["__schema"]
    kind = next(kind for kind in schema["types"] if kind["name"] == schema["mutationType"]["name"])
    lines = []
    for name in sorted(field["name"] for field in kind["fields"]):
        letter = next((letter for pattern, letter in MUTATIONS if re.search(pattern, name)), "w")
        lines.append(f"{name}={letter}\n")
    return "".join(lines)
