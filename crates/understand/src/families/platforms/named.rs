//! Which application is meant: by options, variables, or the project's own file.

use countersign_model::Resource;
use serde_json::Value as Json;

use super::remote;
use crate::context::Context;
use crate::families::subcommands::Subcommand;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::Value;

/// An application as far as it is known.
pub(super) struct App {
    pub name: String,
    /// The platform's word for where.
    pub target: Option<String>,
    /// How that is known, where the command does not say it.
    pub because: Option<String>,
}

impl App {
    /// As a resource.
    pub fn resource(&self, platform: &str) -> Resource {
        Resource::App { platform: platform.to_owned(), name: self.name.clone(), target: self.target.clone() }
    }
}

/// Finds it.
pub(super) fn find(platform: &str, found: &Subcommand<'_>, invocation: &Invocation, context: &Context<'_>) -> App {
    let option = found.text(names(platform));
    let variable = match platform {
        "fly" => "FLY_APP",
        "heroku" => "HEROKU_APP",
        _ => "",
    };
    let set = if variable.is_empty() { Ok(None) } else { context.setting(invocation, variable) };
    let operand = || found.operand(0).filter(|_| names_app(platform, &found.name));
    let (name, because) = match (option.or_else(operand), set) {
        (Some(name), _) => (Some(name), None),
        (None, Ok(Some(name))) => (Some(name), Some(format!("{variable} names the application"))),
        (None, Err(why)) => (Some("*".to_owned()), Some(why)),
        (None, Ok(None)) if platform == "heroku" => match remote::chosen(found, context) {
            Some(name) => (Some(name), Some("an earlier part of the command chose the application".to_owned())),
            None => (None, None),
        },
        (None, Ok(None)) => match of_file(platform, context) {
            Some((name, file)) => (Some(name), Some(format!("{file} names the application"))),
            None => (None, None),
        },
    };
    App { name: name.unwrap_or_else(|| "*".to_owned()), target: target(platform, found), because }
}

/// Options that name the application.
fn names(platform: &str) -> &'static [&'static str] {
    match platform {
        "fly" | "heroku" | "scalingo" | "clever" => &["-a", "--app"],
        "vercel" => &["--project", "-A", "--scope-project"],
        "netlify" => &["-s", "--site"],
        "wrangler" => &["--name", "--project-name"],
        "railway" => &["-s", "--service"],
        "firebase" => &["-P", "--project"],
        "supabase" | "neon" => &["--project-ref", "--project-id", "--remote"],
        _ => &["--app", "--project", "--service"],
    }
}

/// Whether a subcommand's first operand is the application.
fn names_app(platform: &str, name: &str) -> bool {
    match platform {
        "fly" => matches!(name, "apps destroy" | "apps create" | "apps restart" | "destroy" | "apps move" | "volumes destroy"),
        "heroku" => matches!(name, "apps info" | "apps rename" | "apps destroy" | "apps delete" | "destroy"),
        "vercel" => matches!(name, "rm" | "remove" | "promote" | "rollback" | "project rm" | "project remove" | "inspect" | "alias rm" | "alias set"),
        "wrangler" => matches!(name, "kv namespace delete" | "r2 bucket delete" | "d1 delete" | "pages project delete" | "queues delete" | "r2 object delete"),
        "eb" => matches!(name, "terminate" | "deploy" | "swap" | "scale" | "restart" | "rebuild"),
        "surge" | "dokku" | "cf" | "turso" | "neon" | "pscale" => true,
        _ => false,
    }
}

/// The platform's word for where.
fn target(platform: &str, found: &Subcommand<'_>) -> Option<String> {
    let production = || Some("production".to_owned());
    match platform {
        "vercel" => {
            if found.has(&["--prod", "--production"]) || matches!(found.name.as_str(), "promote" | "rollback") {
                return production();
            }
            let given = found.text(&["--target", "-e", "--environment"]);
            let of_env = || found.operand(1).filter(|_| matches!(found.name.as_str(), "env add" | "env rm" | "env update" | "env remove"));
            let preview = matches!(found.name.as_str(), "" | "deploy" | "redeploy") || found.verb.is_none() && found.operands.is_empty();
            given.or_else(of_env).or_else(|| preview.then(|| "preview".to_owned()))
        }
        "netlify" => {
            if found.has(&["--prod", "-p", "--prodIfUnlocked", "--prod-if-unlocked"]) {
                return production();
            }
            let draft = found.name == "deploy";
            found.text(&["--context", "--alias"]).or_else(|| draft.then(|| "draft".to_owned()))
        }
        "wrangler" => found.text(&["-e", "--env", "--branch"]),
        "railway" => found.text(&["-e", "--environment"]),
        "kamal" => found.text(&["-d", "--destination"]),
        "cap" => found.name.split(' ').next().map(str::to_owned).filter(|name| !name.is_empty()),
        "amplify" => found.text(&["--envName", "--env", "--branch-name"]),
        "eas" => found.text(&["--profile", "--branch", "--channel"]),
        "firebase" => found.text(&["--only"]).map(|only| format!("only {only}")),
        "supabase" if found.has(&["--linked", "--remote"]) => Some("linked".to_owned()),
        "supabase" if found.has(&["--local"]) => Some("local".to_owned()),
        "heroku" => found.text(&["-r", "--remote"]),
        _ => found.text(&["--env", "--environment"]),
    }
}

/// The name that the project's own file says, and that file.
fn of_file(platform: &str, context: &Context<'_>) -> Option<(String, &'static str)> {
    let text = |file: &str| {
        let located = paths::locate(&Value::Known(file.to_owned()), context);
        context.file(&located.path).ok().flatten()
    };
    let toml = |file: &'static str, key: &str| {
        let text = text(file)?;
        let line = text.lines().find_map(|line| line.trim_start().strip_prefix(key)?.trim_start().strip_prefix('=').map(str::to_owned))?;
        Some((line.trim().trim_matches(['"', '\'']).to_owned(), file))
    };
    let json = |file: &'static str, keys: &[&str]| {
        let parsed: Json = serde_json::from_str(&text(file)?).ok()?;
        let value = keys.iter().try_fold(&parsed, |value, key| value.get(key))?;
        Some((value.as_str()?.to_owned(), file))
    };
    match platform {
        "fly" => toml("fly.toml", "app"),
        "wrangler" => toml("wrangler.toml", "name").or_else(|| json("wrangler.json", &["name"])),
        "vercel" => json(".vercel/project.json", &["projectName"]),
        "netlify" => json(".netlify/state.json", &["siteId"]),
        "firebase" => json(".firebaserc", &["projects", "default"]),
        _ => None,
    }
}
