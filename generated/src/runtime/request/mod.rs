//! Calls: what they are made with, and how they are sent.
//!
//! The trait [`Operation`] has the methods of every operation, such as [`with_timeout`](Operation::with_timeout) and
//! [`send_stream`](Operation::send_stream). [`RawRequest`] calls a path that has no operation. [`FilePart`], [`FormBody`] and [`MultipartBody`] are
//! bodies of uploads.
//!
//! How it works: a generated operation is a struct around one [`Request`]: its constructor fills the path, its setters the query, the headers and the body.
//! Nothing here is generic but thin outer layers, so the work is compiled once.

mod body;
mod call;
mod encode;
mod operation;
mod options;
mod prepare;
mod raw;
mod until_visible;

pub use body::{FilePart, FormBody, MultipartBody, MultipartPart};
pub use call::Call;
pub use encode::ListStyle;
pub use operation::Operation;
#[allow(unused_imports, reason = "generated code names it")]
pub(crate) use operation::Sealed;
pub use raw::RawRequest;

pub use crate::runtime::codec::{Optional, OptionalText, QueryValue};
pub use crate::runtime::operation::{
    CredentialPlace, CredentialScheme, OperationMetadata, RequiredPermissions,
};
pub use crate::runtime::pipeline::CallOptions;

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use http::Method;
use http::header::{self, HeaderMap, HeaderValue};

use url::Url;

use crate::runtime::codec::{self, Wire};
use crate::runtime::debug::debug_fields;
use crate::runtime::error::Error;
use crate::runtime::pipeline::{Pipeline, header_of};
use crate::runtime::transport::address::{is_allowed_url, is_below};
use crate::runtime::transport::query::{push_encoded, push_pair, remove_pairs, value_in_query};
use crate::runtime::transport::{ByteStream, RequestBody};

codec::optional!(FilePart);

/// The parts of one call. Cheap to move; cloned by what sends the same call again, like paging.
#[derive(Clone)]
pub struct Request {
    parts: Box<RequestParts>,
}

#[derive(Clone)]
struct RequestParts {
    pipeline: Arc<Pipeline>,
    metadata: Option<&'static OperationMetadata>,
    method: Method,
    /// The path with its parameters' names, for telemetry; empty where a raw request names none.
    template: Cow<'static, str>,
    /// The whole URL, where it is not the API's.
    external: Option<Box<Url>>,
    /// That URL is on the client's apps host, which gets what the API gets: token, headers and all.
    to_apps: bool,
    /// The path so far, percent-encoded.
    path: String,
    /// What of the metadata's path has not been taken over into `path`.
    rest: &'static str,
    /// The query, percent-encoded, without its question mark.
    query: String,
    headers: HeaderMap,
    body: RequestBody,
    options: CallOptions,
    /// The parts of a multipart body. They become the body when the call is sent.
    multipart: Option<Box<MultipartBody>>,
    /// The first thing that was wrong; it is reported when the call is sent.
    problem: Option<Error>,
}

impl Request {
    /// A call of the operation that `metadata` describes.
    #[doc(hidden)]
    #[must_use]
    pub fn new(client: &impl AsRef<Arc<Pipeline>>, metadata: &'static OperationMetadata) -> Self {
        Self::from_pipeline(client.as_ref(), metadata)
    }

    /// The same, of what a client sends its calls through.
    pub(crate) fn from_pipeline(
        pipeline: &Arc<Pipeline>,
        metadata: &'static OperationMetadata,
    ) -> Self {
        let mut request = Self::empty(pipeline, metadata.method.clone());
        let parts = &mut *request.parts;
        parts.metadata = Some(metadata);
        parts.template = Cow::Borrowed(metadata.path);
        parts.path = String::with_capacity(metadata.path.len() + 40);
        parts.rest = metadata.path;
        if !metadata.accept.is_empty() {
            let accept = HeaderValue::from_static(metadata.accept);
            parts.headers.insert(header::ACCEPT, accept);
        }
        request
    }

    /// Moves the call out. What stays is an empty call through the same client.
    pub(crate) fn take(&mut self) -> Self {
        let empty = Self::empty(&self.parts.pipeline, Method::GET);
        std::mem::replace(self, empty)
    }

    fn empty(pipeline: &Arc<Pipeline>, method: Method) -> Self {
        Self {
            parts: Box::new(RequestParts {
                pipeline: Arc::clone(pipeline),
                metadata: None,
                method,
                template: Cow::Borrowed(""),
                external: None,
                to_apps: false,
                path: String::new(),
                rest: "",
                query: String::new(),
                headers: HeaderMap::new(),
                body: RequestBody::Empty,
                options: CallOptions::default(),
                multipart: None,
                problem: None,
            }),
        }
    }

