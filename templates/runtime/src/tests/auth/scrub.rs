//! Servers that repeat what they were sent.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{Method, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::support::{ACCESS_TOKEN, SECRET, TokenAnswer, World, request};
use crate::runtime::auth::InterceptError;
use crate::runtime::clock::BoxFuture;
use crate::runtime::pipeline::Attempt;
use crate::runtime::transport::{HttpRequest, HttpResponse, ResponseBody, TransportError};

#[tokio::test(start_paused = true)]
async fn a_token_endpoint_that_repeats_the_secret_in_any_form() {
    let pair = format!("the-id:{SECRET}");
    let forms = [
        SECRET.to_owned(),
        STANDARD.encode(SECRET),
        STANDARD.encode(&pair),
        URL_SAFE_NO_PAD.encode(&pair),
        utf8_percent_encode(SECRET, NON_ALPHANUMERIC).to_string(),
        utf8_percent_encode(&pair, NON_ALPHANUMERIC)
            .to_string()
            .to_lowercase(),
    ];
    for form in forms {
        let world = World::new();
        world.script([TokenAnswer::error(
            401,
            "invalid_client",
            &format!("got {form} here"),
        )]);
        let error = world.get(&world.interceptor()).await.unwrap_err();
        genesys_cloud_leak_watch::inspect_error(&error);
        let InterceptError::Auth(error) = error else {
            panic!("{error:?}");
        };
        let description = error.description().unwrap();
        assert!(description.starts_with("got "), "{description}");
        assert!(description.contains("(hidden)"), "{description}");
        assert!(!description.contains(&form), "{description}");
    }
}

/// An API that repeats the token, twice.
struct Echo;

impl Attempt for Echo {
    fn send<'a>(
        &'a self,
        request: HttpRequest,
    ) -> BoxFuture<'a, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            let token = request.headers["authorization"].to_str().unwrap();
            let body = format!(r#"{{"message":"{token}, that is {token}!"}}"#);
            let status = StatusCode::BAD_REQUEST;
            Ok(HttpResponse::new(status).with_body(body))
        })
    }
}

#[tokio::test(start_paused = true)]
async fn an_api_that_repeats_the_token() {
    let world = World::new();
    let response = world
        .interceptor()
        .send(&mut request(Method::GET), "", None, &Echo)
        .await
        .unwrap();
    let ResponseBody::Bytes(body) = response.body else {
        panic!("{:?}", response.body);
    };
    assert!(!String::from_utf8_lossy(&body).contains(ACCESS_TOKEN));
    let expected = r#"{"message":"Bearer (hidden), that is Bearer (hidden)!"}"#;
    assert_eq!(body, Bytes::from_static(expected.as_bytes()));
}
