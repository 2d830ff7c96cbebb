//! Which project of Google Cloud is meant.

use super::super::cloud::Tenant;
use super::{Command, named};
use crate::context::Context;
use crate::environment;
use crate::invocation::Invocation;

/// The provider's name.
pub(super) const GCP: &str = "gcp";

/// The names under which a project and a configuration are chosen.
pub(super) const PROJECT: &str = "gcloud project";
pub(super) const CONFIGURATION: &str = "gcloud configuration";

const CHOSEN: &str = "an earlier part of the command chose the project";

/// The project and the region of a command of `gcloud`; several projects where it may be one of them.
pub(super) fn tenants(invocation: &Invocation, command: &Command<'_>, context: &Context<'_>) -> Vec<Tenant> {
    let found = &command.found;
    let region = found.text(&["--region", "--zone", "--location"]);
    let region = region.or_else(|| context.setting(invocation, "CLOUDSDK_COMPUTE_REGION").ok().flatten());
    // `projects/shop/instances/x` says whose it is, and so do commands on projects themselves.
    let named = named::of(command, invocation);
    let own = command.operands().first().filter(|_| command.own().first() == Some(&"projects")).copied();
    let option = found.text(&["--project", "--projec", "--proje", "--proj"]);
    let mut tenants = match own.map(str::to_owned).or(option) {
        Some(project) if project == "*" => vec![Tenant::unknown(GCP, "the project is not known")],
        Some(project) => vec![Tenant::named(GCP, &project)],
        None if named.is_whole => Vec::new(),
        None => configured(invocation, found.text(&["--configuration"]), context),
    };
    for other in named.tenants {
        if !tenants.iter().any(|tenant| tenant.account == other.account && tenant.doubt == other.doubt) {
            tenants.push(other);
        }
    }
    tenants.into_iter().map(|tenant| Tenant { region: region.clone(), ..tenant }).collect()
}

/// The project where no option names it, as far as it is one.
pub(super) fn one(invocation: &Invocation, context: &Context<'_>) -> Tenant {
    match configured(invocation, None, context).as_slice() {
        [tenant] => tenant.clone(),
        _ => Tenant::unknown(GCP, CHOSEN),
    }
}

/// Where `gcloud` keeps what it is told.
pub(super) fn directory(context: &Context<'_>) -> String {
    format!("{}/.config/gcloud", context.state.shell.home)
}

/// The files of the configurations that may be active.
pub(super) fn active(
    invocation: &Invocation,
    configuration: Option<String>,
    context: &Context<'_>,
) -> Result<Vec<String>, String> {
    if environment::value(invocation, "CLOUDSDK_CONFIG").is_some() {
        return Err("CLOUDSDK_CONFIG names another configuration".to_owned());
    }
    let directory = directory(context);
    let set = context.setting(invocation, "CLOUDSDK_ACTIVE_CONFIG_NAME");
    let names = match (configuration, set?) {
        (Some(name), _) | (None, Some(name)) => vec![Some(name)],
        (None, None) => context.chosen(CONFIGURATION, &directory),
    };
    let file = |name: Option<String>| {
        let name = match name {
            Some(name) => name,
            None => context
                .file(&format!("{directory}/active_config"))?
                .map_or_else(|| "default".to_owned(), |text| text.trim().to_owned()),
        };
        Ok(if name == "*" { name } else { format!("{directory}/configurations/config_{name}") })
    };
    names.into_iter().map(file).collect()
}

/// The projects that earlier parts of the call chose.
pub(in super::super) fn chosen(invocation: &Invocation, context: &Context<'_>) -> Vec<String> {
    let directory = directory(context);
    let configurations = context.chosen(CONFIGURATION, &directory).into_iter().flatten();
    // Where it is not known which configuration is active, it may be any of them.
    let files = active(invocation, None, context).unwrap_or_else(|_| vec!["*".to_owned()]);
    let projects = files.iter().flat_map(|file| context.chosen(PROJECT, file)).flatten();
    configurations.chain(projects).collect()
}

/// The projects where no option names one: the variable's, else those of the configurations that may be active.
fn configured(invocation: &Invocation, configuration: Option<String>, context: &Context<'_>) -> Vec<Tenant> {
    let unknown = |why: &str| vec![Tenant::unknown(GCP, why)];
    match context.setting(invocation, "CLOUDSDK_CORE_PROJECT") {
        Ok(Some(project)) => {
            return vec![Tenant::named(GCP, &project).because("the project is that of CLOUDSDK_CORE_PROJECT")];
        }
        Ok(None) => {}
        Err(why) => return unknown(&why),
    }
    let files = match active(invocation, configuration, context) {
        Ok(files) => files,
        Err(why) => return unknown(&why),
    };
    let mut tenants = Vec::new();
    for file in files {
        for name in context.chosen(PROJECT, &file) {
            tenants.push(match name {
                Some(name) if name == "*" => {
                    Tenant::unknown(GCP, "an earlier part of the command changes gcloud's configuration")
                }
                Some(name) => Tenant::named(GCP, &name).because(CHOSEN),
                None => of_file(&file, context),
            });
        }
    }
    tenants
}

/// The project that a configuration's file names.
fn of_file(file: &str, context: &Context<'_>) -> Tenant {
    match context.file(file) {
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
