//! Single flight.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::super::support::{TokenAnswer, World, auth_error, seconds};
use crate::runtime::auth::{AuthErrorKind, Interceptor};

async fn herd(world: &World, interceptor: &Arc<Interceptor>, size: usize) -> Vec<bool> {
    let mut calls = JoinSet::new();
    for _ in 0..size {
        let (world, interceptor) = (world.clone(), Arc::clone(interceptor));
        calls.spawn(async move {
            world
                .get(&interceptor)
                .await
                .is_ok_and(|status| status == 200)
        });
    }
    calls.join_all().await
}

#[tokio::test(start_paused = true)]
async fn invariant_02_single_flight_on_an_empty_cache() {
    let world = World::new();
    let interceptor = world.interceptor();
    let outcomes = herd(&world, &interceptor, 10_000).await;
    assert!(outcomes.iter().all(|ok| *ok));
    assert_eq!(world.token_requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn invariant_02_single_flight_on_an_expired_cache() {
    let world = World::new();
    let interceptor = world.interceptor();
    world.get(&interceptor).await.unwrap();
    tokio::time::sleep(seconds(3601.0)).await;
    let outcomes = herd(&world, &interceptor, 10_000).await;
    assert!(outcomes.iter().all(|ok| *ok));
    assert_eq!(world.token_requests(), 2);
    assert_eq!(world.book().most_tokens_in_flight, 1);
}

#[tokio::test(start_paused = true)]
async fn invariant_02_single_flight_shares_its_failure() {
    let world = World::new();
    world.script([TokenAnswer::error(400, "invalid_client", "no such client")]);
    let interceptor = world.interceptor();
    let mut calls = JoinSet::new();
    for _ in 0..100 {
        let (world, interceptor) = (world.clone(), Arc::clone(&interceptor));
        calls.spawn(async move { world.get(&interceptor).await });
    }
    for outcome in calls.join_all().await {
        let error = auth_error(outcome);
        assert_eq!(error.kind(), AuthErrorKind::WrongSecret);
    }
    assert_eq!(world.token_requests(), 1);
    assert_eq!(world.api_requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn invariant_02_single_flight_serves_all_while_advisory() {
    let world = World::new();
    let interceptor = world.interceptor();
    world.get(&interceptor).await.unwrap();
    world.book().token_latency = seconds(2.0);
    // 25 % of an hour is 15 minutes before its end, and jitter takes off at most a fifth of it.
    tokio::time::sleep(seconds(3600.0 - 11.0 * 60.0)).await;
    let before = world.now();
    let outcomes = herd(&world, &interceptor, 1000).await;
    assert!(outcomes.iter().all(|ok| *ok));
    assert!(world.now() - before < seconds(0.1), "nobody waits");
    assert_eq!(world.token_requests(), 2);
    tokio::time::sleep(seconds(3.0)).await;
    world.get(&interceptor).await.unwrap();
    assert_eq!(
        world.book().api_requests.last().unwrap(),
        "access-token-00002"
    );
    assert_eq!(world.token_requests(), 2);
}
