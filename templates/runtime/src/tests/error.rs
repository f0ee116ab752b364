//! What errors tell.

use std::time::Duration;

use http::Method;

use super::support::{GetUser, PostUsers, scripted, with};
use crate::runtime::error::{ApiError, Error, ErrorKind};
use crate::runtime::request::{Operation, OperationMetadata, RequiredPermissions};
use crate::runtime::transport::{HttpResponse, TransportError, TransportErrorKind};

async fn error_of(status: u16, body: &'static str) -> Error {
    let (client, _) = scripted([with(
        HttpResponse::json(status, body),
        "inin-correlation-id",
        "c-1",
    )]);
    GetUser::new(&client, "1").send().await.unwrap_err()
}

#[tokio::test]
async fn predicates_follow_the_status() {
    type Predicate = fn(&Error) -> bool;
    let predicates: [(&str, Predicate, &[u16]); 12] = [
        ("bad request", Error::is_bad_request, &[400]),
        ("unauthorized", Error::is_unauthorized, &[401]),
        ("forbidden", Error::is_forbidden, &[403]),
        ("not found", Error::is_not_found, &[404]),
        ("conflict", Error::is_conflict, &[409]),
        ("precondition failed", Error::is_precondition_failed, &[412]),
        ("version conflict", Error::is_version_conflict, &[412]),
        ("rate limited", Error::is_rate_limited, &[429]),
        (
            "server error",
            Error::is_server_error,
            &[500, 501, 502, 503, 504],
        ),
        ("redirect", Error::is_redirect, &[301, 304, 308]),
        ("timeout", Error::is_timeout, &[504]),
        ("retryable", Error::is_retryable, &[408, 429, 502, 503, 504]),
    ];
    let never: [Predicate; 5] = [
        Error::is_connect,
        Error::is_decode,
        Error::is_configuration,
        Error::is_authentication,
        Error::is_invalid_request,
    ];
    for status in [
        301, 304, 308, 400, 401, 402, 403, 404, 405, 408, 409, 410, 412, 413, 415, 422, 429, 500,
        501, 502, 503, 504,
    ] {
        let (client, _) = scripted([with(HttpResponse::json(status, "{}"), "retry-after", "99")]);
        let error = GetUser::new(&client, "1").send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Status);
        assert_eq!(error.status().unwrap().as_u16(), status);
        for (name, predicate, statuses) in predicates {
            let expected = statuses.contains(&status);
            assert_eq!(predicate(&error), expected, "{status}: {name}");
        }
        assert!(never.iter().all(|predicate| !predicate(&error)), "{status}");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(99)));
    }
}

#[tokio::test]
async fn predicates_follow_the_failure() {
    use TransportErrorKind::{Connect, Io, Request, Timeout};
    type Predicate = fn(&Error) -> bool;
    let predicates: [(&str, Predicate, &[TransportErrorKind]); 5] = [
        ("connect", Error::is_connect, &[Connect]),
        ("timeout", Error::is_timeout, &[Timeout]),
        ("invalid request", Error::is_invalid_request, &[Request]),
        ("retryable", Error::is_retryable, &[Connect, Timeout, Io]),
        ("server error", Error::is_server_error, &[]),
    ];
    for kind in [Connect, Io, Request, Timeout] {
        let error = Error::from(TransportError::new(kind, "scripted"));
        assert_eq!(error.status(), None);
        for (name, predicate, kinds) in predicates {
            let expected = kinds.contains(&kind);
            assert_eq!(predicate(&error), expected, "{kind:?}: {name}");
        }
    }
}

