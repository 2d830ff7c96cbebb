//! The names of files in the text of a patch, as the program that applies it reads them.

/// Names that are looked at.
const MOST_NAMES: usize = 300;

/// What reads a patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::families) enum Reader {
    /// `git apply`.
    Git,
    /// `git am`, which decodes mails first.
    Mail,
    /// `patch`, which also takes patches that are indented, and context diffs.
    Patch,
}

/// A file that a patch names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub text: String,
    /// Whether it has no `a/` or `b/` before it, where others have.
    pub is_bare: bool,
}

/// The files that a patch names; none where that is not known.
pub(super) fn read(text: &str, reader: Reader, recounts: bool) -> Option<Vec<Name>> {
    if reader == Reader::Mail && is_encoded(text) {
        return None;
    }
    let mut found = Vec::new();
    let mut left = (0_usize, 0_usize);
    for line in text.lines() {
        if left != (0, 0) && is_of_hunk(line, &mut left) {
            continue;
        }
        left = (0, 0);
        let line = if reader == Reader::Patch { outdented(line) } else { line };
        if let Some(ranges) = line.strip_prefix("@@ -") {
            left = if recounts { left } else { lengths(ranges).unwrap_or_default() };
            continue;
        }
        header(line, reader, &mut found);
        if found.len() > MOST_NAMES {
            return None;
        }
    }
    Some(found)
}

fn header(line: &str, reader: Reader, found: &mut Vec<Name>) {
    const BARE: &[&str] = &["rename from ", "rename to ", "rename old ", "rename new ", "copy from ", "copy to "];
    let mut add = |text: Option<String>, is_bare: bool| {
        let name = text.filter(|text| !text.is_empty() && text != "/dev/null").map(|text| Name { text, is_bare });
        if let Some(name) = name.filter(|name| !found.contains(name)) {
            found.push(name);
        }
    };
    if let Some(both) = line.strip_prefix("diff --git ") {
        pair(both).into_iter().for_each(|name| add(Some(name), false));
    } else if let Some(name) = BARE.iter().find_map(|mark| line.strip_prefix(mark)) {
        add(clean(name, Reader::Git), true);
    } else {
        let marks: &[&str] = if reader == Reader::Patch { &["+++ ", "--- ", "*** ", "Index: "] } else { &["+++ ", "--- "] };
        let name = marks.iter().find_map(|mark| line.strip_prefix(mark));
        // `--- 1,5 ----` is a range of a context diff.
        if let Some(name) = name.filter(|name| !name.ends_with(" ----") && !name.ends_with(" ****")) {
            add(clean(name, reader), false);
        }
    }
}

/// Whether a line belongs to the part of a patch that changes lines, of which so many are left.
fn is_of_hunk(line: &str, left: &mut (usize, usize)) -> bool {
    let (old, new) = match line.bytes().next() {
        None | Some(b' ' | b'\t') => (1, 1),
        Some(b'-') => (1, 0),
        Some(b'+') => (0, 1),
        Some(b'\\') => return true,
        Some(_) => return false,
    };
    match (left.0.checked_sub(old), left.1.checked_sub(new)) {
        (Some(old), Some(new)) => {
            *left = (old, new);
            true
        }
        _ => false,
    }
}

/// How many lines follow `@@ -1,2 +1,3 @@`, of the file before and after.
fn lengths(ranges: &str) -> Option<(usize, usize)> {
    let (old, rest) = ranges.split_once(" +")?;
    let (new, _) = rest.split_once(" @@")?;
    let length = |range: &str| match range.split_once(',') {
        Some((_, length)) => length.parse().ok(),
        None => Some(1),
    };
    Some((length(old)?, length(new)?))
}

/// A line without what `patch` lets stand before it.
fn outdented(line: &str) -> &str {
    let mut line = line.trim_start_matches([' ', '\t', 'X']);
    while let Some(rest) = line.strip_prefix("- ") {
        line = rest;
    }
    line
}

/// The name in a line, without the time that follows it.
fn clean(name: &str, reader: Reader) -> Option<String> {
    if name.starts_with('"') {
        return unquoted(name).map(|(name, _)| name);
    }
    let name = match name.split_once('\t') {
        Some((name, _)) => name,
        None if reader == Reader::Patch => name.split_whitespace().next()?,
        None => name.match_indices(' ').find(|(at, _)| is_date(name.get(at + 1..))).and_then(|(at, _)| name.get(..at)).unwrap_or(name),
    };
    Some(name.trim_end().to_owned())
}

