//! Paths, queries, headers and bodies as they go to the wire.

use http::Method;
use serde_json::{Value, json};

use super::support::{GetUser, PostUsers, TOKEN, scripted};
use crate::runtime::request::{ListStyle, Operation};
use crate::runtime::transport::HttpResponse;

#[tokio::test]
async fn a_call_goes_out_as_the_metadata_says() {
    let (client, transport) = scripted([HttpResponse::json(200, r#"{"id":"1"}"#)]);
    let user = GetUser::new(&client, "1")
        .page_size(25)
        .send()
        .await
        .unwrap();
    assert_eq!(user["id"], "1");
    let sent = &transport.requests()[0];
    assert_eq!(sent.method, Method::GET);
    assert_eq!(
        sent.url.as_str(),
        "https://api.mypurecloud.com/api/v2/users/1?pageSize=25"
    );
    assert_eq!(sent.header("accept"), Some("application/json"));
    assert_eq!(
        sent.header("authorization"),
        Some(format!("Bearer {TOKEN}").as_str())
    );
    assert!(sent.headers["authorization"].is_sensitive());
    assert!(sent.header("content-type").is_none());
}

/// Vector V17.
#[tokio::test]
async fn v17_path_query_and_lists_are_encoded_exactly() {
    let (client, transport) =
        scripted([HttpResponse::json(200, "{}"), HttpResponse::json(200, "{}")]);
    let call = |style| {
        GetUser::new(&client, "a/b c")
            .site_id("s 1&x=y")
            .expand(style, &["x,y", "z"])
            .send()
    };
    call(ListStyle::Repeated).await.unwrap();
    call(ListStyle::CommaJoined).await.unwrap();
    let sent = transport.requests();
    assert_eq!(sent[0].path(), "/api/v2/users/a%2Fb%20c");
    assert_eq!(
        sent[0].query(),
        "site.id=s%201%26x%3Dy&expand=x%2Cy&expand=z"
    );
    assert_eq!(sent[1].query(), "site.id=s%201%26x%3Dy&expand=x%2Cy,z");
}

#[tokio::test]
async fn a_setter_called_twice_replaces_its_value() {
    let (client, transport) = scripted([HttpResponse::json(200, "{}")]);
    GetUser::new(&client, "1")
        .page_size(1)
        .expand(ListStyle::Repeated, &["a", "b"])
        .page_size(2)
        .expand(ListStyle::Repeated, &["c"])
        .send()
        .await
        .unwrap();
    assert_eq!(transport.requests()[0].query(), "pageSize=2&expand=c");
}

#[tokio::test]
async fn path_arguments_that_address_something_else_are_refused_before_sending() {
    for argument in ["", ".", ".."] {
        let (client, transport) = scripted([HttpResponse::json(200, "{}")]);
        let error = GetUser::new(&client, argument).send().await.unwrap_err();
        assert!(error.is_invalid_request(), "{argument:?}: {error}");
        assert!(error.to_string().contains("userId"), "{error}");
        assert_eq!(transport.request_count(), 0);
    }
    for (argument, path) in [
        ("%2e%2e", "/api/v2/users/%252e%252e"),
        ("a\\b", "/api/v2/users/a%5Cb"),
        ("?x#y", "/api/v2/users/%3Fx%23y"),
        ("ä", "/api/v2/users/%C3%A4"),
    ] {
        let (client, transport) = scripted([HttpResponse::json(200, "{}")]);
        GetUser::new(&client, argument).send().await.unwrap();
        assert_eq!(transport.requests()[0].path(), path);
    }
}

#[tokio::test]
async fn a_header_with_a_line_break_is_refused_before_sending() {
    let (client, transport) = scripted([HttpResponse::json(200, "{}")]);
    let error = GetUser::new(&client, "1")
        .if_match("1\r\nAuthorization: none")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_invalid_request());
    assert!(!error.to_string().contains("none"), "{error}");
    let error = GetUser::new(&client, "1")
        .with_header("bad name", "x")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_invalid_request());
    assert_eq!(transport.request_count(), 0);
}

#[tokio::test]
async fn a_body_is_sent_with_its_content_type() {
    let (client, transport) = scripted([HttpResponse::json(200, "{}")]);
    PostUsers::new(&client, json!({"name": "x"}))
        .send()
        .await
        .unwrap();
    let sent = &transport.requests()[0];
    assert_eq!(sent.header("content-type"), Some("application/json"));
    assert_eq!(sent.json(), json!({"name": "x"}));
}

/// A request without an operation has the setters of operations.
#[tokio::test(start_paused = true)]
async fn a_raw_request_takes_the_options_of_a_call() {
    use crate::runtime::error::Stop;
    use crate::runtime::pipeline::RetryPolicy;
    use std::time::{Duration, Instant};

    let (client, transport) = scripted([
        HttpResponse::json(503, "{}"),
        HttpResponse::json(503, "{}"),
        HttpResponse::json(200, "{}"),
        HttpResponse::json(503, "{}"),
        HttpResponse::json(503, "{}"),
    ]);
    let request = || client.request(Method::POST, "/api/v2/users");
    let error = request()
        .with_header("x-team", "blue")
        .with_idempotent(true)
        .with_retry(RetryPolicy::never())
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.attempts(), 1);
    let sent = &transport.requests()[0];
    assert_eq!(sent.header("x-team"), Some("blue"));
    // Only what is idempotent is tried again after a 503.
    let answer = request().with_idempotent(true).send().await.unwrap();
    assert_eq!(answer.attempts(), 2);
    for late in [
        request().with_timeout(Duration::ZERO),
        request().with_deadline(Instant::now()),
    ] {
        let error = late.with_idempotent(true).send().await.unwrap_err();
        assert_eq!(error.stop_reason(), Some(Stop::Deadline), "{error}");
    }
    assert_eq!(transport.request_count(), 5);
}

