//! Other programs that keep a state of infrastructure: Pulumi, AWS CDK and SAM, Serverless, Packer.

use countersign_model::{Certainty, Effect, Resource, verbs};

use super::accounts::{self, Accounts, serverless};
use super::subcommands::{Subcommand, Table, read, rule};
use super::{Family, named_programs, opaque};
use crate::context::Context;
use crate::invocation::{Invocation, Stdin};
use crate::paths;
use crate::word::Value;

pub(super) const FAMILY: Family = Family {
    programs: &["pulumi", "cdk", "cdktf", "sam", "serverless", "sls", "packer", "sst", "crossplane", "terramate"],
    about: "Other programs that keep a state of infrastructure. The stack or stage is the one that is named, \
        else the project's own where it can be read.",
    examples: &[
        "pulumi preview -s prod",
        "pulumi up -y -s acme/prod",
        "pulumi destroy --stack=prod",
        "pulumi stack output --show-secrets",
        "cdk diff",
        "cdk deploy Prod --require-approval never",
        "cdk --app 'rm -rf src' synth",
        "sls deploy --stage production",
        "sam validate",
        "packer build x.hcl",
        "pulumi config set --secret key value -s dev",
        "pulumi stack rm old",
    ],
    effects,
};

const PULUMI: Table = Table {
    values: &[
        "-s", "--stack", "-C", "--cwd", "-m", "--message", "-t", "--target", "-r", "--replace", "--parallel", "-p", "-c", "--config",
        "--config-file", "--secrets-provider", "--target-replace", "--color", "--profiling", "--tracing", "-v", "--verbose", "--policy-pack",
        "--import-file", "--save-plan", "--plan", "--from", "--to", "--dest", "-o", "--out", "--file", "--suppress-outputs", "--exclude",
    ],
    rules: &[
        rule("preview|pre|version|about|whoami|logs|console|schema|convert|gen-completion|help|org|plugin", verbs::STACK_READ),
        rule("stack", verbs::STACK_READ),
        rule("stack ls|output|history|graph|select|init|tag", verbs::STACK_READ),
        rule("stack output", verbs::STACK_READ),
        rule("config", verbs::STACK_READ),
        rule("config get", verbs::STACK_READ),
        rule("config set|set-all|cp|refresh|env|rm|rm-all", verbs::STACK_READ),
        rule("stack export", verbs::SECRET_READ),
        rule("up|update|watch|deployment", verbs::STACK_APPLY),
        rule("destroy|down", verbs::STACK_DESTROY),
        rule("stack rm|import|rename|unselect|change-secrets-provider", verbs::STACK_STATE),
        rule("refresh|import|cancel|state", verbs::STACK_STATE),
        rule("login|logout", verbs::SECRET_WRITE),
        rule("env open|get|run", verbs::SECRET_READ),
        rule("env set|edit|rm|init", verbs::SECRET_WRITE),
        rule("new|install|package|policy", verbs::EXEC_INSTALL),
    ],
};