fn is_date(text: Option<&str>) -> bool {
    let Some((year, "-")) = text.and_then(|text| text.get(..5)).and_then(|text| text.split_at_checked(4)) else { return false };
    year.bytes().all(|digit| digit.is_ascii_digit())
}

/// The names in `a/x b/x`: with what stands before their first slash cut off they are the same.
fn pair(both: &str) -> Vec<String> {
    if both.starts_with('"') {
        let Some((first, rest)) = unquoted(both) else { return Vec::new() };
        let second = clean(rest.trim_start(), Reader::Git);
        return std::iter::once(first).chain(second).collect();
    }
    let both = both.trim_end();
    let own = |name: &str| name.split_once('/').map_or(name, |(_, rest)| rest).to_owned();
    for (at, _) in both.match_indices(' ').take(MOST_NAMES) {
        let (first, second) = (both.get(..at).unwrap_or_default(), both.get(at + 1..).unwrap_or_default());
        if own(first) == own(second) || second.starts_with('"') {
            return vec![first.to_owned(), clean(second, Reader::Git).unwrap_or_default()];
        }
    }
    both.split(' ').map(str::to_owned).collect()
}

/// Text in quotes as git writes it, and what follows it.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut bytes = Vec::new();
    let mut rest = text.strip_prefix('"')?;
    loop {
        let (at, mark) = rest.char_indices().find(|(_, letter)| matches!(letter, '"' | '\\'))?;
        bytes.extend(rest.get(..at)?.bytes());
        rest = rest.get(at + 1..)?;
        if mark == '"' {
            return Some((String::from_utf8_lossy(&bytes).into_owned(), rest));
        }
        let digits = rest.bytes().take(3).take_while(|digit| (b'0'..=b'7').contains(digit)).count();
        if digits > 0 {
            bytes.push(u8::try_from(u32::from_str_radix(rest.get(..digits)?, 8).ok()?).ok()?);
            rest = rest.get(digits..)?;
            continue;
        }
        let letter = rest.chars().next()?;
        rest = rest.get(letter.len_utf8()..)?;
        match letter {
            'n' => bytes.push(b'\n'),
            't' => bytes.push(b'\t'),
            'r' => bytes.push(b'\r'),
            'a' => bytes.push(7),
            'b' => bytes.push(8),
            'f' => bytes.push(12),
            'v' => bytes.push(11),
            other => bytes.extend(other.to_string().bytes()),
        }
    }
}

/// Whether a mail is in an encoding that git decodes first.
fn is_encoded(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.to_ascii_lowercase();
        let transfer = line.strip_prefix("content-transfer-encoding:").map(str::trim);
        let set = line.split_once("charset=").filter(|_| line.starts_with("content-type:") || line.starts_with([' ', '\t']));
        transfer.is_some_and(|encoding| !matches!(encoding, "7bit" | "8bit"))
            || set.is_some_and(|(_, set)| !["utf-8", "us-ascii", "iso-8859-"].iter().any(|plain| set.trim_start_matches('"').starts_with(plain)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str, reader: Reader) -> String {
        let Some(found) = read(text, reader, false) else { return "unknown".to_owned() };
        found.into_iter().map(|name| name.text).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn names_of_files() {
        assert_eq!(names("--- a/x\t2020-01-01\n+++ b/x y\t2020\n@@ -1 +1 @@\n--- old\n+++ new\n--- c\n", Reader::Git), "a/x|b/x y|c");
        assert_eq!(names("diff --git a/x y b/x y\nnew file mode 100644\n", Reader::Git), "a/x y|b/x y");
        assert_eq!(names("diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n", Reader::Git), "a/x|b/y|x|y");
        assert_eq!(names("--- /dev/null\n+++ \"b/\\056claude/s\\303\\244.json\"\n", Reader::Git), "b/.claude/sä.json");
        assert_eq!(names("--- a 2020-01-01 00:00:00\n+++ b c\n", Reader::Git), "a|b c");
        assert_eq!(names("XX  --- a 2020-01-01\n- +++ b c\n*** d\n*** 1,5 ****\n--- 1,5 ----\nIndex: e\n", Reader::Patch), "a|b|d|e");
        assert_eq!(names("Content-Transfer-Encoding: base64\n\nZGlm\n", Reader::Mail), "unknown");
        assert_eq!(names("Content-Type: text/plain; charset=UTF-7\n\nx\n", Reader::Mail), "unknown");
        assert_eq!(names("Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\n--- a/x\n", Reader::Mail), "a/x");
        assert_eq!(names(&"--- a\n".repeat(10), Reader::Git), "a");
    }
}
