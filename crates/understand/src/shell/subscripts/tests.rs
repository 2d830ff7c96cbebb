//! Tests of `subscripts`.

use crate::fixture::check;

#[test]
fn subscripts_run_what_is_in_them() {
    let inner = "$(git push origin main)";
    for command in [
        format!("a=([{inner}]=1)"),
        format!("[[ -v 'a[{inner}]' ]]"),
        format!("[[ 'a[{inner}]' -eq 1 ]]"),
        format!("printf -v 'a[{inner}]' x"),
        format!("read 'a[{inner}]' <<< x"),
        format!("read x <<< 'a[{inner}]'; ((x))"),
        format!("let 'a[{inner}]=1'"),
        format!("declare 'a[{inner}]=1'"),
        format!("declare -i z='a[{inner}]'"),
        format!("declare -n r='a[{inner}]'; echo $r"),
        format!("typeset -i z='a[{inner}]'"),
        format!("f() {{ local -i z='a[{inner}]'; }}; f"),
        format!("x='a[{inner}]'; ((x))"),
        format!("x='a[{inner}]'; echo $((x))"),
        format!("x='a[{inner}]'; [[ $x -eq 1 ]]"),
        format!("x='a[{inner}]'; echo ${{s:x:1}}"),
        format!("x='a[{inner}]'; b[x]=1"),
        format!("x='a[{inner}]'; for ((i=x;i<1;i++)); do :; done"),
        format!("x='a[{inner}]'; echo ${{!x}}"),
        format!("for x in 'a[{inner}]'; do ((x)); done"),
        format!("f() {{ (($1)); }}; f 'a[{inner}]'"),
        format!("set -- 'a[{inner}]'; (($1))"),
        format!("unset 'a[{inner}]'"),
        format!("wait -n -p 'a[{inner}]'"),
        format!("mapfile 'a[{inner}]' < x"),
        format!("getopts x 'a[{inner}]'"),
        format!("[ -v 'a[{inner}]' ]"),
        "p='$('; x=\"a[${p}git push origin main)]\"".to_owned(),
        "compgen -C 'git push origin main'".to_owned(),
        format!("compgen -W '{inner}' x"),
        "history -s 'git push origin main'; fc -s".to_owned(),
    ] {
        let found = check(&command);
        assert!(
            found.contains("git.push main@origin") || found.contains("git.force-push"),
            "{command}: {found}"
        );
    }
}

#[test]
fn subscripts_and_numbers_set_variables() {
    for command in [
        "n=1; [[ n++ -eq 1 ]]; git push origin v$n",
        "n=1; a=(x y z); : ${a[n++]}; git push origin v$n",
        "n=1; s=abc; : ${s:n++:1}; git push origin v$n",
        "n=1; a[n++]=x; git push origin v$n",
        "n=1; declare -i m; m=n++; git push origin v$n",
        "n=1; read 'a[n++]' <<< x; git push origin v$n",
        "n=1; [ -v 'a[n++]' ]; git push origin v$n",
        "x='n=7'; n=1; ((x)); git push origin v$n",
        "x='n=7'; n=1; [[ x -gt 0 ]]; git push origin v$n",
    ] {
        let found = check(command);
        assert!(!found.contains("git.push refs/tags/v1@"), "{command}: {found}");
    }
    assert!(
        check("n=1; [[ n -eq 1 ]]; echo 'a[n=2]'; git push origin v$n").contains("git.push refs/tags/v1@")
    );
}

#[test]
fn subscripts_of_plain_words_are_text() {
    for command in
        ["echo 'a[$(git push origin main)]'", "a[1]=x; b=([x]=1)", "grep 'a[$(git push)]' x", "x='[a] $(b)'"]
    {
        let found = check(command);
        assert!(!found.contains("git."), "{command}: {found}");
    }
}
