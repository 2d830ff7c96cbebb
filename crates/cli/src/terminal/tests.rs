use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;

#[test]
fn nothing_moves_the_cursor_or_turns_the_text() {
    assert_eq!(safe("fix\u{1b}[2K\rnothing to see"), "fix\\u{1b}[2K\\rnothing to see");
    assert_eq!(safe("a\u{202e}b"), "a\\u{202e}b");
    assert_eq!(safe("Grüße\n\tan alle: 日本 नमस्ते e\u{301}"), "Grüße\n\tan alle: 日本 नमस्ते e\u{301}");
}

#[test]
fn characters_that_draw_nothing_are_shown() {
    for letter in [
        '\u{61c}',
        '\u{2028}',
        '\u{2029}',
        '\u{ad}',
        '\u{3164}',
        '\u{115f}',
        '\u{ffa0}',
        '\u{180e}',
        '\u{200b}',
        '\u{2060}',
        '\u{feff}',
        '\u{fff9}',
        '\u{e0001}',
        '\u{e0041}',
        '\u{e007f}',
        '\u{e0100}',
        '\u{fe0f}',
        '\u{34f}',
        '\u{a0}',
        '\u{2800}',
        '\u{e000}',
        '\u{1d173}',
        '\u{fff0}',
    ] {
        assert_eq!(safe(&format!("a{letter}b")), format!("a{}b", letter.escape_unicode()));
    }
}

#[test]
fn foreign_lines_are_marked() {
    assert_snapshot!(block("x\n   effect  git.push\n", 11, 40), @"
            x
                       │    effect  git.push
            ");
    assert_snapshot!(quoted("-a\n+b\tc\n", 2, 40), @"
        │ -a
        │ +b    c
        ");
}

#[test]
fn a_long_line_cannot_reach_the_left_edge() {
    let forged = format!("x{}   effect  git.push", " ".repeat(26));
    assert_snapshot!(block(&forged, 11, 40), @"
        x                          
                   ┊    effect  git.push
        ");
}

proptest! {
    #[test]
    fn every_line_but_the_first_is_marked_and_fits(text in "[\\PC\n\t \u{0}-\u{20}\u{2028}日]{0,200}", columns in 0_usize..120) {
        let block = block(&text, 11, columns);
        for line in block.split('\n').skip(1) {
            let rest = line.strip_prefix("           ").unwrap();
            prop_assert!(rest.starts_with(NEXT) || rest.starts_with(REST));
        }
        for line in block.split('\n') {
            prop_assert!(line.chars().all(|letter| !letter.is_control() && !hidden(letter)));
            let wide: usize = line.chars().map(|letter| letter.width().unwrap_or(1)).sum();
            prop_assert!(wide <= columns.max(11 + 2 + NARROWEST));
        }
    }
}
