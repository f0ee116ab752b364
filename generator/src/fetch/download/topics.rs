//! Downloads the topics of notifications, which need a token.

use serde::Deserialize;

use super::{Address, Downloader};
use crate::fetch::FetchError;

const TOKEN: &str = "GENESYSCLOUD_ACCESS_TOKEN";
const ID: &str = "GENESYSCLOUD_OAUTHCLIENT_ID";
const SECRET: &str = "GENESYSCLOUD_OAUTHCLIENT_SECRET";

/// What a token is obtained with. It is in no message.
pub struct Credentials(Kind);

enum Kind {
    Token(String),
    Client { id: String, secret: String },
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Credentials")
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Issued {
    access_token: String,
}

impl Credentials {
    /// Those in the environment: `GENESYSCLOUD_ACCESS_TOKEN`, or `GENESYSCLOUD_OAUTHCLIENT_ID` and `GENESYSCLOUD_OAUTHCLIENT_SECRET`. Blank
    /// variables count as unset.
    ///
    /// # Errors
    ///
    /// Fails if there are none.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, FetchError> {
        let read = |name| {
            let value = variable(name)?;
            Some(value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        if let Some(token) = read(TOKEN) {
            return Ok(Self(Kind::Token(token)));
        }
        match (read(ID), read(SECRET)) {
            (Some(id), Some(secret)) => Ok(Self(Kind::Client { id, secret })),
            _ => Err(FetchError::Credentials),
        }
    }
}

impl Downloader {
    /// Downloads the topics of notifications from `address`, with a token that `login` issues where none is given.
    ///
    /// # Errors
    ///
    /// Those of [`Downloader::get`], and credentials that are refused.
    pub fn topics(
        &self,
        address: &Address,
        login: &Address,
        credentials: &Credentials,
    ) -> Result<Vec<u8>, FetchError> {
        let token = match &credentials.0 {
            Kind::Token(token) => token.clone(),
            Kind::Client { id, secret } => {
                let answer = self
                    .answer(login, &|client, url| {
                        client
                            .post(url)
                            .basic_auth(id, Some(secret))
                            .header("content-type", "application/x-www-form-urlencoded")
                            .body("grant_type=client_credentials")
                    })
                    .map_err(refused)?;
                let issued: Issued =
                    serde_json::from_slice(&answer).map_err(|_| FetchError::Download {
                        url: login.to_string(),
                        problem: "the answer holds no access token".to_owned(),
                        attempts: 1,
                        remedy: "Check the region and the proxy.",
                    })?;
                issued.access_token
            }
        };
        self.answer(address, &|client, url| {
            client
                .get(url)
                .bearer_auth(&token)
                .header("accept-encoding", "gzip")
        })
        .map_err(refused)
    }
}

/// What to do about credentials that are refused.
fn refused(error: FetchError) -> FetchError {
    match error {
        FetchError::Status {
            url,
            status: status @ (400 | 401 | 403),
            attempts,
            ..
        } => FetchError::Status {
            url,
            status,
            attempts,
            remedy: "Check the credentials in the environment (GENESYSCLOUD_ACCESS_TOKEN, or GENESYSCLOUD_OAUTHCLIENT_ID and \
                     GENESYSCLOUD_OAUTHCLIENT_SECRET), and the region.",
        },
        error => error,
    }
}
