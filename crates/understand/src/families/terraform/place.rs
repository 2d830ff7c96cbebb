//! Which directory and which workspace are meant.

use countersign_model::Resource;

use crate::context::Context;
use crate::families::subcommands::Subcommand;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::Value;

/// Where infrastructure is described, and which copy of it is meant.
#[derive(Clone)]
pub(super) struct Spot {
    pub tool: String,
    pub directory: String,
    pub workspace: Option<String>,
    /// How that is known, where the command does not say it.
    pub because: Option<String>,
    /// The file that keeps which workspace is selected.
    pub selection: String,
    /// Whether it is for a plan that destroys.
    pub destroys: bool,
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

    /// A file that is named from its directory.
    pub fn within(&self, value: &Value) -> Value {
        match value {
            Value::Known(text) if !text.starts_with('/') && self.directory != "*" => {
                Value::Known(format!("{}/{text}", self.directory))
            }
            other => other.clone(),
        }
    }

    /// The name under which its secrets are known.
    pub fn store(&self) -> String {
        let workspace = self.workspace.as_ref().map(|workspace| format!(" {workspace}")).unwrap_or_default();
        format!("{} {}{workspace}", self.tool, self.directory)
    }
}

/// What options, variables and `.terraform/environment` say, or earlier parts of the call: there may be several.
pub(super) fn find(found: &Subcommand<'_>, invocation: &Invocation, everywhere: bool, context: &Context<'_>) -> Vec<Spot> {
    let change = found.value(&["-chdir", "--terragrunt-working-dir", "--working-dir"]);
    let located = paths::locate(change.unwrap_or(&Value::Known(".".to_owned())), context);
    let directory = if located.why.is_some() { "*".to_owned() } else { located.path };
    let tool = if invocation.program == "tf" { "terraform" } else { &invocation.program };
    let files: Vec<String> = found
        .values(&["-var-file", "--var-file", "-backend-config", "-state"])
        .map(|value| value.known().unwrap_or("*").to_owned())
        .collect();
    let selection = selection(&directory, invocation, context).filter(|_| !everywhere);
    let selection = selection.unwrap_or_else(|| "*".to_owned());
    let spot = |(workspace, because): (Option<String>, Option<String>)| {
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
            directory: if everywhere { format!("{}/*", directory.trim_end_matches("/*")) } else { directory.clone() },
            workspace,
            because,
            selection: selection.clone(),
            destroys: false,
        }
    };
    workspaces(&directory, &selection, invocation, context).into_iter().map(spot).collect()
}

const CHOSEN: &str = "an earlier part of the command chose the workspace";

/// The file that keeps which workspace is selected; none where that is not known.
fn selection(directory: &str, invocation: &Invocation, context: &Context<'_>) -> Option<String> {
    let data = match context.setting(invocation, "TF_DATA_DIR").ok()? {
        Some(data) if data.starts_with('/') => data,
        Some(data) => format!("{directory}/{data}"),
        None => format!("{directory}/.terraform"),
    };
    let located = paths::locate(&Value::Known(format!("{data}/environment")), context);
    located.why.is_none().then_some(located.path)
}

/// The workspaces that may be meant, the likeliest first, and how each is known.
fn workspaces(
    directory: &str,
    selection: &str,
    invocation: &Invocation,
    context: &Context<'_>,
) -> Vec<(Option<String>, Option<String>)> {
    let one = |name: Option<&str>, because: Option<&str>| (name.map(str::to_owned), because.map(str::to_owned));
    match context.setting(invocation, "TF_WORKSPACE") {
        Ok(Some(name)) if !name.is_empty() => return vec![one(Some(&name), Some("TF_WORKSPACE names the workspace"))],
        Ok(_) => {}
        Err(_) => return vec![one(Some("*"), Some("the value of TF_WORKSPACE is not known"))],
    }
    let chosen = context.chosen("terraform", selection);
    let of_file = || match context.setting(invocation, "TF_DATA_DIR") {
        Err(_) => one(Some("*"), Some("the value of TF_DATA_DIR is not known")),
        Ok(data) => {
            let data = data.map_or_else(|| format!("{directory}/.terraform"), |data| {
                if data.starts_with('/') { data } else { format!("{directory}/{data}") }
            });
            match context.file(&format!("{data}/environment")) {
                Ok(Some(text)) if !text.trim().is_empty() => {
                    one(Some(text.trim()), Some("the workspace is the one of .terraform/environment"))
                }
                Ok(_) => one(None, None),
                Err(_) => one(Some("*"), Some("the workspace is not known")),
            }
        }
    };
    chosen.iter().map(|name| name.as_ref().map_or_else(of_file, |name| one(Some(name), Some(CHOSEN)))).collect()
}
