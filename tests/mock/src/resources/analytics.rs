//! Conversation details: the query that answers at once, as large as wished, and the job that answers later.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Mutex;

use bytes::Bytes;
use http::Method;
use serde_json::{Map, Value, json};

use super::super::backend::State;
use super::super::call::Call;
use super::super::reply::Reply;
use super::super::router::Route;
use super::super::sync::{lock, read};
use super::{Page, bad_request, listings, not_found, object, route};

const JOBS: &str = "/api/v2/analytics/conversations/details/jobs";

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(
            Method::POST,
            "/api/v2/analytics/conversations/details/query",
            query,
        ),
        route(Method::POST, JOBS, submit),
        route(Method::GET, &format!("{JOBS}/{{jobId}}"), status),
        route(Method::DELETE, &format!("{JOBS}/{{jobId}}"), cancel),
        route(Method::GET, &format!("{JOBS}/{{jobId}}/results"), results),
    ]
}

fn write_conversation(text: &mut String, number: usize) {
    let minute = number % 60;
    // Writing to a String does not fail.
    let _ = write!(
        text,
        r#"{{"conversationId":"c0ffee00-0000-4000-8000-{number:012x}","conversationStart":"2026-11-22T10:{minute:02}:00.000Z","conversationEnd":"2026-11-22T10:{minute:02}:59.250Z","originatingDirection":"inbound","divisionIds":["d1f5a3c2-0000-4000-8000-00000000d117"],"mediaStatsMinConversationMos":4.882,"mediaStatsMinConversationRFactor":92.44,"participants":[{{"participantId":"p-{number}-1","participantName":"Customer {number}","purpose":"customer","sessions":[{{"ani":"tel:+13175550{minute:02}0","direction":"inbound","dnis":"tel:+13175551234","mediaType":"voice","provider":"Edge","sessionId":"s-{number}-1","metrics":[{{"emitDate":"2026-11-22T10:{minute:02}:01.000Z","name":"nConnected","value":1}}],"segments":[{{"conference":false,"disconnectType":"peer","segmentStart":"2026-11-22T10:{minute:02}:00.000Z","segmentEnd":"2026-11-22T10:{minute:02}:59.250Z","segmentType":"interact"}}]}}]}},{{"participantId":"p-{number}-2","purpose":"agent","userId":"u{number}","sessions":[{{"direction":"inbound","mediaType":"voice","sessionId":"s-{number}-2","metrics":[{{"emitDate":"2026-11-22T10:{minute:02}:02.000Z","name":"tTalk","value":{}}},{{"emitDate":"2026-11-22T10:{minute:02}:03.000Z","name":"tHandle","value":{}}}],"segments":[{{"queueId":"q{}","requestedRoutingSkillIds":["s1","s2"],"segmentStart":"2026-11-22T10:{minute:02}:05.000Z","segmentEnd":"2026-11-22T10:{minute:02}:59.250Z","segmentType":"interact","wrapUpCode":"resolved"}}]}}]}}]}}"#,
        number * 37 % 600_000,
        number * 41 % 600_000,
        number % 7,
    );
}

fn conversations(numbers: impl Iterator<Item = usize>, at_least: usize) -> String {
    let mut text = String::with_capacity(at_least.max(1024) + 4096);
    text.push('[');
    for number in numbers {
        if text.len() > 1 {
            text.push(',');
        }
        write_conversation(&mut text, number);
        if at_least > 0 && text.len() >= at_least {
            break;
        }
    }
    text.push(']');
    text
}

