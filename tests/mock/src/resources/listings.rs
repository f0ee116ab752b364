//! One listing for each way of paging by token, over made-up items.

use http::Method;
use serde_json::{Value, json};

use super::super::backend::State;
use super::super::call::Call;
use super::super::reply::Reply;
use super::super::router::Route;
use super::super::sync::read;
use super::{bad_request, object, route};

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(Method::GET, "/api/v2/teams", teams),
        route(
            Method::GET,
            "/api/v2/authorization/divisions/query",
            divisions,
        ),
        route(
            Method::GET,
            "/api/v2/externalcontacts/scan/contacts",
            contacts,
        ),
        route(
            Method::GET,
            "/api/v2/taskmanagement/workbins/{workbinId}/versions",
            workbin_versions,
        ),
        route(
            Method::POST,
            "/api/v2/taskmanagement/workitems/query",
            workitems,
        ),
    ]
}

/// An opaque token for a position in a listing. Its `+`, `/` and `=` show whether a client encodes what it passes on.
pub(super) fn token(position: usize) -> String {
    format!("pos+{position}/x==")
}

/// The position that a token stands for.
pub(super) fn position(token: &str) -> Option<usize> {
    token
        .strip_prefix("pos+")?
        .strip_suffix("/x==")?
        .parse()
        .ok()
}

/// A slice of a listing.
struct Slice {
    start: usize,
    end: usize,
    size: usize,
    total: usize,
}

impl Slice {
    fn new(token: Option<&str>, size: Option<usize>, total: usize) -> Result<Self, Reply> {
        let start = match token {
            None => 0,
            Some(token) => {
                position(token).ok_or_else(|| bad_request("The page token is not valid."))?
            }
        };
        let size = size.unwrap_or(25).clamp(1, 500);
        let start = start.min(total);
        Ok(Self {
            start,
            end: (start + size).min(total),
            size,
            total,
        })
    }

    fn next(&self) -> Option<String> {
        (self.end < self.total).then(|| token(self.end))
    }

    fn items(&self, item: impl Fn(usize) -> Value) -> Vec<Value> {
        (self.start..self.end).map(item).collect()
    }
}

fn by_query(state: &State, call: &Call, token: &str, size: &str) -> Result<Slice, Reply> {
    let total = read(&state.settings).listing_total;
    Slice::new(call.query(token).as_deref(), call.number(size), total)
}

/// `entities` with `nextUri` and nothing else to go on by.
fn by_next_uri(
    state: &State,
    call: &Call,
    (token, size): (&str, &str),
    item: impl Fn(usize) -> Value,
) -> Result<Value, Reply> {
    let slice = by_query(state, call, token, size)?;
    let mut body = json!({ "entities": slice.items(item), "selfUri": call.path });
    if let Some(next) = slice.next() {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair(token, &next)
            .append_pair(size, &slice.size.to_string())
            .finish();
        body["nextUri"] = format!("{}?{query}", call.path).into();
    }
    Ok(body)
}

fn answer(result: Result<Value, Reply>) -> Reply {
    match result {
        Ok(body) => Reply::json(&body),
        Err(refusal) => refusal,
    }
}

fn named(kind: &str, number: usize) -> Value {
    json!({ "id": format!("{kind}{number}"), "name": format!("{kind} {number}") })
}

fn teams(state: &State, call: &Call) -> Reply {
    let item = |number| named("team", number);
    answer(by_next_uri(state, call, ("after", "pageSize"), item))
}

fn divisions(state: &State, call: &Call) -> Reply {
    let item = |number| named("division", number);
    answer(by_next_uri(state, call, ("after", "pageSize"), item))
}

/// `cursor` and `limit` in the request; the answer has both `nextUri` and `cursors.after`.
fn contacts(state: &State, call: &Call) -> Reply {
    let item = |number: usize| json!({ "id": format!("contact{number}"), "firstName": "Contact", "lastName": number.to_string() });
    let body = by_next_uri(state, call, ("cursor", "limit"), item).and_then(|mut body| {
        if let Some(next) = by_query(state, call, "cursor", "limit")?.next() {
            body["cursors"] = json!({ "after": next });
        }
        Ok(body)
    });
    answer(body)
}

/// `after` both ways, in query and body.
fn workbin_versions(state: &State, call: &Call) -> Reply {
    let body = by_query(state, call, "after", "pageSize").map(|slice| {
        let id = call.param("workbinId");
        let item = |number: usize| json!({ "id": id, "name": format!("Workbin {id}"), "version": number + 1 });
        let mut body = json!({ "entities": slice.items(item), "selfUri": call.path });
        if let Some(next) = slice.next() {
            body["after"] = next.into();
        }
        body
    });
    answer(body)
}

/// A POST that reads: `after` in the request's body and in the answer's.
fn workitems(state: &State, call: &Call) -> Reply {
    let body = object(call).and_then(|request| {
        let total = read(&state.settings).listing_total;
        let size = request
            .get("pageSize")
            .and_then(Value::as_u64)
            .and_then(|size| usize::try_from(size).ok());
        let slice = Slice::new(request.get("after").and_then(Value::as_str), size, total)?;
        let mut body = json!({
            "entities": slice.items(|number| named("workitem", number)),
            "count": slice.end - slice.start,
        });
        if let Some(next) = slice.next() {
            body["after"] = next.into();
        }
        Ok(body)
    });
    answer(body)
}
