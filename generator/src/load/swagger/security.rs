//! Security definitions of Swagger 2.0.

use indexmap::IndexMap;
use openapiv3::{
    APIKeyLocation, AuthorizationCodeOAuth2Flow, ClientCredentialsOAuth2Flow, ImplicitOAuth2Flow,
    OAuth2Flows, PasswordOAuth2Flow, SecurityScheme,
};

use super::super::error::{Fault, quote};
use super::super::reader::{Node, required};

const WHAT: &str = "a security definition";

pub(super) fn scheme(node: &Node<'_, '_>) -> Result<SecurityScheme, Fault> {
    let mut description = None;
    let (mut kind, mut name, mut place, mut flow) = (None, None, None, None);
    let (mut authorization_url, mut token_url, mut scopes) = (None, None, None);
    let extensions = node.fields(WHAT, |key, node| {
        match key {
            "type" => kind = Some(node.text()?),
            "description" => description = Some(node.string()?),
            "name" => name = Some(node.string()?),
            "in" => place = Some(node.text()?),
            "flow" => flow = Some(node.text()?),
            "authorizationUrl" => authorization_url = Some(node.string()?),
            "tokenUrl" => token_url = Some(node.string()?),
            "scopes" => scopes = Some(read_scopes(&node)?),
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
        "oauth2" => {
            let mut flows = OAuth2Flows::default();
            let scopes = required(scopes, "scopes", WHAT, node)?;
            let authorization_url = || required(authorization_url, "authorizationUrl", WHAT, node);
            let token_url = || required(token_url, "tokenUrl", WHAT, node);
            match required(flow, "flow", WHAT, node)? {
                "implicit" => {
                    flows.implicit = Some(ImplicitOAuth2Flow {
                        authorization_url: authorization_url()?,
                        refresh_url: None,
                        scopes,
                        extensions: IndexMap::new(),
                    });
                }
                "password" => {
                    flows.password = Some(PasswordOAuth2Flow {
                        token_url: token_url()?,
                        refresh_url: None,
                        scopes,
                        extensions: IndexMap::new(),
                    });
                }
                "application" => {
                    flows.client_credentials = Some(ClientCredentialsOAuth2Flow {
                        token_url: token_url()?,
                        refresh_url: None,
                        scopes,
                        extensions: IndexMap::new(),
                    });
                }
                "accessCode" => {
                    flows.authorization_code = Some(AuthorizationCodeOAuth2Flow {
                        authorization_url: authorization_url()?,
                        token_url: token_url()?,
                        refresh_url: None,
                        scopes,
                        extensions: IndexMap::new(),
                    });
                }
                other => {
                    return Err(node
                        .at
                        .key("flow")
                        .fault(format!("unknown OAuth 2 flow {}", quote(other))));
                }
            }
            Ok(SecurityScheme::OAuth2 {
                flows,
                description,
                extensions,
            })
        }
        other => Err(node.at.key("type").fault(format!(
            "unknown type of a security definition: {}",
            quote(other)
        ))),
    }
}

fn read_scopes(node: &Node<'_, '_>) -> Result<IndexMap<String, String>, Fault> {
    let mut scopes = IndexMap::new();
    node.entries("the scopes", |key, node| {
        if !key.starts_with("x-") {
            scopes.insert(key.to_owned(), node.string()?);
        }
        Ok(())
    })?;
    Ok(scopes)
}
