//! Which project of Google Cloud is meant.

use super::super::cloud::Tenant;
use super::Command;
use crate::context::Context;
use crate::environment;
use crate::invocation::Invocation;

/// The provider's name.
pub(super) const GCP: &str = "gcp";

/// The project and the region of a command of `gcloud`.
pub(super) fn tenant(invocation: &Invocation, command: &Command<'_>, context: &Context<'_>) -> Tenant {
    let found = &command.found;
    let region = found.text(&["--region", "--zone", "--location"]);
    let region = region.or_else(|| context.setting(invocation, "CLOUDSDK_COMPUTE_REGION").ok().flatten());
    // `projects/shop/instances/x` says whose it is, and so do commands on projects themselves.
    let named = command.operands().iter().find_map(|operand| operand.strip_prefix("projects/"));
    let own = command.operands().first().filter(|_| command.own().first() == Some(&"projects")).copied();
    let option = found.text(&["--project", "--projec", "--proje", "--proj"]);
    let named = named.and_then(|rest| rest.split('/').next()).or(own).map(str::to_owned).or(option);
    let tenant = match named {
        Some(project) if project == "*" => Tenant::unknown(GCP, "the project is not known"),
        Some(project) => Tenant::named(GCP, &project),
        None => configured(invocation, found.text(&["--configuration"]), context),
    };
    Tenant { region, ..tenant }
}

/// The project where no option names it: the variable's, else that of the active configuration.
pub(super) fn configured(
    invocation: &Invocation,
    configuration: Option<String>,
    context: &Context<'_>,
) -> Tenant {
    let set = |name: &str| context.setting(invocation, name);
    match set("CLOUDSDK_CORE_PROJECT") {
        Ok(Some(project)) => {
            return Tenant::named(GCP, &project).because("the project is that of CLOUDSDK_CORE_PROJECT");
        }
        Ok(None) => {}
        Err(why) => return Tenant::unknown(GCP, &why),
    }
    if environment::value(invocation, "CLOUDSDK_CONFIG").is_some() {
        return Tenant::unknown(GCP, "CLOUDSDK_CONFIG names another configuration");
    }
    let directory = format!("{}/.config/gcloud", context.state.shell.home);
    let active = || match set("CLOUDSDK_ACTIVE_CONFIG_NAME")? {
        Some(name) => Ok(name),
        None => Ok(context
            .file(&format!("{directory}/active_config"))?
            .map_or_else(|| "default".to_owned(), |text| text.trim().to_owned())),
    };
    let name = configuration.map_or_else(active, Ok);
    let text = name.and_then(|name| context.file(&format!("{directory}/configurations/config_{name}")));
    match text {
        Ok(Some(text)) => match value(&text, "core", "project") {
            Some(project) => {
                Tenant::named(GCP, project).because("the project is that of gcloud's active configuration")
            }
            None => Tenant::unknown(GCP, "gcloud's active configuration names no project"),
        },
        Ok(None) => Tenant::unknown(GCP, "gcloud's active configuration is not found"),
        Err(why) => Tenant::unknown(GCP, &why),
    }
}

/// The value of a key in a section of an INI file.
fn value<'t>(text: &'t str, section: &str, key: &str) -> Option<&'t str> {
    let mut here = false;
    let mut found = None;
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            here = name.trim() == section;
        } else if here
            && let Some((name, value)) = line.split_once('=')
            && name.trim() == key
        {
            found = Some(value.trim());
        }
    }
    found
}