    /// A call of `path`, which is relative to the API host (or names that very host) and may have a query.
    pub(crate) fn raw(pipeline: &Arc<Pipeline>, method: Method, path: &str) -> Self {
        let mut request = Self::empty(pipeline, method);
        let apps = pipeline.connection.apps_base.as_ref();
        match Url::parse(path) {
            Ok(url) if apps.is_some_and(|apps| is_below(&url, apps)) => {
                request.parts.external = Some(Box::new(url));
                request.parts.to_apps = true;
            }
            _ => {
                request.set_path_and_query(path);
            }
        }
        request
    }

    /// A call of another host's URL, which gets neither token nor default headers.
    pub(crate) fn external(pipeline: &Arc<Pipeline>, method: Method, url: &str) -> Self {
        let mut request = Self::raw(pipeline, method, "/");
        match Url::parse(url) {
            Ok(url) if is_allowed_url(&url, pipeline.connection.plain_http) => {
                request.parts.external = Some(Box::new(url));
            }
            Ok(_) => request.fail(Error::invalid_request("refusing a URL without TLS")),
            // The parser's error names no part of the URL, which may hold a signature.
            Err(error) => request.fail(Error::invalid_request("invalid URL").with_source(error)),
        }
        request
    }

    /// Replaces path and query by those of a link that the API gave, like `nextUri`.
    ///
    /// A link to another host is refused when the call is sent.
    #[doc(hidden)]
    pub fn set_path_and_query(&mut self, link: &str) -> &mut Self {
        match encode::split_link(link, &self.parts.pipeline.connection.api_base) {
            Ok((path, query)) => {
                self.parts.path = path;
                self.parts.query = query;
                self.parts.rest = "";
            }
            Err(error) => self.fail(error),
        }
        self
    }

    /// Fills the next parameter of the path: `value`, percent-encoded as a whole.
    ///
    /// An empty value and the dot segments `.` and `..` would address another resource than the one meant; they are refused when the call is
    /// sent, before anything leaves the machine.
    #[doc(hidden)]
    pub fn path_argument(&mut self, value: impl QueryValue) -> &mut Self {
        self.push_path_argument(&value.wire_text());
        self
    }

    /// Fills the next parameter of the path with a list, its values joined. An empty one is refused like an empty value.
    #[doc(hidden)]
    pub fn path_list<V: QueryValue>(
        &mut self,
        style: ListStyle,
        values: impl IntoIterator<Item = V>,
    ) -> &mut Self {
        let values = texts(values);
        let parts = &mut *self.parts;
        match encode::push_path_list(&mut parts.path, parts.rest, style, &values) {
            Ok(rest) => parts.rest = rest,
            Err(error) => self.fail(error),
        }
        self
    }

    fn push_path_argument(&mut self, value: &str) {
        let parts = &mut *self.parts;
        match encode::push_path_argument(&mut parts.path, parts.rest, value) {
            Ok(rest) => parts.rest = rest,
            Err(error) => self.fail(error),
        }
    }

    /// Sets a query parameter by its wire name, in place of any value that it had. `None` leaves the parameter out.
    #[doc(hidden)]
    pub fn query<V: QueryValue>(&mut self, name: &str, value: Option<V>) -> &mut Self {
        remove_pairs(&mut self.parts.query, name);
        if let Some(value) = value {
            push_pair(&mut self.parts.query, name, &value.wire_text());
        }
        self
    }

    /// Adds a query parameter by its wire name, beside any value that it has.
    #[doc(hidden)]
    pub fn add_query(&mut self, name: &str, value: impl QueryValue) -> &mut Self {
        push_pair(&mut self.parts.query, name, &value.wire_text());
        self
    }

    /// Sets a query parameter that is a list, in place of any values that it had. An empty list leaves the parameter out.
    #[doc(hidden)]
    pub fn query_list<V: QueryValue>(
        &mut self,
        name: &str,
        style: ListStyle,
        values: impl IntoIterator<Item = V>,
    ) -> &mut Self {
        remove_pairs(&mut self.parts.query, name);
        for (index, value) in values.into_iter().enumerate() {
            encode::push_list_value(
                &mut self.parts.query,
                name,
                style,
                index == 0,
                &value.wire_text(),
            );
        }
        self
    }

