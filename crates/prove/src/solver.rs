//! The solver: `cvc5` as processes that stay, two of them, each asked by a thread of its own.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use cedar_policy::{EntityTypeName, EntityUid, Policy, RequestEnv, Schema};
use cedar_policy_symcc::solver::LocalSolver;
use cedar_policy_symcc::{CedarSymCompiler, CompiledPolicy, CompiledSchema, Env};
use tokio::process::Command;
use tokio::runtime::Runtime;

use crate::ProveError;

/// How many solvers work at a time.
const WORKERS: usize = 2;
/// How long one question may take, in milliseconds: they take a few each.
const PATIENCE: u32 = 20_000;
/// How long is waited for an answer: a solver gives up by itself before, or is none.
const AT_MOST: Duration = Duration::from_secs(30);

/// The stack of what compiles a question, which recurses as deep as its condition is nested.
pub const STACK: usize = 64 << 20;

/// Where the solver is: what `CVC5` names, or `cvc5` on `PATH`.
pub fn find(named: Option<&OsStr>, path: Option<&OsStr>) -> Result<PathBuf, ProveError> {
    if let Some(named) = named {
        let named = PathBuf::from(named);
        return if named.is_file() { Ok(named) } else { Err(ProveError::NoSolverThere(named)) };
    }
    let folders = path.map(std::env::split_paths).into_iter().flatten();
    folders.map(|folder| folder.join("cvc5")).find(|program| program.is_file()).ok_or(ProveError::NoSolver)
}

/// A policy in a request environment, of which is asked whether it can apply.
pub struct Asked {
    /// The policy, a permit.
    pub policy: Policy,
    /// The action.
    pub action: String,
    /// The type of resource.
    pub resource: String,
}

/// Solvers that run.
pub struct Solvers {
    schema: CompiledSchema,
    workers: Vec<Worker>,
}

struct Worker {
    runtime: Runtime,
    compiler: CedarSymCompiler<LocalSolver>,
}

impl Solvers {
    /// Starts them.
    pub fn start(program: &Path, schema: &Schema) -> Result<Self, ProveError> {
        let workers = (0..WORKERS).map(|_| Worker::start(program)).collect::<Result<_, _>>()?;
        Ok(Self { schema: CompiledSchema::new(schema).map_err(|error| ProveError::solver(&error))?, workers })
    }

    /// The first of these that can apply, with a request to which it does.
    ///
    /// Which one is found does not depend on which solver is faster.
    pub fn first(&mut self, asked: &[Asked]) -> Result<Option<(usize, Env)>, ProveError> {
        let next = AtomicUsize::new(0);
        let found: Mutex<Option<(usize, Result<Env, ProveError>)>> = Mutex::new(None);
        let best = AtomicUsize::new(usize::MAX);
        let schema = &self.schema;
        let work = |worker: &mut Worker| {
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(one) = asked.get(index).filter(|_| index < best.load(Ordering::Relaxed)) else {
                    break;
                };
                let answer = match worker.can_apply(schema, one) {
                    Ok(None) => continue,
                    Ok(Some(env)) => Ok(env),
                    Err(error) => Err(error),
                };
                best.fetch_min(index, Ordering::Relaxed);
                let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                if found.as_ref().is_none_or(|(before, _)| index < *before) {
                    *found = Some((index, answer));
                }
            }
        };
        std::thread::scope(|scope| -> Result<(), ProveError> {
            for worker in &mut self.workers {
                let thread = std::thread::Builder::new().stack_size(STACK);
                let spawned = thread.spawn_scoped(scope, || work(worker));
                spawned.map_err(|error| ProveError::Solver(error.to_string()))?;
            }
            Ok(())
        })?;
        let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.map(|(index, answer)| Ok((index, answer?))).transpose()
    }

    /// Whether two sets of policies never allow the same request in this request environment.
    #[cfg(test)]
    pub fn disjoint(&mut self, one: &[Policy], other: &[Policy], action: &str, resource: &str) -> bool {
        let set = |policies: &[Policy]| cedar_policy::PolicySet::from_policies(policies.to_vec()).unwrap();
        let action =
            EntityUid::from_type_name_and_id("Action".parse().unwrap(), cedar_policy::EntityId::new(action));
        let environment = RequestEnv::new("Session".parse().unwrap(), action, resource.parse().unwrap());
        let symbolic = self.schema.sym_env(&environment).unwrap();
        let compile = |policies: &[Policy]| {
            let schema = self.schema.schema();
            let compiled = cedar_policy_symcc::CompiledPolicySet::compile_with_custom_symenv(
                &set(policies),
                &environment,
                schema,
                symbolic.clone(),
            );
            compiled.unwrap()
        };
        let (one, other) = (compile(one), compile(other));
        let Worker { runtime, compiler } = &mut self.workers[0];
        runtime.block_on(compiler.check_disjoint_opt(&one, &other)).unwrap()
    }

    /// Whether a policy can fail in this request environment, with a request where it does.
    pub fn fails(&mut self, asked: &Asked) -> Result<Option<Env>, ProveError> {
        let schema = &self.schema;
        let worker = self.workers.first_mut().ok_or(ProveError::NoSolver)?;
        let Worker { runtime, compiler } = worker;
        stacker::grow(STACK, || {
            let compiled = compile(schema, asked)?;
            answer(runtime, AT_MOST, compiler.check_never_errors_with_counterexample_opt(&compiled))
        })
    }
}

