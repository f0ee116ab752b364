//! Security definitions of Swagger 2.0.

use openapiv3::{APIKeyLocation, OAuth2Flows, SecurityScheme};

use super::super::reader::{Node, required};
use crate::document::{Fault, quote};

const WHAT: &str = "a security definition";

pub(super) fn scheme(node: &Node<'_, '_>) -> Result<SecurityScheme, Fault> {
    let mut description = None;
    let (mut kind, mut name, mut place) = (None, None, None);
    let extensions = node.fields(WHAT, |key, node| {
        match key {
            "type" => kind = Some(node.text()?),
            "description" => description = Some(node.string()?),
            "name" => name = Some(node.string()?),
            "in" => place = Some(node.text()?),
            // How a token is obtained is up to the client's configuration.
            "flow" | "authorizationUrl" | "tokenUrl" | "scopes" => {}
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    match required(kind, "type", WHAT, node)? {
        "basic" => Ok(SecurityScheme::HTTP {
            scheme: "basic".to_owned(),
            bearer_format: None,
            description,
            extensions,
        }),
        "apiKey" => Ok(SecurityScheme::APIKey {
            location: match required(place, "in", WHAT, node)? {
                "query" => APIKeyLocation::Query,
                "header" => APIKeyLocation::Header,
                "cookie" => APIKeyLocation::Cookie,
                other => {
                    return Err(node
                        .at
                        .key("in")
                        .fault(format!("unknown place of an API key: {}", quote(other))));
                }
            },
            name: required(name, "name", WHAT, node)?,
            description,
            extensions,
        }),
        "oauth2" => Ok(SecurityScheme::OAuth2 {
            flows: OAuth2Flows::default(),
            description,
            extensions,
        }),
        other => Err(node.at.key("type").fault(format!(
            "unknown type of a security definition: {}",
            quote(other)
        ))),
    }
}