const CDK: Table = Table {
    values: &[
        "-a", "--app", "-c", "--context", "--profile", "-o", "--output", "-r", "--role-arn", "--parameters", "--tags", "--outputs-file",
        "--require-approval", "--toolkit-stack-name", "--build-exclude", "--proxy", "--concurrency", "--change-set-name", "--region", "--language", "-m", "--method",
        "--stack-name", "--template-file", "-t", "--template", "--s3-bucket", "--s3-prefix", "--config-env", "--config-file", "--capabilities",
        "--parameter-overrides", "--image-repository", "-e", "--event", "-n", "--env-vars", "-s", "--stage", "-f", "--function", "--aws-profile",
        "--config", "-d", "--data", "-p", "--path", "--package", "--param",
    ],
    rules: &[
        rule("synth|synthesize|diff|list|ls|doctor|docs|doc|metadata|notices|context|acknowledge|version|get|help|drift|output|plan", verbs::STACK_READ),
        rule("validate|build|init|logs|info|config|generate|traces|metrics|provider|diagnostic|fmt|inspect|console|hcl2_upgrade|plugins", verbs::STACK_READ),
        rule("render", verbs::STACK_READ),
        rule("beta|alpha trace|validate|render|convert|top|diff", verbs::STACK_READ),
        rule("xpkg build|init|batch", verbs::STACK_READ),
        rule("print", verbs::SECRET_READ),
        rule("package", verbs::STACK_READ),
        rule("invoke local", verbs::EXEC_OPAQUE),
        rule("local|offline", verbs::EXEC_OPAQUE),
        rule("list resources|endpoints|stack-outputs|functions", verbs::STACK_READ),
        rule("deploy|bootstrap|import|watch|migrate|sync|apply|rollback|publish|dev|deploy-function", verbs::STACK_APPLY),
        rule("deploy list", verbs::STACK_READ),
        rule("deploy function", verbs::STACK_APPLY),
        rule("invoke|remote", verbs::CLOUD_EXECUTE),
        rule("destroy|delete|remove|rm|gc", verbs::STACK_DESTROY),
        rule("secret set|remove|load", verbs::SECRET_WRITE),
        rule("secret list", verbs::SECRET_READ),
    ],
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let is_pulumi = program == "pulumi";
    let found = read(invocation, if is_pulumi { &PULUMI } else { &CDK });
    if found.is_help || invocation.words.is_empty() || found.name == "help" {
        context.program(verbs::EXEC_READ, &invocation.title());
        return;
    }
    let mut accounts = Accounts::of_call(&found, invocation, context);
    accounts.of_project(&found, invocation, context);
    let (resource, because, others) = stack(&found, invocation, context);
    let mut effect = found.effect(&verbs::STACK_APPLY, &verbs::STACK_DESTROY, resource.clone());
    let tool = program.to_owned();
    let secret = |name: &str| Resource::Secret { store: tool.clone(), name: name.to_owned() };
    match effect.verb.as_str() {
        "secret.read" | "secret.write" => effect.resource = secret(&found.operand(0).unwrap_or_else(|| "*".to_owned())),
        "cloud.execute" | "exec.opaque" | "exec.install" => effect.resource = Resource::Program { name: invocation.title() },
        _ => {}
    }
    if effect.verb == verbs::CLOUD_EXECUTE {
        effect.resource = Resource::Cloud {
            provider: "aws".to_owned(),
            account: found.text(&["--profile", "--aws-profile"]).unwrap_or_else(|| "*".to_owned()),
            region: found.text(&["--region"]),
            service: "lambda".to_owned(),
            name: found.text(&["-f", "--function"]).or_else(|| found.operand(0)).unwrap_or_else(|| "*".to_owned()),
        };
    }
    if effect.because.is_none() && effect.verb != verbs::STACK_READ {
        effect.because = because;
    }
    if let (Some("--no-execute"), true) = (found.options.iter().map(|(name, _)| name.as_str()).find(|name| *name == "--no-execute"), found.name == "deploy") {
        effect = effect.because("it only prepares a change");
    }
    if effect.verb != verbs::STACK_READ && matches!(effect.resource, Resource::Stack { .. }) {
        // What an earlier part of the call selected may not be there: then it is the stack of before.
        for other in others {
            let other = Effect { resource: other, ..effect.clone() };
            accounts.also(&other, context);
            context.push(other);
        }
    }
    context.push(effect.clone());
    accounts.also(&effect, context);
    special(&found, &resource, &secret("*"), invocation, context);
    // A program of the project says what the infrastructure is.
    let runs = match program {
        "cdk" | "cdktf" | "sst" => !matches!(found.name.as_str(), "version" | "docs" | "doctor" | "context"),
        "pulumi" => matches!(found.name.as_str(), "up" | "update" | "preview" | "pre" | "watch" | "refresh"),
        _ => false,
    };
    let told = |name: &str| crate::environment::value(invocation, name).filter(|value| program == "cdk" && runs && !value.text().is_empty());
    if let Some(build) = told("CDK_BUILD").or_else(|| found.value(&["--build"]).filter(|_| program == "cdk" && runs).cloned()) {
        crate::environment::command("CDK_BUILD", &build, context);
    }
    if let Some(app) = found.value(&["-a", "--app"]).filter(|_| program == "cdk").cloned().or_else(|| told("CDK_APP")) {
        if !app.text().ends_with(".out") {
            crate::environment::command("CDK_APP", &app, context);
        }
    } else if runs {
        if program == "cdk" {
            named_programs::effects(&["cdk.json"], named_programs::of_cdk, invocation, context);
        }
        context.push(Effect::new(verbs::EXEC_BUILD, Resource::Program { name: format!("{program} {}", found.name) }).because("it runs the project's own program"));
    }
}

