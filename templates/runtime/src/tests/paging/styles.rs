//! Every style: which requests are made, and that every item comes once and in order.

use serde_json::{Value, json};

use super::support::{
    BodyCursors, BodyNumbers, Cursors, Everything, Indexes, Links, List, Nested, Numbers,
    Uncounted, answering, numbered, numbers_server, parameter, parameters, serving,
};
use crate::runtime::transport::HttpResponse;

fn texts(values: &[&str]) -> Vec<Option<String>> {
    values
        .iter()
        .map(|value| Some((*value).to_owned()).filter(|text| !text.is_empty()))
        .collect()
}

#[tokio::test]
async fn page_numbers_end_at_the_page_count() {
    let (client, transport) = serving(numbers_server(60));
    let items = List::<Numbers>::get(&client).items().collect_all().await;
    assert_eq!(items.unwrap(), (0..60).collect::<Vec<_>>());
    // The first call is the caller's own, and the size of a page is the API's default where none is set.
    assert_eq!(parameters(&transport, "pageNumber"), texts(&["", "2", "3"]));
    assert_eq!(parameters(&transport, "pageSize"), texts(&["", "", ""]));
}

#[tokio::test]
async fn parameters_of_the_call_stay_from_page_to_page() {
    let (client, transport) = serving(numbers_server(5));
    let list = List::<Numbers>::get(&client).query("state", "a b&c");
    let items = list.items().page_size(2).collect_all().await.unwrap();
    assert_eq!(items, [0, 1, 2, 3, 4]);
    assert_eq!(
        parameters(&transport, "state"),
        vec![Some("a b&c".to_owned()); 3]
    );
    assert_eq!(parameters(&transport, "pageSize"), texts(&["2", "2", "2"]));
}

#[tokio::test]
async fn page_numbers_begin_where_the_caller_begins() {
    let (client, transport) = serving(numbers_server(100));
    let list = List::<Numbers>::get(&client).query("pageNumber", "3");
    let items = list.items().collect_all().await.unwrap();
    assert_eq!(items, (50..100).collect::<Vec<_>>());
    assert_eq!(parameters(&transport, "pageNumber"), texts(&["3", "4"]));
}

#[tokio::test]
async fn uncounted_page_numbers_end_at_an_empty_page() {
    let (client, transport) = answering([
        json!({ "entities": [1, 2] }),
        json!({ "entities": [3] }),
        json!({ "entities": [] }),
    ]);
    let items = List::<Uncounted>::get(&client).items().collect_all().await;
    assert_eq!(items.unwrap(), [1, 2, 3]);
    assert_eq!(parameters(&transport, "pageNumber"), texts(&["", "2", "3"]));
}

#[tokio::test]
async fn a_page_count_of_zero_is_none_where_there_are_items() {
    let (client, _) = answering([
        json!({ "entities": [1], "pageCount": 0 }),
        json!({ "entities": [2], "pageCount": 0 }),
        json!({ "pageCount": 0 }),
    ]);
    let items = List::<Numbers>::get(&client).items().collect_all().await;
    assert_eq!(items.unwrap(), [1, 2]);
}

