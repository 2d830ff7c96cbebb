//! Which options of programs take a value.

use super::find;

/// Programs, and subcommands where those disagree, with their options.
static OPTIONS: &str = include_str!("options.txt");

/// Whether an option, with its dashes, takes the next word: of a program, by its first subcommand where that makes a
/// difference. None where the table does not say.
pub(crate) fn takes_value(program: &str, subcommand: Option<&str>, option: &str) -> Option<bool> {
    let program = match program {
        "tofu" => "terraform",
        "oc" | "kubecolor" => "kubectl",
        other => other,
    };
    let says = |key: &str| find(find(OPTIONS, '\n', '\t', key)?, ' ', '=', option);
    let nearer = subcommand.and_then(|subcommand| says(&format!("{program} {subcommand}")));
    match nearer.or_else(|| says(program))? {
        "v" => Some(true),
        "f" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        super::super::tests::is_sound(OPTIONS, '\n', '\t');
        for line in OPTIONS.lines() {
            let (_, options) = line.split_once('\t').unwrap();
            super::super::tests::is_sound(options, ' ', '=');
        }
        assert!(OPTIONS.lines().filter(|line| !line.split('\t').next().unwrap().contains(' ')).count() >= 60);
    }

    #[test]
    fn options_of_programs() {
        for (program, subcommand, option, takes) in [
            ("kubectl", None, "--context", Some(true)),
            ("kubectl", None, "-n", Some(true)),
            ("kubectl", Some("logs"), "-f", Some(false)),
            ("kubectl", Some("apply"), "-f", Some(true)),
            ("kubectl", None, "-f", None),
            ("gcloud", None, "--project", Some(true)),
            ("helm", None, "--atomic", Some(false)),
            ("docker", None, "--build-arg", Some(true)),
            ("heroku", None, "--app", Some(true)),
            ("psql", None, "-c", Some(true)),
            ("psql", None, "--nothing", None),
            ("nothing", None, "--context", None),
        ] {
            assert_eq!(takes_value(program, subcommand, option), takes, "{program} {option}");
        }
    }
}
