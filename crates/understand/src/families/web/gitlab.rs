//! GitLab's REST API by plain HTTP, on gitlab.com or a host of one's own.

use countersign_model::{Certainty, Effect, ForgeRepository, verbs};

use super::apis::Request;
use super::{body, host_named};
use crate::context::Context;
use crate::families::glab;
use crate::graphql;
use crate::forge::{anything, normal_path, object};

/// Adds what a request to GitLab does; false where it is none.
pub(super) fn effects(request: &Request<'_>, context: &mut Context<'_>) -> bool {
    let after = request.url.split_once("://").map_or(request.url, |(_, rest)| rest);
    let raw = after.split_once('/').map_or("", |(_, path)| path);
    let (raw, query) = raw.split_once('?').unwrap_or((raw.split('#').next().unwrap_or(raw), ""));
    let normal = normal_path(raw);
    let Some(below) = normal.strip_prefix("api/v4/") else { return false };
    // Another service has the same root, on hosts of its own, and no projects.
    if !request.host.contains("gitlab") && !below.starts_with("projects/") {
        return false;
    }
    let repository = ForgeRepository { host: request.host.to_owned(), name: "*".to_owned() };
    if request.sends && request.host != "gitlab.com" {
        // A path alone does not make a host one's own: what is sent is sent.
        context.push(Effect::new(verbs::NET_SEND, host_named(request.host)));
    }
    let Some(method) = request.method else {
        anything(&repository, "the method is not known", context);
        return true;
    };
    if request.open {
        let why = "the address is not wholly known";
        if matches!(method, "GET" | "HEAD") {
            let read = Effect::new(verbs::FORGE_READ, object(&repository, "api", below));
            context.push(read.certain(Certainty::Partial, why));
        } else {
            anything(&repository, why, context);
        }
        return true;
    }
    // A project keeps its encoded slash.
    let Some(path) = raw.trim_start_matches('/').strip_prefix("api/v4/").filter(|path| !path.contains("//")) else {
        anything(&repository, "the path of the request is not clear", context);
        return true;
    };
    let (fields, _) = body(&graphql::with_files(request.data, context));
    let field = |name: &str| {
        let named = |pair: &str| pair.strip_prefix(name)?.strip_prefix('=').map(str::to_owned);
        let in_body = fields.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.known());
        let in_form = || request.data.iter().filter_map(|value| value.known()).flat_map(|text| text.split('&')).find_map(named);
        in_body.map(str::to_owned).or_else(in_form).or_else(|| query.split('&').find_map(named))
    };
    glab::request(method, path, &repository, &field, None, context);
    true
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn requests_do_what_glab_does() {
        assert_snapshot!(check("curl -X PUT https://gitlab.com/api/v4/projects/acme%2Fshop/merge_requests/7/merge"), @"forge.merge acme/shop#7, write");
        assert_snapshot!(check("curl -H \"PRIVATE-TOKEN: $GITLAB_TOKEN\" https://gitlab.com/api/v4/projects/1/variables"), @"secret.read gitlab *:*, read");
        assert_snapshot!(check("curl -d source_branch=x -d target_branch=main https://gitlab.com/api/v4/projects/1/merge_requests"), @"forge.pull-request * pull request into main, write");
        assert_snapshot!(check("http POST gitlab.com/api/v4/projects/1/pipeline ref=main; curl https://gitlab.com/api/v4/projects/1/merge_requests"), @"
        forge.workflow * api projects/1/pipeline, execute
        forge.read * api projects/1/merge_requests, read
        ");
    }

    #[test]
    fn hosts_of_ones_own() {
        assert_snapshot!(check("curl -X DELETE https://git.acme.example/api/v4/projects/1/repository/branches/main"), @"git.delete-remote-ref main@https://git.acme.example/*, destroy");
        assert_snapshot!(check("curl -d body=x https://gitlab.acme.example/api/v4/projects/1/issues/2/notes"), @"
        net.send gitlab.acme.example, send
        forge.comment * api projects/1/issues/2/notes, write
        ");
        assert_snapshot!(check("curl -d '{}' https://chat.acme.example/api/v4/posts"), @"net.send https://chat.acme.example/api/v4/posts, send");
    }

    #[test]
    fn what_is_not_clear_is_the_worst() {
        assert_snapshot!(check("curl -X POST https://gitlab.com/api/v4/projects/1/issues/../merge_requests/2/merge"), @"forge.merge * pull request, write, partial");
        assert_snapshot!(check("curl -X PUT https://gitlab.com/%61pi/v4/projects/1/merge_requests/2/merge; curl -X PUT https://gitlab.com//api/v4/projects/1/x"), @"
        forge.merge * pull request, write, partial
        forge.write * api projects/1/x, write
        ");
        assert_snapshot!(check("curl -X POST https://gitlab.com/api/v4/projects/$ID/x; curl https://gitlab.com/api/v4/projects/$ID/pipelines"), @"
        forge.merge * pull request, write, partial
        forge.read * api projects, read, partial
        ");
    }
}
