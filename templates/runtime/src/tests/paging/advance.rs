//! A listing of any make, against the plain reading of its rules.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::support::{Cursors, List, Numbers, answering, numbers_server, serving};

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn page_numbers_give_every_item_once(
        total in 0_i64..200,
        size in 1_u32..60,
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
        // Three empty pages in a row that still have a token.
        let is_stuck = sizes[..last]
            .windows(3)
            .any(|window| window.iter().all(|size| *size == 0));
        let outcome = block_on(async {
            let (client, _) = answering(pages);
            List::<Cursors>::get(&client).items().collect_all().await
        });
        prop_assert_eq!(outcome.is_err(), is_stuck);
        if let Ok(items) = outcome {
            prop_assert_eq!(items, expected);
        }
    }
}
