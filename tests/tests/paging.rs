//! Listings of every style over real HTTP: each item comes once and in order, whatever happens to the token meanwhile.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::future::Future;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use genesys_cloud::models::{
    ConversationQuery, PagingSpec, UserSearchRequest, WorkitemQueryPostRequest,
};
use genesys_cloud::runtime::{Items, Paged, PagingError, PagingState};
use genesys_cloud::{Client, Error};
use genesys_cloud_mock::{Fault, MockConfig, MockGenesys, Reply, Target};
use genesys_cloud_tests::guide::client_of;
use serde_json::json;

/// How many items every listing has; not a multiple of any page size.
const TOTAL: usize = 53;

async fn start() -> (MockGenesys, Client) {
    let mut config = MockConfig::default();
    config.settings.users = TOTAL;
    config.settings.listing_total = TOTAL;
    config.settings.conversations = TOTAL;
    let mock = MockGenesys::start(config).await.unwrap();
    let client = client_of(&mock).build().unwrap();
    (mock, client)
}

/// The ids of a listing, which takes `pages` calls.
async fn ids<O: Paged>(
    mock: &MockGenesys,
    pages: usize,
    items: impl FnOnce() -> Items<O>,
    id: impl Fn(O::Item) -> Option<String>,
) -> Vec<String> {
    mock.reset_stats();
    let before = mock.requests_to(Target::Api).len();
    let items = items().collect_all().await.unwrap();
    assert_eq!(mock.requests_to(Target::Api).len() - before, pages);
    items.into_iter().map(|item| id(item).unwrap()).collect()
}

fn numbered(kind: &str) -> Vec<String> {
    (0..TOTAL).map(|number| format!("{kind}{number}")).collect()
}

#[tokio::test]
async fn by_page_number() {
    let (mock, client) = start().await;
    let list = || client.users().get_users();
    let all = numbered("u");
    // 25 on a page is the API's default.
    assert_eq!(ids(&mock, 3, || list().items(), |user| user.id).await, all);
    let by_ten = || list().page_size(10).items();
    assert_eq!(ids(&mock, 6, by_ten, |user| user.id).await, all);
    let ahead = || list().page_size(5).items().concurrency(4);
    assert_eq!(ids(&mock, 11, ahead, |user| user.id).await, all);
}

#[tokio::test]
async fn by_page_number_in_the_body() {
    let (mock, client) = start().await;
    let query = |paging| ConversationQuery {
        interval: Some("2026-11-22T00:00:00Z/P1D".to_owned()),
        paging,
        ..Default::default()
    };
    let list = |paging: Option<PagingSpec>| {
        client
            .analytics()
            .post_analytics_conversations_details_query(query(paging.map(Into::into)))
            .items()
    };
    let expected: Vec<String> = (0..TOTAL)
        .map(|number| format!("c0ffee00-0000-4000-8000-{number:012x}"))
        .collect();
    // Pages of 25; the total says where the listing ends.
    let found = ids(&mock, 3, || list(None), |found| found.conversation_id).await;
    assert_eq!(found, expected);
    let paging = PagingSpec {
        page_size: Some(30),
        page_number: Some(1),
        ..Default::default()
    };
    let ahead = || list(Some(paging)).concurrency(2);
    let found = ids(&mock, 2, ahead, |found| found.conversation_id).await;
    assert_eq!(found, expected);
}

#[tokio::test]
async fn by_page_number_and_by_token_of_a_search() {
    let (mock, client) = start().await;
    let body = UserSearchRequest {
        page_size: Some(20),
        ..Default::default()
    };
    let list = || client.users().post_users_search(body).items();
    assert_eq!(ids(&mock, 3, list, |user| user.id).await, numbered("u"));
    let q64 = STANDARD.encode(json!({ "pageSize": 20 }).to_string());
    let list = || client.users().get_users_search(q64).items();
    assert_eq!(ids(&mock, 3, list, |user| user.id).await, numbered("u"));
}

#[tokio::test]
async fn by_cursor() {
    let (mock, client) = start().await;
    let list = || client.users().get_users_query().page_size(20).items();
    assert_eq!(ids(&mock, 3, list, |user| user.id).await, numbered("u"));
    let list = || {
        client
            .external_contacts()
            .get_externalcontacts_scan_contacts()
            .items()
            .page_size(50)
    };
    assert_eq!(
        ids(&mock, 2, list, |contact| contact.id).await,
        numbered("contact")
    );
    let list = || {
        client
            .task_management()
            .get_taskmanagement_workbin_versions("w1")
            .items()
    };
    let versions = ids(&mock, 3, list, |bin| {
        bin.version.map(|version| version.to_string())
    })
    .await;
    let expected: Vec<String> = (1..=TOTAL).map(|number| number.to_string()).collect();
    assert_eq!(versions, expected);
}

