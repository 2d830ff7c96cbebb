use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn a_union_matches_what_either_matches(
        one in prop::collection::vec("!?[ab*]{1,3}", 0..4),
        other in prop::collection::vec("!?[ab*]{1,3}", 0..4),
        name in "[ab]{1,4}",
    ) {
        if glob::in_list(&one, &name) || glob::in_list(&other, &name) {
            prop_assert!(glob::in_list(&union(one, other), &name));
        }
    }
}

#[test]
fn what_both_list_twice_still_counts_last() {
    let list = |patterns: [&str; 2]| patterns.map(str::to_owned).to_vec();
    assert!(glob::in_list(&union(list(["*", "!a"]), list(["!a", "*"])), "a"));
}

#[test]
fn translations_match_at_least_as_much() {
    assert_eq!(widened("releases/**-alpha").as_deref(), Some("releases/**-alpha"));
    assert_eq!(widened("v[12].[0-9]+").as_deref(), Some("**"));
    assert_eq!(widened("release-v?").as_deref(), Some("release-**"));
    assert_eq!(widened("!v?"), None);
    assert_eq!(from_regex("/^main$/"), "main");
    assert_eq!(from_regex(r"/^release\/.*$/"), "release/**");
    assert_eq!(from_regex("/^(main|next)$/"), "**");
    assert_eq!(from_regex("/^vx?$/"), "v**");
    assert_eq!(from_regex("/main/"), "**");
}