#[tokio::test]
async fn a_raw_request_stays_on_the_api_host() {
    for path in [
        "https://evil.example/api/v2/users",
        "//evil.example/api/v2/users",
        "/\\evil.example/api/v2/users",
        "https://api.mypurecloud.com@evil.example/",
        "https://user:password@api.mypurecloud.com/api/v2/users",
        "http://api.mypurecloud.com/api/v2/users",
        "/api/v2/../../oauth/token",
        "/api/v2/%2e%2E/token",
        "users/me",
        "/api/v2/users#x",
        "/api/v2/us\ners",
    ] {
        let (client, transport) = scripted([HttpResponse::json(200, "{}")]);
        let error = client.request(Method::GET, path).send().await.unwrap_err();
        assert!(error.is_invalid_request(), "{path}: {error}");
        assert_eq!(transport.request_count(), 0, "{path}");
    }
}

#[tokio::test]
async fn a_raw_request_takes_paths_links_and_bodies() {
    let (client, transport) = scripted([
        HttpResponse::json(200, r#"{"id":"me"}"#),
        HttpResponse::json(200, "{}"),
    ]);
    let me: Value = client
        .request(Method::GET, "/api/v2/users/me?expand=team")
        .query("expand", "groups")
        .send_json::<Value>()
        .await
        .unwrap()
        .into_body();
    assert_eq!(me["id"], "me");
    client
        .request(
            Method::POST,
            "https://api.mypurecloud.com/api/v2/users?pageNumber=2",
        )
        .json(&json!({"a": 1}))
        .send()
        .await
        .unwrap();
    let sent = transport.requests();
    assert_eq!(sent[0].query(), "expand=team&expand=groups");
    assert_eq!(sent[1].path(), "/api/v2/users");
    assert_eq!(sent[1].query(), "pageNumber=2");
    assert_eq!(sent[1].json(), json!({"a": 1}));
}

#[tokio::test]
async fn a_presigned_url_gets_neither_token_nor_default_headers() {
    let transport = std::sync::Arc::new(crate::runtime::transport::MemoryTransport::new(|_| {
        HttpResponse::json(200, "{}")
    }));
    let client = super::support::builder(&transport)
        .default_header("X-Team", "red")
        .build()
        .unwrap();
    const URL: &str = "https://bucket.example/file?signature=planted%2B1";
    client
        .request_presigned(Method::PUT, URL)
        .header("x-amz-acl", "private")
        .body("text/plain", "content")
        .send()
        .await
        .unwrap();
    let sent = &transport.requests()[0];
    assert_eq!(sent.url.as_str(), URL);
    assert_eq!(sent.body, "content");
    let mut names: Vec<_> = sent.headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["content-type", "user-agent", "x-amz-acl"]);
    for url in [
        "http://bucket.example/planted",
        "/planted",
        "planted",
        "file:///planted",
    ] {
        let error = client
            .request_presigned(Method::GET, url)
            .send()
            .await
            .unwrap_err();
        assert!(error.is_invalid_request(), "{url}");
        assert!(!format!("{error} {error:?}").contains("planted"), "{error}");
    }
    assert_eq!(transport.request_count(), 1);
}

#[test]
fn a_request_shows_neither_path_nor_query() {
    let (client, _) = scripted([HttpResponse::json(200, "{}")]);
    let debug = format!(
        "{:?}",
        GetUser::new(&client, "planted@example.com").page_size(3)
    );
    assert!(!debug.contains("planted"), "{debug}");
    assert!(debug.contains("{userId}"), "{debug}");
}
