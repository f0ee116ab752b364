//! Credentials for security schemes other than OAuth, which the caller gives for one call.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use super::CallOptions;
use super::options::header_of;
use crate::runtime::auth::Secret;
use crate::runtime::error::Error;
use crate::runtime::operation::{CredentialPlace, CredentialScheme, OperationMetadata};
use crate::runtime::transport::{HttpRequest, query};

/// A credential in the form in which it is sent.
#[derive(Clone)]
pub(crate) enum Credential {
    Header(HeaderName, HeaderValue),
    Query(&'static str, Secret),
    Cookie(HeaderValue),
}

impl Credential {
    /// The credential that a call of the operation carries; none where it carries none of the caller's.
    pub(crate) fn from_options(
        metadata: Option<&'static OperationMetadata>,
        options: &CallOptions,
        defaults: &CallOptions,
    ) -> Result<Option<Self>, Error> {
        let scheme = metadata.and_then(|metadata| metadata.credential);
        match (scheme, &options.credential) {
            (None, None) => Ok(None),
            (Some(scheme), Some(secret)) => Self::new(scheme, secret).map(Some),
            (None, Some(_)) => Err(Error::invalid_request(match metadata {
                Some(metadata) if metadata.public => "the operation takes no credential",
                Some(_) => "the operation takes only the client's own token",
                None => "a raw request has no security scheme; set the header yourself",
            })),
            (Some(scheme), None) => {
                let is_optional = metadata.is_some_and(|metadata| metadata.public);
                if is_optional || is_set(scheme, &options.headers, &defaults.headers) {
                    return Ok(None);
                }
                Err(Error::invalid_request(format!(
                    "the operation needs a credential of the security scheme {:?}, and the call has none",
                    scheme.name
                ))
                .with_advice(
                    "Give it with `with_credential`; the client's own token is not sent there",
                ))
            }
        }
    }

    fn new(scheme: &CredentialScheme, secret: &Secret) -> Result<Self, Error> {
        let unfit = |place: &str| {
            Error::invalid_request(format!(
                "the credential of the security scheme {:?} {place}",
                scheme.name
            ))
        };
        if secret.is_empty() {
            return Err(unfit("is empty"));
        }
        let value = match scheme.place {
            CredentialPlace::Query(name) => return Ok(Self::Query(name, secret.clone())),
            CredentialPlace::Authorization(word) => authorization(word, secret),
            CredentialPlace::Header(_) => Secret::from(secret.expose()),
            CredentialPlace::Cookie(name) => {
                if !secret.expose().bytes().all(is_cookie_octet) {
                    return Err(unfit("contains characters that are invalid in a cookie"));
                }
                Secret::new(format!("{name}={}", secret.expose()))
            }
        };
        let name = match scheme.place {
            CredentialPlace::Header(name) => name,
            CredentialPlace::Cookie(_) => header::COOKIE.as_str(),
            _ => header::AUTHORIZATION.as_str(),
        };
        let (name, mut value) = header_of(name, value.expose())
            .map_err(|_| unfit("contains characters that are invalid in a header"))?;
        value.set_sensitive(true);
        Ok(match scheme.place {
            CredentialPlace::Cookie(_) => Self::Cookie(value),
            _ => Self::Header(name, value),
        })
    }

    /// The credential by itself, for what a server repeats of it.
    pub(crate) fn value(&self) -> Option<HeaderValue> {
        match self {
            Self::Header(_, value) => Some(value.clone()),
            Self::Query(_, secret) => HeaderValue::from_str(secret.expose()).ok(),
            Self::Cookie(pair) => {
                let bytes = pair.as_bytes();
                let start = bytes.iter().position(|byte| *byte == b'=')? + 1;
                HeaderValue::from_bytes(&bytes[start..]).ok()
            }
        }
    }

    /// Puts the credential on a request.
    pub(crate) fn apply(&self, request: &mut HttpRequest) {
        match self {
            Self::Header(name, value) => {
                request.headers.insert(name.clone(), value.clone());
            }
            Self::Query(name, secret) => {
                let mut pairs = request.url.query().unwrap_or_default().to_owned();
                query::remove_pairs(&mut pairs, name);
                query::push_pair(&mut pairs, name, secret.expose());
                request.url.set_query(Some(&pairs));
            }
            Self::Cookie(value) => {
                let joined = request.headers.get(header::COOKIE).and_then(|others| {
                    let bytes = [others.as_bytes(), b"; ", value.as_bytes()].concat();
                    HeaderValue::from_bytes(&bytes).ok()
                });
                let mut cookies = joined.unwrap_or_else(|| value.clone());
                cookies.set_sensitive(true);
                request.headers.insert(header::COOKIE, cookies);
            }
        }
    }
}

/// Whether the caller has set the scheme's header by its name. A client's default `Authorization` is about its own token.
fn is_set(scheme: &CredentialScheme, call: &HeaderMap, client: &HeaderMap) -> bool {
    match scheme.place {
        CredentialPlace::Authorization(_) => call.contains_key(header::AUTHORIZATION),
        CredentialPlace::Header(name) => call.contains_key(name) || client.contains_key(name),
        CredentialPlace::Query(_) | CredentialPlace::Cookie(_) => false,
    }
}

/// The value of an `Authorization` header.
fn authorization(scheme: &str, secret: &Secret) -> Secret {
    let given = secret.expose();
    let has_scheme = given
        .split_once(' ')
        .is_some_and(|(word, _)| word.eq_ignore_ascii_case(scheme));
    if has_scheme {
        return secret.clone();
    }
    Secret::new(if scheme.eq_ignore_ascii_case("Basic") {
        format!("{scheme} {}", STANDARD.encode(given))
    } else {
        format!("{scheme} {given}")
    })
}

/// What the value of a cookie is made of (RFC 6265, section 4.1.1).
fn is_cookie_octet(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e)
}
