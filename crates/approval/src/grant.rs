//! An approval for more than one action, within bounds.

use countersign_model::{
    Certainty, Effect, Environment, GrantId, Resource, SessionId, Ticket, Timestamp, Verb,
};
use serde::{Deserialize, Serialize};

use crate::{Anchor, Commitment, Statement};

/// An approval for more than one action, within bounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Its name.
    pub id: GrantId,
    /// What may be done: this verb and no other.
    pub verb: Verb,
    /// What it may be done to: a pattern for [`resource_name`], in which `*` stands for any
    /// characters but spaces.
    pub resource: String,
    /// The most that may hang on it: also covers everything below, in the order of
    /// [`Environment`].
    pub environment: Environment,
    /// The only session it is for; any if none.
    pub session: Option<SessionId>,
    /// How many tool calls it covers.
    pub count: u32,
    /// When it was signed, by the reviewer's clock.
    pub at: Timestamp,
    /// From when on it no longer counts.
    pub expires: Timestamp,
    /// What the reviewer wrote.
    pub note: Option<String>,
    /// The log's end when it was signed.
    pub after: Anchor,
    /// What reviewers had denied in this log by then, so that nobody has to read it again from its first record. None
    /// where that was too much, and in grants of before: then the log is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denied: Option<Vec<Denied>>,
}

/// An action that a reviewer denied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Denied {
    /// The hold that was denied.
    pub ticket: Ticket,
    /// The action.
    pub commitment: Commitment,
}

impl Statement for Grant {
    const KIND: &'static str = "grant";

    fn after(&self) -> &Anchor {
        &self.after
    }
}

impl Grant {
    /// Whether it covers one more call with this effect after `used` calls. Only an exact effect
    /// on one fully named resource is ever covered.
    pub fn covers(&self, effect: &Effect, session: &SessionId, now: Timestamp, used: u32) -> bool {
        let resource = resource_name(&effect.resource);
        used < self.count
            && now < self.expires
            && self.session.as_ref().is_none_or(|only| only == session)
            && effect.verb == self.verb
            && effect.certainty == Certainty::Exact
            && effect.environment <= self.environment
            && resource.is_some_and(|name| fits(&self.resource, &name))
    }
}

/// The full name of a resource: everything that tells it from others, in one line with spaces
/// between the parts. A remote ref is named by its repository's address, not by the remote's name,
/// which the agent could point elsewhere. None where a part is unknown or could be anything.
pub fn resource_name(resource: &Resource) -> Option<String> {
    let parts: Vec<&str> = match resource {
        Resource::Ref { repository, reference, .. } => vec![address(repository)?, reference],
        Resource::Repository { repository } => vec![address(repository)?],
        Resource::PullRequest { repository, number, base, .. } => {
            let number = number.as_ref()?.to_string();
            let name = format!("{}/{}", repository.host, repository.name);
            return whole(&[&name, &format!("#{number}"), base.as_ref()?]);
        }
        Resource::Forge { repository, object, name, reference } => {
            let reference = reference.as_deref().unwrap_or_default();
            vec![&repository.host, &repository.name, object, name, reference]
        }
        Resource::Path { path, .. } => vec![path],
        Resource::Host { host, url } => vec![host, url.as_ref()?],
        Resource::Program { name } => vec![name],
        Resource::Tool { server, name } => vec![server.as_deref().unwrap_or_default(), name],
        Resource::Secret { store, name } => vec![store, name],
        Resource::Cluster { context, namespace, object, name } => {
            vec![context, namespace.as_deref().unwrap_or_default(), object, name]
        }
        Resource::Cloud { provider, account, region, service, name } => {
            vec![provider, account, region.as_deref().unwrap_or_default(), service, name]
        }
        Resource::Database { system, host, database, object } => {
            vec![system, host, database.as_ref()?, object]
        }
        Resource::Stack { tool, directory, workspace, target } => {
            vec![tool, directory, workspace.as_deref().unwrap_or_default(), target]
        }
        Resource::App { platform, name, target } => {
            vec![platform, name, target.as_deref().unwrap_or_default()]
        }
        Resource::Container { host, object, name } => {
            vec![host.as_deref().unwrap_or_default(), object, name]
        }
        Resource::Package { registry, name } => vec![registry, name],
        Resource::Change { repository, base, paths, count } => {
            if *count > paths.len() {
                return None;
            }
            let mut parts = vec![repository.as_str(), base.as_ref()?];
            parts.extend(paths.iter().map(String::as_str));
            parts
        }
    };
    whole(&parts)
}

