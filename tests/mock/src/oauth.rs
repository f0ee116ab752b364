//! The login host: `POST /oauth/token` and `GET /oauth/authorize`.
//!
//! Stricter than it has to be about what a client sends, so that a test which passes here proves the form of the request:
//! a confidential grant authenticates with Basic and puts neither id nor secret into the form, PKCE the other way around.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, Method};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::backend::State;
use super::config::{ExpiresIn, OAuthClient, Settings};
use super::ratelimit::whole_seconds_up;
use super::reply::Reply;
use super::sync::read;
use super::tokens::{CODE_PREFIX, Code, Grant, Subject, secret};

const SAML2_BEARER: &str = "urn:ietf:params:oauth:grant-type:saml2-bearer";

/// A refusal: the error code of RFC 6749 section 5.2, and what was wrong.
struct Refusal {
    error: &'static str,
    description: String,
}

impl Refusal {
    fn new(error: &'static str, description: impl Into<String>) -> Self {
        Self {
            error,
            description: description.into(),
        }
    }

    fn request(description: impl Into<String>) -> Self {
        Self::new("invalid_request", description)
    }

    fn grant(description: impl Into<String>) -> Self {
        Self::new("invalid_grant", description)
    }

    fn client(description: impl Into<String>) -> Self {
        Self::new("invalid_client", description)
    }
}

/// Answers a token request.
pub(crate) fn token(state: &State, method: &Method, headers: &HeaderMap, body: &Bytes) -> Reply {
    if method != Method::POST {
        return Reply::oauth_error(405, "invalid_request", "method not allowed");
    }
    let settings = read(&state.settings).clone();
    match grant(state, &settings, headers, body) {
        Ok(reply) => reply,
        Err(refusal) => {
            let status = match refusal.error {
                "invalid_client" => settings.invalid_client_status,
                _ => 400,
            };
            Reply::oauth_error(status, refusal.error, &refusal.description)
        }
    }
}

