//! Stores that fail, in virtual time: every operation, in every way, with both kinds of grant.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::support::{SECRET, TokenAnswer, World, seconds};
use crate::runtime::auth::store::{MemoryStore, StoreLock, StoredToken, TokenStore};
use crate::runtime::auth::{
    AuthErrorKind, AuthorizationCode, Hooks, InterceptError, Interceptor, Jitter, StoredSession,
    TokenProvider, TokenSettings,
};
use crate::runtime::clock::{BoxFuture, SystemClock};
use crate::runtime::transport::{BoxError, TransportErrorKind};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Op {
    Lock,
    Load,
    Save,
    Unlock,
}

const OPS: [Op; 4] = [Op::Lock, Op::Load, Op::Save, Op::Unlock];

#[derive(Clone, Copy, Debug)]
enum Fault {
    Error,
    /// Before there is a future.
    PanicAtOnce,
    /// While it is polled.
    Panic,
    Slow(f64),
    Hang,
    /// The operation takes effect, and its answer does not arrive.
    LostAnswer,
}

/// A store with faults, each of which strikes as often as it says.
#[derive(Default)]
struct Faulty {
    store: MemoryStore,
    faults: Mutex<HashMap<Op, (Fault, usize)>>,
    struck: AtomicUsize,
}

impl Faulty {
    fn set(&self, op: Op, fault: Fault, times: usize) {
        self.faults.lock().unwrap().insert(op, (fault, times));
    }

    fn heal(&self) {
        self.faults.lock().unwrap().clear();
    }

    fn strike(&self, op: Op) -> Option<Fault> {
        let mut faults = self.faults.lock().unwrap();
        let (fault, left) = faults.get_mut(&op)?;
        *left = left.checked_sub(1)?;
        self.struck.fetch_add(1, Ordering::SeqCst);
        Some(*fault)
    }

    fn run<'a, T: Send + 'a>(
        &self,
        op: Op,
        good: impl FnOnce() -> BoxFuture<'a, Result<T, BoxError>>,
    ) -> BoxFuture<'a, Result<T, BoxError>> {
        match self.strike(op) {
            None => good(),
            Some(Fault::Error) => Box::pin(async { Err("down".into()) }),
            Some(Fault::PanicAtOnce) => panic!("the store panics on purpose"),
            Some(Fault::Panic) => Box::pin(async { panic!("the store panics on purpose") }),
            Some(Fault::Slow(delay)) => {
                let good = good();
                Box::pin(async move {
                    tokio::time::sleep(seconds(delay)).await;
                    good.await
                })
            }
            Some(Fault::Hang) => Box::pin(std::future::pending()),
            Some(Fault::LostAnswer) => {
                let good = good();
                Box::pin(async move {
                    let _ = good.await;
                    Err("the answer was lost".into())
                })
            }
        }
    }
}

impl TokenStore for Faulty {
    fn try_lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoreLock>, BoxError>> {
        self.run(Op::Lock, || self.store.try_lock(key))
    }

    fn unlock<'a>(&'a self, key: &'a str, lock: StoreLock) -> BoxFuture<'a, Result<(), BoxError>> {
        self.run(Op::Unlock, || self.store.unlock(key, lock))
    }

    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, BoxError>> {
        self.run(Op::Load, || self.store.load(key))
    }

    fn save<'a>(
        &'a self,
        key: &'a str,
        token: &'a StoredToken,
        lock: &'a StoreLock,
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        self.run(Op::Save, || self.store.save(key, token, lock))
    }
}

fn code(world: &World) -> Arc<dyn TokenProvider> {
    Arc::new(AuthorizationCode::new(
        world.endpoint(),
        "the-id",
        SECRET,
        "the-code",
        "https://app.example/callback",
    ))
}

fn rotating_world(lifetime: f64) -> World {
    let world = World::new();
    world.book().rotate = true;
    world.book().lifetime = lifetime;
    world
}

