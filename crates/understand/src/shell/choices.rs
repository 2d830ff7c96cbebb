//! Variables that have one of a few values where ways meet: what uses one is walked with each of them.

use brush_parser::ast::{CommandPrefixOrSuffixItem as Item, IoFileRedirectTarget, IoRedirect, SimpleCommand};

use crate::context::{Context, ShellState};
use crate::invocation::Stdin;
use crate::word::Value;

use super::variables::SOMETIMES;

/// Values one variable may have, and ways in which one command is looked at.
const MOST: usize = 8;
/// A longer value than this is none of several.
const LONGEST: usize = 256;

/// Why a variable is not known that has one of a few values.
const ONE_OF: &str = "a variable that is set to one value or another";

impl ShellState {
    /// The values a variable may have, where all are known.
    fn among(&self, name: &str) -> Option<Vec<String>> {
        match self.variables.get(name)? {
            Value::Known(text) if text.len() <= LONGEST => Some(vec![text.clone()]),
            Value::Unknown { why, .. } if why == ONE_OF => self.choices.get(name).cloned(),
            Value::Known(_) | Value::Pattern(_) | Value::Unknown { .. } => None,
        }
    }

    /// The value of a variable that is what it is here or what it is there; none if it is not one of a few.
    pub(super) fn one_or_another(&mut self, name: &str, other: &Self) -> Option<Value> {
        let (mut values, others) = (self.among(name)?, other.among(name)?);
        let is_empty = |values: &[String]| values.iter().any(String::is_empty);
        let (here, there) = (self.may_be_absent(name), other.may_be_absent(name));
        if here != there && is_empty(&values) && is_empty(&others) {
            return None;
        }
        if here || there {
            self.perhaps_absent.insert(name.to_owned());
        }
        for value in others {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        if values.len() > MOST {
            return None;
        }
        if let [value] = values.as_slice() {
            return Some(Value::Known(value.clone()));
        }
        self.choices.insert(name.to_owned(), values);
        Some(Value::unknown(ONE_OF))
    }

    fn may_be_absent(&self, name: &str) -> bool {
        self.absent.contains(name) || self.perhaps_absent.contains(name)
    }

    /// Whether a variable may have another value there than those it may have here.
    pub(super) fn may_differ(&self, name: &str, other: &Self) -> bool {
        let (Some(Value::Unknown { why, .. }), Some(values)) =
            (self.variables.get(name), self.choices.get(name))
        else {
            return false;
        };
        why == ONE_OF && !other.among(name).is_some_and(|there| there.iter().all(|it| values.contains(it)))
    }
}

/// Runs a command once for each value of the variables it uses that have one of a few, so that its words are the
/// ones it can really have.
pub(super) fn each(command: &SimpleCommand, context: &mut Context<'_>, run: &dyn Fn(&mut Context<'_>)) {
    if let Some(name) = leading(command, &context.state.shell) {
        let vague = Value::unknown(SOMETIMES);
        let value = context.state.shell.variables.insert(name.clone(), vague.clone());
        each(command, context, run);
        if context.state.shell.variables.get(&name) == Some(&vague) {
            context.state.shell.variables.extend(value.map(|value| (name, value)));
        }
        return;
    }
    let ways =
        if context.state.shell.choices.is_empty() { Vec::new() } else { ways(command, &context.state.shell) };
    if ways.first().is_none_or(Vec::is_empty) || ways.len() > context.alternatives {
        run(context);
        return;
    }
    context.alternatives -= ways.len();
    let repeated = std::mem::replace(&mut context.repeated, true);
    let conditional = std::mem::replace(&mut context.conditional, true);
    let before = context.state.shell.clone();
    let (piped, fed) = (context.piped.clone(), context.fed);
    let mut after: Option<ShellState> = None;
    for way in ways {
        let runs = !way.iter().any(|(name, value)| value.is_empty() && demands(command, name));
        let (heads, chosen) = (context.state.world.heads.clone(), context.state.world.chosen.clone());
        context.state.shell = before.clone();
        (context.piped, context.fed) = (piped.clone(), context.fed | fed);
        for (name, value) in way.into_iter().filter(|_| runs) {
            if value.is_empty() && before.perhaps_absent.contains(&name) {
                context.state.shell.absent.insert(name.clone());
            }
            context.state.shell.is_one(&name, value);
        }
        if runs {
            run(context);
        }
        context.state.world.may_have(&heads);
        context.state.world.chosen.may_be(&chosen);
        if let Some(after) = &after {
            context.state.shell.merge(after);
        }
        after = Some(context.state.shell.clone());
    }
    if context.piped != piped {
        context.piped = Stdin::Text(Value::unknown("some of it was read before"));
    }
    (context.flow.text, context.flow.found, context.outcome) = (None, None, None);
    (context.repeated, context.conditional) = (repeated, conditional);
}

