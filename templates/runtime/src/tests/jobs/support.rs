//! A family of jobs as generated code would write it.

use crate::runtime::client::Client;
use crate::runtime::codec::{Extra, Model, Visitor};
use crate::runtime::jobs::{JobError, JobFamily, JobPhase, JobResults, JobStatePlace, Submit};
use crate::runtime::paging::{Paged, Paging, PagingStyle};
use crate::runtime::request::Operation;
use crate::runtime::transport::HttpResponse;
use crate::runtime::{Error, ErrorKind};
use crate::tests::support::operation;

operation!(PostQuery "postQuery" POST "/api/v2/units/{unitId}/jobs" -> Answer);
// The parameter of the path is called otherwise here, as it is in the API.
operation!(GetQuery "getQuery" GET "/api/v2/units/{id}/jobs/{jobId}" -> Answer);
operation!(DeleteQuery "deleteQuery" DELETE "/api/v2/units/{unitId}/jobs/{jobId}" -> ());
operation!(GetQueryResults "getQueryResults" GET "/api/v2/units/{unitId}/jobs/{jobId}/results" -> Answer);
operation!(PostEstimate "postEstimate" POST "/api/v2/estimates/jobs" -> Answer);
operation!(GetEstimate "getEstimate" GET "/api/v2/estimates/jobs/{jobId}" -> String);
operation!(PostLogs "postLogs" POST "/api/v2/logs/jobs" -> Answer);
operation!(GetLogs "getLogs" GET "/api/v2/logs/jobs/{jobId}" -> Answer);

#[derive(Clone, Default)]
pub(crate) struct Answer {
    pub(super) items: Option<Vec<i64>>,
    pub(super) extra: Extra,
}

impl Model for Answer {
    const NAME: &'static str = "Answer";

    fn visit<V: Visitor>(&mut self, visitor: &mut V) {
        visitor.field("items", &mut self.items);
        visitor.extra(&mut self.extra);
    }
}
crate::__model!(Answer);

impl Submit for PostQuery {
    type Status = Answer;

    const JOB: &'static JobFamily = &JobFamily {
        status: GetQuery::METADATA,
        cancel: Some(DeleteQuery::METADATA),
        id: &["job", "id"],
        state: JobStatePlace::Property(&["job", "state"]),
        states: &[
            ("FULFILLED", JobPhase::Succeeded),
            ("FAILED", JobPhase::Failed),
            ("CANCELLED", JobPhase::Cancelled),
            ("WaitingForUpload", JobPhase::Waiting),
        ],
    };
}

impl JobResults for PostQuery {
    type Results = GetQueryResults;
}

impl Paged for GetQueryResults {
    type Item = i64;

    const PAGING: &'static Paging = &Paging {
        style: PagingStyle::Cursor {
            parameter: "cursor",
            response: &["cursor"],
        },
        page_size: Some("pageSize"),
        items: &["items"],
    };

    fn items_of(page: &mut Answer) -> Option<&mut Vec<i64>> {
        page.items.as_mut()
    }
}

/// Neither can these be cancelled nor have they results.
impl Submit for PostEstimate {
    type Status = String;

    const JOB: &'static JobFamily = &JobFamily {
        status: GetEstimate::METADATA,
        cancel: None,
        id: &["id"],
        state: JobStatePlace::Body,
        states: &[
            ("Completed", JobPhase::Succeeded),
            ("Failed", JobPhase::Failed),
        ],
    };
}

impl Submit for PostLogs {
    type Status = Answer;

    const JOB: &'static JobFamily = &JobFamily {
        status: GetLogs::METADATA,
        cancel: None,
        id: &["id"],
        state: JobStatePlace::StatusCode,
        states: &[],
    };
}

pub(super) fn query(client: &Client, unit: &str) -> PostQuery {
    let mut post = PostQuery::from_client(client);
    post.request.path_argument(unit);
    let body = serde_json::json!({ "interval": "x" });
    post.request.json_body("application/json", Some(body));
    post
}

/// The answer to a job that was started.
pub(super) fn started() -> HttpResponse {
    HttpResponse::json(202, r#"{"job":{"id":"j/1"}}"#)
}

/// The answer that tells a state.
pub(super) fn state(state: &str) -> HttpResponse {
    let body = serde_json::json!({ "job": { "id": "j/1", "state": state } });
    HttpResponse::json(200, body.to_string())
}

/// What became of the job, where that is what the error says.
pub(super) fn failure(error: &Error) -> &JobError {
    assert_eq!(error.kind(), ErrorKind::Job, "{error}");
    error.find_source::<JobError>().unwrap()
}
