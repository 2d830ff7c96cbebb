//! Which policy a simulation is asked about.

use std::path::Path;

use anyhow::{Context as _, Result};
use countersign_policy::{Above, Bundle, Pack, Proposal, build};

use crate::output::WithHint as _;
use crate::{commands::policy, reading, repository};

/// A bundle and what it is called.
pub struct Named {
    /// As it was asked for.
    pub name: String,
    /// What decides.
    pub bundle: Bundle,
}

/// Where nothing says what production is, the branches that are by custom.
const CUSTOM: &str = "version = 1\n[repository]\ndefault_branch = \"main\"\n[environments.production]\n\
                      branches = [\"main\", \"master\"]\n";

/// The bundle of this name: a pack, a proposal, a built bundle; without a name the proposal of this repository, or
/// the pack `graduated`.
pub fn named(name: Option<&str>) -> Result<Named> {
    let Some(name) = name else {
        let proposal =
            repository::top().map(|top| top.join(repository::PROPOSAL)).ok().filter(|path| path.exists());
        return match proposal {
            Some(path) => Ok(Named {
                bundle: policy::proposed(Some(path.clone()))?.1,
                name: path.display().to_string(),
            }),
            None => named(Some(Pack::Graduated.name())),
        };
    };
    if let Some(pack) = Pack::ALL.into_iter().find(|pack| pack.name() == name) {
        return Ok(Named { name: format!("the pack `{}`", pack.name()), bundle: build(&with_map(pack)?)? });
    }
    let path = Path::new(name);
    if path.extension().is_some_and(|extension| extension == "json") {
        let bytes = reading::bytes(path, reading::LONGEST_BUNDLE)
            .with_context(|| format!("cannot read the bundle `{name}`"))?;
        let bundle = Bundle::from_bytes(bytes).with_context(|| format!("in `{name}`"))?;
        return Ok(Named { name: name.to_owned(), bundle });
    }
    if !path.exists() {
        return Err(anyhow::anyhow!("there is no policy `{name}`"))
            .hint("name a countersign.toml, a built bundle (.json), or a pack: observe, graduated, strict");
    }
    Ok(Named { bundle: policy::proposed(Some(path.to_path_buf()))?.1, name: name.to_owned() })
}

/// A pack over the map of this repository, which counts under any of them.
fn with_map(pack: Pack) -> Result<Proposal> {
    let own = repository::top().map(|top| top.join(repository::PROPOSAL)).ok();
    let text = own.and_then(|path| reading::text(&path).ok());
    let map = text.and_then(|text| Proposal::parse(&text).ok());
    let map = map.map_or_else(|| Proposal::parse(CUSTOM), Ok)?;
    Ok(Proposal { pack, policies: Vec::new(), ..map })
}

/// What a policy could be added to: the same names as for [`named`], but for built bundles.
pub fn proposal(name: Option<&str>) -> Result<(String, Proposal)> {
    let own = repository::top().map(|top| top.join(repository::PROPOSAL)).ok().filter(|path| path.exists());
    let pack = Pack::ALL.into_iter().find(|pack| name == Some(pack.name()));
    let path = match (name, own) {
        (Some(name), _) if pack.is_none() => Path::new(name).to_path_buf(),
        (None, Some(own)) => own,
        _ => {
            let pack = pack.unwrap_or(Pack::Graduated);
            return Ok((format!("the pack `{}`", pack.name()), with_map(pack)?));
        }
    };
    let text = reading::text(&path)
        .with_context(|| format!("cannot read the proposal `{}`", path.display()))
        .hint("name a countersign.toml, or a pack: observe, graduated, strict")?;
    let proposal = Proposal::parse(&text).with_context(|| format!("in `{}`", path.display()))?;
    if proposal.above != Above::default() {
        return Err(anyhow::anyhow!("`{}` has layers above it, so it can only tighten", path.display()))
            .hint("name the file of its highest layer");
    }
    Ok((path.display().to_string(), proposal))
}
