//! A subscriber that keeps what it hears.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::time::Instant;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Ends the value of a field whose number OpenTelemetry would not know as one.
pub(super) const NUMBER_AS_TEXT: &str = " as text";

pub(super) type Fields = BTreeMap<String, String>;

/// Keeps every span with its fields, and the text of every event.
#[derive(Clone, Default)]
pub(super) struct Recorder {
    next: Arc<AtomicU64>,
    spans: Arc<Mutex<Vec<(String, Fields)>>>,
    begins: Arc<Mutex<Vec<Instant>>>,
    events: Arc<Mutex<Vec<(Level, String)>>>,
}

impl Recorder {
    /// Names and fields of the spans so far.
    pub(super) fn spans(&self) -> Vec<(String, Fields)> {
        self.spans.lock().unwrap().clone()
    }

    /// When each of them began.
    pub(super) fn begins(&self) -> Vec<Instant> {
        self.begins.lock().unwrap().clone()
    }

    /// The events so far.
    pub(super) fn events(&self) -> Vec<String> {
        let events = self.events.lock().unwrap();
        events.iter().map(|(_, text)| text.clone()).collect()
    }

    /// Those of them that are warnings.
    pub(super) fn warnings(&self) -> Vec<String> {
        let events = self.events.lock().unwrap();
        let warnings = events.iter().filter(|(level, _)| *level == Level::WARN);
        warnings.map(|(_, text)| text.clone()).collect()
    }
}

struct Collect<'a>(&'a mut Fields);

impl Visit for Collect<'_> {
    /// What has no method of its own comes here. To OpenTelemetry an unsigned number is text, and `status_code >= 500` finds nothing.
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut text = format!("{value:?}");
        if text.parse::<f64>().is_ok() {
            text.push_str(NUMBER_AS_TEXT);
        }
        self.0.insert(field.name().to_owned(), text);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), value.to_string());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.insert(field.name().to_owned(), value.to_string());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.begins.lock().unwrap().push(Instant::now());
        let mut fields = Fields::new();
        span.record(&mut Collect(&mut fields));
        self.spans
            .lock()
            .unwrap()
            .push((span.metadata().name().to_owned(), fields));
        Id::from_u64(self.next.fetch_add(1, Ordering::SeqCst) + 1)
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        let index = usize::try_from(id.into_u64()).unwrap() - 1;
        values.record(&mut Collect(&mut self.spans.lock().unwrap()[index].1));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::new();
        event.record(&mut Collect(&mut fields));
        let level = *event.metadata().level();
        self.events
            .lock()
            .unwrap()
            .push((level, format!("{fields:?}")));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
