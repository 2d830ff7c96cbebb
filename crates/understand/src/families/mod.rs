//! What programs do, one family of programs a file. One more family is one file and one line in
//! the list at [`families`].
//!
//! A family gets an [`Invocation`] and says its effects to a [`Context`]; whatever it does not know
//! it takes as the worst it can be.

use countersign_model::{Certainty, Effect, Resource, verbs};

use crate::code::{self, Looked};
use crate::context::Context;
use crate::environment;
use crate::invocation::Invocation;
use crate::shell::taken;
use crate::word::Word;

/// Programs that are understood together.
pub(crate) struct Family {
    /// Their names.
    pub programs: &'static [&'static str],
    /// What of them is understood and what is not, for the page about them.
    pub about: &'static str,
    /// Commands for that page: hits and near misses.
    pub examples: &'static [&'static str],
    /// Adds what one of them, run so, does.
    pub effects: fn(&Invocation, &mut Context<'_>),
}

macro_rules! families {
    ($($name:ident),* $(,)?) => {
        $(mod $name;)*
        /// All families; the first that has a program's name understands it.
        const ALL: &[&Family] = &[$(&$name::FAMILY),*];
        /// The names of their files.
        const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

families! {
    git,
    gh,
    glab,
    aws,
    gcloud,
    az,
    clouds,
    administration,
    secrets,
    builtins,
    wrappers,
    feeding,
    runners,
    transfers,
    awk,
    sed,
    interpreters,
    files,
    find,
    searching,
    reading,
    system_packages,
    building,
    releasing,
    stacked,
    starters,
    mise,
    toolchains,
    web,
    lookups,
    httpie,
    psql,
    mysql,
    sqlite3,
    redis,
    mongodb,
    warehouses,
    etcd,
    messaging,
    kubectl,
    docker,
    registries,
    tunnels,
    virtual_machines,
    served,
    devices,
    opened,
    exposed,
    payments,
    models,
    converting,
    looks,
    chains,
    compilers,
    documents,
    scanners,
    unpackers,
    wordpress,
    local_sites,
    helm,
    delivery,
    pipelines,
    terraform,
    stacks,
    ansible,
    scheduled,
    platforms,
    publishers,
    ssh,
    processes,
    services,
    migrations,
    machine,
    agents,
    guards,
    mail,
    mobile,
    multiplexers,
    editors,
    binaries,
    countersign,
}

mod accounts;
mod asking;
mod cloud;
pub(crate) mod databases;
pub(crate) mod declared;
mod given;
mod landing;
pub(crate) mod leaving;
mod likely;
mod listening;
mod listings;
mod loading;
mod logins;
#[cfg(test)]
mod many;
mod named_programs;
mod names;
pub(crate) mod one_word;
mod program;
mod secret_names;
mod speaking;
mod starting;
pub(crate) mod subcommands;
pub(crate) mod told;
mod unseen;
#[cfg(test)]
mod worded;

/// What is said of files after git may have brought others into the working tree.
pub(crate) const MAY_HAVE_CHANGED: &str = "may have changed the file by then";

pub(crate) use awk::program as awk_program;
pub(crate) use building::where_its_options_say;
pub(crate) use docker::peers;
pub(crate) use docker::run::hands_over;
pub(crate) use git::{Git, Switch, addresses, resolve};
pub(crate) use kubectl::says_production;
pub(crate) use migrations::project_variable;
pub(crate) use program::{ask_file, run_file};
pub(crate) use registries::image;
pub(crate) use searching::printed::USUAL as USUAL_SECRETS;
pub use searching::printed::is_usual_secret;
pub(crate) use secret_names::{is_address_name, is_secret_name, written_secret};
pub(crate) use sed::backup as sed_backup;
pub(crate) use speaking::Speaking;
pub(crate) use sqlite3::located as database_file;
pub(crate) use tunnels::{Tunnel, through};
pub(crate) use unseen::{
    hidden, mentions, named_by_arguments, opaque, says_nothing, sought_in, sought_in_arguments, unknown_text,
    unreadable,
};
pub(crate) use web::{apis::metadata_request, request};

/// Adds the effects of one invocation whose program is not yet named.
pub(crate) fn dispatch(mut invocation: Invocation, context: &mut Context<'_>) {
    if !context.counts_command() || !context.enters() {
        return;
    }
    let outside = context.here;
    let span = invocation.span();
    context.here = span.or(outside);
    let begun = context.tree.begins(context.here, context.origin.clone());
    let outer = context.unseen.take();
    let outer_texts = std::mem::take(&mut context.unseen_texts);
    environment::effects(&invocation, context);
    let written = context.state.world.written.len();
    let outside_fetched = std::mem::take(&mut context.flow.fetched);
    let outside_runs = std::mem::take(&mut context.runs_project);
    // What it starts in its turn is given what it is given itself; a builtin is the shell.
    let differs = context.state.shell.environment != invocation.environment;
    let kept = (differs && !is_builtin(&invocation.program))
        .then(|| std::mem::replace(&mut context.state.shell.environment, invocation.environment.clone()));
    program::starts(&mut invocation, context);
    if let Some(kept) = kept {
        context.state.shell.environment = kept;
    }
    let runs_project = std::mem::replace(&mut context.runs_project, outside_runs);
    code::brought::runs(&invocation, runs_project, context);
    if runs_project {
        given::commands(&invocation, context);
    }
    if let Some(effect) = context.unseen.take() {
        told::tell(&invocation, effect, context);
    }
    (context.unseen, context.unseen_texts) = (outer, outer_texts);
    code::foreign::carries(&invocation, written, context);
    context.flow.fetched |= outside_fetched;
    let shell = &context.state.shell;
    let either = shell.either.iter().flat_map(|(start, left)| [start, left]);
    for directory in shell.directory.iter().chain(either) {
        context.tree.works_in(directory);
    }
    context.tree.ends(begun, invocation);
    context.here = outside;
    context.leaves();
}

/// All families with the names of their files.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, &'static Family)> {
    NAMES.iter().copied().zip(ALL.iter().copied())
}

/// Whether some family has a program of this name.
pub(crate) fn is_understood(name: &str) -> bool {
    names::family(name).is_some()
}

/// Whether the shell does what this name stands for by itself.
pub(crate) fn is_builtin(name: &str) -> bool {
    builtins::FAMILY.programs.contains(&name)
}

/// Adds that a variable of the environment is shown, or all of them.
pub(crate) fn reads_environment(name: &str, context: &mut Context<'_>) {
    // What is taken from a file was read where it was put into the command.
    if context.names_only || taken::file_of(name).is_some() {
        return;
    }
    let resource = Resource::Secret { store: "environment".to_owned(), name: name.to_owned() };
    let effect = Effect::new(verbs::SECRET_READ, resource);
    context.push(match name {
        "*" => effect.certain(Certainty::Partial, "the environment may hold secrets"),
        _ => effect,
    });
}

/// Adds that words are read as files.
pub(crate) fn read_all<'w>(words: impl IntoIterator<Item = &'w Word>, context: &mut Context<'_>) {
    for word in words {
        context.read(word);
    }
}

