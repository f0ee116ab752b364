//! The guide lists all spans and events, so that people can filter by them.

use std::path::Path;

use genesys_cloud_house::events::{documented, told};

const PAGE: &str = include_str!("../../guide/src/telemetry.md");

#[test]
fn the_guide_lists_all_spans_and_events_of_the_runtime() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let told = told(&root.join("../../templates/runtime/src/runtime"));
    let documented = documented(PAGE);
    assert!(told.len() > 20, "{told:#?}");
    let missing: Vec<_> = told.difference(&documented).collect();
    let stale: Vec<_> = documented.difference(&told).collect();
    assert!(
        missing.is_empty() && stale.is_empty(),
        "tests/guide/src/telemetry.md: missing {missing:#?}, stale {stale:#?}"
    );
}
