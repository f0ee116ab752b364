//! Doubles of the API.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::support::{GetUser, PostUsers};
use crate::runtime::request::{ListStyle, Operation, Request};
use crate::runtime::testing::MockClient;
use crate::runtime::transport::{HttpResponse, TransportErrorKind};
use crate::runtime::update;
use crate::tests::support::table;

#[tokio::test]
async fn a_rule_answers_the_calls_that_it_is_about() {
    let mock = MockClient::new();
    let client = mock.client();
    mock.on::<GetUser>()
        .when(|call| {
            call.path("userId") == Some("u/1") && call.query_values("expand") == ["a,b", "c"]
        })
        .reply(json!({ "name": "Ann" }));
    mock.on::<PostUsers>()
        .reply_with(|call| json!({ "id": "new", "name": call.json()["name"] }));

    let get = GetUser::new(&client, "u/1").expand(ListStyle::CommaJoined, &["a,b", "c"]);
    assert_eq!(get.send().await.unwrap()["name"], "Ann");
    let post = PostUsers::new(&client, json!({ "name": "Bob" }));
    assert_eq!(post.send().await.unwrap()["name"], "Bob");

    let calls = mock.calls::<PostUsers>();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].body::<Value>(), Some(json!({ "name": "Bob" })));
    assert_eq!(calls[0].header("content-type"), Some("application/json"));
    assert_eq!(mock.calls::<GetUser>().len(), 1);
    mock.verify();
}

#[tokio::test]
async fn rules_that_are_used_up_are_passed_over() {
    let mock = MockClient::new();
    let client = mock.client();
    let first = mock.on::<GetUser>().times(2).reply(json!(1));
    mock.on::<GetUser>().reply_error(404, "not.found");
    let mut outcomes = Vec::new();
    for _ in 0..3 {
        outcomes.push(GetUser::new(&client, "u1").send().await);
    }
    assert_eq!(**outcomes[1].as_ref().unwrap(), json!(1));
    let error = outcomes[2].as_ref().unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(
        error.api_error().unwrap().code.as_deref(),
        Some("not.found")
    );
    assert_eq!(first.answered(), 2);
    mock.verify();
}

#[tokio::test]
async fn an_expected_call_is_compared_as_a_whole() {
    let mock = MockClient::new();
    let client = mock.client();
    let expected = GetUser::new(&client, "u1").page_size(5).site_id("s");
    mock.on_call(expected).reply(json!("same"));
    mock.on_call(PostUsers::new(
        &client,
        json!({ "a": 1, "b": [1, { "c": 2 }] }),
    ))
    .reply(json!("created"));

    let other_order = GetUser::new(&client, "u1").site_id("s").page_size(5);
    assert_eq!(**other_order.send().await.as_ref().unwrap(), json!("same"));
    let same = PostUsers::new(&client, json!({ "b": [1, { "c": 2 }], "a": 1 }));
    assert_eq!(**same.send().await.as_ref().unwrap(), json!("created"));

    for (call, difference) in table![
        GetUser::new(&client, "u2").page_size(5).site_id("s") => "the path is /api/v2/users/u2, expected /api/v2/users/u1";
        GetUser::new(&client, "u1").page_size(6).site_id("s") => "`pageSize` is [\"6\"], expected [\"5\"]";
        GetUser::new(&client, "u1").page_size(5) => "`site.id` is not set, expected [\"s\"]";
    ] {
        let error = call.send().await.unwrap_err().to_string();
        assert!(error.contains(difference), "{error}");
    }
    for (body, difference) in table![
        json!({ "a": 1, "b": [1, { "c": 3 }] }) => "the body at `$.b[1].c` is 3, expected 2";
        json!({ "a": 1 }) => "the body has no `b`";
        json!({ "a": 1, "b": [1, { "c": 2 }], "d": null }) => "the body has `d` (null), which is not expected";
    ] {
        let error = PostUsers::new(&client, body).send().await.unwrap_err();
        assert!(error.to_string().contains(difference), "{error}");
    }
    // A header counts only where the expected call sets it.
    mock.on_call(GetUser::new(&client, "u3").if_match("1"))
        .reply(json!(3));
    assert!(
        GetUser::new(&client, "u3")
            .if_match("1")
            .send()
            .await
            .is_ok()
    );
    assert!(
        GetUser::new(&client, "u3")
            .if_match("2")
            .send()
            .await
            .is_err()
    );
}

