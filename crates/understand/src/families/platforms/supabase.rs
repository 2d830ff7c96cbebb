//! Which database a subcommand of Supabase's program means: the one on this machine or the hosted one.
//!
//! Before version 3, what is pushed, pulled or dumped without a target is of the linked project; from then on
//! only `--remote` goes there. Which version a plain `supabase` is, nothing says: it may be either.

use countersign_model::{Verb, verbs};

use crate::families::subcommands::Subcommand;
use crate::invocation::Invocation;
use crate::sql::DatabasePlace;

/// Where the database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// On this machine.
    Here,
    /// Of the hosted project.
    Hosted,
    /// One of both, with the reason.
    Either(&'static str),
    /// Of this address; `*` where it is not known.
    Address(String),
}

/// Options that mean the hosted project.
pub(super) const HOSTED: &[&str] = &["--remote", "--linked", "--project-ref", "--password", "-p"];

const UNTIL_THREE: &str = "without a target it goes to the linked project before version 3";

/// The side that the command is about.
pub(super) fn side(found: &Subcommand<'_>, invocation: &Invocation) -> Side {
    if let Some(address) = found.value(&["--db-url"]) {
        let place = address.known().and_then(DatabasePlace::of_text);
        return Side::Address(place.map_or_else(|| "*".to_owned(), |place| place.host));
    }
    if found.has(HOSTED) {
        return Side::Hosted;
    }
    let linked = matches!(
        found.name.as_str(),
        "db push" | "db pull" | "db dump" | "migration list" | "migration repair" | "migration fetch"
    );
    if !linked || found.has(&["--local"]) || is_version_three(&invocation.first.raw) {
        return Side::Here;
    }
    Side::Either(UNTIL_THREE)
}

/// What tests and seeds do that are started here, where they are told of the hosted project.
pub(super) fn there(verb: Verb, found: &Subcommand<'_>) -> Verb {
    let away = found.has(HOSTED) || found.has(&["--db-url"]);
    match found.name.as_str() {
        // The volumes of this machine's own go with it.
        "stop" if found.has(&["--no-backup"]) => verbs::DB_DESTROY,
        "seed" if away => verbs::APP_SETTINGS,
        "test" if away => verbs::DB_EXECUTE,
        _ => verb,
    }
}

/// Whether the program was asked for by a version from 3 on: `supabase@3.1`.
fn is_version_three(written: &str) -> bool {
    let digits = written.rsplit_once("supabase@").map(|(_, version)| version.trim_start_matches(['^', '~', 'v']));
    let major = digits.and_then(|version| version.split('.').next()?.parse::<u32>().ok());
    major.is_some_and(|major| major >= 3)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn the_hosted_database() {
        assert_snapshot!(check("supabase db reset --remote --yes"), @"db.destroy * in postgresql://supabase */linked, destroy");
        assert_snapshot!(check("npx supabase db reset --remote=abcd; supabase migration up --remote; supabase db push --remote --local"), @"
        package.read * on npm, read
        db.destroy * in postgresql://supabase abcd/linked, destroy
        db.schema * in postgresql://supabase */linked, write
        ");
        assert_snapshot!(check("supabase db push; supabase db push -p $PASSWORD; supabase migration repair 1 --status reverted"), @"
        db.schema * in postgresql://supabase *, write, partial
        db.write 1 in postgresql://supabase *, write, partial
        ");
        assert_snapshot!(check("npx supabase db dump --schema public -f a.sql; supabase db dump --data-only; supabase migration list; npx supabase@2 db pull"), @"
        package.read * on npm, read
        db.read * in postgresql://supabase *, read, partial
        fs.write /repo/a.sql, write
        ");
        assert_snapshot!(check("supabase db reset --db-url postgres://u@db.acme.example/x; supabase db reset --db-url $URL"), @"
        db.destroy * in postgresql://db.acme.example, destroy
        db.destroy * in postgresql://*, destroy, partial
        ");
        assert_snapshot!(check("supabase db query --remote 'DELETE FROM a'; supabase db query --linked -f a.sql"), @"
        db.destroy a in postgresql://supabase */linked, destroy
        db.execute * in postgresql://supabase */linked, execute
        ");
        assert_snapshot!(check("supabase link --project-ref abcd; supabase seed buckets --linked; supabase test db --linked"), @"
        app.settings abcd on supabase, write
        app.settings * on supabase (linked), write
        db.execute db in postgresql://supabase */linked, execute
        ");
    }

    #[test]
    fn the_local_database() {
        assert_snapshot!(check("supabase db reset; supabase migration up; supabase db diff -f x; supabase db lint"), @"
        db.destroy * in postgresql://localhost, destroy
        db.schema * in postgresql://localhost, write
        db.read * in postgresql://localhost, read
        ");
        assert_snapshot!(check("supabase db push --local; npx supabase@3.1.0 db push; npx supabase@^3 migration list; supabase db push --db-url postgres://u@localhost:5432/x"), @"
        db.schema * in postgresql://localhost/local, write
        package.read * on npm, read
        db.schema * in postgresql://localhost, write
        db.read * in postgresql://localhost, read
        ");
        assert_snapshot!(check("supabase db push --dry-run; supabase db push --help; supabase migration new x; supabase db query 'SELECT 1'"), @"
        db.read * in postgresql://supabase *, read, partial
        exec.read supabase db push, read
        exec.build supabase migration new, execute
        db.read * in postgresql://localhost, read
        ");
        assert_snapshot!(check("supabase stop --no-backup"), @"db.destroy * in postgresql://localhost, destroy");
        assert_snapshot!(check("npx supabase stop --all --no-backup=true"), @"
        package.read * on npm, read
        db.destroy * in postgresql://localhost, destroy
        ");
        assert_snapshot!(check("supabase stop; supabase stop --no-backup=false; supabase stop --backup"), @"exec.build supabase stop, execute");
        assert_snapshot!(check("supabase gen types typescript --local; supabase seed buckets; supabase test db; supabase start"), @"
        exec.build supabase gen, execute
        exec.build supabase seed, execute
        exec.build supabase test, execute
        exec.build supabase start, execute
        ");
    }
}
