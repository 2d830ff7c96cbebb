//! Variables of a command's environment that change what runs or where it acts.

mod credentials;
mod libraries;
mod programs;

pub(crate) use libraries::python_path;
pub(crate) use programs::{astray, is_proxy, leads_astray};

use countersign_model::{Effect, Resource, verbs};

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
    "BASH_CMDS",
    "BASH_ALIASES",
    "SHELL",
    "SHELLOPTS",
    "BASHOPTS",
    "PS4",
    "PROMPT_COMMAND",
    "PERL5OPT",
    "PERL5DB",
    "RUBYOPT",
    "PYTHONSTARTUP",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONUSERBASE",
    "PERL5LIB",
    "PERLLIB",
    "RUBYLIB",
    "PHPRC",
    "PHP_INI_SCAN_DIR",
    "PYTHONINSPECT",
    "JAVA_TOOL_OPTIONS",
    "_JAVA_OPTIONS",
    "JDK_JAVA_OPTIONS",
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
    "BAT_OPTS",
    "BAT_CONFIG_PATH",
    "ERL_AFLAGS",
    "ERL_ZFLAGS",
    "HELM_PLUGINS",
    "MAGICK_CONFIGURE_PATH",
    "WGETRC",
    "YARN_YARN_PATH",
    "shell_escape",
];

/// Values of `NODE_OPTIONS` and the like that load code.
const LOADING: &[&str] = &[
    "-r",
    "--require",
    "--preload",
    "--import",
    "--loader",
    "--experimental-loader",
    "-javaagent",
    "-agentpath",
];

/// A program these name is started by others.
const COMMANDS: &[&str] = &[
    "EDITOR",
    "VISUAL",
    "PAGER",
    "MANPAGER",
    "BROWSER",
    "GH_PAGER",
    "GH_EDITOR",
    "GH_BROWSER",
    "PSQL_PAGER",
    "PSQL_EDITOR",
    "BAT_PAGER",
    "DELTA_PAGER",
    "SYSTEMD_PAGER",
    "SYSTEMD_EDITOR",
    "SUDO_EDITOR",
    "KUBE_EDITOR",
    "AWS_PAGER",
    "JAVACMD",
    "ESBUILD_BINARY_PATH",
    "BIOME_BINARY",
    "TURBO_BINARY_PATH",
    "CYPRESS_RUN_BINARY",
    "GOCACHEPROG",
    "SWIFT_EXEC",
    "BAZEL_REAL",
    "ASAN_SYMBOLIZER_PATH",
];

/// Names files, or directories for files, that programs write by themselves.
const WRITTEN: &[&str] = &[
    "ANSIBLE_LOG_PATH",
    "COVERAGE_FILE",
    "GIT_TRACE2",
    "LD_DEBUG_OUTPUT",
    "LLVM_PROFILE_FILE",
    "MALLOC_TRACE",
    "NODE_REDIRECT_WARNINGS",
    "NODE_REPL_HISTORY",
    "NODE_V8_COVERAGE",
    "PACKER_LOG_PATH",
    "PYTHON_HISTORY",
    "SQLITE_HISTORY",
    "SSLKEYLOGFILE",
    "TF_LOG_PATH",
];

/// Beginnings of the names of variables that choose where a tool acts, or what it runs.
const PLACES: &[&str] = &[
    "ANSIBLE_",
    "ARGOCD_",
    "AWS_",
    "AZURE_",
    "BUN_CONFIG_",
    "BUNDLE_MIRROR_",
    "CARGO_",
    "CDK_",
    "CLOUDSDK_",
    "COMPOSE_",
    "CONSUL_",
    "CONTAINER_",
    "DATABASE_",
    "DIGITALOCEAN_",
    "DOCKER_",
    "FLUX_",
    "FLY_",
    "GITLAB_",
    "GLAB_",
    "GOINSECURE",
    "GOOGLE_",
    "GOPROXY",
    "HCLOUD_",
    "HELM_",
    "HEROKU_",
    "KUBE",
    "LINODE_",
    "MYSQL_",
    "NETLIFY_",
    "NODE_ENV",
    "NOMAD_",
    "NPM_CONFIG_",
    "PG",
    "PIP_",
    "PULUMI_",
    "RAILS_ENV",
    "RAILWAY_",
    "RSYNC_",
    "SCW_",
    "SSH_",
    "TERRAGRUNT_",
    "TF_",
    "TG_",
    "TWINE_",
    "UV_",
    "VAULT_",
    "VERCEL_",
    "YARN_",
    "npm_config_",
];

