//! Plans that are kept in a file: what they were made for counts when they are applied, not what is chosen by then.

use super::place::Spot;
use crate::context::Context;
use crate::families::accounts::Accounts;
use crate::families::subcommands::Subcommand;
use crate::paths;
use crate::word::Value;

/// The name under which is kept what a plan was made for, by its file.
const PLAN: &str = "terraform plan";

const MADE_BEFORE: &str = "it applies a plan made before, which may also destroy";
const NOT_KNOWN: &str = "it applies a plan made before, and what for is not known from here";

/// What a plan was made for.
struct Made<'t> {
    directory: &'t str,
    workspace: &'t str,
    accounts: &'t str,
    destroys: bool,
}

impl<'t> Made<'t> {
    fn of(text: &'t str) -> Option<Self> {
        let mut lines = text.split('\n');
        let mut next = || lines.next();
        Some(Self { directory: next()?, workspace: next()?, accounts: next()?, destroys: next()? == "destroys" })
    }

    fn text(&self) -> String {
        let destroys = if self.destroys { "destroys" } else { "" };
        [self.directory, self.workspace, self.accounts, destroys].join("\n")
    }
}

/// Takes note of what a plan that is kept was made for; of several places it may be, all of their names count.
pub(super) fn keeps(found: &Subcommand<'_>, spots: &[Spot], accounts: &Accounts, context: &mut Context<'_>) {
    let file = found.value(&["-out", "--out"]).filter(|_| found.name == "plan");
    let (Some(file), Some(spot)) = (file, spots.first()) else { return };
    let names: Vec<&str> = spots.iter().filter_map(|spot| spot.workspace.as_deref()).collect();
    let (workspace, accounts) = (names.join(" "), accounts.names_in_one());
    let destroys = found.has(&["-destroy", "--destroy"]);
    let made = Made { directory: &spot.directory, workspace: &workspace, accounts: &accounts, destroys };
    let is_known = !spot.directory.contains(['*', '\n']) && !workspace.contains('\n') && !accounts.contains('\n');
    let made = if is_known { made.text() } else { "*".to_owned() };
    context.chooses(PLAN, &path(&spot.within(file), context), &made);
}

/// What the plan was made for that is applied; none where no plan is.
pub(super) fn applied(
    found: &Subcommand<'_>,
    spots: &[Spot],
    accounts: &mut Accounts,
    context: &Context<'_>,
) -> Option<Vec<Spot>> {
    let here = spots.first().filter(|_| found.name == "apply" && !found.operands.is_empty())?;
    let files = found.operands.iter().map(|word| path(&here.within(&word.value), context));
    let mut applied = Vec::new();
    for made in files.flat_map(|file| context.chosen(PLAN, &file)) {
        let Some(made) = made.as_deref().and_then(Made::of) else {
            // What is chosen by now may still be what it was made for.
            applied.extend(spots.iter().map(|spot| {
                let before = spot.workspace.as_ref().map_or_else(String::new, |name| format!("{name} "));
                let because = Some(NOT_KNOWN.to_owned());
                Spot { workspace: Some(format!("{before}*")), because, ..spot.clone() }
            }));
            continue;
        };
        accounts.told(made.accounts);
        applied.push(Spot {
            directory: made.directory.to_owned(),
            workspace: Some(made.workspace.to_owned()).filter(|names| !names.is_empty()),
            because: Some(MADE_BEFORE.to_owned()),
            destroys: made.destroys,
            ..here.clone()
        });
    }
    Some(applied)
}

/// The path of a plan; `*` where that is not known.
fn path(file: &Value, context: &Context<'_>) -> String {
    let located = paths::locate(file, context);
    if located.why.is_none() { located.path } else { "*".to_owned() }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    fn applies(command: &str) -> String {
        let found = check(command);
        let lines: Vec<&str> = found.lines().filter(|line| !line.starts_with("fs.")).collect();
        lines.join("\n")
    }

    #[test]
    fn a_plan_is_applied_to_what_it_was_made_for() {
        assert_snapshot!(applies("terraform plan -var-file=prod.tfvars -out=p && terraform apply p"), @"
        stack.read * of terraform /repo (prod.tfvars), read
        stack.apply * of terraform /repo (prod.tfvars), write
        ");
        assert_snapshot!(applies("TF_WORKSPACE=live terraform plan -out p && TF_WORKSPACE=dev terraform apply p"), @"
        stack.read * of terraform /repo (live), read
        stack.apply * of terraform /repo (live), write
        ");
        assert_snapshot!(applies("terraform workspace select live && terraform plan -out p && terraform workspace select dev && terraform apply p"), @"
        stack.read * of terraform /repo (live), read
        stack.read * of terraform /repo (dev), read
        stack.apply * of terraform /repo (live), write
        ");
        assert_snapshot!(applies("terraform -chdir=infra/live plan -destroy -out=/tmp/p && terraform -chdir=infra/dev apply /tmp/p"), @"
        stack.read * of terraform /repo/infra/live, read
        stack.destroy * of terraform /repo/infra/live, destroy
        ");
        assert_snapshot!(applies("AWS_PROFILE=live tofu plan -out=p && tofu apply p"), @"
        stack.read * of tofu /repo, read
        stack.apply * of tofu /repo, write
        stack.apply * of tofu /repo (aws:live), write
        ");
    }

    #[test]
    fn of_another_plan_nothing_is_known() {
        assert_snapshot!(applies("terraform apply p"), @"stack.apply * of terraform /repo (*), write");
        assert_snapshot!(check_with("terraform apply p", &[("TF_WORKSPACE", "dev")]), @"
        fs.read /repo/p, read
        stack.apply * of terraform /repo (dev *), write
        ");
        for command in [
            "TF_WORKSPACE=dev terraform plan -out=p; terraform apply p",
            "TF_WORKSPACE=dev terraform plan -out=p && cp q p && terraform apply p",
            "TF_WORKSPACE=dev terraform plan -out=p && terraform apply q",
            "TF_WORKSPACE=dev terraform plan -out=p && terraform apply $P",
        ] {
            assert!(check(command).contains("(*)"), "{command}: {}", check(command));
        }
    }

    #[test]
    fn near_misses() {
        for command in [
            "TF_WORKSPACE=dev terraform plan -out=p && TF_WORKSPACE=dev terraform apply p",
            "TF_WORKSPACE=dev terraform plan -out=p && TF_WORKSPACE=dev terraform apply -auto-approve",
            "terraform show p",
        ] {
            assert!(!check(command).contains('*') || !check(command).contains("*)"), "{command}: {}", check(command));
        }
    }
}
