//! One refresh through a token store.
//!
//! The newest refresh token that this process obtained is the one it continues with, also while the store does not have it. Before a refresh token is
//! exchanged, the entry says so: should the answer then not reach the store, another process does not send that refresh token at once, but
//! waits until the one that holds its successor has saved that.

use std::time::Duration;

use crate::runtime::clock::BoxFuture;
use crate::runtime::sync::Arc;
use crate::runtime::transport::BoxError;

use super::error::{AuthError, AuthErrorKind};
use super::hooks::{Hooks, RefreshSource};
use super::keeper;
use super::provider::Previous;
use super::schedule::Ages;
use super::secret::Secret;
use super::source::{Inner, Renewed};
use super::standing::{Held, Origin, Standing, patience, settling_time, standing};
use super::store::{StoreLock, StoredToken, TokenStore, bounded, next_sequence, random_name};
use super::token::Token;
use crate::runtime::clock::wait::first;

/// The longest pause between two looks at a lock that another process holds.
const LOCK_POLL: Duration = Duration::from_millis(50);

/// How long a process waits after another one has announced a refresh and freed the lock without a result: longer than that one takes to save
/// what it obtained, if it lives and the store works.
const ANNOUNCED_WAIT: Duration = Duration::from_millis(1500);

/// How long a refresh waits for the store to free its lock.
const UNLOCK_WAIT: Duration = Duration::from_millis(250);

/// A session that processes share.
#[derive(Clone, Copy)]
pub(super) struct Session<'a> {
    pub(super) source: &'a Arc<Inner>,
    pub(super) store: &'a Arc<dyn TokenStore>,
    pub(super) key: &'a str,
    pub(super) hooks: &'a Hooks,
}

/// What one refresh starts from.
#[derive(Clone, Copy)]
struct Start<'a> {
    previous: Previous<'a>,
    condemned: &'a [Secret],
}

