//! Where are the secrets in this text?
