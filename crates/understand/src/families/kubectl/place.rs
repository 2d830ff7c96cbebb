//! Which context and namespace a command acts on: as options say, or as the kubeconfig does.

mod local;
pub(crate) mod named;
mod servers;

use countersign_model::{Certainty, Effect, Resource, is_cluster_of_this_machine};

use super::kinds;
use super::kubeconfig::{Kubeconfig, says_production};
use crate::context::{CLUSTER_OF_THE_MACHINE, Context};
use crate::environment;
use crate::families::subcommands::Subcommand;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::Value;

/// Where in the world of clusters.
#[derive(Clone, Debug)]
pub(crate) struct Spot {
    context: String,
    namespace: String,
    kubeconfig: String,
    /// How it is known, a sentence fragment; none where the command says it.
    because: Option<String>,
    /// Whether it is not known.
    doubtful: bool,
    /// The hosts of its servers, as far as a kubeconfig says them.
    servers: Vec<String>,
}

impl Spot {
    /// Any place that a program which is told of no kubeconfig goes by.
    pub fn anywhere(invocation: &Invocation, context: &Context<'_>) -> Self {
        Self {
            context: "*".to_owned(),
            namespace: "*".to_owned(),
            kubeconfig: usual(invocation, context),
            because: Some("which cluster is meant is not known".to_owned()),
            doubtful: true,
            servers: Vec::new(),
        }
    }

    /// An object there.
    pub fn resource(&self, object: &str, name: &str, namespace: Option<&str>) -> Resource {
        let namespace = match namespace {
            _ if kinds::is_cluster_wide(object) => None,
            Some(namespace) => Some(namespace.to_owned()),
            None => Some(self.namespace.clone()),
        };
        Resource::Cluster { context: self.context.clone(), namespace, object: object.to_owned(), name: name.to_owned() }
    }

    /// The name of its store of secrets.
    pub fn store(&self) -> String {
        format!("kubernetes {}/{}", self.context, self.namespace)
    }

    /// The kubeconfig's path.
    pub fn kubeconfig(&self) -> String {
        self.kubeconfig.clone()
    }

    /// Whether it is not known.
    pub const fn is_doubtful(&self) -> bool {
        self.doubtful
    }

    /// The effect as one for which its servers are spoken to, and perhaps others.
    pub fn spoken_to(&self, mut effect: Effect) -> Effect {
        effect.speaks(&self.servers);
        effect
    }

    /// The effect as sure as the place, with how that is known.
    pub fn as_sure(&self, effect: Effect) -> Effect {
        let effect = self.spoken_to(effect);
        match &self.because {
            Some(because) if self.doubtful => match effect.because.clone() {
                Some(before) => effect.certain(Certainty::Partial, &format!("{before}; {because}")),
                None => effect.certain(Certainty::Partial, because),
            },
            Some(because) if effect.because.is_none() => effect.because(because),
            _ => effect,
        }
    }
}

/// Takes note that a context stands for a cluster from now on that has these names, whatever the context is called.
pub(crate) fn stands_for(alias: Option<String>, cluster: String, context: &mut Context<'_>) {
    let Some(alias) = alias.filter(|alias| *alias != cluster) else { return };
    let chosen = &mut context.state.world.chosen;
    if chosen.aliases.len() >= MOST_ALIASES {
        chosen.contexts_moved = true;
    } else {
        chosen.aliases.push((alias, cluster));
    }
}

/// Contexts that stand for clusters that are kept in mind.
const MOST_ALIASES: usize = 8;

/// Takes note that the kubeconfig's contexts are no longer what the file says, and of the one that is current now.
pub(crate) fn switches(name: Option<String>, context: &mut Context<'_>) {
    context.chooses(TOOL, "*", &name.unwrap_or_else(|| "*".to_owned()));
    rewrites(context);
}

/// Takes note that the kubeconfig's contexts are no longer what the file says.
pub(crate) const fn rewrites(context: &mut Context<'_>) {
    context.state.world.chosen.contexts_changed = true;
}

/// Takes note that any context of the kubeconfig may lead to another cluster than the file says.
pub(super) fn moves(kubeconfig: String, context: &mut Context<'_>) {
    context.write_value(&Value::Known(kubeconfig));
    switches(None, context);
    context.state.world.chosen.contexts_moved = true;
}

