//! Builds what the pipeline sends from the parts of a call.

use std::sync::Arc;

use http::header::{self, HeaderValue};
use http::{Extensions, HeaderMap};
use url::Url;

use super::{Request, encode};
use crate::runtime::clock::BoxFuture;
use crate::runtime::error::Error;
use crate::runtime::operation::OperationMetadata;
use crate::runtime::pipeline::{CallContext, Credential, Pipeline};
use crate::runtime::response::RawResponse;
use crate::runtime::transport::HttpRequest;
#[cfg(feature = "testing")]
use crate::runtime::transport::RequestBody;

/// A request without what the client adds.
#[cfg(feature = "testing")]
pub(crate) struct Sketch {
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: RequestBody,
}

impl Request {
    /// Sends the call through the whole pipeline.
    pub(crate) fn execute(self, streamed: bool) -> BoxFuture<'static, Result<RawResponse, Error>> {
        Box::pin(async move {
            let (pipeline, context, mut request) = self.prepare(streamed)?;
            pipeline.execute(&context, &mut request).await
        })
    }

    /// What the call itself says of its request, without what the client adds.
    #[cfg(feature = "testing")]
    pub(crate) fn into_sketch(mut self) -> Result<Sketch, Error> {
        let (path, _) = self.settle()?;
        let mut headers = self.parts.headers;
        headers.extend(self.parts.options.headers);
        Ok(Sketch {
            path,
            query: self.parts.query,
            headers,
            body: self.parts.body,
        })
    }

    /// Makes the HTTP request and everything that the pipeline needs to know of the call; or the first thing that was wrong.
    fn prepare(
        mut self,
        streamed: bool,
    ) -> Result<(Arc<Pipeline>, CallContext, HttpRequest), Error> {
        let (path, credential) = self.settle()?;
        let metadata = self.parts.metadata;
        let parts = *self.parts;
        let pipeline = parts.pipeline;
        let is_external = parts.external.is_some() && !parts.to_apps;
        let own_headers = match is_external {
            true => parts.options.headers.clone(),
            false => HeaderMap::new(),
        };
        let has_own_authorization = parts.options.headers.contains_key(header::AUTHORIZATION);
        let mut options = parts.options.or(&pipeline.options);
        // What the client's defaults say of authorization is about its own token.
        let takes_credential = metadata.is_some_and(|metadata| metadata.credential.is_some());
        if takes_credential && !has_own_authorization {
            options.headers.remove(header::AUTHORIZATION);
        }
        let url = match parts.external {
            Some(mut url) => {
                if !parts.query.is_empty() {
                    let query = match url.query() {
                        Some(query) => [query, "&", &parts.query].concat(),
                        None => parts.query,
                    };
                    url.set_query(Some(&query));
                }
                *url
            }
            None => url_of(&pipeline.connection.api_base, &path, &parts.query),
        };
        let mut headers = parts.headers;
        for (name, value) in &pipeline.connection.headers {
            if !headers.contains_key(name) {
                headers.insert(name.clone(), value.clone());
            }
        }
        // The client's own default headers are for the API; those of the call are for wherever it goes.
        let from_options = if is_external {
            &own_headers
        } else {
            &options.headers
        };
        for (name, value) in from_options {
            headers.insert(name.clone(), value.clone());
        }
        let request = HttpRequest {
            method: parts.method,
            url,
            headers,
            body: parts.body,
            timeout: None,
            stream_response: streamed,
            extensions: extensions_of(metadata),
        };
        let context = CallContext::new(
            Arc::clone(&pipeline.connection.clock),
            metadata,
            parts.template,
            &options,
            &request,
            is_external,
            credential.map(Box::new),
        );
        Ok((pipeline, context, request))
    }

    /// Completes path and body; gives the path, and what the call carries instead of the client's token.
    pub(super) fn settle(&mut self) -> Result<(String, Option<Credential>), Error> {
        let metadata = self.parts.metadata;
        self.complete().map_err(|problem| match metadata {
            Some(metadata) => problem.with_operation(metadata),
            None => problem,
        })
    }

    fn complete(&mut self) -> Result<(String, Option<Credential>), Error> {
        if let Some(problem) = self.parts.problem.take() {
            return Err(problem);
        }
        let mut path = std::mem::take(&mut self.parts.path);
        encode::finish_path(&mut path, self.parts.rest)?;
        if let Some(problem) = self.parts.options.problem() {
            return Err(problem);
        }
        let defaults = &self.parts.pipeline.options;
        let credential =
            Credential::from_options(self.parts.metadata, &self.parts.options, defaults)?;
        if let Some(multipart) = self.parts.multipart.take() {
            let jitter = &self.parts.pipeline.connection.jitter;
            let (content_type, body) = multipart.into_body(jitter);
            let content_type = HeaderValue::try_from(content_type).map_err(|_| {
                Error::invalid_request(
                    "the boundary contains characters that are invalid in a header",
                )
            })?;
            self.body(content_type, body);
        }
        Ok((path, credential))
    }
}

/// What tells a transport for tests which operation a request belongs to. Other transports do not need it, and it costs an allocation.
fn extensions_of(metadata: Option<&'static OperationMetadata>) -> Extensions {
    let mut extensions = Extensions::new();
    if cfg!(feature = "testing")
        && let Some(metadata) = metadata
    {
        extensions.insert(metadata);
    }
    extensions
}

/// The URL of a path and a query, both percent-encoded. The base is not parsed again.
fn url_of(base: &Url, path: &str, query: &str) -> Url {
    let mut url = base.clone();
    match base.path().trim_end_matches('/') {
        "" => url.set_path(path),
        prefix => url.set_path(&[prefix, path].concat()),
    }
    if !query.is_empty() {
        url.set_query(Some(query));
    }
    url
}
