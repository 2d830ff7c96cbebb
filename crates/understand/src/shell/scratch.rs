//! Variables for a place of `mktemp`'s that a list of commands sets in the end: `make && T=$(mktemp -d)`. Where it does
//! not come to that, such a variable is not set.

use brush_parser::ast::{AndOr, AndOrList, AssignmentName, Command, CommandPrefixOrSuffixItem as Item};
use countersign_model::{Answer, Question};

use crate::Workspace as _;
use crate::context::{Context, ShellState};
use crate::word::Value;
use crate::{environment, paths};

/// Variables that some shell sets by itself.
const OF_SHELLS: &[&str] = &[
    "path",
    "cdpath",
    "fpath",
    "argv",
    "status",
    "home",
    "cwd",
    "commands",
    "options",
    "functions",
    "aliases",
];

/// Takes note that the variables which a list sets to a place of `mktemp`'s are not set before.
pub(super) fn begins_unset(list: &AndOrList, context: &mut Context<'_>) -> Unset {
    let mut unset = Unset(Vec::new());
    for next in &list.additional {
        let (AndOr::And(pipeline) | AndOr::Or(pipeline)) = next;
        let [Command::Simple(simple)] = pipeline.seq.as_slice() else { continue };
        if simple.word_or_name.is_some() {
            continue;
        }
        for item in simple.prefix.iter().flat_map(|prefix| &prefix.0) {
            let Item::AssignmentWord(assignment, word) = item else { continue };
            let AssignmentName::VariableName(name) = &assignment.name else { continue };
            let value = word.value.strip_prefix(name.as_str()).and_then(|rest| rest.strip_prefix('='));
            let is_made = value.is_some_and(|value| {
                ["$(mktemp", "\"$(mktemp", "`mktemp"].iter().any(|start| value.starts_with(start))
            });
            if is_made && is_unset(name, context) {
                let shell = &mut context.state.shell;
                shell.variables.insert(name.clone(), Value::Known(String::new()));
                shell.absent.insert(name.clone());
                unset.0.push(name.clone());
            }
        }
    }
    unset
}

/// Variables that are not set where a list begins.
pub(super) struct Unset(Vec<String>);

impl Unset {
    /// What they are now; none of those that are not set.
    pub(super) fn values(&self, context: &Context<'_>) -> Vec<Option<Value>> {
        let shell = &context.state.shell;
        self.0
            .iter()
            .map(|name| shell.variables.get(name).filter(|_| !shell.absent.contains(name)).cloned())
            .collect()
    }

    /// Takes what is not known where the list begins for that, where a part of the list sets one of them otherwise than
    /// once: the list may end after each of its parts.
    pub(super) fn forgets_changed(
        &self,
        before: &[Option<Value>],
        first: &mut ShellState,
        context: &Context<'_>,
    ) {
        let made = context.surroundings.temporary.first().map_or("/tmp", String::as_str);
        for ((name, before), after) in self.0.iter().zip(before).zip(self.values(context)) {
            let is_made = before.is_none()
                && after.as_ref().and_then(Value::known).is_some_and(|path| paths::is_within(path, made));
            if *before != after && !is_made || context.state.shell.poisoned.is_some() {
                first.absent.remove(name);
                first.variables.remove(name);
            }
        }
    }
}

