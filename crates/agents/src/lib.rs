//! Each agent runtime's dialect.
