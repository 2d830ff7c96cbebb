//! A proposal with the layers above it, read from their files.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::string::FromUtf8Error;

use anyhow::{Context as _, Result};
use countersign_model::{Access, Declared};
use countersign_policy::{
    Above, At, BuildError, Bundle, Layer, Lint, Place, Proposal, ProposalError, all_examples, build_layers,
    lint, lint_file,
};

use crate::output::{Hint, InFile, WithHint as _};
use crate::reading;
use crate::repository::PROPOSAL;

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
        no_layers(&read, path)?;
        layers.push(read);
    }
    layers.push(own);
    Ok(Layers(layers))
}

/// Refuses a layer that names further ones: nobody would read them.
fn no_layers(read: &Read, below: &Path) -> Result<()> {
    if read.proposal.above == Above::default() {
        return Ok(());
    }
    let place = At::path(["layers"]).within(&read.text);
    Err(anyhow::anyhow!("the {}'s file may not name layers{place}", read.layer))
        .context(InFile(read.path.clone()))
        .hint(format!(
            "name them all in `{}`: `layers = {{ organisation = \"...\", team = \"...\" }}`",
            below.display()
        ))
}

/// One layer's file; `missing` says what to do where it cannot be read.
fn one(layer: Layer, path: PathBuf, missing: &str) -> Result<Read> {
    let bytes = reading::bytes(&path, reading::LONGEST).map_err(|error| {
        let hint = match error.kind() {
            ErrorKind::NotFound => missing.to_owned(),
            ErrorKind::IsADirectory if path.ends_with(PROPOSAL) => {
                "put a file there, not a folder".to_owned()
            }
            ErrorKind::IsADirectory => format!("name the file, such as `{}`", path.join(PROPOSAL).display()),
            ErrorKind::InvalidInput | ErrorKind::FileTooLarge => {
                "put a regular file of at most a mebibyte there".to_owned()
            }
            _ => "see whose it is with `ls -l`, and make it readable for you".to_owned(),
        };
        let message = "cannot read the proposal";
        anyhow::Error::from(error).context(message).context(InFile(path.clone())).context(Hint { hint })
    })?;
    let text = String::from_utf8(bytes).map_err(|error| not_text(&error)).context(InFile(path.clone()))?;
    let proposal = Proposal::parse(&text).context(InFile(path.clone())).hint(MEND)?;
    Ok(Read { layer, path, text, proposal })
}

/// Where a file stops being text.
fn not_text(error: &FromUtf8Error) -> ProposalError {
    let good = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
    let good = String::from_utf8_lossy(good);
    ProposalError {
        message: "it is no text in UTF-8".to_owned(),
        line: good.matches('\n').count() + 1,
        column: good.rsplit('\n').next().unwrap_or_default().chars().count() + 1,
        hint: Some("save the file as text in UTF-8".to_owned()),
    }
}

/// What to do about a file that cannot be used.
const MEND: &str = "mend that place and try again; what is in force stays in force meanwhile";

impl Layers {
    /// The layers, from the highest.
    pub fn proposals(&self) -> Vec<(Layer, &Proposal)> {
        self.0.iter().map(|read| (read.layer, &read.proposal)).collect()
    }

    /// What is right and yet probably not meant, with the file it stands in.
    pub fn lints(&self, bundle: &Bundle) -> Vec<(&Path, Lint)> {
        let mut packs = Vec::new();
        let mut lints = Vec::new();
        for (index, read) in self.0.iter().enumerate() {
            let mut found = lint_file(&read.proposal, &read.text, &packs, bundle);
            found.extend(lint(&read.proposal, &read.text, read.layer, index > 0));
            found.extend(read.known_programs());
            if let Some(top) = read.path.parent().filter(|_| read.layer == Layer::Repository) {
                found.extend(super::directories::lint(&read.proposal, &read.text, top));
            }
            lints.extend(found.into_iter().map(|lint| (read.path.as_path(), lint)));
            if index == 0 || read.proposal.names_pack {
                packs.push(read.proposal.pack);
            }
        }
        lints
    }

    /// Where each example stands, in the order in which they are tried.
    pub fn examples(&self) -> Vec<(&Path, Place)> {
        let of = |read: &'_ Read| {
            let paths = all_examples(&read.proposal).into_iter().map(|(path, _)| path);
            let places: Vec<Place> =
                paths.map(|path| At { path, ..At::default() }.within(&read.text).place).collect();
            places
        };
        self.0
            .iter()
            .flat_map(|read| of(read).into_iter().map(|place| (read.path.as_path(), place)))
            .collect()
    }

    /// The bundle that they build.
    pub fn build(&self) -> Result<Bundle> {
        let layers = self.proposals();
        let explain = |error: BuildError| match self.0.iter().rev().find(|read| concerns(&error, read)) {
            Some(read) => anyhow::Error::from(error.within(&read.text)).context(InFile(read.path.clone())),
            None => error.into(),
        };
        build_layers(&layers).map_err(explain).hint(MEND)
    }
}

impl Read {
    /// Which descriptions of programs and tools count for nothing, or only where they say more.
    fn known_programs(&self) -> Vec<Lint> {
        let programs = self.proposal.programs.iter().enumerate();
        let described = programs
            .flat_map(|(index, program)| program.names.iter().map(move |name| (index, program, name)));
        let known = described.filter_map(|(index, program, name)| Some((index, name, known(program, name)?)));
        known
            .map(|(index, name, message)| Lint {
                rule: "known-program",
                about: "program".to_owned(),
                message,
                hint: "leave it out; a policy of your own can ask for more".to_owned(),
                place: At::path(["program", &index.to_string(), "names", name]).within(&self.text).place,
            })
            .collect()
    }
}

/// What a description of a program or tool comes to that is understood by itself.
pub fn known(described: &Declared, name: &str) -> Option<String> {
    if countersign_understand::knows(name) || countersign_understand::tools().any(|tool| tool == name) {
        return Some(format!(
            "`{name}` is understood by itself: what is said of it under [[program]] counts for nothing"
        ));
    }
    let said = match described {
        Declared { destroy, .. } if !destroy.is_empty() => Access::Destroy,
        Declared { execute, .. } if !execute.is_empty() => Access::Execute,
        Declared { write, .. } if !write.is_empty() => Access::Write,
        Declared { .. } => Access::Read,
    };
    let message = if name.contains(['*', '?']) {
        format!(
            "`{name}` takes in tools that are understood to do more than is said of them under [[program]]"
        )
    } else {
        format!("`{name}` is understood to do more than is said of it under [[program]]")
    };
    countersign_understand::does_more(name, said).then(|| format!("{message}, and that counts all the same"))
}

/// Whether an error is about this layer's file.
fn concerns(error: &BuildError, read: &Read) -> bool {
    match error {
        BuildError::Policy { policy, .. } => {
            let invariant = policy.strip_prefix("invariant ");
            read.proposal.policies.iter().any(|own| own.id == *policy)
                || read.proposal.invariants.iter().any(|own| Some(own.id.as_str()) == invariant)
        }
        other => other.layer() == Some(read.layer),
    }
}