fn client(world: &World, store: &Arc<Faulty>, is_session: bool, seed: u64) -> Arc<Interceptor> {
    let provider = if is_session {
        code(world)
    } else {
        world.credentials()
    };
    let store: Arc<dyn TokenStore> = store.clone();
    Arc::new(
        world
            .builder(provider)
            .jitter(Jitter::seeded(seed))
            .store(store, "entry")
            .build(),
    )
}

/// How often a refresh token, or the code, was sent a second time.
fn reuses(world: &World) -> usize {
    let mut sent = HashMap::<String, usize>::new();
    for request in &world.book().token_requests {
        let credential = request.field("refresh_token").or(request.field("code"));
        if let Some(credential) = credential {
            *sent.entry(credential.to_owned()).or_default() += 1;
        }
    }
    sent.values().map(|times| times - 1).sum()
}

/// Calls every 3 s until `end`; what failed.
async fn call_until(world: &World, interceptor: &Interceptor, end: f64) -> Vec<InterceptError> {
    let mut failures = Vec::new();
    while world.now() < seconds(end) {
        match world.get(interceptor).await {
            Ok(status) => assert_eq!(status, 200),
            Err(error) => failures.push(error),
        }
        tokio::time::sleep(seconds(3.0)).await;
    }
    failures
}

#[tokio::test(start_paused = true)]
async fn invariant_08_a_store_that_fails_once_loses_no_call_and_spends_no_refresh_token_twice() {
    for is_session in [false, true] {
        for op in OPS {
            for fault in [
                Fault::Error,
                Fault::Panic,
                Fault::PanicAtOnce,
                Fault::Slow(2.0),
                Fault::Hang,
                Fault::LostAnswer,
            ] {
                // Whichever of the operations of its kind within a refresh fails.
                for skipped in 0..2 {
                    let world = rotating_world(100.0);
                    let store = Arc::new(Faulty::default());
                    let clients: Vec<_> = (0..2)
                        .map(|seed| client(&world, &store, is_session, seed))
                        .collect();
                    for client in &clients {
                        assert!(call_until(&world, client, 0.0).await.is_empty());
                        assert_eq!(world.get(client).await.unwrap(), 200);
                    }
                    let case = format!("{op:?} {fault:?} {skipped} session {is_session}");
                    if skipped > 0 {
                        store.set(op, Fault::Slow(0.0), skipped);
                        while store.struck.load(Ordering::SeqCst) < skipped {
                            for client in &clients {
                                assert_eq!(world.get(client).await.unwrap(), 200, "{case}");
                            }
                            tokio::time::sleep(seconds(0.5)).await;
                        }
                    }
                    store.struck.store(0, Ordering::SeqCst);
                    store.set(op, fault, 1);
                    let end = world.now().as_secs_f64() + 250.0;
                    let calls: Vec<_> = clients
                        .iter()
                        .map(|client| {
                            let (world, client) = (world.clone(), client.clone());
                            tokio::spawn(async move { call_until(&world, &client, end).await })
                        })
                        .collect();
                    for call in calls {
                        let failures = call.await.unwrap();
                        assert!(failures.is_empty(), "{case}: {failures:?}");
                    }
                    assert_eq!(store.struck.load(Ordering::SeqCst), 1, "{case}");
                    if is_session {
                        assert_eq!(reuses(&world), 0, "{case}");
                    }
                }
            }
        }
    }
}

/// For 45 s, over the end of a token: calls wait for the store within their time.
#[tokio::test(start_paused = true)]
async fn invariant_08_a_store_that_is_down_for_a_while_loses_no_call() {
    for is_session in [false, true] {
        for op in OPS {
            for fault in [Fault::Error, Fault::Panic, Fault::Slow(2.9), Fault::Hang] {
                let world = rotating_world(100.0);
                let store = Arc::new(Faulty::default());
                let clients: Vec<_> = (0..2)
                    .map(|seed| client(&world, &store, is_session, seed))
                    .collect();
                for client in &clients {
                    assert_eq!(world.get(client).await.unwrap(), 200);
                }
                let case = format!("{op:?} {fault:?} session {is_session}");
                let calls: Vec<_> = clients
                    .iter()
                    .map(|client| {
                        let (world, client) = (world.clone(), client.clone());
                        tokio::spawn(async move { call_until(&world, &client, 500.0).await })
                    })
                    .collect();
                tokio::time::sleep(seconds(70.0)).await;
                store.set(op, fault, usize::MAX);
                tokio::time::sleep(seconds(45.0)).await;
                store.heal();
                for call in calls {
                    let failures = call.await.unwrap();
                    assert!(failures.is_empty(), "{case}: {failures:?}");
                }
                if is_session {
                    assert_eq!(reuses(&world), 0, "{case}");
                }
            }
        }
    }
}

