use super::kept;
use proptest::prelude::*;
use serde_json::json;

use crate::runtime::codec::{Extra, Model, Visitor, from_slice, to_vec};
use crate::runtime::time::{Date, LocalDateTime, Timestamp, YearMonth};

#[derive(Clone, Default)]
struct Event {
    at: Option<Timestamp>,
    day: Option<Date>,
    local: Option<LocalDateTime>,
    month: Option<YearMonth>,
    history: Option<Vec<Timestamp>>,
    extra: Extra,
}

impl Model for Event {
    const NAME: &'static str = "Event";

    fn visit<V: Visitor>(&mut self, visitor: &mut V) {
        visitor.field("at", &mut self.at);
        visitor.field("day", &mut self.day);
        visitor.field("local", &mut self.local);
        visitor.field("month", &mut self.month);
        visitor.field("history", &mut self.history);
        visitor.extra(&mut self.extra);
    }
}
crate::__model!(Event);

#[test]
fn texts_come_back_to_the_letter() {
    for document in [
        r#"{"at":"2026-01-02T03:04:05.678Z","day":"2026-01-02","local":"2026-01-02T03:04:05.678","month":"2026-01"}"#,
        r#"{"at":"2026-01-02T03:04:05.6780000+00:00","history":["2016-12-31T23:59:60Z","2026-01-02t03:04:05z"]}"#,
        r#"{"at":"","day":"tomorrow","local":"2026","month":"13/2026"}"#,
        r#"{"day":null}"#,
    ] {
        let event: Event = from_slice(document.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(to_vec(event).unwrap()).unwrap(), document);
    }
}

#[test]
fn other_types_are_kept_beside_the_field() {
    for document in [
        r#"{"at":1767323045}"#,
        r#"{"day":[2026,1,2]}"#,
        r#"{"month":{}}"#,
    ] {
        let event: Event = from_slice(document.as_bytes()).unwrap();
        assert!(event.at.is_none() && event.day.is_none() && event.month.is_none());
        assert_eq!(to_vec(event).unwrap(), document.as_bytes());
    }
}

#[test]
fn they_are_serde_types_and_print_their_text() {
    let timestamp: Timestamp = serde_json::from_value(json!("2026-01-02T03:04:05Z")).unwrap();
    assert_eq!(
        serde_json::to_value(&timestamp).unwrap(),
        json!("2026-01-02T03:04:05Z")
    );
    assert_eq!(
        format!("{timestamp:?} {timestamp}"),
        "2026-01-02T03:04:05Z 2026-01-02T03:04:05Z"
    );
    assert_eq!(
        format!("[{:>12}]", kept::<Date>("2026-01-02")),
        "[  2026-01-02]"
    );
}

proptest! {
    #[test]
    fn any_text_is_kept(text: String) {
        let document = json!({"at": text, "day": text, "local": text, "month": text});
        let event: Event = from_slice(document.to_string().as_bytes()).unwrap();
        prop_assert_eq!(event.at.as_ref().unwrap().as_str(), &text);
        let written: serde_json::Value = serde_json::from_slice(&to_vec(event).unwrap()).unwrap();
        prop_assert_eq!(written, document);
    }
}