impl Worker {
    fn start(program: &Path) -> Result<Self, ProveError> {
        let broken = |error: &dyn std::error::Error| ProveError::SolverFailed(error.to_string());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| broken(&error))?;
        let mut command = Command::new(program);
        // Texts that are matched by a pattern are more than the plain theory of strings has.
        command
            .args(["--lang", "smt", "--strings-exp", &format!("--tlimit-per={PATIENCE}")])
            .kill_on_drop(true);
        // Its pipes belong to the runtime that is entered as it starts.
        let solver = {
            let _entered = runtime.enter();
            LocalSolver::from_command(&mut command).map_err(|error| broken(&error))?
        };
        let compiler = CedarSymCompiler::new(solver).map_err(|error| ProveError::solver(&error))?;
        Ok(Self { runtime, compiler })
    }

    fn can_apply(&mut self, schema: &CompiledSchema, asked: &Asked) -> Result<Option<Env>, ProveError> {
        let compiled = compile(schema, asked)?;
        let Self { runtime, compiler } = self;
        answer(runtime, AT_MOST, compiler.check_never_matches_with_counterexample_opt(&compiled))
    }
}

/// What the solver answers in time.
fn answer<T>(
    runtime: &Runtime,
    at_most: Duration,
    question: impl Future<Output = Result<T, cedar_policy_symcc::err::Error>>,
) -> Result<T, ProveError> {
    match runtime.block_on(async { tokio::time::timeout(at_most, question).await }) {
        Ok(answered) => answered.map_err(|error| ProveError::solver(&error)),
        Err(_) => Err(ProveError::SolverFailed(format!("it gave no answer within {at_most:?}"))),
    }
}

fn compile(schema: &CompiledSchema, asked: &Asked) -> Result<CompiledPolicy, ProveError> {
    let name = |name: &str| -> Result<EntityTypeName, ProveError> {
        name.parse().map_err(|_| ProveError::Internal(format!("`{name}` is no entity type")))
    };
    let action =
        EntityUid::from_type_name_and_id(name("Action")?, cedar_policy::EntityId::new(&asked.action));
    let environment = RequestEnv::new(name("Session")?, action, name(&asked.resource)?);
    let symbolic = schema.sym_env(&environment).map_err(|error| ProveError::solver(&error))?;
    CompiledPolicy::compile_with_custom_symenv(&asked.policy, &environment, schema.schema(), symbolic)
        .map_err(|error| ProveError::solver(&error))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    #[test]
    fn a_solver_that_never_answers_is_not_waited_for() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let answered = super::answer::<()>(&runtime, Duration::from_millis(10), std::future::pending());
        assert!(answered.unwrap_err().to_string().contains("no answer within 10ms"));
    }
}
