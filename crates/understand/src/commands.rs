//! The commands a call runs, as understanding came upon them: what people are shown between the text of a
//! call and its effects.

use std::collections::BTreeSet;

use countersign_model::{Origin, Span};

use crate::collected::Slot;
use crate::invocation::Invocation;
use crate::word::{Value, Word};

/// Words of one command that are kept; more say nothing to a reader.
const MOST_WORDS: usize = 64;
/// Bytes of words kept for all commands of a call: loops may repeat long words many times.
const MOST_BYTES: usize = 256 * 1024;
/// Characters of one word that people are shown.
const LONGEST_WORD: usize = 60;
/// Characters of one word that are looked at for secrets.
const LONGEST_LOOKED_AT: usize = 4096;
/// Words of one command that people are shown.
const SHOWN: usize = 12;

/// One command that understanding looked at.
#[derive(Clone, Debug)]
pub struct Command {
    /// The command that runs this one, as the index of an earlier one: `bash -c`, `xargs`, a function.
    pub parent: Option<usize>,
    /// The program, without the directory if that is a standard one; none where its name is not known.
    pub program: Option<String>,
    /// The part of the call's text that it stands in.
    pub span: Option<Span>,
    /// The line of a file behind the call that it stands in.
    pub origin: Option<Origin>,
    /// Its effects, as indices; not those of the commands it runs. Commands can share an effect.
    pub effects: Vec<usize>,
    /// The program as written and its arguments, as far as they are kept.
    words: Vec<Word>,
    is_whole: bool,
    /// The pipeline that it is a part of.
    pipeline: usize,
}

/// Commands that follow one another in the list of all: the first, and the one after the last.
pub(crate) type Range = (usize, usize);

/// What is known of an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument<'c> {
    /// Exactly this text.
    Known(&'c str),
    /// A file name pattern: itself, or any number of files it matches.
    Pattern(&'c str),
    /// Any number of words, of which the first starts with `prefix` and the last ends with `suffix`.
    Unknown {
        /// What is known of the start.
        prefix: &'c str,
        /// What is known of the end.
        suffix: &'c str,
    },
}

impl Command {
    /// Its words on one line as they were written, shortened.
    pub fn title(&self) -> String {
        let words = self.words.iter().take(SHOWN).map(written);
        self.shortened(words, self.words.len() > SHOWN)
    }

    /// The same after `take_out` has taken secrets out of the whole line: of one that is cut nobody could tell that it is one.
    pub fn title_without(&self, take_out: impl FnOnce(&str) -> String) -> String {
        let line = self.line();
        let told = take_out(&line);
        if told == line {
            return self.title();
        }
        self.shortened(told.split(' '), self.words.len() > SHOWN)
    }

    /// The beginnings of its words on one line, secrets and all.
    pub fn line(&self) -> String {
        let starts = self.words.iter().take(SHOWN).map(|word| start(written(word)));
        starts.collect::<Vec<_>>().join(" ")
    }

    fn shortened<'w>(&self, words: impl Iterator<Item = &'w str>, has_more: bool) -> String {
        let mut title = String::new();
        for word in words {
            if !title.is_empty() {
                title.push(' ');
            }
            let mut characters = word.chars();
            title.extend(characters.by_ref().take(LONGEST_WORD));
            if characters.next().is_some() {
                title.push('…');
            }
        }
        if !self.is_whole || has_more {
            title.push_str(" …");
        }
        title
    }

    /// The program as written and its arguments; none where they are too many to keep.
    pub(crate) fn words(&self) -> Option<&[Word]> {
        self.is_whole.then_some(self.words.as_slice())
    }

    /// The pipeline that it is a part of, as a number.
    pub const fn pipeline(&self) -> usize {
        self.pipeline
    }

    /// Its arguments; none where they are too many to keep.
    pub fn arguments(&self) -> Option<impl Iterator<Item = Argument<'_>>> {
        let arguments = self.words.iter().skip(1).map(|word| match &word.value {
            Value::Known(text) => Argument::Known(text),
            Value::Pattern(text) => Argument::Pattern(text),
            Value::Unknown { prefix, suffix, .. } => Argument::Unknown { prefix, suffix },
        });
        self.is_whole.then_some(arguments)
    }
}

/// A word as it was written, as far as it is known.
fn written(word: &Word) -> &str {
    match (&word.value, word.raw.as_str()) {
        (Value::Unknown { prefix, .. }, "") if prefix.is_empty() => "…",
        (value, "") => value.text(),
        (_, raw) => raw,
    }
}

/// As much of a word as is looked at for secrets.
fn start(word: &str) -> &str {
    word.char_indices().nth(LONGEST_LOOKED_AT).and_then(|(end, _)| word.get(..end)).unwrap_or(word)
}

