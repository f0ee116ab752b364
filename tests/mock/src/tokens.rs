//! Access tokens, refresh tokens, authorization codes: issued, expiring, revoked.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::config::RateLimit;
use super::ratelimit::{RateSnapshot, Window};
use super::sync::lock;

/// Every access token of the mock begins with this, so that a test can search any output for leaked ones.
pub const ACCESS_TOKEN_PREFIX: &str = "mockaccess-";
/// Every refresh token of the mock begins with this.
pub const REFRESH_TOKEN_PREFIX: &str = "mockrefresh-";
/// Every authorization code of the mock begins with this.
pub(crate) const CODE_PREFIX: &str = "mockcode-";

/// Dead tokens are forgotten when there are this many: load tests make thousands.
const PRUNE_AT: usize = 4096;

/// The grant that an access token came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// `client_credentials`.
    ClientCredentials,
    /// `authorization_code` of a confidential client.
    AuthorizationCode,
    /// `authorization_code` with a `code_verifier`.
    Pkce,
    /// `urn:ietf:params:oauth:grant-type:saml2-bearer`.
    Saml2Bearer,
    /// Made by the test itself.
    Given,
}

/// Whom a token speaks for.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The OAuth client.
    pub client_id: String,
    /// The user, where the grant has one.
    pub user_id: Option<String>,
    /// The grant.
    pub grant: Grant,
}

/// An accepted access token.
#[derive(Clone, Debug)]
pub struct Bearer {
    /// 1 for the first token that the mock issued, and so on.
    pub number: u64,
    /// Whom it speaks for.
    pub subject: Arc<Subject>,
}

/// An authorization code waiting to be redeemed.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    /// The S256 challenge; with it the code is redeemed by PKCE only.
    pub(crate) challenge: Option<String>,
    pub(crate) user_id: String,
    pub(crate) expires: Instant,
}

#[derive(Clone, Debug)]
struct Access {
    bearer: Bearer,
    expires: Instant,
    window: Window,
}

#[derive(Clone, Debug)]
struct Refresh {
    subject: Arc<Subject>,
}

/// How an access token was found.
#[derive(Debug)]
pub(crate) enum Presented {
    Live(Bearer, RateSnapshot),
    /// Expired, revoked, or never issued.
    Dead,
}

#[derive(Debug, Default)]
struct Inner {
    access: HashMap<String, Access>,
    refresh: HashMap<String, Refresh>,
    codes: HashMap<String, Code>,
    assertions: HashSet<String>,
    issued: u64,
    revoked: u64,
}

/// All tokens of one mock.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<Inner>);

impl Tokens {
    /// A new access token.
    pub(crate) fn issue(&self, subject: &Arc<Subject>, now: Instant, lifetime: Duration) -> String {
        let token = secret(ACCESS_TOKEN_PREFIX);
        self.insert(&token, subject, now, lifetime);
        token
    }

    /// Makes `token` a live access token.
    pub(crate) fn insert(
        &self,
        token: &str,
        subject: &Arc<Subject>,
        now: Instant,
        lifetime: Duration,
    ) {
        let mut inner = lock(&self.0);
        if inner.access.len() >= PRUNE_AT {
            inner.access.retain(|_, access| access.expires > now);
        }
        inner.issued += 1;
        let bearer = Bearer {
            number: inner.issued,
            subject: Arc::clone(subject),
        };
        let access = Access {
            bearer,
            expires: now + lifetime,
            window: Window::default(),
        };
        inner.access.insert(token.to_owned(), access);
    }

    /// Looks at a presented token and counts the call in its rate-limit window.
    pub(crate) fn present(&self, token: &str, now: Instant, limit: &RateLimit) -> Presented {
        match lock(&self.0).access.get_mut(token) {
            Some(access) if now < access.expires => {
                Presented::Live(access.bearer.clone(), access.window.hit(now, limit))
            }
            _ => Presented::Dead,
        }
    }

    /// Whether the token would be accepted.
    pub(crate) fn is_live(&self, token: &str, now: Instant) -> bool {
        lock(&self.0)
            .access
            .get(token)
            .is_some_and(|access| now < access.expires)
    }

    /// When the last of the access tokens ends.
    pub(crate) fn last_end(&self) -> Option<Instant> {
        lock(&self.0)
            .access
            .values()
            .map(|access| access.expires)
            .max()
    }

    /// Ends an access token; false if it was not live.
    pub(crate) fn revoke(&self, token: &str, now: Instant) -> bool {
        let mut inner = lock(&self.0);
        let live = inner
            .access
            .remove(token)
            .is_some_and(|access| now < access.expires);
        inner.revoked += u64::from(live);
        live
    }

    /// Ends every access token; returns how many were live.
    pub(crate) fn revoke_all(&self, now: Instant) -> usize {
        let mut inner = lock(&self.0);
        let live = inner
            .access
            .drain()
            .filter(|(_, access)| now < access.expires)
            .count();
        inner.revoked += live as u64;
        live
    }

    /// A new refresh token.
    pub(crate) fn issue_refresh(&self, subject: &Arc<Subject>) -> String {
        let token = secret(REFRESH_TOKEN_PREFIX);
        let refresh = Refresh {
            subject: Arc::clone(subject),
        };
        lock(&self.0).refresh.insert(token.clone(), refresh);
        token
    }

    /// Whom a refresh token speaks for, if it is valid.
    pub(crate) fn refresh_subject(&self, token: &str) -> Option<Arc<Subject>> {
        Some(Arc::clone(&lock(&self.0).refresh.get(token)?.subject))
    }

    /// Takes a refresh token out of use. False if it already was: of two that race, one wins.
    pub(crate) fn consume_refresh(&self, token: &str) -> bool {
        lock(&self.0).refresh.remove(token).is_some()
    }

    /// Ends every refresh token; returns how many there were.
    pub(crate) fn revoke_refresh_tokens(&self) -> usize {
        lock(&self.0).refresh.drain().count()
    }

    /// Stores a code.
    pub(crate) fn add_code(&self, text: &str, code: Code) {
        lock(&self.0).codes.insert(text.to_owned(), code);
    }

    /// Takes a code: it can be redeemed once, whether that succeeds or not.
    pub(crate) fn take_code(&self, text: &str) -> Option<Code> {
        lock(&self.0).codes.remove(text)
    }

    /// Notes an assertion; false if it was used before.
    pub(crate) fn use_assertion(&self, assertion: &str) -> bool {
        lock(&self.0).assertions.insert(assertion.to_owned())
    }

    /// Access tokens issued and revoked so far.
    pub(crate) fn counts(&self) -> (u64, u64) {
        let inner = lock(&self.0);
        (inner.issued, inner.revoked)
    }
}

/// An opaque value of 64 random characters after a prefix that says what it is.
pub(crate) fn secret(prefix: &str) -> String {
    std::iter::repeat_with(fastrand::alphanumeric)
        .take(64)
        .fold(prefix.to_owned(), |mut text, character| {
            text.push(character);
            text
        })
}
