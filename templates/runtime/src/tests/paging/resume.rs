//! States: what they hold, and going on from them.

use serde_json::{Value, json};

use super::support::{
    Cursors, Indexes, List, Numbers, answering, numbers_server, parameters, serving,
};
use crate::runtime::paging::PagingState;

fn kept(state: &PagingState) -> PagingState {
    serde_json::from_str(&serde_json::to_string(state).unwrap()).unwrap()
}

#[tokio::test]
async fn every_item_comes_once_wherever_the_listing_is_resumed() {
    for stop in 0..=60 {
        let (client, _) = serving(numbers_server(60));
        let list = || List::<Numbers>::get(&client).items().page_size(7);
        let mut first = list();
        let mut seen = Vec::new();
        for _ in 0..stop {
            seen.push(first.next().await.unwrap().unwrap());
        }
        let state = kept(&first.state());
        drop(first);
        seen.extend(list().resume(state).collect_all().await.unwrap());
        assert_eq!(seen, (0..60).collect::<Vec<_>>(), "{stop}");
    }
}

#[tokio::test]
async fn a_state_of_the_middle_of_a_page_survives_a_second_stop() {
    let (client, _) = serving(numbers_server(20));
    let mut state = List::<Numbers>::get(&client).items().state();
    let mut seen = Vec::new();
    while !state.is_finished() {
        let mut items = List::<Numbers>::get(&client)
            .items()
            .page_size(8)
            .max_items(3)
            .resume(kept(&state));
        seen.extend(items.collect_all().await.unwrap());
        // At the end the state still is that of the page, until one asks what comes after it.
        if seen.len() == 20 {
            assert!(items.state().is_finished());
        }
        state = items.state();
    }
    assert_eq!(seen, (0..20).collect::<Vec<_>>());
}

#[tokio::test]
async fn tokens_are_kept_but_not_shown() {
    let (client, _) = answering([json!({ "entities": [1], "cursors": { "after": "planted" } })]);
    let mut pages = List::<Cursors>::get(&client).pages();
    pages.next().await.unwrap().unwrap();
    let state = pages.state();
    assert!(!format!("{state:?} {pages:?}").contains("planted"));
    assert_eq!(kept(&state), state);
    assert_eq!(state.operation(), "getList");
    assert_eq!(
        serde_json::to_value(&state).unwrap(),
        json!({ "operation": "getList", "next": { "token": "planted" }, "items": 1 })
    );
}

#[tokio::test]
async fn a_state_of_another_operation_or_style_is_refused() {
    let (client, transport) = answering([] as [Value; 0]);
    let state = |text: &str| serde_json::from_str::<PagingState>(text).unwrap();
    for foreign in [
        r#"{"operation":"getUsers","next":{"number":2}}"#,
        r#"{"operation":"getList","next":{"index":2}}"#,
    ] {
        let mut items = List::<Numbers>::get(&client).items().resume(state(foreign));
        assert!(
            items
                .next()
                .await
                .unwrap()
                .unwrap_err()
                .is_invalid_request()
        );
        assert!(items.next().await.is_none());
    }
    let finished = state(r#"{"operation":"getList","next":null}"#);
    let mut items = List::<Numbers>::get(&client).items().resume(finished);
    assert!(items.next().await.is_none());
    assert_eq!(transport.request_count(), 0);
}

#[tokio::test]
async fn an_index_is_resumed() {
    let (client, transport) = answering([
        json!({ "entities": [1, 2], "totalResults": 3 }),
        json!({ "entities": [3], "totalResults": 3 }),
    ]);
    let mut pages = List::<Indexes>::get(&client).pages();
    pages.next().await.unwrap().unwrap();
    let mut rest = List::<Indexes>::get(&client).items().resume(pages.state());
    assert_eq!(rest.collect_all().await.unwrap(), [3]);
    assert_eq!(
        parameters(&transport, "startIndex")[1].as_deref(),
        Some("3")
    );
}