/// Whether nothing has set a variable, here or where the agent was started.
fn is_unset(name: &str, context: &Context<'_>) -> bool {
    let shell = &context.state.shell;
    let is_sure = shell.poisoned.is_none()
        && shell.exports_unsure.is_none()
        && !shell.distrusted
        && !shell.leaving
        && !shell.odd.contains(name);
    let is_set = shell.variables.contains_key(name)
        || shell.arrays.contains_key(name)
        || shell.environment.iter().any(|(known, _)| known == name)
        || shell.locals.iter().flatten().any(|local| local.name == name);
    let is_own = OF_SHELLS.contains(&name)
        || environment::matters(name)
        || name.starts_with('_')
        || name.starts_with("BASH");
    is_sure
        && !is_set
        && !is_own
        && context.workspace.ask(&Question::Variable { name: name.to_owned() }) == Answer::No
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_with;

    const UNSET: &[(&str, &str)] = &[("unset", "T"), ("unset", "F")];

    #[test]
    fn a_place_that_may_not_have_been_made() {
        for command in [
            "go build ./... && T=$(mktemp -d) && ls; rm -rf \"$T\"",
            "cd src && T=$(mktemp -d); rm -rf \"$T\"",
            "make && T=$(mktemp -d) && cp src/a.rs \"$T\"; rm -rf \"${T:?}\"",
            "make && T=\"$(mktemp -d)\"; rm -rf $T",
            "make && F=$(mktemp); rm -f $F",
            "make && T=`mktemp -d`; rm -rf \"$T\"",
            "make && T=$(mktemp -d); rm -rf \"${T:?}/\"*",
            "make && T=$(mktemp -d); rm -rf \"${T:?unset}\"; ls \"$T\"",
            "make && T=$(mktemp -d) && make || exit 1; rm -rf \"$T\"",
            "make && T=$(mktemp -d); if ls \"$T\"; then rm -rf \"$T\"; fi",
        ] {
            let found = check_with(command, UNSET);
            assert!(
                found.contains("fs.delete /tmp/mktemp") && found.matches("fs.delete").count() == 1,
                "{command}: {found}"
            );
        }
    }

    #[test]
    fn an_empty_variable_before_more_is_the_root() {
        for (command, path) in [
            ("make && T=$(mktemp -d); rm -rf \"$T\"/", "/,"),
            ("make && T=$(mktemp -d); rm -rf $T/*", "/*"),
            ("make && T=$(mktemp -d); rm -rf \"$T\"/src", "/src"),
            ("make && T=$(mktemp -d); rm -rf ${T:-src}", "/repo/src"),
            ("make && T=$(mktemp -d); rm -rf ${T-/}", "/,"),
            ("make && T=$(mktemp -d); rm -rf src/$T", "/repo/src"),
            ("make && T=$(mktemp -d); rm -rf \"$T\"/ '${T:?}'", "/,"),
            ("make && T=$(mktemp -d); rm -rf \"$T\"/ $(echo ${T:?})", "/,"),
            ("make && T=$(mktemp -d); rm -rf ${T:=src}", ""),
            ("make && T=$(mktemp -d); rm -rf ${T+src}", "/repo/src"),
            ("make && T=$(mktemp -d); (rm -rf \"${T:?}\"); rm -rf \"$T\"/", "/,"),
            ("make && T=$(mktemp -d); echo \"${T:?}\"\nrm -rf \"$T\"/", "/,"),
            ("make && T=$(mktemp -d); x || T=src; rm -rf \"$T\"", "/repo/src"),
            ("make && T=$(mktemp -d); x || T=; rm -rf ${T-src}", "*"),
        ] {
            let found = check_with(command, UNSET);
            assert!(
                found.contains(&format!("fs.delete {path}")) || found.contains("fs.delete *"),
                "{command}: {found}"
            );
        }
        for command in ["make && T=$(mktemp -d); rm -rf \"$T\"/*", "make && T=$(mktemp -d); rm -rf ${T}/x"] {
            let found = check_with(command, UNSET);
            assert!(found.contains("fs.delete *") && !found.contains("tamper"), "{command}: {found}");
        }
    }

    #[test]
    fn a_variable_that_may_be_set_before() {
        for command in [
            "make && S=$(mktemp -d); rm -rf \"$S\"",
            "source x; make && T=$(mktemp -d); rm -rf \"$T\"",
            "read T; make && T=$(mktemp -d); rm -rf \"$T\"",
            "export $(cat x); make && T=$(mktemp -d); rm -rf \"$T\"",
            "make && T=$(pick); rm -rf \"$T\"",
            "make && read T && T=$(mktemp -d); rm -rf \"$T\"",
            "T=$1; make && T=$(mktemp -d); rm -rf \"$T\"",
            "eval \"$X\"; make && T=$(mktemp -d); rm -rf \"$T\"",
            "make && . ./x && T=$(mktemp -d); rm -rf \"$T\"",
            "declare -n T=X; make && T=$(mktemp -d); rm -rf \"$T\"",
            "make && T=src && x && T=$(mktemp -d); rm -rf \"$T\"",
            "make && T=$(mktemp -d) && T=src && x && T=docs; rm -rf \"$T\"",
            "make && T=$(mktemp -d) && T=src && x && T=$(mktemp -d); rm -rf \"$T\"",
            "make && eval \"$X\" && T=$(mktemp -d); rm -rf \"$T\"",
            "f() { T=src; x; }; make && f && T=$(mktemp -d); rm -rf \"$T\"",
            "make && export T=src && x && T=$(mktemp -d); rm -rf \"$T\"",
        ] {
            let found = check_with(command, UNSET);
            assert!(found.contains("fs.delete *"), "{command}: {found}");
        }
        let found = check_with("T=src; make && T=$(mktemp -d); rm -rf \"$T\"", UNSET);
        assert!(found.contains("fs.delete /repo/src") && found.contains("fs.delete /tmp/mktemp"), "{found}");
    }
}
