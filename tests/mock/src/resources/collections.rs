//! Named things of one kind: queues, skills, wrap-up codes, contact lists, campaigns, flows. One table, one way of working.

use std::collections::BTreeMap;
use std::sync::RwLock;

use http::Method;
use serde_json::{Map, Value, json};

use super::super::backend::State;
use super::super::call::Call;
use super::super::reply::Reply;
use super::super::router::Route;
use super::super::sync::{read, write};
use super::former::Former;
use super::{Page, bad_request, not_found, object, route};

/// How the things of one kind differ from others.
struct Kind {
    path: &'static str,
    /// Its name in errors, and the beginning of ids.
    name: &'static str,
    /// What changes one: PUT replaces it, PATCH the properties that are named.
    update: Method,
    /// An update must name the present `version`, which counts up.
    versioned: bool,
    /// A second thing of the same name is refused with 409.
    unique: bool,
    /// Beside `name`, what a new one must have.
    required: &'static [&'static str],
    /// What the API fills in, in JSON.
    defaults: &'static str,
}

const KINDS: [Kind; 6] = [
    Kind {
        path: "/api/v2/routing/queues",
        name: "queue",
        update: Method::PUT,
        versioned: false,
        unique: true,
        required: &[],
        defaults: r#"{"memberCount":0,"skillEvaluationMethod":"BEST","acwSettings":{"wrapupPrompt":"OPTIONAL"}}"#,
    },
    Kind {
        path: "/api/v2/routing/skills",
        name: "skill",
        update: Method::PATCH,
        versioned: false,
        unique: true,
        required: &[],
        defaults: r#"{"state":"active","version":"1"}"#,
    },
    Kind {
        path: "/api/v2/routing/wrapupcodes",
        name: "wrapupcode",
        update: Method::PUT,
        versioned: false,
        unique: false,
        required: &[],
        defaults: "{}",
    },
    Kind {
        path: "/api/v2/outbound/contactlists",
        name: "contactlist",
        update: Method::PUT,
        versioned: true,
        unique: true,
        required: &["columnNames"],
        defaults: r#"{"columnNames":["First","Phone"],"size":0}"#,
    },
    Kind {
        path: "/api/v2/outbound/campaigns",
        name: "campaign",
        update: Method::PUT,
        versioned: true,
        unique: true,
        required: &["contactList", "dialingMode"],
        defaults: r#"{"campaignStatus":"off","dialingMode":"preview","callerName":"Mock","callerAddress":"+13175550100"}"#,
    },
    Kind {
        path: "/api/v2/flows",
        name: "flow",
        update: Method::PUT,
        versioned: false,
        unique: true,
        required: &["type"],
        defaults: r#"{"active":true,"deleted":false,"type":"INBOUNDCALL"}"#,
    },
];

pub(super) fn routes() -> Vec<Route> {
    let mut routes = vec![
        route(Method::POST, "/api/v2/flows/actions/checkout", check_out),
        route(Method::POST, "/api/v2/flows/actions/unlock", unlock),
    ];
    for kind in &KINDS {
        let one = format!("{}/{{id}}", kind.path);
        routes.extend([
            route(Method::GET, kind.path, list),
            route(Method::POST, kind.path, create),
            route(Method::GET, &one, get),
            route(kind.update.clone(), &one, update),
            route(Method::DELETE, &one, delete),
        ]);
    }
    routes
}

type Thing = Map<String, Value>;

