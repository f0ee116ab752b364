//! Rotation of refresh tokens.

use std::sync::{Arc, Mutex};

use super::super::support::{SECRET, TokenAnswer, World, seconds};
use crate::runtime::auth::store::{MemoryStore, StoreLock, StoredToken, TokenStore};
use crate::runtime::auth::{AuthErrorKind, AuthorizationCode, Hooks, InterceptError, RefreshToken};
use crate::runtime::clock::BoxFuture;
use crate::runtime::transport::BoxError;

fn code(world: &World) -> Arc<AuthorizationCode> {
    Arc::new(AuthorizationCode::new(
        world.endpoint(),
        "the-id",
        SECRET,
        "the-code",
        "https://app.example/callback",
    ))
}

#[tokio::test(start_paused = true)]
async fn invariant_08_every_refresh_uses_the_newest_refresh_token() {
    let world = World::new();
    world.book().rotate = true;
    let interceptor = world.builder(code(&world)).build();
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
    let interceptor = world.builder(code(&world)).build();
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
    let interceptor = world.builder(code(&world)).build();
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

/// Writes down what happens in which order.
struct Ordered {
    store: MemoryStore,
    log: Arc<Mutex<Vec<String>>>,
    world: World,
}

impl TokenStore for Ordered {
    fn try_lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoreLock>, BoxError>> {
        self.store.try_lock(key)
    }

    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, BoxError>> {
        self.store.load(key)
    }

    fn save<'a>(
        &'a self,
        key: &'a str,
        token: &'a StoredToken,
        lock: &'a StoreLock,
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        let used = self
            .world
            .book()
            .api_requests
            .iter()
            .filter(|used| *used == token.access_token.expose())
            .count();
        self.log.lock().unwrap().push(format!("saved, used {used}"));
        self.store.save(key, token, lock)
    }
}

#[tokio::test(start_paused = true)]
async fn invariant_08_the_store_and_the_hook_have_it_before_its_first_use() {
    let world = World::new();
    world.book().rotate = true;
    let log = Arc::new(Mutex::new(Vec::new()));
    let store = Arc::new(Ordered {
        store: MemoryStore::new(),
        log: Arc::clone(&log),
        world: world.clone(),
    });
    let hooks = {
        let (log, world) = (Arc::clone(&log), world.clone());
        Hooks::new().on_refresh(move |event| {
            let used = world
                .book()
                .api_requests
                .iter()
                .filter(|used| *used == event.access_token.expose())
                .count();
            assert!(event.refresh_token.is_some());
            log.lock().unwrap().push(format!("hook, used {used}"));
        })
    };
    let interceptor = Arc::new(
        world
            .builder(code(&world))
            .store(store.clone(), "session")
            .hooks(hooks)
            .build(),
    );
    for _ in 0..2 {
        let calls: Vec<_> = (0..20)
            .map(|_| {
                let (world, interceptor) = (world.clone(), Arc::clone(&interceptor));
                tokio::spawn(async move { world.get(&interceptor).await })
            })
            .collect();
        for call in calls {
            assert_eq!(call.await.unwrap().unwrap(), 200);
        }
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
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let (world, interceptor) = (world.clone(), Arc::clone(&interceptor));
            tokio::spawn(async move { world.get(&interceptor).await })
        })
        .collect();
    let expect = |outcome: Result<u16, InterceptError>| match outcome {
        Err(InterceptError::Auth(error)) => {
            assert_eq!(error.kind(), AuthErrorKind::RefreshTokenRevoked);
            assert!(error.needs_login());
            assert!(error.to_string().contains("log in again"));
        }
        other => panic!("{other:?}"),
    };
    for call in calls {
        expect(call.await.unwrap());
    }
    assert!(world.now() < seconds(0.1), "no stall");
    tokio::time::sleep(seconds(100.0)).await;
    expect(world.get(&interceptor).await);
    assert_eq!(world.token_requests(), 1);
}
