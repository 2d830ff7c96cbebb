//! `heroku git:remote`: the application that later commands in the working tree act on.

use crate::context::Context;
use crate::families::subcommands::Subcommand;

const TOOL: &str = "heroku";

/// The remote by which the client finds the application where none is named.
const USUAL: &str = "heroku";

/// Takes note of the application that a working tree's remote is for.
pub(super) fn chooses(found: &Subcommand<'_>, context: &mut Context<'_>) {
    let application = found.text(&["-a", "--app"]);
    let remote = found.text(&["-r", "--remote"]);
    let is_usual = remote.as_deref().is_none_or(|remote| remote == USUAL);
    let place = place(context).filter(|_| is_usual).unwrap_or_else(|| "*".to_owned());
    context.chooses(TOOL, &place, application.as_deref().unwrap_or("*"));
}

/// The application that an earlier part of the command surely chose.
pub(super) fn chosen(found: &Subcommand<'_>, context: &Context<'_>) -> Option<String> {
    if found.has(&["-r", "--remote"]) || context.state.world.configuration_changed.is_some() {
        return None;
    }
    match context.chosen(TOOL, &place(context)?).as_slice() {
        [Some(name)] => Some(name.clone()),
        _ => None,
    }
}

fn place(context: &Context<'_>) -> Option<String> {
    context.state.shell.directory.as_ref().ok().cloned()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn the_application_that_was_chosen() {
        assert_snapshot!(check("heroku git:remote -a shop-dev && heroku ps:restart"), @"
        app.read shop-dev on heroku, read
        app.deploy shop-dev on heroku, write
        ");
        assert_snapshot!(check("heroku git:remote -a shop-dev; heroku ps:restart"), @"
        app.read shop-dev on heroku, read
        app.deploy * on heroku, write
        ");
        assert_snapshot!(check("heroku git:remote -a shop-dev -r staging && heroku ps:restart"), @"
        app.read shop-dev on heroku (staging), read
        app.deploy * on heroku, write
        ");
        assert_snapshot!(check("heroku git:remote -a shop-dev && heroku ps:restart -r heroku"), @"
        app.read shop-dev on heroku, read
        app.deploy * on heroku (heroku), write
        ");
        assert_snapshot!(check("heroku git:remote -a shop-dev && git config heroku.remote live && heroku ps:restart"), @"
        app.read shop-dev on heroku, read
        git.config /repo, write
        app.deploy * on heroku, write
        ");
    }
}
