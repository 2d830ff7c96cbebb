//! Functions: what they do is done where they are called, with the arguments, the directory and the variables of
//! the call. One that is never called does nothing.

use std::collections::BTreeSet;
use std::rc::Rc;

use brush_parser::ast::{CompoundCommand, FunctionDefinition};
use countersign_model::{Effect, Resource, verbs};

use crate::context::{Context, Local, ShellState};
use crate::invocation::Stdin;
use crate::word::{Value, Word};

use super::variables::is_short;
use super::{Place, Text, Walker, subscripts};

/// Bodies one name may have where ways meet.
const MOST_BODIES: usize = 8;

/// Functions that shells call by themselves.
const CALLED_BY_THE_SHELL: &[&str] = &[
    "command_not_found_handle",
    "command_not_found_handler",
    "precmd",
    "preexec",
    "chpwd",
    "periodic",
    "zshexit",
    "zshaddhistory",
];

/// A function by the bodies it may have.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    bodies: Vec<Rc<Body>>,
    /// Whether the name surely stands for it, and not for a program.
    pub certain: bool,
    /// Whether shells that are started have it too.
    pub exported: bool,
}

#[derive(Debug)]
struct Body {
    definition: FunctionDefinition,
    text: Rc<Text>,
}

/// A function that is being looked at.
#[derive(Clone, Debug)]
pub(crate) struct Calling {
    name: String,
    /// Whether it was called again, by itself or by what it calls, before `IFS` was ever set.
    again: bool,
}

impl Function {
    /// What it may do.
    pub(super) fn bodies(&self) -> impl Iterator<Item = &CompoundCommand> {
        self.bodies.iter().map(|body| &body.definition.body.0)
    }

    fn is(&self, other: &Self) -> bool {
        self.bodies.len() == other.bodies.len()
            && self.bodies.iter().zip(&other.bodies).all(|(left, right)| Rc::ptr_eq(left, right))
    }

    /// May be the other as well.
    fn or(&mut self, other: &Self) {
        self.certain &= other.certain && self.is(other);
        self.exported |= other.exported;
        for body in &other.bodies {
            if !self.bodies.iter().any(|known| Rc::ptr_eq(known, body)) {
                self.bodies.push(Rc::clone(body));
            }
        }
    }
}

impl ShellState {
    /// What a name stands for where the way that led to `self` and the one that led to `other` meet.
    pub(super) fn merge_functions(&mut self, other: &Self) {
        for (name, function) in &mut self.functions {
            match other.functions.get(name) {
                Some(known) => function.or(known),
                None => function.certain = false,
            }
        }
        for (name, function) in &other.functions {
            if !self.functions.contains_key(name) {
                self.functions.insert(name.clone(), Function { certain: false, ..function.clone() });
            }
        }
    }

    /// Keeps what a variable is until the function ends.
    pub fn makes_local(&mut self, name: &str) {
        let (value, elements) = (self.variables.get(name).cloned(), self.arrays.get(name).cloned());
        let absent = self.absent.contains(name);
        if let Some(locals) =
            self.locals.last_mut().filter(|locals| !locals.iter().any(|local| local.name == name))
        {
            locals.push(Local { name: name.to_owned(), value, absent, elements });
        }
    }

    /// What is left of what functions made their own where ways meet: it is not known what any of it was before that
    /// only one of them did.
    pub(super) fn merge_locals(&mut self, other: &Self) {
        let (Some(own), Some(others)) = (self.locals.last_mut(), other.locals.last()) else { return };
        let names = |locals: &[Local]| locals.iter().map(|local| local.name.clone()).collect::<BTreeSet<_>>();
        let (here, there) = (names(own), names(others));
        let unsure = |name: &str| Local {
            name: name.to_owned(),
            value: Some(Value::unknown("a variable of an outer function")),
            absent: false,
            elements: None,
        };
        for local in own.iter_mut().filter(|local| !there.contains(&local.name)) {
            *local = unsure(&local.name);
        }
        own.extend(there.difference(&here).map(|name| unsure(name)));
    }