/// Whatever the store does with a token that its only user obtained, the process goes on with that one.
#[tokio::test(start_paused = true)]
async fn invariant_08_a_process_goes_on_with_what_it_could_not_save() {
    for fault in [Fault::Error, Fault::Panic, Fault::Hang] {
        let world = rotating_world(100.0);
        let store = Arc::new(Faulty::default());
        store.set(Op::Save, fault, usize::MAX);
        let settings = TokenSettings {
            store_is_exclusive: true,
            ..TokenSettings::default()
        };
        let shared: Arc<dyn TokenStore> = store.clone();
        let session = world
            .builder(code(&world))
            .settings(settings)
            .store(shared, "entry")
            .build();
        let failures = call_until(&world, &session, 1000.0).await;
        assert!(failures.is_empty(), "{fault:?}: {failures:?}");
        assert_eq!(reuses(&world), 0);
        // It is saved without waiting for the next refresh.
        store.heal();
        tokio::time::sleep(seconds(5.0)).await;
        let requests = world.token_requests();
        let stored = store.store.load("entry-0").await.unwrap().unwrap();
        let newest = format!("refresh-token-{requests:05}");
        assert_eq!(stored.refresh_token.unwrap().expose(), newest);
        assert_eq!(world.token_requests(), requests);
    }
}

/// The result of a refresh could not be saved, and the client is dropped with its request, as that of a web back end is.
#[tokio::test(start_paused = true)]
async fn invariant_08_a_token_that_was_not_saved_outlives_its_client() {
    for fault in [Fault::Error, Fault::Panic, Fault::Hang] {
        let world = rotating_world(100.0);
        let store = Arc::new(Faulty::default());
        let first = client(&world, &store, true, 1);
        assert_eq!(world.get(&first).await.unwrap(), 200);
        tokio::time::sleep(seconds(95.0)).await;
        world.book().token_latency = seconds(1.0);
        let call = {
            let (world, first) = (world.clone(), first.clone());
            tokio::spawn(async move { world.get(&first).await })
        };
        tokio::time::sleep(seconds(0.5)).await;
        store.set(Op::Save, fault, usize::MAX);
        assert_eq!(call.await.unwrap().unwrap(), 200);
        drop(first);
        tokio::time::sleep(seconds(20.0)).await;
        store.heal();
        tokio::time::sleep(seconds(5.0)).await;
        let stored = store.store.load("entry-0").await.unwrap().unwrap();
        let newest = "refresh-token-00002";
        assert_eq!(stored.refresh_token.unwrap().expose(), newest, "{fault:?}");
        let second = client(&world, &store, true, 2);
        assert!(call_until(&world, &second, 400.0).await.is_empty());
        assert_eq!(reuses(&world), 0);
    }
}

