//! Nothing that happens inside gets out as silence: a panic, a stall or a lost thread is a denial.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use countersign_agents::claude_code::{Output, deny_anything};

/// Deep enough for the shell parser at its nesting cap, many times over. Only touched pages cost.
const STACK: usize = 64 << 20;
/// Of the thread that only waits.
const WATCH: usize = 128 << 10;

/// Runs `work` on a sized stack and gives its answer, or a denial if it panics. Once `deadline` has passed the denial
/// goes to `late`, which ends the process.
///
/// It is the other thread that waits: what a process allocates beside its first thread costs it a second heap, and that one
/// grows by a system call a page.
///
/// A stack overflow would still abort the process, which the runtime takes for a denial because it
/// was installed with `onFailure: "block"`; the caps on nesting keep it from coming to that.
pub fn guarded(
    deadline: Duration,
    late: impl FnOnce(Output) + Send + 'static,
    work: impl FnOnce() -> Output,
) -> Output {
    std::panic::set_hook(Box::new(|_| {}));
    let answered = Arc::new((Mutex::new(false), Condvar::new()));
    let watched = Arc::clone(&answered);
    let watch = thread::Builder::new().stack_size(WATCH).spawn(move || {
        let (answered, ready) = &*watched;
        let waiting = answered.lock().unwrap_or_else(PoisonError::into_inner);
        let woken = ready.wait_timeout_while(waiting, deadline, |answered| !*answered);
        let (mut answered, _) = woken.unwrap_or_else(PoisonError::into_inner);
        if !*answered {
            *answered = true;
            // Under the lock, so that no other answer is given as well.
            late(too_late());
        }
    });
    if watch.is_err() {
        return deny_anything("Countersign could not start a thread, so the action is denied");
    }
    let output = catch_unwind(AssertUnwindSafe(|| stacker::grow(STACK, work)));
    let (answered, ready) = &*answered;
    let mut answered = answered.lock().unwrap_or_else(PoisonError::into_inner);
    if std::mem::replace(&mut *answered, true) {
        return too_late();
    }
    ready.notify_all();
    output.unwrap_or_else(|_| {
        deny_anything("Countersign failed inside, so the action is denied; please report this")
    })
}

fn too_late() -> Output {
    deny_anything("Countersign did not finish in time, so the action is denied")
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn a_panic_is_a_denial() {
        let output = guarded(Duration::from_secs(5), |_| unreachable!(), || panic!("inside"));
        assert_eq!(output.exit, 2);
        assert!(output.stderr.contains("failed inside"));
        assert!(output.stdout.contains("deny"));
    }

    #[test]
    fn a_stall_is_a_denial_however_it_ends() {
        let (told, denial) = channel();
        let late = move |output| told.send(output).unwrap();
        let output = guarded(Duration::from_millis(20), late, move || {
            let denial = denial.recv().unwrap();
            assert_eq!(denial.exit, 2);
            assert!(denial.stderr.contains("in time"));
            Output { exit: 0, ..denial }
        });
        assert_eq!(output.exit, 2);
        assert!(output.stderr.contains("in time"));
    }

    #[test]
    fn the_stack_is_deep() {
        fn deep(left: usize) -> usize {
            let frame = std::hint::black_box([left; 1024]);
            if left == 0 { 0 } else { deep(left - 1) + frame[1] - frame[0] }
        }
        let output = guarded(
            Duration::from_secs(60),
            |_| unreachable!(),
            || {
                assert_eq!(deep(4000), 0);
                deny_anything("deep")
            },
        );
        assert!(output.stderr.contains("deep"));
    }
}
