use proptest::prelude::*;

use super::*;
use crate::report::{Approvals, Day, Difference, EffectRow, Rejected, Side};

/// A report with this text wherever a history or a policy puts one.
fn report(text: &str) -> Report {
    let text = || text.to_owned();
    let decided = Counts { allow: 40, monitor: 7, require_approval: 2, deny: 1 };
    let stopped = || Stopped {
        session: text(),
        place: text(),
        tool: text(),
        call: text(),
        decision: "deny".to_owned(),
        risk: 80,
        reason: text(),
        policies: vec![text()],
    };
    let side = |decision: &str| Side {
        decision: decision.to_owned(),
        risk: 10,
        reason: text(),
        policies: vec![text()],
    };
    let day =
        |day: &str, held| Day { developer: text(), day: day.to_owned(), tool_calls: 25, held, denied: 0 };
    Report {
        tool_calls: decided.all(),
        sessions: 3,
        files: 3,
        duplicates: 1,
        broken_lines: 1,
        broken: vec![text()],
        skipped: vec![text()],
        bundle: countersign_model::Digest::of([b"bundle".as_slice()]),
        pack: text(),
        against: Some(countersign_model::Digest::of([b"other".as_slice()])),
        decisions: decided,
        approvals: Approvals {
            calls: 2,
            approvals: 3,
            developer_days: 2,
            mean: 1.0,
            median: 1.0,
            most: 2,
            days: vec![day("2026-02-09", 2), day("2026-02-11", 0)],
        },
        runtimes: std::collections::BTreeMap::new(),
        tools: vec![ToolRow { tool: text(), decided }],
        effects: vec![EffectRow { verb: text(), environment: "production".to_owned(), decided }],
        policies: vec![
            PolicyRow { id: text(), calls: 3, decided },
            PolicyRow { id: text(), calls: 0, decided: Counts::default() },
        ],
        reasons: vec![Reason {
            reason: text(),
            decision: "monitor".to_owned(),
            calls: 7,
            example: text(),
            factors: vec![],
        }],
        stopped: vec![stopped()],
        stopped_left_off: 2,
        unforeseen: vec![Unforeseen { what: text(), calls: 1, example: text() }],
        rejected: Rejected { decided, calls: vec![stopped()] },
        differences: vec![Difference {
            place: text(),
            session: text(),
            tool: text(),
            call: text(),
            before: side("require 2 approvals including owners"),
            after: side("deny"),
            stricter: true,
        }],
        differences_left_off: 0,
        assumptions: vec![text()],
    }
}

fn page(text: &str) -> String {
    html(&report(text), text, Some(text)).unwrap()
}

/// The tags of a page, in their order, without what is in them; those that close themselves end with a slash.
fn tags(page: &str) -> Vec<String> {
    let tag = |rest: &str| {
        let tag = rest.split('>').next().unwrap_or_default();
        let name = tag.split([' ', '\n']).next().unwrap_or_default();
        if tag.ends_with('/') { format!("{name}/") } else { name.to_owned() }
    };
    page.split('<').skip(1).map(tag).collect()
}

#[test]
fn every_element_is_closed_where_it_belongs() {
    let mut open: Vec<String> = Vec::new();
    for tag in tags(&page("a call")) {
        match tag.strip_prefix('/') {
            Some(closed) => assert_eq!(open.pop().as_deref(), Some(closed), "after {open:?}"),
            None if tag.ends_with('/') || ["!DOCTYPE", "meta", "br"].contains(&tag.as_str()) => {}
            None => open.push(tag),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn a_picture_says_in_words_what_it_shows() {
    let page = page("ada");
    for picture in page.split("<svg").skip(1).filter_map(|rest| rest.split('>').next()) {
        assert!(
            picture.contains("role=\"img\" aria-label=\"") || picture.contains("aria-hidden"),
            "{picture}"
        );
    }
    assert!(page.contains("aria-label=\"40 allowed, 7 monitored, 2 held, 1 denied\""));
    assert!(page.contains("aria-label=\"ada: 2 held on 2 days with work, most on 2026-02-09: 2\""));
}

#[test]
fn it_needs_nothing_else() {
    let page = page("a call");
    for outside in ["http:", "https:", "//", "url(", "@import", "<script", "<link", "<img", "src="] {
        assert!(!page.contains(outside), "{outside}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_comes_from_outside_is_text_and_nothing_else(
        text in "([<>\"'&;=/ -]|<script>|</style>|-->|\\{\\{|%\\}|&lt;|\\PC|[\u{0}-\u{1f}\u{202e}\u{200b}]){0,40}",
    ) {
        let strange = page(&text);
        let plain = page("a call");
        prop_assert_eq!(tags(&strange), tags(&plain));
        prop_assert_eq!(strange.matches('"').count(), plain.matches('"').count());
        prop_assert_eq!(&strange, &page(&text));
        prop_assert!(!strange.chars().any(|char| char != '\n' && is_unseen(char)));
    }
}
