// Included once for each copy of the runtime's files, as a module beside it.

use std::collections::HashSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use runtime::auth::cache::{CallBudget, ClientState, OperationKey, Sending, TokenCache};
use runtime::auth::source::Source;
use runtime::auth::store::{MemoryStore, TokenStore};
use runtime::auth::{
    AuthError, AuthErrorKind, Hooks, Jitter, Previous, Token, TokenProvider, TokenSettings,
};
use runtime::clock::{BoxFuture, Clock, Moment, Monotonic};
use shuttle::future::{block_on, spawn, yield_now};
use shuttle::rand::{Rng, thread_rng};

/// The longest sleep that ends.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);

/// Time passes where somebody sleeps.
#[derive(Debug, Default)]
struct ModelClock(Arc<Mutex<Duration>>);

impl Clock for ModelClock {
    fn now(&self) -> Moment {
        let monotonic = Duration::from_secs(1000) + *self.0.lock().unwrap();
        Moment {
            monotonic: Monotonic::new(monotonic),
            wall: SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000) + monotonic,
        }
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let now = Arc::clone(&self.0);
        let due = *now.lock().unwrap() + duration.min(LONGEST_SLEEP);
        Box::pin(async move {
            if duration > LONGEST_SLEEP {
                std::future::pending::<()>().await;
            }
            for _ in 0..3 {
                yield_now().await;
            }
            let mut now = now.lock().unwrap();
            *now = due.max(*now);
        })
    }
}

/// Login server and API in one.
#[derive(Default)]
struct Cloud {
    issued: u32,
    in_flight: u32,
    /// How many token requests fail from now on.
    failures: u32,
    /// Tokens up to this one are revoked.
    revoked: u32,
    /// Whether refresh tokens can be used once.
    rotates: bool,
    refresh_tokens_sent: HashSet<String>,
    /// The generations that were seen condemned.
    condemned: HashSet<String>,
    probes: u32,
}

/// A world and one client in it.
#[derive(Clone)]
struct World {
    clock: Arc<ModelClock>,
    cloud: Arc<Mutex<Cloud>>,
    /// Whether nothing is ever pardoned here, so that what was condemned may be probed and nothing else.
    is_strict: bool,
}

impl World {
    fn new(is_strict: bool, cloud: Cloud) -> Self {
        Self {
            clock: Arc::default(),
            cloud: Arc::new(Mutex::new(cloud)),
            is_strict,
        }
    }

    fn cloud(&self) -> MutexGuard<'_, Cloud> {
        self.cloud.lock().unwrap()
    }

    fn cache(&self, store: Option<MemoryStore>) -> TokenCache {
        let clock: Arc<dyn Clock> = self.clock.clone();
        let store = store.map(|store| (Arc::new(store) as Arc<dyn TokenStore>, "key".to_owned()));
        let settings = TokenSettings::default();
        let source = Source::new(
            Arc::new(self.clone()),
            store,
            Arc::clone(&clock),
            Jitter::new(|| 0.5),
            settings.clone(),
        );
        let client = Arc::new(ClientState::default());
        TokenCache::new(source, clock, settings, Jitter::new(|| 0.5), Hooks::new(), client)
    }

    /// Whether the API accepts `token` for `operation`; operation 0 it refuses always.
    fn accepts(&self, token: &str, operation: usize) -> bool {
        let number: u32 = token.rsplit('-').next().unwrap().parse().unwrap();
        operation != 0 && number > self.cloud().revoked
    }

    /// One call, as the interceptor makes it.
    async fn call(&self, cache: &TokenCache, operation: usize) -> bool {
        let key = OperationKey::new(&http::Method::GET, &operation.to_string());
        let mut budget = CallBudget::default();
        budget.operation = key;
        let before = self.cloud().condemned.clone();
        let Ok(mut token) = cache.acquire(&mut budget, None).await else {
            return false;
        };
        let served = generation(&format!("{token:?}"));
        let is_probe = format!("{budget:?}").contains("probed: true");
        self.cloud().probes += u32::from(is_probe);
        assert!(
            !self.is_strict || is_probe || !before.contains(&served),
            "generation {served} is condemned and served"
        );
        loop {
            let sent = self.clock.monotonic();
            yield_now().await;
            let accepted = self.accepts(token.access_token.expose(), operation);
            yield_now().await;
            if accepted {
                cache.accept(&token, sent, self.clock.monotonic(), &budget, || key);
                return true;
            }
            let sending = Sending { token: &token, sent, replayable: true, deadline: None };
            let next = cache.unauthorized(sending, &mut budget, self.clock.now()).await;
            let shown = format!("{cache:?}");
            if shown.contains("condemned: true") {
                self.cloud().condemned.insert(generation(&shown));
            }
            match next {
                Ok(next) => token = next,
                Err(_) => return false,
            }
        }
    }

    /// So many calls at once, each of an operation of its own, beginning with `first`; whether each was served.
    async fn calls(&self, cache: &TokenCache, first: usize, count: usize) -> Vec<bool> {
        let calls: Vec<_> = (first..first + count)
            .map(|operation| {
                let (world, cache) = (self.clone(), cache.clone());
                spawn(async move { world.call(&cache, operation).await })
            })
            .collect();
        let mut served = Vec::new();
        for call in calls {
            served.push(call.await.unwrap());
        }
        served
    }
}

