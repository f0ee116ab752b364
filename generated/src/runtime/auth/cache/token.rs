//! One generation of the token.

use std::fmt;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use http::HeaderValue;
use zeroize::Zeroizing;

use super::super::classify::{Held, age};
use super::super::error::{AuthError, AuthErrorKind};
use super::super::provider::Previous;
use super::super::schedule::Ages;
use super::super::secret::Secret;
use super::super::settings::TokenSettings;
use super::super::source::Renewed;
use super::super::token::is_sendable;
use crate::runtime::clock::Moment;

/// One generation of the token.
pub(crate) struct CachedToken {
    pub(crate) generation: u64,
    header: HeaderValue,
    pub(crate) access_token: Secret,
    pub(crate) refresh_token: Option<Secret>,
    /// The number under which a store holds it.
    pub(crate) sequence: Option<u64>,
    pub(super) issued: Moment,
    pub(super) ages: Ages,
    /// Whether a call was ever accepted with it.
    pub(super) accepted: AtomicBool,
}

impl CachedToken {
    /// The token as it is sent; `random`, from 0 to 1, spreads the moments at which a fleet renews.
    pub(super) fn new(
        generation: u64,
        renewed: Renewed,
        random: f64,
        settings: &TokenSettings,
    ) -> Result<Self, AuthError> {
        let token = renewed.token;
        let text = Zeroizing::new(format!("Bearer {}", token.access_token.expose()));
        let header = is_sendable(token.access_token.expose())
            .then(|| HeaderValue::from_str(&text).ok())
            .flatten();
        let Some(mut header) = header else {
            return Err(AuthError::new(AuthErrorKind::UnusableAnswer)
                .described("the access token has characters that no header can hold"));
        };
        header.set_sensitive(true);
        Ok(Self {
            generation,
            header,
            access_token: token.access_token,
            refresh_token: token.refresh_token,
            sequence: renewed.sequence,
            issued: renewed.issued,
            ages: Ages::of(token.lifetime, random, settings).after(renewed.age),
            accepted: AtomicBool::new(false),
        })
    }

    /// The header for one call. Clones of one value share a count, which cores would have to take from each other wherever headers are
    /// cloned; a call's own copy is its own.
    pub(crate) fn header_for_a_call(&self) -> HeaderValue {
        let copy = HeaderValue::from_bytes(self.header.as_bytes());
        let mut header = copy.unwrap_or_else(|_| self.header.clone());
        header.set_sensitive(true);
        header
    }

    pub(super) fn held(&self, rejected: bool) -> Held {
        Held {
            issued: self.issued,
            ages: self.ages,
            rejected,
        }
    }

    pub(crate) fn previous(&self) -> Previous<'_> {
        Previous {
            access_token: Some(&self.access_token),
            refresh_token: self.refresh_token.as_ref(),
        }
    }

    /// What is left of its life.
    pub(crate) fn remaining(&self, now: Moment) -> Duration {
        self.ages.expiry.saturating_sub(age(self.issued, now))
    }
}

impl fmt::Debug for CachedToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("CachedToken")
            .field("generation", &self.generation)
            .field("ages", &self.ages)
            .finish_non_exhaustive()
    }
}
