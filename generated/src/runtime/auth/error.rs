//! Errors of token handling, and what to do about them.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use crate::runtime::debug::debug_fields;
use crate::runtime::transport::causes;

/// What went wrong, as far as a program would act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthErrorKind {
    /// `invalid_client`: the client id or its secret is not known there.
    WrongSecret,
    /// `unauthorized_client` or `unsupported_grant_type`: the OAuth client may not use this grant.
    GrantNotEnabled,
    /// The OAuth client exists and is switched off.
    ClientDisabled,
    /// `invalid_grant` for a refresh token: used, expired or revoked.
    RefreshTokenRevoked,
    /// `invalid_grant` for an authorization code.
    CodeRefused,
    /// `invalid_grant` for a SAML assertion.
    AssertionRefused,
    /// The clock of this machine, or of the identity provider, is wrong.
    ClockSkew,
    /// The token endpoint rejected the request for another reason.
    RequestRefused,
    /// The token endpoint has had too many requests.
    RateLimited,
    /// The token endpoint answered with a server error.
    ServerError,
    /// No connection to the token endpoint, or one that broke.
    NoNetwork,
    /// The token endpoint did not answer in time.
    Timeout,
    /// A success without a usable token.
    UnusableAnswer,
    /// Only a person can get the next token.
    NeedsLogin,
    /// The API refuses the tokens that the token endpoint issues.
    TokenRefused,
    /// The call's own time ended while it waited for a token.
    DeadlineExceeded,
    /// There is no tokio runtime to refresh in.
    NoRuntime,
    /// The task that refreshed died more than once.
    TaskDied,
    /// The token provider, or the callback that supplies assertions, failed.
    Provider,
    /// The token store failed.
    Store,
    /// The login in the browser was refused, or its answer is not to be trusted.
    LoginRefused,
    /// The configuration cannot work.
    Configuration,
}

impl AuthErrorKind {
    /// Whether the same request may succeed later without anybody doing anything.
    #[must_use]
    pub fn is_transient(self) -> bool {
        matches!(
            self,
            Self::RateLimited
                | Self::ServerError
                | Self::NoNetwork
                | Self::Timeout
                | Self::UnusableAnswer
                | Self::DeadlineExceeded
                | Self::TaskDied
                | Self::Provider
                | Self::Store
        )
    }

    fn statement(self) -> &'static str {
        match self {
            Self::WrongSecret => "the token endpoint does not accept the client id and secret",
            Self::GrantNotEnabled => "the OAuth client may not use this grant",
            Self::ClientDisabled => "the OAuth client is disabled",
            Self::RefreshTokenRevoked => "the refresh token was used, has expired or was revoked",
            Self::CodeRefused => {
                "the authorization code was used, has expired or is not for this client"
            }
            Self::AssertionRefused => "the token endpoint rejected the SAML assertion",
            Self::ClockSkew => "a clock is wrong",
            Self::RequestRefused => "the token endpoint rejected the request",
            Self::RateLimited => "the token endpoint is limiting requests",
            Self::ServerError => "the token endpoint failed",
            Self::NoNetwork => "the connection to the token endpoint failed",
            Self::Timeout => "the token endpoint did not respond in time",
            Self::UnusableAnswer => "the token endpoint returned no usable token",
            Self::NeedsLogin => "a login is required",
            Self::TokenRefused => "the API rejects the tokens that the token endpoint issues",
            Self::DeadlineExceeded => "timed out waiting for a token",
            Self::NoRuntime => "no tokio runtime is running to fetch a token",
            Self::TaskDied => "the task that fetches tokens ended unexpectedly",
            Self::Provider => "the token provider failed",
            Self::Store => "the token store failed",
            Self::LoginRefused => "the login failed",
            Self::Configuration => "invalid credentials",
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::WrongSecret => {
                "check the client id, its secret and the region: an OAuth client exists in one region only"
            }
            Self::GrantNotEnabled => {
                "choose this grant type for the OAuth client in Genesys Cloud (Admin, Integrations, OAuth), or use the grant that it has"
            }
            Self::ClientDisabled => {
                "enable the OAuth client in Genesys Cloud (Admin, Integrations, OAuth)"
            }
            Self::RefreshTokenRevoked | Self::CodeRefused | Self::NeedsLogin => {
                "the person has to log in again"
            }
            Self::AssertionRefused => {
                "check the organisation name and that the assertion is fresh, base64 and signed by the configured identity provider"
            }
            Self::ClockSkew => "set the clock by NTP, then try again",
            Self::RequestRefused => {
                "check the settings of the OAuth client, and any proxy in between"
            }
            Self::RateLimited => {
                "share tokens between processes with a token store instead of fetching one for each"
            }
            Self::ServerError | Self::Timeout => "try again later",
            Self::NoNetwork => {
                "check the network, the proxy, the region or gateway and the trusted certificates"
            }
            Self::UnusableAnswer => "check the region or gateway, and any proxy in between",
            Self::TokenRefused => {
                "check that the API host and the login host belong to the same region, and the roles of the OAuth client"
            }
            Self::DeadlineExceeded => {
                "increase the timeout of the call and `TokenSettings::token_wait`, or check why the token request is slow"
            }
            Self::NoRuntime => {
                "make the call inside a tokio runtime with its time and I/O drivers enabled"
            }
            Self::TaskDied => {
                "check for a panic in the token provider, store or transport, and for a runtime that was shut down"
            }
            Self::Provider => "check the token provider",
            Self::Store => {
                "check the store and its settings; a session with refresh tokens waits until it works again"
            }
            Self::LoginRefused => "start a new login",
            Self::Configuration => "see the description",
        }
    }
}

