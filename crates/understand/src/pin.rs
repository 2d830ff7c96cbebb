//! The immutable form of a call: the same command, able to make only the transition reviewed.
//!
//! A pinned push names the commit it pushes and the commit it replaces, so that it happens at most
//! once and only to what was seen. Its lease would also allow a push that is no fast-forward: where
//! the original had no force, whoever releases it must check that first.

use countersign_model::{Access, Commit, Effect, Place, Remote, Span, ToolCall};
use serde_json::{Map, Value as Json};

use crate::Pinning;
use crate::arguments::Arguments;
use crate::context::Context;
use crate::families::Git;
use crate::families::resolve::Tip;

/// What is known of the immutable form of one command.
pub(crate) type Candidate = Result<Rewrite, String>;

/// A part of the call's text and what to put there.
#[derive(Clone, Debug)]
pub(crate) struct Rewrite {
    /// The whole command.
    covers: Span,
    /// What is replaced.
    span: Span,
    text: String,
    sentence: String,
}

/// One ref that a push moves.
#[derive(Clone, Debug)]
pub(crate) struct Moved {
    pub reference: String,
    pub old: Tip,
    pub new: Option<Commit>,
    pub deletes: bool,
    pub exact: bool,
}

/// A command without an immutable form.
pub(crate) fn impossible(why: &str) -> Candidate {
    Err(why.to_owned())
}

/// A command whose text is already its immutable form.
pub(crate) fn as_it_is(covers: Span, sentence: &str) -> Candidate {
    append(covers, "", sentence)
}

/// The command at `covers` with words appended.
pub(crate) fn append(covers: Span, text: &str, sentence: &str) -> Candidate {
    let span = Span { start: covers.end, end: covers.end };
    Ok(Rewrite { covers, span, text: text.to_owned(), sentence: sentence.to_owned() })
}

/// The immutable form of a push.
pub(crate) fn push(
    git: &Git<'_>,
    arguments: &Arguments<'_>,
    name: &str,
    remotes: &[Remote],
    moved: Vec<Moved>,
    context: &Context<'_>,
) -> Candidate {
    let invocation = git.invocation;
    let world = &context.state.world;
    let span = invocation
        .span()
        .filter(|_| invocation.contiguous)
        .ok_or("the push is not written out in one piece")?;
    if context.repeated {
        return Err("the push may run more than once".to_owned());
    }
    if let Some(why) = world.refs_changed.as_ref().or(world.configuration_changed.as_ref()) {
        return Err(why.clone());
    }
    if world.opaque {
        return Err("something that runs before or in the same command cannot be seen into".to_owned());
    }
    if !world.heads.is_empty() {
        return Err("an earlier part of the command switches branches".to_owned());
    }
    if remotes.len() != 1 {
        return Err("it goes to several addresses".to_owned());
    }
    if moved.is_empty() || moved.iter().any(|moved| !moved.exact) {
        return Err("not every ref it moves is known".to_owned());
    }
    let first = invocation.first.raw.as_str();
    let globals = invocation.words.iter().take(git.index).map(|word| word.raw.as_str());
    let mut words: Vec<String> = [first].into_iter().chain(globals).map(str::to_owned).collect();
    words.push("push".to_owned());
    for flag in ["no-verify", "quiet", "verbose", "progress", "porcelain", "atomic"] {
        if arguments.has(&[flag]) {
            words.push(format!("--{flag}"));
        }
    }
    // Options that the remote acts on, such as `ci.skip`, are part of what was reviewed.
    for value in arguments.values(&["push-option", "o"]) {
        let plain = value.known().filter(|text| text.split('=').all(is_plain));
        words.push(format!("--push-option={}", plain.ok_or("a push option in it would have to be quoted")?));
    }
    if arguments.has(&["signed"]) {
        return Err("it is a signed push".to_owned());
    }
    let mut refspecs = Vec::new();
    let mut sentences = Vec::new();
    let mut moves = false;
    for moved in &moved {
        let branch =
            moved.reference.strip_prefix("refs/heads/").ok_or("it moves something other than branches")?;
        if !is_plain(branch) || !is_plain(name) {
            return Err("a name in it would have to be quoted".to_owned());
        }
        let old = match &moved.old {
            Tip::At(commit) => commit.as_str(),
            Tip::Absent => "",
            Tip::Unknown => {
                return Err(format!("the commit that {branch} names on {name} is not known here"));
            }
        };
        words.push(format!("--force-with-lease={branch}:{old}"));
        let new = match (&moved.new, moved.deletes) {
            (_, true) => "",
            (Some(commit), false) => commit.as_str(),
            (None, false) => return Err(format!("the commit that would be pushed to {branch} is not known")),
        };
        refspecs.push(format!("{new}:{}", moved.reference));
        let short =
            |id: &str| if id.is_empty() { "nothing".to_owned() } else { id.chars().take(10).collect() };
        // Nothing that is known here says that there is anything to push.
        let stays = old == new && !new.is_empty();
        moves |= !stays;
        sentences.push(if stays {
            format!("leaves {branch} of {name} at {}, where it was last seen", short(new))
        } else {
            format!("moves {branch} of {name} from {} to {}", short(old), short(new))
        });
    }
    words.extend(["--no-follow-tags".to_owned(), "--recurse-submodules=no".to_owned(), name.to_owned()]);
    words.extend(refspecs);
    let all = sentences.join(", ");
    let sentence =
        if moves { format!("{all}, and nothing else") } else { format!("changes nothing: it {all}") };
    Ok(Rewrite { covers: span, span, text: words.join(" "), sentence })
}

