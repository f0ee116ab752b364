//! Calls without `async`: feature `blocking`.
//!
//! ```text
//! let user = client.users().get_user("8f1c…").send().wait()?;
//! for user in blocking::iterate(client.users().get_users().items()) {
//!     println!("{:?}", user?.name);
//! }
//! ```
//!
//! One thread, started with the first call and kept for the life of the process, drives the connections of all calls made this way. The caller's
//! thread waits. Inside of asynchronous code that would stop other tasks: await the call there instead.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::OnceLock;
use std::sync::mpsc;
use std::thread::ThreadId;

use bytes::{Buf, Bytes};
use futures_core::Stream;

use crate::runtime::debug::debug_fields;
use crate::runtime::error::Error;
use crate::runtime::request::Call;
use crate::runtime::response::{BodyStream, Response};

/// The thread that drives the calls.
struct Driver {
    handle: tokio::runtime::Handle,
    thread: ThreadId,
}

fn driver() -> Result<&'static Driver, Error> {
    static DRIVER: OnceLock<Result<Driver, String>> = OnceLock::new();
    DRIVER
        .get_or_init(|| start().map_err(|error| error.to_string()))
        .as_ref()
        .map_err(|reason| {
            Error::configuration(format!(
                "the thread for blocking calls cannot start: {reason}"
            ))
        })
}

fn start() -> io::Result<Driver> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let handle = runtime.handle().clone();
    let thread = std::thread::Builder::new()
        .name("genesys-cloud".to_owned())
        .spawn(move || runtime.block_on(std::future::pending::<()>()))?;
    Ok(Driver {
        handle,
        thread: thread.thread().id(),
    })
}

/// Runs `future` to its end and gives what it gives, while the caller's thread waits.
///
/// # Errors
///
/// The driving thread cannot start, the future panicked, or this is called on the driving thread itself (by a middleware or callback), where
/// it would wait for itself for ever.
pub fn run<F>(future: F) -> Result<F::Output, Error>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let driver = driver()?;
    if std::thread::current().id() == driver.thread {
        return Err(Error::configuration(
            "a blocking call inside a callback of another blocking call would deadlock",
        )
        .with_advice("Await the call instead"));
    }
    let (sender, receiver) = mpsc::sync_channel(1);
    driver.handle.spawn(async move {
        // Fails only if the waiting thread is gone.
        let _ = sender.send(future.await);
    });
    receiver
        .recv()
        .map_err(|_| Error::other("a blocking call panicked"))
}

impl<T> Call<T> {
    /// Sends the call and waits for its end, without `async`. See [the module](self).
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub fn wait(self) -> Result<Response<T>, Error> {
        let (response, decode) = self.into_parts();
        run(response)?.and_then(decode)
    }
}

/// The items of `stream`, one at a time: nothing is fetched ahead of the loop.
pub fn iterate<S>(stream: S) -> Items<S>
where
    S: Stream + Send + 'static,
{
    Items {
        stream: Some(Box::pin(stream)),
    }
}

/// A stream as an iterator; made by [`iterate`].
pub struct Items<S> {
    /// None after the end, and after a panic.
    stream: Option<Pin<Box<S>>>,
}

impl<S, T> Iterator for Items<S>
where
    S: Stream<Item = Result<T, Error>> + Send + 'static,
    T: Send + 'static,
{
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut stream = self.stream.take()?;
        let outcome = run(async move {
            let item = std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await;
            (item, stream)
        });
        match outcome {
            Ok((item, stream)) => {
                self.stream = item.is_some().then_some(stream);
                item
            }
            Err(error) => Some(Err(error)),
        }
    }
}

debug_fields!(Items<S>, |_this| "Items(..)");

/// A streamed body as [`io::Read`].
#[derive(Debug)]
pub struct Reader {
    chunks: Items<BodyStream>,
    current: Bytes,
}

impl Reader {
    /// Reads `body`.
    #[must_use]
    pub fn new(body: BodyStream) -> Self {
        Self {
            chunks: iterate(body),
            current: Bytes::new(),
        }
    }
}

impl io::Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            match self.chunks.next() {
                Some(chunk) => self.current = chunk.map_err(io::Error::other)?,
                None => return Ok(0),
            }
        }
        let length = buffer.len().min(self.current.len());
        self.current.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}
