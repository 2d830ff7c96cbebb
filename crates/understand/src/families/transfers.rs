//! Clients of storage elsewhere: `rclone copy`, `s3cmd put`, `mc cp`, `restic backup`.

use countersign_model::{Certainty, Effect, Resource, Verb, verbs};

use super::{Family, landing};
use super::subcommands::{self, Subcommand, Table, rule};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &["rclone", "s3cmd", "mc", "mcli", "restic"],
    about: "Clients of storage elsewhere: what is listed, copied in either direction, and deleted there. \
        Remotes are named as the command names them; where they lead is in the client's own \
        configuration.",
    examples: &[
        "rclone ls box:x",
        "rclone copy box:x out",
        "rclone copy .env box:x",
        "rclone sync src box:y",
        "rclone delete box:x",
        "rclone config show",
        "s3cmd put src/a.rs s3://x",
        "mc cp src/a.rs play/x",
        "restic snapshots",
        "rclone --help",
        "rclone frobnicate box:",
    ],
    effects,
};

/// Copies, in either direction.
const COPY: Verb = verbs::NET_UPLOAD;

const RCLONE: Table<'static> = Table {
    values: &["--config", "--include", "--exclude", "--filter", "--filter-from", "--files-from", "--transfers", "--checkers", "--bwlimit", "--max-depth", "--log-file", "--backup-dir", "--compare-dest", "--copy-dest"],
    rules: &[
        rule("copy|copyto|copyurl|sync|move|moveto|bisync", COPY),
        rule("rcat", COPY),
        rule("delete|deletefile|purge|rmdir|rmdirs|cleanup|dedupe", verbs::NET_DELETE),
        rule("ls|lsd|lsl|lsf|lsjson|cat|size|tree|about|check|cryptcheck|hashsum|md5sum|sha1sum|ncdu", verbs::NET_READ),
        rule("config show|dump|redacted|file|userinfo", verbs::SECRET_READ),
        rule("reveal", verbs::SECRET_READ),
        rule("listremotes|version|help|completion|genautocomplete|obscure", verbs::EXEC_READ),
    ],
};

const S3CMD: Table<'static> = Table {
    values: &["-c", "--config", "--include", "--exclude", "--access_key", "--secret_key", "--host", "--region"],
    rules: &[
        rule("put|sync|cp|mv|get", COPY),
        rule("del|rm|rb", verbs::NET_DELETE),
        rule("ls|la|du|info", verbs::NET_READ),
    ],
};

const MC: Table<'static> = Table {
    values: &["-C", "--config-dir", "--older-than", "--newer-than", "--attr"],
    rules: &[
        rule("cp|mv|mirror|pipe|put|get", COPY),
        rule("rm|rb", verbs::NET_DELETE),
        rule("ls|du|stat|cat|head|tree|find|diff", verbs::NET_READ),
    ],
};