/// The generation of which a `Debug` text tells.
fn generation(shown: &str) -> String {
    let (_, rest) = shown.split_once("generation: ").unwrap();
    rest.chars().take_while(char::is_ascii_digit).collect()
}

/// Counts a token request until its future ends or is dropped.
struct InFlight(World);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.cloud().in_flight -= 1;
    }
}

impl TokenProvider for World {
    fn fetch<'a>(&'a self, previous: Previous<'a>) -> BoxFuture<'a, Result<Token, AuthError>> {
        let refresh_token = previous.refresh_token.map(|token| token.expose().to_owned());
        Box::pin(async move {
            let _in_flight = {
                let mut cloud = self.cloud();
                cloud.in_flight += 1;
                assert_eq!(cloud.in_flight, 1, "a second flight");
                if let Some(refresh_token) = refresh_token.filter(|_| cloud.rotates) {
                    let is_new = cloud.refresh_tokens_sent.insert(refresh_token);
                    assert!(is_new, "a refresh token was sent twice");
                }
                InFlight(self.clone())
            };
            yield_now().await;
            let mut cloud = self.cloud();
            if cloud.failures > 0 {
                cloud.failures -= 1;
                return Err(AuthError::new(AuthErrorKind::ServerError));
            }
            cloud.issued += 1;
            let token = Token::new(format!("token-{}", cloud.issued));
            let token = token.with_lifetime(Duration::from_secs(3600));
            Ok(if cloud.rotates {
                token.with_refresh_token(format!("refresh-{}", cloud.issued))
            } else {
                token
            })
        })
    }

    fn is_repeatable(&self) -> bool {
        !self.cloud().rotates
    }
}

/// Drops a future after so many polls.
struct Impatient<F>(Pin<Box<F>>, u32);

impl<F: Future> Future for Impatient<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.1 == 0 {
            return Poll::Ready(None);
        }
        self.1 -= 1;
        self.0.as_mut().poll(context).map(Some)
    }
}

/// Token requests fail twice; whoever waits for the flight that fails is served by a later one.
pub(crate) fn failures() {
    block_on(async {
        let world = World::new(true, Cloud { failures: 2, ..Cloud::default() });
        let cache = world.cache(None);
        let served = world.calls(&cache, 1, 3).await;
        assert_eq!(served, [true; 3]);
    });
}

