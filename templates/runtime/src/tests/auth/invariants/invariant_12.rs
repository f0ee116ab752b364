//! Shared between processes: here several clients that share nothing but the store.

use std::sync::{Arc, Mutex};

use super::super::faulty_store::{Fault, Faulty, Op};
use super::super::support::{World, answered, seconds};
use crate::runtime::auth::store::{FileStore, MemoryStore, StoredToken, TokenStore};
use crate::runtime::auth::{AuthErrorKind, Hooks, Interceptor, RefreshSource, Secret};
use crate::runtime::clock::Clock;

fn client(world: &World, store: &Arc<dyn TokenStore>, seed: u64) -> Arc<Interceptor> {
    Arc::new(
        world
            .builder(world.credentials())
            .jitter(crate::runtime::auth::Jitter::seeded(seed))
            .store(Arc::clone(store), "fleet")
            .build(),
    )
}

#[tokio::test(start_paused = true)]
async fn invariant_12_eight_clients_make_one_token_request_per_lifetime() {
    let world = World::new();
    world.book().lifetime = 100.0;
    let store: Arc<dyn TokenStore> = Arc::new(MemoryStore::new());
    let clients: Vec<_> = (0..8)
        .map(|seed| {
            let (world, interceptor) = (world.clone(), client(&world, &store, seed));
            tokio::spawn(async move {
                world.call_until(&interceptor, 1000.0, 0.3).await;
            })
        })
        .collect();
    for client in clients {
        client.await.unwrap();
    }
    let requests = world.token_requests();
    assert!((10..=14).contains(&requests), "{requests}");
}

#[tokio::test(start_paused = true)]
async fn invariant_12_a_revoked_token_is_replaced_once_for_all() {
    let world = World::new();
    let store: Arc<dyn TokenStore> = Arc::new(MemoryStore::new());
    let clients: Vec<_> = (0..8).map(|seed| client(&world, &store, seed)).collect();
    for interceptor in &clients {
        world.get(interceptor).await.unwrap();
    }
    assert_eq!(world.token_requests(), 1);
    world.revoke_all();
    let calls = clients.iter().map(|client| {
        let (world, client) = (world.clone(), Arc::clone(client));
        async move { world.get(&client).await }
    });
    answered(calls.collect()).await;
    assert_eq!(world.token_requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn invariant_12_rotated_refresh_tokens_survive_two_processes() {
    let world = World::new();
    world.book().rotate = true;
    world.book().lifetime = 50.0;
    let store: Arc<dyn TokenStore> = Arc::new(MemoryStore::new());
    let session = |seed| {
        world
            .builder(world.code())
            .jitter(crate::runtime::auth::Jitter::seeded(seed))
            .store(Arc::clone(&store), "session")
            .build()
    };
    let (first, second) = (session(1), session(2));
    // The second one sleeps through whole lifetimes, so that its own refresh token is long used up.
    for round in 0..10 {
        assert_eq!(world.get(&first).await.unwrap(), 200);
        tokio::time::sleep(seconds(60.0)).await;
        if round % 3 == 0 {
            assert_eq!(world.get(&second).await.unwrap(), 200);
            tokio::time::sleep(seconds(60.0)).await;
        }
    }
    let codes = world
        .book()
        .token_requests
        .iter()
        .filter(|request| request.field("code").is_some())
        .count();
    assert_eq!(codes, 1);
}

#[tokio::test(start_paused = true)]
async fn invariant_12_what_is_adopted_and_what_is_not() {
    let world = World::new();
    let store = MemoryStore::new();
    let shared: Arc<dyn TokenStore> = Arc::new(store.clone());
    let now = world.clock.now().wall;
    let put = |token: &str, age: f64, lifetime: f64, sequence: u64| {
        let stored = StoredToken::new(
            Secret::from(token),
            None,
            now - seconds(age),
            seconds(lifetime),
            sequence,
        );
        let store = store.clone();
        async move {
            let lock = store.try_lock("fleet-0").await.unwrap().unwrap();
            store.save("fleet-0", &stored, &lock).await.unwrap();
        }
    };
    // All but used up: not worth having.
    put(&world.mint().0, 950.0, 1000.0, 1).await;
    let sources = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&sources);
    let interceptor = world
        .builder(world.credentials())
        .hooks(Hooks::new().on_refresh(move |event| {
            log.lock().unwrap().push((event.source, event.lifetime));
        }))
        .store(shared, "fleet")
        .build();
    assert_eq!(world.get(&interceptor).await.unwrap(), 200);
    assert_eq!(world.token_requests(), 1);
    // Refused, and another process has put a newer one there: adopted, with what is left of its life.
    let newer = world.mint().0;
    let sequence = store.load("fleet-0").await.unwrap().unwrap().sequence;
    world.revoke_all();
    let good = world.mint().0;
    put(&good, 400.0, 1000.0, sequence + 1).await;
    assert_eq!(world.get(&interceptor).await.unwrap(), 200);
    assert_eq!(world.token_requests(), 1);
    // Refused once more, and the store still holds that one: never adopted again.
    world.revoke_all();
    assert_eq!(world.get(&interceptor).await.unwrap(), 200);
    assert_eq!(world.token_requests(), 2);
    // An older number is not newer, whoever wrote it.
    world.revoke_all();
    put(&newer, 0.0, 1000.0, 1).await;
    assert_eq!(world.get(&interceptor).await.unwrap(), 200);
    assert_eq!(world.token_requests(), 3);
    // Nor is one that this client saw refused, whatever its number.
    world.revoke_all();
    put(&good, 0.0, 1000.0, u64::MAX - 1).await;
    assert_eq!(world.get(&interceptor).await.unwrap(), 200);
    assert_eq!(world.token_requests(), 4);
    let sources = sources.lock().unwrap();
    assert_eq!(sources[1].0, RefreshSource::Adopted);
    assert!(sources[1].1 <= seconds(600.0) && sources[1].1 > seconds(594.0));
}

/// A lock that somebody took and never gives back.
#[tokio::test(start_paused = true)]
async fn invariant_12_a_dead_holder_delays_by_a_bounded_time() {
    let world = World::new();
    let store = MemoryStore::new();
    let shared: Arc<dyn TokenStore> = Arc::new(store.clone());
    let lock = store.try_lock("fleet-0").await.unwrap().unwrap();
    let interceptor = client(&world, &shared, 1);
    assert_eq!(world.get(&interceptor).await.unwrap(), 200);
    assert!(world.now() < seconds(11.0), "{:?}", world.now());
    drop(lock);
}

#[tokio::test(start_paused = true)]
async fn invariant_12_a_store_that_is_down_loses_no_call() {
    for fault in [Fault::Error, Fault::Hang] {
        let world = World::new();
        world.book().lifetime = 100.0;
        let broken = Arc::new(Faulty::default());
        for op in [Op::Lock, Op::Load, Op::Save] {
            broken.set(op, fault, usize::MAX);
        }
        let errors = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&errors);
        let interceptor = world
            .builder(world.credentials())
            .hooks(Hooks::new().on_store_error(move |error| log.lock().unwrap().push(error.kind())))
            .store(broken.clone(), "fleet")
            .build();
        world.call_until(&interceptor, 300.0, 1.0).await;
        let is_store = |kind: &AuthErrorKind| *kind == AuthErrorKind::Store;
        assert!(errors.lock().unwrap().iter().all(is_store));
        assert!((3..8).contains(&errors.lock().unwrap().len()));
        // Back again, it holds the next token.
        broken.heal();
        tokio::time::sleep(seconds(100.0)).await;
        world.get(&interceptor).await.unwrap();
        assert!(broken.store.load("fleet-0").await.unwrap().is_some());
    }
}

