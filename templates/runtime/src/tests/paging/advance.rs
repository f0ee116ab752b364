//! A listing of any make, against the plain reading of its rules.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::ends::Shape;
use super::support::{Cursors, List, Numbers, answering, numbers_server, serving};
use crate::runtime::paging::{Items, PagingState};

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(future)
}

/// A listing as a server may have it: pages of any length, and counts that are right, wrong or missing.
fn shape() -> impl Strategy<Value = Shape> {
    let pages = prop::collection::vec(prop_oneof![3 => 1_usize..6, 1 => Just(0)], 1..10);
    let count = |right: u64| prop_oneof![Just(None), Just(Some(right)), (0_u64..40).prop_map(Some)];
    pages.prop_flat_map(move |sizes| {
        let mut items = 0_i64..;
        let pages: Vec<Vec<i64>> = sizes
            .iter()
            .map(|size| items.by_ref().take(*size).collect())
            .collect();
        let total: usize = sizes.iter().sum();
        let counts = (
            count(sizes.len() as u64),
            count(total as u64),
            any::<bool>(),
        );
        counts.prop_map(move |(page_count, total, refuses)| Shape {
            pages: pages.clone(),
            page_count,
            total,
            refuses,
        })
    })
}

impl Shape {
    /// Whether the server lets one think that there is nothing after that many items.
    fn denies_items_after(&self, read: usize) -> bool {
        let count = self.page_count.filter(|count| *count > 0);
        let in_pages = |pages: usize| self.pages.iter().take(pages).map(Vec::len).sum::<usize>();
        let is_uncounted_hole = count.is_none()
            && (1..self.pages.len())
                .any(|page| self.pages[page].is_empty() && in_pages(page) == read)
            || self.pages[0].is_empty();
        // Every item of the total was read, and only the count of pages speaks for what follows three empty ones.
        let is_gap_after_total = self.total == u64::try_from(read).ok()
            && (0..self.pages.len()).any(|page| {
                in_pages(page) == read && self.pages.iter().skip(page).take(3).all(Vec::is_empty)
            });
        is_gap_after_total
            || count.is_some_and(|count| in_pages(usize::try_from(count).unwrap()) == read)
            || (count.is_none() && self.total == u64::try_from(read).ok())
            || (is_uncounted_hole && self.total.is_none_or(|total| total <= read as u64))
    }

    /// Whether the counts are right or missing, and no empty page says that it is the last.
    fn is_honest(&self) -> bool {
        let total = self.all().len() as u64;
        let is_counted = self.page_count == Some(self.pages.len() as u64);
        let has_holes = self.pages.iter().any(Vec::is_empty);
        let has_gaps = self
            .pages
            .windows(3)
            .any(|window| window.iter().all(Vec::is_empty));
        self.page_count.is_none_or(|_| is_counted)
            && self.total.is_none_or(|told| told == total)
            && !has_gaps
            && (!has_holes || is_counted || self.total.is_some())
    }
}

/// The items, and whether the listing ended well.
type Read = (Vec<i64>, bool);

async fn read(items: &mut Items<List<Numbers>>) -> Read {
    let mut read = Vec::new();
    while let Some(item) = items.next().await {
        match item {
            Ok(item) => read.push(item),
            Err(_) => return (read, false),
        }
    }
    (read, true)
}

fn kept(state: &PagingState) -> PagingState {
    serde_json::from_str(&serde_json::to_string(state).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn page_numbers_give_every_item_once(
        total in 0_i64..200,
        size in 1_i64..60,
        concurrency in 1_usize..6,
    ) {
        let items = block_on(async {
            let (client, _) = serving(numbers_server(total));
            let mut items = List::<Numbers>::get(&client)
                .items()
                .page_size(size)
                .concurrency(concurrency);
            items.collect_all().await.unwrap()
        });
        prop_assert_eq!(items, (0..total).collect::<Vec<_>>());
    }

    #[test]
    fn cursors_give_every_item_once_whatever_pages_are_empty(
        sizes in prop::collection::vec(0_usize..4, 1..20),
    ) {
        let last = sizes.len() - 1;
        let pages: Vec<Value> = sizes
            .iter()
            .enumerate()
            .map(|(page, size)| {
                let entities = vec![i64::try_from(page).unwrap(); *size];
                match page == last {
                    true => json!({ "entities": entities }),
                    false => json!({
                        "entities": entities,
                        "cursors": { "after": page.to_string() },
                    }),
                }
            })
            .collect();
        let expected: Vec<i64> = sizes
            .iter()
            .enumerate()
            .flat_map(|(page, size)| vec![i64::try_from(page).unwrap(); *size])
            .collect();
        let outcome = block_on(async {
            let (client, _) = answering(pages);
            List::<Cursors>::get(&client).items().collect_all().await
        });
        prop_assert_eq!(outcome.unwrap(), expected);
    }

    #[test]
    fn no_item_is_read_twice_or_skipped_whatever_the_server_tells(
        shape in shape(),
        concurrency in 1_usize..5,
        stops in prop::collection::vec(0_u64..30, 0..6),
    ) {
        let server = shape.clone();
        let (whole, pieces) = block_on(async move {
            let (client, _) = serving(move |request| server.answer(&request));
            let list = || List::<Numbers>::get(&client).items().concurrency(concurrency);
            let whole = read(&mut list()).await;
            let mut pieces = (Vec::new(), true);
            let mut state = list().state();
            for stop in stops.into_iter().chain([u64::MAX]) {
                let mut items = list().resume(kept(&state)).max_items(stop);
                let (more, is_complete) = read(&mut items).await;
                pieces.0.extend(more);
                pieces.1 = is_complete;
                state = items.state();
            }
            (whole, pieces)
        });
        let all = shape.all();
        // Never twice, never out of order, nothing between two items skipped.
        prop_assert!(all.starts_with(&whole.0), "{whole:?}");
        prop_assert!(all.starts_with(&pieces.0), "{pieces:?}");
        // An interruption loses nothing. It may get past empty pages, which are counted from where it resumes.
        prop_assert!(pieces.0.len() >= whole.0.len(), "{pieces:?} after {whole:?}");
        // What ends well has everything, unless the server itself says so.
        if whole.1 && whole.0 != all {
            prop_assert!(shape.denies_items_after(whole.0.len()), "{whole:?}");
        }
        // Counts that are right, or missing, are enough.
        if shape.is_honest() {
            prop_assert_eq!(whole, (all.clone(), true));
            prop_assert_eq!(pieces, (all, true));
        }
    }
}