/// Whether a variable can change what a command does.
pub(crate) fn matters(name: &str) -> bool {
    LOADERS.contains(&name)
        || COMMANDS.contains(&name)
        || WRITTEN.contains(&name)
        || programs::matters(name)
        || matches!(
            name,
            "ENV" | "NODE_OPTIONS" | "BUN_OPTIONS" | "SPEC_OPTS" | "RUBOCOP_OPTS" | "TAR_OPTIONS" | "TAPE"
        )
        || [
            "GIT_",
            "GH_",
            "GITHUB_",
            "LD_",
            "DYLD_",
            "BASH_FUNC_",
            "COUNTERSIGN_",
            "CLAUDE_",
            "CODEX_",
            "GEMINI_",
            "COPILOT_",
            "OPENCODE_",
        ]
        .iter()
        .chain(PLACES)
        .any(|prefix| name.starts_with(prefix))
}

/// The value of a variable of an invocation: the last that it was set to.
pub(crate) fn value(invocation: &Invocation, name: &str) -> Option<Value> {
    let values = invocation.environment.iter().rev();
    values.filter(|(known, _)| known == name).map(|(_, value)| value.clone()).next()
}

/// Adds what the environment of any program adds to its effects.
pub(crate) fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    for (name, value) in &invocation.environment {
        let text = value.text();
        if is_plain(name, value, context) || libraries::is_plain(name, value, invocation, context) {
            // It stays what it is on every machine.
        } else if programs::effects(name, value, invocation, context) {
            // It is a variable of that program's own.
        } else if name.starts_with("COUNTERSIGN_") {
            let resource = Resource::Program { name: format!("{name}=..") };
            let why = "it changes how Countersign works for what is started so";
            context.push(Effect::new(verbs::AGENT_OVERSIGHT, resource).because(why));
        } else if COMMANDS.contains(&name.as_str()) {
            command(name, value, context);
        } else if WRITTEN.contains(&name.as_str()) {
            // `GIT_TRACE2=1` names no file.
            if text.contains(['.', '/']) || value.is_unknown() {
                context.write_value(value);
            }
        } else if name.starts_with("BASH_FUNC_") && value.known().is_none() {
            context.hidden(&format!("{name}=.."), "the command is given a function that is not known");
        } else if LOADERS.contains(&name.as_str())
            || ["LD_", "DYLD_", "BASH_FUNC_"].iter().any(|prefix| name.starts_with(prefix))
        {
            context
                .push(Effect::opaque(&format!("{name}=.."), "this variable makes programs run other code"));
        } else if name == "ENV" && names_start_up(value, invocation) {
            context.push(Effect::opaque(
                "ENV=..",
                "an interactive shell runs the file that this variable names",
            ));
        } else if matches!(name.as_str(), "NODE_OPTIONS" | "BUN_OPTIONS" | "SPEC_OPTS" | "RUBOCOP_OPTS")
            && (value.is_unknown() || LOADING.iter().any(|flag| text.contains(flag)))
        {
            context.push(Effect::opaque(&format!("{name}=.."), "this variable loads other code"));
        }
    }
}

