//! Rotation of refresh tokens.

use std::sync::{Arc, Mutex};

use super::super::faulty_store::Faulty;
use super::super::support::{TokenAnswer, World, answered, auth_error, seconds};
use crate::runtime::auth::store::TokenStore;
use crate::runtime::auth::{AuthErrorKind, Hooks, RefreshToken, Secret};

#[tokio::test(start_paused = true)]
async fn invariant_08_every_refresh_uses_the_newest_refresh_token() {
    let world = World::new();
    world.book().rotate = true;
    let interceptor = world.builder(world.code()).build();
    for _ in 0..5 {
        assert_eq!(world.get(&interceptor).await.unwrap(), 200);
        world.revoke_all();
    }
    let book = world.book();
    let used: Vec<_> = book.token_requests[1..]
        .iter()
        .map(|request| request.field("refresh_token").unwrap())
        .collect();
    assert_eq!(
        used,
        [
            "refresh-token-00001",
            "refresh-token-00002",
            "refresh-token-00003",
            "refresh-token-00004"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn invariant_08_without_a_new_one_the_old_one_stays() {
    let world = World::new();
    let interceptor = world.builder(world.code()).build();
    for _ in 0..4 {
        assert_eq!(world.get(&interceptor).await.unwrap(), 200);
        world.revoke_all();
    }
    let book = world.book();
    assert!(
        book.token_requests[1..]
            .iter()
            .all(|request| request.field("refresh_token") == Some("refresh-token-00001"))
    );
}

/// Cancelled at every step: the token that the server has rotated to is not lost.
#[tokio::test(start_paused = true)]
async fn invariant_08_a_cancelled_call_loses_no_rotated_refresh_token() {
    let world = World::new();
    {
        let mut book = world.book();
        book.rotate = true;
        book.token_latency = seconds(0.5);
    }
    let interceptor = world.builder(world.code()).build();
    world.get(&interceptor).await.unwrap();
    for step in 0..30 {
        world.revoke_all();
        let _ =
            tokio::time::timeout(seconds(0.02 * f64::from(step)), world.get(&interceptor)).await;
    }
    assert_eq!(world.get(&interceptor).await.unwrap(), 200);
    let refused = world
        .book()
        .token_requests
        .iter()
        .filter_map(|request| request.field("refresh_token").map(str::to_owned))
        .fold(std::collections::HashMap::new(), |mut counts, token| {
            *counts.entry(token).or_insert(0) += 1;
            counts
        });
    assert!(refused.values().all(|count| *count == 1), "{refused:?}");
}

/// How many calls were made with a token.
fn uses(world: &World, token: &Secret) -> usize {
    let book = world.book();
    let used = book.api_requests.iter();
    used.filter(|used| *used == token.expose()).count()
}

#[tokio::test(start_paused = true)]
async fn invariant_08_the_store_and_the_hook_have_it_before_its_first_use() {
    let world = World::new();
    world.book().rotate = true;
    let log = Arc::new(Mutex::new(Vec::new()));
    let note = |what: &'static str| {
        let (log, world) = (Arc::clone(&log), world.clone());
        move |token: &Secret| {
            let line = format!("{what}, used {}", uses(&world, token));
            log.lock().unwrap().push(line);
        }
    };
    let (saved, hooked) = (note("saved"), note("hook"));
    let store = Arc::new(Faulty {
        saving: Some(Box::new(move |token| saved(&token.access_token))),
        ..Faulty::default()
    });
    let hooks = Hooks::new().on_refresh(move |event| {
        assert!(event.refresh_token.is_some());
        hooked(&event.access_token);
    });
    let interceptor = Arc::new(
        world
            .builder(world.code())
            .store(store.clone(), "session")
            .hooks(hooks)
            .build(),
    );
    for _ in 0..2 {
        answered(world.herd(&interceptor, 20)).await;
        world.revoke_all();
    }
    // The second refresh is announced in the entry of the first token, which all 40 calls have used.
    let expected = [
        "saved, used 0",
        "hook, used 0",
        "saved, used 40",
        "saved, used 0",
        "hook, used 0",
    ];
    assert_eq!(*log.lock().unwrap(), expected);
    let kept = store.load("session-0").await.unwrap().unwrap();
    assert_eq!(kept.refresh_token.unwrap().expose(), "refresh-token-00002");
}

/// V6: all waiters get the error at once, and the dead refresh token is not asked about again.
#[tokio::test(start_paused = true)]
async fn invariant_08_a_revoked_refresh_token_is_final() {
    let world = World::new();
    world.script([TokenAnswer::error(400, "invalid_grant", "revoked")]);
    let refresh = RefreshToken::new(world.endpoint(), "the-id", None, "long-gone");
    let interceptor = Arc::new(world.builder(Arc::new(refresh)).build());
    let calls = world.herd(&interceptor, 20);
    let expect = |outcome| {
        let error = auth_error(outcome);
        assert_eq!(error.kind(), AuthErrorKind::RefreshTokenRevoked);
        assert!(error.needs_login());
        assert!(error.to_string().contains("log in again"));
    };
    for outcome in calls.join_all().await {
        expect(outcome);
    }
    assert!(world.now() < seconds(0.1), "no stall");
    tokio::time::sleep(seconds(100.0)).await;
    expect(world.get(&interceptor).await);
    assert_eq!(world.token_requests(), 1);
}
