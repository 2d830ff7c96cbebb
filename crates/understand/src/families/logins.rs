//! Logins by which a person lets a tool in, in a browser: the tool keeps what it is given, and no secret is handed to it.

use countersign_model::{Effect, PathClass, Resource, verbs};

use crate::context::Context;
use crate::paths;

/// Adds that a tool keeps what a person lets it have; `file`: below the home directory.
pub(super) fn by_browser(file: &str, context: &mut Context<'_>) {
    let path = format!("{}/{file}", context.state.shell.home);
    let resource = Resource::Path { zone: paths::zone(&path, context), path, class: PathClass::Ordinary };
    context.push(Effect::new(verbs::FS_WRITE, resource).because("a person lets it in, in a browser"));
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn logins_by_a_browser() {
        let found = check("aws sso login --profile dev");
        assert!(
            found.contains("fs.write /home/dev/.aws/sso/cache") && found.contains("in aws:dev"),
            "{found}"
        );
        for command in [
            "aws sso login",
            "gcloud auth login",
            "gcloud auth login --update-adc",
            "gcloud auth application-default login",
            "az login",
            "az login --tenant x",
        ] {
            let found = crate::fixture::understood(command, &[]).effects;
            assert!(
                found
                    .iter()
                    .any(|effect| effect.because.as_deref().is_some_and(|why| why.contains("browser"))),
                "{command}"
            );
        }
    }

    #[test]
    fn logins_by_a_secret() {
        for command in [
            "gcloud auth login --cred-file=k.json",
            "gcloud auth application-default login --client-id-file=k.json",
            "gcloud auth activate-service-account --key-file k.json",
            "az login --service-principal -u a -p b",
            "az login --identity",
            "az login -u a -p \"$P\"",
            "az login --federated-token x",
            "az login $MORE",
            "gcloud auth login $MORE",
        ] {
            let found = crate::fixture::understood(command, &[]).effects;
            assert!(
                !found
                    .iter()
                    .any(|effect| effect.because.as_deref().is_some_and(|why| why.contains("browser"))),
                "{command}"
            );
        }
    }
}