#[tokio::test]
async fn a_403_names_the_permissions_that_the_operation_needs() {
    let error = error_of(403, r#"{"code":"missing.any.permissions","message":"No."}"#).await;
    let text = error.to_string();
    assert!(
        text.starts_with("getUser: 403 Forbidden: No. [missing.any.permissions]"),
        "{text}"
    );
    assert!(
        text.contains("ANY of these permissions: directory:user:view, directory:user:edit"),
        "{text}"
    );
    assert!(text.ends_with("(correlation id c-1)"), "{text}");
    let (client, _) = scripted([HttpResponse::json(403, "{}"), HttpResponse::json(403, "{}")]);
    let error = PostUsers::new(&client, serde_json::json!({}))
        .send()
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the permission directory:user:add"),
        "{error}"
    );
    let error = client.request(Method::GET, "/x").send().await.unwrap_err();
    assert!(error.to_string().contains("missing permission"), "{error}");
    const BOTH: &OperationMetadata = &OperationMetadata {
        permissions: RequiredPermissions::All(&["a:b:view", "a:b:edit"]),
        scopes: &["a", "a:readonly"],
        method: Method::GET,
        ..*GetUser::METADATA
    };
    let error = error.with_operation(BOTH);
    for part in [
        "ALL of these permissions: a:b:view, a:b:edit",
        ". A user's token needs ANY of these OAuth scopes: a, a:readonly",
    ] {
        assert!(error.to_string().contains(part), "{error}");
    }
    const ONE: &OperationMetadata = &OperationMetadata {
        scopes: &["a"],
        method: Method::GET,
        ..*GetUser::METADATA
    };
    let error = Error::from_response(
        http::StatusCode::FORBIDDEN,
        http::HeaderMap::new(),
        bytes::Bytes::new(),
    );
    let error = error.with_operation(ONE).to_string();
    assert!(
        error.contains("A user's token needs the OAuth scope a"),
        "{error}"
    );
}

/// A proxy answers in place of the API, with or without a page for people.
#[tokio::test]
async fn a_407_says_how_to_log_in_to_the_proxy() {
    for body in ["{}", "<html>Proxy login</html>"] {
        let error = error_of(407, body).await.to_string();
        for part in ["GENESYSCLOUD_PROXY_AUTH_USERNAME", "ClientBuilder::proxy"] {
            assert!(error.contains(part), "{error}");
        }
        assert!(!error.contains("ask its operators"), "{error}");
    }
}

#[tokio::test]
async fn a_401_says_what_to_check() {
    let error = error_of(401, r#"{"code":"bad.credentials"}"#).await;
    assert!(
        error
            .to_string()
            .contains(". The API rejected the access token, and"),
        "{error}"
    );
    let error = Error::from_response(
        http::StatusCode::UNAUTHORIZED,
        http::HeaderMap::new(),
        bytes::Bytes::new(),
    );
    assert!(error.to_string().contains("OAuth client"), "{error}");
}

#[tokio::test]
async fn the_error_body_is_read_whole() {
    let error = error_of(
        400,
        r#"{"message":"Bad","code":"bad.request","status":400,"entityId":"e","entityName":"n",
            "messageWithParams":"{a}","messageParams":{"a":"b","n":1},"contextId":"x",
            "details":[{"errorCode":"d","fieldName":"f","entityId":"de","entityName":"dn"}],
            "errors":[{"message":"inner","code":"i","contextId":"ix"}],
            "limit":{"key":"k","namespace":"ns","value":7}}"#,
    )
    .await;
    let api = error.api_error().unwrap();
    assert_eq!(api.message.as_deref(), Some("Bad"));
    assert_eq!(api.code.as_deref(), Some("bad.request"));
    assert_eq!(api.status, Some(400));
    assert_eq!(api.entity_id.as_deref(), Some("e"));
    assert_eq!(api.entity_name.as_deref(), Some("n"));
    assert_eq!(api.message_with_params.as_deref(), Some("{a}"));
    assert_eq!(api.message_params["a"], "b");
    assert_eq!(api.message_params["n"], "1");
    assert_eq!(api.context_id.as_deref(), Some("x"));
    assert_eq!(api.details[0].error_code.as_deref(), Some("d"));
    assert_eq!(api.details[0].field_name.as_deref(), Some("f"));
    assert_eq!(api.details[0].entity_id.as_deref(), Some("de"));
    assert_eq!(api.details[0].entity_name.as_deref(), Some("dn"));
    assert_eq!(api.errors[0].code.as_deref(), Some("i"));
    assert_eq!(api.errors[0].message.as_deref(), Some("inner"));
    assert_eq!(api.errors[0].context_id.as_deref(), Some("ix"));
    let limit = api.limit.as_ref().unwrap();
    assert_eq!(limit.key.as_deref(), Some("k"));
    assert_eq!(limit.namespace.as_deref(), Some("ns"));
    assert_eq!(limit.value, Some(7));
    assert_eq!(error.correlation_id(), Some("c-1"));
    assert_eq!(error.headers().unwrap().len(), 2);
}