/// What some subcommands do besides.
fn special(found: &Subcommand<'_>, resource: &Resource, secret: &Resource, invocation: &Invocation, context: &mut Context<'_>) {
    let shows = found.has(&["--show-secrets"]);
    match (invocation.program.as_str(), found.name.as_str()) {
        ("pulumi", "stack output" | "config" | "stack" | "preview") if shows => context.push(Effect::new(verbs::SECRET_READ, secret.clone())),
        ("pulumi", "config get") => {
            context.push(Effect::new(verbs::SECRET_READ, secret.clone()).certain(Certainty::Partial, "the value may be a secret"));
        }
        ("pulumi", name) if name.starts_with("config ") && name != "config env" => {
            if found.has(&["--secret"]) {
                context.push(Effect::new(verbs::SECRET_WRITE, secret.clone()));
            }
            context.write_value(&Value::Known(format!("./Pulumi.{}.yaml", stack_name(resource))));
        }
        ("pulumi", "stack select" | "stack init") => {
            let name = found.operand(0).unwrap_or_else(|| "*".to_owned());
            if !found.has(&["--no-select"]) {
                let Resource::Stack { directory, .. } = resource else { return };
                context.chooses("pulumi", directory, &name);
            }
            context.program(verbs::EXEC_READ, "pulumi stack select");
        }
        ("pulumi", "destroy" | "down") if found.has(&["--remove"]) => {
            context.push(Effect::new(verbs::STACK_STATE, resource.clone()).because("the stack is forgotten too"));
        }
        ("packer", "console") => match &invocation.stdin {
            Stdin::Text(Value::Known(text)) => super::terraform::files_of_expressions(text, context),
            Stdin::Pipe(source) => super::terraform::files_of_expressions(source.text.as_deref().unwrap_or_default(), context),
            Stdin::Text(_) | Stdin::Inherited | Stdin::File(_) => {}
        },
        ("packer", "build") => {
            let effect = Effect::new(verbs::STACK_APPLY, resource.clone());
            context.push(effect.certain(Certainty::Partial, "where it builds an image is in its template"));
            opaque(invocation, "its template says what it runs", context);
        }
        _ => {}
    }
    found.values(&["--save-plan", "--outputs-file", "--dest"]).for_each(|value| context.write_value(value));
    found.values(&["--import-file", "--plan", "--file", "--env-vars", "--template-file"]).for_each(|value| context.read_value(value));
}

fn stack_name(resource: &Resource) -> &str {
    match resource {
        Resource::Stack { workspace: Some(name), .. } => name,
        _ => "*",
    }
}

/// Names of one command that are told; of more the policy looks at none by itself.
const MOST_NAMES: usize = 40;

fn joined(names: Vec<String>) -> Option<String> {
    (!names.is_empty()).then(|| names.join(" "))
}

