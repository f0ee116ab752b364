//! Credentials of other security schemes than OAuth: they go where the scheme says, and the client's token goes nowhere near them.

use std::sync::Arc;

use http::Method;

use super::support::{GetUser, TOKEN, builder, operation, scripted, with};
use crate::runtime::Error;
use crate::runtime::client::Client;
use crate::runtime::request::{
    CallOptions, CredentialPlace, CredentialScheme, Operation, OperationMetadata, Request,
};
use crate::runtime::transport::{HttpResponse, MemoryTransport, RecordedRequest};

const SECRET: &str = "planted-credential-77c1";

macro_rules! metadata {
    ($public:expr, $place:expr) => {
        &OperationMetadata {
            name: "getGuest",
            path: "/api/v2/guest",
            public: $public,
            credential: Some(&CredentialScheme {
                name: "Guest Key",
                place: $place,
            }),
            method: Method::GET,
            ..*OperationMetadata::COMMON
        }
    };
}

const BEARER: &OperationMetadata = metadata!(false, CredentialPlace::Authorization("Bearer"));
const BASIC: &OperationMetadata = metadata!(false, CredentialPlace::Authorization("Basic"));
const DIGEST: &OperationMetadata = metadata!(false, CredentialPlace::Authorization("Custom"));
const HEADER: &OperationMetadata = metadata!(false, CredentialPlace::Header("X-Guest-Key"));
const QUERY: &OperationMetadata = metadata!(false, CredentialPlace::Query("guest key"));
const COOKIE: &OperationMetadata = metadata!(false, CredentialPlace::Cookie("guest"));
const OPTIONAL: &OperationMetadata = metadata!(true, CredentialPlace::Header("X-Guest-Key"));

operation!(Guest "getGuest" GET "/api/v2/guest" -> serde_json::Value);

fn call(client: &Client, metadata: &'static OperationMetadata) -> Guest {
    Guest {
        request: Request::new(client, metadata),
    }
}

fn ok() -> HttpResponse {
    HttpResponse::json(200, "{}")
}

/// What a call sends, and that the client's token is no part of it.
async fn sent(metadata: &'static OperationMetadata, credential: &str) -> RecordedRequest {
    let (client, transport) = scripted([ok()]);
    let guest = call(&client, metadata).with_credential(credential);
    guest.send().await.unwrap();
    let sent = transport.requests().remove(0);
    let all = format!("{} {:?}", sent.url, sent.headers);
    assert!(!all.contains(TOKEN), "{all}");
    sent
}

#[tokio::test]
async fn a_credential_goes_where_its_scheme_says() {
    for (metadata, credential, expected) in [
        (BEARER, "abc", "Bearer abc"),
        (BEARER, "Bearer abc", "Bearer abc"),
        (BASIC, "user:pass", "Basic dXNlcjpwYXNz"),
        (BASIC, "Basic dXNlcjpwYXNz", "Basic dXNlcjpwYXNz"),
        (DIGEST, "abc", "Custom abc"),
    ] {
        let sent = sent(metadata, credential).await;
        assert_eq!(sent.header("authorization"), Some(expected));
        assert!(sent.headers["authorization"].is_sensitive());
    }
    let header = sent(HEADER, "abc").await;
    assert_eq!(header.header("x-guest-key"), Some("abc"));
    assert!(header.headers["x-guest-key"].is_sensitive());
    assert_eq!(sent(QUERY, "a&b").await.query(), "guest%20key=a%26b");
    assert_eq!(
        sent(COOKIE, "abc").await.header("cookie"),
        Some("guest=abc")
    );
    assert_eq!(
        sent(OPTIONAL, "abc").await.header("x-guest-key"),
        Some("abc")
    );
}

#[tokio::test]
async fn a_credential_stands_beside_what_the_call_has() {
    let (client, transport) = scripted([ok(), ok()]);
    let mut query = call(&client, QUERY).with_credential("k");
    query
        .request
        .query("q", Some("1"))
        .query("guest key", Some("old"));
    query.send().await.unwrap();
    let mut cookie = call(&client, COOKIE).with_credential("k");
    cookie
        .request
        .cookie("a", Some("1 2"))
        .cookie("b", Some("2"))
        .cookie("a", Some("3"));
    cookie.send().await.unwrap();
    let sent = transport.requests();
    assert_eq!(sent[0].query(), "q=1&guest%20key=k");
    assert_eq!(sent[1].header("cookie"), Some("b=2; a=3; guest=k"));
}

#[tokio::test]
async fn without_a_credential_nothing_is_sent() {
    let (client, transport) = scripted([ok(), ok()]);
    for metadata in [BEARER, BASIC, HEADER, QUERY, COOKIE] {
        let error = call(&client, metadata).send().await.unwrap_err();
        assert!(error.is_invalid_request(), "{error}");
        for part in ["getGuest: ", "\"Guest Key\"", "with_credential"] {
            assert!(error.to_string().contains(part), "{error}");
        }
    }
    // Options of a client are for all of its calls, and a credential is for one.
    let derived = client.with_options(CallOptions::new().with_credential(SECRET));
    let error = call(&derived, HEADER).send().await.unwrap_err();
    assert!(error.is_invalid_request(), "{error}");
    assert_eq!(transport.request_count(), 0);
    // The caller may set the header by its name, and an optional credential may be missing.
    let own = call(&client, HEADER).with_header("X-Guest-Key", "own");
    own.send().await.unwrap();
    call(&client, OPTIONAL).send().await.unwrap();
    let sent = transport.requests();
    assert_eq!(sent[0].header("x-guest-key"), Some("own"));
    assert!(sent.iter().all(|one| one.header("authorization").is_none()));
}

