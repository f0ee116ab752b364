//! Submitting and waiting.

use std::time::Duration;

use http::Method;
use tokio::time::Instant;

use super::support::{PostEstimate, PostLogs, query, started, state};
use crate::runtime::jobs::{Job, JobPhase, Submit};
use crate::runtime::request::Operation;
use crate::runtime::transport::{HttpResponse, TransportErrorKind};
use crate::tests::support::scripted;

fn assert_sendable<T: Send + 'static>(value: T) -> T {
    value
}

#[tokio::test(start_paused = true)]
async fn a_job_is_waited_for_until_it_is_done() {
    let (client, transport) = scripted([
        started(),
        state("QUEUED"),
        state("PENDING"),
        state("FULFILLED"),
    ]);
    let operation = query(&client, "a/b").with_header("x-trace", "t1");
    let job = assert_sendable(Job::submit(operation)).await.unwrap();
    assert_eq!(job.id(), Some("j/1"));
    assert_eq!(job.submitted().unwrap().status(), 202);
    assert!(job.is_cancellable());

    let start = Instant::now();
    let status = assert_sendable(job.wait().into_future()).await.unwrap();
    assert_eq!(status.phase(), JobPhase::Succeeded);
    assert_eq!(status.state(), Some("FULFILLED"));
    assert_eq!(status.status(), 200);
    // 500 ms, then half as much again each time, less up to a quarter.
    let waited = start.elapsed();
    assert!(
        (Duration::from_millis(1_781)..=Duration::from_millis(2_380)).contains(&waited),
        "{waited:?}"
    );
    let sent = transport.requests();
    assert_eq!(sent[0].path(), "/api/v2/units/a%2Fb/jobs");
    for poll in &sent[1..] {
        assert_eq!(poll.method, Method::GET);
        assert_eq!(poll.path(), "/api/v2/units/a%2Fb/jobs/j%2F1");
        assert!(poll.body.is_empty());
        // What the caller set for the call holds for what follows from it.
        assert_eq!(poll.header("x-trace"), Some("t1"));
    }
}

#[tokio::test(start_paused = true)]
async fn polls_become_rarer_but_not_without_end() {
    let mut script = vec![started()];
    script.extend((0..30).map(|_| state("RUNNING")));
    script.push(state("FULFILLED"));
    let (client, _) = scripted(script);
    let job = Job::submit(query(&client, "u")).await.unwrap();
    let start = Instant::now();
    job.wait()
        .poll_interval(Duration::from_secs(1), Duration::from_secs(4))
        .await
        .unwrap();
    // 1, 1.5, 2.25 and 3.375 s, then 4 s each.
    let longest = Duration::from_millis(8_125) + Duration::from_secs(4) * 27;
    let waited = start.elapsed();
    assert!(waited <= longest, "{waited:?}");
    assert!(waited >= longest * 3 / 4, "{waited:?}");
    assert!(waited < longest, "nothing is left to chance: {waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_job_that_waits_for_the_caller_is_handed_back() {
    let (client, _) = scripted([started(), state("WaitingForUpload")]);
    let job = Job::submit(query(&client, "u")).await.unwrap();
    let status = job.wait().await.unwrap();
    assert_eq!(status.phase(), JobPhase::Waiting);
}

#[tokio::test(start_paused = true)]
async fn a_status_can_be_read_once() {
    let (client, transport) = scripted([started(), state("FAILED")]);
    let job = Job::submit(query(&client, "u")).await.unwrap();
    let status = assert_sendable(job.status().await.unwrap());
    assert_eq!(status.phase(), JobPhase::Failed);
    assert_eq!(transport.request_count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_poll_is_tried_again_like_any_call() {
    let (client, transport) = scripted([
        Ok(started()),
        Err(crate::runtime::transport::TransportError::new(
            TransportErrorKind::Io,
            "reset",
        )),
        Ok(HttpResponse::json(503, "{}")),
        Ok(state("FULFILLED")),
    ]);
    let job = Job::submit(query(&client, "u")).await.unwrap();
    job.wait().await.unwrap();
    assert_eq!(transport.request_count(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_state_may_be_the_whole_answer() {
    let (client, _) = scripted([
        HttpResponse::json(202, r#"{"id":"7"}"#),
        HttpResponse::json(200, r#""InProgress""#),
        HttpResponse::json(200, r#""Completed""#),
    ]);
    let job = Job::submit(PostEstimate::from_client(&client))
        .await
        .unwrap();
    let status = job.wait().await.unwrap();
    assert_eq!(status.into_response().into_body(), "Completed");
}

#[tokio::test(start_paused = true)]
async fn without_a_state_the_status_code_tells() {
    let (client, transport) = scripted([
        HttpResponse::json(202, r#"{"id":"7"}"#),
        HttpResponse::json(202, "{}"),
        HttpResponse::json(200, "{}"),
    ]);
    let job = Job::submit(PostLogs::from_client(&client)).await.unwrap();
    assert_eq!(job.wait().await.unwrap().phase(), JobPhase::Succeeded);
    assert_eq!(transport.request_count(), 3);
    assert!(PostLogs::JOB.cancel.is_none());
}

#[tokio::test(start_paused = true)]
async fn dropping_the_wait_leaves_the_job_alone() {
    let (client, transport) = scripted([started(), state("RUNNING"), state("FULFILLED")]);
    let job = Job::submit(query(&client, "u")).await.unwrap();
    let cut = tokio::time::timeout(Duration::from_millis(600), job.wait().into_future()).await;
    assert!(cut.is_err());
    assert_eq!(transport.request_count(), 2);
    job.wait().await.unwrap();
    assert!(
        transport
            .requests()
            .iter()
            .all(|sent| sent.method != Method::DELETE)
    );
}

#[cfg(feature = "testing")]
#[tokio::test(start_paused = true)]
async fn a_job_over_doubles() {
    use super::support::{GetQuery, PostQuery};
    use crate::runtime::testing::MockClient;

    let mock = MockClient::new();
    let client = mock.client();
    mock.on_call(query(&client, "u")).reply_response(started());
    mock.on::<GetQuery>()
        .times(2)
        .reply_response(state("RUNNING"));
    mock.on::<GetQuery>()
        .when(|call| call.path("id") == Some("u") && call.path("jobId") == Some("j/1"))
        .reply_response(state("FULFILLED"));
    let job = Job::submit(query(&client, "u")).await.unwrap();
    let status = job.wait().await.unwrap();
    assert_eq!(status.state(), Some("FULFILLED"));
    assert_eq!(mock.calls::<PostQuery>().len(), 1);
    mock.verify();
}
