//! The working tree whose files stand for those that a history tells nothing of.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use countersign_model::Answer;

use crate::output::WithHint as _;
use crate::repository;

#[derive(clap::Args)]
pub struct Tree {
    /// Read what is in files that the sessions did not write (package.json, Makefile, scripts) from this working tree,
    /// as it is today
    #[arg(long, value_name = "DIR")]
    files: Option<PathBuf>,
}

/// Answers what stands at a path below the tree.
type Answers = Box<dyn Fn(&str) -> Answer + Sync>;

impl Tree {
    /// As it was named.
    pub fn name(&self) -> Option<String> {
        self.files.as_ref().map(|path| path.display().to_string())
    }

    /// What is asked for a file of it, where one was named.
    pub fn files(&self) -> Result<Option<Answers>> {
        let Some(path) = &self.files else { return Ok(None) };
        let top = std::fs::canonicalize(path)
            .with_context(|| format!("cannot read the working tree `{}`", path.display()))?;
        if !top.is_dir() {
            return Err(anyhow::anyhow!("`{}` is no directory", path.display()))
                .hint("name the top of a checkout of the repository that the sessions worked in");
        }
        Ok(Some(Box::new(repository::files(top))))
    }
}
