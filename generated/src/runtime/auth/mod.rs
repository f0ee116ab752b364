//! How a client obtains its access tokens, and what to do if it cannot.
//!
//! Most programs need nothing from here: give the client [`Credentials`](crate::runtime::client::Credentials), and it fetches, renews and sends the
//! tokens. What this module has is for more:
//!
//! - A person logs in through a browser: [`AuthorizeUrl`], [`PkceVerifier`], [`LoginState`]; for command lines [`LoopbackLogin`].
//! - No token could be obtained: find an [`AuthError`] among the sources of an error ([`Error::find_source`](crate::runtime::error::Error::find_source)).
//!   [`AuthError::kind`] says why, [`AuthError::needs_login`] whether a person has to log in again.
//! - Processes share tokens, or a session survives a restart: [`store`].
//! - Be told of renewed tokens: [`Hooks`]. Change when they are renewed: [`TokenSettings`].
//! - Tokens come from elsewhere: implement [`TokenProvider`].
//!
//! ```
//! # extern crate genesys_cloud_runtime as genesys_cloud;
//! use genesys_cloud::Client;
//! use genesys_cloud::runtime::auth::AuthError;
//!
//! # async fn example(client: &Client) -> genesys_cloud::Result<()> {
//! if let Err(error) = client.authenticate().await {
//!     match error.find_source::<AuthError>() {
//!         Some(reason) if reason.needs_login() => println!("log in again: {reason}"),
//!         Some(reason) if reason.is_transient() => println!("try again later: {reason}"),
//!         _ => return Err(error),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! How it works: every API request goes through one [`Interceptor`]. It takes a token from a cache, which is one atomic load while the token is fresh;
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