/// The stack that is meant, how that is known, and which others it may be.
fn stack(found: &Subcommand<'_>, invocation: &Invocation, context: &Context<'_>) -> (Resource, Option<String>, Vec<Resource>) {
    let change = found.value(&["-C", "--cwd"]).filter(|_| invocation.program == "pulumi");
    let located = paths::locate(change.unwrap_or(&Value::Known(".".to_owned())), context);
    let directory = if located.why.is_some() { "*".to_owned() } else { located.path };
    let tool = if invocation.program == "sls" { "serverless".to_owned() } else { invocation.program.clone() };
    let mut because = None;
    let mut others = Vec::new();
    let operands = || joined((0..MOST_NAMES).map_while(|index| found.operand(index)).collect());
    let (workspace, target) = match tool.as_str() {
        "pulumi" => {
            let given = found.text(&["-s", "--stack"]);
            let named = given.or_else(|| found.operand(0).filter(|_| matches!(found.name.as_str(), "stack rm" | "stack select" | "stack init")));
            let named = named.or_else(|| match context.setting(invocation, "PULUMI_STACK") {
                Ok(value) => value,
                Err(_) => Some("*".to_owned()),
            });
            let before = || "*".to_owned();
            let mut names = match named {
                Some(name) => vec![name],
                None => context.chosen("pulumi", &directory).into_iter().map(|name| name.unwrap_or_else(before)).collect(),
            };
            let name = if names.is_empty() { before() } else { names.remove(0) };
            others = names;
            if name == "*" {
                because = Some("it is the stack that was selected before".to_owned());
            }
            (Some(name), found.text(&["-t", "--target"]))
        }
        "cdk" | "cdktf" | "packer" => (operands(), None),
        "sam" => (found.text(&["--stack-name"]).or_else(|| {
            let environment = found.text(&["--config-env"]).into_iter();
            joined(environment.chain(accounts::of_sam("stack_name", found, context)).collect())
        }), None),
        _ => (found.text(&["-s", "--stage"]).or_else(|| {
            let stages = if tool == "serverless" { serverless::told(found, invocation, context).stages } else { return None };
            joined(stages).or_else(|| Some("dev".to_owned()))
        }), found.text(&["-f", "--function"])),
    };
    let target = target.unwrap_or_else(|| "*".to_owned());
    let stack = |workspace: Option<String>| Resource::Stack { tool: tool.clone(), directory: directory.clone(), workspace, target: target.clone() };
    let others = others.into_iter().map(|name| stack(Some(name))).collect();
    (stack(workspace), because, others)
}


#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn pulumi() {
        assert_snapshot!(check("pulumi preview -s prod; pulumi stack ls; pulumi whoami"), @"
        stack.read * of pulumi /repo (prod), read
        exec.build pulumi preview, execute
        stack.read * of pulumi /repo (*), read
        ");
        assert_snapshot!(check("pulumi up -y -s acme/prod; pulumi destroy --stack=prod; pulumi stack rm old"), @"
        stack.apply * of pulumi /repo (acme/prod), write
        exec.build pulumi up, execute
        stack.destroy * of pulumi /repo (prod), destroy
        stack.state * of pulumi /repo (old), destroy
        ");
        assert_snapshot!(check("pulumi config set --secret key value -s dev; pulumi stack output --show-secrets; pulumi stack export"), @"
        stack.read * of pulumi /repo (dev), read
        secret.write pulumi:*, write
        fs.write /repo/Pulumi.dev.yaml, write
        stack.read * of pulumi /repo (*), read
        secret.read pulumi:*, read
        ");
        assert_snapshot!(check_with("pulumi up; pulumi cancel; pulumi explode", &[("PULUMI_STACK", "live")]), @"
        stack.apply * of pulumi /repo (live), write
        exec.build pulumi up, execute
        stack.state * of pulumi /repo (live), destroy
        stack.apply * of pulumi /repo (live), write, partial
        ");
    }

    #[test]
    fn others() {
        assert_snapshot!(check("cdk synth; cdk diff; cdk deploy Prod --require-approval never; cdk destroy --all --force"), @"
        stack.read * of cdk /repo, read
        exec.build cdk synth, execute
        exec.build cdk diff, execute
        stack.apply * of cdk /repo (Prod), write
        exec.build cdk deploy, execute
        stack.destroy * of cdk /repo, destroy
        exec.build cdk destroy, execute
        ");
        assert_snapshot!(check("sam deploy --stack-name shop-prod; sam delete --stack-name x; sam validate"), @"
        stack.apply * of sam /repo (shop-prod), write
        stack.destroy * of sam /repo (x), destroy
        stack.read * of sam /repo, read
        ");
        assert_snapshot!(check("sls deploy --stage production; serverless remove -s dev; sls info; sls invoke -f x --stage prod"), @"
        stack.apply * of serverless /repo (production), write
        stack.destroy * of serverless /repo (dev), destroy
        stack.read * of serverless /repo (dev), read
        cloud.execute lambda x in aws:*, execute
        ");
        assert_snapshot!(check("packer validate x.hcl; packer build x.hcl; cdk frob; cdk --app 'rm -rf src' synth"), @"
        stack.read * of packer /repo (x.hcl), read
        stack.apply * of packer /repo (x.hcl), write, partial
        exec.opaque packer, execute, opaque
        stack.apply * of cdk /repo (frob), write, partial
        exec.build cdk frob, execute
        stack.read * of cdk /repo, read
        fs.delete /repo/src, destroy
        ");
    }
}
