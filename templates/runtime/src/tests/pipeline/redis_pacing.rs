//! Pacing shared through a real Redis server, and so in real time.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::pacing::counting_to;
use crate::runtime::pipeline::{Pacing, PacingLimit, PacingStore, RedisPacing};
use crate::tests::redis_server::Server;
use crate::tests::support::{GetUser, TOKEN, builder};

const SPAN: Duration = Duration::from_secs(100);

fn open(server: &Server) -> RedisPacing {
    RedisPacing::open(&server.url).unwrap()
}

/// Reserves a place; returns its delay in whole spans, and its name.
async fn reserve(store: &RedisPacing, key: &str, calls: u64) -> (u64, String) {
    let limit = PacingLimit { calls, span: SPAN };
    let place = store.reserve(key, limit).await.unwrap();
    // The server's clock goes on between the calls.
    let spans = (place.delay.as_secs_f64() / SPAN.as_secs_f64()).round() as u64;
    assert!(SPAN * spans as u32 >= place.delay, "{place:?}");
    (spans, place.name)
}

#[tokio::test]
async fn places_are_a_span_after_those_a_limit_ahead() {
    let Some(server) = Server::start().await else {
        return;
    };
    // Two clients, one line.
    let (a, b) = (open(&server), open(&server));
    let mut delays = Vec::new();
    for _ in 0..3 {
        delays.push(reserve(&a, "k", 2).await.0);
        delays.push(reserve(&b, "k", 2).await.0);
    }
    assert_eq!(delays, [0, 0, 1, 1, 2, 2]);
    assert_eq!(reserve(&a, "another", 2).await.0, 0);

    // A place that is given back is given out again, and no other comes before its time.
    let (spans, name) = reserve(&a, "k", 2).await;
    assert_eq!(spans, 3);
    b.give_back("k", &name).await.unwrap();
    assert_eq!(reserve(&b, "k", 2).await.0, 3);
    assert_eq!(reserve(&b, "k", 2).await.0, 3);
    assert_eq!(reserve(&b, "k", 2).await.0, 4);

    // A limit that is raised counts at once.
    assert_eq!(reserve(&b, "k", 3).await.0, 4);
}

#[tokio::test]
async fn what_is_closed_stays_closed_for_everybody_and_everything_expires() {
    let Some(server) = Server::start().await else {
        return;
    };
    let (a, b) = (
        open(&server),
        open(&server).with_prefix("genesys-cloud-pacing"),
    );
    a.close("k", SPAN).await.unwrap();
    // A shorter time does not open it.
    b.close("k", Duration::from_secs(1)).await.unwrap();
    assert_eq!(reserve(&b, "k", 5).await.0, 1);

    let client = redis::Client::open(server.url.as_str()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let mut keys: Vec<String> = redis::cmd("KEYS")
        .arg("*")
        .query_async(&mut connection)
        .await
        .unwrap();
    keys.sort();
    assert_eq!(
        keys,
        [
            "{genesys-cloud-pacing:k}",
            "{genesys-cloud-pacing:k}:closed"
        ]
    );
    for key in keys {
        let left: i64 = redis::cmd("PTTL")
            .arg(&key)
            .query_async(&mut connection)
            .await
            .unwrap();
        assert!((1..=200_000).contains(&left), "{key}: {left}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_clients_of_one_token_stay_below_its_limit_together() {
    let Some(server) = Server::start().await else {
        return;
    };
    let window = Duration::from_millis(300);
    let (transport, refused) = counting_to(20, window, Duration::from_millis(5), 0);
    let mut calls = JoinSet::new();
    for _ in 0..4 {
        let client = builder(&transport)
            .pacing(Pacing::standard().with_limit(20).with_window(window))
            .pacing_store(Arc::new(open(&server)))
            .build()
            .unwrap();
        // Each of them alone is below the limit.
        for index in 0..15 {
            let call = GetUser::new(&client, &index.to_string()).send();
            calls.spawn(async move { call.await.map(|response| response.attempts()) });
        }
    }
    while let Some(outcome) = calls.join_next().await {
        assert_eq!(outcome.unwrap().unwrap(), 1);
    }
    assert_eq!(*refused.lock().unwrap(), 0);
    assert_eq!(transport.request_count(), 60);
}

#[tokio::test]
async fn a_redis_that_is_not_there_holds_no_call_up() {
    let (transport, _) = counting_to(20, SPAN, Duration::ZERO, 0);
    // Nothing listens on port 1.
    let store = RedisPacing::open("redis://:hunter2@127.0.0.1:1/").unwrap();
    assert!(!format!("{store:?}").contains("hunter2"));
    let client = builder(&transport)
        .pacing_store(Arc::new(store))
        .build()
        .unwrap();
    for index in 0..20 {
        let response = GetUser::new(&client, &index.to_string())
            .send()
            .await
            .unwrap();
        assert_eq!(response.attempts(), 1);
    }
}

#[tokio::test]
async fn the_token_is_not_in_redis() {
    let Some(server) = Server::start().await else {
        return;
    };
    let (transport, _) = counting_to(20, SPAN, Duration::ZERO, 0);
    let client = builder(&transport)
        .pacing_store(Arc::new(open(&server)))
        .build()
        .unwrap();
    GetUser::new(&client, "1").send().await.unwrap();
    let redis = redis::Client::open(server.url.as_str()).unwrap();
    let mut connection = redis.get_multiplexed_async_connection().await.unwrap();
    let keys: Vec<String> = redis::cmd("KEYS")
        .arg("*")
        .query_async(&mut connection)
        .await
        .unwrap();
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert!(keys[0].starts_with("{genesys-cloud-pacing:"), "{keys:?}");
    assert!(!keys[0].contains(TOKEN));
}
