//! Servers that repeat what they were sent.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::support::{ACCESS_TOKEN, SECRET, TokenAnswer, World, request};
use crate::runtime::auth::{InterceptError, scrub};
use crate::runtime::client::{Client, Region};
use crate::runtime::pipeline::RetryPolicy;
use crate::runtime::transport::{HttpResponse, MemoryTransport, ResponseBody};

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

#[tokio::test(start_paused = true)]
async fn an_api_that_repeats_the_token() {
    let world = World::new();
    let echo = MemoryTransport::new(|request| {
        let token = request.header("authorization").unwrap();
        let body = format!(r#"{{"message":"{token}, that is {token}!"}}"#);
        HttpResponse::new(StatusCode::BAD_REQUEST).with_body(body)
    });
    let response = world
        .interceptor()
        .send(&mut request(Method::GET), "", None, &echo)
        .await
        .unwrap();
    let ResponseBody::Bytes(body) = response.body else {
        panic!("{:?}", response.body);
    };
    assert!(!String::from_utf8_lossy(&body).contains(ACCESS_TOKEN));
    let expected = r#"{"message":"Bearer (hidden), that is Bearer (hidden)!"}"#;
    assert_eq!(body, Bytes::from_static(expected.as_bytes()));
}

/// A gateway that repeats the `Authorization` header in the correlation id and in the body, with this status.
fn gateway(status: u16) -> MemoryTransport {
    MemoryTransport::new(move |request| {
        let header = request.header("authorization").unwrap();
        let id = HeaderValue::from_str(&format!("id {header}")).unwrap();
        HttpResponse::new(StatusCode::from_u16(status).unwrap())
            .with_header(HeaderName::from_static("inin-correlation-id"), id)
            .with_body(format!(r#"{{"message":"{header}"}}"#))
    })
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_repeats_the_authorization_header() {
    let basic = format!("Basic {}", STANDARD.encode(format!("the-id:{SECRET}")));
    let own = [format!("Bearer {ACCESS_TOKEN}of-the-caller"), basic];
    for status in [200, 302, 400, 404, 500] {
        for own in [None, Some(&own[0]), Some(&own[1])] {
            let client = Client::builder()
                .transport(std::sync::Arc::new(gateway(status)))
                .access_token(format!("{ACCESS_TOKEN}of-the-client"))
                .retry(RetryPolicy::never())
                .build()
                .unwrap();
            let mut request = client.request(Method::GET, "/api/v2/users/me");
            if let Some(own) = own {
                request = request.header("authorization", own);
            }
            let texts = match request.send().await {
                // The body of a success is the caller's.
                Ok(response) => format!("{:?} {:?}", response.headers(), response.correlation_id()),
                Err(error) => {
                    genesys_cloud_leak_watch::inspect_error(&error);
                    let body = error.body().cloned().unwrap_or_default();
                    assert!(body.is_empty() || body.windows(8).any(|part| part == b"(hidden)"));
                    format!(
                        "{error} {error:?} {:?} {}",
                        error.correlation_id(),
                        String::from_utf8_lossy(&body)
                    )
                }
            };
            for secret in [
                ACCESS_TOKEN,
                SECRET,
                &STANDARD.encode(format!("the-id:{SECRET}")),
            ] {
                assert!(!texts.contains(secret), "{status}: {texts}");
            }
            assert!(texts.contains("(hidden)"), "{status}: {texts}");
        }
    }
}

/// Of a success only the id is looked at, where it is long enough.
#[test]
fn a_success_whose_id_is_the_secret() {
    let token = "0123456789abcdef";
    let basic = STANDARD.encode(format!("the-client-id:{token}"));
    for (authorization, id) in [
        (token.to_owned(), token),
        (format!("bearer  {token} "), token),
        (format!("Bearer {token}"), &*STANDARD.encode(token)),
        (format!("Basic {basic}"), token),
        (format!("basic {basic}"), &*basic),
    ] {
        let mut response = HttpResponse::new(StatusCode::OK);
        let id = HeaderValue::try_from(id).unwrap();
        response.headers.insert("inin-correlation-id", id);
        let authorization = HeaderValue::try_from(authorization).unwrap();
        scrub::response(&mut response, &authorization);
        let left = response.headers["inin-correlation-id"].to_str().unwrap();
        assert!(left.starts_with("(hidden)"), "{authorization:?}: {left}");
    }
}

/// A short token may be a part of words, as in tests.
#[tokio::test(start_paused = true)]
async fn short_secrets_are_left_alone_in_the_texts_of_others() {
    let client = Client::builder()
        .transport(std::sync::Arc::new(gateway(400)))
        .access_token("test")
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let error = client
        .request(Method::GET, "/api/v2/users/me")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.body().unwrap(), r#"{"message":"Bearer test"}"#);
}

#[test]
fn a_secret_in_the_place_of_a_region_is_not_shown() {
    for secret in [
        "Tz8xk3KdPq0aLm9RvB2nC4wEyUiOs7hGfJ1tXzQrVbN",
        "very-secret_ABCDEFGHIJKLMNOPQRST",
        "0f3c1b9a-5d2e-4c7f-8a61-9b0e2d4c6f80",
        "pass word!",
    ] {
        let environment = |name: &str| (name == "GENESYSCLOUD_REGION").then(|| secret.to_owned());
        let error = Client::builder()
            .environment(environment)
            .build()
            .unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(!text.contains(secret), "{text}");
        let error = Region::custom(secret).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(secret));
    }
    for typo in [
        "us-esat-1",
        "mypurecloud.con",
        "https://api.mypurecloud.com",
    ] {
        let error = typo.parse::<Region>().unwrap_err().to_string();
        assert!(error.contains(typo), "{error}");
    }
}

/// Escapes may be written in small letters, which changes none of the letters of the secret.
#[tokio::test(start_paused = true)]
async fn small_escapes_in_a_secret_with_capitals_are_found() {
    let secret = "CapitalS/And+Signs=%Of/Secrets";
    for form in [
        "CapitalS%2fAnd%2bSigns%3d%25Of%2fSecrets",
        "CapitalS%2FAnd%2BSigns%3D%25Of%2FSecrets",
    ] {
        let world = World::new();
        world.script([TokenAnswer::error(
            401,
            "invalid_client",
            &format!("got {form}"),
        )]);
        let provider =
            crate::runtime::auth::ClientCredentials::new(world.endpoint(), "the-id", secret);
        let interceptor = world.builder(std::sync::Arc::new(provider)).build();
        let error = world.get(&interceptor).await.unwrap_err();
        let InterceptError::Auth(error) = error else {
            panic!("{error:?}");
        };
        assert_eq!(error.description().unwrap(), "got (hidden)");
    }
}
