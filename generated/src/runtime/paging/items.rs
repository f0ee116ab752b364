//! A listing, item by item.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::{Paged, Pages, PagingState};
use crate::runtime::debug::debug_fields;
use crate::runtime::error::Error;
use crate::runtime::request::Request;

/// The items of a listing, as a stream. Made by the method `items` of an operation.
///
/// It does nothing until it is polled, and ends after the first error; [`Items::state`] then is where to resume. When a listing ends is told in
/// the guide, and in the docs of this crate's module for paging.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::runtime::{Error, Items, Paged};
///
/// /// The method `items` of an operation gives the listing.
/// async fn print<O: Paged>(mut items: Items<O>) -> Result<(), Error>
/// where
///     O::Item: std::fmt::Debug,
/// {
///     let mut read = 0;
///     while let Some(item) = items.next().await {
///         println!("{:?}", item?);
///         read += 1;
///         if let Some(total) = items.total() {
///             println!("{read} of {total}");
///         }
///     }
///     Ok(())
/// }
/// ```
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::runtime::Paged;
/// use genesys_cloud::{Items, Result};
///
/// /// Counts what a listing holds.
/// async fn count<O: Paged>(mut items: Items<O>) -> Result<u64> {
///     let mut count = 0;
///     while let Some(item) = items.next().await {
///         item?;
///         count += 1;
///     }
///     Ok(count)
/// }
/// ```
#[must_use = "a listing is fetched as it is read"]
pub struct Items<O: Paged> {
    pages: Pages<O>,
    page: std::vec::IntoIter<O::Item>,
    /// The page that `page` is of, and how many of its items are done.
    current: PagingState,
    items_left: Option<u64>,
}

// Nothing in it is ever pinned.
impl<O: Paged> Unpin for Items<O> {}

impl<O: Paged> Items<O> {
    pub(super) fn from_pages(pages: Pages<O>) -> Self {
        Self {
            current: pages.state(),
            pages,
            page: Vec::new().into_iter(),
            items_left: None,
        }
    }

    /// The items of `operation`.
    #[doc(hidden)]
    pub fn new(operation: O) -> Self {
        Self::from_pages(Pages::new(operation))
    }

    pub(crate) fn from_request(request: Request) -> Self {
        Self::from_pages(Pages::from_request(request))
    }

    /// How many items a page has, for operations that take that in their query, or in their body beside the number of the page. Without it, the API
    /// decides.
    pub fn page_size(self, page_size: i64) -> Self {
        self.with_pages(|pages| pages.page_size(page_size))
    }

    /// Fetches up to that many pages at the same time, in tasks of their own; their items are handed out in order. It takes effect where
    /// pages have numbers, and the response says how many there are; other listings are read page after page.
    pub fn concurrency(self, pages: usize) -> Self {
        self.with_pages(|all| all.concurrency(pages))
    }

    /// Stops after that many pages.
    pub fn max_pages(self, pages: u64) -> Self {
        self.with_pages(|all| all.max_pages(pages))
    }

    /// Stops after that many items.
    pub fn max_items(mut self, items: u64) -> Self {
        self.items_left = Some(items);
        self
    }

    /// Begins where another listing of the same operation stopped, with the parameters that are set here. A page of which some items were
    /// handed out is fetched again, and these items are passed over. Set the same page size: pages of another size begin elsewhere.
    pub fn resume(self, state: PagingState) -> Self {
        self.with_pages(|pages| pages.resume(state))
    }

    fn with_pages(self, change: impl FnOnce(Pages<O>) -> Pages<O>) -> Self {
        Self {
            items_left: self.items_left,
            ..Self::from_pages(change(self.pages))
        }
    }

    /// Where the listing is: at the item that [`Items::next`] would give.
    #[must_use]
    pub fn state(&self) -> PagingState {
        if self.page.len() == 0 {
            self.pages.state()
        } else {
            self.current.clone()
        }
    }

    /// How many items the whole listing has, as the API reports it. `None` before the first page, if the API reports no total, and if the total that
    /// it reports is below the number of items already read.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.pages.total()
    }

    /// The next item; `None` after the last one, and after an error.
    ///
    /// Cancel safe: dropping the future, as in `select!` or a timeout, loses no item. The listing keeps the call for a page, and the next poll continues
    /// it; the call's timeout keeps running meanwhile.
    ///
    /// # Errors
    ///
    /// Those of the call for a page, and a [`PagingError`](super::PagingError) if the listing cannot be continued.
    pub async fn next(&mut self) -> Option<Result<O::Item, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// All items that are left. Not cancel safe: dropping the future loses the items that it has read.
    ///
    /// # Errors
    ///
    /// The error of the first page that could not be read. [`Items::state`] is where to continue.
    pub async fn collect_all(&mut self) -> Result<Vec<O::Item>, Error> {
        let mut items = Vec::new();
        while let Some(item) = self.next().await {
            items.push(item?);
        }
        Ok(items)
    }
}

impl<O: Paged> Stream for Items<O> {
    type Item = Result<O::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if this.items_left == Some(0) {
                return Poll::Ready(None);
            }
            if let Some(item) = this.page.next() {
                this.current.skip += 1;
                this.items_left = this.items_left.map(|items| items - 1);
                return Poll::Ready(Some(Ok(item)));
            }
            let page_state = this.pages.state();
            match ready!(Pin::new(&mut this.pages).poll_next(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(mut page)) => {
                    let items = O::items_of(&mut page)
                        .map(std::mem::take)
                        .unwrap_or_default();
                    this.page = items.into_iter();
                    // Passed over one by one: there may be fewer now than there were.
                    for _ in 0..page_state.skip {
                        if this.page.next().is_none() {
                            break;
                        }
                    }
                    this.current = page_state;
                }
            }
        }
    }
}

debug_fields!(Items<O: Paged>, |this| state: this.state());