/// Locks and reads work, and nothing can be written, as on a full disk. Whenever that ends, no process sends what another has spent.
#[tokio::test(start_paused = true)]
async fn invariant_08_a_store_that_cannot_be_written_spends_no_refresh_token_twice() {
    for outage in [40.0, 150.0, 300.0] {
        for phase in 0..12 {
            let case = format!("{outage} s, phase {phase}");
            let world = rotating_world(100.0);
            let store = Arc::new(Faulty::default());
            let clients: Vec<_> = (0..2)
                .map(|seed| client(&world, &store, true, seed))
                .collect();
            for client in &clients {
                assert_eq!(world.get(client).await.unwrap(), 200);
            }
            let calls: Vec<_> = clients
                .iter()
                .map(|client| {
                    let (world, client) = (world.clone(), client.clone());
                    tokio::spawn(async move { call_until(&world, &client, 800.0).await })
                })
                .collect();
            tokio::time::sleep(seconds(70.0)).await;
            store.set(Op::Save, Fault::Error, usize::MAX);
            tokio::time::sleep(seconds(outage + 0.21 * f64::from(phase))).await;
            store.heal();
            let healed = world.now();
            for call in calls {
                for failure in call.await.unwrap() {
                    assert!(outage > 100.0, "{case}: {failure}");
                    let InterceptError::Auth(error) = failure else {
                        panic!("{case}: {failure}");
                    };
                    assert_eq!(error.kind(), AuthErrorKind::Store, "{case}: {error}");
                }
            }
            assert_eq!(reuses(&world), 0, "{case}");
            let book = world.book();
            let refreshed = book
                .token_requests
                .iter()
                .any(|request| request.at > healed);
            assert!(refreshed, "{case}");
        }
    }
}

