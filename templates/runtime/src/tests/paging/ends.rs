//! When a listing by number ends, over sockets: what a server tells, and what is made of it.

use http::Method;
use serde_json::{Value, json};

use super::support::{
    BodyNumbers, Cursors, Indexes, List, Numbers, Style, Uncounted, parameter, problem,
};
use crate::runtime::client::Client;
use crate::runtime::paging::{Items, PagingProblem};
use crate::runtime::transport::{HttpResponse, RecordedRequest};
use crate::tests::recorder::Recorder;
use crate::tests::sockets::handler::Served;
use crate::tests::support::table;

/// A listing as a server has it and tells of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    /// The items, page by page.
    pub(super) pages: Vec<Vec<i64>>,
    pub(super) page_count: Option<u64>,
    pub(super) total: Option<u64>,
    /// A page beyond the last one is refused with 400, instead of being empty.
    pub(super) refuses: bool,
}

impl Shape {
    fn new(pages: &[&[i64]]) -> Self {
        Self {
            pages: pages.iter().map(|page| page.to_vec()).collect(),
            ..Self::default()
        }
    }

    fn counting(mut self, page_count: u64) -> Self {
        self.page_count = Some(page_count);
        self
    }

    fn totalling(mut self, total: u64) -> Self {
        self.total = Some(total);
        self
    }

    fn refusing(mut self) -> Self {
        self.refuses = true;
        self
    }

    pub(super) fn all(&self) -> Vec<i64> {
        self.pages.concat()
    }

    /// The answer to a call, whichever way it names the page.
    pub(super) fn answer(&self, request: &RecordedRequest) -> HttpResponse {
        let number = match request.method {
            Method::POST => request.json()["paging"]["pageNumber"].as_u64(),
            _ => parameter(request, "pageNumber").map(|text| text.parse().unwrap()),
        };
        let index = usize::try_from(number.unwrap_or(1) - 1).unwrap();
        let page = self.pages.get(index);
        if page.is_none() && self.refuses {
            return refusal();
        }
        let mut body = json!({ "entities": page.cloned().unwrap_or_default() });
        // The same numbers under every name that a style looks for.
        for (name, number) in [
            ("pageCount", self.page_count),
            ("total", self.total),
            ("totalHits", self.total),
        ] {
            if let Some(number) = number {
                body[name] = number.into();
            }
        }
        HttpResponse::json(200, body.to_string())
    }
}

pub(super) fn refusal() -> HttpResponse {
    let body =
        r#"{"status":400,"code":"bad.request","message":"Pagination may not exceed the end"}"#;
    HttpResponse::json(400, body)
}

/// What comes of a listing.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// These items, after as many requests.
    All(Vec<i64>, usize),
    /// Too many empty pages, after these items and as many requests.
    Empty(Vec<i64>, usize),
    /// The API's 400, after these items.
    Refused(Vec<i64>),
}

async fn read<S: Style>(mut items: Items<List<S>>, served: &Served) -> End {
    let mut read = Vec::new();
    while let Some(item) = items.next().await {
        match item {
            Ok(item) => read.push(item),
            Err(error) if error.is_bad_request() => return End::Refused(read),
            Err(error) => {
                assert_eq!(problem(&error).problem(), PagingProblem::EmptyPages);
                assert_eq!(problem(&error).state(), &items.state());
                return End::Empty(read, served.request_count());
            }
        }
    }
    assert!(items.state().is_finished());
    End::All(read, served.request_count())
}

