//! Which directory and which workspace are meant.

use countersign_model::Resource;

use crate::context::Context;
use crate::families::subcommands::Subcommand;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::Value;

/// Where infrastructure is described, and which copy of it is meant.
pub(super) struct Spot {
    pub tool: String,
    pub directory: String,
    pub workspace: Option<String>,
    /// How that is known, where the command does not say it.
    pub because: Option<String>,
    /// Whether an earlier part of the call chose it.
    pub is_chosen: bool,
}

impl Spot {
    /// A part of it.
    pub fn resource(&self, target: &str) -> Resource {
        Resource::Stack {
            tool: self.tool.clone(),
            directory: self.directory.clone(),
            workspace: self.workspace.clone(),
            target: target.to_owned(),
        }
    }

    /// The name under which its secrets are known.
    pub fn store(&self) -> String {
        let workspace = self.workspace.as_ref().map(|workspace| format!(" {workspace}")).unwrap_or_default();
        format!("{} {}{workspace}", self.tool, self.directory)
    }
}

/// What options, variables and `.terraform/environment` say.
pub(super) fn find(found: &Subcommand<'_>, invocation: &Invocation, everywhere: bool, context: &Context<'_>) -> Spot {
    let change = found.value(&["-chdir", "--terragrunt-working-dir", "--working-dir"]);
    let located = paths::locate(change.unwrap_or(&Value::Known(".".to_owned())), context);
    let directory = if located.why.is_some() { "*".to_owned() } else { located.path };
    let tool = if invocation.program == "tf" { "terraform" } else { &invocation.program };
    let files: Vec<String> = found
        .values(&["-var-file", "--var-file", "-backend-config", "-state"])
        .map(|value| value.known().unwrap_or("*").to_owned())
        .collect();
    let (workspace, because) = workspace(&directory, invocation, context);
    // A file of values says more of where than a workspace that nobody chose.
    let workspace = match (workspace, files.first()) {
        (Some(workspace), Some(_)) if workspace != "default" => Some(format!("{workspace} {}", files.join(" "))),
        (_, Some(_)) => Some(files.join(" ")),
        (workspace, None) => workspace,
    };
    let workspace = match (found.name.as_str(), found.operand(0)) {
        ("workspace select" | "workspace new" | "workspace delete", Some(name)) => Some(name),
        _ => workspace,
    };
    Spot {
        tool: tool.to_owned(),
        directory: if everywhere { format!("{}/*", directory.trim_end_matches("/*")) } else { directory },
        workspace,
        is_chosen: because.as_deref() == Some(CHOSEN),
        because,
    }
}

const CHOSEN: &str = "an earlier part of the command chose the workspace";

/// The workspace, and how it is known.
fn workspace(directory: &str, invocation: &Invocation, context: &Context<'_>) -> (Option<String>, Option<String>) {
    match context.setting(invocation, "TF_WORKSPACE") {
        Ok(Some(name)) if !name.is_empty() => return (Some(name), Some("TF_WORKSPACE names the workspace".to_owned())),
        Ok(_) => {}
        Err(_) => return (Some("*".to_owned()), Some("the value of TF_WORKSPACE is not known".to_owned())),
    }
    if let Some(name) = context.state.world.chosen.get("terraform") {
        return (Some(name.clone()), Some(CHOSEN.to_owned()));
    }
    let data = match context.setting(invocation, "TF_DATA_DIR") {
        Ok(Some(data)) if data.starts_with('/') => data,
        Ok(Some(data)) => format!("{directory}/{data}"),
        Ok(None) => format!("{directory}/.terraform"),
        Err(_) => return (Some("*".to_owned()), Some("the value of TF_DATA_DIR is not known".to_owned())),
    };
    match context.file(&format!("{data}/environment")) {
        Ok(Some(text)) if !text.trim().is_empty() => {
            (Some(text.trim().to_owned()), Some("the workspace is the one of .terraform/environment".to_owned()))
        }
        Ok(_) => (None, None),
        Err(_) => (Some("*".to_owned()), Some("the workspace is not known".to_owned())),
    }
}
