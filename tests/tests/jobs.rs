//! Jobs over real HTTP: submit, wait, results, failure and cancellation.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use genesys_cloud::Client;
use genesys_cloud::models::AsyncConversationQuery;
use genesys_cloud::runtime::{ErrorKind, Job, JobError, JobFailure, JobPhase};
use genesys_cloud_mock::{MockConfig, MockGenesys, Settings};
use genesys_cloud_tests::guide::client_of;
use tokio::sync::oneshot;

async fn start(change: impl FnOnce(&mut Settings)) -> (MockGenesys, Client) {
    let mut config = MockConfig::default();
    config.settings.conversations = 53;
    change(&mut config.settings);
    let mock = MockGenesys::start(config).await.unwrap();
    let client = client_of(&mock).build().unwrap();
    (mock, client)
}

type Details = genesys_cloud::api::PostAnalyticsConversationsDetailsJobs;

async fn submit(client: &Client) -> Job<Details> {
    let query = AsyncConversationQuery {
        interval: Some("2026-11-22T00:00:00Z/P1D".to_owned()),
        ..Default::default()
    };
    let operation = client
        .analytics()
        .post_analytics_conversations_details_jobs(query);
    operation.submit().await.unwrap()
}

const QUICK: Duration = Duration::from_millis(2);

#[tokio::test]
async fn a_job_is_submitted_waited_for_and_read() {
    let (mock, client) = start(|settings| settings.job_polls = 3).await;
    let job = submit(&client).await;
    assert_eq!(job.submitted().unwrap().job_id.as_deref(), job.id());
    assert_eq!(job.status().await.unwrap().phase(), JobPhase::Running);
    // The token may end while the job goes on.
    mock.revoke_all();
    let status = job.wait().poll_interval(QUICK, QUICK).await.unwrap();
    assert_eq!(status.phase(), JobPhase::Succeeded);
    assert_eq!(status.state(), Some("FULFILLED"));
    assert!(status.completion_date.is_some());
    let found = job.results().page_size(20).collect_all().await.unwrap();
    let ids: Vec<String> = found
        .into_iter()
        .map(|conversation| conversation.conversation_id.unwrap())
        .collect();
    let expected: Vec<String> = (0..53)
        .map(|number| format!("c0ffee00-0000-4000-8000-{number:012x}"))
        .collect();
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn a_failed_job_says_why() {
    let (_mock, client) = start(|settings| settings.jobs_fail = true).await;
    let job = submit(&client).await;
    let error = job.wait().poll_interval(QUICK, QUICK).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Job);
    let failure = error.find_source::<JobError>().unwrap();
    assert_eq!(failure.failure(), JobFailure::Failed);
    assert_eq!(failure.message(), Some("The query could not be executed."));
}

#[tokio::test]
async fn cancelling_the_wait_cancels_the_job() {
    let (_mock, client) = start(|settings| settings.job_polls = u32::MAX).await;
    let job = submit(&client).await;
    let (cancel, signal) = oneshot::channel::<()>();
    let wait = job
        .wait()
        .poll_interval(QUICK, QUICK)
        .cancel_on(async move {
            let _ = signal.await;
        });
    let waiting = tokio::spawn(wait.into_future());
    while job.status().await.unwrap().state() == Some("QUEUED") {}
    cancel.send(()).unwrap();
    let error = waiting.await.unwrap().unwrap_err();
    let failure = error.find_source::<JobError>().unwrap();
    assert_eq!(failure.failure(), JobFailure::Cancelled);
    assert!(failure.is_cancelled_on_server());
    assert_eq!(job.status().await.unwrap().phase(), JobPhase::Cancelled);
}

#[tokio::test]
async fn a_job_that_takes_too_long_can_be_cancelled() {
    let (_mock, client) = start(|settings| settings.job_polls = u32::MAX).await;
    let job = submit(&client).await;
    let error = job
        .wait()
        .poll_interval(QUICK, QUICK)
        .timeout(Duration::from_millis(50))
        .cancel_on_timeout()
        .await
        .unwrap_err();
    let failure = error.find_source::<JobError>().unwrap();
    assert!(matches!(failure.failure(), JobFailure::TimedOut(_)));
    assert!(failure.is_cancelled_on_server());
    assert_eq!(job.status().await.unwrap().phase(), JobPhase::Cancelled);
}
