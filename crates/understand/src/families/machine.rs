//! Processes, services, the machine itself, and what runs later.

use countersign_model::{Certainty, Effect, PathClass, Resource, Zone, verbs};

use super::{Family, opaque};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::shell::{self, Place};
use crate::word::Word;

pub(super) const FAMILY: Family = Family {
    programs: &[
        "kill", "pkill", "killall", "xkill", "systemctl", "service", "launchctl", "shutdown", "reboot", "halt", "poweroff", "init", "telinit",
        "crontab", "at", "batch", "mount", "umount", "mkfs", "mkfs.ext4", "mkfs.xfs", "fdisk", "parted", "wipefs", "swapoff", "useradd", "userdel",
        "usermod", "passwd", "groupadd", "visudo", "iptables", "ufw", "nft", "modprobe", "insmod", "rmmod", "chroot", "nc", "ncat", "netcat", "socat",
        "ssh-keygen", "setenforce", "auditctl", "journalctl", "loginctl", "hostnamectl", "timedatectl",
    ],
    effects,
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    match program {
        "kill" | "pkill" | "killall" | "xkill" => stop(invocation, context),
        "systemctl" | "service" | "launchctl" | "journalctl" | "loginctl" | "hostnamectl" | "timedatectl" => service(invocation, context),
        "crontab" | "at" | "batch" => schedule(invocation, context),
        "nc" | "ncat" | "netcat" | "socat" => connect(invocation, context),
        "ssh-keygen" => keys(invocation, context),
        "mount" if invocation.words.is_empty() => context.program(verbs::EXEC_READ, "mount"),
        _ => context.program(verbs::EXEC_SYSTEM, program),
    }
}

fn stop(invocation: &Invocation, context: &mut Context<'_>) {
    let lists = matches!(invocation.known(0), Some("-l" | "-L" | "-0" | "--list"));
    if lists {
        context.program(verbs::EXEC_READ, &invocation.program);
        return;
    }
    let written = invocation.written().to_ascii_lowercase();
    let by_user = ["-u", "-U", "-G", "-g", "-t", "-s", "-P", "-v", "--user", "--uid", "--inverse", "--parent", "--session"];
    let broad = if invocation.program == "kill" {
        invocation.words.iter().skip(1).any(|word| word.text() == "-1" || word.text() == "0")
    } else {
        invocation.words.iter().any(|word| {
            matches!(word.text(), "." | ".*" | "") || word.value.is_unknown() || by_user.contains(&word.text())
        })
    };
    if written.contains("countersign") || broad {
        let (zone, class) = (Zone::System, PathClass::Countersign);
        let resource = Resource::Path { path: "countersign".to_owned(), zone, class };
        let effect = Effect::new(verbs::COUNTERSIGN_TAMPER, resource).because("it stops Countersign");
        context.push(if broad { effect.certain(Certainty::Partial, "it may stop Countersign") } else { effect });
    }
    let target = invocation.words.iter().rfind(|word| !word.text().starts_with('-'));
    let name = target.map_or("processes", |word| word.text());
    context.program(verbs::EXEC_PROCESS, if name.is_empty() { "processes" } else { name });
}

/// Shows the fingerprint of a key, or makes and changes keys.
fn keys(invocation: &Invocation, context: &mut Context<'_>) {
    let mut words = invocation.words.iter();
    let (mut shows, mut other) = (false, false);
    let mut file = None;
    while let Some(word) = words.next() {
        match word.known() {
            Some("-l" | "-lv" | "-B") => shows = true,
            Some("-v" | "-q") => {}
            Some("-lf" | "-lvf") => {
                shows = true;
                file = words.next();
            }
            Some("-f") => file = words.next(),
            Some("-E") => {
                words.next();
            }
            _ => other = true,
        }
    }
    match file.filter(|_| shows && !other) {
        Some(file) => {
            context.read(file);
            context.program(verbs::EXEC_READ, "ssh-keygen");
        }
        None => {
            file.into_iter().for_each(|file| context.write(file));
            opaque(invocation, "it makes, signs or changes keys", context);
        }
    }
}

