//! Where a cache gets its next token from: another process's by way of the store, or its own.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use crate::runtime::clock::{Clock, Moment};
use crate::runtime::transport::BoxError;

use super::cache::CachedToken;
use super::error::{AuthError, AuthErrorKind};
use super::hooks::{Hooks, RefreshSource};
use super::jitter::Jitter;
use super::provider::{Previous, TokenProvider};
use super::schedule::Ages;
use super::secret::Secret;
use super::settings::TokenSettings;
use super::store::{StoreLock, StoredToken, TokenStore};
use super::token::Token;
use super::wait::{First, first};

/// The longest pause between two looks at a lock that another process holds.
const LOCK_POLL: Duration = Duration::from_millis(50);

/// How much longer a process waits for the lock whose grant cannot be asked twice: until the lock of a dead process must have expired.
const PATIENCE: u32 = 4;

/// A token that is ready for the cache.
pub(crate) struct Renewed {
    pub(crate) token: Token,
    /// Both clocks at the moment that `age` refers to.
    pub(crate) issued: Moment,
    /// How old it was then.
    pub(crate) age: Duration,
    pub(crate) sequence: Option<u64>,
    pub(crate) origin: RefreshSource,
}

/// Where a cache gets its next token from.
pub(crate) struct Source {
    provider: Arc<dyn TokenProvider>,
    store: Option<(Arc<dyn TokenStore>, String)>,
    clock: Arc<dyn Clock>,
    jitter: Jitter,
    settings: TokenSettings,
}

/// What a store had to say.
enum Reply<T> {
    Good(T),
    /// It failed, and the hook knows.
    Failed,
}

impl Source {
    pub(crate) fn new(
        provider: Arc<dyn TokenProvider>,
        store: Option<(Arc<dyn TokenStore>, String)>,
        clock: Arc<dyn Clock>,
        jitter: Jitter,
        settings: TokenSettings,
    ) -> Self {
        Self {
            provider,
            store,
            clock,
            jitter,
            settings,
        }
    }

    pub(crate) fn can_renew(&self, previous: Previous<'_>) -> bool {
        self.provider.can_renew(previous)
    }

    pub(crate) fn is_given(&self) -> bool {
        self.provider.is_given()
    }

    /// The longest that a renewal takes.
    pub(crate) fn longest(&self) -> Duration {
        let store = match &self.store {
            // Read, read again, save, free: each bounded by itself.
            Some(_) => self
                .lock_wait()
                .saturating_add(self.settings.store_timeout.saturating_mul(5)),
            None => Duration::ZERO,
        };
        self.settings.flight_timeout.saturating_add(store)
    }

    fn lock_wait(&self) -> Duration {
        if self.provider.is_repeatable() {
            self.settings.store_lock_wait
        } else {
            self.settings.store_lock_wait.saturating_mul(PATIENCE)
        }
    }

    /// Gets the token that comes after `latest` and is none of `condemned`, texts of tokens that the API refuses.
    pub(crate) async fn renew(
        &self,
        latest: Option<&CachedToken>,
        condemned: &[Secret],
        hooks: &Hooks,
    ) -> Result<Renewed, AuthError> {
        let previous = latest.map_or_else(Previous::default, CachedToken::previous);
        let Some((store, key)) = &self.store else {
            return self.fetch(previous).await;
        };
        let shared = Shared {
            source: self,
            store: &**store,
            key,
            latest,
            condemned,
            hooks,
        };
        shared.renew(previous).await
    }

    async fn fetch(&self, previous: Previous<'_>) -> Result<Renewed, AuthError> {
        let began = self.clock.now();
        let limit = self.clock.sleep(self.settings.flight_timeout);
        let mut token = match first(self.provider.fetch(previous), limit).await {
            First::Left(outcome) => outcome?,
            First::Right(()) => return Err(AuthError::new(AuthErrorKind::Timeout)),
        };
        if token.refresh_token.is_none() {
            // RFC 6749 section 6: where no new one is issued, the old one stays.
            token.refresh_token = previous.refresh_token.cloned();
        }
        Ok(Renewed {
            issued: token.issued.unwrap_or(began),
            token,
            age: Duration::ZERO,
            sequence: None,
            origin: RefreshSource::Fetched,
        })
    }
}

/// One renewal by way of a store.
struct Shared<'a> {
    source: &'a Source,
    store: &'a dyn TokenStore,
    key: &'a str,
    latest: Option<&'a CachedToken>,
    condemned: &'a [Secret],
    hooks: &'a Hooks,
}