/// Takes note of a cluster that the call makes on this machine, whose context is the current one now.
pub(crate) fn makes(name: String, invocation: &Invocation, context: &mut Context<'_>) {
    context.chooses(TOOL, &usual(invocation, context), &name);
    context.state.world.chosen.cluster_made = Some(name);
}

/// The name under which contexts are chosen.
pub(super) const TOOL: &str = "kubectl";

/// The name under which namespaces are chosen.
pub(super) const NAMESPACE: &str = "kubectl namespace";

/// The kubeconfig that a program goes by which is told of none; `*` where it may be any.
pub(super) fn usual(invocation: &Invocation, context: &Context<'_>) -> String {
    let is_unknown = |name: &str| environment::value(invocation, name).is_some_and(|value| value.is_unknown());
    let home = environment::value(invocation, "HOME");
    match context.setting(invocation, "KUBECONFIG") {
        _ if is_unknown("HOME") => "*".to_owned(),
        Ok(path) if path.as_ref().is_none_or(String::is_empty) => {
            home.map_or_else(|| standard(context), |home| format!("{}/.kube/config", home.text()))
        }
        Ok(Some(path)) if !path.contains(':') && path.starts_with('/') => path,
        _ => "*".to_owned(),
    }
}

fn standard(context: &Context<'_>) -> String {
    format!("{}/.kube/config", context.surroundings.home)
}

/// The places a command may act on: one, or two where an earlier part of the call chose another.
pub(crate) fn find(found: &Subcommand<'_>, invocation: &Invocation, context: &Context<'_>) -> Vec<Spot> {
    of_options(found, &["--context"], "", invocation, context)
}

/// Options that name a context of something else.
const OTHER_CONTEXTS: &[&str] = &["--argocd-context", "--build-context", "--security-context", "--docker-context", "--use-context"];