/// How the name of a resource of this type is made up, for people; none of a type that is not known.
pub fn resource_form(resource_type: &str) -> Option<&'static str> {
    Some(match resource_type {
        "Ref" => "ADDRESS REF",
        "Repository" => "ADDRESS",
        "PullRequest" => "HOST/OWNER/NAME #NUMBER BASE",
        "Forge" => "HOST OWNER/NAME KIND NAME REF",
        "Path" => "PATH",
        "Host" => "HOST URL",
        "Program" => "NAME",
        "Tool" => "SERVER TOOL",
        "Secret" => "STORE NAME",
        "Cluster" => "CONTEXT NAMESPACE KIND NAME",
        "Cloud" => "PROVIDER ACCOUNT REGION SERVICE NAME",
        "Database" => "SYSTEM HOST DATABASE OBJECT",
        "Stack" => "TOOL DIRECTORY WORKSPACE TARGET",
        "App" => "PLATFORM NAME TARGET",
        "Container" => "HOST KIND NAME",
        "Package" => "REGISTRY NAME",
        "Change" => "REPOSITORY BASE PATH…",
        _ => return None,
    })
}

fn address(repository: &countersign_model::Repository) -> Option<&str> {
    match &repository.remote {
        Some(remote) => remote.url.as_deref(),
        None => repository.root.as_deref(),
    }
}

/// A `*` in a part says that it could be anything; a space in one of several would blur them.
fn whole(parts: &[&str]) -> Option<String> {
    let clear = |part: &&str| !part.contains('*') && (parts.len() == 1 || !part.contains(' '));
    parts.iter().all(clear).then(|| parts.join(" "))
}

/// Whether `name` has the form of `pattern`, word by word.
fn fits(pattern: &str, name: &str) -> bool {
    pattern.split(' ').count() == name.split(' ').count()
        && pattern.split(' ').zip(name.split(' ')).all(|(pattern, word)| word_fits(pattern, word))
}

/// What is before the first star must start the word, what is behind the last must end it, and
/// what is between stars must follow in order: the first place that fits leaves the most room.
fn word_fits(pattern: &str, word: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(rest) = word.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    let Some(mut rest) = rest.strip_suffix(last) else { return false };
    for piece in pieces {
        let Some((_, behind)) = rest.split_once(piece) else { return false };
        rest = behind;
    }
    true
}

#[cfg(test)]
mod tests {
    use countersign_model::{Digest, Remote, Repository, verbs};
    use proptest::prelude::*;

    use super::*;

    const URL: &str = "https://forge.example/r.git";

    fn push(url: Option<&str>, reference: &str) -> Effect {
        let remote = Remote { name: "origin".into(), url: url.map(str::to_owned) };
        let repository = Repository { root: Some("/r".into()), remote: Some(remote) };
        let reference = reference.to_owned();
        let mut effect =
            Effect::new(verbs::GIT_PUSH, Resource::Ref { repository, reference, old: None, new: None });
        effect.environment = Environment::Staging;
        effect
    }

    fn feature() -> Effect {
        push(Some(URL), "refs/heads/feature/a")
    }

    fn grant() -> Grant {
        Grant {
            id: "cg-1".into(),
            verb: verbs::GIT_PUSH,
            resource: format!("{URL} refs/heads/feature/*"),
            environment: Environment::Staging,
            session: Some("s1".into()),
            count: 2,
            at: Timestamp::UNIX_EPOCH,
            expires: "2030-01-01T00:00:00Z".parse().unwrap(),
            note: None,
            after: Anchor { log: "log".into(), sequence: 0, hash: Digest::of([b"h".as_slice()]) },
            denied: None,
        }
    }

