//! Packages of the registry by the programs they bring, where a runner of packages is given the package's name:
//! `npx firebase-tools deploy`. Of one that nobody knows, its words say when it deploys or publishes.

use countersign_model::{Certainty, Effect, Resource, verbs};

use crate::context::Context;
use crate::word::Word;

/// Packages whose programs have other names, sorted.
const PROGRAMS: &[(&str, &str)] = &[
    ("@11ty/eleventy", "eleventy"),
    ("@angular/cli", "ng"),
    ("@aws-amplify/backend-cli", "ampx"),
    ("@aws-amplify/cli", "amplify"),
    ("@biomejs/biome", "biome"),
    ("@capacitor/cli", "capacitor"),
    ("@changesets/cli", "changeset"),
    ("@cloudflare/wrangler", "wrangler"),
    ("@dotenvx/dotenvx", "dotenvx"),
    ("@expo/cli", "expo"),
    ("@ionic/cli", "ionic"),
    ("@mikro-orm/cli", "mikro-orm"),
    ("@nestjs/cli", "nest"),
    ("@playwright/test", "playwright"),
    ("@prisma/cli", "prisma"),
    ("@railway/cli", "railway"),
    ("@react-native-community/cli", "react-native"),
    ("@sentry/cli", "sentry-cli"),
    ("@shopify/cli", "shopify"),
    ("@storybook/cli", "storybook"),
    ("@vscode/vsce", "vsce"),
    ("@wordpress/env", "wp-env"),
    ("aws-cdk", "cdk"),
    ("cap", "capacitor"),
    ("cdktf-cli", "cdktf"),
    ("chokidar-cli", "chokidar"),
    ("dotenv-cli", "dotenv"),
    ("eas-cli", "eas"),
    ("firebase-tools", "firebase"),
    ("markdownlint-cli", "markdownlint"),
    ("netlify-cli", "netlify"),
    ("npm-check-updates", "ncu"),
    ("sequelize-cli", "sequelize"),
    ("swc-cli", "swc"),
    ("typescript", "tsc"),
    ("vercel-cli", "vercel"),
    ("webpack-cli", "webpack"),
];

/// The program that a package brings, where it has another name.
pub(super) fn program(package: &str) -> Option<&'static str> {
    let at = PROGRAMS.binary_search_by_key(&package, |(name, _)| name).ok()?;
    PROGRAMS.get(at).map(|(_, program)| *program)
}

/// Operands among which the word is looked for that says what a program does.
const MOST_LOOKED_AT: usize = 3;

/// Adds that a package nobody knows deploys or publishes, where its words say so.
pub(super) fn ships(package: &str, words: &[Word], context: &mut Context<'_>) {
    const TELLS: &[&str] = &["--help", "-h", "--version", "--dry-run", "--dryRun", "--dry"];
    if words.iter().any(|word| TELLS.contains(&word.text())) {
        return;
    }
    let operands = words.iter().filter(|word| !word.text().starts_with('-')).take(MOST_LOOKED_AT);
    // `deploy:production` is as good as `deploy`.
    let said = operands.filter_map(|word| word.known()?.split(':').next()).find_map(|text| match text {
        "deploy" | "push" | "submit" | "promote" | "rollback" => Some(false),
        "publish" | "release" => Some(true),
        _ => None,
    });
    let why = "a package that nobody knows is told to, and where to is not known";
    let effect = match said {
        Some(true) => Effect::new(verbs::PACKAGE_PUBLISH, Resource::Package { registry: "*".to_owned(), name: "*".to_owned() }),
        Some(false) => {
            let platform = package.chars().take(80).collect();
            Effect::new(verbs::APP_DEPLOY, Resource::App { platform, name: "*".to_owned(), target: None })
        }
        None => return,
    };
    context.push(effect.certain(Certainty::Partial, why));
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn packages_by_their_programs() {
        assert!(super::PROGRAMS.is_sorted());
        assert_snapshot!(check("npx netlify-cli deploy --prod; npx firebase-tools@latest deploy --only hosting; npx -y eas-cli build --profile production --auto-submit"), @"
        package.read * on npm, read
        app.deploy * on netlify (production), write
        app.deploy * on firebase (only hosting), write
        app.deploy * on eas (production), write
        ");
        assert_snapshot!(check("bunx @railway/cli up; pnpm dlx @vscode/vsce publish; npm exec -- @shopify/cli theme push --live; yarn dlx eas-cli@latest submit"), @"
        package.read * on npm, read
        app.deploy * on railway, write
        package.publish * on vscode-marketplace, write, partial
        app.deploy * on shopify, write
        app.deploy * on eas, write
        ");
        assert_snapshot!(check("npm exec firebase-tools -- deploy; bun x netlify-cli deploy --prod; npx --package firebase-tools firebase deploy; pnpm exec @aws-amplify/cli push"), @"
        package.read * on npm, read
        app.deploy * on firebase, write
        app.deploy * on netlify (production), write
        exec.install npx firebase, execute
        app.deploy * on amplify, write
        ");
    }

    #[test]
    fn packages_that_nobody_knows() {
        assert_snapshot!(check("npx partykit deploy"), @"
        package.read * on npm, read
        app.deploy * on partykit, write, partial
        exec.opaque npx, execute, opaque
        ");
        assert_snapshot!(check("npx sanity@3 deploy:production; pnpm dlx some-tool --verbose publish; bunx some-tool release"), @"
        package.read * on npm, read
        app.deploy * on sanity, write, partial
        exec.opaque npx, execute, opaque
        exec.opaque npx told of stage:production, execute, opaque
        package.publish * on *, write, partial
        exec.install pnpm dlx, execute
        exec.opaque bunx, execute, opaque
        ");
    }

    #[test]
    fn near_misses() {
        assert_snapshot!(check("npx firebase-tools emulators:start; npx netlify-cli status; npx typescript --noEmit; npx @angular/cli build"), @"
        package.read * on npm, read
        exec.build firebase emulators start, execute
        app.read * on netlify, read
        exec.build tsc, execute
        exec.opaque npx, execute, opaque
        ");
        assert_snapshot!(check("npx some-tool deploy --dry-run"), @"
        package.read * on npm, read
        exec.opaque npx, execute, opaque
        ");
        assert_snapshot!(check("npx some-tool release-notes.md"), @"
        package.read * on npm, read
        exec.opaque npx, execute, opaque
        ");
        assert_snapshot!(check("npx some-tool deployment"), @"
        package.read * on npm, read
        exec.opaque npx, execute, opaque
        ");
    }
}