/// The store has the session, and fails when this process asks for it first.
#[tokio::test(start_paused = true)]
async fn invariant_08_a_first_read_that_fails_sends_no_spent_credential() {
    for op in [Op::Load, Op::Lock] {
        for is_exclusive in [false, true] {
            let world = rotating_world(100.0);
            let store = Arc::new(Faulty::default());
            let session = |provider: Arc<dyn TokenProvider>| {
                let shared: Arc<dyn TokenStore> = store.clone();
                let settings = TokenSettings {
                    store_is_exclusive: is_exclusive,
                    ..TokenSettings::default()
                };
                let builder = world.builder(provider).settings(settings);
                builder.store(shared, "entry").build()
            };
            assert_eq!(world.get(&session(code(&world))).await.unwrap(), 200);
            tokio::time::sleep(seconds(101.0)).await;
            store.set(op, Fault::Error, usize::MAX);
            let opened = StoredSession::new(world.endpoint(), "the-id", Some(SECRET.into()));
            if op == Op::Load {
                let outcome = world.get(&session(Arc::new(opened))).await;
                let Err(InterceptError::Auth(error)) = outcome else {
                    panic!("{outcome:?}");
                };
                assert_eq!(error.kind(), AuthErrorKind::Store, "{error}");
                assert!(!error.needs_login(), "{error}");
            }
            store.set(op, Fault::Error, 2);
            assert_eq!(world.get(&session(code(&world))).await.unwrap(), 200);
            assert_eq!(world.token_requests(), 2);
            assert_eq!(reuses(&world), 0, "{op:?} {is_exclusive}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn invariant_08_a_store_that_stays_down_ends_in_an_error_that_names_it() {
    for op in [Op::Lock, Op::Load] {
        let world = rotating_world(100.0);
        let store = Arc::new(Faulty::default());
        let session = client(&world, &store, true, 1);
        assert_eq!(world.get(&session).await.unwrap(), 200);
        store.set(op, Fault::Error, usize::MAX);
        assert!(call_until(&world, &session, 99.0).await.is_empty());
        tokio::time::sleep(seconds(10.0)).await;
        let began = world.now();
        let Err(InterceptError::Auth(error)) = world.get(&session).await else {
            panic!("no store");
        };
        assert!(world.now() - began > seconds(25.0), "it waits");
        assert_eq!(error.kind(), AuthErrorKind::Store, "{error}");
        assert!(error.to_string().contains("token store"), "{error}");
        assert!(error.is_transient() && !error.needs_login());
        assert_eq!(world.token_requests(), 1);
        store.heal();
        tokio::time::sleep(seconds(2.0)).await;
        assert_eq!(world.get(&session).await.unwrap(), 200);
        assert_eq!(reuses(&world), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn invariant_08_the_only_user_of_a_store_goes_on_without_it() {
    for op in OPS {
        let world = rotating_world(100.0);
        let store = Arc::new(Faulty::default());
        let settings = TokenSettings {
            store_is_exclusive: true,
            ..TokenSettings::default()
        };
        let shared: Arc<dyn TokenStore> = store.clone();
        let session = world
            .builder(code(&world))
            .settings(settings)
            .store(shared, "entry")
            .build();
        assert_eq!(world.get(&session).await.unwrap(), 200);
        store.set(op, Fault::Error, usize::MAX);
        assert!(call_until(&world, &session, 500.0).await.is_empty());
        assert_eq!(reuses(&world), 0);
        store.heal();
        assert!(call_until(&world, &session, 1000.0).await.is_empty());
        assert_eq!(reuses(&world), 0);
        let stored = store.store.load("entry-0").await.unwrap().unwrap();
        let newest = format!("refresh-token-{:05}", world.token_requests());
        assert_eq!(stored.refresh_token.unwrap().expose(), newest);
    }
}

/// The store answers again before the process that holds the successor has saved it, and another one comes first.
#[tokio::test(start_paused = true)]
async fn invariant_08_a_successor_that_is_not_saved_yet_is_waited_for() {
    let world = rotating_world(100.0);
    let store = Arc::new(Faulty::default());
    let (first, second) = (
        client(&world, &store, true, 1),
        client(&world, &store, true, 2),
    );
    assert_eq!(world.get(&first).await.unwrap(), 200);
    assert_eq!(world.get(&second).await.unwrap(), 200);
    tokio::time::sleep(seconds(95.0)).await;
    // The announcement is saved, the result is not.
    world.book().token_latency = seconds(1.0);
    let call = {
        let (world, first) = (world.clone(), first.clone());
        tokio::spawn(async move { world.get(&first).await })
    };
    tokio::time::sleep(seconds(0.5)).await;
    store.set(Op::Save, Fault::Error, 1);
    assert_eq!(call.await.unwrap().unwrap(), 200);
    assert_eq!(world.get(&second).await.unwrap(), 200);
    assert_eq!(world.token_requests(), 2);
    assert_eq!(reuses(&world), 0);
}

/// A process that died after its announcement delays the others, and no more.
#[tokio::test(start_paused = true)]
async fn invariant_08_a_dead_process_that_announced_a_refresh_delays_by_a_bounded_time() {
    let world = rotating_world(100.0);
    let store = Arc::new(Faulty::default());
    let second = client(&world, &store, true, 2);
    assert_eq!(world.get(&second).await.unwrap(), 200);
    tokio::time::sleep(seconds(95.0)).await;
    world.script([TokenAnswer::Hang]);
    let first = client(&world, &store, true, 1);
    let runtime = {
        let (world, first) = (world.clone(), first.clone());
        tokio::spawn(async move { world.get(&first).await })
    };
    tokio::time::sleep(seconds(0.5)).await;
    runtime.abort();
    drop(first);
    // The flight is detached; what dies with a process is its request and its lock.
    let began = world.now();
    assert_eq!(world.get(&second).await.unwrap(), 200);
    assert!(world.now() - began < seconds(30.0), "{:?}", world.now());
}

#[tokio::test(start_paused = true)]
async fn invariant_08_an_entry_that_is_gone_is_saved_again_by_the_newest() {
    for idle in [0.0, 40.0, 77.0, 99.0, 150.0] {
        let world = rotating_world(100.0);
        let store = Arc::new(Faulty::default());
        let clients: Vec<_> = (0..4)
            .map(|seed| client(&world, &store, true, seed))
            .collect();
        for client in &clients {
            assert_eq!(world.get(client).await.unwrap(), 200);
        }
        let calls: Vec<_> = clients
            .iter()
            .map(|client| {
                let (world, client) = (world.clone(), client.clone());
                tokio::spawn(async move {
                    tokio::time::sleep(seconds(idle)).await;
                    call_until(&world, &client, 700.0).await
                })
            })
            .collect();
        // At every point of a token's life.
        for flush in 0..30 {
            let at = 75.0 + 20.7 * f64::from(flush);
            tokio::time::sleep(seconds(at).saturating_sub(world.now())).await;
            store.store.clear();
        }
        for call in calls {
            let failures = call.await.unwrap();
            assert!(failures.is_empty(), "{failures:?}");
        }
        assert_eq!(reuses(&world), 0, "{idle}");
        let most = 2 + (world.now().as_secs() / 70) as usize;
        assert!(world.token_requests() <= most, "{}", world.token_requests());
    }
}

/// The second sending may follow a lost answer; what is not sent, or refused for now, does not count.
#[tokio::test(start_paused = true)]
async fn invariant_08_a_refresh_token_is_sent_once_more_after_a_lost_answer() {
    let lost = [
        TokenAnswer::Fail(TransportErrorKind::Io),
        TokenAnswer::Json(503, "{}".into()),
        TokenAnswer::Json(200, r#"{"access_token":"acc"#.into()),
    ];
    for answer in lost {
        let world = rotating_world(100.0);
        let session = world.builder(code(&world)).build();
        assert_eq!(world.get(&session).await.unwrap(), 200);
        tokio::time::sleep(seconds(101.0)).await;
        let deadline = |world: &World| world.deadline(0.5);
        world.script([answer.clone(), answer.clone(), answer.clone()]);
        let mut request = super::support::request(http::Method::GET);
        let end = deadline(&world);
        let outcome = session
            .send(&mut request, "/api/v2/users/{userId}", Some(end), &world)
            .await;
        assert!(outcome.is_err(), "{answer:?}");
        assert_eq!(
            world.token_requests(),
            3,
            "{answer:?}: once more, and no more"
        );
    }
    let refused = [
        TokenAnswer::Json(429, "{}".into()),
        TokenAnswer::error(400, "invalid_request", "rate limit exceeded"),
        TokenAnswer::Fail(TransportErrorKind::Connect),
    ];
    for answer in refused {
        let world = rotating_world(100.0);
        let session = world.builder(code(&world)).build();
        assert_eq!(world.get(&session).await.unwrap(), 200);
        tokio::time::sleep(seconds(101.0)).await;
        world.script([answer.clone(), answer.clone()]);
        assert_eq!(world.get(&session).await.unwrap(), 200, "{answer:?}");
        assert_eq!(world.token_requests(), 4, "{answer:?}");
    }
}

/// The hook hears of what the store does, the text of a panic stays where it is.
#[tokio::test(start_paused = true)]
async fn a_panic_of_the_store_is_an_error_of_the_store() {
    let world = World::new();
    let store = Arc::new(Faulty::default());
    store.set(Op::Load, Fault::Panic, 1);
    let errors = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&errors);
    let shared: Arc<dyn TokenStore> = store;
    let interceptor = world
        .builder(world.credentials())
        .hooks(Hooks::new().on_store_error(move |error| log.lock().unwrap().push(error.clone())))
        .store(shared, "entry")
        .build();
    assert_eq!(world.get(&interceptor).await.unwrap(), 200);
    let errors = errors.lock().unwrap();
    assert_eq!(errors[0].kind(), AuthErrorKind::Store);
    assert!(errors[0].to_string().contains("panicked"), "{}", errors[0]);
}

/// A store that is slow to free its lock delays nobody who has a token.
#[tokio::test(start_paused = true)]
async fn unlocking_decides_nothing() {
    for fault in [Fault::Hang, Fault::Panic, Fault::Error] {
        let world = World::new();
        let store = Arc::new(Faulty::default());
        store.set(Op::Unlock, fault, usize::MAX);
        let interceptor = client(&world, &store, false, 1);
        assert_eq!(world.get(&interceptor).await.unwrap(), 200);
        assert!(
            world.now() < Duration::from_millis(500),
            "{:?}",
            world.now()
        );
    }
}

/// Removing ends in an error within a bounded time, whatever the store does.
#[tokio::test(start_paused = true)]
async fn removing_from_a_store_that_fails_is_an_error() {
    for op in [Op::Lock, Op::Load, Op::Save] {
        for fault in [Fault::Error, Fault::Panic, Fault::PanicAtOnce, Fault::Hang] {
            let world = rotating_world(100.0);
            let store = Arc::new(Faulty::default());
            let session = client(&world, &store, true, 1);
            assert_eq!(world.get(&session).await.unwrap(), 200);
            store.set(op, fault, usize::MAX);
            let began = world.now();
            let outcome = store.remove("entry-0", &*world.clock).await;
            assert!(outcome.is_err(), "{op:?} {fault:?}");
            assert!(world.now() - began < seconds(20.0), "{op:?} {fault:?}");
            store.heal();
            // The lock is free again.
            store.remove("entry-0", &*world.clock).await.unwrap();
        }
        let store = Faulty::default();
        store.set(Op::Unlock, Fault::Hang, 1);
        store.remove("entry", &SystemClock::new()).await.unwrap();
    }
}

/// One process is idle with a token whose successor another one has, and the store is emptied long after both.
#[tokio::test(start_paused = true)]
async fn invariant_08_an_idle_process_brings_no_spent_token_back() {
    for lifetime in [100.0, 3600.0] {
        for late in [0.0, 0.5, 3.0, 15.0, 200.0] {
            for keeps_obtainer in [true, false] {
                let world = rotating_world(lifetime);
                let store = Arc::new(Faulty::default());
                let (first, second) = (
                    client(&world, &store, true, 1),
                    client(&world, &store, true, 2),
                );
                assert_eq!(world.get(&first).await.unwrap(), 200);
                assert_eq!(world.get(&second).await.unwrap(), 200);
                let refreshed = world.now() + seconds(0.95 * lifetime);
                call_until(&world, &first, refreshed.as_secs_f64()).await;
                tokio::time::sleep(seconds(lifetime)).await;
                if !keeps_obtainer {
                    // Then the session can be lost, but the calls must end.
                    drop(first);
                }
                store.store.clear();
                tokio::time::sleep(seconds(late)).await;
                let outcome = world.get(&second).await;
                let case = format!("{lifetime} s, {late} s, {keeps_obtainer}");
                if keeps_obtainer {
                    assert_eq!(outcome.unwrap(), 200, "{case}");
                    assert_eq!(reuses(&world), 0, "{case}");
                } else {
                    tokio::time::sleep(seconds(60.0)).await;
                    let _ = world.get(&second).await;
                    assert_eq!(reuses(&world), 1, "{case}: it tried what it has");
                }
            }
        }
    }
}

/// A code that came without a refresh token is used up after a restart, too.
#[tokio::test(start_paused = true)]
async fn invariant_08_a_stored_session_without_a_refresh_token_sends_no_code_again() {
    for is_exclusive in [false, true] {
        let world = rotating_world(100.0);
        let (token, _) = world.mint();
        world.script([TokenAnswer::Json(
            200,
            format!(r#"{{"access_token":"{token}","token_type":"bearer","expires_in":100}}"#),
        )]);
        let store = Arc::new(Faulty::default());
        let session = || {
            let shared: Arc<dyn TokenStore> = store.clone();
            let settings = TokenSettings {
                store_is_exclusive: is_exclusive,
                ..TokenSettings::default()
            };
            let builder = world.builder(code(&world)).settings(settings);
            builder.store(shared, "entry").build()
        };
        assert_eq!(world.get(&session()).await.unwrap(), 200);
        tokio::time::sleep(seconds(101.0)).await;
        let Err(InterceptError::Auth(error)) = world.get(&session()).await else {
            panic!("nothing can renew it");
        };
        assert!(error.needs_login(), "{error}");
        assert_eq!(world.token_requests(), 1);
    }
}

/// Whenever the call's time ends, between two looks at the store or within one.
#[tokio::test(start_paused = true)]
async fn invariant_08_a_call_whose_time_ends_at_the_store_names_it() {
    let world = rotating_world(100.0);
    let store = Arc::new(Faulty::default());
    let session = client(&world, &store, true, 1);
    assert_eq!(world.get(&session).await.unwrap(), 200);
    tokio::time::sleep(seconds(101.0)).await;
    store.set(Op::Load, Fault::Hang, usize::MAX);
    for step in 0..30 {
        let within = 4.0 + 0.2 * f64::from(step);
        let request = super::support::request(http::Method::GET);
        let Err(InterceptError::Auth(error)) = world.call(&session, request, within).await else {
            panic!("no store");
        };
        assert_eq!(error.kind(), AuthErrorKind::Store, "{within}: {error}");
    }
}
