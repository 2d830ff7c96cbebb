//! The settings of tox in either of their forms: sections of lines, or tables.

use std::collections::BTreeMap;

use toml::Value as Toml;

/// Names that one with alternatives in brackets stands for.
const MOST: usize = 128;
/// How deep settings refer to one another.
const DEEPEST: usize = 6;

/// Settings by their sections and keys, as lines.
#[derive(Debug, Default)]
pub(super) struct Settings {
    sections: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

impl Settings {
    /// Those in a file; none where it has none of tox.
    pub(super) fn of(file: &str, text: &str) -> Result<Option<Self>, String> {
        if !file.ends_with(".toml") {
            let settings = Self::of_lines(text);
            let has = |name: &str| settings.sections.contains_key(name);
            let is_own = if file == "setup.cfg" { has("tox:tox") } else { has("tox") || has("testenv") };
            let any = settings.sections.keys().any(|name| name.starts_with("testenv"));
            return Ok((is_own || any).then_some(settings));
        }
        let table: toml::Table = toml::from_str(text).map_err(|_| format!("its {file} cannot be read"))?;
        let whole = Toml::Table(table);
        let own = if file == "tox.toml" {
            Some(&whole)
        } else {
            whole.get("tool").and_then(|tool| tool.get("tox"))
        };
        let Some(own) = own else { return Ok(None) };
        match own.get("legacy_tox_ini").and_then(Toml::as_str) {
            Some(text) => Ok(Some(Self::of_lines(text))),
            None => Self::of_tables(own).map(Some),
        }
    }

    fn of_lines(text: &str) -> Self {
        let mut settings = Self::default();
        let (mut section, mut key) = (String::new(), String::new());
        let mut goes_on = false;
        for line in text.lines() {
            let trimmed = line.trim();
            if trimmed.starts_with(['#', ';']) || trimmed.is_empty() {
                continue;
            }
            let name =
                line.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(name, _)| name.trim());
            if let Some(name) = name {
                name.clone_into(&mut section);
                settings.sections.entry(section.clone()).or_default();
                goes_on = false;
                continue;
            }
            let mut value = trimmed;
            if !line.starts_with([' ', '\t']) {
                let Some((name, rest)) = line.split_once(['=', ':']) else { continue };
                name.trim().clone_into(&mut key);
                value = rest.trim();
                goes_on = false;
                settings.sections.entry(section.clone()).or_default().insert(key.clone(), Vec::new());
            }
            let lines = settings.sections.entry(section.clone()).or_default().entry(key.clone()).or_default();
            let (text, more) =
                value.strip_suffix('\\').map_or((value, false), |text| (text.trim_end(), true));
            match lines.last_mut().filter(|_| goes_on) {
                Some(last) => {
                    last.push(' ');
                    last.push_str(text);
                }
                None if text.is_empty() => {}
                None => lines.push(text.to_owned()),
            }
            goes_on = more;
        }
        settings
    }

    fn of_tables(own: &Toml) -> Result<Self, String> {
        let mut settings = Self::default();
        let mut takes = |section: String, table: &Toml| -> Result<(), String> {
            let mut keys = BTreeMap::new();
            for (key, value) in table.as_table().into_iter().flatten() {
                keys.insert(key.clone(), lines(key, value, own)?);
            }
            settings.sections.insert(section, keys);
            Ok(())
        };
        takes("tox".to_owned(), own)?;
        if let Some(base) = own.get("env_run_base") {
            takes("testenv".to_owned(), base)?;
        }
        for (name, table) in own.get("env").and_then(Toml::as_table).into_iter().flatten() {
            takes(format!("testenv:{name}"), table)?;
        }
        Ok(settings)
    }