/// Whether a name means itself in a shell, and is no option.
fn is_plain(name: &str) -> bool {
    !name.starts_with('-')
        && !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '@' | '+' | ','))
}

/// The immutable form of a whole call.
pub(crate) fn call(call: &ToolCall, effects: &[Effect], candidates: Vec<Candidate>) -> Pinning {
    let moves_elsewhere =
        |effect: &&Effect| effect.resource.place() == Place::Remote && effect.access != Access::Read;
    let elsewhere: Vec<&Effect> = effects.iter().filter(moves_elsewhere).collect();
    if elsewhere.is_empty() && candidates.is_empty() {
        return Pinning::NotNeeded;
    }
    let mut candidates = candidates.into_iter();
    let rewrite = match (candidates.next(), candidates.next()) {
        (Some(Ok(rewrite)), None) => rewrite,
        (Some(Err(why)), None) => return Pinning::Impossible { why },
        (Some(_), Some(_)) => {
            return impossible_because("it has more than one command that moves something elsewhere");
        }
        (None, _) => return impossible_because("there is no immutable form of it"),
    };
    let inside = |span: Span| rewrite.covers.start <= span.start && span.end <= rewrite.covers.end;
    let others = elsewhere.iter().any(|effect| !effect.span.is_some_and(inside));
    if others {
        return impossible_because("another part of it acts on another machine too");
    }
    rewritten(call, &rewrite)
}

fn impossible_because(why: &str) -> Pinning {
    Pinning::Impossible { why: why.to_owned() }
}

