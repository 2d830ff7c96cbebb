//! What the command moves, and where to: deleted there, it is gone.

use countersign_model::{Answer, PathClass, Question, Zone};

use crate::Workspace as _;
use crate::context::Context;
use crate::paths;
use crate::word::{Value, Word};

/// Moves that are kept in mind.
const MOST: usize = 32;

/// Takes note of a file or directory that is moved to `target`, or into it.
pub(in crate::families) fn to(source: &Word, target: &Value, context: &mut Context<'_>) {
    let from = paths::locate_entry(&source.value, context);
    // What comes back wherever it was comes back from there too.
    let is_kept = from.class == PathClass::Rebuildable || from.zone == Zone::Temporary || context.is_tracked(&from) || context.is_own(&from);
    let mut to = paths::locate(target, context).path;
    let name = source.text().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    if matches!(context.workspace.ask(&Question::Path { path: to.clone() }), Answer::Directory { .. }) && source.known().is_some() {
        to = format!("{}/{name}", to.trim_end_matches('/'));
    }
    if !is_kept && context.state.world.moved.len() < MOST {
        context.state.world.moved.push((from.resource(), to));
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn what_is_moved_away_and_deleted_there_is_gone() {
        assert_snapshot!(check("mv ~/docs /tmp/x && rm -rf /tmp/x"), @"
        fs.write /home/dev/docs, write
        fs.write /tmp/x, write
        fs.delete /home/dev/docs, destroy
        fs.delete /tmp/x, destroy
        ");
        assert_snapshot!(check("mv ~/docs node_modules/; rm -rf node_modules"), @"
        fs.write /home/dev/docs, write
        fs.write /repo/node_modules, write
        fs.delete /home/dev/docs, destroy
        fs.delete /repo/node_modules, destroy
        ");
        assert_snapshot!(check("mv ~/data.db build; rm build/data.db; rm -rf dist"), @"
        fs.write /home/dev/data.db, write
        fs.write /repo/build, write
        fs.delete /home/dev/data.db, destroy
        fs.delete /repo/build/data.db, destroy
        fs.delete /repo/dist, destroy
        ");
        assert_snapshot!(check("mv -t /tmp/x ~/a ~/b; rm -rf /tmp/x/a"), @"
        fs.write /home/dev/a, write
        fs.write /tmp/x, write
        fs.write /home/dev/b, write
        fs.delete /home/dev/a, destroy
        fs.delete /home/dev/b, destroy
        fs.delete /tmp/x/a, destroy
        ");
        assert_snapshot!(check("zip -rmq - ~/docs > /dev/null; zip -m a.zip notes.txt"), @"
        fs.read /home/dev/docs, read
        fs.delete /home/dev/docs, destroy
        fs.read /repo/a.zip, read
        fs.write /repo/a.zip, write
        fs.read /repo/notes.txt, read
        fs.delete /repo/notes.txt, destroy
        ");
    }

    #[test]
    fn what_comes_back_is_not() {
        assert_snapshot!(check("mv dist /tmp/x; rm -rf /tmp/x; mv src/a.rs build; rm -rf build"), @"
        fs.write /repo/dist, write
        fs.write /tmp/x, write
        fs.delete /tmp/x, destroy
        fs.write /repo/src/a.rs, write
        fs.write /repo/build, write
        fs.delete /repo/build, destroy
        ");
        assert_snapshot!(check("mv ~/docs /tmp; rm -rf /tmp/y"), @"
        fs.write /home/dev/docs, write
        fs.write /tmp, write
        fs.delete /tmp/y, destroy
        ");
        assert_snapshot!(check("cp -r ~/docs /tmp/x; rm -rf /tmp/x"), @"
        fs.read /home/dev/docs, read
        fs.write /tmp/x, write
        fs.delete /tmp/x, destroy
        ");
        assert_snapshot!(check("echo a > new.txt; mv new.txt /tmp/x; rm /tmp/x; zip -r a.zip src"), @"
        fs.write /repo/new.txt, write
        exec.read echo, read
        fs.write /tmp/x, write
        fs.delete /repo/new.txt, destroy
        fs.delete /tmp/x, destroy
        fs.read /repo/a.zip, read
        fs.write /repo/a.zip, write
        fs.read /repo/src, read
        ");
    }
}
