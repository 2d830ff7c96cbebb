//! Which program an invocation starts: by its name, by its path, or by what its arguments give away.

use countersign_model::verbs;

use super::unseen::{hidden, named_by_arguments, opaque, says_nothing, sought_in_arguments};
use super::{
    asking, code, countersign, declared, is_understood, kubectl, leaving, likely, listening, listings,
    loading, names, pipelines, reading, resolve, speaking, starters, starting, wrappers,
};
use crate::code::Looked;
use crate::context::Context;
use crate::invocation::{Invocation, Printed, Stdin};
use crate::paths;
use crate::shell;
use crate::word::{Value, Word};

/// Directories whose programs are what their names say.
const STANDARD: &[&str] =
    &["/bin", "/usr/bin", "/usr/local/bin", "/sbin", "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"];

/// Finds out which program it is, and adds what that does.
pub(super) fn starts(invocation: &mut Invocation, context: &mut Context<'_>) {
    match invocation.first.known().map(str::to_owned) {
        None => unnamed(invocation, context),
        Some(name) if name.is_empty() => context.opaque("a command", "the name of the program is empty"),
        Some(name) => {
            let name = program_path(&name);
            let (directory, base) =
                name.rsplit_once('/').map_or((None, name.as_str()), |(d, b)| (Some(d), b));
            if base.starts_with("git-") && directory.is_none_or(|directory| directory.ends_with("/git-core"))
            {
                dashed_git(&base.replacen("git-", "", 1), invocation, context);
                return;
            }
            if wrappers::is_loader(base) {
                invocation.program = base.to_owned();
                wrappers::loaded(invocation, context);
                return;
            }
            let shell = &context.state.shell;
            let is_renamed = !shell.functions.is_empty() || !shell.aliases.is_empty();
            if base == "deactivate" && directory.is_none() && !shell.activated.is_empty() && !is_renamed {
                context.program(verbs::EXEC_READ, base);
                return;
            }
            let standard = directory
                .is_none_or(|directory| STANDARD.contains(&directory) || directory.ends_with("/git-core"));
            invocation.program = if standard { unversioned(base).to_owned() } else { name.clone() };
            if standard && !is_of_activated(base, directory, invocation, context) {
                named(invocation, context);
            } else {
                script(invocation, context);
            }
        }
    }
}

/// Whether a name leads to a program of an activated environment that is none of an installer's; then it is given by
/// its path from here on.
fn is_of_activated(
    base: &str,
    directory: Option<&str>,
    invocation: &mut Invocation,
    context: &Context<'_>,
) -> bool {
    if directory.is_some() || context.state.shell.activated.is_empty() || super::is_builtin(base) {
        return false;
    }
    let Some(located) = code::activation::program(base, context) else { return false };
    if code::source::is_installed(&located, base, context) {
        return false;
    }
    invocation.first = Word::known_as(&located.path);
    true
}

/// Programs that are installed under names with their version, too.
const VERSIONED: &[&str] = &[
    "python", "perl", "ruby", "php", "node", "lua", "pip", "gcc", "g++", "clang", "clang++", "psql", "java",
];

/// `python3.12` is `python3`, `gcc-13` is `gcc`.
pub(super) fn unversioned(base: &str) -> &str {
    // The launcher of Python on Windows.
    if base == "py" {
        return "python";
    }
    let bare = base.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let name = bare.strip_suffix('-').unwrap_or(bare);
    match VERSIONED.contains(&name) && name != base {
        true if is_understood(base) => base,
        true => name,
        false => base,
    }
}

/// The path of a program without double slashes, `.`, `..` and a process's own name for the root.
fn program_path(name: &str) -> String {
    if !name.starts_with('/') {
        return name.to_owned();
    }
    let mut path = paths::normal("/", name);
    while let Some(rest) = path.strip_prefix("/proc/").and_then(|rest| rest.split_once("/root/")) {
        if rest.0.trim_start_matches("self").contains('/') && !rest.0.contains("/task/") {
            break;
        }
        path = format!("/{}", rest.1);
    }
    path
}

/// `git-push` is `git push`.
pub(super) fn dashed_git(subcommand: &str, invocation: &mut Invocation, context: &mut Context<'_>) {
    invocation.program = "git".to_owned();
    invocation.words.insert(0, Word::known_as(subcommand));
    invocation.contiguous = false;
    named(invocation, context);
}

/// Whether a pattern stands for a program that is found by its name: `/usr/bin/kubect*`, not `./tests/run_*`.
fn is_spelled_by_pattern(value: &crate::word::Value) -> bool {
    matches!(value, crate::word::Value::Pattern(text)
        if !text.contains('/') || STANDARD.iter().any(|directory| text.starts_with(directory)) || text.split('/').any(|part| part.contains("bin") || part.contains(['?', '*', '['])) && text.starts_with('/'))
}

