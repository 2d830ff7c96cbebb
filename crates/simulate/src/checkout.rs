//! An assumed workspace that has the files of a working tree of today where the session tells nothing of them.

use countersign_model::{Answer, Question};
use countersign_understand::Workspace;

use crate::Assumed;

/// Answers what stands at a path of the working tree, relative to its top: `package.json`, or the empty text for the top.
pub type Files<'f> = &'f (dyn Fn(&str) -> Answer + Sync);

/// What a session, or an example, is assumed to have, with the files of a working tree below.
pub(crate) struct Checkout<'a> {
    pub assumed: &'a Assumed,
    pub files: Files<'a>,
}

impl Workspace for Checkout<'_> {
    fn ask(&self, question: &Question) -> Answer {
        let Question::Path { path } = question else { return self.assumed.ask(question) };
        let root = self.assumed.root();
        let below = path.strip_prefix(root).and_then(|rest| match rest.strip_prefix('/') {
            Some(rest) => Some(rest),
            None => rest.is_empty().then_some(""),
        });
        match below {
            // Git's own files are the clone's, and what the session touched is as the session left it.
            Some(path) if path != ".git" && !path.starts_with(".git/") && !self.touched(path) => {
                match (self.files)(path) {
                    Answer::Directory { .. } => {
                        Answer::Directory { path: format!("{root}/{path}").trim_end_matches('/').to_owned() }
                    }
                    answer => answer,
                }
            }
            _ => self.assumed.ask(question),
        }
    }
}

impl Checkout<'_> {
    fn touched(&self, below: &str) -> bool {
        self.assumed.has_touched(&format!("{}/{below}", self.assumed.root()))
    }
}

#[cfg(test)]
mod tests {
    use countersign_model::{Digest, Effect, PathClass, Resource, Runtime, ToolCall, Zone, verbs};
    use countersign_policy::{Bundle, Proposal, build};
    use countersign_understand::Left;

    use super::*;

    const PACKAGE: &str = r#"{"scripts":{"test":"jest"}}"#;

    fn bundle() -> Bundle {
        build(&Proposal::parse("version = 1\npack = \"graduated\"\n").unwrap()).unwrap()
    }

    fn text(text: &str) -> Answer {
        Answer::Text { text: text.to_owned(), whole: true, digest: Digest::of([text.as_bytes()]) }
    }

    fn files(path: &str) -> Answer {
        match path {
            "package.json" | ".git/config" => text(PACKAGE),
            "src" => Answer::Directory { path: "/elsewhere/src".to_owned() },
            _ => Answer::Absent,
        }
    }

    fn ask(assumed: &Assumed, path: &str) -> Answer {
        Checkout { assumed, files: &files }.ask(&Question::Path { path: path.to_owned() })
    }

    #[test]
    fn a_file_of_the_working_tree_stands_where_the_session_started() {
        let assumed = Assumed::new("/home/ada/shop", &bundle());
        assert_eq!(ask(&assumed, "/home/ada/shop/package.json"), text(PACKAGE));
        assert_eq!(
            ask(&assumed, "/home/ada/shop/src"),
            Answer::Directory { path: "/home/ada/shop/src".to_owned() }
        );
    }

    #[test]
    fn beside_it_and_inside_git_nothing_is_known_of_it() {
        let assumed = Assumed::new("/home/ada/shop", &bundle());
        for path in ["/home/ada/shop2/package.json", "/home/ada/package.json", "/home/ada/shop/.git/config"] {
            assert_ne!(ask(&assumed, path), text(PACKAGE), "{path}");
        }
    }

    #[test]
    fn what_the_session_wrote_or_removed_is_as_it_left_it() {
        let mut assumed = Assumed::new("/home/ada/shop", &bundle());
        let path = |path: &str| Resource::Path {
            path: path.to_owned(),
            zone: Zone::Workspace,
            class: PathClass::Ordinary,
        };
        let call = ToolCall {
            runtime: Runtime::Script,
            session: "s".into(),
            agent: None,
            id: "1".into(),
            prompt: None,
            cwd: "/home/ada/shop".to_owned(),
            mode: None,
            tool: "Bash".to_owned(),
            input: serde_json::Map::new(),
            mcp_server: None,
        };
        assumed.ran(
            &call,
            &[Effect::new(verbs::FS_WRITE, path("/home/ada/shop/package.json"))],
            &Left::default(),
        );
        assert_ne!(ask(&assumed, "/home/ada/shop/package.json"), text(PACKAGE));
        let mut assumed = Assumed::new("/home/ada/shop", &bundle());
        assumed.ran(&call, &[Effect::new(verbs::FS_DELETE, path("/home/ada/shop"))], &Left::default());
        assert_ne!(ask(&assumed, "/home/ada/shop/package.json"), text(PACKAGE));
        assert_eq!(
            ask(&Assumed::new("/home/ada/shop", &bundle()), "/home/ada/shop/Makefile"),
            Answer::Absent
        );
    }
}
