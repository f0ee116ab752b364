//! What a server or a proxy may send in answer to a call.

use std::sync::Arc;
use std::time::Duration;

use genesys_cloud_golden::runtime::transport::{HttpResponse, MemoryTransport, RecordedRequest};
use genesys_cloud_golden::runtime::{Client, RetryPolicy};
use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};

const API: &str = "api.mypurecloud.com";
const LOGIN: &str = "login.mypurecloud.com";

/// Runs what a caller does to its end on virtual time: it has an hour.
fn within_an_hour<F: Future>(work: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime starts");
    runtime.block_on(async {
        tokio::time::timeout(Duration::from_secs(3600), work)
            .await
            .expect("a call ends within the hour")
    })
}

/// A call ends whatever `Retry-After` says, and its error tells a wait only where the header does.
pub fn retry_after(data: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(data) else {
        return;
    };
    let header = value.clone();
    let transport = Arc::new(MemoryTransport::new(move |_| {
        HttpResponse::new(StatusCode::TOO_MANY_REQUESTS).with_header(RETRY_AFTER, header.clone())
    }));
    within_an_hour(async {
        let client = Client::builder()
            .transport(transport.clone())
            .access_token("token")
            .retry(RetryPolicy::standard())
            .build()
            .expect("a client is built");
        let error = call(&client).await.expect_err("429 is an error");
        assert!(error.is_rate_limited(), "{error}");
        let digits = value.to_str().map(str::trim).unwrap_or_default();
        if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            let seconds = digits.parse().unwrap_or(u64::MAX);
            assert_eq!(error.retry_after(), Some(Duration::from_secs(seconds)));
        }
        // It is waited out until the call's deadline, never without a pause.
        assert!((1..=200).contains(&transport.request_count()));
    });
}

/// The token endpoint answers with anything: the call goes out with a token, or ends with an error that quotes nothing of the answer.
pub fn token(data: &[u8]) {
    let answer = data.to_vec();
    let transport = Arc::new(MemoryTransport::new(move |request: RecordedRequest| {
        if request.url.host_str() == Some(LOGIN) {
            HttpResponse::json(200, answer.clone())
        } else {
            HttpResponse::json(200, "{}")
        }
    }));
    within_an_hour(async {
        let client = Client::builder()
            .transport(transport.clone())
            .client_credentials("id", "fuzzed-client-secret")
            .retry(RetryPolicy::never())
            .build()
            .expect("a client is built");
        match call(&client).await {
            Ok(()) => {
                let calls = transport.requests();
                let call = calls
                    .iter()
                    .find(|request| request.url.host_str() == Some(API));
                let bearer = call.and_then(|call| call.headers.get("authorization"));
                let bearer = bearer
                    .expect("a call that succeeds was authorized")
                    .as_bytes();
                assert!(bearer.len() > b"Bearer ".len());
            }
            Err(error) => {
                assert!(
                    transport
                        .requests()
                        .iter()
                        .all(|request| request.url.host_str() == Some(LOGIN))
                );
                let text = format!("{error} {error:?}");
                assert!(!text.contains("fuzzed-client-secret"), "{text}");
            }
        }
    });
}

/// `nextUri` says anything: no request goes anywhere but to the API, a link to elsewhere is not followed, and the listing ends.
pub fn next_uri(data: &[u8]) {
    let Ok(next) = std::str::from_utf8(data) else {
        return;
    };
    let page = serde_json::json!({"entities": [{"id": "1"}], "nextUri": next}).to_string();
    let transport = Arc::new(MemoryTransport::new(move |_| {
        HttpResponse::json(200, page.clone())
    }));
    within_an_hour(async {
        let client = Client::builder()
            .transport(transport.clone())
            .access_token("token")
            .build()
            .expect("a client is built");
        let listing = client.listing_next_uri().make_listing_next_uri();
        let mut pages = listing.pages().max_pages(3);
        while let Some(page) = pages.next().await {
            if page.is_err() {
                break;
            }
        }
        for request in transport.requests() {
            assert_eq!(request.url.host_str(), Some(API), "{}", request.url);
            assert_eq!(request.url.scheme(), "https", "{}", request.url);
            assert_eq!(request.url.port(), None, "{}", request.url);
        }
        assert!(transport.request_count() <= 3);
        let first = &transport.requests()[0].url;
        let points_elsewhere = first
            .join(next)
            .is_ok_and(|link| link.origin() != first.origin());
        assert!(
            !points_elsewhere || transport.request_count() == 1,
            "{next} was followed"
        );
    });
}

async fn call(client: &Client) -> Result<(), genesys_cloud_golden::Error> {
    let call = client.listing_whole().make_listing_whole().send();
    call.await.map(drop)
}
