//! The append-only record that an outsider can verify.
