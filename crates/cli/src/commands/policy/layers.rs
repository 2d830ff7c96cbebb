//! A proposal with the layers above it, read from their files.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use countersign_policy::{BuildError, Bundle, Layer, Lint, Proposal, build_layers, lint};

use crate::output::WithHint as _;

/// The layers of a bundle, from the highest.
pub struct Layers(Vec<Read>);

/// One layer's file.
struct Read {
    layer: Layer,
    path: PathBuf,
    text: String,
    proposal: Proposal,
}

/// Reads a proposal and the files that it names as the layers above it.
pub fn read(path: &Path) -> Result<Layers> {
    let own = one(Layer::Repository, path.to_path_buf(), "run `countersign init` to have one proposed")?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut layers = Vec::new();
    let above = &own.proposal.above;
    for (layer, file) in [(Layer::Organisation, &above.organisation), (Layer::Team, &above.team)] {
        let Some(file) = file else { continue };
        let read =
            one(layer, folder.join(file), "mend the path, which is relative to the file that names it")
                .with_context(|| format!("`{}` names it under [layers] as the {layer}'s", path.display()))?;
        layers.push(read);
    }
    layers.push(own);
    Ok(Layers(layers))
}

/// One layer's file; `missing` says what to do where it cannot be read.
fn one(layer: Layer, path: PathBuf, missing: &str) -> Result<Read> {
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read the proposal `{}`", path.display()))
        .hint(missing)?;
    let proposal = Proposal::parse(&text).with_context(|| format!("in `{}`", path.display())).hint(MEND)?;
    Ok(Read { layer, path, text, proposal })
}

/// What to do about a file that cannot be used.
const MEND: &str =
    "mend the file, then `countersign policy check`; what is in force stays in force meanwhile";

impl Layers {
    /// The layers, from the highest.
    pub fn proposals(&self) -> Vec<(Layer, &Proposal)> {
        self.0.iter().map(|read| (read.layer, &read.proposal)).collect()
    }

    /// What is right and yet probably not meant, with the file it stands in.
    pub fn lints(&self) -> Vec<(&Path, Lint)> {
        self.0
            .iter()
            .enumerate()
            .flat_map(|(index, read)| {
                let lints = lint(&read.proposal, &read.text, read.layer, index > 0);
                lints.into_iter().map(|lint| (read.path.as_path(), lint))
            })
            .collect()
    }

    /// The bundle that they build.
    pub fn build(&self) -> Result<Bundle> {
        let layers = self.proposals();
        let explain = |error: BuildError| match self.0.iter().rev().find(|read| concerns(&error, read)) {
            Some(read) => {
                let place = format!("in `{}`", read.path.display());
                anyhow::Error::from(error.within(&read.text)).context(place)
            }
            None => error.into(),
        };
        build_layers(&layers).map_err(explain).hint(MEND)
    }
}

/// Whether an error is about this layer's file.
fn concerns(error: &BuildError, read: &Read) -> bool {
    match error {
        BuildError::Policy { policy, .. } => {
            let invariant = policy.strip_prefix("invariant ");
            read.proposal.policies.iter().any(|own| own.id == *policy)
                || read.proposal.invariants.iter().any(|own| Some(own.id.as_str()) == invariant)
        }
        BuildError::Pattern { pattern, .. } => read.text.contains(pattern.as_str()),
        BuildError::Program { name, .. } => read.text.contains(name.as_str()),
        BuildError::Layers(loosening) => loosening.layer == read.layer,
        BuildError::Delegate { name, .. } => read.proposal.delegates.contains(name),
        BuildError::Weights { .. } => !read.proposal.weights.is_empty(),
        BuildError::Shipped(_) => false,
    }
}
