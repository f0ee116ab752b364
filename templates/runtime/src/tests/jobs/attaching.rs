//! Jobs that another process started.

use http::Method;
use serde_json::json;

use super::support::{PostEstimate, PostLogs, PostQuery, failure, query, started, state};
use crate::runtime::jobs::{Job, JobFailure, JobHandle, JobPhase};
use crate::runtime::transport::HttpResponse;
use crate::tests::sockets::handler::Served;
use crate::tests::support::scripted;

#[tokio::test]
async fn a_job_is_taken_up_by_another_process() {
    let served = Served::new(|request| match (&request.method, request.path()) {
        (&Method::POST, "/api/v2/units/a%2Fb/jobs") => started(),
        (&Method::GET, "/api/v2/units/a%2Fb/jobs/j%2F1") => state("FULFILLED"),
        (&Method::GET, "/api/v2/units/a%2Fb/jobs/j%2F1/results") => {
            HttpResponse::json(200, r#"{"items":[1,2]}"#)
        }
        (&Method::DELETE, "/api/v2/units/a%2Fb/jobs/j%2F1") => HttpResponse::json(204, ""),
        other => panic!("{other:?}"),
    })
    .await;
    let job = Job::submit(query(&served.client(), "a/b")).await.unwrap();
    let kept = serde_json::to_string(&job.handle().unwrap()).unwrap();
    drop(job);
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&kept).unwrap(),
        json!({ "operation": "postQuery", "path": ["a/b"], "id": "j/1" })
    );

    let handle: JobHandle<PostQuery> = serde_json::from_str(&kept).unwrap();
    let job = Job::attach(&served.client(), &handle);
    assert_eq!(job.id(), Some("j/1"));
    assert!(job.submitted().is_none());
    assert_eq!(job.handle(), Some(handle));
    let status = job.wait().await.unwrap();
    assert_eq!(status.phase(), JobPhase::Succeeded);
    assert_eq!(job.results().collect_all().await.unwrap(), [1, 2]);
    job.cancel().await.unwrap();
}

#[tokio::test]
async fn an_id_suffices_where_the_path_has_no_arguments() {
    let (client, transport) = scripted([
        HttpResponse::json(200, r#""Completed""#),
        HttpResponse::json(200, "{}"),
    ]);
    let job = Job::<PostEstimate>::attach(&client, "7");
    assert_eq!(job.status().await.unwrap().phase(), JobPhase::Succeeded);
    let job = Job::<PostLogs>::attach(&client, "8".to_owned());
    assert_eq!(job.status().await.unwrap().phase(), JobPhase::Succeeded);
    let paths: Vec<String> = transport
        .requests()
        .iter()
        .map(|sent| sent.path().to_owned())
        .collect();
    assert_eq!(paths, ["/api/v2/estimates/jobs/7", "/api/v2/logs/jobs/8"]);
}

#[tokio::test]
async fn a_wrong_name_is_an_error_before_anything_is_sent() {
    let (client, transport) = scripted([] as [HttpResponse; 0]);
    let handle = |unit: &str, id: &str| JobHandle::<PostQuery>::new(id).path_argument(unit);
    for (name, says) in [
        (JobHandle::new("1"), "`unitId` is missing"),
        (handle("..", "1"), "`unitId` is a dot segment"),
        (handle("", "1"), "`unitId` is empty"),
        (handle("u", ".."), "is a dot segment"),
        (
            handle("u", "1").path_argument("x"),
            "too many path arguments",
        ),
    ] {
        let error = Job::attach(&client, name).status().await.unwrap_err();
        assert!(error.is_invalid_request());
        assert!(error.to_string().contains(says), "{error}");
    }
    let error = Job::attach(&client, handle("u", ""))
        .wait()
        .await
        .unwrap_err();
    assert_eq!(failure(&error).failure(), JobFailure::Unnamed);
    assert_eq!(transport.request_count(), 0);
}

#[test]
fn a_handle_of_another_operation_is_refused() {
    let kept = r#"{"operation":"postLogs","id":"1"}"#;
    assert!(serde_json::from_str::<JobHandle<PostLogs>>(kept).is_ok());
    let error = serde_json::from_str::<JobHandle<PostEstimate>>(kept).unwrap_err();
    assert!(error.to_string().contains("`postLogs`"), "{error}");
}