    /// Removes a query parameter.
    #[doc(hidden)]
    pub fn remove_query(&mut self, name: &str) -> &mut Self {
        remove_pairs(&mut self.parts.query, name);
        self
    }

    /// The value of a query parameter, the last one where it has several.
    pub(crate) fn query_value(&self, name: &str) -> Option<String> {
        value_in_query(&self.parts.query, name)
    }

    /// The path and query that a link on the page at `current` leads to. `current` is a path and query of the API, too.
    pub(crate) fn resolve_link(&self, link: &str, current: &str) -> Result<String, Error> {
        encode::resolve_link(link, current, &self.parts.pipeline.connection.api_base)
    }

    /// The path so far and the query.
    pub(crate) fn path_and_query(&self) -> String {
        let parts = &*self.parts;
        let separator = if parts.query.is_empty() { "" } else { "?" };
        format!("{}{}{separator}{}", parts.path, parts.rest, parts.query)
    }

    /// Sets a header parameter, in place of any value that it had; `None` leaves the header out. Sending the call fails if the value has characters
    /// that a header cannot hold.
    #[doc(hidden)]
    pub fn header<V: QueryValue>(&mut self, name: &str, value: Option<V>) -> &mut Self {
        match value {
            Some(value) => self.set_header(name, &value.wire_text()),
            None => {
                self.parts.headers.remove(name);
            }
        }
        self
    }

    /// Sets a header parameter that is a list, its values joined, in place of any that it had. An empty list leaves the header out.
    #[doc(hidden)]
    pub fn header_list<V: QueryValue>(
        &mut self,
        name: &str,
        style: ListStyle,
        values: impl IntoIterator<Item = V>,
    ) -> &mut Self {
        let values = texts(values);
        if values.is_empty() {
            self.parts.headers.remove(name);
        } else {
            self.set_header(name, &values.join(style.separator()));
        }
        self
    }

    /// Sets a cookie parameter, percent-encoded. `None` leaves the cookie out.
    #[doc(hidden)]
    pub fn cookie<V: QueryValue>(&mut self, name: &str, value: Option<V>) -> &mut Self {
        self.cookie_list(name, ListStyle::CommaJoined, value)
    }

    /// Sets a cookie parameter that is a list, its values percent-encoded and joined with commas. An empty list leaves the cookie out.
    #[doc(hidden)]
    pub fn cookie_list<V: QueryValue>(
        &mut self,
        name: &str,
        style: ListStyle,
        values: impl IntoIterator<Item = V>,
    ) -> &mut Self {
        let mut pair = String::new();
        for value in values {
            if pair.is_empty() {
                pair.push_str(name);
                pair.push('=');
            } else {
                pair.push_str(style.encoded_separator());
            }
            push_encoded(&mut pair, &value.wire_text());
        }
        let own = |cookie: &&str| !cookie.is_empty() && !cookie.starts_with(&format!("{name}="));
        let others = self.parts.headers.get(header::COOKIE);
        let others = others.and_then(|others| others.to_str().ok()).unwrap_or("");
        let own_pair = Some(&*pair).filter(|pair| !pair.is_empty());
        let cookies: Vec<&str> = others.split("; ").filter(own).chain(own_pair).collect();
        let cookies = cookies.join("; ");
        if cookies.is_empty() {
            self.parts.headers.remove(header::COOKIE);
        } else {
            self.set_header(header::COOKIE.as_str(), &cookies);
        }
        self
    }

    fn set_header(&mut self, name: &str, value: &str) {
        match header_of(name, value) {
            Ok((name, value)) => {
                self.parts.headers.insert(name, value);
            }
            Err(error) => self.fail(error),
        }
    }

    /// Sets the body: `value` as JSON. `None` leaves the body out.
    #[doc(hidden)]
    pub fn json_body<T: Wire>(
        &mut self,
        content_type: &'static str,
        value: Option<T>,
    ) -> &mut Self {
        match value {
            Some(value) => self.set_json(content_type, codec::to_vec(value)),
            None => self.remove_body(),
        }
        self
    }

    fn remove_body(&mut self) {
        self.parts.headers.remove(header::CONTENT_TYPE);
        self.parts.body = RequestBody::Empty;
    }

    /// Sets the body: anything that serde can write, as JSON.
    #[doc(hidden)]
    pub fn serde_body<T: serde::Serialize + ?Sized>(
        &mut self,
        content_type: &'static str,
        value: &T,
    ) -> &mut Self {
        self.set_json(content_type, serde_json::to_vec(value));
        self
    }