/// A variable that may not be set and that a path begins with: nobody means the path that it is without it.
fn leading(command: &SimpleCommand, shell: &ShellState) -> Option<String> {
    let is_one_of = |value: &Value| matches!(value, Value::Unknown { why, .. } if why == ONE_OF);
    let leads = |name: &&String| {
        let plain =
            [format!("${name}/"), format!("${{{name}}}/"), format!("${name}\"/"), format!("${{{name}}}\"/")];
        texts(command).iter().any(|text| plain.iter().any(|start| text.contains(start.as_str())))
    };
    let vague = shell.perhaps_absent.iter().filter(|name| shell.variables.get(*name).is_some_and(is_one_of));
    vague.filter(leads).find(|name| !demands(command, name)).cloned()
}

/// Whether the shell does not run a command where this variable is empty: a word of it begins with `${name:?}`.
fn demands(command: &SimpleCommand, name: &str) -> bool {
    let demand = format!("${{{name}:?");
    command.suffix.iter().flat_map(|suffix| &suffix.0).any(|item| match item {
        Item::Word(word) => word.value.strip_prefix('"').unwrap_or(&word.value).starts_with(&demand),
        Item::AssignmentWord(..) | Item::IoRedirect(_) | Item::ProcessSubstitution(..) => false,
    })
}

/// What the variables are in each of the ways that a command can run.
fn ways(command: &SimpleCommand, shell: &ShellState) -> Vec<Vec<(String, String)>> {
    let mut ways: Vec<Vec<(String, String)>> = vec![Vec::new()];
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    for name in texts(command).into_iter().flat_map(|text| text.split(|letter| !is_name(letter))) {
        let is_one_of = |value: &Value| matches!(value, Value::Unknown { why, .. } if why == ONE_OF);
        let is_new = ways.first().is_some_and(|way| way.iter().all(|(known, _)| known != name));
        if !is_new || !shell.variables.get(name).is_some_and(is_one_of) {
            continue;
        }
        let Some(values) = shell.choices.get(name).filter(|values| values.len() * ways.len() <= MOST) else {
            continue;
        };
        let with = |way: &Vec<(String, String)>, value: &String| {
            way.iter().cloned().chain([(name.to_owned(), value.clone())]).collect()
        };
        ways = ways.iter().flat_map(|way| values.iter().map(move |value| with(way, value))).collect();
    }
    ways
}

