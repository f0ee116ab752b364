//! Sane answers only: every row of the table in `token.rs`.

use http::Method;

use super::super::support::{TokenAnswer, World, auth_error, request, seconds};
use crate::runtime::auth::{ASSUMED_LIFETIME, AuthErrorKind, LONGEST_LIFETIME, Previous};

async fn lifetime(expires_in: &str) -> std::time::Duration {
    let world = World::new();
    let member = if expires_in.is_empty() {
        String::new()
    } else {
        format!(r#","expires_in":{expires_in}"#)
    };
    world.script([TokenAnswer::Json(
        200,
        format!(r#"{{"access_token":"abc"{member}}}"#),
    )]);
    let events = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let log = events.clone();
    let hooks = crate::runtime::auth::Hooks::new()
        .on_refresh(move |event| log.lock().unwrap().push(event.lifetime));
    let interceptor = world.interceptor_with(Default::default(), hooks);
    interceptor.authenticate(None).await.unwrap();
    let lifetime = events.lock().unwrap()[0];
    lifetime + world.now()
}

#[tokio::test(start_paused = true)]
async fn invariant_11_every_expires_in_has_a_rule() {
    for (expires_in, expected) in [
        ("1e400", LONGEST_LIFETIME),
        ("-1e400", ASSUMED_LIFETIME),
        (&"9".repeat(400), LONGEST_LIFETIME),
        ("1e-400", ASSUMED_LIFETIME),
        ("3600", seconds(3600.0)),
        (r#""3600""#, seconds(3600.0)),
        (r#"" 3600 ""#, seconds(3600.0)),
        ("1.5", seconds(1.5)),
        ("86399", seconds(86399.0)),
        ("", ASSUMED_LIFETIME),
        ("null", ASSUMED_LIFETIME),
        ("0", ASSUMED_LIFETIME),
        ("-5", ASSUMED_LIFETIME),
        (r#""soon""#, ASSUMED_LIFETIME),
        (r#""NaN""#, ASSUMED_LIFETIME),
        (r#""inf""#, LONGEST_LIFETIME),
        ("true", ASSUMED_LIFETIME),
        ("[1]", ASSUMED_LIFETIME),
        (r#"{"a":1}"#, ASSUMED_LIFETIME),
        ("9007199254740993", LONGEST_LIFETIME),
        ("18446744073709551615", LONGEST_LIFETIME),
        ("1e300", LONGEST_LIFETIME),
    ] {
        assert_eq!(lifetime(expires_in).await, expected, "{expires_in}");
    }
}

#[tokio::test(start_paused = true)]
async fn invariant_11_a_lifetime_of_nothing_makes_no_hot_loop() {
    let world = World::new();
    let interceptor = world.interceptor();
    let token = world.mint().0;
    world.script([TokenAnswer::Json(
        200,
        format!(r#"{{"access_token":"{token}","expires_in":0}}"#),
    )]);
    for _ in 0..1000 {
        assert_eq!(world.get(&interceptor).await.unwrap(), 200);
    }
    assert_eq!(world.token_requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn invariant_11_no_usable_access_token_is_asked_for_again() {
    for body in [
        r#"{"expires_in":1}"#,
        r#"{"access_token":null}"#,
        r#"{"access_token":""}"#,
        r#"{"access_token":17}"#,
        r#"{"access_token":["a"]}"#,
        r#"{"access_token":"a\r\nX-Evil: 1"}"#,
        r#"{"access_token":"a b"}"#,
        r#"{"access_token":"tab\t"}"#,
        r#"{"access_token":"ünicode"}"#,
        r#"{"access_token":"a","access_token":"b"}"#,
        r#"["access_token"]"#,
        r#"{"access_token":"a"} trailing"#,
        "not json",
    ] {
        let world = World::new();
        world.script(vec![TokenAnswer::Json(200, body.to_owned()); 3]);
        let interceptor = world.interceptor();
        let outcome = world.call(&interceptor, request(Method::GET), 0.9).await;
        let error = auth_error(outcome);
        assert_eq!(error.kind(), AuthErrorKind::UnusableAnswer, "{body}");
        assert_eq!(
            (world.token_requests(), world.api_requests()),
            (3, 0),
            "{body}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn invariant_11_only_bearer() {
    for (kind, good) in [
        (r#""bearer""#, true),
        (r#""Bearer""#, true),
        (r#""BEARER""#, true),
        ("null", true),
        (r#""mac""#, false),
        (r#""""#, false),
        ("7", false),
    ] {
        let world = World::new();
        world.script([TokenAnswer::Json(
            200,
            format!(r#"{{"access_token":"abc","token_type":{kind},"expires_in":60}}"#),
        )]);
        let outcome = world.credentials().fetch(Previous::default()).await;
        assert_eq!(outcome.is_ok(), good, "{kind}");
        assert_eq!(
            world.token_requests(),
            1,
            "an answer of another type is final: {kind}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn invariant_11_a_success_that_holds_an_error_is_one() {
    let world = World::new();
    world.script([TokenAnswer::error(200, "invalid_client", "x")]);
    let outcome = world.credentials().fetch(Previous::default()).await;
    assert_eq!(outcome.unwrap_err().kind(), AuthErrorKind::WrongSecret);
}

/// V15: half a minute is refreshed at a fraction of its life, not in a loop.
#[tokio::test(start_paused = true)]
async fn invariant_11_short_lifetimes_are_refreshed_in_proportion() {
    let world = World::new();
    world.book().lifetime = 30.0;
    let interceptor = world.interceptor();
    world.call_until(&interceptor, 300.0, 0.2).await;
    let requests = world.token_requests();
    assert!((10..=14).contains(&requests), "{requests}");
}
