//! Which hosts may be told which secrets: a service is told its own.

use crate::shell::taken::file_of;

/// The beginnings of variables' names and the hosts of those who gave them out, with a dot first: all below it. Hosts below which anybody can have
/// a place of their own that is told of requests, such as a bucket, are not among them.
const OWN: &[(&[&str], &[&str])] = &[
    (
        &["GITHUB_", "GH_", "GHCR_"],
        &[
            "github.com",
            "api.github.com",
            "uploads.github.com",
            "raw.githubusercontent.com",
            "ghcr.io",
            "npm.pkg.github.com",
            "maven.pkg.github.com",
        ],
    ),
    (&["GITLAB_", "CI_JOB_TOKEN", "CI_REGISTRY_"], &["gitlab.com", "registry.gitlab.com"]),
    (&["BITBUCKET_"], &["bitbucket.org", "api.bitbucket.org"]),
    (&["NPM_", "NODE_AUTH_"], &["registry.npmjs.org", "npm.pkg.github.com"]),
    (&["PYPI_", "TWINE_", "POETRY_PYPI_", "UV_PUBLISH_"], &["pypi.org", "upload.pypi.org", "test.pypi.org"]),
    (&["CARGO_", "CRATES_"], &["crates.io"]),
    (&["RUBYGEMS_", "GEM_HOST_"], &["rubygems.org"]),
    (
        &["DOCKER_", "DOCKERHUB_"],
        &["docker.io", "index.docker.io", "hub.docker.com", "registry-1.docker.io", "auth.docker.io"],
    ),
    (&["AWS_"], &["sts.amazonaws.com", "iam.amazonaws.com"]),
    (&["AZURE_", "ARM_"], &["management.azure.com", "login.microsoftonline.com", "graph.microsoft.com"]),
    (&["AZURE_DEVOPS_", "SYSTEM_ACCESSTOKEN"], &["dev.azure.com"]),
    (&["GOOGLE_", "GCP_", "GEMINI_"], &[".googleapis.com"]),
    (&["OPENAI_"], &["api.openai.com"]),
    (&["ANTHROPIC_"], &["api.anthropic.com"]),
    (&["HF_", "HUGGINGFACE_", "HUGGING_FACE_"], &["huggingface.co"]),
    (&["STRIPE_"], &["api.stripe.com"]),
    (&["SLACK_"], &["slack.com", "hooks.slack.com"]),
    (&["TELEGRAM_"], &["api.telegram.org"]),
    (&["SENTRY_"], &["sentry.io"]),
    (&["DATADOG_", "DD_"], &["api.datadoghq.com", "api.datadoghq.eu"]),
    (&["CLOUDFLARE_", "CF_"], &["api.cloudflare.com"]),
    (&["DIGITALOCEAN_"], &["api.digitalocean.com"]),
    (&["HEROKU_"], &["api.heroku.com"]),
    (&["VERCEL_"], &["api.vercel.com"]),
    (&["NETLIFY_"], &["api.netlify.com"]),
    (&["FLY_"], &["api.fly.io", "api.machines.dev"]),
    (&["LINEAR_"], &["api.linear.app"]),
    (&["NOTION_"], &["api.notion.com"]),
    (&["SENDGRID_"], &["api.sendgrid.com"]),
    (&["PAGERDUTY_"], &["api.pagerduty.com"]),
    (&["CODECOV_"], &["codecov.io", "api.codecov.io"]),
    (&["SONAR_"], &["sonarcloud.io"]),
];

/// Forges at which nobody but the forge sees who asks, so that a token without a service's name is theirs.
const FORGES: &[&str] = &["github.com", "gitlab.com", "bitbucket.org", "dev.azure.com"];

/// Pieces of the names of what databases ask for.
const PASSWORDS: &[&str] = &["PASS", "PWD", "POSTGRES", "MYSQL", "MONGO", "REDIS", "DATABASE"];

/// Whether a host is one that a secret of this name is for.
pub(in crate::families) fn is_told(name: &str, host: &str) -> bool {
    let stored = file_of(name).filter(|store| !store.starts_with('/')).map(|store| {
        // What a store gave out is its own: `github:token`, `gcp shop:access-token`.
        variable_of(store.split([' ', ':']).next().unwrap_or(store)) + "_"
    });
    let name = stored.as_deref().unwrap_or(name);
    let mut is_somebodys = false;
    for (beginnings, hosts) in OWN {
        if beginnings.iter().any(|beginning| name.starts_with(beginning)) {
            let is_it = |own: &&str| {
                *own == host || own.starts_with('.') && host.ends_with(own) && !host.starts_with("storage.")
            };
            if hosts.iter().any(is_it) {
                return true;
            }
            is_somebodys = true;
        }
    }
    let is_variable = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    !is_somebodys && is_variable && FORGES.contains(&host)
}

/// Whether a secret is by its name one that a known service gave out.
pub(super) fn is_somebodys(name: &str) -> bool {
    file_of(name).is_some()
        || OWN.iter().any(|(beginnings, _)| beginnings.iter().any(|beginning| name.starts_with(beginning)))
}

/// How a variable would be named that holds a token of this class.
pub(super) fn variable_of(class: &str) -> String {
    class.replace('-', "_").to_ascii_uppercase()
}

/// Whether a secret of this name is a database's password.
pub(super) fn is_of_database(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    PASSWORDS.iter().any(|piece| upper.contains(piece))
        || upper.split('_').any(|word| matches!(word, "DB" | "PG"))
}
