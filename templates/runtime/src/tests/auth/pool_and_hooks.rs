//! Several tokens of one credential, and what is called around a refresh.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use http::Method;

use super::support::{FnProvider, TokenAnswer, World, answered, request, seconds};
use crate::runtime::auth::{AuthError, AuthErrorKind, Hooks, RefreshToken, TokenSettings};

fn uses(world: &World) -> HashMap<String, usize> {
    let mut uses = HashMap::new();
    for token in &world.book().api_requests {
        *uses.entry(token.clone()).or_default() += 1;
    }
    uses
}

#[tokio::test(start_paused = true)]
async fn a_pool_spreads_calls_over_its_tokens() {
    let world = World::new();
    let interceptor = world.builder(world.credentials()).pool(5).build();
    for _ in 0..1000 {
        assert_eq!(world.get(&interceptor).await.unwrap(), 200);
    }
    assert_eq!(world.token_requests(), 5);
    let uses = uses(&world);
    assert_eq!(uses.len(), 5);
    assert!(
        uses.values().all(|count| (199..=201).contains(count)),
        "{uses:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn each_token_of_a_pool_has_a_cache_of_its_own() {
    let world = World::new();
    let interceptor = Arc::new(world.builder(world.credentials()).pool(4).build());
    interceptor.authenticate(None).await.unwrap();
    assert_eq!(world.token_requests(), 4);
    world.revoke_all();
    answered(world.herd(&interceptor, 100)).await;
    assert_eq!(world.token_requests(), 8, "one refresh for each");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_cannot_be_had_leaves_the_others_at_work() {
    let world = World::new();
    world.script(vec![TokenAnswer::Json(503, String::new()); 3]);
    let interceptor = world.builder(world.credentials()).pool(3).build();
    let hasty = world.call(&interceptor, request(Method::GET), 0.9);
    assert!(hasty.await.is_err());
    let before = world.now();
    for _ in 0..20 {
        assert_eq!(world.get(&interceptor).await.unwrap(), 200);
    }
    assert!(
        world.now() - before < seconds(0.5),
        "nobody waits for the one that failed"
    );
    tokio::time::sleep(seconds(2.0)).await;
    for _ in 0..20 {
        world.get(&interceptor).await.unwrap();
    }
    assert_eq!(uses(&world).len(), 3, "it is tried again");
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_feeds_one_cache() {
    let world = World::new();
    world.book().rotate = true;
    let first = world.mint().1;
    let refresh = RefreshToken::new(world.endpoint(), "the-id", None, first);
    let interceptor = world.builder(Arc::new(refresh)).pool(8).build();
    for _ in 0..20 {
        assert_eq!(world.get(&interceptor).await.unwrap(), 200);
    }
    assert_eq!(world.token_requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn hooks_hear_of_every_refresh_and_a_panicking_one_harms_nobody() {
    let world = World::new();
    world.book().lifetime = 10.0;
    let events = Arc::new(Mutex::new(Vec::new()));
    let (a, b) = (Arc::clone(&events), Arc::clone(&events));
    let hooks = Hooks::new()
        .on_refresh(move |event| {
            a.lock()
                .unwrap()
                .push(format!("token {}", event.generation));
            panic!("a planted panic");
        })
        .on_refresh_error(move |event| {
            b.lock().unwrap().push(format!(
                "{:?} {} {}",
                event.error.kind(),
                event.next_attempt > seconds(0.0),
                event.token_usable
            ));
            panic!("a planted panic");
        });
    let interceptor = world.interceptor_with(TokenSettings::default(), hooks);
    world.call_until(&interceptor, 7.0, 0.1).await;
    world.script(vec![TokenAnswer::Json(500, String::new()); 3]);
    world.call_until(&interceptor, 12.0, 0.1).await;
    assert_eq!(
        *events.lock().unwrap(),
        ["token 1", "ServerError true true", "token 3"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_custom_provider_fails_in_its_own_words() {
    let world = World::new();
    let provider = FnProvider(|| async { Err(AuthError::provider("the vault is sealed")) });
    let interceptor = world.builder(Arc::new(provider)).build();
    let error = world.get(&interceptor).await.unwrap_err();
    assert!(
        error.to_string().contains("token provider failed"),
        "{error}"
    );
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), "the vault is sealed");
    assert!(AuthError::new(AuthErrorKind::Provider).is_transient());
}

/// The wall clock jumps ahead, as after a machine slept: the token counts as expired, and nothing loops.
#[tokio::test(start_paused = true)]
async fn a_machine_that_slept_asks_for_a_new_token() {
    let world = World::new();
    let interceptor = world.interceptor();
    world.get(&interceptor).await.unwrap();
    world.clock.set_wall_offset(7200);
    for _ in 0..10 {
        assert_eq!(world.get(&interceptor).await.unwrap(), 200);
    }
    assert_eq!(world.token_requests(), 2);
    world.clock.set_wall_offset(-7200);
    for _ in 0..10 {
        assert_eq!(world.get(&interceptor).await.unwrap(), 200);
    }
    assert_eq!(world.token_requests(), 2);
}

/// All tokens of a large pool end at once: the token endpoint sees a few requests at a time.
#[tokio::test(start_paused = true)]
async fn a_pool_under_a_storm_requests_a_few_tokens_at_a_time() {
    let world = World::new();
    let interceptor = Arc::new(world.builder(world.credentials()).pool(50).build());
    for _ in 0..2 {
        answered(world.herd(&interceptor, 500)).await;
        tokio::time::sleep(std::time::Duration::from_secs(4000)).await;
    }
    assert_eq!(world.token_requests(), 100);
    assert_eq!(world.book().most_tokens_in_flight, 5);
}