/// The texts that an API error is shown with, by body.
#[tokio::test]
async fn the_message_of_the_api_is_shown_with_its_parameters_and_details() {
    for (body, expected) in [
        (
            r#"{"message":"{field} is required by {rule}.","code":"bad","messageParams":{"field":"name","rule":{}}}"#,
            ": name is required by {rule}. [bad]",
        ),
        (
            r#"{"messageWithParams":"At most {0}, not {n}","messageParams":{"0":5,"n":true}}"#,
            ": At most 5, not true",
        ),
        (
            r#"{"message":"{x} is bad","messageWithParams":"the name is bad"}"#,
            ": the name is bad",
        ),
        (
            r#"{"message":"as sent","messageWithParams":"{x}","messageParams":{"x":"y"}}"#,
            ": as sent",
        ),
        // A value is not filled in again, and braces of other kinds stay.
        (
            r#"{"message":"{a} {\"k\":1} {} { {b","messageParams":{"a":"{b}","b":"no","":"no"}}"#,
            r#": {b} {"k":1} {} { {b"#,
        ),
        (
            r#"{"message":"Invalid","code":"bad","details":[{"errorCode":"invalid.email","fieldName":"email"},{"fieldName":"name"},{"errorCode":"c"},{"entityName":"Ann"},
                {"message":"too long","fieldName":"title"}],"errors":[{"message":"inner {p}","code":"i","messageParams":{"p":"v"}}, {}]}"#,
            ": Invalid [bad]. Details: email [invalid.email]; name; [c]; title: too long; inner v [i]",
        ),
        (
            r#"{"code":"bad","errors":[{"code":"1"},{"code":"2"},{"code":"3"},{"code":"4"},{"code":"5"},{"code":"6"},{"code":"7"}]}"#,
            " [bad]. Details: [1]; [2]; [3]; [4]; [5]; and 2 more",
        ),
        (r#"{"message":"two\nlines\u001b[31m"}"#, ": two lines [31m"),
    ] {
        let error = error_of(400, body).await.to_string();
        let text = error.strip_prefix("getUser: 400 Bad Request").unwrap();
        let text = text.strip_suffix(" (correlation id c-1)").unwrap();
        assert_eq!(text, expected, "{body}");
    }
}

