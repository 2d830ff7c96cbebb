//! Whether anything is ever called as a grant's pattern says. One that nothing is called by would be signed, and cover
//! nothing.
//!
//! A word that is `*` alone stands for any: `*` is every name of one part, `* *` every name of two.

use anyhow::Result;
use countersign_approval::resource_form;
use countersign_model::verbs;
use countersign_policy::usual_types;

use crate::output::WithHint as _;
use crate::terminal;

/// Parts of names that may be empty, and the forms in which they are.
const MAY_BE_EMPTY: &[(&str, &str)] = &[
    ("Forge", "REF"),
    ("Tool", "SERVER"),
    ("Cluster", "NAMESPACE"),
    ("Cloud", "REGION"),
    ("Stack", "WORKSPACE"),
    ("App", "TARGET"),
    ("Container", "HOST"),
];

/// Refuses a pattern that nothing of the verb is ever called by.
pub fn check(verb: &str, resource: &str) -> Result<()> {
    let shown = terminal::line(resource);
    if resource.trim().is_empty() {
        return Err(anyhow::anyhow!("--resource: it is empty")).hint(how(verb));
    }
    if resource.chars().any(char::is_control) {
        return Err(anyhow::anyhow!("--resource: `{shown}` has a control character, which no name has"))
            .hint(how(verb));
    }
    let forms = forms(verb);
    if !forms.is_empty() && !forms.iter().any(|(of, form)| fits(of, form, resource)) {
        return Err(anyhow::anyhow!("--resource: no {verb} is on anything that is called like `{shown}`"))
            .hint(how(verb));
    }
    is_written_out(&forms, resource)
}

/// The types of what a verb is on, and how their names are made up.
fn forms(verb: &str) -> Vec<(&'static str, &'static str)> {
    let pushes = [verbs::GIT_PUSH, verbs::GIT_FORCE_PUSH, verbs::GIT_DELETE_REMOTE_REF];
    let types = match usual_types(verb).unwrap_or_default() {
        // A push is never on a repository as a whole.
        _ if pushes.iter().any(|push| push.as_str() == verb) => &["Ref"],
        types => types,
    };
    types.iter().filter_map(|of| Some((*of, resource_form(of)?))).collect()
}

/// What to do instead.
fn how(verb: &str) -> String {
    let forms: Vec<&str> = forms(verb).iter().map(|(_, form)| *form).collect();
    let anything: Vec<&str> = forms.first().map_or("", |form| form).split(' ').map(|_| "*").collect();
    format!(
        "write it as `{}`, * for any part of a word; '{}' is all of them; `--like TICKET` takes it from an action that waits",
        forms.join("` or `"),
        anything.join(" ")
    )
}

/// Whether a name of this form may be meant, word by word.
fn fits(of: &str, form: &str, resource: &str) -> bool {
    let parts: Vec<&str> = form.split(' ').collect();
    let words: Vec<&str> = resource.split(' ').collect();
    // A name of one part, such as a path, may have blanks in it.
    if parts.len() == 1 {
        return resource.trim() == resource;
    }
    let has_all = if form.ends_with('…') { words.len() >= parts.len() } else { words.len() == parts.len() };
    let named = |(index, word): (usize, &&str)| {
        let part = parts.get(index).copied().unwrap_or_default();
        !word.is_empty() || MAY_BE_EMPTY.contains(&(of, part))
    };
    has_all && words.iter().enumerate().all(named)
}

/// Refuses a remote by its name here, a branch without `refs/heads/`, and a path that is not absolute.
fn is_written_out(forms: &[(&str, &str)], resource: &str) -> Result<()> {
    let mut words = resource.split(' ');
    let (first, second) = (words.next().unwrap_or_default(), words.next());
    let all = |start: &str| !forms.is_empty() && forms.iter().all(|(_, form)| form.starts_with(start));
    if all("ADDRESS") && !first.contains(['/', ':', '*']) {
        let shown = terminal::line(first);
        return Err(anyhow::anyhow!("--resource: `{shown}` is no address of a repository"))
            .hint(format!("`git remote get-url --push {shown}` shows that of a remote"));
    }
    let is_full = |name: &&str| name.starts_with("refs/") || name.starts_with('*') || *name == "HEAD";
    if let Some(reference) = second.filter(|name| all("ADDRESS") && !is_full(name)) {
        let shown = terminal::line(reference);
        return Err(anyhow::anyhow!("--resource: `{shown}` is no full name of a ref"))
            .hint(format!("a branch is refs/heads/{shown}, a tag refs/tags/{shown}"));
    }
    if all("PATH") && !first.starts_with(['/', '*']) {
        let shown = terminal::line(resource);
        return Err(anyhow::anyhow!("--resource: `{shown}` is no absolute path"))
            .hint("write the whole path, such as '/home/me/shop/docs/*'");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::output::sentence;

    fn said(verb: &str, resource: &str) -> String {
        check(verb, resource).map_or_else(|error| sentence(&error), |()| "granted".to_owned())
    }

    #[test]
    fn what_nothing_is_called_by_is_refused() {
        for (verb, resource) in [
            ("git.push", ""),
            ("git.push", "  "),
            ("git.push", "*"),
            ("git.push", "* "),
            ("git.push", "origin main"),
            ("git.push", "git@github.com:acme/shop.git main"),
            ("git.push", "git@github.com:acme/shop.git refs/heads/\u{7}main"),
            ("git.push", "git@github.com:acme/shop.git  refs/heads/main"),
            ("fs.write", "* "),
            ("fs.write", " /srv/x"),
            ("fs.write", "docs/a.md"),
            ("fs.write", "/srv/a\nb"),
            ("kube.write", "deployment/web in live/shop"),
            ("container.delete", "web"),
            ("change.delivery", "* main"),
        ] {
            let said = said(verb, resource);
            assert!(said.starts_with("--resource: "), "{verb} {resource:?}: {said}");
        }
    }

    #[test]
    fn what_something_may_be_called_by_is_granted() {
        for (verb, resource) in [
            ("git.push", "* *"),
            ("git.push", "git@github.com:acme/shop.git refs/heads/feature/*"),
            ("git.push", "https://*/acme/* */main"),
            ("git.config", "*"),
            ("git.config", "/srv/shop"),
            ("fs.write", "*"),
            ("fs.write", "/srv/notes of mine/a.md"),
            ("kube.write", "live shop deployment web"),
            ("kube.write", "live  node web"),
            ("container.delete", " container web"),
            ("app.deploy", "vercel shop "),
            ("exec.opaque", "./deploy.sh"),
        ] {
            assert_eq!(said(verb, resource), "granted", "{verb} {resource:?}");
        }
    }
}