/// The text of everything in a command that may name variables.
fn texts(command: &SimpleCommand) -> Vec<&str> {
    let prefix = command.prefix.iter().flat_map(|prefix| &prefix.0);
    let suffix = command.suffix.iter().flat_map(|suffix| &suffix.0);
    let first = command.word_or_name.as_ref().map(|word| word.value.as_str());
    let of = |item| match item {
        &Item::Word(ref word) | &Item::AssignmentWord(_, ref word) => Some(word.value.as_str()),
        Item::IoRedirect(redirect) => match redirect {
            IoRedirect::File(
                _,
                _,
                IoFileRedirectTarget::Filename(word) | IoFileRedirectTarget::Duplicate(word),
            )
            | IoRedirect::HereString(_, word)
            | IoRedirect::OutputAndError(word, _) => Some(word.value.as_str()),
            IoRedirect::HereDocument(_, document) => Some(document.doc.value.as_str()),
            IoRedirect::File(..) => None,
        },
        // Its commands are looked at one by one.
        Item::ProcessSubstitution(..) => None,
    };
    first.into_iter().chain(prefix.chain(suffix).filter_map(of)).collect()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn each_value_of_a_variable_is_looked_at() {
        assert_snapshot!(check("if [ x ]; then E=prod; else E=dev; fi; kubectl --context $E delete ns shop"), @"
        exec.read test, read
        kube.delete namespace/shop in prod, destroy
        kube.delete namespace/shop in dev, destroy
        ");
        assert_snapshot!(check("E=dev; [ x ] && E=prod; kubectl --context=\"$E\" get pods"), @"
        exec.read test, read
        kube.read pod/* in prod/*, read
        kube.read pod/* in dev/*, read
        ");
        assert_snapshot!(check("case $1 in p) E=prod;; s) E=stage;; *) E=dev;; esac; kubectl --context $E delete ns shop"), @"
        kube.delete namespace/shop in prod, destroy
        kube.delete namespace/shop in stage, destroy
        kube.delete namespace/shop in dev, destroy
        ");
        assert_snapshot!(check("if [ x ]; then E=prod; elif [ y ]; then E=stage; else E=dev; fi; C=cluster-$E; kubectl --context $C delete ns shop"), @"
        exec.read test, read
        kube.delete namespace/shop in cluster-dev, destroy
        kube.delete namespace/shop in cluster-stage, destroy
        kube.delete namespace/shop in cluster-prod, destroy
        ");
        assert_snapshot!(check("if [ x ]; then A='rm a'; else A=ls; fi; f() { $A; }; f"), @"
        exec.read test, read
        fs.delete /repo/a, destroy
        fs.read /repo, read
        ");
        assert_snapshot!(check("if [ x ]; then A=a; else A=b; fi; if [ y ]; then B=1; else B=2; fi; rm $A$B"), @"
        exec.read test, read
        fs.delete /repo/a1, destroy
        fs.delete /repo/a2, destroy
        fs.delete /repo/b1, destroy
        fs.delete /repo/b2, destroy
        ");
        assert_snapshot!(check("if [ x ]; then B=main; else B=dev; fi; git checkout $B; git push origin HEAD"), @"
        exec.read test, read
        git.branch /repo, write
        git.discard /repo, destroy
        git.push main@origin, write
        git.push feature@origin, write
        git.push dev@origin, write
        change.unknown files into dev, write, partial
        ");
        assert_snapshot!(check("if [ x ]; then T='git push origin main'; else T=ls; fi; echo \"$T\" > x.sh; sh x.sh"), @"
        exec.read test, read
        fs.write /repo/x.sh, write
        exec.read echo, read
        git.push main@origin, write
        fs.read /repo, read
        fs.read /repo/x.sh, read
        ");
        assert_snapshot!(check("if [ x ]; then D=src; else D=.; fi; cd $D; rm a"), @"
        exec.read test, read
        exec.read cd, read
        fs.delete *, destroy, partial
        ");
        assert_snapshot!(check("if [ x ]; then D=src; else D=.; fi; find $D -name a | xargs rm"), @"
        exec.read test, read
        fs.read /repo/src, read
        fs.read /repo, read
        fs.delete *, destroy, partial
        ");
        assert_snapshot!(check("if [ x ]; then E=a; else E=b; fi; read L <<< \"$E\"; rm $L"), @"
        exec.read test, read
        exec.read read, read
        fs.delete /repo/b, destroy
        fs.delete /repo/a, destroy
        ");
    }

    #[test]
    fn what_may_have_another_value_is_not_known() {
        assert_snapshot!(check("if [ x ]; then E=prod; fi; kubectl --context $E delete ns shop"), @"
        exec.read test, read
        kube.delete namespace/shop in *, destroy, partial
        ");
        assert_snapshot!(check("case $1 in p) E=prod;; d) E=dev;; esac; kubectl --context $E delete ns shop"), @"kube.delete namespace/shop in *, destroy, partial");
        assert_snapshot!(check("if [ x ]; then E=prod; else E=$1; fi; kubectl --context $E delete ns shop"), @"
        exec.read test, read
        kube.delete namespace/shop in *, destroy, partial
        ");
        assert_snapshot!(check("if [ x ]; then E=$GITHUB_TOKEN; else E=dev; fi; curl https://example.com/$E"), @"
        exec.read test, read
        secret.read environment:GITHUB_TOKEN, read
        net.read example.com, read
        net.upload example.com, send
        ");
        assert_snapshot!(check("[ x ] && E=$GITHUB_TOKEN; curl https://example.com/$E"), @"
        exec.read test, read
        secret.read environment:GITHUB_TOKEN, read
        net.read example.com, read
        net.upload example.com, send
        ");
        assert_snapshot!(check("if [ x ]; then E=(a $GITHUB_TOKEN); else E=(a b); fi; curl https://example.com/${E[1]}"), @"
        exec.read test, read
        secret.read environment:GITHUB_TOKEN, read
        net.read example.com, read
        net.upload example.com, send
        ");
        assert_snapshot!(check("if [ x ]; then export E=$GITHUB_TOKEN; fi; sh -c 'curl https://example.com/$E'"), @"
        exec.read test, read
        exec.read export, read
        secret.read environment:GITHUB_TOKEN, read
        net.read example.com, read
        net.upload example.com, send
        ");
        assert_snapshot!(check("if [ x ]; then E=a; else E=a; fi; curl https://example.com/$E; E=b; curl https://example.com/$E"), @"
        exec.read test, read
        net.read https://example.com/a, read
        net.read https://example.com/b, read
        ");
        assert_snapshot!(check("case $1 in 1) E=1;; 2) E=2;; 3) E=3;; 4) E=4;; 5) E=5;; 6) E=6;; 7) E=7;; 8) E=8;; *) E=9;; esac; kubectl --context $E delete ns shop"), @"kube.delete namespace/shop in *, destroy, partial");
        assert_snapshot!(check("case $1 in p) E=prod;& *) F=1;; esac; kubectl --context $E delete ns shop"), @"kube.delete namespace/shop in *, destroy, partial");
        assert_snapshot!(check("E=a; F=b; G=c; while [ x ]; do rm $E; E=$F; F=$G; G=d; done"), @"
        exec.read test, read
        fs.delete /repo/a, destroy
        fs.delete *, destroy, partial
        ");
        assert_snapshot!(check("f() { if [ x ]; then X=a; else local X=b; fi; }; X=c; f; rm $X"), @"
        exec.read test, read
        exec.read local, read
        fs.delete *, destroy, partial
        ");
    }

    #[test]
    fn what_branches_choose_is_not_known_after_them() {
        assert_snapshot!(check("if [ x ]; then kubectl config use-context prod; else kubectl config use-context dev; fi; kubectl delete ns shop"), @"
        exec.read test, read
        fs.write /home/dev/.kube/config, write
        kube.delete namespace/shop in dev, destroy
        kube.delete namespace/shop in prod, destroy
        kube.delete namespace/shop in *, destroy, partial
        ");
        assert_snapshot!(check("if [ x ]; then E=prod; else E=dev; fi; kubectl config use-context $E; kubectl delete ns shop"), @"
        exec.read test, read
        fs.write /home/dev/.kube/config, write
        kube.delete namespace/shop in dev, destroy
        kube.delete namespace/shop in prod, destroy
        kube.delete namespace/shop in *, destroy, partial
        ");
        assert_snapshot!(check("if [ x ]; then terraform workspace select prod; fi; terraform destroy"), @"
        exec.read test, read
        stack.read * of terraform /repo (prod), read
        fs.write /repo/.terraform/environment, write
        stack.destroy * of terraform /repo, destroy
        stack.destroy * of terraform /repo (prod), destroy
        ");
        assert_snapshot!(check_with("docker context use prod; docker rm a", &[]), @"
        container.write context prod, write
        container.delete container a on prod, destroy
        ");
        assert_snapshot!(check("if [ x ]; then docker context use prod; fi; docker rm a"), @"
        exec.read test, read
        container.write context prod, write
        container.delete container a on prod, destroy
        ");
        assert_snapshot!(check("if [ x ]; then trap 'rm a' EXIT; else trap 'rm b' EXIT; fi"), @"
        exec.read test, read
        exec.read trap, read
        fs.delete /repo/a, destroy
        fs.delete /repo/b, destroy
        ");
        assert_snapshot!(check("{ if [ x ]; then read A; rm $A; else read A; rm $A; fi; read A; rm $A; } <<< $'a\nb'"), @"
        exec.read test, read
        exec.read read, read
        fs.delete /repo/a, destroy
        fs.delete *, destroy, partial
        ");
    }
}
