//! Access tokens: fetched once and shared, refreshed before expiry, replaced after a 401.
//!
//! Every API request goes through one [`Interceptor`]. It takes a token from a cache, which is one atomic load while the token is fresh;
//! a refresh runs in a task of its own that no caller can cancel, one at a time, and its outcome is shared. A 401 names the generation
//! of the token that was refused, so that a late one replays with the current token instead of refreshing again.

pub(crate) mod backoff;
mod cache;
pub(crate) mod classify;
mod decide;
mod endpoint;
mod error;
mod grants;
mod hooks;
mod interceptor;
mod jitter;
mod keeper;
mod login;
mod pool;
mod provider;
mod public_error;
pub(crate) mod schedule;
pub(crate) mod scrub;
mod secret;
mod session;
mod settings;
mod source;
mod standing;
pub mod store;
mod token;
mod unauthorized;

pub use endpoint::TokenEndpoint;
pub use error::{AuthError, AuthErrorKind};
pub use grants::{
    AuthorizationCode, AuthorizeUrl, ClientCredentials, GivenToken, LoginState, PkceVerifier,
    RefreshToken, Saml2Bearer, StoredSession,
};
pub use hooks::{Hooks, RefreshErrorEvent, RefreshEvent, RefreshSource};
pub use interceptor::{InterceptError, Interceptor, InterceptorBuilder, Unauthorized};
pub use jitter::Jitter;
pub use login::{LoginCode, LoopbackLogin};
pub use provider::{Beginning, Previous, TokenProvider};
pub use secret::Secret;
pub use settings::TokenSettings;
pub(crate) use token::is_sendable;
pub use token::{ASSUMED_LIFETIME, LONGEST_LIFETIME, Token};
pub(crate) use unauthorized::HandedBack;

pub use crate::runtime::error::UnauthorizedReason;
