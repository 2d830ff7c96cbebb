//! Pages about calls that are no program's: the shell, texts behind commands, SQL, HTTP, PowerShell, tools. One more is
//! one file and one line in the list at [`topics`].

use countersign_model::Declared;

/// What there is to say of one kind of calls.
pub(super) struct Topic {
    /// Its page's name.
    pub name: &'static str,
    /// What is understood and what is not.
    pub about: &'static str,
    /// The files that the branch changes, where the workspace can tell, as git lists them.
    pub changed: Option<&'static str>,
    /// What the policy describes.
    pub declared: Option<fn() -> Declared>,
    /// A tool, and the text of its command or its input in JSON.
    pub examples: &'static [(&'static str, &'static str)],
}

macro_rules! topics {
    ($($name:ident),* $(,)?) => {
        $(mod $name;)*
        /// All topics.
        pub(super) const TOPICS: &[&Topic] = &[$(&$name::TOPIC),*];
    };
}

topics! {
    shell,
    code,
    carried,
    sql,
    http,
    powershell,
    tools,
    mcp,
    declared,
}
