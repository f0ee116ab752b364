//! One generation of the token.

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
use crate::runtime::clock::{Moment, Monotonic};
use crate::runtime::debug::debug_fields;
use crate::runtime::sync::{AtomicBool, AtomicU64, Ordering};

/// One generation of the token.
pub(crate) struct CachedToken {
    pub(crate) generation: u64,
    header: HeaderValue,
    pub(crate) access_token: Secret,
    pub(crate) refresh_token: Option<Secret>,
    pub(super) issued: Moment,
    pub(super) ages: Ages,
    /// Whether a call was ever accepted with it.
    pub(super) accepted: AtomicBool,
    /// When the latest of the calls that were accepted with it was sent, in nanoseconds from 1; 0 means never.
    ok_sent: AtomicU64,
    /// Whether an acceptance changes nothing but that: it was accepted before, and nothing speaks against it.
    pub(super) quiet: AtomicBool,
}

impl CachedToken {
    /// Nanoseconds between two writes of `ok_sent` while nothing speaks against the token, so that cores do not fight over its cache line.
    const GRAIN: u64 = 1_000_000;

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
            return Err(
                AuthError::new(AuthErrorKind::UnusableAnswer).with_description(
                    "the access token contains characters that are invalid in a header",
                ),
            );
        };
        header.set_sensitive(true);
        Ok(Self {
            generation,
            header,
            access_token: token.access_token,
            refresh_token: token.refresh_token,
            issued: renewed.issued,
            ages: Ages::new(token.lifetime, random, settings).after(renewed.age),
            accepted: AtomicBool::new(false),
            ok_sent: AtomicU64::new(0),
            quiet: AtomicBool::new(false),
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

    /// Notes that a call was accepted that was sent at `sent`, and says whether that changes nothing else.
    ///
    /// The time is written before the flag is read, and condemning does it the other way round: one of the two sees the other.
    #[inline]
    pub(super) fn accepted_at(&self, sent: Monotonic) -> bool {
        let sent = nanoseconds(sent.since_start());
        if sent.saturating_sub(self.ok_sent.load(Ordering::Relaxed)) >= Self::GRAIN {
            self.ok_sent.fetch_max(sent, Ordering::SeqCst);
        }
        let quiet = self.quiet.load(Ordering::SeqCst);
        if !quiet {
            self.ok_sent.fetch_max(sent, Ordering::SeqCst);
        }
        quiet
    }

    /// When the latest of the calls that were accepted with it was sent.
    pub(super) fn ok_sent(&self) -> Option<Monotonic> {
        match self.ok_sent.load(Ordering::SeqCst) {
            0 => None,
            sent => Some(Monotonic::new(Duration::from_nanos(sent - 1))),
        }
    }

    pub(super) fn held(&self, condemned: bool) -> Held {
        Held {
            issued: self.issued,
            ages: self.ages,
            condemned,
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

/// Nanoseconds from 1, so that 0 can mean never.
fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos())
        .unwrap_or(u64::MAX - 1)
        .saturating_add(1)
}

debug_fields!(CachedToken, |this| generation: this.generation, ages: this.ages);