#[tokio::test]
async fn a_credential_that_has_no_place_is_refused() {
    let (client, transport) = scripted([ok()]);
    let refused = |error: Error| {
        assert!(error.is_invalid_request(), "{error}");
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(SECRET), "{shown}");
    };
    let oauth = GetUser::new(&client, "1").with_credential(SECRET);
    refused(oauth.send().await.unwrap_err());
    let raw = client.request(Method::GET, "/api/v2/guest");
    let options = CallOptions::new().with_credential(SECRET);
    refused(raw.with_options(options).send().await.unwrap_err());
    for (metadata, credential) in [
        (HEADER, ""),
        (HEADER, &*format!("{SECRET}\r\nX: y")),
        (COOKIE, &*format!("{SECRET};")),
        (COOKIE, &*format!("{SECRET} ")),
    ] {
        let guest = call(&client, metadata).with_credential(credential);
        refused(guest.send().await.unwrap_err());
    }
    assert_eq!(transport.request_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn retries_carry_the_credential_and_a_401_renews_nothing() {
    genesys_cloud_leak_watch::watch([SECRET]);
    for metadata in [BEARER, HEADER, QUERY, COOKIE] {
        let (client, transport) = scripted([
            HttpResponse::json(503, ""),
            HttpResponse::json(
                401,
                format!(r#"{{"code":"bad.credentials","message":"not {SECRET}"}}"#),
            ),
        ]);
        let guest = call(&client, metadata).with_credential(SECRET);
        let error = guest.send().await.unwrap_err();
        assert!(error.is_unauthorized());
        assert!(error.to_string().contains("\"Guest Key\""), "{error}");
        assert!(!error.to_string().contains("OAuth"), "{error}");
        assert!(!format!("{error} {error:?}").contains(SECRET), "{error:?}");
        let sent = transport.requests();
        assert_eq!(sent.len(), 2);
        for one in &sent {
            // Headers that are sensitive hide themselves.
            let values = one.headers.values().map(|value| value.as_bytes());
            let bytes = values.collect::<Vec<_>>().concat();
            let all = format!("{} {}", one.url, String::from_utf8_lossy(&bytes));
            assert_eq!(all.matches(SECRET).count(), 1, "{all}");
            assert!(!all.contains(TOKEN), "{all}");
        }
    }
}

#[tokio::test]
async fn a_redirect_does_not_carry_the_credential() {
    for metadata in [BEARER, HEADER, QUERY, COOKIE] {
        let transport = Arc::new(MemoryTransport::new(move |request| {
            match request.url.host_str() {
                Some("bucket.example") => ok(),
                _ => with(
                    HttpResponse::json(303, ""),
                    "location",
                    "https://bucket.example/f",
                ),
            }
        }));
        let client = builder(&transport).build().unwrap();
        let guest = call(&client, metadata).with_credential(SECRET);
        guest.with_follow_redirects(true).send().await.unwrap();
        let sent = transport.requests();
        assert_eq!(sent[1].url.as_str(), "https://bucket.example/f");
        let names: Vec<_> = sent[1].headers.keys().map(|name| name.as_str()).collect();
        assert_eq!(names, ["accept", "user-agent"]);
    }
}

/// A default header is the client's, like its token.
#[tokio::test]
async fn a_default_authorization_header_is_not_sent_either() {
    let transport = Arc::new(MemoryTransport::new(|_| ok()));
    let client = builder(&transport)
        .default_header("Authorization", "Bearer default")
        .default_header("X-Team", "red")
        .build()
        .unwrap();
    for metadata in [HEADER, BEARER] {
        let guest = call(&client, metadata).with_credential("abc");
        guest.send().await.unwrap();
    }
    let error = call(&client, BEARER).send().await.unwrap_err();
    assert!(error.is_invalid_request(), "{error}");
    let sent = transport.requests();
    assert_eq!(sent[0].header("authorization"), None);
    assert_eq!(sent[0].header("x-team"), Some("red"));
    assert_eq!(sent[1].header("authorization"), Some("Bearer abc"));
}

/// The middleware of users sees no credential, as it sees no token.
#[tokio::test]
async fn options_and_requests_do_not_show_the_credential() {
    let (client, _) = scripted([ok()]);
    let options = CallOptions::new().with_credential(SECRET);
    let guest = call(&client, QUERY).with_credential(SECRET);
    let shown = format!("{options:?} {:?}", guest.request);
    assert!(!shown.contains(SECRET), "{shown}");
    assert!(shown.contains("credential"), "{shown}");
}
