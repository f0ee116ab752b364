//! Several pages at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::support::{Cursors, List, Numbers, Uncounted, numbered, parameter};
use crate::runtime::client::Client;
use crate::runtime::transport::{HttpResponse, MemoryTransport, RecordedRequest};
use crate::tests::support::builder;

const LATENCY: Duration = Duration::from_millis(100);

/// A server that takes its time, the longer the lower the page; and how many requests it had at the same time.
fn slow(
    answer: impl Fn(&RecordedRequest, i64) -> String + Send + Sync + 'static,
) -> (Client, Arc<MemoryTransport>, Arc<AtomicUsize>) {
    let most = Arc::new(AtomicUsize::new(0));
    let running = Arc::new(AtomicUsize::new(0));
    let counted = most.clone();
    let transport = Arc::new(MemoryTransport::fallible(move |request| {
        let number = parameter(&request, "pageNumber").map_or(1, |text| text.parse().unwrap());
        let body = answer(&request, number);
        let (most, running) = (counted.clone(), running.clone());
        async move {
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            let early = u32::try_from(10 - number % 10).unwrap();
            tokio::time::sleep(LATENCY + Duration::from_millis(1) * early).await;
            running.fetch_sub(1, Ordering::SeqCst);
            Ok(HttpResponse::json(200, body))
        }
    }));
    let client = builder(&transport).build().unwrap();
    (client, transport, most)
}

fn counted(_: &RecordedRequest, number: i64) -> String {
    numbered(number, 10, 95).to_string()
}

#[tokio::test(start_paused = true)]
async fn pages_are_fetched_at_the_same_time_and_handed_out_in_order() {
    let (client, transport, most) = slow(counted);
    let start = Instant::now();
    let mut items = List::<Numbers>::get(&client).items().concurrency(3);
    assert_eq!(
        items.collect_all().await.unwrap(),
        (0..95).collect::<Vec<_>>()
    );
    assert_eq!(most.load(Ordering::SeqCst), 3);
    assert_eq!(transport.request_count(), 10);
    // One page to learn the count, and nine by three.
    assert!(start.elapsed() < LATENCY * 5, "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn pages_ahead_do_not_wait_for_the_caller_to_come_back() {
    let (client, _, _) = slow(counted);
    let mut pages = List::<Numbers>::get(&client).pages().concurrency(4);
    pages.next().await.unwrap().unwrap();
    pages.next().await.unwrap().unwrap();
    tokio::time::sleep(LATENCY * 3).await;
    let start = Instant::now();
    pages.next().await.unwrap().unwrap();
    pages.next().await.unwrap().unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn the_total_tells_the_pages_where_there_is_no_count() {
    let (client, transport, most) = slow(|_, number| {
        let mut page = numbered(number, 10, 95);
        page.as_object_mut().unwrap().remove("pageCount");
        page.to_string()
    });
    let mut items = List::<Numbers>::get(&client).items().concurrency(4);
    assert_eq!(items.collect_all().await.unwrap().len(), 95);
    assert_eq!(most.load(Ordering::SeqCst), 4);
    assert_eq!(transport.request_count(), 10);
}

#[tokio::test(start_paused = true)]
async fn without_any_count_pages_are_read_one_by_one() {
    let (client, _, most) = slow(counted);
    let mut items = List::<Uncounted>::get(&client).items().concurrency(4);
    assert_eq!(items.collect_all().await.unwrap().len(), 95);
    assert_eq!(most.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn tokens_are_followed_one_by_one() {
    let (client, transport, most) = slow(|request, _| {
        match parameter(request, "cursor") {
            None => r#"{"entities":[1],"cursors":{"after":"a"}}"#,
            Some(_) => r#"{"entities":[2]}"#,
        }
        .to_owned()
    });
    let mut items = List::<Cursors>::get(&client).items().concurrency(4);
    assert_eq!(items.collect_all().await.unwrap(), [1, 2]);
    assert_eq!(most.load(Ordering::SeqCst), 1);
    assert_eq!(transport.request_count(), 2);
}

#[tokio::test(start_paused = true)]
async fn no_more_pages_are_fetched_than_may_be_read() {
    let (client, transport, _) = slow(counted);
    let mut pages = List::<Numbers>::get(&client)
        .pages()
        .concurrency(8)
        .max_pages(3);
    assert_eq!(pages.collect_all().await.unwrap().len(), 3);
    assert_eq!(transport.request_count(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_failed_page_ends_the_listing_in_its_turn() {
    let (client, transport, _) = slow(|_, number| match number {
        4 => r#"{"entities":["x"#.to_owned(),
        number => numbered(number, 10, 95).to_string(),
    });
    let mut items = List::<Numbers>::get(&client).items().concurrency(5);
    for expected in 0..30 {
        assert_eq!(items.next().await.unwrap().unwrap(), expected);
    }
    assert!(items.next().await.unwrap().unwrap_err().is_decode());
    assert!(items.next().await.is_none());
    let asked = transport.request_count();
    tokio::time::sleep(LATENCY * 10).await;
    assert_eq!(transport.request_count(), asked);
    assert!(format!("{:?}", items.state()).contains("Number(4)"));
}

#[tokio::test(start_paused = true)]
async fn dropping_the_listing_ends_what_is_on_its_way() {
    let finished = Arc::new(AtomicUsize::new(0));
    let seen = finished.clone();
    let transport = Arc::new(MemoryTransport::fallible(move |request| {
        let number = parameter(&request, "pageNumber").map_or(1, |text| text.parse().unwrap());
        let seen = seen.clone();
        async move {
            if number > 1 {
                tokio::time::sleep(LATENCY).await;
            }
            seen.fetch_add(1, Ordering::SeqCst);
            Ok(HttpResponse::json(
                200,
                numbered(number, 10, 95).to_string(),
            ))
        }
    }));
    let client = builder(&transport).build().unwrap();
    let mut pages = List::<Numbers>::get(&client).pages().concurrency(4);
    pages.next().await.unwrap().unwrap();
    let waiting = tokio::time::timeout(LATENCY / 2, pages.next()).await;
    assert!(waiting.is_err());
    assert_eq!(transport.request_count(), 5);
    drop(pages);
    tokio::time::sleep(LATENCY * 4).await;
    assert_eq!(finished.load(Ordering::SeqCst), 1);
}
