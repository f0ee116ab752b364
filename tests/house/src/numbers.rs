//! Numbered promises: where they are listed, and which tests carry them.

use std::collections::BTreeSet;
use std::path::Path;

use super::sources;

/// The numbers of the items of a list in the `//!` lines of `text`; an item begins with `start`, its number, and a colon or a full stop.
#[must_use]
pub fn listed(text: &str, start: &str) -> BTreeSet<usize> {
    let items = text
        .lines()
        .filter_map(|line| line.strip_prefix("//! ")?.strip_prefix(start));
    items
        .filter_map(|item| item.split_once([':', '.'])?.0.parse().ok())
        .collect()
}

/// The numbers of the tests in `folder` whose names are `start`, a number of two digits, and the rest.
#[must_use]
pub fn tested(folder: &Path, start: &str) -> BTreeSet<usize> {
    let mut numbers = BTreeSet::new();
    for (_, text) in sources(folder) {
        let mut is_test = false;
        for line in text.lines().map(str::trim_start) {
            if line.starts_with("#[") {
                is_test |= line.contains("test");
                continue;
            }
            let name = line.trim_start_matches("async ").strip_prefix("fn ");
            if let Some(name) = name.filter(|_| is_test) {
                let digits = name.strip_prefix(start).and_then(|rest| rest.get(..3));
                let number = digits.and_then(|digits| digits.strip_suffix('_'));
                numbers.extend(number.and_then(|number| number.parse::<usize>().ok()));
            }
            is_test = false;
        }
    }
    numbers
}
