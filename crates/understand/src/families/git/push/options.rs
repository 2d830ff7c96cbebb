//! Options that a push hands to the forge, which then opens a merge request or merges it.

use countersign_model::{Certainty, Effect, ForgeRepository, Remote, Resource, verbs};

use super::super::{Git, addresses};
use crate::arguments::Arguments;
use crate::context::Context;
use crate::word::Value;

/// Adds what the forge is asked to do.
pub(super) fn effects(arguments: &Arguments<'_>, remotes: &[Remote], git: &Git<'_>, context: &mut Context<'_>) {
    let configured = git.repo.values("push.pushoption", context).unwrap_or_default().into_iter().map(Value::Known);
    let options: Vec<Value> = arguments.values(&["push-option", "o"]).cloned().chain(configured).collect();
    if options.is_empty() {
        return;
    }
    let unknown = options.iter().any(|option| option.known().is_none());
    let texts: Vec<&str> = options.iter().map(Value::text).collect();
    let has = |name: &str| texts.iter().any(|text| text.split('=').next() == Some(name));
    let merges = unknown || ["merge_request.merge_when_pipeline_succeeds", "merge_request.auto_merge", "submit"].iter().any(|name| has(name));
    let opens = texts.iter().any(|text| text.starts_with("merge_request.") || text.starts_with("topic="));
    let base = texts.iter().find_map(|text| text.strip_prefix("merge_request.target=")).map(str::to_owned);
    for remote in remotes.iter().filter(|_| merges || opens) {
        let any = || ForgeRepository { host: "*".to_owned(), name: "*".to_owned() };
        let repository = remote.url.as_deref().and_then(addresses::forge).unwrap_or_else(any);
        let resource = Resource::PullRequest { repository, number: None, base: base.clone(), head: None, commit: None };
        if opens {
            context.push(Effect::new(verbs::FORGE_PULL_REQUEST, resource.clone()).because("an option of the push asks the forge for it"));
        }
        if merges {
            let why = "an option of the push asks the forge to merge it";
            context.push(Effect::new(verbs::FORGE_MERGE, resource).certain(Certainty::Partial, why));
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn what_a_push_asks_for() {
        assert_snapshot!(check("git push -o merge_request.create -o merge_request.merge_when_pipeline_succeeds -o merge_request.target=main origin feature"), @"
        git.push feature@origin, write
        forge.pull-request acme/shop pull request into main, write
        forge.merge acme/shop pull request into main, write, partial
        ");
        assert_snapshot!(check("git push --push-option=merge_request.create origin feature"), @"
        git.push feature@origin, write
        forge.pull-request acme/shop pull request, write
        ");
        assert_snapshot!(check("git push -o \"$X\" origin feature"), @"
        git.push feature@origin, write
        forge.merge acme/shop pull request, write, partial
        ");
        assert_snapshot!(check_with("git push origin feature", &[("push.pushoption", "merge_request.auto_merge")]), @"
        git.push feature@origin, write
        forge.pull-request acme/shop pull request, write
        forge.merge acme/shop pull request, write, partial
        ");
        assert_snapshot!(check("git push -o ci.skip origin feature"), @"git.push feature@origin, write");
    }
}
