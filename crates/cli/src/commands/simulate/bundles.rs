//! Which policy a simulation is asked about.

use std::path::Path;

use anyhow::{Context as _, Result};
use countersign_policy::{Bundle, Pack, Proposal, build};

use crate::output::WithHint as _;
use crate::{commands::policy, repository};

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
        // The map of this repository counts under any pack.
        let own = repository::top().map(|top| top.join(repository::PROPOSAL)).ok();
        let text = own.and_then(|path| std::fs::read_to_string(path).ok());
        let map = text.and_then(|text| Proposal::parse(&text).ok());
        let map = map.map_or_else(|| Proposal::parse(CUSTOM), Ok)?;
        let proposal = Proposal { pack, policies: Vec::new(), ..map };
        return Ok(Named { name: format!("the pack `{}`", pack.name()), bundle: build(&proposal)? });
    }
    let path = Path::new(name);
    if path.extension().is_some_and(|extension| extension == "json") {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read the bundle `{name}`"))?;
        let bundle = Bundle::from_bytes(&bytes).with_context(|| format!("in `{name}`"))?;
        return Ok(Named { name: name.to_owned(), bundle });
    }
    if !path.exists() {
        return Err(anyhow::anyhow!("there is no policy `{name}`"))
            .hint("name a countersign.toml, a built bundle (.json), or a pack: observe, graduated, strict");
    }
    Ok(Named { bundle: policy::proposed(Some(path.to_path_buf()))?.1, name: name.to_owned() })
}
