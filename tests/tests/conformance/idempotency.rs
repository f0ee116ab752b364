//! V13: what is sent again after it may have been executed.

use genesys_cloud::Client;
use genesys_cloud::runtime::request::CallOptions;
use genesys_cloud_mock::{End, Fault, MockGenesys};

use super::support::{get, machine, mock, post};

fn drop_the_next_post(mock: &MockGenesys) {
    mock.fault(Fault::on("POST", "/api/v2/users").break_after_execution(End::Close));
}

async fn start() -> (MockGenesys, Client) {
    let mock = mock().await;
    let client = machine(&mock);
    client.authenticate().await.unwrap();
    (mock, client)
}

#[tokio::test]
async fn v13_a_post_whose_connection_drops_is_not_sent_again() {
    for end in [End::Close, End::Reset] {
        let (mock, client) = start().await;
        mock.fault(Fault::on("POST", "/api/v2/users").break_after_execution(end));
        let error = post(&client).await.unwrap_err();
        assert_eq!(error.attempts(), 1);
        let stats = mock.stats();
        assert_eq!((stats.api_requests, stats.api_executed), (1, 1));
    }
}

#[tokio::test]
async fn v13_an_idempotent_post_is_sent_again() {
    let (mock, client) = start().await;
    drop_the_next_post(&mock);
    let client = client.with_options(CallOptions::new().with_idempotent(true));
    assert_eq!(post(&client).await.unwrap().attempts(), 2);
    assert_eq!(mock.stats().api_requests, 2);
}

#[tokio::test]
async fn v13_a_post_with_an_idempotency_key_is_sent_again_with_the_same_key() {
    let (mock, client) = start().await;
    drop_the_next_post(&mock);
    let keyed = client.with_options(CallOptions::new().with_header("Idempotency-Key", "order-17"));
    assert_eq!(post(&keyed).await.unwrap().attempts(), 2);
    let keys: Vec<_> = mock
        .requests()
        .iter()
        .filter(|request| request.path() == "/api/v2/users")
        .map(|request| request.header("idempotency-key").unwrap().to_owned())
        .collect();
    assert_eq!(keys, ["order-17", "order-17"]);
    // Whoever says that it is not idempotent all the same has the last word.
    drop_the_next_post(&mock);
    let unsafe_one = keyed.with_options(
        CallOptions::new()
            .with_header("Idempotency-Key", "order-18")
            .with_idempotent(false),
    );
    assert_eq!(post(&unsafe_one).await.unwrap_err().attempts(), 1);
}

#[tokio::test]
async fn v13_a_get_is_sent_again() {
    let (mock, client) = start().await;
    mock.fault(Fault::api().break_after_execution(End::Reset));
    get(&client, "u0").await.unwrap();
    assert_eq!(mock.stats().api_requests, 2);
}
