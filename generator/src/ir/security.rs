//! Whose token an operation carries.

use indexmap::IndexMap;
use openapiv3::{APIKeyLocation, OpenAPI, ReferenceOr, SecurityScheme};

use crate::document::{pointer, quote};
use crate::load::component_name;

use super::error::IrError;
use super::model::{CredentialPlace, CredentialScheme};
use super::operations::Input;

const BEARER: &str = "Bearer";

/// What the `security` of an operation means.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Security {
    /// It can be called without a token.
    pub(crate) public: bool,
    /// The OAuth scopes, in the order of the document.
    pub(crate) scopes: Vec<String>,
    /// The scheme whose credential the caller gives. None where the client's token is sent, or none at all.
    pub(crate) credential: Option<CredentialScheme>,
    /// What it needs beside that, as a warning.
    pub(crate) incomplete: Option<String>,
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
        // An alternative with OAuth alone needs nothing else.
        let is_oauth = |name: &&String| {
            let scheme = scheme(input.document, name);
            matches!(scheme, Some(SecurityScheme::OAuth2 { .. }))
        };
        let chosen = alternatives
            .iter()
            .filter(|alternative| alternative.keys().any(|name| is_oauth(&name)))
            .min_by_key(|alternative| alternative.len());
        let others = chosen.into_iter().flat_map(IndexMap::keys);
        let others: Vec<&String> = others.filter(|name| !is_oauth(name)).collect();
        return Ok(Security {
            scopes,
            incomplete: incomplete(&others),
            ..Security::default()
        });
    }
    // The alternative with the fewest schemes that the document defines, which a caller most likely can meet.
    let chosen = alternatives
        .iter()
        .filter(|alternative| !alternative.is_empty())
        .min_by_key(|alternative| {
            let is_defined = alternative
                .keys()
                .all(|name| scheme(input.document, name).is_some());
            (!is_defined, alternative.len())
        });
    let mut names = chosen.into_iter().flat_map(IndexMap::keys);
    let credential = names
        .next()
        .map(|name| credential(input, name))
        .transpose()?;
    let others: Vec<&String> = names.collect();
    Ok(Security {
        public: alternatives.is_empty() || alternatives.iter().any(|one| one.is_empty()),
        scopes,
        credential,
        incomplete: incomplete(&others),
    })
}

/// The warning about schemes that have to be met together with another one.
fn incomplete(others: &[&String]) -> Option<String> {
    let names: Vec<String> = others.iter().map(|name| quote(name)).collect();
    (!names.is_empty()).then(|| {
        format!(
            "the operation needs several credentials at once; the caller has to send that of {} as a header or parameter",
            names.join(" and ")
        )
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
