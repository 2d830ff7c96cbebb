//! What kinds of files there are, as data.
//!
//! An entry is the end of a path, segment by segment, with shell patterns; `/**` at its end means
//! the directory and everything in it. Of several entries that match, the strictest class counts.

use countersign_model::PathClass::{
    self, Delivery, Rebuildable, Secret, ShellConfiguration, ToolConfiguration,
};

use crate::glob;

/// The strictest class that an absolute path, or a pattern, could have.
pub(crate) fn of(path: &str) -> PathClass {
    let lower = path.to_lowercase();
    let segments: Vec<Segment<'_>> = lower
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(|text| Segment { text, is_pattern: glob::is_pattern(text) })
        .collect();
    let Some(name) = segments.last() else { return PathClass::Ordinary };
    let harmless = HARMLESS.iter().any(|pattern| glob::matches(pattern, name.text));
    TABLE
        .iter()
        .filter(|(class, _)| !(harmless && *class == Secret))
        .filter(|(_, entries)| entries.iter().any(|entry| matches(entry, &segments)))
        .map(|(class, _)| *class)
        .max()
        .unwrap_or(PathClass::Ordinary)
}

struct Segment<'p> {
    text: &'p str,
    is_pattern: bool,
}

fn matches(entry: &str, segments: &[Segment<'_>]) -> bool {
    let Some(entry) = entry.strip_suffix("/**") else {
        // From the end: most entries differ in the last name already.
        let mut names = segments.iter().rev();
        return entry.rsplit('/').all(|pattern| names.next().is_some_and(|segment| same(pattern, segment)));
    };
    let length = entry.bytes().filter(|byte| *byte == b'/').count() + 1;
    segments
        .windows(length)
        .any(|window| entry.split('/').zip(window).all(|(pattern, segment)| same(pattern, segment)))
}

/// Whether a segment is what an entry's pattern says, or could be if it is a pattern itself. `*`
/// alone says too little.
fn same(pattern: &str, segment: &Segment<'_>) -> bool {
    let text = segment.text;
    if !segment.is_pattern {
        return pattern == text || (pattern.contains('*') && glob::matches(pattern, text));
    }
    glob::matches(pattern, text)
        || starts_alike(pattern, text)
        || (text != "*"
            && (text.starts_with('.') || !pattern.starts_with('.'))
            && !pattern.contains('*')
            && glob::matches(text, pattern))
}

/// Whether two patterns start with the same text before their first wildcard, and enough of it.
fn starts_alike(first: &str, second: &str) -> bool {
    let start = |text: &str| text.find(['*', '?', '[']).map_or(text.len(), |at| at);
    let (first, second) = (first.split_at(start(first)), second.split_at(start(second)));
    let both_are_patterns = !first.1.is_empty() && !second.1.is_empty();
    let length = first.0.len().min(second.0.len());
    both_are_patterns && length > 3 && first.0.get(..length) == second.0.get(..length)
}

/// Names that look like secrets and are published on purpose.
const HARMLESS: &[&str] =
    &[".env.example", ".env.sample", ".env.template", ".env.dist", ".env.defaults", "*.pub", "env.example"];

/// Pieces of text that give away a file with credentials inside a program's argument.
pub(crate) const SECRET_LOOKALIKES: &[&str] = &[
    ".ssh/id_",
    ".aws/credentials",
    ".netrc",
    ".git-credentials",
    ".docker/config.json",
    ".kube/config",
    "gh/hosts.yml",
    "gcloud/credentials",
    ".npmrc",
    ".pypirc",
    "/etc/shadow",
    ".gnupg/",
    ".vault-token",
];

const TABLE: &[(PathClass, &[&str])] = &[
    (
        Secret,
        &[
            ".env",
            ".env.*",
            "*.env",
            ".envrc.local",
            "id_rsa",
            "id_dsa",
            "id_ecdsa",
            "id_ed25519",
            "id_ecdsa_sk",
            "id_ed25519_sk",
            "*.pem",
            "*.key",
            "*.p12",
            "*.pfx",
            "*.jks",
            "*.keystore",
            "*.kdbx",
            "*.ppk",
            ".ssh/id_*",
            ".ssh",
            ".aws/credentials",
            ".aws/sso/cache/**",
            ".aws/cli/cache/**",
            ".aws",
            ".netrc",
            "_netrc",
            ".npmrc",
            ".yarnrc.yml",
            ".pypirc",
            ".gem/credentials",
            ".cargo/credentials",
            ".cargo/credentials.toml",
            ".kube/config",
            ".kube",
            ".git-credentials",
            ".config/git/credentials",
            ".docker/config.json",
            ".config/containers/auth.json",
            "gcloud/credentials.db",
            "gcloud/access_tokens.db",
            "gcloud/legacy_credentials/**",
            "gcloud/application_default_credentials.json",
            ".config/gcloud",
            ".azure/**",
            "gh/hosts.yml",
            "glab-cli/config.yml",
            ".config/hub",
            ".terraform.d/credentials.tfrc.json",
            ".terraformrc",
            "terraform.tfstate",
            "*.tfstate",
            "*.tfstate.backup",
            ".vault-token",
            ".pgpass",
            ".my.cnf",
            ".gnupg/**",
            ".password-store/**",
            ".config/op/**",
            "keychains/**",
            "keyrings/**",
            "login.keychain*",
            "etc/shadow*",
            "etc/gshadow*",
            "etc/sudoers",
            "config/master.key",
            "credentials.yml.enc",
            "secrets.yml",
            "secrets.yaml",
            "secrets.json",
            "secrets.toml",
            "secrets.env",
            "credentials.json",
            "service-account*.json",
            "service_account*.json",
            "client_secret*.json",
            "wallet.dat",
            "proc/*/environ",
            "task/*/environ",
            "proc/*/mem",
            "cookies.sqlite",
            "login data",
            ".claude/.credentials.json",
            ".claude.json",
            ".codex/auth.json",
            ".gemini/oauth_creds.json",
            ".s3cfg",
            ".boto",
            "rclone.conf",
            "etc/kubernetes/*.conf",
            "pypoetry/auth.toml",
            ".databrickscfg",
            ".snowsql/config",
            ".config/doctl/config.yaml",
            ".fly/config.yml",
            ".heroku/**",
        ],
    ),
    (
        ShellConfiguration,
        &[
            ".bashrc",
            ".bash_profile",
            ".bash_login",
            ".bash_logout",
            ".bash_aliases",
            ".profile",
            ".zshrc",
            ".zshenv",
            ".zprofile",
            ".zlogin",
            ".zlogout",
            ".kshrc",
            ".cshrc",
            ".tcshrc",
            ".inputrc",
            "fish/config.fish",
            "fish/conf.d/**",
            "fish/functions/**",
            "etc/profile",
            "etc/profile.d/**",
            "etc/bash.bashrc",
            "etc/zsh/**",
            "etc/environment",
            ".pam_environment",
            ".xprofile",
            ".xinitrc",
            ".xsessionrc",
            ".oh-my-zsh/custom/**",
        ],
    ),
    (
        ToolConfiguration,
        &[
            ".git/config",
            ".git/hooks/**",
            ".git/info/attributes",
            ".git/config.worktree",
            ".git/modules/**",
            ".git",
            ".git/head",
            ".git/refs/**",
            ".git/packed-refs",
            ".git/objects/**",
            ".gitconfig",
            ".config/git/**",
            "etc/gitconfig",
            ".gitmodules",
            ".gitattributes",
            ".githooks/**",
            ".husky/**",
            ".pre-commit-config.yaml",
            "lefthook.yml",
            ".envrc",
            ".mcp.json",
            ".claude/settings*.json",
            ".claude/hooks/**",
            ".claude/agents/**",
            ".claude/commands/**",
            ".claude/skills/**",
            ".claude",
            "managed-settings.json",
            "etc/claude-code/**",
            ".codex/**",
            ".gemini/**",
            ".cursor/**",
            ".copilot/**",
            ".opencode/**",
            ".vscode/tasks.json",
            ".vscode/settings.json",
            ".vscode/launch.json",
            ".idea/**",
            ".npmrc",
            ".yarnrc",
            ".yarnrc.yml",
            ".pnpmfile.cjs",
            ".cargo/config.toml",
            ".cargo/config",
            "pip.conf",
            ".pip/pip.conf",
            ".pylintrc",
            "sitecustomize.py",
            "usercustomize.py",
            "*.pth",
            ".ssh/config",
            ".ssh/authorized_keys",
            ".ssh/rc",
            ".ssh/known_hosts",
            ".config/systemd/**",
            "etc/systemd/**",
            "etc/cron*/**",
            "etc/crontab",
            "cron/crontabs/**",
            ".config/autostart/**",
            "launchagents/**",
            "launchdaemons/**",
            ".tmux.conf",
            ".vimrc",
            ".config/nvim/**",
            ".emacs",
            ".emacs.d/**",
            ".editorconfig.local",
            ".direnv/**",
            "etc/sudoers.d/**",
            "etc/ld.so.preload",
            "etc/ld.so.conf",
            "etc/hosts",
            "etc/passwd",
            "etc/group",
            "etc/pam.d/**",
            ".local/bin/**",
            ".config/gh/config.yml",
            ".docker/daemon.json",
            ".aws/config",
            ".psqlrc",
            ".gdbinit",
            ".lldbinit",
            ".irbrc",
            ".pythonrc",
            ".mise.toml",
            ".tool-versions",
            "mise.toml",
        ],
    ),
    (
        Delivery,
        &[
            ".github/workflows/**",
            ".github/actions/**",
            ".github/codeowners",
            "codeowners",
            ".gitlab-ci.yml",
            ".gitlab-ci.yaml",
            ".gitlab/ci/**",
            "jenkinsfile",
            "jenkinsfile.*",
            ".circleci/**",
            ".travis.yml",
            "azure-pipelines.yml",
            "azure-pipelines.yaml",
            "bitbucket-pipelines.yml",
            ".buildkite/**",
            ".drone.yml",
            ".woodpecker.yml",
            ".woodpecker/**",
            "cloudbuild.yaml",
            "cloudbuild.yml",
            "appveyor.yml",
            ".appveyor.yml",
            "buildspec.yml",
            "skaffold.yaml",
            "argocd/**",
            "netlify.toml",
            "vercel.json",
            "fly.toml",
            "app.yaml",
            "procfile",
            "render.yaml",
            "wrangler.toml",
            "countersign.toml",
        ],
    ),
    (
        Rebuildable,
        &[
            "target/**",
            "node_modules/**",
            "dist/**",
            "build/**",
            "out/**",
            ".next/**",
            ".nuxt/**",
            ".turbo/**",
            ".parcel-cache/**",
            "__pycache__/**",
            "*.pyc",
            ".pytest_cache/**",
            ".mypy_cache/**",
            ".ruff_cache/**",
            ".tox/**",
            ".nox/**",
            ".venv/**",
            "venv/**",
            ".gradle/**",
            "coverage/**",
            "htmlcov/**",
            ".coverage",
            "*.egg-info/**",
            ".cache/**",
            "bazel-*/**",
            "cmake-build-*/**",
            "*.o",
            "*.class",
            "*.tsbuildinfo",
            ".eslintcache",
            "storybook-static/**",
            "_build/**",
            "elm-stuff/**",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_kinds_of_files() {
        for (path, class) in [
            ("/repo/.env", Secret),
            ("/repo/.env.production", Secret),
            ("/home/dev/.ssh/id_ed25519", Secret),
            ("/home/dev/.aws/credentials", Secret),
            ("/home/dev/.ssh/id_*", Secret),
            ("/repo/.env*", Secret),
            ("/home/dev/.bashrc", ShellConfiguration),
            ("/repo/.git/hooks/pre-push", ToolConfiguration),
            ("/repo/.claude/settings.local.json", ToolConfiguration),
            ("/repo/.github/workflows/ci.yml", Delivery),
            ("/repo/target/debug/x", Rebuildable),
            ("/repo/node_modules", Rebuildable),
            ("/repo/.env.example", PathClass::Ordinary),
            ("/home/dev/.ssh/id_ed25519.pub", PathClass::Ordinary),
            ("/repo/src/environment.rs", PathClass::Ordinary),
            ("/repo/*", PathClass::Ordinary),
            ("/repo/src/*.rs", PathClass::Ordinary),
            ("/", PathClass::Ordinary),
            ("/repo/builder.rs", PathClass::Ordinary),
        ] {
            assert_eq!(of(path), class, "{path}");
        }
    }
}
