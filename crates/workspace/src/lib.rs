//! Answers questions about the workspace from this machine.
