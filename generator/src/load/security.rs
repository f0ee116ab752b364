//! Security definitions of Swagger 2.0, and security schemes of OpenAPI 3.0.

use openapiv3::{APIKeyLocation, OAuth2Flows, SecurityScheme};

use super::reader::{Node, required};
use super::references::Dialect;
use crate::document::{Fault, quote};

pub(super) fn scheme(node: &Node<'_, '_>, dialect: Dialect) -> Result<SecurityScheme, Fault> {
    let is_swagger = dialect == Dialect::Swagger2;
    let what = match dialect {
        Dialect::Swagger2 => "a security definition",
        Dialect::OpenApi3 => "a security scheme",
    };
    let (mut kind, mut name, mut place, mut http) = (None, None, None, None);
    let extensions = node.fields(what, |key, node| {
        match key {
            "type" => kind = Some(node.text()?),
            "name" => name = Some(node.string()?),
            "in" => place = Some(node.text()?),
            "scheme" if !is_swagger => http = Some(node.string()?),
            // How a token is obtained is up to the client's configuration, and the others have no effect.
            "description" => {}
            "flow" | "authorizationUrl" | "tokenUrl" | "scopes" if is_swagger => {}
            "bearerFormat" | "flows" | "openIdConnectUrl" if !is_swagger => {}
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    let unknown = |key, what: &str, value| {
        let message = format!("unknown {what}: {}", quote(value));
        Err(node.at.key(key).fault(message))
    };
    match required(kind, "type", what, node)? {
        "apiKey" => Ok(SecurityScheme::APIKey {
            location: match required(place, "in", what, node)? {
                "query" => APIKeyLocation::Query,
                "header" => APIKeyLocation::Header,
                "cookie" => APIKeyLocation::Cookie,
                other => return unknown("in", "place of an API key", other),
            },
            name: required(name, "name", what, node)?,
            description: None,
            extensions,
        }),
        "basic" if is_swagger => Ok(SecurityScheme::HTTP {
            scheme: "basic".to_owned(),
            bearer_format: None,
            description: None,
            extensions,
        }),
        "http" if !is_swagger => Ok(SecurityScheme::HTTP {
            scheme: required(http, "scheme", what, node)?,
            bearer_format: None,
            description: None,
            extensions,
        }),
        "oauth2" => Ok(SecurityScheme::OAuth2 {
            flows: OAuth2Flows::default(),
            description: None,
            extensions,
        }),
        "openIdConnect" if !is_swagger => Ok(SecurityScheme::OpenIDConnect {
            open_id_connect_url: String::new(),
            description: None,
            extensions,
        }),
        other => unknown("type", &format!("type of {what}"), other),
    }
}
