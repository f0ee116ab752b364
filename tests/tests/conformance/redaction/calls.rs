//! Failures, retries, listings, jobs and downloads.

use std::net::TcpListener;
use std::time::Duration;

use genesys_cloud::models::AsyncConversationQuery;
use genesys_cloud::runtime::request::{CallOptions, Operation as _};
use genesys_cloud::runtime::{PagingError, RetryPolicy};
use genesys_cloud_leak_watch::{find, hide, inspect, inspect_debug};
use genesys_cloud_mock::{End, Fault, Reply};
use http::Method;
use serde_json::json;

use super::super::support::{new_user, post};
use super::{client, failed, machine, mock, mock_with, watched};

/// An API that repeats the caller's token in its errors.
#[tokio::test]
async fn v20_errors_of_an_api_that_repeats_the_token() {
    let mock = mock().await;
    let client = client(&mock, machine());
    for status in [400, 401, 403, 404, 409, 410, 413, 500, 501] {
        mock.route("GET", "/api/v2/users/{userId}", move |call| {
            let sent = call.header("authorization").unwrap_or_default();
            let text = format!("refused: {sent}");
            Reply::error_with(
                status,
                &format!("bad.{sent}"),
                &text,
                json!({ "messageWithParams": text, "messageParams": { "token": sent }, "details": [{ "errorCode": sent }], "errors": [{ "message": text }] }),
            )
        });
        let error = failed(client.users().get_user("u1").send().await);
        assert_eq!(error.status().unwrap().as_u16(), status);
        let body = String::from_utf8_lossy(error.body().unwrap());
        assert_eq!(find(&body), None, "{status}");
    }
}

/// Attempts that fail in every way, and bodies that cannot be decoded.
#[tokio::test]
async fn v20_retries_and_broken_answers() {
    let mock = mock().await;
    let builder = watched(&mock, machine());
    let client = builder
        .retry(RetryPolicy::standard().with_max_delay(Duration::from_millis(1)))
        // A 429 is waited out for as long as the call may take.
        .timeout(Duration::from_secs(5))
        .build()
        .unwrap();
    let faults = [
        Fault::api().respond(Reply::status(429).retry_after(0)),
        Fault::api().respond(Reply::error(503, "service.unavailable", "down")),
        Fault::api().break_before_execution(End::Reset),
        Fault::api().break_after_execution(End::Close),
        Fault::api().cut_body(40, End::Close),
        Fault::api().raw("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", End::Close),
    ];
    for fault in &faults {
        mock.fault(fault.clone());
        let user = client.users().get_user("u1").send().await.unwrap();
        assert_eq!(user.attempts(), 2);
    }
    // After those that happen once: a call whose time is over may leave a request that meets the next fault.
    for fault in faults {
        mock.fault(fault.always());
        failed(client.users().get_user("u1").send().await);
        let _ = post(&client).await;
        mock.clear_faults();
    }
    let bodies = [
        r#"{"email":"ada@example.com""#,
        r#"["ada@example.com"]"#,
        "ada@example.com",
    ];
    for body in bodies {
        mock.route("GET", "/api/v2/users/{userId}", move |_| {
            Reply::json_text(body)
        });
        assert!(failed(client.users().get_user("u1").send().await).is_decode());
    }
}

/// What callers put into headers, paths and queries.
#[tokio::test]
async fn v20_what_callers_send() {
    hide("own/api+key-1");
    let mock = mock().await;
    let client = client(&mock, machine());
    let own = CallOptions::new()
        .with_header("X-Api-Key", "own/api+key-1")
        .with_header("Cookie", "session=own/api+key-1");
    inspect_debug(&own);
    let mut call = client
        .users()
        .get_user("ada@example.com")
        .with_options(own.clone());
    inspect_debug(call.request_mut());
    mock.fault(Fault::api().respond(Reply::error(404, "not.found", "no such user")));
    failed(call.send().await);
    let raw = client
        .request(Method::GET, "/api/v2/users/ada@example.com")
        .query("q", "ada@example.com")
        .with_options(own);
    inspect_debug(&raw);
    mock.fault(Fault::api().break_before_execution(End::Reset));
    raw.send().await.unwrap();
    let mut create = client.users().post_users(new_user());
    inspect_debug(create.request_mut());
    create.send().await.unwrap();
    // Refused before anything is sent.
    failed(
        client
            .users()
            .get_user("u1")
            .with_options(CallOptions::new().with_header("X-Api-Key", "own/api+key-1\n"))
            .send()
            .await,
    );
    let proxied = watched(&mock, machine()).proxy("http://user:own/api+key-1@[::1");
    inspect_debug(&proxied);
    failed(proxied.build());
    let keyed = watched(&mock, machine())
        .default_header("X-Api-Key", "own/api+key-1")
        .root_certificates("own/api+key-1")
        .client_certificate("own/api+key-1", "own/api+key-1");
    inspect_debug(&keyed);
    failed(keyed.build());
}