/// Whether `ENV` may name a file that a shell runs as it starts. Only an interactive one heeds it, and for most programs
/// it is the name of an environment: `ENV=staging ./deploy.sh`.
fn names_start_up(value: &Value, invocation: &Invocation) -> bool {
    const SHELLS: &[&str] = &["sh", "dash", "ksh", "mksh", "ash", "bash", "zsh", "busybox"];
    const STARTERS: &[&str] =
        &["script", "su", "sudo", "doas", "tmux", "screen", "expect", "unbuffer", "socat", "xterm"];
    let first = invocation.first.text();
    let program = first.rsplit('/').next().unwrap_or(first);
    let is_option = |text: &str| text.starts_with('-') && !text.starts_with("--") && text.contains('i');
    let is_bare = || !invocation.words.iter().any(|word| !word.text().starts_with('-'));
    let starts = SHELLS.contains(&program)
        && (is_bare() || invocation.words.iter().any(|word| is_option(word.text())))
        || STARTERS.contains(&program);
    value.known().is_some_and(|text| text.contains(['/', '.', '$', '`'])) || starts
}

/// Why `$PATH` is not known where the text has not set it.
pub(crate) const AS_IT_WAS: &str = "the PATH as it was";

/// Directories, some below the home, in which installers put programs under names of their own.
const TOOLS: &[&str] = &[
    ".cargo/bin",
    ".local/bin",
    "go/bin",
    ".bun/bin",
    ".deno/bin",
    ".volta/bin",
    ".nvm/versions",
    ".pyenv",
    ".rbenv",
    ".asdf/shims",
    ".local/share/mise/shims",
    ".npm-global/bin",
    ".rustup/toolchains",
    ".dotnet/tools",
    ".krew/bin",
    ".poetry/bin",
    ".fnm",
    ".local/share/pnpm",
    "Library/pnpm",
    ".local/share/uv",
    ".local/pipx",
    ".rye",
    "miniconda3",
    "anaconda3",
    "miniforge3",
    "mambaforge",
    ".sdkman/candidates",
    ".yarn/bin",
];

/// Directories of the system, with what is below them.
const SYSTEM: &[&str] = &[
    "/bin",
    "/sbin",
    "/usr",
    "/opt",
    "/snap/bin",
    "/nix/store",
    "/run/current-system/sw/bin",
    "/Library",
    "/System",
];

/// Whether a variable is set to what makes no other code run: the usual compilers, editors and directories.
fn is_plain(name: &str, value: &Value, context: &Context<'_>) -> bool {
    let text = value.text();
    match name {
        "PATH" => match value {
            Value::Known(text) => text.split(':').all(|directory| is_of_tools(directory, context)),
            Value::Unknown { prefix, suffix, why } if why == AS_IT_WAS => {
                let (before, after) = (prefix.strip_suffix(':'), suffix.strip_prefix(':'));
                let plain = |part: Option<&str>, whole: &str| match part {
                    Some(part) => part.split(':').all(|directory| is_of_tools(directory, context)),
                    None => whole.is_empty(),
                };
                plain(before, prefix) && plain(after, suffix)
            }
            Value::Unknown { .. } | Value::Pattern(_) => false,
        },
        _ if value.known().is_none() => false,
        "LD_PRELOAD" | "HOME" | "XDG_CONFIG_HOME" => false,
        "CC" | "CXX" | "SHELL" => is_usual(name, text),
        "RUSTC_WRAPPER" => matches!(text, "" | "sccache" | "ccache"),
        "PS4" => !text.contains(['$', '`']),
        _ if COMMANDS.contains(&name) => is_editor(text),
        _ => text.is_empty() && LOADERS.contains(&name),
    }
}

/// Whether a text is what a variable that names a compiler or a shell usually says.
pub(crate) fn is_usual(name: &str, text: &str) -> bool {
    match name {
        "CC" | "CXX" => !text.is_empty() && text.split(' ').all(is_compiler),
        "LD" => matches!(text, "ld" | "ld.lld" | "ld.gold" | "mold" | "lld"),
        "AR" => matches!(text, "ar" | "llvm-ar" | "gcc-ar"),
        "SHELL" => ["bash", "sh", "zsh", "dash", "fish"].iter().any(|shell| {
            text.strip_suffix(shell)
                .is_some_and(|directory| matches!(directory, "/bin/" | "/usr/bin/" | "/usr/local/bin/"))
        }),
        _ => false,
    }
}