fn service(invocation: &Invocation, context: &mut Context<'_>) {
    let reads = ["status", "show", "list-units", "list-unit-files", "list-timers", "is-active", "is-enabled", "is-failed", "cat", "list", "print", "get-default", "--version"];
    let acts = invocation.words.iter().find(|word| !word.text().starts_with('-'));
    let subcommand = if invocation.program == "service" { invocation.words.get(1) } else { acts };
    let known = subcommand.is_none_or(|word| word.known().is_some_and(|text| reads.contains(&text)));
    let vacuum = invocation.words.iter().any(|word| word.text().starts_with("--vacuum") || word.text() == "--rotate");
    let only_reads = (known || invocation.program == "journalctl") && !vacuum;
    context.program(if only_reads { verbs::EXEC_READ } else { verbs::EXEC_SYSTEM }, &invocation.title());
}

fn schedule(invocation: &Invocation, context: &mut Context<'_>) {
    match (invocation.program.as_str(), invocation.known(0)) {
        ("crontab", Some("-l")) | ("at", Some("-l")) => context.program(verbs::EXEC_READ, &invocation.program),
        _ => {
            context.program(verbs::EXEC_SCHEDULE, &invocation.program);
            let text = match &invocation.stdin {
                crate::invocation::Stdin::Pipe(source) => source.text.as_deref(),
                crate::invocation::Stdin::Text(value) => value.known(),
                crate::invocation::Stdin::Inherited | crate::invocation::Stdin::File(_) => None,
            };
            let is_plain = matches!(invocation.program.as_str(), "at" | "batch");
            if let Some(text) = text.filter(|_| is_plain && !invocation.words.iter().any(|word| word.text().starts_with("-f"))) {
                shell::run_apart(text, Place::Within(context.here), context);
                return;
            }
            opaque(invocation, "what it will run is not known", context);
        }
    }
}

fn connect(invocation: &Invocation, context: &mut Context<'_>) {
    let listens = invocation.words.iter().any(|word| {
        let text = word.text();
        text.to_ascii_lowercase().contains("listen") || (text.starts_with('-') && !text.starts_with("--") && text.contains('l'))
    });
    let runs = invocation.words.iter().any(|word| {
        let text = word.text();
        matches!(text, "-e" | "-c" | "--exec" | "--sh-exec") || text.to_ascii_uppercase().contains("EXEC:") || text.to_ascii_uppercase().contains("SYSTEM:")
    });
    if runs {
        opaque(invocation, "it gives a connection a program", context);
    }
    let host = invocation.words.iter().find(|word| !word.text().starts_with('-')).and_then(Word::known).unwrap_or("*");
    let resource = Resource::Host { host: host.to_owned(), url: None };
    context.push(Effect::new(if listens { verbs::NET_LISTEN } else { verbs::NET_SEND }, resource));
    context.flow.fetched = true;
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn stopping() {
        assert_snapshot!(check("kill -9 4242"), @"exec.process 4242, destroy");
        assert_snapshot!(check("pkill -f countersign-hook"), @r#"
        countersign.tamper countersign, destroy
        exec.process countersign-hook, destroy
        "#);
        assert_snapshot!(check("kill -l"), @"exec.read kill, read");
        assert_snapshot!(check("systemctl status nginx; systemctl stop nginx"), @r#"
        exec.read systemctl status nginx, read
        exec.system systemctl stop nginx, destroy
        "#);
        assert_snapshot!(check("ssh-keygen -l -f ~/.ssh/id_ed25519.pub"), @"
        fs.read /home/dev/.ssh/id_ed25519.pub, read
        exec.read ssh-keygen, read
        ");
        assert!(check("ssh-keygen -y -f ~/.ssh/id_ed25519").contains("secret.read"));
        assert_snapshot!(check("crontab -l"), @"exec.read crontab, read");
        assert_snapshot!(check("nc -lvp 4444 -e /bin/sh"), @r#"
        exec.opaque nc, execute, opaque
        net.listen 4444, write
        "#);
    }
}