#[derive(Debug)]
struct Inner {
    kind: AuthErrorKind,
    status: Option<StatusCode>,
    code: Option<String>,
    description: Option<String>,
    retry_after: Option<Duration>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// Why there is no token. Cheap to clone, because every call that waited for the same refresh gets the same error.
///
/// It says what to do, and holds no token, secret, code, verifier or assertion.
#[derive(Clone)]
pub struct AuthError(Arc<Inner>);

impl AuthError {
    /// An error of `kind` and nothing more.
    #[must_use]
    pub fn new(kind: AuthErrorKind) -> Self {
        Self(Arc::new(Inner {
            kind,
            status: None,
            code: None,
            description: None,
            retry_after: None,
            source: None,
        }))
    }

    /// A failure of a token provider or of an assertion callback, for `source`.
    pub fn provider(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(AuthErrorKind::Provider).with_source(source)
    }

    /// The same with a description: one line of plain text, no secret.
    #[must_use]
    pub fn with_description(self, description: impl AsRef<str>) -> Self {
        let description = plain(description.as_ref());
        self.change(|inner| inner.description = description)
    }

    /// The same with the error below it, which must hold no secret.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let source = Arc::from(source.into());
        self.change(|inner| inner.source = Some(source))
    }

    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        self.change(|inner| inner.status = Some(status))
    }

    pub(crate) fn with_code(self, code: Option<&str>) -> Self {
        let code = code.and_then(plain);
        self.change(|inner| inner.code = code)
    }

    pub(crate) fn with_retry_after(self, delay: Option<Duration>) -> Self {
        self.change(|inner| inner.retry_after = delay)
    }

    /// The texts of the errors below this one, in a line.
    fn cause(&self) -> Option<String> {
        let mut text = String::new();
        for cause in causes(self) {
            let cause_text = cause.to_string();
            // Some errors repeat the one below.
            if !text.contains(&cause_text) {
                if !text.is_empty() {
                    text.push_str(": ");
                }
                text.push_str(&cause_text);
            }
        }
        plain(&text)
    }

    fn change(self, edit: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = Inner {
            kind: self.0.kind,
            status: self.0.status,
            code: self.0.code.clone(),
            description: self.0.description.clone(),
            retry_after: self.0.retry_after,
            source: self.0.source.clone(),
        };
        edit(&mut inner);
        Self(Arc::new(inner))
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> AuthErrorKind {
        self.0.kind
    }

    /// The status of the token endpoint's answer, where there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The `error` of the token endpoint's answer (RFC 6749 section 5.2), such as `invalid_client`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The `error_description`, or Genesys's `description`, of that answer.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// How long the token endpoint asked to be left alone, or until the next try where that is known.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the same call may succeed later without anybody doing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.0.kind.is_transient()
    }

    /// Whether a person has to log in again.
    #[must_use]
    pub fn needs_login(&self) -> bool {
        matches!(
            self.0.kind,
            AuthErrorKind::NeedsLogin
                | AuthErrorKind::RefreshTokenRevoked
                | AuthErrorKind::CodeRefused
        )
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.kind.statement())?;
        let mut details = Vec::new();
        if let Some(status) = self.0.status {
            details.push(format!("status {}", status.as_u16()));
        }
        details.extend(self.0.code.clone());
        details.extend(self.0.description.clone());
        if matches!(
            self.0.kind,
            AuthErrorKind::NoNetwork | AuthErrorKind::Provider | AuthErrorKind::Store
        ) {
            details.extend(self.cause());
        }
        if let Some(delay) = self.0.retry_after {
            details.push(format!("retry after {:.0} s", delay.as_secs_f64().ceil()));
        }
        if !details.is_empty() {
            write!(formatter, " ({})", details.join(", "))?;
        }
        write!(formatter, ": {}", self.0.kind.remedy())
    }
}

debug_fields!(AuthError, |this|
    kind: this.0.kind,
    status: this.0.status,
    code: this.0.code,
    description: this.0.description,
    source: this.0.source
);

impl StdError for AuthError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

/// The longest text that is taken over from a server.
const LONGEST: usize = 300;

/// One line of printable text out of what a server sent; none if nothing is left.
fn plain(text: &str) -> Option<String> {
    let line: String = text
        .chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .take(LONGEST)
        .collect();
    let line = line.trim();
    (!line.is_empty()).then(|| line.to_owned())
}