/// The commands of a call as they are found.
#[derive(Debug, Default)]
pub(crate) struct Commands {
    found: Vec<Command>,
    current: Option<usize>,
    /// Which command has which effect, in the order they were found.
    origins: Vec<(Option<usize>, Slot)>,
    bytes: usize,
    pipelines: usize,
    pipeline: usize,
    /// Where commands run.
    directories: BTreeSet<String>,
}

/// What [`Commands::ends`] needs to know of the command it ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Begun {
    index: usize,
    outer: Option<usize>,
}

impl Commands {
    /// A command is looked at from here on, until [`Self::ends`].
    pub fn begins(&mut self, span: Option<Span>, origin: Option<Origin>) -> Begun {
        let begun = Begun { index: self.found.len(), outer: self.current };
        self.found.push(Command {
            parent: self.current,
            program: None,
            span,
            origin,
            effects: Vec::new(),
            words: Vec::new(),
            is_whole: true,
            pipeline: self.pipeline,
        });
        self.current = Some(begun.index);
        begun
    }

    /// The command that began so turned out to be this one.
    pub fn ends(&mut self, begun: Begun, invocation: Invocation) {
        self.current = begun.outer;
        let Some(command) = self.found.get_mut(begun.index) else { return };
        command.program = Some(invocation.program).filter(|program| !program.is_empty());
        let Invocation { first, mut words, .. } = invocation;
        command.is_whole = words.len() < MOST_WORDS;
        words.truncate(MOST_WORDS - 1);
        words.insert(0, first);
        let bytes: usize = words.iter().map(|word| word.raw.len() + word.text().len()).sum();
        if self.bytes + bytes > MOST_BYTES {
            command.is_whole = false;
        } else {
            self.bytes += bytes;
            command.words = words;
        }
    }

    /// A command works there, or may.
    pub fn works_in(&mut self, directory: &str) {
        if !self.directories.contains(directory) {
            self.directories.insert(directory.to_owned());
        }
    }

    /// How many commands were found so far.
    pub const fn len(&self) -> usize {
        self.found.len()
    }

    /// The commands that were found since there were `first` of them.
    pub fn since(&self, first: usize) -> Option<Range> {
        (self.found.len() > first).then_some((first, self.found.len()))
    }

    /// Some of them, in order.
    pub fn range(&self, (first, end): Range) -> &[Command] {
        self.found.get(first..end.min(self.found.len())).unwrap_or_default()
    }

    /// The commands that begin from here on are parts of another pipeline; which it was before.
    pub const fn begins_pipeline(&mut self) -> usize {
        self.pipelines += 1;
        std::mem::replace(&mut self.pipeline, self.pipelines)
    }

    /// The commands that begin from here on are parts of this pipeline.
    pub const fn ends_pipeline(&mut self, outer: usize) {
        self.pipeline = outer;
    }

    /// The command being looked at has this effect.
    pub fn has(&mut self, slot: Slot) {
        self.origins.push((self.current, slot));
    }

    /// How many effects were found so far.
    pub fn mark(&self) -> usize {
        self.origins.len()
    }

    /// Takes away which command has which of the effects found since `mark`.
    pub fn forgets(&mut self, mark: usize) -> Vec<(Option<usize>, Slot)> {
        self.origins.split_off(mark.min(self.origins.len()))
    }

    /// Makes another command the one that is being looked at; which it was before.
    pub fn becomes(&mut self, current: Option<usize>) -> Option<usize> {
        std::mem::replace(&mut self.current, current)
    }

    /// The effects since `mark` that belong to no command inside the one which begins next are that one's:
    /// its redirections are looked at before it is.
    pub fn hands_over(&mut self, mark: usize) {
        let next = Some(self.found.len());
        for (owner, _) in self.origins.iter_mut().skip(mark).filter(|(owner, _)| *owner == self.current) {
            *owner = next;
        }
    }

