use super::models::{User, read};

fn user(text: &str) -> User {
    read(text)
}

#[test]
fn equal_is_what_writes_the_same() {
    let whole = r#"{"id":"1","manager":{"id":"2","odd":1},"grid":[[1]],"odd":{"a":null}}"#;
    assert_eq!(user(whole), user(whole));
    assert_eq!(user(r#"{"id":"1","odd":1}"#), user(r#"{"odd":1,"id":"1"}"#));
    let other = user(whole).clone();
    assert_eq!(other, user(whole));
}

#[test]
fn any_difference_counts() {
    let base = user(r#"{"id":"1","manager":{"id":"2"}}"#);
    for different in [
        "{}",
        r#"{"id":"1"}"#,
        r#"{"id":"2","manager":{"id":"2"}}"#,
        r#"{"id":"1","manager":{"id":"3"}}"#,
        r#"{"id":"1","manager":{"id":"2"},"name":null}"#,
        r#"{"id":"1","manager":{"id":"2","odd":1}}"#,
    ] {
        assert_ne!(base, user(different), "{different}");
    }
}

#[test]
fn a_kept_value_that_is_not_written_does_not_count() {
    let mut left = user(r#"{"id":"1"}"#);
    left.extra.set_null("id");
    assert_eq!(left, user(r#"{"id":"1"}"#));
}
