//! Settings that no sane caller chooses.

use std::time::Duration;

use super::support::{TokenAnswer, World};
use crate::runtime::auth::schedule::Ages;
use crate::runtime::auth::{Hooks, InterceptError, TokenSettings};

#[tokio::test(start_paused = true)]
async fn times_without_an_end_are_none_and_no_panic() {
    let settings = TokenSettings {
        mandatory_window: Duration::MAX,
        mandatory_fraction: f64::NAN,
        advisory_windows: [Duration::MAX; 3],
        advisory_fraction: f64::INFINITY,
        advisory_jitter: f64::NAN,
        attempt_timeout: Duration::MAX,
        flight_timeout: Duration::MAX,
        attempt_backoff: Duration::MAX,
        refresh_backoff_min: Duration::MAX,
        refresh_backoff_max: Duration::MAX,
        failure_shared_min: Duration::MAX,
        failure_shared_max: Duration::MAX,
        spacing_min: Duration::MAX,
        spacing_max: Duration::MAX,
        accepted_window: Duration::MAX,
        token_wait: Duration::MAX,
        store_lock_wait: Duration::MAX,
        store_timeout: Duration::MAX,
        ..TokenSettings::default()
    };
    let world = World::new();
    let interceptor = world.interceptor_with(settings, Hooks::new());
    assert_eq!(world.get(&interceptor).await.unwrap(), 200);
    world.revoke_all();
    assert_eq!(world.get(&interceptor).await.unwrap(), 200);
    world.revoke_all();
    world.script([TokenAnswer::Json(400, String::new())]);
    let refused = world.get(&interceptor).await;
    assert!(matches!(refused, Err(InterceptError::Unauthorized(_))));
}

#[test]
fn shares_that_are_none_count_as_nothing() {
    let settings = TokenSettings {
        mandatory_fraction: f64::NAN,
        advisory_fraction: -1.0,
        ..TokenSettings::default()
    };
    let lifetime = Duration::from_secs(600);
    let ages = Ages::new(lifetime, 0.5, &settings);
    assert_eq!((ages.advisory, ages.mandatory), (lifetime, lifetime));
}
