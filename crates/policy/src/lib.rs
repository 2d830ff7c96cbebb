//! Effects and a bundle in, a decision with its reasons out.
