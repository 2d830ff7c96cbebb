//! Tests of `workspace`.

use super::*;

struct Counting(Cell<usize>);

impl Workspace for Counting {
    fn ask(&self, _: &Question) -> Answer {
        self.0.set(self.0.get() + 1);
        Answer::Yes
    }
}

#[test]
fn each_question_is_asked_once_and_can_be_replayed() {
    let counting = Counting(Cell::new(0));
    let recording = Recording::new(&counting);
    let [first, second] = ["A", "B"].map(|name| Question::Variable { name: name.to_owned() });
    for question in [&second, &first, &second] {
        assert_eq!(recording.ask(question), Answer::Yes);
    }
    assert_eq!(counting.0.get(), 2);

    let facts = recording.into_facts();
    assert_eq!(facts.iter().map(|fact| &fact.question).collect::<Vec<_>>(), [&second, &first]);
    let recorded = Recorded::new(facts);
    assert_eq!(recorded.ask(&first), Answer::Yes);
    let never = recorded.ask(&Question::Variable { name: "C".to_owned() });
    assert!(matches!(never, Answer::Unknown { .. }));
}
