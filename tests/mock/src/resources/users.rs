//! Users: any id can be read, a chosen number is listed, and changes follow optimistic concurrency.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::RwLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::{Map, Value, json};

use super::super::backend::State;
use super::super::call::Call;
use super::super::reply::Reply;
use super::super::router::Route;
use super::super::sync::{read, write};
use super::former::Former;
use super::{Page, bad_request, not_found, object, route};

/// The end of every e-mail address that the mock makes up.
pub const MAIL_DOMAIN: &str = "@example.com";

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(Method::GET, "/api/v2/users", list),
        route(Method::POST, "/api/v2/users", create),
        route(Method::GET, "/api/v2/users/me", me),
        route(Method::GET, "/api/v2/users/query", query),
        route(Method::GET, "/api/v2/authorization/subjects/me", subject),
        route(Method::GET, "/api/v2/users/search", search_by_q64),
        route(Method::POST, "/api/v2/users/search", search),
        route(Method::GET, "/api/v2/users/{userId}", get),
        route(Method::PATCH, "/api/v2/users/{userId}", patch),
        route(Method::DELETE, "/api/v2/users/{userId}", delete),
    ]
}

/// How users differ from the ones made up on the fly.
#[derive(Debug, Default)]
pub(crate) struct Users(RwLock<Changes>);

#[derive(Debug, Default)]
struct Changes {
    changed: HashMap<String, Map<String, Value>>,
    deleted: HashSet<String>,
    created: Vec<String>,
    /// What reads still show of users that were written lately.
    former: HashMap<String, Former<Option<String>>>,
}

impl Changes {
    /// The user as a read shows it.
    fn read(&self, state: &State, id: &str) -> Option<String> {
        match self.former.get(id).and_then(|former| former.at(state)) {
            Some(former) => former.clone(),
            None => self.text(id),
        }
    }

    /// Remembers what reads show for a while, before a write.
    fn before_write(&mut self, state: &State, id: &str) {
        if read(&state.settings).read_lag.is_zero() {
            return;
        }
        let is_new = id.starts_with("created-") && !self.changed.contains_key(id);
        let former = if is_new { None } else { self.text(id) };
        self.former
            .entry(id.to_owned())
            .or_default()
            .push(state, former);
    }

    fn text(&self, id: &str) -> Option<String> {
        if self.deleted.contains(id) {
            return None;
        }
        Some(match self.changed.get(id) {
            Some(user) => json!(user).to_string(),
            None => user_json(id),
        })
    }

    fn value(&self, id: &str) -> Option<Map<String, Value>> {
        match serde_json::from_str(&self.text(id)?) {
            Ok(Value::Object(user)) => Some(user),
            _ => None,
        }
    }

    /// The ids of the listing from its `start` on.
    fn listed(&self, seeded: usize, start: usize) -> impl Iterator<Item = String> {
        // Where nobody is deleted, which load tests rely on, the start needs no search.
        let (first, skip) = if self.deleted.is_empty() {
            (start.min(seeded), start.saturating_sub(seeded))
        } else {
            (0, start)
        };
        let seeded = (first..seeded)
            .map(|number| format!("u{number}"))
            .filter(|id| self.deleted.is_empty() || !self.deleted.contains(id));
        seeded.chain(self.created.iter().cloned()).skip(skip)
    }

    fn total(&self, seeded: usize) -> usize {
        let gone = self
            .deleted
            .iter()
            .filter(|id| {
                id.strip_prefix('u')
                    .and_then(|number| number.parse::<usize>().ok())
                    .is_some_and(|number| number < seeded)
            })
            .count();
        seeded - gone + self.created.len()
    }

    /// The users of a range of the listing as a JSON array.
    fn array(&self, seeded: usize, range: std::ops::Range<usize>) -> String {
        let mut text = String::with_capacity(2 + range.len() * 2048);
        text.push('[');
        for id in self.listed(seeded, range.start).take(range.len()) {
            if text.len() > 1 {
                text.push(',');
            }
            match self.changed.get(&id) {
                Some(user) => text.push_str(&json!(user).to_string()),
                None => write_user(&mut text, &id),
            }
        }
        text.push(']');
        text
    }
}

