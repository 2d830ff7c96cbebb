//! Programs that look through code, packages and images for faults: they read, and tell.
//!
//! What they look for may be fetched. What leaves this machine, and what is changed, is a subcommand or an option of its own.

use countersign_model::{Effect, Resource, verbs};

use super::subcommands::{Table, read, rule};
use super::{Family, opaque};
use crate::arguments::files::{Operands, touched};
use crate::arguments::programs;
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::Value;

pub(super) const FAMILY: Family = Family {
    programs: &[
        "trivy", "semgrep", "opengrep", "snyk", "bandit", "safety", "pip-audit", "osv-scanner", "grype", "syft", "checkov", "tfsec", "terrascan", "kube-score", "kube-linter", "kubeconform", "kubeval", "conftest", "gitleaks",
        "lizard", "radon", "vulture", "jscpd", "deptry", "pydocstyle", "pycodestyle", "pyflakes", "codespell", "cspell", "vale", "proselint", "lychee", "sqlfluff", "tflint", "djlint", "commitlint",
        "gitlint", "knip", "depcheck", "madge", "license-checker", "cyclonedx-py", "cdxgen", "dive",
    ],
    about: "What is looked at is read; what a check itself executes is not looked into: `exec.build`. Signing in, sending results \
        and secrets that are shown are told apart; a subcommand that is not known is opaque.",
    examples: &[
        "trivy version",
        "trivy fs .",
        "trivy image shop:latest",
        "semgrep --config auto src",
        "snyk monitor",
        "gitleaks detect --source . --redact",
        "gitleaks detect -v",
        "grype dir:. -o json",
        "checkov -d .",
        "kubeconform -strict k8s",
        "pip-audit --fix",
    ],
    effects,
};

const VALUES: &[&str] = &[
    "--config", "-c", "-f", "--format", "-o", "--output", "--source", "-s", "--report-path", "-r", "--report-format", "--severity", "--exclude", "--include", "-d", "--directory", "--framework", "--check", "--skip-check", "--scanners",
    "--timeout", "--file", "--org", "--severity-threshold", "--policy", "-p", "--ignore", "--scope", "-l", "--jobs", "-j", "--json-output", "--sarif-output", "--platform", "--schema-location", "--kubernetes-version", "--lockfile", "-L",
];

const TABLE: Table<'_> = Table {
    values: VALUES,
    rules: &[
        rule("login|logout|auth|publish|monitor|server|register", verbs::NET_SEND),
        rule("config|convert|version|help|list|ls|explain|show-rules|db|install-semgrep-pro", verbs::EXEC_READ),
        rule("plugin|module|update|install|self-update", verbs::EXEC_INSTALL),
    ],
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let found = read(invocation, &TABLE);
    if found.is_help {
        context.program(verbs::EXEC_READ, program);
        return;
    }
    // These have subcommands of that kind; to the others the same words are files.
    let has_subcommands = matches!(program, "trivy" | "semgrep" | "opengrep" | "snyk" | "safety" | "grype" | "syft" | "osv-scanner");
    let sends = found.has(&["--bc-api-key", "--server", "--token", "--api-key", "--report", "--api-token", "--repo-id", "-X", "--method", "--header", "-H", "--basic-auth"])
        || program == "snyk" && invocation.words.iter().any(|word| word.text() == "monitor")
        || program == "conftest" && matches!(invocation.known(0), Some("push" | "pull"))
        || program == "semgrep" && invocation.known(0) == Some("ci");
    if sends {
        opaque(invocation, "it sends what it finds, or something else", context);
        return;
    }
    let runs = found.has(&["--external-checks-dir", "--external-checks-git", "--run-all-external-checks", "--plugin", "--require", "--resolver"]);
    if runs || invocation.words.iter().any(|word| word.value.is_unknown() && (word.text().is_empty() || word.text().starts_with('-'))) {
        opaque(invocation, "it may run code that it is given", context);
        return;
    }
    programs::started(&invocation.words, if program == "lychee" { &["preprocess"] } else if program == "snyk" { &["command"] } else { &[] }, &[], context);
    touched(&invocation.words, Operands::Read, context);
    match found.verb.clone().filter(|_| has_subcommands) {
        Some(verb) if verb == verbs::NET_SEND => opaque(invocation, "it sends what it finds, or signs in", context),
        Some(verb) => context.program(verb, program),
        None => {
            let shows_secrets = program == "gitleaks" && found.has(&["-v", "--verbose", "--report-path", "-r"]) && !is_redacted(invocation);
            if matches!(program, "semgrep" | "opengrep") && found.has(&["-e", "--pattern"]) {
                // It prints the lines that it finds, of any file.
                let here = crate::word::Word::known_as(".");
                let places: Vec<&crate::word::Word> = found.operands.iter().copied().filter(|word| word.text() != "scan").collect();
                match places.as_slice() {
                    [] => context.read_tree(&here),
                    places => places.iter().for_each(|word| context.read_tree(word)),
                }
            }
            if shows_secrets {
                let resource = Resource::Secret { store: "repository".to_owned(), name: "*".to_owned() };
                context.push(Effect::new(verbs::SECRET_READ, resource).because("it shows the secrets that it finds"));
            }
            if found.has(&["--fix", "--fix-lint", "--write", "--in-place", "-w", "--autofix"]) {
                context.write_value(&Value::Known(".".to_owned()));
            }
            context.program(verbs::EXEC_BUILD, program);
        }
    }
}