#[tokio::test]
async fn invariant_12_the_file_is_private_and_replaced_whole() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tokens");
    let store = FileStore::new(&path);
    let token = |number: u64| {
        StoredToken::new(
            Secret::from(format!("token-{number}-{}", "x".repeat(5000))),
            Some(Secret::from("refresh \"quoted\" ü")),
            std::time::UNIX_EPOCH + seconds(1_800_000_000.5),
            seconds(86400.0),
            number,
        )
    };
    assert_eq!(store.load("a").await.unwrap(), None);
    let lock = store.try_lock("a").await.unwrap().unwrap();
    // Left over from a crash in the middle of a write, readable for everybody.
    std::fs::write(path.join("a.new"), "half a tok").unwrap();
    store.save("a", &token(1), &lock).await.unwrap();
    assert_eq!(store.load("a").await.unwrap(), Some(token(1)));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode =
            |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path.join("a.json")), 0o600);
        assert_eq!(mode(&path.join("a.lock")), 0o600);
        assert_eq!(mode(&path), 0o700);
    }
    assert!(!path.join("a.new").exists());
    // The lock is beside the token, and outlives its replacement.
    assert!(store.try_lock("a").await.unwrap().is_none());
    assert!(store.try_lock("b").await.unwrap().is_some());
    drop(lock);
    assert!(store.try_lock("a").await.unwrap().is_some());
    // Readers during many replacements see a whole token each time.
    let writer = {
        let store = store.clone();
        tokio::spawn(async move {
            let lock = store.try_lock("a").await.unwrap().unwrap();
            for number in 2..200 {
                store.save("a", &token(number), &lock).await.unwrap();
            }
        })
    };
    while !writer.is_finished() {
        let seen = store.load("a").await.unwrap().unwrap();
        assert_eq!(seen, token(seen.sequence));
    }
    writer.await.unwrap();
    // A damaged file is no token, and no error either.
    std::fs::write(path.join("a.json"), "{\"access_token\":\"half").unwrap();
    assert_eq!(store.load("a").await.unwrap(), None);
    for key in ["", "../a", "a/b", "a.b"] {
        assert!(store.load(key).await.is_err());
    }
}

/// What the text of a token keeps, for every store alike.
#[test]
fn invariant_12_a_stored_token_reads_back_as_it_was() {
    for lifetime in [seconds(0.25), seconds(86400.0), std::time::Duration::MAX] {
        let token = StoredToken::new(
            Secret::from("a"),
            None,
            std::time::UNIX_EPOCH + seconds(1.5),
            lifetime,
            u64::MAX,
        );
        assert_eq!(StoredToken::from_json(&token.to_json()), Some(token));
    }
    for damaged in [
        "",
        "{}",
        "null",
        "[]",
        r#"{"access_token":"a b","issued_at":1,"sequence":1}"#,
    ] {
        assert_eq!(
            StoredToken::from_json(damaged.as_bytes()),
            None,
            "{damaged}"
        );
    }
}