fn grant(
    state: &State,
    settings: &Settings,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<Reply, Refusal> {
    let form = Form::read(headers, body)?;
    let basic = basic_credentials(headers)?;
    let grant_type = form.required("grant_type")?;
    let (subject, refresh_token) = match grant_type {
        "client_credentials" => {
            let client_id = confidential(state, &form, basic, grant_type)?;
            (subject(client_id, None, Grant::ClientCredentials), None)
        }
        "authorization_code" => {
            let pkce = form.get("code_verifier").is_some();
            let client_id = if pkce {
                public(state, &form, basic, grant_type)?
            } else {
                confidential(state, &form, basic, grant_type)?
            };
            let code = redeem(state, &form, &client_id)?;
            let grant = if pkce {
                Grant::Pkce
            } else {
                Grant::AuthorizationCode
            };
            let subject = subject(client_id, Some(code.user_id), grant);
            let refresh = (!pkce || settings.pkce_refresh_tokens)
                .then(|| state.tokens.issue_refresh(&subject));
            (subject, refresh)
        }
        "refresh_token" => refresh(state, settings, &form, basic)?,
        SAML2_BEARER => {
            let client_id = confidential(state, &form, basic, grant_type)?;
            let user_id = saml_user(state, settings, &form)?;
            (subject(client_id, Some(user_id), Grant::Saml2Bearer), None)
        }
        other => {
            return Err(Refusal::new(
                "unsupported_grant_type",
                format!("unsupported grant type: {other}"),
            ));
        }
    };
    let access_token = state
        .tokens
        .issue(&subject, state.clock.now(), settings.lifetime);
    Ok(token_response(settings, access_token, refresh_token))
}

fn subject(client_id: String, user_id: Option<String>, grant: Grant) -> Arc<Subject> {
    Arc::new(Subject {
        client_id,
        user_id,
        grant,
    })
}

fn token_response(
    settings: &Settings,
    access_token: String,
    refresh_token: Option<String>,
) -> Reply {
    let mut response = Map::new();
    response.insert("access_token".to_owned(), access_token.into());
    response.insert("token_type".to_owned(), settings.token_type.clone().into());
    if let Some(refresh_token) = refresh_token {
        response.insert("refresh_token".to_owned(), refresh_token.into());
    }
    let expires_in = match &settings.expires_in {
        ExpiresIn::WholeSeconds => Some(json!(whole_seconds_up(settings.lifetime))),
        ExpiresIn::Exact => Some(json!(settings.lifetime.as_secs_f64())),
        ExpiresIn::Raw(value) => Some(value.clone()),
        ExpiresIn::Missing => None,
    };
    if let Some(expires_in) = expires_in {
        response.insert("expires_in".to_owned(), expires_in);
    }
    Reply::json(&Value::Object(response)).header(CACHE_CONTROL.as_str(), "no-store")
}

fn refresh(
    state: &State,
    settings: &Settings,
    form: &Form,
    basic: Option<(String, String)>,
) -> Result<(Arc<Subject>, Option<String>), Refusal> {
    let token = form.required("refresh_token")?;
    let invalid = || Refusal::grant("invalid refresh token");
    // Who asks is settled before the token is looked at, so that a stranger learns nothing about it.
    let by_public_client = basic.is_none() && form.get("client_id").is_some();
    let client_id = if by_public_client {
        public(state, form, basic, "refresh_token")?
    } else {
        confidential(state, form, basic, "refresh_token")?
    };
    let subject = state.tokens.refresh_subject(token).ok_or_else(invalid)?;
    if subject.client_id != client_id {
        return Err(invalid());
    }
    if by_public_client != (subject.grant == Grant::Pkce) {
        return Err(Refusal::client(
            "the refresh token belongs to another kind of client",
        ));
    }
    if !settings.rotate_refresh_tokens {
        return Ok((subject, None));
    }
    if !state.tokens.consume_refresh(token) {
        return Err(invalid());
    }
    let next = state.tokens.issue_refresh(&subject);
    Ok((subject, Some(next)))
}

/// Takes the code out of the form and checks everything that it is bound to.
fn redeem(state: &State, form: &Form, client_id: &str) -> Result<Code, Refusal> {
    let text = form.required("code")?;
    let redirect_uri = form.required("redirect_uri")?;
    let code = state
        .tokens
        .take_code(text)
        .filter(|code| code.client_id == client_id && state.clock.now() < code.expires)
        .ok_or_else(|| Refusal::grant("invalid authorization code"))?;
    if code.redirect_uri != redirect_uri {
        return Err(Refusal::grant("the redirect_uri does not match"));
    }
    match (&code.challenge, form.get("code_verifier")) {
        (None, None) => {}
        (Some(_), None) => return Err(Refusal::request("code_verifier is required")),
        (None, Some(_)) => return Err(Refusal::grant("the code was not issued for PKCE")),
        (Some(challenge), Some(verifier)) => {
            if !is_verifier(verifier) {
                return Err(Refusal::request("malformed code_verifier"));
            }
            if URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) != *challenge {
                return Err(Refusal::grant("the code_verifier does not match"));
            }
        }
    }
    Ok(code)
}

/// RFC 7636 section 4.1: 43 to 128 unreserved characters.
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

fn saml_user(state: &State, settings: &Settings, form: &Form) -> Result<String, Refusal> {
    if form.required("orgName")? != settings.saml_organization {
        return Err(Refusal::grant("unknown organization"));
    }
    let assertion = form.required("assertion")?;
    if STANDARD.decode(assertion).is_err() {
        return Err(Refusal::request("the assertion is not base64"));
    }
    if settings.single_use_assertions && !state.tokens.use_assertion(assertion) {
        return Err(Refusal::grant("the assertion was used before"));
    }
    Ok("saml-user".to_owned())
}

/// The id of a client that authenticated with Basic and kept its credentials out of the form.
fn confidential(
    state: &State,
    form: &Form,
    basic: Option<(String, String)>,
    grant_type: &str,
) -> Result<String, Refusal> {
    let (id, given) = basic.ok_or_else(|| Refusal::client("client credentials are required"))?;
    for secret in ["client_id", "client_secret"] {
        if form.get(secret).is_some() {
            return Err(Refusal::request(format!(
                "{secret} must not be in the form"
            )));
        }
    }
    let known = |client: &OAuthClient| client.secret.as_ref() == Some(&given);
    check_client(state, &id, grant_type, known)?;
    Ok(id)
}

/// The id of a client that has no secret here: named in the form, and no Authorization header.
fn public(
    state: &State,
    form: &Form,
    basic: Option<(String, String)>,
    grant_type: &str,
) -> Result<String, Refusal> {
    if basic.is_some() {
        return Err(Refusal::request(
            "PKCE does not authenticate with an Authorization header",
        ));
    }
    if form.get("client_secret").is_some() {
        return Err(Refusal::request("client_secret must not be in the form"));
    }
    let id = form.required("client_id")?.to_owned();
    check_client(state, &id, grant_type, |_| true)?;
    Ok(id)
}