/// The User that the mock makes up for an id: about twenty properties, nested objects, lists, and properties that no spec knows.
#[must_use]
pub fn user_json(id: &str) -> String {
    let mut text = String::with_capacity(2048);
    write_user(&mut text, id);
    text
}

fn write_user(text: &mut String, id: &str) {
    let number = id
        .bytes()
        .fold(0_u32, |sum, byte| sum.wrapping_mul(31) + u32::from(byte));
    // The quotes around it are part of the format string below.
    let quoted = Value::from(id).to_string();
    let id = quoted.trim_matches('"');
    let department = ["Sales", "Service", "Billing", "Retention"][number as usize % 4];
    let status = ["IDLE", "INTERACTING", "OFF_QUEUE"][number as usize % 3];
    let phone = 1_000_000 + number % 9_000_000;
    // Writing to a String does not fail.
    let _ = write!(
        text,
        r#"{{"id":"{id}","name":"Agent {id}","division":{{"id":"d1f5a3c2-0000-4000-8000-00000000d117","name":"Home","selfUri":"/api/v2/authorization/divisions/d1f5a3c2-0000-4000-8000-00000000d117"}},"chat":{{"jabberId":"{id}@mock.orgspan.com"}},"department":"{department}","email":"{id}@example.com","primaryContactInfo":[{{"address":"{id}@example.com","mediaType":"EMAIL","type":"PRIMARY"}},{{"address":"+1317{phone}","display":"+1 317-{phone}","mediaType":"PHONE","type":"PRIMARY","countryCode":"US"}}],"addresses":[{{"address":"+1317{phone}","mediaType":"PHONE","type":"WORK"}}],"state":"active","title":"Agent","username":"{id}@example.com","manager":{{"id":"m1","name":"Manager One","selfUri":"/api/v2/users/m1"}},"images":[{{"resolution":"x96","imageUri":"https://images.example.com/{id}/x96.png"}}],"version":1,"preferredName":"{id}","routingStatus":{{"userId":"{id}","status":"{status}","startTime":"2026-11-22T20:00:00.000Z"}},"presence":{{"id":"{id}","source":"PURECLOUD","presenceDefinition":{{"id":"6a3af858-942f-489d-9700-5f9bcdcdae9b","systemPresence":"Available","selfUri":"/api/v2/presencedefinitions/6a3af858-942f-489d-9700-5f9bcdcdae9b"}},"message":"","modifiedDate":"2026-11-22T19:59:30.125Z","selfUri":"/api/v2/users/{id}/presences/PURECLOUD"}},"acdAutoAnswer":false,"languagePreference":"en-us","skills":[{{"id":"s1","name":"Billing","proficiency":4.5,"state":"active","skillUri":"/api/v2/routing/skills/s1","selfUri":"/api/v2/users/{id}/routingskills/s1"}}],"dateLastLogin":"2026-11-22T08:15:00Z","mockExtension":{{"badge":{number},"big":9007199254740993,"labels":["a",null,"b"]}},"selfUri":"/api/v2/users/{id}"}}"#
    );
}

fn list(state: &State, call: &Call) -> Reply {
    let seeded = read(&state.settings).users;
    let changes = read(&state.resources.users.0);
    let wanted: Vec<String> = call
        .query_pairs()
        .into_iter()
        .filter(|(key, _)| key == "id")
        .map(|(_, value)| value)
        .collect();
    if !wanted.is_empty() {
        let users: Vec<String> = wanted.iter().filter_map(|id| changes.text(id)).collect();
        let page = Page {
            number: 1,
            size: users.len().max(1),
            total: users.len(),
        };
        return container(&page, &format!("[{}]", users.join(",")));
    }
    let total = changes.total(seeded);
    match Page::new(call.number("pageNumber"), call.number("pageSize"), total) {
        Ok(page) => container(&page, &changes.array(seeded, page.range())),
        Err(refusal) => refusal,
    }
}

