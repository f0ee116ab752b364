//! Static stability.

use std::sync::{Arc, Mutex};

use super::super::support::{TokenAnswer, World, answered, seconds};
use crate::runtime::auth::{AuthErrorKind, Hooks, InterceptError, TokenSettings};
use crate::runtime::transport::TransportErrorKind;

fn down(times: usize) -> Vec<TokenAnswer> {
    vec![TokenAnswer::Fail(TransportErrorKind::Connect); times]
}

#[tokio::test(start_paused = true)]
async fn invariant_06_a_failed_refresh_keeps_the_token_that_works() {
    let world = World::new();
    let events = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&events);
    let hooks = Hooks::new().on_refresh_error(move |event| {
        log.lock()
            .unwrap()
            .push((event.error.kind(), event.next_attempt, event.token_usable));
    });
    let interceptor = world.interceptor_with(TokenSettings::default(), hooks);
    world.get(&interceptor).await.unwrap();
    world.book().token_fault = Some(Box::new(|| {
        Some(TokenAnswer::Fail(TransportErrorKind::Connect))
    }));
    // From the advisory window to the last seconds of the token, with the login host down all the time.
    world.call_until(&interceptor, 3590.0, 0.5).await;
    let events = events.lock().unwrap().clone();
    assert!(events.len() > 3, "{events:?}");
    assert!(events.len() < 60, "backs off: {}", events.len());
    for (kind, next, usable) in &events {
        assert_eq!(*kind, AuthErrorKind::NoNetwork);
        assert!(*usable);
        assert!(*next <= seconds(300.0));
    }
    let last = world.book().token_requests.last().unwrap().at;
    assert!(
        last > seconds(3540.0),
        "an attempt falls into the mandatory window: {last:?}"
    );
    // The login host is back before the end: the next token comes in time.
    world.book().token_fault = None;
    world.call_until(&interceptor, 3700.0, 0.5).await;
}

#[tokio::test(start_paused = true)]
async fn invariant_06_a_failed_first_fetch_is_shared_for_a_second_then_two_never_for_ever() {
    let world = World::new();
    world.book().token_fault = Some(Box::new(|| {
        Some(TokenAnswer::error(400, "invalid_client", "unknown"))
    }));
    let interceptor = world.interceptor();
    while world.now() < seconds(200.0) {
        let outcome = world.get(&interceptor).await;
        assert!(matches!(outcome, Err(InterceptError::Auth(_))));
        tokio::time::sleep(seconds(0.1)).await;
    }
    let gaps: Vec<f64> = world
        .book()
        .token_requests
        .windows(2)
        .map(|pair| (pair[1].at - pair[0].at).as_secs_f64())
        .collect();
    let expected = [1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0];
    assert!(gaps.len() >= 8, "{gaps:?}");
    for (gap, expected) in gaps.iter().zip(expected) {
        assert!((expected..expected + 0.3).contains(gap), "{gaps:?}");
    }
    world.book().token_fault = None;
    tokio::time::sleep(seconds(10.0)).await;
    assert_eq!(world.get(&interceptor).await.unwrap(), 200);
}

#[tokio::test(start_paused = true)]
async fn invariant_06_a_call_waits_for_the_next_try_if_it_has_the_time() {
    let world = World::new();
    let interceptor = world.interceptor();
    world.script(down(3));
    // Those who wait for the flight that fails do what a call does that comes a moment later.
    let waiting = world.herd(&interceptor, 20);
    tokio::time::sleep(seconds(0.5)).await;
    assert_eq!(world.token_requests(), 3);
    // The failure is shared for a second; a call that ends before gets it at once, one with more time waits and is served.
    let before = world.now();
    let hasty = world
        .call(
            &interceptor,
            super::super::support::request(http::Method::GET),
            0.3,
        )
        .await;
    assert!(
        matches!(&hasty, Err(InterceptError::Auth(error)) if error.kind() == AuthErrorKind::NoNetwork)
    );
    assert_eq!(world.now(), before);
    assert_eq!(world.get(&interceptor).await.unwrap(), 200);
    assert!(world.now() - before > seconds(0.5));
    answered(waiting).await;
    assert_eq!(world.token_requests(), 4);
}

#[tokio::test(start_paused = true)]
async fn invariant_06_a_condemned_token_is_probed_once_a_second_while_refreshes_fail() {
    let world = World::new();
    let interceptor = world.interceptor();
    world.get(&interceptor).await.unwrap();
    tokio::time::sleep(seconds(4.0)).await;
    world.revoke_all();
    world.book().token_fault = Some(Box::new(|| {
        Some(TokenAnswer::Fail(TransportErrorKind::Connect))
    }));
    let calls: Vec<_> = (0..200)
        .map(|number| {
            let (world, interceptor) = (world.clone(), Arc::clone(&interceptor));
            tokio::spawn(async move {
                tokio::time::sleep(seconds(0.05) * number).await;
                let mut request = super::super::support::request(http::Method::GET);
                request
                    .url
                    .set_path(&format!("/api/v2/things/{}", number % 10));
                let deadline = world.deadline(60.0);
                let outcome = interceptor.send(&mut request, "", Some(deadline), &world);
                outcome.await.map(|response| response.status.as_u16())
            })
        })
        .collect();
    tokio::time::sleep(seconds(10.0)).await;
    // The calls that were under way when it was condemned, each twice, and a probe each second.
    let with_the_dead_one = world.api_requests() - 1;
    assert!((8..=20).contains(&with_the_dead_one), "{with_the_dead_one}");
    world.book().token_fault = None;
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap(), 200);
    }
}