    /// The lines of a setting of an environment, or of all of them: those that are for it.
    pub(super) fn lines(&self, name: &str, keys: &[&str]) -> Vec<String> {
        let given = self.bases(name).into_iter().find_map(|section| {
            let section = self.sections.get(&section)?;
            keys.iter().find_map(|key| section.get(*key))
        });
        given.into_iter().flatten().filter_map(|line| for_environment(line, name)).collect()
    }

    /// The sections in which settings of an environment are looked for, in order.
    fn bases(&self, name: &str) -> Vec<String> {
        let own = format!("testenv:{name}");
        let usual = vec!["testenv".to_owned()];
        let mut found = vec![own];
        let mut at = 0;
        while let Some(section) = found.get(at).cloned().filter(|_| at < MOST) {
            at += 1;
            let based = self.sections.get(&section).and_then(|section| section.get("base"));
            let bases = match based {
                Some(lines) => lines
                    .iter()
                    .flat_map(|line| parted(line))
                    .flat_map(|base| match base.as_str() {
                        "env_run_base" => usual.clone(),
                        base => vec![base.to_owned(), format!("testenv:{base}")],
                    })
                    .collect(),
                None if at == 1 || section.starts_with("testenv:") => usual.clone(),
                None => Vec::new(),
            };
            for base in bases {
                if !found.contains(&base) {
                    found.push(base);
                }
            }
        }
        found
    }

    /// A setting of a section by its name, as lines.
    pub(super) fn of_section(&self, section: &str, key: &str) -> Option<String> {
        Some(self.sections.get(section)?.get(key)?.join("\n"))
    }

    /// The environments that run where none is named.
    pub(super) fn usual(&self) -> Vec<String> {
        let sections = ["tox", "tox:tox"].into_iter().filter_map(|name| self.sections.get(name));
        let listed = sections
            .flat_map(|section| ["env_list", "envlist"].into_iter().filter_map(|key| section.get(key)));
        let names: Vec<String> =
            listed.flatten().flat_map(|line| parted(line)).flat_map(|name| expanded(&name)).collect();
        if names.is_empty() { vec!["py".to_owned()] } else { names }
    }

    /// Those that have settings of their own.
    pub(super) fn named(&self) -> Vec<String> {
        let names = self.sections.keys().filter_map(|section| section.strip_prefix("testenv:"));
        names.flat_map(expanded).collect()
    }
}

/// The names that a text with commas and alternatives in brackets stands for.
pub(super) fn names(text: &str) -> Vec<String> {
    parted(text).iter().flat_map(|name| expanded(name)).flat_map(|name| parted(&name)).collect()
}

/// A setting in a table as lines.
fn lines(key: &str, value: &Toml, own: &Toml) -> Result<Vec<String>, String> {
    Ok(match value {
        Toml::String(text) => vec![text.clone()],
        Toml::Array(items) if key.starts_with("commands") || key == "recreate_commands" => {
            let mut found = Vec::new();
            commands(items, own, 0, &mut found)?;
            found
        }
        Toml::Array(items) if matches!(key, "install_command" | "list_dependencies_command") => {
            vec![words(items, own, 0)?]
        }
        Toml::Array(items) => items.iter().filter_map(Toml::as_str).map(str::to_owned).collect(),
        Toml::Table(table) if matches!(key, "set_env" | "setenv") => table
            .iter()
            .map(|(name, value)| match value.as_str() {
                Some(text) => format!("{name}={text}"),
                None => format!("{name}=$tox_value"),
            })
            .collect(),
        _ => Vec::new(),
    })
}

fn commands(items: &[Toml], own: &Toml, depth: usize, found: &mut Vec<String>) -> Result<(), String> {
    for item in items {
        match item {
            Toml::Array(command) => found.push(words(command, own, depth)?),
            Toml::Table(_) => match referred(item, own).filter(|_| depth < DEEPEST) {
                Some(Toml::Array(inner)) => commands(inner, own, depth + 1, found)?,
                _ => return Err("which commands it runs is not known".to_owned()),
            },
            _ => return Err("a command of its settings is not a list of words".to_owned()),
        }
    }
    Ok(())
}

