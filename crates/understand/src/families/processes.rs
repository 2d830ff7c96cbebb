//! Processes that are stopped: an ordinary one can be started again, the machine's own and Countersign cannot
//! be spared.

mod finding;
mod named;
mod patterns;

use countersign_model::{Certainty, Effect, PathClass, Resource, Reversible, Zone, verbs};

use super::Family;
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::Word;

use finding::Found;
use named::by_name;
use patterns::fits;

pub(super) const FAMILY: Family = Family {
    programs: &["kill", "pkill", "killall", "xkill", "killall5", "skill", "fuser", "kill-port", "taskkill"],
    about: "Processes that are stopped, by number, name or port. One of the machine's own or of Countersign \
        is told from an ordinary one where the name says so.",
    examples: &[
        "kill -0 4242",
        "kill 4242",
        "kill -9 -1",
        "pkill -f 'node server.js'",
        "pkill -f countersign-hook",
        "killall sshd",
        "fuser -k 3000/tcp",
        "pkill --help",
    ],
    effects,
};

/// Command lines as they usually are of what must go on running: a pattern that fits one of them is too wide.
const KEPT: &[&str] = &[
    "/sbin/init splash",
    "/usr/lib/systemd/systemd --user",
    "/lib/systemd/systemd-journald",
    "/usr/lib/systemd/systemd-logind",
    "/usr/bin/dbus-daemon --system",
    "/usr/sbin/sshd -D",
    "/usr/bin/dockerd -H fd://",
    "/usr/bin/containerd",
    "/usr/bin/kubelet",
    "/usr/sbin/NetworkManager",
    "/usr/sbin/cron -f",
    "/usr/sbin/rsyslogd -n",
    "/usr/sbin/auditd",
    "/usr/bin/falco",
    "/sbin/launchd",
    "/System/Library/WindowServer",
    "/System/Library/loginwindow",
    "/usr/lib/gdm-session-worker",
    "/usr/lib/xorg/Xorg",
    "/usr/bin/bash",
    "/bin/zsh",
    "/home/user/.local/bin/claude",
    "/usr/local/bin/codex",
    "/usr/local/bin/copilot",
    "/usr/local/bin/gemini",
    "/usr/local/bin/opencode",
    "/usr/local/bin/cursor-agent",
];

/// Command lines of Countersign's own.
const OWN: &[&str] = &[
    "/usr/local/bin/countersign-hook hook",
    "/home/user/.local/bin/countersign server gateway",
    "/home/user/.local/state/countersign/bin/countersign-hook claude-code --home /home/user/.local/state/countersign --user-home /home/user \
     --log /home/user/.local/state/countersign/log --root ed25519:00000000 --timeout 600 --wait 120 --event-timeout 30",
];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    match invocation.program.as_str() {
        "fuser" => fuser(invocation, context),
        "killall5" => everything(context),
        "kill" | "skill" | "kill-port" | "taskkill" => kill(invocation, context),
        _ => by_name(invocation, context),
    }
}

/// Whoever holds a port or a file, shown or stopped.
fn fuser(invocation: &Invocation, context: &mut Context<'_>) {
    let flags = |letter: char| {
        invocation.words.iter().any(|word| word.text().starts_with('-') && !word.text().starts_with("--") && word.text().contains(letter))
    };
    if !flags('k') && !invocation.words.iter().any(|word| word.text() == "--kill") {
        context.program(verbs::EXEC_READ, "fuser");
        return;
    }
    let target = invocation.words.iter().rfind(|word| !word.text().starts_with('-'));
    let port = target.and_then(|word| word.known()).filter(|text| text.ends_with("/tcp") || text.ends_with("/udp") || text.bytes().all(|byte| byte.is_ascii_digit()));
    match port {
        Some(port) if !flags('m') => stops(&format!("what listens on {port}"), Reversible::Yes, None, context),
        _ => everything(context),
    }
}

/// All processes, Countersign's among them.
fn everything(context: &mut Context<'_>) {
    tampers(true, context);
    stops("processes", Reversible::No, Some("it reaches processes of all kinds"), context);
}

fn tampers(is_broad: bool, context: &mut Context<'_>) {
    let (zone, class) = (Zone::System, PathClass::Countersign);
    let resource = Resource::Path { path: "countersign".to_owned(), zone, class };
    let effect = Effect::new(verbs::COUNTERSIGN_TAMPER, resource);
    context.push(if is_broad {
        effect.certain(Certainty::Partial, "it may stop Countersign")
    } else {
        effect.because("it stops Countersign")
    });
}

