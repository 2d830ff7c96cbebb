//! Gradle and Maven: each of the tasks, phases and goals on one command line counts. Which a build file defines itself
//! is not read: names that are usual for builds and tests are taken for those, any other could do anything.

mod executed;

use countersign_model::{Certainty, Effect, Resource, verbs};

use super::publishing;
use crate::context::Context;
use crate::families::opaque;
use crate::invocation::Invocation;
use crate::word::Word;

/// What a task does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Does {
    Read,
    Build,
    Test,
    Install,
    Publish,
}

/// Beginnings of names, up to a capital letter or the end: `assembleDebug`, not `assembler`.
const STARTS: &[(Does, &[&str])] = &[
    (Does::Read, &["tasks", "dependencies", "dependencyInsight", "help", "projects", "properties", "buildEnvironment", "javaToolchains", "model", "outgoingVariants", "resolvableConfigurations", "dependencyUpdates"]),
    (Does::Build, &["build", "assemble", "bundle", "classes", "compile", "package", "clean", "jar", "war", "bootJar", "bootBuildInfo", "shadowJar", "javadoc", "dokka", "spotlessApply", "spotlessCheck", "ktlint", "detekt", "lint", "generate", "process", "validate", "initialize", "prepare", "wrapper", "kapt", "ksp", "checkstyle", "pmd", "spotbugs", "site", "installDist", "distZip", "distTar", "testClasses", "jacoco", "koverXmlReport", "koverHtmlReport", "cleanTest"]),
    (Does::Test, &["test", "verify", "check", "integrationTest", "functionalTest", "integration", "allTests", "jvmTest", "connected"]),
    (Does::Install, &["installDebug", "installRelease", "uninstall", "publishToMavenLocal", "install"]),
    (Does::Publish, &["publish", "upload", "deploy", "release", "closeAndRelease", "jib", "dockerPush", "bootBuildImage", "sonatype"]),
];

/// Goals of Maven's plugins that are well known; the plugin's name, then its goals.
const GOALS: &[(Does, &str, &[&str])] = &[
    (Does::Read, "dependency", &["tree", "list", "analyze", "resolve", "go-offline", "build-classpath", "display-dependency-updates"]),
    (Does::Read, "help", &["*"]),
    (Does::Read, "versions", &["display-dependency-updates", "display-plugin-updates", "display-property-updates"]),
    (Does::Build, "versions", &["set", "revert", "commit", "use-latest-versions", "update-properties"]),
    (Does::Build, "spotless", &["apply", "check"]),
    (Does::Build, "compiler", &["*"]), (Does::Build, "resources", &["*"]), (Does::Build, "jar", &["*"]), (Does::Build, "clean", &["clean"]), (Does::Build, "javadoc", &["*"]),
    (Does::Build, "checkstyle", &["*"]), (Does::Build, "pmd", &["*"]), (Does::Build, "spotbugs", &["*"]), (Does::Build, "formatter", &["*"]), (Does::Build, "jacoco", &["*"]), (Does::Build, "enforcer", &["*"]), (Does::Build, "wrapper", &["*"]),
    (Does::Test, "surefire", &["*"]), (Does::Test, "failsafe", &["*"]),
    (Does::Publish, "release", &["*"]), (Does::Publish, "deploy", &["*"]), (Does::Publish, "nexus-staging", &["*"]), (Does::Publish, "jib", &["build"]), (Does::Publish, "central-publishing", &["*"]),
];

/// Options that take the next word.
const VALUES: &[&str] = &["-x", "--exclude-task", "-b", "--build-file", "-p", "--project-dir", "-c", "--settings-file", "-I", "--init-script", "-g", "--gradle-user-home", "--tests", "--max-workers", "--console", "--warning-mode", "--include-build", "-f", "--file", "-s", "--settings", "-pl", "--projects", "-P", "-T", "--threads", "-rf", "--resume-from", "-gs", "-t", "--toolchains", "-l", "--log-file", "-D", "--define", "--configuration", "--dependency", "--gradle-version", "--distribution-type"];

