//! Nothing that happens inside gets out as silence: a panic, a stall or a lost thread is a denial.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use countersign_agents::claude_code::{Output, deny_anything};

/// Deep enough for the shell parser at its nesting cap, many times over. Only touched pages cost.
const STACK: usize = 64 << 20;

/// Runs `work` on a sized stack and gives its answer, or a denial once `deadline` has passed.
///
/// A stack overflow would still abort the process, which the runtime takes for a denial because it
/// was installed with `onFailure: "block"`; the caps on nesting keep it from coming to that.
pub fn guarded(deadline: Duration, work: impl FnOnce() -> Output + Send + 'static) -> Output {
    std::panic::set_hook(Box::new(|_| {}));
    let (sender, receiver) = channel();
    let worker = thread::Builder::new().stack_size(STACK).spawn(move || {
        // The receiver is gone only when the deadline has passed and the process is ending.
        let _ = sender.send(work());
    });
    if worker.is_err() {
        return deny_anything("Countersign could not start a thread, so the action is denied");
    }
    match receiver.recv_timeout(deadline) {
        Ok(output) => output,
        Err(RecvTimeoutError::Timeout) => {
            deny_anything("Countersign did not finish in time, so the action is denied")
        }
        Err(RecvTimeoutError::Disconnected) => {
            deny_anything("Countersign failed inside, so the action is denied; please report this")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_denial() {
        let output = guarded(Duration::from_secs(5), || panic!("inside"));
        assert_eq!(output.exit, 2);
        assert!(output.stderr.contains("failed inside"));
        assert!(output.stdout.contains("deny"));
    }

    #[test]
    fn a_stall_is_a_denial() {
        let (_keep, never) = channel::<()>();
        let output = guarded(Duration::from_millis(20), move || {
            never.recv().ok();
            deny_anything("too late")
        });
        assert_eq!(output.exit, 2);
        assert!(output.stderr.contains("in time"));
    }
}
