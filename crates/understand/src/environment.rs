//! Variables of a command's environment that change what runs or where it acts.

use countersign_model::Effect;

use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::Value;

/// Makes any program run other code.
const LOADERS: &[&str] = &[
    "PATH",
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
    "LD_AUDIT",
    "DYLD_INSERT_LIBRARIES",
    "DYLD_LIBRARY_PATH",
    "BASH_ENV",
    "ENV",
    "SHELL",
    "SHELLOPTS",
    "BASHOPTS",
    "IFS",
    "PS4",
    "PROMPT_COMMAND",
    "PERL5OPT",
    "PERL5DB",
    "RUBYOPT",
    "PYTHONSTARTUP",
    "PYTHONHOME",
    "PYTHONINSPECT",
    "JAVA_TOOL_OPTIONS",
    "_JAVA_OPTIONS",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "CARGO_HOME",
    "CC",
    "CXX",
    "LESSOPEN",
    "LESSCLOSE",
    "SSH_ASKPASS",
    "SUDO_ASKPASS",
    "HOME",
    "XDG_CONFIG_HOME",
    "GLIBC_TUNABLES",
    "GCONV_PATH",
    "NODE_PATH",
];

/// Values of `NODE_OPTIONS` and the like that load code.
const LOADING: &[&str] =
    &["-r", "--require", "--import", "--loader", "--experimental-loader", "-javaagent", "-agentpath"];

/// A program these name is started by others.
const COMMANDS: &[&str] =
    &["EDITOR", "VISUAL", "PAGER", "MANPAGER", "BROWSER", "GH_PAGER", "GH_EDITOR", "GH_BROWSER"];

/// Beginnings of the names of variables that choose where a tool acts.
const PLACES: &[&str] = &[
    "AWS_",
    "AZURE_",
    "CLOUDSDK_",
    "COMPOSE_",
    "DOCKER_",
    "DIGITALOCEAN_",
    "FLY_",
    "GITLAB_",
    "GLAB_",
    "GOOGLE_",
    "HCLOUD_",
    "HELM_",
    "HEROKU_",
    "KUBE",
    "LINODE_",
    "PG",
    "PULUMI_",
    "SCW_",
    "TF_",
    "VAULT_",
];

/// Whether a variable can change what a command does.
pub(crate) fn matters(name: &str) -> bool {
    LOADERS.contains(&name)
        || COMMANDS.contains(&name)
        || name == "NODE_OPTIONS"
        || ["GIT_", "GH_", "GITHUB_", "LD_", "DYLD_", "BASH_FUNC_", "COUNTERSIGN_"]
            .iter()
            .chain(PLACES)
            .any(|prefix| name.starts_with(prefix))
}

/// The value of a variable of an invocation; unknown where it was set more than once.
pub(crate) fn value(invocation: &Invocation, name: &str) -> Option<Value> {
    let mut values = invocation.environment.iter().filter(|(known, _)| known == name).map(|(_, value)| value);
    let first = values.next()?;
    let same = values.all(|value| value == first);
    Some(if same { first.clone() } else { Value::unknown("a variable set more than once") })
}

/// Adds what the environment of any program adds to its effects.
pub(crate) fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    for (name, value) in &invocation.environment {
        let text = value.text();
        if COMMANDS.contains(&name.as_str()) {
            command(name, value, context);
        } else if LOADERS.contains(&name.as_str())
            || ["LD_", "DYLD_", "BASH_FUNC_"].iter().any(|prefix| name.starts_with(prefix))
        {
            context
                .push(Effect::opaque(&format!("{name}=.."), "this variable makes programs run other code"));
        } else if name == "NODE_OPTIONS"
            && (value.is_unknown() || LOADING.iter().any(|flag| text.contains(flag)))
        {
            context.push(Effect::opaque("NODE_OPTIONS=..", "this variable loads other code"));
        }
    }
}

/// A variable that names a command line which some program runs.
pub(crate) fn command(name: &str, value: &Value, context: &mut Context<'_>) {
    match value.known() {
        Some(text) => crate::shell::run_apart(text, crate::shell::Place::Within(context.here), context),
        None => context.opaque(&format!("{name}=.."), "it names a program that is not known"),
    }
}
