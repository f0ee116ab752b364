//! Redirects: none is followed unasked, and none with the token.

use std::sync::Arc;

use http::Method;

use crate::runtime::client::Client;
use crate::runtime::request::{CallOptions, Operation};
use crate::runtime::transport::{HttpResponse, MemoryTransport};
use crate::tests::support::{GetUser, PostUsers, builder, with};

const FILE: &str = "https://bucket.example/file?signature=s";

fn redirecting(status: u16, location: &'static str) -> (Client, Arc<MemoryTransport>) {
    let transport = Arc::new(MemoryTransport::new(move |request| {
        if request.url.host_str() == Some("api.mypurecloud.com") {
            with(HttpResponse::json(status, ""), "location", location)
        } else {
            HttpResponse::json(200, r#"{"content":1}"#)
        }
    }));
    (builder(&transport).build().unwrap(), transport)
}

/// Vector V14, its last part.
#[tokio::test]
async fn v14_a_303_is_followed_when_asked_for_and_without_the_token() {
    let (client, transport) = redirecting(303, FILE);
    let response = client
        .request(Method::GET, "/api/v2/downloads/1")
        .header("X-Own", "1")
        .with_options(CallOptions::new().with_follow_redirects(true))
        .send()
        .await
        .unwrap();
    assert_eq!(response.body(), r#"{"content":1}"#);
    let sent = transport.requests();
    assert_eq!(sent.len(), 2);
    assert!(sent[0].headers.contains_key("authorization"));
    assert_eq!(sent[1].url.as_str(), FILE);
    assert_eq!(sent[1].method, Method::GET);
    let names: Vec<_> = sent[1].headers.keys().map(|name| name.as_str()).collect();
    assert_eq!(names, ["accept", "user-agent"]);
}

#[tokio::test]
async fn a_303_is_a_result_for_bytes_and_an_error_for_a_model() {
    let (client, transport) = redirecting(303, FILE);
    let response = client
        .request(Method::GET, "/api/v2/downloads/1")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status().as_u16(), 303);
    assert_eq!(response.location(), Some(FILE));
    let error = GetUser::new(&client, "1").send().await.unwrap_err();
    assert!(error.is_redirect());
    assert_eq!(error.location(), Some(FILE));
    assert!(!error.to_string().contains("signature"), "{error}");
    assert_eq!(transport.request_count(), 2);
}

#[tokio::test]
async fn no_other_redirect_is_followed_unasked() {
    for status in [300, 301, 302, 307, 308] {
        let (client, transport) = redirecting(status, FILE);
        let error = client
            .request(Method::GET, "/api/v2/downloads/1")
            .send()
            .await
            .unwrap_err();
        assert!(error.is_redirect(), "{status}");
        assert_eq!(transport.request_count(), 1);
    }
}

#[tokio::test]
async fn a_307_of_a_post_is_never_followed() {
    let (client, transport) = redirecting(307, FILE);
    let error = PostUsers::new(&client, serde_json::json!({}))
        .with_follow_redirects(true)
        .send()
        .await
        .unwrap_err();
    assert!(error.is_redirect());
    assert_eq!(transport.request_count(), 1);
}

#[tokio::test]
async fn circles_plain_http_and_nonsense_end_with_an_error() {
    for (location, requests) in [
        ("/api/v2/downloads/1", 6),
        ("http://bucket.example/file", 1),
        ("file:///etc/passwd", 1),
        ("https://", 1),
    ] {
        let (client, transport) = redirecting(303, location);
        let error = client
            .request(Method::GET, "/api/v2/downloads/1")
            .with_options(CallOptions::new().with_follow_redirects(true))
            .send()
            .await
            .unwrap_err();
        assert!(error.is_invalid_request(), "{location}: {error}");
        assert_eq!(transport.request_count(), requests, "{location}");
    }
}

#[tokio::test]
async fn not_modified_is_a_result_for_whoever_asked() {
    let transport = Arc::new(MemoryTransport::new(|_| {
        with(HttpResponse::json(304, ""), "etag", "\"7\"")
    }));
    let client = builder(&transport).build().unwrap();
    let response = GetUser::new(&client, "1")
        .with_header("If-None-Match", "\"7\"")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status().as_u16(), 304);
    assert!(response.body_is_empty());
    assert_eq!(response.etag(), Some("\"7\""));
    let error = GetUser::new(&client, "1").send().await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 304);
}

#[tokio::test(start_paused = true)]
async fn what_a_redirect_leads_to_is_retried_like_any_get() {
    let transport = Arc::new(MemoryTransport::new(|request| {
        match request.url.host_str() {
            Some("bucket.example") => HttpResponse::json(503, "{}"),
            _ => with(HttpResponse::json(303, ""), "location", FILE),
        }
    }));
    let client = builder(&transport).build().unwrap();
    let error = PostUsers::new(&client, serde_json::json!({}))
        .with_follow_redirects(true)
        .send()
        .await
        .unwrap_err();
    assert!(error.is_server_error());
    // The POST was answered, and is not sent again.
    let hosts: Vec<_> = transport
        .requests()
        .iter()
        .map(|request| request.method.clone())
        .collect();
    assert_eq!(
        hosts,
        [
            Method::POST,
            Method::GET,
            Method::GET,
            Method::GET,
            Method::GET
        ]
    );
}
