//! Changing a thing that others change, too.

use std::future::Future;

use crate::runtime::error::Error;
use crate::runtime::response::Response;

/// How often a change is applied to a newer version before the conflict is given to the caller.
const MOST_TRIES: u32 = 5;

/// Reads a thing, changes it and writes it; where somebody else has written it in between, reads it anew, applies the change to what is there now,
/// and writes again: five times at most.
///
/// The API recognizes the collision by the `version` in the body, which the change leaves alone, or by the `If-Match` header; for the latter the
/// write gets the response that was read, and with it its [`etag`](Response::etag).
///
/// ```text
/// let queue = update(
///     || client.routing().get_routing_queue(id).send(),
///     |queue| queue.name = Some("Sales".into()),
///     |queue| client.routing().put_routing_queue(id, queue.into_body()).send(),
/// )
/// .await?;
/// ```
///
/// # Errors
///
/// Whatever reading or writing ends with; the conflict itself after the last try.
pub async fn update<T, U, Read, Change, Write, ReadFuture, WriteFuture>(
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
    let mut tries = 1;
    loop {
        let mut current = read().await?;
        change(&mut current);
        match write(current).await {
            Err(error) if error.is_version_conflict() && tries < MOST_TRIES => tries += 1,
            outcome => return outcome,
        }
    }
}
