//! What the command line of GitLab changes where.

use insta::assert_snapshot;

use crate::fixture::check_with;

const LAB: &[(&str, &str)] = &[("remote.origin.url", "git@gitlab.com:acme/shop.git")];

#[test]
fn merge_requests() {
    assert_snapshot!(check_with("glab mr create --fill --target-branch main; glab mr merge 12; glab mr merge 12 --sha aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa -d; glab mr merge", LAB), @"
    git.push feature@https://gitlab.com/acme/shop, write
    forge.pull-request acme/shop pull request into main, write
    forge.merge acme/shop#12, write
    forge.merge acme/shop#12, write
    git.delete-remote-ref *@https://gitlab.com/acme/shop, destroy, partial
    forge.merge acme/shop pull request, write, partial
    ");
    assert_snapshot!(check_with("glab mr list; glab mr view 12; glab mr diff 12; glab mr approve 12; glab mr note 12 -m 'glab mr merge 3'; glab mr close 12; glab mr delete 12", LAB), @"
    forge.read acme/shop pull request, read
    forge.read acme/shop#12, read
    forge.approve acme/shop#12, write
    forge.comment acme/shop#12, write
    forge.pull-request acme/shop#12, write
    forge.delete acme/shop#12, destroy
    ");
    assert_snapshot!(check_with("glab mr merge 3 -R other/place; glab mr merge $N; glab mr checkout 3; glab mr create --push -b main", LAB), @"
    forge.merge other/place#3, write
    forge.merge acme/shop pull request, write, partial
    git.branch repository, write
    forge.read acme/shop#3, read
    git.push *@https://gitlab.com/acme/shop, write, partial
    forge.pull-request acme/shop pull request into main, write
    ");
}

#[test]
fn what_moves_the_branch_of_a_merge_request() {
    assert_snapshot!(check_with("glab mr create --title x; glab mr create -f -s other; glab mr rebase 3; glab mr rebase", LAB), @"
    forge.pull-request acme/shop pull request, write
    git.push feature@https://gitlab.com/acme/shop, write
    git.force-push *@https://gitlab.com/acme/shop, destroy, partial
    git.force-push feature@https://gitlab.com/acme/shop, destroy
    ");
    assert_snapshot!(check_with("glab api -X PUT projects/acme%2Fshop/merge_requests/3/rebase", LAB), @"git.force-push *@https://gitlab.com/acme/shop, destroy, partial");
}

#[test]
fn the_rest() {
    assert_snapshot!(check_with("glab ci run -b main; glab ci status; glab ci cancel pipeline 3; glab pipeline delete 3; glab ci lint", LAB), @"
    forge.workflow acme/shop ci *, execute
    forge.read acme/shop ci *, read
    forge.workflow acme/shop ci pipeline, execute
    forge.delete acme/shop pipeline 3, destroy
    ");
    assert_snapshot!(check_with("glab variable get KEY; glab variable set KEY value; glab variable list; glab token create x; glab auth status; glab auth status -t", LAB), @"
    secret.read gitlab acme/shop:KEY, read
    secret.write gitlab acme/shop:KEY, write
    forge.read acme/shop variable *, read
    secret.read gitlab acme/shop:x, read
    forge.read acme/shop auth *, read
    secret.read gitlab acme/shop:*, read
    ");
    assert_snapshot!(check_with("glab repo delete acme/shop -y; glab repo clone acme/shop; glab release create v1 dist/a.tgz; glab release delete v1; glab repo view", LAB), @"
    forge.delete acme/shop repo acme/shop, destroy
    fs.write /repo/shop, write
    git.fetch acme/shop repo acme/shop, read
    fs.read /repo/dist/a.tgz, read
    forge.release acme/shop release v1, write
    forge.delete acme/shop release v1, destroy
    forge.read acme/shop repo *, read
    ");
    assert_snapshot!(check_with("glab snippet create .env; glab issue close 3; glab issue delete 3; glab schedule run 1; glab ssh-key add k.pub", LAB), @"
    secret.read /repo/.env, read
    net.upload gitlab.com, send
    forge.comment acme/shop issue 3, write
    forge.delete acme/shop issue 3, destroy
    forge.workflow acme/shop schedule 1, execute
    forge.settings acme/shop ssh-key k.pub, write
    ");
    assert_snapshot!(check_with("glab; glab mr; glab --help; glab mr merge --help; glab version; glab config set editor 'rm -rf x'; glab alias set x 'mr merge'", LAB), @"
    exec.read glab, read
    exec.read acme/shop client mr, read
    forge.read acme/shop version *, read
    exec.opaque glab, execute, opaque
    fs.write /home/dev/.config/glab-cli/aliases.yml, write
    ");
    assert_snapshot!(check_with("glab ship 12; glab mr explode 12; glab $X", LAB), @"
    forge.merge * pull request, write, partial
    exec.opaque glab, execute, opaque
    forge.write acme/shop mr explode, write, partial
    ");
}

#[test]
fn api() {
    assert_snapshot!(check_with("glab api projects/:id/merge_requests/12/merge -X PUT; glab api projects/acme%2Fother/merge_requests/12; glab api -X DELETE projects/acme%2Fother", LAB), @"
    forge.merge acme/shop#12, write
    forge.read acme/other api projects/acme%2Fother/merge_requests/12, read
    forge.delete acme/other api projects/acme%2Fother, destroy
    ");
    assert_snapshot!(check_with("glab api projects/:id/variables; glab api projects/:id/variables -f key=A -f value=b; glab api projects/:id/repository/branches/main -X DELETE", LAB), @"
    secret.read gitlab acme/shop:*, read
    secret.write gitlab acme/shop:A, write
    git.delete-remote-ref main@https://gitlab.com/acme/shop, destroy
    ");
    assert_snapshot!(check_with("glab api projects/:id/pipeline -f ref=main; glab api projects/:id/protected_branches -f name=x; glab api graphql -f query='query{currentUser{id}}'; glab api graphql -f query='mutation{x}'", LAB), @"
    forge.workflow acme/shop api projects/:id/pipeline, execute
    forge.settings acme/shop api projects/:id/protected_branches, write
    forge.read acme/shop api graphql, read
    forge.merge acme/shop pull request, write, partial
    ");
    assert_snapshot!(check_with("glab api $P -X POST; glab api projects/:id/issues/1/../../merge_requests/2/merge -X PUT; glab api projects/1/merge_requests/2/notes -f body=x", LAB), @"
    forge.merge acme/shop pull request, write, partial
    forge.comment *#2, write
    ");
}
