//! `/api/v2/tokens/me`: the token's own view of itself.

use http::Method;
use http::header::AUTHORIZATION;
use serde_json::json;

use super::super::backend::State;
use super::super::call::Call;
use super::super::reply::Reply;
use super::super::router::Route;
use super::super::tokens::Grant;
use super::route;

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(Method::GET, "/api/v2/tokens/me", get),
        route(Method::DELETE, "/api/v2/tokens/me", delete),
    ]
}

fn get(_: &State, call: &Call) -> Reply {
    let Some(bearer) = &call.bearer else {
        return Reply::status(500);
    };
    let grant = match bearer.subject.grant {
        Grant::ClientCredentials => "CLIENT-CREDENTIALS",
        Grant::Saml2Bearer => "SAML2-BEARER",
        Grant::AuthorizationCode | Grant::Pkce | Grant::Given => "CODE",
    };
    let organization = json!({ "id": "mock-organization", "name": "Mock Organization" });
    Reply::json(&json!({
        "organization": organization,
        "homeOrganization": organization,
        "authorizedScope": ["users", "analytics:readonly"],
        "OAuthClient": {
            "id": bearer.subject.client_id,
            "name": "Mock client",
            "authorizedGrantType": grant,
            "state": "active",
            "organization": organization,
        },
    }))
}

/// Revokes the token that asks.
fn delete(state: &State, call: &Call) -> Reply {
    let token = call
        .headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '));
    if let Some((_, token)) = token {
        state.tokens.revoke(token, state.clock.now());
    }
    Reply::status(200)
}
