//! What would this call do, and what is decided about it? Reads the machine, writes nothing.
//!
//! `explain` asks the same, so what it prints is what the hook would answer.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use super::credentials::{Near, is_usable, mentioned};
use super::places::{Concerned, remotes_of, trees, working_tree};
use countersign_approval::Action;
use countersign_local::{Authorities, Believed, Home, LedgerError, Session, Standing, Trust, WITNESSES};
use countersign_model::{
    Access, Decision, Digest, Effect, Fact, Finding, LogId, Resource, Task, Timestamp, ToolCall,
};
use countersign_policy::{self as policy, Bundle, Context, OnAllow, Overlap, UnderTask};
use countersign_understand::{Pinning, Surroundings, Understanding, Workspace, understand};
use countersign_workspace::{Machine, Sources, real_path, real_paths};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Files of one call that are looked for.
const MADE: usize = 16;

/// What a call is judged with.
pub struct Judge {
    /// The installation's key, for digests of files.
    pub key: [u8; 32],
    /// Where the policy comes from.
    pub policy: Policy,
    /// Countersign's home, a protected place.
    pub home: Home,
    /// The user's own home.
    pub user_home: PathBuf,
    /// The directory the runtime took its project settings from.
    pub project: Option<String>,
    /// `HOME` and `XDG_CONFIG_HOME` as the environment has them. A repository's settings can forge
    /// them for the agent's commands too, so git's configuration must be the same with and without.
    pub git: (Option<PathBuf>, Option<PathBuf>),
    /// Names of the variables that are set.
    pub variables: BTreeSet<String>,
    /// The values of those that choose where tools act.
    pub settings: BTreeMap<String, String>,
}

/// Where the policy for a call comes from.
pub enum Policy {
    /// What is in force in an installation.
    InForce {
        /// Who is believed about reviewers and bundles.
        trust: Trust,
        /// The log that statements must be made for.
        log: LogId,
    },
    /// This one, whatever is in force.
    Given(Box<Bundle>),
}

/// What is known when a call is judged, besides the call.
pub struct Known<'k> {
    /// The session that asks; none where only a question is asked.
    pub session: Option<&'k Session>,
    /// What is in force.
    pub authorities: &'k Authorities,
    /// The time.
    pub now: Timestamp,
    /// Asks for the files, of a working tree, that other sessions wrote lately.
    pub others: &'k mut Others<'k>,
}

/// Which of these files of a working tree others wrote lately.
pub type Others<'k> = dyn FnMut(&str, &[String]) -> Result<Vec<Overlap>, LedgerError> + 'k;

/// For where no others are asked for.
///
/// # Errors
/// Never.
pub const fn nobody(_tree: &str, _paths: &[String]) -> Result<Vec<Overlap>, LedgerError> {
    Ok(Vec::new())
}

/// A call as it was understood and decided.
pub struct Seen {
    /// What it would do, with facts, bearing input and pinning.
    pub understanding: Understanding,
    /// Its effects with their environments.
    pub effects: Vec<Effect>,
    /// What the policies were told beside the effects.
    pub context: Context,
    /// The bundle that decided: the strictest of those that speak for the call.
    pub bundle: Digest,
    /// Why that one speaks for the call; none where it was given.
    pub standing: Option<Standing>,
    /// Whether a plain allow switches off the runtime's own prompts.
    pub on_allow: OnAllow,
    /// What is decided.
    pub decision: Decision,
    /// The digest a reviewer would sign.
    pub action: Digest,
    /// What a person should know about the policy in force.
    pub notes: Vec<String>,
}

/// A call as one bundle decides it.
struct Judged<'b> {
    /// How it is understood with what the bundle says of programs of one's own, if it says anything.
    own: Option<Understanding>,
    effects: Vec<Effect>,
    decision: Decision,
    bundle: &'b Bundle,
    standing: Option<&'b Standing>,
    context: Context,
}

