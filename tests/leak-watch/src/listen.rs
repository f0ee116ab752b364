//! The ends of `tracing` and of `log`, where everything that is said arrives.

use std::fmt::{Debug, Write as _};
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};

use crate::inspect;

pub(crate) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let events = tracing::subscriber::set_global_default(Watch::default());
        assert!(events.is_ok(), "another tracing subscriber is installed");
        let lines = log::set_logger(&Lines);
        assert!(lines.is_ok(), "another logger is installed");
        log::set_max_level(log::LevelFilter::Trace);
    });
}

/// Every span and event of every crate.
#[derive(Default)]
struct Watch {
    spans: AtomicU64,
}

impl Subscriber for Watch {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::always()
    }

    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::TRACE)
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut said = Said::by(span.metadata());
        span.record(&mut said);
        said.inspect("a span");
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut said = Said::default();
        values.record(&mut said);
        said.inspect("a field of a span");
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut said = Said::by(event.metadata());
        event.record(&mut said);
        said.inspect("an event");
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// What a span or an event says, on one line.
#[derive(Default)]
struct Said {
    text: String,
    is_ours: bool,
}

impl Said {
    fn by(metadata: &Metadata<'_>) -> Self {
        Self {
            text: format!("{} {}", metadata.target(), metadata.name()),
            is_ours: metadata.target().starts_with("genesys_cloud"),
        }
    }

    fn inspect(&self, place: &str) {
        inspect(place, &self.text);
    }
}

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // Writing to a String does not fail.
        let _ = write!(self.text, " {}={value:?}", field.name());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        let is_ours = self.is_ours || field.name().starts_with("genesys.");
        if is_ours || field.name().starts_with("http.") {
            crate::end(format_args!(
                "{}={value} is unsigned: OpenTelemetry would get it as text, so record an i64",
                field.name()
            ));
        }
        self.record_debug(field, &value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        // As it is: `Debug` would put escapes into it.
        let _ = write!(self.text, " {}={value}", field.name());
    }
}

/// Every line that goes by way of `log`.
struct Lines;

impl log::Log for Lines {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let (target, text) = (record.target(), record.args());
        inspect("a log line", &format!("{target} {text}"));
    }

    fn flush(&self) {}
}