impl Session<'_> {
    pub(super) async fn renew(
        &self,
        previous: Previous<'_>,
        condemned: &[Secret],
    ) -> Result<Renewed, AuthError> {
        let start = Start {
            previous,
            condemned,
        };
        let stored = match self.load().await {
            Ok(stored) => stored,
            Err(error) => return self.without_store(start, error).await,
        };
        match self.standing(stored.as_ref()) {
            Standing::Stored => {
                if let Some(adopted) = stored.and_then(|stored| self.adopt(stored, start)) {
                    return Ok(adopted);
                }
            }
            // No lock for what cannot begin.
            Standing::Begin
                if !self.is_repeatable()
                    && !self.source.provider.can_renew(Previous::default()) =>
            {
                return self.source.fetch(Previous::default()).await;
            }
            _ => {}
        }
        let lock = match self.lock().await {
            Ok(Some(lock)) => lock,
            // A token of its own is better than none.
            Ok(None) if self.is_repeatable() => return self.source.fetch(previous).await,
            Ok(None) => {
                return Err(AuthError::new(AuthErrorKind::Store)
                    .with_description("another process holds the lock"));
            }
            Err(error) => return self.without_store(start, error).await,
        };
        let outcome = self.renew_locked(start, &lock).await;
        self.unlock(lock).await;
        outcome
    }

    async fn renew_locked(&self, start: Start<'_>, lock: &StoreLock) -> Result<Renewed, AuthError> {
        let stored = match self.load().await {
            Ok(stored) => stored,
            Err(error) => return self.without_store(start, error).await,
        };
        let floor = stored.as_ref().map(|stored| stored.sequence);
        match (self.standing(stored.as_ref()), stored) {
            (Standing::Begin, _) => self.begin(start, floor, lock).await,
            (Standing::Stored, Some(stored)) => self.go_on(start, stored, lock).await,
            (Standing::Lost, _) if !self.source.settings.store_is_exclusive => {
                self.restore(lock).await
            }
            (Standing::Unsaved | Standing::Lost | Standing::Stored, _) => {
                self.save_and_go_on(start, lock).await
            }
            (Standing::Replaced, _) => self.go_on_alone(start).await,
            (Standing::Removed, _) => Err(AuthError::new(AuthErrorKind::NeedsLogin)
                .with_description("the session was removed from the token store")),
        }
    }

    /// The first token of a session; of a grant that can be repeated, each.
    async fn begin(
        &self,
        start: Start<'_>,
        floor: Option<u64>,
        lock: &StoreLock,
    ) -> Result<Renewed, AuthError> {
        let previous = if self.is_repeatable() {
            start.previous
        } else {
            Previous::default()
        };
        let renewed = self.source.fetch(previous).await?;
        let token = self.stored_form(&renewed, None, floor);
        self.obtained(token, Some(lock)).await;
        Ok(renewed)
    }

    /// The token that follows `stored`, which is the newest of the session.
    async fn go_on(
        &self,
        start: Start<'_>,
        stored: StoredToken,
        lock: &StoreLock,
    ) -> Result<Renewed, AuthError> {
        if let Some(adopted) = self.adopt(stored.clone(), start) {
            return Ok(adopted);
        }
        if self.is_repeatable() {
            return self.begin(start, Some(stored.sequence), lock).await;
        }
        if self.source.settings.store_is_exclusive {
            return self.exchange(start, stored, Some(lock)).await;
        }
        self.check_settled(&stored)?;
        self.check_announced(&stored)?;
        let mut announced = stored.clone();
        announced.restored_at = None;
        announced.renewing = random_name().ok();
        self.source.known().announcement = announced.renewing.clone();
        // Where nothing can be saved, the other processes would not learn that this refresh token is spent.
        self.save(&announced, lock).await?;
        let outcome = self.exchange(start, announced, Some(lock)).await;
        if outcome.is_err() {
            // Nothing was obtained, so that nobody has to wait for it to be saved. Whoever cannot see this waits a little.
            let _ = self.save(&stored, lock).await;
        }
        outcome
    }

    /// Exchanges the refresh token of `latest` for the token that follows it.
    async fn exchange(
        &self,
        start: Start<'_>,
        mut latest: StoredToken,
        lock: Option<&StoreLock>,
    ) -> Result<Renewed, AuthError> {
        if latest.refresh_token.is_none() && matches!(self.source.origin(), Origin::Given(_)) {
            // What began the session was spent for this token.
            return Err(AuthError::new(AuthErrorKind::NeedsLogin)
                .with_description("the stored session has no refresh token"));
        }
        let previous = Previous {
            refresh_token: latest.refresh_token.as_ref(),
            access_token: start.previous.access_token,
        };
        let renewed = self.source.fetch(previous).await?;
        if renewed.token.refresh_token != latest.refresh_token {
            latest.spend();
        }
        let token = self.stored_form(&renewed, Some(&latest), None);
        self.obtained(token, lock).await;
        Ok(renewed)
    }

    /// Saves what this process obtained and could not save, and continues from there: no other process has it.
    async fn save_and_go_on(
        &self,
        start: Start<'_>,
        lock: &StoreLock,
    ) -> Result<Renewed, AuthError> {
        let Some(held) = self.held() else {
            return self.begin(start, None, lock).await;
        };
        let saved = self.save(&held.token, lock).await;
        if saved.is_ok() {
            self.mark_saved(&held.token);
        }
        match (
            self.deliver(&held.token, start, RefreshSource::Fetched),
            saved,
        ) {
            (Some(renewed), _) => Ok(renewed),
            (None, Err(error)) if !self.source.settings.store_is_exclusive => Err(error),
            (None, _) => self.go_on(start, held.token, lock).await,
        }
    }

    /// The store has lost the entry. Whether another process has a later one than this shows after a while; until then the refresh token stays
    /// where it is.
    async fn restore(&self, lock: &StoreLock) -> Result<Renewed, AuthError> {
        if let Some(mut held) = self.held() {
            let since = self.source.known().lost_since;
            let now = self.source.clock.monotonic();
            let lost_for = now - since.unwrap_or(now);
            let left = patience(held.token.lifetime).saturating_sub(lost_for);
            if !held.is_own && !left.is_zero() {
                // The process that obtained this token, or its successor, saves what it has; only if none does so, this may be the newest.
                return Err(waiting("it has lost the session", left));
            }
            held.token.restored_at = Some(self.source.clock.now().wall);
            self.save(&held.token, lock).await?;
            return Err(waiting(
                "it has lost the session, which was saved again",
                settling_time(held.token.lifetime),
            ));
        }
        Err(AuthError::new(AuthErrorKind::Store).with_description("it has lost the session"))
    }

    /// Another login has taken the place of this session in the store. Only the process that obtained the newest token of this one can know that it
    /// is the newest.
    async fn go_on_alone(&self, start: Start<'_>) -> Result<Renewed, AuthError> {
        match self.held() {
            Some(held) if held.is_own => {
                let previous = Previous {
                    refresh_token: held.token.refresh_token.as_ref(),
                    access_token: start.previous.access_token,
                };
                let renewed = self.source.fetch(previous).await?;
                let mut token = self.stored_form(&renewed, Some(&held.token), None);
                // So that it never looks newer than that of the other login.
                token.sequence = held.token.sequence;
                self.hold(token, true, false);
                Ok(renewed)
            }
            _ => Err(AuthError::new(AuthErrorKind::NeedsLogin)
                .with_description("another login has replaced the session in the token store")),
        }
    }

    /// The lock or the read failed.
    async fn without_store(
        &self,
        start: Start<'_>,
        error: AuthError,
    ) -> Result<Renewed, AuthError> {
        if self.is_repeatable() {
            return self.source.fetch(start.previous).await;
        }
        match self.held() {
            Some(held) => match self.deliver(&held.token, start, RefreshSource::Fetched) {
                Some(renewed) if held.is_own => Ok(renewed),
                _ if self.source.settings.store_is_exclusive => {
                    self.exchange(start, held.token, None).await
                }
                _ => Err(error),
            },
            // What the store has may be the successor of what this process was given.
            None => Err(error),
        }
    }

    fn check_settled(&self, stored: &StoredToken) -> Result<(), AuthError> {
        let Some(restored_at) = stored.restored_at else {
            return Ok(());
        };
        let since = self.source.clock.now().wall.duration_since(restored_at);
        // A time in the future, of a clock that is ahead, ends by itself as well: each restoring process writes its own.
        let left = settling_time(stored.lifetime).saturating_sub(since.unwrap_or_default());
        if left.is_zero() {
            Ok(())
        } else {
            Err(waiting(
                "it has lost the session, which was saved again",
                left,
            ))
        }
    }

    fn check_announced(&self, stored: &StoredToken) -> Result<(), AuthError> {
        let Some(renewing) = &stored.renewing else {
            return Ok(());
        };
        let now = self.source.clock.monotonic();
        let mut known = self.source.known();
        if known.announcement.as_ref() == Some(renewing) {
            return Ok(());
        }
        let since = match &known.announced {
            Some((seen, since)) if seen == renewing => *since,
            _ => {
                known.announced = Some((renewing.clone(), now));
                now
            }
        };
        let left = ANNOUNCED_WAIT.saturating_sub(now - since);
        if left.is_zero() {
            Ok(())
        } else {
            Err(waiting(
                "another process began a refresh and has not saved its result",
                left,
            ))
        }
    }

    /// What the store is to hold of `renewed`, which follows `latest` or begins a session.
    fn stored_form(
        &self,
        renewed: &Renewed,
        latest: Option<&StoredToken>,
        floor: Option<u64>,
    ) -> StoredToken {
        let held = self
            .source
            .known()
            .held
            .as_ref()
            .map(|held| held.token.sequence);
        let floor = floor.max(held).max(latest.map(|latest| latest.sequence));
        let mut token = StoredToken::new(
            renewed.token.access_token.clone(),
            renewed.token.refresh_token.clone(),
            renewed.issued.wall,
            renewed.token.lifetime,
            next_sequence(floor, renewed.issued.wall),
        );
        match latest {
            Some(latest) => {
                token.origin = latest.origin.clone();
                token.spent = latest.spent.clone();
            }
            None => token.origin = self.source.origin().digest(),
        }
        token
    }

    /// Takes note of a token before anything else can happen to it, and saves it.
    async fn obtained(&self, token: StoredToken, lock: Option<&StoreLock>) {
        let before = self.held();
        self.hold(token.clone(), true, false);
        if let Some(lock) = lock
            && self.save(&token, lock).await.is_ok()
        {
            self.mark_saved(&token);
        }
        if !self.is_repeatable() {
            keeper::keep(*self, before.as_ref().map(|held| &held.token));
        }
    }

    fn standing(&self, stored: Option<&StoredToken>) -> Standing {
        let now = self.source.clock.monotonic();
        let mut known = self.source.known();
        let standing = standing(stored, known.held.as_ref(), self.source.origin());
        known.lost_since = (standing == Standing::Lost).then(|| known.lost_since.unwrap_or(now));
        standing
    }

    fn is_repeatable(&self) -> bool {
        matches!(self.source.origin(), Origin::Repeatable)
    }

    pub(super) fn held(&self) -> Option<Held> {
        self.source.known().held.clone()
    }

    fn hold(&self, token: StoredToken, is_own: bool, is_saved: bool) {
        let mut known = self.source.known();
        let is_newest = known
            .held
            .as_ref()
            .is_none_or(|held| token.sequence >= held.token.sequence);
        if is_newest {
            known.held = Some(Held {
                token,
                is_own,
                is_saved,
            });
        }
    }

    pub(super) fn mark_saved(&self, token: &StoredToken) {
        if let Some(held) = &mut self.source.known().held
            && held.token.sequence == token.sequence
        {
            held.is_saved = true;
        }
    }

    /// The stored token, if it is another one than the one in use, not condemned, and has a while to live. It counts as held either way.
    fn adopt(&self, stored: StoredToken, start: Start<'_>) -> Option<Renewed> {
        let is_known = {
            let mut known = self.source.known();
            match &mut known.held {
                Some(held) if held.token.sequence >= stored.sequence => {
                    held.is_saved |= held.token.sequence == stored.sequence;
                    true
                }
                _ => false,
            }
        };
        if !is_known {
            self.hold(stored.clone(), false, true);
        } else if self
            .source
            .known()
            .held
            .as_ref()
            .is_some_and(|held| held.token.sequence > stored.sequence)
        {
            return None;
        }
        self.deliver(&stored, start, RefreshSource::Adopted)
    }

    fn deliver(
        &self,
        stored: &StoredToken,
        start: Start<'_>,
        origin: RefreshSource,
    ) -> Option<Renewed> {
        if start.previous.access_token == Some(&stored.access_token)
            || start.condemned.contains(&stored.access_token)
        {
            return None;
        }
        let now = self.source.clock.now();
        // A clock ahead of this one has put it into the future; then it counts as new, and the API has the last word.
        let age = now
            .wall
            .duration_since(stored.issued_at)
            .unwrap_or_default();
        if age >= Ages::new(stored.lifetime, 0.0, &self.source.settings).mandatory {
            return None;
        }
        let mut token = Token::new(stored.access_token.clone()).with_lifetime(stored.lifetime);
        token.refresh_token = stored.refresh_token.clone();
        Some(Renewed {
            token,
            issued: now,
            age,
            origin,
        })
    }

    /// Takes the lock, waiting for it as long as the settings say.
    async fn lock(&self) -> Result<Option<StoreLock>, AuthError> {
        let clock = &self.source.clock;
        let end = clock.monotonic() + self.source.lock_wait();
        loop {
            match self.try_lock().await {
                Ok(None) if clock.monotonic() < end => {
                    let pause = LOCK_POLL.mul_f64(0.5 + self.source.jitter.next() / 2.0);
                    clock.sleep(pause).await;
                }
                reply => return reply,
            }
        }
    }

    pub(super) async fn try_lock(&self) -> Result<Option<StoreLock>, AuthError> {
        self.bounded(|| self.store.try_lock(self.key)).await
    }

    pub(super) async fn load(&self) -> Result<Option<StoredToken>, AuthError> {
        self.bounded(|| self.store.load(self.key)).await
    }

    pub(super) async fn save(
        &self,
        token: &StoredToken,
        lock: &StoreLock,
    ) -> Result<(), AuthError> {
        self.bounded(|| self.store.save(self.key, token, lock))
            .await
    }

    /// Frees the lock, and ignores errors; a store that is slow does so while the token is in use.
    pub(super) async fn unlock(&self, lock: StoreLock) {
        let (source, store) = (Arc::clone(self.source), Arc::clone(self.store));
        let (key, hooks) = (self.key.to_owned(), self.hooks.clone());
        let freeing = async move {
            let session = Session {
                source: &source,
                store: &store,
                key: &key,
                hooks: &hooks,
            };
            // The hook has heard of a failure.
            let _ = session.bounded(|| store.unlock(&key, lock)).await;
        };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let limit = self.source.clock.sleep(UNLOCK_WAIT);
            first(runtime.spawn(freeing), limit).await;
        }
    }

    /// Bounds an operation of the store in time, catches its panics, and tells the hook if it fails.
    async fn bounded<'b, T>(
        &self,
        operation: impl FnOnce() -> BoxFuture<'b, Result<T, BoxError>>,
    ) -> Result<T, AuthError> {
        let limit = self.source.settings.store_timeout;
        let error = match bounded(&*self.source.clock, limit, operation).await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        if let Some((_, since)) = &mut self.source.known().announced {
            // The process that announced the refresh may have had the same trouble: from now on it has its time to save the result.
            *since = self.source.clock.monotonic();
        }
        self.hooks.store_failed(&error);
        Err(error)
    }
}

/// A failure that ends by itself after `left`.
fn waiting(description: &str, left: Duration) -> AuthError {
    AuthError::new(AuthErrorKind::Store)
        .with_description(description)
        .with_retry_after(Some(left))
}