    fn check(grant: &Grant, effect: &Effect) -> bool {
        grant.covers(effect, &"s1".into(), "2029-01-01T00:00:00Z".parse().unwrap(), 0)
    }

    #[test]
    fn covers_what_it_names() {
        assert!(check(&grant(), &feature()));
        assert!(check(&grant(), &push(Some(URL), "refs/heads/feature/a/b")));
    }

    #[test]
    fn stays_within_verb_and_resource() {
        assert!(!check(&grant(), &Effect { verb: verbs::GIT_FORCE_PUSH, ..feature() }));
        assert!(!check(&grant(), &push(Some(URL), "refs/heads/main")));
    }

    #[test]
    fn a_remote_pointed_elsewhere_is_another_resource() {
        assert!(!check(&grant(), &push(Some("https://elsewhere.example/r.git"), "refs/heads/feature/a")));
        assert!(!check(&grant(), &push(None, "refs/heads/feature/a")));
    }

    #[test]
    fn stays_below_its_environment() {
        for (environment, covered) in [
            (Environment::Development, true),
            (Environment::Staging, true),
            (Environment::Unknown, false),
            (Environment::Production, false),
        ] {
            assert_eq!(check(&grant(), &Effect { environment, ..feature() }), covered, "{environment}");
        }
    }

    #[test]
    fn covers_nothing_that_could_be_anything() {
        assert!(!check(&grant(), &feature().certain(Certainty::Partial, "part")));
        assert!(!check(&grant(), &feature().certain(Certainty::Opaque, "all")));
        assert!(!check(&Grant { resource: "*  *".into(), ..grant() }, &push(Some(URL), "*")));
        assert!(!check(&Grant { resource: "* *".into(), ..grant() }, &push(Some(URL), "refs/heads/*")));
    }

    #[test]
    fn ends_by_count_by_time_and_with_its_session() {
        let (grant, session) = (grant(), SessionId::from("s1"));
        let before: Timestamp = "2029-12-31T23:59:59Z".parse().unwrap();
        assert!(grant.covers(&feature(), &session, before, 1));
        assert!(!grant.covers(&feature(), &session, before, 2));
        assert!(!grant.covers(&feature(), &session, grant.expires, 1));
        assert!(!grant.covers(&feature(), &"s2".into(), before, 1));
        assert!(Grant { session: None, ..grant }.covers(&feature(), &"s2".into(), before, 1));
    }

    #[test]
    fn parts_do_not_blur() {
        let tool = |server: &str, name: &str| {
            resource_name(&Resource::Tool { server: Some(server.into()), name: name.into() })
        };
        assert_eq!(tool("a", "b"), Some("a b".into()));
        assert_eq!(tool("a b", "c"), None);
        assert_eq!(tool("a", "b c"), None);
    }

    #[test]
    fn a_star_stops_at_a_space() {
        assert!(fits("a* c", "abx c"));
        assert!(!fits("a*c", "ab c"));
        assert!(!fits("*", "a b"));
        assert!(!fits("", "a"));
        assert!(fits("a**c*", "abbc"));
        assert!(!fits("ab*ba", "aba"));
    }

    /// The plain definition, exponential and obviously right.
    fn by_definition(pattern: &[u8], word: &[u8]) -> bool {
        match (pattern, word) {
            ([], []) => true,
            ([b'*', rest @ ..], _) => (0..=word.len()).any(|at| by_definition(rest, &word[at..])),
            ([p, rest @ ..], [w, word @ ..]) => p == w && by_definition(rest, word),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn matches_by_definition(pattern in "[ab*]{0,8}", word in "[ab]{0,8}") {
            prop_assert_eq!(fits(&pattern, &word), by_definition(pattern.as_bytes(), word.as_bytes()));
        }
    }
}
