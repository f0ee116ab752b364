//! An operation that pages in whatever way a test asks for, and servers of such listings.

use std::marker::PhantomData;
use std::sync::Arc;

use http::Method;
use serde_json::{Value, json};

use crate::runtime::client::Client;
use crate::runtime::codec::{Extra, Model, Visitor};
use crate::runtime::paging::{Items, Paged, Pages, Paging, PagingError, PagingStyle};
use crate::runtime::request::{Operation, OperationMetadata, Request, Sealed};
use crate::runtime::transport::{HttpResponse, MemoryTransport, RecordedRequest};
use crate::runtime::{Error, ErrorKind};
use crate::tests::support::builder;

#[derive(Clone, Default)]
pub(super) struct Page {
    pub(super) entities: Option<Vec<i64>>,
    pub(super) results: Option<Box<Page>>,
    pub(super) extra: Extra,
}

impl Model for Page {
    const NAME: &'static str = "Page";

    fn visit<V: Visitor>(&mut self, visitor: &mut V) {
        visitor.field("entities", &mut self.entities);
        visitor.boxed("results", &mut self.results);
        visitor.extra(&mut self.extra);
    }
}
crate::__model!(Page);

/// How a [`List`] pages.
pub(super) trait Style {
    const PAGING: Paging;

    fn items(page: &mut Page) -> Option<&mut Vec<i64>> {
        page.entities.as_mut()
    }
}

/// A listing as generated code would write it.
pub(super) struct List<S> {
    pub(super) request: Request,
    style: PhantomData<S>,
}

impl<S: Style> List<S> {
    pub(super) fn get(client: &Client) -> Self {
        Self {
            request: Request::new(client, Self::METADATA),
            style: PhantomData,
        }
    }

    /// With a body.
    pub(super) fn post(client: &Client, body: Value) -> Self {
        let mut list = Self::get(client);
        list.request.json_body("application/json", Some(body));
        list
    }

    pub(super) fn query(mut self, name: &str, value: &str) -> Self {
        self.request.query(name, Some(value));
        self
    }

    pub(super) fn pages(self) -> Pages<Self> {
        Pages::new(self)
    }

    pub(super) fn items(self) -> Items<Self> {
        Items::new(self)
    }
}

impl<S: Style> Operation for List<S> {
    type Output = Page;

    const METADATA: &'static OperationMetadata = &OperationMetadata {
        name: "getList",
        method: Method::GET,
        path: "/api/v2/list",
        idempotent: true,
        ..*OperationMetadata::COMMON
    };

    fn request(&mut self, _: Sealed) -> &mut Request {
        &mut self.request
    }
}

impl<S: Style> Paged for List<S> {
    type Item = i64;

    const PAGING: &'static Paging = &S::PAGING;

    fn items_of(page: &mut Page) -> Option<&mut Vec<i64>> {
        S::items(page)
    }
}

macro_rules! styles {
    ($($(#[doc = $doc:literal])? $name:ident = $style:expr;)*) => {$(
        $(#[doc = $doc])?
        pub(super) struct $name;

        impl Style for $name {
            const PAGING: Paging = Paging { style: $style, page_size: Some("pageSize"), items: &["entities"] };
        }
    )*};
}

styles! {
    Numbers = PagingStyle::PageNumber {
        parameter: "pageNumber",
        page_count: Some("pageCount"),
        total: Some("total"),
    };
    /// Neither the pages nor the items are counted.
    Uncounted = PagingStyle::PageNumber { parameter: "pageNumber", page_count: None, total: None };
    BodyNumbers = PagingStyle::BodyPageNumber {
        path: &["paging", "pageNumber"],
        page_count: None,
        total: Some("totalHits"),
    };
    Cursors = PagingStyle::Cursor { parameter: "cursor", response: &["cursors", "after"] };
    BodyCursors = PagingStyle::BodyCursor { path: &["after"], response: &["after"] };
    Links = PagingStyle::NextUri { response: "nextUri" };
    Indexes = PagingStyle::StartIndex { parameter: "startIndex", total: "totalResults" };
    Everything = PagingStyle::Single;
}

/// The items are in a property of a property.
pub(super) struct Nested;

impl Style for Nested {
    const PAGING: Paging = Paging {
        items: &["results", "entities"],
        ..Numbers::PAGING
    };

    fn items(page: &mut Page) -> Option<&mut Vec<i64>> {
        page.results.as_mut()?.entities.as_mut()
    }
}

/// A client over a handler.
pub(super) fn serving(
    handler: impl Fn(RecordedRequest) -> HttpResponse + Send + Sync + 'static,
) -> (Client, Arc<MemoryTransport>) {
    let transport = Arc::new(MemoryTransport::new(handler));
    let client = builder(&transport).build().unwrap();
    (client, transport)
}

/// A client over answers of status 200, one after the other.
pub(super) fn answering(bodies: impl IntoIterator<Item = Value>) -> (Client, Arc<MemoryTransport>) {
    crate::tests::support::scripted(
        bodies
            .into_iter()
            .map(|body| HttpResponse::json(200, body.to_string())),
    )
}

/// A parameter of a request's query, decoded.
pub(super) fn parameter(request: &RecordedRequest, name: &str) -> Option<String> {
    let mut pairs = request.url.query_pairs();
    pairs
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// That parameter of all requests.
pub(super) fn parameters(transport: &MemoryTransport, name: &str) -> Vec<Option<String>> {
    transport
        .requests()
        .iter()
        .map(|request| parameter(request, name))
        .collect()
}

/// Page `number` of the numbers up to `total`, `size` on a page, all counted.
pub(super) fn numbered(number: i64, size: i64, total: i64) -> Value {
    let first = ((number - 1) * size).min(total);
    let last = (first + size).min(total);
    json!({
        "entities": (first..last).collect::<Vec<_>>(),
        "pageNumber": number,
        "pageCount": (total + size - 1) / size,
        "total": total,
    })
}

/// A server of [`numbered`] pages; 25 items on a page unless the call says otherwise.
pub(super) fn numbers_server(
    total: i64,
) -> impl Fn(RecordedRequest) -> HttpResponse + Send + Sync + 'static {
    move |request| {
        let number =
            |name, default| parameter(&request, name).map_or(default, |text| text.parse().unwrap());
        let page = numbered(number("pageNumber", 1), number("pageSize", 25), total);
        HttpResponse::json(200, page.to_string())
    }
}

/// What is wrong with the listing, where that is what the error says.
pub(super) fn problem(error: &Error) -> &PagingError {
    assert_eq!(error.kind(), ErrorKind::Paging, "{error}");
    error.find_source::<PagingError>().unwrap()
}
