//! Security schemes of OpenAPI 3.0.

use indexmap::IndexMap;
use openapiv3::{
    APIKeyLocation, AuthorizationCodeOAuth2Flow, ClientCredentialsOAuth2Flow, ImplicitOAuth2Flow,
    OAuth2Flows, PasswordOAuth2Flow, SecurityScheme,
};

use super::super::error::{Fault, quote};
use super::super::reader::{Extensions, Node, required};

const WHAT: &str = "a security scheme";

pub(super) fn scheme(node: &Node<'_, '_>) -> Result<SecurityScheme, Fault> {
    let (mut kind, mut description) = (None, None);
    let (mut name, mut place, mut http, mut bearer_format) = (None, None, None, None);
    let (mut flows, mut connect_url) = (None, None);
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
            "flows" => flows = Some(read_flows(&node)?),
            "openIdConnectUrl" => connect_url = Some(node.string()?),
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
            flows: required(flows, "flows", WHAT, node)?,
            description,
            extensions,
        }),
        "openIdConnect" => Ok(SecurityScheme::OpenIDConnect {
            open_id_connect_url: required(connect_url, "openIdConnectUrl", WHAT, node)?,
            description,
            extensions,
        }),
        other => Err(node.at.key("type").fault(format!(
            "unknown type of a security scheme: {}",
            quote(other)
        ))),
    }
}

/// The keys of any OAuth 2 flow.
struct Flow {
    authorization_url: Option<String>,
    token_url: Option<String>,
    refresh_url: Option<String>,
    scopes: IndexMap<String, String>,
    extensions: Extensions,
}

fn read_flows(node: &Node<'_, '_>) -> Result<OAuth2Flows, Fault> {
    let mut flows = OAuth2Flows::default();
    flows.extensions = node.fields("the OAuth 2 flows", |key, node| {
        const WHAT: &str = "this flow";
        let read = match key {
            "implicit" | "password" | "clientCredentials" | "authorizationCode" => flow(&node)?,
            _ => return Ok(false),
        };
        let authorization_url =
            || required(read.authorization_url, "authorizationUrl", WHAT, &node);
        let token_url = || required(read.token_url, "tokenUrl", WHAT, &node);
        match key {
            "implicit" => {
                flows.implicit = Some(ImplicitOAuth2Flow {
                    authorization_url: authorization_url()?,
                    refresh_url: read.refresh_url,
                    scopes: read.scopes,
                    extensions: read.extensions,
                });
            }
            "password" => {
                flows.password = Some(PasswordOAuth2Flow {
                    token_url: token_url()?,
                    refresh_url: read.refresh_url,
                    scopes: read.scopes,
                    extensions: read.extensions,
                });
            }
            "clientCredentials" => {
                flows.client_credentials = Some(ClientCredentialsOAuth2Flow {
                    token_url: token_url()?,
                    refresh_url: read.refresh_url,
                    scopes: read.scopes,
                    extensions: read.extensions,
                });
            }
            _ => {
                flows.authorization_code = Some(AuthorizationCodeOAuth2Flow {
                    authorization_url: authorization_url()?,
                    token_url: token_url()?,
                    refresh_url: read.refresh_url,
                    scopes: read.scopes,
                    extensions: read.extensions,
                });
            }
        }
        Ok(true)
    })?;
    Ok(flows)
}

fn flow(node: &Node<'_, '_>) -> Result<Flow, Fault> {
    let (mut authorization_url, mut token_url, mut refresh_url) = (None, None, None);
    let mut scopes = None;
    let extensions = node.fields("an OAuth 2 flow", |key, node| {
        match key {
            "authorizationUrl" => authorization_url = Some(node.string()?),
            "tokenUrl" => token_url = Some(node.string()?),
            "refreshUrl" => refresh_url = Some(node.string()?),
            "scopes" => scopes = Some(node.map("the scopes", |node| node.string())?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(Flow {
        authorization_url,
        token_url,
        refresh_url,
        scopes: required(scopes, "scopes", "an OAuth 2 flow", node)?,
        extensions,
    })
}
