//! `./gradlew` and `./mvnw`: scripts of the project that fetch a build tool and start it by a name that is worked out
//! as they run. So they count as that tool; what one of them surely does besides counts as well.

use countersign_model::{Certainty, Effect, Resource, Zone, verbs};

use crate::context::Context;
use crate::paths::{self, Located};
use crate::word::Word;

/// Wrappers, and what the text of each names.
const WRAPPERS: &[(&str, &[&str])] =
    &[("gradlew", &["gradle-wrapper.jar"]), ("mvnw", &["maven-wrapper.jar", "maven-wrapper.properties"])];

/// Whether a program of this name is a wrapper.
pub(crate) fn is_one(name: &str) -> bool {
    WRAPPERS.iter().any(|(known, _)| *known == name)
}

/// Whether a file of this name starts a build tool, as far as can be told: its text says so, there is none, or it is
/// another machine's.
pub(super) fn starts_its_tool(name: &str, located: &Located, context: &Context<'_>) -> bool {
    let Some((_, marks)) = WRAPPERS.iter().find(|(known, _)| *known == name) else { return false };
    match context.file(&located.path) {
        Ok(Some(text)) => marks.iter().any(|mark| text.contains(mark)),
        Ok(None) => true,
        Err(_) => context.elsewhere.is_some(),
    }
}

/// Programs of wrappers that cannot be followed, as they begin.
const UNSEEN: &[&str] = &[
    ".",
    "/usr/libexec/java_home",
    "\"$(native_path ",
    "\"$JAVACMD\"",
    "\"$JAVA_HOME/",
    "\"$MAVEN_HOME/",
    "clean",
    "cygpath",
    "eval",
    "java",
    "java-config",
    "native_path",
    "verbose",
];

/// What wrappers give to `eval`, as it begins.
const EVALUATED: &[&str] = &[
    "\"set -- $(",
    "set -- $DEFAULT_JVM_OPTS $JAVA_OPTS $GRADLE_OPTS ",
    "`echo args$i`=`cygpath ",
    "`echo args$i`=\"\\\"$arg",
];

/// What they give to the variable that names the program, without quotes around it.
const JAVA: &[&str] = &[
    "java",
    "$JAVA_HOME/bin/java",
    "$JAVA_HOME/jre/sh/java",
    "$( cygpath --unix \"$JAVACMD\" )",
    "`cygpath --unix \"$JAVACMD\"`",
    "`which java`",
    "`\\\\unset -f command; \\\\command -v java`",
    "$(",
];

/// Adds what a wrapper surely does besides starting its build tool.
pub(crate) fn besides(located: &Located, arguments: &[Word], context: &mut Context<'_>) {
    let is_usual = matches!(context.file(&located.path), Ok(Some(text)) if is_usual(&text));
    let before = context.begins_apart();
    let kept = (context.state.clone(), context.unseen.take(), context.taken.take(), context.runs_project);
    let absent = context.absent.len();
    super::run(located, None, arguments, context);
    (context.state, context.unseen, context.taken, context.runs_project) = kept;
    let gone = context.absent.split_off(absent);
    let is_own = |(path, _): &(String, String)| paths::zone(path, context) == Zone::Workspace;
    let own: Vec<_> = gone.into_iter().filter(is_own).collect();
    context.absent.extend(own);
    for mut found in context.ends_apart(before) {
        if is_more(&found.effect, is_usual) {
            found.effect.because.get_or_insert_with(|| "the wrapper of the build does it".to_owned());
            context.push_apart(found);
        }
    }
}

/// Whether a wrapper names what it starts as the usual ones do, so that what cannot be followed of it is that.
fn is_usual(text: &str) -> bool {
    let asked =
        text.matches("JAVACMD=\"$(\n").count() == text.matches("JAVACMD=\"$(\n      'set' +e\n").count();
    let is_plain = |line: &str| {
        let evaluated = line
            .split_once("eval ")
            .is_none_or(|(_, rest)| EVALUATED.iter().any(|start| rest.starts_with(start)));
        let java =
            line.split_once("JAVACMD=").is_none_or(|(_, value)| JAVA.contains(&value.trim_matches('"')));
        // `eval` takes them for words of a shell.
        let sets = ["JVM_OPTS=", "JAVA_OPTS=", "GRADLE_OPTS="].iter().any(|name| line.contains(name));
        let options = !sets || !line.contains(['`', ';']) && !line.contains("$(");
        evaluated && java && options
    };
    let mut lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    asked && lines.all(is_plain)
}

