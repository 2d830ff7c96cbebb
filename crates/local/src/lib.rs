//! This machine: Countersign's home, its state, and the bundle in force.
