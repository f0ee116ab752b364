//! Bounded refresh and replay.

use std::sync::Arc;

use http::Method;

use super::super::support::{TokenAnswer, World, auth_error, request, seconds};
use crate::runtime::auth::{AuthErrorKind, InterceptError, Jitter, UnauthorizedReason};

fn reason(outcome: Result<u16, InterceptError>) -> UnauthorizedReason {
    match outcome {
        Err(InterceptError::Unauthorized(unauthorized)) => {
            assert_eq!(unauthorized.response.status, 401);
            unauthorized.reason
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn invariant_04_an_api_that_refuses_everything_costs_two_token_requests() {
    let world = World::new();
    world.book().refuse_all = true;
    let interceptor = world.interceptor();
    let calls = world.herd(&interceptor, 200);
    for outcome in calls.join_all().await {
        assert!(outcome.is_err());
    }
    for _ in 0..20 {
        let error = auth_error(world.get(&interceptor).await);
        assert_eq!(error.kind(), AuthErrorKind::TokenRefused);
    }
    assert_eq!(world.token_requests(), 2);
    assert!(
        world.now() < seconds(4.0),
        "the pauses of a new token, and no more where no call was ever accepted"
    );
}

#[tokio::test(start_paused = true)]
async fn invariant_04_the_spacing_doubles_and_an_accepted_call_resets_it() {
    let world = World::new();
    world.book().refuse_all = true;
    let interceptor = world.interceptor();
    let end = seconds(300.0);
    while world.now() < end {
        assert!(world.get(&interceptor).await.is_err());
        tokio::time::sleep(seconds(0.25)).await;
    }
    let requests = world.book().token_requests.clone();
    // The first fetch, the first forced one, then 1, 2, 4, 8, 16, 32, 60, 60, 60 seconds apart.
    let gaps: Vec<f64> = requests
        .windows(2)
        .skip(1)
        .map(|pair| (pair[1].at - pair[0].at).as_secs_f64())
        .collect();
    let expected = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0];
    assert_eq!(gaps.len(), expected.len(), "{gaps:?}");
    for (gap, expected) in gaps.iter().zip(expected) {
        assert!((expected..expected + 0.5).contains(gap), "{gaps:?}");
    }
    world.book().refuse_all = false;
    tokio::time::sleep(seconds(61.0)).await;
    assert_eq!(world.get(&interceptor).await.unwrap(), 200);
    world.book().refuse_all = true;
    let before = world.book().token_requests.len();
    assert!(world.get(&interceptor).await.is_err());
    // The spacing began anew, and was waited out because a call was accepted lately.
    let requests = world.book().token_requests[before..].to_vec();
    assert!((2..=5).contains(&requests.len()), "{}", requests.len());
}

#[tokio::test(start_paused = true)]
async fn invariant_04_a_call_forces_at_most_two_refreshes_without_an_acceptance() {
    let world = World::new();
    let interceptor = world.interceptor();
    world.get(&interceptor).await.unwrap();
    tokio::time::sleep(seconds(62.0)).await;
    world.book().refuse_all = true;
    assert_eq!(
        reason(world.get(&interceptor).await),
        UnauthorizedReason::RefusedAfterRefresh
    );
    assert_eq!(world.token_requests(), 3);
    // The first token; the settled one twice; a new one after each of its two pauses; the third once.
    assert_eq!(world.api_requests(), 1 + 2 + 3 + 1);
}

#[tokio::test(start_paused = true)]
async fn invariant_04_a_revoked_token_is_replaced_at_once() {
    let world = World::new();
    let interceptor = world.interceptor();
    world.get(&interceptor).await.unwrap();
    tokio::time::sleep(seconds(4.0)).await;
    world.revoke_all();
    let before = world.now();
    assert_eq!(
        world
            .call(&interceptor, request(Method::POST), 60.0)
            .await
            .unwrap(),
        200
    );
    assert!(world.now() - before < seconds(0.2));
    assert_eq!((world.token_requests(), world.api_requests()), (2, 4));
}

#[tokio::test(start_paused = true)]
async fn invariant_04_twelve_replays_are_the_limit() {
    let world = World::new();
    world.book().lifetime = 0.04;
    world.book().api_latency = seconds(0.2);
    let interceptor = world.interceptor();
    assert_eq!(
        reason(world.get(&interceptor).await),
        UnauthorizedReason::ReplaysUsedUp
    );
    assert_eq!(world.api_requests(), 13);
}

#[tokio::test(start_paused = true)]
async fn invariant_04_no_replay_past_the_deadline() {
    let world = World::new();
    let interceptor = world.interceptor();
    world.get(&interceptor).await.unwrap();
    world.revoke_all();
    world.book().api_latency = seconds(2.0);
    let outcome = world.call(&interceptor, request(Method::GET), 2.0).await;
    assert_eq!(reason(outcome), UnauthorizedReason::DeadlineExceeded);
    assert_eq!(world.api_requests(), 2);

    // Nor does it wait longer than that for a token.
    tokio::time::sleep(seconds(3601.0)).await;
    world.script([TokenAnswer::Hang]);
    world.book().api_latency = seconds(0.1);
    let before = world.now();
    let outcome = world.call(&interceptor, request(Method::GET), 1.0).await;
    assert!(
        matches!(&outcome, Err(InterceptError::Auth(error)) if error.kind() == AuthErrorKind::DeadlineExceeded),
        "{outcome:?}"
    );
    assert!(world.now() - before <= seconds(1.01));
}

/// Not even where a good token is at hand.
#[tokio::test(start_paused = true)]
async fn invariant_04_no_replay_past_the_deadline_with_a_newer_token_either() {
    let world = World::new();
    let interceptor = world.interceptor();
    world.get(&interceptor).await.unwrap();
    tokio::time::sleep(seconds(4.0)).await;
    world.book().api_latency = seconds(2.0);
    let late = {
        let (world, interceptor) = (world.clone(), Arc::clone(&interceptor));
        tokio::spawn(async move { world.call(&interceptor, request(Method::GET), 2.0).await })
    };
    tokio::time::sleep(seconds(0.1)).await;
    world.revoke_all();
    world.book().api_latency = seconds(0.005);
    assert_eq!(world.get(&interceptor).await.unwrap(), 200);
    let before = world.api_requests();
    assert_eq!(
        reason(late.await.unwrap()),
        UnauthorizedReason::DeadlineExceeded
    );
    assert_eq!(world.api_requests(), before);
}

#[tokio::test(start_paused = true)]
async fn invariant_04_403_never_invalidates() {
    let world = World::new();
    let interceptor = world.interceptor();
    world.book().api_script.extend([403, 403, 200]);
    for expected in [403, 403, 200] {
        assert_eq!(world.get(&interceptor).await.unwrap(), expected);
    }
    assert_eq!(world.token_requests(), 1);
}

/// The simulation of the design, scaled down: 256 calls at a time, tokens of one second, one call in a thousand revokes its own.
#[tokio::test(start_paused = true)]
async fn invariant_04_no_call_is_lost_to_expiry_and_revocation() {
    let world = World::new();
    let revocations = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let dice = Jitter::seeded(42);
    {
        let counter = Arc::clone(&revocations);
        let mut book = world.book();
        book.lifetime = 1.0;
        book.revoke = Some(Box::new(move || {
            let hit = dice.next() < 0.001;
            counter.fetch_add(usize::from(hit), std::sync::atomic::Ordering::Relaxed);
            hit
        }));
    }
    let interceptor = world.interceptor();
    let workers: Vec<_> = (0..256)
        .map(|_| {
            let (world, interceptor) = (world.clone(), Arc::clone(&interceptor));
            tokio::spawn(async move {
                let mut lost = 0;
                for _ in 0..240 {
                    lost += usize::from(world.get(&interceptor).await.ok() != Some(200));
                }
                lost
            })
        })
        .collect();
    let mut lost = 0;
    for worker in workers {
        lost += worker.await.unwrap();
    }
    assert_eq!(lost, 0);
    assert!(revocations.load(std::sync::atomic::Ordering::Relaxed) > 30);
    let book = world.book();
    assert_eq!(book.most_tokens_in_flight, 1);
    let allowed = world.now().as_secs_f64() / 0.7
        + revocations.load(std::sync::atomic::Ordering::Relaxed) as f64
        + 2.0;
    assert!(
        (book.token_requests.len() as f64) <= allowed,
        "{} token requests, {allowed} allowed",
        book.token_requests.len()
    );
}

/// One operation that answers 401 costs the others nothing, also where nobody can get another token.
#[tokio::test(start_paused = true)]
async fn invariant_04_a_token_that_nothing_can_renew_is_not_condemned() {
    let world = World::new();
    let (token, _) = world.mint();
    world.script([TokenAnswer::Json(
        200,
        format!(r#"{{"access_token":"{token}","token_type":"bearer","expires_in":3600}}"#),
    )]);
    let interceptor = world.builder(world.code()).build();
    assert_eq!(world.get(&interceptor).await.unwrap(), 200);
    for _ in 0..3 {
        world.book().api_script.extend([401; 30]);
        for _ in 0..30 {
            let outcome = world.get(&interceptor).await;
            assert_eq!(reason(outcome), UnauthorizedReason::NotRenewable);
            tokio::time::sleep(seconds(0.5)).await;
        }
        assert_eq!(world.get(&interceptor).await.unwrap(), 200);
    }
    assert_eq!(world.token_requests(), 1);
}