#[tokio::test]
async fn numbered_pages_end_where_everything_was_read() {
    let all = |requests| End::All(vec![1, 2, 3, 4, 5], requests);
    let pages = || Shape::new(&[&[1, 2], &[3, 4], &[5]]);
    let holes = || Shape::new(&[&[1, 2], &[], &[], &[3, 4, 5]]);
    let gap = || Shape::new(&[&[1, 2], &[], &[], &[], &[3, 4, 5]]);
    for (name, shape, expected) in table! {
        "at the count", pages().counting(3) => all(3);
        "at the total", pages().totalling(5) => all(3);
        "at an empty page", pages() => all(4);
        "short pages prove nothing", Shape::new(&[&[1], &[2, 3], &[4, 5]]) => all(4);
        "the count before the total", pages().counting(3).totalling(50) => all(3);
        "a count of no pages is none", pages().counting(0) => all(4);
        "one request for one page", Shape::new(&[&[1, 2, 3, 4, 5]]).totalling(5) => all(1);
        "a total that is too low ends nothing", pages().totalling(1) => all(4);
        "a total of zero ends nothing", pages().totalling(0) => all(4);
        "a low total beside a count", pages().counting(3).totalling(3) => all(3);
        "empty pages that the count contradicts", holes().counting(4) => all(4);
        "empty pages that the total contradicts", holes().totalling(5) => all(4);
        "an empty page that nothing contradicts", holes() => End::All(vec![1, 2], 2);
        "three empty pages, by the count", gap().counting(5) => End::Empty(vec![1, 2], 4);
        "three empty pages, by the total", gap().totalling(5) => End::Empty(vec![1, 2], 4);
        "a first page that is empty", Shape::new(&[&[], &[1, 2, 3, 4, 5]]).counting(2) => all(2);
        "nothing at all", Shape::new(&[&[]]).counting(0).totalling(0) => End::All(vec![], 1);
        "400 past the end, uncounted", pages().refusing() => all(4);
        "400 past the end, total reached", pages().counting(9).totalling(5).refusing() => all(4);
        "400 past the end, total too low", pages().totalling(1).refusing() => all(4);
        "400 where the count says more", pages().counting(9).refusing() => End::Refused(vec![1, 2, 3, 4, 5]);
        "400 where the total says more", pages().totalling(9).refusing() => End::Refused(vec![1, 2, 3, 4, 5]);
        "a count too high, total reached", pages().counting(9).totalling(5) => all(6);
        "a count too high", pages().counting(9) => End::Empty(vec![1, 2, 3, 4, 5], 6);
    } {
        let answers = shape.clone();
        let served = Served::new(move |request| answers.answer(request)).await;
        let items = List::<Numbers>::get(&served.client()).items();
        assert_eq!(read(items, &served).await, expected, "{name}");
        // Pages that are fetched ahead change nothing but the number of requests.
        let answers = shape.clone();
        let served = Served::new(move |request| answers.answer(request)).await;
        let items = List::<Numbers>::get(&served.client())
            .items()
            .concurrency(3);
        let same = match (read(items, &served).await, expected) {
            (End::All(read, _), End::All(expected, _))
            | (End::Empty(read, _), End::Empty(expected, _))
            | (End::Refused(read), End::Refused(expected)) => read == expected,
            _ => false,
        };
        assert!(same, "{name}, with concurrency");
    }
}

#[tokio::test]
async fn a_details_query_makes_no_call_too_many() {
    let hits = |request: &RecordedRequest, hits: i64| {
        let paging = &request.json()["paging"];
        let (number, size) = (paging["pageNumber"].as_i64(), paging["pageSize"].as_i64());
        let first = (number.unwrap_or(1) - 1) * size.unwrap_or(25);
        if first >= hits {
            return refusal();
        }
        let page: Vec<i64> = (first..hits.min(first + size.unwrap_or(25))).collect();
        HttpResponse::json(
            200,
            json!({ "entities": page, "totalHits": hits }).to_string(),
        )
    };
    for body in [
        json!({}),
        json!({ "paging": { "pageSize": 25, "pageNumber": 1 } }),
    ] {
        for (total, requests) in [(7, 1), (25, 1), (100, 4), (101, 5)] {
            let served = Served::new(move |request| hits(request, total)).await;
            let list = List::<BodyNumbers>::post(&served.client(), body.clone());
            let mut items = list.items();
            assert_eq!(items.total(), None);
            let all = items.collect_all().await.unwrap();
            assert_eq!(all, (0..total).collect::<Vec<_>>());
            assert_eq!(served.request_count(), requests, "{total}");
            assert_eq!(items.total(), u64::try_from(total).ok());
        }
    }
}

#[tokio::test]
async fn the_first_page_may_be_refused_like_any_call() {
    let served = Served::new(|_| refusal()).await;
    let mut items = List::<Uncounted>::get(&served.client()).items();
    assert!(items.next().await.unwrap().unwrap_err().is_bad_request());
    // That another page was the last one is known of this listing only.
    let list = List::<Uncounted>::get(&served.client()).query("pageNumber", "4");
    assert!(
        list.items()
            .collect_all()
            .await
            .unwrap_err()
            .is_bad_request()
    );
    assert_eq!(served.request_count(), 2);
}

#[tokio::test]
async fn a_resumed_listing_tells_the_end_from_a_wrong_call() {
    let shape = Shape::new(&[&[1, 2], &[3]]).refusing();
    let served = Served::new(move |request| match parameter(request, "interval") {
        Some(_) => HttpResponse::json(
            400,
            r#"{"code":"bad.request","message":"no such interval"}"#,
        ),
        None => shape.answer(request),
    })
    .await;
    let list = || List::<Uncounted>::get(&served.client());
    let mut items = list().items().max_items(3);
    assert_eq!(items.collect_all().await.unwrap(), [1, 2, 3]);
    let mut rest = list().items().resume(items.state());
    assert_eq!(rest.collect_all().await.unwrap(), [0; 0]);
    assert!(rest.state().is_finished());
    let mut wrong = list().query("interval", "x").items().resume(items.state());
    assert!(wrong.collect_all().await.unwrap_err().is_bad_request());
}

