//! The OAuth grants of Genesys Cloud.

mod access_token;
mod authorization_code;
mod client_credentials;
mod pkce;
mod refresh_token;
mod renewal;
mod saml2_bearer;
mod stored_session;

pub use access_token::GivenToken;
pub use authorization_code::AuthorizationCode;
pub use client_credentials::ClientCredentials;
pub(crate) use pkce::LoginAnswer;
pub use pkce::{AuthorizeUrl, LoginState, PkceVerifier};
pub use refresh_token::RefreshToken;
pub use saml2_bearer::Saml2Bearer;
pub use stored_session::StoredSession;
