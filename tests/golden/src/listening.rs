//! Events of notifications, as a user of the crate reads them.

use crate::events::models::EventsEventPresence;
use crate::events::{Event, parse, parse_message, topics};
use crate::runtime::codec::OpenEnum;
use crate::runtime::notifications::{FromNotification, Gap, GapReason};

#[test]
fn a_topic_names_its_object() {
    let topic = topics::events_thing_presence("t1");
    assert_eq!(topic.id(), "v2.events.things.t1.presence");
    assert_eq!(topics::events_names().id(), "v2.events.names");
    assert_eq!(topics::events_raw("a").id(), "v2.events.raw.a");
    assert_eq!(
        topics::system_no_longer_subscribed("v2.a.b").id(),
        "v2.system.no_longer_subscribed.v2.a.b"
    );
}

#[test]
fn an_event_keeps_what_its_model_does_not_know() {
    let message = r#"{"topicName": "v2.events.things.t1.presence", "version": "2", "metadata": {"CorrelationId": "c1"},
        "eventBody": {"count": 3, "status": "NEW", "modifiedDate": "2026-11-29T13:40:33.000Z", "unknown": {"a": [1]}, "media": 7}}"#;
    let event = parse_message(message).unwrap();
    assert_eq!(event.topic(), "v2.events.things.t1.presence");
    let Event::EventsThingPresence(presence) = event else {
        panic!("{event:?}");
    };
    assert_eq!(presence.count, Some(3));
    assert_eq!(presence.correlation_id(), Some("c1"));
    assert_eq!(presence.parameters().collect::<Vec<_>>(), ["t1"]);
    let body: EventsEventPresence = presence.into_body();
    assert_eq!(body.status.as_ref().map(OpenEnum::as_str), Some("NEW"));
    let written = serde_json::to_value(body).unwrap();
    assert_eq!(written["unknown"]["a"][0], 1);
    assert_eq!(written["media"], 7, "a value that does not fit is kept");
}

#[test]
fn a_segment_that_is_spelled_out_goes_before_a_parameter() {
    let variant = |topic: &str| {
        let event = parse(topic, "{}").unwrap();
        let shown = format!("{event:?}");
        shown.split('(').next().unwrap().to_owned()
    };
    for (topic, expected) in [
        ("v2.events.things.x.presence", "EventsThingPresence"),
        (
            "v2.events.things.special.presence",
            "EventsThingsSpecialPresence",
        ),
        ("v2.events.things.special.other", "EventsThing"),
        ("v2.events.things.x.y", "EventsThing"),
        ("v2.events.things.x.y.z", "Other"),
        ("v2.events.things.x", "Other"),
        ("v2.events.things..presence", "Other"),
        ("v2.events.things.{}.presence", "Other"),
        ("v2.events.raw.a", "Other"),
        ("v2.events.names", "Other"),
        (
            "v2.system.no_longer_subscribed.v2.users.u1.presence",
            "SystemNoLongerSubscribed",
        ),
        ("v2.system.socket_closing.x", "System"),
        ("v2.other", "OtherEvent"),
        ("", "Other"),
        ("v2", "Other"),
    ] {
        assert_eq!(variant(topic), expected, "{topic}");
    }
}

#[test]
fn what_does_not_fit_is_raw() {
    for body in ["[1]", "\"text\"", "null", "7"] {
        let event = parse("v2.events.things.t1.presence", body).unwrap();
        let Event::Other(notification) = event else {
            panic!("{event:?}");
        };
        assert_eq!(notification.body(), body);
        assert_eq!(notification.topic(), "v2.events.things.t1.presence");
    }
    assert!(parse("v2.events.things.t1.presence", "{").is_err());
    assert!(parse_message("[]").is_err());
    let event = parse("v2.events.names", "[\"a\"]").unwrap();
    assert!(matches!(event, Event::EventsNames(names) if *names.body == ["a"]));
    let event = parse("v2.events.\"); panic!(\"//.x.*/", "{}").unwrap();
    assert!(!matches!(event, Event::Other(_)), "{event:?}");
}

#[test]
fn a_gap_has_no_topic() {
    let now = std::time::SystemTime::UNIX_EPOCH;
    let event = Event::from_gap(Gap::new(now, now, GapReason::Disconnected));
    assert_eq!(event.topic(), "");
    assert!(event.notification().is_none());
}
