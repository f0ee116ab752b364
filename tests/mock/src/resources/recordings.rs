//! Recording jobs: created, prepared, run on request, done.

use std::collections::BTreeMap;
use std::sync::Mutex;

use http::Method;
use serde_json::{Value, json};

use super::super::backend::State;
use super::super::call::Call;
use super::super::reply::Reply;
use super::super::router::Route;
use super::super::sync::{lock, read};
use super::{bad_request, not_found, object, route};

const JOBS: &str = "/api/v2/recording/jobs";

pub(super) fn routes() -> Vec<Route> {
    let one = format!("{JOBS}/{{jobId}}");
    vec![
        route(Method::POST, JOBS, submit),
        route(Method::GET, &one, status),
        route(Method::PUT, &one, run),
        route(Method::DELETE, &one, cancel),
    ]
}

#[derive(Debug, Default)]
pub(crate) struct Jobs(Mutex<BTreeMap<String, Job>>);

#[derive(Debug)]
struct Job {
    state: &'static str,
    /// Status requests until the next state.
    polls: u32,
    query: Value,
}

impl Job {
    fn json(&self, id: &str) -> Value {
        let percent = if self.state == "FULFILLED" { 100 } else { 0 };
        json!({
            "id": id,
            "state": self.state,
            "recordingJobsQuery": self.query,
            "percentProgress": percent,
            "totalRecordings": 3,
            "totalProcessedRecordings": 3 * percent / 100,
            "selfUri": format!("{JOBS}/{id}"),
        })
    }
}

fn submit(state: &State, call: &Call) -> Reply {
    let query = match object(call) {
        Ok(query) => query,
        Err(refusal) => return refusal,
    };
    if !query.contains_key("action") {
        return bad_request("action is required.");
    }
    let mut jobs = lock(&state.resources.recordings.0);
    let id = format!("recording-job-{}", jobs.len() + 1);
    let job = Job {
        state: "PENDING",
        polls: read(&state.settings).job_polls,
        query: Value::Object(query),
    };
    let reply = Reply::json(&job.json(&id)).with_status(202);
    jobs.insert(id, job);
    reply
}

fn status(state: &State, call: &Call) -> Reply {
    let fails = read(&state.settings).jobs_fail;
    with(state, call, |id, job| {
        if job.polls > 0 {
            job.polls -= 1;
        } else {
            job.state = match job.state {
                "PENDING" => "READY",
                "PROCESSING" if fails => "FAILED",
                "PROCESSING" => "FULFILLED",
                other => other,
            };
        }
        Reply::json(&job.json(id))
    })
}

/// Starts a job that is ready.
fn run(state: &State, call: &Call) -> Reply {
    let polls = read(&state.settings).job_polls;
    let wanted = call
        .json()
        .and_then(|body| body["state"].as_str().map(str::to_owned));
    with(state, call, |id, job| {
        if wanted.as_deref() != Some("PROCESSING") || job.state != "READY" {
            let message = format!("A job in the state {} cannot be started.", job.state);
            return Reply::error(400, "invalid.state", &message);
        }
        (job.state, job.polls) = ("PROCESSING", polls);
        Reply::json(&job.json(id))
    })
}

fn cancel(state: &State, call: &Call) -> Reply {
    with(state, call, |id, job| {
        job.state = "CANCELLED";
        Reply::json(&job.json(id))
    })
}

fn with(state: &State, call: &Call, work: impl FnOnce(&str, &mut Job) -> Reply) -> Reply {
    let id = call.param("jobId");
    match lock(&state.resources.recordings.0).get_mut(id) {
        Some(job) => work(id, job),
        None => not_found("recordingJob", id),
    }
}