fn unnamed(invocation: &Invocation, context: &mut Context<'_>) {
    let why = match &invocation.first.value {
        Value::Unknown { why, .. } => why.clone(),
        Value::Known(_) | Value::Pattern(_) => "a file name pattern".to_owned(),
    };
    let why = format!("the name of the program is not known: {why}");
    if says_nothing(&invocation.first.value) || is_spelled_by_pattern(&invocation.first.value) {
        hidden(invocation, &why, context);
    } else {
        opaque(invocation, &why, context);
    }
    // Where it is, a command or a variable says; its name is written.
    if let Value::Unknown { suffix, .. } = &invocation.first.value
        && let Some((_, name)) = suffix.rsplit_once('/')
        && likely::named_so(name, invocation, context)
    {
        return;
    }
    // Its arguments may say which program it must be.
    let operands: Vec<&str> =
        invocation.words.iter().map(Word::text).filter(|text| !text.starts_with('-')).collect();
    let repo = resolve::Repo::open(&context.state.shell.directory, Vec::new(), context);
    let remote = |name: &str| {
        repo.subsections("remote", context).is_ok_and(|names| names.iter().any(|known| known == name))
    };
    let removes = invocation.words.first().is_some_and(|word| {
        let text = word.text();
        text.starts_with('-') && !text.starts_with("--") && text.contains(['r', 'R']) && text.contains('f')
    });
    let program = match operands.as_slice() {
        [_, ..] if removes => "rm",
        ["push"] => "git",
        ["push", name, ..] if remote(name) => "git",
        ["pr", "merge", ..] => "gh",
        _ => return,
    };
    let invocation = Invocation { program: program.to_owned(), contiguous: false, ..invocation.clone() };
    named(&invocation, context);
}

/// Clients of clusters, which a kubeconfig tells what to start first.
const KUBERNETES: &[&str] = &[
    "argocd",
    "cilium",
    "flux",
    "helm",
    "helm3",
    "helmfile",
    "istioctl",
    "k9s",
    "kail",
    "kapp",
    "kn",
    "kubectl",
    "kubectx",
    "kustomize",
    "linkerd",
    "oc",
    "skaffold",
    "stern",
    "tilt",
    "tkn",
    "velero",
];

pub(super) fn named(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    if shell::subscripts::evaluates(program) {
        for word in &invocation.words {
            shell::subscripts::value(&word.value, context);
        }
        let reads = matches!(program, "read" | "mapfile" | "readarray");
        if let Some(Stdin::Text(value)) = Some(&invocation.stdin).filter(|_| reads) {
            shell::subscripts::value(value, context);
        }
    }
    countersign::package(invocation, context);
    reading::shown(invocation, context);
    if KUBERNETES.contains(&program) {
        kubectl::credentials::effects(invocation, context);
    }
    let carried = leaving::carried(invocation, context);
    let outside = std::mem::replace(&mut context.reached, (!carried.is_empty()).then(Vec::new));
    speaking::while_it_runs(invocation, context, |context| match names::family(program) {
        Some(_) if starters::also_started(invocation, context) => {}
        Some(family) => (family.effects)(invocation, context),
        None => match declared::find(program, context) {
            Some(declared) => declared::effects(declared, invocation, context),
            None => unknown(invocation, context),
        },
    });
    loading::effects(invocation, context);
    starting::effects(invocation, context);
    asking::effects(invocation, context);
    listings::effects(invocation, context);
    pipelines::by_name(invocation, context);
    listening::effects(invocation, context);
    if let Some(reached) = std::mem::replace(&mut context.reached, outside) {
        leaving::leaves(&carried, &reached, invocation, context);
    }
    if let Some(text) = shell::texts::of(invocation) {
        context.flow.text = Some(text);
    }
    if let ("cat", [word]) = (program, invocation.words.as_slice()) {
        let is_file = word.known().is_some_and(|text| !text.starts_with('-'));
        context.flow.printed = is_file.then(|| Printed::File(word.value.clone()));
    }
}

/// A program nobody knows; where systems that tell no case or add an ending would find one that is known,
/// it may be that one.
fn unknown(invocation: &Invocation, context: &mut Context<'_>) {
    if names::deceives(&invocation.program) {
        hidden(invocation, "its name has letters that cannot be seen, or that look like others", context);
    } else {
        opaque(invocation, "nobody knows what this program does", context);
    }
    super::git::sapling(invocation, context);
    super::git::jujutsu(invocation, context);
    let name = invocation.program.rsplit('\\').next().unwrap_or_default().to_ascii_lowercase();
    let name = name.trim_end_matches('\r');
    let name = name.strip_suffix(".exe").unwrap_or(name);
    let is_cmdlet = invocation.program.split_once('-').is_some_and(|(verb, noun)| {
        let word = |text: &str| {
            text.starts_with(|c: char| c.is_ascii_uppercase())
                && text.bytes().all(|byte| byte.is_ascii_alphabetic())
        };
        word(verb) && word(noun)
    });
    if is_cmdlet && context.elsewhere.is_none() {
        let text = format!(
            "{} {}",
            invocation.program,
            invocation.words.iter().map(|word| word.raw.as_str()).collect::<Vec<_>>().join(" ")
        );
        crate::powershell::run(&text, context);
    }
    if name != invocation.program && is_understood(name) {
        let program = name.to_owned();
        named(&Invocation { program, contiguous: false, ..invocation.clone() }, context);
    }
}

