//! No leak.

use std::sync::{Arc, Mutex};

use http::Method;
use zeroize::Zeroize;

use super::super::support::{SECRET, TokenAnswer, World, request, secret};
use crate::runtime::auth::{GivenToken, Hooks, InterceptError, Previous, Token, TokenSettings};

/// Everything of a run that could end up in a log.
fn shows(texts: &[String], hidden: &[&str]) -> Option<String> {
    texts
        .iter()
        .find(|text| hidden.iter().any(|secret| text.contains(secret)))
        .cloned()
}

#[tokio::test(start_paused = true)]
async fn invariant_10_no_secret_in_debug_display_events_or_errors() {
    let world = World::new();
    let texts = Arc::new(Mutex::new(Vec::new()));
    let (a, b) = (Arc::clone(&texts), Arc::clone(&texts));
    let hooks = Hooks::new()
        .on_refresh(move |event| a.lock().unwrap().push(format!("{event:?}")))
        .on_refresh_error(move |event| b.lock().unwrap().push(format!("{event:?}")));
    let interceptor = world.interceptor_with(TokenSettings::default(), hooks);
    let provider = world.credentials();
    // A server that repeats what it was sent.
    world.script([TokenAnswer::error(
        400,
        SECRET,
        &format!("the secret {SECRET} is wrong"),
    )]);
    let error = world.get(&interceptor).await.unwrap_err();
    texts.lock().unwrap().push(format!("{error:?} {error}"));
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    world.get(&interceptor).await.unwrap();
    world.book().refuse_all = true;
    let error = world.get(&interceptor).await.unwrap_err();
    let token = provider.fetch(Previous::default()).await.unwrap();
    let given = GivenToken::new("access-token-given");
    let mut texts = texts.lock().unwrap();
    texts.extend([
        format!("{error:?} {error}"),
        format!("{interceptor:?}"),
        format!("{token:?} {:?}", secret(SECRET)),
        format!(
            "{given:?} {:?}",
            Token::new("access-token-x").with_refresh_token("refresh-token-x")
        ),
        format!(
            "{:?}",
            Previous {
                access_token: Some(&secret(SECRET)),
                refresh_token: None
            }
        ),
        format!("{:?}", world.endpoint()),
    ]);
    assert!(texts.len() > 8);
    let leak = shows(&texts, &[SECRET, "access-token-", "refresh-token-"]);
    assert_eq!(leak, None);
}

#[tokio::test(start_paused = true)]
async fn invariant_10_the_token_goes_to_the_api_host_only() {
    let world = World::new();
    let interceptor = world.interceptor();
    for url in [
        "https://evil.example/api/v2/users",
        "http://api.mypurecloud.com/api/v2/users",
        "https://api.mypurecloud.com:8443/api/v2/users",
        "https://api.mypurecloud.com.evil.example/api/v2/users",
        "https://login.mypurecloud.com/oauth/token",
    ] {
        let mut foreign = request(Method::GET);
        foreign.url = url.parse().unwrap();
        let outcome = world.call(&interceptor, foreign, 60.0).await;
        assert!(matches!(outcome, Err(InterceptError::ForeignHost)), "{url}");
    }
    assert_eq!((world.token_requests(), world.api_requests()), (0, 0));
}

#[test]
fn invariant_10_zeroizing_covers_the_buffer() {
    // What `Secret` rests on: the wrapped string's own bytes are overwritten.
    let mut text = zeroize::Zeroizing::new("secret".to_owned());
    text.zeroize();
    assert!(text.is_empty());
    assert!(
        secret("a") == secret("a") && secret("a") != secret("b") && secret("a") != secret("aa")
    );
}
