//! What a push or a pull request carries.

use super::Topic;

pub(super) const TOPIC: Topic = Topic {
    name: "carried",
    about: "A push or a pull request brings files to a branch. Those that differ from the base and change CI, \
        delivery, infrastructure, secrets management, who must review, dependencies or migrations are effects \
        of their own; where git cannot tell which they are, that is one too. Files that a request to a forge's API commits count \
        the same. In these examples the branch changes \
        `.github/workflows/ci.yml`, `infra/main.tf`, `CODEOWNERS`, `migrations/0002_orders.sql` and `src/a.rs`.",
    changed: Some(
        "M\t.github/workflows/ci.yml\nM\tinfra/main.tf\nM\tCODEOWNERS\nA\tmigrations/0002_orders.sql\nM\tsrc/a.rs",
    ),
    declared: None,
    examples: &[
        ("Bash", "git push origin HEAD:main"),
        ("Bash", "git push origin feature"),
        ("Bash", "gh pr create --base main --title x --body y"),
        ("Bash", "gh pr merge 12"),
        ("Bash", "gh api -X PUT repos/acme/shop/contents/.github/workflows/ci.yml -f message=x -f content=eA== -f branch=feature"),
        ("Bash", "git push origin --delete old"),
        ("Bash", "git push --dry-run origin main"),
    ],
};