const RESTIC: Table<'static> = Table {
    values: &["-r", "--repo", "-p", "--password-file", "--password-command", "--exclude", "--tag", "--host", "--target", "-t"],
    rules: &[
        rule("backup", COPY),
        rule("forget|prune", verbs::NET_DELETE),
        rule("snapshots|ls|stats|check|diff|find|cat|dump|restore", verbs::NET_READ),
        rule("version|help", verbs::EXEC_READ),
    ],
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let table = match invocation.program.as_str() {
        "rclone" => RCLONE,
        "s3cmd" => S3CMD,
        "restic" => RESTIC,
        // Without a subcommand of the storage client it is the file manager of the same name.
        _ if invocation.words.is_empty() => return super::opaque(invocation, "it can start programs", context),
        _ => MC,
    };
    let found = subcommands::read(invocation, &table);
    let rehearses = invocation.program == "rclone" && found.surely(&["--dry-run", "-n"], &["-v", "-vv", "-P", "--progress"]);
    if rehearses && found.verb == Some(COPY) {
        let host = found.operands.iter().rev().find_map(|word| remote(word, invocation)).unwrap_or_else(|| "*".to_owned());
        context.push(Effect::new(verbs::NET_READ, Resource::Host { host, url: None }));
        return;
    }
    if found.is_help || found.verb == Some(verbs::EXEC_READ) {
        context.program(verbs::EXEC_READ, &invocation.title());
        return;
    }
    if found.verb == Some(verbs::SECRET_READ) {
        let resource = Resource::Secret { store: "rclone".to_owned(), name: found.operand(0).unwrap_or_else(|| "*".to_owned()) };
        context.push(Effect::new(verbs::SECRET_READ, resource));
        return;
    }
    let (verb, away) = direction(&found, invocation);
    let host = found.operands.iter().rev().find_map(|word| remote(word, invocation)).unwrap_or_else(|| "*".to_owned());
    let resource = Resource::Host { host, url: None };
    let effect = match verb {
        Some(verb) => Effect::new(verb, resource),
        None => Effect::new(verbs::NET_WRITE, resource).certain(Certainty::Partial, "the subcommand is not known"),
    };
    context.push(effect);
    deletes(&found, invocation, context);
    if invocation.program == "restic" && found.name == "restore" {
        let into = found.value(&["--target", "-t"]).cloned().unwrap_or_else(|| Value::unknown("where it restores to is not known"));
        landing::tree(&Value::unknown("which files there are is not known"), &into, context);
    }
    let last = found.operands.len().saturating_sub(1);
    for (index, word) in found.operands.iter().enumerate().filter(|(index, word)| remote(word, invocation).is_none() || (invocation.program.starts_with("mc") && *index < last)) {
        if away || index < last { context.read(word) } else if found.verb == Some(COPY) { lands(&found, word, invocation, context) }
    }
}

/// What is fetched into `target`: one file under its name, or all that is in a directory.
fn lands(found: &Subcommand<'_>, target: &Word, invocation: &Invocation, context: &mut Context<'_>) {
    let sources = found.operands.iter().take(found.operands.len().saturating_sub(1));
    // What one name of the source is, only the other machine knows.
    let whole = matches!(found.name.as_str(), "copy" | "sync" | "bisync" | "move" | "mirror") || found.has(&["-r", "--recursive"]);
    for source in sources {
        let is_renamed = matches!(found.name.as_str(), "copyto" | "moveto") && invocation.program == "rclone";
        if is_renamed {
            context.write(target);
        } else if whole || !landing::is_one(&source.value) {
            landing::tree(&source.value, &target.value, context);
        } else {
            landing::file(&source.value, &target.value, context);
        }
    }
}

/// What a copy deletes: at its target what the source has not, at its source what was moved.
fn deletes(found: &Subcommand<'_>, invocation: &Invocation, context: &mut Context<'_>) {
    let [source, .., target] = found.operands.as_slice() else { return };
    let mirrors = match (invocation.program.as_str(), found.name.as_str()) {
        ("rclone", "sync" | "bisync") => true,
        ("s3cmd", "sync") => found.has(&["--delete-removed", "--delete-after"]),
        ("mc" | "mcli", "mirror") => found.has(&["--remove"]),
        _ => false,
    };
    let moves = matches!((invocation.program.as_str(), found.name.as_str()), ("rclone", "move" | "moveto") | ("s3cmd" | "mc" | "mcli", "mv"));
    let both = found.name == "bisync";
    let why = if moves { "what was moved is gone at its source" } else { "what the source has not is deleted at the target" };
    for (word, is_emptied) in [(*target, mirrors), (*source, moves || both)] {
        match remote(word, invocation) {
            _ if !is_emptied => {}
            Some(host) => {
                let resource = Resource::Host { host, url: None };
                context.push(Effect::new(verbs::NET_DELETE, resource).because(why));
            }
            None if word.value.is_unknown() => {
                let resource = Resource::Host { host: "*".to_owned(), url: None };
                context.push(Effect::new(verbs::NET_DELETE, resource).certain(Certainty::Partial, why));
            }
            None => context.delete(word),
        }
    }
}