fn query(state: &State, call: &Call) -> Reply {
    let body = match object(call) {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    if !body.get("interval").is_some_and(Value::is_string) {
        return bad_request("interval is required.");
    }
    let (total, bytes) = {
        let settings = read(&state.settings);
        (settings.conversations, settings.analytics_bytes)
    };
    if bytes > 0 {
        return Reply::json_text(state.resources.jobs.large(bytes, total));
    }
    let paging = |name: &str| {
        body.get("paging")
            .and_then(|paging| paging.get(name))
            .and_then(Value::as_u64)
            .and_then(|number| usize::try_from(number).ok())
    };
    match Page::new(paging("pageNumber"), paging("pageSize"), total) {
        // The API leaves the list out where there is nothing in it.
        Ok(page) if page.range().is_empty() => Reply::json(&json!({ "totalHits": total })),
        Ok(page) => Reply::json_text(format!(
            r#"{{"conversations":{},"totalHits":{total}}}"#,
            conversations(page.range(), 0)
        )),
        Err(refusal) => refusal,
    }
}

#[derive(Debug)]
struct Job {
    polls_left: u32,
    fails: bool,
    cancelled: bool,
    total: usize,
}

impl Job {
    fn state(&self, polls: u32) -> &'static str {
        if self.cancelled {
            "CANCELLED"
        } else if self.polls_left > 0 {
            if self.polls_left == polls {
                "QUEUED"
            } else {
                "PENDING"
            }
        } else if self.fails {
            "FAILED"
        } else {
            "FULFILLED"
        }
    }
}

/// The jobs, and the one large response, made once because it takes a while.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    jobs: Mutex<HashMap<String, Job>>,
    large: Mutex<Option<(usize, Bytes)>>,
}

impl Jobs {
    /// A query response of at least `bytes` bytes.
    fn large(&self, bytes: usize, total: usize) -> Bytes {
        let mut large = lock(&self.large);
        match &*large {
            Some((size, body)) if *size == bytes => body.clone(),
            _ => {
                let list = conversations((0..total.max(1)).cycle(), bytes);
                let body: Bytes =
                    format!(r#"{{"conversations":{list},"totalHits":{total}}}"#).into();
                *large = Some((bytes, body.clone()));
                body
            }
        }
    }
}

fn submit(state: &State, call: &Call) -> Reply {
    let body: Map<String, Value> = match object(call) {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    if !body.get("interval").is_some_and(Value::is_string) {
        return bad_request("interval is required.");
    }
    let job = {
        let settings = read(&state.settings);
        Job {
            polls_left: settings.job_polls,
            fails: settings.jobs_fail,
            cancelled: false,
            total: settings.conversations,
        }
    };
    let mut jobs = lock(&state.resources.jobs.jobs);
    let id = format!("job-{}", jobs.len() + 1);
    jobs.insert(id.clone(), job);
    Reply::json(&json!({ "jobId": id })).with_status(202)
}

fn status(state: &State, call: &Call) -> Reply {
    let id = call.param("jobId");
    let polls = read(&state.settings).job_polls;
    let mut jobs = lock(&state.resources.jobs.jobs);
    let Some(job) = jobs.get_mut(id) else {
        return not_found("job", id);
    };
    let name = job.state(polls);
    job.polls_left = job.polls_left.saturating_sub(1);
    let mut body = json!({ "state": name, "submissionDate": "2026-11-22T20:00:00.000Z" });
    match name {
        "FULFILLED" => body["completionDate"] = "2026-11-22T20:00:05.000Z".into(),
        "FAILED" => body["errorMessage"] = "The query could not be executed.".into(),
        _ => {}
    }
    Reply::json(&body)
}

fn cancel(state: &State, call: &Call) -> Reply {
    let id = call.param("jobId");
    match lock(&state.resources.jobs.jobs).get_mut(id) {
        Some(job) => {
            job.cancelled = true;
            Reply::status(204)
        }
        None => not_found("job", id),
    }
}

fn results(state: &State, call: &Call) -> Reply {
    let id = call.param("jobId");
    let jobs = lock(&state.resources.jobs.jobs);
    let Some(job) = jobs.get(id) else {
        return not_found("job", id);
    };
    if job.cancelled || job.fails || job.polls_left > 0 {
        return bad_request("The job has no results.");
    }
    let start = match call.query("cursor") {
        None => 0,
        Some(cursor) => match listings::position(&cursor) {
            Some(start) => start.min(job.total),
            None => return bad_request("The cursor is not valid."),
        },
    };
    let end = (start + call.number("pageSize").unwrap_or(100)).min(job.total);
    let mut text = format!(
        r#"{{"conversations":{},"dataAvailabilityDate":"2026-11-22T19:00:00.000Z""#,
        conversations(start..end, 0)
    );
    if end < job.total {
        let _ = write!(text, r#","cursor":"{}""#, listings::token(end));
    }
    text.push('}');
    Reply::json_text(text)
}
