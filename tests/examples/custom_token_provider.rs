//! Tokens from custom code: here from a token service that speaks HTTP, as a company may have in front of Genesys Cloud's.
//!
//! Runs against the organization whose credentials are in the environment (`GENESYSCLOUD_OAUTHCLIENT_ID`, `GENESYSCLOUD_OAUTHCLIENT_SECRET`,
//! `GENESYSCLOUD_REGION`), or against the mock. Its login server plays the token service. It only reads.

mod support;

use std::error::Error;
use std::time::Duration;

use genesys_cloud::runtime::auth::{
    AuthError, AuthErrorKind, Previous, Secret, Token, TokenProvider,
};
use genesys_cloud::runtime::clock::BoxFuture;
use genesys_cloud_mock::MockConfig;
use serde::Deserialize;
use support::Server;

/// What the token service needs to know.
struct TokenService {
    http: reqwest::Client,
    url: String,
    id: String,
    secret: Secret,
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    expires_in: u64,
}

impl TokenProvider for TokenService {
    /// Gets one token. When it is called, how often, and who else waits for its outcome is the SDK's business, and so are retries, backoff and
    /// calls that were refused meanwhile.
    fn fetch<'a>(&'a self, _: Previous<'a>) -> BoxFuture<'a, Result<Token, AuthError>> {
        Box::pin(async move {
            let response = self
                .http
                .post(&self.url)
                .basic_auth(&self.id, Some(self.secret.expose()))
                .form(&[("grant_type", "client_credentials")])
                .send()
                .await
                // A failure that another try may mend.
                .map_err(|error| AuthError::provider(error.without_url()))?;
            // One that no try will mend: every call ends with it at once.
            if response.status() == reqwest::StatusCode::UNAUTHORIZED {
                return Err(AuthError::new(AuthErrorKind::WrongSecret));
            }
            let answer: Answer = response
                .error_for_status()
                .map_err(|error| AuthError::provider(error.without_url()))?
                .json()
                .await
                .map_err(|error| AuthError::provider(error.without_url()))?;
            println!("the token service gave a token for {} s", answer.expires_in);
            Ok(Token::new(answer.access_token)
                .with_lifetime(Duration::from_secs(answer.expires_in)))
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Server::find(MockConfig::default()).await?;
    // In your own code: `Client::builder().region(…).token_provider(…).build()?`
    let login = server.builder().build()?;
    let (id, secret) = match &server {
        Server::Mock(mock) => (mock.client_id(), mock.client_secret()),
        Server::Cloud => (
            variable("GENESYSCLOUD_OAUTHCLIENT_ID")?,
            variable("GENESYSCLOUD_OAUTHCLIENT_SECRET")?,
        ),
    };
    let client = server
        .builder()
        .token_provider(TokenService {
            http: reqwest::Client::new(),
            url: login.login_base().join("oauth/token")?.into(),
            id,
            secret: secret.into(),
        })
        .build()?;

    for _ in 0..2 {
        let users = client.users().get_users().page_size(1).send().await?;
        println!("getUsers: {}", users.status());
    }
    if let Server::Mock(mock) = &server {
        println!("the mock revokes the token");
        mock.revoke_all();
        let users = client.users().get_users().page_size(1).send().await?;
        println!("getUsers: {}", users.status());
    }
    Ok(())
}

fn variable(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|_| format!("{name} is not set: the token service needs it"))
}