/// Whether a copy goes away from here, and what it is then.
fn direction(found: &Subcommand<'_>, invocation: &Invocation) -> (Option<Verb>, bool) {
    match &found.verb {
        Some(verb) if *verb == COPY => {
            let here = invocation.program != "restic" && !matches!(found.name.as_str(), "rcat" | "pipe" | "put")
                && found.operands.last().is_some_and(|word| found.operands.len() > 1 && !word.value.is_unknown() && remote(word, invocation).is_none());
            (Some(if here { verbs::NET_READ } else { COPY }), !here)
        }
        verb => (verb.clone(), false),
    }
}

/// `remote:path`, `s3://bucket`, `alias/bucket` of a client that says so.
fn remote(word: &Word, invocation: &Invocation) -> Option<String> {
    if invocation.program.starts_with("mc") {
        let (alias, _) = word.known()?.split_once('/')?;
        return (!alias.is_empty() && !alias.starts_with(['.', '~'])).then(|| alias.to_owned());
    }
    let (name, _) = word.known()?.split_once(':')?;
    (!name.is_empty() && !name.contains('/')).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn what_is_fetched_keeps_its_name() {
        assert_snapshot!(check("rclone copy r:b ~; s3cmd get s3://b/.envrc .; mc cp play/b/.bashrc ~; restic -r s3:x restore latest --target ~"), @"
        net.read r, read
        fs.write /home/dev, write
        fs.write /home/dev, write, partial
        net.read s3, read
        fs.write /repo, write
        fs.write /repo/.envrc, write
        net.read play, read
        fs.read /repo/play/b/.bashrc, read
        fs.write /home/dev/.bashrc, write
        net.read *, read
        ");
        assert_snapshot!(check("rclone copyto r:b/x ~/x; s3cmd get s3://b/x.csv .; rclone copy r:b/.envrc ."), @"
        net.read r, read
        fs.write /home/dev/x, write
        net.read s3, read
        fs.write /repo, write
        fs.write /repo, write, partial
        fs.write /repo/.envrc, write
        ");
    }

    #[test]
    fn what_copies_delete() {
        assert_snapshot!(check("rclone sync a: b:x"), @"
        net.upload b, send
        net.delete b, destroy
        ");
        assert_snapshot!(check("rclone move src box:x"), @"
        net.upload box, send
        fs.delete /repo/src, destroy
        fs.read /repo/src, read
        ");
        assert_snapshot!(check("rclone sync box:x out"), @"
        net.read box, read
        fs.delete /repo/out, destroy
        fs.write /repo/out, write
        ");
        assert_snapshot!(check("rclone sync src box:x --dry-run; rclone copy -n src box:x"), @"net.read box, read");
        assert_snapshot!(check("mc mirror --remove src play/x; s3cmd sync --delete-removed src s3://x; s3cmd sync src s3://y"), @"
        net.upload play, send
        net.delete play, destroy
        fs.read /repo/src, read
        net.upload s3, send
        net.delete s3, destroy
        ");
    }

    #[test]
    fn copies_away_are_uploads() {
        assert_snapshot!(check("rclone copy .env box:x; rclone sync . box:y; s3cmd put src/a.rs s3://x; mc cp src/a.rs play/x; restic -r s3:x backup ."), @"
        net.upload box, send
        secret.read /repo/.env, read
        net.delete box, destroy
        fs.read /repo, read
        net.upload s3, send
        fs.read /repo/src/a.rs, read
        net.upload play, send
        net.upload *, send
        ");
        assert_snapshot!(check("rclone delete box:x; rclone config show; rclone frobnicate box:"), @"
        net.delete box, destroy
        secret.read rclone:*, read
        net.write box, write, partial
        fs.read /repo/frobnicate, read
        ");
    }

    #[test]
    fn listings_and_fetches_are_reads() {
        assert_snapshot!(check("rclone ls box:x; rclone copy box:x out; s3cmd ls; rclone --help; restic snapshots"), @"
        net.read box, read
        fs.write /repo/out, write
        net.read *, read
        exec.read rclone --help, read
        ");
    }
}