/// Callers go away at any point; the others are served, and so is the next.
pub(crate) fn cancellations() {
    block_on(async {
        let world = World::new(true, Cloud { failures: 1, ..Cloud::default() });
        let cache = world.cache(None);
        let impatient: Vec<_> = (1..4)
            .map(|operation| {
                let (world, cache) = (world.clone(), cache.clone());
                let polls = thread_rng().gen_range(0..8);
                spawn(async move {
                    let call = async { world.call(&cache, operation).await };
                    Impatient(Box::pin(call), polls).await
                })
            })
            .collect();
        assert_eq!(world.calls(&cache, 4, 1).await, [true]);
        for call in impatient {
            let _ = call.await;
        }
        assert_eq!(world.calls(&cache, 5, 1).await, [true]);
    });
}

/// A token is revoked between two calls, and the next one; each call is served, with a newer one.
pub(crate) fn refusals() {
    block_on(async {
        let world = World::new(true, Cloud::default());
        let cache = world.cache(None);
        assert_eq!(world.calls(&cache, 1, 1).await, [true]);
        *world.clock.0.lock().unwrap() += Duration::from_secs(5);
        world.cloud().revoked = 1;
        let late = {
            let (world, cache) = (world.clone(), cache.clone());
            spawn(async move {
                for _ in 0..thread_rng().gen_range(0..30) {
                    yield_now().await;
                }
                world.call(&cache, 9).await
            })
        };
        assert_eq!(world.calls(&cache, 2, 2).await, [true; 2]);
        assert!(late.await.unwrap());
        assert!(world.cloud().issued <= 3);
    });
}

/// One operation refuses what the others are accepted with: these are served, whatever is condemned and pardoned meanwhile.
pub(crate) fn pardons() {
    block_on(async {
        let world = World::new(false, Cloud { failures: 0, ..Cloud::default() });
        let cache = world.cache(None);
        assert_eq!(world.calls(&cache, 1, 1).await, [true]);
        *world.clock.0.lock().unwrap() += Duration::from_secs(5);
        // With the login server down, so that only a pardon helps.
        world.cloud().failures = 3;
        let bad = {
            let (world, cache) = (world.clone(), cache.clone());
            spawn(async move { world.call(&cache, 0).await })
        };
        assert_eq!(world.calls(&cache, 2, 3).await, [true; 3]);
        assert!(!bad.await.unwrap());
        assert_eq!(world.calls(&cache, 5, 1).await, [true]);
    });
}

/// A token that was refused for a while is accepted again while the login server is down: a probe finds out, and all are served.
pub(crate) fn probes() {
    block_on(async {
        let world = World::new(false, Cloud::default());
        let cache = world.cache(None);
        assert_eq!(world.calls(&cache, 1, 1).await, [true]);
        *world.clock.0.lock().unwrap() += Duration::from_secs(5);
        {
            let mut cloud = world.cloud();
            cloud.revoked = 1;
            cloud.failures = 4;
        }
        let refused = {
            let (world, cache) = (world.clone(), cache.clone());
            spawn(async move { world.calls(&cache, 2, 2).await })
        };
        for _ in 0..thread_rng().gen_range(0..40) {
            yield_now().await;
        }
        world.cloud().revoked = 0;
        assert_eq!(world.calls(&cache, 4, 2).await, [true; 2]);
        assert_eq!(refused.await.unwrap(), [true; 2]);
    });
}

/// Two clients of one session over one store: a refresh token is sent once, and both are served.
pub(crate) fn logins() {
    block_on(async {
        let world = World::new(true, Cloud { rotates: true, ..Cloud::default() });
        let store = MemoryStore::new();
        let caches = [world.cache(Some(store.clone())), world.cache(Some(store))];
        for round in 0..2 {
            let calls: Vec<_> = caches
                .iter()
                .map(|cache| {
                    let (world, cache) = (world.clone(), cache.clone());
                    spawn(async move { world.calls(&cache, 1, 2).await })
                })
                .collect();
            for call in calls {
                assert_eq!(call.await.unwrap(), [true; 2], "{round}");
            }
            *world.clock.0.lock().unwrap() += Duration::from_secs(5);
            let mut cloud = world.cloud();
            cloud.revoked = cloud.issued;
        }
    });
}
