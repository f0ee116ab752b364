//! Generation check.

use super::super::support::{World, answered, seconds};

/// V4: a request that was sent with the old token comes back with 401 when the refresh is long over.
#[tokio::test(start_paused = true)]
async fn invariant_03_a_late_401_replays_without_a_refresh() {
    let world = World::new();
    let interceptor = world.interceptor();
    world.get(&interceptor).await.unwrap();
    tokio::time::sleep(seconds(4.0)).await;
    world.book().api_latency = seconds(10.0);
    let late = world.herd(&interceptor, 50);
    tokio::time::sleep(seconds(0.1)).await;
    world.revoke_all();
    world.book().api_latency = seconds(0.005);
    assert_eq!(world.get(&interceptor).await.unwrap(), 200);
    assert_eq!(world.token_requests(), 2);
    let began = world.now();
    answered(late).await;
    // They came back 10 s after they were sent, and were sent again without a pause.
    assert!(
        world.now() - began < seconds(9.8),
        "{:?}",
        world.now() - began
    );
    assert_eq!(world.token_requests(), 2, "no late herd");
}