#[tokio::test]
async fn v20_listings() {
    let mock = mock().await;
    let client = client(&mock, machine());
    let mut teams = client.teams().get_teams().page_size(10).items();
    for _ in 0..15 {
        teams.next().await.unwrap().unwrap();
    }
    mock.revoke_all();
    inspect_debug(&teams);
    inspect_debug(&teams.state());
    assert_eq!(teams.collect_all().await.unwrap().len(), 235);
    // A link elsewhere, with a signature in it.
    let link = "https://elsewhere.example/api/v2/teams?X-Signature=mock-signature";
    mock.route("GET", "/api/v2/teams", move |_| {
        Reply::json(&json!({ "entities": [{ "id": "t" }], "nextUri": link }))
    });
    let error = failed(client.teams().get_teams().items().collect_all().await);
    assert!(error.find_source::<PagingError>().is_some());
}

#[tokio::test]
async fn v20_jobs() {
    let mock = mock_with(|config| config.settings.jobs_fail = true).await;
    let client = client(&mock, machine());
    let query = AsyncConversationQuery {
        interval: Some("2026-11-22T00:00:00Z/P1D".to_owned()),
        ..Default::default()
    };
    let job = client
        .analytics()
        .post_analytics_conversations_details_jobs(query)
        .submit()
        .await
        .unwrap();
    inspect_debug(&job);
    inspect_debug(&job.status().await.unwrap());
    mock.revoke_all();
    let wait = job
        .wait()
        .poll_interval(Duration::from_millis(1), Duration::from_millis(1));
    inspect_debug(&wait);
    failed(wait.await);
    inspect_debug(&job.results());
}

/// Downloads and uploads by presigned URLs, whose signature is as good as a password.
#[tokio::test]
async fn v20_presigned_urls() {
    let mock = mock().await;
    let client = client(&mock, machine());
    let download = || {
        let request = client.request(Method::GET, "/api/v2/downloads/d1");
        request.with_options(CallOptions::new().with_follow_redirects(true))
    };
    let unfollowed = client.request(Method::GET, "/api/v2/downloads/d1");
    inspect_debug(&unfollowed.send().await.unwrap());
    inspect_debug(&download().send_stream().await.unwrap());
    let said = "<Error>the signature mock-signature does not match</Error>";
    for fault in [
        Fault::presigned().respond(Reply::status(403).body(said)),
        Fault::presigned().always().respond(Reply::status(503)),
        Fault::presigned()
            .always()
            .break_before_execution(End::Reset),
        Fault::presigned().always().cut_body(5, End::Close),
    ] {
        mock.fault(fault);
        let error = failed(download().send().await);
        inspect("an error", &format!("{:?}", error.location().map(|_| ())));
        mock.clear_faults();
    }
    // Nobody there; no URL; one without TLS.
    let dead = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    for url in [
        format!("http://{dead}/presigned/x?X-Signature=mock-signature"),
        "https://[mock-signature".to_owned(),
        "http://192.0.2.1/x?X-Signature=mock-signature".to_owned(),
    ] {
        let upload = client.request_presigned(Method::PUT, &url);
        inspect_debug(&upload);
        failed(upload.body("text/plain", "x").send().await);
        mock.route("GET", "/api/v2/downloads/d1", move |_| {
            Reply::redirect(303, &url)
        });
        failed(download().send().await);
    }
}
