//! V16 and V17: what arrives at the server is what the caller meant.

use genesys_cloud::models::{GetScimV2UserAttributes, RoutingStatusStatus};
use genesys_cloud::{Client, OpenEnum as _};
use genesys_cloud_mock::{MockGenesys, Reply};
use http::Method;
use serde_json::{Value, json};

use super::support::{machine, mock};

#[tokio::test]
async fn v16_an_unknown_enum_value_goes_back_as_it_came() {
    let mock = mock().await;
    let status = json!({ "userId": "u1", "status": "HOVERING", "altitude": 9_007_199_254_740_993_i64, "note": null });
    let body = status.to_string();
    mock.route("GET", "/api/v2/users/{userId}/routingstatus", move |_| {
        Reply::json_text(body.clone())
    });
    mock.route("PUT", "/api/v2/users/{userId}/routingstatus", |call| {
        Reply::json_text(call.body.clone())
    });
    let users = machine(&mock).users();
    let read = users.get_user_routingstatus("u1").send().await.unwrap();
    assert_eq!(read.status.as_ref().unwrap().as_str(), "HOVERING");
    assert_ne!(read.status, Some(RoutingStatusStatus::Idle));
    users
        .put_user_routingstatus("u1", read.into_body())
        .send()
        .await
        .unwrap();
    let sent = mock.requests().into_iter().last().unwrap();
    assert_eq!(sent.method, Method::PUT);
    assert_eq!(serde_json::from_str::<Value>(sent.text()).unwrap(), status);
}

fn last_target(mock: &MockGenesys) -> String {
    mock.requests().last().unwrap().uri.to_string()
}

async fn start() -> (MockGenesys, Client) {
    let mock = mock().await;
    let client = machine(&mock);
    (mock, client)
}

#[tokio::test]
async fn v17_path_arguments_are_encoded_whole() {
    let (mock, client) = start().await;
    let user = client.users().get_user("a/b c").send().await.unwrap();
    assert_eq!(user.body().id.as_deref(), Some("a/b c"));
    assert_eq!(last_target(&mock), "/api/v2/users/a%2Fb%20c");
}

#[tokio::test]
async fn v17_query_names_are_the_wire_names_and_lists_repeat_them() {
    let (mock, client) = start().await;
    client
        .request(Method::GET, "/api/v2/mock/echo")
        .query("site.id", "s1")
        .send()
        .await
        .unwrap();
    assert_eq!(last_target(&mock), "/api/v2/mock/echo?site.id=s1");
    client
        .users()
        .get_users()
        .id(["x,y", "z"])
        .send()
        .await
        .unwrap();
    assert_eq!(last_target(&mock), "/api/v2/users?id=x%2Cy&id=z");
}

#[tokio::test]
async fn v17_lists_of_scim_are_joined_by_commas() {
    let (mock, client) = start().await;
    client
        .scim()
        .get_scim_v2_user("u1")
        .attributes([
            GetScimV2UserAttributes::UserName,
            GetScimV2UserAttributes::Title,
        ])
        .send()
        .await
        .unwrap();
    let sent = last_target(&mock);
    assert!(
        ["userName,title", "userName%2Ctitle"]
            .iter()
            .any(|list| sent.ends_with(&format!("?attributes={list}"))),
        "{sent}"
    );
}
