//! Shows what a push would change.
