//! Limits, and that the streams can be sent and polled as streams.

use futures_core::Stream;

use super::support::{List, Numbers, numbers_server, serving};
use crate::runtime::paging::{Items, Paged, Pages};
use crate::runtime::request::Operation;

#[tokio::test]
async fn listings_stop_at_their_limits() {
    let (client, transport) = serving(numbers_server(100));
    let list = || List::<Numbers>::get(&client).items();
    assert_eq!(list().max_items(30).collect_all().await.unwrap().len(), 30);
    assert_eq!(transport.request_count(), 2);
    assert_eq!(list().max_items(25).collect_all().await.unwrap().len(), 25);
    assert_eq!(transport.request_count(), 3);
    assert_eq!(list().max_pages(2).collect_all().await.unwrap().len(), 50);
    assert_eq!(transport.request_count(), 5);
    assert!(list().max_items(0).next().await.is_none());
    assert!(list().max_pages(0).next().await.is_none());
    assert_eq!(transport.request_count(), 5);
}

#[tokio::test]
async fn nothing_is_sent_before_the_first_poll() {
    let (client, transport) = serving(numbers_server(100));
    drop(List::<Numbers>::get(&client).items().concurrency(4));
    assert_eq!(transport.request_count(), 0);
}

#[tokio::test]
async fn listings_move_between_tasks() {
    fn check<T: Stream + Send + Unpin + 'static>(stream: T) -> T {
        stream
    }
    let (client, _) = serving(numbers_server(3));
    let mut pages: Pages<_> = check(List::<Numbers>::get(&client).pages());
    let mut items: Items<_> = check(List::<Numbers>::get(&client).pages().items());
    let task = tokio::spawn(async move {
        let pages = pages.collect_all().await.unwrap().len();
        (pages, items.collect_all().await.unwrap().len())
    });
    assert_eq!(task.await.unwrap(), (1, 3));
}

#[tokio::test]
async fn a_page_size_that_the_operation_does_not_take_is_an_error() {
    use super::support::{Style, answering};
    use crate::runtime::paging::{Paging, PagingStyle};

    struct Unsized;
    impl Style for Unsized {
        const PAGING: Paging = Paging {
            style: PagingStyle::Single,
            page_size: None,
            items: &["entities"],
        };
    }
    let (client, _) = answering([] as [serde_json::Value; 0]);
    let mut items = List::<Unsized>::get(&client).items().page_size(5);
    assert!(
        items
            .next()
            .await
            .unwrap()
            .unwrap_err()
            .is_invalid_request()
    );
}

#[cfg(feature = "testing")]
#[tokio::test]
async fn a_listing_over_doubles() {
    use super::support::numbered;
    use crate::runtime::testing::MockClient;

    let mock = MockClient::new();
    let client = mock.client();
    mock.on::<List<Numbers>>().reply_with(|call| {
        let number = call
            .query("pageNumber")
            .map_or(1, |text| text.parse().unwrap());
        let page = numbered(number, 2, 5).to_string();
        crate::runtime::codec::from_slice(page.as_bytes()).unwrap()
    });
    let mut items = List::<Numbers>::get(&client).items();
    let mut read = Vec::new();
    while let Some(item) = items.next().await {
        read.push(item.unwrap());
    }
    assert_eq!(read, [0, 1, 2, 3, 4]);
    assert_eq!(mock.calls::<List<Numbers>>().len(), 3);
    mock.verify();
}

#[tokio::test]
async fn generic_code_lists_and_sends() {
    async fn read<O: Paged<Item = i64>>(list: O) -> (Vec<i64>, usize) {
        let mut pages = list.pages();
        let mut count = 0;
        let mut items = Vec::new();
        while let Some(page) = pages.next().await {
            items.append(O::items_of(&mut page.unwrap().into_body()).unwrap());
            count += 1;
        }
        (items, count)
    }
    async fn status<O: Operation>(call: O) -> u16 {
        call.send().await.unwrap().status().as_u16()
    }
    let (client, _) = serving(numbers_server(30));
    let list = || List::<Numbers>::get(&client);
    let (items, pages) = read(list()).await;
    assert_eq!((items.len(), pages), (30, 2));
    assert_eq!(status(list()).await, 200);
}
