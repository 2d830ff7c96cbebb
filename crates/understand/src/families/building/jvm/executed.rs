//! `mvn exec:exec -Dexec.executable=rm -Dexec.args='-rf x'`: a plugin starts the program that properties name.

use crate::context::Context;
use crate::families::{opaque, runners};
use crate::invocation::Invocation;
use crate::paths;
use crate::word::{Value, Word};

/// Properties that change neither what is started nor where.
const PLAIN: &[&str] = &["executable", "args", "skip", "outputFile", "successCodes", "quietLogs", "async", "includePluginsDependencies", "inheritIo"];

/// Whether a goal starts a program: `exec:exec`, `org.codehaus.mojo:exec-maven-plugin:3.1.0:exec`.
pub(super) fn is_goal(text: &str) -> bool {
    let mut parts = text.split('@').next().unwrap_or(text).split(':').rev();
    let goal = parts.next();
    goal == Some("exec") && parts.any(|part| matches!(part, "exec" | "exec-maven-plugin"))
}

/// Adds what the program does that the goal starts.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let Some(executable) = property("executable", invocation) else {
        opaque(invocation, "the build file says which program it starts", context);
        return;
    };
    let arguments = property("args", invocation);
    let is_plain = |word: &Word| {
        let name = word.text().strip_prefix("-D").unwrap_or_else(|| word.text()).strip_prefix("exec.");
        name.is_none_or(|name| PLAIN.contains(&name.split('=').next().unwrap_or(name)))
    };
    if !invocation.words.iter().all(is_plain) {
        opaque(invocation, "one of its properties says more of the program that it starts", context);
    }
    let text = match (executable.known(), arguments.as_ref().map(Value::known)) {
        (Some(program), Some(Some(arguments))) => Value::Known(format!("{program} {arguments}")),
        (Some(program), None) if !says_more(invocation, context) => Value::Known(program.to_owned()),
        (Some(program), None) => Value::starting(&format!("{program} "), "its arguments are in the build file"),
        (Some(program), Some(None)) => Value::starting(&format!("{program} "), "its arguments are not known"),
        (None, _) => Value::unknown("the program that it starts is not known"),
    };
    runners::text(&text, invocation, context);
}

/// The value of one of the plugin's properties, the last that is given.
fn property(name: &str, invocation: &Invocation) -> Option<Value> {
    let starts = [format!("-Dexec.{name}="), format!("exec.{name}=")];
    let values = invocation.words.iter().rev().filter_map(|word| starts.iter().find_map(|start| word.value.strip_prefix(start)));
    values.into_iter().next()
}

/// Whether the build file may give the program arguments.
fn says_more(invocation: &Invocation, context: &Context<'_>) -> bool {
    let located = paths::locate(&Value::Known("pom.xml".to_owned()), context);
    let other = invocation.words.iter().any(|word| word.text().starts_with("-f") || word.text().starts_with("--file"));
    let is_written = context.state.world.written.iter().any(|written| written.touches(&located));
    let says = |text: Option<String>| text.is_some_and(|text| text.contains("exec-maven-plugin") || text.contains("<parent>"));
    other || is_written || located.why.is_some() || context.file(&located.path).map_or(true, says)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn programs_that_properties_name() {
        assert_snapshot!(check("mvn exec:exec -Dexec.executable=rm -Dexec.args='-rf src'"), @"fs.delete /repo/src, destroy");
        assert_snapshot!(check("mvn -q org.codehaus.mojo:exec-maven-plugin:3.1.0:exec -D exec.executable=git -Dexec.args='push origin main'"), @"git.push main@origin, write");
        assert_snapshot!(check("mvn exec:exec; mvn exec:exec -Dexec.executable=$X; mvn exec:exec -Dexec.executable=ls -Dexec.workingdir=/x"), @"
        exec.opaque mvn, execute, opaque
        exec.hidden mvn, execute, opaque
        fs.read /repo, read
        ");
        let pom = [("/repo/pom.xml", "<artifactId>exec-maven-plugin</artifactId><arguments>x</arguments>")];
        assert_snapshot!(check_with("mvn exec:exec -Dexec.executable=git", &pom), @"exec.opaque mvn, execute, opaque");
        assert_snapshot!(check("mvn exec:java -Dexec.executable=rm; mvn test -Dexec.executable=rm"), @"
        exec.opaque mvn, execute, opaque
        exec.test mvn test, execute
        ");
    }
}
