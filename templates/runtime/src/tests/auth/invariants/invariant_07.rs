//! The token call is outside the interceptor, and retries by rules of its own.

use http::Method;

use super::super::support::{SECRET, TokenAnswer, World, request, seconds};
use crate::runtime::auth::{AuthError, AuthErrorKind, InterceptError};
use crate::runtime::transport::TransportErrorKind;
use crate::tests::support::table;

/// The outcome of a call that has no time for a second flight.
async fn first_call(world: &World) -> Result<u16, AuthError> {
    call_within(world, 0.9).await
}

async fn call_within(world: &World, within: f64) -> Result<u16, AuthError> {
    let interceptor = world.interceptor();
    match world.call(&interceptor, request(Method::GET), within).await {
        Ok(status) => Ok(status),
        Err(InterceptError::Auth(error)) => Err(error),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn invariant_07_what_is_retried() {
    let faults = [
        TokenAnswer::Fail(TransportErrorKind::Connect),
        TokenAnswer::Fail(TransportErrorKind::Io),
        TokenAnswer::Fail(TransportErrorKind::Timeout),
        TokenAnswer::Json(429, String::new()),
        TokenAnswer::Json(500, String::new()),
        TokenAnswer::Json(503, "<html>".to_owned()),
        TokenAnswer::error(
            400,
            "invalid_request",
            "rate limit exceeded; 300 per minute",
        ),
        TokenAnswer::Json(200, r#"{"access_token":"cut sh"#.to_owned()),
        TokenAnswer::Json(200, String::new()),
        TokenAnswer::Json(200, "{}".to_owned()),
    ];
    for fault in faults {
        let world = World::new();
        world.script([fault.clone(), fault.clone()]);
        assert_eq!(first_call(&world).await.unwrap(), 200, "{fault:?}");
        assert_eq!(world.token_requests(), 3, "{fault:?}");
        assert!(world.now() < seconds(1.0));
    }
}

#[tokio::test(start_paused = true)]
async fn invariant_07_three_attempts_and_then_the_error() {
    let world = World::new();
    world.script(vec![TokenAnswer::Json(503, String::new()); 9]);
    let error = first_call(&world).await.unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::ServerError);
    assert_eq!(error.status().unwrap(), 503);
    assert_eq!(world.token_requests(), 3);
}

#[tokio::test(start_paused = true)]
async fn invariant_07_ten_seconds_each_and_twenty_five_in_all() {
    let world = World::new();
    world.script(vec![TokenAnswer::Hang; 9]);
    let error = call_within(&world, 26.0).await.unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Timeout);
    let at: Vec<f64> = world
        .book()
        .token_requests
        .iter()
        .map(|request| request.at.as_secs_f64())
        .collect();
    assert_eq!(at.len(), 3);
    assert!(
        (10.0..10.3).contains(&at[1]) && (20.0..20.6).contains(&at[2]),
        "{at:?}"
    );
    assert!(world.now() <= seconds(25.1), "{:?}", world.now());
}

/// V6 and V7: final at once, without a wait, with what to do.
#[tokio::test(start_paused = true)]
async fn invariant_07_what_is_final() {
    let cases = table! {
        401, "invalid_client", "client not found: invalid client credentials", AuthErrorKind::WrongSecret => "secret";
        400, "invalid_client", "client is disabled", AuthErrorKind::ClientDisabled => "enable";
        400, "unauthorized_client", "grant not allowed", AuthErrorKind::GrantNotEnabled => "grant";
        400, "unsupported_grant_type", "no", AuthErrorKind::GrantNotEnabled => "grant";
        400, "invalid_grant", "no", AuthErrorKind::RequestRefused => "settings";
        400, "invalid_request", "missing parameter", AuthErrorKind::RequestRefused => "settings";
    };
    for (status, code, description, kind, advice) in cases {
        let world = World::new();
        world.script([TokenAnswer::error(status, code, description)]);
        let error = first_call(&world).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!(error.code(), Some(code));
        assert_eq!(error.description(), Some(description));
        assert!(error.to_string().contains(advice), "{error}");
        assert_eq!((world.token_requests(), world.api_requests()), (1, 0));
        assert!(world.now() < seconds(0.1), "no stall");
    }
    let world = World::new();
    world.script([TokenAnswer::Json(401, String::new())]);
    assert_eq!(
        first_call(&world).await.unwrap_err().kind(),
        AuthErrorKind::WrongSecret
    );
    assert_eq!(world.token_requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn invariant_07_the_request_is_as_the_table_says() {
    use base64::Engine as _;
    let world = World::new();
    first_call(&world).await.unwrap();
    let request = world.book().token_requests[0].clone();
    assert_eq!(
        request.form,
        [("grant_type".to_owned(), "client_credentials".to_owned())]
    );
    let expected = base64::engine::general_purpose::STANDARD.encode(format!("the-id:{SECRET}"));
    assert_eq!(request.authorization.unwrap(), format!("Basic {expected}"));
}

#[tokio::test(start_paused = true)]
async fn invariant_07_retry_after_is_kept_within_the_flight() {
    let world = World::new();
    world.script([TokenAnswer::Header(
        429,
        "retry-after",
        "3".to_owned(),
        String::new(),
    )]);
    assert_eq!(call_within(&world, 60.0).await.unwrap(), 200);
    assert!(world.now() > seconds(3.0));
    let world = World::new();
    world.script([TokenAnswer::Header(
        429,
        "retry-after",
        "3600".to_owned(),
        String::new(),
    )]);
    let error = first_call(&world).await.unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::RateLimited);
    assert_eq!(error.retry_after(), Some(seconds(3600.0)));
    assert_eq!(world.token_requests(), 1);
}

/// A clock that is wrong is named, whichever way it shows.
#[tokio::test(start_paused = true)]
async fn invariant_07_a_wrong_clock_is_told_apart() {
    use crate::runtime::auth::{Previous, Saml2Bearer, Secret, TokenProvider};
    let refusal = |date: &str, description: &str| {
        TokenAnswer::Header(
            400,
            "date",
            date.to_owned(),
            format!(r#"{{"error":"invalid_grant","error_description":"{description}"}}"#),
        )
    };
    // The clock of the tests begins on the 15th of January 2027, at 08:00.
    for (answer, expected) in table![
        refusal("Fri, 15 Jan 2027 08:00:30 GMT", "bad signature") => AuthErrorKind::AssertionRefused;
        refusal("Fri, 15 Jan 2027 08:10:00 GMT", "bad signature") => AuthErrorKind::ClockSkew;
        refusal("Fri, 15 Jan 2027 07:50:00 GMT", "bad signature") => AuthErrorKind::ClockSkew;
        refusal("Fri, 15 Jan 2027 08:00:00 GMT", "the assertion is not yet valid") => AuthErrorKind::ClockSkew;
    ] {
        let world = World::new();
        world.script([answer]);
        let saml = Saml2Bearer::new(world.endpoint(), "the-id", SECRET, "the-org", || async {
            Ok::<_, AuthError>(Secret::from("an-assertion"))
        });
        let error = saml.fetch(Previous::default()).await.unwrap_err();
        assert_eq!(error.kind(), expected);
    }

    struct Future;
    impl crate::runtime::transport::Transport for Future {
        fn execute(
            &self,
            _: crate::runtime::transport::HttpRequest,
        ) -> crate::runtime::clock::BoxFuture<
            '_,
            Result<
                crate::runtime::transport::HttpResponse,
                crate::runtime::transport::TransportError,
            >,
        > {
            Box::pin(async {
                Err(crate::runtime::transport::TransportError::new(
                    TransportErrorKind::Connect,
                    "invalid peer certificate: certificate not valid yet",
                ))
            })
        }
    }
    let world = World::new();
    let endpoint = crate::runtime::auth::TokenEndpoint::new(
        world.endpoint().url().clone(),
        std::sync::Arc::new(Future),
        world.clock.clone(),
    );
    let provider = crate::runtime::auth::ClientCredentials::new(endpoint, "the-id", SECRET);
    let error = provider.fetch(Previous::default()).await.unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::ClockSkew);
    assert!(error.to_string().contains("NTP"));
}

/// A wait that no clock can hold ends the flight, and not its task.
#[tokio::test(start_paused = true)]
async fn invariant_07_a_wait_without_an_end_is_an_error_at_once() {
    for wait in ["18446744073709551615", "99999999999999999999999"] {
        let world = World::new();
        let (name, wait, body) = ("retry-after", wait.to_owned(), String::new());
        world.script([TokenAnswer::Header(429, name, wait, body)]);
        let error = first_call(&world).await.unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::RateLimited);
        assert_eq!(world.token_requests(), 1);
        assert!(world.now() < seconds(1.0));
    }
}
