//! Files behind commands.

use super::Topic;

pub(super) const TOPIC: Topic = Topic {
    name: "code",
    about: "Files behind commands are read when the call is decided: shell scripts in full, Makefiles, justfiles, \
        package scripts, Dockerfiles, and Python and JavaScript by their literal calls that start programs, \
        touch files, send requests or SQL. Their text becomes part of what a reviewer signs.",
    changed: None,
    declared: None,
    examples: &[
        ("Bash", "./deploy.sh"),
        ("Bash", "make deploy"),
        ("Bash", "npm run deploy"),
        ("Bash", "python3 tools/release.py"),
        ("Bash", "python3 -c 'import os; os.remove(\"src/a.rs\")'"),
        ("Bash", "python3 -c 'import os; os.system(input())'"),
        ("Bash", "node -e 'fetch(\"https://example.com/x\", {method: \"POST\"})'"),
        ("Bash", "node -e 'console.log(1)'"),
        ("Bash", "./missing.sh"),
    ],
};
