use serde_json::json;

use super::models::{User, read, text};
use crate::runtime::codec::{from_slice, to_vec};

#[test]
fn fields_are_written_in_the_order_of_the_spec_then_what_is_kept_by_name() {
    let user: User = read(r#"{"z":1,"version":7,"a":2,"id":"1","name":null}"#);
    assert_eq!(
        text(user),
        r#"{"id":"1","version":7,"a":2,"name":null,"z":1}"#
    );
}

#[test]
fn text_is_escaped() {
    let user = User {
        id: Some("\"\\\u{0}\u{2028}ü".to_owned()),
        ..User::default()
    };
    let again: User = from_slice(&to_vec(user.clone()).unwrap()).unwrap();
    assert_eq!(again, user);
}

#[test]
fn a_borrowed_model_is_written_and_stays_as_it_was() {
    let user: User = read(r#"{"id":"1","manager":{"id":"2"},"odd":1}"#);
    let before = user.clone();
    assert_eq!(serde_json::to_string(&user).unwrap(), text(user.clone()));
    assert_eq!(
        serde_json::to_value(&user).unwrap(),
        json!({"id": "1", "manager": {"id": "2"}, "odd": 1})
    );
    assert_eq!(user, before);
}

#[test]
fn lists_and_maps_of_models_are_written() {
    let users: Vec<User> = vec![read(r#"{"id":"1"}"#), User::default()];
    assert_eq!(text(users), r#"[{"id":"1"},{}]"#);
}

#[test]
fn a_writer_that_fails_fails_the_writing() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _bytes: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let user: User = read(r#"{"id":"1","odd":1}"#);
    assert!(serde_json::to_writer(Full, &user).unwrap_err().is_io());
}