#[tokio::test]
async fn by_cursor_in_the_body() {
    let (mock, client) = start().await;
    let body = WorkitemQueryPostRequest {
        page_size: Some(20),
        ..Default::default()
    };
    let list = || {
        client
            .task_management()
            .post_taskmanagement_workitems_query(body)
            .items()
    };
    assert_eq!(
        ids(&mock, 3, list, |item| item.id).await,
        numbered("workitem")
    );
}

#[tokio::test]
async fn by_link() {
    let (mock, client) = start().await;
    let list = || client.teams().get_teams().items();
    assert_eq!(ids(&mock, 3, list, |team| team.id).await, numbered("team"));
    let list = || {
        client
            .authorization()
            .get_authorization_divisions_query()
            .items()
            .page_size(40)
    };
    assert_eq!(
        ids(&mock, 2, list, |division| division.id).await,
        numbered("division")
    );
}

#[tokio::test]
async fn by_index() {
    let (mock, client) = start().await;
    let list = || client.scim().get_scim_v2_users().items().page_size(20);
    assert_eq!(ids(&mock, 3, list, |user| user.id).await, numbered("u"));
}

#[tokio::test]
async fn on_one_page() {
    let (mock, client) = start().await;
    mock.route("GET", "/api/v2/authorization/products", |_| {
        Reply::json(&json!({ "entities": [{ "id": "p0" }, null, { "id": "p1" }], "total": 9 }))
    });
    let list = || client.authorization().get_authorization_products().items();
    assert_eq!(
        ids(&mock, 1, list, |product| product.id).await,
        ["p0", "p1"]
    );
}

/// Reads a listing to its end, with something happening before each page.
async fn reading<F: Future<Output = ()>>(
    client: &Client,
    mut between: impl FnMut() -> F,
) -> Result<usize, Error> {
    let mut pages = client.teams().get_teams().page_size(5).pages();
    let mut teams = 0;
    loop {
        between().await;
        match pages.next().await {
            None => return Ok(teams),
            Some(page) => teams += page?.entities.as_ref().map_or(0, Vec::len),
        }
    }
}

#[tokio::test]
async fn tokens_may_end_between_pages_without_anyone_noticing() {
    let (mock, client) = start().await;
    let revoked = reading(&client, || async {
        mock.revoke_all();
    });
    assert_eq!(revoked.await.unwrap(), TOTAL);
    // One for every page, as each page had its token revoked.
    assert_eq!(mock.stats().token_requests, 11);
}

#[tokio::test]
async fn pages_that_fail_for_a_while_are_tried_again() {
    let (mock, client) = start().await;
    let limited = reading(&client, || async {
        mock.fault(
            Fault::on("GET", "/api/v2/teams")
                .times(1)
                .respond(Reply::status(429).header("retry-after", "0")),
        );
    });
    assert_eq!(limited.await.unwrap(), TOTAL);
}

#[tokio::test]
async fn a_listing_goes_on_in_another_process() {
    let (mock, client) = start().await;
    let mut items = client.teams().get_teams().page_size(10).items();
    for number in 0..17 {
        let team = items.next().await.unwrap().unwrap();
        assert_eq!(team.id, Some(format!("team{number}")));
    }
    let kept = serde_json::to_string(&items.state()).unwrap();
    drop((items, client));
    let other = client_of(&mock).build().unwrap();
    let state: PagingState = serde_json::from_str(&kept).unwrap();
    let mut rest = other
        .teams()
        .get_teams()
        .page_size(10)
        .items()
        .resume(state);
    let first = rest.next().await.unwrap().unwrap();
    assert_eq!(first.id.as_deref(), Some("team17"));
    assert_eq!(rest.collect_all().await.unwrap().len(), TOTAL - 18);
}

#[tokio::test]
async fn a_link_to_another_server_gets_no_request() {
    let (mock, client) = start().await;
    let other = MockGenesys::start(MockConfig::default()).await.unwrap();
    let link = format!("{}/api/v2/teams?after=x", other.api_url());
    mock.route("GET", "/api/v2/teams", move |_| {
        Reply::json(&json!({ "entities": [{ "id": "t" }], "nextUri": link }))
    });
    let error = client.teams().get_teams().items().collect_all().await;
    assert!(error.unwrap_err().find_source::<PagingError>().is_some());
    assert!(other.requests().is_empty());
}
