//! Whose token an operation carries.

use openapiv3::{APIKeyLocation, OpenAPI, ReferenceOr, SecurityScheme};

use crate::load::{component_name, quote};

use super::error::{IrError, pointer};
use super::model::{CredentialPlace, CredentialScheme};
use super::operations::Input;

const BEARER: &str = "Bearer";

/// What the `security` of an operation comes to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Security {
    /// It can be called without a token.
    pub(crate) public: bool,
    /// The OAuth scopes, in the order of the document.
    pub(crate) scopes: Vec<String>,
    /// The scheme whose credential the caller gives. None where the client's token is sent, or none at all.
    pub(crate) credential: Option<CredentialScheme>,
}

/// The security of an operation. Where it does not say, the document does; and where that does not either, the client's token is sent. An
/// alternative with OAuth wins. A scheme that the document does not define is not OAuth.
pub(crate) fn security(input: &Input<'_>) -> Result<Security, IrError> {
    let own = input.operation.security.as_ref();
    let Some(alternatives) = own.or(input.document.security.as_ref()) else {
        return Ok(Security::default());
    };
    let mut scopes: Vec<String> = Vec::new();
    let mut is_oauth = false;
    for (name, listed) in alternatives.iter().flatten() {
        if matches!(
            scheme(input.document, name),
            Some(SecurityScheme::OAuth2 { .. })
        ) {
            is_oauth = true;
            for scope in listed {
                if !scopes.contains(scope) {
                    scopes.push(scope.clone());
                }
            }
        }
    }
    if is_oauth {
        return Ok(Security {
            scopes,
            ..Security::default()
        });
    }
    // The alternative with the fewest schemes that the document defines, which a caller most likely can meet.
    let credential = alternatives
        .iter()
        .filter(|alternative| !alternative.is_empty())
        .min_by_key(|alternative| {
            let is_defined = alternative
                .keys()
                .all(|name| scheme(input.document, name).is_some());
            (!is_defined, alternative.len())
        })
        .and_then(|alternative| alternative.keys().next())
        .map(|name| credential(input, name))
        .transpose()?;
    Ok(Security {
        public: alternatives.is_empty() || alternatives.iter().any(|one| one.is_empty()),
        scopes,
        credential,
    })
}

fn credential(input: &Input<'_>, name: &str) -> Result<CredentialScheme, IrError> {
    let place = match scheme(input.document, name) {
        Some(SecurityScheme::APIKey {
            location,
            name: key,
            ..
        }) => match location {
            APIKeyLocation::Header if key.eq_ignore_ascii_case("authorization") => {
                CredentialPlace::Authorization(BEARER.to_owned())
            }
            APIKeyLocation::Header => CredentialPlace::Header(token(input, name, key)?),
            APIKeyLocation::Query => CredentialPlace::Query(key.clone()),
            APIKeyLocation::Cookie => CredentialPlace::Cookie(token(input, name, key)?),
        },
        Some(SecurityScheme::HTTP { scheme, .. }) => {
            CredentialPlace::Authorization(match scheme.to_ascii_lowercase().as_str() {
                "bearer" => BEARER.to_owned(),
                "basic" => "Basic".to_owned(),
                _ => token(input, name, scheme)?,
            })
        }
        Some(SecurityScheme::OAuth2 { .. } | SecurityScheme::OpenIDConnect { .. }) | None => {
            CredentialPlace::Authorization(BEARER.to_owned())
        }
    };
    Ok(CredentialScheme {
        name: name.to_owned(),
        place,
    })
}

/// A scheme of the document by its name.
fn scheme<'d>(document: &'d OpenAPI, name: &str) -> Option<&'d SecurityScheme> {
    let schemes = &document.components.as_ref()?.security_schemes;
    let mut current = schemes.get(name)?;
    // The loader refuses references in a circle.
    for _ in 0..10 {
        match current {
            ReferenceOr::Item(scheme) => return Some(scheme),
            ReferenceOr::Reference { reference } => {
                current = schemes.get(&component_name(reference)?)?;
            }
        }
    }
    None
}

/// A name as headers have it (RFC 9110, section 5.6.2).
fn token(input: &Input<'_>, scheme: &str, name: &str) -> Result<String, IrError> {
    let is_token = |character: char| {
        character.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(character)
    };
    if !name.is_empty() && name.chars().all(is_token) {
        return Ok(name.to_owned());
    }
    let problem = format!(
        "the security scheme {} sends its credential as {}, which no header or cookie can be called",
        quote(scheme),
        quote(name)
    );
    Err(input
        .error(&[], problem)
        .at(pointer(["components", "securitySchemes", scheme])))
}
