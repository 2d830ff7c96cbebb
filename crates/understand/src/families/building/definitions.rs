//! Variables that `cmake` is given with `-D`: those that name a program or code put it in the place of the project's own.

use countersign_model::{Certainty, Effect, Resource, Zone, verbs};

use crate::code;
use crate::context::Context;
use crate::environment;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::{Value, Word};

/// How the names of variables end whose value is a program.
const PROGRAMS: &[&str] = &[
    "_COMPILER", "_MAKE_PROGRAM", "_LINKER", "_AR", "_RANLIB", "_NM", "_STRIP", "_OBJCOPY", "_EMULATOR", "_COMMAND", "_CLANG_TIDY", "_CPPCHECK", "_CPPLINT",
    "_INCLUDE_WHAT_YOU_USE", "_LINK_WHAT_YOU_USE", "_RULE_MESSAGES",
];
/// How those end that are code of CMake.
const CODE: &[&str] = &["_TOOLCHAIN_FILE", "_INCLUDE", "_INCLUDE_BEFORE", "_INCLUDE_AFTER", "_MODULE_PATH", "_USER_MAKE_RULES_OVERRIDE"];

/// Adds what the variables that `cmake` is given put in place of others; true if anything is.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) -> bool {
    if invocation.program != "cmake" {
        return false;
    }
    let mut any = false;
    for (index, word) in invocation.words.iter().enumerate() {
        let text = word.text();
        let given = match text {
            "-D" => invocation.words.get(index + 1).cloned(),
            _ => word.value.strip_prefix("-D").map(Word::made),
        };
        let Some(given) = given else { continue };
        let Some((named, _)) = given.text().split_once('=') else { continue };
        let Some(value) = given.value.strip_prefix(&format!("{named}=")) else { continue };
        let name = named.split(':').next().unwrap_or(named).to_ascii_uppercase();
        if replaces(&name, &value, context) {
            let resource = Resource::Program { name: format!("cmake {name}=..") };
            let why = "it puts other code in place of the project's own build";
            context.push(Effect::new(verbs::EXEC_OPAQUE, resource).certain(Certainty::Opaque, why));
            any = true;
        }
    }
    any
}

/// Whether a variable of this name names a program or code that no installer put there; adds what a program does.
fn replaces(name: &str, value: &Value, context: &mut Context<'_>) -> bool {
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let Some(text) = value.known() else { return ends(&["_LAUNCHER"]) };
    // A list has semicolons; the first of it is the program.
    let first = text.split(';').next().unwrap_or(text);
    let located = paths::locate(&Value::Known(first.to_owned()), context);
    let directory = paths::split(&located.path).0;
    let is_path = first.contains('/');
    let is_installed = |context: &Context<'_>| environment::is_of_tools(directory, context) || code::source::is_installed(&located, paths::split(&located.path).1, context);
    if ends(&["_LAUNCHER"]) {
        let is_cache = matches!(first.rsplit('/').next(), Some("ccache" | "sccache" | "distcc" | "icecc")) && (!is_path || is_installed(context));
        return !is_cache;
    }
    if ends(PROGRAMS) {
        let acts = is_path && !is_installed(context);
        if acts {
            environment::command(name, value, context);
        }
        return acts;
    }
    ends(CODE) && is_path && located.zone != Zone::Workspace && !is_installed(context)
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn programs_and_code_in_place_of_the_projects_own() {
        for command in [
            "cmake -DCMAKE_C_COMPILER=./x -B build", "cmake -D CMAKE_CXX_COMPILER=/tmp/x -B build", "cmake -DCMAKE_MAKE_PROGRAM:FILEPATH=./x .", "cmake -DCMAKE_TOOLCHAIN_FILE=/tmp/x.cmake -B build",
            "cmake -DCMAKE_PROJECT_INCLUDE=/tmp/x.cmake -B build", "cmake -DCMAKE_C_COMPILER_LAUNCHER=./x -B build", "cmake -DCMAKE_CXX_CLANG_TIDY=./x;--fix -B build", "cmake -DCMAKE_C_COMPILER_LAUNCHER=$X -B build",
        ] {
            let found = check(command);
            assert!(found.contains("exec.opaque"), "{command}: {found}");
        }
        let found = check("cmake -DCMAKE_CXX_CLANG_TIDY='git push origin main' -DCMAKE_C_COMPILER=/tmp/x/gcc .");
        assert!(found.contains("opaque"), "{found}");
    }

    #[test]
    fn usual_variables() {
        for command in [
            "cmake -DCMAKE_BUILD_TYPE=Debug -B build", "cmake -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=/usr/bin/clang++ -B build", "cmake -DCMAKE_CXX_COMPILER_LAUNCHER=ccache -B build",
            "cmake -DCMAKE_TOOLCHAIN_FILE=cmake/arm.cmake -B build", "cmake -DCMAKE_TOOLCHAIN_FILE=/opt/vcpkg/scripts/buildsystems/vcpkg.cmake -B build", "cmake -DCMAKE_TOOLCHAIN_FILE=$VCPKG_ROOT/x.cmake -B build",
            "cmake -DCMAKE_INSTALL_PREFIX=/tmp/x -B build", "cmake -DCMAKE_PREFIX_PATH=/tmp/x -B build", "cmake -D BUILD_TESTING=ON ..", "cmake -DPython3_EXECUTABLE=.venv/bin/python -B build",
        ] {
            let found = check(command);
            assert!(!found.contains("exec.opaque"), "{command}: {found}");
        }
    }
}
