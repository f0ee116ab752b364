//! Cancellation and death of the task that refreshes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::support::{FnProvider, World, answered, auth_error, seconds};
use crate::runtime::auth::{AuthErrorKind, InterceptError, Interceptor, Token, TokenProvider};
use crate::runtime::clock::SystemClock;

#[tokio::test(start_paused = true)]
async fn invariant_05_a_dropped_caller_leaves_the_refresh_running() {
    let world = World::new();
    world.book().token_latency = seconds(1.0);
    let interceptor = world.interceptor();
    for step in 1..20_u32 {
        let call = world.get(&interceptor);
        // Dropped at another point each time, the first ones while the token is on its way.
        let _ = tokio::time::timeout(seconds(0.07) * step, call).await;
    }
    assert_eq!(world.get(&interceptor).await.unwrap(), 200);
    assert_eq!(world.token_requests(), 1);
    assert_eq!(world.book().tokens_in_flight, 0);
}

#[tokio::test(start_paused = true)]
async fn invariant_05_a_panic_in_the_refresh_starts_a_new_flight() {
    let world = World::new();
    let tries = Arc::new(AtomicUsize::new(0));
    let provider = {
        let (world, tries) = (world.clone(), Arc::clone(&tries));
        FnProvider(move || {
            let number = tries.fetch_add(1, Ordering::SeqCst);
            let token = world.mint().0;
            async move {
                tokio::time::sleep(seconds(0.1)).await;
                assert!(number != 0, "a planted panic");
                Ok(Token::new(token))
            }
        })
    };
    let interceptor = Arc::new(world.builder(Arc::new(provider)).build());
    answered(world.herd(&interceptor, 50)).await;
    assert_eq!(tries.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn invariant_05_a_refresh_that_always_panics_ends_in_an_error() {
    let world = World::new();
    let tries = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&tries);
    let provider = FnProvider(move || {
        counter.fetch_add(1, Ordering::SeqCst);
        async move { panic!("a planted panic") }
    });
    let interceptor = world.builder(Arc::new(provider)).build();
    let outcome = world.get(&interceptor).await;
    assert!(
        matches!(&outcome, Err(InterceptError::Auth(error)) if error.kind() == AuthErrorKind::TaskDied),
        "{outcome:?}"
    );
    assert!(tries.load(Ordering::SeqCst) <= 5);
}

/// One client on two runtimes; the one that started the refresh is shut down in the middle of it.
#[test]
fn invariant_05_the_death_of_a_runtime_starts_a_new_flight() {
    let tries = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&tries);
    let (started, has_started) = std::sync::mpsc::channel();
    let provider = FnProvider(move || {
        let number = counter.fetch_add(1, Ordering::SeqCst);
        let _ = started.send(());
        async move {
            if number == 0 {
                std::future::pending::<()>().await;
            }
            Ok(Token::new("from the second runtime".replace(' ', "-")))
        }
    });
    let runtime = || {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap()
    };
    let (first, second) = (runtime(), runtime());
    let clock = {
        let _entered = first.enter();
        Arc::new(SystemClock::new())
    };
    let interceptor = Arc::new(
        Interceptor::builder(
            Arc::new(provider) as Arc<dyn TokenProvider>,
            "https://api.mypurecloud.com".parse().unwrap(),
            clock,
        )
        .build(),
    );
    let authenticate = |interceptor: &Arc<Interceptor>| {
        let interceptor = Arc::clone(interceptor);
        async move { interceptor.authenticate(None).await }
    };
    let abandoned = first.spawn(authenticate(&interceptor));
    has_started.recv().unwrap();
    let waiting = second.spawn(authenticate(&interceptor));
    // Whether the second call waits already or comes later makes no difference.
    first.shutdown_background();
    second.block_on(async { waiting.await.unwrap().unwrap() });
    assert_eq!(tries.load(Ordering::SeqCst), 2);
    drop(abandoned);
}

#[test]
fn invariant_05_without_a_runtime_the_error_is_clear() {
    let provider = FnProvider(|| async { Ok(Token::new("unused")) });
    let interceptor = Interceptor::builder(
        Arc::new(provider),
        "https://api.mypurecloud.com".parse().unwrap(),
        Arc::new(SystemClock::new()),
    )
    .build();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut call = Box::pin(interceptor.authenticate(None));
    let std::task::Poll::Ready(Err(error)) = call.as_mut().poll(&mut context) else {
        panic!("no wait without a runtime");
    };
    assert_eq!(error.kind(), AuthErrorKind::NoRuntime);
    assert!(error.to_string().contains("tokio runtime"));
}

