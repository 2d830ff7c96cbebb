//! Script blocks that stand as values: whoever is given one may run it, so each is walked that nothing else has walked.
//!
//! A block that only goes into a variable waits until the variable is read.

use super::Script;
use super::statements::Cursor;
use super::value::Item;
use super::{extent, files};
use crate::context::Context;
use crate::families;
use crate::word::Value;

/// The most blocks of one pipeline that wait; more are walked at once.
const MOST: usize = 100;

impl Script {
    /// Notes that the value is a block that may be run later in the pipeline.
    pub(super) fn waits(&mut self, item: &Item, context: &mut Context<'_>) {
        let Some(body) = &item.block else { return };
        if self.pending.len() < MOST {
            self.pending.push(body.clone());
        } else {
            self.run(body, context);
        }
    }

    /// Walks what waits since `from`, but not the value that is handed on.
    pub(super) fn walk(&mut self, from: usize, last: Option<&Item>, context: &mut Context<'_>) {
        if self.pending.len() <= from {
            return;
        }
        let handed = last.and_then(|item| item.block.as_ref());
        let waiting = self.pending.split_off(from);
        let (kept, mut waiting): (Vec<String>, Vec<String>) =
            waiting.into_iter().partition(|body| Some(body) == handed);
        waiting.dedup();
        let element = self.variables.insert("_".to_owned(), Item::unknown("what the block is given"));
        let repeated = std::mem::replace(&mut context.repeated, true);
        for body in waiting {
            self.run(&body, context);
        }
        context.repeated = repeated;
        match element {
            Some(item) => drop(self.variables.insert("_".to_owned(), item)),
            None => drop(self.variables.remove("_")),
        }
        self.pending.extend(kept.into_iter().take(1));
    }

    /// The parameters of a function or a script: their checks and defaults run.
    pub(super) fn parameters(&mut self, inner: &str, context: &mut Context<'_>) -> Result<(), &'static str> {
        if !context.counts_text(inner.len()) || !context.enters() {
            return Err("parameters that nest too deep");
        }
        let mut cursor = Cursor { text: inner, at: 0 };
        let from = self.pending.len();
        let read = self.each_parameter(&mut cursor, context);
        self.walk(from, None, context);
        context.leaves();
        read
    }

    fn each_parameter(
        &mut self,
        cursor: &mut Cursor<'_>,
        context: &mut Context<'_>,
    ) -> Result<(), &'static str> {
        loop {
            cursor.skip(true)?;
            match cursor.peek() {
                None => return Ok(()),
                Some(b',') => cursor.at += 1,
                Some(b'[') => {
                    let attribute = cursor.group()?;
                    self.attribute(attribute, context)?;
                }
                Some(b'$') => {
                    cursor.at += 1;
                    let length = cursor.rest().find(|c: char| !c.is_alphanumeric() && c != '_');
                    cursor.at += length.unwrap_or(cursor.rest().len());
                    cursor.skip(true)?;
                    if cursor.peek() == Some(b'=') {
                        cursor.at += 1;
                        self.default_value(cursor, context)?;
                    }
                }
                Some(_) => return Err("parameters that are not understood"),
            }
            if !context.counts_step() {
                return Err("too many parameters");
            }
        }
    }

