//! Spans: their names, their fields, and what is not in them.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::runtime::client::Client;
use crate::runtime::transport::{HttpResponse, MemoryTransport};
use crate::tests::support::{GetUser, PostUsers, TOKEN, scripted, with};

type Fields = BTreeMap<String, String>;

/// Keeps every span with its fields, and the text of every event.
#[derive(Clone, Default)]
struct Recorder {
    next: Arc<AtomicU64>,
    spans: Arc<Mutex<Vec<(String, Fields)>>>,
    events: Arc<Mutex<Vec<String>>>,
}

struct Collect<'a>(&'a mut Fields);

impl Visit for Collect<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
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
        self.events.lock().unwrap().push(format!("{fields:?}"));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test(start_paused = true)]
async fn a_span_per_call_and_one_per_attempt_with_the_names_of_opentelemetry() {
    let (client, _) = scripted([
        HttpResponse::json(503, r#"{"message":"planted@example.com"}"#),
        with(
            HttpResponse::json(200, r#"{"email":"planted@example.com"}"#),
            "inin-correlation-id",
            "c-7",
        ),
    ]);
    let recorder = Recorder::default();
    let guard = tracing::subscriber::set_default(recorder.clone());
    GetUser::new(&client, "planted@example.com")
        .site_id("planted@example.com")
        .send()
        .await
        .unwrap();
    drop(guard);
    let spans = recorder.spans.lock().unwrap().clone();
    let names: Vec<_> = spans.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["call", "attempt", "attempt"]);
    let (call, first, second) = (&spans[0].1, &spans[1].1, &spans[2].1);
    assert_eq!(call["otel.name"], "getUser");
    assert_eq!(call["url.template"], "/api/v2/users/{userId}");
    assert_eq!(call["http.request.method"], "GET");
    assert_eq!(call["http.response.status_code"], "200");
    assert_eq!(call["genesys.attempts"], "2");
    assert_eq!(call["genesys.correlation_id"], "c-7");
    assert_eq!(first["otel.name"], "GET /api/v2/users/{userId}");
    assert_eq!(first["otel.kind"], "client");
    assert_eq!(first["server.address"], "api.mypurecloud.com");
    assert_eq!(first["server.port"], "443");
    assert_eq!(first["http.response.status_code"], "503");
    assert_eq!(first["error.type"], "503");
    assert!(!first.contains_key("http.request.resend_count"));
    assert_eq!(second["http.request.resend_count"], "1");
    assert_eq!(second["http.response.status_code"], "200");
}

#[tokio::test(start_paused = true)]
async fn neither_spans_nor_events_show_tokens_paths_queries_or_bodies() {
    let (client, transport) = scripted([
        with(
            HttpResponse::json(429, r#"{"message":"planted@example.com"}"#),
            "retry-after",
            "1",
        ),
        HttpResponse::json(400, r#"{"message":"planted@example.com"}"#),
        HttpResponse::json(200, r#"{"email":"planted@example.com"}"#),
    ]);
    let recorder = Recorder::default();
    let guard = tracing::subscriber::set_default(recorder.clone());
    PostUsers::new(&client, json!({"email": "planted@example.com"}))
        .send()
        .await
        .unwrap_err();
    client
        .request(
            http::Method::GET,
            "/api/v2/users/planted%40example.com?q=planted",
        )
        .send()
        .await
        .unwrap();
    drop(guard);
    assert_eq!(transport.request_count(), 3);
    let output = format!(
        "{:?} {:?}",
        recorder.spans.lock().unwrap(),
        recorder.events.lock().unwrap()
    );
    assert!(!output.contains("planted"), "{output}");
    assert!(!output.contains(TOKEN), "{output}");
}

#[tokio::test(start_paused = true)]
async fn a_token_exchange_is_told_without_its_secrets() {
    let client = Client::builder()
        .transport(Arc::new(MemoryTransport::new(|_| {
            HttpResponse::json(
                200,
                r#"{"access_token":"planted-token","token_type":"bearer","expires_in":86400}"#,
            )
        })))
        .client_credentials("id", "planted-secret")
        .build()
        .unwrap();
    let recorder = Recorder::default();
    let guard = tracing::subscriber::set_default(recorder.clone());
    client.authenticate().await.unwrap();
    drop(guard);
    let events = recorder.events.lock().unwrap().join("\n");
    for told in [
        r#""message": "asking the token endpoint""#,
        r#""grant": "client_credentials""#,
        r#""server.address": "login.mypurecloud.com""#,
        r#""message": "the token endpoint answered""#,
        r#""status": "200""#,
    ] {
        assert!(events.contains(told), "{told} in {events}");
    }
    assert!(!events.contains("planted"), "{events}");
}
