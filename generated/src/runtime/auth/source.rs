//! Where a cache gets its next token from: another process's by way of the store, or its own.

use std::sync::Arc;
use std::time::Duration;

use crate::runtime::clock::{Clock, Moment};

use super::cache::CachedToken;
use super::error::{AuthError, AuthErrorKind};
use super::hooks::{Hooks, RefreshSource};
use super::provider::{Previous, TokenProvider};
use super::secret::Secret;
use super::settings::TokenSettings;
use super::token::Token;
use super::wait::{First, first};

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
    clock: Arc<dyn Clock>,
    settings: TokenSettings,
}

impl Source {
    pub(crate) fn new(
        provider: Arc<dyn TokenProvider>,
        clock: Arc<dyn Clock>,
        settings: TokenSettings,
    ) -> Self {
        Self {
            provider,
            clock,
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
        self.settings.flight_timeout
    }

    /// Gets the token that comes after `latest`.
    pub(crate) async fn renew(
        &self,
        latest: Option<&CachedToken>,
        _refused: &[Secret],
        _hooks: &Hooks,
    ) -> Result<Renewed, AuthError> {
        self.fetch(latest).await
    }

    async fn fetch(&self, latest: Option<&CachedToken>) -> Result<Renewed, AuthError> {
        let previous = latest.map_or_else(Previous::default, CachedToken::previous);
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
