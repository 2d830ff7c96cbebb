//! What the user's `~/.ssh/config`, or a file given with `-F`, says of a host. See ssh_config(5): the first value of a
//! key that is found counts.

use countersign_model::verbs;

use super::RUN_HERE;
use crate::code::source::{self, Source};
use crate::context::Context;
use crate::environment;
use crate::glob;
use crate::paths;
use crate::word::Value;

/// How deep files may include each other.
const DEEPEST: usize = 4;
/// Lines that are read in all.
const MOST_LINES: usize = 5000;

/// What is said of a host.
#[derive(Debug, Default)]
pub(super) struct Settings {
    /// Its real name, where that is another.
    pub host: Option<String>,
    /// What runs there where nothing else is asked for.
    pub remote: Option<String>,
    /// Ports of this machine that lead elsewhere.
    pub forwards: Vec<String>,
    /// The hosts that the connection jumps over, with commas between.
    jump: Option<String>,
    /// What runs here for it: the key and the command.
    commands: Vec<(String, String)>,
    /// Why it may say more.
    doubt: Option<String>,
    allows_local: bool,
    /// Whether the command itself writes a part of it.
    is_written: bool,
    lines: usize,
}

/// What the file says of `name`; `given` is a file that is named in place of the user's own.
pub(super) fn of(name: &str, given: Option<&str>, context: &Context<'_>) -> Settings {
    let mut settings = Settings::default();
    if name.is_empty() || name.contains('*') {
        return settings;
    }
    let home = context.surroundings.home.trim_end_matches('/');
    let path = given.map_or_else(|| format!("{home}/.ssh/config"), str::to_owned);
    settings.file(&path, name, 0, context);
    settings
}

/// The host that a name stands for: what the file says, unless that is an address, which says less than the name.
pub(super) fn host(name: &str, context: &Context<'_>) -> String {
    let settings = of(name, None, context);
    settings.host.unwrap_or_else(|| name.to_owned())
}

/// A key and its value: `Key value`, `Key=value`, `Key = "value"`.
fn pair(line: &str) -> Option<(String, &str)> {
    let line = line.trim();
    let end = line.find(|letter: char| letter == '=' || letter.is_ascii_whitespace())?;
    let (key, rest) = line.split_at_checked(end)?;
    let value = rest.trim_start_matches(|letter: char| letter == '=' || letter.is_ascii_whitespace());
    Some((key.to_ascii_lowercase(), value.trim()))
}

/// Whether patterns mean a name: one does, and none with `!` does.
fn means(patterns: &str, name: &str) -> bool {
    let words = || patterns.split([' ', '\t', ',']).map(|word| word.trim_matches('"')).filter(|word| !word.is_empty());
    let refused = words().filter_map(|word| word.strip_prefix('!')).any(|pattern| glob::matches(pattern, name));
    !refused && words().any(|pattern| glob::matches(pattern, name))
}

impl Settings {
    /// The hosts that the connection jumps over, and those that it jumps over to get there.
    pub(super) fn jumps(&self, context: &Context<'_>) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let mut next = self.jump.clone();
        while let Some(list) = next.take().filter(|list| list != "none") {
            if found.len() >= DEEPEST || found.contains(&list) {
                break;
            }
            // The first hop is reached as its own lines say; each by its real name.
            let names = || list.split(',').map(|hop| hop.rsplit('@').next().unwrap_or(hop));
            let names = || names().map(|hop| hop.rsplit_once(':').map_or(hop, |(host, _)| host));
            next = names().next().and_then(|first| of(first, None, context).jump);
            found.push(names().map(|hop| host(hop, context)).collect::<Vec<_>>().join(","));
        }
        found
    }

