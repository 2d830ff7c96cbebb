//! Addresses that start a deployment or a pipeline by being asked: deploy hooks of platforms, triggers of CI servers.
//! The paths are those that each product's own documentation gives.

use countersign_model::{Effect, ForgeRepository, Resource, verbs};

use super::apis::Request;
use crate::forge::object;

/// One kind of address.
struct Hook {
    /// The platform, or the CI server.
    product: &'static str,
    /// Its host; one that begins with a dot is the end of a host; none: any host, since it is run by oneself.
    host: &'static str,
    /// The parts of the path, `*` for one that may be any. More may follow.
    path: &'static [&'static str],
    does: Does,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Does {
    /// Deploys, whatever the method.
    Deploys,
    /// Deploys when something is posted.
    DeploysByPost,
    /// Starts a pipeline or a build when something is posted.
    RunsByPost,
}

use Does::{Deploys, DeploysByPost, RunsByPost};

const fn hook(product: &'static str, host: &'static str, path: &'static [&'static str], does: Does) -> Hook {
    Hook { product, host, path, does }
}

const HOOKS: &[Hook] = &[
    hook("render", "api.render.com", &["deploy", "*"], Deploys),
    hook("render", "api.render.com", &["v1", "services", "*", "deploys"], DeploysByPost),
    hook("render", "api.render.com", &["v1", "services", "*", "restart"], DeploysByPost),
    hook("render", "api.render.com", &["v1", "services", "*", "rollback"], DeploysByPost),
    hook("vercel", "api.vercel.com", &["v1", "integrations", "deploy", "*"], Deploys),
    hook("vercel", "api.vercel.com", &["*", "deployments"], DeploysByPost),
    hook("vercel", "api.vercel.com", &["*", "projects", "*", "promote"], DeploysByPost),
    hook("netlify", "api.netlify.com", &["build_hooks", "*"], DeploysByPost),
    hook("netlify", "api.netlify.com", &["api", "v1", "sites", "*", "deploys"], DeploysByPost),
    hook("netlify", "api.netlify.com", &["api", "v1", "sites", "*", "builds"], DeploysByPost),
    hook("cloudflare", "api.cloudflare.com", &["client", "v4", "pages", "webhooks", "deploy_hooks", "*"], DeploysByPost),
    hook("heroku", "api.heroku.com", &["apps", "*", "builds"], DeploysByPost),
    hook("heroku", "api.heroku.com", &["apps", "*", "releases"], DeploysByPost),
    hook("heroku", "api.heroku.com", &["apps", "*", "dynos"], DeploysByPost),
    hook("fly", "api.machines.dev", &["v1", "apps", "*", "machines"], DeploysByPost),
    hook("amplify", ".amazonaws.com", &["prod", "webhooks"], DeploysByPost),
    hook("docker", "hub.docker.com", &["api", "build", "v1", "source", "*", "trigger"], DeploysByPost),
    hook("coolify", "", &["api", "v1", "deploy"], Deploys),
    hook("portainer", "", &["api", "stacks", "webhooks", "*"], DeploysByPost),
    hook("argocd", "", &["api", "v1", "applications", "*", "sync"], DeploysByPost),
    hook("argocd", "", &["api", "v1", "applications", "*", "rollback"], DeploysByPost),
    hook("jenkins", "", &["job", "*", "build"], RunsByPost),
    hook("jenkins", "", &["job", "*", "buildWithParameters"], RunsByPost),
    hook("jenkins", "", &["job", "*", "job", "*", "build"], RunsByPost),
    hook("jenkins", "", &["job", "*", "job", "*", "buildWithParameters"], RunsByPost),
    hook("circleci", "circleci.com", &["api", "v2", "project", "*", "*", "*", "pipeline"], RunsByPost),
    hook("buildkite", "api.buildkite.com", &["v2", "organizations", "*", "pipelines", "*", "builds"], RunsByPost),
    hook("bitbucket", "api.bitbucket.org", &["2.0", "repositories", "*", "*", "pipelines"], RunsByPost),
    hook("azure-devops", "dev.azure.com", &["*", "*", "_apis", "pipelines", "*", "runs"], RunsByPost),
    hook("azure-devops", "dev.azure.com", &["*", "*", "_apis", "build", "builds"], RunsByPost),
    hook("travis", "api.travis-ci.com", &["repo", "*", "requests"], RunsByPost),
    hook("drone", "", &["api", "repos", "*", "*", "builds"], RunsByPost),
    hook("woodpecker", "", &["api", "repos", "*", "pipelines"], RunsByPost),
    hook("argo-workflows", "", &["api", "v1", "workflows", "*", "submit"], RunsByPost),
    hook("argo-workflows", "", &["api", "v1", "workflows", "*"], RunsByPost),
    hook("tekton", "", &["apis", "tekton.dev", "*", "namespaces", "*", "pipelineruns"], RunsByPost),
    hook("octopus", "", &["api", "deployments"], DeploysByPost),
    hook("octopus", "", &["api", "*", "deployments"], DeploysByPost),
    hook("octopus", "", &["api", "*", "deployments", "create", "tenanted", "v1"], DeploysByPost),
    hook("spinnaker", "", &["pipelines", "*", "*"], RunsByPost),
    hook("spinnaker", "", &["webhooks", "webhook", "*"], RunsByPost),
    hook("gocd", "", &["go", "api", "pipelines", "*", "schedule"], RunsByPost),
    hook("teamcity", "", &["app", "rest", "buildQueue"], RunsByPost),
];