/// Adds what a script of the project's package does; `at`: where it is named, or the word `run` before.
pub(crate) fn package_script(invocation: &Invocation, at: usize, context: &mut Context<'_>) {
    let at = at + usize::from(matches!(invocation.known(at), Some("run" | "task")));
    let (name, directory) = (invocation.known(at).map(str::to_owned), context.state.shell.directory.clone());
    let (Some(name), Ok(directory)) = (name, directory) else {
        opaque(invocation, "which script of the project it runs is not known", context);
        return;
    };
    let arguments = invocation.words.get(at + 1..).unwrap_or_default();
    let is_deno = invocation.program == "deno";
    let script = if is_deno { code::packages::task } else { code::packages::script };
    match script(&name, &directory, arguments, context) {
        Looked::Understood => {}
        Looked::Absent => opaque(invocation, "it runs a script of the project", context),
        Looked::Opaque(why) => opaque(invocation, &why, context),
    }
}

/// What a target or a task of this name usually is.
pub(crate) fn usual(name: &str) -> Option<countersign_model::Verb> {
    building::usual(name)
}

/// Adds what becomes of the directories that a new environment of Python is made in, whose words start at `index`.
pub(crate) fn made_anew(index: usize, invocation: &Invocation, context: &mut Context<'_>) {
    building::made_anew(&invocation.words, index, invocation, context);
}

/// Adds what a subcommand of a package manager does on a registry, whose first word is at `index`.
pub(crate) fn publishes(index: usize, invocation: &Invocation, context: &mut Context<'_>) {
    if invocation.program == "deno" {
        publishers::publishes("jsr", verbs::PACKAGE_PUBLISH, context);
    } else {
        building::publishes(index, invocation, context);
    }
}

/// Whether a program that a package manager installs is known by its name.
pub(crate) fn is_known_tool(name: &str) -> bool {
    building::FAMILY.programs.contains(&name)
}
