//! Spans: their names, their fields, and what is not in them.

use std::sync::Arc;

use crate::runtime::client::Client;
use crate::runtime::transport::{HttpResponse, MemoryTransport};
use crate::tests::recorder::{NUMBER_AS_TEXT, Recorder};
use crate::tests::support::{GetUser, PostUsers, TOKEN, scripted, with};
use serde_json::json;

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
    let spans = recorder.spans();
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
    let output = format!("{spans:?} {:?}", recorder.events());
    for field in ["after_ms", "attempts", "503"] {
        assert!(output.contains(field), "{output}");
    }
    assert!(!output.contains(NUMBER_AS_TEXT), "{output}");
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
    let output = format!("{:?} {:?}", recorder.spans(), recorder.events());
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
    let events = recorder.events().join("\n");
    for told in [
        r#""message": "requesting a token""#,
        r#""grant": "client_credentials""#,
        r#""server.address": "login.mypurecloud.com""#,
        r#""message": "the token endpoint responded""#,
        r#""status": "200""#,
    ] {
        assert!(events.contains(told), "{told} in {events}");
    }
    assert!(!events.contains("planted"), "{events}");
}

#[tokio::test(start_paused = true)]
async fn a_raw_request_shows_its_template_and_never_its_path() {
    let (client, transport) =
        scripted([HttpResponse::json(200, "{}"), HttpResponse::json(200, "{}")]);
    let recorder = Recorder::default();
    let guard = tracing::subscriber::set_default(recorder.clone());
    let request = || client.request(http::Method::GET, "/api/v2/users/planted");
    request()
        .with_template("/api/v2/users/{userId}")
        .send()
        .await
        .unwrap();
    request().send().await.unwrap();
    drop(guard);
    assert_eq!(transport.request_count(), 2);
    let spans = recorder.spans();
    for (number, template, name) in [
        (0, "/api/v2/users/{userId}", "request"),
        (1, "/api/v2/users/{userId}", "GET /api/v2/users/{userId}"),
        (2, "", "request"),
        (3, "", "GET"),
    ] {
        let fields = &spans[number].1;
        assert_eq!(fields["url.template"], template, "{number}");
        assert_eq!(fields["otel.name"], name, "{number}");
    }
    assert!(!format!("{spans:?}").contains("planted"), "{spans:?}");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_sent_again_with_a_new_token_counts_as_sent_again() {
    let tokens = std::sync::atomic::AtomicU32::new(0);
    let transport = Arc::new(MemoryTransport::new(move |request| {
        if request.path() == "/oauth/token" {
            let number = tokens.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            return HttpResponse::json(
                200,
                format!(
                    r#"{{"access_token":"token-{number}","token_type":"bearer","expires_in":86400}}"#
                ),
            );
        }
        match request.header("authorization") {
            Some("Bearer token-0") => HttpResponse::json(401, "{}"),
            _ => HttpResponse::json(200, "{}"),
        }
    }));
    let client = Client::builder()
        .transport(transport)
        .client_credentials("id", "planted-secret")
        .build()
        .unwrap();
    client.authenticate().await.unwrap();
    let recorder = Recorder::default();
    let guard = tracing::subscriber::set_default(recorder.clone());
    let user = GetUser::new(&client, "1").send().await.unwrap();
    drop(guard);
    assert_eq!(user.attempts(), 1);
    let spans = recorder.spans();
    let attempts: Vec<_> = spans.iter().filter(|(name, _)| name == "attempt").collect();
    // After the two pauses of a new token with the same one, then with the next.
    assert_eq!(attempts.len(), 4);
    // OpenTelemetry: "regardless of what was the cause of the resending", authorization failures among them.
    assert!(!attempts[0].1.contains_key("http.request.resend_count"));
    for (number, (_, fields)) in attempts.iter().enumerate().skip(1) {
        assert_eq!(fields["http.request.resend_count"], number.to_string());
    }
}