    fn ends_function(&mut self) {
        for local in self.locals.pop().into_iter().flatten().rev() {
            self.arrays.remove(&local.name);
            self.absent.remove(&local.name);
            if local.absent && !self.distrusted {
                self.absent.insert(local.name.clone());
            }
            match local.value {
                _ if self.distrusted => {}
                Some(value) => {
                    self.variables.insert(local.name.clone(), value);
                }
                None => {
                    self.variables.remove(&local.name);
                }
            }
            if let Some(elements) = local.elements.filter(|_| !self.distrusted) {
                self.arrays.insert(local.name, elements);
            }
        }
    }
}

/// Remembers a function.
pub(super) fn define(walker: &Walker, definition: &FunctionDefinition, context: &mut Context<'_>) {
    let name = definition.fname.value.clone();
    if context.state.shell.watched.contains(&name) {
        context.state.shell.distrust("a trap may change it");
    }
    let body = Body { definition: definition.clone(), text: Rc::clone(&walker.source) };
    let mut function = Function { bodies: vec![Rc::new(body)], certain: true, exported: false };
    let shell = &mut context.state.shell;
    if let Some(known) = shell.functions.get(&name) {
        function.exported |= known.exported;
        // It may be read-only, or this definition may not be reached.
        if shell.leaving || shell.skipped || shell.odd.contains(&name) {
            function.or(known);
        }
    }
    function.certain &= !(shell.leaving || shell.skipped);
    if function.bodies.len() > MOST_BODIES || shell.functions.len() > 256 {
        context.opaque(&name, "there are too many functions to follow");
        return;
    }
    shell.functions.insert(name.clone(), function.clone());
    if CALLED_BY_THE_SHELL.contains(&name.as_str()) || name.starts_with("TRAP") {
        walker.perhaps(context, |_, context| {
            call(&name, &function, None, Stdin::Inherited, context);
        });
    }
}

/// Defines the functions that variables give to a shell: `BASH_FUNC_f%%=() { ..; }`.
pub(super) fn inherited(environment: &[(String, Value)], context: &mut Context<'_>) {
    for (variable, value) in environment {
        let name = variable.strip_prefix("BASH_FUNC_").and_then(|name| name.strip_suffix("%%"));
        let text = value.known().filter(|text| text.starts_with("() {"));
        if let (Some(name), Some(text)) = (name, text) {
            super::run(&format!("{name} {text}"), Place::Within(context.here), context);
            let function = context.state.shell.functions.get_mut(name);
            function.into_iter().for_each(|function| function.exported = true);
        }
    }
}

/// Adds what a call of a function does; `words` are its arguments, if they are known.
pub(super) fn call(
    name: &str,
    function: &Function,
    words: Option<&[Word]>,
    stdin: Stdin,
    context: &mut Context<'_>,
) {
    let times = context.calling.iter().filter(|calling| calling.name == name).count();
    if times > 0 && context.beside && !context.conditional {
        let resource = Resource::Program { name: name.to_owned() };
        let why = "a function that starts itself beside itself without end";
        context.push(Effect::new(verbs::EXEC_SYSTEM, resource).because(why));
        return;
    }
    // What the second call does with nothing known is what every later one may do.
    if times > 1 || !context.counts_command() || !context.enters() {
        return;
    }
    for word in words.unwrap_or_default() {
        subscripts::value(&word.value, context);
    }
    if let Stdin::Text(value) = &context.piped.clone() {
        subscripts::value(value, context);
    }
    let (conditional, repeated) = (context.conditional, context.repeated);
    context.conditional &= !context.calling.is_empty();
    context.repeated = true;
    let opened = std::mem::take(&mut context.opened);
    let shell = &mut context.state.shell;
    let leaving = std::mem::take(&mut shell.leaving);
    let left = std::mem::take(&mut shell.left);
    let outer = std::mem::replace(&mut shell.parameters, words.and_then(parameters));
    let given = super::variables::tainted(words.into_iter().flatten().map(|word| &word.value));
    let outer_given = std::mem::replace(&mut shell.given, given);
    let options = shell.enters_options();
    shell.locals.push(Vec::new());
    if times == 1 {
        let why = "a function that calls itself";
        shell.forget_all(why);
        shell.directory = Err(why.to_owned());
        let is_set = shell.separators_set;
        let cycle = context.calling.iter_mut().skip_while(|calling| calling.name != name);
        cycle.for_each(|calling| calling.again |= !is_set);
    }
    let before = context.state.shell.clone();
    let again = bodies(name, function, &stdin, context);
    if again && context.state.shell.separators_set && !before.separators_set {
        // A call of itself may have found it set by the one before.
        context.state.shell = before;
        (context.state.shell.separators_set, context.state.shell.separators_unsure) = (true, true);
        bodies(name, function, &stdin, context);
    }
    let shell = &mut context.state.shell;
    shell.ends_function();
    shell.leaves_options(options);
    shell.parameters = outer;
    shell.given = outer_given;
    shell.leaving = leaving;
    shell.left = left;
    (context.conditional, context.repeated, context.opened) = (conditional, repeated, opened);
    context.leaves();
}

