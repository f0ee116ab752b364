//! The ways to a token that Genesys Cloud knows.

mod access_token;
mod client_credentials;

pub use access_token::GivenToken;
pub use client_credentials::ClientCredentials;
