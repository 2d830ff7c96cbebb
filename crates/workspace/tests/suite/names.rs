//! Names in a directory, by how they end.

use std::fs;

use countersign_model::{Answer, Question};
use countersign_understand::Workspace as _;

use crate::playground::{Playground, utf8};

fn ask(playground: &Playground, directory: &str) -> Answer {
    let directory = utf8(&playground.repository().join(directory));
    playground
        .machine()
        .ask(&Question::Names { directory, endings: vec![".tf".to_owned(), ".tf.json".to_owned()] })
}

#[test]
fn names_that_end_so() {
    let playground = Playground::new();
    let infra = playground.repository().join("infra");
    fs::create_dir_all(infra.join("module.tf")).unwrap();
    for name in ["b.tf", "a.tf.json", "c.tfvars", "tf", ".tf"] {
        fs::write(infra.join(name), "").unwrap();
    }
    let values = [".tf", "a.tf.json", "b.tf", "module.tf"].map(str::to_owned).to_vec();
    assert_eq!(ask(&playground, "infra"), Answer::Values { values });
    assert_eq!(ask(&playground, "nowhere"), Answer::Absent);
    assert_eq!(ask(&playground, "infra/b.tf"), Answer::Absent);
}

#[test]
fn more_names_than_are_listed() {
    let playground = Playground::new();
    for at in 0..300 {
        fs::write(playground.repository().join(format!("{at:03}.tf")), "").unwrap();
    }
    let Answer::Values { values } = ask(&playground, "") else { panic!("they are listed") };
    assert_eq!((values.len(), values.last().map(String::as_str)), (257, Some("*")));
}