/// The same for a tool whose context option or variable has another name.
pub(crate) fn of_options(
    found: &Subcommand<'_>,
    options: &[&str],
    variable: &str,
    invocation: &Invocation,
    context: &Context<'_>,
) -> Vec<Spot> {
    let text = |names: &[&str]| found.text(names);
    let given = text(&["-s", "--server", "--kube-apiserver"]).or_else(|| server_of_helm(variable, invocation, context));
    let given = given.or_else(|| text(&["--cluster"])).or_else(|| text(options));
    let of_machine = matches!(context.elsewhere, Some(Resource::Host { .. }));
    let is_not_told = of_machine && environment::value(invocation, variable).is_none();
    let given = given.or_else(|| match context.setting(invocation, variable) {
        _ if is_not_told => None,
        Ok(value) if !variable.is_empty() => value,
        Err(_) if !variable.is_empty() => Some("*".to_owned()),
        _ => None,
    });
    // An option for the context that the tool's table does not have.
    let strange = found.options.iter().any(|(name, _)| {
        (name.ends_with("context") || name.ends_with("-ctx")) && !options.contains(&name.as_str()) && !OTHER_CONTEXTS.contains(&name.as_str())
    });
    let given = if strange { Some("*".to_owned()) } else { given };
    let file = kubeconfig(found, invocation, context);
    let kubeconfig = file.clone().unwrap_or_else(|_| "*".to_owned());
    let config = file.ok().and_then(|file| Kubeconfig::read(&file, context));
    let config = config.as_ref();
    let current = config.and_then(Kubeconfig::current).map(str::to_owned);
    let is_given = given.is_some();
    let name = given.or_else(|| current.clone());
    let everywhere = found.has(&["-A", "--all-namespaces"]);
    let namespace = if everywhere { Some("*".to_owned()) } else { text(&["-n", "--namespace"]) };
    let of_context = |name: &str| config.and_then(|config| config.namespace(name)).map(str::to_owned);
    let is_written = namespace.is_some();
    let namespace_for = |name: Option<&str>| {
        let found = namespace.clone().or_else(|| of_context(name?));
        match (found, config, name) {
            (Some(found), ..) => found,
            (None, Some(config), Some(name)) if config.has(name) => "default".to_owned(),
            _ => "*".to_owned(),
        }
    };
    let file_name = || match kubeconfig.rsplit('/').next() {
        Some("config") => named::of_path(&kubeconfig),
        file => file.filter(|file| *file != "*"),
    };
    let named = |name: String| file_name().map_or(name.clone(), |file| format!("{name} of {file}"));
    let is_named = found.has(&["--kubeconfig"]) || environment::value(invocation, "KUBECONFIG").is_some();
    let is_of_machine = name.is_none() && !is_named && of_machine;
    let unknown = || if is_of_machine { CLUSTER_OF_THE_MACHINE.to_owned() } else { named("*".to_owned()) };
    let mut spots = Vec::new();
    let because = match (&name, is_given, is_written) {
        (Some(_), true, _) => None,
        (Some(_), false, true) => Some("the context is the kubeconfig's current one".to_owned()),
        (Some(_), false, false) => Some("context and namespace are the kubeconfig's current ones".to_owned()),
        (None, ..) if is_of_machine => Some("which cluster is meant, files of that machine say".to_owned()),
        (None, ..) => Some("which cluster is meant is not known".to_owned()),
    };
    let doubtful = name.as_deref().is_none_or(|name| name == "*");
    spots.push(Spot {
        namespace: namespace_for(name.as_deref()),
        context: name.clone().unwrap_or_else(unknown),
        kubeconfig: kubeconfig.clone(),
        because,
        doubtful,
        servers: Vec::new(),
    });
    if !is_given {
        let chosen = chosen(&kubeconfig, context);
        spots.retain(|_| chosen.contains(&None));
        let because = "an earlier part of the command chose it";
        let spot = |name: String| Spot {
            namespace: namespace_for(Some(&name)),
            doubtful: name == "*",
            context: name,
            kubeconfig: kubeconfig.clone(),
            because: Some(because.to_owned()),
            servers: Vec::new(),
        };
        spots.splice(0..0, chosen.into_iter().flatten().map(spot));
    }
    let unclear = if context.state.world.chosen.contexts_moved {
        Some("an earlier part of the command changes where contexts lead")
    } else if is_handed(found, invocation, context) {
        Some("another command hands it the kubeconfig, which says where contexts lead")
    } else {
        None
    };
    if let Some(because) = unclear.filter(|_| is_given) {
        spots.insert(0, Spot {
            context: "*".to_owned(),
            namespace: namespace.clone().unwrap_or_else(|| "*".to_owned()),
            kubeconfig: kubeconfig.clone(),
            because: Some(because.to_owned()),
            doubtful: true,
            servers: Vec::new(),
        });
    }
    let stand = |spot: &Spot| {
        let known = context.state.world.chosen.aliases.iter().filter(|(alias, _)| *alias == spot.context);
        let of_cluster = known.map(|(alias, cluster)| Spot {
            context: cluster.clone(),
            because: Some(format!("an earlier part of the command makes `{alias}` stand for this cluster")),
            ..spot.clone()
        });
        of_cluster.collect::<Vec<_>>()
    };
    if !is_written {
        let names = context.chosen(NAMESPACE, &kubeconfig).into_iter().flatten();
        let names: Vec<String> = names.collect();
        let of_names = |spot: &Spot| {
            let spots = names.iter().map(|name| Spot { namespace: name.clone(), ..spot.clone() });
            spots.collect::<Vec<_>>()
        };
        let others: Vec<Spot> = spots.iter().flat_map(of_names).collect();
        spots.splice(0..0, others);
    }
    let standing: Vec<Spot> = spots.iter().flat_map(stand).collect();
    spots.splice(0..0, standing);
    let files = files(found, invocation, context);
    spots.iter_mut().for_each(|spot| spot.servers = servers::of(&spot.context, config, &files, context));
    if let Some(config) = config {
        let leads = |spot: &Spot| {
            let cluster = config.leads_to(&spot.context).filter(|_| !is_cluster_of_this_machine(&spot.context))?;
            let because = Some(format!("the kubeconfig leads `{}` where `{cluster}` is", spot.context));
            Some(Spot { context: format!("{} at cluster {cluster}", spot.context), because, ..spot.clone() })
        };
        let raised: Vec<Spot> = spots.iter().filter_map(leads).collect();
        spots.splice(0..0, raised);
    }
    // A file that is named for one cluster says more of where than what its context is called.
    let of_name = |spot: &Spot| {
        let is_open = spot.doubtful || !is_named || is_cluster_of_this_machine(&spot.context);
        let file = servers::file(&spot.context, &kubeconfig, &files, context).filter(|_| !is_open)?;
        let because = Some(format!("its kubeconfig is {file}"));
        Some(Spot { context: named::raised(&spot.context, &file)?, because, ..spot.clone() })
    };
    let raised: Vec<Spot> = spots.iter().filter_map(of_name).collect();
    spots.splice(0..0, raised);
    if let Some(name) = text(&["--tls-server-name", "--kube-tls-server-name"]).filter(|name| says_production(name)) {
        let because = Some("the server that answers has to be called so".to_owned());
        let at = |spot: &Spot| Spot { context: format!("{} at cluster {name}", spot.context), because: because.clone(), ..spot.clone() };
        let raised: Vec<Spot> = spots.iter().filter(|spot| !spot.context.contains([' ', '*'])).map(at).collect();
        spots.splice(0..0, raised);
    }
    if spots.iter().any(|spot| is_cluster_of_this_machine(&spot.context)) {
        for spot in &mut spots {
            local::say_where(spot, &files, context);
        }
    }
    spots
}