/// Whether an effect is more than what a wrapper needs to find out where its build tool is, to fetch and to start it.
fn is_more(effect: &Effect, is_usual: bool) -> bool {
    if effect.certainty == Certainty::Opaque || effect.verb == verbs::EXEC_OPAQUE {
        let is_unseen = |name: &String| {
            let is_start = |start: &&str| start.starts_with('"') && name.starts_with(*start);
            UNSEEN.contains(&name.as_str())
                || UNSEEN.iter().any(is_start)
                || name.starts_with("eval told of ")
        };
        return match &effect.resource {
            Resource::Program { name } => !is_usual || !is_unseen(name),
            _ => true,
        };
    }
    let fetches =
        [verbs::EXEC_READ, verbs::EXEC_BUILD, verbs::FS_READ, verbs::NET_READ].contains(&effect.verb);
    let is_somewhere = match &effect.resource {
        Resource::Path { path, zone, .. } => path != "*" && *zone != Zone::Temporary,
        Resource::Host { host, .. } => host != "*",
        Resource::Secret { store, name } => store != "environment" || !name.starts_with("MVNW_"),
        _ => true,
    };
    !fetches && is_somewhere
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check_with;

    const GRADLE: &str = "#!/bin/sh\nAPP_HOME=$( cd \"${APP_HOME:-./}\" && pwd -P ) || exit\n\
        case \"$( uname )\" in\n  CYGWIN* )\n    JAVACMD=$( cygpath --unix \"$JAVACMD\" )\n    ;;\nesac\n\
        CLASSPATH=$APP_HOME/gradle/wrapper/gradle-wrapper.jar\n\
        if [ -n \"$JAVA_HOME\" ] ; then\n  JAVACMD=$JAVA_HOME/bin/java\nelse\n  JAVACMD=java\nfi\n\
        eval \"set -- $( printf '%s\\n' \"$DEFAULT_JVM_OPTS\" | xargs -n1 | sed ' s~[^-[:alnum:]+,./:=@_]~\\\\&~g; ' | tr '\\n' ' ' )\" '\"$@\"'\n";
    const MAVEN: &str = "#!/bin/sh\nset -euf\nif [ -x /usr/libexec/java_home ]; then\n  JAVA_HOME=\"`/usr/libexec/java_home`\"\nfi\nwhile IFS=\"=\" read -r key value; do :; done <\"${0%/*}/.mvn/wrapper/maven-wrapper.properties\"\n\
        TMP=\"$(mktemp -d)\" && trap 'rm -rf -- \"$TMP\"' HUP INT TERM EXIT\n\
        curl --fail -u \"$MVNW_USERNAME:$MVNW_PASSWORD\" -o \"$TMP/$N\" \"$URL\"\nmv -- \"$TMP/$N\" \"$MAVEN_HOME\"\n";
    const PUSH: &str = "git push origin HEAD:main\n";

    #[test]
    fn what_a_wrapper_does_besides_counts() {
        for (wrapper, text) in [("gradlew", GRADLE), ("mvnw", MAVEN)] {
            let path = format!("/repo/{wrapper}");
            let run = |text: &str| check_with(&format!("./{wrapper} test"), &[(&path, text)]);
            let usual = run(&format!("{text}exec \"$JAVACMD\" \"$@\"\n"));
            assert_eq!(usual, format!("exec.test {wrapper} test, execute"));
            for hidden in [format!("{text}{PUSH}exec \"$JAVACMD\" \"$@\"\n"), format!("#!/bin/sh\n{PUSH}")] {
                let found = run(&hidden);
                assert!(found.contains("git.push main@origin") && found.contains("exec.test"), "{found}");
            }
            let script = [(&*path, &*format!("{text}./ship.sh\n")), ("/repo/ship.sh", PUSH)];
            let found = check_with(&format!("./{wrapper} test"), &script);
            assert!(found.contains("git.push main@origin") || found.contains("exec.opaque *"), "{found}");
            assert!(run(&format!("{}{text}{PUSH}", "true\n".repeat(1001))).contains("exec.opaque the rest"));
        }
    }

    #[test]
    fn a_wrapper_that_names_something_else_is_opaque() {
        for line in [
            "JAVACMD=./x",
            "eval \"$X\"",
            "DEFAULT_JVM_OPTS='`x`'",
            "echo eA== | base64 -d | sh",
            "$(printf x)",
            "exec \"$Y\"",
        ] {
            let found = check_with(
                "./gradlew test",
                &[("/repo/gradlew", &format!("{GRADLE}{line}\nexec \"$JAVACMD\" \"$@\"\n"))],
            );
            assert!(found.contains("exec.opaque") || found.contains("exec.hidden"), "{line}: {found}");
        }
        let plain = format!("{GRADLE}DEFAULT_JVM_OPTS='\"-Xmx64m\"'\nexec \"$JAVACMD\" \"$@\"\n");
        assert_eq!(
            check_with("./gradlew test", &[("/repo/gradlew", &plain)]),
            "exec.test gradlew test, execute"
        );
    }

    #[test]
    fn a_wrapper_that_is_none_is_a_script() {
        let run = |command: &str, text: &str| check_with(command, &[("/repo/gradlew", text)]);
        assert_snapshot!(run("./gradlew build", "#!/bin/sh\n$X\n"), @"
        exec.hidden $X, execute, opaque
        fs.read /repo/gradlew, read
        exec.build gradlew build, execute
        ");
        let found = run("printf 'git push origin HEAD:main' > gradlew; ./gradlew build", GRADLE);
        assert!(found.contains("git.push main@origin"), "{found}");
        assert_snapshot!(check_with("./gradlew build; /opt/app/gradlew build", &[]), @"exec.build gradlew build, execute");
    }

    #[test]
    fn what_comes_after_a_wrapper_is_as_it_was() {
        let files = [("/repo/mvnw", MAVEN), ("/repo/a.sh", "ls\n")];
        assert_snapshot!(check_with("./mvnw -q test && bash a.sh", &files), @"
        exec.test mvnw test, execute
        fs.read /repo, read
        fs.read /repo/a.sh, read
        ");
    }
}
