//! Workspaces of Terraform and OpenTofu, by name: <https://developer.hashicorp.com/terraform/cli/workspaces>.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::item::quoted;
use crate::{Item, Kind, Use};

/// A directory with infrastructure, as its files tell of it.
#[derive(Debug, Default)]
pub struct Directory {
    /// From the repository's top; empty for the top itself.
    pub below: String,
    /// The workspace that is chosen, as `.terraform/environment` has it.
    pub chosen: Option<String>,
    /// Those with a state in `terraform.tfstate.d`.
    pub states: Vec<String>,
    /// Where the state is kept, by the kind of backend.
    pub backend: Option<String>,
}

impl Directory {
    /// Its workspaces: those that something here names, or the one that there always is.
    pub fn items(&self) -> Vec<Item> {
        let chosen = self.chosen.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let names: BTreeSet<&str> = self.states.iter().map(String::as_str).chain(chosen).collect();
        let names = if names.is_empty() { BTreeSet::from(["default"]) } else { names };
        names.into_iter().map(|name| self.item(name, chosen.unwrap_or("default") == name)).collect()
    }

    fn item(&self, workspace: &str, is_chosen: bool) -> Item {
        let (name, chdir, from) = match self.below.as_str() {
            "" => (workspace.to_owned(), String::new(), "the repository's top".to_owned()),
            below => (format!("{below}:{workspace}"), format!(" -chdir={}", quoted(below)), below.to_owned()),
        };
        // Nobody writes the one that is there anyway, and no workspace is what the map then sees.
        let set = match workspace {
            "default" if is_chosen => String::new(),
            _ => format!("TF_WORKSPACE={} ", quoted(workspace)),
        };
        let destroy = format!("{set}terraform{chdir} destroy -auto-approve");
        let mut item =
            Item::new(Kind::Workspace, name, &from).used(Use::command(destroy)).also_named(&self.below);
        if is_chosen {
            item = item.about("chosen");
        }
        match &self.backend {
            Some(backend) => item.about(format!("state in {backend}")),
            None => item,
        }
    }
}

/// The kind of backend that `terraform init` wrote down; none of its settings, which may hold keys.
pub fn initialised(text: &str) -> Option<String> {
    let state: Value = serde_json::from_str(text).ok()?;
    Some(state.pointer("/backend/type")?.as_str()?.to_owned())
}

/// The kind of backend that a file of code names: `backend "s3" {`, `cloud {`.
pub fn declared(text: &str) -> Option<String> {
    text.lines().map(str::trim).find_map(|line| {
        if line.strip_prefix("cloud").is_some_and(|rest| rest.trim_start().starts_with('{')) {
            return Some("HCP Terraform".to_owned());
        }
        let (name, rest) = line.strip_prefix("backend")?.trim_start().strip_prefix('"')?.split_once('"')?;
        let is_name =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        (is_name && rest.trim_start().starts_with('{')).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::item::shown;

    #[test]
    fn workspaces_by_name() {
        let directory = Directory {
            below: "infra".to_owned(),
            chosen: Some("live\n".to_owned()),
            states: vec!["stage".to_owned(), "my live".to_owned()],
            backend: Some("s3".to_owned()),
        };
        assert_snapshot!(shown(&directory.items()), @"
        Workspace infra:live [chosen; state in s3] TF_WORKSPACE=live terraform -chdir=infra destroy -auto-approve
        Workspace infra:my live [state in s3] TF_WORKSPACE='my live' terraform -chdir=infra destroy -auto-approve
        Workspace infra:stage [state in s3] TF_WORKSPACE=stage terraform -chdir=infra destroy -auto-approve
        ");
        assert_snapshot!(shown(&Directory::default().items()), @"Workspace default [chosen] terraform destroy -auto-approve");
    }

    #[test]
    fn backends_by_their_kind_and_nothing_beside_it() {
        let text = r#"{"version":3,"backend":{"type":"s3","config":{"access_key":"zq7","bucket":"b"}}}"#;
        assert_eq!(initialised(text).as_deref(), Some("s3"));
        assert_eq!([initialised("{"), initialised("{\"backend\":{}}")], [None, None]);
        assert_eq!(
            declared("terraform {\n  backend \"gcs\" {\n    bucket = \"b\"\n").as_deref(),
            Some("gcs")
        );
        assert_eq!(declared("terraform {\n  cloud {\n").as_deref(), Some("HCP Terraform"));
        for other in ["# backend \"s3\" {", "backend = \"s3\"", "cloudfront {", "backend \"s 3\" {", ""] {
            assert_eq!(declared(other), None, "{other}");
        }
    }
}
