//! Stores that fail, in virtual time: every operation, in every way, with both kinds of grant.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Method;
use tokio::task::JoinSet;

use super::faulty_store::{Fault, Faulty, OPS, Op};
use super::support::{Outcome, SECRET, TokenAnswer, World, answered, auth_error, request, seconds};
use crate::runtime::auth::store::TokenStore;
use crate::runtime::auth::{
    AuthErrorKind, Hooks, InterceptError, Interceptor, Jitter, StoredSession, TokenProvider,
    TokenSettings,
};
use crate::runtime::clock::SystemClock;
use crate::runtime::transport::TransportErrorKind;

fn rotating_world(lifetime: f64) -> World {
    let world = World::new();
    world.book().rotate = true;
    world.book().lifetime = lifetime;
    world
}

fn client(world: &World, store: &Arc<Faulty>, is_session: bool, seed: u64) -> Arc<Interceptor> {
    let provider = match is_session {
        true => world.code(),
        false => world.credentials(),
    };
    let builder = world.builder(provider).jitter(Jitter::seeded(seed));
    Arc::new(builder.store(store.clone(), "entry").build())
}

/// The only user of a store, or one of several.
fn session(
    world: &World,
    store: &Arc<Faulty>,
    provider: Arc<dyn TokenProvider>,
    store_is_exclusive: bool,
) -> Interceptor {
    let settings = TokenSettings {
        store_is_exclusive,
        ..TokenSettings::default()
    };
    let builder = world.builder(provider).settings(settings);
    builder.store(store.clone(), "entry").build()
}

/// Processes that share a store, one for each seed, and have a token of 100 s.
async fn fleet<const SIZE: usize>(
    is_session: bool,
    seeds: [u64; SIZE],
) -> (World, Arc<Faulty>, [Arc<Interceptor>; SIZE]) {
    let (world, store) = (rotating_world(100.0), Arc::new(Faulty::default()));
    let clients = seeds.map(|seed| client(&world, &store, is_session, seed));
    for client in &clients {
        assert_eq!(world.get(client).await.unwrap(), 200);
    }
    (world, store, clients)
}

/// All processes call every 3 s from `start` until `end`; what failed.
fn calls_until(
    world: &World,
    clients: &[Arc<Interceptor>],
    start: f64,
    end: f64,
) -> JoinSet<Vec<InterceptError>> {
    let calls = clients.iter().map(|client| {
        let (world, client) = (world.clone(), client.clone());
        async move {
            tokio::time::sleep(seconds(start).saturating_sub(world.now())).await;
            call_until(&world, &client, end).await
        }
    });
    calls.collect()
}

async fn none_failed(calls: JoinSet<Vec<InterceptError>>, case: &str) {
    for failures in calls.join_all().await {
        assert!(failures.is_empty(), "{case}: {failures:?}");
    }
}

/// A call of a process whose token has 5 s left, when its token request, which takes a second, is on its way.
async fn slow_refresh(world: &World, client: &Arc<Interceptor>) -> JoinSet<Outcome> {
    tokio::time::sleep(seconds(95.0)).await;
    world.book().token_latency = seconds(1.0);
    let call = world.herd(client, 1);
    tokio::time::sleep(seconds(0.5)).await;
    call
}

/// The refresh token that is stored.
async fn stored(store: &Faulty) -> String {
    let stored = store.store.load("entry-0").await.unwrap().unwrap();
    stored.refresh_token.unwrap().expose().to_owned()
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
                    let (world, store, clients) = fleet(is_session, [0, 1]).await;
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
                    let calls = calls_until(&world, &clients, 0.0, end);
                    none_failed(calls, &case).await;
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
                let (world, store, clients) = fleet(is_session, [0, 1]).await;
                let case = format!("{op:?} {fault:?} session {is_session}");
                let calls = calls_until(&world, &clients, 0.0, 500.0);
                tokio::time::sleep(seconds(70.0)).await;
                store.set(op, fault, usize::MAX);
                tokio::time::sleep(seconds(45.0)).await;
                store.heal();
                none_failed(calls, &case).await;
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
        let session = session(&world, &store, world.code(), true);
        let failures = call_until(&world, &session, 1000.0).await;
        assert!(failures.is_empty(), "{fault:?}: {failures:?}");
        assert_eq!(reuses(&world), 0);
        // It is saved without waiting for the next refresh.
        store.heal();
        tokio::time::sleep(seconds(5.0)).await;
        let requests = world.token_requests();
        let newest = format!("refresh-token-{requests:05}");
        assert_eq!(stored(&store).await, newest);
        assert_eq!(world.token_requests(), requests);
    }
}

