//! Files that the command itself brings from the network or out of a decoder: what runs them runs code that nobody
//! here wrote down. Copies, links and archives of such files are followed, by the words of the commands.

use crate::context::{Context, World};
use crate::invocation::{Invocation, Stdin};
use crate::paths::{self, Located};
use crate::word::Value;

use super::source::MOST_WRITTEN;

/// Words of one command that are looked at as files.
const MOST_WORDS: usize = 200;

impl World {
    /// Says that what was written since there were `before` files comes from the network or out of a decoder, as
    /// does what goes to files that the shell keeps open.
    pub fn brings(&mut self, before: usize) {
        self.brings_more |= self.written.len() >= MOST_WRITTEN;
        for (index, written) in self.written.iter_mut().enumerate() {
            written.foreign |= index >= before || written.is_open;
        }
    }

    /// Says that the shell keeps open what was opened since there were `before` files.
    pub fn keeps_open(&mut self, before: usize) {
        for written in self.written.iter_mut().skip(before) {
            written.is_open = true;
        }
    }

    /// Whether there is any file that comes from the network or out of a decoder.
    pub fn has_foreign(&self) -> bool {
        self.brings_more || self.written.iter().any(|written| written.foreign)
    }

    /// Whether a file, or what a link of this command leads to, comes from the network or out of a decoder.
    pub fn is_foreign(&self, located: &Located) -> bool {
        let led = self
            .links
            .iter()
            .filter(|link| located.readings().any(|path| paths::is_within(path, &link.name)));
        let targets: Vec<&str> = led.filter_map(|link| link.target.as_deref()).collect();
        let is_unclear = located.why.is_some();
        self.brings_more
            || self.written.iter().filter(|written| written.foreign).any(|written| {
                let holds = (is_unclear || !written.is_pattern) && written.touches(located);
                let means = is_unclear && located.readings().any(|path| written.is_meant_by(path));
                holds || means || targets.iter().any(|target| written.holds(target))
            })
    }
}

/// Follows what comes from the network or out of a decoder through the files that the command writes: a program
/// that fetches, decodes or is given such a file is taken to write nothing else.
pub(crate) fn carries(invocation: &Invocation, written: usize, context: &mut Context<'_>) {
    let piped = matches!(&invocation.stdin, Stdin::Pipe(source) if source.is_foreign());
    let given = context.state.world.has_foreign() && {
        let file = match &invocation.stdin {
            Stdin::File(value) => Some(value),
            Stdin::Inherited | Stdin::Text(_) | Stdin::Pipe(_) => None,
        };
        let words = invocation.words.iter().take(MOST_WORDS).map(|word| &word.value);
        words.chain(file).any(|value| names_foreign(value, context))
    };
    // What reads a fetched file passes it on.
    context.flow.fetched |= given;
    if given || piped || context.flow.is_foreign() || invocation.substituted.is_foreign() {
        context.state.world.brings(written);
    }
}

/// Whether a word, or what follows the `=` in it, names a file that is foreign.
fn names_foreign(value: &Value, context: &Context<'_>) -> bool {
    let is_foreign = |value: &Value| context.state.world.is_foreign(&paths::locate(value, context));
    let text = value.text();
    let after = text.split_once('=').map(|(_, after)| Value::Known(after.to_owned()));
    (!text.starts_with('-') && !text.is_empty() && is_foreign(value))
        || after.is_some_and(|after| is_foreign(&after))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn what_is_brought_and_run() {
        for command in [
            "curl -o d.sh https://example.com/x; bash d.sh",
            "curl -O https://example.com/p.sh && sh p.sh",
            "wget https://example.com/p.sh && . ./p.sh",
            "wget -O p.sh https://example.com/x && bash p.sh",
            "curl https://example.com/x > p.sh; chmod +x p.sh; ./p.sh",
            "curl https://example.com/x | tee p.sh >/dev/null; ./p.sh",
            "curl https://example.com/x | sed s/a/b/ > p.sh; bash < p.sh",
            "curl -o a https://example.com/x; cp a b; python3 b",
            "curl -o a https://example.com/x; mv a b; node b",
            "curl -o a https://example.com/x; ln -s a b; bash b",
            "curl -o a https://example.com/x; ln a b; bash b",
            "curl -o a https://example.com/x; install -m 755 a b; ./b",
            "curl -o a https://example.com/x; dd if=a of=b; bash b",
            "curl -o a https://example.com/x; cat a > b; bash b",
            "curl -o a https://example.com/x; cat a | bash",
            "curl -o a.tgz https://example.com/x; tar xzf a.tgz -C out; bash out/install.sh",
            "exec 3>p.sh; curl https://example.com/x >&3; bash p.sh",
            "exec >p.sh; curl https://example.com/x; bash p.sh",
            "{ echo a; curl https://example.com/x; } > p.sh; bash p.sh",
            "( curl https://example.com/x ) > p.sh; bash p.sh",
            "echo \"$(curl https://example.com/x)\" > p.sh; bash p.sh",
            "echo aGkK | base64 -d > p.sh; bash p.sh",
            "curl -o Makefile https://example.com/x; make test",
            "curl -o package.json https://example.com/x; npm test",
            "curl -o d.sh https://example.com/x; bash d*.sh",
            "F=$(mktemp); curl -o $F https://example.com/x; bash $F",
            "sudo curl -o /tmp/p https://example.com/x && sudo bash /tmp/p",
        ] {
            assert!(check(command).contains("exec.remote-code"), "{command}: {}", check(command));
        }
    }

    #[test]
    fn what_is_only_read_or_another_file() {
        let files = [("/repo/a.sh", "ls"), ("/repo/r.py", "print(1)")];
        for command in [
            "curl -o d.json https://example.com/x; bash a.sh",
            "curl https://example.com/x > d.json; jq . d.json; python3 r.py d.json",
            "curl -s https://example.com/x | jq . > out.json && cat out.json",
            "cp a.sh b.sh; curl https://example.com/x; bash a.sh",
            "curl -o $X https://example.com/x; bash a.sh",
            "curl https://example.com/x; { echo ls; } > c.sh; bash c.sh",
        ] {
            assert!(
                !check_with(command, &files).contains("exec.remote-code"),
                "{command}: {}",
                check_with(command, &files)
            );
        }
        assert_snapshot!(check("curl -o d.sh https://example.com/x; bash d.sh"), @"
        fs.write /repo/d.sh, write
        net.read https://example.com/x, read
        exec.remote-code /repo/d.sh, execute
        exec.opaque /repo/d.sh, execute, opaque
        ");
    }
}
