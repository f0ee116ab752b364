//! Each invariant of tokens and each conformance vector that is listed has a test by its number, and each number of a test is listed.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use genesys_cloud_house::numbers::{listed, tested};

fn check(list: &str, item: &str, tests: &str, name: &str, count: usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let listed = listed(&fs::read_to_string(root.join(list)).unwrap(), item);
    let tested = tested(&root.join(tests), name);
    assert_eq!(listed, (1..=count).collect(), "the list in {list}");
    let of = |numbers: BTreeSet<usize>| format!("{numbers:?}");
    let missing = of(&listed - &tested);
    assert_eq!(
        missing, "{}",
        "no test of {tests} is called `{name}NN_…` of these numbers"
    );
    let unknown = of(&tested - &listed);
    assert_eq!(unknown, "{}", "{list} does not say what these numbers are");
}

#[test]
fn each_invariant_of_tokens_has_a_test() {
    let tests = "templates/runtime/src/tests/auth";
    check(
        &format!("{tests}/invariants/mod.rs"),
        "",
        tests,
        "invariant_",
        13,
    );
}

#[test]
fn each_conformance_vector_has_a_test() {
    let tests = "tests/tests/conformance";
    check(&format!("{tests}/main.rs"), "- V", tests, "v", 20);
}

#[test]
fn numbers_are_found_in_lists_and_in_names_of_tests() {
    let list = "//! Of 3 things:\n//!\n//! 1. One.\n//! 12: Twelve\n//! - V7: seven\n// 4. none\n";
    assert_eq!(listed(list, ""), BTreeSet::from([1, 12]));
    assert_eq!(listed(list, "- V"), BTreeSet::from([7]));
    let folder = tempfile::tempdir().unwrap();
    let text = "#[test]\nfn v03_a() {}\n#[tokio::test(start_paused = true)]\nasync fn v11_b() {}\n#[test]\nfn other() {}\nfn v09_helper() {}\n";
    fs::write(folder.path().join("a.rs"), text).unwrap();
    assert_eq!(tested(folder.path(), "v"), BTreeSet::from([3, 11]));
}