impl Shared<'_> {
    async fn renew(&self, previous: Previous<'_>) -> Result<Renewed, AuthError> {
        match self.load().await {
            Reply::Failed => return self.source.fetch(previous).await,
            Reply::Good(stored) => {
                if let Some(adopted) = stored.and_then(|stored| self.adopt(stored)) {
                    return Ok(adopted);
                }
            }
        }
        let lock = match self.lock().await {
            Reply::Good(Some(lock)) => lock,
            Reply::Good(None) if !self.source.provider.is_repeatable() => {
                return Err(AuthError::new(AuthErrorKind::Timeout)
                    .described("another process holds the lock of the token store"));
            }
            // A token of one's own is better than none.
            Reply::Good(None) | Reply::Failed => return self.source.fetch(previous).await,
        };
        let outcome = self.renew_locked(previous, &lock).await;
        self.report(self.store.unlock(self.key, lock)).await;
        outcome
    }

    async fn renew_locked(
        &self,
        previous: Previous<'_>,
        lock: &StoreLock,
    ) -> Result<Renewed, AuthError> {
        let stored = match self.load().await {
            Reply::Good(stored) => stored,
            Reply::Failed => None,
        };
        let sequence = stored.as_ref().map_or(0, |stored| stored.sequence);
        let refresh_token = stored
            .as_ref()
            .filter(|stored| self.is_later(stored))
            .and_then(|stored| stored.refresh_token.clone());
        if let Some(adopted) = stored.and_then(|stored| self.adopt(stored)) {
            return Ok(adopted);
        }
        // Another process may have rotated the refresh token since.
        let previous = Previous {
            refresh_token: refresh_token.as_ref().or(previous.refresh_token),
            ..previous
        };
        let mut renewed = self.source.fetch(previous).await?;
        // The time of day keeps the numbers growing even if the store loses everything.
        let wall = renewed
            .issued
            .wall
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let sequence = sequence
            .saturating_add(1)
            .max(u64::try_from(wall.as_millis()).unwrap_or_default());
        let token = StoredToken::new(
            renewed.token.access_token.clone(),
            renewed.token.refresh_token.clone(),
            renewed.issued.wall,
            renewed.token.lifetime,
            sequence,
        );
        if let Reply::Good(()) = self.report(self.store.save(self.key, &token, lock)).await {
            renewed.sequence = Some(sequence);
        }
        Ok(renewed)
    }

    /// Takes the lock, waiting for it as long as the settings say.
    async fn lock(&self) -> Reply<Option<StoreLock>> {
        let clock = &self.source.clock;
        let end = clock
            .now()
            .monotonic
            .saturating_add(self.source.lock_wait());
        loop {
            match self.report(self.store.try_lock(self.key)).await {
                Reply::Good(None) if clock.monotonic() < end => {
                    let pause = LOCK_POLL.mul_f64(0.5 + self.source.jitter.next() / 2.0);
                    clock.sleep(pause).await;
                }
                reply => return reply,
            }
        }
    }

    async fn load(&self) -> Reply<Option<StoredToken>> {
        self.report(self.store.load(self.key)).await
    }

    /// Bounds a store's operation, and tells the hook if it fails.
    async fn report<T>(&self, operation: impl Future<Output = Result<T, BoxError>>) -> Reply<T> {
        let limit = self.source.clock.sleep(self.source.settings.store_timeout);
        let error = match first(operation, limit).await {
            First::Left(Ok(value)) => return Reply::Good(value),
            First::Left(Err(error)) => AuthError::new(AuthErrorKind::Store).caused_by(error),
            First::Right(()) => {
                AuthError::new(AuthErrorKind::Store).described("it did not answer in time")
            }
        };
        self.hooks.store_failed(&error);
        Reply::Failed
    }

    /// Whether `stored` was saved after the token in use was.
    fn is_later(&self, stored: &StoredToken) -> bool {
        self.latest
            .and_then(|latest| latest.sequence)
            .is_none_or(|sequence| stored.sequence > sequence)
    }

    /// The stored token, if it is another one than the one in use, not condemned, and has a while to live.
    fn adopt(&self, stored: StoredToken) -> Option<Renewed> {
        let is_in_use = self
            .latest
            .is_some_and(|latest| latest.access_token == stored.access_token);
        if is_in_use || !self.is_later(&stored) || self.condemned.contains(&stored.access_token) {
            return None;
        }
        let now = self.source.clock.now();
        // A clock ahead of this one has put it into the future; then it counts as new, and the API has the last word.
        let age = now
            .wall
            .duration_since(stored.issued_at)
            .unwrap_or_default();
        if age >= Ages::of(stored.lifetime, 0.0, &self.source.settings).mandatory {
            return None;
        }
        let mut token = Token::new(stored.access_token).with_lifetime(stored.lifetime);
        token.refresh_token = stored.refresh_token;
        Some(Renewed {
            token,
            issued: now,
            age,
            sequence: Some(stored.sequence),
            origin: RefreshSource::Adopted,
        })
    }
}
