//! Many threads at once, in real time, with tokens that live a fifth of a second.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::support::World;
use crate::runtime::auth::Jitter;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_call_is_lost_between_threads() {
    let world = World::new();
    {
        let dice = Jitter::seeded(3);
        let mut book = world.book();
        book.lifetime = 0.2;
        book.token_latency = Duration::from_millis(2);
        book.api_latency = Duration::from_millis(1);
        book.revoke = Some(Box::new(move || dice.next() < 0.0005));
    }
    let interceptor = world.interceptor();
    let end = Instant::now() + Duration::from_secs(2);
    let workers: Vec<_> = (0..64)
        .map(|_| {
            let (world, interceptor) = (world.clone(), Arc::clone(&interceptor));
            tokio::spawn(async move {
                let mut calls = 0;
                while Instant::now() < end {
                    assert_eq!(world.get(&interceptor).await.unwrap(), 200);
                    calls += 1;
                }
                calls
            })
        })
        .collect();
    let mut calls = 0;
    for worker in workers {
        calls += worker.await.unwrap();
    }
    assert!(calls > 1000, "{calls}");
    assert_eq!(world.book().most_tokens_in_flight, 1);
    assert_eq!(world.book().tokens_in_flight, 0);
}