    fn set_json(&mut self, content_type: &'static str, json: serde_json::Result<Vec<u8>>) {
        match json {
            Ok(bytes) => {
                self.body(
                    HeaderValue::from_static(content_type),
                    RequestBody::Bytes(Bytes::from(bytes)),
                );
            }
            Err(error) => self.fail(
                Error::invalid_request("the body cannot be written as JSON").with_source(error),
            ),
        }
    }

    /// Sets the body and its content type.
    #[doc(hidden)]
    pub fn body(&mut self, content_type: HeaderValue, body: RequestBody) -> &mut Self {
        self.parts
            .headers
            .insert(header::CONTENT_TYPE, content_type);
        self.parts.body = body;
        self
    }

    /// The body, where it is held in memory.
    pub(crate) fn body_bytes(&self) -> Option<&Bytes> {
        match &self.parts.body {
            RequestBody::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Puts `value` as JSON in place of the body; its content type stays.
    pub(crate) fn replace_json(&mut self, value: &serde_json::Value) {
        if !self.parts.headers.contains_key(header::CONTENT_TYPE) {
            self.parts.headers.insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/json"),
            );
        }
        self.parts.body = RequestBody::Bytes(Bytes::from(value.to_string()));
    }

    /// Sets a body of text. `None` leaves the body out.
    #[doc(hidden)]
    pub fn text_body<V: Into<String>>(
        &mut self,
        content_type: &'static str,
        text: Option<V>,
    ) -> &mut Self {
        match text {
            Some(text) => {
                self.body(
                    HeaderValue::from_static(content_type),
                    RequestBody::Bytes(Bytes::from(text.into())),
                );
            }
            None => self.remove_body(),
        }
        self
    }

    /// Sets a body of bytes or of a stream. A content type that the file names itself takes the place of `content_type`. `None` leaves the body out.
    #[doc(hidden)]
    pub fn file_body<F: Into<FilePart>>(
        &mut self,
        content_type: &'static str,
        file: Option<F>,
    ) -> &mut Self {
        let Some(file) = file else {
            self.remove_body();
            return self;
        };
        let (own, body) = file.into().into_body();
        match own.map(HeaderValue::try_from).transpose() {
            Ok(own) => {
                self.body(
                    own.unwrap_or_else(|| HeaderValue::from_static(content_type)),
                    body,
                );
            }
            Err(_) => self.fail(Error::invalid_request(
                "the content type contains characters that are invalid in a header",
            )),
        }
        self
    }

    /// Sets a field of a body of form fields, in place of any value that it had. `None` leaves the field out.
    #[doc(hidden)]
    pub fn form_field<V: QueryValue>(&mut self, name: &str, value: Option<V>) -> &mut Self {
        self.form_list(name, ListStyle::Repeated, value)
    }

    /// Sets a field that is a list, in place of any values that it had. An empty list leaves the field out.
    #[doc(hidden)]
    pub fn form_list<V: QueryValue>(
        &mut self,
        name: &str,
        style: ListStyle,
        values: impl IntoIterator<Item = V>,
    ) -> &mut Self {
        let mut encoded = match std::mem::take(&mut self.parts.body) {
            RequestBody::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            _ => String::new(),
        };
        remove_pairs(&mut encoded, name);
        for (index, value) in values.into_iter().enumerate() {
            encode::push_list_value(&mut encoded, name, style, index == 0, &value.wire_text());
        }
        self.body(
            HeaderValue::from_static("application/x-www-form-urlencoded"),
            RequestBody::Bytes(Bytes::from(encoded)),
        )
    }

    /// Sets a text part of a multipart body, in place of any that it had. `None` leaves the part out.
    #[doc(hidden)]
    pub fn part<V: QueryValue>(&mut self, name: &str, value: Option<V>) -> &mut Self {
        self.part_list(name, ListStyle::Repeated, value)
    }

    /// Sets the text parts of a multipart body that are one list, in place of any that it had.
    #[doc(hidden)]
    pub fn part_list<V: QueryValue>(
        &mut self,
        name: &str,
        style: ListStyle,
        values: impl IntoIterator<Item = V>,
    ) -> &mut Self {
        let mut texts = texts(values);
        if style != ListStyle::Repeated && !texts.is_empty() {
            texts = vec![texts.join(style.separator())];
        }
        let parts = self.multipart(name);
        for text in texts {
            parts.push_field(name, None, Bytes::from(text));
        }
        self
    }

    /// Sets a part of a multipart body that is JSON, in place of any that it had. `None` leaves the part out.
    #[doc(hidden)]
    pub fn part_json<T: Wire>(&mut self, name: &str, value: Option<T>) -> &mut Self {
        self.part_json_list(name, value)
    }

    /// Sets the parts of a multipart body that are one list of JSON values, in place of any that it had.
    #[doc(hidden)]
    pub fn part_json_list<T: Wire>(
        &mut self,
        name: &str,
        values: impl IntoIterator<Item = T>,
    ) -> &mut Self {
        self.multipart(name);
        for value in values {
            self.push_json(name, value);
        }
        self
    }

    fn push_json<T: Wire>(&mut self, name: &str, value: T) {
        match codec::to_vec(value) {
            Ok(json) => self.parts.multipart.get_or_insert_default().push_field(
                name,
                Some("application/json"),
                Bytes::from(json),
            ),
            Err(error) => self.fail(
                Error::invalid_request(format!("the part `{name}` cannot be written as JSON"))
                    .with_source(error),
            ),
        }
    }

    /// Sets a file of a multipart body, in place of any that it had. `None` leaves the file out.
    #[doc(hidden)]
    pub fn part_file<F: Into<FilePart>>(&mut self, name: &str, file: Option<F>) -> &mut Self {
        self.part_files(name, file)
    }

    /// Sets the files of a multipart body that are one list, in place of any that it had.
    #[doc(hidden)]
    pub fn part_files<F: Into<FilePart>>(
        &mut self,
        name: &str,
        files: impl IntoIterator<Item = F>,
    ) -> &mut Self {
        let parts = self.multipart(name);
        for file in files {
            parts.push_file(name, file.into());
        }
        self
    }

    /// The multipart body, without the parts of that name.
    fn multipart(&mut self, name: &str) -> &mut MultipartBody {
        let parts = self.parts.multipart.get_or_insert_default();
        parts.remove(name);
        parts
    }

    /// Sets a body that is created again for every attempt, so that it can be resent.
    #[doc(hidden)]
    pub fn stream_body(
        &mut self,
        content_type: HeaderValue,
        factory: impl Fn() -> ByteStream + Send + Sync + 'static,
    ) -> &mut Self {
        self.body(
            content_type,
            RequestBody::Factory(std::sync::Arc::new(factory)),
        )
    }

    fn change_options(&mut self, change: impl FnOnce(CallOptions) -> CallOptions) {
        let options = self.options_mut();
        *options = change(std::mem::take(options));
    }

    /// The options of this call.
    #[doc(hidden)]
    pub fn options_mut(&mut self) -> &mut CallOptions {
        &mut self.parts.options
    }

    /// What the call is sent through.
    pub(crate) fn pipeline(&self) -> &Arc<Pipeline> {
        &self.parts.pipeline
    }

    /// What is known of the operation; nothing for a raw request.
    #[must_use]
    pub fn metadata(&self) -> Option<&'static OperationMetadata> {
        self.parts.metadata
    }