fn stops(name: &str, reversible: Reversible, because: Option<&str>, context: &mut Context<'_>) {
    let effect = Effect::new(verbs::EXEC_PROCESS, Resource::Program { name: name.to_owned() }).reversible(reversible);
    context.push(match because {
        Some(because) => effect.because(because),
        None => effect,
    });
}

/// Processes of one command that are told one by one.
const MOST: usize = 16;

/// Processes by their numbers and jobs.
fn kill(invocation: &Invocation, context: &mut Context<'_>) {
    if matches!(invocation.known(0), Some("-l" | "-L" | "-0" | "--list" | "--help" | "--version")) {
        context.program(verbs::EXEC_READ, &invocation.program);
        return;
    }
    if invocation.written().to_ascii_lowercase().contains("countersign") {
        tampers(false, context);
    }
    let reloads = invocation.known(0).is_some_and(|option| matches!(option.trim_start_matches('-').trim_start_matches("SIG"), "HUP" | "USR1" | "USR2" | "WINCH"));
    let mut words: &[Word] = &invocation.words;
    // The signal comes first; after `--` a number with a dash is a group.
    match words.first().map(Word::text) {
        Some("-s" | "-n" | "--signal") => words = words.get(2..).unwrap_or_default(),
        Some("--") => {}
        Some(text) if text.starts_with('-') && (words.len() > 1) => words = words.get(1..).unwrap_or_default(),
        _ => {}
    }
    if words.len() > MOST {
        stops("*", Reversible::Unknown, Some("it names more processes than can be looked at"), context);
    }
    for word in words.iter().filter(|word| word.text() != "--").take(MOST) {
        let text = word.text();
        match word.known() {
            Some("-1" | "0" | "-0") => everything(context),
            // The first process of a container is told to read its settings again; without a handler it hears nothing.
            Some("1") if reloads && matches!(context.elsewhere, Some(Resource::Container { .. })) => stops("1", Reversible::Yes, None, context),
            Some("1") => stops("1", Reversible::No, Some("it is the machine's first process"), context),
            Some(text) if is_target(text) => stops(text, Reversible::Yes, None, context),
            Some(text) => stops(text, Reversible::Unknown, Some("which process is meant is not clear"), context),
            // A number found just before: `$!`, `$(cat server.pid)`, `$(lsof -ti :3000)`.
            None => {
                let found = finding::found(word, invocation, context);
                let wide = found == Found::Any;
                if found == Found::Own {
                    tampers(false, context);
                } else if wide {
                    tampers(true, context);
                }
                let name = if text.is_empty() { word.raw.trim_matches('"') } else { text };
                let reversible = if found != Found::Ordinary { Reversible::No } else { Reversible::Yes };
                let name = if name.is_empty() { "processes found before" } else { name };
                let short: String = name.chars().take(60).collect();
                stops(&short, reversible, Some("its number is found out when the command runs"), context);
            }
        }
    }
}

/// Parts of the names of files in which what must go on running keeps its numbers.
const KEPT_FILES: &[&str] = &["sshd", "docker", "containerd", "systemd", "kubelet", "crond", "/init"];