    /// A default: values with operators between, up to the next comma.
    fn default_value(
        &mut self,
        cursor: &mut Cursor<'_>,
        context: &mut Context<'_>,
    ) -> Result<(), &'static str> {
        loop {
            cursor.skip(true)?;
            self.unary(cursor, context)?;
            cursor.skip(true)?;
            if matches!(cursor.peek(), None | Some(b',')) {
                return Ok(());
            }
            if self.operator(cursor).is_none() || !context.counts_step() {
                return Err("a parameter's default that is not understood");
            }
        }
    }

    /// `[ValidateScript({ .. })]`: the blocks in it run when a value is given.
    pub(super) fn attribute(&mut self, inner: &str, context: &mut Context<'_>) -> Result<(), &'static str> {
        let mut at = 0;
        while let Some(byte) = inner.as_bytes().get(at) {
            at = match byte {
                b'{' => {
                    let end = extent::end(inner, at)?;
                    let body = inner.get(at + 1..end.saturating_sub(1)).unwrap_or_default();
                    self.waits(&Item::code(body), context);
                    end
                }
                b'"' => extent::end(inner, at)?,
                b'\'' => extent::single(inner, at)?,
                _ => at + 1,
            };
        }
        Ok(())
    }

    /// Sets what a target names: a variable, or what a drive holds.
    pub(super) fn assign(&mut self, target: &str, value: &Item, context: &mut Context<'_>) {
        let (drive, name) = target.split_once(':').unwrap_or(("", target));
        match drive.to_ascii_lowercase().as_str() {
            "env" => {
                let name = name.to_ascii_uppercase();
                context.state.shell.environment.push((name, value.value.clone()));
            }
            "function" => self.defines(name, value, context),
            "alias" => self.renames(name, value, context),
            _ if is_path(target) => files::write(&Value::Known(target.to_owned()), context),
            // A property or an element of something.
            _ if target == "*" => {}
            _ if target == "psdefaultparametervalues" => {
                let harmless = |name: &String| is_harmless_default(name);
                let known = value.table.as_ref();
                if !known.is_some_and(|table| table.iter().all(|(name, _)| harmless(name))) {
                    context.opaque("$PSDefaultParameterValues", "it changes what commands are given");
                }
            }
            _ => {
                self.set(target, value.clone());
                // A block waits in its variable.
                if let Some(body) = &value.block
                    && self.variables.get(target).is_some_and(|item| item.block.is_some())
                {
                    self.pending.retain(|waiting| waiting != body);
                }
            }
        }
    }

    /// A function whose code is a value.
    fn defines(&mut self, name: &str, value: &Item, context: &mut Context<'_>) {
        let name = name.rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
        match (&value.block, value.value.known()) {
            (Some(body), _) => drop(self.run(body, context)),
            (None, Some(text)) => drop(self.run(text, context)),
            (None, None) => {
                context.opaque("function:", "it defines a function with code that is not known");
            }
        }
        self.functions.insert(name);
    }

    fn renames(&mut self, name: &str, value: &Item, context: &mut Context<'_>) {
        let name = name.rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
        match value.value.known() {
            Some(meaning) => drop(self.aliases.insert(name, meaning.to_owned())),
            None => context.opaque("alias:", "another name for a command is not known"),
        }
    }

    /// What a command is called in the end: other names can have other names.
    pub(super) fn meant(&self, name: String) -> String {
        let mut name = name;
        for _ in 0..8 {
            match self.aliases.get(&name.to_ascii_lowercase()) {
                Some(meaning) => name = meaning.clone(),
                None => break,
            }
        }
        name
    }

    /// Says what reading or changing a variable of these names means that is more than a variable.
    pub(super) fn special(&mut self, name: &str, rest: &str, context: &mut Context<'_>) {
        let after = rest.trim_start();
        let assigned = after.starts_with('=') && !after.starts_with("==");
        if is_path(name) && !assigned {
            files::read(&Value::Known(name.to_owned()), context);
        }
        if name == "psdefaultparametervalues" && !assigned {
            let key = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(key, _)| key);
            let key = key.map(|key| key.trim_matches(['\'', '"', ' ']).to_ascii_lowercase());
            if !key.is_some_and(|key| is_harmless_default(&key)) {
                context.opaque("$PSDefaultParameterValues", "it changes what commands are given");
            }
        }
    }

    /// What `@name` stands for, as words: keys and values of a table, or elements of a list.
    pub(super) fn splatted(&self, name: &str) -> Option<Vec<(Option<String>, Item)>> {
        let item = self.variables.get(name)?;
        if let Some(table) = item.table.as_ref().filter(|_| !self.elements_change) {
            return Some(table.iter().map(|(key, item)| (Some(key.clone()), item.clone())).collect());
        }
        let values = if item.list.is_empty() { vec![item.value.clone()] } else { item.list.clone() };
        let known = values.iter().all(|value| value.known().is_some()) && !self.elements_change;
        known.then(|| values.into_iter().map(|value| (None, Item::of(value))).collect())
    }
}

