//! What runs a file later, or does what it says: for people who read that it is written.

use countersign_model::PathClass;

use crate::glob;

/// What runs the files of these entries: ends of paths, `/**` for all below a directory. The first that fits counts.
const LATER: &[(&str, &[&str])] = &[
    (
        "git runs it as a hook",
        &[".git/hooks/**", ".githooks/**", ".husky/**", "lefthook.yml", ".pre-commit-config.yaml"],
    ),
    (
        "git reads in it which programs to run",
        &[".git/config", ".git/config.worktree", ".gitconfig", ".config/git/**", ".gitattributes"],
    ),
    ("direnv runs it when the directory is entered", &[".envrc", ".direnv/**"]),
    ("the agent starts the servers it names", &[".mcp.json"]),
    (
        "the agent reads in it what it may do and which hooks run",
        &[".claude/**", ".codex/**", ".gemini/**", ".cursor/**", ".copilot/**", ".opencode/**"],
    ),
    (
        "the editor runs what it says",
        &[
            ".vscode/tasks.json",
            ".vscode/settings.json",
            ".vscode/launch.json",
            ".idea/**",
            ".vimrc",
            ".emacs.d/**",
        ],
    ),
    ("cron runs it later", &["etc/cron*/**", "etc/crontab", "cron/crontabs/**"]),
    ("systemd runs what it says", &["systemd/user/**", "etc/systemd/**"]),
    ("it runs when somebody logs in", &[".config/autostart/**", "launchagents/**", "launchdaemons/**"]),
    ("it says who may log in", &[".ssh/authorized_keys"]),
    ("ssh runs what it says", &[".ssh/config", ".ssh/rc"]),
    ("Python runs it whenever it starts", &["*.pth", "sitecustomize.py", "usercustomize.py"]),
    (
        "CI and delivery run what it says",
        &[
            ".github/workflows/**",
            ".github/actions/**",
            ".gitlab-ci.yml",
            "jenkinsfile",
            ".circleci/**",
            ".buildkite/**",
        ],
    ),
    (
        "a package manager runs the scripts in it",
        &[
            "package.json",
            "composer.json",
            ".npmrc",
            ".pnpmfile.cjs",
            ".yarnrc.yml",
            ".yarnrc",
            "bunfig.toml",
            "deno.json",
            "deno.jsonc",
            "node_modules/.bin/**",
        ],
    ),
    (
        "a build or a test runs it",
        &[
            "makefile",
            "gnumakefile",
            "*.mk",
            "justfile",
            "taskfile.yml",
            "pyproject.toml",
            "setup.py",
            "conftest.py",
            "noxfile.py",
            "build.rs",
            "rakefile",
            ".cargo/config.toml",
            "build.gradle",
            "gradlew",
            "mvnw",
            "build.ninja",
            "dockerfile",
        ],
    ),
];

/// What runs a file later, if something is known to: a sentence fragment. `path` is absolute.
pub(crate) fn runs_later(path: &str, class: PathClass) -> Option<&'static str> {
    let lower = path.to_lowercase();
    let names: Vec<&str> = lower.split('/').filter(|name| !name.is_empty()).collect();
    let same = |(pattern, name): (&str, &&str)| {
        pattern == *name || (glob::matches(pattern, name) && pattern.contains('*'))
    };
    let fits = |entry: &&str| match entry.strip_suffix("/**") {
        Some(above) => {
            let length = above.split('/').count();
            names.windows(length).any(|window| above.split('/').zip(window).all(same))
        }
        // From the end on, where most differ at once.
        None => {
            let mut end = names.iter().rev();
            entry.rsplit('/').all(|pattern| end.next().is_some_and(|name| same((pattern, name))))
        }
    };
    let later = LATER.iter().find(|(_, entries)| entries.iter().any(fits)).map(|(says, _)| *says);
    later.or((class == PathClass::ShellConfiguration).then_some("a shell runs it when it starts"))
}
