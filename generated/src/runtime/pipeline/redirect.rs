//! Follows a redirect, without headers that are meant for the API alone.

use http::{HeaderMap, HeaderValue, Method, header};
use url::Url;

use super::{Authorization, CallContext, Pipeline};
use crate::runtime::error::Error;
use crate::runtime::transport::address::is_allowed_url;
use crate::runtime::transport::{HttpRequest, HttpResponse, RequestBody};

/// How many redirects in a row are followed.
const LONGEST_CHAIN: usize = 5;

/// Follows `response` if it is a redirect. `current` is where it came from.
pub(super) async fn follow(
    pipeline: &Pipeline,
    context: &CallContext,
    mut current: Url,
    mut response: HttpResponse,
) -> Result<HttpResponse, Error> {
    for _ in 0..LONGEST_CHAIN {
        let is_plain_http_allowed = pipeline.connection.plain_http;
        let target = target(&response, &current, context, is_plain_http_allowed)?;
        let Some(target) = target else {
            return Ok(response);
        };
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
        if let Some(agent) = pipeline.connection.headers.get(header::USER_AGENT) {
            headers.insert(header::USER_AGENT, agent.clone());
        }
        current = target.clone();
        let mut request = HttpRequest {
            method: Method::GET,
            url: target,
            headers,
            body: RequestBody::Empty,
            timeout: None,
            stream_response: context.is_streamed(),
            extensions: http::Extensions::new(),
        };
        context.set_redirected();
        // A GET, whatever led here.
        response = pipeline
            .with_retries(context, &mut request, Authorization::None, true)
            .await?;
    }
    Err(Error::invalid_request(
        "too many redirects: five in a row led to another one",
    ))
}

/// Where `response` points to, if it is a redirect that can be followed with a `GET`.
fn target(
    response: &HttpResponse,
    current: &Url,
    context: &CallContext,
    is_plain_http_allowed: bool,
) -> Result<Option<Url>, Error> {
    let followed = match response.status.as_u16() {
        303 => true,
        301 | 302 | 307 | 308 => matches!(*context.method(), Method::GET | Method::HEAD),
        _ => false,
    };
    let Some(location) = response.headers.get(header::LOCATION).filter(|_| followed) else {
        return Ok(None);
    };
    let url = location
        .to_str()
        .ok()
        .and_then(|location| current.join(location).ok())
        .ok_or_else(|| Error::invalid_request("the server redirects to an invalid URL"))?;
    if !is_allowed_url(&url, is_plain_http_allowed) {
        return Err(Error::invalid_request(
            "the server redirects to a URL without TLS",
        ));
    }
    Ok(Some(url))
}
