//! Single values out of bytes.

use crate::runtime::paging::lookup;

fn one(body: &str, path: &[&str]) -> Option<String> {
    let [found] = lookup(body.as_bytes(), [path]);
    found
}

#[test]
fn texts_and_numbers_are_found_at_any_depth() {
    let body = r#"{"a":[{"b":1}],"cursors":{"before":"x","after":"y"},"n":42,"f":7.0,"s":""}"#;
    assert_eq!(one(body, &["cursors", "after"]).as_deref(), Some("y"));
    assert_eq!(one(body, &["n"]).as_deref(), Some("42"));
    assert_eq!(one(body, &["f"]).as_deref(), Some("7"));
    assert_eq!(one(body, &["s"]).as_deref(), Some(""));
}

#[test]
fn several_are_found_in_one_pass() {
    let body = r#"{"x":{"a":"1","b":"2"},"y":3}"#;
    let found = lookup(
        body.as_bytes(),
        [&["x", "b"][..], &[], &["y"], &["x", "a"], &["z"]],
    );
    let found = found.each_ref().map(Option::as_deref);
    assert_eq!(found, [Some("2"), None, Some("3"), Some("1"), None]);
}

#[test]
fn what_is_no_scalar_is_not_found() {
    for body in [
        r#"{"a":null}"#,
        r#"{"a":true}"#,
        r#"{"a":[1]}"#,
        r#"{"a":{"b":1}}"#,
        r#"{}"#,
        r#"[{"a":1}]"#,
        r#""a""#,
        "7",
        "",
        "no JSON",
    ] {
        assert_eq!(one(body, &["a"]), None, "{body}");
    }
    // A scalar where an object should be.
    assert_eq!(one(r#"{"a":1,"c":2}"#, &["a", "b"]), None);
}

#[test]
fn names_are_compared_as_they_mean_and_the_last_one_counts() {
    assert_eq!(
        one(r#"{"next\u0055ri":"x"}"#, &["nextUri"]).as_deref(),
        Some("x")
    );
    assert_eq!(one(r#"{"a":1,"a":2}"#, &["a"]).as_deref(), Some("2"));
}
