//! Random schedules of calls, expiries, revocations, faults and cancellations, in virtual time.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::support::{SECRET, TokenAnswer, World, seconds};
use crate::runtime::auth::store::MemoryStore;
use crate::runtime::auth::{Interceptor, Jitter, TokenProvider, TokenSettings};
use crate::runtime::transport::TransportErrorKind;

/// One thing that happens.
#[derive(Clone, Debug)]
enum Event {
    /// Calls that start together.
    Calls(u8),
    /// A call whose caller loses patience after that many milliseconds.
    Cancelled(u16),
    /// The server forgets every token.
    Revoke,
    /// The next token requests fail in a way that a refresh gets over.
    Fault(u8),
    /// Time passes: milliseconds.
    Pause(u16),
    /// The wall clock is set, by seconds.
    SetWall(i16),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        5 => (1_u8..40).prop_map(Event::Calls),
        3 => (0_u16..120).prop_map(Event::Cancelled),
        1 => Just(Event::Revoke),
        2 => (0_u8..5).prop_map(Event::Fault),
        4 => (0_u16..1500).prop_map(Event::Pause),
        1 => (-20_i16..20).prop_map(Event::SetWall),
    ];
    proptest::collection::vec(event, 1..40)
}

fn fault(number: u8) -> TokenAnswer {
    match number {
        0 => TokenAnswer::Fail(TransportErrorKind::Connect),
        1 => TokenAnswer::Fail(TransportErrorKind::Io),
        2 => TokenAnswer::Json(503, String::new()),
        3 => TokenAnswer::Json(200, r#"{"access_token":"#.to_owned()),
        _ => TokenAnswer::error(400, "invalid_request", "rate limit exceeded"),
    }
}

/// What a run did wrong; nothing, as a rule.
async fn run(
    events: Vec<Event>,
    seed: u64,
    rotate: bool,
    lifetime: f64,
    store: bool,
) -> Result<(), String> {
    let world = World::new();
    {
        let mut book = world.book();
        book.lifetime = lifetime;
        book.rotate = rotate;
    }
    let provider: Arc<dyn TokenProvider> = if rotate {
        world.code()
    } else {
        world.credentials()
    };
    let builder = world
        .builder(provider)
        .jitter(Jitter::seeded(seed))
        .settings(TokenSettings::default());
    let interceptor: Arc<Interceptor> = Arc::new(if store {
        builder.store(Arc::new(MemoryStore::new()), "k").build()
    } else {
        builder.build()
    });
    let mut calls = Vec::new();
    let (mut issued, mut faults) = (0, 0);
    for event in events {
        match event {
            Event::Calls(count) => {
                for _ in 0..count {
                    let (world, interceptor) = (world.clone(), Arc::clone(&interceptor));
                    calls.push(tokio::spawn(async move { world.get(&interceptor).await }));
                }
            }
            Event::Cancelled(after) => {
                let (world, interceptor) = (world.clone(), Arc::clone(&interceptor));
                tokio::spawn(async move {
                    let call = world.get(&interceptor);
                    let _ = tokio::time::timeout(Duration::from_millis(after.into()), call).await;
                });
            }
            Event::Revoke => world.revoke_all(),
            Event::Fault(number) => {
                // Never so many that all three attempts of one refresh fail: two from one token to the next.
                if world.tokens_issued() != issued {
                    issued = world.tokens_issued();
                    faults = world.book().script.len();
                }
                if faults < 2 {
                    world.script([fault(number)]);
                    faults += 1;
                }
            }
            Event::Pause(milliseconds) => {
                tokio::time::sleep(Duration::from_millis(milliseconds.into())).await;
            }
            Event::SetWall(by) => world.clock.set_wall_offset(by.into()),
        }
    }
    for call in calls {
        match call.await {
            Ok(Ok(200)) => {}
            lost => return Err(format!("a call was lost: {lost:?}")),
        }
    }
    tokio::time::sleep(seconds(60.0)).await;
    let last = world.get(&interceptor).await;
    if !matches!(last, Ok(200)) {
        return Err(format!("dead afterwards: {last:?}"));
    }
    let shown = format!("{interceptor:?}");
    let book = world.book();
    if book.most_tokens_in_flight > 1 {
        return Err(format!(
            "{} token requests at once",
            book.most_tokens_in_flight
        ));
    }
    if book.tokens_in_flight > 0 {
        return Err("a token request was never ended".to_owned());
    }
    if ["access-token", "refresh-token", SECRET, "the-code"]
        .iter()
        .any(|secret| shown.contains(secret))
    {
        return Err(format!("a leak: {shown}"));
    }
    Ok(())
}

proptest! {
    #[test]
    fn no_schedule_loses_a_call_or_doubles_a_flight(
        events in events(),
        seed in any::<u64>(),
        rotate in any::<bool>(),
        store in any::<bool>(),
        lifetime in 0.3_f64..30.0,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        let outcome = runtime.block_on(run(events, seed, rotate, lifetime, store));
        prop_assert_eq!(outcome, Ok(()));
    }
}