/// Adds what all tasks of a command line do.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let program = invocation.program.as_str();
    let is_gradle = match program {
        "gradle" | "gradlew" => true,
        "mvn" | "mvnw" => false,
        _ => return false,
    };
    let replaced = super::replaced::effects(invocation, context);
    let title = |word: &str| format!("{program} {word}");
    let has = |names: &[&str]| invocation.words.iter().any(|word| names.contains(&word.text()));
    let rehearses = is_gradle && has(&["-m", "--dry-run"]);
    if has(&["--version", "-version", "--help", "-h", "-?"]) || rehearses || (!is_gradle && has(&["-v"])) {
        context.program(verbs::EXEC_READ, program);
        return true;
    }
    let mut any = replaced;
    let mut doubted = false;
    let mut skips = false;
    for (index, word) in invocation.words.iter().enumerate() {
        let text = word.text();
        if std::mem::replace(&mut skips, false) {
            continue;
        }
        if text.starts_with('-') {
            // `-Pname=value` carries its value, `-P name` of Maven does not.
            skips = VALUES.contains(&text) && !(is_gradle && text == "-P");
            continue;
        }
        any = true;
        match word.known().and_then(|text| of(text, is_gradle)) {
            Some(Does::Read) => context.program(verbs::EXEC_READ, &title(text)),
            Some(Does::Build) if !replaced => context.program(verbs::EXEC_BUILD, &title(text)),
            Some(Does::Test) if !replaced => context.program(verbs::EXEC_TEST, &title(text)),
            Some(Does::Build | Does::Test) => {}
            None if !is_gradle && executed::is_goal(text) => executed::effects(invocation, context),
            Some(Does::Install) => context.program(verbs::EXEC_INSTALL, &title(text)),
            Some(Does::Publish) => publishing::effects(index, invocation, context),
            None if let Some(effect) = word.known().and_then(|text| by_words(text, program)) => context.push(effect),
            None if !std::mem::replace(&mut doubted, true) => {
                opaque(invocation, &format!("the build file says what its task {} does", short(word)), context);
            }
            None => {}
        }
    }
    if !any {
        context.program(if is_gradle { verbs::EXEC_READ } else { verbs::EXEC_BUILD }, program);
    }
    true
}

/// What the words of a goal or a task say that nobody knows: one that clears a database, or delivers.
fn by_words(text: &str, program: &str) -> Option<Effect> {
    let lower = text.to_ascii_lowercase();
    let is_of_database = ["flyway", "liquibase", "dropall", "migrat"].iter().any(|part| lower.contains(part));
    let verb = match lower.as_str() {
        _ if is_of_database && ["clean", "drop", "undo", "rollback"].iter().any(|part| lower.contains(part)) => verbs::DB_DESTROY,
        _ if is_of_database && ["migrate", "update", "repair", "baseline"].iter().any(|part| lower.contains(part)) => verbs::DB_SCHEMA,
        _ if ["deploy", "publish", "undeploy", "push", "upload", "release", "promote"].iter().any(|part| lower.contains(part)) => verbs::APP_DEPLOY,
        _ => return None,
    };
    let resource = match verb == verbs::APP_DEPLOY {
        true => Resource::App { platform: program.to_owned(), name: "*".to_owned(), target: None },
        false => Resource::Database { system: "sql".to_owned(), host: "*".to_owned(), database: None, object: "*".to_owned() },
    };
    Some(Effect::new(verb, resource).certain(Certainty::Partial, "the build file says more of it"))
}

fn short(word: &Word) -> String {
    word.raw.chars().take(60).collect()
}

/// What a task, a phase or a goal does, where that is known.
fn of(text: &str, is_gradle: bool) -> Option<Does> {
    if !is_gradle && text.contains(':') {
        // `plugin:goal`, `group:plugin:version:goal`, `goal@execution`.
        let parts: Vec<&str> = text.split('@').next().unwrap_or(text).split(':').collect();
        let goal = parts.last()?;
        let plugin = if parts.len() > 2 { parts.get(1)? } else { parts.first()? };
        let plugin = plugin.trim_end_matches("-maven-plugin").trim_start_matches("maven-").trim_end_matches("-plugin");
        let known = GOALS.iter().find(|(_, name, goals)| *name == plugin && (goals.contains(goal) || goals.contains(&"*")));
        return known.map(|(does, ..)| *does);
    }
    let name = text.rsplit(':').next().unwrap_or(text);
    // The longest beginning says it: `installDist` is no `install`, `testClasses` no `test`.
    let mut found: Option<(usize, Does)> = None;
    for (does, starts) in STARTS {
        for start in *starts {
            let rest = name.strip_prefix(start);
            let fits = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_uppercase()) && is_gradle);
            if fits && found.is_none_or(|(length, _)| start.len() > length) {
                found = Some((start.len(), *does));
            }
        }
    }
    let ends_as_test = is_gradle && name.ends_with("Test") && name.chars().all(|letter| letter.is_ascii_alphanumeric());
    match found {
        // Maven's `install` puts the package into this machine's own store.
        Some((_, Does::Install)) if name == "install" => Some(Does::Test),
        Some((_, does)) => Some(does),
        None => ends_as_test.then_some(Does::Test),
    }
}

#[cfg(test)]
mod tests;