/// However much a server writes, and however often it repeats it, the text stays short.
#[test]
fn the_text_of_an_api_error_is_bounded() {
    let long = "x".repeat(400_000);
    let entries = vec![format!(r#"{{"message":"{long}","code":"{long}"}}"#); 6].join(",");
    let body = format!(
        r#"{{"message":"{}","code":"{long}","messageParams":{{"a":"{long}","b":"{}"}},"errors":[{entries}]}}"#,
        "{a}{b}".repeat(50_000),
        "y".repeat(10_000),
    );
    let error = Error::from_response(http::StatusCode::BAD_REQUEST, http::HeaderMap::new(), body);
    assert!(error.to_string().chars().count() < 4_000);
    let message = error.api_error().unwrap().message.as_ref().unwrap();
    assert!(message.len() < 400_000, "{}", message.len());
    // Many short messages that name a long parameter.
    let details = vec![r#"{"message":"{a}"}"#; 20_000].join(",");
    let body = format!(
        r#"{{"messageParams":{{"a":"{}"}},"details":[{details}]}}"#,
        "x".repeat(16_000)
    );
    let error = Error::from_response(http::StatusCode::BAD_REQUEST, http::HeaderMap::new(), body);
    let details = &error.api_error().unwrap().details;
    let filled = details.iter().flat_map(|detail| &detail.message);
    assert!(filled.map(String::len).sum::<usize>() < 200_000);
}

#[test]
fn a_message_with_a_full_stop_is_followed_by_one() {
    let body = r#"{"message":"It is gone.","details":[{"errorCode":"a"}]}"#;
    let error = Error::from_response(http::StatusCode::FORBIDDEN, http::HeaderMap::new(), body);
    let text = error.to_string();
    assert!(text.contains("It is gone. Details: [a]"), "{text}");
    assert!(!text.contains(".."), "{text}");
}

#[tokio::test]
async fn a_strange_error_body_never_hides_the_error() {
    for body in [
        "",
        "null",
        "[]",
        "\"text\"",
        "<html>502</html>",
        "{",
        r#"{"message":{},"code":[],"details":{},"errors":[1,null],"limit":"x","status":{}}"#,
        "\u{0}",
    ] {
        let body: &'static str = body;
        let error = error_of(400, body).await;
        assert!(error.is_bad_request(), "{body}");
        assert_eq!(error.api_error(), None, "{body}");
        assert_eq!(error.body().unwrap(), body);
    }
    // Errors in errors in errors: however deep, reading them ends.
    let deep = r#"{"code":"x","errors":["#.repeat(60) + &"]}".repeat(60);
    let error = Error::from_response(http::StatusCode::BAD_REQUEST, http::HeaderMap::new(), deep);
    let mut depth = 0;
    let mut current: Option<&ApiError> = error.api_error();
    while let Some(api) = current {
        depth += 1;
        current = api.errors.first();
    }
    assert!((1..60).contains(&depth), "{depth}");
}

#[tokio::test]
async fn neither_display_nor_debug_shows_the_body() {
    let error = error_of(
        400,
        r#"{"code":"bad","secret":"planted","entityName":"planted","messageParams":{"a":"planted"}}"#,
    )
    .await;
    for text in [
        error.to_string(),
        format!("{error:?}"),
        format!("{:?}", error.api_error()),
    ] {
        assert!(!text.contains("planted"), "{text}");
    }
    assert!(
        std::str::from_utf8(error.body().unwrap())
            .unwrap()
            .contains("planted")
    );
}

#[test]
fn an_error_keeps_its_cause_and_shares_it() {
    let error = Error::from(TransportError::new(
        TransportErrorKind::Connect,
        std::io::Error::other("refused"),
    ));
    assert!(error.is_connect() && error.is_retryable());
    assert_eq!(
        error.find_source::<std::io::Error>().unwrap().to_string(),
        "refused"
    );
    let copy = error.clone();
    assert_eq!(copy.to_string(), error.to_string());
    assert_eq!(copy.to_string(), "could not connect: refused");
    let source = std::error::Error::source(&copy).unwrap();
    let original = std::error::Error::source(&error).unwrap();
    assert!(std::ptr::addr_eq(source, original));
    assert_eq!(error.kind(), ErrorKind::Connect);
}

#[tokio::test(start_paused = true)]
async fn an_error_tells_attempts_and_time() {
    let (client, _) = scripted([
        with(HttpResponse::json(429, "{}"), "retry-after", "3"),
        with(HttpResponse::json(429, "{}"), "retry-after", "4"),
        with(HttpResponse::json(429, "{}"), "retry-after", "5"),
        with(HttpResponse::json(429, "{}"), "retry-after", "61"),
    ]);
    let error = GetUser::new(&client, "1").send().await.unwrap_err();
    assert_eq!(error.attempts(), 4);
    let seconds = error.elapsed().as_secs_f64();
    assert!((12.0..=15.1).contains(&seconds), "{seconds}");
    assert_eq!(error.operation().unwrap().operation_id, "getUsersUserId");
    let text = error.to_string();
    assert!(
        text.contains(&format!("4 attempts in {seconds:.1} s")),
        "{text}"
    );
    assert!(text.contains("try again in 61 s"), "{text}");
}

#[test]
fn an_error_about_tokens_tells_its_cause_and_whether_it_passes() {
    use crate::runtime::auth::{AuthError, AuthErrorKind};

    let store = AuthError::new(AuthErrorKind::Store).with_source("NOAUTH Authentication required");
    let text = Error::from(store.clone()).to_string();
    assert!(
        text.contains("the token store failed (NOAUTH Authentication required): check the store"),
        "{text}"
    );
    let busy = AuthError::new(AuthErrorKind::RateLimited)
        .with_retry_after(Some(Duration::from_millis(29_500)));
    assert!(busy.to_string().contains("(retry after 30 s)"), "{busy}");
    assert!(Error::from(busy).is_retryable() && Error::from(store).is_retryable());
    assert!(!Error::from(AuthError::new(AuthErrorKind::WrongSecret)).is_retryable());
}
