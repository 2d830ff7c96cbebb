//! What would this tool call do?