/// Two multipart bodies differ in their boundary only.
#[tokio::test]
async fn boundaries_do_not_matter() {
    let mock = MockClient::new();
    let client = mock.client();
    let upload = |text: &str| {
        let mut post = PostUsers::new(&client, json!(null));
        *post.request_mut() = Request::new(&client, PostUsers::METADATA);
        post.request_mut().part("name", Some(text));
        post
    };
    mock.on_call(upload("a")).reply(json!(1));
    assert!(upload("a").send().await.is_ok());
    let error = upload("b").send().await.unwrap_err().to_string();
    assert!(error.contains("the body is"), "{error}");
}

#[tokio::test]
async fn a_call_without_a_rule_names_the_nearest_and_is_not_sent_again() {
    let mock = MockClient::new();
    let client = mock.client();
    let error = GetUser::new(&client, "u1").send().await.unwrap_err();
    assert!(error.is_invalid_request());
    assert!(
        error
            .to_string()
            .contains("no rule answers getUser (userId=\"u1\"); there are no rules"),
        "{error}"
    );

    let line = line!() + 1;
    mock.on::<PostUsers>().reply(json!({}));
    let error = GetUser::new(&client, "u1")
        .page_size(7)
        .send()
        .await
        .unwrap_err();
    let text = format!(
        "no rule answers getUser (userId=\"u1\", pageSize=\"7\"); there are the rule for postUsers at {}:{line}",
        file!()
    );
    assert!(error.to_string().contains(&text), "{error}");

    mock.on::<GetUser>()
        .when(|call| call.path("userID") == Some("u1"))
        .reply(json!({}));
    let error = GetUser::new(&client, "u1")
        .send()
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("the nearest is the rule for getUser at")
            && error.contains("`when` is false; it asked for the path argument `userID`, which the operation does not have"),
        "{error}"
    );

    mock.on::<GetUser>().times(0).reply(json!({}));
    mock.on::<GetUser>()
        .when(|_| false)
        .times(0)
        .reply(json!({}));
    assert_eq!(mock.calls::<GetUser>().len(), 3);
    assert_eq!(mock.call_count(), 3);

    // One that has answered all its calls.
    let mock = MockClient::new();
    let client = mock.client();
    mock.on::<GetUser>().times(1).reply(json!({}));
    GetUser::new(&client, "u1").send().await.unwrap();
    let error = GetUser::new(&client, "u1")
        .send()
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("it has answered 1 of 1 calls"), "{error}");
}

#[tokio::test]
async fn what_was_not_used_is_told() {
    let mock = MockClient::new();
    let client = mock.client();
    mock.on::<GetUser>().times(2).reply(json!({}));
    mock.on::<PostUsers>().reply(json!({}));
    GetUser::new(&client, "u1").send().await.unwrap();
    let problems = mock.problems();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(
        problems[0].ends_with("has answered 1 of 2 calls"),
        "{problems:?}"
    );
    assert!(
        problems[1].ends_with("has answered no call"),
        "{problems:?}"
    );
    // Code that ignores an error does not hide that no rule answered its call.
    PostUsers::new(&client, json!({})).send().await.unwrap();
    GetUser::new(&client, "u1").send().await.unwrap();
    let _ = GetUser::new(&client, "u1").send().await;
    assert_eq!(mock.problems().len(), 1);
    let panic = std::panic::catch_unwind(|| mock.verify());
    assert!(panic.is_err());
}

