//! What would be a loop, a gap or a leak is an error.

use serde_json::json;

use super::support::{
    BodyNumbers, Cursors, Indexes, Links, List, Numbers, Uncounted, answering, problem, serving,
};
use crate::runtime::paging::PagingProblem;
use crate::runtime::transport::HttpResponse;
use crate::tests::recorder::Recorder;

#[tokio::test]
async fn a_repeated_token_is_an_error_and_no_loop() {
    // A circle of two, which comparing neighbours would not see.
    let (client, transport) = answering([
        json!({ "entities": [1], "cursors": { "after": "planted-a" } }),
        json!({ "entities": [2], "cursors": { "after": "planted-b" } }),
        json!({ "entities": [3], "cursors": { "after": "planted-a" } }),
    ]);
    let mut items = List::<Cursors>::get(&client).items();
    for expected in [1, 2, 3] {
        assert_eq!(items.next().await.unwrap().unwrap(), expected);
    }
    let error = items.next().await.unwrap().unwrap_err();
    assert_eq!(problem(&error).problem(), PagingProblem::RepeatedToken);
    assert_eq!(problem(&error).state(), &items.state());
    assert!(error.to_string().starts_with("getList: "), "{error}");
    assert!(items.next().await.is_none());
    assert_eq!(transport.request_count(), 3);
    for shown in [
        format!("{error}"),
        format!("{error:?}"),
        format!("{items:?}"),
    ] {
        assert!(!shown.contains("planted"), "{shown}");
    }
}

#[tokio::test]
async fn the_token_that_the_caller_began_with_is_known_too() {
    let (client, _) = answering([json!({ "entities": [1], "cursors": { "after": "a" } })]);
    let list = List::<Cursors>::get(&client).query("cursor", "a");
    let error = list.items().collect_all().await.unwrap_err();
    assert_eq!(problem(&error).problem(), PagingProblem::RepeatedToken);
}

