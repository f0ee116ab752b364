//! Jobs that bring nothing.

use std::time::Duration;

use http::{Method, StatusCode};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::support::{PostEstimate, failure, query, started, state};
use crate::runtime::jobs::{Job, JobFailure};
use crate::runtime::transport::HttpResponse;
use crate::tests::support::table;
use crate::tests::support::{builder, scripted};

#[tokio::test(start_paused = true)]
async fn a_failed_job_says_why() {
    for (body, message, code) in table![
        r#"{"errorMessage":"too wide"}"#, Some("too wide") => None;
        r#"{"error":{"message":"too wide","code":"query.wide"}}"#, Some("too wide") => Some("query.wide");
        r#"{"errors":[{"message":"first"},{"message":"second"}]}"#, Some("first") => None;
        "{}", None => None;
    ] {
        let mut answer: serde_json::Value = serde_json::from_str(body).unwrap();
        answer["job"] = serde_json::json!({ "state": "FAILED" });
        let (client, _) = scripted([started(), HttpResponse::json(200, answer.to_string())]);
        let job = Job::submit(query(&client, "u")).await.unwrap();
        let error = job.wait().await.unwrap_err();
        let job_error = failure(&error);
        assert_eq!(job_error.failure(), JobFailure::Failed);
        assert_eq!(job_error.state(), Some("FAILED"));
        assert_eq!(job_error.job_id(), Some("j/1"));
        assert_eq!((job_error.message(), job_error.code()), (message, code));
        let text = error.to_string();
        assert!(text.starts_with("getQuery: "), "{text}");
        assert!(text.contains("FAILED"), "{text}");
        assert!(text.contains(message.unwrap_or("failed")), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_that_someone_else_cancelled_is_an_error() {
    let (client, transport) = scripted([started(), state("Cancelled")]);
    let job = Job::submit(query(&client, "u")).await.unwrap();
    let error = job.wait().await.unwrap_err();
    assert_eq!(failure(&error).failure(), JobFailure::Cancelled);
    assert!(!failure(&error).is_cancelled_on_server());
    assert_eq!(transport.request_count(), 2);
}

fn never_done() -> (
    crate::runtime::Client,
    std::sync::Arc<crate::runtime::transport::MemoryTransport>,
) {
    let transport = std::sync::Arc::new(crate::runtime::transport::MemoryTransport::new(
        |request| match request.method {
            Method::POST => started(),
            Method::DELETE => HttpResponse::new(StatusCode::NO_CONTENT),
            _ => state("RUNNING"),
        },
    ));
    (builder(&transport).build().unwrap(), transport)
}

#[tokio::test(start_paused = true)]
async fn a_job_that_takes_too_long_is_an_error_and_goes_on() {
    let (client, transport) = never_done();
    let job = Job::submit(query(&client, "u")).await.unwrap();
    let start = Instant::now();
    let timeout = Duration::from_secs(30);
    let error = job.wait().timeout(timeout).await.unwrap_err();
    assert_eq!(failure(&error).failure(), JobFailure::TimedOut(timeout));
    assert_eq!(failure(&error).state(), Some("RUNNING"));
    assert_eq!(start.elapsed(), timeout);
    assert!(!failure(&error).is_cancelled_on_server());
    assert!(error.to_string().contains("still running"), "{error}");
    assert!(
        transport
            .requests()
            .iter()
            .all(|sent| sent.method != Method::DELETE)
    );

    let error = job
        .wait()
        .timeout(timeout)
        .cancel_on_timeout()
        .await
        .unwrap_err();
    assert!(failure(&error).is_cancelled_on_server());
    let last = transport.requests().pop().unwrap();
    assert_eq!(last.method, Method::DELETE);
    assert_eq!(last.path(), "/api/v2/units/u/jobs/j%2F1");
}

#[tokio::test(start_paused = true)]
async fn the_caller_can_cancel_while_waiting() {
    let (client, transport) = never_done();
    let job = Job::submit(query(&client, "u")).await.unwrap();
    let (cancel, signal) = oneshot::channel::<()>();
    let wait = job.wait().cancel_on(async move {
        let _ = signal.await;
    });
    let waiting = tokio::spawn(wait.into_future());
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert!(!waiting.is_finished());
    cancel.send(()).unwrap();
    let error = waiting.await.unwrap().unwrap_err();
    assert_eq!(failure(&error).failure(), JobFailure::Cancelled);
    assert!(failure(&error).is_cancelled_on_server());
    assert_eq!(transport.requests().pop().unwrap().method, Method::DELETE);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_the_api_cannot_cancel_is_only_left() {
    let (client, transport) = scripted([HttpResponse::json(202, r#"{"id":"7"}"#)]);
    let job = Job::submit(PostEstimate::from_client(&client))
        .await
        .unwrap();
    assert!(!job.is_cancellable());
    assert!(job.cancel().await.unwrap_err().is_invalid_request());
    let error = job.wait().cancel_on(async {}).await.unwrap_err();
    assert_eq!(failure(&error).failure(), JobFailure::Cancelled);
    assert!(!failure(&error).is_cancelled_on_server());
    assert_eq!(transport.request_count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_job_without_an_id_keeps_its_answer() {
    let (client, transport) = scripted([HttpResponse::json(200, r#"{"items":[1]}"#)]);
    let job = Job::submit(query(&client, "u")).await.unwrap();
    assert_eq!(job.id(), None);
    assert_eq!(job.submitted().unwrap().items, Some(vec![1]));
    let error = job.wait().await.unwrap_err();
    assert_eq!(failure(&error).failure(), JobFailure::Unnamed);
    let error = job.results().next().await.unwrap().unwrap_err();
    assert_eq!(failure(&error).failure(), JobFailure::Unnamed);
    assert_eq!(transport.request_count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_cannot_be_started_is_the_error_of_its_call() {
    let (client, transport) = scripted([HttpResponse::json(400, "{}")]);
    let error = Job::submit(query(&client, "u")).await.unwrap_err();
    assert!(error.is_bad_request());
    let error = Job::submit(query(&client, "..")).await.unwrap_err();
    assert!(error.is_invalid_request());
    assert_eq!(transport.request_count(), 1);
}