/// The result of a refresh could not be saved, and the client is dropped with its request, as that of a web back end is.
#[tokio::test(start_paused = true)]
async fn invariant_08_a_token_that_was_not_saved_outlives_its_client() {
    for fault in [Fault::Error, Fault::Panic, Fault::Hang] {
        let (world, store, [first]) = fleet(true, [1]).await;
        let call = slow_refresh(&world, &first).await;
        store.set(Op::Save, fault, usize::MAX);
        answered(call).await;
        drop(first);
        tokio::time::sleep(seconds(20.0)).await;
        store.heal();
        tokio::time::sleep(seconds(5.0)).await;
        let newest = "refresh-token-00002";
        assert_eq!(stored(&store).await, newest, "{fault:?}");
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
            let (world, store, clients) = fleet(true, [0, 1]).await;
            let calls = calls_until(&world, &clients, 0.0, 800.0);
            tokio::time::sleep(seconds(70.0)).await;
            store.set(Op::Save, Fault::Error, usize::MAX);
            tokio::time::sleep(seconds(outage + 0.21 * f64::from(phase))).await;
            store.heal();
            let healed = world.now();
            for failures in calls.join_all().await {
                for failure in failures {
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
            let session = |provider| session(&world, &store, provider, is_exclusive);
            assert_eq!(world.get(&session(world.code())).await.unwrap(), 200);
            tokio::time::sleep(seconds(101.0)).await;
            store.set(op, Fault::Error, usize::MAX);
            let opened = StoredSession::new(world.endpoint(), "the-id", Some(SECRET.into()));
            if op == Op::Load {
                let error = auth_error(world.get(&session(Arc::new(opened))).await);
                assert_eq!(error.kind(), AuthErrorKind::Store, "{error}");
                assert!(!error.needs_login(), "{error}");
            }
            store.set(op, Fault::Error, 2);
            assert_eq!(world.get(&session(world.code())).await.unwrap(), 200);
            assert_eq!(world.token_requests(), 2);
            assert_eq!(reuses(&world), 0, "{op:?} {is_exclusive}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn invariant_08_a_store_that_stays_down_ends_in_an_error_that_names_it() {
    for op in [Op::Lock, Op::Load] {
        let (world, store, [session]) = fleet(true, [1]).await;
        store.set(op, Fault::Error, usize::MAX);
        assert!(call_until(&world, &session, 99.0).await.is_empty());
        tokio::time::sleep(seconds(10.0)).await;
        let began = world.now();
        let error = auth_error(world.get(&session).await);
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
        let session = session(&world, &store, world.code(), true);
        assert_eq!(world.get(&session).await.unwrap(), 200);
        store.set(op, Fault::Error, usize::MAX);
        assert!(call_until(&world, &session, 500.0).await.is_empty());
        assert_eq!(reuses(&world), 0);
        store.heal();
        assert!(call_until(&world, &session, 1000.0).await.is_empty());
        assert_eq!(reuses(&world), 0);
        let newest = format!("refresh-token-{:05}", world.token_requests());
        assert_eq!(stored(&store).await, newest);
    }
}

/// The store answers again before the process that holds the successor has saved it, and another one comes first.
#[tokio::test(start_paused = true)]
async fn invariant_08_a_successor_that_is_not_saved_yet_is_waited_for() {
    let (world, store, [first, second]) = fleet(true, [1, 2]).await;
    let call = slow_refresh(&world, &first).await;
    // The announcement is saved, the result is not.
    store.set(Op::Save, Fault::Error, 1);
    answered(call).await;
    assert_eq!(world.get(&second).await.unwrap(), 200);
    assert_eq!(world.token_requests(), 2);
    assert_eq!(reuses(&world), 0);
}

/// A process that died after its announcement delays the others, and no more.
#[tokio::test(start_paused = true)]
async fn invariant_08_a_dead_process_that_announced_a_refresh_delays_by_a_bounded_time() {
    let (world, store, [second]) = fleet(true, [2]).await;
    tokio::time::sleep(seconds(95.0)).await;
    world.script([TokenAnswer::Hang]);
    let first = client(&world, &store, true, 1);
    let call = world.herd(&first, 1);
    tokio::time::sleep(seconds(0.5)).await;
    drop((call, first));
    // The flight is detached; what dies with a process is its request and its lock.
    let began = world.now();
    assert_eq!(world.get(&second).await.unwrap(), 200);
    assert!(world.now() - began < seconds(30.0), "{:?}", world.now());
}

#[tokio::test(start_paused = true)]
async fn invariant_08_an_entry_that_is_gone_is_saved_again_by_the_newest() {
    for idle in [0.0, 40.0, 77.0, 99.0, 150.0] {
        let (world, store, clients) = fleet(true, [0, 1, 2, 3]).await;
        let start = world.now().as_secs_f64() + idle;
        let calls = calls_until(&world, &clients, start, 700.0);
        // At every point of a token's life.
        for flush in 0..30 {
            let at = 75.0 + 20.7 * f64::from(flush);
            tokio::time::sleep(seconds(at).saturating_sub(world.now())).await;
            store.store.clear();
        }
        none_failed(calls, &idle.to_string()).await;
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
        let session = world.builder(world.code()).build();
        assert_eq!(world.get(&session).await.unwrap(), 200);
        tokio::time::sleep(seconds(101.0)).await;
        world.script([answer.clone(), answer.clone(), answer.clone()]);
        let outcome = world.call(&session, request(Method::GET), 0.5).await;
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
        let session = world.builder(world.code()).build();
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
    let interceptor = world
        .builder(world.credentials())
        .hooks(Hooks::new().on_store_error(move |error| log.lock().unwrap().push(error.clone())))
        .store(store, "entry")
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
            let (world, store, _session) = fleet(true, [1]).await;
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
        let session = || session(&world, &store, world.code(), is_exclusive);
        assert_eq!(world.get(&session()).await.unwrap(), 200);
        tokio::time::sleep(seconds(101.0)).await;
        let error = auth_error(world.get(&session()).await);
        assert!(error.needs_login(), "{error}");
        assert_eq!(world.token_requests(), 1);
    }
}

/// Whenever the call's time ends, between two looks at the store or within one.
#[tokio::test(start_paused = true)]
async fn invariant_08_a_call_whose_time_ends_at_the_store_names_it() {
    let (world, store, [session]) = fleet(true, [1]).await;
    tokio::time::sleep(seconds(101.0)).await;
    store.set(Op::Load, Fault::Hang, usize::MAX);
    for step in 0..30 {
        let within = 4.0 + 0.2 * f64::from(step);
        let call = world.call(&session, request(Method::GET), within);
        let error = auth_error(call.await);
        assert_eq!(error.kind(), AuthErrorKind::Store, "{within}: {error}");
    }
}
