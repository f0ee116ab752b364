//! Links to the next page, as RFC 3986 section 4.2 allows them, over sockets.

use serde_json::json;

use super::support::{Links, List, problem};
use crate::runtime::paging::{PagingProblem, PagingState};
use crate::runtime::transport::HttpResponse;
use crate::tests::sockets::handler::Served;
use crate::tests::support::table;

/// A server whose first page links to the second with `link`, in which `HOST` stands for its own.
async fn linking(link: &str) -> Served {
    let (link, calls) = (link.to_owned(), std::sync::atomic::AtomicUsize::new(0));
    Served::new(move |request| {
        let host = request.header("host").unwrap();
        let body = match calls.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
            0 => json!({ "entities": [1], "nextUri": link.replace("HOST", host) }),
            _ => json!({ "entities": [2] }),
        };
        HttpResponse::json(200, body.to_string())
    })
    .await
}

#[tokio::test]
async fn any_relative_reference_is_resolved() {
    for (link, path, query) in table![
        "/api/v2/list?after=a%2Bb", "/api/v2/list" => "after=a%2Bb";
        "?after=abc", "/api/v2/list" => "after=abc";
        "list?after=abc", "/api/v2/list" => "after=abc";
        "./list?after=abc", "/api/v2/list" => "after=abc";
        "../v2/list?after=abc", "/api/v2/list" => "after=abc";
        "/api/v2/./x/../list?after=abc", "/api/v2/list" => "after=abc";
        "list/next", "/api/v2/list/next" => "";
        "//HOST/api/v2/list?after=abc", "/api/v2/list" => "after=abc";
        "http://HOST/api/v2/list?after=abc", "/api/v2/list" => "after=abc";
        "?after=abc#top", "/api/v2/list" => "after=abc";
        "?after=a:b/c?d", "/api/v2/list" => "after=a:b/c?d";
        "?name=John Smith", "/api/v2/list" => "name=John%20Smith";
        "?name=J\u{fc}rgen", "/api/v2/list" => "name=J%C3%BCrgen";
    ] {
        let served = linking(link).await;
        let list = List::<Links>::get(&served.client()).query("state", "x");
        let items = list.items().collect_all().await;
        assert_eq!(items.unwrap(), [1, 2], "{link}");
        let sent = &served.requests()[1];
        assert_eq!((sent.path(), sent.query()), (path, query), "{link}");
    }
}

#[tokio::test]
async fn a_link_is_relative_to_the_page_that_it_is_on() {
    let served = Served::new(|request| {
        let next = match (request.path(), request.query()) {
            ("/api/v2/list", _) => Some("list/2"),
            ("/api/v2/list/2", "") => Some("?part=b"),
            ("/api/v2/list/2", _) => Some("3"),
            ("/api/v2/list/3", "") => None,
            other => panic!("{other:?}"),
        };
        let body = json!({ "entities": [1], "nextUri": next });
        HttpResponse::json(200, body.to_string())
    })
    .await;
    let list = || List::<Links>::get(&served.client());
    assert_eq!(list().items().collect_all().await.unwrap().len(), 4);
    // In another process, too.
    let mut pages = list().pages();
    let mut read = 0;
    while pages.next().await.is_some_and(|page| page.is_ok()) {
        read += 1;
        let kept = serde_json::to_string(&pages.state()).unwrap();
        let state: PagingState = serde_json::from_str(&kept).unwrap();
        pages = list().pages().resume(state);
    }
    assert_eq!(read, 4);
}

#[tokio::test]
async fn links_behind_a_gateway() {
    for link in [
        "/api/v2/list?after=a",
        "/gw/api/v2/list?after=a",
        "?after=a",
        "list?after=a",
        "http://HOST/gw/api/v2/list?after=a",
    ] {
        let served = linking(link).await;
        let base = format!("{}/gw", served.base());
        let client = served.builder().base_urls(&base, &base).build().unwrap();
        let items = List::<Links>::get(&client).items().collect_all().await;
        assert_eq!(items.unwrap(), [1, 2], "{link}");
        let sent = &served.requests()[1];
        assert_eq!((sent.path(), sent.query()), ("/gw/api/v2/list", "after=a"));
    }
    for link in [
        "../../../x",
        "http://HOST/api/v2/list",
        "http://HOST/gwx/api/v2/list",
    ] {
        let served = linking(link).await;
        let base = format!("{}/gw", served.base());
        let client = served.builder().base_urls(&base, &base).build().unwrap();
        let error = List::<Links>::get(&client).items().collect_all().await;
        assert_eq!(
            problem(&error.unwrap_err()).problem(),
            PagingProblem::ForeignLink
        );
        assert_eq!(served.request_count(), 1, "{link}");
    }
}

#[tokio::test]
async fn a_link_back_is_an_error_and_no_loop() {
    for link in ["/api/v2/list?state=x", "?state=x", "list?state=x", "#top"] {
        let served = linking(link).await;
        let mut items = List::<Links>::get(&served.client())
            .query("state", "x")
            .items();
        assert_eq!(items.next().await.unwrap().unwrap(), 1);
        let error = items.next().await.unwrap().unwrap_err();
        assert_eq!(
            problem(&error).problem(),
            PagingProblem::RepeatedToken,
            "{link}"
        );
        assert_eq!(served.request_count(), 1);
    }
}