/// The words of a command on one line.
fn words(items: &[Toml], own: &Toml, depth: usize) -> Result<String, String> {
    let mut line = Vec::new();
    for item in items {
        match item {
            Toml::String(text) if text.starts_with('{') || text == "-" || text == "!" => {
                line.push(text.clone())
            }
            Toml::String(text) => line.push(super::packages::quoted(&super::Word::known_as(text))),
            Toml::Table(table) if table.get("replace").and_then(Toml::as_str) == Some("posargs") => {
                let usual = table.get("default").and_then(Toml::as_array).map_or(&[][..], Vec::as_slice);
                line.push(format!("{{posargs:{}}}", words(usual, own, depth + 1)?));
            }
            Toml::Table(_) => match referred(item, own).filter(|_| depth < DEEPEST) {
                Some(Toml::Array(inner)) => line.push(words(inner, own, depth + 1)?),
                Some(Toml::String(text)) => line.push(text.clone()),
                _ => line.push("\"$tox_value\"".to_owned()),
            },
            _ => return Err("a command of its settings is not a list of words".to_owned()),
        }
    }
    Ok(line.join(" "))
}

/// The setting that a table refers to.
fn referred<'t>(item: &Toml, own: &'t Toml) -> Option<&'t Toml> {
    if item.get("replace").and_then(Toml::as_str) != Some("ref") {
        return None;
    }
    match (
        item.get("of").and_then(Toml::as_array),
        item.get("env").and_then(Toml::as_str),
        item.get("key").and_then(Toml::as_str),
    ) {
        (Some(path), _, _) => path.iter().try_fold(own, |value, key| value.get(key.as_str()?)),
        (None, Some(name), Some(key)) => own.get("env")?.get(name)?.get(key),
        (None, None, Some(key)) => own.get("env_run_base")?.get(key),
        _ => None,
    }
}

/// A line without the factors before it, where they are those of the environment: `py312,lint: ruff check`.
fn for_environment(line: &str, name: &str) -> Option<String> {
    let is_factor = |letter: char| letter.is_ascii_alphanumeric() || "{},!._- ".contains(letter);
    let conditioned = line.split_once(':').filter(|(before, after)| {
        !before.is_empty()
            && before.chars().all(is_factor)
            && !before.starts_with('{')
            && after.starts_with([' ', '\t'])
            && !before.trim().contains(' ')
    });
    let Some((condition, rest)) = conditioned else { return Some(line.to_owned()) };
    let has = |factor: &str| name.split('-').any(|own| own == factor) || name == factor;
    let alternatives: Vec<String> = parted(condition).iter().flat_map(|name| expanded(name)).collect();
    // Of more than are written out, one may fit.
    let is_cut = alternatives.len() > MOST;
    let fits = is_cut
        || alternatives.iter().any(|alternative| {
            alternative.split('-').all(|factor| match factor.strip_prefix('!') {
                Some(factor) => !has(factor),
                None => has(factor),
            })
        });
    fits.then(|| rest.trim().to_owned())
}

/// What commas part that stand in no brackets.
fn parted(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0_usize;
    for letter in text.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        match parts.last_mut() {
            Some(last) if !(letter == ',' && depth == 0) => last.push(letter),
            _ => parts.push(String::new()),
        }
    }
    parts.iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

/// `py{311,312}-lint` as the names it stands for; one more than [`MOST`] where there are more.
fn expanded(text: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (inner, behind) = after.split_once('}').unwrap_or((after, ""));
        let alternatives: Vec<&str> = inner.split(',').map(str::trim).collect();
        names = names
            .iter()
            .flat_map(|name| alternatives.iter().map(move |one| format!("{name}{before}{one}")))
            .take(MOST + 1)
            .collect();
        rest = behind;
    }
    names.iter().map(|name| format!("{name}{rest}")).collect()
}
