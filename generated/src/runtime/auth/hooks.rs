//! Callbacks around a refresh.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use super::error::AuthError;
use super::secret::Secret;
use crate::runtime::debug::debug_fields;

/// Where a new token came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefreshSource {
    /// The token endpoint, the token provider, or the caller, who gave an access token.
    Fetched,
    /// The store: another process had fetched it.
    Adopted,
}

/// A new token, before any call uses it. Its `Debug` shows none of the secrets.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RefreshEvent {
    /// The number of the refresh within its cache, from 1; those that failed are counted, too.
    pub generation: u64,
    /// Where it came from.
    pub source: RefreshSource,
    /// How long it has to live; [`Duration::MAX`] where it has no end.
    pub lifetime: Duration,
    /// How long it took to get.
    pub took: Duration,
    /// The token.
    pub access_token: Secret,
    /// The refresh token that is valid from now on.
    pub refresh_token: Option<Secret>,
}

/// A refresh that failed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RefreshErrorEvent {
    /// Why.
    pub error: AuthError,
    /// How long until the next try is due; it happens when a call needs it.
    pub next_attempt: Duration,
    /// Whether calls go on meanwhile with the token at hand.
    pub token_usable: bool,
}

type Hook<E> = Arc<dyn Fn(&E) + Send + Sync>;

/// What to call around a refresh.
///
/// Hooks run in the task that refreshes, `on_refresh` before the new token is first used, so that a hook can store it; they should
/// not block. A panic is caught and has no other effect.
#[derive(Clone, Default)]
pub struct Hooks {
    on_refresh: Option<Hook<RefreshEvent>>,
    on_refresh_error: Option<Hook<RefreshErrorEvent>>,
    on_store_error: Option<Hook<AuthError>>,
}

impl Hooks {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls `hook` with every new token: one that was requested, one that was given, or one that another process left in the store.
    /// [`RefreshEvent::source`] tells those of the store from the others.
    #[must_use]
    pub fn on_refresh(mut self, hook: impl Fn(&RefreshEvent) + Send + Sync + 'static) -> Self {
        self.on_refresh = Some(Arc::new(hook));
        self
    }

    /// Calls `hook` with every failed refresh.
    #[must_use]
    pub fn on_refresh_error(
        mut self,
        hook: impl Fn(&RefreshErrorEvent) + Send + Sync + 'static,
    ) -> Self {
        self.on_refresh_error = Some(Arc::new(hook));
        self
    }

    /// Calls `hook` with every failure of the token store.
    #[must_use]
    pub fn on_store_error(mut self, hook: impl Fn(&AuthError) + Send + Sync + 'static) -> Self {
        self.on_store_error = Some(Arc::new(hook));
        self
    }

    /// These hooks, with those of `others` for the ones that are not set.
    pub(crate) fn or(self, others: Self) -> Self {
        Self {
            on_refresh: self.on_refresh.or(others.on_refresh),
            on_refresh_error: self.on_refresh_error.or(others.on_refresh_error),
            on_store_error: self.on_store_error.or(others.on_store_error),
        }
    }

    pub(crate) fn refreshed(&self, event: &RefreshEvent) {
        tracing::debug!(
            generation = crate::runtime::telemetry::int(event.generation),
            source = ?event.source,
            lifetime = ?event.lifetime,
            took = ?event.took,
            "new access token"
        );
        call(self.on_refresh.as_ref(), event);
    }

    pub(crate) fn refresh_failed(&self, event: &RefreshErrorEvent) {
        tracing::warn!(
            error = %event.error,
            next_attempt = ?event.next_attempt,
            token_usable = event.token_usable,
            "token refresh failed"
        );
        call(self.on_refresh_error.as_ref(), event);
    }

    pub(crate) fn store_failed(&self, error: &AuthError) {
        tracing::warn!(%error, "token store failed");
        call(self.on_store_error.as_ref(), error);
    }
}

debug_fields!(Hooks, |this|
    on_refresh: this.on_refresh.is_some(),
    on_refresh_error: this.on_refresh_error.is_some(),
    on_store_error: this.on_store_error.is_some()
);

fn call<E>(hook: Option<&Hook<E>>, event: &E) {
    let Some(hook) = hook else { return };
    if catch_unwind(AssertUnwindSafe(|| hook(event))).is_err() {
        tracing::error!("a token hook panicked");
    }
}
