//! Reads that show, among much else, variables and scripts of what runs there, which may hold secrets.
//!
//! They are everyday calls: a task's definition, a function's settings. Held, each would be a question that nobody
//! finds worth asking; not seen at all, they would be the way around every secret read. So people see them, and
//! only what asks for the variables themselves, or for nothing else, is the read of a secret.

use super::read::Read;

/// How much of a secret such a read tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tells {
    /// It asks for just that.
    Secret,
    /// It is among what is shown.
    Perhaps,
}

impl Tells {
    /// Why the read is not exact.
    pub const fn why(self) -> &'static str {
        match self {
            Self::Secret => "it asks for variables or a script, which may hold secrets",
            Self::Perhaps => "variables or scripts are among what is shown, and may hold secrets",
        }
    }
}

/// Operations, and the field by which they show such things.
const SHOWING: &[(&str, &str, &str)] = &[
    ("amplify", "get-app", "environmentvariables"),
    ("amplify", "get-branch", "environmentvariables"),
    ("amplify", "list-apps", "environmentvariables"),
    ("apprunner", "describe-service", "environmentvariables"),
    ("batch", "describe-job-definitions", "environment"),
    ("batch", "describe-jobs", "environment"),
    ("codebuild", "batch-get-builds", "environment"),
    ("codebuild", "batch-get-projects", "environment"),
    ("ec2", "describe-launch-template-versions", "userdata"),
    ("ec2", "get-launch-template-data", "userdata"),
    ("ecs", "describe-task-definition", "environment"),
    ("elasticbeanstalk", "describe-configuration-settings", "optionsettings"),
    ("lambda", "get-function", "environment"),
    ("lambda", "get-function-configuration", "environment"),
    ("lambda", "list-functions", "environment"),
    ("lambda", "list-versions-by-function", "environment"),
    ("sagemaker", "describe-model", "environment"),
    ("sagemaker", "describe-training-job", "environment"),
];

/// The last names in a query after which the whole object is shown that holds the field.
const WHOLE: &[&str] = &[
    "", "configuration", "functions", "versions", "taskdefinition", "containerdefinitions", "containeroverrides", "container",
    "containerproperties", "jobdefinitions", "jobs", "builds", "projects", "service", "sourceconfiguration", "imagerepository",
    "imageconfiguration", "app", "apps", "branch", "launchtemplateversions", "launchtemplatedata", "configurationsettings", "containers",
    "primarycontainer",
];