/// Whether a variable's name is a path: `${c:/x}`, `${dir/file}`.
pub(super) fn is_path(name: &str) -> bool {
    name.contains(['/', '\\', ':'])
        && !name.to_ascii_lowercase().starts_with("env:")
        && !["function:", "alias:"].iter().any(|drive| name.to_ascii_lowercase().starts_with(drive))
}

/// Whether a default for commands' parameters changes only how something looks.
fn is_harmless_default(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    [":encoding", ":verbose", ":erroraction", ":warningaction", ":autosize", ":width"]
        .iter()
        .any(|end| key.ends_with(end))
}

/// Whether a text sets elements of lists or tables: `$x['key'] = ..`.
pub(super) fn elements_change(text: &str) -> bool {
    text.split(']').skip(1).any(|part| {
        let part = part.trim_start();
        (part.starts_with('=') && !part.starts_with("==")) || part.starts_with("+=")
    })
}

/// Says that a command is given words that nobody knows.
pub(super) fn unknown_words(name: &str, context: &mut Context<'_>) {
    context.opaque(name, "its parameters come from a table or a list that is not known");
    families::mentions(name, context);
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use serde_json::json;

    use crate::fixture::check_tool;

    fn run(command: &str) -> String {
        check_tool("powershell", json!({ "command": command }))
    }

    #[test]
    fn blocks_that_are_values_may_run() {
        let push = "git push origin HEAD:main";
        for command in [
            "1 | select @{n='x';e={PUSH}}",
            "gci | Sort-Object @{e={PUSH}}",
            "gci | Group-Object {PUSH}",
            "gci | ft @{n='x';e={PUSH}}",
            "gci | Format-List {PUSH}",
            "gci | ConvertTo-Html -Property @{n='x';e={PUSH}}",
            "$sb={PUSH}; 1|select @{n='x';e=$sb}",
            "$h=@{n='x';e={PUSH}}; 1|select $h",
            "$h=@{}; $h.e={PUSH}; 1|select $h",
            "$h=@{}; $h['e']={PUSH}; 1|select $h",
            "$l={1},{PUSH}; & $l[1]",
            "$x=[scriptblock]::Create('PUSH'); 1|select @{n='x';e=$x}",
            "$x=[scriptblock]'PUSH'; 1|select @{n='x';e=$x}",
            "'a' -replace 'a',{PUSH}",
            "'a' -split {PUSH}",
            "[regex]::Replace('a','a',{PUSH})",
            "[System.Linq.Enumerable]::Select([int[]]1,[Func[int,int]]{PUSH})",
            "[Array]::ForEach(@(1),[Action[object]]{PUSH})",
            "function f($x=(PUSH)){}; f",
            "function f { param([ValidateScript({PUSH})]$x) }; f 1",
            "[ValidateScript({PUSH})]$x=1",
            "$function:ls={PUSH}; ls",
            "${function:ls}={PUSH}; ls",
            "$function:ls='PUSH'; ls",
            "$function:global:prompt={PUSH}",
            "$alias:ls='git'; ls push origin HEAD:main",
            "${alias:ls}='git'; ls push --force-with-lease origin HEAD:main",
            "$f={ {PUSH} }; & (& $f)",
        ] {
            let found = run(&command.replace("PUSH", push));
            assert!(found.contains("main@origin"), "{command}: {found}");
        }
        let twice = "$f = { $f; $f }; 1 | select @{n='x';e=$f}";
        assert!(run(twice).len() < 4000);
    }

    #[test]
    fn blocks_that_compute_are_harmless() {
        for command in [
            "gci | select Name, @{n='MB';e={[math]::Round($_.Length/1MB,2)}}",
            "gci | Sort-Object { $_.LastWriteTime } -Descending",
            "gci | Group-Object { $_.Extension } | ft Count, Name",
            "'a b' -split ' ' | ForEach-Object { $_.Trim() }",
            "$size = { $_.Length }; gci | select @{n='x';e=$size}",
            "function f([string]$x = 'a', [switch]$force) { Write-Host $x }; f",
            "function f { param([Parameter(Mandatory=$true)][string]$x, [int]$n = 1 + 2) Write-Host $x }",
            "${a b} = 1; ${env:FOO} = 'x'",
            "$p=@{Path='src'; Filter='*.rs'}; Get-ChildItem @p",
            "$PSDefaultParameterValues['Out-File:Encoding'] = 'utf8'",
        ] {
            let found = run(command);
            let lines = found.lines().all(|line| line.contains(", read"));
            assert!(lines && !found.contains("opaque"), "{command}: {found}");
        }
        assert_snapshot!(run("gci *.tmp | % { rm $_ }"), @"
        fs.read /repo/*.tmp, read
        fs.delete *, destroy, partial
        ");
    }

    #[test]
    fn names_that_are_paths_are_files() {
        assert_snapshot!(run("${.git/hooks/pre-commit}='x'"), @"fs.write /repo/.git/hooks/pre-commit, write");
        assert_snapshot!(run("${/root/.bashrc}=\"x\""), @"fs.write /root/.bashrc, write");
        assert_snapshot!(run("${c:/x}=\"y\""), @"fs.write /x, write");
        assert_snapshot!(run("Write-Host ${c:/x}"), @"
        fs.read /x, read
        exec.read write-host, read
        ");
    }

    #[test]
    fn what_a_name_means_is_changed() {
        for command in [
            "$env:PATH='./evilp'; git status",
            "Set-Item env:PATH ./evilp; git status",
            "New-Item -Path env:PATH -Value ./evilp; git status",
            "[Environment]::SetEnvironmentVariable('PATH','./evilp'); git status",
            "[Environment]::SetEnvironmentVariable('PATH','./evilp','Process'); git status",
            "Set-Item function:ls { git push }",
        ] {
            let found = run(command);
            assert!(found.contains("opaque"), "{command}: {found}");
        }
        assert_snapshot!(run("Set-Item env:FOO bar; git status"), @"
        exec.read env:, read
        git.read /repo, read
        ");
    }

    #[test]
    fn words_out_of_tables() {
        assert_snapshot!(run("$p=@{Method='DELETE'}; irm https://api.shop.example/x @p"), @"net.delete https://api.shop.example/x, destroy");
        assert_snapshot!(run("$p=@{Method='GET'}; irm https://api.shop.example/x @p"), @"net.read https://api.shop.example/x, read");
        assert_snapshot!(run("$p=@{Method='GET'}; $p['Method']='DELETE'; irm https://api.shop.example/x @p"), @"
        exec.opaque invoke-restmethod, execute, opaque
        net.read https://api.shop.example/x, read
        ");
        assert_snapshot!(run("$w='push','origin','main'; git @w"), @"git.push main@origin, write");
        assert_snapshot!(run("irm https://api.shop.example/x @p"), @"
        exec.opaque invoke-restmethod, execute, opaque
        net.read https://api.shop.example/x, read
        ");
        assert_snapshot!(run("$PSDefaultParameterValues=@{'Invoke-RestMethod:Method'='DELETE'}; irm https://api.shop.example/x"), @"
        exec.opaque $PSDefaultParameterValues, execute, opaque
        net.read https://api.shop.example/x, read
        ");
    }
}
