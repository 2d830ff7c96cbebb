//! The shell.

use super::Topic;

pub(super) const TOPIC: Topic = Topic {
    name: "shell",
    about: "Every construct of bash is followed to the programs it starts: lists, pipes, loops, functions, \
        substitutions, here-documents, redirections. Values are carried along a command as far as they are \
        literals; what only comes to be as it runs is named as opaque or hidden, with the reason. Text that \
        merely mentions a command is text.",
    changed: None,
    declared: None,
    examples: &[
        ("Bash", "for b in main dev; do git push origin $b; done"),
        ("Bash", "deploy() { git push origin HEAD:main; }; deploy"),
        ("Bash", "if git diff --quiet; then rm -rf src; fi"),
        ("Bash", "D=src; rm -rf \"$D\""),
        ("Bash", "rm -rf ${DIR:-src}"),
        ("Bash", "rm -rf \"$DIR\""),
        ("Bash", "echo Z2l0IHB1c2ggb3JpZ2luIG1haW4= | base64 -d | sh"),
        ("Bash", "echo 'export A=1' >> ~/.zshrc"),
        ("Bash", "$(cat command.txt)"),
        ("Bash", "cat <<'X' > notes.txt\nrm -rf / and git push --force\nX"),
        ("Bash", "echo \"$(git rev-parse HEAD)\""),
        ("Bash", "LD_PRELOAD=./x.so ls"),
        ("Bash", "if true; then"),
    ],
};
