//! Security schemes of OpenAPI 3.0.

use openapiv3::{APIKeyLocation, OAuth2Flows, SecurityScheme};

use super::super::reader::{Node, required};
use crate::document::{Fault, quote};

const WHAT: &str = "a security scheme";

pub(super) fn scheme(node: &Node<'_, '_>) -> Result<SecurityScheme, Fault> {
    let (mut kind, mut description) = (None, None);
    let (mut name, mut place, mut http, mut bearer_format) = (None, None, None, None);
    let extensions = node.fields(WHAT, |key, node| {
        match key {
            "type" => kind = Some(node.text()?),
            "description" => description = Some(node.string()?),
            "name" => name = Some(node.string()?),
            "in" => {
                place = Some(match node.text()? {
                    "query" => APIKeyLocation::Query,
                    "header" => APIKeyLocation::Header,
                    "cookie" => APIKeyLocation::Cookie,
                    other => {
                        return Err(
                            node.fault(format!("unknown place of an API key: {}", quote(other)))
                        );
                    }
                });
            }
            "scheme" => http = Some(node.string()?),
            "bearerFormat" => bearer_format = Some(node.string()?),
            // How a token is obtained is up to the client's configuration.
            "flows" | "openIdConnectUrl" => {}
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    match required(kind, "type", WHAT, node)? {
        "apiKey" => Ok(SecurityScheme::APIKey {
            location: required(place, "in", WHAT, node)?,
            name: required(name, "name", WHAT, node)?,
            description,
            extensions,
        }),
        "http" => Ok(SecurityScheme::HTTP {
            scheme: required(http, "scheme", WHAT, node)?,
            bearer_format,
            description,
            extensions,
        }),
        "oauth2" => Ok(SecurityScheme::OAuth2 {
            flows: OAuth2Flows::default(),
            description,
            extensions,
        }),
        "openIdConnect" => Ok(SecurityScheme::OpenIDConnect {
            open_id_connect_url: String::new(),
            description,
            extensions,
        }),
        other => Err(node.at.key("type").fault(format!(
            "unknown type of a security scheme: {}",
            quote(other)
        ))),
    }
}
