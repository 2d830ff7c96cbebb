//! What is understood, as the pages of `docs/commands/`: each family, and in [`topics`] what is no program, with
//! examples and what understanding says of them.

mod topics;

use countersign_model::{Declared, Effect};
use serde_json::{Value, json};

use crate::fixture::{Fixture, call, surroundings};
use crate::{Surroundings, families, understand};

/// What there is to say of programs, or of another kind of calls.
#[derive(Clone, Debug)]
pub struct Page {
    /// Its name; for a family the name of its file.
    pub name: &'static str,
    /// The programs it is about; none for a page that is about no programs.
    pub programs: Vec<&'static str>,
    /// What is understood and what is not, in Markdown.
    pub about: &'static str,
    /// Hits and near misses.
    pub examples: Vec<Example>,
}

/// A call, and what it would do.
#[derive(Clone, Debug)]
pub struct Example {
    /// The command, or the tool and its input.
    pub call: String,
    /// What understanding says of it.
    pub effects: Vec<Effect>,
}

/// The files of the repository that the examples run in, by absolute path, with their texts.
pub const FILES: &[(&str, &str)] = &[
    ("/repo/Makefile", "deploy:\n\tgit push origin HEAD:main\n"),
    (
        "/repo/package.json",
        r#"{"name": "shop", "version": "1.2.0", "scripts": {"test": "jest", "clean": "rm -rf dist", "deploy": "git push origin HEAD:main"}}"#,
    ),
    ("/repo/deploy.sh", "set -e\nkubectl --context production apply -f k8s/web.yaml\n"),
    (
        "/repo/tools/release.py",
        "import subprocess\nsubprocess.run([\"git\", \"push\", \"origin\", \"main\"])\n",
    ),
    ("/repo/k8s/web.yaml", "kind: Deployment\nmetadata:\n  name: web\n  namespace: shop\n"),
    ("/repo/schema.sql", "CREATE TABLE a (id int);\nDROP TABLE b;\n"),
    ("/repo/infra/.terraform/environment", "production\n"),
    ("/repo/mise.toml", "[tasks.deploy]\nrun = \"git push origin HEAD:main\"\n"),
    ("/repo/fly.toml", "app = \"shop\"\n"),
    (
        "/repo/manage.py",
        "import sys\nfrom django.core.management import execute_from_command_line\nexecute_from_command_line(sys.argv)\n",
    ),
    ("/repo/alembic.ini", "[alembic]\nsqlalchemy.url = postgresql://db.staging.example/shop\n"),
    (
        "/home/dev/.kube/config",
        "contexts:\n- context:\n    cluster: a\n    namespace: web\n  name: staging\n- context:\n    cluster: b\n  name: production\ncurrent-context: staging\n",
    ),
];

/// All pages, in the order families are looked up, then those that are about no programs.
pub fn catalogue() -> Vec<Page> {
    let mut seen = Vec::new();
    let mut pages = Vec::new();
    for (name, family) in families::all() {
        let mut programs = Vec::new();
        for program in family.programs {
            // The first family that has a name understands it.
            if !seen.contains(program) {
                seen.push(program);
                programs.push(*program);
            }
        }
        let examples =
            family.examples.iter().map(|command| example("Bash", command, FILES, Vec::new())).collect();
        pages.push(Page { name, programs, about: family.about, examples });
    }
    for topic in topics::TOPICS {
        let mut settings = FILES.to_vec();
        settings.extend(topic.changed.map(|changed| ("changed", changed)));
        let examples = topic
            .examples
            .iter()
            .map(|(tool, input)| {
                example(
                    tool,
                    input,
                    &settings,
                    topic.declared.map(|declared| declared()).into_iter().collect(),
                )
            })
            .collect();
        pages.push(Page { name: topic.name, programs: Vec::new(), about: topic.about, examples });
    }
    pages
}

/// A call of a tool with an input in JSON, or with the text of a command.
fn example(tool: &str, input: &str, settings: &[(&str, &str)], programs: Vec<Declared>) -> Example {
    let (call_text, json) = match serde_json::from_str::<Value>(input) {
        Ok(json @ Value::Object(_)) => (format!("{tool} {input}"), json),
        Ok(_) | Err(_) => (input.to_owned(), json!({ "command": input })),
    };
    let surroundings = Surroundings { programs, ..surroundings() };
    let effects = understand(&call(tool, json), &surroundings, &Fixture(settings)).effects;
    Example { call: call_text, effects }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_says_what_it_is_about_and_shows_it() {
        for page in catalogue() {
            assert!(page.about.ends_with('.'), "{}", page.name);
            assert!((5..=20).contains(&page.examples.len()), "{}: {}", page.name, page.examples.len());
            assert!(page.examples.iter().all(|example| !example.effects.is_empty()), "{}", page.name);
        }
    }

    #[test]
    fn every_page_of_a_family_shows_something_harmless() {
        let misses = |page: &Page| {
            page.examples.iter().any(|example| {
                example.effects.iter().all(|effect| effect.access == countersign_model::Access::Read)
            })
        };
        let without: Vec<_> =
            catalogue().into_iter().filter(|page| !misses(page)).map(|page| page.name).collect();
        assert!(without.is_empty(), "{without:?}");
    }

    #[test]
    fn a_program_has_one_family() {
        let mut seen = Vec::new();
        let mut twice = Vec::new();
        for program in families::all().flat_map(|(_, family)| family.programs) {
            if seen.contains(&program) { twice.push(*program) } else { seen.push(program) }
        }
        // The first family understands these; whoever adds another may take a program from the one that knows it.
        assert_eq!(twice, ["supabase", "chroot", "nsenter", "goose"]);
    }
}