/// A program given by its path: a script of the project or something downloaded. Where its name, or
/// that of what it leads to, is one that is understood, it most likely does that as well.
fn script(invocation: &Invocation, context: &mut Context<'_>) {
    let located = paths::locate(&invocation.first.value, context);
    let protected = &context.surroundings.protected;
    let own =
        located.readings().any(|path| protected.iter().any(|protected| paths::is_within(path, protected)));
    let named_so = |name: &&str| is_understood(name) || name.starts_with("git-");
    let names = located.readings().map(|path| paths::split(path).1);
    let name = names.chain([paths::split(invocation.first.text()).1]).find(named_so);
    let name = name.unwrap_or_default().to_owned();
    if own || countersign::FAMILY.programs.contains(&name.as_str()) {
        countersign::run(invocation, context);
        return;
    }
    let is_installed = !name.is_empty() && code::source::is_installed(&located, &name, context);
    if is_installed && code::build_wrappers::is_one(&name) {
        code::build_wrappers::besides(&located, &invocation.words, context);
    }
    if !is_installed && !super::migrations::is_made(&located.path, context) {
        run_file(&located, None, &invocation.words, invocation, context);
    }
    likely::named_so(&name, invocation, context);
}

/// Adds what running a file does, by the text that is in it; `program`: what it is given to.
pub(crate) fn run_file(
    located: &paths::Located,
    program: Option<&str>,
    arguments: &[Word],
    invocation: &Invocation,
    context: &mut Context<'_>,
) {
    let before = std::mem::take(&mut context.state.world.opaque);
    match code::run(located, program, arguments, context) {
        Looked::Understood => context.reads(located),
        Looked::Absent if code::absent::is_certain(located, program, invocation, context) => {
            code::absent::file(located, context);
        }
        Looked::Absent => code::opaque(located, "it runs a file that is not there yet", context),
        Looked::Opaque(why) => {
            // What it puts together is in part what its texts say.
            if why.contains("a command that the code puts together") {
                gives_away(located, context);
            }
            code::opaque(located, &why, context);
            context.state.world.ran(located);
        }
    }
    named_by_arguments(invocation, context);
    if context.state.world.opaque {
        super::unseen::folders(invocation, context);
        sought_in_arguments(invocation, context);
    }
    context.state.world.opaque |= before;
}

/// Adds what the texts in a script of one's own give away.
fn gives_away(located: &paths::Located, context: &mut Context<'_>) {
    use code::source::Source;
    let is_own = located.class == countersign_model::PathClass::Ordinary;
    if let (true, Source::Texts(texts) | Source::Perhaps(texts, _)) =
        (is_own, code::source::of(located, context))
    {
        texts.iter().for_each(|text| code::literals::look(text, context));
    }
}

/// Makes the text of a file that will run a fact of this call: when it changes, an approval is void.
pub(crate) fn ask_file(path: &str, context: &Context<'_>) {
    use crate::Workspace as _;
    if path.starts_with('/') {
        context.workspace.ask(&countersign_model::Question::Path { path: path.to_owned() });
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn a_program_spelled_by_a_pattern_is_hidden() {
        for command in ["kubect? delete ns x", "/usr/bin/kubect* delete ns x", "/???/b??/x y"] {
            let found = check(command);
            assert!(found.contains("exec.hidden"), "{command}: {found}");
        }
        let found = check("./tests/run_*.sh");
        assert!(!found.contains("exec.hidden"), "{found}");
    }

    #[test]
    fn the_texts_of_a_script_that_puts_commands_together_count() {
        let helper = "import subprocess\ndef sh(c):\n    subprocess.run(c, shell=True, check=True)\nsh('kubectl --context prod delete ns web')\n";
        let found = crate::fixture::check_with("python3 x.py", &[("/repo/x.py", helper)]);
        assert!(found.contains("kube.delete") && found.contains("opaque"), "{found}");
        let written = format!("cat > y.py <<'E'\n{helper}E\npython3 y.py");
        assert!(check(&written).contains("kube.delete"), "{}", check(&written));
        let harmless = "import subprocess\ndef sh(c):\n    subprocess.run(c, shell=True)\nsh('git status -s')\nprint('git push origin main is for later')\n";
        let found = crate::fixture::check_with("python3 x.py", &[("/repo/x.py", harmless)]);
        assert!(!found.contains("kube"), "{found}");
    }
}