/// The things of all kinds, by path; made up when they are first asked for.
#[derive(Debug, Default)]
pub(crate) struct Collections(RwLock<BTreeMap<&'static str, Collection>>);

#[derive(Debug, Default)]
struct Collection {
    things: BTreeMap<String, Thing>,
    /// What reads still show.
    former: BTreeMap<String, Former<Option<Thing>>>,
    created: usize,
}

impl Collection {
    fn seeded(kind: &Kind, count: usize) -> Self {
        let mut collection = Self::default();
        for number in 0..count {
            let id = format!("{}-{number:05}", kind.name);
            let thing = kind.thing(&id, json!({ "name": format!("{} {number}", kind.name) }));
            collection.things.insert(id, thing);
        }
        collection
    }

    /// The thing as a read shows it.
    fn shown(&self, state: &State, id: &str) -> Option<&Thing> {
        match self.former.get(id).and_then(|former| former.at(state)) {
            Some(former) => former.as_ref(),
            None => self.things.get(id),
        }
    }

    fn put(&mut self, state: &State, id: &str, thing: Option<Thing>) {
        let former = match thing {
            Some(thing) => self.things.insert(id.to_owned(), thing),
            None => self.things.remove(id),
        };
        let lagging = self.former.entry(id.to_owned()).or_default();
        lagging.push(state, former);
    }

    fn has_name(&self, name: Option<&Value>, but: &str) -> bool {
        let mut others = self.things.iter().filter(|(id, _)| *id != but);
        others.any(|(_, thing)| thing.get("name") == name)
    }
}

impl Kind {
    fn thing(&self, id: &str, given: Value) -> Thing {
        let mut thing = Thing::new();
        for object in [
            serde_json::from_str(self.defaults).unwrap_or_default(),
            given,
        ] {
            if let Value::Object(object) = object {
                thing.extend(object);
            }
        }
        thing.insert("id".to_owned(), id.into());
        thing.insert("selfUri".to_owned(), format!("{}/{id}", self.path).into());
        if self.versioned {
            thing.insert("version".to_owned(), 1.into());
        }
        thing
    }

    fn missing(&self, thing: &Thing) -> Option<Reply> {
        let mut required = ["name"].iter().chain(self.required);
        let missing = required.find(|name| thing.get(**name).is_none_or(Value::is_null))?;
        Some(bad_request(&format!("{missing} is required.")))
    }

    fn duplicate(&self) -> Reply {
        let message = format!("A {} with this name already exists.", self.name);
        Reply::error(409, "duplicate.value", &message)
    }
}

/// The kind that a path belongs to.
fn kind_of(call: &Call) -> &'static Kind {
    let is_below = |kind: &&Kind| {
        call.path
            .strip_prefix(kind.path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    // A route leads here for these paths only.
    KINDS.iter().find(is_below).unwrap_or(&KINDS[0])
}

/// Runs `work` on the things of the call's kind.
fn with<R>(
    state: &State,
    call: &Call,
    work: impl FnOnce(&'static Kind, &mut Collection) -> R,
) -> R {
    let kind = kind_of(call);
    let count = read(&state.settings).collection_size;
    let mut collections = write(&state.resources.collections.0);
    let collection = collections
        .entry(kind.path)
        .or_insert_with(|| Collection::seeded(kind, count));
    work(kind, collection)
}

fn list(state: &State, call: &Call) -> Reply {
    let empty = read(&state.settings).empty_pages.clone();
    with(state, call, |kind, collection| {
        // As the API does: a name with stars as wildcards, in any case.
        let name = call
            .query("name")
            .map(|name| name.trim_matches('*').to_lowercase());
        let shown: Vec<&Thing> = collection
            .things
            .keys()
            .filter_map(|id| collection.shown(state, id))
            .filter(|thing| {
                let own = thing
                    .get("name")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                name.as_ref()
                    .is_none_or(|name| own.to_lowercase().contains(name.as_str()))
            })
            .collect();
        let page = Page::new(
            call.number("pageNumber"),
            call.number("pageSize"),
            shown.len(),
        );
        let page = match page {
            Ok(page) => page,
            Err(refusal) => return refusal,
        };
        let entities = match empty.contains(&page.number) {
            true => &[],
            false => shown.get(page.range()).unwrap_or_default(),
        };
        let uri =
            |number: usize| format!("{}?pageSize={}&pageNumber={number}", kind.path, page.size);
        let mut body = json!({
            "entities": entities,
            "pageSize": page.size,
            "pageNumber": page.number,
            "pageCount": page.count(),
            "total": page.total,
            "selfUri": uri(page.number),
        });
        if page.number < page.count() {
            body["nextUri"] = uri(page.number + 1).into();
        }
        Reply::json(&body)
    })
}

fn create(state: &State, call: &Call) -> Reply {
    let given = match object(call) {
        Ok(given) => given,
        Err(refusal) => return refusal,
    };
    with(state, call, |kind, collection| {
        if let Some(refusal) = kind.missing(&given) {
            return refusal;
        }
        if kind.unique && collection.has_name(given.get("name"), "") {
            return kind.duplicate();
        }
        let id = format!("{}-created-{:05}", kind.name, collection.created);
        collection.created += 1;
        let thing = kind.thing(&id, Value::Object(given));
        collection.put(state, &id, Some(thing.clone()));
        Reply::json(&Value::Object(thing))
    })
}

fn get(state: &State, call: &Call) -> Reply {
    let id = call.param("id");
    with(state, call, |kind, collection| {
        match collection.shown(state, id) {
            Some(thing) => Reply::json(&json!(thing)),
            None => not_found(kind.name, id),
        }
    })
}

fn update(state: &State, call: &Call) -> Reply {
    let id = call.param("id");
    let given = match object(call) {
        Ok(given) => given,
        Err(refusal) => return refusal,
    };
    with(state, call, |kind, collection| {
        let Some(present) = collection.things.get(id).cloned() else {
            return not_found(kind.name, id);
        };
        if let Some(refusal) = locked(&present, call) {
            return refusal;
        }
        let version = present.get("version").and_then(Value::as_i64).unwrap_or(1);
        if kind.versioned && given.get("version").and_then(Value::as_i64) != Some(version) {
            return Reply::error_with(
                409,
                "invalid.update.wrong.version",
                &format!(
                    "The version of the update does not match the current version ({version})."
                ),
                json!({ "entityId": id, "entityName": kind.name }),
            );
        }
        let lock = present.get("lockedUser").cloned();
        let mut changed = if kind.update == Method::PATCH {
            present
        } else {
            Thing::new()
        };
        changed.extend(given);
        if let Some(refusal) = kind.missing(&changed) {
            return refusal;
        }
        if kind.unique && collection.has_name(changed.get("name"), id) {
            return kind.duplicate();
        }
        let mut thing = kind.thing(id, Value::Object(changed));
        if kind.versioned {
            thing.insert("version".to_owned(), (version + 1).into());
        }
        if let Some(lock) = lock {
            thing.insert("lockedUser".to_owned(), lock);
        }
        collection.put(state, id, Some(thing.clone()));
        Reply::json(&Value::Object(thing))
    })
}

fn delete(state: &State, call: &Call) -> Reply {
    let id = call.param("id");
    with(state, call, |kind, collection| {
        let Some(present) = collection.things.get(id) else {
            return not_found(kind.name, id);
        };
        if let Some(refusal) = locked(present, call) {
            return refusal;
        }
        collection.put(state, id, None);
        Reply::json_text("{}")
    })
}

/// Who calls: the user of the token, or its client.
fn caller(call: &Call) -> String {
    let subject = call.bearer.as_ref().map(|bearer| &bearer.subject);
    subject.map_or_else(String::new, |subject| {
        subject
            .user_id
            .clone()
            .unwrap_or_else(|| subject.client_id.clone())
    })
}

/// The refusal to change a flow that somebody else has checked out.
fn locked(thing: &Thing, call: &Call) -> Option<Reply> {
    let holder = thing.get("lockedUser")?.get("id")?.as_str()?;
    (holder != caller(call)).then(|| {
        let message = format!("The flow is locked by the user {holder}.");
        Reply::error(409, "architect.flow.locked.by.user", &message)
    })
}

fn check_out(state: &State, call: &Call) -> Reply {
    change_lock(state, call, Some(json!({ "id": caller(call) })))
}

/// An administrator takes a lock away.
fn unlock(state: &State, call: &Call) -> Reply {
    change_lock(state, call, None)
}

fn change_lock(state: &State, call: &Call, holder: Option<Value>) -> Reply {
    let id = call.query("flow").unwrap_or_default();
    with(state, call, |kind, collection| {
        let Some(mut flow) = collection.things.get(&id).cloned() else {
            return not_found(kind.name, &id);
        };
        match holder {
            Some(holder) => {
                if let Some(refusal) = locked(&flow, call) {
                    return refusal;
                }
                flow.insert("lockedUser".to_owned(), holder);
            }
            None => {
                flow.remove("lockedUser");
            }
        }
        collection.put(state, &id, Some(flow.clone()));
        Reply::json(&Value::Object(flow))
    })
}