fn check_client(
    state: &State,
    id: &str,
    grant_type: &str,
    authenticates: impl Fn(&OAuthClient) -> bool,
) -> Result<(), Refusal> {
    let clients = read(&state.clients);
    let Some(client) = clients.iter().find(|client| client.id == id) else {
        return if state.any_credentials {
            Ok(())
        } else {
            Err(Refusal::client(format!("client not found: {id}")))
        };
    };
    if !state.any_credentials && !authenticates(client) {
        return Err(Refusal::client("authentication failed"));
    }
    if client.disabled {
        return Err(Refusal::client("client is disabled"));
    }
    match &client.grants {
        Some(grants) if !grants.iter().any(|grant| grant == grant_type) => Err(Refusal::new(
            "unauthorized_client",
            "the client is not authorized for this grant type",
        )),
        _ => Ok(()),
    }
}

fn basic_credentials(headers: &HeaderMap) -> Result<Option<(String, String)>, Refusal> {
    let Some(header) = headers.get(AUTHORIZATION) else {
        return Ok(None);
    };
    let credentials = header
        .to_str()
        .ok()
        .and_then(|text| text.strip_prefix("Basic "))
        .and_then(|text| STANDARD.decode(text).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| {
            let (id, secret) = text.split_once(':')?;
            Some((id.to_owned(), secret.to_owned()))
        });
    match credentials {
        Some(credentials) => Ok(Some(credentials)),
        None => Err(Refusal::client("malformed Authorization header")),
    }
}

/// A form whose keys appear once each.
struct Form(HashMap<String, String>);

impl Form {
    fn read(headers: &HeaderMap, body: &Bytes) -> Result<Self, Refusal> {
        let content_type = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .map(str::trim);
        if content_type != Some("application/x-www-form-urlencoded") {
            return Err(Refusal::request("the request must be form-encoded"));
        }
        let mut form = HashMap::new();
        for (key, value) in form_urlencoded::parse(body).into_owned() {
            if form.insert(key.clone(), value).is_some() {
                return Err(Refusal::request(format!("{key} appears twice")));
            }
        }
        Ok(Self(form))
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    fn required(&self, key: &str) -> Result<&str, Refusal> {
        self.get(key)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| Refusal::request(format!("{key} is required")))
    }
}

/// Answers an authorization request as if the user had logged in and agreed: a redirect with `code` and `state`.
pub(crate) fn authorize(state: &State, query: Option<&str>) -> Reply {
    let query: HashMap<String, String> =
        form_urlencoded::parse(query.unwrap_or_default().as_bytes())
            .into_owned()
            .collect();
    let get = |key: &str| query.get(key).filter(|value| !value.is_empty());
    let (Some(client_id), Some(redirect_uri)) = (get("client_id"), get("redirect_uri")) else {
        return Reply::oauth_error(
            400,
            "invalid_request",
            "client_id and redirect_uri are required",
        );
    };
    let known = state.any_credentials
        || read(&state.clients)
            .iter()
            .any(|client| client.id == *client_id);
    if !known {
        return Reply::oauth_error(400, "invalid_client", "client not found");
    }
    let mut answer = Vec::new();
    let method = get("code_challenge_method").map(String::as_str);
    if get("response_type").map(String::as_str) != Some("code") {
        answer.push(("error", "unsupported_response_type".to_owned()));
    } else if get("code_challenge").is_some() && method != Some("S256") {
        answer.push(("error", "invalid_request".to_owned()));
    } else {
        let code = state.add_code(
            client_id,
            redirect_uri,
            get("code_challenge").map(String::as_str),
        );
        answer.push(("code", code));
    }
    if let Some(state) = get("state") {
        answer.push(("state", state.clone()));
    }
    let answer = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(answer)
        .finish();
    let separator = if redirect_uri.contains('?') { '&' } else { '?' };
    Reply::redirect(302, &format!("{redirect_uri}{separator}{answer}"))
}

impl State {
    /// A code as the authorize endpoint would give it.
    pub(crate) fn add_code(
        &self,
        client_id: &str,
        redirect_uri: &str,
        challenge: Option<&str>,
    ) -> String {
        let text = secret(CODE_PREFIX);
        let code = Code {
            client_id: client_id.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            challenge: challenge.map(str::to_owned),
            user_id: "u1".to_owned(),
            expires: self.clock.now() + read(&self.settings).code_lifetime,
        };
        self.tokens.add_code(&text, code);
        text
    }
}