/// Walks what a function does; whether it was called again before `IFS` was ever set.
fn bodies(name: &str, function: &Function, stdin: &Stdin, context: &mut Context<'_>) -> bool {
    context.calling.push(Calling { name: name.to_owned(), again: false });
    let before = context.state.shell.clone();
    for (index, body) in function.bodies.iter().enumerate() {
        let earlier = (index > 0).then(|| std::mem::replace(&mut context.state.shell, before.clone()));
        let walker = Walker { source: Rc::clone(&body.text) };
        let stdin = walker.redirects_of(body.definition.body.1.as_ref(), stdin.clone(), context);
        walker.compound(&body.definition.body.0, &stdin, context);
        if let Some(earlier) = earlier {
            context.state.shell.merge(&earlier);
        }
    }
    context.calling.pop().is_some_and(|calling| calling.again)
}

/// The positional parameters that these words become; none where one can be several words.
pub(crate) fn parameters(words: &[Word]) -> Option<Vec<Value>> {
    let one = |word: &Word| match &word.value {
        Value::Known(_) => true,
        Value::Pattern(_) => false,
        Value::Unknown { .. } => {
            let raw = word.raw.as_str();
            raw.len() > 1 && raw.starts_with('"') && raw.ends_with('"') && !raw.contains(['@', '*', '`', '('])
        }
    };
    // Each `set -- "$@" "$@"` has twice as many.
    if !is_short(words.iter().map(|word| word.value.text())) {
        return None;
    }
    let values = words.iter().map(|word| one(word).then(|| word.value.clone()));
    values.collect()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn parameters_that_double_are_not_kept_for_ever() {
        for again in [
            "set -- \"$@\" \"$@\"; ",
            "set -- $@ $@; ",
            "set -- \"${@:1}\" \"$@\"; ",
            "a=(\"$@\" \"$@\"); set -- \"${a[@]}\" \"${a[@]}\"; ",
            "set -- \"$*$*\"; ",
            "set -- \"$1$1\"; ",
            "a=(\"${a[0]}${a[0]}\"); ",
            "a[0]=\"${a[0]}${a[0]}\"; ",
        ] {
            let found = check(&format!("set -- a b; a=(a b); {}git push origin main", again.repeat(30)));
            assert!(found.contains("git.push main@origin"), "{again}: {found}");
        }
        let found = check(&format!(
            "f() {{ set -- \"$@\" \"$@\"; {}git push origin \"$1\"; }}; f main",
            "set -- \"$@\" \"$@\"; ".repeat(30)
        ));
        assert!(found.contains("*@origin"), "{found}");
    }

    #[test]
    fn functions_do_what_they_do_where_they_are_called() {
        assert_snapshot!(check("f() { git push origin \"$1\"; }; f main; f dev"), @"
        git.push main@origin, write
        git.push dev@origin, write
        ");
        assert_snapshot!(check("f() { rm a; }; cd src; f"), @"
        exec.read cd, read
        fs.delete /repo/src/a, destroy
        ");
        assert_snapshot!(check("f() { git push origin main; }; echo f"), @"exec.read echo, read");
        assert_snapshot!(check("f() { local B=main; git push origin $B; }; B=dev; f; git push fork $B"), @"
        exec.read local, read
        git.push main@origin, write
        git.push dev@fork, write
        ");
        assert_snapshot!(check("f() { B=main; return; B=dev; }; f; git push origin $B"), @"
        exec.read return, read
        git.force-push *@origin, destroy, partial
        ");
        assert_snapshot!(check("f() { \"$@\"; }; f git push origin main"), @"git.push main@origin, write");
        assert_snapshot!(check("f() { shift; git push origin $1; }; f main dev"), @"
        exec.read shift, read
        git.push dev@origin, write
        ");
    }

    #[test]
    fn a_function_may_be_called_like_a_program() {
        assert_snapshot!(check("git() { echo no; }; git push origin main"), @"exec.read echo, read");
        assert_snapshot!(check("git() { echo no; }; command git push origin main"), @"git.push main@origin, write");
        assert_snapshot!(check("git() { echo no; }; bash -c 'git push origin main'"), @"git.push main@origin, write");
        assert_snapshot!(check("if x; then git() { :; }; fi; git push origin main"), @"
        exec.opaque x, execute, opaque
        exec.read :, read
        git.push main@origin, write
        ");
        assert_snapshot!(check("git() { command git \"$@\" --force; }; git push origin main"), @"git.force-push main@origin, destroy");
        assert_snapshot!(check("f() { git push origin main; }; export -f f; bash -c f"), @"
        exec.read export, read
        git.push main@origin, write
        ");
    }

    #[test]
    fn functions_that_variables_give() {
        assert_snapshot!(check("env 'BASH_FUNC_ls%%=() { git push origin main; }' bash -c 'ls src'"), @"
        exec.opaque BASH_FUNC_ls%%=.., execute, opaque
        git.push main@origin, write
        ");
        assert_snapshot!(check("env 'BASH_FUNC_ls%%=() { git push origin main; }' bash -c \"bash -c 'ls src'\""), @"
        exec.opaque BASH_FUNC_ls%%=.., execute, opaque
        git.push main@origin, write
        ");
        assert_snapshot!(check("env \"BASH_FUNC_ls%%=$F\" bash -c ls; env 'BASH_FUNC_ls%%=() { git push origin main; }' bash -c pwd"), @"
        exec.hidden BASH_FUNC_ls%%=.., execute, opaque
        fs.read /repo, read
        exec.opaque BASH_FUNC_ls%%=.., execute, opaque
        exec.read pwd, read
        ");
        assert_snapshot!(check("env 'BASH_FUNC_ls%%=ls' 'MY_FUNC_pwd%%=() { git push origin main; }' bash -c 'ls src; pwd'"), @"
        exec.opaque BASH_FUNC_ls%%=.., execute, opaque
        fs.read /repo/src, read
        exec.read pwd, read
        ");
    }

    #[test]
    fn functions_that_call_themselves() {
        assert_snapshot!(check(":(){ :|:& };:"), @"exec.system :, destroy");
        assert_snapshot!(check("bomb() { bomb & bomb & }; bomb"), @"exec.system bomb, destroy");
        assert_snapshot!(check("f() { [ $1 = x ] && return; git push origin $1; f x; }; f main"), @"
        exec.read test, read
        git.push main@origin, write
        exec.read return, read
        git.force-push *@origin, destroy, partial
        ");
        assert_snapshot!(check("walk() { for d in $1/*; do walk $d | sort; done; }; walk ."), @"exec.read sort, read");
    }

    #[test]
    fn what_calls_itself_sets_nothing_but_what_it_says() {
        assert_snapshot!(check("f() { [ $# -gt 0 ] && { shift; f \"$@\"; }; }; f a b; X='kubectl --context prod delete ns shop'; $X"), @"
        exec.read test, read
        exec.read shift, read
        kube.delete namespace/shop in prod, destroy
        ");
        assert_snapshot!(check("f() { [ a ] && f; X='helm_uninstall_shop env'; $X; IFS=_; }; f"), @"
        exec.read test, read
        exec.opaque helm_uninstall_shop, execute, opaque
        exec.hidden $X, execute, opaque
        ");
        assert_snapshot!(check("f() { [ a ] && (f); X='helm_uninstall_shop env'; $X; (IFS=_); }; f"), @"
        exec.read test, read
        exec.opaque helm_uninstall_shop, execute, opaque
        ");
        assert_snapshot!(check("while a; do X=$Y; Y=$Z; Z=b; X='date -u'; $X; done"), @"
        exec.opaque a, execute, opaque
        exec.read date, read
        ");
        assert_snapshot!(check("while a; do X=$Y; Y=$Z; Z=b; X='helm_uninstall_shop date'; $X; IFS=_; done"), @"
        exec.opaque a, execute, opaque
        exec.opaque helm_uninstall_shop, execute, opaque
        exec.hidden $X, execute, opaque
        ");
    }
}