#[tokio::test]
async fn a_total_that_is_ignored_is_warned_of_once() {
    let shape = Shape::new(&[&[1, 2], &[3, 4]]).totalling(1);
    let served = Served::new(move |request| shape.answer(request)).await;
    let recorder = Recorder::default();
    let guard = tracing::subscriber::set_default(recorder.clone());
    let mut items = List::<Numbers>::get(&served.client()).items();
    let all = items.collect_all().await;
    drop(guard);
    assert_eq!(all.unwrap(), [1, 2, 3, 4]);
    assert_eq!(items.total(), None);
    let warnings = recorder.warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].contains("below the number of items read"),
        "{warnings:?}"
    );
}

/// A client of a server that answers call after call.
async fn answering(bodies: Vec<Value>) -> (Served, Client) {
    let script = std::sync::Mutex::new(bodies.into_iter());
    let served = Served::new(move |_| {
        let body = script.lock().unwrap().next().unwrap();
        HttpResponse::json(200, body.to_string())
    })
    .await;
    let client = served.client();
    (served, client)
}

#[tokio::test]
async fn items_that_cannot_be_decoded_count_as_read() {
    // A null in a list is left out of it.
    let (served, client) = answering(vec![
        json!({ "entities": [1, null], "total": 4 }),
        json!({ "entities": [null, null], "total": 4 }),
    ])
    .await;
    let mut items = List::<Numbers>::get(&client).items();
    assert_eq!(items.collect_all().await.unwrap(), [1]);
    assert_eq!(served.request_count(), 2);

    let (served, client) = answering(vec![
        json!({ "entities": [null, 2], "totalResults": 3 }),
        json!({ "entities": [3], "totalResults": 3 }),
    ])
    .await;
    let mut items = List::<Indexes>::get(&client).items();
    assert_eq!(items.collect_all().await.unwrap(), [2, 3]);
    let second = &served.requests()[1];
    assert_eq!(parameter(second, "startIndex").as_deref(), Some("3"));
}

#[tokio::test]
async fn indexes_end_like_numbers() {
    let page =
        |items: &[i64], total: Option<u64>| json!({ "entities": items, "totalResults": total });
    let total = Some(4);
    for (name, bodies, expected, starts) in table![
        "at the total", vec![page(&[1, 2], total), page(&[3, 4], total)], vec![1, 2, 3, 4] => vec![3];
        "without a total", vec![page(&[1, 2], None), page(&[], None)], vec![1, 2] => vec![3];
        "a low total", vec![page(&[1, 2], Some(1)), page(&[3], Some(1)), page(&[], Some(1))], vec![1, 2, 3] => vec![3, 4];
        "an empty page", vec![page(&[1, 2], Some(6)), page(&[], Some(6)), page(&[5, 6], Some(6))], vec![1, 2, 5, 6] => vec![3, 5];
        "an empty first page", vec![page(&[], total), page(&[1, 2, 3, 4], total)], vec![1, 2, 3, 4] => vec![1];
    ] {
        let (served, client) = answering(bodies).await;
        let items = List::<Indexes>::get(&client).items().collect_all().await;
        assert_eq!(items.unwrap(), expected, "{name}");
        let asked: Vec<i64> = served
            .requests()
            .iter()
            .skip(1)
            .map(|sent| parameter(sent, "startIndex").unwrap().parse().unwrap())
            .collect();
        assert_eq!(asked, starts, "{name}");
    }
    let empty = page(&[], Some(9));
    let (served, client) = answering(vec![
        page(&[1, 2], Some(9)),
        empty.clone(),
        empty.clone(),
        empty,
    ])
    .await;
    let items = List::<Indexes>::get(&client).items();
    assert_eq!(read(items, &served).await, End::Empty(vec![1, 2], 4));
}

#[tokio::test]
async fn every_style_tells_the_total_once_a_page_told_it() {
    let (_served, client) = answering(vec![
        json!({ "entities": [1, 2], "total": 3, "cursors": { "after": "a" } }),
        json!({ "entities": [3] }),
    ])
    .await;
    let mut pages = List::<Cursors>::get(&client).pages();
    assert_eq!(pages.total(), None);
    pages.next().await.unwrap().unwrap();
    assert_eq!(pages.total(), Some(3));
    let rest = List::<Cursors>::get(&client).items().resume(pages.state());
    assert_eq!(rest.total(), Some(3));
    pages.next().await.unwrap().unwrap();
    assert_eq!(pages.total(), Some(3));
}

#[tokio::test]
async fn the_size_of_a_page_can_be_set_after_resuming() {
    // Short pages: the number of items read is not that of whole pages.
    let shape = Shape::new(&[&[1, 2, 3, 4, 5], &[6, 7], &[8, 9, 10], &[11, 12]]).totalling(12);
    let served = Served::new(move |request| shape.answer(request)).await;
    let list = || List::<Numbers>::get(&served.client());
    let mut items = list().items().page_size(5).max_items(7);
    assert_eq!(items.collect_all().await.unwrap().len(), 7);
    let mut rest = list().items().resume(items.state()).page_size(5);
    assert_eq!(rest.collect_all().await.unwrap(), [8, 9, 10, 11, 12]);
    assert_eq!(served.request_count(), 4);
}
