//! Where a cache obtains its next token: from the store, if another process has refreshed, or from the provider.

use std::time::Duration;

use crate::runtime::clock::{Clock, Moment, Monotonic};
use crate::runtime::sync::{Arc, Mutex, MutexGuard, Notify, PoisonError};

use super::cache::CachedToken;
use super::error::{AuthError, AuthErrorKind};
use super::hooks::{Hooks, RefreshSource};
use super::jitter::Jitter;
use super::provider::{Previous, TokenProvider};
use super::secret::Secret;
use super::session::Session;
use super::settings::TokenSettings;
use super::standing::{Held, Origin};
use super::store::TokenStore;
use super::token::Token;
use crate::runtime::clock::wait::within;

/// How much longer a process waits for the lock whose grant cannot be repeated: until the lock of a dead process must have expired.
const PATIENCE: u32 = 4;

/// A token that is ready for the cache.
pub(crate) struct Renewed {
    pub(crate) token: Token,
    /// Both clocks at the moment that `age` refers to.
    pub(crate) issued: Moment,
    /// How old it was then.
    pub(crate) age: Duration,
    pub(crate) origin: RefreshSource,
}

/// Where a cache gets its next token from. Clones are the same source.
#[derive(Clone)]
pub(crate) struct Source(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) provider: Arc<dyn TokenProvider>,
    pub(super) store: Option<(Arc<dyn TokenStore>, String)>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) jitter: Jitter,
    pub(super) settings: TokenSettings,
    known: Mutex<Known>,
    /// Wakes the task that looks after the entry.
    pub(super) wake: Arc<Notify>,
}

/// What this process knows of the session that it shares through a store. It outlives each refresh, successful or not.
#[derive(Default)]
pub(super) struct Known {
    pub(super) held: Option<Held>,
    /// Since when the store is seen without the session.
    pub(super) lost_since: Option<Monotonic>,
    /// The announcement of a refresh by another process that was seen last, and when.
    pub(super) announced: Option<(String, Monotonic)>,
    /// The announcement of the last refresh by this process.
    pub(super) announcement: Option<String>,
    /// Whether a task looks after the entry.
    pub(super) is_kept: bool,
    /// Keeps this alive until that task has noticed that there is a token to save.
    pub(super) alive: Option<Arc<Inner>>,
    /// Until when it looks often, once the token is saved.
    pub(super) watch_until: Monotonic,
}

impl Source {
    pub(crate) fn new(
        provider: Arc<dyn TokenProvider>,
        store: Option<(Arc<dyn TokenStore>, String)>,
        clock: Arc<dyn Clock>,
        jitter: Jitter,
        settings: TokenSettings,
    ) -> Self {
        let inner = Inner {
            provider,
            store,
            clock,
            jitter,
            settings,
            known: Mutex::default(),
            wake: Arc::new(Notify::new()),
        };
        if let Some((store, _)) = &inner.store {
            store.locks_last(inner.lock_held());
        }
        Self(Arc::new(inner))
    }

    pub(crate) fn can_renew(&self, previous: Previous<'_>) -> bool {
        self.0.provider.can_renew(previous)
    }

    pub(crate) fn is_repeatable(&self) -> bool {
        self.0.provider.is_repeatable()
    }

    pub(crate) fn is_given(&self) -> bool {
        self.0.provider.is_given()
    }

    /// The longest that a renewal takes.
    pub(crate) fn longest(&self) -> Duration {
        let store = match &self.0.store {
            // One look before the lock, and one attempt to free it.
            Some(_) => self
                .0
                .lock_wait()
                .saturating_add(self.0.settings.store_timeout.saturating_mul(2)),
            None => Duration::ZERO,
        };
        self.0.lock_held().saturating_add(store)
    }

    /// Gets the token that comes after `latest` and is none of `condemned`, texts of tokens that the API refuses.
    pub(crate) async fn renew(
        &self,
        latest: Option<&CachedToken>,
        condemned: &[Secret],
        hooks: &Hooks,
    ) -> Result<Renewed, AuthError> {
        let previous = latest.map_or_else(Previous::default, CachedToken::previous);
        match &self.0.store {
            None => self.0.fetch(previous).await,
            Some((store, key)) => {
                let session = Session {
                    source: &self.0,
                    store,
                    key,
                    hooks,
                };
                session.renew(previous, condemned).await
            }
        }
    }
}

impl Inner {
    /// No code of others runs under this lock.
    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn lock_wait(&self) -> Duration {
        if self.provider.is_repeatable() {
            self.settings.store_lock_wait
        } else {
            self.settings.store_lock_wait.saturating_mul(PATIENCE)
        }
    }

    /// The longest that a refresh holds the lock: it reads, announces, requests the token, saves, and may withdraw the announcement.
    pub(super) fn lock_held(&self) -> Duration {
        let store = match &self.store {
            Some(_) => self.settings.store_timeout.saturating_mul(4),
            None => Duration::ZERO,
        };
        self.settings.flight_timeout.saturating_add(store)
    }

    pub(super) fn origin(&self) -> Origin<'_> {
        if self.provider.is_repeatable() {
            Origin::Repeatable
        } else {
            self.provider
                .begins_with()
                .map_or(Origin::Stored, Origin::Given)
        }
    }

    pub(super) async fn fetch(&self, previous: Previous<'_>) -> Result<Renewed, AuthError> {
        let began = self.clock.now();
        let fetched = self.provider.fetch(previous);
        let mut token = within(&*self.clock, self.settings.flight_timeout, fetched)
            .await
            .unwrap_or_else(|| Err(AuthError::new(AuthErrorKind::Timeout)))?;
        if token.refresh_token.is_none() {
            // RFC 6749 section 6: where no new one is issued, the old one stays.
            token.refresh_token = previous.refresh_token.cloned();
        }
        Ok(Renewed {
            issued: token.issued.unwrap_or(began),
            token,
            age: Duration::ZERO,
            origin: RefreshSource::Fetched,
        })
    }
}