/// What a read tells besides what it is asked for; none for all other operations.
pub(super) fn tells(service: &str, operation: &str, read: &Read<'_>) -> Option<Tells> {
    match (service, operation) {
        ("ec2", "describe-instance-attribute") => {
            let attribute = read.text("--attribute").unwrap_or_else(|| "*".to_owned());
            // A script that starts a machine, with whatever it logs in by.
            return matches!(attribute.as_str(), "userData" | "*").then_some(Tells::Secret);
        }
        ("glue", "get-connection" | "get-connections") => return (!read.has("--hide-password")).then_some(Tells::Secret),
        ("cognito-idp", "describe-user-pool-client") => {
            let asks = read.text("--query").is_none_or(|query| query == "*" || query.to_ascii_lowercase().contains("clientsecret"));
            return asks.then_some(Tells::Secret);
        }
        _ => {}
    }
    let (_, _, field) = SHOWING.iter().find(|(known, name, _)| *known == service && *name == operation)?;
    let Some(query) = read.value("--query") else { return Some(Tells::Perhaps) };
    let Some(query) = query.known() else { return Some(Tells::Perhaps) };
    let lower = query.to_ascii_lowercase();
    if lower.contains(field) {
        return Some(Tells::Secret);
    }
    // Every name that stands at the end of a path says what of it is shown.
    let shows = lower.split([',', '{', '}', '(', ')', '|', '&']).any(|part| {
        let path = part.rsplit(':').next().unwrap_or(part).trim();
        let last = path.rsplit('.').next().unwrap_or(path).trim();
        let name = last.split('[').next().unwrap_or(last).trim();
        matches!(name, "*" | "@") || !path.is_empty() && WHOLE.contains(&name)
    });
    shows.then_some(Tells::Perhaps)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check_because;

    #[test]
    fn variables_among_much_else() {
        assert_snapshot!(check_because("aws lambda get-function-configuration --function-name f"), @"cloud.read lambda f in aws:default, read, partial: variables or scripts are among what is shown, and may hold secrets");
        assert_snapshot!(check_because("aws ecs describe-task-definition --task-definition t"), @"cloud.read ecs describe-task-definition in aws:default, read, partial: variables or scripts are among what is shown, and may hold secrets");
        assert_snapshot!(check_because("aws ecs describe-task-definition --task-definition t --query 'taskDefinition.containerDefinitions[0]'"), @"cloud.read ecs describe-task-definition in aws:default, read, partial: variables or scripts are among what is shown, and may hold secrets");
        assert_snapshot!(check_because("aws lambda get-function --function-name f --query Configuration"), @"cloud.read lambda f in aws:default, read, partial: variables or scripts are among what is shown, and may hold secrets");
    }

    #[test]
    fn variables_asked_for() {
        assert_snapshot!(check_because("aws lambda get-function-configuration --function-name f --query 'Environment.Variables'"), @"secret.read aws default:f, read, partial: it asks for variables or a script, which may hold secrets");
        assert_snapshot!(check_because("aws ec2 describe-instance-attribute --instance-id i-1 --attribute userData"), @"secret.read aws default:i-1, read, partial: it asks for variables or a script, which may hold secrets");
        assert_snapshot!(check_because("aws cognito-idp describe-user-pool-client --user-pool-id p --client-id c"), @"secret.read aws default:p, read, partial: it asks for variables or a script, which may hold secrets");
    }

    #[test]
    fn other_things_asked_for() {
        assert_snapshot!(check_because("aws lambda get-function-configuration --function-name f --query 'State'"), @"cloud.read lambda f in aws:default, read: the profile is the default one");
        assert_snapshot!(check_because("aws lambda list-functions --query 'Functions[].FunctionName'"), @"cloud.read lambda list-functions in aws:default, read: the profile is the default one");
        assert_snapshot!(check_because("aws ecs describe-task-definition --task-definition t --query 'taskDefinition.containerDefinitions[*].image'"), @"cloud.read ecs describe-task-definition in aws:default, read: the profile is the default one");
        assert_snapshot!(check_because("aws ec2 describe-instance-attribute --instance-id i-1 --attribute instanceType"), @"cloud.read ec2 i-1 in aws:default, read: the profile is the default one");
        assert_snapshot!(check_because("aws ec2 describe-instances"), @"cloud.read ec2 describe-instances in aws:default, read: the profile is the default one");
    }

    #[test]
    fn objects_that_are_secrets() {
        assert_snapshot!(check_because("aws s3 cp s3://b/app/.env ."), @"
        cloud.read s3 b/app/.env in aws:default, read: the profile is the default one
        secret.read aws default:b/app/.env, read: the profile is the default one
        fs.write /repo, write: -
        fs.write /repo/.env, write: -
        ");
        assert_snapshot!(check_because("aws s3 cp s3://b/readme.md -"), @"cloud.read s3 b/readme.md in aws:default, read: the profile is the default one");
        assert_snapshot!(check_because("aws s3api get-object --bucket b --key prod.tfstate out"), @"
        secret.read aws default:b/prod.tfstate, read: the profile is the default one
        fs.write /repo/out, write: -
        ");
        assert_snapshot!(check_because("gsutil cat gs://b/id_rsa"), @"
        cloud.read storage b/id_rsa in gcp:*, read, partial: gcloud's active configuration is not found
        secret.read gcp *:b/id_rsa, read, partial: gcloud's active configuration is not found
        ");
    }
}
