//! Hits and near misses.

use insta::assert_snapshot;

use crate::fixture::{check, check_because, check_with};

#[test]
fn up_down_and_gone() {
    assert_snapshot!(check_because("alembic upgrade head; alembic downgrade base; alembic history; alembic upgrade head --sql; alembic revision -m 'drop all'"), @"
    db.schema * in sql://*, write, partial: the migrations themselves are not looked at; which database it is, is not known
    db.destroy * in sql://*, destroy, partial: what the tables hold may be gone; which database it is, is not known
    exec.read alembic history, read: -
    db.read * in sql://*, read, partial: it only shows what it would do; which database it is, is not known
    exec.build alembic revision -m, execute: -
    ");
    assert_snapshot!(check_with("alembic upgrade head", &[("/repo/alembic.ini", "[alembic]\nsqlalchemy.url = postgresql+psycopg://u:p@db.example/shop\n")]), @"db.schema * in postgresql://db.example/shop, write");
    assert_snapshot!(check("flyway -url=jdbc:postgresql://db.prod.example/shop clean; flyway info; flyway migrate"), @"
    db.destroy * in postgresql://db.prod.example/shop, destroy
    db.read * in sql://*, read, partial
    db.schema * in sql://*, write, partial
    ");
    assert_snapshot!(check("liquibase --url=jdbc:mysql://db.example/shop drop-all; liquibase update; liquibase rollback-count 1; liquibase status"), @"
    db.destroy * in mysql://db.example/shop, destroy
    db.schema * in sql://*, write, partial
    db.destroy * in sql://*, destroy, partial
    db.read * in sql://*, read, partial
    ");
    assert_snapshot!(check("knex migrate:latest --env production; knex migrate:rollback; sequelize db:drop; typeorm migration:revert; drizzle-kit push; drizzle-kit generate"), @"
    db.schema * in sql://*/production, write, partial
    db.destroy * in sql://*, destroy, partial
    db.schema * in sql://$DATABASE_URL, write
    exec.build drizzle-kit generate, execute
    ");
    assert_snapshot!(check("goose postgres 'postgres://db.example/shop' down; dbmate --url \"$PROD_URL\" drop; migrate -path db -database postgres://db.example/shop drop -f; atlas schema clean -u \"$X\""), @"
    db.destroy * in postgresql://db.example/shop, destroy
    db.destroy * in sql://$PROD_URL, destroy
    db.destroy * in sql://$X, destroy
    ");
    assert_snapshot!(check("sqlx database drop -y; sqlx migrate run --database-url=$PROD_URL; sqlx migrate info; diesel database reset; diesel migration run"), @"
    db.destroy * in sql://$DATABASE_URL, destroy
    db.schema * in sql://$PROD_URL, write
    db.read * in sql://$DATABASE_URL, read
    db.schema * in sql://$DATABASE_URL, write
    ");
    assert_snapshot!(check("MIX_ENV=prod mix ecto.drop; mix test; dbt run --target prod; dbt test; dbt run --full-refresh; dbt compile"), @"
    db.destroy * in sql://*/prod, destroy, partial
    exec.test mix test, execute
    db.schema * in sql://*/prod, write, partial
    db.read * in sql://*, read, partial
    db.schema * in sql://*, write, partial
    db.destroy * in sql://*, destroy, partial
    exec.build dbt compile, execute
    ");
}

#[test]
fn several_in_one() {
    assert_snapshot!(check("mix do ecto.drop, ecto.create; mix run priv/x.exs"), @"
    exec.opaque mix, execute, opaque
    db.destroy * in sql://*, destroy, partial
    db.schema * in sql://*, write, partial
    ");
}

#[test]
fn prisma() {
    let schema = "generator client {}\ndatasource db {\n  provider = \"postgresql\"\n  url = env(\"SHOP_URL\")\n}\n";
    assert_snapshot!(check_with("npx prisma migrate reset --force", &[("/repo/prisma/schema.prisma", schema)]), @"
    package.read * on npm, read
    db.destroy * in postgresql://$SHOP_URL, destroy
    ");
    assert_snapshot!(check("npx -y prisma@5 db push --accept-data-loss; pnpm exec prisma migrate deploy; yarn prisma generate; bunx prisma migrate status; npx prisma --version"), @"
    package.read * on npm, read
    db.schema * in sql://$DATABASE_URL, write
    db.destroy * in sql://$DATABASE_URL, destroy
    exec.build prisma generate, execute
    db.read * in sql://$DATABASE_URL, read
    exec.read prisma, read
    ");
    assert_snapshot!(check_with("DATABASE_URL=postgres://u:p@db.example/shop prisma db execute --file x.sql", &[("/repo/x.sql", "DROP TABLE a;")]), @"
    fs.read /repo/x.sql, read
    db.destroy a in postgresql://db.example/shop, destroy
    ");
    assert_snapshot!(check("echo 'DELETE FROM a' | prisma db execute --stdin; prisma frobnicate --force-reset"), @"
    exec.read echo, read
    db.destroy a in sql://$DATABASE_URL, destroy
    db.write * in sql://$DATABASE_URL, write, partial
    db.destroy * in sql://$DATABASE_URL, destroy
    ");
}

#[test]
fn rails() {
    let config = "default: &default\n  adapter: postgresql\n  host: db.example\ndevelopment:\n  <<: *default\n  host: localhost\n  database: shop_dev\nproduction:\n  <<: *default\n  database: shop\n";
    assert_snapshot!(check_with("bin/rails db:migrate; RAILS_ENV=production bundle exec rails db:drop DISABLE_DATABASE_ENVIRONMENT_CHECK=1", &[("/repo/config/database.yml", config)]), @"
    exec.opaque /repo/bin/rails, execute, opaque
    db.schema * in postgresql://localhost/shop_dev, write
    db.destroy * in postgresql://db.example/shop, destroy
    ");
    assert_snapshot!(check_because("rails db:rollback; rake db:reset RAILS_ENV=production; rails db:migrate:status"), @"
    db.destroy * in sql://*/development, destroy, partial: what the tables hold may be gone; which database it is, is not known
    db.destroy * in sql://*/production, destroy, partial: what the tables hold may be gone; which database it is, is not known
    db.read * in sql://*/development, read, partial: which database it is, is not known
    ");
    assert_snapshot!(check("rails db:drop db:create; rails console; rake assets:precompile; rake; rails --version"), @"
    db.destroy * in sql://*/development, destroy, partial
    db.schema * in sql://*/development, write, partial
    exec.opaque rails, execute, opaque
    exec.opaque rake, execute, opaque
    exec.read rails, read
    ");
}

#[test]
fn django_and_laravel() {
    let manage = "import os, sys\ndef main():\n    from django.core.management import execute_from_command_line\n    execute_from_command_line(sys.argv)\n";
    let check = |command| check_with(command, &[("/repo/manage.py", manage)]);
    assert_snapshot!(check("python manage.py migrate; python3 manage.py flush --no-input; ./manage.py showmigrations; python manage.py makemigrations"), @"
    db.schema * in sql://*, write, partial
    db.destroy * in sql://*, destroy, partial
    exec.hidden a shell command, execute, opaque
    fs.read /repo/manage.py, read
    db.read * in sql://*, read, partial
    exec.build manage.py makemigrations, execute
    ");
    assert_snapshot!(check("python manage.py migrate shop zero; python manage.py test; python manage.py own_command"), @"
    db.schema * in sql://*, write, partial
    db.destroy * in sql://*, destroy, partial
    exec.test manage.py test, execute
    exec.opaque manage.py, execute, opaque
    ");
    assert_snapshot!(check("echo 'DROP TABLE x' | python manage.py dbshell"), @"
    exec.read echo, read
    db.destroy x in sql://*, destroy, partial
    ");
    assert_snapshot!(check_with("python manage.py migrate", &[("/repo/manage.py", "import os\nos.system('git push')\nexecute_from_command_line(sys.argv)")]), @"
    db.schema * in sql://*, write, partial
    git.push feature@origin, write
    fs.read /repo/manage.py, read
    ");
    assert_snapshot!(check("php artisan migrate:fresh --seed --env=production; php artisan db:wipe; php artisan route:list; php artisan migrate --pretend"), @"
    db.destroy * in sql://*/production, destroy, partial
    exec.opaque /repo/artisan, execute, opaque
    db.destroy * in sql://*, destroy, partial
    exec.read artisan route:list, read
    db.read * in sql://*, read, partial
    ");
}

#[test]
fn what_alembic_is_given_for_the_projects_code() {
    let here = [("/repo/alembic.ini", "[alembic]\nsqlalchemy.url = postgresql://localhost/ledger\n")];
    assert_snapshot!(check_with("alembic -x url=postgresql://ledger@db.prod.example/ledger upgrade head", &here), @"db.schema * in postgresql://db.prod.example/ledger, write");
    assert_snapshot!(check_with("alembic -x dry=1 -x db=postgresql://db.prod.example/ledger downgrade base", &here), @"db.destroy * in postgresql://db.prod.example/ledger, destroy");
    assert_snapshot!(check_with("alembic -xurl=postgresql://db.prod.example/ledger upgrade head; alembic -x \"url=$PROD_URL\" upgrade head; alembic -x \"$X\" upgrade head", &here), @"
    db.schema * in postgresql://db.prod.example/ledger, write
    db.schema * in sql://$PROD_URL, write
    db.schema * in sql://$X, write
    ");
    assert_snapshot!(check_with("alembic -x env=prod upgrade head; alembic -x tenant=acme upgrade head", &here), @"
    db.schema * in sql://*/prod, write, partial
    db.schema * in postgresql://localhost/ledger, write
    ");
}