fn rewritten(call: &ToolCall, rewrite: &Rewrite) -> Pinning {
    let mut input: Map<String, Json> = call.input.clone();
    let command = call.text("command").unwrap_or_default();
    let (Some(before), Some(after)) = (command.get(..rewrite.span.start), command.get(rewrite.span.end..))
    else {
        return impossible_because("the text cannot be rewritten there");
    };
    if !rewrite.text.is_empty() {
        let text = format!("{before}{}{after}", rewrite.text);
        input.insert("command".to_owned(), Json::String(text));
    }
    Pinning::Pinned { input, sentence: rewrite.sentence.clone() }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check_because, pinned};

    #[test]
    fn pushes() {
        assert_snapshot!(pinned("git push origin main"), @r#"
        git push --force-with-lease=main:cccccccccccccccccccccccccccccccccccccccc --no-follow-tags --recurse-submodules=no origin bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb:refs/heads/main
        moves main of origin from cccccccccc to bbbbbbbbbb, and nothing else
        "#);
        assert_snapshot!(pinned("cd /repo && cargo test -q && git -C . push -fu origin feature:main 2>&1 | tail -3 # done"), @r#"
        cd /repo && cargo test -q && git -C . push --force-with-lease=main:cccccccccccccccccccccccccccccccccccccccc --no-follow-tags --recurse-submodules=no origin aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:refs/heads/main 2>&1 | tail -3 # done
        moves main of origin from cccccccccc to aaaaaaaaaa, and nothing else
        "#);
        assert_snapshot!(pinned("git push origin feature:new"), @r#"
        git push --force-with-lease=new: --no-follow-tags --recurse-submodules=no origin aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:refs/heads/new
        moves new of origin from nothing to aaaaaaaaaa, and nothing else
        "#);
        assert_snapshot!(pinned("git push origin :feature"), @r#"
        git push --force-with-lease=feature:dddddddddddddddddddddddddddddddddddddddd --no-follow-tags --recurse-submodules=no origin :refs/heads/feature
        moves feature of origin from dddddddddd to nothing, and nothing else
        "#);
        assert_snapshot!(pinned("git push --no-verify --follow-tags origin main feature"), @r#"
        git push --no-verify --force-with-lease=main:cccccccccccccccccccccccccccccccccccccccc --force-with-lease=feature:dddddddddddddddddddddddddddddddddddddddd --no-follow-tags --recurse-submodules=no origin bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb:refs/heads/main aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:refs/heads/feature
        moves main of origin from cccccccccc to bbbbbbbbbb, moves feature of origin from dddddddddd to aaaaaaaaaa, and nothing else
        "#);
        assert_snapshot!(pinned("git push -o ci.skip origin :feature"), @r#"
        git push --push-option=ci.skip --force-with-lease=feature:dddddddddddddddddddddddddddddddddddddddd --no-follow-tags --recurse-submodules=no origin :refs/heads/feature
        moves feature of origin from dddddddddd to nothing, and nothing else
        "#);
        assert_snapshot!(pinned("echo é && git push"), @r#"
        echo é && git push --force-with-lease=feature:dddddddddddddddddddddddddddddddddddddddd --no-follow-tags --recurse-submodules=no origin aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:refs/heads/feature
        moves feature of origin from dddddddddd to aaaaaaaaaa, and nothing else
        "#);
    }

    #[test]
    fn pushes_of_what_is_there_already() {
        assert_snapshot!(pinned("git push origin origin/main:main"), @"
        git push --force-with-lease=main:cccccccccccccccccccccccccccccccccccccccc --no-follow-tags --recurse-submodules=no origin cccccccccccccccccccccccccccccccccccccccc:refs/heads/main
        changes nothing: it leaves main of origin at cccccccccc, where it was last seen
        ");
        assert_snapshot!(pinned("git push origin origin/main:main feature"), @"
        git push --force-with-lease=main:cccccccccccccccccccccccccccccccccccccccc --force-with-lease=feature:dddddddddddddddddddddddddddddddddddddddd --no-follow-tags --recurse-submodules=no origin cccccccccccccccccccccccccccccccccccccccc:refs/heads/main aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:refs/heads/feature
        leaves main of origin at cccccccccc, where it was last seen, moves feature of origin from dddddddddd to aaaaaaaaaa, and nothing else
        ");
        assert_snapshot!(check_because("git push origin origin/main:main"), @"git.push main@origin, write: the remote has that commit there already, as far as is known here");
    }

    #[test]
    fn pushes_that_cannot_be() {
        assert_snapshot!(pinned("git commit -m x && git push origin main"), @"impossible: an earlier part of the command runs git commit");
        assert_snapshot!(pinned("./x.sh; git push origin main"), @"impossible: something that runs before or in the same command cannot be seen into");
        assert_snapshot!(pinned("git push origin main; git push origin feature"), @"impossible: it has more than one command that moves something elsewhere");
        assert_snapshot!(pinned("bash -c 'git push origin main'"), @"impossible: the push is not written out in one piece");
        assert_snapshot!(pinned("for x in 1 2; do git push origin main; done"), @"impossible: it has more than one command that moves something elsewhere");
        assert_snapshot!(pinned("git push 2>&1 origin main"), @"impossible: the push is not written out in one piece");
        assert_snapshot!(pinned("git push origin main && gh pr create --fill"), @"impossible: another part of it acts on another machine too");
        assert_snapshot!(pinned("git push -o 'a b' origin main"), @"impossible: a push option in it would have to be quoted");
        assert_snapshot!(pinned("git push --signed origin main"), @"impossible: it is a signed push");
        assert_snapshot!(pinned("git push --all"), @"impossible: not every ref it moves is known");
        assert_snapshot!(pinned("git push origin v1"), @"impossible: it moves something other than branches");
        assert_snapshot!(pinned("git push origin HEAD~1:main"), @"impossible: the commit that would be pushed to main is not known");
        assert_snapshot!(pinned("git push https://github.com/acme/shop main"), @"impossible: a name in it would have to be quoted");
        assert_snapshot!(pinned("f() { git push origin main; }; f"), @"impossible: the push may run more than once");
        assert_snapshot!(pinned("git push origin main & sleep 1"), @r#"
        git push --force-with-lease=main:cccccccccccccccccccccccccccccccccccccccc --no-follow-tags --recurse-submodules=no origin bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb:refs/heads/main & sleep 1
        moves main of origin from cccccccccc to bbbbbbbbbb, and nothing else
        "#);
    }

    #[test]
    fn others() {
        assert_snapshot!(pinned("ls && git status"), @"not needed");
        assert_snapshot!(pinned("gh pr merge 12"), @"impossible: the commit of the pull request is not known here; give it with --match-head-commit");
        assert_snapshot!(pinned("gh pr merge 12 --match-head-commit aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), @r#"
        gh pr merge 12 --match-head-commit aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        merges only if the pull request is still at aaaaaaaaaa
        "#);
        assert_snapshot!(pinned("curl -X PUT https://api.github.com/repos/acme/shop/pulls/12/merge"), @"impossible: there is no immutable form of it");
    }
}
