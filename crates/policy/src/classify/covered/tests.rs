use countersign_model::{Verb, Zone, verbs};

use super::*;

fn covered(pattern: &str, verb: Verb, path: &str, class: PathClass, tree: Option<&str>) -> bool {
    let resource = Resource::Path { path: path.to_owned(), zone: Zone::Workspace, class };
    let places = Places { paths: vec![pattern.to_owned()], ..Places::default() };
    by(&places, &Effect::new(verb, resource), path, tree)
}

fn written(pattern: &str, path: &str) -> bool {
    covered(pattern, verbs::FS_WRITE, path, PathClass::Ordinary, Some("/srv/shop"))
}

#[test]
fn a_directory_goes_with_what_is_covered_in_it() {
    for pattern in
        ["infra/live/**", "./infra/live/**", "infra/live/*", "/srv/shop/infra/live/**", "infra/live/*.tf"]
    {
        for path in [
            "/srv/shop/infra/live/main.tf",
            "/srv/shop/infra/live",
            "/srv/shop/infra",
            "/srv/shop/infra/live/",
        ] {
            assert!(written(pattern, path), "{pattern} {path}");
        }
        for path in
            ["/srv/shop/src", "/srv/shop/infra/liver", "/srv/shop/src/infra", "/srv/shop/infra/test/a"]
        {
            assert!(!written(pattern, path), "{pattern} {path}");
        }
    }
    assert!(written("**/live/**", "/srv/shop/infra/live") && !written("**/live/**", "/srv/shop/infra"));
    assert!(covered("infra/live/**", verbs::FS_DELETE, "/srv/shop", PathClass::Ordinary, Some("/srv/shop")));
    assert!(
        !written("infra/live/**", "/srv/shop"),
        "formatting a whole tree is no change to each of its parts"
    );
}

#[test]
fn looking_at_a_directory_above_is_no_look_at_what_is_covered() {
    let read =
        |path: &str| covered("infra/live/**", verbs::FS_READ, path, PathClass::Ordinary, Some("/srv/shop"));
    assert!(read("/srv/shop/infra/live") && read("/srv/shop/infra/live/main.tf"));
    assert!(!read("/srv/shop/infra") && !read("/srv/shop"));
    assert!(!read("/srv/shop/*") && !read("/srv/shop/*.tf") && !read("/srv/shop/infra/*"));
    assert!(
        read("/srv/shop/infra/live/*") && read("/srv/shop/infra/*/main.tf") && read("/srv/shop/*/live/*")
    );
    let listed = |pattern: &str| {
        covered(pattern, verbs::FS_READ, "/srv/shop/*", PathClass::Ordinary, Some("/srv/shop"))
    };
    assert!(listed("prod.*") && listed("/srv/shop/infra/**") && !listed("**/live/**"));
}

#[test]
fn a_pattern_is_covered_where_it_could_name_what_is() {
    for path in [
        "/srv/shop/*",
        "/srv/shop/*.tf",
        "/srv/*",
        "*",
        "/srv/shop/infra/*/main.tf",
        "/srv/shop/inf?a/*",
        "/srv/shop/infr[a]/live",
    ] {
        assert!(written("infra/live/**", path), "{path}");
    }
    for path in [
        "/srv/shop/src/*.js",
        "/srv/shop/src/**/*.ts",
        "/srv/shop/dist/*",
        "/tmp/x/*",
        "/srv/shop/lib/[ab].py",
    ] {
        assert!(!written("infra/live/**", path), "{path}");
    }
    // Where the pattern says anywhere, it could be there.
    assert!(written("**/live/**", "/srv/shop/src/*.js"));
    let rebuilt =
        |path| covered("infra/live/**", verbs::FS_DELETE, path, PathClass::Rebuildable, Some("/srv/shop"));
    assert!(!rebuilt("/srv/shop/*.pyc") && rebuilt("/srv/shop/infra/live/a.pyc"));
}