/// Whether only the system and installers put programs into a directory.
pub(crate) fn is_of_tools(directory: &str, context: &Context<'_>) -> bool {
    let home = &context.surroundings.home;
    let inside = |root: &str| crate::paths::is_within(directory, root);
    directory.starts_with('/')
        && !directory.contains("..")
        && !context.top().is_some_and(inside)
        && !context.surroundings.temporary.iter().any(|temporary| inside(temporary))
        && (SYSTEM.iter().any(|root| inside(root))
            || (!home.is_empty() && TOOLS.iter().any(|tools| inside(&format!("{home}/{tools}")))))
}

fn is_compiler(word: &str) -> bool {
    let plain = [
        "cc", "gcc", "clang", "c++", "g++", "clang++", "ccache", "sccache", "emcc", "em++", "musl-gcc",
        "zig", "icx", "icpx",
    ];
    let name = word.trim_end_matches(|letter: char| letter.is_ascii_digit() || matches!(letter, '.' | '-'));
    let name =
        name.rsplit_once("-linux-").map_or(name, |(_, system)| system.rsplit('-').next().unwrap_or(system));
    plain.contains(&name)
}

/// Whether a text is an editor or a pager without any options.
pub(crate) fn is_editor(text: &str) -> bool {
    matches!(
        text,
        "" | "true"
            | "false"
            | ":"
            | "cat"
            | "less"
            | "more"
            | "most"
            | "bat"
            | "delta"
            | "vi"
            | "vim"
            | "nvim"
            | "nano"
            | "emacs"
            | "ed"
            | "hx"
            | "micro"
            | "code"
            | "code --wait"
            | "less -R"
            | "less -FRX"
            | "less -F"
            | "less -X"
    )
}

/// Options of `ssh` that start no other program.
const PLAIN_SSH: &[&str] = &[
    "stricthostkeychecking",
    "userknownhostsfile",
    "identitiesonly",
    "identityfile",
    "connecttimeout",
    "batchmode",
    "loglevel",
    "serveraliveinterval",
    "serveralivecountmax",
    "port",
    "addkeystoagent",
    "controlmaster",
    "controlpersist",
    "identityagent",
    "preferredauthentications",
    "pubkeyauthentication",
    "passwordauthentication",
    "hashknownhosts",
    "controlpath",
    "compression",
];

/// Whether a text is `ssh` with another key or other checks, to which git adds where it goes.
pub(crate) fn is_plain_ssh(text: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || " -_./~=@:%,".contains(letter);
    let mut words = text.split_ascii_whitespace();
    if !text.chars().all(plain) || !matches!(words.next(), Some("ssh" | "/usr/bin/ssh")) {
        return false;
    }
    while let Some(word) = words.next() {
        let option = match word {
            "-v" | "-vv" | "-vvv" | "-q" | "-4" | "-6" | "-T" | "-C" | "-a" | "-x" => continue,
            "-i" | "-p" | "-l" => {
                words.next();
                continue;
            }
            "-o" => words.next().unwrap_or_default(),
            _ => word.strip_prefix("-o").unwrap_or_default(),
        };
        let name = option.split('=').next().unwrap_or_default().to_ascii_lowercase();
        if !PLAIN_SSH.contains(&name.as_str()) {
            return false;
        }
    }
    true
}

/// A variable that names a command line which some program runs.
pub(crate) fn command(name: &str, value: &Value, context: &mut Context<'_>) {
    let connects = matches!(name, "GIT_SSH_COMMAND" | "GIT_SSH" | "core.sshcommand");
    if value.known().is_some_and(|text| connects && is_plain_ssh(text)) {
        return;
    }
    match value.known() {
        Some(text) => {
            // Started by that program, it does not start itself again.
            let kept = context.state.shell.environment.clone();
            let inherited: Vec<_> = kept.iter().filter(|(known, _)| known != name).cloned().collect();
            context.state.shell.environment.clone_from(&inherited);
            crate::shell::run_child("sh", text, &[], &inherited, context);
            context.state.shell.environment = kept;
        }
        None => context.opaque(&format!("{name}=.."), "it names a program that is not known"),
    }
}

#[cfg(test)]
mod tests;
