//! V10 to V12: limits and outages.

use std::time::{Duration, Instant, SystemTime};

use genesys_cloud::runtime::request::{CallOptions, Operation as _};
use genesys_cloud_mock::{Fault, Reply};
use http::StatusCode;

use super::support::{get, inspected, machine, mock, new_user, post};

#[tokio::test]
async fn v10_a_429_is_waited_out_by_a_get_and_a_post() {
    let mock = mock().await;
    let client = machine(&mock);
    client.authenticate().await.unwrap();
    let limited = || Reply::error(429, "too.many.requests", "slow down").retry_after(1);
    mock.fault(Fault::on("GET", "/api/v2/users/u0").respond(limited()));
    mock.fault(Fault::on("POST", "/api/v2/users").respond(limited()));
    let began = Instant::now();
    let (read, created) = tokio::join!(
        client.users().get_user("u0").send(),
        client.users().post_users(new_user()).send(),
    );
    let (read, created) = (inspected(read).unwrap(), inspected(created).unwrap());
    assert!(began.elapsed() >= Duration::from_secs(1));
    let stats = mock.stats();
    assert_eq!((stats.api_requests, stats.api_executed), (4, 2));
    for (attempts, elapsed, rate, correlation) in [
        (
            read.attempts(),
            read.elapsed(),
            read.rate_limit(),
            read.correlation_id(),
        ),
        (
            created.attempts(),
            created.elapsed(),
            created.rate_limit(),
            created.correlation_id(),
        ),
    ] {
        assert_eq!(attempts, 2);
        assert!(elapsed >= Duration::from_secs(1));
        assert_eq!(rate.unwrap().allowed, 300);
        assert!(correlation.is_some());
    }
    assert_eq!(read.body().id.as_deref(), Some("u0"));
    assert_eq!(created.body().name.as_deref(), Some("Ada"));
}

#[tokio::test]
async fn v11_a_retry_after_of_a_day_fails_at_once_and_says_so() {
    let mock = mock().await;
    let client = machine(&mock);
    mock.fault(Fault::api().respond(Reply::status(429).retry_after(86_400)));
    let error = get(&client, "u0").await.unwrap_err();
    assert!(error.is_rate_limited());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(86_400)));
    assert_eq!(mock.stats().api_requests, 1);
}

#[tokio::test]
async fn v11_a_date_of_tomorrow_is_the_same() {
    let mock = mock().await;
    let client = machine(&mock);
    let tomorrow = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(86_400));
    mock.fault(Fault::api().respond(Reply::status(429).header("retry-after", &tomorrow)));
    let error = get(&client, "u0").await.unwrap_err();
    let delay = error.retry_after().unwrap().as_secs();
    assert!((86_300..=86_400).contains(&delay), "{delay}");
    assert_eq!(mock.stats().api_requests, 1);
}

#[tokio::test]
async fn v12_a_503_is_retried_where_that_is_safe_or_asked_for() {
    let mock = mock().await;
    let client = machine(&mock);
    let outage = || Reply::error(503, "service.unavailable", "down");
    mock.fault(Fault::api().respond(outage()));
    let read = client.users().get_user("u0").send().await.unwrap();
    assert_eq!(read.attempts(), 2);

    mock.fault(Fault::api().respond(outage()));
    let error = post(&client).await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::SERVICE_UNAVAILABLE));
    assert!(error.is_server_error());
    assert_eq!((error.attempts(), error.retry_after()), (1, None));

    mock.fault(Fault::api().respond(outage()));
    let twice = client
        .users()
        .post_users(new_user())
        .with_options(CallOptions::new().with_idempotent(true))
        .send()
        .await
        .unwrap();
    assert_eq!(twice.attempts(), 2);

    // An outage that does not pass ends after four attempts.
    mock.fault(Fault::api().always().respond(outage()));
    let error = get(&client, "u0").await.unwrap_err();
    assert_eq!(error.attempts(), 4);
}