#[tokio::test]
async fn a_repeated_link_is_an_error() {
    let (client, _) = serving(|_| {
        HttpResponse::json(200, r#"{"entities":[1],"nextUri":"/api/v2/list?after=a"}"#)
    });
    let error = List::<Links>::get(&client).items().collect_all().await;
    assert_eq!(
        problem(&error.unwrap_err()).problem(),
        PagingProblem::RepeatedToken
    );
}

fn empty(after: &str) -> serde_json::Value {
    json!({ "entities": [], "cursors": { "after": after } })
}

#[tokio::test]
async fn a_hundred_empty_pages_with_tokens_are_an_error_to_resume_from() {
    let empties = |from: usize| (from..from + 100).map(|number| empty(&number.to_string()));
    let full = |after| json!({ "entities": [1], "cursors": { "after": after } });
    let script = empties(0).take(99).chain([full("c")]).chain(empties(100));
    let (client, transport) = answering(script.chain([json!({ "entities": [2] })]));
    let mut items = List::<Cursors>::get(&client).items();
    assert_eq!(items.next().await.unwrap().unwrap(), 1);
    let error = items.next().await.unwrap().unwrap_err();
    let problem = problem(&error);
    assert_eq!(problem.problem(), PagingProblem::EmptyPages);
    assert_eq!(transport.request_count(), 200);
    let mut rest = List::<Cursors>::get(&client)
        .items()
        .resume(problem.state().clone());
    assert_eq!(rest.collect_all().await.unwrap(), [2]);
    assert!(transport.requests()[200].query().contains("cursor=199"));
}

#[tokio::test]
async fn pages_hands_out_the_empty_ones_too() {
    let (client, _) = answering([empty("a"), empty("b"), json!({ "entities": [] })]);
    let mut pages = List::<Cursors>::get(&client).pages();
    for _ in 0..3 {
        assert_eq!(pages.next().await.unwrap().unwrap().entities, Some(vec![]));
    }
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn empty_pages_without_a_further_token_are_the_end() {
    let (client, _) = answering([empty("a"), empty("b"), json!({ "entities": [] })]);
    let items = List::<Cursors>::get(&client).items().collect_all().await;
    assert!(items.unwrap().is_empty());
}

#[tokio::test]
async fn an_operation_that_ignores_the_page_number_lists_its_items_once() {
    let (client, transport) = serving(|_| HttpResponse::json(200, r#"{"entities":[1,2]}"#));
    let recorder = Recorder::default();
    let guard = tracing::subscriber::set_default(recorder.clone());
    let items = List::<Uncounted>::get(&client).items().collect_all().await;
    drop(guard);
    assert_eq!(items.unwrap(), [1, 2]);
    assert_eq!(transport.request_count(), 2);
    let warning = recorder.warnings().join("\n");
    assert!(warning.contains("getList"), "{warning}");
    assert!(warning.contains("the same page again"), "{warning}");

    // The total says that these are all.
    let (client, _) = serving(|_| HttpResponse::json(200, r#"{"entities":[1,2],"total":2}"#));
    let items = List::<Numbers>::get(&client).items().collect_all().await;
    assert_eq!(items.unwrap(), [1, 2]);
}

#[tokio::test]
async fn a_repeated_page_is_an_error_where_more_is_due() {
    for body in [
        r#"{"entities":[1,2],"total":5}"#,
        r#"{"entities":[1,2],"pageCount":3}"#,
    ] {
        let (client, transport) = serving(move |_| HttpResponse::json(200, body));
        let mut items = List::<Numbers>::get(&client).items();
        assert_eq!(items.next().await.unwrap().unwrap(), 1);
        assert_eq!(items.next().await.unwrap().unwrap(), 2);
        let error = items.next().await.unwrap().unwrap_err();
        assert_eq!(problem(&error).problem(), PagingProblem::RepeatedPage);
        assert!(items.next().await.is_none());
        assert_eq!(transport.request_count(), 2);
    }
    let (client, _) = serving(|_| HttpResponse::json(200, r#"{"entities":[1],"totalHits":9}"#));
    let list = List::<BodyNumbers>::post(&client, json!({}));
    let error = list.items().collect_all().await.unwrap_err();
    assert_eq!(problem(&error).problem(), PagingProblem::RepeatedPage);
    let (client, _) = serving(|_| HttpResponse::json(200, r#"{"entities":[1],"totalResults":9}"#));
    let error = List::<Indexes>::get(&client).items().collect_all().await;
    assert_eq!(
        problem(&error.unwrap_err()).problem(),
        PagingProblem::RepeatedPage
    );
}

#[tokio::test]
async fn a_link_to_another_host_is_refused_and_gets_no_token() {
    for link in [
        "https://evil.example/api/v2/list?after=planted-a",
        "//evil.example/api/v2/list",
        "http://api.mypurecloud.com/api/v2/list",
        "https://api.mypurecloud.com.evil.example/x",
        "https://api.mypurecloud.com@evil.example/x",
        "/\\evil.example/x",
        "\\\\evil.example/x",
        "https:/\\evil.example/x",
        "/.//evil.example/x",
        "javascript:alert(1)",
        "https://api.mypurecloud.com:8443/api/v2/list",
        "https://user@api.mypurecloud.com/api/v2/list",
        "/api/v2/list?a=\r\nb",
    ] {
        let (client, transport) = answering([json!({ "entities": [1], "nextUri": link })]);
        let mut items = List::<Links>::get(&client).items();
        assert_eq!(items.next().await.unwrap().unwrap(), 1);
        let error = items.next().await.unwrap().unwrap_err();
        assert_eq!(
            problem(&error).problem(),
            PagingProblem::ForeignLink,
            "{link}"
        );
        assert!(!format!("{error} {error:?}").contains("evil"), "{error:?}");
        assert_eq!(transport.request_count(), 1);
    }
}

#[tokio::test]
async fn an_error_of_the_api_ends_the_listing_where_it_is() {
    let (client, _) = crate::tests::support::scripted([
        HttpResponse::json(200, r#"{"entities":[1],"cursors":{"after":"a"}}"#),
        HttpResponse::json(400, r#"{"code":"bad.request","message":"no","status":400}"#),
        HttpResponse::json(200, r#"{"entities":[2]}"#),
    ]);
    let mut items = List::<Cursors>::get(&client).items();
    assert_eq!(items.next().await.unwrap().unwrap(), 1);
    assert!(items.next().await.unwrap().unwrap_err().is_bad_request());
    assert!(items.next().await.is_none());
    let mut rest = List::<Cursors>::get(&client).items().resume(items.state());
    assert_eq!(rest.collect_all().await.unwrap(), [2]);
}

#[tokio::test]
async fn a_page_that_cannot_be_decoded_is_an_error_to_resume_from() {
    let (client, _) = crate::tests::support::scripted([
        HttpResponse::json(200, r#"{"entities":["planted""#),
        HttpResponse::json(200, r#"{"entities":[2]}"#),
    ]);
    let mut pages = List::<Cursors>::get(&client).pages();
    let error = pages.next().await.unwrap().unwrap_err();
    assert!(error.is_decode());
    assert!(pages.next().await.is_none());
    let mut rest = List::<Cursors>::get(&client).pages().resume(pages.state());
    assert_eq!(rest.collect_all().await.unwrap().len(), 1);
}
