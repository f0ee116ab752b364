//! Updates a resource that others update, too: see [`update`](update()).

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use crate::runtime::auth::Jitter;
use crate::runtime::clock::{Clock, SystemClock};
use crate::runtime::error::Error;
use crate::runtime::response::Response;

/// The longest first pause.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How long all pauses are together, at most.
const ALL_PAUSES: Duration = Duration::from_secs(10);

/// Reads a resource, changes it and writes it. Where another program wrote it in between, it waits, reads the resource again, applies the change
/// to what is there now, and writes again.
///
/// The pauses between the tries double from 100 ms up to 2 s, each shortened at random by up to a half. Together they take 10 s at most. They
/// outlast reads that lag behind writes: without them each try would read the same old version.
///
/// Only a conflict of versions starts over ([`Error::is_version_conflict`]). The API detects it by the `version` in the body, which the change
/// leaves alone, or by the `If-Match` header. For the latter the write gets the response that was read, and with it its
/// [`etag`](Response::etag).
///
/// ```no_run
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::runtime::{Client, Error, update};
/// use serde_json::{Value, json};
///
/// # async fn rename(client: &Client) -> Result<(), Error> {
/// let path = "/api/v2/routing/queues/sales";
/// let queue = update(
///     || client.request(http::Method::GET, path).send_json::<Value>(),
///     |queue| queue["name"] = json!("Sales"),
///     |queue| client.request(http::Method::PUT, path).json(&queue.into_body()).send_json::<Value>(),
/// )
/// .await?;
/// println!("version {}", queue["version"]);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// The error that reading or writing ends with; the conflict itself after the last try.
pub async fn update<T, U, Read, Change, Write, ReadFuture, WriteFuture>(
    read: Read,
    change: Change,
    write: Write,
) -> Result<Response<U>, Error>
where
    Read: FnMut() -> ReadFuture,
    ReadFuture: Future<Output = Result<Response<T>, Error>>,
    Change: FnMut(&mut T),
    Write: FnMut(Response<T>) -> WriteFuture,
    WriteFuture: Future<Output = Result<Response<U>, Error>>,
{
    UpdatePauses::default().update(read, change, write).await
}

/// The pauses of [`update`], with a clock and a source of random numbers of the caller's choice.
#[derive(Clone, Debug)]
pub struct UpdatePauses {
    clock: Arc<dyn Clock>,
    jitter: Jitter,
}

impl UpdatePauses {
    /// Waits by `clock`, and shortens each pause by what `jitter` gives.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, jitter: Jitter) -> Self {
        Self { clock, jitter }
    }

    /// The same as [`update`].
    ///
    /// # Errors
    ///
    /// Those of [`update`].
    pub async fn update<T, U, Read, Change, Write, ReadFuture, WriteFuture>(
        &self,
        mut read: Read,
        mut change: Change,
        mut write: Write,
    ) -> Result<Response<U>, Error>
    where
        Read: FnMut() -> ReadFuture,
        ReadFuture: Future<Output = Result<Response<T>, Error>>,
        Change: FnMut(&mut T),
        Write: FnMut(Response<T>) -> WriteFuture,
        WriteFuture: Future<Output = Result<Response<U>, Error>>,
    {
        let mut conflicts = 0;
        let mut waited = Duration::ZERO;
        loop {
            let mut current = read().await?;
            change(&mut current);
            let error = match write(current).await {
                Err(error) if error.is_version_conflict() => error,
                outcome => return outcome,
            };
            let Some(pause) = pause(conflicts, waited, self.jitter.next()) else {
                return Err(error);
            };
            self.clock.sleep(pause).await;
            waited += pause;
            conflicts += 1;
        }
    }
}

impl Default for UpdatePauses {
    fn default() -> Self {
        Self::new(Arc::new(SystemClock::new()), Jitter::default())
    }
}

/// How long to wait after one more conflict, where `waited` is how long the pauses before were. `jitter` is from 0 to 1.
fn pause(conflicts: u32, waited: Duration, jitter: f64) -> Option<Duration> {
    let longest = FIRST_PAUSE
        .saturating_mul(1 << conflicts.min(16))
        .min(LONGEST_PAUSE);
    let pause = longest.mul_f64(1.0 - jitter.clamp(0.0, 1.0) / 2.0);
    (waited + pause <= ALL_PAUSES).then_some(pause)
}