impl Judge {
    /// Understands and decides one call.
    ///
    /// # Errors
    /// Where the policy in force cannot be had: nothing is decided then, so nothing is allowed.
    pub fn judge(
        &self,
        call: &ToolCall,
        findings: &[Finding],
        known: Known<'_>,
    ) -> Result<Seen, LedgerError> {
        let Known { session, authorities, now, others } = known;
        let machine = self.machine();
        let surroundings = self.surroundings(call);
        let plain = understand(call, &surroundings, &machine);
        let tree = working_tree(&call.cwd, &machine);
        let began = session.and_then(|session| session.cwd.as_deref());
        let beside = [began, self.project.as_deref(), Some(call.cwd.as_str())].into_iter().flatten();
        let Concerned { roots, remotes } = Concerned::by(&plain, tree.as_ref(), beside, &machine);
        let directories: Vec<PathBuf> = roots.iter().chain([&call.cwd]).map(PathBuf::from).collect();
        let in_force;
        let (bundles, notes): (Vec<(&Bundle, Option<&Standing>)>, _) = match &self.policy {
            Policy::InForce { trust, log } => {
                let remotes_of = |root: &str| remotes_of(root, &machine);
                // Who reads them anew for a call ends after it: taking them apart again would be for nothing.
                in_force = ManuallyDrop::new(trust.bundles(
                    &self.home,
                    log,
                    authorities,
                    &roots,
                    &remotes,
                    remotes_of,
                )?);
                let bundles = in_force.bundles.iter().map(|(bundle, standing)| (bundle, Some(standing)));
                (bundles.collect(), in_force.notes.clone())
            }
            Policy::Given(bundle) => (vec![(&**bundle, None)], Vec::new()),
        };
        let mut strictest: Option<Judged<'_>> = None;
        for (bundle, standing) in bundles {
            // What a bundle says of programs of one's own holds for what that bundle decides.
            let secrets = mentioned(bundle, call);
            let own = (!bundle.programs().is_empty() || !secrets.is_empty()).then(|| {
                let programs = bundle.programs().to_vec();
                understand(call, &Surroundings { programs, secrets, ..surroundings.clone() }, &machine)
            });
            let understanding = own.as_ref().unwrap_or(&plain);
            let mut context = Context {
                findings: findings.to_vec(),
                history: session.map(|session| session.history.clone()).unwrap_or_default(),
                pinnable: !matches!(understanding.pinning, Pinning::Impossible { .. }),
                task: under_task(call, session, &understanding.effects, authorities, &machine, now),
                ..Context::default()
            };
            if let Some(session) = session {
                let effects = &understanding.effects;
                context.circumstances = session.past.circumstances(&call.id, effects, now);
                context.circumstances.first_time = first_time(effects, authorities);
                let files: BTreeSet<&str> = effects.iter().filter_map(policy::changed_file).collect();
                if let Some(tree) = tree.as_ref().filter(|_| !files.is_empty()) {
                    let files: Vec<String> = files.into_iter().map(str::to_owned).collect();
                    context.circumstances.overlaps = others(tree, &files)?;
                    context.tree = Some(tree.clone());
                }
                context.creates = created(effects);
            }
            let mut effects = understanding.effects.clone();
            if let Some(session) = session.filter(|session| !session.made.is_empty()) {
                let others = &context.circumstances.overlaps;
                policy::mark_own(&mut effects, |path| {
                    session.has_made(path, &call.id, now)
                        && !others.iter().any(|other| other.path == path)
                        && is_file(path)
                });
            }
            let (effects, decision, context) = self.decide(
                bundle,
                call,
                (&effects, &understanding.facts),
                &context,
                (tree.as_deref(), &directories),
            );
            let stricter = strictest.as_ref().is_none_or(|Judged { decision: old, .. }| {
                (&decision.kind, decision.risk.score) > (&old.kind, old.risk.score)
            });
            if stricter {
                strictest = Some(Judged { own, effects, decision, bundle, standing, context });
            }
        }
        let Some(Judged { own, effects, decision, bundle, standing, context }) = strictest else {
            return Err(LedgerError::Policy { why: "there is none in force".to_owned() });
        };
        let understanding = own.unwrap_or(plain);
        let on_allow = bundle.on_allow();
        let (bundle, standing) = (bundle.digest(), standing.cloned());
        let action = Action {
            session: &call.session,
            runtime: call.runtime,
            tool: &call.tool,
            server: call.mcp_server.as_ref(),
            cwd: &call.cwd,
            input: &understanding.bearing,
            facts: &understanding.facts,
            effects: &effects,
            bundle,
        }
        .digest()?;
        Ok(Seen { effects, context, bundle, standing, on_allow, decision, action, notes, understanding })
    }

    fn decide(
        &self,
        bundle: &Bundle,
        call: &ToolCall,
        (effects, facts): (&[Effect], &[Fact]),
        context: &Context,
        (tree, directories): (Option<&str>, &[PathBuf]),
    ) -> (Vec<Effect>, Decision, Context) {
        let mut effects = effects.to_vec();
        policy::classify(&mut effects, bundle, tree);
        let mut context = context.clone();
        let near = Near { home: &self.user_home, variables: &self.variables, directories };
        let used = near.of(bundle.production_credentials());
        context.reach = used.filter(|name| is_usable(name, call, &effects, facts)).cloned().collect();
        let decision = policy::decide(&effects, &context, bundle);
        (effects, decision, context)
    }

    /// The decision of each effect as if it were alone, by the bundle that decided.
    pub(super) fn one_by_one(&self, seen: &Seen) -> Result<Vec<Decision>, LedgerError> {
        let in_force;
        let bundle = match &self.policy {
            Policy::InForce { trust, .. } => {
                in_force = trust.bundle(&self.home, &seen.bundle)?;
                &in_force
            }
            Policy::Given(bundle) => &**bundle,
        };
        let context = policy::alone(&seen.effects, &seen.context);
        let alone = |effect| policy::decide(std::slice::from_ref(effect), &context, bundle);
        Ok(seen.effects.iter().map(alone).collect())
    }

