//! What a login by browser needs: PKCE verifier and challenge, `state`, and the authorize URL.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use url::Url;
use zeroize::{Zeroize, Zeroizing};

use crate::runtime::auth::{AuthError, AuthErrorKind, Secret};
use crate::runtime::debug::debug_fields;

/// The characters of a code verifier (RFC 7636 section 4.1).
const UNRESERVED: &[u8; 66] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

/// The length of a generated verifier: more than 256 bits of chance.
const VERIFIER_LENGTH: usize = 64;

/// A text of `length` characters, each as likely as any other, from the operating system's cryptographic source.
fn random_text(length: usize) -> Result<Secret, AuthError> {
    // Bytes from here on would favour the first characters of the alphabet.
    let limit = 256 - 256 % UNRESERVED.len();
    let mut text = String::with_capacity(length);
    let mut bytes = Zeroizing::new([0_u8; 64]);
    while text.len() < length {
        getrandom::fill(bytes.as_mut_slice()).map_err(|_| {
            AuthError::new(AuthErrorKind::Configuration)
                .with_description("the operating system provides no random numbers")
        })?;
        let room = length - text.len();
        text.extend(
            bytes
                .iter()
                .map(|byte| usize::from(*byte))
                .filter(|byte| *byte < limit)
                .map(|byte| char::from(UNRESERVED[byte % UNRESERVED.len()]))
                .take(room),
        );
    }
    bytes.zeroize();
    Ok(Secret::new(text))
}

/// The code verifier of PKCE (RFC 7636): made before the login, kept, and sent with the code.
#[derive(Clone, Debug)]
pub struct PkceVerifier(Secret);

impl PkceVerifier {
    /// A new one from the operating system's cryptographic source.
    ///
    /// # Errors
    ///
    /// The operating system has no such source.
    pub fn generate() -> Result<Self, AuthError> {
        random_text(VERIFIER_LENGTH).map(Self)
    }

    /// One that was kept, say in a web session.
    ///
    /// # Errors
    ///
    /// It is not 43 to 128 characters of `[A-Za-z0-9-._~]`.
    pub fn new(verifier: impl Into<Secret>) -> Result<Self, AuthError> {
        let verifier = verifier.into();
        let text = verifier.expose().as_bytes();
        if (43..=128).contains(&text.len()) && text.iter().all(|byte| UNRESERVED.contains(byte)) {
            Ok(Self(verifier))
        } else {
            Err(
                AuthError::new(AuthErrorKind::Configuration).with_description(
                    "a code verifier must have 43 to 128 characters of A-Z a-z 0-9 - . _ ~",
                ),
            )
        }
    }

    /// The challenge that goes into the authorize URL: base64url(SHA-256(verifier)) without padding, method `S256`.
    #[must_use]
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.0.expose().as_bytes()))
    }

    /// The verifier itself.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.0
    }
}

/// The `state` of one login (RFC 6749 section 10.12): a code that arrives with another one does not belong to this login.
#[derive(Clone, Debug)]
pub struct LoginState(Secret);

impl LoginState {
    /// A new one from the operating system's cryptographic source.
    ///
    /// # Errors
    ///
    /// The operating system has no such source.
    pub fn generate() -> Result<Self, AuthError> {
        random_text(43).map(Self)
    }

    /// One that was kept, say in a web session.
    pub fn new(state: impl Into<Secret>) -> Self {
        Self(state.into())
    }

    /// The text to keep.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.0
    }

    /// Whether `returned` is this state, in a time that does not tell how much of it is.
    #[must_use]
    pub fn matches(&self, returned: &str) -> bool {
        !self.0.is_empty() && self.0 == Secret::from(returned)
    }

    /// The code out of the query that the browser came back with (the full redirect URL, or what follows its question mark).
    ///
    /// # Errors
    ///
    /// [`AuthErrorKind::LoginRefused`]: the state is missing or another one, the login was refused, or there is no code.
    pub fn code(&self, redirect: &str) -> Result<Secret, AuthError> {
        match self.answer(redirect) {
            LoginAnswer::Code(code) => Ok(code),
            LoginAnswer::Refused(error) => Err(error),
            LoginAnswer::Foreign => Err(AuthError::new(AuthErrorKind::LoginRefused).with_description(
                "the state does not match this login: the callback belongs to another login, or is forged",
            )),
        }
    }

    /// What the browser came back with.
    pub(crate) fn answer(&self, redirect: &str) -> LoginAnswer {
        let query = redirect
            .split_once('?')
            .map_or(redirect, |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        let value = |name: &str| {
            url::form_urlencoded::parse(query.as_bytes())
                .find(|(key, _)| key == name)
                .map(|(_, value)| Zeroizing::new(value.into_owned()))
        };
        if !value("state").is_some_and(|state| self.matches(&state)) {
            return LoginAnswer::Foreign;
        }
        let refused = AuthError::new(AuthErrorKind::LoginRefused);
        if let Some(error) = value("error") {
            let description = value("error_description").unwrap_or_default();
            return LoginAnswer::Refused(
                refused
                    .with_code(Some(&error))
                    .with_description(description.as_str()),
            );
        }
        match value("code") {
            Some(code) if !code.is_empty() => LoginAnswer::Code(Secret::from(code.as_str())),
            _ => LoginAnswer::Refused(refused.with_description("there is no code")),
        }
    }
}

/// What the browser returned from the login page.
pub(crate) enum LoginAnswer {
    Code(Secret),
    /// The login failed.
    Refused(AuthError),
    /// It is not the answer to this login.
    Foreign,
}

/// The URL of the login page: `{login}/oauth/authorize` with `response_type=code`.
#[derive(Clone)]
pub struct AuthorizeUrl(Url);

impl AuthorizeUrl {
    /// The login page of the region or gateway whose token endpoint is below `login`.
    #[must_use]
    pub fn new(login: &Url, client_id: &str, redirect_uri: &str, state: &LoginState) -> Self {
        let mut url = login.clone();
        url.set_path(&format!(
            "{}/oauth/authorize",
            login.path().trim_end_matches('/')
        ));
        url.set_query(None);
        Self(url)
            .with_parameter("client_id", client_id)
            .with_parameter("redirect_uri", redirect_uri)
            .with_parameter("response_type", "code")
            .with_parameter("state", state.secret().expose())
    }

    /// For a client without a secret: with the challenge of `verifier`.
    #[must_use]
    pub fn with_pkce(self, verifier: &PkceVerifier) -> Self {
        self.with_parameter("code_challenge", &verifier.challenge())
            .with_parameter("code_challenge_method", "S256")
    }

    /// Logs in through that single sign-on provider of that organization.
    #[must_use]
    pub fn with_organization(self, organization: &str, provider: &str) -> Self {
        self.with_parameter("org", organization)
            .with_parameter("provider", provider)
    }

    /// Any other parameter, such as `target`, `login_hint` or `prompt`.
    #[must_use]
    pub fn with_parameter(mut self, name: &str, value: &str) -> Self {
        self.0.query_pairs_mut().append_pair(name, value);
        self
    }

    /// The URL to open in a browser.
    #[must_use]
    pub fn into_url(self) -> Url {
        self.0
    }
}

debug_fields!(AuthorizeUrl, |this| "AuthorizeUrl({}, ..)", this.0.path());