    /// All of them, in order, with their effects where there are `listed` before those that are sums.
    pub fn finish(mut self, listed: usize) -> (Vec<Command>, BTreeSet<String>) {
        for (owner, slot) in self.origins {
            let index = match slot {
                Slot::Listed(index) => index,
                Slot::Summed(index) => listed + index,
            };
            if let Some(command) = owner.and_then(|owner| self.found.get_mut(owner))
                && !command.effects.contains(&index)
            {
                command.effects.push(index);
            }
        }
        (self.found, self.directories)
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::Understanding;
    use crate::fixture::understood;

    fn check(command: &str) -> String {
        shown(&understood(command, &[]))
    }

    fn shown(Understanding { commands, effects, .. }: &Understanding) -> String {
        let mut lines = Vec::new();
        for command in commands {
            let mut depth = 0;
            let mut parent = command.parent;
            while let Some(index) = parent {
                depth += 1;
                parent = commands[index].parent;
            }
            let span = command.span.map_or_else(String::new, |span| format!(" {}–{}", span.start, span.end));
            let effects: Vec<&str> =
                command.effects.iter().map(|index| effects[*index].verb.as_str()).collect();
            let program = command.program.as_deref().unwrap_or("?");
            let title = command.title();
            lines.push(format!("{}{program}: {title}{span} [{}]", "  ".repeat(depth), effects.join(", ")));
        }
        lines.join("\n")
    }

    #[test]
    fn commands_in_commands() {
        assert_snapshot!(check("sudo bash -c 'git push -f origin main; ls' && rm -rf src > log"), @"
        sudo: sudo bash -c 'git push -f origin main; ls' 0–42 [exec.privilege]
          bash: bash -c 'git push -f origin main; ls' 5–42 []
            git: git push -f origin main 5–42 [git.force-push]
            ls: ls 5–42 [fs.read]
        rm: rm -rf src 46–56 [fs.write, fs.delete]
        ");
        assert_snapshot!(check("cat a | xargs rm; \"$X\" 1"), @r#"
        cat: cat a 0–5 [fs.read]
        xargs: xargs rm 8–16 []
          rm: rm … 14–16 [fs.delete]
        ?: "$X" 1 18–24 [exec.hidden]
        "#);
        assert_snapshot!(check("echo \"$(cat .env)\" > /tmp/x"), @r#"
        cat: cat .env 8–16 [secret.read]
        echo: echo "$(cat .env)" 0–18 [fs.write, exec.read]
        "#);
    }

    /// What is collected by itself first, of which only some counts.
    #[test]
    fn what_counts_only_beyond_a_place_stays_its_commands() {
        let files = [
            ("/repo/Dockerfile", "FROM x\nRUN npm ci\nRUN rm -rf /data && npm publish\n"),
            (
                "/repo/compose.yaml",
                "services:\n  a:\n    build: .\n    command: sh -c 'ls; git push origin main'\n",
            ),
            ("/repo/d.sh", "git fetch\ndocker build .\n"),
        ];
        let check = |command: &str| shown(&understood(command, &files));
        assert_snapshot!(check("git fetch; docker build -t x ."), @"
        git: git fetch 0–9 [git.fetch]
        docker: docker build -t x . 11–30 [package.read, container.build]
          npm: npm ci 11–30 [package.read]
          rm: rm -rf /data 11–30 []
          npm: npm publish 11–30 [package.publish]
        ");
        assert_snapshot!(check("rm -rf src && docker compose up"), @"
        rm: rm -rf src 0–10 [fs.delete]
        docker: docker compose up 14–31 [package.read, container.run]
          npm: npm ci 14–31 [package.read]
          rm: rm -rf /data 14–31 []
          npm: npm publish 14–31 [package.publish]
          sh: sh -c 'ls; git push origin main' 14–31 []
            ls: ls 14–31 []
            git: git push origin main 14–31 []
        ");
        assert_snapshot!(check("sh d.sh"), @"
        sh: sh d.sh 0–7 [fs.read]
          git: git fetch 0–7 [git.fetch]
          docker: docker build . 0–7 [package.read, container.build]
            npm: npm ci 0–7 [package.read]
            rm: rm -rf /data 0–7 []
            npm: npm publish 0–7 [package.publish]
        ");
        let hook = [("/repo/.git/hooks/pre-push", "#!/bin/sh\nls\ncurl -d a https://x.example\n")];
        assert_snapshot!(shown(&understood("rm -rf src; git push origin feature", &hook)), @"
        rm: rm -rf src 0–10 [fs.delete]
        git: git push origin feature 12–35 [git.push]
          ls: ls 12–35 []
          curl: curl -d a https://x.example 12–35 [net.send]
        ");
    }

    #[test]
    fn a_sum_of_effects_is_found_too() {
        let text: String = (0..40).map(|number| format!("cat {number}; ")).collect();
        let found = understood(&text, &[]);
        assert_eq!(found.commands.len(), 40);
        assert_eq!(found.commands[31].effects, [31]);
        assert_eq!(found.commands[39].effects, [32]);
        assert_eq!(found.effects[32].resource.to_string(), "*");
    }

    #[test]
    fn long_words_are_not_kept() {
        let found = understood(&format!("X={}; {}", "a".repeat(10_000), "cat $X; ".repeat(500)), &[]);
        assert_eq!(found.commands.len(), 500);
        assert!(found.commands[0].arguments().is_some());
        assert!(found.commands[499].arguments().is_none());
    }
}
