//! Which pattern a topic belongs to.

use proptest::prelude::*;

use crate::runtime::notifications::find_pattern;

/// The patterns in their order, and what a scan over all of them finds.
fn sorted<'a>(ids: &[&'a str]) -> Vec<Vec<&'a str>> {
    let mut patterns: Vec<Vec<&str>> = ids.iter().map(|id| id.split('.').collect()).collect();
    patterns.sort();
    patterns.dedup();
    patterns
}

fn found(ids: &[&str], topic: &str) -> Option<String> {
    let patterns = sorted(ids);
    let slices: Vec<&[&str]> = patterns.iter().map(Vec::as_slice).collect();
    find_pattern(&slices, topic).map(|index| patterns[index].join("."))
}

#[test]
fn literal_segments_go_first_from_the_left() {
    let ids = [
        "v2.a.b",
        "v2.a.{}",
        "v2.{}.b",
        "v2.{}.{}.c",
        "v2.a.x.y",
        "v2.s.{}.{*}",
        "v2.s.gone.{*}",
        "v2.a",
    ];
    for (topic, expected) in [
        ("v2.a.b", Some("v2.a.b")),
        ("v2.a.x", Some("v2.a.{}")),
        ("v2.z.b", Some("v2.{}.b")),
        ("v2.a.x.c", Some("v2.{}.{}.c")),
        ("v2.a.x.y", Some("v2.a.x.y")),
        ("v2.a.x.z", None),
        ("v2.a", Some("v2.a")),
        ("v2", None),
        ("v2.s.gone.v2.a.b", Some("v2.s.gone.{*}")),
        ("v2.s.other.v2.a.b", Some("v2.s.{}.{*}")),
        ("v2.s.other.", None),
        ("v2.a.", None),
        ("v2..b", None),
        ("v2.{}.b", None),
        ("", None),
    ] {
        assert_eq!(found(&ids, topic).as_deref(), expected, "{topic}");
    }
}

/// The rule again, slowly: of all patterns that match, the one whose first segment that differs is spelled out.
fn scan(patterns: &[Vec<&str>], topic: &str) -> Option<usize> {
    let segments: Vec<&str> = topic.split('.').collect();
    let matching = patterns.iter().enumerate().filter(|(_, pattern)| {
        pattern.len() == segments.len()
            && pattern
                .iter()
                .zip(&segments)
                .all(|(word, segment)| word == segment || *word == "{}")
    });
    matching
        .min_by_key(|(_, pattern)| pattern.iter().map(|word| *word == "{}").collect::<Vec<_>>())
        .map(|(index, _)| index)
}

proptest! {
    #[test]
    fn it_finds_what_a_scan_finds(
        ids in prop::collection::vec(prop::collection::vec(prop::sample::select(vec!["a", "b", "c", "{}"]), 1..5), 1..30),
        topic in prop::collection::vec(prop::sample::select(vec!["a", "b", "c", "d"]), 1..5),
    ) {
        let mut patterns = ids;
        patterns.sort();
        patterns.dedup();
        let slices: Vec<&[&str]> = patterns.iter().map(Vec::as_slice).collect();
        let topic = topic.join(".");
        prop_assert_eq!(find_pattern(&slices, &topic), scan(&patterns, &topic));
    }
}