impl Hook {
    fn is_met(&self, host: &str, segments: &[&str]) -> bool {
        let is_host = match self.host {
            "" => true,
            end if end.starts_with('.') => host.ends_with(end) && host.starts_with("webhooks."),
            whole => host == whole,
        };
        let mut parts = self.path.iter().zip(segments);
        is_host && segments.len() >= self.path.len() && parts.all(|(part, segment)| *part == "*" || part == segment)
    }
}

/// What a request to such an address does; none where it is none, or only looks.
pub(super) fn effect(request: &Request<'_>, segments: &[&str]) -> Option<Effect> {
    let hook = HOOKS.iter().find(|hook| hook.is_met(request.host, segments))?;
    let is_posted = match request.method {
        Some("GET" | "HEAD" | "OPTIONS" | "DELETE") => false,
        Some(_) | None => true,
    };
    let is_asked = !matches!(request.method, Some("HEAD" | "OPTIONS"));
    let name = || {
        let any = hook.path.iter().zip(segments).find(|(part, _)| **part == "*");
        any.map_or("*", |(_, segment)| segment).to_owned()
    };
    match hook.does {
        Deploys if is_asked => {}
        DeploysByPost | RunsByPost if is_posted => {}
        Deploys | DeploysByPost | RunsByPost => return None,
    }
    Some(if hook.does == RunsByPost {
        let repository = ForgeRepository { host: request.host.to_owned(), name: "*".to_owned() };
        let why = format!("the address starts a pipeline of {}", hook.product);
        Effect::new(verbs::FORGE_WORKFLOW, object(&repository, "workflow", &name())).because(&why)
    } else {
        let app = Resource::App { platform: hook.product.to_owned(), name: name(), target: None };
        Effect::new(verbs::APP_DEPLOY, app).because("the address is a hook: asking it deploys")
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn hooks_deploy() {
        assert_snapshot!(check("curl 'https://api.render.com/deploy/srv-1?key=x'; curl -X POST https://api.vercel.com/v1/integrations/deploy/prj_x/y"), @"
        app.deploy srv-1 on render, write
        app.deploy prj_x on vercel, write
        ");
        assert_snapshot!(check("curl -X POST -d '{}' https://api.netlify.com/build_hooks/abc; wget --post-data= https://api.netlify.com/build_hooks/abc"), @"
        app.deploy abc on netlify, write
        fs.write /repo/abc, write
        ");
        assert_snapshot!(check("python3 -c \"import requests; requests.post('https://api.cloudflare.com/client/v4/pages/webhooks/deploy_hooks/abc')\""), @"
        app.deploy abc on cloudflare, write
        exec.read python3, read
        ");
        assert_snapshot!(check("curl -X POST -u me https://ci.example/job/shop/buildWithParameters -d TARGET=live"), @"forge.workflow * workflow shop, execute");
        for command in [
            "curl -X POST https://drone.example/api/repos/acme/shop/builds", "curl -d @b.json https://octopus.example/api/Spaces-1/deployments", "curl -d '{}' https://gate.example/pipelines/shop/deploy",
            "curl -d '{}' https://argo.example/api/v1/workflows/argo/submit", "curl -X POST https://go.example/go/api/pipelines/shop/schedule",
        ] {
            let found = check(command);
            assert!(found.contains("app.deploy") || found.contains("forge.workflow"), "{command}: {found}");
        }
        for command in [
            "curl https://drone.example/api/repos/acme/shop/builds", "curl https://octopus.example/api/deployments", "curl https://argo.example/api/v1/workflows/argo",
            "curl -I https://api.render.com/deploy/srv-1", "curl https://api.render.com/v1/services/srv-1/deploys", "curl https://ci.example/job/shop/build/api/json",
            "curl -X POST https://api.netlify.com/api/v1/forms -d a=b", "curl https://api.vercel.com/v9/projects/shop/promote/aliases", "curl https://deploy.example/deploy/srv-1",
        ] {
            let found = check(command);
            assert!(!found.contains("app.deploy") && !found.contains("forge.workflow"), "{command}: {found}");
        }
    }
}
