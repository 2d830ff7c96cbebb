//! What an output format shows of a secret.

/// Fields that say nothing of a secret's value. Annotations can hold all of it.
const HARMLESS: &[&str] = &[".metadata.name", ".metadata.namespace", ".metadata.creationTimestamp", ".metadata.uid", ".type"];

/// Whether a format shows no more than names and the like.
pub(super) fn shows_only_names(format: &str) -> bool {
    if matches!(format, "name" | "wide" | "") {
        return true;
    }
    if let Some(columns) = format.strip_prefix("custom-columns=") {
        return columns.split(',').all(|column| column.split_once(':').is_some_and(|(_, path)| is_harmless(path)));
    }
    let Some(template) = format.strip_prefix("jsonpath=") else { return false };
    let mut blocks = template.split('{').skip(1).map(|block| block.split('}').next().unwrap_or(block).trim()).peekable();
    blocks.peek().is_some() && blocks.all(|block| matches!(block, "end" | "range .items[*]") || is_text(block) || is_harmless(block))
}

fn is_harmless(path: &str) -> bool {
    let bare = path.strip_prefix(".items[*]").unwrap_or(path);
    HARMLESS.contains(&bare)
}

/// A piece of text in quotes, such as a line's end.
fn is_text(block: &str) -> bool {
    block.len() > 1 && ['"', '\''].iter().any(|quote| block.starts_with(*quote) && block.ends_with(*quote))
}

#[cfg(test)]
mod tests {
    use super::shows_only_names;

    #[test]
    fn templates_are_read_from_files() {
        let check = crate::fixture::check;
        assert!(check("kubectl get pods -o go-template-file=.env").contains("secret.read /repo/.env"));
        assert!(check("kubectl get pods -o jsonpath-file=x.txt").contains("fs.read /repo/x.txt"));
        assert!(!check("kubectl get pods -o jsonpath={.items}").contains("fs.read"));
    }

    #[test]
    fn names_are_no_secrets() {
        for format in ["name", "custom-columns=NAME:.metadata.name,T:.type", "jsonpath={.items[*].metadata.name}", "jsonpath={range .items[*]}{.metadata.name}{\"\\n\"}{end}"] {
            assert!(shows_only_names(format), "{format}");
        }
        for format in ["yaml", "json", "jsonpath={.items[*]}", "jsonpath={.data}", "custom-columns=A:.data", "jsonpath={.metadata.annotations}", "jsonpath={..}", "jsonpath=", "go-template={{.data}}", "*"] {
            assert!(!shows_only_names(format), "{format}");
        }
    }
}
