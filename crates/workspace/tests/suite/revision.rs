//! What a revision means that goes on from a name by history.

use countersign_model::{Answer, Question};
use countersign_understand::Workspace as _;

use crate::playground::{Playground, is_unknown, utf8};

fn ask(playground: &Playground, revision: &str) -> Answer {
    let repository = utf8(&playground.repository());
    playground.machine().ask(&Question::Revision { repository, revision: revision.to_owned() })
}

fn id(answer: Answer) -> String {
    match answer {
        Answer::Commit { commit } => commit.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn history_the_reflog_and_starts_of_ids() {
    let playground = Playground::new();
    let first = playground.commit("a", "one\n");
    let second = playground.commit("a", "two\n");
    assert_eq!(id(ask(&playground, "HEAD~1")), first);
    assert_eq!(id(ask(&playground, "main^")), first);
    assert_eq!(id(ask(&playground, "HEAD@{1}")), first);
    assert_eq!(id(ask(&playground, second.get(..7).unwrap())), second);
    assert_eq!(ask(&playground, "HEAD~400"), Answer::Absent);
    assert_eq!(ask(&playground, "--all"), Answer::Absent);
    // A commit with other parents in its place.
    playground.git(&["replace", "--graft", &second]);
    assert!(is_unknown(&ask(&playground, "HEAD~1")));
}
