//! One call in, one answer out.
