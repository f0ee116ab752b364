//! Where tokens come from.

use super::error::AuthError;
use super::secret::Secret;
use super::token::Token;
use crate::runtime::clock::BoxFuture;

/// What a provider may build on: the tokens in use until now.
#[derive(Clone, Copy, Debug, Default)]
pub struct Previous<'a> {
    /// The access token, which may be expired or refused; none at the first fetch.
    pub access_token: Option<&'a Secret>,
    /// The refresh token that came with it or with an earlier one.
    pub refresh_token: Option<&'a Secret>,
}

/// What a session began with.
#[derive(Clone, Copy, Debug)]
pub enum Beginning<'a> {
    /// An authorization code.
    Code(&'a Secret),
    /// A refresh token.
    RefreshToken(&'a Secret),
}

impl<'a> Beginning<'a> {
    pub(crate) fn secret(self) -> &'a Secret {
        match self {
            Self::Code(secret) | Self::RefreshToken(secret) => secret,
        }
    }
}

/// Supplies tokens, for grants that this library does not know or from another process.
///
/// `fetch` runs in a task of its own, one at a time for each cache, and is given up after
/// [`flight_timeout`](super::TokenSettings::flight_timeout). Retries, backoff, sharing of the outcome and replays after a 401 are not its
/// business.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::Client;
/// use genesys_cloud::runtime::auth::{AuthError, Previous, Secret, Token, TokenProvider};
/// use genesys_cloud::runtime::clock::BoxFuture;
///
/// struct FromFile;
///
/// impl TokenProvider for FromFile {
///     fn fetch<'a>(&'a self, _: Previous<'a>) -> BoxFuture<'a, Result<Token, AuthError>> {
///         Box::pin(async {
///             let text = std::fs::read_to_string("/run/secrets/token").map_err(AuthError::provider)?;
///             Ok(Token::new(Secret::from(text.trim())))
///         })
///     }
/// }
///
/// let client = Client::builder().token_provider(FromFile).build()?;
/// # let _ = client;
/// # Ok::<(), genesys_cloud::Error>(())
/// ```
pub trait TokenProvider: Send + Sync + 'static {
    /// Gets a new token; never the one in `previous`.
    ///
    /// # Errors
    ///
    /// [`AuthError::provider`] for a failure that another try may mend, [`AuthError::new`] with a kind for anything more exact.
    fn fetch<'a>(&'a self, previous: Previous<'a>) -> BoxFuture<'a, Result<Token, AuthError>>;

    /// Whether `fetch` can bring a token without anybody logging in. A cache without any token asks anyway.
    fn can_renew(&self, previous: Previous<'_>) -> bool {
        let _ = previous;
        true
    }

    /// Whether several processes may fetch at once without harm. Not so where a fetch uses something up, as rotated refresh tokens are.
    fn is_repeatable(&self) -> bool {
        true
    }

    /// The authorization code or refresh token that was given to this provider to begin a session with. A token store continues the session that
    /// the same one began, and replaces that of another. With none, the default, a store's entry is continued.
    fn begins_with(&self) -> Option<Beginning<'_>> {
        None
    }

    /// Whether the token is the caller's own, with nothing to take its place. Then it is sent even after the API refused it, so that the
    /// answer stays the API's.
    fn is_given(&self) -> bool {
        false
    }
}
