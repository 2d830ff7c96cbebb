//! One exact action, and the people who may countersign it.