/// A runtime that exists but that nobody drives cannot hold the others up for ever.
#[test]
fn invariant_05_a_runtime_that_stands_still_is_given_up() {
    let idle = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let tries = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&tries);
    let provider = FnProvider(move || {
        counter.fetch_add(1, Ordering::SeqCst);
        async { Ok(Token::new("second")) }
    });
    let busy = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    let clock = {
        let _entered = busy.enter();
        busy.block_on(async { Arc::new(SystemClock::new()) })
    };
    let interceptor = Interceptor::builder(
        Arc::new(provider),
        "https://api.mypurecloud.com".parse().unwrap(),
        clock,
    )
    .build();
    idle.block_on(async {
        let call = interceptor.authenticate(None);
        // One poll starts the flight on this runtime, which is not driven again.
        let mut call = Box::pin(call);
        std::future::poll_fn(|context| {
            let _ = call.as_mut().poll(context);
            std::task::Poll::Ready(())
        })
        .await;
    });
    busy.block_on(async { interceptor.authenticate(None).await.unwrap() });
    assert_eq!(
        tries.load(Ordering::SeqCst),
        1,
        "the first flight never left the ground"
    );
    drop(idle);
}

/// Counts its fetches; the first one gets no answer before `release`.
struct Slow {
    repeatable: bool,
    tries: Arc<AtomicUsize>,
    release: Arc<tokio::sync::Notify>,
    tokens: Vec<String>,
}

impl TokenProvider for Slow {
    fn fetch<'a>(
        &'a self,
        _: crate::runtime::auth::Previous<'a>,
    ) -> crate::runtime::clock::BoxFuture<'a, Result<Token, crate::runtime::auth::AuthError>> {
        Box::pin(async move {
            let tries = self.tries.fetch_add(1, Ordering::SeqCst);
            if tries == 0 {
                self.release.notified().await;
            }
            let token = Token::new(self.tokens[tries].as_str());
            Ok(token.with_lifetime(std::time::Duration::from_secs(3600)))
        })
    }

    fn is_repeatable(&self) -> bool {
        self.repeatable
    }
}

/// A client of two runtimes, of which the first began a refresh and stands still in the middle of it.
fn standing_still(
    repeatable: bool,
) -> (
    World,
    Arc<Interceptor>,
    Arc<AtomicUsize>,
    Arc<tokio::sync::Notify>,
    [tokio::runtime::Runtime; 2],
) {
    let runtime = |paused| {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(paused)
            .build()
            .unwrap()
    };
    let (idle, busy) = (runtime(false), runtime(true));
    let world = busy.block_on(async { World::new() });
    let (tries, release) = (Arc::default(), Arc::default());
    let provider = Slow {
        repeatable,
        tries: Arc::clone(&tries),
        release: Arc::clone(&release),
        tokens: (0..3).map(|_| world.mint().0).collect(),
    };
    let interceptor = Arc::new(world.builder(Arc::new(provider)).build());
    idle.block_on(async {
        let call = Arc::clone(&interceptor);
        tokio::spawn(async move { call.authenticate(None).await });
        while tries.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
    });
    (world, interceptor, tries, release, [idle, busy])
}

#[test]
fn invariant_05_no_other_runtime_sends_the_refresh_token_of_one_that_stands_still() {
    let (world, interceptor, tries, _, [idle, busy]) = standing_still(false);
    busy.block_on(async {
        let error = auth_error(world.get(&interceptor).await);
        assert_eq!(error.kind(), AuthErrorKind::DeadlineExceeded);
        assert_eq!(tries.load(Ordering::SeqCst), 1);
    });
    // What is gone is not waited for.
    drop(idle);
    busy.block_on(async { assert_eq!(world.get(&interceptor).await.unwrap(), 200) });
    assert_eq!(tries.load(Ordering::SeqCst), 2);
}

#[test]
fn invariant_05_a_flight_that_ends_late_does_not_replace_a_later_token() {
    let (world, interceptor, tries, release, [idle, busy]) = standing_still(true);
    busy.block_on(async { assert_eq!(world.get(&interceptor).await.unwrap(), 200) });
    assert_eq!(tries.load(Ordering::SeqCst), 2);
    release.notify_one();
    idle.block_on(async {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    });
    busy.block_on(async { assert_eq!(world.get(&interceptor).await.unwrap(), 200) });
    let used = world.book().api_requests.clone();
    assert_eq!(used[0], used[1], "the token of the later flight");
}
