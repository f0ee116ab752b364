//! Topics, and what a message is read into.

use serde_json::Value;

use crate::runtime::notifications::{AnyTopic, Notification, Topic};
use crate::tests::support::table;

#[test]
fn a_topic_has_the_values_of_its_parameters() {
    let topic: Topic<Value> = Topic::new("v2.users.{id}.presence", &["u1"]);
    assert_eq!(topic.id(), "v2.users.u1.presence");
    let topic: Topic<Value> = Topic::new("v2.quality.{a}.x.{b}.c.d", &["1", "2"]);
    assert_eq!(AnyTopic::from(&topic).id(), "v2.quality.1.x.2.c.d");
}

#[test]
fn a_message_is_read_wherever_it_comes_from() {
    let message = br#"{"topicName":"v2.users.u1.presence","version":"2","eventBody":{"a":1},
        "metadata":{"CorrelationId":"c1","x":[]},"unknown":null}"#;
    let read = Notification::parse(&message[..]).unwrap();
    assert_eq!(read.topic(), "v2.users.u1.presence");
    assert_eq!(read.version(), Some("2"));
    assert_eq!(read.correlation_id(), Some("c1"));
    assert_eq!(&read.body()[..], br#"{"a":1}"#);
    let shown = format!("{read:?}");
    assert!(!shown.contains("\"a\""), "{shown}");
}

#[test]
fn what_is_odd_about_a_message_loses_nothing_else() {
    for (message, version, id, body) in table![
        r#"{"topicName":"t","version":2,"metadata":7}"#, Some("2"), None => "null";
        r#"{"topicName":"t","eventBody":null,"metadata":{"CorrelationId":5}}"#, None, None => "null";
        r#"{"topicName":"\u0074","eventBody":"x","metadata":{"CorrelationId":"\u0063"}}"#, None, Some("c") => r#""x""#;
    ] {
        let read = Notification::parse(message.as_bytes()).unwrap();
        assert_eq!(
            (read.topic(), read.version(), read.correlation_id()),
            ("t", version, id)
        );
        assert_eq!(&read.body()[..], body.as_bytes());
    }
}

#[test]
fn a_message_that_is_no_notification_is_an_error_that_shows_nothing_of_it() {
    for message in [
        "",
        "secret",
        r#"["secret"]"#,
        r#"{"topicName":"secret""#,
        r#"{"topicName":7}"#,
        r#"{"secret":1}"#,
        "\"secret\"",
    ] {
        let error = Notification::parse(message.as_bytes()).unwrap_err();
        assert!(error.is_decode(), "{error}");
        assert!(
            !format!("{error} {error:?}").contains("secret"),
            "{error:?}"
        );
    }
    assert!(Notification::new("t", "{").unwrap_err().is_decode());
    assert!(
        Notification::new("t", "{}")
            .unwrap()
            .read_json::<u8>()
            .unwrap_err()
            .is_decode()
    );
}
