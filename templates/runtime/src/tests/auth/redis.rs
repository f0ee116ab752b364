//! The Redis store, against a real server.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::processes::{assert_one_per_lifetime, run_processes};
use super::support::{World, seconds};
use crate::runtime::auth::store::{RedisStore, StoredToken, TokenStore};
use crate::runtime::auth::{Hooks, Secret};
use crate::tests::redis_server::Server;

fn token(text: &str, sequence: u64) -> StoredToken {
    StoredToken::new(
        Secret::from(text),
        Some(Secret::from("refresh")),
        std::time::UNIX_EPOCH + Duration::from_secs(1_800_000_000),
        Duration::from_secs(3600),
        sequence,
    )
}

#[tokio::test]
async fn a_lock_is_one_holders_at_a_time_and_numbers_its_holders() {
    let Some(server) = Server::start().await else {
        return;
    };
    let (a, b) = (
        RedisStore::open(&server.url).unwrap(),
        RedisStore::open(&server.url).unwrap(),
    );
    let first = a.try_lock("k").await.unwrap().unwrap();
    assert!(b.try_lock("k").await.unwrap().is_none());
    assert!(b.try_lock("other").await.unwrap().is_some());
    let first_fence = first.fence;
    a.unlock("k", first).await.unwrap();
    let second = b.try_lock("k").await.unwrap().unwrap();
    assert!(second.fence > first_fence);
    // Its holder dies; here its expiry is brought about by hand.
    let client = redis::Client::open(server.url.as_str()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let left: i64 = redis::cmd("PTTL")
        .arg("{genesys-cloud-token:k}:lock")
        .query_async(&mut connection)
        .await
        .unwrap();
    assert!((1..=40_000).contains(&left), "{left}");
    let _: i64 = redis::cmd("DEL")
        .arg("{genesys-cloud-token:k}:lock")
        .query_async(&mut connection)
        .await
        .unwrap();
    let third = a.try_lock("k").await.unwrap().unwrap();
    assert!(third.fence > second.fence);
    a.save("k", &token("third", 3), &third).await.unwrap();
    // The late holder is refused, and does not free what is not its own.
    assert!(b.save("k", &token("second", 2), &second).await.is_err());
    b.unlock("k", second).await.unwrap();
    assert!(b.try_lock("k").await.unwrap().is_none());
    assert_eq!(b.load("k").await.unwrap(), Some(token("third", 3)));
    let kept: i64 = redis::cmd("PTTL")
        .arg("{genesys-cloud-token:k}")
        .query_async(&mut connection)
        .await
        .unwrap();
    assert!(kept > 3_600_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_12_eight_processes_on_one_redis_make_one_token_request_per_lifetime() {
    let Some(server) = Server::start().await else {
        return;
    };
    let (requests, elapsed) = run_processes(&server.url).await;
    assert_one_per_lifetime(requests, elapsed);
}

/// In real time, because the server is real.
#[tokio::test]
async fn invariant_12_a_redis_that_goes_away_loses_no_call() {
    let Some(server) = Server::start().await else {
        return;
    };
    let world = World::new();
    world.book().lifetime = 0.5;
    let errors = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&errors);
    let store = RedisStore::open(&server.url).unwrap();
    let interceptor = world
        .builder(world.credentials())
        .hooks(
            Hooks::new().on_store_error(move |error| log.lock().unwrap().push(error.to_string())),
        )
        .store(Arc::new(store), "fleet")
        .build();
    let mut server = Some(server);
    while world.now() < seconds(3.0) {
        assert_eq!(world.get(&interceptor).await.unwrap(), 200);
        if world.now() > seconds(1.0) {
            server = None;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(server.is_none());
    let errors = errors.lock().unwrap();
    assert!(!errors.is_empty());
    assert!(
        errors.iter().all(|error| error.contains("token store")),
        "{errors:?}"
    );
}

#[test]
fn the_password_of_the_server_is_not_shown() {
    let store = RedisStore::open("redis://:hunter2@127.0.0.1:1/").unwrap();
    assert!(!format!("{store:?}").contains("hunter2"));
    let Err(error) = RedisStore::open("nonsense://:hunter2@x") else {
        panic!("no such scheme");
    };
    assert!(error.is_configuration(), "{error:?}");
    assert!(!error.to_string().contains("hunter2"));
}

/// A server of which the first connection never gets an answer.
async fn half_deaf(to: String) -> String {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .unwrap();
    let url = format!("redis://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (_silent, _) = listener.accept().await.unwrap();
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut server = tokio::net::TcpStream::connect(&to).await.unwrap();
            tokio::spawn(async move {
                let _ = tokio::io::copy_bidirectional(&mut stream, &mut server).await;
            });
        }
    });
    url
}

#[tokio::test]
async fn a_connection_that_is_never_made_blocks_nobody_and_ends() {
    let Some(server) = Server::start().await else {
        return;
    };
    let address = server
        .url
        .trim_start_matches("redis://")
        .trim_end_matches('/');
    let store = Arc::new(RedisStore::open(&half_deaf(address.to_owned()).await).unwrap());
    let first = {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.load("k").await })
    };
    tokio::task::yield_now().await;
    let second = tokio::time::timeout(Duration::from_secs(2), store.load("k")).await;
    assert_eq!(second.unwrap().unwrap(), None);
    let ended = tokio::time::timeout(Duration::from_secs(8), first).await;
    assert!(ended.unwrap().unwrap().is_err());
}

#[tokio::test]
async fn an_error_says_which_server_failed_and_how() {
    // Bound and closed again: nobody listens there.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let store = RedisStore::open(&format!("redis://someone:planted@{address}")).unwrap();
    let error = store.load("key").await.unwrap_err().to_string();
    assert_eq!(error, format!("Redis at {address}: connection refused"));
}