/// A job, a number of a process, or a group of them.
fn is_target(text: &str) -> bool {
    let digits = text.trim_start_matches(['-', '%']);
    text.starts_with('%') || !digits.is_empty() && digits.len() > usize::from(text.starts_with('-')) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use countersign_model::Reversible;
    use insta::assert_snapshot;

    use crate::fixture::{check, understood};

    /// Whether everything a command stops can be started again.
    fn is_ordinary(command: &str) -> bool {
        let effects = understood(command, &[]).effects;
        effects.iter().all(|effect| effect.verb.as_str() != "countersign.tamper")
            && effects.iter().filter(|effect| effect.verb.as_str() == "exec.process").all(|effect| effect.reversible == Reversible::Yes)
    }

    #[test]
    fn ordinary_processes_can_be_started_again() {
        for command in [
            "kill 4242",
            "kill -9 4242 4243",
            "kill %1",
            "kill $!",
            "kill -- -4242",
            "kill -TERM $(cat server.pid)",
            "kill $(lsof -ti :3000)",
            "lsof -ti :3000 | xargs kill -9",
            "kill $(pgrep -f 'vite dev')",
            "npm start & PID=$!; sleep 1; kill $PID",
            "kill $(ps aux | grep vite | awk '{print $2}')",
            "pkill -f vite",
            "pkill -9 -f 'next dev'",
            "killall node",
            "fuser -k 3000/tcp",
            "kill -1 4242",
            r#"pkill -f "expo\|metro\|packager" || true"#,
            "pkill -f 'next dev|next-server'",
            "pkill 'node|vite'",
            "pkill -f '(vite|webpack)'",
            "pkill -f '[n]ext dev'",
            "ps aux | grep '[n]ext dev' | awk '{print $2}' | xargs kill",
            "lsof -ti:3001 | xargs kill -9; docker compose up -d api",
            "lsof -ti:3000 | xargs kill -9; docker ps -a",
            "cd docker && lsof -ti:3000 | xargs kill -9",
            "cd web/apps && lsof -ti:3000 | xargs kill -9",
            "for i in $(seq 1 30); do sleep 1; done; kill $(cat x.pid)",
        ] {
            assert!(check(command).contains("exec.process") && is_ordinary(command), "{command}: {}", check(command));
        }
    }

    #[test]
    fn what_must_go_on_running_is_not() {
        for command in [
            "kill -9 -1",
            "kill -9 1",
            "kill 0",
            "killall5",
            "pkill -f countersign-hook",
            "pkill -f 'c[o]untersign'",
            "pkill -f count.rsign",
            "pkill -f sign",
            "pkill -f .",
            "pkill -f /",
            "pkill -f bin",
            "pkill sshd",
            "killall dockerd",
            "killall systemd",
            "pkill -u dev",
            "pkill claude",
            "fuser -km /home",
            "kill -9 $(ps aux | awk '{print $2}')",
            "kill $(pgrep countersign)",
            "P=$(pgrep -f c.untersign); kill $P",
            "pgrep -f countersign | xargs kill",
            "kill $(cat /run/sshd.pid)",
            "kill $PID",
            "pkill $NAME",
            "pkill -f 'vite|countersign'",
            "pkill -f 'vite|c[o]unters'",
            "pkill -f 'vite|ss.d'",
            r#"pkill -f "vite\|sign""#,
            "pkill -f 'vite|'",
            "pkill -f '(vite|.)'",
            "pkill -f 'vite|[a-z]'",
            "pkill -f 'x?'",
            "ps aux | awk '{print $2}' | xargs kill",
            "cd docker && ps aux | grep 'vite|ssh' | awk '{print $2}' | xargs kill",
            "cat /run/docker.pid | xargs kill",
            "pgrep -f countersign | tee f; cat f | xargs kill",
            "ps aux; echo 1 | xargs kill $(pgrep .)",
        ] {
            assert!(!is_ordinary(command), "{command}: {}", check(command));
        }
    }

    #[test]
    fn showing_stops_nothing() {
        assert_snapshot!(check("kill -l; kill -0 4242; fuser 3000/tcp; pkill --help"), @"
        exec.read kill, read
        exec.read fuser, read
        exec.read pkill, read
        ");
        assert_snapshot!(check("pkill -f countersign-hook"), @"
        countersign.tamper countersign, destroy
        exec.process countersign-hook, destroy
        ");
    }

    #[test]
    fn all_but_some_is_any() {
        for command in [
            "pgrep -v vite | xargs kill", "kill $(pgrep -v vite)", "ps aux | grep -v vite | awk '{print $2}' | xargs kill", "pgrep -fv vite | xargs kill",
            "pgrep --inverse vite | xargs kill", "pgrep -u root | xargs kill", "lsof -t | xargs kill", "kill $(lsof -t)", "lsof -ti tcp | xargs kill",
            "ps aux | grep -E 'vite|ssh' | awk '{print $2}' | xargs kill",
            "kill $(pgrep -f 'vite|.')",
            "seq 1 99999 | xargs kill -9", "ls /proc | grep '^[0-9]' | xargs kill",
        ] {
            assert!(check(command).contains("countersign.tamper"), "{command}: {}", check(command));
        }
        for command in [
            "lsof -ti:3000 | xargs kill -9", "kill $(lsof -t -i :3000)", "lsof -ti tcp:3000 2>/dev/null | xargs kill", "pgrep -f vite | xargs kill",
            "pgrep -u root vite | xargs kill", "ps aux | grep vite | grep -v grep | awk '{print $2}' | xargs kill", "kill $(lsof -t /tmp/x.lock)", "kill $(pidof vite)",
        ] {
            assert!(!check(command).contains("countersign.tamper"), "{command}: {}", check(command));
        }
    }
}
