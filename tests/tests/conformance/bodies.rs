//! V14: answers that are not 200 with JSON.

use genesys_cloud::models::{AsyncConversationQuery, User};
use genesys_cloud::runtime::request::CallOptions;
use genesys_cloud::{Client, Response};
use genesys_cloud_mock::{MockGenesys, Reply, Target, generated_byte, resources::user_json};
use http::{Method, StatusCode};

use super::support::{inspected, machine, mock};

async fn user_answered_by(reply: Reply) -> Response<User> {
    let mock = mock().await;
    mock.route("GET", "/api/v2/users/{userId}", move |_| reply.clone());
    let client = machine(&mock);
    inspected(client.users().get_user("u1").send().await).unwrap()
}

#[tokio::test]
async fn v14_partial_content_is_content() {
    let partial = Reply::json_text(user_json("u1")).with_status(206);
    let user = user_answered_by(partial).await;
    assert_eq!(user.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(user.body().id.as_deref(), Some("u1"));
    assert!(!user.body_is_empty());
}

#[tokio::test]
async fn v14_an_empty_success_is_the_default_and_says_so() {
    for status in [200, 202, 204] {
        let user = user_answered_by(Reply::status(status)).await;
        assert_eq!(user.status().as_u16(), status);
        assert!(user.body_is_empty());
        assert_eq!(user.body().id, None);
    }
}

#[tokio::test]
async fn v14_accepted_with_a_body_is_read() {
    let mock = mock().await;
    let query = AsyncConversationQuery {
        interval: Some("2026-11-22T00:00:00Z/P1D".to_owned()),
        ..Default::default()
    };
    let accepted = machine(&mock)
        .analytics()
        .post_analytics_conversations_details_jobs(query)
        .send()
        .await
        .unwrap();
    assert_eq!(accepted.status(), StatusCode::ACCEPTED);
    assert!(accepted.body().job_id.is_some());
}

#[tokio::test]
async fn v14_bytes_stay_bytes() {
    let mock = mock().await;
    let bytes = machine(&mock)
        .request(Method::GET, "/api/v2/mock/bytes")
        .query("size", 70_000_i64)
        .send()
        .await
        .unwrap()
        .into_body();
    let expected: Vec<u8> = (0..70_000).map(generated_byte).collect();
    assert_eq!(bytes, expected);
}

fn download(client: &Client) -> genesys_cloud::runtime::request::RawRequest {
    client
        .request(Method::GET, "/api/v2/downloads/d1")
        .query("size", 5000_i64)
}

fn presigned(mock: &MockGenesys) -> usize {
    mock.requests_to(Target::Presigned).len()
}

#[tokio::test]
async fn v14_see_other_is_an_answer_and_is_followed_without_the_bearer_where_asked_for() {
    let mock = mock().await;
    let client = machine(&mock);
    let answer = download(&client).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert!(
        answer
            .location()
            .unwrap()
            .contains("/presigned/downloads/d1")
    );
    assert_eq!(presigned(&mock), 0);

    let followed = download(&client)
        .with_options(CallOptions::new().with_follow_redirects(true))
        .send()
        .await
        .unwrap();
    assert_eq!(followed.status(), StatusCode::OK);
    assert_eq!(followed.body().len(), 5000);
    let storage = mock.requests_to(Target::Presigned);
    assert_eq!(storage.len(), 1);
    assert_eq!(storage[0].header("authorization"), None);
}
