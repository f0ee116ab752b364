//! The permissions and scopes of the client's token.

use http::Method;

use super::Client;
use crate::runtime::error::Error;
use crate::runtime::permissions::{Permissions, Scopes, Subject, TokenInfo};

impl Client {
    /// Asks the API for the permissions of the owner of this client's token (`GET /api/v2/authorization/subjects/me`), to compare them with
    /// what operations need before any of them is called.
    ///
    /// ```text
    /// let permissions = client.permissions().await?;
    /// let missing = permissions.missing(GetUser::METADATA);
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub async fn permissions(&self) -> Result<Permissions, Error> {
        const PATH: &str = "/api/v2/authorization/subjects/me";
        let subject = self
            .request(Method::GET, PATH)
            .with_template(PATH)
            .query("includeFullRoles", true)
            .send_json::<Option<Subject>>()
            .await?
            .into_body();
        Ok(Permissions::from_subject(subject.unwrap_or_default()))
    }

    /// Asks the API for the OAuth scopes of this client's token (`GET /api/v2/tokens/me`), to compare them with what operations need before
    /// any of them is called.
    ///
    /// ```text
    /// let scopes = client.scopes().await?;
    /// let missing = scopes.missing(GetUser::METADATA);
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub async fn scopes(&self) -> Result<Scopes, Error> {
        const PATH: &str = "/api/v2/tokens/me";
        let info = self
            .request(Method::GET, PATH)
            .with_template(PATH)
            .send_json::<Option<TokenInfo>>()
            .await?
            .into_body();
        Ok(Scopes::from_token(info.unwrap_or_default()))
    }
}
