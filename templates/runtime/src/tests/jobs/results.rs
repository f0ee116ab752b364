//! The results of a job that is done.

use super::support::{query, started, state};
use crate::runtime::jobs::Job;
use crate::runtime::transport::HttpResponse;
use crate::tests::support::scripted;

#[tokio::test(start_paused = true)]
async fn results_are_a_listing() {
    let (client, transport) = scripted([
        started(),
        state("FULFILLED"),
        HttpResponse::json(200, r#"{"items":[1,2],"cursor":"a+b"}"#),
        HttpResponse::json(200, r#"{"items":[3]}"#),
        HttpResponse::json(200, r#"{"items":[1,2],"cursor":"a+b"}"#),
        HttpResponse::json(200, r#"{"items":[3]}"#),
    ]);
    let job = Job::submit(query(&client, "u")).await.unwrap();
    job.wait().await.unwrap();
    let mut results = job.results().page_size(2);
    assert_eq!(results.collect_all().await.unwrap(), [1, 2, 3]);
    let sent = transport.requests();
    assert_eq!(sent[2].path(), "/api/v2/units/u/jobs/j%2F1/results");
    assert_eq!(sent[2].query(), "pageSize=2");
    assert_eq!(sent[3].query(), "pageSize=2&cursor=a%2Bb");

    let page = job.result().await.unwrap();
    assert_eq!(page.items, Some(vec![1, 2]));
    assert_eq!(job.result_pages().collect_all().await.unwrap().len(), 1);
}