#[tokio::test]
async fn an_empty_body_is_an_empty_page() {
    let (client, _) = crate::tests::support::scripted([HttpResponse::json(200, "")]);
    let mut pages = List::<Numbers>::get(&client).pages();
    let page = pages.next().await.unwrap().unwrap();
    assert!(page.body_is_empty());
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn items_are_found_where_they_are_nested() {
    let (client, _) = serving(|request| {
        let number = parameter(&request, "pageNumber").map_or(1, |text| text.parse().unwrap());
        let mut page = numbered(number, 2, 3);
        page["results"] = json!({ "entities": page["entities"].take() });
        HttpResponse::json(200, page.to_string())
    });
    let items = List::<Nested>::get(&client).items().collect_all().await;
    assert_eq!(items.unwrap(), [0, 1, 2]);
}

/// Pages of the analytics API: a page number below `paging` in the body.
fn hits(request: &Value) -> Value {
    let number = request["paging"]["pageNumber"].as_i64().unwrap_or(1);
    let size = request["paging"]["pageSize"].as_i64().unwrap_or(25);
    let page = numbered(number, size, 60);
    match page["entities"].as_array().unwrap().is_empty() {
        // The API leaves the list out where there is nothing in it.
        true => json!({ "totalHits": 60 }),
        false => json!({ "entities": page["entities"], "totalHits": 60 }),
    }
}

#[tokio::test]
async fn page_numbers_go_into_the_body() {
    let (client, transport) =
        serving(|request| HttpResponse::json(200, hits(&request.json()).to_string()));
    let body = json!({ "interval": "x", "paging": { "pageSize": 30, "pageNumber": 1 } });
    let list = List::<BodyNumbers>::post(&client, body);
    let items = list.items().collect_all().await.unwrap();
    assert_eq!(items, (0..60).collect::<Vec<_>>());
    let bodies: Vec<Value> = transport
        .requests()
        .iter()
        .map(|sent| sent.json())
        .collect();
    let expected = [1, 2].map(
        |number| json!({ "interval": "x", "paging": { "pageSize": 30, "pageNumber": number } }),
    );
    assert_eq!(bodies, expected);
}

#[tokio::test]
async fn a_body_that_names_no_page_gets_number_and_size_from_the_first_page_on() {
    let (client, transport) =
        serving(|request| HttpResponse::json(200, hits(&request.json()).to_string()));
    let list = List::<BodyNumbers>::post(&client, json!({ "interval": "x" }));
    assert_eq!(list.items().collect_all().await.unwrap().len(), 60);
    let sent = transport.requests();
    // A size learned from a short first page would make the second one begin elsewhere.
    for (index, number) in [(0, 1), (1, 2), (2, 3)] {
        assert_eq!(
            sent[index].json(),
            json!({ "interval": "x", "paging": { "pageSize": 25, "pageNumber": number } })
        );
    }
    assert_eq!(sent.len(), 3);
    assert_eq!(sent[1].header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn the_page_size_goes_into_the_body_beside_the_page_number() {
    for body in [
        json!({ "interval": "x" }),
        json!({ "interval": "x", "paging": { "pageSize": 30, "pageNumber": 1 } }),
    ] {
        let (client, transport) =
            serving(|request| HttpResponse::json(200, hits(&request.json()).to_string()));
        let list = List::<BodyNumbers>::post(&client, body);
        let items = list.items().page_size(40).collect_all().await.unwrap();
        assert_eq!(items, (0..60).collect::<Vec<_>>());
        let bodies: Vec<Value> = transport
            .requests()
            .iter()
            .map(|sent| sent.json())
            .collect();
        let expected = [1, 2].map(
            |number| json!({ "interval": "x", "paging": { "pageSize": 40, "pageNumber": number } }),
        );
        assert_eq!(bodies, expected);
    }
}

#[tokio::test]
async fn cursors_go_into_the_query_encoded() {
    let (client, transport) = answering([
        json!({ "entities": [1], "cursors": { "after": "a+b/c==" } }),
        // An empty page in the middle ends nothing.
        json!({ "entities": [], "cursors": { "after": "second" } }),
        json!({ "entities": [2], "cursors": { "after": "" } }),
    ]);
    let items = List::<Cursors>::get(&client).items().collect_all().await;
    assert_eq!(items.unwrap(), [1, 2]);
    assert_eq!(
        parameters(&transport, "cursor"),
        texts(&["", "a+b/c==", "second"])
    );
    assert!(transport.requests()[1].query().contains("a%2Bb%2Fc%3D%3D"));
}

#[tokio::test]
async fn a_cursor_may_come_as_a_link_that_holds_it() {
    let link = "/api/v2/list?pageSize=1&cursor=a%2Bb%3D%3D";
    let (client, transport) = answering([
        json!({ "entities": [1], "cursors": { "after": link } }),
        // These are tokens, whatever they look like.
        json!({ "entities": [2], "cursors": { "after": "/x?y=1" } }),
        json!({ "entities": [3], "cursors": { "after": "a?cursor=b" } }),
        json!({ "entities": [4] }),
    ]);
    let items = List::<Cursors>::get(&client).items().collect_all().await;
    assert_eq!(items.unwrap(), [1, 2, 3, 4]);
    assert_eq!(
        parameters(&transport, "cursor"),
        texts(&["", "a+b==", "/x?y=1", "a?cursor=b"])
    );
}

#[tokio::test]
async fn cursors_go_into_the_body() {
    let (client, transport) = answering([
        json!({ "entities": [1], "after": "x" }),
        json!({ "entities": [2], "after": null }),
    ]);
    let list = List::<BodyCursors>::post(&client, json!({ "pageSize": 1 }));
    assert_eq!(list.items().collect_all().await.unwrap(), [1, 2]);
    let sent = transport.requests();
    assert_eq!(sent[0].json(), json!({ "pageSize": 1 }));
    assert_eq!(sent[1].json(), json!({ "pageSize": 1, "after": "x" }));
}

#[tokio::test]
async fn a_cursor_makes_the_body_where_the_call_has_none() {
    let (client, transport) = answering([
        json!({ "entities": [1], "after": "x" }),
        json!({ "entities": [2] }),
    ]);
    let items = List::<BodyCursors>::get(&client)
        .items()
        .collect_all()
        .await;
    assert_eq!(items.unwrap(), [1, 2]);
    let sent = &transport.requests()[1];
    assert_eq!(sent.json(), json!({ "after": "x" }));
    assert_eq!(sent.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn a_body_that_is_no_object_is_refused_before_it_is_sent() {
    let (client, transport) = answering([json!({ "entities": [1], "after": "x" })]);
    let list = List::<BodyCursors>::post(&client, json!([1]));
    let mut items = list.items();
    assert_eq!(items.next().await.unwrap().unwrap(), 1);
    assert!(
        items
            .next()
            .await
            .unwrap()
            .unwrap_err()
            .is_invalid_request()
    );
    assert_eq!(transport.request_count(), 1);
}

#[tokio::test]
async fn links_are_followed_as_they_are() {
    let (client, transport) = answering([
        json!({ "entities": [1], "nextUri": "/api/v2/list?after=a%2Bb&pageSize=1" }),
        json!({ "entities": [2], "nextUri": "https://api.mypurecloud.com/api/v2/list?after=c" }),
        json!({ "entities": [3] }),
    ]);
    let list = List::<Links>::get(&client).query("state", "x");
    assert_eq!(list.items().collect_all().await.unwrap(), [1, 2, 3]);
    let queries: Vec<String> = transport
        .requests()
        .iter()
        .map(|sent| sent.query().to_owned())
        .collect();
    assert_eq!(queries, ["state=x", "after=a%2Bb&pageSize=1", "after=c"]);
}

#[tokio::test]
async fn indexes_end_at_the_total() {
    let (client, transport) = answering([
        json!({ "entities": [1, 2], "totalResults": 3, "startIndex": 1 }),
        json!({ "entities": [3], "totalResults": 3, "startIndex": 3 }),
    ]);
    let items = List::<Indexes>::get(&client).items().collect_all().await;
    assert_eq!(items.unwrap(), [1, 2, 3]);
    assert_eq!(parameters(&transport, "startIndex"), texts(&["", "3"]));
}

#[tokio::test]
async fn indexes_without_a_total_end_at_an_empty_page() {
    let (client, transport) = answering([json!({ "entities": [1] }), json!({})]);
    let list = List::<Indexes>::get(&client).query("startIndex", "7");
    assert_eq!(list.items().collect_all().await.unwrap(), [1]);
    assert_eq!(parameters(&transport, "startIndex"), texts(&["7", "8"]));
}

#[tokio::test]
async fn a_single_page_is_all() {
    let (client, transport) = answering([json!({ "entities": [1, 2], "nextUri": "/x" })]);
    let items = List::<Everything>::get(&client).items().collect_all().await;
    assert_eq!(items.unwrap(), [1, 2]);
    assert_eq!(transport.request_count(), 1);
}

#[tokio::test]
async fn pages_are_responses() {
    let (client, _) = serving(numbers_server(30));
    let mut pages = List::<Numbers>::get(&client).pages();
    let first = pages.next().await.unwrap().unwrap();
    assert_eq!(first.status(), 200);
    assert_eq!(first.entities.as_ref().unwrap().len(), 25);
    assert_eq!(pages.collect_all().await.unwrap().len(), 1);
    assert!(pages.next().await.is_none());
    assert!(pages.state().is_finished());
}
