//! SCIM users: index paging, their own content type, ETag with If-None-Match and If-Match.

use std::collections::HashMap;
use std::sync::Mutex;

use http::Method;
use http::header::ETAG;
use serde_json::{Map, Value, json};

use super::super::backend::State;
use super::super::call::Call;
use super::super::reply::Reply;
use super::super::router::Route;
use super::super::sync::{lock, read};
use super::{object, route};

const USER: &str = "/api/v2/scim/v2/users/{userId}";

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(Method::GET, "/api/v2/scim/v2/users", list),
        route(Method::GET, USER, get),
        route(Method::PUT, USER, put),
        route(Method::DELETE, USER, delete),
    ]
}

/// Users that were replaced, with their versions.
#[derive(Debug, Default)]
pub(crate) struct Users(Mutex<HashMap<String, Replaced>>);

/// A user's version and its properties.
type Replaced = (u64, Map<String, Value>);

impl Users {
    fn get(&self, id: &str) -> (u64, Value) {
        match lock(&self.0).get(id) {
            Some((version, user)) => (*version, Value::Object(user.clone())),
            None => (1, made_up(id)),
        }
    }
}

fn made_up(id: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": id,
        "active": true,
        "userName": format!("{id}@example.com"),
        "displayName": format!("Agent {id}"),
        "emails": [{ "value": format!("{id}@example.com"), "type": "work", "primary": true }],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "Sales" },
        "meta": { "resourceType": "User", "version": "W/\"1\"" },
    })
}

fn scim(value: &Value) -> Reply {
    Reply::bytes("application/scim+json", value.to_string())
}

fn etag(version: u64) -> String {
    format!("W/\"{version}\"")
}

fn list(state: &State, call: &Call) -> Reply {
    let total = read(&state.settings).users;
    // RFC 7644 section 3.4.2.4: an index below 1 is read as 1.
    let start = call.number("startIndex").unwrap_or(1).max(1);
    let count = call.number("count").unwrap_or(25).min(100);
    let first = (start - 1).min(total);
    let users: Vec<Value> = (first..(first + count).min(total))
        .map(|number| state.resources.scim.get(&format!("u{number}")).1)
        .collect();
    scim(&json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": users.len(),
        "Resources": users,
    }))
}

fn get(state: &State, call: &Call) -> Reply {
    let (version, user) = state.resources.scim.get(call.param("userId"));
    let etag = etag(version);
    let reply = if call.header("if-none-match") == Some(&etag) {
        Reply::status(304)
    } else {
        scim(&user)
    };
    reply.header(ETAG.as_str(), &etag)
}

/// Refuses a change to a version that is not the present one.
fn precondition(call: &Call, version: u64) -> Result<(), Reply> {
    match call.header("if-match") {
        Some(given) if given != "*" && given != etag(version) => Err(scim(&json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": "412",
            "detail": format!("version {given} is not the current version {}", etag(version)),
        }))
        .with_status(412)),
        _ => Ok(()),
    }
}

fn put(state: &State, call: &Call) -> Reply {
    let id = call.param("userId");
    let mut user = match object(call) {
        Ok(user) => user,
        Err(refusal) => return refusal,
    };
    let mut users = lock(&state.resources.scim.0);
    let current = users.get(id).map_or(1, |(version, _)| *version);
    if let Err(refusal) = precondition(call, current) {
        return refusal;
    }
    let next = current + 1;
    user.insert("id".to_owned(), id.into());
    user.insert(
        "meta".to_owned(),
        json!({ "resourceType": "User", "version": etag(next) }),
    );
    let reply = scim(&Value::Object(user.clone())).header(ETAG.as_str(), &etag(next));
    users.insert(id.to_owned(), (next, user));
    reply
}

fn delete(state: &State, call: &Call) -> Reply {
    let id = call.param("userId");
    let users = lock(&state.resources.scim.0);
    let current = users.get(id).map_or(1, |(version, _)| *version);
    match precondition(call, current) {
        Ok(()) => scim(&json!({})),
        Err(refusal) => refusal,
    }
}
