use insta::assert_snapshot;

use crate::fixture::{check, check_with};

#[test]
fn vercel_and_netlify() {
    assert_snapshot!(check("vercel ls; vercel inspect x; vercel env ls; vercel --version"), @"
    app.read * on vercel, read
    app.read x on vercel, read
    exec.read vercel --version, read
    ");
    assert_snapshot!(check("vercel --prod; vercel deploy; vercel; vercel promote x"), @"
    app.deploy * on vercel (production), write
    app.deploy * on vercel (preview), write
    app.deploy x on vercel (production), write
    ");
    assert_snapshot!(check("vercel env pull; vercel env add KEY production; vercel rm shop --yes; vercel domains rm acme.example"), @"
    secret.read vercel *:*, read
    fs.write /repo/.env.local, write
    secret.write vercel * production:KEY, write
    app.delete shop on vercel, destroy
    app.delete * on vercel, destroy
    ");
    assert_snapshot!(check_with("vc deploy --prod", &[("/repo/.vercel/project.json", "{\"projectName\": \"shop\"}")]), @"app.deploy shop on vercel (production), write");
    assert_snapshot!(check("netlify status; netlify deploy; netlify deploy --prod --dir dist; netlify sites:delete x; netlify env:get KEY"), @"
    app.read * on netlify, read
    app.deploy * on netlify (draft), write
    app.deploy * on netlify (production), write
    app.delete * on netlify, destroy
    secret.read netlify *:KEY, read
    ");
}

#[test]
fn fly_and_heroku() {
    assert_snapshot!(check_with("fly status; fly deploy; fly secrets set A=b; fly secrets list", &[("/repo/fly.toml", "app = \"shop-prod\"\n")]), @"
    app.read shop-prod on fly, read
    app.deploy shop-prod on fly, write
    secret.write fly shop-prod:A, write
    ");
    assert_snapshot!(check("fly apps destroy shop -y; flyctl scale count 0 -a shop; fly ssh console -a shop -C 'rm -rf /data'; fly ssh console -a shop"), @"
    app.delete shop on fly, destroy
    app.deploy shop on fly, write
    app.execute shop on fly, execute
    fs.delete shop on fly, destroy, partial
    exec.opaque shop on fly, execute, opaque
    ");
    assert_snapshot!(check("heroku logs -a shop; heroku config -a shop; heroku config:set A=b -a shop; heroku ps:scale web=0 -a shop"), @"
    app.read shop on heroku, read
    secret.read heroku shop:*, read
    secret.write heroku shop:A, write
    app.deploy shop on heroku, write
    ");
    assert_snapshot!(check("heroku pg:reset -a shop --confirm shop; heroku run rails c -a shop; heroku releases:rollback -a shop; heroku apps:destroy shop; heroku pg:psql -a shop"), @"
    db.destroy * in postgresql://heroku shop, destroy
    app.execute shop on heroku, execute
    db.execute * in sql://*/$RAILS_ENV, execute, opaque
    exec.opaque shop on heroku, execute, opaque
    app.deploy shop on heroku, write
    app.delete shop on heroku, destroy
    db.execute * in postgresql://heroku shop, execute
    ");
    assert_snapshot!(check_with("heroku restart", &[("HEROKU_APP", "live")]), @"app.deploy live on heroku, write");
}

#[test]
fn others() {
    assert_snapshot!(check("wrangler deploy; wrangler deploy --env staging --dry-run; wrangler tail; wrangler dev"), @"
    app.deploy * on wrangler, write
    app.read * on wrangler (staging), read
    app.read * on wrangler, read
    exec.read wrangler dev, read
    ");
    assert_snapshot!(check("wrangler secret put KEY; wrangler kv namespace delete --binding X; wrangler r2 bucket delete x; wrangler d1 execute shop --command 'DROP TABLE a'"), @"
    secret.write wrangler *:KEY, write
    app.delete * on wrangler, destroy
    app.delete x on wrangler, destroy
    db.execute shop in d1://wrangler *, execute
    ");
    assert_snapshot!(check("railway up; railway variables; railway run npm test; railway down"), @"
    app.deploy * on railway, write
    secret.read railway *:*, read
    app.read * on railway, read
    exec.test npm test, execute
    app.delete * on railway, destroy
    ");
    assert_snapshot!(check("firebase deploy --only hosting -P prod; firebase firestore:delete --all-collections; firebase emulators:start; firebase functions:secrets:access KEY"), @"
    app.deploy prod on firebase (only hosting), write
    db.destroy * in firebase://firebase *, destroy
    exec.build firebase emulators start, execute
    secret.read firebase *:KEY, read
    ");
    assert_snapshot!(check("supabase db reset; supabase db reset --linked; supabase db push --linked; supabase start; supabase projects list"), @"
    db.destroy * in postgresql://localhost, destroy
    db.destroy * in postgresql://supabase */linked, destroy
    db.schema * in postgresql://supabase */linked, write
    exec.build supabase start, execute
    app.read * on supabase, read
    ");
    assert_snapshot!(check("kamal deploy -d production; kamal app exec 'rm -rf /x'; kamal app logs; dokku apps:destroy shop; eb terminate shop-prod; surge ./dist acme.example"), @"
    app.deploy * on kamal (production), write
    app.execute * on kamal, execute
    fs.delete * on kamal, destroy, partial
    app.read * on kamal, read
    app.delete shop on dokku, destroy
    app.delete shop-prod on eb, destroy
    app.deploy ./dist on surge, write
    ");
    assert_snapshot!(check("railway frob; vercel frob x; fly $X"), @"
    app.settings * on railway, write, partial
    app.settings * on vercel, write, partial
    app.delete * on fly, destroy, partial
    ");
}

#[test]
fn what_later_deployments_go_to() {
    assert_snapshot!(check("vercel link --yes; firebase use prod; supabase link --project-ref abcd; firebase use"), @"
    app.read * on vercel, read
    fs.write /repo/.vercel/project.json, write
    app.settings * on firebase, write
    app.settings abcd on supabase, write
    exec.read firebase use, read
    ");
}

#[test]
fn databases_of_turso() {
    assert_snapshot!(check("turso db shell shop 'SELECT name FROM users'; turso db shell shop 'DROP TABLE users'; turso db shell shop < x.sql"), @"
    db.read users in sqlite://turso shop, read
    db.destroy users in sqlite://turso shop, destroy
    fs.read /repo/x.sql, read
    db.execute * in sqlite://turso shop, execute, opaque
    ");
    assert_snapshot!(check("turso db shell http://127.0.0.1:8080 'DELETE FROM a'; turso db shell ./local.db 'SELECT 1'; turso db list; turso db destroy shop"), @"
    db.destroy a in sqlite://127.0.0.1, destroy
    db.read * in sqlite:///repo/local.db, read
    app.read * on turso, read
    db.destroy shop in sqlite://turso shop, destroy
    ");
}
