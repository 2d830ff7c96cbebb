//! What TypeScript says of a value's type beside it: `x as T`, `x satisfies T`, `<T>x`, `x!`. None of it is there when
//! the code runs.

use super::super::tokens::Rules;
use super::Code;

impl Code<'_> {
    /// Where the value alone stands of what stands between two indices.
    pub(super) fn untyped(&self, start: usize, end: usize) -> (usize, usize) {
        if self.rules != Rules::JavaScript {
            return (start, end);
        }
        let start = self.after_type(start, end).unwrap_or(start);
        let mut at = start;
        while at < end {
            let says_type = self.is(at, "as") || self.is(at, "satisfies");
            let is_member = self.is(at.wrapping_sub(1), ".") || self.is(at.wrapping_sub(1), "?.");
            if says_type && !is_member && at > start && at + 1 < end {
                break;
            }
            let opens = self.is(at, "(") || self.is(at, "[") || self.is(at, "{");
            at = if opens { self.closer(at) + 1 } else { at + 1 };
        }
        let end = at.min(end);
        let is_said = end > start + 1 && self.is(end - 1, "!");
        (start, if is_said { end - 1 } else { end })
    }

    /// Where the value begins behind `<T>`.
    fn after_type(&self, start: usize, end: usize) -> Option<usize> {
        if !self.is(start, "<") {
            return None;
        }
        let mut open = 0_usize;
        for at in start..end {
            if self.is(at, "<") {
                open += 1;
            } else if self.is(at, ">") {
                open = open.checked_sub(1)?;
                if open == 0 {
                    return Some(at + 1).filter(|at| *at < end);
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_with;

    /// What a script does that puts `{ region: "x", profile: "live" }`, written in some way, into an object.
    fn with(options: &str) -> String {
        let text = format!(
            "import {{ S3Client, PutObjectCommand, type S3ClientConfig }} from \"@aws-sdk/client-s3\";\n{options}\n\
            await c.send(new PutObjectCommand({{ Bucket: \"b\", Key: \"k\" }}));\n"
        );
        check_with("tsx s.ts", &[("/repo/s.ts", &text)])
    }

    #[test]
    fn types_beside_a_value_are_read_through() {
        const OPTIONS: &str = "{ region: \"x\", profile: \"live\" }";
        for options in [
            format!("const c = new S3Client({OPTIONS});"),
            format!("const c = new S3Client({OPTIONS} as any);"),
            format!("const c = new S3Client({OPTIONS} as unknown as S3ClientConfig);"),
            format!("const c = new S3Client({OPTIONS} as const);"),
            format!("const c = new S3Client({OPTIONS} satisfies S3ClientConfig);"),
            format!("const c = new S3Client(<any>{OPTIONS});"),
            format!("const c = new S3Client(<Partial<S3ClientConfig>>{OPTIONS});"),
            format!("const c = new S3Client(({OPTIONS})!);"),
            format!("const c = new S3Client(({OPTIONS} as any)!);"),
            "const c = new S3Client({ profile: \"live\" as string });".to_owned(),
            "const p = <string>\"live\";\nconst c = new S3Client({ profile: p! });".to_owned(),
        ] {
            let found = with(&options);
            assert!(found.contains("in aws:live"), "{options}: {found}");
        }
    }

    #[test]
    fn options_that_are_not_known_name_no_account() {
        for options in [
            "const c = new S3Client(f() as any);",
            "const c = new S3Client({ ...rest });",
            "const c = new S3Client({ ...(rest as any), region: \"x\" });",
            "const c = new S3Client({ profile: x as string });",
            "const c = new S3Client(as as any);",
            "const o = { profile: \"live\" } as any;\nchange(o);\nconst c = new S3Client(o);",
        ] {
            let found = with(options);
            assert!(found.contains("in aws:*"), "{options}: {found}");
        }
        assert!(with("const c = new S3Client({ region: \"x\" });").contains("in aws:default"));
    }
}