    /// The options of this call.
    pub(crate) fn options(&self) -> &CallOptions {
        &self.parts.options
    }

    /// The whole path, where every parameter of it is filled.
    pub(crate) fn completed_path(&self) -> Result<String, Error> {
        let mut path = self.parts.path.clone();
        encode::finish_path(&mut path, self.parts.rest)?;
        Ok(path)
    }

    /// The same of a request that is not sent; or the first thing that was wrong.
    pub(crate) fn into_path(mut self) -> Result<String, Error> {
        self.settle().map(|(path, _)| path)
    }

    /// Begins the path with `path`, percent-encoded, of which `rest` of the template is left.
    pub(crate) fn set_path_start(&mut self, path: &str, rest: &'static str) {
        path.clone_into(&mut self.parts.path);
        self.parts.rest = rest;
    }

    /// Names the path with its parameters' names, for telemetry.
    pub(crate) fn set_template(&mut self, template: Cow<'static, str>) {
        self.parts.template = template;
    }

    /// Remembers the first thing that is wrong.
    #[doc(hidden)]
    pub fn fail(&mut self, error: Error) {
        self.parts.problem.get_or_insert(error);
    }
}

// Paths, queries and bodies hold personal data; the template says which call this is.
debug_fields!(Request, |this|
    method: this.parts.method,
    template: this.parts.template,
    body: this.parts.body
);

fn texts<V: QueryValue>(values: impl IntoIterator<Item = V>) -> Vec<String> {
    values
        .into_iter()
        .map(|value| value.wire_text().into_owned())
        .collect()
}