    fn file(&mut self, path: &str, name: &str, depth: usize, context: &Context<'_>) {
        let located = paths::locate(&Value::Known(path.to_owned()), context);
        let text = match source::of(&located, context) {
            Source::Texts(mut texts) if texts.len() == 1 => texts.pop().unwrap_or_default(),
            Source::Absent => return,
            Source::Texts(_) | Source::Foreign => {
                self.doubt.get_or_insert_with(|| "the command itself changes ssh's configuration first".to_owned());
                return;
            }
            Source::Perhaps(_, why) | Source::Unknown(why) => {
                if context.state.world.written.iter().any(|written| written.touches(&located)) {
                    self.doubt.get_or_insert(why);
                }
                return;
            }
        };
        self.is_written |= context.state.world.written.iter().any(|written| written.touches(&located));
        let mut applies = true;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            self.lines += 1;
            if self.lines > MOST_LINES {
                return;
            }
            let Some((key, value)) = pair(line) else { continue };
            match key.as_str() {
                "host" => applies = means(value, name),
                "match" => applies = self.matches(value, name),
                "include" if applies => {
                    for word in value.split_ascii_whitespace().map(|word| word.trim_matches('"')) {
                        if depth < DEEPEST && !glob::is_pattern(word) {
                            let home = context.surroundings.home.trim_end_matches('/');
                            let word = word.strip_prefix("~/").map_or_else(|| word.to_owned(), |rest| format!("{home}/{rest}"));
                            let path = paths::normal(&format!("{home}/.ssh"), &word);
                            self.file(&path, name, depth + 1, context);
                        }
                    }
                }
                _ if applies => self.take(&key, value, name),
                _ => {}
            }
        }
    }

    /// Whether a `Match` line means a name. What it tells apart by is not known otherwise: then it may.
    fn matches(&mut self, value: &str, name: &str) -> bool {
        let mut words = value.split_ascii_whitespace();
        while let Some(word) = words.next() {
            let (criterion, attached) = word.split_once('=').map_or((word, None), |(word, value)| (word, Some(value)));
            match criterion.to_ascii_lowercase().as_str() {
                "all" | "canonical" | "final" => {}
                "host" | "originalhost" => {
                    if !means(attached.or_else(|| words.next()).unwrap_or_default(), name) {
                        return false;
                    }
                }
                "exec" => {
                    let rest: Vec<&str> = attached.into_iter().chain(words.by_ref()).collect();
                    let text = rest.join(" ").trim_matches('"').to_owned();
                    self.commands.push(("match exec".to_owned(), text));
                }
                _ => {
                    words.next();
                }
            }
        }
        true
    }

    fn take(&mut self, key: &str, value: &str, name: &str) {
        let bare = value.trim_matches('"');
        match key {
            "hostname" if self.host.is_none() => {
                let found = bare.replace("%h", name).replace("%%", "%");
                let is_address = found.contains(':') || found.chars().all(|letter| letter.is_ascii_digit() || letter == '.');
                self.host = Some(if is_address { name.to_owned() } else { found });
            }
            "proxyjump" if self.jump.is_none() => self.jump = Some(bare.to_owned()),
            "remotecommand" if self.remote.is_none() && bare != "none" => self.remote = Some(bare.to_owned()),
            "localforward" => self.forwards.push(bare.to_owned()),
            "permitlocalcommand" => self.allows_local |= bare.eq_ignore_ascii_case("yes"),
            _ if RUN_HERE.contains(&key) && !self.commands.iter().any(|(known, _)| known == key) => {
                self.commands.push((key.to_owned(), value.to_owned()));
            }
            _ => {}
        }
    }

    /// Adds what runs here. Of the user's own file what is not understood is the user's choice; of one that the
    /// command names or writes it is opaque.
    pub(super) fn runs(&self, name: &str, strict: bool, context: &mut Context<'_>) {
        if let Some(why) = &self.doubt {
            context.opaque("ssh", why);
        }
        for (key, text) in &self.commands {
            if text.trim() == "none" || key == "localcommand" && !self.allows_local {
                continue;
            }
            let text = text.replace("%h", self.host.as_deref().unwrap_or(name)).replace("%n", name).replace("%p", "22").replace("%r", "user").replace("%%", "%");
            if strict || self.is_written {
                environment::command(key, &Value::Known(text), context);
                continue;
            }
            let before = context.begins_apart();
            environment::command(key, &Value::Known(text), context);
            for mut found in context.ends_apart(before) {
                let verb = &found.effect.verb;
                if !matches!(verb.area(), "exec") && *verb != verbs::NET_READ {
                    found.effect.because = Some("ssh's configuration runs it".to_owned());
                    context.push_apart(found);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    const CONFIG: &str = "# Host web\nInclude more\nHost scratch tmp-*\n  HostName db.prod.example\n  User deploy\nHost *.dev !old.dev\n  HostName=%h.example\nHost num\n  HostName 10.0.0.7\n\
        Host evil\n  ProxyCommand sh -c 'rm -rf src; nc %h %p'\nHost via\n  ProxyCommand unheard-of --to %h\nHost job\n  RemoteCommand systemctl restart web\n\
        Match host hook exec \"git push origin main\"\n  HostName hook.example\nHost *\n  HostName never.example.%h\n";

    fn ssh(command: &str) -> String {
        check_with(command, &[("/home/dev/.ssh/config", CONFIG), ("/home/dev/.ssh/more", "Host inner\n  HostName inner.prod.example\n")])
    }

    #[test]
    fn names_stand_for_hosts() {
        assert_snapshot!(ssh("ssh scratch 'rm -rf /srv'"), @"
        net.read db.prod.example, read
        fs.delete db.prod.example, destroy, partial
        ");
        assert_snapshot!(ssh("ssh deploy@tmp-1 uptime; ssh a.dev uptime; ssh num uptime"), @"
        net.read db.prod.example, read
        exec.read db.prod.example, read
        net.read a.dev.example, read
        exec.read a.dev.example, read
        net.read num, read
        exec.read num, read
        ");
        assert_snapshot!(ssh("scp a.txt scratch:/tmp; rsync -a src/ inner:/srv/"), @"
        fs.read /repo/a.txt, read
        net.upload db.prod.example, send
        fs.read /repo/src, read
        net.upload inner.prod.example, send
        ");
        assert_snapshot!(ssh("ssh job"), @"
        net.read never.example.job, read
        exec.system never.example.job, destroy
        ");
        assert_snapshot!(ssh("ssh -o HostName=other.example scratch uptime"), @"
        net.read other.example, read
        exec.read other.example, read
        ");
    }

    #[test]
    fn what_runs_here() {
        assert_snapshot!(ssh("ssh evil uptime"), @"
        fs.delete /repo/src, destroy
        net.send never.example.evil, send
        net.read never.example.evil, read
        exec.read never.example.evil, read
        ");
        assert_snapshot!(ssh("ssh via uptime"), @"
        net.read never.example.via, read
        exec.read never.example.via, read
        ");
        assert_snapshot!(ssh("ssh hook uptime"), @"
        git.push main@origin, write
        net.read hook.example, read
        exec.read hook.example, read
        ");
        assert_snapshot!(check_with("ssh -F ./c web uptime", &[("/repo/c", "Host web\n HostName w.example\n ProxyCommand rm -rf src\n")]), @"
        fs.delete /repo/src, destroy
        net.read w.example, read
        exec.read w.example, read
        ");
        assert_snapshot!(check_with("ssh -F ./c web uptime", &[("/repo/c", "Host web\n HostName w.example\n")]), @"
        net.read w.example, read
        exec.read w.example, read
        ");
        assert_snapshot!(check("echo 'ProxyCommand ./x' >> ~/.ssh/config; ssh web uptime"), @"
        fs.write /home/dev/.ssh/config, write
        exec.read echo, read
        exec.opaque /repo/x, execute, partial
        net.read web, read
        exec.read web, read
        ");
    }

    #[test]
    fn near_misses() {
        assert_snapshot!(check("ssh web uptime"), @"
        net.read web, read
        exec.read web, read
        ");
        assert_snapshot!(ssh("ssh old.dev uptime; ssh -F /dev/null scratch uptime"), @"
        net.read never.example.old.dev, read
        exec.read never.example.old.dev, read
        net.read scratch, read
        exec.read scratch, read
        ");
        assert_snapshot!(ssh("echo ssh evil"), @"exec.read echo, read");
    }
}