#[tokio::test]
async fn a_rule_without_a_reply_says_so() {
    let mock = MockClient::new();
    mock.on::<GetUser>();
    let error = GetUser::new(&mock.client(), "u1").send().await.unwrap_err();
    assert!(
        error.to_string().contains("the rule for getUser at"),
        "{error}"
    );
    assert!(error.to_string().contains("has no reply"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn retries_and_failures_go_through_the_client() {
    let mock = MockClient::new();
    let client = mock.client();
    mock.on::<GetUser>()
        .times(1)
        .reply_error(503, "service.unavailable");
    mock.on::<GetUser>()
        .times(1)
        .reply_failure(TransportErrorKind::Connect);
    mock.on::<GetUser>().reply(json!({ "id": "u1" }));
    let user = GetUser::new(&client, "u1").send().await.unwrap();
    assert_eq!(user.attempts(), 3);
    assert_eq!(mock.calls::<GetUser>().len(), 3);
    mock.verify();
}

#[tokio::test]
async fn bytes_streams_and_nothing() {
    let mock = MockClient::new();
    let client = mock.client();
    mock.on::<GetUser>()
        .times(2)
        .reply_response(HttpResponse::json(200, "[1]"));
    assert_eq!(
        &GetUser::new(&client, "u").send_bytes().await.unwrap()[..],
        b"[1]"
    );
    let stream = GetUser::new(&client, "u").send_stream().await.unwrap();
    assert_eq!(&stream.into_body().collect().await.unwrap()[..], b"[1]");
    mock.on::<GetUser>()
        .reply_response(HttpResponse::new(http::StatusCode::NO_CONTENT));
    assert!(
        GetUser::new(&client, "u")
            .send()
            .await
            .unwrap()
            .body_is_empty()
    );
}

#[tokio::test]
async fn requests_of_any_path() {
    let mock = MockClient::new();
    let client = mock.client();
    mock.on_request(Method::GET, "/api/v2/things/{thingId}/parts")
        .when(|call| call.path("thingId") == Some("t 1"))
        .reply_json(&json!([1, 2]));
    let parts = client.request(Method::GET, "/api/v2/things/t%201/parts");
    assert_eq!(
        **parts.send_json::<Value>().await.as_ref().unwrap(),
        json!([1, 2])
    );
    let other = client.request(Method::GET, "/api/v2/things/t2/parts");
    let error = other.send().await.unwrap_err().to_string();
    assert!(error.contains("no rule answers GET /api/v2/things/t2/parts; the nearest is the rule for GET /api/v2/things/{thingId}/parts"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_update_starts_over() {
    let mock = MockClient::new();
    let client = mock.client();
    mock.on::<GetUser>().times(2).reply(json!({ "version": 1 }));
    mock.on::<PostUsers>()
        .times(1)
        .reply_error(409, "invalid.update.wrong.version");
    mock.on::<PostUsers>().reply_with(|call| call.json());
    let start = tokio::time::Instant::now();
    let user = update(
        || GetUser::new(&client, "1").send(),
        |user| user["name"] = json!("mine"),
        |user| PostUsers::new(&client, user.into_body()).send(),
    )
    .await
    .unwrap();
    assert_eq!(user["name"], "mine");
    assert!(start.elapsed() >= Duration::from_millis(50));
    mock.verify();
}

/// Rules shared by tasks answer each call once.
#[tokio::test]
async fn calls_at_the_same_time() {
    let mock = MockClient::new();
    let client = mock.client();
    mock.on::<GetUser>().times(25).reply(json!("first"));
    mock.on::<GetUser>().times(25).reply(json!("second"));
    let calls: Vec<_> = (0..50)
        .map(|number| tokio::spawn(GetUser::new(&client, &format!("u{number}")).send()))
        .collect();
    let mut first = 0;
    for call in calls {
        first += usize::from(**call.await.unwrap().as_ref().unwrap() == json!("first"));
    }
    assert_eq!(first, 25);
    mock.verify();
}
