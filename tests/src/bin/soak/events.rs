//! Listening to notifications.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use genesys_cloud::Client;
use genesys_cloud::runtime::notifications::{Notification, Received};
use serde_json::json;

/// How many of the latest events are remembered, to find those that are seen twice.
const REMEMBERED: usize = 1_000_000;

/// The latest events. An event is told by its topic, correlation id and body.
#[derive(Default)]
struct Latest {
    /// When each was seen last, as a number of events.
    seen: HashMap<u64, u64>,
    count: u64,
    twice: u64,
}

impl Latest {
    fn see(&mut self, notification: &Notification) {
        let mut hasher = DefaultHasher::new();
        notification.topic().hash(&mut hasher);
        notification.correlation_id().hash(&mut hasher);
        notification.body().hash(&mut hasher);
        self.count += 1;
        let before = self.seen.insert(hasher.finish(), self.count);
        self.twice += u64::from(before.is_some());
        if self.seen.len() > 2 * REMEMBERED {
            let oldest = self.count - REMEMBERED as u64;
            self.seen.retain(|_, seen| *seen > oldest);
        }
    }
}

/// Listens to `topics` until `most` events have arrived or `limit` is over.
pub(crate) async fn listen(
    client: &Client,
    topics: &[String],
    most: u64,
    limit: Option<Duration>,
) -> Result<(), Box<dyn StdError>> {
    let start = Instant::now();
    let mut events = client.listen_for::<Received>(topics).await?;
    for rejected in events.rejected() {
        eprintln!("{rejected}");
    }
    eprintln!("listening to {} topics", topics.len());
    let end = limit.and_then(|limit| start.checked_add(limit));
    let (mut latest, mut gaps) = (Latest::default(), 0_u64);
    while latest.count < most {
        let next = match end {
            Some(end) => match tokio::time::timeout_at(end.into(), events.next()).await {
                Ok(next) => next,
                Err(_) => break,
            },
            None => events.next().await,
        };
        match next {
            Some(Ok(Received::Notification(notification))) => latest.see(&notification),
            Some(Ok(Received::Gap(gap))) => {
                gaps += 1;
                eprintln!(
                    "{:>8.1} s: {gap} ({:?})",
                    start.elapsed().as_secs_f64(),
                    gap.reason()
                );
            }
            Some(Err(error)) => eprintln!("{:>8.1} s: {error}", start.elapsed().as_secs_f64()),
            None => break,
        }
    }
    let reconnects = events.reconnects();
    events.close().await;
    println!(
        "{}",
        json!({
            "events": latest.count,
            "gaps": gaps,
            "reconnects": reconnects,
            "twice": latest.twice,
            "seconds": start.elapsed().as_secs_f64(),
        })
    );
    Ok(())
}
