//! The resources that the mock really has. [`Backend::route`](super::Backend::route) adds others.
//!
//! | what | routes |
//! |---|---|
//! | users, page numbers, versions | `/api/v2/users`, `/users/{id}`, `/users/me`, `/users/search` |
//! | tokens, permissions | `/api/v2/tokens/me`, `/api/v2/authorization/subjects/me` |
//! | cursor in the body | `GET /api/v2/users/query` |
//! | `after` in the body | `GET /api/v2/taskmanagement/workbins/{id}/versions`, `POST /api/v2/taskmanagement/workitems/query` |
//! | `nextUri` with `after` | `GET /api/v2/teams`, `GET /api/v2/authorization/divisions/query` |
//! | `nextUri` with `cursor` | `GET /api/v2/externalcontacts/scan/contacts` |
//! | analytics | `POST /api/v2/analytics/conversations/details/query`, the job family under `…/details/jobs` |
//! | queues, skills, wrap-up codes: names that must be unique | `/api/v2/routing/queues`, `…/skills`, `…/wrapupcodes` |
//! | contact lists, campaigns: versions | `/api/v2/outbound/contactlists`, `…/campaigns` |
//! | flows, locks | `/api/v2/flows`, `…/actions/checkout`, `…/actions/unlock` |
//! | recording jobs | `/api/v2/recording/jobs` |
//! | SCIM, ETag, If-Match | `/api/v2/scim/v2/users`, `…/users/{id}` |
//! | downloads and uploads | `GET /api/v2/downloads/{id}`, `POST /api/v2/uploads/recordings`, `POST /api/v2/outbound/contactlists/uploads`, `/presigned/…` |
//! | uploads with the token | `/uploads/v2/contactlist`, `/uploads/v2/prompts/…`; `/api/v2/architect/prompts`, `/{id}/resources`; `/api/v2/outbound/contactlists/{id}/importstatus` |
//! | other content types | `GET /api/v2/workforcemanagement/calendar/data/ics`, `GET /api/v2/integrations/actions/{id}/templates/{name}` |
//! | notification channels | `/api/v2/notifications/channels`, `…/{id}/subscriptions`, the sockets at `/channels/{id}` |
//! | the API description | `GET /api/v2/docs/swagger`, `…/swaggerpreview` |
//! | the mock's own | `/api/v2/mock/status/{code}`, `/api/v2/mock/bytes`, `/api/v2/mock/echo` |

mod analytics;
mod apps;
mod collections;
mod docs;
mod files;
mod former;
mod listings;
mod own;
mod recordings;
mod scim;
mod tokens;
mod users;

use http::Method;
use serde_json::{Value, json};

use super::backend::State;
use super::call::Call;
use super::notifications;
use super::reply::Reply;
use super::router::{Handler, Route};

pub use files::PRESIGNED_SIGNATURE;
pub use users::MAIL_DOMAIN;
pub use users::user_json;

/// What the resources remember.
#[derive(Debug, Default)]
pub(crate) struct Resources {
    users: users::Users,
    jobs: analytics::Jobs,
    scim: scim::Users,
    uploads: files::Uploads,
    taken: apps::Taken,
    collections: collections::Collections,
    recordings: recordings::Jobs,
}

impl Resources {
    pub(crate) fn uploaded(&self, key: &str) -> Option<u64> {
        self.uploads.size(key)
    }
}

/// Every route of the mock, the most used first.
pub(crate) fn routes() -> Vec<Route> {
    [
        users::routes(),
        analytics::routes(),
        tokens::routes(),
        listings::routes(),
        scim::routes(),
        files::routes(),
        apps::routes(),
        docs::routes(),
        collections::routes(),
        recordings::routes(),
        own::routes(),
        notifications::routes(),
    ]
    .concat()
}

fn route(method: Method, pattern: &str, handler: fn(&State, &Call) -> Reply) -> Route {
    Route::new(Some(method), pattern, Handler::Builtin(handler))
}

fn not_found(what: &str, id: &str) -> Reply {
    Reply::error_with(
        404,
        "not.found",
        &format!("{what} {id} was not found."),
        json!({ "entityId": id, "entityName": what }),
    )
}

fn bad_request(message: &str) -> Reply {
    Reply::error(400, "bad.request", message)
}

/// The body as a JSON object, or the refusal.
fn object(call: &Call) -> Result<serde_json::Map<String, Value>, Reply> {
    match call.json() {
        Some(Value::Object(object)) => Ok(object),
        _ => Err(bad_request("The request body must be a JSON object.")),
    }
}

/// A page by number: which items, and how many pages there are. Pages count from 1.
struct Page {
    number: usize,
    size: usize,
    total: usize,
}

impl Page {
    fn new(number: Option<usize>, size: Option<usize>, total: usize) -> Result<Self, Reply> {
        let (number, size) = (number.unwrap_or(1), size.unwrap_or(25));
        if number == 0 || !(1..=500).contains(&size) {
            return Err(bad_request(
                "pageNumber must be at least 1 and pageSize between 1 and 500.",
            ));
        }
        Ok(Self {
            number,
            size,
            total,
        })
    }

    fn count(&self) -> usize {
        self.total.div_ceil(self.size)
    }

    fn range(&self) -> std::ops::Range<usize> {
        let start = ((self.number - 1) * self.size).min(self.total);
        start..(start + self.size).min(self.total)
    }
}