/// Whether gitleaks blackens what it shows.
fn is_redacted(invocation: &Invocation) -> bool {
    invocation.words.iter().any(|word| match word.text().strip_prefix("--redact") {
        Some("") => true,
        Some(share) => share.trim_start_matches('=').parse::<u8>().is_ok_and(|share| share >= 50),
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn what_looks() {
        for command in [
            "trivy image shop:latest", "trivy fs --severity HIGH .", "semgrep --config auto src", "snyk test", "bandit -r src", "safety check", "pip-audit", "osv-scanner -r .", "grype dir:.", "syft . -o json",
            "checkov -d .", "tfsec .", "kube-score score a.yaml", "kubeconform -strict k8s/", "gitleaks detect --source .", "vulture src", "codespell docs", "npx knip",
        ] {
            let found = check(command);
            assert!(found.contains("exec.build") && !found.contains("opaque") && !found.contains("secret"), "{command}: {found}");
        }
    }

    #[test]
    fn programs_that_options_name() {
        for command in ["lychee --preprocess ./ship.sh Makefile", "snyk test --command=./ship.sh"] {
            let found = crate::fixture::check_with(command, &[("/repo/ship.sh", "git push origin main\n")]);
            assert!(found.contains("git.push main@origin"), "{command}: {found}");
        }
    }

    #[test]
    fn what_does_more() {
        assert_snapshot!(check("gitleaks detect -v; gitleaks detect -v --redact=0; semgrep -e x --lang generic src"), @"
        secret.read repository:*, read
        exec.build gitleaks, execute
        fs.read /repo/x, read
        fs.read /repo/generic, read
        fs.read /repo/src, read
        exec.build semgrep, execute
        ");
        assert_snapshot!(check("semgrep scan --autofix src; trivy fs -o /home/dev/.bashrc ."), @"
        fs.write /repo, write
        exec.build semgrep, execute
        fs.write /home/dev/.bashrc, write
        exec.build trivy, execute
        ");
        for command in ["snyk monitor", "snyk auth", "semgrep login", "semgrep publish a", "checkov -d . --external-checks-git https://x.example/a", "trivy server", "semgrep $X", "lychee -X DELETE https://api.prod.example/x", "conftest push x.example/a", "snyk container monitor x", "semgrep ci", "trivy image --server https://x.example a"] {
            let found = check(command);
            assert!(found.contains("opaque"), "{command}: {found}");
        }
        assert_snapshot!(check("trivy plugin install github.com/a/b; trivy --version"), @"
        exec.install trivy, execute
        exec.read trivy, read
        ");
    }
}