#[test]
fn a_pattern_that_the_shell_expands_names_nothing_below_another_directory() {
    let expanded = |pattern: &str, path: &str| {
        let resource =
            Resource::Path { path: path.to_owned(), zone: Zone::Workspace, class: PathClass::Ordinary };
        let places = Places { paths: vec![pattern.to_owned()], ..Places::default() };
        let effect = Effect { expanded: true, ..Effect::new(verbs::FS_WRITE, resource) };
        by(&places, &effect, path, Some("/srv/shop"))
    };
    for path in ["/srv/shop/*.log", "/srv/*.log", "/*.log", "/srv/shop/infra/*.md", "/srv/shop/infra/live?"] {
        assert!(!expanded("infra/live/**", path), "{path}");
    }
    // A directory goes with what it holds.
    for path in [
        "/srv/shop/*",
        "/srv/shop/in*",
        "/srv/*",
        "/srv/shop/infra/l*",
        "/srv/shop/infra/live/*.log",
        "/srv/shop/infra/live/eu/*.log",
    ] {
        assert!(expanded("infra/live/**", path), "{path}");
    }
    assert!(expanded("infra/*/a.log", "/srv/shop/infra/live/*.log"));
    assert!(expanded("**/live/**", "/srv/shop/*.log") && expanded("prod.*", "/srv/shop/*.log"));
    assert!(!expanded("prod.tf", "/srv/shop/*.log"));
}

#[test]
fn a_directory_that_a_pattern_could_name_goes_with_what_is_covered_in_it() {
    let spelled = |pattern: &str, verb: Verb, path: &str, expanded: bool| {
        let resource =
            Resource::Path { path: path.to_owned(), zone: Zone::Workspace, class: PathClass::Ordinary };
        let places = Places { paths: vec![pattern.to_owned()], ..Places::default() };
        by(&places, &Effect { expanded, ..Effect::new(verb, resource) }, path, Some("/srv/shop"))
    };
    for expanded in [true, false] {
        for path in ["/srv/shop/d*y", "/srv/shop/deplo?", "/srv/shop/deploy/l*e", "/srv/s*p", "/s*v"] {
            assert!(spelled("deploy/live/*.tf", verbs::FS_DELETE, path, expanded), "{path}");
        }
        for path in ["/srv/shop/*.bak", "/srv/shop/src/d*y", "/srv/shop/deploy/l*f.md", "/srv/other/d*y"] {
            assert!(!spelled("deploy/live/*.tf", verbs::FS_DELETE, path, expanded), "{path}");
        }
        assert!(!spelled("deploy/live/*.tf", verbs::FS_READ, "/srv/shop/d*y", expanded));
        assert!(!spelled("**/live/*.tf", verbs::FS_DELETE, "/srv/shop/d*y", expanded));
        assert!(!spelled("deploy/live/*.tf", verbs::FS_WRITE, "/srv/s*p", expanded));
    }
}

#[test]
fn without_a_tree_the_names_count_wherever_they_are() {
    let covered = |path| covered("infra/live/**", verbs::FS_WRITE, path, PathClass::Ordinary, None);
    for path in ["/srv/shop/infra", "/home/dev/other/infra/live", "/x/infra/live/a", "/srv/shop/src/*.js"] {
        assert!(covered(path), "{path}");
    }
    assert!(!covered("/srv/shop/src") && !covered("/srv/shop"));
}

#[test]
fn a_stored_secret_is_no_file() {
    let places = Places {
        credentials: vec!["vault:live/*".to_owned(), "~/.kube/live".to_owned()],
        ..Places::default()
    };
    let by = |path: &str| {
        let resource =
            Resource::Path { path: path.to_owned(), zone: Zone::Workspace, class: PathClass::Ordinary };
        by(&places, &Effect::new(verbs::FS_WRITE, resource), path, Some("/srv/shop"))
    };
    assert!(by("/home/dev/.kube/live") && by("/home/dev/.kube/*") && by("*"));
    assert!(!by("/srv/shop/src/*.js") && !by("/srv/shop/*") && !by("/srv/shop/a"));
}

#[test]
fn a_file_of_a_home_is_only_where_homes_are() {
    let covered =
        |path| covered("~/.kube/live", verbs::FS_DELETE, path, PathClass::Ordinary, Some("/srv/shop"));
    for path in ["/home/dev/*", "/home/dev/.kube/*", "/root/*", "/Users/dev/.kube/l*", "/home/*", "*", "/*"] {
        assert!(covered(path), "{path}");
    }
    for path in ["/tmp/foo/*", "/var/foo/*", "/home/dev/other/*", "/srv/other/*", "/srv/shop/*"] {
        assert!(!covered(path), "{path}");
    }
}
