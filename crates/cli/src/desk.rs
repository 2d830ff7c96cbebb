//! What most commands start from: this user's ledger, and whom it believes.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use countersign_approval::{Fingerprint, SealedKey, SigningKey};
use countersign_hook::{Judge, Policy, now};
use countersign_local::{Authorities, Believed, Change, Home, Ledger, State, Trust};
use countersign_model::ReviewerName;

use crate::edge;
use crate::output::WithHint as _;

/// The ledger of this user's home, open.
pub struct Desk {
    /// Log and state.
    pub ledger: Ledger,
    /// The user's own home.
    pub user_home: PathBuf,
    /// Whether nothing is written, not even what was noticed.
    looks_only: bool,
}

impl Desk {
    /// Opens the home, which must have been made.
    pub fn open() -> Result<Self> {
        let user_home = edge::user_home()?;
        let home = edge::made_home()?;
        let ledger = Ledger::open(home, None, &user_home, now())
            .context("cannot open the evidence")
            .hint("if this was not you, keep the directory as it is: it is evidence of tampering")?;
        Ok(Self { ledger, user_home, looks_only: false })
    }

    /// The same for those who only look: nothing is written, whatever is amiss.
    pub fn look() -> Result<Self> {
        Ok(Self { looks_only: true, ..Self::open()? })
    }

    /// The home.
    pub fn home(&self) -> Home {
        self.ledger.home().clone()
    }

    /// Reads the state as of the log's end.
    pub fn read<T>(
        &mut self,
        work: impl FnOnce(&mut State) -> Result<T, countersign_local::LedgerError>,
    ) -> Result<T> {
        Ok(if self.looks_only { self.ledger.look(work)? } else { self.ledger.read(work)? })
    }

    /// Reviewers, bundles and grants.
    pub fn authorities(&mut self) -> Result<Authorities> {
        self.read(|state| Ok(state.authorities()?.clone()))
    }

    /// The first reviewer's key, as the log has it.
    pub fn root(&mut self) -> Result<Option<Fingerprint>> {
        let first = self.authorities()?.reviewers.into_iter().find_map(|change| match change {
            Change::Enrolled { enrollment } => Some(enrollment.statement.key.fingerprint()),
            Change::Retired { .. } => None,
        });
        Ok(first)
    }

    /// Whose signatures count: by root's files in a managed home, by the log elsewhere.
    pub fn trust(&mut self) -> Result<Trust> {
        match edge::managed()? {
            Some((trust, home)) if home.path() == self.ledger.home().path() => Ok(trust),
            Some(_) | None => Ok(Trust::user(self.root()?)),
        }
    }

    /// Who may countersign; none where nobody is enrolled.
    pub fn believed(&mut self) -> Result<Option<Believed>> {
        let authorities = self.authorities()?;
        let trust = self.trust()?;
        Ok(trust.believed(self.ledger.log_id(), &authorities))
    }

    /// What the hook would judge with.
    pub fn judge(&mut self) -> Result<Judge> {
        Ok(Judge {
            key: self.ledger.home().key()?,
            policy: Policy::InForce { trust: self.trust()?, log: self.ledger.log_id().clone() },
            home: self.home(),
            user_home: self.user_home.clone(),
            project: None,
            git: edge::git_places(),
            variables: edge::variables(),
            settings: edge::settings(),
        })
    }

    /// Opens a reviewer's sealed key: the one named, or the only one there is.
    pub fn unseal(&self, name: Option<&str>, from_stdin: bool) -> Result<(ReviewerName, SigningKey)> {
        let (name, sealed) = self.sealed(name)?;
        let key = open_key(&name, &sealed, &mut edge::Passphrases::new(from_stdin))?;
        Ok((name, key))
    }

    /// Opens the sealed key of this reviewer.
    pub fn unseal_with(&self, name: &str, passphrases: &mut edge::Passphrases) -> Result<SigningKey> {
        let (name, sealed) = self.sealed(Some(name))?;
        open_key(&name, &sealed, passphrases)
    }

    fn sealed(&self, name: Option<&str>) -> Result<(ReviewerName, SealedKey)> {
        let folder = self.ledger.home().reviewers();
        let names = self.sealed_names()?;
        let name = match (name, names.as_slice()) {
            (Some(name), _) => name.to_owned(),
            (None, [only]) => only.clone(),
            (None, []) => {
                return Err(anyhow::anyhow!("there is no reviewer's key in `{}`", folder.display()))
                    .hint("run `countersign reviewers enroll NAME`");
            }
            (None, _) => {
                return Err(anyhow::anyhow!("there are several reviewers' keys: {}", names.join(", ")))
                    .hint("say whose with --as NAME");
            }
        };
        let path = self.key_files(&name)?;
        let bytes =
            std::fs::read(&path).with_context(|| format!("cannot read the key `{}`", path.display()))?;
        let sealed = serde_json::from_slice(&bytes)
            .with_context(|| format!("`{}` is not a key file", path.display()))
            .hint("put back the file from a copy, or let another reviewer sign in a new key")?;
        Ok((ReviewerName::from(name), sealed))
    }

    /// A managed home holds no keys: reviewers keep theirs in their own.
    fn key_folders(&self) -> Result<Vec<PathBuf>> {
        Ok(vec![self.ledger.home().reviewers(), edge::own_home()?.reviewers()])
    }

    fn sealed_names(&self) -> Result<Vec<String>> {
        let mut names: Vec<String> = self
            .key_folders()?
            .into_iter()
            .flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten())
            .filter_map(std::result::Result::ok)
            .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".json").map(str::to_owned))
            .collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    fn key_files(&self, name: &str) -> Result<PathBuf> {
        let file = self.key_file(name)?;
        let name = file.file_name().unwrap_or_default();
        let found =
            self.key_folders()?.into_iter().map(|folder| folder.join(name)).find(|path| path.exists());
        Ok(found.unwrap_or(file))
    }

    /// Where a reviewer's sealed key is.
    pub fn key_file(&self, name: &str) -> Result<PathBuf> {
        let plain = name.chars().all(|letter| letter.is_alphanumeric() || "-_.@".contains(letter));
        if name.is_empty() || name.starts_with('.') || name.len() > 64 || !plain {
            bail!("`{name}` is not a reviewer's name: use up to 64 letters, digits and - _ . @");
        }
        Ok(self.ledger.home().reviewers().join(format!("{name}.json")))
    }
}

fn open_key(
    name: &ReviewerName,
    sealed: &SealedKey,
    passphrases: &mut edge::Passphrases,
) -> Result<SigningKey> {
    let passphrase = passphrases.of(name.as_str())?;
    sealed.open(&passphrase).with_context(|| format!("cannot open the key of `{name}`"))
}

/// Asks yes or no at the terminal; without one, the answer is no.
pub fn confirm(question: &str) -> Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    anstream::eprint!("{question} [y/N] ");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
