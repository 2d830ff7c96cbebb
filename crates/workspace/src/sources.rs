//! Where git's configuration outside any repository is.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The places of git's system and user configuration on this machine.
#[derive(Clone, Debug)]
pub struct Sources {
    /// The home directory, for `~/.gitconfig` and for `~/` in included paths.
    pub home: PathBuf,
    /// The directory `git/config` is looked for in, where `XDG_CONFIG_HOME` names one; else `~/.config`.
    pub configuration_home: Option<PathBuf>,
    /// The system configuration of each git that could run. Where they disagree on a key, its values
    /// are unknown.
    pub system: Vec<PathBuf>,
}

/// Where a git may be installed, and the system configuration such a git reads.
const INSTALLATIONS: [(&str, &str); 4] = [
    ("/usr/bin/git", "/etc/gitconfig"),
    ("/bin/git", "/etc/gitconfig"),
    ("/usr/local/bin/git", "/usr/local/etc/gitconfig"),
    ("/opt/homebrew/bin/git", "/opt/homebrew/etc/gitconfig"),
];

impl Sources {
    /// Those of a user with this home, for each git in a usual place of this machine.
    ///
    /// `configuration_home` is the value of `XDG_CONFIG_HOME`, if it is set and not empty. A git
    /// elsewhere may read another system configuration, which nobody can see from here.
    pub fn of_user(home: &Path, configuration_home: Option<&Path>) -> Self {
        let system: BTreeSet<_> = INSTALLATIONS
            .iter()
            .filter(|(program, _)| Path::new(program).exists())
            .map(|(_, configuration)| PathBuf::from(configuration))
            .collect();
        Self {
            home: home.to_owned(),
            configuration_home: configuration_home.map(Path::to_owned),
            system: system.into_iter().collect(),
        }
    }

    /// The user's own configuration files, in the order in which git reads them.
    pub(crate) fn of_own(&self) -> [PathBuf; 2] {
        let standard = self.configuration_home.clone().unwrap_or_else(|| self.home.join(".config"));
        [standard.join("git/config"), self.home.join(".gitconfig")]
    }
}
