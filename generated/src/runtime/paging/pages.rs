//! A listing, page by page.

use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::source::{PageSource, bytes_of};
use super::{Items, Paged, PagingState};
use crate::runtime::debug::debug_fields;
use crate::runtime::error::Error;
use crate::runtime::request::Request;
use crate::runtime::response::{FromResponse, Response};

/// The pages of a listing, as a stream of responses. Made by the method `pages` of an operation.
///
/// It does nothing until it is polled, and ends after the first error; [`Pages::state`] then is the page that could not be read.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::runtime::{Error, Paged, Pages};
///
/// /// The method `pages` of an operation gives the listing.
/// async fn print<O: Paged>(pages: Pages<O>) -> Result<(), Error> {
///     let mut pages = pages.page_size(100).max_pages(10);
///     while let Some(page) = pages.next().await {
///         let page = page?;
///         println!("{:?} {:?}", page.correlation_id(), page.rate_limit());
///     }
///     Ok(())
/// }
/// ```
#[must_use = "a listing is fetched as it is read"]
pub struct Pages<O> {
    source: PageSource,
    operation: PhantomData<fn() -> O>,
}

impl<O: Paged> Pages<O> {
    /// The pages of `operation`.
    #[doc(hidden)]
    pub fn new(operation: O) -> Self {
        Self::from_request(operation.into_request())
    }

    pub(crate) fn from_request(request: Request) -> Self {
        Self {
            source: PageSource::new(request, O::PAGING),
            operation: PhantomData,
        }
    }

    /// How many items a page has, for operations that take that in their query, or in their body beside the number of the page. Without it, the API
    /// decides.
    pub fn page_size(mut self, page_size: i64) -> Self {
        self.source.set_page_size(page_size);
        self
    }

    /// Fetches up to that many pages at the same time, in tasks of their own; they are handed out in order. It takes effect where pages
    /// have numbers, and the response says how many there are; other listings are read page after page.
    pub fn concurrency(mut self, pages: usize) -> Self {
        self.source.set_concurrency(pages);
        self
    }

    /// Stops after that many pages.
    pub fn max_pages(mut self, pages: u64) -> Self {
        self.source.set_max_pages(pages);
        self
    }

    /// Begins where another listing of the same operation stopped, with the parameters that are set here. Set the same page size: pages of another
    /// size begin elsewhere.
    pub fn resume(mut self, state: PagingState) -> Self {
        self.source.resume(state);
        self
    }

    /// Where the listing is: at the page that [`Pages::next`] would give.
    #[must_use]
    pub fn state(&self) -> PagingState {
        self.source.state()
    }

    /// How many items the whole listing has, as the API reports it. `None` before the first page, if the API reports no total, and if the total that
    /// it reports is below the number of items already read.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.source.total()
    }

    /// The items of these pages, one by one.
    pub fn items(self) -> Items<O> {
        Items::from_pages(self)
    }

    /// The next page; `None` after the last one, and after an error.
    ///
    /// Cancel safe: dropping the future, as in `select!` or a timeout, loses no page. The listing keeps the call for a page, and the next poll continues
    /// it; the call's timeout keeps running meanwhile.
    ///
    /// # Errors
    ///
    /// Those of the call for a page, and a [`PagingError`](super::PagingError) if the listing cannot be continued.
    pub async fn next(&mut self) -> Option<Result<Response<O::Output>, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// All pages that are left. Not cancel safe: dropping the future loses the pages that it has read.
    ///
    /// # Errors
    ///
    /// The error of the first page that could not be read. [`Pages::state`] is where to continue.
    pub async fn collect_all(&mut self) -> Result<Vec<Response<O::Output>>, Error> {
        let mut pages = Vec::new();
        while let Some(page) = self.next().await {
            pages.push(page?);
        }
        Ok(pages)
    }
}

impl<O: Paged> Stream for Pages<O> {
    type Item = Result<Response<O::Output>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let Some(outcome) = ready!(self.source.poll_page(context)) else {
                return Poll::Ready(None);
            };
            let decoded = outcome.and_then(|raw| {
                let body = bytes_of(&raw);
                Ok((body, O::Output::from_response(raw)?))
            });
            match decoded {
                Ok((body, mut page)) => {
                    let items = O::items_of(&mut page).map_or(0, |items| items.len());
                    if self.source.accept(body, items) {
                        return Poll::Ready(Some(Ok(page)));
                    }
                }
                Err(error) => {
                    self.source.stop();
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }
}

debug_fields!(Pages<O: Paged>, |this| state: this.state());