/// The full container of page-number listings.
fn container(page: &Page, entities: &str) -> Reply {
    let Page {
        number,
        size,
        total,
    } = *page;
    let count = page.count();
    let uri = |number: usize| format!("/api/v2/users?pageSize={size}&pageNumber={number}");
    let mut text = format!(
        r#"{{"entities":{entities},"pageSize":{size},"pageNumber":{number},"total":{total},"firstUri":"{}","selfUri":"{}","lastUri":"{}""#,
        uri(1),
        uri(number),
        uri(count.max(1)),
    );
    if number < count {
        let _ = write!(text, r#","nextUri":"{}""#, uri(number + 1));
    }
    if number > 1 {
        let _ = write!(text, r#","previousUri":"{}""#, uri(number - 1));
    }
    let _ = write!(text, r#","pageCount":{count}}}"#);
    Reply::json_text(text)
}

/// A listing whose cursor is in the body.
fn query(state: &State, call: &Call) -> Reply {
    let seeded = read(&state.settings).users;
    let changes = read(&state.resources.users.0);
    let start = match call.query("cursor") {
        None => 0,
        Some(cursor) => match super::listings::position(&cursor) {
            Some(start) => start,
            None => return bad_request("The cursor is not valid."),
        },
    };
    let end = (start + call.number("pageSize").unwrap_or(25)).min(changes.total(seeded));
    let mut text = format!(
        r#"{{"entities":{},"results":{}"#,
        changes.array(seeded, start..end),
        end.saturating_sub(start),
    );
    if end < changes.total(seeded) {
        let _ = write!(text, r#","cursor":"{}""#, super::listings::token(end));
    }
    text.push('}');
    Reply::json_text(text)
}

fn search(state: &State, call: &Call) -> Reply {
    match object(call) {
        Ok(body) => search_results(state, &body),
        Err(refusal) => refusal,
    }
}

fn search_by_q64(state: &State, call: &Call) -> Reply {
    let body = call
        .query("q64")
        .and_then(|q64| STANDARD.decode(q64).ok())
        .and_then(|json| serde_json::from_slice(&json).ok());
    match body {
        Some(Value::Object(body)) => search_results(state, &body),
        _ => bad_request("q64 must be base64 of a JSON object."),
    }
}

fn search_results(state: &State, body: &Map<String, Value>) -> Reply {
    let seeded = read(&state.settings).users;
    let changes = read(&state.resources.users.0);
    let number = |name: &str| {
        body.get(name)
            .and_then(Value::as_u64)
            .and_then(|number| usize::try_from(number).ok())
    };
    let total = changes.total(seeded);
    let page = match Page::new(number("pageNumber"), number("pageSize"), total) {
        Ok(page) => page,
        Err(refusal) => return refusal,
    };
    let link = |number: usize| {
        let mut body = body.clone();
        body.insert("pageNumber".to_owned(), number.into());
        let q64 = STANDARD.encode(json!(body).to_string());
        let query: String = form_urlencoded::byte_serialize(q64.as_bytes()).collect();
        format!("/api/v2/users/search?q64={query}")
    };
    let mut text = format!(
        r#"{{"total":{total},"pageCount":{},"pageSize":{},"pageNumber":{},"types":["users"],"currentPage":"{}""#,
        page.count(),
        page.size,
        page.number,
        link(page.number),
    );
    if page.number < page.count() {
        let _ = write!(text, r#","nextPage":"{}""#, link(page.number + 1));
    }
    let _ = write!(
        text,
        r#","results":{}}}"#,
        changes.array(seeded, page.range())
    );
    Reply::json_text(text)
}

fn get(state: &State, call: &Call) -> Reply {
    let id = call.param("userId");
    match read(&state.resources.users.0).read(state, id) {
        Some(user) => Reply::json_text(user),
        None => not_found("user", id),
    }
}

fn me(state: &State, call: &Call) -> Reply {
    let id = call
        .bearer
        .as_ref()
        .and_then(|bearer| bearer.subject.user_id.as_deref())
        .unwrap_or("u1");
    let permissions = read(&state.settings).permissions.clone();
    let Some(mut user) = read(&state.resources.users.0).value(id) else {
        return not_found("user", id);
    };
    let authorization = json!({
        "roles": [{ "id": "r1", "name": "employee" }],
        "unusedRoles": [],
        "permissions": permissions,
        "permissionPolicies": [],
    });
    user.insert("authorization".to_owned(), authorization);
    Reply::json(&Value::Object(user))
}

/// The grants of the token's owner, who may not be a user. A permission is `domain:entity:action`.
fn subject(state: &State, call: &Call) -> Reply {
    let id = call.bearer.as_ref().map_or("u1", |bearer| {
        let subject = &bearer.subject;
        subject.user_id.as_deref().unwrap_or(&subject.client_id)
    });
    let policies: Vec<Value> = read(&state.settings)
        .permissions
        .iter()
        .filter_map(|permission| {
            let (domain, rest) = permission.split_once(':')?;
            let (entity, action) = rest.split_once(':')?;
            Some(json!({ "domain": domain, "entityName": entity, "actions": [action] }))
        })
        .collect();
    Reply::json(&json!({
        "id": id,
        "name": id,
        "grants": [{
            "subjectId": id,
            "division": { "id": "*", "name": "*" },
            "role": { "id": "r1", "name": "employee", "policies": policies },
        }],
        "version": 1,
        "selfUri": format!("/api/v2/authorization/subjects/{id}"),
    }))
}

fn create(state: &State, call: &Call) -> Reply {
    let mut user = match object(call) {
        Ok(user) => user,
        Err(refusal) => return refusal,
    };
    if !user.get("name").is_some_and(Value::is_string) {
        return bad_request("name is required.");
    }
    let mut changes = write(&state.resources.users.0);
    let id = format!("created-{}", changes.changed.len() + changes.deleted.len());
    user.remove("password");
    user.insert("id".to_owned(), id.clone().into());
    user.insert("version".to_owned(), 1.into());
    user.insert("state".to_owned(), "active".into());
    user.insert("selfUri".to_owned(), format!("/api/v2/users/{id}").into());
    changes.before_write(state, &id);
    changes.created.push(id.clone());
    changes.changed.insert(id, user.clone());
    Reply::json(&Value::Object(user))
}

fn patch(state: &State, call: &Call) -> Reply {
    let id = call.param("userId");
    let body = match object(call) {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let mut changes = write(&state.resources.users.0);
    let Some(mut user) = changes.value(id) else {
        return not_found("user", id);
    };
    let current = user.get("version").and_then(Value::as_i64).unwrap_or(1);
    match body.get("version").and_then(Value::as_i64) {
        None => return bad_request("version is required."),
        Some(given) if given != current => {
            return Reply::error_with(
                409,
                "general.conflict",
                &format!(
                    "The version in the request ({given}) does not match the current version ({current})."
                ),
                json!({ "entityId": id, "entityName": "user" }),
            );
        }
        Some(_) => {}
    }
    for (key, value) in body {
        // An explicit null clears the property.
        match value {
            Value::Null => user.remove(&key),
            value => user.insert(key, value),
        };
    }
    user.insert("id".to_owned(), id.into());
    user.insert("version".to_owned(), (current + 1).into());
    changes.before_write(state, id);
    changes.changed.insert(id.to_owned(), user.clone());
    Reply::json(&Value::Object(user))
}

fn delete(state: &State, call: &Call) -> Reply {
    let id = call.param("userId");
    let mut changes = write(&state.resources.users.0);
    changes.before_write(state, id);
    if !changes.deleted.insert(id.to_owned()) {
        return not_found("user", id);
    }
    changes.created.retain(|created| created != id);
    // As the API does: 200 with an empty object.
    Reply::json_text("{}")
}
