use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;

fn check(text: &str) -> String {
    match read(text.as_bytes()) {
        Ok(value) => value.to_string(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn keeps_the_order_of_keys() {
    assert_snapshot!(check(r#"{"b":1,"a":[true,null,-2,0.5,"x"]}"#), @r#"{"b":1,"a":[true,null,-2,0.5,"x"]}"#);
}

#[test]
fn refuses_a_key_that_stands_twice() {
    assert_snapshot!(check("{\"a\":{\"b\":1,\n \"b\":2}}"), @"key `b` stands here twice at line 2 column 4");
}

#[test]
fn refuses_a_key_that_stands_twice_in_two_spellings() {
    assert_snapshot!(check(r#"{"ab":1,"a\u0062":2}"#), @"key `ab` stands here twice at line 1 column 17");
}

#[test]
fn refuses_what_follows_the_value() {
    assert_snapshot!(check("{} {}"), @"trailing characters at line 1 column 4");
}

#[test]
fn refuses_deep_nesting_without_running_out_of_stack() {
    assert_snapshot!(check(&"[".repeat(1_000_000)), @"recursion limit exceeded at line 1 column 128");
    assert_snapshot!(check(&r#"{"a":"#.repeat(200_000)), @"recursion limit exceeded at line 1 column 636");
}

#[test]
fn mends_half_characters_and_nothing_else() {
    let mend = |text: &str| String::from_utf8(mend_half_characters(text.as_bytes())).unwrap();
    assert_snapshot!(mend(r#""a\ud83d" "\uDE00b" "\ud83d\ude00" "\\ud83d" "\\\ud83d" "\ud83d\ud83d\ude00""#),
            @r#""a\ufffd" "\ufffdb" "\ud83d\ude00" "\\ud83d" "\\\ufffd" "\ufffd\ud83d\ude00""#);
}

proptest! {
    #[test]
    fn reads_what_serde_json_writes(text in "\\PC*", number: i64, flag: bool) {
        let value = serde_json::json!({ "text": text, "list": [number, flag, null] });
        prop_assert_eq!(read(value.to_string().as_bytes()), Ok(value));
    }

    #[test]
    fn agrees_with_serde_json_where_it_accepts(text in r#"[\[{]?[\[\]{}",:0-9a\\ue. -]{0,24}[\]}]?"#) {
        if let Ok(value) = read(text.as_bytes()) {
            prop_assert_eq!(serde_json::from_str::<Value>(&text).ok(), Some(value));
        }
    }

    #[test]
    fn leaves_whole_text_as_it_is(text in "\\PC*") {
        let json = Value::String(text).to_string();
        prop_assert_eq!(mend_half_characters(json.as_bytes()), json.as_bytes());
    }
}