    /// Who may countersign, where the policy is what is in force.
    pub(super) fn believed(&self, authorities: &Authorities) -> Option<Believed> {
        match &self.policy {
            Policy::InForce { trust, log } => trust.believed(log, authorities),
            Policy::Given(_) => None,
        }
    }

    /// This machine as it is now; nothing is remembered from an earlier look.
    pub(super) fn machine(&self) -> Machine {
        let machine = Machine::new(self.key, Sources::of_user(&self.user_home, None), self.variables.clone())
            .with_settings(self.settings.clone());
        match &self.git {
            (Some(home), None) if *home == self.user_home => machine,
            (None, None) => machine,
            (home, configuration) => {
                let home = home.as_deref().unwrap_or(&self.user_home);
                machine.or_with(Sources::of_user(home, configuration.as_deref()))
            }
        }
    }

    fn surroundings(&self, call: &ToolCall) -> Surroundings {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let home = text(&self.user_home);
        let projects: Vec<&str> =
            [Some(call.cwd.as_str()), self.project.as_deref()].into_iter().flatten().collect();
        let mut surroundings = Surroundings::usual(&home, &text(self.home.path()), &projects);
        let protected = &mut surroundings.protected;
        protected.push(text(&self.user_home.join(WITNESSES)));
        // Whoever goes around the links in these paths reaches the same files.
        let real = real_paths(protected.iter().map(Path::new));
        protected.extend(real.iter().map(|path| text(path)));
        protected.sort();
        protected.dedup();
        surroundings
    }
}

/// The task of the session: that of the directory it began in, else of the one that the call is made in, else of a
/// working tree that the call changes. The others of these count beside it.
fn under_task(
    call: &ToolCall,
    session: Option<&Session>,
    effects: &[Effect],
    authorities: &Authorities,
    machine: &dyn Workspace,
    now: Timestamp,
) -> Option<UnderTask> {
    if authorities.tasks.is_empty() {
        return None;
    }
    let real = |directory: &str| real_path(Path::new(directory)).to_string_lossy().into_owned();
    let began = session.and_then(|session| session.cwd.as_deref());
    let touched = effects.iter().filter(|effect| effect.access != Access::Read).filter_map(place_of);
    let touched: BTreeSet<String> = touched.take(MADE).map(real).collect();
    let mut tasks: Vec<&Task> = Vec::new();
    for directories in
        [began.map(real).into_iter().collect(), vec![real(&call.cwd)], touched.into_iter().collect()]
    {
        let directories: Vec<&str> = directories.iter().map(String::as_str).collect();
        for task in authorities.tasks_of(&directories, now) {
            if !tasks.iter().any(|known| known.root == task.root) {
                tasks.push(task);
            }
        }
    }
    let fresh;
    let session = match session {
        Some(session) => session,
        None => {
            fresh = Session::default();
            &fresh
        }
    };
    let under = |task: &Task| {
        let trees = if task.scope.repositories.is_empty() { Vec::new() } else { trees(effects, machine) };
        UnderTask { trees, ..session.under(task, &call.id, effects, now) }
    };
    let mut tasks = tasks.into_iter().map(under);
    let own = tasks.next()?;
    Some(UnderTask { beside: tasks.collect(), ..own })
}

/// Where on this machine an effect is: a file, or the working tree of a repository.
fn place_of(effect: &Effect) -> Option<&str> {
    match &effect.resource {
        Resource::Path { path, .. } => Some(path),
        Resource::Ref { repository, .. } | Resource::Repository { repository } => repository.root.as_deref(),
        _ => None,
    }
}

/// The files of a call that are not there yet.
fn created(effects: &[Effect]) -> Vec<String> {
    let is_absent = |path: &&str| {
        std::fs::symlink_metadata(path).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
    };
    let paths: BTreeSet<&str> = policy::may_make(effects).take(MADE).filter(is_absent).collect();
    paths.into_iter().map(str::to_owned).collect()
}

/// Whether it is a file: a directory may hold what others put there, a link lead to it.
pub(super) fn is_file(path: &str) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// The verbs that change something and that no agent of this installation was let use before.
fn first_time(effects: &[Effect], authorities: &Authorities) -> Vec<String> {
    let changing = effects.iter().filter(|effect| effect.access != Access::Read);
    let verbs: BTreeSet<&str> = changing.map(|effect| effect.verb.as_str()).collect();
    verbs.into_iter().filter(|verb| !authorities.used.contains(*verb)).take(16).map(str::to_owned).collect()
}

/// Tells the same call asked twice from another one under the same id.
pub fn fingerprint(key: &[u8; 32], call: &ToolCall) -> Digest {
    let Ok(mut mac) = <Hmac<Sha256>>::new_from_slice(key) else {
        // HMAC takes keys of any length.
        return Digest::of([key.as_slice()]);
    };
    for part in [&call.tool, &call.cwd, &serde_json::Value::Object(call.input.clone()).to_string()] {
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part.as_bytes());
    }
    Digest::from_bytes(mac.finalize().into_bytes().into())
}
