//! Reads what was just written, retrying while reads lag behind writes.

use std::sync::Arc;
use std::time::Duration;

use super::Request;
use crate::runtime::error::Error;
use crate::runtime::response::RawResponse;

/// The longest first pause.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Sends `request` until it is not answered with 404, or `timeout` is over. The clock is the client's.
pub(super) async fn read(
    request: Request,
    streamed: bool,
    timeout: Duration,
) -> Result<RawResponse, Error> {
    let pipeline = Arc::clone(request.pipeline());
    let connection = &pipeline.connection;
    let clock = &connection.clock;
    let start = clock.monotonic();
    let mut refusals = 0;
    loop {
        let error = match request.clone().execute(streamed).await {
            Err(error) if error.is_not_found() => error,
            outcome => return outcome,
        };
        let waited = clock.monotonic() - start;
        let left = timeout.saturating_sub(waited);
        if left.is_zero() {
            return Err(error);
        }
        clock
            .sleep(pause(refusals, left, connection.jitter.next()))
            .await;
        refusals += 1;
    }
}

/// How long to wait after one more 404. The last read is made when the time is over. `jitter` is from 0 to 1.
fn pause(refusals: u32, left: Duration, jitter: f64) -> Duration {
    let longest = FIRST_PAUSE
        .saturating_mul(1 << refusals.min(16))
        .min(LONGEST_PAUSE);
    longest
        .mul_f64(1.0 - jitter.clamp(0.0, 1.0) / 2.0)
        .min(left)
}