/// The server that a variable names for `helm`, as its option does.
fn server_of_helm(variable: &str, invocation: &Invocation, context: &Context<'_>) -> Option<String> {
    let is_away = matches!(context.elsewhere, Some(Resource::Host { .. }));
    let name = "HELM_KUBEAPISERVER";
    if variable != "HELM_KUBECONTEXT" || is_away && environment::value(invocation, name).is_none() {
        return None;
    }
    context.setting(invocation, name).unwrap_or_else(|_| Some("*".to_owned())).filter(|server| !server.is_empty())
}

/// Whether the kubeconfig is what another command prints: `/dev/stdin`, `<(..)`.
fn is_handed(found: &Subcommand<'_>, invocation: &Invocation, context: &Context<'_>) -> bool {
    let given = match found.value(&["--kubeconfig"]) {
        Some(value) => Some(value.text().to_owned()),
        None => context.setting(invocation, "KUBECONFIG").ok().flatten(),
    };
    let starts = ["/dev/stdin", "/dev/fd/", "/proc/self/fd/"];
    given.is_some_and(|list| list.split(':').any(|path| starts.iter().any(|start| path.starts_with(start))))
}

/// The contexts that may be the current one; none: the one that the kubeconfig says now.
fn chosen(kubeconfig: &str, context: &Context<'_>) -> Vec<Option<String>> {
    let mut names = context.chosen(TOOL, kubeconfig);
    let located = paths::locate(&Value::Known(kubeconfig.to_owned()), context);
    let is_written = context.state.world.written.iter().any(|written| written.touches(&located));
    // The context that was chosen may lead elsewhere by now.
    if (is_written || context.state.world.chosen.contexts_changed) && !names.contains(&None) {
        names.push(None);
        names.insert(0, Some("*".to_owned()));
    }
    names
}

/// The path of the kubeconfig: of a list, the first that says a current context counts.
fn kubeconfig(found: &Subcommand<'_>, invocation: &Invocation, context: &Context<'_>) -> Result<String, String> {
    let files = files(found, invocation, context)?;
    let says = |path: &&String| Kubeconfig::read(path, context).is_some_and(|config| config.current().is_some());
    // One alone is meant whatever it says.
    let chosen = if files.len() > 1 { files.iter().find(says) } else { None };
    chosen.or(files.first()).cloned().ok_or_else(|| "no kubeconfig is named".to_owned())
}

/// Kubeconfigs of one list that are looked at.
const MOST_FILES: usize = 8;

/// The paths of the kubeconfigs.
fn files(found: &Subcommand<'_>, invocation: &Invocation, context: &Context<'_>) -> Result<Vec<String>, String> {
    let given = match found.value(&["--kubeconfig"]) {
        Some(value) => Some(value.known().ok_or("the kubeconfig's path is not known")?.to_owned()),
        None => context.setting(invocation, "KUBECONFIG")?.filter(|path| !path.is_empty()),
    };
    let Some(given) = given else {
        return match environment::value(invocation, "HOME") {
            None => Ok(vec![standard(context)]),
            Some(home) => Ok(vec![format!("{}/.kube/config", home.known().ok_or("the home is not known")?)]),
        };
    };
    let paths = given.split(':').filter(|path| !path.is_empty());
    if paths.clone().count() > MOST_FILES {
        return Err("it names more kubeconfigs than can be looked at".to_owned());
    }
    let located = paths.map(|path| {
        let path = match path.strip_prefix("~/") {
            Some(rest) => format!("{}/{rest}", context.surroundings.home),
            None => path.to_owned(),
        };
        let located = paths::locate(&Value::Known(path), context);
        located.why.map_or(Ok(located.path), Err)
    });
    located.collect()
}
